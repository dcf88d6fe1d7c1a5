/* The application's answers, each with its place for a comment. A comment box
 * stands inside <details> beside its answer and belongs to the form "return"
 * at the bottom by its form attribute: no script is needed. */
#include "web/counter.h"

#include "base/text.h"
#include "web/answers.h"
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

struct beside {
	struct visit *v;
	const struct counter_desk *d;
};

static struct json_array *files_of(const void *ctx, const struct answer_place *at)
{
	const struct beside *b = ctx;
	struct visit *v = b->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < b->d->natt; i++) {
		const struct attachment *t = &b->d->att[i];
		if (at->ff->field->type == FIELD_FILE && str_eq(t->field, at->ff->field->id))
			json_push(list, answers_file(v, t->name, t->kind, t->size,
			          arena_printf(v->a, "%.*s/cases/%.*s/files/%.*s",
			                       STR_ARG(counter_base(v)), STR_ARG(b->d->c.id),
			                       STR_ARG(t->id))));
	}
	return list;
}

static struct str masked(const void *ctx, const struct answer_place *at)
{
	const struct beside *b = ctx;
	return b->d->is_protected && protect_hides(at->ff->field) ? show_row(b->v, "counter.masked")
	                                                          : STR("");
}

/* Where it is from, and the box for a comment. */
static void put_box(const void *ctx, const struct answer_place *at, struct json_object *o)
{
	const struct beside *b = ctx;
	const struct pack_field *field = at->ff->field;
	struct str name = box_name(b->v, at->page, at->item, field);
	struct str typed = b->d->typed ? http_field_get(b->d->typed, name) : STR("");
	struct str said = json_text(json_get(b->d->c.comments, path_of(b->v, at->page, field)));
	json_put_bool(o, STR("known"), at->ff->prefilled);
	json_put_bool(o, STR("may_ask"), may_ask(field));
	json_put_str(o, STR("box"), name);
	json_put_str(o, STR("box_typed"), typed);
	json_put_bool(o, STR("box_open"), typed.n > 0);
	if (at->item <= 0)
		json_put_str(o, STR("said"), said);
}

struct result counter_put_answers(struct visit *v, struct counter_desk *d,
                                  struct json_object *o, struct err *err)
{
	struct beside b = { v, d };
	struct answers_reader r = { .v = v, .form = d->form, .ctx = &b, .more = put_box,
		.instead = masked, .files = files_of };
	TRY(answers_put(&r, o, err));
	return answers_put_values(v, d->form, o, err);
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
