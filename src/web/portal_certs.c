/* Her certificates: which there are, holding them at any hour (公的個人認証法 §9
 * の届出), and whether she is told of every use.
 *
 * What is held is released at the counter only, where she is known by her face:
 * whoever found the phone must not be able to undo it. */
#include "ident/ident.h"
#include "store/journal.h"
#include "web/certs.h"
#include "web/choice.h"
#include "web/portal.h"
#include "web/show.h"

struct result portal_certs(struct visit *v, struct err *err)
{
	struct str chosen;
	struct http_fields f;
	struct json_object *o = json_object_new(v->a);
	TRY(http_query_fields(v->q, &f, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(certs_put(v, db, v->session.org, v->session.subject, o, err));
	TRY(choice_get(db, v->a, v->session.org, v->session.subject, CERTS_CHOICE, &chosen, err));
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("certs.title"));
	json_put_bool(o, STR("notify"), str_eq(chosen, CERTS_ON));
	json_put_bool(o, STR("saved"), http_field_get(&f, STR("saved")).n > 0);
	json_put_bool(o, STR("choose"), http_field_get(&f, STR("choose")).n > 0);
	return visit_page(v, 200, STR("portal/certificates"), o, err);
}

/* Only these; the others need somebody who sees her. */
static bool event_of(struct str lost, enum life_event *ret)
{
	*ret = str_eq(lost, STR("phone")) ? LIFE_PHONE_LOST : LIFE_CARD_LOST;
	return str_eq(lost, STR("phone")) || str_eq(lost, STR("card"));
}

struct result portal_certs_hold(struct visit *v, struct err *err)
{
	struct http_fields f;
	enum life_event e;
	size_t n;
	struct register_desk desk = certs_desk(v->app);
	TRY(visit_form(v, &f, err));
	if (!event_of(http_field_get(&f, STR("lost")), &e)) {
		visit_redirect(v, STR("/certificates?choose=1#lost"));
		return ok();
	}
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(register_life(tx, v->a, &desk, v->session.org, v->session.subject, e, v->now, &n, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org,
		.subject = v->session.subject, .event = STR("certs.report"), .actor = STR("citizen"),
		.object = str_c(life_row(e)->name) }, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, STR("/certificates/held"));
	return ok();
}

/* For anybody: the certificate that logged her in may be held by now. */
struct result portal_certs_held(struct visit *v, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("certs.held.title"));
	return visit_page(v, 200, STR("portal/certificates_held"), o, err);
}

struct result portal_certs_notify(struct visit *v, struct err *err)
{
	struct http_fields f;
	STORE_TX_AUTO tx = NULL;
	TRY(visit_form(v, &f, err));
	struct str on = str_eq(http_field_get(&f, STR("notify")), CERTS_ON) ? CERTS_ON : STR("off");
	TRY(store_begin(v->app->store, &tx, err));
	TRY(choice_put(tx, v->session.org, v->session.subject, CERTS_CHOICE, on, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org,
		.subject = v->session.subject, .event = STR("certs.notify"), .actor = STR("citizen"),
		.object = on }, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, STR("/certificates?saved=1"));
	return ok();
}
