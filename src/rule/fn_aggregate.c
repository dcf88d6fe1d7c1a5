/* Functions that make one value of many (DMN 1.5 §10.3.4.4): a list, or any
 * number of arguments. A part of the wrong type makes the whole null. */
#include "rule/builtin.h"

/* The one argument that is a list, or all arguments. */
static bool parts(const struct feel_value *args, size_t n, const struct feel_value **ret,
                  size_t *ret_n)
{
	if (n == 1)
		return arg_list(&args[0], ret, ret_n);
	*ret = args;
	*ret_n = n;
	return true;
}

static struct feel_value extreme(struct machine *m, const struct feel_value *args, size_t n, int sign)
{
	const struct feel_value *x;
	size_t count;
	int c;
	if (!parts(args, n, &x, &count) || !count)
		return feel_null();
	machine_step(m, count / 4);
	const struct feel_value *best = &x[0];
	for (size_t i = 0; i < count; i++) {
		if (!feel_order(&x[i], best, &c))
			return feel_null();
		if (c * sign > 0)
			best = &x[i];
	}
	return *best;
}

struct feel_value fn_min(struct machine *m, const struct feel_value *args, size_t n)
{
	return extreme(m, args, n, -1);
}

struct feel_value fn_max(struct machine *m, const struct feel_value *args, size_t n)
{
	return extreme(m, args, n, 1);
}

/* Sums numbers, and durations of one kind. */
static struct feel_value total(struct machine *m, const struct feel_value *x, size_t n)
{
	if (!n)
		return feel_null();
	machine_step(m, n / 2);
	struct feel_value sum = x[0];
	if (sum.kind != FEEL_NUMBER && sum.kind != FEEL_DAYS_DURATION && sum.kind != FEEL_MONTHS_DURATION)
		return feel_null();
	for (size_t i = 1; i < n; i++)
		sum = x[i].kind == x[0].kind ? operator_add(m, &sum, &x[i]) : feel_null();
	return sum;
}

struct feel_value fn_sum(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	size_t count;
	return parts(args, n, &x, &count) ? total(m, x, count) : feel_null();
}

struct feel_value fn_mean(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	size_t count;
	if (!parts(args, n, &x, &count) || !count)
		return feel_null();
	struct feel_value sum = total(m, x, count), by = feel_int((int64_t)count);
	return operator_div(&sum, &by);
}

static bool numbers(const struct feel_value *args, size_t n, const struct feel_value **ret,
                    size_t *ret_n)
{
	if (!parts(args, n, ret, ret_n))
		return false;
	for (size_t i = 0; i < *ret_n; i++)
		if ((*ret)[i].kind != FEEL_NUMBER)
			return false;
	return true;
}

struct feel_value fn_product(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	size_t count;
	if (!numbers(args, n, &x, &count) || !count)
		return feel_null();
	machine_step(m, count / 2);
	struct decimal product = dec_int(1);
	for (size_t i = 0; i < count; i++)
		product = dec_mul(product, x[i].number);
	return feel_number(product);
}

struct feel_value fn_median(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	size_t count;
	if (!numbers(args, n, &x, &count) || !count)
		return feel_null();
	struct feel_value list = feel_list(x, count), sorted = fn_sort(m, &list, 1);
	const struct feel_value *mid = &sorted.list.items[count / 2];
	if (count % 2)
		return *mid;
	return feel_number(dec_div(dec_add(mid[-1].number, mid[0].number), dec_int(2)));
}

/* Of a sample: divided by n - 1. */
struct feel_value fn_stddev(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	size_t count;
	if (!numbers(args, n, &x, &count) || count < 2)
		return feel_null();
	machine_step(m, count);
	struct decimal sum = dec_int(0), squares = dec_int(0);
	for (size_t i = 0; i < count; i++)
		sum = dec_add(sum, x[i].number);
	struct decimal mean = dec_div(sum, dec_int((int64_t)count));
	for (size_t i = 0; i < count; i++) {
		struct decimal d = dec_sub(x[i].number, mean);
		squares = dec_add(squares, dec_mul(d, d));
	}
	return feel_number(dec_sqrt(dec_div(squares, dec_int((int64_t)count - 1))));
}

/* The most frequent numbers, ascending. */
struct feel_value fn_mode(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *x;
	struct values out = { 0 };
	size_t count, best = 0;
	if (!numbers(args, n, &x, &count))
		return feel_null();
	struct feel_value list = feel_list(x, count), sorted = fn_sort(m, &list, 1);
	const struct feel_value *s = sorted.list.items;
	for (size_t i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count && dec_cmp(s[i].number, s[i + run].number) == 0; run++)
			;
		if (run > best)
			out.n = 0;
		if (run >= best)
			values_push(m, &out, s[i]);
		best = run > best ? run : best;
	}
	return values_list(&out);
}

/* What is no boolean is unknown (§10.3.4.4 all, any). */
static struct feel_value fold(struct machine *m, const struct feel_value *args, size_t n, bool all)
{
	const struct feel_value *x;
	size_t count;
	enum feel_truth t = all ? FEEL_TRUE : FEEL_FALSE;
	if (!parts(args, n, &x, &count))
		return feel_null();
	machine_step(m, count / 4);
	for (size_t i = 0; i < count; i++)
		t = all ? truth_and(t, value_truth(&x[i])) : truth_or(t, value_truth(&x[i]));
	return truth_value(t);
}

struct feel_value fn_all(struct machine *m, const struct feel_value *args, size_t n)
{
	return fold(m, args, n, true);
}

struct feel_value fn_any(struct machine *m, const struct feel_value *args, size_t n)
{
	return fold(m, args, n, false);
}
