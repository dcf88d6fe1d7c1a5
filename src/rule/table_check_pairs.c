/* Rows that hold together: forbidden (UNIQUE), forbidden when they differ (ANY), or
 * only worth knowing. Rows are sorted along the axis on which they are narrowest,
 * so that few of them are ever compared. */
#include "rule/table_check_parts.h"

#include <stdlib.h>

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
	size_t n = 0;
	for (size_t r = 0; r < c->t->nrows; r++)
		if (!c->empty[r])
			p->order[n++] = (uint32_t)r;
	sorting = p;
	qsort(p->order, n, sizeof *p->order, compare_first);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			if (cell_of(c, p->sweep, p->order[k])->first > cell_of(c, p->sweep, p->order[i])->last)
				break;
			if (!c->work || !arena_left(c->scratch)) {
				c->limited = true;
				return;
			}
			c->work--;
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

void check_pairs(struct check *c)
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

