/* Phones that have logged in: the digest of a phone's secret, whose certificate
 * it showed, and which one. What was not seen for long is forgotten. */
#include "base/clock.h"
#include "crypto/digest.h"
#include "ident/ident.h"

struct result phone_device_remember(struct db *tx, struct str org, struct str device,
                                    struct str subject, int64_t serial, int64_t now,
                                    struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 16);
	if (device.n < PHONE_DEVICE_MIN)
		return fail(err, ERR_INPUT, "ident.phone.claim", NULL, "a phone's secret is longer");
	TRY(db_exec(tx, "DELETE FROM phone_device WHERE org = ? AND at < ?",
	            BINDS(B_TEXT(org), B_INT(now - PHONE_DEVICE_DAYS * CLOCK_DAY)), NULL, err));
	return db_exec(tx,
		"INSERT INTO phone_device (org, device, subject, serial, at) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (org, device) DO UPDATE SET subject = excluded.subject,"
		" serial = excluded.serial, at = excluded.at",
		BINDS(B_TEXT(org), B_TEXT(sha256_hex(a, device)), B_TEXT(subject), B_INT(serial),
		      B_INT(now)), NULL, err);
}

struct result phone_device_find(struct db *db, struct arena *a, struct str org,
                                struct str device, struct str *ret_subject,
                                int64_t *ret_serial, struct err *err)
{
	struct rows r = { 0 };
	if (device.n >= PHONE_DEVICE_MIN)
		TRY(db_query(db, a, "SELECT subject, serial FROM phone_device WHERE org = ? AND device = ?",
		             BINDS(B_TEXT(org), B_TEXT(sha256_hex(a, device))), &r, err));
	*ret_subject = r.n ? rows_text(&r, 0, 0) : STR("");
	*ret_serial = r.n ? rows_int(&r, 0, 1) : 0;
	return ok();
}
