/* Random trees through every door: text, canonical text, YAML, builders. */
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "base/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* behind ours: it has a macro called fail */

enum { ROUNDS = 3000 };

struct world {
	struct arena *a;
	struct rng rng;
	bool integers; /* numbers that canonical text can hold */
};

static int setup(void **state)
{
	static struct world w;
	w = (struct world){ .a = arena_new(0) };
	rng_seed(&w.rng, 8259);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	arena_free(w->a);
	return 0;
}

/* Any code point but U+0000; more often those that need care. */
static uint32_t any_point(struct rng *r)
{
	static const uint32_t hard[] = { '"', '\\', '/', '\b', '\n', 0x1F, 0x7F, 0x80, 0x2028, 0xD7FF,
		0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x20BB7, 0xE0100, 0x10FFFF, 0x3042, 0x52A0 };
	if (rng_chance(r, 1, 2))
		return hard[rng_below(r, sizeof hard / sizeof hard[0])];
	uint32_t cp = (uint32_t)rng_below(r, 0x10FFFF) + 1;
	return cp >= 0xD800 && cp <= 0xDFFF ? 'x' : cp;
}

static struct str any_text(struct world *w)
{
	struct buf b;
	buf_init(&b, 1024);
	for (uint64_t n = rng_below(&w->rng, 12); n > 0; n--)
		utf8_add(&b, any_point(&w->rng));
	struct str s = arena_str(w->a, buf_str(&b));
	buf_done(&b);
	return s;
}

static const struct json *any_number(struct world *w)
{
	struct rng *r = &w->rng;
	int64_t safe = rng_between(r, -((int64_t)1 << 53), (int64_t)1 << 53);
	if (w->integers || rng_chance(r, 1, 2))
		return json_num(w->a, safe);
	return json_num_text(w->a, arena_printf(w->a, "%lld.%03u%s", (long long)safe,
		(unsigned)rng_below(r, 1000), rng_chance(r, 1, 3) ? "e-12" : ""));
}

static const struct json *any_tree(struct world *w, int depth)
{
	struct rng *r = &w->rng;
	switch (rng_below(r, depth > 0 ? 7 : 4)) {
	case 0: return json_null();
	case 1: return json_bool(rng_chance(r, 1, 2));
	case 2: return any_number(w);
	case 3: return json_str(w->a, any_text(w));
	case 4: {
		struct json_array *x = json_array_new(w->a);
		for (uint64_t n = rng_below(r, 6); n > 0; n--)
			json_push(x, any_tree(w, depth - 1));
		return json_array_done(x);
	}
	default: {
		struct json_object *o = json_object_new(w->a);
		for (uint64_t n = rng_below(r, rng_chance(r, 1, 20) ? 60 : 6); n > 0; n--)
			json_put(o, any_text(w), any_tree(w, depth - 2));
		return json_object_done(o);
	}
	}
}

static const struct json *read_back(struct world *w, struct str text)
{
	const struct json *j = NULL;
	struct err err;
	if (is_err(json_parse(w->a, text, &j, &err)))
		fail_msg("%s in %.*s", err.what, STR_ARG(text));
	return j;
}

static void text_is_read_back_as_the_same_tree(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(w->a);
		const struct json *j = any_tree(w, 5);
		struct str text = json_to_str(w->a, j);
		const struct json *back = read_back(w, text);
		assert_true(utf8_valid(text));
		assert_true(json_equal(j, back) && json_equal(back, j));
		assert_true(str_eq(json_to_str(w->a, back), text));
	}
}

/* The members of every object in another order. */
static const struct json *shuffled(struct world *w, const struct json *j)
{
	if (json_is(j, JSON_ARRAY)) {
		struct json_array *x = json_array_new(w->a);
		for (size_t i = 0; i < j->n; i++)
			json_push(x, shuffled(w, &j->items[i]));
		return json_array_done(x);
	}
	if (!json_is(j, JSON_OBJECT))
		return j;
	struct json_object *o = json_object_new(w->a);
	size_t from = j->n ? rng_below(&w->rng, j->n) : 0;
	for (size_t i = 0; i < j->n; i++) {
		size_t at = (from + i) % j->n;
		json_put(o, j->keys[at], shuffled(w, &j->items[at]));
	}
	return json_object_done(o);
}

static void canonical_text_is_one_per_value(void **state)
{
	struct world *w = *state;
	w->integers = true;
	for (int i = 0; i < ROUNDS; i++) {
		struct str x, y, z;
		arena_reset(w->a);
		const struct json *j = any_tree(w, 5), *other = shuffled(w, j);
		assert_true(json_equal(j, other));
		assert_true(is_ok(json_canonical(w->a, j, &x, NULL)));
		assert_true(is_ok(json_canonical(w->a, other, &y, NULL)));
		assert_true(str_eq(x, y));
		assert_true(is_ok(json_canonical(w->a, read_back(w, x), &z, NULL)));
		assert_true(str_eq(x, z));
	}
}

static void different_values_have_different_canonical_text(void **state)
{
	struct world *w = *state;
	w->integers = true;
	struct str x, y;
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(w->a);
		const struct json *j = any_tree(w, 4), *k = any_tree(w, 4);
		assert_true(is_ok(json_canonical(w->a, j, &x, NULL)));
		assert_true(is_ok(json_canonical(w->a, k, &y, NULL)));
		assert_int_equal(str_eq(x, y), json_equal(j, k));
	}
}

/* One byte changed anywhere: refused, or a value whose text can be read again. */
static void damaged_text_is_refused_or_read(void **state)
{
	struct world *w = *state;
	size_t refused = 0;
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(w->a);
		struct str text = json_to_str(w->a, any_tree(w, 4));
		char *damaged = arena_alloc(w->a, text.n + 1);
		const struct json *j;
		memcpy(damaged, text.p, text.n);
		damaged[rng_below(&w->rng, text.n)] = (char)rng_u64(&w->rng);
		if (is_err(json_parse(w->a, str_of(damaged, text.n), &j, NULL))) {
			refused++;
			continue;
		}
		struct str again = json_to_str(w->a, j);
		assert_true(json_equal(j, read_back(w, again)));
	}
	assert_true(refused > ROUNDS / 4);
}

/* JSON is YAML, but for characters that YAML does not take unescaped and numbers
 * and keys whose form it limits; so this tree is of the tamer kind. */
static const struct json *tame_tree(struct world *w, int depth)
{
	struct rng *r = &w->rng;
	if (depth == 0 || rng_chance(r, 1, 3))
		return rng_chance(r, 1, 2) ? json_num(w->a, rng_between(r, -1000, 1000))
		                           : json_str(w->a, arena_printf(w->a, "値 %d: \"a\" # [x]\n",
		                                                         (int)rng_below(r, 100)));
	struct json_object *o = json_object_new(w->a);
	for (uint64_t n = rng_below(r, 5); n > 0; n--)
		json_put(o, arena_printf(w->a, "鍵-%d", (int)n), tame_tree(w, depth - 1));
	return json_object_done(o);
}

static void yaml_reads_json_as_the_same_tree(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < ROUNDS / 4; i++) {
		const struct json *back = NULL;
		struct err err;
		arena_reset(w->a);
		const struct json *j = tame_tree(w, 5);
		if (is_err(yaml_parse(w->a, json_to_str(w->a, j), &back, NULL, &err)))
			fail_msg("%s", err.what);
		assert_true(json_equal(j, back));
	}
}

static void deep_values_are_set_and_found(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(w->a);
		const struct json *j = any_tree(w, 4), *v = any_tree(w, 2);
		struct str path = arena_printf(w->a, "k%d.k%d.k%d", (int)rng_below(&w->rng, 3),
		                               (int)rng_below(&w->rng, 3), (int)rng_below(&w->rng, 3));
		const struct json *with = json_with(w->a, j, path, v);
		assert_true(json_equal(json_path(with, path), v));
		assert_true(json_equal(json_with(w->a, with, path, v), with));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(text_is_read_back_as_the_same_tree), T(canonical_text_is_one_per_value),
		T(different_values_have_different_canonical_text), T(damaged_text_is_refused_or_read),
		T(yaml_reads_json_as_the_same_tree), T(deep_values_are_set_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
