/* Making CMS SignedData (RFC 5652 §5), CAdES-B: DER throughout, sets sorted
 * (X.690 §11.6). */
#include <assert.h>
#include <stdlib.h>

#include "trust/cms_oid.h"
#include "trust/x509.h"

enum { ATTRS_MAX = 4 };

enum digest_alg trust_cms_digest(const struct key *k)
{
	return sig_alg_row(key_sig_of(k))->digest;
}

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static void put_sorted(struct der *d, struct str *items, size_t n)
{
	qsort(items, n, sizeof *items, by_bytes);
	for (size_t i = 0; i < n; i++)
		der_raw(d, items[i]);
}

/* What an attribute's value is made of; one field is used. */
struct value {
	const char *oid;   /* content-type */
	struct str octets; /* message-digest */
	int64_t time;      /* signing-time */
	struct str cert;   /* signing-certificate-v2 */
};

static void put_ess_cert(struct der *d, struct str cert)
{
	uint8_t hash[SHA256_SIZE];
	sha256(cert, hash);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ); /* ESSCertIDv2: SHA-256 is the default and not written */
	der_put(d, DER_OCTETS, str_of((char *)hash, sizeof hash));
	der_close(d);
	der_close(d);
	der_close(d);
}

static struct str attribute(struct arena *a, const char *type, const struct value *v)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 1024);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_oid(&d, type);
	der_open(&d, DER_SET);
	if (v->oid)
		der_put_oid(&d, v->oid);
	else if (v->octets.n)
		der_put(&d, DER_OCTETS, v->octets);
	else if (v->cert.n)
		put_ess_cert(&d, v->cert);
	else
		der_put_time(&d, v->time);
	der_close(&d);
	der_close(&d);
	assert(!buf_over(&b));
	return arena_str(a, buf_str(&b));
}

/* The content of SignedAttributes. */
static struct str attributes(struct arena *a, struct str cert, struct str digest, int64_t time)
{
	struct str list[ATTRS_MAX];
	size_t n = 0;
	BUF_AUTO b;
	struct der d;
	list[n++] = attribute(a, OID_CONTENT_TYPE, &(struct value){ .oid = OID_DATA });
	list[n++] = attribute(a, OID_MESSAGE_DIGEST, &(struct value){ .octets = digest });
	list[n++] = attribute(a, OID_SIGNING_CERT_V2, &(struct value){ .cert = cert });
	if (time)
		list[n++] = attribute(a, OID_SIGNING_TIME, &(struct value){ .time = time });
	buf_init(&b, 4096);
	der_init(&d, &b);
	put_sorted(&d, list, n);
	assert(!buf_over(&b));
	return arena_str(a, buf_str(&b));
}

/* RFC 5652 §5.4: what is signed is the attributes as a SET, not as [0]. */
static struct result sign_attributes(const struct key *key, struct str attrs,
                                     uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 8192);
	der_init(&d, &b);
	der_put(&d, DER_SET, attrs);
	return key_sign(key, key_sig_of(key), buf_str(&b), ret, ret_n, err);
}

/* rsaEncryption for PKCS #1 v1.5 (RFC 3370 §3.2), as every reader expects. */
static void put_signer_alg(struct der *d, enum sig_alg alg)
{
	if (alg != SIG_RS256) {
		x509_put_sig_alg(d, alg);
		return;
	}
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_RSA);
	der_put_null(d);
	der_close(d);
}

static void put_signer(struct der *d, const struct cms_signer *s, const struct cert *c,
                       struct str attrs, struct str signature)
{
	enum sig_alg alg = key_sig_of(s->key);
	der_open(d, DER_SEQ);
	der_put_uint(d, 1);
	der_open(d, DER_SEQ);
	der_raw(d, c->issuer_der);
	der_put(d, DER_INTEGER, c->serial);
	der_close(d);
	x509_put_digest_alg(d, sig_alg_row(alg)->digest);
	der_put(d, DER_CTXC(0), attrs);
	put_signer_alg(d, alg);
	der_put(d, DER_OCTETS, signature);
	der_close(d);
}

static void put_certificates(struct der *d, const struct cms_signer *s)
{
	struct str all[1 + CHAIN_MAX];
	size_t n = 0;
	all[n++] = s->cert;
	for (size_t i = 0; i < s->nchain; i++)
		all[n++] = s->chain[i];
	der_open(d, DER_CTXC(0));
	put_sorted(d, all, n);
	der_close(d);
}

static void put_signed_data(struct der *d, const struct cms_signer *s, const struct cert *c,
                            struct str attrs, struct str signature)
{
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_SIGNED_DATA);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_SEQ);
	der_put_uint(d, 1);
	der_open(d, DER_SET);
	x509_put_digest_alg(d, trust_cms_digest(s->key));
	der_close(d);
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_DATA);
	der_close(d);
	put_certificates(d, s);
	der_open(d, DER_SET);
	put_signer(d, s, c, attrs, signature);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
}

struct result trust_cms_sign_digest(struct arena *a, const struct cms_signer *s,
                                    struct str digest, int64_t signing_time, struct str *ret_der,
                                    struct err *err)
{
	struct cert c;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	BUF_AUTO b;
	struct der d;
	buf_init(&b, CMS_BYTES_MAX);
	TRY(cert_parse(a, s->cert, &c, err));
	if (!str_eq(c.spki, key_spki(s->key)))
		return fail(err, ERR_INPUT, "trust.cms.key", NULL, "the certificate is of another key");
	if (digest.n != digest_size(trust_cms_digest(s->key)) || s->nchain > CHAIN_MAX)
		return fail(err, ERR_INPUT, "trust.cms.digest", NULL, "digest of %zu bytes, %zu "
		            "further certificates", digest.n, s->nchain);
	struct str attrs = attributes(a, s->cert, digest, signing_time);
	TRY(sign_attributes(s->key, attrs, sig, &n, err));
	der_init(&d, &b);
	put_signed_data(&d, s, &c, attrs, str_of((char *)sig, n));
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "trust.cms.large", NULL, "over %d bytes", CMS_BYTES_MAX);
	*ret_der = arena_str(a, buf_str(&b));
	return ok();
}

struct result trust_cms_sign_detached(struct arena *a, const struct cms_signer *s,
                                      const struct str *slices, size_t nslices,
                                      int64_t signing_time, struct str *ret_der, struct err *err)
{
	uint8_t out[DIGEST_SIZE_MAX];
	struct digest_stream h;
	digest_init(&h, trust_cms_digest(s->key));
	for (size_t i = 0; i < nslices; i++)
		digest_add(&h, slices[i]);
	size_t n = digest_done(&h, out);
	return trust_cms_sign_digest(a, s, str_of((char *)out, n), signing_time, ret_der, err);
}
