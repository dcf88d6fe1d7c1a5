/* Records in SQL. The current version of a single record is the one without
 * superseded_at; certificates stand beside each other. Resident search goes
 * through its own folded table, so that a queue of 300 cases never scans
 * bodies. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "record/record.h"

static const char *const tables[] = {
	"CREATE TABLE record ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, dataset TEXT NOT NULL, id TEXT NOT NULL,"
	" valid_from TEXT NOT NULL, recorded_at BIGINT NOT NULL, superseded_at BIGINT NOT NULL,"
	" source TEXT NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY (org, subject, dataset, id))",
	"CREATE TABLE resident_index ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, kana TEXT NOT NULL,"
	" shown_name TEXT NOT NULL, shown_kana TEXT NOT NULL, birth TEXT NOT NULL,"
	" number TEXT NOT NULL, PRIMARY KEY (org, subject))",
	"CREATE INDEX resident_by_name ON resident_index (org, name)",
	"CREATE INDEX resident_by_kana ON resident_index (org, kana)",
	"CREATE INDEX resident_by_number ON resident_index (org, number)",
	"CREATE TABLE record_secret ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, sealed BYTEA NOT NULL,"
	" PRIMARY KEY (org, subject, name))",
	NULL,
};

/* What people say is wrong (report.h). */
static const char *const reports[] = {
	"CREATE TABLE record_report ("
	" org TEXT NOT NULL, id TEXT NOT NULL, subject TEXT NOT NULL, dataset TEXT NOT NULL,"
	" item TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL, done_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, id))",
	"CREATE INDEX record_report_by_time ON record_report (org, done_at, at)",
	"CREATE INDEX record_report_by_subject ON record_report (org, subject, at)",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "records", tables },
	{ 2, "reports that a record is wrong", reports },
};

void record_migrations(void)
{
	store_migrations_add("record", migrations, sizeof migrations / sizeof *migrations);
}

static struct str new_id(struct arena *a)
{
	uint8_t raw[16];
	random_bytes(raw, sizeof raw);
	return hex_encode(a, str_of((const char *)raw, sizeof raw));
}

/* ---- writing ---- */

/* What the counter's search finds: name and kana folded alike, the resident
 * code as digits. */
static struct result index_resident(struct db *tx, struct arena *a, const struct record_new *r,
                                    struct err *err)
{
	struct str name = json_text(json_get(r->body, STR("name")));
	struct str kana = json_text(json_get(r->body, STR("kana")));
	struct str birth = json_text(json_get(r->body, STR("birth")));
	struct str number = json_text(json_get(r->body, STR("number")));
	struct str folded_name = text_fold(a, name), folded_kana = text_fold(a, kana);
	return db_exec(tx,
		"INSERT INTO resident_index"
		" (org, subject, name, kana, shown_name, shown_kana, birth, number)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, subject) DO UPDATE SET"
		" name = excluded.name, kana = excluded.kana, shown_name = excluded.shown_name,"
		" shown_kana = excluded.shown_kana, birth = excluded.birth, number = excluded.number",
		BINDS(B_TEXT(r->org), B_TEXT(r->subject), B_TEXT(folded_name), B_TEXT(folded_kana),
		      B_TEXT(name), B_TEXT(kana), B_TEXT(birth), B_TEXT(number)), NULL, err);
}

struct result record_put(struct db *tx, struct arena *a, const struct record_new *r,
                         struct str *ret_id, struct err *err)
{
	int64_t now = clock_now_us();
	struct str id = new_id(a);
	if (r->single)
		TRY(db_exec(tx,
			"UPDATE record SET superseded_at = ?"
			" WHERE org = ? AND subject = ? AND dataset = ? AND superseded_at = 0",
			BINDS(B_INT(now), B_TEXT(r->org), B_TEXT(r->subject), B_TEXT(r->dataset)),
			NULL, err));
	TRY(db_exec(tx,
		"INSERT INTO record (org, subject, dataset, id, valid_from, recorded_at,"
		" superseded_at, source, body) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
		BINDS(B_TEXT(r->org), B_TEXT(r->subject), B_TEXT(r->dataset), B_TEXT(id),
		      B_TEXT(r->valid_from), B_INT(now), B_TEXT(r->source),
		      B_TEXT(json_to_str(a, r->body))), NULL, err));
	if (str_eq(r->dataset, STR("resident.basic")))
		TRY(index_resident(tx, a, r, err));
	*ret_id = id;
	return ok();
}

struct result record_secret_put(struct db *tx, struct str org, struct str subject,
                                struct str name, struct str sealed, struct err *err)
{
	return db_exec(tx,
		"INSERT INTO record_secret (org, subject, name, sealed) VALUES (?, ?, ?, ?)"
		" ON CONFLICT (org, subject, name) DO UPDATE SET sealed = excluded.sealed",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(name), B_BLOB(sealed)), NULL, err);
}

/* ---- reading ---- */

/* Is this person protected (支援措置対象者)? By her own basic record. */
static struct result is_protected(struct db *db, struct arena *a, struct str org,
                                  struct str subject, bool *ret, struct err *err)
{
	struct rows r;
	const struct json *body;
	TRY(db_query(db, a,
		"SELECT body FROM record WHERE org = ? AND subject = ? AND dataset = 'resident.basic'"
		" AND superseded_at = 0", BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	*ret = false;
	for (size_t i = 0; i < r.n; i++) {
		TRY(json_parse(a, rows_text(&r, i, 0), &body, err));
		*ret |= json_bool_or(json_get(body, STR("protected")), false);
	}
	return ok();
}

/* Every member that says where she lives, at any depth. */
const struct json *record_without_address(struct arena *a, const struct json *j)
{
	if (!j)
		return NULL;
	if (j->kind == JSON_ARRAY) {
		struct json_array *out = json_array_new(a);
		for (size_t i = 0; i < j->n; i++)
			json_push(out, record_without_address(a, &j->items[i]));
		return json_array_done(out);
	}
	if (j->kind != JSON_OBJECT)
		return j;
	struct json_object *out = json_object_new(a);
	for (size_t i = 0; i < j->n; i++) {
		bool where = str_find(j->keys[i], STR("address")) != STR_NONE ||
		             str_eq(j->keys[i], STR("postal"));
		if (where)
			json_put_str(out, j->keys[i], STR(""));
		else
			json_put(out, j->keys[i], record_without_address(a, &j->items[i]));
	}
	return json_object_done(out);
}

static struct result row_record(struct arena *a, const struct rows *r, size_t i, bool mask,
                                struct record *ret, struct err *err)
{
	const struct json *body;
	TRY(json_parse(a, rows_text(r, i, 4), &body, err));
	*ret = (struct record){
		.id = rows_text(r, i, 0), .dataset = rows_text(r, i, 1),
		.source = rows_text(r, i, 2), .valid_from = rows_text(r, i, 3),
		.recorded_at = rows_int(r, i, 5), .masked = mask,
		.body = mask ? record_without_address(a, body) : body };
	return ok();
}

struct result record_current(struct db *db, struct arena *a, struct str org,
                             struct str subject, struct str dataset, struct str day,
                             const struct record **ret, struct err *err)
{
	struct rows r;
	bool mask;
	struct record *out = ARENA_NEW(a, struct record);
	struct str until = day.n ? day : STR("9999-12-31");
	TRY(is_protected(db, a, org, subject, &mask, err));
	TRY(db_query(db, a,
		"SELECT id, dataset, source, valid_from, body, recorded_at FROM record"
		" WHERE org = ? AND subject = ? AND dataset = ? AND superseded_at = 0"
		" AND valid_from <= ? ORDER BY valid_from DESC, recorded_at DESC LIMIT 1",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(dataset), B_TEXT(until)), &r, err));
	if (r.n == 0) {
		*ret = NULL;
		return ok();
	}
	TRY(row_record(a, &r, 0, mask, out, err));
	*ret = out;
	return ok();
}

struct result record_all(struct db *db, struct arena *a, struct str org, struct str subject,
                         const struct record **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	bool mask;
	TRY(is_protected(db, a, org, subject, &mask, err));
	TRY(db_query(db, a,
		"SELECT id, dataset, source, valid_from, body, recorded_at FROM record"
		" WHERE org = ? AND subject = ? AND superseded_at = 0"
		" ORDER BY dataset, recorded_at DESC",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	struct record *list = ARENA_ARRAY(a, struct record, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(row_record(a, &r, i, mask, &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}

/* ---- search ---- */

/* The smallest text greater than every text that begins with `prefix`. */
static struct str prefix_end(struct arena *a, struct str prefix)
{
	return arena_join(a, prefix, STR("\xF4\x8F\xBF\xBF"));
}

struct result record_find_resident(struct db *db, struct arena *a, struct str org,
                                   struct str query, const struct record_hit **ret,
                                   size_t *ret_n, struct err *err)
{
	struct rows r;
	struct str q = text_fold(a, str_trim(query));
	if (q.n == 0) {
		*ret = NULL;
		*ret_n = 0;
		return ok();
	}
	struct str end = prefix_end(a, q);
	TRY(db_query(db, a,
		"SELECT subject, shown_name, shown_kana, birth FROM resident_index"
		" WHERE org = ? AND ((name >= ? AND name < ?) OR (kana >= ? AND kana < ?)"
		" OR number = ? OR birth = ?) ORDER BY kana, subject LIMIT 50",
		BINDS(B_TEXT(org), B_TEXT(q), B_TEXT(end), B_TEXT(q), B_TEXT(end), B_TEXT(q),
		      B_TEXT(str_trim(query))), &r, err));
	struct record_hit *list = ARENA_ARRAY(a, struct record_hit, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct record_hit){ rows_text(&r, i, 0), rows_text(&r, i, 1),
		                               rows_text(&r, i, 2), rows_text(&r, i, 3) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}
