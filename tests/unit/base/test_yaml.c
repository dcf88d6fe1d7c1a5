/* Packs and configuration: YAML into the JSON tree, with places, without traps. */
#include "base/file.h"
#include "base/yaml.h"

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

static const struct json *parsed(struct arena *a, struct str text)
{
	const struct json *j = NULL;
	struct err err = { 0 };
	if (is_err(yaml_parse(a, text, &j, NULL, &err)))
		fail_msg("%s", err.what);
	return j;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static void becomes_the_same_tree_as_json(void **state)
{
	struct str yaml = STR("# 罹災証明書\n"
	                      "procedure: certificate\n"
	                      "version: 2026-04-01\n"
	                      "title: { ja: 罹災証明書, en: \"a \\\"b\\\"\" }\n"
	                      "list:\n  - 1\n  - -2.50e3\n  - [x, 'y']\n"
	                      "text: |\n  一行\n  二行\n"
	                      "empty:\n");
	assert_str(json_to_str(*state, parsed(*state, yaml)),
	           "{\"procedure\":\"certificate\",\"version\":\"2026-04-01\","
	           "\"title\":{\"ja\":\"罹災証明書\",\"en\":\"a \\\"b\\\"\"},"
	           "\"list\":[1,-2.50e3,[\"x\",\"y\"]],\"text\":\"一行\\n二行\\n\",\"empty\":null}");
}

static void plain_scalars_hold_no_surprises(void **state)
{
	static const struct { const char *yaml, *json; } rows[] = {
		{ "no", "\"no\"" }, { "yes", "\"yes\"" }, { "on", "\"on\"" }, { "True", "\"True\"" },
		{ "true", "true" }, { "false", "false" }, { "null", "null" }, { "~", "null" },
		{ "''", "\"\"" }, { "\"null\"", "\"null\"" }, { "'1'", "\"1\"" }, { "1", "1" },
		{ "012", "\"012\"" }, { "0761-00-0000", "\"0761-00-0000\"" }, { "1_000", "\"1_000\"" },
		{ "0x1F", "\"0x1F\"" }, { ".5", "\".5\"" }, { "+1", "\"+1\"" }, { ".inf", "\".inf\"" },
		{ "12:30:45", "\"12:30:45\"" }, { "2026-11-20", "\"2026-11-20\"" },
		{ "172065", "172065" }, { "<<", "\"<<\"" }, { "=", "\"=\"" },
		{ "99999999999999999999999", "99999999999999999999999" }, { "\"\\u3042\"", "\"あ\"" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		assert_str(json_to_str(*state, parsed(*state, str_c(rows[i].yaml))), rows[i].json);
}

static void every_node_knows_its_place(void **state)
{
	const struct json *j = parsed(*state, STR("名: 値\nb:\n  - c: 1\n    d: [2, 3]\n"));
	const struct json *value = json_get(j, STR("名"));
	const struct json *three = json_at(json_get(json_at(json_get(j, STR("b")), 0), STR("d")), 1);
	assert_int_equal(value->line, 1);
	assert_int_equal(value->col, 4);
	assert_int_equal(three->line, 4);
	assert_int_equal(three->col, 12);
	assert_int_equal(json_get(j, STR("b"))->line, 3);
}

static void refuses_what_packs_may_not_hold(void **state)
{
	static const struct { const char *yaml, *code; uint32_t line; } rows[] = {
		{ "", "yaml.empty", 1 },
		{ "# only a comment\n", "yaml.empty", 2 },
		{ "a: &x 1\nb: *x\n", "yaml.anchor", 1 },
		{ "a: 1\nb: *x\n", "yaml.alias", 2 },
		{ "a: &x [1]\n", "yaml.anchor", 1 },
		{ "a: &x {b: 1}\n", "yaml.anchor", 1 },
		{ "&x a: 1\n", "yaml.anchor", 1 },
		{ "*x : 1\n", "yaml.alias", 1 },
		{ "a: !!str 1\n", "yaml.tag", 1 },
		{ "a: !x 1\n", "yaml.tag", 1 },
		{ "a: ! 1\n", "yaml.tag", 1 },
		{ "a:\n  !!map {b: 1}\n", "yaml.tag", 2 },
		{ "a: !!python/object [1]\n", "yaml.tag", 1 },
		{ "%TAG ! tag:x,2000:\n---\na: 1\n", "yaml.tag", 1 },
		{ "a: 1\nb: 2\na: 3\n", "yaml.duplicate", 3 },
		{ "a:\n  x: 1\n  'x':\n    y: 2\n", "yaml.duplicate", 3 },
		{ "a: 1\n---\nb: 2\n", "yaml.documents", 2 },
		{ "a: 1\n...\n---\nb: 2\n", "yaml.documents", 3 },
		{ "? [a, b]\n: 1\n", "yaml.key", 1 },
		{ "{a: 1}: 2\n", "yaml.key", 1 },
		{ "a: \"x\\0y\"\n", "yaml.nul", 1 },
		{ "a: b: c\n", "yaml.syntax", 1 },
		{ "a: [1, 2\n", "yaml.syntax", 2 },
		{ "a: \"x\n", "yaml.syntax", 2 },
		{ "a:\n\t- 1\n", "yaml.syntax", 2 },
		{ "a: 1\n b: 2\n", "yaml.syntax", 2 },
		{ "a: \"\\uD800\"\n", "yaml.syntax", 1 },
		{ "a: \x01\n", "yaml.syntax", 1 },
		{ "@a\n", "yaml.syntax", 1 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct json *j = NULL;
		struct err err = { 0 };
		uint32_t line = 0;
		struct result r = yaml_parse(*state, str_c(rows[i].yaml), &j, &line, &err);
		if (r.kind != ERR_INPUT || strcmp(err.code, rows[i].code) != 0 || line != rows[i].line)
			fail_msg("row %zu: kind %d, code %s, line %u: %s", i, (int)r.kind,
			         err.code ? err.code : "-", line, err.what);
		assert_null(j);
	}
}

static void refuses_bytes_that_are_not_utf8(void **state)
{
	const struct json *j;
	struct err err;
	static const char *const bad[] = { "a: \xFF", "a: \xC0\xAF", "a: \xED\xA0\x80", "\xFF\xFE" "a" };
	for (size_t i = 0; i < LEN(bad); i++) {
		assert_int_equal(yaml_parse(*state, str_c(bad[i]), &j, NULL, &err).kind, ERR_INPUT);
		assert_string_equal(err.code, "yaml.utf8");
	}
}

static void fill(struct buf *b, const char *unit, size_t n)
{
	buf_clear(b);
	for (size_t i = 0; i < n; i++)
		buf_add_c(b, unit);
}

static void depth_and_size_are_capped(void **state)
{
	static const char *const deep[] = { "[", "{a: ", "- ", "? " };
	const struct json *j;
	struct err err;
	struct buf b;
	buf_init(&b, 4 << 20);
	for (size_t i = 0; i < LEN(deep); i++) {
		fill(&b, deep[i], 100000);
		assert_int_equal(yaml_parse(*state, buf_str(&b), &j, NULL, &err).kind, ERR_INPUT);
	}
	fill(&b, "[", JSON_DEPTH_MAX);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buf_add_c(&b, "]");
	assert_true(is_ok(yaml_parse(*state, buf_str(&b), &j, NULL, &err)));
	fill(&b, "x", YAML_BYTES_MAX + 1);
	assert_int_equal(yaml_parse(*state, buf_str(&b), &j, NULL, &err).kind, ERR_TOO_LARGE);
	buf_done(&b);
}

static void a_large_file_cannot_fill_a_small_arena(void **state)
{
	(void)state;
	struct arena *a = arena_new(128 * 1024);
	struct buf b;
	const struct json *j = NULL;
	buf_init(&b, 4 << 20);
	fill(&b, "- a\n", 50000);
	assert_int_equal(yaml_parse(a, buf_str(&b), &j, NULL, NULL).kind, ERR_TOO_LARGE);
	assert_null(j);
	buf_done(&b);
	arena_free(a);
}

static void the_packs_of_the_house_are_read(void **state)
{
	const char *root = getenv("MUSUBI_SOURCE");
	struct str *names, text, dir;
	size_t n;
	assert_non_null(root);
	dir = arena_printf(*state, "%s/packs/disaster/procedures", root);
	assert_true(is_ok(file_list(*state, dir, 100, &names, &n, NULL)));
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(is_ok(file_read(*state, file_join(*state, dir, names[i]), YAML_BYTES_MAX,
		                            &text, NULL)));
		assert_true(json_len(json_get(parsed(*state, text), STR("pages"))) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(becomes_the_same_tree_as_json), T(plain_scalars_hold_no_surprises),
		T(every_node_knows_its_place), T(refuses_what_packs_may_not_hold),
		T(refuses_bytes_that_are_not_utf8), T(depth_and_size_are_capped),
		T(a_large_file_cannot_fill_a_small_arena), T(the_packs_of_the_house_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
