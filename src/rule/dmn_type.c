/* Item definitions as types (DMN 1.5 §7.3.2, §7.3.3), and what a value of a
 * type looks like, so that names below it are known. */
#include "rule/dmn_model.h"

enum { SHAPE_DEPTH = 8, SHAPE_NODES = 2000, TYPE_COMPONENTS_MAX = 500 };

static const struct str simple_names[] = { /* for "did you mean" */
	STR_INIT("number"), STR_INIT("string"), STR_INIT("boolean"), STR_INIT("date"), STR_INIT("time"),
	STR_INIT("date and time"), STR_INIT("days and time duration"),
	STR_INIT("years and months duration"), STR_INIT("Any"),
};

static size_t count(const struct xml_node *x, const char *name)
{
	size_t n = 0;
	for (XML_EACH(c, x, name))
		n++;
	return n;
}

static struct type *type_new(struct dmn_builder *b, enum type_kind kind)
{
	struct type *t = ARENA_NEW(b->a, struct type);
	t->kind = kind;
	return t;
}

/* The names that Camunda Modeler gives numbers. */
static bool number_name(struct str name)
{
	static const char *const names[] = { "integer", "long", "double" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_c(names[i])))
			return true;
	return false;
}

/* "string", "feel:string" (up to 1.2), a name of this model, "import.name". A type
 * that does not exist is told, and then limits nothing: the rest still works. */
const struct type *dmn_type_of(struct dmn_builder *b, const struct xml_node *x, struct str ref)
{
	enum type_kind kind;
	struct str name = str_trim(ref), prefix, rest;
	if (!name.n)
		return NULL;
	for (int pass = 0; pass < 2; pass++) {
		if (type_simple(name, &kind))
			return type_new(b, kind);
		for (size_t i = 0; i < b->unit->ntypes; i++)
			if (str_eq(b->unit->types[i].name, name))
				return b->unit->types[i].type;
		for (size_t i = 0; i < b->unit->nmerged; i++)
			for (size_t k = 0; k < b->unit->merged[i]->nitems; k++)
				if (str_eq(b->unit->merged[i]->items[k].type->name, name))
					return b->unit->merged[i]->items[k].type;
		if (!str_cut(name, ':', &prefix, &rest))
			break;
		name = rest;
	}
	if (number_name(name))
		return type_new(b, TYPE_NUMBER);
	if (str_eq(name, STR("undefined")) || str_eq(name, STR("<Undefined>"))) /* as some tools write */
		return NULL;
	struct word_near near = { .word = name };
	for (size_t i = 0; i < b->unit->ntypes; i++)
		word_near_try(&near, b->unit->types[i].name);
	for (size_t i = 0; i < sizeof simple_names / sizeof *simple_names; i++)
		word_near_try(&near, simple_names[i]);
	dmn_problem_add(b, x, TABLE_ERROR, "dmn.unknown_type",
	                DMN_WORDS(dmn_word(name)), near.best);
	return NULL;
}

static struct type *item_type(struct dmn_builder *b, const struct xml_node *x);

static struct type *components(struct dmn_builder *b, const struct xml_node *x, size_t n)
{
	struct type *t = type_new(b, TYPE_CONTEXT);
	const struct type **parts = ARENA_ARRAY(b->a, const struct type *, n);
	struct str *names = ARENA_ARRAY(b->a, struct str, n);
	for (XML_EACH(c, x, "itemComponent")) {
		if (t->n == n)
			break;
		names[t->n] = str_trim(xml_attr(c, "name"));
		parts[t->n++] = item_type(b, c);
	}
	t->parts = parts;
	t->names = names;
	return t;
}

static const struct type *or_any(struct dmn_builder *b, const struct type *t)
{
	return t ? t : type_new(b, TYPE_ANY);
}

static struct type *function_item(struct dmn_builder *b, const struct xml_node *x)
{
	struct type *t = type_new(b, TYPE_FUNCTION);
	size_t n = count(x, "parameters");
	const struct type **parts = ARENA_ARRAY(b->a, const struct type *, n + 1);
	for (XML_EACH(c, x, "parameters"))
		parts[t->n++] = or_any(b, dmn_type_of(b, c, xml_attr(c, "typeRef")));
	parts[t->n++] = or_any(b, dmn_type_of(b, x, xml_attr(x, "outputTypeRef")));
	t->parts = parts;
	t->names = ARENA_ARRAY(b->a, struct str, t->n);
	return t;
}

/* The type with the tests of allowedValues or typeConstraint put on it. */
static struct type *constrained(struct dmn_builder *b, struct type *t, const struct xml_node *tests)
{
	const struct xml_node *text = xml_child(tests, "text");
	struct feel_value none = { .kind = FEEL_CONTEXT };
	struct syntax_scope scope = { .known = &none, .types = b->unit->types,
		.ntypes = b->unit->ntypes };
	const struct feel_expr *e;
	struct feel_diag diag = { 0 };
	if (!text || !str_trim(text->text).n)
		return t;
	if (is_err(syntax_compile(b->a, text->text, true, &scope, &e, &diag, NULL))) {
		dmn_problem_feel(b, text, &diag);
		return t;
	}
	struct type *c = type_new(b, TYPE_NAMED);
	c->target = t;
	c->allowed = e->root;
	c->allowed_text = str_trim(text->text);
	return c;
}

static struct type *item_type(struct dmn_builder *b, const struct xml_node *x)
{
	const struct xml_node *ref = xml_child(x, "typeRef"), *fn = xml_child(x, "functionItem");
	size_t n = count(x, "itemComponent");
	struct type *t;
	if (++b->depth > XML_DEPTH_MAX || n > TYPE_COMPONENTS_MAX) {
		dmn_problem_add(b, x, TABLE_ERROR, "dmn.components",
		                DMN_WORDS(word_number(b->a, TYPE_COMPONENTS_MAX)), STR(""));
		n = 0;
	}
	if (n) {
		t = components(b, x, n);
	} else if (fn) {
		t = function_item(b, fn);
	} else {
		t = type_new(b, TYPE_NAMED);
		t->target = or_any(b, ref ? dmn_type_of(b, ref, ref->text)
		                          : dmn_type_of(b, x, xml_attr(x, "typeRef")));
	}
	b->depth--;
	t = constrained(b, t, xml_child(x, "allowedValues"));
	if (str_eq(xml_attr(x, "isCollection"), STR("true"))) {
		struct type *list = type_new(b, TYPE_LIST);
		const struct type **part = ARENA_ARRAY(b->a, const struct type *, 1);
		part[0] = t;
		list->n = 1;
		list->parts = part;
		t = list;
	}
	return constrained(b, t, xml_child(x, "typeConstraint"));
}

/* Names first, so that definitions may stand in any order. */
void dmn_types_read(struct dmn_builder *b, struct dmn_unit *u)
{
	u->nitems = count(u->xml, "itemDefinition");
	u->items = ARENA_ARRAY(b->a, struct item_def, u->nitems);
	u->types = ARENA_ARRAY(b->a, struct type_name, u->nitems);
	for (XML_EACH(x, u->xml, "itemDefinition")) {
		struct item_def *d = &u->items[u->ntypes];
		d->xml = x;
		d->type = type_new(b, TYPE_NAMED);
		d->type->name = str_trim(xml_attr(x, "name"));
		u->types[u->ntypes++] = (struct type_name){ d->type->name, d->type };
	}
}

static void import_types(struct dmn_builder *b, struct dmn_unit *u)
{
	size_t n = u->nitems, k = u->nitems;
	for (size_t i = 0; i < u->nimports; i++)
		n += u->imports[i].unit ? u->imports[i].unit->nitems : 0;
	struct type_name *all = ARENA_ARRAY(b->a, struct type_name, n);
	memcpy(all, u->types, k * sizeof *all);
	for (size_t i = 0; i < u->nimports; i++) {
		const struct dmn_import *im = &u->imports[i];
		for (size_t j = 0; im->unit && j < im->unit->nitems; j++) {
			struct type *t = im->unit->items[j].type;
			struct str name = im->name.n ? arena_printf(b->a, "%.*s.%.*s", STR_ARG(im->name),
			                                            STR_ARG(t->name)) : t->name;
			all[k++] = (struct type_name){ name, t };
		}
	}
	u->types = all;
	u->ntypes = k;
}

void dmn_types_resolve(struct dmn_builder *b, struct dmn_unit *u)
{
	b->unit = u;
	import_types(b, u);
	for (size_t i = 0; i < u->nitems; i++) {
		b->element_name = u->items[i].type->name;
		u->items[i].type->target = item_type(b, u->items[i].xml);
	}
	for (size_t i = 0; i < u->nitems; i++) {
		const struct type *t = u->items[i].type;
		for (size_t steps = 0; t && t->kind == TYPE_NAMED && steps <= DMN_ELEMENTS_MAX; steps++)
			t = t->target;
		b->element_name = u->items[i].type->name;
		if (!t || t->kind != TYPE_NAMED)
			continue;
		u->items[i].type->target = NULL;
		dmn_problem_add(b, u->items[i].xml, TABLE_ERROR, "dmn.type_cycle",
		                DMN_WORDS(dmn_word(u->items[i].type->name)), STR(""));
	}
}

static const struct feel_value *shape(struct arena *a, const struct type *t, int depth, int *left)
{
	t = type_base(t);
	if (!t || depth > SHAPE_DEPTH || --*left < 0)
		return NULL;
	struct feel_value v = { .kind = FEEL_NULL };
	if (t->kind == TYPE_LIST && t->n) {
		const struct feel_value *item = shape(a, t->parts[0], depth + 1, left);
		return item ? feel_keep(a, feel_list(item, 1)) : NULL;
	}
	if (t->kind != TYPE_CONTEXT || !t->n)
		return NULL;
	struct feel_value *values = ARENA_ARRAY(a, struct feel_value, t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct feel_value *part = shape(a, t->parts[i], depth + 1, left);
		values[i] = part ? *part : feel_null();
	}
	v.kind = FEEL_CONTEXT;
	v.context.keys = t->names;
	v.context.values = values;
	v.context.n = t->n;
	return feel_keep(a, v);
}

const struct feel_value *dmn_type_shape(struct arena *a, const struct type *t, int depth)
{
	int left = SHAPE_NODES;
	return shape(a, t, depth, &left);
}

static const struct feel_value *context_shape(struct arena *a, const struct str *names,
                                              const struct node *const *kids, size_t n, int depth)
{
	struct feel_value v = { .kind = FEEL_CONTEXT };
	struct feel_value *values = ARENA_ARRAY(a, struct feel_value, n);
	for (size_t i = 0; i < n; i++) {
		const struct feel_value *kid = kids ? dmn_node_shape(a, kids[i], depth + 1) : NULL;
		values[i] = kid ? *kid : feel_null();
	}
	v.context.keys = names;
	v.context.values = values;
	v.context.n = n;
	return feel_keep(a, v);
}

static const struct feel_value *table_shape(struct arena *a, const struct rule_table *t)
{
	struct str *names = ARENA_ARRAY(a, struct str, t->noutputs);
	if (t->noutputs < 2)
		return NULL;
	for (size_t i = 0; i < t->noutputs; i++)
		names[i] = t->outputs[i].name;
	return context_shape(a, names, NULL, t->noutputs, 0);
}

/* What can be told of a value from the logic that makes it. */
const struct feel_value *dmn_node_shape(struct arena *a, const struct node *n, int depth)
{
	const struct feel_value *item;
	if (!n || depth > SHAPE_DEPTH || arena_left(a) < SYNTAX_ARENA_MIN)
		return NULL;
	switch (n->kind) {
	case N_TYPED:
		item = dmn_type_shape(a, n->type, 0);
		return item ? item : dmn_node_shape(a, n->kids[0], depth + 1);
	case N_CONTEXT: return context_shape(a, n->names, n->kids, n->n, depth);
	case N_BOX: return dmn_node_shape(a, n->kids[n->n - 1], depth + 1);
	case N_IF: return dmn_node_shape(a, n->kids[1], depth + 1);
	case N_FILTER: return dmn_node_shape(a, n->kids[0], depth + 1);
	case N_TABLE: return table_shape(a, n->table);
	case N_FOR: case N_LIST:
		item = n->n ? dmn_node_shape(a, n->kids[n->kind == N_FOR ? n->n - 1 : 0], depth + 1) : NULL;
		return item ? feel_keep(a, feel_list(item, 1)) : NULL;
	default: return NULL;
	}
}
