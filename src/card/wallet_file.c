#include "card/wallet_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/aead.h"
#include "crypto/secret_file.h"

enum { DEVICE_KEY = 32, LOCK_STEP_MS = 5, PATH_ARENA = 1 << 16 };

/* Sealed with the file, so that no other sealed thing of the device fits. */
static const struct str ad = STR_INIT("musubi-wallet-1");

static struct str wallet_bin(struct arena *a, struct str dir)
{
	return file_join(a, dir, STR("wallet.bin"));
}

bool wallet_is_there(struct str dir)
{
	ARENA_AUTO a = arena_new(PATH_ARENA);
	return file_exists(wallet_bin(a, dir));
}

struct result wallet_device(struct str dir, bool make, struct secret *ret, struct err *err)
{
	ARENA_AUTO a = arena_new(PATH_ARENA);
	struct str path = file_join(a, dir, STR("device.key"));
	/* secret_file would make one, and a fresh key opens nothing. */
	if (!make && (!file_exists(path) || !wallet_is_there(dir)))
		return fail(err, ERR_NOT_FOUND, "card.none", NULL, "no wallet in %.*s", STR_ARG(dir));
	return secret_file(path, DEVICE_KEY, ret, err);
}

struct result wallet_write(struct str dir, const struct secret *device, const struct json *j,
                           struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX * 4);
	BUF_AUTO sealed;
	buf_init(&sealed, WALLET_FILE_MAX);
	TRY(aead_seal(secret_str(device), ad, json_to_str(a, j), &sealed, err));
	return file_write(wallet_bin(a, dir), buf_str(&sealed), 0600, err);
}

static struct result damaged(struct err *err, struct str dir, const char *why)
{
	return fail(err, ERR_INPUT, "card.damaged", NULL, "the wallet in %.*s %s", STR_ARG(dir), why);
}

struct result wallet_read(struct str dir, const struct secret *device, struct arena *a,
                          const struct json **ret, struct err *err)
{
	struct str sealed, text;
	const struct json *j;
	struct result r = file_read(a, wallet_bin(a, dir), WALLET_FILE_MAX, &sealed, err);
	if (r.kind == ERR_NOT_FOUND)
		return fail(err, ERR_NOT_FOUND, "card.none", NULL, "no wallet in %.*s", STR_ARG(dir));
	TRY(r);
	if (is_err(aead_open(secret_str(device), ad, sealed, a, &text, NULL)))
		return damaged(err, dir, "was altered, or belongs to another device");
	if (is_err(json_parse(a, text, &j, NULL)) ||
	    json_int_or(json_get(j, STR("version")), 0) != WALLET_VERSION)
		return damaged(err, dir, "is of another version");
	*ret = j;
	return ok();
}

/* ---- one at a time, over threads and processes ---- */

static bool taken(int fd, int64_t until)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || clock_steady_us() > until)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = LOCK_STEP_MS * 1000000L }, NULL);
	}
	return true;
}

struct result wallet_lock(struct str dir, int *ret_fd, struct err *err)
{
	ARENA_AUTO a = arena_new(PATH_ARENA);
	const char *path = arena_cstr(a, file_join(a, dir, STR("lock")));
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, ERR_UNAVAILABLE, "card.busy", NULL, "%s: %m", path);
	if (!taken(fd, clock_steady_us() + WALLET_LOCK_SECONDS * CLOCK_SECOND)) {
		close(fd);
		return fail(err, ERR_UNAVAILABLE, "card.busy", NULL, "%s is held by another", path);
	}
	*ret_fd = fd;
	return ok();
}

void wallet_unlock(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
