/* The writer lane: group commit.
 *
 * One transaction at a time holds the lane and runs behind a savepoint of the
 * shared transaction. Leaving, it passes the lane to who waits longest; when
 * nobody waits, or the shared transaction is 5 ms old or has 1,000 changes, the
 * one that leaves commits it first. So while one fsync runs, the next group
 * gathers. Invariants: store_commit returns success only after the engine's
 * commit of its batch did; a batch is kept whole or not at all; nobody touches
 * the connection or the journal without holding the lane. */
#include "store/journal_private.h"
#include "store/store_private.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

/* Freed by the last of those whose change it carries. */
struct batch {
	pthread_cond_t settled_cond;
	int64_t since;
	int n;         /* changes in it */
	int refs;      /* of those waiting, plus the lane */
	bool settled;
	struct result result;
	struct err err;
};

struct waiter {
	pthread_cond_t turn_cond;
	bool turn;
	pthread_t thread;
	struct waiter *next;
};

void cond_init_steady(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

bool cond_wait_s(pthread_cond_t *c, pthread_mutex_t *m, int seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	return pthread_cond_timedwait(c, m, &until) != ETIMEDOUT;
}

void lane_init(struct lane *l)
{
	pthread_mutex_init(&l->mutex, NULL);
	l->journal = journal_new();
}

static void batch_unref(struct batch *b) /* under the mutex */
{
	if (--b->refs > 0)
		return;
	pthread_cond_destroy(&b->settled_cond);
	mem_free(b);
}

/* --- taking the lane and giving it back --------------------------------- */

static void queue_add(struct lane *l, struct waiter *w)
{
	if (l->last)
		l->last->next = w;
	else
		l->first = w;
	l->last = w;
}

static void queue_remove(struct lane *l, struct waiter *w)
{
	struct waiter **at = &l->first, *before = NULL;

	while (*at != w) {
		before = *at;
		at = &(*at)->next;
	}
	*at = w->next;
	if (l->last == w)
		l->last = before;
}

static struct result lane_take(struct store *s, struct err *err)
{
	struct lane *l = &s->lane;
	struct result r = ok();

	pthread_mutex_lock(&l->mutex);
	if (l->busy && pthread_equal(l->owner, pthread_self())) {
		r = fail(err, ERR_INTERNAL, "store.nested", NULL,
		         "this thread has a change open already");
	} else if (l->busy) {
		struct waiter w = { .thread = pthread_self() };
		bool in_time = true;

		cond_init_steady(&w.turn_cond);
		queue_add(l, &w);
		while (!w.turn && in_time)
			in_time = cond_wait_s(&w.turn_cond, &l->mutex, LANE_WAIT_S);
		if (!w.turn) {
			queue_remove(l, &w);
			r = fail(err, ERR_UNAVAILABLE, "store.busy", NULL,
			         "waited %d s to write", LANE_WAIT_S);
		}
		pthread_cond_destroy(&w.turn_cond);
	}
	if (is_ok(r)) {
		l->busy = true;
		l->owner = pthread_self();
	}
	pthread_mutex_unlock(&l->mutex);
	return r;
}

static void lane_give(struct lane *l)
{
	struct waiter *w;

	pthread_mutex_lock(&l->mutex);
	w = l->first;
	if (w) { /* busy stays true: nobody can slip in between */
		queue_remove(l, w);
		l->owner = w->thread;
		w->turn = true;
		pthread_cond_signal(&w->turn_cond);
	} else {
		l->busy = false;
	}
	pthread_mutex_unlock(&l->mutex);
}

/* --- the shared transaction --------------------------------------------- */

static struct result batch_open(struct store *s, struct err *err)
{
	struct lane *l = &s->lane;
	struct batch *b;

	if (!l->conn)
		TRY(s->engine->open(str_c(s->where), true, &l->conn, err));
	TRY(s->engine->begin(l->conn, err));
	b = MEM_NEW(struct batch);
	cond_init_steady(&b->settled_cond);
	b->since = clock_steady_us();
	b->refs = 1;
	l->batch = b;
	return ok();
}

static struct result batch_commit(struct store *s, struct err *err)
{
	struct lane *l = &s->lane;

	if (s->engine->broken(l->conn))
		return fail(err, ERR_UNAVAILABLE, "store.lost", NULL,
		            "the shared transaction was lost with another change");
	TRY(journal_flush(l->journal, s->engine, l->conn, err));
	return s->engine->commit(l->conn, err);
}

/* Ends the shared transaction and tells everybody in it. */
static void batch_close(struct store *s)
{
	struct lane *l = &s->lane;
	struct batch *b = l->batch;
	int64_t entries = (int64_t)journal_count(l->journal);
	struct err err = { 0 };
	struct result r = ok();

	if (b->n > 0)
		r = batch_commit(s, &err);
	if (b->n == 0 || is_err(r))
		s->engine->rollback(l->conn);
	/* A change is never half the fault of who made it: retry makes sense. */
	if (is_err(r) && r.kind != ERR_UNAVAILABLE)
		r.kind = err.kind = ERR_UNAVAILABLE;
	if (s->engine->broken(l->conn)) {
		s->engine->close(l->conn);
		l->conn = NULL;
	}
	journal_settle(l->journal, b->n > 0 && is_ok(r));
	pthread_mutex_lock(&l->mutex);
	b->result = r;
	b->err = err;
	b->settled = true;
	if (b->n > 0 && is_ok(r)) {
		s->stats.transactions += b->n;
		s->stats.shared_commits++;
		s->stats.entries += entries;
	} else if (b->n > 0) {
		s->stats.failed_commits++;
	}
	pthread_cond_broadcast(&b->settled_cond);
	l->batch = NULL;
	batch_unref(b);
	pthread_mutex_unlock(&l->mutex);
}

static void lane_leave(struct store *s)
{
	struct lane *l = &s->lane;
	struct batch *b = l->batch;
	bool waiting;

	pthread_mutex_lock(&l->mutex);
	waiting = l->first != NULL;
	pthread_mutex_unlock(&l->mutex);
	if (b && (!waiting || b->n >= BATCH_MAX || journal_count(l->journal) >= BATCH_MAX ||
	          s->engine->broken(l->conn) || clock_steady_us() - b->since > BATCH_AGE_US))
		batch_close(s);
	lane_give(l);
}

void lane_done(struct store *s)
{
	journal_free(s->lane.journal);
	if (s->lane.conn)
		s->engine->close(s->lane.conn);
	pthread_mutex_destroy(&s->lane.mutex);
}

/* --- what callers see --------------------------------------------------- */

struct result store_begin(struct store *s, struct db **ret, struct err *err)
{
	struct result r = lane_take(s, err);
	struct db *db;

	if (is_err(r))
		return r;
	if (!s->lane.batch)
		r = batch_open(s, err);
	if (is_ok(r))
		r = s->engine->mark(s->lane.conn, err);
	if (is_err(r)) {
		lane_leave(s);
		return r;
	}
	db = MEM_NEW(struct db);
	db->store = s;
	db->conn = s->lane.conn;
	db->journal_mark = journal_count(s->lane.journal);
	*ret = db;
	return ok();
}

void store_abort(struct db **db)
{
	struct db *d = *db;
	struct store *s;

	if (!d)
		return;
	if (d->reader) {
		store_reader_done(db);
		return;
	}
	*db = NULL;
	s = d->store;
	journal_cut(s->lane.journal, d->journal_mark);
	/* What cannot be undone alone is undone with the rest of the batch: an
	 * undo that fails leaves the transaction broken, and lane_leave sees it. */
	if (!s->engine->broken(d->conn))
		(void)is_ok(s->engine->undo(d->conn, NULL));
	mem_free(d);
	lane_leave(s);
}

struct result store_commit(struct db **db, struct err *err)
{
	struct db *d = *db;
	struct store *s = d->store;
	struct lane *l = &s->lane;
	struct batch *b = l->batch;
	struct result r;

	if (d->failed || d->reader) {
		bool reader = d->reader != NULL;

		if (reader)
			store_reader_done(db);
		else
			store_abort(db);
		return fail(err, ERR_INTERNAL, reader ? "store.readonly" : "store.tx.failed", NULL,
		            reader ? "a reader cannot commit" : "commit after a statement had failed");
	}
	*db = NULL;
	mem_free(d);
	pthread_mutex_lock(&l->mutex);
	b->n++;
	b->refs++;
	pthread_mutex_unlock(&l->mutex);
	lane_leave(s);
	pthread_mutex_lock(&l->mutex);
	while (!b->settled)
		pthread_cond_wait(&b->settled_cond, &l->mutex);
	r = b->result;
	if (is_err(r) && err)
		*err = b->err;
	batch_unref(b);
	pthread_mutex_unlock(&l->mutex);
	return r;
}

void store_stats(struct store *s, struct store_stats *ret)
{
	int open;

	pthread_mutex_lock(&s->pool.mutex);
	open = s->pool.open;
	pthread_mutex_unlock(&s->pool.mutex);
	pthread_mutex_lock(&s->lane.mutex);
	*ret = s->stats;
	pthread_mutex_unlock(&s->lane.mutex);
	ret->readers = open;
}
