/* Axes of the table checker: what values an input can have, what each cell leaves
 * of them, and which values no cell tells apart. Inputs that are the same
 * expression are one axis. */
#include "rule/table_check_parts.h"

#include <stdlib.h>

#include "base/map.h"
#include "rule/builtin.h"

/* Built-ins and what they can give. */
static const struct {
	struct str name;
	enum feel_kind kind;
	bool whole, from_zero;
} results[] = {
	{ STR_INIT("age"), FEEL_NUMBER, true, true }, { STR_INIT("legal age"), FEEL_NUMBER, true, true },
	{ STR_INIT("count"), FEEL_NUMBER, true, true },
	{ STR_INIT("string length"), FEEL_NUMBER, true, true },
	{ STR_INIT("day of year"), FEEL_NUMBER, true, true },
	{ STR_INIT("week of year"), FEEL_NUMBER, true, true },
	{ STR_INIT("fiscal year"), FEEL_NUMBER, true, false },
	{ STR_INIT("sqrt"), FEEL_NUMBER, false, true },
	{ STR_INIT("date"), FEEL_DATE, false, false }, { STR_INIT("time"), FEEL_TIME, false, false },
	{ STR_INIT("date and time"), FEEL_DATE_TIME, false, false },
	{ STR_INIT("fiscal year end"), FEEL_DATE, false, false },
	{ STR_INIT("string"), FEEL_STRING, false, false },
	{ STR_INIT("upper case"), FEEL_STRING, false, false },
	{ STR_INIT("lower case"), FEEL_STRING, false, false },
	{ STR_INIT("substring"), FEEL_STRING, false, false },
	{ STR_INIT("day of week"), FEEL_STRING, false, false },
	{ STR_INIT("month of year"), FEEL_STRING, false, false },
	{ STR_INIT("number"), FEEL_NUMBER, false, false },
	{ STR_INIT("contains"), FEEL_BOOL, false, false },
	{ STR_INIT("starts with"), FEEL_BOOL, false, false },
	{ STR_INIT("ends with"), FEEL_BOOL, false, false },
	{ STR_INIT("matches"), FEEL_BOOL, false, false },
	{ STR_INIT("list contains"), FEEL_BOOL, false, false },
	{ STR_INIT("not"), FEEL_BOOL, false, false }, { STR_INIT("all"), FEEL_BOOL, false, false },
	{ STR_INIT("any"), FEEL_BOOL, false, false },
	{ STR_INIT("years and months duration"), FEEL_MONTHS_DURATION, false, false },
};

static const enum feel_kind kind_of_type[] = {
	[TYPE_ANY] = FEEL_NULL, [TYPE_NULL] = FEEL_NULL, [TYPE_BOOL] = FEEL_BOOL,
	[TYPE_NUMBER] = FEEL_NUMBER, [TYPE_STRING] = FEEL_STRING, [TYPE_DATE] = FEEL_DATE,
	[TYPE_TIME] = FEEL_TIME, [TYPE_DATE_TIME] = FEEL_DATE_TIME,
	[TYPE_DAYS_DURATION] = FEEL_DAYS_DURATION, [TYPE_MONTHS_DURATION] = FEEL_MONTHS_DURATION,
	[TYPE_LIST] = FEEL_LIST, [TYPE_CONTEXT] = FEEL_CONTEXT, [TYPE_RANGE] = FEEL_RANGE,
	[TYPE_FUNCTION] = FEEL_FUNCTION,
};

/* What limits the values of an axis beside its kind. */
struct limits {
	const struct form *tests[4];
	size_t n;
	bool from_zero;
};

static void limits_add(struct limits *l, const struct form *f)
{
	if (l->n < sizeof l->tests / sizeof *l->tests)
		l->tests[l->n++] = f;
}

static struct form *form_value(struct check *c, char op, struct feel_value v)
{
	struct form *f = ARENA_NEW(c->scratch, struct form);
	f->kind = op ? FORM_COMPARE : FORM_MEMBER;
	f->op = op;
	f->value = v;
	return f;
}

static void infer(struct axis *x, const struct node *n, struct limits *l)
{
	switch (n->kind) {
	case N_LITERAL: x->kind = n->value.kind; return;
	case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: case N_AND: case N_OR:
	case N_BETWEEN: case N_IN: case N_INSTANCE: case N_SOME: case N_EVERY:
		x->kind = FEEL_BOOL;
		return;
	case N_CALL:
		for (size_t i = 0; n->builtin && i < sizeof results / sizeof *results; i++)
			if (str_eq(n->builtin->name, results[i].name)) {
				x->kind = results[i].kind;
				x->whole = results[i].whole;
				l->from_zero = results[i].from_zero;
			}
		return;
	default: return;
	}
}

static void declare(struct check *c, struct axis *x, const struct rule_input *in, struct limits *l)
{
	const struct type *base = type_base(in->type);
	if (base && kind_of_type[base->kind] != FEEL_NULL)
		x->kind = kind_of_type[base->kind];
	for (const struct type *t = in->type; t && t->kind == TYPE_NAMED; t = t->target)
		if (t->allowed)
			limits_add(l, form_of(c, t->allowed));
	if (in->values)
		limits_add(l, form_of(c, in->values->root));
	x->declared = x->kind != FEEL_NULL;
}

static void domain(struct check *c, struct axis *x, const struct table_domain *d, struct limits *l)
{
	if (d->kind != FEEL_NULL) {
		x->kind = d->kind;
		x->declared = true;
	}
	x->whole |= d->whole;
	x->named_null |= d->may_be_null;
	if (d->values)
		limits_add(l, form_value(c, 0, feel_list(d->values, d->n)));
	if (d->low)
		limits_add(l, form_value(c, 'g', *d->low));
	if (d->high)
		limits_add(l, form_value(c, 'l', *d->high));
}

struct gather {
	struct check *c;
	struct axis *x;
};

static void add_constant(void *user, const struct feel_value *v, bool equals)
{
	struct gather *g = user;
	g->x->named_null |= v->kind == FEEL_NULL && equals;
	line_add(g->c, g->x, v);
}

/* A limit names constants, but null in it says nothing of what comes. */
static void add_limit(void *user, const struct feel_value *v, bool equals)
{
	struct gather *g = user;
	(void)equals;
	line_add(g->c, g->x, v);
}

/* The row's cells of an axis as one key and one form. */
struct cells {
	struct map keys;
	const struct form **forms;
	size_t n, cap;
};

static bool same_axis(const struct check *c, const struct axis *x, size_t input)
{
	return str_eq(c->t->inputs[input].expr->source, x->expr->source);
}

static struct str row_key(struct check *c, const struct axis *x, const struct rule_row *row)
{
	struct str key = STR("");
	for (size_t i = x->column; i < c->t->ninputs; i++)
		if (same_axis(c, x, i) && row->when[i])
			key = key.n ? arena_printf(c->scratch, "%.*s\n%zu", STR_ARG(arena_join(c->scratch, key,
			              row->when[i]->source)), i) : row->when[i]->source;
	return key;
}

static const struct form *row_form(struct check *c, const struct axis *x, const struct rule_row *row)
{
	struct form *all = ARENA_NEW(c->scratch, struct form);
	all->kind = FORM_AND;
	all->kids = ARENA_ARRAY(c->scratch, const struct form *, c->t->ninputs);
	for (size_t i = x->column; i < c->t->ninputs; i++)
		if (same_axis(c, x, i) && row->when[i])
			all->kids[all->n++] = form_of(c, row->when[i]->root);
	return all->n == 1 ? all->kids[0] : all;
}

static void collect_cells(struct check *c, struct axis *x, struct cells *k)
{
	struct gather g = { c, x };
	map_init(&k->keys, c->scratch);
	x->row_cell = ARENA_ARRAY(c->scratch, uint32_t, c->t->nrows);
	k->forms = ARENA_ARRAY(c->scratch, const struct form *, c->t->nrows);
	for (size_t r = 0; r < c->t->nrows; r++) {
		struct str key = row_key(c, x, &c->t->rows[r]);
		uintptr_t known = (uintptr_t)map_get(&k->keys, key);
		if (!known) {
			k->forms[k->n] = row_form(c, x, &c->t->rows[r]);
			form_constants(k->forms[k->n], add_constant, &g);
			known = ++k->n;
			map_put(&k->keys, key, (void *)known);
		}
		x->row_cell[r] = (uint32_t)(known - 1);
	}
}

/* Gaps without a value, kinds that do not come, and what the limits exclude. */
static void cut_domain(struct check *c, struct axis *x, const struct limits *l)
{
	size_t words = set_words(x->npieces);
	struct feel_value v;
	x->inside = ARENA_ARRAY(c->scratch, uint64_t, words);
	for (size_t i = 0; i < x->nlines; i++) {
		const struct line *line = &x->lines[i];
		if (x->kind != FEEL_NULL && line->kind != x->kind)
			continue;
		for (size_t p = line->first; p <= line->first + 2 * line->npoints; p++)
			if (piece_value(c, x, p, &v))
				set_put(x->inside, p);
	}
	if (set_empty(x->inside, words))
		set_put(x->inside, PIECE_OTHER);
	for (size_t i = 0; i < l->n; i++) {
		struct truths t;
		form_truths(c, x, l->tests[i], &t);
		for (size_t w = 0; w < words; w++)
			x->inside[w] &= t.yes[w];
	}
	x->enumerated = l->n > 0 || x->kind == FEEL_BOOL;
	for (size_t p = PIECE_OTHER; p < x->npieces; p++)
		if (set_has(x->inside, p)) {
			bool point = false;
			for (size_t i = 0; i < x->nlines; i++)
				point |= p > x->lines[i].first && p < x->lines[i].first + 2 * x->lines[i].npoints &&
				         (p - x->lines[i].first) % 2;
			x->enumerated &= point;
		}
	if (x->named_null)
		set_put(x->inside, PIECE_NULL);
}

static uint64_t mix(uint64_t z)
{
	z += 0x9E3779B97F4A7C15; /* splitmix64 */
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
	return z ^ (z >> 31);
}

/* Which cells hold on a piece, as 128 bits: pieces alike in it are one class. */
struct print {
	uint64_t a, b;
	uint32_t piece;
};

static int compare_prints(const void *x, const void *y)
{
	const struct print *p = x, *q = y;
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	if (p->b != q->b)
		return p->b < q->b ? -1 : 1;
	return (p->piece > q->piece) - (p->piece < q->piece);
}

static void print_set(struct print *prints, const uint64_t *set, size_t words, uint64_t salt)
{
	uint64_t a = mix(salt), b = mix(a ^ salt);
	for (size_t w = 0; w < words; w++)
		for (uint64_t left = set[w]; left; left &= left - 1) {
			struct print *p = &prints[w * SET_BITS + (size_t)__builtin_ctzll(left)];
			p->a ^= a;
			p->b ^= b;
		}
}

/* A point tells more than a gap, a gap between two points more than an end; of
 * texts one that is none of the constants. */
static int example_rank(const struct axis *x, size_t piece)
{
	for (size_t i = 0; i < x->nlines; i++) {
		const struct line *l = &x->lines[i];
		size_t at = piece - l->first;
		if (piece < l->first || at > 2 * l->npoints)
			continue;
		if (at % 2)
			return 4;
		struct feel_value plain = feel_string(STR("other"));
		if (l->kind == FEEL_STRING && points_piece(l->points, l->npoints, &plain) == at)
			return 3;
		return at == 0 || at == 2 * l->npoints ? 1 : 2;
	}
	return 0;
}

static void name_classes(struct check *c, struct axis *x, const struct print *prints, size_t n)
{
	uint32_t *raw = ARENA_ARRAY(c->scratch, uint32_t, x->npieces), next = 0;
	uint32_t *number = ARENA_ARRAY(c->scratch, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		bool same = i && prints[i].a == prints[i - 1].a && prints[i].b == prints[i - 1].b;
		raw[prints[i].piece] = same ? next : ++next;
	}
	x->class_of = ARENA_ARRAY(c->scratch, uint32_t, x->npieces);
	x->example = ARENA_ARRAY(c->scratch, uint32_t, next + 1);
	for (size_t p = 0; p < x->npieces; p++) { /* in the order of their first pieces */
		if (!raw[p])
			continue;
		if (!number[raw[p]]) {
			x->example[x->nclasses] = (uint32_t)p;
			number[raw[p]] = (uint32_t)++x->nclasses;
		}
		uint32_t k = number[raw[p]] - 1;
		x->class_of[p] = k;
		if (example_rank(x, p) > example_rank(x, x->example[k]))
			x->example[k] = (uint32_t)p;
	}
}

static void make_classes(struct check *c, struct axis *x, const struct cell_set *pieces)
{
	size_t words = set_words(x->npieces), n = 0;
	struct print *prints = ARENA_ARRAY(c->scratch, struct print, words * SET_BITS);
	for (size_t p = 0; p < words * SET_BITS; p++)
		prints[p].piece = (uint32_t)p;
	for (size_t k = 0; k < x->ncells; k++) {
		print_set(prints, pieces[k].may, words, 2 * k);
		print_set(prints, pieces[k].must, words, 2 * k + 1);
	}
	for (size_t p = 0; p < x->npieces; p++)
		if (set_has(x->inside, p))
			prints[n++] = prints[p];
	qsort(prints, n, sizeof *prints, compare_prints);
	name_classes(c, x, prints, n);
	x->nwords = set_words(x->nclasses);
	x->all = ARENA_ARRAY(c->scratch, uint64_t, x->nwords);
	set_fill(x->all, 0, x->nclasses);
}

static uint64_t *to_classes(struct check *c, const struct axis *x, const uint64_t *pieces)
{
	uint64_t *set = ARENA_ARRAY(c->scratch, uint64_t, x->nwords);
	for (size_t k = 0; k < x->nclasses; k++)
		if (set_has(pieces, x->example[k]))
			set_put(set, k);
	return set;
}

static bool make_sets(struct check *c, struct axis *x, const struct cells *k)
{
	size_t words = set_words(x->npieces);
	struct cell_set *pieces = ARENA_ARRAY(c->scratch, struct cell_set, k->n);
	if (arena_left(c->scratch) / sizeof(uint64_t) / 7 < k->n * words || c->work < 8 * k->n * words)
		return false;
	c->work -= 8 * k->n * words;
	for (size_t i = 0; i < k->n; i++) {
		struct truths t;
		form_truths(c, x, k->forms[i], &t);
		pieces[i].may = t.yes;
		pieces[i].must = t.open;
		for (size_t w = 0; w < words; w++) {
			pieces[i].must[w] = t.yes[w] & ~t.no[w] & ~t.open[w];
			pieces[i].opaque |= (t.yes[w] & x->inside[w]) != (pieces[i].must[w] & x->inside[w]);
		}
	}
	x->ncells = k->n;
	x->forms = k->forms;
	make_classes(c, x, pieces);
	x->cells = ARENA_ARRAY(c->scratch, struct cell_set, k->n);
	for (size_t i = 0; i < k->n; i++) {
		struct cell_set *s = &x->cells[i];
		s->opaque = pieces[i].opaque;
		s->may = to_classes(c, x, pieces[i].may);
		s->must = s->opaque ? to_classes(c, x, pieces[i].must) : s->may;
		s->first = 1;
		for (size_t q = 0; q < x->nclasses; q++)
			if (set_has(s->may, q)) {
				s->first = s->first > s->last ? q : s->first;
				s->last = q;
			}
	}
	return true;
}

static bool make_axis(struct check *c, struct axis *x, size_t input)
{
	const struct rule_input *in = &c->t->inputs[input];
	struct limits l = { 0 };
	struct cells k = { 0 };
	struct gather g = { c, x };
	*x = (struct axis){ .label = in->label, .expr = in->expr, .place = in->place, .column = input };
	infer(x, in->expr->root, &l);
	declare(c, x, in, &l);
	if (c->domains)
		domain(c, x, &c->domains[input], &l);
	if (l.from_zero)
		limits_add(&l, form_value(c, 'g', feel_int(0)));
	collect_cells(c, x, &k);
	for (size_t i = 0; i < l.n; i++)
		form_constants(l.tests[i], add_limit, &g);
	lines_cut(c, x);
	if (!arena_left(c->scratch))
		return false;
	cut_domain(c, x, &l);
	return make_sets(c, x, &k);
}

static bool reads_meet(struct str x, struct str y)
{
	struct str s = x.n < y.n ? x : y, l = x.n < y.n ? y : x;
	return str_starts(l, s) && (l.n == s.n || l.p[s.n] == '.');
}

static bool depend(const struct feel_expr *x, const struct feel_expr *y)
{
	for (size_t i = 0; i < x->nreads; i++)
		for (size_t j = 0; j < y->nreads; j++)
			if (reads_meet(x->reads[i], y->reads[j]))
				return true;
	return false;
}

bool axes_make(struct check *c)
{
	size_t n = c->t->ninputs;
	c->axes = ARENA_ARRAY(c->scratch, struct axis, n);
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; k < c->naxes; k++)
			known |= same_axis(c, &c->axes[k], i);
		if (!known && !make_axis(c, &c->axes[c->naxes++], i))
			return false;
	}
	c->dependent = ARENA_ARRAY(c->scratch, bool, c->naxes * c->naxes);
	for (size_t i = 0; i < c->naxes; i++)
		for (size_t k = 0; k < c->naxes; k++)
			c->dependent[i * c->naxes + k] = i != k && depend(c->axes[i].expr, c->axes[k].expr);
	return true;
}
