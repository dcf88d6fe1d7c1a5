/* A SignerInfo with the signed attributes of CAdES-B (ETSI EN 319 122-1 §6.3): DER,
 * sets sorted, what is signed is the SET itself (RFC 5652 §5.4). */
#include "sign/cades_model.h"

enum { ATTRS = 10 };

static enum sig_alg alg_of(const struct ades_options *o)
{
	enum sig_alg alg = key_sig_of(o->signer.key);
	return o->pss && alg == SIG_RS256 ? SIG_PS256 : alg;
}

const struct sign_digest *cades_signer_digest(const struct ades_options *o)
{
	return sign_digest_of(sig_alg_row(alg_of(o))->digest);
}

struct str cades_digest_id(struct arena *a, const struct sign_digest *d)
{
	return cades_tlv(a, DER_SEQ, cades_oid(a, d->oid));
}

static struct str null_params(struct arena *a, const char *oid)
{
	return cades_tlv(a, DER_SEQ, arena_join(a, cades_oid(a, oid), str_of("\x05\x00", 2)));
}

/* RFC 4055 §3.1, with the trailer's default left out. */
static struct str pss_id(struct arena *a, const struct sig_alg_row *row)
{
	const struct sign_digest *d = sign_digest_of(row->digest);
	char salt[3] = { DER_INTEGER, 1, (char)d->size };
	struct str hash = null_params(a, d->oid);
	struct str mgf = cades_tlv(a, DER_SEQ, arena_join(a, cades_oid(a, "1.2.840.113549.1.1.8"), hash));
	struct str parts[3] = { cades_tlv(a, DER_CTXC(0), hash), cades_tlv(a, DER_CTXC(1), mgf),
		cades_tlv(a, DER_CTXC(2), str_of(salt, 3)) };
	return cades_tlv(a, DER_SEQ, arena_join(a, cades_oid(a, row->oid),
	                 cades_tlv(a, DER_SEQ, cades_concat(a, parts, 3))));
}

/* rsaEncryption for PKCS #1 v1.5 (RFC 3370 §3.2), as every reader expects. */
static struct str alg_id(struct arena *a, enum sig_alg alg)
{
	const struct sig_alg_row *row = sig_alg_row(alg);
	if (row->pss)
		return pss_id(a, row);
	if (strcmp(row->family, "RSA") == 0)
		return null_params(a, "1.2.840.113549.1.1.1");
	return cades_tlv(a, DER_SEQ, cades_oid(a, row->oid));
}

/* ---- attributes ---- */

static struct str time_value(struct arena *a, int64_t us)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 64);
	der_init(&d, &b);
	der_put_time(&d, us);
	return arena_str(a, buf_str(&b));
}

/* SigningCertificateV2 { certs { ESSCertIDv2 { SHA-256 by default, hash } } } */
static struct str cert_value(struct arena *a, struct str cert)
{
	uint8_t hash[SHA256_SIZE];
	sha256(cert, hash);
	struct str s = cades_tlv(a, DER_OCTETS, str_of((char *)hash, sizeof hash));
	for (int i = 0; i < 3; i++)
		s = cades_tlv(a, DER_SEQ, s);
	return s;
}

/* SignerLocation with a locality (§5.2.5). */
static struct str place_value(struct arena *a, struct str place)
{
	return cades_tlv(a, DER_SEQ, cades_tlv(a, DER_CTXC(1), cades_tlv(a, DER_UTF8, place)));
}

/* SignerAttributeV2 with one claimed attribute, role (2.5.4.72). */
static struct str role_value(struct arena *a, struct str role)
{
	struct str attr = cades_attribute(a, "2.5.4.72", cades_tlv(a, DER_UTF8, role));
	return cades_tlv(a, DER_SEQ, cades_tlv(a, DER_CTXC(0), attr));
}

/* Dotted, as der_put_oid takes it: two arcs at least, no leading zeros. */
static bool is_oid(struct str s)
{
	size_t dots = 0;
	uint64_t v;
	struct str arc, rest = s;
	bool more = true;
	for (; more; dots += more) {
		more = str_cut(rest, '.', &arc, &rest);
		if (!str_to_u64(arc, &v) || v > UINT32_MAX || (dots == 0 && v > 2) ||
		    (dots == 1 && s.p[0] != '2' && v > 39))
			return false;
	}
	return dots > 0 && dots < 20 && s.n < DER_OID_TEXT;
}

static struct result attributes(struct arena *a, const struct ades_options *o, struct str type_raw,
                                struct str digest, bool counter, struct str *ret, struct err *err)
{
	struct str v[ATTRS];
	size_t n = 0;
	v[n++] = cades_attribute(a, CADES_MESSAGE_DIGEST, cades_tlv(a, DER_OCTETS, digest));
	v[n++] = cades_attribute(a, CADES_SIGNING_CERT_V2, cert_value(a, o->signer.cert));
	if (!counter)
		v[n++] = cades_attribute(a, CADES_CONTENT_TYPE, type_raw);
	if (o->time)
		v[n++] = cades_attribute(a, CADES_SIGNING_TIME, time_value(a, o->time));
	if (o->commitment.n) {
		if (!is_oid(o->commitment))
			return fail(err, ERR_INPUT, "sign.option", NULL, "a commitment is a dotted OID: %.*s",
			            STR_ARG(o->commitment));
		v[n++] = cades_attribute(a, CADES_COMMITMENT, cades_tlv(a, DER_SEQ, cades_oid(a,
		                         arena_cstr(a, o->commitment))));
	}
	if (o->place.n)
		v[n++] = cades_attribute(a, CADES_LOCATION, place_value(a, o->place));
	if (o->role.n)
		v[n++] = cades_attribute(a, CADES_ATTRIBUTES_V2, role_value(a, o->role));
	if (o->mime.n && !counter)
		v[n++] = cades_attribute(a, CADES_MIME, cades_tlv(a, DER_UTF8, o->mime));
	cades_sort(v, n);
	*ret = cades_concat(a, v, n);
	return ok();
}

struct result cades_signer_make(struct arena *a, const struct ades_options *o,
                                struct str type_raw, struct str digest, bool counter,
                                struct str *ret_fixed, struct err *err)
{
	struct sign_cert c;
	struct str attrs;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	if (!sign_cert_read(o->signer.cert, &c))
		return fail(err, ERR_INPUT, "sign.cert", "RFC 5280 §4.1", "not a certificate");
	if (!o->signer.key || !str_eq(c.spki, key_spki(o->signer.key)))
		return fail(err, ERR_INPUT, "sign.cert", NULL, "the certificate is of another key");
	TRY(attributes(a, o, type_raw, digest, counter, &attrs, err));
	TRY(key_sign(o->signer.key, alg_of(o), cades_tlv(a, DER_SET, attrs), sig, &n, err));
	struct str sid = arena_join(a, c.issuer_der, cades_tlv(a, DER_INTEGER, c.serial));
	struct str parts[] = { str_of("\x02\x01\x01", 3), cades_tlv(a, DER_SEQ, sid),
		cades_digest_id(a, cades_signer_digest(o)), cades_tlv(a, DER_CTXC(0), attrs),
		alg_id(a, alg_of(o)), cades_tlv(a, DER_OCTETS, str_of((char *)sig, n)) };
	*ret_fixed = cades_concat(a, parts, sizeof parts / sizeof *parts);
	return ok();
}
