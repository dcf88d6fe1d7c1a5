/* A new PIN or signing password: the old one, the new one twice. */
#include "web/phone.h"

static struct result use_of(struct visit *v, enum wallet_use *ret, struct err *err)
{
	bool login = str_eq(v->q->param[1], STR("login"));
	if (!login && !str_eq(v->q->param[1], STR("sign")))
		return fail(err, ERR_NOT_FOUND, "web.no_path", NULL, "no such key");
	*ret = login ? WALLET_LOGIN : WALLET_SIGN;
	return ok();
}

struct change {
	struct wallet *w;
	struct str id;
	enum wallet_use use;
};

static void change_done(struct change *c)
{
	wallet_close(c->w);
}
#define CHANGE_AUTO __attribute__((cleanup(change_done))) struct change

/* c->w stays NULL when this browser is another phone, or it has no such key. */
static struct result begin(struct visit *v, struct change *c, struct err *err)
{
	c->id = STR("");
	TRY(use_of(v, &c->use, err));
	TRY(phone_mine(v, &c->w, &c->id, err));
	if (c->w && str_eq(c->id, v->q->param[0]) && wallet_has(c->w, c->use))
		return ok();
	wallet_close(c->w);
	c->w = NULL;
	visit_redirect(v, STR("/"));
	return ok();
}

static struct json_object *page(struct visit *v, const struct change *c)
{
	struct json_object *o = phone_page(v, c->w, c->id, phone_word(c->use, "phone.change.pin",
	                                                              "phone.change.password"));
	unsigned tries = wallet_tries(c->w, c->use);
	json_put_bool(o, STR("is_login"), c->use == WALLET_LOGIN);
	json_put_bool(o, STR("locked"), tries == 0);
	json_put_int(o, STR("tries"), tries);
	json_put_str(o, STR("self"), v->q->path);
	return o;
}

static struct result again(struct visit *v, const struct change *c, const char *anchor,
                           const char *key, struct err *err)
{
	struct json_object *o = page(v, c);
	struct json_object *values = json_object_new(v->a);
	json_put_int(values, STR("tries"), wallet_tries(c->w, c->use));
	phone_put_error(v, o, anchor, str_c(key), json_object_done(values));
	return visit_page(v, 422, STR("phone/change"), o, err);
}

struct result phone_change_show(struct visit *v, struct err *err)
{
	CHANGE_AUTO c = { 0 };
	TRY(begin(v, &c, err));
	return c.w ? visit_page(v, 200, STR("phone/change"), page(v, &c), err) : ok();
}

struct result phone_change_post(struct visit *v, struct err *err)
{
	CHANGE_AUTO c = { 0 };
	struct http_fields f;
	enum wallet_verdict verdict;
	unsigned tries;
	TRY(visit_form(v, &f, err));
	SECRET_AUTO old = phone_secret(v, &f, STR("old"));
	SECRET_AUTO fresh = phone_secret(v, &f, STR("fresh"));
	SECRET_AUTO repeat = phone_secret(v, &f, STR("repeat"));
	TRY(begin(v, &c, err));
	if (!c.w)
		return ok();
	const char *form = phone_word(c.use, "phone.error.pin", "phone.error.password");
	if (!wallet_secret_fits(c.use, secret_str(&old)))
		return again(v, &c, "old", form, err);
	if (!wallet_secret_fits(c.use, secret_str(&fresh)))
		return again(v, &c, "fresh", form, err);
	if (!str_eq_secret(secret_str(&fresh), secret_str(&repeat)))
		return again(v, &c, "repeat", "phone.error.repeat", err);
	TRY(wallet_change(c.w, c.use, secret_str(&old), secret_str(&fresh), &verdict, &tries, err));
	if (verdict != WALLET_OK)
		return again(v, &c, "old", verdict == WALLET_WRONG
		             ? phone_word(c.use, "phone.error.wrong_pin", "phone.error.wrong_password")
		             : phone_word(c.use, "phone.locked.pin", "phone.locked.password"), err);
	visit_redirect(v, arena_printf(v->a, "/w/%.*s?changed=%.*s", STR_ARG(c.id),
	                               STR_ARG(v->q->param[1])));
	return ok();
}
