/* A node: its configuration opened into an application that can be served.
 *
 * data/ holds what must never be lost or shared: node.key (seals every other
 * key and, through HKDF, attachments and letters), codes.key (the core's
 * master key), keys/NAME.key (sealed), trust/NAME.der (certificates). */
#ifndef MUSUBI_CMD_NODE_H
#define MUSUBI_CMD_NODE_H

#include "cmd/config.h"
#include "web/app.h"

struct node {
	struct arena *arena;
	struct config config;
	struct secret kek;
	struct key *journal_key;
	struct app app;
};

/* Every room's tables, once per process, before a store is opened. */
void node_migrations(void);
/* Keys and store only: for `musubi journal` and the demo's maker. */
MUST struct result node_open_store(struct str config_path, struct node **ret, struct err *err);
/* Everything a server needs. */
MUST struct result node_open(struct str config_path, struct node **ret, struct err *err);
void node_close(struct node *n);

/* data/keys/NAME.key; made with `alg` when missing and `make`. */
MUST struct result node_key(struct node *n, const char *name, enum key_alg alg, bool make,
                            struct key **ret, struct err *err);
/* A 32-byte key for one use, from the node's key; the caller wipes it. */
void node_derive(const struct node *n, struct str use, struct secret *ret);
/* data/trust/NAME.der */
MUST struct result node_cert(struct node *n, struct arena *a, const char *name, struct str *ret,
                             struct err *err);
struct str node_path(struct node *n, const char *folder, struct str name, const char *suffix);

#endif
