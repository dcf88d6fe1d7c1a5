/* Open values (missing.h): the mark, what a value hangs on, and which names of a
 * tree are missing.
 *
 * An open value is a null that points to its facts: it can stand in lists,
 * contexts and frames like any other, and is demanded only where it counts.
 * Invariant: a mark never leaves this room. */
#include "rule/missing.h"

#include "rule/builtin.h"
#include "rule/table.h"

enum { FUNCTIONS_DEEP = 8 };

struct open {
	const struct str *names;
	size_t n;
};

static const struct str mark = STR_INIT("open");

static const struct open *open_of(const struct feel_value *v)
{
	return v->kind == FEEL_NULL && v->context.keys == &mark
	     ? (const void *)v->context.values : NULL;
}

static struct feel_value open_value(struct machine *m, const struct str *names, size_t n)
{
	struct open *o = machine_alloc(m, 1, sizeof *o);
	struct feel_value v = { .kind = FEEL_NULL };
	*o = (struct open){ names, n };
	v.context.keys = &mark;
	v.context.values = (const void *)o;
	return v;
}

struct feel_value missing_value(struct machine *m, const struct missing *x)
{
	return open_value(m, x->list, x->n);
}

bool missing_marked(const struct feel_value *v)
{
	return open_of(v) != NULL;
}

struct feel_value missing_fact(struct machine *m, struct str name)
{
	struct str *one = machine_alloc(m, 1, sizeof *one);
	*one = name;
	return open_value(m, one, 1);
}

/* ---- what hangs on what ---- */

static void add(struct machine *m, struct missing *x, struct str name)
{
	machine_step(m, 1 + x->n / 8);
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->list[i], name))
			return;
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 8;
		struct str *list = machine_alloc(m, cap, sizeof *list);
		if (x->n)
			memcpy(list, x->list, x->n * sizeof *list);
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n++] = name;
}

static void touched(struct machine *m, struct missing *x, const struct node *n,
                    const struct frame *f, unsigned depth);

/* A function hangs on what its body reads from outside. One that calls itself
 * reads nothing new in the second round. */
static void demand(struct machine *m, struct missing *x, const struct feel_value *v, unsigned depth)
{
	const struct open *o = open_of(v);
	machine_step(m, 1);
	for (size_t i = 0; o && i < o->n; i++)
		add(m, x, o->names[i]);
	size_t n = v->kind == FEEL_LIST ? v->list.n : v->kind == FEEL_CONTEXT ? v->context.n : 0;
	const struct feel_value *kids = v->kind == FEEL_LIST ? v->list.items : v->context.values;
	for (size_t i = 0; i < n; i++)
		demand(m, x, &kids[i], depth);
	if (v->kind == FEEL_RANGE) {
		demand(m, x, &v->range->low, depth);
		demand(m, x, &v->range->high, depth);
	}
	if (v->kind == FEEL_FUNCTION && v->function->kind == FN_CLOSURE && v->function->node->n &&
	    depth < FUNCTIONS_DEEP)
		touched(m, x, v->function->node->kids[0], v->function->env, depth + 1);
}

void missing_demand(struct machine *m, struct missing *x, const struct feel_value *v)
{
	demand(m, x, v, 0);
}

bool missing_open(struct machine *m, const struct feel_value *v)
{
	bool deep = v->kind == FEEL_LIST || v->kind == FEEL_CONTEXT || v->kind == FEEL_RANGE ||
	            v->kind == FEEL_FUNCTION;
	if (!deep)
		return open_of(v) != NULL;
	struct missing x = { 0 };
	demand(m, &x, v, 0);
	return x.n > 0;
}

/* A value that hangs on everything these values hang on. */
struct feel_value missing_join(struct machine *m, const struct feel_value *v, size_t n)
{
	struct missing all = { 0 };
	for (size_t i = 0; i < n; i++)
		missing_demand(m, &all, &v[i]);
	return open_value(m, all.list, all.n);
}

/* ---- names ---- */

/* Of a list every item's, so one open item makes it open. */
struct feel_value missing_property(struct machine *m, const struct feel_value *v, struct str name)
{
	if (v->kind == FEEL_LIST && missing_open(m, v))
		return missing_join(m, v, 1);
	return machine_property(m, v, name);
}

/* A chain from a fact, from its root downwards: "b.c" is missing as a whole. */
bool missing_chain(struct machine *m, const struct node *n, const struct frame *f,
                  struct feel_value *v)
{
	if (n->kind == N_NAME) {
		const struct feel_value *found = machine_name(m, f, n->name);
		if (found)
			*v = *found;
		return found != NULL;
	}
	if (!missing_chain(m, n->kids[0], f, v))
		return false;
	if (open_of(v))
		return true;
	if (v->kind == FEEL_CONTEXT && !feel_get(v, n->name))
		return false;
	*v = missing_property(m, v, n->name);
	return true;
}

const struct node *missing_root(const struct node *n)
{
	while (n->kind == N_PATH)
		n = n->kids[0];
	return n;
}

/* A name in a filter that no item has: a key this item lacks, unless the compiler
 * knew a fact of that name. */
bool missing_key(const struct node *root)
{
	return root->in_filter && !root->fact;
}

/* Whatever stands below and hangs on a missing fact; for shapes that are not
 * taken apart here. */
static void touched_name(struct machine *m, struct missing *x, const struct node *n,
                         const struct frame *f, unsigned depth)
{
	const struct node *root = missing_root(n);
	struct feel_value v = feel_null();
	bool builtin = n->kind == N_NAME && !n->fact && builtin_find(n->name);
	if (missing_chain(m, n, f, &v))
		demand(m, x, &v, depth);
	else if (!root->local && !missing_key(root) && n->full.n && !builtin)
		add(m, x, n->full);
}

static void touched_table(struct machine *m, struct missing *x, const struct rule_table *t,
                          const struct frame *f, unsigned depth)
{
	for (size_t i = 0; i < t->ninputs; i++)
		touched(m, x, t->inputs[i].expr->root, f, depth);
	for (size_t r = 0; r < t->nrows; r++) {
		for (size_t i = 0; i < t->ninputs; i++)
			touched(m, x, t->rows[r].when[i] ? t->rows[r].when[i]->root : NULL, f, depth);
		for (size_t i = 0; i < t->noutputs; i++)
			touched(m, x, t->rows[r].then[i]->root, f, depth);
	}
}

static void touched(struct machine *m, struct missing *x, const struct node *n,
                    const struct frame *f, unsigned depth)
{
	machine_step(m, 1);
	if (!n || n->kind == N_LITERAL)
		return;
	if (n->kind == N_NAME || (n->kind == N_PATH && missing_root(n)->kind == N_NAME)) {
		touched_name(m, x, n, f, depth);
		return;
	}
	if (n->kind == N_TABLE)
		touched_table(m, x, n->table, f, depth);
	for (size_t i = n->builtin ? 1 : 0; i < n->n; i++)
		touched(m, x, n->kids[i], f, depth);
}

void missing_touched(struct machine *m, struct missing *x, const struct node *n,
                     const struct frame *f)
{
	touched(m, x, n, f, 0);
}
