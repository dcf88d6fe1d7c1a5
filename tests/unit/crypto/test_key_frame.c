/* Frames between server and key process, and what the key process answers to a
 * server that has turned hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "crypto/key_host.h"

#include <cmocka.h>
#undef fail

static struct key_host *host;
static struct key *rsa, *p256, *ed;
static char dir[] = "/tmp/musubi-host-XXXXXX";
static char master[] = "only a test knows of this key 32"; /* 32 bytes */
static const struct str uses[] = { STR_INIT("data"), STR_INIT("officer") };
static struct key_frame_out out, answer;

static int keep(enum key_alg alg, const char *name, struct key **ret)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	return is_ok(key_generate(alg, ret, NULL)) &&
	       is_ok(key_save(*ret, str_c(path), str_of(master, KEY_MASTER), str_c(name), NULL)) ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || keep(KEY_RSA_2048, "a-rsa", &rsa) || keep(KEY_P256, "b-p256", &p256) ||
	    keep(KEY_ED25519, "c-ed", &ed))
		return -1;
	struct secret m = secret_of(str_of(master, KEY_MASTER));
	return is_ok(key_host_open(&m, str_c(dir), uses, 2, &host, NULL)) && !m.p ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = { "a-rsa", "b-p256", "c-ed" };
	char path[128];
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s.key", dir, names[i]);
		unlink(path);
	}
	key_host_close(host);
	key_unref(rsa);
	key_unref(p256);
	key_unref(ed);
	return rmdir(dir);
}

static struct str frame_of(const struct key_frame_item *items, size_t n)
{
	key_frame_begin(&out, false);
	for (size_t i = 0; i < n; i++)
		assert_true(key_frame_add(&out, &items[i]));
	return key_frame_done(&out);
}

/* The answer to one request; borrowed from `answer`. */
static struct key_frame_item ask(enum key_op op, unsigned alg, unsigned key, struct str data)
{
	struct key_frame f;
	struct key_frame_item item = { .kind = (uint8_t)op, .alg = (uint8_t)alg,
	                               .key = (uint16_t)key, .data = data };
	assert_true(key_host_answer(host, 0, frame_of(&item, 1), &answer));
	assert_true(key_frame_read(key_frame_done(&answer), true, &f));
	assert_int_equal(f.n, 1);
	return f.items[0];
}

static void frames_come_back_as_they_went(void **state)
{
	(void)state;
	static char bytes[KEY_FRAME_DATA_MAX];
	struct key_frame f;
	struct key_frame_item items[KEY_FRAME_ITEMS];
	for (size_t i = 0; i < KEY_FRAME_ITEMS; i++)
		items[i] = (struct key_frame_item){ .kind = KEY_OP_SIGN, .alg = SIG_ES256,
			.key = (uint16_t)(i * 1000), .data = str_of(bytes, i * 17) };
	assert_true(key_frame_read(frame_of(items, KEY_FRAME_ITEMS), false, &f));
	assert_int_equal(f.n, KEY_FRAME_ITEMS);
	for (size_t i = 0; i < f.n; i++) {
		assert_int_equal(f.items[i].key, items[i].key);
		assert_true(str_eq(f.items[i].data, items[i].data));
	}
	struct key_frame_item one_more = items[0], large = { .kind = KEY_OP_SIGN,
		.data = str_of(bytes, KEY_FRAME_DATA_MAX) };
	assert_false(key_frame_add(&out, &one_more));
	assert_true(key_frame_read(frame_of(&large, 1), false, &f));
	assert_false(key_frame_add(&out, &one_more));
}

static void every_cut_and_every_flip_of_a_head_is_refused_or_harmless(void **state)
{
	(void)state;
	struct key_frame f;
	struct key_frame_item items[2] = {
		{ .kind = KEY_OP_SIGN, .alg = SIG_ES256, .key = 1, .data = STR_INIT("01234.6789") },
		/* ('.' is in no name, or a flip would make a key) */
		{ .kind = KEY_OP_SECRET, .data = STR_INIT("data") },
	};
	struct str whole = frame_of(items, 2);
	char *copy = malloc(whole.n + 1); /* exactly as long, so that ASan sees a step too far */
	for (size_t n = 0; n < whole.n; n++) {
		char *cut = malloc(n + 1);
		memcpy(cut, whole.p, n);
		assert_false(key_frame_read(str_of(cut, n), false, &f));
		free(cut);
	}
	for (size_t at = 0; at < whole.n; at++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, whole.p, whole.n);
			copy[at] = (char)(copy[at] ^ (1 << bit));
			if (key_frame_read(str_of(copy, whole.n), false, &f))
				assert_true(key_host_answer(host, 0, str_of(copy, whole.n), &answer));
		}
	memcpy(copy, whole.p, whole.n);
	copy[whole.n] = 0;
	assert_false(key_frame_read(str_of(copy, whole.n + 1), false, &f));
	assert_false(key_frame_read(whole, true, &f));
	free(copy);
}

static void counts_and_lengths_that_lie_are_refused(void **state)
{
	(void)state;
	struct key_frame f;
	static const char none[] = { 'K', 1, 0, 0 };
	static const char many[] = { 'K', 1, 0, KEY_FRAME_ITEMS + 1 };
	static const char huge[] = { 'K', 1, 0, 1, KEY_OP_SIGN, 0, 0, 0, -1, -1, -1, -1 };
	static const char no_such_op[] = { 'K', 1, 0, 1, KEY_OP_END, 0, 0, 0, 0, 0, 0, 0 };
	static const char no_such_alg[] = { 'K', 1, 0, 1, KEY_OP_SIGN, SIG_ALG_COUNT, 0, 0, 0, 0, 0, 0 };
	static const char version[] = { 'K', 2, 0, 1, KEY_OP_SECRET, 0, 0, 0, 0, 0, 0, 0 };
	static const struct str bad[] = {
		{ none, sizeof none }, { many, sizeof many }, { huge, sizeof huge },
		{ no_such_op, sizeof no_such_op }, { no_such_alg, sizeof no_such_alg },
		{ version, sizeof version }, { "", 0 },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(key_frame_read(bad[i], false, &f));
		assert_false(key_host_answer(host, 0, bad[i], &answer));
	}
}

static void a_hostile_server_gets_only_what_the_table_gives(void **state)
{
	(void)state;
	uint8_t hash[DIGEST_SIZE_MAX] = { 0 }, wrapped[KEY_SIG_MAX];
	struct str h256 = str_of((char *)hash, 32), h384 = str_of((char *)hash, 48);
	size_t n;
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 1, h256).kind, KEY_STATUS_OK);
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 0, h256).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 1, h384).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 1, STR("")).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 3, h256).kind, KEY_STATUS_NONE);
	assert_int_equal(ask(KEY_OP_SIGN, SIG_ES256, 0xffff, h256).kind, KEY_STATUS_NONE);
	assert_int_equal(ask(KEY_OP_DESCRIBE, 0, 3, STR("")).kind, KEY_STATUS_NONE);
	assert_int_equal(ask(KEY_OP_UNWRAP, 0, 1, h256).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_UNWRAP, 0, 0, h256).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_DERIVE, 0, 1, h256).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_DERIVE, 0, 1, key_spki(rsa)).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_SECRET, 0, 0, STR("master")).kind, KEY_STATUS_REFUSED);
	assert_int_equal(ask(KEY_OP_SECRET, 0, 0, STR("")).kind, KEY_STATUS_REFUSED);
	assert_true(is_ok(key_wrap(rsa, STR("secret"), wrapped, &n, NULL)));
	struct key_frame_item got = ask(KEY_OP_UNWRAP, 0, 0, str_of((char *)wrapped, n));
	assert_int_equal(got.kind, KEY_STATUS_OK);
	assert_true(str_eq(got.data, STR("secret")));
}

static void no_answer_holds_a_key(void **state)
{
	(void)state;
	SECRET_AUTO pkcs8 = { 0 };
	assert_true(is_ok(key_export(p256, &pkcs8, NULL)));
	struct str scalar = str_sub(secret_str(&pkcs8), 36, 32); /* RFC 5915, of a P-256 key */
	for (unsigned op = KEY_OP_DESCRIBE; op < KEY_OP_END; op++)
		for (unsigned key = 0; key < 4; key++)
			for (unsigned alg = 0; alg < SIG_ALG_COUNT; alg++)
				for (size_t n = 0; n < 70; n += 16) {
					static const char zeros[80];
					struct str d = ask((enum key_op)op, alg, key, str_of(zeros, n)).data;
					assert_true(str_find(d, scalar) == STR_NONE);
					assert_true(str_find(d, str_of(master, KEY_MASTER)) == STR_NONE);
				}
}

static void secrets_depend_on_their_use(void **state)
{
	(void)state;
	uint8_t want[KEY_MASTER];
	struct key_frame_item got = ask(KEY_OP_SECRET, 0, 0, STR("data"));
	key_master_secret(str_of(master, KEY_MASTER), STR("data"), want);
	assert_true(str_eq(got.data, str_of((char *)want, KEY_MASTER)));
	got = ask(KEY_OP_SECRET, 0, 0, STR("officer"));
	assert_false(str_eq(got.data, str_of((char *)want, KEY_MASTER)));
}

static void a_host_with_another_master_key_does_not_start(void **state)
{
	(void)state;
	struct key_host *no = NULL;
	struct err err;
	SECRET_AUTO other = secret_random(KEY_MASTER);
	SECRET_AUTO small = secret_random(16);
	assert_true(is_err(key_host_open(&other, str_c(dir), uses, 2, &no, &err)));
	assert_string_equal(err.code, "crypto.aead.forged");
	assert_true(is_err(key_host_open(&small, str_c(dir), uses, 2, &no, &err)));
	assert_null(no);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_back_as_they_went),
		cmocka_unit_test(every_cut_and_every_flip_of_a_head_is_refused_or_harmless),
		cmocka_unit_test(counts_and_lengths_that_lie_are_refused),
		cmocka_unit_test(a_hostile_server_gets_only_what_the_table_gives),
		cmocka_unit_test(no_answer_holds_a_key),
		cmocka_unit_test(secrets_depend_on_their_use),
		cmocka_unit_test(a_host_with_another_master_key_does_not_start),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
