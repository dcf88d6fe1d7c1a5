/* Algorithms by all their names, and signatures that openssl made. */
#include "sign/source.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/encode.h"
#include "sign/algorithm_table.h"

#include "../support/asserts.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(64 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static int64_t at(int year)
{
	return jst_to_us((struct datetime){ .date = { year, 6, 1 } });
}

static struct str identifier(const char *oid, bool null)
{
	struct buf *b = arena_alloc(a, sizeof *b);
	struct der d;
	buf_init(b, 256);
	der_init(&d, b);
	der_open(&d, DER_SEQ);
	der_put_oid(&d, oid);
	if (null)
		der_put_null(&d);
	der_close(&d);
	struct str s = arena_str(a, buf_str(b));
	buf_done(b);
	return s;
}

static void every_row_is_found_by_each_of_its_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIGN_ROWS; i++) {
		const struct sign_row *r = &sign_rows[i];
		struct sign_alg alg;
		assert_true(r->name && (r->oid || r->xml));
		if (r->oid) {
			assert_true(sign_alg_der(identifier(r->oid, false), NULL, &alg));
			assert_string_equal(alg.name, r->name);
			assert_int_equal(alg.raw, r->raw);
		}
		if (r->xml) {
			assert_true(sign_alg_xml(str_c(r->xml), &alg));
			assert_string_equal(alg.name, r->name);
			assert_int_equal(alg.raw, r->family == SIGN_ECDSA || r->family == SIGN_DSA);
		}
		if (r->jose) {
			assert_true(sign_alg_jose(str_c(r->jose), &alg));
			assert_string_equal(alg.name, r->name);
		}
	}
	for (size_t i = 0; i < SIGN_DIGESTS; i++) {
		assert_ptr_equal(sign_digest_oid(sign_digests[i].oid), &sign_digests[i]);
		assert_ptr_equal(sign_digest_xml(str_c(sign_digests[i].xml)), &sign_digests[i]);
		assert_ptr_equal(sign_digest_name(str_c(sign_digests[i].name)), &sign_digests[i]);
	}
	assert_ptr_equal(sign_digest_name(STR("S512")), &sign_digests[SD_SHA512]);
}

static void unknown_names_are_unknown(void **state)
{
	(void)state;
	struct sign_alg alg;
	assert_null(sign_digest_oid("1.2.3"));
	assert_null(sign_digest_name(STR("S1")));
	assert_null(sign_digest_name(STR("")));
	assert_false(sign_alg_jose(STR("none"), &alg));
	assert_false(sign_alg_jose(STR("HS256"), &alg));
	assert_false(sign_alg_xml(STR("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), &alg));
	assert_false(sign_alg_der(identifier("1.2.3", true), NULL, &alg));
	assert_false(sign_alg_der(STR(""), NULL, &alg));
	assert_false(sign_alg_der(STR("\x30\x80\x00\x00"), NULL, &alg));
	assert_false(sign_alg_der(identifier("1.2.840.113549.1.1.10", true), NULL, &alg));
	/* rsaEncryption says no digest by itself */
	assert_false(sign_alg_der(identifier("1.2.840.113549.1.1.1", true), NULL, &alg));
	assert_true(sign_alg_der(identifier("1.2.840.113549.1.1.1", true), &sign_digests[SD_SHA384],
	                         &alg));
	assert_string_equal(alg.name, "RSA with SHA-384");
}

static void our_own_signatures_hold_and_changed_ones_do_not(void **state)
{
	(void)state;
	static const enum key_alg kinds[] = { KEY_RSA_2048, KEY_P256, KEY_P384, KEY_ED25519 };
	struct str text = STR("結び");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		KEY_AUTO k = NULL;
		assert_ok(key_generate(kinds[i], &k, &err_));
		for (int s = 0; s < SIG_ALG_COUNT; s++) {
			struct sign_alg alg;
			uint8_t sig[KEY_SIG_MAX], hash[DIGEST_SIZE_MAX];
			size_t n;
			if (!key_makes(k, (enum sig_alg)s))
				continue;
			sign_alg_ours((enum sig_alg)s, &alg);
			assert_ok(key_sign(k, (enum sig_alg)s, text, sig, &n, &err_));
			struct source src = source_bytes(STR(""), text);
			struct range all = { 0, text.n };
			struct str h = text;
			if (alg.digest) {
				assert_ok(source_digest(&src, &all, 1, alg.digest, hash, &err_));
				h = str_of((char *)hash, alg.digest->size);
			}
			assert_true(sign_check(key_spki(k), &alg, h, str_of((char *)sig, n)));
			char what[160];
			assert_true(sign_alg_good(&alg, key_spki(k), at(2026), what));
			sig[n / 2] ^= 1;
			assert_false(sign_check(key_spki(k), &alg, h, str_of((char *)sig, n)));
			assert_false(sign_check(key_spki(k), &alg, h, STR("")));
			assert_false(sign_check(STR("x"), &alg, h, str_of((char *)sig, n)));
		}
	}
}

/* r||s of XML and JOSE: the same value, and only at its full length. */
static void pairs_of_integers_are_of_the_length_of_the_group(void **state)
{
	(void)state;
	KEY_AUTO k = NULL;
	struct sign_alg alg;
	struct str raw;
	uint8_t sig[KEY_SIG_MAX], hash[DIGEST_SIZE_MAX];
	size_t n;
	assert_ok(key_generate(KEY_P256, &k, &err_));
	assert_ok(key_sign(k, SIG_ES256, STR("x"), sig, &n, &err_));
	assert_ok(sig_es_raw(SIG_ES256, str_of((char *)sig, n), a, &raw, &err_));
	assert_true(sign_alg_jose(STR("ES256"), &alg));
	struct str h = str_of((char *)hash, digest(DIGEST_SHA256, STR("x"), hash));
	assert_true(sign_check(key_spki(k), &alg, h, raw));
	assert_false(sign_check(key_spki(k), &alg, h, str_sub(raw, 0, 62)));
	assert_false(sign_check(key_spki(k), &alg, h, arena_printf(a, "%.*s%c", (int)raw.n, raw.p, 'x')));
	assert_false(sign_check(key_spki(k), &alg, h, str_of((char *)sig, n)));
}

static void old_algorithms_are_good_for_their_time_only(void **state)
{
	(void)state;
	KEY_AUTO k = NULL;
	struct sign_alg alg;
	char what[160];
	assert_ok(key_generate(KEY_RSA_2048, &k, &err_));
	assert_true(sign_alg_der(identifier("1.2.840.113549.1.1.5", true), NULL, &alg));
	assert_true(sign_alg_good(&alg, key_spki(k), at(2008), what));
	assert_false(sign_alg_good(&alg, key_spki(k), at(2010), what));
	assert_non_null(strstr(what, "SHA-1"));
	assert_true(sign_alg_jose(STR("RS256"), &alg));
	assert_true(sign_alg_good(&alg, key_spki(k), at(2030), what));
	assert_false(sign_alg_good(&alg, key_spki(k), at(2031), what));
	assert_non_null(strstr(what, "2048"));
}

static void a_file_is_digested_in_pieces(void **state)
{
	(void)state;
	char path[] = "/tmp/musubi-source-XXXXXX";
	int fd = mkstemp(path);
	struct source s;
	struct str part;
	uint8_t one[DIGEST_SIZE_MAX], two[DIGEST_SIZE_MAX];
	size_t n = 700000;
	char *bytes = arena_alloc(a, n);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 31 >> 3);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_ok(source_open(path, &s, &err_));
	struct source m = source_bytes(STR("m"), str_of(bytes, n));
	struct range ranges[] = { { 10, 300000 }, { 400000, 300000 } };
	assert_ok(source_digest(&s, ranges, 2, &sign_digests[SD_SHA256], one, &err_));
	assert_ok(source_digest(&m, ranges, 2, &sign_digests[SD_SHA256], two, &err_));
	assert_memory_equal(one, two, 32);
	assert_ok(source_read(a, &s, (struct range){ 699990, 10 }, 10, &part, &err_));
	assert_memory_equal(part.p, bytes + 699990, 10);
	struct err e;
	assert_true(source_read(a, &s, (struct range){ 0, 11 }, 10, &part, &e).kind == ERR_TOO_LARGE);
	assert_true(source_read(a, &s, (struct range){ 699999, 2 }, 10, &part, &e).kind == ERR_INPUT);
	struct range past = { UINT64_MAX, 2 };
	assert_true(is_err(source_digest(&s, &past, 1, &sign_digests[SD_SHA256], one, &e)));
	assert_int_equal(ftruncate(fd, 1000), 0);
	assert_true(is_err(source_digest(&s, ranges, 2, &sign_digests[SD_SHA256], one, &e)));
	source_close(&s);
	close(fd);
	unlink(path);
	assert_true(source_open(path, &s, &e).kind == ERR_NOT_FOUND);
	assert_true(source_open("/tmp", &s, &e).kind == ERR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_by_each_of_its_names),
		cmocka_unit_test(unknown_names_are_unknown),
		cmocka_unit_test(our_own_signatures_hold_and_changed_ones_do_not),
		cmocka_unit_test(pairs_of_integers_are_of_the_length_of_the_group),
		cmocka_unit_test(old_algorithms_are_good_for_their_time_only),
		cmocka_unit_test(a_file_is_digested_in_pieces),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
