/* No free try: not by pulling the plug at any system call, not by guessing in
 * several processes at once.
 *
 * The child is run under ptrace and killed with SIGKILL before its k-th system
 * call that opens, locks, writes, syncs, renames or takes memory for Argon2, for
 * every k, until it ends by itself: between two of those nothing outside of the
 * process changes. Argon2 takes its 19 MiB by mmap: from that call on the guess
 * is being checked, so a try must be gone. */
#include "purse.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { STEPS_MAX = 500, ARGON_BYTES = 19 << 20, RIVALS = 6, ROUNDS = 4 };

struct run {
	struct purse *p;
	struct str dir;
	void (*act)(struct purse *p, struct str dir);
};

/* A directory is restored by copying: the point is where the child dies, not
 * how the wallet was made. */
static struct str copy_of(struct purse *p, struct str from)
{
	static unsigned number;
	struct str to = arena_printf(p->n->a, "%s/copy-%u", test_dir(), number++);
	int status;
	nation_run(p->n, &status, "cp -a %s %s", arena_cstr(p->n->a, from), arena_cstr(p->n->a, to));
	assert_int_equal(status, 0);
	return to;
}

static pid_t start(const struct run *r)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(99);
	raise(SIGSTOP);
	r->act(r->p, r->dir);
	_exit(0);
}

struct stop {
	bool counts;   /* one of the calls to die at */
	bool checking; /* Argon2 begins */
};

static struct stop stop_of(pid_t pid)
{
	static const uint64_t calls[] = { SYS_open, SYS_openat, SYS_flock, SYS_write, SYS_pwrite64,
		SYS_fsync, SYS_fdatasync, SYS_rename, SYS_renameat, SYS_renameat2, SYS_link, SYS_linkat,
		SYS_unlink, SYS_ftruncate, SYS_close };
	struct __ptrace_syscall_info info;
	struct stop s = { 0 };
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
		fail_msg("PTRACE_GET_SYSCALL_INFO is not there");
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return s;
	s.checking = info.entry.nr == SYS_mmap && info.entry.args[1] >= ARGON_BYTES;
	s.counts = s.checking;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		s.counts |= info.entry.nr == calls[i];
	return s;
}

/* Kills before the k-th call. False when the child ended before that. */
static bool kill_at(const struct run *r, unsigned k, bool *ret_checked)
{
	int status;
	bool checked = false;
	pid_t pid = start(r);
	assert_true(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status))
		fail_msg("this machine does not let a process trace its own child");
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (unsigned seen = 0; seen < k;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		assert_true(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status)) {
			*ret_checked = checked;
			return false;
		}
		struct stop s = stop_of(pid);
		checked |= s.checking;
		seen += s.counts;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	*ret_checked = checked;
	return true;
}

/* ---- what the child does ---- */

static void guess_wrong(struct purse *p, struct str dir)
{
	purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
}

static void guess_right(struct purse *p, struct str dir)
{
	purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN);
}

static void change(struct purse *p, struct str dir)
{
	(void)p;
	purse_change(dir, WALLET_LOGIN, PURSE_PIN, STR("9876"));
}

/* Runs `act` on copies of one wallet, killed at every call; `check` sees each. */
static unsigned at_every_call(struct purse *p, void (*act)(struct purse *, struct str),
                              void (*check)(struct purse *, struct str, bool killed, bool checked))
{
	struct str first = purse_wallet(p);
	bool killed = true, checked = false;
	unsigned k;
	for (k = 1; killed; k++) {
		assert_true(k < STEPS_MAX);
		struct run r = { p, copy_of(p, first), act };
		killed = kill_at(&r, k, &checked);
		check(p, r.dir, killed, checked);
	}
	assert_true(checked);
	return k;
}

/* ---- */

static void a_try_is_gone(struct purse *p, struct str dir, bool killed, bool checked)
{
	unsigned left = purse_tries(dir, WALLET_LOGIN);
	(void)p;
	assert_in_range(left, WALLET_PIN_TRIES - 1, WALLET_PIN_TRIES);
	if (checked || !killed)
		assert_int_equal(left, WALLET_PIN_TRIES - 1);
}

static void killed_at_any_call_a_wrong_guess_is_never_free(void **state)
{
	assert_true(at_every_call(*state, guess_wrong, a_try_is_gone) > 10);
}

static void still_opens(struct purse *p, struct str dir, bool killed, bool checked)
{
	unsigned left = purse_tries(dir, WALLET_LOGIN);
	(void)checked;
	(void)p;
	assert_in_range(left, WALLET_PIN_TRIES - 1, WALLET_PIN_TRIES);
	if (!killed)
		assert_int_equal(left, WALLET_PIN_TRIES);
}

static void killed_at_any_call_a_right_guess_harms_nothing(void **state)
{
	assert_true(at_every_call(*state, guess_right, still_opens) > 10);
}

static void one_pin_opens(struct purse *p, struct str dir, bool killed, bool checked)
{
	bool fresh = purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict == WALLET_OK;
	bool old = purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict == WALLET_OK;
	(void)checked;
	assert_true(fresh != old);
	if (!killed)
		assert_true(fresh);
}

static void killed_at_any_call_a_change_leaves_exactly_one_pin(void **state)
{
	assert_true(at_every_call(*state, change, one_pin_opens) > 10);
}

/* ---- rivals ---- */

/* Waits until all are there: the end of `gate` is closed by the parent. */
static void guess_and_report(struct purse *p, struct str dir, int number, int gate, int fd)
{
	char none;
	struct str pin = arena_printf(p->n->a, "00%02d", number);
	if (read(gate, &none, 1) != 0)
		_exit(1);
	struct outcome o = purse_sign(p, dir, WALLET_LOGIN, pin);
	unsigned char said[2] = { is_ok(o.r) ? (unsigned char)o.verdict : 99,
	                          (unsigned char)o.tries };
	_exit(write(fd, said, sizeof said) == sizeof said ? 0 : 1);
}

static void race(struct purse *p, struct str dir, int fd)
{
	int gate[2], status;
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < RIVALS; i++)
		if (fork() == 0) {
			close(gate[1]);
			guess_and_report(p, dir, i, gate[0], fd);
		}
	close(gate[0]);
	close(gate[1]);
	close(fd);
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
}

/* Each lowering is seen by one process only; the rest find it locked. */
static void one_race(struct purse *p)
{
	struct str dir = purse_wallet(p);
	unsigned seen[WALLET_PIN_TRIES] = { 0 };
	unsigned char said[2];
	int report[2];
	assert_int_equal(pipe(report), 0);
	race(p, dir, report[1]);
	for (int i = 0; i < RIVALS; i++) {
		assert_int_equal(read(report[0], said, sizeof said), sizeof said);
		assert_in_range(said[0], WALLET_WRONG, WALLET_LOCKED);
		assert_in_range(said[1], 0, WALLET_PIN_TRIES - 1);
		seen[said[1]]++;
	}
	close(report[0]);
	assert_int_equal(seen[2], 1);
	assert_int_equal(seen[1], 1);
	assert_int_equal(seen[0], RIVALS - 2);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_LOCKED);
}

static void many_processes_share_three_tries(void **state)
{
	for (int round = 0; round < ROUNDS; round++)
		one_race(*state);
}

static void a_handle_opened_before_sees_the_tries_of_another(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p), cms;
	WALLET_AUTO early = purse_open(dir);
	enum wallet_verdict verdict;
	unsigned tries;
	struct err err;
	for (unsigned i = 0; i < WALLET_PIN_TRIES; i++)
		purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
	assert_int_equal(wallet_tries(early, WALLET_LOGIN), WALLET_PIN_TRIES); /* as it read it */
	must_ok(wallet_sign(early, p->n->a, WALLET_LOGIN, PURSE_PIN, purse_document(p, WALLET_LOGIN),
	                    NATION_NOW, &verdict, &tries, &cms, &err), &err, "sign");
	assert_int_equal(verdict, WALLET_LOCKED);
	assert_int_equal(tries, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_any_call_a_wrong_guess_is_never_free),
		cmocka_unit_test(killed_at_any_call_a_right_guess_harms_nothing),
		cmocka_unit_test(killed_at_any_call_a_change_leaves_exactly_one_pin),
		cmocka_unit_test(many_processes_share_three_tries),
		cmocka_unit_test(a_handle_opened_before_sees_the_tries_of_another),
	};
	return cmocka_run_group_tests(tests, purse_setup, purse_teardown);
}
