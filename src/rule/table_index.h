/* The index of a table's rows. Inside this room only.
 *
 * It names candidates: every row that can match is among them. A column all of
 * whose cells are constants of one kind is settled by it; cells of every other
 * column are still tested, so a table with an index decides exactly as one
 * without (tests/unit/rule/test_index.c compares the two). */
#ifndef MUSUBI_RULE_TABLE_INDEX_H
#define MUSUBI_RULE_TABLE_INDEX_H

#include "rule/machine.h"
#include "rule/table.h"

enum { INDEX_ROWS_MIN = 24 }; /* smaller tables are scanned faster */

/* NULL when the table is small, no column helps, or the arena is short. */
const struct table_index *table_index_new(struct arena *a, const struct rule_table *t);
/* The rows that may match these inputs, in the order of the table; which columns
 * need no test any more is set in settled. */
size_t table_index_find(struct machine *m, const struct table_index *x,
                        const struct feel_value *inputs, const uint32_t **ret,
                        bool settled[TABLE_COLUMNS_MAX]);

#endif
