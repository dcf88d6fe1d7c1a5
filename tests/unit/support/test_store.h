/* A fresh store for each test, on both engines.
 *
 *   const struct CMUnitTest tests[] = { ON_BOTH(keeps_rows), ... };
 *   static void keeps_rows(void **state) { struct test_store *t = *state; … t->s … }
 *
 * SQLite lives in a directory of its own under TMPDIR. PostgreSQL is the server
 * of MUSUBI_TEST_PG (a conninfo of keywords, no URI) in a schema of its own, or
 * one started by tests/pg.sh for this program when that is unset. Without a
 * PostgreSQL the test fails; it is never skipped. */
#ifndef MUSUBI_TESTS_SUPPORT_TEST_STORE_H
#define MUSUBI_TESTS_SUPPORT_TEST_STORE_H

#include "store/store.h"

struct test_store {
	const char *engine;
	struct str url;   /* of this test alone */
	struct store *s;  /* open; a test may close it and set NULL */
	struct arena *a;
};

/* For cmocka: the initial state is the name of the engine. */
int test_store_setup(void **state);
int test_store_teardown(void **state);
#define ON_SQLITE(f) \
	{ #f " on sqlite", f, test_store_setup, test_store_teardown, (void *)"sqlite" }
#define ON_POSTGRES(f) \
	{ #f " on postgres", f, test_store_setup, test_store_teardown, (void *)"postgres" }
#define ON_BOTH(f) ON_SQLITE(f), ON_POSTGRES(f)

/* The address of a new, empty database. */
struct str test_store_url(struct arena *a, const char *engine);
/* Where this program may put files; removed at its end. */
const char *test_dir(void);
/* The conninfo of the server the tests use. */
const char *test_pg(void);
/* A second server of this program's own, to be maltreated; and what to do to it:
 * "crash" (as power loss would), "again". */
const char *test_pg_own(void);
void test_pg_own_do(const char *verb);
/* Opens it again, as a process would that starts anew. */
void test_store_reopen(struct test_store *t);
/* Moves the test to a new database of test_pg_own and opens it. */
void test_store_on_own(struct test_store *t);
/* Runs statements on the database behind the store's back: to tamper with it. */
void test_store_raw(struct test_store *t, const char *sql);

#endif
