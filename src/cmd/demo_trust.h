/* The demo nation's certification authorities, seals, phones and officers. */
#ifndef MUSUBI_CMD_DEMO_TRUST_H
#define MUSUBI_CMD_DEMO_TRUST_H

#include "cmd/demo_personas.h"
#include "cmd/node.h"
#include "trust/ca.h"

struct demo_trust {
	struct node *node;
	struct demo_nation *nation;
	struct arena *arena;
	struct ca *ca[CA_COUNT];
	int64_t now;
	struct str seals[DEMO_CITIES]; /* DER */
	struct json_array *people;     /* of personas.json, filled by demo_phones */
};

/* Four authorities (RSA-2048 for citizens and companies, P-256 for the government), a seal
 * for each city, data/trust/NAME.der and bundle.pem. */
MUST struct result demo_trust_make(struct demo_trust *t, struct err *err);
void demo_trust_close(struct demo_trust *t);

/* A demo_persona_fn: certificates and a phone for each persona of the household.
 * ctx: struct demo_trust. */
MUST struct result demo_phones(void *ctx, const struct demo_household *h, struct err *err);

/* Four officers for each city; gives the array of personas.json. */
MUST struct result demo_officers_make(struct demo_trust *t, const struct json **ret,
                                      struct err *err);

#endif
