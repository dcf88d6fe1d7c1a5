/* Which phone this browser is. */
#include "base/encode.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "web/phone.h"

enum { WALLETS_MAX = 1000, WALLET_ID_MAX = 64, DEVICE_BYTES = 32, DEVICE_CHARS = 43,
       COOKIE_SECONDS = 365 * 86400 };

/* Names of directories come from cookies and forms here: letters only. */
static bool id_fits(struct str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!fine)
			return false;
	}
	return id.n > 0 && id.n <= WALLET_ID_MAX;
}

struct result phone_wallet_find(struct visit *v, struct str id, struct wallet **ret,
                                struct err *err)
{
	if (!id_fits(id))
		return fail(err, ERR_NOT_FOUND, "card.none", NULL, "no wallet has such a name");
	return wallet_open(file_join(v->a, v->app->phone->wallets, id), ret, err);
}

struct result phone_mine(struct visit *v, struct wallet **ret, struct str *ret_id,
                         struct err *err)
{
	struct str id = http_cookie_get(v->q, STR("phone"));
	if (id.n == 0)
		return ok();
	struct result r = phone_wallet_find(v, id, ret, err);
	if (r.kind == ERR_NOT_FOUND)
		return ok();
	TRY(r);
	*ret_id = id;
	return ok();
}

void phone_choose(struct visit *v, struct str id)
{
	http_set_cookie(v->r, v->q, STR("phone"), id, COOKIE_SECONDS);
}

/* ---- the list ---- */

static const struct json *persona_of(struct visit *v, struct str id)
{
	const struct json *list = v->app->phone->personas;
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), STR("id"))), id))
			return json_at(list, i);
	return NULL;
}

static struct str about_of(struct visit *v, const struct json *persona)
{
	static const char *const names[LANG_COUNT] = { "about", "about_en", "about_easy" };
	return json_text(json_get(persona, str_c(names[v->lang])));
}

/* With its reading for readers of やさしい日本語. */
struct str phone_name(struct visit *v, struct str id, const struct wallet *w)
{
	struct str name = arena_str(v->a, wallet_name(w));
	struct str kana = json_text(json_get(persona_of(v, id), STR("kana")));
	if (v->lang != LANG_EASY || kana.n == 0)
		return name;
	return arena_printf(v->a, "{%.*s|%.*s}", STR_ARG(name), STR_ARG(text_hiragana(v->a, kana)));
}

static struct str city_of(struct visit *v, const struct json *persona)
{
	const struct org *org = app_org(v->app, json_text(json_get(persona, STR("city"))));
	return org ? org->name.t[v->lang] : json_text(json_get(persona, STR("city_name")));
}

static const struct json *entry(struct visit *v, struct str id, const struct wallet *w)
{
	struct json_object *o = json_object_new(v->a);
	const struct json *persona = persona_of(v, id);
	json_put_str(o, STR("id"), id);
	json_put_str(o, STR("name"), phone_name(v, id, w));
	json_put_str(o, STR("city"), city_of(v, persona));
	json_put_str(o, STR("about"), about_of(v, persona));
	json_put_bool(o, STR("current"), str_eq(id, http_cookie_get(v->q, STR("phone"))));
	return json_object_done(o);
}

/* Personas first, as the demo tells of them; then what else lies there. */
static size_t ordered(struct visit *v, struct str *names, size_t n)
{
	const struct json *list = v->app->phone->personas;
	size_t done = 0;
	for (size_t i = 0; i < json_len(list); i++) {
		struct str id = json_text(json_get(json_at(list, i), STR("id")));
		for (size_t k = done; k < n; k++) {
			if (!str_eq(names[k], id))
				continue;
			memmove(&names[done + 1], &names[done], (k - done) * sizeof *names);
			names[done++] = id;
			break;
		}
	}
	return n;
}

struct result phone_wallets(struct visit *v, const struct json **ret, struct err *err)
{
	struct json_array *list = json_array_new(v->a);
	struct str *names;
	size_t n;
	TRY(file_list(v->a, v->app->phone->wallets, WALLETS_MAX, &names, &n, err));
	n = ordered(v, names, n);
	for (size_t i = 0; i < n; i++) {
		WALLET_AUTO w = NULL;
		struct err why = { 0 };
		struct result r = phone_wallet_find(v, names[i], &w, &why);
		if (r.kind == ERR_NOT_FOUND)
			continue; /* some other file of the operator */
		if (is_err(r)) { /* one broken wallet must not hide the others */
			log_warn("phone.wallet", LOG_STR("wallet", names[i]), LOG_ERR(&why));
			continue;
		}
		json_push(list, entry(v, names[i], w));
	}
	*ret = json_array_done(list);
	return ok();
}

/* ---- claims ---- */

static struct str device(struct visit *v)
{
	struct str cookie = http_cookie_get(v->q, STR("device"));
	if (cookie.n == DEVICE_CHARS)
		return cookie;
	uint8_t raw[DEVICE_BYTES];
	random_bytes(raw, sizeof raw);
	cookie = base64url_encode(v->a, str_of((const char *)raw, sizeof raw));
	http_set_cookie(v->r, v->q, STR("device"), cookie, COOKIE_SECONDS);
	return cookie;
}

static struct str derived(struct visit *v, struct str key, struct str what)
{
	uint8_t mac[DIGEST_SIZE_MAX];
	size_t n = hmac(DIGEST_SHA256, key, what, mac);
	return base64url_encode(v->a, str_of((const char *)mac, n));
}

struct phone_call phone_call_for(struct visit *v, struct str wallet, struct str tx)
{
	struct str key = device(v);
	struct phone_call c = { .tx = tx };
	c.claim = derived(v, key, arena_printf(v->a, "musubi-phone-claim:%.*s:%.*s",
	                                       STR_ARG(wallet), STR_ARG(tx)));
	c.device = derived(v, key, arena_printf(v->a, "musubi-phone-device:%.*s:%.*s",
	                                        STR_ARG(wallet), STR_ARG(v->app->phone->portal)));
	return c;
}

/* ---- PINs ---- */

static void wipe(struct str s)
{
	/* Of the request's own memory: bodies of these forms are never mapped files
	 * (PHONE_FORM_MAX is below what the server spools). */
	if (s.n)
		mem_wipe((void *)(uintptr_t)s.p, s.n);
}

struct secret phone_secret(struct visit *v, const struct http_fields *f, struct str name)
{
	struct str sent = http_field_get(f, name);
	struct str typed = text_half_width(v->a, sent);
	struct secret s = secret_of(typed);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			s.p[i] = (uint8_t)(s.p[i] - 'a' + 'A');
	wipe(sent);
	if (typed.p != sent.p)
		wipe(typed);
	return s;
}
