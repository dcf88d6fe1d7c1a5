/* The portal's side of the phone: POST /api/phone/open, approve, refuse.
 *
 * The phone proves itself with what it signs; there is no session. An answer
 * is checked in this order: the transaction is open, the claim is this
 * phone's, the signature holds over this very document (transaction, origin,
 * nonce, time), chain and profile, revocation, and for a signature that the
 * holder is the one who applies. Each refusal has its own text. */
#include "api/api.h"
#include "base/encode.h"
#include "base/log.h"
#include "store/journal.h"
#include "trust/ca.h"
#include "trust/cms.h"
#include "web/holder.h"

enum { PHONE_BODY_MAX = 256 * 1024 };

struct phone_call {
	struct visit *v;
	const struct json *body;
	struct str id, claim;
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

static struct result open_tx(struct visit *v, struct err *err)
{
	struct phone_call c;
	TRY(read_call(v, &c, err));
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
	return answer(v, o);
}

/* ---- the answer ---- */

/* *ret_refusal: a text key, or "" when everything holds. */
static struct result check(struct phone_call *c, struct str cms, struct str *ret_subject,
                           struct str *ret_refusal, struct err *err)
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
		*ret_refusal = str_c(verdict_row(verdict.verdict)->key);
		return ok();
	}
	TRY(web_holder(v->app, db, v->a, c->tx.purpose, &sig.cert, ret_subject, err));
	*ret_refusal = STR("");
	if (c->tx.purpose == PHONE_SIGN && !str_eq(*ret_subject, c->tx.subject))
		*ret_refusal = STR("ident.phone.other_person");
	return ok();
}

static struct result settle(struct phone_call *c, struct str subject, struct str cms,
                            struct str refusal, struct err *err)
{
	struct visit *v = c->v;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	if (refusal.n)
		TRY(phone_tx_refuse(tx, v->app->portal, c->id, c->claim, refusal, v->now, err));
	else
		TRY(phone_tx_approve(tx, v->app->portal, c->id, c->claim, subject, cms, v->now, err));
	struct str whose = refusal.n ? c->tx.subject : subject;
	if (whose.n)
		TRY(journal_add(tx, &(struct journal_entry){ .org = v->app->portal, .subject = whose,
			.event = refusal.n ? STR("phone.refused")
			         : c->tx.purpose == PHONE_LOGIN ? STR("phone.login") : STR("phone.sign"),
			.actor = STR("citizen"), .object = c->id, .body = cms }, err));
	return store_commit(&tx, err);
}

static struct result approve(struct visit *v, struct err *err)
{
	struct phone_call c;
	struct str cms, subject = STR(""), refusal;
	TRY(read_call(v, &c, err));
	if (c.tx.state == PHONE_APPROVED || c.tx.state == PHONE_USED || c.tx.state == PHONE_REFUSED)
		return fail(err, ERR_CONFLICT, "ident.phone.used", NULL, "answered already");
	if (c.tx.state == PHONE_PENDING)
		return fail(err, ERR_CONFLICT, "ident.phone.unclaimed", NULL, "not opened by a phone yet");
	if (!phone_tx_claimed_by(&c.tx, c.claim))
		return fail(err, ERR_CONFLICT, "ident.phone.claimed", NULL, "another phone has opened it");
	TRY(base64_decode(v->a, json_text(json_get(c.body, STR("cms"))), &cms, err));
	TRY(check(&c, cms, &subject, &refusal, err));
	TRY(settle(&c, subject, cms, refusal, err));
	struct json_object *o = json_object_new(v->a);
	json_put_bool(o, STR("accepted"), refusal.n == 0);
	if (refusal.n)
		json_put_str(o, STR("verdict"), refusal);
	return answer(v, o);
}

static struct result refuse(struct visit *v, struct err *err)
{
	struct phone_call c;
	TRY(read_call(v, &c, err));
	TRY(settle(&c, STR(""), STR(""), STR("ident.phone.declined"), err));
	struct json_object *o = json_object_new(v->a);
	json_put_bool(o, STR("accepted"), false);
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
};

void api_phone_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}
