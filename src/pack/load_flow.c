/* The workflow: read by table, then walked as a graph.
 *
 * Checked: every state can be reached and left, what is final is final, a
 * return can be answered, approval by a second person has a first one, and each
 * kind of step belongs to the side that may take it. */
#include "base/utf8.h"
#include "pack/shape.h"

static const struct shape shape_state = {
	.what = "a state", .size = sizeof(struct pack_state),
	.rows = (const struct row[]){
		{ "label", ROW_TEXT, true, offsetof(struct pack_state, label) },
		{ "citizen", ROW_TEXT, true, offsetof(struct pack_state, citizen) },
		{ "deadline_days", ROW_DAYS, false, offsetof(struct pack_state, deadline_days) },
		{ "final", ROW_BOOL, false, offsetof(struct pack_state, final) },
		{ NULL },
	},
};

/* Actions and states stand in addresses and in the store. */
static bool plain_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_';
		if (!letter && !(i > 0 && s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	}
	return s.n > 0 && s.n <= 40;
}

static void read_states(struct load *l, const struct json *node, void *obj)
{
	struct procedure *p = obj;
	if (!json_is(node, JSON_OBJECT) || node->n > 100) {
		mistake(l, node, STR(""), "`states` must be a mapping of at most 100 names to states");
		return;
	}
	struct pack_state *list = ARENA_ARRAY(l->arena, struct pack_state, node->n + 1);
	for (size_t i = 0; i < node->n; i++) {
		list[i].id = node->keys[i];
		if (!plain_word(list[i].id))
			mistake_key(l, node, i, STR("small letters, digits and _"), "'%.*s' is no name for a state",
			            (int)utf8_cut(list[i].id, 60).n, list[i].id.p);
		(void)shape_read(l, &shape_state, &node->items[i], &list[i]);
		if (list[i].final && list[i].deadline_days > 0)
			mistake(l, where(&node->items[i], "deadline_days"), STR("leave it out"),
			        "a final state has no deadline");
	}
	p->states = list;
	p->nstates = node->n;
}

static const struct word kind_words[] = {
	{ "return", FLOW_RETURN }, { "move", FLOW_MOVE }, { "propose", FLOW_PROPOSE },
	{ "approve", FLOW_APPROVE }, { "refuse", FLOW_REFUSE }, { "resubmit", FLOW_RESUBMIT },
	{ "withdraw", FLOW_WITHDRAW }, { NULL, 0 },
};
static const char *kind_name(enum flow_kind kind)
{
	return kind_words[kind].word; /* in the order of the enum */
}

static bool citizens(enum flow_kind kind)
{
	return kind == FLOW_RESUBMIT || kind == FLOW_WITHDRAW;
}

static void action_leave(struct load *l, const struct json *node, void *obj)
{
	static const struct str roles[] = {
		STR_INIT("clerk"), STR_INIT("approver"), STR_INIT("citizen"),
	};
	const struct pack_action *x = obj;
	bool known = false;
	if (x->action.n > 0 && !plain_word(x->action))
		mistake(l, where(node, "action"), STR("small letters, digits and _"),
		        "'%.*s' is no name for an action", (int)utf8_cut(x->action, 60).n, x->action.p);
	for (size_t i = 0; i < 3; i++)
		known |= str_eq(x->role, roles[i]);
	if (!known && x->role.n > 0)
		mistake(l, where(node, "role"), STR("one of: clerk, approver, citizen"),
		        "unknown role '%.*s'", (int)utf8_cut(x->role, 40).n, x->role.p);
	bool citizen = str_eq(x->role, STR("citizen"));
	if (known && json_get(node, STR("kind")) && citizen != citizens(x->kind))
		mistake(l, where(node, "role"), STR("resubmit and withdraw are the citizen's, the rest the office's"),
		        "a step of kind '%s' cannot be taken by '%.*s'", kind_name(x->kind),
		        STR_ARG(x->role));
	if (x->second_person && x->kind != FLOW_APPROVE && x->kind != FLOW_REFUSE)
		mistake(l, where(node, "second_person"), STR("it belongs to approve and refuse"),
		        "`second_person` has no effect on a step of kind '%s'", kind_name(x->kind));
}

#define ACTION(member) offsetof(struct pack_action, member)
static const struct shape shape_action = {
	.what = "an action", .size = sizeof(struct pack_action), .leave = action_leave,
	.rows = (const struct row[]){
		{ "state", ROW_STR, true, ACTION(state) },
		{ "action", ROW_STR, true, ACTION(action) },
		{ "kind", ROW_WORD, true, ACTION(kind), .words = kind_words },
		{ "to", ROW_STR, true, ACTION(to) },
		{ "role", ROW_STR, true, ACTION(role) },
		{ "second_person", ROW_BOOL, false, ACTION(second_person) },
		{ "label", ROW_TEXT, true, ACTION(label) },
		{ NULL },
	},
};

const struct shape shape_flow = {
	.what = "the workflow", .size = sizeof(struct procedure),
	.rows = (const struct row[]){
		{ "initial", ROW_STR, true, offsetof(struct procedure, initial) },
		{ "states", ROW_CALL, true, .call = read_states },
		{ "actions", ROW_LIST, true, offsetof(struct procedure, actions),
		  offsetof(struct procedure, nactions), &shape_action },
		{ NULL },
	},
};

/* --- the graph --- */

static const size_t NO_STATE = (size_t)-1;

static size_t state_index(const struct procedure *p, struct str id)
{
	for (size_t i = 0; i < p->nstates; i++) {
		if (str_eq(p->states[i].id, id))
			return i;
	}
	return NO_STATE;
}

static size_t state_named(struct load *l, const struct json *at, const char *key, struct str id)
{
	const struct procedure *p = l->procedure;
	size_t i = state_index(p, id);
	if (i != NO_STATE || str_empty(id))
		return i;
	struct str *names = ARENA_ARRAY(l->arena, struct str, p->nstates + 1);
	for (size_t k = 0; k < p->nstates; k++)
		names[k] = p->states[k].id;
	mistake(l, at, near_hint(l->arena, id, names, p->nstates), "`%s`: there is no state '%.*s'",
	        key, (int)utf8_cut(id, 60).n, id.p);
	return NO_STATE;
}

static bool leaves_with(const struct procedure *p, struct str state, enum flow_kind kind)
{
	for (size_t i = 0; i < p->nactions; i++) {
		if (p->actions[i].kind == kind && str_eq(p->actions[i].state, state))
			return true;
	}
	return false;
}

static bool has_kind(const struct procedure *p, enum flow_kind kind)
{
	for (size_t i = 0; i < p->nactions; i++) {
		if (p->actions[i].kind == kind)
			return true;
	}
	return false;
}

/* Where a step may lead, by its kind. */
static void check_target(struct load *l, const struct json *node, const struct pack_action *x,
                         size_t to)
{
	const struct procedure *p = l->procedure;
	const struct pack_state *target = &p->states[to];
	const struct json *at = where(node, "to");
	if (x->kind == FLOW_RETURN && !leaves_with(p, x->to, FLOW_RESUBMIT))
		mistake(l, at, STR("add an action of kind resubmit there"),
		        "a return leads to '%.*s', where the citizen cannot resubmit", STR_ARG(x->to));
	bool ends = x->kind == FLOW_APPROVE || x->kind == FLOW_REFUSE || x->kind == FLOW_WITHDRAW;
	if (ends != target->final && x->kind != FLOW_MOVE && json_get(node, STR("kind")))
		mistake(l, at, STR(""), ends ? "a step of kind '%s' must lead to a final state"
		                             : "a step of kind '%s' cannot lead to a final state",
		        kind_name(x->kind));
	if (x->kind == FLOW_MOVE && target->final)
		mistake(l, at, STR("decide with approve or refuse, so that a letter and a notice follow"),
		        "a move cannot lead to a final state");
	if (x->kind == FLOW_PROPOSE && !leaves_with(p, x->to, FLOW_APPROVE))
		mistake(l, at, STR("add an action of kind approve there"),
		        "a proposal leads to '%.*s', where nobody can approve it", STR_ARG(x->to));
}

/* True when every action knows where it begins and ends. */
static bool check_actions(struct load *l, const struct json *list)
{
	bool whole = true;
	const struct procedure *p = l->procedure;
	for (size_t i = 0; i < p->nactions; i++) {
		const struct pack_action *x = &p->actions[i];
		const struct json *node = json_at(list, i);
		size_t from = state_named(l, where(node, "state"), "state", x->state);
		size_t to = state_named(l, where(node, "to"), "to", x->to);
		whole &= from != NO_STATE && to != NO_STATE;
		if (from != NO_STATE && p->states[from].final)
			mistake(l, where(node, "state"), STR(""), "the final state '%.*s' has an action",
			        STR_ARG(x->state));
		if (to != NO_STATE)
			check_target(l, node, x, to);
		for (size_t j = 0; j < i; j++) {
			if (x->action.n > 0 && str_eq(p->actions[j].action, x->action)
			    && str_eq(p->actions[j].state, x->state))
				mistake(l, node, STR(""), "the action '%.*s' is given twice in state '%.*s'",
				        STR_ARG(x->action), STR_ARG(x->state));
		}
	}
	return whole;
}

/* Spreads a mark along the actions until nothing changes: forward from what is
 * marked, or backward to it. */
static void spread(const struct procedure *p, bool *marks, bool forward)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t i = 0; i < p->nactions; i++) {
			size_t from = state_index(p, p->actions[i].state), to = state_index(p, p->actions[i].to);
			if (from == NO_STATE || to == NO_STATE)
				continue;
			size_t have = forward ? from : to, get = forward ? to : from;
			if (marks[have] && !marks[get])
				marks[get] = changed = true;
		}
	}
}

static void check_reach(struct load *l, const struct json *states, size_t initial)
{
	const struct procedure *p = l->procedure;
	bool *reached = ARENA_ARRAY(l->arena, bool, p->nstates + 1);
	bool *ends = ARENA_ARRAY(l->arena, bool, p->nstates + 1);
	reached[initial] = true;
	for (size_t i = 0; i < p->nstates; i++)
		ends[i] = p->states[i].final;
	spread(p, reached, true);
	spread(p, ends, false);
	for (size_t i = 0; i < p->nstates; i++) {
		struct str id = p->states[i].id;
		if (!reached[i])
			mistake_key(l, states, i, STR(""), "the state '%.*s' cannot be reached", STR_ARG(id));
		if (!ends[i])
			mistake_key(l, states, i, STR("add an action that leads on, or final: true"),
			            "from the state '%.*s' no final state can be reached", STR_ARG(id));
	}
}

/* Approval by a second person needs a first: a proposal must come before. */
static void check_second(struct load *l, const struct json *list)
{
	const struct procedure *p = l->procedure;
	bool *proposed = ARENA_ARRAY(l->arena, bool, p->nstates + 1);
	for (size_t i = 0; i < p->nactions; i++) {
		size_t to = state_index(p, p->actions[i].to);
		if (p->actions[i].kind == FLOW_PROPOSE && to != NO_STATE)
			proposed[to] = true;
	}
	for (size_t i = 0; i < p->nactions; i++) {
		size_t from = state_index(p, p->actions[i].state);
		if (p->actions[i].second_person && from != NO_STATE && !proposed[from])
			mistake(l, where(json_at(list, i), "second_person"),
			        STR("lead to this state by an action of kind propose"),
			        "nobody proposes before '%.*s': there is no first person",
			        STR_ARG(p->actions[i].action));
	}
}

static void check_needs(struct load *l, const struct json *root)
{
	static const struct { enum flow_kind kind; const char *notice; } rows[] = {
		{ FLOW_RETURN, "returned" }, { FLOW_APPROVE, "decided" }, { FLOW_REFUSE, "refused" },
	};
	const struct procedure *p = l->procedure;
	const struct json *notices = json_get(root, STR("notices"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool used = has_kind(p, rows[i].kind);
		if (used && notices && !json_get(notices, str_c(rows[i].notice)))
			mistake(l, notices, STR(""), "`notices` needs `%s`, because there is a step of kind '%s'",
			        rows[i].notice, kind_name(rows[i].kind));
	}
	if (!has_kind(p, FLOW_APPROVE))
		mistake(l, json_path(root, STR("workflow.actions")), STR("add an action of kind approve"),
		        "no action approves: an application could never be granted");
	if (has_kind(p, FLOW_REFUSE) && !json_path(root, STR("gives.refusal_letter")))
		mistake(l, where(root, "gives"), STR("name a letter with appeal: true (行政手続法 第八条)"),
		        "`gives` needs `refusal_letter`, because there is a step of kind 'refuse'");
}

void check_flow(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	const struct json *flow = json_get(root, STR("workflow"));
	const struct json *states = json_get(flow, STR("states")), *list = json_get(flow, STR("actions"));
	if (p->nstates == 0)
		return;
	size_t initial = state_named(l, where(flow, "initial"), "initial", p->initial);
	check_needs(l, root);
	if (initial != NO_STATE && p->states[initial].final)
		mistake(l, where(flow, "initial"), STR(""), "the initial state is final");
	if (!check_actions(l, list) || initial == NO_STATE)
		return; /* what follows would only repeat it */
	check_second(l, list);
	check_reach(l, states, initial);
}
