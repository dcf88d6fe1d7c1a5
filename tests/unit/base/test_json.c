/* The JSON reader refuses what RFC 8259 refuses, keeps what it keeps, and writes
 * canonical text by RFC 8785. */
#include "base/json_stack.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

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

static const struct json *parsed(struct arena *a, const char *text)
{
	const struct json *j = NULL;
	struct err err = { 0 };
	struct result r = json_parse(a, str_c(text), &j, &err);
	if (is_err(r))
		fail_msg("%s: %s", text, err.what);
	return j;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static void reads_every_kind(void **state)
{
	const struct json *j = parsed(*state, " {\"a\":null,\"b\":[true,false],\"c\":-1.50e+3,"
	                                      "\"d\":\"x\",\"e\":{}}\r\n\t ");
	assert_int_equal(j->kind, JSON_OBJECT);
	assert_int_equal(json_len(j), 5);
	assert_true(json_is(json_get(j, STR("a")), JSON_NULL));
	assert_true(json_bool_or(json_at(json_get(j, STR("b")), 0), false));
	assert_false(json_bool_or(json_at(json_get(j, STR("b")), 1), true));
	assert_str(json_get(j, STR("c"))->text, "-1.50e+3");
	assert_str(json_text(json_get(j, STR("d"))), "x");
	assert_int_equal(json_len(json_get(j, STR("e"))), 0);
}

static void scalars_stand_alone(void **state)
{
	assert_str(json_text(parsed(*state, "\"\"")), "");
	assert_int_equal(json_int_or(parsed(*state, "-0"), 7), 0);
	assert_int_equal(json_int_or(parsed(*state, "9223372036854775807"), 7), INT64_MAX);
	assert_int_equal(json_int_or(parsed(*state, "9223372036854775808"), 7), 7);
	assert_int_equal(json_int_or(parsed(*state, "1.0"), 7), 7);
}

static void decodes_escapes(void **state)
{
	const struct json *j = parsed(*state,
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u3042\\uD842\\uDFB7\\u00e9z\"");
	assert_str(json_text(j), "\"\\/\b\f\n\r\tAあ𠮷éz");
	j = parsed(*state, "{\"\\u30ad\\u30fc\":\"後\\u306e文字\"}");
	assert_str(json_text(json_get(j, STR("キー"))), "後の文字");
}

static void says_where_a_value_stood(void **state)
{
	const struct json *j = parsed(*state, "{\n  \"a\": [1,\n    2]}");
	const struct json *two = json_at(json_get(j, STR("a")), 1);
	assert_int_equal(j->line, 1);
	assert_int_equal(j->col, 1);
	assert_int_equal(two->line, 3);
	assert_int_equal(two->col, 5);
}

static void leaves_the_source_alone(void **state)
{
	char text[] = "[\"a\\u0062\"]";
	const struct json *j = NULL;
	assert_true(is_ok(json_parse(*state, str_c(text), &j, NULL)));
	assert_string_equal(text, "[\"a\\u0062\"]");
	memset(text, 'x', sizeof text);
	assert_str(json_text(json_at(j, 0)), "ab");
}

static const struct refusal {
	const char *text;
	size_t n; /* 0: up to the NUL */
	const char *code;
} refusals[] = {
	{ "", 0, "json.syntax" },
	{ "   ", 0, "json.syntax" },
	{ "\xEF\xBB\xBF{}", 0, "json.syntax" }, /* byte order mark */
	{ "{}x", 0, "json.trailing" },
	{ "1 2", 0, "json.trailing" },
	{ "{}\0", 3, "json.trailing" },
	{ "[1,]", 0, "json.syntax" },
	{ "[,1]", 0, "json.syntax" },
	{ "[1 2]", 0, "json.syntax" },
	{ "[1", 0, "json.syntax" },
	{ "[1}", 0, "json.syntax" },
	{ "{\"a\":1,}", 0, "json.syntax" },
	{ "{\"a\" 1}", 0, "json.syntax" },
	{ "{\"a\":}", 0, "json.syntax" },
	{ "{a:1}", 0, "json.syntax" },
	{ "{1:1}", 0, "json.syntax" },
	{ "{\"a\"", 0, "json.syntax" },
	{ "'a'", 0, "json.syntax" },
	{ "01", 0, "json.syntax" },
	{ "-01", 0, "json.syntax" },
	{ "-", 0, "json.syntax" },
	{ "+1", 0, "json.syntax" },
	{ ".5", 0, "json.syntax" },
	{ "1.", 0, "json.syntax" },
	{ "1.e3", 0, "json.syntax" },
	{ "1e", 0, "json.syntax" },
	{ "1e+", 0, "json.syntax" },
	{ "0x10", 0, "json.trailing" },
	{ "NaN", 0, "json.syntax" },
	{ "Infinity", 0, "json.syntax" },
	{ "True", 0, "json.syntax" },
	{ "tru", 0, "json.syntax" },
	{ "nullx", 0, "json.trailing" },
	{ "// c\n1", 0, "json.syntax" },
	{ "/* c */1", 0, "json.syntax" },
	{ "\"a", 0, "json.syntax" },
	{ "\"a\\", 0, "json.syntax" },
	{ "\"a\\\"", 0, "json.syntax" },
	{ "\"\\x41\"", 0, "json.syntax" },
	{ "\"\\u12\"", 0, "json.syntax" },
	{ "\"\\u123g\"", 0, "json.syntax" },
	{ "\"\\u", 0, "json.syntax" },
	{ "\"a\nb\"", 0, "json.syntax" },
	{ "\"a\tb\"", 0, "json.syntax" },
	{ "\"a\0b\"", 5, "json.syntax" },
	{ "\"\\u0000\"", 0, "json.nul" },
	{ "\"\\ud800\"", 0, "json.utf8" },
	{ "\"\\ud800x\"", 0, "json.utf8" },
	{ "\"\\ud800\\n\"", 0, "json.utf8" },
	{ "\"\\ud800\\ud800\"", 0, "json.utf8" },
	{ "\"\\ud800\\u0041\"", 0, "json.utf8" },
	{ "\"\\ud83d\\u", 0, "json.utf8" },
	{ "\"\\udc00\"", 0, "json.utf8" },
	{ "\"\xC0\xAF\"", 0, "json.utf8" },             /* overlong '/' */
	{ "\"\xE0\x80\xAF\"", 0, "json.utf8" },         /* overlong '/' */
	{ "\"\xF0\x80\x80\xAF\"", 0, "json.utf8" },     /* overlong '/' */
	{ "\"\xED\xA0\x80\"", 0, "json.utf8" },         /* surrogate */
	{ "\"\xF4\x90\x80\x80\"", 0, "json.utf8" },     /* U+110000 */
	{ "\"\xFF\"", 0, "json.utf8" },
	{ "\"\x80\"", 0, "json.utf8" },
	{ "\"\xE3\x81", 0, "json.utf8" },               /* cut short */
	{ "\"\xE3\x81\"", 0, "json.utf8" },
	{ "{\"a\":1,\"a\":2}", 0, "json.duplicate" },
	{ "{\"a\":1,\"b\":{},\"\\u0061\":2}", 0, "json.duplicate" },
	{ "{\"\":1,\"\":2}", 0, "json.duplicate" },
};

static void refuses_what_is_not_json(void **state)
{
	for (size_t i = 0; i < LEN(refusals); i++) {
		const struct refusal *row = &refusals[i];
		const struct json *j = NULL;
		struct err err = { 0 };
		struct result r = json_parse(*state, str_of(row->text, row->n ? row->n : strlen(row->text)),
		                             &j, &err);
		if (r.kind != ERR_INPUT || strcmp(err.code, row->code) != 0)
			fail_msg("row %zu (%s): kind %d, code %s, want %s", i, row->text, (int)r.kind,
			         err.code ? err.code : "-", row->code);
		assert_null(j);
		assert_non_null(err.clause);
	}
}

static const struct json *nested(struct arena *a, int depth, struct result *ret)
{
	char text[512];
	const struct json *j = NULL;
	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	*ret = json_parse(a, str_of(text, (size_t)depth * 2), &j, NULL);
	return j;
}

static void caps_the_depth(void **state)
{
	struct result r;
	assert_non_null(nested(*state, JSON_DEPTH_MAX, &r));
	assert_null(nested(*state, JSON_DEPTH_MAX + 1, &r));
	assert_int_equal(r.kind, ERR_INPUT);
}

static void siblings_do_not_add_to_the_depth(void **state)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	buf_add_c(&b, "[");
	for (int i = 0; i < 500; i++)
		buf_add_c(&b, "[{\"a\":[]}],");
	buf_add_c(&b, "1]");
	const struct json *j;
	assert_true(is_ok(json_parse(*state, buf_str(&b), &j, NULL)));
	assert_int_equal(json_len(j), 501);
	buf_done(&b);
}

static void a_hostile_body_cannot_fill_the_arena(void **state)
{
	(void)state;
	struct arena *a = arena_new(256 * 1024);
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_add_c(&b, "[0");
	while (b.n < 200 * 1024) /* 100,000 values of 56 bytes each */
		buf_add_c(&b, ",0");
	buf_add_c(&b, "]");
	const struct json *j = NULL;
	assert_int_equal(json_parse(a, buf_str(&b), &j, NULL).kind, ERR_TOO_LARGE);
	assert_false(arena_over(a));
	buf_clear(&b);
	while (b.n < 300 * 1024)
		buf_add_c(&b, " ");
	assert_int_equal(json_parse(a, buf_str(&b), &j, NULL).kind, ERR_TOO_LARGE);
	buf_done(&b);
	arena_free(a);
}

static void finds_duplicates_among_many(void **state)
{
	struct buf b;
	const struct json *j = NULL;
	struct err err = { 0 };
	buf_init(&b, 4 << 20);
	buf_add_c(&b, "{");
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "\"k%d\":%d,", i, i);
	size_t good = b.n;
	buf_add_c(&b, "\"last\":1}");
	assert_true(is_ok(json_parse(*state, buf_str(&b), &j, &err)));
	assert_int_equal(json_int_or(json_get(j, STR("k49999")), -1), 49999);
	b.n = good;
	buf_add_c(&b, "\"k4711\":1}");
	assert_int_equal(json_parse(*state, buf_str(&b), &j, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "json.duplicate");
	buf_done(&b);
}

static void readers_are_calm(void **state)
{
	const struct json *j = parsed(*state, "{\"a\":{\"b\":{\"c\":5}},\"l\":[1]}");
	assert_int_equal(json_int_or(json_path(j, STR("a.b.c")), 0), 5);
	assert_null(json_path(j, STR("a.x.c")));
	assert_null(json_path(j, STR("a.b.c.d")));
	assert_null(json_path(j, STR("")));
	assert_null(json_path(NULL, STR("a")));
	assert_null(json_get(NULL, STR("a")));
	assert_null(json_get(json_get(j, STR("l")), STR("a")));
	assert_null(json_at(json_get(j, STR("l")), 1));
	assert_null(json_at(j, 0));
	assert_int_equal(json_len(NULL), 0);
	assert_str(json_text(j), "");
	assert_str(json_text_or(NULL, STR("d")), "d");
	assert_true(json_bool_or(NULL, true));
}

static void equal_ignores_order_and_notation(void **state)
{
	static const struct { const char *x, *y; bool same; } rows[] = {
		{ "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true },
		{ "{\"a\":1}", "{\"a\":2}", false },
		{ "{\"a\":1}", "{\"b\":1}", false },
		{ "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
		{ "[1,2]", "[2,1]", false },
		{ "1", "1.0", true }, { "100", "1e2", true }, { "0.001", "1E-3", true },
		{ "12.50", "1.25e1", true }, { "0", "-0.0e5", true }, { "1", "-1", false },
		{ "10", "1", false }, { "101", "1.01e2", true }, { "0.10", "0.01", false },
		{ "1e999999999999", "1e999999999999", true },
		{ "1e999999999999", "10e999999999998", false }, /* beyond what is compared by value */
		{ "1", "\"1\"", false }, { "null", "false", false },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (json_equal(parsed(*state, rows[i].x), parsed(*state, rows[i].y)) != rows[i].same)
			fail_msg("%s and %s", rows[i].x, rows[i].y);
}

static void builds_objects(void **state)
{
	struct json_object *o = json_object_new(*state);
	json_put_str(o, STR("s"), STR("a\"b"));
	json_put_int(o, STR("i"), INT64_MIN);
	json_put_bool(o, STR("t"), true);
	json_put(o, STR("n"), NULL);
	json_put_int(o, STR("i"), 3);
	struct json_array *x = json_array_new(*state);
	for (int i = 0; i < 20; i++)
		json_push(x, json_num(*state, i));
	json_put(o, STR("x"), json_array_done(x));
	json_remove(o, STR("t"));
	json_remove(o, STR("nowhere"));
	assert_str(json_to_str(*state, json_object_done(o)),
	           "{\"s\":\"a\\\"b\",\"i\":3,\"n\":null,"
	           "\"x\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]}");
}

static void large_objects_replace_and_remove(void **state)
{
	struct json_object *o = json_object_new(*state);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++)
			json_put_int(o, arena_printf(*state, "k%d", i), i + round);
	json_remove(o, STR("k500"));
	json_put_int(o, STR("k501"), -1);
	const struct json *j = json_object_done(o);
	assert_int_equal(json_len(j), 999);
	assert_null(json_get(j, STR("k500")));
	assert_int_equal(json_int_or(json_get(j, STR("k501")), 0), -1);
	assert_int_equal(json_int_or(json_get(j, STR("k999")), 0), 1000);
}

static void a_copy_changes_without_its_source(void **state)
{
	const struct json *j = parsed(*state, "{\"a\":1,\"b\":2}");
	struct json_object *o = json_object_from(*state, j);
	json_put_int(o, STR("a"), 9);
	assert_str(json_to_str(*state, json_object_done(o)), "{\"a\":9,\"b\":2}");
	assert_str(json_to_str(*state, j), "{\"a\":1,\"b\":2}");
}

static void with_sets_a_deep_value(void **state)
{
	const struct json *j = parsed(*state, "{\"a\":{\"b\":1,\"k\":2},\"z\":[]}");
	assert_str(json_to_str(*state, json_with(*state, j, STR("a.b"), json_bool(true))),
	           "{\"a\":{\"b\":true,\"k\":2},\"z\":[]}");
	assert_str(json_to_str(*state, json_with(*state, j, STR("n.m"), json_str(*state, STR("v")))),
	           "{\"a\":{\"b\":1,\"k\":2},\"z\":[],\"n\":{\"m\":\"v\"}}");
	assert_str(json_to_str(*state, json_with(*state, NULL, STR("n"), NULL)), "{\"n\":null}");
	assert_str(json_to_str(*state, j), "{\"a\":{\"b\":1,\"k\":2},\"z\":[]}");
}

static void canonical_sorts_and_escapes(void **state)
{
	/* the example of RFC 8785 §3.2.3: order of UTF-16 code units */
	const struct json *j = parsed(*state,
		"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\","
		"\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji\",\"\\u0080\":\"Control\","
		"\"\\u00f6\":\"Latin\"}");
	struct str s;
	assert_true(is_ok(json_canonical(*state, j, &s, NULL)));
	assert_str(s, "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
	              "\"ö\":\"Latin\",\"€\":\"Euro Sign\",\"😀\":\"Emoji\",\"\xEF\xAC\xB3\":\"Hebrew\"}");
	j = parsed(*state, "[\"\\u001f\\b\\/\\u007f\\\\\", -0, 9007199254740992, {\"b\":1,\"a\":2}]");
	assert_true(is_ok(json_canonical(*state, j, &s, NULL)));
	assert_str(s, "[\"\\u001f\\b/\x7f\\\\\",0,9007199254740992,{\"a\":2,\"b\":1}]");
}

/* RFC 8785 appendix B, where the number is exact, and the layouts of ECMA-262. */
static void canonical_numbers(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "0", "0" }, { "-0", "0" }, { "-0.0", "0" }, { "0e5", "0" }, { "0.000", "0" },
		{ "1.5", "1.5" }, { "1.0", "1" }, { "1e3", "1000" }, { "-12.50", "-12.5" },
		{ "4.50", "4.5" }, { "2e-3", "0.002" }, { "0.000001", "0.000001" },
		{ "0.0000001", "1e-7" }, { "1e-27", "1e-27" }, { "0.000000000000000000000000001", "1e-27" },
		{ "1E30", "1e+30" }, { "1e21", "1e+21" }, { "1e20", "100000000000000000000" },
		{ "123456789012345e6", "123456789012345000000" }, { "1234e19", "1.234e+22" },
		{ "9007199254740992", "9007199254740992" }, { "-9007199254740992", "-9007199254740992" },
		{ "90071992547409.9", "90071992547409.9" }, { "100.00e-2", "1" }, { "1.5E+2", "150" },
		{ "0.1", "0.1" }, { "1e-306", "1e-306" }, { "1.234e-5", "0.00001234" },
		{ "10000000000000000", "10000000000000000" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct str s = STR("");
		assert_true(is_ok(json_canonical(*state, parsed(*state, rows[i].in), &s, NULL)));
		assert_str(s, rows[i].out);
		/* Canonical text is its own canonical text. */
		assert_true(is_ok(json_canonical(*state, parsed(*state, rows[i].out), &s, NULL)));
		assert_str(s, rows[i].out);
	}
}

/* What is written reads back as the same double, in any reader. */
static void canonical_numbers_keep_their_value(void **state)
{
	struct rng r;
	rng_seed(&r, 8785);
	for (int i = 0; i < 20000; i++) {
		struct str s, text = arena_printf(*state, "%s%lld.%0*llde%d", rng_chance(&r, 1, 2) ? "-" : "",
			(long long)rng_below(&r, 10000000), 1 + (int)rng_below(&r, 8),
			(long long)rng_below(&r, 9), (int)rng_between(&r, -290, 290));
		assert_true(is_ok(json_canonical(*state, parsed(*state, text.p), &s, NULL)));
		assert_true(json_is_number(s));
		assert_true(strtod(arena_cstr(*state, s), NULL) == strtod(text.p, NULL));
	}
}

static void canonical_refuses_ambiguous_numbers(void **state)
{
	static const char *const bad[] = { "9007199254740993", "-9007199254740993",
		"99999999999999999999", "0.1234567890123456", "333333333.33333329", "1e309", "1e-400",
		"0.33333333333333333333333333333333", "1e99999999999999999999", "9007199254740992.5" };
	for (size_t i = 0; i < LEN(bad); i++) {
		struct str s = STR("untouched");
		assert_int_equal(json_canonical(*state, parsed(*state, bad[i]), &s, NULL).kind, ERR_INPUT);
		assert_str(s, "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(reads_every_kind), T(scalars_stand_alone), T(decodes_escapes),
		T(says_where_a_value_stood), T(leaves_the_source_alone), T(refuses_what_is_not_json),
		T(caps_the_depth), T(siblings_do_not_add_to_the_depth),
		T(a_hostile_body_cannot_fill_the_arena), T(finds_duplicates_among_many),
		T(readers_are_calm), T(equal_ignores_order_and_notation), T(builds_objects),
		T(large_objects_replace_and_remove), T(a_copy_changes_without_its_source),
		T(with_sets_a_deep_value), T(canonical_sorts_and_escapes),
		T(canonical_refuses_ambiguous_numbers), T(canonical_numbers),
		T(canonical_numbers_keep_their_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
