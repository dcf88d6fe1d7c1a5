/* Runs the scenario tests that procedures carry, by the runner's engine. */
#include "pack/test.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "pack/set.h"

struct run {
	const struct pack_runner *runner;
	const struct procedure *procedure;
	const struct pack_test *test;
	struct pack_scenario scenario;
	struct arena *arena;
	struct buf why; /* what did not come out; empty: it passed */
};

static void wrong(struct run *x, const char *what, struct str expected, struct str found)
{
	if (x->why.n > 0)
		buf_add(&x->why, STR("; "));
	buf_printf(&x->why, "%s: expected %.*s, found %.*s", what, STR_ARG(expected), STR_ARG(found));
}

static void broken(struct run *x, const char *what, const struct err *err)
{
	wrong(x, what, STR("an answer"), str_c(err->what));
}

/* A runner that cannot answer fails the test: nothing is passed over. */
static bool can(struct run *x, const char *what, bool there)
{
	if (!there)
		wrong(x, what, STR("an engine that can tell"), STR("none"));
	return there;
}

static struct str yes_no(bool b)
{
	return b ? STR("true") : STR("false");
}

static void expect_eligible(struct run *x, const struct json *expected)
{
	struct err err = { 0 };
	bool found;
	if (!can(x, "eligible", x->runner->eligible != NULL))
		return;
	if (is_err(x->runner->eligible(x->runner->ctx, &x->scenario, x->arena, &found, &err)))
		broken(x, "eligible", &err);
	else if (found != json_bool_or(expected, false))
		wrong(x, "eligible", yes_no(json_bool_or(expected, false)), yes_no(found));
}

static struct str listed(struct arena *a, const struct str *list, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, 1 << 16);
	buf_add_char(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_add_c(&b, i > 0 ? ", " : "");
		buf_add(&b, list[i]);
	}
	buf_add_char(&b, ']');
	return arena_str(a, buf_str(&b));
}

static size_t names_of(struct arena *a, const struct json *node, const struct str **ret)
{
	size_t n = json_len(node);
	struct str *list = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = json_text(json_at(node, i));
	*ret = list;
	return n;
}

static bool holds(const struct str *list, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(list[i], name))
			return true;
	}
	return false;
}

enum compare { IN_ORDER, AS_SETS, INCLUDES };

static bool same_names(const struct str *want, size_t nwant, const struct str *have, size_t nhave,
                       enum compare how)
{
	if (how == IN_ORDER && nwant != nhave)
		return false;
	for (size_t i = 0; i < nwant; i++) {
		if (how == IN_ORDER ? !str_eq(want[i], have[i]) : !holds(have, nhave, want[i]))
			return false;
	}
	for (size_t i = 0; how == AS_SETS && i < nhave; i++) {
		if (!holds(want, nwant, have[i]))
			return false;
	}
	return true;
}

typedef struct result names_fn(void *ctx, const struct pack_scenario *s, struct arena *a,
                               const struct str **ret, size_t *ret_n, struct err *err);

static void expect_names(struct run *x, const char *what, names_fn *ask,
                         const struct json *expected, enum compare how)
{
	const struct str *want, *have;
	struct err err = { 0 };
	size_t nwant = names_of(x->arena, expected, &want), nhave;
	if (!can(x, what, ask != NULL))
		return;
	if (is_err(ask(x->runner->ctx, &x->scenario, x->arena, &have, &nhave, &err)))
		broken(x, what, &err);
	else if (!same_names(want, nwant, have, nhave, how))
		wrong(x, what, listed(x->arena, want, nwant), listed(x->arena, have, nhave));
}

static struct str shown(struct arena *a, const struct json *v)
{
	return v ? json_to_str(a, v) : STR("null");
}

/* null is also what is not there. */
static bool same_value(const struct json *x, const struct json *y)
{
	bool none_x = !x || x->kind == JSON_NULL, none_y = !y || y->kind == JSON_NULL;
	return none_x || none_y ? none_x == none_y : json_equal(x, y);
}

static void expect_value(struct run *x, const char *what, struct str name,
                         const struct json *expected, const struct json *found)
{
	if (same_value(expected, found))
		return;
	struct str label = arena_printf(x->arena, "%s.%.*s", what, STR_ARG(name));
	wrong(x, arena_cstr(x->arena, label), shown(x->arena, expected), shown(x->arena, found));
}

static void expect_values(struct run *x, const struct json *expected)
{
	const struct pack_outcome_value *values;
	size_t n;
	struct err err = { 0 };
	if (!can(x, "values", x->runner->values != NULL))
		return;
	if (is_err(x->runner->values(x->runner->ctx, &x->scenario, x->arena, &values, &n, &err))) {
		broken(x, "values", &err);
		return;
	}
	for (size_t i = 0; i < json_len(expected); i++) {
		const struct json *found = NULL;
		for (size_t k = 0; k < n; k++) {
			if (str_eq(values[k].name, expected->keys[i]))
				found = values[k].value;
		}
		expect_value(x, "values", expected->keys[i], &expected->items[i], found);
	}
}

static void expect_record(struct run *x, const struct json *expected)
{
	const struct procedure *p = x->procedure;
	if (!can(x, "record", x->runner->eval != NULL))
		return;
	for (size_t i = 0; i < json_len(expected); i++) {
		for (size_t k = 0; k < p->nrecord; k++) {
			const struct json *found = NULL;
			struct err err = { 0 };
			if (!str_eq(p->record[k].name, expected->keys[i]))
				continue;
			if (is_err(x->runner->eval(x->runner->ctx, &x->scenario, x->arena, p->record[k].expr,
			                           &found, &err)))
				broken(x, "record", &err);
			else
				expect_value(x, "record", expected->keys[i], &expected->items[i], found);
		}
	}
}

static void expect_once(struct run *x, const struct json *expected)
{
	struct str found;
	struct err err = { 0 };
	if (!can(x, "once", x->runner->once != NULL))
		return;
	if (is_err(x->runner->once(x->runner->ctx, &x->scenario, x->arena, &found, &err)))
		broken(x, "once", &err);
	else if (!str_eq(found, json_text(expected)))
		wrong(x, "once", json_text(expected), found);
}

static void expect_all(struct run *x)
{
	const struct json *e = x->test->expect, *node;
	if ((node = json_get(e, STR("eligible"))))
		expect_eligible(x, node);
	if ((node = json_get(e, STR("pages"))))
		expect_names(x, "pages", x->runner->pages, node, IN_ORDER);
	if ((node = json_get(e, STR("errors"))))
		expect_names(x, "errors", x->runner->errors, node, AS_SETS);
	if ((node = json_get(e, STR("errors_include"))))
		expect_names(x, "errors_include", x->runner->errors, node, INCLUDES);
	if ((node = json_get(e, STR("values"))))
		expect_values(x, node);
	if ((node = json_get(e, STR("record"))))
		expect_record(x, node);
	if ((node = json_get(e, STR("once"))))
		expect_once(x, node);
}

/* Noon in Japan of an ISO date that was checked at load. */
static int64_t noon_of(struct str text)
{
	struct date day = { 1970, 1, 1 };
	(void)date_parse(text, &day);
	return jst_start(day) + 12 * CLOCK_HOUR;
}

static const struct json *object_or_empty(struct arena *a, const struct json *node)
{
	return node ? node : json_object_done(json_object_new(a));
}

static bool run_test(const struct pack_runner *runner, const struct procedure *p,
                     const struct pack_test *t, struct buf *out)
{
	ARENA_AUTO a = arena_new(0);
	struct json_object *about = json_object_new(a);
	json_put_str(about, STR("receipt"), STR("TEST-0000-0000"));
	json_put_str(about, STR("number"), STR("1"));
	json_put_str(about, STR("submitted"), t->today);
	struct run x = {
		.runner = runner, .procedure = p, .test = t, .arena = a,
		.scenario = {
			.procedure = p, .now_us = noon_of(t->today), .facts = object_or_empty(a, t->facts),
			.answers = object_or_empty(a, t->answers), .decision = t->decision,
			.about = json_object_done(about),
		},
	};
	buf_init(&x.why, 1 << 16);
	expect_all(&x);
	bool passed = x.why.n == 0;
	if (passed)
		buf_printf(out, "ok %.*s: %.*s\n", STR_ARG(p->id), STR_ARG(t->name));
	else
		buf_printf(out, "FAIL %.*s: %.*s %.*s:%u: %.*s\n", STR_ARG(p->id), STR_ARG(t->name),
		           STR_ARG(p->file), t->line, STR_ARG(buf_str(&x.why)));
	buf_done(&x.why);
	return passed;
}

/* A rule's own tests: what it gives on a day. */
static bool run_rule_test(const struct pack_set *p, const struct pack_rule *r,
                          const struct pack_rule_test *t, struct buf *out)
{
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *v;
	struct err err = { 0 };
	if (is_err(pack_rule_eval(p, r, t->given, noon_of(t->at), a, &v, NULL, &err))) {
		buf_printf(out, "FAIL %.*s: at %.*s %.*s:%u: %s\n", STR_ARG(r->name), STR_ARG(t->at),
		           STR_ARG(r->file), t->line, err.what);
		return false;
	}
	const struct json *found = feel_to_json(a, v);
	bool passed = same_value(t->expect, found);
	struct str want = shown(a, t->expect), have = shown(a, found);
	if (passed)
		buf_printf(out, "ok %.*s: at %.*s line %u\n", STR_ARG(r->name), STR_ARG(t->at), t->line);
	else
		buf_printf(out, "FAIL %.*s: at %.*s %.*s:%u: expected %.*s, found %.*s\n",
		           STR_ARG(r->name), STR_ARG(t->at), STR_ARG(r->file), t->line, STR_ARG(want),
		           STR_ARG(have));
	return passed;
}

struct pack_test_count pack_test(const struct pack_set *p, const struct pack_runner *runner,
                                 struct buf *out)
{
	struct pack_test_count count = { 0, 0 };
	for (size_t i = 0; i < p->nrules; i++) {
		for (size_t k = 0; k < p->rules[i]->ntests; k++) {
			if (run_rule_test(p, p->rules[i], &p->rules[i]->tests[k], out))
				count.passed++;
			else
				count.failed++;
		}
	}
	for (size_t i = 0; i < p->nversions; i++) {
		for (size_t k = 0; k < p->versions[i]->ntests; k++) {
			if (run_test(runner, p->versions[i], &p->versions[i]->tests[k], out))
				count.passed++;
			else
				count.failed++;
		}
	}
	return count;
}
