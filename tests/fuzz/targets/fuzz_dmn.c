/* Any bytes as a DMN model: it is read or refused, and every decision, service
 * and knowledge model of what is read ends with a value or a limit, also when
 * explained. Inputs are given the first kinds of values by turns. */
#include <stdlib.h>

#include "base/utf8.h"
#include "rule/dmn.h"
#include "rule/why.h"

enum { SOURCE_MAX = 64 << 10, DECIDED_MAX = 12 };

static void must(bool held)
{
	if (!held)
		abort();
}

static struct feel_value input_value(struct arena *a, size_t i)
{
	static const char *const texts[] = { "5", "\"Male\"", "true", "[1,2,3]", "{\"a\":1,\"name\":\"x\"}" };
	const struct json *j;
	must(is_ok(json_parse(a, str_c(texts[i % 5]), &j, NULL)));
	return *feel_from_json(a, j);
}

static void decide(const struct dmn_model *m, struct str name, const struct feel_scope *s)
{
	ARENA_AUTO a = arena_new(96 << 20);
	struct dmn_outcome o = { 0 }, again = { 0 };
	const struct why *why = NULL;
	struct err err = { 0 };
	struct result r = dmn_decide(m, name, s, a, &o, &err);
	must(is_ok(r) ? o.value != NULL : r.kind == ERR_LIMIT && err.code);
	if (is_err(r) || arena_left(a) < (60 << 20))
		return;
	must(utf8_valid(feel_to_text(a, o.value)));
	if (is_err(dmn_explain(m, name, s, a, &again, &why, NULL)))
		return;
	must(why && again.value->kind == o.value->kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(128 << 20);
	struct dmn_source source = { STR("fuzz.dmn"), str_of((const char *)data, size) };
	const struct dmn_model *m = NULL;
	const struct dmn_element *elements;
	const struct dmn_problem *problems;
	struct err err = { 0 };
	if (size > SOURCE_MAX)
		return 0;
	if (is_err(dmn_read(a, &source, 1, &m, &err))) {
		must(m == NULL && err.code && err.what[0]);
		return 0;
	}
	for (size_t i = 0, n = dmn_problems(m, &problems); i < n; i++)
		must(problems[i].code && utf8_valid(problems[i].en) && utf8_valid(problems[i].ja));
	size_t n = dmn_elements(m, a, &elements), decided = 0;
	struct feel_context_builder b = feel_context_new(a);
	for (size_t i = 0; i < n; i++)
		if (elements[i].kind == DMN_INPUT)
			feel_put(&b, elements[i].name, input_value(a, i));
	struct feel_value names = feel_context_done(&b);
	struct feel_scope s = { .names = &names, .now_us = 1795134600000000, .max_steps = 20000 };
	for (size_t i = 0; i < n && decided < DECIDED_MAX; i++)
		if (elements[i].kind != DMN_INPUT && ++decided)
			decide(m, elements[i].name, &s);
	must(!arena_over(a));
	return 0;
}
