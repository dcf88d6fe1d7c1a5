/* Between demo_cases.c, which makes an application, and demo_steps.c, which
 * carries it on. */
#ifndef MUSUBI_CMD_DEMO_CASES_PRIV_H
#define MUSUBI_CMD_DEMO_CASES_PRIV_H

#include "apply/case.h"
#include "cmd/demo_cases.h"

struct making {
	struct demo_trust *t;
	struct arena *a;     /* of one application */
	struct pack_set *packs;
	struct rng r;
	const struct demo_person *p;
	size_t city;
	const struct procedure *procedure;
	struct str code, portal_code;
	int64_t now;         /* of the step that is being made */
	struct draft draft;
	const struct json *facts, *answers;
	const struct json *about, *submitted; /* of a correction, else NULL */
	struct form *form;
	struct apply_case c; /* once it was sent */
};

/* demo_cases.c: the draft's answers kept; its form opened and found right
 * (*ret_fine: she may apply); signed and sent. */
MUST struct result demo_case_save(struct making *m, struct err *err);
MUST struct result demo_case_check(struct making *m, bool *ret_fine, struct err *err);
MUST struct result demo_case_send(struct making *m, struct err *err);

/* demo_steps.c: what officers and she did since; `number` decides what. */
MUST struct result demo_case_goes_on(struct making *m, uint64_t number, struct err *err);

#endif
