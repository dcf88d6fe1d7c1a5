/* Making the index of a table (table_index.c says what it is): columns of
 * constants are cut into pieces, rows are given places, pieces their places. */
#include "rule/table_index_parts.h"

#include <stdlib.h>

enum {
	COLUMN_BYTES_MAX = 4 << 20, CELL_TESTS_MAX = 64, ARENA_SPARE = 1 << 20,
	USEFUL = 4, /* a column is worth its search when 1/USEFUL of the cells are constant */
	SELECTIVE = 16, /* rows are put in the order of a column whose pieces leave 1/SELECTIVE of them */
};

/* An interval of constants; low or high NULL: no end. */
struct interval {
	uint32_t row; /* then its place */
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
	uint8_t *anywhere; /* per row: its cell may hold anywhere */
};

static bool kind_ordered(enum feel_kind k)
{
	return k == FEEL_NUMBER || k == FEEL_STRING || k == FEEL_BOOL || k == FEEL_DATE ||
	       k == FEEL_DAYS_DURATION || k == FEEL_MONTHS_DURATION;
}

static int compare_points(const void *x, const void *y)
{
	return point_compare(x, y);
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

static void collect(struct making *k)
{
	struct index_column *c = k->column;
	struct interval found[CELL_TESTS_MAX];
	for (size_t r = 0; r < k->t->nrows; r++) {
		const struct feel_expr *cell = k->t->rows[r].when[c->input];
		size_t n;
		if (!cell || !cell_intervals(cell->root, c->kind, found, &n)) {
			k->anywhere[r] = 1;
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
		if (!kept || point_compare(&p[kept - 1], &p[i]) != 0)
			p[kept++] = p[i];
	c->points = ARENA_ARRAY(k->a, struct feel_value, kept);
	memcpy(c->points, p, kept * sizeof *p);
	c->npoints = kept;
}

static void place(struct making *k)
{
	const struct index_column *c = k->column;
	for (size_t i = 0; i < k->n; i++) {
		struct interval *v = &k->intervals[i];
		v->from = v->low ? points_piece(c->points, c->npoints, v->low) + !v->low_closed : 0;
		v->to = v->high ? points_piece(c->points, c->npoints, v->high) - !v->high_closed : 2 * c->npoints;
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

static void put(struct piece *p, uint32_t place)
{
	if (p->bits)
		index_mark(p->bits, place - p->first * WORD_BITS);
	else if (!p->n || p->list[p->n - 1] != place) /* a cell may name a value twice */
		p->list[p->n++] = place;
}

/* The words each piece needs; all of them where some rows always count. */
static void span_pieces(struct making *k, struct piece *pieces, size_t words)
{
	const struct index_column *c = k->column;
	for (size_t i = 0; i < k->n; i++) { /* by place */
		const struct interval *v = &k->intervals[i];
		uint32_t word = v->row / WORD_BITS;
		for (size_t p = v->from / c->join; v->from <= v->to && p <= v->to / c->join; p++) {
			if (!pieces[p].words)
				pieces[p].first = word;
			pieces[p].words = word - pieces[p].first + 1;
		}
	}
	for (size_t p = 0; c->any_always && p < c->npieces; p++) {
		pieces[p].first = 0;
		pieces[p].words = (uint32_t)words;
	}
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
	span_pieces(k, c->pieces, words);
	for (size_t p = 0; p < c->npieces; p++) {
		if (counts[p] * sizeof(uint32_t) < c->pieces[p].words * sizeof(uint64_t) || !counts[p])
			c->pieces[p].list = ARENA_ARRAY(k->a, uint32_t, counts[p]);
		else
			c->pieces[p].bits = ARENA_ARRAY(k->a, uint64_t, c->pieces[p].words);
	}
	for (size_t i = 0; i < k->n; i++) {
		const struct interval *v = &k->intervals[i];
		for (size_t p = v->from / c->join; v->from <= v->to && p <= v->to / c->join; p++)
			put(&c->pieces[p], v->row);
	}
	for (size_t p = 0; c->any_always && p < c->npieces; p++) /* in the bits, too */
		for (size_t w = 0; c->pieces[p].bits && w < words; w++)
			c->pieces[p].bits[w] |= c->always[w];
	return true;
}

/* What is known of a column before rows have places. */
static bool begin_column(struct making *k, size_t input)
{
	struct index_column *c = k->column;
	c->input = (uint32_t)input;
	if (!column_kind(k->t, input, &c->kind) ||
	    arena_left(k->a) < k->t->nrows * 2 * sizeof *c->points + ARENA_SPARE)
		return false;
	k->anywhere = ARENA_ARRAY(k->scratch, uint8_t, k->t->nrows);
	collect(k);
	sort_points(k);
	place(k);
	return c->npoints > 0;
}

static int compare_places(const void *x, const void *y)
{
	uint32_t a = ((const struct interval *)x)->row, b = ((const struct interval *)y)->row;
	return a < b ? -1 : a > b;
}

static bool end_column(struct making *k, const uint32_t *places)
{
	struct index_column *c = k->column;
	c->always = ARENA_ARRAY(k->a, uint64_t, (k->t->nrows + WORD_BITS - 1) / WORD_BITS);
	for (size_t r = 0; r < k->t->nrows; r++)
		if (k->anywhere[r])
			index_mark(c->always, places ? places[r] : r);
	for (size_t i = 0; places && i < k->n; i++)
		k->intervals[i].row = places[k->intervals[i].row];
	if (places)
		qsort(k->intervals, k->n, sizeof *k->intervals, compare_places);
	return fill(k);
}

/* The column whose pieces leave the fewest rows, or NULL when none leaves few. */
static const struct making *best_column(const struct making *columns, size_t n, size_t nrows)
{
	const struct making *best = NULL;
	size_t fewest = nrows / SELECTIVE;
	for (size_t i = 0; i < n; i++) {
		const struct making *k = &columns[i];
		size_t rows = 0;
		for (size_t j = 0; j < k->n; j++)
			rows += k->intervals[j].from <= k->intervals[j].to
			      ? (k->intervals[j].to - k->intervals[j].from) / 2 + 1 : 0;
		rows = rows / k->column->npoints + 1;
		if (!k->column->any_always && rows < fewest) {
			fewest = rows;
			best = k;
		}
	}
	return best;
}

static int compare_first(const void *x, const void *y)
{
	const struct interval *a = x, *b = y;
	return a->from != b->from ? (a->from < b->from ? -1 : 1) : compare_places(x, y);
}

/* Rows sorted by where their cell of the best column begins. NULL: the order
 * of the table serves as well. */
static const uint32_t *order_rows(struct table_index *x, struct arena *a, const struct making *best)
{
	size_t n = 0;
	if (!best || arena_left(a) < x->nrows * sizeof(uint32_t) + ARENA_SPARE)
		return NULL;
	struct interval *sorted = ARENA_ARRAY(best->scratch, struct interval, best->n);
	uint8_t *seen = ARENA_ARRAY(best->scratch, uint8_t, x->nrows);
	uint32_t *places = ARENA_ARRAY(best->scratch, uint32_t, x->nrows);
	memcpy(sorted, best->intervals, best->n * sizeof *sorted);
	qsort(sorted, best->n, sizeof *sorted, compare_first);
	x->rows = ARENA_ARRAY(a, uint32_t, x->nrows);
	for (size_t i = 0; i < best->n; i++)
		if (!seen[sorted[i].row]) {
			seen[sorted[i].row] = 1;
			places[sorted[i].row] = (uint32_t)n;
			x->rows[n++] = sorted[i].row;
		}
	return places;
}

const struct table_index *table_index_new(struct arena *a, const struct rule_table *t)
{
	ARENA_AUTO scratch = arena_new(1u << 30);
	struct table_index *x = ARENA_NEW(a, struct table_index);
	if (t->nrows < INDEX_ROWS_MIN || !t->ninputs)
		return NULL;
	x->nrows = t->nrows;
	x->nwords = (t->nrows + WORD_BITS - 1) / WORD_BITS;
	x->columns = ARENA_ARRAY(a, struct index_column, t->ninputs);
	struct making *making = ARENA_ARRAY(scratch, struct making, t->ninputs);
	size_t n = 0;
	for (size_t i = 0; i < t->ninputs; i++) {
		making[n] = (struct making){ .a = a, .scratch = scratch, .t = t, .column = &x->columns[n] };
		x->columns[n] = (struct index_column){ 0 };
		n += begin_column(&making[n], i);
	}
	const uint32_t *places = order_rows(x, a, best_column(making, n, t->nrows));
	for (size_t i = 0; i < n; i++)
		if (end_column(&making[i], places))
			x->columns[x->ncolumns++] = *making[i].column;
	return x->ncolumns ? x : NULL;
}
