/* Pieces of DER and their digests, for CAdES. */
#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "crypto/need.h"
#include "sign/cades_priv.h"

struct str cades_header(struct arena *a, int tag, uint64_t n)
{
	char h[10] = { (char)tag, (char)n };
	size_t k = 0;
	if (n >= 0x80) {
		while (k < 8 && n >> (8 * k))
			k++;
		h[1] = (char)(0x80 | k);
		for (size_t i = 0; i < k; i++)
			h[2 + i] = (char)(n >> (8 * (k - 1 - i)));
	}
	return arena_str(a, str_of(h, 2 + k));
}

struct str cades_tlv(struct arena *a, int tag, struct str content)
{
	return arena_join(a, cades_header(a, tag, content.n), content);
}

struct str cades_concat(struct arena *a, const struct str *parts, size_t n)
{
	size_t size = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		size += parts[i].n;
	char *to = arena_alloc(a, size + 1);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(to + at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return str_of(to, size);
}

struct str cades_oid(struct arena *a, const char *dotted)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 128);
	der_init(&d, &b);
	der_put_oid(&d, dotted);
	assert(!buf_over(&b));
	return arena_str(a, buf_str(&b));
}

struct str cades_attribute(struct arena *a, const char *type, struct str value)
{
	return cades_tlv(a, DER_SEQ, arena_join(a, cades_oid(a, type), cades_tlv(a, DER_SET, value)));
}

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

void cades_sort(struct str *items, size_t n)
{
	if (n)
		qsort(items, n, sizeof *items, by_bytes);
}

/* ---- digests ---- */

struct result cades_hash_begin(struct cades_hash *h, const struct sign_digest *alg,
                               struct err *err)
{
	EVP_MD *md = EVP_MD_fetch(NULL, alg->evp, NULL);
	*h = (struct cades_hash){ NULL, alg };
	if (!md)
		return fail(err, ERR_INPUT, "sign.algorithm", NULL, "no %s on this machine", alg->name);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c && EVP_DigestInit_ex2(c, md, NULL) == 1, alg->name);
	EVP_MD_free(md);
	h->ctx = c;
	return ok();
}

void cades_hash_add(struct cades_hash *h, struct str s)
{
	crypto_need(EVP_DigestUpdate(h->ctx, s.p ? s.p : "", s.n) == 1, "digest");
}

struct result cades_hash_ranges(struct cades_hash *h, const struct source *s,
                                const struct range *r, size_t n, struct err *err)
{
	enum { PIECE = 12 * 1024 }; /* fits the first block of an arena, which a reset keeps */
	ARENA_AUTO a = arena_new(8 * PIECE);
	for (size_t i = 0; i < n; i++)
		for (uint64_t at = 0; at < r[i].n;) {
			uint64_t left = r[i].n - at;
			struct range one = { r[i].at + at, left < PIECE ? left : PIECE };
			struct str bytes;
			TRY(source_read(a, s, one, PIECE, &bytes, err));
			cades_hash_add(h, bytes);
			arena_reset(a);
			at += one.n;
		}
	return ok();
}

void cades_hash_copy(struct cades_hash *to, const struct cades_hash *from)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c && EVP_MD_CTX_copy_ex(c, from->ctx) == 1, "digest");
	*to = (struct cades_hash){ c, from->alg };
}

struct str cades_hash_end(struct cades_hash *h, struct arena *a)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	crypto_need(EVP_DigestFinal_ex(h->ctx, out, &n) == 1, "digest");
	cades_hash_drop(h);
	return arena_str(a, str_of((char *)out, n));
}

void cades_hash_drop(struct cades_hash *h)
{
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

struct str cades_hash_of(struct arena *a, const struct sign_digest *alg, struct str s)
{
	CADES_HASH_AUTO h = { NULL, NULL };
	if (is_err(cades_hash_begin(&h, alg, NULL)))
		return STR("");
	cades_hash_add(&h, s);
	return cades_hash_end(&h, a);
}

void cades_content_of(struct arena *a, const struct source *whole, struct cades_content *ret)
{
	struct range *r = ARENA_NEW(a, struct range);
	*r = (struct range){ 0, whole ? whole->size : 0 };
	*ret = (struct cades_content){ .source = whole, .ranges = r, .nranges = 1 };
}

struct result cades_content_digest(struct cades_content *c, struct arena *a,
                                   const struct sign_digest *alg, struct str *ret,
                                   struct err *err)
{
	CADES_HASH_AUTO h = { NULL, NULL };
	for (size_t i = 0; i < c->n; i++)
		if (c->done[i].alg == alg) {
			*ret = c->done[i].value;
			return ok();
		}
	TRY(cades_hash_begin(&h, alg, err));
	TRY(cades_hash_ranges(&h, c->source, c->ranges, c->nranges, err));
	*ret = cades_hash_end(&h, a);
	if (c->n < CADES_CONTENT_DIGESTS) {
		c->done[c->n].alg = alg;
		c->done[c->n++].value = *ret;
	}
	return ok();
}
