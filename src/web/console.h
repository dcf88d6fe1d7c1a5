/* The console: pages for officers and authors of packs that concern nobody in
 * particular. Rows stand in counter.c, behind the officer's session. */
#ifndef MUSUBI_WEB_CONSOLE_H
#define MUSUBI_WEB_CONSOLE_H

#include "web/app.h"

/* console_rules.c */
MUST struct result console_rules(struct visit *v, struct err *err);
MUST struct result console_rule(struct visit *v, struct err *err);
MUST struct result console_rule_try(struct visit *v, struct err *err);

/* One try of a rule. */
struct console_try {
	const struct pack_set *packs;
	const struct pack_rule *rule;
	const struct json *given;            /* what was typed, as values */
	struct str day;                      /* today() of the try, ISO */
	bool wrong;                          /* something typed is none of its type */
	const struct dated_version *version; /* that counts; NULL: not known, or none */
};
/* console_result.c: the value, its reasons, and the table with its rows marked.
 * Sets t->version. */
MUST struct result console_put_result(struct visit *v, struct console_try *t,
                                      struct json_object *o, struct err *err);

#endif
