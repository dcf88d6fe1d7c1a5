/* The tables of this room: the journal and the outbox.
 *
 * journal_entry is found two ways: by whom it is about (the primary key, org
 * first, so it can be spread over machines) and by its place in its log. A log
 * belongs to one process at a time and grows at its end only. journal_log keeps
 * the frontier of the tree: a way to go on quickly, never evidence; the
 * evidence is entries and heads. journal_tile holds the roots of full subtrees
 * of 256, 256^2 and 256^3 leaves, for proofs. */
#include "store/tables.h"

static const char *const journal[] = {
	"CREATE TABLE journal_log ("
	"log BIGINT NOT NULL PRIMARY KEY, uid TEXT NOT NULL, size BIGINT NOT NULL, "
	"at BIGINT NOT NULL, frontier BYTEA NOT NULL)",

	"CREATE TABLE journal_entry ("
	"org TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL, log BIGINT NOT NULL, "
	"ix BIGINT NOT NULL, event TEXT NOT NULL, actor TEXT NOT NULL, object TEXT NOT NULL, "
	"purpose TEXT NOT NULL, detail TEXT, body BYTEA, leaf BYTEA NOT NULL, "
	"PRIMARY KEY (org, subject, at, log, ix))",

	"CREATE INDEX journal_entry_place ON journal_entry (log, ix)",

	"CREATE TABLE journal_head ("
	"log BIGINT NOT NULL, size BIGINT NOT NULL, at BIGINT NOT NULL, root BYTEA NOT NULL, "
	"signer BYTEA, signature BYTEA, PRIMARY KEY (log, size))",

	"CREATE TABLE journal_tile ("
	"log BIGINT NOT NULL, level BIGINT NOT NULL, ix BIGINT NOT NULL, hash BYTEA NOT NULL, "
	"PRIMARY KEY (log, level, ix))",
	NULL,
};

static const char *const outbox[] = {
	"CREATE TABLE outbox ("
	"org TEXT NOT NULL, id TEXT NOT NULL, topic TEXT NOT NULL, key TEXT NOT NULL, "
	"payload TEXT NOT NULL, at BIGINT NOT NULL, due BIGINT NOT NULL, tries BIGINT NOT NULL, "
	"lease TEXT NOT NULL, parked BIGINT NOT NULL, error TEXT NOT NULL, "
	"PRIMARY KEY (org, id))",

	"CREATE INDEX outbox_due ON outbox (topic, parked, due)",
	"CREATE INDEX outbox_order ON outbox (org, topic, key, id)",
	NULL,
};

const struct migration store_tables[STORE_TABLES] = {
	{ 1, "journal", journal },
	{ 2, "outbox", outbox },
};
