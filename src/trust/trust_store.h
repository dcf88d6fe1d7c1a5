/* Inside of the room: the rows behind ca.h. */
#ifndef MUSUBI_TRUST_TRUST_STORE_H
#define MUSUBI_TRUST_TRUST_STORE_H

#include "trust/ca.h"

struct ca_record {
	struct str der;
	int64_t serial_next, crl_number;
};
MUST struct result ca_row_add(struct db *tx, struct str org, enum ca_kind kind,
                              const struct ca_record *r, struct err *err);
MUST struct result ca_row_find(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                               struct ca_record *ret, struct err *err);
/* Takes n serials; *ret_first is the first of them. */
MUST struct result ca_row_take_serials(struct db *tx, struct arena *a, struct str org,
                                       enum ca_kind kind, int64_t n, int64_t *ret_first,
                                       struct err *err);
MUST struct result ca_row_next_crl(struct db *tx, struct arena *a, struct str org,
                                   enum ca_kind kind, int64_t *ret_number, struct err *err);
MUST struct result cert_row_add(struct db *tx, struct str org, enum ca_kind kind,
                                const struct cert_issued *c, int64_t now, struct err *err);
/* Revoked and held ones with a serial above `after`, in order, at most ROWS_MAX;
 * shard NULL: all of the authority. */
struct revoked_row {
	uint32_t serial;
	enum revoke_reason reason;
	int64_t at;
};
MUST struct result cert_rows_revoked(struct db *db, struct arena *a, struct str org,
                                     enum ca_kind kind, const struct str *shard, int64_t after,
                                     const struct revoked_row **ret, size_t *ret_n,
                                     struct err *err);
/* STATUS_UNKNOWN for a serial that the table does not hold. */
MUST struct result cert_state_find(struct db *db, struct arena *a, struct str org,
                                   enum ca_kind kind, uint32_t serial, struct cert_state *ret,
                                   struct err *err);
/* Rows whose state changed after change number `after`, in that order. */
struct changed_row {
	uint32_t serial;
	int64_t change;
};
MUST struct result cert_rows_changed(struct db *db, struct arena *a, struct str org,
                                     enum ca_kind kind, int64_t after, size_t limit,
                                     const struct changed_row **ret, size_t *ret_n,
                                     struct err *err);
MUST struct result shard_exists(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                                struct str shard, bool *ret, struct err *err);
MUST struct result ca_row_changes(struct db *db, struct arena *a, struct str org,
                                  enum ca_kind kind, int64_t *ret, struct err *err);

/* Of ca.c: the store that a CA lives in, and its next CRL number. */
struct store *ca_store(const struct ca *ca);
MUST struct result ca_take_crl_number(struct ca *ca, int64_t *ret, struct err *err);

#endif
