/* RFC 9162 §2.1: the frontier (hashing, adding, root, its encoding).
 * Proofs are in merkle_proof.c. */
#include "crypto/merkle.h"

#include <assert.h>

#include "crypto/digest.h"

void merkle_leaf_hash(struct str data, uint8_t ret[MERKLE_HASH])
{
	struct digest_stream s;
	uint8_t out[DIGEST_SIZE_MAX];
	digest_init(&s, DIGEST_SHA256);
	digest_add(&s, str_of("\0", 1));
	digest_add(&s, data);
	digest_done(&s, out);
	memcpy(ret, out, MERKLE_HASH);
}

void merkle_node_hash(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH],
                      uint8_t ret[MERKLE_HASH])
{
	char both[1 + 2 * MERKLE_HASH];
	both[0] = 1;
	memcpy(both + 1, left, MERKLE_HASH);
	memcpy(both + 1 + MERKLE_HASH, right, MERKLE_HASH);
	sha256(str_of(both, sizeof both), ret);
}

void merkle_init(struct merkle *m)
{
	*m = (struct merkle){ 0 };
}

void merkle_add_leaf_hash(struct merkle *m, const uint8_t leaf[MERKLE_HASH])
{
	uint8_t carry[MERKLE_HASH];
	unsigned level = 0;
	assert(m->size < UINT64_MAX);
	memcpy(carry, leaf, MERKLE_HASH);
	for (; m->size >> level & 1; level++) {
		merkle_node_hash(m->h[level], carry, carry);
		memset(m->h[level], 0, MERKLE_HASH);
	}
	memcpy(m->h[level], carry, MERKLE_HASH);
	m->size++;
}

void merkle_root(const struct merkle *m, uint8_t ret[MERKLE_HASH])
{
	bool any = false;
	if (m->size == 0)
		sha256(STR(""), ret);
	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		if (!(m->size >> level & 1))
			continue;
		if (any)
			merkle_node_hash(m->h[level], ret, ret);
		else
			memcpy(ret, m->h[level], MERKLE_HASH);
		any = true;
	}
}

void merkle_encode(const struct merkle *m, struct buf *b)
{
	char size[8];
	for (int i = 0; i < 8; i++)
		size[i] = (char)(m->size >> (56 - 8 * i));
	buf_add(b, str_of(size, 8));
	for (unsigned level = MERKLE_LEVELS; level-- > 0;)
		if (m->size >> level & 1)
			buf_add(b, str_of((const char *)m->h[level], MERKLE_HASH));
}

struct result merkle_decode(struct str s, struct merkle *ret, struct err *err)
{
	struct merkle m = { 0 };
	for (size_t i = 0; i < 8 && i < s.n; i++)
		m.size = m.size << 8 | (uint8_t)s.p[i];
	size_t want = 8 + (size_t)__builtin_popcountll(m.size) * MERKLE_HASH;
	if (s.n < 8 || s.n != want)
		return fail(err, ERR_INPUT, "crypto.merkle.frontier", "RFC 9162 §2.1",
		            "frontier of %zu bytes, expected %zu", s.n, want);
	const char *p = s.p + 8;
	for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
		if (!(m.size >> level & 1))
			continue;
		memcpy(m.h[level], p, MERKLE_HASH);
		p += MERKLE_HASH;
	}
	*ret = m;
	return ok();
}
