/* The text of a ds:Signature before anything is digested (XML Signature 1.1 §4,
 * EN 319 132-1 §6: baseline B asks for SigningTime, SigningCertificateV2 and the
 * format of what is signed). */
#include "base/calendar.h"
#include "base/encode.h"
#include "base/random.h"
#include "sign/algorithm_table.h"
#include "sign/xades_make.h"

const struct xades_form xades_form_baseline = {
	.name = "xades", .prefix = "ds", .c14n = EXC14N, .properties = true };
const struct xades_form xades_form_egov = {
	.name = "egov", .prefix = "", .c14n = C14N10, .id_time = true, .part = "構成情報",
	.wrapper = "署名情報", .after = "構成情報" };

static const char *tag(const struct xades_plan *p)
{
	return *p->form->prefix ? "ds:" : "";
}

static const struct sign_digest *digest_of(const struct xades_plan *p)
{
	struct sign_alg alg;
	sign_alg_ours(p->alg, &alg);
	return alg.digest ? alg.digest : sign_digest_of(DIGEST_SHA512);
}

static const char *method_of(const struct xades_plan *p)
{
	struct sign_alg alg;
	sign_alg_ours(p->alg, &alg);
	for (size_t i = 0; i < SIGN_ROWS; i++)
		if (sign_rows[i].name == alg.name)
			return sign_rows[i].xml;
	return NULL;
}

static void put_c(struct buf *b, const char *head, struct str text, const char *tail)
{
	buf_add_c(b, head);
	xml_put(b, text);
	buf_add_c(b, tail);
}

/* ---- SignedInfo ---- */

static void put_reference(struct buf *b, const struct xades_plan *p, size_t i)
{
	const struct xades_ref_plan *r = &p->refs[i];
	const char *t = tag(p);
	buf_printf(b, "<%sReference", t);
	if (p->form->properties)
		buf_printf(b, " Id=\"%.*s-ref%zu\"", STR_ARG(p->id), i + 1);
	if (r->type)
		put_c(b, " Type=\"", str_c(r->type), "\"");
	put_c(b, " URI=\"", r->uri, "\">");
	if (r->transforms[0])
		buf_printf(b, "<%sTransforms>", t);
	for (size_t k = 0; r->transforms[k]; k++)
		buf_printf(b, "<%sTransform Algorithm=\"%s\"></%sTransform>", t, r->transforms[k], t);
	if (r->transforms[0])
		buf_printf(b, "</%sTransforms>", t);
	buf_printf(b, "<%sDigestMethod Algorithm=\"%s\"></%sDigestMethod><%sDigestValue></%sDigestValue>"
	           "</%sReference>", t, digest_of(p)->xml, t, t, t, t);
}

static void put_info(struct buf *b, const struct xades_plan *p)
{
	const char *t = tag(p);
	buf_printf(b, "<%sSignedInfo><%sCanonicalizationMethod Algorithm=\"%s\"></%sCanonicalizationMethod>"
	           "<%sSignatureMethod Algorithm=\"%s\"></%sSignatureMethod>", t, t, p->form->c14n, t, t,
	           method_of(p), t);
	for (size_t i = 0; i < p->nrefs; i++)
		put_reference(b, p, i);
	buf_printf(b, "</%sSignedInfo><%sSignatureValue", t, t);
	if (p->form->properties)
		buf_printf(b, " Id=\"%.*s-value\"", STR_ARG(p->id));
	buf_printf(b, "></%sSignatureValue>", t);
}

static void put_key(struct arena *a, struct buf *b, const struct xades_plan *p)
{
	const struct cms_signer *s = &p->o->signer;
	const char *t = tag(p);
	buf_printf(b, "<%sKeyInfo><%sX509Data>", t, t);
	for (size_t i = 0; i <= s->nchain; i++) {
		struct str der = base64_encode(a, i ? s->chain[i - 1] : s->cert);
		buf_printf(b, "<%sX509Certificate>%.*s</%sX509Certificate>", t, STR_ARG(der), t);
	}
	buf_printf(b, "</%sX509Data></%sKeyInfo>", t, t);
}

/* ---- properties ---- */

static void put_certificate(struct arena *a, struct buf *b, const struct xades_plan *p)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	const struct sign_digest *alg = digest_of(p);
	struct source cert = source_bytes(STR(""), p->o->signer.cert);
	struct range all = { 0, cert.size };
	if (is_err(source_digest(&cert, &all, 1, alg, hash, NULL)))
		return;
	struct str text = base64_encode(a, str_of((char *)hash, alg->size));
	buf_printf(b, "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod "
	           "Algorithm=\"%s\"></ds:DigestMethod><ds:DigestValue>%.*s</ds:DigestValue>"
	           "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>", alg->xml,
	           STR_ARG(text));
}

static void put_formats(struct buf *b, const struct xades_plan *p)
{
	buf_add_c(b, "<xades:SignedDataObjectProperties>");
	for (size_t i = 0; i < p->nrefs; i++) {
		if (!p->refs[i].mime.n)
			continue;
		buf_printf(b, "<xades:DataObjectFormat ObjectReference=\"#%.*s-ref%zu\">", STR_ARG(p->id), i + 1);
		put_c(b, "<xades:MimeType>", p->refs[i].mime, "</xades:MimeType></xades:DataObjectFormat>");
	}
	if (p->o->commitment.n)
		put_c(b, "<xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>",
		      p->o->commitment, "</xades:Identifier></xades:CommitmentTypeId>"
		      "<xades:AllSignedDataObjects></xades:AllSignedDataObjects>"
		      "</xades:CommitmentTypeIndication>");
	buf_add_c(b, "</xades:SignedDataObjectProperties>");
}

static void put_properties(struct arena *a, struct buf *b, const struct xades_plan *p)
{
	int64_t second = p->o->time - p->o->time % 1000000;
	buf_printf(b, "<ds:Object><xades:QualifyingProperties xmlns:xades=\"" XADES132 "\" "
	           "Target=\"#%.*s\"><xades:SignedProperties Id=\"%.*s-properties\">"
	           "<xades:SignedSignatureProperties>", STR_ARG(p->id), STR_ARG(p->id));
	put_c(b, "<xades:SigningTime>", time_format(a, second), "</xades:SigningTime>");
	put_certificate(a, b, p);
	if (p->o->place.n)
		put_c(b, "<xades:SignatureProductionPlaceV2><xades:City>", p->o->place,
		      "</xades:City></xades:SignatureProductionPlaceV2>");
	if (p->o->role.n)
		put_c(b, "<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>", p->o->role,
		      "</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2>");
	buf_add_c(b, "</xades:SignedSignatureProperties>");
	put_formats(b, p);
	buf_add_c(b, "</xades:SignedProperties></xades:QualifyingProperties></ds:Object>");
}

struct result xades_write(struct arena *a, const struct xades_plan *p, struct buf *ret,
                          struct err *err)
{
	const char *t = tag(p);
	if (!method_of(p))
		return fail(err, ERR_INPUT, "sign.xml.algorithm", "RFC 9231", "XML has no name for %s",
		            sig_alg_row(p->alg)->jose);
	buf_printf(ret, "<%sSignature xmlns%s%s=\"" DS "\" Id=\"%.*s\">", t,
	           *p->form->prefix ? ":" : "", p->form->prefix, STR_ARG(p->id));
	put_info(ret, p);
	put_key(a, ret, p);
	if (p->enveloped.n) {
		buf_printf(ret, "<%sObject Id=\"%.*s-object\" Encoding=\"" DS "base64\">", t, STR_ARG(p->id));
		buf_add(ret, p->enveloped);
		buf_printf(ret, "</%sObject>", t);
	}
	if (p->form->properties)
		put_properties(a, ret, p);
	buf_printf(ret, "</%sSignature>", t);
	if (buf_over(ret))
		return fail(err, ERR_TOO_LARGE, "xml.size", NULL, "the signature is too large");
	return ok();
}

/* ---- plans ---- */

void xades_plan_init(struct arena *a, const struct xml_safe *x, const struct ades_options *o,
                     const struct xades_form *form, struct xades_plan *ret)
{
	*ret = (struct xades_plan){ .o = o, .form = form, .alg = key_sig_of(o->signer.key),
		.enveloped = STR("") };
	struct datetime t = jst_from_us(o->time);
	for (int more = 0;; more++) {
		if (form->id_time) { /* the next second, when somebody signed in this one */
			t = jst_from_us(o->time + more * (int64_t)1000000);
			ret->id = arena_printf(a, "%04d%02d%02d%02d%02d%02d", t.date.year, t.date.month,
			                       t.date.day, t.hour, t.minute, t.second);
		} else {
			ret->id = arena_printf(a, "S-%016llx", (unsigned long long)random_u64());
		}
		if (!x->doc || (!xml_safe_id(x, ret->id) && !xml_safe_id_twice(x, ret->id)))
			return;
	}
}

void xades_plan_add(struct xades_plan *p, struct str uri, const char *type, struct str mime,
                    const char *first, const char *second)
{
	if (p->nrefs < XADES_MAKE_REFS)
		p->refs[p->nrefs] = (struct xades_ref_plan){ .uri = uri, .type = type, .mime = mime,
			.transforms = { first, second, NULL } };
	p->nrefs++;
}
