/* The configuration of a node: one YAML file. Every key is a row of the table
 * in config.c; an unknown key, a missing one or a wrong kind is named with file
 * and line. Paths are relative to the file. */
#ifndef MUSUBI_CMD_CONFIG_H
#define MUSUBI_CMD_CONFIG_H

#include "base/json.h"
#include "net/text.h"

struct config_org {
	struct str id, roles, prefecture, head_title, head_name, address, phone, office;
	struct str name[LANG_COUNT];
};

struct config {
	struct str path;      /* of the file */
	struct str dir;       /* where it lies */
	struct str listen;    /* "127.0.0.1:8080" */
	struct str origin;    /* "http://localhost:8080" */
	struct str hosts;     /* comma list, "" for any */
	struct str tls_cert, tls_key;
	/* Where accredited verifiers ask, over mutual TLS; "": nowhere on this node. */
	struct str verifier_listen, verifier_tls_cert, verifier_tls_key;
	struct str store;     /* "sqlite:…" or "postgres:…" */
	struct str share;     /* packs/ and web/ lie here */
	struct str data;      /* keys, trust */
	struct str master;    /* cmd/master.h; "" is "file" */
	struct str key;       /* "pkcs11:…" (RFC 7512): where keys of authorities and seals live */
	struct str tsa_clock;  /* "ntp": time stamps only while the kernel says that NTP keeps
	                          the clock; "": while it does not jump */
	struct str phone_listen, phone_url, phone_wallets;
	struct str portal, ca; /* organizations with these roles, "" when none */
	int64_t workers;
	int64_t max_per_peer; /* connections of one address; 0: net/server.h's own rule */
	size_t norgs;
	const struct config_org *orgs;
};

MUST struct result config_load(struct arena *a, struct str path, struct config *ret,
                               struct err *err);

#endif
