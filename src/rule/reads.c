/* Which facts an expression reads: the dotted chains that begin with a name
 * not bound inside the expression. */
#include "rule/syntax.h"

#include "rule/builtin.h"

struct reads {
	struct arena *a;
	struct str *list;
	size_t n, cap;
};

static void add(struct reads *r, struct str name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->list[i], name))
			return;
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 8;
		struct str *list = ARENA_ARRAY(r->a, struct str, cap);
		if (r->n)
			memcpy(list, r->list, r->n * sizeof *list);
		r->list = list;
		r->cap = cap;
	}
	r->list[r->n++] = name;
}

/* The name at the root of a chain of paths, if it is a fact's. */
static const struct node *chain_root(const struct node *n)
{
	while (n->kind == N_PATH)
		n = n->kids[0];
	return n->kind == N_NAME && !n->local ? n : NULL;
}

static struct str chain_text(struct arena *a, const struct node *n)
{
	size_t total = n->name.n;
	for (const struct node *x = n; x->kind == N_PATH; x = x->kids[0])
		total += x->kids[0]->name.n + 1;
	char *p = arena_alloc(a, total + 1), *end = p + total;
	for (const struct node *x = n;; x = x->kids[0]) {
		end -= x->name.n;
		memcpy(end, x->name.p, x->name.n);
		if (x->kind != N_PATH)
			return str_of(p, total);
		*--end = '.';
	}
}

static void walk(struct reads *r, const struct node *n)
{
	if (!n)
		return;
	if (chain_root(n)) {
		/* Nodes are immutable for everybody else; this is still compilation. */
		struct node *own = (struct node *)(uintptr_t)n;
		own->full = chain_text(r->a, n);
		if (n->kind == N_PATH || !builtin_find(n->name))
			add(r, n->full);
		return;
	}
	for (size_t i = n->builtin ? 1 : 0; i < n->n; i++)
		walk(r, n->kids[i]);
}

void reads_collect(struct arena *a, struct feel_expr *e)
{
	struct reads r = { .a = a };
	walk(&r, e->root);
	e->reads = r.list;
	e->nreads = r.n;
}
