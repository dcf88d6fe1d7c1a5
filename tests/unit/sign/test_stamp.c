/* Tokens that OpenSSL made, whole, damaged and in BER. */
#include "sign/stamp.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "foreign.h"

#include "../support/asserts.h"

static struct arena *a;
static struct party ca, unit;
static struct str token, imprint;
static int64_t when;

static int setup(void **state)
{
	(void)state;
	a = arena_new(64 << 20);
	when = jst_to_us((struct datetime){ .date = { 2026, 5, 1 } });
	party_make(a, &(struct party_options){ .name = "Root", .from = when - 900 * CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .ca = true }, &ca);
	party_make(a, &(struct party_options){ .name = "TSU", .issuer = &ca, .from = when - CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .eku = "critical,timeStamping" }, &unit);
	imprint = hash_of(a, STR("hello"));
	token = stamp_make(a, &unit, &ca, imprint, when);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	party_free(&ca);
	party_free(&unit);
	arena_free(a);
	return 0;
}

static void says_when_what_and_who(void **state)
{
	(void)state;
	struct stamp s;
	assert_true(is_ok(stamp_read(a, token, NULL, 0, &s, NULL)));
	assert_int_equal(s.at, when);
	assert_int_equal(s.accuracy_us, CLOCK_SECOND);
	assert_string_equal(s.policy, "1.2.3.4");
	assert_true(str_eq(s.cert, unit.der) && s.cert_ref == CERT_REF_OK);
	assert_true(s.intact && s.value_ok && s.what.n == 0);
	assert_true(stamp_covers(&s, sign_digest_of(DIGEST_SHA256), imprint));
	assert_false(stamp_covers(&s, sign_digest_of(DIGEST_SHA256), hash_of(a, STR("hellp"))));
	assert_int_equal(s.cms.ncerts, 2);
	struct sign_cert c;
	assert_true(sign_cert_read(s.cert, &c));
	assert_true(c.has_eku && c.eku_only && c.eku == EKU_TIME_STAMP && c.eku_critical);
	assert_true(str_eq(sign_name_short(a, c.subject_der), STR("TSU")));
	assert_true(str_eq(sign_name_text(a, c.issuer_der), STR("CN=Root, O=試験")));
}

/* Whatever bit flips: refused, or neither intact nor signed; never a crash. */
static void a_changed_bit_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < token.n; i += 3) {
		ARENA_AUTO t = arena_new(16 << 20);
		struct stamp s;
		struct str bad = arena_str(t, token);
		((char *)(uintptr_t)bad.p)[i] ^= 0x04;
		if (is_err(stamp_read(t, bad, NULL, 0, &s, NULL)))
			continue;
		bool good = s.value_ok && s.intact && s.cert_ref == CERT_REF_OK;
		bool same = s.at == when && str_eq(s.imprint, imprint) && str_eq(s.cert, unit.der);
		if (good) /* only what nobody signed may differ: versions, the issuer's certificate */
			assert_true(same);
	}
}

static void a_cut_token_is_none(void **state)
{
	(void)state;
	struct stamp s;
	for (size_t n = 0; n < token.n; n += 7)
		assert_true(is_err(stamp_read(a, str_sub(token, 0, n), NULL, 0, &s, NULL)));
}

/* Outer lengths made indefinite, the content in two pieces: the same answer. */
static void reads_ber(void **state)
{
	(void)state;
	struct cms_signed c;
	struct stamp s;
	BUF_AUTO b;
	assert_true(is_ok(cms_signed_read(a, token, &c, NULL)));
	struct der_in in = der_read(token), seq = der_enter(&in, DER_SEQ);
	struct str oid = der_get_raw(&seq, DER_OID);
	struct der_in box = der_enter(&seq, DER_CTXC(0)), sd = der_enter(&box, DER_SEQ);
	struct str version = der_get_raw(&sd, DER_INTEGER), digests = der_get_raw(&sd, DER_SET);
	(void)der_get_raw(&sd, DER_SEQ);
	struct str rest = str_of((const char *)sd.p, (size_t)(sd.end - sd.p));
	struct der d;
	buf_init(&b, 1 << 20);
	buf_add(&b, STR("\x30\x80"));
	buf_add(&b, oid);
	buf_add(&b, STR("\xa0\x80\x30\x80"));
	buf_add(&b, version);
	buf_add(&b, digests);
	buf_add(&b, STR("\x30\x80"));
	der_init(&d, &b);
	der_put_oid(&d, OID_TST_INFO_TYPE);
	buf_add(&b, STR("\xa0\x80\x24\x80"));
	der_put(&d, DER_OCTETS, str_sub(c.content, 0, 20));
	der_put(&d, DER_OCTETS, str_from(c.content, 20));
	buf_add(&b, str_of("\0\0\0\0\0\0", 6));
	buf_add(&b, rest);
	buf_add(&b, str_of("\0\0\0\0\0\0", 6));
	assert_true(is_ok(stamp_read(a, buf_str(&b), NULL, 0, &s, NULL)));
	assert_true(s.intact && s.value_ok && s.at == when);
	for (size_t n = 0; n + 6 < b.n; n += 5)
		assert_true(is_err(stamp_read(a, str_sub(buf_str(&b), 0, n), NULL, 0, &s, NULL)));
}

static void deep_ber_is_refused(void **state)
{
	(void)state;
	struct str out;
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 60000; i++)
		buf_add(&b, STR("\x30\x80"));
	assert_true(is_err(ber_to_der(a, buf_str(&b), &out, NULL)));
}

static void times_of_others(void **state)
{
	(void)state;
	static const struct {
		const char *der;
		size_t n;
		int64_t us; /* -1: none */
	} rows[] = {
		{ "\x18\x0f""20260501000000Z", 17, 1777593600000000 },
		{ "\x18\x12""20260501000000.25Z", 20, 1777593600250000 },
		{ "\x17\x0d""260501000000Z", 15, 1777593600000000 },
		{ "\x17\x0b""2605010000Z", 13, 1777593600000000 },
		{ "\x17\x0d""500501000000Z", 15, -620784000000000 },
		{ "\x18\x0f""20260231000000Z", 17, -1 },
		{ "\x18\x0f""20260501240000Z", 17, -1 },
		{ "\x18\x10""20260501000000.Z", 18, -1 },
		{ "\x17\x0d""2605010000+0Z", 15, -1 },
		{ "\x18\x0e""20260501000000", 16, -1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t us = -1;
		struct der_in in = der_read(str_of(rows[i].der, rows[i].n));
		assert_int_equal(der_get_any_time(&in, &us), rows[i].us != -1);
		assert_int_equal(us, rows[i].us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_when_what_and_who), cmocka_unit_test(a_changed_bit_is_found),
		cmocka_unit_test(a_cut_token_is_none),    cmocka_unit_test(reads_ber),
		cmocka_unit_test(deep_ber_is_refused),    cmocka_unit_test(times_of_others),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
