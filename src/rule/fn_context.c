/* Context functions (DMN 1.5 §10.3.4.10). */
#include "rule/builtin.h"

/* Contexts are built through the machine, so that their memory is counted. */
struct entries {
	struct str *keys;
	struct feel_value *values;
	size_t n, cap;
};

static void put(struct machine *m, struct entries *e, struct str key, struct feel_value v)
{
	machine_step(m, 1 + e->n / 16);
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->keys[i], key)) {
			e->values[i] = v;
			return;
		}
	if (e->n == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 8;
		struct str *keys = machine_alloc(m, cap, sizeof *keys);
		struct feel_value *values = machine_alloc(m, cap, sizeof *values);
		if (e->n) {
			memcpy(keys, e->keys, e->n * sizeof *keys);
			memcpy(values, e->values, e->n * sizeof *values);
		}
		e->keys = keys;
		e->values = values;
		e->cap = cap;
	}
	e->keys[e->n] = key;
	e->values[e->n++] = v;
}

static struct feel_value done(const struct entries *e)
{
	struct feel_value v = { .kind = FEEL_CONTEXT };
	v.context.keys = e->keys;
	v.context.values = e->values;
	v.context.n = e->n;
	return v;
}

static void put_all(struct machine *m, struct entries *e, const struct feel_value *c)
{
	for (size_t i = 0; i < c->context.n; i++)
		put(m, e, c->context.keys[i], c->context.values[i]);
}

struct feel_value fn_get_value(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m;
	if (!arg_is(args, n, 0, FEEL_CONTEXT) || !arg_is(args, n, 1, FEEL_STRING))
		return feel_null();
	const struct feel_value *v = feel_get(&args[0], args[1].string);
	return v ? *v : feel_null();
}

struct feel_value fn_get_entries(struct machine *m, const struct feel_value *args, size_t n)
{
	struct values out = { 0 };
	if (!arg_is(args, n, 0, FEEL_CONTEXT))
		return feel_null();
	for (size_t i = 0; i < args[0].context.n; i++) {
		struct entries e = { 0 };
		put(m, &e, STR("key"), feel_string(args[0].context.keys[i]));
		put(m, &e, STR("value"), args[0].context.values[i]);
		values_push(m, &out, done(&e));
	}
	return values_list(&out);
}

/* context([{key: "a", value: 1}]); a key twice, or an entry without one: null. */
struct feel_value fn_context(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	struct entries e = { 0 };
	size_t count;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	for (size_t i = 0; i < count; i++) {
		const struct feel_value *key = feel_get(&items[i], STR("key"));
		const struct feel_value *value = feel_get(&items[i], STR("value"));
		if (!feel_is(key, FEEL_STRING) || !value)
			return feel_null();
		size_t before = e.n;
		put(m, &e, key->string, *value);
		if (e.n == before)
			return feel_null();
	}
	return done(&e);
}

static struct feel_value put_path(struct machine *m, const struct feel_value *c,
                                  const struct feel_value *keys, size_t n,
                                  const struct feel_value *value)
{
	struct entries e = { 0 };
	if ((c->kind != FEEL_CONTEXT && c->kind != FEEL_NULL) || keys[0].kind != FEEL_STRING)
		return feel_null();
	if (c->kind == FEEL_CONTEXT)
		put_all(m, &e, c);
	struct feel_value inner = *value;
	if (n > 1) {
		const struct feel_value *child = feel_get(c, keys[0].string);
		if (!feel_is(child, FEEL_CONTEXT))
			return feel_null();
		inner = put_path(m, child, keys + 1, n - 1, value);
		if (inner.kind == FEEL_NULL)
			return inner;
	}
	put(m, &e, keys[0].string, inner);
	return done(&e);
}

struct feel_value fn_context_put(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *keys;
	size_t nkeys;
	(void)n;
	if (args[0].kind != FEEL_CONTEXT || !arg_list(&args[1], &keys, &nkeys) || !nkeys ||
	    nkeys > MACHINE_NESTING)
		return feel_null();
	return put_path(m, &args[0], keys, nkeys, &args[2]);
}

struct feel_value fn_context_put_key(struct machine *m, const struct feel_value *args, size_t n)
{
	return args[1].kind == FEEL_STRING ? fn_context_put(m, args, n) : feel_null();
}

/* Later contexts win. */
struct feel_value fn_context_merge(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	struct entries e = { 0 };
	size_t count;
	(void)n;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	for (size_t i = 0; i < count; i++) {
		if (items[i].kind != FEEL_CONTEXT)
			return feel_null();
		put_all(m, &e, &items[i]);
	}
	return done(&e);
}
