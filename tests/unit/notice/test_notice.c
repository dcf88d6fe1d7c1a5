/* Notices: hers, newest first, read once. */
#include "../support/test_store.h"
#include "notice/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PORTAL STR("portal")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static void tell(struct test_store *t, const char *subject, const char *ja, int64_t at)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	struct notice n = { .from_org = STR("172065"), .link = STR("/applications/1"), .at = at,
		.text = { [LANG_JA] = str_c(ja), [LANG_EN] = STR("Ready"), [LANG_EASY] = STR("できました") } };
	good(store_begin(t->s, &tx, &err), &err);
	good(notice_put(tx, t->a, PORTAL, str_c(subject), &n, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static size_t list(struct test_store *t, const char *subject, size_t limit,
                   const struct notice **ret)
{
	size_t n;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(notice_list(db, t->a, PORTAL, str_c(subject), limit, ret, &n, &err), &err);
	return n;
}

static struct result read_it(struct test_store *t, const char *subject, struct str id, int64_t now)
{
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, &err));
	TRY(notice_read(tx, PORTAL, str_c(subject), id, now, &err));
	return store_commit(&tx, &err);
}

static void newest_first_and_only_hers(void **state)
{
	struct test_store *t = *state;
	const struct notice *n;
	tell(t, "s1", "一", 1);
	tell(t, "s1", "二", 2);
	tell(t, "s2", "三", 3);
	assert_int_equal(list(t, "s1", 10, &n), 2);
	assert_true(str_eq(n[0].text[LANG_JA], STR("二")));
	assert_true(str_eq(n[0].text[LANG_EASY], STR("できました")));
	assert_true(str_eq(n[1].text[LANG_EN], STR("Ready")));
	assert_int_equal(list(t, "s1", 1, &n), 1);
	assert_int_equal(list(t, "s3", 10, &n), 0);
}

static void read_once_by_her(void **state)
{
	struct test_store *t = *state;
	const struct notice *n;
	tell(t, "s1", "一", 1);
	list(t, "s1", 10, &n);
	struct str id = n[0].id;
	assert_int_equal(n[0].read_at, 0);
	assert_int_equal(read_it(t, "s2", id, 5).kind, ERR_NOT_FOUND);
	assert_true(is_ok(read_it(t, "s1", id, 6)));
	assert_true(is_ok(read_it(t, "s1", id, 9)));
	list(t, "s1", 10, &n);
	assert_int_equal(n[0].read_at, 6);
	assert_int_equal(read_it(t, "s1", STR("none"), 9).kind, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = { ON_BOTH(newest_first_and_only_hers), ON_BOTH(read_once_by_her) };
	notice_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
