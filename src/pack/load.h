/* What the readers of this room share while packs are being read. Internal. */
#ifndef MUSUBI_PACK_LOAD_H
#define MUSUBI_PACK_LOAD_H

#include "base/map.h"
#include "pack/issue.h"
#include "pack/pack.h"

enum {
	PACK_FILE_MAX = 256 << 10, /* bytes of one file */
	PACK_FILES_MAX = 4000,
	PACK_BYTES_MAX = 16 << 20, /* of all files */
	PACK_LIST_MAX = 1000,      /* items of any list or mapping */
};

/* Which names an expression may read. */
enum scope {
	SCOPE_SAME,    /* of a row: the scope of the moment */
	SCOPE_NONE,    /* the shape is read, the expression is not compiled */
	SCOPE_FACTS,   /* prefilled facts */
	SCOPE_ANSWERS, /* and the answers */
	SCOPE_ITEM,    /* and `item`, the item of the page's group */
	SCOPE_VALUES,  /* answers, case, and the values computed so far */
	SCOPE_DECIDE,  /* answers, case, all values, decision */
};

/* An expression that was read and waits until every name is known. */
struct pending {
	const struct source *src;
	const struct json *node;
	const struct feel_expr **dest;
	enum scope scope;
	const struct pack_page *page; /* SCOPE_ITEM */
	size_t order;                 /* fields read before it; with early */
	bool early;
	size_t nvalues;               /* SCOPE_VALUES: values declared before it */
	struct pending *next;
};

struct letter_source {
	struct str id, pack;
	const struct source *src;
	const struct json *node;
	bool used;
};

struct load {
	struct arena *arena;
	struct pack_set *set;
	struct issues issues;
	struct map datasets;  /* id -> struct dataset */
	struct map letters;   /* id -> struct letter_source */
	struct map rules;     /* name -> struct rule_source (load_rule.c) */

	/* Of the file being read. */
	const struct source *src;
	struct str pack;
	enum scope scope;

	/* Of the procedure being read. */
	struct procedure *procedure;
	const struct pack_page *page; /* whose fields are being read */
	size_t order;                 /* fields read so far */
	size_t nvalues;
	struct map fields;            /* full id -> struct field_seen */
	struct pending *pending, **pending_end;
};

struct field_seen {
	const struct pack_field *field;
	const struct pack_page *page; /* NULL: of the decision */
	size_t order;
	struct place place;
};

/* Mistakes at a value, at a key, and inside a scalar's text; and a remark that
 * does not stop loading. */
void mistake(struct load *l, const struct json *at, struct str hint, const char *fmt, ...)
	PRINTF(4, 5);
void mistake_key(struct load *l, const struct json *map, size_t i, struct str hint,
                 const char *fmt, ...) PRINTF(5, 6);
void remark(struct load *l, const struct json *at, struct str hint, const char *fmt, ...)
	PRINTF(4, 5);
/* The value under a key, or the mapping itself: where to point. */
const struct json *where(const struct json *map, const char *key);

/* One file of each kind, already parsed. Mistakes go to l->issues. */
void load_pack_head(struct load *l, const struct json *root);
void load_dataset(struct load *l, const struct json *root);
void load_letter(struct load *l, const struct json *root);
void load_rule(struct load *l, const struct json *root, bool parameter);
/* When all of them are read: compiles them, for they may call each other. */
void compile_rules(struct load *l);
/* The procedure, or NULL when it is beyond reading. */
struct procedure *load_procedure(struct load *l, const struct json *root);

/* Parses the file's text and reads it as what its folder says it is. */
enum pack_file { FILE_PACK, FILE_DATASET, FILE_LETTER, FILE_TABLE, FILE_PARAMETER, FILE_PROCEDURE };
const struct json *load_text(struct load *l, struct str file, struct str text);

void load_init(struct load *l, struct arena *a, struct pack_set *set);

/* Parts of a procedure (load_page.c, load_flow.c, load_letter.c, load_test.c). */
extern const struct shape shape_option, shape_page, shape_decide, shape_flow, shape_test, shape_letter;
void check_flow(struct load *l, const struct json *root);
void check_tests(struct load *l, const struct json *root);
void read_letters(struct load *l, const struct json *gives);

/* expr.c: compiles everything pending, fills procedure->known. */
void compile_pending(struct load *l);
void pend(struct load *l, const struct json *node, const struct feel_expr **dest,
          enum scope scope, bool early);

/* published.c: the file PUBLISHED against the versions that were loaded. */
struct str published_digest(struct arena *a, const struct json *root);
void published_check(struct load *l, const struct source *src);

/* known.c: the names that exist, as a FEEL context. */
const struct feel_value *known_names(struct load *l, enum scope scope,
                                     const struct pack_page *page, size_t nvalues);
/* The register's item of the page's group has that name. */
bool known_by_register(struct load *l, const struct pack_page *page, struct str name);

/* An example of the type, for the compiler. */
struct feel_value known_sample(struct arena *a, enum field_type type);

/* words.c: is it a date, a name FEEL can read, several words that FEEL can call. */
bool word_is_call(struct str s);
bool word_is_date(struct str s);
bool word_is_name(struct str s);

#endif
