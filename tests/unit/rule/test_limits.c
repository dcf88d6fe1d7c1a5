/* Hostile expressions end with a clear error, in bounded time and memory. */
#include "rule_support.h"

#include "base/clock.h"

enum { ARENA_CAP = 48 << 20, SECONDS_MAX = 20 /* under sanitizers, on a busy machine */ };

static struct str repeated(struct arena *a, const char *head, const char *piece, size_t n,
                           const char *tail)
{
	size_t h = strlen(head), p = strlen(piece), t = strlen(tail);
	char *out = arena_alloc(a, h + p * n + t + 1);
	memcpy(out, head, h);
	for (size_t i = 0; i < n; i++)
		memcpy(out + h + i * p, piece, p);
	memcpy(out + h + p * n, tail, t);
	return str_of(out, h + p * n + t);
}

/* Ends, one way or another, within time and within the arena. */
static struct str bounded(struct arena *texts, struct str source)
{
	ARENA_AUTO a = arena_new(ARENA_CAP);
	int64_t start = clock_steady_us();
	struct str got = eval_text(a, source, NULL, 0);
	assert_false(arena_over(a));
	assert_true(clock_steady_us() - start < SECONDS_MAX * CLOCK_SECOND);
	return arena_str(texts, str_sub(got, 0, 100));
}

static void nesting_is_bounded(void **state)
{
	static const struct { const char *piece, *inner; } rows[] = {
		{ "(", "1" }, { "[", "1" }, { "{a: ", "1" }, { "-", "1" }, { "not(", "true" },
		{ "if true then ", "1" }, { "for i in 1..1 return ", "1" }, { "function() ", "1" },
		{ "1 + (", "1" }, { "1 in (", "1" }, { "x in (x in (", "1" }, { "1 = (", "1" }, { "]", "1" },
		{ "some x in ", "1" }, { "a[", "1" }, { "f(", "1" }, { "1 between ", "1" }, { "2 ** -", "1" },
		{ "x instance of list<", "1" }, { "[1..", "1" }, { "< (", "1" },
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str got = bounded(a, repeated(a, "", rows[i].piece, 8000, rows[i].inner));
		if (!str_starts(got, STR("!feel.")))
			fail_msg("%s: %.*s", rows[i].piece, STR_ARG(got));
	}
}

static void long_chains_are_fine_or_refused(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(bounded(a, repeated(a, "1", " + 1", 100, "")), "101");
	bounded(a, repeated(a, "1", " + 1", 20000, ""));
	bounded(a, repeated(a, "true", " and true", 20000, ""));
	bounded(a, repeated(a, "a", ".a", 20000, ""));
	bounded(a, repeated(a, "a", "[1]", 20000, ""));
	bounded(a, repeated(a, "a", "()", 20000, ""));
	bounded(a, repeated(a, "2", " ** 2", 20000, ""));
	bounded(a, repeated(a, "1", " in 1", 20000, ""));
	bounded(a, repeated(a, "1", " instance of number", 10000, ""));
	bounded(a, repeated(a, "x", " x", 20000, ""));
	assert_text(bounded(a, repeated(a, "\"", "x", 300000, "\"")), "!feel.size");
}

static void loops_are_bounded(void **state)
{
	static const char *const rows[] = {
		"for i in 1..1000000000 return i",
		"for i in 1..1000, j in 1..1000 return 1",
		"for a in 1..99, b in 1..99, c in 1..99, d in 1..99 return 1",
		"some i in 1..1000000000 satisfies false",
		"every i in -9000000000000000000..9000000000000000000 satisfies true",
		"count(for i in 1..1000000000 return 1)",
		"for i in [1..1000000000] return i",
		"for i in 1..300 return for j in partial return partial",
		"{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r",
		"{f: function(g) [g(g), g(g)], r: f(f)}.r",
		"sort(for i in 1..20000 return 20000 - i, function(x, y) x < y)",
		"distinct values(for i in 1..50000 return i)",
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str got = bounded(a, str_c(rows[i]));
		if (!str_eq(got, STR("!feel.steps")) && !str_eq(got, STR("!feel.depth")) &&
		    !str_eq(got, STR("!feel.memory")) && !str_eq(got, STR("!feel.result")))
			fail_msg("%s: %.*s", rows[i], STR_ARG(got));
	}
}

static void growth_is_bounded(void **state)
{
	static const char *const rows[] = {
		/* text, lists and contexts that double with every round */
		"for i in 1..100 return if i = 1 then \"aaaaaaaa\" else partial[-1] + partial[-1]",
		"for i in 1..100 return if i = 1 then [1, 2] else concatenate(partial[-1], partial[-1])",
		"for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]]",
		"flatten(for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]])",
		"string(for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]])",
		"{l: for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]], "
		"m: for i in 1..60 return if i = 1 then 1 else [partial[-1], partial[-1]], r: l = m}.r",
		"for i in 1..50000 return [partial[-1]]",
		"{l: for i in 1..5000 return [partial[-1]], r: l = l}.r",
		"flatten(for i in 1..5000 return [partial[-1]])",
		"for i in 1..40 return if i = 1 then {a: 1} else {a: partial[-1], b: partial[-1]}",
		"replace(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"a\", "
		"\"$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0\") + "
		"(for i in 1..40 return if i = 1 then \"a\" else replace(partial[-1], \"a\", \"aaaa\"))[1]",
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!str_starts(bounded(a, str_c(rows[i])), STR("!feel.")))
			fail_msg("%s", rows[i]);
}

static void patterns_are_bounded(void **state)
{
	static const char *const rows[] = {
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a+)+$\")",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a|a)*$\")",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a*)*$\")",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a|aa)+$\")",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaab\", \"a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaaaaaaaac\")",
		"matches(\"x\", \"(((((((x{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}){1,99}){1,99}\")",
		"matches(\"x\", \"((x*)*)*{2,3}\")",
		"matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a*)*\\1$\")",
		"matches(\"\", \"(\\1*)*\")",
		"matches(string join(for i in 1..2000 return \"aaaaaaaaaa\"), \"(a*)*(a*)*(a*)*b\")",
		"replace(string join(for i in 1..5000 return \"ab\"), \"(a)(b)\", \"$2$1\") = null",
		"matches(\"a\", \"x{1000}{1000}\")",
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		bounded(a, str_c(rows[i]));
	assert_text(bounded(a, str_c(rows[0])), "false");
	assert_text(bounded(a, str_c(rows[3])), "false");
	assert_text(bounded(a, str_c(rows[10])), "false");
	assert_text(bounded(a, repeated(a, "matches(\"x\", \"", "(", 5000, "\")")), "null");
}

static void numbers_are_bounded(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(bounded(a, STR("9 ** 9 ** 9 ** 9 ** 9")), "null");
	assert_text(bounded(a, STR("1.0000001 ** 1000000000000")), "null");
	assert_text(bounded(a, STR("(1 / 3) ** 100000000000000000000")), "0");
	assert_text(bounded(a, STR("exp(exp(exp(exp(10))))")), "null");
	assert_text(bounded(a, STR("decimal(1, 999999999999)")), "null");
	assert_text(bounded(a, STR("@\"2026-11-20\" + @\"P999999999999Y\"")), "null");
	assert_text(bounded(a, STR("@\"P99999999999999999Y\" * 1000")), "null");
	assert_text(bounded(a, STR("@\"P99999999999999999D\"")), "!feel.at");
	assert_text(bounded(a, STR("@\"2026-11-20\" - @\"PT922337203685477580S\"")), "null");
	assert_text(bounded(a, STR("string length(string(1e6144))")), "6145");
}

static void the_callers_arena_is_respected(void **state)
{
	ARENA_AUTO a = arena_new(256 << 10);
	(void)state;
	assert_text(eval_text(a, STR("for i in 1..90000 return \"a text\""), NULL, 0), "!feel.memory");
	assert_false(arena_over(a));
}

static void steps_are_the_callers(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(eval_text(a, STR("sum(for i in 1..10 return i)"), NULL, 0), "55");
	assert_text(eval_text(a, STR("sum(for i in 1..10 return i)"), NULL, 20), "!feel.steps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nesting_is_bounded), cmocka_unit_test(long_chains_are_fine_or_refused),
		cmocka_unit_test(loops_are_bounded), cmocka_unit_test(growth_is_bounded),
		cmocka_unit_test(patterns_are_bounded), cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(the_callers_arena_is_respected), cmocka_unit_test(steps_are_the_callers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
