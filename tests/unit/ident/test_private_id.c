/* Private ids: tied by a challenge used once, told of the end of a certificate. */
#include "../trust/nation.h"

#include "base/clock.h"
#include "ident/ident.h"
#include "ident/private_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PORTAL STR("portal")
#define BANK STR("bank1")
#define HER STR("01aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
#define HIM STR("01bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")

static struct person her;

static int setup(void **state)
{
	trust_migrations();
	ident_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = nation_new(*state);
	her = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	*state = n;
	return 0;
}

static int teardown(void **state)
{
	struct nation *n = *state;
	struct test_store *t = n->t;
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

static struct str challenge(struct nation *n, struct str verifier)
{
	struct str c = { 0 };
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(private_id_challenge(tx, n->a, PORTAL, verifier, NATION_NOW, &c, &err), &err, "challenge");
	must_ok(store_commit(&tx, &err), &err, "commit");
	return c;
}

static struct result tie(struct nation *n, struct str who, const char *id, struct str c,
                         int64_t now, struct err *err)
{
	struct private_id p = { .verifier = BANK, .id = str_c(id), .subject = who,
		.serial = her.issued.serial, .not_after = her.issued.not_after };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(n->s, &tx, err));
	TRY(private_id_register(tx, n->a, PORTAL, c, &p, now, err));
	return store_commit(&tx, err);
}

static size_t sweep(struct nation *n, int64_t now, const struct private_id_event **ret)
{
	bool more = true;
	size_t count = 0;
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(private_id_sweep(tx, n->a, PORTAL, STR("jlis"), now, &more, &err), &err, "sweep");
	assert_false(more);
	must_ok(private_id_events(tx, n->a, PORTAL, BANK, 0, ret, &count, &err), &err, "events");
	must_ok(store_commit(&tx, &err), &err, "commit");
	return count;
}

static void revoke(struct nation *n, enum revoke_reason why)
{
	bool changed = false;
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke(tx, STR("jlis"), CA_CITIZEN_SIGN, her.issued.serial, why,
	                          NATION_NOW + 5, &changed, &err), &err, "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
	assert_true(changed);
}

static void a_challenge_is_used_once_by_whom_it_was_given(void **state)
{
	struct nation *n = *state;
	struct err err;
	struct str c = challenge(n, BANK), other = challenge(n, STR("shop"));
	assert_int_equal(tie(n, HER, "u-1", other, NATION_NOW, &err).kind, ERR_CONFLICT);
	assert_int_equal(tie(n, HER, "u-1", STR("00"), NATION_NOW, &err).kind, ERR_CONFLICT);
	assert_int_equal(tie(n, HER, "u-1", c, NATION_NOW + 10 * CLOCK_MINUTE, &err).kind, ERR_CONFLICT);
	must_ok(tie(n, HER, "u-1", c, NATION_NOW, &err), &err, "tie");
	assert_int_equal(tie(n, HER, "u-1", c, NATION_NOW, &err).kind, ERR_CONFLICT);
}

static void an_id_stays_with_its_person(void **state)
{
	struct nation *n = *state;
	struct err err;
	must_ok(tie(n, HER, "u-1", challenge(n, BANK), NATION_NOW, &err), &err, "tie");
	must_ok(tie(n, HER, "u-1", challenge(n, BANK), NATION_NOW, &err), &err, "again");
	struct result r = tie(n, HIM, "u-1", challenge(n, BANK), NATION_NOW, &err);
	assert_int_equal(r.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "private_id.taken");
	assert_int_equal(tie(n, HER, "a b", challenge(n, BANK), NATION_NOW, &err).kind, ERR_INPUT);
	assert_int_equal(tie(n, HER, "", challenge(n, BANK), NATION_NOW, &err).kind, ERR_INPUT);
}

static void the_end_is_told_once(void **state)
{
	struct nation *n = *state;
	const struct private_id_event *e;
	struct err err;
	must_ok(tie(n, HER, "u-1", challenge(n, BANK), NATION_NOW, &err), &err, "tie");
	assert_int_equal(sweep(n, NATION_NOW, &e), 0);
	revoke(n, REVOKE_AFFILIATION);
	assert_int_equal(sweep(n, NATION_NOW + 9, &e), 1);
	assert_string_equal(e[0].what, "ended");
	assert_true(str_eq(e[0].why, STR("affiliationChanged")));
	assert_true(str_eq(e[0].id, STR("u-1")));
	assert_int_equal(e[0].at, NATION_NOW + 5);
	assert_int_equal(sweep(n, her.issued.not_after + 9, &e), 1); /* no second end by its day */
}

static void held_and_released_and_expired_are_told(void **state)
{
	struct nation *n = *state;
	const struct private_id_event *e;
	bool changed;
	struct err err;
	must_ok(tie(n, HER, "u-1", challenge(n, BANK), NATION_NOW, &err), &err, "tie");
	revoke(n, REVOKE_HOLD);
	assert_int_equal(sweep(n, NATION_NOW + 9, &e), 1);
	assert_string_equal(e[0].what, "held");
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_release(tx, STR("jlis"), CA_CITIZEN_SIGN, her.issued.serial, &changed, &err),
	        &err, "release");
	must_ok(store_commit(&tx, &err), &err, "commit");
	assert_int_equal(sweep(n, NATION_NOW + 10, &e), 2);
	assert_string_equal(e[1].what, "released");
	assert_int_equal(sweep(n, her.issued.not_after, &e), 2);
	assert_int_equal(sweep(n, her.issued.not_after + 1, &e), 3);
	assert_string_equal(e[2].what, "ended");
	assert_true(str_eq(e[2].why, STR("expired")));
	assert_int_equal(e[2].seq, 3);
}

static void what_is_signed_names_all_of_it(void **state)
{
	struct nation *n = *state;
	struct str d = private_id_document(n->a, STR("https://p.example"), BANK, STR("u-1"), STR("ff"));
	assert_true(str_eq(d, STR("musubi-private-id-v1\n{\"challenge\":\"ff\",\"id\":\"u-1\","
	                          "\"origin\":\"https://p.example\",\"verifier\":\"bank1\"}")));
	enum document_kind kind;
	struct str body;
	assert_false(trust_document_parse(d, &kind, &body)); /* no login, no application */
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_challenge_is_used_once_by_whom_it_was_given),
		BOTH(an_id_stays_with_its_person),
		BOTH(the_end_is_told_once),
		BOTH(held_and_released_and_expired_are_told),
		BOTH(what_is_signed_names_all_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
