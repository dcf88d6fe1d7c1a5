/* Path validation: NIST's PKITS cases (read from MUSUBI_SHARED or ../shared
 * beside the source) as far as chains go, and the verdicts of certificates that
 * are almost right.
 *
 * Revocation by CRL and certificate policies are not this engine's: citizens'
 * certificates are looked up in the issuer's table, and policies are part of the
 * profile. So PKITS sections 4.4, 4.14, 4.15 (CRLs) and 4.8 to 4.12 (policies)
 * are left out. Of the rest no invalid case may pass; the valid ones that are
 * refused are listed here with the reason, and no other may be. */
#include "nation.h"

#include "base/calendar.h"
#include "base/file.h"
#include "base/json.h"
#include "trust/cert_build.h"
#include "trust/x509.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* outlive a test that skips or fails, which jumps */
static struct arena *arena;
static struct anchors *anchors;

static int begin(void **state)
{
	(void)state;
	arena = arena_new((size_t)256 << 20);
	anchors = anchors_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	anchors_unref(anchors);
	arena_free(arena);
	return 0;
}

static struct str pkits_dir(void)
{
	const char *shared = getenv("MUSUBI_SHARED"), *source = getenv("MUSUBI_SOURCE");
	struct str dir = shared ? str_c(shared)
	                        : arena_printf(arena, "%s/../shared", source ? source : ".");
	return arena_printf(arena, "%.*s/conformance/pkits", STR_ARG(dir));
}

static struct str read_file(struct str dir, const char *folder, struct str name)
{
	struct str text, path = arena_printf(arena, "%.*s/%s%.*s", STR_ARG(dir), folder, STR_ARG(name));
	struct err err;
	must_ok(file_read(arena, path, 16 << 20, &text, &err), &err, path.p);
	return text;
}

/* Does the chain hold, whatever the profile? */
static bool chain_holds(struct str dir, const struct json *one, struct trust_verdict *v)
{
	const struct json *others = json_get(one, STR("other_certs"));
	struct str chain[16];
	struct cert c;
	struct err err;
	size_t n = json_len(others);
	struct verify_for f = { .anchors = anchors, .at = NATION_NOW, .no_status = true };
	assert_true(n <= 16);
	for (size_t i = 0; i < n; i++)
		chain[i] = read_file(dir, "certs/", json_text(json_at(others, i)));
	struct str leaf = read_file(dir, "certs/", json_text(json_get(one, STR("cert"))));
	must_ok(trust_cert_verify(arena, leaf, chain, n, &f, v, &c, &err), &err, "verify");
	return v->verdict == VERDICT_WRONG_PROFILE; /* the last question, and no profile was allowed */
}

/* Valid cases that are refused, and why. */
static const char *refused_on_purpose(struct str id)
{
	static const struct {
		const char *ids, *why;
	} rows[] = {
		{ "40104 40105", "DSA is not one of the algorithms" },
		{ "40303 40304 40305 40310 40311", "names are compared byte by byte" },
		{ "40306", "unique identifiers are not read (RFC 5280 §4.1.2.8)" },
		{ "40204", "times outside of what RFC 5280 §4.1.2.5 has today" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_find(str_c(rows[i].ids), id) != STR_NONE)
			return rows[i].why;
	if (str_starts(id, STR("413")))
		return "name constraints are not understood";
	return NULL;
}

static bool in_scope(struct str id)
{
	static const char *const out[] = { "404", "408", "409", "410", "411", "412", "414", "415" };
	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		if (str_starts(id, str_c(out[i])))
			return false;
	return true;
}

static void pkits(void **state)
{
	(void)state;
	struct str dir = pkits_dir();
	struct err err;
	const struct json *all;
	int valid = 0, invalid = 0, refused = 0, by_crl = 0;
	if (!file_is_dir(dir)) {
		print_message("skipped: %.*s is not there\n", STR_ARG(dir));
		skip();
	}
	must_ok(json_parse(arena, read_file(dir, "", STR("pkits.json")), &all, &err), &err, "");
	must_ok(anchors_add(anchors, read_file(dir, "certs/",
	        STR("TrustAnchorRootCertificate.crt")), &err), &err, "anchor");
	for (size_t i = 0; i < json_len(all); i++) {
		const struct json *one = json_at(all, i);
		struct str id = json_text(json_get(one, STR("id")));
		struct trust_verdict v = { 0 };
		if (!in_scope(id))
			continue;
		bool holds = chain_holds(dir, one, &v);
		const struct json *error = json_get(one, STR("error"));
		struct str why = json_text(json_get(error, STR("msg_regex")));
		if (error && (str_find(why, STR("CRL")) != STR_NONE || str_find(why, STR("revo")) != STR_NONE)) {
			by_crl++;
			continue;
		}
		invalid += error != NULL;
		valid += !error && holds;
		refused += !error && !holds;
		if (error && holds)
			fail_msg("%.*s %.*s was accepted", STR_ARG(id), STR_ARG(json_text(json_get(one, STR("name")))));
		if (!error && holds && refused_on_purpose(id))
			fail_msg("%.*s passes: take it off the list", STR_ARG(id));
		if (!error && !holds && !refused_on_purpose(id))
			fail_msg("%.*s %.*s was refused: %s %s", STR_ARG(id),
			         STR_ARG(json_text(json_get(one, STR("name")))), verdict_row(v.verdict)->name, v.what);
	}
	print_message("PKITS: %d invalid refused, %d valid accepted, %d valid refused on purpose,"
	              " %d need a CRL\n", invalid, valid, refused, by_crl);
	assert_true(invalid >= 46 && valid >= 19);
}

/* ---- certificates that are almost right, made by hand ---- */

static struct cert_plan plan(struct key *subject, struct key *issuer)
{
	return (struct cert_plan){
		.profile = PROFILE_CITIZEN_AUTH, .ca = CA_CITIZEN_AUTH, .serial = 0x01020304,
		.sig_alg = key_sig_of(issuer), .spki = key_spki(subject), .issuer_spki = key_spki(issuer),
		.not_before = NATION_NOW,
		.not_after = profile_not_after(profile_row(PROFILE_CITIZEN_AUTH), NATION_NOW, 0, 0, 0),
		.subject = { 2, { { DN_C, STR("JP") }, { DN_CN, STR("X") } } },
	};
}

static struct str made(const struct cert_plan *p, struct key *issuer)
{
	struct str tbs, der;
	struct err err;
	must_ok(cert_build_tbs(arena, p, &tbs, &err), &err, "build");
	must_ok(x509_sign(arena, tbs, issuer, &der, &err), &err, "sign");
	return der;
}

static struct str root(struct key *key)
{
	struct cert_plan p = plan(key, key);
	p.profile = PROFILE_CA;
	p.subject = ca_row(CA_CITIZEN_AUTH)->dn;
	return made(&p, key);
}

static enum verdict judge(struct anchors *t, struct str der, struct str chain, int64_t at)
{
	struct verify_for f = { .anchors = t, .at = at, .no_status = true,
	                        .profiles = PROFILE_BIT(PROFILE_CITIZEN_AUTH) };
	struct trust_verdict v;
	struct cert c;
	struct err err;
	must_ok(trust_cert_verify(arena, der, &chain, chain.n ? 1 : 0, &f, &v, &c, &err), &err, "");
	return v.verdict;
}

static void generations_are_told_apart_by_key(void **state)
{
	(void)state;
	struct key *old = nation_key(KEY_P256, 0), *now = nation_key(KEY_P256, 1);
	struct key *her = nation_key(KEY_P256, 2), *stranger = nation_key(KEY_P256, 3);
	struct anchors *t = anchors_new();
	struct err err;
	must_ok(anchors_add(t, root(old), &err), &err, "old");
	must_ok(anchors_add(t, root(now), &err), &err, "now");
	struct cert_plan p = plan(her, now);
	assert_int_equal(judge(t, made(&p, now), STR(""), NATION_NOW), VERDICT_OK);
	p = plan(her, old);
	assert_int_equal(judge(t, made(&p, old), STR(""), NATION_NOW), VERDICT_OK);
	/* the right name, a key nobody trusts */
	p = plan(her, stranger);
	assert_int_equal(judge(t, made(&p, stranger), STR(""), NATION_NOW), VERDICT_UNKNOWN_ISSUER);
	/* it claims our key and is signed with another */
	p = plan(her, now);
	assert_int_equal(judge(t, made(&p, stranger), STR(""), NATION_NOW), VERDICT_BAD_SIGNATURE);
	/* the stranger's own root comes along: a chain is no trust */
	p = plan(her, stranger);
	assert_int_equal(judge(t, made(&p, stranger), root(stranger), NATION_NOW),
	                 VERDICT_UNKNOWN_ISSUER);
	anchors_unref(t);
}

static void a_citizen_issues_nothing(void **state)
{
	(void)state;
	struct key *ca = nation_key(KEY_P256, 0), *her = nation_key(KEY_P256, 1);
	struct key *friend = nation_key(KEY_P256, 2);
	struct anchors *t = anchors_new();
	struct err err;
	must_ok(anchors_add(t, root(ca), &err), &err, "root");
	struct cert_plan p = plan(her, ca);
	p.subject = ca_row(CA_CITIZEN_AUTH)->dn; /* were she able to get that name */
	struct str hers = made(&p, ca);
	p = plan(friend, her);
	assert_int_equal(judge(t, made(&p, her), hers, NATION_NOW), VERDICT_UNKNOWN_ISSUER);
	assert_int_equal(judge(t, hers, hers, NATION_NOW), VERDICT_WRONG_PROFILE);
	anchors_unref(t);
}

static void times_are_inclusive(void **state)
{
	(void)state;
	struct key *ca = nation_key(KEY_P256, 0), *her = nation_key(KEY_P256, 1);
	struct anchors *t = anchors_new();
	struct err err;
	must_ok(anchors_add(t, root(ca), &err), &err, "root");
	struct cert_plan p = plan(her, ca);
	struct str der = made(&p, ca);
	assert_int_equal(judge(t, der, STR(""), p.not_before - 1), VERDICT_NOT_YET);
	assert_int_equal(judge(t, der, STR(""), p.not_before), VERDICT_OK);
	assert_int_equal(judge(t, der, STR(""), p.not_after), VERDICT_OK);
	assert_int_equal(judge(t, der, STR(""), p.not_after + 1), VERDICT_EXPIRED);
	anchors_unref(t);
}

static void only_roots_become_anchors(void **state)
{
	(void)state;
	struct key *ca = nation_key(KEY_P256, 0), *her = nation_key(KEY_P256, 1);
	struct anchors *t = anchors_new();
	struct cert_plan p = plan(her, ca);
	assert_true(is_err(anchors_add(t, made(&p, ca), NULL)));
	assert_true(is_err(anchors_add(t, STR("junk"), NULL)));
	p = plan(ca, her); /* a root in form, signed by another key */
	p.profile = PROFILE_CA;
	p.subject = ca_row(CA_CITIZEN_AUTH)->dn;
	assert_true(is_err(anchors_add(t, made(&p, her), NULL)));
	assert_int_equal(anchors_count(t), 0);
	anchors_unref(t);
}

/* Each row of profiles refuses every other row's certificates. */
static void profiles_exclude_each_other(void **state)
{
	(void)state;
	struct key *ca = nation_key(KEY_P256, 0), *her = nation_key(KEY_P256, 1);
	for (unsigned i = 0; i < PROFILE_COUNT; i++) {
		struct cert_plan p = plan(her, ca);
		static const struct str host = STR_INIT("a.example");
		const struct profile_row *row = profile_row((enum profile_id)i);
		static const struct dn shapes[] = {
			[SUBJECT_OPAQUE] = { 2, { { DN_C, STR_INIT("JP") }, { DN_CN, STR_INIT("X") } } },
			[SUBJECT_RESIDENT] = { 4, { { DN_C, STR_INIT("JP") }, { DN_L, STR_INIT("P") },
			                            { DN_L, STR_INIT("M") }, { DN_CN, STR_INIT("X") } } },
			[SUBJECT_OFFICE] = { 5, { { DN_C, STR_INIT("JP") }, { DN_O, STR_INIT("O") },
			                          { DN_ORG_ID, STR_INIT("I") }, { DN_OU, STR_INIT("U") },
			                          { DN_CN, STR_INIT("X") } } },
			[SUBJECT_HOST] = { 3, { { DN_C, STR_INIT("JP") }, { DN_O, STR_INIT("O") },
			                        { DN_CN, STR_INIT("X") } } },
			[SUBJECT_COMPANY] = { 5, { { DN_C, STR_INIT("JP") }, { DN_O, STR_INIT("O") },
			                           { DN_ORG_ID, STR_INIT("NTRJP-2000012345678") },
			                           { DN_L, STR_INIT("A") }, { DN_CN, STR_INIT("X") } } },
			[SUBJECT_OFFICER] = { 5, { { DN_C, STR_INIT("JP") }, { DN_O, STR_INIT("O") },
			                           { DN_OU, STR_INIT("U") }, { DN_SERIAL, STR_INIT("u1") },
			                           { DN_CN, STR_INIT("X") } } },
			[SUBJECT_SERVICE] = { 3, { { DN_C, STR_INIT("JP") }, { DN_O, STR_INIT("O") },
			                           { DN_CN, STR_INIT("X") } } },
		};
		p.profile = (enum profile_id)i;
		p.ca = row->ca;
		p.subject = i == PROFILE_CA ? ca_row(CA_CITIZEN_AUTH)->dn : shapes[row->subject];
		p.not_after = profile_not_after(row, NATION_NOW, 0, 0, 0);
		p.dns = &host;
		p.ndns = row->dns;
		p.holder = (struct cert_holder){ true, STR("A"), STR("0"), STR("B"), STR("0"),
		                                 CERT_SEX_MALE, '4', 1990, 1, 2 };
		struct cert c;
		struct err err;
		must_ok(cert_parse(arena, made(&p, ca), &c, &err), &err, row->name);
		for (unsigned j = 0; j < PROFILE_COUNT; j++)
			if (is_ok(profile_check(&c, (enum profile_id)j, &err)) != (i == j))
				fail_msg("%s as %s: %s", row->name, profile_row((enum profile_id)j)->name, err.what);
	}
}

static void rows_are_complete(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PROFILE_COUNT; i++) {
		const struct profile_row *r = profile_row((enum profile_id)i);
		enum profile_id back;
		assert_true(r->name && r->ja && r->usage);
		assert_true(profile_parse(str_c(r->name), &back) && back == (enum profile_id)i);
		assert_true(r->validity == VALID_FIFTH_BIRTHDAY || r->years > 0);
	}
	for (unsigned i = 0; i < CA_COUNT; i++) {
		const struct ca_row *r = ca_row((enum ca_kind)i);
		enum ca_kind back;
		assert_true(r->dn.n >= 3 && r->alt.n >= 3);
		assert_true(ca_kind_parse(str_c(r->name), &back) && back == (enum ca_kind)i);
		/* nobody may take these for the real ones */
		assert_true(str_find(dn_get(&r->dn, DN_O), STR("TEST")) != STR_NONE);
		assert_true(str_find(str_c(r->cps), STR(".example/")) != STR_NONE);
		assert_true(str_find(str_c(r->ocsp_url), STR(".example/")) != STR_NONE);
	}
}

static void validity_ends_with_the_fifth_birthday(void **state)
{
	(void)state;
	static const struct {
		const char *now, *end;
		int y, m, d;
	} rows[] = {
		{ "2026-04-01T03:00:00Z", "2031-01-02T14:59:59Z", 1990, 1, 2 },
		{ "2026-04-01T03:00:00Z", "2030-04-02T14:59:59Z", 1990, 4, 2 },
		{ "2026-04-01T03:00:00Z", "2031-04-01T14:59:59Z", 1990, 4, 1 }, /* on the birthday */
		{ "2026-03-31T14:59:59Z", "2030-04-01T14:59:59Z", 1990, 4, 1 }, /* the evening before */
		{ "2026-03-31T15:00:00Z", "2031-04-01T14:59:59Z", 1990, 4, 1 }, /* midnight in Japan */
		{ "2024-02-28T03:00:00Z", "2028-02-29T14:59:59Z", 2000, 2, 29 },
		{ "2023-02-28T03:00:00Z", "2028-02-29T14:59:59Z", 2000, 2, 29 }, /* had it today */
		{ "2025-03-01T03:00:00Z", "2030-02-28T14:59:59Z", 2000, 2, 29 },
		{ "2026-04-01T03:00:00Z", "2031-04-01T14:59:59Z", 1930, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t now = 0, want = 0;
		assert_true(time_parse(str_c(rows[i].now), &now) && time_parse(str_c(rows[i].end), &want));
		int64_t got = profile_not_after(profile_row(PROFILE_CITIZEN_SIGN), now, rows[i].y, rows[i].m,
		                                rows[i].d);
		if (got != want)
			fail_msg("row %zu: %.*s", i, STR_ARG(time_format(arena, got)));
	}
	int64_t seal = profile_not_after(profile_row(PROFILE_SEAL), NATION_NOW, 0, 0, 0);
	assert_true(str_starts(time_format(arena, seal), STR("2029-03-31T14:59:59")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pkits),
		cmocka_unit_test(generations_are_told_apart_by_key),
		cmocka_unit_test(a_citizen_issues_nothing),
		cmocka_unit_test(times_are_inclusive),
		cmocka_unit_test(only_roots_become_anchors),
		cmocka_unit_test(profiles_exclude_each_other),
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(validity_ends_with_the_fifth_birthday),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
