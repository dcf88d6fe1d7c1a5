/* Reading and checking CMS SignedData (RFC 5652 §5.6).
 *
 * Accepted: DER, detached, one signer named by issuer and serial, its
 * certificate inside, the CAdES-B attributes each once. Unsigned attributes and
 * revocation data are passed over. Order of the questions: form, signature
 * value, signing-certificate-v2, content, then the certificate itself. */
#include "trust/cms_oid.h"
#include "trust/x509.h"

struct signed_data {
	size_t ncerts;
	struct str certs[1 + CHAIN_MAX];
	struct str issuer, serial;
	enum digest_alg digest;
	enum sig_alg sig_alg;
	struct str attrs;     /* content of SignedAttributes */
	struct str signature;
	struct str message_digest, cert_hash;
	enum digest_alg cert_hash_alg;
	bool content_type;
	int64_t time;
};

static void get_certs(struct der_in *in, struct signed_data *s)
{
	struct der_in set = der_enter(in, DER_CTXC(0));
	while (!set.bad && der_peek(&set) >= 0) {
		if (s->ncerts == sizeof s->certs / sizeof *s->certs)
			der_fault(&set);
		else
			s->certs[s->ncerts++] = der_get_raw(&set, DER_SEQ);
	}
	der_leave(in, &set);
}

/* RFC 5035 §3; only the first certificate is the signer's. */
static void get_ess(struct der_in *in, struct signed_data *s)
{
	struct der_in seq = der_enter(in, DER_SEQ), list = der_enter(&seq, DER_SEQ);
	struct der_in one = der_enter(&list, DER_SEQ);
	s->cert_hash_alg = DIGEST_SHA256;
	if (der_peek(&one) == DER_SEQ)
		x509_get_digest_alg(&one, &s->cert_hash_alg);
	s->cert_hash = der_get(&one, DER_OCTETS);
	if (der_peek(&one) == DER_SEQ)
		der_get(&one, DER_SEQ);
	der_leave(&list, &one);
	while (!list.bad && der_peek(&list) >= 0)
		der_get(&list, DER_SEQ);
	der_leave(&seq, &list);
	if (der_peek(&seq) == DER_SEQ)
		der_get(&seq, DER_SEQ);
	der_leave(in, &seq);
}

static void get_content_type(struct der_in *in, struct signed_data *s)
{
	char oid[DER_OID_TEXT];
	der_get_oid(in, oid);
	s->content_type = strcmp(oid, OID_DATA) == 0;
}

static void get_digest(struct der_in *in, struct signed_data *s)
{
	s->message_digest = der_get(in, DER_OCTETS);
}

static void get_time(struct der_in *in, struct signed_data *s)
{
	s->time = der_get_time(in);
}

static const struct {
	const char *oid;
	void (*read)(struct der_in *in, struct signed_data *s);
} attr_rows[] = {
	{ OID_CONTENT_TYPE, get_content_type },
	{ OID_MESSAGE_DIGEST, get_digest },
	{ OID_SIGNING_CERT_V2, get_ess },
	{ OID_SIGNING_TIME, get_time },
};

static void get_attributes(struct der_in *in, struct signed_data *s)
{
	unsigned seen = 0;
	s->attrs = der_get(in, DER_CTXC(0));
	struct der_in set = der_read(s->attrs);
	while (!set.bad && der_peek(&set) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&set, DER_SEQ);
		der_get_oid(&one, oid);
		struct der_in values = der_enter(&one, DER_SET);
		size_t i = 0;
		while (i < sizeof attr_rows / sizeof *attr_rows && strcmp(oid, attr_rows[i].oid) != 0)
			i++;
		if (i == sizeof attr_rows / sizeof *attr_rows) {
			values.p = values.end;
		} else {
			if (seen & 1u << i)
				der_fault(&values);
			seen |= 1u << i;
			attr_rows[i].read(&values, s);
		}
		der_leave(&one, &values);
		der_leave(&set, &one);
	}
	if (set.bad || (seen & 7u) != 7u || !s->content_type) /* all but signing-time */
		der_fault(in);
}

static void get_signer_alg(struct der_in *in, struct signed_data *s)
{
	static const char rsa[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
	struct der_in ahead = *in;
	if (str_eq(der_get_raw(&ahead, DER_SEQ), str_of(rsa, sizeof rsa - 1))) {
		*in = ahead;
		s->sig_alg = SIG_RS256;
	} else {
		x509_get_sig_alg(in, &s->sig_alg);
	}
}

static void get_signer(struct der_in *in, struct signed_data *s)
{
	struct der_in set = der_enter(in, DER_SET), one = der_enter(&set, DER_SEQ);
	if (der_get_uint(&one) != 1)
		der_fault(&one);
	struct der_in sid = der_enter(&one, DER_SEQ);
	s->issuer = der_get_raw(&sid, DER_SEQ);
	s->serial = der_get_int(&sid);
	der_leave(&one, &sid);
	x509_get_digest_alg(&one, &s->digest);
	get_attributes(&one, s);
	get_signer_alg(&one, s);
	s->signature = der_get(&one, DER_OCTETS);
	if (der_peek(&one) == DER_CTXC(1)) /* unsigned attributes */
		der_get(&one, DER_CTXC(1));
	der_leave(&set, &one);
	der_leave(in, &set);
}

/* §5.1 digestAlgorithms: bits of the algorithms named. */
static unsigned get_digests(struct der_in *in)
{
	unsigned found = 0;
	struct der_in set = der_enter(in, DER_SET);
	while (!set.bad && der_peek(&set) >= 0) {
		enum digest_alg alg = DIGEST_COUNT;
		if (x509_get_digest_alg(&set, &alg))
			found |= 1u << alg;
	}
	der_leave(in, &set);
	return found;
}

static void get_body(struct der_in *in, struct signed_data *s)
{
	char oid[DER_OID_TEXT];
	uint64_t version = der_get_uint(in);
	if (version != 1 && (version < 3 || version > 5))
		der_fault(in);
	unsigned digests = get_digests(in);
	struct der_in content = der_enter(in, DER_SEQ);
	der_get_oid(&content, oid);
	if (strcmp(oid, OID_DATA) != 0)
		der_fault(&content);
	der_leave(in, &content); /* content inside would be left over: detached only */
	get_certs(in, s);
	if (der_peek(in) == DER_CTXC(1)) /* crls */
		der_get(in, DER_CTXC(1));
	get_signer(in, s);
	if (!(digests >> s->digest & 1))
		der_fault(in);
}

static bool read_signed_data(struct str der, struct signed_data *ret)
{
	char oid[DER_OID_TEXT];
	struct signed_data s = { 0 };
	struct der_in in = der_read(der), info = der_enter(&in, DER_SEQ);
	der_get_oid(&info, oid);
	if (strcmp(oid, OID_SIGNED_DATA) != 0)
		der_fault(&info);
	struct der_in wrap = der_enter(&info, DER_CTXC(0)), body = der_enter(&wrap, DER_SEQ);
	get_body(&body, &s);
	der_leave(&wrap, &body);
	der_leave(&info, &wrap);
	der_leave(&in, &info);
	*ret = s;
	return der_done(&in);
}

static bool find_signer(struct arena *a, const struct signed_data *s, struct cms_signature *ret)
{
	bool found = false;
	for (size_t i = 0; i < s->ncerts; i++) {
		struct cert c;
		bool signer = !found && is_ok(cert_parse(a, s->certs[i], &c, NULL)) &&
		              str_eq(c.issuer_der, s->issuer) && str_eq(c.serial, s->serial);
		if (signer)
			ret->cert = c;
		else if (ret->nchain < CHAIN_MAX)
			ret->chain[ret->nchain++] = arena_str(a, s->certs[i]);
		found = found || signer;
	}
	return found;
}

static struct trust_verdict says(enum verdict v, const char *clause, const char *what)
{
	struct trust_verdict r = { .verdict = v, .clause = clause };
	struct str s = str_c(what);
	memcpy(r.what, s.p, s.n < sizeof r.what ? s.n : sizeof r.what - 1);
	return r;
}

static bool signature_holds(const struct signed_data *s, const struct cert *c)
{
	BUF_AUTO b;
	struct der d;
	KEY_AUTO key = NULL;
	buf_init(&b, CMS_BYTES_MAX);
	der_init(&d, &b);
	der_put(&d, DER_SET, s->attrs);
	return s->digest == sig_alg_row(s->sig_alg)->digest && !buf_over(&b) &&
	       is_ok(key_import_public(c->spki, &key, NULL)) &&
	       key_verify(key, s->sig_alg, buf_str(&b), s->signature);
}

static bool digest_is(enum digest_alg alg, const struct str *slices, size_t n, struct str want)
{
	uint8_t got[DIGEST_SIZE_MAX];
	struct digest_stream h;
	digest_init(&h, alg);
	for (size_t i = 0; i < n; i++)
		digest_add(&h, slices[i]);
	return str_eq(want, str_of((char *)got, digest_done(&h, got)));
}

/* What was signed: slices one after the other, or their digest. */
struct signed_content {
	const struct str *slices;
	size_t n;
	struct str digest;
};

static bool is_content(const struct signed_data *s, const struct signed_content *c)
{
	if (c->digest.n)
		return str_eq(c->digest, s->message_digest);
	return digest_is(s->digest, c->slices, c->n, s->message_digest);
}

static struct trust_verdict check(const struct signed_data *s, const struct cert *c,
                                  const struct signed_content *content)
{
	if (!signature_holds(s, c))
		return says(VERDICT_BAD_CMS, "RFC 5652 §5.6", "the signature value does not hold");
	if (!digest_is(s->cert_hash_alg, &c->der, 1, s->cert_hash))
		return says(VERDICT_BAD_CMS, "RFC 5035 §4", "signing-certificate-v2 names another one");
	if (!is_content(s, content))
		return says(VERDICT_CONTENT_CHANGED, "RFC 5652 §5.6", "the digest is of other content");
	return says(VERDICT_OK, NULL, "");
}

static struct result verify(struct arena *a, struct str der, const struct signed_content *content,
                            const struct verify_for *f, struct trust_verdict *ret,
                            struct cms_signature *ret_sig, struct err *err)
{
	struct signed_data s;
	struct cms_signature sig = { 0 };
	struct cert again;
	if (der.n > CMS_BYTES_MAX || !read_signed_data(der, &s)) {
		*ret = says(VERDICT_MALFORMED, "RFC 5652 §5.1", "not a detached CAdES-B signature in DER");
		return ok();
	}
	if (!find_signer(a, &s, &sig)) {
		*ret = says(VERDICT_MALFORMED, "RFC 5652 §5.3", "the signer's certificate is not inside");
		return ok();
	}
	sig.signing_time = s.time;
	struct trust_verdict v = check(&s, &sig.cert, content);
	if (v.verdict == VERDICT_OK)
		TRY(trust_cert_verify(a, sig.cert.der, sig.chain, sig.nchain, f, &v, &again, err));
	*ret_sig = sig;
	*ret = v;
	return ok();
}

struct result trust_cms_verify(struct arena *a, struct str der, const struct str *slices,
                               size_t nslices, const struct verify_for *f,
                               struct trust_verdict *ret, struct cms_signature *ret_sig,
                               struct err *err)
{
	const struct signed_content content = { slices, nslices, STR("") };
	return verify(a, der, &content, f, ret, ret_sig, err);
}

struct result trust_cms_verify_digest(struct arena *a, struct str der, struct str digest,
                                      const struct verify_for *f, struct trust_verdict *ret,
                                      struct cms_signature *ret_sig, struct err *err)
{
	const struct signed_content content = { NULL, 0, digest };
	if (digest.n == 0)
		return fail(err, ERR_INPUT, "trust.cms.digest", "RFC 5652 §5.6", "no digest");
	return verify(a, der, &content, f, ret, ret_sig, err);
}
