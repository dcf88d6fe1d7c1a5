/* The store as rooms use it: values, transactions, readers, conflicts. */
#include "../support/test_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char *const thing[] = {
	"CREATE TABLE thing (org TEXT NOT NULL, id BIGINT NOT NULL, name TEXT, data BYTEA, "
	"PRIMARY KEY (org, id))",
	"CREATE TABLE part (org TEXT NOT NULL, thing BIGINT NOT NULL, n BIGINT NOT NULL CHECK (n > 0), "
	"PRIMARY KEY (org, thing, n), FOREIGN KEY (org, thing) REFERENCES thing (org, id))",
	NULL,
};
static const struct migration rows_of_test[] = { { 1, "thing", thing } };

#define PUT "INSERT INTO thing (org, id, name, data) VALUES (?, ?, ?, ?)"
static const struct bind *row(int64_t id)
{
	static struct bind b[4];

	b[0] = B_TEXT(STR("172065"));
	b[1] = B_INT(id);
	b[2] = B_TEXT(STR("結び"));
	b[3] = B_BLOB(STR("\0\1\377"));
	return b;
}

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static void put(struct test_store *t, int64_t id)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, PUT, row(id), 4, NULL, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static int64_t number(struct test_store *t, const char *sql)
{
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, sql, NO_BINDS, &r, &err), &err);
	assert_int_equal(r.n, 1);
	return rows_int(&r, 0, 0);
}

static void keeps_values(void **state)
{
	struct test_store *t = *state;
	static const int64_t ints[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 65536, -300 };
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_begin(t->s, &tx, &err), &err);
	for (size_t i = 0; i < 7; i++)
		good(db_exec(tx, PUT, BINDS(B_TEXT(STR("")), B_INT(ints[i]),
		                            i % 2 ? B_NULL : B_TEXT(STR("𠮷野\n\"'")),
		                            i % 2 ? B_BLOB(STR("")) : B_BLOB(STR("a\0b"))), NULL, &err), &err);
	good(db_query(tx, t->a, "SELECT id, name, data, '?' FROM thing WHERE org = ? ORDER BY id",
	              BINDS(B_TEXT(STR(""))), &r, &err), &err);
	assert_int_equal(r.n, 7);
	assert_int_equal(r.cols, 4);
	assert_int_equal(rows_int(&r, 0, 0), INT64_MIN);
	assert_int_equal(rows_int(&r, 6, 0), INT64_MAX);
	for (size_t i = 0; i < 7; i++) {
		assert_true(str_eq(rows_text(&r, i, 3), STR("?")));
		if (rows_null(&r, i, 1)) {
			assert_true(str_eq(rows_text(&r, i, 1), STR("")));
			assert_int_equal(rows_text(&r, i, 2).n, 0);
			assert_false(rows_null(&r, i, 2));
		} else {
			assert_true(str_eq(rows_text(&r, i, 1), STR("𠮷野\n\"'")));
			assert_true(str_eq(rows_text(&r, i, 2), STR("a\0b")));
		}
	}
	/* Outside of the result: calm. */
	assert_int_equal(rows_int(&r, 99, 0), 0);
	assert_true(rows_null(&r, 0, 99));
	good(db_query(tx, t->a, "SELECT SUM(id), COUNT(*), MAX(id) FROM thing WHERE id BETWEEN ? AND ?",
	              BINDS(B_INT(-300), B_INT(65536)), &r, &err), &err);
	assert_int_equal(rows_int(&r, 0, 0), 65236);
	assert_int_equal(rows_int(&r, 0, 1), 5);
	good(store_commit(&tx, &err), &err);
}

static void orders_text_by_bytes(void **state)
{
	struct test_store *t = *state;
	static const char *const in[] = { "b", "あ", "B", "a", "", "Z", "ア" };
	static const char *const out[] = { "", "B", "Z", "a", "b", "あ", "ア" };
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_begin(t->s, &tx, &err), &err);
	for (int64_t i = 0; i < 7; i++)
		good(db_exec(tx, PUT, BINDS(B_TEXT(STR("o")), B_INT(i), B_TEXT(str_c(in[i])), B_NULL),
		             NULL, &err), &err);
	good(db_query(tx, t->a, "SELECT name FROM thing ORDER BY name", NO_BINDS, &r, &err), &err);
	for (size_t i = 0; i < 7; i++)
		assert_true(str_eq(rows_text(&r, i, 0), str_c(out[i])));
	/* LIKE minds case on both. */
	good(db_query(tx, t->a, "SELECT name FROM thing WHERE name LIKE ?",
	              BINDS(B_TEXT(STR("b%"))), &r, &err), &err);
	assert_int_equal(r.n, 1);
}

static void counts_changes(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	int64_t changed = -1;

	put(t, 1);
	put(t, 2);
	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, "UPDATE thing SET name = ? WHERE org = ?",
	             BINDS(B_NULL_AS(BIND_TEXT), B_TEXT(STR("172065"))), &changed, &err), &err);
	assert_int_equal(changed, 2);
	good(db_exec(tx, "DELETE FROM thing WHERE id = ?", BINDS(B_INT(9)), &changed, &err), &err);
	assert_int_equal(changed, 0);
	good(db_exec(tx, "INSERT INTO thing (org, id) VALUES (?, ?) ON CONFLICT DO NOTHING",
	             BINDS(B_TEXT(STR("172065")), B_INT(1)), &changed, &err), &err);
	assert_int_equal(changed, 0);
	good(store_commit(&tx, &err), &err);
}

static void aborts(void **state)
{
	struct test_store *t = *state;
	struct db *tx = NULL;
	struct err err = { 0 };

	put(t, 1);
	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, PUT, row(2), 4, NULL, &err), &err);
	store_abort(&tx);
	assert_null(tx);
	store_abort(&tx); /* nothing to do */
	put(t, 3);
	assert_int_equal(number(t, "SELECT SUM(id) FROM thing"), 4);
}

static void conflict_spoils_only_its_own(void **state)
{
	struct test_store *t = *state;
	const struct {
		const char *sql;
		struct bind b[2];
	} wrong[] = {
		{ "INSERT INTO thing (org, id) VALUES (?, ?)", { B_TEXT(STR("172065")), B_INT(1) } },
		{ "INSERT INTO part (org, thing, n) VALUES (?, ?, 1)",
		  { B_TEXT(STR("172065")), B_INT(77) } },
		{ "INSERT INTO part (org, thing, n) VALUES (?, ?, 0)",
		  { B_TEXT(STR("172065")), B_INT(1) } },
		{ "INSERT INTO thing (org, id) VALUES (?, ?)", { B_NULL, B_INT(5) } },
	};
	struct err err = { 0 };

	put(t, 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct db *tx = NULL;

		good(store_begin(t->s, &tx, &err), &err);
		good(db_exec(tx, PUT, row(100 + (int64_t)i), 4, NULL, &err), &err);
		assert_int_equal(db_exec(tx, wrong[i].sql, wrong[i].b, 2, NULL, &err).kind, ERR_CONFLICT);
		assert_string_equal(err.code, "store.conflict");
		/* Only abort is left. */
		assert_int_equal(db_exec(tx, PUT, row(3), 4, NULL, &err).kind, ERR_INTERNAL);
		assert_int_equal(store_commit(&tx, &err).kind, ERR_INTERNAL);
		assert_null(tx);
		put(t, 200 + (int64_t)i);
	}
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 5);
}

static void refuses_wrong_types(void **state)
{
	struct test_store *t = *state;
	const struct {
		enum err_kind kind;
		struct bind b[4];
	} bad[] = {
		{ ERR_INTERNAL, { B_TEXT(STR("o")), B_TEXT(STR("one")), B_NULL, B_NULL } },
		{ ERR_INTERNAL, { B_TEXT(STR("o")), B_INT(1), B_NULL, B_TEXT(STR("x")) } },
		{ ERR_INPUT, { B_TEXT(STR("o\0p")), B_INT(1), B_NULL, B_NULL } },
		{ ERR_INPUT, { B_TEXT(STR("\xff")), B_INT(1), B_NULL, B_NULL } },
		{ ERR_INPUT, { B_TEXT(STR("\xed\xa0\x80")), B_INT(1), B_NULL, B_NULL } },
	};
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		STORE_TX_AUTO tx = NULL;
		struct result r;

		good(store_begin(t->s, &tx, &err), &err);
		r = db_exec(tx, PUT, bad[i].b, 4, NULL, &err);
		if (r.kind != bad[i].kind)
			fail_msg("row %zu: %s: %s", i, err_kind_name(r.kind), err.what);
	}
	put(t, 1);
}

static void refuses_wrong_statements(void **state)
{
	struct test_store *t = *state;
	static const char *const bad[] = {
		"SELEC 1", "SELECT 1; SELECT 2", "SELECT nothing FROM thing", "SELECT ?", "",
		"INSERT INTO thing (org, id) VALUES (\"a\", 1)",
	};
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		STORE_TX_AUTO tx = NULL;

		good(store_begin(t->s, &tx, &err), &err);
		assert_int_equal(db_exec(tx, bad[i], NO_BINDS, NULL, &err).kind, ERR_INTERNAL);
	}
	put(t, 1);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 1);
}

static void reader_has_one_view(void **state)
{
	struct test_store *t = *state;
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	put(t, 1);
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "SELECT COUNT(*) FROM thing", NO_BINDS, &r, &err), &err);
	assert_int_equal(rows_int(&r, 0, 0), 1);
	put(t, 2);
	good(db_query(db, t->a, "SELECT COUNT(*) FROM thing", NO_BINDS, &r, &err), &err);
	assert_int_equal(rows_int(&r, 0, 0), 1);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 2);
}

static void reader_sees_nothing_uncommitted(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, PUT, row(1), 4, NULL, &err), &err);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 0);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 1);
}

static void reader_cannot_write(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	for (int i = 0; i < 2; i++) {
		STORE_READER_AUTO db = NULL;
		struct rows r;
		struct result res;

		good(store_reader(t->s, &db, &err), &err);
		res = i ? db_query(db, t->a, "INSERT INTO thing (org, id) VALUES ('a', 1) RETURNING id",
		                   NO_BINDS, &r, &err)
			: db_exec(db, PUT, row(1), 4, NULL, &err);
		assert_int_equal(res.kind, ERR_INTERNAL);
		assert_string_equal(err.code, "store.readonly");
	}
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 0);
}

static void refuses_too_many_rows(void **state)
{
	struct test_store *t = *state;
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c "
	              "WHERE x < 10000) SELECT x FROM c", NO_BINDS, &r, &err), &err);
	assert_int_equal(r.n, ROWS_MAX);
	assert_int_equal(rows_int(&r, 9999, 0), 10000);
	assert_int_equal(db_query(db, t->a, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
	                          "FROM c WHERE x < 10001) SELECT x FROM c", NO_BINDS, &r, &err).kind,
	                 ERR_TOO_LARGE);
	assert_int_equal(r.n, ROWS_MAX); /* untouched */
}

/* More texts than a connection keeps prepared. */
static void many_statements(void **state)
{
	struct test_store *t = *state;
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_reader(t->s, &db, &err), &err);
	for (int64_t i = 0; i < 1000; i++) {
		const char *sql = arena_cstr(t->a, arena_printf(t->a, "SELECT CAST(? AS BIGINT) + %lld",
		                                                (long long)(i % 500)));

		good(db_query(db, t->a, sql, BINDS(B_INT(i)), &r, &err), &err);
		assert_int_equal(rows_int(&r, 0, 0), i + i % 500);
	}
}

/* SUM of BIGINT is NUMERIC on one engine, an integer on the other. */
static void sums_are_integers(void **state)
{
	static const struct {
		int64_t a, b;
	} sums[] = { { 0, 0 }, { 1, -1 }, { 9999, 1 }, { 10000, 0 }, { 100000000, 5 },
	             { -20000, 1 }, { INT64_MAX, 0 }, { INT64_MIN, 0 }, { INT64_MAX, INT64_MIN } };
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_begin(t->s, &tx, &err), &err);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		good(db_exec(tx, "DELETE FROM thing", NO_BINDS, NULL, &err), &err);
		for (int64_t k = 0; k < 2; k++)
			good(db_exec(tx, "INSERT INTO thing (org, id, name) VALUES (?, ?, '')",
			             BINDS(B_TEXT(k ? STR("a") : STR("b")), B_INT(k ? sums[i].a : sums[i].b)),
			             NULL, &err), &err);
		good(db_query(tx, t->a, "SELECT SUM(id) FROM thing", NO_BINDS, &r, &err), &err);
		assert_int_equal(rows_int(&r, 0, 0), sums[i].a + sums[i].b);
	}
	assert_true(is_err(db_query(tx, t->a, "SELECT MIN(id) + 0.5 FROM thing", NO_BINDS, &r, &err)));
	assert_string_equal(err.code, "store.type");
}

/* Statements that nobody waits for are there at the commit, in their order. */
static void puts_need_no_answer(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_begin(t->s, &tx, &err), &err);
	for (int64_t i = 0; i < 600; i++)
		good(db_put(tx, PUT, row(i), 4, &err), &err);
	good(db_put(tx, "DELETE FROM thing WHERE org = ? AND id < ?",
	            BINDS(B_TEXT(STR("172065")), B_INT(100)), &err), &err);
	good(db_query(tx, t->a, "SELECT COUNT(*) FROM thing", NO_BINDS, &r, &err), &err);
	assert_int_equal(rows_int(&r, 0, 0), 500);
	assert_true(db_put(tx, "UPDATE thing SET name = ?", BINDS(B_TEXT(STR("\xff"))), &err).kind ==
	            ERR_INPUT);
	store_abort(&tx);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 0);

	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	assert_true(is_err(db_put(db, PUT, row(1), 4, &err)));
}

/* A failure that comes late keeps the whole change out, and the lane goes on. */
static void a_put_that_fails_keeps_all_out(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct result r = ok();

	put(t, 1);
	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, PUT, row(2), 4, NULL, &err), &err);
	for (int i = 0; i < 2 && is_ok(r); i++) /* prepared by now: the engine may tell later */
		r = db_put(tx, PUT, row(1), 4, &err);
	if (is_ok(r))
		r = store_commit(&tx, &err);
	assert_true(is_err(r));
	store_abort(&tx);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 1);
	put(t, 3);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM thing"), 2);
}

static void nested_change_is_refused(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct db *inner = NULL;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(store_begin(t->s, &inner, &err).kind, ERR_INTERNAL);
	assert_null(inner);
}

static void refuses_addresses(void **state)
{
	static const char *const bad[] = { "", "sqlite", "mysql:x", "sqlite:", "sqlite::memory:",
	                                   "postgres:host=nowhere.invalid connect_timeout=1" };
	struct store *s = NULL;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(is_err(store_open(str_c(bad[i]), &s, &err)));
		assert_null(s);
	}
	assert_int_equal(store_open(STR("sqlite:/nonexistent/dir/x.db"), &s, &err).kind,
	                 ERR_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(keeps_values), ON_BOTH(orders_text_by_bytes), ON_BOTH(counts_changes),
		ON_BOTH(aborts), ON_BOTH(conflict_spoils_only_its_own), ON_BOTH(refuses_wrong_types),
		ON_BOTH(refuses_wrong_statements), ON_BOTH(reader_has_one_view),
		ON_BOTH(reader_sees_nothing_uncommitted), ON_BOTH(reader_cannot_write),
		ON_BOTH(refuses_too_many_rows), ON_BOTH(many_statements), ON_BOTH(sums_are_integers),
		ON_BOTH(puts_need_no_answer), ON_BOTH(a_put_that_fails_keeps_all_out),
		ON_BOTH(nested_change_is_refused),
		cmocka_unit_test(refuses_addresses),
	};

	store_migrations_add("test", rows_of_test, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
