#include "apply/flow.h"

#include "base/clock.h"

const struct pack_state *flow_state(const struct procedure *p, struct str id)
{
	for (size_t i = 0; i < p->nstates; i++)
		if (str_eq(p->states[i].id, id))
			return &p->states[i];
	return NULL;
}

const struct pack_action *flow_action(const struct procedure *p, struct str state,
                                      struct str action)
{
	for (size_t i = 0; i < p->nactions; i++)
		if (str_eq(p->actions[i].state, state) && str_eq(p->actions[i].action, action))
			return &p->actions[i];
	return NULL;
}

const struct pack_action *flow_of_kind(const struct procedure *p, struct str state,
                                       enum flow_kind kind)
{
	for (size_t i = 0; i < p->nactions; i++)
		if (str_eq(p->actions[i].state, state) && p->actions[i].kind == kind)
			return &p->actions[i];
	return NULL;
}

bool flow_has_role(struct str roles, struct str role)
{
	struct str word, rest = roles;
	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		if (str_eq(word, role))
			return true;
	}
	return false;
}

int64_t flow_due(const struct pack_state *s, int64_t at)
{
	const int64_t jst = 9 * CLOCK_HOUR;
	if (!s || s->deadline_days == 0)
		return 0;
	int64_t day = (at + jst) / CLOCK_DAY;
	return (day + s->deadline_days + 1) * CLOCK_DAY - jst - 1;
}
