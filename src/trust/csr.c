/* Certification requests (PKCS#10, RFC 2986): the proof that whoever asks has
 * the private key. The name stays empty: the CA knows whom it certifies. */
#include "trust/ca.h"
#include "trust/x509.h"

struct result trust_csr_make(struct arena *a, const struct key *key, struct str *ret_der,
                             struct err *err)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, CERT_BYTES_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 0);
	der_put(&d, DER_SEQ, STR(""));
	der_raw(&d, key_spki(key));
	der_put(&d, DER_CTXC(0), STR(""));
	der_close(&d);
	return x509_sign(a, buf_str(&b), key, ret_der, err);
}

static bool read_request(struct str der, struct x509_signed *ret, struct str *ret_spki)
{
	if (der.n > CERT_BYTES_MAX || !x509_open(der, ret))
		return false;
	struct der_in in = der_read(ret->tbs), seq = der_enter(&in, DER_SEQ);
	bool version = der_get_uint(&seq) == 0;
	der_get(&seq, DER_SEQ);
	*ret_spki = der_get_raw(&seq, DER_SEQ);
	der_get(&seq, DER_CTXC(0));
	der_leave(&in, &seq);
	return version && der_done(&in);
}

struct result trust_csr_open(struct str der, struct key **ret, struct err *err)
{
	struct x509_signed s;
	struct str spki;
	KEY_AUTO key = NULL;
	if (!read_request(der, &s, &spki))
		return fail(err, ERR_INPUT, "trust.csr.malformed", "RFC 2986 §4", "not a request in DER");
	TRY(key_import_public(spki, &key, err));
	if (!key_verify(key, s.alg, s.tbs, s.signature))
		return fail(err, ERR_INPUT, "trust.csr.possession", "RFC 2986 §4.2",
		            "the request is not signed with the key that it names");
	*ret = key_ref(key);
	return ok();
}
