/* Shares and operators: any two of three, never one; everything that was changed
 * is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/operators.h"

#include <cmocka.h>
#undef fail

enum { N = 3, NEED = 2, BYTES = 32 };
static const struct password_cost cheap = { .passes = 1, .mebibytes = 1, .lanes = 1 };
static const char *const names[N] = { "hana", "jiro", "kei" };
static const char *const words[N] = { "correct horse 1", "battery staple 2", "third passphrase" };

static void people(struct operator *who, unsigned a, unsigned b)
{
	const unsigned pick[] = { a, b };
	for (unsigned i = 0; i < 2; i++)
		who[i] = (struct operator){ str_c(names[pick[i]]), secret_of(str_c(words[pick[i]])) };
}

static void forget(struct operator *who, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		secret_done(&who[i].passphrase);
}

static void every_choice_of_shares_gives_the_secret_back(void **state)
{
	(void)state;
	for (unsigned need = 1; need <= 5; need++) {
		SECRET_AUTO master = secret_random(BYTES);
		struct secret all[5];
		assert_true(is_ok(share_split(secret_str(&master), need, 5, all, NULL)));
		for (unsigned mask = 1; mask < 32; mask++) {
			uint8_t x[5];
			struct secret some[5];
			unsigned n = 0;
			SECRET_AUTO got = { 0 };
			for (unsigned i = 0; i < 5; i++)
				if (mask >> i & 1) {
					x[n] = (uint8_t)(i + 1);
					some[n++] = all[i];
				}
			assert_true(is_ok(share_join(x, some, n, &got, NULL)));
			assert_int_equal(str_eq(secret_str(&got), secret_str(&master)), n >= need);
		}
		for (unsigned i = 0; i < 5; i++)
			secret_done(&all[i]);
	}
}

/* Worked by hand in GF(2^8) with the polynomial 0x11b: f(x) = 0x42 + 0x53 x has
 * f(1) = 0x11 and f(2) = 0xe4. */
static void shares_join_in_the_field_of_aes(void **state)
{
	(void)state;
	uint8_t one = 0x11, two = 0xe4;
	const uint8_t x[] = { 1, 2 };
	const struct secret shares[] = { { &one, 1 }, { &two, 1 } };
	SECRET_AUTO got = { 0 };
	assert_true(is_ok(share_join(x, shares, 2, &got, NULL)));
	assert_int_equal(got.p[0], 0x42);
}

static void shares_that_cannot_be_are_refused(void **state)
{
	(void)state;
	uint8_t byte = 1;
	struct secret two[2] = { { &byte, 1 }, { &byte, 1 } }, none[SHARE_MAX + 1];
	SECRET_AUTO got = { 0 };
	assert_true(is_err(share_join((uint8_t[]){ 1, 1 }, two, 2, &got, NULL)));
	assert_true(is_err(share_join((uint8_t[]){ 0, 1 }, two, 2, &got, NULL)));
	assert_true(is_err(share_join((uint8_t[]){ 1, 0 }, two, 2, &got, NULL)));
	assert_true(is_err(share_split(STR("x"), 3, 2, none, NULL)));
	assert_true(is_err(share_split(STR("x"), 0, 2, none, NULL)));
	assert_true(is_err(share_split(STR(""), 1, 1, none, NULL)));
	assert_true(is_err(share_split(STR("x"), 2, SHARE_MAX + 1, none, NULL)));
	assert_null(got.p);
}

static struct str sealed(struct arena *a, struct str master)
{
	struct operator who[N];
	struct str text;
	people(who, 0, 1);
	who[2] = (struct operator){ str_c(names[2]), secret_of(str_c(words[2])) };
	assert_true(is_ok(operators_seal(master, who, N, NEED, cheap, a, &text, NULL)));
	forget(who, N);
	return text;
}

static void any_two_open_and_one_does_not(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	SECRET_AUTO master = secret_random(BYTES);
	struct str text = sealed(a, secret_str(&master));
	struct operators o;
	struct err err;
	assert_true(is_ok(operators_read(text, a, &o, NULL)));
	assert_int_equal(o.need, NEED);
	assert_int_equal(o.n, N);
	assert_true(str_eq(o.names[2], STR("kei")));
	for (unsigned i = 0; i < N; i++)
		for (unsigned j = 0; j < N; j++) {
			struct operator who[2];
			SECRET_AUTO got = { 0 };
			people(who, i, j);
			struct result r = operators_open(text, who, 2, a, &got, &err);
			assert_int_equal(is_ok(r), i != j);
			if (is_ok(r))
				assert_true(str_eq(secret_str(&got), secret_str(&master)));
			assert_true(is_err(operators_open(text, who, 1, a, &got, &err)));
			assert_string_equal(err.code, "crypto.operators.few");
			forget(who, 2);
		}
}

static void wrong_passphrases_are_told_by_name(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	SECRET_AUTO master = secret_random(BYTES);
	SECRET_AUTO got = { 0 };
	struct str text = sealed(a, secret_str(&master));
	struct operator who[2];
	struct err err;
	people(who, 0, 1);
	who[1].passphrase.p[0] ^= 1;
	assert_int_equal(operators_open(text, who, 2, a, &got, &err).kind, ERR_AUTH);
	assert_non_null(strstr(err.what, "jiro"));
	who[1].name = STR("somebody");
	assert_int_equal(operators_open(text, who, 2, a, &got, &err).kind, ERR_AUTH);
	forget(who, 2);
	assert_null(got.p);
}

static void two_who_are_one_are_refused(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	struct operator who[2];
	struct str text;
	struct err err;
	people(who, 0, 0);
	assert_true(is_err(operators_seal(STR("m"), who, 2, 2, cheap, a, &text, &err)));
	assert_string_equal(err.code, "crypto.operators.twice");
	who[1].name = STR("jiro");
	assert_true(is_err(operators_seal(STR("m"), who, 2, 2, cheap, a, &text, &err)));
	assert_string_equal(err.code, "crypto.operators.same");
	who[1].passphrase.n = OPERATORS_MIN_PASSPHRASE - 1;
	assert_true(is_err(operators_seal(STR("m"), who, 2, 2, cheap, a, &text, &err)));
	assert_string_equal(err.code, "crypto.operators.short");
	who[1].passphrase.n = strlen(words[0]);
	forget(who, 2);
}

/* No byte of the file can be another one. */
static void a_changed_file_opens_nothing(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new((size_t)256 << 20);
	SECRET_AUTO master = secret_random(BYTES);
	struct str text = sealed(a, secret_str(&master));
	struct operator who[2];
	people(who, 0, 1);
	size_t kei = str_find(text, STR("{\"name\":\"kei\"")); /* her share is not opened */
	for (size_t at = 0; at < text.n; at += 3) {
		SECRET_AUTO got = { 0 };
		struct str copy = arena_str(a, text);
		char *p = (char *)(uintptr_t)copy.p;
		p[at] = p[at] == '1' ? '2' : '1';
		if (at < kei && !str_eq(copy, text))
			assert_true(is_err(operators_open(copy, who, 2, a, &got, NULL)));
		else
			(void)is_err(operators_open(copy, who, 2, a, &got, NULL));
		assert_true(!got.p || str_eq(secret_str(&got), secret_str(&master)));
	}
	for (size_t n = 0; n < text.n; n += 7) {
		struct operators o;
		assert_true(is_err(operators_read(str_sub(text, 0, n), a, &o, NULL)));
	}
	forget(who, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_choice_of_shares_gives_the_secret_back),
		cmocka_unit_test(shares_join_in_the_field_of_aes),
		cmocka_unit_test(shares_that_cannot_be_are_refused),
		cmocka_unit_test(any_two_open_and_one_does_not),
		cmocka_unit_test(wrong_passphrases_are_told_by_name),
		cmocka_unit_test(two_who_are_one_are_refused),
		cmocka_unit_test(a_changed_file_opens_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
