/* JAdES made, read, extended and damaged; JWS of RFC 7515's own making. */
#include "sign/jades.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "foreign.h"
#include "sign/certificate.h"
#include "sign/jws.h"
#include "sign/stamp.h"
#include "sign/validate.h"

#include "../support/asserts.h"

static struct arena *a;
static struct party ca, unit;
static struct key *key;
static struct str cert;
static int64_t when;
static struct ades_values material;

static struct str cert_for(const struct key *k)
{
	struct party p;
	const unsigned char *der = (const unsigned char *)key_spki(k).p;
	EVP_PKEY *pub = d2i_PUBKEY(NULL, &der, (long)key_spki(k).n);
	party_make(a, &(struct party_options){ .name = "Signer", .issuer = &ca, .from = when - CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .key = pub }, &p);
	struct str s = arena_str(a, p.der);
	party_free(&p);
	EVP_PKEY_free(pub);
	return s;
}

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)256 << 20);
	when = jst_to_us((struct datetime){ .date = { 2026, 5, 1 } });
	party_make(a, &(struct party_options){ .name = "Root", .from = when - 900 * CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .ca = true }, &ca);
	party_make(a, &(struct party_options){ .name = "TSU", .issuer = &ca, .from = when - CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .eku = "critical,timeStamping" }, &unit);
	assert_true(is_ok(key_generate(KEY_P256, &key, NULL)));
	cert = cert_for(key);
	material = (struct ades_values){ .ncerts = 1, .ncrls = 1 };
	material.certs[0] = ca.der;
	material.crls[0] = crl_make(a, &(struct crl_options){ .issuer = &ca, .from = when,
	                            .to = when + CLOCK_DAY, .reason = -1 });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	party_free(&ca);
	party_free(&unit);
	key_unref(key);
	arena_free(a);
	return 0;
}

static struct result authority(void *ctx, struct arena *into, enum digest_alg alg, struct str hash,
                               struct str *ret, struct err *err)
{
	(void)ctx;
	(void)err;
	assert_int_equal(alg, DIGEST_SHA256);
	*ret = stamp_make(into, &unit, &ca, hash, when + CLOCK_HOUR);
	return ok();
}

static struct ades_options options(enum ades_level level, enum ades_packaging packaging)
{
	return (struct ades_options){ .level = level, .packaging = packaging,
		.signer = { .key = key, .cert = cert }, .time = when, .stamp = authority,
		.material = &material, .commitment = STR("1.2.840.113549.1.9.16.6.1"),
		.place = STR("つくば市"), .role = STR("代表者"), .mime = STR("text/plain") };
}

static struct str signed_text(struct str content, const struct ades_options *o)
{
	struct err err = { 0 };
	struct str out;
	struct source s = source_bytes(STR("申請 1.txt"), content);
	if (is_err(jades_sign(a, &s, 1, o, &out, &err)))
		fail_msg("%s", err.what);
	return out;
}

static struct ades_file read_with(struct str text, const struct source *sources, size_t n)
{
	struct err err = { 0 };
	struct ades_file f;
	struct source s = source_bytes(STR(""), text);
	struct ades_detached d = { sources, n };
	if (is_err(jades_read(a, &s, &d, &f, &err)))
		fail_msg("%s", err.what);
	return f;
}

static struct ades_file read_text(struct str text)
{
	return read_with(text, NULL, 0);
}

static bool refused(struct str text)
{
	struct ades_file f;
	struct source s = source_bytes(STR(""), text);
	return is_err(jades_read(a, &s, NULL, &f, NULL));
}

static bool covers(const struct ades_stamp *s)
{
	struct stamp t;
	return is_ok(stamp_read(a, s->token, NULL, 0, &t, NULL)) && t.value_ok && !s->what.n &&
	       stamp_covers(&t, s->alg, s->hash);
}

static void what_is_signed_is_read_again(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_B, ADES_ENVELOPING);
	struct ades_file f = read_text(signed_text(STR("hello"), &o));
	assert_int_equal(f.n, 1);
	const struct ades_signature *s = &f.signatures[0];
	assert_int_equal(s->malformed.n, 0);
	assert_true(s->value_ok && s->alg_known && s->objects[0].found && s->objects[0].intact);
	assert_int_equal(s->cert_ref, CERT_REF_OK);
	assert_true(str_eq(s->cert, cert));
	assert_int_equal(s->claimed_time, when);
	assert_true(str_eq(s->commitment, STR("1.2.840.113549.1.9.16.6.1")));
	assert_true(str_eq(s->place, STR("つくば市")));
	assert_true(str_eq(s->role, STR("代表者")));
	assert_true(str_eq(s->mime, STR("text/plain")));
	assert_int_equal(s->level, ADES_B);
}

static void every_key_of_ours_signs(void **state)
{
	(void)state;
	static const enum key_alg algs[] = { KEY_RSA_2048, KEY_P384, KEY_ED25519 };
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
		struct key *k;
		assert_true(is_ok(key_generate(algs[i], &k, NULL)));
		struct ades_options o = options(ADES_B, ADES_ENVELOPING);
		o.signer = (struct cms_signer){ .key = k, .cert = cert_for(k) };
		assert_true(read_text(signed_text(STR("hello"), &o)).signatures[0].value_ok);
		o.pss = true;
		struct ades_file f = read_text(signed_text(STR("hello"), &o));
		assert_true(f.signatures[0].value_ok);
		assert_true((f.signatures[0].alg.family == SIGN_RSA_PSS) == (algs[i] == KEY_RSA_2048));
		key_unref(k);
	}
}

/* Every byte of the text counts: none can be turned and the signature still hold. */
static void no_byte_may_change(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_B, ADES_ENVELOPING);
	struct str text = signed_text(STR("hello"), &o);
	for (size_t i = 0; i < text.n; i += 7) {
		struct str bad = arena_str(a, text);
		((char *)(uintptr_t)bad.p)[i] = bad.p[i] == 'A' ? 'B' : 'A';
		struct ades_file f;
		struct source s = source_bytes(STR(""), bad);
		if (is_ok(jades_read(a, &s, NULL, &f, NULL)))
			assert_false(f.signatures[0].value_ok);
	}
}

/* By the whole process of EN 319 102-1. */
static void check_passes(const struct ades_file *f)
{
	struct ades_trust t = { .nanchors = 1, .anchors = &ca.der };
	const struct ades_result *r;
	assert_ok(ades_validate(a, f, &t, when + CLOCK_HOUR * 2, &r, &err_));
	for (size_t i = 0; i < f->n; i++)
		if (r[i].indication != TOTAL_PASSED)
			fail_msg("%s", ades_sub_row(r[i].sub)->name);
}

static void levels_are_built_and_hold(void **state)
{
	(void)state;
	for (enum ades_level l = ADES_T; l <= ADES_LTA; l++) {
		struct ades_options o = options(l, ADES_ENVELOPING);
		struct ades_file f = read_text(signed_text(STR("hello"), &o));
		const struct ades_signature *s = &f.signatures[0];
		assert_int_equal(s->malformed.n, 0);
		assert_true(s->value_ok);
		assert_int_equal(s->level, l);
		for (size_t i = 0; i < s->nstamps; i++)
			assert_true(covers(&s->stamps[i]));
		if (l >= ADES_LT)
			check_passes(&f);
	}
}

static void an_archive_is_renewed(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_LTA, ADES_ENVELOPING);
	struct str more = signed_text(STR("hello"), &o), again;
	material.crls[material.ncrls++] = crl_make(a, &(struct crl_options){ .issuer = &ca,
		.from = when + CLOCK_DAY, .to = when + 2 * CLOCK_DAY, .reason = -1 });
	assert_true(is_ok(jades_extend(a, more, NULL, &o, &again, NULL)));
	struct ades_file f = read_text(again);
	const struct ades_signature *s = &f.signatures[0];
	assert_int_equal(s->nstamps, 3);
	assert_int_equal(s->stamps[2].kind, STAMP_ARCHIVE);
	assert_int_equal(s->stamps[2].nstamps, 2);
	assert_int_equal(s->stamps[1].ncrls, 1);
	assert_int_equal(s->stamps[2].ncrls, 2);
	for (size_t i = 0; i < 3; i++)
		assert_true(covers(&s->stamps[i]));
}

/* A component that is taken out or changed after the archive time stamp shows. */
static void an_archive_covers_what_is_before_it(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_LTA, ADES_ENVELOPING);
	struct str text = signed_text(STR("hello"), &o);
	const struct json *j;
	assert_true(is_ok(json_parse(a, text, &j, NULL)));
	const struct json *list = json_path(j, STR("header.etsiU"));
	for (size_t out = 0; out + 1 < list->n; out++) {
		struct json_array *rest = json_array_new(a);
		for (size_t i = 0; i < list->n; i++)
			if (i != out)
				json_push(rest, json_at(list, i));
		const struct json *less = json_with(a, j, STR("header.etsiU"), json_array_done(rest));
		struct ades_file f = read_text(json_to_str(a, less));
		const struct ades_signature *s = &f.signatures[0];
		assert_false(covers(&s->stamps[s->nstamps - 1]));
	}
}

static void detached_content_is_hashed_by_name(void **state)
{
	(void)state;
	struct source two[2] = { source_bytes(STR("a b.txt"), STR("first")),
		source_bytes(STR("second"), STR("second")) };
	struct ades_options o = options(ADES_LTA, ADES_DETACHED);
	struct str text;
	assert_true(is_ok(jades_sign(a, two, 2, &o, &text, NULL)));
	struct ades_file f = read_with(text, two, 2);
	const struct ades_signature *s = &f.signatures[0];
	assert_true(s->value_ok && s->nobjects == 2 && s->objects[0].intact && s->objects[1].intact);
	assert_int_equal(s->level, ADES_LTA);
	assert_true(covers(&s->stamps[1]));
	two[1] = source_bytes(STR("second"), STR("changed"));
	f = read_with(text, two, 2);
	assert_true(f.signatures[0].value_ok && f.signatures[0].objects[1].found);
	assert_false(f.signatures[0].objects[1].intact);
	assert_false(covers(&f.signatures[0].stamps[1]));
	f = read_with(text, two, 1);
	assert_false(f.signatures[0].objects[1].found);
}

static void several_signatures_and_counter_signatures(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_B, ADES_ENVELOPING);
	struct str text = signed_text(STR("hello"), &o), two, countered;
	assert_true(is_ok(jades_sign_more(a, text, NULL, 0, &o, &two, NULL)));
	assert_true(is_ok(jades_countersign(a, two, 1, &o, &countered, NULL)));
	o.level = ADES_LTA;
	assert_true(is_ok(jades_extend(a, countered, NULL, &o, &two, NULL)));
	struct ades_file f = read_text(two);
	assert_int_equal(f.n, 2);
	assert_true(f.signatures[0].value_ok && f.signatures[1].value_ok);
	assert_int_equal(f.signatures[1].ncounters, 1);
	assert_true(f.signatures[1].counters[0].value_ok);
	assert_int_equal(f.signatures[1].counters[0].malformed.n, 0);
	assert_true(covers(&f.signatures[1].stamps[1]));
	assert_true(is_err(jades_countersign(a, two, 1, &o, &countered, NULL)));
}

/* ---- what others might send ---- */

static struct str jws_of(const char *header, struct str payload, bool plain)
{
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	struct str h = base64url_encode(a, str_c(header)), raw;
	struct str p = plain ? payload : base64url_encode(a, payload);
	assert_true(is_ok(key_sign(key, SIG_ES256, arena_printf(a, "%.*s.%.*s", STR_ARG(h), STR_ARG(p)), sig,
	                           &n, NULL)));
	assert_true(is_ok(sig_es_raw(SIG_ES256, str_of((char *)sig, n), a, &raw, NULL)));
	return arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(h), STR_ARG(p),
	                    STR_ARG(base64url_encode(a, raw)));
}

static bool good_to_openssl_key(const char *header, struct str payload, bool plain)
{
	struct jws j;
	return is_ok(jws_parse(a, jws_of(header, payload, plain), NULL, &j, NULL)) &&
	       jws_verify(a, &j, &j.signatures[0], NULL, key_spki(key));
}

static void headers_are_judged_strictly(void **state)
{
	(void)state;
	struct str p = STR("hello");
	assert_true(good_to_openssl_key("{\"alg\":\"ES256\"}", p, false));
	assert_true(good_to_openssl_key("{\"alg\":\"ES256\",\"b64\":true,\"crit\":[\"b64\"]}", p, false));
	assert_true(good_to_openssl_key("{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", p, true));
	static const char *const bad[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"nOnE\"}", "{\"alg\":\"HS256\"}", "{}",
		"{\"alg\":\"ES384\"}", "{\"alg\":\"ES256K\"}", "{\"alg\":[\"ES256\"]}",
		"{\"alg\":\"ES256\",\"alg\":\"ES256\"}", "{\"alg\":\"ES256\"} ,", "[\"ES256\"]",
		"{\"alg\":\"ES256\",\"crit\":[]}", "{\"alg\":\"ES256\",\"crit\":\"b64\"}",
		"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
		"{\"alg\":\"ES256\",\"crit\":[\"alg\"]}", "{\"alg\":\"ES256\",\"b64\":true}",
		"{\"alg\":\"ES256\",\"b64\":\"false\",\"crit\":[\"b64\"]}",
		"{\"alg\":\"ES256\",\"b64\":true,\"crit\":[\"b64\",\"b64\"]}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(good_to_openssl_key(bad[i], p, false));
	assert_false(good_to_openssl_key("{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", STR("a\nb"), true));
}

static void what_is_no_jws_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "a", "a.b", "a.b.c.d", "{}", "{\"signatures\":[]}", "[]",
		"{\"payload\":1,\"signature\":\"x\"}", "{\"payload\":\"\",\"signature\":\"x\",\"signatures\":[]}",
		"{\"payload\":\"\",\"signatures\":[1]}", "{\"payload\":\"\",\"payload\":\"\",\"signature\":\"\"}",
		"{\"payload\":\"\",\"header\":{},\"signatures\":[{\"signature\":\"AA\"}]}" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_true(refused(str_c(bad[i])));
}

static void a_foreign_certificate_is_substitution(void **state)
{
	(void)state;
	struct str h = arena_printf(a, "{\"alg\":\"ES256\",\"x5t#S256\":\"%.*s\",\"x5c\":[\"%.*s\"]}",
	                            STR_ARG(base64url_encode(a, hash_of(a, ca.der))),
	                            STR_ARG(base64_encode(a, cert)));
	struct ades_file f = read_text(jws_of(arena_cstr(a, h), STR("x"), false));
	assert_int_equal(f.signatures[0].cert_ref, CERT_REF_MISMATCH);
	f = read_text(jws_of("{\"alg\":\"ES256\"}", STR("x"), false));
	assert_int_equal(f.signatures[0].cert_ref, CERT_REF_ABSENT);
	assert_int_equal(f.signatures[0].level, ADES_NONE);
	assert_false(f.signatures[0].value_ok);
}

static struct str with_cert(const char *more)
{
	return arena_printf(a, "{\"alg\":\"ES256\",\"x5c\":[\"%.*s\"],%s}",
	                    STR_ARG(base64_encode(a, cert)), more);
}

static void http_fields_are_signed(void **state)
{
	(void)state;
	struct str h = with_cert("\"b64\":false,\"crit\":[\"b64\",\"sigD\"],\"sigD\":{\"mId\":"
	                         "\"http://uri.etsi.org/19182/HttpHeaders\",\"pars\":"
	                         "[\"(request-target)\",\"host\",\"digest\"]}");
	struct str digest = arena_printf(a, "SHA-256=%.*s",
	                                 STR_ARG(base64_encode(a, hash_of(a, STR("body")))));
	struct str octets = arena_printf(a, "(request-target): post /a\nhost: example.jp\ndigest: %.*s",
	                                 STR_ARG(digest));
	struct str head, rest, middle, value, text = jws_of(arena_cstr(a, h), octets, true);
	assert_true(str_cut(text, '.', &head, &rest));
	value = str_from(text, str_rfind_char(text, '.') + 1);
	middle = arena_printf(a, "%.*s..%.*s", STR_ARG(head), STR_ARG(value));
	struct source s[4] = { source_bytes(STR("(request-target)"), STR("post /a")),
		source_bytes(STR("Host"), STR(" example.jp ")), source_bytes(STR("Digest"), digest),
		source_bytes(STR(""), STR("body")) };
	struct ades_file f = read_with(middle, s, 4);
	assert_true(f.signatures[0].value_ok);
	assert_int_equal(f.signatures[0].nobjects, 4);
	assert_true(f.signatures[0].objects[3].intact);
	s[3] = source_bytes(STR(""), STR("other"));
	assert_false(read_with(middle, s, 4).signatures[0].objects[3].intact);
	s[1] = source_bytes(STR("Host"), STR("evil.jp"));
	assert_false(read_with(middle, s, 4).signatures[0].value_ok);
}

static void faults_of_detachment_are_said(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\"sigD\":{\"mId\":\"urn:x\",\"pars\":[\"a\"]}",
		"\"sigD\":{\"mId\":\"http://uri.etsi.org/19182/ObjectIdByURI\",\"pars\":[]}",
		"\"sigD\":{\"mId\":\"http://uri.etsi.org/19182/ObjectIdByURI\",\"pars\":[\"a\",\"a\"]}",
		"\"sigD\":{\"mId\":\"http://uri.etsi.org/19182/ObjectIdByURIHash\",\"pars\":[\"a\"],\"hashV\":[]}",
		"\"sigD\":{\"mId\":\"http://uri.etsi.org/19182/ObjectIdByURI\",\"pars\":[1]}",
		"\"sigD\":7", "\"sigT\":\"yesterday\"", "\"sigT\":\"2026-05-01T00:00:00Z\",\"iat\":1",
		"\"x5t#S256\":\"*\"", "\"adoTst\":{}", "\"iat\":-1",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct ades_file f = read_text(jws_of(arena_cstr(a, with_cert(bad[i])), STR(""), false));
		assert_true(f.signatures[0].malformed.n > 0);
	}
}

static void clear_components_are_read(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_LT, ADES_ENVELOPING);
	const struct json *j, *one;
	assert_true(is_ok(json_parse(a, signed_text(STR("hello"), &o), &j, NULL)));
	const struct json *list = json_path(j, STR("header.etsiU"));
	struct json_array *clear = json_array_new(a), *mixed = json_array_new(a);
	for (size_t i = 0; i < list->n; i++) {
		struct str text;
		assert_true(is_ok(base64url_decode(a, json_at(list, i)->text, &text, NULL)));
		assert_true(is_ok(json_parse(a, text, &one, NULL)));
		json_push(clear, one);
		json_push(mixed, i ? one : json_at(list, i));
	}
	struct ades_file f = read_text(json_to_str(a, json_with(a, j, STR("header.etsiU"), json_array_done(clear))));
	assert_int_equal(f.signatures[0].level, ADES_LT);
	assert_true(covers(&f.signatures[0].stamps[0]));
	f = read_text(json_to_str(a, json_with(a, j, STR("header.etsiU"), json_array_done(mixed))));
	assert_true(f.signatures[0].malformed.n > 0);
}

/* Counter signatures within counter signatures end somewhere. */
static void nesting_is_bounded(void **state)
{
	(void)state;
	struct ades_options o = options(ADES_B, ADES_ENVELOPING);
	const struct json *j;
	struct str text = signed_text(STR("hello"), &o);
	struct str head, rest, payload, value;
	str_cut(text, '.', &head, &rest);
	str_cut(rest, '.', &payload, &value);
	text = arena_printf(a, "{\"protected\":\"%.*s\",\"signature\":\"%.*s\"}", STR_ARG(head), STR_ARG(value));
	for (int i = 0; i < 12; i++)
		text = arena_printf(a, "{\"protected\":\"%.*s\",\"signature\":\"%.*s\",\"header\":{\"etsiU\":[{\"cSig\":%.*s}]}}",
		                    STR_ARG(head), STR_ARG(value), STR_ARG(text));
	assert_true(is_ok(json_parse(a, text, &j, NULL)));
	struct ades_file f = read_text(text);
	const struct ades_signature *s = &f.signatures[0];
	int depth = 0;
	for (; s->ncounters; s = &s->counters[0])
		depth++;
	assert_int_equal(depth, JADES_NEST_MAX);
	assert_true(s->malformed.n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_read_again),
		cmocka_unit_test(every_key_of_ours_signs),
		cmocka_unit_test(no_byte_may_change),
		cmocka_unit_test(levels_are_built_and_hold),
		cmocka_unit_test(an_archive_is_renewed),
		cmocka_unit_test(an_archive_covers_what_is_before_it),
		cmocka_unit_test(detached_content_is_hashed_by_name),
		cmocka_unit_test(several_signatures_and_counter_signatures),
		cmocka_unit_test(headers_are_judged_strictly),
		cmocka_unit_test(what_is_no_jws_is_refused),
		cmocka_unit_test(a_foreign_certificate_is_substitution),
		cmocka_unit_test(http_fields_are_signed),
		cmocka_unit_test(faults_of_detachment_are_said),
		cmocka_unit_test(clear_components_are_read),
		cmocka_unit_test(nesting_is_bounded),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
