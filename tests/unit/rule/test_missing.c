/* Partial facts: named cases, and every completion of generated expressions and
 * tables over small domains, compared with what feel_missing says. */
#include "rule_support.h"

#include "base/buf.h"
#include "base/yaml.h"
#include "rule/dated.h"

static const struct feel_expr *compiled(struct arena *a, const char *source,
                                        const struct feel_value *known)
{
	const struct feel_expr *e;
	struct feel_diag d = { 0 };
	if (is_err(feel_compile(a, str_c(source), known, &e, &d, NULL)))
		fail_msg("%s: %s", source, d.message);
	return e;
}

static struct str missing_of(struct arena *a, const char *source, const char *json)
{
	struct feel_scope s = { .names = facts_of(a, json), .now_us = TEST_NOW_US };
	const struct feel_expr *e = compiled(a, source, NULL);
	const struct feel_value *v;
	const struct str *names;
	size_t n;
	BUF_AUTO b;
	buf_init(&b, 1000);
	assert_true(is_ok(feel_missing(e, &s, a, &v, &names, &n, NULL)));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(names[i]));
	if (!n)
		buf_printf(&b, "= %.*s", STR_ARG(feel_to_text(a, v)));
	return arena_str(a, buf_str(&b));
}

/* What is needed, or "= value". */
static void known_facts_settle_what_they_can(void **state)
{
	static const struct { const char *source, *facts, *want; } rows[] = {
		{ "a = 1 or b = 2", "{\"a\": 1}", "= true" },
		{ "a = 1 or b = 2", "{\"b\": 2}", "= true" },
		{ "a = 1 or b = 2", "{\"a\": 2}", "b" },
		{ "a = 1 or b = 2", "{}", "a b" },
		{ "a = 1 and b = 2 and c = 3", "{\"b\": 3}", "= false" },
		{ "not(a = 1 or b = 2)", "{\"b\": 2}", "= false" },
		{ "if a then b else c", "{}", "a b c" },
		{ "if a then 1 else 1", "{}", "= 1" },
		{ "if a then b else c", "{\"a\": false}", "c" },
		{ "a.b.c = 1", "{}", "a.b.c" },
		{ "a.b.c = 1", "{\"a\": {\"b\": null}}", "= false" },
		{ "a between 5 and b", "{\"a\": 1}", "= false" },
		{ "a between 5 and b", "{\"a\": 7}", "b" },
		{ "null < a", "{}", "= null" },
		{ "null = a", "{}", "a" },
		{ "a in (1, 2)", "{}", "a" },
		{ "a in (1, b)", "{\"a\": 1}", "= true" },
		{ "a in (1, b)", "{\"a\": 2}", "b" },
		{ "all(a, false)", "{}", "= false" },
		{ "any([a, true])", "{}", "= true" },
		{ "{x: a, y: 1}.y", "{}", "= 1" },
		{ "{x: a, y: 1}.x", "{}", "a" },
		{ "{x: a, y: x = 1 or b}.y", "{\"b\": true}", "= true" },
		{ "some m in ms satisfies m.x = 1 and b = 2", "{\"ms\": [{\"x\": 2}, {\"x\": 3}]}", "= false" },
		{ "some m in ms satisfies m.x = 1 and b = 2", "{\"ms\": [{\"x\": 2}, {\"x\": 1}]}", "b" },
		{ "some m in ms satisfies m.x = b", "{}", "ms b" },
		{ "every m in ms satisfies m > 1 or b", "{\"ms\": [2, 3]}", "= true" },
		{ "count(ms[x = 1 and b = 2])", "{\"ms\": [{\"x\": 2}]}", "= 0" },
		{ "ms[x = 1][1].x + b", "{\"ms\": [{\"x\": 1}], \"b\": 2}", "= 3" },
		{ "(for m in ms return m + b)[1]", "{\"ms\": [2]}", "b" },
		{ "sum(for i in 1..3 return i * b)", "{}", "b" },
		{ "{f: function(x, y) if x then y else 0, r: f(false, a)}.r", "{}", "= 0" },
		{ "{f: function(x, y) if x then y else 0, r: f(true, a)}.r", "{}", "a" },
		{ "{f: function(x) x + a, r: sort([2, 1], function(x, y) x + a < y)}.r", "{}", "a" },
		{ "sum(for i in 1..2 return (function(x) x + a)(i))", "{}", "a" },
		{ "abs(a) + b", "{\"b\": null}", "= null" },
		{ "[a, 2][2]", "{}", "= 2" },
		{ "[{k: a}].k", "{}", "a" },
		{ "[a].k", "{}", "a" },
		{ "[1, a][item > 0]", "{}", "a" },
		{ "\"x\" + a", "{}", "a" },
		{ "date(a) < date(\"2020-01-01\") or true", "{}", "= true" },
		{ "a", "{\"a\": null}", "= null" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ARENA_AUTO a = arena_new(0);
		struct str got = missing_of(a, rows[i].source, rows[i].facts);
		if (!str_eq(got, str_c(rows[i].want)))
			fail_msg("%s with %s: got %.*s, wanted %s", rows[i].source, rows[i].facts,
			         STR_ARG(got), rows[i].want);
	}
}

/* In a filter the compiler's names tell a key that an item lacks from a fact. */
static void a_fact_in_a_filter_is_needed(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *known = facts_of(a, "{\"ms\": [{\"x\": 1}], \"b\": 1}");
	const struct feel_expr *e = compiled(a, "count(ms[x = 1 and b = 2])", known);
	struct feel_scope s = { .names = facts_of(a, "{\"ms\": [{\"x\": 2}, {}]}") };
	const struct str *names;
	size_t n;
	(void)state;
	assert_true(is_ok(feel_missing(e, &s, a, NULL, &names, &n, NULL)));
	assert_int_equal(n, 0);
	s.names = facts_of(a, "{\"ms\": [{\"x\": 1}, {}]}");
	assert_true(is_ok(feel_missing(e, &s, a, NULL, &names, &n, NULL)));
	assert_int_equal(n, 1);
	assert_text(names[0], "b");
}

/* ---- every completion ---- */

enum { FACTS = 5, VALUES = 5 };

/* Small random numbers that are the same on every run. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

struct making {
	struct buf b;
	uint32_t seed;
	bool once;      /* each fact at most once, and nothing that cancels out */
	unsigned used;
};

/* With numbers alone every condition of the exact kind is true or false. */
static struct feel_value value_of(uint32_t i, bool numbers)
{
	if (numbers && i > 0)
		return feel_int((int64_t)i);
	switch (i) {
	case 0: return feel_null();
	case 1: return feel_bool(false);
	case 2: return feel_bool(true);
	default: return feel_int((int64_t)i - 2); /* 1, 2 */
	}
}

static void make_fact(struct making *x)
{
	uint32_t i = x->once ? x->used++ : draw(&x->seed, FACTS);
	buf_printf(&x->b, "%c", 'a' + (int)i);
}

static bool may_use(const struct making *x)
{
	return !x->once || x->used < FACTS;
}

static void make_truth(struct making *x, int depth);

static void make_number(struct making *x, int depth)
{
	uint32_t k = depth > 0 && !x->once ? draw(&x->seed, 4) : draw(&x->seed, 2);
	if (k == 1 && may_use(x)) {
		make_fact(x);
	} else if (k >= 2) {
		buf_add(&x->b, k == 2 ? STR("(") : STR("(if "));
		if (k == 3) {
			make_truth(x, depth - 1);
			buf_add(&x->b, STR(" then "));
		}
		make_number(x, depth - 1);
		buf_add(&x->b, k == 2 ? STR(" + ") : STR(" else "));
		make_number(x, depth - 1);
		buf_add(&x->b, STR(")"));
	} else {
		buf_printf(&x->b, "%d", 1 + (int)draw(&x->seed, 2));
	}
}

static void make_truth(struct making *x, int depth)
{
	static const char *const ops[] = { " = ", " != ", " < ", " <= " };
	uint32_t k = depth > 0 ? draw(&x->seed, 7) : 5 + draw(&x->seed, 2);
	if (!may_use(x)) {
		buf_add(&x->b, draw(&x->seed, 2) ? STR("true") : STR("false"));
		return;
	}
	switch (k) {
	case 0: case 1: case 2:
		buf_add(&x->b, STR("("));
		make_truth(x, depth - 1);
		buf_add(&x->b, k == 0 ? STR(" and ") : STR(" or "));
		make_truth(x, depth - 1);
		buf_add(&x->b, STR(")"));
		break;
	case 3:
		buf_add(&x->b, STR("not("));
		make_truth(x, depth - 1);
		buf_add(&x->b, STR(")"));
		break;
	case 4:
		buf_add(&x->b, STR("(if "));
		make_truth(x, depth - 1);
		buf_add(&x->b, STR(" then "));
		make_truth(x, depth - 1);
		buf_add(&x->b, STR(" else "));
		make_truth(x, depth - 1);
		buf_add(&x->b, STR(")"));
		break;
	case 5:
		make_fact(x);
		if (x->once)
			buf_printf(&x->b, "%s%d", ops[draw(&x->seed, 2)], 1 + (int)draw(&x->seed, 2));
		break;
	default:
		if (x->once) {
			make_fact(x);
			buf_printf(&x->b, " in (%d, 3)", 1 + (int)draw(&x->seed, 2));
			break;
		}
		make_number(x, depth - 1);
		buf_add(&x->b, str_c(ops[draw(&x->seed, 4)]));
		make_number(x, depth - 1);
	}
}

/* A function of every fact, evaluated for every completion of `known`. */
struct space {
	struct arena *a;
	const struct feel_expr *e;
	bool exact;
	int8_t known[FACTS];                       /* -1: absent */
	struct feel_value results[VALUES * VALUES * VALUES * VALUES * VALUES];
};

static const struct str letters[FACTS] = {
	STR_INIT("a"), STR_INIT("b"), STR_INIT("c"), STR_INIT("d"), STR_INIT("e"),
};

static void fill(struct space *s)
{
	size_t total = sizeof s->results / sizeof *s->results;
	for (size_t code = 0; code < total; code++) {
		struct feel_context_builder b = feel_context_new(s->a);
		bool fits = true;
		for (size_t i = 0, rest = code; i < FACTS; i++, rest /= VALUES) {
			uint32_t v = (uint32_t)(rest % VALUES);
			fits &= s->known[i] < 0 || (uint32_t)s->known[i] == v;
			feel_put(&b, letters[i], value_of(v, s->exact));
		}
		if (!fits)
			continue;
		struct feel_value names = feel_context_done(&b);
		struct feel_scope scope = { .names = &names, .now_us = TEST_NOW_US };
		const struct feel_value *v;
		assert_true(is_ok(feel_eval(s->e, &scope, s->a, &v, NULL)));
		s->results[code] = *v;
	}
}

static bool alike(const struct feel_value *x, const struct feel_value *y)
{
	return x->kind == y->kind && (x->kind == FEEL_NULL || feel_equal(x, y) == FEEL_TRUE);
}

static bool fits(const struct space *s, size_t code)
{
	for (size_t i = 0; i < FACTS; i++, code /= VALUES)
		if (s->known[i] >= 0 && (size_t)s->known[i] != code % VALUES)
			return false;
	return true;
}

/* Two completions that differ in this fact alone and give two results. */
static bool matters(const struct space *s, size_t fact)
{
	size_t step = 1, total = sizeof s->results / sizeof *s->results;
	for (size_t i = 0; i < fact; i++)
		step *= VALUES;
	for (size_t code = 0; code < total; code++) {
		if (code / step % VALUES != 0 || !fits(s, code))
			continue;
		for (size_t v = 1; v < VALUES; v++)
			if (!alike(&s->results[code], &s->results[code + v * step]))
				return true;
	}
	return false;
}

static void check(struct space *s, struct str about)
{
	struct feel_context_builder b = feel_context_new(s->a);
	for (size_t i = 0; i < FACTS; i++)
		if (s->known[i] >= 0)
			feel_put(&b, letters[i], value_of((uint32_t)s->known[i], s->exact));
	struct feel_value names = feel_context_done(&b);
	struct feel_scope scope = { .names = &names, .now_us = TEST_NOW_US };
	const struct feel_value *v;
	const struct str *needed;
	size_t n;
	assert_true(is_ok(feel_missing(s->e, &scope, s->a, &v, &needed, &n, NULL)));
	fill(s);
	for (size_t i = 0; i < FACTS; i++) {
		bool named = false;
		for (size_t k = 0; k < n; k++)
			named |= str_eq(needed[k], letters[i]);
		bool counts = s->known[i] < 0 && matters(s, i);
		if (counts && !named)
			fail_msg("%.*s: %.*s matters and is not named", STR_ARG(about), STR_ARG(letters[i]));
		if (s->exact && named && !counts)
			fail_msg("%.*s: %.*s is named and does not matter", STR_ARG(about),
			         STR_ARG(letters[i]));
	}
	for (size_t code = 0; n == 0 && code < sizeof s->results / sizeof *s->results; code++)
		if (fits(s, code) && !alike(&s->results[code], v))
			fail_msg("%.*s: settled, but a completion gives something else", STR_ARG(about));
}

/* Nothing absent may change what is said to be settled; and where each fact
 * stands once, each one named can change the result. */
static void run_expressions(bool once, uint32_t seed, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		ARENA_AUTO a = arena_new(0);
		struct making x = { .seed = seed + (uint32_t)round * 7919u, .once = once };
		struct space *s = ARENA_NEW(a, struct space);
		buf_init(&x.b, 100000);
		make_truth(&x, 3);
		s->a = a;
		s->exact = once;
		s->e = compiled(a, arena_cstr(a, buf_str(&x.b)), NULL);
		for (size_t i = 0; i < FACTS; i++)
			s->known[i] = (int8_t)(draw(&x.seed, 2) ? -1 : (int)draw(&x.seed, VALUES));
		check(s, buf_str(&x.b));
		buf_done(&x.b);
	}
}

static void what_is_settled_is_settled_for_every_completion(void **state)
{
	(void)state;
	run_expressions(false, 1, 150);
}

static void every_fact_named_can_matter(void **state)
{
	(void)state;
	run_expressions(true, 77, 150);
}

/* ---- tables ---- */

static const struct rule_table *table_of(struct arena *a, const char *yaml)
{
	const struct json *tree;
	const struct rule_table *t;
	struct rule_diag d = { 0 };
	struct err err = { 0 };
	uint32_t line;
	assert_true(is_ok(yaml_parse(a, str_c(yaml), &tree, &line, &err)));
	if (is_err(rule_table_compile(a, tree, NULL, &t, &d, &err)))
		fail_msg("%s: %s", yaml, d.feel.message);
	return t;
}

static const struct feel_value *with_table(struct arena *a, const struct rule_table *t,
                                           const char *json)
{
	struct feel_context_builder b = feel_context_new(a);
	const struct feel_value *facts = facts_of(a, json);
	for (size_t i = 0; i < facts->context.n; i++)
		feel_put(&b, facts->context.keys[i], facts->context.values[i]);
	struct dated_version one = { .from = STR("0001-01-01"), .table = t };
	const struct dated *d;
	assert_true(is_ok(dated_new(a, STR(""), NULL, 0, &one, 1, &d, NULL)));
	feel_put(&b, STR("t"), dated_value(d));
	return feel_keep(a, feel_context_done(&b));
}

static const char damage[] =
	"hit: unique\ninputs: [seen, ratio, cause]\noutputs: [grade]\nrules:\n"
	"  - [ 'false', '-', '-', '\"none\"' ]\n"
	"  - [ 'true', '>= 50', '-', '\"all\"' ]\n"
	"  - [ 'true', '[20..50)', '-', '\"half\"' ]\n"
	"  - [ 'true', '< 20', '\"flood\"', '\"part\"' ]\n"
	"  - [ 'true', '< 20', 'not(\"flood\")', '\"little\"' ]\n";

/* The table stands in the scope as a function without parameters that reads the
 * facts themselves. */
static struct str table_needs(struct arena *a, const char *yaml, const char *json)
{
	const struct feel_value *names = with_table(a, table_of(a, yaml), json);
	struct feel_scope s = { .names = names, .now_us = TEST_NOW_US };
	const struct feel_value *v;
	const struct str *needed;
	size_t n;
	BUF_AUTO b;
	buf_init(&b, 1000);
	assert_true(is_ok(feel_missing(compiled(a, "t()", NULL), &s, a, &v, &needed, &n, NULL)));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(needed[i]));
	if (!n)
		buf_printf(&b, "= %.*s", STR_ARG(feel_to_text(a, v)));
	return arena_str(a, buf_str(&b));
}

static void a_table_asks_for_what_tells_its_rows_apart(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(table_needs(a, damage, "{}"), "seen ratio cause");
	assert_text(table_needs(a, damage, "{\"seen\": false}"), "= none");
	assert_text(table_needs(a, damage, "{\"seen\": true}"), "ratio cause");
	assert_text(table_needs(a, damage, "{\"seen\": true, \"ratio\": 60}"), "= all");
	assert_text(table_needs(a, damage, "{\"seen\": true, \"ratio\": 10}"), "cause");
	assert_text(table_needs(a, damage, "{\"ratio\": 60}"), "seen");
	/* The second column tells more rows apart: it is asked first. */
	assert_text(table_needs(a, "hit: first\ninputs: [p, q]\noutputs: [o]\nrules:\n"
	                           "  - ['-', 1, 10]\n  - ['-', 2, 20]\n  - [true, 3, 30]\n"
	                           "  - ['-', '-', 40]\n", "{}"), "q p");
	/* Rows that give the same need not be told apart. */
	assert_text(table_needs(a, "hit: first\ninputs: [p, q]\noutputs: [o]\nrules:\n"
	                           "  - ['-', 1, 10]\n  - [true, 2, 10]\n  - ['-', '-', 10]\n", "{}"),
	            "= 10");
	assert_text(table_needs(a, "hit: collect\naggregate: sum\ninputs: [p]\noutputs: [o]\nrules:\n"
	                           "  - [1, 10]\n  - ['-', q]\n", "{\"p\": 2, \"q\": 5}"), "= 5");
	assert_text(table_needs(a, "hit: collect\naggregate: sum\ninputs: [p]\noutputs: [o]\nrules:\n"
	                           "  - [1, 10]\n  - ['-', q]\n", "{\"p\": 2}"), "q");
}

static const char *const hits[] = {
	"unique", "first", "any", "collect", "rule order", "C+", "C#", "C<",
};

/* Random tables over a, b, c with every hit policy. */
static void tables_are_settled_for_every_completion(void **state)
{
	static const char *const cells[] = { "-", "1", "2", "true", "not(1)", "< 2", "d" };
	(void)state;
	for (uint32_t round = 0; round < 120; round++) {
		ARENA_AUTO a = arena_new(0);
		uint32_t seed = 4000 + round * 104729u;
		BUF_AUTO b;
		buf_init(&b, 10000);
		buf_printf(&b, "hit: '%s'\ninputs: [a, b, c]\noutputs: [o]\nrules:\n", hits[round % 8]);
		for (uint32_t r = 0; r < 2 + draw(&seed, 4); r++) {
			buf_printf(&b, "  - [");
			for (int c = 0; c < 3; c++)
				buf_printf(&b, "'%s', ", cells[draw(&seed, 7)]);
			buf_printf(&b, "%s]\n", draw(&seed, 4) ? draw(&seed, 2) ? "1" : "2" : "e");
		}
		struct space *s = ARENA_NEW(a, struct space);
		struct dated_version one = { .from = STR("0001-01-01"), .table = table_of(a, arena_cstr(a, buf_str(&b))) };
		const struct dated *d;
		assert_true(is_ok(dated_new(a, STR(""), NULL, 0, &one, 1, &d, NULL)));
		s->a = a;
		s->e = dated_expr(d);
		for (size_t i = 0; i < FACTS; i++)
			s->known[i] = (int8_t)(draw(&seed, 2) ? -1 : (int)draw(&seed, VALUES));
		check(s, buf_str(&b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_facts_settle_what_they_can),
		cmocka_unit_test(a_fact_in_a_filter_is_needed),
		cmocka_unit_test(what_is_settled_is_settled_for_every_completion),
		cmocka_unit_test(every_fact_named_can_matter),
		cmocka_unit_test(a_table_asks_for_what_tells_its_rows_apart),
		cmocka_unit_test(tables_are_settled_for_every_completion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
