/* XML of strangers as a tree, and the octets that signatures are made over.
 *
 * Reading (XML 1.0, Namespaces 1.0): UTF-8 only, and a declaration that says
 * otherwise is refused, so that no two programs read two documents in the same
 * bytes. A document type ends the reading before anything in it counts: no
 * entities, no defaults, nothing fetched. Size, depth, number of nodes and of
 * namespaces in scope are bounded.
 *
 * Canonical XML 1.0, 1.1 and exclusive, with and without comments: libxml2's,
 * over a subtree at a cost of the subtree, from a budget per document. Not safe
 * to use from two threads at a time. The tree is libxml2's: no arena. */
#ifndef MUSUBI_SIGN_XML_SAFE_H
#define MUSUBI_SIGN_XML_SAFE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

struct _xmlDoc;
struct _xmlNode;

enum {
	XML_SAFE_BYTES_MAX = 32 << 20,
	XML_SAFE_DEPTH_MAX = 100,
	XML_SAFE_TEXT_MAX = 9 << 20,   /* bytes of one text; libxml2 cuts one above 10 million */
	XML_SAFE_NODES_MAX = 1 << 20,  /* elements, attributes, comments, instructions, CDATA */
	XML_SAFE_SCOPE_MAX = 64,       /* namespace declarations in scope */
	XML_SAFE_PREFIXES_MAX = 64,    /* of an InclusiveNamespaces list */
};

struct xml_safe {
	struct _xmlDoc *doc;
	struct map ids;      /* Id, ID, id and xml:id to their element, or to xml_safe_twice */
	uint64_t work;       /* canonicalisation that is still allowed, in units of a node */
	uint64_t per_node;   /* units that a node costs: namespaces make them dear */
};
/* What a value stands for that several elements carry. */
extern const char xml_safe_twice[1];

/* ERR_INPUT "xml.refused", "xml.malformed", "xml.utf8"; ERR_TOO_LARGE "xml.size". */
MUST struct result xml_safe_open(struct arena *a, struct str bytes, struct xml_safe *ret,
                                 struct err *err);
void xml_safe_close(struct xml_safe *x);
#define XML_SAFE_AUTO __attribute__((cleanup(xml_safe_close))) struct xml_safe
/* libxml2 writes what it dislikes to standard error unless each thread forbids it:
 * strangers would write our log. */
void xml_safe_hush(void);
/* Reads Ids again after the tree was changed. */
void xml_safe_index(struct arena *a, struct xml_safe *x);
/* The one element with this Id; NULL when there is none or more than one. */
struct _xmlNode *xml_safe_id(const struct xml_safe *x, struct str id);
bool xml_safe_id_twice(const struct xml_safe *x, struct str id);

/* ---- looking around; NULL and absent things are calm ---- */
struct _xmlNode *dom_root(const struct xml_safe *x);
bool dom_is(const struct _xmlNode *n, const char *ns, const char *name);
struct _xmlNode *dom_first(const struct _xmlNode *n); /* child element */
struct _xmlNode *dom_next(const struct _xmlNode *n);  /* next element beside */
struct _xmlNode *dom_child(const struct _xmlNode *n, const char *ns, const char *name);
struct _xmlNode *dom_parent(const struct _xmlNode *n);
struct str dom_name(const struct _xmlNode *n);        /* local name */
struct str dom_prefix(const struct _xmlNode *n);      /* of its name, or "" */
bool dom_within(const struct _xmlNode *n, const struct _xmlNode *apex); /* or the same */
/* The attribute without a namespace, or "". */
struct str dom_attr(struct arena *a, const struct _xmlNode *n, const char *name);
bool dom_has_attr(const struct _xmlNode *n, const char *name);
/* Text of an element with nothing but text in it, trimmed. false for children,
 * comments and processing instructions: two readers might see two texts. */
bool dom_text(struct arena *a, const struct _xmlNode *n, struct str *ret);
bool dom_base64(struct arena *a, const struct _xmlNode *n, struct str *ret);
bool text_base64(struct arena *a, struct str text, struct str *ret);
/* A prefix that means this namespace at an element, or "". */
struct str xml_safe_prefix(struct arena *a, const struct _xmlNode *at, const char *ns);
/* "/申請書/構成情報[2]": where an element stands, for people. */
struct str dom_path(struct arena *a, const struct _xmlNode *n);

/* ---- changing a tree; Ids are indexed anew by hand ---- */
void dom_set_text(struct _xmlNode *n, struct str text);
/* Parses `text`, one element of our own making, in the context of parent; it becomes
 * the last child, or stands behind `after`. NULL: not well-formed. */
struct _xmlNode *dom_insert(struct _xmlNode *parent, struct _xmlNode *after, struct str text);
/* The document as UTF-8; ERR_TOO_LARGE above XML_SAFE_BYTES_MAX. */
MUST struct result dom_dump(struct arena *a, const struct xml_safe *x, struct str *ret,
                            struct err *err);
/* Text and attribute values escaped. */
void xml_put(struct buf *b, struct str text);

/* ---- canonical form ---- */
struct xml_sink {
	void (*write)(void *ctx, const char *p, size_t n);
	void *ctx;
};

struct xml_c14n {
	int mode;       /* libxml2's: 0 Canonical XML 1.0, 1 exclusive, 2 Canonical XML 1.1 */
	bool comments;
	size_t nprefixes; /* InclusiveNamespaces */
	struct str prefixes[XML_SAFE_PREFIXES_MAX];
};
/* By URI; false for anything that is no canonicalisation. */
bool xml_c14n_method(struct str uri, struct xml_c14n *ret);

/* A subtree, or the whole document when apex is NULL, without some parts. */
struct xml_set {
	struct _xmlNode *apex;
	bool comments;          /* false: comments are not in the set */
	struct _xmlNode *without; /* an element and all in it, or NULL */
	const char *but_ns, *but_name; /* without all elements of this name, or NULL */
};
/* ERR_TOO_LARGE "xml.work" when the document's budget is spent. */
MUST struct result xml_c14n(struct xml_safe *x, const struct xml_set *set,
                            const struct xml_c14n *how, struct xml_sink sink, struct err *err);
/* The text of all that is in a set, one after the other (XML Signature 1.1 §6.6.2). */
void xml_set_text(const struct xml_set *set, const struct xml_safe *x, struct xml_sink sink);

#endif
