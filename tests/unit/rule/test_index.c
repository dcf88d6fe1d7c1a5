/* The index of a table's rows: whatever the table and the inputs, the rows it
 * leads to are those that a scan finds. */
#include "rule/table.h"

#include "rule_support.h"

enum { TABLES = 60, ROWS = 150, PLAIN_TABLES = 12, PLAIN_ROWS = 700, QUESTIONS = 40, COLUMNS = 4 };

static uint64_t seed = 20261121;

static uint32_t dice(uint32_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % sides;
}

static struct str word(struct arena *a)
{
	static const char *const words[] = { "持家", "借家", "事業所", "a", "b", "", "aa" };
	return arena_printf(a, "\"%s\"", words[dice(7)]);
}

static struct str constant(struct arena *a, uint32_t kind)
{
	switch (kind) {
	case 0: return arena_printf(a, "%d", (int)dice(40) - 10);
	case 1: return word(a);
	case 2: return dice(2) ? STR("true") : STR("false");
	case 3: return arena_printf(a, "@\"2026-0%u-1%u\"", 1 + dice(3), dice(4));
	case 4: return arena_printf(a, "%u.%u", dice(5), dice(10));
	default: return dice(8) ? arena_printf(a, "%u", dice(9)) : STR("null");
	}
}

/* Only constants and ranges of them: the index settles every column. */
static struct str plain_cell(struct arena *a, uint32_t kind)
{
	unsigned low = dice(300);
	switch (kind) {
	case 0: return arena_printf(a, "%u", low);
	case 1: return arena_printf(a, "[%u..%u)", low, low + 1 + dice(40));
	case 2: return word(a);
	default: return dice(2) ? arena_printf(a, "< %u", low) : arena_printf(a, "%u, >= %u", low, low + 9);
	}
}

static struct str cell(struct arena *a, uint32_t kind)
{
	static const char *const ops[] = { "<", "<=", ">", ">=", "!=", "=" };
	struct str x = constant(a, kind), y = constant(a, kind);
	switch (dice(12)) {
	case 0: return STR("-");
	case 1: case 2: case 3: return x;
	case 4: return arena_printf(a, "%.*s, %.*s", STR_ARG(x), STR_ARG(y));
	case 5: return arena_printf(a, "not(%.*s)", STR_ARG(x));
	case 6: case 7: return arena_printf(a, "%s %.*s", ops[dice(6)], STR_ARG(x));
	case 8: return arena_printf(a, "[%.*s..%.*s)", STR_ARG(x), STR_ARG(y));
	case 9: return arena_printf(a, "(%.*s..%.*s], %.*s", STR_ARG(x), STR_ARG(y), STR_ARG(x));
	case 10:
		y = constant(a, dice(5)); /* of another kind, perhaps */
		return arena_printf(a, "%.*s, %.*s", STR_ARG(x), STR_ARG(y));
	default: return arena_printf(a, "? = %.*s or ? = a", STR_ARG(x));
	}
}

static bool plain;

static const struct json *row_of(struct arena *a, size_t number, const uint32_t *kinds)
{
	struct json_array *row = json_array_new(a);
	for (size_t i = 0; i < COLUMNS; i++)
		json_push(row, json_str(a, plain ? plain_cell(a, kinds[i]) : cell(a, kinds[i])));
	json_push(row, json_num(a, (int64_t)number));
	return json_array_done(row);
}

static const struct json *names_of(struct arena *a, const char *const *names, size_t n)
{
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < n; i++)
		json_push(list, json_str(a, str_c(names[i])));
	return json_array_done(list);
}

static const struct rule_table *random_table(struct arena *a, const uint32_t *kinds)
{
	static const char *const inputs[] = { "a", "b", "c", "d" }, *const outputs[] = { "n" };
	struct json_object *o = json_object_new(a);
	struct json_array *rules = json_array_new(a);
	const struct rule_table *t;
	struct err err = { 0 };
	for (size_t i = 0; i < (plain ? PLAIN_ROWS : ROWS); i++)
		json_push(rules, row_of(a, i, kinds));
	json_put_str(o, STR("hit"), STR("rule order"));
	json_put(o, STR("inputs"), names_of(a, inputs, COLUMNS));
	json_put(o, STR("outputs"), names_of(a, outputs, 1));
	json_put(o, STR("rules"), json_array_done(rules));
	if (is_err(rule_table_compile(a, json_object_done(o), NULL, &t, NULL, &err)))
		fail_msg("%s", err.what);
	return t;
}

static struct feel_value random_value(struct arena *a, uint32_t kind)
{
	const struct feel_expr *e;
	const struct feel_value *v;
	struct feel_scope scope = { 0 };
	struct str source = plain ? kind == 2 ? word(a) : arena_printf(a, "%u", dice(310))
	                          : constant(a, dice(10) ? kind : dice(6));
	if (dice(15) == 0)
		source = arena_printf(a, "[%.*s]", STR_ARG(source));
	assert_true(is_ok(feel_compile(a, source, NULL, &e, NULL, NULL)));
	assert_true(is_ok(feel_eval(e, &scope, a, &v, NULL)));
	return dice(20) ? *v : feel_null();
}

static void compare(struct arena *a, const struct rule_table *t, const uint32_t *kinds,
                    size_t *matches)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct feel_context_builder b = feel_context_new(a);
	struct rule_table scanned = *t;
	struct rule_outcome x, y;
	scanned.index = NULL;
	for (size_t i = 0; i < COLUMNS; i++)
		feel_put(&b, str_c(names[i]), random_value(a, kinds[i]));
	struct feel_value facts = feel_context_done(&b);
	struct feel_scope scope = { .names = &facts };
	assert_true(is_ok(rule_table_eval(t, &scope, a, &x, NULL)));
	assert_true(is_ok(rule_table_eval(&scanned, &scope, a, &y, NULL)));
	assert_int_equal(x.nmatched, y.nmatched);
	for (size_t i = 0; i < x.nmatched; i++)
		assert_int_equal(x.matched[i], y.matched[i]);
	*matches += x.nmatched;
}

static void index_is_scan(void **state)
{
	size_t indexed = 0, matches = 0;
	(void)state;
	for (size_t i = 0; i < TABLES; i++) {
		ARENA_AUTO a = arena_new(256 << 20);
		uint32_t kinds[COLUMNS];
		for (size_t k = 0; k < COLUMNS; k++)
			kinds[k] = dice(6);
		const struct rule_table *t = random_table(a, kinds);
		indexed += t->index != NULL;
		for (size_t q = 0; q < QUESTIONS; q++)
			compare(a, t, kinds, &matches);
	}
	assert_true(indexed > TABLES / 2);
	assert_true(matches > 100); /* else the comparison says little */
}

static void index_of_constants_is_scan(void **state)
{
	size_t matches = 0;
	(void)state;
	plain = true;
	for (size_t i = 0; i < PLAIN_TABLES; i++) {
		ARENA_AUTO a = arena_new(256 << 20);
		uint32_t kinds[COLUMNS];
		for (size_t k = 0; k < COLUMNS; k++)
			kinds[k] = k && i % 4 ? 1 + dice(3) : i % 3 ? dice(4) : 3;
		const struct rule_table *t = random_table(a, kinds);
		assert_non_null(t->index);
		for (size_t q = 0; q < QUESTIONS; q++)
			compare(a, t, kinds, &matches);
	}
	plain = false;
	assert_true(matches > 100);
}

static void small_tables_have_none(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct rule_table *t;
	const struct json *j;
	(void)state;
	assert_true(is_ok(json_parse(a, STR("{\"inputs\":[\"a\"],\"outputs\":[\"n\"],\"rules\":[[1,2],[3,4]]}"),
	                             &j, NULL)));
	assert_true(is_ok(rule_table_compile(a, j, NULL, &t, NULL, NULL)));
	assert_null(t->index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_is_scan),
		cmocka_unit_test(index_of_constants_is_scan),
		cmocka_unit_test(small_tables_have_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
