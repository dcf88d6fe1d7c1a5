/* Open addressing at half load. The hash is SipHash-1-3 (Aumasson and Bernstein
 * 2012) under a key of this process, so that nobody outside can choose keys that
 * collide; order of iteration does not depend on it. */
#include "base/map.h"

#include <pthread.h>

#include "base/random.h"

enum { MAP_FIRST = 16 };

static uint64_t secret[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void key_make(void)
{
	random_bytes(secret, sizeof secret);
}

static uint64_t rotl(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static uint64_t hash(struct str s)
{
	uint64_t v[4] = { secret[0] ^ 0x736f6d6570736575u, secret[1] ^ 0x646f72616e646f6du,
	                  secret[0] ^ 0x6c7967656e657261u, secret[1] ^ 0x7465646279746573u };
	uint64_t word, last = (uint64_t)s.n << 56;
	size_t i = 0;
	for (; s.n - i >= sizeof word; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		sip_word(v, word);
	}
	for (unsigned shift = 0; i < s.n; i++, shift += 8)
		last |= (uint64_t)(unsigned char)s.p[i] << shift;
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_init(struct map *m, struct arena *a)
{
	pthread_once(&key_once, key_make);
	*m = (struct map){ .arena = a };
}

static size_t slot_of(const struct map *m, struct str wanted)
{
	size_t mask = m->nslots - 1;
	size_t i = (size_t)hash(wanted) & mask;
	while (m->slots[i] && !str_eq(m->entries[m->slots[i] - 1].key, wanted))
		i = (i + 1) & mask;
	return i;
}

void *map_get(const struct map *m, struct str wanted)
{
	if (m->n == 0)
		return NULL;
	uint32_t at = m->slots[slot_of(m, wanted)];
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

bool map_put(struct map *m, struct str added, void *value)
{
	if (m->n == m->cap)
		grow(m);
	size_t slot = slot_of(m, added);
	if (m->slots[slot]) {
		m->entries[m->slots[slot] - 1].value = value;
		return false;
	}
	m->entries[m->n] = (struct map_entry){ added, value };
	m->slots[slot] = (uint32_t)++m->n;
	return true;
}
