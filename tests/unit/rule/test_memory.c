/* An evaluation takes memory from the caller's arena only: while it runs, the
 * process allocates nothing. The sanitizer's hooks count every allocation; in a
 * build without it only what is left behind is seen. */
#include <malloc.h>

#include "rule/table.h"

#include "rule_support.h"

enum { ROWS = 300, TIMES = 50, FIRST_BLOCK = 12 << 10 };

/* Returns how many hooks it could set; only in the sanitizer's runtime. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *))
	__attribute__((weak));

static size_t allocations;
static bool counting;

static void on_malloc(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
	allocations += counting;
}

static void on_free(const volatile void *p)
{
	(void)p;
}

static size_t in_use(void)
{
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}

static size_t before;

static void count_begin(void)
{
	static bool installed;
	if (!installed && __sanitizer_install_malloc_and_free_hooks)
		assert_true(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0);
	installed = true;
	allocations = 0;
	before = in_use();
	counting = true;
}

/* `what` has filled the arena's first block: its next ones are counted, too. */
static void count_end(const char *what, const struct arena *a)
{
	counting = false;
	if (arena_used(a) < FIRST_BLOCK && allocations)
		fail_msg("%s: %zu allocations", what, allocations);
	if (!__sanitizer_install_malloc_and_free_hooks)
		assert_true(in_use() <= before);
}

static const char *const texts[] = {
	"(a - 380000 * 4) * 0.05 + 1200 / 4 + 2 ** 0.5",
	"if a >= 18 then \"adult\" else \"minor\"",
	"for x in 1..20 return x * x",
	"count(list[item > 2]) + sum(list)",
	"some x in list satisfies x > 2",
	"{k: 1, l: k + 1, m: function(x) x + l}.m(3)",
	"sort(list, function(x, y) x > y)",
	"upper case(\"straße\") + string(a) + string join([\"a\", \"b\"], \"-\")",
	"replace(\"banana\", \"(an)+\", \"[$0]\")",
	"@\"2026-11-20\" + @\"P1M\" > date(\"2026-01-01\")",
	"date and time(\"2026-11-20T12:00:00@Asia/Tokyo\") - @\"2026-11-19T12:00:00Z\"",
	"exp(1) + log(10) + sqrt(2) + stddev(list)",
	"split(\"a;b;c\", \";\")",
	"string([list, {a: 1}])",
};

static void evaluations_allocate_nothing(void **state)
{
	ARENA_AUTO compiled = arena_new(0);
	ARENA_AUTO a = arena_new(0);
	const struct json *j;
	const struct feel_value *v;
	(void)state;
	assert_true(is_ok(json_parse(compiled, STR("{\"a\": 45, \"list\": [3, 1, 2]}"), &j, NULL)));
	struct feel_scope scope = { .names = feel_from_json(compiled, j), .now_us = 1795134600000000 };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct feel_expr *e;
		assert_true(is_ok(feel_compile(compiled, str_c(texts[i]), NULL, &e, NULL, NULL)));
		arena_reset(a);
		assert_true(is_ok(feel_eval(e, &scope, a, &v, NULL)));
		if (v->kind == FEEL_NULL)
			fail_msg("%s is null", texts[i]);
		for (int k = 0; k < TIMES; k++) {
			arena_reset(a);
			count_begin();
			struct result r = feel_eval(e, &scope, a, &v, NULL);
			count_end(texts[i], a);
			assert_true(is_ok(r));
			assert_true(arena_used(a) < FIRST_BLOCK); /* else it would prove nothing */
		}
	}
}

static const struct rule_table *table_of(struct arena *a)
{
	struct buf b;
	const struct json *j;
	const struct rule_table *t;
	buf_init(&b, 1 << 20);
	buf_add(&b, STR("{\"inputs\":[\"x\",\"y\"],\"outputs\":[\"n\"],\"rules\":["));
	for (int i = 0; i < ROWS; i++)
		buf_printf(&b, "%s[\"[%d..%d)\",\"%d\",%d]", i ? "," : "", i / 10, i / 10 + 1, i % 10, i);
	buf_add(&b, STR("]}"));
	assert_true(is_ok(json_parse(a, arena_str(a, buf_str(&b)), &j, NULL)));
	buf_done(&b);
	assert_true(is_ok(rule_table_compile(a, j, NULL, &t, NULL, NULL)));
	assert_non_null(t->index);
	return t;
}

static void tables_allocate_nothing(void **state)
{
	ARENA_AUTO compiled = arena_new(0);
	ARENA_AUTO a = arena_new(0);
	const struct rule_table *t = table_of(compiled);
	struct feel_context_builder b = feel_context_new(compiled);
	struct rule_outcome o;
	(void)state;
	feel_put(&b, STR("x"), feel_int(7));
	feel_put(&b, STR("y"), feel_int(3));
	struct feel_value facts = feel_context_done(&b);
	struct feel_scope scope = { .names = &facts };
	for (int k = 0; k < TIMES; k++) {
		arena_reset(a);
		count_begin();
		struct result r = rule_table_eval(t, &scope, a, &o, NULL);
		count_end("table", a);
		assert_true(is_ok(r));
		assert_int_equal(o.nmatched, 1);
		assert_int_equal(o.matched[0], 73);
	}
}

/* The counter itself counts. */
static void counter_counts(void **state)
{
	(void)state;
	if (!__sanitizer_install_malloc_and_free_hooks)
		skip();
	count_begin();
	struct arena *a = arena_new(0);
	counting = false;
	arena_free(a);
	assert_true(allocations > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evaluations_allocate_nothing),
		cmocka_unit_test(tables_allocate_nothing),
		cmocka_unit_test(counter_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
