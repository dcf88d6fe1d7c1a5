/* One SQL wrapper over two engines: SQLite (embedded default) and PostgreSQL.
 *
 * Only files named *_store.c (and this room) hold SQL: constant text with `?`
 * for bound values, in the dialect both engines understand. Types in
 * migrations: BIGINT, TEXT, BYTEA. Times are BIGINT microseconds UTC.
 *
 * Writing goes through one lane per process with group commit: transactions
 * run one after the other as savepoints of a shared engine transaction, and
 * store_commit returns only when the shared one is durable (fsync). So many
 * requests share one fsync, and none is acknowledged before its own is on
 * disk. Between store_begin and store_commit do no slow work: no network, no
 * signing, no hashing of passwords. A change sees what others before it in the
 * lane did though that is not durable yet: say nothing of it to anybody before
 * store_commit (of whatever change, an empty one too) has returned.
 *
 * Reading takes a connection from a pool (one at a time per thread). */
#ifndef MUSUBI_STORE_STORE_H
#define MUSUBI_STORE_STORE_H

#include "base/arena.h"

struct store; /* an opened database; shared by all threads */
struct db;    /* a transaction or a reader; belongs to one thread */

/* A room's tables. `statements` ends with NULL; each is one statement in the
 * common dialect: CREATE TABLE, CREATE INDEX, ALTER TABLE, INSERT, UPDATE;
 * column types only BIGINT, TEXT, BYTEA; growing tables begin with `org` and so
 * does every unique key. Versions count 1, 2, 3 … within the room and never
 * change once released: a correction is the next version. */
struct migration {
	int version;
	const char *name; /* "accounts", for people */
	const char *const *statements;
};

/* Tells store_open which tables a room has. Call once per room, in the order
 * of the rooms, before store_open; the rows must live as long as the program.
 * The same rows a second time are ignored. store's own come first by itself. */
void store_migrations_add(const char *room, const struct migration *rows, size_t n);

/* url: "sqlite:/path/file.db" or "postgres:" followed by a libpq conninfo
 * string or URI. Runs the migrations that are missing (every engine the same
 * list, in order, each in its own transaction, recorded with its digest).
 * ERR_CONFLICT when a migration that ran has another text now, or when the
 * database knows one that this program does not. PostgreSQL must speak UTF-8,
 * order text by bytes (LC_COLLATE C) and run with fsync on: ERR_INPUT. */
MUST struct result store_open(struct str url, struct store **ret, struct err *err);
void store_close(struct store *s); /* NULL is fine; no change may be open */
const char *store_engine(const struct store *s); /* "sqlite" or "postgres" */

/* What the lane did since store_open; for metrics and tests. */
struct store_stats {
	int64_t transactions;   /* acknowledged by store_commit */
	int64_t shared_commits; /* engine commits that carried them: one fsync each */
	int64_t failed_commits; /* shared commits that failed */
	int64_t entries;        /* journal entries made durable */
	int64_t readers;        /* reader connections open now */
};
void store_stats(struct store *s, struct store_stats *ret);

/* A change. store_commit and store_abort give the lane back and set *db to
 * NULL. A failed statement leaves only store_abort. ERR_UNAVAILABLE when the
 * disk is full or the database is gone: nothing of the change is kept. */
MUST struct result store_begin(struct store *s, struct db **ret, struct err *err);
MUST struct result store_commit(struct db **db, struct err *err);
void store_abort(struct db **db);
#define STORE_TX_AUTO __attribute__((cleanup(store_abort))) struct db *

/* A consistent view for reading; writes through it are refused. */
MUST struct result store_reader(struct store *s, struct db **ret, struct err *err);
void store_reader_done(struct db **db);
#define STORE_READER_AUTO __attribute__((cleanup(store_reader_done))) struct db *

/* Values for `?`, in order; text must be UTF-8 without NUL (ERR_INPUT):
 *   db_exec(db, "UPDATE t SET a = ? WHERE org = ?", BINDS(B_INT(3), B_TEXT(org)), NULL, err) */
enum bind_kind { BIND_NULL, BIND_INT, BIND_TEXT, BIND_BLOB };
struct bind {
	enum bind_kind kind;
	int64_t i;
	struct str s;
};
#define B_NULL ((struct bind){ BIND_NULL, 0, { 0, 0 } })
/* A NULL that is sometimes a value: `?` keeps one type (as = BIND_TEXT …). */
#define B_NULL_AS(as) ((struct bind){ BIND_NULL, (as), { 0, 0 } })
#define B_INT(v) ((struct bind){ BIND_INT, (v), { 0, 0 } })
#define B_TEXT(v) ((struct bind){ BIND_TEXT, 0, (v) })
#define B_BLOB(v) ((struct bind){ BIND_BLOB, 0, (v) })
#define BINDS(...) (const struct bind[]){ __VA_ARGS__ }, \
	sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind)
#define NO_BINDS NULL, 0

/* A result set, whole, in the arena. At most ROWS_MAX rows; a query that could
 * give more pages by key. */
enum { ROWS_MAX = 10000 };
struct rows {
	size_t n, cols;
	const struct bind *cells; /* row-major */
};

/* ret_changed may be NULL. A violated unique or foreign key is ERR_CONFLICT.
 * Both engines take the same types: an integer for BIGINT, text for TEXT, a
 * blob for BYTEA. One statement per call. */
MUST struct result db_exec(struct db *db, const char *sql, const struct bind *binds, size_t n,
                           int64_t *ret_changed, struct err *err);
/* A write that says nothing back and cannot conflict: a row under a key made
 * here, a deletion. It is sent without waiting; a failure may come out only with
 * a later statement, store_commit at the latest, and then undoes the shared
 * commit for everybody in it. Never for keys that somebody else chooses. */
MUST struct result db_put(struct db *db, const char *sql, const struct bind *binds, size_t n,
                          struct err *err);
MUST struct result db_query(struct db *db, struct arena *a, const char *sql,
                            const struct bind *binds, size_t n, struct rows *ret,
                            struct err *err);
/* NULL cells read as 0 and "". */
int64_t rows_int(const struct rows *r, size_t row, size_t col);
struct str rows_text(const struct rows *r, size_t row, size_t col); /* text or blob */
bool rows_null(const struct rows *r, size_t row, size_t col);

#endif
