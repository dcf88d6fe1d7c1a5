/* Where canonical octets go: a digest, or a buffer with a maximum. */
#include <openssl/evp.h>

#include "crypto/need.h"
#include "sign/xades_priv.h"

enum { PIECE = 256 * 1024 };

static void into_hash(void *ctx, const char *p, size_t n)
{
	crypto_need(EVP_DigestUpdate(ctx, p, n) == 1, "digest");
}

bool xades_hash_begin(struct xades_hash *h, const struct sign_digest *alg)
{
	EVP_MD *md = EVP_MD_fetch(NULL, alg->evp, NULL);
	if (!md)
		return false;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c && EVP_DigestInit_ex2(c, md, NULL) == 1, alg->name);
	*h = (struct xades_hash){ md, c, alg };
	return true;
}

struct xml_sink xades_hash_sink(struct xades_hash *h)
{
	return (struct xml_sink){ into_hash, h->ctx };
}

struct str xades_hash_end(struct xades_hash *h, struct arena *a)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	crypto_need(EVP_DigestFinal_ex(h->ctx, value, &n) == 1, h->alg->name);
	return arena_str(a, str_of((char *)value, n));
}

void xades_hash_drop(struct xades_hash *h)
{
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	*h = (struct xades_hash){ 0 };
}

static void into_buf(void *ctx, const char *p, size_t n)
{
	buf_add(ctx, str_of(p, n));
}

struct xml_sink xades_buf_sink(struct buf *b)
{
	return (struct xml_sink){ into_buf, b };
}

struct result xades_pour_source(const struct source *s, struct xml_sink sink, struct err *err)
{
	ARENA_AUTO a = arena_new(2 * PIECE);
	for (uint64_t at = 0; at < s->size; at += PIECE) {
		struct str piece;
		uint64_t n = s->size - at < PIECE ? s->size - at : PIECE;
		TRY(source_read(a, s, (struct range){ at, n }, PIECE, &piece, err));
		sink.write(sink.ctx, piece.p, piece.n);
		arena_reset(a);
	}
	return ok();
}

struct result xades_c14n_node(struct xades_ctx *c, struct _xmlNode *n, const struct xml_c14n *how,
                              struct xml_sink sink, struct err *err)
{
	struct xml_set set = { .apex = n, .comments = true };
	return xml_c14n(c->x, &set, how, sink, err);
}
