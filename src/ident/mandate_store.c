/* See mandate.h. The signed text is what counts; the other columns find it. */
#include "ident/mandate.h"
#include "store/journal.h"

/* She who may act sees it in her log. */
static struct result note(struct db *tx, struct str org, struct str company, struct str person,
                          struct str id, const char *event, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 16);
	struct json_object *detail = json_object_new(a);
	json_put_str(detail, STR("company"), company);
	return journal_add(tx, &(struct journal_entry){ .org = org, .subject = person,
		.event = str_c(event), .actor = STR("system"), .object = id,
		.detail = json_object_done(detail) }, err);
}

struct result mandate_put(struct db *tx, struct str org, const struct mandate *m, int64_t now,
                          struct err *err)
{
	TRY(note(tx, org, m->company, m->to, m->id, "mandate.add", err));
	return db_exec(tx,
		"INSERT INTO mandate (org, company, id, parent, person, until, text, cms, added_at,"
		" revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
		BINDS(B_TEXT(org), B_TEXT(m->company), B_TEXT(m->id), B_TEXT(m->parent), B_TEXT(m->to),
		      B_INT(m->until), B_TEXT(m->text), B_BLOB(m->cms), B_INT(now)), NULL, err);
}

/* Read again from the text: a row that was altered is found, not believed. */
static struct result row_of(struct arena *a, const struct rows *r, size_t i, struct mandate *ret,
                            struct err *err)
{
	TRY(mandate_read(a, rows_text(r, i, 0), ret, err));
	ret->cms = rows_text(r, i, 1);
	ret->revoked_at = rows_int(r, i, 2);
	return ok();
}

struct result mandate_find(struct db *db, struct arena *a, struct str org, struct str company,
                           struct str id, struct mandate *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT text, cms, revoked_at FROM mandate WHERE org = ? AND company = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(company), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "mandate.unknown", NULL, "no such mandate");
	return row_of(a, &r, 0, ret, err);
}

struct result mandate_list(struct db *db, struct arena *a, struct str org, struct str company,
                           struct str to, const struct mandate **ret, size_t *ret_n,
                           struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT text, cms, revoked_at FROM mandate WHERE org = ? AND company = ?"
		" AND (CAST(? AS TEXT) = '' OR person = ?) ORDER BY added_at DESC, id LIMIT 500",
		BINDS(B_TEXT(org), B_TEXT(company), B_TEXT(to), B_TEXT(to)), &r, err));
	struct mandate *list = ARENA_ARRAY(a, struct mandate, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(row_of(a, &r, i, &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result mandate_revoke(struct db *tx, struct str org, struct str company, struct str id,
                             int64_t now, struct err *err)
{
	int64_t changed;
	struct rows r;
	ARENA_AUTO a = arena_new(1 << 16);
	TRY(db_exec(tx,
		"UPDATE mandate SET revoked_at = ? WHERE org = ? AND company = ? AND id = ?"
		" AND revoked_at = 0",
		BINDS(B_INT(now), B_TEXT(org), B_TEXT(company), B_TEXT(id)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "mandate.ended", NULL, "no such mandate that runs");
	TRY(db_query(tx, a, "SELECT person FROM mandate WHERE org = ? AND company = ? AND id = ?",
	             BINDS(B_TEXT(org), B_TEXT(company), B_TEXT(id)), &r, err));
	return note(tx, org, company, rows_text(&r, 0, 0), id, "mandate.revoke", err);
}
