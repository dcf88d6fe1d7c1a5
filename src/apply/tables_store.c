/* The tables of applications. Distribution key first everywhere: the portal's
 * for what belongs to the citizen (drafts, pointers), the authority's for the
 * application itself. `once_open` is the `once` key while it blocks a second
 * application and NULL otherwise, so that the unique index does the work.
 * An event is `internal` 0: everybody's, 1: the office's, 2: only its detail is.
 * `name_folded` is the applicant's name as people search for it (text_fold). */
#include "apply/tables.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"

enum { TAKE_AT_ONCE = 8 }; /* ids in one statement */

static const char *const tables[] = {
	"CREATE TABLE draft ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, procedure TEXT NOT NULL,"
	" version TEXT NOT NULL, authority TEXT NOT NULL, case_id TEXT NOT NULL,"
	" sign_tx TEXT NOT NULL, answers TEXT NOT NULL, open_fields TEXT NOT NULL,"
	" started_at BIGINT NOT NULL, saved_at BIGINT NOT NULL, rev BIGINT NOT NULL,"
	" PRIMARY KEY (org, subject, id))",
	"CREATE UNIQUE INDEX draft_one ON draft (org, subject, procedure, authority, case_id)",
	"CREATE TABLE attachment ("
	" org TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL,"
	" name TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL,"
	" at BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (org, owner, id))",
	"CREATE TABLE app_case ("
	" org TEXT NOT NULL, id TEXT NOT NULL, draft_id TEXT NOT NULL, receipt TEXT NOT NULL,"
	" number BIGINT NOT NULL, subject TEXT NOT NULL, portal TEXT NOT NULL,"
	" portal_subject TEXT NOT NULL, procedure TEXT NOT NULL, version TEXT NOT NULL,"
	" state TEXT NOT NULL, open BIGINT NOT NULL, applicant_name TEXT NOT NULL,"
	" name_folded TEXT NOT NULL,"
	" answers TEXT NOT NULL, facts TEXT NOT NULL, decision TEXT NOT NULL,"
	" comments TEXT NOT NULL, once_key TEXT NOT NULL, once_open TEXT, document TEXT NOT NULL,"
	" cms BYTEA NOT NULL, proposed_by TEXT NOT NULL, assigned_to TEXT NOT NULL,"
	" submitted_at BIGINT NOT NULL, entered_at BIGINT NOT NULL, due_at BIGINT NOT NULL,"
	" decided_at BIGINT NOT NULL, rev BIGINT NOT NULL, PRIMARY KEY (org, id))",
	"CREATE UNIQUE INDEX app_case_draft ON app_case (org, draft_id)",
	"CREATE UNIQUE INDEX app_case_receipt ON app_case (org, receipt)",
	"CREATE UNIQUE INDEX app_case_once ON app_case (org, procedure, subject, once_open)",
	"CREATE INDEX app_case_queue ON app_case (org, open, due_at, id)",
	"CREATE INDEX app_case_closed ON app_case (org, open, decided_at, id)",
	"CREATE TABLE case_event ("
	" org TEXT NOT NULL, case_id TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,"
	" actor TEXT NOT NULL, actor_name TEXT NOT NULL, action TEXT NOT NULL,"
	" from_state TEXT NOT NULL, to_state TEXT NOT NULL, text TEXT NOT NULL,"
	" internal BIGINT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (org, case_id, seq))",
	"CREATE TABLE portal_case ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, case_id TEXT NOT NULL, case_org TEXT NOT NULL,"
	" draft_id TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (org, subject, case_id))",
	"CREATE TABLE letter ("
	" org TEXT NOT NULL, id TEXT NOT NULL, case_id TEXT NOT NULL, title TEXT NOT NULL,"
	" number TEXT NOT NULL, at BIGINT NOT NULL, size BIGINT NOT NULL, sealed BYTEA NOT NULL,"
	" PRIMARY KEY (org, id))",
	"CREATE TABLE portal_letter ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, letter_org TEXT NOT NULL,"
	" case_id TEXT NOT NULL, title TEXT NOT NULL, number TEXT NOT NULL, at BIGINT NOT NULL,"
	" size BIGINT NOT NULL, PRIMARY KEY (org, subject, id))",
	"CREATE TABLE running_number ("
	" org TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (org, name))",
	NULL,
};

/* Who shares the one application of a `once` key: the applicant by her code, or
 * a household as the pack names it, behind "=". */
static const char *const shared_once[] = {
	"ALTER TABLE app_case ADD COLUMN once_scope TEXT NOT NULL DEFAULT ''",
	"UPDATE app_case SET once_scope = subject",
	"DROP INDEX app_case_once",
	"CREATE UNIQUE INDEX app_case_once ON app_case (org, procedure, once_scope, once_open)",
	NULL,
};

/* The queue looks for everything in the index of what waits; what is done has
 * one of its own, which a new application does not touch. */
static const char *const queue[] = {
	"DROP INDEX app_case_queue",
	"DROP INDEX app_case_closed",
	"CREATE INDEX app_case_queue ON app_case (org, due_at, id, procedure, state, assigned_to,"
	" receipt, name_folded) WHERE open = 1",
	"CREATE INDEX app_case_closed ON app_case (org, decided_at, id) WHERE open = 0",
	NULL,
};

/* How many wait in which state, counted without sorting. */
static const char *const counts[] = {
	"CREATE INDEX app_case_counts ON app_case (org, procedure, state, due_at, open)"
	" WHERE open = 1",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "applications", tables },
	{ 2, "one application for a household", shared_once },
	{ 3, "the queue in its index", queue },
	{ 4, "counting what waits", counts },
};

void apply_migrations(void)
{
	store_migrations_add("apply", migrations, sizeof migrations / sizeof *migrations);
}

struct str apply_new_id(struct arena *a)
{
	uint8_t raw[16];
	uint64_t ms = (uint64_t)(clock_now_us() / 1000);
	random_bytes(raw, sizeof raw);
	for (int i = 0; i < 6; i++)
		raw[i] = (uint8_t)(ms >> (40 - 8 * i));
	return hex_encode(a, str_of((const char *)raw, sizeof raw));
}

struct result apply_json_cell(struct arena *a, const struct rows *r, size_t row, size_t col,
                              const struct json **ret, struct err *err)
{
	struct str text = rows_text(r, row, col);
	if (text.n == 0) {
		*ret = NULL;
		return ok();
	}
	return json_parse(a, text, ret, err);
}

struct str apply_json_text(struct arena *a, const struct json *j)
{
	return j ? json_to_str(a, j) : STR("");
}

struct result apply_case_row(struct arena *a, const struct rows *r, size_t i,
                             struct apply_case *ret, struct err *err)
{
	struct apply_case c = {
		.org = rows_text(r, i, 0), .id = rows_text(r, i, 1), .receipt = rows_text(r, i, 2),
		.number = rows_int(r, i, 3), .subject = rows_text(r, i, 4),
		.portal = rows_text(r, i, 5), .portal_subject = rows_text(r, i, 6),
		.procedure = rows_text(r, i, 7), .version = rows_text(r, i, 8),
		.state = rows_text(r, i, 9), .applicant_name = rows_text(r, i, 10),
		.once_key = rows_text(r, i, 15), .document = rows_text(r, i, 16),
		.cms = rows_text(r, i, 17), .proposed_by = rows_text(r, i, 18),
		.assigned_to = rows_text(r, i, 19), .submitted_at = rows_int(r, i, 20),
		.entered_at = rows_int(r, i, 21), .due_at = rows_int(r, i, 22),
		.decided_at = rows_int(r, i, 23), .rev = rows_int(r, i, 24) };
	TRY(apply_json_cell(a, r, i, 11, &c.answers, err));
	TRY(apply_json_cell(a, r, i, 12, &c.facts, err));
	TRY(apply_json_cell(a, r, i, 13, &c.decision, err));
	TRY(apply_json_cell(a, r, i, 14, &c.comments, err));
	*ret = c;
	return ok();
}

/* at, actor, actor_name, action, from_state, to_state, text, internal, detail */
#define EVENT_BINDS(a, e) \
	B_INT((e)->at), B_TEXT((e)->actor), B_TEXT((e)->actor_name), B_TEXT((e)->action), \
	B_TEXT((e)->from_state), B_TEXT((e)->to_state), B_TEXT((e)->text), \
	B_INT((e)->internal ? 1 : (e)->detail_internal ? 2 : 0), \
	B_TEXT(apply_json_text((a), (e)->detail))

struct result apply_event_first(struct db *tx, struct arena *a, const struct apply_case *c,
                                const struct case_event *e, struct err *err)
{
	return db_put(tx,
		"INSERT INTO case_event (org, case_id, seq, at, actor, actor_name, action,"
		" from_state, to_state, text, internal, detail)"
		" VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(c->org), B_TEXT(c->id), EVENT_BINDS(a, e)), err);
}

struct result apply_event_put(struct db *tx, struct arena *a, const struct apply_case *c,
                              const struct case_event *e, struct err *err)
{
	return db_exec(tx,
		"INSERT INTO case_event (org, case_id, seq, at, actor, actor_name, action,"
		" from_state, to_state, text, internal, detail)"
		" SELECT CAST(? AS TEXT), CAST(? AS TEXT), COALESCE(MAX(seq), 0) + 1,"
		" CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),"
		" CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT),"
		" CAST(? AS TEXT) FROM case_event WHERE org = ? AND case_id = ?",
		BINDS(B_TEXT(c->org), B_TEXT(c->id), EVENT_BINDS(a, e), B_TEXT(c->org), B_TEXT(c->id)),
		NULL, err);
}

struct result apply_next_number(struct db *tx, struct arena *a, struct str org,
                                struct str name, int64_t *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(tx, a,
		"INSERT INTO running_number (org, name, value) VALUES (?, ?, 1)"
		" ON CONFLICT (org, name) DO UPDATE SET value = running_number.value + 1"
		" RETURNING value", BINDS(B_TEXT(org), B_TEXT(name)), &r, err));
	*ret = rows_int(&r, 0, 0);
	return ok();
}

struct result apply_letter_put(struct db *tx, const struct apply_case *c,
                               const struct letter_put *l, int64_t now, struct err *err)
{
	TRY(db_exec(tx,
		"INSERT INTO letter (org, id, case_id, title, number, at, size, sealed)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(c->org), B_TEXT(l->id), B_TEXT(c->id), B_TEXT(l->title),
		      B_TEXT(l->number), B_INT(now), B_INT(l->size), B_BLOB(l->sealed)), NULL, err));
	return db_exec(tx,
		"INSERT INTO portal_letter (org, subject, id, letter_org, case_id, title, number, at,"
		" size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(c->portal), B_TEXT(c->portal_subject), B_TEXT(l->id), B_TEXT(c->org),
		      B_TEXT(c->id), B_TEXT(l->title), B_TEXT(l->number), B_INT(now),
		      B_INT(l->size)), NULL, err);
}

/* TAKE_AT_ONCE ids; the last one again where there are fewer. */
static struct result take_some(struct db *tx, struct str from_org, struct str from_owner,
                               struct str to_org, struct str to_owner, const struct str *ids,
                               size_t n, struct err *err)
{
	struct bind b[4 + TAKE_AT_ONCE] = { B_TEXT(to_org), B_TEXT(to_owner), B_TEXT(from_org),
		B_TEXT(from_owner) };
	int64_t changed;
	for (size_t i = 0; i < TAKE_AT_ONCE; i++)
		b[4 + i] = B_TEXT(ids[i < n ? i : n - 1]);
	TRY(db_exec(tx,
		"INSERT INTO attachment (org, owner, id, field, name, kind, sha256, size, at, sealed)"
		" SELECT CAST(? AS TEXT), CAST(? AS TEXT), id, field, name, kind, sha256, size, at,"
		" sealed FROM attachment WHERE org = ? AND owner = ?"
		" AND id IN (?, ?, ?, ?, ?, ?, ?, ?)", b, sizeof b / sizeof *b, &changed, err));
	if (changed != (int64_t)n)
		return fail(err, ERR_CONFLICT, "apply.attachment.gone", NULL,
		            "an answer names a file that is not there");
	return ok();
}

struct result apply_attachments_take(struct db *tx, struct str from_org, struct str from_owner,
                                     struct str to_org, struct str to_owner,
                                     const struct str *ids, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i += TAKE_AT_ONCE)
		TRY(take_some(tx, from_org, from_owner, to_org, to_owner, ids + i,
		              n - i < TAKE_AT_ONCE ? n - i : TAKE_AT_ONCE, err));
	return ok();
}

struct result apply_attachments_copy(struct db *tx, struct str from_org,
                                     struct str from_owner, struct str to_org,
                                     struct str to_owner, struct err *err)
{
	return db_exec(tx,
		"INSERT INTO attachment (org, owner, id, field, name, kind, sha256, size, at, sealed)"
		" SELECT CAST(? AS TEXT), CAST(? AS TEXT), id, field, name, kind, sha256, size, at,"
		" sealed FROM attachment WHERE org = ? AND owner = ?",
		BINDS(B_TEXT(to_org), B_TEXT(to_owner), B_TEXT(from_org), B_TEXT(from_owner)),
		NULL, err);
}

struct result apply_attachments_drop(struct db *tx, struct str org, struct str owner,
                                     struct err *err)
{
	return db_put(tx, "DELETE FROM attachment WHERE org = ? AND owner = ?",
	              BINDS(B_TEXT(org), B_TEXT(owner)), err);
}
