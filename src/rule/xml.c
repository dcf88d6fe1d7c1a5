/* XML through libxml2's SAX interface: no document tree of its own is built,
 * and a document type ends the reading before anything in it counts. */
#include "rule/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include "base/utf8.h"

enum { CHUNK = 1 << 16, ARENA_RESERVE = 64 << 10 };

/* Text arrives in pieces; one that is still growing lies at the end of the arena. */
struct open_node {
	struct xml_node *node;
	struct xml_node *last;
	size_t cap;
};

struct reader {
	struct arena *a;
	xmlParserCtxtPtr ctxt;
	struct open_node open[XML_DEPTH_MAX];
	size_t depth;
	struct xml_node *root;
	const char *wrong;
};

static void stop(struct reader *r, const char *why)
{
	r->wrong = r->wrong ? r->wrong : why;
	xmlStopParser(r->ctxt);
}

static struct str keep(struct reader *r, const xmlChar *s)
{
	return s ? arena_str(r->a, str_c((const char *)s)) : STR("");
}

static const struct xml_attr *attributes(struct reader *r, const xmlChar **from, size_t n)
{
	struct xml_attr *attrs = ARENA_ARRAY(r->a, struct xml_attr, n);
	for (size_t i = 0; i < n; i++, from += 5) { /* name, prefix, namespace, value, its end */
		attrs[i].name = keep(r, from[0]);
		attrs[i].ns = keep(r, from[2]);
		attrs[i].value = arena_str(r->a, str_of((const char *)from[3], (size_t)(from[4] - from[3])));
	}
	return attrs;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int nns, const xmlChar **ns, int nattrs, int ndefault, const xmlChar **attrs)
{
	struct reader *r = user;
	(void)prefix, (void)nns, (void)ns, (void)ndefault;
	if (r->depth == XML_DEPTH_MAX)
		return stop(r, "elements are nested too deeply");
	if (arena_left(r->a) < ARENA_RESERVE)
		return stop(r, "the document is too large");
	struct xml_node *x = ARENA_NEW(r->a, struct xml_node);
	x->name = keep(r, name);
	x->ns = keep(r, uri);
	x->text = STR("");
	x->nattrs = (size_t)nattrs;
	x->attrs = attributes(r, attrs, x->nattrs);
	x->line = (uint32_t)xmlSAX2GetLineNumber(r->ctxt);
	x->col = (uint32_t)xmlSAX2GetColumnNumber(r->ctxt);
	if (r->depth) {
		struct open_node *up = &r->open[r->depth - 1];
		if (up->last)
			up->last->next = x;
		else
			up->node->first = x;
		up->last = x;
	} else {
		r->root = x;
	}
	r->open[r->depth++] = (struct open_node){ .node = x };
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = user;
	(void)name, (void)prefix, (void)uri;
	if (r->depth)
		r->depth--;
}

static void on_text(void *user, const xmlChar *s, int len)
{
	struct reader *r = user;
	if (!r->depth || len <= 0)
		return;
	struct open_node *o = &r->open[r->depth - 1];
	size_t n = o->node->text.n + (size_t)len;
	if (n > o->cap) {
		size_t cap = n * 2;
		if (arena_left(r->a) < cap + ARENA_RESERVE)
			return stop(r, "the document is too large");
		char *p = arena_alloc(r->a, cap);
		memcpy(p, o->node->text.p, o->node->text.n);
		o->node->text.p = p;
		o->cap = cap;
	}
	/* The text lies in this reader's own arena and is not shared yet. */
	memcpy((char *)(uintptr_t)o->node->text.p + o->node->text.n, s, (size_t)len);
	o->node->text.n = n;
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	stop(user, "a document type is not allowed");
}

static void on_reference(void *user, const xmlChar *name)
{
	(void)name;
	stop(user, "entities are not allowed");
}

static void feed(struct reader *r, struct str text)
{
	int bad = 0;
	for (size_t at = 0; at < text.n && !bad && !r->wrong; at += CHUNK) {
		struct str piece = str_sub(text, at, CHUNK);
		bad = xmlParseChunk(r->ctxt, piece.p, (int)piece.n, at + piece.n == text.n);
	}
}

static struct result outcome(struct reader *r, const struct xml_node **ret, struct err *err)
{
	const xmlError *e = xmlCtxtGetLastError(r->ctxt);
	if (r->wrong)
		return fail(err, ERR_INPUT, "xml.refused", NULL, "line %d: %s",
		            xmlSAX2GetLineNumber(r->ctxt), r->wrong);
	if (!r->ctxt->wellFormed || !r->root || r->depth) {
		struct str what = str_trim(str_c(e && e->message ? e->message : "the document ends early"));
		return fail(err, ERR_INPUT, "xml.malformed", "XML 1.0 §2.1", "line %d: %.*s",
		            e ? e->line : 1, (int)(what.n < 160 ? what.n : 0), what.p);
	}
	*ret = r->root;
	return ok();
}

static void quiet(void *user, const char *fmt, ...)
{
	(void)user, (void)fmt;
}

struct result xml_parse(struct arena *a, struct str text, const struct xml_node **ret,
                        struct err *err)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .startElementNs = on_start,
		.endElementNs = on_end, .characters = on_text, .cdataBlock = on_text,
		.internalSubset = on_doctype, .reference = on_reference,
		.warning = quiet, .error = quiet, .fatalError = quiet };
	if (!text.n || text.n > XML_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "xml.size", NULL, "a document of %zu bytes, at most %d",
		            text.n, XML_BYTES_MAX);
	if (!utf8_valid(text))
		return fail(err, ERR_INPUT, "xml.utf8", "XML 1.0 §4.3.3", "the document is no UTF-8");
	struct reader *r = ARENA_NEW(a, struct reader);
	r->a = a;
	r->ctxt = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (!r->ctxt)
		return fail(err, ERR_INTERNAL, "xml.memory", NULL, "no memory for the XML parser");
	/* What the document says of its encoding does not count: it is UTF-8. */
	xmlCtxtUseOptions(r->ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOWARNING |
	                           XML_PARSE_NOERROR);
	feed(r, text);
	struct result res = outcome(r, ret, err);
	xmlFreeParserCtxt(r->ctxt);
	return res;
}

struct str xml_attr(const struct xml_node *x, const char *name)
{
	for (size_t i = 0; x && i < x->nattrs; i++)
		if (!x->attrs[i].ns.n && str_eq(x->attrs[i].name, str_c(name)))
			return x->attrs[i].value;
	return STR("");
}

bool xml_named(const struct xml_node *x, const char *name)
{
	return x && str_eq(x->name, str_c(name));
}

const struct xml_node *xml_sibling(const struct xml_node *x, const char *name)
{
	while (x && !xml_named(x, name))
		x = x->next;
	return x;
}

const struct xml_node *xml_child(const struct xml_node *x, const char *name)
{
	const struct xml_node *c = x ? x->first : NULL;
	while (c && !(xml_named(c, name) && str_eq(c->ns, x->ns)))
		c = c->next;
	return c;
}
