/* The one verb that changes the resident register, and what follows from it.
 *
 * In the transaction that writes the new version, the person's certificates end
 * as the law says (trust/life.h), each is journaled, and she finds a notice.
 * Whoever changes the register comes through here: an officer's correction, a
 * decision that writes resident.basic, an import. Reports of loss, finds and
 * returns come through register_life alone. */
#ifndef MUSUBI_APPLY_REGISTER_H
#define MUSUBI_APPLY_REGISTER_H

#include "mesh/code.h"
#include "record/basic.h"
#include "record/record.h"
#include "trust/life.h"

struct register_desk {
	struct codes *codes;
	struct str ca;      /* the organization that runs the authorities; "": none here */
	struct str portal;  /* where notices go; "": no portal here */
};

/* A new version of resident.basic, always single. The caller journals who did
 * it and why. */
MUST struct result register_put(struct db *tx, struct arena *a, const struct register_desk *d,
                                const struct record_new *r, int64_t now, struct err *err);

/* An event of a person, who is `subject` at `org`. *ret_n certificates changed
 * (0 is no failure, and tells her nothing). */
MUST struct result register_life(struct db *tx, struct arena *a, const struct register_desk *d,
                                 struct str org, struct str subject, enum life_event e,
                                 int64_t now, size_t *ret_n, struct err *err);

#endif
