/* Sessions: a random token in the browser, its SHA-256 here. The token's first
 * part names the organization, so that the row is found by its distribution
 * key. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "ident/ident.h"

enum { SESSION_TOKEN_BYTES = 32 };

struct session_limits session_limits_of(enum session_kind k)
{
	static const struct session_limits rows[] = {
		[SESSION_CITIZEN] = { 15 * CLOCK_MINUTE, 4 * CLOCK_HOUR },
		[SESSION_OFFICER] = { 30 * CLOCK_MINUTE, 10 * CLOCK_HOUR },
	};
	return rows[k];
}

static struct str random_text(struct arena *a)
{
	uint8_t raw[SESSION_TOKEN_BYTES];
	random_bytes(raw, sizeof raw);
	return base64url_encode(a, str_of((const char *)raw, sizeof raw));
}

/* "172065.SECRET" to its organization; false when it has no such form. A cookie
 * holds whatever somebody put there: only plain characters go on to the store. */
static bool org_of(struct str token, struct str *ret)
{
	struct str secret;
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] >= 127)
			return false;
	return token.n < 128 && str_cut(token, '.', ret, &secret) && ret->n > 0 && secret.n == 43;
}

struct result session_start(struct db *tx, struct arena *a, const struct session *s,
                            int64_t now, struct str *ret_token, struct err *err)
{
	struct str token = arena_printf(a, "%.*s.%.*s", STR_ARG(s->org), STR_ARG(random_text(a)));
	TRY(db_exec(tx,
		"INSERT INTO session (org, token_hash, kind, subject, name, roles, csrf, home_org,"
		" started_at, seen_at, expires_at, serial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(s->org), B_TEXT(sha256_hex(a, token)), B_INT(s->kind),
		      B_TEXT(s->subject), B_TEXT(s->name), B_TEXT(s->roles),
		      B_TEXT(random_text(a)), B_TEXT(s->home_org), B_INT(now), B_INT(now),
		      B_INT(now + session_limits_of(s->kind).absolute_us), B_INT(s->serial)), NULL, err));
	/* What is over is swept by whoever logs in next. */
	TRY(db_exec(tx, "DELETE FROM session WHERE org = ? AND expires_at < ?",
	            BINDS(B_TEXT(s->org), B_INT(now)), NULL, err));
	*ret_token = token;
	return ok();
}

static struct result still_open(const struct session *s, int64_t now, struct err *err)
{
	if (now >= s->expires_at)
		return fail(err, ERR_AUTH, "ident.session.expired", NULL, "the session's time is over");
	if (now - s->seen_at >= session_limits_of(s->kind).idle_us)
		return fail(err, ERR_AUTH, "ident.session.idle", NULL, "nothing happened for too long");
	return ok();
}

struct result session_find(struct db *db, struct arena *a, enum session_kind k,
                           struct str token, int64_t now, struct session *ret,
                           struct err *err)
{
	struct rows r;
	struct str org;
	if (!org_of(token, &org))
		return fail(err, ERR_AUTH, "ident.session.none", NULL, "no session token");
	/* Officers' roles are those of this moment, not of the login; who is no
	 * officer any more has no session. */
	TRY(db_query(db, a,
		"SELECT s.org, s.kind, s.subject, s.name, COALESCE(o.roles, ''), s.csrf, s.home_org,"
		" s.started_at, s.seen_at, s.expires_at, s.serial FROM session s"
		" LEFT JOIN officer o ON s.kind = ? AND o.org = s.org AND o.id = s.subject"
		" WHERE s.org = ? AND s.token_hash = ? AND s.kind = ? AND (s.kind <> ? OR o.id IS NOT NULL)",
		BINDS(B_INT(SESSION_OFFICER), B_TEXT(org), B_TEXT(sha256_hex(a, token)), B_INT(k),
		      B_INT(SESSION_OFFICER)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_AUTH, "ident.session.none", NULL, "no such session");
	struct session s = { .org = rows_text(&r, 0, 0), .kind = (enum session_kind)rows_int(&r, 0, 1),
		.subject = rows_text(&r, 0, 2), .name = rows_text(&r, 0, 3),
		.roles = rows_text(&r, 0, 4), .csrf = rows_text(&r, 0, 5),
		.home_org = rows_text(&r, 0, 6), .started_at = rows_int(&r, 0, 7),
		.seen_at = rows_int(&r, 0, 8), .expires_at = rows_int(&r, 0, 9),
		.serial = rows_int(&r, 0, 10) };
	TRY(still_open(&s, now, err));
	*ret = s;
	return ok();
}

bool session_touch_due(const struct session *s, int64_t now)
{
	return now - s->seen_at >= CLOCK_MINUTE;
}

/* The token's row, without an arena: 64 hex digits. */
static struct str hash_of(struct str token, char out[2 * SHA256_SIZE])
{
	uint8_t raw[SHA256_SIZE];
	sha256(token, raw);
	return str_of(out, encode_to(ENCODING_HEX, raw, sizeof raw, out));
}

struct result session_touch(struct db *tx, enum session_kind k, struct str token, int64_t now,
                            struct err *err)
{
	char hash[2 * SHA256_SIZE];
	struct str org;
	if (!org_of(token, &org))
		return ok();
	return db_exec(tx,
		"UPDATE session SET seen_at = ? WHERE org = ? AND token_hash = ? AND kind = ?",
		BINDS(B_INT(now), B_TEXT(org), B_TEXT(hash_of(token, hash)), B_INT(k)), NULL, err);
}

struct result session_end(struct db *tx, enum session_kind k, struct str token, struct err *err)
{
	char hash[2 * SHA256_SIZE];
	struct str org;
	if (!org_of(token, &org))
		return ok();
	return db_exec(tx, "DELETE FROM session WHERE org = ? AND token_hash = ? AND kind = ?",
	               BINDS(B_TEXT(org), B_TEXT(hash_of(token, hash)), B_INT(k)), NULL, err);
}
