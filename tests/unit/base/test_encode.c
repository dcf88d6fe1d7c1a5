/* Encodings: the vectors of RFC 4648, strictness, and any bytes there and back. */
#include "base/encode.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* behind ours: it has a macro called fail */

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

typedef struct str encode_fn(struct arena *a, struct str bytes);
typedef struct result decode_fn(struct arena *a, struct str text, struct str *ret,
                                struct err *err);

static void vectors_of_rfc_4648(void **state)
{
	static const struct { const char *bytes, *hex, *base32, *base64, *base64url; } rows[] = {
		{ "", "", "", "", "" },
		{ "f", "66", "MY", "Zg==", "Zg" },
		{ "fo", "666f", "MZXQ", "Zm8=", "Zm8" },
		{ "foo", "666f6f", "MZXW6", "Zm9v", "Zm9v" },
		{ "foob", "666f6f62", "MZXW6YQ", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "666f6f6261", "MZXW6YTB", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "666f6f626172", "MZXW6YTBOI", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xFB\xFF\xFE", "fbfffe", "7P774", "+//+", "-__-" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct str b = str_c(rows[i].bytes);
		assert_str(hex_encode(*state, b), rows[i].hex);
		assert_str(base32_encode(*state, b), rows[i].base32);
		assert_str(base64_encode(*state, b), rows[i].base64);
		assert_str(base64url_encode(*state, b), rows[i].base64url);
	}
}

static void assert_refused(struct arena *a, decode_fn *decode, const char *const *bad, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str out = STR("untouched");
		struct err err;
		if (is_ok(decode(a, str_c(bad[i]), &out, &err)))
			fail_msg("accepted %s", bad[i]);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_str(out, "untouched");
	}
}

static void decoders_are_strict(void **state)
{
	static const char *const hex[] = { "0", "0g", "0x00", " 00", "00 ", "00\n", "é0", "-1", "0:0" };
	static const char *const base64[] = { "Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zh==",
		"Zm9=", "Zm8", "Zm9v\n", "Zm 9", "Zm9v====", "Zg==Zg==", "Z-_=", "Zg=A", "A" };
	static const char *const base64url[] = { "Zg==", "Zh", "Zm9", "Z", "Zm9vY", "Zm+/", "Zm9v ",
		"Zm9v\r\n" };
	static const char *const base32[] = { "M", "MZX", "MZXW6Y", "my", "MY======", "MZ", "M1", "M8",
		"MZXW 6", "MZXR" };
	assert_refused(*state, hex_decode, hex, LEN(hex));
	assert_refused(*state, base64_decode, base64, LEN(base64));
	assert_refused(*state, base64url_decode, base64url, LEN(base64url));
	assert_refused(*state, base32_decode, base32, LEN(base32));
	struct str out;
	assert_true(is_ok(hex_decode(*state, STR("aBcDEF00"), &out, NULL)));
	assert_true(str_eq(out, str_of("\xab\xcd\xef\0", 4)));
}

static void any_bytes_go_there_and_back(void **state)
{
	static encode_fn *const encoders[] = { hex_encode, base64_encode, base64url_encode,
		base32_encode, percent_encode, form_encode };
	static decode_fn *const decoders[] = { hex_decode, base64_decode, base64url_decode,
		base32_decode, percent_decode, form_decode };
	struct arena *a = *state;
	struct rng rng;
	rng_seed(&rng, 4648);
	for (int round = 0; round < 2000; round++) {
		char bytes[200];
		size_t n = rng_below(&rng, sizeof bytes);
		arena_reset(a);
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)rng_u64(&rng);
		for (size_t e = 0; e < LEN(encoders); e++) {
			struct str back, text = encoders[e](a, str_of(bytes, n));
			struct err err;
			if (is_err(decoders[e](a, text, &back, &err)))
				fail_msg("%zu: %s", e, err.what);
			assert_true(str_eq(back, str_of(bytes, n)));
			assert_true(str_eq(encoders[e](a, back), text));
		}
	}
}

static void what_decodes_encodes_to_the_same(void **state)
{
	static const char alphabet[] = "AZaz09+/-_=2";
	struct arena *a = *state;
	struct rng rng;
	rng_seed(&rng, 32);
	size_t read = 0;
	for (int round = 0; round < 20000; round++) {
		char text[8];
		struct str out, s = str_of(text, rng_below(&rng, sizeof text));
		arena_reset(a);
		for (size_t i = 0; i < s.n; i++)
			text[i] = alphabet[rng_below(&rng, LEN(alphabet) - 1)];
		if (is_ok(base64_decode(a, s, &out, NULL)) && ++read)
			assert_true(str_eq(base64_encode(a, out), s));
		if (is_ok(base64url_decode(a, s, &out, NULL)) && ++read)
			assert_true(str_eq(base64url_encode(a, out), s));
		if (is_ok(base32_decode(a, s, &out, NULL)) && ++read)
			assert_true(str_eq(base32_encode(a, out), s));
	}
	assert_true(read > 1000);
}

static void secrets_need_no_arena(void **state)
{
	(void)state;
	unsigned char key[20], back[32];
	char text[64];
	size_t n;
	random_bytes(key, sizeof key);
	assert_int_equal(encode_len(ENCODING_BASE32, sizeof key), 32);
	assert_int_equal(encode_to(ENCODING_BASE32, key, sizeof key, text), 32);
	assert_true(decode_max(ENCODING_BASE32, 32) <= sizeof back);
	assert_true(is_ok(decode_to(ENCODING_BASE32, str_of(text, 32), back, &n, NULL)));
	assert_int_equal(n, sizeof key);
	assert_memory_equal(key, back, n);
}

static void percent_and_form(void **state)
{
	struct str out;
	assert_str(percent_encode(*state, STR("a b+c/加-._~")), "a%20b%2Bc%2F%E5%8A%A0-._~");
	assert_str(form_encode(*state, STR("a b+c")), "a+b%2Bc");
	assert_true(is_ok(percent_decode(*state, STR("a+b%2b%e5%8A%a0"), &out, NULL)));
	assert_str(out, "a+b+加");
	assert_true(is_ok(form_decode(*state, STR("a+b%2B"), &out, NULL)));
	assert_str(out, "a b+");
	static const char *const bad[] = { "%", "%4", "a%", "%zz", "%4g", "%%41", "%-1", "%u3042" };
	assert_refused(*state, percent_decode, bad, LEN(bad));
	assert_refused(*state, form_decode, bad, LEN(bad));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(vectors_of_rfc_4648), T(decoders_are_strict), T(any_bytes_go_there_and_back),
		T(what_decodes_encodes_to_the_same), T(secrets_need_no_arena), T(percent_and_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
