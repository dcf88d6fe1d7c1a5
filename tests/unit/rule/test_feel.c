/* What the rows cannot say: diagnoses, reads, missing facts, unary tests, JSON,
 * functions of other rooms. */
#include "rule_support.h"

#include "rule/native.h"

static struct feel_diag diagnose(struct arena *a, const char *source, const struct feel_value *known)
{
	const struct feel_expr *e;
	struct feel_diag d = { 0 };
	assert_true(is_err(feel_compile(a, str_c(source), known, &e, &d, NULL)));
	return d;
}

static void mistakes_have_a_place_and_a_hint(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *known = facts_of(a, "{\"age\": 1, \"申請者\": {\"氏名\": \"x\"}}");
	(void)state;
	struct feel_diag d = diagnose(a, "1 +\n  ag * 2", known);
	assert_int_equal(d.line, 2);
	assert_int_equal(d.col, 3);
	assert_string_equal(d.message, "unknown name 'ag': did you mean 'age'?");
	assert_string_equal(d.code, "feel.name");
	d = diagnose(a, "申請者.氏 = 1", known);
	assert_int_equal(d.line, 1);
	assert_int_equal(d.col, 5);
	d = diagnose(a, "substring before(\"a\", 1, ", known);
	assert_string_equal(d.message, "expected a value, found the end");
	d = diagnose(a, "sting length(\"a\")", known);
	assert_string_equal(d.message, "unknown function 'sting length': did you mean 'string length'?");
}

static void a_long_name_is_cut_between_characters(void **state)
{
	ARENA_AUTO a = arena_new(0);
	char source[1200];
	(void)state;
	for (size_t i = 0; i < sizeof source - 3; i += 3)
		memcpy(source + i, "名", 3);
	source[sizeof source - 3] = 0;
	struct feel_diag d = diagnose(a, source, facts_of(a, "{\"age\": 1}"));
	size_t n = strlen(d.message);
	assert_true(n < sizeof d.message && n > 10);
	assert_false((d.message[n - 1] & 0xc0) == 0xc0);
}

static void output_is_untouched_on_failure(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_expr *e = (const struct feel_expr *)a;
	struct err err;
	(void)state;
	assert_int_equal(feel_compile(a, STR("1 +"), NULL, &e, NULL, &err).kind, ERR_INPUT);
	assert_ptr_equal(e, a);
	assert_int_equal(feel_compile(a, STR("\xff\xfe"), NULL, &e, NULL, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "feel.utf8");
}

static struct str joined(struct arena *a, const struct str *names, size_t n)
{
	struct str out = STR("");
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%.*s%s%.*s", STR_ARG(out), i ? " " : "", STR_ARG(names[i]));
	return out;
}

static struct str reads_of(struct arena *a, const char *source, const struct feel_value *known)
{
	const struct feel_expr *e;
	const struct str *names;
	assert_true(is_ok(feel_compile(a, str_c(source), known, &e, NULL, NULL)));
	size_t n = feel_reads(e, &names);
	return joined(a, names, n);
}

static void reads_are_the_facts(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(reads_of(a, "申請者.生年月日 < today() and a.b.c = 1 or a.b.c = x", NULL),
	            "申請者.生年月日 a.b.c x");
	assert_text(reads_of(a, "for i in xs return i.a + y", NULL), "xs y");
	assert_text(reads_of(a, "{a: b, c: a + d}.c", NULL), "b d");
	assert_text(reads_of(a, "(function(p) p + q)(r)", NULL), "q r");
	assert_text(reads_of(a, "count(list[item > limit])", NULL), "list limit");
	const struct feel_value *known = facts_of(a, "{\"m\": [{\"age\": 1}], \"limit\": 2}");
	assert_text(reads_of(a, "m[age > limit].age", known), "m limit");
}

static struct str missing_of(struct arena *a, const char *source, const char *json)
{
	const struct feel_expr *e;
	const struct str *names;
	size_t n;
	struct feel_scope s = { .names = facts_of(a, json), .now_us = TEST_NOW_US };
	assert_true(is_ok(feel_compile(a, str_c(source), NULL, &e, NULL, NULL)));
	assert_true(is_ok(feel_missing(e, &s, a, NULL, &names, &n, NULL)));
	return joined(a, names, n);
}

static void missing_facts_are_named_once(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(missing_of(a, "a + b.c + b.c", "{}"), "a b.c");
	assert_text(missing_of(a, "a + b.c", "{\"a\": 1, \"b\": {}}"), "b.c");
	assert_text(missing_of(a, "a + 1", "{\"a\": null}"), ""); /* known to be nothing */
	assert_text(missing_of(a, "a.b.c = 1", "{\"a\": {\"b\": {\"c\": 1}}}"), "");
}

static void missing_facts_that_change_nothing_are_not_asked(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(missing_of(a, "a = 1 and b = 2", "{\"b\": 3}"), "");
	assert_text(missing_of(a, "a = 1 and b = 2", "{\"b\": 2}"), "a");
	assert_text(missing_of(a, "a = 1 or b = 2", "{\"b\": 2}"), "");
	assert_text(missing_of(a, "if a = 1 then b else c", "{\"c\": 1}"), "a b");
	assert_text(missing_of(a, "if a = 1 then b else c", "{\"a\": 1}"), "b");
	assert_text(missing_of(a, "if a = 1 then b else c", "{\"a\": 2}"), "c");
	assert_text(missing_of(a, "m[age > 3]", "{\"m\": [{}]}"), "");
}

static bool passes(struct arena *a, const char *tests, const char *input)
{
	const struct feel_expr *e;
	bool r;
	const struct feel_value *facts = facts_of(a, "{\"limit\": 10}");
	struct feel_scope s = { .names = facts, .now_us = TEST_NOW_US };
	assert_true(is_ok(feel_compile_tests(a, str_c(tests), facts, &e, NULL, NULL)));
	assert_true(is_ok(feel_test(e, facts_of(a, input), &s, a, &r, NULL)));
	return r;
}

static void unary_tests(void **state)
{
	static const struct { const char *tests, *input; bool want; } rows[] = {
		{ "-", "1", true }, { "", "null", true },
		{ "1", "1", true }, { "1, 2", "2", true }, { "1, 2", "3", false },
		{ "< 5", "4", true }, { "<= 5", "5", true }, { "> 5", "5", false }, { ">= 5", "5", true },
		{ "[1..3]", "3", true }, { "(1..3)", "3", false }, { "]1..3[", "2", true },
		{ "not(1, 2)", "3", true }, { "not(1, 2)", "1", false }, { "not(> 5)", "4", true },
		{ "\"a\", \"b\"", "\"b\"", true }, { "\"a\"", "1", false },
		{ "null", "null", true }, { "null", "1", false }, { "not(null)", "1", true },
		{ "true", "true", true }, { "false", "false", true }, { "true", "false", false },
		{ "? > 3 and ? < 9", "5", true }, { "? > 3 and ? < 9", "9", false },
		{ "starts with(?, \"加\")", "\"加賀\"", true }, { "limit", "10", true },
		{ "< limit", "9", true }, { "> limit, 3", "3", true }, { "[1, 2, 3]", "2", true },
		{ "= 3", "3", true }, { "!= 3", "3", false }, { "-5", "-5", true }, { "< -5", "-6", true },
		{ "not(true) = ?", "false", true }, { "< \"b\"", "\"a\"", true }, { "< 5", "\"a\"", false },
		{ "count(?) > 1", "[1, 2]", true },
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (passes(a, rows[i].tests, rows[i].input) != rows[i].want)
			fail_msg("%s on %s", rows[i].tests, rows[i].input);
}

static void tests_that_are_none(void **state)
{
	static const char *const bad[] = { "- 1 -", "1,", "not(", "> ", "[1..", "1 2", "not(1) 2" };
	ARENA_AUTO a = arena_new(0);
	const struct feel_expr *e;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (is_ok(feel_compile_tests(a, str_c(bad[i]), NULL, &e, NULL, NULL)))
			fail_msg("compiled %s", bad[i]);
}

static void json_there_and_back(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const char *text = "{\"a\":[1,2.5,\"日本\",true,null],\"b\":{\"c\":-0.001}}";
	(void)state;
	assert_text(json_to_str(a, feel_to_json(a, facts_of(a, text))),
	            "{\"a\":[1,2.5,\"日本\",true,null],\"b\":{\"c\":-0.001}}");
	assert_text(json_to_str(a, feel_to_json(a, facts_of(a, "1e2"))), "100");
	const struct feel_expr *e;
	const struct feel_value *v;
	struct feel_scope s = { 0 };
	assert_true(is_ok(feel_compile(a, STR("{d: @\"2026-11-20\", f: abs, p: @\"P1D\"}"), NULL, &e, NULL,
	                               NULL)));
	assert_true(is_ok(feel_eval(e, &s, a, &v, NULL)));
	assert_text(json_to_str(a, feel_to_json(a, v)),
	            "{\"d\":\"2026-11-20\",\"f\":null,\"p\":\"P1D\"}");
}

static struct feel_value label(const struct feel_call *call, const struct feel_value *args, size_t n)
{
	assert_int_equal(n, 1);
	assert_string_equal(call->context, "context");
	if (args[0].kind != FEEL_STRING)
		return feel_null();
	return feel_string(arena_join(call->arena, STR("label of "), args[0].string));
}

static void other_rooms_bring_functions(void **state)
{
	static const struct str params[] = { STR_INIT("path") };
	ARENA_AUTO a = arena_new(0);
	char context[] = "context";
	(void)state;
	struct feel_context_builder b = feel_context_new(a);
	feel_put(&b, STR("option label"), feel_native_value(a, label, context, params, 1));
	feel_put(&b, STR("x"), feel_int(1));
	const struct feel_value *facts = feel_keep(a, feel_context_done(&b));
	assert_text(eval_text(a, STR("option label(\"a.b\")"), facts, 0), "\"label of a.b\"");
	assert_text(eval_text(a, STR("option label(path: \"a.b\")"), facts, 0), "\"label of a.b\"");
	assert_text(eval_text(a, STR("option label(1)"), facts, 0), "null");
	assert_text(eval_text(a, STR("option label(1, 2)"), facts, 0), "null");
	assert_text(eval_text(a, STR("option label(x: 1)"), facts, 0), "null");
	assert_text(eval_text(a, STR("option labl(1)"), facts, 0), "!feel.function");
}

static void context_readers(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *v = facts_of(a, "{\"a\": {\"b\": 1}, \"c\": true}");
	(void)state;
	assert_true(feel_is(feel_path(v, STR("a.b")), FEEL_NUMBER));
	assert_null(feel_path(v, STR("a.b.c")));
	assert_null(feel_path(v, STR("a.x")));
	assert_null(feel_path(NULL, STR("a")));
	assert_true(feel_true(feel_get(v, STR("c"))));
	assert_false(feel_true(feel_get(v, STR("a"))));
	struct feel_context_builder b = feel_context_new(a);
	for (int i = 0; i < 100; i++)
		feel_put(&b, arena_printf(a, "k%d", i % 50), feel_int(i));
	struct feel_value c = feel_context_done(&b);
	assert_int_equal(c.context.n, 50);
	assert_text(feel_to_text(a, feel_get(&c, STR("k49"))), "99");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_a_place_and_a_hint),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(output_is_untouched_on_failure), cmocka_unit_test(reads_are_the_facts),
		cmocka_unit_test(missing_facts_are_named_once),
		cmocka_unit_test(missing_facts_that_change_nothing_are_not_asked),
		cmocka_unit_test(unary_tests), cmocka_unit_test(tests_that_are_none),
		cmocka_unit_test(json_there_and_back), cmocka_unit_test(other_rooms_bring_functions),
		cmocka_unit_test(context_readers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
