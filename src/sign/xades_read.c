/* XML signatures as struct ades_signature (EN 319 132-1; XML Signature 1.1 §3.2). */
#include "sign/xades_priv.h"

#include "sign/certificate.h"

/* ---- who signed ---- */

struct candidates {
	size_t n;
	struct str der[XADES_KEY_CERTS_MAX];
};

static void key_certs(struct xades_ctx *c, const struct xades_parts *p, struct candidates *k,
                      struct str *why)
{
	for (const struct _xmlNode *d = dom_first(p->key_info); d; d = dom_next(d))
		for (const struct _xmlNode *n = dom_is(d, DS, "X509Data") ? dom_first(d) : NULL; n;
		     n = dom_next(n)) {
			if (!dom_is(n, DS, "X509Certificate"))
				continue;
			if (k->n == XADES_KEY_CERTS_MAX || !dom_base64(c->a, n, &k->der[k->n])) {
				xades_wrong(why, STR("certificates in KeyInfo that cannot be read, or too many"));
				return;
			}
			k->n++;
		}
}

static void remember(struct xades_ctx *c, const struct candidates *k)
{
	struct ades_values *v = c->values;
	for (size_t i = 0; i < k->n; i++) {
		size_t at = 0;
		while (at < v->ncerts && !str_eq(v->certs[at], k->der[i]))
			at++;
		if (at == v->ncerts && v->ncerts < ADES_VALUES_MAX)
			v->certs[v->ncerts++] = k->der[i];
	}
}

static bool names(struct xades_ctx *c, const struct xades_cert_digest *refs, size_t n,
                  struct str der)
{
	for (size_t i = 0; i < n; i++) {
		XADES_HASH_AUTO h = { 0 };
		if (!refs[i].alg || !xades_hash_begin(&h, refs[i].alg))
			continue;
		struct xml_sink sink = xades_hash_sink(&h);
		sink.write(sink.ctx, der.p, der.n);
		if (str_eq(xades_hash_end(&h, c->a), refs[i].value))
			return true;
	}
	return false;
}

/* KeyInfo itself may be signed instead of a reference to the certificate. */
static bool key_info_signed(const struct xades_parts *p)
{
	for (size_t i = 0; i < p->nrefs; i++)
		if (p->key_info && p->refs[i].target == XREF_SET && p->refs[i].apex == p->key_info)
			return true;
	return false;
}

static bool holds(struct ades_signature *s, struct str der, struct str hash)
{
	struct sign_cert cert;
	return s->alg_known && sign_cert_read(der, &cert) &&
	       sign_check(cert.spki, &s->alg, hash, s->value);
}

/* The certificate whose key made the value; else the one that is named. From
 * KeyInfo first, then from the validation data. */
static void read_signer(struct xades_ctx *c, const struct xades_parts *p,
                        const struct candidates *k, struct str hash, struct ades_signature *s)
{
	struct xades_cert_digest refs[XADES_KEY_CERTS_MAX];
	size_t n = xades_cert_refs(c, p, refs, XADES_KEY_CERTS_MAX);
	size_t most = c->values->ncerts < XADES_KEY_CERTS_MAX ? c->values->ncerts : XADES_KEY_CERTS_MAX;
	for (size_t i = 0; i < k->n + most && !s->value_ok; i++) {
		struct str der = i < k->n ? k->der[i] : c->values->certs[i - k->n];
		s->value_ok = holds(s, der, hash);
		if (s->value_ok || (!s->cert.n && names(c, refs, n, der)))
			s->cert = der;
	}
	if (!s->cert.n && k->n)
		s->cert = k->der[0];
	bool means = s->cert.n && names(c, refs, n, s->cert);
	s->cert_ref = n ? (means ? CERT_REF_OK : CERT_REF_MISMATCH)
	              : s->cert.n && k->n && key_info_signed(p) ? CERT_REF_OK : CERT_REF_ABSENT;
}

/* ---- the value ---- */

/* What sign_check takes: the digest of SignedInfo, or for EdDSA itself. */
static struct str info_hash(struct xades_ctx *c, const struct xades_parts *p,
                            const struct ades_signature *s, struct str *why)
{
	BUF_AUTO b;
	struct err err = { 0 };
	buf_init(&b, XADES_SIGNED_INFO_MAX);
	struct result r = xades_c14n_node(c, p->info, &p->how, xades_buf_sink(&b), &err);
	if (is_err(r) || buf_over(&b)) {
		xades_wrong(why, is_err(r) ? arena_str(c->a, str_c(err.what))
		                           : STR("SignedInfo is too large"));
		return STR("");
	}
	if (!s->alg.digest)
		return arena_str(c->a, buf_str(&b));
	XADES_HASH_AUTO h = { 0 };
	if (!xades_hash_begin(&h, s->alg.digest))
		return STR("");
	struct xml_sink sink = xades_hash_sink(&h);
	sink.write(sink.ctx, b.p ? b.p : "", b.n);
	return xades_hash_end(&h, c->a);
}

static struct str read_value(struct xades_ctx *c, const struct xades_parts *p,
                             struct ades_signature *s)
{
	const struct _xmlNode *method = dom_next(dom_first(p->info));
	struct str uri = dom_attr(c->a, method, "Algorithm");
	if (!dom_base64(c->a, p->value, &s->value) || !s->value.n)
		xades_wrong(&s->malformed, STR("SignatureValue is no base64 (XML Signature 1.1 4.3)"));
	if (str_find(uri, STR("hmac")) != STR_NONE)
		xades_wrong(&s->malformed, STR("HMAC is no signature of anybody"));
	s->alg_known = sign_alg_xml(uri, &s->alg);
	return s->alg_known && !s->malformed.n ? info_hash(c, p, s, &s->malformed) : STR("");
}

/* ---- what is signed ---- */

static void add_object(struct xades_ctx *c, const struct xref *r, struct str prefix,
                       struct ades_object *list, size_t *n)
{
	if (*n == ADES_OBJECTS_MAX)
		return;
	list[(*n)++] = (struct ades_object){ .name = arena_join(c->a, prefix, xref_name(c, r)),
		.found = r->target != XREF_MISSING, .intact = xref_intact(c, r), .alg = r->alg };
}

/* §5.1: a Manifest is signed as text; what it lists is checked like the rest. */
static void add_manifest(struct xades_ctx *c, const struct xades_parts *p, const struct xref *m,
                         struct ades_object *list, size_t *n, struct str *why)
{
	for (struct _xmlNode *e = dom_first(m->apex); e && !why->n; e = dom_next(e)) {
		struct xref r;
		if (*n == ADES_OBJECTS_MAX)
			xades_wrong(why, STR("a manifest lists too much"));
		else if (!dom_is(e, DS, "Reference"))
			xades_wrong(why, STR("something else in a manifest (XML Signature 1.1 5.1)"));
		else if (xref_read(c, e, p->signature, &r, why))
			add_object(c, &r, STR("manifest: "), list, n);
	}
}

static void read_objects(struct xades_ctx *c, const struct xades_parts *p,
                         struct ades_signature *s)
{
	struct ades_object *list = ARENA_ARRAY(c->a, struct ades_object, ADES_OBJECTS_MAX);
	size_t n = 0;
	for (size_t i = 0; i < p->nrefs; i++) {
		const struct xref *r = &p->refs[i];
		add_object(c, r, STR(""), list, &n);
		if (!str_eq(r->type, STR(TYPE_MANIFEST)))
			continue;
		if (r->target == XREF_SET && dom_is(r->apex, DS, "Manifest"))
			add_manifest(c, p, r, list, &n, &s->malformed);
		else
			xades_wrong(&s->malformed, STR("a manifest that is none (XML Signature 1.1 5.1)"));
	}
	s->objects = list;
	s->nobjects = n;
}

/* A counter signature signs the value that it stands under, whatever else. */
static void check_over(const struct xades_parts *p, const struct _xmlNode *over, struct str *why)
{
	for (size_t i = 0; i < p->nrefs; i++)
		if (p->refs[i].target == XREF_SET && p->refs[i].apex == over)
			return;
	xades_wrong(why, STR("a counter signature over something else (EN 319 132-1 5.2.7.3)"));
}

static enum ades_level level_of(const struct xades_parts *p, const struct ades_signature *s)
{
	bool values = dom_child(p->unsigned_sig, XADES132, "RevocationValues") ||
	              dom_child(p->unsigned_sig, XADES132, "CertificateValues") ||
	              dom_child(p->unsigned_sig, XADES141, "TimeStampValidationData");
	bool stamped = false, archived = false;
	for (size_t i = 0; i < s->nstamps; i++) {
		stamped = stamped || s->stamps[i].kind == STAMP_SIGNATURE;
		archived = archived || s->stamps[i].kind == STAMP_ARCHIVE;
	}
	return s->cert_ref == CERT_REF_ABSENT ? ADES_NONE
	       : archived                     ? ADES_LTA
	       : !stamped                     ? ADES_B
	                                      : values ? ADES_LT : ADES_T;
}

void xades_signature_read(struct xades_ctx *c, struct _xmlNode *node, struct _xmlNode *over,
                          size_t depth, struct ades_signature *ret)
{
	struct xades_parts p;
	struct candidates k = { 0 };
	c->nsignatures++;
	*ret = (struct ades_signature){ .format = ADES_XADES, .values = c->values,
		.malformed = STR(""), .cert = STR(""), .value = STR(""), .commitment = STR(""),
		.policy = STR(""), .place = STR(""), .role = STR(""), .mime = STR(""),
		.critical = STR(""), .id = dom_attr(c->a, node, "Id") };
	if (!ret->id.n)
		ret->id = arena_printf(c->a, "S%zu", c->nsignatures);
	xades_parts_read(c, node, &p);
	ret->malformed = p.why;
	if (p.why.n)
		return;
	if (over)
		check_over(&p, over, &ret->malformed);
	key_certs(c, &p, &k, &ret->malformed);
	remember(c, &k);
	struct str hash = read_value(c, &p, ret);
	read_objects(c, &p, ret);
	xades_signed_read(c, &p, ret);
	xades_unsigned_read(c, &p, depth, ret);
	read_signer(c, &p, &k, hash, ret);
	ret->level = level_of(&p, ret);
}

/* ---- the file ---- */

static void merge(struct ades_values *to, const struct ades_values *from)
{
	for (size_t i = 0; i < from->ncerts && to->ncerts < ADES_VALUES_MAX; i++)
		to->certs[to->ncerts++] = from->certs[i];
	for (size_t i = 0; i < from->ncrls && to->ncrls < ADES_VALUES_MAX; i++)
		to->crls[to->ncrls++] = from->crls[i];
	for (size_t i = 0; i < from->nocsps && to->nocsps < ADES_VALUES_MAX; i++)
		to->ocsps[to->nocsps++] = from->ocsps[i];
}

struct result xades_read(struct arena *a, const struct source *file,
                         const struct ades_detached *detached, struct ades_file *ret,
                         struct err *err)
{
	static const struct ades_detached nothing = { 0 };
	XML_SAFE_AUTO x = { 0 };
	struct str bytes;
	struct _xmlNode *nodes[ADES_SIGNATURES_MAX];
	TRY(source_read(a, file, (struct range){ 0, file->size }, XML_SAFE_BYTES_MAX, &bytes, err));
	TRY(xml_safe_open(a, bytes, &x, err));
	struct xades_ctx c = { .a = a, .x = &x, .detached = detached ? detached : &nothing };
	struct ades_file f = { .kind = STR("XML"), .n = xades_find(&x, nodes, ADES_SIGNATURES_MAX) };
	if (f.n > ADES_SIGNATURES_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.xml.many", NULL, "%zu signatures, at most %d", f.n,
		            ADES_SIGNATURES_MAX);
	f.signatures = ARENA_ARRAY(a, struct ades_signature, f.n);
	for (size_t i = 0; i < f.n; i++) {
		/* Of its own: what an archive time stamp covers is a first part of them. */
		c.values = ARENA_NEW(a, struct ades_values);
		xades_signature_read(&c, nodes[i], NULL, 0, &f.signatures[i]);
		merge(&f.values, c.values);
	}
	if (arena_over(a))
		return fail(err, ERR_TOO_LARGE, "sign.xml.many", NULL, "the signatures take too much memory");
	*ret = f;
	return ok();
}
