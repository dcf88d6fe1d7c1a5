/* Logging in with the phone, and out again so that nothing stays behind on a
 * shared terminal. */
#include "base/clock.h"
#include "net/limit.h"
#include "record/record.h"
#include "store/journal.h"
#include "web/certs.h"
#include "web/asker.h"
#include "web/phone_wait.h"
#include "web/portal.h"

/* Beginning a login writes a row, and anybody may begin one. Many people share
 * an address: what a whole office does in a minute is let through. */
static const struct limit by_peer = { "login.peer", 300, CLOCK_SECOND / 5 };

static struct result query_value(struct visit *v, struct str name, struct str *ret,
                                 struct err *err)
{
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	*ret = http_field_get(&f, name);
	return ok();
}

struct result portal_login_page(struct visit *v, struct err *err)
{
	struct str to;
	struct json_object *o = json_object_new(v->a);
	TRY(query_value(v, STR("to"), &to, err));
	if (v->session.kind) {
		visit_redirect(v, web_safe_path(to));
		return ok();
	}
	json_put_str(o, STR("title_key"), STR("login.title"));
	json_put_str(o, STR("to"), web_safe_path(to));
	return visit_page(v, 200, STR("portal/login"), o, err);
}

struct result portal_login_start(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct str id;
	struct limiter *l = v->app->limits;
	TRY(visit_form(v, &f, err));
	if (l && !limiter_take(l, &by_peer, limit_peer(v->a, v->q->peer), NULL))
		return fail(err, ERR_LIMIT, "login.limit", NULL, "too many logins begun");
	struct phone_tx t = { .org = v->app->portal, .purpose = PHONE_LOGIN,
		.origin = v->app->origin, .browser = phone_browser_new(v), .asker = asker_of(v),
		.payload = web_safe_path(http_field_get(&f, STR("to"))) };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_start(tx, v->a, &t, v->now, &id, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, arena_printf(v->a, "/login/%.*s", STR_ARG(id)));
	return ok();
}

/* Which of this node's municipalities registers her, and under what name. */
static struct result find_home(struct visit *v, struct db *db, struct session *s,
                               struct err *err)
{
	const struct org *const *cities;
	size_t n = app_cities(v->app, v->a, &cities);
	for (size_t i = 0; i < n; i++) {
		struct str code;
		const struct record *r;
		TRY(code_convert(v->app->codes, v->a, s->org, s->subject, cities[i]->id, &code, err));
		TRY(record_current(db, v->a, cities[i]->id, code, STR("resident.basic"), STR(""), &r,
		                   err));
		if (!r)
			continue;
		s->name = json_text(json_get(r->body, STR("name")));
		s->home_org = cities[i]->id;
		if (str_eq(json_text(json_get(r->body, STR("status"))), STR("resident")))
			return ok();
	}
	return ok();
}

static struct result finish(struct visit *v, const struct phone_tx *t, struct err *err)
{
	struct session s = { .org = v->app->portal, .kind = SESSION_CITIZEN, .subject = t->subject,
		.serial = t->serial };
	struct str token, old = http_cookie_get(v->q, STR("session"));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find_home(v, db, &s, err));
	store_reader_done(&db);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_use(tx, t->org, t->id, t->browser, v->now, err));
	if (old.n) /* whoever was logged in here is not any more */
		TRY(session_end(tx, SESSION_CITIZEN, old, err));
	TRY(session_start(tx, v->a, &s, v->now, &token, err));
	TRY(certs_use(v, tx, s.subject, "certs.used.login", err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = s.org, .subject = s.subject,
		.event = STR("session.start"), .actor = STR("citizen"), .object = t->id }, err));
	TRY(store_commit(&tx, err));
	http_set_cookie(v->r, v->q, STR("session"), token, -1);
	visit_redirect(v, web_safe_path(t->payload));
	return ok();
}

struct result portal_login_wait(struct visit *v, struct err *err)
{
	struct phone_tx t;
	TRY(phone_wait_find(v, v->q->param[0], &t, err));
	if (t.purpose != PHONE_LOGIN)
		return fail(err, ERR_NOT_FOUND, "ident.phone.none", NULL, "not a login");
	if (t.state == PHONE_APPROVED && v->now < t.expires_at)
		return finish(v, &t, err);
	return phone_wait_page(v, &t, v->q->path, STR("/login"), err);
}

struct result portal_login_status(struct visit *v, struct err *err)
{
	struct phone_tx t;
	TRY(phone_wait_find(v, v->q->param[0], &t, err));
	return phone_wait_status(v, &t, arena_printf(v->a, "/login/%.*s", STR_ARG(t.id)), err);
}

struct result portal_logout(struct visit *v, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(session_end(tx, SESSION_CITIZEN, v->token, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org,
		.subject = v->session.subject, .event = STR("session.end"),
		.actor = STR("citizen") }, err));
	TRY(store_commit(&tx, err));
	http_set_cookie(v->r, v->q, STR("session"), STR(""), 0);
	http_set_cookie(v->r, v->q, STR("browser"), STR(""), 0);
	/* Pages that the browser kept must not come back with "back". */
	http_set(v->r, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
	visit_redirect(v, STR("/goodbye"));
	return ok();
}

struct result portal_goodbye(struct visit *v, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("goodbye.title"));
	return visit_page(v, 200, STR("portal/goodbye"), o, err);
}
