/* Decision tables of a model (DMN 1.5 §8.3): put into the tree that packs use,
 * with the positions of the file, and compiled by the same code. */
#include "rule/dmn_model.h"

#include "rule/table_build.h"

struct tree {
	struct arena *a;
	const struct xml_node *at;
};

static struct json node(struct tree *t, enum json_kind kind, struct str text)
{
	return (struct json){ .kind = kind, .text = text, .line = t->at->line, .col = t->at->col };
}

static struct json list(struct tree *t, const struct json *items, size_t n)
{
	struct json j = node(t, JSON_ARRAY, STR(""));
	j.items = items;
	j.n = n;
	return j;
}

struct object {
	struct str keys[8];
	struct json values[8];
	size_t n;
};

static void put(struct object *o, const char *key, struct json v)
{
	o->keys[o->n] = str_c(key);
	o->values[o->n++] = v;
}

static struct json object(struct tree *t, const struct object *o)
{
	struct json j = node(t, JSON_OBJECT, STR(""));
	struct str *keys = ARENA_ARRAY(t->a, struct str, o->n);
	struct json *values = ARENA_ARRAY(t->a, struct json, o->n);
	memcpy(keys, o->keys, o->n * sizeof *keys);
	memcpy(values, o->values, o->n * sizeof *values);
	j.keys = keys;
	j.items = values;
	j.n = o->n;
	return j;
}

static struct json *items(struct tree *t, const struct xml_node *x, const char *name, size_t *ret_n)
{
	*ret_n = 0;
	for (XML_EACH(c, x, name))
		++*ret_n;
	return ARENA_ARRAY(t->a, struct json, *ret_n);
}

/* The text of a cell; an empty one is `empty`. */
static struct json cell(struct tree *t, const struct xml_node *x, const char *empty)
{
	const struct xml_node *text = xml_child(x, "text");
	struct str s = text ? str_trim(text->text) : STR("");
	t->at = text ? text : x;
	struct json j = node(t, JSON_STRING, s.n ? s : str_c(empty));
	for (size_t i = 0; s.n && text->text.p + i < s.p; i++) { /* past the space before it */
		bool line = text->text.p[i] == '\n';
		j.line += line;
		j.col = line ? 1 : j.col + 1;
	}
	return j;
}

static bool has_text(const struct xml_node *x)
{
	const struct xml_node *text = xml_child(x, "text");
	return text && str_trim(text->text).n;
}

static struct json inputs(struct tree *t, const struct xml_node *x)
{
	size_t n, i = 0;
	struct json *all = items(t, x, "input", &n);
	for (XML_EACH(in, x, "input")) {
		const struct xml_node *expr = xml_child(in, "inputExpression");
		const struct xml_node *values = xml_child(in, "inputValues");
		struct object o = { 0 };
		t->at = in;
		put(&o, "expr", expr ? cell(t, expr, "null") : node(t, JSON_STRING, STR("null")));
		if (xml_attr(in, "label").n)
			put(&o, "label", node(t, JSON_STRING, str_trim(xml_attr(in, "label"))));
		if (has_text(values))
			put(&o, "values", cell(t, values, "-"));
		t->at = in;
		all[i++] = object(t, &o);
	}
	t->at = x;
	return list(t, all, n);
}

/* Values of an output: its own, or those its type allows; "-" names none. They
 * are its order, best first, and its own also tests of every value (what the
 * type allows is held where the value is fitted to the type). */
static void put_values(struct tree *t, struct object *o, const struct xml_node *values,
                       const struct type *type)
{
	while (type && type->kind == TYPE_NAMED && !type->allowed_text.n)
		type = type->target;
	if (has_text(values)) {
		if (str_eq(str_trim(xml_child(values, "text")->text), STR("-")))
			return;
		put(o, "values", cell(t, values, "-"));
		put(o, "allowed", cell(t, values, "-"));
	} else if (type && type->allowed_text.n) {
		put(o, "values", node(t, JSON_STRING, type->allowed_text));
	}
}

static struct json outputs(struct tree *t, const struct xml_node *x, const struct type *const *types)
{
	size_t n, i = 0;
	struct json *all = items(t, x, "output", &n);
	for (XML_EACH(out, x, "output")) {
		const struct xml_node *values = xml_child(out, "outputValues");
		const struct xml_node *dflt = xml_child(out, "defaultOutputEntry");
		struct object o = { 0 };
		t->at = out;
		put(&o, "name", node(t, JSON_STRING, str_trim(xml_attr(out, "name"))));
		if (xml_attr(out, "label").n)
			put(&o, "label", node(t, JSON_STRING, str_trim(xml_attr(out, "label"))));
		put_values(t, &o, values, types[i]);
		if (has_text(dflt))
			put(&o, "default", cell(t, dflt, "null"));
		t->at = out;
		all[i++] = object(t, &o);
	}
	t->at = x;
	return list(t, all, n);
}

static bool law_header(struct str name)
{
	static const char *const names[] = { "law", "根拠", "根拠法令", "法令", "条文" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(name, str_c(names[i])))
			return true;
	return false;
}

/* Annotations in a column called law or 根拠 are the law, others notes. */
static void annotations(struct tree *t, const struct xml_node *table, const struct xml_node *rule,
                        struct object *o)
{
	const struct xml_node *header = xml_child(table, "annotation");
	const struct xml_node *description = xml_child(rule, "description");
	struct str law = STR(""), note = STR("");
	for (XML_EACH(entry, rule, "annotationEntry")) {
		struct str *to = header && law_header(str_trim(xml_attr(header, "name"))) ? &law : &note;
		if (!to->n && has_text(entry))
			*to = cell(t, entry, "").text;
		header = header ? xml_sibling(header->next, "annotation") : NULL;
	}
	if (!note.n && description)
		note = str_trim(description->text);
	if (law.n)
		put(o, "law", node(t, JSON_STRING, law));
	if (note.n)
		put(o, "note", node(t, JSON_STRING, note));
}

static struct json cells(struct tree *t, const struct xml_node *rule, const char *name,
                         const char *empty)
{
	size_t n, i = 0;
	struct json *all = items(t, rule, name, &n);
	for (XML_EACH(entry, rule, name))
		all[i++] = cell(t, entry, empty);
	t->at = rule;
	return list(t, all, n);
}

static struct json rules(struct tree *t, const struct xml_node *x)
{
	size_t n, i = 0;
	struct json *all = items(t, x, "rule", &n);
	for (XML_EACH(rule, x, "rule")) {
		struct object o = { 0 };
		put(&o, "when", cells(t, rule, "inputEntry", "-"));
		put(&o, "then", cells(t, rule, "outputEntry", "null"));
		annotations(t, x, rule, &o);
		t->at = rule;
		all[i++] = object(t, &o);
	}
	t->at = x;
	return list(t, all, n);
}

static struct json tree_of(struct dmn_builder *b, const struct xml_node *x,
                           const struct type *const *types)
{
	struct tree t = { .a = b->a, .at = x };
	struct object o = { 0 };
	struct str hit = xml_attr(x, "hitPolicy"), sum = xml_attr(x, "aggregation");
	put(&o, "table", node(&t, JSON_STRING, b->element_name));
	put(&o, "hit", node(&t, JSON_STRING, hit.n ? hit : STR("UNIQUE")));
	if (sum.n)
		put(&o, "aggregate", node(&t, JSON_STRING, sum));
	put(&o, "inputs", inputs(&t, x));
	put(&o, "outputs", outputs(&t, x, types));
	put(&o, "rules", rules(&t, x));
	t.at = x;
	return object(&t, &o);
}

static struct table_types declared(struct dmn_builder *b, const struct xml_node *x)
{
	size_t nin = 0, nout = 0;
	for (XML_EACH(in, x, "input"))
		nin++;
	for (XML_EACH(out, x, "output"))
		nout++;
	const struct type **inputs = ARENA_ARRAY(b->a, const struct type *, nin);
	const struct type **outputs = ARENA_ARRAY(b->a, const struct type *, nout);
	nin = nout = 0;
	for (XML_EACH(in, x, "input")) {
		const struct xml_node *expr = xml_child(in, "inputExpression");
		inputs[nin++] = dmn_type_of(b, expr ? expr : in, xml_attr(expr, "typeRef"));
	}
	for (XML_EACH(out, x, "output"))
		outputs[nout++] = dmn_type_of(b, out, xml_attr(out, "typeRef"));
	return (struct table_types){ inputs, outputs };
}

/* Output entries with a type of their own. */
static void type_entries(struct dmn_builder *b, const struct xml_node *x, struct rule_table *t)
{
	size_t r = 0;
	for (XML_EACH(rule, x, "rule")) {
		const struct rule_row *row = r < t->nrows ? &t->rows[r++] : NULL;
		size_t k = 0;
		for (XML_EACH(entry, rule, "outputEntry")) {
			struct str ref = xml_attr(entry, "typeRef");
			size_t column = k++;
			if (!ref.n || !row || column >= t->noutputs || !row->then[column])
				continue;
			struct feel_expr *typed = ARENA_NEW(b->a, struct feel_expr);
			*typed = *row->then[column];
			typed->root = dmn_typed(b, typed->root, dmn_type_of(b, entry, ref), entry);
			((const struct feel_expr **)(uintptr_t)row->then)[column] = typed; /* still being built */
		}
	}
}

static void mistake(struct dmn_builder *b, const struct xml_node *x, struct rule_diag *d,
                    const struct err *err)
{
	struct xml_node at = { .line = d->line ? d->line : x->line, .col = d->col };
	if (!d->feel.code)
		d->feel.code = err->code;
	if (!d->feel.message[0])
		memcpy(d->feel.message, err->what, sizeof d->feel.message - 1);
	dmn_problem_feel(b, &at, &d->feel);
}

static bool constrained(const struct type *t)
{
	for (; t && t->kind == TYPE_NAMED; t = t->target)
		if (t->allowed)
			return true;
	return false;
}

static bool simple(const struct type *t)
{
	const struct type *base = type_base(t);
	return base && base->kind != TYPE_ANY && base->kind < TYPE_LIST;
}

/* An input is what the name it reads is declared to be: tests are held against that,
 * and the table's own typeRef counts where it says more. */
static void type_inputs(struct dmn_builder *b, const struct xml_node *x, struct rule_table *t)
{
	const struct xml_node *in = xml_child(x, "input");
	for (size_t i = 0; in && i < t->ninputs; i++, in = xml_sibling(in->next, "input")) {
		struct rule_input *input = (struct rule_input *)(uintptr_t)&t->inputs[i]; /* still being built */
		const struct type *known = dmn_node_type(b, input->expr->root), *own = input->type;
		struct str name = input->expr->root->kind == N_NAME ? input->expr->root->name : STR("");
		if (simple(own) && map_get(&b->free, name))
			map_put(&b->free, name, (void *)(uintptr_t)own); /* the table declares it */
		if (!known)
			continue;
		if (!simple(own)) {
			input->type = own && !type_base(known) ? own : known;
		} else if (simple(known) && type_base(own)->kind != type_base(known)->kind) {
			dmn_problem_add(b, in, TABLE_WARNING, "dmn.input_type",
			                DMN_WORDS(word_type(type_base(own)), dmn_word(input->expr->source),
			                          word_type(type_base(known))), STR(""));
			input->type = known;
		} else if (simple(known) && !constrained(own)) {
			input->type = known;
		}
	}
}

const struct node *dmn_table(struct dmn_builder *b, const struct xml_node *x)
{
	struct table_types types = declared(b, x);
	struct json tree = tree_of(b, x, types.outputs);
	struct syntax_scope scope = dmn_scope(b);
	struct rule_table *t;
	struct rule_diags diags;
	struct err err = { 0 };
	if (is_err(table_build(b->a, &tree, &scope, &types, &t, &diags, &err))) {
		for (size_t i = 0; i < diags.n; i++)
			mistake(b, x, &diags.list[i], &err);
		return NULL;
	}
	type_inputs(b, x, t);
	type_entries(b, x, t);
	const struct table_finding *found;
	for (size_t i = 0, n = table_check_within(t, b->a, &b->check_work, &found); i < n; i++)
		dmn_problem_finding(b, x, &found[i]);
	struct node *node = dmn_node(b, N_TABLE, x, NULL, 0);
	node->table = t;
	return node;
}
