/* How often somebody may do something: token buckets keyed by text, in memory
 * of a fixed size. Thread-safe.
 *
 * A bucket is one time stamp (GCRA, ITU-T I.371): when it will be full again.
 * Keys are kept as keyed digests, so an attacker can neither choose where they
 * fall nor read them out. When the table is full, the bucket that is nearest to
 * full goes: whoever is being held back is forgotten last. */
#ifndef MUSUBI_NET_LIMIT_H
#define MUSUBI_NET_LIMIT_H

#include "base/arena.h"

/* "login": at most 5 at once, then one every 12 seconds. */
struct limit {
	const char *name;
	unsigned burst;      /* at least 1 */
	int64_t every_us;    /* one more after this time */
};

struct limiter;

struct limiter *limiter_new(size_t keys_max); /* rounded up; 24 bytes each */
void limiter_free(struct limiter *l);
/* Takes one token of this key. False when there is none: then *ret_wait_us (may
 * be NULL) is the time until the next. */
bool limiter_take(struct limiter *l, const struct limit *rule, struct str key,
                  int64_t *ret_wait_us);
/* True when limiter_take would be; takes nothing. */
bool limiter_peek(struct limiter *l, const struct limit *rule, struct str key);
/* A full bucket again: after a success that clears failures. */
void limiter_forgive(struct limiter *l, const struct limit *rule, struct str key);

/* The key of a peer's address: an IPv4 address itself, of an IPv6 address the
 * /64 that one household has to itself. */
struct str limit_peer(struct arena *a, struct str peer);

#endif
