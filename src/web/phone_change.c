/* A new PIN or signing password: the old one, the new one twice. A locked PIN is set
 * anew with the signing password, which stands in the old one's place. */
#include "base/log.h"
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
	bool rescue; /* a locked PIN, and the password can still set it anew */
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
	if (c->w && str_eq(c->id, v->q->param[0]) && wallet_has(c->w, c->use)) {
		c->rescue = c->use == WALLET_LOGIN && wallet_tries(c->w, c->use) == 0 &&
		            wallet_can_reset(c->w);
		return ok();
	}
	wallet_close(c->w);
	c->w = NULL;
	visit_redirect(v, STR("/"));
	return ok();
}

static struct json_object *page(struct visit *v, const struct change *c)
{
	struct json_object *o = phone_page(v, c->w, c->id, phone_word(c->use, "phone.change.pin",
	                                                              "phone.change.password"));
	unsigned tries = wallet_tries(c->w, c->rescue ? WALLET_SIGN : c->use);
	json_put_bool(o, STR("rescue"), c->rescue);
	json_put_bool(o, STR("closed"), tries == 0);
	json_put_bool(o, STR("old_is_pin"), c->use == WALLET_LOGIN && !c->rescue);
	json_put_bool(o, STR("is_login"), c->use == WALLET_LOGIN);
	json_put_bool(o, STR("locked"), wallet_tries(c->w, c->use) == 0);
	json_put_int(o, STR("tries"), tries);
	json_put_str(o, STR("self"), v->q->path);
	return o;
}

static struct result again(struct visit *v, const struct change *c, const char *anchor,
                           const char *key, struct err *err)
{
	struct json_object *o = page(v, c);
	struct json_object *values = json_object_new(v->a);
	json_put_int(values, STR("tries"), wallet_tries(c->w, c->rescue ? WALLET_SIGN : c->use));
	phone_put_error(v, o, anchor, str_c(key), json_object_done(values));
	return visit_page(v, 422, STR("phone/change"), o, err);
}

struct result phone_change_show(struct visit *v, struct err *err)
{
	CHANGE_AUTO c = { 0 };
	TRY(begin(v, &c, err));
	return c.w ? visit_page(v, 200, STR("phone/change"), page(v, &c), err) : ok();
}

/* What the old secret is: her PIN or password, or the password instead of the PIN. */
static struct result apply(struct change *c, struct str old, struct str fresh,
                           enum wallet_verdict *ret, struct err *err)
{
	unsigned tries;
	return c->rescue ? wallet_reset_pin(c->w, old, fresh, ret, &tries, err)
	                 : wallet_change(c->w, c->use, old, fresh, ret, &tries, err);
}

/* The PIN is new already; a portal that does not hear of it changes nothing. */
static void tell_portal(struct visit *v, const struct change *c)
{
	struct err why = { 0 };
	struct phone_call call = phone_call_for(v, c->id, STR(""));
	struct result r = phone_portal_reset(v, &call, &why);
	log_info("phone.pin.reset", LOG_BOOL("told", is_ok(r)), LOG_STR("trace", v->q->trace));
}

struct result phone_change_post(struct visit *v, struct err *err)
{
	CHANGE_AUTO c = { 0 };
	struct http_fields f;
	enum wallet_verdict verdict;
	TRY(visit_form(v, &f, err));
	SECRET_AUTO old = phone_secret(v, &f, STR("old"));
	SECRET_AUTO fresh = phone_secret(v, &f, STR("fresh"));
	SECRET_AUTO repeat = phone_secret(v, &f, STR("repeat"));
	TRY(begin(v, &c, err));
	if (!c.w)
		return ok();
	const char *form = phone_word(c.use, "phone.error.pin", "phone.error.password");
	enum wallet_use asked = c.rescue ? WALLET_SIGN : c.use;
	if (!wallet_secret_fits(asked, secret_str(&old)))
		return again(v, &c, "old", phone_word(asked, "phone.error.pin", "phone.error.password"), err);
	if (!wallet_secret_fits(c.use, secret_str(&fresh)))
		return again(v, &c, "fresh", form, err);
	if (!str_eq_secret(secret_str(&fresh), secret_str(&repeat)))
		return again(v, &c, "repeat", "phone.error.repeat", err);
	TRY(apply(&c, secret_str(&old), secret_str(&fresh), &verdict, err));
	if (verdict != WALLET_OK)
		return again(v, &c, "old", verdict == WALLET_WRONG
		             ? phone_word(asked, "phone.error.wrong_pin", "phone.error.wrong_password")
		             : phone_word(asked, "phone.locked.pin", "phone.locked.password"), err);
	if (c.rescue)
		tell_portal(v, &c);
	visit_redirect(v, arena_printf(v->a, "/w/%.*s?changed=%.*s", STR_ARG(c.id),
	                               STR_ARG(v->q->param[1])));
	return ok();
}
