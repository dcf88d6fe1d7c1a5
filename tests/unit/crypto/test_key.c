/* Keys of every row: sign, verify, import, seal, save; and what is refused. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/key.h"

#include <cmocka.h>
#undef fail

static struct key *keys[KEY_ALG_COUNT];
static char kek[32];

static int make_keys(void **state)
{
	(void)state;
	random_bytes(kek, sizeof kek);
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		if (i == KEY_RSA_4096) /* seconds of primes; the row is the same code */
			continue;
		if (is_err(key_generate((enum key_alg)i, &keys[i], NULL)))
			return -1;
	}
	return 0;
}

static int drop_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++)
		key_unref(keys[i]);
	return 0;
}

static void rows_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		const struct key_alg_row *r = key_alg_row((enum key_alg)i);
		enum key_alg back;
		assert_non_null(r->name);
		assert_non_null(r->family);
		assert_true(r->bits > 0);
		assert_non_null(r->oid);
		assert_int_equal(r->curve != NULL, r->group != NULL);
		assert_int_equal(r->point == 0, strcmp(r->family, "RSA") == 0);
		assert_true(key_alg_parse(str_c(r->name), &back) && back == (enum key_alg)i);
		assert_string_equal(sig_alg_row(r->sig)->family, r->family);
	}
	for (size_t i = 0; i < SIG_ALG_COUNT; i++) {
		assert_non_null(sig_alg_row((enum sig_alg)i)->jose);
		assert_non_null(sig_alg_row((enum sig_alg)i)->oid);
		assert_true(sig_alg_row((enum sig_alg)i)->cose < 0);
	}
	enum key_alg none;
	assert_false(key_alg_parse(STR("rsa-1024"), &none));
}

static void every_key_signs_what_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		if (!keys[i])
			continue;
		KEY_AUTO public = NULL;
		assert_true(is_ok(key_import_public(key_spki(keys[i]), &public, NULL)));
		assert_true(key_private(keys[i]));
		assert_false(key_private(public));
		assert_int_equal(key_alg_of(public), i);
		for (size_t s = 0; s < SIG_ALG_COUNT; s++) {
			enum sig_alg alg = (enum sig_alg)s;
			uint8_t sig[KEY_SIG_MAX];
			size_t n = 0;
			struct err err;
			const struct key_alg_row *kr = key_alg_row((enum key_alg)i);
			const struct sig_alg_row *sr = sig_alg_row(alg);
			bool may = strcmp(kr->family, sr->family) == 0 &&
			           (!sr->group || strcmp(kr->group, sr->group) == 0);
			struct result r = key_sign(keys[i], alg, STR("message"), sig, &n, &err);
			if (!may) {
				assert_string_equal(err.code, "crypto.key.mismatch");
				continue;
			}
			assert_true(is_ok(r));
			struct str value = str_of((char *)sig, n);
			assert_true(key_verify(public, alg, STR("message"), value));
			assert_false(key_verify(public, alg, STR("messagE"), value));
			assert_false(key_verify(public, alg, STR("message"), str_sub(value, 0, n - 1)));
			sig[n / 2] ^= 1;
			assert_false(key_verify(public, alg, STR("message"), value));
			assert_false(key_verify(public, alg, STR("message"), STR("")));
			assert_string_equal((is_err(key_sign(public, alg, STR("x"), sig, &n, &err)), err.code),
			                    "crypto.key.public");
		}
	}
}

static void damaged_spki_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		if (!keys[i])
			continue;
		struct str spki = key_spki(keys[i]);
		char *copy = mem_cstr(spki.p, spki.n);
		struct key *k = NULL;
		for (size_t n = 0; n < spki.n; n++)
			assert_true(is_err(key_import_public(str_of(copy, n), &k, NULL)));
		char longer[1025] = { 0 };
		memcpy(longer, spki.p, spki.n);
		assert_true(is_err(key_import_public(str_of(longer, spki.n + 1), &k, NULL)));
		size_t head = i == KEY_ED25519 ? 12 : 20; /* lengths and algorithm */
		for (size_t at = 0; at < head; at++) {
			copy[at] = (char)(copy[at] ^ 0x55);
			assert_true(is_err(key_import_public(str_of(copy, spki.n), &k, NULL)));
			copy[at] = (char)(copy[at] ^ 0x55);
		}
		assert_null(k);
		mem_free(copy);
	}
}

static void sealing_binds_key_and_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		if (!keys[i])
			continue;
		BUF_AUTO b;
		KEY_AUTO back = NULL;
		struct key *no = NULL;
		char other[32] = { 1 };
		buf_init(&b, 16384);
		struct str wrap = str_of(kek, 32);
		assert_true(is_ok(key_seal(keys[i], wrap, STR("ca:1"), &b, NULL)));
		assert_true(is_ok(key_unseal(buf_str(&b), wrap, STR("ca:1"), &back, NULL)));
		assert_true(str_eq(key_spki(back), key_spki(keys[i])));
		uint8_t sig[KEY_SIG_MAX];
		size_t n;
		assert_true(is_ok(key_sign(back, key_sig_of(back), STR("m"), sig, &n, NULL)));
		assert_true(key_verify(keys[i], key_sig_of(back), STR("m"), str_of((char *)sig, n)));
		assert_true(is_err(key_unseal(buf_str(&b), wrap, STR("ca:2"), &no, NULL)));
		assert_true(is_err(key_unseal(buf_str(&b), str_of(other, 32), STR("ca:1"), &no, NULL)));
		assert_true(is_err(key_unseal(buf_str(&b), STR("short"), STR("ca:1"), &no, NULL)));
		b.p[b.n - 1] = (char)(b.p[b.n - 1] ^ 1);
		assert_true(is_err(key_unseal(buf_str(&b), wrap, STR("ca:1"), &no, NULL)));
		assert_null(no);
	}
}

static void files_are_private_and_replaced_whole(void **state)
{
	(void)state;
	char dir[] = "/tmp/musubi-key-XXXXXX", path[64];
	struct stat st;
	struct err err;
	struct key *no = NULL;
	KEY_AUTO back = NULL;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/ca.key", dir);
	struct str p = str_c(path), wrap = str_of(kek, 32);
	assert_int_equal(key_load(p, wrap, STR("n"), &no, &err).kind, ERR_NOT_FOUND);
	assert_true(is_ok(key_save(keys[KEY_P256], p, wrap, STR("n"), NULL)));
	assert_true(is_ok(key_save(keys[KEY_ED25519], p, wrap, STR("n"), NULL)));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(is_ok(key_load(p, wrap, STR("n"), &back, NULL)));
	assert_int_equal(key_alg_of(back), KEY_ED25519);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(key_load(p, wrap, STR("n"), &no, &err).kind, ERR_FORBIDDEN);
	assert_int_equal(chmod(path, 0600), 0);
	int fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "junk", 4), 4);
	close(fd);
	assert_int_equal(key_load(p, wrap, STR("n"), &no, &err).kind, ERR_INPUT);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
	assert_int_equal(key_save(keys[KEY_P256], p, wrap, STR("n"), &err).kind, ERR_NOT_FOUND);
}

static void references_are_counted(void **state)
{
	(void)state;
	struct key *k = NULL;
	assert_true(is_ok(key_generate(KEY_ED25519, &k, NULL)));
	struct key *same = key_ref(k);
	key_unref(k);
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	assert_true(is_ok(key_sign(same, SIG_EDDSA, STR("still here"), sig, &n, NULL)));
	key_unref(same);
}

static void bad_pkcs8_is_refused(void **state)
{
	(void)state;
	SECRET_AUTO s = { 0 };
	struct key *k = NULL;
	assert_true(is_ok(key_export(keys[KEY_P256], &s, NULL)));
	for (size_t n = 0; n < s.n; n++)
		assert_true(is_err(key_import(str_of((char *)s.p, n), &k, NULL)));
	assert_true(is_err(key_import(STR("-----BEGIN PRIVATE KEY-----"), &k, NULL)));
	KEY_AUTO public = NULL;
	assert_true(is_ok(key_import_public(key_spki(keys[KEY_P256]), &public, NULL)));
	SECRET_AUTO none = { 0 };
	struct err err;
	assert_true(is_err(key_export(public, &none, &err)));
	assert_string_equal(err.code, "crypto.key.elsewhere");
}

static void raw_and_der_convert(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	for (int i = 0; i < 40; i++) { /* many, so that short r and s occur */
		uint8_t sig[KEY_SIG_MAX];
		size_t n;
		struct str raw, der;
		bool wide = i & 1;
		enum sig_alg alg = wide ? SIG_ES384 : SIG_ES256;
		assert_true(is_ok(key_sign(keys[wide ? KEY_P384 : KEY_P256], alg,
		                           str_of((char *)&i, sizeof i), sig, &n, NULL)));
		assert_true(is_ok(sig_es_raw(alg, str_of((char *)sig, n), a, &raw, NULL)));
		assert_int_equal(raw.n, wide ? 96 : 64);
		assert_true(is_ok(sig_es_der(alg, raw, a, &der, NULL)));
		assert_true(str_eq(der, str_of((char *)sig, n)));
		assert_true(is_err(sig_es_raw(alg, str_of((char *)sig, n - 1), a, &raw, NULL)));
		assert_true(is_err(sig_es_der(alg, str_sub(raw, 0, raw.n - 1), a, &der, NULL)));
	}
	struct str out;
	assert_true(is_err(sig_es_raw(SIG_RS256, STR("0"), a, &out, NULL)));
}

static void rsa_unwraps_what_was_wrapped(void **state)
{
	(void)state;
	KEY_AUTO public = NULL;
	SECRET_AUTO got = { 0 };
	struct err err;
	uint8_t wrapped[KEY_SIG_MAX];
	size_t n;
	char long_one[KEY_UNWRAP_MAX + 1] = { 0 };
	assert_true(is_ok(key_import_public(key_spki(keys[KEY_RSA_2048]), &public, NULL)));
	assert_true(is_ok(key_wrap(public, STR("data key"), wrapped, &n, NULL)));
	struct str w = str_of((char *)wrapped, n);
	assert_true(is_ok(key_unwrap(keys[KEY_RSA_2048], w, &got, NULL)));
	assert_true(str_eq(secret_str(&got), STR("data key")));
	secret_done(&got);
	assert_string_equal((is_err(key_unwrap(public, w, &got, &err)), err.code), "crypto.key.public");
	assert_true(is_err(key_unwrap(keys[KEY_RSA_2048], str_sub(w, 0, n - 1), &got, NULL)));
	wrapped[n / 2] ^= 1;
	assert_string_equal((is_err(key_unwrap(keys[KEY_RSA_2048], w, &got, &err)), err.code),
	                    "crypto.key.unwrap");
	assert_string_equal((is_err(key_unwrap(keys[KEY_P256], w, &got, &err)), err.code),
	                    "crypto.key.mismatch");
	assert_true(is_err(key_wrap(keys[KEY_ED25519], STR("x"), wrapped, &n, NULL)));
	assert_true(is_err(key_wrap(public, str_of(long_one, sizeof long_one), wrapped, &n, NULL)));
	assert_null(got.p);
}

static void both_sides_derive_the_same(void **state)
{
	(void)state;
	static const enum key_alg curves[] = { KEY_P256, KEY_P384 };
	struct err err;
	for (size_t i = 0; i < 2; i++) {
		KEY_AUTO peer = NULL;
		SECRET_AUTO x = { 0 };
		SECRET_AUTO y = { 0 };
		SECRET_AUTO none = { 0 };
		struct key *own = keys[curves[i]];
		assert_true(is_ok(key_generate(curves[i], &peer, NULL)));
		assert_true(is_ok(key_derive(own, key_spki(peer), &x, NULL)));
		assert_true(is_ok(key_derive(peer, key_spki(own), &y, NULL)));
		assert_int_equal(x.n, curves[i] == KEY_P256 ? 32 : 48);
		assert_true(str_eq(secret_str(&x), secret_str(&y)));
		assert_string_equal((is_err(key_derive(own, key_spki(keys[curves[1 - i]]), &none, &err)),
		                     err.code), "crypto.key.mismatch");
		assert_true(is_err(key_derive(own, STR("junk"), &none, NULL)));
		assert_true(is_err(key_derive(keys[KEY_RSA_2048], key_spki(peer), &none, NULL)));
		assert_null(none.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(every_key_signs_what_it_may),
		cmocka_unit_test(damaged_spki_is_refused),
		cmocka_unit_test(sealing_binds_key_and_name),
		cmocka_unit_test(files_are_private_and_replaced_whole),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(bad_pkcs8_is_refused),
		cmocka_unit_test(raw_and_der_convert),
		cmocka_unit_test(rsa_unwraps_what_was_wrapped),
		cmocka_unit_test(both_sides_derive_the_same),
	};
	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
