/* What events do to a person's certificates, on both engines. */
#include "nation.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "store/journal.h"
#include "trust/life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct person her[4];
static const enum profile_id profiles[4] = { PROFILE_CITIZEN_AUTH, PROFILE_CITIZEN_SIGN,
	PROFILE_CITIZEN_AUTH_PHONE, PROFILE_CITIZEN_SIGN_PHONE };
enum { CARD_AUTH = 1, CARD_SIGN = 2, PHONE_AUTH = 4, PHONE_SIGN = 8, EVERY = 15 };

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = nation_new(*state);
	for (size_t i = 0; i < 4; i++)
		her[i] = nation_person(n, profiles[i], KEY_P256);
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

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static size_t happens(struct nation *n, enum life_event e)
{
	STORE_TX_AUTO tx = NULL;
	struct life_done done[LIFE_DONE_MAX];
	size_t count = 0;
	struct err err;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_life(tx, n->a, STR("jlis"), STR("c0ffee"), e, NATION_NOW + CLOCK_DAY, done, &count,
	                   &err), &err, "life");
	must_ok(store_commit(&tx, &err), &err, "commit");
	return count;
}

/* Bits of the certificates that are good. */
static unsigned good(struct nation *n)
{
	STORE_READER_AUTO db = NULL;
	struct err err;
	unsigned bits = 0;
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	for (unsigned i = 0; i < 4; i++) {
		struct cert_row row;
		must_ok(trust_cert_find(db, n->a, STR("jlis"), profile_row(profiles[i])->ca,
		                        her[i].issued.serial, &row, &err), &err, "find");
		if (row.state.status == STATUS_GOOD)
			bits |= 1u << i;
	}
	return bits;
}

static void a_move_ends_signature_and_not_login(void **state)
{
	assert_int_equal(happens(*state, LIFE_ATTRIBUTES), 2);
	assert_int_equal(good(*state), CARD_AUTH | PHONE_AUTH);
	assert_int_equal(happens(*state, LIFE_ATTRIBUTES), 0);
}

static void death_and_the_card_given_back_end_all(void **state)
{
	assert_int_equal(happens(*state, LIFE_CARD_RETURNED), 4);
	assert_int_equal(good(*state), 0);
	assert_int_equal(happens(*state, LIFE_DEATH), 0); /* the first reason stays */
}

static void a_lost_card_is_held_then_released(void **state)
{
	assert_int_equal(happens(*state, LIFE_CARD_LOST), 4);
	assert_int_equal(good(*state), 0);
	assert_int_equal(happens(*state, LIFE_CARD_FOUND), 4);
	assert_int_equal(good(*state), EVERY);
}

static void a_lost_card_is_held_then_revoked_for_good(void **state)
{
	assert_int_equal(happens(*state, LIFE_CARD_LOST), 4);
	assert_int_equal(happens(*state, LIFE_CARD_STOLEN), 4);
	assert_int_equal(happens(*state, LIFE_CARD_FOUND), 0);
	assert_int_equal(good(*state), 0);
}

static void a_move_while_lost_is_not_undone_by_finding_the_card(void **state)
{
	assert_int_equal(happens(*state, LIFE_CARD_LOST), 4);
	assert_int_equal(happens(*state, LIFE_ATTRIBUTES), 2);
	assert_int_equal(happens(*state, LIFE_CARD_FOUND), 2);
	assert_int_equal(good(*state), CARD_AUTH | PHONE_AUTH);
}

static void a_phone_ends_alone(void **state)
{
	assert_int_equal(happens(*state, LIFE_PHONE_LOST), 2);
	assert_int_equal(good(*state), CARD_AUTH | CARD_SIGN);
	assert_int_equal(happens(*state, LIFE_PHONE_FOUND), 2);
	assert_int_equal(good(*state), EVERY);
	assert_int_equal(happens(*state, LIFE_PHONE_CHANGED), 2);
	assert_int_equal(good(*state), CARD_AUTH | CARD_SIGN);
}

static void somebody_else_is_not_touched(void **state)
{
	struct nation *n = *state;
	STORE_TX_AUTO tx = NULL;
	struct life_done done[LIFE_DONE_MAX];
	size_t count = 9;
	struct err err;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_life(tx, n->a, STR("jlis"), STR("decaf"), LIFE_DEATH, NATION_NOW, done, &count,
	                   &err), &err, "life");
	must_ok(store_commit(&tx, &err), &err, "commit");
	assert_int_equal(count, 0);
	assert_int_equal(good(n), EVERY);
}

static void renewal_begins_three_months_before_the_end(void **state)
{
	struct cert_row row = { .state = { .status = STATUS_GOOD } };
	int64_t day = 0;
	(void)state;
	assert_true(time_parse(STR("2031-01-02T14:59:59Z"), &row.not_after));
	assert_true(time_parse(STR("2030-10-01T14:59:59Z"), &day));
	assert_false(trust_may_renew(&row, day));
	assert_true(trust_may_renew(&row, day + CLOCK_SECOND)); /* 2 October in Japan */
	assert_true(trust_may_renew(&row, row.not_after));
	assert_false(trust_may_renew(&row, row.not_after + 1));
	row.state.status = STATUS_REVOKED;
	assert_false(trust_may_renew(&row, row.not_after));
}

static void every_event_has_its_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LIFE_EVENT_COUNT; i++) {
		const struct life_row *r = life_row((enum life_event)i);
		enum life_event back;
		assert_true(r->name && r->ja && r->en && r->easy && r->profiles);
		assert_true(life_event_parse(str_c(r->name), &back) && back == (enum life_event)i);
		assert_true((r->does == LIFE_REVOKES) == (r->reason != REVOKE_HOLD));
	}
}

static void four_attributes_and_nothing_else(void **state)
{
	struct cert_holder x = { .name = STR("A"), .address = STR("B"), .sex = CERT_SEX_MALE,
	                         .year = 1990, .month = 1, .day = 2, .name_map = STR("0") }, y = x;
	(void)state;
	y.name_map = STR("1");
	assert_false(trust_attributes_differ(&x, &y));
	y.address = STR("C");
	assert_true(trust_attributes_differ(&x, &y));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_move_ends_signature_and_not_login),
		BOTH(death_and_the_card_given_back_end_all),
		BOTH(a_lost_card_is_held_then_released),
		BOTH(a_lost_card_is_held_then_revoked_for_good),
		BOTH(a_move_while_lost_is_not_undone_by_finding_the_card),
		BOTH(a_phone_ends_alone),
		BOTH(somebody_else_is_not_touched),
		cmocka_unit_test(renewal_begins_three_months_before_the_end),
		cmocka_unit_test(every_event_has_its_words),
		cmocka_unit_test(four_attributes_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
