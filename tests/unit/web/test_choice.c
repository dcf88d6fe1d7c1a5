/* What an officer chose is hers alone, and the last choice counts. */
#include "../support/test_store.h"
#include "web/choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CITY STR("172065")
#define OTHER STR("282197")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static void put(struct test_store *t, struct str org, struct str officer, struct str value)
{
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(choice_put(tx, org, officer, STR("keys"), value, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static struct str get(struct test_store *t, struct str org, struct str officer)
{
	struct err err = { 0 };
	struct str s = STR("?");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(choice_get(db, t->a, org, officer, STR("keys"), &s, &err), &err);
	return s;
}

static void nothing_is_chosen_at_first(void **state)
{
	assert_int_equal(get(*state, CITY, STR("clerk")).n, 0);
}

static void the_last_one_counts(void **state)
{
	put(*state, CITY, STR("clerk"), STR("off"));
	assert_true(str_eq(get(*state, CITY, STR("clerk")), STR("off")));
	put(*state, CITY, STR("clerk"), STR("on"));
	assert_true(str_eq(get(*state, CITY, STR("clerk")), STR("on")));
}

static void is_hers_alone(void **state)
{
	put(*state, CITY, STR("clerk"), STR("off"));
	assert_int_equal(get(*state, CITY, STR("clerk2")).n, 0);
	assert_int_equal(get(*state, OTHER, STR("clerk")).n, 0);
}

int main(void)
{
	web_migrations();
	const struct CMUnitTest tests[] = {
		ON_BOTH(nothing_is_chosen_at_first), ON_BOTH(the_last_one_counts), ON_BOTH(is_hers_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
