/* The sheet: who asks, for what, and the answer.
 *
 * Each step asks the portal again and reads its document again. What is signed
 * must be what the sheet showed: the form carries the digest of the document it
 * was made from, and another document is shown anew instead of signed. */
#include "base/clock.h"
#include "base/log.h"
#include "trust/cert.h"
#include "web/phone.h"
#include "web/show.h"

struct sheet {
	struct wallet *w;
	struct str wallet, tx;
	struct phone_call call;
	enum wallet_use use;
	struct phone_request q;
};

static void sheet_done(struct sheet *s)
{
	wallet_close(s->w);
}
#define SHEET_AUTO __attribute__((cleanup(sheet_done))) struct sheet

/* ---- when it goes no further ---- */

static const char *stop_title(const struct err *e)
{
	if (e->kind == ERR_UNAVAILABLE)
		return "phone.stop.unreachable";
	return str_eq(str_c(e->code), STR("phone.origin")) ? "phone.stop.danger" : "phone.stop.title";
}

/* Its own page instead of the error page: what happened, whether anything was
 * sent, what to do now. Our own mistakes go the way of all others. */
static struct result stop(struct visit *v, const struct sheet *s, const struct err *e,
                          struct err *err)
{
	struct str key = arena_printf(v->a, "error.%s", e->code);
	if (e->kind == ERR_INTERNAL || !text_has(v->app->texts, key)) {
		if (err)
			*err = *e;
		return (struct result){ e->kind };
	}
	log_info("phone.stopped", LOG_STR("trace", v->q->trace), LOG_ERR(e));
	struct json_object *o = phone_page(v, s->w, s->wallet, stop_title(e));
	json_put_str(o, STR("heading"), show_row(v, stop_title(e)));
	json_put_str(o, STR("message"), show_row(v, key.p));
	json_put_bool(o, STR("danger"), str_eq(str_c(e->code), STR("phone.origin")));
	json_put_bool(o, STR("retry"), e->kind == ERR_UNAVAILABLE);
	json_put_str(o, STR("self"), arena_printf(v->a, "/t/%.*s", STR_ARG(s->tx)));
	return visit_page(v, err_kind_http(e->kind), STR("phone/stop"), o, err);
}

/* ---- the sheet ---- */

/* s->w stays NULL when no phone was chosen: the chooser keeps the transaction. */
static struct result open_sheet(struct visit *v, struct sheet *s, struct err *err)
{
	s->wallet = STR("");
	s->tx = v->q->param[0];
	if (!phone_tx_fits(s->tx))
		return fail(err, ERR_NOT_FOUND, "ident.phone.none", NULL, "no transaction's code");
	TRY(phone_mine(v, &s->w, &s->wallet, err));
	if (!s->w) {
		visit_redirect(v, arena_printf(v->a, "/phones?tx=%.*s", STR_ARG(s->tx)));
		return ok();
	}
	s->call = phone_call_for(v, s->wallet, s->tx);
	TRY(phone_portal_open(v, &s->call, &s->q, err));
	s->use = s->q.kind == DOCUMENT_LOGIN ? WALLET_LOGIN : WALLET_SIGN;
	if (!wallet_has(s->w, s->use))
		return fail(err, ERR_FORBIDDEN, "card.no_key", NULL, "no key for it in this wallet");
	return ok();
}

static bool expired(struct visit *v, const struct sheet *s)
{
	struct cert c;
	return is_ok(cert_parse(v->a, wallet_cert(s->w, v->a, s->use), &c, NULL)) &&
	       c.not_after < v->now;
}

static void put_application(struct visit *v, const struct sheet *s, struct json_object *o)
{
	const struct json *app = s->q.application;
	struct str ja = json_text(json_get(app, STR("title"))), ours = phone_title(v, app);
	json_put_str(o, STR("what_ja"), ja);
	json_put_str(o, STR("what"), str_eq(ours, ja) ? STR("") : ours);
	json_put_str(o, STR("authority"), show_org(v, json_text(json_get(app, STR("authority")))));
	json_put(o, STR("groups"), phone_rows(v, app));
	json_put(o, STR("rest"), phone_rest(v, app));
	const struct json *files = phone_files(v, app);
	json_put(o, STR("files"), files);
	json_put_bool(o, STR("has_files"), json_len(files) > 0);
	json_put_str(o, STR("raw"), s->q.text);
}

/* The portal's own name for itself, unless it is ours: then in her language. */
static void put_asker(struct visit *v, const struct sheet *s, struct json_object *o)
{
	const struct org *portal = app_org(v->app, v->app->portal);
	bool ours = portal && str_eq(s->q.origin, v->app->phone->portal);
	json_put_str(o, STR("asker"), ours ? STR("") : s->q.name);
	json_put_str(o, STR("asker_ours"), ours ? portal->name.t[v->lang] : STR(""));
	json_put_str(o, STR("origin"), s->q.origin);
	json_put_bool(o, STR("known"), str_eq(s->q.origin, wallet_issuer(s->w)));
}

/* Where it was begun. A relay shows its victim the true portal and the right
 * digits; what it cannot easily show is this place. */
static void put_place(struct visit *v, const struct sheet *s, struct json_object *o)
{
	static const struct { struct str network; const char *key; } rows[] = {
		{ STR_INIT("same"), "phone.place.same" }, { STR_INIT("other"), "phone.place.other" },
		{ STR_INIT("unknown"), "phone.place.unknown" },
	};
	struct str on = s->q.browser;
	if (s->q.system.n)
		on = on.n ? arena_printf(v->a, "%.*s（%.*s）", STR_ARG(on), STR_ARG(s->q.system))
		          : s->q.system;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(rows[i].network, s->q.network))
			json_put_str(o, STR("place"), show_row(v, s->q.same_device ? "phone.place.here"
			                                                           : rows[i].key));
	json_put_str(o, STR("place_on"), on);
	json_put_bool(o, STR("far"), str_eq(s->q.network, STR("other")));
	json_put_str(o, STR("began"), show_time(v, s->q.began));
}

static struct json_object *page(struct visit *v, const struct sheet *s)
{
	struct json_object *o = phone_page(v, s->w, s->wallet,
	                                   phone_word(s->use, "phone.login.title", "phone.sign.title"));
	unsigned tries = wallet_tries(s->w, s->use);
	put_asker(v, s, o);
	put_place(v, s, o);
	json_put_str(o, STR("match"), s->q.match);
	json_put_str(o, STR("until"), show_time(v, s->q.expires));
	json_put_str(o, STR("self"), arena_printf(v->a, "/t/%.*s", STR_ARG(s->tx)));
	json_put_str(o, STR("shown"), s->q.digest);
	json_put_int(o, STR("tries"), tries);
	json_put_bool(o, STR("locked"), tries == 0);
	json_put_bool(o, STR("expired"), expired(v, s));
	if (s->use == WALLET_SIGN)
		put_application(v, s, o);
	return o;
}

static struct result show(struct visit *v, const struct sheet *s, int status,
                          struct json_object *o, struct err *err)
{
	return visit_page(v, status, str_c(phone_word(s->use, "phone/login", "phone/sign")), o, err);
}

struct result phone_sheet_show(struct visit *v, struct err *err)
{
	SHEET_AUTO s = { 0 };
	struct err why = { 0 };
	if (is_err(open_sheet(v, &s, &why)))
		return stop(v, &s, &why, err);
	return s.w ? show(v, &s, 200, page(v, &s), err) : ok();
}

/* ---- the answer ---- */

/* The same sheet with what is wrong. */
static struct result again(struct visit *v, const struct sheet *s, const char *key,
                           struct err *err)
{
	struct json_object *o = page(v, s);
	struct json_object *values = json_object_new(v->a);
	unsigned tries = wallet_tries(s->w, s->use);
	json_put_int(values, STR("tries"), tries);
	/* Locked, there is no field to lead to. */
	phone_put_error(v, o, tries ? "secret" : "main", str_c(key), json_object_done(values));
	return show(v, s, 422, o, err);
}

static struct result sent(struct visit *v, const struct sheet *s, struct str cms,
                          struct err *err)
{
	struct str refusal;
	struct err why = { 0 };
	if (is_err(phone_portal_approve(v, &s->call, cms, &refusal, &why)))
		return stop(v, s, &why, err);
	if (refusal.n == 0) {
		visit_redirect(v, s->use == WALLET_LOGIN ? STR("/done?what=login")
		                                         : STR("/done?what=sign"));
		return ok();
	}
	log_info("phone.refused", LOG_STR("trace", v->q->trace), LOG_STR("verdict", refusal));
	struct json_object *o = phone_page(v, s->w, s->wallet, "phone.stop.refused");
	json_put_str(o, STR("heading"), show_row(v, "phone.stop.refused"));
	json_put_str(o, STR("message"), show_row(v, arena_cstr(v->a, refusal)));
	json_put_str(o, STR("self"), STR("/"));
	return visit_page(v, 403, STR("phone/stop"), o, err);
}

static struct result sign(struct visit *v, struct sheet *s, struct str secret, struct err *err)
{
	enum wallet_verdict verdict;
	unsigned tries;
	struct str cms;
	struct err why = { 0 };
	if (!wallet_secret_fits(s->use, secret))
		return again(v, s, phone_word(s->use, "phone.error.pin", "phone.error.password"), err);
	if (is_err(wallet_sign(s->w, v->a, s->use, secret, s->q.text, v->now, &verdict, &tries, &cms,
	                       &why)))
		return stop(v, s, &why, err);
	if (verdict == WALLET_WRONG)
		return again(v, s, phone_word(s->use, "phone.error.wrong_pin",
		                              "phone.error.wrong_password"), err);
	if (verdict == WALLET_LOCKED)
		return again(v, s, phone_word(s->use, "phone.locked.pin", "phone.locked.password"), err);
	return sent(v, s, cms, err);
}

struct result phone_sheet_approve(struct visit *v, struct err *err)
{
	SHEET_AUTO s = { 0 };
	struct http_fields f;
	struct err why = { 0 };
	TRY(visit_form(v, &f, err));
	SECRET_AUTO secret = phone_secret(v, &f, STR("secret"));
	if (is_err(open_sheet(v, &s, &why)))
		return stop(v, &s, &why, err);
	if (!s.w)
		return ok();
	/* Another tab made this browser another phone, or the document changed. */
	if (!str_eq(http_field_get(&f, STR("wallet")), s.wallet))
		return again(v, &s, "phone.error.switched", err);
	if (!str_eq(http_field_get(&f, STR("shown")), s.q.digest))
		return again(v, &s, "phone.error.changed", err);
	return sign(v, &s, secret_str(&secret), err);
}

struct result phone_sheet_refuse(struct visit *v, struct err *err)
{
	SHEET_AUTO s = { 0 };
	struct err why = { 0 };
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	bool unexpected = str_eq(http_field_get(&f, STR("why")), STR("unexpected"));
	struct result r = open_sheet(v, &s, &why);
	/* Declining needs no key, no intact document: only the claim. */
	bool asked = s.w != NULL && s.call.claim.n > 0;
	if (is_err(r) && (!asked || r.kind == ERR_UNAVAILABLE || r.kind == ERR_CONFLICT))
		return stop(v, &s, &why, err);
	if (!s.w)
		return ok();
	if (is_err(phone_portal_refuse(v, &s.call, unexpected, &why)))
		return stop(v, &s, &why, err);
	visit_redirect(v, unexpected ? STR("/done?what=unexpected") : STR("/done?what=declined"));
	return ok();
}

/* ---- done ---- */

struct result phone_done(struct visit *v, struct err *err)
{
	static const struct { struct str what; const char *title, *text; bool good; } ends[] = {
		{ STR_INIT("login"), "phone.done.login", "phone.done.login_next", true },
		{ STR_INIT("sign"), "phone.done.sign", "phone.done.sign_next", true },
		{ STR_INIT("declined"), "phone.done.declined", "phone.done.declined_next", false },
		{ STR_INIT("unexpected"), "phone.done.unexpected", "phone.done.unexpected_next", false },
	};
	WALLET_AUTO w = NULL;
	struct http_fields f;
	struct str id = STR("");
	size_t i = 0;
	TRY(http_query_fields(v->q, &f, err));
	TRY(phone_mine(v, &w, &id, err));
	while (i < sizeof ends / sizeof *ends &&
	       !str_eq(ends[i].what, http_field_get(&f, STR("what"))))
		i++;
	if (i == sizeof ends / sizeof *ends) {
		visit_redirect(v, STR("/"));
		return ok();
	}
	struct json_object *o = phone_page(v, w, id, ends[i].title);
	json_put_str(o, STR("heading"), show_row(v, ends[i].title));
	json_put_str(o, STR("message"), show_row(v, ends[i].text));
	json_put_bool(o, STR("good"), ends[i].good);
	return visit_page(v, 200, STR("phone/done"), o, err);
}
