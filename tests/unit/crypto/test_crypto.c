/* Digests, AEAD, passwords, one-time codes: published vectors and hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/encode.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/totp.h"

#include <cmocka.h>
#undef fail

static struct str hex(struct arena *a, const char *text)
{
	struct str s = STR("");
	assert_true(is_ok(hex_decode(a, str_c(text), &s, NULL)));
	return s;
}

static void digests_of_abc(void **state)
{
	(void)state; /* FIPS 180 examples */
	static const struct {
		enum digest_alg alg;
		const char *head;
	} rows[] = {
		{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a3" },
		{ DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab" },
		{ DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e" },
	};
	ARENA_AUTO a = arena_new(0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t d[DIGEST_SIZE_MAX], piecewise[DIGEST_SIZE_MAX];
		size_t n = digest(rows[i].alg, STR("abc"), d);
		assert_int_equal(n, digest_size(rows[i].alg));
		assert_memory_equal(d, hex(a, rows[i].head).p, 20);
		struct digest_stream s;
		digest_init(&s, rows[i].alg);
		digest_add(&s, STR("a"));
		digest_add(&s, STR(""));
		digest_add(&s, STR("bc"));
		assert_int_equal(digest_done(&s, piecewise), n);
		assert_memory_equal(d, piecewise, n);
		digest_drop(&s);
	}
	assert_true(str_eq(sha256_hex(a, STR("")), STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b93"
	                                               "4ca495991b7852b855")));
}

static void hmac_rfc4231(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	uint8_t mac[DIGEST_SIZE_MAX];
	char long_key[131];
	memset(long_key, 0xaa, sizeof long_key);
	hmac(DIGEST_SHA256, STR("Jefe"), STR("what do ya want for nothing?"), mac);
	assert_memory_equal(mac, hex(a, "5bdcc146bf60754e6a042426089575c7").p, 16);
	hmac(DIGEST_SHA512, STR("Jefe"), STR("what do ya want for nothing?"), mac);
	assert_memory_equal(mac, hex(a, "164b7a7bfcf819e2e395fbe73b56e0a3").p, 16);
	hmac(DIGEST_SHA256, str_of(long_key, sizeof long_key),
	     STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
	assert_memory_equal(mac, hex(a, "60e431591ee0b67f0d8a26aacbf5b77f").p, 16);
}

static void hkdf_rfc5869_case_1(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	uint8_t out[42];
	hkdf_sha256(hex(a, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
	            hex(a, "000102030405060708090a0b0c"), hex(a, "f0f1f2f3f4f5f6f7f8f9"), out, 42);
	assert_memory_equal(out, hex(a, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	                                "34007208d5b887185865").p, 42);
}

static void aead_opens_only_what_was_sealed(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	char key[32] = "0123456789abcdef0123456789abcde";
	struct str k = str_of(key, 32);
	for (size_t n = 0; n < 40; n++) {
		BUF_AUTO b;
		struct str out = STR("untouched"), plain = str_sub(STR("0123456789012345678901234567890123456789"), 0, n);
		buf_init(&b, 1024);
		assert_true(is_ok(aead_seal(k, STR("ad"), plain, &b, NULL)));
		assert_int_equal(b.n, n + AEAD_EXTRA);
		assert_true(is_err(aead_open(k, STR("aD"), buf_str(&b), a, &out, NULL)));
		for (size_t cut = 0; cut < b.n; cut++)
			assert_true(is_err(aead_open(k, STR("ad"), str_of(b.p, cut), a, &out, NULL)));
		for (size_t at = 0; at < b.n; at++) {
			b.p[at] = (char)(b.p[at] ^ 1);
			assert_true(is_err(aead_open(k, STR("ad"), buf_str(&b), a, &out, NULL)));
			b.p[at] = (char)(b.p[at] ^ 1);
		}
		assert_true(str_eq(out, STR("untouched")));
		assert_true(is_ok(aead_open(k, STR("ad"), buf_str(&b), a, &out, NULL)));
		assert_true(str_eq(out, plain));
		SECRET_AUTO s = { 0 };
		assert_true(is_ok(aead_open_secret(k, STR("ad"), buf_str(&b), &s, NULL)));
		assert_true(str_eq(secret_str(&s), plain));
	}
}

static void aead_nonces_differ_and_limits_hold(void **state)
{
	(void)state;
	char key[32] = { 0 };
	BUF_AUTO b;
	struct err err;
	buf_init(&b, 64);
	assert_true(is_ok(aead_seal(str_of(key, 32), STR(""), STR(""), &b, NULL)));
	assert_true(is_ok(aead_seal(str_of(key, 32), STR(""), STR(""), &b, NULL)));
	assert_memory_not_equal(b.p, b.p + AEAD_EXTRA, AEAD_NONCE);
	assert_int_equal(aead_seal(str_of(key, 32), STR(""), STR("x"), &b, &err).kind, ERR_TOO_LARGE);
	assert_int_equal(aead_seal(str_of(key, 31), STR(""), STR("x"), &b, &err).kind, ERR_INPUT);
}

static void passwords_verify_and_age(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	struct password_cost cheap = { 1, 1, 1 };
	struct str phc, again;
	bool right = false;
	assert_true(is_ok(password_hash(STR("ひみつ"), cheap, a, &phc, NULL)));
	assert_true(is_ok(password_hash(STR("ひみつ"), cheap, a, &again, NULL)));
	assert_false(str_eq(phc, again));
	assert_true(str_starts(phc, STR("$argon2id$v=19$m=1024,t=1,p=1$")));
	assert_true(is_ok(password_verify(phc, STR("ひみつ"), &right, NULL)) && right);
	assert_true(is_ok(password_verify(phc, STR("ひみづ"), &right, NULL)) && !right);
	assert_true(is_ok(password_verify(phc, STR(""), &right, NULL)) && !right);
	assert_false(password_stale(phc, cheap));
	assert_true(password_stale(phc, password_cost_default()));
	assert_true(is_ok(password_hash(STR("x"), password_cost_default(), a, &phc, NULL)));
	assert_true(str_starts(phc, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
	assert_true(is_ok(password_verify(phc, STR("x"), &right, NULL)) && right);
}

static void hostile_phc_strings_cost_nothing(void **state)
{
	(void)state;
	static const char *bad[] = {
		"", "$argon2id$", "$argon2i$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=1024,t=4294967295,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=1024,t=1,p=255$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g",
		"$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0", "$argon2id$v=19$m=,t=1,p=1$AAAAAAAAAAA$A",
		"$argon2id$v=19$m=1024,t=1,p=1$$", "$argon2id$v=16$m=1024,t=1,p=1$c2FsdA$aGFzaA",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bool right = true;
		struct err err;
		assert_int_equal(password_verify(str_c(bad[i]), STR("x"), &right, &err).kind, ERR_INPUT);
		assert_true(right); /* untouched */
		assert_true(password_stale(str_c(bad[i]), password_cost_default()));
	}
	ARENA_AUTO a = arena_new(0);
	char huge[PASSWORD_MAX + 1] = { 'x' };
	struct str phc;
	assert_int_equal(password_hash(str_of(huge, sizeof huge), password_cost_default(), a, &phc,
	                               NULL).kind, ERR_TOO_LARGE);
}

static void password_key_is_deterministic(void **state)
{
	(void)state;
	struct password_cost cheap = { 1, 1, 1 };
	SECRET_AUTO x = { 0 };
	SECRET_AUTO y = { 0 };
	SECRET_AUTO z = { 0 };
	struct str salt = STR("0123456789abcdef");
	assert_true(is_ok(password_key(STR("1234"), salt, cheap, 32, &x, NULL)));
	assert_true(is_ok(password_key(STR("1234"), salt, cheap, 32, &y, NULL)));
	assert_true(is_ok(password_key(STR("1235"), salt, cheap, 32, &z, NULL)));
	assert_true(str_eq_secret(secret_str(&x), secret_str(&y)));
	assert_false(str_eq_secret(secret_str(&x), secret_str(&z)));
	assert_true(is_err(password_key(STR("1234"), STR("short"), cheap, 32, &x, NULL)));
}

static void totp_rfc6238(void **state)
{
	(void)state; /* appendix B, the last six of the eight digits */
	static const struct {
		int64_t time;
		const char *code;
	} rows[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	struct str secret = STR("12345678901234567890");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char code[TOTP_DIGITS + 1];
		totp_code(secret, rows[i].time / 30, code);
		assert_string_equal(code, rows[i].code);
	}
}

static void totp_window_and_reuse(void **state)
{
	(void)state;
	struct str secret = STR("12345678901234567890");
	const int64_t now = 1111111111, step = now / 30;
	char code[TOTP_DIGITS + 1];
	for (int64_t off = -3; off <= 3; off++) {
		int64_t got = -7;
		totp_code(secret, step + off, code);
		bool taken = totp_check(secret, str_c(code), now, -1, &got);
		assert_int_equal(taken, off >= -1 && off <= 1);
		assert_int_equal(got, taken ? step + off : -7);
	}
	int64_t got = -7;
	totp_code(secret, step, code);
	assert_false(totp_check(secret, str_c(code), now, step, &got)); /* used already */
	assert_false(totp_check(secret, str_c(code), now, step + 1, &got));
	assert_true(totp_check(secret, str_c(code), now, step - 1, &got));
	assert_false(totp_check(secret, STR("12345"), now, -1, &got));
	assert_false(totp_check(secret, STR("1234567"), now, -1, &got));
	assert_false(totp_check(secret, STR(""), now, -1, &got));
}

static void totp_uri_is_escaped(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	struct str uri = totp_uri(a, STR("加賀市"), STR("a&b"), STR("12345678901234567890"));
	assert_true(str_eq(uri, STR("otpauth://totp/%E5%8A%A0%E8%B3%80%E5%B8%82:a%26b?secret="
	                            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%8A%A0%E8%B3%80%E5%B8%82"
	                            "&algorithm=SHA1&digits=6&period=30")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_of_abc),
		cmocka_unit_test(hmac_rfc4231),
		cmocka_unit_test(hkdf_rfc5869_case_1),
		cmocka_unit_test(aead_opens_only_what_was_sealed),
		cmocka_unit_test(aead_nonces_differ_and_limits_hold),
		cmocka_unit_test(passwords_verify_and_age),
		cmocka_unit_test(hostile_phc_strings_cost_nothing),
		cmocka_unit_test(password_key_is_deterministic),
		cmocka_unit_test(totp_rfc6238),
		cmocka_unit_test(totp_window_and_reuse),
		cmocka_unit_test(totp_uri_is_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
