/* What happens to a person's certificates when something happens to her
 * (公的個人認証法 §9–§16 and their 利用者証明用 counterparts).
 *
 * A row per event says which profiles it ends, holds or releases, and with which
 * reason. It runs inside the transaction that records the event, so that the
 * register and the certificates never disagree. */
#ifndef MUSUBI_TRUST_LIFE_H
#define MUSUBI_TRUST_LIFE_H

#include "trust/ca.h"

enum life_event {
	LIFE_ATTRIBUTES,    /* name, address, birth or sex changed: 署名用 ends, 利用者証明用 stays */
	LIFE_DEATH,
	LIFE_LEFT,          /* no longer a resident of Japan */
	LIFE_CARD_LOST,     /* reported, at any hour: everything is held */
	LIFE_CARD_FOUND,    /* what was held is released */
	LIFE_CARD_STOLEN,   /* somebody else may know the numbers: key compromise */
	LIFE_CARD_RETURNED,
	LIFE_PHONE_LOST,    /* held; the card's go on */
	LIFE_PHONE_FOUND,
	LIFE_PHONE_CHANGED, /* sold, given away, wiped */
	LIFE_RENEWED,       /* her new ones take the place of what she has */
	LIFE_EVENT_COUNT,
};

enum life_does { LIFE_REVOKES, LIFE_HOLDS, LIFE_RELEASES };

struct life_row {
	const char *name;          /* "card-lost" */
	const char *ja, *en, *easy; /* the sentence of the holder's notice */
	enum life_does does;
	unsigned profiles;         /* bits */
	enum revoke_reason reason;
};
const struct life_row *life_row(enum life_event e);
bool life_event_parse(struct str name, enum life_event *ret);

struct life_done {
	enum profile_id profile;
	enum ca_kind ca;
	uint32_t serial;
};
enum { LIFE_DONE_MAX = 64 };
/* In the transaction of its cause; each certificate that changed is journaled and
 * named in ret. `org` runs the authorities, `subject` is her code there. Nothing
 * to change is no failure. */
MUST struct result trust_life(struct db *tx, struct arena *a, struct str org, struct str subject,
                              enum life_event e, int64_t now, struct life_done ret[LIFE_DONE_MAX],
                              size_t *ret_n, struct err *err);

/* May she renew now? Within three months of the end of a certificate that is
 * good, and never before (省令 §10 の有効期間の末日の三月前から). */
bool trust_may_renew(const struct cert_row *row, int64_t now);

/* Which of two holders' facts differ in what a 署名用 certificate says. */
bool trust_attributes_differ(const struct cert_holder *x, const struct cert_holder *y);

#endif
