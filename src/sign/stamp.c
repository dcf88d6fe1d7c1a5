/* TimeStampToken: ContentInfo of SignedData of TSTInfo (RFC 3161 §2.4.2), one
 * signer (EN 319 422 §5.2). What breaks the form without hiding what is said
 * goes into `what`; what cannot be told is an error. */
#include "sign/stamp.h"

static struct result broken(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.stamp", "RFC 3161 §2.4.2", "%s", what);
}

static void get_imprint(struct der_in *in, struct stamp *s)
{
	char oid[DER_OID_TEXT];
	struct der_in seq = der_enter(in, DER_SEQ), id = der_enter(&seq, DER_SEQ);
	der_get_oid(&id, oid);
	if (der_peek(&id) == DER_NULL)
		der_get_null(&id);
	der_leave(&seq, &id);
	s->digest = seq.bad ? NULL : sign_digest_oid(oid);
	s->imprint = der_get(&seq, DER_OCTETS);
	der_leave(in, &seq);
}

/* 1 to 999, in a tag of its own (§2.4.2). */
static int64_t part(struct der_in *in, int tag)
{
	struct str s;
	int64_t v = 0;
	if (!der_maybe(in, tag, &s))
		return 0;
	for (size_t i = 0; i < s.n && i < 3; i++)
		v = v << 8 | (uint8_t)s.p[i];
	if (s.n == 0 || s.n > 3 || v > 999)
		der_fault(in);
	return v;
}

static void get_accuracy(struct der_in *in, struct stamp *s)
{
	uint64_t seconds = 0;
	struct der_in seq = der_enter(in, DER_SEQ);
	if (der_peek(&seq) == DER_INTEGER)
		seconds = der_get_uint(&seq);
	if (seconds > 86400 * 366)
		der_fault(&seq);
	int64_t millis = part(&seq, DER_CTX(0)), micros = part(&seq, DER_CTX(1));
	der_leave(in, &seq);
	if (!in->bad)
		s->accuracy_us = (int64_t)seconds * 1000000 + millis * 1000 + micros;
}

/* Extensions: a critical one that nobody here knows makes the stamp unusable. */
static void get_extensions(struct der_in *in, struct stamp *s)
{
	struct der_in list = der_enter(in, DER_CTXC(1));
	while (der_peek(&list) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&list, DER_SEQ);
		der_get_oid(&one, oid);
		if (der_peek(&one) == DER_BOOLEAN && der_get_bool(&one))
			s->what = STR("a critical extension that is not known");
		(void)der_get(&one, DER_OCTETS);
		der_leave(&list, &one);
	}
	der_leave(in, &list);
}

static bool get_info(struct str der, struct stamp *s)
{
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	uint64_t version = der_get_uint(&seq);
	der_get_oid(&seq, s->policy);
	get_imprint(&seq, s);
	s->serial = der_get(&seq, DER_INTEGER);
	if (!der_get_any_time(&seq, &s->at))
		return false;
	if (der_peek(&seq) == DER_SEQ)
		get_accuracy(&seq, s);
	if (der_peek(&seq) == DER_BOOLEAN)
		s->ordering = der_get_bool(&seq);
	if (der_peek(&seq) == DER_INTEGER)
		s->nonce = der_get(&seq, DER_INTEGER);
	if (der_peek(&seq) == DER_CTXC(0))
		(void)der_get(&seq, DER_CTXC(0));
	if (der_peek(&seq) == DER_CTXC(1))
		get_extensions(&seq, s);
	der_leave(&in, &seq);
	return der_done(&in) && version == 1;
}

static bool says_info(const struct cms_signer_info *si)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(cms_attr_value(&si->attrs, OID_ATTR_CONTENT_TYPE, NULL));
	der_get_oid(&in, oid);
	return strcmp(oid, OID_TST_INFO_TYPE) == 0;
}

static void check(struct arena *a, struct stamp *s, const struct str *certs, size_t ncerts)
{
	const struct cms_signer_info *si = &s->cms.signers[0];
	uint8_t hash[DIGEST_SIZE_MAX];
	struct source bytes = source_bytes(STR(""), s->cms.content);
	struct range all = { 0, s->cms.content.n };
	s->alg = si->alg;
	s->alg_known = si->alg_known;
	s->content_digest = si->digest;
	s->cert = cms_signer_cert(si, s->cms.certs, s->cms.ncerts);
	if (!s->cert.n)
		s->cert = cms_signer_cert(si, certs, ncerts);
	if (si->digest && is_ok(source_digest(&bytes, &all, 1, si->digest, hash, NULL)))
		s->intact = str_eq(cms_message_digest(si), str_of((char *)hash, si->digest->size));
	if (!s->cert.n)
		return;
	s->cert_ref = cms_cert_ref(si, s->cert);
	s->value_ok = cms_value_holds(a, si, s->cert, STR(""));
}

struct result stamp_read(struct arena *a, struct str token, const struct str *certs,
                         size_t ncerts, struct stamp *ret, struct err *err)
{
	struct stamp s = { .what = STR("") };
	TRY(cms_signed_read(a, token, &s.cms, err));
	if (strcmp(s.cms.content_type, OID_TST_INFO_TYPE) != 0 || !s.cms.attached)
		return broken(err, "a CMS that holds no TSTInfo");
	if (s.cms.nsigners != 1)
		return broken(err, "a time stamp with other than one signer");
	if (!get_info(s.cms.content, &s))
		return broken(err, "a TSTInfo that cannot be read");
	if (!s.cms.signers[0].has_attrs || !says_info(&s.cms.signers[0]))
		s.what = STR("the signed attributes do not say that a time stamp is signed");
	check(a, &s, certs, ncerts);
	*ret = s;
	return ok();
}
