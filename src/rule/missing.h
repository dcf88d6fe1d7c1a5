/* Evaluation on partial facts. Inside this room only; what it promises stands
 * with feel_missing in feel.h. */
#ifndef MUSUBI_RULE_MISSING_H
#define MUSUBI_RULE_MISSING_H

#include "rule/machine.h"

struct missing {
	struct str *list;
	size_t n, cap;
};

/* As machine_eval, but the value may be open, or hold open parts. */
struct feel_value missing_eval(struct machine *m, const struct node *n, const struct frame *f);
/* A unary test: true, false, null, or open. */
struct feel_value missing_test(struct machine *m, const struct node *test, const struct frame *f,
                               const struct feel_value *input);
/* missing_table.c */
struct feel_value missing_table(struct machine *m, const struct rule_table *t,
                                const struct frame *f);

/* As machine_call, with arguments that may be open. */
struct feel_value missing_call(struct machine *m, const struct feel_value *fn,
                               struct feel_value *args, size_t n);

/* Open for want of that fact. */
struct feel_value missing_fact(struct machine *m, struct str name);
/* Open, or with an open part. */
bool missing_open(struct machine *m, const struct feel_value *v);
/* The facts it hangs on, each once, in order. */
void missing_demand(struct machine *m, struct missing *x, const struct feel_value *v);
/* Open itself; an open value that hangs on these facts. */
bool missing_marked(const struct feel_value *v);
struct feel_value missing_value(struct machine *m, const struct missing *x);
/* The facts that anything below the node hangs on. */
void missing_touched(struct machine *m, struct missing *x, const struct node *n,
                     const struct frame *f);

/* A chain of names from its root downwards; false when a part of it is missing. */
bool missing_chain(struct machine *m, const struct node *n, const struct frame *f,
                   struct feel_value *v);
const struct node *missing_root(const struct node *n);
/* A name in a filter that is no fact the compiler knew: a key an item lacks. */
bool missing_key(const struct node *root);
struct feel_value missing_property(struct machine *m, const struct feel_value *v, struct str name);

/* An open value that hangs on all of these. */
struct feel_value missing_join(struct machine *m, const struct feel_value *v, size_t n);

#endif
