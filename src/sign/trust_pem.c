/* PEM (RFC 7468) as far as files of anchors need it. */
#include "sign/trust_pem.h"

#include "base/encode.h"
#include "sign/certificate.h"

static struct result decode(struct arena *a, struct str body, struct str *ret, struct err *err)
{
	char *to = arena_alloc(a, body.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < body.n; i++)
		if (!strchr(" \t\r\n", body.p[i]))
			to[n++] = body.p[i];
	return base64_decode(a, str_of(to, n), ret, err);
}

static struct result add(struct str der, struct str *list, size_t *n, struct err *err)
{
	if (*n == ADES_VALUES_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.trust", NULL, "more than %d", ADES_VALUES_MAX);
	list[(*n)++] = der;
	return ok();
}

static struct result take(struct arena *a, struct str label, struct str body, struct str *anchors,
                          size_t *nanchors, struct ades_values *more, struct err *err)
{
	struct str der;
	struct sign_cert c;
	bool cert = str_eq(label, STR("CERTIFICATE"));
	if (!cert && !str_eq(label, STR("X509 CRL")))
		return ok();
	TRY(decode(a, body, &der, err));
	if (!cert)
		return more ? add(der, more->crls, &more->ncrls, err) : ok();
	if (!sign_cert_read(der, &c))
		return fail(err, ERR_INPUT, "sign.trust", "RFC 5280 §4.1", "a certificate that cannot be read");
	/* what is neither an authority nor its own issuer helps with paths and is not believed */
	if (!c.ca && !str_eq(c.issuer_der, c.subject_der))
		return more ? add(der, more->certs, &more->ncerts, err) : ok();
	return add(der, anchors, nanchors, err);
}

struct result trust_pem_read(struct arena *a, struct str pem, struct str *anchors,
                             size_t *nanchors, struct ades_values *more, struct err *err)
{
	for (size_t at; (at = str_find(pem, STR("-----BEGIN "))) != STR_NONE;) {
		struct str rest = str_from(pem, at + 11);
		size_t label = str_find(rest, STR("-----")), end;
		if (label == STR_NONE)
			break;
		struct str body = str_from(rest, label + 5);
		if ((end = str_find(body, STR("-----END "))) == STR_NONE)
			break;
		TRY(take(a, str_sub(rest, 0, label), str_sub(body, 0, end), anchors, nanchors, more, err));
		pem = str_from(body, end + 9);
	}
	return ok();
}
