/* Verifiers (署名検証者): services accredited to ask about certificates and
 * signatures (公的個人認証法 §17). Each is known by the host name in its client
 * certificate, has a limit for a day, and every question it asks is counted: by
 * day here, by month for its bill. `org` runs the authorities. */
#ifndef MUSUBI_IDENT_VERIFIER_H
#define MUSUBI_IDENT_VERIFIER_H

#include "net/text.h"
#include "store/store.h"

/* What may be asked; a row each, so that a bill names it. */
enum ask_kind { ASK_CERTIFICATE, ASK_SIGNATURE, ASK_CONSENT, ASK_ATTRIBUTES, ASK_LINK,
                ASK_PRIVATE_ID, ASK_EVENTS, ASK_COUNT };
struct ask_row {
	const char *name;  /* "attributes": of the tables and the bill */
	bool billed;       /* asking for consent and fetching events costs nothing */
	const char *event; /* of the journal, where it concerns a person */
};
const struct ask_row *ask_row(enum ask_kind k);

enum { VERIFIER_ID_MAX = 32, VERIFIER_NAME_MAX = 100, VERIFIER_DAY_LIMIT = 100000 };

struct verifier {
	struct str id;                /* "bank1": a-z, 0-9, '-' */
	struct str name[LANG_COUNT];
	struct str host;              /* first dNSName of its client certificate */
	bool suspended;
	int64_t day_limit;            /* questions of all kinds on one day in Japan */
	int64_t yen;                  /* agreed for each billed question */
	int64_t added_at;
};

/* ERR_INPUT "verifier.id|host|name|limit"; ERR_CONFLICT when the id or the host
 * is another's. */
MUST struct result verifier_add(struct db *tx, struct str org, const struct verifier *v,
                                struct err *err);
/* ERR_NOT_FOUND "verifier.none". */
MUST struct result verifier_find(struct db *db, struct arena *a, struct str org, struct str id,
                                 struct verifier *ret, struct err *err);
MUST struct result verifier_by_host(struct db *db, struct arena *a, struct str org,
                                    struct str host, struct verifier *ret, struct err *err);
MUST struct result verifier_list(struct db *db, struct arena *a, struct str org,
                                 const struct verifier **ret, size_t *ret_n, struct err *err);
/* Holds at once. */
MUST struct result verifier_suspend(struct db *tx, struct str org, struct str id, bool suspended,
                                    struct err *err);

/* Counts one question, in the transaction that writes what it was. ERR_LIMIT
 * "verifier.limit" when the day is used up: it then counts nothing. */
MUST struct result verifier_count(struct db *tx, struct str org, const struct verifier *v,
                                  enum ask_kind kind, int64_t now, struct err *err);

struct verifier_use {
	struct str verifier;
	enum ask_kind kind;
	int64_t n;
};
/* month: "2026-11". By verifier, then kind; ERR_INPUT "verifier.month". */
MUST struct result verifier_usage(struct db *db, struct arena *a, struct str org,
                                  struct str month, const struct verifier_use **ret,
                                  size_t *ret_n, struct err *err);

/* Tables of verifiers, consents, private ids, mandates and companies. */
void verifier_migrations(void);

#endif
