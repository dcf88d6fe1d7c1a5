/* Models that leave their inputs undeclared, as Camunda Modeler and its kin write
 * them: input data are drawn without a variable, or not at all, tables read names
 * that stand nowhere else, and decisions know each other by id and by the names of
 * their outputs.
 *
 * Such names become inputs of the model, each told as a warning with what was
 * perhaps meant. A model that declares its inputs is held to them. */
#include "rule/dmn_model.h"

static const char *const makers[] = { "camunda", "bpmn.io", "dmn-js", "flowable", "activiti" };

static bool made_by(struct str text)
{
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		for (size_t at = 0; at < text.n; at++)
			if (str_eq_nocase(str_sub(text, at, strlen(makers[i])), str_c(makers[i])))
				return true;
	return false;
}

bool dmn_is_loose(const struct dmn_unit *u)
{
	bool drawn = false;
	for (XML_EACH(x, u->xml, "inputData")) {
		drawn = true;
		if (xml_child(x, "variable"))
			return false;
	}
	return drawn || made_by(xml_attr(u->xml, "exporter")) || made_by(u->ns);
}

static size_t outputs_of(const struct drg *d)
{
	const struct xml_node *table = xml_child(d->xml, "decisionTable");
	size_t n = 0;
	for (XML_EACH(out, table, "output"))
		n++;
	return n;
}

size_t dmn_aliases_max(const struct drg *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->nneeds; i++)
		n += 1 + outputs_of(d->needs[i]);
	return n;
}

static void alias(struct drg *d, struct need *slots, struct need slot)
{
	for (size_t i = 0; i < d->nslots; i++)
		if (str_eq(slots[i].name, slot.name))
			return;
	if (slot.name.n)
		slots[d->nslots++] = slot;
}

void dmn_aliases(struct drg *d, struct need *slots)
{
	for (size_t i = 0; d->unit->loose && i < d->nneeds; i++) {
		const struct drg *x = d->needs[i];
		size_t n = outputs_of(x);
		if (x->kind != DMN_DECISION || x->unit != d->unit)
			continue;
		alias(d, slots, (struct need){ .name = x->id, .element = x });
		for (XML_EACH(out, xml_child(x->xml, "decisionTable"), "output")) {
			struct str name = str_trim(xml_attr(out, "name"));
			alias(d, slots, (struct need){ .name = name, .element = x, .derived = true,
			                               .output = n > 1 ? name : STR("") });
		}
	}
}

static struct drg *free_input(struct dmn_builder *b, struct drg *d, struct str name)
{
	struct dmn_unit *u = b->unit;
	for (size_t i = 0; i < u->nfree; i++)
		if (str_eq(u->free[i]->name, name))
			return u->free[i];
	if (u->nfree == u->cap_free) {
		size_t cap = u->cap_free ? u->cap_free * 2 : 8;
		struct drg **list = ARENA_ARRAY(b->a, struct drg *, cap);
		if (u->nfree)
			memcpy(list, u->free, u->nfree * sizeof *list);
		u->free = list;
		u->cap_free = cap;
	}
	struct drg *x = ARENA_NEW(b->a, struct drg);
	*x = (struct drg){ .kind = DMN_INPUT, .name = arena_str(b->a, name), .unit = u, .xml = d->xml,
		.state = DRG_DONE };
	u->free[u->nfree++] = x;
	struct word_near near = { .word = name };
	for (size_t i = 0; i < d->nslots; i++)
		word_near_try(&near, d->slots[i].name);
	dmn_problem_add(b, d->xml, TABLE_WARNING, "dmn.free", DMN_WORDS(dmn_word(name)), near.best);
	return x;
}

void dmn_free_slots(struct dmn_builder *b, struct drg *d)
{
	size_t n = d->nslots, more = b->free.n;
	if (!more)
		return;
	struct need *slots = ARENA_ARRAY(b->a, struct need, n + more);
	struct str *names = ARENA_ARRAY(b->a, struct str, n + more);
	if (n) {
		memcpy(slots, d->slots, n * sizeof *slots);
		memcpy(names, d->names, n * sizeof *names);
	}
	for (size_t i = 0; i < more; i++) {
		struct drg *x = free_input(b, d, b->free.entries[i].key);
		x->type = x->type ? x->type : b->free.entries[i].value;
		slots[n + i] = (struct need){ .name = x->name, .element = x };
		names[n + i] = x->name;
	}
	d->slots = slots;
	d->names = names;
	d->nslots = n + more;
}

/* The inputs that were found stand behind the elements of their file. */
void dmn_free_merge(struct dmn_builder *b)
{
	struct dmn_model *m = b->model;
	size_t n = m->nelements;
	for (size_t i = 0; i < m->nunits; i++)
		n += m->units[i]->nfree;
	if (n == m->nelements)
		return;
	struct drg **all = ARENA_ARRAY(b->a, struct drg *, n);
	memcpy(all, m->elements, m->nelements * sizeof *all);
	for (size_t i = 0; i < m->nunits; i++) {
		struct dmn_unit *u = m->units[i];
		struct drg **own = ARENA_ARRAY(b->a, struct drg *, u->nelements + u->nfree);
		memcpy(own, u->elements, u->nelements * sizeof *own);
		for (size_t k = 0; k < u->nfree; k++) {
			u->free[k]->index = (uint32_t)m->nelements;
			all[m->nelements++] = own[u->nelements++] = u->free[k];
		}
		u->elements = own;
	}
	m->elements = all;
}
