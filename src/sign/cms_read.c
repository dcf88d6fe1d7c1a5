/* SignedData (RFC 5652 §5) taken apart, for whoever signed it. Counts are
 * bounded before memory is taken; what is not understood is kept raw or passed
 * over where the format allows it (CertificateChoices, RevocationInfoChoices). */
#include "sign/cms_read.h"

#define CLAUSE "RFC 5652 §5"

static struct result broken(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.cms", CLAUSE, "%s", what);
}

/* How many elements stand in a content; faults beyond the limit. */
static size_t count(struct der_in *in, size_t most)
{
	struct der_in look = *in;
	size_t n = 0;
	while (der_peek(&look) >= 0 && n <= most) {
		(void)der_get_raw(&look, 0);
		n++;
	}
	if (look.bad || n > most)
		der_fault(in);
	return n;
}

static void get_attrs(struct arena *a, struct str raw, struct cms_attrs *ret, struct der_in *outer)
{
	struct der_in in = der_read(raw), set = der_enter(&in, (uint8_t)raw.p[0]);
	size_t n = count(&set, CMS_ATTRS_MAX);
	if (set.bad) {
		der_fault(outer);
		return;
	}
	ret->list = ARENA_ARRAY(a, struct cms_attr, n + 1);
	while (der_peek(&set) >= 0 && ret->n < n) {
		struct cms_attr *one = &ret->list[ret->n++];
		one->raw = der_get_raw(&set, DER_SEQ);
		struct der_in at = der_read(one->raw), seq = der_enter(&at, DER_SEQ);
		der_get_oid(&seq, one->oid);
		one->values = der_get(&seq, DER_SET);
		der_leave(&set, &seq);
	}
	if (!der_done(&set))
		der_fault(outer);
}

static void get_sid(struct der_in *in, struct cms_signer_info *s)
{
	if (der_peek(in) == DER_CTX(0)) {
		s->skid = der_get(in, DER_CTX(0));
		return;
	}
	struct der_in sid = der_enter(in, DER_SEQ);
	s->issuer = der_get_raw(&sid, DER_SEQ);
	s->serial = der_get(&sid, DER_INTEGER); /* as it stands: some are not minimal */
	der_leave(in, &sid);
}

static const struct sign_digest *digest_of(struct str id)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(id), seq = der_enter(&in, DER_SEQ);
	der_get_oid(&seq, oid);
	return seq.bad ? NULL : sign_digest_oid(oid);
}

static void get_signer(struct arena *a, struct der_in *in, struct cms_signer_info *s)
{
	*s = (struct cms_signer_info){ .raw = der_get_raw(in, DER_SEQ) };
	struct der_in at = der_read(s->raw), one = der_enter(&at, DER_SEQ);
	s->version = der_get_uint(&one);
	get_sid(&one, s);
	s->digest_id = der_get_raw(&one, DER_SEQ);
	s->digest = digest_of(s->digest_id);
	s->has_attrs = der_peek(&one) == DER_CTXC(0);
	if (s->has_attrs) {
		s->attrs_raw = der_get_raw(&one, DER_CTXC(0));
		if (!one.bad)
			get_attrs(a, s->attrs_raw, &s->attrs, &one);
	}
	s->alg_id = der_get_raw(&one, DER_SEQ);
	s->alg_known = !one.bad && sign_alg_der(s->alg_id, s->digest, &s->alg);
	s->value = der_get(&one, DER_OCTETS);
	if (der_peek(&one) == DER_CTXC(1)) {
		s->unsigned_raw = der_get_raw(&one, DER_CTXC(1));
		if (!one.bad)
			get_attrs(a, s->unsigned_raw, &s->unsigned_attrs, &one);
	}
	if (!der_done(&one))
		der_fault(in);
}

static void get_certs(struct arena *a, struct str raw, struct cms_signed *c, struct der_in *outer)
{
	struct der_in in = der_read(raw), set = der_enter(&in, DER_CTXC(0));
	size_t n = count(&set, CMS_LISTED_MAX);
	c->certs = ARENA_ARRAY(a, struct str, set.bad ? 1 : n + 1);
	while (der_peek(&set) >= 0 && c->ncerts < n) {
		struct str one = der_get_raw(&set, 0);
		if (one.n && (uint8_t)one.p[0] == DER_SEQ) /* attribute certificates are not for us */
			c->certs[c->ncerts++] = one;
	}
	if (set.bad)
		der_fault(outer);
}

/* OtherRevocationInfoFormat: an OCSPResponse (RFC 5940 §2.2) or BasicOCSPResponse. */
static void get_other(struct str one, struct cms_signed *c)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(one), seq = der_enter(&in, DER_CTXC(1));
	der_get_oid(&seq, oid);
	struct str value = der_get_raw(&seq, 0);
	if (!seq.bad && (strcmp(oid, "1.3.6.1.5.5.7.16.2") == 0 ||
	                 strcmp(oid, "1.3.6.1.5.5.7.48.1.1") == 0))
		c->ocsps[c->nocsps++] = value;
}

static void get_crls(struct arena *a, struct str raw, struct cms_signed *c, struct der_in *outer)
{
	struct der_in in = der_read(raw), set = der_enter(&in, DER_CTXC(1));
	size_t n = count(&set, CMS_LISTED_MAX);
	c->crls = ARENA_ARRAY(a, struct str, set.bad ? 1 : n + 1);
	c->ocsps = ARENA_ARRAY(a, struct str, set.bad ? 1 : n + 1);
	while (der_peek(&set) >= 0 && c->ncrls + c->nocsps < n) {
		struct str one = der_get_raw(&set, 0);
		if (one.n && (uint8_t)one.p[0] == DER_SEQ)
			c->crls[c->ncrls++] = one;
		else if (one.n && (uint8_t)one.p[0] == DER_CTXC(1))
			get_other(one, c);
	}
	if (set.bad)
		der_fault(outer);
}

static void get_content(struct der_in *in, struct cms_signed *c)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	der_get_oid(&seq, c->content_type);
	if (der_peek(&seq) == DER_CTXC(0)) {
		struct der_in box = der_enter(&seq, DER_CTXC(0));
		c->attached = true;
		/* PKCS #7 has any type here (RFC 2315 §7); its digest is over the content */
		c->content = der_get(&box, der_peek(&box) == DER_SEQ ? DER_SEQ : DER_OCTETS);
		der_leave(&seq, &box);
	}
	der_leave(in, &seq);
}

static void get_signers(struct arena *a, struct der_in *in, struct cms_signed *c)
{
	struct der_in set = der_enter(in, DER_SET);
	size_t n = count(&set, CMS_SIGNERS_MAX);
	if (set.bad) {
		der_fault(in);
		return;
	}
	c->signers = ARENA_ARRAY(a, struct cms_signer_info, n + 1);
	while (der_peek(&set) >= 0 && c->nsigners < n)
		get_signer(a, &set, &c->signers[c->nsigners++]);
	der_leave(in, &set);
}

static void get_signed_data(struct arena *a, struct der_in *in, struct cms_signed *c)
{
	struct der_in sd = der_enter(in, DER_SEQ);
	c->version = der_get_uint(&sd);
	c->digests = der_get(&sd, DER_SET);
	get_content(&sd, c);
	if (der_peek(&sd) == DER_CTXC(0)) {
		c->certs_raw = der_get_raw(&sd, DER_CTXC(0));
		if (!sd.bad)
			get_certs(a, c->certs_raw, c, &sd);
	}
	if (der_peek(&sd) == DER_CTXC(1)) {
		c->crls_raw = der_get_raw(&sd, DER_CTXC(1));
		if (!sd.bad)
			get_crls(a, c->crls_raw, c, &sd);
	}
	get_signers(a, &sd, c);
	der_leave(in, &sd);
}

static bool only_zeros(const struct der_in *in)
{
	for (const uint8_t *p = in->p; p < in->end; p++)
		if (*p)
			return false;
	return true;
}

struct result cms_signed_read(struct arena *a, struct str der, struct cms_signed *ret,
                              struct err *err)
{
	struct cms_signed c = { .content_type = "" };
	char oid[DER_OID_TEXT];
	TRY(ber_to_der(a, der, &c.der, err));
	struct der_in in = der_read(c.der), look = in;
	struct str whole = der_get_raw(&look, DER_SEQ);
	if (look.bad || !only_zeros(&look))
		return broken(err, "not one ContentInfo in DER");
	c.der = whole;
	struct der_in seq = der_enter(&in, DER_SEQ);
	der_get_oid(&seq, oid);
	struct der_in box = der_enter(&seq, DER_CTXC(0));
	if (seq.bad || strcmp(oid, "1.2.840.113549.1.7.2") != 0)
		return broken(err, "not SignedData");
	get_signed_data(a, &box, &c);
	der_leave(&seq, &box);
	if (!der_done(&seq))
		return broken(err, "SignedData that cannot be read, or with too many parts");
	*ret = c;
	return ok();
}

struct result cms_signer_read(struct arena *a, struct str der, struct cms_signer_info *ret,
                              struct err *err)
{
	struct cms_signer_info s;
	struct der_in in = der_read(der);
	get_signer(a, &in, &s);
	if (!der_done(&in))
		return broken(err, "not a SignerInfo");
	*ret = s;
	return ok();
}
