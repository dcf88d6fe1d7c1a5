/* X.509 validation (EN 319 102-1 §5.2.6), revocation freshness (§5.2.5) and past
 * certificate validation (§5.6.2.1). trust/path.h builds and checks the path by
 * RFC 5280; what a CRL or an OCSP answer says, and when, is asked here, because
 * the answer depends on what is proven to have existed. */
#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "base/clock.h"
#include "sign/validate_priv.h"

enum { REVOCATIONS_MAX = 16 };

/* ---- the path ---- */

static bool has(const struct str *list, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

/* Certificates that may stand above: by name, level by level, at most as many as a
 * path check takes. */
static size_t above(struct work *w, struct str leaf, struct str *ret)
{
	struct pool *p = &w->pool;
	struct sign_cert c;
	size_t n = 0;
	if (!sign_cert_read(leaf, &c))
		return 0;
	struct str issuers[PATH_CERTS_MAX + 1] = { c.issuer_der };
	size_t nissuers = 1;
	for (size_t at = 0; at < nissuers && n < PATH_CERTS_MAX; at++)
		for (size_t i = 0; i < p->n[POOL_CERT] && n < PATH_CERTS_MAX; i++) {
			const struct sign_cert *k = &p->certs[i];
			if (!k->der.n || !str_eq(k->subject_der, issuers[at]))
				continue;
			if (has(ret, n, k->der))
				continue;
			ret[n++] = k->der;
			if (!has(issuers, nissuers, k->issuer_der) && nissuers < PATH_CERTS_MAX)
				issuers[nissuers++] = k->issuer_der;
		}
	return n;
}

static void anchors_of(const struct work *w, bool stamps, const struct str **ret, size_t *ret_n)
{
	bool own = stamps && w->trust->nstamp_anchors;
	*ret = own ? w->trust->stamp_anchors : w->trust->anchors;
	*ret_n = own ? w->trust->nstamp_anchors : w->trust->nanchors;
	if (*ret_n > PATH_CERTS_MAX)
		*ret_n = PATH_CERTS_MAX;
}

static enum ades_sub sub_of(const struct trust_verdict *v, int library_error)
{
	switch (library_error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return SUB_NO_CERTIFICATE_CHAIN_FOUND;
	default:
		return v->verdict == VERDICT_WRONG_PROFILE ? SUB_CHAIN_CONSTRAINTS_FAILURE
		       : SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE;
	}
}

static void keep_chain(struct path_kept *k, const struct path_output *out)
{
	k->chain.n = 0;
	for (size_t i = 0; i < out->n && sign_cert_read(out->chain[i], &k->certs[i]); i++)
		k->chain.certs[k->chain.n++] = out->chain[i];
}

/* A time at which all of them hold; false: there is none. */
static bool common_time(const struct path_kept *k, int64_t *ret)
{
	int64_t from = INT64_MIN, to = INT64_MAX;
	for (size_t i = 0; i < k->chain.n; i++) {
		if (k->certs[i].not_before > from)
			from = k->certs[i].not_before;
		if (k->certs[i].not_after < to)
			to = k->certs[i].not_after;
	}
	*ret = from;
	return k->chain.n > 0 && from <= to;
}

static enum ades_sub usage_of(const struct path_kept *k, char what[160])
{
	const struct sign_cert *c = &k->certs[0];
	if (k->stamps && !(c->eku & EKU_TIME_STAMP)) {
		snprintf(what, 160, "the certificate is not for time stamps");
		return SUB_CHAIN_CONSTRAINTS_FAILURE;
	}
	if (c->has_usage && !(c->usage & (USAGE_SIGNATURE | USAGE_NON_REPUDIATION))) {
		snprintf(what, 160, "the certificate is not for signatures");
		return SUB_CHAIN_CONSTRAINTS_FAILURE;
	}
	return SUB_NONE;
}

static void run(struct work *w, struct path_kept *k, const struct str *anchors, size_t nanchors)
{
	struct str certs[PATH_CERTS_MAX];
	struct path_input in = { .cert = k->cert, .anchors = anchors, .nanchors = nanchors,
		.certs = certs, .ncerts = above(w, k->cert, certs), .at = w->at, .no_crls = true };
	struct trust_verdict v = { 0 };
	struct path_output out = { 0 };
	struct err err = { 0 };
	for (int turn = 0; turn < 2; turn++) {
		if (is_err(trust_path_check(w->a, &in, &v, &out, &err))) {
			k->sub = SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE;
			snprintf(k->what, sizeof k->what, "%.*s", (int)sizeof k->what - 1, err.what);
			return;
		}
		keep_chain(k, &out);
		k->chain.trusted = v.verdict == VERDICT_OK;
		if (v.verdict != VERDICT_EXPIRED && v.verdict != VERDICT_NOT_YET)
			break;
		if (turn == 1 || !common_time(k, &in.at)) /* the rest is judged where all held */
			break;
	}
	if (v.verdict == VERDICT_OK)
		k->sub = usage_of(k, k->what);
	else
		k->sub = sub_of(&v, out.library_error);
	if (v.verdict != VERDICT_OK)
		snprintf(k->what, sizeof k->what, "%s", v.what);
}

const struct path_kept *path_of(struct work *w, struct str cert, bool stamps)
{
	const struct str *anchors;
	size_t nanchors;
	for (size_t i = 0; i < w->npaths; i++)
		if (w->paths[i].stamps == stamps && str_eq(w->paths[i].cert, cert))
			return &w->paths[i];
	struct path_kept *k = w->npaths < PATHS_KEPT ? &w->paths[w->npaths++]
	                                             : ARENA_NEW(w->a, struct path_kept);
	*k = (struct path_kept){ .cert = cert, .stamps = stamps };
	anchors_of(w, stamps, &anchors, &nanchors);
	if (has(anchors, nanchors, cert) && sign_cert_read(cert, &k->certs[0])) {
		k->chain = (struct ades_chain){ .n = 1, .certs = { cert }, .trusted = true };
		k->sub = usage_of(k, k->what);
	} else if (nanchors == 0) {
		k->sub = SUB_NO_CERTIFICATE_CHAIN_FOUND;
		k->chain = (struct ades_chain){ .n = 1, .certs = { cert } };
		snprintf(k->what, sizeof k->what, "no authority is trusted here");
	} else {
		run(w, k, anchors, nanchors);
	}
	return k;
}

/* ---- what is known about revocation ---- */

static void insert(struct revocation *list, size_t *n, size_t most, const struct revocation *r)
{
	size_t at = 0;
	while (at < *n && list[at].this_update >= r->this_update)
		at++;
	if (at == most)
		return;
	if (*n < most)
		++*n;
	memmove(list + at + 1, list + at, (*n - at - 1) * sizeof *list);
	list[at] = *r;
}

/* The same CRL and issuer by their place in memory: the signature of a long CRL is
 * checked once, not once per certificate. */
static bool crl_says(struct work *w, struct str crl, const struct sign_cert *c,
                     const struct sign_cert *issuer, struct revocation *r)
{
	char key[64];
	int n = snprintf(key, sizeof key, "%p %p", (const void *)crl.p, (const void *)issuer->spki.p);
	struct str name = str_of(key, (size_t)n);
	bool known = map_get(&w->crl_ok, name) != NULL;
	if (!revocation_crl(crl, c, issuer, known, r))
		return false;
	if (!known)
		map_put(&w->crl_ok, arena_str(w->a, name), w);
	return true;
}

/* A delegated responder without nocheck must not be revoked itself (RFC 6960
 * §4.2.2.2.1): the issuer's CRLs are asked. */
static bool responder_stands(struct work *w, const struct revocation *r,
                             const struct sign_cert *issuer)
{
	struct sign_cert c;
	struct revocation about;
	if (str_eq(r->signer, issuer->der) || !sign_cert_read(r->signer, &c) || c.nocheck)
		return true;
	for (size_t i = 0; i < w->pool.n[POOL_CRL]; i++)
		if (crl_says(w, w->pool.der[POOL_CRL][i], &c, issuer, &about) &&
		    (about.status == REV_REVOKED || about.status == REV_HELD))
			return false;
	return true;
}

size_t revocations_of(struct work *w, const struct path_kept *p, size_t i,
                      struct revocation *ret, size_t most)
{
	const struct sign_cert *c = &p->certs[i], *issuer = &p->certs[i + 1];
	struct pool *pool = &w->pool;
	struct revocation r;
	size_t n = 0;
	for (size_t k = 0; k < pool->n[POOL_CRL]; k++)
		if (crl_says(w, pool->der[POOL_CRL][k], c, issuer, &r) &&
		    r.this_update <= w->at)
			insert(ret, &n, most, &r);
	for (size_t k = 0; k < pool->n[POOL_OCSP]; k++)
		if (revocation_ocsp(pool->der[POOL_OCSP][k], c, issuer, &r) && r.this_update <= w->at &&
		    r.status != REV_UNKNOWN && responder_stands(w, &r, issuer))
			insert(ret, &n, most, &r);
	return n;
}

/* §5.2.5.4: not older than allowed; what does not say for how long it is good has no
 * freshness but the caller's. */
bool revocation_fresh(const struct work *w, const struct revocation *r, int64_t at)
{
	int64_t most = w->trust->fresh_us;
	if (most == 0) {
		if (r->next_update == 0 || r->next_update < r->this_update)
			return false;
		most = r->next_update - r->this_update;
	}
	return r->this_update >= at - most;
}

/* ---- the blocks ---- */

static struct finding found(enum ades_sub sub, const char *what)
{
	struct finding f = { .sub = sub };
	snprintf(f.what, sizeof f.what, "%s", what);
	return f;
}

static bool alg_good(struct str alg_id, struct str spki, int64_t at, char what[160])
{
	struct sign_alg alg;
	if (!sign_alg_der(alg_id, NULL, &alg)) {
		snprintf(what, 160, "an algorithm that is not known");
		return false;
	}
	return sign_alg_good(&alg, spki, at, what);
}

static struct str signer_spki(const struct revocation *r)
{
	struct sign_cert c;
	return sign_cert_read(r->signer, &c) ? c.spki : STR("");
}

static struct finding revoked(size_t i, const struct revocation *r)
{
	struct finding f = found(r->status == REV_HELD ? SUB_TRY_LATER
	                         : i ? SUB_REVOKED_CA_NO_POE : SUB_REVOKED_NO_POE,
	                         r->status == REV_HELD ? "the certificate is suspended"
	                         : i ? "an authority of the path is revoked"
	                             : "the certificate is revoked");
	f.revoked_at = r->at;
	f.reason = r->reason;
	return f;
}

/* One certificate below the anchor; *ret_known: there is an answer about it. */
static struct finding revocation_block(struct work *w, const struct path_kept *p, size_t i,
                                       int64_t exists, bool *ret_known)
{
	struct revocation list[REVOCATIONS_MAX];
	char what[160];
	size_t n = revocations_of(w, p, i, list, REVOCATIONS_MAX);
	*ret_known = n > 0;
	if (n == 0)
		return found(SUB_TRY_LATER, i ? "nothing says whether an authority of the path is revoked"
		                              : "nothing says whether the certificate is revoked");
	for (size_t k = 0; k < n; k++) /* a revocation does not end, whatever is newer */
		if (list[k].status == REV_REVOKED && list[k].at <= exists)
			return revoked(i, &list[k]);
	if (list[0].status == REV_HELD && list[0].at <= exists)
		return revoked(i, &list[0]);
	if (!revocation_fresh(w, &list[0], exists))
		return found(SUB_TRY_LATER, "what is known about revocation is too old");
	int64_t since = poe_of(w, list[0].ocsp ? POOL_OCSP : POOL_CRL, list[0].der);
	if (!sign_alg_good(&list[0].alg, signer_spki(&list[0]), since < exists ? exists : since, what))
		return found(SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, what);
	return found(SUB_NONE, "");
}

/* The worst of two: a revocation is told before an end, an end before a doubt. */
static struct finding worse(struct finding x, struct finding y)
{
	static const uint8_t rank[SUB_COUNT] = {
		[SUB_REVOKED_NO_POE] = 9, [SUB_REVOKED_CA_NO_POE] = 8, [SUB_OUT_OF_BOUNDS_NO_POE] = 7,
		[SUB_OUT_OF_BOUNDS_NOT_REVOKED] = 7, [SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE] = 6,
		[SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE] = 5, [SUB_TRY_LATER] = 4,
	};
	return rank[y.sub] > rank[x.sub] ? y : x;
}

static struct finding bounds(const struct path_kept *p, size_t i, int64_t exists, bool known)
{
	const struct sign_cert *c = &p->certs[i];
	if (exists >= c->not_before && exists <= c->not_after)
		return found(SUB_NONE, "");
	return found(i == 0 && known ? SUB_OUT_OF_BOUNDS_NOT_REVOKED : SUB_OUT_OF_BOUNDS_NO_POE,
	             exists < c->not_before ? "the certificate is not valid yet"
	             : i ? "an authority of the path has expired" : "the certificate has expired");
}

struct finding xcv(struct work *w, const struct path_kept *p, int64_t exists)
{
	struct finding f = found(p->sub, p->what);
	char what[160];
	if (f.sub != SUB_NONE)
		return f;
	for (size_t i = p->chain.n - 1; i-- > 0;) {
		bool known = true;
		int64_t since = poe_of(w, POOL_CERT, p->certs[i].der);
		if (i == 0 && since > exists)
			since = exists; /* the signature names it by its digest */
		if (!w->trust->no_revocation)
			f = worse(f, revocation_block(w, p, i, exists, &known));
		f = worse(f, bounds(p, i, exists, known));
		if (!alg_good(p->certs[i].alg_id, p->certs[i + 1].spki, since, what))
			f = worse(f, found(SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, what));
	}
	if (p->chain.n == 1) /* believed by itself: still only while it is valid */
		f = worse(f, bounds(p, 0, exists, false));
	return f;
}

/* ---- the past ---- */

static int64_t least(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

/* The latest time up to `from` at which an algorithm was good (its end is a row's). */
static int64_t good_until(const struct sign_alg *alg, struct str spki, int64_t from)
{
	char what[160];
	if (sign_alg_good(alg, spki, from, what))
		return from;
	int64_t lo = INT64_C(0), hi = from;
	if (!sign_alg_good(alg, spki, lo, what))
		return INT64_MIN;
	while (hi - lo > CLOCK_SECOND) {
		int64_t mid = lo + (hi - lo) / 2;
		if (sign_alg_good(alg, spki, mid, what))
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static bool slide_one(struct work *w, const struct path_kept *p, size_t i, int64_t exists,
                      int64_t *control)
{
	struct revocation list[REVOCATIONS_MAX], *r = NULL;
	struct sign_alg alg;
	int64_t since = poe_of(w, POOL_CERT, p->certs[i].der);
	if (i == 0 && exists < since)
		since = exists;
	if (since > *control)
		return false;
	if (!w->trust->no_revocation) {
		size_t n = revocations_of(w, p, i, list, REVOCATIONS_MAX);
		for (size_t k = 0; k < n && !r; k++)
			if (list[k].this_update <= *control &&
			    poe_of(w, list[k].ocsp ? POOL_OCSP : POOL_CRL, list[k].der) <= *control)
				r = &list[k];
		if (!r)
			return false;
		if (r->status == REV_GOOD && !revocation_fresh(w, r, *control))
			*control = least(*control, r->this_update);
		for (size_t k = 0; k < n; k++) /* also one dated back by later news */
			if (list[k].status == REV_REVOKED || &list[k] == r)
				*control = least(*control, list[k].status == REV_GOOD ? *control : list[k].at - 1);
		*control = good_until(&r->alg, signer_spki(r), *control);
	}
	if (!sign_alg_der(p->certs[i].alg_id, NULL, &alg))
		return false;
	*control = good_until(&alg, p->certs[i + 1].spki, *control);
	*control = least(*control, p->certs[i].not_after);
	return true;
}

bool slide(struct work *w, const struct path_kept *p, int64_t exists, int64_t *ret_control)
{
	int64_t control = w->at;
	if (p->sub != SUB_NONE)
		return false;
	for (size_t i = p->chain.n - 1; i-- > 0;)
		if (!slide_one(w, p, i, exists, &control))
			return false;
	if (p->chain.n == 1)
		control = least(control, p->certs[0].not_after);
	*ret_control = control;
	return true;
}
