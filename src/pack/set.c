/* A pack set: counted references, lookups by id and day. */
#include "pack/set.h"

#include <stdlib.h>

#include "base/mem.h"

enum { SET_BYTES = 96 << 20 };

struct pack_set *set_new(void)
{
	struct pack_set *p = MEM_NEW(struct pack_set);
	atomic_init(&p->refs, 1);
	p->arena = arena_new(SET_BYTES);
	map_init(&p->datasets, p->arena);
	return p;
}

struct pack_set *pack_ref(struct pack_set *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void pack_unref(struct pack_set *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	arena_free(p->arena);
	mem_free(p);
}

bool set_has(const struct pack_set *p, struct str id, struct str version)
{
	for (size_t i = 0; i < p->nversions; i++) {
		if (str_eq(p->versions[i]->id, id) && str_eq(p->versions[i]->version, version))
			return true;
	}
	return false;
}

void set_add(struct pack_set *p, const struct procedure *x)
{
	if (p->nversions == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 64;
		const struct procedure **list = ARENA_ARRAY(p->arena, const struct procedure *, cap);
		for (size_t i = 0; i < p->nversions; i++)
			list[i] = p->versions[i];
		p->versions = list;
		p->cap = cap;
	}
	p->versions[p->nversions++] = x;
}

static int by_version(const void *a, const void *b)
{
	const struct procedure *x = *(const struct procedure *const *)a;
	const struct procedure *y = *(const struct procedure *const *)b;
	int c = str_cmp(x->id, y->id);
	return c != 0 ? c : str_cmp(x->version, y->version);
}

static int by_file(const void *a, const void *b)
{
	const struct procedure *x = *(const struct procedure *const *)a;
	const struct procedure *y = *(const struct procedure *const *)b;
	return str_cmp(x->file, y->file);
}

static void add_event(struct pack_set *p, struct str event)
{
	for (size_t i = 0; i < p->nevents; i++) {
		if (str_eq(p->events[i], event))
			return;
	}
	p->events[p->nevents++] = event;
}

void set_finish(struct pack_set *p)
{
	size_t events = 0;
	if (p->nversions > 1)
		qsort(p->versions, p->nversions, sizeof *p->versions, by_version);
	p->newest = ARENA_ARRAY(p->arena, const struct procedure *, p->nversions + 1);
	for (size_t i = 0; i < p->nversions; i++) {
		events += p->versions[i]->nevents;
		if (i + 1 == p->nversions || !str_eq(p->versions[i]->id, p->versions[i + 1]->id))
			p->newest[p->nnewest++] = p->versions[i];
	}
	if (p->nnewest > 1)
		qsort(p->newest, p->nnewest, sizeof *p->newest, by_file);
	p->events = ARENA_ARRAY(p->arena, struct str, events + 1);
	for (size_t i = 0; i < p->nnewest; i++) {
		for (size_t k = 0; k < p->newest[i]->nevents; k++)
			add_event(p, p->newest[i]->events[k]);
	}
	search_build(p);
}

size_t pack_procedures(const struct pack_set *p, const struct procedure *const **ret)
{
	*ret = p->newest;
	return p->nnewest;
}

size_t pack_versions(const struct pack_set *p, const struct procedure *const **ret)
{
	*ret = p->versions;
	return p->nversions;
}

size_t pack_events(const struct pack_set *p, const struct str **ret)
{
	*ret = p->events;
	return p->nevents;
}

/* The place of the first version of id, or of the next id when there is none. */
static size_t first_version(const struct pack_set *p, struct str id)
{
	size_t low = 0, high = p->nversions;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (str_cmp(p->versions[mid]->id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct procedure *pack_procedure(const struct pack_set *p, struct str id, struct str day)
{
	const struct procedure *found = NULL;
	for (size_t i = first_version(p, id); i < p->nversions; i++) {
		const struct procedure *x = p->versions[i];
		if (!str_eq(x->id, id) || (day.n > 0 && str_cmp(x->version, day) > 0))
			break;
		found = x;
	}
	return found;
}

const struct procedure *pack_procedure_version(const struct pack_set *p, struct str id,
                                               struct str version)
{
	for (size_t i = first_version(p, id); i < p->nversions; i++) {
		const struct procedure *x = p->versions[i];
		if (!str_eq(x->id, id))
			return NULL;
		if (str_eq(x->version, version))
			return x;
	}
	return NULL;
}

const struct dataset *pack_dataset(const struct pack_set *p, struct str id)
{
	return map_get(&p->datasets, id);
}
