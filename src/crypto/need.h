/* Ends the process when OpenSSL cannot do what cannot fail: a digest, a random
 * number, a fetch of a built-in algorithm. Only memory exhaustion or a broken
 * installation leads here, and a half-made answer is worse than none. */
#ifndef MUSUBI_CRYPTO_NEED_H
#define MUSUBI_CRYPTO_NEED_H

#include <stdbool.h>

void crypto_need(bool held, const char *what);

#endif
