/* A master key under the passphrases of several people: of n operators any
 * `need` together open it, one alone does not (two for a certification
 * authority).
 *
 * The key is split by Shamir; each share is sealed with AES-256-GCM under
 * Argon2id of its operator's passphrase, bound to the ceremony, the operator's
 * name and the number of the share. A file of JSON, no secret in it without the
 * passphrases. */
#ifndef MUSUBI_CRYPTO_OPERATORS_H
#define MUSUBI_CRYPTO_OPERATORS_H

#include "base/arena.h"
#include "crypto/password.h"
#include "crypto/share.h"

enum { OPERATORS_MIN_PASSPHRASE = 12, OPERATORS_NAME_MAX = 40 };

struct operator {
	struct str name;
	struct secret passphrase;
};

/* The text of the file. ERR_INPUT for names that are empty, too long or there
 * twice, for two equal passphrases and for one below OPERATORS_MIN_PASSPHRASE
 * bytes: two people who share one passphrase are one. */
MUST struct result operators_seal(struct str master, const struct operator *who, unsigned n,
                                  unsigned need, struct password_cost cost, struct arena *a,
                                  struct str *ret_text, struct err *err);

struct operators {
	struct str id; /* of the ceremony, hex */
	unsigned need, n;
	struct str names[SHARE_MAX];
};
/* Who they are, without any passphrase. */
MUST struct result operators_read(struct str text, struct arena *a, struct operators *ret,
                                  struct err *err);
/* ERR_INPUT "crypto.operators.few" below `need`, ERR_AUTH
 * "crypto.operators.passphrase" naming whose passphrase is wrong. */
MUST struct result operators_open(struct str text, const struct operator *who, unsigned n,
                                  struct arena *a, struct secret *ret, struct err *err);

#endif
