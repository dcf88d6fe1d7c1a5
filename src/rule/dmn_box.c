/* Boxed expressions become the same tree as written ones (DMN 1.5 §7.2, §10.2):
 * a boxed context is a context, an invocation a call, a relation a list of
 * contexts. Names around an expression are a stack while it is compiled. */
#include "rule/dmn_model.h"

enum { BOX_KIDS_MAX = 20000, BOX_DEPTH_MAX = 60 };

static const char *const kinds[] = {
	"literalExpression", "decisionTable", "context", "list", "relation", "invocation",
	"functionDefinition", "conditional", "filter", "for", "some", "every",
};

const struct xml_node *dmn_expression_in(const struct xml_node *x)
{
	for (const struct xml_node *c = x ? x->first : NULL; c; c = c->next)
		for (size_t i = 0; str_eq(c->ns, x->ns) && i < sizeof kinds / sizeof *kinds; i++)
			if (xml_named(c, kinds[i]))
				return c;
	return NULL;
}

void dmn_scope_push(struct dmn_builder *b, struct str name, const struct feel_value *shape,
                    const struct type *type)
{
	if (b->nscope == b->cap_scope) {
		size_t cap = b->cap_scope ? b->cap_scope * 2 : 32;
		struct local_name *p = ARENA_ARRAY(b->a, struct local_name, cap);
		if (b->nscope)
			memcpy(p, b->scope, b->nscope * sizeof *p);
		b->scope = p;
		b->cap_scope = cap;
	}
	b->scope[b->nscope++] = (struct local_name){ name, shape, type };
}

static const struct type *component_type(const struct type *t, struct str name)
{
	const struct type *base = type_base(t);
	for (size_t i = 0; base && base->kind == TYPE_CONTEXT && i < base->n; i++)
		if (str_eq(base->names[i], name))
			return base->parts[i];
	return NULL;
}

const struct type *dmn_node_type(const struct dmn_builder *b, const struct node *n)
{
	if (n->kind == N_TYPED)
		return n->type;
	if (n->kind == N_PATH)
		return component_type(dmn_node_type(b, n->kids[0]), n->name);
	for (size_t i = n->kind == N_NAME && !n->local ? b->nscope : 0; i-- > 0;)
		if (str_eq(b->scope[i].name, n->name)) /* the innermost */
			return b->scope[i].type;
	return NULL;
}

static const struct type *items_type(const struct dmn_builder *b, const struct node *list)
{
	const struct type *base = type_base(dmn_node_type(b, list));
	return base && base->kind == TYPE_LIST && base->n ? base->parts[0] : NULL;
}

struct syntax_scope dmn_scope(struct dmn_builder *b)
{
	struct feel_context_builder names = feel_context_new(b->a);
	for (size_t i = 0; i < b->nscope; i++)
		feel_put(&names, b->scope[i].name, b->scope[i].shape ? *b->scope[i].shape : feel_null());
	return (struct syntax_scope){ .known = feel_keep(b->a, feel_context_done(&names)),
		.types = b->unit->types, .ntypes = b->unit->ntypes, .filters = b->filters,
		.loose = b->loose, .any_key = true, .free = b->unit->loose ? &b->free : NULL };
}

struct node *dmn_node(struct dmn_builder *b, enum node_kind k, const struct xml_node *at,
                      const struct node *const *kids, size_t n)
{
	struct node *node = ARENA_NEW(b->a, struct node);
	const struct node **copy = ARENA_ARRAY(b->a, const struct node *, n);
	node->kind = k;
	node->pos = at->line;
	for (size_t i = 0; i < n; i++) {
		copy[i] = kids[i];
		if (kids[i] && kids[i]->height >= node->height)
			node->height = (uint16_t)(kids[i]->height + 1);
	}
	node->kids = copy;
	node->n = (uint32_t)n;
	return node;
}

static const struct node *null_node(struct dmn_builder *b, const struct xml_node *at)
{
	return dmn_node(b, N_LITERAL, at, NULL, 0);
}

/* NULL when the text is wrong; the problem is noted. */
const struct node *dmn_feel(struct dmn_builder *b, const struct xml_node *x, struct str text)
{
	const struct feel_expr *e;
	struct feel_diag diag = { 0 };
	struct syntax_scope scope = dmn_scope(b);
	struct err err = { 0 };
	if (is_ok(syntax_compile(b->a, text, false, &scope, &e, &diag, &err)))
		return e->root;
	if (!diag.code) {
		diag = (struct feel_diag){ .line = 1, .col = 1, .code = "feel.size" };
		memcpy(diag.message, err.what, sizeof diag.message - 1);
	}
	dmn_problem_feel(b, x, &diag);
	return NULL;
}

const struct node *dmn_typed(struct dmn_builder *b, const struct node *n, const struct type *t,
                             const struct xml_node *at)
{
	const struct type *base = type_base(t);
	if (!n || !t || (base && base->kind == TYPE_ANY && !t->allowed))
		return n;
	dmn_check_typed(b, n, t, at);
	struct node *typed = dmn_node(b, N_TYPED, at, &n, 1);
	typed->type = t;
	return typed;
}

static const struct node *literal(struct dmn_builder *b, const struct xml_node *x)
{
	const struct xml_node *text = xml_child(x, "text");
	struct str language = xml_attr(x, "expressionLanguage");
	if (language.n && str_find(language, STR("FEEL")) == STR_NONE &&
	    str_find(language, STR("feel")) == STR_NONE) {
		dmn_problem_add(b, x, TABLE_ERROR, "dmn.language",
		                DMN_WORDS(dmn_word(language)), STR(""));
		return NULL;
	}
	if (!text || !str_trim(text->text).n)
		return null_node(b, x);
	return dmn_feel(b, text, text->text);
}

/* Nodes and names of a list whose length the source gives. */
struct kids {
	const struct node **p;
	struct str *names;
	size_t n, cap;
};

static bool kids_init(struct dmn_builder *b, const struct xml_node *x, struct kids *k)
{
	*k = (struct kids){ 0 };
	for (const struct xml_node *c = x->first; c; c = c->next)
		k->cap++;
	if (k->cap > BOX_KIDS_MAX) {
		dmn_problem_add(b, x, TABLE_ERROR, "dmn.parts",
		                DMN_WORDS(word_number(b->a, BOX_KIDS_MAX)), STR(""));
		return false;
	}
	k->cap += 2;
	k->p = ARENA_ARRAY(b->a, const struct node *, k->cap);
	k->names = ARENA_ARRAY(b->a, struct str, k->cap);
	return true;
}

static void kids_push(struct kids *k, const struct node *n, struct str name)
{
	k->names[k->n] = name;
	k->p[k->n++] = n;
}

/* A part that is wrong is null; the rest still works. */
static const struct node *part(struct dmn_builder *b, const struct xml_node *x,
                               const struct xml_node *at)
{
	const struct node *n = x ? dmn_box(b, x) : NULL;
	return n ? n : null_node(b, at);
}

static const struct node *context(struct dmn_builder *b, const struct xml_node *x)
{
	struct kids k;
	size_t before = b->nscope;
	const struct node *result = NULL;
	if (!kids_init(b, x, &k))
		return NULL;
	for (XML_EACH(entry, x, "contextEntry")) {
		const struct xml_node *variable = xml_child(entry, "variable");
		const struct node *value = part(b, dmn_expression_in(entry), entry);
		if (!variable) {
			result = value;
			continue;
		}
		struct str name = str_trim(xml_attr(variable, "name"));
		value = dmn_typed(b, value, dmn_type_of(b, variable, xml_attr(variable, "typeRef")), variable);
		kids_push(&k, value, name);
		dmn_scope_push(b, name, dmn_node_shape(b->a, value, 0), dmn_node_type(b, value));
	}
	b->nscope = before;
	size_t entries = k.n;
	if (result)
		kids_push(&k, result, STR(""));
	struct node *n = dmn_node(b, result ? N_BOX : N_CONTEXT, x, k.p, k.n);
	n->names = k.names;
	n->nnames = (uint32_t)entries;
	return n;
}

static const struct node *list(struct dmn_builder *b, const struct xml_node *x)
{
	struct kids k;
	if (!kids_init(b, x, &k))
		return NULL;
	for (const struct xml_node *c = x->first; c; c = c->next)
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			if (xml_named(c, kinds[i]) && str_eq(c->ns, x->ns))
				kids_push(&k, part(b, c, c), STR(""));
	return dmn_node(b, N_LIST, x, k.p, k.n);
}

static const struct node *relation(struct dmn_builder *b, const struct xml_node *x)
{
	struct kids rows, columns, cells;
	if (!kids_init(b, x, &rows) || !kids_init(b, x, &columns))
		return NULL;
	const struct type **types = ARENA_ARRAY(b->a, const struct type *, columns.cap);
	for (XML_EACH(c, x, "column")) {
		types[columns.n] = dmn_type_of(b, c, xml_attr(c, "typeRef"));
		kids_push(&columns, NULL, str_trim(xml_attr(c, "name")));
	}
	for (XML_EACH(r, x, "row")) {
		if (!kids_init(b, r, &cells))
			return NULL;
		const struct node *items = list(b, r);
		for (size_t i = 0; items && i < items->n && i < columns.n; i++)
			kids_push(&cells, dmn_typed(b, items->kids[i], types[i], r), columns.names[i]);
		if (!items || items->n != columns.n)
			dmn_problem_add(b, r, TABLE_ERROR, "dmn.relation",
			                DMN_WORDS(word_number(b->a, items ? items->n : 0), word_number(b->a, columns.n)), STR(""));
		struct node *row = dmn_node(b, N_CONTEXT, r, cells.p, cells.n);
		row->names = columns.names;
		row->nnames = (uint32_t)cells.n;
		kids_push(&rows, row, STR(""));
	}
	return dmn_node(b, N_LIST, x, rows.p, rows.n);
}

static const struct node *invocation(struct dmn_builder *b, const struct xml_node *x)
{
	struct kids k;
	if (!kids_init(b, x, &k))
		return NULL;
	kids_push(&k, part(b, dmn_expression_in(x), x), STR(""));
	for (XML_EACH(binding, x, "binding")) {
		const struct xml_node *p = xml_child(binding, "parameter");
		const struct node *value = part(b, dmn_expression_in(binding), binding);
		value = dmn_typed(b, value, dmn_type_of(b, binding, xml_attr(p, "typeRef")), binding);
		kids_push(&k, value, str_trim(xml_attr(p, "name")));
	}
	struct node *n = dmn_node(b, N_CALL, x, k.p, k.n);
	n->names = k.names + 1;
	n->nnames = (uint32_t)k.n - 1;
	n->open = true;
	return n;
}

/* functionDefinition, and the encapsulatedLogic of a knowledge model. */
const struct node *dmn_function(struct dmn_builder *b, const struct xml_node *x,
                                const struct type *result)
{
	struct kids params;
	size_t before = b->nscope;
	struct str kind = xml_attr(x, "kind");
	if (!kids_init(b, x, &params))
		return NULL;
	const struct type **types = ARENA_ARRAY(b->a, const struct type *, params.cap);
	for (XML_EACH(p, x, "formalParameter")) {
		struct str name = str_trim(xml_attr(p, "name"));
		types[params.n] = dmn_type_of(b, p, xml_attr(p, "typeRef"));
		kids_push(&params, NULL, name);
		dmn_scope_push(b, name, dmn_type_shape(b->a, types[params.n - 1], 0), types[params.n - 1]);
	}
	const struct type *own = type_base(dmn_type_of(b, x, xml_attr(x, "typeRef")));
	if (!result && own && own->kind == TYPE_FUNCTION && own->n)
		result = own->parts[own->n - 1];
	bool external = kind.n && !str_eq(kind, STR("FEEL"));
	const struct node *body = NULL;
	if (external)
		dmn_problem_add(b, x, TABLE_WARNING, "dmn.external",
		                NULL, 0, STR(""));
	else
		body = dmn_typed(b, part(b, dmn_expression_in(x), x), result, x);
	b->nscope = before;
	struct node *n = dmn_node(b, N_FUNCTION, x, &body, external ? 0 : 1);
	n->names = params.names;
	n->nnames = (uint32_t)params.n;
	n->types = types;
	return n;
}

static const struct node *conditional(struct dmn_builder *b, const struct xml_node *x)
{
	static const char *const parts[] = { "if", "then", "else" };
	const struct node *kids[3];
	for (size_t i = 0; i < 3; i++)
		kids[i] = part(b, dmn_expression_in(xml_child(x, parts[i])), x);
	struct node *n = dmn_node(b, N_IF, x, kids, 3);
	n->strict = true;
	return n;
}

static const struct node *filter(struct dmn_builder *b, const struct xml_node *x)
{
	const struct node *kids[2];
	size_t before = b->nscope;
	kids[0] = part(b, dmn_expression_in(xml_child(x, "in")), x);
	const struct feel_value *item = item_shape(dmn_node_shape(b->a, kids[0], 0));
	bool loose = !item;
	const struct type *type = items_type(b, kids[0]);
	dmn_scope_push(b, STR("item"), item, type);
	if (feel_is(item, FEEL_CONTEXT))
		for (size_t i = 0; i < item->context.n; i++)
			dmn_scope_push(b, item->context.keys[i], &item->context.values[i],
			               component_type(type, item->context.keys[i]));
	b->filters++;
	b->loose += loose;
	kids[1] = part(b, dmn_expression_in(xml_child(x, "match")), x);
	b->filters--;
	b->loose -= loose;
	b->nscope = before;
	struct node *n = dmn_node(b, N_FILTER, x, kids, 2);
	n->boxed = true;
	return n;
}

static const struct node *loop(struct dmn_builder *b, const struct xml_node *x, enum node_kind kind)
{
	const struct node *kids[2];
	size_t before = b->nscope;
	struct str *name = ARENA_ARRAY(b->a, struct str, 2);
	name[0] = str_trim(xml_attr(x, "iteratorVariable"));
	kids[0] = part(b, dmn_expression_in(xml_child(x, "in")), x);
	dmn_scope_push(b, name[0], item_shape(dmn_node_shape(b->a, kids[0], 0)),
	               items_type(b, kids[0]));
	if (kind == N_FOR)
		dmn_scope_push(b, STR("partial"), NULL, NULL);
	const char *body = kind == N_FOR ? "return" : "satisfies";
	kids[1] = part(b, dmn_expression_in(xml_child(x, body)), x);
	b->nscope = before;
	struct node *n = dmn_node(b, kind, x, kids, 2);
	n->names = name;
	n->nnames = 1;
	n->boxed = true;
	return n;
}

static const struct node *box(struct dmn_builder *b, const struct xml_node *x)
{
	if (xml_named(x, "literalExpression")) return literal(b, x);
	if (xml_named(x, "decisionTable")) return dmn_table(b, x);
	if (xml_named(x, "context")) return context(b, x);
	if (xml_named(x, "list")) return list(b, x);
	if (xml_named(x, "relation")) return relation(b, x);
	if (xml_named(x, "invocation")) return invocation(b, x);
	if (xml_named(x, "functionDefinition")) return dmn_function(b, x, NULL);
	if (xml_named(x, "conditional")) return conditional(b, x);
	if (xml_named(x, "filter")) return filter(b, x);
	return loop(b, x, xml_named(x, "for") ? N_FOR : xml_named(x, "some") ? N_SOME : N_EVERY);
}

/* NULL when nothing of it can be evaluated; the problem is noted. */
const struct node *dmn_box(struct dmn_builder *b, const struct xml_node *x)
{
	if (b->depth >= BOX_DEPTH_MAX || arena_left(b->a) < 4 * SYNTAX_ARENA_MIN) {
		dmn_problem_add(b, x, TABLE_ERROR, "dmn.nested",
		                NULL, 0, STR(""));
		return NULL;
	}
	b->depth++;
	const struct node *n = box(b, x);
	b->depth--;
	/* The type of a function definition is that of the function, not of a value. */
	if (!xml_named(x, "functionDefinition"))
		n = dmn_typed(b, n, dmn_type_of(b, x, xml_attr(x, "typeRef")), x);
	return n;
}
