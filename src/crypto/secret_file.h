/* A secret kept in a file of its own, mode 0600: a data key, the core's master
 * key, a device key. Made of random bytes when it is missing; two processes
 * that start at once agree on one. */
#ifndef MUSUBI_CRYPTO_SECRET_FILE_H
#define MUSUBI_CRYPTO_SECRET_FILE_H

#include "crypto/secret.h"

/* n bytes exactly; a file of another size, or readable by others, is ERR_INPUT:
 * better no start than a key that somebody else knows. */
MUST struct result secret_file(struct str path, size_t n, struct secret *ret, struct err *err);

#endif
