/* Applications for the officers' queue: real drafts, real certificates and
 * signatures, through the same door as everybody's (case_submit), and what
 * became of them since, through the officers' (case_act): returned, corrected,
 * surveyed, proposed, decided with letters, withdrawn. */
#ifndef MUSUBI_CMD_DEMO_CASES_H
#define MUSUBI_CMD_DEMO_CASES_H

#include "cmd/demo_trust.h"

/* `n` applications of residents who are no personas, handed in over the last
 * three weeks; at most one of a household. *ret is how many there are: fewer
 * when the nation is too small. */
MUST struct result demo_cases_make(struct demo_trust *t, uint64_t n, uint64_t *ret,
                                   struct err *err);

/* A picture of a damaged house, as PNG: the same for the same numbers. */
struct str demo_photo(struct arena *a, struct rng *r);

#endif
