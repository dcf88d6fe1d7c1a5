/* Algorithm identifiers, names and the signed envelope of X.509 (RFC 5280
 * §4.1). */
#include "trust/x509.h"

#include "base/utf8.h"

#define OID_SHA256 "2.16.840.1.101.3.4.2.1"

static const char *const digest_oids[DIGEST_COUNT] = {
	[DIGEST_SHA256] = OID_SHA256,
	[DIGEST_SHA384] = "2.16.840.1.101.3.4.2.2",
	[DIGEST_SHA512] = "2.16.840.1.101.3.4.2.3",
};

static void put_digest(struct der *d, enum digest_alg alg)
{
	der_open(d, DER_SEQ);
	der_put_oid(d, digest_oids[alg]);
	der_put_null(d);
	der_close(d);
}

/* RFC 4055 §3.1 with one digest throughout and a salt as long as it. */
static void put_pss_params(struct der *d, enum digest_alg alg)
{
	der_open(d, DER_SEQ);
	der_open(d, DER_CTXC(0));
	put_digest(d, alg);
	der_close(d);
	der_open(d, DER_CTXC(1));
	der_open(d, DER_SEQ);
	der_put_oid(d, "1.2.840.113549.1.1.8");
	put_digest(d, alg);
	der_close(d);
	der_close(d);
	der_open(d, DER_CTXC(2));
	der_put_uint(d, digest_size(alg));
	der_close(d);
	der_close(d);
}

void x509_put_sig_alg(struct der *d, enum sig_alg alg)
{
	const struct sig_alg_row *row = sig_alg_row(alg);
	der_open(d, DER_SEQ);
	der_put_oid(d, row->oid);
	if (row->null_params)
		der_put_null(d);
	else if (row->pss)
		put_pss_params(d, row->digest);
	der_close(d);
}

bool x509_get_sig_alg(struct der_in *in, enum sig_alg *ret)
{
	struct str raw = der_get_raw(in, DER_SEQ);
	for (size_t i = 0; !in->bad && i < SIG_ALG_COUNT; i++) {
		BUF_AUTO b;
		struct der d;
		buf_init(&b, 256);
		der_init(&d, &b);
		x509_put_sig_alg(&d, (enum sig_alg)i);
		if (!str_eq(raw, buf_str(&b)))
			continue;
		*ret = (enum sig_alg)i;
		return true;
	}
	der_fault(in);
	return false;
}

void x509_put_digest_alg(struct der *d, enum digest_alg alg)
{
	der_open(d, DER_SEQ);
	der_put_oid(d, digest_oids[alg]);
	der_close(d);
}

bool x509_get_digest_alg(struct der_in *in, enum digest_alg *ret)
{
	char oid[DER_OID_TEXT];
	struct der_in seq = der_enter(in, DER_SEQ);
	der_get_oid(&seq, oid);
	if (der_peek(&seq) == DER_NULL)
		der_get_null(&seq);
	der_leave(in, &seq);
	for (size_t i = 0; !in->bad && i < DIGEST_COUNT; i++) {
		if (!digest_oids[i] || strcmp(oid, digest_oids[i]) != 0)
			continue;
		*ret = (enum digest_alg)i;
		return true;
	}
	der_fault(in);
	return false;
}

static const struct {
	const char *oid, *label;
	bool printable;
} dn_rows[DN_OTHER] = {
	[DN_C] = { "2.5.4.6", "C", true },
	[DN_ST] = { "2.5.4.8", "ST", false },
	[DN_L] = { "2.5.4.7", "L", false },
	[DN_O] = { "2.5.4.10", "O", false },
	[DN_OU] = { "2.5.4.11", "OU", false },
	[DN_CN] = { "2.5.4.3", "CN", false },
	[DN_SERIAL] = { "2.5.4.5", "serialNumber", true },
	[DN_ORG_ID] = { "2.5.4.97", "organizationIdentifier", false },
};

void x509_put_dn(struct der *d, const struct dn *dn)
{
	der_open(d, DER_SEQ);
	for (size_t i = 0; i < dn->n; i++) {
		enum dn_type t = dn->parts[i].type;
		der_open(d, DER_SET);
		der_open(d, DER_SEQ);
		der_put_oid(d, dn_rows[t].oid);
		der_put(d, dn_rows[t].printable ? DER_PRINTABLE : DER_UTF8, dn->parts[i].value);
		der_close(d);
		der_close(d);
	}
	der_close(d);
}

/* X.680 §41.4 */
static bool printable(struct str s)
{
	static const struct str marks = STR_INIT(" '()+,-./:=?");
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!plain && str_find_char(marks, c) == STR_NONE)
			return false;
	}
	return true;
}

/* No control characters: a name is shown to people and written to logs. */
static bool clean_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= 1024 && utf8_valid(s);
}

static void get_rdn(struct der_in *in, struct dn_part *ret)
{
	char oid[DER_OID_TEXT];
	struct der_in set = der_enter(in, DER_SET), seq = der_enter(&set, DER_SEQ);
	der_get_oid(&seq, oid);
	int tag = der_peek(&seq);
	ret->value = der_get(&seq, 0);
	ret->type = DN_OTHER;
	for (size_t i = 0; i < DN_OTHER; i++)
		if (strcmp(oid, dn_rows[i].oid) == 0)
			ret->type = (enum dn_type)i;
	der_leave(&set, &seq);
	der_leave(in, &set);
	bool text = tag == DER_UTF8 || tag == DER_IA5 ||
	            (tag == DER_PRINTABLE && printable(ret->value));
	if (!text || !clean_text(ret->value))
		der_fault(in);
}

void x509_get_dn(struct der_in *in, struct dn *ret)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	struct dn dn = { 0 };
	while (!seq.bad && der_peek(&seq) >= 0) {
		if (dn.n == CERT_RDN_MAX) {
			der_fault(&seq);
			break;
		}
		get_rdn(&seq, &dn.parts[dn.n++]);
	}
	der_leave(in, &seq);
	if (!in->bad)
		*ret = dn;
}

bool dn_equal(const struct dn *x, const struct dn *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (x->parts[i].type != y->parts[i].type || !str_eq(x->parts[i].value, y->parts[i].value))
			return false;
	return true;
}

struct str dn_get(const struct dn *dn, enum dn_type type)
{
	for (size_t i = 0; i < dn->n; i++)
		if (dn->parts[i].type == type)
			return dn->parts[i].value;
	return STR("");
}

struct str dn_text(struct arena *a, const struct dn *dn)
{
	struct str out = STR("");
	for (size_t i = 0; i < dn->n; i++) {
		const char *label = dn->parts[i].type == DN_OTHER ? "?" : dn_rows[dn->parts[i].type].label;
		out = arena_printf(a, "%.*s%s%s=%.*s", STR_ARG(out), i ? ", " : "", label,
		                   STR_ARG(dn->parts[i].value));
	}
	return out;
}

struct result x509_sign(struct arena *a, struct str tbs, const struct key *key,
                        struct str *ret_der, struct err *err)
{
	BUF_AUTO b;
	struct der d;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	buf_init(&b, X509_BYTES_MAX);
	der_init(&d, &b);
	TRY(key_sign(key, key_sig_of(key), tbs, sig, &n, err));
	der_open(&d, DER_SEQ);
	der_raw(&d, tbs);
	x509_put_sig_alg(&d, key_sig_of(key));
	der_put_bits(&d, str_of((char *)sig, n));
	der_close(&d);
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "trust.x509.large", NULL, "object over %d bytes",
		            X509_BYTES_MAX);
	*ret_der = arena_str(a, buf_str(&b));
	return ok();
}

bool x509_open(struct str der, struct x509_signed *ret)
{
	struct x509_signed s = { 0 };
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	s.tbs = der_get_raw(&seq, DER_SEQ);
	bool known = x509_get_sig_alg(&seq, &s.alg);
	s.signature = der_get_bits(&seq);
	der_leave(&in, &seq);
	if (!known || !der_done(&in))
		return false;
	*ret = s;
	return true;
}

void x509_ext_open(struct der *d, const char *oid, bool critical)
{
	der_open(d, DER_SEQ);
	der_put_oid(d, oid);
	if (critical)
		der_put_true(d);
	der_open(d, DER_OCTETS);
}

void x509_ext_close(struct der *d)
{
	der_close(d);
	der_close(d);
}

bool x509_key_id(struct str spki, uint8_t ret[20])
{
	struct der_in in = der_read(spki), seq = der_enter(&in, DER_SEQ);
	uint8_t d[DIGEST_SIZE_MAX];
	der_get(&seq, DER_SEQ);
	struct str bits = der_get_bits(&seq);
	der_leave(&in, &seq);
	if (!der_done(&in))
		return false;
	digest(DIGEST_SHA1, bits, d);
	memcpy(ret, d, 20);
	return true;
}
