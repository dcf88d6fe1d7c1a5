/* Private ids (民間ID): tied to a 署名用 certificate by the holder's signature over
 * a challenge, told about its end, tied to the next one with her consent. */
#include "api/verifier.h"

#include "base/calendar.h"
#include "ident/consent.h"
#include "ident/private_id.h"
#include "trust/cms.h"

struct result verifier_challenge(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = { { "id", JSON_STRING, true, PRIVATE_ID_MAX } };
	struct verifier_call c;
	struct str challenge, id;
	TRY(verifier_read(v, ASK_EVENTS, fields, 1, &c, err));
	id = verifier_member(&c, "id");
	if (!private_id_fits(id))
		return fail(err, ERR_INPUT, "private_id.id", NULL, "1 to %d of A-Z a-z 0-9 . _ ~ -",
		            PRIVATE_ID_MAX);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(private_id_challenge(tx, v->a, v->app->portal, c.who.id, v->now, &challenge, err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	json_put_str(c.answer, STR("challenge"), challenge);
	json_put_str(c.answer, STR("document"),
	             private_id_document(v->a, v->app->origin, c.who.id, id, challenge));
	json_put_int(c.answer, STR("minutes"), PRIVATE_ID_CHALLENGE_MINUTES);
	return verifier_send(&c, 200);
}

/* Her signature over exactly what the challenge's answer showed, with a 署名用
 * certificate that is good now. */
static struct result proved(struct verifier_call *c, struct db *db, struct cert_row *ret,
                            struct err *err)
{
	struct visit *v = c->v;
	struct str cms, document = private_id_document(v->a, v->app->origin, c->who.id,
		verifier_member(c, "id"), verifier_member(c, "challenge"));
	struct trust_verdict verdict;
	struct cms_signature sig = { 0 };
	struct trust_status_ctx status = { db, v->app->ca };
	const struct verify_for f = { .anchors = v->app->anchors, .at = v->now,
		.profiles = PROFILE_BIT(PROFILE_CITIZEN_SIGN) | PROFILE_BIT(PROFILE_CITIZEN_SIGN_PHONE),
		.status = trust_status_from_store, .status_ctx = &status };
	TRY(verifier_bytes(c, "signature", &cms, err));
	TRY(trust_cms_verify(v->a, cms, &document, 1, &f, &verdict, &sig, err));
	if (verdict.verdict != VERDICT_OK)
		return fail(err, ERR_FORBIDDEN, verdict_row(verdict.verdict)->key, verdict.clause, "%s",
		            verdict.what);
	return verifier_holder(c, db, cert_serial_text(v->a, &sig.cert), ret, err);
}

static void put_id(struct verifier_call *c, struct str id, const struct cert_row *row)
{
	json_put_str(c->answer, STR("id"), id);
	verifier_put_row(c, row);
}

struct result verifier_register(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = {
		{ "id", JSON_STRING, true, PRIVATE_ID_MAX }, { "challenge", JSON_STRING, true, 64 },
		{ "signature", JSON_STRING, true, CMS_BYTES_MAX * 4 / 3 + 4 },
	};
	struct verifier_call c;
	struct cert_row row;
	TRY(verifier_read(v, ASK_PRIVATE_ID, fields, 3, &c, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(proved(&c, db, &row, err));
	store_reader_done(&db);
	const struct private_id p = { .verifier = c.who.id, .id = verifier_member(&c, "id"),
		.subject = c.subject, .serial = row.serial, .not_after = row.not_after };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(private_id_register(tx, v->a, v->app->portal, verifier_member(&c, "challenge"), &p, v->now,
	                        err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	put_id(&c, p.id, &row);
	return verifier_send(&c, 201);
}

/* ---- after a renewal ---- */

struct result verifier_relink(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = { { "id", JSON_STRING, true, PRIVATE_ID_MAX } };
	struct verifier_call c;
	struct private_id p;
	struct consent x;
	struct cert_row row, next;
	TRY(verifier_read(v, ASK_LINK, fields, 1, &c, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(private_id_find(db, v->a, v->app->portal, c.who.id, verifier_member(&c, "id"), &p, err));
	TRY(verifier_holder(&c, db, arena_printf(v->a, "%08X", p.serial), &row, err));
	TRY(verifier_successor(&c, db, &row, &next, err));
	store_reader_done(&db);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(consent_needed(tx, v->a, v->app->portal, c.subject, c.who.id, CONSENT_LINK, v->now, &x,
	                   err));
	if (next.serial == 0)
		return fail(err, ERR_NOT_FOUND, "private_id.no_next", NULL, "she has no newer certificate");
	c.purpose = x.purpose;
	TRY(private_id_relink(tx, v->app->portal, c.who.id, p.id, next.serial, next.not_after, err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	put_id(&c, p.id, &next);
	return verifier_send(&c, 200);
}

struct result verifier_forget(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = { { "id", JSON_STRING, true, PRIVATE_ID_MAX } };
	struct verifier_call c;
	TRY(verifier_read(v, ASK_EVENTS, fields, 1, &c, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(private_id_forget(tx, v->app->portal, c.who.id, verifier_member(&c, "id"), err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	json_put_bool(c.answer, STR("forgotten"), true);
	return verifier_send(&c, 200);
}

/* ---- what became of the certificates ---- */

static struct result read_after(struct visit *v, int64_t *ret, struct err *err)
{
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	struct str after = http_field_get(&f, STR("after"));
	*ret = 0;
	if (after.n && (!str_to_i64(after, ret) || *ret < 0))
		return fail(err, ERR_INPUT, "verifier.request", NULL, "after is a number of 0 or more");
	return ok();
}

static const struct json *event_json(struct arena *a, const struct private_id_event *e)
{
	struct json_object *o = json_object_new(a);
	json_put_int(o, STR("number"), e->seq);
	json_put_str(o, STR("id"), e->id);
	json_put_str(o, STR("event"), str_c(e->what));
	json_put_str(o, STR("reason"), e->why);
	json_put_str(o, STR("serial"), arena_printf(a, "%08X", e->serial));
	json_put_str(o, STR("at"), time_format(a, e->at));
	return json_object_done(o);
}

/* The certificates' own table is looked through first, so that an answer is never
 * older than its question. */
struct result verifier_events(struct visit *v, struct err *err)
{
	struct verifier_call c;
	const struct private_id_event *list;
	int64_t after;
	size_t n;
	bool more;
	TRY(verifier_caller(v, ASK_EVENTS, &c, err));
	TRY(read_after(v, &after, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(private_id_sweep(tx, v->a, v->app->portal, v->app->ca, v->now, &more, err));
	TRY(private_id_events(tx, v->a, v->app->portal, c.who.id, after, &list, &n, err));
	TRY(verifier_note(&c, tx, err));
	TRY(store_commit(&tx, err));
	struct json_array *out = json_array_new(v->a);
	for (size_t i = 0; i < n; i++)
		json_push(out, event_json(v->a, &list[i]));
	json_put(c.answer, STR("events"), json_array_done(out));
	json_put_bool(c.answer, STR("more"), more || n == PRIVATE_ID_EVENTS);
	return verifier_send(&c, 200);
}
