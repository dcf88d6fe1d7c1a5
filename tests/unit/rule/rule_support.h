/* What the tests of this room share: compile and evaluate in one line. */
#ifndef MUSUBI_TEST_RULE_SUPPORT_H
#define MUSUBI_TEST_RULE_SUPPORT_H

#include "rule/value.h" /* before cmocka, which has a macro called fail */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST_NOW_US 1795134600000000LL /* 2026-11-20T09:30 in Japan */

/* The value as text, texts quoted; "!code" for a mistake or an exhausted limit. */
static inline struct str eval_text(struct arena *a, struct str source,
                                   const struct feel_value *facts, uint32_t max_steps)
{
	const struct feel_expr *e;
	const struct feel_value *v;
	struct err err = { 0 };
	struct feel_scope scope = { .names = facts, .now_us = TEST_NOW_US, .max_steps = max_steps };
	if (is_err(feel_compile(a, source, facts, &e, NULL, &err)) ||
	    is_err(feel_eval(e, &scope, a, &v, &err)))
		return arena_printf(a, "!%s", err.code);
	struct feel_value list = feel_list(v, 1);
	struct str text = feel_to_text(a, &list);
	return str_sub(text, 1, text.n - 2);
}

static inline const struct feel_value *facts_of(struct arena *a, const char *json)
{
	const struct json *j;
	assert_true(is_ok(json_parse(a, str_c(json), &j, NULL)));
	return feel_from_json(a, j);
}

#define assert_text(got, want) do { \
	struct str got_ = (got); \
	if (!str_eq(got_, STR(want))) \
		fail_msg("got %.*s, wanted %s", STR_ARG(got_), want); \
} while (0)

#endif
