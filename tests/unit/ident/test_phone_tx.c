/* Transactions with the phone: every way that is not the one way is refused. */
#include "../support/test_store.h"
#include "base/clock.h"
#include "ident/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>

#define T0 INT64_C(1795143600000000)
#define ORG STR("portal")
#define BROWSER STR("browser-of-hers")
#define MINE STR("0123456789abcdef0123456789abcdef")
#define OTHERS STR("ffffffffffffffffffffffffffffffff")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static struct str start(struct test_store *t, enum phone_purpose purpose)
{
	struct str id;
	struct err err = { 0 };
	struct db *tx = NULL;
	struct phone_tx x = { .org = ORG, .purpose = purpose, .origin = STR("https://portal.example"),
		.browser = BROWSER, .subject = purpose == PHONE_SIGN ? STR("s1") : STR(""),
		.title = STR("罹災証明書"), .payload = STR("{\"a\":1}") };
	good(store_begin(t->s, &tx, &err), &err);
	good(phone_tx_start(tx, t->a, &x, T0, &id, &err), &err);
	good(store_commit(&tx, &err), &err);
	return id;
}

static struct phone_tx find(struct test_store *t, struct str id)
{
	struct phone_tx x;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(phone_tx_find(db, t->a, ORG, id, &x, &err), &err);
	return x;
}

enum move { CLAIM, APPROVE, REFUSE, USE };

static struct result move(struct store *s, enum move m, struct str id, struct str who,
                          int64_t now, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(m == CLAIM ? phone_tx_claim(tx, ORG, id, who, now, err)
	    : m == APPROVE ? phone_tx_approve(tx, ORG, id, who, STR("s1"), 7, STR("\x30\0cms"), now, err)
	    : m == REFUSE ? phone_tx_refuse(tx, ORG, id, who, STR("ident.phone.declined"), now, err)
	                  : phone_tx_use(tx, ORG, id, who, now, err));
	return store_commit(&tx, err);
}

static void does(struct test_store *t, enum move m, struct str id, struct str who, int64_t now)
{
	struct err err = { 0 };
	good(move(t->s, m, id, who, now, &err), &err);
}

static void refused(struct test_store *t, enum move m, struct str id, struct str who, int64_t now,
                    const char *code)
{
	struct err err = { 0 };
	struct phone_tx before = find(t, id);
	struct result r = move(t->s, m, id, who, now, &err);
	if (is_ok(r) || strcmp(err.code, code) != 0)
		fail_msg("move %d: %s, not %s", (int)m, is_ok(r) ? "done" : err.code, code);
	struct phone_tx after = find(t, id);
	assert_int_equal(after.state, before.state);
	assert_true(str_eq(after.cms, before.cms) && str_eq(after.subject, before.subject));
}

static void the_one_way(void **state)
{
	struct test_store *t = *state;
	struct str id = start(t, PHONE_LOGIN);
	struct phone_tx x = find(t, id);
	assert_int_equal(id.n, 32);
	assert_int_equal(x.match.n, 2);
	assert_int_equal(x.expires_at, T0 + PHONE_LOGIN_SECONDS * CLOCK_SECOND);
	does(t, CLAIM, id, MINE, T0 + 1);
	does(t, CLAIM, id, MINE, T0 + 2); /* the same phone may open it again */
	does(t, APPROVE, id, MINE, T0 + 3);
	x = find(t, id);
	assert_int_equal(x.state, PHONE_APPROVED);
	assert_true(str_eq(x.subject, STR("s1")) && str_eq(x.cms, STR("\x30\0cms")));
	does(t, USE, id, BROWSER, T0 + 4);
	assert_int_equal(find(t, id).state, PHONE_USED);
}

static void a_second_phone_is_refused(void **state)
{
	struct test_store *t = *state;
	struct str id = start(t, PHONE_LOGIN);
	does(t, CLAIM, id, MINE, T0 + 1);
	refused(t, CLAIM, id, OTHERS, T0 + 2, "ident.phone.claimed");
	refused(t, APPROVE, id, OTHERS, T0 + 2, "ident.phone.claimed");
	refused(t, REFUSE, id, OTHERS, T0 + 2, "ident.phone.claimed");
	does(t, APPROVE, id, MINE, T0 + 3);
	struct err err = { 0 };
	assert_int_equal(move(t->s, CLAIM, start(t, PHONE_LOGIN), STR("short"), T0, &err).kind,
	                 ERR_INPUT);
	assert_string_equal(err.code, "ident.phone.claim");
}

static void nothing_before_its_time(void **state)
{
	struct test_store *t = *state;
	struct str id = start(t, PHONE_SIGN);
	refused(t, APPROVE, id, MINE, T0 + 1, "ident.phone.unclaimed");
	refused(t, REFUSE, id, MINE, T0 + 1, "ident.phone.unclaimed");
	refused(t, USE, id, BROWSER, T0 + 1, "ident.phone.unclaimed");
	does(t, CLAIM, id, MINE, T0 + 1);
	refused(t, USE, id, BROWSER, T0 + 2, "ident.phone.claimed");
}

static void replays_are_refused(void **state)
{
	struct test_store *t = *state;
	struct str id = start(t, PHONE_LOGIN), no = start(t, PHONE_LOGIN);
	does(t, CLAIM, id, MINE, T0 + 1);
	does(t, APPROVE, id, MINE, T0 + 2);
	refused(t, APPROVE, id, MINE, T0 + 3, "ident.phone.used");
	refused(t, REFUSE, id, MINE, T0 + 3, "ident.phone.used");
	refused(t, CLAIM, id, MINE, T0 + 3, "ident.phone.used");
	does(t, USE, id, BROWSER, T0 + 4);
	refused(t, USE, id, BROWSER, T0 + 5, "ident.phone.used");
	refused(t, APPROVE, id, MINE, T0 + 5, "ident.phone.used");
	does(t, CLAIM, no, MINE, T0 + 1);
	does(t, REFUSE, no, MINE, T0 + 2);
	assert_true(str_eq(find(t, no).verdict, STR("ident.phone.declined")));
	refused(t, APPROVE, no, MINE, T0 + 3, "ident.phone.used");
	refused(t, USE, no, BROWSER, T0 + 3, "ident.phone.used");
}

static void only_the_browser_that_began(void **state)
{
	struct test_store *t = *state;
	struct str id = start(t, PHONE_LOGIN);
	does(t, CLAIM, id, MINE, T0 + 1);
	does(t, APPROVE, id, MINE, T0 + 2);
	refused(t, USE, id, STR("browser-of-a-stranger"), T0 + 3, "ident.phone.browser");
	refused(t, USE, id, STR(""), T0 + 3, "ident.phone.used");
	does(t, USE, id, BROWSER, T0 + 4);
}

static void time_ends_every_step(void **state)
{
	struct test_store *t = *state;
	const int64_t end = T0 + PHONE_LOGIN_SECONDS * CLOCK_SECOND;
	struct str pending = start(t, PHONE_LOGIN), claimed = start(t, PHONE_LOGIN),
	           approved = start(t, PHONE_LOGIN);
	does(t, CLAIM, claimed, MINE, T0 + 1);
	does(t, CLAIM, approved, MINE, end - 3);
	does(t, APPROVE, approved, MINE, end - 2);
	refused(t, CLAIM, pending, MINE, end, "ident.phone.expired");
	refused(t, APPROVE, claimed, MINE, end, "ident.phone.expired");
	refused(t, REFUSE, claimed, MINE, end, "ident.phone.expired");
	refused(t, USE, approved, BROWSER, end, "ident.phone.expired");
	does(t, USE, approved, BROWSER, end - 1);
	assert_true(find(t, start(t, PHONE_SIGN)).expires_at > end); /* signing has longer */
}

static void unknown_ids_are_not_found(void **state)
{
	struct test_store *t = *state;
	struct phone_tx x;
	struct err err = { 0 };
	struct str id = start(t, PHONE_LOGIN);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	assert_int_equal(phone_tx_find(db, t->a, ORG, OTHERS, &x, NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(phone_tx_find(db, t->a, STR("elsewhere"), id, &x, NULL).kind, ERR_NOT_FOUND);
	store_reader_done(&db);
	assert_int_equal(move(t->s, CLAIM, OTHERS, MINE, T0, &err).kind, ERR_NOT_FOUND);
}

static void every_document_is_another(void **state)
{
	struct test_store *t = *state;
	struct phone_tx a = find(t, start(t, PHONE_LOGIN)), b = find(t, start(t, PHONE_LOGIN)), c = a;
	struct str doc = phone_tx_document(t->a, &a);
	assert_false(str_eq(doc, phone_tx_document(t->a, &b)));
	c.origin = STR("https://evil.example");
	assert_false(str_eq(doc, phone_tx_document(t->a, &c)));
	c = a;
	c.nonce = b.nonce;
	assert_false(str_eq(doc, phone_tx_document(t->a, &c)));
	c = a;
	c.expires_at += CLOCK_SECOND;
	assert_false(str_eq(doc, phone_tx_document(t->a, &c)));
	/* A login never reads as a signature: their first lines differ. */
	c = a;
	c.purpose = PHONE_SIGN;
	struct str login, sign, rest;
	(void)str_cut(doc, '\n', &login, &rest);
	(void)str_cut(phone_tx_document(t->a, &c), '\n', &sign, &rest);
	assert_false(str_eq(login, sign));
	c.payload = STR("{\"a\":2}");
	assert_false(str_eq(phone_tx_document(t->a, &c),
	                    phone_tx_document(t->a, &(struct phone_tx){ .purpose = PHONE_SIGN,
	                        .id = a.id, .origin = a.origin, .nonce = a.nonce,
	                        .created_at = a.created_at, .expires_at = a.expires_at,
	                        .payload = a.payload })));
}

struct racer {
	struct store *s;
	struct str id, who;
	enum move m;
	bool won;
};

static void *race(void *p)
{
	struct racer *r = p;
	struct err err = { 0 };
	r->won = is_ok(move(r->s, r->m, r->id, r->who, T0 + 1, &err));
	return NULL;
}

/* Of many at once one claims, and the approval is used once. */
static void one_wins(void **state)
{
	enum { RACERS = 6 };
	struct test_store *t = *state;
	struct str id = start(t, PHONE_LOGIN);
	for (int m = 0; m < 2; m++) {
		struct racer r[RACERS];
		pthread_t threads[RACERS];
		size_t won = 0, winner = 0;
		for (size_t i = 0; i < RACERS; i++) {
			struct str claim = arena_printf(t->a, "%032zu", i);
			r[i] = (struct racer){ t->s, id, m ? BROWSER : claim, m ? USE : CLAIM, false };
			assert_int_equal(pthread_create(&threads[i], NULL, race, &r[i]), 0);
		}
		for (size_t i = 0; i < RACERS; i++) {
			pthread_join(threads[i], NULL);
			won += r[i].won;
			winner = r[i].won ? i : winner;
		}
		assert_int_equal(won, 1);
		if (m == 0)
			does(t, APPROVE, id, r[winner].who, T0 + 2);
	}
}

/* ---- phones that are known ---- */

static void remember(struct test_store *t, struct str device, const char *subject, int64_t serial)
{
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(phone_device_remember(tx, ORG, device, str_c(subject), serial, T0, &err), &err);
	good(store_commit(&tx, &err), &err);
}

static void holds(struct test_store *t, struct str org, struct str device, const char *subject,
                  int64_t serial)
{
	struct str who;
	int64_t which;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(phone_device_find(db, t->a, org, device, &who, &which, &err), &err);
	assert_true(str_eq(who, str_c(subject)));
	assert_int_equal(which, serial);
}

static void a_phone_is_known_after_a_login(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct rows r;
	holds(t, ORG, MINE, "", 0);
	remember(t, MINE, "s1", 5);
	holds(t, ORG, MINE, "s1", 5);
	holds(t, ORG, OTHERS, "", 0);
	holds(t, STR("elsewhere"), MINE, "", 0);
	holds(t, ORG, STR(""), "", 0);
	remember(t, MINE, "s2", 6); /* sold, and set up anew */
	holds(t, ORG, MINE, "s2", 6);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "SELECT device FROM phone_device", NULL, 0, &r, &err), &err);
	assert_int_equal(r.n, 1);
	assert_false(str_eq(rows_text(&r, 0, 0), MINE)); /* a digest of it only */
}

static void a_short_secret_is_none(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(phone_device_remember(tx, ORG, STR("1234"), STR("s1"), 1, T0, &err).kind,
	                 ERR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(the_one_way), ON_BOTH(a_second_phone_is_refused), ON_BOTH(nothing_before_its_time),
		ON_BOTH(replays_are_refused), ON_BOTH(only_the_browser_that_began),
		ON_BOTH(time_ends_every_step), ON_BOTH(unknown_ids_are_not_found),
		ON_BOTH(every_document_is_another), ON_BOTH(one_wins),
		ON_BOTH(a_phone_is_known_after_a_login), ON_BOTH(a_short_secret_is_none),
	};
	ident_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
