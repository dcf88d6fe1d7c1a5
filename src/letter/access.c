/* Accessibility of the letter: ISO 32000-1 §14.7 and §14.8, ISO 14289-1
 * (PDF/UA-1) §7.1 (MarkInfo, title shown), §7.2 (language), §7.3 (figures have
 * an alternative), §7.5 (table headers have a scope). Not claimed to be PDF/UA:
 * cairo 1.16 cannot mark rules and page numbers as artifacts. */
#include "letter/access.h"

struct tree {
	struct pdf *doc;
	struct pdf_update *u;
	const struct access *x;
	uint32_t document; /* number of the Document element that is put between root and rest */
	size_t figures, steps;
};

static void put_extra(struct tree *t, const struct pdf_value *elem)
{
	struct buf *b = t->u->out;
	if (pdf_is_name(pdf_get(elem, "S"), "Figure")) {
		buf_add_c(b, "/Alt ");
		pdf_put_text(b, str_c(t->figures < t->x->nalts ? t->x->alts[t->figures] : ""));
		t->figures++;
	} else if (pdf_is_name(pdf_get(elem, "S"), "TH"))
		buf_add_c(b, "/A << /O /Table /Scope /Row >>");
}

/* top: a child of the root, which becomes one of the Document. */
static struct result rewrite(struct tree *t, const struct pdf_value *ref,
                             const struct pdf_value *elem, bool top, struct err *err)
{
	static const char *const keys[] = { "Alt", "A", "P", NULL };
	const struct pdf_value *parent = pdf_get(elem, "P");
	struct buf *b = t->u->out;
	TRY(pdf_update_open(t->u, (uint32_t)ref->num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, elem, keys);
	if (top)
		buf_printf(b, "/P %u 0 R\n", t->document);
	else if (parent) {
		buf_add_c(b, "/P ");
		pdf_put_value(b, parent);
		buf_add_char(b, '\n');
	}
	put_extra(t, elem);
	buf_add_c(b, " >>");
	pdf_update_close(t->u);
	return ok();
}

static struct result walk(struct tree *t, const struct pdf_value *v, bool top, int depth,
                          struct err *err)
{
	struct pdf_value elem;
	if (depth > PDF_DEPTH_MAX || ++t->steps > PDF_OBJECTS_MAX)
		return fail(err, ERR_INTERNAL, "letter.access", NULL, "structure tree too deep");
	if (v->kind == PDF_ARRAY) {
		for (size_t i = 0; i < v->n; i++)
			TRY(walk(t, &v->items[i], top, depth + 1, err));
		return ok();
	}
	if (v->kind != PDF_REF)
		return ok(); /* marked content: a number, or a dictionary with one */
	TRY(pdf_resolve(t->doc, v, &elem, err));
	const struct pdf_value *s = pdf_get(&elem, "S");
	if (top || pdf_is_name(s, "Figure") || pdf_is_name(s, "TH"))
		TRY(rewrite(t, v, &elem, top, err));
	const struct pdf_value *kids = pdf_get(&elem, "K");
	return kids ? walk(t, kids, false, depth + 1, err) : ok();
}

/* §14.8.4.2: one Document holds it all; cairo hangs the blocks on the root. */
static struct result structure(struct tree *t, const struct pdf_value *cat, struct err *err)
{
	static const char *const keys[] = { "K", NULL };
	const struct pdf_value *ref = pdf_get(cat, "StructTreeRoot");
	struct pdf_value root;
	struct buf *b = t->u->out;
	TRY(pdf_resolve(t->doc, ref, &root, err));
	const struct pdf_value *kids = pdf_get(&root, "K");
	if (!ref || ref->kind != PDF_REF || !kids)
		return fail(err, ERR_INTERNAL, "letter.access", NULL, "no structure tree");
	t->document = pdf_update_new(t->u);
	TRY(walk(t, kids, true, 0, err));
	TRY(pdf_update_open(t->u, t->document, err));
	buf_printf(b, "<< /Type /StructElem /S /Document /P %lld 0 R /K ", (long long)ref->num);
	pdf_put_value(b, kids);
	buf_add_c(b, " >>");
	pdf_update_close(t->u);
	TRY(pdf_update_open(t->u, (uint32_t)ref->num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, &root, keys);
	buf_printf(b, "/K %u 0 R >>", t->document);
	pdf_update_close(t->u);
	return ok();
}

static struct result catalog(struct tree *t, const struct pdf_value *ref,
                             const struct pdf_value *cat, struct err *err)
{
	static const char *const keys[] = { "MarkInfo", "Lang", "ViewerPreferences", NULL };
	struct buf *b = t->u->out;
	TRY(pdf_update_open(t->u, (uint32_t)ref->num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, cat, keys);
	buf_printf(b, "/MarkInfo << /Marked true >>\n/Lang (%s)\n"
	              "/ViewerPreferences << /DisplayDocTitle true >> >>", t->x->lang);
	pdf_update_close(t->u);
	return ok();
}

struct result access_add(struct arena *a, struct str pdf, const struct access *x, struct buf *out,
                         struct err *err)
{
	struct pdf doc;
	struct pdf_value ref, cat;
	TRY(pdf_open(a, pdf, &doc, err));
	struct tree t = { .doc = &doc, .u = ARENA_NEW(a, struct pdf_update), .x = x };
	pdf_update_begin(t.u, &doc, out);
	TRY(pdf_catalog(&doc, &ref, &cat, err));
	TRY(catalog(&t, &ref, &cat, err));
	TRY(structure(&t, &cat, err));
	if (t.figures != x->nalts)
		return fail(err, ERR_INTERNAL, "letter.access", NULL, "%zu figures tagged, %zu drawn",
		            t.figures, x->nalts);
	return pdf_update_finish(t.u, err);
}
