/* The language of packs as tables: a shape describes one kind of mapping, a
 * row one of its keys. Reading by table is what finds unknown keys, names
 * missing ones and says what was expected, everywhere in the same words. */
#ifndef MUSUBI_PACK_SHAPE_H
#define MUSUBI_PACK_SHAPE_H

#include "pack/load.h"

enum row_kind {
	ROW_STR,     /* struct str: text that people do not see, or see in Japanese only */
	ROW_NAME,    /* struct str: a dotted name that FEEL can read */
	ROW_DATE,    /* struct str: a real ISO date */
	ROW_TEXT,    /* struct ptext: { ja, en, easy } */
	ROW_LABEL,   /* struct ptext: a text, or Japanese only */
	ROW_BOOL,    /* bool */
	ROW_COUNT,   /* size_t: a whole number, not negative */
	ROW_SIZE,    /* size_t: bytes, "10 MB" */
	ROW_DAYS,    /* uint32_t: 0 to 36,500 */
	ROW_WORD,    /* an enum: one of `words` */
	ROW_STRS,    /* a list of struct str; its number at count_at */
	ROW_TEXTS,   /* a list of struct ptext; its number at count_at */
	ROW_EXPR,    /* const struct feel_expr *: compiled when all names are known */
	ROW_NODE,    /* const struct json *: kept as it stands */
	ROW_MAP,     /* a struct inside, by `shape` */
	ROW_LIST,    /* a list of structs by `shape`; its number at count_at */
	ROW_NAMED,   /* a mapping of names to expressions: list of struct pack_value */
	ROW_CALL,    /* anything else: `call` */
	ROW_KINDS,
};

struct word {
	const char *word;
	int value;
};

struct shape;
struct row {
	const char *key;
	enum row_kind kind;
	bool required;
	size_t at, count_at;
	const struct shape *shape;
	const struct word *words; /* ends with NULL */
	enum scope scope;         /* ROW_EXPR, ROW_NAMED: instead of the scope of the moment */
	bool early;               /* ROW_EXPR: may only read answers given before */
	/* obj is the struct of the shape, not at `at`. */
	void (*call)(struct load *l, const struct json *node, void *obj);
};

struct shape {
	const char *what;  /* "a field": for messages */
	size_t size;
	const struct row *rows; /* ends with a key of NULL */
	bool has_line;
	size_t line_at;    /* of a uint32_t for the line it begins on */
	/* Sets the scope of what follows, before the rows; and checks the whole after. */
	void (*enter)(struct load *l, const struct json *node, void *obj);
	void (*leave)(struct load *l, const struct json *node, void *obj);
};

/* Reads node into *obj (zeroed, of shape->size). False when node is no mapping. */
bool shape_read(struct load *l, const struct shape *shape, const struct json *node, void *obj);
/* The same for a list of mappings: *ret of *ret_n structs. */
void *shape_list(struct load *l, const struct shape *shape, const struct json *node,
                 const char *key, size_t *ret_n);
/* One text in three languages; with `plain` a string is its Japanese. */
bool shape_text(struct load *l, const struct json *node, const char *key, bool plain,
                struct ptext *ret);
bool shape_str(struct load *l, const struct json *node, const char *key, struct str *ret);
extern const struct word field_words[]; /* the types of fields (load_page.c) */
bool shape_name(struct load *l, const struct json *node, const char *key, struct str *ret);

#endif
