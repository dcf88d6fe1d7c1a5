/* Records in SQL.
 *
 * A row says: from valid_from on this is true, until valid_to ("" while no later
 * version is known). A single record that changes on a day closes the version
 * before it on that day: read at an earlier day the old one still answers. What
 * began on that day or later was wrong and is superseded (superseded_at, when we
 * knew): it answers nothing any more, but stays. Certificates stand beside each
 * other. Resident search goes through its own folded table, so that a queue of
 * 300 cases never scans bodies. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "record/basic.h"
#include "record/record.h"

static const char *const tables[] = {
	"CREATE TABLE record ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, dataset TEXT NOT NULL, id TEXT NOT NULL,"
	" valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, recorded_at BIGINT NOT NULL,"
	" superseded_at BIGINT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY (org, subject, dataset, id))",
	"CREATE TABLE resident_index ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, kana TEXT NOT NULL,"
	" shown_name TEXT NOT NULL, shown_kana TEXT NOT NULL, birth TEXT NOT NULL,"
	" number TEXT NOT NULL, PRIMARY KEY (org, subject))",
	"CREATE INDEX resident_by_name ON resident_index (org, name)",
	"CREATE INDEX resident_by_kana ON resident_index (org, kana)",
	"CREATE INDEX resident_by_number ON resident_index (org, number)",
	"CREATE INDEX resident_by_birth ON resident_index (org, birth)",
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

static const char *const answers[] = {
	"ALTER TABLE record_report ADD COLUMN answer TEXT NOT NULL DEFAULT ''",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "records", tables },
	{ 2, "reports that a record is wrong", reports },
	{ 3, "answers to reports", answers },
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

/* What was true until now: superseded where it began on that day or later,
 * closed on that day where it began before. */
static struct result give_way(struct db *tx, const struct record_new *r, int64_t now,
                              struct err *err)
{
	TRY(db_exec(tx,
		"UPDATE record SET superseded_at = ? WHERE org = ? AND subject = ? AND dataset = ?"
		" AND superseded_at = 0 AND valid_from >= ?",
		BINDS(B_INT(now), B_TEXT(r->org), B_TEXT(r->subject), B_TEXT(r->dataset),
		      B_TEXT(r->valid_from)), NULL, err));
	return db_exec(tx,
		"UPDATE record SET valid_to = ? WHERE org = ? AND subject = ? AND dataset = ?"
		" AND superseded_at = 0 AND (valid_to = '' OR valid_to > ?)",
		BINDS(B_TEXT(r->valid_from), B_TEXT(r->org), B_TEXT(r->subject), B_TEXT(r->dataset),
		      B_TEXT(r->valid_from)), NULL, err);
}

struct result record_basic_raw(struct db *tx, struct arena *a, struct str org,
                               struct str subject, const struct json **ret, struct err *err)
{
	struct rows r;
	const struct json *body = NULL;
	TRY(db_query(tx, a,
		"SELECT body FROM record WHERE org = ? AND subject = ? AND dataset = 'resident.basic'"
		" AND superseded_at = 0 AND valid_to = ''"
		" ORDER BY valid_from DESC, recorded_at DESC LIMIT 1",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	if (r.n)
		TRY(json_parse(a, rows_text(&r, 0, 0), &body, err));
	*ret = body;
	return ok();
}

struct result record_basic_change(struct db *tx, struct arena *a, struct str org,
                                  struct str subject, const struct json *new,
                                  enum basic_change *ret, struct err *err)
{
	const struct json *old;
	TRY(record_basic_raw(tx, a, org, subject, &old, err));
	*ret = basic_change_of(old, new);
	return ok();
}

/* Nothing of the four facts changes behind the certificates' back. */
static struct result not_silent(struct db *tx, struct arena *a, const struct record_new *r,
                                struct err *err)
{
	enum basic_change change;
	if (r->followed)
		return ok();
	TRY(record_basic_change(tx, a, r->org, r->subject, r->body, &change, err));
	if (change != BASIC_SAME)
		return fail(err, ERR_INTERNAL, "record.basic.silent", "公的個人認証法 §12",
		            "a basic entry changed without its consequences");
	return ok();
}

struct result record_put(struct db *tx, struct arena *a, const struct record_new *r,
                         struct str *ret_id, struct err *err)
{
	int64_t now = clock_now_us();
	struct date day;
	struct str id = new_id(a);
	if (!date_parse(r->valid_from, &day))
		return fail(err, ERR_INPUT, "record.day", NULL, "valid_from is no ISO date: %.*s",
		            STR_ARG(str_sub(r->valid_from, 0, 40)));
	if (str_eq(r->dataset, STR(BASIC_DATASET)))
		TRY(not_silent(tx, a, r, err));
	if (r->single)
		TRY(give_way(tx, r, now, err));
	TRY(db_exec(tx,
		"INSERT INTO record (org, subject, dataset, id, valid_from, valid_to, recorded_at,"
		" superseded_at, source, body) VALUES (?, ?, ?, ?, ?, '', ?, 0, ?, ?)",
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

/* Is this person protected (支援措置対象者)? By her own newest basic record,
 * whatever day is asked for. */
static struct result is_protected(struct db *db, struct arena *a, struct str org,
                                  struct str subject, bool *ret, struct err *err)
{
	struct rows r;
	const struct json *body;
	TRY(db_query(db, a,
		"SELECT body FROM record WHERE org = ? AND subject = ? AND dataset = 'resident.basic'"
		" AND superseded_at = 0 AND valid_to = ''", BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	*ret = false;
	for (size_t i = 0; i < r.n; i++) {
		TRY(json_parse(a, rows_text(&r, i, 0), &body, err));
		*ret |= json_bool_or(json_get(body, STR("protected")), false);
	}
	return ok();
}

/* ---- masking ---- */

struct mask {
	struct db *db;
	struct arena *a;
	struct str org;
	bool done; /* something was left out */
};

/* Says where somebody lives: "address", "homeAddress", "address_code", 住所 … */
static bool is_where(struct str key)
{
	static const struct str parts[] = { STR_INIT("address"), STR_INIT("postal"),
		STR_INIT("住所"), STR_INIT("居所"), STR_INIT("郵便番号") };
	for (size_t i = 0; i < key.n; i++)
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			if (str_eq_nocase(str_sub(key, i, parts[k].n), parts[k]))
				return true;
	return false;
}

static bool tells_where(const struct json *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (is_where(j->keys[i]))
			return true;
	return false;
}

/* A person inside a record of somebody else (a member of a household): the
 * object says so itself, or names a subject of this organization. */
static struct result about_protected(struct mask *m, const struct json *j, bool *ret,
                                     struct err *err)
{
	static const struct str names[] = { STR_INIT("subject"), STR_INIT("id") };
	*ret = json_bool_or(json_get(j, STR("protected")), false);
	if (*ret || !tells_where(j))
		return ok();
	for (size_t i = 0; !*ret && i < sizeof names / sizeof *names; i++) {
		struct str subject = json_text(json_get(j, names[i]));
		if (subject.n)
			TRY(is_protected(m->db, m->a, m->org, subject, ret, err));
	}
	return ok();
}

/* The tree without every member that says where a protected person lives, at any
 * depth; `hide`: whoever this part is about is protected. */
static struct result masked(struct mask *m, const struct json *j, bool hide,
                            const struct json **ret, struct err *err)
{
	if (j->kind == JSON_ARRAY) {
		struct json_array *out = json_array_new(m->a);
		for (size_t i = 0; i < j->n; i++) {
			const struct json *item;
			TRY(masked(m, &j->items[i], hide, &item, err));
			json_push(out, item);
		}
		*ret = json_array_done(out);
		return ok();
	}
	if (j->kind != JSON_OBJECT) {
		*ret = j;
		return ok();
	}
	struct json_object *out = json_object_new(m->a);
	bool also;
	TRY(about_protected(m, j, &also, err));
	for (size_t i = 0; i < j->n; i++) {
		const struct json *v = json_str(m->a, STR(""));
		if ((hide || also) && is_where(j->keys[i]))
			m->done = true;
		else
			TRY(masked(m, &j->items[i], hide || also, &v, err));
		json_put(out, j->keys[i], v);
	}
	*ret = json_object_done(out);
	return ok();
}

const struct json *record_without_address(struct arena *a, const struct json *j)
{
	if (!j || (j->kind != JSON_ARRAY && j->kind != JSON_OBJECT))
		return j;
	if (j->kind == JSON_ARRAY) {
		struct json_array *list = json_array_new(a);
		for (size_t i = 0; i < j->n; i++)
			json_push(list, record_without_address(a, &j->items[i]));
		return json_array_done(list);
	}
	struct json_object *out = json_object_new(a);
	for (size_t i = 0; i < j->n; i++)
		json_put(out, j->keys[i], is_where(j->keys[i]) ? json_str(a, STR(""))
		                                               : record_without_address(a, &j->items[i]));
	return json_object_done(out);
}

static struct result row_record(struct db *db, struct arena *a, const struct rows *r,
                                size_t i, struct str org, bool hide, struct record *ret,
                                struct err *err)
{
	const struct json *body;
	struct mask m = { .db = db, .a = a, .org = org, .done = hide };
	TRY(json_parse(a, rows_text(r, i, 4), &body, err));
	TRY(masked(&m, body, hide, &body, err));
	*ret = (struct record){
		.id = rows_text(r, i, 0), .dataset = rows_text(r, i, 1),
		.source = rows_text(r, i, 2), .valid_from = rows_text(r, i, 3),
		.recorded_at = rows_int(r, i, 5), .masked = m.done, .body = body };
	return ok();
}

struct result record_current(struct db *db, struct arena *a, struct str org,
                             struct str subject, struct str dataset, struct str day,
                             const struct record **ret, struct err *err)
{
	struct rows r;
	bool hide;
	struct record *out = ARENA_NEW(a, struct record);
	struct str until = day.n ? day : STR("9999-12-31");
	TRY(is_protected(db, a, org, subject, &hide, err));
	TRY(db_query(db, a,
		"SELECT id, dataset, source, valid_from, body, recorded_at FROM record"
		" WHERE org = ? AND subject = ? AND dataset = ? AND superseded_at = 0"
		" AND valid_from <= ? ORDER BY valid_from DESC, recorded_at DESC, id DESC LIMIT 1",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(dataset), B_TEXT(until)), &r, err));
	if (r.n == 0) {
		*ret = NULL;
		return ok();
	}
	TRY(row_record(db, a, &r, 0, org, hide, out, err));
	*ret = out;
	return ok();
}

struct result record_all(struct db *db, struct arena *a, struct str org, struct str subject,
                         const struct record **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	bool hide;
	TRY(is_protected(db, a, org, subject, &hide, err));
	TRY(db_query(db, a,
		"SELECT id, dataset, source, valid_from, body, recorded_at FROM record"
		" WHERE org = ? AND subject = ? AND superseded_at = 0 AND valid_to = ''"
		" ORDER BY dataset, valid_from DESC, recorded_at DESC",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	struct record *list = ARENA_ARRAY(a, struct record, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		TRY(row_record(db, a, &r, i, org, hide, &list[i], err));
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

/* Bare digits as the resident code is kept, whatever width and hyphens they were
 * typed with; "" when it is something else. */
static struct str digits_of(struct arena *a, struct str query)
{
	struct str s = text_hyphens(a, text_half_width(a, query));
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			out[n++] = s.p[i];
		else if (s.p[i] != '-' && s.p[i] != ' ')
			return STR("");
	}
	return str_of(out, n);
}

/* 平成8年5月1日, H8.5.1, 1996-05-01 … as the index keeps it; "" when it is no date. */
static struct str birth_of(struct arena *a, struct str query)
{
	struct date d;
	return date_read(query, &d) ? date_format(a, d) : STR("");
}

struct result record_find_resident(struct db *db, struct arena *a, struct str org,
                                   struct str query, const struct record_hit **ret,
                                   size_t *ret_n, struct err *err)
{
	struct rows r;
	query = text_trim(query);
	struct str q = text_fold(a, query);
	if (q.n == 0) {
		*ret = NULL;
		*ret_n = 0;
		return ok();
	}
	struct str end = prefix_end(a, q);
	struct str number = digits_of(a, query), birth = birth_of(a, query);
	TRY(db_query(db, a,
		"SELECT subject, shown_name, shown_kana, birth FROM resident_index"
		" WHERE org = ? AND ((name >= ? AND name < ?) OR (kana >= ? AND kana < ?)"
		" OR (number = ? AND number <> '') OR (birth = ? AND birth <> ''))"
		" ORDER BY kana, subject LIMIT 50",
		BINDS(B_TEXT(org), B_TEXT(q), B_TEXT(end), B_TEXT(q), B_TEXT(end), B_TEXT(number),
		      B_TEXT(birth)), &r, err));
	struct record_hit *list = ARENA_ARRAY(a, struct record_hit, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct record_hit){ rows_text(&r, i, 0), rows_text(&r, i, 1),
		                               rows_text(&r, i, 2), rows_text(&r, i, 3) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}
