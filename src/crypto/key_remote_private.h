/* Inside of the server's side of the key process: asking (key_remote.c) and the
 * life of the process (key_remote_life.c). */
#ifndef MUSUBI_CRYPTO_KEY_REMOTE_PRIVATE_H
#define MUSUBI_CRYPTO_KEY_REMOTE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "crypto/key_host.h"
#include "crypto/key_remote.h"

/* A key as it was described or made first; `index` is where the present one
 * keeps it, -1 when it does not. */
struct remote_slot {
	struct key_remote *home;
	char name[KEY_NAME_MAX], spki[KEY_SPKI_MAX];
	size_t name_n, spki_n;
	int index;
};

struct job {
	struct key_frame_item ask;
	const struct remote_slot *slot; /* NULL: the operation has no key */
	pthread_cond_t changed;         /* done, or its turn to carry */
	struct job *next;
	bool done;
	struct result result;           /* of the transport */
	enum key_status status;
	size_t n;
	uint8_t answer[KEY_FRAME_ANSWER_MAX];
};

struct carriage {
	struct key_frame_out out;
	struct key_frame reply;
	char in[KEY_FRAME_MAX];
};

struct key_remote {
	atomic_uint refs; /* the owner's, and one of each key */
	struct key_remote_config config;
	pthread_mutex_t lock; /* everything below */
	pthread_cond_t stirred; /* closing; wakes the back-off */
	bool up, closing;
	pid_t pid;
	int fds[KEY_HOST_CHANNELS];
	bool busy[KEY_HOST_CHANNELS];
	struct carriage *carriages; /* one for each channel, with who is on it */
	unsigned channels, carrying;
	struct job *first, **last; /* waiting */
	size_t waiting;
	struct remote_slot *slots;
	size_t nslots;
	pthread_t keeper;
};

void key_remote_remember(struct key_remote *r, struct str name, struct str spki, size_t index);
void key_remote_ref(struct key_remote *r);
void key_remote_unref(struct key_remote *r);
/* Fails what waits. Locked. */
void key_remote_drop(struct key_remote *r);
/* Sends c->out and reads c->reply, outside of the lock. False: the process is to
 * be taken for dead. */
bool key_remote_exchange(int fd, struct carriage *c);
/* How long an answer on this channel may take; longer while a key is made. */
void key_remote_be_patient(struct key_remote *r, int channel, bool making);

#endif
