/* Outputs for the table checker: constants that do not conform to the declared
 * type, are none of the allowed values, or cannot be aggregated; and what rows that
 * hold together give. */
#include "rule/table_check_parts.h"

/* TRUE or FALSE by what the machine will say; UNKNOWN: it ran into a limit. */
static enum feel_truth conforms(struct check *c, const struct feel_value *v, const struct type *t,
                                bool shape_only)
{
	struct feel_scope scope = { .max_steps = CHECK_CONSTANT_STEPS };
	struct err err;
	struct machine *m = ARENA_NEW(c->scratch, struct machine);
	struct feel_value copy = *v;
	machine_init(m, &scope, c->scratch, &err);
	m->shape_only = shape_only;
	if (setjmp(m->bail))
		return FEEL_UNKNOWN;
	return machine_fit(m, &copy, t) ? FEEL_TRUE : FEEL_FALSE;
}

static bool in_values(const struct feel_value *v, const struct feel_value *list)
{
	for (size_t i = 0; i < list->list.n; i++) {
		const struct feel_value *x = &list->list.items[i];
		enum feel_truth t = x->kind == FEEL_RANGE ? feel_in_range(v, x->range) : feel_equal(v, x);
		if (t == FEEL_TRUE)
			return true;
	}
	return false;
}

static struct str hint_of(const struct feel_value *v, const struct feel_value *list)
{
	struct word_near near = { .word = v->kind == FEEL_STRING ? v->string : STR("") };
	for (size_t i = 0; i < list->list.n; i++)
		if (list->list.items[i].kind == FEEL_STRING)
			word_near_try(&near, list->list.items[i].string);
	return near.best;
}

struct output_at {
	int32_t row;             /* -1: the default */
	size_t output;
	struct rule_place place;
};

static struct say say_at(const struct check *c, const struct output_at *at, const char *code)
{
	return (struct say){ .level = TABLE_ERROR, .code = code, .row = at->row, .other = -1,
		.column = (int32_t)(c->t->ninputs + at->output), .place = at->place };
}

static void against_values(struct check *c, const struct output_at *at, const struct feel_value *v)
{
	const struct rule_output *o = &c->t->outputs[at->output];
	bool ranked = c->t->hit == HIT_PRIORITY || c->t->hit == HIT_OUTPUT_ORDER;
	struct feel_value list;
	if (!o->values || !check_constant(c, o->values->root, &list) || list.kind != FEEL_LIST ||
	    (v->kind == FEEL_NULL && !ranked) || in_values(v, &list))
		return;
	struct say s = say_at(c, at, "table.output_value");
	struct word_arg args[] = { word_same(check_value_text(c, v)), word_same(o->label),
		word_same(str_trim(str_sub(o->values->source, 1, o->values->source.n - 2))) };
	s.hint = hint_of(v, &list);
	check_say(c, s, args, 3);
}

static bool against_type(struct check *c, const struct output_at *at, const struct feel_value *v)
{
	const struct rule_output *o = &c->t->outputs[at->output];
	const struct type *base = type_base(o->type);
	if (!o->type || v->kind == FEEL_NULL || conforms(c, v, o->type, false) != FEEL_FALSE)
		return true;
	bool shape = conforms(c, v, o->type, true) == FEEL_TRUE;
	if (shape && o->values) /* told there */
		return true;
	const struct type *named = o->type;
	while (named && named->kind == TYPE_NAMED && !named->allowed_text.n)
		named = named->target;
	struct word_arg args[] = { word_same(check_value_text(c, v)), word_same(o->label),
		shape && named ? word_same(named->allowed_text) : word_type(base) };
	check_say(c, say_at(c, at, shape ? "table.output_value" : "table.output_type"), args, 3);
	return false;
}

static void against_aggregate(struct check *c, const struct output_at *at,
                              const struct feel_value *v)
{
	enum rule_aggregate by = c->t->aggregate;
	bool sums = v->kind == FEEL_NUMBER || v->kind == FEEL_DAYS_DURATION ||
	            v->kind == FEEL_MONTHS_DURATION || (by == AGGREGATE_SUM && v->kind == FEEL_STRING);
	bool orders = sums || v->kind == FEEL_STRING || v->kind == FEEL_DATE || v->kind == FEEL_TIME ||
	              v->kind == FEEL_DATE_TIME;
	if (by == AGGREGATE_NONE || by == AGGREGATE_COUNT || (by == AGGREGATE_SUM ? sums : orders))
		return;
	struct word_arg args[] = { word_same(check_value_text(c, v)) };
	check_say(c, say_at(c, at, "table.aggregate"), args, 1);
}

static void check_output(struct check *c, const struct feel_expr *e, const struct output_at *at)
{
	struct feel_value v;
	if (!e || !check_constant(c, e->root, &v))
		return;
	if (against_type(c, at, &v))
		against_values(c, at, &v);
	if (at->row >= 0)
		against_aggregate(c, at, &v);
}

void check_outputs(struct check *c)
{
	const struct rule_table *t = c->t;
	for (size_t o = 0; o < t->noutputs; o++) {
		struct output_at dflt = { -1, o, t->outputs[o].place };
		check_output(c, t->outputs[o].dflt, &dflt);
		for (size_t r = 0; r < t->nrows; r++) {
			int32_t column = (int32_t)(t->ninputs + o);
			struct output_at at = { (int32_t)r, o, check_place(c, r, column) };
			check_output(c, t->rows[r].then[o], &at);
		}
	}
}

static enum feel_truth same(struct check *c, const struct feel_expr *x, const struct feel_expr *y)
{
	struct feel_value v, w;
	if (str_eq(x->source, y->source))
		return FEEL_TRUE;
	if (!check_constant(c, x->root, &v) || !check_constant(c, y->root, &w))
		return FEEL_UNKNOWN;
	return feel_equal(&v, &w) == FEEL_TRUE ? FEEL_TRUE : FEEL_FALSE;
}

enum feel_truth outputs_same(struct check *c, size_t x, size_t y)
{
	enum feel_truth all = FEEL_TRUE;
	for (size_t o = 0; o < c->t->noutputs && all != FEEL_FALSE; o++) {
		enum feel_truth t = same(c, c->t->rows[x].then[o], c->t->rows[y].then[o]);
		all = t == FEEL_TRUE ? all : t;
	}
	return all;
}

bool output_ranks(struct check *c, size_t row, size_t *ret)
{
	for (size_t o = 0; o < c->t->noutputs; o++) {
		const struct rule_output *out = &c->t->outputs[o];
		struct feel_value v, list;
		ret[o] = 0;
		if (!out->values)
			continue;
		if (!check_constant(c, out->values->root, &list) || list.kind != FEEL_LIST ||
		    !check_constant(c, c->t->rows[row].then[o]->root, &v))
			return false;
		while (ret[o] < list.list.n && feel_equal(&list.list.items[ret[o]], &v) != FEEL_TRUE)
			ret[o]++;
		if (ret[o] == list.list.n)
			return false;
	}
	return true;
}
