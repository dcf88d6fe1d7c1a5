/* The question pages of a draft: one page at a time, saved at every answer,
 * the same with and without script. */
#include "apply/flow.h"
#include "web/portal_field.h"
#include "web/show.h"

/* ---- finding the way ---- */

static struct str path_of(struct visit *v, const struct portal_draft *d,
                          const struct pack_page *page)
{
	return arena_printf(v->a, "/drafts/%.*s/%.*s", STR_ARG(d->draft.id), STR_ARG(page->id));
}

static const struct pack_page *page_by_id(struct portal_draft *d, struct str id)
{
	const struct pack_page *const *pages;
	size_t n;
	if (is_err(form_pages(d->form, &pages, &n, NULL)))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (str_eq(pages[i]->id, id))
			return pages[i];
	return NULL;
}

static size_t index_of(struct portal_draft *d, const struct pack_page *page,
                       const struct pack_page *const **ret_pages, size_t *ret_n)
{
	*ret_n = 0;
	if (is_err(form_pages(d->form, ret_pages, ret_n, NULL)))
		return 0;
	for (size_t i = 0; i < *ret_n; i++)
		if ((*ret_pages)[i] == page)
			return i;
	return *ret_n;
}

static struct str after(struct visit *v, struct portal_draft *d, const struct pack_page *page)
{
	const struct pack_page *const *pages;
	size_t n, i = index_of(d, page, &pages, &n);
	if (i + 1 < n)
		return path_of(v, d, pages[i + 1]);
	return arena_printf(v->a, "/drafts/%.*s/check", STR_ARG(d->draft.id));
}

static struct str before(struct visit *v, struct portal_draft *d, const struct pack_page *page)
{
	const struct pack_page *const *pages;
	size_t n, i = index_of(d, page, &pages, &n);
	if (i > 0 && i < n)
		return path_of(v, d, pages[i - 1]);
	return STR("/");
}

/* In a correction a page may have nothing to do on it (form_may_change). */
static bool page_open(const struct portal_draft *d, const struct pack_page *page, int item)
{
	for (size_t i = 0; i < page->nfields; i++)
		if (form_may_change(d->form, page, item, &page->fields[i]))
			return true;
	return page->nfields == 0;
}

/* ---- start ---- */

static struct result start_at(struct visit *v, const struct procedure *p, struct str authority,
                              struct err *err)
{
	struct draft d = { .org = v->session.org, .subject = v->session.subject,
		.procedure = p->id, .version = p->version, .authority = authority };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(draft_start(tx, v->a, &d, v->now, &d, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, arena_printf(v->a, "/drafts/%.*s", STR_ARG(d.id)));
	return ok();
}

struct result portal_start(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	const struct procedure *p = pack_procedure(packs, v->q->param[0], STR(""));
	TRY(visit_form(v, &f, err));
	struct str authority = http_field_get(&f, STR("authority"));
	const struct org *org = app_org(v->app, authority);
	if (!p || !p->online)
		return fail(err, ERR_NOT_FOUND, "apply.procedure.gone", NULL, "no such procedure on-line");
	if (!org || !flow_has_role(org->roles, STR("municipality")))
		return fail(err, ERR_INPUT, "portal.authority", NULL, "no municipality %.*s here",
		            STR_ARG(authority));
	return start_at(v, p, org->id, err);
}

/* To the first page that still needs something, else to the check. */
struct result portal_draft_go(struct visit *v, struct err *err)
{
	PORTAL_DRAFT_AUTO d = { 0 };
	const struct form_error *errors;
	const struct pack_page *const *pages;
	size_t n, np;
	bool eligible;
	/* The way into every draft, begun or resumed: the register is read for it. */
	TRY(portal_open(v, v->q->param[0], true, &d, err));
	TRY(form_eligible(d.form, &eligible, err));
	TRY(form_pages(d.form, &pages, &np, err));
	TRY(form_errors(d.form, NULL, FORM_NO_ITEM, &errors, &n, err));
	bool fresh = json_len(d.draft.answers) == 0;
	if (!eligible || (n == 0 && !fresh) || np == 0)
		visit_redirect(v, arena_printf(v->a, "/drafts/%.*s/check", STR_ARG(d.draft.id)));
	else
		visit_redirect(v, path_of(v, &d, fresh || n == 0 ? pages[0] : errors[0].page));
	return ok();
}

/* ---- showing a page ---- */

struct shown {
	struct visit *v;
	struct portal_draft *d;
	const struct pack_page *page;
	int item;
	const struct http_fields *typed;
	const struct form_error *errors;
	size_t nerrors;
	int status;
	bool more;
};

/* What the office wrote about this field when it returned the application. */
static void put_comment(const struct shown *s, const struct json *comments,
                        const struct pack_field *field, struct json_object *o)
{
	struct str text = json_text(json_get(comments, field->id));
	if (text.n == 0 && s->page->group.n)
		text = json_text(json_get(comments, arena_printf(s->v->a, "%.*s.%.*s",
		                 STR_ARG(s->page->group), STR_ARG(field->id))));
	if (text.n)
		json_put_str(o, STR("comment"), text);
}

static struct result load_comments(const struct shown *s, const struct json **ret,
                                   struct err *err)
{
	struct apply_case c;
	*ret = NULL;
	if (s->d->draft.case_id.n == 0)
		return ok();
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(s->v->app->store, &db, err));
	TRY(case_load_of(db, s->v->a, s->d->draft.org, s->d->draft.subject, s->d->draft.case_id,
	                 &c, err));
	*ret = c.comments;
	return ok();
}

static struct result put_fields(const struct shown *s, struct json_object *o, struct err *err)
{
	struct visit *v = s->v;
	struct field_look look = { .v = v, .d = s->d, .page = s->page, .item = s->item,
		.typed = s->typed, .errors = s->errors, .nerrors = s->nerrors };
	const struct json *comments;
	struct json_array *list = json_array_new(v->a);
	TRY(portal_attachments(v, s->d, &look.att, &look.natt, err));
	TRY(load_comments(s, &comments, err));
	for (size_t i = 0; i < s->page->nfields; i++) {
		const struct pack_field *field = &s->page->fields[i];
		const struct json *f;
		TRY(field_context(&look, field, &f, err));
		if (!f)
			continue;
		struct json_object *x = json_object_from(v->a, f);
		put_comment(s, comments, field, x);
		if (!form_may_change(s->d->form, s->page, s->item, field))
			json_put_bool(x, STR("fixed"), true);
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("fields"), json_array_done(list));
	return ok();
}

/* The items of a group with what identifies each, and whether it is answered. */
static struct result put_items(const struct shown *s, struct json_object *o, struct err *err)
{
	struct visit *v = s->v;
	size_t n;
	struct json_array *list = json_array_new(v->a);
	TRY(form_items(s->d->form, s->page, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		struct str title = STR("");
		for (size_t k = 0; k < s->page->nfields && title.n == 0; k++) {
			struct form_field ff;
			TRY(form_field(s->d->form, s->page, (int)i, &s->page->fields[k], &ff, err));
			title = form_show(s->d->form, &s->page->fields[k], ff.value, v->lang);
		}
		json_put_int(x, STR("number"), (int64_t)i + 1);
		const struct form_error *wrong;
		size_t nwrong;
		TRY(form_errors(s->d->form, s->page, (int)i, &wrong, &nwrong, err));
		json_put_str(x, STR("text"), title);
		json_put_bool(x, STR("todo"), nwrong > 0);
		json_put_str(x, STR("href"), arena_printf(v->a, "%.*s/%zu",
		             STR_ARG(path_of(v, s->d, s->page)), i));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "items", list);
	json_put_str(o, STR("item_label_html"), visit_html(v, &s->page->group_item));
	json_put_bool(o, STR("may_add"), !s->page->group_from &&
	              (!s->page->group_max || n < s->page->group_max));
	json_put_bool(o, STR("may_remove"), !s->page->group_from);
	return ok();
}

/* How far she is. The check is a page too; answers may add pages. */
static void put_step(const struct shown *s, struct json_object *o)
{
	const struct pack_page *const *pages;
	size_t n, i = index_of(s->d, s->page, &pages, &n);
	json_put_int(o, STR("at"), (int64_t)i + 1);
	json_put_int(o, STR("of"), (int64_t)n + 1);
}

static struct result show(struct shown *s, struct err *err)
{
	struct visit *v = s->v;
	struct json_object *o = json_object_new(v->a);
	bool list = form_is_list(s->page, s->item);
	struct str self = path_of(v, s->d, s->page);
	if (s->item >= 0)
		self = arena_printf(v->a, "%.*s/%d", STR_ARG(self), s->item);
	json_put_str(o, STR("title"), visit_plain(v, &s->page->title));
	json_put_str(o, STR("heading_html"), visit_html(v, &s->page->title));
	json_put_str(o, STR("intro_html"), visit_html(v, &s->page->intro));
	json_put_str(o, STR("procedure_html"), visit_html(v, &s->d->procedure->title));
	json_put_str(o, STR("authority_html"), visit_html(v, &s->d->authority->name));
	json_put_str(o, STR("self"), self);
	json_put_str(o, STR("draft_path"), arena_printf(v->a, "/drafts/%.*s",
	             STR_ARG(s->d->draft.id)));
	json_put_str(o, STR("back_href"), s->item >= 0 ? path_of(v, s->d, s->page)
	                                               : before(v, s->d, s->page));
	json_put_int(o, STR("rev"), s->d->draft.rev);
	put_step(s, o);
	json_put_bool(o, STR("more"), s->more);
	json_put_bool(o, STR("to_check"), str_find(v->q->query, STR("check=1")) != STR_NONE);
	TRY(list ? put_items(s, o, err) : put_fields(s, o, err));
	const struct json *summary = field_error_summary(v, s->errors, s->nerrors);
	if (summary)
		json_put(o, STR("errors"), summary);
	return visit_page(v, s->status, list ? STR("portal/items") : STR("portal/question"), o, err);
}

struct result portal_page_again(struct visit *v, struct portal_draft *d,
                                const struct pack_page *page, const struct form_error *errors,
                                size_t n, struct err *err)
{
	struct shown s = { v, d, page, FORM_NO_ITEM, .errors = errors, .nerrors = n, .status = 422 };
	return show(&s, err);
}

/* ---- handlers ---- */

static struct result open_page(struct visit *v, struct portal_draft *d,
                               const struct pack_page **ret, struct err *err)
{
	TRY(portal_open(v, v->q->param[0], false, d, err));
	*ret = page_by_id(d, v->q->param[1]);
	if (!*ret)
		return fail(err, ERR_NOT_FOUND, "form.page.none", NULL, "page %.*s is not asked",
		            STR_ARG(v->q->param[1]));
	return ok();
}

static struct result item_number(struct visit *v, struct portal_draft *d,
                                 const struct pack_page *page, int *ret, struct err *err)
{
	uint64_t i;
	size_t n;
	TRY(form_items(d->form, page, &n, err));
	if (!page->group.n || !str_to_u64(v->q->param[2], &i) || i >= n)
		return fail(err, ERR_NOT_FOUND, "form.item.gone", NULL, "no such item");
	*ret = (int)i;
	return ok();
}

struct result portal_page_show(struct visit *v, struct err *err)
{
	const struct pack_page *page;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(open_page(v, &d, &page, err));
	struct shown s = { v, &d, page, FORM_NO_ITEM, .status = 200 };
	return show(&s, err);
}

struct result portal_item_show(struct visit *v, struct err *err)
{
	const struct pack_page *page;
	PORTAL_DRAFT_AUTO d = { 0 };
	struct shown s = { v, &d, .status = 200 };
	TRY(open_page(v, &d, &page, err));
	s.page = page;
	TRY(item_number(v, &d, page, &s.item, err));
	return show(&s, err);
}

/* The page's own fields as the form engine takes them. */
static size_t raw_fields(struct visit *v, const struct pack_page *page,
                         const struct http_fields *f, const struct form_raw **ret)
{
	struct form_raw *raw = ARENA_ARRAY(v->a, struct form_raw, f->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (f->items[i].filename.n)
			continue;
		for (size_t k = 0; k < page->nfields; k++) {
			struct str id = page->fields[k].id;
			bool mine = str_starts(f->items[i].name, id) &&
			            (f->items[i].name.n == id.n || f->items[i].name.p[id.n] == '.');
			if (!mine)
				continue;
			raw[n++] = (struct form_raw){ f->items[i].name, f->items[i].value };
			break;
		}
	}
	*ret = raw;
	return n;
}

static struct result take(struct visit *v, struct portal_draft *d,
                          const struct pack_page *page, int item,
                          const struct http_fields *f, struct form_taken *ret, struct err *err)
{
	const struct form_raw *raw;
	size_t n = raw_fields(v, page, f, &raw);
	return form_take(d->form, page, item, raw, n, ret, err);
}

static struct result save(struct visit *v, struct portal_draft *d, const struct json *answers,
                          struct err *err)
{
	if (json_equal(answers, d->draft.answers))
		return ok();
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(draft_save(tx, v->a, &d->draft, answers, v->now, &d->draft.rev, err));
	TRY(store_commit(&tx, err));
	d->draft.answers = answers;
	return ok();
}

static struct result post(struct visit *v, bool is_item, struct err *err)
{
	struct http_fields f;
	struct form_taken taken;
	const struct pack_page *page;
	PORTAL_DRAFT_AUTO d = { 0 };
	struct shown s = { v, &d, .item = FORM_NO_ITEM, .status = 422 };
	TRY(visit_form(v, &f, err));
	TRY(open_page(v, &d, &page, err));
	s.page = page;
	if (is_item)
		TRY(item_number(v, &d, page, &s.item, err));
	if (!page_open(&d, page, s.item)) {
		visit_redirect(v, after(v, &d, page));
		return ok();
	}
	TRY(portal_files_sync(v, &d, page, err));
	TRY(take(v, &d, page, s.item, &f, &taken, err));
	TRY(save(v, &d, taken.answers, err));
	TRY(portal_open_form(v, &d, d.draft.answers, err));
	if (taken.nerrors || taken.more) {
		s.typed = &f;
		s.errors = taken.errors;
		s.nerrors = taken.nerrors;
		s.more = taken.more;
		s.status = taken.nerrors ? 422 : 200;
		return show(&s, err);
	}
	bool to_check = str_eq(http_field_get(&f, STR("to_check")), STR("1"));
	visit_redirect(v, is_item ? path_of(v, &d, page)
	               : to_check ? arena_printf(v->a, "/drafts/%.*s/check", STR_ARG(d.draft.id))
	                          : after(v, &d, page));
	return ok();
}

/* Autosave and "next", or two devices, at the same moment: each changes only
 * the fields of its own page, so the later one is taken again on top of the
 * earlier. Nobody is asked to type twice. */
struct result portal_again(struct visit *v, visit_handler work, struct err *err)
{
	enum { TRIES = 8 };
	struct err why = { 0 };
	struct result r = work(v, &why);
	for (int i = 1; i < TRIES && r.kind == ERR_CONFLICT &&
	                str_eq(str_c(why.code), STR("apply.draft.changed")); i++) {
		why = (struct err){ 0 };
		r = work(v, &why);
	}
	if (is_err(r) && err)
		*err = why;
	return r;
}

static struct result page_post(struct visit *v, struct err *err)
{
	const struct pack_page *page;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(open_page(v, &d, &page, err));
	if (!page->group.n)
		return post(v, false, err);
	/* "Next" below a list of items: as many as there must be. */
	struct shown s = { v, &d, page, FORM_NO_ITEM, .status = 422 };
	TRY(form_errors(d.form, page, FORM_NO_ITEM, &s.errors, &s.nerrors, err));
	if (s.nerrors)
		return show(&s, err);
	visit_redirect(v, after(v, &d, page));
	return ok();
}

struct result portal_page_post(struct visit *v, struct err *err)
{
	return portal_again(v, page_post, err);
}

static struct result item_post(struct visit *v, struct err *err)
{
	return post(v, true, err);
}

struct result portal_item_post(struct visit *v, struct err *err)
{
	return portal_again(v, item_post, err);
}

/* Script saves what is there after every change, right or wrong: what cannot
 * be understood is left out and asked again by "next". */
static struct result page_autosave(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct form_taken taken;
	const struct pack_page *page;
	PORTAL_DRAFT_AUTO d = { 0 };
	struct json_object *o = json_object_new(v->a);
	TRY(visit_form(v, &f, err));
	TRY(open_page(v, &d, &page, err));
	if (!page->group.n && page_open(&d, page, FORM_NO_ITEM)) {
		TRY(take(v, &d, page, FORM_NO_ITEM, &f, &taken, err));
		TRY(save(v, &d, taken.answers, err));
	}
	json_put_int(o, STR("rev"), d.draft.rev);
	http_body(v->r, STR("application/json"), json_to_str(v->a, json_object_done(o)));
	return ok();
}

struct result portal_page_autosave(struct visit *v, struct err *err)
{
	return portal_again(v, page_autosave, err);
}

struct result portal_item_add(struct visit *v, struct err *err)
{
	const struct json *answers;
	const struct pack_page *page;
	size_t n;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(open_page(v, &d, &page, err));
	TRY(form_items(d.form, page, &n, err));
	TRY(form_item_add(d.form, page, &answers, err));
	TRY(save(v, &d, answers, err));
	visit_redirect(v, arena_printf(v->a, "%.*s/%zu", STR_ARG(path_of(v, &d, page)), n));
	return ok();
}

struct result portal_item_remove(struct visit *v, struct err *err)
{
	const struct json *answers;
	const struct pack_page *page;
	int item;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(open_page(v, &d, &page, err));
	TRY(item_number(v, &d, page, &item, err));
	TRY(form_item_remove(d.form, page, (size_t)item, &answers, err));
	TRY(save(v, &d, answers, err));
	visit_redirect(v, path_of(v, &d, page));
	return ok();
}

struct result portal_discard(struct visit *v, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(draft_discard(tx, v->session.org, v->session.subject, v->q->param[0], err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, STR("/"));
	return ok();
}
