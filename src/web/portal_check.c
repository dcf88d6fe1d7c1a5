/* Check your answers: everything that will be signed, with a way to change
 * each answer, what is still missing, and what the procedure computes. */
#include "web/answers.h"
#include "web/portal_field.h"

static struct str field_path(struct visit *v, const struct portal_draft *d,
                             const struct pack_page *page, int item)
{
	if (item >= 0)
		return arena_printf(v->a, "/drafts/%.*s/%.*s/%d?check=1", STR_ARG(d->draft.id),
		                    STR_ARG(page->id), item);
	return arena_printf(v->a, "/drafts/%.*s/%.*s?check=1", STR_ARG(d->draft.id),
	                    STR_ARG(page->id));
}

struct checked {
	struct visit *v;
	struct portal_draft *d;
	const struct form_attachment *att;
	size_t natt;
	struct str *said; /* the source that was named last: once is enough */
};

static struct json_array *files_of(const void *ctx, const struct answer_place *at)
{
	const struct checked *c = ctx;
	struct visit *v = c->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < c->natt; i++)
		if (at->ff->field->type == FIELD_FILE && str_eq(c->att[i].field, at->ff->field->id))
			json_push(list, answers_file(v, c->att[i].name, c->att[i].kind,
			          (int64_t)c->att[i].size,
			          arena_printf(v->a, "/drafts/%.*s/files/%.*s",
			                       STR_ARG(c->d->draft.id), STR_ARG(c->att[i].id))));
	return list;
}

/* Where it is from, or where it is changed. */
static void put_change(const void *ctx, const struct answer_place *at, struct json_object *o)
{
	const struct checked *c = ctx;
	const struct pack_field *field = at->ff->field;
	struct field_look look = { .v = c->v, .d = c->d, .page = at->page, .item = at->item };
	struct str source = at->ff->prefilled ? field_source(&look, field) : STR("");
	if (!str_eq(source, *c->said))
		json_put_str(o, STR("source"), source);
	*c->said = source;
	if (!field->locked && field->type != FIELD_SHOWN)
		json_put_str(o, STR("change"), field_path(c->v, c->d, at->page, at->item));
}

static struct result put_answers(struct visit *v, struct portal_draft *d, struct json_object *o,
                                 struct err *err)
{
	struct str said = STR("");
	struct checked c = { .v = v, .d = d, .said = &said };
	struct answers_reader r = { .v = v, .form = d->form, .ctx = &c, .more = put_change,
		.files = files_of };
	TRY(portal_attachments(v, d, &c.att, &c.natt, err));
	TRY(answers_put(&r, o, err));
	return answers_put_values(v, d->form, o, err);
}

/* Which item of a group a mistake is in: 「お子さん 2」. */
static struct str item_name(struct visit *v, const struct form_error *e)
{
	if (e->item < 0 || e->page->group_item.t[v->lang].n == 0)
		return STR("");
	return arena_printf(v->a, "%.*s %d", STR_ARG(e->page->group_item.t[v->lang]), e->item + 1);
}

/* What is missing, each a link to where it is asked. */
static struct result missing(struct visit *v, struct portal_draft *d, struct json_object *o,
                             struct err *err)
{
	const struct form_error *errors;
	size_t n;
	struct json_array *list = json_array_new(v->a);
	TRY(form_errors(d->form, NULL, FORM_NO_ITEM, &errors, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		struct str href = field_path(v, d, errors[i].page, errors[i].item);
		json_put_str(x, STR("href"), href);
		json_put_str(x, STR("which"), item_name(v, &errors[i]));
		json_put_str(x, STR("message_html"), field_error_html(v, &errors[i]));
		json_push(list, json_object_done(x));
		if (i == 0)
			json_put_str(o, STR("first_missing"), href);
	}
	json_put(o, STR("missing"), json_array_done(list));
	json_put_bool(o, STR("incomplete"), n > 0);
	return ok();
}

struct result portal_check(struct visit *v, struct err *err)
{
	const struct pack_page *const *pages;
	size_t n;
	bool eligible;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(portal_open(v, v->q->param[0], false, &d, err));
	struct json_object *o = json_object_new(v->a);
	TRY(form_eligible(d.form, &eligible, err));
	TRY(form_pages(d.form, &pages, &n, err));
	json_put_str(o, STR("title_key"), STR("check.title"));
	json_put_str(o, STR("procedure_html"), visit_html(v, &d.procedure->title));
	json_put_str(o, STR("authority_html"), visit_html(v, &d.authority->name));
	json_put_bool(o, STR("eligible"), eligible);
	json_put_str(o, STR("eligible_html"), visit_html(v, &d.procedure->eligible_message));
	json_put_bool(o, STR("sign"), d.procedure->sign);
	json_put_bool(o, STR("correction"), d.draft.case_id.n > 0);
	json_put_str(o, STR("draft_path"), arena_printf(v->a, "/drafts/%.*s", STR_ARG(d.draft.id)));
	if (n)
		json_put_str(o, STR("back_href"), arena_printf(v->a, "/drafts/%.*s/%.*s",
		             STR_ARG(d.draft.id), STR_ARG(pages[n - 1]->id)));
	TRY(put_answers(v, &d, o, err));
	TRY(missing(v, &d, o, err));
	return visit_page(v, 200, STR("portal/check"), o, err);
}
