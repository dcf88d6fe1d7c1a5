/* The key process, as a process: this program is its own key process when it is
 * called with "host DIR CHANNELS". */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/key_host.h"
#include "crypto/key_remote.h"
#include "crypto/key_sandbox.h"

#include <cmocka.h>
#undef fail

enum { CHANNELS = 2, THREADS = 6, ROUNDS = 150, WAIT_SECONDS = 20 };

static char dir[] = "/tmp/musubi-keyd-XXXXXX", self[4096];
static char master[] = "only a test knows of this key 32"; /* 32 bytes */
static const struct str uses[] = { STR_INIT("data") };
static const struct {
	const char *name;
	enum key_alg alg;
} made[] = { { "ed", KEY_ED25519 }, { "p256", KEY_P256 }, { "p384", KEY_P384 },
	     { "rsa", KEY_RSA_2048 } };
enum { MADE = sizeof made / sizeof *made };

static int host_main(char **argv)
{
	struct key_host *h;
	struct secret m = secret_of(str_of(master, KEY_MASTER));
	int fds[CHANNELS];
	bool locked;
	for (int i = 0; i < CHANNELS; i++)
		fds[i] = KEY_HOST_FD + i;
	if (is_err(key_sandbox_prepare(&locked, NULL)) ||
	    is_err(key_host_open(&m, str_c(argv[2]), uses, 1, &h, NULL)))
		_exit(3);
	_exit(is_ok(key_host_serve(h, fds, CHANNELS, NULL, NULL, NULL)) ? 0 : 4);
}

static int setup(void **state)
{
	char path[128];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	(void)state;
	if (n < 0 || !mkdtemp(dir))
		return -1;
	for (size_t i = 0; i < MADE; i++) {
		KEY_AUTO k = NULL;
		snprintf(path, sizeof path, "%s/%s.key", dir, made[i].name);
		if (is_err(key_generate(made[i].alg, &k, NULL)) ||
		    is_err(key_save(k, str_c(path), str_of(master, KEY_MASTER), str_c(made[i].name), NULL)))
			return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	char path[128];
	(void)state;
	for (size_t i = 0; i < MADE; i++) {
		snprintf(path, sizeof path, "%s/%s.key", dir, made[i].name);
		unlink(path);
	}
	return rmdir(dir);
}

static atomic_int ups, downs;

static void said(void *ctx, enum key_remote_event e, const struct err *why)
{
	(void)ctx;
	(void)why;
	atomic_fetch_add(e == KEY_REMOTE_UP ? &ups : &downs, 1);
}

static struct key_remote *begin(const char *folder, bool once)
{
	static char where[128], host[] = "host";
	static char *argv[] = { self, host, where, NULL };
	struct key_remote *r = NULL;
	struct err err;
	snprintf(where, sizeof where, "%s", folder);
	ups = downs = 0;
	struct key_remote_config c = { .argv = argv, .channels = CHANNELS, .once = once,
	                               .patience = 2, .said = said };
	if (is_err(key_remote_open(&c, &r, &err)))
		print_message("%s\n", err.what);
	return r;
}

static struct key *key_named(struct key_remote *r, const char *name)
{
	struct key *k = NULL;
	assert_true(is_ok(key_remote_key(r, str_c(name), &k, NULL)));
	return k;
}

static void wait_until_up(struct key_remote *r, int at_least)
{
	int64_t until = clock_steady_us() + WAIT_SECONDS * CLOCK_SECOND;
	while (!(ups >= at_least && key_remote_up(r)) && clock_steady_us() < until)
		usleep(10000);
	assert_true(key_remote_up(r));
}

static void every_key_works_from_afar(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	assert_non_null(r);
	assert_int_equal(key_remote_count(r), MADE);
	for (size_t i = 0; i < MADE; i++) {
		KEY_AUTO k = key_named(r, made[i].name);
		uint8_t sig[KEY_SIG_MAX];
		size_t n;
		assert_int_equal(key_alg_of(k), made[i].alg);
		for (int s = 0; s < SIG_ALG_COUNT; s++) {
			if (!key_makes(k, (enum sig_alg)s))
				continue;
			for (int twice = 0; twice < 2; twice++) { /* the prepared context is used again */
				assert_true(is_ok(key_sign(k, (enum sig_alg)s, STR("m"), sig, &n, NULL)));
				assert_true(key_verify(k, (enum sig_alg)s, STR("m"), str_of((char *)sig, n)));
			}
		}
		SECRET_AUTO none = { 0 };
		assert_true(is_err(key_export(k, &none, NULL)));
	}
	struct key *no = NULL;
	assert_int_equal(key_remote_key(r, STR("other"), &no, NULL).kind, ERR_NOT_FOUND);
	key_remote_close(r);
}

static void secrets_are_unwrapped_and_derived_from_afar(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	KEY_AUTO rsa = key_named(r, "rsa");
	KEY_AUTO p256 = key_named(r, "p256");
	KEY_AUTO own = NULL;
	SECRET_AUTO a = { 0 };
	SECRET_AUTO b = { 0 };
	SECRET_AUTO c = { 0 };
	SECRET_AUTO d = { 0 };
	uint8_t wrapped[KEY_SIG_MAX], want[KEY_MASTER];
	size_t n;
	struct err err;
	assert_true(is_ok(key_wrap(rsa, STR("k"), wrapped, &n, NULL)));
	assert_true(is_ok(key_unwrap(rsa, str_of((char *)wrapped, n), &a, NULL)));
	assert_true(str_eq(secret_str(&a), STR("k")));
	wrapped[9] ^= 1;
	assert_true(is_err(key_unwrap(rsa, str_of((char *)wrapped, n), &d, &err)));
	assert_string_equal(err.code, "crypto.key.unwrap");
	assert_true(is_ok(key_generate(KEY_P256, &own, NULL)));
	assert_true(is_ok(key_derive(p256, key_spki(own), &b, NULL)));
	assert_true(is_ok(key_derive(own, key_spki(p256), &c, NULL)));
	assert_true(str_eq(secret_str(&b), secret_str(&c)));
	secret_done(&c);
	assert_true(is_ok(key_remote_secret(r, STR("data"), &c, NULL)));
	key_master_secret(str_of(master, KEY_MASTER), STR("data"), want);
	assert_true(str_eq(secret_str(&c), str_of((char *)want, KEY_MASTER)));
	assert_true(is_err(key_remote_secret(r, STR("codes"), &d, NULL)));
	assert_null(d.p);
	key_remote_close(r);
}

/* The largest of all fits a frame with its sealed file. */
static void large_rsa_keys_are_made_there(struct key_remote *r)
{
	static const enum key_alg algs[] = { KEY_RSA_3072, KEY_RSA_4096 };
	for (size_t i = 0; i < 2; i++) {
		char path[128];
		uint8_t sig[KEY_SIG_MAX];
		size_t n;
		KEY_AUTO there = NULL;
		KEY_AUTO loaded = NULL;
		snprintf(path, sizeof path, "%s/z-large.key", dir);
		struct str name = i ? STR("z-rsa-4096") : STR("z-rsa-3072");
		struct err err = { 0 };
		struct result done = key_remote_make(r, algs[i], name, str_c(path), &there, &err);
		if (is_err(done))
			print_error("%s: %s: %s\n", name.p, err.code, err.what);
		assert_true(is_ok(done));
		assert_true(is_ok(key_load(str_c(path), str_of(master, KEY_MASTER), name, &loaded, NULL)));
		assert_true(is_ok(key_sign(there, SIG_RS256, STR("m"), sig, &n, NULL)));
		assert_int_equal(n, i ? 512 : 384);
		assert_true(key_verify(loaded, SIG_RS256, STR("m"), str_of((char *)sig, n)));
		unlink(path);
	}
}

/* Made behind the walls, written outside, and there again after a death. */
static void a_new_key_outlives_the_process_that_made_it(void **state)
{
	(void)state;
	char path[128];
	struct key_remote *r = begin(dir, false);
	struct key *no = NULL;
	KEY_AUTO made_there = NULL;
	KEY_AUTO loaded = NULL;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	snprintf(path, sizeof path, "%s/a-new@2.key", dir); /* before all others by name */
	assert_true(is_ok(key_remote_make(r, KEY_RSA_2048, STR("a-new@2"), str_c(path), &made_there,
	                                  NULL)));
	assert_true(is_err(key_remote_make(r, KEY_P256, STR("a-new@2"), str_c(path), &no, NULL)));
	assert_true(is_err(key_remote_make(r, KEY_P256, STR("../x"), str_c(path), &no, NULL)));
	assert_true(is_err(key_remote_make(r, KEY_P256, STR(""), str_c(path), &no, NULL)));
	assert_true(is_ok(key_load(str_c(path), str_of(master, KEY_MASTER), STR("a-new@2"), &loaded,
	                           NULL)));
	assert_true(str_eq(key_spki(loaded), key_spki(made_there)));
	large_rsa_keys_are_made_there(r);
	for (int i = 0; i < 2; i++) {
		KEY_AUTO old = key_named(r, "p256"); /* its index is another after the restart */
		assert_true(is_ok(key_sign(old, SIG_ES256, STR("m"), sig, &n, NULL)));
		assert_true(key_verify(old, SIG_ES256, STR("m"), str_of((char *)sig, n)));
		assert_true(is_ok(key_sign(made_there, SIG_RS256, STR("m"), sig, &n, NULL)));
		assert_true(key_verify(loaded, SIG_RS256, STR("m"), str_of((char *)sig, n)));
		if (i == 0) {
			kill(key_remote_pid(r), SIGKILL);
			wait_until_up(r, 1);
		}
	}
	key_remote_close(r);
	unlink(path);
}

struct load {
	struct key *key;
	atomic_int *stop;
	int signed_well, gone, wrong;
};

static void *sign_much(void *arg)
{
	struct load *l = arg;
	for (int i = 0; l->stop ? !*l->stop : i < ROUNDS; i++) {
		uint8_t sig[KEY_SIG_MAX];
		size_t n = 0;
		struct err err = { 0 };
		struct str m = str_of((char *)&i, sizeof i);
		if (is_err(key_sign(l->key, key_sig_of(l->key), m, sig, &n, &err)))
			*(strcmp(err.code, "crypto.key.gone") == 0 ? &l->gone : &l->wrong) += 1;
		else
			*(key_verify(l->key, key_sig_of(l->key), m, str_of((char *)sig, n))
			          ? &l->signed_well : &l->wrong) += 1;
		if (l->gone)
			usleep(500);
	}
	return NULL;
}

static void threads_never_get_each_others_signature(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	pthread_t t[THREADS];
	struct load l[THREADS];
	for (int i = 0; i < THREADS; i++) {
		l[i] = (struct load){ .key = key_named(r, made[i % 3].name) };
		assert_int_equal(pthread_create(&t[i], NULL, sign_much, &l[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		key_unref(l[i].key);
		assert_int_equal(l[i].signed_well, ROUNDS);
	}
	key_remote_close(r);
}

/* kill -9 under load, three times: every call ends in a true signature or in the
 * one clear error, and each time a new process takes over. */
static void a_killed_process_is_replaced_and_nothing_is_half_done(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	pthread_t t[THREADS];
	struct load l[THREADS];
	atomic_int stop = 0;
	int well = 0, gone = 0;
	for (int i = 0; i < THREADS; i++) {
		l[i] = (struct load){ .key = key_named(r, "p256"), .stop = &stop };
		assert_int_equal(pthread_create(&t[i], NULL, sign_much, &l[i]), 0);
	}
	for (int round = 1; round <= 3; round++) {
		usleep(50000);
		pid_t old = key_remote_pid(r);
		assert_true(old > 0);
		kill(old, SIGKILL);
		wait_until_up(r, round);
		assert_true(key_remote_pid(r) != old);
	}
	usleep(50000);
	stop = 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(l[i].wrong, 0);
		well += l[i].signed_well;
		gone += l[i].gone;
		key_unref(l[i].key);
	}
	assert_true(well > THREADS && gone > 0);
	assert_int_equal(downs, 3);
	key_remote_close(r);
}

static char *proc(pid_t pid, const char *what)
{
	static char text[8192];
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static void a_silent_process_is_taken_for_dead(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	KEY_AUTO k = key_named(r, "p256");
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	struct err err;
	kill(key_remote_pid(r), SIGSTOP);
	while (!strstr(proc(key_remote_pid(r), "status"), "\nState:\tT"))
		usleep(1000); /* its threads stop one by one */
	int64_t began = clock_steady_us();
	assert_int_equal(key_sign(k, SIG_ES256, STR("m"), sig, &n, &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "crypto.key.gone");
	assert_true(clock_steady_us() - began < 10 * CLOCK_SECOND);
	wait_until_up(r, 1);
	assert_true(is_ok(key_sign(k, SIG_ES256, STR("m"), sig, &n, NULL)));
	key_remote_close(r);
	assert_int_equal(key_sign(k, SIG_ES256, STR("m"), sig, &n, &err).kind, ERR_UNAVAILABLE);
}

static void typed_secrets_are_not_asked_for_again(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, true);
	kill(key_remote_pid(r), SIGKILL);
	int64_t until = clock_steady_us() + WAIT_SECONDS * CLOCK_SECOND;
	while (!downs && clock_steady_us() < until)
		usleep(10000);
	assert_int_equal(downs, 1);
	assert_false(key_remote_up(r));
	assert_int_equal(key_remote_pid(r), 0);
	key_remote_close(r);
}

static void a_process_that_cannot_start_says_so(void **state)
{
	(void)state;
	char path[128];
	snprintf(path, sizeof path, "%s/broken.key", dir);
	assert_true(is_ok(file_write(str_c(path), STR("not a key"), 0600, NULL)));
	assert_null(begin(dir, false));
	unlink(path);
	static char nowhere[] = "/nowhere/musubi";
	static char *nothing[] = { nowhere, NULL };
	struct key_remote_config c = { .argv = nothing };
	struct key_remote *r = NULL;
	struct err err;
	assert_int_equal(key_remote_open(&c, &r, &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "crypto.key.start");
}

/* ---- the walls ---- */

static void the_kernel_says_that_the_walls_stand(void **state)
{
	(void)state;
	struct key_remote *r = begin(dir, false);
	pid_t pid = key_remote_pid(r);
	const char *status = proc(pid, "status");
	assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(proc(pid, "limits"), "Max core file size        0                    0 "));
	struct stat st;
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	assert_true(stat(path, &st) != 0 || st.st_uid == 0); /* not dumpable: root's, not the user's */
	key_remote_close(r);
}

static void try_open(void) { (void)!open("/etc/passwd", O_RDONLY); }
static void try_socket(void) { (void)!socket(AF_INET, SOCK_STREAM, 0); }
static void try_unix_socket(void) { (void)!socket(AF_UNIX, SOCK_STREAM, 0); }
static void try_exec(void) { execl("/bin/true", "true", (char *)NULL); }
static void try_fork(void) { (void)!fork(); }
static void try_ptrace(void) { ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static void try_kill(void) { kill(1, 0); }
static void try_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void try_other_fd(void) { (void)!write(1, "x", 1); }
static void try_core(void)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_CORE, &r);
}
static void just_compute(void)
{
	struct key *k;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	if (is_err(key_generate(KEY_P256, &k, NULL)) ||
	    is_err(key_sign(k, SIG_ES256, STR("m"), sig, &n, NULL)))
		_exit(1);
}

/* What a child behind the walls ends with: the signal, or 0. */
static int behind_walls(void (*what)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		bool locked;
		if (is_err(key_sandbox_prepare(&locked, NULL)) || is_err(key_sandbox_close(NULL)))
			_exit(2);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void outside_of_the_table_there_is_only_death(void **state)
{
	(void)state;
	static void (*const attempts[])(void) = { try_open, try_socket, try_unix_socket, try_exec,
		try_fork, try_ptrace, try_kill, try_code, try_other_fd, try_core };
	assert_int_equal(behind_walls(just_compute), 0);
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		assert_int_equal(behind_walls(attempts[i]), SIGSYS);
}

/* A server that talks nonsense loses the channel; so does one that is gone. */
static void nonsense_closes_the_channel(void **state)
{
	(void)state;
	static const char *const said_by_server[] = { "K", "nonsense", "K\1\0\0", "" };
	for (size_t i = 0; i < 4; i++) {
		int pair[2], status;
		char got[64];
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		pid_t pid = fork();
		if (pid == 0) {
			struct secret m = secret_of(str_of(master, KEY_MASTER));
			struct key_host *h;
			close(pair[0]);
			if (is_err(key_host_open(&m, str_c(dir), uses, 1, &h, NULL)))
				_exit(2);
			_exit(is_ok(key_host_serve(h, &pair[1], 1, NULL, NULL, NULL)) ? 0 : 4);
		}
		close(pair[1]);
		size_t n = i == 1 ? 8 : i == 2 ? 4 : strlen(said_by_server[i]);
		if (n)
			assert_int_equal(send(pair[0], said_by_server[i], n, MSG_NOSIGNAL), n);
		else
			shutdown(pair[0], SHUT_WR);
		assert_int_equal(recv(pair[0], got, sizeof got, 0), 0);
		close(pair[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), n ? 4 : 0);
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "host") == 0)
		return host_main(argv);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_works_from_afar),
		cmocka_unit_test(secrets_are_unwrapped_and_derived_from_afar),
		cmocka_unit_test(a_new_key_outlives_the_process_that_made_it),
		cmocka_unit_test(threads_never_get_each_others_signature),
		cmocka_unit_test(a_killed_process_is_replaced_and_nothing_is_half_done),
		cmocka_unit_test(a_silent_process_is_taken_for_dead),
		cmocka_unit_test(typed_secrets_are_not_asked_for_again),
		cmocka_unit_test(a_process_that_cannot_start_says_so),
		cmocka_unit_test(the_kernel_says_that_the_walls_stand),
		cmocka_unit_test(outside_of_the_table_there_is_only_death),
		cmocka_unit_test(nonsense_closes_the_channel),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
