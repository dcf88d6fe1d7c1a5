/* Making JSON trees in code. Values are copied shallowly, so subtrees are shared
 * and never changed once they are in a tree. */
#include "base/json_stack.h"

#include <assert.h>

#include "base/map.h"

enum { FIRST = 8, SCAN_MAX = 16 };

struct json_object {
	struct arena *arena;
	struct json *values;
	struct str *keys;
	size_t n, cap;
	struct map index; /* key to position + 1, once there are more than SCAN_MAX */
	struct json *done;
};

struct json_array {
	struct arena *arena;
	struct json *values;
	size_t n, cap;
	struct json *done;
};

const struct json *json_null(void)
{
	static const struct json null = { .kind = JSON_NULL };
	return &null;
}

const struct json *json_bool(bool v)
{
	static const struct json values[] = {
		{ .kind = JSON_BOOL, .boolean = false },
		{ .kind = JSON_BOOL, .boolean = true },
	};
	return &values[v];
}

static const struct json *leaf(struct arena *a, enum json_kind kind, struct str text)
{
	struct json *j = ARENA_NEW(a, struct json);
	*j = (struct json){ .kind = kind, .text = text };
	return j;
}

const struct json *json_str(struct arena *a, struct str s)
{
	return leaf(a, JSON_STRING, s);
}

const struct json *json_num(struct arena *a, int64_t v)
{
	return leaf(a, JSON_NUMBER, arena_printf(a, "%lld", (long long)v));
}

const struct json *json_num_text(struct arena *a, struct str digits)
{
	assert(json_is_number(digits));
	return leaf(a, JSON_NUMBER, digits);
}

struct json_object *json_object_new(struct arena *a)
{
	struct json_object *o = ARENA_NEW(a, struct json_object);
	o->arena = a;
	map_init(&o->index, a);
	return o;
}

struct json_object *json_object_from(struct arena *a, const struct json *j)
{
	struct json_object *o = json_object_new(a);
	if (!json_is(j, JSON_OBJECT))
		return o;
	for (size_t i = 0; i < j->n; i++)
		json_put(o, j->keys[i], &j->items[i]);
	return o;
}

static void *position(size_t i)
{
	return (void *)(uintptr_t)(i + 1);
}

static void index_all(struct json_object *o)
{
	map_init(&o->index, o->arena);
	for (size_t i = 0; o->n > SCAN_MAX && i < o->n; i++)
		map_put(&o->index, o->keys[i], position(i));
}

static size_t find(const struct json_object *o, struct str key)
{
	if (o->n > SCAN_MAX) {
		uintptr_t at = (uintptr_t)map_get(&o->index, key);
		return at ? (size_t)at - 1 : STR_NONE;
	}
	for (size_t i = 0; i < o->n; i++)
		if (str_eq(o->keys[i], key))
			return i;
	return STR_NONE;
}

static void object_grow(struct json_object *o)
{
	size_t cap = o->cap ? o->cap * 2 : FIRST;
	struct json *values = ARENA_ARRAY(o->arena, struct json, cap);
	struct str *keys = ARENA_ARRAY(o->arena, struct str, cap);
	if (o->n) {
		memcpy(values, o->values, o->n * sizeof *values);
		memcpy(keys, o->keys, o->n * sizeof *keys);
	}
	o->values = values;
	o->keys = keys;
	o->cap = cap;
}

void json_put(struct json_object *o, struct str key, const struct json *v)
{
	assert(!o->done);
	if (!v)
		v = json_null();
	size_t at = find(o, key);
	if (at != STR_NONE) {
		o->values[at] = *v;
		return;
	}
	if (o->n == o->cap)
		object_grow(o);
	o->values[o->n] = *v;
	o->keys[o->n++] = key;
	if (o->n == SCAN_MAX + 1)
		index_all(o);
	else if (o->n > SCAN_MAX)
		map_put(&o->index, key, position(o->n - 1));
}

void json_put_str(struct json_object *o, struct str key, struct str s)
{
	json_put(o, key, &(struct json){ .kind = JSON_STRING, .text = s });
}

void json_put_int(struct json_object *o, struct str key, int64_t v)
{
	json_put(o, key, json_num(o->arena, v));
}

void json_put_bool(struct json_object *o, struct str key, bool v)
{
	json_put(o, key, json_bool(v));
}

void json_remove(struct json_object *o, struct str key)
{
	assert(!o->done);
	size_t at = find(o, key);
	if (at == STR_NONE)
		return;
	size_t behind = o->n - at - 1;
	memmove(o->values + at, o->values + at + 1, behind * sizeof *o->values);
	memmove(o->keys + at, o->keys + at + 1, behind * sizeof *o->keys);
	o->n--;
	index_all(o);
}

const struct json *json_object_done(struct json_object *o)
{
	if (!o->done) {
		o->done = ARENA_NEW(o->arena, struct json);
		*o->done = (struct json){ .kind = JSON_OBJECT, .n = o->n, .items = o->values,
		                          .keys = o->keys };
	}
	return o->done;
}

struct json_array *json_array_new(struct arena *a)
{
	struct json_array *x = ARENA_NEW(a, struct json_array);
	x->arena = a;
	return x;
}

void json_push(struct json_array *x, const struct json *v)
{
	assert(!x->done);
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : FIRST;
		struct json *values = ARENA_ARRAY(x->arena, struct json, cap);
		if (x->n)
			memcpy(values, x->values, x->n * sizeof *values);
		x->values = values;
		x->cap = cap;
	}
	x->values[x->n++] = v ? *v : *json_null();
}

const struct json *json_array_done(struct json_array *x)
{
	if (!x->done) {
		x->done = ARENA_NEW(x->arena, struct json);
		*x->done = (struct json){ .kind = JSON_ARRAY, .n = x->n, .items = x->values };
	}
	return x->done;
}

const struct json *json_with(struct arena *a, const struct json *j, struct str dotted,
                             const struct json *v)
{
	struct str head, tail;
	bool deeper = str_cut(dotted, '.', &head, &tail);
	struct json_object *o = json_object_from(a, j);
	json_put(o, head, deeper ? json_with(a, json_get(j, head), tail, v) : v);
	return json_object_done(o);
}
