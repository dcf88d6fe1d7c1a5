/* Reading XML of strangers. libxml2 builds its tree; our own handlers stand in
 * front of it and stop it at a document type, at an entity and at every limit. */
#include "sign/xml_safe.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/utf8.h"

enum { CHUNK = 1 << 16 };
/* A whole file costs at most so many units of canonicalisation: seconds. */
#define WORK_MAX ((uint64_t)64 << 20)

const char xml_safe_twice[1] = "";

struct reader {
	xmlParserCtxtPtr ctxt;
	size_t depth, nodes, scope;
	size_t text; /* bytes since the last tag */
	uint16_t declared[XML_SAFE_DEPTH_MAX];
	uint64_t walked; /* namespaces in scope times depth, over all elements */
	const char *wrong;
};

static struct reader *self(void *user)
{
	return ((xmlParserCtxtPtr)user)->_private;
}

static void stop(struct reader *r, const char *why)
{
	r->wrong = r->wrong ? r->wrong : why;
	xmlStopParser(r->ctxt);
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int nns, const xmlChar **ns, int nattrs, int ndefault, const xmlChar **attrs)
{
	struct reader *r = self(user);
	r->text = 0;
	if (r->depth == XML_SAFE_DEPTH_MAX)
		return stop(r, "elements are nested too deeply");
	r->declared[r->depth++] = (uint16_t)nns;
	r->scope += (size_t)nns;
	r->nodes += 1 + (size_t)nattrs;
	r->walked += r->scope * r->depth;
	if (r->scope > XML_SAFE_SCOPE_MAX)
		return stop(r, "too many namespaces are in scope");
	if (r->nodes > XML_SAFE_NODES_MAX)
		return stop(r, "too many elements and attributes");
	xmlSAX2StartElementNs(user, name, prefix, uri, nns, ns, nattrs, ndefault, attrs);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = self(user);
	r->text = 0;
	if (r->depth)
		r->scope -= r->declared[--r->depth];
	xmlSAX2EndElementNs(user, name, prefix, uri);
}

static bool fits(struct reader *r, int n)
{
	r->text += n > 0 ? (size_t)n : 0;
	if (r->text > XML_SAFE_TEXT_MAX)
		stop(r, "a text is too long");
	return r->text <= XML_SAFE_TEXT_MAX;
}

static void on_text(void *user, const xmlChar *s, int n)
{
	if (fits(self(user), n))
		xmlSAX2Characters(user, s, n);
}

/* Everything that becomes a node counts: a comment of seven bytes takes 120. */
static bool counts(struct reader *r)
{
	if (++r->nodes > XML_SAFE_NODES_MAX)
		stop(r, "too many nodes");
	return r->nodes <= XML_SAFE_NODES_MAX;
}

static void on_cdata(void *user, const xmlChar *s, int n)
{
	if (fits(self(user), n) && counts(self(user)))
		xmlSAX2CDataBlock(user, s, n);
}

static void on_comment(void *user, const xmlChar *s)
{
	if (counts(self(user)))
		xmlSAX2Comment(user, s);
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
	if (counts(self(user)))
		xmlSAX2ProcessingInstruction(user, target, data);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	stop(self(user), "a document type is not allowed");
}

static void on_reference(void *user, const xmlChar *name)
{
	(void)name;
	stop(self(user), "entities are not allowed");
}

static void quiet(void *user, const char *fmt, ...)
{
	(void)user, (void)fmt;
}

/* What the declaration says of the encoding must be true: another program would
 * believe it. */
static bool says_utf8(struct str text)
{
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (!str_starts(text, STR("<?xml")))
		return true;
	struct str declaration = str_sub(text, 0, str_find(text, STR("?>")));
	size_t at = str_find(declaration, STR("encoding"));
	if (declaration.n == text.n || at == STR_NONE)
		return declaration.n != text.n;
	struct str value = str_trim(str_from(declaration, at + 8));
	if (!str_starts(value, STR("=")))
		return false;
	value = str_trim(str_from(value, 1));
	if (value.n < 2 || (*value.p != '"' && *value.p != '\''))
		return false;
	size_t end = str_find_char(str_from(value, 1), *value.p);
	return end != STR_NONE && str_eq_nocase(str_sub(value, 1, end), STR("UTF-8"));
}

void xml_safe_hush(void)
{
	xmlSetGenericErrorFunc(NULL, quiet);
}

static struct result acceptable(struct str text, struct err *err)
{
	if (!text.n || text.n > XML_SAFE_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "xml.size", NULL, "a document of %zu bytes, at most %d",
		            text.n, XML_SAFE_BYTES_MAX);
	if (!utf8_valid(text) || str_find_char(text, '\0') != STR_NONE)
		return fail(err, ERR_INPUT, "xml.utf8", "XML 1.0 §4.3.3", "the document is no UTF-8");
	if (!says_utf8(text))
		return fail(err, ERR_INPUT, "xml.utf8", "XML 1.0 §4.3.3",
		            "the document says that it is not UTF-8");
	return ok();
}

static struct result outcome(struct reader *r, struct xml_safe *ret, struct err *err)
{
	const xmlError *e = xmlCtxtGetLastError(r->ctxt);
	if (r->wrong)
		return fail(err, ERR_INPUT, "xml.refused", NULL, "line %d: %s",
		            xmlSAX2GetLineNumber(r->ctxt), r->wrong);
	if (!r->ctxt->wellFormed || !r->ctxt->nsWellFormed || !r->ctxt->myDoc ||
	    !xmlDocGetRootElement(r->ctxt->myDoc) || (e && e->level >= XML_ERR_ERROR)) {
		struct str what = str_trim(str_c(e && e->message ? e->message : "the document ends early"));
		return fail(err, ERR_INPUT, "xml.malformed", "XML 1.0 §2.1", "line %d: %.*s",
		            e ? e->line : 1, (int)(what.n < 160 ? what.n : 0), what.p);
	}
	ret->doc = r->ctxt->myDoc;
	r->ctxt->myDoc = NULL;
	ret->work = WORK_MAX;
	ret->per_node = 1 + r->walked / r->nodes;
	return ok();
}

static void feed(struct reader *r, struct str text)
{
	int bad = 0;
	for (size_t at = 0; at < text.n && !bad && !r->wrong; at += CHUNK) {
		struct str piece = str_sub(text, at, CHUNK);
		bad = xmlParseChunk(r->ctxt, piece.p, (int)piece.n, at + piece.n == text.n);
	}
}

struct result xml_safe_open(struct arena *a, struct str bytes, struct xml_safe *ret,
                            struct err *err)
{
	xmlSAXHandler sax = { 0 };
	xml_safe_hush();
	TRY(acceptable(bytes, err));
	xmlSAX2InitDefaultSAXHandler(&sax, 0);
	sax.startElementNs = on_start;
	sax.endElementNs = on_end;
	sax.internalSubset = on_doctype;
	sax.externalSubset = on_doctype;
	sax.reference = on_reference;
	sax.characters = sax.ignorableWhitespace = on_text;
	sax.cdataBlock = on_cdata;
	sax.comment = on_comment;
	sax.processingInstruction = on_instruction;
	sax.warning = sax.error = sax.fatalError = quiet;
	struct reader r = { .ctxt = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL) };
	if (!r.ctxt)
		return fail(err, ERR_INTERNAL, "xml.memory", NULL, "no memory for the XML parser");
	r.ctxt->_private = &r;
	xmlCtxtUseOptions(r.ctxt, XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_NOERROR);
	struct xml_safe x = { 0 };
	feed(&r, bytes);
	struct result res = outcome(&r, &x, err);
	if (r.ctxt->myDoc)
		xmlFreeDoc(r.ctxt->myDoc);
	r.ctxt->myDoc = NULL;
	xmlFreeParserCtxt(r.ctxt);
	if (is_err(res))
		return res;
	xml_safe_index(a, &x);
	*ret = x;
	return ok();
}

void xml_safe_close(struct xml_safe *x)
{
	if (x->doc)
		xmlFreeDoc(x->doc);
	x->doc = NULL;
}

/* ---- Ids ---- */

static bool is_id(const xmlAttr *at)
{
	struct str name = str_c((const char *)at->name);
	if (at->ns)
		return str_eq(name, STR("id")) && str_eq(str_c((const char *)at->ns->href),
		                                         STR("http://www.w3.org/XML/1998/namespace"));
	return str_eq_nocase(name, STR("id"));
}

static struct str attr_text(struct arena *a, const xmlAttr *at)
{
	if (!at->children)
		return STR("");
	if (!at->children->next && at->children->type == XML_TEXT_NODE)
		return arena_str(a, str_c((const char *)at->children->content));
	xmlChar *s = xmlNodeListGetString(at->doc, at->children, 1);
	struct str text = s ? arena_str(a, str_c((const char *)s)) : STR("");
	xmlFree(s);
	return text;
}

/* The next node of the document in its order; never leaves `top`. */
static xmlNode *step(xmlNode *n, const xmlNode *top)
{
	if (n->type == XML_ELEMENT_NODE && n->children)
		return n->children;
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

void xml_safe_index(struct arena *a, struct xml_safe *x)
{
	xmlNode *root = dom_root(x);
	map_init(&x->ids, a);
	for (xmlNode *n = root; n; n = step(n, root))
		for (xmlAttr *at = n->type == XML_ELEMENT_NODE ? n->properties : NULL; at; at = at->next) {
			if (!is_id(at))
				continue;
			struct str id = attr_text(a, at);
			void *before = map_get(&x->ids, id);
			(void)map_put(&x->ids, id, before && before != n ? (void *)(uintptr_t)xml_safe_twice : n);
		}
}

bool xml_safe_id_twice(const struct xml_safe *x, struct str id)
{
	return map_get(&x->ids, id) == xml_safe_twice;
}

struct _xmlNode *xml_safe_id(const struct xml_safe *x, struct str id)
{
	void *found = id.n ? map_get(&x->ids, id) : NULL;
	return found == xml_safe_twice ? NULL : found;
}

/* ---- attributes ---- */

static const xmlAttr *attr_of(const xmlNode *n, const char *name)
{
	for (const xmlAttr *at = n && n->type == XML_ELEMENT_NODE ? n->properties : NULL; at;
	     at = at->next)
		if (!at->ns && strcmp((const char *)at->name, name) == 0)
			return at;
	return NULL;
}

struct str dom_attr(struct arena *a, const struct _xmlNode *n, const char *name)
{
	const xmlAttr *at = attr_of(n, name);
	return at ? attr_text(a, at) : STR("");
}

bool dom_has_attr(const struct _xmlNode *n, const char *name)
{
	return attr_of(n, name) != NULL;
}
