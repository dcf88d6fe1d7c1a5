#include "ident/ident.h"

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

static const struct migration migrations[] = { { 1, "sessions, phones, officers", tables } };

void ident_migrations(void)
{
	store_migrations_add("ident", migrations, sizeof migrations / sizeof *migrations);
}
