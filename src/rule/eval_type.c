/* Does a value conform to a type? (DMN 1.5 §10.3.2.9.2) Null is of no type but
 * Any and Null. */
#include "rule/machine.h"

static const enum feel_kind kinds[] = {
	[TYPE_BOOL] = FEEL_BOOL, [TYPE_NUMBER] = FEEL_NUMBER, [TYPE_STRING] = FEEL_STRING,
	[TYPE_DATE] = FEEL_DATE, [TYPE_TIME] = FEEL_TIME, [TYPE_DATE_TIME] = FEEL_DATE_TIME,
	[TYPE_DAYS_DURATION] = FEEL_DAYS_DURATION,
	[TYPE_MONTHS_DURATION] = FEEL_MONTHS_DURATION, [TYPE_LIST] = FEEL_LIST,
	[TYPE_CONTEXT] = FEEL_CONTEXT, [TYPE_RANGE] = FEEL_RANGE, [TYPE_FUNCTION] = FEEL_FUNCTION,
};

/* Inside lists and contexts null conforms to every type. */
static bool part_is(struct machine *m, const struct feel_value *v, const struct type *t, int depth)
{
	return v->kind == FEEL_NULL || machine_is_type(m, v, t, depth + 1);
}

static bool range_is(struct machine *m, const struct feel_range *r, const struct type *t, int depth)
{
	return part_is(m, &r->low, t, depth) && part_is(m, &r->high, t, depth);
}

static bool list_is(struct machine *m, const struct feel_value *v, const struct type *t, int depth)
{
	for (size_t i = 0; i < v->list.n; i++)
		if (!part_is(m, &v->list.items[i], t, depth))
			return false;
	return true;
}

static bool context_is(struct machine *m, const struct feel_value *v, const struct type *t,
                       int depth)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct feel_value *entry = feel_get(v, t->names[i]);
		if (!entry || !part_is(m, entry, t->parts[i], depth))
			return false;
	}
	return true;
}

const struct type *type_base(const struct type *t)
{
	for (int i = 0; t && t->kind == TYPE_NAMED && i < MACHINE_NESTING; i++)
		t = t->target;
	return t && t->kind != TYPE_NAMED ? t : NULL;
}

static bool same_type(const struct type *x, const struct type *y)
{
	x = type_base(x);
	y = type_base(y);
	if (!x || !y || x->kind != y->kind || x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!same_type(x->parts[i], y->parts[i]))
			return false;
	return true;
}

/* Parameters must be declared alike; an undeclared one fits Any only. The
 * result of a body is not known before it runs, so it is not compared. */
static bool function_is(const struct feel_function *f, const struct type *t)
{
	if (!t->n)
		return true;
	if (f->nparams != t->n - 1)
		return false;
	for (size_t i = 0; i + 1 < t->n; i++) {
		const struct type *param = f->types ? f->types[i] : NULL;
		const struct type *wanted = type_base(t->parts[i]);
		if ((!wanted || wanted->kind != TYPE_ANY) && !same_type(param, t->parts[i]))
			return false;
	}
	return true;
}

bool machine_is_type(struct machine *m, const struct feel_value *v, const struct type *t, int depth)
{
	machine_step(m, 1);
	if (depth > MACHINE_NESTING)
		machine_limit(m, "feel.depth", "a value is nested too deeply");
	if (t->kind == TYPE_ANY)
		return v->kind != FEEL_NULL;
	if (t->kind == TYPE_NULL)
		return v->kind == FEEL_NULL;
	if (t->kind == TYPE_NAMED) {
		/* Its own allowed values stand in place of those of the type it is made from. */
		const struct type *base = t->allowed ? type_base(t) : t->target;
		return base && machine_is_type(m, v, base, depth + 1) &&
		       (!t->allowed || m->shape_only || machine_test(m, t->allowed, NULL, v) == FEEL_TRUE);
	}
	if (v->kind != kinds[t->kind])
		return false;
	if (v->kind == FEEL_LIST && t->n)
		return list_is(m, v, t->parts[0], depth);
	if (v->kind == FEEL_CONTEXT && t->n)
		return context_is(m, v, t, depth);
	if (v->kind == FEEL_RANGE && t->n)
		return range_is(m, v->range, t->parts[0], depth);
	if (v->kind == FEEL_FUNCTION)
		return function_is(v->function, t);
	return true;
}
