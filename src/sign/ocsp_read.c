/* OCSP answers of anybody (RFC 6960 §4.2), any algorithm, strict DER. */
#include "sign/cms_read.h"
#include "sign/revocation.h"

enum { RESPONDER_CERTS = 8 };

struct basic {
	struct str tbs, alg_id, signature;
	size_t ncerts;
	struct str certs[RESPONDER_CERTS];
	struct str by_name, by_key;
	int64_t produced;
	struct der_in answers;
};

/* OCSPResponse around it, or not. */
static struct str basic_of(struct str der)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	if (der_peek(&seq) != DER_ENUM)
		return der;
	struct str status = der_get(&seq, DER_ENUM);
	struct der_in box = der_enter(&seq, DER_CTXC(0)), bytes = der_enter(&box, DER_SEQ);
	der_get_oid(&bytes, oid);
	struct str basic = der_get(&bytes, DER_OCTETS);
	bool good = status.n == 1 && status.p[0] == 0 && strcmp(oid, "1.3.6.1.5.5.7.48.1.1") == 0;
	return good && der_done(&bytes) ? basic : STR("");
}

static bool critical_inside(struct der_in *in, int tag, int64_t *ret_cutoff)
{
	struct der_in box = der_enter(in, tag), seq = der_enter(&box, DER_SEQ);
	bool critical = false;
	while (der_peek(&seq) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&seq, DER_SEQ);
		der_get_oid(&one, oid);
		critical |= der_peek(&one) == DER_BOOLEAN && der_get_bool(&one) &&
		            strcmp(oid, "1.3.6.1.5.5.7.48.1.2") != 0; /* a nonce is for the asker */
		struct der_in value = der_enter(&one, DER_OCTETS);
		if (strcmp(oid, "1.3.6.1.5.5.7.48.1.6") == 0 && ret_cutoff)
			(void)der_get_any_time(&value, ret_cutoff);
		der_leave(&seq, &one);
	}
	der_leave(&box, &seq);
	der_leave(in, &box);
	return critical;
}

static bool read_data(struct basic *b)
{
	struct der_in in = der_read(b->tbs), seq = der_enter(&in, DER_SEQ);
	bool critical = false;
	if (der_peek(&seq) == DER_CTXC(0))
		(void)der_get(&seq, DER_CTXC(0));
	if (der_peek(&seq) == DER_CTXC(1)) {
		struct der_in name = der_enter(&seq, DER_CTXC(1));
		b->by_name = der_get_raw(&name, DER_SEQ);
	} else {
		struct der_in key = der_enter(&seq, DER_CTXC(2));
		b->by_key = der_get(&key, DER_OCTETS);
	}
	if (!der_get_any_time(&seq, &b->produced))
		return false;
	b->answers = der_enter(&seq, DER_SEQ);
	if (der_peek(&seq) == DER_CTXC(1))
		critical = critical_inside(&seq, DER_CTXC(1), NULL);
	return der_done(&seq) && !critical && (b->by_name.n || b->by_key.n);
}

static bool read_basic(struct str der, struct basic *b)
{
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	b->tbs = der_get_raw(&seq, DER_SEQ);
	b->alg_id = der_get_raw(&seq, DER_SEQ);
	b->signature = der_get_bits(&seq);
	if (der_peek(&seq) == DER_CTXC(0)) {
		struct der_in box = der_enter(&seq, DER_CTXC(0)), list = der_enter(&box, DER_SEQ);
		while (der_peek(&list) >= 0 && b->ncerts < RESPONDER_CERTS)
			b->certs[b->ncerts++] = der_get_raw(&list, DER_SEQ);
		if (list.bad)
			return false;
	}
	return der_done(&seq) && read_data(b);
}

static struct str key_bits(struct str spki)
{
	struct der_in in = der_read(spki), seq = der_enter(&in, DER_SEQ);
	(void)der_get_raw(&seq, DER_SEQ);
	return der_get_bits(&seq);
}

static bool hash_is(const struct sign_digest *d, struct str bytes, struct str said)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct source s = source_bytes(STR(""), bytes);
	struct range all = { 0, bytes.n };
	return d && is_ok(source_digest(&s, &all, 1, d, hash, NULL)) &&
	       str_eq(said, str_of((char *)hash, d->size));
}

static bool is_of(struct der_in *one, const struct sign_cert *cert, const struct sign_cert *issuer)
{
	char oid[DER_OID_TEXT];
	struct der_in id = der_enter(one, DER_SEQ), alg = der_enter(&id, DER_SEQ);
	der_get_oid(&alg, oid);
	const struct sign_digest *d = sign_digest_oid(oid);
	struct str name = der_get(&id, DER_OCTETS), key = der_get(&id, DER_OCTETS);
	struct str serial = der_get(&id, DER_INTEGER);
	return der_done(&id) && str_eq(serial, cert->serial) && hash_is(d, issuer->subject_der, name) &&
	       hash_is(d, key_bits(issuer->spki), key);
}

static bool get_status(struct der_in *one, struct revocation *r)
{
	int tag = der_peek(one);
	if (tag == DER_CTX(0)) {
		(void)der_get(one, tag);
		r->status = REV_GOOD;
	} else if (tag == DER_CTXC(1)) {
		struct der_in info = der_enter(one, tag), why;
		if (!der_get_any_time(&info, &r->at))
			return false;
		if (der_peek(&info) == DER_CTXC(0)) {
			why = der_enter(&info, DER_CTXC(0));
			struct str s = der_get(&why, DER_ENUM);
			r->reason = s.n == 1 ? s.p[0] : 0;
		}
		r->status = r->reason == 6 ? REV_HELD : REV_REVOKED;
	} else {
		(void)der_get(one, DER_CTX(2));
		r->status = REV_UNKNOWN;
	}
	return !one->bad;
}

static bool get_answer(struct der_in *one, const struct sign_cert *cert, struct revocation *r)
{
	int64_t cutoff = INT64_MAX;
	bool critical = false;
	if (!get_status(one, r) || !der_get_any_time(one, &r->this_update))
		return false;
	if (der_peek(one) == DER_CTXC(0)) {
		struct der_in next = der_enter(one, DER_CTXC(0));
		if (!der_get_any_time(&next, &r->next_update))
			return false;
	}
	if (der_peek(one) == DER_CTXC(1))
		critical = critical_inside(one, DER_CTXC(1), &cutoff);
	/* §4.4.4: what a responder says of expired certificates, it must say that it keeps */
	bool late = r->status == REV_GOOD && r->this_update > cert->not_after &&
	            cutoff > cert->not_after;
	return der_done(one) && !critical && !late;
}

static bool is_named(const struct basic *b, const struct sign_cert *c)
{
	return b->by_name.n ? str_eq(b->by_name, c->subject_der)
	                    : hash_is(sign_digest_of(DIGEST_SHA1), key_bits(c->spki), b->by_key);
}

/* §4.2.2.2: the issuer itself, or whom it certified with id-kp-OCSPSigning. */
static bool responder(const struct basic *b, const struct sign_cert *issuer, struct sign_cert *ret)
{
	struct sign_alg alg;
	if (is_named(b, issuer)) {
		*ret = *issuer;
		return true;
	}
	for (size_t i = 0; i < b->ncerts; i++)
		if (sign_cert_read(b->certs[i], ret) && is_named(b, ret) && (ret->eku & EKU_OCSP) &&
		    str_eq(ret->issuer_der, issuer->subject_der) && b->produced >= ret->not_before &&
		    b->produced <= ret->not_after &&
		    revocation_signed(ret->tbs, ret->alg_id, ret->signature, issuer->spki, &alg))
			return true;
	return false;
}

bool revocation_ocsp(struct str ocsp, const struct sign_cert *cert,
                     const struct sign_cert *issuer, struct revocation *ret)
{
	struct basic b = { .ncerts = 0 };
	struct revocation r = { .ocsp = true, .der = ocsp };
	struct sign_cert signer;
	if (!read_basic(basic_of(ocsp), &b) || !str_eq(cert->issuer_der, issuer->subject_der))
		return false;
	while (der_peek(&b.answers) >= 0) {
		struct der_in one = der_enter(&b.answers, DER_SEQ);
		if (!is_of(&one, cert, issuer))
			continue;
		if (!get_answer(&one, cert, &r) || !responder(&b, issuer, &signer) ||
		    !revocation_signed(b.tbs, b.alg_id, b.signature, signer.spki, &r.alg))
			return false;
		r.signer = signer.der;
		*ret = r;
		return true;
	}
	return false;
}
