/* OCSP on both engines: what is answered, what is kept, what happens when the
 * store is lost; `openssl ocsp` asks and believes. */
#include "nation.h"

#include "base/clock.h"
#include "trust/ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct ocsp_desk *desk;

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = nation_new(*state);
	struct err err;
	desk = ocsp_desk_new(n->s, STR("jlis"));
	for (int k = 0; k < CA_COUNT; k++) {
		struct person p = nation_service(n, PROFILE_OCSP, (enum ca_kind)k, KEY_P256);
		must_ok(ocsp_desk_add(desk, (enum ca_kind)k, trust_ca_cert(n->ca[k]), p.key, p.issued.der,
		                      &err), &err, "desk");
	}
	*state = n;
	return 0;
}

static int teardown(void **state)
{
	struct nation *n = *state;
	struct test_store *t = n->t;
	ocsp_desk_free(desk);
	nation_free(n);
	*state = t;
	clock_set_for_test(CLOCK_REAL);
	return test_store_teardown(state);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static struct str serial_octets(struct nation *n, uint32_t serial)
{
	char b[4] = { (char)(serial >> 24), (char)(serial >> 16), (char)(serial >> 8), (char)serial };
	return arena_str(n->a, str_of(b, 4));
}

static struct str ask(struct nation *n, enum ca_kind kind, uint32_t serial, enum digest_alg alg,
                      struct str nonce)
{
	struct str der;
	struct err err;
	must_ok(ocsp_request_make(n->a, trust_ca_cert(n->ca[kind]), serial_octets(n, serial), alg,
	                          nonce, &der, &err), &err, "request");
	return der;
}

static struct ocsp_answer answer(struct nation *n, struct str request, int64_t now)
{
	struct ocsp_answer ans;
	ocsp_answer(desk, n->a, request, now, &ans, NULL);
	return ans;
}

static void state_of(struct nation *n, enum ca_kind kind, uint32_t serial, int reason, int64_t at)
{
	STORE_TX_AUTO tx = NULL;
	struct err err;
	bool changed;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	if (reason < 0)
		must_ok(trust_cert_release(tx, STR("jlis"), kind, serial, &changed, &err), &err, "release");
	else
		must_ok(trust_cert_revoke(tx, STR("jlis"), kind, serial, (enum revoke_reason)reason, at,
		                          &changed, &err), &err, "revoke");
	assert_true(changed);
	must_ok(store_commit(&tx, &err), &err, "commit");
}

/* What openssl makes of an answer for this certificate; 0 when it accepts it. */
static struct str openssl_says(struct nation *n, const struct person *p, enum ca_kind kind,
                               struct str request, struct str response, int *ret)
{
	nation_file(n, "ca.der", trust_ca_cert(n->ca[kind]));
	nation_file(n, "c.der", p->issued.der);
	bool sha256 = str_find(request, STR("\x60\x86\x48\x01\x65\x03\x04\x02\x01")) != STR_NONE;
	nation_file(n, "r.der", response);
	return nation_run(n, ret, "cd %s && openssl x509 -in ca.der -inform DER -out ca.pem && openssl x509"
	                  " -in c.der -inform DER -out c.pem && openssl ocsp %s -issuer ca.pem -cert c.pem"
	                  " -no_nonce -respin r.der -CAfile ca.pem -attime %lld -validity_period"
	                  " 3153600000 -resp_text >said 2>judged; r=$?; grep -v :..:..:..: said;"
	                  " cat judged; exit $r",
	                  test_dir(), sha256 ? "-sha256" : "",
	                  (long long)(NATION_NOW / 1000000));
}

static void assert_has(struct str text, const char *part)
{
	if (str_find(text, str_c(part)) == STR_NONE)
		fail_msg("'%s' is not in:\n%.*s", part, STR_ARG(text));
}

static void openssl_believes_good_revoked_and_held(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	struct str q = ask(n, CA_CITIZEN_SIGN, p.issued.serial, DIGEST_SHA1, STR("0123456789abcdef"));
	int status;
	struct ocsp_answer ans = answer(n, q, NATION_NOW);
	assert_int_equal(ans.status, OCSP_SUCCESSFUL);
	assert_false(ans.cacheable);
	struct str out = openssl_says(n, &p, CA_CITIZEN_SIGN, q, ans.der, &status);
	assert_has(out, "Response verify OK");
	assert_has(out, "c.pem: good");
	state_of(n, CA_CITIZEN_SIGN, p.issued.serial, REVOKE_HOLD, NATION_NOW + CLOCK_SECOND);
	clock_set_for_test(clock_now_us());
	ocsp_desk_forget(desk);
	out = openssl_says(n, &p, CA_CITIZEN_SIGN, q, answer(n, q, NATION_NOW + CLOCK_MINUTE).der, &status);
	assert_has(out, "c.pem: revoked");
	assert_has(out, "certificateHold");
	state_of(n, CA_CITIZEN_SIGN, p.issued.serial, -1, 0);
	ocsp_desk_forget(desk);
	out = openssl_says(n, &p, CA_CITIZEN_SIGN, q, answer(n, q, NATION_NOW + CLOCK_MINUTE).der, &status);
	assert_has(out, "c.pem: good");
	state_of(n, CA_CITIZEN_SIGN, p.issued.serial, REVOKE_AFFILIATION, NATION_NOW);
	ocsp_desk_forget(desk);
	out = openssl_says(n, &p, CA_CITIZEN_SIGN, q, answer(n, q, NATION_NOW + CLOCK_MINUTE).der, &status);
	assert_has(out, "affiliationChanged");
	assert_has(out, "Response verify OK");
}

static void an_answer_is_signed_once_and_forgotten_on_revocation(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct str q = ask(n, CA_CITIZEN_AUTH, p.issued.serial, DIGEST_SHA256, STR(""));
	struct ocsp_answer first = answer(n, q, NATION_NOW), second = answer(n, q, NATION_NOW);
	assert_true(first.cacheable && !first.kept && second.kept);
	assert_true(str_eq(first.der, second.der));
	assert_int_equal(first.next_update - first.this_update, 15 * CLOCK_MINUTE);
	/* half of its life over: a new one */
	assert_false(answer(n, q, NATION_NOW + 8 * CLOCK_MINUTE).kept);
	state_of(n, CA_CITIZEN_AUTH, p.issued.serial, REVOKE_KEY_COMPROMISE, NATION_NOW);
	ocsp_desk_forget(desk); /* as the next look does, at most a second later */
	struct ocsp_answer third = answer(n, q, NATION_NOW + 8 * CLOCK_MINUTE);
	assert_false(third.kept);
	int status;
	struct str out = openssl_says(n, &p, CA_CITIZEN_AUTH, q, third.der, &status);
	assert_has(out, "keyCompromise");
}

static void never_issued_is_unknown_and_never_kept(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct str q = ask(n, CA_CITIZEN_AUTH, p.issued.serial + 1000, DIGEST_SHA256, STR(""));
	struct ocsp_answer ans = answer(n, q, NATION_NOW);
	assert_int_equal(ans.status, OCSP_SUCCESSFUL);
	assert_false(ans.cacheable);
	assert_false(answer(n, q, NATION_NOW).kept);
	int status;
	struct str out = openssl_says(n, &p, CA_CITIZEN_AUTH, q, ans.der, &status);
	assert_has(out, "Cert Status: unknown");
	/* a serial of another form cannot be one of ours */
	struct str der;
	struct err err;
	must_ok(ocsp_request_make(n->a, trust_ca_cert(n->ca[0]), STR("\x01"), DIGEST_SHA1, STR(""),
	                          &der, &err), &err, "request");
	assert_int_equal(answer(n, der, NATION_NOW).status, OCSP_SUCCESSFUL);
}

static void every_digest_of_a_cert_id(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_SEAL, KEY_P256);
	for (int alg = 0; alg < DIGEST_COUNT; alg++) {
		struct str q = ask(n, CA_GOVERNMENT, p.issued.serial, (enum digest_alg)alg, STR("n"));
		struct ocsp_answer ans = answer(n, q, NATION_NOW);
		int status;
		assert_int_equal(ans.status, OCSP_SUCCESSFUL);
		if (alg <= DIGEST_SHA256)
			assert_has(openssl_says(n, &p, CA_GOVERNMENT, q, ans.der, &status), "c.pem: good");
	}
}

static void another_issuer_is_unauthorized(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_SEAL, KEY_P256);
	struct str der;
	struct err err;
	/* the seal's own certificate as if it were an authority */
	must_ok(ocsp_request_make(n->a, p.issued.der, STR("\x12\x34\x56\x78"), DIGEST_SHA256, STR(""),
	                          &der, &err), &err, "request");
	struct ocsp_answer ans = answer(n, der, NATION_NOW);
	assert_int_equal(ans.status, OCSP_UNAUTHORIZED);
	assert_true(str_eq(ans.der, str_of("\x30\x03\x0a\x01\x06", 5)));
}

static struct str many(struct nation *n, const char *names)
{
	int status;
	nation_file(n, "a.der", trust_ca_cert(n->ca[CA_CITIZEN_AUTH]));
	nation_file(n, "b.der", trust_ca_cert(n->ca[CA_CITIZEN_SIGN]));
	struct str made = nation_run(n, &status, "cd %s && openssl x509 -in a.der -inform DER -out a.pem &&"
	                             " openssl x509 -in b.der -inform DER -out b.pem && openssl ocsp %s"
	                             " -reqout many.der 2>&1", test_dir(), names);
	if (status)
		fail_msg("%.*s", STR_ARG(made));
	return nation_run(n, &status, "cat %s/many.der", test_dir());
}

static void several_in_one_request(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct person q = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	int status;
	struct str request = many(n, arena_cstr(n->a, arena_printf(n->a,
		"-issuer a.pem -serial 0x%X -serial 0x%X", p.issued.serial, p.issued.serial + 7)));
	struct ocsp_answer ans = answer(n, request, NATION_NOW);
	assert_int_equal(ans.status, OCSP_SUCCESSFUL);
	struct str out = openssl_says(n, &p, CA_CITIZEN_AUTH, request, ans.der, &status);
	assert_has(out, "Cert Status: good");
	assert_has(out, "Cert Status: unknown"); /* never issued */
	assert_has(out, "Response verify OK");
	/* of two authorities: the first one's responder knows nothing of the other's */
	request = many(n, arena_cstr(n->a, arena_printf(n->a,
		"-issuer a.pem -serial 0x%X -issuer b.pem -serial 0x%X", p.issued.serial,
		q.issued.serial)));
	ans = answer(n, request, NATION_NOW);
	out = openssl_says(n, &p, CA_CITIZEN_AUTH, request, ans.der, &status);
	assert_has(out, "Cert Status: good");
	assert_has(out, "Cert Status: unknown");
}

static void hostile_requests_are_malformed(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct str good = ask(n, CA_CITIZEN_AUTH, p.issued.serial, DIGEST_SHA1, STR("abc"));
	char long_nonce[33] = { 1 };
	assert_int_equal(answer(n, STR(""), NATION_NOW).status, OCSP_MALFORMED);
	assert_int_equal(answer(n, STR("GET / HTTP/1.1"), NATION_NOW).status, OCSP_MALFORMED);
	struct str q = ask(n, CA_CITIZEN_AUTH, p.issued.serial, DIGEST_SHA1, str_of(long_nonce, 33));
	assert_int_equal(answer(n, q, NATION_NOW).status, OCSP_MALFORMED);
	q = ask(n, CA_CITIZEN_AUTH, p.issued.serial, DIGEST_SHA1, str_of(long_nonce, 32));
	assert_int_equal(answer(n, q, NATION_NOW).status, OCSP_SUCCESSFUL);
	for (size_t cut = 1; cut < good.n; cut++)
		assert_int_equal(answer(n, str_of(good.p, cut), NATION_NOW).status, OCSP_MALFORMED);
	struct str longer = arena_join(n->a, good, STR("x"));
	assert_int_equal(answer(n, longer, NATION_NOW).status, OCSP_MALFORMED);
}

static void a_lost_store_says_try_later_never_good(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct str q = ask(n, CA_CITIZEN_AUTH, p.issued.serial, DIGEST_SHA256, STR(""));
	assert_int_equal(answer(n, q, NATION_NOW).status, OCSP_SUCCESSFUL);
	assert_true(answer(n, q, NATION_NOW).kept);
	/* held by somebody who asks more than there are readers: nobody gets one */
	STORE_TX_AUTO tx = NULL;
	struct err err;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(db_exec(tx, "ALTER TABLE trust_cert RENAME TO trust_cert_lost", NO_BINDS, NULL, &err),
	        &err, "lose");
	must_ok(store_commit(&tx, &err), &err, "commit");
	ocsp_desk_forget(desk);
	struct ocsp_answer ans = answer(n, q, NATION_NOW);
	assert_int_not_equal(ans.status, OCSP_SUCCESSFUL);
	assert_true(ans.status == OCSP_TRY_LATER || ans.status == OCSP_INTERNAL);
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(db_exec(tx, "ALTER TABLE trust_cert_lost RENAME TO trust_cert", NO_BINDS, NULL, &err),
	        &err, "find");
	must_ok(store_commit(&tx, &err), &err, "commit");
	assert_int_equal(answer(n, q, NATION_NOW).status, OCSP_SUCCESSFUL);
}

static void a_responder_is_delegated_by_its_own_authority(void **state)
{
	struct nation *n = *state;
	struct err err;
	struct ocsp_desk *d = ocsp_desk_new(n->s, STR("jlis"));
	struct person seal = nation_person(n, PROFILE_SEAL, KEY_P256);
	assert_int_equal(ocsp_desk_add(d, CA_GOVERNMENT, trust_ca_cert(n->ca[CA_GOVERNMENT]), seal.key,
	                               seal.issued.der, &err).kind, ERR_INPUT);
	ocsp_desk_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(openssl_believes_good_revoked_and_held),
		BOTH(an_answer_is_signed_once_and_forgotten_on_revocation),
		BOTH(never_issued_is_unknown_and_never_kept),
		BOTH(every_digest_of_a_cert_id),
		BOTH(another_issuer_is_unauthorized),
		BOTH(several_in_one_request),
		BOTH(hostile_requests_are_malformed),
		BOTH(a_lost_store_says_try_later_never_good),
		BOTH(a_responder_is_delegated_by_its_own_authority),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
