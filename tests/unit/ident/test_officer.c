/* Officers: password and code, and nothing to be learnt from being refused. */
#include "../support/test_store.h"
#include "base/clock.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "ident/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#define T0 INT64_C(1795143600000000)
#define CITY STR("172065")
#define KEY STR("0123456789abcdef0123456789abcdef")
#define TOTP STR("12345678901234567890")
#define PASSWORD STR("正しい馬の電池")
#define LOCK (15 * CLOCK_MINUTE)

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static void hire(struct test_store *t, const char *id)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	struct officer_new o = { .org = CITY, .id = str_c(id), .name = STR("係の人"),
		.title = STR("主事"), .roles = STR("clerk"), .password = PASSWORD, .totp = TOTP };
	good(store_begin(t->s, &tx, &err), &err);
	good(officer_add(tx, &o, KEY, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static struct str code_at(struct arena *a, int64_t now)
{
	char code[TOTP_DIGITS + 1];
	totp_code(TOTP, now / CLOCK_SECOND / TOTP_STEP_SECONDS, code);
	return arena_str(a, str_c(code));
}

static enum officer_verdict login(struct test_store *t, struct str id, struct str password,
                                  struct str code, int64_t now)
{
	enum officer_verdict v;
	struct officer who = { 0 };
	struct err err = { 0 };
	good(officer_login(t->s, t->a, CITY, id, password, code, KEY, now, &v, &who, &err), &err);
	assert_true((v == OFFICER_OK) == (who.id.n > 0));
	return v;
}

static enum officer_verdict right(struct test_store *t, const char *id, int64_t now)
{
	return login(t, str_c(id), PASSWORD, code_at(t->a, now), now);
}

static enum officer_verdict wrong(struct test_store *t, const char *id, int64_t now)
{
	return login(t, str_c(id), STR("wrong"), code_at(t->a, now), now);
}

static void both_must_be_right(void **state)
{
	struct test_store *t = *state;
	hire(t, "u1");
	assert_int_equal(wrong(t, "u1", T0), OFFICER_WRONG);
	assert_int_equal(login(t, STR("u1"), PASSWORD, STR("000000"), T0), OFFICER_WRONG);
	assert_int_equal(login(t, STR("u1"), PASSWORD, STR(""), T0), OFFICER_WRONG);
	assert_int_equal(login(t, STR("U1"), PASSWORD, code_at(t->a, T0), T0), OFFICER_WRONG);
	assert_int_equal(right(t, "u1", T0), OFFICER_OK);
}

static void another_city_knows_nobody(void **state)
{
	struct test_store *t = *state;
	enum officer_verdict v;
	struct officer who;
	struct err err = { 0 };
	hire(t, "u1");
	good(officer_login(t->s, t->a, STR("452025"), STR("u1"), PASSWORD, code_at(t->a, T0), KEY, T0,
	                   &v, &who, &err), &err);
	assert_int_equal(v, OFFICER_WRONG);
}

static void a_code_works_once(void **state)
{
	struct test_store *t = *state;
	hire(t, "u1");
	assert_int_equal(right(t, "u1", T0), OFFICER_OK);
	assert_int_equal(right(t, "u1", T0 + CLOCK_SECOND), OFFICER_WRONG);
	/* Nor one of an earlier step, though it is within the drift. */
	assert_int_equal(login(t, STR("u1"), PASSWORD, code_at(t->a, T0 - 30 * CLOCK_SECOND), T0),
	                 OFFICER_WRONG);
	assert_int_equal(right(t, "u1", T0 + 30 * CLOCK_SECOND), OFFICER_OK);
}

static void five_tries_lock_for_a_quarter_of_an_hour(void **state)
{
	struct test_store *t = *state;
	hire(t, "u1");
	hire(t, "u2");
	for (int i = 0; i < 5; i++)
		assert_int_equal(wrong(t, "u1", T0 + i), OFFICER_WRONG);
	assert_int_equal(right(t, "u1", T0 + 5), OFFICER_LOCKED);
	test_store_reopen(t); /* a restart does not help */
	assert_int_equal(right(t, "u1", T0 + LOCK), OFFICER_LOCKED);
	assert_int_equal(right(t, "u2", T0 + LOCK), OFFICER_OK); /* nobody else is locked */
	/* Knocking while it is locked makes it no longer. */
	assert_int_equal(right(t, "u1", T0 + 4 + LOCK), OFFICER_OK);
}

static void a_right_login_forgives(void **state)
{
	struct test_store *t = *state;
	int64_t now = T0;
	hire(t, "u1");
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++)
			assert_int_equal(wrong(t, "u1", now), OFFICER_WRONG);
		assert_int_equal(right(t, "u1", now), OFFICER_OK);
		now += CLOCK_MINUTE;
	}
}

/* Name by name the same answers: nobody learns who works there. */
static void an_unknown_name_answers_alike(void **state)
{
	struct test_store *t = *state;
	hire(t, "u1");
	for (int i = 0; i < 8; i++)
		assert_int_equal(wrong(t, "u1", T0 + i), wrong(t, "nobody", T0 + i));
	assert_int_equal(wrong(t, "nobody", T0 + 8), OFFICER_LOCKED);
	assert_int_equal(wrong(t, "nobody", T0 + 4 + LOCK), OFFICER_WRONG);
	assert_int_equal(wrong(t, "u1", T0 + 4 + LOCK), OFFICER_WRONG);
}

static void long_passwords_answer_alike(void **state)
{
	struct test_store *t = *state;
	char *lots = arena_alloc(t->a, 100000);
	memset(lots, 'x', 100000);
	hire(t, "u1");
	assert_int_equal(login(t, STR("u1"), str_of(lots, 100000), STR("000000"), T0), OFFICER_WRONG);
	assert_int_equal(login(t, STR("nobody"), str_of(lots, 100000), STR("000000"), T0),
	                 OFFICER_WRONG);
}

static void any_bytes_may_be_typed_as_a_name(void **state)
{
	static const struct str names[] = { STR_INIT(""), STR_INIT("\xff"), STR_INIT("a\0b"),
		STR_INIT("' OR ''='"), STR_INIT("%"), STR_INIT("係") };
	struct test_store *t = *state;
	hire(t, "u1");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(login(t, names[i], PASSWORD, code_at(t->a, T0), T0), OFFICER_WRONG);
}

static int64_t fastest(struct test_store *t, const char *id)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < 4; i++) {
		int64_t start = clock_steady_us();
		assert_int_equal(wrong(t, id, T0), OFFICER_WRONG);
		int64_t took = clock_steady_us() - start;
		best = took < best ? took : best;
	}
	return best;
}

static void an_unknown_name_costs_the_same_time(void **state)
{
	struct test_store *t = *state;
	hire(t, "u1");
	int64_t known = fastest(t, "u1"), unknown = fastest(t, "nobody");
	printf("known %lld us, unknown %lld us\n", (long long)known, (long long)unknown);
	/* Without the hash it would be fifty times faster. */
	assert_true(known < 3 * unknown && unknown < 3 * known);
}

struct guess {
	struct test_store *t;
	struct arena *a;
	bool last; /* knows the password */
	enum officer_verdict v;
};

static void *guess(void *p)
{
	struct guess *g = p;
	struct officer who;
	struct err err = { 0 };
	struct result r = officer_login(g->t->s, g->a, CITY, STR("u1"),
	                                g->last ? PASSWORD : STR("wrong"), code_at(g->a, T0), KEY, T0,
	                                &g->v, &who, &err);
	if (is_err(r))
		g->v = OFFICER_OK; /* fails the test below */
	return NULL;
}

/* Twelve guesses at once: five are heard, whoever is faster. */
static void guessing_at_once_is_no_way_around(void **state)
{
	enum { GUESSES = 12 };
	struct test_store *t = *state;
	struct guess g[GUESSES];
	pthread_t threads[GUESSES];
	size_t heard = 0;
	hire(t, "u1");
	for (size_t i = 0; i < GUESSES; i++) {
		g[i] = (struct guess){ .t = t, .a = arena_new(0) };
		assert_int_equal(pthread_create(&threads[i], NULL, guess, &g[i]), 0);
	}
	for (size_t i = 0; i < GUESSES; i++) {
		pthread_join(threads[i], NULL);
		assert_int_not_equal(g[i].v, OFFICER_OK);
		heard += g[i].v == OFFICER_WRONG;
		arena_free(g[i].a);
	}
	assert_int_equal(heard, 5);
	assert_int_equal(right(t, "u1", T0), OFFICER_LOCKED);
}

/* One code in many browsers at the same moment opens one session. */
static void one_code_at_once_works_once(void **state)
{
	enum { BROWSERS = 4 };
	struct test_store *t = *state;
	struct guess g[BROWSERS];
	pthread_t threads[BROWSERS];
	size_t in = 0;
	hire(t, "u1");
	for (size_t i = 0; i < BROWSERS; i++) {
		g[i] = (struct guess){ .t = t, .a = arena_new(0), .last = true };
		assert_int_equal(pthread_create(&threads[i], NULL, guess, &g[i]), 0);
	}
	for (size_t i = 0; i < BROWSERS; i++) {
		pthread_join(threads[i], NULL);
		in += g[i].v == OFFICER_OK;
		arena_free(g[i].a);
	}
	assert_int_equal(in, 1);
}

static void secrets_are_sealed(void **state)
{
	struct test_store *t = *state;
	struct rows r;
	struct err err = { 0 };
	hire(t, "u1");
	wrong(t, "正しい馬の電池", T0); /* the password typed as a name */
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "SELECT password, totp FROM officer", NO_BINDS, &r, &err), &err);
	assert_true(str_starts(rows_text(&r, 0, 0), STR("$argon2id$")));
	assert_false(password_stale(rows_text(&r, 0, 0), password_cost_default()));
	assert_int_equal(str_find(rows_text(&r, 0, 1), TOTP), STR_NONE);
	assert_int_equal(rows_text(&r, 0, 1).n, TOTP.n + AEAD_EXTRA);
	good(db_query(db, t->a, "SELECT name FROM officer_try", NO_BINDS, &r, &err), &err);
	assert_int_equal(r.n, 1);
	assert_int_equal(str_find(rows_text(&r, 0, 0), PASSWORD), STR_NONE);
}

static void found_and_listed_in_their_city(void **state)
{
	struct test_store *t = *state;
	const struct officer *list;
	struct officer o;
	size_t n;
	struct err err = { 0 };
	hire(t, "u2");
	hire(t, "u1");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(officer_list(db, t->a, CITY, &list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(str_eq(list[0].id, STR("u1")));
	good(officer_find(db, t->a, CITY, STR("u2"), &o, &err), &err);
	assert_int_equal(officer_find(db, t->a, STR("452025"), STR("u2"), &o, NULL).kind,
	                 ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(both_must_be_right), ON_BOTH(another_city_knows_nobody), ON_BOTH(a_code_works_once),
		ON_BOTH(five_tries_lock_for_a_quarter_of_an_hour), ON_BOTH(a_right_login_forgives),
		ON_BOTH(an_unknown_name_answers_alike), ON_BOTH(long_passwords_answer_alike),
		ON_BOTH(any_bytes_may_be_typed_as_a_name), ON_BOTH(an_unknown_name_costs_the_same_time),
		ON_BOTH(guessing_at_once_is_no_way_around), ON_BOTH(one_code_at_once_works_once),
		ON_BOTH(secrets_are_sealed), ON_BOTH(found_and_listed_in_their_city),
	};
	ident_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
