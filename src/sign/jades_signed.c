/* Signed header parameters (ETSI TS 119 182-1 §5.1, §5.2): who signed, when, for what. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "sign/certificate.h"
#include "sign/jades_priv.h"

const char *const jades_critical[] = { "sigT", "iat", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts",
	"adoTst", "sigPId", "sigD", NULL };

void jades_fault(struct ades_signature *s, const char *what)
{
	if (!s->malformed.n)
		s->malformed = str_c(what);
}

/* ---- the certificate ---- */

static void read_chain(struct arena *a, const struct json *x5c, struct ades_signature *s)
{
	if (x5c && (!json_is(x5c, JSON_ARRAY) || x5c->n == 0))
		jades_fault(s, "x5c is no list of certificates (RFC 7515 §4.1.6)");
	for (size_t i = 0; i < json_len(x5c); i++) {
		struct str der;
		if (!jades_der(a, json_at(x5c, i), &der) ||
		    !jades_add_value(s->values->certs, &s->values->ncerts, der))
			jades_fault(s, "a certificate in x5c cannot be read (RFC 7515 §4.1.6)");
		else if (i == 0)
			s->cert = der;
	}
}

static bool digest_is(const struct sign_digest *alg, struct str cert, struct str want)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct source s = source_bytes(STR(""), cert);
	return alg && want.n == alg->size &&
	       is_ok(source_digest(&s, &(struct range){ 0, cert.n }, 1, alg, hash, NULL)) &&
	       memcmp(hash, want.p, want.n) == 0;
}

struct thumb {
	const struct sign_digest *alg;
	struct str value;
};

static bool thumb_read(struct arena *a, const struct json *text, const struct sign_digest *alg,
                       struct thumb *ret)
{
	ret->alg = alg;
	return json_is(text, JSON_STRING) && is_ok(base64url_decode(a, text->text, &ret->value, NULL));
}

/* §5.2.2: { digAlg, digVal } */
static bool thumb_object(struct arena *a, const struct json *o, struct thumb *ret)
{
	struct str name = json_text(json_get(o, STR("digAlg")));
	const struct sign_digest *alg = sign_digest_name(name);
	return thumb_read(a, json_get(o, STR("digVal")), alg ? alg : sign_digest_xml(name), ret);
}

enum { THUMBS = 4 };
static size_t thumbs(struct arena *a, const struct json *h, struct thumb list[THUMBS],
                     struct ades_signature *s)
{
	const struct json *sha256 = json_get(h, STR("x5t#S256")), *other = json_get(h, STR("x5t#o")),
			  *several = json_get(h, STR("sigX5ts")), *sha1 = json_get(h, STR("x5t"));
	size_t n = 0;
	bool good = true;
	if (sha256)
		good = thumb_read(a, sha256, sign_digest_of(DIGEST_SHA256), &list[n++]) && good;
	if (other)
		good = thumb_object(a, other, &list[n++]) && good;
	if (several) /* the first names the signer (§5.2.2.3) */
		good = thumb_object(a, json_at(several, 0), &list[n++]) && good;
	if (sha1)
		good = thumb_read(a, sha1, sign_digest_of(DIGEST_SHA1), &list[n++]) && good;
	if (!good)
		jades_fault(s, "a certificate's digest cannot be read (TS 119 182-1 §5.2.2)");
	return n;
}

static bool fits_all(const struct thumb *list, size_t n, struct str cert)
{
	for (size_t i = 0; i < n; i++)
		if (!digest_is(list[i].alg, cert, list[i].value))
			return false;
	return true;
}

/* The certificate itself in the protected header is a reference too. One that
 * stands nowhere but in etsiU is found by its digest. */
static void find_cert(struct arena *a, const struct jades_data *d, struct ades_signature *s)
{
	struct thumb list[THUMBS];
	size_t n = thumbs(a, d->sig->protected, list, s);
	read_chain(a, json_get(d->sig->protected, STR("x5c")), s);
	s->cert_ref = n || s->cert.n ? CERT_REF_OK : CERT_REF_ABSENT;
	if (s->cert.n && !fits_all(list, n, s->cert))
		s->cert_ref = CERT_REF_MISMATCH;
	if (!s->cert.n)
		read_chain(a, json_get(d->sig->unprotected, STR("x5c")), s);
	if (s->cert.n && n && !fits_all(list, n, s->cert))
		s->cert_ref = CERT_REF_MISMATCH;
}

/* After the values of etsiU are read. */
static void find_late(struct arena *a, const struct jades_data *d, const struct jades_elements *e,
                      struct ades_signature *s)
{
	struct thumb list[THUMBS];
	size_t n = thumbs(a, d->sig->protected, list, s);
	for (size_t i = 0; i < e->n && n && !s->cert.n; i++) {
		const struct json *certs = e->list[i].value;
		if (!str_eq(e->list[i].name, STR("xVals")))
			continue;
		for (size_t k = 0; k < json_len(certs) && !s->cert.n; k++) {
			struct str der;
			if (jades_der(a, json_path(json_at(certs, k), STR("x509Cert.val")), &der) &&
			    fits_all(list, n, der))
				s->cert = der;
		}
	}
}

/* ---- properties ---- */

static void read_time(const struct json *h, struct ades_signature *s)
{
	const struct json *old = json_get(h, STR("sigT")), *iat = json_get(h, STR("iat"));
	int64_t seconds;
	if (old && iat)
		jades_fault(s, "sigT and iat (TS 119 182-1 §5.2.1)");
	if (old && !time_parse(json_text(old), &s->claimed_time))
		jades_fault(s, "sigT is no time (TS 119 182-1 §5.2.1)");
	if (!iat)
		return;
	if (!json_int(iat, &seconds) || seconds < 0 || seconds > INT64_MAX / CLOCK_SECOND)
		jades_fault(s, "iat is no number of seconds (RFC 7519 §4.1.6)");
	else
		s->claimed_time = seconds * CLOCK_SECOND;
}

static struct str object_id(const struct json *o)
{
	const struct json *id = json_get(o, STR("id"));
	struct str text = json_text(json_is(id, JSON_OBJECT) ? json_get(id, STR("id")) : id);
	return str_starts(text, STR("urn:oid:")) ? str_from(text, 8) : text;
}

/* §5.2.7; §5.3.3: the policy's document may stand in sigPSt. */
static void read_policy(struct arena *a, const struct json *p, const struct jades_elements *e,
                        struct ades_signature *s)
{
	struct thumb t = { 0 };
	struct str document;
	if (!p)
		return;
	s->policy = object_id(p);
	if (!s->policy.n)
		jades_fault(s, "sigPId names no policy (TS 119 182-1 §5.2.7)");
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->list[i].name, STR("sigPSt")) && thumb_object(a, p, &t) &&
		    is_ok(base64_decode(a, json_text(json_get(e->list[i].value, STR("sigPolDoc"))),
		                        &document, NULL)))
			s->policy_ok = digest_is(t.alg, document, t.value);
}

static struct str read_place(struct arena *a, const struct json *p)
{
	static const char *const names[] = { "streetAddress", "postalCode", "addressLocality",
		"addressRegion", "addressCountry" };
	struct str all = STR("");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str s = json_text(json_get(p, str_c(names[i])));
		if (s.n)
			all = all.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(s)) : s;
	}
	return all;
}

static struct str read_role(const struct json *ats)
{
	const struct json *first = json_at(json_get(ats, STR("claimed")), 0);
	return json_text(json_at(json_get(first, STR("qVals")), 0));
}

static struct str read_mime(struct arena *a, const struct json *h)
{
	struct str s = json_text(json_get(h, STR("cty")));
	return s.n && str_find_char(s, '/') == STR_NONE
	               ? arena_printf(a, "application/%.*s", STR_ARG(s)) : s;
}

void jades_signed(struct arena *a, const struct jades_data *d, const struct jades_elements *e,
                  struct ades_signature *s)
{
	const struct json *h = d->sig->protected;
	find_cert(a, d, s);
	find_late(a, d, e, s);
	read_time(h, s);
	read_policy(a, json_get(h, STR("sigPId")), e, s);
	s->commitment = object_id(json_get(json_at(json_get(h, STR("srCms")), 0), STR("commId")));
	s->place = read_place(a, json_get(h, STR("sigPl")));
	s->role = read_role(json_get(h, STR("srAts")));
	s->mime = read_mime(a, h);
	s->critical = d->sig->critical;
}
