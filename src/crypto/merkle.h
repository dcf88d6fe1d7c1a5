/* Append-only Merkle trees with the hashing of RFC 9162 §2.1 (SHA-256).
 *
 * `struct merkle` is the frontier: what must be kept to add leaves and know
 * the root, 32 bytes per set bit of the size. Proofs are made from a reader of
 * perfect subtrees and checked without any tree. */
#ifndef MUSUBI_CRYPTO_MERKLE_H
#define MUSUBI_CRYPTO_MERKLE_H

#include "base/buf.h"

enum { MERKLE_HASH = 32, MERKLE_LEVELS = 64, MERKLE_PROOF_MAX = 66 };

/* SHA-256(0x00 || data) and SHA-256(0x01 || left || right). */
void merkle_leaf_hash(struct str data, uint8_t ret[MERKLE_HASH]);
void merkle_node_hash(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH],
                      uint8_t ret[MERKLE_HASH]);

/* h[i] holds the root of a perfect subtree of 2^i leaves when bit i of size is
 * set, and is zero otherwise. */
struct merkle {
	uint64_t size;
	uint8_t h[MERKLE_LEVELS][MERKLE_HASH];
};

void merkle_init(struct merkle *m);
void merkle_add_leaf_hash(struct merkle *m, const uint8_t leaf[MERKLE_HASH]);
/* Of the empty tree: SHA-256 of nothing. */
void merkle_root(const struct merkle *m, uint8_t ret[MERKLE_HASH]);

/* 8 bytes size (big-endian), then the hashes, largest subtree first. */
enum { MERKLE_ENCODED_MAX = 8 + MERKLE_LEVELS * MERKLE_HASH };
void merkle_encode(const struct merkle *m, struct buf *b);
MUST struct result merkle_decode(struct str s, struct merkle *ret, struct err *err);

/* Reads the root of the perfect subtree over leaves
 * [index << level, (index + 1) << level). Level 0 is a leaf hash. */
typedef struct result merkle_reader(void *ctx, unsigned level, uint64_t index,
                                    uint8_t ret[MERKLE_HASH], struct err *err);

/* For stores that keep leaves only: computes a subtree from its leaves with
 * read(ctx, 0, i). Costs 2^level reads. */
MUST struct result merkle_subtree(merkle_reader *read, void *ctx, unsigned level, uint64_t index,
                                  uint8_t ret[MERKLE_HASH], struct err *err);

struct merkle_proof {
	size_t n;
	uint8_t h[MERKLE_PROOF_MAX][MERKLE_HASH];
};

/* RFC 9162 §2.1.3.1: that leaf `index` is in the tree of `size` leaves. */
MUST struct result merkle_inclusion(merkle_reader *read, void *ctx, uint64_t index, uint64_t size,
                                    struct merkle_proof *ret, struct err *err);
/* RFC 9162 §2.1.4.1: that the tree of `old` leaves is a prefix of that of `size`. */
MUST struct result merkle_consistency(merkle_reader *read, void *ctx, uint64_t old, uint64_t size,
                                      struct merkle_proof *ret, struct err *err);

/* RFC 9162 §2.1.3.2 and §2.1.4.2. False for every malformed proof. */
bool merkle_inclusion_holds(const struct merkle_proof *proof, const uint8_t leaf[MERKLE_HASH],
                            uint64_t index, uint64_t size, const uint8_t root[MERKLE_HASH]);
bool merkle_consistency_holds(const struct merkle_proof *proof, uint64_t old, uint64_t size,
                              const uint8_t old_root[MERKLE_HASH], const uint8_t root[MERKLE_HASH]);

#endif
