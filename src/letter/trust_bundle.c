/* The file of certificates that somebody who checks letters keeps: PEM blocks
 * (RFC 7468 §2, §5.1), text between them is ignored. */
#include "base/encode.h"
#include "letter/verify.h"

static const struct str begin = STR_INIT("-----BEGIN CERTIFICATE-----");
static const struct str end = STR_INIT("-----END CERTIFICATE-----");

static struct result unpack(struct arena *a, struct str body, struct str *ret, struct err *err)
{
	char *text = arena_alloc(a, body.n);
	size_t n = 0;
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != '\n' && body.p[i] != '\r' && body.p[i] != ' ' && body.p[i] != '\t')
			text[n++] = body.p[i];
	return base64_decode(a, str_of(text, n), ret, err);
}

struct sorter {
	struct arena *a;
	struct anchors *anchors;
	struct str *certs, *chain;
	size_t ncerts, nchain;
};

static struct result sort(struct sorter *s, struct str der, struct err *err)
{
	struct cert c;
	TRY(cert_parse(s->a, der, &c, err));
	if (c.ca && str_eq(c.issuer_der, c.subject_der))
		return anchors_add(s->anchors, der, err);
	if (c.ca && s->nchain == CHAIN_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.bundle", NULL, "more than %d intermediate authorities",
		            CHAIN_MAX);
	if (!c.ca && s->ncerts == LETTER_CERTS_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.bundle", NULL, "more than %d certificates",
		            LETTER_CERTS_MAX);
	if (c.ca)
		s->chain[s->nchain++] = der;
	else
		s->certs[s->ncerts++] = der;
	return ok();
}

static struct result read_blocks(struct sorter *s, struct str pem, struct err *err)
{
	for (;;) {
		struct str der;
		size_t from = str_find(pem, begin);
		if (from == STR_NONE)
			return ok();
		pem = str_from(pem, from + begin.n);
		size_t to = str_find(pem, end);
		if (to == STR_NONE || to > CERT_BYTES_MAX * 2)
			return fail(err, ERR_INPUT, "letter.bundle", "RFC 7468 §2", "a certificate without its end");
		TRY(unpack(s->a, str_sub(pem, 0, to), &der, err));
		TRY(sort(s, der, err));
		pem = str_from(pem, to + end.n);
	}
}

struct result letter_trust_load(struct arena *a, struct str pem, struct letter_trust *ret,
                                struct anchors **ret_anchors, struct err *err)
{
	struct sorter s = { .a = a, .anchors = anchors_new() };
	s.certs = ARENA_ARRAY(a, struct str, LETTER_CERTS_MAX);
	s.chain = ARENA_ARRAY(a, struct str, CHAIN_MAX);
	struct result r = read_blocks(&s, pem, err);
	if (is_ok(r) && anchors_count(s.anchors) == 0)
		r = fail(err, ERR_INPUT, "letter.bundle", NULL, "no self-signed CA certificate in the bundle");
	if (is_err(r)) {
		anchors_unref(s.anchors);
		return r;
	}
	*ret = (struct letter_trust){ .anchors = s.anchors, .certs = s.certs, .ncerts = s.ncerts,
		                      .chain = s.chain, .nchain = s.nchain };
	*ret_anchors = s.anchors;
	return ok();
}
