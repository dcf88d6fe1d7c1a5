/* Evaluation on partial facts. Inside this room only; what it promises stands
 * with feel_missing in feel.h. */
#ifndef MUSUBI_RULE_MISSING_H
#define MUSUBI_RULE_MISSING_H

#include "rule/machine.h"

struct missing {
	struct str *list;
	size_t n, cap;
};

extern const struct str missing_mark;

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
/* An open value that hangs on all of these. */
struct feel_value missing_join(struct machine *m, const struct feel_value *v, size_t n);

#endif
