/* The journal behind the lane: entries of the shared transaction, gathered in
 * memory and written together just before the engine's commit.
 *
 * Only whoever holds the lane may call these. */
#ifndef MUSUBI_STORE_JOURNAL_PRIVATE_H
#define MUSUBI_STORE_JOURNAL_PRIVATE_H

#include "crypto/digest.h"
#include "store/engine.h"
#include "store/journal.h"

enum {
	TILE_LEVELS = 3, TILE_BITS = 8, /* roots of 2^8, 2^16 and 2^24 leaves are kept */
	ENTRY_COLUMNS = 12
};
/* Of a row to insert, in the order of ENTRY_INSERT; also of what verify reads. */
enum entry_column {
	E_ORG, E_SUBJECT, E_AT, E_LOG, E_IX, E_EVENT, E_ACTOR, E_OBJECT, E_PURPOSE, E_DETAIL,
	E_BODY, E_LEAF
};

/* The tree with its subtrees under way: tile[i] counts nodes of level 8 i. */
struct journal_tree {
	struct merkle all;
	struct merkle tile[TILE_LEVELS];
};
/* Called for each subtree that a leaf completes: its level, place and root. */
typedef void tile_sink(void *ctx, int64_t level, int64_t ix, const uint8_t hash[MERKLE_HASH]);
void journal_tree_add(struct journal_tree *t, const uint8_t leaf[MERKLE_HASH], tile_sink *sink,
                      void *ctx);

struct journal_keys {
	struct key *signer;
	struct key *trusted[JOURNAL_KEYS_MAX];
	size_t n_trusted;
};

struct journal {
	struct journal_keys keys;
	struct arena *arena;      /* text of the entries; emptied with the batch */
	struct buf leaf;
	struct bind *rows;        /* ENTRY_COLUMNS each */
	size_t n, cap;
	int64_t last_at;
	/* The log of this process, once it has one. */
	int64_t log;              /* 0: none */
	unsigned session;         /* that holds its lock */
	bool ready;               /* tree and uid are what the database has */
	char uid[33];
	struct journal_tree tree;
};

struct journal *journal_new(void);
void journal_free(struct journal *j);
/* Entries of the shared transaction so far; and back to that many. */
size_t journal_count(const struct journal *j);
void journal_cut(struct journal *j, size_t n);
/* Writes the entries of the shared transaction and the head over them. */
MUST struct result journal_flush(struct journal *j, const struct engine *e, struct conn *c,
                                 struct err *err);
/* The shared transaction is durable, or lost: what flush did is so too. */
void journal_settle(struct journal *j, bool durable);

/* The canonical text of a leaf, from a row of ENTRY_COLUMNS. */
void journal_leaf_text(struct buf *b, const struct bind *row);

#define ENTRY_COLUMN_NAMES "org, subject, at, log, ix, event, actor, object, purpose, detail, body, leaf"

#endif
