/* From checked answers to an application: the document, the phone's signature
 * over it, and the submission. What is submitted is what was signed: the
 * document is made again at receipt and must be the same to the last byte. */
#include "base/log.h"
#include "trust/ca.h"
#include "trust/cms.h"
#include "web/certs.h"
#include "web/asker.h"
#include "web/holder.h"
#include "web/phone_wait.h"
#include "web/portal.h"

static struct str draft_path(struct visit *v, struct str id, const char *rest)
{
	return arena_printf(v->a, "/drafts/%.*s%s", STR_ARG(id), rest);
}

static struct result document_of(struct visit *v, struct portal_draft *d, struct str *ret,
                                 struct err *err)
{
	const struct form_attachment *att;
	size_t n;
	TRY(portal_attachments(v, d, &att, &n, err));
	return form_document(d->form, d->draft.authority, d->code, att, n, ret, err);
}

/* Everything answered, nothing wrong, and she may apply. */
static struct result complete(struct portal_draft *d, bool *ret, struct err *err)
{
	const struct form_error *errors;
	size_t n;
	bool eligible;
	TRY(form_eligible(d->form, &eligible, err));
	TRY(form_errors(d->form, NULL, FORM_NO_ITEM, &errors, &n, err));
	*ret = eligible && n == 0;
	return ok();
}

static struct result begin_signature(struct visit *v, struct portal_draft *d, struct err *err)
{
	struct str document, id;
	TRY(document_of(v, d, &document, err));
	struct phone_tx t = { .org = v->app->portal, .purpose = PHONE_SIGN,
		.origin = v->app->origin, .browser = phone_browser(v), .subject = v->session.subject,
		.title = d->procedure->title.t[LANG_JA], .payload = document, .asker = asker_of(v) };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_start(tx, v->a, &t, v->now, &id, err));
	TRY(draft_set_sign_tx(tx, &d->draft, id, err));
	return store_commit(&tx, err);
}

/* ---- submitting ---- */

struct signature {
	struct str document, cms;
	struct phone_tx tx;
};

/* Checked again on receipt: chain, revocation, holder = applicant. */
static struct result check_signature(struct visit *v, const struct signature *s,
                                     struct err *err)
{
	struct trust_verdict verdict;
	struct cms_signature sig;
	struct str subject;
	int64_t serial;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	struct trust_status_ctx status = { db, v->app->ca };
	struct verify_for f = { .anchors = v->app->anchors, .at = v->now,
		.status = trust_status_from_store, .status_ctx = &status };
	TRY(trust_verify_document(v->a, DOCUMENT_APPLICATION, s->cms,
	                          phone_tx_document(v->a, &s->tx), &f, &verdict, &sig, err));
	if (verdict.verdict != VERDICT_OK)
		return fail(err, ERR_FORBIDDEN, verdict_row(verdict.verdict)->key, verdict.clause,
		            "%s", verdict.what);
	TRY(web_holder(v->app, db, v->a, PHONE_SIGN, &sig.cert, &subject, &serial, err));
	if (!str_eq(subject, v->session.subject))
		return fail(err, ERR_FORBIDDEN, "ident.phone.other_person", NULL,
		            "the certificate is another person's");
	return ok();
}

static struct result read_signature(struct visit *v, struct portal_draft *d,
                                    struct signature *ret, struct err *err)
{
	TRY(document_of(v, d, &ret->document, err));
	if (!d->procedure->sign)
		return ok();
	if (d->draft.sign_tx.n == 0)
		return fail(err, ERR_CONFLICT, "apply.unsigned", NULL, "the draft is not signed");
	TRY(phone_wait_find(v, d->draft.sign_tx, &ret->tx, err));
	if (ret->tx.state != PHONE_APPROVED)
		return fail(err, ERR_CONFLICT, "apply.unsigned", NULL, "the phone has not signed yet");
	if (v->now >= ret->tx.expires_at)
		return fail(err, ERR_CONFLICT, "ident.phone.expired", NULL, "signed too long ago");
	if (!str_eq(ret->tx.payload, ret->document))
		return fail(err, ERR_CONFLICT, "apply.changed_after_signing", NULL,
		            "the answers are not those that were signed");
	ret->cms = ret->tx.cms;
	return check_signature(v, ret, err);
}

static struct str applicant_name(const struct portal_draft *d, const struct visit *v)
{
	for (size_t i = 0; i < d->procedure->nprefills; i++)
		if (str_eq(d->procedure->prefills[i].dataset, STR("resident.basic")))
			return json_text(json_get(json_get(d->facts, d->procedure->prefills[i].as),
			                          STR("name")));
	return v->session.name;
}

static struct result use_signature(struct visit *v, const struct signature *s, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(phone_tx_use(tx, s->tx.org, s->tx.id, s->tx.browser, v->now, err));
	TRY(certs_use(v, tx, v->session.subject, "certs.used.sign", err));
	return store_commit(&tx, err);
}

/* The application is in and its draft gone, so nobody can send this signature
 * again: what fails here must not be told as if nothing had been received. */
static void close_signature(struct visit *v, const struct signature *s)
{
	struct err e = { 0 };
	if (s->cms.n && is_err(use_signature(v, s, &e)))
		log_warn("sign.close", LOG_STR("trace", v->q->trace), LOG_ERR(&e));
}

static struct result submit_draft(struct visit *v, struct portal_draft *d, struct err *err)
{
	struct signature s = { 0 };
	struct apply_case c;
	bool again, fine;
	TRY(complete(d, &fine, err));
	if (!fine) {
		visit_redirect(v, draft_path(v, d->draft.id, "/check"));
		return ok();
	}
	TRY(read_signature(v, d, &s, err));
	struct case_submit in = { .draft = &d->draft, .procedure = d->procedure, .form = d->form,
		.subject = d->code, .applicant_name = applicant_name(d, v), .facts = d->facts,
		/* What is kept is exactly what the CMS signs. */
		.document = s.cms.n ? phone_tx_document(v->a, &s.tx) : s.document, .cms = s.cms };
	TRY(case_submit(v->app->store, v->a, &in, v->now, &c, &again, err));
	close_signature(v, &s);
	visit_redirect(v, arena_printf(v->a, "/applications/%.*s?received=1", STR_ARG(c.id)));
	return ok();
}

/* "Send" pressed a second time after the first went through. */
static struct result sent_before(struct visit *v, struct str draft_id, struct err *err)
{
	struct str case_id;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_of_draft(db, v->a, v->session.org, v->session.subject, draft_id, &case_id, err));
	visit_redirect(v, arena_printf(v->a, "/applications/%.*s?received=1", STR_ARG(case_id)));
	return ok();
}

struct result portal_submit(struct visit *v, struct err *err)
{
	PORTAL_DRAFT_AUTO d = { 0 };
	struct result r = portal_open(v, v->q->param[0], false, &d, err);
	if (r.kind == ERR_NOT_FOUND)
		return sent_before(v, v->q->param[0], err);
	TRY(r);
	struct err why = { 0 };
	r = submit_draft(v, &d, &why);
	/* The other of two clicks may have been a moment faster. */
	if (r.kind == ERR_CONFLICT && is_ok(sent_before(v, d.draft.id, NULL)))
		return ok();
	if (is_err(r) && err)
		*err = why;
	return r;
}

/* ---- signing ---- */

/* Told before the phone is asked for anything. */
static struct result still_free(struct visit *v, const struct portal_draft *d, struct err *err)
{
	const struct case_submit in = { .draft = &d->draft, .procedure = d->procedure,
		.form = d->form, .subject = d->code };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	return case_once_free(db, v->a, &in, err);
}

struct result portal_sign_start(struct visit *v, struct err *err)
{
	bool fine;
	PORTAL_DRAFT_AUTO d = { 0 };
	TRY(portal_open(v, v->q->param[0], false, &d, err));
	TRY(complete(&d, &fine, err));
	if (!fine) {
		visit_redirect(v, draft_path(v, d.draft.id, "/check"));
		return ok();
	}
	if (!d.procedure->sign)
		return submit_draft(v, &d, err);
	TRY(still_free(v, &d, err));
	TRY(begin_signature(v, &d, err));
	visit_redirect(v, draft_path(v, d.draft.id, "/sign"));
	return ok();
}

static struct result signed_page(struct visit *v, struct portal_draft *d, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("signed.title"));
	json_put_str(o, STR("procedure"), visit_plain(v, &d->procedure->title));
	json_put_str(o, STR("authority"), visit_plain(v, &d->authority->name));
	json_put_str(o, STR("submit"), draft_path(v, d->draft.id, "/submit"));
	return visit_page(v, 200, STR("portal/signed"), o, err);
}

struct result portal_sign_wait(struct visit *v, struct err *err)
{
	struct phone_tx t;
	PORTAL_DRAFT_AUTO d = { 0 };
	struct result r = portal_open(v, v->q->param[0], false, &d, err);
	if (r.kind == ERR_NOT_FOUND)
		return sent_before(v, v->q->param[0], err);
	TRY(r);
	if (d.draft.sign_tx.n == 0) {
		visit_redirect(v, draft_path(v, d.draft.id, "/check"));
		return ok();
	}
	TRY(phone_wait_find(v, d.draft.sign_tx, &t, err));
	if (t.state == PHONE_APPROVED && v->now < t.expires_at)
		return signed_page(v, &d, err);
	return phone_wait_page(v, &t, draft_path(v, d.draft.id, "/sign"),
	                       draft_path(v, d.draft.id, "/check"), err);
}

struct result portal_sign_status(struct visit *v, struct err *err)
{
	struct phone_tx t;
	struct draft d;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(draft_load(db, v->a, v->session.org, v->session.subject, v->q->param[0], &d, err));
	store_reader_done(&db);
	TRY(phone_wait_find(v, d.sign_tx, &t, err));
	return phone_wait_status(v, &t, draft_path(v, d.id, "/sign"), err);
}
