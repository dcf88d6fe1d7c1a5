/* Records in time, what is masked, and who is found. */
#include "../support/test_store.h"
#include "base/random.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CITY STR("172065")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static const struct json *json_of(struct arena *a, const char *text)
{
	const struct json *j;
	struct err err = { 0 };
	char *p = arena_alloc(a, strlen(text) + 1);
	for (size_t i = 0; text[i]; i++)
		p[i] = text[i] == '\'' ? '"' : text[i];
	good(json_parse(a, str_of(p, strlen(text)), &j, &err), &err);
	return j;
}

static void put_as(struct test_store *t, const char *subject, const char *dataset, const char *day,
                   const char *body, bool single)
{
	struct str id;
	struct err err = { 0 };
	struct db *tx = NULL;
	struct record_new r = { .org = CITY, .subject = str_c(subject), .dataset = str_c(dataset),
		.source = STR("住民基本台帳"), .valid_from = str_c(day), .body = json_of(t->a, body),
		.single = single, .followed = true };
	good(store_begin(t->s, &tx, &err), &err);
	good(record_put(tx, t->a, &r, &id, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(id.n, 32);
}

static void put(struct test_store *t, const char *subject, const char *dataset, const char *day,
                const char *body)
{
	put_as(t, subject, dataset, day, body, true);
}

static const struct record *at(struct test_store *t, const char *subject, const char *dataset,
                               const char *day)
{
	const struct record *r;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_current(db, t->a, CITY, str_c(subject), str_c(dataset), str_c(day), &r, &err), &err);
	return r;
}

static void assert_body(struct test_store *t, const struct record *r, const char *want)
{
	struct str is = r ? json_to_str(t->a, r->body) : STR("(none)");
	struct str w = want ? json_to_str(t->a, json_of(t->a, want)) : STR("(none)");
	if (!str_eq(is, w))
		fail_msg("%.*s, not %.*s", STR_ARG(is), STR_ARG(w));
}

/* ---- in time ---- */

static void each_day_has_its_answer(void **state)
{
	struct test_store *t = *state;
	put(t, "s", "tax.income", "2020-01-01", "{'v':1}");
	put(t, "s", "tax.income", "2022-01-01", "{'v':2}");
	put(t, "s", "tax.income", "2024-01-01", "{'v':3}");
	assert_body(t, at(t, "s", "tax.income", "2019-12-31"), NULL);
	assert_body(t, at(t, "s", "tax.income", "2020-01-01"), "{'v':1}");
	assert_body(t, at(t, "s", "tax.income", "2021-12-31"), "{'v':1}");
	assert_body(t, at(t, "s", "tax.income", "2022-01-01"), "{'v':2}");
	assert_body(t, at(t, "s", "tax.income", "2023-12-31"), "{'v':2}");
	assert_body(t, at(t, "s", "tax.income", "2030-01-01"), "{'v':3}");
	assert_body(t, at(t, "s", "tax.income", ""), "{'v':3}");
	assert_body(t, at(t, "other", "tax.income", ""), NULL);
	assert_body(t, at(t, "s", "tax.other", ""), NULL);
}

static int64_t rows_of(struct test_store *t, const char *sql)
{
	struct rows r;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, sql, NO_BINDS, &r, &err), &err);
	return rows_int(&r, 0, 0);
}

static void a_correction_supersedes_and_keeps(void **state)
{
	struct test_store *t = *state;
	put(t, "s", "tax.income", "2020-01-01", "{'v':1}");
	put(t, "s", "tax.income", "2022-06-01", "{'v':2}"); /* wrong: it was in January */
	put(t, "s", "tax.income", "2022-01-01", "{'v':3}");
	assert_body(t, at(t, "s", "tax.income", "2021-06-01"), "{'v':1}");
	assert_body(t, at(t, "s", "tax.income", "2022-03-01"), "{'v':3}");
	assert_body(t, at(t, "s", "tax.income", "2022-07-01"), "{'v':3}");
	put(t, "s", "tax.income", "2022-01-01", "{'v':4}"); /* the same day again */
	assert_body(t, at(t, "s", "tax.income", "2022-03-01"), "{'v':4}");
	assert_int_equal(rows_of(t, "SELECT COUNT(*) FROM record"), 4); /* nothing overwritten */
	assert_int_equal(rows_of(t, "SELECT COUNT(*) FROM record WHERE superseded_at > 0"), 2);
}

static void certificates_stand_beside_each_other(void **state)
{
	struct test_store *t = *state;
	const struct record *list;
	size_t n;
	struct err err = { 0 };
	put_as(t, "s", "disaster.certificate", "2026-01-01", "{'n':1}", false);
	put_as(t, "s", "disaster.certificate", "2026-02-01", "{'n':2}", false);
	put(t, "s", "tax.income", "2025-01-01", "{'v':1}");
	put(t, "s", "tax.income", "2026-01-01", "{'v':2}");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_all(db, t->a, CITY, STR("s"), &list, &n, &err), &err);
	assert_int_equal(n, 3); /* both certificates, the newest income */
	assert_body(t, &list[0], "{'n':2}");
	assert_body(t, &list[1], "{'n':1}");
	assert_body(t, &list[2], "{'v':2}");
	good(record_all(db, t->a, STR("452025"), STR("s"), &list, &n, &err), &err);
	assert_int_equal(n, 0); /* another city holds its own */
}

static void days_are_days(void **state)
{
	static const char *const days[] = { "", "2026-02-30", "2026-1-1", "yesterday", "令和8年1月1日",
	                                    "2026-01-01T00:00:00Z" };
	struct test_store *t = *state;
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct str id = STR("untouched");
		struct err err = { 0 };
		struct db *tx = NULL;
		struct record_new r = { .org = CITY, .subject = STR("s"), .dataset = STR("d"),
			.source = STR("x"), .valid_from = str_c(days[i]), .body = json_of(t->a, "{}") };
		good(store_begin(t->s, &tx, &err), &err);
		assert_int_equal(record_put(tx, t->a, &r, &id, &err).kind, ERR_INPUT);
		assert_string_equal(err.code, "record.day");
		store_abort(&tx);
		assert_true(str_eq(id, STR("untouched")));
	}
}

/* Random versions: the answer of every day is the newest of those that no later
 * put has taken back. */
static void random_versions_follow_the_rule(void **state)
{
	enum { PUTS = 24, DAYS = 10 };
	struct test_store *t = *state;
	struct rng r;
	int model[DAYS]; /* what is true from that day on, day by day */
	rng_seed(&r, 42);
	for (int d = 0; d < DAYS; d++)
		model[d] = -1;
	for (int i = 0; i < PUTS; i++) {
		int day = (int)rng_below(&r, DAYS);
		struct str body = arena_printf(t->a, "{'v':%d}", i);
		put(t, "s", "d", arena_cstr(t->a, arena_printf(t->a, "2026-01-%02d", day + 1)),
		    arena_cstr(t->a, body));
		for (int d = day; d < DAYS; d++)
			model[d] = i;
		for (int d = 0; d < DAYS; d++) {
			struct str want = arena_printf(t->a, "{'v':%d}", model[d]);
			assert_body(t, at(t, "s", "d", arena_cstr(t->a, arena_printf(t->a, "2026-01-%02d", d + 1))),
			            model[d] < 0 ? NULL : arena_cstr(t->a, want));
		}
	}
}

/* ---- masked ---- */

static void nothing_says_where_she_lives(void **state)
{
	struct test_store *t = *state;
	const struct record *list;
	size_t n;
	struct err err = { 0 };
	put(t, "s", "resident.basic", "2020-01-01",
	    "{'name':'加賀 花子','address':'大聖寺秘密町1','protected':true,'postal':'922-0000',"
	    "'address_code':'1'}");
	put(t, "s", "resident.household", "2020-01-01",
	    "{'head':'加賀 花子','homeAddress':'大聖寺秘密町1','members':[{'id':'m1','name':'加賀 花子',"
	    "'Address':'大聖寺秘密町1','more':[{'住所':'大聖寺秘密町1'}]}]}");
	put_as(t, "s", "disaster.certificate", "2026-01-01", "{'grade':'半壊','address':{'line':'大聖寺秘密町1'}}",
	       false);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_all(db, t->a, CITY, STR("s"), &list, &n, &err), &err);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		struct str text = json_to_str(t->a, list[i].body);
		assert_true(list[i].masked);
		assert_int_equal(str_find(text, STR("秘密")), STR_NONE);
		assert_int_equal(str_find(text, STR("922-0000")), STR_NONE);
	}
	store_reader_done(&db);
	const struct record *r = at(t, "s", "resident.basic", "2020-06-01");
	assert_body(t, r, "{'name':'加賀 花子','address':'','protected':true,'postal':'',"
	            "'address_code':''}");
}

static void protection_counts_as_of_today(void **state)
{
	struct test_store *t = *state;
	put(t, "s", "resident.basic", "2020-01-01", "{'name':'花','address':'町1','protected':false}");
	assert_body(t, at(t, "s", "resident.basic", ""), "{'name':'花','address':'町1','protected':false}");
	put(t, "s", "resident.basic", "2025-01-01", "{'name':'花','address':'町2','protected':true}");
	/* What was true before is masked as well: he may not look up the past either. */
	assert_body(t, at(t, "s", "resident.basic", "2021-01-01"),
	            "{'name':'花','address':'','protected':false}");
	put(t, "s", "resident.basic", "2026-01-01", "{'name':'花','address':'町3','protected':false}");
	assert_body(t, at(t, "s", "resident.basic", ""), "{'name':'花','address':'町3','protected':false}");
	assert_body(t, at(t, "s", "resident.basic", "2025-06-01"),
	            "{'name':'花','address':'','protected':true}"); /* what says so itself stays */
}

static void records_of_others_hide_her_too(void **state)
{
	struct test_store *t = *state;
	put(t, "her", "resident.basic", "2020-01-01", "{'name':'花','address':'町1','protected':true}");
	put(t, "him", "resident.basic", "2020-01-01", "{'name':'太','address':'町9','protected':false}");
	put(t, "him", "resident.household", "2020-01-01",
	    "{'address':'町9','members':[{'id':'him','name':'太','address':'町9'},"
	    "{'id':'her','name':'花','address':'町1'},{'subject':'her','postal':'1'},"
	    "{'name':'子','address':'町1','protected':true},{'id':'stranger','address':'町5'}]}");
	const struct record *r = at(t, "him", "resident.household", "");
	assert_body(t, r, "{'address':'町9','members':[{'id':'him','name':'太','address':'町9'},"
	            "{'id':'her','name':'花','address':''},{'subject':'her','postal':''},"
	            "{'name':'子','address':'','protected':true},{'id':'stranger','address':'町5'}]}");
	assert_true(r->masked);
	assert_false(at(t, "him", "resident.basic", "")->masked);
}

static void secrets_are_in_no_record(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct db *tx = NULL;
	put(t, "s", "resident.basic", "2020-01-01", "{'name':'花'}");
	good(store_begin(t->s, &tx, &err), &err);
	good(record_secret_put(tx, CITY, STR("s"), STR("individual_number"), STR("\x01\0sealed"), &err),
	     &err);
	good(record_secret_put(tx, CITY, STR("s"), STR("individual_number"), STR("\x02\0sealed"), &err),
	     &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(rows_of(t, "SELECT COUNT(*) FROM record_secret"), 1);
	assert_body(t, at(t, "s", "resident.basic", ""), "{'name':'花'}");
}

/* ---- found ---- */

static struct str find(struct test_store *t, struct str query)
{
	const struct record_hit *hits;
	size_t n;
	struct err err = { 0 };
	struct str out = STR("");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_find_resident(db, t->a, CITY, query, &hits, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(t->a, "%.*s%s%.*s", STR_ARG(out), i ? " " : "", STR_ARG(hits[i].subject));
	return out;
}

static void register_three(struct test_store *t)
{
	put(t, "s1", "resident.basic", "2020-01-01", "{'name':'髙橋 花子','kana':'タカハシ ハナコ',"
	    "'birth':'1996-05-01','number':'12345678901'}");
	put(t, "s2", "resident.basic", "2020-01-01", "{'name':'渡邊󠄁 一','kana':'ワタナベ ハジメ',"
	    "'birth':'1964-10-10','number':'22345678901'}");
	put(t, "s3", "resident.basic", "2020-01-01", "{'name':'高橋 太郎','kana':'タカハシ タロウ',"
	    "'birth':'2019-05-01','number':'32345678901'}");
}

static void found_however_it_is_written(void **state)
{
	static const struct { const char *query, *want; } rows[] = {
		{ "高橋", "s3 s1" }, { "髙橋", "s3 s1" }, { "高橋花子", "s1" }, { "髙橋　花子", "s1" },
		{ "たかはし", "s3 s1" }, { "タカハシ", "s3 s1" }, { "ﾀｶﾊｼ ﾊﾅ", "s1" }, { "渡辺", "s2" },
		{ "渡邉", "s2" }, { "ワタナベ", "s2" }, { "12345678901", "s1" },
		{ "１２３４５６７８９０１", "s1" }, { "12345-678901", "s1" }, { "123 4567 8901", "s1" },
		{ "1996-05-01", "s1" }, { "平成8年5月1日", "s1" }, { "H8.5.1", "s1" }, { "令和元年5月1日", "s3" },
		{ "昭和３９年１０月１０日", "s2" }, { "1964/10/10", "s2" },
		{ "花子", "" }, /* from the beginning of the name */
		{ "1234567890", "" }, { "1996-05", "" }, { "", "" }, { "　", "" },
	};
	struct test_store *t = *state;
	register_three(t);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str is = find(t, str_c(rows[i].query));
		if (!str_eq(is, str_c(rows[i].want)))
			fail_msg("%s: %.*s, not %s", rows[i].query, STR_ARG(is), rows[i].want);
	}
}

static void hostile_queries_find_nobody(void **state)
{
	static const struct str queries[] = { STR_INIT("%"), STR_INIT("_"), STR_INIT("高%"),
		STR_INIT("' OR '1'='1"), STR_INIT("\\"), STR_INIT("\xff\xfe"), STR_INIT("\xf4\x8f\xbf\xbf"),
		STR_INIT("高\0橋"), STR_INIT("*"), STR_INIT("[高]"), STR_INIT(";") };
	struct test_store *t = *state;
	register_three(t);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		const struct record_hit *hits;
		size_t n = 0;
		STORE_READER_AUTO db = NULL;
		struct err err = { 0 };
		good(store_reader(t->s, &db, &err), &err);
		struct result r = record_find_resident(db, t->a, CITY, queries[i], &hits, &n, &err);
		assert_true(r.kind == ERR_NONE || r.kind == ERR_INPUT);
		assert_int_equal(n, 0);
	}
	char *lots = arena_alloc(t->a, 100000);
	memset(lots, 'a', 100000);
	assert_int_equal(find(t, str_of(lots, 100000)).n, 0);
}

static void the_index_follows_the_record(void **state)
{
	struct test_store *t = *state;
	register_three(t);
	put(t, "s1", "resident.basic", "2026-01-01", "{'name':'佐藤 花子','kana':'サトウ ハナコ',"
	    "'birth':'1996-05-01','number':'12345678901'}");
	assert_true(str_eq(find(t, STR("髙橋")), STR("s3")));
	assert_true(str_eq(find(t, STR("さとう")), STR("s1")));
	struct str many = STR("");
	for (int i = 0; i < 60; i++)
		put(t, arena_cstr(t->a, arena_printf(t->a, "m%02d", i)), "resident.basic", "2020-01-01",
		    "{'name':'鈴木 一','kana':'スズキ イチ'}");
	many = find(t, STR("鈴木"));
	size_t n = many.n ? 1 : 0;
	for (size_t i = 0; i < many.n; i++)
		n += many.p[i] == ' ';
	assert_int_equal(n, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(each_day_has_its_answer), ON_BOTH(a_correction_supersedes_and_keeps),
		ON_BOTH(certificates_stand_beside_each_other), ON_BOTH(days_are_days),
		ON_BOTH(random_versions_follow_the_rule), ON_BOTH(nothing_says_where_she_lives),
		ON_BOTH(protection_counts_as_of_today), ON_BOTH(records_of_others_hide_her_too),
		ON_BOTH(secrets_are_in_no_record), ON_BOTH(found_however_it_is_written),
		ON_BOTH(hostile_queries_find_nobody), ON_BOTH(the_index_follows_the_record),
	};
	record_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
