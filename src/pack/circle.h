/* Rules that call each other in a circle would never end. */
#ifndef MUSUBI_PACK_CIRCLE_H
#define MUSUBI_PACK_CIRCLE_H

#include "base/map.h"

struct circle_node {
	struct str name;
	const struct str *calls; /* what it reads and calls; names of no node are passed over */
	size_t ncalls;
};

/* Each circle is found once: the first of its nodes that is come to, and the way
 * round, "a → b → a". */
typedef void circle_found(void *user, size_t first, struct str way);
void circles_find(struct arena *a, const struct circle_node *nodes, size_t n,
                  circle_found *found, void *user);

#endif
