/* From JSON to FEEL: what the expressions of a procedure may see.
 *
 * Facts come from registers that write ISO dates: a string that is a whole
 * date is one. Answers are typed by their fields, so that a text somebody
 * typed never turns into a date by looking like one. */
#include "apply/form_priv.h"
#include "base/map.h"
#include "pack/functions.h"
#include "rule/native.h"

struct typing {
	struct form *form;
	struct map fields; /* dotted path -> struct pack_field; items as group.id */
};

static void add_fields(struct typing *t, struct str prefix, const struct pack_field *fields,
                       size_t n)
{
	struct arena *a = t->form->arena;
	for (size_t i = 0; i < n; i++) {
		struct str path = prefix.n
			? arena_printf(a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(fields[i].id))
			: fields[i].id;
		map_put(&t->fields, path, (void *)(uintptr_t)&fields[i]);
	}
}

static struct typing *typing_of(struct form *f)
{
	if (f->typing)
		return f->typing;
	struct typing *t = ARENA_NEW(f->arena, struct typing);
	t->form = f;
	map_init(&t->fields, f->arena);
	const struct procedure *p = f->in.procedure;
	for (size_t i = 0; i < p->npages; i++)
		add_fields(t, p->pages[i].group, p->pages[i].fields, p->pages[i].nfields);
	add_fields(t, STR("decision"), p->decide, p->ndecide);
	f->typing = t;
	return t;
}

/* ---- facts ---- */

static struct feel_value from_facts(struct arena *a, const struct json *j)
{
	if (j->kind == JSON_STRING && j->text.n == 10) {
		struct feel_value d = feel_parse_date(j->text);
		return d.kind == FEEL_DATE ? d : feel_string(j->text);
	}
	if (j->kind == JSON_ARRAY) {
		struct feel_value *items = ARENA_ARRAY(a, struct feel_value, j->n + 1);
		for (size_t i = 0; i < j->n; i++)
			items[i] = from_facts(a, &j->items[i]);
		return feel_list(items, j->n);
	}
	if (j->kind == JSON_OBJECT) {
		struct feel_context_builder b = feel_context_new(a);
		for (size_t i = 0; i < j->n; i++)
			feel_put(&b, j->keys[i], from_facts(a, &j->items[i]));
		return feel_context_done(&b);
	}
	return *feel_from_json(a, j);
}

/* ---- answers ---- */

/* The member of the applicant's household with that id, from the facts. */
static const struct json *member_by_id(const struct form *f, struct str id)
{
	const struct procedure *p = f->in.procedure;
	for (size_t i = 0; i < p->nprefills; i++) {
		if (!str_eq(p->prefills[i].dataset, STR("resident.household")))
			continue;
		const struct json *list =
			json_get(json_get(f->in.facts, p->prefills[i].as), STR("members"));
		for (size_t k = 0; k < json_len(list); k++)
			if (str_eq(json_text(json_get(json_at(list, k), STR("id"))), id))
				return json_at(list, k);
	}
	return NULL;
}

static struct feel_value from_members(struct form *f, const struct json *ids)
{
	struct feel_value *items = ARENA_ARRAY(f->arena, struct feel_value, json_len(ids) + 1);
	size_t n = 0;
	for (size_t i = 0; i < json_len(ids); i++) {
		const struct json *m = member_by_id(f, json_text(json_at(ids, i)));
		if (m)
			items[n++] = from_facts(f->arena, m);
	}
	return feel_list(items, n);
}

static struct feel_value typed(struct typing *t, struct str path, const struct json *j);

static struct feel_value typed_object(struct typing *t, struct str path, const struct json *j)
{
	struct arena *a = t->form->arena;
	struct feel_context_builder b = feel_context_new(a);
	struct str stem = path.n ? arena_join(a, path, STR(".")) : path;
	for (size_t i = 0; i < j->n; i++) {
		/* Not answered, or emptied: absent, so that FEEL sees null and knows it. */
		if (j->items[i].kind == JSON_NULL || form_is_emptied(&j->items[i]))
			continue;
		struct str sub = path.n ? arena_join(a, stem, j->keys[i]) : j->keys[i];
		feel_put(&b, j->keys[i], typed(t, sub, &j->items[i]));
	}
	return feel_context_done(&b);
}

static struct feel_value typed_list(struct typing *t, struct str path, const struct json *j)
{
	struct feel_value *items = ARENA_ARRAY(t->form->arena, struct feel_value, j->n + 1);
	for (size_t i = 0; i < j->n; i++)
		items[i] = typed(t, path, &j->items[i]); /* group items share the group's path */
	return feel_list(items, j->n);
}

static struct feel_value typed(struct typing *t, struct str path, const struct json *j)
{
	const struct pack_field *field = map_get(&t->fields, path);
	if (field && field->type == FIELD_MEMBERS && j->kind == JSON_ARRAY)
		return from_members(t->form, j);
	/* What no field declares is the register's own part of an item. */
	if (j->kind == JSON_STRING &&
	    (!field || field->type == FIELD_DATE || field->type == FIELD_SHOWN))
		return from_facts(t->form->arena, j);
	if (j->kind == JSON_OBJECT)
		return typed_object(t, path, j);
	if (j->kind == JSON_ARRAY)
		return typed_list(t, path, j);
	return *feel_from_json(t->form->arena, j);
}

/* ---- functions of the house ---- */

/* option label("damage.cause"): what people read for the chosen code, in the
 * language of letters. */
static struct feel_value option_label(const struct feel_call *call,
                                      const struct feel_value *args, size_t n)
{
	struct form *f = call->context;
	if (n != 1 || args[0].kind != FEEL_STRING)
		return feel_null();
	struct str path = args[0].string;
	const struct pack_field *field = map_get(&typing_of(f)->fields, path);
	const struct json *v = str_starts(path, STR("decision."))
		? json_path(f->in.decision, str_from(path, STR("decision.").n))
		: json_path(f->effective, path);
	if (!field || !json_is(v, JSON_STRING))
		return feel_null();
	return feel_string(form_show_plain(f, field, v));
}

/* ---- the scope ---- */

static void put_all(struct feel_context_builder *b, const struct feel_value *context)
{
	for (size_t i = 0; i < context->context.n; i++)
		feel_put(b, context->context.keys[i], context->context.values[i]);
}

const struct feel_value *form_scope(struct form *f, const struct json *answers)
{
	struct typing *t = typing_of(f);
	struct feel_context_builder b = feel_context_new(f->arena);
	struct feel_value part;
	if (!f->facts_value) {
		part = json_is(f->in.facts, JSON_OBJECT) ? from_facts(f->arena, f->in.facts)
		                                         : feel_context_done(&b);
		f->facts_value = feel_keep(f->arena, part);
	}
	part = typed_object(t, STR(""), answers);
	put_all(&b, &part);
	put_all(&b, f->facts_value); /* whatever answers were stored: the register's word stands */
	if (json_is(f->in.decision, JSON_OBJECT))
		feel_put(&b, STR("decision"), typed_object(t, STR("decision"), f->in.decision));
	if (json_is(f->in.about, JSON_OBJECT))
		feel_put(&b, STR("case"), from_facts(f->arena, f->in.about));
	static const struct str params[] = { STR_INIT("path") };
	pack_functions_put(&b);
	if (f->in.procedure->rules)
		put_all(&b, f->in.procedure->rules);
	feel_put(&b, STR("option label"),
	         feel_native_value(f->arena, option_label, f, params, 1));
	return feel_keep(f->arena, feel_context_done(&b));
}

const struct feel_value *form_scope_item(struct form *f, const struct pack_page *page,
                                         const struct json *item)
{
	struct feel_context_builder b = feel_context_new(f->arena);
	put_all(&b, f->names);
	feel_put(&b, STR("item"), typed(typing_of(f), page->group, item));
	return feel_keep(f->arena, feel_context_done(&b));
}

const struct feel_value *form_names_for(struct form *f, const struct pack_page *page, int item)
{
	if (!form_is_group(page) || item < 0)
		return f->names;
	const struct json *it = json_at(json_path(f->effective, page->group), (size_t)item);
	return it ? form_scope_item(f, page, it) : f->names;
}

/* ---- evaluation ---- */

static struct feel_scope scope_of(struct form *f, const struct feel_value *names)
{
	return (struct feel_scope){ .names = names, .now_us = f->in.now_us };
}

struct result form_eval_in(struct form *f, const struct feel_value *names,
                           const struct feel_expr *e, const struct json **ret, struct err *err)
{
	struct feel_scope s = scope_of(f, names);
	const struct feel_value *v;
	TRY(feel_eval(e, &s, f->arena, &v, err));
	*ret = feel_to_json(f->arena, v);
	return ok();
}

struct result form_true_in(struct form *f, const struct feel_value *names,
                           const struct feel_expr *e, bool *ret, struct err *err)
{
	struct feel_scope s = scope_of(f, names);
	const struct feel_value *v;
	TRY(feel_eval(e, &s, f->arena, &v, err));
	*ret = feel_true(v);
	return ok();
}

struct result form_value_settle(struct form *f, const struct pack_value *decl,
                                const struct json **ret, struct err *err)
{
	struct feel_scope s = scope_of(f, f->names);
	const struct feel_value *v;
	struct feel_context_builder b = feel_context_new(f->arena);
	TRY(feel_eval(decl->expr, &s, f->arena, &v, err));
	put_all(&b, f->names);
	feel_put(&b, decl->name, *v);
	f->names = feel_keep(f->arena, feel_context_done(&b));
	*ret = feel_to_json(f->arena, v);
	return ok();
}
