#include "apply/draft.h"

#include "apply/tables.h"

#define DRAFT_COLUMNS \
	"org, subject, id, procedure, version, authority, case_id, sign_tx, answers," \
	" open_fields, started_at, saved_at, rev"

static struct result draft_row(struct arena *a, const struct rows *r, size_t i,
                               struct draft *ret, struct err *err)
{
	struct draft d = {
		.org = rows_text(r, i, 0), .subject = rows_text(r, i, 1), .id = rows_text(r, i, 2),
		.procedure = rows_text(r, i, 3), .version = rows_text(r, i, 4),
		.authority = rows_text(r, i, 5), .case_id = rows_text(r, i, 6),
		.sign_tx = rows_text(r, i, 7), .started_at = rows_int(r, i, 10),
		.saved_at = rows_int(r, i, 11), .rev = rows_int(r, i, 12) };
	TRY(apply_json_cell(a, r, i, 8, &d.answers, err));
	TRY(apply_json_cell(a, r, i, 9, &d.open_fields, err));
	*ret = d;
	return ok();
}

static struct result find_same(struct db *tx, struct arena *a, const struct draft *d,
                               struct rows *ret, struct err *err)
{
	return db_query(tx, a,
		"SELECT " DRAFT_COLUMNS " FROM draft WHERE org = ? AND subject = ?"
		" AND procedure = ? AND authority = ? AND case_id = ?",
		BINDS(B_TEXT(d->org), B_TEXT(d->subject), B_TEXT(d->procedure),
		      B_TEXT(d->authority), B_TEXT(d->case_id)), ret, err);
}

struct result draft_start(struct db *tx, struct arena *a, const struct draft *d, int64_t now,
                          struct draft *ret, struct err *err)
{
	bool fresh;
	return apply_draft_start(tx, a, d, now, ret, &fresh, err);
}

struct result apply_draft_start(struct db *tx, struct arena *a, const struct draft *d,
                                int64_t now, struct draft *ret, bool *ret_new, struct err *err)
{
	struct rows r;
	TRY(find_same(tx, a, d, &r, err));
	if (r.n > 0) {
		TRY(draft_row(a, &r, 0, ret, err));
		*ret_new = false;
		return ok();
	}
	struct draft fresh = *d;
	fresh.id = apply_new_id(a);
	fresh.started_at = fresh.saved_at = now;
	fresh.rev = 1;
	if (!fresh.answers)
		fresh.answers = json_object_done(json_object_new(a));
	TRY(db_exec(tx,
		"INSERT INTO draft (" DRAFT_COLUMNS ")"
		" VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, 1)",
		BINDS(B_TEXT(d->org), B_TEXT(d->subject), B_TEXT(fresh.id), B_TEXT(d->procedure),
		      B_TEXT(d->version), B_TEXT(d->authority), B_TEXT(d->case_id),
		      B_TEXT(apply_json_text(a, fresh.answers)),
		      B_TEXT(apply_json_text(a, d->open_fields)), B_INT(now), B_INT(now)), NULL, err));
	*ret = fresh;
	*ret_new = true;
	return ok();
}

struct result draft_load(struct db *db, struct arena *a, struct str org, struct str subject,
                         struct str id, struct draft *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT " DRAFT_COLUMNS " FROM draft WHERE org = ? AND subject = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.draft.gone", NULL, "no draft of that id");
	return draft_row(a, &r, 0, ret, err);
}

struct result draft_save(struct db *tx, struct arena *a, const struct draft *d,
                         const struct json *answers, int64_t now, int64_t *ret_rev,
                         struct err *err)
{
	int64_t changed;
	struct str text = apply_json_text(a, answers);
	if (text.n > DRAFT_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "form.too_large", NULL, "answers of %zu bytes", text.n);
	TRY(db_exec(tx,
		"UPDATE draft SET answers = ?, saved_at = ?, sign_tx = '', rev = rev + 1"
		" WHERE org = ? AND subject = ? AND id = ? AND rev = ?",
		BINDS(B_TEXT(text), B_INT(now), B_TEXT(d->org),
		      B_TEXT(d->subject), B_TEXT(d->id), B_INT(d->rev)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.draft.changed", NULL,
		            "the draft was saved elsewhere since revision %lld", (long long)d->rev);
	*ret_rev = d->rev + 1;
	return ok();
}

struct result draft_set_sign_tx(struct db *tx, const struct draft *d, struct str sign_tx,
                                struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE draft SET sign_tx = ? WHERE org = ? AND subject = ? AND id = ? AND rev = ?",
		BINDS(B_TEXT(sign_tx), B_TEXT(d->org), B_TEXT(d->subject), B_TEXT(d->id),
		      B_INT(d->rev)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.draft.changed", NULL, "the draft was saved elsewhere");
	return ok();
}

struct result draft_discard(struct db *tx, struct str org, struct str subject, struct str id,
                            struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "DELETE FROM draft WHERE org = ? AND subject = ? AND id = ?",
	            BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(id)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_NOT_FOUND, "apply.draft.gone", NULL, "no draft of that id");
	return apply_attachments_drop(tx, org, id, err);
}

struct result draft_list(struct db *db, struct arena *a, struct str org, struct str subject,
                         const struct draft **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT " DRAFT_COLUMNS " FROM draft WHERE org = ? AND subject = ?"
		" ORDER BY saved_at DESC LIMIT 100",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	struct draft *list = ARENA_ARRAY(a, struct draft, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(draft_row(a, &r, i, &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}
