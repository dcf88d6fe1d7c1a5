/* CMS: what we sign openssl verifies, what openssl signs we verify, and
 * everything that is a little wrong gets its own verdict. */
#include "nation.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	*state = nation_new(*state);
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

#define ONE(f) { #f, f, setup, teardown, (void *)"sqlite" }

static const struct str content = STR_INIT("second line\nof the content, 本文\n");

static struct str sign(struct nation *n, const struct person *p, struct str data, int64_t at)
{
	struct cms_signer s = { .key = p->key, .cert = p->issued.der };
	struct str der;
	struct err err;
	must_ok(trust_cms_sign_detached(n->a, &s, &data, 1, at, &der, &err), &err, "sign");
	return der;
}

static struct trust_verdict verify(struct nation *n, struct str der, struct str data,
                                   enum profile_id profile, struct cms_signature *sig)
{
	struct verify_for f = nation_verify(n, PROFILE_BIT(profile));
	struct trust_verdict v;
	struct cms_signature local;
	struct err err;
	must_ok(trust_cms_verify(n->a, der, &data, 1, &f, &v, sig ? sig : &local, &err), &err, "verify");
	return v;
}

static struct str run_openssl_verify(struct nation *n, const struct person *p, struct str der,
                                     struct str data, const char *flags, int *status)
{
	nation_file(n, "sig.der", der);
	nation_file(n, "content", data);
	nation_file(n, "ca.der", trust_ca_cert(n->ca[profile_row(p->issued.profile)->ca]));
	return nation_run(n, status, "cd %s && openssl x509 -inform DER -in ca.der -out ca.pem && openssl"
	                  " cms -verify -binary -inform DER -in sig.der -content content -CAfile ca.pem"
	                  " -purpose any -attime %lld %s -out back 2>&1 && cmp content back && echo same",
	                  test_dir(), (long long)(NATION_NOW / 1000000), flags);
}

static void openssl_verifies_ours(void **state)
{
	struct nation *n = *state;
	static const struct {
		enum profile_id p;
		enum key_alg alg;
	} rows[] = {
		{ PROFILE_CITIZEN_AUTH, KEY_RSA_2048 }, { PROFILE_CITIZEN_SIGN, KEY_P256 },
		{ PROFILE_SEAL, KEY_RSA_3072 }, { PROFILE_SEAL, KEY_P384 }, { PROFILE_JOURNAL, KEY_ED25519 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct person p = nation_person(n, rows[i].p, rows[i].alg);
		struct str der = sign(n, &p, content, i % 2 ? 0 : NATION_NOW);
		int status;
		struct str out = run_openssl_verify(n, &p, der, content, "-cades", &status);
		/* OpenSSL 3.0's cms cannot do Ed25519; the file must still be read */
		if (rows[i].alg == KEY_ED25519) {
			out = nation_run(n, &status, "cd %s && openssl cms -cmsout -print -noout -inform DER -in"
			                 " sig.der", test_dir());
			assert_true(str_find(out, STR("ED25519")) != STR_NONE);
		} else if (status != 0 || str_find(out, STR("same")) == STR_NONE) {
			fail_msg("%s: %.*s", key_alg_row(rows[i].alg)->name, STR_ARG(out));
		}
		assert_int_equal(verify(n, der, content, rows[i].p, NULL).verdict, VERDICT_OK);
	}
}

static void openssl_refuses_a_changed_content(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	struct str der = sign(n, &p, content, NATION_NOW);
	int status;
	run_openssl_verify(n, &p, der, STR("other"), "-cades", &status);
	assert_int_not_equal(status, 0);
}

static void ours_verifies_openssl(void **state)
{
	struct nation *n = *state;
	static const enum key_alg algs[] = { KEY_RSA_2048, KEY_P256 };
	for (size_t i = 0; i < 2; i++) {
		struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, algs[i]);
		SECRET_AUTO pkcs8 = { 0 };
		struct err err;
		int status;
		must_ok(key_export(p.key, &pkcs8, &err), &err, "export");
		nation_file(n, "k.der", secret_str(&pkcs8));
		nation_file(n, "c.der", p.issued.der);
		nation_file(n, "content", content);
		struct str out = nation_run(n, &status, "cd %s && openssl pkey -inform DER -in k.der -out k.pem"
		    " && openssl x509 -inform DER -in c.der -out c.pem && openssl cms -sign -binary -cades -md"
		    " sha256 -nosmimecap -signer c.pem -inkey k.pem -in content -outform DER -out o.der 2>&1"
		    " && cat o.der; rm -f k.pem k.der", test_dir());
		assert_int_equal(status, 0);
		struct cms_signature sig = { 0 };
		struct trust_verdict v = verify(n, out, content, PROFILE_CITIZEN_SIGN, &sig);
		if (v.verdict != VERDICT_OK)
			fail_msg("%s: %s", verdict_row(v.verdict)->name, v.what);
		assert_true(sig.signing_time > (int64_t)1600000000 * 1000000);
		assert_true(str_eq(sig.cert.der, p.issued.der));
	}
}

static void signer_and_time_come_back(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct cms_signature sig = { 0 };
	assert_int_equal(verify(n, sign(n, &p, content, NATION_NOW), content, PROFILE_CITIZEN_SIGN,
	                        &sig).verdict, VERDICT_OK);
	assert_int_equal(sig.signing_time, NATION_NOW);
	assert_true(str_eq(sig.cert.holder.name, STR("加賀　花子")));
	assert_int_equal(sig.nchain, 0);
	assert_int_equal(verify(n, sign(n, &p, content, 0), content, PROFILE_CITIZEN_SIGN,
	                        &sig).verdict, VERDICT_OK);
	assert_int_equal(sig.signing_time, 0);
}

static void slices_are_one_content(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_SEAL, KEY_P256);
	struct str chain[] = { trust_ca_cert(n->ca[CA_GOVERNMENT]) };
	struct cms_signer s = { .key = p.key, .cert = p.issued.der, .chain = chain, .nchain = 1 };
	struct str parts[] = { STR("second li"), STR(""), STR("ne\nof the content, 本文\n") }, der;
	struct err err;
	struct cms_signature sig = { 0 };
	must_ok(trust_cms_sign_detached(n->a, &s, parts, 3, 0, &der, &err), &err, "sign");
	assert_int_equal(verify(n, der, content, PROFILE_SEAL, &sig).verdict, VERDICT_OK);
	assert_int_equal(sig.nchain, 1);
	uint8_t d[SHA256_SIZE];
	sha256(content, d);
	must_ok(trust_cms_sign_digest(n->a, &s, str_of((char *)d, 32), 0, &der, &err), &err, "digest");
	assert_int_equal(verify(n, der, content, PROFILE_SEAL, &sig).verdict, VERDICT_OK);
	assert_true(is_err(trust_cms_sign_digest(n->a, &s, str_of((char *)d, 31), 0, &der, &err)));
}

static void each_fault_has_its_verdict(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct str der = sign(n, &p, content, NATION_NOW);
	enum profile_id want = PROFILE_CITIZEN_SIGN;
	assert_int_equal(verify(n, der, STR("other"), want, NULL).verdict, VERDICT_CONTENT_CHANGED);
	assert_int_equal(verify(n, der, content, PROFILE_CITIZEN_AUTH, NULL).verdict,
	                 VERDICT_WRONG_PROFILE);
	assert_int_equal(verify(n, STR(""), content, want, NULL).verdict, VERDICT_MALFORMED);
	assert_int_equal(verify(n, p.issued.der, content, want, NULL).verdict, VERDICT_MALFORMED);
	struct verify_for f = nation_verify(n, PROFILE_BIT(want));
	struct trust_verdict v;
	struct cms_signature sig;
	struct err err;
	f.at = NATION_NOW - CLOCK_DAY;
	must_ok(trust_cms_verify(n->a, der, &content, 1, &f, &v, &sig, &err), &err, "");
	assert_int_equal(v.verdict, VERDICT_NOT_YET);
	f.at = p.issued.not_after + 1;
	must_ok(trust_cms_verify(n->a, der, &content, 1, &f, &v, &sig, &err), &err, "");
	assert_int_equal(v.verdict, VERDICT_EXPIRED);
	assert_int_equal(v.at, p.issued.not_after);
	struct anchors *none = anchors_new();
	f = nation_verify(n, PROFILE_BIT(want));
	f.anchors = none;
	must_ok(trust_cms_verify(n->a, der, &content, 1, &f, &v, &sig, &err), &err, "");
	assert_int_equal(v.verdict, VERDICT_UNKNOWN_ISSUER);
	anchors_unref(none);
}

static void no_flipped_byte_is_accepted(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct str der = sign(n, &p, content, NATION_NOW);
	char *copy = (char *)(uintptr_t)arena_cstr(n->a, der);
	struct verify_for f = nation_verify(n, PROFILE_BIT(PROFILE_CITIZEN_SIGN));
	size_t passed = 0;
	for (size_t i = 0; i < der.n; i++) {
		ARENA_AUTO a = arena_new(1 << 20);
		struct trust_verdict v = { .verdict = VERDICT_COUNT };
		struct cms_signature sig;
		copy[i] = (char)(copy[i] ^ 0x01);
		assert_true(is_ok(trust_cms_verify(a, str_of(copy, der.n), &content, 1, &f, &v, &sig, NULL)));
		passed += v.verdict == VERDICT_OK;
		copy[i] = (char)(copy[i] ^ 0x01);
		assert_true(is_ok(trust_cms_verify(a, str_of(copy, i), &content, 1, &f, &v, &sig, NULL)));
		assert_int_equal(v.verdict, VERDICT_MALFORMED);
	}
	assert_int_equal(passed, 0);
}

static void a_swapped_certificate_is_noticed(void **state)
{
	/* two certificates for one key (of two CAs): the signature value alone would hold */
	struct nation *n = *state;
	struct person auth = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_SIGN, auth.key);
	struct cert_issued other;
	struct err err;
	/* never recorded: the table would not have the key twice */
	must_ok(trust_cert_prepare(n->ca[CA_CITIZEN_SIGN], n->a, &r, NATION_NOW, &other, &err), &err, "");
	struct str der = sign(n, &auth, content, 0);
	size_t at = str_find(der, auth.issued.der);
	assert_true(at != STR_NONE);
	struct cms_signer s = { .key = auth.key, .cert = other.der };
	struct str own;
	must_ok(trust_cms_sign_detached(n->a, &s, &content, 1, 0, &own, &err), &err, "sign");
	assert_int_equal(verify(n, own, content, PROFILE_CITIZEN_SIGN, NULL).verdict, VERDICT_OK);
	assert_int_equal(verify(n, der, content, PROFILE_CITIZEN_SIGN, NULL).verdict,
	                 VERDICT_WRONG_PROFILE);
	s.cert = nation_person(n, PROFILE_SEAL, KEY_P256).issued.der; /* of another key */
	assert_true(is_err(trust_cms_sign_detached(n->a, &s, &content, 1, 0, &own, &err)));
	assert_string_equal(err.code, "trust.cms.key");
}

static void login_and_application_never_mix(void **state)
{
	struct nation *n = *state;
	struct person auth = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct person sig = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct cms_signer by_auth = { .key = auth.key, .cert = auth.issued.der };
	struct cms_signer by_sign = { .key = sig.key, .cert = sig.issued.der };
	struct str login = trust_document(n->a, DOCUMENT_LOGIN, STR("{\"nonce\":\"1\"}"));
	struct str apply = trust_document(n->a, DOCUMENT_APPLICATION, STR("{\"nonce\":\"1\"}"));
	struct str der, no = STR("untouched");
	struct verify_for f = nation_verify(n, 0);
	struct trust_verdict v;
	struct cms_signature s;
	struct err err;
#define VERDICT(kind, der_, doc) (must_ok(trust_verify_document(n->a, kind, der_, doc, &f, &v, &s, \
	&err), &err, "verify"), v.verdict)
	must_ok(trust_sign_document(n->a, DOCUMENT_LOGIN, &by_auth, login, 0, &der, &err), &err, "");
	assert_int_equal(VERDICT(DOCUMENT_LOGIN, der, login), VERDICT_OK);
	assert_int_equal(VERDICT(DOCUMENT_APPLICATION, der, login), VERDICT_WRONG_KIND);
	assert_int_equal(VERDICT(DOCUMENT_APPLICATION, der, apply), VERDICT_CONTENT_CHANGED);
	must_ok(trust_sign_document(n->a, DOCUMENT_APPLICATION, &by_sign, apply, 0, &der, &err), &err, "");
	assert_int_equal(VERDICT(DOCUMENT_APPLICATION, der, apply), VERDICT_OK);
	assert_int_equal(VERDICT(DOCUMENT_LOGIN, der, apply), VERDICT_WRONG_KIND);
	assert_int_equal(VERDICT(DOCUMENT_LOGIN, der, login), VERDICT_CONTENT_CHANGED);
	/* the phone refuses to make what nobody would take */
	assert_true(is_err(trust_sign_document(n->a, DOCUMENT_LOGIN, &by_sign, login, 0, &no, &err)));
	assert_true(is_err(trust_sign_document(n->a, DOCUMENT_APPLICATION, &by_auth, apply, 0, &no, &err)));
	assert_true(is_err(trust_sign_document(n->a, DOCUMENT_APPLICATION, &by_sign, login, 0, &no, &err)));
	assert_true(is_err(trust_sign_document(n->a, DOCUMENT_LOGIN, &by_auth, STR("{}"), 0, &no, &err)));
	assert_true(str_eq(no, STR("untouched")));
	/* somebody who signs past those checks: the wrong certificate is still seen */
	der = sign(n, &auth, apply, 0);
	assert_int_equal(VERDICT(DOCUMENT_APPLICATION, der, apply), VERDICT_WRONG_PROFILE);
}

static void document_lines_are_parsed(void **state)
{
	(void)state;
	enum document_kind kind = DOCUMENT_COUNT;
	struct str body = STR("x");
	assert_true(trust_document_parse(STR("musubi-login-v1\n{}"), &kind, &body));
	assert_int_equal(kind, DOCUMENT_LOGIN);
	assert_true(str_eq(body, STR("{}")));
	assert_false(trust_document_parse(STR("musubi-login-v1"), &kind, &body));
	assert_false(trust_document_parse(STR("musubi-login-v1\r\n{}"), &kind, &body));
	assert_false(trust_document_parse(STR("musubi-login-v2\n{}"), &kind, &body));
	assert_false(trust_document_parse(STR(""), &kind, &body));
}

static void every_verdict_has_its_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		const struct verdict_row *r = verdict_row((enum verdict)i);
		assert_non_null(r->name);
		assert_true(str_ends(str_c(r->key), str_c(r->name)));
		assert_true(r->ja[0] && r->en[0] && r->easy[0]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(r->ja, verdict_row((enum verdict)j)->ja);
	}
	assert_string_equal(revoke_reason_name(REVOKE_AFFILIATION), "affiliationChanged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(openssl_verifies_ours),
		ONE(openssl_refuses_a_changed_content),
		ONE(ours_verifies_openssl),
		ONE(signer_and_time_come_back),
		ONE(slices_are_one_content),
		ONE(each_fault_has_its_verdict),
		ONE(no_flipped_byte_is_accepted),
		ONE(a_swapped_certificate_is_noticed),
		ONE(login_and_application_never_mix),
		cmocka_unit_test(document_lines_are_parsed),
		cmocka_unit_test(every_verdict_has_its_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
