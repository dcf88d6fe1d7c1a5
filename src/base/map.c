#include "base/map.h"

enum { MAP_FIRST = 16 };

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

static size_t slot_of(const struct map *m, struct str key)
{
	size_t mask = m->nslots - 1;
	size_t i = (size_t)str_hash(key) & mask;
	while (m->slots[i] && !str_eq(m->entries[m->slots[i] - 1].key, key))
		i = (i + 1) & mask;
	return i;
}

void *map_get(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	uint32_t at = m->slots[slot_of(m, key)];
	return at ? m->entries[at - 1].value : NULL;
}

static void grow(struct map *m)
{
	size_t cap = m->cap ? m->cap * 2 : MAP_FIRST;
	struct map_entry *entries = ARENA_ARRAY(m->arena, struct map_entry, cap);
	if (m->n)
		memcpy(entries, m->entries, m->n * sizeof *entries);
	m->entries = entries;
	m->cap = cap;
	m->nslots = cap * 2;
	m->slots = ARENA_ARRAY(m->arena, uint32_t, m->nslots);
	for (size_t i = 0; i < m->n; i++)
		m->slots[slot_of(m, m->entries[i].key)] = (uint32_t)i + 1;
}

bool map_put(struct map *m, struct str key, void *value)
{
	if (m->n == m->cap)
		grow(m);
	size_t slot = slot_of(m, key);
	if (m->slots[slot]) {
		m->entries[m->slots[slot] - 1].value = value;
		return false;
	}
	m->entries[m->n] = (struct map_entry){ key, value };
	m->slots[slot] = (uint32_t)++m->n;
	return true;
}
