/* What the signer said and signed (EN 319 132-1 §5.2): which certificate, when,
 * under which policy, where, as whom, what kind of data, and what for. */
#include "base/calendar.h"
#include "sign/xades_priv.h"

static struct str text_of(struct xades_ctx *c, const struct _xmlNode *n)
{
	struct str text;
	return dom_text(c->a, n, &text) ? text : STR("");
}

/* xsd:dateTime: more digits of a second than we keep, and a missing zone, which
 * is read as UTC. */
static int64_t time_of(struct xades_ctx *c, struct str s)
{
	struct str head = str_sub(s, 0, 19), rest = str_from(s, 19);
	size_t digits = 0;
	int64_t us;
	if (rest.n && *rest.p == '.')
		while (1 + digits < rest.n && rest.p[1 + digits] >= '0' && rest.p[1 + digits] <= '9')
			digits++;
	struct str part = digits ? str_sub(rest, 0, 1 + (digits > 6 ? 6 : digits)) : STR("");
	struct str zone = str_from(rest, digits ? 1 + digits : 0);
	head = arena_join(c->a, head, part);
	return time_parse(arena_join(c->a, head, zone.n ? zone : STR("Z")), &us) ? us : 0;
}

/* "東京都 千代田区": the parts of a place or a role, in their order. */
static struct str parts_of(struct xades_ctx *c, const struct _xmlNode *n)
{
	struct str all = STR("");
	for (const struct _xmlNode *p = dom_first(n); p; p = dom_next(p)) {
		struct str one = dom_first(p) ? parts_of(c, p) : text_of(c, p);
		if (one.n && one.n < 4096 && all.n < 16384)
			all = all.n ? arena_printf(c->a, "%.*s %.*s", STR_ARG(all), STR_ARG(one)) : one;
	}
	return all;
}

static struct str either(struct xades_ctx *c, const struct _xmlNode *in, const char *name,
                         const char *other)
{
	const struct _xmlNode *n = dom_child(in, XADES132, name);
	return parts_of(c, n ? n : dom_child(in, XADES132, other));
}

/* ---- policy ---- */

/* The document of the policy, when the signature carries it (§5.2.10), and no
 * transform makes something else of it. */
static bool policy_fits(struct xades_ctx *c, const struct xades_parts *p,
                        const struct _xmlNode *id)
{
	const struct _xmlNode *hash = dom_child(id, XADES132, "SigPolicyHash"), *store;
	const struct sign_digest *alg =
		sign_digest_xml(dom_attr(c->a, dom_child(hash, DS, "DigestMethod"), "Algorithm"));
	struct str wanted, document;
	store = dom_child(p->unsigned_sig, XADES141, "SignaturePolicyStore");
	if (!store || !alg || dom_child(id, DS, "Transforms") ||
	    !dom_base64(c->a, dom_child(hash, DS, "DigestValue"), &wanted) ||
	    !dom_base64(c->a, dom_child(store, XADES141, "SignaturePolicyDocument"), &document))
		return false;
	XADES_HASH_AUTO h = { 0 };
	if (!xades_hash_begin(&h, alg))
		return false;
	struct xml_sink sink = xades_hash_sink(&h);
	sink.write(sink.ctx, document.p, document.n);
	return str_eq(xades_hash_end(&h, c->a), wanted);
}

static void read_policy(struct xades_ctx *c, const struct xades_parts *p,
                        struct ades_signature *s)
{
	const struct _xmlNode *pol = dom_child(p->signed_sig, XADES132, "SignaturePolicyIdentifier");
	const struct _xmlNode *id = dom_child(pol, XADES132, "SignaturePolicyId");
	if (!id)
		return; /* none, or implied */
	s->policy = text_of(c, dom_child(dom_child(id, XADES132, "SigPolicyId"), XADES132,
	                                 "Identifier"));
	if (!s->policy.n)
		xades_wrong(&s->malformed, STR("a signature policy without its name (EN 319 132-1 5.2.9)"));
	s->policy_ok = policy_fits(c, p, id);
}

/* ---- data objects ---- */

static void read_data(struct xades_ctx *c, const struct xades_parts *p, struct ades_signature *s)
{
	const struct _xmlNode *commit =
		dom_child(p->signed_data, XADES132, "CommitmentTypeIndication");
	s->commitment = text_of(c, dom_child(dom_child(commit, XADES132, "CommitmentTypeId"),
	                                     XADES132, "Identifier"));
	for (const struct _xmlNode *n = dom_first(p->signed_data); n; n = dom_next(n)) {
		struct str target = dom_attr(c->a, n, "ObjectReference");
		if (!dom_is(n, XADES132, "DataObjectFormat"))
			continue;
		const struct _xmlNode *ref =
			target.n > 1 && *target.p == '#' ? xml_safe_id(c->x, str_from(target, 1)) : NULL;
		if (!dom_is(ref, DS, "Reference") || !dom_within(ref, p->info))
			xades_wrong(&s->malformed, STR("DataObjectFormat of something that is not signed (EN 319 "
			                               "132-1 5.2.4)"));
		if (!s->mime.n)
			s->mime = text_of(c, dom_child(n, XADES132, "MimeType"));
	}
}

void xades_signed_read(struct xades_ctx *c, const struct xades_parts *p, struct ades_signature *s)
{
	struct str time = text_of(c, dom_child(p->signed_sig, XADES132, "SigningTime"));
	if (time.n) {
		s->claimed_time = time_of(c, time);
		if (!s->claimed_time)
			xades_wrong(&s->malformed, STR("SigningTime is no time (EN 319 132-1 5.2.1)"));
	}
	s->place = either(c, p->signed_sig, "SignatureProductionPlaceV2", "SignatureProductionPlace");
	s->role = either(c, p->signed_sig, "SignerRoleV2", "SignerRole");
	read_policy(c, p, s);
	read_data(c, p, s);
}

/* ---- which certificate ---- */

size_t xades_cert_refs(struct xades_ctx *c, const struct xades_parts *p,
                       struct xades_cert_digest *ret, size_t most)
{
	size_t n = 0;
	const struct _xmlNode *list = dom_child(p->signed_sig, XADES132, "SigningCertificateV2");
	if (!list)
		list = dom_child(p->signed_sig, XADES132, "SigningCertificate");
	for (const struct _xmlNode *e = dom_first(list); e && n < most; e = dom_next(e)) {
		const struct _xmlNode *d = dom_child(e, XADES132, "CertDigest");
		ret[n] = (struct xades_cert_digest){
			.alg = sign_digest_xml(dom_attr(c->a, dom_child(d, DS, "DigestMethod"), "Algorithm")) };
		if (!dom_base64(c->a, dom_child(d, DS, "DigestValue"), &ret[n].value))
			ret[n].alg = NULL;
		n++;
	}
	return n;
}
