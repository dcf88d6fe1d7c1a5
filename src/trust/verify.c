/* Path validation (RFC 5280 §6.1) for short chains without name constraints or
 * policy mapping.
 *
 * Order of the questions: form, chain and signatures, times, profile,
 * revocation. The first that fails is the verdict. Anchors are chosen by name
 * and key identifier: all generations of a CA share one name. */
#include "trust/verify.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/mem.h"

enum { ANCHORS_MAX = 64, ANCHOR_BYTES = 4 << 20 };

struct anchor {
	struct cert cert;
	struct key *key;
};

struct anchors {
	atomic_uint refs;
	struct arena *arena;
	size_t n;
	struct anchor list[ANCHORS_MAX];
};

struct anchors *anchors_new(void)
{
	struct anchors *t = MEM_NEW(struct anchors);
	atomic_init(&t->refs, 1);
	t->arena = arena_new(ANCHOR_BYTES);
	return t;
}

struct result anchors_add(struct anchors *t, struct str der, struct err *err)
{
	struct cert c;
	KEY_AUTO key = NULL;
	if (t->n == ANCHORS_MAX)
		return fail(err, ERR_TOO_LARGE, "trust.anchor.many", NULL, "more than %d anchors",
		            ANCHORS_MAX);
	TRY(cert_parse(t->arena, der, &c, err));
	TRY(key_import_public(c.spki, &key, err));
	if (!c.ca || !(c.usage & USAGE_CERT_SIGN) || !str_eq(c.issuer_der, c.subject_der) ||
	    !key_verify(key, c.sig_alg, c.tbs, c.signature))
		return fail(err, ERR_INPUT, "trust.anchor.bad", "RFC 5280 §6.1.1 (d)",
		            "not a self-signed CA certificate");
	t->list[t->n++] = (struct anchor){ c, key_ref(key) };
	return ok();
}

struct anchors *anchors_ref(struct anchors *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void anchors_unref(struct anchors *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < t->n; i++)
		key_unref(t->list[i].key);
	arena_free(t->arena);
	mem_free(t);
}

size_t anchors_count(const struct anchors *t)
{
	return t->n;
}

static bool says(struct trust_verdict *v, enum verdict verdict, const char *clause,
                 const char *fmt, ...) PRINTF(4, 5);
/* Sets the verdict; false, so that a check can end with it. */
static bool says(struct trust_verdict *v, enum verdict verdict, const char *clause,
                 const char *fmt, ...)
{
	va_list ap;
	*v = (struct trust_verdict){ .verdict = verdict, .clause = clause };
	va_start(ap, fmt);
	vsnprintf(v->what, sizeof v->what, fmt, ap);
	va_end(ap);
	return false;
}

static bool may_have_issued(const struct cert *issuer, const struct cert *c)
{
	return str_eq(issuer->subject_der, c->issuer_der) &&
	       (c->akid.n == 0 || issuer->skid.n == 0 || str_eq(c->akid, issuer->skid));
}

/* With a key identifier that fits, a signature that does not is an alteration;
 * without one it is just another authority of that name. */
static void not_signed(const struct cert *c, struct trust_verdict *v)
{
	if (c->akid.n)
		says(v, VERDICT_BAD_SIGNATURE, "RFC 5280 §6.1.3 (a)(1)",
		     "the issuer's key did not sign this");
}

static bool in_time(const struct cert *c, int64_t at, const char *who, struct trust_verdict *v)
{
	if (at < c->not_before) {
		says(v, VERDICT_NOT_YET, "RFC 5280 §6.1.3 (a)(2)", "%s is not valid yet", who);
		v->at = c->not_before;
		return false;
	}
	if (at > c->not_after) {
		says(v, VERDICT_EXPIRED, "RFC 5280 §6.1.3 (a)(2)", "%s has expired", who);
		v->at = c->not_after;
		return false;
	}
	return true;
}

static bool may_issue(const struct cert *c, int depth, struct trust_verdict *v)
{
	if (!c->ca || !(c->usage & USAGE_CERT_SIGN))
		return says(v, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.4 (k)(n)",
		            "the issuer is not a certification authority");
	if (c->path_max >= 0 && depth > c->path_max)
		return says(v, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.4 (m)", "the chain is too long");
	return true;
}

/* Path under construction, leaf first. */
struct path {
	const struct verify_for *f;
	struct cert certs[CHAIN_MAX + 1];
	size_t n;
};

/* CA certificates between the next one and the leaf; self-issued ones, which a
 * CA uses to change its key, do not count (§6.1.4 (l)). */
static int below(const struct path *p)
{
	int n = 0;
	for (size_t i = 1; i < p->n; i++)
		n += !str_eq(p->certs[i].issuer_der, p->certs[i].subject_der);
	return n;
}

/* One of the anchors issued the last certificate of the path? The verdict is
 * set only when one claims to and does not. */
static bool meets_anchor(struct path *p, struct trust_verdict *v)
{
	const struct cert *last = &p->certs[p->n - 1];
	for (size_t i = 0; i < p->f->anchors->n; i++) {
		const struct anchor *a = &p->f->anchors->list[i];
		if (!may_have_issued(&a->cert, last))
			continue;
		if (key_verify(a->key, last->sig_alg, last->tbs, last->signature))
			return may_issue(&a->cert, below(p), v) &&
			       in_time(&a->cert, p->f->at, "the issuer's certificate", v);
		not_signed(last, v);
	}
	return false;
}

static bool extend(struct path *p, const struct cert *chain, size_t n, struct trust_verdict *v)
{
	const struct cert *last = &p->certs[p->n - 1];
	for (size_t i = 0; i < n; i++) {
		KEY_AUTO key = NULL;
		if (!may_have_issued(&chain[i], last) || str_eq(chain[i].der, last->der))
			continue;
		if (is_err(key_import_public(chain[i].spki, &key, NULL)))
			continue;
		if (!key_verify(key, last->sig_alg, last->tbs, last->signature)) {
			not_signed(last, v);
			continue;
		}
		if (!may_issue(&chain[i], below(p), v) ||
		    !in_time(&chain[i], p->f->at, "an intermediate certificate", v))
			continue;
		p->certs[p->n++] = chain[i];
		return true;
	}
	return false;
}

static bool build(struct path *p, const struct cert *chain, size_t n, struct trust_verdict *v)
{
	says(v, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1", "no chain to a trusted authority");
	while (!meets_anchor(p, v))
		if (p->n > CHAIN_MAX || !extend(p, chain, n, v))
			return false;
	return true;
}

static bool of_profile(const struct cert *c, unsigned profiles, struct trust_verdict *v)
{
	struct err why = { .what = "no profile was allowed" };
	for (unsigned id = 0; id < PROFILE_COUNT; id++)
		if ((profiles & PROFILE_BIT(id)) && is_ok(profile_check(c, (enum profile_id)id, &why)))
			return true;
	return says(v, VERDICT_WRONG_PROFILE, NULL, "%.150s", why.what);
}

static struct result not_revoked(const struct cert *c, const struct verify_for *f,
                                 struct trust_verdict *v, struct err *err)
{
	struct cert_state s = { STATUS_UNKNOWN, REVOKE_UNSPECIFIED, 0 };
	if (f->no_status)
		return ok();
	assert(f->status); /* forgetting revocation must not look like success */
	TRY(f->status(f->status_ctx, c, &s, err));
	if (s.status == STATUS_UNKNOWN) {
		says(v, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3", "the issuer does not know it");
	} else if (s.status == STATUS_REVOKED && s.at <= f->at) {
		says(v, VERDICT_REVOKED, "RFC 5280 §6.3", "revoked: %s", revoke_reason_name(s.reason));
		v->reason = s.reason;
		v->at = s.at;
	}
	return ok();
}

struct result trust_cert_verify(struct arena *a, struct str der, const struct str *chain,
                                size_t nchain, const struct verify_for *f,
                                struct trust_verdict *ret, struct cert *ret_cert, struct err *err)
{
	struct cert others[CHAIN_MAX];
	struct trust_verdict v = { .verdict = VERDICT_OK };
	struct err why;
	size_t n = 0;
	struct path *p = ARENA_NEW(a, struct path);
	p->f = f;
	p->n = 1;
	if (is_err(cert_parse(a, der, &p->certs[0], &why))) {
		says(ret, VERDICT_MALFORMED, why.clause, "%.150s", why.what);
		return ok();
	}
	const struct cert *leaf = &p->certs[0];
	for (size_t i = 0; i < nchain && n < CHAIN_MAX; i++)
		n += is_ok(cert_parse(a, chain[i], &others[n], NULL));
	if (build(p, others, n, &v))
		v = (struct trust_verdict){ .verdict = VERDICT_OK };
	if (v.verdict == VERDICT_OK && in_time(leaf, f->at, "the certificate", &v) &&
	    of_profile(leaf, f->profiles, &v))
		TRY(not_revoked(leaf, f, &v, err));
	*ret_cert = *leaf;
	*ret = v;
	return ok();
}
