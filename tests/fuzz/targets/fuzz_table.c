/* Any bytes as the YAML of a decision table: it compiles or says where it is
 * wrong, and what compiles decides within its limits. */
#include <stdlib.h>

#include "base/yaml.h"
#include "rule/table.h"

static void must(bool held)
{
	if (!held)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(64 << 20);
	const struct json *j;
	const struct rule_table *t = NULL;
	struct rule_outcome o = { 0 };
	struct rule_diag d = { 0 };
	struct err err = { 0 };
	const struct str *reads;
	if (size > 20000 || is_err(yaml_parse(a, str_of((const char *)data, size), &j, NULL, NULL)))
		return 0;
	if (is_err(rule_table_compile(a, j, NULL, &t, &d, &err))) {
		must(t == NULL && err.code && err.what[0]);
		return 0;
	}
	struct feel_context_builder b = feel_context_new(a);
	feel_put(&b, STR("x"), feel_int(5));
	feel_put(&b, STR("y"), feel_string(STR("a")));
	struct feel_scope s = { .names = feel_keep(a, feel_context_done(&b)), .max_steps = 10000 };
	struct result r = rule_table_eval(t, &s, a, &o, &err);
	must(is_ok(r) ? o.value != NULL && o.nmatched <= t->nrows : r.kind == ERR_LIMIT);
	(void)rule_table_reads(t, a, &reads);
	must(!arena_over(a));
	return 0;
}
