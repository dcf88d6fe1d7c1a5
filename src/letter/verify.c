/* The checks, in this order: shape of the file, seal over the content, seal's
 * certificate up to an anchor, its profile (職責証明書), time, revocation.
 *
 * ETSI EN 319 102-1 §5.2 in its offline subset. The time of sealing is claimed
 * by who sealed (no time stamp yet): the certificate must have been valid then,
 * and a revocation for a lost key counts whenever it came. */
#include "letter/verify.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "sign/pades.h"

enum { SKEW = 300 }; /* seconds that clocks may differ */

static const enum letter_verdict from_trust[VERDICT_COUNT] = {
	[VERDICT_OK] = LETTER_GENUINE,
	[VERDICT_MALFORMED] = LETTER_BAD_SEAL,
	[VERDICT_UNKNOWN_ISSUER] = LETTER_UNKNOWN_ISSUER,
	[VERDICT_BAD_SIGNATURE] = LETTER_UNKNOWN_ISSUER,
	[VERDICT_NOT_YET] = LETTER_CERT_NOT_VALID,
	[VERDICT_EXPIRED] = LETTER_CERT_NOT_VALID,
	[VERDICT_WRONG_PROFILE] = LETTER_NO_SEAL_CERT,
	[VERDICT_REVOKED] = LETTER_CERT_REVOKED,
	[VERDICT_UNKNOWN_STATUS] = LETTER_UNKNOWN_ISSUER,
	[VERDICT_CONTENT_CHANGED] = LETTER_CHANGED,
	[VERDICT_BAD_CMS] = LETTER_BAD_SEAL,
	[VERDICT_WRONG_KIND] = LETTER_BAD_SEAL,
};

static const enum letter_verdict from_shape[] = {
	[PADES_OK] = LETTER_GENUINE,
	[PADES_UNSIGNED] = LETTER_UNSEALED,
	[PADES_PARTIAL] = LETTER_PARTLY_SEALED,
	[PADES_SEVERAL] = LETTER_PARTLY_SEALED,
	[PADES_MALFORMED] = LETTER_BAD_SEAL,
};

static void say(struct letter_report *r, enum letter_verdict v, struct str why)
{
	r->verdict = v;
	r->why = why;
}

static struct str why_of(struct arena *a, const struct trust_verdict *v)
{
	return arena_printf(a, "%s%s%s%s", v->what, v->clause ? " (" : "", v->clause ? v->clause : "",
	                    v->clause ? ")" : "");
}

static bool lost_key(enum revoke_reason r)
{
	return r != REVOKE_AFFILIATION && r != REVOKE_SUPERSEDED && r != REVOKE_CESSATION;
}

/* The seal holds: what became of its certificate since? */
static struct result since(struct arena *a, const struct letter_trust *t, const struct cert *c,
                           int64_t now, struct letter_report *r, struct err *err)
{
	struct cert_state s = { STATUS_UNKNOWN, REVOKE_UNSPECIFIED, 0 };
	r->cert_expired = now > c->not_after;
	if (!t->status)
		return ok();
	TRY(t->status(t->status_ctx, c, &s, err));
	r->revocation_checked = true;
	if (s.status == STATUS_UNKNOWN)
		say(r, LETTER_UNKNOWN_ISSUER, STR("the issuer does not know this certificate"));
	else if (s.status == STATUS_REVOKED && (s.at <= r->at || lost_key(s.reason)))
		say(r, LETTER_CERT_REVOKED, arena_printf(a, "revoked: %s", revoke_reason_name(s.reason)));
	else
		r->cert_retired = s.status == STATUS_REVOKED;
	return ok();
}

static void name_issuer(struct arena *a, const struct cert *c, struct letter_report *r)
{
	r->organization = arena_str(a, dn_get(&c->subject, DN_O));
	r->office = arena_str(a, dn_get(&c->subject, DN_OU));
	r->title = arena_str(a, dn_get(&c->subject, DN_CN));
}

/* Forgets what must not be repeated from a letter that is not genuine. */
static void finish(struct arena *a, struct letter_report *r)
{
	if (r->verdict != LETTER_GENUINE) {
		struct letter_report bare = { .verdict = r->verdict, .from_qr = r->from_qr, .why = r->why,
			                      .at = r->at, .revocation_checked = r->revocation_checked };
		*r = bare;
	}
	letter_report_words(a, r);
}

static struct verify_for question(const struct letter_trust *t, int64_t at)
{
	/* Revocation is asked in since(), where the reason decides. */
	return (struct verify_for){ .anchors = t->anchors, .at = at, .profiles = PROFILE_BIT(PROFILE_SEAL),
		                    .no_status = true };
}

static bool too_late(struct letter_report *r, int64_t now)
{
	if (r->at <= now + SKEW * CLOCK_SECOND)
		return false;
	say(r, LETTER_FROM_THE_FUTURE, STR("the claimed time of sealing lies in the future"));
	return true;
}

static struct result check_pdf(struct arena *a, struct str pdf, const struct letter_trust *t,
                               int64_t now, struct letter_report *r, struct err *err)
{
	struct pades_signature sig;
	enum pades_shape shape;
	struct err why;
	if (is_err(pades_find(a, pdf, &shape, &sig, &why))) {
		say(r, LETTER_UNREADABLE, arena_printf(a, "%s: %s", why.code, why.what));
		return ok();
	}
	say(r, from_shape[shape], STR("the signature does not cover exactly this file (ISO 32000-1 §12.8.1)"));
	if (shape != PADES_OK)
		return ok();
	if (!str_eq(sig.sub_filter, STR("ETSI.CAdES.detached")) || sig.at == INT64_MIN) {
		say(r, LETTER_BAD_SEAL, STR("no PAdES signature with a time (ETSI EN 319 142-1 §6.3)"));
		return ok();
	}
	r->at = sig.at;
	struct verify_for f = question(t, sig.at < now ? sig.at : now);
	struct trust_verdict v = { .verdict = VERDICT_MALFORMED };
	struct cms_signature *cms = ARENA_NEW(a, struct cms_signature);
	TRY(trust_cms_verify(a, sig.cms, sig.covered, 2, &f, &v, cms, err));
	say(r, from_trust[v.verdict], why_of(a, &v));
	if (r->verdict != LETTER_GENUINE || too_late(r, now))
		return ok();
	name_issuer(a, &cms->cert, r);
	return since(a, t, &cms->cert, now, r, err);
}

struct result letter_verify_pdf(struct arena *a, struct str pdf, const struct letter_trust *t,
                                int64_t now, struct letter_report *ret, struct err *err)
{
	struct letter_report r = { .verdict = LETTER_UNREADABLE };
	TRY(check_pdf(a, pdf, t, now, &r, err));
	finish(a, &r);
	*ret = r;
	return ok();
}

/* The certificate whose key made the signature; several may share a prefix. */
static bool signer(struct arena *a, const struct letter_qr_read *q, const struct letter_trust *t,
                   struct cert *ret, bool *ret_known)
{
	*ret_known = false;
	for (size_t i = 0; i < t->ncerts; i++) {
		if (!letter_qr_matches(q, t->certs[i]) || is_err(cert_parse(a, t->certs[i], ret, NULL)))
			continue;
		*ret_known = true;
		if (letter_qr_holds(a, q, ret->spki))
			return true;
	}
	return false;
}

static struct result check_qr(struct arena *a, struct str text, const struct letter_trust *t,
                              int64_t now, struct letter_report *r, struct err *err)
{
	struct letter_qr_read *q = ARENA_NEW(a, struct letter_qr_read);
	struct cert *c = ARENA_NEW(a, struct cert);
	struct trust_verdict v = { .verdict = VERDICT_MALFORMED };
	struct date day;
	struct err why;
	bool known;
	if (is_err(letter_qr_parse(a, text, q, &why)) || !date_parse(q->qr.date, &day)) {
		say(r, LETTER_UNREADABLE, arena_printf(a, "%s: %s", why.code, why.what));
		return ok();
	}
	r->at = jst_start(day);
	if (!signer(a, q, t, c, &known)) {
		say(r, known ? LETTER_CHANGED : LETTER_UNKNOWN_ISSUER,
		    known ? STR("the signature does not fit the content") : STR("no certificate with this fingerprint"));
		return ok();
	}
	/* The code knows the day only: any hour of it in which the certificate held will do. */
	int64_t last = r->at + CLOCK_DAY - 1, at = last < now ? last : now;
	if (at > c->not_after && r->at <= c->not_after)
		at = c->not_after;
	struct verify_for f = question(t, at);
	TRY(trust_cert_verify(a, c->der, t->chain, t->nchain, &f, &v, c, err));
	say(r, from_trust[v.verdict], why_of(a, &v));
	if (r->verdict != LETTER_GENUINE || too_late(r, now))
		return ok();
	struct str id = arena_printf(a, "GOVJP-%.*s", STR_ARG(q->qr.org));
	if (!str_eq(dn_get(&c->subject, DN_ORG_ID), id)) {
		say(r, LETTER_BAD_SEAL, STR("sealed by another body than the one it names"));
		return ok();
	}
	name_issuer(a, c, r);
	r->qr = q->qr;
	return since(a, t, c, now, r, err);
}

struct result letter_verify_qr(struct arena *a, struct str text, const struct letter_trust *t,
                               int64_t now, struct letter_report *ret, struct err *err)
{
	struct letter_report r = { .verdict = LETTER_UNREADABLE, .from_qr = true };
	TRY(check_qr(a, text, t, now, &r, err));
	finish(a, &r);
	*ret = r;
	return ok();
}

struct result letter_verify(struct arena *a, struct str bytes, const struct letter_trust *t,
                            int64_t now, struct letter_report *ret, struct err *err)
{
	if (str_starts(str_trim(str_sub(bytes, 0, LETTER_QR_MAX)), STR("MUSUBI1.")))
		return letter_verify_qr(a, bytes, t, now, ret, err);
	return letter_verify_pdf(a, bytes, t, now, ret, err);
}
