/* Readers: connections that take a snapshot and change nothing.
 *
 * At most READERS_MAX are open; the one used last is given out first, so that a
 * quiet node keeps few of them warm. */
#include "base/mem.h"
#include "store/store_private.h"

void pool_init(struct pool *p)
{
	pthread_mutex_init(&p->mutex, NULL);
	cond_init_steady(&p->returned);
}

static void reader_free(struct store *s, struct reader *r)
{
	s->engine->close(r->conn);
	mem_free(r);
}

void pool_done(struct store *s)
{
	struct reader *r;

	while ((r = s->pool.idle) != NULL) {
		s->pool.idle = r->next;
		reader_free(s, r);
	}
	pthread_cond_destroy(&s->pool.returned);
	pthread_mutex_destroy(&s->pool.mutex);
}

/* An idle one, or NULL and the right to open one. */
static struct result pool_take(struct pool *p, struct reader **ret, struct err *err)
{
	struct result r = ok();
	bool in_time = true;

	pthread_mutex_lock(&p->mutex);
	while (!p->idle && p->open >= READERS_MAX && in_time)
		in_time = cond_wait_s(&p->returned, &p->mutex, READER_WAIT_S);
	if (p->idle) {
		*ret = p->idle;
		p->idle = p->idle->next;
	} else if (p->open < READERS_MAX) {
		p->open++;
		*ret = NULL;
	} else {
		r = fail(err, ERR_UNAVAILABLE, "store.busy", NULL, "waited %d s for one of %d readers",
		         READER_WAIT_S, READERS_MAX);
	}
	pthread_mutex_unlock(&p->mutex);
	return r;
}

static void pool_give(struct store *s, struct reader *r)
{
	struct pool *p = &s->pool;
	bool keep = r && !s->engine->broken(r->conn);

	if (r && !keep)
		reader_free(s, r);
	pthread_mutex_lock(&p->mutex);
	if (keep) {
		r->next = p->idle;
		p->idle = r;
	} else {
		p->open--;
	}
	pthread_cond_signal(&p->returned);
	pthread_mutex_unlock(&p->mutex);
}

struct result store_reader(struct store *s, struct db **ret, struct err *err)
{
	struct reader *rd = NULL;
	struct conn *c;
	struct result r;
	struct db *db;

	TRY(pool_take(&s->pool, &rd, err));
	if (!rd) {
		r = s->engine->open(str_c(s->where), false, &c, err);
		if (is_err(r)) {
			pool_give(s, NULL);
			return r;
		}
		rd = MEM_NEW(struct reader);
		rd->conn = c;
	}
	r = s->engine->snapshot(rd->conn, err);
	if (is_err(r)) {
		pool_give(s, rd);
		return r;
	}
	db = MEM_NEW(struct db);
	db->store = s;
	db->conn = rd->conn;
	db->reader = rd;
	*ret = db;
	return ok();
}

void store_reader_done(struct db **db)
{
	struct db *d = *db;

	if (!d)
		return;
	*db = NULL;
	d->store->engine->rollback(d->conn);
	pool_give(d->store, d->reader);
	mem_free(d);
}
