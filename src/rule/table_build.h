/* Tables for the other files of this room: in any scope, with types of outputs.
 * The tree is that of table.h, whether a pack or a DMN model holds it. */
#ifndef MUSUBI_RULE_TABLE_BUILD_H
#define MUSUBI_RULE_TABLE_BUILD_H

#include "rule/syntax.h"
#include "rule/table.h"

/* What a model declares, NULL where open; one per input and output. */
struct table_types {
	const struct type *const *inputs, *const *outputs;
};

/* `types`: or NULL. */
MUST struct result table_build(struct arena *a, const struct json *tree,
                               const struct syntax_scope *scope, const struct table_types *types,
                               struct rule_table **ret, struct rule_diags *ret_diags,
                               struct err *err);

/* rule_table_check with what is left of a budget that several tables share. */
struct table_finding;
size_t table_check_within(const struct rule_table *t, struct arena *a, uint64_t *work,
                          const struct table_finding **ret);

#endif
