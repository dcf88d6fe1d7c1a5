/* Check your answers: everything that will be signed, with a way to change
 * each answer, what is still missing, and what the procedure computes. */
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

static struct result push_row(struct visit *v, struct portal_draft *d,
                              const struct pack_page *page, int item,
                              const struct pack_field *field, struct json_array *rows,
                              struct err *err)
{
	struct form_field ff;
	struct field_look look = { .v = v, .d = d, .page = page, .item = item };
	TRY(form_field(d->form, page, item, field, &ff, err));
	if (!ff.asked)
		return ok();
	struct json_object *o = json_object_new(v->a);
	bool locked = field->locked || field->type == FIELD_SHOWN;
	struct str value = form_show(d->form, field, ff.value, v->lang);
	json_put_str(o, STR("label_html"), visit_html(v, &field->label));
	json_put_str(o, STR("value_html"), text_html(v->a, value));
	if (value.n == 0)
		json_put_bool(o, STR("empty"), true);
	if (ff.prefilled)
		json_put_str(o, STR("source"), field_source(&look, field));
	if (!locked)
		json_put_str(o, STR("change"), field_path(v, d, page, item));
	json_put_str(o, STR("label"), visit_plain(v, &field->label));
	json_push(rows, json_object_done(o));
	return ok();
}

static struct result section(struct visit *v, struct portal_draft *d,
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
		json_put_str(o, STR("title_html"), visit_html(v, &page->title));
		if (page->group.n)
			json_put_int(o, STR("number"), (int64_t)i + 1);
		for (size_t k = 0; k < page->nfields; k++)
			TRY(push_row(v, d, page, item, &page->fields[k], rows, err));
		json_put(o, STR("rows"), json_array_done(rows));
		json_push(sections, json_object_done(o));
	}
	return ok();
}

static struct result values(struct visit *v, struct portal_draft *d, struct json_object *o,
                            struct err *err)
{
	const struct form_value *list;
	size_t n;
	struct json_array *rows = json_array_new(v->a);
	struct pack_field money = { .type = FIELD_MONEY };
	TRY(form_values(d->form, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct str label = visit_html(v, &list[i].decl->label);
		if (label.n == 0 || !list[i].value || list[i].value->kind == JSON_NULL)
			continue; /* a step of the computation, not for reading */
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("label_html"), label);
		json_put_str(x, STR("value"), json_is(list[i].value, JSON_NUMBER)
		             ? form_show(d->form, &money, list[i].value, v->lang)
		             : json_text(list[i].value));
		json_push(rows, json_object_done(x));
	}
	json_put(o, STR("values"), json_array_done(rows));
	return ok();
}

/* What is missing, each with its link: the same list as beside the fields. */
static struct result missing(struct visit *v, struct portal_draft *d, struct json_object *o,
                             struct err *err)
{
	const struct form_error *errors;
	size_t n;
	struct json_array *list = json_array_new(v->a);
	TRY(form_errors(d->form, NULL, FORM_NO_ITEM, &errors, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("href"), field_path(v, d, errors[i].page, errors[i].item));
		json_put_str(x, STR("label_html"), errors[i].field
		             ? visit_html(v, &errors[i].field->label)
		             : visit_html(v, &errors[i].page->title));
		json_put_str(x, STR("message_html"), field_error_html(v, &errors[i]));
		json_push(list, json_object_done(x));
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
	struct json_array *sections = json_array_new(v->a);
	TRY(form_eligible(d.form, &eligible, err));
	TRY(form_pages(d.form, &pages, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(section(v, &d, pages[i], sections, err));
	json_put_str(o, STR("title_key"), STR("check.title"));
	json_put_str(o, STR("procedure_html"), visit_html(v, &d.procedure->title));
	json_put_str(o, STR("authority_html"), visit_html(v, &d.authority->name));
	json_put(o, STR("sections"), json_array_done(sections));
	json_put_bool(o, STR("eligible"), eligible);
	json_put_str(o, STR("eligible_html"), visit_html(v, &d.procedure->eligible_message));
	json_put_bool(o, STR("sign"), d.procedure->sign);
	json_put_bool(o, STR("correction"), d.draft.case_id.n > 0);
	json_put_str(o, STR("draft_path"), arena_printf(v->a, "/drafts/%.*s", STR_ARG(d.draft.id)));
	if (n)
		json_put_str(o, STR("back_href"), arena_printf(v->a, "/drafts/%.*s/%.*s",
		             STR_ARG(d.draft.id), STR_ARG(pages[n - 1]->id)));
	TRY(values(v, &d, o, err));
	TRY(missing(v, &d, o, err));
	return visit_page(v, 200, STR("portal/check"), o, err);
}
