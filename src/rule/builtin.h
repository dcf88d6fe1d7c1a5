/* The built-in functions as one table (DMN 1.5 §10.3.4). Inside this room.
 *
 * A name may have several rows side by side, one for each way to call it;
 * parameter names choose among them in named calls, the number of arguments in
 * others. Arguments of the wrong type give null. */
#ifndef MUSUBI_RULE_BUILTIN_H
#define MUSUBI_RULE_BUILTIN_H

#include "rule/machine.h"

enum { BUILTIN_PARAMS = 8, BUILTIN_ANY = 255 };

typedef struct feel_value builtin_fn(struct machine *m, const struct feel_value *args, size_t n);

struct builtin {
	struct str name;
	uint8_t min, max;                   /* arguments; BUILTIN_ANY: any number */
	builtin_fn *call;
	const char *params[BUILTIN_PARAMS]; /* in order, for a named call */
};

extern const struct builtin builtin_table[];
extern const size_t builtin_count;

/* The first row of that name, or NULL; its other rows follow it. */
const struct builtin *builtin_find(struct str name);
/* A call by position; null when no row takes that many. */
struct feel_value builtin_call(struct machine *m, const struct builtin *b,
                               const struct feel_value *args, size_t n);
/* A call by name; null when a name is unknown or a required one is missing. */
struct feel_value builtin_call_named(struct machine *m, const struct builtin *b,
                                     const struct str *names, const struct feel_value *args,
                                     size_t n);

/* Readers of arguments. */
static inline bool arg_is(const struct feel_value *args, size_t n, size_t i, enum feel_kind k)
{
	return i < n && args[i].kind == k;
}
static inline bool arg_given(const struct feel_value *args, size_t n, size_t i)
{
	return i < n && args[i].kind != FEEL_NULL;
}
bool arg_int(const struct feel_value *args, size_t n, size_t i, int64_t *ret);
/* A list as it is, null as nothing (false), anything else as a list of one. */
bool arg_list(const struct feel_value *v, const struct feel_value **ret, size_t *ret_n);

/* fn_*.c */
#define BUILTIN_FUNCTIONS(X) \
	X(fn_date) X(fn_date_ymd) X(fn_time) X(fn_time_hms) X(fn_date_time) X(fn_date_time_parts) \
	X(fn_date_time_numbers) X(fn_number) X(fn_string) X(fn_duration) X(fn_months_between) \
	X(fn_range) X(fn_not) X(fn_is) X(fn_now) X(fn_today) X(fn_age) X(fn_legal_age) \
	X(fn_era_date) X(fn_fiscal_year) X(fn_fiscal_year_end) \
	X(fn_substring) X(fn_string_length) X(fn_upper) X(fn_lower) X(fn_substring_before) \
	X(fn_substring_after) X(fn_contains) X(fn_starts_with) X(fn_ends_with) X(fn_matches) \
	X(fn_replace) X(fn_split) X(fn_string_join) \
	X(fn_list_contains) X(fn_count) X(fn_min) X(fn_max) X(fn_sum) X(fn_mean) X(fn_all) X(fn_any) \
	X(fn_sublist) X(fn_append) X(fn_concatenate) X(fn_insert_before) X(fn_remove) \
	X(fn_list_replace) X(fn_reverse) X(fn_index_of) X(fn_union) X(fn_distinct) X(fn_flatten) \
	X(fn_product) X(fn_median) X(fn_stddev) X(fn_mode) X(fn_sort) \
	X(fn_decimal) X(fn_floor) X(fn_ceiling) X(fn_round_up) X(fn_round_down) X(fn_round_half_up) \
	X(fn_round_half_down) X(fn_abs) X(fn_modulo) X(fn_sqrt) X(fn_log) X(fn_exp) X(fn_odd) \
	X(fn_even) X(fn_day_of_year) X(fn_day_of_week) X(fn_month_of_year) X(fn_week_of_year) \
	X(fn_before) X(fn_after) X(fn_meets) X(fn_met_by) X(fn_overlaps) X(fn_overlaps_before) \
	X(fn_overlaps_after) X(fn_finishes) X(fn_finished_by) X(fn_includes) X(fn_during) \
	X(fn_starts) X(fn_started_by) X(fn_coincides) \
	X(fn_get_value) X(fn_get_entries) X(fn_context) X(fn_context_put) X(fn_context_put_key) \
	X(fn_context_merge)
#define BUILTIN_DECLARE(name) builtin_fn name;
BUILTIN_FUNCTIONS(BUILTIN_DECLARE)

#endif
