/* The keys of a node by name. A key that was rolled over has generations: NAME,
 * NAME@2, NAME@3 …; the older ones stay for what they signed. */
#ifndef MUSUBI_CMD_KEY_NAMES_H
#define MUSUBI_CMD_KEY_NAMES_H

#include "cmd/node.h"

enum { KEY_GENERATIONS = 99, KEY_GENERATION_NAME = 64 };

/* "NAME" for 1, "NAME@g" above; cut at the size of ret. */
void key_generation_name(const char *name, unsigned g, char ret[KEY_GENERATION_NAME]);
/* The newest of data/FOLDER/NAME@g.SUFFIX, 1 when there is none above. */
unsigned key_generation_last(struct node *n, const char *folder, const char *suffix,
                             const char *name);
/* The newest generation of a seal whose certificate has begun at `now`. */
unsigned key_generation_of_seal(struct node *n, const char *name, int64_t now);

/* One line for each sealed key: name, algorithm, SHA-256 of its public half. */
MUST struct result key_names_write(struct node *n, struct buf *b, struct err *err);

#endif
