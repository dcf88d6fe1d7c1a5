/* A connection to PostgreSQL and the pipeline on it. Private to this room; the
 * engine itself is postgres.c. */
#ifndef MUSUBI_STORE_PG_CONN_H
#define MUSUBI_STORE_PG_CONN_H

#include "store/engine.h"
#include "store/stmts.h"

struct pg_conn;
struct pg_result;

enum { STEPS_MAX = 8 };

enum tx_state { TX_NONE, TX_WANTED, TX_OPEN };

struct conn {
	struct pg_conn *pg; /* libpq's PGconn */
	char *where;
	bool writer;
	unsigned session; /* 0: none yet */
	enum tx_state tx;
	bool gone;                            /* the open transaction is lost */
	bool marked, want_mark, want_undo;
	char xid[24];                         /* of the writer's open transaction */
	struct stmts stmts;
	unsigned names;
	size_t pending;                       /* rows sent whose answer was not read */
};

/* Statements under way, in the order their results will come. */
enum step { STEP_CONTROL, STEP_BEGIN, STEP_XID, STEP_UNDO, STEP_MARK, STEP_PREPARE, STEP_RUN };
struct steps {
	enum step of[STEPS_MAX];
	size_t n;
};

/* A session, in pipeline mode, checked for what the house needs of it. */
MUST struct result pg_connect(struct conn *c, struct err *err);
void pg_disconnect(struct conn *c);
bool pg_lost(const struct conn *c);
/* What a result (or none) says of what went wrong. */
MUST struct result pg_fail(struct conn *c, const struct pg_result *res, struct err *err);

/* Queues BEGIN, SAVEPOINT and the like that were put off; false when it cannot
 * send. */
bool pg_queue_control(struct conn *c, struct steps *q);
/* Sends a sync and reads all that is queued, pending rows first: when one of
 * them failed, the transaction is gone. The result of the last step goes to
 * *ret_last (the caller clears it) when all went well; *ret_prepared becomes
 * true when a statement was prepared. Both may be NULL. */
MUST struct result pg_finish(struct conn *c, const struct steps *q, bool sent,
                             struct pg_result **ret_last, bool *ret_prepared, struct err *err);

#endif
