/* Migrations: once each, in order, and never silently different. */
#include "../support/test_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

static const char *const first[] = {
	"CREATE TABLE a (org TEXT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (org, id))",
	"INSERT INTO a (org, id) VALUES ('o', 1)", NULL,
};
static const char *const second[] = {
	"ALTER TABLE a ADD COLUMN name TEXT", "CREATE INDEX a_name ON a (org, name)",
	"UPDATE a SET name = 'BIGINT ? BYTEA'", NULL,
};
static const char *first_edited[] = {
	"CREATE TABLE a (org TEXT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (org, id))",
	"INSERT INTO a (org, id) VALUES ('o', 1)", NULL,
};
static const char *const broken[] = { "CREATE TABLE b (org TEXT NOT NULL)", "CREATE TABL c (x)", NULL };

/* Changed by the tests between two openings, as a new program would be. */
static struct migration rows[] = { { 1, "first", first }, { 2, "second", second } };

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static int64_t number(struct test_store *t, const char *sql)
{
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, sql, NO_BINDS, &r, &err), &err);
	return rows_int(&r, 0, 0);
}

static struct result reopen(struct test_store *t, struct err *err)
{
	store_close(t->s);
	t->s = NULL;
	return store_open(t->url, &t->s, err);
}

static void runs_once_in_order(void **state)
{
	struct test_store *t = *state;

	assert_int_equal(number(t, "SELECT COUNT(*) FROM store_migration WHERE room = 'test'"), 2);
	for (int i = 0; i < 3; i++)
		test_store_reopen(t);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM a"), 1);
	/* Words inside quotes are nobody's types. */
	assert_int_equal(number(t, "SELECT COUNT(*) FROM a WHERE name = 'BIGINT ? BYTEA'"), 1);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM store_migration WHERE digest <> '' AND at > 0 "
	                        "AND room IN ('store', 'test')"), 4);
}

static void changed_text_is_refused(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	rows[0].statements = first_edited; /* the same text elsewhere is the same */
	good(reopen(t, &err), &err);
	first_edited[1] = "INSERT INTO a (org, id) VALUES ('o', 2)";
	assert_int_equal(reopen(t, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "store.migration.changed");
	assert_non_null(strstr(err.what, "test 1 (first)"));
	first_edited[1] = first[1];
	rows[0].statements = first;
	good(reopen(t, &err), &err);
}

static void newer_database_is_refused(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	test_store_raw(t, "INSERT INTO store_migration (room, version, name, digest, at) "
	               "VALUES ('test', 3, 'later', 'x', 1)");
	assert_int_equal(reopen(t, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "store.migration.newer");
	test_store_raw(t, "UPDATE store_migration SET room = 'unheard' WHERE version = 3");
	assert_int_equal(reopen(t, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "store.migration.newer");
	assert_null(t->s);
}

static void failed_one_leaves_nothing(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	store_close(t->s);
	t->s = NULL;
	t->url = test_store_url(t->a, t->engine);
	rows[1].statements = broken;
	assert_true(is_err(store_open(t->url, &t->s, &err)));
	assert_string_equal(err.code, "store.migration");
	assert_non_null(strstr(err.what, "test 2 (second)"));
	rows[1].statements = second;
	good(store_open(t->url, &t->s, &err), &err); /* the first ran, the second runs now */
	assert_int_equal(number(t, "SELECT COUNT(*) FROM store_migration WHERE room = 'test'"), 2);
	struct db *tx = NULL;

	good(store_begin(t->s, &tx, &err), &err);
	assert_true(is_err(db_exec(tx, "DELETE FROM b", NO_BINDS, NULL, &err))); /* no half */
	store_abort(&tx);
}

static void starting_together_is_fine(void **state)
{
	struct test_store *t = *state;
	enum { PROCESSES = 6 };
	pid_t pids[PROCESSES];
	int status;

	store_close(t->s);
	t->s = NULL;
	t->url = test_store_url(t->a, t->engine);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct store *s;

			_exit(is_ok(store_open(t->url, &s, NULL)) ? 0 : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		waitpid(pids[i], &status, 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	test_store_reopen(t);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM a"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(runs_once_in_order), ON_BOTH(changed_text_is_refused),
		ON_BOTH(newer_database_is_refused), ON_BOTH(failed_one_leaves_nothing),
		ON_BOTH(starting_together_is_fine),
	};

	store_migrations_add("test", rows, 2);
	store_migrations_add("test", rows, 2); /* the same again counts once */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
