/* Dated rules: a chain of "if" over the versions, newest first, so that the
 * evaluator, explanations and partial facts treat them as any expression. Before
 * the first version the value is null. */
#include "rule/dated.h"

#include "rule/machine.h"
#include "rule/syntax.h"

struct dated {
	struct feel_expr expr;
	struct feel_function function;
	const struct dated_version *versions;
	size_t n;
};

static struct node *node(struct arena *a, enum node_kind kind, const struct node *const *kids,
                         size_t n)
{
	struct node *x = ARENA_NEW(a, struct node);
	const struct node **own = ARENA_ARRAY(a, const struct node *, n + 1);
	if (n)
		memcpy(own, kids, n * sizeof *own);
	*x = (struct node){ .kind = kind, .n = (uint32_t)n, .kids = own };
	return x;
}

static const struct node *literal(struct arena *a, struct feel_value v, struct str text)
{
	struct node *x = node(a, N_LITERAL, NULL, 0);
	x->value = v;
	x->text = text;
	return x;
}

/* The rows cite the law of the version where they have none of their own. */
static const struct rule_table *with_law(struct arena *a, const struct dated_version *v)
{
	if (!v->table)
		return NULL;
	struct rule_table *t = ARENA_NEW(a, struct rule_table);
	struct rule_row *rows = ARENA_ARRAY(a, struct rule_row, v->table->nrows + 1);
	*t = *v->table;
	for (size_t i = 0; i < t->nrows; i++) {
		rows[i] = v->table->rows[i];
		if (!rows[i].law.n)
			rows[i].law = v->law;
	}
	t->rows = rows;
	return t;
}

static const struct node *since(struct arena *a, const struct node *day, struct str from,
                                struct feel_value date)
{
	struct node *x = node(a, N_GE, (const struct node *[]){ day, literal(a, date, from) }, 2);
	x->text = arena_printf(a, "%.*s >= %.*s", STR_ARG(day->text), STR_ARG(from));
	return x;
}

static struct result build(struct arena *a, struct dated *d, const struct node *day,
                           struct err *err)
{
	const struct node *body = literal(a, feel_null(), STR("null"));
	for (size_t i = 0; i < d->n; i++) {
		const struct dated_version *v = &d->versions[i];
		struct feel_value date = feel_parse_date(v->from);
		if (date.kind != FEEL_DATE)
			return fail(err, ERR_INPUT, "dated.from", NULL, "no date: %.*s", (int)(v->from.n % 20),
			            v->from.p);
		if (i > 0 && str_cmp(d->versions[i - 1].from, v->from) >= 0)
			return fail(err, ERR_INPUT, "dated.order", NULL, "two versions at once");
		struct node *table = node(a, v->table ? N_TABLE : N_LITERAL, NULL, 0);
		table->table = v->table; /* without one: a null literal */
		const struct node *kids[] = { since(a, day, v->from, date), table, body };
		body = node(a, N_IF, kids, 3);
	}
	d->expr.root = body;
	return ok();
}

struct result dated_new(struct arena *a, struct str on, const struct str *params, size_t nparams,
                        const struct dated_version *versions, size_t n, const struct dated **ret,
                        struct err *err)
{
	struct dated *d = ARENA_NEW(a, struct dated);
	struct dated_version *own = ARENA_ARRAY(a, struct dated_version, n + 1);
	struct feel_context_builder known = feel_context_new(a);
	const struct feel_expr *day;
	for (size_t i = 0; i < n; i++) {
		own[i] = versions[i];
		own[i].table = with_law(a, &versions[i]);
	}
	d->versions = own;
	d->n = n;
	if (on.n)
		feel_put(&known, on, feel_null());
	struct feel_value names = feel_context_done(&known);
	TRY(feel_compile(a, on.n ? on : STR("today()"), &names, &day, NULL, err));
	TRY(build(a, d, day->root, err));
	struct node *function = node(a, N_FUNCTION, &d->expr.root, 1);
	function->names = params;
	function->nnames = (uint32_t)nparams;
	d->function = (struct feel_function){ .kind = FN_CLOSURE, .node = function, .params = params,
		.nparams = nparams };
	*ret = d;
	return ok();
}

struct feel_value dated_value(const struct dated *d)
{
	return (struct feel_value){ .kind = FEEL_FUNCTION, .function = &d->function };
}

const struct feel_expr *dated_expr(const struct dated *d)
{
	return &d->expr;
}

size_t dated_versions(const struct dated *d, const struct dated_version **ret)
{
	*ret = d->versions;
	return d->n;
}

const struct dated_version *dated_at(const struct dated *d, struct str day)
{
	for (size_t i = d->n; i > 0; i--)
		if (str_cmp(d->versions[i - 1].from, day) <= 0)
			return &d->versions[i - 1];
	return NULL;
}
