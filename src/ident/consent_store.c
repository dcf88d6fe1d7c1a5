/* See consent.h. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "ident/consent.h"

bool consent_open(const struct consent *c, int64_t now)
{
	return c->state == CONSENT_ASKED && now < c->asked_at + CONSENT_ASK_DAYS * CLOCK_DAY &&
	       now <= c->until;
}

bool consent_active(const struct consent *c, int64_t now)
{
	return c->state == CONSENT_GIVEN && now <= c->until;
}

static struct result fits(const struct consent *c, int64_t now, struct err *err)
{
	struct date last = date_add_months(jst_date(now), 12 * CONSENT_YEARS_MAX);
	if (c->scope == 0 || c->scope & ~(unsigned)CONSENT_SCOPES)
		return fail(err, ERR_INPUT, "consent.scope", NULL, "nothing that can be asked for");
	if (c->purpose.n == 0 || !text_fits(c->purpose, CONSENT_PURPOSE_MAX) ||
	    text_has_control_line(c->purpose) || str_find_char(c->purpose, '\n') != STR_NONE)
		return fail(err, ERR_INPUT, "consent.purpose", NULL, "a purpose of one line, at most %d",
		            CONSENT_PURPOSE_MAX);
	if (c->until <= now || date_cmp(jst_date(c->until), last) > 0)
		return fail(err, ERR_INPUT, "consent.until", NULL, "a day to come, at most %d years on",
		            CONSENT_YEARS_MAX);
	return ok();
}

struct result consent_ask(struct db *tx, struct arena *a, struct str org, const struct consent *c,
                          int64_t now, struct str *ret_id, struct err *err)
{
	struct rows r;
	uint8_t raw[16];
	TRY(fits(c, now, err));
	TRY(db_query(tx, a,
		"SELECT COUNT(*) FROM consent WHERE org = ? AND subject = ? AND verifier = ?"
		" AND asked_at > ?",
		BINDS(B_TEXT(org), B_TEXT(c->subject), B_TEXT(c->verifier),
		      B_INT(now - CONSENT_ASK_DAYS * CLOCK_DAY)), &r, err));
	if (rows_int(&r, 0, 0) >= CONSENT_ASKS_MAX)
		return fail(err, ERR_LIMIT, "consent.many", NULL, "asked %d times in %d days",
		            CONSENT_ASKS_MAX, CONSENT_ASK_DAYS);
	random_bytes(raw, sizeof raw);
	struct str id = hex_encode(a, str_of((const char *)raw, sizeof raw));
	TRY(db_exec(tx,
		"INSERT INTO consent (org, subject, id, verifier, purpose, scope, state, serial, asked_at,"
		" decided_at, ended_at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)",
		BINDS(B_TEXT(org), B_TEXT(c->subject), B_TEXT(id), B_TEXT(c->verifier),
		      B_TEXT(c->purpose), B_INT(c->scope), B_INT(CONSENT_ASKED), B_INT(c->serial),
		      B_INT(now), B_INT(c->until)), NULL, err));
	*ret_id = id;
	return ok();
}

static struct consent row_of(const struct rows *r, size_t i)
{
	return (struct consent){ .subject = rows_text(r, i, 0), .id = rows_text(r, i, 1),
		.verifier = rows_text(r, i, 2), .purpose = rows_text(r, i, 3),
		.scope = (unsigned)rows_int(r, i, 4), .state = (enum consent_state)rows_int(r, i, 5),
		.serial = rows_int(r, i, 6), .asked_at = rows_int(r, i, 7),
		.decided_at = rows_int(r, i, 8), .ended_at = rows_int(r, i, 9),
		.until = rows_int(r, i, 10) };
}

struct result consent_find(struct db *db, struct arena *a, struct str org, struct str subject,
                           struct str id, struct consent *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT subject, id, verifier, purpose, scope, state, serial, asked_at, decided_at,"
		" ended_at, until FROM consent WHERE org = ? AND subject = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "consent.none", NULL, "no such consent of this person");
	*ret = row_of(&r, 0);
	return ok();
}

struct result consent_list(struct db *db, struct arena *a, struct str org, struct str subject,
                           const struct consent **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT subject, id, verifier, purpose, scope, state, serial, asked_at, decided_at,"
		" ended_at, until FROM consent WHERE org = ? AND subject = ?"
		" ORDER BY asked_at DESC, id LIMIT 200",
		BINDS(B_TEXT(org), B_TEXT(subject)), &r, err));
	struct consent *list = ARENA_ARRAY(a, struct consent, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = row_of(&r, i);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result consent_answer(struct db *tx, struct str org, struct str subject, struct str id,
                             bool give, int64_t now, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE consent SET state = ?, decided_at = ? WHERE org = ? AND subject = ? AND id = ?"
		" AND state = ? AND asked_at > ? AND until >= ?",
		BINDS(B_INT(give ? CONSENT_GIVEN : CONSENT_REFUSED), B_INT(now), B_TEXT(org),
		      B_TEXT(subject), B_TEXT(id), B_INT(CONSENT_ASKED),
		      B_INT(now - CONSENT_ASK_DAYS * CLOCK_DAY), B_INT(now)), &changed, err));
	return changed ? ok() : fail(err, ERR_CONFLICT, "consent.answered", NULL,
	                             "answered before, or too late");
}

struct result consent_withdraw(struct db *tx, struct str org, struct str subject, struct str id,
                               int64_t now, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE consent SET state = ?, ended_at = ? WHERE org = ? AND subject = ? AND id = ?"
		" AND state = ?",
		BINDS(B_INT(CONSENT_WITHDRAWN), B_INT(now), B_TEXT(org), B_TEXT(subject), B_TEXT(id),
		      B_INT(CONSENT_GIVEN)), &changed, err));
	return changed ? ok() : fail(err, ERR_CONFLICT, "consent.not_given", NULL,
	                             "there is no consent to withdraw");
}

struct result consent_needed(struct db *db, struct arena *a, struct str org, struct str subject,
                             struct str verifier, enum consent_scope scope, int64_t now,
                             struct consent *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT subject, id, verifier, purpose, scope, state, serial, asked_at, decided_at,"
		" ended_at, until FROM consent WHERE org = ? AND subject = ? AND verifier = ?"
		" AND state = ? AND until >= ? ORDER BY decided_at DESC LIMIT 100",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(verifier), B_INT(CONSENT_GIVEN), B_INT(now)),
		&r, err));
	for (size_t i = 0; i < r.n; i++) {
		struct consent c = row_of(&r, i);
		if (c.scope & (unsigned)scope) {
			*ret = c;
			return ok();
		}
	}
	return fail(err, ERR_FORBIDDEN, "consent.needed", NULL, "the holder has given no consent");
}
