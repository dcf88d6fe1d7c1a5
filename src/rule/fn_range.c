/* Range functions (DMN 1.5 §10.3.4.9, table 78): Allen's relations between
 * points and ranges. A point is a range from itself to itself. An end without
 * bound lies beyond everything. */
#include "rule/builtin.h"

#include "rule/ast.h"

struct span {
	struct feel_value low, high;
	bool low_closed, high_closed, point;
};

static bool span_of(const struct feel_value *v, struct span *s)
{
	if (v->kind == FEEL_RANGE) {
		const struct feel_range *r = v->range;
		*s = (struct span){ r->low, r->high, r->low_closed, r->high_closed, false };
		bool open = r->low.kind == FEEL_NULL || r->high.kind == FEEL_NULL;
		return r->op != FEEL_RANGE_OTHER && (!open || r->op == FEEL_RANGE_BOUND);
	}
	*s = (struct span){ *v, *v, true, true, true };
	return v->kind == FEEL_NUMBER || v->kind == FEEL_STRING || v->kind == FEEL_DATE ||
	       v->kind == FEEL_TIME || v->kind == FEEL_DATE_TIME ||
	       v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION;
}

/* Order of two ends; low: a null is before all, else after all. */
static bool ends(const struct feel_value *x, bool x_low, const struct feel_value *y, bool y_low,
                 int *ret)
{
	bool open_x = x->kind == FEEL_NULL, open_y = y->kind == FEEL_NULL;
	if (!open_x && !open_y)
		return feel_order(x, y, ret);
	int px = open_x ? (x_low ? -1 : 1) : 0, py = open_y ? (y_low ? -1 : 1) : 0;
	*ret = (px > py) - (px < py);
	return true;
}

/* The four orders every relation is made of. */
struct relation {
	struct span x, y;
	int low_low, low_high, high_low, high_high; /* x.low against y.low, … */
};

static bool relate(const struct feel_value *args, struct relation *r)
{
	struct span *x = &r->x, *y = &r->y;
	return span_of(&args[0], x) && span_of(&args[1], y) &&
	       ends(&x->low, true, &y->low, true, &r->low_low) &&
	       ends(&x->low, true, &y->high, false, &r->low_high) &&
	       ends(&x->high, false, &y->low, true, &r->high_low) &&
	       ends(&x->high, false, &y->high, false, &r->high_high);
}

static bool before(const struct relation *r)
{
	return r->high_low < 0 || (r->high_low == 0 && (!r->x.high_closed || !r->y.low_closed));
}

static bool after(const struct relation *r)
{
	return r->low_high > 0 || (r->low_high == 0 && (!r->x.low_closed || !r->y.high_closed));
}

static bool meets(const struct relation *r)
{
	return r->high_low == 0 && r->x.high_closed && r->y.low_closed;
}

static bool met_by(const struct relation *r)
{
	return r->low_high == 0 && r->x.low_closed && r->y.high_closed;
}

/* x begins no later than y; x ends no later than y. */
static bool low_first(const struct relation *r)
{
	return r->low_low < 0 || (r->low_low == 0 && (r->x.low_closed || !r->y.low_closed));
}

static bool high_first(const struct relation *r)
{
	return r->high_high < 0 || (r->high_high == 0 && (!r->x.high_closed || r->y.high_closed));
}

static bool low_last(const struct relation *r)
{
	return r->low_low > 0 || (r->low_low == 0 && (!r->x.low_closed || r->y.low_closed));
}

static bool high_last(const struct relation *r)
{
	return r->high_high > 0 || (r->high_high == 0 && (r->x.high_closed || !r->y.high_closed));
}

static bool overlaps(const struct relation *r)
{
	return !before(r) && !after(r);
}

static bool overlaps_before(const struct relation *r)
{
	bool starts_before = r->low_low < 0 ||
		(r->low_low == 0 && r->x.low_closed && !r->y.low_closed);
	return starts_before && !before(r) && high_first(r);
}

static bool overlaps_after(const struct relation *r)
{
	bool starts_after = r->low_low > 0 || (r->low_low == 0 && !r->x.low_closed && r->y.low_closed);
	bool ends_after = r->high_high > 0 ||
		(r->high_high == 0 && (r->x.high_closed || !r->y.high_closed));
	return starts_after && !after(r) && ends_after;
}

static bool same_low(const struct relation *r)
{
	return r->low_low == 0 && r->x.low_closed == r->y.low_closed;
}

static bool same_high(const struct relation *r)
{
	return r->high_high == 0 && r->x.high_closed == r->y.high_closed;
}

static bool finishes(const struct relation *r) { return same_high(r) && low_last(r); }
static bool finished_by(const struct relation *r) { return same_high(r) && low_first(r); }
static bool includes(const struct relation *r) { return low_first(r) && high_last(r); }
static bool during(const struct relation *r) { return low_last(r) && high_first(r); }
static bool starts(const struct relation *r) { return same_low(r) && high_first(r); }
static bool started_by(const struct relation *r) { return same_low(r) && high_last(r); }
static bool coincides(const struct relation *r) { return same_low(r) && same_high(r); }

/* Which sides may be points: bit 1 both, 2 (point, range), 4 (range, point), 8 both ranges. */
enum { PP = 1, PR = 2, RP = 4, RR = 8 };

static struct feel_value answer(const struct feel_value *args, size_t n, unsigned allowed,
                                bool (*holds)(const struct relation *))
{
	struct relation r;
	if (n != 2 || !relate(args, &r))
		return feel_null();
	unsigned shape = r.x.point ? (r.y.point ? PP : PR) : (r.y.point ? RP : RR);
	return shape & allowed ? feel_bool(holds(&r)) : feel_null();
}

#define RANGE_FUNCTION(name, allowed) \
	struct feel_value fn_##name(struct machine *m, const struct feel_value *args, size_t n) \
	{ \
		(void)m; \
		return answer(args, n, allowed, name); \
	}
RANGE_FUNCTION(before, PP | PR | RP | RR)
RANGE_FUNCTION(after, PP | PR | RP | RR)
RANGE_FUNCTION(meets, RR)
RANGE_FUNCTION(met_by, RR)
RANGE_FUNCTION(overlaps, RR)
RANGE_FUNCTION(overlaps_before, RR)
RANGE_FUNCTION(overlaps_after, RR)
RANGE_FUNCTION(finishes, PR | RR)
RANGE_FUNCTION(finished_by, RP | RR)
RANGE_FUNCTION(includes, RP | RR)
RANGE_FUNCTION(during, PR | RR)
RANGE_FUNCTION(starts, PR | RR)
RANGE_FUNCTION(started_by, RP | RR)
RANGE_FUNCTION(coincides, PP | RR)

/* range("[1..3]"): the text of a range literal with literal ends (§10.3.4.1). */
static bool literal_end(const struct node *n)
{
	if (n->kind == N_CALL && n->builtin) {
		static const struct str makers[] = { STR_INIT("date"), STR_INIT("time"),
			STR_INIT("date and time"), STR_INIT("duration"), STR_INIT("years and months duration") };
		for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
			if (str_eq(n->builtin->name, makers[i]))
				return n->n == 2 && n->kids[1]->kind == N_LITERAL;
		return false;
	}
	return n->kind == N_LITERAL;
}

struct feel_value fn_range(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_expr *e;
	if (!arg_is(args, n, 0, FEEL_STRING) || args[0].string.n > 1000)
		return feel_null();
	machine_step(m, 100);
	size_t before = arena_used(m->a);
	bool compiled = is_ok(feel_compile(m->a, args[0].string, NULL, &e, NULL, NULL));
	size_t used = arena_used(m->a) - before;
	if (used > m->bytes)
		machine_limit(m, "feel.memory", "the expression takes too much memory");
	m->bytes -= used;
	if (!compiled)
		return feel_null();
	const struct node *r = e->root;
	if (r->kind == N_TEST && literal_end(r->kids[0]))
		return machine_eval(m, r, NULL);
	if (r->kind != N_RANGE || !literal_end(r->kids[0]) || !literal_end(r->kids[1]))
		return feel_null();
	struct feel_value v = machine_eval(m, r, NULL);
	int c;
	if (v.kind != FEEL_RANGE || v.range->low.kind == FEEL_NULL || v.range->high.kind == FEEL_NULL)
		return feel_null();
	return feel_order(&v.range->low, &v.range->high, &c) && c <= 0 ? v : feel_null();
}
