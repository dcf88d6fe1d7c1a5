/* What the files of this room share: the lane, the pool, an open database. */
#ifndef MUSUBI_STORE_STORE_PRIVATE_H
#define MUSUBI_STORE_STORE_PRIVATE_H

#include <pthread.h>

#include "store/engine.h"

/* When the shared transaction is committed though others still wait. */
#define BATCH_AGE_US ((int64_t)5000)
enum { BATCH_MAX = 1000, LANE_WAIT_S = 30, READERS_MAX = 48, READER_WAIT_S = 10 };

struct batch; /* one shared transaction, see lane.c */
struct waiter;
struct journal;

struct lane {
	pthread_mutex_t mutex; /* guards all but the connection and the journal */
	bool busy;
	pthread_t owner;               /* while busy */
	struct waiter *first, *last;   /* in the order they came */
	/* Only whoever holds the lane touches these. */
	struct conn *conn;
	struct batch *batch;           /* NULL: no shared transaction is open */
	struct journal *journal;
};

struct reader {
	struct conn *conn;
	struct reader *next;
};

struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t returned;
	struct reader *idle;
	int open;
};

struct store {
	const struct engine *engine;
	char *where;
	struct lane lane;
	struct pool pool;
	struct store_stats stats; /* under lane.mutex */
};

struct db {
	struct store *store;
	struct conn *conn;
	struct reader *reader;  /* NULL: this is a change */
	size_t journal_mark;
	bool failed;            /* a statement failed: only store_abort is left */
};

void cond_init_steady(pthread_cond_t *c);
/* False when `seconds` have passed. */
bool cond_wait_s(pthread_cond_t *c, pthread_mutex_t *m, int seconds);

void lane_init(struct lane *l);
void lane_done(struct store *s);
void pool_init(struct pool *p);
void pool_done(struct store *s);

/* The program's migrations, those that are missing. */
MUST struct result migrate(struct store *s, struct conn *c, struct err *err);

#endif
