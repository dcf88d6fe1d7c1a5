/* A step of the office, between its rules (case_act.c) and its transaction
 * (case_act_store.c). Private to this room. */
#ifndef MUSUBI_APPLY_CASE_ACT_H
#define MUSUBI_APPLY_CASE_ACT_H

#include "apply/case.h"
#include "apply/tables.h"

/* What the step will change; worked out before the transaction begins. */
struct case_change {
	const struct apply_case *c;
	const struct procedure *p;
	const struct pack_action *row;
	const struct case_actor *who;
	int64_t now;
	bool final, granted;             /* granted: keeps its `once` key */
	const struct json *comments;     /* FLOW_RETURN, else NULL */
	const struct json *decision;     /* as it will stand, or NULL */
	struct str proposed_by;
	struct str text;                 /* for the history: reasons */
	const struct json *record;       /* body, or NULL */
	const struct register_desk *desk;
	bool has_letter;
	struct letter_put letter;
	const struct ptext *notice;      /* NULL: nothing to tell */
};

MUST struct result case_change_write(struct store *s, struct arena *a,
                                     const struct case_change *x, struct apply_case *ret,
                                     struct err *err);

#endif
