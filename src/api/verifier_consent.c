/* Consent, and what may be told with it: the current 基本4情報 and the link from a
 * certificate to the one that came after it (公的個人認証法 §18の2; 令和3年改正).
 *
 * A certificate that has ended still names its holder: what is told is of today.
 * Where the register masks an address (支援措置), the answer has none and says only
 * that the authority gives none: not why, because that alone may endanger her. */
#include "api/verifier.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "ident/consent.h"
#include "notice/notice.h"
#include "record/record.h"

static const struct { const char *name; enum consent_scope bit; } scopes[] = {
	{ "attributes", CONSENT_ATTRIBUTES }, { "link", CONSENT_LINK },
};

/* ---- asking ---- */

static struct result read_scope(const struct verifier_call *c, unsigned *ret, struct err *err)
{
	const struct json *list = json_get(c->body, STR("scope"));
	unsigned bits = 0;
	for (size_t i = 0; i < json_len(list); i++) {
		unsigned bit = 0;
		for (size_t k = 0; k < sizeof scopes / sizeof *scopes; k++)
			if (str_eq(json_text(json_at(list, i)), str_c(scopes[k].name)))
				bit = (unsigned)scopes[k].bit;
		if (bit == 0 || bits & bit)
			return fail(err, ERR_INPUT, "consent.scope", NULL, "attributes, link, each once");
		bits |= bit;
	}
	*ret = bits;
	return ok();
}

static struct result read_until(const struct verifier_call *c, int64_t *ret, struct err *err)
{
	struct date d;
	if (!date_parse(verifier_member(c, "until"), &d))
		return fail(err, ERR_INPUT, "consent.until", NULL, "no day like 2027-11-20");
	*ret = jst_start(date_add_days(d, 1)) - 1;
	return ok();
}

static struct result tell_her(struct verifier_call *c, struct db *tx, struct str id,
                              struct err *err)
{
	struct visit *v = c->v;
	struct notice n = { .from_org = v->app->portal, .at = v->now,
		.link = arena_printf(v->a, "/consents/%.*s", STR_ARG(id)) };
	for (int i = 0; i < LANG_COUNT; i++)
		n.text[i] = arena_printf(v->a, "%.*s: %.*s", STR_ARG(text_quote(v->a, c->who.name[i])),
			STR_ARG(text_get(v->app->texts, (enum lang)i, STR("consents.notice"))));
	return notice_put(tx, v->a, v->app->portal, c->subject, &n, err);
}

struct result verifier_consent(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = {
		{ "serial", JSON_STRING, true, 8 }, { "scope", JSON_ARRAY, true, 2 },
		{ "purpose", JSON_STRING, true, 4 * CONSENT_PURPOSE_MAX }, { "until", JSON_STRING, true, 10 },
	};
	struct verifier_call c;
	struct cert_row row;
	struct str id;
	struct consent ask = { 0 };
	TRY(verifier_read(v, ASK_CONSENT, fields, 4, &c, err));
	TRY(read_scope(&c, &ask.scope, err));
	TRY(read_until(&c, &ask.until, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(verifier_holder(&c, db, verifier_member(&c, "serial"), &row, err));
	store_reader_done(&db);
	ask.subject = c.subject;
	ask.verifier = c.who.id;
	ask.purpose = c.purpose = verifier_member(&c, "purpose");
	ask.serial = row.serial;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(consent_ask(tx, v->a, v->app->portal, &ask, v->now, &id, err));
	TRY(tell_her(&c, tx, id, err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	json_put_str(c.answer, STR("consent"), id);
	json_put_str(c.answer, STR("state"), STR("asked"));
	return verifier_send(&c, 202);
}

static const char *state_name(const struct consent *x, int64_t now)
{
	switch (x->state) {
	case CONSENT_ASKED: return consent_open(x, now) ? "asked" : "expired";
	case CONSENT_GIVEN: return consent_active(x, now) ? "given" : "expired";
	case CONSENT_REFUSED: return "refused";
	case CONSENT_WITHDRAWN: return "withdrawn";
	}
	return "expired";
}

struct result verifier_consent_state(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = {
		{ "serial", JSON_STRING, true, 8 }, { "consent", JSON_STRING, true, 32 },
	};
	struct verifier_call c;
	struct cert_row row;
	struct consent x;
	TRY(verifier_read(v, ASK_EVENTS, fields, 2, &c, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(verifier_holder(&c, db, verifier_member(&c, "serial"), &row, err));
	TRY(consent_find(db, v->a, v->app->portal, c.subject, verifier_member(&c, "consent"), &x, err));
	store_reader_done(&db);
	if (!str_eq(x.verifier, c.who.id))
		return fail(err, ERR_NOT_FOUND, "consent.none", NULL, "another verifier's consent");
	TRY(verifier_noted(&c, err));
	json_put_str(c.answer, STR("consent"), x.id);
	json_put_str(c.answer, STR("state"), str_c(state_name(&x, v->now)));
	json_put_str(c.answer, STR("until"), date_format(v->a, jst_date(x.until)));
	return verifier_send(&c, 200);
}

/* ---- 基本4情報 ---- */

/* Her current record: of the city where she lives, else the last that had her. */
static struct result basic_of(struct verifier_call *c, struct db *db, const struct record **ret,
                              struct err *err)
{
	struct app *app = c->v->app;
	const struct org *const *cities;
	size_t n = app_cities(app, c->v->a, &cities);
	*ret = NULL;
	for (size_t i = 0; i < n; i++) {
		struct str code;
		const struct record *r;
		TRY(code_convert(app->codes, c->v->a, app->portal, c->subject, cities[i]->id, &code, err));
		TRY(record_current(db, c->v->a, cities[i]->id, code, STR("resident.basic"), STR(""), &r,
		                   err));
		if (r && (!*ret || str_eq(json_text(json_get(r->body, STR("status"))), STR("resident"))))
			*ret = r;
	}
	return ok();
}

static void put_member(struct verifier_call *c, const struct record *r, const char *name)
{
	const struct json *m = json_get(r->body, str_c(name));
	json_put(c->answer, str_c(name), m ? m : json_null());
}

static void put_basic(struct verifier_call *c, const struct record *r)
{
	bool lives = str_eq(json_text(json_get(r->body, STR("status"))), STR("resident"));
	struct json_array *left_out = json_array_new(c->v->a);
	put_member(c, r, "name");
	put_member(c, r, "birth");
	put_member(c, r, "sex");
	if (r->masked) {
		json_put(c->answer, STR("address"), json_null());
		json_push(left_out, json_str(c->v->a, STR("address")));
	} else {
		put_member(c, r, "address");
	}
	json_put_bool(c->answer, STR("resident"), lives);
	json_put(c->answer, STR("not_provided"), json_array_done(left_out));
	json_put_str(c->answer, STR("as_of"), time_format(c->v->a, c->v->now));
}

struct result verifier_attributes(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = { { "serial", JSON_STRING, true, 8 } };
	struct verifier_call c;
	struct cert_row row;
	struct consent x;
	const struct record *basic;
	TRY(verifier_read(v, ASK_ATTRIBUTES, fields, 1, &c, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(verifier_holder(&c, db, verifier_member(&c, "serial"), &row, err));
	TRY(basic_of(&c, db, &basic, err));
	store_reader_done(&db);
	/* Asked in the lane: a consent that she has withdrawn is never used after that. */
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(consent_needed(tx, v->a, v->app->portal, c.subject, c.who.id, CONSENT_ATTRIBUTES, v->now,
	                   &x, err));
	if (!basic)
		return fail(err, ERR_NOT_FOUND, "verifier.no_record", NULL, "no register here has her");
	c.purpose = x.purpose;
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	json_put_str(c.answer, STR("consent"), x.id);
	put_basic(&c, basic);
	return verifier_send(&c, 200);
}

/* ---- the next certificate ---- */

struct result verifier_successor(struct verifier_call *c, struct db *db,
                                 const struct cert_row *of, struct cert_row *ret, struct err *err)
{
	const struct cert_row *list;
	size_t n;
	TRY(trust_certs_of_subject(db, c->v->a, c->v->app->ca, of->subject, &list, &n, err));
	*ret = (struct cert_row){ 0 };
	for (size_t i = 0; i < n; i++) /* newest first */
		if (str_eq(list[i].profile, of->profile) && list[i].serial != of->serial &&
		    list[i].issued_at >= of->issued_at && list[i].state.status == STATUS_GOOD &&
		    c->v->now <= list[i].not_after) {
			*ret = list[i];
			return ok();
		}
	return ok();
}

struct result verifier_link(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = { { "serial", JSON_STRING, true, 8 } };
	struct verifier_call c;
	struct cert_row row, next;
	struct consent x;
	TRY(verifier_read(v, ASK_LINK, fields, 1, &c, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(verifier_holder(&c, db, verifier_member(&c, "serial"), &row, err));
	TRY(verifier_successor(&c, db, &row, &next, err));
	store_reader_done(&db);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(consent_needed(tx, v->a, v->app->portal, c.subject, c.who.id, CONSENT_LINK, v->now, &x,
	                   err));
	c.purpose = x.purpose;
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	json_put_str(c.answer, STR("consent"), x.id);
	json_put_bool(c.answer, STR("linked"), next.serial != 0);
	if (next.serial)
		verifier_put_row(&c, &next);
	return verifier_send(&c, 200);
}
