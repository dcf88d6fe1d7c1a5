/* A hash map from text to pointer, in an arena. Keys are borrowed: they must
 * live as long as the arena. Iterates in the order of insertion. */
#ifndef MUSUBI_BASE_MAP_H
#define MUSUBI_BASE_MAP_H

#include "base/arena.h"

struct map_entry {
	struct str key;
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* insertion order, n of them */
	uint32_t *slots;           /* 0 empty, else index + 1 */
	size_t n, cap, nslots;
};

void map_init(struct map *m, struct arena *a);
/* The value, or NULL. */
void *map_get(const struct map *m, struct str key);
/* True when the key is new; an old value is replaced. */
bool map_put(struct map *m, struct str key, void *value);

#endif
