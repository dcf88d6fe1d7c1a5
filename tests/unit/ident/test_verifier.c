/* Verifiers and consents: who may ask, how often, and what a holder allows. */
#include "../support/test_store.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "ident/consent.h"
#include "ident/ident.h"
#include "ident/verifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define T0 INT64_C(1795143600000000) /* 2026-11-20 12:00 in Japan */
#define ORG STR("jlis")
#define PORTAL STR("portal")
#define HER STR("01aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
#define HIM STR("01bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static struct verifier bank(void)
{
	return (struct verifier){ .id = STR("bank1"), .name = { STR("試験銀行"), STR("Test Bank"),
		STR("テスト{銀行|ぎんこう}") }, .host = STR("bank.example"), .day_limit = 3, .yen = 20,
		.added_at = T0 };
}

static struct result add(struct test_store *t, const struct verifier *v, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(verifier_add(tx, ORG, v, err));
	return store_commit(&tx, err);
}

static void is_kept_and_found_by_its_host(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct verifier v = bank(), got;
	good(add(t, &v, &err), &err);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(verifier_by_host(db, t->a, ORG, STR("bank.example"), &got, &err), &err);
	assert_true(str_eq(got.id, v.id) && str_eq(got.name[LANG_EASY], v.name[LANG_EASY]));
	assert_int_equal(got.day_limit, 3);
	assert_false(got.suspended);
	assert_int_equal(verifier_by_host(db, t->a, STR("other"), v.host, &got, &err).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(verifier_by_host(db, t->a, ORG, STR("BANK.example"), &got, &err).kind,
	                 ERR_NOT_FOUND);
}

static void refuses_what_is_no_verifier(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct verifier v = bank();
	v.id = STR("Bank 1");
	assert_int_equal(add(t, &v, &err).kind, ERR_INPUT);
	v = bank();
	v.host = str_of("bank.example\0x", 14);
	assert_int_equal(add(t, &v, &err).kind, ERR_INPUT);
	v = bank();
	v.name[LANG_EN] = STR("Two\nlines");
	assert_int_equal(add(t, &v, &err).kind, ERR_INPUT);
	v = bank();
	v.day_limit = 0;
	assert_int_equal(add(t, &v, &err).kind, ERR_INPUT);
	v = bank();
	good(add(t, &v, &err), &err);
	v.id = STR("bank2"); /* another one with the same certificate */
	assert_int_equal(add(t, &v, &err).kind, ERR_CONFLICT);
}

static struct result count(struct test_store *t, const struct verifier *v, enum ask_kind kind,
                           int64_t now, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(verifier_count(tx, ORG, v, kind, now, err));
	return store_commit(&tx, err);
}

static void counts_by_month_and_stops_at_the_days_limit(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	const struct verifier_use *use;
	size_t n;
	struct verifier v = bank();
	good(count(t, &v, ASK_CERTIFICATE, T0, &err), &err);
	good(count(t, &v, ASK_CERTIFICATE, T0, &err), &err);
	good(count(t, &v, ASK_LINK, T0, &err), &err);
	struct result r = count(t, &v, ASK_SIGNATURE, T0, &err);
	assert_int_equal(r.kind, ERR_LIMIT);
	assert_string_equal(err.code, "verifier.limit");
	good(count(t, &v, ASK_SIGNATURE, T0 + CLOCK_DAY, &err), &err); /* a new day */
	good(count(t, &v, ASK_SIGNATURE, T0 + 11 * CLOCK_DAY, &err), &err); /* December */
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(verifier_usage(db, t->a, ORG, STR("2026-11"), &use, &n, &err), &err);
	assert_int_equal(n, 3);
	assert_int_equal(use[0].kind, ASK_CERTIFICATE);
	assert_int_equal(use[0].n, 2);
	assert_int_equal(use[2].kind, ASK_SIGNATURE);
	assert_int_equal(use[2].n, 1);
	assert_int_equal(verifier_usage(db, t->a, ORG, STR("2026-13"), &use, &n, &err).kind, ERR_INPUT);
	assert_int_equal(verifier_usage(db, t->a, ORG, STR("2026-1"), &use, &n, &err).kind, ERR_INPUT);
}

static void is_suspended_at_once(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct verifier v = bank(), got;
	good(add(t, &v, &err), &err);
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(verifier_suspend(tx, ORG, v.id, true, &err), &err);
	assert_int_equal(verifier_suspend(tx, ORG, STR("nobody"), true, &err).kind, ERR_NOT_FOUND);
	store_abort(&tx);
	good(store_begin(t->s, &tx, &err), &err);
	good(verifier_suspend(tx, ORG, v.id, true, &err), &err);
	good(store_commit(&tx, &err), &err);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(verifier_find(db, t->a, ORG, v.id, &got, &err), &err);
	assert_true(got.suspended);
}

/* ---- consents ---- */

static struct consent question(void)
{
	return (struct consent){ .subject = HER, .verifier = STR("bank1"),
		.purpose = STR("口座の住所の確認"), .scope = CONSENT_ATTRIBUTES, .serial = 42,
		.until = T0 + 365 * CLOCK_DAY };
}

static struct result ask(struct test_store *t, const struct consent *c, int64_t now,
                         struct str *ret, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(consent_ask(tx, t->a, PORTAL, c, now, ret, err));
	return store_commit(&tx, err);
}

static struct result answer(struct test_store *t, struct str who, struct str id, bool give,
                            int64_t now, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(consent_answer(tx, PORTAL, who, id, give, now, err));
	return store_commit(&tx, err);
}

static struct result withdraw(struct test_store *t, struct str who, struct str id, int64_t now,
                              struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(consent_withdraw(tx, PORTAL, who, id, now, err));
	return store_commit(&tx, err);
}

static bool may(struct test_store *t, struct str who, const char *verifier,
                enum consent_scope scope, int64_t now)
{
	struct err err = { 0 };
	struct consent c;
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	struct result r = consent_needed(db, t->a, PORTAL, who, str_c(verifier), scope, now, &c, &err);
	if (is_err(r))
		assert_string_equal(err.code, "consent.needed");
	return is_ok(r);
}

static void nothing_is_allowed_before_she_says_so(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct str id = { 0 };
	struct consent c = question();
	good(ask(t, &c, T0, &id, &err), &err);
	assert_false(may(t, HER, "bank1", CONSENT_ATTRIBUTES, T0 + 1));
	assert_int_equal(answer(t, HIM, id, true, T0 + 2, &err).kind, ERR_CONFLICT);
	good(answer(t, HER, id, true, T0 + 2, &err), &err);
	assert_true(may(t, HER, "bank1", CONSENT_ATTRIBUTES, T0 + 3));
	assert_false(may(t, HER, "bank1", CONSENT_LINK, T0 + 3));
	assert_false(may(t, HER, "bank2", CONSENT_ATTRIBUTES, T0 + 3));
	assert_false(may(t, HIM, "bank1", CONSENT_ATTRIBUTES, T0 + 3));
	assert_true(may(t, HER, "bank1", CONSENT_ATTRIBUTES, c.until));
	assert_false(may(t, HER, "bank1", CONSENT_ATTRIBUTES, c.until + 1));
}

static void withdrawn_is_withdrawn_at_once_and_for_good(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct str id = { 0 };
	struct consent c = question();
	good(ask(t, &c, T0, &id, &err), &err);
	assert_int_equal(withdraw(t, HER, id, T0, &err).kind, ERR_CONFLICT);
	good(answer(t, HER, id, true, T0, &err), &err);
	assert_int_equal(withdraw(t, HIM, id, T0, &err).kind, ERR_CONFLICT);
	good(withdraw(t, HER, id, T0 + 5, &err), &err);
	assert_false(may(t, HER, "bank1", CONSENT_ATTRIBUTES, T0 + 5));
	assert_int_equal(answer(t, HER, id, true, T0 + 6, &err).kind, ERR_CONFLICT);
	assert_int_equal(withdraw(t, HER, id, T0 + 7, &err).kind, ERR_CONFLICT);
}

static void a_refusal_and_silence_end_it(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct str id = { 0 };
	struct consent c = question();
	good(ask(t, &c, T0, &id, &err), &err);
	good(answer(t, HER, id, false, T0, &err), &err);
	assert_int_equal(answer(t, HER, id, true, T0, &err).kind, ERR_CONFLICT);
	good(ask(t, &c, T0, &id, &err), &err);
	assert_int_equal(answer(t, HER, id, true, T0 + CONSENT_ASK_DAYS * CLOCK_DAY, &err).kind,
	                 ERR_CONFLICT);
	assert_false(may(t, HER, "bank1", CONSENT_ATTRIBUTES, T0 + 1));
}

static void nobody_is_asked_without_end_or_reason(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct str id = { 0 };
	struct consent c = question();
	c.purpose = STR("");
	assert_int_equal(ask(t, &c, T0, &id, &err).kind, ERR_INPUT);
	c = question();
	c.purpose = STR("a\nb");
	assert_int_equal(ask(t, &c, T0, &id, &err).kind, ERR_INPUT);
	c = question();
	c.scope = 4;
	assert_int_equal(ask(t, &c, T0, &id, &err).kind, ERR_INPUT);
	c = question();
	c.until = T0;
	assert_int_equal(ask(t, &c, T0, &id, &err).kind, ERR_INPUT);
	c.until = T0 + 6 * 366 * CLOCK_DAY;
	assert_int_equal(ask(t, &c, T0, &id, &err).kind, ERR_INPUT);
	c = question();
	for (int i = 0; i < CONSENT_ASKS_MAX; i++)
		good(ask(t, &c, T0 + i, &id, &err), &err);
	assert_int_equal(ask(t, &c, T0 + 9, &id, &err).kind, ERR_LIMIT);
	c.subject = HIM;
	good(ask(t, &c, T0 + 9, &id, &err), &err);
}

static int setup(void **state)
{
	ident_migrations();
	return test_store_setup(state);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, test_store_teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, test_store_teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(is_kept_and_found_by_its_host),
		BOTH(refuses_what_is_no_verifier),
		BOTH(counts_by_month_and_stops_at_the_days_limit),
		BOTH(is_suspended_at_once),
		BOTH(nothing_is_allowed_before_she_says_so),
		BOTH(withdrawn_is_withdrawn_at_once_and_for_good),
		BOTH(a_refusal_and_silence_end_it),
		BOTH(nobody_is_asked_without_end_or_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
