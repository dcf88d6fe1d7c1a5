/* Which facts an expression compares with which texts, for whoever knows what
 * values a fact can have: `use = "owned"`, `use in ("owned", "rented")`,
 * `list contains(uses, "owned")`. */
#include "rule/syntax.h"

#include "rule/builtin.h"

struct compares {
	struct arena *a;
	struct feel_compare *list;
	size_t n, cap;
};

static void add(struct compares *c, const struct node *fact, const struct node *text)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 8;
		struct feel_compare *list = ARENA_ARRAY(c->a, struct feel_compare, cap);
		if (c->n)
			memcpy(list, c->list, c->n * sizeof *list);
		c->list = list;
		c->cap = cap;
	}
	c->list[c->n++] = (struct feel_compare){ fact->full, text->value.string };
}

static bool is_text(const struct node *n)
{
	return n->kind == N_LITERAL && n->value.kind == FEEL_STRING;
}

/* The texts among what a fact is held against. */
static void against(struct compares *c, const struct node *fact, const struct node *n)
{
	if (is_text(n))
		add(c, fact, n);
	bool inside = n->kind == N_LIST || n->kind == N_TESTS ||
	              (n->kind == N_TEST && (n->op == '=' || n->op == '!'));
	for (size_t i = 0; inside && i < n->n; i++)
		against(c, fact, n->kids[i]);
}

static void walk(struct compares *c, const struct node *n)
{
	if (!n)
		return;
	if (n->kind == N_EQ || n->kind == N_NE)
		for (size_t i = 0; i < 2; i++)
			if (n->kids[i]->full.n && is_text(n->kids[1 - i]))
				add(c, n->kids[i], n->kids[1 - i]);
	for (size_t i = 1; n->kind == N_IN && n->kids[0]->full.n && i < n->n; i++)
		against(c, n->kids[0], n->kids[i]);
	if (n->kind == N_CALL && n->builtin && n->n == 3 && !n->nnames && n->kids[1]->full.n &&
	    str_eq(n->builtin->name, STR("list contains")) && is_text(n->kids[2]))
		add(c, n->kids[1], n->kids[2]);
	for (size_t i = n->builtin ? 1 : 0; i < n->n; i++)
		walk(c, n->kids[i]);
}

size_t feel_compares(const struct feel_expr *e, struct arena *a, const struct feel_compare **ret)
{
	struct compares c = { .a = a };
	walk(&c, e->root);
	*ret = c.list;
	return c.n;
}
