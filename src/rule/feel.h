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

/* The expression as text that compiles to the same tree with the same names
 * known; unary tests as unary tests. Empty when it is a part of a boxed
 * expression that has no text, or longer than a megabyte. */
struct str feel_print(struct arena *a, const struct feel_expr *e);

/* The dotted names an expression reads ("申請者.生年月日"), for dependency and
 * prefill; in order of first use. */
size_t feel_reads(const struct feel_expr *e, const struct str **ret);
/* The texts that facts are compared with for being equal (=, !=, in, list contains). */
struct feel_compare { struct str name, text; };
size_t feel_compares(const struct feel_expr *e, struct arena *a, const struct feel_compare **ret);

/* Evaluation on partial facts: a value, or the facts still needed.
 *
 * A fact is a dotted name that the scope does not hold ("property.same"; a key
 * that is there and null is known). It is needed when, with all else that is
 * absent given some values, two values of it give two results. The facts needed
 * are then the smallest set that settles the result whatever they turn out to
 * be: without any one of them it stays open for some values of the others. None:
 * the value is the result of every completion, and *ret (may be NULL) is it;
 * otherwise *ret is the value with what is absent taken as null.
 *
 * Their order is that of asking: conditions before what hangs on them, operands
 * as written, of a table first the column on which most of its rows in question
 * hang. Ask the first, then ask again here: the rest may need nothing any more.
 *
 * Guaranteed: nothing that is needed is left out. A fact is named in vain only
 * when its uses cancel each other out (`a = 1 or a != 1`, `a - a`), when a
 * function is indifferent to it (`count([a])`), or beyond a loop over what is
 * absent itself; where each fact stands once, in conditions that are true or
 * false, the set is exact (tests/unit/rule/test_missing.c goes through every
 * completion). The order is a heuristic. */
MUST struct result feel_missing(const struct feel_expr *e, const struct feel_scope *s,
                                struct arena *a, const struct feel_value **ret,
                                const struct str **ret_names, size_t *ret_n, struct err *err);
struct str feel_source(const struct feel_expr *e);

/* JSON in and out. Strings stay strings (feel_parse_date makes dates); numbers
 * become exact decimals. A value with no JSON form (function) becomes null. */
const struct feel_value *feel_from_json(struct arena *a, const struct json *j);
const struct json *feel_to_json(struct arena *a, const struct feel_value *v);

#endif
