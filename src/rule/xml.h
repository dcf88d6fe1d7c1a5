/* XML 1.0 as a small tree in an arena, for DMN models.
 *
 * UTF-8 only; no document type, so no entities of its own and nothing fetched;
 * depth, names and text limited by libxml2, the whole by the arena. Comments
 * and processing instructions are dropped. Positions are those of the end of
 * the start tag, as the parser gives them. */
#ifndef MUSUBI_RULE_XML_H
#define MUSUBI_RULE_XML_H

#include "base/arena.h"

enum { XML_BYTES_MAX = 16 << 20, XML_DEPTH_MAX = 200 };

struct xml_attr {
	struct str name, ns, value; /* ns: "" when the name has no prefix */
};

struct xml_node {
	struct str name, ns;        /* local name, namespace */
	struct str text;            /* all text directly inside, as it stands */
	uint32_t line, col;         /* from 1 */
	size_t nattrs;
	const struct xml_attr *attrs;
	const struct xml_node *first, *next;
};

MUST struct result xml_parse(struct arena *a, struct str text, const struct xml_node **ret,
                             struct err *err);

/* Readers; NULL and absent things are calm: NULL, "". Elements are found in the
 * namespace of their parent. */
struct str xml_attr(const struct xml_node *x, const char *name);
const struct xml_node *xml_child(const struct xml_node *x, const char *name);
const struct xml_node *xml_sibling(const struct xml_node *x, const char *name); /* x itself first */
bool xml_named(const struct xml_node *x, const char *name);

/* Every child of that name, in order. */
#define XML_EACH(var, parent, name) \
	const struct xml_node *var = xml_child((parent), (name)); var; \
	var = xml_sibling(var->next, (name))

#endif
