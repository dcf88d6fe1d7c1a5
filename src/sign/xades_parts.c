/* A ds:Signature taken apart strictly (XML Signature 1.1 §4, EN 319 132-1 §4.4):
 * each element where the schema has it, once, and nothing else between. */
#include "sign/xades_priv.h"

static void wrong(struct xades_parts *p, const char *what)
{
	xades_wrong(&p->why, str_c(what));
}

/* ---- SignedInfo ---- */

static bool self_reference(const struct xref *r)
{
	const struct _xmlNode *info = dom_child(r->signature, DS, "SignedInfo");
	const struct _xmlNode *value = dom_child(r->signature, DS, "SignatureValue");
	if (r->target != XREF_SET)
		return false;
	for (size_t i = 0; i < r->nsteps; i++)
		if (r->steps[i].kind == STEP_ENVELOPED || r->steps[i].kind == STEP_NO_SIGNATURES)
			return false;
	return !r->apex || dom_within(info, r->apex) || dom_within(r->apex, info) ||
	       dom_within(r->apex, value);
}

static void read_references(struct xades_ctx *c, struct _xmlNode *first, struct xades_parts *p)
{
	size_t n = 0;
	for (struct _xmlNode *r = first; r; r = dom_next(r))
		n++;
	if (!n || n > XADES_REFERENCES_MAX || arena_left(c->a) / 2 < n * sizeof *p->refs)
		return wrong(p, "no references, or too many (XML Signature 1.1 4.4)");
	p->refs = ARENA_ARRAY(c->a, struct xref, n);
	for (struct _xmlNode *r = first; r && !p->why.n; r = dom_next(r)) {
		if (!dom_is(r, DS, "Reference"))
			return wrong(p, "something else beside the references (XML Signature 1.1 4.4)");
		if (!xref_read(c, r, p->signature, &p->refs[p->nrefs], &p->why))
			return;
		if (self_reference(&p->refs[p->nrefs++]))
			return wrong(p, "a signature that signs its own SignedInfo or value");
	}
}

static void read_info(struct xades_ctx *c, struct xades_parts *p)
{
	struct _xmlNode *method = dom_first(p->info), *sig = dom_next(method);
	if (!dom_is(method, DS, "CanonicalizationMethod") || !dom_is(sig, DS, "SignatureMethod"))
		return wrong(p, "SignedInfo without its methods (XML Signature 1.1 4.4)");
	if (dom_child(sig, DS, "HMACOutputLength"))
		return wrong(p, "HMACOutputLength: a truncated signature is none");
	if (dom_first(sig))
		return wrong(p, "parameters of a signature method that are not understood");
	if (xades_c14n_of(c, method, &p->how, &p->why))
		read_references(c, dom_next(sig), p);
}

/* ---- QualifyingProperties ---- */

static void read_signed(struct xades_ctx *c, struct xades_parts *p)
{
	size_t found = 0;
	p->signed_sig = dom_child(p->properties, XADES132, "SignedSignatureProperties");
	p->signed_data = dom_child(p->properties, XADES132, "SignedDataObjectProperties");
	for (size_t i = 0; i < p->nrefs; i++) {
		if (!str_eq(p->refs[i].type, STR(TYPE_PROPERTIES)))
			continue;
		if (found++ || p->refs[i].apex != p->properties || p->refs[i].target != XREF_SET)
			return wrong(p, "the reference to SignedProperties means another element (EN 319 132-1 "
			                "4.4.2)");
	}
	/* Some leave the Type away; then the element must be what is referenced. */
	for (size_t i = 0; i < p->nrefs && !found; i++)
		found = p->refs[i].target == XREF_SET && p->refs[i].apex == p->properties;
	if (!found)
		wrong(p, "SignedProperties are not signed (EN 319 132-1 4.4.2)");
	(void)c;
}

static void read_qualifying(struct xades_ctx *c, struct xades_parts *p, struct _xmlNode *q)
{
	struct str target = dom_attr(c->a, q, "Target"), id = dom_attr(c->a, p->signature, "Id");
	if (p->qualifying)
		return wrong(p, "several QualifyingProperties (EN 319 132-1 4.4.2)");
	p->qualifying = q;
	if (target.n < 2 || *target.p != '#' || !str_eq(str_from(target, 1), id))
		return wrong(p, "QualifyingProperties of another signature (EN 319 132-1 4.3.1)");
	struct _xmlNode *first = dom_first(q), *then = first;
	if (dom_is(first, XADES132, "SignedProperties")) {
		p->properties = first;
		then = dom_next(first);
	}
	if (dom_is(then, XADES132, "UnsignedProperties")) {
		p->unsigned_sig = dom_child(then, XADES132, "UnsignedSignatureProperties");
		then = dom_next(then);
	}
	if (then)
		return wrong(p, "something else in QualifyingProperties (EN 319 132-1 4.3.1)");
	if (p->properties)
		read_signed(c, p);
}

static void read_object(struct xades_ctx *c, struct xades_parts *p, struct _xmlNode *object)
{
	for (struct _xmlNode *n = dom_first(object); n && !p->why.n; n = dom_next(n)) {
		if (dom_is(n, XADES132, "QualifyingProperties"))
			read_qualifying(c, p, n);
		else if (str_eq(dom_name(n), STR("QualifyingProperties")))
			wrong(p, "properties of a XAdES before 1.3.2");
		else if (dom_is(n, XADES132, "QualifyingPropertiesReference"))
			wrong(p, "properties that stand elsewhere are not followed (EN 319 132-1 4.3.2)");
	}
}

/* An Id of a part of the signature that something else carries too. */
static void check_ids(struct xades_ctx *c, struct xades_parts *p)
{
	const struct _xmlNode *parts[] = { p->signature, p->info, p->value, p->key_info, p->qualifying,
		p->properties };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (xml_safe_id_twice(c->x, dom_attr(c->a, parts[i], "Id")))
			wrong(p, "an Id of the signature is not the only one (XML 1.0 3.3.1)");
}

void xades_parts_read(struct xades_ctx *c, struct _xmlNode *signature, struct xades_parts *ret)
{
	*ret = (struct xades_parts){ .signature = signature, .info = dom_first(signature) };
	ret->value = dom_next(ret->info);
	struct _xmlNode *n = dom_next(ret->value);
	if (!dom_is(ret->info, DS, "SignedInfo") || !dom_is(ret->value, DS, "SignatureValue"))
		return wrong(ret, "no SignedInfo and SignatureValue (XML Signature 1.1 4.2)");
	if (dom_is(n, DS, "KeyInfo")) {
		ret->key_info = n;
		n = dom_next(n);
	}
	read_info(c, ret);
	for (; n && !ret->why.n; n = dom_next(n)) {
		if (!dom_is(n, DS, "Object"))
			return wrong(ret, "something else in the signature (XML Signature 1.1 4.2)");
		read_object(c, ret, n);
	}
	if (!ret->why.n)
		check_ids(c, ret);
}

/* ---- finding signatures ---- */

static bool is_counter(const struct _xmlNode *n)
{
	return dom_is(dom_parent(n), XADES132, "CounterSignature");
}

static size_t find(struct _xmlNode *at, struct _xmlNode **ret, size_t n, size_t most)
{
	for (; at; at = dom_next(at)) {
		if (dom_is(at, DS, "Signature") && !is_counter(at)) {
			if (n < most)
				ret[n] = at;
			n++;
		}
		n = find(dom_first(at), ret, n, most);
	}
	return n;
}

size_t xades_find(const struct xml_safe *x, struct _xmlNode **ret, size_t most)
{
	return find(dom_root(x), ret, 0, most);
}
