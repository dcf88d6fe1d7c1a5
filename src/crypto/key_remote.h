/* The server's side of the key process: starts it, asks it, starts it again.
 *
 * Any thread may sign. Callers that come together share frames: whoever finds a
 * free channel carries the waiting requests of the others along, so that under
 * load one round trip serves many. When the process is gone, hangs, or answers
 * nonsense, everything under way and everything after fails with
 * ERR_UNAVAILABLE "crypto.key.gone", until the new process stands: it is started
 * under back-off and must show the same public keys. Nothing is asked twice. */
#ifndef MUSUBI_CRYPTO_KEY_REMOTE_H
#define MUSUBI_CRYPTO_KEY_REMOTE_H

#include <sys/types.h>

#include "crypto/key.h"

enum key_remote_event { KEY_REMOTE_UP, KEY_REMOTE_DOWN, KEY_REMOTE_NOT_STARTED };

struct key_remote_config {
	/* Program and arguments, ending with NULL. It finds its channels at the file
	 * descriptors KEY_HOST_FD and up (crypto/key_host.h). */
	char *const *argv;
	unsigned channels; /* 1 to KEY_HOST_CHANNELS; 0: as many as processors, at least 2 */
	unsigned patience; /* seconds until a silent process is taken for dead, 15 times
	                      that while it makes a key; 0: 10 */
	bool once;         /* never start it again: its secrets were typed by people */
	/* Told of every change, from a thread of its own; may be NULL. */
	void (*said)(void *ctx, enum key_remote_event event, const struct err *why);
	void *ctx;
};

struct key_remote;

/* Returns when the process has loaded its keys and stands behind its walls.
 * ERR_UNAVAILABLE when it ended before. */
MUST struct result key_remote_open(const struct key_remote_config *c, struct key_remote **ret,
                                   struct err *err);
/* Ends the process. Keys of it may live on and sign no more. NULL is fine. */
void key_remote_close(struct key_remote *r);
bool key_remote_up(struct key_remote *r);
pid_t key_remote_pid(struct key_remote *r); /* 0 while there is none */

/* ERR_NOT_FOUND "crypto.key.none" when the process has no key of that name. */
MUST struct result key_remote_key(struct key_remote *r, struct str name, struct key **ret,
                                  struct err *err);
/* A new key of that name, made in the process and written, sealed, to `path`. The
 * name is of a-z, 0-9, - and @. ERR_CONFLICT when the process has one. */
MUST struct result key_remote_make(struct key_remote *r, enum key_alg alg, struct str name,
                                   struct str path, struct key **ret, struct err *err);
size_t key_remote_count(struct key_remote *r);
/* The i-th name, or "". */
struct str key_remote_name(struct key_remote *r, size_t i);
/* 32 bytes for one use of those the process gives out. */
MUST struct result key_remote_secret(struct key_remote *r, struct str use, struct secret *ret,
                                     struct err *err);

#endif
