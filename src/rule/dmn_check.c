/* Declared types against what is written, when a model is read: constants that do
 * not conform, results that are always of another type, values that a type allows
 * but can never have (DMN 1.5 §7.3.2, §7.3.3, §10.3.2.9). Only what is certain. */
#include "rule/dmn_model.h"

#include "rule/table_check_parts.h"

enum { TYPE_DEPTH = 40 };

static bool conforms(struct dmn_builder *b, const struct feel_value *v, const struct type *t)
{
	struct feel_scope scope = { .max_steps = CHECK_CONSTANT_STEPS };
	struct err err;
	struct machine *m = ARENA_NEW(b->a, struct machine);
	struct feel_value copy = *v;
	machine_init(m, &scope, b->a, &err);
	if (setjmp(m->bail))
		return true; /* not to be told */
	return machine_fit(m, &copy, t);
}

static struct word_arg type_word(const struct type *t)
{
	for (const struct type *x = t; x && x->kind == TYPE_NAMED; x = x->target)
		if (x->name.n)
			return dmn_word(x->name);
	return word_type(type_base(t));
}

/* Comparisons and conjunctions are truths, whatever their parts are. */
static bool always_truth(const struct node *n)
{
	switch (n->kind) {
	case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: case N_AND: case N_OR:
	case N_BETWEEN: case N_IN: case N_INSTANCE: case N_SOME: case N_EVERY:
		return true;
	default: return false;
	}
}

void dmn_check_typed(struct dmn_builder *b, const struct node *n, const struct type *t,
                     const struct xml_node *at)
{
	struct check c = { .a = b->a, .scratch = b->a };
	const struct type *base = type_base(t);
	struct feel_value v;
	if (!base || base->kind == TYPE_FUNCTION || arena_left(b->a) < 4 * SYNTAX_ARENA_MIN)
		return;
	if (check_constant(&c, n, &v)) {
		if (v.kind != FEEL_NULL && !conforms(b, &v, t))
			dmn_problem_add(b, at, TABLE_ERROR, "dmn.constant_type",
			                DMN_WORDS(word_same(check_value_text(&c, &v)), type_word(t)), STR(""));
	} else if (always_truth(n) && base->kind != TYPE_BOOL && base->kind != TYPE_ANY &&
	           base->kind != TYPE_LIST) {
		dmn_problem_add(b, at, TABLE_ERROR, "dmn.declared_type",
		                DMN_WORDS(word_kind(FEEL_BOOL), type_word(t)), STR(""));
	}
}

/* The constants that a type allows. */
struct allowed {
	struct dmn_builder *b;
	struct check *c;
	const struct type *t;
	const struct xml_node *at;
};

static void allowed_constant(void *user, const struct feel_value *v, bool equals)
{
	struct allowed *k = user;
	struct machine *m = ARENA_NEW(k->b->a, struct machine);
	struct feel_scope scope = { .max_steps = CHECK_CONSTANT_STEPS };
	struct err err;
	(void)equals;
	machine_init(m, &scope, k->b->a, &err);
	if (setjmp(m->bail)) /* not to be told */
		return;
	if (v->kind == FEEL_NULL || machine_is_type(m, v, type_base(k->t), 0))
		return;
	dmn_problem_add(k->b, k->at, TABLE_WARNING, "dmn.allowed_type",
	                DMN_WORDS(word_same(check_value_text(k->c, v)), word_type(type_base(k->t))), STR(""));
}

static void check_type(struct dmn_builder *b, const struct type *t, const struct xml_node *at, int depth)
{
	struct check c = { .a = b->a, .scratch = b->a };
	struct allowed k = { b, &c, t->target, at };
	const struct type *base = type_base(t->target);
	if (depth > TYPE_DEPTH || arena_left(b->a) < 4 * SYNTAX_ARENA_MIN)
		return;
	bool scalar = base && base->kind >= TYPE_BOOL && base->kind <= TYPE_MONTHS_DURATION;
	if (t->kind == TYPE_NAMED && t->allowed && scalar)
		form_constants(form_of(&c, t->allowed), allowed_constant, &k);
	if (t->kind == TYPE_NAMED && t->target && !t->target->name.n)
		check_type(b, t->target, at, depth + 1);
	for (size_t i = 0; i < t->n && t->kind != TYPE_NAMED && t->kind != TYPE_FUNCTION; i++)
		if (t->parts[i] && !t->parts[i]->name.n)
			check_type(b, t->parts[i], at, depth + 1);
}

void dmn_check_types(struct dmn_builder *b, const struct dmn_unit *u)
{
	for (size_t i = 0; i < u->nitems; i++) {
		b->element_name = u->items[i].type->name;
		check_type(b, u->items[i].type, u->items[i].xml, 0);
	}
}
