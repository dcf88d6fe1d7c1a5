/* Cells for the table checker: a test as a small tree over constants, and the
 * pieces of its input on which it is true, false or null. The truths are those of
 * the machine (eval_loop.c: machine_test), so "holds" means what it means later:
 * not(5) holds for null, not(< 5) does not. */
#include "rule/table_check_parts.h"

#include "rule/builtin.h"

enum { FORM_DEPTH = 60 };

void set_fill(uint64_t *s, size_t from, size_t to)
{
	for (; from < to && from % SET_BITS; from++)
		set_put(s, from);
	for (; from + SET_BITS <= to; from += SET_BITS)
		s[from / SET_BITS] = UINT64_MAX;
	for (; from < to; from++)
		set_put(s, from);
}

bool set_meets(const uint64_t *x, const uint64_t *y, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (x[i] & y[i])
			return true;
	return false;
}

bool set_within(const uint64_t *x, const uint64_t *y, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (x[i] & ~y[i])
			return false;
	return true;
}

bool set_empty(const uint64_t *x, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (x[i])
			return false;
	return true;
}

/* Built-ins whose result hangs on the clock. */
static bool reads_clock(const struct node *n)
{
	static const struct str names[] = {
		STR_INIT("today"), STR_INIT("now"), STR_INIT("age"), STR_INIT("legal age"),
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(n->builtin->name, names[i]))
			return true;
	return false;
}

static bool made_of_constants(const struct node *n, int depth)
{
	if (!n || depth > FORM_DEPTH)
		return false;
	switch (n->kind) {
	case N_LITERAL: return true;
	case N_NEG: case N_ADD: case N_SUB: case N_MUL: case N_DIV: case N_POW: case N_LIST: case N_RANGE:
		break;
	case N_CALL:
		if (!n->builtin || reads_clock(n))
			return false;
		break;
	default: return false;
	}
	for (size_t i = n->kind == N_CALL ? 1 : 0; i < n->n; i++)
		if (!made_of_constants(n->kids[i], depth + 1))
			return false;
	return true;
}

bool check_constant(struct check *c, const struct node *n, struct feel_value *ret)
{
	struct feel_scope scope = { .max_steps = CHECK_CONSTANT_STEPS };
	struct err err;
	if (!made_of_constants(n, 0))
		return false;
	if (n->kind == N_LITERAL) {
		*ret = n->value;
		return true;
	}
	struct machine *m = ARENA_NEW(c->scratch, struct machine);
	machine_init(m, &scope, c->scratch, &err);
	if (setjmp(m->bail))
		return false;
	*ret = machine_eval(m, n, NULL);
	return true;
}

static struct form *form_new(struct check *c, enum form_kind k)
{
	struct form *f = ARENA_NEW(c->scratch, struct form);
	f->kind = k;
	return f;
}

static struct form *form_pair(struct check *c, enum form_kind k, const struct form *x,
                              const struct form *y)
{
	struct form *f = form_new(c, k);
	f->kids = ARENA_ARRAY(c->scratch, const struct form *, 2);
	f->kids[f->n++] = x;
	if (y)
		f->kids[f->n++] = y;
	return f;
}

static const struct form *form_compare(struct check *c, char op, const struct node *operand)
{
	struct form *f = form_new(c, FORM_COMPARE);
	f->op = op;
	return check_constant(c, operand, &f->value) ? f : form_new(c, FORM_OPAQUE);
}

static const struct form *form_build(struct check *c, const struct node *n, int depth);

static bool is_input(const struct node *n)
{
	return n->kind == N_NAME && str_eq(n->name, STR("?"));
}

/* ? < 5, and 5 > ? the other way round. */
static const struct form *form_relation(struct check *c, const struct node *n)
{
	static const struct { enum node_kind kind; char op, turned; } ops[] = {
		{ N_EQ, '=', '=' }, { N_NE, '!', '!' }, { N_LT, '<', '>' }, { N_LE, 'l', 'g' },
		{ N_GT, '>', '<' }, { N_GE, 'g', 'l' },
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (n->kind == ops[i].kind && is_input(n->kids[0]))
			return form_compare(c, ops[i].op, n->kids[1]);
		else if (n->kind == ops[i].kind && is_input(n->kids[1]))
			return form_compare(c, ops[i].turned, n->kids[0]);
	return form_new(c, FORM_OPAQUE);
}

/* An expression that reads "?": its value is the truth. */
static const struct form *form_condition(struct check *c, const struct node *n, int depth)
{
	if (is_input(n))
		return form_new(c, FORM_SELF);
	switch (n->kind) {
	case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE:
		return form_relation(c, n);
	case N_AND: case N_OR:
		if (!n->kids[0]->asks_input || !n->kids[1]->asks_input || depth > FORM_DEPTH)
			break;
		return form_pair(c, n->kind == N_AND ? FORM_AND : FORM_OR,
		                 form_condition(c, n->kids[0], depth + 1),
		                 form_condition(c, n->kids[1], depth + 1));
	case N_BETWEEN:
		if (is_input(n->kids[0]))
			return form_pair(c, FORM_AND, form_compare(c, 'g', n->kids[1]),
			                 form_compare(c, 'l', n->kids[2]));
		break;
	case N_IN:
		if (is_input(n->kids[0]) && n->n == 2 && !n->kids[1]->asks_input)
			return form_build(c, n->kids[1], depth + 1);
		break;
	case N_CALL:
		if (n->builtin && str_eq(n->builtin->name, STR("not")) && n->n == 2 &&
		    n->kids[1]->asks_input && depth <= FORM_DEPTH)
			return form_pair(c, FORM_NOT, form_condition(c, n->kids[1], depth + 1), NULL);
		break;
	default: break;
	}
	return form_new(c, FORM_OPAQUE);
}

static const struct form *form_tests(struct check *c, const struct node *n, int depth)
{
	struct form *any = form_new(c, FORM_OR);
	any->kids = ARENA_ARRAY(c->scratch, const struct form *, n->n);
	for (size_t i = 0; i < n->n; i++)
		any->kids[any->n++] = form_build(c, n->kids[i], depth + 1);
	return n->negate ? form_pair(c, FORM_NOT, any, NULL) : any;
}

static const struct form *form_build(struct check *c, const struct node *n, int depth)
{
	struct form *f = form_new(c, FORM_MEMBER);
	if (depth > FORM_DEPTH)
		return form_new(c, FORM_OPAQUE);
	if (n->kind == N_ANY)
		return form_new(c, FORM_ANY);
	if (n->kind == N_TESTS)
		return form_tests(c, n, depth);
	if (n->kind == N_TEST)
		return form_compare(c, n->op, n->kids[0]);
	if (n->asks_input)
		return form_condition(c, n, depth);
	return check_constant(c, n, &f->value) ? f : form_new(c, FORM_OPAQUE);
}

const struct form *form_of(struct check *c, const struct node *n)
{
	return n ? form_build(c, n, 0) : form_new(c, FORM_ANY);
}

static void range_constants(const struct feel_range *r, form_visit *visit, void *user)
{
	bool equals = r->op == FEEL_RANGE_EQUAL;
	visit(user, &r->low, equals);
	visit(user, &r->high, equals);
}

void form_constants(const struct form *f, form_visit *visit, void *user)
{
	const struct feel_value *v = &f->value;
	for (size_t i = 0; i < f->n; i++)
		form_constants(f->kids[i], visit, user);
	if (f->kind == FORM_COMPARE) {
		visit(user, v, f->op == '=');
	} else if (f->kind == FORM_MEMBER && v->kind == FEEL_RANGE) {
		range_constants(v->range, visit, user);
	} else if (f->kind == FORM_MEMBER && v->kind == FEEL_LIST) {
		for (size_t i = 0; i < v->list.n; i++)
			if (v->list.items[i].kind == FEEL_RANGE)
				range_constants(v->list.items[i].range, visit, user);
			else
				visit(user, &v->list.items[i], true);
	} else if (f->kind == FORM_MEMBER) {
		visit(user, v, true);
	}
}

/* Possible truths. */
static struct truths truths_new(struct check *c, const struct axis *x)
{
	size_t words = set_words(x->npieces);
	struct truths t;
	t.yes = ARENA_ARRAY(c->scratch, uint64_t, words);
	t.no = ARENA_ARRAY(c->scratch, uint64_t, words);
	t.open = ARENA_ARRAY(c->scratch, uint64_t, words);
	return t;
}

static void everywhere(const struct axis *x, uint64_t *set)
{
	set_fill(set, 0, x->npieces);
}

static void opaque(const struct axis *x, struct truths *t)
{
	everywhere(x, t->yes);
	everywhere(x, t->no);
	everywhere(x, t->open);
}

/* True on the pieces [from, to) of a line, false on the rest of it; null elsewhere. */
static void on_line(const struct axis *x, const struct line *l, size_t from, size_t to,
                    struct truths *t)
{
	size_t end = l->first + 2 * l->npoints + 1;
	if (from > to)
		to = from;
	set_fill(t->open, 0, l->first);
	set_fill(t->no, l->first, from);
	set_fill(t->yes, from, to);
	set_fill(t->no, to, end);
	set_fill(t->open, end, x->npieces);
}

static void equal_truths(const struct axis *x, const struct feel_value *v, struct truths *t)
{
	const struct line *l = line_of(x, v->kind);
	if (v->kind == FEEL_NULL) {
		set_put(t->yes, PIECE_NULL);
		set_fill(t->no, PIECE_NULL + 1, x->npieces);
	} else if (!l || l->mixed) {
		opaque(x, t);
	} else {
		size_t point = l->first + points_piece(l->points, l->npoints, v);
		on_line(x, l, point, point + 1, t);
		t->open[0] &= ~(uint64_t)1;
		set_put(t->no, PIECE_NULL);
	}
}

static void swap(struct truths *t)
{
	uint64_t *yes = t->yes;
	t->yes = t->no;
	t->no = yes;
}

static void order_truths(const struct axis *x, char op, const struct feel_value *v, struct truths *t)
{
	const struct line *l = line_of(x, v->kind);
	if (v->kind == FEEL_NULL || v->kind == FEEL_BOOL) { /* no order */
		everywhere(x, t->open);
	} else if (!l || l->mixed) {
		opaque(x, t);
	} else {
		size_t point = l->first + points_piece(l->points, l->npoints, v), end = l->first + 2 * l->npoints + 1;
		if (op == '<' || op == 'l')
			on_line(x, l, l->first, point + (op == 'l'), t);
		else
			on_line(x, l, point + (op == '>'), end, t);
	}
}

static void compare_truths(const struct axis *x, char op, const struct feel_value *v,
                           struct truths *t)
{
	if (op != '=' && op != '!') {
		order_truths(x, op, v, t);
		return;
	}
	equal_truths(x, v, t);
	if (op == '!')
		swap(t);
}

/* As feel_in_range has it. */
static void range_truths(const struct axis *x, const struct feel_range *r, struct truths *t)
{
	bool low = r->low.kind != FEEL_NULL, high = r->high.kind != FEEL_NULL;
	if (r->op == FEEL_RANGE_EQUAL || r->op == FEEL_RANGE_OTHER) {
		compare_truths(x, r->op == FEEL_RANGE_EQUAL ? '=' : '!', &r->low, t);
	} else if (!low && !high) {
		everywhere(x, t->open);
	} else if (!low || !high) {
		if (r->op != FEEL_RANGE_BOUND)
			everywhere(x, t->open);
		else
			order_truths(x, low ? r->low_closed ? 'g' : '>' : r->high_closed ? 'l' : '<',
			             low ? &r->low : &r->high, t);
	} else {
		const struct line *l = line_of(x, r->low.kind);
		if (!l || l->mixed || r->low.kind != r->high.kind || r->low.kind == FEEL_BOOL)
			opaque(x, t);
		else
			on_line(x, l, l->first + points_piece(l->points, l->npoints, &r->low) + !r->low_closed,
			        l->first + points_piece(l->points, l->npoints, &r->high) + r->high_closed, t);
	}
}

/* In a list: true for one of its items, else false. */
static void list_truths(struct check *c, const struct axis *x, const struct feel_value *v,
                        struct truths *t)
{
	size_t words = set_words(x->npieces);
	for (size_t i = 0; i < v->list.n; i++) {
		const struct feel_value *item = &v->list.items[i];
		struct truths one = truths_new(c, x);
		if (item->kind == FEEL_RANGE)
			range_truths(x, item->range, &one);
		else
			equal_truths(x, item, &one);
		for (size_t w = 0; w < words; w++)
			t->yes[w] |= one.yes[w];
	}
	everywhere(x, t->no);
	for (size_t w = 0; w < words; w++)
		t->no[w] &= ~t->yes[w];
}

static void member_truths(struct check *c, const struct axis *x, const struct feel_value *v,
                          struct truths *t)
{
	if (v->kind == FEEL_RANGE)
		range_truths(x, v->range, t);
	else if (v->kind == FEEL_LIST)
		list_truths(c, x, v, t);
	else
		equal_truths(x, v, t);
}

static void self_truths(const struct axis *x, struct truths *t)
{
	const struct line *l = line_of(x, FEEL_BOOL);
	struct feel_value yes = feel_bool(true);
	if (!l) {
		opaque(x, t);
		return;
	}
	size_t point = l->first + points_piece(l->points, l->npoints, &yes);
	on_line(x, l, point, point + 1, t);
}

/* a or b; and the same with yes and no exchanged is a and b. */
static void either(struct truths *a, const struct truths *b, size_t words)
{
	for (size_t w = 0; w < words; w++) {
		uint64_t no = a->no[w] & b->no[w];
		a->open[w] = (a->open[w] & (b->open[w] | b->no[w])) | (a->no[w] & b->open[w]);
		a->yes[w] |= b->yes[w];
		a->no[w] = no;
	}
}

static void combine(struct check *c, const struct axis *x, const struct form *f, struct truths *t)
{
	bool both = f->kind == FORM_AND;
	everywhere(x, both ? t->yes : t->no);
	for (size_t i = 0; i < f->n; i++) {
		struct truths one;
		form_truths(c, x, f->kids[i], &one);
		if (both) {
			swap(t);
			swap(&one);
		}
		either(t, &one, set_words(x->npieces));
		if (both)
			swap(t);
	}
}

void form_truths(struct check *c, const struct axis *x, const struct form *f, struct truths *ret)
{
	struct truths t = truths_new(c, x);
	/* Of lists and contexts the axis has no pieces. */
	bool scalar = x->kind < FEEL_LIST;
	switch (scalar || f->kind == FORM_ANY ? f->kind : FORM_OPAQUE) {
	case FORM_ANY: everywhere(x, t.yes); break;
	case FORM_OPAQUE: opaque(x, &t); break;
	case FORM_COMPARE: compare_truths(x, f->op, &f->value, &t); break;
	case FORM_MEMBER: member_truths(c, x, &f->value, &t); break;
	case FORM_SELF: self_truths(x, &t); break;
	case FORM_AND: case FORM_OR: combine(c, x, f, &t); break;
	case FORM_NOT:
		form_truths(c, x, f->kids[0], &t);
		swap(&t);
		break;
	}
	*ret = t;
}
