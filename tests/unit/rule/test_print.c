/* feel_print writes text that compiles to the same tree: for expressions of all
 * shapes, for every row of rows/, and for every expression of the conformance
 * kit and of our own cases (the kit only where it lies beside the source). */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "rule/ast.h"
#include "rule/xml.h"

#include "rule_support.h"

enum { FILE_MAX = 16 << 20, FILES_MAX = 5000, DEPTH_MAX = 6 };

static bool same_text(struct str x, struct str y)
{
	return str_eq(x, y);
}

static bool same_type(const struct type *x, const struct type *y)
{
	if (!x || !y)
		return x == y;
	if (x->kind != y->kind || x->n != y->n || (x->kind == TYPE_NAMED && !same_text(x->name, y->name)))
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!same_type(x->parts[i], y->parts[i]) ||
		    (x->kind == TYPE_CONTEXT && !same_text(x->names[i], y->names[i])))
			return false;
	return true;
}

static bool same_value(const struct feel_value *x, const struct feel_value *y)
{
	return x->kind == y->kind && (x->kind == FEEL_NULL || feel_equal(x, y) == FEEL_TRUE);
}

/* All but the places in the source. */
static bool same_tree(const struct node *x, const struct node *y)
{
	if (x->kind != y->kind || x->op != y->op || x->low_closed != y->low_closed ||
	    x->high_closed != y->high_closed || x->negate != y->negate || x->local != y->local ||
	    x->fact != y->fact || x->asks_input != y->asks_input || x->n != y->n ||
	    x->nnames != y->nnames || x->builtin != y->builtin || !same_text(x->name, y->name) ||
	    !same_type(x->type, y->type) || (x->kind == N_LITERAL && !same_value(&x->value, &y->value)))
		return false;
	for (size_t i = 0; i < x->nnames; i++)
		if (!same_text(x->names[i], y->names[i]) ||
		    (x->types && !same_type(x->types[i], y->types[i])))
			return false;
	for (size_t i = 0; i < x->n; i++)
		if (!same_tree(x->kids[i], y->kids[i]))
			return false;
	return true;
}

/* How many were printed; those that do not compile are not ours to judge. */
static size_t round_trip(struct arena *a, struct str source, bool tests)
{
	const struct feel_expr *e, *again;
	struct feel_diag d = { 0 };
	struct err err = { 0 };
	if (is_err(tests ? feel_compile_tests(a, source, NULL, &e, NULL, NULL)
	                 : feel_compile(a, source, NULL, &e, NULL, NULL)))
		return 0;
	struct str text = feel_print(a, e);
	if (!text.n) {
		if (str_find(source, STR("external")) == STR_NONE)
			fail_msg("not printed: %.*s", STR_ARG(source));
		return 0;
	}
	if (is_err(tests ? feel_compile_tests(a, text, NULL, &again, &d, &err)
	                 : feel_compile(a, text, NULL, &again, &d, &err)))
		fail_msg("%.*s\nis printed as %.*s\nwhich is wrong: %s", STR_ARG(source), STR_ARG(text),
		         d.message);
	if (!same_tree(e->root, again->root))
		fail_msg("%.*s\nis printed as %.*s\nwhich is another tree", STR_ARG(source), STR_ARG(text));
	return 1;
}

static const char *const shapes[] = {
	"1 + 2 * 3 - -4 / 5 ** 6", "-(a + b)", "--1", "-x", "(-4) ** 2", "1.50", "1e40", "\"a\\\"b\\\\c\\n\"",
	"@\"2026-11-20\"", "@\"P1Y2M\".years", "@\"12:00:00@Asia/Tokyo\"", "null", "[]", "{}", "[[1], [2, 3]]",
	"a.b.c[d > 1][1].e", "a between 1 and 2 and b", "a in (1, < 2, [3..4))", "a in < 5", "a in [1..2]",
	"a in (1 + 2)", "a in b", "a instance of list<number>", "a instance of function<number, string> -> date",
	"a instance of context<x: number, y: list<string>>", "a instance of days and time duration",
	"if a then b else if c then d else e", "for x in 1..3, y in x return x + y", "for x in [1..3] return x",
	"some x in a satisfies x > 1 and x < 3", "every x in a, y in b satisfies x = y",
	"function(a: number, b) a + b", "(function(a) a)(1)", "f(x: 1, y: 2)", "sum(1, 2)", "date(\"2026-11-20\")",
	"{a: 1, \"b c\": a + 1, 氏名: \"x\"}.a", "[1..5].start", "(1..5]", "not(a)", "a or b and not(c = d)",
	"(a or b) and c", "a = (< 5)", "申請者.年齢 >= 18", "1 - (2 - 3)", "2 ** (3 ** 2)", "(a = b) = c",
};

static const char *const tests_of[] = {
	"-", "1", "1, 2, 3", "< 5", "[1..2], > 9", "not(1, 2)", "not(\"a\")", "\"a\", \"b\"", "? > 1 and ? < 5",
	"a + 1", "= 1", "!= 1", "null",
};

static void shapes_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		ARENA_AUTO a = arena_new(0);
		if (!round_trip(a, str_c(shapes[i]), false))
			fail_msg("%s does not compile", shapes[i]);
	}
	for (size_t i = 0; i < sizeof tests_of / sizeof *tests_of; i++) {
		ARENA_AUTO a = arena_new(0);
		if (!round_trip(a, str_c(tests_of[i]), true))
			fail_msg("%s does not compile", tests_of[i]);
	}
}

static struct str source_dir(struct arena *a, const char *path)
{
	struct str root = str_c(getenv("MUSUBI_SOURCE"));
	return file_join(a, root.n ? root : STR("."), str_c(path));
}

static size_t rows_of(struct arena *a, struct str path)
{
	struct str text, line, rest;
	size_t n = 0;
	assert_true(is_ok(file_read(a, path, FILE_MAX, &text, NULL)));
	for (bool more = true; more; text = rest) {
		more = str_cut(text, '\n', &line, &rest);
		size_t arrow = str_find(line, STR(" ==> "));
		if (line.n && line.p[0] != '#' && line.p[0] != '@' && arrow != STR_NONE) {
			ARENA_AUTO own = arena_new(0);
			n += round_trip(own, str_sub(line, 0, arrow), false);
		}
	}
	return n;
}

static void rows_come_back(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct str dir = source_dir(a, "tests/unit/rule/rows"), *names;
	size_t n, printed = 0;
	(void)state;
	assert_true(is_ok(file_list(a, dir, FILES_MAX, &names, &n, NULL)));
	for (size_t i = 0; i < n; i++)
		printed += rows_of(a, file_join(a, dir, names[i]));
	assert_true(printed > 500);
}

/* Every text of a model; cells are unary tests. */
static size_t texts_of(const struct xml_node *x, bool tests)
{
	size_t n = 0;
	for (const struct xml_node *c = x->first; c; c = c->next) {
		if (xml_named(c, "text")) {
			ARENA_AUTO a = arena_new(0);
			n += round_trip(a, c->text, tests);
		}
		n += texts_of(c, xml_named(c, "inputEntry") || xml_named(c, "allowedValues"));
	}
	return n;
}

static size_t models_below(struct arena *a, struct str dir, int depth)
{
	struct str *names;
	size_t n, printed = 0;
	if (depth > DEPTH_MAX || is_err(file_list(a, dir, FILES_MAX, &names, &n, NULL)))
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct str path = file_join(a, dir, names[i]), text;
		const struct xml_node *root;
		if (file_is_dir(path)) {
			printed += models_below(a, path, depth + 1);
			continue;
		}
		ARENA_AUTO own = arena_new(256 << 20);
		if (str_ends(names[i], STR(".dmn")) && is_ok(file_read(own, path, FILE_MAX, &text, NULL)) &&
		    is_ok(xml_parse(own, text, &root, NULL)))
			printed += texts_of(root, false);
	}
	return printed;
}

static void models_come_back(void **state)
{
	ARENA_AUTO a = arena_new(256 << 20);
	struct str kit = source_dir(a, "../shared/conformance/dmn-tck");
	(void)state;
	assert_true(models_below(a, source_dir(a, "tests/tck/own"), 0) > 100);
	if (file_is_dir(kit))
		assert_true(models_below(a, kit, 0) > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_come_back),
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(models_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
