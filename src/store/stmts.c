/* The cache of prepared statements: open addressing, linear probing. */
#include "store/stmts.h"

#include "base/mem.h"

static uint64_t key_hash(const char *sql, const char *kinds)
{
	return str_hash(str_c(sql)) * 31 + str_hash(str_c(kinds));
}

static bool key_is(const char *key, const char *sql, const char *kinds)
{
	return strcmp(key, sql) == 0 && strcmp(key + strlen(key) + 1, kinds) == 0;
}

static size_t slot_of(const struct stmts *x, uint64_t hash, const char *sql, const char *kinds)
{
	size_t i = (size_t)hash % STMTS_SLOTS;

	while (x->slots[i].key &&
	       !(x->slots[i].hash == hash && key_is(x->slots[i].key, sql, kinds)))
		i = (i + 1) % STMTS_SLOTS;
	return i;
}

void *stmts_get(const struct stmts *x, const char *sql, const char *kinds)
{
	return x->slots[slot_of(x, key_hash(sql, kinds), sql, kinds)].handle;
}

void stmts_put(struct stmts *x, const char *sql, const char *kinds, void *handle)
{
	size_t ns = strlen(sql) + 1, nk = strlen(kinds) + 1;
	uint64_t hash = key_hash(sql, kinds);

	if (x->n >= STMTS_MAX)
		stmts_clear(x);
	struct stmts_slot *slot = &x->slots[slot_of(x, hash, sql, kinds)];

	if (slot->key) { /* prepared again: the old one goes */
		x->drop(x->ctx, slot->handle);
		slot->handle = handle;
		return;
	}
	slot->key = mem_new(ns + nk);
	memcpy(slot->key, sql, ns);
	memcpy(slot->key + ns, kinds, nk);
	slot->hash = hash;
	slot->handle = handle;
	x->n++;
}

void stmts_clear(struct stmts *x)
{
	for (size_t i = 0; i < STMTS_SLOTS; i++) {
		struct stmts_slot *slot = &x->slots[i];

		if (slot->key)
			x->drop(x->ctx, slot->handle);
		mem_free(slot->key);
		*slot = (struct stmts_slot){ 0 };
	}
	x->n = 0;
}
