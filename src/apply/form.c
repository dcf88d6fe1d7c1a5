/* The form engine's heart: settling a form, and the look-ups on it. */
#include "apply/form_priv.h"

#include <assert.h>

size_t form_page_index(const struct form *f, const struct pack_page *page)
{
	size_t i = (size_t)(page - f->in.procedure->pages);
	assert(i < f->in.procedure->npages);
	return i;
}

struct form_slot *form_slot_of(struct form *f, const struct pack_page *page, int item,
                               const struct pack_field *field)
{
	struct form_page_state *ps = &f->pages[form_page_index(f, page)];
	size_t row = item < 0 ? 0 : (size_t)item;
	size_t col = (size_t)(field - page->fields);
	if (row >= ps->nitems || col >= page->nfields || (item < 0) == form_is_group(page))
		return NULL;
	return &ps->slots[row * page->nfields + col];
}

static struct result members_of(struct form *f, const struct feel_value *names,
                                const struct pack_field *field, struct form_slot *slot,
                                struct err *err)
{
	if (field->type != FIELD_MEMBERS || !field->members)
		return ok();
	return form_eval_in(f, names, field->members, &slot->members, err);
}

static bool is_filled(const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return false;
	return v->kind != JSON_STRING || v->text.n > 0;
}

struct result form_settle_field(struct form *f, const struct feel_value *names,
                                const struct pack_field *field, const struct json *stored,
                                struct form_slot *slot, struct err *err)
{
	slot->asked = true;
	if (field->when)
		TRY(form_true_in(f, names, field->when, &slot->asked, err));
	if (!slot->asked)
		return ok();
	TRY(members_of(f, names, field, slot, err));
	bool locked = field->locked || field->type == FIELD_SHOWN;
	if (!locked && stored && stored->kind != JSON_NULL) {
		slot->value = stored;
		return ok();
	}
	if (!field->from)
		return ok();
	const struct json *v;
	TRY(form_eval_in(f, names, field->from, &v, err));
	if (is_filled(v)) {
		slot->value = v;
		slot->prefilled = true;
	}
	return ok();
}

static struct result settle_page_fields(struct form *f, const struct pack_page *page,
                                        struct form_page_state *ps, struct err *err)
{
	for (size_t i = 0; i < page->nfields; i++) {
		const struct pack_field *field = &page->fields[i];
		const struct json *stored = json_path(f->effective, field->id);
		struct form_slot *slot = &ps->slots[i];
		TRY(form_settle_field(f, f->names, field, stored, slot, err));
		if (slot->asked && field->matters)
			TRY(form_matters(f, page, field, &slot->asked, err));
		if (!slot->asked)
			*slot = (struct form_slot){ .asked = false };
		if (slot->value == stored)
			continue;
		f->effective = json_with(f->arena, f->effective, field->id,
		                         slot->value ? slot->value : json_null());
		f->names = form_scope(f, f->effective);
	}
	return ok();
}

const struct json *form_same_item(const struct json *items, const struct json *item, size_t at)
{
	struct str id = json_text(json_get(item, STR("id")));
	if (id.n == 0)
		return json_at(items, at);
	for (size_t i = 0; i < json_len(items); i++)
		if (str_eq(json_text(json_get(json_at(items, i), STR("id"))), id))
			return json_at(items, i);
	return NULL;
}

/* The register's item with the answers that were given about it laid over:
 * whom it is about stays the register's word, whatever was stored. */
static const struct json *over_register(struct form *f, const struct pack_page *page,
                                        const struct json *known, const struct json *answers)
{
	for (size_t i = 0; i < page->nfields; i++) {
		const struct pack_field *field = &page->fields[i];
		const struct json *v = json_path(answers, field->id);
		if (v && !field->locked && field->type != FIELD_SHOWN)
			known = json_with(f->arena, known, field->id, v);
	}
	return known;
}

/* The items of a group: those the register knows (by id), or as answered. */
static struct result group_items(struct form *f, const struct pack_page *page,
                                 const struct json **ret, struct err *err)
{
	const struct json *stored = json_path(f->effective, page->group), *known;
	if (!page->group_from) {
		*ret = json_is(stored, JSON_ARRAY) ? stored : json_array_done(json_array_new(f->arena));
		return ok();
	}
	TRY(form_eval_in(f, f->names, page->group_from, &known, err));
	struct json_array *items = json_array_new(f->arena);
	for (size_t i = 0; i < json_len(known); i++) {
		const struct json *item = json_at(known, i);
		json_push(items, over_register(f, page, item, form_same_item(stored, item, i)));
	}
	*ret = json_array_done(items);
	return ok();
}

static struct result settle_item(struct form *f, const struct pack_page *page,
                                 const struct json *item, struct form_slot *slots,
                                 const struct json **ret, struct err *err)
{
	const struct feel_value *names = form_scope_item(f, page, item);
	for (size_t i = 0; i < page->nfields; i++) {
		const struct pack_field *field = &page->fields[i];
		const struct json *stored = json_path(item, field->id);
		TRY(form_settle_field(f, names, field, stored, &slots[i], err));
		if (slots[i].value == stored)
			continue;
		item = json_with(f->arena, item, field->id,
		                 slots[i].value ? slots[i].value : json_null());
		names = form_scope_item(f, page, item);
	}
	*ret = item;
	return ok();
}

static struct result settle_group(struct form *f, const struct pack_page *page,
                                  struct form_page_state *ps, struct err *err)
{
	const struct json *items;
	TRY(group_items(f, page, &items, err));
	ps->nitems = items->n;
	ps->slots = ARENA_ARRAY(f->arena, struct form_slot, items->n * page->nfields + 1);
	struct json_array *settled = json_array_new(f->arena);
	for (size_t i = 0; i < items->n; i++) {
		const struct json *item;
		TRY(settle_item(f, page, &items->items[i], ps->slots + i * page->nfields, &item, err));
		json_push(settled, item);
	}
	f->effective = json_with(f->arena, f->effective, page->group, json_array_done(settled));
	f->names = form_scope(f, f->effective);
	return ok();
}

/* A page that is not asked leaves no answers behind. */
static void drop_page(struct form *f, const struct pack_page *page)
{
	if (form_is_group(page)) {
		f->effective = json_with(f->arena, f->effective, page->group, json_null());
	} else {
		for (size_t i = 0; i < page->nfields; i++)
			if (json_path(f->effective, page->fields[i].id))
				f->effective = json_with(f->arena, f->effective, page->fields[i].id,
				                         json_null());
	}
	f->names = form_scope(f, f->effective);
}

static bool any_asked(const struct pack_page *page, const struct form_page_state *ps)
{
	if (form_is_group(page))
		return true;
	for (size_t i = 0; i < page->nfields; i++)
		if (ps->slots[i].asked)
			return true;
	return false;
}

static struct result settle_page(struct form *f, const struct pack_page *page,
                                 struct form_page_state *ps, struct err *err)
{
	ps->asked = true;
	if (page->when)
		TRY(form_true_in(f, f->names, page->when, &ps->asked, err));
	if (!ps->asked) {
		drop_page(f, page);
		return ok();
	}
	if (form_is_group(page)) {
		TRY(settle_group(f, page, ps, err));
	} else {
		ps->nitems = 1;
		ps->slots = ARENA_ARRAY(f->arena, struct form_slot, page->nfields + 1);
		TRY(settle_page_fields(f, page, ps, err));
	}
	ps->asked = any_asked(page, ps);
	if (ps->asked)
		f->asked[f->nasked++] = page;
	return ok();
}

/* The procedure's values, in order; each stands in the scope of those behind it
 * and of all that is evaluated later (record, letter, decision) as FEEL knows
 * it: a date stays a date, which JSON would not keep. */
static struct result settle_values(struct form *f, struct err *err)
{
	const struct procedure *p = f->in.procedure;
	f->values = ARENA_ARRAY(f->arena, struct form_value, p->nvalues + 1);
	for (size_t i = 0; i < p->nvalues; i++) {
		f->values[i].decl = &p->values[i];
		TRY(form_value_settle(f, &p->values[i], &f->values[i].value, err));
	}
	return ok();
}

struct result form_open(struct arena *a, const struct form_input *in, struct form **ret,
                        struct err *err)
{
	struct form *f = ARENA_NEW(a, struct form);
	const struct procedure *p = in->procedure;
	f->arena = a;
	f->in = *in;
	f->pages = ARENA_ARRAY(a, struct form_page_state, p->npages + 1);
	f->asked = ARENA_ARRAY(a, const struct pack_page *, p->npages + 1);
	f->effective = json_is(in->answers, JSON_OBJECT) ? in->answers
	                                                 : json_object_done(json_object_new(a));
	f->names = form_scope(f, f->effective);
	for (size_t i = 0; i < p->npages; i++)
		TRY(settle_page(f, &p->pages[i], &f->pages[i], err));
	TRY(settle_values(f, err));
	if (arena_over(a))
		return fail(err, ERR_TOO_LARGE, "form.too_large", NULL, "the form needs too much memory");
	*ret = f;
	return ok();
}

const struct procedure *form_procedure(const struct form *f)
{
	return f->in.procedure;
}

struct result form_eligible(struct form *f, bool *ret, struct err *err)
{
	if (!f->in.procedure->eligible) {
		*ret = true;
		return ok();
	}
	return form_true_in(f, f->names, f->in.procedure->eligible, ret, err);
}

static struct result text_of(struct form *f, const struct feel_expr *x, struct str *ret,
                             struct err *err)
{
	const struct json *v = NULL;
	if (x)
		TRY(form_eval_in(f, f->names, x, &v, err));
	*ret = json_text(v);
	return ok();
}

struct result form_once(struct form *f, struct str *ret, struct err *err)
{
	return text_of(f, f->in.procedure->once, ret, err);
}

struct result form_once_for(struct form *f, struct str *ret, struct err *err)
{
	return text_of(f, f->in.procedure->once_for, ret, err);
}

struct result form_pages(struct form *f, const struct pack_page *const **ret, size_t *ret_n,
                         struct err *err)
{
	(void)err;
	*ret = f->asked;
	*ret_n = f->nasked;
	return ok();
}

struct result form_items(struct form *f, const struct pack_page *page, size_t *ret,
                         struct err *err)
{
	(void)err;
	*ret = f->pages[form_page_index(f, page)].nitems;
	return ok();
}

struct result form_field(struct form *f, const struct pack_page *page, int item,
                         const struct pack_field *field, struct form_field *ret,
                         struct err *err)
{
	const struct form_slot *slot = form_slot_of(f, page, item, field);
	if (!slot)
		return fail(err, ERR_NOT_FOUND, "form.item.gone", NULL, "no item %d on page %.*s",
		            item, STR_ARG(page->id));
	*ret = (struct form_field){
		.field = field,
		.asked = slot->asked,
		.prefilled = slot->prefilled,
		.value = slot->value,
		.members = slot->members ? slot->members->items : NULL,
		.nmembers = json_is(slot->members, JSON_ARRAY) ? slot->members->n : 0,
	};
	return ok();
}

struct result form_eval(struct form *f, const struct feel_expr *e, const struct json **ret,
                        struct err *err)
{
	return form_eval_in(f, f->names, e, ret, err);
}
