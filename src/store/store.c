/* Opening a database, and the statements that rooms run in it. */
#include <assert.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/store_private.h"

static const struct {
	struct str scheme;
	const struct engine *engine;
} engines[] = {
	{ STR_INIT("sqlite:"), &engine_sqlite },
	{ STR_INIT("postgres:"), &engine_postgres },
};

static const struct engine *engine_of(struct str url, struct str *ret_where)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (!str_starts(url, engines[i].scheme))
			continue;
		*ret_where = str_from(url, engines[i].scheme.n);
		/* A URI of libpq keeps its scheme. */
		if (engines[i].engine == &engine_postgres && str_starts(*ret_where, STR("//")))
			*ret_where = url;
		return engines[i].engine;
	}
	return NULL;
}

struct result store_open(struct str url, struct store **ret, struct err *err)
{
	struct str where = STR("");
	const struct engine *e = engine_of(url, &where);
	struct store *s;
	struct result r;

	if (!e)
		return fail(err, ERR_INPUT, "store.url", NULL,
		            "a store is sqlite:PATH or postgres:CONNINFO, not %.*s",
		            STR_ARG(str_sub(url, 0, 12)));
	if (str_find_char(url, '\0') != STR_NONE)
		return fail(err, ERR_INPUT, "store.url", NULL, "a NUL in the address of the store");
	s = MEM_NEW(struct store);
	s->engine = e;
	s->where = mem_cstr(where.p, where.n);
	lane_init(&s->lane);
	pool_init(&s->pool);
	r = e->open(where, true, &s->lane.conn, err);
	if (is_ok(r))
		r = migrate(s, s->lane.conn, err);
	if (is_err(r)) {
		store_close(s);
		return r;
	}
	*ret = s;
	return ok();
}

void store_close(struct store *s)
{
	if (!s)
		return;
	assert(!s->lane.busy); /* a change is still open */
	pool_done(s);
	lane_done(s);
	mem_free(s->where);
	mem_free(s);
}

const char *store_engine(const struct store *s)
{
	return s->engine->name;
}

/* What one engine would take and the other refuse is refused here. */
static struct result binds_check(const struct bind *binds, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (binds[i].kind != BIND_TEXT)
			continue;
		if (!utf8_valid(binds[i].s) || (binds[i].s.n && memchr(binds[i].s.p, 0, binds[i].s.n)))
			return fail(err, ERR_INPUT, "store.text", "RFC 3629 §3",
			            "value %zu is not UTF-8 without NUL", i + 1);
	}
	return ok();
}

/* May this statement run, with these values? */
static struct result admit(const struct db *db, const struct bind *binds, size_t n,
                           struct err *err)
{
	if (db->failed)
		return fail(err, ERR_INTERNAL, "store.tx.failed", NULL,
		            "a statement of this change had failed; only store_abort is left");
	return binds_check(binds, n, err);
}

static struct result writable(const struct db *db, const char *sql, struct err *err)
{
	if (db->reader)
		return fail(err, ERR_INTERNAL, "store.readonly", NULL, "a reader cannot change: %.80s",
		            sql);
	return ok();
}

static struct result run(struct db *db, const char *sql, const struct bind *binds, size_t n,
                         struct arena *a, struct rows *ret, int64_t *ret_changed,
                         struct err *err)
{
	struct result r = admit(db, binds, n, err);

	if (is_ok(r))
		r = db->store->engine->run(db->conn, sql, binds, n, a, ret, ret_changed, err);
	db->failed = is_err(r);
	return r;
}

struct result db_exec(struct db *db, const char *sql, const struct bind *binds, size_t n,
                      int64_t *ret_changed, struct err *err)
{
	TRY(writable(db, sql, err));
	return run(db, sql, binds, n, NULL, NULL, ret_changed, err);
}

struct result db_put(struct db *db, const char *sql, const struct bind *binds, size_t n,
                     struct err *err)
{
	struct result r;

	TRY(writable(db, sql, err));
	r = admit(db, binds, n, err);
	if (is_ok(r))
		r = db->store->engine->run_many(db->conn, sql, binds, n, 1, err);
	db->failed = is_err(r);
	return r;
}

struct result db_query(struct db *db, struct arena *a, const char *sql, const struct bind *binds,
                       size_t n, struct rows *ret, struct err *err)
{
	return run(db, sql, binds, n, a, ret, NULL, err);
}

static const struct bind *cell(const struct rows *r, size_t row, size_t col)
{
	static const struct bind none = { BIND_NULL, 0, { "", 0 } };

	return row < r->n && col < r->cols ? &r->cells[row * r->cols + col] : &none;
}

int64_t rows_int(const struct rows *r, size_t row, size_t col)
{
	const struct bind *b = cell(r, row, col);

	return b->kind == BIND_INT ? b->i : 0;
}

struct str rows_text(const struct rows *r, size_t row, size_t col)
{
	const struct bind *b = cell(r, row, col);

	return b->kind == BIND_TEXT || b->kind == BIND_BLOB ? b->s : STR("");
}

bool rows_null(const struct rows *r, size_t row, size_t col)
{
	return cell(r, row, col)->kind == BIND_NULL;
}
