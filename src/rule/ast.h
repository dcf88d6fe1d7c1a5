/* The compiled form of an expression: a tree of nodes in one arena, immutable
 * after compilation and shared by threads. Inside this room only. */
#ifndef MUSUBI_RULE_AST_H
#define MUSUBI_RULE_AST_H

#include "rule/value.h"

struct builtin;
struct rule_table;

enum node_kind {
	N_LITERAL,  /* value */
	N_NAME,     /* name */
	N_PATH,     /* kids[0] . name */
	N_FILTER,   /* kids[0] [ kids[1] ] */
	N_NEG, N_ADD, N_SUB, N_MUL, N_DIV, N_POW,
	N_EQ, N_NE, N_LT, N_LE, N_GT, N_GE,
	N_AND, N_OR,
	N_BETWEEN,  /* kids: value, low, high */
	N_IN,       /* kids[0] in the tests kids[1…] */
	N_INSTANCE, /* kids[0] instance of type */
	N_IF,       /* kids: condition, then, else */
	N_FOR,      /* names[i] in kids[i]; kids[n-1] is the body */
	N_SOME, N_EVERY, /* the same shape as N_FOR */
	N_SPAN,     /* for's low..high: kids[0], kids[1] */
	N_FUNCTION, /* names: parameters; kids[0]: body, none when external */
	N_CALL,     /* kids[0] the function unless `builtin`; arguments kids[1…]; names or none */
	N_LIST,     /* kids */
	N_CONTEXT,  /* names[i]: kids[i] */
	N_RANGE,    /* kids: low, high; low_closed, high_closed */
	N_TEST,     /* unary test: op, kids[0] */
	N_TESTS,    /* kids, any of them; negated by `negate` */
	N_ANY,      /* the test "-" */
	/* What only boxed expressions have (DMN 1.5 §7.2, §10.2). */
	N_BOX,      /* a context with a result: names[i]: kids[i], the last kid is the result */
	N_TYPED,    /* kids[0] fitted to type, null when it does not conform */
	N_TABLE,    /* table */
};

enum type_kind {
	TYPE_ANY, TYPE_NULL, TYPE_BOOL, TYPE_NUMBER, TYPE_STRING, TYPE_DATE, TYPE_TIME, TYPE_DATE_TIME,
	TYPE_DAYS_DURATION, TYPE_MONTHS_DURATION, TYPE_LIST, TYPE_CONTEXT, TYPE_RANGE, TYPE_FUNCTION,
	TYPE_NAMED, /* an item definition of a DMN model: target; NULL: unknown, nothing conforms */
};

struct type {
	enum type_kind kind;
	struct str name;
	size_t n;                   /* list, range: 1; context: entries; function: parameters + result */
	const struct type *const *parts;
	const struct str *names;    /* of a context's entries */
	const struct type *target;  /* TYPE_NAMED */
	const struct node *allowed; /* TYPE_NAMED: tests a value must pass, or NULL */
	struct str allowed_text;
};

struct node {
	enum node_kind kind;
	char op;                    /* N_TEST: < l > g = ! (l, g: with equality) */
	bool low_closed, high_closed, negate;
	bool local;                 /* N_NAME: bound inside the expression */
	bool fact;                  /* N_NAME: known as a fact, so never a built-in of that name */
	bool in_filter;             /* N_NAME: may be a key of the filtered item */
	bool boxed;                 /* N_FILTER, N_SOME, N_EVERY: a test that is no boolean undoes the whole */
	bool asks_input;            /* the subtree reads "?" */
	bool strict;                /* N_IF: a condition that is neither true, false nor null gives null */
	bool open;                  /* N_CALL: arguments that are not named are null */
	uint32_t pos;               /* byte offset in the source; in boxed expressions the line */
	struct str text;            /* as written */
	uint32_t n, nnames;
	uint16_t height;            /* longest way down, at most SYNTAX_TREE_MAX */
	struct str name;
	struct str full;            /* outermost N_PATH or N_NAME of a chain from a fact: "a.b.c" */
	const struct node *const *kids;
	const struct str *names;
	const struct type *type;
	const struct type *const *types; /* N_FUNCTION: of the parameters, NULL where open */
	const struct builtin *builtin;
	const struct rule_table *table;
	struct feel_value value;
};

/* What a named type is in the end; NULL: unknown. (eval_type.c) */
const struct type *type_base(const struct type *t);

struct feel_expr {
	const struct node *root;
	struct str source;
	const struct str *reads;
	size_t nreads;
};

#endif
