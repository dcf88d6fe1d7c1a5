/* Officers: password and one-time code until their certificates come. What is
 * wrong is never said, and an unknown name costs as much time as a known one. */
#include "base/clock.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "ident/ident.h"

enum { OFFICER_FAILURES = 5, OFFICER_LOCK_MINUTES = 15 };

struct stored {
	struct officer who;
	struct str password, totp;
	int64_t last_step, failures, locked_until;
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
		"INSERT INTO officer (org, id, name, title, roles, password, totp, last_step,"
		" failures, locked_until) VALUES (?, ?, ?, ?, ?, ?, ?, -1, 0, 0)",
		BINDS(B_TEXT(o->org), B_TEXT(o->id), B_TEXT(o->name), B_TEXT(o->title),
		      B_TEXT(o->roles), B_TEXT(phc), B_BLOB(buf_str(&sealed))), NULL, err);
}

static struct result load(struct db *db, struct arena *a, struct str org, struct str id,
                          bool *ret_found, struct stored *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT org, id, name, title, roles, password, totp, last_step, failures,"
		" locked_until FROM officer WHERE org = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	*ret_found = r.n > 0;
	if (r.n == 0)
		return ok();
	*ret = (struct stored){ .who = { rows_text(&r, 0, 0), rows_text(&r, 0, 1),
		rows_text(&r, 0, 2), rows_text(&r, 0, 3), rows_text(&r, 0, 4) },
		.password = rows_text(&r, 0, 5), .totp = rows_text(&r, 0, 6),
		.last_step = rows_int(&r, 0, 7), .failures = rows_int(&r, 0, 8),
		.locked_until = rows_int(&r, 0, 9) };
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

static struct result note_failure(struct db *tx, const struct stored *o, int64_t now,
                                  struct err *err)
{
	bool lock = o->failures + 1 >= OFFICER_FAILURES;
	return db_exec(tx,
		"UPDATE officer SET failures = ?, locked_until = ? WHERE org = ? AND id = ?",
		BINDS(B_INT(lock ? 0 : o->failures + 1),
		      B_INT(lock ? now + OFFICER_LOCK_MINUTES * CLOCK_MINUTE : 0),
		      B_TEXT(o->who.org), B_TEXT(o->who.id)), NULL, err);
}

/* The step is taken once, whatever two browsers do at the same time. */
static struct result take_step(struct db *tx, const struct stored *o, int64_t step,
                               bool *ret_taken, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE officer SET failures = 0, locked_until = 0, last_step = ?"
		" WHERE org = ? AND id = ? AND last_step < ?",
		BINDS(B_INT(step), B_TEXT(o->who.org), B_TEXT(o->who.id), B_INT(step)), &changed, err));
	*ret_taken = changed == 1;
	return ok();
}

struct result officer_login(struct store *s, struct arena *a, struct str org, struct str id,
                            struct str password, struct str code, struct str seal_key,
                            int64_t now, enum officer_verdict *ret,
                            struct officer *ret_officer, struct err *err)
{
	struct stored o;
	bool found, right = false;
	int64_t step = 0;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(s, &db, err));
	TRY(load(db, a, org, id, &found, &o, err));
	store_reader_done(&db);
	if (found && now < o.locked_until) {
		*ret = OFFICER_LOCKED;
		return ok();
	}
	if (found) {
		TRY(check(a, &o, password, code, seal_key, now, &right, &step, err));
	} else {
		struct str unused; /* the time of a hash, so that names cannot be tried out */
		TRY(password_hash(password, password_cost_default(), a, &unused, err));
	}
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	if (right)
		TRY(take_step(tx, &o, step, &right, err));
	else if (found)
		TRY(note_failure(tx, &o, now, err));
	TRY(store_commit(&tx, err));
	*ret = right ? OFFICER_OK : OFFICER_WRONG;
	if (right)
		*ret_officer = o.who;
	return ok();
}
