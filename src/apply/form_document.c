/* What leaves the form: the clean answers, the computed values, and the
 * document that is signed. */
#include "apply/form_priv.h"

static void keep(struct arena *a, const struct json **out, struct str path,
                 const struct json *v)
{
	if (v && v->kind != JSON_NULL)
		*out = json_with(a, *out, path, v);
}

static const struct json *clean_item(struct form *f, const struct pack_page *page,
                                     const struct form_slot *slots)
{
	const struct json *out = json_object_done(json_object_new(f->arena));
	for (size_t i = 0; i < page->nfields; i++)
		if (slots[i].asked)
			keep(f->arena, &out, page->fields[i].id, slots[i].value);
	return out;
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
			struct json_array *list = json_array_new(f->arena);
			for (size_t i = 0; i < ps->nitems; i++)
				json_push(list, clean_item(f, page, ps->slots + i * page->nfields));
			out = json_with(f->arena, out, page->group, json_array_done(list));
			continue;
		}
		for (size_t i = 0; i < page->nfields; i++)
			if (ps->slots[i].asked)
				keep(f->arena, &out, page->fields[i].id, ps->slots[i].value);
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

static const struct json *attachment_list(struct arena *a, const struct form_attachment *att,
                                          size_t n)
{
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(a);
		json_put_str(o, STR("field"), att[i].field);
		json_put_str(o, STR("id"), att[i].id);
		json_put_str(o, STR("name"), att[i].name);
		json_put_str(o, STR("kind"), att[i].kind);
		json_put_int(o, STR("size"), (int64_t)att[i].size);
		json_put_str(o, STR("sha256"), att[i].sha256_hex);
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

struct result form_document(struct form *f, struct str authority, struct str applicant,
                            const struct form_attachment *att, size_t natt, struct str *ret,
                            struct err *err)
{
	struct json_object *o = json_object_new(f->arena);
	const struct json *answers;
	const struct form_value *values;
	size_t nvalues;
	TRY(form_clean(f, &answers, err));
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
	json_put(o, STR("attachments"), attachment_list(f->arena, att, natt));
	return json_canonical(f->arena, json_object_done(o), ret, err);
}

bool form_knows(const struct procedure *p, struct str id)
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
				return true;
		}
	}
	return false;
}
