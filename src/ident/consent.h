/* Consents: what a holder lets a verifier know about her (公的個人認証法 §18の2,
 * 令和3年改正). A verifier asks, naming a certificate, what it wants, why and until
 * when; she gives it, refuses it, and takes it back at any moment. `org` is the
 * portal and `subject` her code there. Each move is one guarded UPDATE. */
#ifndef MUSUBI_IDENT_CONSENT_H
#define MUSUBI_IDENT_CONSENT_H

#include "store/store.h"

enum consent_scope {
	CONSENT_ATTRIBUTES = 1, /* the current 基本4情報, also after the certificate has ended */
	CONSENT_LINK = 2,       /* which certificate of hers came after this one */
};
enum { CONSENT_SCOPES = CONSENT_ATTRIBUTES | CONSENT_LINK, CONSENT_PURPOSE_MAX = 200,
       CONSENT_ASK_DAYS = 30, CONSENT_ASKS_MAX = 5, CONSENT_YEARS_MAX = 5 };
enum consent_state { CONSENT_ASKED = 1, CONSENT_GIVEN, CONSENT_REFUSED, CONSENT_WITHDRAWN };

struct consent {
	struct str subject, id, verifier, purpose;
	unsigned scope;
	enum consent_state state;
	int64_t serial;      /* of the 署名用 certificate that the verifier named */
	int64_t asked_at, decided_at, ended_at;
	int64_t until;       /* last microsecond at which it may be used */
};
/* Is it still to be answered, and may it be used? */
bool consent_open(const struct consent *c, int64_t now);
bool consent_active(const struct consent *c, int64_t now);

/* state and times are set here. ERR_INPUT "consent.scope|purpose|until"; ERR_LIMIT
 * "consent.many" after CONSENT_ASKS_MAX asks of one person in CONSENT_ASK_DAYS. */
MUST struct result consent_ask(struct db *tx, struct arena *a, struct str org,
                               const struct consent *c, int64_t now, struct str *ret_id,
                               struct err *err);
/* ERR_NOT_FOUND "consent.none" for another's. */
MUST struct result consent_find(struct db *db, struct arena *a, struct str org,
                                struct str subject, struct str id, struct consent *ret,
                                struct err *err);
/* Newest first, at most 200. */
MUST struct result consent_list(struct db *db, struct arena *a, struct str org,
                                struct str subject, const struct consent **ret, size_t *ret_n,
                                struct err *err);
/* ERR_CONFLICT "consent.answered" when it was answered, or the time to answer is
 * over; ERR_CONFLICT "consent.not_given" when there is nothing to withdraw. */
MUST struct result consent_answer(struct db *tx, struct str org, struct str subject,
                                  struct str id, bool give, int64_t now, struct err *err);
MUST struct result consent_withdraw(struct db *tx, struct str org, struct str subject,
                                    struct str id, int64_t now, struct err *err);
/* The consent under which this verifier may have `scope` now, for its purpose in
 * the journal. ERR_FORBIDDEN "consent.needed" without one. */
MUST struct result consent_needed(struct db *db, struct arena *a, struct str org,
                                  struct str subject, struct str verifier,
                                  enum consent_scope scope, int64_t now, struct consent *ret,
                                  struct err *err);

#endif
