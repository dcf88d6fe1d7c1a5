#include "web/phone_wait.h"

#include "base/encode.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "web/qr_svg.h"

enum { BROWSER_BYTES = 24, REFRESH_SECONDS = 3 };

struct str phone_browser_new(struct visit *v)
{
	uint8_t raw[BROWSER_BYTES];
	random_bytes(raw, sizeof raw);
	struct str cookie = base64url_encode(v->a, str_of((const char *)raw, sizeof raw));
	http_set_cookie(v->r, v->q, STR("browser"), cookie, -1);
	return sha256_hex(v->a, cookie);
}

struct str phone_browser(struct visit *v)
{
	struct str cookie = http_cookie_get(v->q, STR("browser"));
	return cookie.n < BROWSER_BYTES ? phone_browser_new(v) : sha256_hex(v->a, cookie);
}

struct result phone_wait_find(struct visit *v, struct str id, struct phone_tx *ret,
                              struct err *err)
{
	struct phone_tx t;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(phone_tx_find(db, v->a, v->app->portal, id, &t, err));
	struct str cookie = http_cookie_get(v->q, STR("browser"));
	if (cookie.n == 0 || !str_eq(sha256_hex(v->a, cookie), t.browser))
		return fail(err, ERR_NOT_FOUND, "ident.phone.none", NULL, "begun by another browser");
	*ret = t;
	return ok();
}

/* What the person reads instead of waiting on, or "" while it runs. */
static struct str ended(const struct visit *v, const struct phone_tx *t)
{
	if (t->state == PHONE_REFUSED)
		return t->verdict;
	if (t->state == PHONE_USED)
		return STR("ident.phone.used");
	return v->now >= t->expires_at ? STR("ident.phone.expired") : STR("");
}

struct result phone_wait_page(struct visit *v, const struct phone_tx *t, struct str self,
                              struct str again, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	bool sign = t->purpose == PHONE_SIGN;
	struct str end = ended(v, t), svg;
	struct str link = arena_printf(v->a, "%.*s/t/%.*s", STR_ARG(v->app->phone_url),
	                               STR_ARG(t->id));
	TRY(qr_svg(v->a, link, &svg, err));
	json_put_str(o, STR("title_key"), sign ? STR("wait.sign.title") : STR("wait.login.title"));
	json_put_bool(o, STR("sign"), sign);
	json_put_str(o, STR("qr_src"), arena_printf(v->a, "data:image/svg+xml;base64,%.*s",
	                                            STR_ARG(base64_encode(v->a, svg))));
	json_put_str(o, STR("link"), link);
	json_put_str(o, STR("match"), t->match);
	json_put_str(o, STR("again"), again);
	json_put_str(o, STR("self"), self);
	json_put_bool(o, STR("opened"), t->state == PHONE_CLAIMED);
	if (end.n) {
		json_put_str(o, STR("ended"), visit_text(v, end));
		return visit_page(v, 200, STR("portal/wait"), o, err);
	}
	json_put_str(o, STR("poll"), arena_printf(v->a, "%.*s/status", STR_ARG(self)));
	struct json_object *refresh = json_object_new(v->a);
	json_put_int(refresh, STR("seconds"), REFRESH_SECONDS);
	json_put(o, STR("refresh"), json_object_done(refresh));
	return visit_page(v, 200, STR("portal/wait"), o, err);
}

struct result phone_wait_status(struct visit *v, const struct phone_tx *t, struct str self,
                                struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	(void)err;
	if (t->state == PHONE_APPROVED || ended(v, t).n)
		json_put_str(o, STR("go"), self);
	json_put_bool(o, STR("opened"), t->state == PHONE_CLAIMED);
	http_body(v->r, STR("application/json"), json_to_str(v->a, json_object_done(o)));
	return ok();
}
