/* The outbox: with its cause or not at all, in order, at least once, never
 * dropped. */
#include "../support/test_store.h"
#include "base/clock.h"
#include "store/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NOW (CLOCK_DAY * 20000)

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static int setup(void **state)
{
	clock_set_for_test(NOW);
	return test_store_setup(state);
}

static int teardown(void **state)
{
	clock_set_for_test(CLOCK_REAL);
	return test_store_teardown(state);
}

static void put(struct test_store *t, const char *topic, const char *key, int64_t n)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct json_object *o = json_object_new(t->a);

	json_put_int(o, STR("n"), n);
	good(store_begin(t->s, &tx, &err), &err);
	good(outbox_put(tx, STR("172065"), str_c(topic), str_c(key), json_object_done(o), &err), &err);
	good(store_commit(&tx, &err), &err);
}

static size_t take(struct test_store *t, const char *topic, size_t limit,
                   const struct outbox_message **ret)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	size_t n;

	good(store_begin(t->s, &tx, &err), &err);
	good(outbox_take(tx, t->a, str_c(topic), CLOCK_MINUTE, limit, ret, &n, &err), &err);
	good(store_commit(&tx, &err), &err);
	return n;
}

static enum err_kind done(struct test_store *t, const struct outbox_message *m)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	struct result r;

	good(store_begin(t->s, &tx, &err), &err);
	r = outbox_done(tx, m, &err);
	if (is_ok(r))
		good(store_commit(&tx, &err), &err);
	return r.kind;
}

static bool retry(struct test_store *t, const struct outbox_message *m)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };
	bool parked = false;

	good(store_begin(t->s, &tx, &err), &err);
	good(outbox_retry(tx, m, STR("相手が応答しません"), &parked, &err), &err);
	good(store_commit(&tx, &err), &err);
	return parked;
}

static int64_t number_of(const struct outbox_message *m)
{
	return json_int_or(json_get(m->payload, STR("n")), -1);
}

static void delivers_in_order(void **state)
{
	struct test_store *t = *state;
	const struct outbox_message *m;

	for (int64_t i = 0; i < 5; i++)
		put(t, "push", "k", i);
	put(t, "mail", "k", 77);
	clock_set_for_test(NOW + CLOCK_SECOND);
	for (int64_t i = 0; i < 5; i++) { /* one at a time, for one key */
		assert_int_equal(take(t, "push", 10, &m), 1);
		assert_int_equal(number_of(m), i);
		assert_int_equal(m->id.n, 32);
		assert_int_equal(m->tries, 0);
		const struct outbox_message *none;

		assert_int_equal(take(t, "push", 10, &none), 0);
		assert_int_equal(done(t, m), ERR_NONE);
	}
	assert_int_equal(take(t, "push", 10, &m), 0);
	assert_int_equal(take(t, "mail", 10, &m), 1);
}

static void different_keys_go_together(void **state)
{
	struct test_store *t = *state;
	const struct outbox_message *m;

	put(t, "push", "a", 1);
	put(t, "push", "b", 2);
	put(t, "push", "a", 3);
	put(t, "push", "c", 4);
	clock_set_for_test(NOW + CLOCK_SECOND);
	assert_int_equal(take(t, "push", 2, &m), 2);
	assert_int_equal(number_of(&m[0]), 1);
	assert_int_equal(number_of(&m[1]), 2);
	assert_int_equal(take(t, "push", 9, &m), 1);
	assert_int_equal(number_of(&m[0]), 4);
}

static void goes_with_its_cause(void **state)
{
	struct test_store *t = *state;
	struct db *tx = NULL;
	const struct outbox_message *m;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	good(outbox_put(tx, STR("o"), STR("push"), STR("k"), json_null(), &err), &err);
	store_abort(&tx);
	clock_set_for_test(NOW + CLOCK_SECOND);
	assert_int_equal(take(t, "push", 9, &m), 0);
}

static void lease_runs_out(void **state)
{
	struct test_store *t = *state;
	const struct outbox_message *slow, *fast;

	put(t, "push", "k", 1);
	clock_set_for_test(NOW + CLOCK_SECOND);
	assert_int_equal(take(t, "push", 9, &slow), 1);
	clock_set_for_test(NOW + CLOCK_SECOND + CLOCK_MINUTE);
	assert_int_equal(take(t, "push", 9, &fast), 1);
	assert_true(str_eq(slow->id, fast->id)); /* the same message, for idempotence */
	assert_false(str_eq(slow->lease, fast->lease));
	assert_int_equal(done(t, slow), ERR_CONFLICT);
	assert_int_equal(done(t, fast), ERR_NONE);
	assert_int_equal(done(t, fast), ERR_CONFLICT);
}

static void backs_off_then_parks(void **state)
{
	struct test_store *t = *state;
	const struct outbox_message *m, *list;
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	int64_t now = NOW, wait = CLOCK_SECOND;
	size_t n;

	put(t, "push", "k", 1);
	put(t, "push", "k", 2);
	for (int i = 0; i < OUTBOX_TRIES_MAX; i++) {
		now += CLOCK_SECOND;
		clock_set_for_test(now);
		assert_int_equal(take(t, "push", 9, &m), 1);
		assert_int_equal(number_of(m), 1);
		assert_int_equal(m->tries, i);
		assert_int_equal(retry(t, m), i == OUTBOX_TRIES_MAX - 1);
		if (i == OUTBOX_TRIES_MAX - 1)
			break;
		clock_set_for_test(now + wait - 1); /* not yet */
		assert_int_equal(take(t, "push", 9, &m), 0);
		now += wait + wait / 4;
		wait = wait * 2 > CLOCK_HOUR ? CLOCK_HOUR : wait * 2;
	}
	/* It stays, with what went wrong; the one behind it passes. */
	good(store_reader(t->s, &db, &err), &err);
	good(outbox_parked(db, t->a, STR("172065"), STR(""), 9, &list, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_true(str_eq(list[0].error, STR("相手が応答しません")));
	clock_set_for_test(now + CLOCK_DAY);
	assert_int_equal(take(t, "push", 9, &m), 1);
	assert_int_equal(number_of(m), 2);
	/* The operator puts it back. */
	struct db *tx = NULL;

	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(outbox_unpark(tx, STR("452025"), list[0].id, &err).kind, ERR_NOT_FOUND);
	good(outbox_unpark(tx, STR("172065"), list[0].id, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(take(t, "push", 9, &m), 1);
	assert_int_equal(number_of(m), 1);
	assert_int_equal(m->tries, 0);
}

static void long_error_is_cut_between_characters(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	const struct outbox_message *m;
	struct err err = { 0 };
	struct str s = STR("あ");

	for (int i = 0; i < 9; i++)
		s = arena_join(t->a, s, s);
	put(t, "push", "k", 1);
	clock_set_for_test(NOW + CLOCK_SECOND);
	assert_int_equal(take(t, "push", 9, &m), 1);
	good(store_begin(t->s, &tx, &err), &err);
	good(outbox_retry(tx, m, s, NULL, &err), &err);
	good(store_commit(&tx, &err), &err);
	clock_set_for_test(NOW + CLOCK_HOUR);
	assert_int_equal(take(t, "push", 9, &m), 1);
	assert_int_equal(m->error.n, 498);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(delivers_in_order), BOTH(different_keys_go_together), BOTH(goes_with_its_cause),
		BOTH(lease_runs_out), BOTH(backs_off_then_parks),
		BOTH(long_error_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
