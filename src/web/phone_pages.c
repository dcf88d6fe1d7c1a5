/* The phone's own pages: which phone is this, its home, help. */
#include "base/clock.h"
#include "trust/cert.h"
#include "web/phone.h"
#include "web/show.h"

struct json_object *phone_page(struct visit *v, const struct wallet *w, struct str id,
                               const char *title_key)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), str_c(title_key));
	json_put_str(o, STR("body_class"), STR("phone"));
	json_put_str(o, STR("wallet"), id);
	json_put_str(o, STR("owner"), w ? phone_name(v, id, w) : STR(""));
	return o;
}

const char *phone_word(enum wallet_use use, const char *login, const char *sign)
{
	return use == WALLET_LOGIN ? login : sign;
}

void phone_put_error(struct visit *v, struct json_object *o, const char *anchor, struct str key,
                     const struct json *values)
{
	struct json_array *list = json_array_new(v->a);
	struct json_object *errors = json_object_new(v->a), *e = json_object_new(v->a);
	struct str message = text_html(v->a, show_text(v, arena_cstr(v->a, key), values));
	json_put_str(e, STR("anchor"), str_c(anchor));
	json_put_str(e, STR("message_html"), message);
	json_push(list, json_object_done(e));
	json_put(errors, STR("list"), json_array_done(list));
	json_put(o, STR("errors"), json_object_done(errors));
	json_put_str(o, arena_printf(v->a, "wrong_%s_html", anchor), message);
}

/* ---- choosing ---- */

static struct result query_tx(struct visit *v, struct str *ret, struct err *err)
{
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	struct str tx = http_field_get(&f, STR("tx"));
	*ret = phone_tx_fits(tx) ? tx : STR("");
	return ok();
}

struct result phone_chooser(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct str id = STR(""), tx;
	const struct json *list;
	TRY(query_tx(v, &tx, err));
	/* A phone that cannot be read any more can still be put away here. */
	if (is_err(phone_mine(v, &w, &id, NULL)))
		id = STR("");
	TRY(phone_wallets(v, &list, err));
	struct json_object *o = phone_page(v, w, id, "phone.choose.title");
	json_put(o, STR("phones"), list);
	json_put_bool(o, STR("none"), json_len(list) == 0);
	json_put_str(o, STR("tx"), tx);
	return visit_page(v, 200, STR("phone/choose"), o, err);
}

struct result phone_start(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct str id = STR("");
	if (is_err(phone_mine(v, &w, &id, NULL)) || !w)
		return phone_chooser(v, err);
	visit_redirect(v, arena_printf(v->a, "/w/%.*s", STR_ARG(id)));
	return ok();
}

struct result phone_choose_post(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	struct str id = http_field_get(&f, STR("wallet")), tx = http_field_get(&f, STR("tx"));
	TRY(phone_wallet_find(v, id, &w, err));
	phone_choose(v, id);
	visit_redirect(v, phone_tx_fits(tx) ? arena_printf(v->a, "/t/%.*s", STR_ARG(tx))
	                                    : arena_printf(v->a, "/w/%.*s", STR_ARG(id)));
	return ok();
}

/* ---- home ---- */

static const struct json *certificate(struct visit *v, const struct wallet *w,
                                      enum wallet_use use)
{
	struct json_object *o = json_object_new(v->a);
	struct cert c;
	unsigned tries = wallet_tries(w, use);
	struct str der = wallet_cert(w, v->a, use);
	json_put_str(o, STR("use"), use == WALLET_LOGIN ? STR("login") : STR("sign"));
	json_put_bool(o, STR("is_login"), use == WALLET_LOGIN);
	json_put_bool(o, STR("missing"), !wallet_has(w, use));
	json_put_bool(o, STR("locked"), wallet_has(w, use) && tries == 0);
	json_put_int(o, STR("tries"), tries);
	if (der.n == 0 || is_err(cert_parse(v->a, der, &c, NULL)))
		return json_object_done(o);
	json_put_bool(o, STR("expired"), c.not_after < v->now);
	json_put_bool(o, STR("valid"), c.not_before <= v->now && v->now <= c.not_after);
	json_put_str(o, STR("from"), show_day(v, c.not_before));
	json_put_str(o, STR("until"), show_day(v, c.not_after));
	json_put_str(o, STR("serial"), cert_serial_text(v->a, &c));
	return json_object_done(o);
}

static void put_home(struct visit *v, struct json_object *o, const struct wallet *w)
{
	struct json_array *certs = json_array_new(v->a);
	json_push(certs, certificate(v, w, WALLET_LOGIN));
	json_push(certs, certificate(v, w, WALLET_SIGN));
	json_put(o, STR("certificates"), json_array_done(certs));
	json_put_str(o, STR("portal"), v->app->phone->portal);
}

/* The path's wallet must be this browser's: *ret stays NULL otherwise. */
static struct result this_phone(struct visit *v, struct wallet **ret, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct str id = STR("");
	TRY(phone_mine(v, &w, &id, err));
	if (!w || !str_eq(id, v->q->param[0])) {
		visit_redirect(v, STR("/phones"));
		return ok();
	}
	*ret = w;
	w = NULL;
	return ok();
}

struct result phone_home(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	TRY(this_phone(v, &w, err));
	if (!w)
		return ok();
	struct json_object *o = phone_page(v, w, v->q->param[0], "phone.home.title");
	json_put_bool(o, STR("changed_pin"), str_eq(http_field_get(&f, STR("changed")), STR("login")));
	json_put_bool(o, STR("changed_password"),
	              str_eq(http_field_get(&f, STR("changed")), STR("sign")));
	put_home(v, o, w);
	return visit_page(v, 200, STR("phone/home"), o, err);
}

struct result phone_code_post(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct http_fields f;
	struct str tx;
	TRY(visit_form(v, &f, err));
	TRY(this_phone(v, &w, err));
	if (!w)
		return ok();
	struct str typed = http_field_get(&f, STR("code"));
	if (phone_tx_in(typed, &tx)) {
		visit_redirect(v, arena_printf(v->a, "/t/%.*s", STR_ARG(tx)));
		return ok();
	}
	struct json_object *o = phone_page(v, w, v->q->param[0], "phone.home.title");
	put_home(v, o, w);
	json_put_str(o, STR("code"), str_sub(typed, 0, 200));
	phone_put_error(v, o, "code", STR("phone.code.wrong"), NULL);
	return visit_page(v, 422, STR("phone/home"), o, err);
}

struct result phone_help(struct visit *v, struct err *err)
{
	WALLET_AUTO w = NULL;
	struct str id = STR("");
	TRY(phone_mine(v, &w, &id, err));
	return visit_page(v, 200, STR("phone/help"), phone_page(v, w, id, "phone.help.title"), err);
}
