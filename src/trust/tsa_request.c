/* TimeStampReq (RFC 3161 §2.4.1): strict DER; an explicit certReq FALSE passes,
 * because old clients write it. */
#include "trust/tsa_priv.h"

static enum tsa_fail get_imprint(struct der_in *in, struct tsa_request *r)
{
	struct der_in again = *in;
	r->imprint = der_get_raw(&again, DER_SEQ);
	struct der_in seq = der_enter(in, DER_SEQ), alg = seq;
	bool known = x509_get_digest_alg(&alg, &r->alg);
	der_get(&seq, DER_SEQ);
	r->hash = der_get(&seq, DER_OCTETS);
	der_leave(in, &seq);
	if (in->bad)
		return TSA_BAD_DATA;
	if (!known || r->alg == DIGEST_SHA1)
		return TSA_BAD_ALG;
	return r->hash.n == digest_size(r->alg) ? TSA_FAIL_NONE : TSA_BAD_DATA;
}

static enum tsa_fail get_body(struct der_in *seq, struct tsa_request *r)
{
	enum tsa_fail fail = TSA_FAIL_NONE;
	if (der_get_uint(seq) != 1 || seq->bad)
		return TSA_BAD_REQUEST;
	fail = get_imprint(seq, r);
	if (der_peek(seq) == DER_OID)
		der_get_oid(seq, r->policy);
	if (der_peek(seq) == DER_INTEGER)
		r->nonce = der_get_int(seq);
	if (der_peek(seq) == DER_BOOLEAN)
		r->cert = der_get_bool(seq);
	if (der_peek(seq) == DER_CTXC(0)) {
		der_get(seq, DER_CTXC(0));
		fail = fail == TSA_FAIL_NONE ? TSA_EXTENSION : fail;
	}
	return r->nonce.n > TSA_NONCE_MAX ? TSA_BAD_REQUEST : fail;
}

bool tsa_request_parse(struct str der, struct tsa_request *ret, enum tsa_fail *ret_fail)
{
	struct tsa_request r = { .nonce = STR("") };
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	enum tsa_fail fail = der.n > TSA_REQUEST_MAX ? TSA_BAD_REQUEST : get_body(&seq, &r);
	der_leave(&in, &seq);
	if (!der_done(&in))
		fail = TSA_BAD_DATA;
	*ret_fail = fail;
	if (fail != TSA_FAIL_NONE)
		return false;
	*ret = r;
	return true;
}

struct result tsa_request_make(struct arena *a, enum digest_alg alg, struct str hash,
                               struct str nonce, bool cert, struct str *ret, struct err *err)
{
	BUF_AUTO b;
	struct der d;
	if (hash.n != digest_size(alg) || nonce.n > TSA_NONCE_MAX || alg == DIGEST_SHA1)
		return fail(err, ERR_INPUT, "trust.tsa.request", NULL, "a digest of %zu bytes", hash.n);
	buf_init(&b, TSA_REQUEST_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 1);
	der_open(&d, DER_SEQ);
	x509_put_digest_alg(&d, alg);
	der_put(&d, DER_OCTETS, hash);
	der_close(&d);
	if (nonce.n)
		der_put_bytes_int(&d, nonce);
	if (cert)
		der_put_true(&d);
	der_close(&d);
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
