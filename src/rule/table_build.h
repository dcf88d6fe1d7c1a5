/* Tables for the other files of this room: in any scope, with types of outputs.
 * The tree is that of table.h, whether a pack or a DMN model holds it. */
#ifndef MUSUBI_RULE_TABLE_BUILD_H
#define MUSUBI_RULE_TABLE_BUILD_H

#include "rule/syntax.h"
#include "rule/table.h"

/* `types`: one per output, NULL where open; or NULL. */
MUST struct result table_build(struct arena *a, const struct json *tree,
                               const struct syntax_scope *scope, const struct type *const *types,
                               struct rule_table **ret, struct rule_diag *ret_diag,
                               struct err *err);

#endif
