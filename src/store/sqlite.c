/* The SQLite engine: WAL, synchronous=FULL, one writer and many readers.
 *
 * The engine is made as strict as the other one: STRICT tables, foreign keys,
 * LIKE that minds case, no double-quoted strings, no extensions. After an I/O
 * error or a full disk the open transaction counts as lost, whatever SQLite
 * could still do with it: nothing half-written is ever committed. */
#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/stmts.h"

enum { BUSY_MS = 10000, CELLS_FIRST = 32 };

struct conn {
	sqlite3 *db;
	char *path;
	int lock_fd; /* the lane locks; -1 until log() */
	unsigned session;
	bool open_tx, gone, marked;
	struct stmts stmts;
};

static atomic_uint sessions;

/* What an error of SQLite means to the house. */
static const struct {
	int code; /* extended when above 255 */
	enum err_kind kind;
	const char *name;
} meanings[] = {
	{ SQLITE_CONSTRAINT_DATATYPE, ERR_INTERNAL, "store.type" },
	{ SQLITE_CONSTRAINT, ERR_CONFLICT, "store.conflict" },
	{ SQLITE_FULL, ERR_UNAVAILABLE, "store.full" },
	{ SQLITE_IOERR, ERR_UNAVAILABLE, "store.io" },
	{ SQLITE_BUSY, ERR_UNAVAILABLE, "store.busy" },
	{ SQLITE_LOCKED, ERR_UNAVAILABLE, "store.busy" },
	{ SQLITE_CANTOPEN, ERR_UNAVAILABLE, "store.open" },
	{ SQLITE_PROTOCOL, ERR_UNAVAILABLE, "store.busy" },
	{ SQLITE_NOMEM, ERR_UNAVAILABLE, "store.memory" },
	{ SQLITE_CORRUPT, ERR_UNAVAILABLE, "store.damaged" },
	{ SQLITE_NOTADB, ERR_UNAVAILABLE, "store.damaged" },
	{ SQLITE_READONLY, ERR_INTERNAL, "store.readonly" },
	{ SQLITE_TOOBIG, ERR_TOO_LARGE, "store.large" },
};

static struct result sqlite_fail(struct conn *c, const char *doing, struct err *err)
{
	int code = sqlite3_extended_errcode(c->db);
	enum err_kind kind = ERR_INTERNAL;
	const char *name = "store.sql";

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].code != code && meanings[i].code != (code & 0xff))
			continue;
		kind = meanings[i].kind;
		name = meanings[i].name;
		break;
	}
	/* A disk or a database in trouble takes the whole transaction along. */
	if (c->open_tx && (sqlite3_get_autocommit(c->db) ||
	                   (kind == ERR_UNAVAILABLE && (code & 0xff) != SQLITE_BUSY)))
		c->gone = true;
	return fail(err, kind, name, NULL, "SQLite %s: %s (%d)", doing, sqlite3_errmsg(c->db), code);
}

static void stmt_drop(void *ctx, void *handle)
{
	(void)ctx;
	sqlite3_finalize(handle);
}

static struct result stmt_of(struct conn *c, const char *sql, sqlite3_stmt **ret, struct err *err)
{
	const char *tail = NULL;
	sqlite3_stmt *st = stmts_get(&c->stmts, sql, "");

	if (!st) {
		if (sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, &tail) !=
		    SQLITE_OK)
			return sqlite_fail(c, "prepare", err);
		if (!st || tail[strspn(tail, " \t\r\n")] != '\0') {
			sqlite3_finalize(st);
			return fail(err, ERR_INTERNAL, "store.sql", NULL,
			            "expected exactly one statement: %.80s", sql);
		}
		stmts_put(&c->stmts, sql, "", st);
	}
	*ret = st;
	return ok();
}

static int bind_one(sqlite3_stmt *st, int at, const struct bind *b)
{
	const char *p = b->s.p ? b->s.p : "";

	switch (b->kind) {
	case BIND_INT:
		return sqlite3_bind_int64(st, at, b->i);
	case BIND_TEXT:
		return sqlite3_bind_text64(st, at, p, b->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case BIND_BLOB:
		return sqlite3_bind_blob64(st, at, p, b->s.n, SQLITE_STATIC);
	case BIND_NULL:
		break;
	}
	return sqlite3_bind_null(st, at);
}

static struct result bind_all(struct conn *c, sqlite3_stmt *st, const char *sql,
                              const struct bind *binds, size_t n, struct err *err)
{
	if ((size_t)sqlite3_bind_parameter_count(st) != n)
		return fail(err, ERR_INTERNAL, "store.binds", NULL, "%d values expected, %zu given: %.80s",
		            sqlite3_bind_parameter_count(st), n, sql);
	for (size_t i = 0; i < n; i++)
		if (bind_one(st, (int)i + 1, &binds[i]) != SQLITE_OK)
			return sqlite_fail(c, "bind", err);
	return ok();
}

static struct result cell_of(sqlite3_stmt *st, int col, struct arena *a, struct bind *ret,
                             struct err *err)
{
	struct str s;

	switch (sqlite3_column_type(st, col)) {
	case SQLITE_NULL:
		*ret = B_NULL;
		return ok();
	case SQLITE_INTEGER:
		*ret = B_INT(sqlite3_column_int64(st, col));
		return ok();
	case SQLITE_TEXT:
		s.p = (const char *)sqlite3_column_text(st, col);
		s.n = (size_t)sqlite3_column_bytes(st, col);
		*ret = B_TEXT(arena_str(a, s));
		return ok();
	case SQLITE_BLOB:
		s.p = sqlite3_column_blob(st, col);
		s.n = (size_t)sqlite3_column_bytes(st, col);
		*ret = B_BLOB(arena_str(a, s.p ? s : STR("")));
		return ok();
	default:
		return fail(err, ERR_INTERNAL, "store.type", NULL,
		            "column %d is no integer, text or blob", col + 1);
	}
}

/* Steps to the end, collecting rows when there is an arena. */
static struct result step_all(struct conn *c, sqlite3_stmt *st, struct arena *a,
                              struct rows *ret, struct err *err)
{
	size_t cols = (size_t)sqlite3_column_count(st), n = 0, cap = 0;
	struct bind *cells = NULL;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!a)
			continue;
		if (n == ROWS_MAX)
			return fail(err, ERR_TOO_LARGE, "store.rows", NULL,
			            "more than %d rows; the query must page", ROWS_MAX);
		if (n == cap) {
			struct bind *more;

			cap = cap ? cap * 2 : CELLS_FIRST;
			more = ARENA_ARRAY(a, struct bind, cap * cols);
			if (n)
				memcpy(more, cells, n * cols * sizeof(*cells));
			cells = more;
		}
		for (size_t i = 0; i < cols; i++)
			TRY(cell_of(st, (int)i, a, &cells[n * cols + i], err));
		n++;
	}
	if (rc != SQLITE_DONE)
		return sqlite_fail(c, "step", err);
	if (a)
		*ret = (struct rows){ n, cols, cells };
	return ok();
}

static struct result sqlite_run(struct conn *c, const char *sql, const struct bind *binds,
                                size_t n, struct arena *a, struct rows *ret,
                                int64_t *ret_changed, struct err *err)
{
	sqlite3_stmt *st = NULL;
	sqlite3_int64 before = sqlite3_total_changes64(c->db);
	struct result r;

	TRY(stmt_of(c, sql, &st, err));
	r = bind_all(c, st, sql, binds, n, err);
	if (is_ok(r))
		r = step_all(c, st, a, ret, err);
	/* Only after step_all has read the error: reset repeats and clears it. */
	sqlite3_reset(st);
	if (is_ok(r) && ret_changed)
		*ret_changed = sqlite3_total_changes64(c->db) == before
			? 0 : sqlite3_changes64(c->db);
	return r;
}

static struct result sqlite_run_many(struct conn *c, const char *sql, const struct bind *binds,
                                     size_t per, size_t times, struct err *err)
{
	for (size_t i = 0; i < times; i++)
		TRY(sqlite_run(c, sql, binds + i * per, per, NULL, NULL, NULL, err));
	return ok();
}

static struct result say(struct conn *c, const char *sql, struct err *err)
{
	return sqlite_run(c, sql, NO_BINDS, NULL, NULL, NULL, err);
}

static struct result sqlite_begin(struct conn *c, struct err *err)
{
	c->gone = c->marked = false;
	TRY(say(c, "BEGIN IMMEDIATE", err));
	c->open_tx = true;
	return ok();
}

static struct result sqlite_snapshot(struct conn *c, struct err *err)
{
	c->gone = false;
	TRY(say(c, "BEGIN", err));
	c->open_tx = true;
	return ok();
}

static void sqlite_rollback(struct conn *c)
{
	if (!sqlite3_get_autocommit(c->db) && is_err(say(c, "ROLLBACK", NULL)))
		c->gone = true; /* cannot happen short of a damaged heap; close follows */
	c->open_tx = c->marked = false;
	c->gone = !sqlite3_get_autocommit(c->db);
}

static struct result sqlite_commit(struct conn *c, struct err *err)
{
	struct result r = say(c, "COMMIT", err);

	if (is_err(r))
		sqlite_rollback(c);
	c->open_tx = c->marked = false;
	return r;
}

static struct result sqlite_mark(struct conn *c, struct err *err)
{
	struct result r = ok();

	if (c->marked)
		r = say(c, "RELEASE m", err);
	if (is_ok(r))
		r = say(c, "SAVEPOINT m", err);
	c->marked = is_ok(r);
	c->gone = c->gone || is_err(r);
	return r;
}

static struct result sqlite_undo(struct conn *c, struct err *err)
{
	struct result r = say(c, "ROLLBACK TO m", err);

	c->gone = c->gone || is_err(r);
	return r;
}

static bool sqlite_broken(const struct conn *c)
{
	return c->gone;
}

static unsigned sqlite_session(const struct conn *c)
{
	return c->session;
}

/* BIGINT, BYTEA -> the types STRICT tables know. INT, not INTEGER: an INTEGER
 * PRIMARY KEY would number rows by itself, which the other engine does not. */
static struct str type_of(struct str word)
{
	if (str_eq_nocase(word, STR("BIGINT")))
		return STR("INT");
	if (str_eq_nocase(word, STR("BYTEA")))
		return STR("BLOB");
	return word;
}

static bool word_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' ||
	       (ch >= '0' && ch <= '9');
}

static void translate(struct str s, struct buf *b)
{
	bool quoted = false;

	for (size_t i = 0, j; i < s.n; i = j) {
		j = i + 1;
		if (s.p[i] == '\'')
			quoted = !quoted;
		if (!quoted && word_char(s.p[i])) {
			while (j < s.n && word_char(s.p[j]))
				j++;
			buf_add(b, type_of(str_sub(s, i, j - i)));
		} else {
			buf_add_char(b, s.p[i]);
		}
	}
}

static struct result sqlite_define(struct conn *c, const char *sql, struct err *err)
{
	struct str s = str_trim(str_c(sql));
	BUF_AUTO b;
	char *message = NULL;

	buf_init(&b, 1 << 16);
	translate(s, &b);
	if (str_eq_nocase(str_sub(s, 0, 12), STR("CREATE TABLE"))) {
		if (!str_ends(s, STR(")")))
			return fail(err, ERR_INTERNAL, "store.migration", NULL,
			            "a CREATE TABLE must end with its bracket: %.80s", sql);
		/* Rows lie in the order of their key: one tree to write instead of two.
		 * Not where files and signatures make them long. */
		buf_add_c(&b, strstr(sql, "BYTEA") ? " STRICT" : " STRICT, WITHOUT ROWID");
	}
	buf_add_char(&b, '\0');
	if (buf_over(&b))
		return fail(err, ERR_INTERNAL, "store.migration", NULL, "statement too long: %.80s", sql);
	if (sqlite3_exec(c->db, b.p, NULL, NULL, &message) != SQLITE_OK) {
		sqlite3_free(message);
		return sqlite_fail(c, "define", err);
	}
	return ok();
}

static struct result sqlite_migrating(struct conn *c, struct err *err)
{
	(void)c; /* BEGIN IMMEDIATE has shut everybody else out */
	(void)err;
	return ok();
}

/* One byte per log in a file beside the database, locked by the open file
 * description (fcntl(2) F_OFD_SETLK), so it dies with the process. */
static struct result sqlite_log(struct conn *c, int64_t id, bool *ret, struct err *err)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = id, .l_len = 1 };

	if (c->lock_fd < 0) {
		BUF_AUTO name;

		buf_init(&name, 8192);
		buf_add_c(&name, c->path);
		buf_add(&name, STR("-lanes\0"));
		c->lock_fd = buf_over(&name) ? -1
			: open(name.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	if (c->lock_fd < 0)
		return fail(err, ERR_UNAVAILABLE, "store.lock", NULL, "cannot open %.160s-lanes: %s",
		            c->path, strerror(errno));
	*ret = fcntl(c->lock_fd, F_OFD_SETLK, &fl) == 0;
	return ok();
}

static void sqlite_close_conn(struct conn *c)
{
	if (!c)
		return;
	stmts_clear(&c->stmts);
	sqlite3_close(c->db);
	if (c->lock_fd >= 0)
		close(c->lock_fd);
	mem_free(c->path);
	mem_free(c);
}

static struct result wal_mode(struct conn *c, struct err *err)
{
	ARENA_AUTO a = arena_new(4096);
	struct rows r;

	TRY(sqlite_run(c, "PRAGMA journal_mode=WAL", NO_BINDS, a, &r, NULL, err));
	if (r.n != 1 || !str_eq(rows_text(&r, 0, 0), STR("wal")))
		return fail(err, ERR_UNAVAILABLE, "store.wal", NULL,
		            "the file system of %.160s does not support SQLite's WAL mode", c->path);
	return ok();
}

static struct result configure(struct conn *c, bool writer, struct err *err)
{
	static const char *const pragmas[] = {
		"PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
		"PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON",
		"PRAGMA case_sensitive_like=ON", "PRAGMA temp_store=MEMORY",
		"PRAGMA wal_autocheckpoint=4000", "PRAGMA journal_size_limit=67108864",
	};
	static const int switches[][2] = {
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 }, { SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	};

	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, BUSY_MS);
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (sqlite3_db_config(c->db, switches[i][0], switches[i][1], NULL) != SQLITE_OK)
			return sqlite_fail(c, "configure", err);
	for (size_t i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]); i++)
		if (sqlite3_exec(c->db, pragmas[i], NULL, NULL, NULL) != SQLITE_OK)
			return sqlite_fail(c, pragmas[i], err);
	if (!writer)
		return say(c, "PRAGMA query_only=ON", err);
	TRY(say(c, "PRAGMA cache_size=-32000", err));
	return wal_mode(c, err);
}

/* Nobody asks SQLite how much memory it has: counting takes a lock each time. */
static void library_configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct result open_db(struct conn *c, bool writer, struct err *err)
{
	static pthread_once_t configured = PTHREAD_ONCE_INIT;

	pthread_once(&configured, library_configure);
	/* A new file is nobody else's to read. Made without opening it: closing a
	 * descriptor would drop the locks of every connection of this process. */
	if (writer && mknod(c->path, S_IFREG | 0600, 0) != 0 && errno != EEXIST)
		return fail(err, ERR_UNAVAILABLE, "store.open", NULL, "cannot create %.160s: %s",
		            c->path, strerror(errno));
	if (sqlite3_open_v2(c->path, &c->db,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                    NULL) != SQLITE_OK)
		return sqlite_fail(c, "open", err);
	return configure(c, writer, err);
}

static struct result sqlite_open_conn(struct str where, bool writer, struct conn **ret,
                                      struct err *err)
{
	struct conn *c;
	struct result r;

	/* "" and ":memory:" would be another database for every connection. */
	if (str_empty(where) || where.p[0] == ':')
		return fail(err, ERR_INPUT, "store.url", NULL, "sqlite: needs the path of a file");
	c = MEM_NEW(struct conn);
	c->path = mem_cstr(where.p, where.n);
	c->lock_fd = -1;
	c->session = atomic_fetch_add(&sessions, 1) + 1;
	c->stmts.drop = stmt_drop;
	r = open_db(c, writer, err);
	if (is_err(r)) {
		sqlite_close_conn(c);
		return r;
	}
	*ret = c;
	return ok();
}

const struct engine engine_sqlite = {
	.name = "sqlite",
	.open = sqlite_open_conn,
	.close = sqlite_close_conn,
	.broken = sqlite_broken,
	.session = sqlite_session,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.mark = sqlite_mark,
	.undo = sqlite_undo,
	.snapshot = sqlite_snapshot,
	.run = sqlite_run,
	.run_many = sqlite_run_many,
	.define = sqlite_define,
	.migrating = sqlite_migrating,
	.log = sqlite_log,
};
