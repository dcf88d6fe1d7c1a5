/* Inside the room: values of containers that are still open, shared by the JSON
 * and the YAML reader.
 *
 * A reader pushes finished values; closing a container moves its own from the
 * stack into the arena in one piece. What the tree will take is checked against
 * the arena's cap before it is taken. */
#ifndef MUSUBI_BASE_JSON_STACK_H
#define MUSUBI_BASE_JSON_STACK_H

#include "base/json.h"

struct json_key {
	struct str text;
	uint32_t line, col;
};

struct json_stack {
	struct arena *arena;
	struct json *values;
	struct json_key *keys; /* beside the values; empty in arrays */
	size_t n, cap;
};

void json_stack_init(struct json_stack *s, struct arena *a);
void json_stack_done(struct json_stack *s);
MUST struct result json_stack_push(struct json_stack *s, struct json_key key, const struct json *v,
                                   struct err *err);
/* Everything above `base` becomes the items (and keys) of *into. For objects,
 * *ret_duplicate is a key that came a second time, or NULL; when there is one,
 * *into is untouched. */
MUST struct result json_stack_close_array(struct json_stack *s, size_t base, struct json *into,
                                          struct err *err);
MUST struct result json_stack_close_object(struct json_stack *s, size_t base, struct json *into,
                                           const struct json_key **ret_duplicate,
                                           struct err *err);

/* Fills order[0..n) with the indices of keys in the order of cmp (str_cmp or
 * another), equal keys in the order of the source. */
void json_keys_sort(const struct str *keys, size_t n, uint32_t *order,
                    int (*cmp)(struct str, struct str));

/* A whole text that is a number by RFC 8259 §6. */
bool json_is_number(struct str s);
/* Appends its canonical text (RFC 8785 §3.2.2.3); false, and nothing appended, for
 * what is no number or not exact in every reader. */
bool json_number_canonical(struct buf *b, struct str text);

#endif
