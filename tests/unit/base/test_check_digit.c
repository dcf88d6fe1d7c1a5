/* Check digits: published examples, and every slip they promise to find. */
#include "base/check_digit.h"
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

static void published_examples_hold(void **state)
{
	(void)state;
	static const char *const individual[] = { "983205673214", "123456789018" };
	static const char *const corporate[] = { "7000012050002", "7010001008844", "1180301018771",
		"1130001011420", "4000012090001", "5111101000006", "4111101000007" };
	static const char *const local[] = { "131016", "130001", "140007", "011002", "271004",
		"472018", "172065", "452025", "282197" };
	for (size_t i = 0; i < LEN(individual); i++)
		assert_true(individual_number_check(str_c(individual[i])));
	for (size_t i = 0; i < LEN(corporate); i++)
		assert_true(corporate_number_check(str_c(corporate[i])));
	for (size_t i = 0; i < LEN(local); i++)
		assert_true(local_code_check(str_c(local[i])));
	assert_int_equal(resident_code_digit(STR("0000000572")), '4'); /* Damm's own example */
}

static void only_bare_digits_of_the_right_length(void **state)
{
	(void)state;
	assert_false(individual_number_check(STR("")));
	assert_false(individual_number_check(STR("12345678901")));
	assert_false(individual_number_check(STR("1234567890188")));
	assert_false(individual_number_check(STR("12345678901 ")));
	assert_false(individual_number_check(STR("12345678901\xEF")));
	assert_false(corporate_number_check(STR("701000100884a")));
	assert_false(local_code_check(STR("13101")));
	assert_false(resident_code_check(STR("-0000005724")));
	assert_int_equal(individual_number_digit(STR("123")), 0);
	assert_int_equal(corporate_number_digit(STR("")), 0);
}

static void random_digits(struct rng *rng, char *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (char)('0' + rng_below(rng, 10));
}

typedef bool check_fn(struct str s);

/* Of all wrong digits and swaps of neighbours in s, how many pass. */
static size_t slips_missed(struct str s, check_fn *check)
{
	char copy[64];
	size_t missed = 0;
	for (size_t i = 0; i < s.n; i++)
		for (char c = '0'; c <= '9'; c++) {
			memcpy(copy, s.p, s.n);
			copy[i] = c;
			missed += c != s.p[i] && check(str_of(copy, s.n));
		}
	for (size_t i = 0; i + 1 < s.n; i++) {
		memcpy(copy, s.p, s.n);
		copy[i] = s.p[i + 1];
		copy[i + 1] = s.p[i];
		missed += s.p[i] != s.p[i + 1] && check(str_of(copy, s.n));
	}
	return missed;
}

static void our_own_schemes_find_every_slip(void **state)
{
	struct arena *a = *state;
	struct rng rng;
	rng_seed(&rng, 7064);
	for (int round = 0; round < 500; round++) {
		char digits[RECEIPT_MAX];
		arena_reset(a);
		random_digits(&rng, digits, 10);
		struct str code = arena_printf(a, "%.10s%c", digits, resident_code_digit(str_of(digits, 10)));
		assert_true(resident_code_check(code));
		assert_int_equal(slips_missed(code, resident_code_check), 0);
		size_t n = RECEIPT_MIN + rng_below(&rng, RECEIPT_MAX - RECEIPT_MIN + 1);
		random_digits(&rng, digits, n);
		struct str receipt = receipt_make(a, str_of(digits, n));
		assert_int_equal(receipt.n, n + 2);
		assert_true(receipt_check(receipt));
		assert_int_equal(slips_missed(receipt, receipt_check), 0);
	}
}

static void numbers_made_are_numbers_that_hold(void **state)
{
	(void)state;
	struct rng rng;
	rng_seed(&rng, 85);
	for (int round = 0; round < 2000; round++) {
		char n[13];
		random_digits(&rng, n, 11);
		n[11] = individual_number_digit(str_of(n, 11));
		assert_true(individual_number_check(str_of(n, 12)));
		random_digits(&rng, n + 1, 12);
		n[0] = corporate_number_digit(str_of(n + 1, 12));
		assert_true(corporate_number_check(str_of(n, 13)));
		n[5] = local_code_digit(str_of(n, 5));
		assert_true(local_code_check(str_of(n, 6)));
	}
}

static void one_wrong_digit_of_a_legal_number_is_found(void **state)
{
	(void)state;
	/* by construction: local codes find all, corporate numbers all but 0 for 9 and
	 * the like, individual numbers all but those that end in 0 for 10 or 11 */
	char code[] = "172065";
	for (size_t i = 0; i < 6; i++)
		for (char c = '0'; c <= '9'; c++) {
			char kept = code[i];
			code[i] = c;
			assert_int_equal(local_code_check(str_of(code, 6)), c == kept);
			code[i] = kept;
		}
	assert_false(individual_number_check(STR("123456789017")));
	assert_false(corporate_number_check(STR("8000012050002")));
}

static void receipts_are_shown_and_read(void **state)
{
	struct str r = receipt_make(*state, STR("261120000042")), back;
	assert_str(r, "26112000004205");
	assert_str(receipt_show(*state, r), "2611-2000-0042-05");
	static const char *const typed[] = { "2611-2000-0042-05", "26112000004205",
		" ２６１１－２０００ー００４２ ０５ ", "2611 2000 0042 05" };
	for (size_t i = 0; i < LEN(typed); i++) {
		assert_true(receipt_read(*state, str_c(typed[i]), &back));
		assert_true(str_eq(back, r));
	}
	static const char *const bad[] = { "", "2611-2000-0042-06", "2611-2000-0042", "R26112000004205",
		"26112000004205x", "--", "99999", "000000000000000000000000000000000001" };
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(receipt_read(*state, str_c(bad[i]), &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(published_examples_hold), T(only_bare_digits_of_the_right_length),
		T(our_own_schemes_find_every_slip), T(numbers_made_are_numbers_that_hold),
		T(one_wrong_digit_of_a_legal_number_is_found), T(receipts_are_shown_and_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
