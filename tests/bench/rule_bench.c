/* The rule language: evaluations of compiled expressions, decision tables of
 * 1,000 and 10,000 rules with four inputs, compiling 500 expressions.
 *
 *   rule_bench [EXPRESSIONS.json]
 *
 * Prints one JSON object per line, as store_bench does; bench.py puts feelin's
 * figures for the same expressions beside "rule.eval.*" and "rule.text.*" (text
 * to value, as feelin works). Times are microseconds on one core. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "rule/table.h"

enum { FILE_MAX = 1 << 20, RUN_US = 500000, ROUND_US = 50000, ROUNDS = 12, EXPRESSIONS = 500, QUESTIONS = 64, GRID = 10 };

static void need(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "rule_bench: %s: %s\n", err->code, err->what);
	exit(1);
}

static void say(struct str name, double value, const char *unit, const char *target, bool met)
{
	printf("{\"name\":\"rule.%.*s\",\"value\":%.4f,\"unit\":\"%s\"", STR_ARG(name), value, unit);
	if (target)
		printf(",\"target\":\"%s\",\"met\":%s", target, met ? "true" : "false");
	puts("}");
}

static double evaluated(const struct feel_expr *e, const struct feel_scope *s, struct str *ret)
{
	static char text[200];
	ARENA_AUTO a = arena_new(64 << 20);
	struct err err = { 0 };
	const struct feel_value *v;
	int64_t n = 0, start = clock_steady_us();
	for (; clock_steady_us() - start < RUN_US; n += 100)
		for (int i = 0; i < 100; i++) {
			arena_reset(a);
			need(feel_eval(e, s, a, &v, &err), &err);
		}
	double took = (double)(clock_steady_us() - start) / (double)n;
	struct str shown = str_sub(feel_to_text(a, v), 0, sizeof text);
	memcpy(text, shown.p, shown.n);
	*ret = str_of(text, shown.n);
	return took;
}

static double from_text(struct str source, const struct feel_scope *s)
{
	ARENA_AUTO a = arena_new(64 << 20);
	struct err err = { 0 };
	const struct feel_expr *e;
	const struct feel_value *v;
	int64_t n = 0, start = clock_steady_us();
	for (; clock_steady_us() - start < RUN_US; n += 20)
		for (int i = 0; i < 20; i++) {
			arena_reset(a);
			need(feel_compile(a, source, s->names, &e, NULL, &err), &err);
			need(feel_eval(e, s, a, &v, &err), &err);
		}
	return (double)(clock_steady_us() - start) / (double)n;
}

static void expressions(const struct json *list, const struct feel_scope *s)
{
	ARENA_AUTO a = arena_new(0);
	struct err err = { 0 };
	for (size_t i = 0; i < json_len(list); i++) {
		struct str name = json_text(json_path(json_at(list, i), STR("name"))), result;
		struct str text = json_text(json_path(json_at(list, i), STR("text")));
		const struct feel_expr *e;
		need(feel_compile(a, text, s->names, &e, NULL, &err), &err);
		double us = evaluated(e, s, &result);
		printf("{\"name\":\"rule.eval.%.*s\",\"value\":%.4f,\"unit\":\"us\",\"result\":\"%.*s\"}\n",
		       STR_ARG(name), us, STR_ARG(result));
		say(arena_printf(a, "text.%.*s", STR_ARG(name)), from_text(text, s), "us", NULL, false);
	}
}

/* A pack of 500: each text with a number of its own in it. */
static void compiling(const struct json *list, const struct feel_scope *s)
{
	ARENA_AUTO a = arena_new(256 << 20);
	struct err err = { 0 };
	const struct feel_expr *e;
	int64_t start = clock_steady_us();
	for (size_t i = 0; i < EXPRESSIONS; i++) {
		struct str text = json_text(json_path(json_at(list, i % json_len(list)), STR("text")));
		text = arena_printf(a, "[%.*s, %zu]", STR_ARG(text), i);
		need(feel_compile(a, text, s->names, &e, NULL, &err), &err);
	}
	double ms = (double)(clock_steady_us() - start) / 1000;
	say(STR("compile.500"), ms, "ms", "<= 20 ms", ms <= 20);
}

/* Rules of a grid over four inputs: a number, a range, a text and a boolean. */
static const struct json *grid(struct arena *a, size_t nrules)
{
	struct json_object *o = json_object_new(a);
	struct json_array *rules = json_array_new(a);
	const struct json *inputs, *outputs;
	struct err err = { 0 };
	for (size_t i = 0; i < nrules; i++) {
		struct json_array *row = json_array_new(a);
		size_t rest = i / 2;
		json_push(row, json_str(a, arena_printf(a, "\"place%zu\"", rest % GRID)));
		json_push(row, json_str(a, arena_printf(a, "[%zu..%zu)", rest / GRID % GRID * 10,
		                                        rest / GRID % GRID * 10 + 10)));
		json_push(row, json_str(a, arena_printf(a, "%zu", rest / GRID / GRID)));
		json_push(row, json_str(a, i % 2 ? STR("true") : STR("false")));
		json_push(row, json_num(a, (int64_t)i));
		json_push(rules, json_array_done(row));
	}
	need(json_parse(a, STR("[\"place\",\"ratio\",\"size\",\"owner\"]"), &inputs, &err), &err);
	need(json_parse(a, STR("[\"amount\"]"), &outputs, &err), &err);
	json_put(o, STR("inputs"), inputs);
	json_put(o, STR("outputs"), outputs);
	json_put(o, STR("rules"), json_array_done(rules));
	return json_object_done(o);
}

static struct feel_value question(struct arena *a, size_t rule)
{
	struct feel_context_builder b = feel_context_new(a);
	size_t rest = rule / 2;
	feel_put(&b, STR("place"), feel_string(arena_printf(a, "place%zu", rest % GRID)));
	feel_put(&b, STR("ratio"), feel_int((int64_t)(rest / GRID % GRID * 10 + 3)));
	feel_put(&b, STR("size"), feel_int((int64_t)(rest / GRID / GRID)));
	feel_put(&b, STR("owner"), feel_bool(rule % 2));
	return feel_context_done(&b);
}

static double decided(const struct rule_table *t, size_t nrules)
{
	ARENA_AUTO facts = arena_new(0);
	ARENA_AUTO a = arena_new(64 << 20);
	struct feel_value asked[QUESTIONS];
	struct rule_outcome o;
	struct err err = { 0 };
	int64_t n = 0, start, wanted;
	for (size_t i = 0; i < QUESTIONS; i++)
		asked[i] = question(facts, i * 7919 % nrules);
	start = clock_steady_us();
	for (; clock_steady_us() - start < ROUND_US; n += QUESTIONS)
		for (size_t i = 0; i < QUESTIONS; i++) {
			struct feel_scope s = { .names = &asked[i] };
			arena_reset(a);
			need(rule_table_eval(t, &s, a, &o, &err), &err);
			if (o.nmatched != 1 || !dec_to_i64(o.value->number, &wanted) ||
			    wanted != (int64_t)(i * 7919 % nrules)) {
				fprintf(stderr, "rule_bench: the table gave a wrong answer\n");
				exit(1);
			}
		}
	return (double)(clock_steady_us() - start) / (double)n;
}

static const struct rule_table *table_of(struct arena *a, size_t nrules)
{
	const struct rule_table *t;
	struct err err = { 0 };
	need(rule_table_compile(a, grid(a, nrules), NULL, &t, NULL, &err), &err);
	return t;
}

static void tables(void)
{
	ARENA_AUTO a = arena_new(1u << 30);
	const struct rule_table *thousand = table_of(a, 1000), *ten = table_of(a, 10000);
	double small = 1e9, large = 1e9;
	for (int i = 0; i < ROUNDS; i++) { /* in turn, the best of each: neighbours disturb both */
		double x = decided(thousand, 1000), y = decided(ten, 10000);
		small = x < small ? x : small;
		large = y < large ? y : large;
	}
	struct rule_table scanned = *thousand;
	scanned.index = NULL;
	say(STR("table.1000"), small, "us", "<= 20 us", small <= 20);
	say(STR("table.10000"), large, "us", NULL, false);
	say(STR("table.1000.scanned"), decided(&scanned, 1000), "us", NULL, false);
	say(STR("table.10000.beside.1000"), large / small, "x", "<= 1.5 x", large <= 1.5 * small);
}

int main(int argc, char **argv)
{
	ARENA_AUTO a = arena_new(0);
	struct err err = { 0 };
	struct str text;
	const struct json *j;
	need(file_read(a, argc > 1 ? str_c(argv[1]) : STR("tests/bench/rule_expressions.json"), FILE_MAX,
	               &text, &err), &err);
	need(json_parse(a, text, &j, &err), &err);
	struct feel_scope s = { .names = feel_from_json(a, json_get(j, STR("context"))) };
	expressions(json_get(j, STR("expressions")), &s);
	compiling(json_get(j, STR("expressions")), &s);
	tables();
	return 0;
}
