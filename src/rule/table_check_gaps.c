/* What no row is for: values of an enumeration, and regions of inputs, each as wide
 * as it can be told and with an example. */
#include "rule/table_check_parts.h"

enum { GAPS_MAX = 8 };

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

void check_gaps(struct check *c)
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

