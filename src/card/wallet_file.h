/* The wallet at rest: DIR/device.key (32 random bytes, mode 0600), DIR/wallet.bin
 * (JSON under AES-256-GCM with the device key) and DIR/lock. Private to this room.
 *
 * wallet.bin is replaced whole (base/file.h), so a reader needs no lock and a
 * power cut leaves the old content or the new one. Whoever writes holds the
 * lock from reading to writing. */
#ifndef MUSUBI_CARD_WALLET_FILE_H
#define MUSUBI_CARD_WALLET_FILE_H

#include "base/json.h"
#include "crypto/secret.h"

enum { WALLET_FILE_MAX = 1 << 20, WALLET_VERSION = 1, WALLET_LOCK_SECONDS = 15 };

/* The device key; made when missing and `make`, else ERR_NOT_FOUND "card.none". */
MUST struct result wallet_device(struct str dir, bool make, struct secret *ret,
                                 struct err *err);
MUST struct result wallet_write(struct str dir, const struct secret *device,
                                const struct json *j, struct err *err);
/* ERR_NOT_FOUND "card.none"; ERR_INPUT "card.damaged" when it was altered, is cut
 * short, belongs to another device key, or is of another version. */
MUST struct result wallet_read(struct str dir, const struct secret *device, struct arena *a,
                               const struct json **ret, struct err *err);
bool wallet_is_there(struct str dir);

/* Waits for the others, at most WALLET_LOCK_SECONDS: ERR_UNAVAILABLE "card.busy".
 * The kernel lets go of it when the process dies. */
MUST struct result wallet_lock(struct str dir, int *ret_fd, struct err *err);
void wallet_unlock(int *fd);
#define WALLET_LOCK_AUTO __attribute__((cleanup(wallet_unlock))) int

#endif
