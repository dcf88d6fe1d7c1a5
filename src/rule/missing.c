/* Evaluation on partial facts (feel.h, feel_missing).
 *
 * The tree is walked as the evaluator walks it, with a third kind of outcome: a
 * value may be open, and then it carries the facts it hangs on, in the order in
 * which to ask for them. Where an operator can decide without its open side
 * (Kleene's and, or, not; "if" with equal branches; the rows of a table that
 * can no longer match) it does, and what that side asked for is forgotten. What
 * holds no open part is given to the evaluator itself, so closed values are its
 * values. */
#include "rule/missing.h"

#include "rule/builtin.h"

static struct feel_value join2(struct machine *m, struct feel_value x, struct feel_value y)
{
	return missing_join(m, (struct feel_value[]){ x, y }, 2);
}

static struct feel_value fact(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = feel_null();
	if (missing_chain(m, n, f, &v))
		return v;
	const struct node *root = missing_root(n);
	bool builtin = n->kind == N_NAME && !n->fact && builtin_find(n->name);
	if (builtin || missing_key(root) || root->local)
		return machine_eval(m, n, f);
	return missing_fact(m, n->full);
}

static struct feel_value path(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = missing_eval(m, n->kids[0], f);
	return missing_marked(&v) ? v : missing_property(m, &v, n->name);
}

/* ---- operators ---- */

/* The node with values in place of its operands. */
static struct feel_value apply(struct machine *m, const struct node *n, const struct frame *f,
                               const struct feel_value *v, size_t first)
{
	struct node own = *n, *literals = machine_alloc(m, n->n, sizeof *literals);
	const struct node **kids = machine_alloc(m, n->n, sizeof *kids);
	for (size_t i = 0; i < n->n; i++) {
		literals[i] = (struct node){ .kind = N_LITERAL, .value = v[i] };
		kids[i] = i < first ? n->kids[i] : &literals[i];
	}
	own.kids = kids;
	return machine_eval(m, &own, f);
}

static struct feel_value *operands(struct machine *m, const struct node *n, const struct frame *f,
                                   size_t first, bool *ret_open)
{
	struct feel_value *v = machine_alloc(m, n->n, sizeof *v);
	*ret_open = false;
	for (size_t i = first; i < n->n; i++) {
		v[i] = missing_eval(m, n->kids[i], f);
		*ret_open |= missing_open(m, &v[i]);
	}
	return v;
}

/* One null makes arithmetic and order null, whatever the other side is. */
static bool absorbs_null(enum node_kind k)
{
	return k == N_ADD || k == N_SUB || k == N_MUL || k == N_DIV || k == N_POW || k == N_LT ||
	       k == N_LE || k == N_GT || k == N_GE;
}

static struct feel_value strict(struct machine *m, const struct node *n, const struct frame *f)
{
	bool open;
	struct feel_value *v = operands(m, n, f, 0, &open);
	if (!open)
		return apply(m, n, f, v, 0);
	for (size_t i = 0; absorbs_null(n->kind) && i < n->n; i++)
		if (v[i].kind == FEEL_NULL && !missing_marked(&v[i]))
			return feel_null();
	return missing_join(m, v, n->n);
}

/* With what is open taken as null: is the result the one that nothing can change? */
static bool decided(struct machine *m, const struct node *n, const struct frame *f,
                    const struct feel_value *v, size_t first, bool when)
{
	struct feel_value *bare = machine_alloc(m, n->n, sizeof *bare);
	for (size_t i = 0; i < n->n; i++)
		bare[i] = missing_marked(&v[i]) ? feel_null() : v[i];
	struct feel_value r = apply(m, n, f, bare, first);
	return r.kind == FEEL_BOOL && r.boolean == when;
}

static struct feel_value between(struct machine *m, const struct node *n, const struct frame *f)
{
	bool open;
	struct feel_value *v = operands(m, n, f, 0, &open);
	if (!open)
		return apply(m, n, f, v, 0);
	return decided(m, n, f, v, 0, false) ? feel_bool(false) : missing_join(m, v, n->n);
}

static struct feel_value logic(struct machine *m, const struct node *n, const struct frame *f)
{
	enum feel_truth decides = n->kind == N_AND ? FEEL_FALSE : FEEL_TRUE;
	struct feel_value x = missing_eval(m, n->kids[0], f);
	bool open_x = missing_open(m, &x);
	if (!open_x && value_truth(&x) == decides)
		return x;
	struct feel_value y = missing_eval(m, n->kids[1], f);
	bool open_y = missing_open(m, &y);
	if (!open_y && value_truth(&y) == decides)
		return y;
	if (open_x || open_y)
		return join2(m, x, y);
	return truth_value(n->kind == N_AND ? truth_and(value_truth(&x), value_truth(&y))
	                                    : truth_or(value_truth(&x), value_truth(&y)));
}

/* The same in every case, not only equal: 1 and 1.0, but not null and an open one. */
static bool same(struct machine *m, const struct feel_value *x, const struct feel_value *y)
{
	if (missing_open(m, x) || missing_open(m, y) || x->kind != y->kind)
		return false;
	return x->kind == FEEL_NULL || machine_equal(m, x, y) == FEEL_TRUE;
}

static struct feel_value branch(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value c = missing_eval(m, n->kids[0], f);
	if (!missing_open(m, &c)) {
		if (n->strict && c.kind != FEEL_BOOL && c.kind != FEEL_NULL) {
			machine_trouble(m, "dmn.condition", n->pos, 0);
			return feel_null();
		}
		return missing_eval(m, n->kids[feel_true(&c) ? 1 : 2], f);
	}
	struct feel_value x = missing_eval(m, n->kids[1], f), y = missing_eval(m, n->kids[2], f);
	if (!n->strict && same(m, &x, &y))
		return x;
	return missing_join(m, (struct feel_value[]){ c, x, y }, 3);
}

/* ---- tests ---- */

static struct feel_value one_test(struct machine *m, const struct node *test,
                                  const struct frame *f, const struct feel_value *input)
{
	static const struct str question[] = { STR_INIT("?") };
	struct frame own = { .up = f, .names = question, .values = input, .n = 1 };
	bool unary = test->kind == N_TEST;
	struct feel_value v = missing_eval(m, unary ? test->kids[0] : test, &own);
	if (!unary && test->asks_input) {
		if (missing_open(m, &v))
			return v;
		return truth_value(value_truth(&v));
	}
	if (missing_open(m, input) || missing_open(m, &v))
		return join2(m, *input, v);
	struct node literal = { .kind = N_LITERAL, .value = v }, bare = *test;
	const struct node *kids[] = { &literal };
	bare.kids = kids;
	return truth_value(machine_test(m, unary ? &bare : &literal, f, input));
}

struct feel_value missing_test(struct machine *m, const struct node *test, const struct frame *f,
                               const struct feel_value *input)
{
	if (test->kind == N_ANY)
		return feel_bool(true);
	if (test->kind != N_TESTS)
		return one_test(m, test, f, input);
	struct feel_value *v = machine_alloc(m, test->n, sizeof *v);
	enum feel_truth any = FEEL_FALSE;
	bool open = false;
	for (size_t i = 0; i < test->n; i++) {
		v[i] = missing_test(m, test->kids[i], f, input);
		if (missing_open(m, &v[i])) {
			open = true;
			continue;
		}
		any = truth_or(any, value_truth(&v[i]));
		if (any == FEEL_TRUE)
			return feel_bool(!test->negate);
	}
	return open ? missing_join(m, v, test->n) : truth_value(test->negate ? truth_not(any) : any);
}

static struct feel_value in(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value x = missing_eval(m, n->kids[0], f);
	return missing_test(m, n->kids[1], f, &x);
}

/* ---- loops ---- */

/* The evaluator's value when nothing below is open. Names bound below hide those
 * outside, which may name a fact too many, never one too few. */
static struct feel_value whole(struct machine *m, const struct node *n, const struct frame *f)
{
	struct missing x = { 0 };
	missing_touched(m, &x, n, f);
	return x.n ? missing_value(m, &x) : machine_eval(m, n, f);
}

/* some, every: over a list that is known, each round by itself. */
static struct feel_value rounds(struct machine *m, const struct node *n, const struct frame *f,
                                size_t level)
{
	enum feel_truth decides = n->kind == N_SOME ? FEEL_TRUE : FEEL_FALSE;
	enum feel_truth so_far = n->kind == N_SOME ? FEEL_FALSE : FEEL_TRUE;
	if (level == n->nnames) {
		struct feel_value v = missing_eval(m, n->kids[n->n - 1], f);
		return missing_open(m, &v) ? v : truth_value(value_truth(&v));
	}
	struct feel_value list = missing_eval(m, n->kids[level], f), *v;
	v = machine_alloc(m, list.list.n, sizeof *v);
	bool open = false;
	for (size_t i = 0; i < list.list.n; i++) {
		struct frame own = { .up = f, .names = &n->names[level], .values = &list.list.items[i],
			.n = 1 };
		machine_step(m, 1);
		v[i] = rounds(m, n, &own, level + 1);
		if (missing_open(m, &v[i])) {
			open = true;
			continue;
		}
		enum feel_truth t = value_truth(&v[i]);
		if (t == decides)
			return v[i];
		so_far = n->kind == N_SOME ? truth_or(so_far, t) : truth_and(so_far, t);
	}
	return open ? missing_join(m, v, list.list.n) : truth_value(so_far);
}

static struct feel_value quantified(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value list = n->nnames == 1 && n->kids[0]->kind != N_SPAN
	                       ? missing_eval(m, n->kids[0], f) : feel_null();
	return list.kind == FEEL_LIST ? rounds(m, n, f, 0) : whole(m, n, f);
}

/* A filter of a known list is known when it is for every item. */
static struct feel_value filter(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value subject = missing_eval(m, n->kids[0], f);
	struct values out = { 0 }, open = { 0 };
	if (subject.kind == FEEL_LIST && n->kids[1]->kind == N_LITERAL)
		return apply(m, n, f, (struct feel_value[]){ subject, n->kids[1]->value }, 0);
	if (subject.kind != FEEL_LIST || !subject.list.n)
		return whole(m, n, f);
	for (size_t i = 0; i < subject.list.n; i++) {
		struct frame own = { .up = f, .item = &subject.list.items[i] };
		if (missing_open(m, own.item)) /* whose keys may hide any name of the condition */
			return join2(m, subject, whole(m, n->kids[1], f));
		struct feel_value v = missing_eval(m, n->kids[1], &own);
		if (v.kind == FEEL_NUMBER)
			return whole(m, n, f);
		if (missing_open(m, &v))
			values_push(m, &open, v);
		else if (feel_true(&v))
			values_push(m, &out, subject.list.items[i]);
	}
	return open.n ? missing_join(m, open.p, open.n) : values_list(&out);
}

static struct feel_value loop(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value list = n->nnames == 1 && n->kids[0]->kind != N_SPAN
	                       ? missing_eval(m, n->kids[0], f) : feel_null();
	struct values out = { 0 };
	static const struct str partial[] = { STR_INIT("partial") };
	if (list.kind != FEEL_LIST)
		return whole(m, n, f);
	for (size_t i = 0; i < list.list.n; i++) {
		struct feel_value so_far = values_list(&out);
		struct frame own = { .up = f, .names = n->names, .values = &list.list.items[i], .n = 1 };
		struct frame inner = { .up = &own, .names = partial, .values = &so_far, .n = 1 };
		machine_step(m, 1);
		values_push(m, &out, missing_eval(m, n->kids[1], &inner));
	}
	return values_list(&out);
}

/* ---- calls, boxes ---- */

static bool place(const struct feel_function *fn, const struct node *n,
                  const struct feel_value *args, struct feel_value *placed)
{
	if (!n->names)
		memcpy(placed, args, fn->nparams * sizeof *placed);
	for (size_t i = 0; n->names && i < n->nnames; i++) {
		size_t k = 0;
		while (k < fn->nparams && !str_eq(fn->params[k], n->names[i]))
			k++;
		if (k == fn->nparams)
			return false;
		placed[k] = args[i];
	}
	return true;
}

/* A function written in FEEL is entered with what is open left open. */
static struct feel_value enter(struct machine *m, const struct feel_function *fn,
                               struct feel_value *args)
{
	for (size_t i = 0; fn->types && i < fn->nparams; i++)
		if (!missing_open(m, &args[i]) && !machine_fit(m, &args[i], fn->types[i]))
			return feel_null();
	struct frame own = { .up = fn->env, .names = fn->params, .values = args, .n = fn->nparams };
	return missing_eval(m, fn->node->kids[0], &own);
}

static struct feel_value enter_call(struct machine *m, const struct node *n,
                                    const struct feel_function *fn, const struct feel_value *args)
{
	struct feel_value *placed = machine_alloc(m, fn->nparams, sizeof *placed);
	return place(fn, n, args, placed) ? enter(m, fn, placed) : feel_null();
}

struct feel_value missing_call(struct machine *m, const struct feel_value *fn,
                               struct feel_value *args, size_t n)
{
	const struct feel_function *fun = fn->kind == FEEL_FUNCTION ? fn->function : NULL;
	if (fun && fun->kind == FN_CLOSURE && fun->node->n && fun->nparams == n)
		return enter(m, fun, args);
	struct feel_value all = feel_list(args, n);
	return missing_open(m, &all) ? missing_join(m, &all, 1) : machine_call(m, fn, args, n);
}

static bool enters(const struct node *n, const struct feel_value *fn)
{
	return fn->kind == FEEL_FUNCTION && fn->function->kind == FN_CLOSURE && fn->function->node->n &&
	       fn->function->nparams == n->n - 1 && (!n->names || n->nnames == n->n - 1);
}

static struct feel_value call(struct machine *m, const struct node *n, const struct frame *f)
{
	bool open;
	const struct builtin *b = n->builtin;
	struct feel_value fn = b ? feel_null() : missing_eval(m, n->kids[0], f);
	struct feel_value *v = operands(m, n, f, 1, &open);
	v[0] = feel_null();
	if (enters(n, &fn))
		return enter_call(m, n, fn.function, v + 1);
	if (missing_open(m, &fn) && n->kids[0]->kind == N_NAME)
		b = builtin_find(n->kids[0]->name); /* as the evaluator does */
	if (!b && missing_open(m, &fn)) {
		v[0] = fn;
		return missing_join(m, v, n->n);
	}
	if (!open)
		return apply(m, n, f, v, 1);
	if (b && str_eq(b->name, STR("all")) && decided(m, n, f, v, 1, false))
		return feel_bool(false);
	if (b && str_eq(b->name, STR("any")) && decided(m, n, f, v, 1, true))
		return feel_bool(true);
	return missing_join(m, v, n->n);
}

static struct feel_value list(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value *items = machine_alloc(m, n->n, sizeof *items);
	for (size_t i = 0; i < n->n; i++)
		items[i] = missing_eval(m, n->kids[i], f);
	return feel_list(items, n->n);
}

/* Entries see those before them; what nobody asks for is not demanded. */
static struct feel_value entries(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = { .kind = FEEL_CONTEXT };
	struct feel_value *values = machine_alloc(m, n->n, sizeof *values);
	struct frame own = { .up = f, .names = n->names, .values = values };
	for (size_t i = 0; i < n->n; i++) {
		values[i] = missing_eval(m, n->kids[i], &own);
		own.n = i + 1;
	}
	if (n->kind == N_BOX)
		return values[n->n - 1];
	v.context.keys = n->names;
	v.context.values = values;
	v.context.n = n->n;
	return v;
}

static struct feel_value typed(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = missing_eval(m, n->kids[0], f);
	if (missing_open(m, &v))
		return missing_join(m, &v, 1);
	if (machine_fit(m, &v, n->type))
		return v;
	machine_trouble(m, "dmn.type", n->pos, 0);
	return feel_null();
}

static struct feel_value eval(struct machine *m, const struct node *n, const struct frame *f)
{
	switch (n->kind) {
	case N_LITERAL: return n->value;
	case N_NAME: return fact(m, n, f);
	case N_PATH: return missing_root(n)->kind == N_NAME ? fact(m, n, f) : path(m, n, f);
	case N_AND: case N_OR: return logic(m, n, f);
	case N_IF: return branch(m, n, f);
	case N_IN: return in(m, n, f);
	case N_BETWEEN: return between(m, n, f);
	case N_SOME: case N_EVERY: return quantified(m, n, f);
	case N_FOR: return loop(m, n, f);
	case N_FILTER: return filter(m, n, f);
	case N_CALL: return call(m, n, f);
	case N_LIST: case N_TESTS: return list(m, n, f);
	case N_CONTEXT: case N_BOX: return entries(m, n, f);
	case N_TYPED: return typed(m, n, f);
	case N_TABLE: return missing_table(m, n->table, f);
	case N_FUNCTION: case N_SPAN: case N_ANY: return machine_eval(m, n, f);
	default: return strict(m, n, f);
	}
}

struct feel_value missing_eval(struct machine *m, const struct node *n, const struct frame *f)
{
	machine_step(m, 1);
	if (++m->depth > MACHINE_DEPTH)
		machine_limit(m, "feel.depth", "the expression calls itself too deeply");
	struct feel_value v = eval(m, n, f);
	m->depth--;
	return v;
}

static struct result run(struct machine *m, const struct feel_expr *e, struct missing *x)
{
	if (setjmp(m->bail))
		return m->failed;
	struct feel_value v = missing_eval(m, e->root, NULL);
	missing_demand(m, x, &v);
	return ok();
}

struct result feel_missing(const struct feel_expr *e, const struct feel_scope *s, struct arena *a,
                           const struct feel_value **ret, const struct str **ret_names,
                           size_t *ret_n, struct err *err)
{
	struct machine m;
	struct missing x = { 0 };
	const struct feel_value *v = NULL;
	machine_init(&m, s, a, err);
	m.partial = true;
	TRY(run(&m, e, &x));
	if (ret)
		TRY(feel_eval(e, s, a, &v, err));
	if (ret)
		*ret = v;
	*ret_names = x.list;
	*ret_n = x.n;
	return ok();
}

void machine_trouble(struct machine *m, const char *code, uint32_t line, uint32_t column)
{
	struct troubles *x = m->troubles;
	if (!x || x->n == MACHINE_TROUBLES)
		return;
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 8;
		struct trouble *list_ = machine_alloc(m, cap, sizeof *list_);
		if (x->n)
			memcpy(list_, x->list, x->n * sizeof *list_);
		x->list = list_;
		x->cap = cap;
	}
	x->list[x->n++] = (struct trouble){ code, x->element, line ? line : x->line, column };
}
