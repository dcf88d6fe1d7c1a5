/* List functions (DMN 1.5 §10.3.4.4): membership, size and rearranging. */
#include "rule/builtin.h"

struct feel_value fn_list_contains(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	for (size_t i = 0; i < count; i++)
		if (machine_equal(m, &items[i], &args[1]) == FEEL_TRUE)
			return feel_bool(true);
	return feel_bool(false);
}

struct feel_value fn_count(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count;
	(void)m;
	if (n != 1)
		return feel_int((int64_t)n);
	return arg_list(&args[0], &items, &count) ? feel_int((int64_t)count) : feel_null();
}

static struct feel_value copy(struct machine *m, const struct feel_value *items, size_t n)
{
	struct feel_value *out = machine_alloc(m, n, sizeof *out);
	machine_step(m, n / 8);
	if (n)
		memcpy(out, items, n * sizeof *out);
	return feel_list(out, n);
}

/* A position counted from 1, or from the end with -1; at most `max`. */
static bool position(const struct feel_value *v, size_t count, size_t max, size_t *ret)
{
	int64_t i;
	if (v->kind != FEEL_NUMBER || !dec_to_i64(v->number, &i) || i == 0)
		return false;
	if (i < 0)
		i += (int64_t)count + 1;
	if (i < 1 || (uint64_t)i > max)
		return false;
	*ret = (size_t)i - 1;
	return true;
}

struct feel_value fn_sublist(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count, from;
	int64_t length;
	if (!arg_list(&args[0], &items, &count) || !position(&args[1], count, count, &from))
		return feel_null();
	if (args[0].kind != FEEL_LIST) { /* the argument itself does not outlive the call */
		struct values one = { 0 };
		values_push(m, &one, args[0]);
		items = one.p;
	}
	if (n < 3)
		return feel_list(items + from, count - from);
	if (!arg_int(args, n, 2, &length) || length < 1 || (uint64_t)length > count - from)
		return feel_null();
	return feel_list(items + from, (size_t)length);
}

struct feel_value fn_append(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	struct values out = { 0 };
	size_t count;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	machine_step(m, count / 8);
	for (size_t i = 0; i < count; i++)
		values_push(m, &out, items[i]);
	for (size_t i = 1; i < n; i++)
		values_push(m, &out, args[i]);
	return values_list(&out);
}

/* The items of all lists, one after the other; false: one is none. */
static bool gather(struct machine *m, const struct feel_value *lists, size_t n, struct values *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct feel_value *items;
		size_t count;
		if (!arg_list(&lists[i], &items, &count))
			return false;
		machine_step(m, count / 8);
		for (size_t k = 0; k < count; k++)
			values_push(m, out, items[k]);
	}
	return true;
}

struct feel_value fn_concatenate(struct machine *m, const struct feel_value *args, size_t n)
{
	struct values out = { 0 };
	return gather(m, args, n, &out) ? values_list(&out) : feel_null();
}

struct feel_value fn_insert_before(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count, at;
	(void)n;
	if (!arg_list(&args[0], &items, &count) || !position(&args[1], count, count + 1, &at))
		return feel_null();
	struct feel_value *out = machine_alloc(m, count + 1, sizeof *out);
	machine_step(m, count / 8);
	for (size_t i = 0; i < count; i++)
		out[i + (i >= at)] = items[i];
	out[at] = args[2];
	return feel_list(out, count + 1);
}

struct feel_value fn_remove(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count, at;
	(void)n;
	if (!arg_list(&args[0], &items, &count) || !position(&args[1], count, count, &at))
		return feel_null();
	struct feel_value *out = machine_alloc(m, count, sizeof *out);
	machine_step(m, count / 8);
	for (size_t i = 0; i + 1 < count; i++)
		out[i] = items[i + (i >= at)];
	return feel_list(out, count - 1);
}

/* By position, or wherever match(item, newItem) is true. */
struct feel_value fn_list_replace(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count, at;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	struct feel_value out = copy(m, items, count);
	struct feel_value *changed = machine_alloc(m, count, sizeof *changed);
	if (count)
		memcpy(changed, out.list.items, count * sizeof *changed);
	if (args[1].kind == FEEL_FUNCTION) {
		for (size_t i = 0; i < count; i++) {
			struct feel_value pair[] = { items[i], args[2] };
			struct feel_value hit = machine_call(m, &args[1], pair, 2);
			if (hit.kind != FEEL_BOOL)
				return feel_null();
			if (hit.boolean)
				changed[i] = args[2];
		}
	} else if (position(&args[1], count, count, &at)) {
		changed[at] = args[2];
	} else {
		return feel_null();
	}
	return feel_list(changed, count);
}

struct feel_value fn_reverse(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	struct feel_value *out = machine_alloc(m, count, sizeof *out);
	machine_step(m, count / 8);
	for (size_t i = 0; i < count; i++)
		out[i] = items[count - 1 - i];
	return feel_list(out, count);
}

struct feel_value fn_index_of(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	struct values out = { 0 };
	size_t count;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	for (size_t i = 0; i < count; i++)
		if (machine_equal(m, &items[i], &args[1]) == FEEL_TRUE)
			values_push(m, &out, feel_int((int64_t)i + 1));
	return values_list(&out);
}

static bool holds(struct machine *m, const struct values *v, const struct feel_value *x)
{
	for (size_t i = 0; i < v->n; i++)
		if (machine_equal(m, &v->p[i], x) == FEEL_TRUE)
			return true;
	return false;
}

static void add_distinct(struct machine *m, struct values *out, const struct feel_value *items,
                         size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!holds(m, out, &items[i]))
			values_push(m, out, items[i]);
}

struct feel_value fn_union(struct machine *m, const struct feel_value *args, size_t n)
{
	struct values all = { 0 }, out = { 0 };
	if (!gather(m, args, n, &all))
		return feel_null();
	add_distinct(m, &out, all.p, all.n);
	return values_list(&out);
}

struct feel_value fn_distinct(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)n;
	return args[0].kind == FEEL_NULL ? feel_null() : fn_union(m, args, 1);
}

static void flatten(struct machine *m, struct values *out, const struct feel_value *v, int depth)
{
	machine_step(m, 1);
	if (depth > MACHINE_NESTING)
		machine_limit(m, "feel.depth", "a list is nested too deeply");
	if (v->kind != FEEL_LIST) {
		values_push(m, out, *v);
		return;
	}
	for (size_t i = 0; i < v->list.n; i++)
		flatten(m, out, &v->list.items[i], depth + 1);
}

struct feel_value fn_flatten(struct machine *m, const struct feel_value *args, size_t n)
{
	struct values out = { 0 };
	(void)n;
	if (args[0].kind == FEEL_NULL)
		return feel_null();
	flatten(m, &out, &args[0], 0);
	return values_list(&out);
}

/* Does x come before y? By the function given, else by "<". */
static bool precedes(struct machine *m, const struct feel_value *fn, const struct feel_value *x,
                     const struct feel_value *y)
{
	int c;
	machine_step(m, 1);
	if (!fn)
		return feel_order(x, y, &c) && c < 0;
	struct feel_value pair[] = { *x, *y };
	struct feel_value before = machine_call(m, fn, pair, 2);
	return feel_true(&before);
}

/* Merge sort, stable, from the bottom up: any answer of `precedes` ends it. */
struct feel_value fn_sort(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	size_t count;
	if (!arg_list(&args[0], &items, &count) || (n > 1 && args[1].kind != FEEL_FUNCTION))
		return feel_null();
	const struct feel_value *fn = n > 1 ? &args[1] : NULL;
	struct feel_value *from = machine_alloc(m, count, sizeof *from);
	struct feel_value *to = machine_alloc(m, count, sizeof *to);
	if (count)
		memcpy(from, items, count * sizeof *from);
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t low = 0; low < count; low += 2 * width) {
			size_t mid = low + width < count ? low + width : count;
			size_t high = mid + width < count ? mid + width : count;
			size_t i = low, j = mid;
			for (size_t k = low; k < high; k++) {
				bool right = i == mid || (j < high && precedes(m, fn, &from[j], &from[i]));
				to[k] = from[right ? j++ : i++];
			}
		}
		struct feel_value *swap = from;
		from = to;
		to = swap;
	}
	return feel_list(from, count);
}
