/* The application's answers, each with its place for a comment. A comment box
 * stands inside <details> beside its answer and belongs to the form "return"
 * at the bottom by its form attribute: no script is needed. */
#include "web/counter.h"

#include "base/text.h"
#include "web/protect.h"
#include "web/show.h"

enum { COMMENT_MAX = 1000 };

/* ---- names ---- */

/* The path case_act knows: items of groups as group.id. */
static struct str path_of(struct visit *v, const struct pack_page *page,
                          const struct pack_field *field)
{
	return page->group.n
		? arena_printf(v->a, "%.*s.%.*s", STR_ARG(page->group), STR_ARG(field->id)) : field->id;
}

/* The box's name: item (0: no group), then the path. */
static struct str box_name(struct visit *v, const struct pack_page *page, int item,
                           const struct pack_field *field)
{
	return arena_printf(v->a, "comment.%d.%.*s", item + 1, STR_ARG(path_of(v, page, field)));
}

/* What the citizen may change is what may be asked for. */
static bool may_ask(const struct pack_field *field)
{
	return !field->locked && field->type != FIELD_SHOWN;
}

/* ---- showing ---- */

static const struct json *files_of(struct visit *v, const struct counter_desk *d,
                                   const struct pack_field *field)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < d->natt; i++) {
		const struct attachment *t = &d->att[i];
		if (field->type != FIELD_FILE || !str_eq(t->field, field->id))
			continue;
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("file_name"), t->name);
		json_put_str(o, STR("file_href"), arena_printf(v->a, "%.*s/cases/%.*s/files/%.*s",
		             STR_ARG(counter_base(v)), STR_ARG(d->c.id), STR_ARG(t->id)));
		json_put_str(o, STR("file_kb"), arena_printf(v->a, "%lld",
		             (long long)(t->size + 1023) / 1024));
		json_put_str(o, STR("file_kind"), t->kind);
		json_put_bool(o, STR("picture"), str_eq(t->kind, STR("jpeg")) ||
		              str_eq(t->kind, STR("png")));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static void put_box(struct visit *v, const struct counter_desk *d, const struct pack_page *page,
                    int item, const struct pack_field *field, struct json_object *o)
{
	struct str name = box_name(v, page, item, field);
	struct str typed = d->typed ? http_field_get(d->typed, name) : STR("");
	struct str said = json_text(json_get(d->c.comments, path_of(v, page, field)));
	json_put_bool(o, STR("may_ask"), may_ask(field));
	json_put_str(o, STR("box"), name);
	json_put_str(o, STR("box_typed"), typed);
	json_put_bool(o, STR("box_open"), typed.n > 0);
	if (item <= 0)
		json_put_str(o, STR("said"), said);
}

static struct result push_row(struct visit *v, struct counter_desk *d,
                              const struct pack_page *page, int item,
                              const struct pack_field *field, struct json_array *rows,
                              struct err *err)
{
	struct form_field ff;
	TRY(form_field(d->form, page, item, field, &ff, err));
	if (!ff.asked)
		return ok();
	struct json_object *o = json_object_new(v->a);
	const struct json *files = files_of(v, d, field);
	bool hide = d->is_protected && protect_hides(field);
	struct str answer = hide ? text_get(v->app->texts, v->lang, STR("counter.masked"))
	                         : form_show(d->form, field, ff.value, v->lang);
	bool has_files = json_len(files) > 0;
	json_put_str(o, STR("label"), field->label.t[v->lang]);
	json_put_str(o, STR("answer"), has_files ? STR("") : answer);
	json_put_bool(o, STR("nothing"), !has_files && answer.n == 0);
	json_put_bool(o, STR("known"), ff.prefilled);
	json_put(o, STR("files"), files);
	put_box(v, d, page, item, field, o);
	json_push(rows, json_object_done(o));
	return ok();
}

static struct result push_section(struct visit *v, struct counter_desk *d,
                                  const struct pack_page *page, struct json_array *sections,
                                  struct err *err)
{
	size_t n = 1;
	if (page->group.n)
		TRY(form_items(d->form, page, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		struct json_array *rows = json_array_new(v->a);
		int item = page->group.n ? (int)i : FORM_NO_ITEM;
		for (size_t k = 0; k < page->nfields; k++)
			TRY(push_row(v, d, page, item, &page->fields[k], rows, err));
		json_put_str(o, STR("section"), page->group.n && page->group_item.t[v->lang].n
		             ? page->group_item.t[v->lang] : page->title.t[v->lang]);
		json_put_str(o, STR("nth"), page->group.n ? arena_printf(v->a, "%zu", i + 1) : STR(""));
		json_put(o, STR("rows"), json_array_done(rows));
		json_push(sections, json_object_done(o));
	}
	return ok();
}

static struct result put_values(struct visit *v, struct counter_desk *d, struct json_object *o,
                                struct err *err)
{
	const struct form_value *list;
	size_t n;
	struct json_array *rows = json_array_new(v->a);
	TRY(form_values(d->form, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct str label = list[i].decl->label.t[v->lang];
		if (label.n == 0 || !list[i].value || list[i].value->kind == JSON_NULL)
			continue; /* a step of the computation, not for reading */
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("value_label"), label);
		json_put_str(x, STR("value"), show_value(v, FIELD_DATE, list[i].value));
		json_push(rows, json_object_done(x));
	}
	const struct json *done = json_array_done(rows);
	json_put_bool(o, STR("has_values"), json_len(done) > 0);
	json_put(o, STR("values"), done);
	return ok();
}

struct result counter_put_answers(struct visit *v, struct counter_desk *d,
                                  struct json_object *o, struct err *err)
{
	const struct pack_page *const *pages;
	size_t n;
	struct json_array *sections = json_array_new(v->a);
	TRY(form_pages(d->form, &pages, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(push_section(v, d, pages[i], sections, err));
	json_put(o, STR("sections"), json_array_done(sections));
	return put_values(v, d, o, err);
}

/* ---- taking comments ---- */

/* Comments about the items of a group share one field: each names its item. */
static struct str joined(struct visit *v, const struct pack_page *page, int item,
                         struct str before, struct str text)
{
	if (item < 0)
		return text;
	struct str who = page->group_item.t[LANG_JA].n ? page->group_item.t[LANG_JA]
	                                               : page->title.t[LANG_JA];
	return arena_printf(v->a, "%.*s%s%.*s %d：%.*s", STR_ARG(before), before.n ? "\n" : "",
	                    STR_ARG(text_plain(v->a, who)), item + 1, STR_ARG(text));
}

static struct result take_page(struct visit *v, struct counter_desk *d,
                               const struct pack_page *page, struct json_object *out,
                               struct err *err)
{
	size_t n = 1;
	if (page->group.n)
		TRY(form_items(d->form, page, &n, err));
	for (size_t k = 0; k < page->nfields; k++) {
		const struct pack_field *field = &page->fields[k];
		struct str all = STR(""), text;
		for (size_t i = 0; i < n && may_ask(field); i++) {
			int item = page->group.n ? (int)i : FORM_NO_ITEM;
			struct str typed = http_field_get(d->typed, box_name(v, page, item, field));
			TRY(counter_text(v, typed, COMMENT_MAX, &text, err));
			if (text.n)
				all = joined(v, page, item, all, text);
		}
		if (all.n)
			json_put_str(out, path_of(v, page, field), all);
	}
	return ok();
}

struct result counter_take_comments(struct visit *v, struct counter_desk *d,
                                    const struct json **ret, struct err *err)
{
	const struct pack_page *const *pages;
	size_t n;
	struct json_object *out = json_object_new(v->a);
	TRY(form_pages(d->form, &pages, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(take_page(v, d, pages[i], out, err));
	*ret = json_object_done(out);
	return ok();
}
