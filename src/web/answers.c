#include "web/answers.h"

#include "web/show.h"

const struct json *answers_file(struct visit *v, struct str name, struct str kind,
                                int64_t size, struct str href)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("file_name"), name);
	json_put_str(o, STR("file_href"), href);
	json_put_str(o, STR("file_kb"), arena_printf(v->a, "%lld", (long long)(size + 1023) / 1024));
	json_put_str(o, STR("file_kind"), kind);
	/* What every browser can draw. */
	json_put_bool(o, STR("picture"), str_eq(kind, STR("jpeg")) || str_eq(kind, STR("png")));
	return json_object_done(o);
}

static const struct json *row(const struct answers_reader *r, const struct answer_place *at)
{
	struct visit *v = r->v;
	const struct pack_field *field = at->ff->field;
	struct json_object *o = json_object_new(v->a);
	struct json_array *files = r->files ? r->files(r->ctx, at) : json_array_new(v->a);
	struct str answer = r->instead ? r->instead(r->ctx, at) : STR("");
	show_list(v, o, "files", files);
	bool has_files = json_len(json_array_done(files)) > 0;
	if (answer.n == 0 && !has_files)
		answer = form_show(r->form, field, at->ff->value, v->lang);
	json_put_str(o, STR("label"), field->label.t[v->lang]);
	json_put_str(o, STR("answer"), answer);
	json_put_bool(o, STR("blank"), answer.n == 0 && !has_files);
	if (r->more)
		r->more(r->ctx, at, o);
	return json_object_done(o);
}

static struct result push_section(const struct answers_reader *r, const struct pack_page *page,
                                  int item, struct json_array *sections, struct err *err)
{
	struct visit *v = r->v;
	struct json_object *o = json_object_new(v->a);
	struct json_array *rows = json_array_new(v->a);
	for (size_t k = 0; k < page->nfields; k++) {
		struct form_field ff;
		TRY(form_field(r->form, page, item, &page->fields[k], &ff, err));
		if (ff.asked)
			json_push(rows, row(r, &(struct answer_place){ page, item, &ff }));
	}
	bool group = item != FORM_NO_ITEM;
	json_put_str(o, STR("section"), group && page->group_item.t[v->lang].n
	             ? page->group_item.t[v->lang] : page->title.t[v->lang]);
	json_put_str(o, STR("nth"), group ? arena_printf(v->a, "%d", item + 1) : STR(""));
	show_list(v, o, "rows", rows);
	json_push(sections, json_object_done(o));
	return ok();
}

struct result answers_put(const struct answers_reader *r, struct json_object *o,
                          struct err *err)
{
	const struct pack_page *const *pages;
	size_t npages, n;
	struct json_array *sections = json_array_new(r->v->a);
	TRY(form_pages(r->form, &pages, &npages, err));
	for (size_t i = 0; i < npages; i++) {
		if (!pages[i]->group.n) {
			TRY(push_section(r, pages[i], FORM_NO_ITEM, sections, err));
			continue;
		}
		TRY(form_items(r->form, pages[i], &n, err));
		for (size_t k = 0; k < n; k++)
			TRY(push_section(r, pages[i], (int)k, sections, err));
	}
	show_list(r->v, o, "sections", sections);
	return ok();
}

/* A number that a procedure computes for people is an amount of money. */
static struct str computed(struct visit *v, const struct json *value)
{
	return show_value(v, json_is(value, JSON_NUMBER) ? FIELD_MONEY : FIELD_DATE, value);
}

struct result answers_put_values(struct visit *v, struct form *form, struct json_object *o,
                                 struct err *err)
{
	const struct form_value *list;
	size_t n;
	struct json_array *rows = json_array_new(v->a);
	TRY(form_values(form, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct str label = list[i].decl->label.t[v->lang];
		struct str value = computed(v, list[i].value);
		if (label.n == 0 || value.n == 0)
			continue; /* a step of the computation, or not known yet */
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("value_label"), label);
		json_put_str(x, STR("value"), value);
		json_push(rows, json_object_done(x));
	}
	show_list(v, o, "values", rows);
	return ok();
}
