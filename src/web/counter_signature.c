/* Who signed the application, checked again while the officer looks: the
 * signature over the document, the chain on the day of receipt, and whether the
 * certificate was revoked since. The holder is compared with the register by
 * name; that the certificate is hers was settled at receipt by its serial. */
#include "web/counter.h"

#include "record/record.h"
#include "trust/ca.h"
#include "trust/cms.h"
#include "web/counter_words.h"
#include "web/show.h"

static struct result verify(struct visit *v, struct db *db, const struct apply_case *c,
                            struct trust_verdict *ret, struct cms_signature *sig,
                            struct err *err)
{
	struct trust_status_ctx status = { db, v->app->ca };
	/* The state entered at the last receipt began then; a claimed signing time
	 * alone would let the signer choose the day. */
	struct verify_for f = { .anchors = v->app->anchors, .at = c->submitted_at,
		.status = trust_status_from_store, .status_ctx = &status };
	TRY(trust_verify_document(v->a, DOCUMENT_APPLICATION, c->cms, c->document, &f, ret, sig,
	                          err));
	/* A correction was signed later than the first submission, perhaps with a
	 * certificate that did not exist then. */
	if (ret->verdict != VERDICT_NOT_YET || sig->signing_time <= c->submitted_at)
		return ok();
	f.at = sig->signing_time < v->now ? sig->signing_time : v->now;
	return trust_verify_document(v->a, DOCUMENT_APPLICATION, c->cms, c->document, &f, ret, sig,
	                             err);
}

static struct result put_revocation(struct visit *v, struct db *db, const struct cert *cert,
                                    struct json_object *o, struct err *err)
{
	struct trust_status_ctx status = { db, v->app->ca };
	struct cert_state state;
	TRY(trust_status_from_store(&status, cert, &state, err));
	if (state.status == STATUS_REVOKED)
		json_put_str(o, STR("revoked_on"), show_time(v, state.at));
	return ok();
}

/* Her name in the register today, as the certificate should have it. */
static struct result put_holder(struct visit *v, struct db *db, const struct counter_desk *d,
                                const struct cert *cert, struct json_object *o,
                                struct err *err)
{
	const struct record *r;
	TRY(record_current(db, v->a, d->c.org, d->c.subject, STR("resident.basic"), STR(""), &r,
	                   err));
	struct str holder = cert->holder.present ? cert->holder.name
	                                         : dn_get(&cert->subject, DN_CN);
	struct str name = r ? json_text(json_get(r->body, STR("name"))) : STR("");
	json_put_str(o, STR("holder"), holder);
	json_put_str(o, STR("register_name"), name);
	json_put_bool(o, STR("holder_differs"), !str_eq(holder, name));
	json_put_str(o, STR("serial"), cert_serial_text(v->a, cert));
	json_put_str(o, STR("issuer"), dn_text(v->a, &cert->issuer));
	return ok();
}

struct result counter_put_signature(struct visit *v, struct counter_desk *d,
                                    struct json_object *o, struct err *err)
{
	struct trust_verdict verdict;
	struct cms_signature sig = { 0 };
	struct json_object *x = json_object_new(v->a);
	json_put_bool(o, STR("must_sign"), d->p->sign);
	json_put_bool(o, STR("unsigned"), d->p->sign && d->c.cms.n == 0);
	if (d->c.cms.n == 0)
		return ok();
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(verify(v, db, &d->c, &verdict, &sig, err));
	bool good = verdict.verdict == VERDICT_OK;
	json_put_bool(x, STR("holds"), good);
	json_put_str(x, STR("verdict_key"), str_c(verdict_row(verdict.verdict)->key));
	json_put_str(x, STR("signed_at"), show_time(v, sig.signing_time));
	if (sig.cert.der.n) {
		TRY(put_holder(v, db, d, &sig.cert, x, err));
		TRY(put_revocation(v, db, &sig.cert, x, err));
	}
	json_put(o, STR("signature"), json_object_done(x));
	return ok();
}
