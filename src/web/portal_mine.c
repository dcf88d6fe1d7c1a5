/* Her home and her lists: what needs doing first, then what is running, then
 * what has come. */
#include "notice/notice.h"
#include "web/portal_case.h"
#include "web/show.h"

#define ENDED (1u << CASE_GRANTED | 1u << CASE_REFUSED | 1u << CASE_WITHDRAWN)
enum { HOME_LETTERS = 3, HOME_NOTICES = 3, NOTICES_MAX = 200 };

struct mine {
	struct visit *v;
	struct pack_set *packs;
	const struct apply_case *cases;
	const struct draft *drafts;
	const struct letter_kept *letters;
	const struct notice *notices;
	size_t ncases, ndrafts, nletters, nnotices;
};

static struct result load(struct mine *m, struct err *err)
{
	struct visit *v = m->v;
	struct str org = v->session.org, her = v->session.subject;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_list_of(db, v->a, org, her, &m->cases, &m->ncases, err));
	TRY(draft_list(db, v->a, org, her, &m->drafts, &m->ndrafts, err));
	TRY(letter_list_of(db, v->a, org, her, &m->letters, &m->nletters, err));
	return notice_list(db, v->a, org, her, NOTICES_MAX, &m->notices, &m->nnotices, err);
}

/* ---- lists ---- */

static size_t put_cases(const struct mine *m, struct json_object *o, const char *name,
                        unsigned stands)
{
	struct json_array *list = json_array_new(m->v->a);
	size_t n = 0;
	for (size_t i = 0; i < m->ncases; i++) {
		struct case_view x = case_view_of(m->packs, &m->cases[i]);
		if (!(stands & 1u << x.stand))
			continue;
		struct json_object *card = case_card(m->v, &x);
		json_put_int(card, STR("count"), (int64_t)json_len(m->cases[i].comments));
		json_push(list, json_object_done(card));
		n++;
	}
	show_list(m->v, o, name, list);
	return n;
}

/* A correction under way is shown as the returned application it belongs to. */
static size_t put_drafts(const struct mine *m, struct json_object *o)
{
	struct visit *v = m->v;
	struct json_array *list = json_array_new(v->a);
	size_t n = 0;
	for (size_t i = 0; i < m->ndrafts; i++) {
		const struct draft *d = &m->drafts[i];
		if (d->case_id.n)
			continue;
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("draft_title"), show_procedure(v, m->packs, d->procedure, d->version));
		json_put_str(x, STR("org"), show_org(v, d->authority));
		json_put_str(x, STR("saved"), show_time(v, d->saved_at));
		json_put_str(x, STR("href"), arena_printf(v->a, "/drafts/%.*s", STR_ARG(d->id)));
		json_push(list, json_object_done(x));
		n++;
	}
	show_list(v, o, "drafts", list);
	return n;
}

static void put_letters(const struct mine *m, struct json_object *o, size_t max, bool with_case)
{
	struct visit *v = m->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < m->nletters && i < max; i++) {
		const struct letter_kept *l = &m->letters[i];
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("letter_title"), l->title);
		json_put_str(x, STR("letter_number"), l->number);
		json_put_str(x, STR("org"), show_org(v, l->org));
		json_put_str(x, STR("letter_day"), show_day(v, l->at));
		json_put_str(x, STR("letter_kb"), arena_printf(v->a, "%lld",
		             (long long)(l->size + 1023) / 1024));
		json_put_str(x, STR("letter_href"), arena_printf(v->a, "/letters/%.*s", STR_ARG(l->id)));
		json_put_bool(x, STR("with_case"), with_case && l->case_id.n > 0);
		json_put_str(x, STR("case_href"), arena_printf(v->a, "/applications/%.*s",
		             STR_ARG(l->case_id)));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "letters", list);
	json_put_bool(o, STR("more_letters"), m->nletters > max);
}

static size_t put_notices(const struct mine *m, struct json_object *o, bool unread, size_t max)
{
	struct visit *v = m->v;
	struct json_array *list = json_array_new(v->a);
	size_t n = 0;
	for (size_t i = 0; i < m->nnotices; i++) {
		const struct notice *x = &m->notices[i];
		if (unread && x->read_at)
			continue;
		if (++n > max)
			continue;
		struct json_object *j = json_object_new(v->a);
		json_put_str(j, STR("notice_id"), x->id);
		json_put_str(j, STR("notice_text"), x->text[v->lang]);
		json_put_str(j, STR("org"), show_org(v, x->from_org));
		json_put_str(j, STR("notice_at"), show_time(v, x->at));
		json_put_bool(j, STR("unread"), x->read_at == 0);
		json_put_str(j, STR("notice_link"), web_safe_path(x->link));
		json_push(list, json_object_done(j));
	}
	show_list(v, o, "notices", list);
	return n;
}

/* ---- pages ---- */

struct result portal_my_home(struct visit *v, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	struct mine m = { .v = v, .packs = packs };
	TRY(load(&m, err));
	struct json_object *o = json_object_new(v->a);
	size_t todo = put_cases(&m, o, "returned", 1u << CASE_RETURNED) + put_drafts(&m, o);
	put_cases(&m, o, "running", 1u << CASE_RUNNING);
	put_cases(&m, o, "ended", ENDED);
	put_letters(&m, o, HOME_LETTERS, false);
	size_t unread = put_notices(&m, o, true, HOME_NOTICES);
	json_put_str(o, STR("title_key"), todo ? STR("home.todo_some") : STR("home.todo_none"));
	json_put_bool(o, STR("todo"), todo > 0);
	json_put_int(o, STR("todo_count"), (int64_t)todo);
	json_put_bool(o, STR("more_notices"), m.nnotices > (unread < HOME_NOTICES ? unread
	                                                                          : HOME_NOTICES));
	return visit_page(v, 200, STR("portal/home"), o, err);
}

struct result portal_applications(struct visit *v, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	struct mine m = { .v = v, .packs = packs };
	TRY(load(&m, err));
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("mine.applications"));
	put_cases(&m, o, "open", 1u << CASE_RUNNING | 1u << CASE_RETURNED);
	put_cases(&m, o, "ended", ENDED);
	return visit_page(v, 200, STR("portal/applications"), o, err);
}

struct result portal_letters(struct visit *v, struct err *err)
{
	struct mine m = { .v = v };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(letter_list_of(db, v->a, v->session.org, v->session.subject, &m.letters, &m.nletters,
	                   err));
	store_reader_done(&db);
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("mine.letters"));
	put_letters(&m, o, m.nletters, true);
	return visit_page(v, 200, STR("portal/letters"), o, err);
}

struct result portal_letter(struct visit *v, struct err *err)
{
	struct letter_kept l;
	struct str pdf, code;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(letter_read_of(db, v->a, &v->app->data_key, v->session.org, v->session.subject,
	                   v->q->param[0], &l, &pdf, err));
	store_reader_done(&db);
	TRY(visit_code(v, l.org, &code, err));
	TRY(visit_journal(v, l.org, code, l.id, l.title, err));
	visit_file(v, STR("application/pdf"),
	           arena_printf(v->a, "%.*s %.*s.pdf", STR_ARG(l.title), STR_ARG(l.number)), pdf);
	return ok();
}

static struct result load_notices(struct visit *v, struct mine *m, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	return notice_list(db, v->a, v->session.org, v->session.subject, NOTICES_MAX, &m->notices,
	                   &m->nnotices, err);
}

struct result portal_notices(struct visit *v, struct err *err)
{
	struct mine m = { .v = v };
	TRY(load_notices(v, &m, err));
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("mine.notices"));
	put_notices(&m, o, false, NOTICES_MAX);
	return visit_page(v, 200, STR("portal/notices"), o, err);
}

/* Where a notice leads; the list when it leads nowhere or is not among the newest. */
static struct str link_of(const struct mine *m, struct str id)
{
	for (size_t i = 0; i < m->nnotices; i++)
		if (str_eq(m->notices[i].id, id) && m->notices[i].link.n)
			return web_safe_path(m->notices[i].link);
	return STR("/notices");
}

struct result portal_notice_read(struct visit *v, struct err *err)
{
	struct mine m = { .v = v };
	struct str id = v->q->param[0];
	TRY(load_notices(v, &m, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(notice_read(tx, v->session.org, v->session.subject, id, v->now, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, link_of(&m, id));
	return ok();
}
