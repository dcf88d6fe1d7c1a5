/* RFC 9162 §2.1.3 and §2.1.4: inclusion and consistency proofs.
 *
 * Making walks the tree as the RFC defines it, with a loop in place of the
 * recursion: the path down is kept on a stack of at most 64 siblings and
 * reversed at the end. A right-hand part that is not perfect is folded from
 * its perfect pieces. */
#include "crypto/merkle.h"

static unsigned log2_floor(uint64_t n)
{
	return 63u - (unsigned)__builtin_clzll(n);
}

/* The largest power of two smaller than n, as an exponent; n > 1. */
static unsigned split(uint64_t n)
{
	return log2_floor(n - 1);
}

/* MTH(D[from:from + n]) where `from` is a multiple of every power of two in n. */
static struct result range_root(merkle_reader *read, void *ctx, uint64_t from, uint64_t n,
                                uint8_t ret[MERKLE_HASH], struct err *err)
{
	bool any = false;
	uint8_t h[MERKLE_HASH], piece[MERKLE_HASH];
	uint64_t end = from + n;
	/* smallest piece first: it is the rightmost */
	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		if (!(n >> level & 1))
			continue;
		end -= (uint64_t)1 << level;
		TRY(read(ctx, level, end >> level, piece, err));
		if (any)
			merkle_node_hash(piece, h, h);
		else
			memcpy(h, piece, MERKLE_HASH);
		any = true;
	}
	memcpy(ret, h, MERKLE_HASH);
	return ok();
}

struct result merkle_subtree(merkle_reader *read, void *ctx, unsigned level, uint64_t index,
                             uint8_t ret[MERKLE_HASH], struct err *err)
{
	struct merkle m;
	merkle_init(&m);
	for (uint64_t i = index << level; i < (index + 1) << level; i++) {
		uint8_t leaf[MERKLE_HASH];
		TRY(read(ctx, 0, i, leaf, err));
		merkle_add_leaf_hash(&m, leaf);
	}
	merkle_root(&m, ret);
	return ok();
}

static void reverse(struct merkle_proof *p)
{
	for (size_t i = 0; i + 1 < p->n - i; i++) {
		uint8_t t[MERKLE_HASH];
		memcpy(t, p->h[i], MERKLE_HASH);
		memcpy(p->h[i], p->h[p->n - 1 - i], MERKLE_HASH);
		memcpy(p->h[p->n - 1 - i], t, MERKLE_HASH);
	}
}

struct result merkle_inclusion(merkle_reader *read, void *ctx, uint64_t index, uint64_t size,
                               struct merkle_proof *ret, struct err *err)
{
	struct merkle_proof p = { 0 };
	if (index >= size)
		return fail(err, ERR_INPUT, "crypto.merkle.range", "RFC 9162 §2.1.3.1",
		            "leaf %llu of a tree of %llu", (unsigned long long)index,
		            (unsigned long long)size);
	uint64_t from = 0, n = size;
	while (n > 1) {
		uint64_t k = (uint64_t)1 << split(n);
		bool left = index - from < k;
		TRY(range_root(read, ctx, left ? from + k : from, left ? n - k : k, p.h[p.n], err));
		p.n++;
		if (!left)
			from += k;
		n = left ? k : n - k;
	}
	reverse(&p);
	*ret = p;
	return ok();
}

struct result merkle_consistency(merkle_reader *read, void *ctx, uint64_t old, uint64_t size,
                                 struct merkle_proof *ret, struct err *err)
{
	struct merkle_proof p = { 0 };
	if (old == 0 || old > size)
		return fail(err, ERR_INPUT, "crypto.merkle.range", "RFC 9162 §2.1.4.1",
		            "from %llu to %llu leaves", (unsigned long long)old,
		            (unsigned long long)size);
	uint64_t from = 0, n = size, m = old;
	bool whole = true; /* is D[0:m] still a complete subtree of the path (b in the RFC)? */
	while (m != n) {
		uint64_t k = (uint64_t)1 << split(n);
		bool left = m <= k;
		TRY(range_root(read, ctx, left ? from + k : from, left ? n - k : k, p.h[p.n], err));
		p.n++;
		if (!left) {
			from += k;
			m -= k;
			whole = false;
		}
		n = left ? k : n - k;
	}
	if (!whole) {
		TRY(range_root(read, ctx, from, n, p.h[p.n], err));
		p.n++;
	}
	reverse(&p);
	*ret = p;
	return ok();
}

bool merkle_inclusion_holds(const struct merkle_proof *proof, const uint8_t leaf[MERKLE_HASH],
                            uint64_t index, uint64_t size, const uint8_t root[MERKLE_HASH])
{
	if (index >= size || proof->n > MERKLE_PROOF_MAX)
		return false;
	uint64_t fn = index, sn = size - 1;
	uint8_t r[MERKLE_HASH];
	memcpy(r, leaf, MERKLE_HASH);
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			merkle_node_hash(proof->h[i], r, r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node_hash(r, proof->h[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, MERKLE_HASH) == 0;
}

bool merkle_consistency_holds(const struct merkle_proof *proof, uint64_t old, uint64_t size,
                              const uint8_t old_root[MERKLE_HASH], const uint8_t root[MERKLE_HASH])
{
	if (old == 0 || old > size || proof->n > MERKLE_PROOF_MAX)
		return false;
	if (old == size)
		return proof->n == 0 && memcmp(old_root, root, MERKLE_HASH) == 0;
	uint64_t fn = old - 1, sn = size - 1;
	bool implied = (old & (old - 1)) == 0; /* the old root itself starts the path */
	size_t at = implied ? 0 : 1;
	uint8_t fr[MERKLE_HASH], sr[MERKLE_HASH];
	if (proof->n == 0)
		return false;
	memcpy(fr, implied ? old_root : proof->h[0], MERKLE_HASH);
	memcpy(sr, fr, MERKLE_HASH);
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	for (; at < proof->n; at++) {
		const uint8_t *c = proof->h[at];
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			merkle_node_hash(c, fr, fr);
			merkle_node_hash(c, sr, sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node_hash(sr, c, sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, MERKLE_HASH) == 0 &&
	       memcmp(sr, root, MERKLE_HASH) == 0;
}
