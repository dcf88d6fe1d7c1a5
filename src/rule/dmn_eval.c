/* Evaluation of a model: one machine for all of it, every element worked out at
 * most once and only when something reads it (DMN 1.5 §10.4). */
#include "rule/dmn_model.h"

#include "rule/missing.h"
#include "rule/why_log.h"
#include "rule/words.h"

enum { DMN_STEPS = 1000000 };

enum cell_state { CELL_NEW, CELL_OPEN, CELL_DONE, CELL_ABSENT };

struct cell {
	enum cell_state state;
	struct feel_value value;
};

/* One way through the model: a call of a service begins another. */
struct pass {
	struct dmn_run *run;
	struct cell *cells;
	const struct feel_value *inputs;
	unsigned depth;
};

struct dmn_run {
	struct machine m;
	struct troubles troubles;
	struct why_log why;
	bool explains;
	const struct dmn_model *model;
	const struct feel_value *inputs; /* not in the scope: only declared names are seen */
};

/* What a frame needs to work a name out. */
struct fetcher {
	struct pass *pass;
	const struct drg *element;
};

static const struct feel_value *element_value(struct pass *p, const struct drg *d);

static struct pass *pass_new(struct dmn_run *run, const struct feel_value *inputs, unsigned depth)
{
	struct pass *p = machine_alloc(&run->m, 1, sizeof *p);
	machine_step(&run->m, run->model->nelements / 16);
	*p = (struct pass){ .run = run, .inputs = inputs, .depth = depth,
		.cells = machine_alloc(&run->m, run->model->nelements, sizeof *p->cells) };
	return p;
}

static const struct feel_value *import_value(struct pass *p, const struct need *slot)
{
	struct machine *m = &p->run->m;
	struct feel_value v = { .kind = FEEL_CONTEXT };
	struct str *keys = machine_alloc(m, slot->nmembers, sizeof *keys);
	struct feel_value *values = machine_alloc(m, slot->nmembers + 1, sizeof *values);
	for (size_t i = 0; i < slot->nmembers; i++) {
		const struct feel_value *x = element_value(p, slot->members[i]);
		if (!x)
			continue;
		keys[v.context.n] = slot->members[i]->name;
		values[v.context.n++] = *x;
	}
	v.context.keys = keys;
	v.context.values = values;
	values[slot->nmembers] = v;
	return &values[slot->nmembers];
}

/* One output of a table with several: of one row, or of every row that matched. */
static const struct feel_value *output_value(struct machine *m, const struct feel_value *v,
                                             struct str output)
{
	if (v->kind == FEEL_CONTEXT)
		return feel_get(v, output);
	if (v->kind != FEEL_LIST)
		return v; /* null, or still open */
	struct feel_value *list = machine_alloc(m, v->list.n + 1, sizeof *list);
	for (size_t i = 0; i < v->list.n; i++) {
		const struct feel_value *x = feel_get(&v->list.items[i], output);
		list[i] = x ? *x : feel_null();
	}
	list[v->list.n] = feel_list(list, v->list.n);
	return &list[v->list.n];
}

static const struct feel_value *fetch(struct machine *m, void *fetcher, size_t i)
{
	const struct fetcher *f = fetcher;
	const struct need *slot = &f->element->slots[i];
	if (!slot->element)
		return import_value(f->pass, slot);
	const struct feel_value *v = element_value(f->pass, slot->element);
	return v && slot->output.n ? output_value(m, v, slot->output) : v;
}

/* In the arena, so that functions may close over it. */
static const struct frame *frame_of(struct pass *p, const struct drg *d)
{
	struct machine *m = &p->run->m;
	struct fetcher *f = machine_alloc(m, 1, sizeof *f);
	struct frame *frame = machine_alloc(m, 1, sizeof *frame);
	*f = (struct fetcher){ p, d };
	*frame = (struct frame){ .names = d->names, .n = d->nslots, .kept = true, .fetch = fetch,
		.fetcher = f };
	return frame;
}

static const struct feel_value *given(const struct pass *p, const struct drg *d)
{
	const struct dmn_unit *main = p->run->model->units[0];
	if (d->unit != main)
		for (size_t i = 0; i < main->nimports; i++) {
			const struct feel_value *under = main->imports[i].unit == d->unit
			                               ? feel_get(p->inputs, main->imports[i].name) : NULL;
			if (feel_get(under, d->name))
				return feel_get(under, d->name);
		}
	return feel_get(p->inputs, d->name);
}

static bool input_value(struct pass *p, const struct drg *d, struct feel_value *ret)
{
	const struct feel_value *v = given(p, d);
	if (!v)
		return false;
	*ret = *v;
	if (!machine_fit(&p->run->m, ret, d->type)) {
		p->run->troubles.element = d->name;
		machine_trouble(&p->run->m, "dmn.input", d->xml->line, 0);
		*ret = feel_null();
	}
	return true;
}

/* A service called as a function: its parameters stand for its inputs. */
static struct feel_value call_service(struct machine *m, void *context, const struct feel_value *args)
{
	const struct fetcher *f = context;
	const struct drg *d = f->element;
	if (f->pass->depth >= MACHINE_NESTING)
		machine_limit(m, "feel.depth", "decision services call each other too deeply");
	struct pass *p = pass_new(f->pass->run, NULL, f->pass->depth + 1);
	for (size_t i = 0; i < d->nparams; i++)
		p->cells[d->params[i]->index] = (struct cell){ CELL_DONE, args[i] };
	struct feel_value *values = machine_alloc(m, d->noutputs, sizeof *values);
	struct str *keys = machine_alloc(m, d->noutputs, sizeof *keys);
	for (size_t i = 0; i < d->noutputs; i++) {
		const struct feel_value *v = element_value(p, d->outputs[i]);
		values[i] = v ? *v : feel_null();
		keys[i] = d->outputs[i]->name;
	}
	struct feel_value v = { .kind = FEEL_CONTEXT };
	v.context.keys = keys;
	v.context.values = values;
	v.context.n = d->noutputs;
	if (d->noutputs == 1)
		v = values[0];
	if (machine_fit(m, &v, d->type))
		return v;
	machine_trouble(m, "dmn.type", d->xml->line, 0);
	return feel_null();
}

static struct feel_value service_value(struct pass *p, const struct drg *d)
{
	struct machine *m = &p->run->m;
	struct fetcher *f = machine_alloc(m, 1, sizeof *f);
	struct feel_function *fn = machine_alloc(m, 1, sizeof *fn);
	*f = (struct fetcher){ p, d };
	*fn = (struct feel_function){ .kind = FN_SERVICE, .service = call_service, .context = f,
		.params = d->param_names, .types = d->param_types, .nparams = d->nparams };
	return (struct feel_value){ .kind = FEEL_FUNCTION, .function = fn };
}

static struct feel_value logic_value(struct pass *p, const struct drg *d)
{
	struct machine *m = &p->run->m;
	struct troubles *t = &p->run->troubles, before = *t;
	t->element = d->name;
	t->line = d->xml->line;
	if (!d->logic)
		machine_trouble(m, "dmn.broken", 0, 0);
	struct feel_value v = feel_null();
	if (d->logic)
		v = m->partial ? missing_eval(m, d->logic, frame_of(p, d))
		               : machine_eval(m, d->logic, frame_of(p, d));
	t->element = before.element;
	t->line = before.line;
	return v;
}

/* NULL: an input that is not there. */
static const struct feel_value *element_value(struct pass *p, const struct drg *d)
{
	struct machine *m = &p->run->m;
	struct cell *c = &p->cells[d->index];
	if (c->state == CELL_DONE)
		return &c->value;
	if (c->state == CELL_ABSENT)
		return NULL;
	if (c->state == CELL_OPEN) {
		p->run->troubles.element = d->name;
		machine_trouble(m, "dmn.cycle", d->xml->line, 0);
		c->value = feel_null();
		return &c->value;
	}
	c->state = CELL_OPEN;
	if (d->kind == DMN_INPUT) {
		c->state = input_value(p, d, &c->value) ? CELL_DONE : CELL_ABSENT;
		return c->state == CELL_DONE ? &c->value : NULL;
	}
	struct why_node *w = d->kind == DMN_DECISION ? why_open(m, WHY_DECISION, d->name) : NULL;
	struct feel_value v = d->kind == DMN_SERVICE ? service_value(p, d) : logic_value(p, d);
	c->value = v;
	why_close(m, w, &v);
	c->state = CELL_DONE;
	return &c->value;
}

/* A service or knowledge model called from outside: arguments by name. */
static struct feel_value call_outside(struct pass *p, const struct drg *d)
{
	struct machine *m = &p->run->m;
	const struct feel_value *fn = element_value(p, d);
	if (!fn || fn->kind != FEEL_FUNCTION)
		return feel_null();
	const struct feel_function *f = fn->function;
	struct feel_value *args = machine_alloc(m, f->nparams, sizeof *args);
	for (size_t i = 0; i < f->nparams; i++) {
		const struct feel_value *v = feel_get(p->inputs, f->params[i]);
		args[i] = v ? *v : m->partial ? missing_fact(m, f->params[i]) : feel_null();
	}
	return m->partial ? missing_call(m, fn, args, f->nparams)
	                  : machine_call(m, fn, args, f->nparams);
}

static struct result run_element(struct dmn_run *run, const struct drg *d,
                                 const struct feel_value **ret)
{
	struct machine *m = &run->m;
	if (setjmp(m->bail))
		return m->failed;
	if (run->explains)
		why_begin(m, &run->why);
	struct pass *p = pass_new(run, run->inputs, 0);
	struct feel_value *v = machine_alloc(m, 1, sizeof *v);
	if (d->kind == DMN_SERVICE || d->kind == DMN_KNOWLEDGE) {
		*v = call_outside(p, d);
	} else {
		const struct feel_value *x = element_value(p, d);
		*v = x ? *x : feel_null();
	}
	machine_measure(m, v);
	*ret = v;
	return ok();
}

static const struct drg *find(const struct dmn_model *m, struct str name)
{
	for (size_t pass = 0; pass < 2; pass++) /* decisions first: a service may be called alike */
		for (size_t i = 0; i < m->units[0]->nelements; i++) {
			const struct drg *d = m->units[0]->elements[i];
			if ((pass || d->kind == DMN_DECISION) && str_eq(d->name, name))
				return d;
		}
	return NULL;
}

static struct result begin(const struct dmn_model *model, struct str name,
                           const struct feel_scope *s, struct arena *a, struct dmn_run **ret,
                           struct feel_scope *bare, const struct drg **ret_element, struct err *err)
{
	const struct drg *d = find(model, name);
	if (!d)
		return fail(err, ERR_NOT_FOUND, "dmn.element", NULL, "the model has no decision '%.*s'",
		            (int)(name.n < 100 ? name.n : 0), name.p);
	struct dmn_run *run = ARENA_NEW(a, struct dmn_run);
	*bare = *s;
	bare->max_steps = s->max_steps ? s->max_steps : DMN_STEPS;
	machine_init(&run->m, bare, a, err);
	run->model = model;
	run->inputs = s->names;
	bare->names = NULL;
	run->m.troubles = &run->troubles;
	*ret = run;
	*ret_element = d;
	return ok();
}

static void tell(struct dmn_run *run, struct arena *a, struct dmn_outcome *o)
{
	struct dmn_trouble *list = ARENA_ARRAY(a, struct dmn_trouble, run->troubles.n);
	for (size_t i = 0; i < run->troubles.n; i++) {
		const struct trouble *t = &run->troubles.list[i];
		struct str en = rule_trouble_en(t->code);
		list[i] = (struct dmn_trouble){ t->code, t->element, t->line, t->column, en,
			rule_ja(a, t->code, en) };
	}
	o->troubles = list;
	o->ntroubles = run->troubles.n;
}

struct result dmn_decide(const struct dmn_model *model, struct str name,
                         const struct feel_scope *s, struct arena *a, struct dmn_outcome *ret,
                         struct err *err)
{
	struct feel_scope bare;
	struct dmn_run *run;
	const struct drg *d;
	struct dmn_outcome o;
	TRY(begin(model, name, s, a, &run, &bare, &d, err));
	TRY(run_element(run, d, &o.value));
	tell(run, a, &o);
	*ret = o;
	return ok();
}

struct result dmn_explain(const struct dmn_model *model, struct str name,
                          const struct feel_scope *s, struct arena *a, struct dmn_outcome *ret,
                          const struct why **ret_why, struct err *err)
{
	struct feel_scope bare;
	struct dmn_run *run;
	const struct drg *d;
	struct dmn_outcome o;
	TRY(begin(model, name, s, a, &run, &bare, &d, err));
	run->explains = true;
	TRY(run_element(run, d, &o.value));
	tell(run, a, &o);
	*ret_why = why_end(&run->why, o.value);
	*ret = o;
	return ok();
}

static struct result demanded(struct dmn_run *run, const struct feel_value *v, struct missing *x)
{
	if (setjmp(run->m.bail))
		return run->m.failed;
	missing_demand(&run->m, x, v);
	return ok();
}

struct result dmn_missing(const struct dmn_model *model, struct str name,
                          const struct feel_scope *s, struct arena *a,
                          const struct feel_value **ret, const struct str **ret_names,
                          size_t *ret_n, struct err *err)
{
	struct feel_scope bare;
	struct dmn_run *run;
	const struct drg *d;
	const struct feel_value *v;
	struct missing missing = { 0 };
	TRY(begin(model, name, s, a, &run, &bare, &d, err));
	run->m.partial = true;
	TRY(run_element(run, d, &v));
	TRY(demanded(run, v, &missing));
	if (ret) {
		struct dmn_outcome o;
		TRY(dmn_decide(model, name, s, a, &o, err));
		*ret = o.value;
	}
	*ret_names = missing.list;
	*ret_n = missing.n;
	return ok();
}
