/* Rows that never decide: under every hit policy that chooses among rows, a row is
 * idle when those that are chosen before it hold whenever it does. */
#include "rule/table_check_parts.h"

enum { ROW_WORK = 4 << 20 };

/* Rows as boxes; `others` are taken for their least. */
struct reach {
	struct check *c;
	struct boxes others;
	uint32_t *rows;
	size_t *ranks; /* PRIORITY: noutputs for each row */
	bool *ranked;
};

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

void check_unreachable(struct check *c)
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

