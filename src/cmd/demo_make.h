/* Making a demo nation in a folder: what `musubi demo make` does. */
#ifndef MUSUBI_CMD_DEMO_MAKE_H
#define MUSUBI_CMD_DEMO_MAKE_H

#include "cmd/demo_load.h"

struct demo_plan {
	struct str dir, store, share, key; /* store: as in the configuration */
	int64_t people, seed, port, cases;
	struct date today;
};
/* The configuration, as YAML. */
struct str demo_config(struct arena *a, const struct demo_plan *p, const struct demo_nation *n);
/* ERR_CONFLICT when the folder holds a nation. *ret: the content of
 * personas.json, in arena a. */
MUST struct result demo_make(struct arena *a, const struct demo_plan *p,
                             void (*progress)(uint64_t people, uint64_t of),
                             struct demo_loaded *ret_loaded, const struct json **ret,
                             struct err *err);

#endif
