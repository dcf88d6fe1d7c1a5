/* Phones: keys are made where they would be made in life, in the phone; the
 * authority sees a request (PKCS#10) and answers with a certificate. */
#include "base/clock.h"
#include "base/file.h"
#include "card/wallet.h"
#include "cmd/demo_trust.h"

enum { EXPIRED_YEARS = 6 };

struct phone {
	struct demo_trust *t;
	const struct demo_household *h;
	const struct demo_person *p;
	const struct demo_persona *persona;
	struct str code; /* the authority's */
	struct key *login_key, *sign_key;
	struct cert_issued login, sign;
};

static struct result issue(struct phone *x, enum profile_id profile, struct key **ret_key,
                           struct cert_issued *ret, struct err *err)
{
	struct demo_trust *t = x->t;
	const struct demo_city *c = demo_city(x->h->city);
	struct date past = date_add_months(t->nation->today, -12 * EXPIRED_YEARS);
	int64_t now = x->persona->certs == CERTS_EXPIRED ? jst_start(past) + 10 * CLOCK_HOUR : t->now;
	struct cert_request r = { .profile = profile, .subject = x->code,
		.prefecture = str_c(c->prefecture), .municipality = str_c(c->ja),
		.holder = { .name = x->p->name, .address = x->h->address.text,
		            .sex = x->p->female ? CERT_SEX_FEMALE : CERT_SEX_MALE,
		            .year = x->p->birth.year, .month = x->p->birth.month,
		            .day = x->p->birth.day } };
	TRY(key_generate(KEY_P256, ret_key, err));
	TRY(trust_csr_make(t->arena, *ret_key, &r.csr, err));
	return trust_cert_issue(t->ca[profile_row(profile)->ca], t->arena, &r, now, ret, err);
}

static struct result revoke(struct phone *x, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	int64_t n;
	TRY(store_begin(x->t->node->app.store, &tx, err));
	for (int k = 0; k <= CA_CITIZEN_SIGN; k++)
		TRY(trust_cert_revoke_all(tx, x->t->node->config.ca, (enum ca_kind)k, x->code,
		                          REVOKE_KEY_COMPROMISE, x->t->now, &n, err));
	return store_commit(&tx, err);
}

static void describe(struct phone *x, struct str dir)
{
	static const char *const certs[] = { [CERTS_BOTH] = "valid", [CERTS_LOGIN] = "login only",
		[CERTS_REVOKED] = "revoked", [CERTS_EXPIRED] = "expired" };
	struct arena *a = x->t->arena;
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("id"), str_c(x->persona->id));
	json_put_str(o, STR("name"), arena_str(a, x->p->name)); /* it outlives the household */
	json_put_str(o, STR("kana"), arena_str(a, x->p->kana));
	json_put_str(o, STR("city"), str_c(demo_city(x->h->city)->id));
	json_put_str(o, STR("city_name"), str_c(demo_city(x->h->city)->ja));
	json_put_str(o, STR("birth"), date_format(a, x->p->birth));
	json_put_str(o, STR("about"), str_c(x->persona->about_ja));
	json_put_str(o, STR("about_en"), str_c(x->persona->about_en));
	json_put_str(o, STR("about_easy"), str_c(x->persona->about_easy));
	json_put_str(o, STR("certificates"), str_c(certs[x->persona->certs]));
	json_put_str(o, STR("pin"), str_c(x->persona->pin));
	json_put_str(o, STR("password"), str_c(x->persona->password));
	json_put_str(o, STR("wallet"), dir);
	json_put_str(o, STR("number"), arena_str(a, x->p->number));
	json_put_str(o, STR("code"), x->code);
	json_push(x->t->people, json_object_done(o));
}

static struct result make(struct phone *x, struct err *err)
{
	struct demo_trust *t = x->t;
	const struct config *c = &t->node->config;
	bool signs = x->persona->password != NULL;
	TRY(issue(x, PROFILE_CITIZEN_AUTH, &x->login_key, &x->login, err));
	if (signs)
		TRY(issue(x, PROFILE_CITIZEN_SIGN, &x->sign_key, &x->sign, err));
	if (x->persona->certs == CERTS_REVOKED)
		TRY(revoke(x, err));
	struct str dir = file_join(t->arena, c->phone_wallets, str_c(x->persona->id));
	const struct wallet_new w = { .name = x->p->name, .issuer_url = c->origin,
		.login_key = x->login_key, .sign_key = x->sign_key, .login_cert = x->login.der,
		.sign_cert = signs ? x->sign.der : STR(""), .pin = str_c(x->persona->pin),
		.password = str_c(x->persona->password) };
	TRY(wallet_create(dir, &w, err));
	describe(x, dir);
	return ok();
}

struct result demo_phones(void *ctx, const struct demo_household *h, struct err *err)
{
	struct demo_trust *t = ctx;
	for (size_t i = 0; i < h->n; i++) {
		if (!h->members[i].persona)
			continue;
		struct phone x = { .t = t, .h = h, .p = &h->members[i],
			.persona = demo_persona_find(h->members[i].persona) };
		x.code = code_of(t->node->app.codes, t->arena, t->node->config.ca, x.p->core);
		struct result r = make(&x, err);
		key_unref(x.login_key);
		key_unref(x.sign_key);
		TRY(r);
	}
	return ok();
}
