/* The table checker: the order of its searches, and what is told of single cells.
 *
 * Rows are boxes (table_check_parts.h). Where a cell is not made of constants a row
 * is taken for its least when it should cover something and for its most when it
 * should be covered, so that nothing is said that is not so. */
#include "rule/table_check_parts.h"

#include "rule/table_build.h"

const struct cell_set *cell_of(const struct check *c, size_t axis, size_t row)
{
	const struct axis *x = &c->axes[axis];
	return &x->cells[x->row_cell[row]];
}

struct say say_row(const struct check *c, enum table_level level, const char *code, size_t row,
                   int32_t column)
{
	return (struct say){ .level = level, .code = code, .row = (int32_t)row, .other = -1,
		.column = column, .place = check_place(c, row, column) };
}

struct say say_table(const struct check *c, enum table_level level, const char *code)
{
	return (struct say){ .level = level, .code = code, .row = -1, .other = -1, .column = -1,
		.place = c->t->place };
}

struct word_arg row_number(struct check *c, size_t row)
{
	return word_number(c->a, row + 1);
}

void box_push(struct check *c, struct boxes *b, size_t row, bool most)
{
	for (size_t k = 0; k < c->naxes; k++) {
		const struct cell_set *s = cell_of(c, k, row);
		b->sets[b->n * c->naxes + k] = most ? s->may : s->must;
	}
	b->n++;
}

bool bounds_meet(const struct check *c, size_t x, size_t y)
{
	for (size_t k = 0; k < c->naxes; k++) {
		const struct cell_set *s = cell_of(c, k, x), *t = cell_of(c, k, y);
		if (s->first > t->last || t->first > s->last)
			return false;
	}
	return true;
}

struct boxes boxes_new(struct check *c)
{
	size_t n = (c->t->nrows + CHECK_BOXES_MORE) * c->naxes;
	return (struct boxes){ .sets = ARENA_ARRAY(c->scratch, const uint64_t *, n) };
}

/* Inputs that read the same fact may never take two values together. */
bool box_related(struct check *c, uint64_t *const *box, size_t *ret_x, size_t *ret_y)
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
	if (!equals || l->mixed || set_has(x->inside, l->first + points_piece(l->points, l->npoints, v)))
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

static size_t check_all(const struct rule_table *t, const struct table_domain *domains,
                        struct arena *a, uint64_t *work, const struct table_finding **ret)
{
	ARENA_AUTO scratch = arena_new(CHECK_BYTES);
	uint64_t mine = *work < CHECK_WORK ? *work : CHECK_WORK;
	struct check c = { .t = t, .domains = domains, .a = a, .scratch = scratch, .work = mine };
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
	*work -= mine - c.work;
	*ret = c.list;
	return c.n;
}

size_t rule_table_check(const struct rule_table *t, const struct table_domain *domains,
                        struct arena *a, const struct table_finding **ret)
{
	uint64_t work = CHECK_WORK;
	return check_all(t, domains, a, &work, ret);
}

size_t table_check_within(const struct rule_table *t, struct arena *a, uint64_t *work,
                          const struct table_finding **ret)
{
	return check_all(t, NULL, a, work, ret);
}
