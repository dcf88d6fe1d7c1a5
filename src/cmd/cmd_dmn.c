/* musubi dmn run FILE.dmn: evaluates the decisions of a DMN model; musubi dmn check
 * FILE.dmn: says what is wrong with it, in both languages. */
#include <stdio.h>

#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/dmn_files.h"
#include "cmd/rules.h"
#include "rule/words.h"

enum { DMN_BYTES = 512 << 20 };

struct running {
	struct arena *arena;
	struct str file, input, decision, at;
	bool explain, anyway;
	const struct dmn_model *model;
	struct feel_scope scope;
	bool wrong; /* a problem of the model, or a trouble */
};

/* The line an error of reading speaks of ("line 3: …"). */
static uint64_t line_of(const struct err *err)
{
	struct str rest = str_c(err->what), number;
	uint64_t line = 1;
	if (str_starts(rest, STR("line ")) && str_cut(str_from(rest, 5), ':', &number, &rest))
		(void)str_to_u64(number, &line);
	return line;
}

static int unread(struct running *r, const struct err *err)
{
	struct str place = arena_printf(r->arena, "%.*s:%llu:1", STR_ARG(r->file),
	                                (unsigned long long)line_of(err));
	return rules_failed(place.p, err);
}

static void show_problems(struct running *r, bool notes)
{
	const struct dmn_problem *p;
	for (size_t i = 0, n = dmn_problems(r->model, &p); i < n; i++) {
		const char *en = p[i].note ? "note: " : p[i].warning ? "warning: " : "error: ";
		const char *ja = p[i].note ? "参考：" : p[i].warning ? "注意：" : "誤り：";
		r->wrong |= !p[i].warning;
		if (p[i].note && !notes)
			continue;
		fprintf(stderr, "%.*s:%u:%u: %s%.*s: %.*s\n%.*s:%u:%u: %s%.*s：%.*s\n", STR_ARG(p[i].file),
		        p[i].line, p[i].col, en, STR_ARG(p[i].element), STR_ARG(p[i].en), STR_ARG(p[i].file),
		        p[i].line, p[i].col, ja, STR_ARG(p[i].element), STR_ARG(p[i].ja));
	}
}

static struct result read_input(struct running *r, struct err *err)
{
	const struct json *j = json_object_done(json_object_new(r->arena));
	struct str text;
	if (r->input.n) {
		TRY(file_read(r->arena, r->input, RULES_FILE_MAX, &text, err));
		TRY(json_parse(r->arena, text, &j, err));
	}
	if (j->kind != JSON_OBJECT)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--input: an object is expected");
	r->scope.names = dmn_inputs_from_json(r->model, r->arena, j);
	return ok();
}

static struct result decide(struct running *r, struct str name, struct err *err)
{
	ARENA_AUTO a = arena_new(DMN_BYTES);
	struct dmn_outcome o;
	const struct why *why = NULL;
	if (r->explain)
		TRY(dmn_explain(r->model, name, &r->scope, a, &o, &why, err));
	else
		TRY(dmn_decide(r->model, name, &r->scope, a, &o, err));
	struct str text = rules_text(a, o.value);
	printf("%.*s: %.*s\n", STR_ARG(name), STR_ARG(text));
	if (why)
		rules_explain(why);
	for (size_t i = 0; i < o.ntroubles; i++)
		fprintf(stderr, "%.*s:%u: %.*s: %.*s · %.*s\n", STR_ARG(r->file), o.troubles[i].line,
		        STR_ARG(o.troubles[i].element), STR_ARG(o.troubles[i].en), STR_ARG(o.troubles[i].ja));
	r->wrong |= o.ntroubles > 0;
	return ok();
}

static struct result run(struct running *r, struct err *err)
{
	const struct dmn_element *elements;
	show_problems(r, false);
	if (r->wrong && !r->anyway)
		return ok();
	TRY(read_input(r, err));
	if (r->decision.n)
		return decide(r, r->decision, err);
	for (size_t i = 0, n = dmn_elements(r->model, r->arena, &elements); i < n; i++)
		if (elements[i].kind == DMN_DECISION)
			TRY(decide(r, elements[i].name, err));
	return ok();
}

int cmd_dmn_run(int argc, char **args)
{
	struct running r = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "FILE.dmn", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "input", OPTION_TEXT, "FILE.json", "the input data by name", .text = &r.input },
		{ "decision", OPTION_TEXT, "NAME", "only this decision, service or knowledge model",
		  .text = &r.decision },
		{ "at", OPTION_TEXT, "DATE", "the date of today(), 2026-04-01; else the clock's",
		  .text = &r.at },
		{ "anyway", OPTION_FLAG, NULL, "decide although the model has mistakes", .flag = &r.anyway },
		{ "explain", OPTION_FLAG, NULL, "say why, in Japanese and English", .flag = &r.explain },
	};
	struct usage u = { .command = "dmn run", .rows = rows, .nrows = 5, .operands = &file,
		.more = "A model with mistakes (musubi dmn check) is not run without --anyway; what is\n"
		        "wrong is null then. Exit code: 0 decided, 1 the model or an input has a mistake\n"
		        "(told on standard error), 2 it could not be run." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	r.file = file.v[0];
	r.arena = arena_new(DMN_BYTES);
	if (is_err(rules_now(r.at, &r.scope.now_us, &err)))
		code = rules_failed("musubi dmn run", &err);
	else if (is_err(dmn_files_read(r.arena, r.file, &r.model, &err)))
		code = unread(&r, &err);
	else if (is_err(run(&r, &err)))
		code = rules_failed("musubi dmn run", &err);
	else
		code = r.wrong ? EXIT_FALSE : EXIT_TRUE;
	arena_free(r.arena);
	return code;
}

int cmd_dmn_check(int argc, char **args)
{
	struct running r = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "FILE.dmn", .min = 1, .max = 1 };
	struct usage u = { .command = "dmn check", .operands = &file,
		.more = "Mistakes, warnings and notes with file, line and column, in English and Japanese,\n"
		        "on standard error. Exit code: 0 no mistake, 1 a mistake, 2 it could not be read." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	r.file = file.v[0];
	r.arena = arena_new(DMN_BYTES);
	if (is_err(dmn_files_read(r.arena, r.file, &r.model, &err))) {
		code = unread(&r, &err);
	} else {
		show_problems(&r, true);
		code = r.wrong ? EXIT_FALSE : EXIT_TRUE;
	}
	arena_free(r.arena);
	return code;
}
