/* Secrets: allocated through base, wiped before they are given back. */
#include "crypto/secret.h"

#include "base/mem.h"
#include "base/random.h"

struct secret secret_new(size_t n)
{
	return (struct secret){ mem_new(n), n };
}

struct secret secret_of(struct str bytes)
{
	struct secret s = secret_new(bytes.n);
	if (bytes.n)
		memcpy(s.p, bytes.p, bytes.n);
	return s;
}

struct secret secret_random(size_t n)
{
	struct secret s = secret_new(n);
	random_bytes(s.p, n);
	return s;
}

void secret_done(struct secret *s)
{
	if (s->p)
		mem_wipe(s->p, s->n);
	mem_free(s->p);
	*s = (struct secret){ 0 };
}
