/* The names an expression may read, as a FEEL context with a sample value of
 * the type each name will have (null: any). What apply/form.h promises about
 * facts and answers is written down here a second time, for the compiler. */
#include "pack/functions.h"
#include "pack/load.h"
#include "pack/set.h"
#include "rule/value.h"

struct name {
	struct str path;
	struct feel_value sample;
};

struct names {
	struct arena *arena;
	struct name *list;
	size_t n, cap;
};

/* The first of two with one name stays: the second was reported already. */
static bool is_taken(const struct names *x, struct str path)
{
	struct str head, tail;
	(void)str_cut(path, '.', &head, &tail);
	for (size_t i = 0; i < x->n; i++) {
		if (str_eq(x->list[i].path, path) || str_eq(x->list[i].path, head))
			return true;
	}
	return false;
}

static void add(struct names *x, struct str path, struct feel_value sample)
{
	if (str_empty(path) || is_taken(x, path))
		return;
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 64;
		struct name *list = ARENA_ARRAY(x->arena, struct name, cap);
		if (x->n > 0)
			memcpy(list, x->list, x->n * sizeof *list);
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n++] = (struct name){ path, sample };
}

/* Dotted paths become nested contexts: all that begin with the same part. */
static struct feel_value tree(struct arena *a, const struct name *list, size_t n)
{
	struct feel_context_builder b = feel_context_new(a);
	struct name *below = ARENA_ARRAY(a, struct name, n + 1);
	bool *done = ARENA_ARRAY(a, bool, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str head, tail;
		if (done[i])
			continue;
		if (!str_cut(list[i].path, '.', &head, &tail)) {
			feel_put(&b, head, list[i].sample);
			continue;
		}
		size_t count = 0;
		for (size_t k = i; k < n; k++) {
			struct str other, rest;
			if (!str_cut(list[k].path, '.', &other, &rest) || !str_eq(other, head))
				continue;
			below[count++] = (struct name){ rest, list[k].sample };
			done[k] = true;
		}
		feel_put(&b, head, tree(a, below, count));
	}
	return feel_context_done(&b);
}

static struct feel_value list_of(struct arena *a, struct feel_value item)
{
	return feel_list(feel_keep(a, item), 1);
}

static struct feel_value texts(struct arena *a, const char *const *keys)
{
	struct feel_context_builder b = feel_context_new(a);
	for (; *keys; keys++)
		feel_put(&b, str_c(*keys), feel_string(STR("")));
	return feel_context_done(&b);
}

/* One member of a household, as a dataset item of type members holds it. */
static struct feel_value member(struct arena *a)
{
	static const char *const keys[] = { "id", "name", "kana", "sex", "relation", NULL };
	struct feel_value v = texts(a, keys);
	struct feel_context_builder b = feel_context_new(a);
	for (size_t i = 0; i < v.context.n; i++)
		feel_put(&b, v.context.keys[i], v.context.values[i]);
	feel_put(&b, STR("birth"), feel_parse_date(STR("2000-01-01")));
	return feel_context_done(&b);
}

struct feel_value known_sample(struct arena *a, enum field_type type)
{
	static const char *const account[] = { "bank", "branch", "kind", "number", "holder", NULL };
	switch (type) {
	case FIELD_NUMBER: case FIELD_MONEY:
		return feel_int(1);
	case FIELD_DATE:
		return feel_parse_date(STR("2000-01-01"));
	case FIELD_YESNO:
		return feel_bool(true);
	case FIELD_CHOICES: case FIELD_FILE:
		return list_of(a, feel_string(STR("")));
	case FIELD_ACCOUNT:
		return texts(a, account);
	case FIELD_MEMBERS:
		return list_of(a, member(a));
	case FIELD_SHOWN:
		return feel_null();
	case FIELD_TEXT: case FIELD_KANA: case FIELD_CHOICE: case FIELD_ADDRESS: case FIELD_PHONE:
	case FIELD_EMAIL:
		return feel_string(STR(""));
	}
	return feel_null();
}

static void add_facts(struct load *l, struct names *x)
{
	const struct procedure *p = l->procedure;
	for (size_t i = 0; i < p->nprefills; i++) {
		const struct dataset *d = map_get(&l->datasets, p->prefills[i].dataset);
		if (!d || str_find_char(p->prefills[i].as, '.') != STR_NONE) {
			add(x, p->prefills[i].as, feel_null()); /* one mistake is enough */
			continue;
		}
		struct feel_context_builder b = feel_context_new(l->arena);
		for (size_t k = 0; k < d->nitems; k++)
			feel_put(&b, d->items[k].name, known_sample(l->arena, d->items[k].type));
		add(x, p->prefills[i].as, feel_context_done(&b));
	}
}

static struct feel_value fields_of(struct load *l, const struct pack_field *fields, size_t n)
{
	struct names x = { .arena = l->arena };
	for (size_t i = 0; i < n; i++)
		add(&x, fields[i].id, known_sample(l->arena, fields[i].type));
	return tree(l->arena, x.list, x.n);
}

/* One of the items that the register knows for this page's group, by the first
 * list of contexts that group_from reads; NULL when there is none. */
static const struct feel_value *register_item(const struct pack_page *page,
                                              const struct feel_value *facts)
{
	const struct str *reads;
	size_t n = page->group_from ? feel_reads(page->group_from, &reads) : 0;
	for (size_t i = 0; i < n; i++) {
		const struct feel_value *v = feel_path(facts, reads[i]);
		if (feel_is(v, FEEL_LIST) && v->list.n > 0 && v->list.items[0].kind == FEEL_CONTEXT)
			return &v->list.items[0];
	}
	return NULL;
}

bool known_by_register(struct load *l, const struct pack_page *page, struct str name)
{
	const struct feel_value *item = register_item(page, known_names(l, SCOPE_FACTS, NULL, 0));
	return item && feel_path(item, name);
}

/* `item` is the register's own item with the answers laid over it, so where the
 * register knows items their names count as well. */
static struct feel_value item_of(struct load *l, const struct pack_page *page,
                                 const struct feel_value *facts)
{
	struct feel_value own = fields_of(l, page->fields, page->nfields);
	struct feel_context_builder b = feel_context_new(l->arena);
	const struct feel_value *known = register_item(page, facts);
	for (size_t k = 0; known && k < known->context.n; k++)
		feel_put(&b, known->context.keys[k], known->context.values[k]);
	for (size_t k = 0; k < own.context.n; k++) {
		const struct feel_value *same = feel_get(known, own.context.keys[k]);
		/* What is only shown keeps the type the register gives it. */
		if (!same || own.context.values[k].kind != FEEL_NULL)
			feel_put(&b, own.context.keys[k], own.context.values[k]);
	}
	return feel_context_done(&b);
}

static void add_answers(struct load *l, struct names *x, const struct feel_value *facts)
{
	const struct procedure *p = l->procedure;
	for (size_t i = 0; i < p->npages; i++) {
		const struct pack_page *page = &p->pages[i];
		if (page->group.n > 0) {
			add(x, page->group, list_of(l->arena, item_of(l, page, facts)));
			continue;
		}
		for (size_t k = 0; k < page->nfields; k++)
			add(x, page->fields[k].id, known_sample(l->arena, page->fields[k].type));
	}
}

static void add_functions(struct load *l, struct names *x)
{
	struct feel_context_builder b = feel_context_new(l->arena);
	pack_functions_put(&b);
	struct feel_value functions = feel_context_done(&b);
	for (size_t i = 0; i < functions.context.n; i++)
		add(x, functions.context.keys[i], functions.context.values[i]);
	add(x, STR("option label"), feel_null()); /* the form's own */
	const struct feel_value *rules = l->set->rule_names;
	for (size_t i = 0; rules && i < rules->context.n; i++)
		add(x, rules->context.keys[i], rules->context.values[i]);
}

static void add_case(struct names *x)
{
	add(x, STR("case.receipt"), feel_string(STR("")));
	add(x, STR("case.number"), feel_null());
	add(x, STR("case.submitted"), feel_parse_date(STR("2000-01-01")));
}

static void add_decision(struct load *l, struct names *x)
{
	const struct procedure *p = l->procedure;
	for (size_t i = 0; i < p->ndecide; i++)
		add(x, arena_printf(l->arena, "decision.%.*s", STR_ARG(p->decide[i].id)),
		    known_sample(l->arena, p->decide[i].type));
	add(x, STR("decision.reasons"), feel_string(STR("")));
}

const struct feel_value *known_names(struct load *l, enum scope scope,
                                     const struct pack_page *page, size_t nvalues)
{
	struct names x = { .arena = l->arena };
	add_facts(l, &x);
	struct feel_value facts = tree(l->arena, x.list, x.n);
	add_functions(l, &x);
	if (scope >= SCOPE_ANSWERS)
		add_answers(l, &x, &facts);
	if (scope == SCOPE_ITEM && page)
		add(&x, STR("item"), item_of(l, page, &facts));
	if (scope >= SCOPE_VALUES)
		add_case(&x);
	for (size_t i = 0; scope >= SCOPE_VALUES && i < nvalues && i < l->procedure->nvalues; i++)
		add(&x, l->procedure->values[i].name, feel_null());
	if (scope == SCOPE_DECIDE)
		add_decision(l, &x);
	return feel_keep(l->arena, tree(l->arena, x.list, x.n));
}
