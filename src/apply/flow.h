/* The workflow of a procedure: state × action rows, and the times that go with
 * states. Pure. */
#ifndef MUSUBI_APPLY_FLOW_H
#define MUSUBI_APPLY_FLOW_H

#include "pack/pack.h"

const struct pack_state *flow_state(const struct procedure *p, struct str id);
/* The row for that action in that state, or NULL. */
const struct pack_action *flow_action(const struct procedure *p, struct str state,
                                      struct str action);
/* The citizen's row of that kind in that state, or NULL. */
const struct pack_action *flow_of_kind(const struct procedure *p, struct str state,
                                       enum flow_kind kind);
/* `roles` is a list of words: "clerk approver". */
bool flow_has_role(struct str roles, struct str role);
/* The end (JST) of the last day for a state entered at `at`; 0: no deadline. */
int64_t flow_due(const struct pack_state *s, int64_t at);

#endif
