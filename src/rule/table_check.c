/* The table checker: which rows can hold, which hold together, which inputs are
 * forgotten. Rows are boxes (table_check_parts.h). Where a cell is not made of
 * constants a row is taken for its least when it should cover something and for
 * its most when it should be covered, so that nothing is said that is not so. */
#include "rule/table_check_parts.h"

#include <stdlib.h>

#include "rule/words.h"

enum {
	GAPS_MAX = 8, ROW_WORK = 4 << 20, PAIRS_MAX = 1 << 24,
};

static const struct cell_set *cell_of(const struct check *c, size_t axis, size_t row)
{
	const struct axis *x = &c->axes[axis];
	return &x->cells[x->row_cell[row]];
}

static struct say say_row(const struct check *c, enum table_level level, const char *code, size_t row,
                          int32_t column)
{
	return (struct say){ .level = level, .code = code, .row = (int32_t)row, .other = -1,
		.column = column, .place = check_place(c, row, column) };
}

static struct say say_table(const struct check *c, enum table_level level, const char *code)
{
	return (struct say){ .level = level, .code = code, .row = -1, .other = -1, .column = -1,
		.place = c->t->place };
}

static struct word_arg row_number(struct check *c, size_t row)
{
	return word_number(c->a, row + 1);
}

/* --- one cell ------------------------------------------------------------ */

/* The constants of a cell that must equal the input, one after the other. */
struct cell_check {
	struct check *c;
	const struct axis *x;
	const struct rule_input *in;
	size_t row, column;
	bool told;
};

static struct str nearest(const struct cell_check *k, const struct feel_value *v)
{
	const struct line *l = line_of(k->x, FEEL_STRING);
	struct word_near near = { .word = v->kind == FEEL_STRING ? v->string : STR("") };
	for (size_t i = 0; l && i < l->npoints; i++)
		if (set_has(k->x->inside, l->first + 2 * i + 1))
			word_near_try(&near, l->points[i].string);
	return near.best;
}

static void tell_type(struct cell_check *k, const struct feel_value *v)
{
	struct check *c = k->c;
	if (k->told)
		return;
	struct word_arg args[] = { row_number(c, k->row), word_same(check_value_text(c, v)),
		word_same(k->in->label), word_kind((int)v->kind), word_kind((int)k->x->kind) };
	check_say(c, say_row(c, TABLE_ERROR, "table.type", k->row, (int32_t)k->column), args, 5);
	k->told = true;
}

static void cell_constant(void *user, const struct feel_value *v, bool equals)
{
	struct cell_check *k = user;
	const struct axis *x = k->x;
	const struct line *l = line_of(x, v->kind);
	if (v->kind == FEEL_NULL || !l)
		return;
	if (x->kind != FEEL_NULL && v->kind != x->kind) {
		tell_type(k, v);
		return;
	}
	if (!equals || l->mixed || set_has(x->inside, l->first + line_piece(l, v)))
		return;
	struct say s = say_row(k->c, TABLE_ERROR, "table.outside", k->row, (int32_t)k->column);
	struct word_arg args[] = { row_number(k->c, k->row), word_same(check_value_text(k->c, v)),
		word_same(k->in->label) };
	s.hint = nearest(k, v);
	check_say(k->c, s, args, 3);
	k->told = true;
}

/* The cells of a row on one axis: usually one. */
static void check_cell(struct check *c, const struct axis *x, size_t row)
{
	const struct rule_row *r = &c->t->rows[row];
	const struct cell_set *set = &x->cells[x->row_cell[row]];
	struct cell_check k = { .c = c, .x = x, .row = row };
	for (size_t i = x->column; i < c->t->ninputs; i++) {
		if (!r->when[i] || !str_eq(c->t->inputs[i].expr->source, x->expr->source))
			continue;
		k.in = &c->t->inputs[i];
		k.column = i;
		if (x->kind < FEEL_LIST)
			form_constants(form_of(c, r->when[i]->root), cell_constant, &k);
	}
	c->undecided += set->opaque;
	if (k.told || set->first <= set->last || !k.in)
		return;
	struct word_arg args[] = { row_number(c, row), word_same(r->when[k.column]->source),
		word_same(k.in->label) };
	check_say(c, say_row(c, TABLE_ERROR, "table.never", row, (int32_t)k.column), args, 3);
}

static void check_cells(struct check *c)
{
	for (size_t k = 0; k < c->naxes; k++) {
		const struct axis *x = &c->axes[k];
		for (size_t r = 0; r < c->t->nrows; r++) {
			const struct cell_set *set = &x->cells[x->row_cell[r]];
			c->empty[r] |= set->first > set->last;
			if (arena_left(c->scratch))
				check_cell(c, x, r);
		}
		if (x->kind != FEEL_NULL || x->nlines < 2)
			continue;
		struct word_arg list = word_kind((int)x->lines[0].kind);
		for (size_t i = 1; i < x->nlines; i++) {
			struct word_arg one = word_kind((int)x->lines[i].kind);
			list.en = arena_printf(c->a, "%.*s, %.*s", STR_ARG(list.en), STR_ARG(one.en));
			list.ja = arena_printf(c->a, "%.*s・%.*s", STR_ARG(list.ja), STR_ARG(one.ja));
		}
		struct say s = say_table(c, TABLE_WARNING, "table.mixed");
		s.column = (int32_t)x->column;
		s.place = x->place;
		check_say(c, s, (struct word_arg[]){ word_same(x->label), list }, 2);
	}
}

/* --- rows that are never reached ----------------------------------------- */

/* Rows as boxes; `others` are taken for their least. */
struct reach {
	struct check *c;
	struct boxes others;
	uint32_t *rows;
	size_t *ranks; /* PRIORITY: noutputs for each row */
	bool *ranked;
};

static void box_push(struct check *c, struct boxes *b, size_t row, bool most)
{
	for (size_t k = 0; k < c->naxes; k++) {
		const struct cell_set *s = cell_of(c, k, row);
		b->sets[b->n * c->naxes + k] = most ? s->may : s->must;
	}
	b->n++;
}

static bool bounds_meet(const struct check *c, size_t x, size_t y)
{
	for (size_t k = 0; k < c->naxes; k++) {
		const struct cell_set *s = cell_of(c, k, x), *t = cell_of(c, k, y);
		if (s->first > t->last || t->first > s->last)
			return false;
	}
	return true;
}

static bool row_within(const struct check *c, size_t row, size_t other)
{
	for (size_t k = 0; k < c->naxes; k++)
		if (!set_within(cell_of(c, k, row)->may, cell_of(c, k, other)->must, c->axes[k].nwords))
			return false;
	return true;
}

/* Does the other row come before this one? */
static bool comes_before(const struct reach *r, size_t other, size_t row)
{
	size_t n = r->c->t->noutputs;
	if (r->c->t->hit != HIT_PRIORITY)
		return other < row;
	if (!r->ranked[other] || !r->ranked[row])
		return false;
	for (size_t o = 0; o < n; o++)
		if (r->ranks[other * n + o] != r->ranks[row * n + o])
			return r->ranks[other * n + o] < r->ranks[row * n + o];
	return other < row;
}

static bool spend(struct check *c, uint64_t work)
{
	c->limited |= c->work < work;
	c->work -= c->work < work ? c->work : work;
	return !c->limited;
}

static void tell_unreachable(struct check *c, size_t row, int32_t other)
{
	static const enum table_level levels[] = {
		[HIT_UNIQUE] = TABLE_ERROR, [HIT_ANY] = TABLE_NOTE, [HIT_PRIORITY] = TABLE_WARNING,
		[HIT_FIRST] = TABLE_WARNING,
	};
	const char *code = c->t->hit == HIT_ANY ? "table.redundant"
	                 : c->t->hit == HIT_PRIORITY ? "table.outranked"
	                 : other >= 0 ? "table.unreachable" : "table.hidden";
	struct say s = say_row(c, levels[c->t->hit], code, row, -1);
	struct word_arg args[] = { row_number(c, row), row_number(c, other < 0 ? 0 : (size_t)other) };
	s.other = other;
	check_say(c, s, args, 2);
}

static void check_reach(struct reach *r, size_t row, size_t nrows)
{
	struct check *c = r->c;
	const uint64_t *box[TABLE_COLUMNS_MAX];
	r->others.n = 0;
	for (size_t q = 0; q < nrows && spend(c, 1); q++) {
		if (q == row || c->empty[q] || !comes_before(r, q, row) || !bounds_meet(c, q, row))
			continue;
		if (row_within(c, row, q)) {
			tell_unreachable(c, row, (int32_t)q);
			return;
		}
		box_push(c, &r->others, q, false);
	}
	for (size_t k = 0; k < c->naxes; k++)
		box[k] = cell_of(c, k, row)->may;
	if (c->limited || !r->others.n)
		return;
	enum covered covered = box_covered(c, box, &r->others, ROW_WORK, NULL);
	c->limited |= covered == COVERED_UNKNOWN;
	if (covered == COVERED_ALL)
		tell_unreachable(c, row, -1);
}

static struct boxes boxes_new(struct check *c)
{
	size_t n = (c->t->nrows + CHECK_BOXES_MORE) * c->naxes;
	return (struct boxes){ .sets = ARENA_ARRAY(c->scratch, const uint64_t *, n) };
}

static void check_unreachable(struct check *c)
{
	const struct rule_table *t = c->t;
	struct reach r = { .c = c, .others = boxes_new(c) };
	bool priority = t->hit == HIT_PRIORITY;
	if (t->hit != HIT_UNIQUE && t->hit != HIT_ANY && t->hit != HIT_FIRST && !priority)
		return;
	if (priority) {
		r.ranks = ARENA_ARRAY(c->scratch, size_t, t->nrows * t->noutputs);
		r.ranked = ARENA_ARRAY(c->scratch, bool, t->nrows);
		for (size_t i = 0; i < t->nrows && arena_left(c->scratch); i++)
			r.ranked[i] = output_ranks(c, i, &r.ranks[i * t->noutputs]);
	}
	for (size_t row = 0; row < t->nrows && !c->limited; row++)
		if (!c->empty[row])
			check_reach(&r, row, priority ? t->nrows : row);
}

/* --- rows that hold together --------------------------------------------- */

struct pairs {
	struct check *c;
	size_t sweep;        /* the axis along which rows are sorted */
	uint32_t *order;
	uint64_t **common;   /* where two rows both hold for certain */
	uint32_t *first;     /* per row: the first row it clashes with + 1 */
	size_t together, x, y; /* pairs, and the first of them */
	bool related;
	size_t related_x, related_y; /* axes */
};

static _Thread_local const struct pairs *sorting;

static int compare_first(const void *x, const void *y)
{
	uint32_t p = *(const uint32_t *)x, q = *(const uint32_t *)y;
	size_t a = cell_of(sorting->c, sorting->sweep, p)->first;
	size_t b = cell_of(sorting->c, sorting->sweep, q)->first;
	return a != b ? (a < b ? -1 : 1) : (p > q) - (p < q);
}

/* The axis on which rows are narrowest. */
static size_t sweep_axis(const struct check *c)
{
	size_t best = 0;
	double least = 0;
	for (size_t k = 0; k < c->naxes; k++) {
		double share = 0;
		for (size_t r = 0; r < c->t->nrows; r++) {
			const struct cell_set *s = cell_of(c, k, r);
			share += s->first > s->last ? 0
			       : (double)(s->last - s->first + 1) / (double)c->axes[k].nclasses;
		}
		if (!k || share < least) {
			least = share;
			best = k;
		}
	}
	return best;
}

static bool common_box(struct pairs *p, size_t x, size_t y)
{
	const struct check *c = p->c;
	for (size_t k = 0; k < c->naxes; k++) {
		const uint64_t *s = cell_of(c, k, x)->must, *t = cell_of(c, k, y)->must;
		if (!set_meets(s, t, c->axes[k].nwords))
			return false;
	}
	for (size_t k = 0; k < c->naxes; k++)
		for (size_t w = 0; w < c->axes[k].nwords; w++)
			p->common[k][w] = cell_of(c, k, x)->must[w] & cell_of(c, k, y)->must[w];
	return true;
}

/* Inputs that read the same fact may never take two values together. */
static bool box_related(struct check *c, uint64_t *const *box, size_t *ret_x, size_t *ret_y)
{
	for (size_t i = 0; i < c->naxes; i++)
		for (size_t k = i + 1; k < c->naxes; k++)
			if (c->dependent[i * c->naxes + k] &&
			    !set_within(c->axes[i].all, box[i], c->axes[i].nwords) &&
			    !set_within(c->axes[k].all, box[k], c->axes[k].nwords)) {
				*ret_x = i;
				*ret_y = k;
				return true;
			}
	return false;
}

static void pair(struct pairs *p, size_t x, size_t y)
{
	struct check *c = p->c;
	size_t low = x < y ? x : y, high = x < y ? y : x;
	if (!bounds_meet(c, x, y) || !common_box(p, x, y))
		return;
	if (box_related(c, p->common, &p->related_x, &p->related_y)) {
		p->related = true;
		return;
	}
	if (c->t->hit == HIT_ANY && outputs_same(c, x, y) != FEEL_FALSE)
		return;
	if (!p->together++ || low < p->x || (low == p->x && high < p->y)) {
		p->x = low;
		p->y = high;
	}
	if (!p->first[high] || low + 1 < p->first[high])
		p->first[high] = (uint32_t)low + 1;
}

static void all_pairs(struct pairs *p)
{
	struct check *c = p->c;
	size_t n = 0, left = PAIRS_MAX;
	for (size_t r = 0; r < c->t->nrows; r++)
		if (!c->empty[r])
			p->order[n++] = (uint32_t)r;
	sorting = p;
	qsort(p->order, n, sizeof *p->order, compare_first);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			if (cell_of(c, p->sweep, p->order[k])->first > cell_of(c, p->sweep, p->order[i])->last)
				break;
			if (!left-- || !arena_left(c->scratch)) {
				c->limited = true;
				return;
			}
			pair(p, p->order[i], p->order[k]);
		}
}

static void tell_pairs(struct pairs *p)
{
	struct check *c = p->c;
	bool unique = c->t->hit == HIT_UNIQUE;
	if (p->related && (unique || c->t->hit == HIT_ANY)) {
		struct word_arg args[] = { word_same(c->axes[p->related_x].label),
			word_same(c->axes[p->related_y].label) };
		check_say(c, say_table(c, TABLE_NOTE, "table.related"), args, 2);
	}
	if (!unique && c->t->hit != HIT_ANY) {
		if (!p->together || !common_box(p, p->x, p->y))
			return;
		struct word_arg args[] = { word_number(c->a, p->together), row_number(c, p->x),
			row_number(c, p->y), check_example(c, (const uint64_t *const *)p->common) };
		struct say s = say_table(c, TABLE_NOTE, "table.together");
		check_say(c, s, args, 4);
		return;
	}
	for (size_t r = 0; r < c->t->nrows; r++) {
		if (!p->first[r] || !common_box(p, r, p->first[r] - 1))
			continue;
		struct word_arg args[] = { row_number(c, p->first[r] - 1), row_number(c, r),
			check_example(c, (const uint64_t *const *)p->common) };
		struct say s = say_row(c, TABLE_ERROR, unique ? "table.overlap" : "table.conflict", r, -1);
		s.other = (int32_t)p->first[r] - 1;
		check_say(c, s, args, 3);
	}
}

static void check_pairs(struct check *c)
{
	struct pairs p = { .c = c };
	if (!c->naxes || c->t->nrows < 2)
		return;
	p.sweep = sweep_axis(c);
	p.order = ARENA_ARRAY(c->scratch, uint32_t, c->t->nrows);
	p.first = ARENA_ARRAY(c->scratch, uint32_t, c->t->nrows);
	p.common = ARENA_ARRAY(c->scratch, uint64_t *, c->naxes);
	for (size_t k = 0; k < c->naxes; k++)
		p.common[k] = ARENA_ARRAY(c->scratch, uint64_t, c->axes[k].nwords);
	all_pairs(&p);
	tell_pairs(&p);
}

/* --- what no row is for --------------------------------------------------- */

struct gaps {
	struct check *c;
	struct boxes rows; /* for their most, and the gaps found so far */
	size_t nrows;
	uint64_t **hole;
};

static void gap_push(struct gaps *g, uint64_t *const *box)
{
	struct check *c = g->c;
	for (size_t k = 0; k < c->naxes; k++) {
		uint64_t *copy = ARENA_ARRAY(c->scratch, uint64_t, c->axes[k].nwords);
		memcpy(copy, box[k], c->axes[k].nwords * sizeof *copy);
		g->rows.sets[g->rows.n * c->naxes + k] = copy;
	}
	g->rows.n++;
}

/* A value of an enumeration that no row names: told by itself, and a gap no more. */
static void check_values(struct gaps *g)
{
	struct check *c = g->c;
	for (size_t k = 0; k < c->naxes; k++) {
		const struct axis *x = &c->axes[k];
		for (size_t p = PIECE_LINES; x->enumerated && p < x->npieces; p++) {
			struct feel_value v;
			bool any = !set_has(x->inside, p) || !piece_value(c, x, p, &v);
			for (size_t i = 0; i < g->nrows && !any; i++)
				any = set_has(g->rows.sets[i * c->naxes + k], x->class_of[p]);
			if (any || g->rows.n - g->nrows >= CHECK_BOXES_MORE / 2)
				continue;
			struct say s = say_table(c, c->t->hit >= HIT_RULE_ORDER ? TABLE_NOTE : TABLE_WARNING,
			                         "table.value");
			s.column = (int32_t)x->column;
			s.place = x->place.line ? x->place : s.place;
			struct word_arg args[] = { word_same(x->label), word_same(check_value_text(c, &v)) };
			check_say(c, s, args, 2);
			for (size_t q = 0; q < c->naxes; q++)
				memcpy(g->hole[q], c->axes[q].all, c->axes[q].nwords * sizeof **g->hole);
			memset(g->hole[k], 0, x->nwords * sizeof **g->hole);
			set_put(g->hole[k], x->class_of[p]);
			gap_push(g, g->hole);
		}
	}
}

/* As wide as it can be on every axis, one after the other. */
static void widen(struct gaps *g)
{
	struct check *c = g->c;
	for (size_t k = 0; k < c->naxes; k++) {
		size_t words = c->axes[k].nwords;
		uint64_t *wide = ARENA_ARRAY(c->scratch, uint64_t, words);
		memcpy(wide, c->axes[k].all, words * sizeof *wide);
		for (size_t i = 0; i < g->nrows; i++) {
			const uint64_t *const *sets = &g->rows.sets[i * c->naxes];
			bool meets = true;
			for (size_t q = 0; q < c->naxes && meets; q++)
				meets = q == k || set_meets(sets[q], g->hole[q], c->axes[q].nwords);
			for (size_t w = 0; w < words && meets; w++)
				wide[w] &= ~sets[k][w];
		}
		g->hole[k] = wide;
	}
}

/* Only of values that nothing says can come: other texts, other kinds, related inputs. */
static bool gap_doubtful(struct gaps *g)
{
	struct check *c = g->c;
	size_t x, y;
	if (box_related(c, g->hole, &x, &y))
		return true;
	for (size_t k = 0; k < c->naxes; k++) {
		const struct axis *a = &c->axes[k];
		const struct line *l = line_of(a, FEEL_STRING);
		if (a->enumerated || !l || set_within(a->all, g->hole[k], a->nwords))
			continue;
		bool point = false;
		for (size_t i = 0; i < l->npoints; i++) {
			size_t p = l->first + 2 * i + 1;
			point |= set_has(a->inside, p) && set_has(g->hole[k], a->class_of[p]);
		}
		if (!point)
			return true;
	}
	return false;
}

static void tell_gap(struct gaps *g)
{
	struct check *c = g->c;
	const uint64_t *const *box = (const uint64_t *const *)g->hole;
	bool doubtful = gap_doubtful(g);
	struct say s = say_table(c, doubtful || c->t->hit >= HIT_RULE_ORDER ? TABLE_NOTE : TABLE_WARNING,
	                         doubtful ? "table.gap_other" : "table.gap");
	check_say(c, s, (struct word_arg[]){ check_region(c, box), check_example(c, box) }, 2);
}

static bool has_default(const struct rule_table *t)
{
	for (size_t i = 0; i < t->noutputs; i++)
		if (t->outputs[i].dflt)
			return true;
	return false;
}

static void find_gaps(struct gaps *g)
{
	struct check *c = g->c;
	const uint64_t *all[TABLE_COLUMNS_MAX];
	for (size_t k = 0; k < c->naxes; k++)
		all[k] = c->axes[k].all;
	for (size_t n = 0; !c->limited; n++) {
		enum covered covered = box_covered(c, all, &g->rows, CHECK_WORK, g->hole);
		c->limited |= covered == COVERED_UNKNOWN;
		if (covered != COVERED_NOT)
			return;
		if (n == GAPS_MAX) {
			check_say(c, say_table(c, TABLE_NOTE, "table.gap_more"), NULL, 0);
			return;
		}
		widen(g);
		tell_gap(g);
		gap_push(g, g->hole);
	}
}

static void check_gaps(struct check *c)
{
	struct gaps g = { .c = c, .rows = boxes_new(c) };
	if (has_default(c->t) || !c->naxes)
		return;
	g.hole = ARENA_ARRAY(c->scratch, uint64_t *, c->naxes);
	for (size_t k = 0; k < c->naxes; k++)
		g.hole[k] = ARENA_ARRAY(c->scratch, uint64_t, c->axes[k].nwords);
	for (size_t r = 0; r < c->t->nrows; r++)
		if (!c->empty[r])
			box_push(c, &g.rows, r, true);
	g.nrows = g.rows.n;
	check_values(&g);
	find_gaps(&g);
}

/* --- all of it ------------------------------------------------------------- */

static void tell_undecided(struct check *c)
{
	for (size_t r = 0; r < c->t->nrows && c->undecided; r++)
		for (size_t k = 0; k < c->naxes; k++) {
			const struct axis *x = &c->axes[k];
			if (!cell_of(c, k, r)->opaque)
				continue;
			struct word_arg args[] = { word_number(c->a, c->undecided), row_number(c, r),
				word_same(x->label) };
			struct say s = say_table(c, TABLE_NOTE, "table.undecided");
			s.place = check_place(c, r, (int32_t)x->column);
			check_say(c, s, args, 3);
			return;
		}
}

static void check_rows(struct check *c)
{
	c->empty = ARENA_ARRAY(c->scratch, bool, c->t->nrows);
	c->limited = !axes_make(c);
	if (c->limited)
		return;
	check_cells(c);
	check_unreachable(c);
	check_pairs(c);
	check_gaps(c);
	tell_undecided(c);
}

/* Rows first, what is about the whole table behind them; all else as it was said. */
static bool stands_before(const struct table_finding *x, const struct table_finding *y)
{
	uint32_t a = (uint32_t)x->row, b = (uint32_t)y->row; /* -1 is the largest */
	return a != b ? a < b : a != UINT32_MAX && (uint32_t)x->column < (uint32_t)y->column;
}

static void sort(struct table_finding *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct table_finding f = list[i];
		size_t k = i;
		for (; k && stands_before(&f, &list[k - 1]); k--)
			list[k] = list[k - 1];
		list[k] = f;
	}
}

size_t rule_table_check(const struct rule_table *t, const struct table_domain *domains,
                        struct arena *a, const struct table_finding **ret)
{
	ARENA_AUTO scratch = arena_new(CHECK_BYTES);
	struct check c = { .t = t, .domains = domains, .a = a, .scratch = scratch, .work = CHECK_WORK };
	check_outputs(&c);
	if (t->nrows)
		check_rows(&c);
	else
		check_say(&c, say_table(&c, TABLE_WARNING, "table.empty"), NULL, 0);
	if (c.limited || arena_over(scratch))
		check_say(&c, say_table(&c, TABLE_NOTE, "table.limit"), NULL, 0);
	sort(c.list, c.n);
	if (c.dropped) {
		struct table_finding *last = ARENA_ARRAY(a, struct table_finding, c.n + 1);
		memcpy(last, c.list, c.n * sizeof *last);
		last[c.n] = (struct table_finding){ .level = TABLE_NOTE, .code = "table.many", .row = -1,
			.other = -1, .column = -1, .line = t->place.line, .col = t->place.col };
		rule_say(a, "table.many", NULL, 0, STR(""), &last[c.n].en, &last[c.n].ja);
		last[c.n].hint_en = last[c.n].hint_ja = STR("");
		c.list = last;
		c.n++;
	}
	*ret = c.list;
	return c.n;
}
