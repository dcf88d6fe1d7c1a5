/* Why a result is what it is: a tree of the decisions, tables, rows, conditions
 * and facts that led to it, and its words in plain Japanese and English.
 *
 * Only what counts is kept: of a condition that failed the part that failed, of
 * one that held the part that made it hold, of an "if" the branch taken, of a
 * table the rows that matched with the law they cite. */
#ifndef MUSUBI_RULE_WHY_H
#define MUSUBI_RULE_WHY_H

#include "base/buf.h"
#include "rule/dmn.h"

enum { WHY_NODES_MAX = 1000, WHY_DEPTH_MAX = 40, WHY_ROWS_MAX = 20 };

enum why_kind {
	WHY_RESULT,    /* the whole: value */
	WHY_DECISION,  /* a decision of a model: name, value */
	WHY_FACT,      /* a fact that was read: name, value */
	WHY_ABSENT,    /* a fact that was asked for and is not there: name */
	WHY_CONDITION, /* node, value: true, false or null */
	WHY_TABLE,     /* table, value; outcome */
	WHY_ROW,       /* table, row */
};

struct why {
	enum why_kind kind;
	struct str name;
	const struct feel_value *value;
	const struct node *node;
	const struct rule_table *table;
	const struct feel_value *inputs; /* WHY_ROW: of the table */
	bool is_default;                 /* WHY_TABLE: no row matched, the defaults count */
	enum rule_trouble trouble;       /* WHY_TABLE */
	uint32_t row;                    /* WHY_ROW, from 0 */
	struct str law, note;            /* WHY_ROW */
	const struct why *first, *next;  /* reasons, in the order of asking */
};

MUST struct result feel_explain(const struct feel_expr *e, const struct feel_scope *s,
                                struct arena *a, const struct feel_value **ret,
                                const struct why **ret_why, struct err *err);
MUST struct result rule_table_explain(const struct rule_table *t, const struct feel_scope *s,
                                      struct arena *a, struct rule_outcome *ret,
                                      const struct why **ret_why, struct err *err);
MUST struct result dmn_explain(const struct dmn_model *m, struct str name,
                               const struct feel_scope *s, struct arena *a,
                               struct dmn_outcome *ret, const struct why **ret_why,
                               struct err *err);

enum why_language { WHY_JA, WHY_EN };
/* One line for each reason, two spaces deeper for the reasons of a reason. */
void why_write(struct buf *b, const struct why *w, enum why_language language);
/* A value, and a test of a table's cell, as people say it: 「40以上50未満」. */
struct str why_value(struct arena *a, const struct feel_value *v, enum why_language language);
struct str why_test(struct arena *a, const struct feel_expr *tests, enum why_language language);

#endif
