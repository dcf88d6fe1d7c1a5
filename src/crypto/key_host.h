/* The key process: holds the private keys and the master key, and answers
 * frames (crypto/key_frame.h) until the other ends of its channels are closed.
 *
 * It is started by key_remote.h before the server listens, has no network and
 * nothing open but its channels and the log, and does only what the table of
 * operations knows: a broken server can ask for signatures while it lives, and
 * takes no key away. */
#ifndef MUSUBI_CRYPTO_KEY_HOST_H
#define MUSUBI_CRYPTO_KEY_HOST_H

#include "crypto/key.h"
#include "crypto/key_frame.h"

enum { KEY_HOST_KEYS = 256, KEY_HOST_CHANNELS = 16, KEY_HOST_FD = 3, KEY_NAME_MAX = 96,
       KEY_MASTER = 32 };

struct key_host;

/* Takes over `master` (KEY_MASTER bytes) and loads every NAME.key of `dir` that is
 * sealed under it; one that does not open is an error, not a key less. `uses` are
 * the names that KEY_OP_SECRET gives out; they must outlive the host. */
MUST struct result key_host_open(struct secret *master, struct str dir, const struct str *uses,
                                 size_t nuses, struct key_host **ret, struct err *err);
void key_host_close(struct key_host *h);
size_t key_host_count(const struct key_host *h);
/* The secret for one use: HKDF-SHA-256 of the master key, salt "musubi". */
void key_master_secret(struct str master, struct str use, uint8_t ret[KEY_MASTER]);

/* Answers one packet. False: it was no frame; nothing is in *ret then. `worker` is
 * the number of the calling thread, below KEY_HOST_CHANNELS. */
bool key_host_answer(struct key_host *h, unsigned worker, struct str packet,
                     struct key_frame_out *ret);

/* A thread for each channel, then the sandbox, then answers until all channels
 * are closed (ok) or one of them says what is no frame (ERR_INPUT). `ready` is
 * called when the walls stand. */
MUST struct result key_host_serve(struct key_host *h, const int *fds, size_t n,
                                  void (*ready)(void *ctx), void *ctx, struct err *err);

#endif
