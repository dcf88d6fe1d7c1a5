/* Where a node's master key comes from (`master:` in musubi.yaml):
 *
 *   file                     data/node.key, 32 random bytes, mode 0600 (the default)
 *   credential:NAME          $CREDENTIALS_DIRECTORY/NAME, as systemd gives it
 *   operators                data/operators.json; passphrases are typed
 *   operators:A=FILE,B=FILE  the same; passphrases are read from files
 *
 * It seals every private key and, through HKDF, what the node keeps under seal. */
#ifndef MUSUBI_CMD_MASTER_H
#define MUSUBI_CMD_MASTER_H

#include "cmd/config.h"
#include "crypto/operators.h"

enum { MASTER_BYTES = 32, OPERATORS_FILE_MAX = 1 << 16 };

MUST struct result master_open(struct arena *a, const struct config *c, struct secret *ret,
                               struct err *err);
/* People must type: a key process that ended cannot start again by itself. */
bool master_typed(const struct config *c);
struct str master_operators_path(struct arena *a, const struct config *c);

/* "NAME=FILE,NAME=FILE" into who[0..*ret_n), each passphrase the first line of
 * its file, mode 0600; the caller wipes them, also after a failure. */
MUST struct result master_read_people(struct arena *a, const struct config *c, struct str list,
                                      struct operator *who, unsigned *ret_n, struct err *err);
/* Asks on the terminal, without an echo. ERR_INPUT when there is none. */
MUST struct result master_ask(struct str name, const char *what, struct secret *ret,
                              struct err *err);
void master_forget(struct operator *who, unsigned n);

#endif
