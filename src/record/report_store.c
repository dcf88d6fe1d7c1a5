/* Reports that a fact is wrong, in SQL. Their table is version 2 of this
 * room's migrations (record_store.c). */
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "record/report.h"

enum { LIST_MAX = 200 };

static struct result check_text(struct str text, const char *code, struct err *err)
{
	bool plain = text.n > 0 && text_fits(text, RECORD_REPORT_TEXT_MAX) &&
	             !text_has_control_line(text);
	if (!plain)
		return fail(err, ERR_INPUT, code, NULL, "expected 1 to %d plain characters",
		            RECORD_REPORT_TEXT_MAX);
	return ok();
}

static struct result check_number(struct db *tx, struct arena *a, struct str org,
                                  struct str subject, struct err *err)
{
	struct rows r;
	TRY(db_query(tx, a,
		"SELECT COUNT(*) FROM record_report WHERE org = ? AND subject = ? AND done_at = 0",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	if (rows_int(&r, 0, 0) >= RECORD_REPORT_OPEN_MAX)
		return fail(err, ERR_LIMIT, "record.report.many", NULL, "%d reports are open already",
		            RECORD_REPORT_OPEN_MAX);
	return ok();
}

struct result record_report_put(struct db *tx, struct arena *a, struct str org,
                                const struct record_report *r, struct str *ret_id,
                                struct err *err)
{
	uint8_t raw[16];
	struct str text = text_trim(text_lines(a, r->text));
	TRY(check_text(text, "record.report.text", err));
	TRY(check_number(tx, a, org, r->subject, err));
	random_bytes(raw, sizeof raw);
	struct str id = hex_encode(a, str_of((const char *)raw, sizeof raw));
	TRY(db_exec(tx,
		"INSERT INTO record_report (org, id, subject, dataset, item, text, at, done_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
		BINDS(B_TEXT(org), B_TEXT(id), B_TEXT(r->subject), B_TEXT(r->dataset),
		      B_TEXT(r->item), B_TEXT(text), B_INT(r->at)), NULL, err));
	*ret_id = id;
	return ok();
}

struct result record_report_list(struct db *db, struct arena *a, struct str org,
                                 struct str subject, const struct record_report **ret,
                                 size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, subject, dataset, item, text, at, done_at, answer FROM record_report"
		" WHERE org = ? AND (CAST(? AS TEXT) = '' OR subject = ?)"
		" ORDER BY CASE WHEN done_at = 0 THEN 0 ELSE 1 END, at, id LIMIT ?",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(subject), B_INT(LIST_MAX)), &r, err));
	struct record_report *list = ARENA_ARRAY(a, struct record_report, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct record_report){
			.id = rows_text(&r, i, 0), .subject = rows_text(&r, i, 1),
			.dataset = rows_text(&r, i, 2), .item = rows_text(&r, i, 3),
			.text = rows_text(&r, i, 4), .at = rows_int(&r, i, 5),
			.done_at = rows_int(&r, i, 6), .answer = rows_text(&r, i, 7) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}

/* Why nothing changed. */
static struct result closed_before(struct db *tx, struct arena *a, struct str org,
                                   struct str id, struct str answer, struct err *err)
{
	struct rows r;
	TRY(db_query(tx, a, "SELECT answer FROM record_report WHERE org = ? AND id = ?",
	             BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "record.report.none", NULL, "no report of that id here");
	if (!str_eq(rows_text(&r, 0, 0), answer))
		return fail(err, ERR_CONFLICT, "record.report.closed", NULL,
		            "somebody else answered it first");
	return ok();
}

struct result record_report_done(struct db *tx, struct arena *a, struct str org,
                                 struct str id, struct str answer, int64_t now,
                                 bool *ret_first, struct err *err)
{
	int64_t changed;
	struct str text = text_trim(text_lines(a, answer));
	TRY(check_text(text, "record.report.answer", err));
	TRY(db_exec(tx,
		"UPDATE record_report SET done_at = ?, answer = ?"
		" WHERE org = ? AND id = ? AND done_at = 0",
		BINDS(B_INT(now), B_TEXT(text), B_TEXT(org), B_TEXT(id)), &changed, err));
	if (changed == 0)
		TRY(closed_before(tx, a, org, id, text, err));
	*ret_first = changed > 0;
	return ok();
}
