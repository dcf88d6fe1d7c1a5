/* The journal in the database: writing a batch with its head, going on after a
 * restart, reading, proving.
 *
 * A process writes one log, under a lock that dies with it. A log whose stored
 * frontier, last head and last entry do not agree is left as it is, for
 * journal_verify to judge, and another one is taken: evidence is never built
 * upon nor mended. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/journal_private.h"
#include "store/store_private.h"

enum { LOGS_MAX = 1000, PAGE_MAX = 1000, TILE = 1 << TILE_BITS };

/* One way in for the lane (engine and connection) and for readers (db). */
struct at {
	const struct engine *e;
	struct conn *c;
};

static struct result ask(struct at d, struct arena *a, const char *sql, const struct bind *binds,
                         size_t n, struct rows *ret, struct err *err)
{
	return d.e->run(d.c, sql, binds, n, a, ret, NULL, err);
}

/* An engine may tell of a failure only when the transaction commits. */
static struct result say(struct at d, const char *sql, const struct bind *binds, size_t n,
                         struct err *err)
{
	return d.e->run_many(d.c, sql, binds, n, 1, err);
}

/* --- going on where the log ends ---------------------------------------- */

/* The nodes of a level in a row: leaves (0) or kept roots (8, 16, 24). */
static struct result nodes(struct at d, struct arena *a, int64_t log, int64_t level, int64_t from,
                           int64_t n, struct rows *ret, struct err *err)
{
	struct result r;

	if (level == 0)
		r = ask(d, a, "SELECT leaf FROM journal_entry WHERE log = ? AND ix >= ? AND ix < ? "
		        "ORDER BY ix", BINDS(B_INT(log), B_INT(from), B_INT(from + n)), ret, err);
	else
		r = ask(d, a, "SELECT hash FROM journal_tile WHERE log = ? AND level = ? AND ix >= ? "
		        "AND ix < ? ORDER BY ix",
		        BINDS(B_INT(log), B_INT(level), B_INT(from), B_INT(from + n)), ret, err);
	TRY(r);
	if (ret->n != (size_t)n)
		return fail(err, ERR_UNAVAILABLE, "journal.damaged", NULL,
		            "log %lld lacks nodes of level %lld at %lld: run musubi journal verify",
		            (long long)log, (long long)level, (long long)from);
	for (size_t i = 0; i < ret->n; i++)
		if (rows_text(ret, i, 0).n != MERKLE_HASH)
			return fail(err, ERR_UNAVAILABLE, "journal.damaged", NULL,
			            "log %lld has a hash of wrong length", (long long)log);
	return ok();
}

static const uint8_t *hash_at(const struct rows *r, size_t i)
{
	return (const uint8_t *)rows_text(r, i, 0).p;
}

/* Fills the subtrees under way again: at most 255 nodes of each level. */
static struct result tiles_restore(struct at d, int64_t log, struct journal_tree *t,
                                   struct err *err)
{
	for (int i = 0; i < TILE_LEVELS; i++) {
		ARENA_AUTO a = arena_new(1 << 20);
		int64_t count = (int64_t)(t->all.size >> (TILE_BITS * i)), part = count % TILE;
		struct rows r;

		merkle_init(&t->tile[i]);
		TRY(nodes(d, a, log, TILE_BITS * i, count - part, part, &r, err));
		for (size_t k = 0; k < r.n; k++)
			merkle_add_leaf_hash(&t->tile[i], hash_at(&r, k));
	}
	return ok();
}

/* Entries, last head and frontier must tell the same. */
static struct result agree(struct at d, struct arena *a, int64_t log, const struct merkle *m,
                           bool *ret, struct err *err)
{
	uint8_t root[MERKLE_HASH];
	struct rows head, last;

	TRY(ask(d, a, "SELECT size, root FROM journal_head WHERE log = ? ORDER BY size DESC LIMIT 1",
	        BINDS(B_INT(log)), &head, err));
	TRY(ask(d, a, "SELECT ix, at FROM journal_entry WHERE log = ? ORDER BY ix DESC LIMIT 1",
	        BINDS(B_INT(log)), &last, err));
	merkle_root(m, root);
	if (m->size == 0)
		*ret = head.n == 0 && last.n == 0;
	else
		*ret = head.n == 1 && last.n == 1 && rows_int(&head, 0, 0) == (int64_t)m->size &&
		       rows_int(&last, 0, 0) == (int64_t)m->size - 1 &&
		       str_eq(rows_text(&head, 0, 1), str_of((const char *)root, MERKLE_HASH));
	return ok();
}

/* *ret false: the log is damaged, or is not in the database (*ret_there). */
static struct result log_load(struct journal *j, struct at d, int64_t log, bool *ret,
                              bool *ret_there, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct journal_tree tree = { 0 };
	struct rows r;
	bool sound = false;

	TRY(ask(d, a, "SELECT uid, size, frontier, at FROM journal_log WHERE log = ?",
	        BINDS(B_INT(log)), &r, err));
	*ret_there = r.n == 1;
	if (r.n == 1 && rows_text(&r, 0, 0).n == sizeof(j->uid) - 1 &&
	    is_ok(merkle_decode(rows_text(&r, 0, 2), &tree.all, NULL)) &&
	    (int64_t)tree.all.size == rows_int(&r, 0, 1))
		TRY(agree(d, a, log, &tree.all, &sound, err));
	if (sound) {
		struct err inner = { 0 };
		struct result t = tiles_restore(d, log, &tree, &inner);

		if (is_err(t) && strcmp(inner.code, "journal.damaged") != 0) {
			if (err)
				*err = inner;
			return t;
		}
		sound = is_ok(t);
	}
	if (sound) {
		j->log = log;
		j->tree = tree;
		memcpy(j->uid, rows_text(&r, 0, 0).p, sizeof(j->uid) - 1);
		if (rows_int(&r, 0, 3) > j->last_at)
			j->last_at = rows_int(&r, 0, 3);
	}
	*ret = sound;
	return ok();
}

static struct result log_create(struct journal *j, struct at d, int64_t log, struct err *err)
{
	ARENA_AUTO a = arena_new(4096);
	char bytes[16];
	BUF_AUTO empty;

	random_bytes(bytes, sizeof(bytes));
	memcpy(j->uid, hex_encode(a, str_of(bytes, sizeof(bytes))).p, sizeof(j->uid) - 1);
	j->tree = (struct journal_tree){ 0 };
	buf_init(&empty, MERKLE_ENCODED_MAX);
	merkle_encode(&j->tree.all, &empty);
	TRY(say(d, "INSERT INTO journal_log (log, uid, size, at, frontier) VALUES (?, ?, 0, ?, ?)",
	        BINDS(B_INT(log), B_TEXT(str_c(j->uid)), B_INT(clock_now_us()),
	              B_BLOB(buf_str(&empty))), err));
	j->log = log;
	return ok();
}

/* The first sound log that no other process writes, or a new one. */
static struct result log_find(struct journal *j, struct at d, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct rows r;
	int64_t next = 1;
	bool got, sound, there;

	TRY(ask(d, a, "SELECT log FROM journal_log ORDER BY log", NO_BINDS, &r, err));
	for (size_t i = 0; i < r.n; i++) {
		next = rows_int(&r, i, 0) + 1;
		TRY(d.e->log(d.c, rows_int(&r, i, 0), &got, err));
		if (!got)
			continue;
		TRY(log_load(j, d, rows_int(&r, i, 0), &sound, &there, err));
		if (sound)
			return ok();
	}
	for (; next <= LOGS_MAX; next++) {
		TRY(d.e->log(d.c, next, &got, err));
		if (got)
			return log_create(j, d, next, err);
	}
	return fail(err, ERR_UNAVAILABLE, "journal.logs", NULL, "more than %d logs", LOGS_MAX);
}

static struct result log_ready(struct journal *j, struct at d, struct err *err)
{
	bool sound = false, there = false;

	if (j->ready && j->session == d.e->session(d.c))
		return ok();
	j->ready = false;
	if (j->log && j->session == d.e->session(d.c))
		TRY(log_load(j, d, j->log, &sound, &there, err));
	if (!sound)
		TRY(log_find(j, d, err));
	j->session = d.e->session(d.c);
	j->ready = true;
	return ok();
}

/* --- writing a batch ---------------------------------------------------- */

struct tiles {
	struct journal *j;
	struct bind *rows; /* log, level, ix, hash */
	size_t n;
};

static void tile_keep(void *ctx, int64_t level, int64_t ix, const uint8_t hash[MERKLE_HASH])
{
	struct tiles *t = ctx;
	struct bind *row = &t->rows[4 * t->n++];

	row[0] = B_INT(t->j->log);
	row[1] = B_INT(level);
	row[2] = B_INT(ix);
	row[3] = B_BLOB(arena_str(t->j->arena, str_of((const char *)hash, MERKLE_HASH)));
}

static struct result entries_write(struct journal *j, struct at d, struct err *err)
{
	/* One tile per 256 leaves, begun ones included, and one per level. */
	struct tiles t = { j, ARENA_ARRAY(j->arena, struct bind,
	                                  4 * TILE_LEVELS * (j->n / TILE + 2)), 0 };

	for (size_t i = 0; i < j->n; i++) {
		struct bind *row = &j->rows[i * ENTRY_COLUMNS];

		row[E_LOG] = B_INT(j->log);
		row[E_IX] = B_INT((int64_t)j->tree.all.size);
		journal_tree_add(&j->tree, (const uint8_t *)row[E_LEAF].s.p, tile_keep, &t);
	}
	TRY(d.e->run_many(d.c, "INSERT INTO journal_entry (" ENTRY_COLUMN_NAMES ") "
	                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	                  j->rows, ENTRY_COLUMNS, j->n, err));
	return d.e->run_many(d.c, "INSERT INTO journal_tile (log, level, ix, hash) VALUES (?, ?, ?, ?)",
	                     t.rows, 4, t.n, err);
}

struct str journal_head_text(struct arena *a, const struct journal_head *h)
{
	struct str root = hex_encode(a, h->root);

	/* Keys in the order of RFC 8785 §3.2.3; uid and root are hexadecimal. */
	return arena_printf(a, "{\"at\":%lld,\"log\":\"%.*s\",\"root\":\"%.*s\",\"size\":%lld,"
	                    "\"type\":\"musubi-journal-head-1\"}", (long long)h->at,
	                    STR_ARG(h->uid), STR_ARG(root), (long long)h->size);
}

static struct result head_write(struct journal *j, struct at d, struct err *err)
{
	uint8_t root[MERKLE_HASH], signer[SHA256_SIZE], sig[KEY_SIG_MAX];
	struct journal_head h = { .log = j->log, .size = (int64_t)j->tree.all.size,
	                          .at = j->last_at, .uid = str_c(j->uid),
	                          .root = str_of((const char *)root, MERKLE_HASH) };
	struct key *key = j->keys.signer;
	struct bind who = B_NULL_AS(BIND_BLOB), signature = B_NULL_AS(BIND_BLOB);
	size_t n;

	merkle_root(&j->tree.all, root);
	if (key && key_private(key)) {
		TRY(key_sign(key, key_sig_of(key), journal_head_text(j->arena, &h), sig, &n, err));
		key_digest(key, signer);
		who = B_BLOB(str_of((const char *)signer, SHA256_SIZE));
		signature = B_BLOB(str_of((const char *)sig, n));
	}
	return say(d, "INSERT INTO journal_head (log, size, at, root, signer, signature) "
	           "VALUES (?, ?, ?, ?, ?, ?)",
	           BINDS(B_INT(h.log), B_INT(h.size), B_INT(h.at), B_BLOB(h.root), who, signature),
	           err);
}

struct result journal_flush(struct journal *j, const struct engine *e, struct conn *c,
                            struct err *err)
{
	struct at d = { e, c };
	BUF_AUTO frontier;

	buf_init(&frontier, MERKLE_ENCODED_MAX);
	if (!j->n)
		return ok();
	TRY(log_ready(j, d, err));
	TRY(entries_write(j, d, err));
	TRY(head_write(j, d, err));
	merkle_encode(&j->tree.all, &frontier);
	return say(d, "UPDATE journal_log SET size = ?, at = ?, frontier = ? WHERE log = ?",
	           BINDS(B_INT((int64_t)j->tree.all.size), B_INT(j->last_at),
	                 B_BLOB(buf_str(&frontier)), B_INT(j->log)), err);
}

/* --- reading ------------------------------------------------------------ */

static struct result row_read(struct arena *a, const struct rows *r, size_t i,
                              struct journal_row *ret, struct err *err)
{
	ret->org = rows_text(r, i, E_ORG);
	ret->subject = rows_text(r, i, E_SUBJECT);
	ret->at = rows_int(r, i, E_AT);
	ret->log = rows_int(r, i, E_LOG);
	ret->index = rows_int(r, i, E_IX);
	ret->event = rows_text(r, i, E_EVENT);
	ret->actor = rows_text(r, i, E_ACTOR);
	ret->object = rows_text(r, i, E_OBJECT);
	ret->purpose = rows_text(r, i, E_PURPOSE);
	ret->detail = NULL;
	if (rows_null(r, i, E_DETAIL))
		return ok();
	return json_parse(a, rows_text(r, i, E_DETAIL), &ret->detail, err);
}

struct result journal_of_subject(struct db *db, struct arena *a, struct str org,
                                 struct str subject, int64_t before, size_t limit,
                                 const struct journal_row **ret, size_t *ret_n, struct err *err)
{
	struct journal_row *list;
	struct rows r;

	if (limit > PAGE_MAX)
		limit = PAGE_MAX;
	TRY(db_query(db, a,
	             "SELECT " ENTRY_COLUMN_NAMES " FROM journal_entry "
	             "WHERE org = ? AND subject = ? AND at < ? "
	             "ORDER BY at DESC, log DESC, ix DESC LIMIT ?",
	             BINDS(B_TEXT(org), B_TEXT(subject), B_INT(before ? before : INT64_MAX),
	                   B_INT((int64_t)limit)), &r, err));
	list = ARENA_ARRAY(a, struct journal_row, r.n);
	for (size_t i = 0; i < r.n; i++)
		TRY(row_read(a, &r, i, &list[i], err));
	*ret = list;
	*ret_n = r.n;
	return ok();
}

static struct journal_head head_read(const struct rows *r, size_t i)
{
	return (struct journal_head){
		.log = rows_int(r, i, 0), .size = rows_int(r, i, 1), .at = rows_int(r, i, 2),
		.uid = rows_text(r, i, 3), .root = rows_text(r, i, 4), .signer = rows_text(r, i, 5),
		.signature = rows_text(r, i, 6),
	};
}

struct result journal_heads(struct db *db, struct arena *a, const struct journal_head **ret,
                            size_t *ret_n, struct err *err)
{
	struct journal_head *list;
	struct rows r;

	TRY(db_query(db, a,
	             "SELECT h.log, h.size, h.at, l.uid, h.root, h.signer, h.signature "
	             "FROM journal_head h JOIN journal_log l ON l.log = h.log AND l.size = h.size "
	             "ORDER BY h.log", NO_BINDS, &r, err));
	list = ARENA_ARRAY(a, struct journal_head, r.n);
	for (size_t i = 0; i < r.n; i++)
		list[i] = head_read(&r, i);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

/* --- proving ------------------------------------------------------------ */

struct tree_reader {
	struct at d;
	int64_t log;
};

/* A perfect subtree from the nearest kept level below it: at most 128 nodes
 * (2^k beyond level 24, where no tiles are kept). */
static struct result subtree(void *ctx, unsigned level, uint64_t index, uint8_t ret[MERKLE_HASH],
                             struct err *err)
{
	struct tree_reader *t = ctx;
	ARENA_AUTO a = arena_new(1 << 20);
	unsigned base = level / TILE_BITS * TILE_BITS;
	struct merkle m;
	struct rows r;

	if (base > TILE_LEVELS * TILE_BITS)
		base = TILE_LEVELS * TILE_BITS;
	TRY(nodes(t->d, a, t->log, base, (int64_t)(index << (level - base)),
	          (int64_t)1 << (level - base), &r, err));
	merkle_init(&m);
	for (size_t i = 0; i < r.n; i++)
		merkle_add_leaf_hash(&m, hash_at(&r, i));
	merkle_root(&m, ret);
	return ok();
}

struct result journal_prove(struct db *db, struct arena *a, int64_t log, int64_t index,
                            struct journal_proof *ret, struct err *err)
{
	struct tree_reader t = { { db->store->engine, db->conn }, log };
	struct journal_proof p = { .index = index };
	struct rows head, row;
	struct buf leaf;

	TRY(db_query(db, a,
	             "SELECT h.log, h.size, h.at, l.uid, h.root, h.signer, h.signature "
	             "FROM journal_head h JOIN journal_log l ON l.log = h.log AND l.size = h.size "
	             "WHERE h.log = ?", BINDS(B_INT(log)), &head, err));
	TRY(db_query(db, a, "SELECT " ENTRY_COLUMN_NAMES " FROM journal_entry WHERE log = ? AND ix = ?",
	             BINDS(B_INT(log), B_INT(index)), &row, err));
	if (head.n != 1 || row.n != 1)
		return fail(err, ERR_NOT_FOUND, "journal.entry", NULL, "log %lld has no entry %lld",
		            (long long)log, (long long)index);
	p.head = head_read(&head, 0);
	TRY(merkle_inclusion(subtree, &t, (uint64_t)index, (uint64_t)p.head.size, &p.path, err));
	buf_init(&leaf, 1 << 20);
	journal_leaf_text(&leaf, row.cells);
	p.leaf = arena_str(a, buf_str(&leaf));
	buf_done(&leaf);
	*ret = p;
	return ok();
}
