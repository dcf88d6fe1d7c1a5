/* Officers come in with id, password and a six-digit code, until their
 * certificates come. What was wrong is never said, only that something was. */
#include "apply/flow.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/limit.h"
#include "store/journal.h"
#include "web/counter.h"
#include "web/show.h"

enum { ID_MAX = 64 };

/* An office is behind one address, so the peer has room for a morning's
 * logins; one id has not. */
static const struct limit by_peer = { "officer.login.peer", 30, 2 * CLOCK_SECOND };
static const struct limit by_id = { "officer.login.id", 10, 20 * CLOCK_SECOND };

struct result counter_chooser(struct visit *v, struct err *err)
{
	const struct org *const *cities;
	size_t n = app_cities(v->app, v->a, &cities);
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("city_href"), arena_printf(v->a, "/counter/%.*s",
		             STR_ARG(cities[i]->id)));
		json_put_str(x, STR("city"), cities[i]->name.t[v->lang]);
		json_put_str(x, STR("prefecture"), cities[i]->prefecture);
		json_push(list, json_object_done(x));
	}
	json_put_str(o, STR("title_key"), STR("counter.chooser.title"));
	json_put(o, STR("cities"), json_array_done(list));
	return visit_page(v, 200, STR("counter/chooser"), o, err);
}

static struct result find_org(struct visit *v, const struct org **ret, struct err *err)
{
	const struct org *org = app_org(v->app, v->q->param[0]);
	if (!org || (!flow_has_role(org->roles, STR("municipality")) &&
	             !flow_has_role(org->roles, STR("registrar"))))
		return fail(err, ERR_NOT_FOUND, "web.counter.other", NULL, "no counter of that name");
	*ret = org;
	return ok();
}

/* `id` is what was typed; wrong: the one sentence for everything. */
static struct result login_page(struct visit *v, const struct org *org, struct str id,
                                bool wrong, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("counter.login.title"));
	json_put_str(o, STR("city"), org->name.t[v->lang]);
	json_put_str(o, STR("body_name"), org->name.t[v->lang]);
	json_put_str(o, STR("home"), STR("/counter"));
	json_put_bool(o, STR("user"), false); /* a citizen's session has no place here */
	json_put_str(o, STR("officer_id"), id);
	json_put_bool(o, STR("wrong"), wrong);
	if (wrong)
		json_put_bool(o, STR("errors"), true);
	json_put_str(o, STR("self"), v->q->path);
	return visit_page(v, wrong ? 401 : 200, STR("counter/login"), o, err);
}

/* The officer's session of this browser, if it is alive and of this counter. */
static bool is_in(struct visit *v, const struct org *org)
{
	struct session s;
	struct err quiet = { 0 };
	struct str token = http_cookie_get(v->q, STR("officer"));
	STORE_READER_AUTO db = NULL;
	return token.n && is_ok(store_reader(v->app->store, &db, &quiet)) &&
	       is_ok(session_find(db, v->a, SESSION_OFFICER, token, v->now, &s, &quiet)) &&
	       str_eq(s.org, org->id);
}

struct result counter_login_page(struct visit *v, struct err *err)
{
	const struct org *org;
	TRY(find_org(v, &org, err));
	if (is_in(v, org)) {
		visit_redirect(v, counter_base(v));
		return ok();
	}
	return login_page(v, org, STR(""), false, err);
}

/* ---- logging in ---- */

static struct result take_tokens(struct visit *v, const struct org *org, struct str id,
                                 struct err *err)
{
	struct limiter *l = v->app->limits;
	struct str who = arena_printf(v->a, "%.*s/%.*s", STR_ARG(org->id), STR_ARG(id));
	if (l && (!limiter_take(l, &by_peer, limit_peer(v->a, v->q->peer), NULL) ||
	          !limiter_take(l, &by_id, who, NULL)))
		return fail(err, ERR_LIMIT, "counter.login.limit", NULL, "too many logins");
	return ok();
}

/* People type their password where their id belongs, and the journal forgets
 * nothing: only the id of somebody who works here is written down. */
static struct str known_id(struct visit *v, const struct org *org, struct str id)
{
	struct officer who;
	struct err quiet = { 0 };
	STORE_READER_AUTO db = NULL;
	bool known = is_ok(store_reader(v->app->store, &db, &quiet)) &&
	             is_ok(officer_find(db, v->a, org->id, id, &who, &quiet));
	return known ? id : STR("");
}

static struct result note_refusal(struct visit *v, const struct org *org, struct str id,
                                  struct err *err)
{
	struct str known = known_id(v, org, id);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = org->id,
		.event = STR("session.refused"), .actor = STR("visitor"), .object = known }, err));
	return store_commit(&tx, err);
}

static struct result start(struct visit *v, const struct officer *who, struct err *err)
{
	struct session s = { .org = who->org, .kind = SESSION_OFFICER, .subject = who->id,
		.name = who->name, .roles = who->roles };
	struct str token, old = http_cookie_get(v->q, STR("officer"));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	if (old.n)
		TRY(session_end(tx, SESSION_OFFICER, old, err));
	TRY(session_start(tx, v->a, &s, v->now, &token, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = s.org, .event = STR("session.start"),
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(s.org), STR_ARG(s.subject)),
		}, err));
	TRY(store_commit(&tx, err));
	http_set_cookie(v->r, v->q, STR("officer"), token, -1);
	visit_redirect(v, counter_base(v));
	return ok();
}

static struct str plain_field(struct visit *v, const struct http_fields *f, struct str name)
{
	return text_half_width(v->a, text_trim(http_field_get(f, name)));
}

struct result counter_login_post(struct visit *v, struct err *err)
{
	const struct org *org;
	struct http_fields f;
	struct officer who;
	enum officer_verdict verdict = OFFICER_WRONG;
	TRY(find_org(v, &org, err));
	TRY(visit_form(v, &f, err));
	struct str id = plain_field(v, &f, STR("officer_id"));
	struct str code = plain_field(v, &f, STR("code"));
	struct str password = http_field_get(&f, STR("password"));
	if (id.n == 0 || id.n > ID_MAX || text_has_control(id) || password.n == 0 || code.n == 0)
		return login_page(v, org, STR(""), true, err);
	TRY(take_tokens(v, org, id, err));
	TRY(officer_login(v->app->store, v->a, org->id, id, password, code,
	                  secret_str(&v->app->officer_key), v->now, &verdict, &who, err));
	if (verdict == OFFICER_OK)
		return start(v, &who, err);
	TRY(note_refusal(v, org, id, err));
	return login_page(v, org, id, true, err);
}

struct result counter_logout(struct visit *v, struct err *err)
{
	struct case_actor who = counter_who(v);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(session_end(tx, SESSION_OFFICER, v->token, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = who.org, .event = STR("session.end"),
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(who.org), STR_ARG(who.id)) },
		err));
	TRY(store_commit(&tx, err));
	http_set_cookie(v->r, v->q, STR("officer"), STR(""), 0);
	/* Pages that the browser kept must not come back with "back". */
	http_set(v->r, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
	visit_redirect(v, arena_printf(v->a, "%.*s/login", STR_ARG(counter_base(v))));
	return ok();
}
