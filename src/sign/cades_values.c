/* Certificates, CRLs and OCSP answers wherever a CMS carries them: SignedData,
 * certificate-values and revocation-values (ETSI EN 319 122-1 Annex A.1.1), time
 * stamp tokens. Each once; beyond ADES_VALUES_MAX they are passed over. */
#include "sign/cades_priv.h"

void cades_value_put(struct str *list, size_t *n, struct str der)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i], der))
			return;
	if (der.n && *n < ADES_VALUES_MAX)
		list[(*n)++] = der;
}

void cades_value_cert(struct ades_values *v, struct str item)
{
	if (item.n && (uint8_t)item.p[0] == DER_SEQ) /* no attribute certificates */
		cades_value_put(v->certs, &v->ncerts, item);
}

/* RevocationInfoChoice (RFC 5652 §10.2.1); OCSP: RFC 5940 §2. */
void cades_value_crl(struct ades_values *v, struct str item)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(item);
	if (der_peek(&in) == DER_SEQ) {
		cades_value_put(v->crls, &v->ncrls, item);
		return;
	}
	struct der_in seq = der_enter(&in, DER_CTXC(1));
	der_get_oid(&seq, oid);
	struct str value = der_get_raw(&seq, 0);
	if (!seq.bad && (strcmp(oid, CADES_RI_OCSP) == 0 || strcmp(oid, CADES_OCSP_BASIC) == 0))
		cades_value_put(v->ocsps, &v->nocsps, value);
}

static void put_all(struct der_in *in, struct str *list, size_t *n)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	while (der_peek(&seq) == DER_SEQ)
		cades_value_put(list, n, der_get_raw(&seq, DER_SEQ));
}

static void certs_of(struct str value, struct ades_values *v)
{
	struct der_in in = der_read(value);
	put_all(&in, v->certs, &v->ncerts);
}

static void revocation_of(struct str value, struct ades_values *v)
{
	struct der_in in = der_read(value), seq = der_enter(&in, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		int tag = der_peek(&seq);
		struct der_in one = der_enter(&seq, tag);
		if (tag == DER_CTXC(0))
			put_all(&one, v->crls, &v->ncrls);
		else if (tag == DER_CTXC(1))
			put_all(&one, v->ocsps, &v->nocsps);
	}
}

static void of_attrs(const struct cms_attrs *list, struct ades_values *v)
{
	for (size_t i = 0; i < list->n; i++) {
		struct der_in in = der_read(list->list[i].values);
		struct str value = der_get_raw(&in, 0);
		if (strcmp(list->list[i].oid, CADES_CERT_VALUES) == 0)
			certs_of(value, v);
		else if (strcmp(list->list[i].oid, CADES_REV_VALUES) == 0)
			revocation_of(value, v);
	}
}

void cades_values_attr(struct ades_values *v, const struct cms_attr *at)
{
	struct cms_attrs one = { 1, (struct cms_attr *)at };
	of_attrs(&one, v);
}

void cades_values_token(struct ades_values *v, const struct stamp *t)
{
	for (size_t i = 0; i < t->cms.ncerts; i++)
		cades_value_put(v->certs, &v->ncerts, t->cms.certs[i]);
	for (size_t i = 0; i < t->cms.ncrls; i++)
		cades_value_put(v->crls, &v->ncrls, t->cms.crls[i]);
	for (size_t i = 0; i < t->cms.nocsps; i++)
		cades_value_put(v->ocsps, &v->nocsps, t->cms.ocsps[i]);
	if (t->cms.nsigners)
		of_attrs(&t->cms.signers[0].unsigned_attrs, v);
}
