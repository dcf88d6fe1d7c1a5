/* Looking around in a tree of xml_safe.h. */
#include <libxml/tree.h>

#include "base/encode.h"
#include "sign/xml_safe.h"

enum { PATH_STEPS = 16, TEXT_MAX = 24 << 20 };

struct _xmlNode *dom_root(const struct xml_safe *x)
{
	return x->doc ? xmlDocGetRootElement(x->doc) : NULL;
}

bool dom_is(const struct _xmlNode *n, const char *ns, const char *name)
{
	return n && n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0 &&
	       strcmp(n->ns ? (const char *)n->ns->href : "", ns) == 0;
}

static xmlNode *element(xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

struct _xmlNode *dom_first(const struct _xmlNode *n)
{
	return n ? element(n->children) : NULL;
}

struct _xmlNode *dom_next(const struct _xmlNode *n)
{
	return n ? element(n->next) : NULL;
}

struct _xmlNode *dom_child(const struct _xmlNode *n, const char *ns, const char *name)
{
	xmlNode *c = dom_first(n);
	while (c && !dom_is(c, ns, name))
		c = dom_next(c);
	return c;
}

struct _xmlNode *dom_parent(const struct _xmlNode *n)
{
	return n && n->parent && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
}

struct str dom_name(const struct _xmlNode *n)
{
	return n ? str_c((const char *)n->name) : STR("");
}

struct str dom_prefix(const struct _xmlNode *n)
{
	return n && n->ns && n->ns->prefix ? str_c((const char *)n->ns->prefix) : STR("");
}

bool dom_within(const struct _xmlNode *n, const struct _xmlNode *apex)
{
	while (n && n != apex)
		n = n->parent;
	return n && n == apex;
}

bool dom_text(struct arena *a, const struct _xmlNode *n, struct str *ret)
{
	BUF_AUTO b;
	buf_init(&b, TEXT_MAX);
	if (!n)
		return false;
	for (const xmlNode *c = n->children; c; c = c->next) {
		if (c->type != XML_TEXT_NODE && c->type != XML_CDATA_SECTION_NODE)
			return false;
		buf_add_c(&b, (const char *)c->content);
	}
	if (buf_over(&b) || arena_left(a) < b.n)
		return false;
	*ret = arena_str(a, str_trim(buf_str(&b)));
	return true;
}

bool text_base64(struct arena *a, struct str text, struct str *ret)
{
	if (arena_left(a) / 2 < text.n)
		return false;
	char *to = arena_alloc(a, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (!strchr(" \t\r\n", text.p[i]) || !text.p[i])
			to[n++] = text.p[i];
	return is_ok(base64_decode(a, str_of(to, n), ret, NULL));
}

bool dom_base64(struct arena *a, const struct _xmlNode *n, struct str *ret)
{
	struct str text;
	return dom_text(a, n, &text) && text_base64(a, text, ret);
}

struct str xml_safe_prefix(struct arena *a, const struct _xmlNode *at, const char *ns)
{
	for (const xmlNode *n = at; n && n->type == XML_ELEMENT_NODE; n = n->parent)
		for (const xmlNs *d = n->nsDef; d; d = d->next)
			if (d->prefix && d->href && strcmp((const char *)d->href, ns) == 0 &&
			    xmlSearchNs(at->doc, (xmlNode *)(uintptr_t)at, d->prefix) == d)
				return arena_str(a, str_c((const char *)d->prefix));
	return STR("");
}

/* Which of its name among its siblings; 0 when it is the only one. */
static size_t position(const xmlNode *n)
{
	size_t before = 0, all = 0;
	for (const xmlNode *c = n->parent ? n->parent->children : NULL; c; c = c->next) {
		if (c->type != XML_ELEMENT_NODE || strcmp((const char *)c->name, (const char *)n->name))
			continue;
		all++;
		before += !before && c == n ? all : 0;
	}
	return all > 1 ? before : 0;
}

struct str dom_path(struct arena *a, const struct _xmlNode *n)
{
	struct str path = STR("");
	size_t steps = 0;
	for (; n && n->type == XML_ELEMENT_NODE; n = n->parent) {
		if (steps++ == PATH_STEPS)
			return arena_printf(a, "…%.*s", STR_ARG(path));
		size_t at = position(n);
		struct str name = at ? arena_printf(a, "/%.60s[%zu]", (const char *)n->name, at)
		                     : arena_printf(a, "/%.60s", (const char *)n->name);
		path = arena_join(a, name, path);
	}
	return path;
}
