/* Genuine or not: every answer the report can give, from real files. */
#include "support.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "trust/ca.h"

static struct office *office;
static struct str letter_pdf; /* sealed */

static int setup(void **state)
{
	(void)state;
	office = office_new(KEY_P256);
	struct letter l = sample_letter(office->a);
	struct pades_spot spot;
	struct str pdf = rendered(office->a, &l, &spot, NULL);
	letter_pdf = sealed(office, pdf, &spot);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_free(office);
	return 0;
}

static struct letter_report check_at(struct str pdf, int64_t now)
{
	struct letter_report r;
	assert_ok(letter_verify(office->a, pdf, &office->trust, now, &r, &err_));
	return r;
}

static struct letter_report check(struct str pdf)
{
	return check_at(pdf, office->now + CLOCK_HOUR);
}

static void a_true_letter_is_genuine(void **state)
{
	(void)state;
	struct letter_report r = check(letter_pdf);
	if (r.verdict != LETTER_GENUINE)
		fail_msg("%.*s", STR_ARG(r.why));
	assert_true(str_eq(r.organization, STR("加賀市")));
	assert_true(str_eq(r.office, STR("総務部")));
	assert_true(r.at == office->now);
	assert_has(r.ja, "電子公印: 加賀市長");
	assert_has(r.ja, "2026年11月20日（令和8年11月20日）10時00分00秒");
	assert_has(r.ja, "変更: ありません");
	assert_has(r.en, "2026-11-20 10:00:00 Japan time");
	assert_false(r.cert_expired);
}

static void rsa_and_ed25519_seals_hold(void **state)
{
	(void)state;
	static const enum key_alg algs[] = { KEY_RSA_2048, KEY_ED25519 };
	for (size_t i = 0; i < 2; i++) {
		struct office *o = office_new(algs[i]);
		struct letter l = sample_letter(o->a);
		struct str pdf = sealed(o, rendered(o->a, &l, NULL, NULL), NULL);
		struct letter_report r;
		assert_ok(letter_verify(o->a, pdf, &o->trust, o->now, &r, &err_));
		if (r.verdict != LETTER_GENUINE)
			fail_msg("%.*s", STR_ARG(r.why));
		office_free(o);
	}
	clock_set_for_test(office->now);
}

/* Wherever one bit flips, the letter is not genuine any more; in the content it
 * is called changed. */
static void any_flipped_bit_is_noticed(void **state)
{
	(void)state;
	struct str bad = arena_str(office->a, letter_pdf);
	char *p = (char *)(uintptr_t)bad.p;
	for (size_t i = 0; i < bad.n; i += 2503) {
		ARENA_AUTO a = arena_new(0);
		struct letter_report r;
		p[i] = (char)(p[i] ^ 4);
		assert_ok(letter_verify(a, bad, &office->trust, office->now, &r, &err_));
		if (r.verdict == LETTER_GENUINE)
			fail_msg("byte %zu may change", i);
		p[i] = (char)(p[i] ^ 4);
	}
	p[letter_pdf.n / 3] ^= 1;
	assert_int_equal(check(bad).verdict, LETTER_CHANGED);
	assert_has(check(bad).ja, "使わないでください");
}

static void cut_files_are_unreadable(void **state)
{
	(void)state;
	for (size_t n = 0; n < letter_pdf.n; n += 9001)
		assert_int_equal(check(str_sub(letter_pdf, 0, n)).verdict, LETTER_UNREADABLE);
}

static void what_follows_the_end_is_noticed(void **state)
{
	(void)state;
	assert_int_equal(check(arena_join(office->a, letter_pdf, STR("%x"))).verdict, LETTER_UNREADABLE);
	assert_int_equal(check(arena_join(office->a, letter_pdf, STR("\n"))).verdict, LETTER_PARTLY_SEALED);
}

/* Incremental saving: a later section replaces an object; the seal still fits
 * what it covers. */
static void a_later_update_is_noticed(void **state)
{
	(void)state;
	size_t root_at = 0, start_at = 0;
	for (size_t i = 0; i + 5 < letter_pdf.n; i++) {
		if (str_starts(str_from(letter_pdf, i), STR("/Root ")))
			root_at = i;
		if (str_starts(str_from(letter_pdf, i), STR("startxref\n")))
			start_at = i + 10;
	}
	struct str root = str_sub(letter_pdf, root_at + 6, 12), prev = str_sub(letter_pdf, start_at, 12);
	struct str num;
	str_cut(root, ' ', &num, &root);
	str_cut(prev, '\n', &prev, &root);
	struct str object = STR("9999 0 obj\n<< /Evil true >>\nendobj\n");
	struct str forged = arena_printf(office->a,
		"%.*sxref\n9999 1\n%010zu 00000 n \ntrailer\n<< /Size 10000 /Root %.*s 0 R /Prev %.*s >>\n"
		"startxref\n%zu\n%%%%EOF\n", STR_ARG(object), letter_pdf.n, STR_ARG(num), STR_ARG(prev),
		letter_pdf.n + object.n);
	struct letter_report r = check(arena_join(office->a, letter_pdf, forged));
	if (r.verdict != LETTER_PARTLY_SEALED)
		fail_msg("%d: %.*s", (int)r.verdict, STR_ARG(r.why));
}

static void an_unsealed_letter_is_called_that(void **state)
{
	(void)state;
	struct letter l = sample_letter(office->a);
	assert_int_equal(check(rendered(office->a, &l, NULL, NULL)).verdict, LETTER_UNSEALED);
}

static void noise_is_unreadable(void **state)
{
	(void)state;
	assert_int_equal(check(STR("")).verdict, LETTER_UNREADABLE);
	assert_int_equal(check(STR("hello")).verdict, LETTER_UNREADABLE);
	assert_int_equal(check(STR("%PDF-1.5\n%%EOF")).verdict, LETTER_UNREADABLE);
	assert_int_equal(check(STR("MUSUBI1.")).verdict, LETTER_UNREADABLE);
}

static void strangers_are_unknown(void **state)
{
	(void)state;
	struct anchors *none = anchors_new();
	struct letter_trust t = { .anchors = none };
	struct letter_report r;
	assert_ok(letter_verify(office->a, letter_pdf, &t, office->now, &r, &err_));
	assert_int_equal(r.verdict, LETTER_UNKNOWN_ISSUER);
	assert_true(str_empty(r.organization));
	assert_false(has(r.ja, "加賀市"));
	anchors_unref(none);
}

static void a_server_certificate_does_not_seal(void **state)
{
	(void)state;
	struct key *key;
	struct cms_signer kept = office->signer;
	struct str cert = office_issue(office, PROFILE_TLS_SERVER, "172065", &key);
	office->signer = (struct cms_signer){ .key = key, .cert = cert };
	struct letter l = sample_letter(office->a);
	struct str pdf = sealed(office, rendered(office->a, &l, NULL, NULL), NULL);
	assert_int_equal(check(pdf).verdict, LETTER_NO_SEAL_CERT);
	office->signer = kept;
	key_unref(key);
}

static void time_is_looked_at(void **state)
{
	(void)state;
	int64_t kept = office->now;
	struct letter l = sample_letter(office->a);
	struct str plain = rendered(office->a, &l, NULL, NULL);
	office->now = kept - 2 * CLOCK_DAY;
	assert_int_equal(check_at(sealed(office, plain, NULL), kept).verdict, LETTER_CERT_NOT_VALID);
	office->now = kept + 2 * CLOCK_DAY;
	assert_int_equal(check_at(sealed(office, plain, NULL), kept).verdict, LETTER_FROM_THE_FUTURE);
	office->now = kept + 5 * 365 * CLOCK_DAY;
	assert_int_equal(check_at(sealed(office, plain, NULL), office->now).verdict, LETTER_CERT_NOT_VALID);
	office->now = kept;
	struct letter_report r = check_at(letter_pdf, kept + 5 * 365 * CLOCK_DAY);
	assert_int_equal(r.verdict, LETTER_GENUINE);
	assert_true(r.cert_expired);
	assert_has(r.en, "has expired since");
}

static struct cert_state answer;
static struct result answers(void *ctx, const struct cert *c, struct cert_state *ret, struct err *err)
{
	(void)ctx, (void)c, (void)err;
	*ret = answer;
	return ok();
}
static struct result is_down(void *ctx, const struct cert *c, struct cert_state *ret, struct err *err)
{
	(void)ctx, (void)c, (void)ret;
	return (fail)(err, ERR_UNAVAILABLE, "test.down", NULL, "no answer");
}

struct revoke_case {
	struct cert_state state;
	enum letter_verdict verdict;
	bool retired;
};

static void revocation_depends_on_reason_and_time(void **state)
{
	(void)state;
	int64_t before = office->now - CLOCK_HOUR, after = office->now + CLOCK_HOUR;
	const struct revoke_case cases[] = {
		{ { STATUS_GOOD, 0, 0 }, LETTER_GENUINE, false },
		{ { STATUS_UNKNOWN, 0, 0 }, LETTER_UNKNOWN_ISSUER, false },
		{ { STATUS_REVOKED, REVOKE_SUPERSEDED, before }, LETTER_CERT_REVOKED, false },
		{ { STATUS_REVOKED, REVOKE_SUPERSEDED, after }, LETTER_GENUINE, true },
		{ { STATUS_REVOKED, REVOKE_CESSATION, after }, LETTER_GENUINE, true },
		{ { STATUS_REVOKED, REVOKE_KEY_COMPROMISE, after }, LETTER_CERT_REVOKED, false },
		{ { STATUS_REVOKED, REVOKE_UNSPECIFIED, after }, LETTER_CERT_REVOKED, false },
	};
	struct letter_trust t = office->trust;
	struct letter_report r;
	t.status = answers;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		answer = cases[i].state;
		assert_ok(letter_verify(office->a, letter_pdf, &t, after + 1, &r, &err_));
		assert_int_equal(r.verdict, cases[i].verdict);
		assert_int_equal(r.cert_retired, cases[i].retired);
		assert_true(r.revocation_checked);
	}
	t.status = is_down;
	assert_int_equal(letter_verify(office->a, letter_pdf, &t, after, &r, NULL).kind, ERR_UNAVAILABLE);
}

static struct str pem(struct str der)
{
	return arena_printf(office->a, "text before\n-----BEGIN CERTIFICATE-----\n%.*s\n-----END CERTIFICATE-----\n",
	                    STR_ARG(base64_encode(office->a, der)));
}

static void a_bundle_is_read_from_pem(void **state)
{
	(void)state;
	struct letter_trust t;
	struct anchors *anchors;
	struct letter_report r;
	struct str both = arena_join(office->a, pem(office->cert), pem(office->ca_cert));
	assert_ok(letter_trust_load(office->a, both, &t, &anchors, &err_));
	assert_int_equal(t.ncerts, 1);
	assert_int_equal(anchors_count(anchors), 1);
	assert_ok(letter_verify(office->a, letter_pdf, &t, office->now, &r, &err_));
	assert_int_equal(r.verdict, LETTER_GENUINE);
	anchors_unref(anchors);
}

static void bad_bundles_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "no certificates", "-----BEGIN CERTIFICATE-----\nAAAA",
		"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
	struct letter_trust t;
	struct anchors *anchors;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(letter_trust_load(office->a, str_c(bad[i]), &t, &anchors, NULL).kind, ERR_INPUT);
	assert_int_equal(letter_trust_load(office->a, pem(office->cert), &t, &anchors, NULL).kind, ERR_INPUT);
}

static void every_verdict_has_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < LETTER_VERDICT_COUNT; i++) {
		const struct letter_verdict_row *row = letter_verdict_row((enum letter_verdict)i);
		assert_non_null(row->name);
		assert_non_null(row->ja);
		assert_non_null(row->en);
		assert_non_null(row->do_ja);
		assert_non_null(row->do_en);
		assert_int_equal(row->trust, i == LETTER_GENUINE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_letter_is_genuine),
		cmocka_unit_test(rsa_and_ed25519_seals_hold),
		cmocka_unit_test(any_flipped_bit_is_noticed),
		cmocka_unit_test(cut_files_are_unreadable),
		cmocka_unit_test(what_follows_the_end_is_noticed),
		cmocka_unit_test(a_later_update_is_noticed),
		cmocka_unit_test(an_unsealed_letter_is_called_that),
		cmocka_unit_test(noise_is_unreadable),
		cmocka_unit_test(strangers_are_unknown),
		cmocka_unit_test(a_server_certificate_does_not_seal),
		cmocka_unit_test(time_is_looked_at),
		cmocka_unit_test(revocation_depends_on_reason_and_time),
		cmocka_unit_test(a_bundle_is_read_from_pem),
		cmocka_unit_test(bad_bundles_are_refused),
		cmocka_unit_test(every_verdict_has_its_words),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
