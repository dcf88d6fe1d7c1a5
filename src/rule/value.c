/* Making, reading and comparing FEEL values (DMN 1.5 §10.3.2). */
#include "rule/value.h"

#include "rule/machine.h"
#include "rule/temporal.h"

enum { COMPARE_DEPTH = 200, COMPARE_BUDGET = 1000000 };

struct feel_value feel_number(struct decimal d)
{
	if (!dec_finite(d))
		return feel_null();
	return (struct feel_value){ .kind = FEEL_NUMBER, .number = d };
}

struct feel_value feel_list(const struct feel_value *items, size_t n)
{
	struct feel_value v = { .kind = FEEL_LIST };
	v.list.items = items;
	v.list.n = n;
	return v;
}

struct feel_value feel_moment(enum feel_kind kind, struct feel_moment m)
{
	return (struct feel_value){ .kind = kind, .moment = m };
}

const struct feel_value *feel_keep(struct arena *a, struct feel_value v)
{
	struct feel_value *p = ARENA_NEW(a, struct feel_value);
	*p = v;
	return p;
}

struct feel_context_builder feel_context_new(struct arena *a)
{
	return (struct feel_context_builder){ .arena = a };
}

static void builder_grow(struct feel_context_builder *b)
{
	size_t cap = b->cap ? b->cap * 2 : 8;
	struct str *keys = ARENA_ARRAY(b->arena, struct str, cap);
	struct feel_value *values = ARENA_ARRAY(b->arena, struct feel_value, cap);
	if (b->n) {
		memcpy(keys, b->keys, b->n * sizeof *keys);
		memcpy(values, b->values, b->n * sizeof *values);
	}
	b->keys = keys;
	b->values = values;
	b->cap = cap;
}

void feel_put(struct feel_context_builder *b, struct str key, struct feel_value v)
{
	for (size_t i = 0; i < b->n; i++)
		if (str_eq(b->keys[i], key)) {
			b->values[i] = v;
			return;
		}
	if (b->n == b->cap)
		builder_grow(b);
	b->keys[b->n] = key;
	b->values[b->n++] = v;
}

struct feel_value feel_context_done(const struct feel_context_builder *b)
{
	struct feel_value v = { .kind = FEEL_CONTEXT };
	v.context.keys = b->keys;
	v.context.values = b->values;
	v.context.n = b->n;
	return v;
}

const struct feel_value *feel_get(const struct feel_value *v, struct str key)
{
	if (!v || v->kind != FEEL_CONTEXT)
		return NULL;
	for (size_t i = 0; i < v->context.n; i++)
		if (v->context.keys[i].n == key.n && memcmp(v->context.keys[i].p, key.p, key.n) == 0)
			return &v->context.values[i];
	return NULL;
}

const struct feel_value *feel_path(const struct feel_value *v, struct str dotted)
{
	struct str head, tail = dotted;
	bool more = true;
	while (v && more) {
		more = str_cut(tail, '.', &head, &tail);
		v = feel_get(v, head);
	}
	return v;
}

static enum feel_truth truth(bool b)
{
	return b ? FEEL_TRUE : FEEL_FALSE;
}

/* Comparing walks shared structure again and again, so it has a budget. */
struct comparison {
	uint32_t *budget;
	int depth;
};

static enum feel_truth equal(struct comparison c, const struct feel_value *x,
                             const struct feel_value *y);

static enum feel_truth equal_lists(struct comparison c, const struct feel_value *x,
                                   const struct feel_value *y)
{
	if (x->list.n != y->list.n)
		return FEEL_FALSE;
	enum feel_truth all = FEEL_TRUE;
	for (size_t i = 0; i < x->list.n; i++) {
		enum feel_truth t = equal(c, &x->list.items[i], &y->list.items[i]);
		if (t == FEEL_FALSE)
			return t;
		all = t == FEEL_UNKNOWN ? t : all;
	}
	return all;
}

static enum feel_truth equal_contexts(struct comparison c, const struct feel_value *x,
                                      const struct feel_value *y)
{
	if (x->context.n != y->context.n)
		return FEEL_FALSE;
	enum feel_truth all = FEEL_TRUE;
	for (size_t i = 0; i < x->context.n; i++) {
		const struct feel_value *other = feel_get(y, x->context.keys[i]);
		enum feel_truth t = other ? equal(c, &x->context.values[i], other) : FEEL_FALSE;
		if (t == FEEL_FALSE)
			return t;
		all = t == FEEL_UNKNOWN ? t : all;
	}
	return all;
}

static enum feel_truth equal_ranges(struct comparison c, const struct feel_range *x,
                                    const struct feel_range *y)
{
	if (x->op != y->op || x->low_closed != y->low_closed || x->high_closed != y->high_closed)
		return FEEL_FALSE;
	enum feel_truth low = equal(c, &x->low, &y->low), high = equal(c, &x->high, &y->high);
	if (low == FEEL_FALSE || high == FEEL_FALSE)
		return FEEL_FALSE;
	return low == FEEL_UNKNOWN ? low : high;
}

static enum feel_truth equal(struct comparison c, const struct feel_value *x,
                             const struct feel_value *y)
{
	int order;
	if (!*c.budget || ++c.depth > COMPARE_DEPTH)
		return FEEL_UNKNOWN;
	--*c.budget;
	if (x->kind == FEEL_NULL || y->kind == FEEL_NULL)
		return truth(x->kind == y->kind);
	if (x->kind != y->kind)
		return FEEL_UNKNOWN;
	switch (x->kind) {
	case FEEL_NULL: return FEEL_TRUE;
	case FEEL_BOOL: return truth(x->boolean == y->boolean);
	case FEEL_STRING: return truth(str_eq(x->string, y->string));
	case FEEL_LIST: return equal_lists(c, x, y);
	case FEEL_CONTEXT: return equal_contexts(c, x, y);
	case FEEL_RANGE: return equal_ranges(c, x->range, y->range);
	case FEEL_FUNCTION: return x->function == y->function ? FEEL_TRUE : FEEL_UNKNOWN;
	case FEEL_TIME: case FEEL_DATE_TIME: return truth(moment_equal(x, y));
	case FEEL_NUMBER: case FEEL_DATE: case FEEL_DAYS_DURATION: case FEEL_MONTHS_DURATION:
		return feel_order(x, y, &order) ? truth(order == 0) : FEEL_UNKNOWN;
	}
	return FEEL_UNKNOWN;
}

enum feel_truth value_equal(const struct feel_value *x, const struct feel_value *y,
                            uint32_t *budget)
{
	return equal((struct comparison){ budget, 0 }, x, y);
}

enum feel_truth feel_equal(const struct feel_value *x, const struct feel_value *y)
{
	uint32_t budget = COMPARE_BUDGET;
	return value_equal(x, y, &budget);
}

static int cmp_i64(int64_t x, int64_t y)
{
	return (x > y) - (x < y);
}

bool feel_order(const struct feel_value *x, const struct feel_value *y, int *ret)
{
	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case FEEL_NUMBER:
		*ret = dec_cmp(x->number, y->number);
		return true;
	case FEEL_STRING:
		*ret = str_cmp(x->string, y->string);
		return true;
	case FEEL_DATE: case FEEL_TIME: case FEEL_DATE_TIME:
		return moment_order(x, y, ret);
	case FEEL_MONTHS_DURATION:
		*ret = cmp_i64(x->months, y->months);
		return true;
	case FEEL_DAYS_DURATION:
		*ret = cmp_i64(x->duration.seconds, y->duration.seconds);
		if (*ret == 0)
			*ret = cmp_i64(x->duration.nano, y->duration.nano);
		return true;
	default:
		return false;
	}
}

enum feel_truth feel_in_range(const struct feel_value *v, const struct feel_range *r)
{
	int c;
	if (r->op == FEEL_RANGE_EQUAL || r->op == FEEL_RANGE_OTHER) {
		enum feel_truth t = feel_equal(v, &r->low);
		if (r->op == FEEL_RANGE_EQUAL || t == FEEL_UNKNOWN)
			return t;
		return t == FEEL_TRUE ? FEEL_FALSE : FEEL_TRUE;
	}
	bool low_free = r->low.kind == FEEL_NULL, high_free = r->high.kind == FEEL_NULL;
	if ((low_free || high_free) && r->op != FEEL_RANGE_BOUND)
		return FEEL_UNKNOWN;
	if (!low_free) {
		if (!feel_order(v, &r->low, &c))
			return FEEL_UNKNOWN;
		if (c < 0 || (c == 0 && !r->low_closed))
			return FEEL_FALSE;
	}
	if (!high_free) {
		if (!feel_order(v, &r->high, &c))
			return FEEL_UNKNOWN;
		if (c > 0 || (c == 0 && !r->high_closed))
			return FEEL_FALSE;
	}
	return FEEL_TRUE;
}

const char *feel_kind_name(enum feel_kind k)
{
	static const char *const names[] = {
		[FEEL_NULL] = "null", [FEEL_BOOL] = "boolean", [FEEL_NUMBER] = "number",
		[FEEL_STRING] = "string", [FEEL_DATE] = "date", [FEEL_TIME] = "time",
		[FEEL_DATE_TIME] = "date and time",
		[FEEL_DAYS_DURATION] = "days and time duration",
		[FEEL_MONTHS_DURATION] = "years and months duration", [FEEL_LIST] = "list",
		[FEEL_CONTEXT] = "context", [FEEL_RANGE] = "range", [FEEL_FUNCTION] = "function",
	};
	return names[k];
}
