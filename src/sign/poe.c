/* Proofs of existence (EN 319 102-1 §5.6.2.3): for every object the earliest time
 * at which a time stamp shows that it was there. Without one, it exists since the
 * time of validation. */
#include "sign/validate_priv.h"

void pool_add(struct work *w, enum pool_kind kind, struct str der)
{
	struct pool *p = &w->pool;
	if (p->n[kind] == POOL_MAX || !der.n || map_get(&p->seen[kind], der))
		return;
	size_t i = p->n[kind]++;
	p->der[kind][i] = der;
	p->poe[kind][i] = w->at;
	map_put(&p->seen[kind], der, (void *)(uintptr_t)(i + 1));
	if (kind == POOL_CERT && !sign_cert_read(der, &p->certs[i]))
		p->certs[i] = (struct sign_cert){ .der = STR("") };
}

static void add_list(struct work *w, enum pool_kind kind, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n && i < ADES_VALUES_MAX; i++)
		pool_add(w, kind, list[i]);
}

void pool_add_values(struct work *w, const struct ades_values *v)
{
	add_list(w, POOL_CERT, v->certs, v->ncerts);
	add_list(w, POOL_CRL, v->crls, v->ncrls);
	add_list(w, POOL_OCSP, v->ocsps, v->nocsps);
}

void pool_fill(struct work *w)
{
	struct pool *p = &w->pool;
	for (int k = 0; k < POOL_KINDS; k++) {
		p->der[k] = ARENA_ARRAY(w->a, struct str, POOL_MAX);
		p->poe[k] = ARENA_ARRAY(w->a, int64_t, POOL_MAX);
		map_init(&p->seen[k], w->a);
	}
	p->certs = ARENA_ARRAY(w->a, struct sign_cert, POOL_MAX);
	pool_add_values(w, &w->file->values);
	if (w->trust->more)
		pool_add_values(w, w->trust->more);
	add_list(w, POOL_CERT, w->trust->anchors, w->trust->nanchors);
	add_list(w, POOL_CERT, w->trust->stamp_anchors, w->trust->nstamp_anchors);
}

void pool_reset(struct work *w)
{
	for (int k = 0; k < POOL_KINDS; k++)
		for (size_t i = 0; i < w->pool.n[k]; i++)
			w->pool.poe[k][i] = w->at;
}

void poe_lower(struct work *w, enum pool_kind kind, struct str der, int64_t at)
{
	void *place = map_get(&w->pool.seen[kind], der);
	if (place && at < w->pool.poe[kind][(uintptr_t)place - 1])
		w->pool.poe[kind][(uintptr_t)place - 1] = at;
}

int64_t poe_of(const struct work *w, enum pool_kind kind, struct str der)
{
	void *first = map_get(&w->pool.seen[kind], der);
	return first ? w->pool.poe[kind][(uintptr_t)first - 1] : w->at;
}
