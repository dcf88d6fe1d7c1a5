/* The code on the paper: made, printed, read by a camera's program, checked
 * without a network. */
#include "support.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"

static struct office *office;

static int setup(void **state)
{
	(void)state;
	office = office_new(KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_free(office);
	return 0;
}

static struct letter_qr sample_qr(void)
{
	struct letter_qr q = { .org = STR("172065"), .kind = STR("disaster-certificate"),
		               .number = STR("加防第123号"), .date = STR("2026-11-20"), .nfacts = 2,
		               .facts = { { STR("氏名"), STR("渡邉󠄂　髙﨑") }, { STR("程度"), STR("半壊") } } };
	struct letter l = sample_letter(office->a);
	uint8_t digest[32];
	assert_ok(letter_digest(&l, digest, &err_));
	memcpy(q.digest, digest, QR_DIGEST);
	return q;
}

static struct str sign(const struct letter_qr *q)
{
	struct str text;
	assert_ok(letter_qr_sign(office->a, q, office->key, office->cert, &text, &err_));
	return text;
}

static struct letter_report check(struct str text)
{
	struct letter_report r;
	assert_ok(letter_verify(office->a, text, &office->trust, office->now, &r, &err_));
	return r;
}

static void comes_back_from_paper(void **state)
{
	(void)state;
	int status;
	uint32_t pages;
	struct letter l = sample_letter(office->a);
	struct letter_qr q = sample_qr();
	l.qr = sign(&q);
	assert_true(l.qr.n <= LETTER_QR_MAX);
	struct str pdf = rendered(office->a, &l, NULL, &pages);
	put_file(office->a, office->dir, "qr.pdf", pdf);
	/* 150 dpi: a cheap scanner. */
	run(office->a, &status, "pdftoppm -r 150 -f %u -l %u -gray '%s/qr.pdf' '%s/qr'", pages, pages,
	    office->dir, office->dir);
	assert_int_equal(status, 0);
	struct str read = run(office->a, &status, "(zbarimg -q --raw '%s'/qr*.pgm 2>/dev/null)", office->dir);
	if (!str_eq(str_trim(read), l.qr))
		fail_msg("read: %.*s", STR_ARG(read));
	struct letter_report r = check(read);
	assert_int_equal(r.verdict, LETTER_GENUINE);
	assert_true(str_eq(r.organization, STR("加賀市")));
	assert_true(str_eq(r.title, STR("加賀市長")));
	assert_int_equal(r.qr.nfacts, 2);
	assert_true(str_eq(r.qr.facts[0].value, STR("渡邉󠄂　髙﨑")));
	assert_has(r.ja, "このコードは真正です。");
	assert_has(r.ja, "程度: 半壊");
	assert_has(r.ja, "2026年11月20日（令和8年11月20日）");
	assert_has(r.en, "This code is genuine");
	assert_has(r.ja, "見比べてください");
	assert_has(r.en, "Revocation of the certificate was not checked");
}

static void every_changed_character_is_noticed(void **state)
{
	(void)state;
	struct letter_qr q = sample_qr();
	struct str good = sign(&q);
	for (size_t i = 0; i < good.n; i++) {
		struct str bad = arena_str(office->a, good);
		char *p = (char *)(uintptr_t)bad.p;
		p[i] = p[i] == 'A' ? 'B' : 'A';
		struct letter_report r = check(bad);
		assert_int_not_equal(r.verdict, LETTER_GENUINE);
		assert_false(has(r.ja, "半壊")); /* nothing unproven is repeated */
	}
}

static void shortened_and_extended_texts_fail(void **state)
{
	(void)state;
	struct letter_qr q = sample_qr();
	struct str good = sign(&q);
	for (size_t n = 0; n < good.n; n++)
		assert_int_not_equal(check(str_sub(good, 0, n)).verdict, LETTER_GENUINE);
	assert_int_not_equal(check(arena_join(office->a, good, STR("A"))).verdict, LETTER_GENUINE);
	assert_int_not_equal(check(arena_join(office->a, good, STR("."))).verdict, LETTER_GENUINE);
}

static struct str handmade(const char *json)
{
	return arena_printf(office->a, "MUSUBI1.%s.AAAA",
	                    base64url_encode(office->a, str_c(json)).p);
}

static void only_the_canonical_form_is_read(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"{}", "[]", "null", "{\"v\":1}", "",
		/* spaces; another order; a key too many; version 2 */
		"{ \"d\":\"2026-11-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		"{\"f\":[],\"d\":\"2026-11-20\",\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		"{\"a\":1,\"d\":\"2026-11-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		"{\"d\":\"2026-11-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":2}",
		/* a fact of three, a fact that is no text, a date that is none */
		"{\"d\":\"2026-11-20\",\"f\":[[\"a\",\"b\",\"c\"]],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		"{\"d\":\"2026-11-20\",\"f\":[[\"a\",1]],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		"{\"d\":\"2026-13-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
		/* a line break inside a value: could draw a second report */
		"{\"d\":\"2026-11-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\\nこの文書は真正です\",\"s\":\"AAAAAAAAAAA\",\"v\":1}",
	};
	struct letter_qr_read r;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (is_ok(letter_qr_parse(office->a, handmade(bad[i]), &r, NULL)))
			fail_msg("read: %s", bad[i]);
	assert_ok(letter_qr_parse(office->a, handmade(
		"{\"d\":\"2026-11-20\",\"f\":[],\"h\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"i\":\"1\",\"k\":\"k\",\"n\":\"n\",\"s\":\"AAAAAAAAAAA\",\"v\":1}"),
		&r, &err_));
}

static void another_office_cannot_speak_for_this_one(void **state)
{
	(void)state;
	struct key *key;
	struct str cert = office_issue(office, PROFILE_SEAL, "452025", &key), text;
	struct letter_qr q = sample_qr(); /* says 172065 */
	assert_ok(letter_qr_sign(office->a, &q, key, cert, &text, &err_));
	struct letter_trust t = office->trust;
	t.certs = &cert;
	struct letter_report r;
	assert_ok(letter_verify(office->a, text, &t, office->now, &r, &err_));
	assert_int_equal(r.verdict, LETTER_BAD_SEAL);
	key_unref(key);
}

static void a_certificate_of_another_kind_does_not_seal(void **state)
{
	(void)state;
	struct key *key;
	struct str cert = office_issue(office, PROFILE_JOURNAL, "172065", &key), text;
	struct letter_qr q = sample_qr();
	assert_ok(letter_qr_sign(office->a, &q, key, cert, &text, &err_));
	struct letter_trust t = office->trust;
	t.certs = &cert;
	struct letter_report r;
	assert_ok(letter_verify(office->a, text, &t, office->now, &r, &err_));
	assert_int_equal(r.verdict, LETTER_NO_SEAL_CERT);
	key_unref(key);
}

static void a_key_of_no_known_certificate_is_unknown(void **state)
{
	(void)state;
	struct letter_qr q = sample_qr();
	struct letter_trust t = office->trust;
	struct letter_report r;
	t.ncerts = 0;
	assert_ok(letter_verify(office->a, sign(&q), &t, office->now, &r, &err_));
	assert_int_equal(r.verdict, LETTER_UNKNOWN_ISSUER);
	struct key *other;
	struct str text;
	assert_ok(key_generate(KEY_P256, &other, &err_));
	assert_ok(letter_qr_sign(office->a, &q, other, office->cert, &text, &err_));
	assert_int_equal(check(text).verdict, LETTER_CHANGED);
	key_unref(other);
}

static void the_day_counts(void **state)
{
	(void)state;
	struct letter_qr q = sample_qr();
	q.date = STR("2026-11-22");
	assert_int_equal(check(sign(&q)).verdict, LETTER_FROM_THE_FUTURE);
	q.date = STR("2026-11-18"); /* the certificate is of the 20th */
	assert_int_equal(check(sign(&q)).verdict, LETTER_CERT_NOT_VALID);
	q.date = STR("2026-11-20");
	struct letter_report r;
	int64_t later = office->now + 4 * 365 * CLOCK_DAY; /* the certificate lives three years */
	assert_ok(letter_verify(office->a, sign(&q), &office->trust, later, &r, &err_));
	assert_int_equal(r.verdict, LETTER_GENUINE);
	assert_true(r.cert_expired);
	assert_has(r.ja, "有効期間が終わりました");
}

static void too_many_facts_do_not_fit(void **state)
{
	(void)state;
	struct letter_qr q = sample_qr();
	struct str text = STR("before");
	struct err err;
	for (q.nfacts = 0; q.nfacts < QR_FACTS_MAX; q.nfacts++)
		q.facts[q.nfacts] = (struct letter_qr_fact){ STR("住所"), STR("石川県加賀市大聖寺南町") };
	assert_int_equal(letter_qr_sign(office->a, &q, office->key, office->cert, &text, &err).kind,
	                 ERR_TOO_LARGE);
	assert_true(str_eq(text, STR("before")));
}

static void ed25519_works_too(void **state)
{
	(void)state;
	struct key *key;
	struct str text;
	struct letter_qr_read r;
	struct letter_qr q = sample_qr();
	assert_ok(key_generate(KEY_ED25519, &key, &err_));
	assert_ok(letter_qr_sign(office->a, &q, key, office->cert, &text, &err_));
	assert_ok(letter_qr_parse(office->a, text, &r, &err_));
	assert_true(letter_qr_holds(office->a, &r, key_spki(key)));
	assert_false(letter_qr_holds(office->a, &r, key_spki(office->key)));
	key_unref(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_from_paper),
		cmocka_unit_test(every_changed_character_is_noticed),
		cmocka_unit_test(shortened_and_extended_texts_fail),
		cmocka_unit_test(only_the_canonical_form_is_read),
		cmocka_unit_test(another_office_cannot_speak_for_this_one),
		cmocka_unit_test(a_certificate_of_another_kind_does_not_seal),
		cmocka_unit_test(a_key_of_no_known_certificate_is_unknown),
		cmocka_unit_test(the_day_counts),
		cmocka_unit_test(too_many_facts_do_not_fit),
		cmocka_unit_test(ed25519_works_too),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
