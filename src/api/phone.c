/* The portal's side of the phone: POST /api/phone/open, approve, refuse.
 *
 * The phone proves itself with what it signs; there is no session. An answer
 * is checked in this order: the transaction is open, the claim is this
 * phone's, the signature holds over this very document (transaction, origin,
 * nonce, time), chain and profile, revocation, and for a signature that the
 * holder is the one who applies. Each refusal has its own text.
 *
 * What is to be signed is shown to no other phone than hers: the one that has
 * proved with a login that it holds a certificate of hers which is still good.
 * A phone is told where and on what a transaction was begun, and how near that
 * is to itself; "I did not expect this" ends it and is told to whom it can be. */
#include "api/api.h"
#include "base/encode.h"
#include "base/log.h"
#include "notice/notice.h"
#include "store/journal.h"
#include "trust/ca.h"
#include "trust/cms.h"
#include "web/asker.h"
#include "web/holder.h"

enum { PHONE_BODY_MAX = 256 * 1024 };

struct phone_call {
	struct visit *v;
	const struct json *body;
	struct str id, claim, device;
	struct phone_tx tx;
};

static struct result answer(struct visit *v, struct json_object *o)
{
	http_body(v->r, STR("application/json"), json_to_str(v->a, json_object_done(o)));
	return ok();
}

static struct result read_call(struct visit *v, struct phone_call *c, struct err *err)
{
	c->v = v;
	TRY(json_parse(v->a, v->q->body, &c->body, err));
	c->id = json_text(json_get(c->body, STR("id")));
	c->claim = json_text(json_get(c->body, STR("claim")));
	c->device = json_text(json_get(c->body, STR("device")));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(phone_tx_find(db, v->a, v->app->portal, c->id, &c->tx, err));
	if (v->now >= c->tx.expires_at)
		return fail(err, ERR_CONFLICT, "ident.phone.expired", NULL, "the transaction is over");
	return ok();
}

/* What is to be signed is about her: whoever sees it first is written down. */
static struct result journal_open(struct db *tx, const struct phone_call *c, struct err *err)
{
	if (c->tx.purpose != PHONE_SIGN || c->tx.state != PHONE_PENDING)
		return ok();
	return journal_add(tx, &(struct journal_entry){ .org = c->v->app->portal,
		.subject = c->tx.subject, .event = STR("phone.open"), .actor = STR("citizen"),
		.object = c->id }, err);
}

/* Who holds this phone, as it proved with a login; "" when it is not known, or
 * its certificate no good any more. */
static struct result holder_of(struct phone_call *c, struct str *ret, struct err *err)
{
	struct cert_row cert;
	struct str subject;
	int64_t serial;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(c->v->app->store, &db, err));
	TRY(phone_device_find(db, c->v->a, c->v->app->portal, c->device, &subject, &serial, err));
	*ret = STR("");
	if (subject.n == 0)
		return ok();
	TRY(trust_cert_find(db, c->v->a, c->v->app->ca, CA_CITIZEN_AUTH, (uint32_t)serial, &cert,
	                    err));
	if (cert.state.status == STATUS_GOOD && c->v->now <= cert.not_after)
		*ret = subject;
	return ok();
}

static struct result is_hers(struct phone_call *c, struct err *err)
{
	struct str holder;
	if (c->tx.purpose != PHONE_SIGN)
		return ok();
	TRY(holder_of(c, &holder, err));
	if (!str_eq(holder, c->tx.subject))
		return fail(err, ERR_FORBIDDEN, "ident.phone.not_hers", NULL,
		            "not a phone that the applicant logged in with");
	return ok();
}

/* What the phone says of itself is for its own sheet only. */
static const struct json *asker_json(struct phone_call *c)
{
	static const char *const near[] = {
		[ASKER_UNKNOWN] = "unknown", [ASKER_SAME] = "same", [ASKER_OTHER] = "other" };
	const struct json *here = json_get(c->body, STR("here"));
	struct phone_asker phone = { .browser = asker_browser(json_text(json_get(here, STR("browser")))),
		.system = asker_system(json_text(json_get(here, STR("system")))),
		.network = json_text(json_get(here, STR("network"))) };
	struct json_object *o = json_object_new(c->v->a);
	json_put_str(o, STR("browser"), c->tx.asker.browser);
	json_put_str(o, STR("system"), c->tx.asker.system);
	json_put_str(o, STR("network"), str_c(near[asker_network(c->tx.asker.network, phone.network)]));
	json_put_bool(o, STR("same_device"), asker_same_device(&c->tx.asker, &phone));
	json_put_int(o, STR("began"), c->tx.created_at);
	return json_object_done(o);
}

static struct result open_tx(struct visit *v, struct err *err)
{
	struct phone_call c;
	TRY(read_call(v, &c, err));
	TRY(is_hers(&c, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_claim(tx, v->app->portal, c.id, c.claim, v->now, err));
	TRY(journal_open(tx, &c, err));
	TRY(store_commit(&tx, err));
	struct json_object *o = json_object_new(v->a);
	const struct org *portal = app_org(v->app, v->app->portal);
	json_put_str(o, STR("purpose"), c.tx.purpose == PHONE_LOGIN ? STR("login") : STR("sign"));
	json_put_str(o, STR("origin"), c.tx.origin);
	json_put_str(o, STR("name"), portal->name.t[LANG_JA]);
	json_put_str(o, STR("title"), c.tx.title);
	json_put_str(o, STR("match"), c.tx.match);
	json_put_int(o, STR("expires"), c.tx.expires_at);
	json_put_str(o, STR("document"), phone_tx_document(v->a, &c.tx));
	json_put(o, STR("asker"), asker_json(&c));
	return answer(v, o);
}

/* ---- the answer ---- */

struct approval {
	struct str subject, refusal; /* refusal: a text key, or "" when everything holds */
	int64_t serial;
};

static struct result check(struct phone_call *c, struct str cms, struct approval *ret,
                           struct err *err)
{
	struct visit *v = c->v;
	struct trust_verdict verdict;
	struct cms_signature sig;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	struct trust_status_ctx status = { db, v->app->ca };
	struct verify_for f = { .anchors = v->app->anchors, .at = v->now,
		.status = trust_status_from_store, .status_ctx = &status };
	enum document_kind kind = c->tx.purpose == PHONE_LOGIN ? DOCUMENT_LOGIN
	                                                       : DOCUMENT_APPLICATION;
	TRY(trust_verify_document(v->a, kind, cms, phone_tx_document(v->a, &c->tx), &f, &verdict,
	                          &sig, err));
	if (verdict.verdict != VERDICT_OK) {
		log_warn("phone.refused", LOG_C("verdict", verdict_row(verdict.verdict)->name),
		         LOG_C("what", verdict.what), LOG_STR("trace", v->q->trace));
		ret->refusal = str_c(verdict_row(verdict.verdict)->key);
		return ok();
	}
	TRY(web_holder(v->app, db, v->a, c->tx.purpose, &sig.cert, &ret->subject, &ret->serial,
	               err));
	if (c->tx.purpose == PHONE_SIGN && !str_eq(ret->subject, c->tx.subject))
		ret->refusal = STR("ident.phone.other_person");
	return ok();
}

/* From now on this phone is known to be hers. */
static struct result remember(struct db *tx, const struct phone_call *c,
                              const struct approval *x, struct err *err)
{
	if (c->tx.purpose != PHONE_LOGIN || c->device.n < PHONE_DEVICE_MIN)
		return ok();
	return phone_device_remember(tx, c->v->app->portal, c->device, x->subject, x->serial,
	                             c->v->now, err);
}

static struct result settle(struct phone_call *c, const struct approval *x, struct str cms,
                            struct err *err)
{
	struct visit *v = c->v;
	bool good = x->refusal.n == 0;
	struct str whose = good ? x->subject : c->tx.subject;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	if (good) {
		TRY(phone_tx_approve(tx, v->app->portal, c->id, c->claim, x->subject, x->serial, cms,
		                     v->now, err));
		TRY(remember(tx, c, x, err));
	} else {
		TRY(phone_tx_refuse(tx, v->app->portal, c->id, c->claim, x->refusal, v->now, err));
	}
	if (whose.n)
		TRY(journal_add(tx, &(struct journal_entry){ .org = v->app->portal, .subject = whose,
			.event = !good ? STR("phone.refused")
			         : c->tx.purpose == PHONE_LOGIN ? STR("phone.login") : STR("phone.sign"),
			.actor = STR("citizen"), .object = c->id, .body = cms }, err));
	return store_commit(&tx, err);
}

static struct result approve(struct visit *v, struct err *err)
{
	struct phone_call c;
	struct str cms;
	struct approval x = { 0 };
	TRY(read_call(v, &c, err));
	if (c.tx.state == PHONE_APPROVED || c.tx.state == PHONE_USED || c.tx.state == PHONE_REFUSED)
		return fail(err, ERR_CONFLICT, "ident.phone.used", NULL, "answered already");
	if (c.tx.state == PHONE_PENDING)
		return fail(err, ERR_CONFLICT, "ident.phone.unclaimed", NULL, "not opened by a phone yet");
	if (!phone_tx_claimed_by(&c.tx, c.claim))
		return fail(err, ERR_CONFLICT, "ident.phone.claimed", NULL, "another phone has opened it");
	TRY(base64_decode(v->a, json_text(json_get(c.body, STR("cms"))), &cms, err));
	TRY(check(&c, cms, &x, err));
	TRY(settle(&c, &x, cms, err));
	struct json_object *o = json_object_new(v->a);
	json_put_bool(o, STR("accepted"), x.refusal.n == 0);
	if (x.refusal.n)
		json_put_str(o, STR("verdict"), x.refusal);
	return answer(v, o);
}

/* ---- declined ---- */

static struct result notify(struct db *tx, struct visit *v, struct str holder, struct str key,
                            struct err *err)
{
	struct notice n = { .from_org = v->app->portal, .link = STR("/access-log"), .at = v->now };
	for (int l = 0; l < LANG_COUNT; l++)
		n.text[l] = text_get(v->app->texts, (enum lang)l, key);
	return notice_put(tx, v->a, v->app->portal, holder, &n, err);
}

/* Somebody tried to log in with her phone, or to make her sign: the log keeps
 * from where, and she is told, in case it was not she who held it. */
static struct result tell_holder(struct db *tx, struct phone_call *c, struct str holder,
                                 struct err *err)
{
	if (holder.n == 0)
		return ok();
	return notify(tx, c->v, holder, c->tx.purpose == PHONE_LOGIN
	              ? STR("notice.phone.unexpected_login") : STR("notice.phone.unexpected_sign"), err);
}

static struct result unexpected(struct phone_call *c, struct err *err)
{
	struct visit *v = c->v;
	struct str holder;
	STORE_TX_AUTO tx = NULL;
	TRY(holder_of(c, &holder, err));
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_refuse(tx, v->app->portal, c->id, c->claim, STR("ident.phone.unexpected"), v->now,
	                    err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->app->portal, .subject = holder,
		.event = STR("phone.unexpected"), .actor = STR("citizen"), .object = c->id,
		.detail = asker_json(c) }, err));
	TRY(tell_holder(tx, c, holder, err));
	return store_commit(&tx, err);
}

static struct result refuse(struct visit *v, struct err *err)
{
	struct phone_call c;
	TRY(read_call(v, &c, err));
	if (str_eq(json_text(json_get(c.body, STR("why"))), STR("unexpected")))
		TRY(unexpected(&c, err));
	else
		TRY(settle(&c, &(struct approval){ .refusal = STR("ident.phone.declined") }, STR(""), err));
	struct json_object *o = json_object_new(v->a);
	json_put_bool(o, STR("accepted"), false);
	return answer(v, o);
}

/* ---- a PIN set anew with the signing password, on a phone that is known ---- */

/* It happened in the phone and needs nobody's leave; what is known of whom it
 * concerns goes into her log, and she is told, in case it was not she. */
static struct result told_of_reset(struct visit *v, struct err *err)
{
	struct phone_call c = { .v = v };
	struct str holder;
	TRY(json_parse(v->a, v->q->body, &c.body, err));
	c.device = json_text(json_get(c.body, STR("device")));
	TRY(holder_of(&c, &holder, err));
	if (holder.n == 0)
		return fail(err, ERR_FORBIDDEN, "ident.phone.not_hers", NULL, "no phone that is known");
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->app->portal, .subject = holder,
		.event = STR("phone.reset"), .actor = STR("citizen") }, err));
	TRY(notify(tx, v, holder, STR("notice.phone.reset"), err));
	TRY(store_commit(&tx, err));
	struct json_object *o = json_object_new(v->a);
	json_put_bool(o, STR("accepted"), true);
	return answer(v, o);
}

static const struct web_route rows[] = {
	{ .method = HTTP_POST, .path = "/api/phone/open", .who = WHO_MACHINE, .handler = open_tx,
	  .no_csrf = true, .about = "A phone opens a transaction and gets the document to sign" },
	{ .method = HTTP_POST, .path = "/api/phone/approve", .who = WHO_MACHINE,
	  .handler = approve, .no_csrf = true, .body_max = PHONE_BODY_MAX,
	  .about = "A phone answers with its signature" },
	{ .method = HTTP_POST, .path = "/api/phone/refuse", .who = WHO_MACHINE, .handler = refuse,
	  .no_csrf = true, .about = "The holder declines" },
	{ .method = HTTP_POST, .path = "/api/phone/reset", .who = WHO_MACHINE,
	  .handler = told_of_reset, .no_csrf = true,
	  .about = "A known phone says that its PIN was set anew" },
};

void api_phone_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}
