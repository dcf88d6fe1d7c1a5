/* Adding to the journal, in memory.
 *
 * An entry is hashed when it is added and gets its index when the shared
 * transaction is about to commit: an aborted change leaves no gap. The leaf is
 * the RFC 8785 canonical text of the entry's fields, keys in that order. */
#include "store/journal_private.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/store_private.h"

enum { ARENA_MAX = 256 << 20, DETAIL_MAX = 64 << 10, LEAF_MAX = 1 << 20 };

struct journal *journal_new(void)
{
	struct journal *j = MEM_NEW(struct journal);

	j->arena = arena_new(ARENA_MAX);
	buf_init(&j->leaf, LEAF_MAX);
	return j;
}

void journal_free(struct journal *j)
{
	key_unref(j->keys.signer);
	for (size_t i = 0; i < j->keys.n_trusted; i++)
		key_unref(j->keys.trusted[i]);
	arena_free(j->arena);
	buf_done(&j->leaf);
	mem_free(j->rows);
	mem_free(j);
}

void store_set_journal_key(struct store *s, struct key *key)
{
	struct journal_keys *k = &s->lane.journal->keys;

	key_unref(k->signer);
	k->signer = key ? key_ref(key) : NULL;
}

void store_trust_journal_key(struct store *s, struct key *key)
{
	struct journal_keys *k = &s->lane.journal->keys;

	if (k->n_trusted < JOURNAL_KEYS_MAX)
		k->trusted[k->n_trusted++] = key_ref(key);
}

size_t journal_count(const struct journal *j)
{
	return j->n;
}

void journal_cut(struct journal *j, size_t n)
{
	j->n = n;
}

void journal_settle(struct journal *j, bool durable)
{
	/* After a failure the database may know less than we do: read it again. */
	if (!durable && j->n)
		j->ready = false;
	j->n = 0;
	arena_reset(j->arena);
}

/* --- leaves ------------------------------------------------------------- */

static void add_string(struct buf *b, struct str key, struct str s)
{
	struct json j = { .kind = JSON_STRING, .text = s };

	buf_add(b, key);
	json_write(b, &j);
}

void journal_leaf_text(struct buf *b, const struct bind *row)
{
	static const char hex[] = "0123456789abcdef";

	add_string(b, STR("{\"actor\":"), row[E_ACTOR].s);
	buf_add(b, STR(",\"at\":"));
	buf_add_i64(b, row[E_AT].i);
	buf_add(b, STR(",\"body\":"));
	if (row[E_BODY].kind == BIND_NULL) {
		buf_add(b, STR("null"));
	} else {
		buf_add_char(b, '"');
		for (size_t i = 0; i < row[E_BODY].s.n; i++) {
			buf_add_char(b, hex[(row[E_BODY].s.p[i] >> 4) & 15]);
			buf_add_char(b, hex[row[E_BODY].s.p[i] & 15]);
		}
		buf_add_char(b, '"');
	}
	buf_add(b, STR(",\"detail\":"));
	buf_add(b, row[E_DETAIL].kind == BIND_NULL ? STR("null") : row[E_DETAIL].s);
	add_string(b, STR(",\"event\":"), row[E_EVENT].s);
	add_string(b, STR(",\"object\":"), row[E_OBJECT].s);
	add_string(b, STR(",\"org\":"), row[E_ORG].s);
	add_string(b, STR(",\"purpose\":"), row[E_PURPOSE].s);
	add_string(b, STR(",\"subject\":"), row[E_SUBJECT].s);
	buf_add_char(b, '}');
}

void journal_tree_add(struct journal_tree *t, const uint8_t leaf[MERKLE_HASH], tile_sink *sink,
                      void *ctx)
{
	const uint8_t *node = leaf;

	merkle_add_leaf_hash(&t->all, leaf);
	for (int i = 0; i < TILE_LEVELS; i++) {
		struct merkle *m = &t->tile[i];
		int level = TILE_BITS * (i + 1);

		merkle_add_leaf_hash(m, node);
		if (m->size < (uint64_t)1 << TILE_BITS)
			return;
		node = m->h[TILE_BITS];
		sink(ctx, level, (int64_t)(t->all.size >> level) - 1, node);
		m->size = 0; /* h[TILE_BITS] stays readable for the level above */
	}
}

/* --- adding ------------------------------------------------------------- */

static struct result text_of(struct journal *j, struct str s, struct bind *ret, struct err *err)
{
	if (!utf8_valid(s) || (s.n && memchr(s.p, 0, s.n)))
		return fail(err, ERR_INPUT, "store.text", "RFC 3629 §3",
		            "a journal entry is not UTF-8 without NUL");
	*ret = B_TEXT(arena_str(j->arena, s));
	return ok();
}

static struct result detail_of(struct journal *j, const struct json *detail, struct bind *ret,
                               struct err *err)
{
	struct str text;

	*ret = B_NULL_AS(BIND_TEXT);
	if (!detail)
		return ok();
	TRY(json_canonical(j->arena, detail, &text, err));
	if (text.n > DETAIL_MAX)
		return fail(err, ERR_TOO_LARGE, "journal.detail", NULL, "%zu bytes of detail, at most %d",
		            text.n, DETAIL_MAX);
	return text_of(j, text, ret, err);
}

static int64_t next_time(struct journal *j)
{
	int64_t now = clock_now_us();

	return now > j->last_at ? now : j->last_at + 1;
}

static struct bind *row_new(struct journal *j)
{
	if (j->n == j->cap) {
		j->cap = j->cap ? j->cap * 2 : 64;
		j->rows = mem_resize(j->rows, j->cap * ENTRY_COLUMNS * sizeof(*j->rows));
	}
	return &j->rows[j->n * ENTRY_COLUMNS];
}

struct result journal_add(struct db *tx, const struct journal_entry *e, struct err *err)
{
	struct journal *j = tx->store->lane.journal;
	struct bind row[ENTRY_COLUMNS];
	uint8_t *hash;

	if (tx->reader || tx->failed)
		return fail(err, ERR_INTERNAL, "store.readonly", NULL,
		            "a journal entry needs a change that has not failed");
	if (arena_over(j->arena))
		return fail(err, ERR_TOO_LARGE, "journal.large", NULL,
		            "more than %d MiB of journal in one change", ARENA_MAX >> 20);
	TRY(text_of(j, e->org, &row[E_ORG], err));
	TRY(text_of(j, e->subject, &row[E_SUBJECT], err));
	TRY(text_of(j, e->event, &row[E_EVENT], err));
	TRY(text_of(j, e->actor, &row[E_ACTOR], err));
	TRY(text_of(j, e->object, &row[E_OBJECT], err));
	TRY(text_of(j, e->purpose, &row[E_PURPOSE], err));
	TRY(detail_of(j, e->detail, &row[E_DETAIL], err));
	row[E_AT] = B_INT(next_time(j));
	row[E_LOG] = row[E_IX] = B_INT(0);
	row[E_BODY] = B_NULL_AS(BIND_BLOB);
	if (e->body.n) {
		hash = arena_alloc(j->arena, SHA256_SIZE);
		sha256(e->body, hash);
		row[E_BODY] = B_BLOB(str_of((const char *)hash, SHA256_SIZE));
	}
	buf_clear(&j->leaf);
	journal_leaf_text(&j->leaf, row);
	if (buf_over(&j->leaf))
		return fail(err, ERR_TOO_LARGE, "journal.large", NULL, "an entry above %d bytes", LEAF_MAX);
	hash = arena_alloc(j->arena, MERKLE_HASH);
	merkle_leaf_hash(buf_str(&j->leaf), hash);
	row[E_LEAF] = B_BLOB(str_of((const char *)hash, MERKLE_HASH));
	memcpy(row_new(j), row, sizeof(row));
	j->last_at = row[E_AT].i;
	j->n++;
	return ok();
}
