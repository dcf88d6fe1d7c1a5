/* Sessions with PostgreSQL, and libpq's pipeline mode on them.
 *
 * BEGIN, SAVEPOINT, RELEASE and ROLLBACK TO are never sent alone: they are
 * remembered and travel in front of the next statement, so a transaction costs
 * one round trip per statement it runs. */
#include "store/pg_conn.h"

#include <libpq-fe.h>
#include <stdatomic.h>

static atomic_uint sessions;

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

bool pg_lost(const struct conn *c)
{
	return !c->pg || PQstatus(c->pg) != CONNECTION_OK;
}

/* DETAIL is left out on purpose: it quotes values. */
struct result pg_fail(struct conn *c, const PGresult *res, struct err *err)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *message = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (pg_lost(c) || !res)
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

void pg_disconnect(struct conn *c)
{
	stmts_clear(&c->stmts);
	PQfinish(c->pg);
	c->pg = NULL;
	c->marked = c->want_undo = false;
	c->pending = 0;
}

struct result pg_connect(struct conn *c, struct err *err)
{
	/* What stands before dbname can be overridden by the conninfo in it. */
	static const char *const keys[] = { "connect_timeout", "keepalives_idle",
		                            "application_name", "dbname", "client_encoding", NULL };
	const char *const values[] = { "5", "30", "musubi", c->where, "UTF8", NULL };
	struct result r;

	pg_disconnect(c);
	c->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(c->pg) != CONNECTION_OK) {
		struct str why = str_trim(str_c(PQerrorMessage(c->pg)));

		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "cannot reach PostgreSQL: %.*s",
		            STR_ARG(str_sub(why, 0, 160)));
	}
	PQsetNoticeReceiver(c->pg, quiet, NULL);
	r = session_check(c, err);
	if (is_ok(r) && !PQenterPipelineMode(c->pg))
		r = fail(err, ERR_INTERNAL, "store.postgres", NULL, "no pipeline mode");
	if (is_err(r)) { /* a session that is not as it must be is none */
		pg_disconnect(c);
		return r;
	}
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
bool pg_queue_control(struct conn *c, struct steps *q)
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

	while (status != PGRES_PIPELINE_SYNC && !pg_lost(c)) {
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

static struct result take_pending(struct conn *c, struct err *err)
{
	struct result r = ok();

	for (; c->pending && is_ok(r); c->pending--) {
		PGresult *res = take(c);

		if (!res || !succeeded(res))
			r = pg_fail(c, res, err);
		PQclear(res);
	}
	if (is_err(r)) /* what follows was not executed; the sync ends it */
		c->gone = true;
	c->pending = 0;
	return r;
}

struct result pg_finish(struct conn *c, const struct steps *q, bool sent, PGresult **ret_last,
                        bool *ret_prepared, struct err *err)
{
	PGresult *last = NULL;
	struct result r = ok();

	if (!sent || !PQpipelineSync(c->pg)) {
		if (c->tx == TX_OPEN)
			c->gone = true;
		r = fail(err, ERR_UNAVAILABLE, "store.lost", NULL, "connection to PostgreSQL lost: %.160s",
		         PQerrorMessage(c->pg));
		if (!pg_lost(c)) /* half a pipeline is of no use */
			pg_disconnect(c);
		return r;
	}
	r = take_pending(c, err);
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
	if (pg_lost(c) && c->tx != TX_NONE)
		c->gone = true;
	if (is_err(r) || !ret_last)
		PQclear(last);
	else
		*ret_last = last;
	return r;
}
