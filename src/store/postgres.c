/* The PostgreSQL engine: statements and transactions over the pipeline.
 *
 * Everything is constant text with parameters; the one thing built is the `$n`
 * form of such a text. A session that died is replaced when the next transaction
 * begins. When one dies inside COMMIT the new session asks pg_xact_status what
 * became of it. */
#include <libpq-fe.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/pg_conn.h"
#include "store/pg_value.h"

enum { PENDING_MAX = 256, SQL_MAX = 1 << 18 };

/* A dead session is no loss as long as nothing of the transaction was sent. */
static struct result revive(struct conn *c, struct err *err)
{
	if (!pg_lost(c))
		return ok();
	if (c->tx == TX_OPEN || c->gone)
		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "connection to PostgreSQL lost");
	return pg_connect(c, err);
}

/* --- statements --------------------------------------------------------- */

/* Name of the prepared statement; queues its preparation when it is new. */
struct prepared {
	char name[16];
	char kinds[PG_BINDS_MAX + 1];
	bool fresh, ready;
};

static struct result prepare(struct conn *c, const char *sql, const struct bind *binds, size_t n,
                             struct steps *q, struct prepared *p, bool *sent, struct err *err)
{
	Oid types[PG_BINDS_MAX];
	const char *known;
	BUF_AUTO text, name;

	buf_init(&text, SQL_MAX);
	buf_init(&name, sizeof(p->name));
	pg_types(binds, n, types, p->kinds);
	known = stmts_get(&c->stmts, sql, p->kinds);
	p->fresh = !known;
	p->ready = false;
	if (known) {
		memcpy(p->name, known, sizeof(p->name));
		return ok();
	}
	TRY(pg_text(sql, n, &text, err));
	buf_printf(&name, "s%u", ++c->names);
	memset(p->name, 0, sizeof(p->name));
	memcpy(p->name, name.p, name.n);
	q->of[q->n++] = STEP_PREPARE;
	*sent = *sent && PQsendPrepare(c->pg, p->name, text.p, (int)n, types) == 1;
	return ok();
}

static void remember(struct conn *c, const char *sql, const struct prepared *p)
{
	if (p->fresh && p->ready && !pg_lost(c))
		stmts_put(&c->stmts, sql, p->kinds, mem_cstr(p->name, sizeof(p->name)));
}

static bool send_prepared(struct conn *c, const char *name, const struct pg_params *v)
{
	return PQsendQueryPrepared(c->pg, name, v->n, v->values, v->lengths, v->formats, 1) == 1;
}

static struct result once(struct conn *c, const char *sql, const struct bind *binds, size_t n,
                          struct arena *a, struct rows *ret, int64_t *ret_changed,
                          struct err *err)
{
	struct steps q = { .n = 0 };
	struct prepared p;
	struct pg_params v;
	PGresult *res = NULL;
	struct result r;
	bool sent;

	TRY(pg_params_fill(&v, binds, n, err));
	TRY(revive(c, err));
	sent = pg_queue_control(c, &q);
	r = prepare(c, sql, binds, n, &q, &p, &sent, err);
	if (is_err(r)) { /* what is queued already must still be read */
		struct result f = pg_finish(c, &q, sent, NULL, NULL, NULL);

		return is_err(f) ? f : r;
	}
	q.of[q.n++] = STEP_RUN;
	sent = sent && send_prepared(c, p.name, &v);
	r = pg_finish(c, &q, sent, &res, &p.ready, err);
	remember(c, sql, &p);
	if (is_ok(r) && ret_changed) {
		*ret_changed = 0;
		if (str_c(PQcmdTuples(res)).n && !str_starts(str_c(PQcmdStatus(res)), STR("SELECT")))
			(void)str_to_i64(str_c(PQcmdTuples(res)), ret_changed);
	}
	if (is_ok(r) && a)
		r = pg_rows(res, a, ret, err);
	PQclear(res);
	return r;
}

static struct result pg_run(struct conn *c, const char *sql, const struct bind *binds, size_t n,
                            struct arena *a, struct rows *ret, int64_t *ret_changed,
                            struct err *err)
{
	bool first = c->tx == TX_WANTED, mark = c->want_mark;
	struct result r = once(c, sql, binds, n, a, ret, ret_changed, err);

	/* The session died while it was idle: what failed was its first statement. */
	if (is_err(r) && first && pg_lost(c)) {
		c->gone = false;
		c->tx = TX_WANTED;
		c->want_mark = mark;
		r = once(c, sql, binds, n, a, ret, ret_changed, err);
	}
	return r;
}

/* The name of the statement, when a row of it can go without an answer first:
 * known to the session, inside the transaction, nothing put off before it. */
static const char *ready(struct conn *c, const char *sql, const struct bind *binds, size_t n)
{
	Oid types[PG_BINDS_MAX];
	char kinds[PG_BINDS_MAX + 1];

	if (c->tx != TX_OPEN || c->gone || c->want_mark || c->want_undo || n > PG_BINDS_MAX)
		return NULL;
	pg_types(binds, n, types, kinds);
	return stmts_get(&c->stmts, sql, kinds);
}

/* Rows are sent without waiting; what became of them is read with the next
 * statement, COMMIT at the latest. At most so many that the answers always fit
 * the socket's buffer. */
static struct result pg_run_many(struct conn *c, const char *sql, const struct bind *binds,
                                 size_t per, size_t times, struct err *err)
{
	static const struct steps none = { .n = 0 };
	struct pg_params v;

	for (size_t i = 0; i < times; i++) {
		const struct bind *row = binds + i * per;
		const char *name = ready(c, sql, row, per);

		if (!name) {
			TRY(pg_run(c, sql, row, per, NULL, NULL, NULL, err));
			continue;
		}
		TRY(pg_params_fill(&v, row, per, err));
		c->pending++;
		if (!send_prepared(c, name, &v))
			return pg_finish(c, &none, false, NULL, NULL, err);
		if (c->pending >= PENDING_MAX)
			TRY(pg_finish(c, &none, true, NULL, NULL, err));
	}
	return ok();
}

static struct result pg_define(struct conn *c, const char *sql, struct err *err)
{
	return pg_run(c, sql, NO_BINDS, NULL, NULL, NULL, err);
}

/* --- transactions ------------------------------------------------------- */

static struct result pg_begin(struct conn *c, struct err *err)
{
	(void)err;
	c->tx = TX_WANTED;
	c->gone = c->marked = c->want_mark = c->want_undo = false;
	return ok();
}

/* Sends one control statement with what was put off. */
static struct result control(struct conn *c, const char *sql, PGresult **ret, struct err *err)
{
	struct steps q = { .n = 0 };
	bool sent;

	c->want_mark = false; /* nothing followed the mark */
	sent = pg_queue_control(c, &q);
	q.of[q.n++] = STEP_RUN;
	sent = sent && PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
	return pg_finish(c, &q, sent, ret, NULL, err);
}

static void pg_rollback(struct conn *c)
{
	static const struct steps none = { .n = 0 };

	c->want_undo = c->want_mark = false;
	if (c->pending && is_err(pg_finish(c, &none, true, NULL, NULL, NULL)))
		c->gone = true; /* as expected; ROLLBACK starts a new pipeline */
	if (c->tx == TX_OPEN && !pg_lost(c) && is_err(control(c, "ROLLBACK", NULL, NULL)))
		pg_disconnect(c);
	if (pg_lost(c))
		pg_disconnect(c);
	c->tx = TX_NONE;
	c->gone = c->marked = false;
}

/* The session died inside COMMIT: did it happen? */
static struct result ask_fate(struct conn *c, const char *xid, struct err *err)
{
	int64_t until = clock_steady_us() + 10 * CLOCK_SECOND;

	while (clock_steady_us() < until) {
		ARENA_AUTO a = arena_new(4096);
		struct timespec pause = { 0, 50 * 1000 * 1000 };
		struct rows rows;
		struct str fate = STR("");

		c->tx = TX_NONE;
		c->gone = false;
		if (is_ok(once(c, "SELECT pg_xact_status(CAST(? AS xid8))",
		               BINDS(B_TEXT(str_c(xid))), a, &rows, NULL, NULL)))
			fate = rows_text(&rows, 0, 0);
		if (str_eq(fate, STR("committed")))
			return ok();
		if (str_eq(fate, STR("aborted")))
			return fail(err, ERR_UNAVAILABLE, "store.lost", NULL,
			            "PostgreSQL went away and undid the transaction");
		nanosleep(&pause, NULL);
	}
	return fail(err, ERR_UNAVAILABLE, "store.doubt", NULL,
	            "PostgreSQL went away during COMMIT of transaction %s; it could not be asked "
	            "whether it was kept", xid);
}

static struct result pg_commit(struct conn *c, struct err *err)
{
	PGresult *res = NULL;
	struct result r;
	char xid[sizeof(c->xid)];

	if (c->tx == TX_WANTED) { /* nothing was sent, nothing is to be kept */
		c->tx = TX_NONE;
		return ok();
	}
	memcpy(xid, c->xid, sizeof(xid));
	r = control(c, "COMMIT", &res, err);
	/* A transaction that had failed says ROLLBACK. */
	if (is_ok(r) && strcmp(PQcmdStatus(res), "COMMIT") != 0)
		r = fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "PostgreSQL undid the transaction");
	PQclear(res);
	if (is_err(r) && pg_lost(c) && c->writer)
		r = ask_fate(c, xid, err);
	else if (is_err(r))
		pg_rollback(c);
	c->tx = TX_NONE;
	c->gone = c->marked = c->want_mark = c->want_undo = false;
	return r;
}

static struct result pg_mark(struct conn *c, struct err *err)
{
	(void)err;
	/* After an undo the old mark stands where the new one would. */
	if (!c->want_undo)
		c->want_mark = true;
	return ok();
}

static struct result pg_undo(struct conn *c, struct err *err)
{
	(void)err;
	if (!c->want_mark) /* else nothing was sent since */
		c->want_undo = true;
	return ok();
}

static struct result pg_migrating(struct conn *c, struct err *err)
{
	/* 0x6d7573756269: "musubi" */
	return pg_run(c, "SELECT pg_advisory_xact_lock(120321543168617)", NO_BINDS, NULL, NULL, NULL,
	              err);
}

static struct result pg_log(struct conn *c, int64_t id, bool *ret, struct err *err)
{
	ARENA_AUTO a = arena_new(4096);
	struct rows rows;

	TRY(pg_run(c, "SELECT pg_try_advisory_lock(hashtext(current_schema()), CAST(? AS INTEGER))",
	           BINDS(B_INT(id)), a, &rows, NULL, err));
	*ret = rows_int(&rows, 0, 0) != 0;
	return ok();
}

static bool pg_broken(const struct conn *c)
{
	return c->gone;
}

static unsigned pg_session(const struct conn *c)
{
	return c->session;
}

static void stmt_drop(void *ctx, void *handle)
{
	(void)ctx; /* the server forgets it with the session */
	mem_free(handle);
}

static void pg_close(struct conn *c)
{
	if (!c)
		return;
	pg_disconnect(c);
	mem_free(c->where);
	mem_free(c);
}

static struct result pg_open(struct str where, bool writer, struct conn **ret, struct err *err)
{
	struct conn *c = MEM_NEW(struct conn);
	struct result r;

	c->where = mem_cstr(where.p, where.n);
	c->writer = writer;
	c->stmts.drop = stmt_drop;
	r = pg_connect(c, err);
	if (is_err(r)) {
		pg_close(c);
		return r;
	}
	*ret = c;
	return ok();
}

const struct engine engine_postgres = {
	.name = "postgres",
	.open = pg_open,
	.close = pg_close,
	.broken = pg_broken,
	.session = pg_session,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.mark = pg_mark,
	.undo = pg_undo,
	.snapshot = pg_begin,
	.run = pg_run,
	.run_many = pg_run_many,
	.define = pg_define,
	.migrating = pg_migrating,
	.log = pg_log,
};
