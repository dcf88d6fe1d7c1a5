/* A node's keys in their homes: the key process for a server, this process for
 * the commands of an operator, a PKCS#11 token for the names it holds. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/master.h"
#include "cmd/node.h"
#include "crypto/key_host.h"

/* What the key process gives out (crypto/key_host.h). */
static const struct str uses[] = { STR_INIT("data"), STR_INIT("officer"),
                                   STR_INIT("individual-number") };

const struct str *node_secret_uses(size_t *ret_n)
{
	*ret_n = sizeof uses / sizeof *uses;
	return uses;
}

static void said(void *ctx, enum key_remote_event event, const struct err *why)
{
	(void)ctx;
	switch (event) {
	case KEY_REMOTE_UP: log_info("key.process.up"); break;
	case KEY_REMOTE_DOWN: log_error("key.process.down", LOG_ERR(why)); break;
	case KEY_REMOTE_NOT_STARTED: log_error("key.process.not_started", LOG_ERR(why)); break;
	}
}

struct result node_keys_apart(struct node *n, struct err *err)
{
	static char program[] = "/proc/self/exe", key[] = "key", host[] = "host",
	            option[] = "--config";
	struct str path = n->config.path;
	char *config = mem_cstr(path.p, path.n);
	char *argv[] = { program, key, host, option, config, NULL };
	struct key_remote_config c = { .argv = argv, .channels = NODE_KEY_CHANNELS,
	                               .once = master_typed(&n->config), .said = said };
	n->key_argv[0] = program;
	memcpy(n->key_argv, argv, sizeof argv);
	n->key_config = config;
	c.argv = n->key_argv; /* the keeper starts it again from here */
	return key_remote_open(&c, &n->remote, err);
}

struct result node_keys_here(struct node *n, struct err *err)
{
	return master_open(n->arena, &n->config, &n->kek, err);
}

void node_keys_close(struct node *n)
{
	token_close(n->token);
	key_remote_close(n->remote);
	mem_free(n->key_config);
	secret_done(&n->kek);
}

static struct result local_key(struct node *n, const char *name, enum key_alg alg, bool make,
                               struct key **ret, struct err *err)
{
	struct str path = node_path(n, "keys", str_c(name), ".key");
	if (make && !file_exists(path)) {
		KEY_AUTO k = NULL;
		TRY(file_make_dirs(node_path(n, "keys", STR(""), ""), 0700, err));
		TRY(key_generate(alg, &k, err));
		TRY(key_save(k, path, secret_str(&n->kek), str_c(name), err));
	}
	return key_load(path, secret_str(&n->kek), str_c(name), ret, err);
}

/* With `key: pkcs11:…` the keys of authorities and seals live in the token, and
 * nowhere else; the journal's stays here, for it signs at every commit. */
static bool in_token(const struct node *n, const char *name)
{
	return n->config.key.n && (str_starts(str_c(name), STR("ca-")) ||
	                           str_starts(str_c(name), STR("seal-")));
}

static struct result token_key_named(struct node *n, const char *name, enum key_alg alg,
                                     bool make, struct key **ret, struct err *err)
{
	if (!n->token)
		TRY(token_open(n->config.key, n->config.dir, &n->token, err));
	struct result r = token_key(n->token, str_c(name), ret, err);
	return r.kind == ERR_NOT_FOUND && make
	               ? token_generate(n->token, alg, str_c(name), ret, err) : r;
}

struct result node_key(struct node *n, const char *name, enum key_alg alg, bool make,
                       struct key **ret, struct err *err)
{
	if (in_token(n, name))
		return token_key_named(n, name, alg, make, ret, err);
	if (n->remote) {
		struct result r = key_remote_key(n->remote, str_c(name), ret, err);
		return r.kind == ERR_NOT_FOUND && make
		               ? key_remote_make(n->remote, alg, str_c(name),
		                                 node_path(n, "keys", str_c(name), ".key"), ret, err) : r;
	}
	return local_key(n, name, alg, make, ret, err);
}

struct result node_derive(struct node *n, struct str use, struct secret *ret, struct err *err)
{
	if (n->remote)
		return key_remote_secret(n->remote, use, ret, err);
	SECRET_AUTO s = secret_new(KEY_MASTER);
	key_master_secret(secret_str(&n->kek), use, s.p);
	*ret = s;
	s = (struct secret){ 0 };
	return ok();
}
