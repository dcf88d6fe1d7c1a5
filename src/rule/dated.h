/* Rules with versions: a table or a parameter that is another one from a day on,
 * each version with the law it follows. A function in FEEL: which version counts
 * is told by an argument that is a date, or by the day of the evaluation
 * (today() of the scope, the day of the application); never by a clock. A
 * parameter is a table without inputs and with one row. */
#ifndef MUSUBI_RULE_DATED_H
#define MUSUBI_RULE_DATED_H

#include "rule/table.h"

struct dated_version {
	struct str from;  /* the first day, ISO; it ends the day before the next one's */
	struct str law;   /* cited by each row that cites nothing itself */
	const struct rule_table *table; /* NULL: repealed, the value is null */
};

struct dated;

/* `on`: the parameter that is the date, or "": today(). Versions oldest first, no
 * two from one day. Cells read parameters by name. Everything is borrowed. */
MUST struct result dated_new(struct arena *a, struct str on, const struct str *params,
                             size_t nparams, const struct dated_version *versions, size_t n,
                             const struct dated **ret, struct err *err);
/* To be put among the facts under the name it is called by. */
struct feel_value dated_value(const struct dated *d);
/* What a call evaluates, with the parameters taken from the facts. */
const struct feel_expr *dated_expr(const struct dated *d);
/* The versions, oldest first, with the laws in their rows. */
size_t dated_versions(const struct dated *d, const struct dated_version **ret);
/* The one in force on a day (ISO); NULL before the first. */
const struct dated_version *dated_at(const struct dated *d, struct str day);

#endif
