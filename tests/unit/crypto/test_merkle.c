/* The Merkle tree against the definition of RFC 9162 §2.1, computed here by
 * its recursion, for every size up to 70, and hostile proofs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* base/err.h has the name */

#include "crypto/digest.h"
#include "crypto/merkle.h"

enum { MAX = 70 };
static uint8_t leaves[MAX][32];

static int make_leaves(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MAX; i++) {
		char c = (char)i;
		merkle_leaf_hash(str_of(&c, i ? 1 : 0), leaves[i]);
	}
	return 0;
}

static void mth(unsigned from, unsigned n, uint8_t ret[32])
{
	if (n == 0) {
		sha256(STR(""), ret);
		return;
	}
	if (n == 1) {
		memcpy(ret, leaves[from], 32);
		return;
	}
	unsigned k = 1;
	while (k * 2 < n)
		k *= 2;
	uint8_t l[32], r[32];
	mth(from, k, l);
	mth(from + k, n - k, r);
	merkle_node_hash(l, r, ret);
}

static struct result read_tree(void *ctx, unsigned level, uint64_t index, uint8_t ret[32],
                               struct err *err)
{
	unsigned size = *(unsigned *)ctx;
	if ((index + 1) << level > size)
		return fail(err, ERR_INTERNAL, "test", NULL, "reads outside the tree");
	if (level == 0) {
		memcpy(ret, leaves[index], 32);
		return ok();
	}
	return merkle_subtree(read_tree, ctx, level, index, ret, err);
}

static void known_hashes(void **state)
{
	(void)state;
	/* the values every CT implementation shares: empty tree and empty leaf */
	static const uint8_t empty_leaf[4] = { 0x6e, 0x34, 0x0b, 0x9c };
	static const uint8_t empty_tree[4] = { 0xe3, 0xb0, 0xc4, 0x42 };
	struct merkle m;
	uint8_t h[32];
	merkle_init(&m);
	merkle_root(&m, h);
	assert_memory_equal(h, empty_tree, 4);
	merkle_leaf_hash(STR(""), h);
	assert_memory_equal(h, empty_leaf, 4);
}

static void root_is_the_definition(void **state)
{
	(void)state;
	struct merkle m;
	merkle_init(&m);
	for (unsigned n = 0; n <= MAX; n++) {
		uint8_t want[32], got[32];
		mth(0, n, want);
		merkle_root(&m, got);
		assert_memory_equal(got, want, 32);
		assert_int_equal(m.size, n);
		if (n < MAX)
			merkle_add_leaf_hash(&m, leaves[n]);
	}
}

static void frontier_survives_encoding(void **state)
{
	(void)state;
	struct merkle m;
	merkle_init(&m);
	for (unsigned n = 0; n < MAX; n++) {
		BUF_AUTO b;
		struct merkle back;
		buf_init(&b, MERKLE_ENCODED_MAX);
		merkle_encode(&m, &b);
		assert_true(is_ok(merkle_decode(buf_str(&b), &back, NULL)));
		assert_memory_equal(&back, &m, sizeof m);
		merkle_add_leaf_hash(&m, leaves[n]);
	}
}

static void bad_frontiers_are_refused(void **state)
{
	(void)state;
	struct merkle m = { .size = 77 };
	static const struct str bad[] = {
		STR_INIT(""), STR_INIT("\0\0\0\0\0\0\0"), STR_INIT("\0\0\0\0\0\0\0\1"),
		STR_INIT("\0\0\0\0\0\0\0\0x"), STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err;
		assert_int_equal(merkle_decode(bad[i], &m, &err).kind, ERR_INPUT);
		assert_int_equal(m.size, 77);
	}
}

static void every_inclusion_holds(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= MAX; n++) {
		uint8_t root[32];
		mth(0, n, root);
		for (unsigned i = 0; i < n; i++) {
			struct merkle_proof p;
			assert_true(is_ok(merkle_inclusion(read_tree, &n, i, n, &p, NULL)));
			assert_true(merkle_inclusion_holds(&p, leaves[i], i, n, root));
			assert_false(merkle_inclusion_holds(&p, leaves[(i + 1) % MAX], i, n, root));
			assert_false(merkle_inclusion_holds(&p, leaves[i], i + 1, n, root) && n > 1);
			if (p.n) {
				p.h[p.n - 1][31] ^= 1;
				assert_false(merkle_inclusion_holds(&p, leaves[i], i, n, root));
				p.h[p.n - 1][31] ^= 1;
				p.n--;
				assert_false(merkle_inclusion_holds(&p, leaves[i], i, n, root));
				p.n++;
			}
			p.n++;
			assert_false(merkle_inclusion_holds(&p, leaves[i], i, n, root));
		}
	}
}

static void every_consistency_holds(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= MAX; n++) {
		uint8_t root[32];
		mth(0, n, root);
		for (unsigned m = 1; m <= n; m++) {
			struct merkle_proof p;
			uint8_t old[32], bad[32];
			mth(0, m, old);
			memcpy(bad, old, 32);
			bad[0] ^= 1;
			assert_true(is_ok(merkle_consistency(read_tree, &n, m, n, &p, NULL)));
			assert_true(merkle_consistency_holds(&p, m, n, old, root));
			assert_false(merkle_consistency_holds(&p, m, n, bad, root));
			if (m == n)
				continue;
			p.h[p.n - 1][0] ^= 1;
			assert_false(merkle_consistency_holds(&p, m, n, old, root));
			p.h[p.n - 1][0] ^= 1;
			p.n--;
			assert_false(merkle_consistency_holds(&p, m, n, old, root));
		}
	}
}

static void out_of_range_is_refused(void **state)
{
	(void)state;
	unsigned n = 8;
	struct merkle_proof p = { .n = 3 };
	assert_int_equal(merkle_inclusion(read_tree, &n, 8, 8, &p, NULL).kind, ERR_INPUT);
	assert_int_equal(merkle_inclusion(read_tree, &n, 0, 0, &p, NULL).kind, ERR_INPUT);
	assert_int_equal(merkle_consistency(read_tree, &n, 0, 8, &p, NULL).kind, ERR_INPUT);
	assert_int_equal(merkle_consistency(read_tree, &n, 9, 8, &p, NULL).kind, ERR_INPUT);
	p.n = SIZE_MAX;
	assert_false(merkle_inclusion_holds(&p, leaves[0], 0, 8, leaves[0]));
	assert_false(merkle_consistency_holds(&p, 1, 8, leaves[0], leaves[0]));
	assert_int_equal(p.n, SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hashes),
		cmocka_unit_test(root_is_the_definition),
		cmocka_unit_test(frontier_survives_encoding),
		cmocka_unit_test(bad_frontiers_are_refused),
		cmocka_unit_test(every_inclusion_holds),
		cmocka_unit_test(every_consistency_holds),
		cmocka_unit_test(out_of_range_is_refused),
	};
	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
