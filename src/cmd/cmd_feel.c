/* musubi feel ['EXPR']: evaluates an expression of the rule language; without
 * one, line by line from standard input ("name := EXPR" keeps a value). */
#include <stdio.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cmd/commands.h"
#include "cmd/rules.h"
#include "pack/functions.h"
#include "pack/pack.h"
#include "rule/why.h"
#include "rule/words.h"

enum {
	LINE_MAX_BYTES = 64 << 10, SESSION_BYTES = 256 << 20, LINE_BYTES = 64 << 20,
	SHOWN_BEFORE = 60, SHOWN_BYTES = 120, /* of the line of a mistake */
};

enum { OPEN_NAMES_MAX = 50 };

static const char command[] = "musubi feel";

struct session {
	struct arena *arena; /* facts live here */
	struct feel_context_builder facts;
	struct pack_set *packs;          /* or NULL */
	int64_t now_us;
	bool explain, needs;
};

/* What stands around a column: a line may be long. */
static struct str around(struct str line, uint32_t col)
{
	size_t at = col > SHOWN_BEFORE ? col - SHOWN_BEFORE : 0;
	at = at < line.n ? at : 0;
	while (at < line.n && ((unsigned char)line.p[at] & 0xC0) == 0x80)
		at++;
	return utf8_cut(str_from(line, at), SHOWN_BYTES);
}

static void show_mistake(struct str source, const struct feel_diag *d, const struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str line = source, rest = source;
	if (!d->code) {
		rules_failed(command, err);
		return;
	}
	for (uint32_t i = 0; i < d->line; i++)
		str_cut(rest, '\n', &line, &rest);
	struct str ja = rule_diag_ja(a, d), shown = around(line, d->col);
	fprintf(stderr, "%u:%u: %s\n%u:%u: %.*s\n  %.*s\n", d->line, d->col, d->message, d->line, d->col,
	        STR_ARG(ja), STR_ARG(shown));
}

/* What has to be asked before the value is sure, in the order of asking. */
static bool show_needs(struct arena *a, const struct feel_expr *e, const struct feel_scope *scope)
{
	const struct str *names;
	struct err err = { 0 };
	size_t n;
	if (is_err(feel_missing(e, scope, a, NULL, &names, &n, &err))) {
		rules_failed(command, &err);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		printf("%s%.*s", i ? ", " : "needs ", STR_ARG(names[i]));
	if (n)
		putchar('\n');
	return true;
}

/* With --needs a name that is not known is a fact that may still come. */
static struct result compile(struct session *s, struct arena *a, struct str source,
                             struct feel_value known, const struct feel_expr **ret,
                             struct feel_diag *ret_diag, struct err *err)
{
	for (int i = 0; s->needs && i < OPEN_NAMES_MAX; i++) {
		struct feel_context_builder b = feel_context_new(a);
		struct str before, name, rest;
		struct result r = feel_compile(a, source, &known, ret, ret_diag, err);
		if (is_ok(r) || !ret_diag->code || !str_eq(str_c(ret_diag->code), STR("feel.name")) ||
		    !str_cut(str_c(ret_diag->message), '\'', &before, &rest) ||
		    !str_cut(rest, '\'', &name, &rest))
			return r;
		for (size_t k = 0; k < known.context.n; k++)
			feel_put(&b, known.context.keys[k], known.context.values[k]);
		feel_put(&b, arena_str(a, name), feel_null());
		known = feel_context_done(&b);
		*ret_diag = (struct feel_diag){ .code = NULL };
	}
	return feel_compile(a, source, &known, ret, ret_diag, err);
}

/* In the arena of the session when the value is kept. */
static bool evaluate(struct session *s, struct arena *a, struct str source,
                     const struct feel_value **ret)
{
	struct feel_value names = feel_context_done(&s->facts);
	struct feel_scope scope = { .names = &names, .now_us = s->now_us };
	const struct feel_expr *e;
	const struct why *why = NULL;
	struct feel_diag diag = { 0 };
	struct err err = { 0 };
	if (is_err(compile(s, a, source, names, &e, &diag, &err))) {
		show_mistake(source, &diag, &err);
		return false;
	}
	if (s->needs && !show_needs(a, e, &scope))
		return false;
	struct result r = s->explain ? feel_explain(e, &scope, a, ret, &why, &err)
	                             : feel_eval(e, &scope, a, ret, &err);
	if (is_err(r)) {
		rules_failed(command, &err);
		return false;
	}
	struct str text = rules_text(a, *ret);
	printf("%.*s\n", STR_ARG(text));
	if (why)
		rules_explain(why);
	return true;
}

/* name := EXPR */
static bool assigns(struct str line, struct str *ret_name, struct str *ret_source)
{
	size_t at = str_find(line, STR(":="));
	if (at == STR_NONE)
		return false;
	*ret_name = str_trim(str_sub(line, 0, at));
	*ret_source = str_from(line, at + 2);
	return ret_name->n && str_find_char(*ret_name, '"') == STR_NONE;
}

static void one_line(struct session *s, struct str line)
{
	ARENA_AUTO scratch = arena_new(LINE_BYTES);
	const struct feel_value *v;
	struct str name, source;
	if (!assigns(line, &name, &source)) {
		evaluate(s, scratch, line, &v);
		return;
	}
	if (evaluate(s, s->arena, source, &v))
		feel_put(&s->facts, arena_str(s->arena, name), *v);
}

/* The rest of a line that is too long. */
static void skip_line(void)
{
	int c;
	while ((c = getchar()) != EOF && c != '\n')
		;
}

static int interactive(struct session *s)
{
	char line[LINE_MAX_BYTES + 2];
	bool people = isatty(STDIN_FILENO);
	if (people)
		puts("FEEL (DMN 1.5). name := EXPR keeps a value; Ctrl-D ends.\n"
		     "名前 := 式 で値を覚えます。Ctrl-D で終わります。");
	for (;;) {
		if (people)
			fputs("> ", stdout);
		fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			return EXIT_TRUE;
		struct str text = str_trim(str_c(line));
		if (!strchr(line, '\n') && !feof(stdin)) {
			skip_line();
			fprintf(stderr, "musubi feel: a line has at most %d bytes\n"
			        "musubi feel: 一行は%dバイトまでです\n", LINE_MAX_BYTES, LINE_MAX_BYTES);
		} else if (text.n) {
			one_line(s, text);
		}
	}
}

static struct result read_context(struct session *s, struct str file, struct err *err)
{
	struct str text;
	const struct json *j;
	if (!file.n)
		return ok();
	TRY(file_read(s->arena, file, RULES_FILE_MAX, &text, err));
	TRY(json_parse(s->arena, text, &j, err));
	const struct feel_value *v = feel_from_json(s->arena, j);
	if (v->kind != FEEL_CONTEXT)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--context: an object is expected");
	for (size_t i = 0; i < v->context.n; i++)
		feel_put(&s->facts, v->context.keys[i], v->context.values[i]);
	return ok();
}

/* Tables and parameters of packs can be called like functions. */
static struct result read_packs(struct session *s, struct str dir, struct err *err)
{
	const struct pack_issue *issues;
	size_t n;
	if (!dir.n)
		return ok();
	TRY(pack_load(dir, s->arena, &s->packs, &issues, &n, err));
	pack_functions_put(&s->facts);
	const struct feel_value *rules = pack_rule_names(s->packs);
	for (size_t i = 0; i < rules->context.n; i++)
		feel_put(&s->facts, rules->context.keys[i], rules->context.values[i]);
	return ok();
}

int cmd_feel(int argc, char **args)
{
	struct session s = { 0 };
	struct str context = STR(""), at = STR(""), packs = STR("");
	struct err err = { 0 };
	const struct feel_value *v;
	struct operands expr = { .names = "EXPR", .min = 0, .max = 1 };
	const struct option_row rows[] = {
		{ "context", OPTION_TEXT, "FILE.json", "facts the expression may read", .text = &context },
		{ "at", OPTION_TEXT, "DATE", "the date of today(), 2026-04-01; else the clock's", .text = &at },
		{ "packs", OPTION_TEXT, "DIR", "packs whose tables and parameters may be called", .text = &packs },
		{ "needs", OPTION_FLAG, NULL, "say which facts are still needed, in the order of asking", .flag = &s.needs },
		{ "explain", OPTION_FLAG, NULL, "say why, in Japanese and English", .flag = &s.explain },
	};
	struct usage u = { .command = "feel", .rows = rows, .nrows = sizeof rows / sizeof *rows, .operands = &expr,
		.more = "Without EXPR: line by line. Exit code: 0 evaluated, 2 a mistake or a limit." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	s.arena = arena_new(SESSION_BYTES);
	s.facts = feel_context_new(s.arena);
	if (is_err(rules_now(at, &s.now_us, &err)) || is_err(read_packs(&s, packs, &err)) ||
	    is_err(read_context(&s, context, &err)))
		code = rules_failed(command, &err);
	else if (expr.n)
		code = evaluate(&s, s.arena, expr.v[0], &v) ? EXIT_TRUE : EXIT_FAILED;
	else
		code = interactive(&s);
	pack_unref(s.packs);
	arena_free(s.arena);
	return code;
}
