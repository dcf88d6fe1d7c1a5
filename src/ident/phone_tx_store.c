/* Transactions with the phone. Every move is one UPDATE guarded by the state it
 * comes from, so that a replay, a second phone or a second browser changes
 * nothing; the row then tells which of them it was. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "ident/ident.h"
#include "trust/cms.h"

static struct str random_hex(struct arena *a, size_t n)
{
	uint8_t raw[32];
	random_bytes(raw, n);
	return hex_encode(a, str_of((const char *)raw, n));
}

struct result phone_tx_start(struct db *tx, struct arena *a, const struct phone_tx *t,
                             int64_t now, struct str *ret_id, struct err *err)
{
	struct str id = random_hex(a, 16);
	int64_t life = t->purpose == PHONE_LOGIN ? PHONE_LOGIN_SECONDS : PHONE_SIGN_SECONDS;
	struct str match = arena_printf(a, "%02llu", (unsigned long long)(random_u64() % 100));
	TRY(db_exec(tx, "DELETE FROM phone_tx WHERE org = ? AND expires_at < ?",
	            BINDS(B_TEXT(t->org), B_INT(now - CLOCK_DAY)), NULL, err));
	TRY(db_exec(tx,
		"INSERT INTO phone_tx (org, id, purpose, state, origin, nonce, match_digits, browser,"
		" subject, title, payload, claim_hash, cms, verdict, created_at, expires_at,"
		" asker_browser, asker_system, asker_network)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(t->org), B_TEXT(id), B_INT(t->purpose), B_INT(PHONE_PENDING),
		      B_TEXT(t->origin), B_TEXT(random_hex(a, 16)), B_TEXT(match), B_TEXT(t->browser),
		      B_TEXT(t->subject), B_TEXT(t->title), B_TEXT(t->payload), B_BLOB(STR("")),
		      B_INT(now), B_INT(now + life * CLOCK_SECOND), B_TEXT(t->asker.browser),
		      B_TEXT(t->asker.system), B_TEXT(t->asker.network)), NULL, err));
	*ret_id = id;
	return ok();
}

struct result phone_tx_find(struct db *db, struct arena *a, struct str org, struct str id,
                            struct phone_tx *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT org, id, purpose, state, origin, nonce, match_digits, browser, subject, title,"
		" payload, cms, verdict, created_at, expires_at, claim_hash, asker_browser, asker_system,"
		" asker_network, serial FROM phone_tx"
		" WHERE org = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "ident.phone.none", NULL, "no such transaction");
	*ret = (struct phone_tx){ .org = rows_text(&r, 0, 0), .id = rows_text(&r, 0, 1),
		.purpose = (enum phone_purpose)rows_int(&r, 0, 2),
		.state = (enum phone_state)rows_int(&r, 0, 3), .origin = rows_text(&r, 0, 4),
		.nonce = rows_text(&r, 0, 5), .match = rows_text(&r, 0, 6),
		.browser = rows_text(&r, 0, 7), .subject = rows_text(&r, 0, 8),
		.title = rows_text(&r, 0, 9), .payload = rows_text(&r, 0, 10),
		.cms = rows_text(&r, 0, 11), .verdict = rows_text(&r, 0, 12),
		.created_at = rows_int(&r, 0, 13), .expires_at = rows_int(&r, 0, 14),
		.claim_hash = rows_text(&r, 0, 15),
		.asker = { rows_text(&r, 0, 16), rows_text(&r, 0, 17), rows_text(&r, 0, 18) },
		.serial = rows_int(&r, 0, 19) };
	return ok();
}

/* For a login: who asks, for what, which transaction, until when. For a
 * signature: the same around the application itself. */
struct str phone_tx_document(struct arena *a, const struct phone_tx *t)
{
	struct json_object *o = json_object_new(a);
	struct str body = STR("");
	bool login = t->purpose == PHONE_LOGIN;
	json_put_str(o, STR("origin"), t->origin);
	json_put_str(o, STR("transaction"), t->id);
	json_put_str(o, STR("nonce"), t->nonce);
	json_put_int(o, STR("issued"), t->created_at / CLOCK_SECOND);
	json_put_int(o, STR("expires"), t->expires_at / CLOCK_SECOND);
	if (!login)
		json_put_str(o, STR("document"), t->payload);
	struct result r = json_canonical(a, json_object_done(o), &body, NULL);
	(void)r; /* seconds are integers below 2^53: nothing can be refused */
	return trust_document(a, login ? DOCUMENT_LOGIN : DOCUMENT_APPLICATION, body);
}

static struct str claim_hash(struct str claim, char out[2 * SHA256_SIZE])
{
	uint8_t raw[SHA256_SIZE];
	sha256(claim, raw);
	return str_of(out, encode_to(ENCODING_HEX, raw, sizeof raw, out));
}

bool phone_tx_claimed_by(const struct phone_tx *t, struct str claim)
{
	char hash[2 * SHA256_SIZE];
	return t->state == PHONE_CLAIMED && str_eq(t->claim_hash, claim_hash(claim, hash));
}

/* Why a guarded move changed nothing. `browser`: who wanted to use it, or "". */
static struct result why_not(struct db *tx, struct str org, struct str id, struct str browser,
                             int64_t now, struct err *err)
{
	struct phone_tx t;
	ARENA_AUTO a = arena_new(1 << 20);
	TRY(phone_tx_find(tx, a, org, id, &t, err));
	if (now >= t.expires_at)
		return fail(err, ERR_CONFLICT, "ident.phone.expired", NULL, "the transaction is over");
	if (t.state == PHONE_PENDING)
		return fail(err, ERR_CONFLICT, "ident.phone.unclaimed", NULL, "not opened by a phone yet");
	if (t.state == PHONE_CLAIMED)
		return fail(err, ERR_CONFLICT, "ident.phone.claimed", NULL, "another phone has opened it");
	if (t.state == PHONE_APPROVED && browser.n && !str_eq(browser, t.browser))
		return fail(err, ERR_CONFLICT, "ident.phone.browser", NULL, "another browser began it");
	return fail(err, ERR_CONFLICT, "ident.phone.used", NULL, "the transaction is answered already");
}

struct result phone_tx_claim(struct db *tx, struct str org, struct str id, struct str claim,
                             int64_t now, struct err *err)
{
	int64_t changed;
	char hash[2 * SHA256_SIZE];
	if (claim.n < 32)
		return fail(err, ERR_INPUT, "ident.phone.claim", NULL, "a claim has 32 characters or more");
	struct str h = claim_hash(claim, hash);
	/* The same phone may open it again. */
	TRY(db_exec(tx,
		"UPDATE phone_tx SET state = ?, claim_hash = ? WHERE org = ? AND id = ?"
		" AND expires_at > ? AND (state = ? OR (state = ? AND claim_hash = ?))",
		BINDS(B_INT(PHONE_CLAIMED), B_TEXT(h), B_TEXT(org), B_TEXT(id), B_INT(now),
		      B_INT(PHONE_PENDING), B_INT(PHONE_CLAIMED), B_TEXT(h)), &changed, err));
	return changed ? ok() : why_not(tx, org, id, STR(""), now, err);
}

struct result phone_tx_approve(struct db *tx, struct str org, struct str id, struct str claim,
                               struct str subject, int64_t serial, struct str cms, int64_t now,
                               struct err *err)
{
	int64_t changed;
	char hash[2 * SHA256_SIZE];
	TRY(db_exec(tx,
		"UPDATE phone_tx SET state = ?, subject = ?, serial = ?, cms = ? WHERE org = ? AND id = ?"
		" AND state = ? AND claim_hash = ? AND expires_at > ?",
		BINDS(B_INT(PHONE_APPROVED), B_TEXT(subject), B_INT(serial), B_BLOB(cms), B_TEXT(org),
		      B_TEXT(id), B_INT(PHONE_CLAIMED), B_TEXT(claim_hash(claim, hash)), B_INT(now)),
		&changed, err));
	return changed ? ok() : why_not(tx, org, id, STR(""), now, err);
}

struct result phone_tx_refuse(struct db *tx, struct str org, struct str id, struct str claim,
                              struct str verdict, int64_t now, struct err *err)
{
	int64_t changed;
	char hash[2 * SHA256_SIZE];
	TRY(db_exec(tx,
		"UPDATE phone_tx SET state = ?, verdict = ? WHERE org = ? AND id = ?"
		" AND state = ? AND claim_hash = ? AND expires_at > ?",
		BINDS(B_INT(PHONE_REFUSED), B_TEXT(verdict), B_TEXT(org), B_TEXT(id),
		      B_INT(PHONE_CLAIMED), B_TEXT(claim_hash(claim, hash)), B_INT(now)),
		&changed, err));
	return changed ? ok() : why_not(tx, org, id, STR(""), now, err);
}

struct result phone_tx_use(struct db *tx, struct str org, struct str id, struct str browser,
                           int64_t now, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE phone_tx SET state = ? WHERE org = ? AND id = ? AND state = ? AND browser = ?"
		" AND expires_at > ?",
		BINDS(B_INT(PHONE_USED), B_TEXT(org), B_TEXT(id), B_INT(PHONE_APPROVED),
		      B_TEXT(browser), B_INT(now)), &changed, err));
	return changed ? ok() : why_not(tx, org, id, browser, now, err);
}
