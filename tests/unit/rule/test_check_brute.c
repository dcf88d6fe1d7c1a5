/* The table checker against brute force: random small tables over a few values of
 * each input, where every combination is tried with the machine itself. Whatever
 * holds of the values has to be found, and what is found has to hold. */
#include "check_support.h"

#include "base/random.h"

enum { TABLES = 600, ROWS_MAX = 6 };

/* Constants are 2, 4 and 6: these are all the points and gaps there are, and null. */
static const char *const numbers[] = { "0", "2", "3", "4", "5", "6", "7", "null" };
static const char *const texts[] = { "\"a\"", "\"b\"", "\"other\"", "null" };

static const char *const number_tests[] = {
	"-", "2", "4", "6", "< 4", "<= 4", "> 4", ">= 2", "[2..4]", "(2..6)", "[4..6)", "(4..4)", "2, 6",
	"not(4)", "not(< 4)", "not(2, > 4)", "null", "not(null)", "!= 4", "? > 2 and ? < 6", "[2, 4]",
	"? = 2 or ? >= 6", "not(null, 2)", "between4", "> -(-4)",
};
static const char *const text_tests[] = {
	"-", "\"a\"", "\"b\"", "\"a\", \"b\"", "not(\"a\")", "not(\"a\", \"b\")", "null", "!= \"b\"",
	"not(null)", "[\"a\", \"b\"]", "? in (\"a\", \"b\")",
};
#define COUNT(x) (sizeof(x) / sizeof *(x))

static struct str random_table(struct arena *a, struct rng *r, const char *hit, size_t *ret_rows)
{
	size_t n = 1 + rng_below(r, ROWS_MAX);
	struct str s = arena_printf(a, "hit: %s\ninputs: [x, y]\noutputs: [z]\nrules:\n", hit);
	for (size_t i = 0; i < n; i++) {
		const char *t = number_tests[rng_below(r, COUNT(number_tests))];
		const char *u = text_tests[rng_below(r, COUNT(text_tests))];
		s = arena_printf(a, "%.*s  - ['%s', '%s', %llu]\n", STR_ARG(s),
		                 strcmp(t, "between4") == 0 ? "? between 2 and 4" : t, u,
		                 (unsigned long long)rng_below(r, 2));
	}
	*ret_rows = n;
	return s;
}

static struct feel_value value_of(struct arena *a, const char *text)
{
	const struct feel_expr *e;
	const struct feel_value *v;
	struct feel_scope s = { 0 };
	assert_true(is_ok(feel_compile(a, str_c(text), NULL, &e, NULL, NULL)));
	assert_true(is_ok(feel_eval(e, &s, a, &v, NULL)));
	return *v;
}

static bool holds(struct arena *a, const struct rule_row *row, size_t column, struct feel_value v)
{
	struct feel_scope s = { 0 };
	bool yes = true;
	if (row->when[column])
		assert_true(is_ok(feel_test(row->when[column], &v, &s, a, &yes, NULL)));
	return yes;
}

/* What brute force knows. */
struct truth {
	bool holds[ROWS_MAX][COUNT(numbers)][COUNT(texts)];
	bool reached[ROWS_MAX], alone[ROWS_MAX], overlaps[ROWS_MAX], differs[ROWS_MAX];
	bool gap;
};

/* Is the value one that the checker counts? null only where a cell names it. */
static bool names_null(const struct rule_table *t, size_t column)
{
	for (size_t r = 0; r < t->nrows; r++)
		if (t->rows[r].when[column] &&
		    str_find(feel_source(t->rows[r].when[column]), STR("null")) != STR_NONE)
			return true;
	return false;
}

static bool names_constant(const struct rule_table *t, size_t column)
{
	for (size_t r = 0; r < t->nrows; r++)
		if (t->rows[r].when[column] && !str_eq(feel_source(t->rows[r].when[column]), STR("null")) &&
		    !str_eq(feel_source(t->rows[r].when[column]), STR("not(null)")))
			return true;
	return false;
}

static bool same_output(const struct rule_table *t, size_t x, size_t y)
{
	return str_eq(feel_source(t->rows[x].then[0]), feel_source(t->rows[y].then[0]));
}

static void brute(struct arena *a, const struct rule_table *t, struct truth *k)
{
	bool null_x = names_null(t, 0), null_y = names_null(t, 1);
	memset(k, 0, sizeof *k);
	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t j = 0; j < COUNT(texts); j++) {
			struct feel_value x = value_of(a, numbers[i]), y = value_of(a, texts[j]);
			bool any = false;
			if ((x.kind == FEEL_NULL && !null_x) || (y.kind == FEEL_NULL && !null_y))
				continue;
			for (size_t r = 0; r < t->nrows; r++) {
				if (!holds(a, &t->rows[r], 0, x) || !holds(a, &t->rows[r], 1, y))
					continue;
				k->alone[r] = true;
				k->reached[r] |= !any;
				for (size_t q = 0; q < r; q++)
					if (k->holds[q][i][j]) {
						k->overlaps[r] = true;
						k->differs[r] |= !same_output(t, q, r);
					}
				k->holds[r][i][j] = true;
				any = true;
			}
			k->gap |= !any;
		}
}

static bool found(const struct table_finding *f, size_t n, const char *code, int32_t row)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].code, code) == 0 && f[i].row == row)
			return true;
	return false;
}

static void expect(bool want, bool got, const char *what, size_t row, struct str yaml)
{
	if (want != got)
		fail_msg("%s of row %zu: brute force says %d, the checker %d\n%.*s", what, row + 1, want, got,
		         STR_ARG(yaml));
}

static void compare(struct arena *a, struct rng *r, const char *hit)
{
	size_t nrows, n;
	struct str yaml = random_table(a, r, hit, &nrows);
	const struct rule_table *t = check_table(a, yaml);
	const struct table_finding *f;
	struct truth *k = ARENA_NEW(a, struct truth);
	brute(a, t, k);
	n = rule_table_check(t, NULL, a, &f);
	expect(false, found(f, n, "table.limit", -1), "a limit", 0, yaml);
	expect(false, found(f, n, "table.undecided", -1), "undecided", 0, yaml);
	for (size_t i = 0; i < t->nrows; i++) {
		int32_t row = (int32_t)i;
		bool idle = found(f, n, "table.unreachable", row) || found(f, n, "table.hidden", row) ||
		            found(f, n, "table.redundant", row);
		if (k->alone[i])
			expect(!k->reached[i], idle, "unreachable", i, yaml);
		if (*hit == 'U')
			expect(k->overlaps[i], found(f, n, "table.overlap", row), "overlap", i, yaml);
		if (*hit == 'A')
			expect(k->differs[i], found(f, n, "table.conflict", row), "conflict", i, yaml);
	}
	/* A column without constants has no values of which a gap could be told. */
	if (names_constant(t, 0) && names_constant(t, 1))
		expect(k->gap, found(f, n, "table.gap", -1) || found(f, n, "table.gap_other", -1), "gap", 0, yaml);
}

static void tables_at_random(void **state)
{
	static const char *const hits[] = { "U", "A", "F" };
	struct rng r;
	(void)state;
	rng_seed(&r, 20261120);
	for (size_t i = 0; i < TABLES; i++) {
		ARENA_AUTO a = arena_new(0);
		compare(a, &r, hits[i % COUNT(hits)]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tables_at_random) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
