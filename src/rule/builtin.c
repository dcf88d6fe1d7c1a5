/* The table of built-in functions and how a call finds its row. */
#include <string.h>

#include "rule/builtin.h"

/* Sorted by name; rows of one name side by side. */
const struct builtin builtin_table[] = {
	{ STR_INIT("abs"), 1, 1, fn_abs, { "n" } },
	{ STR_INIT("after"), 2, 2, fn_after, { "point1", "point2" } },
	{ STR_INIT("after"), 2, 2, fn_after, { "point", "range" } },
	{ STR_INIT("after"), 2, 2, fn_after, { "range", "point" } },
	{ STR_INIT("after"), 2, 2, fn_after, { "range1", "range2" } },
	{ STR_INIT("age"), 1, 2, fn_age, { "birth", "on" } },
	{ STR_INIT("all"), 1, 1, fn_all, { "list" } },
	{ STR_INIT("all"), 2, BUILTIN_ANY, fn_all, { NULL } },
	{ STR_INIT("any"), 1, 1, fn_any, { "list" } },
	{ STR_INIT("any"), 2, BUILTIN_ANY, fn_any, { NULL } },
	{ STR_INIT("append"), 1, BUILTIN_ANY, fn_append, { "list", "item" } },
	{ STR_INIT("before"), 2, 2, fn_before, { "point1", "point2" } },
	{ STR_INIT("before"), 2, 2, fn_before, { "point", "range" } },
	{ STR_INIT("before"), 2, 2, fn_before, { "range", "point" } },
	{ STR_INIT("before"), 2, 2, fn_before, { "range1", "range2" } },
	{ STR_INIT("ceiling"), 1, 2, fn_ceiling, { "n", "scale" } },
	{ STR_INIT("coincides"), 2, 2, fn_coincides, { "point1", "point2" } },
	{ STR_INIT("coincides"), 2, 2, fn_coincides, { "range1", "range2" } },
	{ STR_INIT("concatenate"), 1, BUILTIN_ANY, fn_concatenate, { "list" } },
	{ STR_INIT("contains"), 2, 2, fn_contains, { "string", "match" } },
	{ STR_INIT("context"), 1, 1, fn_context, { "entries" } },
	{ STR_INIT("context merge"), 1, 1, fn_context_merge, { "contexts" } },
	{ STR_INIT("context put"), 3, 3, fn_context_put, { "context", "keys", "value" } },
	{ STR_INIT("context put"), 3, 3, fn_context_put_key, { "context", "key", "value" } },
	{ STR_INIT("count"), 1, 1, fn_count, { "list" } },
	{ STR_INIT("count"), 2, BUILTIN_ANY, fn_count, { NULL } },
	{ STR_INIT("date"), 1, 1, fn_date, { "from" } },
	{ STR_INIT("date"), 3, 3, fn_date_ymd, { "year", "month", "day" } },
	{ STR_INIT("date and time"), 1, 1, fn_date_time, { "from" } },
	{ STR_INIT("date and time"), 2, 2, fn_date_time_parts, { "date", "time" } },
	{ STR_INIT("date and time"), 6, 7, fn_date_time_numbers,
	  { "year", "month", "day", "hour", "minute", "second", "offset" } },
	{ STR_INIT("date and time"), 6, 7, fn_date_time_numbers,
	  { "year", "month", "day", "hour", "minute", "second", "timezone" } },
	{ STR_INIT("day of week"), 1, 1, fn_day_of_week, { "date" } },
	{ STR_INIT("day of year"), 1, 1, fn_day_of_year, { "date" } },
	{ STR_INIT("decimal"), 2, 2, fn_decimal, { "n", "scale" } },
	{ STR_INIT("distinct values"), 1, 1, fn_distinct, { "list" } },
	{ STR_INIT("duration"), 1, 1, fn_duration, { "from" } },
	{ STR_INIT("during"), 2, 2, fn_during, { "point", "range" } },
	{ STR_INIT("during"), 2, 2, fn_during, { "range1", "range2" } },
	{ STR_INIT("ends with"), 2, 2, fn_ends_with, { "string", "match" } },
	{ STR_INIT("era date"), 1, 1, fn_era_date, { "date" } },
	{ STR_INIT("even"), 1, 1, fn_even, { "number" } },
	{ STR_INIT("exp"), 1, 1, fn_exp, { "number" } },
	{ STR_INIT("finished by"), 2, 2, fn_finished_by, { "range", "point" } },
	{ STR_INIT("finished by"), 2, 2, fn_finished_by, { "range1", "range2" } },
	{ STR_INIT("finishes"), 2, 2, fn_finishes, { "point", "range" } },
	{ STR_INIT("finishes"), 2, 2, fn_finishes, { "range1", "range2" } },
	{ STR_INIT("fiscal year"), 1, 1, fn_fiscal_year, { "date" } },
	{ STR_INIT("fiscal year end"), 1, 1, fn_fiscal_year_end, { "date" } },
	{ STR_INIT("flatten"), 1, 1, fn_flatten, { "list" } },
	{ STR_INIT("floor"), 1, 2, fn_floor, { "n", "scale" } },
	{ STR_INIT("get entries"), 1, 1, fn_get_entries, { "m" } },
	{ STR_INIT("get entries"), 1, 1, fn_get_entries, { "context" } },
	{ STR_INIT("get value"), 2, 2, fn_get_value, { "m", "key" } },
	{ STR_INIT("get value"), 2, 2, fn_get_value, { "context", "key" } },
	{ STR_INIT("includes"), 2, 2, fn_includes, { "range", "point" } },
	{ STR_INIT("includes"), 2, 2, fn_includes, { "range1", "range2" } },
	{ STR_INIT("index of"), 2, 2, fn_index_of, { "list", "match" } },
	{ STR_INIT("insert before"), 3, 3, fn_insert_before, { "list", "position", "newItem" } },
	{ STR_INIT("is"), 0, 2, fn_is, { "value1", "value2" } },
	{ STR_INIT("legal age"), 1, 2, fn_legal_age, { "birth", "on" } },
	{ STR_INIT("list contains"), 2, 2, fn_list_contains, { "list", "element" } },
	{ STR_INIT("list replace"), 3, 3, fn_list_replace, { "list", "position", "newItem" } },
	{ STR_INIT("list replace"), 3, 3, fn_list_replace, { "list", "match", "newItem" } },
	{ STR_INIT("log"), 1, 1, fn_log, { "number" } },
	{ STR_INIT("lower case"), 1, 1, fn_lower, { "string" } },
	{ STR_INIT("matches"), 2, 3, fn_matches, { "input", "pattern", "flags" } },
	{ STR_INIT("max"), 1, 1, fn_max, { "list" } },
	{ STR_INIT("max"), 2, BUILTIN_ANY, fn_max, { NULL } },
	{ STR_INIT("mean"), 1, 1, fn_mean, { "list" } },
	{ STR_INIT("mean"), 2, BUILTIN_ANY, fn_mean, { NULL } },
	{ STR_INIT("median"), 1, 1, fn_median, { "list" } },
	{ STR_INIT("median"), 2, BUILTIN_ANY, fn_median, { NULL } },
	{ STR_INIT("meets"), 2, 2, fn_meets, { "range1", "range2" } },
	{ STR_INIT("met by"), 2, 2, fn_met_by, { "range1", "range2" } },
	{ STR_INIT("min"), 1, 1, fn_min, { "list" } },
	{ STR_INIT("min"), 2, BUILTIN_ANY, fn_min, { NULL } },
	{ STR_INIT("mode"), 1, 1, fn_mode, { "list" } },
	{ STR_INIT("mode"), 2, BUILTIN_ANY, fn_mode, { NULL } },
	{ STR_INIT("modulo"), 2, 2, fn_modulo, { "dividend", "divisor" } },
	{ STR_INIT("month of year"), 1, 1, fn_month_of_year, { "date" } },
	{ STR_INIT("not"), 1, 1, fn_not, { "negand" } },
	{ STR_INIT("now"), 0, 0, fn_now, { NULL } },
	{ STR_INIT("number"), 1, 3, fn_number, { "from", "grouping separator", "decimal separator" } },
	{ STR_INIT("odd"), 1, 1, fn_odd, { "number" } },
	{ STR_INIT("overlaps"), 2, 2, fn_overlaps, { "range1", "range2" } },
	{ STR_INIT("overlaps after"), 2, 2, fn_overlaps_after, { "range1", "range2" } },
	{ STR_INIT("overlaps before"), 2, 2, fn_overlaps_before, { "range1", "range2" } },
	{ STR_INIT("product"), 1, 1, fn_product, { "list" } },
	{ STR_INIT("product"), 2, BUILTIN_ANY, fn_product, { NULL } },
	{ STR_INIT("range"), 1, 1, fn_range, { "from" } },
	{ STR_INIT("remove"), 2, 2, fn_remove, { "list", "position" } },
	{ STR_INIT("replace"), 3, 4, fn_replace, { "input", "pattern", "replacement", "flags" } },
	{ STR_INIT("reverse"), 1, 1, fn_reverse, { "list" } },
	{ STR_INIT("round down"), 2, 2, fn_round_down, { "n", "scale" } },
	{ STR_INIT("round half down"), 2, 2, fn_round_half_down, { "n", "scale" } },
	{ STR_INIT("round half up"), 2, 2, fn_round_half_up, { "n", "scale" } },
	{ STR_INIT("round up"), 2, 2, fn_round_up, { "n", "scale" } },
	{ STR_INIT("sort"), 1, 2, fn_sort, { "list", "precedes" } },
	{ STR_INIT("split"), 2, 2, fn_split, { "string", "delimiter" } },
	{ STR_INIT("sqrt"), 1, 1, fn_sqrt, { "number" } },
	{ STR_INIT("started by"), 2, 2, fn_started_by, { "range", "point" } },
	{ STR_INIT("started by"), 2, 2, fn_started_by, { "range1", "range2" } },
	{ STR_INIT("starts"), 2, 2, fn_starts, { "point", "range" } },
	{ STR_INIT("starts"), 2, 2, fn_starts, { "range1", "range2" } },
	{ STR_INIT("starts with"), 2, 2, fn_starts_with, { "string", "match" } },
	{ STR_INIT("stddev"), 1, 1, fn_stddev, { "list" } },
	{ STR_INIT("stddev"), 2, BUILTIN_ANY, fn_stddev, { NULL } },
	{ STR_INIT("string"), 1, 1, fn_string, { "from" } },
	{ STR_INIT("string join"), 1, 2, fn_string_join, { "list", "delimiter" } },
	{ STR_INIT("string length"), 1, 1, fn_string_length, { "string" } },
	{ STR_INIT("sublist"), 2, 3, fn_sublist, { "list", "start position", "length" } },
	{ STR_INIT("substring"), 2, 3, fn_substring, { "string", "start position", "length" } },
	{ STR_INIT("substring after"), 2, 2, fn_substring_after, { "string", "match" } },
	{ STR_INIT("substring before"), 2, 2, fn_substring_before, { "string", "match" } },
	{ STR_INIT("sum"), 1, 1, fn_sum, { "list" } },
	{ STR_INIT("sum"), 2, BUILTIN_ANY, fn_sum, { NULL } },
	{ STR_INIT("time"), 1, 1, fn_time, { "from" } },
	{ STR_INIT("time"), 3, 4, fn_time_hms, { "hour", "minute", "second", "offset" } },
	{ STR_INIT("today"), 0, 0, fn_today, { NULL } },
	{ STR_INIT("union"), 1, BUILTIN_ANY, fn_union, { "list" } },
	{ STR_INIT("upper case"), 1, 1, fn_upper, { "string" } },
	{ STR_INIT("week of year"), 1, 1, fn_week_of_year, { "date" } },
	{ STR_INIT("years and months duration"), 2, 2, fn_months_between, { "from", "to" } },
};

const size_t builtin_count = sizeof builtin_table / sizeof *builtin_table;

const struct builtin *builtin_find(struct str name)
{
	size_t low = 0, high = builtin_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (str_cmp(builtin_table[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < builtin_count && str_eq(builtin_table[low].name, name) ? &builtin_table[low] : NULL;
}

static bool same_name(const struct builtin *first, const struct builtin *b)
{
	return b < builtin_table + builtin_count && str_eq(first->name, b->name);
}

/* Parameters that take a list, or anything as it is. */
static bool takes_list(const char *param)
{
	static const char *const names[] = { "list", "contexts", "entries", "item", "newItem",
		"element", "value", "value1", "value2" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(param, names[i]) == 0)
			return true;
	return false;
}

/* What does not fit is tried again with lists of one unwrapped (DMN 1.5
 * §10.3.2.9.4, from singleton list; §10.3.2.13.1: before or after conversions). */
static struct feel_value call_row(struct machine *m, const struct builtin *row,
                                  const struct feel_value *args, size_t n)
{
	struct feel_value v = row->call(m, args, n), fitted[BUILTIN_PARAMS];
	bool changed = false;
	if (v.kind != FEEL_NULL || row->max == BUILTIN_ANY || n > BUILTIN_PARAMS)
		return v;
	for (size_t i = 0; i < n; i++) {
		bool wrapped = args[i].kind == FEEL_LIST && args[i].list.n == 1 && !takes_list(row->params[i]);
		fitted[i] = wrapped ? args[i].list.items[0] : args[i];
		changed |= wrapped;
	}
	return changed ? row->call(m, fitted, n) : v;
}

struct feel_value builtin_call(struct machine *m, const struct builtin *b,
                               const struct feel_value *args, size_t n)
{
	for (const struct builtin *row = b; same_name(b, row); row++)
		if (n >= row->min && (n <= row->max || row->max == BUILTIN_ANY))
			return call_row(m, row, args, n);
	return feel_null();
}

static size_t param_index(const struct builtin *row, struct str name)
{
	size_t i = 0;
	while (i < BUILTIN_PARAMS && row->params[i] && !str_eq(str_c(row->params[i]), name))
		i++;
	return i < BUILTIN_PARAMS && row->params[i] ? i : BUILTIN_PARAMS;
}

/* Puts named arguments in order; those left out behind the last become absent. */
static bool place(const struct builtin *row, const struct str *names, const struct feel_value *args,
                  size_t n, struct feel_value *placed, size_t *ret_n)
{
	bool given[BUILTIN_PARAMS] = { false };
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = param_index(row, names[i]);
		if (k == BUILTIN_PARAMS || given[k])
			return false;
		given[k] = true;
		placed[k] = args[i];
		*ret_n = k + 1 > *ret_n ? k + 1 : *ret_n;
	}
	for (size_t i = 0; i < row->min; i++)
		if (i < BUILTIN_PARAMS && !given[i])
			return false;
	return *ret_n >= row->min;
}

struct feel_value builtin_call_named(struct machine *m, const struct builtin *b,
                                     const struct str *names, const struct feel_value *args,
                                     size_t n)
{
	for (const struct builtin *row = b; same_name(b, row); row++) {
		struct feel_value placed[BUILTIN_PARAMS];
		size_t nplaced;
		for (size_t i = 0; i < BUILTIN_PARAMS; i++)
			placed[i] = feel_null();
		if (place(row, names, args, n, placed, &nplaced))
			return call_row(m, row, placed, nplaced);
	}
	return feel_null();
}

bool arg_int(const struct feel_value *args, size_t n, size_t i, int64_t *ret)
{
	return arg_is(args, n, i, FEEL_NUMBER) && dec_to_i64(args[i].number, ret);
}

bool arg_list(const struct feel_value *v, const struct feel_value **ret, size_t *ret_n)
{
	if (v->kind == FEEL_NULL)
		return false;
	*ret = v->kind == FEEL_LIST ? v->list.items : v;
	*ret_n = v->kind == FEEL_LIST ? v->list.n : 1;
	return true;
}
