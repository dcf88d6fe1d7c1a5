/* The virtual phone's secure element: one encrypted file with the two key
 * pairs of a citizen (利用者証明用, 署名用), their certificates, a 4-digit PIN
 * (3 tries) and a 6–16 character signing password (5 tries).
 *
 * The file is sealed with a device key (a second file, mode 0600) and, inside,
 * each private key once more under Argon2id of its own PIN or password. The
 * counter is lowered and fsynced BEFORE a guess is checked and restored after
 * success, so that neither kill -9 nor a copied process gives a free try.
 * Modelled on facts of the JPKI applet: login and signature never share a key,
 * a PIN or a word. */
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

/* Refuses a PIN that is not 4 digits and a password that is not 6–16 of
 * A-Z 0-9 (署名用パスワード: both letters and digits). */
MUST struct result wallet_create(struct str dir, const struct wallet_new *w, struct err *err);
/* Opens DIR/wallet.bin with DIR/device.key. Several processes may; each use
 * takes a file lock. */
MUST struct result wallet_open(struct str dir, struct wallet **ret, struct err *err);
void wallet_close(struct wallet *w);
struct str wallet_name(const struct wallet *w);
struct str wallet_cert(const struct wallet *w, struct arena *a, enum wallet_use use); /* DER or "" */
unsigned wallet_tries(const struct wallet *w, enum wallet_use use);

/* Signs `document` (see trust/cms.h for the kinds) after the PIN or password.
 * The verdict is an output; on WALLET_WRONG *ret_tries is what is left. */
MUST struct result wallet_sign(struct wallet *w, struct arena *a, enum wallet_use use,
                               struct str secret, struct str document, int64_t now_us,
                               enum wallet_verdict *ret, unsigned *ret_tries,
                               struct str *ret_cms, struct err *err);
/* Changes the PIN or password; counts as a try. */
MUST struct result wallet_change(struct wallet *w, enum wallet_use use, struct str old,
                                 struct str fresh, enum wallet_verdict *ret,
                                 unsigned *ret_tries, struct err *err);
#endif
