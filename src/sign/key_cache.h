/* Inside of the room: public keys of others as OpenSSL holds them. Decoding one costs
 * several verifications, and a file names the same few again and again. */
#ifndef MUSUBI_SIGN_KEY_CACHE_H
#define MUSUBI_SIGN_KEY_CACHE_H

#include <openssl/evp.h>

#include "base/str.h"

/* A reference to the key of a SubjectPublicKeyInfo (EVP_PKEY_free it), or NULL when it is
 * none. Any thread; found by all of its bytes, so never another's. */
EVP_PKEY *sign_key_of(struct str spki);

#endif
