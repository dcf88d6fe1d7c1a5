/* The index: per input the distinct values its cells name, in order, cut the
 * line into points and the gaps between them; each piece knows the rows whose
 * cell holds there. A value finds its piece by binary search, and the pieces of
 * all inputs are intersected.
 *
 * Cells that are not made of constants of the column's kind (calls, names,
 * not(…), other kinds) count as holding everywhere. When the pieces of a column
 * would take too much memory neighbours are joined: more candidates, the same
 * rows in the end. */
#include "rule/table_index.h"

#include <stdlib.h>

enum {
	COLUMN_BYTES_MAX = 4 << 20, CELL_TESTS_MAX = 64, ARENA_SPARE = 1 << 20,
	WORD_BITS = 64, USEFUL = 4, /* a column is worth its search when 1/USEFUL of the cells are constant */
};

/* Rows of one piece: a sorted list, or bits where that is smaller. */
struct piece {
	uint32_t *list;
	uint64_t *bits;
	uint32_t n;
};

struct index_column {
	uint32_t input;
	enum feel_kind kind;
	struct feel_value *points;
	size_t npoints;
	uint32_t join;        /* pieces joined into one */
	struct piece *pieces; /* of 2 × npoints + 1, joined */
	size_t npieces;
	uint64_t *always;     /* rows whose cell may hold anywhere */
	bool any_always;
};

struct table_index {
	size_t nrows, nwords, ncolumns;
	struct index_column *columns;
};

/* An interval of constants; low or high NULL: no end. */
struct interval {
	uint32_t row;
	const struct feel_value *low, *high;
	bool low_closed, high_closed;
	size_t from, to; /* pieces, both included */
};

struct making {
	struct arena *a, *scratch;
	const struct rule_table *t;
	struct index_column *column;
	struct interval *intervals;
	size_t n, cap;
};

static bool kind_ordered(enum feel_kind k)
{
	return k == FEEL_NUMBER || k == FEEL_STRING || k == FEEL_BOOL || k == FEEL_DATE ||
	       k == FEEL_DAYS_DURATION || k == FEEL_MONTHS_DURATION;
}

/* Both of the column's kind. */
static int compare(const struct feel_value *x, const struct feel_value *y)
{
	int c = 0;
	if (x->kind == FEEL_BOOL)
		return x->boolean - y->boolean;
	feel_order(x, y, &c);
	return c;
}

static int compare_points(const void *x, const void *y)
{
	return compare(x, y);
}

static const struct feel_value *constant(const struct node *n, enum feel_kind kind)
{
	return n->kind == N_LITERAL && n->value.kind == kind ? &n->value : NULL;
}

/* One test as an interval; false when it is not made of constants of the kind. */
static bool interval_of(const struct node *n, enum feel_kind kind, struct interval *ret)
{
	struct interval v = { .low_closed = true, .high_closed = true };
	const struct node *operand = n->kind == N_TEST ? n->kids[0] : n;
	if (n->kind == N_RANGE) {
		v.low = constant(n->kids[0], kind);
		v.high = constant(n->kids[1], kind);
		v.low_closed = n->low_closed;
		v.high_closed = n->high_closed;
		*ret = v;
		return v.low && v.high && kind != FEEL_BOOL;
	}
	const struct feel_value *c = constant(operand, kind);
	char op = n->kind == N_TEST ? n->op : '=';
	if (!c || op == '!' || (kind == FEEL_BOOL && op != '='))
		return false;
	v.low = op == '<' || op == 'l' ? NULL : c;
	v.high = op == '>' || op == 'g' ? NULL : c;
	v.low_closed = op != '>';
	v.high_closed = op != '<';
	*ret = v;
	return true;
}

static bool cell_intervals(const struct node *n, enum feel_kind kind, struct interval *out,
                           size_t *ret_n)
{
	const struct node *const *tests = n->kind == N_TESTS ? n->kids : &n;
	size_t count = n->kind == N_TESTS ? n->n : 1;
	if ((n->kind == N_TESTS && n->negate) || n->asks_input || count > CELL_TESTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!interval_of(tests[i], kind, &out[i]))
			return false;
	*ret_n = count;
	return true;
}

static enum feel_kind kind_of_cell(const struct node *n)
{
	while (n->n && (n->kind == N_TESTS || n->kind == N_TEST || n->kind == N_RANGE))
		n = n->kids[0];
	return n->kind == N_LITERAL ? n->value.kind : FEEL_NULL;
}

/* The kind most cells of a column have, if enough have it. */
static bool column_kind(const struct rule_table *t, size_t input, enum feel_kind *ret)
{
	size_t counts[FEEL_FUNCTION + 1] = { 0 }, best = FEEL_NULL;
	for (size_t r = 0; r < t->nrows; r++)
		if (t->rows[r].when[input])
			counts[kind_of_cell(t->rows[r].when[input]->root)]++;
	counts[FEEL_NULL] = 0;
	for (size_t k = 0; k <= FEEL_FUNCTION; k++)
		if (kind_ordered((enum feel_kind)k) && counts[k] > counts[best])
			best = k;
	*ret = (enum feel_kind)best;
	return counts[best] * USEFUL >= t->nrows;
}

static void mark(uint64_t *bits, size_t row)
{
	bits[row / WORD_BITS] |= (uint64_t)1 << (row % WORD_BITS);
}

static void collect(struct making *k)
{
	struct index_column *c = k->column;
	struct interval found[CELL_TESTS_MAX];
	for (size_t r = 0; r < k->t->nrows; r++) {
		const struct feel_expr *cell = k->t->rows[r].when[c->input];
		size_t n;
		if (!cell || !cell_intervals(cell->root, c->kind, found, &n)) {
			mark(c->always, r);
			c->any_always = true;
			continue;
		}
		if (k->n + n > k->cap) {
			size_t cap = (k->n + n) * 2;
			struct interval *p = ARENA_ARRAY(k->scratch, struct interval, cap);
			if (k->n)
				memcpy(p, k->intervals, k->n * sizeof *p);
			k->intervals = p;
			k->cap = cap;
		}
		for (size_t i = 0; i < n; i++) {
			found[i].row = (uint32_t)r;
			k->intervals[k->n++] = found[i];
		}
	}
}

static void sort_points(struct making *k)
{
	struct index_column *c = k->column;
	struct feel_value *p = ARENA_ARRAY(k->scratch, struct feel_value, k->n * 2);
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < k->n; i++) {
		if (k->intervals[i].low)
			p[n++] = *k->intervals[i].low;
		if (k->intervals[i].high && k->intervals[i].high != k->intervals[i].low)
			p[n++] = *k->intervals[i].high;
	}
	qsort(p, n, sizeof *p, compare_points);
	for (size_t i = 0; i < n; i++)
		if (!kept || compare(&p[kept - 1], &p[i]) != 0)
			p[kept++] = p[i];
	c->points = ARENA_ARRAY(k->a, struct feel_value, kept);
	memcpy(c->points, p, kept * sizeof *p);
	c->npoints = kept;
}

/* Where a value lies: piece 2i+1 is point i, piece 2i the gap before it. */
static size_t piece_of(const struct index_column *c, const struct feel_value *v)
{
	size_t low = 0, high = c->npoints;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(v, &c->points[middle]);
		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2 * low;
}

static void place(struct making *k)
{
	const struct index_column *c = k->column;
	for (size_t i = 0; i < k->n; i++) {
		struct interval *v = &k->intervals[i];
		v->from = v->low ? piece_of(c, v->low) + !v->low_closed : 0;
		v->to = v->high ? piece_of(c, v->high) - !v->high_closed : 2 * c->npoints;
	}
}

/* Rows in each piece when `join` neighbours are one; the bytes all would take. */
static size_t count_pieces(struct making *k, uint32_t join, uint32_t *counts, size_t npieces)
{
	size_t words = (k->t->nrows + WORD_BITS - 1) / WORD_BITS, bytes = npieces * sizeof(struct piece);
	int64_t running = 0;
	int64_t *steps = ARENA_ARRAY(k->scratch, int64_t, npieces + 1);
	for (size_t i = 0; i < k->n; i++) {
		if (k->intervals[i].from > k->intervals[i].to)
			continue;
		steps[k->intervals[i].from / join]++;
		steps[k->intervals[i].to / join + 1]--;
	}
	for (size_t p = 0; p < npieces; p++) {
		running += steps[p];
		counts[p] = (uint32_t)running;
		size_t list = (size_t)running * sizeof(uint32_t), bits = words * sizeof(uint64_t);
		bytes += list < bits ? list : bits;
	}
	return bytes;
}

static void put(struct piece *p, uint32_t row)
{
	if (p->bits)
		mark(p->bits, row);
	else if (!p->n || p->list[p->n - 1] != row) /* a cell may name a value twice */
		p->list[p->n++] = row;
}

static bool fill(struct making *k)
{
	struct index_column *c = k->column;
	size_t words = (k->t->nrows + WORD_BITS - 1) / WORD_BITS, all = 2 * c->npoints + 1, bytes;
	uint32_t *counts = ARENA_ARRAY(k->scratch, uint32_t, all);
	for (c->join = 1;; c->join *= 2) {
		c->npieces = (all + c->join - 1) / c->join;
		bytes = count_pieces(k, c->join, counts, c->npieces);
		if (bytes <= COLUMN_BYTES_MAX || c->npieces == 1)
			break;
	}
	if (arena_left(k->a) < bytes + ARENA_SPARE)
		return false;
	c->pieces = ARENA_ARRAY(k->a, struct piece, c->npieces);
	for (size_t p = 0; p < c->npieces; p++) {
		if (counts[p] * sizeof(uint32_t) < words * sizeof(uint64_t))
			c->pieces[p].list = ARENA_ARRAY(k->a, uint32_t, counts[p]);
		else
			c->pieces[p].bits = ARENA_ARRAY(k->a, uint64_t, words);
	}
	for (size_t i = 0; i < k->n; i++) {
		const struct interval *v = &k->intervals[i];
		for (size_t p = v->from / c->join; v->from <= v->to && p <= v->to / c->join; p++)
			put(&c->pieces[p], v->row);
	}
	for (size_t p = 0; p < c->npieces; p++) /* bits hold the rows that always count, too */
		for (size_t w = 0; c->pieces[p].bits && w < words; w++)
			c->pieces[p].bits[w] |= c->always[w];
	return true;
}

static bool make_column(struct arena *a, const struct rule_table *t, size_t input,
                        struct index_column *ret)
{
	ARENA_AUTO scratch = arena_new(1u << 30);
	size_t words = (t->nrows + WORD_BITS - 1) / WORD_BITS;
	struct index_column c = { .input = (uint32_t)input };
	struct making k = { .a = a, .scratch = scratch, .t = t, .column = &c };
	if (!column_kind(t, input, &c.kind) ||
	    arena_left(a) < t->nrows * 2 * sizeof *c.points + ARENA_SPARE)
		return false;
	c.always = ARENA_ARRAY(a, uint64_t, words);
	collect(&k);
	sort_points(&k);
	place(&k);
	if (!c.npoints || !fill(&k))
		return false;
	*ret = c;
	return true;
}

const struct table_index *table_index_new(struct arena *a, const struct rule_table *t)
{
	struct table_index *x = ARENA_NEW(a, struct table_index);
	if (t->nrows < INDEX_ROWS_MIN || !t->ninputs)
		return NULL;
	x->nrows = t->nrows;
	x->nwords = (t->nrows + WORD_BITS - 1) / WORD_BITS;
	x->columns = ARENA_ARRAY(a, struct index_column, t->ninputs);
	for (size_t i = 0; i < t->ninputs; i++)
		x->ncolumns += make_column(a, t, i, &x->columns[x->ncolumns]);
	return x->ncolumns ? x : NULL;
}

/* What one column leaves of the rows, for the inputs asked now. */
struct view {
	const uint64_t *always, *bits; /* or NULL */
	const uint32_t *list;
	uint32_t n;
};

struct candidates {
	struct machine *m;
	uint32_t *rows;
	size_t n, cap;
};

static void candidate(struct candidates *c, size_t row)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 4 : 16;
		uint32_t *grown = machine_alloc(c->m, cap, sizeof *grown);
		if (c->n)
			memcpy(grown, c->rows, c->n * sizeof *grown);
		c->rows = grown;
		c->cap = cap;
	}
	c->rows[c->n++] = (uint32_t)row;
}

/* False: the column cannot tell, every row stays. */
static bool view_of(const struct index_column *c, const struct feel_value *v, struct view *ret)
{
	if (v->kind != c->kind && v->kind != FEEL_NULL) /* a list, a date and time: ask the cells */
		return false;
	*ret = (struct view){ .always = c->any_always ? c->always : NULL };
	if (v->kind == FEEL_NULL) /* passes no test against a constant */
		return true;
	const struct piece *p = &c->pieces[piece_of(c, v) / c->join];
	ret->bits = p->bits;
	ret->list = p->list;
	ret->n = p->bits ? 0 : p->n;
	ret->always = p->bits ? NULL : ret->always;
	return true;
}

static bool bit(const uint64_t *bits, uint32_t row)
{
	return bits && bits[row / WORD_BITS] >> (row % WORD_BITS) & 1;
}

static bool view_has(const struct view *v, uint32_t row)
{
	uint32_t low = 0, high = v->n;
	if (bit(v->always, row) || bit(v->bits, row))
		return true;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (v->list[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < v->n && v->list[low] == row;
}

/* The shortest list that is all a column leaves, if one is short enough to be
 * walked instead of all words. */
static const struct view *shortest(const struct view *views, size_t n, size_t nrows)
{
	const struct view *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (!views[i].always && !views[i].bits && views[i].n <= nrows / 16 &&
		    (!best || views[i].n < best->n))
			best = &views[i];
	return best;
}

static void walk_list(struct candidates *c, const struct view *list, const struct view *views,
                      size_t n)
{
	const uint64_t *dense[TABLE_COLUMNS_MAX];
	size_t ndense = 0;
	machine_step(c->m, list->n / 16);
	for (size_t k = 0; k < n; k++)
		if (views[k].bits)
			dense[ndense++] = views[k].bits;
	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t row = list->list[i];
		uint64_t in = 1;
		for (size_t k = 0; k < ndense; k++) /* without branches: they would be guessed wrong */
			in &= dense[k][row / WORD_BITS] >> (row % WORD_BITS);
		for (size_t k = 0; k < n && in; k++)
			in = views[k].bits || &views[k] == list || view_has(&views[k], row);
		if (in)
			candidate(c, row);
	}
}

/* Lists as bits, beside the rows that always count. */
static void spread(struct machine *m, struct view *v, size_t nwords)
{
	if (!v->n)
		return;
	uint64_t *bits = machine_alloc(m, nwords, sizeof *bits);
	for (uint32_t i = 0; i < v->n; i++)
		mark(bits, v->list[i]);
	v->bits = bits;
}

static void walk_words(struct candidates *c, const struct view *views, size_t n, size_t nrows)
{
	size_t nwords = (nrows + WORD_BITS - 1) / WORD_BITS;
	machine_step(c->m, nwords / 16);
	for (size_t w = 0; w < nwords; w++) {
		uint64_t left = w + 1 == nwords && nrows % WORD_BITS
		              ? ((uint64_t)1 << (nrows % WORD_BITS)) - 1 : UINT64_MAX;
		for (size_t k = 0; k < n && left; k++)
			left &= (views[k].always ? views[k].always[w] : 0) |
			        (views[k].bits ? views[k].bits[w] : 0);
		for (; left; left &= left - 1)
			candidate(c, w * WORD_BITS + (size_t)__builtin_ctzll(left));
	}
}

size_t table_index_find(struct machine *m, const struct table_index *x,
                        const struct feel_value *inputs, const uint32_t **ret,
                        bool settled[TABLE_COLUMNS_MAX])
{
	struct view views[TABLE_COLUMNS_MAX];
	struct candidates c = { .m = m };
	size_t n = 0;
	for (size_t i = 0; i < x->ncolumns; i++) {
		const struct index_column *col = &x->columns[i];
		if (!view_of(col, &inputs[col->input], &views[n]))
			continue;
		n++;
		settled[col->input] = !col->any_always && col->join == 1;
	}
	const struct view *list = shortest(views, n, x->nrows);
	if (list) {
		walk_list(&c, list, views, n);
	} else {
		for (size_t i = 0; i < n; i++)
			spread(m, &views[i], x->nwords);
		walk_words(&c, views, n, x->nrows);
	}
	*ret = c.rows;
	return c.n;
}
