/* The tables of the verifiers' side of this room. */
#include "ident/verifier.h"

static const char *const verifiers[] = {
	"CREATE TABLE verifier ("
	" org TEXT NOT NULL, id TEXT NOT NULL, name_ja TEXT NOT NULL, name_en TEXT NOT NULL,"
	" name_easy TEXT NOT NULL, host TEXT NOT NULL, suspended BIGINT NOT NULL,"
	" day_limit BIGINT NOT NULL, yen BIGINT NOT NULL, added_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, id))",
	"CREATE UNIQUE INDEX verifier_by_host ON verifier (org, host)",
	"CREATE TABLE verifier_use ("
	" org TEXT NOT NULL, verifier TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,"
	" n BIGINT NOT NULL, PRIMARY KEY (org, verifier, day, kind))",
	NULL,
};

static const char *const consents[] = {
	"CREATE TABLE consent ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, verifier TEXT NOT NULL,"
	" purpose TEXT NOT NULL, scope BIGINT NOT NULL, state BIGINT NOT NULL,"
	" serial BIGINT NOT NULL, asked_at BIGINT NOT NULL, decided_at BIGINT NOT NULL,"
	" ended_at BIGINT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (org, subject, id))",
	NULL,
};

static const char *const private_ids[] = {
	"CREATE TABLE private_id_challenge ("
	" org TEXT NOT NULL, verifier TEXT NOT NULL, challenge TEXT NOT NULL,"
	" expires_at BIGINT NOT NULL, PRIMARY KEY (org, verifier, challenge))",
	"CREATE INDEX private_id_challenge_by_end ON private_id_challenge (org, expires_at)",
	"CREATE TABLE private_id ("
	" org TEXT NOT NULL, verifier TEXT NOT NULL, id TEXT NOT NULL, subject TEXT NOT NULL,"
	" serial BIGINT NOT NULL, state BIGINT NOT NULL, not_after BIGINT NOT NULL,"
	" registered_at BIGINT NOT NULL, PRIMARY KEY (org, verifier, id))",
	"CREATE INDEX private_id_by_serial ON private_id (org, serial)",
	"CREATE INDEX private_id_by_end ON private_id (org, state, not_after)",
	"CREATE TABLE private_id_event ("
	" org TEXT NOT NULL, verifier TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,"
	" what BIGINT NOT NULL, why TEXT NOT NULL, serial BIGINT NOT NULL, at BIGINT NOT NULL,"
	" PRIMARY KEY (org, verifier, seq))",
	"CREATE TABLE private_id_cursor ("
	" org TEXT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (org))",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "verifiers and what they ask", verifiers },
	{ 2, "consents", consents },
	{ 3, "private ids", private_ids },
};

void verifier_migrations(void)
{
	store_migrations_add("verifier", migrations, sizeof migrations / sizeof *migrations);
}
