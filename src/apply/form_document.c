/* What leaves the form: the clean answers, the computed values, and the
 * document that is signed. */
#include "apply/form_priv.h"

/* An emptied answer stays, where the register would fill it again otherwise. */
static void keep(struct arena *a, const struct json **out, const struct pack_field *field,
                 const struct form_slot *slot)
{
	bool empty = !slot->value || slot->value->kind == JSON_NULL ||
	             (form_is_emptied(slot->value) && !field->from);
	if (slot->asked && !empty)
		*out = json_with(a, *out, field->id, slot->value);
}

static const struct json *clean_item(struct form *f, const struct pack_page *page,
                                     const struct json *item, const struct form_slot *slots)
{
	const struct json *out = json_object_done(json_object_new(f->arena));
	const struct json *id = json_get(item, STR("id"));
	if (page->group_from && json_is(id, JSON_STRING)) /* whom the answers are about */
		out = json_with(f->arena, out, STR("id"), id);
	for (size_t i = 0; i < page->nfields; i++)
		keep(f->arena, &out, &page->fields[i], &slots[i]);
	return out;
}

static const struct json *clean_group(struct form *f, const struct pack_page *page,
                                      const struct form_page_state *ps)
{
	const struct json *items = json_path(f->effective, page->group);
	struct json_array *list = json_array_new(f->arena);
	for (size_t i = 0; i < ps->nitems; i++)
		json_push(list, clean_item(f, page, json_at(items, i), ps->slots + i * page->nfields));
	return json_array_done(list);
}

struct result form_clean(struct form *f, const struct json **ret, struct err *err)
{
	const struct json *out = json_object_done(json_object_new(f->arena));
	(void)err;
	for (size_t p = 0; p < f->in.procedure->npages; p++) {
		const struct pack_page *page = &f->in.procedure->pages[p];
		const struct form_page_state *ps = &f->pages[p];
		if (!ps->asked)
			continue;
		if (form_is_group(page)) {
			out = json_with(f->arena, out, page->group, clean_group(f, page, ps));
			continue;
		}
		for (size_t i = 0; i < page->nfields; i++)
			keep(f->arena, &out, &page->fields[i], &ps->slots[i]);
	}
	*ret = out;
	return ok();
}

struct result form_values(struct form *f, const struct form_value **ret, size_t *ret_n,
                          struct err *err)
{
	(void)err;
	*ret = f->values;
	*ret_n = f->in.procedure->nvalues;
	return ok();
}

/* ---- attachments ---- */

static const struct json *attachment(struct arena *a, const struct form_attachment *t)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("field"), t->field);
	json_put_str(o, STR("id"), t->id);
	json_put_str(o, STR("name"), t->name);
	json_put_str(o, STR("kind"), t->kind);
	json_put_int(o, STR("size"), (int64_t)t->size);
	json_put_str(o, STR("sha256"), t->sha256_hex);
	return json_object_done(o);
}

static const struct form_attachment *by_id(const struct form_attachment *att, size_t n,
                                           struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(att[i].id, id))
			return &att[i];
	return NULL;
}

/* The ids that one file answer names. */
static void add_ids(struct json_array *out, const struct form_slot *slot)
{
	for (size_t i = 0; slot->asked && i < json_len(slot->value); i++)
		json_push(out, json_at(slot->value, i));
}

const struct json *form_files(struct form *f)
{
	struct json_array *out = json_array_new(f->arena);
	for (size_t p = 0; p < f->in.procedure->npages; p++) {
		const struct pack_page *page = &f->in.procedure->pages[p];
		const struct form_page_state *ps = &f->pages[p];
		for (size_t i = 0; ps->asked && i < ps->nitems * page->nfields; i++)
			if (page->fields[i % page->nfields].type == FIELD_FILE)
				add_ids(out, &ps->slots[i]);
	}
	return json_array_done(out);
}

static struct result attachment_list(struct form *f, const struct form_attachment *att,
                                     size_t n, const struct json **ret, struct err *err)
{
	const struct json *ids = form_files(f);
	struct json_array *list = json_array_new(f->arena);
	for (size_t i = 0; i < json_len(ids); i++) {
		const struct form_attachment *t = by_id(att, n, json_text(json_at(ids, i)));
		if (!t)
			return fail(err, ERR_CONFLICT, "apply.attachment.gone", NULL,
			            "an answer names a file that is not there");
		json_push(list, attachment(f->arena, t));
	}
	*ret = json_array_done(list);
	return ok();
}

/* ---- people ---- */

/* Answers name members of the household by ids; who signs must see whom she
 * names, so their names are part of what is signed. */
static void add_names(struct form *f, struct json_object *o, const struct form_slot *slot)
{
	for (size_t i = 0; slot->asked && i < json_len(slot->value); i++) {
		struct str id = json_text(json_at(slot->value, i));
		json_put_str(o, id, form_member_name(f, id));
	}
}

static const struct json *member_names(struct form *f)
{
	struct json_object *o = json_object_new(f->arena);
	for (size_t p = 0; p < f->in.procedure->npages; p++) {
		const struct pack_page *page = &f->in.procedure->pages[p];
		const struct form_page_state *ps = &f->pages[p];
		for (size_t i = 0; ps->asked && i < ps->nitems * page->nfields; i++)
			if (page->fields[i % page->nfields].type == FIELD_MEMBERS)
				add_names(f, o, &ps->slots[i]);
	}
	return json_object_done(o);
}

/* A number with more digits than every reader holds is signed as its text. */
static const struct json *signable(struct arena *a, const struct json *j)
{
	if (json_is(j, JSON_NUMBER))
		return json_number_is_exact(j->text) ? j : json_str(a, j->text);
	if (json_is(j, JSON_ARRAY)) {
		struct json_array *list = json_array_new(a);
		for (size_t i = 0; i < j->n; i++)
			json_push(list, signable(a, &j->items[i]));
		return json_array_done(list);
	}
	if (!json_is(j, JSON_OBJECT))
		return j;
	struct json_object *o = json_object_new(a);
	for (size_t i = 0; i < j->n; i++)
		json_put(o, j->keys[i], signable(a, &j->items[i]));
	return json_object_done(o);
}

struct result form_document(struct form *f, struct str authority, struct str applicant,
                            const struct form_attachment *att, size_t natt, struct str *ret,
                            struct err *err)
{
	struct json_object *o = json_object_new(f->arena);
	const struct json *answers = NULL, *files = NULL;
	const struct form_value *values;
	size_t nvalues;
	TRY(form_clean(f, &answers, err));
	TRY(attachment_list(f, att, natt, &files, err));
	TRY(form_values(f, &values, &nvalues, err));
	json_put_str(o, STR("procedure"), f->in.procedure->id);
	json_put_str(o, STR("version"), f->in.procedure->version);
	json_put_str(o, STR("title"), f->in.procedure->title.t[LANG_JA]);
	json_put_str(o, STR("authority"), authority);
	json_put_str(o, STR("applicant"), applicant);
	json_put(o, STR("answers"), answers);
	struct json_object *vals = json_object_new(f->arena);
	for (size_t i = 0; i < nvalues; i++)
		json_put(vals, values[i].decl->name, values[i].value);
	json_put(o, STR("values"), json_object_done(vals));
	const struct json *names = member_names(f);
	if (names->n)
		json_put(o, STR("members"), names);
	json_put(o, STR("attachments"), files);
	return json_canonical(f->arena, signable(f->arena, json_object_done(o)), ret, err);
}

bool form_knows(const struct procedure *p, struct str id)
{
	return form_find(p, id) != NULL;
}

const struct pack_field *form_find(const struct procedure *p, struct str id)
{
	for (size_t i = 0; i < p->npages; i++) {
		const struct pack_page *page = &p->pages[i];
		for (size_t k = 0; k < page->nfields; k++) {
			struct str tail = id, head = STR("");
			if (form_is_group(page) &&
			    (!str_starts(id, page->group) || !str_cut(str_from(id, page->group.n), '.',
			                                              &head, &tail) || head.n))
				continue;
			if (str_eq(page->fields[k].id, tail))
				return &page->fields[k];
		}
	}
	return NULL;
}
