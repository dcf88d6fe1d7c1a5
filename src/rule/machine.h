/* The state of one evaluation. Inside this room only.
 *
 * Every node costs a step, every loop round and every piece of data a share, and
 * all memory goes through machine_alloc: steps, depth and bytes are bounded. A
 * limit leaves through longjmp; nothing needs undoing, since all is arena. */
#ifndef MUSUBI_RULE_MACHINE_H
#define MUSUBI_RULE_MACHINE_H

#include <setjmp.h>

#include "rule/ast.h"
#include "rule/native.h"

enum {
	MACHINE_STEPS = 100000, MACHINE_DEPTH = 1500, MACHINE_BYTES = 32 << 20, MACHINE_NESTING = 64,
	MACHINE_RESULT_NODES = 100000, MACHINE_TROUBLES = 100,
};

struct machine;
struct why_log;

/* Names bound inside the expression; item: the element a filter looks at. */
struct frame {
	const struct frame *up;
	const struct str *names;
	const struct feel_value *values;
	size_t n;
	const struct feel_value *item;
	bool kept; /* lies in the arena */
	/* Values worked out when first asked for; NULL from it: no such fact. */
	const struct feel_value *(*fetch)(struct machine *m, void *fetcher, size_t i);
	void *fetcher;
};

struct feel_function {
	enum { FN_CLOSURE, FN_BUILTIN, FN_NATIVE, FN_SERVICE } kind;
	const struct node *node;       /* FN_CLOSURE: the N_FUNCTION */
	const struct frame *env;
	const struct builtin *builtin;
	feel_native *native;
	struct feel_value (*service)(struct machine *m, void *context, const struct feel_value *args);
	void *context;
	const struct str *params;
	const struct type *const *types; /* of the parameters, NULL where open */
	size_t nparams;
};

/* What went against a model: tables, types. The value is null then. */
struct trouble {
	const char *code;  /* stable: "dmn.type" */
	struct str element; /* the decision, the table */
	uint32_t line, column; /* of a table: the row, the column */
};
struct troubles {
	struct trouble *list;
	size_t n, cap;
	struct str element; /* being worked on */
	uint32_t line;
};

struct machine {
	struct arena *a;
	const struct feel_scope *scope;
	uint32_t steps;
	size_t bytes;
	unsigned depth;
	bool shape_only;         /* types are asked for without their allowed values */
	bool partial;            /* facts may be missing: values may be open (missing.h) */
	struct troubles *troubles; /* NULL unless asked for */
	struct why_log *why;     /* NULL unless an explanation is asked for */
	struct err *err;
	struct result failed;
	jmp_buf bail;
};

void machine_init(struct machine *m, const struct feel_scope *s, struct arena *a, struct err *err);
/* Leaves with a limit when a result is too large to be walked. */
void machine_measure(struct machine *m, const struct feel_value *v);
_Noreturn void machine_limit(struct machine *m, const char *code, const char *what);
static inline void machine_step(struct machine *m, size_t cost)
{
	if (m->steps < cost)
		machine_limit(m, "feel.steps", "the expression takes too many steps");
	m->steps -= (uint32_t)cost;
}
void *machine_alloc(struct machine *m, size_t count, size_t size);
struct str machine_str(struct machine *m, struct str s);

/* A list that grows. */
struct values {
	struct feel_value *p;
	size_t n, cap;
};
void values_push(struct machine *m, struct values *v, struct feel_value x);
static inline struct feel_value values_list(const struct values *v) { return feel_list(v->p, v->n); }

struct feel_value machine_eval(struct machine *m, const struct node *n, const struct frame *f);
struct feel_value machine_call(struct machine *m, const struct feel_value *fn,
                               const struct feel_value *args, size_t n);
/* Does the value pass one unary test? */
enum feel_truth machine_test(struct machine *m, const struct node *test, const struct frame *f,
                             const struct feel_value *input);
enum feel_truth machine_equal(struct machine *m, const struct feel_value *x,
                              const struct feel_value *y);
void machine_trouble(struct machine *m, const char *code, uint32_t line, uint32_t column);
/* The value as the type wants it: as it is, as a list of one, or out of one
 * (DMN 1.5 §10.3.2.9.4); false when it does not conform. */
bool machine_fit(struct machine *m, struct feel_value *v, const struct type *t);
bool machine_is_type(struct machine *m, const struct feel_value *v, const struct type *t, int depth);

/* eval_operator.c */
struct feel_value operator_add(struct machine *m, const struct feel_value *x, const struct feel_value *y);
struct feel_value operator_sub(const struct feel_value *x, const struct feel_value *y);
struct feel_value operator_mul(const struct feel_value *x, const struct feel_value *y);
struct feel_value operator_div(const struct feel_value *x, const struct feel_value *y);
struct feel_value operator_pow(const struct feel_value *x, const struct feel_value *y);
struct feel_value operator_neg(const struct feel_value *x);
struct feel_value truth_value(enum feel_truth t);
static inline enum feel_truth value_truth(const struct feel_value *v)
{
	return v->kind != FEEL_BOOL ? FEEL_UNKNOWN : v->boolean ? FEEL_TRUE : FEEL_FALSE;
}
enum feel_truth truth_and(enum feel_truth x, enum feel_truth y);
enum feel_truth truth_or(enum feel_truth x, enum feel_truth y);
enum feel_truth truth_not(enum feel_truth x);

/* eval_loop.c */
struct feel_value loop_for(struct machine *m, const struct node *n, const struct frame *f);
struct feel_value loop_quantified(struct machine *m, const struct node *n, const struct frame *f);
struct feel_value loop_filter(struct machine *m, const struct node *n, const struct frame *f);
struct feel_value range_property(const struct feel_range *r, struct str name);

/* table.c: a table where an expression stands. */
struct feel_value table_value(struct machine *m, const struct rule_table *t, const struct frame *f);

/* eval.c: what a name stands for: bound, or a fact; NULL: neither. The value of a
 * key or property, null when there is none. */
const struct feel_value *machine_name(struct machine *m, const struct frame *f, struct str name);
struct feel_value machine_property(struct machine *m, const struct feel_value *v, struct str name);

/* value.c: feel_equal with a budget of comparisons; 0 left: undecided. */
enum feel_truth value_equal(const struct feel_value *x, const struct feel_value *y, uint32_t *budget);
/* value_text.c */
void value_write(struct buf *b, const struct feel_value *v);

#endif
