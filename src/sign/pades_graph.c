/* Which objects lead to which, in a PDF with signatures.
 *
 * Whether an object may change depends on who uses it: a stream that only the DSS
 * names is harmless, the same stream as a page's contents is not. Every object gets
 * the labels of all ways that lead to it from the trailer. Missing objects get them
 * too: a page that refers to nothing today shows tomorrow whatever is put there. */
#include "sign/pades_priv.h"

#include "crypto/der.h"

enum { TODO_MAX = 4 << 20 };

void pades_graph_init(struct pades_graph *g, struct arena *a)
{
	*g = (struct pades_graph){ .a = a };
}

/* Numbers are below PDF_OBJECTS_MAX: the reader makes no other references. */
static void reach(struct pades_graph *g, uint32_t num)
{
	if (num < g->n)
		return;
	size_t n = g->n ? g->n : 256;
	while (n <= num)
		n *= 2;
	uint8_t *labels = arena_alloc(g->a, n);
	uint32_t *owner = ARENA_ARRAY(g->a, uint32_t, n);
	if (g->n) {
		memcpy(labels, g->labels, g->n);
		memcpy(owner, g->owner, g->n * sizeof *owner);
	}
	g->labels = labels;
	g->owner = owner;
	g->n = n;
}

static void push(struct pades_graph *g, const struct pdf_value *ref, uint8_t label, uint32_t owner)
{
	uint32_t num = (uint32_t)ref->num;
	reach(g, num);
	uint8_t *had = &g->labels[num];
	bool owned = label & (LABEL_LOOK | LABEL_VALUE);
	if (owned && (*had & (LABEL_LOOK | LABEL_VALUE)) && g->owner[num] != owner)
		*had |= LABEL_TWO;
	if ((*had & label) == label)
		return;
	*had |= label;
	if (owned)
		g->owner[num] = owner;
	if (g->ntodo == g->room) {
		size_t room = g->room ? g->room * 2 : 1024;
		__typeof__(g->todo) more = arena_array(g->a, room, sizeof *g->todo);
		if (g->ntodo)
			memcpy(more, g->todo, g->ntodo * sizeof *g->todo);
		g->todo = more;
		g->room = room;
	}
	g->todo[g->ntodo].num = num;
	g->todo[g->ntodo].owner = owner;
	g->todo[g->ntodo++].label = label;
}

/* Where a member of a dictionary under `label` leads. */
struct edge {
	uint8_t from;
	const char *type; /* of the dictionary; NULL: any */
	const char *key;
	uint8_t to;
};
static const struct edge edges[] = {
	{ LABEL_GENERAL, "Catalog", "AcroForm", LABEL_FORM },
	{ LABEL_GENERAL, "Catalog", "DSS", LABEL_META },
	{ LABEL_GENERAL, "Catalog", "Metadata", LABEL_META },
	{ LABEL_GENERAL, "Catalog", "Extensions", LABEL_META },
	{ LABEL_GENERAL, "Catalog", "Perms", LABEL_VALUE },
	{ LABEL_GENERAL, "Page", "Annots", LABEL_FIELD },
	{ LABEL_GENERAL, "OBJR", "Obj", LABEL_FIELD },
	{ LABEL_FORM, NULL, "Fields", LABEL_FIELD },
	{ LABEL_FORM, NULL, "CO", LABEL_FIELD },
	{ LABEL_FORM, NULL, "DR", LABEL_RES },
	{ LABEL_FIELD, NULL, "Kids", LABEL_FIELD },
	{ LABEL_FIELD, NULL, "Parent", LABEL_FIELD },
	{ LABEL_FIELD, NULL, "Popup", LABEL_FIELD },
	{ LABEL_FIELD, NULL, "IRT", LABEL_FIELD },
	{ LABEL_FIELD, NULL, "AP", LABEL_LOOK },
	{ LABEL_FIELD, NULL, "V", LABEL_VALUE },
	{ LABEL_FIELD, NULL, "DV", LABEL_VALUE },
	{ LABEL_FIELD, NULL, "RV", LABEL_VALUE },
};

static uint8_t leads(const struct pdf_value *dict, struct str key, uint8_t label)
{
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		const struct edge *e = &edges[i];
		if (e->from == label && str_eq(key, str_c(e->key)) &&
		    (!e->type || pdf_is_name(pdf_get(dict, "Type"), e->type)))
			return e->to;
	}
	/* a field's other members (actions, locks, its page), the form's other ones */
	return label == LABEL_FORM || label == LABEL_FIELD ? LABEL_GENERAL : label;
}

/* Recursion is bounded by the reader's PDF_DEPTH_MAX. */
static void scan(struct pades_graph *g, const struct pdf_value *v, uint8_t label, uint32_t owner)
{
	if (v->kind == PDF_REF)
		push(g, v, label, owner);
	for (size_t i = 0; v->kind == PDF_ARRAY && i < v->n; i++)
		scan(g, &v->items[i], label, owner);
	for (size_t i = 0; v->kind == PDF_DICT && i < v->n; i++)
		scan(g, &v->items[i], leads(v, v->keys[i], label), owner);
}

static struct result visit(struct pades_graph *g, struct pdf *p, uint32_t num, uint8_t label,
                           uint32_t owner, struct err *err)
{
	struct pdf_object o;
	TRY(pdf_load(p, num, &o, err));
	scan(g, &o.value, label, label == LABEL_FIELD ? num : owner);
	if (p->scratch)
		arena_reset(p->scratch);
	return ok();
}

static struct result drain(struct pades_graph *g, struct pdf *p, struct err *err)
{
	while (g->ntodo) {
		if (g->ntodo > TODO_MAX)
			return fail(err, ERR_TOO_LARGE, "pdf.objects", NULL, "too many references");
		g->ntodo--;
		TRY(visit(g, p, g->todo[g->ntodo].num, g->todo[g->ntodo].label, g->todo[g->ntodo].owner, err));
	}
	return ok();
}

struct result pades_graph_all(struct pades_graph *g, struct pdf *p, struct err *err)
{
	const struct pdf_value *root = pdf_get(&p->trailer, "Root"), *info = pdf_get(&p->trailer, "Info");
	if (root)
		scan(g, root, LABEL_GENERAL, 0);
	if (info)
		scan(g, info, LABEL_META, 0);
	return drain(g, p, err);
}

struct result pades_graph_again(struct pades_graph *g, struct pdf *p, uint32_t num, struct err *err)
{
	uint8_t labels = pades_label(g, num);
	for (uint8_t l = 1; l && l < LABEL_TWO; l = (uint8_t)(l << 1))
		if (labels & l)
			TRY(visit(g, p, num, l, g->owner[num], err)); /* labelled: within n */
	return drain(g, p, err);
}

bool pades_same(const struct pdf_value *x, const struct pdf_value *y)
{
	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case PDF_NULL: return true;
	case PDF_BOOL: return x->boolean == y->boolean;
	case PDF_INT: return x->num == y->num;
	case PDF_REF: return x->num == y->num && x->gen == y->gen;
	case PDF_REAL:
	case PDF_STRING:
	case PDF_NAME: return str_eq(x->text, y->text);
	case PDF_ARRAY:
		for (size_t i = 0; x->n == y->n && i < x->n; i++)
			if (!pades_same(&x->items[i], &y->items[i]))
				return false;
		return x->n == y->n;
	case PDF_DICT:
		for (size_t i = 0; x->n == y->n && i < x->n; i++) {
			const struct pdf_value *other = NULL;
			/* mostly in the same order */
			if (str_eq(x->keys[i], y->keys[i]))
				other = &y->items[i];
			for (size_t k = 0; !other && k < y->n; k++)
				if (str_eq(x->keys[i], y->keys[k]))
					other = &y->items[k];
			if (!other || !pades_same(&x->items[i], other))
				return false;
		}
		return x->n == y->n;
	}
	return false;
}

/* ---- pages ---- */

struct pages {
	struct arena *a;
	struct pdf *p;
	uint32_t *page;
	size_t n, steps;
	uint32_t count;
};

static struct result page_walk(struct pages *w, const struct pdf_value *v, int depth, bool top,
                               struct err *err);

/* Everything that a page uses, but its neighbours and its annotations. */
static struct result page_walk(struct pages *w, const struct pdf_value *v, int depth, bool top,
                               struct err *err)
{
	if (depth > 2 * PDF_DEPTH_MAX)
		return ok();
	if (v->kind == PDF_REF) {
		struct pdf_object o;
		if ((uint64_t)v->num >= w->n || w->page[v->num])
			return ok();
		w->page[v->num] = w->count;
		TRY(pdf_load(w->p, v->num, &o, err));
		if (!top && (pdf_is_name(pdf_get(&o.value, "Type"), "Page") ||
		             pdf_is_name(pdf_get(&o.value, "Type"), "Pages"))) {
			w->page[v->num] = 0;
			return ok();
		}
		return page_walk(w, &o.value, depth + 1, false, err);
	}
	for (size_t i = 0; (v->kind == PDF_ARRAY || v->kind == PDF_DICT) && i < v->n; i++)
		if (v->kind == PDF_ARRAY || (!str_eq(v->keys[i], STR("Parent")) && !str_eq(v->keys[i], STR("Annots"))))
			TRY(page_walk(w, &v->items[i], depth + 1, false, err));
	return ok();
}

static struct result tree_walk(struct pages *w, const struct pdf_value *ref, int depth,
                               struct err *err)
{
	struct pdf_value node, kids;
	if (depth > PDF_DEPTH_MAX || ++w->steps > 2 * PDF_PAGES_MAX || ref->kind != PDF_REF)
		return ok();
	TRY(pdf_resolve(w->p, ref, &node, err));
	TRY(pdf_member(w->p, &node, "Kids", &kids, err));
	if (kids.kind != PDF_ARRAY) {
		w->count++;
		return page_walk(w, ref, 0, true, err);
	}
	for (size_t i = 0; i < kids.n; i++)
		TRY(tree_walk(w, &kids.items[i], depth + 1, err));
	return ok();
}

struct result pades_pages(struct arena *a, struct pdf *p, uint32_t *ret_page, size_t n,
                          struct err *err)
{
	struct pages w = { .a = a, .p = p, .page = ret_page, .n = n };
	struct pdf_value ref, cat;
	TRY(pdf_catalog(p, &ref, &cat, err));
	const struct pdf_value *pages = pdf_get(&cat, "Pages");
	return pages ? tree_walk(&w, pages, 0, err) : ok();
}
