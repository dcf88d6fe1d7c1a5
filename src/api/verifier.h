/* What every question of a verifier begins and ends with. Private to this room.
 *
 * A verifier speaks over mutual TLS on a listener of its own (`verifier_listen`):
 * the handshake proves that it has the key, `caller` below that the certificate is
 * a good TLS-node one of ours now, that its first host name is an accredited
 * verifier's, and that this one is not suspended. No question is answered before
 * it is counted and journaled: both are in one transaction, committed first. */
#ifndef MUSUBI_API_VERIFIER_H
#define MUSUBI_API_VERIFIER_H

#include "api/api.h"
#include "ident/verifier.h"
#include "trust/ca.h"

enum { VERIFIER_BODY_MAX = 128 * 1024 };

/* A member of a request; a request has no other members than its rows. */
struct verifier_field {
	const char *name;
	enum json_kind kind;
	bool required;
	size_t max; /* bytes of a text, items of a list */
};

struct verifier_call {
	struct visit *v;
	struct verifier who;
	const struct json *body; /* NULL for GET */
	enum ask_kind kind;
	struct str subject;      /* the portal's code of the person concerned, or "" */
	struct str object, purpose;
	struct json_object *answer;
};

/* Who asks; ERR_AUTH "verifier.certificate", ERR_FORBIDDEN "verifier.suspended". */
MUST struct result verifier_caller(struct visit *v, enum ask_kind kind,
                                   struct verifier_call *ret, struct err *err);
/* The same, with a strict body. ERR_INPUT "verifier.request". */
MUST struct result verifier_read(struct visit *v, enum ask_kind kind,
                                 const struct verifier_field *rows, size_t n,
                                 struct verifier_call *ret, struct err *err);
struct str verifier_member(const struct verifier_call *c, const char *name);
bool verifier_has(const struct verifier_call *c, const char *name);
MUST struct result verifier_bytes(const struct verifier_call *c, const char *name,
                                  struct str *ret, struct err *err); /* base64 */

/* A 署名用 certificate named by its serial ("0705D990"), and whose it is. */
MUST struct result verifier_holder(struct verifier_call *c, struct db *db, struct str serial,
                                   struct cert_row *ret, struct err *err);
MUST struct result verifier_serial(struct str text, uint32_t *ret, struct err *err);
/* The journal entry and the count, in a transaction that may do more. */
MUST struct result verifier_note(struct verifier_call *c, struct db *tx, struct err *err);
/* Both, in a transaction of their own. */
MUST struct result verifier_noted(struct verifier_call *c, struct err *err);
/* Sends c->answer. */
MUST struct result verifier_send(struct verifier_call *c, int status);

/* status, reason and times of a certificate as members. */
void verifier_put_row(struct verifier_call *c, const struct cert_row *row);

/* verifier_ask.c, verifier_consent.c, verifier_private.c */
MUST struct result verifier_certificate(struct visit *v, struct err *err);
MUST struct result verifier_signature(struct visit *v, struct err *err);
MUST struct result verifier_consent(struct visit *v, struct err *err);
MUST struct result verifier_consent_state(struct visit *v, struct err *err);
MUST struct result verifier_attributes(struct visit *v, struct err *err);
MUST struct result verifier_link(struct visit *v, struct err *err);
MUST struct result verifier_challenge(struct visit *v, struct err *err);
MUST struct result verifier_register(struct visit *v, struct err *err);
MUST struct result verifier_relink(struct visit *v, struct err *err);
MUST struct result verifier_forget(struct visit *v, struct err *err);
MUST struct result verifier_events(struct visit *v, struct err *err);
/* The newest good 署名用 certificate of the same kind and holder; serial 0: none. */
MUST struct result verifier_successor(struct verifier_call *c, struct db *db,
                                      const struct cert_row *of, struct cert_row *ret,
                                      struct err *err);

#endif
