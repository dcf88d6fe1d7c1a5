#include "crypto/key_remote_private.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypto/key_local.h"

static struct result gone(struct err *err)
{
	return fail(err, ERR_UNAVAILABLE, "crypto.key.gone", NULL, "the key process is not there");
}

/* ---- carrying ---- */

bool key_remote_exchange(int fd, struct carriage *c)
{
	struct str frame = key_frame_done(&c->out);
	size_t asked = c->out.items;
	ssize_t n;
	if (send(fd, frame.p, frame.n, MSG_NOSIGNAL) != (ssize_t)frame.n)
		return false;
	do
		n = recv(fd, c->in, sizeof c->in, 0); /* with the socket's own time limit */
	while (n < 0 && errno == EINTR);
	return n > 0 && key_frame_read(str_of(c->in, (size_t)n), true, &c->reply) &&
	       c->reply.n == asked;
}

static int free_channel(const struct key_remote *r)
{
	for (unsigned i = 0; i < r->channels; i++)
		if (!r->busy[i])
			return (int)i;
	return -1;
}

/* A fair share of what waits, so that every channel has work. */
static size_t fetch(struct key_remote *r, struct job **batch, struct key_frame_out *out)
{
	size_t idle = r->channels - r->carrying, n = 0;
	size_t share = (r->waiting + idle - 1) / idle;
	while (r->first && n < share && n < KEY_FRAME_ITEMS) {
		struct job *j = r->first;
		j->ask.key = j->slot ? (uint16_t)j->slot->index : 0;
		if (!key_frame_add(out, &j->ask))
			break;
		batch[n++] = j;
		r->first = j->next;
		r->waiting--;
	}
	if (!r->first)
		r->last = &r->first;
	return n;
}

static void settle(struct job *j, const struct key_frame_item *reply)
{
	j->result = reply ? ok() : (struct result){ ERR_UNAVAILABLE };
	if (reply) {
		j->status = (enum key_status)reply->kind;
		j->n = reply->data.n;
		memcpy(j->answer, reply->data.p, reply->data.n);
	}
	j->done = true;
	pthread_cond_signal(&j->changed);
}

static void wipe(struct carriage *c, size_t items)
{
	const struct str *end = &c->reply.items[items - 1].data;
	mem_wipe(c->in, (size_t)(end->p + end->n - c->in));
}

static bool any_making(struct job *const *batch, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (batch[i]->ask.kind == KEY_OP_MAKE)
			return true;
	return false;
}

/* Locked at the beginning and at the end, not between. */
static void carry(struct key_remote *r, int channel)
{
	struct job *batch[KEY_FRAME_ITEMS];
	struct carriage *c = &r->carriages[channel];
	int fd = r->fds[channel];
	key_frame_begin(&c->out, false);
	size_t n = fetch(r, batch, &c->out);
	bool making = any_making(batch, n);
	r->busy[channel] = true;
	r->carrying++;
	if (r->first)
		pthread_cond_signal(&r->first->changed); /* for the next free channel */
	pthread_mutex_unlock(&r->lock);
	if (making)
		key_remote_be_patient(r, channel, true);
	bool held = key_remote_exchange(fd, c);
	if (making)
		key_remote_be_patient(r, channel, false);
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < n; i++)
		settle(batch[i], held ? &c->reply.items[i] : NULL);
	if (held)
		wipe(c, n);
	r->busy[channel] = false;
	r->carrying--;
	if (!held && r->up) {
		r->up = false;
		if (r->pid > 0)
			kill(r->pid, SIGKILL); /* ours; the keeper reaps it and starts another */
	}
	if (!r->up)
		key_remote_drop(r);
	else if (r->first)
		pthread_cond_signal(&r->first->changed); /* its turn */
	if (!r->carrying)
		pthread_cond_broadcast(&r->stirred);
}

void key_remote_drop(struct key_remote *r)
{
	while (r->first) {
		struct job *j = r->first;
		r->first = j->next;
		settle(j, NULL);
	}
	r->last = &r->first;
	r->waiting = 0;
}

static struct result ask(struct key_remote *r, struct job *j, struct err *err)
{
	pthread_cond_init(&j->changed, NULL);
	pthread_mutex_lock(&r->lock);
	if (r->up && !r->closing && (!j->slot || j->slot->index >= 0)) {
		*r->last = j;
		r->last = &j->next;
		r->waiting++;
		while (!j->done) {
			int channel = r->first ? free_channel(r) : -1;
			if (channel >= 0)
				carry(r, channel);
			else
				pthread_cond_wait(&j->changed, &r->lock);
		}
	} else {
		j->result = (struct result){ ERR_UNAVAILABLE };
	}
	pthread_mutex_unlock(&r->lock);
	pthread_cond_destroy(&j->changed);
	return is_ok(j->result) ? ok() : gone(err);
}

/* ---- the home of keys ---- */

static struct result key_ask(const struct remote_slot *s, enum key_op op, unsigned alg,
                             struct str data, struct job *j, struct err *err)
{
	*j = (struct job){ .slot = s,
		.ask = { .kind = (uint8_t)op, .alg = (uint8_t)alg, .data = data } };
	if (data.n > KEY_FRAME_DATA_MAX)
		return fail(err, ERR_TOO_LARGE, "crypto.key.large", NULL,
		            "%zu bytes to the key process, at most %d", data.n, KEY_FRAME_DATA_MAX);
	TRY(ask(s->home, j, err));
	if (j->status == KEY_STATUS_OK)
		return ok();
	return fail(err, j->status == KEY_STATUS_FAILED ? ERR_INTERNAL : ERR_INPUT,
	            "crypto.key.refused", NULL, "the key process refused (operation %d, status %d)",
	            (int)op, (int)j->status);
}

static struct result remote_sign(void *ctx, enum sig_alg alg, struct str data,
                                 uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct job j;
	TRY(key_ask(ctx, KEY_OP_SIGN, alg, key_prehash(alg, data, hash), &j, err));
	if (j.n == 0 || j.n > KEY_SIG_MAX)
		return fail(err, ERR_INTERNAL, "crypto.key.sign", NULL, "a signature of %zu bytes", j.n);
	memcpy(ret, j.answer, j.n);
	*ret_n = j.n;
	return ok();
}

static struct result secret_ask(const struct remote_slot *s, enum key_op op, struct str data,
                                struct secret *ret, struct err *err)
{
	struct job j;
	TRY(key_ask(s, op, 0, data, &j, err));
	*ret = secret_of(str_of((char *)j.answer, j.n));
	mem_wipe(j.answer, sizeof j.answer);
	return ok();
}

static struct result remote_unwrap(void *ctx, struct str wrapped, struct secret *ret,
                                   struct err *err)
{
	struct result r = secret_ask(ctx, KEY_OP_UNWRAP, wrapped, ret, err);
	return r.kind == ERR_INPUT ? fail(err, ERR_INPUT, "crypto.key.unwrap", "RFC 8017 §7.1.2",
	                                  "the wrapped bytes do not open") : r;
}

static struct result remote_derive(void *ctx, struct str peer, struct secret *ret,
                                   struct err *err)
{
	return secret_ask(ctx, KEY_OP_DERIVE, peer, ret, err);
}

static void remote_free(void *ctx)
{
	key_remote_unref(((struct remote_slot *)ctx)->home);
}

static const struct key_home remote = { remote_sign, remote_free, remote_unwrap, remote_derive };

struct result key_remote_key(struct key_remote *r, struct str name, struct key **ret,
                             struct err *err)
{
	struct remote_slot *s = NULL;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->nslots && !s; i++)
		if (str_eq(name, str_of(r->slots[i].name, r->slots[i].name_n)))
			s = &r->slots[i]; /* it stays where it is */
	pthread_mutex_unlock(&r->lock);
	if (s) {
		TRY(key_new_at(str_of(s->spki, s->spki_n), &remote, s, ret, err));
		key_remote_ref(r);
		return ok();
	}
	return fail(err, ERR_NOT_FOUND, "crypto.key.none", NULL, "the key process has no key %.*s",
	            STR_ARG(name));
}

/* index(2) length(2) SubjectPublicKeyInfo, then the sealed file */
static bool read_made(const struct job *j, size_t *index, struct str *spki, struct str *file)
{
	if (j->status != KEY_STATUS_OK || j->n < 4)
		return false;
	size_t n = (size_t)j->answer[2] << 8 | j->answer[3];
	*index = (size_t)j->answer[0] << 8 | j->answer[1];
	if (n == 0 || n > KEY_SPKI_MAX || n >= j->n - 4)
		return false;
	*spki = str_of((const char *)j->answer + 4, n);
	*file = str_of((const char *)j->answer + 4 + n, j->n - 4 - n);
	return true;
}

struct result key_remote_make(struct key_remote *r, enum key_alg alg, struct str name,
                              struct str path, struct key **ret, struct err *err)
{
	struct job j = { .ask = { .kind = KEY_OP_MAKE, .alg = (uint8_t)alg, .data = name } };
	struct str spki, file;
	size_t index;
	if (name.n > KEY_NAME_MAX)
		return fail(err, ERR_INPUT, "crypto.key.refused", NULL, "a key has a short name");
	TRY(ask(r, &j, err));
	if (!read_made(&j, &index, &spki, &file))
		return fail(err, ERR_CONFLICT, "crypto.key.refused", NULL,
		            "the key process makes no key %.*s", STR_ARG(name));
	TRY(file_write(path, file, 0600, err)); /* nobody has it before it is on disk */
	pthread_mutex_lock(&r->lock);
	if (r->nslots < KEY_HOST_KEYS)
		key_remote_remember(r, name, spki, index);
	pthread_mutex_unlock(&r->lock);
	return key_remote_key(r, name, ret, err);
}

size_t key_remote_count(struct key_remote *r)
{
	pthread_mutex_lock(&r->lock);
	size_t n = r->nslots;
	pthread_mutex_unlock(&r->lock);
	return n;
}

struct str key_remote_name(struct key_remote *r, size_t i)
{
	return i < key_remote_count(r) ? str_of(r->slots[i].name, r->slots[i].name_n) : STR("");
}

struct result key_remote_secret(struct key_remote *r, struct str use, struct secret *ret,
                                struct err *err)
{
	struct job j = { .ask = { .kind = KEY_OP_SECRET, .data = use } };
	if (use.n > KEY_NAME_MAX)
		return fail(err, ERR_INPUT, "crypto.key.refused", NULL, "a use has a short name");
	TRY(ask(r, &j, err));
	if (j.status != KEY_STATUS_OK || j.n != KEY_MASTER)
		return fail(err, ERR_INPUT, "crypto.key.refused", NULL,
		            "the key process gives out no secret for %.*s", STR_ARG(use));
	*ret = secret_of(str_of((char *)j.answer, j.n));
	mem_wipe(j.answer, sizeof j.answer);
	return ok();
}
