/* Pieces of an ordered line. */
#include "rule/points.h"

int point_compare(const struct feel_value *x, const struct feel_value *y)
{
	int c = 0;
	if (x->kind == FEEL_BOOL)
		return x->boolean - y->boolean;
	feel_order(x, y, &c);
	return c;
}

size_t points_piece(const struct feel_value *points, size_t n, const struct feel_value *v)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = point_compare(v, &points[middle]);
		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2 * low;
}
