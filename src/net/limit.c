/* Rate limits; see limit.h. A table of sets of eight: a key can only be in one
 * set, so every operation looks at eight buckets and no more. */
#include "net/limit.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/digest.h"

enum { WAYS = 8, SECRET_BYTES = 32, ID_BYTES = 16 };

struct bucket {
	uint8_t id[ID_BYTES];
	int64_t full_at; /* steady microseconds; 0: nobody's */
};

struct limiter {
	pthread_mutex_t lock;
	uint8_t secret[SECRET_BYTES];
	size_t nsets; /* a power of two */
	struct bucket *buckets;
};

struct limiter *limiter_new(size_t keys_max)
{
	struct limiter *l = MEM_NEW(struct limiter);
	pthread_mutex_init(&l->lock, NULL);
	random_bytes(l->secret, sizeof l->secret);
	l->nsets = 1;
	while (l->nsets * WAYS < keys_max)
		l->nsets *= 2;
	l->buckets = mem_array(l->nsets * WAYS, sizeof *l->buckets);
	return l;
}

void limiter_free(struct limiter *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	mem_free(l->buckets);
	mem_wipe(l->secret, sizeof l->secret);
	mem_free(l);
}

/* The digest of rule and key: its first half is the id, the next bytes the set. */
static size_t locate(const struct limiter *l, const struct limit *rule, struct str key,
                     uint8_t id[ID_BYTES])
{
	uint8_t mac[DIGEST_SIZE_MAX], inner[DIGEST_SIZE_MAX];
	struct str secret = str_of((const char *)l->secret, sizeof l->secret);
	size_t n = hmac(DIGEST_SHA256, secret, str_c(rule->name), inner);
	hmac(DIGEST_SHA256, str_of((const char *)inner, n), key, mac);
	memcpy(id, mac, ID_BYTES);
	uint64_t set;
	memcpy(&set, mac + ID_BYTES, sizeof set);
	return (size_t)(set & (l->nsets - 1)) * WAYS;
}

static struct bucket *find(struct limiter *l, size_t set, const uint8_t id[ID_BYTES])
{
	for (size_t i = set; i < set + WAYS; i++)
		if (l->buckets[i].full_at && memcmp(l->buckets[i].id, id, ID_BYTES) == 0)
			return &l->buckets[i];
	return NULL;
}

static struct bucket *claim(struct limiter *l, size_t set, const uint8_t id[ID_BYTES])
{
	struct bucket *best = &l->buckets[set];
	for (size_t i = set + 1; i < set + WAYS; i++)
		if (l->buckets[i].full_at < best->full_at)
			best = &l->buckets[i];
	memcpy(best->id, id, ID_BYTES);
	best->full_at = 0;
	return best;
}

/* Under the lock. */
static bool take(struct limiter *l, const struct limit *rule, size_t set,
                 const uint8_t id[ID_BYTES], bool spend, int64_t *ret_wait_us)
{
	int64_t now = clock_steady_us();
	struct bucket *b = find(l, set, id);
	int64_t full_at = b && b->full_at > now ? b->full_at : now;
	int64_t wait = full_at - now - rule->every_us * (int64_t)(rule->burst - 1);
	if (wait > 0) {
		*ret_wait_us = wait;
		return false;
	}
	if (spend) {
		if (!b)
			b = claim(l, set, id);
		b->full_at = full_at + rule->every_us;
	}
	return true;
}

bool limiter_take(struct limiter *l, const struct limit *rule, struct str key,
                  int64_t *ret_wait_us)
{
	int64_t wait = 0;
	uint8_t id[ID_BYTES];
	assert(rule->burst > 0 && rule->every_us > 0);
	size_t set = locate(l, rule, key, id);
	pthread_mutex_lock(&l->lock);
	bool fine = take(l, rule, set, id, true, &wait);
	pthread_mutex_unlock(&l->lock);
	if (!fine && ret_wait_us)
		*ret_wait_us = wait;
	return fine;
}

bool limiter_peek(struct limiter *l, const struct limit *rule, struct str key)
{
	int64_t wait;
	uint8_t id[ID_BYTES];
	size_t set = locate(l, rule, key, id);
	pthread_mutex_lock(&l->lock);
	bool fine = take(l, rule, set, id, false, &wait);
	pthread_mutex_unlock(&l->lock);
	return fine;
}

void limiter_forgive(struct limiter *l, const struct limit *rule, struct str key)
{
	uint8_t id[ID_BYTES];
	size_t set = locate(l, rule, key, id);
	pthread_mutex_lock(&l->lock);
	struct bucket *b = find(l, set, id);
	if (b)
		b->full_at = 0;
	pthread_mutex_unlock(&l->lock);
}

struct str limit_peer(struct arena *a, struct str peer)
{
	struct in6_addr in6;
	if (inet_pton(AF_INET6, arena_cstr(a, peer), &in6) != 1)
		return peer;
	memset(in6.s6_addr + 8, 0, 8);
	char text[INET6_ADDRSTRLEN];
	inet_ntop(AF_INET6, &in6, text, sizeof text);
	return arena_printf(a, "%s/64", text);
}
