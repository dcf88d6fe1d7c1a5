/* The outbox: what must reach somebody after the change that caused it is
 * durable: notices, push, mail, mirrors.
 *
 * A message is put in the transaction of its cause, so it exists exactly when
 * the cause does. A worker takes messages under a lease, delivers, and says
 * done or retry; a worker that dies lets its lease run out and another takes
 * the message again. So a delivery happens at least once and must be
 * idempotent: `id` is the same at every attempt. Messages of one (org, topic,
 * key) go out one at a time, in the order they were put. After
 * OUTBOX_TRIES_MAX attempts a message is parked: it stays, lets the ones
 * behind it pass, and waits for an operator. Nothing is ever dropped. */
#ifndef MUSUBI_STORE_OUTBOX_H
#define MUSUBI_STORE_OUTBOX_H

#include "base/json.h"
#include "store/store.h"

enum { OUTBOX_TRIES_MAX = 12 };

struct outbox_message {
	struct str org, id;         /* id: 32 hex characters, in the order of putting */
	struct str topic;           /* "notice.push": who delivers */
	struct str key;             /* what it is about; orders the messages of one thing */
	const struct json *payload;
	struct str lease;           /* whose turn it is; for done and retry */
	int64_t tries;              /* attempts before this one */
	int64_t at;                 /* when it was put; microseconds UTC */
	struct str error;           /* what the last attempt said, or "" */
};

/* In the transaction of the cause. */
MUST struct result outbox_put(struct db *tx, struct str org, struct str topic, struct str key,
                              const struct json *payload, struct err *err);

/* Up to `limit` messages that are due, leased for lease_us microseconds. Commit
 * the transaction before delivering. */
MUST struct result outbox_take(struct db *tx, struct arena *a, struct str topic, int64_t lease_us,
                               size_t limit, const struct outbox_message **ret, size_t *ret_n,
                               struct err *err);
/* Delivered. ERR_CONFLICT when the lease ran out and somebody else has it. */
MUST struct result outbox_done(struct db *tx, const struct outbox_message *m, struct err *err);
/* Not delivered: again after a while (1 s, doubling, at most an hour, with
 * jitter), or parked. `error` is for the operator; at most 500 bytes are kept. */
MUST struct result outbox_retry(struct db *tx, const struct outbox_message *m, struct str error,
                                bool *ret_parked, struct err *err);

/* For the operator: the parked messages of an organization, oldest first,
 * after `after` ("" for the beginning); and one of them back into the queue. */
MUST struct result outbox_parked(struct db *db, struct arena *a, struct str org, struct str after,
                                 size_t limit, const struct outbox_message **ret, size_t *ret_n,
                                 struct err *err);
MUST struct result outbox_unpark(struct db *tx, struct str org, struct str id, struct err *err);

#endif
