/* What people bring to sign with: keys, certificates, CRLs and OCSP answers in
 * files, PEM or DER. */
#ifndef MUSUBI_CMD_SIGN_FILES_H
#define MUSUBI_CMD_SIGN_FILES_H

#include "crypto/key_token.h"
#include "sign/ades.h"

/* An unencrypted PKCS#8 file ("PRIVATE KEY", RFC 7468 §10), or "pkcs11:…" with the
 * label of the key; then *ret_token is to be closed after the key. */
MUST struct result sign_key(struct arena *a, struct str where, struct str label,
                            struct key **ret, struct token **ret_token, struct err *err);
/* Adds what is in a file (PEM with any number, or one in DER) or in the files of a
 * directory: told apart by form. */
MUST struct result sign_material(struct arena *a, struct str path, struct ades_values *to,
                                 struct err *err);

#endif
