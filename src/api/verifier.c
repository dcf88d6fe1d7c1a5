/* See verifier.h: who asks, what a request may hold, and the rows. */
#include "api/verifier.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "net/limit.h"
#include "store/journal.h"

/* A handshake costs, and so does what follows: per verifier. */
static const struct limit by_verifier = { "verifier", 200, CLOCK_SECOND / 50 };
enum { SERIAL_DIGITS = 8 };

/* ---- who asks ---- */

static struct result refused(const struct trust_verdict *verdict, struct err *err)
{
	return fail(err, ERR_AUTH, "verifier.certificate", verdict->clause,
	            "the client certificate: %s", verdict->what);
}

static struct result certified(struct visit *v, struct db *db, struct cert *ret, struct err *err)
{
	struct trust_verdict verdict;
	struct trust_status_ctx status = { db, v->app->ca };
	const struct verify_for f = { .anchors = v->app->anchors, .at = v->now,
		.profiles = PROFILE_BIT(PROFILE_TLS_NODE), .status = trust_status_from_store,
		.status_ctx = &status };
	if (v->q->client_cert.n == 0)
		return fail(err, ERR_AUTH, "verifier.certificate", "RFC 8446 §4.4.2",
		            "no client certificate");
	TRY(trust_cert_verify(v->a, v->q->client_cert, NULL, 0, &f, &verdict, ret, err));
	return verdict.verdict == VERDICT_OK ? ok() : refused(&verdict, err);
}

struct result verifier_caller(struct visit *v, enum ask_kind kind, struct verifier_call *ret,
                              struct err *err)
{
	struct cert cert;
	struct verifier_call c = { .v = v, .kind = kind };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(certified(v, db, &cert, err));
	struct result r = verifier_by_host(db, v->a, v->app->ca, cert.dns[0], &c.who, err);
	if (r.kind == ERR_NOT_FOUND)
		return fail(err, ERR_FORBIDDEN, "verifier.unknown", NULL, "%.*s is not accredited",
		            STR_ARG(cert.dns[0]));
	TRY(r);
	if (c.who.suspended)
		return fail(err, ERR_FORBIDDEN, "verifier.suspended", NULL, "%.*s is suspended",
		            STR_ARG(c.who.id));
	if (v->app->limits && !limiter_take(v->app->limits, &by_verifier, c.who.id, NULL))
		return fail(err, ERR_LIMIT, "verifier.fast", NULL, "%.*s asks too fast",
		            STR_ARG(c.who.id));
	c.answer = json_object_new(v->a);
	*ret = c;
	return ok();
}

/* ---- what a request may hold ---- */

static const struct verifier_field *field(const struct verifier_field *rows, size_t n,
                                          struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_c(rows[i].name)))
			return &rows[i];
	return NULL;
}

static struct result fits(const struct json *body, const struct verifier_field *rows, size_t n,
                          struct err *err)
{
	for (size_t i = 0; i < body->n; i++) {
		const struct verifier_field *f = field(rows, n, body->keys[i]);
		const struct json *m = &body->items[i];
		if (!f)
			return fail(err, ERR_INPUT, "verifier.request", NULL, "unknown member: %.*s",
			            STR_ARG(str_sub(body->keys[i], 0, 60)));
		if (m->kind != f->kind || (m->kind == JSON_STRING && m->text.n > f->max) ||
		    (m->kind == JSON_ARRAY && m->n > f->max))
			return fail(err, ERR_INPUT, "verifier.request", NULL, "wrong kind, or too long: %s",
			            f->name);
	}
	for (size_t i = 0; i < n; i++)
		if (rows[i].required && !json_get(body, str_c(rows[i].name)))
			return fail(err, ERR_INPUT, "verifier.request", NULL, "missing: %s", rows[i].name);
	return ok();
}

struct result verifier_read(struct visit *v, enum ask_kind kind,
                            const struct verifier_field *rows, size_t n,
                            struct verifier_call *ret, struct err *err)
{
	struct verifier_call c;
	struct err why = { 0 };
	TRY(verifier_caller(v, kind, &c, err));
	if (is_err(json_parse(v->a, v->q->body, &c.body, &why)) || !json_is(c.body, JSON_OBJECT))
		return fail(err, ERR_INPUT, "verifier.request", "RFC 8259", "no JSON object: %s", why.what);
	TRY(fits(c.body, rows, n, err));
	*ret = c;
	return ok();
}

struct str verifier_member(const struct verifier_call *c, const char *name)
{
	return json_text(json_get(c->body, str_c(name)));
}

bool verifier_has(const struct verifier_call *c, const char *name)
{
	return json_get(c->body, str_c(name)) != NULL;
}

struct result verifier_bytes(const struct verifier_call *c, const char *name, struct str *ret,
                             struct err *err)
{
	if (is_err(base64_decode(c->v->a, verifier_member(c, name), ret, NULL)) || ret->n == 0)
		return fail(err, ERR_INPUT, "verifier.request", "RFC 4648 §4", "no base64: %s", name);
	return ok();
}

struct result verifier_serial(struct str text, uint32_t *ret, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 12);
	struct str raw;
	uint32_t n = 0;
	if (text.n != SERIAL_DIGITS || is_err(hex_decode(a, text, &raw, NULL)))
		return fail(err, ERR_INPUT, "verifier.request", NULL, "a serial is %d hex digits",
		            SERIAL_DIGITS);
	for (size_t i = 0; i < raw.n; i++)
		n = n << 8 | (unsigned char)raw.p[i];
	*ret = n;
	return ok();
}

struct result verifier_holder(struct verifier_call *c, struct db *db, struct str serial,
                              struct cert_row *ret, struct err *err)
{
	struct app *app = c->v->app;
	uint32_t number;
	TRY(verifier_serial(serial, &number, err));
	TRY(trust_cert_find(db, c->v->a, app->ca, CA_CITIZEN_SIGN, number, ret, err));
	c->object = arena_printf(c->v->a, "%08X", number);
	return code_convert(app->codes, c->v->a, app->ca, ret->subject, app->portal, &c->subject, err);
}

/* ---- counted and written down ---- */

static struct journal_entry entry_of(struct verifier_call *c)
{
	struct json_object *detail = json_object_new(c->v->a);
	json_put_str(detail, STR("ja"), c->who.name[LANG_JA]);
	json_put_str(detail, STR("en"), c->who.name[LANG_EN]);
	json_put_str(detail, STR("easy"), c->who.name[LANG_EASY]);
	return (struct journal_entry){ .org = c->v->app->portal, .subject = c->subject,
		.event = str_c(ask_row(c->kind)->event), .object = c->object, .purpose = c->purpose,
		.actor = arena_printf(c->v->a, "verifier:%.*s", STR_ARG(c->who.id)),
		.detail = json_object_done(detail) };
}

struct result verifier_note(struct verifier_call *c, struct db *tx, struct err *err)
{
	TRY(verifier_count(tx, c->v->app->ca, &c->who, c->kind, c->v->now, err));
	if (c->subject.n == 0 || !ask_row(c->kind)->event)
		return ok();
	struct journal_entry e = entry_of(c);
	return journal_add(tx, &e, err);
}

struct result verifier_noted(struct verifier_call *c, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(c->v->app->store, &tx, err));
	TRY(verifier_note(c, tx, err));
	return store_commit(&tx, err);
}

struct result verifier_send(struct verifier_call *c, int status)
{
	c->v->r->status = status;
	http_set(c->v->r, STR("Cache-Control"), STR("no-store"));
	http_body(c->v->r, STR("application/json"),
	          json_to_str(c->v->a, json_object_done(c->answer)));
	return ok();
}

/* ---- rows ---- */

#define ASKS(m, p, h, text) { m, p, WHO_MACHINE, h, .body_max = VERIFIER_BODY_MAX, \
	.no_csrf = true, .about = text }
static const struct web_route rows[] = {
	ASKS(HTTP_POST, "/api/verifier/certificate", verifier_certificate,
	     "Does this certificate hold now?"),
	ASKS(HTTP_POST, "/api/verifier/signature", verifier_signature,
	     "Does this signature hold over this digest?"),
	ASKS(HTTP_POST, "/api/verifier/consents", verifier_consent, "Asks the holder for her consent"),
	ASKS(HTTP_POST, "/api/verifier/consents/state", verifier_consent_state, "What she answered"),
	ASKS(HTTP_POST, "/api/verifier/attributes", verifier_attributes,
	     "Her current name, address, birth and sex, with her consent"),
	ASKS(HTTP_POST, "/api/verifier/links", verifier_link,
	     "Which certificate of hers came after, with her consent"),
	ASKS(HTTP_POST, "/api/verifier/private-ids/challenge", verifier_challenge,
	     "A challenge for the holder to sign"),
	ASKS(HTTP_POST, "/api/verifier/private-ids", verifier_register, "Ties an id to a certificate"),
	ASKS(HTTP_POST, "/api/verifier/private-ids/relink", verifier_relink,
	     "Ties it to the next certificate, with her consent"),
	ASKS(HTTP_POST, "/api/verifier/private-ids/forget", verifier_forget, "Forgets an id"),
	ASKS(HTTP_GET, "/api/verifier/events", verifier_events, "What became of certificates"),
};

void api_verifier_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}

bool api_verifier_path(struct str path)
{
	return str_starts(path, STR("/api/verifier/"));
}

/* The listener of the verifiers answers nothing else: pages, logins and counters
 * have their own. */
void api_verifier_serve(void *app, const struct http_request *q, struct http_response *r)
{
	if (api_verifier_path(q->path)) {
		app_serve(app, q, r);
		return;
	}
	r->status = 404;
	http_body(r, STR("application/json"), STR("{\"error\":\"web.no_path\"}"));
}
