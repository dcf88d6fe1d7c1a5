/* Reading applications: for the citizen through the portal's pointers, for the
 * office through its queue. */
#include "apply/case.h"

#include "apply/tables.h"
#include "base/text.h"
#include "crypto/aead.h"

struct result case_load(struct db *db, struct arena *a, struct str org, struct str id,
                        struct apply_case *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a, "SELECT " APPLY_CASE_COLUMNS " FROM app_case WHERE org = ? AND id = ?",
	             BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.case.none", NULL, "no application of that id here");
	return apply_case_row(a, &r, 0, ret, err);
}

/* ---- the citizen's ---- */

struct result case_list_of(struct db *db, struct arena *a, struct str portal,
                           struct str portal_subject, const struct apply_case **ret,
                           size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT case_org, case_id FROM portal_case WHERE org = ? AND subject = ?"
		" ORDER BY at DESC, case_id LIMIT 100", BINDS(B_TEXT(portal), B_TEXT(portal_subject)),
		&r, err));
	struct apply_case *list = ARENA_ARRAY(a, struct apply_case, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(case_load(db, a, rows_text(&r, i, 0), rows_text(&r, i, 1), &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result case_load_of(struct db *db, struct arena *a, struct str portal,
                           struct str portal_subject, struct str id, struct apply_case *ret,
                           struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT case_org FROM portal_case WHERE org = ? AND subject = ? AND case_id = ?",
		BINDS(B_TEXT(portal), B_TEXT(portal_subject), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.case.none", NULL, "no such application of hers");
	return case_load(db, a, rows_text(&r, 0, 0), id, ret, err);
}

struct result case_of_draft(struct db *db, struct arena *a, struct str portal,
                            struct str portal_subject, struct str draft_id,
                            struct str *ret_case_id, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT case_id FROM portal_case WHERE org = ? AND subject = ? AND draft_id = ?",
		BINDS(B_TEXT(portal), B_TEXT(portal_subject), B_TEXT(draft_id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.draft.gone", NULL, "no application of that draft");
	*ret_case_id = rows_text(&r, 0, 0);
	return ok();
}

/* ---- the office's ---- */

enum { WORDS_MAX = 100 }; /* characters that are looked for */

/* `words` for LIKE … ESCAPE '\\': what is special there stands for itself. */
static struct str like_of(struct arena *a, struct str words)
{
	char *p = arena_alloc(a, words.n * 2 + 3);
	size_t n = 0;
	p[n++] = '%';
	for (size_t i = 0; i < words.n; i++) {
		if (memchr("%_\\", words.p[i], 3))
			p[n++] = '\\';
		p[n++] = words.p[i];
	}
	p[n++] = '%';
	return str_of(p, n);
}

/* The digits of a receipt number, or of a part of one, as they are stored: typed
 * in any width, with the hyphens that it is shown with. "" for anything else. */
static struct str receipt_words(struct arena *a, struct str words)
{
	struct str s = text_hyphens(a, text_half_width(a, words));
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			p[n++] = s.p[i];
		else if (s.p[i] != '-' && s.p[i] != ' ')
			return STR("");
	}
	return str_of(p, n);
}

/* What both statements of the queue look for. */
struct queue_words {
	struct str name, receipt; /* LIKE patterns */
	bool any, number;         /* any: nothing to look for */
};

static struct queue_words words_of(struct arena *a, struct str typed)
{
	struct str words = text_first(text_trim(typed), WORDS_MAX);
	struct str digits = receipt_words(a, words);
	return (struct queue_words){ .name = like_of(a, text_fold(a, words)),
		.receipt = like_of(a, digits), .any = words.n == 0, .number = digits.n > 0 };
}

static size_t limit_of(const struct case_filter *f)
{
	return f->limit && f->limit <= 200 ? f->limit : 200;
}

/* What waits: the nearest deadline first. */
static struct result open_cases(struct db *db, struct arena *a, struct str org,
                                const struct case_filter *f, int64_t now, struct rows *ret,
                                struct err *err)
{
	struct queue_words w = words_of(a, f->words);
	return db_query(db, a,
		"SELECT " APPLY_CASE_SUMMARY " FROM app_case WHERE org = ? AND open = 1"
		" AND (CAST(? AS TEXT) = '' OR state = ?) AND (CAST(? AS TEXT) = '' OR procedure = ?)"
		" AND (CAST(? AS TEXT) = '' OR assigned_to = ?)"
		" AND (CAST(? AS BIGINT) = 1 OR (CAST(? AS BIGINT) = 1 AND receipt LIKE ? ESCAPE '\\')"
		" OR name_folded LIKE ? ESCAPE '\\')"
		" AND (CAST(? AS BIGINT) = 0 OR (due_at > 0 AND due_at < ?))"
		" AND (due_at > ? OR (due_at = ? AND id > ?))"
		" ORDER BY due_at, id LIMIT ?",
		BINDS(B_TEXT(org), B_TEXT(f->state), B_TEXT(f->state), B_TEXT(f->procedure),
		      B_TEXT(f->procedure), B_TEXT(f->officer), B_TEXT(f->officer), B_INT(w.any),
		      B_INT(w.number), B_TEXT(w.receipt), B_TEXT(w.name), B_INT(f->overdue), B_INT(now),
		      B_INT(f->after_id.n ? f->after_due : -1), B_INT(f->after_due),
		      B_TEXT(f->after_id), B_INT((int64_t)limit_of(f))), ret, err);
}

/* What is done: the newest first, whatever was due. Continues behind after_id. */
static struct result closed_cases(struct db *db, struct arena *a, struct str org,
                                  const struct case_filter *f, struct rows *ret,
                                  struct err *err)
{
	struct rows last;
	struct queue_words w = words_of(a, f->words);
	TRY(db_query(db, a, "SELECT decided_at FROM app_case WHERE org = ? AND id = ?",
	             BINDS(B_TEXT(org), B_TEXT(f->after_id)), &last, err));
	int64_t before = last.n ? rows_int(&last, 0, 0) : INT64_MAX;
	return db_query(db, a,
		"SELECT " APPLY_CASE_SUMMARY " FROM app_case WHERE org = ? AND open = 0"
		" AND (CAST(? AS TEXT) = '' OR procedure = ?)"
		" AND (CAST(? AS TEXT) = '' OR assigned_to = ?)"
		" AND (CAST(? AS BIGINT) = 1 OR (CAST(? AS BIGINT) = 1 AND receipt LIKE ? ESCAPE '\\')"
		" OR name_folded LIKE ? ESCAPE '\\')"
		" AND (decided_at < ? OR (decided_at = ? AND id < ?))"
		" ORDER BY decided_at DESC, id DESC LIMIT ?",
		BINDS(B_TEXT(org), B_TEXT(f->procedure), B_TEXT(f->procedure), B_TEXT(f->officer),
		      B_TEXT(f->officer), B_INT(w.any), B_INT(w.number), B_TEXT(w.receipt),
		      B_TEXT(w.name), B_INT(before), B_INT(before), B_TEXT(f->after_id),
		      B_INT((int64_t)limit_of(f))), ret, err);
}

struct result case_queue(struct db *db, struct arena *a, struct str org,
                         const struct case_filter *f, int64_t now,
                         const struct apply_case **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(str_eq(f->state, STR("closed")) ? closed_cases(db, a, org, f, &r, err)
	                                    : open_cases(db, a, org, f, now, &r, err));
	struct apply_case *list = ARENA_ARRAY(a, struct apply_case, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(apply_case_row(a, &r, i, &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result case_counts(struct db *db, struct arena *a, struct str org, int64_t now,
                          const struct case_count **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT procedure, state, CAST(COUNT(*) AS BIGINT),"
		" CAST(SUM(CASE WHEN due_at > 0 AND due_at < ? THEN 1 ELSE 0 END) AS BIGINT)"
		" FROM app_case WHERE org = ? AND open = 1 GROUP BY procedure, state"
		" ORDER BY procedure, state", BINDS(B_INT(now), B_TEXT(org)), &r, err));
	struct case_count *list = ARENA_ARRAY(a, struct case_count, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct case_count){ rows_text(&r, i, 0), rows_text(&r, i, 1),
		                               rows_int(&r, i, 2), rows_int(&r, i, 3) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result case_history(struct db *db, struct arena *a, struct str org, struct str id,
                           bool with_internal, const struct case_event **ret, size_t *ret_n,
                           struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT at, seq, actor, actor_name, action, from_state, to_state, text, internal,"
		" CASE WHEN internal = 0 OR CAST(? AS BIGINT) = 1 THEN detail ELSE '' END"
		" FROM case_event WHERE org = ? AND case_id = ?"
		" AND (internal <> 1 OR CAST(? AS BIGINT) = 1) ORDER BY seq",
		BINDS(B_INT(with_internal), B_TEXT(org), B_TEXT(id), B_INT(with_internal)), &r, err));
	struct case_event *list = ARENA_ARRAY(a, struct case_event, r.n + 1);
	for (size_t i = 0; i < r.n; i++) {
		list[i] = (struct case_event){ .at = rows_int(&r, i, 0), .seq = rows_int(&r, i, 1),
			.actor = rows_text(&r, i, 2), .actor_name = rows_text(&r, i, 3),
			.action = rows_text(&r, i, 4), .from_state = rows_text(&r, i, 5),
			.to_state = rows_text(&r, i, 6), .text = rows_text(&r, i, 7),
			.internal = rows_int(&r, i, 8) == 1, .detail_internal = rows_int(&r, i, 8) == 2 };
		TRY(apply_json_cell(a, &r, i, 9, &list[i].detail, err));
	}
	*ret = list;
	*ret_n = r.n;
	return ok();
}

/* ---- letters ---- */

static struct letter_kept letter_of_row(const struct rows *r, size_t i)
{
	return (struct letter_kept){ .org = rows_text(r, i, 0), .id = rows_text(r, i, 1),
		.case_id = rows_text(r, i, 2), .title = rows_text(r, i, 3),
		.number = rows_text(r, i, 4), .at = rows_int(r, i, 5), .size = rows_int(r, i, 6) };
}

struct result letter_list_of(struct db *db, struct arena *a, struct str portal,
                             struct str portal_subject, const struct letter_kept **ret,
                             size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT letter_org, id, case_id, title, number, at, size FROM portal_letter"
		" WHERE org = ? AND subject = ? ORDER BY at DESC LIMIT 100",
		BINDS(B_TEXT(portal), B_TEXT(portal_subject)), &r, err));
	struct letter_kept *list = ARENA_ARRAY(a, struct letter_kept, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = letter_of_row(&r, i);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result letter_read_of(struct db *db, struct arena *a, const struct secret *data_key,
                             struct str portal, struct str portal_subject, struct str id,
                             struct letter_kept *ret, struct str *ret_pdf, struct err *err)
{
	struct rows r, sealed;
	TRY(db_query(db, a,
		"SELECT letter_org, id, case_id, title, number, at, size FROM portal_letter"
		" WHERE org = ? AND subject = ? AND id = ?",
		BINDS(B_TEXT(portal), B_TEXT(portal_subject), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.letter.none", NULL, "no such letter of hers");
	struct letter_kept row = letter_of_row(&r, 0);
	TRY(db_query(db, a, "SELECT sealed FROM letter WHERE org = ? AND id = ?",
	             BINDS(B_TEXT(row.org), B_TEXT(id)), &sealed, err));
	if (sealed.n == 0)
		return fail(err, ERR_INTERNAL, "apply.letter.lost", NULL, "pointer without letter");
	struct str ad = arena_printf(a, "letter:%.*s", STR_ARG(id));
	TRY(aead_open(secret_str(data_key), ad, rows_text(&sealed, 0, 0), a, ret_pdf, err));
	*ret = row;
	return ok();
}
