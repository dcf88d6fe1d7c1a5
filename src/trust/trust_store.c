/* Tables of the certification authorities: trust_ca and trust_cert.
 *
 * state: 0 good, 1 revoked. A row is never deleted and its DER never changes.
 * The unique index on the public key's digest is what keeps a key pair from
 * being certified twice, by whichever authority, for a card or a phone. */
#include "trust/trust_store.h"

static const char *const v1[] = {
	"CREATE TABLE trust_ca (org TEXT NOT NULL, ca TEXT NOT NULL, der BYTEA NOT NULL,"
	" serial_next BIGINT NOT NULL, crl_number BIGINT NOT NULL, PRIMARY KEY (org, ca))",
	"CREATE TABLE trust_cert (org TEXT NOT NULL, ca TEXT NOT NULL, serial BIGINT NOT NULL,"
	" subject TEXT NOT NULL, profile TEXT NOT NULL, der BYTEA NOT NULL, state BIGINT NOT NULL,"
	" reason BIGINT NOT NULL, revoked_at BIGINT NOT NULL, not_before BIGINT NOT NULL,"
	" not_after BIGINT NOT NULL, issued_at BIGINT NOT NULL, key_digest BYTEA NOT NULL,"
	" PRIMARY KEY (org, ca, serial))",
	"CREATE UNIQUE INDEX trust_cert_key ON trust_cert (org, ca, key_digest)",
	"CREATE INDEX trust_cert_subject ON trust_cert (org, subject, issued_at)",
	"CREATE INDEX trust_cert_revoked ON trust_cert (org, ca, state, serial)",
	NULL,
};
/* `changed` is the authority's count of changes when the row's state changed
 * last: who keeps answers asks for what is above the number it knows. */
static const char *const v2[] = {
	"ALTER TABLE trust_ca ADD COLUMN changes BIGINT NOT NULL DEFAULT 0",
	"ALTER TABLE trust_cert ADD COLUMN changed BIGINT NOT NULL DEFAULT 0",
	"ALTER TABLE trust_cert ADD COLUMN shard TEXT NOT NULL DEFAULT ''",
	"CREATE INDEX trust_cert_changed ON trust_cert (org, ca, changed)",
	"CREATE INDEX trust_cert_shard ON trust_cert (org, ca, shard, state, serial)",
	"CREATE UNIQUE INDEX trust_cert_pair ON trust_cert (org, key_digest)",
	NULL,
};
static const char *const v3[] = {
	"CREATE TABLE trust_tsa (org TEXT NOT NULL, name TEXT NOT NULL, serial_next BIGINT NOT NULL,"
	" PRIMARY KEY (org, name))",
	NULL,
};
static const struct migration migrations[] = {
	{ 1, "certification authorities and certificates", v1 },
	{ 2, "changes, shards of the CRL, a key pair once across authorities", v2 },
	{ 3, "serials of time-stamping units", v3 },
};

void trust_migrations(void)
{
	store_migrations_add("trust", migrations, sizeof migrations / sizeof *migrations);
}

static struct str ca_name(enum ca_kind kind)
{
	return str_c(ca_row(kind)->name);
}

struct result ca_row_add(struct db *tx, struct str org, enum ca_kind kind,
                         const struct ca_record *r, struct err *err)
{
	return db_exec(tx, "INSERT INTO trust_ca (org, ca, der, serial_next, crl_number)"
	                   " VALUES (?, ?, ?, ?, ?)",
	               BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_BLOB(r->der), B_INT(r->serial_next),
	                     B_INT(r->crl_number)), NULL, err);
}

struct result ca_row_find(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                          struct ca_record *ret, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT der, serial_next, crl_number FROM trust_ca"
	                    " WHERE org = ? AND ca = ?",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind))), &rows, err));
	if (rows.n == 0)
		return fail(err, ERR_NOT_FOUND, "trust.ca.none", NULL, "%.*s has no %s authority",
		            STR_ARG(org), ca_row(kind)->name);
	*ret = (struct ca_record){ rows_text(&rows, 0, 0), rows_int(&rows, 0, 1),
	                           rows_int(&rows, 0, 2) };
	return ok();
}

struct result ca_row_take_serials(struct db *tx, struct arena *a, struct str org,
                                  enum ca_kind kind, int64_t n, int64_t *ret_first,
                                  struct err *err)
{
	struct ca_record r;
	TRY(db_exec(tx, "UPDATE trust_ca SET serial_next = serial_next + ? WHERE org = ? AND ca = ?",
	            BINDS(B_INT(n), B_TEXT(org), B_TEXT(ca_name(kind))), NULL, err));
	TRY(ca_row_find(tx, a, org, kind, &r, err));
	*ret_first = r.serial_next - n;
	return ok();
}

struct result ca_row_next_crl(struct db *tx, struct arena *a, struct str org, enum ca_kind kind,
                              int64_t *ret_number, struct err *err)
{
	struct ca_record r;
	TRY(db_exec(tx, "UPDATE trust_ca SET crl_number = crl_number + 1 WHERE org = ? AND ca = ?",
	            BINDS(B_TEXT(org), B_TEXT(ca_name(kind))), NULL, err));
	TRY(ca_row_find(tx, a, org, kind, &r, err));
	*ret_number = r.crl_number;
	return ok();
}

struct result cert_row_add(struct db *tx, struct str org, enum ca_kind kind,
                           const struct cert_issued *c, int64_t now, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 16);
	struct str key = str_of((const char *)c->key_digest, sizeof c->key_digest);
	struct rows rows;
	TRY(db_query(tx, a, "SELECT serial FROM trust_cert WHERE org = ? AND key_digest = ?",
	             BINDS(B_TEXT(org), B_BLOB(key)), &rows, err));
	if (rows.n)
		return fail(err, ERR_CONFLICT, "trust.cert.key_reuse", NULL,
		            "this key pair has certificate %08X already",
		            (unsigned)rows_int(&rows, 0, 0));
	return db_exec(tx, "INSERT INTO trust_cert (org, ca, serial, subject, profile, der, state,"
	                   " reason, revoked_at, not_before, not_after, issued_at, key_digest, shard)"
	                   " VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?)",
	               BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(c->serial), B_TEXT(c->subject),
	                     B_TEXT(str_c(profile_row(c->profile)->name)), B_BLOB(c->der),
	                     B_INT(c->not_before), B_INT(c->not_after), B_INT(now), B_BLOB(key),
	                     B_TEXT(c->shard)),
	               NULL, err);
}

#define COLUMNS "serial, subject, profile, der, state, reason, revoked_at, not_before," \
	" not_after, issued_at"

/* Of COLUMNS. */
static struct cert_row row_at(const struct rows *r, size_t i)
{
	return (struct cert_row){
		.serial = (uint32_t)rows_int(r, i, 0),
		.subject = rows_text(r, i, 1),
		.profile = rows_text(r, i, 2),
		.der = rows_text(r, i, 3),
		.state = { rows_int(r, i, 4) ? STATUS_REVOKED : STATUS_GOOD,
		           (enum revoke_reason)rows_int(r, i, 5), rows_int(r, i, 6) },
		.not_before = rows_int(r, i, 7),
		.not_after = rows_int(r, i, 8),
		.issued_at = rows_int(r, i, 9),
	};
}

struct result trust_cert_find(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                              uint32_t serial, struct cert_row *ret, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT " COLUMNS " FROM trust_cert"
	                    " WHERE org = ? AND ca = ? AND serial = ?",
	             BINDS(B_TEXT(org), B_TEXT(ca_name(kind)), B_INT(serial)), &rows, err));
	if (rows.n == 0)
		return fail(err, ERR_NOT_FOUND, "trust.cert.none", NULL, "no certificate %08X", serial);
	*ret = row_at(&rows, 0);
	return ok();
}

struct result trust_certs_of_subject(struct db *db, struct arena *a, struct str org,
                                     struct str subject, const struct cert_row **ret,
                                     size_t *ret_n, struct err *err)
{
	struct rows rows;
	TRY(db_query(db, a, "SELECT " COLUMNS " FROM trust_cert"
	                    " WHERE org = ? AND subject = ? ORDER BY issued_at DESC, serial DESC"
	                    " LIMIT 1000",
	             BINDS(B_TEXT(org), B_TEXT(subject)), &rows, err));
	struct cert_row *list = ARENA_ARRAY(a, struct cert_row, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		list[i] = row_at(&rows, i);
	*ret = list;
	*ret_n = rows.n;
	return ok();
}
