/* The state of one compilation. Inside this room only.
 *
 * Tokens are taken lazily, because what a name is depends on the names in scope
 * at that place (DMN 1.5 §10.3.1.4). A mistake fills the diagnosis and leaves
 * through longjmp: everything made lies in the arena, nothing needs undoing. */
#ifndef MUSUBI_RULE_SYNTAX_H
#define MUSUBI_RULE_SYNTAX_H

#include <setjmp.h>

#include "base/map.h"
#include "rule/ast.h"

enum {
	SYNTAX_DEPTH_MAX = 120,       /* brackets within brackets */
	SYNTAX_TREE_MAX = 1000,       /* operators side by side: 1 + 1 + … */
	SYNTAX_BYTES_MAX = 64 << 10,
	SYNTAX_ARENA_MIN = 64 << 10,  /* left in the caller's arena, at least */
	NAME_BYTES_MAX = 300,
	LOCALS_MAX = 256, KEYS_MAX = 2000,
};

enum token_kind {
	T_END, T_NUMBER, T_STRING, T_AT, T_NAME, T_QUESTION,
	T_PLUS, T_MINUS, T_STAR, T_SLASH, T_POWER, T_LT, T_LE, T_GT, T_GE, T_EQ, T_NE,
	T_LPAREN, T_RPAREN, T_LBRACKET, T_RBRACKET, T_LBRACE, T_RBRACE, T_COMMA, T_COLON, T_DOT,
	T_DOTDOT, T_ARROW,
	T_AND, T_BETWEEN, T_ELSE, T_EVERY, T_EXTERNAL, T_FALSE, T_FOR, T_FUNCTION, T_IF, T_IN,
	T_INSTANCE, T_NULL, T_OF, T_OR, T_RETURN, T_SATISFIES, T_SOME, T_THEN, T_TRUE,
};

struct token {
	enum token_kind kind;
	size_t start, end;
	struct str text;       /* a name without idle spaces, a string's value */
	struct decimal number;
};

/* A name bound inside the expression; shape is an example of its value, or NULL. */
struct local {
	struct str name;
	const struct feel_value *shape;
};

/* What surrounds an expression. */
struct type_name {
	struct str name;
	const struct type *type;
};
struct syntax_scope {
	const struct feel_value *known; /* as feel_compile takes it */
	const struct type_name *types;  /* item definitions by name */
	size_t ntypes;
	unsigned filters, loose;        /* inside the condition of a boxed filter */
	bool any_key;                   /* keys below a known context need not be known */
	struct map *free;               /* takes names that are not known, which are facts then; or NULL */
};

struct parser {
	struct arena *a;
	struct str src;
	size_t pos;
	struct token tok;
	bool have;             /* tok is the token at pos */
	bool range_end;        /* "[" may close a range here: [1..5[ */
	const struct feel_value *known;
	const struct syntax_scope *scope;
	size_t last_end;       /* of the last token taken */
	struct str *specials;  /* known names of several words or with operators in them */
	size_t nspecials, cap_specials;
	struct local locals[LOCALS_MAX];
	size_t nlocals;
	struct str *keys;      /* of context literals so far: a filter may mean them */
	size_t nkeys, cap_keys;
	unsigned depth, filters, loose; /* open filters; those whose items are unknown */
	bool saw_input;        /* "?" since it was last cleared */
	const struct node *given; /* an operand already read: parse_primary hands it out */
	struct feel_diag *diag;
	jmp_buf bail;
};

_Noreturn void syntax_fail(struct parser *p, size_t pos, const char *code, const char *fmt, ...)
	PRINTF(4, 5);

/* lexer.c */
const struct token *peek(struct parser *p);
struct token next(struct parser *p);
void unread(struct parser *p); /* forgets the peeked token: names may mean something else now */
bool accept(struct parser *p, enum token_kind k);
struct token expect(struct parser *p, enum token_kind k, const char *what);
void skip_space(struct parser *p);
const char *token_name(struct parser *p, const struct token *t);
bool name_start(uint32_t cp);
bool name_part(uint32_t cp);
bool space_cp(uint32_t cp);
size_t word_end(struct str src, size_t pos);

/* names.c */
void names_collect(struct parser *p);           /* specials from p->known */
void names_special(struct parser *p, struct str name);
void names_key(struct parser *p, struct str name); /* a key of a context literal */
size_t names_match(struct parser *p, size_t pos, struct str *ret); /* longest special, bytes or 0 */
const struct local *names_local(const struct parser *p, struct str name);
void names_declare(struct parser *p, struct str name, const struct feel_value *shape);
struct str names_raw(struct parser *p, enum token_kind end); /* a new name, up to `end` */
struct str names_path(struct parser *p);        /* the name behind "." */
void names_check(struct parser *p, struct node *name, bool called);
void names_check_key(struct parser *p, const struct feel_value *parent, struct str key, size_t pos);

/* parser.c, parser_primary.c, parser_tests.c, parser_type.c */
const struct node *parse_expression(struct parser *p);
const struct node *parse_additive(struct parser *p);
const struct node *parse_primary(struct parser *p);
const struct node *parse_postfix(struct parser *p);
const struct node *parse_test(struct parser *p);
const struct node *parse_test_operator(struct parser *p);
const struct node *parse_paren_rest(struct parser *p, const struct node *n, size_t pos);
const struct node *parse_tests(struct parser *p);
const struct type *parse_type(struct parser *p);
struct node *node_new(struct parser *p, enum node_kind k, size_t pos);
struct node *node_kids(struct parser *p, enum node_kind k, size_t pos, const struct node *const *kids,
                       size_t n);
/* An example of a node's value from the known names, or NULL; of its items. */
const struct feel_value *node_shape(struct parser *p, const struct node *n);
const struct feel_value *item_shape(const struct feel_value *shape);
void names_length(struct parser *p, struct str name, size_t pos);
void parse_enter(struct parser *p);
static inline void parse_leave(struct parser *p) { p->depth--; }

/* A growing list of nodes or names while parsing. */
struct node_vec {
	const struct node **p;
	struct str *names;
	size_t n, cap;
};
void vec_push(struct parser *p, struct node_vec *v, const struct node *n, struct str name);

const struct type *names_type(struct parser *p); /* the longest item definition at the place */

/* feel.c: what feel_compile and feel_compile_tests do, in any scope. */
MUST struct result syntax_compile(struct arena *a, struct str source, bool tests,
                                  const struct syntax_scope *scope, const struct feel_expr **ret,
                                  struct feel_diag *ret_diag, struct err *err);
/* parser_type.c: a type of the language by its name. */
bool type_simple(struct str name, enum type_kind *ret);

/* reads.c */
void reads_collect(struct arena *a, struct feel_expr *e);

#endif
