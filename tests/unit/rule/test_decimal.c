/* Decimal numbers: exact text, IEEE behaviour at the edges, and properties over
 * many pseudo-random numbers. */
#include "rule_support.h"

static struct decimal dec(const char *s)
{
	struct decimal d;
	assert_true(dec_from_text(str_c(s), &d));
	return d;
}

static struct str text(struct decimal d)
{
	static char out[DEC_TEXT_MAX];
	return str_of(out, dec_to_text(d, out));
}

static void reads_and_writes(void **state)
{
	(void)state;
	assert_text(text(dec("0")), "0");
	assert_text(text(dec("-0")), "0");
	assert_text(text(dec("007")), "7");
	assert_text(text(dec("1.50")), "1.5");
	assert_text(text(dec("-.5")), "-0.5");
	assert_text(text(dec("1e3")), "1000");
	assert_text(text(dec("12.5E-3")), "0.0125");
	assert_text(text(dec("9999999999999999999999999999999999")),
	            "9999999999999999999999999999999999");
	assert_int_equal(text(dec("1e6144")).n, 6145);
	assert_int_equal(text(dec("1e-6176")).n, 6178);
}

static void rounds_half_even_past_34_digits(void **state)
{
	(void)state;
	assert_text(text(dec("12345678901234567890123456789012345")),
	            "12345678901234567890123456789012340");
	assert_text(text(dec("12345678901234567890123456789012355")),
	            "12345678901234567890123456789012360");
	assert_text(text(dec("123456789012345678901234567890123450000000000001")),
	            "123456789012345678901234567890123500000000000000");
	assert_text(text(dec("99999999999999999999999999999999999")),
	            "100000000000000000000000000000000000");
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const bad[] = { "", "-", ".", "1.", "1..2", "1e", "1e+", "e5", "0x10", " 1",
		"1 ", "1,0", "--1", "+1", "1e6145", "-9.9e99999999", "NaN", "inf", "1.2.3", "１" };
	struct decimal d;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (dec_from_text(str_c(bad[i]), &d))
			fail_msg("read '%s'", bad[i]);
}

static void integers_stay_exact_past_63_bits(void **state)
{
	(void)state;
	struct decimal max = dec_int(INT64_MAX), min = dec_int(INT64_MIN);
	int64_t v;
	assert_text(text(min), "-9223372036854775808");
	assert_text(text(dec_add(max, dec_int(1))), "9223372036854775808");
	assert_text(text(dec_sub(min, dec_int(1))), "-9223372036854775809");
	assert_text(text(dec_mul(max, dec_int(-2))), "-18446744073709551614");
	assert_false(dec_to_i64(dec_add(max, dec_int(1)), &v));
	assert_true(dec_to_i64(dec("1200e-2"), &v) && v == 12);
	assert_true(dec_to_i64(dec("12e2"), &v) && v == 1200);
	assert_false(dec_to_i64(dec("12.5"), &v));
	assert_false(dec_to_i64(dec("1e19"), &v));
}

static void edges_are_not_finite(void **state)
{
	(void)state;
	assert_false(dec_finite(dec_div(dec_int(1), dec_int(0))));
	assert_false(dec_finite(dec_div(dec_int(0), dec_int(0))));
	assert_false(dec_finite(dec_mul(dec("9e6144"), dec_int(10))));
	assert_false(dec_finite(dec_log(dec_int(0))));
	assert_false(dec_finite(dec_log(dec_int(-1))));
	assert_false(dec_finite(dec_sqrt(dec_int(-1))));
	assert_false(dec_finite(dec_exp(dec_int(20000))));
	assert_false(dec_finite(dec_pow(dec_int(0), dec_int(-1))));
	assert_false(dec_finite(dec_pow(dec_int(-8), dec("0.5"))));
	assert_true(dec_zero(dec_exp(dec_int(-20000))));
	assert_true(dec_zero(dec_mul(dec("1e-6176"), dec("0.1"))));
	assert_int_equal(dec_to_text(dec_div(dec_int(1), dec_int(0)), (char[DEC_TEXT_MAX]){ 0 }), 4);
}

static void rounding_modes(void **state)
{
	static const struct { const char *d; int scale; const char *want[7]; } rows[] = {
		/* up, down, half up, half down, half even, floor, ceiling */
		{ "2.5", 0, { "3", "2", "3", "2", "2", "2", "3" } },
		{ "-2.5", 0, { "-3", "-2", "-3", "-2", "-2", "-3", "-2" } },
		{ "3.5", 0, { "4", "3", "4", "3", "4", "3", "4" } },
		{ "1.1", 0, { "2", "1", "1", "1", "1", "1", "2" } },
		{ "-1.9", 0, { "-2", "-1", "-2", "-2", "-2", "-2", "-1" } },
		{ "1.2345", 3, { "1.235", "1.234", "1.235", "1.234", "1.234", "1.234", "1.235" } },
		{ "1250", -2, { "1300", "1200", "1300", "1200", "1200", "1200", "1300" } },
		{ "0.0001", 2, { "0.01", "0", "0", "0", "0", "0", "0.01" } },
		{ "-0.0001", 2, { "-0.01", "0", "0", "0", "0", "-0.01", "0" } },
		{ "5", -1, { "10", "0", "10", "0", "0", "0", "10" } },
		{ "7", 3, { "7", "7", "7", "7", "7", "7", "7" } },
		{ "9999999999999999999999999999999999", -1,
		  { "10000000000000000000000000000000000", "9999999999999999999999999999999990",
		    "10000000000000000000000000000000000", "10000000000000000000000000000000000",
		    "10000000000000000000000000000000000", "9999999999999999999999999999999990",
		    "10000000000000000000000000000000000" } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int mode = 0; mode < 7; mode++) {
			struct str got = text(dec_round(dec(rows[i].d), rows[i].scale, (enum dec_rounding)mode));
			if (!str_eq(got, str_c(rows[i].want[mode])))
				fail_msg("%s to %d, mode %d: %.*s", rows[i].d, rows[i].scale, mode, STR_ARG(got));
		}
}

/* To the last of 34 digits, as other arbitrary-precision libraries compute them. */
static void transcendental_functions(void **state)
{
	(void)state;
	assert_text(text(dec_exp(dec_int(1))), "2.718281828459045235360287471352662");
	assert_text(text(dec_exp(dec("-0.0001"))), "0.9999000049998333374999166680555357");
	assert_text(text(dec_log(dec_int(2))), "0.6931471805599453094172321214581766");
	assert_text(text(dec_log(dec("1.000000000000000000000000000000001"))),
	            "0.0000000000000000000000000000000009999999999999999999999999999999995");
	assert_text(text(dec_log(dec("0.5"))), "-0.6931471805599453094172321214581766");
	assert_text(text(dec_sqrt(dec_int(2))), "1.414213562373095048801688724209698");
	assert_text(text(dec_sqrt(dec("152399025"))), "12345");
	assert_text(text(dec_sqrt(dec("0.0625"))), "0.25");
	assert_text(text(dec_pow(dec("1.1"), dec_int(10))), "2.5937424601");
	assert_text(text(dec_pow(dec_int(2), dec_int(-2))), "0.25");
	assert_text(text(dec_pow(dec_int(-3), dec_int(3))), "-27");
	assert_text(text(dec_pow(dec_int(10), dec_int(30))), "1000000000000000000000000000000");
	assert_text(text(dec_pow(dec_int(27), dec_div(dec_int(1), dec_int(3)))),
	            "3");
	assert_text(text(dec_pow(dec("1.05"), dec("2.5"))), "1.129726321947045721750119514527446");
}

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct decimal random_decimal(uint64_t *s)
{
	unsigned __int128 c = (unsigned __int128)next_random(s) << 64 | next_random(s);
	unsigned digits = (unsigned)(next_random(s) % 34) + 1;
	unsigned __int128 limit = 1;
	for (unsigned i = 0; i < digits; i++)
		limit *= 10;
	return dec_pack((struct dec_parts){ next_random(s) & 1, c % limit,
		(int)(next_random(s) % 40) - 30 });
}

static bool same(struct decimal x, struct decimal y)
{
	return dec_cmp(x, y) == 0;
}

static void properties(void **state)
{
	uint64_t seed = 88172645463325252ULL;
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct decimal x = random_decimal(&seed), y = random_decimal(&seed), back;
		struct str s = text(x);
		assert_true(dec_from_text(s, &back) && same(back, x));
		assert_true(same(dec_add(x, y), dec_add(y, x)));
		assert_true(same(dec_mul(x, y), dec_mul(y, x)));
		assert_true(same(dec_sub(x, y), dec_neg(dec_sub(y, x))));
		assert_true(dec_cmp(x, y) == -dec_cmp(y, x));
		assert_true(same(dec_sub(dec_add(x, dec_int(0)), x), dec_int(0)));
		struct decimal low = dec_round(x, 2, DEC_FLOOR), high = dec_round(x, 2, DEC_CEILING);
		assert_true(dec_cmp(low, x) <= 0 && dec_cmp(x, high) <= 0);
		struct dec_parts p = dec_unpack(x);
		assert_true(same(dec_pack(p), x));
	}
}

static void roots_and_logs_invert(void **state)
{
	uint64_t seed = 2463534242ULL;
	struct decimal near = dec("1e-30");
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct decimal x = dec_abs(random_decimal(&seed));
		if (dec_zero(x))
			continue;
		struct decimal r = dec_sqrt(x), off = dec_abs(dec_sub(dec_div(dec_mul(r, r), x), dec_int(1)));
		assert_true(dec_cmp(off, near) < 0);
		struct decimal e = dec_exp(dec_log(x));
		off = dec_abs(dec_sub(dec_div(e, x), dec_int(1)));
		assert_true(dec_cmp(off, near) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes), cmocka_unit_test(rounds_half_even_past_34_digits),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(integers_stay_exact_past_63_bits),
		cmocka_unit_test(edges_are_not_finite), cmocka_unit_test(rounding_modes),
		cmocka_unit_test(transcendental_functions), cmocka_unit_test(properties),
		cmocka_unit_test(roots_and_logs_invert),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
