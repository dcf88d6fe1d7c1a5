/* Canonical XML 1.0 (REC-xml-c14n-20010315), 1.1 (REC-xml-c14n11-20080502) and
 * Exclusive XML Canonicalization 1.0, by libxml2.
 *
 * libxml2 walks the whole document and asks of every node whether it is in the
 * set. We hand it a document whose only child is the apex, so that a subtree
 * costs a subtree; its ancestors are reached through parent pointers, for their
 * namespaces and xml: attributes, as the specification wants. Nodes that are
 * outside carry a mark in _private while it runs. */
#include <libxml/c14n.h>
#include <libxml/tree.h>

#include "base/mem.h"
#include "sign/xml_safe.h"

static char outside; /* its address is the mark */

struct run {
	struct xml_safe *x;
	struct xml_sink sink;
	const struct xml_set *set;
	bool spent;
};

bool xml_c14n_method(struct str uri, struct xml_c14n *ret)
{
	static const struct {
		const char *uri;
		int mode;
		bool comments;
	} rows[] = {
		{ "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", XML_C14N_1_0, false },
		{ "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", XML_C14N_1_0, true },
		{ "http://www.w3.org/2001/10/xml-exc-c14n#", XML_C14N_EXCLUSIVE_1_0, false },
		{ "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", XML_C14N_EXCLUSIVE_1_0, true },
		{ "http://www.w3.org/2006/12/xml-c14n11", XML_C14N_1_1, false },
		{ "http://www.w3.org/2006/12/xml-c14n11#WithComments", XML_C14N_1_1, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_eq(uri, str_c(rows[i].uri)))
			continue;
		*ret = (struct xml_c14n){ .mode = rows[i].mode, .comments = rows[i].comments };
		return true;
	}
	return false;
}

/* ---- marks ---- */

static xmlNode *over(xmlNode *n, const xmlNode *top)
{
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

static xmlNode *step(xmlNode *n, const xmlNode *top)
{
	return n->type == XML_ELEMENT_NODE && n->children ? n->children : over(n, top);
}

static void mark_tree(xmlNode *top, void *mark)
{
	for (xmlNode *n = top; n; n = step(n, top))
		n->_private = mark;
}

static void mark(const struct xml_set *set, xmlNode *top, void *with)
{
	for (xmlNode *n = top ? top->parent : NULL; n && n->type == XML_ELEMENT_NODE; n = n->parent)
		n->_private = with;
	if (set->without)
		mark_tree(set->without, with);
	for (xmlNode *n = set->but_ns ? top : NULL; n;) {
		bool drop = dom_is(n, set->but_ns, set->but_name);
		if (drop)
			mark_tree(n, with);
		n = drop ? over(n, top) : step(n, top);
	}
}

/* ---- libxml2's questions ---- */

static int visible(void *user, xmlNodePtr node, xmlNodePtr parent)
{
	struct run *r = user;
	const xmlNode *n = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE ? parent
	                                                                                      : node;
	r->spent = r->spent || r->x->work < r->x->per_node;
	if (r->spent)
		return 0;
	r->x->work -= r->x->per_node;
	if (node->type == XML_COMMENT_NODE && !r->set->comments)
		return 0;
	return !n || n->_private != &outside;
}

static int written(void *user, const char *p, int n)
{
	struct run *r = user;
	if (n > 0)
		r->sink.write(r->sink.ctx, p, (size_t)n);
	return n;
}

static int closed(void *user)
{
	(void)user;
	return 0;
}

static xmlChar **prefixes(struct arena *a, const struct xml_c14n *how)
{
	if (how->mode != XML_C14N_EXCLUSIVE_1_0 || !how->nprefixes)
		return NULL;
	xmlChar **list = arena_array(a, how->nprefixes + 1, sizeof *list);
	for (size_t i = 0; i < how->nprefixes; i++)
		list[i] = (xmlChar *)(uintptr_t)arena_cstr(a, how->prefixes[i]);
	return list;
}

static int run(struct run *r, const struct xml_c14n *how)
{
	ARENA_AUTO a = arena_new(1 << 16);
	xmlNode *apex = r->set->apex, *root = dom_root(r->x), *after = apex ? apex->next : NULL;
	xmlDoc view = *r->x->doc;
	xmlOutputBuffer *out = xmlOutputBufferCreateIO(written, closed, r, NULL);
	if (!out)
		return -1;
	mark(r->set, apex ? apex : root, &outside);
	if (apex) {
		view.children = apex;
		apex->next = NULL;
	}
	int got = xmlC14NExecute(&view, visible, r, how->mode, prefixes(a, how), how->comments, out);
	if (apex)
		apex->next = after;
	mark(r->set, apex ? apex : root, NULL);
	int flushed = xmlOutputBufferClose(out);
	return got < 0 || flushed < 0 ? -1 : 0;
}

struct result xml_c14n(struct xml_safe *x, const struct xml_set *set, const struct xml_c14n *how,
                       struct xml_sink sink, struct err *err)
{
	xml_safe_hush();
	struct run r = { .x = x, .sink = sink, .set = set, .spent = x->work < x->per_node };
	int got = r.spent ? 0 : run(&r, how); /* a walk that sees nothing costs no less */
	if (r.spent)
		return fail(err, ERR_TOO_LARGE, "xml.work", NULL,
		            "the signatures of this document ask for too much canonicalisation");
	if (got < 0)
		return fail(err, ERR_INPUT, "xml.c14n", "XML Canonicalization §1.3",
		            "the canonical form cannot be made (a relative namespace URI?)");
	return ok();
}

void xml_set_text(const struct xml_set *set, const struct xml_safe *x, struct xml_sink sink)
{
	xmlNode *top = set->apex ? set->apex : dom_root(x);
	mark(set, top, &outside);
	for (xmlNode *n = top; n; n = step(n, top))
		if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) &&
		    n->_private != &outside)
			sink.write(sink.ctx, (const char *)n->content, strlen((const char *)n->content));
	mark(set, top, NULL);
}
