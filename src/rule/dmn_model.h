/* A DMN model as compiled. Inside this room only. */
#ifndef MUSUBI_RULE_DMN_MODEL_H
#define MUSUBI_RULE_DMN_MODEL_H

#include "base/map.h"
#include "rule/dmn.h"
#include "rule/syntax.h"
#include "rule/table_check.h"
#include "rule/words.h"
#include "rule/xml.h"

struct dmn_unit;

/* An element of the requirement graph. */
struct drg {
	enum dmn_kind kind;
	struct str id, name;
	const struct dmn_unit *unit;
	const struct xml_node *xml;
	uint32_t index;               /* among all of the model */
	enum { DRG_NEW, DRG_OPEN, DRG_DONE } state; /* while compiling */
	const struct type *type;      /* of its variable, of a service's result; or NULL */
	const struct feel_value *shape; /* an example of its value, or NULL */
	const struct node *logic;     /* NULL: none, the value is null */
	const struct drg **needs;     /* required inputs, decisions, knowledge */
	const struct str *names;      /* in scope: one per need, or per import of some */
	const struct need *slots;
	size_t nneeds, nslots;
	/* DMN_SERVICE */
	const struct drg **outputs, **params; /* params: inputs, then input decisions */
	const struct str *param_names;
	const struct type **param_types;
	size_t noutputs, nparams;
};

/* A name in scope: an element, or an import with elements. */
struct need {
	struct str name;
	const struct drg *element;
	const struct drg **members; /* import: its elements that are required */
	size_t nmembers;
	bool derived;               /* the name is that of an output of the element's table */
	struct str output;          /* this entry of the element's value, or "": all of it */
};

struct dmn_import {
	struct str name, ns, location;
	const struct dmn_unit *unit;
	bool model; /* DMN, and no schema or PMML */
};

struct item_def {
	const struct xml_node *xml;
	struct type *type;
	bool open, done;
};

/* One file. */
struct dmn_unit {
	struct str file, ns, name;
	const struct xml_node *xml;
	struct dmn_import *imports;
	size_t nimports;
	const struct dmn_unit **merged; /* imported without a name, also by those: their */
	size_t nmerged;                 /* elements and types count as this file's, own first */
	struct type_name *types;     /* own ones and "import.type" */
	size_t ntypes;
	struct item_def *items;
	size_t nitems;
	struct drg **elements;
	size_t nelements;
	struct map by_id;
	bool loose;                  /* names that are declared nowhere are inputs (dmn_free.c) */
	struct drg **free;           /* those */
	size_t nfree, cap_free;
};

struct dmn_model {
	struct dmn_unit *units[DMN_UNITS_MAX];
	size_t nunits;
	struct drg **elements;
	size_t nelements;
	const struct dmn_problem *problems;
	size_t nproblems;
};

/* While reading. */
struct local_name {
	struct str name;
	const struct feel_value *shape;
	const struct type *type; /* NULL: not declared */
};
struct dmn_builder {
	struct arena *a;
	struct dmn_model *model;
	struct dmn_unit *unit;
	const char *element;          /* being compiled, for messages */
	struct str element_name;
	struct dmn_problem *problems;
	size_t nproblems, cap_problems;
	struct local_name *scope;     /* names around the expression being compiled */
	size_t nscope, cap_scope;
	struct map free;              /* undeclared names met, each with its type, or an open one */
	unsigned filters, loose, depth;
	uint64_t check_work;          /* left for the table checker */
};

/* The sentence of words.c with its parts; DMN_WORDS(…) are these and their number. */
void dmn_problem_add(struct dmn_builder *b, const struct xml_node *at, enum table_level level,
                     const char *code, const struct word_arg *args, size_t n, struct str meant);
#define DMN_WORDS(...) (const struct word_arg[]){ __VA_ARGS__ }, \
	sizeof((const struct word_arg[]){ __VA_ARGS__ }) / sizeof(struct word_arg)
struct word_arg dmn_word(struct str s); /* cut to what a sentence bears */
void dmn_problem_finding(struct dmn_builder *b, const struct xml_node *at,
                         const struct table_finding *f);
void dmn_problem_feel(struct dmn_builder *b, const struct xml_node *at, const struct feel_diag *d);

/* dmn_type.c */
void dmn_types_read(struct dmn_builder *b, struct dmn_unit *u);
void dmn_types_resolve(struct dmn_builder *b, struct dmn_unit *u);
const struct type *dmn_type_of(struct dmn_builder *b, const struct xml_node *x, struct str ref);
const struct feel_value *dmn_type_shape(struct arena *a, const struct type *t, int depth);
const struct feel_value *dmn_node_shape(struct arena *a, const struct node *n, int depth);

/* dmn_box.c */
const struct node *dmn_box(struct dmn_builder *b, const struct xml_node *x);
const struct node *dmn_function(struct dmn_builder *b, const struct xml_node *x,
                                const struct type *result);
const struct node *dmn_typed(struct dmn_builder *b, const struct node *n, const struct type *t,
                             const struct xml_node *at);
const struct xml_node *dmn_expression_in(const struct xml_node *x);
void dmn_scope_push(struct dmn_builder *b, struct str name, const struct feel_value *shape,
                    const struct type *type);
/* What is declared of the value of a name, a path or a typed part; NULL: nothing. */
const struct type *dmn_node_type(const struct dmn_builder *b, const struct node *n);
const struct node *dmn_feel(struct dmn_builder *b, const struct xml_node *x, struct str text);
struct syntax_scope dmn_scope(struct dmn_builder *b);
struct node *dmn_node(struct dmn_builder *b, enum node_kind k, const struct xml_node *at,
                      const struct node *const *kids, size_t n);

/* dmn_free.c */
bool dmn_is_loose(const struct dmn_unit *u);
size_t dmn_aliases_max(const struct drg *d);
void dmn_aliases(struct drg *d, struct need *slots); /* further names of what is required */
void dmn_free_slots(struct dmn_builder *b, struct drg *d); /* b->free become inputs */
void dmn_free_merge(struct dmn_builder *b);

/* dmn_schema.c: warns of elements and attributes that mean nothing where they stand. */
void dmn_schema_check(struct dmn_builder *b, const struct xml_node *x);

/* dmn_check.c: declared types against constants; after all types are resolved. */
void dmn_check_typed(struct dmn_builder *b, const struct node *n, const struct type *t,
                     const struct xml_node *at);
void dmn_check_types(struct dmn_builder *b, const struct dmn_unit *u);

/* dmn_table.c */
const struct node *dmn_table(struct dmn_builder *b, const struct xml_node *x);

#endif
