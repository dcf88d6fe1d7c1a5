#include "base/json_stack.h"

#include <stdlib.h>

#include "base/mem.h"

enum { STACK_FIRST = 64, PAIRWISE_MAX = 24 };

void json_stack_init(struct json_stack *s, struct arena *a)
{
	*s = (struct json_stack){ .arena = a };
}

void json_stack_done(struct json_stack *s)
{
	mem_free(s->values);
	mem_free(s->keys);
	json_stack_init(s, s->arena);
}

static struct result too_large(struct err *err)
{
	return fail(err, ERR_TOO_LARGE, "json.too_large", "RFC 8259 §9",
	            "the tree would not fit the memory of this request; send less at a time");
}

struct result json_stack_push(struct json_stack *s, struct json_key key,
                              const struct json *v, struct err *err)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : STACK_FIRST;
		if (s->n * sizeof *s->values > arena_left(s->arena))
			return too_large(err);
		s->values = mem_resize(s->values, cap * sizeof *s->values);
		s->keys = mem_resize(s->keys, cap * sizeof *s->keys);
		s->cap = cap;
	}
	s->values[s->n] = *v;
	s->keys[s->n++] = key;
	return ok();
}

static struct result take(struct json_stack *s, size_t base, bool keyed, struct json *into,
                          struct err *err)
{
	size_t n = s->n - base;
	size_t each = sizeof(struct json) + (keyed ? sizeof(struct str) : 0);
	if (n > arena_left(s->arena) / each)
		return too_large(err);
	struct json *items = n ? ARENA_ARRAY(s->arena, struct json, n) : NULL;
	struct str *keys = n && keyed ? ARENA_ARRAY(s->arena, struct str, n) : NULL;
	if (items)
		memcpy(items, s->values + base, n * sizeof *items);
	for (size_t i = 0; keys && i < n; i++)
		keys[i] = s->keys[base + i].text;
	into->n = n;
	into->items = items;
	into->keys = keys;
	s->n = base;
	return ok();
}

struct result json_stack_close_array(struct json_stack *s, size_t base, struct json *into,
                                     struct err *err)
{
	return take(s, base, false, into, err);
}

struct by_key {
	const struct str *keys;
	int (*cmp)(struct str, struct str);
};

static int compare(const void *x, const void *y, void *with)
{
	const struct by_key *by = with;
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
	int c = by->cmp(by->keys[i], by->keys[j]);
	return c ? c : i < j ? -1 : i > j;
}

void json_keys_sort(const struct str *keys, size_t n, uint32_t *order,
                    int (*cmp)(struct str, struct str))
{
	struct by_key by = { keys, cmp };
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, n, sizeof *order, compare, &by);
}

/* Sorting, because a hash table could be filled with colliding keys. */
static size_t duplicate_by_sorting(const struct json_key *keys, size_t n)
{
	uint32_t *order = mem_array(n, sizeof *order);
	struct str *texts = mem_array(n, sizeof *texts);
	size_t hit = STR_NONE;
	for (size_t i = 0; i < n; i++)
		texts[i] = keys[i].text;
	json_keys_sort(texts, n, order, str_cmp);
	for (size_t i = 1; i < n && hit == STR_NONE; i++)
		if (str_eq(texts[order[i - 1]], texts[order[i]]))
			hit = order[i];
	mem_free(texts);
	mem_free(order);
	return hit;
}

static size_t duplicate(const struct json_key *keys, size_t n)
{
	if (n > PAIRWISE_MAX)
		return duplicate_by_sorting(keys, n);
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(keys[i].text, keys[j].text))
				return i;
	return STR_NONE;
}

struct result json_stack_close_object(struct json_stack *s, size_t base, struct json *into,
                                      const struct json_key **ret_duplicate, struct err *err)
{
	size_t hit = s->n > base ? duplicate(s->keys + base, s->n - base) : STR_NONE;
	*ret_duplicate = hit == STR_NONE ? NULL : &s->keys[base + hit];
	return *ret_duplicate ? ok() : take(s, base, true, into, err);
}
