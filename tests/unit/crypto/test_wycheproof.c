/* Wycheproof's edge cases (C2SP/wycheproof, read from MUSUBI_SHARED or ../shared
 * beside the source): valid ones hold, invalid ones do not. Without the files
 * each test says so and counts as skipped. Cases of keys that this house does not
 * import are counted and printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "crypto/aead.h"
#include "crypto/key.h"

#include <cmocka.h>

struct row {
	const char *file;
	enum sig_alg alg;
	int cases; /* at least so many must have run */
};

static struct arena *arena; /* outlives a skipped test, which jumps */

static int begin(void **state)
{
	(void)state;
	arena = arena_new((size_t)512 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct json *load(struct arena *a, const char *file)
{
	const char *shared = getenv("MUSUBI_SHARED"), *source = getenv("MUSUBI_SOURCE");
	struct str dir = shared ? str_c(shared)
	                        : arena_printf(a, "%s/../shared", source ? source : ".");
	struct str path = arena_printf(a, "%.*s/conformance/wycheproof/%s", STR_ARG(dir), file), text;
	const struct json *j = NULL;
	struct err err;
	if (!file_exists(path)) {
		print_message("skipped: %.*s is not there\n", STR_ARG(path));
		skip();
	}
	if (is_err(file_read(a, path, 16 << 20, &text, &err)) || is_err(json_parse(a, text, &j, &err)))
		fail_msg("%s: %s", file, err.what);
	return j;
}

static struct str field(struct arena *a, const struct json *j, const char *name)
{
	struct str s = STR("");
	assert_true(is_ok(hex_decode(a, json_text(json_get(j, str_c(name))), &s, NULL)));
	return s;
}

/* 1 valid, 0 invalid, -1 acceptable: either will do. */
static int expected(const struct json *t)
{
	struct str r = json_text(json_get(t, STR("result")));
	return str_eq(r, STR("valid")) ? 1 : str_eq(r, STR("invalid")) ? 0 : -1;
}

static void one_signature(struct arena *a, const struct key *k, enum sig_alg alg,
                          const struct json *t, const char *file)
{
	int want = expected(t);
	bool holds = key_verify(k, alg, field(a, t, "msg"), field(a, t, "sig"));
	if (want >= 0 && holds != (want == 1))
		fail_msg("%s case %lld: %s", file, (long long)json_int_or(json_get(t, STR("tcId")), 0),
		         holds ? "accepted" : "refused");
}

static void signatures(void **state)
{
	const struct row *row = *state;
	struct arena *a = arena;
	const struct json *groups = json_get(load(a, row->file), STR("testGroups"));
	int ran = 0, foreign = 0;
	for (size_t g = 0; g < json_len(groups); g++) {
		const struct json *group = json_at(groups, g), *tests = json_get(group, STR("tests"));
		KEY_AUTO k = NULL;
		if (is_err(key_import_public(field(a, group, "publicKeyDer"), &k, NULL))) {
			foreign += (int)json_len(tests);
			continue;
		}
		for (size_t i = 0; i < json_len(tests); i++, ran++)
			one_signature(a, k, row->alg, json_at(tests, i), row->file);
	}
	print_message("%s: %d cases, %d of keys that are refused\n", row->file, ran, foreign);
	assert_true(ran >= row->cases);
}

/* Sealed form is nonce, ciphertext, tag: the case's own, put together. */
static void one_aead(struct arena *a, const struct json *t)
{
	struct str sealed = arena_join(a, arena_join(a, field(a, t, "iv"), field(a, t, "ct")),
	                               field(a, t, "tag")), plain;
	struct result r = aead_open(field(a, t, "key"), field(a, t, "aad"), sealed, a, &plain, NULL);
	int want = expected(t);
	bool right = is_ok(r) && str_eq(plain, field(a, t, "msg"));
	if (want >= 0 && right != (want == 1))
		fail_msg("aes_gcm case %lld: %s", (long long)json_int_or(json_get(t, STR("tcId")), 0),
		         right ? "accepted" : "refused");
}

static void aes_gcm(void **state)
{
	(void)state;
	struct arena *a = arena;
	const struct json *groups = json_get(load(a, "aes_gcm_test.json"), STR("testGroups"));
	int ran = 0;
	for (size_t g = 0; g < json_len(groups); g++) {
		const struct json *group = json_at(groups, g), *tests = json_get(group, STR("tests"));
		bool ours = json_int_or(json_get(group, STR("keySize")), 0) == 256 &&
		            json_int_or(json_get(group, STR("ivSize")), 0) == 96 &&
		            json_int_or(json_get(group, STR("tagSize")), 0) == 128;
		for (size_t i = 0; ours && i < json_len(tests); i++, ran++)
			one_aead(a, json_at(tests, i));
	}
	print_message("aes_gcm: %d cases of 256-bit keys and 96-bit nonces\n", ran);
	assert_true(ran >= 60);
}

int main(void)
{
	static struct row rows[] = {
		{ "ecdsa_secp256r1_sha256_test.json", SIG_ES256, 400 },
		{ "ecdsa_secp384r1_sha384_test.json", SIG_ES384, 400 },
		{ "ed25519_test.json", SIG_EDDSA, 140 },
		{ "rsa_signature_2048_sha256_test.json", SIG_RS256, 240 },
		{ "rsa_pss_2048_sha256_mgf1_32_test.json", SIG_PS256, 100 },
	};
	const struct CMUnitTest tests[] = {
		{ "ecdsa p256", signatures, NULL, NULL, &rows[0] },
		{ "ecdsa p384", signatures, NULL, NULL, &rows[1] },
		{ "ed25519", signatures, NULL, NULL, &rows[2] },
		{ "rsa pkcs1", signatures, NULL, NULL, &rows[3] },
		{ "rsa pss", signatures, NULL, NULL, &rows[4] },
		cmocka_unit_test(aes_gcm),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
