/* An ordered line of constants, cut at each: piece 2i + 1 is point i, the even
 * pieces lie between. The index of a table and its checker see inputs so. */
#ifndef MUSUBI_RULE_POINTS_H
#define MUSUBI_RULE_POINTS_H

#include "rule/value.h"

/* Values of one kind that has an order, as the tests of a table have it; false
 * before true. */
int point_compare(const struct feel_value *x, const struct feel_value *y);
/* points: n of them, ascending, no two equal. */
size_t points_piece(const struct feel_value *points, size_t n, const struct feel_value *v);

#endif
