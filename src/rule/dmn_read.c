/* Reading a DMN model: files, elements, requirements, in that order; then the
 * logic of every element, each after those it requires (DMN 1.5 §6, §10.4). */
#include "rule/dmn_model.h"

#include "base/utf8.h"

enum { PROBLEMS_MAX = 1000, WORD_BYTES_MAX = 100, MODEL_CHECK_WORK = 160 << 20 };

static const char *const namespaces[] = {
	"http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/",
	"https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20211108/MODEL/",
	"https://www.omg.org/spec/DMN/20230324/MODEL/",
};

static const struct { const char *name; enum dmn_kind kind; } element_kinds[] = {
	{ "inputData", DMN_INPUT }, { "decision", DMN_DECISION },
	{ "businessKnowledgeModel", DMN_KNOWLEDGE }, { "decisionService", DMN_SERVICE },
};

static void add(struct dmn_builder *b, struct dmn_problem p)
{
	if (b->nproblems == PROBLEMS_MAX)
		return;
	if (b->nproblems == b->cap_problems) {
		size_t cap = b->cap_problems ? b->cap_problems * 2 : 16;
		struct dmn_problem *list = ARENA_ARRAY(b->a, struct dmn_problem, cap);
		if (b->nproblems)
			memcpy(list, b->problems, b->nproblems * sizeof *list);
		b->problems = list;
		b->cap_problems = cap;
	}
	p.file = b->unit->file;
	p.element = b->element_name;
	b->problems[b->nproblems++] = p;
}

struct word_arg dmn_word(struct str s)
{
	return word_same(utf8_cut(s, WORD_BYTES_MAX));
}

void dmn_problem_add(struct dmn_builder *b, const struct xml_node *at, enum table_level level,
                     const char *code, const struct word_arg *args, size_t n, struct str meant)
{
	struct dmn_problem p = { .line = at->line, .col = at->col, .code = code,
		.warning = level != TABLE_ERROR, .note = level == TABLE_NOTE };
	if (b->nproblems == PROBLEMS_MAX)
		return;
	rule_say(b->a, code, args, n, meant, &p.en, &p.ja);
	add(b, p);
}

void dmn_problem_finding(struct dmn_builder *b, const struct xml_node *at,
                         const struct table_finding *f)
{
	bool hint = f->hint_en.n > 0;
	add(b, (struct dmn_problem){ .line = f->line ? f->line : at->line,
		.col = f->line ? f->col : at->col, .code = f->code, .warning = f->level != TABLE_ERROR,
		.note = f->level == TABLE_NOTE,
		.en = hint ? arena_printf(b->a, "%.*s: %.*s", STR_ARG(f->en), STR_ARG(f->hint_en)) : f->en,
		.ja = hint ? arena_printf(b->a, "%.*s（%.*s）", STR_ARG(f->ja), STR_ARG(f->hint_ja)) : f->ja });
}

/* A mistake inside a text: its first line begins where the element does. */
void dmn_problem_feel(struct dmn_builder *b, const struct xml_node *at, const struct feel_diag *d)
{
	add(b, (struct dmn_problem){ .line = at->line + (d->line ? d->line - 1 : 0),
		.col = d->line <= 1 ? at->col + (d->col ? d->col - 1 : 0) : d->col, .code = d->code,
		.en = arena_str(b->a, str_c(d->message)), .ja = rule_ja(b->a, d->code, str_c(d->message)) });
}

static bool known_namespace(struct str ns)
{
	for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
		if (str_eq(ns, str_c(namespaces[i])))
			return true;
	return false;
}

static struct result read_unit(struct dmn_builder *b, const struct dmn_source *source,
                               struct err *err)
{
	struct dmn_unit *u = ARENA_NEW(b->a, struct dmn_unit);
	TRY(xml_parse(b->a, source->text, &u->xml, err));
	if (!xml_named(u->xml, "definitions") || !known_namespace(u->xml->ns))
		return fail(err, ERR_INPUT, "dmn.namespace", "DMN 1.5 §6.3.2",
		            "%.*s: expected definitions of DMN 1.1 to 1.5", STR_ARG(source->name));
	u->file = source->name;
	u->ns = str_trim(xml_attr(u->xml, "namespace"));
	u->name = str_trim(xml_attr(u->xml, "name"));
	u->loose = dmn_is_loose(u);
	map_init(&u->by_id, b->a);
	for (size_t i = 0; i < b->model->nunits; i++)
		if (str_eq(b->model->units[i]->ns, u->ns)) /* the first of a namespace counts */
			return ok();
	b->model->units[b->model->nunits++] = u;
	return ok();
}

/* A model beside the main one that cannot be read is missed only when imported. */
static void read_other(struct dmn_builder *b, const struct dmn_source *source)
{
	struct xml_node nowhere = { .line = 1, .col = 1 };
	struct err why = { 0 };
	b->unit = b->model->units[0];
	b->element_name = source->name;
	if (is_err(read_unit(b, source, &why)))
		dmn_problem_add(b, &nowhere, TABLE_WARNING, "dmn.unread",
		                DMN_WORDS(dmn_word(str_c(why.what))), STR(""));
}

static bool element_kind(const struct xml_node *x, const struct dmn_unit *u, enum dmn_kind *ret)
{
	for (size_t i = 0; str_eq(x->ns, u->xml->ns) && i < sizeof element_kinds / sizeof *element_kinds;
	     i++)
		if (xml_named(x, element_kinds[i].name)) {
			*ret = element_kinds[i].kind;
			return true;
		}
	return false;
}

static void read_elements(struct dmn_builder *b, struct dmn_unit *u)
{
	enum dmn_kind kind;
	size_t n = 0;
	for (const struct xml_node *x = u->xml->first; x; x = x->next)
		n += element_kind(x, u, &kind);
	u->elements = ARENA_ARRAY(b->a, struct drg *, n);
	for (const struct xml_node *x = u->xml->first; x; x = x->next) {
		if (!element_kind(x, u, &kind))
			continue;
		struct drg *d = ARENA_NEW(b->a, struct drg);
		d->kind = kind;
		d->id = xml_attr(x, "id");
		d->name = str_trim(xml_attr(x, "name"));
		d->unit = u;
		d->xml = x;
		d->index = (uint32_t)b->model->nelements + (uint32_t)u->nelements;
		u->elements[u->nelements++] = d;
		if (d->id.n && !map_put(&u->by_id, d->id, d)) {
			b->element_name = d->name;
			dmn_problem_add(b, x, TABLE_ERROR, "dmn.twice",
			                DMN_WORDS(dmn_word(d->id)), STR(""));
		}
	}
	b->model->nelements += u->nelements;
}

static void read_imports(struct dmn_builder *b, struct dmn_unit *u)
{
	size_t n = 0;
	for (XML_EACH(x, u->xml, "import"))
		n++;
	u->imports = ARENA_ARRAY(b->a, struct dmn_import, n);
	b->element_name = u->name;
	for (XML_EACH(x, u->xml, "import")) {
		struct dmn_import *im = &u->imports[u->nimports];
		im->name = str_trim(xml_attr(x, "name"));
		im->ns = str_trim(xml_attr(x, "namespace"));
		im->location = str_trim(xml_attr(x, "locationURI"));
		im->model = known_namespace(xml_attr(x, "importType"));
		u->nimports++;
		for (size_t i = 0; i < b->model->nunits; i++)
			if (str_eq(b->model->units[i]->ns, im->ns))
				im->unit = b->model->units[i];
		if (!im->unit && im->model)
			dmn_problem_add(b, x, TABLE_ERROR, "dmn.import",
			                DMN_WORDS(dmn_word(im->name)), STR(""));
	}
}

static bool is_merged(const struct dmn_unit *u, const struct dmn_unit *other)
{
	for (size_t i = 0; i < u->nmerged; i++)
		if (u->merged[i] == other)
			return true;
	return false;
}

/* Depth first, in the order of the imports: of two of a name the first counts. */
static void merge_unnamed(struct dmn_unit *into, const struct dmn_unit *from)
{
	for (size_t i = 0; i < from->nimports; i++) {
		const struct dmn_import *im = &from->imports[i];
		if (im->name.n || !im->unit || im->unit == into || is_merged(into, im->unit))
			continue;
		into->merged[into->nmerged++] = im->unit;
		merge_unnamed(into, im->unit);
	}
}

/* In a file merged into the main one, the main one's own element of a name counts. */
static struct drg *merged_element(const struct dmn_builder *b, struct drg *d)
{
	const struct dmn_unit *top = b->model->units[0];
	if (b->unit == top || d->unit == top || !is_merged(top, b->unit) || !is_merged(top, d->unit))
		return d;
	for (size_t i = 0; i < top->nelements; i++)
		if (top->elements[i]->kind == d->kind && str_eq(top->elements[i]->name, d->name))
			return top->elements[i];
	return d;
}

/* "#id" of this file or of what it imports without a name, or "namespace#id". */
static struct drg *follow(struct dmn_builder *b, const struct xml_node *x)
{
	struct str href = str_trim(xml_attr(x, "href")), id = href;
	const struct dmn_unit *u = b->unit;
	size_t hash = str_find_char(href, '#');
	if (hash != STR_NONE) {
		struct str ns = str_sub(href, 0, hash);
		id = str_from(href, hash + 1);
		if (ns.n && !str_eq(ns, u->ns)) {
			u = NULL;
			for (size_t i = 0; i < b->model->nunits; i++)
				if (str_eq(b->model->units[i]->ns, ns))
					u = b->model->units[i];
		}
	}
	struct drg *d = u ? map_get(&u->by_id, id) : NULL;
	for (size_t i = 0; !d && u == b->unit && i < u->nmerged; i++)
		d = map_get(&u->merged[i]->by_id, id);
	if (!d)
		dmn_problem_add(b, x, TABLE_ERROR, "dmn.href",
		                DMN_WORDS(dmn_word(href)), STR(""));
	return d ? merged_element(b, d) : NULL;
}

/* Elements named by the children `inner` of the children `outer`. */
static void requirements(struct dmn_builder *b, struct drg *d, const char *outer,
                         const char *const inner[2], size_t *cap)
{
	for (XML_EACH(x, d->xml, outer))
		for (size_t i = 0; i < 2 && inner[i]; i++) {
			const struct xml_node *ref = xml_child(x, inner[i]);
			struct drg *need = ref ? follow(b, ref) : NULL;
			bool twice = false;
			for (size_t k = 0; k < d->nneeds; k++)
				twice |= d->needs[k] == need;
			if (need && !twice && d->nneeds < *cap)
				d->needs[d->nneeds++] = need;
		}
}

static const struct dmn_import *import_of(const struct dmn_unit *u, const struct dmn_unit *other)
{
	for (size_t i = 0; i < u->nimports; i++)
		if (u->imports[i].unit == other)
			return &u->imports[i];
	return NULL;
}

/* The names an element sees: its requirements, those of an import below its name. */
static void make_slots(struct dmn_builder *b, struct drg *d)
{
	struct need *slots = ARENA_ARRAY(b->a, struct need, d->nneeds + 1 + dmn_aliases_max(d));
	for (size_t i = 0; i < d->nneeds; i++) {
		const struct drg *x = d->needs[i];
		const struct dmn_import *im = x->unit == d->unit ? NULL : import_of(d->unit, x->unit);
		bool own = x->unit == d->unit || (!im && (is_merged(d->unit, x->unit) ||
		                                          is_merged(x->unit, d->unit)));
		struct str under = own ? STR("") : im ? im->name : x->unit->name;
		if (!under.n) {
			slots[d->nslots++] = (struct need){ .name = x->name, .element = x };
			continue;
		}
		size_t k = 0;
		while (k < d->nslots && !(slots[k].members && str_eq(slots[k].name, under)))
			k++;
		if (k == d->nslots)
			slots[d->nslots++] = (struct need){ .name = under,
				.members = ARENA_ARRAY(b->a, const struct drg *, d->nneeds) };
		slots[k].members[slots[k].nmembers++] = x;
	}
	if (d->kind == DMN_KNOWLEDGE) /* a function may call itself */
		slots[d->nslots++] = (struct need){ .name = d->name, .element = d };
	dmn_aliases(d, slots);
	struct str *names = ARENA_ARRAY(b->a, struct str, d->nslots);
	for (size_t i = 0; i < d->nslots; i++)
		names[i] = slots[i].name;
	d->names = names;
	d->slots = slots;
}

static void read_service(struct dmn_builder *b, struct drg *d)
{
	size_t n = 0;
	for (const struct xml_node *c = d->xml->first; c; c = c->next)
		n++;
	const struct drg **outputs = ARENA_ARRAY(b->a, const struct drg *, n);
	const struct drg **params = ARENA_ARRAY(b->a, const struct drg *, n);
	struct str *names = ARENA_ARRAY(b->a, struct str, n);
	const struct type **types = ARENA_ARRAY(b->a, const struct type *, n);
	static const char *const kinds[] = { "inputData", "inputDecision" };
	for (XML_EACH(x, d->xml, "outputDecision")) {
		const struct drg *o = follow(b, x);
		if (o)
			outputs[d->noutputs++] = o;
	}
	for (size_t k = 0; k < 2; k++)
		for (XML_EACH(x, d->xml, kinds[k])) {
			const struct drg *p = follow(b, x);
			if (!p)
				continue;
			names[d->nparams] = p->name;
			types[d->nparams] = p->type;
			params[d->nparams++] = p;
		}
	const struct xml_node *variable = xml_child(d->xml, "variable");
	const struct type *own = type_base(dmn_type_of(b, variable ? variable : d->xml,
	                                               xml_attr(variable, "typeRef")));
	if (own && own->kind == TYPE_FUNCTION && own->n) {
		d->type = own->parts[own->n - 1];
		for (size_t i = 0; i < d->nparams && own->n == d->nparams + 1; i++)
			types[i] = own->parts[i] && own->parts[i]->kind != TYPE_ANY ? own->parts[i] : types[i];
	}
	d->outputs = outputs;
	d->params = params;
	d->param_names = names;
	d->param_types = types;
	if (!d->noutputs)
		dmn_problem_add(b, d->xml, TABLE_ERROR, "dmn.service",
		                NULL, 0, STR(""));
}

static void read_needs(struct dmn_builder *b, struct drg *d)
{
	static const char *const information[2] = { "requiredInput", "requiredDecision" };
	static const char *const knowledge[2] = { "requiredKnowledge", NULL };
	size_t cap = 0;
	for (const struct xml_node *c = d->xml->first; c; c = c->next)
		cap += 2;
	d->needs = ARENA_ARRAY(b->a, const struct drg *, cap);
	b->element_name = d->name;
	if (d->kind == DMN_SERVICE) {
		read_service(b, d);
		return;
	}
	requirements(b, d, "informationRequirement", information, &cap);
	requirements(b, d, "knowledgeRequirement", knowledge, &cap);
	make_slots(b, d);
}

static void read_types_of(struct dmn_builder *b, struct drg *d)
{
	const struct xml_node *variable = xml_child(d->xml, "variable");
	struct str name = str_trim(xml_attr(variable, "name"));
	b->element_name = d->name;
	if (name.n)
		d->name = name;
	if (d->kind != DMN_KNOWLEDGE && d->kind != DMN_SERVICE && variable) {
		d->type = dmn_type_of(b, variable, xml_attr(variable, "typeRef"));
		d->shape = dmn_type_shape(b->a, d->type, 0);
	}
}

static const struct feel_value *slot_shape(struct dmn_builder *b, const struct need *slot)
{
	if (slot->element && slot->output.n)
		return feel_get(item_shape(slot->element->shape), slot->output);
	if (slot->element)
		return slot->element->shape;
	struct feel_context_builder c = feel_context_new(b->a);
	for (size_t i = 0; i < slot->nmembers; i++) {
		const struct drg *x = slot->members[i];
		feel_put(&c, x->name, x->shape ? *x->shape : feel_null());
	}
	return feel_keep(b->a, feel_context_done(&c));
}

/* The type of a knowledge model or service is that of what it gives, not of the name. */
static const struct type *slot_type(const struct need *slot)
{
	const struct drg *x = slot->element;
	return x && !slot->derived && (x->kind == DMN_INPUT || x->kind == DMN_DECISION) ? x->type : NULL;
}

static void compile_logic(struct dmn_builder *b, struct drg *d)
{
	b->unit = (struct dmn_unit *)(uintptr_t)d->unit; /* still being built */
	b->element_name = d->name;
	b->nscope = b->filters = b->loose = b->depth = 0;
	map_init(&b->free, b->a);
	for (size_t i = 0; i < d->nslots; i++)
		dmn_scope_push(b, d->slots[i].name, slot_shape(b, &d->slots[i]), slot_type(&d->slots[i]));
	if (d->kind == DMN_KNOWLEDGE) {
		const struct xml_node *logic = xml_child(d->xml, "encapsulatedLogic");
		const struct xml_node *variable = xml_child(d->xml, "variable");
		if (logic) {
			const struct type *t = dmn_type_of(b, variable ? variable : d->xml,
			                                   xml_attr(variable, "typeRef")), *base = type_base(t);
			/* The variable's type may be that of the function or of its result. */
			if (base && base->kind == TYPE_FUNCTION)
				t = base->n ? base->parts[base->n - 1] : NULL;
			d->logic = dmn_function(b, logic, t);
		}
		return;
	}
	const struct xml_node *x = dmn_expression_in(d->xml);
	if (!x)
		dmn_problem_add(b, d->xml, TABLE_WARNING, "dmn.no_logic",
		                NULL, 0, STR(""));
	d->logic = dmn_typed(b, x ? dmn_box(b, x) : NULL, d->type, d->xml);
	if (!d->shape)
		d->shape = dmn_node_shape(b->a, d->logic, 0);
}

struct walk {
	struct drg *d;
	size_t next;
};

/* Depth first, without recursion: a chain of requirements may be long. */
static void compile_from(struct dmn_builder *b, struct drg *first, struct walk *stack)
{
	size_t n = 0;
	if (first->state != DRG_NEW)
		return;
	first->state = DRG_OPEN;
	stack[n++] = (struct walk){ first, 0 };
	while (n) {
		struct walk *top = &stack[n - 1];
		if (top->next == top->d->nneeds) {
			if (top->d->kind == DMN_DECISION || top->d->kind == DMN_KNOWLEDGE) {
				compile_logic(b, top->d);
				dmn_free_slots(b, top->d);
			}
			top->d->state = DRG_DONE;
			n--;
			continue;
		}
		struct drg *need = (struct drg *)(uintptr_t)top->d->needs[top->next++];
		if (need->state == DRG_NEW) {
			need->state = DRG_OPEN;
			stack[n++] = (struct walk){ need, 0 };
		} else if (need->state == DRG_OPEN && need != top->d) {
			b->unit = (struct dmn_unit *)(uintptr_t)top->d->unit;
			b->element_name = top->d->name;
			dmn_problem_add(b, top->d->xml, TABLE_ERROR, "dmn.cycle",
			                DMN_WORDS(dmn_word(need->name)), STR(""));
		}
	}
}

static void compile_all(struct dmn_builder *b)
{
	struct walk *stack = ARENA_ARRAY(b->a, struct walk, b->model->nelements + 1);
	for (size_t i = 0; i < b->model->nelements; i++)
		compile_from(b, b->model->elements[i], stack);
}

static void collect(struct dmn_builder *b)
{
	size_t k = 0;
	b->model->elements = ARENA_ARRAY(b->a, struct drg *, b->model->nelements);
	for (size_t i = 0; i < b->model->nunits; i++)
		for (size_t j = 0; j < b->model->units[i]->nelements; j++)
			b->model->elements[k++] = b->model->units[i]->elements[j];
}

static void twice_named(struct dmn_builder *b, struct dmn_unit *u)
{
	struct map names;
	map_init(&names, b->a);
	for (size_t i = 0; i < u->nelements; i++)
		if (!map_put(&names, u->elements[i]->name, u)) {
			b->element_name = u->elements[i]->name;
			dmn_problem_add(b, u->elements[i]->xml, TABLE_WARNING, "dmn.twice_named",
			                DMN_WORDS(dmn_word(u->elements[i]->name)), STR(""));
		}
}

struct result dmn_read(struct arena *a, const struct dmn_source *sources, size_t n,
                       const struct dmn_model **ret, struct err *err)
{
	struct dmn_model *m = ARENA_NEW(a, struct dmn_model);
	struct dmn_builder b = { .a = a, .model = m, .check_work = MODEL_CHECK_WORK };
	if (!n || n > DMN_UNITS_MAX)
		return fail(err, ERR_TOO_LARGE, "dmn.size", NULL, "%zu models at once, at most %d", n,
		            DMN_UNITS_MAX);
	TRY(read_unit(&b, &sources[0], err));
	for (size_t i = 1; i < n; i++)
		read_other(&b, &sources[i]);
	for (size_t i = 0; i < m->nunits; i++) {
		b.unit = m->units[i];
		read_elements(&b, m->units[i]);
		dmn_types_read(&b, m->units[i]);
	}
	if (m->nelements > DMN_ELEMENTS_MAX || arena_over(a))
		return fail(err, ERR_TOO_LARGE, "dmn.size", NULL, "a model has at most %d elements",
		            DMN_ELEMENTS_MAX);
	for (size_t i = 0; i < m->nunits; i++) {
		b.unit = m->units[i];
		dmn_schema_check(&b, m->units[i]->xml);
		read_imports(&b, m->units[i]);
	}
	for (size_t i = 0; i < m->nunits; i++) {
		b.unit = m->units[i];
		m->units[i]->merged = ARENA_ARRAY(a, const struct dmn_unit *, m->nunits);
		merge_unnamed(m->units[i], m->units[i]);
		dmn_types_resolve(&b, m->units[i]);
		for (size_t k = 0; k < m->units[i]->nelements; k++)
			read_types_of(&b, m->units[i]->elements[k]);
		twice_named(&b, m->units[i]);
	}
	for (size_t i = 0; i < m->nunits; i++) {
		b.unit = m->units[i];
		dmn_check_types(&b, m->units[i]);
	}
	for (size_t i = 0; i < m->nunits; i++) {
		b.unit = m->units[i];
		for (size_t k = 0; k < m->units[i]->nelements; k++)
			read_needs(&b, m->units[i]->elements[k]);
	}
	collect(&b);
	compile_all(&b);
	dmn_free_merge(&b);
	if (arena_over(a))
		return fail(err, ERR_TOO_LARGE, "dmn.size", NULL, "the model is too large");
	m->problems = b.problems;
	m->nproblems = b.nproblems;
	*ret = m;
	return ok();
}

size_t dmn_problems(const struct dmn_model *m, const struct dmn_problem **ret)
{
	*ret = m->problems;
	return m->nproblems;
}

struct str dmn_name(const struct dmn_model *m)
{
	return m->units[0]->name;
}

size_t dmn_imports(const struct dmn_model *m, struct arena *a, const struct dmn_import_place **ret)
{
	size_t n = 0;
	for (size_t i = 0; i < m->nunits; i++)
		n += m->units[i]->nimports;
	struct dmn_import_place *list = ARENA_ARRAY(a, struct dmn_import_place, n);
	n = 0;
	for (size_t i = 0; i < m->nunits; i++)
		for (size_t k = 0; k < m->units[i]->nimports; k++) {
			const struct dmn_import *im = &m->units[i]->imports[k];
			if (im->model || im->unit)
				list[n++] = (struct dmn_import_place){ m->units[i]->file, im->location, im->unit != NULL };
		}
	*ret = list;
	return n;
}

size_t dmn_elements(const struct dmn_model *m, struct arena *a, const struct dmn_element **ret)
{
	const struct dmn_unit *u = m->units[0];
	struct dmn_element *list = ARENA_ARRAY(a, struct dmn_element, u->nelements);
	for (size_t i = 0; i < u->nelements; i++) {
		const struct xml_node *question = xml_child(u->elements[i]->xml, "question");
		list[i] = (struct dmn_element){ u->elements[i]->kind, u->elements[i]->name,
			question ? str_trim(question->text) : STR("") };
	}
	*ret = list;
	return u->nelements;
}
