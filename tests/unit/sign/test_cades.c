/* CAdES: made here and verified by openssl, made by openssl and read here; levels,
 * several signers, counter signatures; hostile files. */
#include "../trust/nation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sign/cades.h"
#include "sign/stamp.h"
#include "sign/tsa_client.h"
#include "trust/tsa.h"

static struct tsa *unit;
static struct person stamper;
static int64_t now;

static int64_t fake_now(void *ctx) { (void)ctx; return now; }
static int64_t fake_steady(void *ctx) { (void)ctx; return now - NATION_NOW + 1000000; }
static bool fake_synced(void *ctx, int64_t *ret) { (void)ctx; *ret = 0; return true; }
static const struct tsa_clock clock_of_test = { fake_now, fake_steady, fake_synced, NULL };

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = nation_new(*state);
	struct str chain = trust_ca_cert(n->ca[CA_GOVERNMENT]);
	struct err err;
	stamper = nation_service(n, PROFILE_TIME_STAMP, CA_GOVERNMENT, KEY_P256);
	now = NATION_NOW + 1000000;
	struct tsa_setup s = { .store = n->s, .org = STR("jlis"), .name = STR("tsa-1"),
	                       .key = stamper.key, .cert = stamper.issued.der, .chain = &chain,
	                       .nchain = 1, .clock = &clock_of_test };
	unit = NULL;
	must_ok(tsa_open(&s, &unit, &err), &err, "unit");
	*state = n;
	return 0;
}

static int teardown(void **state)
{
	struct nation *n = *state;
	struct test_store *t = n->t;
	tsa_close(unit);
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

static struct result stamp(void *ctx, struct arena *a, enum digest_alg alg, struct str hash,
                           struct str *ret, struct err *err)
{
	struct str q;
	struct tsa_answer ans;
	(void)ctx;
	now += 60 * 1000000;
	TRY(tsa_request_make(a, alg, hash, STR(""), true, &q, err));
	tsa_answer(unit, a, q, &ans, err);
	*ret = ans.token;
	return (struct result){ ans.fail == TSA_FAIL_NONE ? ERR_NONE : ERR_UNAVAILABLE };
}

static struct ades_options options(struct nation *n, const struct person *who, enum ades_level l,
                                   enum ades_packaging p)
{
	(void)n;
	return (struct ades_options){ .level = l, .packaging = p, .time = NATION_NOW, .stamp = stamp,
		.signer = { .key = who->key, .cert = who->issued.der } };
}

static struct str bytes_of(struct nation *n, const struct cades_out *o)
{
	struct str s = STR("");
	struct err err;
	must_ok(cades_out_bytes(n->a, o, 16 << 20, &s, &err), &err, "bytes");
	return s;
}

static const struct str text = STR_INIT("a document that is signed\n");

static struct str signed_by(struct nation *n, const struct ades_options *o)
{
	struct cades_out out;
	struct err err;
	struct source *content = ARENA_NEW(n->a, struct source);
	*content = source_bytes(STR("content"), text);
	must_ok(cades_sign(n->a, content, o, &out, &err), &err, "sign");
	return bytes_of(n, &out);
}

static struct ades_file read_it(struct nation *n, struct str cms, bool with_content)
{
	struct ades_file f = { .n = 0 };
	struct err err;
	struct source *src = ARENA_NEW(n->a, struct source), *content = ARENA_NEW(n->a, struct source);
	*src = source_bytes(STR("f"), cms);
	*content = source_bytes(STR(""), text);
	struct ades_detached d = { content, with_content ? 1 : 0 };
	must_ok(cades_read(n->a, src, &d, &f, &err), &err, "read");
	return f;
}

static bool holds(const struct ades_signature *s)
{
	return s->value_ok && s->nobjects == 1 && s->objects[0].found && s->objects[0].intact &&
	       !s->malformed.n && s->cert_ref == CERT_REF_OK;
}

static struct person citizen(struct nation *n, enum key_alg alg)
{
	return nation_person(n, PROFILE_CITIZEN_SIGN, alg);
}

static struct person with_key(struct nation *n, enum profile_id p, enum ca_kind kind,
                              struct key *key)
{
	struct person who = { .key = key };
	struct cert_request r = nation_request(n, p, key);
	struct err err;
	if (p == PROFILE_TIME_STAMP)
		r.municipality = r.prefecture = STR("");
	must_ok(trust_cert_issue(n->ca[kind], n->a, &r, NATION_NOW, &who.issued, &err), &err, "issue");
	return who;
}

/* Whoever: CMS does not care what a certificate is for. Some other key than the
 * stamper's. */
static struct person of_type(struct nation *n, enum key_alg alg)
{
	return alg == KEY_RSA_2048
		? with_key(n, PROFILE_CITIZEN_SIGN, CA_CITIZEN_SIGN, nation_key(alg, 1))
		: with_key(n, PROFILE_TIME_STAMP, CA_GOVERNMENT, nation_key(alg, 2));
}

static void openssl_accepts(struct nation *n, struct str cms, bool detached)
{
	int status;
	nation_file(n, "f.p7m", cms);
	nation_file(n, "content", text);
	nation_file(n, "ca1.der", trust_ca_cert(n->ca[CA_GOVERNMENT]));
	nation_file(n, "ca2.der", trust_ca_cert(n->ca[CA_CITIZEN_SIGN]));
	struct str out = nation_run(n, &status, "cd %s && for i in 1 2; do openssl x509 -inform DER -in"
	        " ca$i.der; done > cas.pem && openssl cms -verify -binary -inform DER -in f.p7m -CAfile"
	        " cas.pem -purpose any -attime %lld -out back %s 2>&1 && cmp back content", test_dir(),
	        (long long)(NATION_NOW / 1000000) + 60, detached ? "-content content" : "");
	if (status)
		fail_msg("openssl: %.*s", STR_ARG(out));
}

static void every_key_signs_both_ways_and_openssl_accepts(void **state)
{
	struct nation *n = *state;
	static const struct {
		enum key_alg alg;
		bool pss, openssl;
	} rows[] = { { KEY_RSA_2048, false, true }, { KEY_RSA_2048, true, true },
	             { KEY_P256, false, true }, { KEY_P384, false, true },
	             { KEY_ED25519, false, false } }; /* OpenSSL 3.0 knows no Ed25519 in CMS */
	struct person who = { .key = NULL };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!rows[i].pss) /* the same key signs both */
			who = of_type(n, rows[i].alg);
		for (int attached = 0; attached < 2; attached++) {
			struct ades_options o = options(n, &who, ADES_B, attached ? ADES_ENVELOPING
			                                                          : ADES_DETACHED);
			o.pss = rows[i].pss;
			struct str cms = signed_by(n, &o);
			struct ades_file f = read_it(n, cms, !attached);
			assert_int_equal(f.n, 1);
			const struct ades_signature *s = &f.signatures[0];
			assert_true(holds(s));
			assert_int_equal(s->level, ADES_B);
			assert_true(str_eq(s->cert, who.issued.der));
			assert_int_equal(s->claimed_time, NATION_NOW);
			assert_int_equal(s->alg.family == SIGN_RSA_PSS, rows[i].pss);
			if (rows[i].openssl)
				openssl_accepts(n, cms, !attached);
		}
	}
}

static void signed_properties_come_back(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_options o = options(n, &who, ADES_B, ADES_DETACHED);
	o.commitment = STR("1.2.840.113549.1.9.16.6.1");
	o.place = STR("加賀市");
	o.role = STR("担当者");
	o.mime = STR("text/plain");
	struct ades_file f = read_it(n, signed_by(n, &o), true);
	const struct ades_signature *s = &f.signatures[0];
	assert_true(holds(s));
	assert_true(str_eq(s->commitment, o.commitment));
	assert_true(str_eq(s->place, o.place));
	assert_true(str_eq(s->role, o.role));
	assert_true(str_eq(s->mime, o.mime));
	o.commitment = STR("1.40.3");
	struct cades_out out;
	struct source content = source_bytes(STR(""), text);
	assert_true(is_err(cades_sign(n->a, &content, &o, &out, NULL)));
}

static void without_its_content_nothing_is_intact(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_options o = options(n, &who, ADES_B, ADES_DETACHED);
	struct ades_file f = read_it(n, signed_by(n, &o), false);
	assert_false(f.signatures[0].objects[0].found);
	assert_false(f.signatures[0].objects[0].intact);
	assert_true(f.signatures[0].value_ok);
}

/* ---- levels ---- */

static struct ades_values material(struct nation *n)
{
	struct ades_values v = { .ncerts = 2 };
	struct err err;
	v.certs[0] = trust_ca_cert(n->ca[CA_CITIZEN_SIGN]);
	v.certs[1] = trust_ca_cert(n->ca[CA_GOVERNMENT]);
	must_ok(trust_crl_make(n->ca[CA_CITIZEN_SIGN], n->a, NATION_NOW, &v.crls[0], &err), &err, "crl");
	must_ok(trust_crl_make(n->ca[CA_GOVERNMENT], n->a, NATION_NOW, &v.crls[1], &err), &err, "crl");
	v.ncrls = 2;
	return v;
}

static void assert_covered(struct nation *n, const struct ades_signature *s)
{
	for (size_t i = 0; i < s->nstamps; i++) {
		struct stamp t;
		struct err err;
		must_ok(stamp_read(n->a, s->stamps[i].token, NULL, 0, &t, &err), &err, "token");
		assert_int_equal(s->stamps[i].what.n, 0);
		assert_true(t.value_ok && stamp_covers(&t, s->stamps[i].alg, s->stamps[i].hash));
	}
}

static struct str extended(struct nation *n, struct str cms, const struct ades_options *o)
{
	struct cades_out out;
	struct err err;
	struct source *f = ARENA_NEW(n->a, struct source), *c = ARENA_NEW(n->a, struct source);
	*f = source_bytes(STR(""), cms);
	*c = source_bytes(STR(""), text);
	must_ok(cades_extend(n->a, f, c, o, &out, &err), &err, "extend");
	return bytes_of(n, &out);
}

static void levels_are_reached_one_by_one_and_renewed(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_values more = material(n);
	for (int attached = 0; attached < 2; attached++) {
		struct ades_options o = options(n, &who, ADES_B, attached ? ADES_ENVELOPING
		                                                          : ADES_DETACHED);
		struct str cms = signed_by(n, &o);
		o.material = &more;
		for (enum ades_level l = ADES_T; l <= ADES_LTA; l++) {
			o.level = l;
			cms = extended(n, cms, &o);
			struct ades_file f = read_it(n, cms, !attached);
			assert_true(holds(&f.signatures[0]));
			assert_int_equal(f.signatures[0].level, l);
			assert_covered(n, &f.signatures[0]);
			openssl_accepts(n, cms, !attached);
		}
		cms = extended(n, cms, &o);
		struct ades_file f = read_it(n, cms, !attached);
		const struct ades_signature *s = &f.signatures[0];
		assert_covered(n, s);
		assert_int_equal(s->nstamps, 3);
		assert_int_equal(s->stamps[0].kind, STAMP_SIGNATURE);
		assert_int_equal(s->stamps[0].nstamps + s->stamps[0].ncrls, 0);
		assert_int_equal(s->stamps[1].nstamps, 1);
		assert_int_equal(s->stamps[2].nstamps, 2);
		assert_int_equal(s->stamps[1].ncrls, 2);
		assert_int_equal(s->stamps[2].ncerts, f.values.ncerts);
	}
}

static void what_came_later_is_not_covered_by_the_earlier_stamp(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_values first = material(n), later = first;
	struct ades_options o = options(n, &who, ADES_LTA, ADES_DETACHED);
	struct err err;
	first.ncrls = 1;
	o.material = &first;
	struct str cms = signed_by(n, &o);
	must_ok(trust_crl_make(n->ca[CA_GOVERNMENT], n->a, NATION_NOW + 1000000, &later.crls[1], &err),
	        &err, "crl");
	o.material = &later;
	struct ades_file f = read_it(n, extended(n, cms, &o), true);
	const struct ades_signature *s = &f.signatures[0];
	assert_covered(n, s);
	assert_int_equal(s->nstamps, 3);
	assert_int_equal(s->stamps[1].ncrls, 1);
	assert_int_equal(s->stamps[2].ncrls, 2);
	assert_true(str_eq(f.values.crls[0], first.crls[0]));
}

static void levels_without_what_they_need_are_refused(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048), other = of_type(n, KEY_RSA_2048);
	struct source content = source_bytes(STR(""), text);
	struct cades_out out;
	struct err err;
	struct ades_options o = options(n, &who, ADES_LT, ADES_DETACHED);
	assert_true(is_err(cades_sign(n->a, &content, &o, &out, &err)));
	assert_string_equal(err.code, "sign.material");
	o.stamp = NULL;
	assert_true(is_err(cades_sign(n->a, &content, &o, &out, &err)));
	assert_string_equal(err.code, "sign.stamp");
	o = options(n, &who, ADES_B, ADES_DETACHED);
	o.signer.cert = other.issued.der;
	assert_true(is_err(cades_sign(n->a, &content, &o, &out, &err)));
	assert_string_equal(err.code, "sign.cert");
	o.signer.cert = STR("junk");
	assert_true(is_err(cades_sign(n->a, &content, &o, &out, &err)));
}

/* ---- several ---- */

static void signers_join_and_countersign(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048), second = of_type(n, KEY_P256);
	struct ades_options o = options(n, &who, ADES_T, ADES_ENVELOPING);
	struct source file = source_bytes(STR(""), signed_by(n, &o));
	struct cades_out out;
	struct err err;
	o = options(n, &second, ADES_B, ADES_ENVELOPING);
	must_ok(cades_sign_more(n->a, &file, NULL, &o, &out, &err), &err, "more");
	struct str cms = bytes_of(n, &out);
	openssl_accepts(n, cms, false);
	struct ades_file f = read_it(n, cms, false);
	assert_int_equal(f.n, 2);
	assert_true(holds(&f.signatures[0]) && holds(&f.signatures[1]));
	assert_int_equal(f.signatures[0].level + f.signatures[1].level, ADES_T + ADES_B);

	file = source_bytes(STR(""), cms);
	o.level = ADES_T;
	must_ok(cades_countersign(n->a, &file, 1, &o, &out, &err), &err, "counter");
	cms = bytes_of(n, &out);
	openssl_accepts(n, cms, false);
	f = read_it(n, cms, false);
	size_t with = f.signatures[0].ncounters ? 0 : 1;
	assert_int_equal(f.signatures[with].ncounters, 1);
	const struct ades_signature *c = &f.signatures[with].counters[0];
	assert_true(holds(c));
	assert_int_equal(c->level, ADES_T);
	assert_covered(n, c);
	assert_true(str_eq(c->cert, second.issued.der));
	assert_true(is_err(cades_countersign(n->a, &file, 2, &o, &out, &err)));

	struct ades_values more = material(n);
	o.material = &more;
	o.level = ADES_LTA;
	f = read_it(n, extended(n, cms, &o), false);
	assert_covered(n, &f.signatures[0]);
	assert_covered(n, &f.signatures[1]);
	assert_int_equal(f.signatures[0].level, ADES_LTA);
	file = source_bytes(STR(""), extended(n, cms, &o));
	o.level = ADES_B;
	assert_int_equal(cades_countersign(n->a, &file, 0, &o, &out, &err).kind, ERR_CONFLICT);
}

static void a_cms_in_a_cms_shows_both(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_options o = options(n, &who, ADES_B, ADES_ENVELOPING);
	struct source inner = source_bytes(STR(""), signed_by(n, &o));
	struct cades_out out;
	struct err err;
	must_ok(cades_sign(n->a, &inner, &o, &out, &err), &err, "outer");
	struct ades_file f = read_it(n, bytes_of(n, &out), false);
	assert_int_equal(f.n, 2);
	assert_true(holds(&f.signatures[0]) && holds(&f.signatures[1]));
	assert_true(str_eq(f.signatures[0].id, STR("S1")));
	assert_true(str_eq(f.signatures[1].id, STR("N.S1")));
}

/* ---- of openssl ---- */

static void what_openssl_makes_is_read(void **state)
{
	struct nation *n = *state;
	static const struct {
		const char *key, *how;
		bool pem, attached, attrs, ref;
	} rows[] = {
		{ "rsa:2048", "-cades -md sha256 -outform DER", false, false, true, true },
		{ "rsa:2048", "-nodetach -outform DER", false, true, true, false },
		{ "rsa:2048", "-nodetach -stream -outform DER", false, true, true, false },
		{ "rsa:2048", "-keyid -cades -outform DER", false, false, true, true },
		{ "rsa:2048", "-keyopt rsa_padding_mode:pss -cades -md sha384 -outform PEM", true, false, true, true },
		{ "rsa:2048", "-noattr -nodetach -outform DER", false, true, false, false },
		{ "ec -pkeyopt ec_paramgen_curve:P-256", "-cades -md sha512 -outform DER", false, false, true, true },
	};
	nation_file(n, "content", text);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status;
		struct str out = nation_run(n, &status, "cd %s && openssl req -x509 -newkey %s -nodes -keyout"
		        " k.pem -out c.pem -subj /CN=somebody -days 30 2>&1 && openssl cms -sign -binary -in"
		        " content -signer c.pem -inkey k.pem %s -out o.p7 2>&1", test_dir(), rows[i].key,
		        rows[i].how);
		if (status)
			fail_msg("openssl %s: %.*s", rows[i].how, STR_ARG(out));
		struct str cms = nation_run(n, &status, "cat %s/o.p7", test_dir());
		assert_int_equal(str_starts(cms, STR("-----")), rows[i].pem);
		struct ades_file f = read_it(n, cms, !rows[i].attached);
		assert_int_equal(f.n, 1);
		const struct ades_signature *s = &f.signatures[0];
		if (!s->value_ok || !s->objects[0].intact || s->malformed.n)
			fail_msg("%s: value %d, intact %d, %.*s", rows[i].how, s->value_ok,
			         s->objects[0].intact, STR_ARG(s->malformed));
		assert_int_equal(s->cert_ref, rows[i].ref ? CERT_REF_OK : CERT_REF_ABSENT);
		assert_int_equal(s->level, rows[i].ref ? ADES_B : ADES_NONE);
	}
}

/* ---- hostile ---- */

static struct str replaced(struct nation *n, struct str s, struct str what, struct str by,
                           size_t which)
{
	char *to = (char *)arena_str(n->a, s).p;
	size_t at = 0;
	for (;; which--) {
		size_t found = str_find(str_from(s, at), what);
		assert_true(found != STR_NONE);
		at += found;
		if (which == 0)
			break;
		at++;
	}
	assert_int_equal(what.n, by.n);
	memcpy(to + at, by.p, by.n);
	return str_of(to, s.n);
}

static const char oid_data[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
static const char oid_enveloped[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
static const char oid_time[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
static const char oid_digest[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
static const char oid_sha256[] = "\x60\x86\x48\x01\x65\x03\x04\x02\x01";
static const char oid_sha384[] = "\x60\x86\x48\x01\x65\x03\x04\x02\x02";
#define LIT(x) str_of(x, sizeof x - 1)

static void what_was_changed_does_not_hold(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_options o = options(n, &who, ADES_B, ADES_ENVELOPING);
	struct str cms = signed_by(n, &o);
	struct ades_file f = read_it(n, replaced(n, cms, STR("signed\n"), STR("SIGNED\n"), 0), false);
	assert_true(f.signatures[0].value_ok);
	assert_false(f.signatures[0].objects[0].intact);

	f = read_it(n, replaced(n, cms, LIT(oid_data), LIT(oid_enveloped), 0), false);
	assert_true(str_find(f.signatures[0].malformed, STR("content-type")) != STR_NONE);

	f = read_it(n, replaced(n, cms, LIT(oid_time), LIT(oid_digest), 0), false);
	assert_true(str_find(f.signatures[0].malformed, STR("message-digest")) != STR_NONE);
	assert_false(f.signatures[0].value_ok);

	struct person ec = of_type(n, KEY_P256); /* its algorithm names a digest of its own */
	o = options(n, &ec, ADES_B, ADES_ENVELOPING);
	f = read_it(n, replaced(n, signed_by(n, &o), LIT(oid_sha256), LIT(oid_sha384), 1), false);
	assert_true(str_find(f.signatures[0].malformed, STR("digestAlgorithm")) != STR_NONE);
}

/* The attributes of a signature offered as content, its value reused (RFC 5652 §5.4). */
static void attributes_as_content_are_seen(void **state)
{
	struct nation *n = *state;
	int status;
	nation_file(n, "content", STR("\x31\x1a\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
	                              "\x31\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"));
	struct str cms = nation_run(n, &status, "cd %s && openssl req -x509 -newkey rsa:2048 -nodes"
	        " -keyout k.pem -out c.pem -subj /CN=somebody -days 30 2>/dev/null && openssl cms -sign"
	        " -binary -noattr -nodetach -in content -signer c.pem -inkey k.pem -outform DER",
	        test_dir());
	assert_int_equal(status, 0);
	struct ades_file f = read_it(n, cms, false);
	assert_true(f.signatures[0].malformed.n > 0);
}

static void an_archive_stamp_misses_what_was_removed(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_values more = material(n);
	struct ades_options o = options(n, &who, ADES_LTA, ADES_DETACHED);
	o.material = &more;
	struct str cms = signed_by(n, &o);
	/* one byte inside of a CRL that the index names */
	struct str tail = str_sub(more.crls[0], more.crls[0].n - 9, 8);
	char other[8];
	memcpy(other, tail.p, 8);
	other[3] ^= 1;
	struct ades_file f = read_it(n, replaced(n, cms, tail, str_of(other, 8), 0), true);
	const struct ades_signature *s = &f.signatures[0];
	assert_int_equal(s->nstamps, 2);
	assert_true(s->stamps[1].what.n > 0 && s->stamps[1].hash.n == 0);
	assert_int_equal(s->stamps[1].ncrls, 0);
}

static void deep_huge_and_cut_files_end_in_errors(void **state)
{
	struct nation *n = *state;
	struct person who = of_type(n, KEY_P256);
	struct ades_options o = options(n, &who, ADES_T, ADES_ENVELOPING);
	struct str cms = signed_by(n, &o);
	struct ades_file f;
	for (size_t i = 0; i < cms.n; i++) {
		ARENA_AUTO a = arena_new(16 << 20);
		struct source s = source_bytes(STR(""), str_sub(cms, 0, i));
		assert_true(is_err(cades_read(a, &s, NULL, &f, NULL)));
	}
	char *bad = (char *)arena_str(n->a, cms).p;
	size_t content = str_find(cms, text);
	for (size_t i = 0; i < cms.n; i++) { /* each byte once: whatever comes, it ends */
		ARENA_AUTO a = arena_new(16 << 20);
		struct source s = source_bytes(STR(""), str_of(bad, cms.n));
		bad[i] = (char)(bad[i] ^ 0x81);
		struct result r = cades_read(a, &s, NULL, &f, NULL);
		if (i >= content && i < content + text.n)
			assert_true(is_ok(r) && !holds(&f.signatures[0]));
		bad[i] = (char)(bad[i] ^ 0x81);
	}
	char deep[4096];
	memset(deep, 0x30, sizeof deep);
	for (size_t i = 1; i < sizeof deep; i += 2)
		deep[i] = (char)0x80;
	struct source s = source_bytes(STR(""), str_of(deep, sizeof deep));
	assert_true(is_err(cades_read(n->a, &s, NULL, &f, NULL)));
}

/* ---- an authority's answers ---- */

static void an_answer_to_another_question_is_no_time_stamp(void **state)
{
	struct nation *n = *state;
	uint8_t hash[SHA256_SIZE], other[SHA256_SIZE];
	struct str q, token, nonce = STR("\x41\x02"), h = str_of((char *)hash, sizeof hash);
	struct tsa_answer ans;
	struct err err;
	sha256(STR("one"), hash);
	sha256(STR("two"), other);
	must_ok(tsa_request_make(n->a, DIGEST_SHA256, h, nonce, true, &q, &err), &err, "query");
	tsa_answer(unit, n->a, q, &ans, &err);
	must_ok(tsa_client_answer(n->a, ans.der, DIGEST_SHA256, h, nonce, &token, &err), &err, "answer");
	assert_true(str_eq(token, ans.token));
	struct str wrong[] = { str_sub(ans.der, 0, ans.der.n - 1), arena_join(n->a, ans.der, STR("x")),
		STR(""), str_of("\x30\x05\x30\x03\x02\x01\x02", 7), ans.token };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_true(is_err(tsa_client_answer(n->a, wrong[i], DIGEST_SHA256, h, nonce, &token, &err)));
	assert_true(is_err(tsa_client_answer(n->a, ans.der, DIGEST_SHA256,
	                                     str_of((char *)other, sizeof other), nonce, &token, &err)));
	assert_true(is_err(tsa_client_answer(n->a, ans.der, DIGEST_SHA256, h, STR("\x41\x03"), &token,
	                                     &err)));
	char *bad = (char *)arena_str(n->a, ans.der).p;
	bad[ans.der.n - 1] ^= 1; /* in the signature */
	assert_true(is_err(tsa_client_answer(n->a, str_of(bad, ans.der.n), DIGEST_SHA256, h, nonce,
	                                     &token, &err)));
}

static struct result stamp_of_another(void *ctx, struct arena *a, enum digest_alg alg,
                                      struct str hash, struct str *ret, struct err *err)
{
	char *other = (char *)arena_str(a, hash).p;
	other[0] ^= 1;
	return stamp(ctx, a, alg, str_of(other, hash.n), ret, err);
}

static void a_stamp_over_something_else_is_not_put_in(void **state)
{
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct ades_options o = options(n, &who, ADES_T, ADES_DETACHED);
	struct source content = source_bytes(STR(""), text);
	struct cades_out out;
	struct err err;
	o.stamp = stamp_of_another;
	assert_int_equal(cades_sign(n->a, &content, &o, &out, &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "sign.stamp");
}

/* ---- size ---- */

static long most_kib(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void a_big_document_costs_no_memory(void **state)
{
	enum { SIZE = 200 << 20, MOST_KIB = 48 << 10 };
	struct nation *n = *state;
	struct person who = citizen(n, KEY_RSA_2048);
	struct err err;
	struct source big, file;
	struct ades_file f;
	struct cades_out out;
	char path[256], to[260];
	snprintf(path, sizeof path, "%s/big", test_dir());
	snprintf(to, sizeof to, "%s.p7m", path);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && ftruncate(fd, SIZE) == 0);
	close(fd);
	must_ok(source_open(path, &big, &err), &err, "big");
	long before = most_kib();
	struct ades_options o = options(n, &who, ADES_B, ADES_ENVELOPING);
	must_ok(cades_sign(n->a, &big, &o, &out, &err), &err, "sign");
	must_ok(cades_out_save(&out, to, &err), &err, "save");
	must_ok(source_open(to, &file, &err), &err, "open");
	must_ok(cades_read(n->a, &file, NULL, &f, &err), &err, "read");
	assert_true(holds(&f.signatures[0]));
	assert_true(most_kib() - before < MOST_KIB);
	source_close(&big);
	source_close(&file);
	unlink(path);
	unlink(to);
}

#define ONE(f) { #f, f, setup, teardown, (void *)"sqlite" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(every_key_signs_both_ways_and_openssl_accepts),
		ONE(signed_properties_come_back),
		ONE(without_its_content_nothing_is_intact),
		ONE(levels_are_reached_one_by_one_and_renewed),
		ONE(what_came_later_is_not_covered_by_the_earlier_stamp),
		ONE(levels_without_what_they_need_are_refused),
		ONE(signers_join_and_countersign),
		ONE(a_cms_in_a_cms_shows_both),
		ONE(what_openssl_makes_is_read),
		ONE(what_was_changed_does_not_hold),
		ONE(attributes_as_content_are_seen),
		ONE(an_archive_stamp_misses_what_was_removed),
		ONE(deep_huge_and_cut_files_end_in_errors),
		ONE(an_answer_to_another_question_is_no_time_stamp),
		ONE(a_stamp_over_something_else_is_not_put_in),
		ONE(a_big_document_costs_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
