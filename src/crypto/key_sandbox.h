/* The walls around the key process. */
#ifndef MUSUBI_CRYPTO_KEY_SANDBOX_H
#define MUSUBI_CRYPTO_KEY_SANDBOX_H

#include "base/err.h"

/* Before any secret is read: no core dump, no ptrace by others of the same user,
 * no new privileges, a network namespace of its own where the kernel allows it,
 * memory that is never swapped. *ret_locked is false when the limit on locked
 * memory is too low for that (RLIMIT_MEMLOCK): to be told to the operator. */
MUST struct result key_sandbox_prepare(bool *ret_locked, struct err *err);

/* When all is loaded and every thread has begun: from here on, for all threads
 * and for good, only computing, memory that is not executable, and the sockets
 * and the log that are open already. Any other system call (open, socket, clone,
 * execve, ptrace …) kills the process. */
MUST struct result key_sandbox_close(struct err *err);

#endif
