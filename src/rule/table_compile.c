/* Decision tables: from the tree of a pack to the compiled form. */
#include "rule/table.h"

#include "base/map.h"
#include "rule/table_build.h"
#include "rule/table_index.h"

struct builder {
	struct arena *a;
	const struct syntax_scope *scope;
	const struct table_types *types; /* or NULL */
	struct rule_table *t;
	struct rule_diag *diag;
	struct rule_diags *all; /* takes every mistake, or NULL: the first ends it */
	struct err *err;
	int32_t row, column;
};

static struct rule_place place_of(const struct json *at)
{
	return at ? (struct rule_place){ at->line, at->col } : (struct rule_place){ 0 };
}

static void place(struct builder *b, const struct json *at)
{
	b->diag->line = at ? at->line : 0;
	b->diag->col = at ? at->col : 0;
	b->diag->row = b->row;
	b->diag->column = b->column;
}

static struct result wrong(struct builder *b, const struct json *at, const char *what)
{
	place(b, at);
	b->diag->feel = (struct feel_diag){ .line = 1, .col = 1, .code = "table.form" };
	struct str message = arena_printf(b->a, "%s", what);
	memcpy(b->diag->feel.message, message.p,
	       message.n < sizeof b->diag->feel.message ? message.n + 1 : 0);
	return fail(b->err, ERR_INPUT, "table.form", "DMN 1.5 §8.2", "line %u: %s", b->diag->line, what);
}

/* A mistake in one cell does not hide those in others. */
static struct result tolerate(struct builder *b, struct result r)
{
	struct rule_diags *all = b->all;
	if (is_ok(r) || !all || r.kind != ERR_INPUT || all->n == RULE_DIAGS_MAX)
		return r;
	if (!all->n) {
		all->list = ARENA_ARRAY(b->a, struct rule_diag, RULE_DIAGS_MAX);
		all->first = b->err ? *b->err : (struct err){ 0 };
	}
	all->list[all->n++] = *b->diag;
	*b->diag = (struct rule_diag){ 0 };
	return ok();
}

/* The FEEL text of a cell: as written, numbers and booleans too. */
static bool cell_text(const struct json *cell, struct str *ret)
{
	if (!cell || cell->kind == JSON_NULL)
		*ret = STR("-");
	else if (cell->kind == JSON_BOOL)
		*ret = cell->boolean ? STR("true") : STR("false");
	else if (cell->kind == JSON_STRING || cell->kind == JSON_NUMBER)
		*ret = str_trim(cell->text);
	else
		return false;
	return true;
}

static struct result cell(struct builder *b, const struct json *at, bool tests,
                          const struct feel_expr **ret)
{
	struct str text;
	if (!cell_text(at, &text))
		return wrong(b, at, "a cell is a text, a number, true or false");
	place(b, at);
	return syntax_compile(b->a, text, tests, b->scope, ret, &b->diag->feel, b->err);
}

/* "-" and an empty cell match anything: NULL, so that nothing is evaluated. */
static struct result input_cell(struct builder *b, const struct json *at,
                                const struct feel_expr **ret)
{
	const struct feel_expr *e;
	TRY(cell(b, at, true, &e));
	*ret = e->root->kind == N_ANY ? NULL : e;
	return ok();
}

static struct result inputs(struct builder *b, const struct json *list)
{
	struct rule_input *in = ARENA_ARRAY(b->a, struct rule_input, json_len(list));
	if (!json_is(list, JSON_ARRAY) || json_len(list) > TABLE_COLUMNS_MAX)
		return wrong(b, list, "inputs: a list of at most 64 expressions");
	for (size_t i = 0; i < list->n; i++) {
		const struct json *x = &list->items[i];
		const struct json *expr = x->kind == JSON_OBJECT ? json_get(x, STR("expr")) : x;
		b->column = (int32_t)i;
		if (!expr)
			return wrong(b, x, "an input needs expr");
		TRY(tolerate(b, cell(b, expr, false, &in[i].expr)));
		in[i].label = json_text_or(json_get(x, STR("label")),
		                           in[i].expr ? in[i].expr->source : STR(""));
		in[i].type = b->types ? b->types->inputs[i] : NULL;
		in[i].place = place_of(x);
		if (json_get(x, STR("values")))
			TRY(tolerate(b, cell(b, json_get(x, STR("values")), true, &in[i].values)));
	}
	b->t->inputs = in;
	b->t->ninputs = list->n;
	return ok();
}

/* values of an output: "a, b" or a YAML list; compiled as a FEEL list. */
static struct result output_values(struct builder *b, const struct json *at,
                                   const struct feel_expr **ret)
{
	struct str text;
	if (!cell_text(at, &text))
		return wrong(b, at, "values: the output's values, best first, separated by commas");
	place(b, at);
	return syntax_compile(b->a, arena_printf(b->a, "[%.*s]", STR_ARG(text)), false, b->scope, ret,
	                      &b->diag->feel, b->err);
}

static struct result outputs(struct builder *b, const struct json *list)
{
	struct rule_output *out = ARENA_ARRAY(b->a, struct rule_output, json_len(list));
	b->column = -1;
	if (!json_is(list, JSON_ARRAY) || !list->n || list->n > TABLE_COLUMNS_MAX)
		return wrong(b, list, "outputs: a list of at least one and at most 64 names");
	for (size_t i = 0; i < list->n; i++) {
		const struct json *x = &list->items[i];
		b->column = (int32_t)(b->t->ninputs + i);
		out[i].name = x->kind == JSON_OBJECT ? json_text(json_get(x, STR("name"))) : json_text(x);
		out[i].label = json_text_or(json_get(x, STR("label")), out[i].name);
		out[i].type = b->types ? b->types->outputs[i] : NULL;
		out[i].place = place_of(x);
		if (!out[i].name.n && list->n > 1)
			return wrong(b, x, "several outputs need a name each");
		if (json_get(x, STR("values")))
			TRY(tolerate(b, output_values(b, json_get(x, STR("values")), &out[i].values)));
		if (b->types && json_get(x, STR("allowed")))
			TRY(tolerate(b, cell(b, json_get(x, STR("allowed")), true, &out[i].allowed)));
		if (json_get(x, STR("default")))
			TRY(tolerate(b, cell(b, json_get(x, STR("default")), false, &out[i].dflt)));
	}
	b->t->outputs = out;
	b->t->noutputs = list->n;
	return ok();
}

/* The k-th cell of a row written as a list, or as when and then. */
static const struct json *row_cell(const struct json *row, size_t k, size_t ninputs)
{
	if (row->kind == JSON_ARRAY)
		return json_at(row, k);
	return k < ninputs ? json_at(json_get(row, STR("when")), k)
	                   : json_at(json_get(row, STR("then")), k - ninputs);
}

static bool row_complete(const struct rule_table *t, const struct json *row)
{
	if (row->kind == JSON_ARRAY)
		return row->n == t->ninputs + t->noutputs;
	return json_len(json_get(row, STR("when"))) == t->ninputs &&
	       json_len(json_get(row, STR("then"))) == t->noutputs;
}

static struct result one_row(struct builder *b, const struct json *x, struct rule_row *row)
{
	const struct rule_table *t = b->t;
	const struct feel_expr **when = ARENA_ARRAY(b->a, const struct feel_expr *, t->ninputs);
	const struct feel_expr **then = ARENA_ARRAY(b->a, const struct feel_expr *, t->noutputs);
	struct rule_place *places = ARENA_ARRAY(b->a, struct rule_place, t->ninputs + t->noutputs);
	b->column = -1;
	if (!row_complete(t, x))
		return wrong(b, x, "a row has one cell for every input and every output");
	for (size_t i = 0; i < t->ninputs + t->noutputs; i++)
		places[i] = place_of(row_cell(x, i, t->ninputs));
	for (size_t i = 0; i < t->ninputs; i++) {
		b->column = (int32_t)i;
		TRY(tolerate(b, input_cell(b, row_cell(x, i, t->ninputs), &when[i])));
	}
	for (size_t i = 0; i < t->noutputs; i++) {
		b->column = (int32_t)(t->ninputs + i);
		const struct json *at = row_cell(x, t->ninputs + i, t->ninputs);
		bool empty = !at || at->kind == JSON_NULL;
		TRY(tolerate(b, empty ? wrong(b, x, "an output cell is empty: write null for no value")
		                      : cell(b, at, false, &then[i])));
	}
	row->when = when;
	row->then = then;
	row->law = json_text(json_get(x, STR("law")));
	row->note = json_text(json_get(x, STR("note")));
	row->line = x->line;
	row->places = places;
	return ok();
}

static struct result rows(struct builder *b, const struct json *list)
{
	if (!json_is(list, JSON_ARRAY) || list->n > TABLE_RULES_MAX)
		return wrong(b, list, "rules: a list of at most 20,000 rows");
	struct rule_row *out = ARENA_ARRAY(b->a, struct rule_row, list->n);
	for (size_t i = 0; i < list->n; i++) {
		b->row = (int32_t)i;
		TRY(tolerate(b, one_row(b, &list->items[i], &out[i])));
	}
	b->t->rows = out;
	b->t->nrows = list->n;
	return ok();
}

static const struct {
	struct str word, letter;
	enum rule_hit hit;
	enum rule_aggregate aggregate;
} policies[] = {
	{ STR_INIT("unique"), STR_INIT("U"), HIT_UNIQUE, AGGREGATE_NONE },
	{ STR_INIT("any"), STR_INIT("A"), HIT_ANY, AGGREGATE_NONE },
	{ STR_INIT("priority"), STR_INIT("P"), HIT_PRIORITY, AGGREGATE_NONE },
	{ STR_INIT("first"), STR_INIT("F"), HIT_FIRST, AGGREGATE_NONE },
	{ STR_INIT("rule order"), STR_INIT("R"), HIT_RULE_ORDER, AGGREGATE_NONE },
	{ STR_INIT("output order"), STR_INIT("O"), HIT_OUTPUT_ORDER, AGGREGATE_NONE },
	{ STR_INIT("collect"), STR_INIT("C"), HIT_COLLECT, AGGREGATE_NONE },
	{ STR_INIT("sum"), STR_INIT("C+"), HIT_COLLECT, AGGREGATE_SUM },
	{ STR_INIT("min"), STR_INIT("C<"), HIT_COLLECT, AGGREGATE_MIN },
	{ STR_INIT("max"), STR_INIT("C>"), HIT_COLLECT, AGGREGATE_MAX },
	{ STR_INIT("count"), STR_INIT("C#"), HIT_COLLECT, AGGREGATE_COUNT },
};

static struct result policy(struct builder *b, const struct json *tree)
{
	const struct json *hit = json_get(tree, STR("hit")), *sum = json_get(tree, STR("aggregate"));
	struct str word = json_text_or(hit, STR("unique"));
	struct rule_table *t = b->t;
	bool found = false;
	for (size_t i = 0; i < sizeof policies / sizeof *policies && !found; i++) {
		found = str_eq_nocase(word, policies[i].word) || str_eq(word, policies[i].letter);
		t->hit = policies[i].hit;
		t->aggregate = policies[i].aggregate;
	}
	if (!found)
		return wrong(b, hit, "hit: unique, any, priority, first, rule order, output order, collect");
	if (!sum)
		return ok();
	found = false;
	for (size_t i = 0; i < sizeof policies / sizeof *policies && !found; i++) {
		found = policies[i].aggregate && str_eq_nocase(json_text(sum), policies[i].word);
		t->aggregate = found ? policies[i].aggregate : t->aggregate;
	}
	if (!found || t->hit != HIT_COLLECT)
		return wrong(b, sum, "aggregate: sum, min, max or count, and only with collect");
	return ok();
}

static struct result consistent(struct builder *b, const struct json *tree)
{
	const struct rule_table *t = b->t;
	bool ordered = t->hit == HIT_PRIORITY || t->hit == HIT_OUTPUT_ORDER, any = false;
	for (size_t i = 0; i < t->noutputs; i++)
		any |= t->outputs[i].values != NULL;
	if (ordered && !any)
		return wrong(b, tree, "priority and output order need the values of an output");
	if (t->aggregate && t->aggregate != AGGREGATE_COUNT && t->noutputs > 1)
		return wrong(b, tree, "an aggregated table has one output");
	return ok();
}

static struct result build(struct builder *b, const struct json *tree)
{
	if (!json_is(tree, JSON_OBJECT))
		return wrong(b, tree, "a table is a mapping with inputs, outputs and rules");
	b->t->name = json_text(json_get(tree, STR("table")));
	b->t->place = place_of(tree);
	TRY(policy(b, tree));
	TRY(inputs(b, json_get(tree, STR("inputs"))));
	TRY(outputs(b, json_get(tree, STR("outputs"))));
	b->column = -1;
	TRY(consistent(b, tree));
	return rows(b, json_get(tree, STR("rules")));
}

struct result table_build(struct arena *a, const struct json *tree,
                          const struct syntax_scope *scope, const struct table_types *types,
                          struct rule_table **ret, struct rule_diags *ret_diags, struct err *err)
{
	struct rule_diag last = { 0 };
	struct builder b = { .a = a, .scope = scope, .types = types, .err = err, .row = -1, .column = -1,
		.diag = &last, .all = ret_diags, .t = ARENA_NEW(a, struct rule_table) };
	*ret_diags = (struct rule_diags){ 0 };
	struct result r = build(&b, tree);
	if (is_err(r)) { /* what ends it stands behind what could be passed over */
		struct err end = err ? *err : (struct err){ 0 };
		(void)tolerate(&b, (struct result){ ERR_INPUT });
		if (ret_diags->n == 1)
			ret_diags->first = end;
		if (r.kind != ERR_INPUT)
			return r;
	}
	if (ret_diags->n) {
		if (err)
			*err = ret_diags->first;
		return (struct result){ ERR_INPUT };
	}
	b.t->index = table_index_new(a, b.t);
	*ret = b.t;
	return ok();
}

struct result rule_table_compile(struct arena *a, const struct json *tree,
                                 const struct feel_value *known, const struct rule_table **ret,
                                 struct rule_diag *ret_diag, struct err *err)
{
	struct rule_diags all;
	struct result r = rule_table_compile_all(a, tree, known, ret, &all, err);
	if (ret_diag && all.n)
		*ret_diag = all.list[0];
	return r;
}

struct result rule_table_compile_all(struct arena *a, const struct json *tree,
                                     const struct feel_value *known, const struct rule_table **ret,
                                     struct rule_diags *ret_diags, struct err *err)
{
	struct syntax_scope scope = { .known = known };
	struct rule_table *t;
	TRY(table_build(a, tree, &scope, NULL, &t, ret_diags, err));
	*ret = t;
	return ok();
}

static void add_reads(const struct feel_expr *e, struct map *seen)
{
	const struct str *names;
	size_t n = e ? feel_reads(e, &names) : 0;
	for (size_t i = 0; i < n; i++)
		map_put(seen, names[i], seen);
}

size_t rule_table_reads(const struct rule_table *t, struct arena *a, const struct str **ret)
{
	struct map seen;
	map_init(&seen, a);
	for (size_t i = 0; i < t->ninputs; i++)
		add_reads(t->inputs[i].expr, &seen);
	for (size_t r = 0; r < t->nrows; r++) {
		for (size_t i = 0; i < t->ninputs; i++)
			add_reads(t->rows[r].when[i], &seen);
		for (size_t i = 0; i < t->noutputs; i++)
			add_reads(t->rows[r].then[i], &seen);
	}
	struct str *names = ARENA_ARRAY(a, struct str, seen.n);
	for (size_t i = 0; i < seen.n; i++)
		names[i] = seen.entries[i].key;
	*ret = names;
	return seen.n;
}
