/* See foreign.h. */
#include "foreign.h"

#include <assert.h>
#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/clock.h"

#include "../support/asserts.h"

static struct str keep(struct arena *a, unsigned char *p, int n)
{
	assert_true(n > 0);
	struct str s = arena_str(a, str_of((char *)p, (size_t)n));
	OPENSSL_free(p);
	return s;
}

static ASN1_TIME *at(int64_t us)
{
	return ASN1_TIME_set(NULL, (time_t)(us / CLOCK_SECOND));
}

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX c;
	X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &c, nid, value);
	assert_non_null(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

void party_make(struct arena *a, const struct party_options *o, struct party *ret)
{
	static long serial = 1000;
	X509 *x = X509_new();
	EVP_PKEY *k = o->key ? (EVP_PKEY *)(uintptr_t)o->key
	              : o->rsa_bits ? EVP_RSA_gen((unsigned)o->rsa_bits) : EVP_EC_gen("P-256");
	if (o->key)
		EVP_PKEY_up_ref(k);
	ASN1_TIME *from = at(o->from), *to = at(o->to);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "O", MBSTRING_UTF8,
	                           (const unsigned char *)"試験", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
	                           (const unsigned char *)o->name, -1, -1, 0);
	X509 *issuer = o->issuer ? o->issuer->x : x;
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	X509_set1_notBefore(x, from);
	X509_set1_notAfter(x, to);
	X509_set_pubkey(x, k);
	extend(x, issuer, NID_basic_constraints, o->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(x, issuer, NID_key_usage, o->ca ? "critical,keyCertSign,cRLSign"
	                                       : "critical,digitalSignature,nonRepudiation");
	extend(x, issuer, NID_subject_key_identifier, "hash");
	if (o->issuer)
		extend(x, issuer, NID_authority_key_identifier, "keyid");
	if (o->eku)
		extend(x, issuer, NID_ext_key_usage, o->eku);
	if (o->nocheck)
		extend(x, issuer, NID_id_pkix_OCSP_noCheck, "ignored");
	assert_true(X509_sign(x, o->issuer ? o->issuer->key : k,
	                      EVP_get_digestbyname(o->digest ? o->digest : "SHA256")) > 0);
	unsigned char *p = NULL;
	int n = i2d_X509(x, &p);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	*ret = (struct party){ k, x, keep(a, p, n) };
}

void party_free(struct party *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->x);
	*p = (struct party){ 0 };
}

struct str crl_make(struct arena *a, const struct crl_options *o)
{
	X509_CRL *c = X509_CRL_new();
	ASN1_TIME *from = at(o->from), *to = o->to ? at(o->to) : NULL;
	X509_CRL_set_version(c, 1);
	X509_CRL_set_issuer_name(c, X509_get_subject_name(o->issuer->x));
	X509_CRL_set1_lastUpdate(c, from);
	if (to)
		X509_CRL_set1_nextUpdate(c, to);
	if (o->revoked) {
		X509_REVOKED *r = X509_REVOKED_new();
		ASN1_TIME *when = at(o->revoked_at);
		X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(o->revoked->x));
		X509_REVOKED_set_revocationDate(r, when);
		if (o->reason >= 0) {
			ASN1_ENUMERATED *e = ASN1_ENUMERATED_new();
			ASN1_ENUMERATED_set(e, o->reason);
			X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, e, 0, 0);
			ASN1_ENUMERATED_free(e);
		}
		X509_CRL_add0_revoked(c, r);
		ASN1_TIME_free(when);
	}
	assert_true(X509_CRL_sign(c, o->issuer->key, EVP_sha256()) > 0);
	unsigned char *p = NULL;
	int n = i2d_X509_CRL(c, &p);
	X509_CRL_free(c);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return keep(a, p, n);
}

struct str ocsp_make(struct arena *a, const struct ocsp_options *o)
{
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), o->subject->x, o->issuer->x);
	ASN1_TIME *from = at(o->from), *to = o->to ? at(o->to) : NULL;
	ASN1_TIME *when = o->revoked_at ? at(o->revoked_at) : NULL;
	int status = o->unknown ? V_OCSP_CERTSTATUS_UNKNOWN
	             : when ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD;
	assert_non_null(OCSP_basic_add1_status(b, id, status, o->reason, when, from, to));
	assert_int_equal(OCSP_basic_sign(b, o->responder->x, o->responder->key, EVP_sha256(), NULL, 0),
	                 1); /* producedAt is the clock's now, whatever time the test is at */
	OCSP_RESPONSE *r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	unsigned char *p = NULL;
	int n = i2d_OCSP_RESPONSE(r, &p);
	OCSP_RESPONSE_free(r);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	ASN1_TIME_free(when);
	return keep(a, p, n);
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *c, void *data)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	(void)c;
	ASN1_INTEGER_set(n, ++*(long *)data);
	return n;
}

static int the_time(TS_RESP_CTX *c, void *data, long *sec, long *usec)
{
	(void)c;
	*sec = (long)(*(int64_t *)data / CLOCK_SECOND);
	*usec = 0;
	return 1;
}

static TS_REQ *request(struct str hash)
{
	TS_REQ *q = TS_REQ_new();
	TS_MSG_IMPRINT *m = TS_MSG_IMPRINT_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	X509_ALGOR_set_md(alg, EVP_sha256());
	TS_MSG_IMPRINT_set_algo(m, alg);
	TS_MSG_IMPRINT_set_msg(m, (unsigned char *)(uintptr_t)hash.p, (int)hash.n);
	TS_REQ_set_version(q, 1);
	TS_REQ_set_msg_imprint(q, m);
	TS_REQ_set_cert_req(q, 1);
	TS_MSG_IMPRINT_free(m);
	X509_ALGOR_free(alg);
	return q;
}

struct str stamp_make(struct arena *a, const struct party *unit, const struct party *issuer,
                      struct str hash, int64_t when)
{
	static long serial;
	TS_RESP_CTX *c = TS_RESP_CTX_new();
	STACK_OF(X509) *more = sk_X509_new_null();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
	TS_REQ *q = request(hash);
	unsigned char *qp = NULL, *p = NULL;
	int qn = i2d_TS_REQ(q, &qp);
	BIO *in = BIO_new_mem_buf(qp, qn);
	sk_X509_push(more, issuer->x);
	assert_true(TS_RESP_CTX_set_signer_cert(c, unit->x) && TS_RESP_CTX_set_signer_key(c, unit->key) &&
	            TS_RESP_CTX_set_signer_digest(c, EVP_sha256()) &&
	            TS_RESP_CTX_set_ess_cert_id_digest(c, EVP_sha256()) &&
	            TS_RESP_CTX_set_def_policy(c, policy) && TS_RESP_CTX_set_certs(c, more) &&
	            TS_RESP_CTX_add_md(c, EVP_sha256()) && TS_RESP_CTX_set_accuracy(c, 1, 0, 0));
	TS_RESP_CTX_set_serial_cb(c, next_serial, &serial);
	TS_RESP_CTX_set_time_cb(c, the_time, &when);
	TS_RESP *r = TS_RESP_create_response(c, in);
	assert_non_null(r);
	PKCS7 *token = TS_RESP_get_token(r);
	assert_non_null(token);
	int n = i2d_PKCS7(token, &p);
	TS_RESP_free(r);
	BIO_free(in);
	OPENSSL_free(qp);
	TS_REQ_free(q);
	ASN1_OBJECT_free(policy);
	sk_X509_free(more);
	TS_RESP_CTX_free(c);
	return keep(a, p, n);
}

struct str hash_of(struct arena *a, struct str s)
{
	uint8_t h[SHA256_SIZE];
	sha256(s, h);
	return arena_str(a, str_of((char *)h, sizeof h));
}
