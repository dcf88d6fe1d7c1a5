/* Databases for tests; see test_store.h. */
#include "test_store.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <ftw.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256], pg[512], own[512];
static pid_t maker; /* forked children clean up nothing */
static unsigned count;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void run_script(const char *verb, const char *name, char *ret, size_t cap)
{
	const char *source = getenv("MUSUBI_SOURCE");
	ARENA_AUTO a = arena_new(1 << 16);
	const char *line = arena_cstr(a, arena_printf(a, "%s/tests/pg.sh %s %s/%s %d",
	                                              source ? source : ".", verb, dir, name,
	                                              (int)getpid()));
	FILE *f = popen(line, "r");
	size_t n = f ? fread(ret, 1, cap - 1, f) : 0;

	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	if (!f || pclose(f) != 0)
		fail_msg("PostgreSQL for the tests: this failed: %s", line);
}

static void clean_up(void)
{
	char out[16];

	if (getpid() != maker)
		return;
	if (pg[0])
		run_script("stop", "pg", out, sizeof(out));
	if (own[0])
		run_script("stop", "own", out, sizeof(out));
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_dir(void)
{
	const char *base = getenv("TMPDIR");
	ARENA_AUTO a = arena_new(4096);

	if (dir[0])
		return dir;
	struct str name = arena_printf(a, "%s/musubi-test-XXXXXX", base && *base ? base : P_tmpdir);

	assert_true(name.n < sizeof(dir));
	memcpy(dir, name.p, name.n);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0711), 0); /* the server runs as another user */
	maker = getpid();
	atexit(clean_up);
	return dir;
}

const char *test_pg(void)
{
	const char *given = getenv("MUSUBI_TEST_PG");

	if (given && *given)
		return given;
	test_dir();
	if (!pg[0])
		run_script("start", "pg", pg, sizeof(pg));
	return pg;
}

const char *test_pg_own(void)
{
	test_dir();
	if (!own[0])
		run_script("start", "own", own, sizeof(own));
	return own;
}

void test_pg_own_do(const char *verb)
{
	char out[16];

	run_script(verb, "own", out, sizeof(out));
}

static void pg_do(const char *conninfo, const char *sql)
{
	PGconn *c = PQconnectdb(conninfo);
	PGresult *res = PQexec(c, sql);
	ExecStatusType st = PQresultStatus(res);

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(res);
	PQfinish(c);
}

static void sqlite_do(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

static struct str pg_url(struct arena *a, const char *server)
{
	struct str schema = arena_printf(a, "t%d_%u", (int)getpid(), ++count);

	pg_do(server, arena_cstr(a, arena_printf(a, "CREATE SCHEMA %.*s", STR_ARG(schema))));
	return arena_printf(a, "postgres:%s options='-c search_path=%.*s' application_name=%.*s",
	                    server, STR_ARG(schema), STR_ARG(schema));
}

struct str test_store_url(struct arena *a, const char *engine)
{
	if (strcmp(engine, "sqlite") == 0)
		return arena_printf(a, "sqlite:%s/t%u.db", test_dir(), ++count);
	return pg_url(a, test_pg());
}

void test_store_on_own(struct test_store *t)
{
	t->url = pg_url(t->a, test_pg_own());
	test_store_reopen(t);
}

void test_store_raw(struct test_store *t, const char *sql)
{
	const char *where = arena_cstr(t->a, str_from(t->url, str_find_char(t->url, ':') + 1));

	if (strcmp(t->engine, "sqlite") == 0)
		sqlite_do(where, sql);
	else
		pg_do(where, sql);
}

void test_store_reopen(struct test_store *t)
{
	struct err err = { 0 };

	store_close(t->s);
	t->s = NULL;
	if (is_err(store_open(t->url, &t->s, &err)))
		fail_msg("store_open: %s: %s", err.code, err.what);
}

int test_store_setup(void **state)
{
	struct test_store *t = MEM_NEW(struct test_store);

	t->engine = *state;
	t->a = arena_new(0);
	t->url = test_store_url(t->a, t->engine);
	*state = t;
	test_store_reopen(t);
	return 0;
}

int test_store_teardown(void **state)
{
	struct test_store *t = *state;

	store_close(t->s);
	arena_free(t->a);
	mem_free(t);
	return 0;
}
