#include "cmd/sign_files.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "sign/certificate.h"

enum { KEY_FILE_MAX = 16384, MATERIAL_MAX = 16 << 20, FILES_MAX = 256 };

/* ---- keys: never in an arena ---- */

struct key_bytes {
	char text[KEY_FILE_MAX], der[KEY_FILE_MAX];
};

static struct result pkcs8(struct key_bytes *b, size_t n, struct key **ret, struct err *err)
{
	struct str text = str_of(b->text, n), begin = STR("-----BEGIN PRIVATE KEY-----");
	size_t from = str_find(text, begin), to = str_find(text, STR("-----END PRIVATE KEY-----"));
	if (str_find(text, STR("ENCRYPTED")) != STR_NONE)
		return fail(err, ERR_INPUT, "cmd.sign.key", NULL, "the key is under a passphrase: openssl "
		            "pkey -in KEY -out PLAIN, or a PKCS#11 token");
	if (from != STR_NONE && to != STR_NONE && to > from) {
		size_t w = 0, len = 0;
		for (size_t i = from + begin.n; i < to; i++)
			if (b->text[i] != '\n' && b->text[i] != '\r')
				b->text[w++] = b->text[i];
		TRY(decode_to(ENCODING_BASE64, str_of(b->text, w), b->der, &len, err));
		return key_import(str_of(b->der, len), ret, err);
	}
	if (str_starts(text, STR("-----")))
		return fail(err, ERR_INPUT, "cmd.sign.key", "RFC 7468 §10",
		            "a key is PKCS#8 (BEGIN PRIVATE KEY): openssl pkcs8 -topk8 -nocrypt");
	return key_import(text, ret, err);
}

static struct result key_file(struct str path, struct key **ret, struct err *err)
{
	size_t n;
	struct key_bytes *b = MEM_NEW(struct key_bytes);
	struct result r = file_read_into(path, b->text, sizeof b->text, &n, err);
	if (is_ok(r))
		r = pkcs8(b, n, ret, err);
	mem_wipe(b, sizeof *b);
	mem_free(b);
	return r;
}

struct result sign_key(struct arena *a, struct str where, struct str label, struct key **ret,
                       struct token **ret_token, struct err *err)
{
	struct token *t = NULL;
	(void)a;
	if (!str_starts(where, STR("pkcs11:")))
		return key_file(where, ret, err);
	if (!label.n)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "say which key of the token: --key-name");
	TRY(token_open(where, STR("."), &t, err));
	struct result r = token_key(t, label, ret, err);
	if (is_err(r))
		token_close(t);
	else
		*ret_token = t;
	return r;
}

/* ---- certificates and what proves them ---- */

static struct result put(struct str *list, size_t *n, struct str der, struct err *err)
{
	if (*n == ADES_VALUES_MAX)
		return fail(err, ERR_TOO_LARGE, "cmd.sign.material", NULL, "more than %d of a kind",
		            ADES_VALUES_MAX);
	list[(*n)++] = der;
	return ok();
}

/* An OCSPResponse begins with its status, a CRL's first part with a version or an
 * algorithm (RFC 6960 §4.2.1, RFC 5280 §5.1). */
static struct result take(struct str der, struct ades_values *to, struct str path, struct err *err)
{
	struct sign_cert c;
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	if (sign_cert_read(der, &c))
		return put(to->certs, &to->ncerts, der, err);
	if (der_done(&in) && der_peek(&seq) == DER_ENUM)
		return put(to->ocsps, &to->nocsps, der, err);
	struct der_in tbs = der_enter(&seq, DER_SEQ);
	(void)der_get(&seq, DER_SEQ);
	(void)der_get(&seq, DER_BITS);
	if (!der_done(&in) || !der_done(&seq) || tbs.bad)
		return fail(err, ERR_INPUT, "cmd.sign.material", NULL,
		            "%.*s holds no certificate, CRL or OCSP answer", STR_ARG(path));
	return put(to->crls, &to->ncrls, der, err);
}

static struct result pem_block(struct arena *a, struct str *text, struct str *ret, struct err *err)
{
	size_t line = str_find(*text, STR("-----\n"));
	size_t end = str_find(*text, STR("-----END "));
	if (line == STR_NONE || end == STR_NONE || end < line + 6)
		return fail(err, ERR_INPUT, "cmd.sign.material", "RFC 7468 §2", "PEM without an end");
	char *to = arena_alloc(a, end - line + 1);
	size_t n = 0;
	for (size_t i = line + 6; i < end; i++)
		if (text->p[i] != '\n' && text->p[i] != '\r')
			to[n++] = text->p[i];
	*text = str_from(*text, end + 9);
	return base64_decode(a, str_of(to, n), ret, err);
}

static struct result one_file(struct arena *a, struct str path, struct ades_values *to,
                              struct err *err)
{
	struct str text, der;
	size_t at;
	TRY(file_read(a, path, MATERIAL_MAX, &text, err));
	if (str_find(text, STR("-----BEGIN ")) == STR_NONE)
		return take(text, to, path, err);
	while ((at = str_find(text, STR("-----BEGIN "))) != STR_NONE) {
		text = str_from(text, at);
		bool wanted = str_starts(text, STR("-----BEGIN CERTIFICATE")) ||
		              str_starts(text, STR("-----BEGIN X509 CRL")) ||
		              str_starts(text, STR("-----BEGIN OCSP RESPONSE"));
		text = str_from(text, 11);
		if (!wanted) /* a key in the same file, parameters */
			continue;
		TRY(pem_block(a, &text, &der, err));
		TRY(take(der, to, path, err));
	}
	return ok();
}

struct result sign_material(struct arena *a, struct str path, struct ades_values *to,
                            struct err *err)
{
	struct str *names;
	size_t n;
	if (!file_is_dir(path))
		return one_file(a, path, to, err);
	TRY(file_list(a, path, FILES_MAX, &names, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(one_file(a, file_join(a, path, names[i]), to, err));
	return ok();
}
