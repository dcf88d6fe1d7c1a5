/* Reading a JSON tree: every reader takes NULL and wrong kinds calmly. */
#include "base/json_stack.h"

#include "base/mem.h"

enum { SCAN_MAX = 24 };

const struct json *json_get(const struct json *j, struct str key)
{
	if (!json_is(j, JSON_OBJECT))
		return NULL;
	for (size_t i = 0; i < j->n; i++)
		if (str_eq(j->keys[i], key))
			return &j->items[i];
	return NULL;
}

const struct json *json_at(const struct json *j, size_t i)
{
	return json_is(j, JSON_ARRAY) && i < j->n ? &j->items[i] : NULL;
}

const struct json *json_path(const struct json *j, struct str dotted)
{
	struct str head;
	bool more = true;
	while (more && j) {
		more = str_cut(dotted, '.', &head, &dotted);
		j = json_get(j, head);
	}
	return j;
}

size_t json_len(const struct json *j)
{
	return json_is(j, JSON_ARRAY) || json_is(j, JSON_OBJECT) ? j->n : 0;
}

struct str json_text(const struct json *j)
{
	return json_text_or(j, STR(""));
}

struct str json_text_or(const struct json *j, struct str dflt)
{
	return json_is(j, JSON_STRING) ? j->text : dflt;
}

bool json_int(const struct json *j, int64_t *ret)
{
	return json_is(j, JSON_NUMBER) && str_to_i64(j->text, ret);
}

int64_t json_int_or(const struct json *j, int64_t dflt)
{
	int64_t v;
	return json_int(j, &v) ? v : dflt;
}

bool json_bool_or(const struct json *j, bool dflt)
{
	return json_is(j, JSON_BOOL) ? j->boolean : dflt;
}

/* A number as sign, significant digits and power of ten: 0.digits × 10^power. */
struct decimal {
	bool negative;
	struct str whole, fraction; /* together the digits, leading zeros gone */
	int64_t power;
};

static struct str drop_leading_zeros(struct str s)
{
	while (s.n && s.p[0] == '0')
		s = str_from(s, 1);
	return s;
}

static struct str drop_trailing_zeros(struct str s)
{
	while (s.n && s.p[s.n - 1] == '0')
		s.n--;
	return s;
}

static bool decimal_of(struct str text, struct decimal *ret)
{
	struct decimal d = { .negative = str_starts(text, STR("-")) };
	size_t e = str_find_char(text, 'e');
	if (e == STR_NONE)
		e = str_find_char(text, 'E');
	if (e != STR_NONE) {
		struct str exponent = str_from(text, e + 1);
		if (str_starts(exponent, STR("+")))
			exponent = str_from(exponent, 1);
		if (!str_to_i64(exponent, &d.power) || d.power > INT32_MAX || d.power < INT32_MIN)
			return false;
		text = str_sub(text, 0, e);
	}
	str_cut(str_from(text, d.negative), '.', &d.whole, &d.fraction);
	d.whole = drop_leading_zeros(d.whole);
	d.fraction = drop_trailing_zeros(d.fraction);
	d.power += (int64_t)d.whole.n;
	if (d.whole.n == 0) {
		size_t before = d.fraction.n;
		d.fraction = drop_leading_zeros(d.fraction);
		d.power -= (int64_t)(before - d.fraction.n);
	}
	if (d.fraction.n == 0)
		d.whole = drop_trailing_zeros(d.whole);
	if (d.whole.n + d.fraction.n == 0)
		d = (struct decimal){ 0 };
	*ret = d;
	return true;
}

static char digit_at(const struct decimal *d, size_t i)
{
	return i < d->whole.n ? d->whole.p[i] : d->fraction.p[i - d->whole.n];
}

/* By value: 1, 1.0 and 10e-1 are the same number. */
static bool number_equal(struct str x, struct str y)
{
	struct decimal a, b;
	if (str_eq(x, y))
		return true;
	if (!decimal_of(x, &a) || !decimal_of(y, &b))
		return false;
	size_t n = a.whole.n + a.fraction.n;
	if (a.negative != b.negative || a.power != b.power || n != b.whole.n + b.fraction.n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (digit_at(&a, i) != digit_at(&b, i))
			return false;
	return true;
}

static bool large_object_equal(const struct json *x, const struct json *y)
{
	uint32_t *xs = mem_array(x->n, 2 * sizeof *xs), *ys = xs + x->n;
	bool same = true;
	json_keys_sort(x->keys, x->n, xs, str_cmp);
	json_keys_sort(y->keys, y->n, ys, str_cmp);
	for (size_t i = 0; i < x->n && same; i++)
		same = str_eq(x->keys[xs[i]], y->keys[ys[i]]) &&
		       json_equal(&x->items[xs[i]], &y->items[ys[i]]);
	mem_free(xs);
	return same;
}

static bool object_equal(const struct json *x, const struct json *y)
{
	if (x->n > SCAN_MAX)
		return large_object_equal(x, y);
	for (size_t i = 0; i < x->n; i++) {
		const struct json *other = json_get(y, x->keys[i]);
		if (!other || !json_equal(&x->items[i], other))
			return false;
	}
	return true;
}

bool json_equal(const struct json *x, const struct json *y)
{
	if (x == y)
		return true;
	if (!x || !y || x->kind != y->kind || x->n != y->n)
		return false;
	switch (x->kind) {
	case JSON_NULL: return true;
	case JSON_BOOL: return x->boolean == y->boolean;
	case JSON_NUMBER: return number_equal(x->text, y->text);
	case JSON_STRING: return str_eq(x->text, y->text);
	case JSON_OBJECT: return object_equal(x, y);
	case JSON_ARRAY: break;
	}
	for (size_t i = 0; i < x->n; i++)
		if (!json_equal(&x->items[i], &y->items[i]))
			return false;
	return true;
}
