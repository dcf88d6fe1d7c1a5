/* FEEL, the expression language of DMN (OMG DMN 1.5 §10): compile once, check
 * names, evaluate many times, explain.
 *
 * Pure: no file, no network, no clock (the date comes in with the scope).
 * Bounded: steps, depth, list sizes. Compiled expressions are immutable and
 * shared by threads; evaluation allocates in the caller's arena only. */
#ifndef MUSUBI_RULE_FEEL_H
#define MUSUBI_RULE_FEEL_H

#include "base/json.h"
#include "rule/decimal.h"

enum feel_kind {
	FEEL_NULL, FEEL_BOOL, FEEL_NUMBER, FEEL_STRING, FEEL_DATE, FEEL_TIME, FEEL_DATE_TIME,
	FEEL_DAYS_DURATION, FEEL_MONTHS_DURATION, FEEL_LIST, FEEL_CONTEXT, FEEL_RANGE, FEEL_FUNCTION,
};

struct feel_value; /* layout in rule/value.h */

/* What an expression may see. `names` is the root of the facts (an object,
 * values typed as FEEL sees them); `today` answers today() and now(). */
struct feel_scope {
	const struct feel_value *names; /* a FEEL_CONTEXT */
	int64_t now_us;                 /* UTC microseconds; today() is its date in JST */
	uint32_t max_steps;             /* 0: 100,000 */
};

struct feel_expr;

/* Where and what, for pack authors; line and column within the source. */
struct feel_diag {
	uint32_t line, col;
	char message[200]; /* English, with a hint: "unknown name 'ag': did you mean 'age'?" */
	const char *code;  /* stable, for a Japanese text: "feel.name", "feel.expected" … */
};

/* Compiles. `known` (may be NULL) is a context whose keys, at any depth, are
 * the names that exist: an unknown first name is a mistake. */
MUST struct result feel_compile(struct arena *a, struct str source,
                                const struct feel_value *known,
                                const struct feel_expr **ret, struct feel_diag *ret_diag,
                                struct err *err);
/* Unary tests (the cell of a decision table; "?" is the input). */
MUST struct result feel_compile_tests(struct arena *a, struct str source,
                                      const struct feel_value *known,
                                      const struct feel_expr **ret, struct feel_diag *ret_diag,
                                      struct err *err);
/* Type errors give null, as DMN says; only exhausted limits are an error. */
MUST struct result feel_eval(const struct feel_expr *e, const struct feel_scope *s,
                             struct arena *a, const struct feel_value **ret, struct err *err);
MUST struct result feel_test(const struct feel_expr *tests, const struct feel_value *input,
                             const struct feel_scope *s, struct arena *a, bool *ret,
                             struct err *err);

/* The dotted names an expression reads ("申請者.生年月日"), for dependency and
 * prefill; in order of first use. */
size_t feel_reads(const struct feel_expr *e, const struct str **ret);

/* The same as feel_eval, and the facts it asked for that are absent from the
 * scope ("property.same"), in the order of asking: those that can still change
 * the result. *ret (may be NULL) is the value with them taken as null. */
MUST struct result feel_missing(const struct feel_expr *e, const struct feel_scope *s,
                                struct arena *a, const struct feel_value **ret,
                                const struct str **ret_names, size_t *ret_n, struct err *err);
struct str feel_source(const struct feel_expr *e);

/* JSON in and out. Strings stay strings (feel_parse_date makes dates); numbers
 * become exact decimals. A value with no JSON form (function) becomes null. */
const struct feel_value *feel_from_json(struct arena *a, const struct json *j);
const struct json *feel_to_json(struct arena *a, const struct feel_value *v);

#endif
