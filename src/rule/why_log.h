/* Recording reasons while the machine runs. Inside this room only. */
#ifndef MUSUBI_RULE_WHY_LOG_H
#define MUSUBI_RULE_WHY_LOG_H

#include "rule/machine.h"
#include "rule/why.h"

struct why_node {
	struct why why;            /* first and next are filled at the end */
	struct why_node *first, *last, *next, *up;
};

struct why_log {
	struct why_node *at;       /* where the next reason belongs */
	size_t n;
	unsigned depth, off;       /* off: nothing is recorded */
};

/* NULL when nothing is recorded now; close takes NULL calmly. */
struct why_node *why_open(struct machine *m, enum why_kind kind, struct str name);
void why_close(struct machine *m, struct why_node *w, const struct feel_value *v);
/* machine_eval of a node worth telling. */
struct feel_value why_eval(struct machine *m, const struct node *n, const struct frame *f,
                           struct feel_value (*eval)(struct machine *m, const struct node *n,
                                                     const struct frame *f));
bool why_worth(const struct node *n);
void why_table(struct machine *m, struct why_node *w, const struct rule_table *t,
               const struct rule_outcome *o);
void why_begin(struct machine *m, struct why_log *log);
const struct why *why_end(struct why_log *log, const struct feel_value *v);

#endif
