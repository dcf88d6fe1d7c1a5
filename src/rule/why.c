/* Recording reasons: each node worth telling is opened before it is evaluated
 * and closed with its value; what turned out not to matter is dropped then. */
#include "rule/why_log.h"

bool why_worth(const struct node *n)
{
	switch (n->kind) {
	case N_NAME: case N_PATH: return n->full.n > 0;
	case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE:
	case N_AND: case N_OR: case N_BETWEEN: case N_IN: case N_SOME: case N_EVERY: case N_INSTANCE:
		return true;
	default: return false;
	}
}

struct why_node *why_open(struct machine *m, enum why_kind kind, struct str name)
{
	struct why_log *log = m->why;
	if (!log || log->off || log->n >= WHY_NODES_MAX || log->depth >= WHY_DEPTH_MAX)
		return NULL;
	struct why_node *w = machine_alloc(m, 1, sizeof *w);
	*w = (struct why_node){ .why = { .kind = kind, .name = name }, .up = log->at };
	if (log->at->last)
		log->at->last->next = w;
	else
		log->at->first = w;
	log->at->last = w;
	log->at = w;
	log->n++;
	log->depth++;
	return w;
}

static void drop_last(struct why_node *up, struct why_node *w)
{
	struct why_node *before = NULL;
	for (struct why_node *x = up->first; x != w; x = x->next)
		before = x;
	if (before)
		before->next = NULL;
	else
		up->first = NULL;
	up->last = before;
}

static bool told_already(const struct why_node *up, const struct why_node *w)
{
	for (const struct why_node *x = up->first; x && x != w; x = x->next)
		if (x->why.kind == w->why.kind && str_eq(x->why.name, w->why.name))
			return true;
	return false;
}

void why_close(struct machine *m, struct why_node *w, const struct feel_value *v)
{
	struct why_log *log = m->why;
	if (!w)
		return;
	struct feel_value *kept = machine_alloc(m, 1, sizeof *kept);
	*kept = *v;
	w->why.value = kept;
	log->at = w->up;
	log->depth--;
	struct why_node *kid = w->first;
	if (w->why.kind == WHY_FACT && kid && kid->why.kind == WHY_DECISION &&
	    str_eq(kid->why.name, w->why.name)) { /* the decision itself was read */
		w->why.kind = WHY_DECISION;
		w->first = kid->first;
		w->last = kid->last;
	}
	/* That a function was called is told by what it did. */
	if (w->why.kind == WHY_FACT && (v->kind == FEEL_FUNCTION || told_already(w->up, w)))
		drop_last(w->up, w);
}

/* Of and/or the sides that decided: false ones of a false "and", true ones of a
 * true "or"; facts of the other sides do not matter. */
static void keep_deciding(struct why_node *w, enum node_kind kind, const struct feel_value *v)
{
	bool decided = v->kind == FEEL_BOOL && v->boolean == (kind == N_OR);
	struct why_node **link = &w->first;
	if (!decided)
		return;
	w->last = NULL;
	while (*link) {
		const struct feel_value *side = (*link)->why.value;
		if (side && side->kind == FEEL_BOOL && side->boolean != v->boolean) {
			*link = (*link)->next;
			continue;
		}
		w->last = *link;
		link = &(*link)->next;
	}
}

struct feel_value why_eval(struct machine *m, const struct node *n, const struct frame *f,
                           struct feel_value (*eval)(struct machine *m, const struct node *n,
                                                     const struct frame *f))
{
	bool fact = n->kind == N_NAME || n->kind == N_PATH;
	struct why_node *w = why_open(m, fact ? WHY_FACT : WHY_CONDITION, n->full);
	if (w)
		w->why.node = n;
	struct feel_value v = eval(m, n, f);
	if (w && (n->kind == N_AND || n->kind == N_OR))
		keep_deciding(w, n->kind, &v);
	why_close(m, w, &v);
	return v;
}

/* The rows that matched, with what they asked and the law they cite. */
void why_table(struct machine *m, struct why_node *w, const struct rule_table *t,
               const struct rule_outcome *o)
{
	if (!w)
		return;
	w->why.table = t;
	w->why.trouble = o->trouble;
	w->why.is_default = o->is_default;
	for (size_t i = 0; i < o->nmatched && i < WHY_ROWS_MAX; i++) {
		struct why_node *row = why_open(m, WHY_ROW, t->name);
		if (!row)
			return;
		row->why.table = t;
		row->why.inputs = o->inputs;
		row->why.row = o->matched[i];
		row->why.law = t->rows[o->matched[i]].law;
		row->why.note = t->rows[o->matched[i]].note;
		why_close(m, row, o->value);
	}
}

void why_begin(struct machine *m, struct why_log *log)
{
	struct why_node *root = machine_alloc(m, 1, sizeof *root);
	*root = (struct why_node){ .why = { .kind = WHY_RESULT } };
	log->at = root;
	m->why = log;
}

static void settle(struct why_node *w)
{
	w->why.first = w->first ? &w->first->why : NULL;
	w->why.next = w->next ? &w->next->why : NULL;
	for (struct why_node *x = w->first; x; x = x->next)
		settle(x);
}

const struct why *why_end(struct why_log *log, const struct feel_value *v)
{
	struct why_node *root = log->at;
	while (root->up)
		root = root->up;
	root->why.value = v;
	settle(root);
	return &root->why;
}

static struct result run(struct machine *m, struct why_log *log, const struct feel_expr *e,
                         const struct feel_value **ret)
{
	if (setjmp(m->bail))
		return m->failed;
	why_begin(m, log);
	struct feel_value *v = machine_alloc(m, 1, sizeof *v);
	*v = machine_eval(m, e->root, NULL);
	machine_measure(m, v);
	*ret = v;
	return ok();
}

struct result feel_explain(const struct feel_expr *e, const struct feel_scope *s, struct arena *a,
                           const struct feel_value **ret, const struct why **ret_why,
                           struct err *err)
{
	struct machine m;
	struct why_log log = { 0 };
	const struct feel_value *v;
	machine_init(&m, s, a, err);
	TRY(run(&m, &log, e, &v));
	*ret_why = why_end(&log, v);
	if (ret)
		*ret = v;
	return ok();
}
