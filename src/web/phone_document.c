/* What the portal asks this phone to sign, read as somebody else's words.
 *
 * A sheet is shown only for a document all of whose parts the sheet shows:
 * unknown members are refused, not passed over, and so is a document of another
 * transaction, another origin or another time than the one that was opened. */
#include "base/clock.h"
#include "crypto/digest.h"
#include "web/phone.h"

enum { CLOCK_SKEW_SECONDS = 300, HEX_NONCE = 32 };

bool phone_tx_fits(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n == PHONE_TX_CHARS;
}

bool phone_tx_in(struct str typed, struct str *ret)
{
	struct str s = str_trim(typed);
	size_t slash = str_rfind_char(s, '/');
	if (slash != STR_NONE && (slash < 2 || !str_eq(str_sub(s, slash - 2, 2), STR("/t"))))
		return false;
	struct str id = slash == STR_NONE ? s : str_from(s, slash + 1);
	if (!phone_tx_fits(id))
		return false;
	*ret = id;
	return true;
}

static struct result malformed(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "phone.document", NULL, "the document to sign: %s", what);
}

/* Exactly these members, in any order, of these kinds. */
static struct result check_shape(const struct json *j, enum document_kind kind, struct err *err)
{
	static const struct { struct str name; enum json_kind kind; bool sign_only; } members[] = {
		{ STR_INIT("origin"), JSON_STRING, false },
		{ STR_INIT("transaction"), JSON_STRING, false },
		{ STR_INIT("nonce"), JSON_STRING, false },
		{ STR_INIT("issued"), JSON_NUMBER, false },
		{ STR_INIT("expires"), JSON_NUMBER, false },
		{ STR_INIT("document"), JSON_STRING, true },
	};
	size_t wanted = 0;
	if (!json_is(j, JSON_OBJECT))
		return malformed(err, "no object");
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (members[i].sign_only && kind != DOCUMENT_APPLICATION)
			continue;
		wanted++;
		if (!json_is(json_get(j, members[i].name), members[i].kind))
			return malformed(err, members[i].name.p);
	}
	return j->n == wanted ? ok() : malformed(err, "a part that no sheet shows");
}

static struct result check_times(const struct json *j, int64_t now, struct phone_request *q,
                                 struct err *err)
{
	int64_t issued, expires, limit = INT64_MAX / CLOCK_SECOND;
	if (!json_int(json_get(j, STR("issued")), &issued) || issued < 0 || issued > limit ||
	    !json_int(json_get(j, STR("expires")), &expires) || expires < issued || expires > limit)
		return malformed(err, "its times");
	q->issued = issued * CLOCK_SECOND;
	q->expires = expires * CLOCK_SECOND;
	if (q->issued > now + CLOCK_SKEW_SECONDS * CLOCK_SECOND)
		return fail(err, ERR_CONFLICT, "phone.clock", NULL, "issued in the future");
	if (q->expires <= now)
		return fail(err, ERR_CONFLICT, "ident.phone.expired", NULL, "the transaction is over");
	return ok();
}

static struct result check_whose(const struct json *j, struct str portal, struct str tx,
                                 struct phone_request *q, struct err *err)
{
	q->origin = json_text(json_get(j, STR("origin")));
	/* A page that relays another site's request would stop here. */
	if (!str_eq(q->origin, portal))
		return fail(err, ERR_FORBIDDEN, "phone.origin", NULL, "made for %.*s, fetched from %.*s",
		            STR_ARG(str_sub(q->origin, 0, 80)), STR_ARG(portal));
	if (!str_eq(json_text(json_get(j, STR("transaction"))), tx))
		return fail(err, ERR_INPUT, "phone.other_tx", NULL, "a document of another transaction");
	if (json_text(json_get(j, STR("nonce"))).n < HEX_NONCE)
		return malformed(err, "its nonce");
	return ok();
}

static struct result read_application(struct arena *a, const struct json *j,
                                      struct phone_request *q, struct err *err)
{
	if (is_err(json_parse(a, json_text(json_get(j, STR("document"))), &q->application, NULL)) ||
	    !json_is(q->application, JSON_OBJECT) ||
	    json_text(json_get(q->application, STR("title"))).n == 0)
		return malformed(err, "no application in it");
	return ok();
}

struct result phone_document_read(struct arena *a, struct str document, struct str portal,
                                  struct str tx, int64_t now, struct phone_request *ret,
                                  struct err *err)
{
	struct phone_request q = { .text = document, .digest = sha256_hex(a, document) };
	struct str body;
	const struct json *j;
	if (!trust_document_parse(document, &q.kind, &body))
		return malformed(err, "its first line");
	if (is_err(json_parse(a, body, &j, NULL)))
		return malformed(err, "no JSON");
	TRY(check_shape(j, q.kind, err));
	TRY(check_whose(j, portal, tx, &q, err));
	TRY(check_times(j, now, &q, err));
	if (q.kind == DOCUMENT_APPLICATION)
		TRY(read_application(a, j, &q, err));
	*ret = q;
	return ok();
}
