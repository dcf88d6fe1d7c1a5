/* Runs rows/NAME.feel: one expression and its expected value per line. Every row
 * counts on its own, so that a change shows all it moves at once. */
#include "rule_support.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20 };

static char *read_rows(const char *name, size_t *ret_n)
{
	char path[1024];
	const char *root = getenv("MUSUBI_SOURCE");
	assert_non_null(root);
	snprintf(path, sizeof path, "%s/tests/unit/rule/rows/%s.feel", root, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	char *text = calloc(1, FILE_MAX);
	assert_non_null(text);
	*ret_n = fread(text, 1, FILE_MAX, f);
	fclose(f);
	return text;
}

static bool row_holds(struct arena *a, struct str line, const struct feel_value *facts, int number)
{
	size_t arrow = str_find(line, STR(" ==> "));
	if (arrow == STR_NONE) {
		print_error("line %d: no ==>\n", number);
		return false;
	}
	struct str want = str_from(line, arrow + 5);
	struct str got = eval_text(a, str_sub(line, 0, arrow), facts, 0);
	if (str_eq(got, want))
		return true;
	print_error("line %d: %.*s\n  got    %.*s\n  wanted %.*s\n", number, (int)arrow, line.p,
	            STR_ARG(got), STR_ARG(want));
	return false;
}

static void run_rows(const char *name, int least)
{
	size_t n;
	int number = 0, rows = 0, failed = 0;
	char *text = read_rows(name, &n);
	struct arena *a = arena_new(0);
	const struct feel_value *facts = NULL;
	struct str rest = str_of(text, n), line;
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		number++;
		if (str_starts(line, STR("@facts ")))
			facts = facts_of(a, arena_cstr(a, str_from(line, 7)));
		else if (line.n && line.p[0] != '#') {
			rows++;
			failed += !row_holds(a, line, facts, number);
		}
	}
	arena_free(a);
	free(text);
	assert_int_equal(failed, 0);
	assert_true(rows >= least); /* an empty file proves nothing */
}

static void literals(void **state) { (void)state; run_rows("literals", 50); }
static void arithmetic(void **state) { (void)state; run_rows("arithmetic", 100); }
static void lists(void **state) { (void)state; run_rows("lists", 120); }
static void strings(void **state) { (void)state; run_rows("strings", 95); }
static void numbers(void **state) { (void)state; run_rows("numbers", 90); }
static void moments(void **state) { (void)state; run_rows("time", 115); }
static void names(void **state) { (void)state; run_rows("names", 30); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals), cmocka_unit_test(arithmetic), cmocka_unit_test(lists),
		cmocka_unit_test(strings), cmocka_unit_test(numbers), cmocka_unit_test(moments),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
