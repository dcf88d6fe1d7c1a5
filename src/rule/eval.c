/* The evaluator: walks the compiled tree (DMN 1.5 §10.3.2.13). What has the
 * wrong type gives null; only an exhausted limit is an error. */
#include "rule/machine.h"

#include "rule/builtin.h"
#include "rule/why_log.h"
#include "rule/temporal.h"

void machine_init(struct machine *m, const struct feel_scope *s, struct arena *a, struct err *err)
{
	*m = (struct machine){ .a = a, .scope = s, .err = err, .bytes = MACHINE_BYTES,
		.steps = s->max_steps ? s->max_steps : MACHINE_STEPS };
}

/* Shared parts count each time they are met. */
static void measure(struct machine *m, const struct feel_value *v, uint32_t *left, int depth)
{
	if (!*left || depth > MACHINE_NESTING)
		machine_limit(m, "feel.result", "the result is too large or nested too deeply");
	--*left;
	size_t n = v->kind == FEEL_LIST ? v->list.n : v->kind == FEEL_CONTEXT ? v->context.n : 0;
	const struct feel_value *kids = v->kind == FEEL_LIST ? v->list.items : v->context.values;
	for (size_t i = 0; i < n; i++)
		measure(m, &kids[i], left, depth + 1);
	if (v->kind == FEEL_RANGE) {
		measure(m, &v->range->low, left, depth + 1);
		measure(m, &v->range->high, left, depth + 1);
	}
}

void machine_measure(struct machine *m, const struct feel_value *v)
{
	uint32_t left = MACHINE_RESULT_NODES;
	measure(m, v, &left, 0);
}

void machine_limit(struct machine *m, const char *code, const char *what)
{
	m->failed = fail(m->err, ERR_LIMIT, code, NULL, "%s", what);
	longjmp(m->bail, 1);
}

void *machine_alloc(struct machine *m, size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n) || n > m->bytes || n > arena_left(m->a))
		machine_limit(m, "feel.memory", "the expression takes too much memory");
	m->bytes -= n;
	return arena_alloc(m->a, n);
}

struct str machine_str(struct machine *m, struct str s)
{
	machine_step(m, s.n / 64);
	char *p = machine_alloc(m, s.n + 1, 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return str_of(p, s.n);
}

void values_push(struct machine *m, struct values *v, struct feel_value x)
{
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 8;
		struct feel_value *p = machine_alloc(m, cap, sizeof *p);
		if (v->n)
			memcpy(p, v->p, v->n * sizeof *p);
		v->p = p;
		v->cap = cap;
	}
	v->p[v->n++] = x;
}

enum feel_truth machine_equal(struct machine *m, const struct feel_value *x,
                              const struct feel_value *y)
{
	enum feel_truth t = value_equal(x, y, &m->steps);
	if (!m->steps)
		machine_limit(m, "feel.steps", "the expression takes too many steps");
	return t;
}

/* Copies the names a function closes over, which lie on the C stack. */
static const struct frame *keep_frame(struct machine *m, const struct frame *f)
{
	if (!f || f->kept)
		return f;
	struct frame *k = machine_alloc(m, 1, sizeof *k);
	*k = *f;
	k->kept = true;
	k->up = keep_frame(m, f->up);
	if (f->n) {
		struct feel_value *values = machine_alloc(m, f->n, sizeof *values);
		memcpy(values, f->values, f->n * sizeof *values);
		k->values = values;
	}
	if (f->item) {
		struct feel_value *item = machine_alloc(m, 1, sizeof *item);
		*item = *f->item;
		k->item = item;
	}
	return k;
}

static const struct feel_value *frame_find(struct machine *m, const struct frame *f, struct str name)
{
	for (; f; f = f->up) {
		for (size_t i = f->n; i > 0; i--)
			if (f->names[i - 1].n == name.n && memcmp(f->names[i - 1].p, name.p, name.n) == 0)
				return f->fetch ? f->fetch(m, f->fetcher, i - 1) : &f->values[i - 1];
		if (f->item) {
			const struct feel_value *v = feel_get(f->item, name);
			if (v)
				return v;
			if (str_eq(name, STR("item")))
				return f->item;
		}
	}
	return NULL;
}

const struct feel_value *machine_name(struct machine *m, const struct frame *f, struct str name)
{
	const struct feel_value *v = frame_find(m, f, name);
	return v ? v : feel_get(m->scope->names, name);
}

static struct feel_value function_value(struct machine *m, struct feel_function fn)
{
	struct feel_function *p = machine_alloc(m, 1, sizeof *p);
	*p = fn;
	return (struct feel_value){ .kind = FEEL_FUNCTION, .function = p };
}

static struct feel_value eval_name(struct machine *m, const struct node *n, const struct frame *f)
{
	const struct feel_value *v = machine_name(m, f, n->name);
	if (v)
		return *v;
	const struct builtin *b = n->fact ? NULL : builtin_find(n->name);
	if (b)
		return function_value(m, (struct feel_function){ .kind = FN_BUILTIN, .builtin = b });
	return feel_null();
}

static struct feel_value property(struct machine *m, const struct feel_value *v, struct str name,
                                  int depth)
{
	struct feel_value r = feel_null();
	if (v->kind == FEEL_CONTEXT) {
		const struct feel_value *found = feel_get(v, name);
		return found ? *found : r;
	}
	if (v->kind == FEEL_LIST && depth < MACHINE_NESTING) {
		struct feel_value *items = machine_alloc(m, v->list.n, sizeof *items);
		machine_step(m, v->list.n);
		for (size_t i = 0; i < v->list.n; i++)
			items[i] = property(m, &v->list.items[i], name, depth + 1);
		return feel_list(items, v->list.n);
	}
	if (v->kind == FEEL_RANGE)
		return range_property(v->range, name);
	temporal_property(v, name, &r);
	return r;
}

struct feel_value machine_property(struct machine *m, const struct feel_value *v, struct str name)
{
	return property(m, v, name, 0);
}

static struct feel_value eval_path(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = machine_eval(m, n->kids[0], f);
	return property(m, &v, n->name, 0);
}

static struct feel_value eval_logic(struct machine *m, const struct node *n, const struct frame *f)
{
	enum feel_truth decides = n->kind == N_AND ? FEEL_FALSE : FEEL_TRUE;
	struct feel_value x = machine_eval(m, n->kids[0], f);
	enum feel_truth tx = value_truth(&x);
	if (tx == decides)
		return x;
	struct feel_value y = machine_eval(m, n->kids[1], f);
	return truth_value(n->kind == N_AND ? truth_and(tx, value_truth(&y))
	                                    : truth_or(tx, value_truth(&y)));
}

static struct feel_value eval_compare(struct machine *m, const struct node *n,
                                      const struct feel_value *x, const struct feel_value *y)
{
	int c;
	if (n->kind == N_EQ)
		return truth_value(machine_equal(m, x, y));
	if (n->kind == N_NE)
		return truth_value(truth_not(machine_equal(m, x, y)));
	if (!feel_order(x, y, &c))
		return feel_null();
	return feel_bool(n->kind == N_LT ? c < 0 : n->kind == N_LE ? c <= 0 : n->kind == N_GT ? c > 0
	                                                                                      : c >= 0);
}

static struct feel_value eval_binary(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value x = machine_eval(m, n->kids[0], f);
	struct feel_value y = machine_eval(m, n->kids[1], f);
	switch (n->kind) {
	case N_ADD: return operator_add(m, &x, &y);
	case N_SUB: return operator_sub(&x, &y);
	case N_MUL: return operator_mul(&x, &y);
	case N_DIV: return operator_div(&x, &y);
	case N_POW: return operator_pow(&x, &y);
	default: return eval_compare(m, n, &x, &y);
	}
}

static struct feel_value eval_between(struct machine *m, const struct node *n, const struct frame *f)
{
	int low, high;
	struct feel_value x = machine_eval(m, n->kids[0], f);
	struct feel_value a = machine_eval(m, n->kids[1], f), b = machine_eval(m, n->kids[2], f);
	enum feel_truth above = feel_order(&x, &a, &low) ? (low >= 0 ? FEEL_TRUE : FEEL_FALSE)
	                                                 : FEEL_UNKNOWN;
	enum feel_truth below = feel_order(&x, &b, &high) ? (high <= 0 ? FEEL_TRUE : FEEL_FALSE)
	                                                  : FEEL_UNKNOWN;
	return truth_value(truth_and(above, below));
}

static struct feel_value eval_if(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value c = machine_eval(m, n->kids[0], f);
	if (n->strict && c.kind != FEEL_BOOL && c.kind != FEEL_NULL) {
		machine_trouble(m, "dmn.condition", n->pos, 0);
		return feel_null();
	}
	return machine_eval(m, n->kids[feel_true(&c) ? 1 : 2], f);
}

static struct feel_value eval_list(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value *items = machine_alloc(m, n->n, sizeof *items);
	for (size_t i = 0; i < n->n; i++)
		items[i] = machine_eval(m, n->kids[i], f);
	return feel_list(items, n->n);
}

static struct feel_value eval_context(struct machine *m, const struct node *n,
                                      const struct frame *f)
{
	struct feel_value v = { .kind = FEEL_CONTEXT };
	struct feel_value *values = machine_alloc(m, n->n, sizeof *values);
	struct frame own = { .up = f, .names = n->names, .values = values };
	for (size_t i = 0; i < n->n; i++) {
		values[i] = machine_eval(m, n->kids[i], &own);
		own.n = i + 1;
	}
	v.context.keys = n->names;
	v.context.values = values;
	v.context.n = n->n;
	return v;
}

/* The last kid sees all entries and is the value. */
static struct feel_value eval_box(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value *values = machine_alloc(m, n->n, sizeof *values);
	struct frame own = { .up = f, .names = n->names, .values = values };
	for (size_t i = 0; i < n->n; i++) {
		values[i] = machine_eval(m, n->kids[i], &own);
		own.n = i + 1;
	}
	return values[n->n - 1];
}

static struct feel_value eval_typed(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v = machine_eval(m, n->kids[0], f);
	if (machine_fit(m, &v, n->type))
		return v;
	machine_trouble(m, "dmn.type", n->pos, 0);
	return feel_null();
}

static struct feel_value range_value(struct machine *m, struct feel_range r)
{
	struct feel_range *p = machine_alloc(m, 1, sizeof *p);
	*p = r;
	return (struct feel_value){ .kind = FEEL_RANGE, .range = p };
}

static struct feel_value eval_range(struct machine *m, const struct node *n, const struct frame *f)
{
	int c;
	struct feel_range r = { .low_closed = n->low_closed, .high_closed = n->high_closed };
	r.low = machine_eval(m, n->kids[0], f);
	r.high = machine_eval(m, n->kids[1], f);
	bool one_sided = r.low.kind == FEEL_NULL || r.high.kind == FEEL_NULL;
	if (!one_sided && (!feel_order(&r.low, &r.high, &c)))
		return feel_null();
	return range_value(m, r);
}

/* A unary test as a value: (< 5) is (null..5). */
static struct feel_value eval_test(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_range r = { .op = FEEL_RANGE_BOUND };
	struct feel_value v = machine_eval(m, n->kids[0], f);
	if (n->op == '<' || n->op == 'l') {
		r.high = v;
		r.high_closed = n->op == 'l';
	} else if (n->op == '>' || n->op == 'g') {
		r.low = v;
		r.low_closed = n->op == 'g';
	} else {
		r.op = n->op == '=' ? FEEL_RANGE_EQUAL : FEEL_RANGE_OTHER;
		r.low = r.high = v;
		r.low_closed = r.high_closed = n->op == '=';
	}
	return range_value(m, r);
}

/* A group of tests outside "in": the list of what it names. */
static struct feel_value eval_tests(struct machine *m, const struct node *n, const struct frame *f)
{
	return eval_list(m, n, f);
}

static struct feel_value eval_in(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value x = machine_eval(m, n->kids[0], f);
	return truth_value(machine_test(m, n->kids[1], f, &x));
}

/* Allowed values do not count here (DMN 1.5 §10.3.2.9.2, as the conformance kit
 * reads it): 256 is an instance of a number type that allows 0 to 255. */
static struct feel_value instance_of(struct machine *m, const struct feel_value *v,
                                     const struct type *t)
{
	m->shape_only = true;
	bool is = machine_is_type(m, v, t, 0);
	m->shape_only = false;
	return feel_bool(is);
}

static struct feel_value eval_call(struct machine *m, const struct node *n, const struct frame *f);

static struct feel_value eval_node(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value v;
	switch (n->kind) {
	case N_LITERAL: return n->value;
	case N_NAME: return eval_name(m, n, f);
	case N_PATH: return eval_path(m, n, f);
	case N_FILTER: return loop_filter(m, n, f);
	case N_NEG:
		v = machine_eval(m, n->kids[0], f);
		return operator_neg(&v);
	case N_AND: case N_OR: return eval_logic(m, n, f);
	case N_BETWEEN: return eval_between(m, n, f);
	case N_IN: return eval_in(m, n, f);
	case N_INSTANCE:
		v = machine_eval(m, n->kids[0], f);
		return instance_of(m, &v, n->type);
	case N_IF: return eval_if(m, n, f);
	case N_FOR: return loop_for(m, n, f);
	case N_SOME: case N_EVERY: return loop_quantified(m, n, f);
	case N_FUNCTION:
		return function_value(m, (struct feel_function){ .kind = FN_CLOSURE, .node = n,
			.env = keep_frame(m, f), .params = n->names, .types = n->types,
			.nparams = n->nnames });
	case N_CALL: return eval_call(m, n, f);
	case N_LIST: return eval_list(m, n, f);
	case N_CONTEXT: return eval_context(m, n, f);
	case N_RANGE: return eval_range(m, n, f);
	case N_TEST: return eval_test(m, n, f);
	case N_TESTS: return eval_tests(m, n, f);
	case N_BOX: return eval_box(m, n, f);
	case N_TYPED: return eval_typed(m, n, f);
	case N_TABLE: return table_value(m, n->table, f);
	case N_SPAN: case N_ANY: return feel_null();
	default: return eval_binary(m, n, f);
	}
}

struct feel_value machine_eval(struct machine *m, const struct node *n, const struct frame *f)
{
	machine_step(m, 1);
	if (n->kind == N_LITERAL)
		return n->value;
	if (++m->depth > MACHINE_DEPTH)
		machine_limit(m, "feel.depth", "the expression calls itself too deeply");
	struct feel_value v = m->why && why_worth(n) ? why_eval(m, n, f, eval_node) : eval_node(m, n, f);
	m->depth--;
	return v;
}

/* Arguments by name, put in the order of the parameters; a missing one is null. */
static bool place_arguments(const struct feel_function *fn, const struct node *n,
                            const struct feel_value *args, struct feel_value *placed)
{
	for (size_t i = 0; i < fn->nparams; i++)
		placed[i] = feel_null();
	for (size_t i = 0; i < n->nnames; i++) {
		size_t k = 0;
		while (k < fn->nparams && !str_eq(fn->params[k], n->names[i]))
			k++;
		if (k == fn->nparams)
			return false;
		placed[k] = args[i];
	}
	return n->open || n->nnames == fn->nparams;
}

static struct feel_value eval_call(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value few[4], *args = few;
	size_t nargs = n->n - 1;
	if (nargs > sizeof few / sizeof *few)
		args = machine_alloc(m, nargs, sizeof *args);
	const struct builtin *b = n->builtin;
	struct feel_value fn = b ? feel_null() : machine_eval(m, n->kids[0], f);
	for (size_t i = 0; i < nargs; i++)
		args[i] = machine_eval(m, n->kids[i + 1], f);
	if (!b && fn.kind == FEEL_FUNCTION && fn.function->kind == FN_BUILTIN)
		b = fn.function->builtin;
	if (fn.kind != FEEL_FUNCTION && n->kids[0]->kind == N_NAME)
		b = builtin_find(n->kids[0]->name); /* a fact may be called "date", too */
	if (b)
		return n->names ? builtin_call_named(m, b, n->names, args, nargs)
		                : builtin_call(m, b, args, nargs);
	if (fn.kind != FEEL_FUNCTION)
		return feel_null();
	if (n->names || n->open) {
		struct feel_value *placed = machine_alloc(m, fn.function->nparams, sizeof *placed);
		if (!place_arguments(fn.function, n, args, placed))
			return feel_null();
		args = placed;
		nargs = fn.function->nparams;
	}
	return machine_call(m, &fn, args, nargs);
}

bool machine_fit(struct machine *m, struct feel_value *v, const struct type *t)
{
	const struct type *base = type_base(t);
	if (!t || v->kind == FEEL_NULL || machine_is_type(m, v, t, 0))
		return true;
	if (!base)
		return false;
	if (v->kind == FEEL_LIST && v->list.n == 1 && base->kind != TYPE_LIST) {
		*v = v->list.items[0];
		return machine_is_type(m, v, t, 0);
	}
	if (base->kind == TYPE_LIST && v->kind != FEEL_LIST) {
		struct feel_value *item = machine_alloc(m, 1, sizeof *item);
		*item = *v;
		*v = feel_list(item, 1);
		return machine_is_type(m, v, t, 0);
	}
	if (base->kind == TYPE_DATE_TIME && v->kind == FEEL_DATE) {
		v->kind = FEEL_DATE_TIME;
		v->moment.zone_kind = FEEL_ZONE_OFFSET;
		return machine_is_type(m, v, t, 0);
	}
	return false;
}

struct feel_value machine_call(struct machine *m, const struct feel_value *fn,
                               const struct feel_value *args, size_t n)
{
	if (fn->kind != FEEL_FUNCTION)
		return feel_null();
	const struct feel_function *fun = fn->function;
	if (fun->kind == FN_BUILTIN)
		return builtin_call(m, fun->builtin, args, n);
	if (fun->kind == FN_NATIVE) {
		struct feel_call call = { m->a, m->scope, fun->context };
		machine_step(m, 10);
		return n == fun->nparams ? fun->native(&call, args, n) : feel_null();
	}
	if (n != fun->nparams || (fun->kind == FN_CLOSURE && !fun->node->n))
		return feel_null();
	struct feel_value *fitted = machine_alloc(m, n, sizeof *fitted);
	for (size_t i = 0; i < n; i++) {
		fitted[i] = args[i];
		const struct type *type = fun->types ? fun->types[i] : NULL;
		if (!machine_fit(m, &fitted[i], type)) {
			machine_trouble(m, "dmn.argument", 0, (uint32_t)i);
			return feel_null();
		}
	}
	if (fun->kind == FN_SERVICE)
		return fun->service(m, fun->context, fitted);
	struct frame own = { .up = fun->env, .names = fun->params, .values = fitted, .n = n };
	return machine_eval(m, fun->node->kids[0], &own);
}

struct feel_value feel_native_value(struct arena *a, feel_native *fn, void *context,
                                    const struct str *params, size_t nparams)
{
	struct feel_function *f = ARENA_NEW(a, struct feel_function);
	*f = (struct feel_function){ .kind = FN_NATIVE, .native = fn, .context = context,
		.params = params, .nparams = nparams };
	return (struct feel_value){ .kind = FEEL_FUNCTION, .function = f };
}
