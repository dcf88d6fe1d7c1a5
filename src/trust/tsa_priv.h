/* Inside of the room: what the parts of time stamping share. */
#ifndef MUSUBI_TRUST_TSA_PRIV_H
#define MUSUBI_TRUST_TSA_PRIV_H

#include <pthread.h>

#include "store/journal.h"
#include "trust/tsa.h"
#include "trust/x509.h"

#define OID_TST_INFO "1.2.840.113549.1.9.16.1.4"

/* ---- the clock, in tsa_clock.c ---- */

/* Is the time to be trusted? What it is measured against: the steady clock, from
 * which the date may drift as slowly as NTP slews and never jump. */
struct tsa_watch {
	const struct tsa_clock *clock;
	bool need_sync, lost;
	int64_t accuracy_us;
	int64_t offset, at; /* date - steady, and the steady time of the last look */
};
void tsa_watch_init(struct tsa_watch *w, const struct tsa_clock *clock, bool need_sync,
                    int64_t accuracy_us);
/* ERR_UNAVAILABLE "trust.tsa.clock"; stays lost until tsa_watch_init. */
MUST struct result tsa_watch_time(struct tsa_watch *w, int64_t *ret, struct err *err);

/* ---- the token, in tsa_token.c ---- */

struct tsa_stamp {
	const struct tsa_request *request;
	const char *policy;
	uint64_t serial;
	int64_t at, accuracy_us;
	struct key *key;
	const struct cert *cert;
	const struct str *chain;
	size_t nchain;
};
MUST struct result tsa_token(struct arena *a, const struct tsa_stamp *s, struct str *ret,
                             struct err *err);
struct str tsa_granted(struct arena *a, struct str token);
struct str tsa_refused(struct arena *a, enum tsa_fail fail);

/* ---- the journal, in tsa_journal.c ---- */

struct tsa_entry;
struct tsa_journal {
	struct store *store;
	pthread_mutex_t lock; /* guards the rest */
	bool writing;
	struct tsa_entry *first, *last; /* waiting, oldest first */
};
void tsa_journal_init(struct tsa_journal *j, struct store *s);
void tsa_journal_done(struct tsa_journal *j);
/* Returns when the entry is on disk, together with those of other threads. */
MUST struct result tsa_journal_add(struct tsa_journal *j, const struct journal_entry *row,
                                   struct err *err);

/* ---- serials, in tsa_store.c ---- */

MUST struct result tsa_row_take(struct db *tx, struct arena *a, struct str org, struct str name,
                                int64_t n, int64_t *ret_first, struct err *err);

#endif
