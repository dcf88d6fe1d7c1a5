/* How the index of a table lies in memory. Only for table_index*.c. */
#ifndef MUSUBI_RULE_TABLE_INDEX_PARTS_H
#define MUSUBI_RULE_TABLE_INDEX_PARTS_H

#include "rule/points.h"
#include "rule/table_index.h"

enum { WORD_BITS = 64 };

/* Places of one piece: a sorted list, or the words from `first` on where that is smaller. */
struct piece {
	uint32_t *list;
	uint64_t *bits;
	uint32_t n;            /* of the list */
	uint32_t first, words; /* of the bits */
};

struct index_column {
	uint32_t input;
	enum feel_kind kind;
	struct feel_value *points;
	size_t npoints;
	uint32_t join;        /* pieces joined into one */
	struct piece *pieces; /* of 2 × npoints + 1, joined */
	size_t npieces;
	uint64_t *always;     /* places whose cell may hold anywhere */
	bool any_always;
};

struct table_index {
	size_t nrows, nwords, ncolumns;
	struct index_column *columns;
	uint32_t *rows; /* of the places; NULL: the order is the table's */
};

static inline void index_mark(uint64_t *bits, size_t place)
{
	bits[place / WORD_BITS] |= (uint64_t)1 << (place % WORD_BITS);
}

#endif
