/* What is wrong, doubtful or worth knowing about a decision table, found before
 * anything runs: rows that can never decide, rows that hold together, inputs that
 * no row is for, values outside those that are allowed, types that do not fit.
 *
 * Every finding is certain: what cannot be told from the constants of the table
 * (a cell that reads a fact, calls a function) is left open, and that is said in a
 * note. How grave a finding is hangs on the hit policy. The work is bounded; when a
 * bound ends a search, a note says so. Pure; all memory is the caller's arena. */
#ifndef MUSUBI_RULE_TABLE_CHECK_H
#define MUSUBI_RULE_TABLE_CHECK_H

#include "rule/table.h"

enum table_level {
	TABLE_NOTE,    /* nothing is wrong; an author may want to know */
	TABLE_WARNING, /* the table works, but somebody should look */
	TABLE_ERROR,   /* the table cannot mean this */
};

struct table_finding {
	enum table_level level;
	const char *code;           /* stable: "table.gap", "table.overlap" (words.h) */
	int32_t row, other, column; /* from 0; -1: about none. Columns: inputs, then outputs */
	uint32_t line, col;         /* in the file of the tree; 0: not known */
	struct str en, ja;          /* one sentence each */
	struct str hint_en, hint_ja;/* what was probably meant, or ""; "did you mean 'owned'?" */
};

/* What is known of an input beside what the table says itself. All zero: nothing. */
struct table_domain {
	enum feel_kind kind;             /* FEEL_NULL: not known */
	const struct feel_value *values; /* the only values there are (an enum), or NULL */
	size_t n;
	const struct feel_value *low, *high; /* both included; NULL: no end */
	bool whole;                      /* numbers without digits behind the point */
	bool may_be_null;                /* null has to be covered, too */
};

enum { TABLE_FINDINGS_MAX = 200 };

/* `domains`: one per input, or NULL. In the order of the rows; at most
 * TABLE_FINDINGS_MAX. */
size_t rule_table_check(const struct rule_table *t, const struct table_domain *domains,
                        struct arena *a, const struct table_finding **ret);

#endif
