/* What the OCSP desk keeps: a table of fixed size where a newcomer takes the
 * place of whoever has its slot, so it can neither grow nor leak. Each stripe
 * of slots has a lock of its own.
 *
 * A state that was read before a revocation and comes to be kept after it was
 * forgotten would live too long: `epoch` turns before anything is forgotten, and
 * what was read in an older epoch is not kept. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "trust/ocsp_priv.h"

enum { SLOTS = 1 << 16, STRIPES = 64 };

struct slot {
	bool used;
	struct ocsp_kept kept;
	char *bytes;
};

struct ocsp_cache {
	_Atomic uint64_t epoch;
	pthread_mutex_t locks[STRIPES];
	struct slot slots[SLOTS];
};

struct ocsp_cache *ocsp_cache_new(void)
{
	struct ocsp_cache *c = MEM_NEW(struct ocsp_cache);
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_init(&c->locks[i], NULL);
	return c;
}

void ocsp_cache_free(struct ocsp_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		mem_free(c->slots[i].bytes);
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&c->locks[i]);
	mem_free(c);
}

/* Serials of one authority count up: multiplied they spread over the table. */
static size_t slot_of(enum ca_kind kind, uint32_t serial, enum digest_alg alg)
{
	uint64_t x = ((uint64_t)serial << 8 | (unsigned)kind << 4 | (unsigned)alg) *
	             UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(x >> 48) % SLOTS;
}

static bool is(const struct slot *s, enum ca_kind kind, uint32_t serial, enum digest_alg alg)
{
	return s->used && s->kept.kind == kind && s->kept.serial == serial && s->kept.alg == alg;
}

bool ocsp_cache_get(struct ocsp_cache *c, struct arena *a, enum ca_kind kind, uint32_t serial,
                    enum digest_alg alg, struct ocsp_kept *ret)
{
	size_t i = slot_of(kind, serial, alg);
	struct slot *s = &c->slots[i];
	pthread_mutex_lock(&c->locks[i % STRIPES]);
	bool found = is(s, kind, serial, alg);
	if (found) {
		*ret = s->kept;
		ret->der = s->kept.n ? arena_str(a, str_of(s->bytes, s->kept.n)).p : NULL;
	}
	pthread_mutex_unlock(&c->locks[i % STRIPES]);
	return found;
}

uint64_t ocsp_cache_epoch(struct ocsp_cache *c)
{
	return atomic_load(&c->epoch);
}

void ocsp_cache_put(struct ocsp_cache *c, const struct ocsp_kept *k, uint64_t epoch)
{
	size_t i = slot_of(k->kind, k->serial, k->alg);
	struct slot *s = &c->slots[i];
	pthread_mutex_lock(&c->locks[i % STRIPES]);
	if (atomic_load(&c->epoch) == epoch) {
		mem_free(s->bytes);
		s->bytes = k->n ? mem_new(k->n) : NULL;
		if (k->n)
			memcpy(s->bytes, k->der, k->n);
		s->kept = *k;
		s->used = true;
	}
	pthread_mutex_unlock(&c->locks[i % STRIPES]);
}

void ocsp_cache_turn(struct ocsp_cache *c)
{
	atomic_fetch_add(&c->epoch, 1);
}

void ocsp_cache_forget(struct ocsp_cache *c, enum ca_kind kind, uint32_t serial)
{
	for (int alg = 0; alg < DIGEST_COUNT; alg++) {
		size_t i = slot_of(kind, serial, (enum digest_alg)alg);
		struct slot *s = &c->slots[i];
		pthread_mutex_lock(&c->locks[i % STRIPES]);
		if (is(s, kind, serial, (enum digest_alg)alg))
			s->used = false;
		pthread_mutex_unlock(&c->locks[i % STRIPES]);
	}
}
