/* Officers: password and one-time code until their certificates come.
 *
 * What is wrong is never said. A name that nobody has behaves like one that
 * somebody has: it costs the same time and is locked after the same number of
 * tries, so neither clock nor message tells whether it exists.
 *
 * A try is counted before the password is looked at and forgiven when it was
 * right: however many browsers guess at once, only OFFICER_TRIES of them are
 * heard. Counted is the SHA-256 of the name as typed, because people type their
 * password there by mistake. */
#include "base/clock.h"
#include "base/utf8.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "ident/ident.h"

enum { OFFICER_TRIES = 5, OFFICER_LOCK_MINUTES = 15 };

/* Of no password: what is compared for a name that nobody has. Its cost must
 * stay that of password_cost_default (a test says so). */
static const char nobody[] =
	"$argon2id$v=19$m=19456,t=2,p=1$cwVxRTVw7wF7pp6IVs0obw$5N7v9dRneSadBgqBksty9tpMpd0YRtRe2eVv/Cl5kNk";

struct stored {
	struct officer who;
	struct str password, totp;
	int64_t last_step;
};

static struct str associated(struct arena *a, struct str org, struct str id)
{
	return arena_printf(a, "totp:%.*s:%.*s", STR_ARG(org), STR_ARG(id));
}

struct result officer_add(struct db *tx, const struct officer_new *o, struct str seal_key,
                          struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str phc;
	BUF_AUTO sealed;
	buf_init(&sealed, 256);
	TRY(password_hash(o->password, password_cost_default(), a, &phc, err));
	TRY(aead_seal(seal_key, associated(a, o->org, o->id), o->totp, &sealed, err));
	return db_exec(tx,
		"INSERT INTO officer (org, id, name, title, roles, password, totp, last_step)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, -1)",
		BINDS(B_TEXT(o->org), B_TEXT(o->id), B_TEXT(o->name), B_TEXT(o->title),
		      B_TEXT(o->roles), B_TEXT(phc), B_BLOB(buf_str(&sealed))), NULL, err);
}

static struct result load(struct db *db, struct arena *a, struct str org, struct str id,
                          bool *ret_found, struct stored *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT org, id, name, title, roles, password, totp, last_step FROM officer"
		" WHERE org = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	*ret_found = r.n > 0;
	if (r.n == 0)
		return ok();
	*ret = (struct stored){ .who = { rows_text(&r, 0, 0), rows_text(&r, 0, 1),
		rows_text(&r, 0, 2), rows_text(&r, 0, 3), rows_text(&r, 0, 4) },
		.password = rows_text(&r, 0, 5), .totp = rows_text(&r, 0, 6),
		.last_step = rows_int(&r, 0, 7) };
	return ok();
}

struct result officer_find(struct db *db, struct arena *a, struct str org, struct str id,
                           struct officer *ret, struct err *err)
{
	struct stored o;
	bool found;
	TRY(load(db, a, org, id, &found, &o, err));
	if (!found)
		return fail(err, ERR_NOT_FOUND, "ident.officer.none", NULL, "no such officer");
	*ret = o.who;
	return ok();
}

struct result officer_list(struct db *db, struct arena *a, struct str org,
                           const struct officer **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT org, id, name, title, roles FROM officer WHERE org = ? ORDER BY id LIMIT 500",
		BINDS(B_TEXT(org)), &r, err));
	struct officer *list = ARENA_ARRAY(a, struct officer, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct officer){ rows_text(&r, i, 0), rows_text(&r, i, 1),
		                            rows_text(&r, i, 2), rows_text(&r, i, 3),
		                            rows_text(&r, i, 4) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}

static struct result one(int64_t changed, struct err *err)
{
	if (changed == 0)
		return fail(err, ERR_NOT_FOUND, "ident.officer.none", NULL, "no such officer");
	return ok();
}

struct result officer_set_roles(struct db *tx, struct str org, struct str id, struct str roles,
                                struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "UPDATE officer SET roles = ? WHERE org = ? AND id = ?",
	            BINDS(B_TEXT(roles), B_TEXT(org), B_TEXT(id)), &changed, err));
	return one(changed, err);
}

struct result officer_remove(struct db *tx, struct str org, struct str id, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "DELETE FROM session WHERE org = ? AND kind = ? AND subject = ?",
	            BINDS(B_TEXT(org), B_INT(SESSION_OFFICER), B_TEXT(id)), NULL, err));
	TRY(db_exec(tx, "DELETE FROM officer WHERE org = ? AND id = ?",
	            BINDS(B_TEXT(org), B_TEXT(id)), &changed, err));
	return one(changed, err);
}

/* ---- tries ---- */

struct try_at {
	struct str org, name; /* name: SHA-256 of what was typed */
	int64_t now;
};

/* Counts this try; false when there were too many. Tries are forgotten when the
 * last one that was heard lies as far back as a lock lasts. */
static struct result count_try(struct store *s, struct arena *a, const struct try_at *t,
                               bool *ret_heard, struct err *err)
{
	struct rows r;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(db_exec(tx, "DELETE FROM officer_try WHERE org = ? AND at <= ?",
	            BINDS(B_TEXT(t->org), B_INT(t->now - OFFICER_LOCK_MINUTES * CLOCK_MINUTE)),
	            NULL, err));
	TRY(db_query(tx, a, "SELECT tries FROM officer_try WHERE org = ? AND name = ?",
	             BINDS(B_TEXT(t->org), B_TEXT(t->name)), &r, err));
	*ret_heard = r.n == 0 || rows_int(&r, 0, 0) < OFFICER_TRIES;
	if (*ret_heard)
		TRY(db_exec(tx,
			"INSERT INTO officer_try (org, name, tries, at) VALUES (?, ?, 1, ?)"
			" ON CONFLICT (org, name) DO UPDATE SET tries = officer_try.tries + 1, at = excluded.at",
			BINDS(B_TEXT(t->org), B_TEXT(t->name), B_INT(t->now)), NULL, err));
	return store_commit(&tx, err);
}

/* The step is taken once, whatever two browsers do at the same time. */
static struct result take_step(struct store *s, const struct try_at *t, const struct stored *o,
                               int64_t step, bool *ret_taken, struct err *err)
{
	int64_t changed;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(db_exec(tx,
		"UPDATE officer SET last_step = ? WHERE org = ? AND id = ? AND last_step < ?",
		BINDS(B_INT(step), B_TEXT(o->who.org), B_TEXT(o->who.id), B_INT(step)), &changed, err));
	if (changed)
		TRY(db_exec(tx, "DELETE FROM officer_try WHERE org = ? AND name = ?",
		            BINDS(B_TEXT(t->org), B_TEXT(t->name)), NULL, err));
	TRY(store_commit(&tx, err));
	*ret_taken = changed == 1;
	return ok();
}

/* ---- login ---- */

/* Password and code, both always looked at. */
static struct result check(struct arena *a, const struct stored *o, struct str password,
                           struct str code, struct str seal_key, int64_t now,
                           bool *ret_right, int64_t *ret_step, struct err *err)
{
	bool right;
	SECRET_AUTO totp = { 0 };
	TRY(password_verify(o->password, password, &right, err));
	TRY(aead_open_secret(seal_key, associated(a, o->who.org, o->who.id), o->totp, &totp, err));
	bool fresh = totp_check(secret_str(&totp), code, now / CLOCK_SECOND, o->last_step, ret_step);
	*ret_right = right && fresh;
	return ok();
}

static struct result find(struct store *s, struct arena *a, struct str org, struct str id,
                          bool *ret_found, struct stored *ret, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	*ret_found = false;
	if (!utf8_valid(id) || str_find_char(id, '\0') != STR_NONE)
		return ok(); /* nobody is called that */
	TRY(store_reader(s, &db, err));
	return load(db, a, org, id, ret_found, ret, err);
}

struct result officer_login(struct store *s, struct arena *a, struct str org, struct str id,
                            struct str password, struct str code, struct str seal_key,
                            int64_t now, enum officer_verdict *ret,
                            struct officer *ret_officer, struct err *err)
{
	struct stored o;
	struct try_at t = { org, sha256_hex(a, id), now };
	bool heard, found, right = false;
	int64_t step = 0;
	TRY(count_try(s, a, &t, &heard, err));
	if (!heard) {
		*ret = OFFICER_LOCKED;
		return ok();
	}
	TRY(find(s, a, org, id, &found, &o, err));
	if (found)
		TRY(check(a, &o, password, code, seal_key, now, &right, &step, err));
	else
		TRY(password_verify(str_c(nobody), password, &right, err));
	if (found && right)
		TRY(take_step(s, &t, &o, step, &right, err));
	*ret = found && right ? OFFICER_OK : OFFICER_WRONG;
	if (*ret == OFFICER_OK)
		*ret_officer = o.who;
	return ok();
}
