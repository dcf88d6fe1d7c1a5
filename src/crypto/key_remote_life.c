/* Start, watch, start again. The keeper is a thread that waits for the process's
 * end; it alone starts processes after the first. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/key_remote_private.h"

extern char **environ;

enum { HIGH_FD = 64, START_SECONDS = 120, ANSWER_SECONDS = 10, MAKING_TIMES = 15 };
#define BACKOFF_FIRST (100 * CLOCK_SECOND / 1000)
#define BACKOFF_MAX (30 * CLOCK_SECOND)
#define LIVED_WELL (60 * CLOCK_SECOND)

static void shut(int *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static bool make_channels(struct key_remote *r, int *theirs)
{
	for (unsigned i = 0; i < r->channels; i++) {
		int pair[2];
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
			return false;
		r->fds[i] = pair[0];
		/* above the numbers they are to have, so that no dup2 hits another */
		theirs[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, HIGH_FD);
		close(pair[1]);
		if (theirs[i] < 0)
			return false;
	}
	return true;
}

static int spawn(struct key_remote *r, const int *theirs, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	for (unsigned i = 0; i < r->channels; i++)
		posix_spawn_file_actions_adddup2(&files, theirs[i], KEY_HOST_FD + (int)i);
	int rc = posix_spawn(ret, r->config.argv[0], &files, &attr, r->config.argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static void limit_one(const struct key_remote *r, unsigned channel, unsigned seconds)
{
	struct timeval t = { .tv_sec = (time_t)seconds };
	setsockopt(r->fds[channel], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

static void limit(const struct key_remote *r, unsigned seconds)
{
	for (unsigned i = 0; i < r->channels; i++)
		limit_one(r, i, seconds);
}

static unsigned patience(const struct key_remote *r)
{
	return r->config.patience ? r->config.patience : ANSWER_SECONDS;
}

/* A prime of 2048 bits may take seconds to find. */
void key_remote_be_patient(struct key_remote *r, int channel, bool making)
{
	limit_one(r, (unsigned)channel, patience(r) * (making ? MAKING_TIMES : 1));
}

/* ---- getting to know ---- */

static struct result died(struct err *err)
{
	return fail(err, ERR_UNAVAILABLE, "crypto.key.start", NULL,
	            "the key process did not start; the log says why");
}

/* Both are borrowed from t; no name when there is no key of that index. */
static bool describe(struct carriage *t, int fd, size_t index, struct str *ret_name,
                     struct str *ret_spki)
{
	struct key_frame_item ask = { .kind = KEY_OP_DESCRIBE, .key = (uint16_t)index };
	*ret_name = STR("");
	key_frame_begin(&t->out, false);
	key_frame_add(&t->out, &ask);
	if (!key_remote_exchange(fd, t))
		return false;
	struct str d = t->reply.items[0].data;
	if (t->reply.items[0].kind == KEY_STATUS_NONE)
		return true;
	if (t->reply.items[0].kind != KEY_STATUS_OK || d.n < 2 || (uint8_t)d.p[0] == 0 ||
	    (uint8_t)d.p[0] > KEY_NAME_MAX || d.n < 1u + (uint8_t)d.p[0] ||
	    d.n - 1 - (uint8_t)d.p[0] > KEY_SPKI_MAX)
		return false;
	*ret_name = str_sub(d, 1, (uint8_t)d.p[0]);
	*ret_spki = str_from(d, 1u + (uint8_t)d.p[0]);
	return true;
}

void key_remote_remember(struct key_remote *r, struct str name, struct str spki, size_t index)
{
	struct remote_slot *s = &r->slots[r->nslots++];
	s->home = r;
	s->name_n = name.n;
	s->spki_n = spki.n;
	s->index = (int)index;
	memcpy(s->name, name.p, name.n);
	memcpy(s->spki, spki.p, spki.n);
}

/* The first process is believed; a later one must have the same keys. Keys that
 * are new wait for a new server. */
static bool learn(struct key_remote *r, struct carriage *t, bool first)
{
	struct str name, spki;
	for (size_t i = 0; !first && i < r->nslots; i++)
		r->slots[i].index = -1;
	for (size_t index = 0; index < KEY_HOST_KEYS; index++) {
		if (!describe(t, r->fds[0], index, &name, &spki))
			return false;
		if (!name.n)
			break;
		if (first)
			key_remote_remember(r, name, spki, index);
		for (size_t i = 0; !first && i < r->nslots; i++) {
			struct remote_slot *s = &r->slots[i];
			if (str_eq(name, str_of(s->name, s->name_n)) &&
			    str_eq(spki, str_of(s->spki, s->spki_n)))
				s->index = (int)index;
		}
	}
	return true;
}

static void set_pid(struct key_remote *r, pid_t pid)
{
	pthread_mutex_lock(&r->lock);
	r->pid = pid;
	pthread_mutex_unlock(&r->lock);
}

/* Nobody else is on the channels while this runs. */
static struct result start(struct key_remote *r, bool first, struct err *err)
{
	int theirs[KEY_HOST_CHANNELS];
	pid_t pid = 0;
	memset(theirs, 0xff, sizeof theirs);
	memset(r->fds, 0xff, sizeof r->fds);
	bool fine = make_channels(r, theirs) && spawn(r, theirs, &pid) == 0;
	shut(theirs, r->channels);
	if (fine) {
		set_pid(r, pid); /* closing may end it in the middle of its start */
		limit(r, START_SECONDS);
		fine = learn(r, &r->carriages[0], first);
		limit(r, patience(r));
		if (!fine) {
			set_pid(r, 0); /* before it is reaped: the number may be another's then */
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	}
	if (!fine) {
		shut(r->fds, r->channels);
		return died(err);
	}
	pthread_mutex_lock(&r->lock);
	r->up = true;
	pthread_mutex_unlock(&r->lock);
	return ok();
}

/* ---- the keeper ---- */

static void say(struct key_remote *r, enum key_remote_event e, const struct err *why)
{
	if (r->config.said)
		r->config.said(r->config.ctx, e, why);
}

/* Waits for the end of the process, for nobody to be on its channels, and closes
 * them. True when another one is to be started. */
static bool see_it_end(struct key_remote *r, struct err *why)
{
	int status = 0;
	siginfo_t info;
	pthread_mutex_lock(&r->lock);
	pid_t pid = r->pid;
	if (r->closing)
		kill(pid, SIGKILL); /* closed while it was starting */
	pthread_mutex_unlock(&r->lock);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
		;
	pthread_mutex_lock(&r->lock);
	r->up = false;
	r->pid = 0; /* nobody signals a number that is no longer its own */
	waitpid(pid, &status, 0);
	for (unsigned i = 0; i < r->channels; i++)
		shutdown(r->fds[i], SHUT_RDWR);
	key_remote_drop(r);
	while (r->carrying)
		pthread_cond_wait(&r->stirred, &r->lock);
	shut(r->fds, r->channels);
	bool again = !r->closing && !r->config.once;
	pthread_mutex_unlock(&r->lock);
	(void)is_err(fail(why, ERR_UNAVAILABLE, "crypto.key.gone", NULL,
	                  "the key process ended: %s %d%s",
	                  WIFSIGNALED(status) ? "signal" : "exit code",
	                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	                  r->config.once ? "; its secrets were typed: start the server again" : ""));
	return again;
}

/* False when the server closes meanwhile. */
static bool wait_a_while(struct key_remote *r, int64_t us)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += us / CLOCK_SECOND;
	until.tv_nsec += us % CLOCK_SECOND * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&r->lock);
	while (!r->closing && pthread_cond_timedwait(&r->stirred, &r->lock, &until) == 0)
		;
	bool go_on = !r->closing;
	pthread_mutex_unlock(&r->lock);
	return go_on;
}

static void *keep(void *arg)
{
	struct key_remote *r = arg;
	struct err why = { 0 };
	int64_t pause = BACKOFF_FIRST, began = clock_steady_us();
	while (see_it_end(r, &why)) {
		say(r, KEY_REMOTE_DOWN, &why);
		if (clock_steady_us() - began > LIVED_WELL)
			pause = BACKOFF_FIRST;
		for (bool up = false; !up; pause = pause * 2 < BACKOFF_MAX ? pause * 2 : BACKOFF_MAX) {
			if (!wait_a_while(r, pause))
				return NULL;
			up = is_ok(start(r, false, &why));
			say(r, up ? KEY_REMOTE_UP : KEY_REMOTE_NOT_STARTED, &why);
		}
		began = clock_steady_us();
	}
	pthread_mutex_lock(&r->lock);
	bool closing = r->closing;
	pthread_mutex_unlock(&r->lock);
	if (!closing)
		say(r, KEY_REMOTE_DOWN, &why);
	return NULL;
}

static void monotonic(pthread_cond_t *c)
{
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

static unsigned channels_for(unsigned asked)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = asked ? asked : processors > 2 ? (unsigned)processors : 2;
	return n < KEY_HOST_CHANNELS ? n : KEY_HOST_CHANNELS;
}

struct result key_remote_open(const struct key_remote_config *c, struct key_remote **ret,
                              struct err *err)
{
	struct key_remote *r = MEM_NEW(struct key_remote);
	atomic_init(&r->refs, 1);
	r->config = *c;
	r->channels = channels_for(c->channels);
	r->last = &r->first;
	r->slots = mem_array(KEY_HOST_KEYS, sizeof *r->slots);
	r->carriages = mem_array(r->channels, sizeof *r->carriages);
	pthread_mutex_init(&r->lock, NULL);
	monotonic(&r->stirred);
	struct result done = start(r, true, err);
	if (is_ok(done) && pthread_create(&r->keeper, NULL, keep, r) != 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
		shut(r->fds, r->channels);
		done = died(err);
	}
	if (is_err(done)) {
		key_remote_unref(r);
		return done;
	}
	*ret = r;
	return ok();
}

void key_remote_close(struct key_remote *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	if (r->pid > 0)
		kill(r->pid, SIGKILL); /* nothing of it is on a disk */
	pthread_cond_broadcast(&r->stirred);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->keeper, NULL);
	key_remote_unref(r);
}

void key_remote_ref(struct key_remote *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
}

void key_remote_unref(struct key_remote *r)
{
	if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	pthread_cond_destroy(&r->stirred);
	pthread_mutex_destroy(&r->lock);
	mem_free(r->slots);
	mem_free(r->carriages);
	mem_free(r);
}

bool key_remote_up(struct key_remote *r)
{
	pthread_mutex_lock(&r->lock);
	bool up = r->up;
	pthread_mutex_unlock(&r->lock);
	return up;
}

pid_t key_remote_pid(struct key_remote *r)
{
	pthread_mutex_lock(&r->lock);
	pid_t pid = r->pid;
	pthread_mutex_unlock(&r->lock);
	return pid;
}
