/* The index: per input the distinct values its cells name, in order, cut the
 * line into points and the gaps between them; each piece knows the rows whose
 * cell holds there. A value finds its piece by binary search, and the pieces of
 * all inputs are intersected.
 *
 * Inside, rows have places: they are sorted by the column that tells them apart
 * best, so that the rows of each of its pieces lie together. Bits are kept for
 * the words a piece needs only, and the intersection walks the words that all
 * pieces share: the work follows the candidates, not the size of the table.
 *
 * Cells that are not made of constants of the column's kind (calls, names,
 * not(…), other kinds) count as holding everywhere. When the pieces of a column
 * would take too much memory neighbours are joined: more candidates, the same
 * rows in the end. */
#include "rule/table_index_parts.h"

#include <stdlib.h>

/* What one column leaves of the places, for the inputs asked now. */
struct view {
	const uint64_t *always, *bits; /* or NULL; bits: of the words first … first + words */
	const uint32_t *list;
	uint32_t n, first, words;
};

struct candidates {
	struct machine *m;
	uint32_t *rows;
	size_t n, cap;
};

static void candidate(struct candidates *c, size_t place)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 4 : 16;
		uint32_t *grown = machine_alloc(c->m, cap, sizeof *grown);
		if (c->n)
			memcpy(grown, c->rows, c->n * sizeof *grown);
		c->rows = grown;
		c->cap = cap;
	}
	c->rows[c->n++] = (uint32_t)place;
}

/* False: the column cannot tell, every row stays. */
static bool view_of(const struct index_column *c, const struct feel_value *v, struct view *ret)
{
	if (v->kind != c->kind && v->kind != FEEL_NULL) /* a list, a date and time: ask the cells */
		return false;
	*ret = (struct view){ .always = c->any_always ? c->always : NULL };
	if (v->kind == FEEL_NULL) /* passes no test against a constant */
		return true;
	const struct piece *p = &c->pieces[points_piece(c->points, c->npoints, v) / c->join];
	ret->bits = p->bits;
	ret->first = p->first;
	ret->words = p->words;
	ret->list = p->list;
	ret->n = p->bits ? 0 : p->n;
	ret->always = p->bits ? NULL : ret->always;
	return true;
}

static bool bit(const uint64_t *bits, uint32_t place)
{
	return bits && bits[place / WORD_BITS] >> (place % WORD_BITS) & 1;
}

static bool view_has(const struct view *v, uint32_t place)
{
	uint32_t low = 0, high = v->n, word = place / WORD_BITS - v->first;
	if (bit(v->always, place))
		return true;
	if (v->bits)
		return word < v->words && v->bits[word] >> (place % WORD_BITS) & 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (v->list[middle] < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low < v->n && v->list[low] == place;
}

/* The shortest list that is all a column leaves. */
static const struct view *shortest(const struct view *views, size_t n)
{
	const struct view *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (!views[i].always && !views[i].bits && (!best || views[i].n < best->n))
			best = &views[i];
	return best;
}

static void walk_list(struct candidates *c, const struct view *list, const struct view *views,
                      size_t n)
{
	machine_step(c->m, list->n / 16);
	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t place = list->list[i];
		bool in = true;
		for (size_t k = 0; k < n && in; k++)
			in = &views[k] == list || view_has(&views[k], place);
		if (in)
			candidate(c, place);
	}
}

/* A list beside places that always count, as bits. */
static void spread(struct machine *m, struct view *v, size_t nwords)
{
	if (v->bits || !v->always)
		return;
	uint64_t *bits = machine_alloc(m, nwords, sizeof *bits);
	memcpy(bits, v->always, nwords * sizeof *bits);
	for (uint32_t i = 0; i < v->n; i++)
		index_mark(bits, v->list[i]);
	v->bits = bits;
	v->first = 0;
	v->words = (uint32_t)nwords;
	v->always = NULL;
}

/* The words that every view leaves something in. */
static void shared_words(const struct view *views, size_t n, size_t nwords, size_t *ret_from,
                         size_t *ret_to)
{
	size_t from = 0, to = nwords;
	for (size_t i = 0; i < n; i++) {
		const struct view *v = &views[i];
		if (v->always)
			continue;
		size_t first = v->bits ? v->first : v->n ? v->list[0] / WORD_BITS : 0;
		size_t end = v->bits ? first + v->words : v->n ? v->list[v->n - 1] / WORD_BITS + 1 : 0;
		from = first > from ? first : from;
		to = end < to ? end : to;
	}
	*ret_from = from;
	*ret_to = to < from ? from : to;
}

static void walk_words(struct candidates *c, struct view *views, size_t n, size_t nrows,
                       size_t from, size_t to)
{
	machine_step(c->m, (to - from) / 16);
	for (size_t i = 0; i < n; i++)
		spread(c->m, &views[i], (nrows + WORD_BITS - 1) / WORD_BITS);
	for (size_t w = from; w < to; w++) {
		uint64_t left = (w + 1) * WORD_BITS > nrows ? ((uint64_t)1 << (nrows % WORD_BITS)) - 1
		                                            : UINT64_MAX;
		for (size_t k = 0; k < n && left; k++)
			left &= views[k].bits ? views[k].bits[w - views[k].first] : UINT64_MAX;
		for (; left; left &= left - 1) {
			uint32_t place = (uint32_t)(w * WORD_BITS + (size_t)__builtin_ctzll(left));
			bool in = true;
			for (size_t k = 0; k < n && in; k++)
				in = views[k].bits || view_has(&views[k], place);
			if (in)
				candidate(c, place);
		}
	}
}

static int compare_rows(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return a < b ? -1 : a > b;
}

/* Places as rows, in the order of the table. */
static void name_rows(const struct table_index *x, struct candidates *c)
{
	bool sorted = true;
	for (size_t i = 0; i < c->n; i++) {
		c->rows[i] = x->rows[c->rows[i]];
		sorted &= !i || c->rows[i - 1] < c->rows[i];
	}
	if (!sorted) {
		machine_step(c->m, c->n);
		qsort(c->rows, c->n, sizeof *c->rows, compare_rows);
	}
}

size_t table_index_find(struct machine *m, const struct table_index *x,
                        const struct feel_value *inputs, const uint32_t **ret,
                        bool settled[TABLE_COLUMNS_MAX])
{
	struct view views[TABLE_COLUMNS_MAX];
	struct candidates c = { .m = m };
	size_t n = 0, from, to;
	for (size_t i = 0; i < x->ncolumns; i++) {
		const struct index_column *col = &x->columns[i];
		if (!view_of(col, &inputs[col->input], &views[n]))
			continue;
		n++;
		settled[col->input] = !col->any_always && col->join == 1;
	}
	const struct view *list = shortest(views, n);
	shared_words(views, n, x->nwords, &from, &to);
	if (list && list->n <= to - from)
		walk_list(&c, list, views, n);
	else
		walk_words(&c, views, n, x->nrows, from, to);
	if (x->rows)
		name_rows(x, &c);
	*ret = c.rows;
	return c.n;
}
