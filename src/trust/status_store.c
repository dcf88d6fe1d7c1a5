/* The state of certificates: good, held, revoked, and who asks for it.
 *
 * Every change takes the next number of its authority (trust_ca.changes) and
 * leaves it in the row, so that answers that are kept elsewhere (trust/ocsp.h)
 * can be found and forgotten. A revocation is for ever; a certificate that is
 * held can be released, or revoked for good. The journal has each step. */
#include "store/journal.h"
#include "trust/trust_store.h"

static struct str ca_name(enum ca_kind kind)
{
	return str_c(ca_row(kind)->name);
}

static struct result note(struct db *tx, struct str org, struct str subject, const char *event,
                          enum ca_kind kind, uint32_t serial, enum revoke_reason reason,
                          struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 16);
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("ca"), ca_name(kind));
	json_put_str(o, STR("reason"), str_c(revoke_reason_name(reason)));
	struct journal_entry e = {
		.org = org, .subject = subject, .event = str_c(event), .actor = STR("system"),
		.object = arena_printf(a, "%08X", serial), .purpose = STR(""),
		.detail = json_object_done(o), .body = STR(""),
	};
	return journal_add(tx, &e, err);
}

/* The next number of the authority's changes, left in the row. */
static struct result count_change(struct db *tx, struct str org, enum ca_kind kind,
                                  uint32_t serial, struct err *err)
{
	TRY(db_exec(tx, "UPDATE trust_ca SET changes = changes + 1 WHERE org = ? AND ca = ?",
	            BINDS(B_TEXT(org), B_TEXT(ca_name(kind))), NULL, err));
	return db_exec(tx, "UPDATE trust_cert SET changed = (SELECT changes FROM trust_ca"
	                   " WHERE org = ? AND ca = ?) WHERE org = ? AND ca = ? AND serial = ?",
	               BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_TEXT(org), B_TEXT(ca_name(kind)),
	                     B_INT(serial)), NULL, err);
}

struct result trust_cert_revoke(struct db *tx, struct str org, enum ca_kind kind, uint32_t serial,
                                enum revoke_reason reason, int64_t now, bool *ret_changed,
                                struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct cert_row row;
	int64_t changed = 0;
	bool hold = reason == REVOKE_HOLD;
	/* for good also from held (6); held only from good */
	TRY(db_exec(tx, "UPDATE trust_cert SET state = 1, reason = ?, revoked_at = ?"
	                " WHERE org = ? AND ca = ? AND serial = ?"
	                " AND (state = 0 OR (reason = 6 AND ? = 0))",
	            BINDS(B_INT(reason), B_INT(now), B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(serial),
	                  B_INT(hold)),
	            &changed, err));
	TRY(trust_cert_find(tx, a, org, kind, serial, &row, err));
	if (changed) {
		TRY(count_change(tx, org, kind, serial, err));
		TRY(note(tx, org, row.subject, hold ? "trust.cert.hold" : "trust.cert.revoke", kind, serial,
		         reason, err));
	}
	*ret_changed = changed > 0;
	return ok();
}

struct result trust_cert_release(struct db *tx, struct str org, enum ca_kind kind, uint32_t serial,
                                 bool *ret_changed, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct cert_row row;
	int64_t changed = 0;
	TRY(db_exec(tx, "UPDATE trust_cert SET state = 0, reason = 0, revoked_at = 0"
	                " WHERE org = ? AND ca = ? AND serial = ? AND state = 1 AND reason = 6",
	            BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(serial)), &changed, err));
	TRY(trust_cert_find(tx, a, org, kind, serial, &row, err));
	if (changed) {
		TRY(count_change(tx, org, kind, serial, err));
		TRY(note(tx, org, row.subject, "trust.cert.release", kind, serial, REVOKE_HOLD, err));
	}
	*ret_changed = changed > 0;
	return ok();
}

struct result trust_cert_revoke_all(struct db *tx, struct str org, enum ca_kind kind,
                                    struct str subject, enum revoke_reason reason, int64_t now,
                                    int64_t *ret_count, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct rows rows;
	int64_t count = 0;
	TRY(db_query(tx, a, "SELECT serial FROM trust_cert WHERE org = ? AND subject = ? AND ca = ?"
	                    " AND (state = 0 OR reason = 6)",
	             BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(ca_name(kind))), &rows, err));
	for (size_t i = 0; i < rows.n; i++) {
		bool changed;
		TRY(trust_cert_revoke(tx, org, kind, (uint32_t)rows_int(&rows, i, 0), reason, now,
		                      &changed, err));
		count += changed;
	}
	*ret_count = count;
	return ok();
}

/* ---- who asks ---- */

struct result cert_state_find(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                              uint32_t serial, struct cert_state *ret, struct err *err)
{
	struct rows rows;
	*ret = (struct cert_state){ .status = STATUS_UNKNOWN };
	TRY(db_query(db, a, "SELECT state, reason, revoked_at FROM trust_cert"
	                    " WHERE org = ? AND ca = ? AND serial = ?",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(serial)), &rows, err));
	if (rows.n)
		*ret = (struct cert_state){ rows_int(&rows, 0, 0) ? STATUS_REVOKED : STATUS_GOOD,
		                            (enum revoke_reason)rows_int(&rows, 0, 1),
		                            rows_int(&rows, 0, 2) };
	return ok();
}

struct result cert_rows_changed(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                                int64_t after, size_t limit, const struct changed_row **ret,
                                size_t *ret_n, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT serial, changed FROM trust_cert WHERE org = ? AND ca = ?"
	                    " AND changed > ? ORDER BY changed LIMIT ?",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(after), B_INT((int64_t)limit)),
	             &rows, err));
	struct changed_row *list = ARENA_ARRAY(a, struct changed_row, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		list[i] = (struct changed_row){ (uint32_t)rows_int(&rows, i, 0), rows_int(&rows, i, 1) };
	*ret = list;
	*ret_n = rows.n;
	return ok();
}

struct result ca_row_changes(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                             int64_t *ret, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT changes FROM trust_ca WHERE org = ? AND ca = ?",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind))), &rows, err));
	*ret = rows.n ? rows_int(&rows, 0, 0) : 0;
	return ok();
}

struct result cert_rows_revoked(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                                const struct str *shard, int64_t after,
                                const struct revoked_row **ret, size_t *ret_n, struct err *err)
{
	struct rows rows;
	if (shard)
		TRY(db_query(db, a, "SELECT serial, reason, revoked_at FROM trust_cert WHERE org = ?"
		                    " AND ca = ? AND shard = ? AND state = 1 AND serial > ?"
		                    " ORDER BY serial LIMIT 5000",
		             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_TEXT(*shard), B_INT(after)),
		             &rows, err));
	else
		TRY(db_query(db, a, "SELECT serial, reason, revoked_at FROM trust_cert WHERE org = ?"
		                    " AND ca = ? AND state = 1 AND serial > ? ORDER BY serial LIMIT 5000",
		             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(after)), &rows, err));
	struct revoked_row *list = ARENA_ARRAY(a, struct revoked_row, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		list[i] = (struct revoked_row){ (uint32_t)rows_int(&rows, i, 0),
		                                (enum revoke_reason)rows_int(&rows, i, 1),
		                                rows_int(&rows, i, 2) };
	*ret = list;
	*ret_n = rows.n;
	return ok();
}

struct result shard_exists(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                           struct str shard, bool *ret, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT serial FROM trust_cert WHERE org = ? AND ca = ? AND shard = ? LIMIT 1",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_TEXT(shard)), &rows, err));
	*ret = rows.n > 0;
	return ok();
}

struct result trust_shards(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                           const struct str **ret, size_t *ret_n, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT DISTINCT shard FROM trust_cert WHERE org = ? AND ca = ?"
	                    " ORDER BY shard LIMIT 5000",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind))), &rows, err));
	struct str *list = ARENA_ARRAY(a, struct str, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		list[i] = rows_text(&rows, i, 0);
	*ret = list;
	*ret_n = rows.n;
	return ok();
}
