/* Octets into digests, and values against keys. The signing input is never built
 * as a whole, except for EdDSA, which reads it twice (RFC 8032 §5.1.6). */
#include "sign/jws.h"

#include <openssl/evp.h>

#include "base/encode.h"
#include "base/mem.h"
#include "crypto/need.h"

enum { PIECE = 192 * 1024 }; /* a multiple of 3: base64 of pieces is base64 of the whole */
_Static_assert(PIECE % 3 == 0, "pieces must not need padding");

struct result jws_feed_init(struct jws_feed *f, const struct sign_digest *alg, struct err *err)
{
	*f = (struct jws_feed){ 0 };
	if (!alg) {
		f->gathered = mem_new(sizeof *f->gathered);
		buf_init(f->gathered, JWS_BYTES_MAX);
		return ok();
	}
	EVP_MD *md = EVP_MD_fetch(NULL, alg->evp, NULL);
	if (!md)
		return fail(err, ERR_INPUT, "sign.algorithm", NULL, "no %s on this machine", alg->name);
	f->digest = EVP_MD_CTX_new();
	f->size = alg->size;
	crypto_need(f->digest && EVP_DigestInit_ex2(f->digest, md, NULL) == 1, alg->name);
	EVP_MD_free(md);
	return ok();
}

void jws_feed_add(struct jws_feed *f, struct str s)
{
	if (f->digest)
		crypto_need(EVP_DigestUpdate(f->digest, s.p, s.n) == 1, "digest");
	else
		buf_add(f->gathered, s);
}

struct result jws_feed_source(struct jws_feed *f, const struct source *s, bool encoded,
                              struct err *err)
{
	ARENA_AUTO a = arena_new(4 * PIECE);
	for (uint64_t at = 0; at < s->size; at += PIECE) {
		struct str piece;
		uint64_t n = s->size - at < PIECE ? s->size - at : PIECE;
		TRY(source_read(a, s, (struct range){ at, n }, PIECE, &piece, err));
		jws_feed_add(f, encoded ? base64url_encode(a, piece) : piece);
		arena_reset(a);
	}
	return ok();
}

struct str jws_feed_done(struct arena *a, struct jws_feed *f)
{
	struct str s = STR("");
	if (f->digest) {
		uint8_t *to = arena_alloc(a, f->size);
		crypto_need(EVP_DigestFinal_ex(f->digest, to, NULL) == 1, "digest");
		s = str_of((char *)to, f->size);
	} else if (!buf_over(f->gathered) && f->gathered->n <= arena_left(a)) {
		s = arena_str(a, buf_str(f->gathered));
	}
	jws_feed_drop(f);
	return s;
}

void jws_feed_drop(struct jws_feed *f)
{
	EVP_MD_CTX_free(f->digest);
	if (f->gathered)
		buf_done(f->gathered);
	mem_free(f->gathered);
	*f = (struct jws_feed){ 0 };
}

/* RFC 7518 §3.4, RFC 8037 §3.1: the name of an algorithm is also that of a curve. */
static bool curve_fits(struct str alg, struct str spki)
{
	static const struct { const char *alg, *key; } rows[] = { { "ES256", "EC prime256v1" },
		{ "ES384", "EC secp384r1" }, { "ES512", "EC secp521r1" }, { "Ed25519", "Ed25519" } };
	ARENA_AUTO a = arena_new(4096);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(alg, str_c(rows[i].alg)))
			return str_eq(sign_key_name(a, spki), str_c(rows[i].key));
	return true;
}

bool jws_value_holds(const struct jws_signature *s, struct str spki, struct str hash)
{
	return !s->fault.n && s->alg_known && spki.n && curve_fits(s->alg_name, spki) &&
	       sign_check(spki, &s->alg, hash, s->value);
}

bool jws_verify(struct arena *a, const struct jws *j, const struct jws_signature *s,
                const struct source *detached, struct str spki)
{
	JWS_FEED_AUTO f = { 0 };
	/* "a..c" is also how a payload of no bytes is written */
	bool here = j->attached || (j->compact && !detached);
	if (s->fault.n || s->critical.n || !s->alg_known || here == (detached != NULL) ||
	    is_err(jws_feed_init(&f, s->alg.digest, NULL)))
		return false;
	jws_feed_add(&f, s->protected_text);
	jws_feed_add(&f, STR("."));
	if (!detached)
		jws_feed_add(&f, j->payload_text);
	else if (is_err(jws_feed_source(&f, detached, s->b64, NULL)))
		return false;
	return jws_value_holds(s, spki, jws_feed_done(a, &f));
}
