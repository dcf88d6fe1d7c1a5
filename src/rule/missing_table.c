/* Decision tables on partial facts (feel.h, feel_missing).
 *
 * A row is out when one known cell of it fails, sure when all its cells are known
 * to hold, and in question otherwise. When every row that may still count gives
 * the same, that is the value. Else the table is open, and asks first for the
 * column on which most of the rows in question hang: its answer leaves the
 * fewest of them. */
#include "rule/missing.h"

#include "rule/table.h"

enum row_state { ROW_OUT, ROW_SURE, ROW_ASKED };

struct part {
	struct machine *m;
	const struct frame *f;
	const struct rule_table *t;
	struct feel_value *inputs;
	uint32_t *rows;          /* that may count, in order */
	bool *sure;
	size_t n, nsure, cap;
	uint32_t *hangs;         /* per column: rows in question that hang on it */
	struct missing cells;    /* what these cells hang on */
};

static void keep_row(struct part *p, size_t row, bool sure)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 4 : 8;
		uint32_t *rows = machine_alloc(p->m, cap, sizeof *rows);
		bool *s = machine_alloc(p->m, cap, sizeof *s);
		if (p->n) {
			memcpy(rows, p->rows, p->n * sizeof *rows);
			memcpy(s, p->sure, p->n * sizeof *s);
		}
		p->rows = rows;
		p->sure = s;
		p->cap = cap;
	}
	p->sure[p->n] = sure;
	p->rows[p->n++] = (uint32_t)row;
	p->nsure += sure;
}

/* What is open is noted only for rows that stay. */
static enum row_state row_state(struct part *p, const struct rule_row *row, bool *open)
{
	enum row_state state = ROW_SURE;
	size_t cells = p->cells.n;
	for (size_t i = 0; i < p->t->ninputs; i++) {
		open[i] = false;
		if (!row->when[i])
			continue;
		struct feel_value v = missing_test(p->m, row->when[i]->root, p->f, &p->inputs[i]);
		open[i] = missing_open(p->m, &v);
		if (!open[i] && !feel_true(&v)) {
			p->cells.n = cells;
			return ROW_OUT;
		}
		if (!open[i])
			continue;
		state = ROW_ASKED;
		missing_demand(p->m, &p->cells, &v);
	}
	return state;
}

static void find_rows(struct part *p)
{
	bool open[TABLE_COLUMNS_MAX];
	for (size_t r = 0; r < p->t->nrows; r++) {
		machine_step(p->m, 1);
		enum row_state state = row_state(p, &p->t->rows[r], open);
		if (state == ROW_OUT)
			continue;
		for (size_t i = 0; state == ROW_ASKED && i < p->t->ninputs; i++)
			p->hangs[i] += open[i];
		keep_row(p, r, state == ROW_SURE);
		if (state == ROW_SURE && p->t->hit == HIT_FIRST)
			return;
	}
}

static struct feel_value output(struct part *p, const struct feel_expr *const *then)
{
	const struct rule_table *t = p->t;
	struct feel_value v = { .kind = FEEL_CONTEXT };
	struct feel_value *values = machine_alloc(p->m, t->noutputs, sizeof *values);
	struct str *keys = machine_alloc(p->m, t->noutputs, sizeof *keys);
	for (size_t i = 0; i < t->noutputs; i++) {
		keys[i] = t->outputs[i].name;
		values[i] = then[i] ? missing_eval(p->m, then[i]->root, p->f) : feel_null();
		if (!missing_open(p->m, &values[i]) && !machine_fit(p->m, &values[i], t->outputs[i].type))
			values[i] = feel_null();
	}
	if (t->noutputs == 1)
		return values[0];
	v.context.keys = keys;
	v.context.values = values;
	v.context.n = t->noutputs;
	return v;
}

static struct feel_value otherwise(struct part *p)
{
	const struct feel_expr **dflt = machine_alloc(p->m, p->t->noutputs, sizeof *dflt);
	bool any = false;
	for (size_t i = 0; i < p->t->noutputs; i++) {
		dflt[i] = p->t->outputs[i].dflt;
		any |= dflt[i] != NULL;
	}
	return any ? output(p, dflt) : feel_null();
}

/* An open input may still turn out to lie outside its values, which makes the
 * whole null; in a model the input alone. */
static bool may_be_refused(struct part *p)
{
	for (size_t i = 0; !p->m->troubles && i < p->t->ninputs; i++)
		if (p->t->inputs[i].values && missing_open(p->m, &p->inputs[i]))
			return true;
	return false;
}

static bool single_hit(enum rule_hit h)
{
	return h == HIT_FIRST || h == HIT_UNIQUE || h == HIT_ANY;
}

/* Everything the table can still give: one value for each row that may count,
 * and what stands when none does. */
static struct feel_value *outcomes(struct part *p, size_t *ret_n)
{
	struct feel_value *v = machine_alloc(p->m, p->n + 2, sizeof *v);
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		v[n++] = output(p, p->t->rows[p->rows[i]].then);
	if (!p->nsure)
		v[n++] = otherwise(p);
	bool clash = p->t->hit == HIT_UNIQUE && p->n > 1;
	if (clash || may_be_refused(p))
		v[n++] = feel_null();
	*ret_n = n;
	return v;
}

static bool all_same(struct part *p, const struct feel_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (missing_open(p->m, &v[i]) || v[i].kind != v[0].kind)
			return false;
		if (v[i].kind != FEEL_NULL && machine_equal(p->m, &v[0], &v[i]) != FEEL_TRUE)
			return false;
	}
	return true;
}

/* Columns by the rows that hang on them, most first; then what cells and outputs
 * of those rows still need. */
static struct feel_value ask(struct part *p, const struct feel_value *v, size_t n)
{
	const struct rule_table *t = p->t;
	struct feel_value *needs = machine_alloc(p->m, 2 * t->ninputs + n + p->cells.n, sizeof *needs);
	size_t k = 0;
	for (size_t left = t->ninputs; left > 0; left--) {
		size_t best = 0;
		for (size_t i = 1; i < t->ninputs; i++)
			best = p->hangs[i] > p->hangs[best] ? i : best;
		if (!p->hangs[best])
			break;
		p->hangs[best] = 0;
		needs[k++] = p->inputs[best];
	}
	for (size_t i = 0; i < t->ninputs; i++)
		if (t->inputs[i].values && missing_open(p->m, &p->inputs[i]))
			needs[k++] = p->inputs[i];
	for (size_t i = 0; i < p->cells.n; i++)
		needs[k++] = missing_fact(p->m, p->cells.list[i]);
	for (size_t i = 0; i < n; i++)
		needs[k++] = v[i];
	return missing_join(p->m, needs, k);
}

/* True when an input that is known lies outside its values. */
static bool outside(struct part *p, size_t i)
{
	const struct feel_expr *values = p->t->inputs[i].values;
	if (!values || missing_open(p->m, &p->inputs[i]) || p->inputs[i].kind == FEEL_NULL)
		return false;
	struct feel_value v = missing_test(p->m, values->root, p->f, &p->inputs[i]);
	return !missing_open(p->m, &v) && !feel_true(&v);
}

struct feel_value missing_table(struct machine *m, const struct rule_table *t,
                                const struct frame *f)
{
	struct part p = { .m = m, .f = f, .t = t };
	size_t n;
	p.inputs = machine_alloc(m, t->ninputs, sizeof *p.inputs);
	p.hangs = machine_alloc(m, t->ninputs, sizeof *p.hangs);
	memset(p.hangs, 0, t->ninputs * sizeof *p.hangs);
	for (size_t i = 0; i < t->ninputs; i++) {
		p.inputs[i] = missing_eval(m, t->inputs[i].expr->root, f);
		if (!outside(&p, i))
			continue;
		machine_trouble(m, "table.input", 0, (uint32_t)i);
		if (!m->troubles)
			return feel_null();
		p.inputs[i] = feel_null();
	}
	find_rows(&p);
	struct feel_value *v = outcomes(&p, &n);
	struct feel_value all = feel_list(v, n);
	bool settled = p.n == p.nsure && !may_be_refused(&p);
	/* What is open stands in columns that no longer count. */
	if (settled && !missing_open(m, &all))
		return table_value(m, t, f);
	if (single_hit(t->hit) && all_same(&p, v, n))
		return v[0];
	if (settled && (p.n == 1 && single_hit(t->hit)))
		return v[0]; /* one row, whose outputs are open in part */
	return ask(&p, v, n);
}
