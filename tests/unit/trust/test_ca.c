/* The authority on both engines: issuing by profile, openssl's opinion, serials,
 * key reuse, age, revocation, CRL. */
#include "nation.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static void assert_has(struct str text, const char *part)
{
	if (str_find(text, str_c(part)) == STR_NONE)
		fail_msg("'%s' is not in:\n%.*s", part, STR_ARG(text));
}

static void citizen_sign_cert_means_the_person(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	struct cert c;
	struct err err;
	must_ok(cert_parse(n->a, p.issued.der, &c, &err), &err, "parse");
	assert_true(c.holder.present);
	assert_true(str_eq(c.holder.name, STR("加賀　花子")));
	assert_true(str_eq(c.holder.name_map, STR("00000")));
	assert_true(str_eq(c.holder.address, STR("石川県加賀市大聖寺南町ニ41番地")));
	assert_int_equal(c.holder.sex, CERT_SEX_FEMALE);
	assert_int_equal(c.holder.era, '4'); /* 平成2年 */
	assert_true(str_eq(cert_birth_text(n->a, &c.holder), STR("1990-01-02")));
	assert_int_equal(c.serial.n, 4);
	assert_int_equal(cert_serial_text(n->a, &c).n, 8);
	/* issued 2026-04-01: birthdays 2027, 28, 29, 30, 31; 2031-01-02 14:59:59Z */
	assert_int_equal(c.not_after, (int64_t)1925132399 * 1000000);
	assert_true(str_eq(dn_get(&c.subject, DN_L), STR("石川県")));
	assert_true(str_starts(dn_text(n->a, &c.issuer), STR("C=JP, O=JPKI-TEST, OU=JPKI for digital")));
	assert_int_equal(dn_get(&c.subject, DN_CN).n, 26);
}

static void auth_cert_tells_nobody_who_she_is(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct cert c;
	assert_true(is_ok(cert_parse(n->a, p.issued.der, &c, NULL)));
	assert_false(c.holder.present);
	assert_int_equal(c.subject.n, 2);
	assert_true(str_find(p.issued.der, STR("加賀")) == STR_NONE ||
	            str_find(p.issued.der, STR("花子")) == STR_NONE);
	assert_true(str_find(p.issued.der, STR("花子")) == STR_NONE);
	assert_string_equal(c.policy, "1.2.392.200149.8.5.1.3.30");
}

static void openssl_reads_what_we_issue(void **state)
{
	struct nation *n = *state;
	static const enum profile_id all[] = { PROFILE_CITIZEN_AUTH, PROFILE_CITIZEN_SIGN, PROFILE_SEAL,
	                                       PROFILE_JOURNAL, PROFILE_TLS_SERVER,
	                                       PROFILE_CITIZEN_AUTH_PHONE, PROFILE_CITIZEN_SIGN_PHONE,
	                                       PROFILE_CORPORATE, PROFILE_OFFICER, PROFILE_TIME_STAMP,
	                                       PROFILE_TLS_NODE, PROFILE_OCSP };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct person p = nation_person(n, all[i], i == 1 ? KEY_RSA_2048 : KEY_P256);
		const char *cert = nation_file(n, "c.der", p.issued.der), *keep = getenv("MUSUBI_KEEP_CERTS");
		if (keep) /* for tests/interop/pkilint.py */
			must_ok(file_write(arena_printf(n->a, "%s/%s.der", keep, profile_row(all[i])->name),
			                   p.issued.der, 0644, NULL), &(struct err){ .what = "keep" }, keep);
		if (keep)
			must_ok(file_write(arena_printf(n->a, "%s/ca-%s.der", keep,
			                                ca_row(profile_row(all[i])->ca)->name),
			                   trust_ca_cert(n->ca[profile_row(all[i])->ca]), 0644, NULL),
			        &(struct err){ .what = "keep" }, keep);
		const char *ca = nation_file(n, "ca.der", trust_ca_cert(n->ca[profile_row(all[i])->ca]));
		int status;
		struct str out = nation_run(n, &status, "cd %s && openssl x509 -inform DER -in ca.der -out ca.pem"
		                            " && openssl x509 -inform DER -in c.der -out c.pem && openssl"
		                            " verify -attime %lld -x509_strict -check_ss_sig -CAfile ca.pem"
		                            " c.pem 2>&1", test_dir(), (long long)(NATION_NOW / 1000000));
		(void)cert;
		(void)ca;
		if (status != 0)
			fail_msg("%s: %.*s", profile_row(all[i])->name, STR_ARG(out));
		assert_has(out, "c.pem: OK");
	}
}

static void openssl_shows_the_jpki_profile(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	int status;
	const char *path = nation_file(n, "sign.der", p.issued.der);
	struct str out = nation_run(n, &status, "openssl x509 -inform DER -in %s -noout -text"
	                            " -nameopt utf8,sep_comma_plus -certopt ext_parse 2>&1", path);
	assert_int_equal(status, 0);
	assert_has(out, "Version: 3 (0x2)");
	assert_has(out, "Signature Algorithm: sha256WithRSAEncryption");
	assert_has(out, "O=JPKI-TEST");
	assert_has(out, "L=石川県");
	assert_has(out, "X509v3 Key Usage: critical");
	assert_has(out, "Digital Signature, Non Repudiation");
	assert_has(out, "X509v3 Certificate Policies: critical");
	assert_has(out, "Policy: 1.2.392.200149.8.5.1.1.20");
	assert_has(out, "CPS: http://jpki-test.example/cps.html");
	assert_has(out, "OCSP - URI:http://ocsp-sign.jpki-test.example/");
	assert_has(out, "14:59:59 20");
	/* the order of the six names: .1 .4 .3 .5 .2 .6 */
	struct str rest = p.issued.der;
	static const char digits[] = "\1\4\3\5\2\6";
	for (size_t i = 0; i < 6; i++) {
		char oid[12] = "\x06\x0a\x2a\x83\x08\x8c\x9b\x55\x08\x05\x05";
		oid[11] = digits[i];
		size_t at = str_find(rest, str_of(oid, sizeof oid));
		assert_true(at != STR_NONE);
		rest = str_from(rest, at + 1);
	}
}

static void serials_never_repeat(void **state)
{
	struct nation *n = *state;
	uint32_t seen[300];
	struct err err;
	struct key *key = nation_key(KEY_P256, 0);
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_AUTH, key);
	struct ca *ca = n->ca[CA_CITIZEN_AUTH];
	for (size_t i = 0; i < 150; i++) {
		struct cert_issued c;
		ARENA_AUTO a = arena_new(1 << 20);
		if (i == 70) { /* a new process: what was reserved is lost, not reused */
			struct key *k = nation_key(KEY_RSA_2048, 7 - CA_CITIZEN_AUTH);
			trust_ca_close(ca);
			must_ok(trust_ca_open(n->s, STR("jlis"), CA_CITIZEN_AUTH, k, &ca, &err), &err, "open");
			n->ca[CA_CITIZEN_AUTH] = ca;
		}
		must_ok(trust_cert_prepare(ca, a, &r, NATION_NOW, &c, &err), &err, "prepare");
		seen[i] = c.serial;
		assert_true(c.serial > 0x01000000 && c.serial <= 0x7fffffff);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(seen[j], c.serial);
	}
}

static void a_key_pair_is_certified_once(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_AUTH, p.key);
	struct cert_issued c;
	struct err err;
	assert_int_equal(trust_cert_issue(n->ca[CA_CITIZEN_AUTH], n->a, &r, NATION_NOW, &c, &err).kind,
	                 ERR_CONFLICT);
	assert_string_equal(err.code, "trust.cert.key_reuse");
	/* nor by another authority: a phone must not carry the card's keys */
	r = nation_request(n, PROFILE_CITIZEN_SIGN, p.key);
	assert_int_equal(trust_cert_issue(n->ca[CA_CITIZEN_SIGN], n->a, &r, NATION_NOW, &c, &err).kind,
	                 ERR_CONFLICT);
	r = nation_request(n, PROFILE_CITIZEN_AUTH_PHONE, p.key);
	assert_int_equal(trust_cert_issue(n->ca[CA_CITIZEN_AUTH], n->a, &r, NATION_NOW, &c, &err).kind,
	                 ERR_CONFLICT);
	assert_string_equal(err.code, "trust.cert.key_reuse");
}

static void bad_requests_are_refused(void **state)
{
	struct nation *n = *state;
	struct key *key = nation_key(KEY_P256, 1);
	struct ca *auth = n->ca[CA_CITIZEN_AUTH], *sign = n->ca[CA_CITIZEN_SIGN];
	struct cert_issued c;
	struct err err;
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_SIGN, key), good = r;
#define REFUSED(ca, code_) do { \
		assert_int_equal(trust_cert_prepare(ca, n->a, &r, NATION_NOW, &c, &err).kind, ERR_INPUT); \
		assert_string_equal(err.code, code_); \
		r = good; \
	} while (0)
	REFUSED(auth, "trust.profile.ca");
	r.holder.year = 2012;
	REFUSED(sign, "trust.age");
	r.holder.year = 2030;
	REFUSED(sign, "trust.birth");
	r.holder.name = STR("");
	REFUSED(sign, "trust.cert.malformed");
	r.holder.name = STR("加賀\n花子");
	REFUSED(sign, "trust.cert.malformed");
	r.holder.name_map = STR("0100"); /* one too few */
	REFUSED(sign, "trust.cert.malformed");
	r.holder.sex = (enum cert_sex)0;
	REFUSED(sign, "trust.cert.malformed");
	r.prefecture = STR("");
	REFUSED(sign, "trust.cert.malformed");
	r.expires_before = NATION_NOW + CLOCK_DAY; /* not the end of a day in Japan */
	REFUSED(sign, "trust.profile.differs");
	r.csr = STR("");
	REFUSED(sign, "trust.csr.malformed");
	char *forged = (char *)(uintptr_t)arena_cstr(n->a, r.csr);
	forged[r.csr.n - 1] = (char)(forged[r.csr.n - 1] ^ 1);
	r.csr = str_of(forged, good.csr.n);
	REFUSED(sign, "trust.csr.possession");
	r = nation_request(n, PROFILE_CITIZEN_SIGN, nation_key(KEY_ED25519, 0));
	REFUSED(sign, "trust.profile.key");
	r.holder.year = 2012;
	r.any_age = true; /* a guardian agreed */
	must_ok(trust_cert_prepare(sign, n->a, &r, NATION_NOW, &c, &err), &err, "with consent");
}

static void expires_with_the_phone(void **state)
{
	struct nation *n = *state;
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_AUTH, nation_key(KEY_P256, 2));
	struct cert_issued c;
	struct err err;
	r.expires_before = (int64_t)1798729199 * 1000000; /* 2026-12-31 23:59:59 in Japan */
	must_ok(trust_cert_prepare(n->ca[CA_CITIZEN_AUTH], n->a, &r, NATION_NOW, &c, &err), &err, "cap");
	assert_int_equal(c.not_after, r.expires_before);
}

static void ca_is_made_once_and_opened_with_its_key(void **state)
{
	struct nation *n = *state;
	struct ca *ca = NULL;
	struct err err;
	assert_int_equal(trust_ca_create(n->s, STR("jlis"), CA_GOVERNMENT, nation_key(KEY_P256, 0),
	                                 NATION_NOW, &ca, &err).kind, ERR_CONFLICT);
	assert_int_equal(trust_ca_open(n->s, STR("jlis"), CA_GOVERNMENT, nation_key(KEY_P256, 0), &ca,
	                               &err).kind, ERR_INPUT);
	assert_int_equal(trust_ca_open(n->s, STR("other"), CA_GOVERNMENT, nation_key(KEY_P256, 0), &ca,
	                               &err).kind, ERR_NOT_FOUND);
	assert_null(ca);
}

static void revoke(struct nation *n, enum ca_kind kind, uint32_t serial, int64_t at, bool *changed)
{
	STORE_TX_AUTO tx = NULL;
	struct err err;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke(tx, STR("jlis"), kind, serial, REVOKE_AFFILIATION, at, changed, &err),
	        &err, "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static struct trust_verdict look(struct nation *n, struct str der, int64_t at)
{
	STORE_READER_AUTO db = NULL;
	struct err err;
	struct cert c;
	struct trust_verdict v = { 0 };
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	struct trust_status_ctx ctx = { db, STR("jlis") };
	struct verify_for f = nation_verify(n, PROFILE_BIT(PROFILE_CITIZEN_SIGN));
	f.no_status = false;
	f.status = trust_status_from_store;
	f.status_ctx = &ctx;
	f.at = at;
	must_ok(trust_cert_verify(n->a, der, NULL, 0, &f, &v, &c, &err), &err, "verify");
	return v;
}

static void revocation_is_seen_and_kept(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	int64_t when = NATION_NOW + CLOCK_HOUR;
	bool changed = false;
	assert_int_equal(look(n, p.issued.der, NATION_NOW).verdict, VERDICT_OK);
	revoke(n, CA_CITIZEN_SIGN, p.issued.serial, when, &changed);
	assert_true(changed);
	struct trust_verdict v = look(n, p.issued.der, when);
	assert_int_equal(v.verdict, VERDICT_REVOKED);
	assert_int_equal(v.reason, REVOKE_AFFILIATION);
	assert_int_equal(v.at, when);
	/* a signature received before stays good */
	assert_int_equal(look(n, p.issued.der, when - 1).verdict, VERDICT_OK);
	revoke(n, CA_CITIZEN_SIGN, p.issued.serial, when + CLOCK_DAY, &changed);
	assert_false(changed);
	assert_int_equal(look(n, p.issued.der, when + CLOCK_DAY).at, when);
}

static void a_certificate_never_recorded_is_unknown(void **state)
{
	struct nation *n = *state;
	struct cert_request r = nation_request(n, PROFILE_CITIZEN_SIGN, nation_key(KEY_P256, 3));
	struct cert_issued c;
	struct err err;
	must_ok(trust_cert_prepare(n->ca[CA_CITIZEN_SIGN], n->a, &r, NATION_NOW, &c, &err), &err, "");
	assert_int_equal(look(n, c.der, NATION_NOW).verdict, VERDICT_UNKNOWN_STATUS);
}

static void a_move_revokes_all_of_a_subject(void **state)
{
	struct nation *n = *state;
	struct err err;
	struct person x = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct person y = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	struct person auth = nation_person(n, PROFILE_CITIZEN_AUTH, KEY_P256);
	const struct cert_row *rows;
	size_t count;
	int64_t revoked = 0;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke_all(tx, STR("jlis"), CA_CITIZEN_SIGN, STR("c0ffee"),
	                              REVOKE_AFFILIATION, NATION_NOW, &revoked, &err), &err, "all");
	assert_int_equal(revoked, 2);
	must_ok(trust_certs_of_subject(tx, n->a, STR("jlis"), STR("c0ffee"), &rows, &count, &err), &err,
	        "list");
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(rows[i].state.status, rows[i].serial == auth.issued.serial &&
		                 str_eq(rows[i].profile, STR("citizen-auth")) ? STATUS_GOOD : STATUS_REVOKED);
	struct cert_row one;
	assert_int_equal(trust_cert_find(tx, n->a, STR("jlis"), CA_CITIZEN_SIGN, 1, &one, &err).kind,
	                 ERR_NOT_FOUND);
	must_ok(trust_cert_find(tx, n->a, STR("jlis"), CA_CITIZEN_SIGN, x.issued.serial, &one, &err),
	        &err, "find");
	assert_true(str_eq(one.der, x.issued.der));
	(void)y;
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static void crl_is_read_by_openssl(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	struct str crl;
	struct err err;
	bool changed;
	int status;
	must_ok(trust_crl_make(n->ca[CA_CITIZEN_SIGN], n->a, NATION_NOW, &crl, &err), &err, "empty");
	const char *path = nation_file(n, "crl.der", crl);
	struct str out = nation_run(n, &status, "openssl crl -inform DER -in %s -noout -text 2>&1", path);
	assert_int_equal(status, 0);
	assert_has(out, "No Revoked Certificates");
	revoke(n, CA_CITIZEN_SIGN, p.issued.serial, NATION_NOW, &changed);
	must_ok(trust_crl_make(n->ca[CA_CITIZEN_SIGN], n->a, NATION_NOW, &crl, &err), &err, "crl");
	nation_file(n, "crl.der", crl);
	nation_file(n, "ca.der", trust_ca_cert(n->ca[CA_CITIZEN_SIGN]));
	nation_file(n, "c.der", p.issued.der);
	out = nation_run(n, &status, "cd %s && openssl x509 -inform DER -in ca.der -out ca.pem && openssl"
	                 " x509 -inform DER -in c.der -out c.pem && openssl crl -inform DER -in crl.der"
	                 " -out crl.pem && openssl crl -in crl.pem -CAfile ca.pem -noout -text 2>&1;"
	                 " openssl verify -attime %lld -crl_check -CAfile ca.pem -CRLfile crl.pem c.pem"
	                 " 2>&1", test_dir(), (long long)(NATION_NOW / 1000000 + 60));
	assert_has(out, "verify OK");
	assert_has(out, "Affiliation Changed");
	assert_has(out, "certificate revoked");
}

static void issue_and_revoke_are_journaled(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	const struct journal_row *rows;
	size_t count;
	bool changed;
	struct err err;
	revoke(n, CA_CITIZEN_SIGN, p.issued.serial, NATION_NOW, &changed);
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	must_ok(journal_of_subject(db, n->a, STR("jlis"), STR("c0ffee"), 0, 10, &rows, &count, &err),
	        &err, "journal");
	assert_int_equal(count, 2);
	assert_true(str_eq(rows[0].event, STR("trust.cert.revoke")));
	assert_true(str_eq(rows[1].event, STR("trust.cert.issue")));
}

/* As crypto/key_remote.c says it while its process is down; (fail) is ours, fail() cmocka's. */
static struct result nobody_signs(void *ctx, enum sig_alg alg, struct str data,
                                  uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	(void)ctx, (void)alg, (void)data, (void)ret, (void)ret_n;
	return (fail)(err, ERR_UNAVAILABLE, "crypto.key.down", NULL, "the key process is down");
}

static void free_nothing(void *ctx)
{
	(void)ctx;
}

static void a_dead_key_issues_nothing_and_leaves_nothing(void **state)
{
	static const struct key_home dead = { .sign = nobody_signs, .free = free_nothing };
	struct nation *n = *state;
	struct err err = { 0 };
	struct key *key = NULL;
	struct ca *ca = NULL;
	struct cert_issued c;
	struct cert_request r = nation_request(n, PROFILE_SEAL, nation_key(KEY_P256, 3));
	must_ok(key_new_at(key_spki(trust_ca_key(n->ca[CA_GOVERNMENT])), &dead, NULL, &key, &err), &err,
	        "key");
	must_ok(trust_ca_open(n->s, STR("jlis"), CA_GOVERNMENT, key, &ca, &err), &err, "open");
	assert_int_equal(trust_cert_issue(ca, n->a, &r, NATION_NOW, &c, &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "crypto.key.down");
	STORE_READER_AUTO db = NULL;
	const struct cert_row *rows;
	size_t count;
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	must_ok(trust_certs_of_subject(db, n->a, STR("jlis"), r.subject, &rows, &count, &err), &err,
	        "rows");
	assert_int_equal(count, 0);
	store_reader_done(&db);
	/* the key pair is not spent: the same request is issued once the key is back */
	must_ok(trust_cert_issue(n->ca[CA_GOVERNMENT], n->a, &r, NATION_NOW, &c, &err), &err, "issue");
	trust_ca_close(ca);
	key_unref(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_dead_key_issues_nothing_and_leaves_nothing),
		BOTH(citizen_sign_cert_means_the_person),
		BOTH(auth_cert_tells_nobody_who_she_is),
		BOTH(openssl_reads_what_we_issue),
		BOTH(openssl_shows_the_jpki_profile),
		BOTH(serials_never_repeat),
		BOTH(a_key_pair_is_certified_once),
		BOTH(bad_requests_are_refused),
		BOTH(expires_with_the_phone),
		BOTH(ca_is_made_once_and_opened_with_its_key),
		BOTH(revocation_is_seen_and_kept),
		BOTH(a_certificate_never_recorded_is_unknown),
		BOTH(a_move_revokes_all_of_a_subject),
		BOTH(crl_is_read_by_openssl),
		BOTH(issue_and_revoke_are_journaled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
