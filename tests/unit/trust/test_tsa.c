/* Time stamps on both engines: `openssl ts` asks and verifies; clocks that jump,
 * serials, hostile queries. */
#include "nation.h"

#include "base/clock.h"
#include "base/encode.h"
#include "store/journal.h"
#include "trust/tsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct tsa *unit;
static struct person who;
static struct {
	int64_t now, steady, error;
	bool synced;
} fake;

static int64_t fake_now(void *ctx) { (void)ctx; return fake.now; }
static int64_t fake_steady(void *ctx) { (void)ctx; return fake.steady; }
static bool fake_synced(void *ctx, int64_t *ret) { (void)ctx; *ret = fake.error; return fake.synced; }
static const struct tsa_clock clock_of_test = { fake_now, fake_steady, fake_synced, NULL };

static void open_unit(struct nation *n, bool need_sync)
{
	struct str chain = trust_ca_cert(n->ca[CA_GOVERNMENT]);
	struct err err;
	struct tsa_setup s = { .store = n->s, .org = STR("jlis"), .name = STR("tsa-1"),
	                       .key = who.key, .cert = who.issued.der, .chain = &chain, .nchain = 1,
	                       .need_sync = need_sync, .clock = &clock_of_test };
	tsa_close(unit);
	unit = NULL;
	must_ok(tsa_open(&s, &unit, &err), &err, "unit");
}

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = nation_new(*state);
	who = nation_service(n, PROFILE_TIME_STAMP, CA_GOVERNMENT, KEY_P256);
	fake.now = NATION_NOW + 123456;
	fake.steady = 1000;
	fake.synced = true;
	fake.error = 0;
	open_unit(n, false);
	*state = n;
	return 0;
}

static int teardown(void **state)
{
	struct nation *n = *state;
	struct test_store *t = n->t;
	tsa_close(unit);
	unit = NULL;
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static void pass(int64_t us)
{
	fake.now += us;
	fake.steady += us;
}

static void assert_has(struct str text, const char *part)
{
	if (str_find(text, str_c(part)) == STR_NONE)
		fail_msg("'%s' is not in:\n%.*s", part, STR_ARG(text));
}

static struct str query(struct nation *n)
{
	uint8_t hash[SHA256_SIZE];
	struct str der;
	struct err err;
	sha256(STR("content"), hash);
	must_ok(tsa_request_make(n->a, DIGEST_SHA256, str_of((char *)hash, sizeof hash), STR("\x7f\x01"),
	                         true, &der, &err), &err, "query");
	return der;
}

static struct tsa_answer answer(struct nation *n, struct str request)
{
	struct tsa_answer ans;
	tsa_answer(unit, n->a, request, &ans, NULL);
	return ans;
}

static void openssl_asks_and_verifies(void **state)
{
	struct nation *n = *state;
	static const char *const options[] = { "-sha256 -cert", "-sha384 -cert -no_nonce", "-sha512",
	                                       "-sha256 -cert -tspolicy " TSA_POLICY_OID };
	for (size_t i = 0; i < 4; i++) {
		int status;
		nation_file(n, "content", STR("any document"));
		nation_file(n, "ca.der", trust_ca_cert(n->ca[CA_GOVERNMENT]));
		nation_file(n, "tsa.der", who.issued.der);
		nation_run(n, &status, "cd %s && openssl ts -query -data content %s -out q.tsq 2>&1",
		           test_dir(), options[i]);
		assert_int_equal(status, 0);
		struct tsa_answer ans = answer(n, nation_run(n, &status, "cat %s/q.tsq", test_dir()));
		assert_int_equal(ans.fail, TSA_FAIL_NONE);
		nation_file(n, "r.tsr", ans.der);
		struct str out = nation_run(n, &status, "cd %s && openssl x509 -inform DER -in ca.der -out"
		        " ca.pem && openssl x509 -inform DER -in tsa.der -out tsa.pem && openssl ts -verify"
		        " -queryfile q.tsq -in r.tsr -CAfile ca.pem -untrusted tsa.pem -attime %lld 2>&1 &&"
		        " openssl ts -verify -data content -in r.tsr -CAfile ca.pem -untrusted tsa.pem"
		        " -attime %lld 2>&1 && openssl ts -reply -in r.tsr -text 2>&1", test_dir(),
		        (long long)(NATION_NOW / 1000000), (long long)(NATION_NOW / 1000000));
		assert_has(out, "Verification: OK");
		assert_has(out, "Status: Granted");
		assert_has(out, "Accuracy: 0x01 seconds");
		assert_has(out, "Ordering: no");
		assert_has(out, "Policy OID: 1.3.6.1.4.1.32473.392.1.6.1");
		assert_has(out, "Time stamp: Apr  1 03:00:00.12345");
		nation_file(n, "content", STR("another document"));
		out = nation_run(n, &status, "cd %s && openssl ts -verify -data content -in r.tsr -CAfile ca.pem"
		                 " -untrusted tsa.pem -attime %lld 2>&1", test_dir(),
		                 (long long)(NATION_NOW / 1000000));
		assert_has(out, "Verification: FAILED");
	}
}

static void serials_never_repeat_and_times_grow(void **state)
{
	struct nation *n = *state;
	struct str q = query(n);
	uint64_t serial = 0;
	int64_t at = 0;
	for (int i = 0; i < 300; i++) {
		if (i == 100) /* a new process */
			open_unit(n, false);
		ARENA_AUTO a = arena_new(0);
		struct tsa_answer ans;
		struct err err = { 0 };
		tsa_answer(unit, a, q, &ans, &err);
		if (ans.fail != TSA_FAIL_NONE)
			fail_msg("%s", err.what);
		assert_true(ans.serial > serial);
		assert_true(ans.at > at || i == 100);
		serial = ans.serial;
		at = ans.at;
	}
}

static void a_clock_that_jumps_is_not_believed(void **state)
{
	struct nation *n = *state;
	struct str q = query(n);
	pass(CLOCK_HOUR);
	fake.now += 300 * 1000; /* slewed by NTP over an hour */
	assert_int_equal(answer(n, q).fail, TSA_FAIL_NONE);
	fake.now -= 400 * 1000;
	struct tsa_answer ans = answer(n, q);
	assert_int_equal(ans.fail, TSA_NO_TIME);
	assert_int_equal(ans.token.n, 0);
	fake.now += 400 * 1000; /* back again: no proof of anything */
	assert_int_equal(answer(n, q).fail, TSA_NO_TIME);
	tsa_trust_clock(unit);
	assert_int_equal(answer(n, q).fail, TSA_FAIL_NONE);
	pass(30 * CLOCK_DAY);
	fake.now += 2 * CLOCK_SECOND; /* slow enough, but more than the tokens promise */
	assert_int_equal(answer(n, q).fail, TSA_NO_TIME);
	nation_file(n, "r.tsr", ans.der);
	int status;
	struct str out = nation_run(n, &status, "openssl ts -reply -in %s/r.tsr -text 2>&1", test_dir());
	assert_has(out, "Status: Rejected");
	assert_has(out, "time source is not available");
}

static void where_ntp_is_required_it_must_hold(void **state)
{
	struct nation *n = *state;
	struct str q = query(n);
	open_unit(n, true);
	assert_int_equal(answer(n, q).fail, TSA_FAIL_NONE);
	fake.synced = false;
	assert_int_equal(answer(n, q).fail, TSA_NO_TIME);
	fake.synced = true;
	fake.error = 2 * CLOCK_SECOND;
	assert_int_equal(answer(n, q).fail, TSA_NO_TIME);
	fake.error = 1000;
	assert_int_equal(answer(n, q).fail, TSA_FAIL_NONE);
	/* and never outside of its certificate */
	fake.now = who.issued.not_after + CLOCK_SECOND;
	tsa_trust_clock(unit);
	assert_int_equal(answer(n, q).fail, TSA_FAILURE);
}

static void hostile_queries_are_refused(void **state)
{
	struct nation *n = *state;
	struct str good = query(n);
	int status;
	assert_int_equal(answer(n, STR("")).fail, TSA_BAD_DATA);
	for (size_t cut = 1; cut < good.n; cut++)
		assert_int_not_equal(answer(n, str_of(good.p, cut)).fail, TSA_FAIL_NONE);
	assert_int_equal(answer(n, arena_join(n->a, good, STR("x"))).fail, TSA_BAD_DATA);
	nation_file(n, "content", STR("x"));
	static const struct {
		const char *options;
		enum tsa_fail fail;
	} rows[] = { { "-sha1", TSA_BAD_ALG }, { "-md5", TSA_BAD_ALG },
	             { "-sha256 -tspolicy 1.2.3.4", TSA_POLICY } };
	for (size_t i = 0; i < 3; i++) {
		nation_run(n, &status, "cd %s && openssl ts -query -data content %s -out q.tsq 2>&1", test_dir(),
		           rows[i].options);
		struct tsa_answer ans = answer(n, nation_run(n, &status, "cat %s/q.tsq", test_dir()));
		assert_int_equal(ans.fail, rows[i].fail);
		nation_file(n, "r.tsr", ans.der);
		assert_has(nation_run(n, &status, "openssl ts -reply -in %s/r.tsr -text 2>&1", test_dir()),
		           "Status: Rejected");
	}
	/* a digest of another length than its algorithm's */
	char *bytes = (char *)(uintptr_t)arena_cstr(n->a, good);
	size_t at = str_find(good, STR("\x04\x02\x01"));
	assert_true(at != STR_NONE);
	bytes[at + 2] = 3; /* SHA-512 with 32 bytes */
	assert_int_equal(answer(n, str_of(bytes, good.n)).fail, TSA_BAD_DATA);
}

static void every_token_is_journaled(void **state)
{
	struct nation *n = *state;
	struct journal_verdict before, after;
	struct err err;
	must_ok(journal_verify(n->s, &before, &err), &err, "verify");
	for (int i = 0; i < 5; i++)
		assert_int_equal(answer(n, query(n)).fail, TSA_FAIL_NONE);
	assert_int_equal(answer(n, STR("x")).fail, TSA_BAD_DATA);
	must_ok(journal_verify(n->s, &after, &err), &err, "verify");
	assert_true(after.sound);
	assert_int_equal(after.entries - before.entries, 5);
}

static void a_unit_needs_its_own_certificate(void **state)
{
	struct nation *n = *state;
	struct person seal = nation_person(n, PROFILE_SEAL, KEY_P256);
	struct tsa *t = NULL;
	struct err err;
	struct tsa_setup s = { .store = n->s, .org = STR("jlis"), .name = STR("tsa-1"),
	                       .key = seal.key, .cert = seal.issued.der };
	assert_int_equal(tsa_open(&s, &t, &err).kind, ERR_INPUT);
	s.cert = who.issued.der;
	assert_int_equal(tsa_open(&s, &t, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "trust.tsa.key");
	assert_null(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(openssl_asks_and_verifies),
		BOTH(serials_never_repeat_and_times_grow),
		BOTH(a_clock_that_jumps_is_not_believed),
		BOTH(where_ntp_is_required_it_must_hold),
		BOTH(hostile_queries_are_refused),
		BOTH(every_token_is_journaled),
		BOTH(a_unit_needs_its_own_certificate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
