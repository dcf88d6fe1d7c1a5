/* Attachments of a draft: added one by one, looked at, removed. */
#include "web/portal_field.h"

/* The rows of verdicts other than ATTACH_OK. */
static const char *const verdict_keys[] = {
	[ATTACH_EMPTY] = "form.error.file_empty", [ATTACH_KIND] = "form.error.file_kind",
	[ATTACH_SIZE] = "form.error.file_size", [ATTACH_COUNT] = "form.error.files_many",
	[ATTACH_TWICE] = "form.error.file_twice",
};

struct place {
	const struct pack_page *page;
	const struct pack_field *field;
};

static struct result find_field(struct visit *v, struct portal_draft *d, struct place *ret,
                                struct err *err)
{
	const struct pack_page *const *pages;
	size_t n;
	TRY(form_pages(d->form, &pages, &n, err));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < pages[i]->nfields; k++) {
			const struct pack_field *f = &pages[i]->fields[k];
			if (str_eq(pages[i]->id, v->q->param[1]) && str_eq(f->id, v->q->param[2]) &&
			    f->type == FIELD_FILE && !pages[i]->group.n &&
			    form_may_change(d->form, pages[i], FORM_NO_ITEM, f)) {
				*ret = (struct place){ pages[i], f };
				return ok();
			}
		}
	return fail(err, ERR_NOT_FOUND, "form.field.none", NULL,
	            "no file field of that name, or one that the correction keeps closed");
}

/* The answer is the list of what is there, in order. */
static struct result with_list(struct visit *v, struct portal_draft *d, const struct place *at,
                               const struct json **ret, struct err *err)
{
	const struct form_attachment *att;
	size_t n;
	struct json_array *ids = json_array_new(v->a);
	TRY(portal_attachments(v, d, &att, &n, err));
	for (size_t i = 0; i < n; i++)
		if (str_eq(att[i].field, at->field->id))
			json_push(ids, json_str(v->a, att[i].id));
	*ret = json_array_done(ids);
	return ok();
}

static struct result sync_field(struct visit *v, struct portal_draft *d, const struct place *at,
                                struct err *err)
{
	const struct json *ids, *old = json_path(d->draft.answers, at->field->id);
	TRY(with_list(v, d, at, &ids, err));
	if (old ? json_equal(old, ids) : json_len(ids) == 0)
		return ok();
	const struct json *answers = form_put(d->form, at->page, FORM_NO_ITEM, at->field, ids);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(draft_save(tx, v->a, &d->draft, answers, v->now, &d->draft.rev, err));
	TRY(store_commit(&tx, err));
	d->draft.answers = answers;
	return portal_open_form(v, d, answers, err);
}

static struct result reload(struct visit *v, struct portal_draft *d, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(draft_load(db, v->a, d->draft.org, d->draft.subject, d->draft.id, &d->draft, err));
	store_reader_done(&db);
	return portal_open_form(v, d, d->draft.answers, err);
}

/* A file is kept before the answer names it: whoever comes next, after a crash
 * in between or beside another save, brings the two together. */
struct result portal_files_sync(struct visit *v, struct portal_draft *d,
                                const struct pack_page *page, struct err *err)
{
	enum { TRIES = 8 };
	for (size_t k = 0; k < page->nfields; k++) {
		struct place at = { page, &page->fields[k] };
		if (at.field->type != FIELD_FILE || page->group.n ||
		    !form_may_change(d->form, page, FORM_NO_ITEM, at.field))
			continue;
		struct result r = sync_field(v, d, &at, err);
		for (int i = 1; i < TRIES && r.kind == ERR_CONFLICT; i++) {
			TRY(reload(v, d, err));
			r = sync_field(v, d, &at, err);
		}
		TRY(r);
	}
	return ok();
}

static struct str page_path(struct visit *v, const struct portal_draft *d,
                            const struct place *at)
{
	return arena_printf(v->a, "/drafts/%.*s/%.*s", STR_ARG(d->draft.id),
	                    STR_ARG(at->page->id));
}

static struct result refused(struct visit *v, struct portal_draft *d, const struct place *at,
                             enum attach_verdict verdict, struct err *err)
{
	struct form_error e = { .page = at->page, .item = FORM_NO_ITEM, .field = at->field,
		.key = str_c(verdict_keys[verdict]),
		.limit = verdict == ATTACH_SIZE ? (int64_t)(at->field->bytes_max >> 20)
		                                : (int64_t)at->field->max };
	return portal_page_again(v, d, at->page, &e, 1, err);
}

struct result portal_file_add(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct place at;
	enum attach_verdict verdict = ATTACH_EMPTY;
	struct attachment t;
	size_t i = 0;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(visit_form(v, &f, err));
	TRY(portal_open(v, v->q->param[0], false, &d, err));
	TRY(find_field(v, &d, &at, err));
	for (const struct http_field *x; (x = http_field_next(&f, STR("file"), &i));) {
		if (x->value.n == 0 && x->filename.n == 0)
			continue;
		TRY(attach_add(v->app->store, v->a, &v->app->data_key, d.draft.org, d.draft.id,
		               at.field, at.field->id, x->filename, x->value, v->now, &verdict, &t, err));
		if (verdict != ATTACH_OK)
			break;
	}
	TRY(portal_files_sync(v, &d, at.page, err));
	if (verdict != ATTACH_OK)
		return refused(v, &d, &at, verdict, err);
	visit_redirect(v, page_path(v, &d, &at));
	return ok();
}

struct result portal_file_remove(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct place at;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(visit_form(v, &f, err));
	TRY(portal_open(v, v->q->param[0], false, &d, err));
	TRY(find_field(v, &d, &at, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(attach_remove(tx, d.draft.org, d.draft.id, http_field_get(&f, STR("file")), err));
	TRY(store_commit(&tx, err));
	TRY(portal_files_sync(v, &d, at.page, err));
	visit_redirect(v, page_path(v, &d, &at));
	return ok();
}

struct result portal_file_show(struct visit *v, struct err *err)
{
	struct attachment t;
	struct str bytes;
	struct draft d;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(draft_load(db, v->a, v->session.org, v->session.subject, v->q->param[0], &d, err));
	TRY(attach_read(db, v->a, &v->app->data_key, d.org, d.id, v->q->param[1], &t, &bytes, err));
	visit_file(v, sniff_mime(t.kind), t.name, bytes);
	return ok();
}
