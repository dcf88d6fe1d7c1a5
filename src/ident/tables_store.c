#include "ident/ident.h"
#include "ident/verifier.h"

static const char *const tables[] = {
	"CREATE TABLE session ("
	" org TEXT NOT NULL, token_hash TEXT NOT NULL, kind BIGINT NOT NULL, subject TEXT NOT NULL,"
	" name TEXT NOT NULL, roles TEXT NOT NULL, csrf TEXT NOT NULL, home_org TEXT NOT NULL,"
	" started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, token_hash))",
	"CREATE INDEX session_by_end ON session (org, expires_at)",
	"CREATE TABLE phone_tx ("
	" org TEXT NOT NULL, id TEXT NOT NULL, purpose BIGINT NOT NULL, state BIGINT NOT NULL,"
	" origin TEXT NOT NULL, nonce TEXT NOT NULL, match_digits TEXT NOT NULL,"
	" browser TEXT NOT NULL, subject TEXT NOT NULL, title TEXT NOT NULL,"
	" payload TEXT NOT NULL, claim_hash TEXT NOT NULL, cms BYTEA NOT NULL,"
	" verdict TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, id))",
	"CREATE INDEX phone_tx_by_end ON phone_tx (org, expires_at)",
	"CREATE TABLE officer ("
	" org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL,"
	" roles TEXT NOT NULL, password TEXT NOT NULL, totp BYTEA NOT NULL,"
	" last_step BIGINT NOT NULL, PRIMARY KEY (org, id))",
	"CREATE TABLE officer_try ("
	" org TEXT NOT NULL, name TEXT NOT NULL, tries BIGINT NOT NULL, at BIGINT NOT NULL,"
	" PRIMARY KEY (org, name))",
	"CREATE INDEX officer_try_by_time ON officer_try (org, at)",
	NULL,
};

/* A phone is known by the digest of a secret of its own, from a login on: whose
 * certificate it showed then, and which. */
static const char *const phones[] = {
	"ALTER TABLE phone_tx ADD COLUMN asker_browser TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE phone_tx ADD COLUMN asker_system TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE phone_tx ADD COLUMN asker_network TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE phone_tx ADD COLUMN serial BIGINT NOT NULL DEFAULT 0",
	"ALTER TABLE session ADD COLUMN serial BIGINT NOT NULL DEFAULT 0",
	"CREATE TABLE phone_device ("
	" org TEXT NOT NULL, device TEXT NOT NULL, subject TEXT NOT NULL, serial BIGINT NOT NULL,"
	" at BIGINT NOT NULL, PRIMARY KEY (org, device))",
	"CREATE INDEX phone_device_by_time ON phone_device (org, at)",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "sessions, phones, officers", tables },
	{ 2, "which phone, which certificate, where a login was begun", phones },
};

void ident_migrations(void)
{
	store_migrations_add("ident", migrations, sizeof migrations / sizeof *migrations);
	verifier_migrations();
}
