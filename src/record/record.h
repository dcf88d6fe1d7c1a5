/* Records (情報): typed, dated facts about a subject, held by exactly one
 * organization. Bitemporal: valid time (when it is true) and recorded time
 * (when we knew). Nothing is overwritten: a new version supersedes the old.
 *
 * A protected person's address (支援措置対象者) is masked here, at the one place
 * where records are read, so that no page, letter or download can show it. */
#ifndef MUSUBI_RECORD_RECORD_H
#define MUSUBI_RECORD_RECORD_H

#include "base/json.h"
#include "store/store.h"

struct record {
	struct str id;         /* 128-bit random, hex */
	struct str dataset;    /* "resident.basic" */
	struct str source;     /* who wrote it: "住民基本台帳", a receipt number, … */
	struct str valid_from; /* ISO date, JST */
	int64_t recorded_at;   /* microseconds UTC */
	const struct json *body;
	bool masked;           /* something was left out for protection */
};

/* Adds a version. When `single`, what was true before for (org, subject, dataset)
 * ends on valid_from, and what began on that day or later is superseded;
 * otherwise it stays beside the others (certificates). ERR_INPUT "record.day"
 * when valid_from is no ISO date. A change of a resident's basic entry that ends
 * certificates and is not `followed` is ERR_INTERNAL "record.basic.silent". */
struct record_new {
	struct str org, subject, dataset, source, valid_from;
	const struct json *body;
	bool single;
	bool followed; /* its consequences are in this transaction (record/basic.h) */
};
MUST struct result record_put(struct db *tx, struct arena *a, const struct record_new *r,
                              struct str *ret_id, struct err *err);

/* What was true at `day` (ISO date; "" for the newest) as we know it now, masked
 * where the person, or somebody the record speaks of, is protected today. *ret is
 * NULL when there is none: not an error. */
MUST struct result record_current(struct db *db, struct arena *a, struct str org,
                                  struct str subject, struct str dataset, struct str day,
                                  const struct record **ret, struct err *err);
/* The newest of everything about a subject, masked. */
MUST struct result record_all(struct db *db, struct arena *a, struct str org,
                              struct str subject, const struct record **ret, size_t *ret_n,
                              struct err *err);

/* The same masking for what was copied from a record before its person became
 * protected (the facts of an application): every member that says where she
 * lives, emptied. NULL gives NULL. */
const struct json *record_without_address(struct arena *a, const struct json *body);

/* Secret fields (個人番号): sealed one by one under the organization's data key;
 * readable only through here, never part of a body. */
MUST struct result record_secret_put(struct db *tx, struct str org, struct str subject,
                                     struct str name, struct str sealed, struct err *err);

/* Resident search at the counter: by name or kana (folded prefix), 11-digit
 * resident code (any width, hyphens) or birth date (as people write it). At most 50. */
struct record_hit { struct str subject, name, kana, birth; };
MUST struct result record_find_resident(struct db *db, struct arena *a, struct str org,
                                        struct str query, const struct record_hit **ret,
                                        size_t *ret_n, struct err *err);

/* Registers this room's migrations; call once before store_open. */
void record_migrations(void);

#endif
