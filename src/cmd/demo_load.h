/* The people into the store: big transactions, memory that does not grow. */
#ifndef MUSUBI_CMD_DEMO_LOAD_H
#define MUSUBI_CMD_DEMO_LOAD_H

#include "cmd/demo_personas.h"
#include "cmd/node.h"

struct demo_loaded {
	uint64_t people, households, records, cases;
	uint64_t in_city[DEMO_CITIES];
};
/* Called for each household of personas, outside of any transaction. */
typedef struct result demo_persona_fn(void *ctx, const struct demo_household *h, struct err *err);

/* progress: called with the number of people made, after each transaction. */
MUST struct result demo_load(struct node *node, struct demo_nation *n, demo_persona_fn *persona,
                             void *ctx, void (*progress)(uint64_t people, uint64_t of),
                             struct demo_loaded *ret, struct err *err);

#endif
