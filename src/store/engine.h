/* What store asks of a database engine: one row of functions per engine.
 *
 * A connection is used by one thread at a time. Text of statements is constant
 * with `?`; every engine keeps what it prepared per connection. Private to
 * this room. */
#ifndef MUSUBI_STORE_ENGINE_H
#define MUSUBI_STORE_ENGINE_H

#include "store/store.h"

struct conn; /* each engine has its own */

struct engine {
	const char *name;

	/* `where` is the url behind its scheme. A writer is one connection per
	 * store; readers refuse to change anything. */
	struct result (*open)(struct str where, bool writer, struct conn **ret, struct err *err);
	void (*close)(struct conn *c);
	/* Whether the open transaction, or the connection under it, is gone. Once
	 * true, only rollback and close are left. */
	bool (*broken)(const struct conn *c);
	/* The session behind the connection, a number never used twice by this
	 * process: locks of log() die with it. */
	unsigned (*session)(const struct conn *c);

	/* The shared transaction. When commit fails, nothing is kept. */
	struct result (*begin)(struct conn *c, struct err *err);
	struct result (*commit)(struct conn *c, struct err *err);
	void (*rollback)(struct conn *c);
	/* Where undo goes back to; replaces the mark before it. When one of the two
	 * fails the transaction is broken. */
	struct result (*mark)(struct conn *c, struct err *err);
	struct result (*undo)(struct conn *c, struct err *err);

	/* A reader's view. */
	struct result (*snapshot)(struct conn *c, struct err *err);

	/* One statement; a and rows both or neither; ret_changed may be NULL. */
	struct result (*run)(struct conn *c, const char *sql, const struct bind *binds, size_t n,
	                     struct arena *a, struct rows *ret, int64_t *ret_changed,
	                     struct err *err);
	/* The same statement `times` times, `per` binds each. A failure may come out
	 * only with a later call, commit at the latest; it breaks the transaction. */
	struct result (*run_many)(struct conn *c, const char *sql, const struct bind *binds,
	                          size_t per, size_t times, struct err *err);
	/* A statement of a migration, in the engine's own types. */
	struct result (*define)(struct conn *c, const char *sql, struct err *err);
	/* Keeps other processes from migrating until the transaction ends. */
	struct result (*migrating)(struct conn *c, struct err *err);
	/* Takes journal log `id` for this session; *ret false when another has it. */
	struct result (*log)(struct conn *c, int64_t id, bool *ret, struct err *err);
};

extern const struct engine engine_sqlite, engine_postgres;

#endif
