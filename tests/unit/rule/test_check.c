/* What the checker finds in a table, hit policy by hit policy, kind by kind. */
#include "check_support.h"

#include "base/clock.h"

struct row {
	const char *name, *yaml, *want;
};

static void says(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ARENA_AUTO a = arena_new(0);
		struct str got = findings_text(a, check_table(a, str_c(rows[i].yaml)), NULL);
		if (!str_eq(got, str_c(rows[i].want)))
			fail_msg("%s: got\n%.*swanted\n%s", rows[i].name, STR_ARG(got), rows[i].want);
	}
}

#define AGES(hit) "hit: " hit "\ninputs: [age]\noutputs: [y]\nrules:\n"
#define TWO "inputs:\n  - age\n  - {expr: use, values: '\"owned\", \"rented\", \"other\"'}\noutputs: [y]\nrules:\n"

static void hit_policies(void **state)
{
	static const struct row rows[] = {
		{ "complete", AGES("U") "  - ['< 18', 1]\n  - ['>= 18', 2]\n", "" },
		{ "unique overlap", AGES("U") "  - ['<= 18', 1]\n  - ['>= 18', 2]\n",
		  "error table.overlap 1 0 -1: rows 1 and 2 both hold, for example when age = 18; only one may\n" },
		{ "unique covered", AGES("U") "  - ['-', 1]\n  - ['5', 2]\n",
		  "error table.unreachable 1 0 -1: row 2 is never reached: row 1 holds whenever it does\n"
		  "error table.overlap 1 0 -1: rows 1 and 2 both hold, for example when age = 5; only one may\n" },
		{ "any alike", AGES("A") "  - ['<= 18', 1]\n  - ['>= 18', 1.0]\n", "" },
		{ "any different", AGES("A") "  - ['<= 18', 1]\n  - ['>= 18', 2]\n",
		  "error table.conflict 1 0 -1: rows 1 and 2 both hold and give different results, for example when age = 18\n" },
		{ "any redundant", AGES("A") "  - ['-', 1]\n  - ['>= 18', 1]\n",
		  "note table.redundant 1 0 -1: row 2 changes nothing: the rows before it hold whenever it does\n" },
		{ "first shadows", AGES("F") "  - ['> 10', 1]\n  - ['> 20', 2]\n  - ['-', 3]\n",
		  "warning table.unreachable 1 0 -1: row 2 is never reached: row 1 holds whenever it does\n"
		  "note table.together -1 -1 -1: pairs of rows that can hold together: 3, first rows 1 and 2, for example when age = 21\n" },
		{ "first by several", AGES("F") "  - ['< 10', 1]\n  - ['>= 10', 2]\n  - ['[5..15]', 3]\n",
		  "warning table.hidden 2 -1 -1: row 3 is never reached: the rows before it hold whenever it does\n"
		  "note table.together -1 -1 -1: pairs of rows that can hold together: 2, first rows 1 and 3, for example when age = 5\n" },
		{ "priority", "hit: P\ninputs: [age]\noutputs: [{name: y, values: '3, 2, 1'}]\nrules:\n"
		  "  - ['> 20', 1]\n  - ['> 10', 3]\n  - ['<= 10', 2]\n",
		  "warning table.outranked 0 1 -1: row 1 never decides: better rows hold whenever it does\n"
		  "note table.together -1 -1 -1: pairs of rows that can hold together: 1, first rows 1 and 2, for example when age = 21\n" },
		{ "collect", AGES("C") "  - ['> 10', 1]\n  - ['> 20', 2]\n",
		  "note table.together -1 -1 -1: pairs of rows that can hold together: 1, first rows 1 and 2, for example when age = 21\n"
		  "note table.gap -1 -1 -1: no row is for age <= 10; for example age = 10\n" },
		{ "rule order", AGES("R") "  - ['> 10', 1]\n",
		  "note table.gap -1 -1 -1: no row is for age <= 10; for example age = 10\n" },
		{ "output order", "hit: O\ninputs: [age]\noutputs: [{name: y, values: '2, 1'}]\nrules:\n"
		  "  - ['> 10', 1]\n  - ['<= 10', 2]\n", "" },
		{ "no rows", AGES("U"), "warning table.empty -1 -1 -1: the table has no rows\n" },
	};
	(void)state;
	says(rows, sizeof rows / sizeof *rows - 1);
}

static void gaps_have_examples(void **state)
{
	static const struct row rows[] = {
		{ "between", AGES("U") "  - ['< 18', 1]\n  - ['> 18', 2]\n",
		  "warning table.gap -1 -1 -1: no row is for age = 18; for example age = 18\n" },
		{ "open ends", AGES("U") "  - ['[0..5)', 1]\n  - ['(5..10]', 2]\n",
		  "warning table.gap -1 -1 -1: no row is for age < 0 or = 5 or > 10; for example age = 5\n" },
		{ "half", AGES("U") "  - ['<= 4', 1]\n  - ['>= 5', 2]\n",
		  "warning table.gap -1 -1 -1: no row is for age in (4..5); for example age = 4.5\n" },
		{ "days follow each other", "inputs: [d]\noutputs: [y]\nrules:\n"
		  "  - ['< date(\"2026-04-01\")', 1]\n  - ['[@\"2026-04-01\"..@\"2026-04-30\"]', 2]\n"
		  "  - ['>= @\"2026-05-01\"', 3]\n", "" },
		{ "a month", "inputs: [d]\noutputs: [y]\nrules:\n"
		  "  - ['< @\"2026-04-01\"', 1]\n  - ['>= @\"2026-05-01\"', 3]\n",
		  "warning table.gap -1 -1 -1: no row is for d in [2026-04-01..2026-05-01); for example d = 2026-04-01\n" },
		{ "two axes", TWO "  - ['< 18', '-', 1]\n  - ['>= 18', '\"owned\"', 2]\n  - ['>= 18', '\"rented\"', 2]\n",
		  "warning table.gap -1 -1 -1: no row is for age >= 18, use = \"other\"; for example age = 18, use = \"other\"\n" },
		{ "a value", TWO "  - ['-', '\"owned\"', 1]\n  - ['-', '\"rented\"', 2]\n",
		  "warning table.value -1 -1 1: no row is for 'use' = \"other\"\n" },
		{ "null that is named", AGES("U") "  - ['null', 0]\n  - ['> 5', 1]\n",
		  "warning table.gap -1 -1 -1: no row is for age <= 5; for example age = 5\n" },
		{ "not holds for null", AGES("U") "  - ['not(null)', 0]\n",
		  "warning table.gap -1 -1 -1: no row is for age = null; for example age = null\n" },
		{ "truths", "inputs: ['age > 5']\noutputs: [y]\nrules:\n  - ['true', 0]\n",
		  "warning table.value -1 -1 0: no row is for 'age > 5' = false\n" },
		{ "counts are whole", "inputs: [count(c)]\noutputs: [y]\nrules:\n  - ['0', 0]\n  - ['[1..2]', 1]\n"
		  "  - ['>= 3', 2]\n", "" },
		{ "texts", "inputs: [use]\noutputs: [y]\nrules:\n  - ['\"a\",\"b\"', 0]\n  - ['\"c\"', 1]\n",
		  "note table.gap_other -1 -1 -1: no row is for use not(\"a\", \"b\", \"c\"), if that can come;"
		  " for example use = \"other\"\n" },
		{ "default", "inputs: [age]\noutputs: [{name: y, default: '0'}]\nrules:\n  - ['> 5', 0]\n", "" },
		{ "durations", "inputs: [d]\noutputs: [y]\nrules:\n  - ['< duration(\"P1D\")', 0]\n  - ['> duration(\"P1D\")', 0]\n",
		  "warning table.gap -1 -1 -1: no row is for d = P1D; for example d = P1D\n" },
		{ "twice the same input", "inputs: [age, age]\noutputs: [y]\nrules:\n  - ['>= 5', '< 10', 0]\n"
		  "  - ['< 5', '-', 0]\n  - ['-', '>= 10', 0]\n", "" },
	};
	(void)state;
	says(rows, sizeof rows / sizeof *rows);
}

static void cells_that_cannot_hold(void **state)
{
	static const struct row rows[] = {
		{ "never", "hit: F\n" "inputs: [age]\noutputs: [y]\nrules:\n  - ['[5..1]', 0]\n  - ['-', 1]\n",
		  "error table.never 0 -1 0: row 1: the test [5..1] of 'age' can never hold\n" },
		{ "a slip", TWO "  - ['-', '\"owned\", \"other\"', 1]\n  - ['-', '\"rentd\", \"rented\"', 2]\n",
		  "error table.outside 1 -1 1: row 2: 'use' is never \"rentd\" did you mean 'rented'?\n" },
		{ "a type", "hit: F\ninputs: ['count(x)']\noutputs: [y]\nrules:\n  - ['\"5\"', 0]\n  - ['-', 1]\n",
		  "error table.type 0 -1 0: row 1: the test \"5\" of 'count(x)' asks for a text, but the input is a number\n" },
		{ "mixed", AGES("F") "  - ['\"5\"', 0]\n  - ['5', 1]\n  - ['-', 2]\n",
		  "warning table.mixed -1 -1 0: the tests of 'age' ask for values of several types: text, number\n"
		  "note table.together -1 -1 -1: pairs of rows that can hold together: 2, first rows 1 and 3, for example when age = \"5\"\n" },
		{ "not of constants", AGES("U") "  - ['> limit', 0]\n  - ['<= limit', 1]\n",
		  "note table.undecided -1 -1 -1: 2 tests are not made of constants (first in row 1, 'age'): what they leave is not checked\n" },
		{ "a condition", AGES("U") "  - ['? > 5 and ? < 9', 0]\n  - ['not(? > 5) or ? >= 9', 1]\n", "" },
		{ "related inputs", "inputs: [total, 'total + 1']\noutputs: [y]\nrules:\n  - ['> 5', '-', 0]\n  - ['-', '< 7', 1]\n",
		  "note table.related -1 -1 -1: 'total' and 'total + 1' hang together: rows may overlap only where both can come\n"
		  "note table.gap_other -1 -1 -1: no row is for total <= 5, total + 1 >= 7, if that can come; for example total = 5, total + 1 = 7\n" },
	};
	(void)state;
	says(rows, sizeof rows / sizeof *rows);
}

static void outputs_are_checked(void **state)
{
	static const struct row rows[] = {
		{ "values", "inputs: [age]\noutputs: [{name: y, values: '\"high\", \"low\"'}]\nrules:\n"
		  "  - ['> 5', '\"hihg\"']\n  - ['<= 5', '\"low\"']\n",
		  "error table.output_value 0 -1 1: \"hihg\" is none of the values of 'y': \"high\", \"low\" did you mean 'high'?\n" },
		{ "range of values", "inputs: [age]\noutputs: [{name: y, values: '[0..10]'}]\nrules:\n"
		  "  - ['> 5', 10]\n  - ['<= 5', 11]\n",
		  "error table.output_value 1 -1 1: 11 is none of the values of 'y': [0..10]\n" },
		{ "a sum of truths", "hit: C+\ninputs: [age]\noutputs: [y]\nrules:\n  - ['-', true]\n",
		  "error table.aggregate 0 -1 1: true cannot be aggregated\n" },
	};
	(void)state;
	says(rows, sizeof rows / sizeof *rows);
}

static void what_is_known_of_inputs(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct feel_value uses[] = { feel_string(STR("own")), feel_string(STR("rent")) };
	struct feel_value zero = feel_int(0), hundred = feel_int(100);
	struct table_domain d[] = {
		{ .kind = FEEL_NUMBER, .low = &zero, .high = &hundred, .whole = true },
		{ .kind = FEEL_STRING, .values = uses, .n = 2 },
	};
	const char *table = "inputs: [age, use]\noutputs: [y]\nrules:\n"
		"  - ['[0..9]', '\"own\"', 1]\n  - ['[10..100]', '\"own\"', 2]\n  - ['>= 0', '\"rent\"', 2]\n";
	(void)state;
	assert_text(findings_text(a, check_table(a, str_c(table)), d), "");
	d[1].may_be_null = true;
	assert_text(findings_text(a, check_table(a, str_c(table)), d),
	            "warning table.gap -1 -1 -1: no row is for use = null; for example age = 0, use = null\n");
}

static void places_are_those_of_the_cells(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct table_finding *f;
	const char *table = "hit: F\ninputs: [age]\noutputs: [y]\nrules:\n  - ['>= 0', 1]\n  - ['[5..1]', 2]\n"
		"  - ['-', 3]\n";
	(void)state;
	assert_int_equal(rule_table_check(check_table(a, str_c(table)), NULL, a, &f), 2);
	assert_int_equal(f[0].line, 6);
	assert_int_equal(f[0].col, 6);
	assert_text(f[0].ja, "2行目：「age」の条件 [5..1] は、決して当てはまりません");
}

/* 1,000 rows of four inputs, a grid without gap or overlap, and one hidden row. */
static void a_thousand_rows_quickly(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct buf b;
	(void)state;
	buf_init(&b, 1 << 20);
	buf_add_c(&b, "hit: U\ninputs: [p, q, r, s]\noutputs: [y]\nrules:\n");
	for (int i = 0; i < 1000; i++) {
		int p = i % 5, q = i / 5 % 5, r = i / 25 % 5, s = i / 125;
		buf_printf(&b, "  - ['%s%d%s', '%s%d%s', '%s%d%s', '%s%d%s', %d]\n",
		           p == 0 ? "< " : p == 4 ? ">= " : "[", p == 0 ? 1 : p, p == 0 || p == 4 ? "" : p == 1 ? "..2)" : p == 2 ? "..3)" : "..4)",
		           q == 0 ? "< " : q == 4 ? ">= " : "[", q == 0 ? 1 : q, q == 0 || q == 4 ? "" : q == 1 ? "..2)" : q == 2 ? "..3)" : "..4)",
		           r == 0 ? "< " : r == 4 ? ">= " : "[", r == 0 ? 1 : r, r == 0 || r == 4 ? "" : r == 1 ? "..2)" : r == 2 ? "..3)" : "..4)",
		           s == 0 ? "< " : s == 7 ? ">= " : "[", s == 0 ? 1 : s,
		           s == 0 || s == 7 ? "" : s == 1 ? "..2)" : s == 2 ? "..3)" : s == 3 ? "..4)" : s == 4 ? "..5)" : s == 5 ? "..6)" : "..7)", i);
	}
	const struct rule_table *t = check_table(a, buf_str(&b));
	int64_t before = clock_now_us();
	struct str got = findings_text(a, t, NULL);
	int64_t took = clock_now_us() - before;
	print_message("1,000 rows, 4 inputs: %.1f ms\n", (double)took / 1000);
	assert_text(got, "");
	assert_true(took < 5 * CLOCK_SECOND); /* under ASan, on a machine that is shared */
	buf_done(&b);
}

/* Boxes thrown at random: the search ends, whatever it finds. */
static void a_tangle_is_bounded(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct buf b;
	uint64_t x = 88172645463325252;
	(void)state;
	buf_init(&b, 1 << 21);
	buf_add_c(&b, "hit: F\ninputs: [p, q, r, s, u, v]\noutputs: [y]\nrules:\n");
	for (int i = 0; i < 1500; i++) {
		buf_add_c(&b, "  - [");
		for (int k = 0; k < 6; k++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			buf_printf(&b, "'[%u..%u]', ", (unsigned)(x % 500), (unsigned)(x % 500 + x / 500 % 500));
		}
		buf_add_c(&b, "1]\n");
	}
	const struct rule_table *t = check_table(a, buf_str(&b));
	int64_t before = clock_now_us();
	(void)findings_text(a, t, NULL);
	print_message("1,500 random rows, 6 inputs: %.1f ms\n", (double)(clock_now_us() - before) / 1000);
	assert_true(clock_now_us() - before < 20 * CLOCK_SECOND);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hit_policies), cmocka_unit_test(gaps_have_examples),
		cmocka_unit_test(cells_that_cannot_hold), cmocka_unit_test(outputs_are_checked),
		cmocka_unit_test(what_is_known_of_inputs), cmocka_unit_test(places_are_those_of_the_cells),
		cmocka_unit_test(a_thousand_rows_quickly), cmocka_unit_test(a_tangle_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
