/* The journal: every login, view of a person's data, change, signature and
 * decision, as a leaf of an append-only Merkle log (RFC 9162 §2.1 hashing),
 * added in the transaction that does what it describes.
 *
 * It lives in `store`, not in `mesh`: every room above `mesh` writes it inside
 * its own transactions. Each process lane is one log; the head (size, root,
 * signature) is written and signed once per group commit. Bodies are never
 * stored: `detail` is a small JSON object of metadata, `body` only leaves its
 * SHA-256. */
#ifndef MUSUBI_STORE_JOURNAL_H
#define MUSUBI_STORE_JOURNAL_H

#include "base/json.h"
#include "crypto/key.h"
#include "crypto/merkle.h"
#include "store/store.h"

struct journal_entry {
	struct str org;     /* whose record it is: "172065", "portal" */
	struct str subject; /* the code of the person it is about in that org, or "" */
	struct str event;   /* dotted, a row of web/text: "record.view", "apply.submit" */
	struct str actor;   /* "citizen", "officer:172065:u12", "system" */
	struct str object;  /* what it touched: application, record or session id, or "" */
	struct str purpose; /* affair and legal basis in words the citizen may read, or "" */
	const struct json *detail; /* or NULL */
	struct str body;    /* hashed, not stored; or "" */
};

/* Who signs the heads (Ed25519 or any other key with a private half), and whose
 * signatures journal_verify trusts. Call right after store_open, before the
 * first change; the store keeps a reference. Without one heads are unsigned
 * and verify says so. A public key alone is enough for verify. */
void store_set_journal_key(struct store *s, struct key *key);
/* A key of former days that verify trusts too; at most JOURNAL_KEYS_MAX. */
enum { JOURNAL_KEYS_MAX = 16 };
void store_trust_journal_key(struct store *s, struct key *key);

/* Adds an entry to the open transaction. Gone when the transaction is. It costs
 * one hash here; the rows are written together just before the shared commit,
 * so they can be read when store_commit has returned. Times strictly grow
 * within one log. ERR_INPUT for text that is not UTF-8 without NUL and for a
 * detail that has no canonical form; ERR_TOO_LARGE above 64 KiB of detail. */
MUST struct result journal_add(struct db *tx, const struct journal_entry *e, struct err *err);

/* What the subject may see of it: newest first, before `before` (0 = now). */
struct journal_row {
	int64_t at;    /* microseconds UTC */
	int64_t index; /* in its log */
	struct str org, subject, event, actor, object, purpose;
	const struct json *detail;
	int64_t log;   /* which log */
};
MUST struct result journal_of_subject(struct db *db, struct arena *a, struct str org,
                                      struct str subject, int64_t before, size_t limit,
                                      const struct journal_row **ret, size_t *ret_n,
                                      struct err *err);

/* Recomputes every leaf, root and head signature of every log in the store,
 * without the server, in pages. The counts are of what was checked. It finds an
 * entry that was changed, removed, added or moved, entries cut off at the end,
 * changed heads and wrong signatures. What it cannot find alone: a whole log set
 * back to an older, sound state; keep heads (journal_heads) elsewhere for that.
 * When a key was set, the last head of every log must be signed by it or by a
 * trusted one; without any, signatures are not checked (signatures_checked). */
struct journal_verdict {
	bool sound;
	int64_t entries, heads;
	char first_fault[160]; /* "log 1 entry 42: leaf hash differs", or "" */
	int64_t logs, signed_heads, unsigned_heads;
	bool signatures_checked;
};
MUST struct result journal_verify(struct store *s, struct journal_verdict *ret, struct err *err);

/* The last head of each log: what to publish or to keep elsewhere. */
struct journal_head {
	int64_t log, size, at;
	struct str uid;       /* of the log, unique in the world */
	struct str root;      /* 32 bytes */
	struct str signer;    /* SHA-256 of the key's SPKI, or "" */
	struct str signature; /* over journal_head_text, or "" */
};
MUST struct result journal_heads(struct db *db, struct arena *a, const struct journal_head **ret,
                                 size_t *ret_n, struct err *err);
/* The signed bytes: canonical JSON (RFC 8785). */
struct str journal_head_text(struct arena *a, const struct journal_head *h);

/* That one entry is in its log: the leaf's text (canonical JSON, hashed as
 * RFC 9162 §2.1.1) and the path to the root of the last head. */
struct journal_proof {
	int64_t index;
	struct str leaf;
	struct merkle_proof path; /* for merkle_inclusion_holds */
	struct journal_head head;
};
MUST struct result journal_prove(struct db *db, struct arena *a, int64_t log, int64_t index,
                                 struct journal_proof *ret, struct err *err);

#endif
