/* A node: its configuration opened into an application that can be served.
 *
 * data/ holds what must never be lost or shared: the master key (cmd/master.h;
 * seals every other key and, through HKDF, attachments and letters), codes.key
 * (the core's master key), keys/NAME.key (sealed), trust/NAME.der (certificates).
 * A server has its private keys in the key process (crypto/key_remote.h), a
 * command of the operator in its own. */
#ifndef MUSUBI_CMD_NODE_H
#define MUSUBI_CMD_NODE_H

#include "cmd/config.h"
#include "crypto/key_remote.h"
#include "crypto/key_token.h"
#include "web/app.h"

enum { NODE_KEY_CHANNELS = 4, NODE_KEY_ARGS = 6 };

struct node {
	struct arena *arena;
	struct config config;
	struct secret kek;         /* empty when the keys live apart */
	struct key_remote *remote; /* the key process, or NULL */
	struct token *token;       /* of the configuration's `key`, once it is needed */
	char *key_argv[NODE_KEY_ARGS], *key_config;
	struct key *journal_key;
	struct app app;
};

/* Every room's tables, once per process, before a store is opened. */
void node_migrations(void);
/* Keys and store only: for `musubi journal` and the demo's maker. */
MUST struct result node_open_store(struct str config_path, struct node **ret, struct err *err);
/* Everything a server needs. `apart`: private keys in the key process. */
MUST struct result node_open(struct str config_path, bool apart, struct node **ret,
                             struct err *err);
/* Its organizations with their seals; node_open does it by itself. */
MUST struct result node_open_orgs(struct node *n, struct err *err);
void node_close(struct node *n);

/* The key of that name in its home; made there with `alg` when missing and `make`. */
MUST struct result node_key(struct node *n, const char *name, enum key_alg alg, bool make,
                            struct key **ret, struct err *err);
/* A 32-byte key for one use, from the master key; the caller wipes it. */
MUST struct result node_derive(struct node *n, struct str use, struct secret *ret,
                               struct err *err);
const struct str *node_secret_uses(size_t *ret_n);
/* data/trust/NAME.der */
MUST struct result node_cert(struct node *n, struct arena *a, const char *name, struct str *ret,
                             struct err *err);
/* Inside of the node: node_keys.c. */
MUST struct result node_keys_apart(struct node *n, struct err *err);
MUST struct result node_keys_here(struct node *n, struct err *err);
void node_keys_close(struct node *n);
struct str node_path(struct node *n, const char *folder, struct str name, const char *suffix);

#endif
