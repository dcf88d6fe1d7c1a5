/* What a SignerInfo claims, held against certificates and contents. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/calendar.h"
#include "sign/certificate.h"
#include "sign/cms_read.h"

struct str cms_attr_value(const struct cms_attrs *list, const char *oid, bool *ret_wrong)
{
	struct str value = STR("");
	size_t found = 0;
	bool wrong = false;
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->list[i].oid, oid) != 0)
			continue;
		struct der_in in = der_read(list->list[i].values);
		value = der_get_raw(&in, 0);
		wrong = wrong || !der_done(&in) || found++;
	}
	if (ret_wrong)
		*ret_wrong = wrong;
	return wrong ? STR("") : value;
}

/* X.690 §11.6 would have an unsigned-free order of names; what is compared here
 * comes from the same CA, byte for byte. */
static bool names(const struct cms_signer_info *s, const struct sign_cert *c)
{
	if (s->skid.n)
		return str_eq(s->skid, c->skid);
	return s->issuer.n && str_eq(s->issuer, c->issuer_der) && str_eq(s->serial, c->serial);
}

struct str cms_signer_cert(const struct cms_signer_info *s, const struct str *certs, size_t n)
{
	struct sign_cert c;
	for (size_t i = 0; i < n; i++)
		if (sign_cert_read(certs[i], &c) && names(s, &c))
			return certs[i];
	return STR("");
}

/* IssuerSerial with one directoryName (RFC 5035 §4). */
static bool issuer_fits(struct der_in *in, const struct sign_cert *c)
{
	struct der_in seq = der_enter(in, DER_SEQ), general = der_enter(&seq, DER_SEQ);
	struct der_in dir = der_enter(&general, DER_CTXC(4));
	bool fits = str_eq(der_get_raw(&dir, DER_SEQ), c->issuer_der);
	der_leave(&general, &dir);
	der_leave(&seq, &general);
	fits = fits && str_eq(der_get(&seq, DER_INTEGER), c->serial);
	if (der_peek(&seq) >= 0) /* issuerUID has no place here */
		der_fault(&seq);
	der_leave(in, &seq);
	return fits && !in->bad;
}

/* The first ESSCertID; the others name the path and bind nobody. */
static enum ades_cert_ref ref_of(struct str value, bool v2, struct str cert)
{
	struct sign_cert c;
	uint8_t hash[DIGEST_SIZE_MAX];
	const struct sign_digest *d = sign_digest_of(v2 ? DIGEST_SHA256 : DIGEST_SHA1);
	struct der_in in = der_read(value), seq = der_enter(&in, DER_SEQ), list = der_enter(&seq, DER_SEQ);
	struct der_in one = der_enter(&list, DER_SEQ);
	if (v2 && der_peek(&one) == DER_SEQ) {
		char oid[DER_OID_TEXT];
		struct der_in id = der_enter(&one, DER_SEQ);
		der_get_oid(&id, oid);
		d = id.bad ? NULL : sign_digest_oid(oid);
	}
	struct str said = der_get(&one, DER_OCTETS);
	struct source bytes = source_bytes(STR(""), cert);
	struct range all = { 0, cert.n };
	if (one.bad || !d || is_err(source_digest(&bytes, &all, 1, d, hash, NULL)) ||
	    !str_eq(said, str_of((char *)hash, d->size)))
		return CERT_REF_MISMATCH;
	if (der_peek(&one) == DER_SEQ && (!sign_cert_read(cert, &c) || !issuer_fits(&one, &c)))
		return CERT_REF_MISMATCH;
	return CERT_REF_OK;
}

enum ades_cert_ref cms_cert_ref(const struct cms_signer_info *s, struct str cert)
{
	static const char *const oids[] = { OID_ESS_CERT, OID_ESS_CERT_V2 };
	enum ades_cert_ref ref = CERT_REF_ABSENT;
	for (int v2 = 0; v2 < 2; v2++) {
		bool wrong;
		struct str value = cms_attr_value(&s->attrs, oids[v2], &wrong);
		if (wrong)
			return CERT_REF_MISMATCH;
		if (!value.n)
			continue;
		ref = ref_of(value, v2, cert);
		if (ref != CERT_REF_OK)
			return ref;
	}
	return ref;
}

struct str cms_message_digest(const struct cms_signer_info *s)
{
	struct der_in in = der_read(cms_attr_value(&s->attrs, OID_ATTR_MESSAGE_DIGEST, NULL));
	struct str md = der_get(&in, DER_OCTETS);
	return in.bad ? STR("") : md;
}

int64_t cms_signing_time(const struct cms_signer_info *s)
{
	int64_t us;
	struct der_in in = der_read(cms_attr_value(&s->attrs, OID_ATTR_SIGNING_TIME, NULL));
	return der_get_any_time(&in, &us) ? us : 0;
}

/* ---- the value ---- */

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(((const struct cms_attr *)x)->raw, ((const struct cms_attr *)y)->raw);
}

/* [0] as the SET OF that was signed (RFC 5652 §5.4); `sorted`: in DER's order. */
static struct str as_set(struct arena *a, const struct cms_signer_info *s, bool sorted)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, s->attrs_raw.n + 16);
	der_init(&d, &b);
	der_open(&d, DER_SET);
	if (sorted) {
		struct cms_attr *list = ARENA_ARRAY(a, struct cms_attr, s->attrs.n + 1);
		memcpy(list, s->attrs.list, s->attrs.n * sizeof *list);
		qsort(list, s->attrs.n, sizeof *list, by_bytes);
		for (size_t i = 0; i < s->attrs.n; i++)
			der_raw(&d, list[i].raw);
	} else {
		struct der_in in = der_read(s->attrs_raw);
		der_raw(&d, der_get(&in, DER_CTXC(0)));
	}
	der_close(&d);
	return arena_str(a, buf_str(&b));
}

static bool holds(const struct cms_signer_info *s, struct str spki, struct str content)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct source bytes = source_bytes(STR(""), content);
	struct range all = { 0, content.n };
	if (!s->alg.digest)
		return sign_check(spki, &s->alg, content, s->value);
	if (is_err(source_digest(&bytes, &all, 1, s->alg.digest, hash, NULL)))
		return false;
	return sign_check(spki, &s->alg, str_of((char *)hash, s->alg.digest->size), s->value);
}

bool cms_value_holds(struct arena *a, const struct cms_signer_info *s, struct str cert,
                     struct str content_hash)
{
	struct sign_cert c;
	if (!s->alg_known || !sign_cert_read(cert, &c))
		return false;
	if (!s->has_attrs)
		return s->alg.digest && s->digest == s->alg.digest &&
		       sign_check(c.spki, &s->alg, content_hash, s->value);
	/* signed as it stands, or, by those who sort only before they hash, in DER's order */
	return holds(s, c.spki, as_set(a, s, false)) || holds(s, c.spki, as_set(a, s, true));
}

/* ---- times of others ---- */

static bool digits(struct str s, size_t at, size_t n, int *ret)
{
	int v = 0;
	if (s.n < at + n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* ".5" to ".123456789": microseconds. */
static bool fraction(struct str s, int *ret)
{
	int us = 0;
	if (s.n < 2 || s.n > 10 || s.p[0] != '.')
		return false;
	for (size_t i = 1; i < s.n || i < 7; i++) {
		if (i < s.n && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
		if (i < 7)
			us = us * 10 + (i < s.n ? s.p[i] - '0' : 0);
	}
	*ret = us;
	return true;
}

bool der_get_any_time(struct der_in *in, int64_t *ret_us)
{
	int y, m, d, hh, mm, ss = 0, us = 0;
	bool utc = der_peek(in) == DER_UTCTIME;
	struct str s = der_get(in, utc ? DER_UTCTIME : DER_GENTIME);
	size_t at = utc ? 2 : 4;
	struct date date;
	if (in->bad || s.n < at + 9 || s.p[s.n - 1] != 'Z' || !digits(s, 0, at, &y) ||
	    !digits(s, at, 2, &m) || !digits(s, at + 2, 2, &d) || !digits(s, at + 4, 2, &hh) ||
	    !digits(s, at + 6, 2, &mm))
		return false;
	if (s.n > at + 9 && !digits(s, at + 8, 2, &ss))
		return false;
	if (s.n > at + 11 && (utc || !fraction(str_sub(s, at + 10, s.n - at - 11), &us)))
		return false;
	if (s.n == at + 10 || hh > 23 || mm > 59 || ss > 59)
		return false;
	if (utc)
		y += y < 50 ? 2000 : 1900;
	if (!date_make(y, m, d, &date))
		return false;
	*ret_us = ((int64_t)date_days(date) * 86400 + hh * 3600 + mm * 60 + ss) * CLOCK_SECOND + us;
	return true;
}
