/* Decision tables: every hit policy and aggregation, what goes wrong in a table,
 * and where a mistake in one is reported. */
#include "rule/table.h"
#include "base/yaml.h"

#include "rule_support.h"

static const struct json *tree_of(struct arena *a, const char *yaml)
{
	const struct json *j;
	struct err err = { 0 };
	if (is_err(yaml_parse(a, str_c(yaml), &j, NULL, &err)))
		fail_msg("%s", err.what);
	return j;
}

static const struct rule_table *table_of(struct arena *a, const char *yaml,
                                         const struct feel_value *known)
{
	const struct rule_table *t;
	struct err err = { 0 };
	if (is_err(rule_table_compile(a, tree_of(a, yaml), known, &t, NULL, &err)))
		fail_msg("%s", err.what);
	return t;
}

static struct rule_outcome outcome_of(struct arena *a, const char *yaml, const char *json)
{
	const struct feel_value *facts = facts_of(a, json);
	struct feel_scope s = { .names = facts, .now_us = TEST_NOW_US };
	struct rule_outcome o;
	assert_true(is_ok(rule_table_eval(table_of(a, yaml, facts), &s, a, &o, NULL)));
	return o;
}

static struct str value_of(struct arena *a, const char *yaml, const char *json)
{
	return feel_to_text(a, outcome_of(a, yaml, json).value);
}

#define INPUTS "inputs: [ratio, use]\n"
#define GRADES(hit) "hit: " hit "\n" INPUTS "outputs: [grade]\nrules:\n" \
	"  - [ '>= 50', '-', '\"全壊\"' ]\n" \
	"  - [ '[40..50)', '\"owned\", \"rented\"', '\"半壊\"' ]\n" \
	"  - [ '< 40', 'not(\"business\")', '\"一部\"' ]\n"

static void unique_gives_the_row(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(value_of(a, GRADES("unique"), "{\"ratio\": 55.5, \"use\": \"business\"}"), "全壊");
	assert_text(value_of(a, GRADES("U"), "{\"ratio\": 40, \"use\": \"rented\"}"), "半壊");
	assert_text(value_of(a, GRADES("unique"), "{\"ratio\": 1, \"use\": \"business\"}"), "null");
	assert_text(value_of(a, GRADES("unique"), "{\"ratio\": null, \"use\": \"owned\"}"), "null");
	struct rule_outcome o = outcome_of(a, GRADES("unique"), "{\"ratio\": 45, \"use\": \"owned\"}");
	assert_int_equal(o.nmatched, 1);
	assert_int_equal(o.matched[0], 1);
	assert_text(feel_to_text(a, &o.inputs[0]), "45");
}

#define OVERLAP(head) head "\ninputs: [x]\noutputs: [y]\nrules:\n" \
	"  - ['> 0', 10]\n  - ['> 5', 20]\n  - ['> 9', 10]\n"

static void several_rows(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	struct rule_outcome o = outcome_of(a, OVERLAP("hit: unique"), "{\"x\": 7}");
	assert_int_equal(o.trouble, TROUBLE_SEVERAL);
	assert_int_equal(o.nmatched, 2);
	assert_true(feel_is(o.value, FEEL_NULL));
	assert_text(value_of(a, OVERLAP("hit: first"), "{\"x\": 12}"), "10");
	assert_int_equal(outcome_of(a, OVERLAP("hit: first"), "{\"x\": 12}").nmatched, 1);
	assert_text(value_of(a, OVERLAP("hit: rule order"), "{\"x\": 12}"), "[10, 20, 10]");
	assert_text(value_of(a, OVERLAP("hit: R"), "{\"x\": -1}"), "null");
	assert_text(value_of(a, OVERLAP("hit: collect"), "{\"x\": 12}"), "[10, 20, 10]");
	assert_text(value_of(a, OVERLAP("hit: C+"), "{\"x\": 12}"), "40");
	assert_text(value_of(a, OVERLAP("hit: collect\naggregate: sum"), "{\"x\": 7}"), "30");
	assert_text(value_of(a, OVERLAP("hit: C<"), "{\"x\": 12}"), "10");
	assert_text(value_of(a, OVERLAP("hit: C>"), "{\"x\": 12}"), "20");
	assert_text(value_of(a, OVERLAP("hit: 'C#'"), "{\"x\": 12}"), "3");
}

static void any_wants_them_alike(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const char *table = "hit: any\ninputs: [x]\noutputs: [y]\nrules:\n"
		"  - ['> 0', 1]\n  - ['> 5', 1.0]\n  - ['> 9', 2]\n";
	(void)state;
	assert_text(value_of(a, table, "{\"x\": 7}"), "1");
	assert_int_equal(outcome_of(a, table, "{\"x\": 10}").trouble, TROUBLE_DIFFERENT);
}

#define RANKED(hit) "hit: " hit "\ninputs: [x]\n" \
	"outputs: [{name: y, values: '\"high\", \"middle\", \"low\"'}, {name: z, values: '1, 2'}]\n" \
	"rules:\n  - ['> 0', '\"low\"', 1]\n  - ['> 1', '\"high\"', 2]\n  - ['> 2', '\"high\"', 1]\n" \
	"  - ['> 90', '\"other\"', 1]\n"

static void outputs_rank_the_rows(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(value_of(a, RANKED("priority"), "{\"x\": 1}"), "{y: \"low\", z: 1}");
	assert_text(value_of(a, RANKED("P"), "{\"x\": 3}"), "{y: \"high\", z: 1}");
	assert_text(value_of(a, RANKED("output order"), "{\"x\": 3}"),
	            "[{y: \"high\", z: 1}, {y: \"high\", z: 2}, {y: \"low\", z: 1}]");
	struct rule_outcome o = outcome_of(a, RANKED("P"), "{\"x\": 91}");
	assert_int_equal(o.trouble, TROUBLE_OUTPUT);
	assert_int_equal(o.column, 1);
}

static void defaults_and_values(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const char *table = "hit: unique\ninputs:\n  - {expr: use, values: '\"owned\", \"rented\"'}\n"
		"outputs:\n  - {name: amount, default: 0}\n  - {name: note}\n"
		"rules:\n  - {when: ['\"owned\"'], then: [300 * 2, '\"for owners\"'], law: 第三条}\n";
	(void)state;
	assert_text(value_of(a, table, "{\"use\": \"owned\"}"), "{amount: 600, note: \"for owners\"}");
	struct rule_outcome o = outcome_of(a, table, "{\"use\": \"rented\"}");
	assert_true(o.is_default);
	assert_text(feel_to_text(a, o.value), "{amount: 0, note: null}");
	o = outcome_of(a, table, "{\"use\": \"garage\"}");
	assert_int_equal(o.trouble, TROUBLE_INPUT);
	assert_int_equal(o.column, 0);
	const struct rule_table *t = table_of(a, table, NULL);
	assert_text(t->rows[0].law, "第三条");
	assert_int_equal(t->rows[0].line, 8);
}

static void cells_may_read_facts_and_the_input(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const char *table = "hit: first\ninputs: [x]\noutputs: [y]\nrules:\n"
		"  - ['> limit', 'x - limit']\n  - ['modulo(?, 2) = 0', true]\n  - ['', x]\n";
	const struct str *reads;
	(void)state;
	assert_text(value_of(a, table, "{\"x\": 12, \"limit\": 10}"), "2");
	assert_text(value_of(a, table, "{\"x\": 4, \"limit\": 10}"), "true");
	assert_text(value_of(a, table, "{\"x\": 5, \"limit\": 10}"), "5");
	assert_int_equal(rule_table_reads(table_of(a, table, NULL), a, &reads), 2);
	assert_text(reads[0], "x");
	assert_text(reads[1], "limit");
}

static void mistakes_have_a_place(void **state)
{
	static const struct { const char *yaml; uint32_t line; int row, column; } rows[] = {
		{ "inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0', 1]\n  - ['> ', 2]\n", 5, 1, 0 },
		{ "inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0', 1 +]\n", 4, 0, 1 },
		{ "inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0', 1]\n  - ['> 0']\n", 5, 1, -1 },
		{ "inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0', ~]\n", 4, 0, 1 },
		{ "inputs: [zz]\noutputs: [y]\nrules: []\n", 1, -1, 0 },
		{ "hit: maybe\ninputs: [x]\noutputs: [y]\nrules: []\n", 1, -1, -1 },
		{ "hit: first\naggregate: sum\ninputs: [x]\noutputs: [y]\nrules: []\n", 2, -1, -1 },
		{ "hit: priority\ninputs: [x]\noutputs: [y]\nrules: []\n", 1, -1, -1 },
		{ "inputs: [x]\noutputs: []\nrules: []\n", 2, -1, -1 },
		{ "inputs: [x]\nrules: []\n", 0, -1, -1 },
		{ "inputs: {x: 1}\noutputs: [y]\nrules: []\n", 1, -1, -1 },
		{ "inputs: [x]\noutputs: [{}, {}]\nrules: []\n", 2, -1, 1 },
		{ "inputs: [[x]]\noutputs: [y]\nrules: []\n", 1, -1, 0 },
	};
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *known = facts_of(a, "{\"x\": 1}");
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rule_table *t;
		struct rule_diag d = { 0 };
		struct result r = rule_table_compile(a, tree_of(a, rows[i].yaml), known, &t, &d, NULL);
		if (is_ok(r) || d.line != rows[i].line || d.row != rows[i].row ||
		    d.column != rows[i].column || !d.feel.code)
			fail_msg("%s: line %u row %d column %d: %s", rows[i].yaml, d.line, d.row, d.column,
			         d.feel.message);
	}
}

static void a_thousand_rows(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct buf b;
	(void)state;
	buf_init(&b, 1 << 20);
	buf_add_c(&b, "hit: unique\ninputs: [x, y]\noutputs: [z]\nrules:\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "  - ['%d', '[%d..%d)', %d]\n", i, i, i + 10, i * 2);
	buf_add_char(&b, 0);
	assert_text(value_of(a, b.p, "{\"x\": 777, \"y\": 780.5}"), "1554");
	assert_text(value_of(a, b.p, "{\"x\": 777, \"y\": 1}"), "null");
	buf_done(&b);
}

static void a_hostile_cell_is_bounded(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *facts = facts_of(a, "{\"x\": 1}");
	struct feel_scope s = { .names = facts };
	struct rule_outcome o = { .nmatched = 77 };
	struct err err = { 0 };
	const struct rule_table *t = table_of(a, "inputs: [x]\noutputs: [y]\nrules:\n"
		"  - ['count(for i in 1..1000000000 return ?) > 1', 1]\n", facts);
	(void)state;
	assert_int_equal(rule_table_eval(t, &s, a, &o, &err).kind, ERR_LIMIT);
	assert_int_equal(o.nmatched, 77);
	assert_string_equal(err.code, "feel.steps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unique_gives_the_row), cmocka_unit_test(several_rows),
		cmocka_unit_test(any_wants_them_alike), cmocka_unit_test(outputs_rank_the_rows),
		cmocka_unit_test(defaults_and_values), cmocka_unit_test(cells_may_read_facts_and_the_input),
		cmocka_unit_test(mistakes_have_a_place), cmocka_unit_test(a_thousand_rows),
		cmocka_unit_test(a_hostile_cell_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
