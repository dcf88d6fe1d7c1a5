/* Private ids (民間ID): a verifier's own id for somebody, tied to her 署名用
 * certificate by her signature over a challenge. The verifier is told when the
 * certificate ends, is held or is released, and ties the id to the next one
 * with her consent. `org` is the portal, `subject` her code there; a verifier
 * never learns a code. */
#ifndef MUSUBI_IDENT_PRIVATE_ID_H
#define MUSUBI_IDENT_PRIVATE_ID_H

#include "store/store.h"
#include "trust/ca.h"

enum { PRIVATE_ID_MAX = 64, PRIVATE_ID_CHALLENGE_MINUTES = 10, PRIVATE_ID_EVENTS = 100,
       PRIVATE_ID_SWEEP = 500 };
enum private_id_state { PRIVATE_ID_GOOD = 1, PRIVATE_ID_HELD, PRIVATE_ID_ENDED };

struct private_id {
	struct str verifier, id, subject;
	uint32_t serial;
	enum private_id_state state;
	int64_t not_after, registered_at;
};
/* 1 to PRIVATE_ID_MAX of A-Z a-z 0-9 . _ ~ - */
bool private_id_fits(struct str id);

MUST struct result private_id_challenge(struct db *tx, struct arena *a, struct str org,
                                        struct str verifier, int64_t now, struct str *ret,
                                        struct err *err);
/* What the holder signs: "musubi-private-id-v1", LF, canonical JSON of challenge,
 * origin, id and verifier; so the signature stands for nothing else. */
struct str private_id_document(struct arena *a, struct str origin, struct str verifier,
                               struct str id, struct str challenge);
/* Uses the challenge up; ERR_CONFLICT "private_id.challenge" when it is unknown,
 * another's, used or too old. ERR_CONFLICT "private_id.taken" when the id is
 * somebody else's; the same person's is tied to the new certificate. */
MUST struct result private_id_register(struct db *tx, struct arena *a, struct str org,
                                       struct str challenge, const struct private_id *p,
                                       int64_t now, struct err *err);
/* ERR_NOT_FOUND "private_id.none". */
MUST struct result private_id_find(struct db *db, struct arena *a, struct str org,
                                   struct str verifier, struct str id, struct private_id *ret,
                                   struct err *err);
MUST struct result private_id_relink(struct db *tx, struct str org, struct str verifier,
                                     struct str id, uint32_t serial, int64_t not_after,
                                     struct err *err);
MUST struct result private_id_forget(struct db *tx, struct str org, struct str verifier,
                                     struct str id, struct err *err);

/* What became of certificates since the last sweep, as events of the verifiers
 * whose ids are tied to them; at most PRIVATE_ID_SWEEP changes, *ret_more when
 * there are others. ca_org runs the authorities. */
MUST struct result private_id_sweep(struct db *tx, struct arena *a, struct str org,
                                    struct str ca_org, int64_t now, bool *ret_more,
                                    struct err *err);
struct private_id_event {
	int64_t seq;          /* of this verifier: 1, 2, 3 … */
	struct str id;
	const char *what;     /* "ended", "held", "released" */
	struct str why;       /* "affiliationChanged", "expired", … */
	uint32_t serial;
	int64_t at;
};
MUST struct result private_id_events(struct db *db, struct arena *a, struct str org,
                                     struct str verifier, int64_t after,
                                     const struct private_id_event **ret, size_t *ret_n,
                                     struct err *err);

#endif
