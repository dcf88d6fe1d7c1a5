/* Decision tables (OMG DMN 1.5 §8): compiled once from a tree, evaluated many
 * times, and able to say which rows matched.
 *
 * The tree, as YAML in packs:
 *   table: damage_grade
 *   hit: first                # unique any priority first "rule order" "output order" collect,
 *                             # or DMN's letters: U A P F R O C C+ C< C> C#
 *   aggregate: sum            # with collect: sum min max count
 *   inputs:
 *     - damage.ratio          # a FEEL expression, or more about it:
 *     - { expr: property.use, label: 使い方, values: '"owned", "rented"' }
 *   outputs:
 *     - grade                 # a name, or more about it:
 *     - { name: amount, values: '300, 200, 100', default: '0' }
 *   rules:
 *     - [ ">= 50", "-", '"全壊"', 300 ]
 *     - { when: [ "[40..50)", '"owned"' ], then: [ '"半壊"', 200 ], law: 第三条 }
 * Cells of inputs are unary tests, cells of outputs expressions. A number or
 * true/false may stand unquoted; an empty cell is "-". With one output the
 * result is its value, with several a context of them. */
#ifndef MUSUBI_RULE_TABLE_H
#define MUSUBI_RULE_TABLE_H

#include "rule/value.h"

struct type;
struct table_index;

enum { TABLE_COLUMNS_MAX = 64, TABLE_RULES_MAX = 20000 };

enum rule_hit {
	HIT_UNIQUE, HIT_ANY, HIT_PRIORITY, HIT_FIRST, HIT_RULE_ORDER, HIT_OUTPUT_ORDER, HIT_COLLECT,
};
enum rule_aggregate { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_MIN, AGGREGATE_MAX, AGGREGATE_COUNT };

/* Where something stands in the file of the tree, from 1; 0: not known. */
struct rule_place {
	uint32_t line, col;
};

struct rule_input {
	struct str label;
	const struct feel_expr *expr;
	const struct feel_expr *values; /* tests every value must pass, or NULL */
	const struct type *type;        /* what the model declares it to be, or NULL */
	struct rule_place place;
};

struct rule_output {
	struct str name, label;
	const struct feel_expr *values; /* a list, best first: priority and output order */
	const struct feel_expr *allowed; /* tests a model's output must pass, or NULL */
	const struct feel_expr *dflt;   /* when no row matches, or NULL */
	const struct type *type;        /* what its values must conform to, or NULL */
	struct rule_place place;
};

struct rule_row {
	const struct feel_expr *const *when; /* one per input; NULL: any */
	const struct feel_expr *const *then; /* one per output */
	struct str law, note;
	uint32_t line;
	const struct rule_place *places; /* of the cells: inputs, then outputs */
};

struct rule_table {
	struct str name;
	enum rule_hit hit;
	enum rule_aggregate aggregate;
	size_t ninputs, noutputs, nrows;
	const struct rule_input *inputs;
	const struct rule_output *outputs;
	const struct rule_row *rows;
	struct rule_place place;
	const struct table_index *index; /* of the rows, for large tables; NULL: all are looked at */
};

/* What went against the table's own rules; the value is null then. */
enum rule_trouble {
	TROUBLE_NONE,
	TROUBLE_INPUT,    /* an input outside its values: `column` */
	TROUBLE_SEVERAL,  /* unique, but several rows match */
	TROUBLE_DIFFERENT,/* any, but the matching rows differ */
	TROUBLE_OUTPUT,   /* an output outside its values: priority cannot be told */
};

struct rule_outcome {
	const struct feel_value *value;
	const struct feel_value *inputs;  /* as evaluated, ninputs of them */
	const uint32_t *matched;          /* rows that match, in the order of the table */
	size_t nmatched;
	bool is_default;                  /* no row matched: the outputs' defaults */
	enum rule_trouble trouble;
	uint32_t column;
};

/* Where a table is wrong: a position in the file and the cell's own message. */
struct rule_diag {
	uint32_t line, col; /* of the tree's node */
	int32_t row, column; /* from 0; -1: not in a row */
	struct feel_diag feel;
};

enum { RULE_DIAGS_MAX = 50 };
struct rule_diags {
	struct rule_diag *list;
	size_t n;
	struct err first;
};

MUST struct result rule_table_compile(struct arena *a, const struct json *tree,
                                      const struct feel_value *known,
                                      const struct rule_table **ret, struct rule_diag *ret_diag,
                                      struct err *err);
/* The same, but a mistake in one cell does not hide those in others: all of them,
 * up to RULE_DIAGS_MAX, in the order of the table. */
MUST struct result rule_table_compile_all(struct arena *a, const struct json *tree,
                                          const struct feel_value *known,
                                          const struct rule_table **ret,
                                          struct rule_diags *ret_diags, struct err *err);
/* Only exhausted limits are an error. */
MUST struct result rule_table_eval(const struct rule_table *t, const struct feel_scope *s,
                                   struct arena *a, struct rule_outcome *ret, struct err *err);
/* The facts its inputs and cells read, each once. */
size_t rule_table_reads(const struct rule_table *t, struct arena *a, const struct str **ret);

#endif
