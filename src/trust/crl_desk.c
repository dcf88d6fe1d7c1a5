/* See crl_desk.h. The lock is held while a CRL is made: who asks meanwhile waits
 * for the same one instead of making another. */
#include "trust/crl_desk.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trust/trust_store.h"

/* A table of fixed size: who asks for a shard takes its slot. */
enum { SLOTS = 512, NAME_MAX_BYTES = 300, ARENA_MAX = 512 << 20 };
#define CRL_LIFE (24 * CLOCK_HOUR)
#define KEEP_LEAST (10 * CLOCK_SECOND)

struct slot {
	char name[NAME_MAX_BYTES]; /* "citizen-sign" or "citizen-sign 石川県/加賀市" */
	size_t n;
	char *der;
	size_t nder;
	int64_t made, changes;
	uint8_t digest[SHA256_SIZE];
};

struct crl_desk {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct crl_desk *crl_desk_new(void)
{
	struct crl_desk *d = MEM_NEW(struct crl_desk);
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void crl_desk_free(struct crl_desk *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		mem_free(d->slots[i].der);
	pthread_mutex_destroy(&d->lock);
	mem_free(d);
}

/* How often the authority's table changed; and is there such a shard? */
static struct result look(struct ca *ca, struct arena *a, const struct str *shard, int64_t *ret,
                          struct err *err)
{
	bool there = true;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(ca_store(ca), &db, err));
	TRY(ca_row_changes(db, a, trust_ca_org(ca), trust_ca_kind(ca), ret, err));
	if (shard)
		TRY(shard_exists(db, a, trust_ca_org(ca), trust_ca_kind(ca), *shard, &there, err));
	if (!there)
		return fail(err, ERR_NOT_FOUND, "trust.crl.shard", NULL, "no such part of the CRL");
	return ok();
}

static bool good(const struct slot *s, struct str name, int64_t changes, int64_t now)
{
	int64_t age = now - s->made;
	return s->nder && str_eq(str_of(s->name, s->n), name) && age >= 0 && age < CRL_LIFE / 2 &&
	       (s->changes == changes || age < KEEP_LEAST);
}

static struct result renew(struct slot *s, struct ca *ca, const struct str *shard, struct str name,
                           int64_t changes, int64_t now, struct err *err)
{
	ARENA_AUTO a = arena_new(ARENA_MAX);
	struct str der;
	if (shard)
		TRY(trust_crl_make_shard(ca, a, *shard, now, &der, err));
	else
		TRY(trust_crl_make(ca, a, now, &der, err));
	mem_free(s->der);
	s->der = mem_new(der.n);
	memcpy(s->der, der.p, der.n);
	s->nder = der.n;
	memcpy(s->name, name.p, name.n);
	s->n = name.n;
	s->made = now;
	s->changes = changes;
	sha256(der, s->digest);
	return ok();
}

static struct result get(struct crl_desk *d, struct ca *ca, struct arena *a,
                         const struct str *shard, int64_t now, struct crl_answer *ret,
                         struct err *err)
{
	int64_t changes;
	struct str kind = str_c(ca_row(trust_ca_kind(ca))->name);
	struct str name = shard ? arena_printf(a, "%.*s %.*s", STR_ARG(kind), STR_ARG(*shard)) : kind;
	if (name.n > NAME_MAX_BYTES)
		return fail(err, ERR_NOT_FOUND, "trust.crl.shard", NULL, "no such part of the CRL");
	TRY(look(ca, a, shard, &changes, err));
	struct slot *s = &d->slots[str_hash(name) % SLOTS];
	if (!good(s, name, changes, now))
		TRY(renew(s, ca, shard, name, changes, now, err));
	*ret = (struct crl_answer){ arena_str(a, str_of(s->der, s->nder)), s->made,
	                            s->made + CRL_LIFE, { 0 } };
	memcpy(ret->digest, s->digest, sizeof ret->digest);
	return ok();
}

struct result crl_desk_get(struct crl_desk *d, struct ca *ca, struct arena *a,
                           const struct str *shard, int64_t now, struct crl_answer *ret,
                           struct err *err)
{
	now -= now % CLOCK_SECOND;
	pthread_mutex_lock(&d->lock);
	struct result r = get(d, ca, a, shard, now, ret, err);
	pthread_mutex_unlock(&d->lock);
	return r;
}
