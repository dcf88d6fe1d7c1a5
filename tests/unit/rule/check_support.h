/* What the tests of the table checker share: a table out of YAML and what is said
 * of it, one finding on a line: "error table.overlap 1 0 -1: …". */
#ifndef MUSUBI_TEST_CHECK_SUPPORT_H
#define MUSUBI_TEST_CHECK_SUPPORT_H

#include "base/yaml.h"
#include "rule/table_check.h"

#include "rule_support.h"

static inline const struct rule_table *check_table(struct arena *a, struct str yaml)
{
	const struct rule_table *t;
	const struct json *j;
	struct err err = { 0 };
	if (is_err(yaml_parse(a, yaml, &j, NULL, &err)) ||
	    is_err(rule_table_compile(a, j, NULL, &t, NULL, &err)))
		fail_msg("%s\n%.*s", err.what, STR_ARG(yaml));
	return t;
}

static inline struct str findings_text(struct arena *a, const struct rule_table *t,
                                       const struct table_domain *domains)
{
	static const char *const levels[] = { "note", "warning", "error" };
	const struct table_finding *f;
	struct str all = STR("");
	for (size_t i = 0, n = rule_table_check(t, domains, a, &f); i < n; i++)
		all = arena_printf(a, "%.*s%s %s %d %d %d: %.*s%s%.*s\n", STR_ARG(all), levels[f[i].level],
		                   f[i].code, f[i].row, f[i].other, f[i].column, STR_ARG(f[i].en),
		                   f[i].hint_en.n ? " " : "", STR_ARG(f[i].hint_en));
	return all;
}

#endif
