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

/* The text that was signed is what counts; the other columns find it. */
static const char *const mandates[] = {
	"CREATE TABLE mandate ("
	" org TEXT NOT NULL, company TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL,"
	" person TEXT NOT NULL, until BIGINT NOT NULL, text TEXT NOT NULL, cms BYTEA NOT NULL,"
	" added_at BIGINT NOT NULL, revoked_at BIGINT NOT NULL, PRIMARY KEY (org, company, id))",
	"CREATE INDEX mandate_by_person ON mandate (org, company, person)",
	NULL,
};

static const char *const companies[] = {
	"CREATE TABLE company ("
	" org TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL, office TEXT NOT NULL,"
	" representative TEXT NOT NULL, closed BIGINT NOT NULL, changed_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, number))",
	"CREATE TABLE company_ask ("
	" org TEXT NOT NULL, id TEXT NOT NULL, step BIGINT NOT NULL, state BIGINT NOT NULL,"
	" number TEXT NOT NULL, name TEXT NOT NULL, office TEXT NOT NULL,"
	" representative TEXT NOT NULL, csr BYTEA NOT NULL, proposed_by TEXT NOT NULL,"
	" proposed_at BIGINT NOT NULL, decided_by TEXT NOT NULL, decided_at BIGINT NOT NULL,"
	" PRIMARY KEY (org, id))",
	"CREATE INDEX company_ask_by_state ON company_ask (org, state, proposed_at)",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "verifiers and what they ask", verifiers },
	{ 2, "consents", consents },
	{ 3, "private ids", private_ids },
	{ 4, "mandates", mandates },
	{ 5, "companies", companies },
};

void verifier_migrations(void)
{
	store_migrations_add("verifier", migrations, sizeof migrations / sizeof *migrations);
}
