/* musubi pack check | test | publish DIR. */
#include <stdio.h>

#include "apply/runner.h"
#include "base/buf.h"
#include "cmd/commands.h"
#include "pack/pack.h"

enum { OUT_MAX = 16 << 20 };

struct loaded {
	struct arena *arena;
	struct pack_set *set;
	const struct pack_issue *issues;
	size_t nissues;
};

static void unload(struct loaded *l)
{
	pack_unref(l->set);
	arena_free(l->arena);
}

static void show(FILE *to, const struct loaded *l)
{
	for (size_t i = 0; i < l->nissues; i++) {
		const struct pack_issue *x = &l->issues[i];
		fprintf(to, "%.*s:%u:%u: %s%.*s\n", STR_ARG(x->file), x->line, x->col,
		        x->warning ? "remark: " : "", STR_ARG(x->message));
		if (x->hint.n)
			fprintf(to, "  hint: %.*s\n", STR_ARG(x->hint));
	}
}

/* Reads the arguments and the packs; false when the command is over. */
static bool begin(const char *name, const char *more, int argc, char **args, FILE *issues_to,
                  struct loaded *l, int *ret_exit)
{
	struct err err = { 0 };
	struct operands dir = { .names = "DIR", .min = 1, .max = 1 };
	struct usage u = { .command = name, .operands = &dir, .more = more };
	if (!command_begin(&u, argc, args, ret_exit))
		return false;
	*l = (struct loaded){ .arena = arena_new(0) };
	struct result r = pack_load(dir.v[0], l->arena, &l->set, &l->issues, &l->nissues, &err);
	show(issues_to, l);
	if (is_ok(r))
		return true;
	*ret_exit = EXIT_FALSE;
	if (!str_eq(str_c(err.code), STR("pack.mistakes")))
		*ret_exit = command_failed(name, &err);
	unload(l);
	return false;
}

int cmd_pack_check(int argc, char **args)
{
	struct loaded l;
	const struct procedure *const *list;
	int code;
	if (!begin("pack check", "Exit code: 0 no mistake, 1 mistakes, 2 it could not be read.", argc,
	           args, stdout, &l, &code))
		return code;
	size_t n = pack_procedures(l.set, &list), online = 0;
	for (size_t i = 0; i < n; i++)
		online += list[i]->online;
	const struct pack_rule *const *rules;
	printf("%zu procedures, %zu of them online, %zu tables and parameters: no mistake\n", n, online,
	       pack_rules(l.set, &rules));
	unload(&l);
	return EXIT_TRUE;
}

int cmd_pack_test(int argc, char **args)
{
	struct loaded l;
	int code;
	BUF_AUTO out;
	buf_init(&out, OUT_MAX);
	if (!begin("pack test", "Exit code: 0 all passed, 1 some failed, 2 it could not be read.",
	           argc, args, stderr, &l, &code))
		return code;
	struct pack_test_count c = pack_test(l.set, apply_pack_runner(), &out);
	fwrite(out.p, 1, out.n, stdout);
	printf("%u passed, %u failed\n", c.passed, c.failed);
	unload(&l);
	return c.failed ? EXIT_FALSE : EXIT_TRUE;
}

int cmd_pack_publish(int argc, char **args)
{
	struct loaded l;
	int code;
	BUF_AUTO out;
	buf_init(&out, OUT_MAX);
	if (!begin("pack publish", "Write it to DIR/PUBLISHED when a version goes into service.", argc,
	           args, stderr, &l, &code))
		return code;
	pack_published(l.set, &out);
	fwrite(out.p, 1, out.n, stdout);
	unload(&l);
	return EXIT_TRUE;
}
