/* Regular expressions of XPath and XQuery Functions 3.1 §5.6 for matches,
 * replace and split. Inside this room.
 *
 * A pattern becomes a small program run by backtracking with a memory of the
 * (instruction, place) pairs already tried, so the time is at most program ×
 * text. Only back-references need plain backtracking; they are held by the
 * evaluation's steps like everything else. */
#ifndef MUSUBI_RULE_REGEX_H
#define MUSUBI_RULE_REGEX_H

#include "rule/machine.h"

enum { REGEX_GROUPS = 32 };

struct regex;

/* NULL when the pattern or a flag (s m i x q) is none. */
struct regex *regex_compile(struct machine *m, struct str pattern, struct str flags);
/* The leftmost match at or behind `from`: groups[2i], groups[2i+1] are byte
 * offsets of group i (0: all), STR_NONE when it took no part. */
bool regex_find(struct machine *m, struct regex *r, struct str s, size_t from,
                size_t groups[2 * REGEX_GROUPS]);
size_t regex_groups(const struct regex *r); /* number of ( ) groups */
bool regex_literal(const struct regex *r);  /* flag q */

#endif
