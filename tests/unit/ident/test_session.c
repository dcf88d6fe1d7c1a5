/* Sessions: a token that only the browser has, and two clocks that end it. */
#include "../support/test_store.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "ident/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define T0 INT64_C(1795143600000000)

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

/* An officer's session needs an officer. */
static void employ(struct test_store *t, enum session_kind k, struct str org, struct str id)
{
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	if (k != SESSION_OFFICER)
		return;
	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, "INSERT INTO officer (org, id, name, title, roles, password, totp, last_step)"
	             " VALUES (?, ?, 'x', 'x', 'clerk', 'x', ?, -1) ON CONFLICT (org, id) DO NOTHING",
	             BINDS(B_TEXT(org), B_TEXT(id), B_BLOB(STR("x"))), NULL, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static struct str start(struct test_store *t, enum session_kind k, const char *org,
                        const char *subject)
{
	struct str token;
	struct err err = { 0 };
	struct db *tx = NULL;
	employ(t, k, str_c(org), str_c(subject));
	struct session s = { .org = str_c(org), .kind = k, .subject = str_c(subject),
		.name = STR("加賀 花子"), .roles = STR("clerk"), .home_org = STR("172065") };
	good(store_begin(t->s, &tx, &err), &err);
	good(session_start(tx, t->a, &s, T0, &token, &err), &err);
	good(store_commit(&tx, &err), &err);
	return token;
}

static struct result find(struct test_store *t, enum session_kind k, struct str token,
                          int64_t now, struct session *ret, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(t->s, &db, err));
	return session_find(db, t->a, k, token, now, ret, err);
}

static void assert_refused(struct test_store *t, enum session_kind k, struct str token,
                           int64_t now, const char *code)
{
	struct session s = { .started_at = -1 };
	struct err err = { 0 };
	assert_int_equal(find(t, k, token, now, &s, &err).kind, ERR_AUTH);
	assert_string_equal(err.code, code);
	assert_int_equal(s.started_at, -1);
}

static void touch(struct test_store *t, enum session_kind k, struct str token, int64_t now)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(session_touch(tx, k, token, now, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static void found_by_its_token(void **state)
{
	struct test_store *t = *state;
	struct session s;
	struct err err = { 0 };
	struct str token = start(t, SESSION_CITIZEN, "portal", "s1"),
	           other = start(t, SESSION_CITIZEN, "portal", "s1");
	assert_false(str_eq(token, other)); /* every login makes a new one */
	good(find(t, SESSION_CITIZEN, token, T0 + 1, &s, &err), &err);
	assert_true(str_eq(s.subject, STR("s1")) && str_eq(s.home_org, STR("172065")));
	assert_true(s.csrf.n >= 32);
	struct session s2;
	good(find(t, SESSION_CITIZEN, other, T0 + 1, &s2, &err), &err);
	assert_false(str_eq(s.csrf, s2.csrf));
	test_store_reopen(t);
	good(find(t, SESSION_CITIZEN, token, T0 + 1, &s, &err), &err);
}

static void no_other_kind_or_organization(void **state)
{
	struct test_store *t = *state;
	struct str citizen = start(t, SESSION_CITIZEN, "portal", "s1"),
	           clerk = start(t, SESSION_OFFICER, "172065", "u1");
	assert_refused(t, SESSION_OFFICER, citizen, T0, "ident.session.none");
	assert_refused(t, SESSION_CITIZEN, clerk, T0, "ident.session.none");
	/* The organization is a part of what is hashed: it cannot be exchanged. */
	struct str secret = str_from(clerk, str_find_char(clerk, '.'));
	assert_refused(t, SESSION_OFFICER, arena_join(t->a, STR("452025"), secret), T0,
	               "ident.session.none");
}

static void whatever_a_cookie_holds(void **state)
{
	static const struct str tokens[] = {
		STR_INIT(""), STR_INIT("."), STR_INIT("portal."), STR_INIT("portal"), STR_INIT("x.y"),
		STR_INIT("portal.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		STR_INIT(".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		STR_INIT("por\0al.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		STR_INIT("\xff\xfe.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		STR_INIT("' OR 1=1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	};
	struct test_store *t = *state;
	struct err err = { 0 };
	start(t, SESSION_CITIZEN, "portal", "s1");
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		struct db *tx = NULL;
		assert_refused(t, SESSION_CITIZEN, tokens[i], T0, "ident.session.none");
		touch(t, SESSION_CITIZEN, tokens[i], T0);
		good(store_begin(t->s, &tx, &err), &err);
		good(session_end(tx, SESSION_CITIZEN, tokens[i], &err), &err);
		good(store_commit(&tx, &err), &err);
	}
	char *lots = arena_alloc(t->a, 100000);
	memset(lots, 'a', 100000);
	assert_refused(t, SESSION_CITIZEN, str_of(lots, 100000), T0, "ident.session.none");
}

static void ended_by_idleness(void **state)
{
	struct test_store *t = *state;
	struct session s;
	struct err err = { 0 };
	struct str token = start(t, SESSION_CITIZEN, "portal", "s1"),
	           clerk = start(t, SESSION_OFFICER, "172065", "u1");
	const int64_t idle = session_limits_of(SESSION_CITIZEN).idle_us;
	good(find(t, SESSION_CITIZEN, token, T0 + idle - 1, &s, &err), &err);
	assert_refused(t, SESSION_CITIZEN, token, T0 + idle, "ident.session.idle");
	good(find(t, SESSION_OFFICER, clerk, T0 + idle, &s, &err), &err); /* officers have longer */
	touch(t, SESSION_CITIZEN, token, T0 + idle - 1);
	good(find(t, SESSION_CITIZEN, token, T0 + idle, &s, &err), &err);
	assert_false(session_touch_due(&s, T0 + idle));
	assert_true(session_touch_due(&s, T0 + idle + CLOCK_MINUTE));
}

static void ended_for_good_however_busy(void **state)
{
	struct test_store *t = *state;
	struct str token = start(t, SESSION_CITIZEN, "portal", "s1");
	const int64_t end = T0 + session_limits_of(SESSION_CITIZEN).absolute_us;
	struct session s;
	struct err err = { 0 };
	for (int64_t now = T0; now < end; now += 10 * CLOCK_MINUTE)
		touch(t, SESSION_CITIZEN, token, now);
	touch(t, SESSION_CITIZEN, token, end - 1);
	good(find(t, SESSION_CITIZEN, token, end - 1, &s, &err), &err);
	touch(t, SESSION_CITIZEN, token, end);
	assert_refused(t, SESSION_CITIZEN, token, end, "ident.session.expired");
}

static void logging_out_leaves_nothing(void **state)
{
	struct test_store *t = *state;
	struct str token = start(t, SESSION_CITIZEN, "portal", "s1"),
	           other = start(t, SESSION_CITIZEN, "portal", "s1");
	struct session s;
	struct err err = { 0 };
	struct db *tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(session_end(tx, SESSION_OFFICER, token, &err), &err); /* another kind: nothing */
	good(session_end(tx, SESSION_CITIZEN, token, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_refused(t, SESSION_CITIZEN, token, T0, "ident.session.none");
	good(find(t, SESSION_CITIZEN, other, T0, &s, &err), &err);
	touch(t, SESSION_CITIZEN, token, T0); /* does not bring it back */
	assert_refused(t, SESSION_CITIZEN, token, T0, "ident.session.none");
}

static void at_rest_there_is_only_a_hash(void **state)
{
	struct test_store *t = *state;
	struct rows r;
	struct err err = { 0 };
	struct str token = start(t, SESSION_CITIZEN, "portal", "s1");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "SELECT token_hash, org, subject, name, roles, csrf, home_org FROM session",
	              NO_BINDS, &r, &err), &err);
	assert_int_equal(r.n, 1);
	assert_true(str_eq(rows_text(&r, 0, 0), sha256_hex(t->a, token)));
	struct str secret = str_from(token, str_find_char(token, '.') + 1);
	for (size_t i = 0; i < r.cols; i++)
		assert_int_equal(str_find(rows_text(&r, 0, i), secret), STR_NONE);
}

static void officer_does(struct test_store *t, const char *roles)
{
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(roles ? officer_set_roles(tx, STR("172065"), STR("u1"), str_c(roles), &err)
	           : officer_remove(tx, STR("172065"), STR("u1"), &err), &err);
	good(store_commit(&tx, &err), &err);
}

static void an_officers_roles_are_those_of_the_moment(void **state)
{
	struct test_store *t = *state;
	struct session s;
	struct err err = { 0 };
	struct str token = start(t, SESSION_OFFICER, "172065", "u1");
	good(find(t, SESSION_OFFICER, token, T0 + 1, &s, &err), &err);
	assert_true(str_eq(s.roles, STR("clerk")));
	officer_does(t, "clerk approver");
	good(find(t, SESSION_OFFICER, token, T0 + 2, &s, &err), &err);
	assert_true(str_eq(s.roles, STR("clerk approver")));
	officer_does(t, "");
	good(find(t, SESSION_OFFICER, token, T0 + 3, &s, &err), &err);
	assert_int_equal(s.roles.n, 0);
	officer_does(t, NULL);
	assert_refused(t, SESSION_OFFICER, token, T0 + 4, "ident.session.none");
	/* Nor does it come back with a new officer of that name. */
	employ(t, SESSION_OFFICER, STR("172065"), STR("u1"));
	assert_refused(t, SESSION_OFFICER, token, T0 + 5, "ident.session.none");
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(officer_set_roles(tx, STR("172065"), STR("nobody"), STR("x"), &err).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(officer_remove(tx, STR("172065"), STR("nobody"), &err).kind, ERR_NOT_FOUND);
}

static void a_citizen_named_like_an_officer_has_no_roles(void **state)
{
	struct test_store *t = *state;
	struct session s;
	struct err err = { 0 };
	employ(t, SESSION_OFFICER, STR("172065"), STR("u1"));
	struct str token = start(t, SESSION_CITIZEN, "172065", "u1");
	good(find(t, SESSION_CITIZEN, token, T0 + 1, &s, &err), &err);
	assert_int_equal(s.roles.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(an_officers_roles_are_those_of_the_moment),
		ON_BOTH(a_citizen_named_like_an_officer_has_no_roles),
		ON_BOTH(found_by_its_token), ON_BOTH(no_other_kind_or_organization),
		ON_BOTH(whatever_a_cookie_holds), ON_BOTH(ended_by_idleness),
		ON_BOTH(ended_for_good_however_busy), ON_BOTH(logging_out_leaves_nothing),
		ON_BOTH(at_rest_there_is_only_a_hash),
	};
	ident_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
