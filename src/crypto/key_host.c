/* One thread per channel: packets keep their borders, so a thread needs neither
 * a parser of streams nor another thread's word. */
#include "crypto/key_host.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypto/key_local.h"
#include "crypto/key_sandbox.h"

struct held {
	struct key *key;
	EVP_PKEY *pkey; /* the key's own */
	char name[KEY_NAME_MAX];
	size_t name_n;
};

struct key_host {
	struct secret master;
	const struct str *uses;
	size_t nuses;
	pthread_mutex_t growing;
	atomic_size_t n; /* of keys; it only grows, and what is below it never changes */
	struct held keys[KEY_HOST_KEYS];
	/* Prepared contexts, by worker: no thread uses another's. */
	EVP_PKEY_CTX **prepared[KEY_HOST_CHANNELS];
};

/* ---- loading ---- */

/* Takes over `key`. False: full, or the name is there. */
static bool hold(struct key_host *h, struct str name, struct key *key, size_t *ret_index)
{
	void *ctx;
	pthread_mutex_lock(&h->growing);
	size_t n = h->n;
	bool room = n < KEY_HOST_KEYS;
	for (size_t i = 0; i < n; i++)
		room = room && !str_eq(name, str_of(h->keys[i].name, h->keys[i].name_n));
	if (room) {
		struct held *k = &h->keys[n];
		(void)key_home_of(key, &ctx);
		*k = (struct held){ .key = key, .pkey = ctx, .name_n = name.n };
		memcpy(k->name, name.p, name.n);
		*ret_index = n;
		h->n = n + 1;
	}
	pthread_mutex_unlock(&h->growing);
	return room;
}

static struct result take(struct key_host *h, struct arena *a, struct str dir, struct str file,
                          struct err *err)
{
	struct str name = str_sub(file, 0, file.n - 4);
	struct key *key;
	size_t index;
	if (name.n == 0 || name.n > KEY_NAME_MAX)
		return fail(err, ERR_TOO_LARGE, "crypto.key.host", NULL,
		            "a key has a name of at most %d bytes: %.*s", KEY_NAME_MAX, STR_ARG(file));
	TRY(key_load(file_join(a, dir, file), secret_str(&h->master), name, &key, err));
	if (hold(h, name, key, &index))
		return ok();
	key_unref(key);
	return fail(err, ERR_TOO_LARGE, "crypto.key.host", NULL, "more than %d keys", KEY_HOST_KEYS);
}

static struct result take_all(struct key_host *h, struct str dir, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str *names;
	size_t n;
	if (!file_is_dir(dir))
		return ok();
	TRY(file_list(a, dir, 4 * KEY_HOST_KEYS, &names, &n, err));
	for (size_t i = 0; i < n; i++)
		if (str_ends(names[i], STR(".key")))
			TRY(take(h, a, dir, names[i], err));
	return ok();
}

struct result key_host_open(struct secret *master, struct str dir, const struct str *uses,
                            size_t nuses, struct key_host **ret, struct err *err)
{
	if (master->n != KEY_MASTER)
		return fail(err, ERR_INPUT, "crypto.key.master", NULL, "a master key has %d bytes, not %zu",
		            KEY_MASTER, master->n);
	struct key_host *h = MEM_NEW(struct key_host);
	h->master = *master;
	*master = (struct secret){ 0 };
	h->uses = uses;
	h->nuses = nuses;
	pthread_mutex_init(&h->growing, NULL);
	for (size_t i = 0; i < KEY_HOST_CHANNELS; i++)
		h->prepared[i] = mem_array(KEY_HOST_KEYS * SIG_ALG_COUNT, sizeof(EVP_PKEY_CTX *));
	struct result r = take_all(h, dir, err);
	if (is_err(r)) {
		key_host_close(h);
		return r;
	}
	*ret = h;
	return ok();
}

void key_host_close(struct key_host *h)
{
	for (size_t i = 0; i < KEY_HOST_CHANNELS; i++) {
		for (size_t c = 0; h->prepared[i] && c < h->n * SIG_ALG_COUNT; c++)
			EVP_PKEY_CTX_free(h->prepared[i][c]);
		mem_free(h->prepared[i]);
	}
	for (size_t i = 0; i < h->n; i++)
		key_unref(h->keys[i].key);
	pthread_mutex_destroy(&h->growing);
	secret_done(&h->master);
	mem_free(h);
}

size_t key_host_count(const struct key_host *h)
{
	return h->n;
}

void key_master_secret(struct str master, struct str use, uint8_t ret[KEY_MASTER])
{
	hkdf_sha256(master, STR("musubi"), use, ret, KEY_MASTER);
}

/* ---- the operations ---- */

struct answer {
	enum key_status status;
	size_t n;
	uint8_t bytes[KEY_FRAME_ANSWER_MAX];
};

struct asked {
	struct key_host *h;
	unsigned worker;
	const struct key_frame_item *item;
	struct held *key; /* NULL: there is none of that index */
};

static void give(struct answer *to, struct secret *s)
{
	to->status = s->n <= sizeof to->bytes ? KEY_STATUS_OK : KEY_STATUS_FAILED;
	if (to->status == KEY_STATUS_OK) {
		memcpy(to->bytes, s->p, s->n);
		to->n = s->n;
	}
	secret_done(s);
}

static void describe(const struct asked *q, struct answer *to)
{
	struct str spki = key_spki(q->key->key);
	to->bytes[0] = (uint8_t)q->key->name_n;
	memcpy(to->bytes + 1, q->key->name, q->key->name_n);
	memcpy(to->bytes + 1 + q->key->name_n, spki.p, spki.n);
	to->n = 1 + q->key->name_n + spki.n;
	to->status = KEY_STATUS_OK;
}

static void sign(const struct asked *q, struct answer *to)
{
	enum sig_alg alg = (enum sig_alg)q->item->alg;
	const struct sig_alg_row *row = sig_alg_row(alg);
	size_t at = (size_t)(q->key - q->h->keys) * SIG_ALG_COUNT + q->item->alg;
	if (!key_makes(q->key->key, alg) ||
	    (row->prehash && q->item->data.n != digest_size(row->digest)))
		return;
	to->status = key_pkey_sign(q->key->pkey, &q->h->prepared[q->worker][at], alg, q->item->data,
	                           to->bytes, &to->n) ? KEY_STATUS_OK : KEY_STATUS_FAILED;
}

static void unwrap(const struct asked *q, struct answer *to)
{
	SECRET_AUTO s = { 0 };
	if (is_ok(key_unwrap(q->key->key, q->item->data, &s, NULL)))
		give(to, &s);
}

static void derive(const struct asked *q, struct answer *to)
{
	SECRET_AUTO s = { 0 };
	if (is_ok(key_derive(q->key->key, q->item->data, &s, NULL)))
		give(to, &s);
}

static void use_secret(const struct asked *q, struct answer *to)
{
	for (size_t i = 0; i < q->h->nuses; i++) {
		if (!str_eq(q->item->data, q->h->uses[i]))
			continue;
		key_master_secret(secret_str(&q->h->master), q->h->uses[i], to->bytes);
		to->n = KEY_MASTER;
		to->status = KEY_STATUS_OK;
	}
}

/* Names become file names on the other side. */
static bool good_name(struct str name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-@";
	for (size_t i = 0; i < name.n; i++)
		if (!memchr(allowed, name.p[i], sizeof allowed - 1))
			return false;
	return name.n > 0 && name.n <= KEY_NAME_MAX;
}

/* A new key: the process keeps it until it ends, the server gets it sealed, to
 * write it down; behind these walls there are no files. */
static void make(const struct asked *q, struct answer *to)
{
	struct str name = q->item->data;
	struct key *key;
	size_t index;
	BUF_AUTO file;
	buf_init(&file, KEY_FRAME_ANSWER_MAX);
	if (q->item->alg >= KEY_ALG_COUNT || !good_name(name) ||
	    is_err(key_generate((enum key_alg)q->item->alg, &key, NULL)))
		return;
	struct str spki = key_spki(key);
	bool fits = is_ok(key_file_bytes(key, secret_str(&q->h->master), name, &file, NULL)) &&
	            !buf_over(&file) && 4 + spki.n + file.n <= sizeof to->bytes;
	if (!fits || !hold(q->h, name, key, &index)) {
		key_unref(key);
		return;
	}
	const uint8_t head[] = { (uint8_t)(index >> 8), (uint8_t)index, (uint8_t)(spki.n >> 8),
	                         (uint8_t)spki.n };
	memcpy(to->bytes, head, 4);
	memcpy(to->bytes + 4, spki.p, spki.n);
	memcpy(to->bytes + 4 + spki.n, file.p, file.n);
	to->n = 4 + spki.n + file.n;
	to->status = KEY_STATUS_OK;
}

static const struct {
	void (*run)(const struct asked *q, struct answer *to);
	bool needs_key;
} operations[KEY_OP_END] = {
	[KEY_OP_DESCRIBE] = { describe, true },
	[KEY_OP_SIGN] = { sign, true },
	[KEY_OP_UNWRAP] = { unwrap, true },
	[KEY_OP_DERIVE] = { derive, true },
	[KEY_OP_SECRET] = { use_secret, false },
	[KEY_OP_MAKE] = { make, false },
};

bool key_host_answer(struct key_host *h, unsigned worker, struct str packet,
                     struct key_frame_out *ret)
{
	struct key_frame f;
	struct answer one;
	if (!key_frame_read(packet, false, &f))
		return false;
	key_frame_begin(ret, true);
	for (size_t i = 0; i < f.n; i++) {
		struct key_frame_item *item = &f.items[i];
		struct asked q = { h, worker, item, item->key < h->n ? &h->keys[item->key] : NULL };
		one.status = q.key || !operations[item->kind].needs_key ? KEY_STATUS_REFUSED
		                                                        : KEY_STATUS_NONE;
		one.n = 0;
		if (q.key || !operations[item->kind].needs_key)
			operations[item->kind].run(&q, &one);
		struct key_frame_item reply = { .kind = (uint8_t)one.status,
			.data = str_of((char *)one.bytes, one.status == KEY_STATUS_OK ? one.n : 0) };
		key_frame_add(ret, &reply); /* fits: KEY_FRAME_ITEMS answers of the largest size do */
	}
	mem_wipe(&one, sizeof one);
	return true;
}

_Static_assert(KEY_FRAME_HEAD + KEY_FRAME_ITEMS * (KEY_FRAME_ITEM_HEAD + KEY_FRAME_ANSWER_MAX) <=
               KEY_FRAME_MAX, "all answers of a batch fit one frame");
_Static_assert(1 + KEY_NAME_MAX + KEY_SPKI_MAX <= KEY_FRAME_ANSWER_MAX, "a description fits");

/* ---- serving ---- */

struct worker {
	struct key_host *h;
	pthread_barrier_t *walls;
	int fd;
	unsigned number;
	bool malformed;
	char in[KEY_FRAME_MAX + 1]; /* one more, so that a longer packet shows */
	struct key_frame_out out;
};

/* True when the channel was closed, false when it said nonsense. */
static bool answer_channel(struct worker *w)
{
	for (;;) {
		ssize_t n = recv(w->fd, w->in, sizeof w->in, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		if (!key_host_answer(w->h, w->number, str_of(w->in, (size_t)n), &w->out))
			return false;
		struct str reply = key_frame_done(&w->out);
		bool sent = send(w->fd, reply.p, reply.n, MSG_NOSIGNAL) == (ssize_t)reply.n;
		mem_wipe(w->out.bytes, reply.n);
		if (!sent)
			return true;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	pthread_barrier_wait(w->walls); /* every thread has begun */
	pthread_barrier_wait(w->walls); /* the walls stand */
	w->malformed = !answer_channel(w);
	close(w->fd); /* the other side takes that for our end, and ends us */
	return NULL;
}

struct result key_host_serve(struct key_host *h, const int *fds, size_t n,
                             void (*ready)(void *ctx), void *ctx, struct err *err)
{
	pthread_t threads[KEY_HOST_CHANNELS];
	pthread_barrier_t walls;
	bool malformed = false;
	if (n == 0 || n > KEY_HOST_CHANNELS)
		return fail(err, ERR_INPUT, "crypto.key.host", NULL, "1 to %d channels, not %zu",
		            KEY_HOST_CHANNELS, n);
	struct worker *w = mem_array(n, sizeof *w);
	pthread_barrier_init(&walls, NULL, (unsigned)n + 1);
	for (size_t i = 0; i < n; i++) {
		w[i] = (struct worker){ .h = h, .walls = &walls, .fd = fds[i], .number = (unsigned)i };
		if (pthread_create(&threads[i], NULL, work, &w[i]) != 0)
			_exit(1); /* threads wait at the barrier: nothing to wind up in order */
	}
	pthread_barrier_wait(&walls);
	struct result r = key_sandbox_close(err);
	if (is_err(r))
		return r; /* the caller ends the process; no thread has answered anything */
	if (ready)
		ready(ctx);
	pthread_barrier_wait(&walls);
	for (size_t i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		malformed |= w[i].malformed;
	}
	pthread_barrier_destroy(&walls);
	for (size_t i = 0; i < n; i++)
		mem_wipe(w[i].in, sizeof w[i].in);
	mem_free(w);
	return malformed ? fail(err, ERR_INPUT, "crypto.key.frame", NULL,
	                        "the server said what is no frame") : ok();
}
