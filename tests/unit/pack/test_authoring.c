/* The chapter on rules of docs/AUTHORING.md: every example in it is run with the
 * packs of the repository, every piece of YAML stands in the file it names. */
#include "base/file.h"
#include "pack/functions.h"
#include "pack/pack.h"
#include "rule/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h> /* behind our headers: it takes the name fail */

enum { MAX = 1 << 20 };
static const int64_t noon = 1795143600000000LL; /* 2026-11-20 in Japan */

struct session {
	struct arena *a;
	struct feel_context_builder facts;
	unsigned examples, pieces;
};

static struct str root_file(struct arena *a, struct str path)
{
	const char *source = getenv("MUSUBI_SOURCE");
	struct str s;
	struct err err = { 0 };
	if (is_err(file_read(a, arena_printf(a, "%s/%.*s", source ? source : ".", STR_ARG(path)), MAX,
	                     &s, &err)))
		fail_msg("%s", err.what);
	return s;
}

static struct str needs_text(struct session *s, const struct feel_expr *e,
                             const struct feel_scope *scope, const struct feel_value *v)
{
	const struct str *names;
	size_t n;
	BUF_AUTO b;
	buf_init(&b, 10000);
	assert_true(is_ok(feel_missing(e, scope, s->a, NULL, &names, &n, NULL)));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "needs ", STR_ARG(names[i]));
	return n ? arena_str(s->a, buf_str(&b)) : feel_to_text(s->a, v);
}

/* The reasons in English, every line of the example among them. */
static void check_why(struct session *s, const struct feel_expr *e, const struct feel_scope *scope,
                      struct str want)
{
	const struct feel_value *v;
	const struct why *why;
	struct str line, rest = want;
	BUF_AUTO b;
	buf_init(&b, MAX);
	assert_true(is_ok(feel_explain(e, scope, s->a, &v, &why, NULL)));
	why_write(&b, why, WHY_EN);
	while (rest.n) {
		(void)str_cut(rest, '\n', &line, &rest);
		if (str_find(buf_str(&b), line) == STR_NONE)
			fail_msg("'%.*s' is not said, but\n%.*s", STR_ARG(line), STR_ARG(buf_str(&b)));
	}
}

static void run(struct session *s, struct str kind, struct str source, struct str want)
{
	struct feel_value names = feel_context_done(&s->facts);
	struct feel_scope scope = { .names = &names, .now_us = noon };
	const struct feel_expr *e;
	const struct feel_value *v;
	struct feel_diag d = { 0 };
	struct err err = { 0 };
	size_t at = str_find(source, STR(" := "));
	struct str text = at == STR_NONE ? source : str_from(source, at + 4);
	/* Facts that are to be asked for are known by no value: any name may stand there. */
	bool open = str_eq(kind, STR("needs"));
	struct feel_context_builder known = feel_context_new(s->a);
	static const char *const absent[] = { "a", "b", "ratio", "day", "owned" };
	for (size_t i = 0; i < names.context.n; i++)
		feel_put(&known, names.context.keys[i], names.context.values[i]);
	for (size_t i = 0; open && i < sizeof absent / sizeof *absent; i++)
		feel_put(&known, str_c(absent[i]), feel_null());
	struct feel_value all = feel_context_done(&known);
	if (is_err(feel_compile(s->a, text, &all, &e, &d, &err)))
		fail_msg("%.*s: %s", STR_ARG(text), d.message);
	assert_true(is_ok(feel_eval(e, &scope, s->a, &v, &err)));
	s->examples++;
	if (at != STR_NONE) {
		feel_put(&s->facts, str_sub(source, 0, at), *v);
		return;
	}
	if (str_eq(kind, STR("why"))) {
		check_why(s, e, &scope, want);
		return;
	}
	struct str got = open ? needs_text(s, e, &scope, v) : feel_to_text(s->a, v);
	if (!str_eq(got, want))
		fail_msg("%.*s: the chapter says %.*s, it gives %.*s", STR_ARG(text), STR_ARG(want),
		         STR_ARG(got));
}

/* "> EXPR" and what follows it up to the next one. */
static void run_block(struct session *s, struct str kind, struct str block)
{
	struct str rest = block;
	while (rest.n) {
		assert_true(str_starts(rest, STR("> ")));
		size_t next = str_find(rest, STR("\n> "));
		struct str one = next == STR_NONE ? rest : str_sub(rest, 0, next), source, want;
		(void)str_cut(str_from(one, 2), '\n', &source, &want);
		run(s, kind, source, str_trim(want));
		rest = next == STR_NONE ? STR("") : str_from(rest, next + 1);
	}
}

static void one_block(struct session *s, struct str head, struct str block)
{
	struct str kind, file;
	(void)str_cut(head, ' ', &kind, &file);
	if (str_eq(kind, STR("yaml")) && file.n) {
		if (str_find(root_file(s->a, file), block) == STR_NONE)
			fail_msg("%.*s does not hold\n%.*s", STR_ARG(file), STR_ARG(block));
		s->pieces++;
	} else if (str_eq(kind, STR("feel")) || str_eq(kind, STR("needs")) || str_eq(kind, STR("why"))) {
		run_block(s, kind, block);
	}
}

static void every_example_of_the_chapter_is_true(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct session s = { .a = a, .facts = feel_context_new(a) };
	const struct pack_issue *issues;
	struct pack_set *set;
	size_t n;
	struct err err = { 0 };
	const char *source = getenv("MUSUBI_SOURCE");
	struct str head, block, rest = root_file(a, STR("docs/AUTHORING.md"));
	(void)state;
	struct str dir = arena_printf(a, "%s/packs", source ? source : ".");
	assert_true(is_ok(pack_load(dir, a, &set, &issues, &n, &err)));
	pack_functions_put(&s.facts);
	const struct feel_value *rules = pack_rule_names(set);
	for (size_t i = 0; i < rules->context.n; i++)
		feel_put(&s.facts, rules->context.keys[i], rules->context.values[i]);
	for (size_t at; (at = str_find(rest, STR("\n```"))) != STR_NONE;) {
		(void)str_cut(str_from(rest, at + 4), '\n', &head, &rest);
		size_t end = str_find(rest, STR("```"));
		assert_int_not_equal(end, STR_NONE);
		block = str_sub(rest, 0, end);
		rest = str_from(rest, end + 3);
		one_block(&s, head, block);
	}
	assert_true(s.examples >= 25);
	assert_true(s.pieces >= 6);
	pack_unref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_of_the_chapter_is_true),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
