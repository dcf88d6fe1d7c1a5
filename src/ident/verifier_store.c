/* See verifier.h. Counted by day and kind in one row each: the lane makes them
 * one after the other, so a limit cannot be run over by asking at once. */
#include "base/calendar.h"
#include "base/text.h"
#include "ident/verifier.h"

static const struct ask_row rows[ASK_COUNT] = {
	[ASK_CERTIFICATE] = { "certificate", true, "verifier.certificate" },
	[ASK_SIGNATURE] = { "signature", true, "verifier.signature" },
	[ASK_CONSENT] = { "consent", false, "verifier.consent" },
	[ASK_ATTRIBUTES] = { "attributes", true, "verifier.attributes" },
	[ASK_LINK] = { "link", true, "verifier.link" },
	[ASK_PRIVATE_ID] = { "private-id", true, "verifier.private_id" },
	[ASK_EVENTS] = { "events", false, NULL },
};

const struct ask_row *ask_row(enum ask_kind k)
{
	return &rows[k];
}

/* ---- what fits ---- */

static bool made_of(struct str s, size_t max, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c == '\0' || !strchr(more, c)))
			return false;
	}
	return s.n > 0 && s.n <= max;
}

static bool name_fits(const struct verifier *v)
{
	for (size_t i = 0; i < LANG_COUNT; i++)
		if (v->name[i].n == 0 || !text_fits(v->name[i], VERIFIER_NAME_MAX) ||
		    text_has_control_line(v->name[i]) || str_find_char(v->name[i], '\n') != STR_NONE)
			return false;
	return true;
}

struct result verifier_add(struct db *tx, struct str org, const struct verifier *v,
                           struct err *err)
{
	if (!made_of(v->id, VERIFIER_ID_MAX, "-"))
		return fail(err, ERR_INPUT, "verifier.id", NULL, "an id is 1 to %d of a-z, 0-9 and '-'",
		            VERIFIER_ID_MAX);
	if (!made_of(v->host, 253, ".-") || str_find_char(v->host, '.') == STR_NONE)
		return fail(err, ERR_INPUT, "verifier.host", NULL, "no host name in lower case: %.*s",
		            STR_ARG(v->host));
	if (!name_fits(v))
		return fail(err, ERR_INPUT, "verifier.name", NULL, "a name in each language, one line");
	if (v->day_limit < 1 || v->yen < 0)
		return fail(err, ERR_INPUT, "verifier.limit", NULL, "a limit above 0, a price of 0 or more");
	return db_exec(tx,
		"INSERT INTO verifier (org, id, name_ja, name_en, name_easy, host, suspended, day_limit,"
		" yen, added_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
		BINDS(B_TEXT(org), B_TEXT(v->id), B_TEXT(v->name[LANG_JA]), B_TEXT(v->name[LANG_EN]),
		      B_TEXT(v->name[LANG_EASY]), B_TEXT(v->host), B_INT(v->day_limit), B_INT(v->yen),
		      B_INT(v->added_at)), NULL, err);
}

/* ---- reading ---- */

static struct verifier row_of(const struct rows *r, size_t i)
{
	return (struct verifier){ .id = rows_text(r, i, 0),
		.name = { rows_text(r, i, 1), rows_text(r, i, 2), rows_text(r, i, 3) },
		.host = rows_text(r, i, 4), .suspended = rows_int(r, i, 5) != 0,
		.day_limit = rows_int(r, i, 6), .yen = rows_int(r, i, 7), .added_at = rows_int(r, i, 8) };
}

static struct result one(const struct rows *r, struct verifier *ret, struct err *err)
{
	if (r->n == 0)
		return fail(err, ERR_NOT_FOUND, "verifier.none", NULL, "no such verifier");
	*ret = row_of(r, 0);
	return ok();
}

struct result verifier_find(struct db *db, struct arena *a, struct str org, struct str id,
                            struct verifier *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, name_ja, name_en, name_easy, host, suspended, day_limit, yen, added_at"
		" FROM verifier WHERE org = ? AND id = ?", BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	return one(&r, ret, err);
}

struct result verifier_by_host(struct db *db, struct arena *a, struct str org, struct str host,
                               struct verifier *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, name_ja, name_en, name_easy, host, suspended, day_limit, yen, added_at"
		" FROM verifier WHERE org = ? AND host = ?", BINDS(B_TEXT(org), B_TEXT(host)), &r, err));
	return one(&r, ret, err);
}

struct result verifier_list(struct db *db, struct arena *a, struct str org,
                            const struct verifier **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, name_ja, name_en, name_easy, host, suspended, day_limit, yen, added_at"
		" FROM verifier WHERE org = ? ORDER BY id LIMIT 1000", BINDS(B_TEXT(org)), &r, err));
	struct verifier *list = ARENA_ARRAY(a, struct verifier, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = row_of(&r, i);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result verifier_suspend(struct db *tx, struct str org, struct str id, bool suspended,
                               struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "UPDATE verifier SET suspended = ? WHERE org = ? AND id = ?",
	            BINDS(B_INT(suspended), B_TEXT(org), B_TEXT(id)), &changed, err));
	return changed ? ok() : fail(err, ERR_NOT_FOUND, "verifier.none", NULL, "no such verifier");
}

/* ---- counting ---- */

struct result verifier_count(struct db *tx, struct str org, const struct verifier *v,
                             enum ask_kind kind, int64_t now, struct err *err)
{
	struct rows r;
	ARENA_AUTO a = arena_new(1 << 16);
	struct str day = date_format(a, jst_date(now));
	TRY(db_query(tx, a,
		"SELECT SUM(n) FROM verifier_use WHERE org = ? AND verifier = ? AND day = ?",
		BINDS(B_TEXT(org), B_TEXT(v->id), B_TEXT(day)), &r, err));
	if (r.n && rows_int(&r, 0, 0) >= v->day_limit)
		return fail(err, ERR_LIMIT, "verifier.limit", NULL, "%.*s has asked %lld times today",
		            STR_ARG(v->id), (long long)rows_int(&r, 0, 0));
	return db_exec(tx,
		"INSERT INTO verifier_use (org, verifier, day, kind, n) VALUES (?, ?, ?, ?, 1)"
		" ON CONFLICT (org, verifier, day, kind) DO UPDATE SET n = verifier_use.n + 1",
		BINDS(B_TEXT(org), B_TEXT(v->id), B_TEXT(day), B_TEXT(str_c(rows[kind].name))), NULL, err);
}

static enum ask_kind kind_of(struct str name)
{
	for (size_t i = 0; i < ASK_COUNT; i++)
		if (str_eq(name, str_c(rows[i].name)))
			return (enum ask_kind)i;
	return ASK_COUNT;
}

struct result verifier_usage(struct db *db, struct arena *a, struct str org, struct str month,
                             const struct verifier_use **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	struct date first;
	if (month.n != 7 || !date_parse(arena_printf(a, "%.*s-01", STR_ARG(month)), &first))
		return fail(err, ERR_INPUT, "verifier.month", NULL, "no month like 2026-11: %.*s",
		            STR_ARG(month));
	TRY(db_query(db, a,
		"SELECT verifier, kind, SUM(n) FROM verifier_use WHERE org = ? AND day >= ? AND day < ?"
		" GROUP BY verifier, kind ORDER BY verifier, kind",
		BINDS(B_TEXT(org), B_TEXT(date_format(a, first)),
		      B_TEXT(date_format(a, date_add_months(first, 1)))), &r, err));
	struct verifier_use *list = ARENA_ARRAY(a, struct verifier_use, r.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < r.n; i++) {
		enum ask_kind kind = kind_of(rows_text(&r, i, 1));
		if (kind != ASK_COUNT)
			list[n++] = (struct verifier_use){ rows_text(&r, i, 0), kind, rows_int(&r, i, 2) };
	}
	*ret = list;
	*ret_n = n;
	return ok();
}
