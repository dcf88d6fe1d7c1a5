/* Certificates: the frame (RFC 5280 §4.1) and the texts for people. */
#include "trust/cert.h"

#include "base/encode.h"
#include "trust/cert_ext.h"
#include "trust/x509.h"

static struct result malformed(struct err *err, const char *why)
{
	return fail(err, ERR_INPUT, "trust.cert.malformed", "RFC 5280 §4.1",
	            "certificate refused: %s", why);
}

static void get_validity(struct der_in *in, struct cert *c)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	c->not_before = der_get_time(&seq);
	c->not_after = der_get_time(&seq);
	der_leave(in, &seq);
}

/* RFC 5280 §4.1.2.2: positive, at most 20 octets. */
static bool serial_fits(struct str s)
{
	return s.n >= 1 && s.n <= 20 && !((uint8_t)s.p[0] & 0x80) && !(s.n == 1 && s.p[0] == 0);
}

/* The names and times, up to the extensions. Says what is wrong, or NULL. */
static const char *get_fields(struct der_in *seq, struct cert *c)
{
	struct der_in version = der_enter(seq, DER_CTXC(0));
	bool v3 = der_get_uint(&version) == 2;
	der_leave(seq, &version);
	if (!v3 || seq->bad)
		return "version 3 is expected";
	c->serial = der_get_int(seq);
	if (seq->bad || !serial_fits(c->serial))
		return "the serial is not a positive number of at most 20 octets";
	if (!x509_get_sig_alg(seq, &c->sig_alg))
		return "unknown signature algorithm";
	struct der_in issuer = *seq;
	c->issuer_der = der_get_raw(&issuer, DER_SEQ);
	x509_get_dn(seq, &c->issuer);
	if (seq->bad)
		return "issuer name";
	get_validity(seq, c);
	if (seq->bad || c->not_before > c->not_after)
		return "validity";
	struct der_in subject = *seq;
	c->subject_der = der_get_raw(&subject, DER_SEQ);
	x509_get_dn(seq, &c->subject);
	if (seq->bad)
		return "subject name";
	c->spki = der_get_raw(seq, DER_SEQ);
	return seq->bad ? "public key" : NULL;
}

struct result cert_parse_tbs(struct arena *a, struct str tbs, struct cert *ret, struct err *err)
{
	struct cert c = { .path_max = -1 };
	if (tbs.n > CERT_BYTES_MAX)
		return malformed(err, "too large");
	c.tbs = arena_str(a, tbs);
	struct der_in in = der_read(c.tbs), seq = der_enter(&in, DER_SEQ);
	const char *why = get_fields(&seq, &c);
	if (why)
		return malformed(err, why);
	struct der_in ext = der_enter(&seq, DER_CTXC(3));
	cert_get_extensions(&ext, &c, &why);
	if (ext.bad)
		return malformed(err, why);
	der_leave(&seq, &ext);
	der_leave(&in, &seq);
	if (!der_done(&in))
		return malformed(err, "bytes that do not belong there");
	/* §4.2.1.9: who may sign certificates says that it is a CA, and the reverse */
	if ((c.usage & USAGE_CERT_SIGN) && !c.ca)
		return malformed(err, "keyCertSign without cA (RFC 5280 §4.2.1.9)");
	*ret = c;
	return ok();
}

struct result cert_parse(struct arena *a, struct str der, struct cert *ret, struct err *err)
{
	struct x509_signed s;
	struct cert c;
	if (der.n > CERT_BYTES_MAX || !x509_open(der, &s))
		return malformed(err, "not a signed object in DER");
	struct str copy = arena_str(a, der);
	if (!x509_open(copy, &s))
		return malformed(err, "not a signed object in DER");
	TRY(cert_parse_tbs(a, s.tbs, &c, err));
	if (c.sig_alg != s.alg)
		return malformed(err, "two signature algorithms (RFC 5280 §4.1.1.2)");
	c.der = copy;
	c.signature = s.signature;
	*ret = c;
	return ok();
}

struct str cert_serial_text(struct arena *a, const struct cert *c)
{
	struct str hex = hex_encode(a, c->serial);
	char *p = arena_alloc(a, hex.n + 1);
	for (size_t i = 0; i < hex.n; i++)
		p[i] = (char)(hex.p[i] >= 'a' ? hex.p[i] - 32 : hex.p[i]);
	return str_of(p, hex.n);
}

struct str cert_birth_text(struct arena *a, const struct cert_holder *h)
{
	if (h->year == 0)
		return STR("");
	if (h->month == 0)
		return arena_printf(a, "%04d", h->year);
	if (h->day == 0)
		return arena_printf(a, "%04d-%02d", h->year, h->month);
	return arena_printf(a, "%04d-%02d-%02d", h->year, h->month, h->day);
}
