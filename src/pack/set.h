/* Inside of a pack set. Internal to the room. */
#ifndef MUSUBI_PACK_SET_H
#define MUSUBI_PACK_SET_H

#include <stdatomic.h>

#include "base/map.h"
#include "pack/pack.h"

struct search_entry;

struct pack_set {
	atomic_uint refs;
	struct arena *arena; /* everything lives here, the set itself on the heap */
	struct map datasets; /* id -> struct dataset */
	const struct pack_rule **rules;    /* in the order of the files */
	size_t nrules;
	const struct feel_value *rule_names; /* functions by name */
	const struct procedure **versions; /* sorted by id, then version */
	size_t nversions, cap;
	const struct procedure **newest;   /* in the order of the files */
	size_t nnewest;
	struct str *events;
	size_t nevents;
	struct search_entry *entries;      /* beside newest */
};

struct pack_set *set_new(void);
bool set_has(const struct pack_set *p, struct str id, struct str version); /* while loading */
void set_add(struct pack_set *p, const struct procedure *x);
/* Orders the versions, picks the newest, builds the search index. */
void set_finish(struct pack_set *p);
/* search.c */
void search_build(struct pack_set *p);

#endif
