/* Decision tables: evaluation and hit policies (DMN 1.5 §8.2.8, §8.2.11). */
#include "rule/table.h"

#include "rule/table_index.h"
#include "rule/why_log.h"

enum { TABLE_STEPS_PER_CELL = 20 };

/* One evaluation. Everything lies in the arena: a limit may leave at any time. */
struct deciding {
	struct machine *m;
	const struct frame *f; /* of the boxed expression around it, or NULL */
	const struct rule_table *t;
	struct feel_value *inputs;
	uint32_t *matched;
	size_t nmatched, cap_matched;
	bool settled[TABLE_COLUMNS_MAX]; /* by the index: not to be tested */
	struct rule_outcome out;
};

static bool row_matches(struct deciding *d, const struct rule_row *row)
{
	for (size_t i = 0; i < d->t->ninputs; i++)
		if (!d->settled[i] && row->when[i] &&
		    machine_test(d->m, row->when[i]->root, d->f, &d->inputs[i]) != FEEL_TRUE)
			return false;
	return true;
}

static void matched_push(struct deciding *d, size_t row)
{
	if (d->nmatched == d->cap_matched) {
		size_t cap = d->cap_matched ? d->cap_matched * 4 : 4;
		uint32_t *grown = machine_alloc(d->m, cap, sizeof *grown);
		if (d->nmatched)
			memcpy(grown, d->matched, d->nmatched * sizeof *grown);
		d->matched = grown;
		d->cap_matched = cap;
	}
	d->matched[d->nmatched++] = (uint32_t)row;
}

/* False: no further row counts. */
static bool match_row(struct deciding *d, size_t row)
{
	machine_step(d->m, 1);
	if (!row_matches(d, &d->t->rows[row]))
		return true;
	matched_push(d, row);
	return d->t->hit != HIT_FIRST;
}

/* The rows that match, among the candidates the index names. */
static void match_rows(struct deciding *d)
{
	const uint32_t *rows;
	if (!d->t->index) {
		for (size_t i = 0; i < d->t->nrows; i++)
			if (!match_row(d, i))
				return;
		return;
	}
	for (size_t i = 0, n = table_index_find(d->m, d->t->index, d->inputs, &rows,
	                                         d->settled); i < n; i++)
		if (!match_row(d, rows[i]))
			return;
}

/* Does a value pass the tests of its output? A list does item by item too. */
static bool output_allowed(struct deciding *d, const struct feel_expr *tests,
                           const struct feel_value *v)
{
	if (!tests || v->kind == FEEL_NULL || machine_test(d->m, tests->root, d->f, v) == FEEL_TRUE)
		return true;
	if (v->kind != FEEL_LIST)
		return false;
	for (size_t i = 0; i < v->list.n; i++)
		if (machine_test(d->m, tests->root, d->f, &v->list.items[i]) != FEEL_TRUE)
			return false;
	return true;
}

/* The value of a row: its only output, or a context of them. */
static struct feel_value outputs(struct deciding *d, const struct feel_expr *const *then,
                                 uint32_t row_line)
{
	const struct rule_table *t = d->t;
	struct feel_value *values = machine_alloc(d->m, t->noutputs, sizeof *values);
	struct str *keys = machine_alloc(d->m, t->noutputs, sizeof *keys);
	for (size_t i = 0; i < t->noutputs; i++) {
		values[i] = then[i] ? machine_eval(d->m, then[i]->root, d->f) : feel_null();
		keys[i] = t->outputs[i].name;
		if (!machine_fit(d->m, &values[i], t->outputs[i].type) ||
		    !output_allowed(d, t->outputs[i].allowed, &values[i])) {
			machine_trouble(d->m, "table.output", row_line, (uint32_t)(t->ninputs + i));
			values[i] = feel_null();
		}
	}
	if (t->noutputs == 1)
		return values[0];
	struct feel_value v = { .kind = FEEL_CONTEXT };
	v.context.keys = keys;
	v.context.values = values;
	v.context.n = t->noutputs;
	return v;
}

static struct feel_value trouble(struct deciding *d, enum rule_trouble kind, size_t column)
{
	d->out.trouble = kind;
	d->out.column = (uint32_t)column;
	return feel_null();
}

static struct feel_value defaults(struct deciding *d)
{
	const struct rule_table *t = d->t;
	const struct feel_expr **dflt = machine_alloc(d->m, t->noutputs, sizeof *dflt);
	for (size_t i = 0; i < t->noutputs; i++) {
		dflt[i] = t->outputs[i].dflt;
		d->out.is_default |= dflt[i] != NULL;
	}
	return d->out.is_default ? outputs(d, dflt, 0) : feel_null();
}

static struct feel_value any_hit(struct deciding *d, const struct feel_value *values)
{
	for (size_t i = 1; i < d->nmatched; i++)
		if (machine_equal(d->m, &values[0], &values[i]) != FEEL_TRUE)
			return trouble(d, TROUBLE_DIFFERENT, d->t->ninputs);
	return values[0];
}

/* Place of an output's value among its values; the first is the best. */
static bool rank_of(struct deciding *d, const struct feel_value *ranks, const struct feel_value *v,
                    size_t *ret)
{
	for (size_t i = 0; i < ranks->list.n; i++)
		if (machine_equal(d->m, &ranks->list.items[i], v) == FEEL_TRUE) {
			*ret = i;
			return true;
		}
	return false;
}

/* Is x better than y? By the first output whose ranks differ. */
static int compare_ranks(const size_t *x, const size_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static bool rank_rows(struct deciding *d, const struct feel_value *values, size_t *ranks)
{
	const struct rule_table *t = d->t;
	for (size_t o = 0; o < t->noutputs; o++) {
		struct feel_value order = feel_list(NULL, 0);
		if (t->outputs[o].values)
			order = machine_eval(d->m, t->outputs[o].values->root, d->f);
		for (size_t i = 0; i < d->nmatched; i++) {
			const struct feel_value *v = t->noutputs == 1 ? &values[i]
			                                             : &values[i].context.values[o];
			size_t *rank = &ranks[i * t->noutputs + o];
			*rank = 0;
			if (t->outputs[o].values && !rank_of(d, &order, v, rank)) {
				trouble(d, TROUBLE_OUTPUT, t->ninputs + o);
				return false;
			}
		}
	}
	return true;
}

/* All values, best first; stable, so that equals keep the table's order. */
static struct feel_value ordered(struct deciding *d, struct feel_value *values)
{
	size_t n = d->t->noutputs, *ranks = machine_alloc(d->m, d->nmatched * n, sizeof *ranks);
	size_t *order = machine_alloc(d->m, d->nmatched, sizeof *order);
	struct feel_value *out = machine_alloc(d->m, d->nmatched, sizeof *out);
	if (!rank_rows(d, values, ranks))
		return feel_null();
	for (size_t i = 0; i < d->nmatched; i++) {
		size_t k = i;
		for (; k > 0 && compare_ranks(&ranks[i * n], &ranks[order[k - 1] * n], n) < 0; k--) {
			machine_step(d->m, 1);
			order[k] = order[k - 1];
		}
		order[k] = i;
	}
	for (size_t i = 0; i < d->nmatched; i++)
		out[i] = values[order[i]];
	return feel_list(out, d->nmatched);
}

static struct feel_value aggregated(struct deciding *d, const struct feel_value *values)
{
	struct feel_value best = values[0];
	int c;
	if (d->t->aggregate == AGGREGATE_COUNT)
		return feel_int((int64_t)d->nmatched);
	for (size_t i = 1; i < d->nmatched; i++) {
		if (d->t->aggregate == AGGREGATE_SUM) {
			best = operator_add(d->m, &best, &values[i]);
			continue;
		}
		if (!feel_order(&values[i], &best, &c))
			return feel_null();
		if (d->t->aggregate == AGGREGATE_MIN ? c < 0 : c > 0)
			best = values[i];
	}
	return best;
}

static struct feel_value decide(struct deciding *d)
{
	enum rule_hit hit = d->t->hit;
	if (!d->nmatched)
		return defaults(d);
	if (hit == HIT_UNIQUE && d->nmatched > 1)
		return trouble(d, TROUBLE_SEVERAL, 0);
	struct feel_value *values = machine_alloc(d->m, d->nmatched, sizeof *values);
	for (size_t i = 0; i < d->nmatched; i++) {
		const struct rule_row *row = &d->t->rows[d->matched[i]];
		values[i] = outputs(d, row->then, row->line);
	}
	switch (hit) {
	case HIT_UNIQUE: case HIT_FIRST: return values[0];
	case HIT_ANY: return any_hit(d, values);
	case HIT_OUTPUT_ORDER: return ordered(d, values);
	case HIT_PRIORITY: {
		struct feel_value all = ordered(d, values);
		return all.kind == FEEL_LIST ? all.list.items[0] : all;
	}
	case HIT_COLLECT:
		if (d->t->aggregate)
			return aggregated(d, values);
		return feel_list(values, d->nmatched);
	case HIT_RULE_ORDER: return feel_list(values, d->nmatched);
	}
	return feel_null();
}

static struct feel_value evaluate(struct deciding *d)
{
	const struct rule_table *t = d->t;
	for (size_t i = 0; i < t->ninputs; i++) {
		d->inputs[i] = machine_eval(d->m, t->inputs[i].expr->root, d->f);
		if (t->inputs[i].values && d->inputs[i].kind != FEEL_NULL &&
		    machine_test(d->m, t->inputs[i].values->root, d->f, &d->inputs[i]) != FEEL_TRUE) {
			if (!d->m->troubles)
				return trouble(d, TROUBLE_INPUT, i);
			/* In a model it counts as null, as any value that does not conform. */
			machine_trouble(d->m, "table.input", 0, (uint32_t)i);
			d->inputs[i] = feel_null();
		}
	}
	if (d->m->why)
		d->m->why->off++; /* the cells are told with the rows that match */
	match_rows(d);
	if (d->m->why)
		d->m->why->off--;
	return decide(d);
}

/* A table may look at every cell: its steps grow with it, on top of the scope's. */
static uint32_t steps_of(const struct rule_table *t, const struct feel_scope *s)
{
	uint64_t cells = (uint64_t)t->nrows * (t->ninputs + t->noutputs) + 1;
	uint64_t steps = (s->max_steps ? s->max_steps : MACHINE_STEPS) + cells * TABLE_STEPS_PER_CELL;
	return steps > UINT32_MAX ? UINT32_MAX : (uint32_t)steps;
}

/* The decision in an evaluation that runs already. */
static void decide_in(struct deciding *d)
{
	d->inputs = machine_alloc(d->m, d->t->ninputs, sizeof *d->inputs);
	struct feel_value *kept = machine_alloc(d->m, 1, sizeof *kept);
	*kept = evaluate(d);
	d->out.value = kept;
	d->out.inputs = d->inputs;
	d->out.matched = d->matched;
	d->out.nmatched = d->nmatched;
}

struct feel_value table_value(struct machine *m, const struct rule_table *t, const struct frame *f)
{
	static const char *const codes[] = {
		[TROUBLE_INPUT] = "table.input", [TROUBLE_SEVERAL] = "table.several",
		[TROUBLE_DIFFERENT] = "table.different", [TROUBLE_OUTPUT] = "table.rank",
	};
	struct why_node *w = why_open(m, WHY_TABLE, t->name);
	struct deciding d = { .m = m, .f = f, .t = t };
	decide_in(&d);
	if (d.out.trouble)
		machine_trouble(m, codes[d.out.trouble], 0, d.out.column);
	why_table(m, w, t, &d.out);
	why_close(m, w, d.out.value);
	return *d.out.value;
}

static struct result run(struct deciding *d, struct why_log *log)
{
	if (setjmp(d->m->bail))
		return d->m->failed;
	if (log)
		why_begin(d->m, log);
	struct why_node *w = why_open(d->m, WHY_TABLE, d->t->name);
	decide_in(d);
	why_table(d->m, w, d->t, &d->out);
	why_close(d->m, w, d->out.value);
	machine_measure(d->m, d->out.value);
	return ok();
}

static struct result table_run(const struct rule_table *t, const struct feel_scope *s,
                               struct arena *a, struct why_log *log, struct rule_outcome *ret,
                               struct err *err)
{
	struct deciding *d = ARENA_NEW(a, struct deciding);
	struct machine *m = ARENA_NEW(a, struct machine);
	d->t = t;
	d->m = m;
	machine_init(m, s, a, err);
	m->steps = steps_of(t, s);
	TRY(run(d, log));
	*ret = d->out;
	return ok();
}

struct result rule_table_eval(const struct rule_table *t, const struct feel_scope *s,
                              struct arena *a, struct rule_outcome *ret, struct err *err)
{
	return table_run(t, s, a, NULL, ret, err);
}

struct result rule_table_explain(const struct rule_table *t, const struct feel_scope *s,
                                 struct arena *a, struct rule_outcome *ret,
                                 const struct why **ret_why, struct err *err)
{
	struct why_log log = { 0 };
	TRY(table_run(t, s, a, &log, ret, err));
	*ret_why = why_end(&log, ret->value);
	return ok();
}
