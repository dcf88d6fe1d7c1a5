/* JSON as the inputs of a model: a text becomes a date, a time or a duration
 * where the type of the input says so. What does not fit stays as it is and is
 * told when the model runs. */
#include "rule/dmn_model.h"

enum { INPUT_DEPTH = 40 };

static struct feel_value from_text(struct feel_value v, enum type_kind kind)
{
	struct feel_value typed = feel_null();
	if (kind == TYPE_DATE)
		typed = feel_parse_date(v.string);
	else if (kind == TYPE_TIME)
		typed = feel_parse_time(v.string);
	else if (kind == TYPE_DATE_TIME)
		typed = feel_parse_date_time(v.string);
	else if (kind == TYPE_DAYS_DURATION || kind == TYPE_MONTHS_DURATION)
		typed = feel_parse_duration(v.string);
	return typed.kind == FEEL_NULL ? v : typed;
}

static struct feel_value as_type(struct arena *a, struct feel_value v, const struct type *t, int depth)
{
	t = type_base(t);
	if (!t || depth > INPUT_DEPTH)
		return v;
	if (v.kind == FEEL_STRING)
		return from_text(v, t->kind);
	if (v.kind == FEEL_LIST) {
		struct feel_value *items = ARENA_ARRAY(a, struct feel_value, v.list.n);
		const struct type *item = t->kind == TYPE_LIST && t->n ? t->parts[0] : t;
		for (size_t i = 0; i < v.list.n; i++)
			items[i] = as_type(a, v.list.items[i], item, depth + 1);
		return feel_list(items, v.list.n);
	}
	if (v.kind == FEEL_CONTEXT && t->kind == TYPE_CONTEXT) {
		struct feel_value *values = ARENA_ARRAY(a, struct feel_value, v.context.n);
		for (size_t i = 0; i < v.context.n; i++) {
			values[i] = v.context.values[i];
			for (size_t k = 0; k < t->n; k++)
				if (str_eq(t->names[k], v.context.keys[i]))
					values[i] = as_type(a, values[i], t->parts[k], depth + 1);
		}
		v.context.values = values;
	}
	return v;
}

const struct feel_value *dmn_inputs_from_json(const struct dmn_model *m, struct arena *a,
                                              const struct json *j)
{
	const struct feel_value *v = feel_from_json(a, j);
	if (v->kind != FEEL_CONTEXT)
		return v;
	struct feel_context_builder b = feel_context_new(a);
	for (size_t i = 0; i < v->context.n; i++) {
		const struct type *t = NULL;
		for (size_t k = 0; k < m->nelements && !t; k++)
			if (m->elements[k]->kind == DMN_INPUT && str_eq(m->elements[k]->name, v->context.keys[i]))
				t = m->elements[k]->type;
		feel_put(&b, v->context.keys[i], as_type(a, v->context.values[i], t, 0));
	}
	return feel_keep(a, feel_context_done(&b));
}
