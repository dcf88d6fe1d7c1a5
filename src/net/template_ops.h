/* What a template is once compiled: a list of operations in an arena. Internal
 * to the three template files. */
#ifndef MUSUBI_NET_TEMPLATE_OPS_H
#define MUSUBI_NET_TEMPLATE_OPS_H

#include "base/map.h"
#include "net/template.h"

struct path {
	size_t n;                /* 0: "." */
	const struct str *parts;
};

enum op_kind {
	OP_LITERAL,
	OP_VALUE,    /* {{x}} */
	OP_RAW,      /* {{{x_html}}} */
	OP_MARKED,   /* {{~x}} */
	OP_LABEL,    /* {{_ key}} */
	OP_LABEL_AT, /* {{_ *x}} */
	OP_SECTION,  /* {{#x}}; `end` is the operation behind its last */
	OP_INVERTED, /* {{^x}} */
	OP_PARTIAL,  /* {{>name}} */
};

/* A text of one language, cut at its holes. */
struct label_piece {
	struct str html;
	bool hole, marked; /* then `path` is filled in behind html */
	struct path path;
};

struct label_text {
	size_t n;
	const struct label_piece *pieces;
};

struct label {
	struct label_text with_ruby[LANG_COUNT], plain[LANG_COUNT];
};

struct op {
	enum op_kind kind;
	bool plain; /* no tags may come out here */
	bool url;   /* the value is the start of a URL */
	uint32_t line, end;
	struct str text; /* literal, or the name of a partial */
	struct path path;
	const struct label *label;
	const struct template *partial;
};

struct template {
	struct str name, file;
	size_t n;
	struct op *ops;
};

struct templates {
	struct arena *arena;
	const struct texts *texts;
	struct map by_name; /* -> struct template */
};

enum { TEMPLATE_NEST_MAX = 32 };

MUST struct result template_compile(struct templates *t, struct template *x, struct str source,
                                    struct err *err);
struct path template_path(struct arena *a, struct str dotted);

#endif
