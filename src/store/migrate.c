/* Migrations: every room's tables, made once, in order, and remembered with the
 * SHA-256 of their text.
 *
 * Each runs in a transaction of its own together with the row that records it,
 * while a lock keeps other processes out; so a killed migration leaves nothing
 * and two processes starting at once are no trouble. */
#include <assert.h>
#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "store/store_private.h"
#include "store/tables.h"

enum { ROOMS_MAX = 32 };

struct room {
	const char *name;
	const struct migration *rows;
	size_t n;
};

static struct {
	pthread_mutex_t mutex;
	struct room rooms[ROOMS_MAX];
	size_t n;
} known = { .mutex = PTHREAD_MUTEX_INITIALIZER };

void store_migrations_add(const char *room, const struct migration *rows, size_t n)
{
	bool there = false;

	for (size_t i = 0; i < n; i++)
		assert(rows[i].version == (int)i + 1);
	pthread_mutex_lock(&known.mutex);
	for (size_t i = 0; i < known.n; i++)
		there |= strcmp(known.rooms[i].name, room) == 0 && known.rooms[i].rows == rows;
	if (!there) {
		assert(known.n < ROOMS_MAX);
		known.rooms[known.n++] = (struct room){ room, rows, n };
	}
	pthread_mutex_unlock(&known.mutex);
}

static void known_copy(struct room ret[ROOMS_MAX + 1], size_t *ret_n)
{
	ret[0] = (struct room){ "store", store_tables, STORE_TABLES };
	pthread_mutex_lock(&known.mutex);
	for (size_t i = 0; i < known.n; i++)
		ret[i + 1] = known.rooms[i];
	*ret_n = known.n + 1;
	pthread_mutex_unlock(&known.mutex);
}

static struct str digest_of(struct arena *a, const struct migration *m)
{
	struct buf text;
	struct str hex;

	buf_init(&text, 1 << 20);
	for (const char *const *s = m->statements; *s; s++) {
		buf_add_c(&text, *s);
		buf_add_char(&text, '\0');
	}
	assert(!buf_over(&text));
	hex = sha256_hex(a, buf_str(&text));
	buf_done(&text);
	return hex;
}

static const struct migration *find(const struct room *rooms, size_t n, struct str room,
                                    int64_t version)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_c(rooms[i].name), room))
			return version >= 1 && version <= (int64_t)rooms[i].n
				? &rooms[i].rows[version - 1] : NULL;
	return NULL;
}

/* What ran before must be what this program would run. */
static struct result check(const struct room *rooms, size_t n, struct arena *a,
                           const struct rows *done, struct err *err)
{
	for (size_t i = 0; i < done->n; i++) {
		struct str room = rows_text(done, i, 0);
		int64_t version = rows_int(done, i, 1);
		const struct migration *m = find(rooms, n, room, version);

		if (!m)
			return fail(err, ERR_CONFLICT, "store.migration.newer", NULL,
			            "the database has migration %.*s %lld, which this program does not "
			            "know: run the newer program", STR_ARG(room), (long long)version);
		if (!str_eq(digest_of(a, m), rows_text(done, i, 2)))
			return fail(err, ERR_CONFLICT, "store.migration.changed", NULL,
			            "migration %.*s %lld (%s) has another text than when it ran: undo "
			            "the edit and add a new version", STR_ARG(room), (long long)version,
			            m->name);
	}
	return ok();
}

static bool ran(const struct rows *done, const char *room, int version)
{
	for (size_t i = 0; i < done->n; i++)
		if (rows_int(done, i, 1) == version && str_eq(rows_text(done, i, 0), str_c(room)))
			return true;
	return false;
}

static struct result record(const struct engine *e, struct conn *c, struct arena *a,
                            const char *room, const struct migration *m, struct err *err)
{
	return e->run(c,
	              "INSERT INTO store_migration (room, version, name, digest, at) "
	              "VALUES (?, ?, ?, ?, ?)",
	              BINDS(B_TEXT(str_c(room)), B_INT(m->version), B_TEXT(str_c(m->name)),
	                    B_TEXT(digest_of(a, m)), B_INT(clock_now_us())),
	              NULL, NULL, NULL, err);
}

/* In the open transaction; another process may have been faster. */
static struct result apply(const struct engine *e, struct conn *c, struct arena *a,
                           const char *room, const struct migration *m, struct err *err)
{
	struct rows r;
	struct result res = ok();
	struct err inner = { 0 };

	TRY(e->migrating(c, err));
	TRY(e->run(c, "SELECT 1 FROM store_migration WHERE room = ? AND version = ?",
	           BINDS(B_TEXT(str_c(room)), B_INT(m->version)), a, &r, NULL, err));
	if (r.n)
		return ok();
	for (const char *const *s = m->statements; *s && is_ok(res); s++)
		res = e->define(c, *s, &inner);
	if (is_err(res))
		return fail(err, res.kind, "store.migration", NULL, "migration %s %d (%s): %s", room,
		            m->version, m->name, inner.what);
	return record(e, c, a, room, m, err);
}

static struct result ended(const struct engine *e, struct conn *c, struct result r,
                           struct err *err)
{
	if (is_ok(r))
		return e->commit(c, err);
	e->rollback(c);
	return r;
}

static struct result read_done(const struct engine *e, struct conn *c, struct arena *a,
                               struct rows *ret, struct err *err)
{
	static const char table[] =
		"CREATE TABLE IF NOT EXISTS store_migration ("
		"room TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, "
		"digest TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (room, version))";

	TRY(e->migrating(c, err));
	TRY(e->define(c, table, err));
	return e->run(c, "SELECT room, version, digest FROM store_migration", NO_BINDS, a, ret, NULL,
	              err);
}

struct result migrate(struct store *s, struct conn *c, struct err *err)
{
	const struct engine *e = s->engine;
	struct room rooms[ROOMS_MAX + 1];
	ARENA_AUTO a = arena_new(0);
	struct rows done;
	size_t n;

	known_copy(rooms, &n);
	TRY(e->begin(c, err));
	TRY(ended(e, c, read_done(e, c, a, &done, err), err));
	TRY(check(rooms, n, a, &done, err));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < rooms[i].n; k++) {
			const struct migration *m = &rooms[i].rows[k];

			if (ran(&done, rooms[i].name, m->version))
				continue;
			TRY(e->begin(c, err));
			TRY(ended(e, c, apply(e, c, a, rooms[i].name, m, err), err));
		}
	}
	return ok();
}
