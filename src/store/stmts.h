/* What a connection has prepared: text of the statement -> the engine's handle.
 *
 * Statements are constant text, so the set is small and stays; when more than
 * STMTS_MAX come together all are dropped and the set begins anew. Keyed by
 * the text, not by its address. Private to this room. */
#ifndef MUSUBI_STORE_STMTS_H
#define MUSUBI_STORE_STMTS_H

#include "base/str.h"

enum { STMTS_MAX = 384, STMTS_SLOTS = 512 };

typedef void stmts_drop(void *ctx, void *handle);

struct stmts {
	struct stmts_slot {
		uint64_t hash;
		char *key; /* text, NUL, kinds, NUL */
		void *handle;
	} slots[STMTS_SLOTS];
	size_t n;
	stmts_drop *drop;
	void *ctx;
};

/* `kinds` tells apart what is prepared more than once for one text; or "". */
void *stmts_get(const struct stmts *x, const char *sql, const char *kinds);
/* Takes the handle over. */
void stmts_put(struct stmts *x, const char *sql, const char *kinds, void *handle);
void stmts_clear(struct stmts *x);

#endif
