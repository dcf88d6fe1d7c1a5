/* Depth first, without recursion: a chain of rules may be long. */
#include "pack/circle.h"

enum state { NEW, OPEN, DONE };

struct step {
	size_t node, next; /* its next call */
};

struct search {
	struct arena *a;
	const struct circle_node *nodes;
	struct map index; /* name to node + 1 */
	enum state *states;
	struct step *way;
	size_t n;
	circle_found *found;
	void *user;
};

static void tell(struct search *s, size_t again)
{
	struct str text = STR("");
	size_t first = 0;
	while (s->way[first].node != again)
		first++;
	for (size_t i = first; i < s->n; i++)
		text = arena_printf(s->a, "%.*s%.*s → ", STR_ARG(text), STR_ARG(s->nodes[s->way[i].node].name));
	s->found(s->user, again, arena_join(s->a, text, s->nodes[again].name));
}

static void enter(struct search *s, size_t node)
{
	s->states[node] = OPEN;
	s->way[s->n++] = (struct step){ .node = node };
}

static void walk(struct search *s)
{
	while (s->n) {
		struct step *top = &s->way[s->n - 1];
		const struct circle_node *node = &s->nodes[top->node];
		if (top->next == node->ncalls) {
			s->states[top->node] = DONE;
			s->n--;
			continue;
		}
		uintptr_t called = (uintptr_t)map_get(&s->index, node->calls[top->next++]);
		if (called && s->states[called - 1] == OPEN)
			tell(s, called - 1);
		else if (called && s->states[called - 1] == NEW)
			enter(s, called - 1);
	}
}

void circles_find(struct arena *a, const struct circle_node *nodes, size_t n, circle_found *found,
                  void *user)
{
	struct search s = { .a = a, .nodes = nodes, .found = found, .user = user,
		.states = ARENA_ARRAY(a, enum state, n + 1), .way = ARENA_ARRAY(a, struct step, n + 1) };
	map_init(&s.index, a);
	for (size_t i = 0; i < n; i++)
		map_put(&s.index, nodes[i].name, (void *)(uintptr_t)(i + 1));
	for (size_t i = 0; i < n; i++)
		if (s.states[i] == NEW) {
			enter(&s, i);
			walk(&s);
		}
}
