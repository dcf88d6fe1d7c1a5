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

/* Adds an entry to the open transaction. Gone when the transaction is. */
MUST struct result journal_add(struct db *tx, const struct journal_entry *e, struct err *err);

/* What the subject may see of it: newest first, before `before` (0 = now). */
struct journal_row {
	int64_t at;    /* microseconds UTC */
	int64_t index; /* in its log */
	struct str org, subject, event, actor, object, purpose;
	const struct json *detail;
};
MUST struct result journal_of_subject(struct db *db, struct arena *a, struct str org,
                                      struct str subject, int64_t before, size_t limit,
                                      const struct journal_row **ret, size_t *ret_n,
                                      struct err *err);

/* Recomputes every leaf, root and head signature of every log in the store,
 * without the server. The counts are of what was checked. */
struct journal_verdict {
	bool sound;
	int64_t entries, heads;
	char first_fault[160]; /* "log 1 entry 42: leaf hash differs", or "" */
};
MUST struct result journal_verify(struct store *s, struct journal_verdict *ret, struct err *err);

#endif
