/* Secrets in files: made once, whole, private, and the same for everybody. */
#include "base/arena.h"
#include "base/random.h"
#include "crypto/secret_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 32 };

static char dir[256], path[300];

static int setup(void **state)
{
	const char *base = getenv("TMPDIR");
	(void)state;
	snprintf(dir, sizeof dir, "%s/musubi-secret-XXXXXX", base ? base : P_tmpdir);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/the.key", dir);
	return 0;
}

/* How many files lie there; removes them when asked. */
static int files(bool clear)
{
	int n = 0;
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (clear)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
	return n;
}

static int teardown(void **state)
{
	(void)state;
	files(true);
	return rmdir(dir);
}

static void assert_refused(const char *name, enum err_kind kind, const char *code)
{
	struct secret s = { 0 };
	struct err err = { 0 };
	assert_int_equal(secret_file(str_c(name), SIZE, &s, &err).kind, kind);
	assert_string_equal(err.code, code);
	assert_null(s.p);
}

static void write_file(const char *name, size_t n, mode_t mode)
{
	char bytes[64] = { 1 };
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void made_once_and_private(void **state)
{
	struct stat st;
	struct err err = { 0 };
	mode_t old = umask(0);
	(void)state;
	SECRET_AUTO a = { 0 }, b = { 0 };
	assert_true(is_ok(secret_file(str_c(path), SIZE, &a, &err)));
	umask(old);
	assert_true(is_ok(secret_file(str_c(path), SIZE, &b, &err)));
	assert_int_equal(a.n, SIZE);
	assert_memory_equal(a.p, b.p, SIZE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600); /* whatever the umask */
	assert_int_equal(files(false), 1);          /* nothing left beside it */
}

static void two_files_are_two_secrets(void **state)
{
	char other[sizeof path + 8];
	struct err err = { 0 };
	(void)state;
	SECRET_AUTO a = { 0 }, b = { 0 };
	snprintf(other, sizeof other, "%s.2", path);
	assert_true(is_ok(secret_file(str_c(path), SIZE, &a, &err)));
	assert_true(is_ok(secret_file(str_c(other), SIZE, &b, &err)));
	assert_memory_not_equal(a.p, b.p, SIZE);
}

static void what_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0660, 0666, 0777, 0610 };
	(void)state;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		write_file(path, SIZE, modes[i]);
		assert_refused(path, ERR_INPUT, "crypto.secret.mode");
		unlink(path);
	}
	write_file(path, SIZE, 0600);
	if (geteuid() == 0) { /* only root can make a file of somebody else's */
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_refused(path, ERR_INPUT, "crypto.secret.owner");
	}
}

static void another_size_is_refused(void **state)
{
	(void)state;
	write_file(path, SIZE - 1, 0600);
	assert_refused(path, ERR_INPUT, "crypto.secret.size");
	write_file(path, SIZE + 1, 0600);
	assert_refused(path, ERR_INPUT, "crypto.secret.size");
	write_file(path, 0, 0600);
	assert_refused(path, ERR_INPUT, "crypto.secret.size"); /* never made anew over it */
}

static void what_is_no_file_is_refused(void **state)
{
	char missing[sizeof path + 8];
	(void)state;
	assert_refused(dir, ERR_INPUT, "crypto.secret.size");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(path, ERR_INPUT, "crypto.secret.size"); /* and does not wait for a writer */
	unlink(path);
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_refused(path, ERR_UNAVAILABLE, "crypto.secret.read");
	snprintf(missing, sizeof missing, "%s/no/key", dir);
	assert_refused(missing, ERR_UNAVAILABLE, "crypto.secret.read");
	assert_refused("", ERR_INPUT, "crypto.secret.path");
	struct secret s = { 0 };
	assert_int_equal(secret_file(STR("a\0b"), SIZE, &s, NULL).kind, ERR_INPUT);
	ARENA_AUTO a = arena_new(0);
	char *lots = arena_alloc(a, 5000);
	memset(lots, 'x', 5000);
	assert_int_equal(secret_file(str_of(lots, 5000), SIZE, &s, NULL).kind, ERR_INPUT);
}

/* A process that died while it made the key is in nobody's way. */
static void leftovers_do_not_stop_it(void **state)
{
	char left[sizeof path + 32];
	struct err err = { 0 };
	(void)state;
	SECRET_AUTO a = { 0 };
	snprintf(left, sizeof left, "%s.new-%ld", path, (long)getpid());
	write_file(left, 7, 0600);
	assert_true(is_ok(secret_file(str_c(path), SIZE, &a, &err)));
}

static void *open_it(void *p)
{
	struct err err = { 0 };
	return is_ok(secret_file(str_c(path), SIZE, p, &err)) ? p : NULL;
}

static void threads_agree(void **state)
{
	enum { THREADS = 8, ROUNDS = 20 };
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct secret s[THREADS] = { 0 };
		pthread_t threads[THREADS];
		for (size_t i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, open_it, &s[i]), 0);
		for (size_t i = 0; i < THREADS; i++) {
			void *fine;
			pthread_join(threads[i], &fine);
			assert_non_null(fine);
		}
		for (size_t i = 0; i < THREADS; i++)
			assert_memory_equal(s[i].p, s[0].p, SIZE);
		for (size_t i = 0; i < THREADS; i++)
			secret_done(&s[i]);
		assert_int_equal(files(true), 1);
	}
}

static void processes_agree(void **state)
{
	enum { PROCESSES = 6 };
	int fds[2];
	char all[PROCESSES][SIZE];
	(void)state;
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct secret s = { 0 };
			struct err err = { 0 };
			bool fine = is_ok(secret_file(str_c(path), SIZE, &s, &err)) &&
			            write(fds[1], s.p, SIZE) == SIZE;
			secret_done(&s);
			_exit(fine ? 0 : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(read(fds[0], all[i], SIZE), SIZE);
		assert_memory_equal(all[i], all[0], SIZE);
	}
	close(fds[0]);
	close(fds[1]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(made_once_and_private), T(two_files_are_two_secrets), T(what_others_may_read_is_refused),
		T(another_size_is_refused), T(what_is_no_file_is_refused), T(leftovers_do_not_stop_it),
		T(threads_agree), T(processes_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
