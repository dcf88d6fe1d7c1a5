/* What makes a signature outlive its certificate: time stamps, validation data,
 * archive time stamps, again and again (EN 319 132-1 §5.3, §5.4, §5.5, §6.3). */
#include "base/encode.h"
#include "sign/xades_make.h"

/* ---- where it goes ---- */

static struct result no_place(struct err *err)
{
	return fail(err, ERR_INPUT, "sign.xml.plain", "EN 319 132-1 §4.3",
	            "a plain XML signature has no place for time stamps");
}

struct result xades_unsigned_node(struct xades_ctx *c, struct xades_parts *p,
                                  struct _xmlNode **ret, struct err *err)
{
	(void)c;
	if (!p->unsigned_sig && p->qualifying) {
		struct _xmlNode *u = dom_child(p->qualifying, XADES132, "UnsignedProperties");
		if (!u)
			u = dom_insert(p->qualifying, NULL, STR("<xades:UnsignedProperties xmlns:xades=\"" XADES132
			                                        "\"/>"));
		p->unsigned_sig = dom_insert(u, NULL, STR("<xades:UnsignedSignatureProperties xmlns:xades=\""
		                                          XADES132 "\"/>"));
	}
	if (!p->unsigned_sig)
		return no_place(err);
	*ret = p->unsigned_sig;
	return ok();
}

static struct result append(struct xades_ctx *c, struct xades_parts *p, struct str text,
                            struct _xmlNode **ret, struct err *err)
{
	struct _xmlNode *list = NULL;
	TRY(xades_unsigned_node(c, p, &list, err));
	*ret = dom_insert(list, NULL, text);
	return *ret ? ok() : fail(err, ERR_INTERNAL, "sign.xml.form", NULL, "no well-formed property");
}

/* ---- time stamps ---- */

static struct result stamp(struct xades_ctx *c, struct xades_parts *p, const char *name,
                           const struct ades_options *o, struct err *err)
{
	XADES_HASH_AUTO h = { 0 };
	struct _xmlNode *node;
	struct str token;
	if (!o->stamp)
		return fail(err, ERR_INTERNAL, "sign.stamp.none", NULL, "nobody to ask for a time stamp");
	TRY(append(c, p, arena_printf(c->a, "<%s" XADES_NAMESPACES "><ds:CanonicalizationMethod Algorithm"
	                              "=\"" EXC14N "\"/></%s>", name, name), &node, err));
	if (!xades_hash_begin(&h, sign_digest_of(DIGEST_SHA256)))
		return fail(err, ERR_INTERNAL, "sign.algorithm", NULL, "no SHA-256");
	TRY(xades_stamp_pour(c, p, node, xades_hash_sink(&h), err));
	TRY(o->stamp(o->stamp_ctx, c->a, DIGEST_SHA256, xades_hash_end(&h, c->a), &token, err));
	token = base64_encode(c->a, token);
	struct str text = arena_printf(c->a, "<xades:EncapsulatedTimeStamp xmlns:xades=\"" XADES132 "\">"
	                               "%.*s</xades:EncapsulatedTimeStamp>", STR_ARG(token));
	return dom_insert(node, NULL, text) ? ok() : fail(err, ERR_INTERNAL, "sign.xml.form", NULL,
	                                                  "no well-formed time stamp");
}

static bool has(const struct xades_parts *p, enum ades_stamp_kind wanted)
{
	enum ades_stamp_kind kind;
	for (const struct _xmlNode *n = dom_first(p->unsigned_sig); n; n = dom_next(n))
		if (xades_is_stamp(n, &kind) && kind == wanted)
			return true;
	return false;
}

/* ---- validation data ---- */

static bool known(const struct str *list, size_t n, struct str der)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], der))
			return true;
	return false;
}

static size_t put_list(struct arena *a, struct buf *b, const char *name, const struct str *list,
                       size_t n, const struct str *have, size_t nhave)
{
	size_t put = 0;
	for (size_t i = 0; i < n; i++) {
		if (known(have, nhave, list[i]) || known(list, i, list[i]))
			continue;
		buf_printf(b, "<xades:%s>", name);
		buf_add(b, base64_encode(a, list[i]));
		buf_printf(b, "</xades:%s>", name);
		put++;
	}
	return put;
}

static void put_certs(struct xades_ctx *c, struct buf *b, const struct ades_values *m)
{
	BUF_AUTO in;
	buf_init(&in, XADES_MADE_MAX);
	if (!put_list(c->a, &in, "EncapsulatedX509Certificate", m->certs, m->ncerts, c->values->certs,
	              c->values->ncerts))
		return;
	buf_add_c(b, "<xades:CertificateValues" XADES_NAMESPACES ">");
	buf_add(b, buf_str(&in));
	buf_add_c(b, "</xades:CertificateValues>");
}

static void put_group(struct buf *b, const char *name, struct str in)
{
	if (!in.n)
		return;
	buf_printf(b, "<xades:%s>", name);
	buf_add(b, in);
	buf_printf(b, "</xades:%s>", name);
}

static void put_revocations(struct xades_ctx *c, struct buf *b, const struct ades_values *m)
{
	BUF_AUTO crls;
	BUF_AUTO ocsps;
	const struct ades_values *v = c->values;
	buf_init(&crls, XADES_MADE_MAX);
	buf_init(&ocsps, XADES_MADE_MAX);
	size_t n = put_list(c->a, &crls, "EncapsulatedCRLValue", m->crls, m->ncrls, v->crls, v->ncrls) +
	           put_list(c->a, &ocsps, "EncapsulatedOCSPValue", m->ocsps, m->nocsps, v->ocsps, v->nocsps);
	if (!n)
		return;
	buf_add_c(b, "<xades:RevocationValues" XADES_NAMESPACES ">");
	put_group(b, "CRLValues", buf_str(&crls));
	put_group(b, "OCSPValues", buf_str(&ocsps));
	buf_add_c(b, "</xades:RevocationValues>");
}

/* The first time as values of the signature, later as those of its stamps. */
static struct result values(struct xades_ctx *c, struct xades_parts *p,
                            const struct ades_options *o, struct err *err)
{
	BUF_AUTO certs;
	BUF_AUTO revocations;
	BUF_AUTO both;
	struct _xmlNode *made;
	bool later = dom_child(p->unsigned_sig, XADES132, "CertificateValues") ||
	             dom_child(p->unsigned_sig, XADES132, "RevocationValues");
	buf_init(&certs, XADES_MADE_MAX);
	buf_init(&revocations, XADES_MADE_MAX);
	buf_init(&both, XADES_MADE_MAX);
	if (!o->material)
		return fail(err, ERR_INPUT, "sign.material", "EN 319 132-1 §5.4", "no validation data was given");
	put_certs(c, &certs, o->material);
	put_revocations(c, &revocations, o->material);
	if (buf_over(&certs) || buf_over(&revocations))
		return fail(err, ERR_TOO_LARGE, "xml.size", NULL, "the validation data is too large");
	if (!certs.n && !revocations.n)
		return ok();
	if (later) {
		buf_add_c(&both, "<xades141:TimeStampValidationData" XADES_NAMESPACES ">");
		buf_add(&both, buf_str(&certs));
		buf_add(&both, buf_str(&revocations));
		buf_add_c(&both, "</xades141:TimeStampValidationData>");
		return append(c, p, buf_str(&both), &made, err);
	}
	if (certs.n)
		TRY(append(c, p, buf_str(&certs), &made, err));
	if (revocations.n)
		TRY(append(c, p, buf_str(&revocations), &made, err));
	return ok();
}

struct result xades_raise(struct xades_ctx *c, struct _xmlNode *node,
                          const struct ades_options *o, struct err *err)
{
	struct xades_parts p;
	struct ades_signature now;
	c->values = ARENA_NEW(c->a, struct ades_values);
	c->nsignatures = 0;
	xades_signature_read(c, node, NULL, 0, &now);
	if (now.malformed.n)
		return fail(err, ERR_INPUT, "sign.xml.form", NULL, "%.*s",
		            (int)(now.malformed.n < 200 ? now.malformed.n : 200), now.malformed.p);
	xades_parts_read(c, node, &p);
	if (o->level >= ADES_T && !has(&p, STAMP_SIGNATURE))
		TRY(stamp(c, &p, "xades:SignatureTimeStamp", o, err));
	if (o->level >= ADES_LT)
		TRY(values(c, &p, o, err));
	return o->level >= ADES_LTA ? stamp(c, &p, "xades141:ArchiveTimeStamp", o, err) : ok();
}

struct result xades_extend(struct arena *a, const struct source *file,
                           const struct ades_detached *detached, const struct ades_options *o,
                           struct str *ret, struct err *err)
{
	static const struct ades_detached nothing = { 0 };
	XML_SAFE_AUTO x = { 0 };
	struct str bytes;
	struct _xmlNode *nodes[ADES_SIGNATURES_MAX];
	struct xades_ctx c = { .a = a, .x = &x, .detached = detached ? detached : &nothing };
	TRY(source_read(a, file, (struct range){ 0, file->size }, XML_SAFE_BYTES_MAX, &bytes, err));
	TRY(xml_safe_open(a, bytes, &x, err));
	size_t n = xades_find(&x, nodes, ADES_SIGNATURES_MAX);
	if (!n || n > ADES_SIGNATURES_MAX)
		return fail(err, ERR_INPUT, "sign.xml.nothing", NULL, "%zu signatures to extend", n);
	for (size_t i = 0; i < n; i++)
		TRY(xades_raise(&c, nodes[i], o, err));
	TRY(xades_all_intact(&c, err));
	return dom_dump(a, &x, ret, err);
}
