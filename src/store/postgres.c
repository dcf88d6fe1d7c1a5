/* The PostgreSQL engine: libpq in pipeline mode.
 *
 * BEGIN, SAVEPOINT, RELEASE and ROLLBACK TO are never sent alone: they are
 * remembered and travel in front of the next statement, so a transaction costs
 * one round trip per statement it runs. Everything is constant text with
 * parameters; the one thing built is the `$n` form of such a text.
 *
 * A session that died is replaced when the next transaction begins. When one
 * dies inside COMMIT the new session asks pg_xact_status what became of it. */
#include "store/engine.h"

#include <libpq-fe.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/pg_value.h"
#include "store/stmts.h"

enum { STEPS_MAX = 8, MANY_CHUNK = 256, SQL_MAX = 1 << 18 };

enum tx_state { TX_NONE, TX_WANTED, TX_OPEN };

struct conn {
	PGconn *pg;
	char *where;
	bool writer;
	unsigned session; /* 0: none yet */
	enum tx_state tx;
	bool gone;                            /* the open transaction is lost */
	bool marked, want_mark, want_undo;
	char xid[24];                         /* of the writer's open transaction */
	struct stmts stmts;
	unsigned names;
};

static atomic_uint sessions;

/* Statements under way, in the order their results will come. */
enum step { STEP_CONTROL, STEP_BEGIN, STEP_XID, STEP_UNDO, STEP_MARK, STEP_PREPARE, STEP_RUN };
struct steps {
	enum step of[STEPS_MAX];
	size_t n;
};

static const struct {
	const char *state; /* SQLSTATE or its class */
	enum err_kind kind;
	const char *name;
} meanings[] = {
	{ "23", ERR_CONFLICT, "store.conflict" },
	{ "25006", ERR_INTERNAL, "store.readonly" },
	{ "42804", ERR_INTERNAL, "store.type" },
	{ "08", ERR_UNAVAILABLE, "store.lost" },
	{ "57", ERR_UNAVAILABLE, "store.lost" },
	{ "53", ERR_UNAVAILABLE, "store.full" },
	{ "58", ERR_UNAVAILABLE, "store.io" },
	{ "40", ERR_UNAVAILABLE, "store.busy" },
	{ "55P03", ERR_UNAVAILABLE, "store.busy" },
	{ "XX001", ERR_UNAVAILABLE, "store.damaged" },
};

static struct result state_fail(const char *state, const char *message, struct err *err)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (str_starts(str_c(state), str_c(meanings[i].state)))
			return fail(err, meanings[i].kind, meanings[i].name, NULL, "PostgreSQL %s: %s", state,
			            message);
	return fail(err, ERR_INTERNAL, "store.sql", NULL, "PostgreSQL %s: %s", state, message);
}

static bool lost(const struct conn *c)
{
	return !c->pg || PQstatus(c->pg) != CONNECTION_OK;
}

/* DETAIL is left out on purpose: it quotes values. */
static struct result pg_fail(struct conn *c, const PGresult *res, struct err *err)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *message = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (lost(c) || !res)
		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "connection to PostgreSQL lost: %s",
		            message ? message : "no answer");
	if (!state) /* an empty statement has none */
		return fail(err, ERR_INTERNAL, "store.sql", NULL, "PostgreSQL: %s",
		            PQresStatus(PQresultStatus(res)));
	return state_fail(state, message ? message : "", err);
}

/* --- sessions ----------------------------------------------------------- */

static void quiet(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

static struct result session_check(struct conn *c, struct err *err)
{
	static const char *const prepare[] = { "SET lock_timeout = '10s'",
		                               "SET client_min_messages = error" };
	/* A server set to lose commits would break what store_commit promises. */
	static const char check[] =
		"SELECT current_setting('server_encoding') = 'UTF8', 'B' < 'a' AND 'z' < 'あ', "
		"current_setting('fsync') = 'on', set_config('synchronous_commit', "
		"CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
		"ELSE current_setting('synchronous_commit') END, false)";
	static const char *const wants[] = { "the encoding UTF8", "LC_COLLATE C (order by bytes)",
		                             "fsync = on" };
	PGresult *res;

	for (size_t i = 0; i < sizeof(prepare) / sizeof(prepare[0]); i++)
		PQclear(PQexec(c->pg, prepare[i]));
	res = PQexec(c->pg, check);
	if (PQresultStatus(res) != PGRES_TUPLES_OK) {
		struct result r = pg_fail(c, res, err);

		PQclear(res);
		return r;
	}
	for (int i = 0; i < 3; i++) {
		if (PQgetvalue(res, 0, i)[0] == 't')
			continue;
		PQclear(res);
		return fail(err, ERR_INPUT, "store.postgres", NULL,
		            "the PostgreSQL database must have %s", wants[i]);
	}
	PQclear(res);
	return ok();
}

static void disconnect(struct conn *c)
{
	stmts_clear(&c->stmts);
	PQfinish(c->pg);
	c->pg = NULL;
	c->marked = c->want_undo = false;
}

static struct result connect_pg(struct conn *c, struct err *err)
{
	/* What stands before dbname can be overridden by the conninfo in it. */
	static const char *const keys[] = { "connect_timeout", "keepalives_idle",
		                            "application_name", "dbname", "client_encoding", NULL };
	const char *const values[] = { "5", "30", "musubi", c->where, "UTF8", NULL };

	disconnect(c);
	c->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(c->pg) != CONNECTION_OK) {
		struct str why = str_trim(str_c(PQerrorMessage(c->pg)));

		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "cannot reach PostgreSQL: %.*s",
		            STR_ARG(str_sub(why, 0, 160)));
	}
	PQsetNoticeReceiver(c->pg, quiet, NULL);
	TRY(session_check(c, err));
	if (!PQenterPipelineMode(c->pg))
		return fail(err, ERR_INTERNAL, "store.postgres", NULL, "no pipeline mode");
	c->session = atomic_fetch_add(&sessions, 1) + 1;
	return ok();
}

/* --- the pipeline ------------------------------------------------------- */

static bool queue(struct conn *c, struct steps *q, enum step step, const char *sql)
{
	q->of[q->n++] = step;
	return PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

/* What was put off goes in front. */
static bool queue_control(struct conn *c, struct steps *q)
{
	bool sent = true;

	if (c->tx == TX_WANTED) {
		sent = queue(c, q, STEP_BEGIN, c->writer ? "BEGIN ISOLATION LEVEL READ COMMITTED"
			: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		if (c->writer)
			sent = sent && queue(c, q, STEP_XID, "SELECT pg_current_xact_id()::text");
	}
	if (c->want_undo)
		sent = sent && queue(c, q, STEP_UNDO, "ROLLBACK TO SAVEPOINT m");
	if (c->want_mark && c->marked)
		sent = sent && queue(c, q, STEP_CONTROL, "RELEASE SAVEPOINT m");
	if (c->want_mark)
		sent = sent && queue(c, q, STEP_MARK, "SAVEPOINT m");
	return sent;
}

static void step_done(struct conn *c, enum step step, const PGresult *res)
{
	switch (step) {
	case STEP_BEGIN:
		c->tx = TX_OPEN;
		break;
	case STEP_XID: {
		struct str s = str_of(PQgetvalue(res, 0, 0), (size_t)PQgetlength(res, 0, 0));

		s = str_sub(s, 0, sizeof(c->xid) - 1);
		memcpy(c->xid, s.p, s.n);
		c->xid[s.n] = '\0';
		break;
	}
	case STEP_UNDO:
		c->want_undo = false;
		break;
	case STEP_MARK:
		c->want_mark = false;
		c->marked = true;
		break;
	case STEP_CONTROL:
		c->marked = false;
		break;
	case STEP_PREPARE:
	case STEP_RUN:
		break;
	}
}

/* Reads the result of the next statement, and the NULL that ends it. */
static PGresult *take(struct conn *c)
{
	PGresult *res = PQgetResult(c->pg), *more;

	if (res && PQresultStatus(res) != PGRES_PIPELINE_SYNC)
		while ((more = PQgetResult(c->pg)) != NULL)
			PQclear(more);
	return res;
}

static void take_sync(struct conn *c)
{
	ExecStatusType status = PGRES_EMPTY_QUERY;

	while (status != PGRES_PIPELINE_SYNC && !lost(c)) {
		PGresult *res = PQgetResult(c->pg);

		status = res ? PQresultStatus(res) : PGRES_EMPTY_QUERY;
		PQclear(res);
	}
}

static bool succeeded(const PGresult *res)
{
	ExecStatusType s = PQresultStatus(res);

	return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

/* Sends a sync and reads everything queued. The result of the last step goes to
 * *ret_last (caller clears) when all went well. *ret_prepared: up to where. */
static struct result finish(struct conn *c, const struct steps *q, bool sent,
                            PGresult **ret_last, bool *ret_prepared, struct err *err)
{
	PGresult *last = NULL;
	struct result r = ok();

	if (!sent || !PQpipelineSync(c->pg)) {
		if (c->tx == TX_OPEN)
			c->gone = true;
		r = fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "connection to PostgreSQL lost: %.160s",
		         PQerrorMessage(c->pg));
		if (!lost(c)) /* half a pipeline is of no use */
			disconnect(c);
		return r;
	}
	for (size_t i = 0; i < q->n && is_ok(r); i++) {
		PQclear(last);
		last = take(c);
		if (!last || !succeeded(last)) {
			r = pg_fail(c, last, err);
			if (q->of[i] < STEP_PREPARE)
				c->gone = true;
			break;
		}
		step_done(c, q->of[i], last);
		if (q->of[i] == STEP_PREPARE && ret_prepared)
			*ret_prepared = true;
	}
	take_sync(c);
	if (lost(c) && c->tx != TX_NONE)
		c->gone = true;
	if (is_err(r) || !ret_last)
		PQclear(last);
	else
		*ret_last = last;
	return r;
}

/* A dead session is no loss as long as nothing of the transaction was sent. */
static struct result revive(struct conn *c, struct err *err)
{
	if (!lost(c))
		return ok();
	if (c->tx == TX_OPEN || c->gone)
		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "connection to PostgreSQL lost");
	return connect_pg(c, err);
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
	if (p->fresh && p->ready && !lost(c))
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
	sent = queue_control(c, &q);
	r = prepare(c, sql, binds, n, &q, &p, &sent, err);
	if (is_err(r)) { /* what is queued already must still be read */
		struct result f = finish(c, &q, sent, NULL, NULL, NULL);

		return is_err(f) ? f : r;
	}
	q.of[q.n++] = STEP_RUN;
	sent = sent && send_prepared(c, p.name, &v);
	r = finish(c, &q, sent, &res, &p.ready, err);
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
	if (is_err(r) && first && lost(c)) {
		c->gone = false;
		c->tx = TX_WANTED;
		c->want_mark = mark;
		r = once(c, sql, binds, n, a, ret, ret_changed, err);
	}
	return r;
}

static struct result many_chunk(struct conn *c, const char *name, const struct bind *binds,
                                size_t per, size_t times, struct err *err)
{
	struct pg_params v;
	struct result r = ok();
	bool sent = true;

	for (size_t i = 0; i < times && sent; i++) {
		TRY(pg_params_fill(&v, binds + i * per, per, err));
		sent = send_prepared(c, name, &v);
	}
	if (!sent || !PQpipelineSync(c->pg)) {
		c->gone = true;
		return pg_fail(c, NULL, err);
	}
	for (size_t i = 0; i < times && is_ok(r); i++) {
		PGresult *res = take(c);

		if (!res || !succeeded(res))
			r = pg_fail(c, res, err);
		PQclear(res);
	}
	take_sync(c);
	if (lost(c))
		c->gone = true;
	return r;
}

/* The first goes alone and prepares; the others follow without waiting. Chunks
 * are small enough that the answers always fit the socket's buffer. */
static struct result pg_run_many(struct conn *c, const char *sql, const struct bind *binds,
                                 size_t per, size_t times, struct err *err)
{
	Oid types[PG_BINDS_MAX];
	char kinds[PG_BINDS_MAX + 1];

	for (size_t i = 0; i < times;) {
		size_t n = 1;
		const char *name;

		if (per <= PG_BINDS_MAX)
			pg_types(binds + i * per, per, types, kinds);
		name = per <= PG_BINDS_MAX ? stmts_get(&c->stmts, sql, kinds) : NULL;
		if (!name || c->tx != TX_OPEN || c->want_mark || c->want_undo) {
			TRY(pg_run(c, sql, binds + i * per, per, NULL, NULL, NULL, err));
			i++;
			continue;
		}
		while (n < MANY_CHUNK && i + n < times) {
			char next[PG_BINDS_MAX + 1];

			pg_types(binds + (i + n) * per, per, types, next);
			if (strcmp(kinds, next) != 0)
				break;
			n++;
		}
		TRY(many_chunk(c, name, binds + i * per, per, n, err));
		i += n;
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
	sent = queue_control(c, &q);
	q.of[q.n++] = STEP_RUN;
	sent = sent && PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
	return finish(c, &q, sent, ret, NULL, err);
}

static void pg_rollback(struct conn *c)
{
	c->want_undo = c->want_mark = false;
	if (c->tx == TX_OPEN && !lost(c) && is_err(control(c, "ROLLBACK", NULL, NULL)))
		disconnect(c);
	if (lost(c))
		disconnect(c);
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
	if (is_err(r) && lost(c) && c->writer)
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
	disconnect(c);
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
	r = connect_pg(c, err);
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
