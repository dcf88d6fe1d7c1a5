/* OCSPRequest (RFC 6960 §4.1.1): strict DER. A signature of the requestor is
 * passed over: nobody needs one here (§4.1.2), and a bad one costs nothing. */
#include "trust/ocsp_priv.h"

static const struct {
	const char *oid;
	enum digest_alg alg;
} hashes[] = {
	{ "1.3.14.3.2.26", DIGEST_SHA1 },
	{ "2.16.840.1.101.3.4.2.1", DIGEST_SHA256 },
	{ "2.16.840.1.101.3.4.2.2", DIGEST_SHA384 },
	{ "2.16.840.1.101.3.4.2.3", DIGEST_SHA512 },
};

static bool get_hash(struct der_in *in, enum digest_alg *ret)
{
	char oid[DER_OID_TEXT];
	struct der_in seq = der_enter(in, DER_SEQ);
	der_get_oid(&seq, oid);
	if (der_peek(&seq) == DER_NULL)
		der_get_null(&seq);
	der_leave(in, &seq);
	for (size_t i = 0; !in->bad && i < sizeof hashes / sizeof *hashes; i++)
		if (strcmp(oid, hashes[i].oid) == 0) {
			*ret = hashes[i].alg;
			return true;
		}
	return false;
}

/* False for a digest that is not known: nobody here can have that name. */
static void get_cert_id(struct der_in *in, struct ocsp_cert_id *ret)
{
	struct der_in again = *in;
	ret->raw = der_get_raw(&again, DER_SEQ);
	struct der_in seq = der_enter(in, DER_SEQ);
	bool known = get_hash(&seq, &ret->alg);
	ret->name_hash = der_get(&seq, DER_OCTETS);
	ret->key_hash = der_get(&seq, DER_OCTETS);
	ret->serial = der_get_int(&seq);
	der_leave(in, &seq);
	if (!known)
		ret->name_hash = ret->key_hash = STR("");
}

/* Extensions: *ret_nonce only where it may stand (NULL otherwise). */
static void get_extensions(struct der_in *in, struct str *ret_nonce)
{
	struct der_in list = der_enter(in, DER_SEQ);
	bool seen = false;
	do {
		char oid[DER_OID_TEXT];
		bool critical = false;
		struct der_in one = der_enter(&list, DER_SEQ);
		der_get_oid(&one, oid);
		if (der_peek(&one) == DER_BOOLEAN && !(critical = der_get_bool(&one)))
			der_fault(&one);
		struct der_in value = der_read(der_get(&one, DER_OCTETS));
		der_leave(&list, &one);
		if (ret_nonce && strcmp(oid, OID_OCSP_NONCE) == 0) {
			*ret_nonce = der_get(&value, DER_OCTETS);
			if (seen || !der_done(&value) || ret_nonce->n < 1 || ret_nonce->n > OCSP_NONCE_MAX)
				der_fault(&list);
			seen = true;
		} else if (critical) {
			der_fault(&list);
		}
	} while (!list.bad && der_peek(&list) >= 0);
	der_leave(in, &list);
}

static void get_list(struct der_in *in, struct ocsp_request *r)
{
	struct der_in list = der_enter(in, DER_SEQ);
	do {
		if (r->n == OCSP_ITEMS_MAX) {
			der_fault(&list);
			break;
		}
		struct der_in one = der_enter(&list, DER_SEQ);
		get_cert_id(&one, &r->ids[r->n++]);
		if (der_peek(&one) == DER_CTXC(0)) {
			struct der_in ext = der_enter(&one, DER_CTXC(0));
			get_extensions(&ext, NULL);
			der_leave(&one, &ext);
		}
		der_leave(&list, &one);
	} while (!list.bad && der_peek(&list) >= 0);
	der_leave(in, &list);
}

static void get_tbs(struct der_in *in, struct ocsp_request *r)
{
	struct der_in tbs = der_enter(in, DER_SEQ);
	/* version v1 is the default and so never written (X.690 §11.5) */
	if (der_peek(&tbs) == DER_CTXC(1))
		der_get(&tbs, DER_CTXC(1));
	get_list(&tbs, r);
	if (der_peek(&tbs) == DER_CTXC(2)) {
		struct der_in ext = der_enter(&tbs, DER_CTXC(2));
		get_extensions(&ext, &r->nonce);
		der_leave(&tbs, &ext);
	}
	der_leave(in, &tbs);
}

struct result ocsp_request_parse(struct str der, struct ocsp_request *ret, struct err *err)
{
	struct ocsp_request r = { .nonce = STR("") };
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	if (der.n > OCSP_BYTES_MAX)
		return fail(err, ERR_INPUT, "trust.ocsp.large", NULL, "a request over %d bytes",
		            OCSP_BYTES_MAX);
	get_tbs(&seq, &r);
	if (der_peek(&seq) == DER_CTXC(0))
		der_get(&seq, DER_CTXC(0));
	der_leave(&in, &seq);
	if (!der_done(&in))
		return fail(err, ERR_INPUT, "trust.ocsp.malformed", "RFC 6960 §4.1.1",
		            "not an OCSP request in DER");
	*ret = r;
	return ok();
}

static const char *oid_of(enum digest_alg alg)
{
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		if (hashes[i].alg == alg)
			return hashes[i].oid;
	return hashes[0].oid;
}

static void put_nonce(struct der *d, struct str nonce)
{
	der_open(d, DER_SEQ);
	x509_ext_open(d, OID_OCSP_NONCE, false);
	der_put(d, DER_OCTETS, nonce);
	x509_ext_close(d);
	der_close(d);
}

void ocsp_put_nonce(struct der *d, int tag, struct str nonce)
{
	if (nonce.n == 0)
		return;
	der_open(d, tag);
	put_nonce(d, nonce);
	der_close(d);
}

static void put_cert_id(struct der *d, const struct ocsp_names *n, enum digest_alg alg,
                        struct str serial)
{
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_put_oid(d, oid_of(alg));
	der_put_null(d);
	der_close(d);
	der_put(d, DER_OCTETS, ocsp_name_hash(n, alg));
	der_put(d, DER_OCTETS, ocsp_key_hash(n, alg));
	der_put(d, DER_INTEGER, serial);
	der_close(d);
}

struct result ocsp_request_make(struct arena *a, struct str ca_cert, struct str serial,
                                enum digest_alg alg, struct str nonce, struct str *ret,
                                struct err *err)
{
	struct cert ca;
	struct ocsp_names names;
	BUF_AUTO b;
	struct der d;
	TRY(cert_parse(a, ca_cert, &ca, err));
	ocsp_names_of(&ca, &names);
	buf_init(&b, OCSP_BYTES_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	put_cert_id(&d, &names, alg, serial);
	der_close(&d);
	der_close(&d);
	ocsp_put_nonce(&d, DER_CTXC(2), nonce);
	der_close(&d);
	der_close(&d);
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
