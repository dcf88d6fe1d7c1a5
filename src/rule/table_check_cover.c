/* Is a box covered by others? The box is cut down where only one axis is left to
 * decide, and else split where most of the others begin or end (the idea of Chan,
 * Klee's measure problem made easy, FOCS 2013): about n^(d/2) steps for n boxes on d
 * axes, and far fewer for tables that people write. */
#include "rule/table_check_parts.h"

enum { COVER_LEVELS = 200 };

/* What is left of the box on one level of the search. */
struct level {
	uint64_t **cell;
	uint32_t *active; /* others that meet it */
	size_t n;
};

struct cover {
	struct check *c;
	const struct boxes *others;
	uint64_t work;
	struct level levels[COVER_LEVELS];
	uint32_t *partial; /* per axis: others that neither miss nor fill the cell */
	uint32_t *ends;    /* per class: others that begin or end here */
	uint64_t **hole;
};

enum relation { MISSES, MEETS, FILLS };

static enum relation relation(const uint64_t *set, const uint64_t *cell, size_t words)
{
	bool meets = false, fills = true;
	for (size_t w = 0; w < words && (!meets || fills); w++) {
		meets |= (set[w] & cell[w]) != 0;
		fills &= (cell[w] & ~set[w]) == 0;
	}
	return !meets ? MISSES : fills ? FILLS : MEETS;
}

static bool spend(struct cover *v, uint64_t words)
{
	if (v->work < words || v->c->work < words)
		return false;
	v->work -= words;
	v->c->work -= words;
	return true;
}

/* The others that still count; an other that leaves only one axis open takes its
 * part away. *ret_empty: nothing is left. */
static bool simplify_once(struct cover *v, struct level *l, bool *ret_empty, bool *ret_changed)
{
	const struct check *c = v->c;
	size_t kept = 0;
	memset(v->partial, 0, c->naxes * sizeof *v->partial);
	*ret_changed = false;
	for (size_t i = 0; i < l->n; i++) {
		const uint64_t *const *sets = &v->others->sets[l->active[i] * c->naxes];
		enum relation of[TABLE_COLUMNS_MAX];
		size_t open = 0, axis = 0, k = 0;
		for (; k < c->naxes; k++) {
			if (!spend(v, c->axes[k].nwords))
				return false;
			of[k] = relation(sets[k], l->cell[k], c->axes[k].nwords);
			if (of[k] == MISSES)
				break;
			axis = of[k] == MEETS ? k : axis;
			open += of[k] == MEETS;
		}
		if (k < c->naxes)
			continue;
		if (open <= 1) {
			for (size_t w = 0; open && w < c->axes[axis].nwords; w++)
				l->cell[axis][w] &= ~sets[axis][w];
			*ret_changed = true;
			if (!open || set_empty(l->cell[axis], c->axes[axis].nwords)) {
				*ret_empty = true;
				return true;
			}
			continue;
		}
		for (k = 0; k < c->naxes; k++)
			v->partial[k] += of[k] == MEETS;
		l->active[kept++] = l->active[i];
	}
	l->n = kept;
	return true;
}

static enum covered simplify(struct cover *v, struct level *l)
{
	bool empty = false, changed;
	do {
		if (!simplify_once(v, l, &empty, &changed))
			return COVERED_UNKNOWN;
		if (empty)
			return COVERED_ALL;
	} while (changed);
	return COVERED_NOT;
}

/* First and last class of the two; false when they do not meet. */
static bool ends_of(const uint64_t *set, const uint64_t *cell, size_t words, size_t *first,
                    size_t *last)
{
	bool any = false;
	for (size_t w = 0; w < words; w++) {
		uint64_t x = set[w] & cell[w];
		if (!x)
			continue;
		if (!any)
			*first = w * SET_BITS + (size_t)__builtin_ctzll(x);
		*last = w * SET_BITS + (size_t)(SET_BITS - 1 - __builtin_clzll(x));
		any = true;
	}
	return any;
}

/* The half of the cell to look at first: below the median of the ends; or inside
 * one of the others, when all reach from end to end with holes. */
static void split(struct cover *v, const struct level *l, size_t axis, uint64_t *ret_half)
{
	const struct axis *x = &v->c->axes[axis];
	const uint64_t *cell = l->cell[axis], *holed = NULL;
	size_t low = 0, high = 0, first, last, total = 0, seen = 0, at;
	(void)ends_of(cell, cell, x->nwords, &low, &high);
	memset(v->ends, 0, (x->nclasses + 1) * sizeof *v->ends);
	for (size_t i = 0; i < l->n; i++) {
		const uint64_t *set = v->others->sets[l->active[i] * v->c->naxes + axis];
		if (relation(set, cell, x->nwords) != MEETS)
			continue;
		holed = set;
		(void)ends_of(set, cell, x->nwords, &first, &last);
		v->ends[first] += first > low;
		v->ends[last + 1] += last < high;
		total += (size_t)(first > low) + (last < high);
	}
	memset(ret_half, 0, x->nwords * sizeof *ret_half);
	if (!total) {
		for (size_t w = 0; w < x->nwords; w++)
			ret_half[w] = cell[w] & (holed ? holed[w] : 0);
		return;
	}
	for (at = low; seen * 2 < total; at++)
		seen += v->ends[at];
	set_fill(ret_half, 0, at - 1);
	for (size_t w = 0; w < x->nwords; w++)
		ret_half[w] &= cell[w];
}

static struct level *level_at(struct cover *v, size_t depth)
{
	struct level *l = &v->levels[depth];
	struct check *c = v->c;
	if (l->cell)
		return l;
	l->cell = ARENA_ARRAY(c->scratch, uint64_t *, c->naxes);
	for (size_t k = 0; k < c->naxes; k++)
		l->cell[k] = ARENA_ARRAY(c->scratch, uint64_t, c->axes[k].nwords);
	l->active = ARENA_ARRAY(c->scratch, uint32_t, c->t->nrows + CHECK_BOXES_MORE);
	return l;
}

static enum covered search(struct cover *v, size_t depth)
{
	struct check *c = v->c;
	struct level *l = &v->levels[depth];
	for (;;) {
		enum covered done = simplify(v, l);
		size_t axis = 0;
		if (done != COVERED_NOT)
			return done;
		if (!l->n) {
			v->hole = l->cell;
			return COVERED_NOT;
		}
		for (size_t k = 1; k < c->naxes; k++)
			axis = v->partial[k] > v->partial[axis] ? k : axis;
		if (depth + 1 == COVER_LEVELS || !spend(v, (l->n + 2) * c->axes[axis].nwords) ||
		    !arena_left(c->scratch))
			return COVERED_UNKNOWN;
		struct level *half = level_at(v, depth + 1);
		for (size_t k = 0; k < c->naxes; k++)
			memcpy(half->cell[k], l->cell[k], c->axes[k].nwords * sizeof *half->cell[k]);
		memcpy(half->active, l->active, l->n * sizeof *half->active);
		half->n = l->n;
		split(v, l, axis, half->cell[axis]);
		for (size_t w = 0; w < c->axes[axis].nwords; w++)
			l->cell[axis][w] &= ~half->cell[axis][w];
		done = search(v, depth + 1);
		if (done != COVERED_ALL)
			return done;
	}
}

/* Its memory serves every search of a table. */
static struct cover *cover_new(struct check *c)
{
	struct cover *v = ARENA_NEW(c->scratch, struct cover);
	size_t classes = 0;
	v->c = c;
	for (size_t k = 0; k < c->naxes; k++)
		classes = c->axes[k].nclasses > classes ? c->axes[k].nclasses : classes;
	v->partial = ARENA_ARRAY(c->scratch, uint32_t, c->naxes + 1);
	v->ends = ARENA_ARRAY(c->scratch, uint32_t, classes + 2);
	c->cover = v;
	return v;
}

enum covered box_covered(struct check *c, const uint64_t *const *box, const struct boxes *others,
                         uint64_t work, uint64_t **hole)
{
	struct cover *v = c->cover ? c->cover : cover_new(c);
	v->others = others;
	v->work = work;
	struct level *top = level_at(v, 0);
	for (size_t k = 0; k < c->naxes; k++)
		memcpy(top->cell[k], box[k], c->axes[k].nwords * sizeof *top->cell[k]);
	top->n = 0;
	for (size_t i = 0; i < others->n; i++)
		top->active[top->n++] = (uint32_t)i;
	enum covered done = search(v, 0);
	if (done == COVERED_NOT && hole)
		for (size_t k = 0; k < c->naxes; k++)
			memcpy(hole[k], v->hole[k], c->axes[k].nwords * sizeof *hole[k]);
	return done;
}
