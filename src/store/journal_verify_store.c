/* Checking the journal: every leaf, head and signature, in pages.
 *
 * Entries and heads of a log are read side by side in the order of their index
 * and size. The tree is built anew from the entries' columns; whatever the
 * database says about hashes is only compared with it. The first fault of a log
 * ends the check of that log; the others are still checked. */
#include <stdarg.h>
#include <stdio.h>

#include "store/journal_private.h"
#include "store/store_private.h"

enum { ENTRY_PAGE = 250, HEAD_PAGE = 500, LEAF_MAX = 1 << 20, PAGE_ARENA = 512 << 20 };

/* A page of rows, read again when used up. */
struct page {
	struct arena *a;
	struct rows r;
	size_t at;
	bool end;
};

struct check {
	struct db *db;
	const struct journal_keys *keys;
	struct journal_verdict *v;
	struct err *err;
	int64_t log;
	struct str uid;
	struct journal_tree tree;
	struct page entries, heads;
	struct buf leaf;
	int64_t last_at, head_size;
	bool last_trusted;     /* the last head is signed by a key we trust */
	bool faulty;           /* this log */
	struct result failed;  /* the database failed, not the journal */
};

static PRINTF(2, 3) void fault(struct check *c, const char *fmt, ...)
{
	va_list ap;

	c->faulty = true;
	c->v->sound = false;
	if (c->v->first_fault[0])
		return;
	va_start(ap, fmt);
	vsnprintf(c->v->first_fault, sizeof(c->v->first_fault), fmt, ap);
	va_end(ap);
}

/* --- heads -------------------------------------------------------------- */

enum head_column { H_SIZE, H_AT, H_ROOT, H_SIGNER, H_SIGNATURE };

static struct result heads_page(struct check *c)
{
	struct page *p = &c->heads;

	if (p->at < p->r.n || p->end)
		return ok();
	arena_reset(p->a);
	TRY(db_query(c->db, p->a,
	             "SELECT size, at, root, signer, signature FROM journal_head "
	             "WHERE log = ? AND size > ? ORDER BY size LIMIT ?",
	             BINDS(B_INT(c->log), B_INT(c->head_size), B_INT(HEAD_PAGE)), &p->r, c->err));
	p->at = 0;
	p->end = p->r.n == 0;
	return ok();
}

static const struct key *key_of(const struct journal_keys *keys, struct str signer)
{
	for (size_t i = 0; i <= keys->n_trusted; i++) {
		const struct key *k = i ? keys->trusted[i - 1] : keys->signer;
		uint8_t digest[SHA256_SIZE];

		if (!k)
			continue;
		key_digest(k, digest);
		if (str_eq(signer, str_of((const char *)digest, SHA256_SIZE)))
			return k;
	}
	return NULL;
}

static bool any_key(const struct journal_keys *keys)
{
	return keys->signer || keys->n_trusted;
}

static void signature_check(struct check *c, const struct journal_head *h)
{
	const struct key *k;

	c->last_trusted = false;
	if (!h->signature.n) {
		c->v->unsigned_heads++;
		return;
	}
	c->v->signed_heads++;
	if (!any_key(c->keys))
		return;
	k = key_of(c->keys, h->signer);
	if (!k) {
		fault(c, "log %lld head %lld: signed by an unknown key", (long long)c->log,
		      (long long)h->size);
		return;
	}
	c->last_trusted = key_verify(k, key_sig_of(k), journal_head_text(c->heads.a, h), h->signature);
	if (!c->last_trusted)
		fault(c, "log %lld head %lld: the signature is wrong", (long long)c->log,
		      (long long)h->size);
}

/* The head over exactly what was read so far, if there is one. */
static struct result head_check(struct check *c)
{
	uint8_t root[MERKLE_HASH];
	struct page *p = &c->heads;
	struct journal_head h = { .log = c->log, .uid = c->uid };

	TRY(heads_page(c));
	if (p->end || rows_int(&p->r, p->at, H_SIZE) != (int64_t)c->tree.all.size)
		return ok();
	h.size = rows_int(&p->r, p->at, H_SIZE);
	h.at = rows_int(&p->r, p->at, H_AT);
	h.root = rows_text(&p->r, p->at, H_ROOT);
	h.signer = rows_text(&p->r, p->at, H_SIGNER);
	h.signature = rows_text(&p->r, p->at, H_SIGNATURE);
	p->at++;
	c->head_size = h.size;
	c->v->heads++;
	merkle_root(&c->tree.all, root);
	if (!str_eq(h.root, str_of((const char *)root, MERKLE_HASH)))
		fault(c, "log %lld head %lld: the root differs", (long long)c->log, (long long)h.size);
	else
		signature_check(c, &h);
	return ok();
}

/* --- entries ------------------------------------------------------------ */

static struct result entries_page(struct check *c)
{
	struct page *p = &c->entries;

	if (p->at < p->r.n || p->end)
		return ok();
	arena_reset(p->a);
	TRY(db_query(c->db, p->a,
	             "SELECT " ENTRY_COLUMN_NAMES " FROM journal_entry "
	             "WHERE log = ? AND ix >= ? ORDER BY ix LIMIT ?",
	             BINDS(B_INT(c->log), B_INT((int64_t)c->tree.all.size), B_INT(ENTRY_PAGE)), &p->r,
	             c->err));
	p->at = 0;
	p->end = p->r.n == 0;
	return ok();
}

static void tile_check(void *ctx, int64_t level, int64_t ix, const uint8_t hash[MERKLE_HASH])
{
	struct check *c = ctx;
	ARENA_AUTO a = arena_new(1 << 16);
	struct rows r;

	if (is_err(c->failed))
		return;
	c->failed = db_query(c->db, a,
	                     "SELECT hash FROM journal_tile WHERE log = ? AND level = ? AND ix = ?",
	                     BINDS(B_INT(c->log), B_INT(level), B_INT(ix)), &r, c->err);
	if (is_ok(c->failed) &&
	    !str_eq(rows_text(&r, 0, 0), str_of((const char *)hash, MERKLE_HASH)))
		fault(c, "log %lld tile %lld of level %lld differs", (long long)c->log, (long long)ix,
		      (long long)level);
}

static void entry_check(struct check *c)
{
	const struct bind *row = &c->entries.r.cells[c->entries.at * ENTRY_COLUMNS];
	int64_t want = (int64_t)c->tree.all.size;
	uint8_t leaf[MERKLE_HASH];

	if (row[E_IX].i != want) {
		fault(c, row[E_IX].i > want ? "log %lld entry %lld is missing"
			: "log %lld entry %lld is not the only one of its number", (long long)c->log,
		      row[E_IX].i > want ? (long long)want : (long long)row[E_IX].i);
		return;
	}
	buf_clear(&c->leaf);
	journal_leaf_text(&c->leaf, row);
	merkle_leaf_hash(buf_str(&c->leaf), leaf);
	if (buf_over(&c->leaf) || !str_eq(row[E_LEAF].s, str_of((const char *)leaf, MERKLE_HASH)))
		fault(c, "log %lld entry %lld: leaf hash differs", (long long)c->log, (long long)want);
	else if (row[E_AT].i <= c->last_at)
		fault(c, "log %lld entry %lld is earlier than the one before", (long long)c->log,
		      (long long)want);
	c->last_at = row[E_AT].i;
	c->entries.at++;
	c->v->entries++;
	journal_tree_add(&c->tree, leaf, tile_check, c);
}

static struct result entries_check(struct check *c)
{
	while (!c->faulty) {
		TRY(entries_page(c));
		if (c->entries.end)
			return ok();
		entry_check(c);
		TRY(c->failed);
		if (!c->faulty)
			TRY(head_check(c));
	}
	return ok();
}

/* --- a whole log -------------------------------------------------------- */

/* Where the log ends: entries, heads and its own row must agree. */
static struct result end_check(struct check *c, const struct rows *log)
{
	long long size = (long long)c->tree.all.size, id = (long long)c->log;
	BUF_AUTO frontier;

	buf_init(&frontier, MERKLE_ENCODED_MAX);
	merkle_encode(&c->tree.all, &frontier);
	TRY(heads_page(c));
	if (!c->heads.end)
		fault(c, "log %lld: head %lld covers entries that are missing after %lld", id,
		      (long long)rows_int(&c->heads.r, c->heads.at, H_SIZE), size);
	else if (c->head_size != size)
		fault(c, "log %lld: entries after %lld have no head", id, (long long)c->head_size);
	else if (rows_int(log, 0, 1) != size)
		fault(c, "log %lld: %lld entries are left of %lld", id, size,
		      (long long)rows_int(log, 0, 1));
	else if (!str_eq(rows_text(log, 0, 2), buf_str(&frontier)))
		fault(c, "log %lld: its frontier differs", id);
	else if (size && any_key(c->keys) && !c->last_trusted)
		fault(c, "log %lld head %lld: the last head is not signed", id, size);
	return ok();
}

static struct result log_check(struct check *c)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct rows log;

	c->tree = (struct journal_tree){ 0 };
	c->entries.r = c->heads.r = (struct rows){ 0 };
	c->entries.at = c->heads.at = 0;
	c->entries.end = c->heads.end = c->faulty = c->last_trusted = false;
	c->head_size = 0;
	c->last_at = INT64_MIN;
	c->v->logs++;
	TRY(db_query(c->db, a, "SELECT uid, size, frontier FROM journal_log WHERE log = ?",
	             BINDS(B_INT(c->log)), &log, c->err));
	if (log.n != 1) {
		fault(c, "log %lld is not in the list of logs", (long long)c->log);
		return ok();
	}
	c->uid = rows_text(&log, 0, 0);
	TRY(entries_check(c));
	return c->faulty ? ok() : end_check(c, &log);
}

/* The next log that any of the tables knows; *ret 0 when there is none. */
static struct result log_next(struct check *c, int64_t after, int64_t *ret)
{
	ARENA_AUTO a = arena_new(1 << 16);
	struct rows r;

	TRY(db_query(c->db, a,
	             "SELECT MIN(log) FROM (SELECT MIN(log) AS log FROM journal_log WHERE log > ? "
	             "UNION ALL SELECT MIN(log) AS log FROM journal_head WHERE log > ? "
	             "UNION ALL SELECT MIN(log) AS log FROM journal_entry WHERE log > ?) AS t",
	             BINDS(B_INT(after), B_INT(after), B_INT(after)), &r, c->err));
	*ret = rows_int(&r, 0, 0);
	return ok();
}

static struct result logs_check(struct check *c)
{
	int64_t log = INT64_MIN + 1, next;

	for (;;) {
		TRY(log_next(c, log, &next));
		if (!next || next <= log)
			return ok();
		c->log = log = next;
		TRY(log_check(c));
	}
}

struct result journal_verify(struct store *s, struct journal_verdict *ret, struct err *err)
{
	struct journal_verdict v = { .sound = true };
	STORE_READER_AUTO db = NULL;
	ARENA_AUTO entries = arena_new(PAGE_ARENA);
	ARENA_AUTO heads = arena_new(PAGE_ARENA);
	struct check c = { .keys = &s->lane.journal->keys, .v = &v, .err = err,
	                   .entries.a = entries, .heads.a = heads };
	struct result r;

	TRY(store_reader(s, &db, err));
	c.db = db;
	v.signatures_checked = any_key(c.keys);
	buf_init(&c.leaf, LEAF_MAX);
	r = logs_check(&c);
	buf_done(&c.leaf);
	if (is_ok(r))
		*ret = v;
	return r;
}
