/* The outbox; see outbox.h for what it promises.
 *
 * Ids begin with the time, so their order is the order of putting; within one
 * process it is strict. A lease is a random name: whoever holds it may say done
 * or retry, and nobody else. */
#include "store/outbox.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/utf8.h"

enum { TAKE_MAX = 1000, ERROR_MAX = 500 };
#define BACKOFF_MAX CLOCK_HOUR

static atomic_int_fast64_t last_time;

static int64_t next_time(void)
{
	int64_t now = clock_now_us(), last = atomic_load(&last_time), next;

	do {
		next = now > last ? now : last + 1;
	} while (!atomic_compare_exchange_weak(&last_time, &last, next));
	return next;
}

static struct str random_name(struct arena *a)
{
	char bytes[16];

	random_bytes(bytes, sizeof(bytes));
	return hex_encode(a, str_of(bytes, sizeof(bytes)));
}

/* 64 bits of time, big-endian, then 64 of chance. */
static struct str message_id(struct arena *a, int64_t at)
{
	char bytes[16];

	random_bytes(bytes + 8, 8);
	for (int i = 7; i >= 0; i--, at >>= 8)
		bytes[i] = (char)(at & 0xff);
	return hex_encode(a, str_of(bytes, sizeof(bytes)));
}

struct result outbox_put(struct db *tx, struct str org, struct str topic, struct str key,
                         const struct json *payload, struct err *err)
{
	ARENA_AUTO a = arena_new(0);
	int64_t at = next_time();

	return db_put(tx,
	               "INSERT INTO outbox (org, id, topic, key, payload, at, due, tries, lease, "
	               "parked, error) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', 0, '')",
	               BINDS(B_TEXT(org), B_TEXT(message_id(a, at)), B_TEXT(topic), B_TEXT(key),
	                     B_TEXT(json_to_str(a, payload)), B_INT(at), B_INT(at)), err);
}

#define COLUMNS "org, id, topic, key, payload, lease, tries, at, error"

static struct result messages(struct arena *a, const struct rows *r,
                              const struct outbox_message **ret, size_t *ret_n, struct err *err)
{
	struct outbox_message *list = ARENA_ARRAY(a, struct outbox_message, r->n);

	for (size_t i = 0; i < r->n; i++) {
		struct outbox_message *m = &list[i];

		m->org = rows_text(r, i, 0);
		m->id = rows_text(r, i, 1);
		m->topic = rows_text(r, i, 2);
		m->key = rows_text(r, i, 3);
		TRY(json_parse(a, rows_text(r, i, 4), &m->payload, err));
		m->lease = rows_text(r, i, 5);
		m->tries = rows_int(r, i, 6);
		m->at = rows_int(r, i, 7);
		m->error = rows_text(r, i, 8);
	}
	*ret = list;
	*ret_n = r->n;
	return ok();
}

struct result outbox_take(struct db *tx, struct arena *a, struct str topic, int64_t lease_us,
                          size_t limit, const struct outbox_message **ret, size_t *ret_n,
                          struct err *err)
{
	struct str lease = random_name(a);
	int64_t now = clock_now_us();
	struct rows r;

	if (limit > TAKE_MAX)
		limit = TAKE_MAX;
	/* `due` is asked twice: of two processes that chose the same message, the
	 * second finds it no longer due when it gets to change it. The first of a
	 * key goes alone; a parked one lets the next pass. */
	TRY(db_exec(tx,
	            "UPDATE outbox SET lease = ?, due = ? WHERE due <= ? AND parked = 0 AND "
	            "(org, id) IN (SELECT o.org, o.id FROM outbox o WHERE o.topic = ? AND "
	            "o.parked = 0 AND o.due <= ? AND NOT EXISTS (SELECT 1 FROM outbox p "
	            "WHERE p.org = o.org AND p.topic = o.topic AND p.key = o.key AND p.id < o.id "
	            "AND p.parked = 0) ORDER BY o.due, o.id LIMIT ?)",
	            BINDS(B_TEXT(lease), B_INT(now + lease_us), B_INT(now), B_TEXT(topic), B_INT(now),
	                  B_INT((int64_t)limit)), NULL, err));
	TRY(db_query(tx, a,
	             "SELECT " COLUMNS " FROM outbox WHERE topic = ? AND parked = 0 AND due = ? "
	             "AND lease = ? ORDER BY id",
	             BINDS(B_TEXT(topic), B_INT(now + lease_us), B_TEXT(lease)), &r, err));
	return messages(a, &r, ret, ret_n, err);
}

static struct result held(int64_t changed, const struct outbox_message *m, struct err *err)
{
	if (changed == 1)
		return ok();
	return fail(err, ERR_CONFLICT, "outbox.lease", NULL,
	            "message %.*s is no longer leased to this worker", STR_ARG(m->id));
}

struct result outbox_done(struct db *tx, const struct outbox_message *m, struct err *err)
{
	int64_t changed;

	TRY(db_exec(tx, "DELETE FROM outbox WHERE org = ? AND id = ? AND lease = ?",
	            BINDS(B_TEXT(m->org), B_TEXT(m->id), B_TEXT(m->lease)), &changed, err));
	return held(changed, m, err);
}

/* 1 s, 2 s, 4 s … at most an hour, each up to a quarter longer, so that what
 * failed together does not come back together. */
static int64_t backoff(int64_t tries)
{
	int64_t wait = tries < 12 ? CLOCK_SECOND << tries : BACKOFF_MAX;

	if (wait > BACKOFF_MAX)
		wait = BACKOFF_MAX;
	return wait + (int64_t)(random_u64() % (uint64_t)(wait / 4));
}

struct result outbox_retry(struct db *tx, const struct outbox_message *m, struct str error,
                           bool *ret_parked, struct err *err)
{
	bool parked = m->tries + 1 >= OUTBOX_TRIES_MAX;
	int64_t changed;

	TRY(db_exec(tx,
	            "UPDATE outbox SET tries = ?, due = ?, lease = '', parked = ?, error = ? "
	            "WHERE org = ? AND id = ? AND lease = ?",
	            BINDS(B_INT(m->tries + 1), B_INT(clock_now_us() + backoff(m->tries)),
	                  B_INT(parked), B_TEXT(utf8_cut(error, ERROR_MAX)), B_TEXT(m->org),
	                  B_TEXT(m->id), B_TEXT(m->lease)), &changed, err));
	TRY(held(changed, m, err));
	if (ret_parked)
		*ret_parked = parked;
	return ok();
}

struct result outbox_parked(struct db *db, struct arena *a, struct str org, struct str after,
                            size_t limit, const struct outbox_message **ret, size_t *ret_n,
                            struct err *err)
{
	struct rows r;

	TRY(db_query(db, a,
	             "SELECT " COLUMNS " FROM outbox WHERE org = ? AND parked = 1 AND id > ? "
	             "ORDER BY id LIMIT ?",
	             BINDS(B_TEXT(org), B_TEXT(after),
	                   B_INT((int64_t)(limit > TAKE_MAX ? TAKE_MAX : limit))), &r, err));
	return messages(a, &r, ret, ret_n, err);
}

struct result outbox_unpark(struct db *tx, struct str org, struct str id, struct err *err)
{
	int64_t changed;

	TRY(db_exec(tx,
	            "UPDATE outbox SET parked = 0, tries = 0, due = ? WHERE org = ? AND id = ? "
	            "AND parked = 1",
	            BINDS(B_INT(clock_now_us()), B_TEXT(org), B_TEXT(id)), &changed, err));
	if (changed != 1)
		return fail(err, ERR_NOT_FOUND, "outbox.message", NULL, "no parked message %.*s",
		            STR_ARG(id));
	return ok();
}
