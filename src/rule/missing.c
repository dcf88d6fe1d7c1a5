/* What an evaluation notes beside its value: troubles, and the facts it
 * asked for and did not find, in the order of asking. */
#include "rule/machine.h"

void missing_add(struct machine *m, struct str name)
{
	struct missing *x = m->missing;
	if (x->off)
		return;
	for (size_t i = 0; i < x->n; i++)
		if (str_eq(x->list[i], name))
			return;
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 8;
		struct str *list = machine_alloc(m, cap, sizeof *list);
		if (x->n)
			memcpy(list, x->list, x->n * sizeof *list);
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n++] = name;
}

void machine_trouble(struct machine *m, const char *code, uint32_t line, uint32_t column)
{
	struct troubles *x = m->troubles;
	if (!x || x->n == MACHINE_TROUBLES)
		return;
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 8;
		struct trouble *list = machine_alloc(m, cap, sizeof *list);
		if (x->n)
			memcpy(list, x->list, x->n * sizeof *list);
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n++] = (struct trouble){ code, x->element, line ? line : x->line, column };
}
