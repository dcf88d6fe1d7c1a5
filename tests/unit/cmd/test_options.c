/* The arguments of subcommands: what is taken, what is named as a slip. */
#include "base/buf.h"
#include "cmd/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

struct got {
	struct str dir;
	int64_t people;
	bool quiet;
	struct operands files;
	struct err err;
	bool help;
};

static struct result parse(struct got *g, int argc, const char *const *argv)
{
	const struct option_row rows[] = {
		{ "dir", OPTION_TEXT, "DIR", "where", .required = true, .text = &g->dir },
		{ "people", OPTION_NUMBER, "N", "how many", .min = 1, .max = 100, .number = &g->people },
		{ "quiet", OPTION_FLAG, .help = "say nothing", .flag = &g->quiet },
	};
	g->files.names = "FILE…";
	g->files.max = 2;
	struct usage u = { .command = "demo make", .rows = rows, .nrows = 3, .operands = &g->files };
	char *args[16];
	for (int i = 0; i < argc; i++)
		args[i] = (char *)(uintptr_t)argv[i];
	return options_parse(&u, argc, args, &g->help, &g->err);
}
#define PARSE(g, ...) parse((g), \
	(int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)), \
	(const char *const[]){ __VA_ARGS__ })

static void refused(struct result r, const struct got *g, const char *word)
{
	assert_int_equal(r.kind, ERR_INPUT);
	assert_string_equal(g->err.code, "cmd.usage");
	if (!strstr(g->err.what, word))
		fail_msg("\"%s\" does not say \"%s\"", g->err.what, word);
}

static void takes_options_of_every_kind(void **state)
{
	struct got g = { .people = 7 };
	(void)state;
	assert_true(is_ok(PARSE(&g, "--dir", "d", "--people=12", "--quiet", "a.pdf")));
	assert_true(str_eq(g.dir, STR("d")));
	assert_int_equal(g.people, 12);
	assert_true(g.quiet);
	assert_int_equal(g.files.n, 1);
	assert_true(str_eq(g.files.v[0], STR("a.pdf")));
}

static void leaves_what_is_not_given(void **state)
{
	struct got g = { .people = 7 };
	(void)state;
	assert_true(is_ok(PARSE(&g, "--dir=d")));
	assert_int_equal(g.people, 7);
	assert_false(g.quiet);
	assert_int_equal(g.files.n, 0);
}

static void two_dashes_end_the_options(void **state)
{
	struct got g = { 0 };
	(void)state;
	assert_true(is_ok(PARSE(&g, "--dir", "d", "--", "--quiet", "--help")));
	assert_false(g.quiet);
	assert_false(g.help);
	assert_int_equal(g.files.n, 2);
	assert_true(str_eq(g.files.v[0], STR("--quiet")));
}

static void a_value_may_begin_with_dashes_or_hold_equal_signs(void **state)
{
	struct got g = { 0 };
	(void)state;
	assert_true(is_ok(PARSE(&g, "--dir", "--odd")));
	assert_true(str_eq(g.dir, STR("--odd")));
	g = (struct got){ 0 };
	assert_true(is_ok(PARSE(&g, "--dir=a=b")));
	assert_true(str_eq(g.dir, STR("a=b")));
}

static void names_every_slip(void **state)
{
	struct got g = { 0 };
	(void)state;
	refused(PARSE(&g, "--dri", "d"), &g, "did you mean --dir?");
	refused(PARSE(&g, "-x"), &g, "-x");
	refused(PARSE(&g, "--dir"), &g, "a value is missing");
	refused(PARSE(&g, "--dir="), &g, "a value is missing");
	refused(PARSE(&g, "--people", "3"), &g, "dir");
	refused(PARSE(&g, "--dir=d", "--people", "many"), &g, "a number is expected");
	refused(PARSE(&g, "--dir=d", "--people=0"), &g, "between 1 and 100");
	refused(PARSE(&g, "--dir=d", "--people=101"), &g, "between 1 and 100");
	refused(PARSE(&g, "--dir=d", "--people=99999999999999999999"), &g, "a number is expected");
	refused(PARSE(&g, "--dir=d", "--quiet=yes"), &g, "takes no value");
}

static void refuses_twice_and_too_many(void **state)
{
	struct got g = { 0 };
	(void)state;
	refused(PARSE(&g, "--dir=a", "--dir=b"), &g, "given twice");
	g = (struct got){ 0 };
	refused(PARSE(&g, "--dir=a", "1", "2", "3"), &g, "not expected");
}

static void help_wins_over_slips(void **state)
{
	struct got g = { 0 };
	(void)state;
	assert_true(is_ok(PARSE(&g, "--nonsense", "--help")));
	assert_true(g.help);
	assert_int_equal(g.dir.n, 0);
}

static void operands_that_are_needed(void **state)
{
	struct operands o = { .names = "FILE", .min = 1, .max = 1 };
	struct usage u = { .command = "verify", .operands = &o };
	struct err err = { 0 };
	bool help;
	(void)state;
	assert_int_equal(options_parse(&u, 0, NULL, &help, &err).kind, ERR_INPUT);
	assert_non_null(strstr(err.what, "FILE"));
}

/* ---- the table ---- */

static void every_command_is_found_and_told(void **state)
{
	size_t n;
	const struct command *all = commands_all(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		char words[64], *args[2] = { words, NULL };
		int used, argc = 1;
		snprintf(words, sizeof words, "%s", all[i].name);
		char *space = strchr(words, ' ');
		if (space) {
			*space = '\0';
			args[1] = space + 1;
			argc = 2;
		}
		assert_ptr_equal(commands_find(argc, args, &used), &all[i]);
		assert_int_equal(used, argc);
		assert_true(strlen(all[i].en) > 5 && strlen(all[i].ja) > 5);
		assert_non_null(all[i].run);
	}
}

static void half_a_command_is_none(void **state)
{
	char demo[] = "demo", make[] = "makes", none[] = "";
	int used;
	(void)state;
	assert_null(commands_find(1, (char *[]){ demo }, &used));
	assert_null(commands_find(2, (char *[]){ demo, make }, &used));
	assert_null(commands_find(1, (char *[]){ none }, &used));
	assert_null(commands_find(0, NULL, &used));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_options_of_every_kind),
		cmocka_unit_test(leaves_what_is_not_given),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(a_value_may_begin_with_dashes_or_hold_equal_signs),
		cmocka_unit_test(names_every_slip),
		cmocka_unit_test(refuses_twice_and_too_many),
		cmocka_unit_test(help_wins_over_slips),
		cmocka_unit_test(operands_that_are_needed),
		cmocka_unit_test(every_command_is_found_and_told),
		cmocka_unit_test(half_a_command_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
