/* Keys in a PKCS#11 token (OASIS PKCS#11 2.40): a smart card or an HSM, named by
 * an RFC 7512 URI,
 *
 *   pkcs11:token=musubi?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:pin
 *
 * Called directly through C_GetFunctionList: OpenSSL's engine is deprecated and
 * its provider is not everywhere, and both hide sessions and log-ins, which are
 * the point here. Threads sign at the same time, each in a session of a pool;
 * one log-in serves all. A session or token that was lost is found again once
 * per call; a PIN that was refused is never tried again, so that nothing locks.
 * Private keys are made in the token, sensitive and not extractable. RSA and EC
 * rows, signing only: unwrap and derive answer "crypto.key.mismatch". */
#ifndef MUSUBI_CRYPTO_KEY_TOKEN_H
#define MUSUBI_CRYPTO_KEY_TOKEN_H

#include "crypto/key.h"

struct token_uri {
	struct str token, module_path, pin_source; /* pin_source without "file:" */
};
/* RFC 7512 §2.3, percent-decoded. ERR_INPUT for what is missing, unknown or there
 * twice, and for pin-value: a PIN does not belong into a configuration. */
MUST struct result token_uri_parse(struct str uri, struct arena *a, struct token_uri *ret,
                                   struct err *err);

enum { TOKEN_SESSIONS = 8, TOKEN_LABEL_MAX = 32, TOKEN_PIN_MAX = 255 };

struct token;

/* Loads the module, finds the token by its label, logs in. Relative paths of the
 * URI begin at `dir`. ERR_AUTH "crypto.token.pin", ERR_UNAVAILABLE
 * "crypto.token.gone". Close it after the last key's use: keys hold no reference. */
MUST struct result token_open(struct str uri, struct str dir, struct token **ret,
                              struct err *err);
void token_close(struct token *t); /* NULL is fine */

/* The pair whose label is `name`: ERR_NOT_FOUND, ERR_CONFLICT for two. */
MUST struct result token_key(struct token *t, struct str name, struct key **ret,
                             struct err *err);
/* ERR_CONFLICT when there is one of that name. */
MUST struct result token_generate(struct token *t, enum key_alg alg, struct str name,
                                  struct key **ret, struct err *err);

#endif
