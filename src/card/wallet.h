/* The virtual phone's secure element: one encrypted file with the two key
 * pairs of a citizen (利用者証明用, 署名用), their certificates, a 4-digit PIN
 * (3 tries) and a 6–16 character signing password (5 tries).
 *
 * The file is sealed with a device key (a second file, mode 0600) and, inside,
 * each private key once more under Argon2id of its own PIN or password. The
 * counter is lowered and fsynced BEFORE a guess is checked and restored after
 * success, so that neither kill -9 nor a second process gives a free try.
 * Modelled on facts of the JPKI applet: login and signature never share a key,
 * a PIN or a word.
 *
 * What a file cannot do and a chip can: whoever may copy both files and put
 * them back has tries without end. So the directory belongs to one user, and
 * this is a phone for trying out, not one to carry. */
#ifndef MUSUBI_CARD_WALLET_H
#define MUSUBI_CARD_WALLET_H

#include "base/arena.h"
#include "crypto/key.h"

enum wallet_use { WALLET_LOGIN, WALLET_SIGN };
enum { WALLET_PIN_TRIES = 3, WALLET_PASSWORD_TRIES = 5 };

enum wallet_verdict { WALLET_OK, WALLET_WRONG, WALLET_LOCKED };

struct wallet;

struct wallet_new {
	struct str name;     /* shown on the phone: 「加賀 花子」 */
	struct str issuer_url; /* origin of the portal it belongs to */
	struct key *login_key, *sign_key;
	struct str login_cert, sign_cert; /* DER; sign_cert "" below the age of 15 */
	struct str pin, password;
};

/* A PIN is 4 digits, a password 6–16 of A-Z 0-9 with at least one of each. */
bool wallet_secret_fits(enum wallet_use use, struct str secret);

/* ERR_INPUT "card.pin.form", "card.password.form"; ERR_CONFLICT "card.exists":
 * keys are never written over. */
MUST struct result wallet_create(struct str dir, const struct wallet_new *w, struct err *err);
/* Opens DIR/wallet.bin with DIR/device.key. Several processes may; each use
 * takes a file lock. ERR_NOT_FOUND "card.none", ERR_INPUT "card.damaged" (altered,
 * or of another device), ERR_INPUT "crypto.secret.mode" (readable by others). */
MUST struct result wallet_open(struct str dir, struct wallet **ret, struct err *err);
void wallet_close(struct wallet *w); /* NULL is fine */
#define WALLET_AUTO __attribute__((cleanup(wallet_close_p))) struct wallet *
static inline void wallet_close_p(struct wallet **w) { wallet_close(*w); }

/* As the file was when it was read last: by open, sign or change. Names live
 * until the next of them. */
struct str wallet_name(const struct wallet *w);
struct str wallet_issuer(const struct wallet *w);
bool wallet_has(const struct wallet *w, enum wallet_use use); /* no signing key below 15 */
struct str wallet_cert(const struct wallet *w, struct arena *a, enum wallet_use use); /* DER or "" */
unsigned wallet_tries(const struct wallet *w, enum wallet_use use);

/* Signs `document` (see trust/cms.h for the kinds) after the PIN or password.
 * The verdict is an output; *ret_tries is what is left. Without spending a try:
 * ERR_INPUT "card.document" for a document of the other use, "card.pin.form" or
 * "card.password.form" for what cannot be right, ERR_NOT_FOUND "card.no_key". */
MUST struct result wallet_sign(struct wallet *w, struct arena *a, enum wallet_use use,
                               struct str secret, struct str document, int64_t now_us,
                               enum wallet_verdict *ret, unsigned *ret_tries,
                               struct str *ret_cms, struct err *err);
/* Changes the PIN or password; counts as a try. What cannot be a PIN or
 * password, old or new, is refused before that. */
MUST struct result wallet_change(struct wallet *w, enum wallet_use use, struct str old,
                                 struct str fresh, enum wallet_verdict *ret,
                                 unsigned *ret_tries, struct err *err);
/* The way out of a locked PIN: the signing password sets a new one (its wrong guesses
 * cost its own tries). Not for wallets without a signing key: wallet_can_reset. The
 * login key is sealed under the password a second time for this. ERR_NOT_FOUND
 * "card.no_rescue". */
bool wallet_can_reset(const struct wallet *w);
MUST struct result wallet_reset_pin(struct wallet *w, struct str password, struct str fresh,
                                    enum wallet_verdict *ret, unsigned *ret_tries,
                                    struct err *err);
#endif
