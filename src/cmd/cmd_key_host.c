/* musubi key host: the key process. `musubi serve` starts it; a person does not.
 * Opens the master key and the sealed keys, closes the walls (crypto/key_host.h)
 * and answers until the server is gone. */
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/master.h"
#include "cmd/node.h"
#include "crypto/key_host.h"
#include "crypto/key_sandbox.h"

enum { HOST_ARENA = 16 << 20 };

static void ready(void *ctx)
{
	log_info("key.process.ready", LOG_INT("keys", (int64_t)key_host_count(ctx)));
}

/* The server ends on a signal, and this process with it when the last channel
 * closes: it must not go before, or the last answers could not be signed. */
static void outlive_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_IGN);
}

/* The journal's key is made at the first start of a node. */
static struct result make_journal_key(struct arena *a, const struct config *c,
                                      const struct secret *master, struct err *err)
{
	struct str dir = file_join(a, c->data, STR("keys")),
	           path = file_join(a, dir, STR("journal.key"));
	KEY_AUTO k = NULL;
	if (file_exists(path))
		return ok();
	TRY(file_make_dirs(dir, 0700, err));
	TRY(key_generate(KEY_ED25519, &k, err));
	return key_save(k, path, secret_str(master), STR("journal"), err);
}

static struct result open_host(struct arena *a, struct str path, struct key_host **ret,
                               struct err *err)
{
	struct config c;
	SECRET_AUTO master = { 0 };
	size_t nuses;
	const struct str *uses = node_secret_uses(&nuses);
	TRY(config_load(a, path, &c, err));
	TRY(file_make_dirs(c.data, 0700, err));
	TRY(master_open(a, &c, &master, err));
	TRY(make_journal_key(a, &c, &master, err));
	return key_host_open(&master, file_join(a, c.data, STR("keys")), uses, nuses, ret, err);
}

static struct result host(struct str path, struct err *err)
{
	int fds[NODE_KEY_CHANNELS];
	bool locked;
	struct key_host *h;
	ARENA_AUTO a = arena_new(HOST_ARENA);
	for (int i = 0; i < NODE_KEY_CHANNELS; i++)
		fds[i] = KEY_HOST_FD + i;
	close_range(KEY_HOST_FD + NODE_KEY_CHANNELS, ~0u, 0); /* nothing of the server's */
	outlive_signals();
	TRY(key_sandbox_prepare(&locked, err));
	if (!locked)
		log_warn("key.process.not_locked",
		         LOG_C("why", "RLIMIT_MEMLOCK is below 128 MB: keys could be swapped"));
	TRY(open_host(a, path, &h, err));
	return key_host_serve(h, fds, NODE_KEY_CHANNELS, ready, h, err);
}

int cmd_key_host(int argc, char **args)
{
	struct str path;
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &path },
	};
	struct usage u = { .command = "key host", .rows = rows, .nrows = 1 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	bool done = is_ok(host(path, &err));
	if (!done)
		log_error("key.process.failed", LOG_ERR(&err));
	_exit(done ? EXIT_TRUE : EXIT_FAILED); /* behind the walls nothing can be tidied up */
}
