/* See private_id.h. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/random.h"
#include "ident/private_id.h"

enum { CHALLENGE_BYTES = 32, CHALLENGES_MAX = 1000 };

bool private_id_fits(struct str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || !strchr("._~-", c)))
			return false;
	}
	return id.n > 0 && id.n <= PRIVATE_ID_MAX;
}

/* ---- the proof ---- */

struct result private_id_challenge(struct db *tx, struct arena *a, struct str org,
                                   struct str verifier, int64_t now, struct str *ret,
                                   struct err *err)
{
	struct rows r;
	uint8_t raw[CHALLENGE_BYTES];
	TRY(db_exec(tx, "DELETE FROM private_id_challenge WHERE org = ? AND expires_at <= ?",
	            BINDS(B_TEXT(org), B_INT(now)), NULL, err));
	TRY(db_query(tx, a,
		"SELECT COUNT(*) FROM private_id_challenge WHERE org = ? AND verifier = ?",
		BINDS(B_TEXT(org), B_TEXT(verifier)), &r, err));
	if (rows_int(&r, 0, 0) >= CHALLENGES_MAX)
		return fail(err, ERR_LIMIT, "private_id.challenges", NULL, "too many open challenges");
	random_bytes(raw, sizeof raw);
	struct str challenge = hex_encode(a, str_of((const char *)raw, sizeof raw));
	TRY(db_exec(tx,
		"INSERT INTO private_id_challenge (org, verifier, challenge, expires_at)"
		" VALUES (?, ?, ?, ?)",
		BINDS(B_TEXT(org), B_TEXT(verifier), B_TEXT(challenge),
		      B_INT(now + PRIVATE_ID_CHALLENGE_MINUTES * CLOCK_MINUTE)), NULL, err));
	*ret = challenge;
	return ok();
}

struct str private_id_document(struct arena *a, struct str origin, struct str verifier,
                               struct str id, struct str challenge)
{
	struct json_object *o = json_object_new(a);
	struct str body = STR("");
	json_put_str(o, STR("challenge"), challenge);
	json_put_str(o, STR("id"), id);
	json_put_str(o, STR("origin"), origin);
	json_put_str(o, STR("verifier"), verifier);
	struct result r = json_canonical(a, json_object_done(o), &body, NULL);
	(void)r; /* texts only: nothing can be refused */
	return arena_join(a, STR("musubi-private-id-v1\n"), body);
}

static struct result use_challenge(struct db *tx, struct str org, struct str verifier,
                                   struct str challenge, int64_t now, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"DELETE FROM private_id_challenge WHERE org = ? AND verifier = ? AND challenge = ?"
		" AND expires_at > ?",
		BINDS(B_TEXT(org), B_TEXT(verifier), B_TEXT(challenge), B_INT(now)), &changed, err));
	return changed ? ok() : fail(err, ERR_CONFLICT, "private_id.challenge", NULL,
	                             "no such challenge of this verifier, or too late");
}

/* ---- ids ---- */

struct result private_id_register(struct db *tx, struct arena *a, struct str org,
                                  struct str challenge, const struct private_id *p, int64_t now,
                                  struct err *err)
{
	struct rows r;
	if (!private_id_fits(p->id))
		return fail(err, ERR_INPUT, "private_id.id", NULL, "1 to %d of A-Z a-z 0-9 . _ ~ -",
		            PRIVATE_ID_MAX);
	TRY(use_challenge(tx, org, p->verifier, challenge, now, err));
	TRY(db_query(tx, a, "SELECT subject FROM private_id WHERE org = ? AND verifier = ? AND id = ?",
	             BINDS(B_TEXT(org), B_TEXT(p->verifier), B_TEXT(p->id)), &r, err));
	if (r.n && !str_eq(rows_text(&r, 0, 0), p->subject))
		return fail(err, ERR_CONFLICT, "private_id.taken", NULL, "the id is somebody else's");
	return db_exec(tx,
		"INSERT INTO private_id (org, verifier, id, subject, serial, state, not_after,"
		" registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (org, verifier, id) DO UPDATE SET serial = excluded.serial,"
		" state = excluded.state, not_after = excluded.not_after",
		BINDS(B_TEXT(org), B_TEXT(p->verifier), B_TEXT(p->id), B_TEXT(p->subject),
		      B_INT(p->serial), B_INT(PRIVATE_ID_GOOD), B_INT(p->not_after), B_INT(now)),
		NULL, err);
}

struct result private_id_find(struct db *db, struct arena *a, struct str org,
                              struct str verifier, struct str id, struct private_id *ret,
                              struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT verifier, id, subject, serial, state, not_after, registered_at FROM private_id"
		" WHERE org = ? AND verifier = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(verifier), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "private_id.none", NULL, "no such id of this verifier");
	*ret = (struct private_id){ rows_text(&r, 0, 0), rows_text(&r, 0, 1), rows_text(&r, 0, 2),
		(uint32_t)rows_int(&r, 0, 3), (enum private_id_state)rows_int(&r, 0, 4),
		rows_int(&r, 0, 5), rows_int(&r, 0, 6) };
	return ok();
}

static struct result touched(int64_t changed, struct err *err)
{
	return changed ? ok() : fail(err, ERR_NOT_FOUND, "private_id.none", NULL,
	                             "no such id of this verifier");
}

struct result private_id_relink(struct db *tx, struct str org, struct str verifier, struct str id,
                                uint32_t serial, int64_t not_after, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE private_id SET serial = ?, state = ?, not_after = ?"
		" WHERE org = ? AND verifier = ? AND id = ?",
		BINDS(B_INT(serial), B_INT(PRIVATE_ID_GOOD), B_INT(not_after), B_TEXT(org),
		      B_TEXT(verifier), B_TEXT(id)), &changed, err));
	return touched(changed, err);
}

struct result private_id_forget(struct db *tx, struct str org, struct str verifier, struct str id,
                                struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "DELETE FROM private_id WHERE org = ? AND verifier = ? AND id = ?",
	            BINDS(B_TEXT(org), B_TEXT(verifier), B_TEXT(id)), &changed, err));
	return touched(changed, err);
}

/* ---- what became of the certificates ---- */

struct sweep {
	struct db *tx;
	struct arena *a;
	struct str org, ca_org;
	int64_t now;
};

/* One event for one id; its state goes along. */
static struct result tell(const struct sweep *s, const struct private_id *p,
                          enum private_id_state state, struct str why, int64_t at,
                          struct err *err)
{
	struct rows r;
	TRY(db_query(s->tx, s->a,
		"SELECT MAX(seq) FROM private_id_event WHERE org = ? AND verifier = ?",
		BINDS(B_TEXT(s->org), B_TEXT(p->verifier)), &r, err));
	TRY(db_exec(s->tx,
		"INSERT INTO private_id_event (org, verifier, seq, id, what, why, serial, at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(s->org), B_TEXT(p->verifier), B_INT((r.n ? rows_int(&r, 0, 0) : 0) + 1),
		      B_TEXT(p->id), B_INT(state), B_TEXT(why), B_INT(p->serial), B_INT(at)), NULL, err));
	return db_exec(s->tx,
		"UPDATE private_id SET state = ? WHERE org = ? AND verifier = ? AND id = ?",
		BINDS(B_INT(state), B_TEXT(s->org), B_TEXT(p->verifier), B_TEXT(p->id)), NULL, err);
}

static enum private_id_state state_of(const struct cert_state *c)
{
	if (c->status == STATUS_GOOD)
		return PRIVATE_ID_GOOD;
	return c->status == STATUS_REVOKED && c->reason == REVOKE_HOLD ? PRIVATE_ID_HELD
	                                                               : PRIVATE_ID_ENDED;
}

static struct result tell_all(const struct sweep *s, const struct rows *r,
                              const struct cert_row *row, struct err *err)
{
	enum private_id_state state = state_of(&row->state);
	struct str why = state == PRIVATE_ID_GOOD ? STR("")
	                 : str_c(revoke_reason_name(row->state.reason));
	int64_t at = state == PRIVATE_ID_GOOD ? s->now : row->state.at;
	for (size_t i = 0; i < r->n; i++) {
		struct private_id p = { .verifier = rows_text(r, i, 0), .id = rows_text(r, i, 1),
		                        .serial = row->serial };
		if ((enum private_id_state)rows_int(r, i, 2) != state)
			TRY(tell(s, &p, state, why, at, err));
	}
	return ok();
}

static struct result changed_one(const struct sweep *s, uint32_t serial, struct err *err)
{
	struct rows r;
	struct cert_row row;
	TRY(db_query(s->tx, s->a,
		"SELECT verifier, id, state FROM private_id WHERE org = ? AND serial = ? AND state <> ?",
		BINDS(B_TEXT(s->org), B_INT(serial), B_INT(PRIVATE_ID_ENDED)), &r, err));
	if (r.n == 0)
		return ok();
	TRY(trust_cert_find(s->tx, s->a, s->ca_org, CA_CITIZEN_SIGN, serial, &row, err));
	return tell_all(s, &r, &row, err);
}

static struct result expired(const struct sweep *s, bool *ret_more, struct err *err)
{
	static const enum private_id_state running[] = { PRIVATE_ID_GOOD, PRIVATE_ID_HELD };
	for (size_t k = 0; k < 2; k++) {
		struct rows r;
		TRY(db_query(s->tx, s->a,
			"SELECT verifier, id, serial, not_after FROM private_id WHERE org = ? AND state = ?"
			" AND not_after < ? ORDER BY not_after LIMIT ?",
			BINDS(B_TEXT(s->org), B_INT(running[k]), B_INT(s->now), B_INT(PRIVATE_ID_SWEEP)),
			&r, err));
		for (size_t i = 0; i < r.n; i++) {
			struct private_id p = { .verifier = rows_text(&r, i, 0), .id = rows_text(&r, i, 1),
			                        .serial = (uint32_t)rows_int(&r, i, 2) };
			TRY(tell(s, &p, PRIVATE_ID_ENDED, STR("expired"), rows_int(&r, i, 3), err));
		}
		*ret_more |= r.n == PRIVATE_ID_SWEEP;
	}
	return ok();
}

struct result private_id_sweep(struct db *tx, struct arena *a, struct str org, struct str ca_org,
                               int64_t now, bool *ret_more, struct err *err)
{
	const struct cert_change *list;
	size_t n;
	struct rows r;
	bool more = false;
	const struct sweep s = { tx, a, org, ca_org, now };
	TRY(db_query(tx, a, "SELECT changed FROM private_id_cursor WHERE org = ?",
	             BINDS(B_TEXT(org)), &r, err));
	TRY(trust_cert_changes(tx, a, ca_org, CA_CITIZEN_SIGN, r.n ? rows_int(&r, 0, 0) : 0,
	                       PRIVATE_ID_SWEEP, &list, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(changed_one(&s, list[i].serial, err));
	if (n)
		TRY(db_exec(tx,
			"INSERT INTO private_id_cursor (org, changed) VALUES (?, ?)"
			" ON CONFLICT (org) DO UPDATE SET changed = excluded.changed",
			BINDS(B_TEXT(org), B_INT(list[n - 1].number)), NULL, err));
	TRY(expired(&s, &more, err));
	*ret_more = more || n == PRIVATE_ID_SWEEP;
	return ok();
}

struct result private_id_events(struct db *db, struct arena *a, struct str org,
                                struct str verifier, int64_t after,
                                const struct private_id_event **ret, size_t *ret_n,
                                struct err *err)
{
	static const char *const names[] = { [PRIVATE_ID_GOOD] = "released",
		[PRIVATE_ID_HELD] = "held", [PRIVATE_ID_ENDED] = "ended" };
	struct rows r;
	TRY(db_query(db, a,
		"SELECT seq, id, what, why, serial, at FROM private_id_event"
		" WHERE org = ? AND verifier = ? AND seq > ? ORDER BY seq LIMIT ?",
		BINDS(B_TEXT(org), B_TEXT(verifier), B_INT(after), B_INT(PRIVATE_ID_EVENTS)), &r, err));
	struct private_id_event *list = ARENA_ARRAY(a, struct private_id_event, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct private_id_event){ rows_int(&r, i, 0), rows_text(&r, i, 1),
			names[rows_int(&r, i, 2)], rows_text(&r, i, 3), (uint32_t)rows_int(&r, i, 4),
			rows_int(&r, i, 5) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}
