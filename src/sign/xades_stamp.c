/* What a time stamp in XAdES is over: the octets of its message imprint, exactly
 * (EN 319 132-1 §5.2.8, §5.3, §5.5.2, annex A.1.5; for the archive time stamp of
 * 1.3.2, ETSI TS 101 903 V1.3.2 §7.7.1). */
#include "sign/xades_priv.h"

static struct result node(struct xades_ctx *c, struct _xmlNode *n, const struct xml_c14n *how,
                          struct xml_sink sink, struct err *err)
{
	return n ? xades_c14n_node(c, n, how, sink, err) : ok();
}

static bool is_properties(const struct xades_parts *p, const struct xref *r)
{
	return r->target == XREF_SET && r->apex && r->apex == p->properties;
}

/* §5.2.8.1: all that the signer signs but the properties that the stamp is in. */
static struct result pour_all(struct xades_ctx *c, const struct xades_parts *p,
                              const struct xml_c14n *how, struct xml_sink sink, bool properties,
                              struct err *err)
{
	for (size_t i = 0; i < p->nrefs; i++)
		if (properties || !is_properties(p, &p->refs[i]))
			TRY(xref_pour(c, &p->refs[i], how, sink, err));
	return ok();
}

/* §5.2.8.2: what Include names, in its order. */
static struct result pour_some(struct xades_ctx *c, const struct xades_parts *p,
                               const struct _xmlNode *stamp, const struct xml_c14n *how,
                               struct xml_sink sink, struct err *err)
{
	for (const struct _xmlNode *n = dom_first(stamp); n; n = dom_next(n)) {
		struct str uri = dom_attr(c->a, n, "URI");
		size_t i = 0;
		if (!dom_is(n, XADES132, "Include"))
			continue;
		const struct _xmlNode *ref =
			uri.n > 1 && *uri.p == '#' ? xml_safe_id(c->x, str_from(uri, 1)) : NULL;
		while (i < p->nrefs && p->refs[i].node != ref)
			i++;
		if (!ref || i == p->nrefs || !str_eq(dom_attr(c->a, n, "referencedData"), STR("true")))
			return fail(err, ERR_INPUT, "sign.xml.stamp", "EN 319 132-1 §5.2.8.2",
			            "the time stamp includes something that is not signed");
		TRY(xref_pour(c, &p->refs[i], how, sink, err));
	}
	return ok();
}

static bool is_refs(const struct _xmlNode *n)
{
	static const char *const names[] = { "CompleteCertificateRefs", "CompleteRevocationRefs",
		"AttributeCertificateRefs", "AttributeRevocationRefs" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (dom_is(n, XADES132, names[i]))
			return true;
	return dom_is(n, XADES141, "CompleteCertificateRefsV2") ||
	       dom_is(n, XADES141, "AttributeCertificateRefsV2");
}

/* Annex A.1.5: the references before the stamp; with `stamps` also the
 * signature time stamps among them. */
static struct result pour_refs(struct xades_ctx *c, const struct xades_parts *p,
                               const struct _xmlNode *stamp, bool stamps,
                               const struct xml_c14n *how, struct xml_sink sink, struct err *err)
{
	struct _xmlNode *n = dom_first(p->unsigned_sig);
	for (; n && n != stamp; n = dom_next(n))
		if (is_refs(n) || (stamps && dom_is(n, XADES132, "SignatureTimeStamp")))
			TRY(node(c, n, how, sink, err));
	return ok();
}

/* An Object is left out when it holds the properties; the stamp of 1.3.2 leaves
 * out what references cover already. */
static bool is_covered(struct xades_ctx *c, const struct xades_parts *p,
                       const struct _xmlNode *object, bool old)
{
	if (p->qualifying && dom_within(p->qualifying, object))
		return true;
	for (size_t i = 0; old && i < p->nrefs; i++)
		if (p->refs[i].target == XREF_SET && p->refs[i].apex == object)
			return true;
	(void)c;
	return false;
}

/* §5.5.2.2 */
static struct result pour_archive(struct xades_ctx *c, const struct xades_parts *p,
                                  const struct _xmlNode *stamp, const struct xml_c14n *how,
                                  struct xml_sink sink, struct err *err)
{
	bool old = dom_is(stamp, XADES132, "ArchiveTimeStamp");
	TRY(pour_all(c, p, how, sink, true, err));
	TRY(node(c, p->info, how, sink, err));
	TRY(node(c, p->value, how, sink, err));
	TRY(node(c, p->key_info, how, sink, err));
	for (struct _xmlNode *n = dom_first(p->unsigned_sig); n && n != stamp; n = dom_next(n))
		TRY(node(c, n, how, sink, err));
	for (struct _xmlNode *n = dom_first(p->signature); n; n = dom_next(n))
		if (dom_is(n, DS, "Object") && !is_covered(c, p, n, old))
			TRY(node(c, n, how, sink, err));
	return ok();
}

static struct result method_of(struct xades_ctx *c, const struct _xmlNode *stamp,
                               struct xml_c14n *ret, struct err *err)
{
	const struct _xmlNode *method = dom_child(stamp, DS, "CanonicalizationMethod");
	struct str why = STR("");
	if (!method)
		(void)xml_c14n_method(STR(C14N10), ret); /* §4.5: the default */
	else if (!xades_c14n_of(c, method, ret, &why))
		return fail(err, ERR_INPUT, "sign.xml.stamp", "EN 319 132-1 §5.1.4.2", "%.*s", STR_ARG(why));
	return ok();
}

struct result xades_stamp_pour(struct xades_ctx *c, const struct xades_parts *p,
                               struct _xmlNode *stamp, struct xml_sink sink, struct err *err)
{
	struct xml_c14n how;
	enum ades_stamp_kind kind;
	TRY(method_of(c, stamp, &how, err));
	if (!xades_is_stamp(stamp, &kind))
		return fail(err, ERR_INTERNAL, "sign.xml.stamp", NULL, "no time stamp");
	if (dom_is(stamp, XADES132, "IndividualDataObjectsTimeStamp"))
		return pour_some(c, p, stamp, &how, sink, err);
	/* Include names what else is covered by the distributed case, which is not
	 * followed: it lets the stamp choose. */
	if (dom_child(stamp, XADES132, "Include"))
		return fail(err, ERR_INPUT, "sign.xml.stamp", "EN 319 132-1 §5.1.4.4",
		            "a time stamp over distributed properties is not followed");
	if (kind == STAMP_CONTENT)
		return pour_all(c, p, &how, sink, false, err);
	if (kind == STAMP_ARCHIVE)
		return pour_archive(c, p, stamp, &how, sink, err);
	bool only = dom_is(stamp, XADES132, "RefsOnlyTimeStamp") ||
	            dom_is(stamp, XADES141, "RefsOnlyTimeStampV2");
	if (!only)
		TRY(node(c, p->value, &how, sink, err));
	return kind == STAMP_SIGNATURE ? ok() : pour_refs(c, p, stamp, !only, &how, sink, err);
}
