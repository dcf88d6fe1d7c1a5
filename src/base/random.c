#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

static void no_randomness(void)
{
	static const char line[] = "{\"level\":\"fatal\",\"msg\":\"getrandom failed\"}\n";
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(71);
	_exit(71); /* EX_OSERR */
}

void random_bytes(void *p, size_t n)
{
	char *to = p;
	while (n > 0) {
		ssize_t got = getrandom(to, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			no_randomness();
		to += got;
		n -= (size_t)got;
	}
}

uint64_t random_u64(void)
{
	uint64_t v;
	random_bytes(&v, sizeof v);
	return v;
}

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		r->s[i] = splitmix(&seed);
}

void rng_derive(struct rng *r, uint64_t seed, struct str label, uint64_t number)
{
	uint64_t mixed = splitmix(&seed) ^ str_hash(label);
	mixed = splitmix(&mixed) ^ number;
	rng_seed(r, mixed);
}

static uint64_t rotl(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	assert(n > 0);
	unsigned __int128 wide = (unsigned __int128)rng_u64(r) * n;
	if ((uint64_t)wide < n) {
		uint64_t biased = (0 - n) % n;
		while ((uint64_t)wide < biased)
			wide = (unsigned __int128)rng_u64(r) * n;
	}
	return (uint64_t)(wide >> 64);
}

int64_t rng_between(struct rng *r, int64_t lo, int64_t hi)
{
	assert(lo <= hi);
	uint64_t span = (uint64_t)hi - (uint64_t)lo + 1;
	uint64_t step = span ? rng_below(r, span) : rng_u64(r);
	return (int64_t)((uint64_t)lo + step);
}

bool rng_chance(struct rng *r, uint64_t times, uint64_t of)
{
	return rng_below(r, of) < times;
}

struct str rng_pick(struct rng *r, const struct str *list, size_t n)
{
	return list[rng_below(r, n)];
}

size_t rng_weighted(struct rng *r, const uint32_t *weights, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	uint64_t at = rng_below(r, sum);
	size_t i = 0;
	while (at >= weights[i])
		at -= weights[i++];
	return i;
}
