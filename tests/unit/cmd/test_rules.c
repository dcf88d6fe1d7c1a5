/* musubi feel and musubi dmn run, as processes: exit codes, both languages, and
 * hostile inputs that end soon with a word about it. */
#include "base/file.h"
#include "cmd/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { OUTPUT_MAX = 1 << 20, SECONDS_MAX = 60, ARGS_MAX = 8 };

struct ended {
	struct str out, err;
	int code; /* or -1: a signal */
};

static struct arena *a;
static char dir[] = "/tmp/musubi-rules-XXXXXX";

static const char *put(const char *name, struct str text)
{
	struct str path = arena_printf(a, "%s/%s", dir, name);
	FILE *f = fopen(path.p, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	return path.p;
}

static struct str got(const char *name)
{
	struct str text;
	struct err err = { 0 };
	if (is_err(file_read(a, arena_printf(a, "%s/%s", dir, name), OUTPUT_MAX, &text, &err)))
		fail_msg("%s", err.what);
	return text;
}

static void become(struct str input, char **args, int n)
{
	const char *in = put("in", input);
	struct str out = arena_printf(a, "%s/out", dir), err = arena_printf(a, "%s/err", dir);
	if (!freopen(in, "rb", stdin) || !freopen(out.p, "wb", stdout) || !freopen(err.p, "wb", stderr))
		_exit(99);
	alarm(SECONDS_MAX);
	int code = commands_run(n, args);
	fflush(NULL);
	_exit(code);
}

static struct ended run(struct str input, const char *const *words)
{
	char *args[ARGS_MAX + 1] = { "musubi" };
	int status, n = 1;
	for (; *words; words++)
		args[n++] = (char *)(uintptr_t)*words;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child)
		become(input, args, n);
	assert_int_equal(waitpid(child, &status, 0), child);
	return (struct ended){ .out = got("out"), .err = got("err"),
		               .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1 };
}

#define RUN(input, ...) run(STR(input), (const char *const[]){ __VA_ARGS__, NULL })

static void says(struct str text, const char *what)
{
	if (str_find(text, str_c(what)) == STR_NONE)
		fail_msg("'%s' is not in: %.*s", what, (int)(text.n < 400 ? text.n : 400), text.p);
}

static void is(struct ended e, int code, const char *out)
{
	if (e.code != code || !str_eq(str_trim(e.out), str_c(out)))
		fail_msg("%d %.*s %.*s, not %d %s", e.code, (int)(e.out.n < 400 ? e.out.n : 400), e.out.p,
		         (int)(e.err.n < 400 ? e.err.n : 400), e.err.p, code, out);
}

/* Ends with 2 and says why, both ways. */
static void limited(struct ended e, const char *en, const char *ja)
{
	is(e, EXIT_FAILED, "");
	says(e.err, en);
	says(e.err, ja);
	assert_true(e.err.n < 1024);
}

static void an_expression_is_evaluated(void **state)
{
	(void)state;
	const char *facts = put("facts.json", STR("{\"income\": 1200, \"子\": [{\"age\": 3}, {\"age\": 9}]}"));
	is(RUN("", "feel", "1 + 1"), EXIT_TRUE, "2");
	is(RUN("", "feel", "--context", facts, "count(子[age < 5]) + income"), EXIT_TRUE, "1201");
	is(RUN("", "feel", "--at", "2026-04-01", "today()"), EXIT_TRUE, "2026-04-01");
	is(RUN("", "feel", "\"a\" + 1"), EXIT_TRUE, "null");
}

static void a_reason_comes_in_both_languages(void **state)
{
	(void)state;
	const char *facts = put("facts.json", STR("{\"income\": 1200}"));
	struct ended e = RUN("", "feel", "--explain", "--context", facts, "income < 2000");
	assert_int_equal(e.code, EXIT_TRUE);
	says(e.out, "結果：はい");
	says(e.out, "result: yes");
	e = RUN("", "feel", "--explain", "--context", facts,
	        "income < 2000 and @\"2026-04-01\" >= @\"2024-10-01\"");
	says(e.out, "2024年10月1日以降：はい"); /* a day is not "at least" a day */
	says(e.out, "is on or after 2024-10-01: yes");
}

static void mistakes_are_shown_where_they_are(void **state)
{
	(void)state;
	struct ended e = RUN("", "feel", "1 +");
	limited(e, "1:4: expected a value", "1:4: 値が必要です");
	is(RUN("", "feel", "--context", "/nonexistent", "1"), EXIT_FAILED, "");
	is(RUN("", "feel", "--context", put("list.json", STR("[1]")), "1"), EXIT_FAILED, "");
	is(RUN("", "feel", "--context", put("broken.json", STR("{")), "1"), EXIT_FAILED, "");
	is(RUN("", "feel", "--at", "yesterday", "1"), EXIT_FAILED, "");
	is(RUN("", "feel", "1", "2"), EXIT_FAILED, "");
	is(RUN("", "feel", "--unknown", "2"), EXIT_FAILED, "");
}

static void lines_keep_values(void **state)
{
	(void)state;
	is(RUN("x := 3\n\nx * 2\n名 := \"a\"\n名 + 名", "feel"), EXIT_TRUE, "3\n6\n\"a\"\n\"aa\"");
	struct ended e = RUN("x +\n1 + 1\n", "feel");
	is(e, EXIT_TRUE, "2");
	says(e.err, "1:");
}

static struct str repeated(const char *what, size_t n, const char *after)
{
	size_t each = strlen(what);
	char *p = arena_alloc(a, each * n + strlen(after) + 1);
	for (size_t i = 0; i < n; i++)
		memcpy(p + i * each, what, each);
	memcpy(p + each * n, after, strlen(after) + 1);
	return str_of(p, each * n + strlen(after));
}

static void a_line_too_long_is_one_mistake(void **state)
{
	(void)state;
	struct ended e = run(repeated("1+", 5000000, "1\n7 * 6\n"), (const char *const[]){ "feel", NULL });
	is(e, EXIT_TRUE, "42");
	says(e.err, "a line has at most");
	says(e.err, "一行は");
	assert_true(e.err.n < 256);
}

static void hostile_expressions_end(void **state)
{
	static const char steps[] = "too many steps", steps_ja[] = "式の計算が長すぎます";
	(void)state;
	limited(RUN("", "feel", repeated("(", 20000, "1").p), "nested too deeply", "入れ子が深すぎます");
	limited(RUN("", "feel", repeated("[", 20000, "1").p), "nested too deeply", "入れ子が深すぎます");
	limited(RUN("", "feel", arena_printf(a, "1%s", repeated("-", 20000, "1").p).p), "nested too deeply", "入れ子が深すぎます");
	limited(RUN("", "feel", repeated("if true then ", 5000, "1").p), "nested too deeply", "入れ子が深すぎます");
	limited(RUN("", "feel", repeated("1+", 40000, "1").p), "at most 65536", "式が大きすぎます");
	limited(RUN("", "feel", "{f: function(g) g(g), r: f(f)}.r"), "calls itself too deeply",
	        "自分自身を呼び出しすぎ");
	limited(RUN("", "feel", "for a in 1..1000000 return for b in 1..1000000 return a * b"), steps,
	        steps_ja);
	limited(RUN("", "feel", "count(for a in 1..1000000, b in 1..1000000 return a)"), steps, steps_ja);
	limited(RUN("", "feel", "every a in 1..1000000 satisfies some b in 1..1000000 satisfies a + b < 0"),
	        steps, steps_ja);
}

static const char model[] =
	"<definitions xmlns=\"%s\" namespace=\"urn:x\" name=\"m\" id=\"m\">"
	"<inputData name=\"income\" id=\"i\"><variable name=\"income\" typeRef=\"number\"/></inputData>"
	"<decision name=\"low\" id=\"low\"><variable name=\"low\" typeRef=\"boolean\"/>"
	"<informationRequirement><requiredInput href=\"#i\"/></informationRequirement>"
	"<literalExpression><text>income &lt; 2000</text></literalExpression></decision>"
	"<decision name=\"other\" id=\"other\"><variable name=\"other\"/>"
	"<literalExpression><text>%s</text></literalExpression></decision></definitions>";
static const char dmn13[] = "https://www.omg.org/spec/DMN/20191111/MODEL/";
static const char dmn15[] = "https://www.omg.org/spec/DMN/20230324/MODEL/";

/* The texts of the two models are the test's own. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *put_model(const char *ns, const char *other)
{
	char text[4096];
	int n = snprintf(text, sizeof text, model, ns, other);
	return put("m.dmn", str_of(text, (size_t)n));
}

static void a_model_is_run(void **state)
{
	static const char *const spaces[] = { dmn13, "https://www.omg.org/spec/DMN/20211108/MODEL/", dmn15 };
	(void)state;
	const char *input = put("in.json", STR("{\"income\": 1200}"));
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		const char *file = put_model(spaces[i], "1 + 1");
		struct ended e = RUN("", "dmn", "run", file, "--input", input);
		assert_int_equal(e.code, EXIT_TRUE);
		says(e.out, "low");
		says(e.out, "true");
		says(e.out, "2");
		e = RUN("", "dmn", "run", file, "--input", input, "--decision", "low", "--explain");
		assert_int_equal(e.code, EXIT_TRUE);
		says(e.out, "はい");
		says(e.out, "yes");
		assert_true(str_find(e.out, STR("other")) == STR_NONE);
	}
}

static void a_model_with_a_mistake_says_so(void **state)
{
	(void)state;
	struct ended e = RUN("", "dmn", "run", put_model(dmn15, "1 +"));
	assert_true(e.code == EXIT_FALSE || e.code == EXIT_FAILED);
	says(e.err, "expected a value");
	e = RUN("", "dmn", "run", put_model(dmn15, "1"), "--input", put("in.json", STR("{\"income\": \"x\"}")));
	assert_int_equal(e.code, EXIT_FALSE);
	assert_true(e.err.n);
	is(RUN("", "dmn", "run", "/nonexistent"), EXIT_FAILED, "");
	is(RUN("", "dmn", "run"), EXIT_FAILED, "");
	is(RUN("", "dmn", "run", put("m.dmn", STR("<definitions"))), EXIT_FAILED, "");
	is(RUN("", "dmn", "run", put("m.dmn", STR("{}"))), EXIT_FAILED, "");
	is(RUN("", "dmn", "run", put_model(dmn15, "1"), "--decision", "none"), EXIT_FAILED, "");
}

static void what_ends_a_run_is_said_in_both_languages(void **state)
{
	(void)state;
	const char *file = put_model(dmn15, "1 + 1"), *broken = put("broken.json", STR("{"));
	const char *list = put("list.json", STR("[1]"));
	limited(RUN("", "dmn", "run", "/nonexistent"), "cannot open", "ファイルを読めません");
	limited(RUN("", "dmn", "check", "/nonexistent"), "cannot open", "ファイルを読めません");
	limited(RUN("", "dmn", "run", file, "--input", "/nonexistent"), "cannot open", "ファイルを読めません");
	limited(RUN("", "dmn", "run", file, "--input", broken), "JSON", "JSONとして読めません");
	limited(RUN("", "dmn", "run", file, "--input", list), "an object is expected", "使い方が違います");
	limited(RUN("", "dmn", "run", file, "--at", "soon"), "a date is expected", "使い方が違います");
	limited(RUN("", "dmn", "run", file, "--decision", "none"), "no decision 'none'",
	        "「none」という決定はありません");
	limited(RUN("", "feel", "--context", broken, "1"), "JSON", "JSONとして読めません");
	limited(RUN("", "feel", "--context", "/nonexistent", "1"), "cannot open", "ファイルを読めません");
	const char *cut = put("cut.dmn", STR("<definitions>\n<decision"));
	limited(RUN("", "dmn", "check", cut), "cut.dmn:2:1: ", "XML");
	limited(RUN("", "dmn", "check", put("cut.dmn", STR("<a/>"))), "expected definitions",
	        "definitions がありません");
	limited(RUN("", "dmn", "run", put_model(dmn15, "for a in 1..1000000 return for b in 1..1000000 return a"),
	            "--decision", "other"), "too m", "すぎます");
}

static const char drawn[] =
	"<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"D\" name=\"DRD\" namespace="
	"\"http://camunda.org/schema/1.0/dmn\" exporter=\"Camunda Modeler\" exporterVersion=\"5.10.0\">"
	"<decision id=\"grade\" name=\"Grade\"><decisionTable id=\"T\"><input id=\"I\" label=\"Points\">"
	"<inputExpression id=\"E\" typeRef=\"integer\"><text>points</text></inputExpression></input>"
	"<output id=\"O\" name=\"pass\" typeRef=\"boolean\"/><rule id=\"R1\"><inputEntry id=\"U1\"><text>&gt;= 60"
	"</text></inputEntry><outputEntry id=\"L1\"><text>true</text></outputEntry></rule><rule id=\"R2\">"
	"<inputEntry id=\"U2\"><text>&lt; 60</text></inputEntry><outputEntry id=\"L2\"><text>false</text>"
	"</outputEntry></rule></decisionTable></decision></definitions>";

static void a_model_without_declarations_is_run(void **state)
{
	(void)state;
	const char *file = put("m.dmn", str_c(drawn)), *input = put("in.json", STR("{\"points\": 71}"));
	struct ended e = RUN("", "dmn", "check", file);
	is(e, EXIT_TRUE, "");
	says(e.err, "m.dmn:1:");
	says(e.err, "warning: Grade: 'points' is declared nowhere: it is taken for an input");
	says(e.err, "注意：Grade：「points」はどこにも宣言されていないので、入力とみなします");
	is(RUN("", "dmn", "run", file, "--input", input), EXIT_TRUE, "Grade: true");
}

static void models_import_others(void **state)
{
	(void)state;
	struct str dmn = arena_printf(a, "<definitions xmlns=\"%s\" namespace=\"urn:a\" name=\"a\" id=\"a\"><import name="
	        "\"other\" namespace=\"urn:x\" locationURI=\"m.dmn\" importType=\"%s\"/><decision name=\"d\" id=\"d\">"
	        "<variable name=\"d\"/><informationRequirement><requiredDecision href=\"urn:x#other\"/>"
	        "</informationRequirement><literalExpression><text>other.other + 1</text></literalExpression>"
	        "</decision></definitions>", dmn15, dmn15);
	put_model(dmn15, "41");
	is(RUN("", "dmn", "run", put("cut.dmn", dmn)), EXIT_TRUE, "d: 42");
	unlink(arena_printf(a, "%s/m.dmn", dir).p);
	struct ended e = RUN("", "dmn", "check", put("cut.dmn", dmn));
	is(e, EXIT_FALSE, "");
	says(e.err, "the imported model 'other' is not here");
	says(e.err, "取り込むモデル「other」が見つかりません");
}

static void hostile_models_end(void **state)
{
	(void)state;
	struct ended e = RUN("", "dmn", "run",
	                     put_model(dmn15, "for a in 1..1000000 return for b in 1..1000000 return a"));
	assert_true(e.code == EXIT_FALSE || e.code == EXIT_FAILED);
	says(e.err, "takes too m"); /* steps or memory, whatever is first */
	is(RUN("", "dmn", "run", put("m.dmn", repeated("<a>", 100000, ""))), EXIT_FAILED, "");
	e = RUN("", "dmn", "run", put("m.dmn", STR("<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
	        "\"&a;&a;&a;&a;&a;&a;&a;&a;\">]><definitions name=\"&b;\"/>")));
	is(e, EXIT_FAILED, "");
}

static int setup(void **state)
{
	(void)state;
	a = arena_new(256 << 20);
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	static const char *const names[] = { "in", "out", "err", "m.dmn", "in.json", "facts.json", "list.json",
		                             "broken.json", "cut.dmn" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(arena_printf(a, "%s/%s", dir, names[i]).p);
	arena_free(a);
	return rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_is_evaluated),
		cmocka_unit_test(a_reason_comes_in_both_languages),
		cmocka_unit_test(mistakes_are_shown_where_they_are),
		cmocka_unit_test(lines_keep_values),
		cmocka_unit_test(a_line_too_long_is_one_mistake),
		cmocka_unit_test(hostile_expressions_end),
		cmocka_unit_test(a_model_is_run),
		cmocka_unit_test(a_model_with_a_mistake_says_so),
		cmocka_unit_test(what_ends_a_run_is_said_in_both_languages),
		cmocka_unit_test(a_model_without_declarations_is_run),
		cmocka_unit_test(models_import_others),
		cmocka_unit_test(hostile_models_end),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
