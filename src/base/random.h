/* Two sources of numbers that must never be mixed up.
 *
 * random_bytes: the kernel's, for keys, tokens, codes and everything an
 * attacker must not guess. struct rng: xoshiro256** (Blackman and Vigna 2018)
 * seeded by splitmix64, the same numbers for the same seed on every machine;
 * for demo data and tests only. */
#ifndef MUSUBI_BASE_RANDOM_H
#define MUSUBI_BASE_RANDOM_H

#include "base/str.h"

/* getrandom(2). Never fails: without the kernel's numbers the process ends. */
void random_bytes(void *p, size_t n);
uint64_t random_u64(void);

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
/* A generator for one thing (a household, a table), so that adding another
 * thing changes no number of this one: same seed and label, same numbers. */
void rng_derive(struct rng *r, uint64_t seed, struct str label, uint64_t number);
uint64_t rng_u64(struct rng *r);
/* 0 to n - 1, each exactly as likely (Lemire 2019). n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* lo to hi, both included. */
int64_t rng_between(struct rng *r, int64_t lo, int64_t hi);
/* True `times` out of `of`. */
bool rng_chance(struct rng *r, uint64_t times, uint64_t of);
/* One of n > 0 texts. */
struct str rng_pick(struct rng *r, const struct str *list, size_t n);
/* An index of n > 0 weights, as likely as its weight; their sum is not 0. */
size_t rng_weighted(struct rng *r, const uint32_t *weights, size_t n);

#endif
