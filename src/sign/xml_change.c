/* Changing a tree of xml_safe.h and writing it out. */
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "sign/xml_safe.h"

void xml_put(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '&': buf_add(b, STR("&amp;")); break;
		case '<': buf_add(b, STR("&lt;")); break;
		case '>': buf_add(b, STR("&gt;")); break;
		case '"': buf_add(b, STR("&quot;")); break;
		case '\r': buf_add(b, STR("&#13;")); break;
		default: buf_add_char(b, text.p[i]);
		}
}

void dom_set_text(struct _xmlNode *n, struct str text)
{
	xmlNodeSetContent(n, NULL);
	xmlNodeAddContentLen(n, (const xmlChar *)text.p, (int)text.n);
}

struct _xmlNode *dom_insert(struct _xmlNode *parent, struct _xmlNode *after, struct str text)
{
	xmlNode *made = NULL;
	if (text.n > XML_SAFE_BYTES_MAX ||
	    xmlParseInNodeContext(parent, text.p, (int)text.n, XML_PARSE_NONET | XML_PARSE_NOERROR |
	                          XML_PARSE_NOWARNING, &made) != XML_ERR_OK ||
	    !made || made->next || made->type != XML_ELEMENT_NODE) {
		xmlFreeNodeList(made);
		return NULL;
	}
	return after ? xmlAddNextSibling(after, made) : xmlAddChild(parent, made);
}

struct result dom_dump(struct arena *a, const struct xml_safe *x, struct str *ret,
                       struct err *err)
{
	xmlChar *p = NULL;
	int n = 0;
	xmlDocDumpMemoryEnc(x->doc, &p, &n, "UTF-8");
	if (!p)
		return fail(err, ERR_INTERNAL, "xml.memory", NULL, "the document cannot be written");
	bool fits = n > 0 && n <= XML_SAFE_BYTES_MAX && arena_left(a) > (size_t)n;
	if (fits)
		*ret = arena_str(a, str_of((const char *)p, (size_t)n));
	xmlFree(p);
	return fits ? ok() : fail(err, ERR_TOO_LARGE, "xml.size", NULL, "the signed document is too large");
}
