/* What stands before every handler: routing, session, permission, CSRF; and
 * behind it: the error page and one log line. Deny by default: a row says who
 * may call, and nothing is reachable without a row. */
#include "base/encode.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/csrf.h"
#include "net/static.h"
#include "trust/ca.h"
#include "web/app_priv.h"

enum { BODY_DEFAULT = 64 * 1024 };

static enum session_kind kind_of(enum route_who who)
{
	return who == WHO_OFFICER ? SESSION_OFFICER : SESSION_CITIZEN;
}

static struct str cookie_of(enum session_kind k)
{
	return k == SESSION_OFFICER ? STR("officer") : STR("session");
}

/* A certificate that is revoked, or over, ends what was begun with it: asked for
 * each request, one row by its key, so no answer is older than the request. */
static struct result still_certified(struct visit *v, struct db *db, struct err *err)
{
	struct cert_row cert;
	const struct session *s = &v->session;
	if (s->kind != SESSION_CITIZEN || s->serial == 0)
		return ok();
	TRY(trust_cert_find(db, v->a, v->app->ca, CA_CITIZEN_AUTH, (uint32_t)s->serial, &cert, err));
	if (cert.state.status == STATUS_GOOD && v->now <= cert.not_after)
		return ok();
	v->session = (struct session){ 0 };
	return fail(err, ERR_AUTH, "ident.session.revoked", NULL,
	            "the certificate that logged her in is no good any more");
}

/* Nobody is no failure here: public pages greet whoever is logged in. */
static struct result find_session(struct visit *v, enum session_kind k, struct err *err)
{
	struct str token = http_cookie_get(v->q, cookie_of(k));
	if (token.n == 0)
		return fail(err, ERR_AUTH, "ident.session.none", NULL, "no session cookie");
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(session_find(db, v->a, k, token, v->now, &v->session, err));
	v->token = token;
	return still_certified(v, db, err);
}

static struct result touch(struct visit *v, struct err *err)
{
	if (v->session.kind == 0 || !session_touch_due(&v->session, v->now))
		return ok();
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(session_touch(tx, v->session.kind, v->token, v->now, err));
	return store_commit(&tx, err);
}

static struct result permit(struct visit *v, struct err *err)
{
	struct err why = { 0 };
	enum route_who who = v->route->who;
	if (who == WHO_MACHINE || who == WHO_PHONE)
		return ok();
	struct result r = find_session(v, kind_of(who), &why);
	if (r.kind == ERR_AUTH && who == WHO_ANYBODY)
		return ok();
	if (is_err(r)) {
		if (err)
			*err = why;
		return r;
	}
	/* An officer works at the counter of her own organization only; another
	 * one's looks as if it were not there. */
	if (who == WHO_OFFICER && !str_eq(v->session.org, v->q->param[0]))
		return fail(err, ERR_NOT_FOUND, "web.counter.other", NULL, "another organization's counter");
	return touch(v, err);
}

/* ---- forms ---- */

/* The secret behind a form's token: the session's, or for visitors who have
 * none a random cookie of theirs. */
static struct str csrf_secret(struct visit *v)
{
	if (v->session.kind)
		return v->session.csrf;
	struct str seed = http_cookie_get(v->q, STR("seed"));
	if (seed.n >= 32)
		return seed;
	if (v->fresh_seed.n == 0) {
		v->fresh_seed = csrf_seed(v->a);
		v->set_seed = true;
	}
	return v->fresh_seed;
}

struct str visit_csrf(struct visit *v)
{
	if (v->csrf.n == 0)
		v->csrf = csrf_token(v->a, csrf_secret(v), STR("form"));
	return v->csrf;
}

static bool origin_is_ours(const struct visit *v)
{
	struct str origin = http_header_get(v->q, STR("Origin"));
	struct str site = http_header_get(v->q, STR("Sec-Fetch-Site"));
	if (site.n && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none")))
		return false;
	return origin.n == 0 || str_eq(origin, v->app->origin);
}

static struct result check_form(struct visit *v, struct err *err)
{
	struct http_fields f;
	if (v->q->method == HTTP_GET || v->q->method == HTTP_HEAD || v->route->no_csrf)
		return ok();
	if (!origin_is_ours(v))
		return fail(err, ERR_FORBIDDEN, "web.csrf", NULL, "the form came from another site");
	TRY(visit_form(v, &f, err));
	if (!csrf_check(csrf_secret(v), STR("form"), http_field_get(&f, STR("csrf"))))
		return fail(err, ERR_FORBIDDEN, "web.csrf", NULL, "the form's token does not match");
	return ok();
}

/* ---- serving ---- */

static void send_to_login(struct visit *v)
{
	if (v->route->who == WHO_OFFICER) {
		visit_redirect(v, arena_printf(v->a, "/counter/%.*s/login", STR_ARG(v->q->param[0])));
		return;
	}
	struct str to = v->q->query.n
		? arena_printf(v->a, "%.*s?%.*s", STR_ARG(v->q->path), STR_ARG(v->q->query))
		: v->q->path;
	visit_redirect(v, arena_printf(v->a, "/login?to=%.*s", STR_ARG(percent_encode(v->a, to))));
}

static struct result run(struct visit *v, struct err *err)
{
	TRY(permit(v, err));
	TRY(check_form(v, err));
	return v->route->handler(v, err);
}

/* What a failed handler wrote is thrown away; cookies it set as well. */
static void forget(struct http_response *r)
{
	buf_clear(&r->body);
	r->nheaders = 0;
	r->status = 200;
}

static void log_request(const struct visit *v, const struct err *e)
{
	struct str path = v->route ? str_c(v->route->path) : STR("(none)");
	log_info("web.request", LOG_STR("trace", v->q->trace), LOG_STR("route", path),
	         LOG_INT("status", v->r->status), LOG_INT("us", clock_now_us() - v->now));
	if (e->kind == ERR_INTERNAL || e->kind == ERR_UNAVAILABLE)
		log_error("web.failed", LOG_STR("trace", v->q->trace), LOG_ERR(e));
}

static void serve_route(struct visit *v, const struct route *wire)
{
	struct err e = { 0 };
	v->route = app_route_of(v->app, wire);
	struct result r = run(v, &e);
	if (is_err(r)) {
		forget(v->r);
		bool page = v->q->method == HTTP_GET && !v->route->no_csrf;
		if (r.kind == ERR_AUTH && page && v->route->who != WHO_ANYBODY)
			send_to_login(v);
		else
			visit_error_page(v, &e);
	}
	if (v->set_seed)
		http_set_cookie(v->r, v->q, STR("seed"), v->fresh_seed, -1);
	log_request(v, &e);
}

void app_serve(void *ctx, const struct http_request *in, struct http_response *r)
{
	struct app *app = ctx;
	struct http_request q = *in;
	struct visit v = { .app = app, .q = &q, .r = r, .a = q.arena, .now = clock_now_us(),
		.lang = lang_parse(http_cookie_get(&q, STR("lang")), LANG_JA) };
	const struct route *wire = NULL;
	if (app->statics && static_serve(app->statics, &q, r))
		return;
	switch (router_find(app->router, q.method, q.path, &wire, q.param)) {
	case ROUTE_FOUND:
		serve_route(&v, wire);
		return;
	case ROUTE_NO_PATH:
		visit_error_page(&v, &(struct err){ .kind = ERR_NOT_FOUND, .code = "web.no_path" });
		return;
	case ROUTE_NO_METHOD:
		visit_error_page(&v, &(struct err){ .kind = ERR_INPUT, .code = "error.method" });
		r->status = 405;
		http_set(r, STR("Allow"), router_allow(app->router, q.arena, q.path));
		return;
	}
}

size_t app_body_max(void *ctx, enum http_method m, struct str path)
{
	const struct app *app = ctx;
	const struct route *wire = NULL;
	struct str params[HTTP_PARAMS_MAX];
	if (router_find(app->router, m, path, &wire, params) != ROUTE_FOUND)
		return BODY_DEFAULT; /* read and thrown away before the 404 */
	return wire->body_max ? wire->body_max : BODY_DEFAULT;
}
