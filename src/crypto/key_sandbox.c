/* Allow-list by libseccomp; everything that is not in the table is SIGSYS. */
#include "crypto/key_sandbox.h"

#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LOCKED_MIN = 128 << 20 }; /* Argon2id, the keys, stacks; more is never used */

/* Computing, waiting, memory, the channels, ending. getrandom and the clock and
 * the ids: OpenSSL's generator reseeds itself. */
static const int allowed[] = {
	SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(mremap),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(close), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

/* Kernels grant it to root always, to others by sysctl or LimitMEMLOCK. */
static bool lock_memory(void)
{
	struct rlimit most;
	if (getrlimit(RLIMIT_MEMLOCK, &most) != 0)
		return false;
	if (most.rlim_cur < LOCKED_MIN && most.rlim_max >= LOCKED_MIN) {
		most.rlim_cur = most.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &most);
	}
	/* A lock that later allocations run into would end the process instead. */
	if (most.rlim_cur < LOCKED_MIN && geteuid() != 0)
		return false;
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

struct result key_sandbox_prepare(bool *ret_locked, struct err *err)
{
	struct rlimit none = { 0, 0 };
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(err, ERR_UNAVAILABLE, "crypto.key.sandbox", NULL,
		            "the key process cannot be closed off: %m");
	(void)unshare(CLONE_NEWNET); /* seccomp forbids sockets in any case */
	*ret_locked = lock_memory();
	return ok();
}

static int add_rules(scmp_filter_ctx f)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	if (rc == 0) /* the log */
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
		                      SCMP_A0(SCMP_CMP_EQ, 2));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
		                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		                      SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return rc;
}

struct result key_sandbox_close(struct err *err)
{
	tzset(); /* the log's clock reads /etc/localtime at its first use */
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = f ? seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1) : -1;
	if (rc == 0)
		rc = add_rules(f);
	if (rc == 0)
		rc = seccomp_load(f);
	if (f)
		seccomp_release(f);
	return rc == 0 ? ok()
	               : fail(err, ERR_UNAVAILABLE, "crypto.key.sandbox", NULL,
	                      "seccomp refused the filter of the key process (%d)", rc);
}
