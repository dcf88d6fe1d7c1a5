/* The verifiers' interface as a verifier meets it: behind its certificate, with
 * strict requests, and never more than the holder has allowed. The portal's own
 * application answers; the wire before it is tests/unit/net. */
#include "../trust/nation.h"

#include "api/api.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "ident/consent.h"
#include "ident/ident.h"
#include "ident/private_id.h"
#include "ident/verifier.h"
#include "mesh/code.h"
#include "notice/notice.h"
#include "record/record.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define CITY STR("172065")
#define PORTAL STR("portal")
#define ORIGIN STR("https://portal.example")

struct world {
	struct nation *n;
	struct app app;
	struct org orgs[2];
	struct core_id who;
	struct person bank, her;   /* the verifier's node, her 署名用 certificate */
	struct str code;           /* hers at the authority */
	struct str mine;           /* hers at the portal */
};
static struct world w;

struct said {
	int status;
	const struct json *body;
};

/* ---- the world ---- */

static struct person issue(struct nation *n, enum profile_id p, struct key *key, struct str subject,
                           const char *host, int64_t now)
{
	struct person x = { .key = key };
	struct err err;
	struct str name = str_c(host);
	struct cert_request r = nation_request(n, p, key);
	r.subject = subject;
	if (host) {
		r.name = name;
		r.dns = &name;
		r.ndns = 1;
	}
	must_ok(trust_cert_issue(n->ca[profile_row(p)->ca], n->a, &r, now, &x.issued, &err), &err,
	        "issue");
	return x;
}

static void put_basic(bool protected, const char *address)
{
	struct err err;
	struct str id;
	struct json_object *o = json_object_new(w.n->a), *where = json_object_new(w.n->a);
	json_put_str(where, STR("text"), str_c(address));
	json_put_str(o, STR("name"), STR("加賀　花子"));
	json_put_str(o, STR("birth"), STR("1990-01-02"));
	json_put_str(o, STR("sex"), STR("female"));
	json_put_str(o, STR("status"), STR("resident"));
	json_put(o, STR("address"), json_object_done(where));
	json_put_bool(o, STR("protected"), protected);
	struct record_new r = { .org = CITY, .subject = code_of(w.app.codes, w.n->a, CITY, w.who),
		.dataset = STR("resident.basic"), .source = STR("test"), .valid_from = STR("2026-01-01"),
		.body = json_object_done(o), .single = true };
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(record_put(tx, w.n->a, &r, &id, &err), &err, "record");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static void open_app(struct nation *n)
{
	struct err err;
	const char *source = getenv("MUSUBI_SOURCE");
	w.orgs[0] = (struct org){ .id = PORTAL, .roles = STR("portal") };
	w.orgs[1] = (struct org){ .id = CITY, .roles = STR("municipality") };
	w.app = (struct app){ .arena = arena_new(0), .origin = ORIGIN, .store = n->s,
		.anchors = n->anchors, .norgs = 2, .orgs = w.orgs, .portal = PORTAL, .ca = STR("jlis"),
		.router = router_new() };
	must_ok(texts_load(arena_printf(n->a, "%s/web/text", source ? source : "."), &w.app.texts, &err),
	        &err, "texts");
	must_ok(codes_open(arena_printf(n->a, "%s/codes.key", test_dir()), &w.app.codes, &err), &err,
	        "codes");
	api_verifier_routes(&w.app);
}

static void accredit(const char *id, const char *host, int64_t limit)
{
	struct err err;
	struct verifier v = { .id = str_c(id), .host = str_c(host), .day_limit = limit,
		.name = { STR("試験銀行"), STR("Test Bank"), STR("{銀行|ぎんこう}") } };
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(verifier_add(tx, STR("jlis"), &v, &err), &err, "verifier");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static int setup(void **state)
{
	log_level_set(LOG_LEVEL_OFF);
	clock_set_for_test(NATION_NOW);
	trust_migrations();
	ident_migrations();
	record_migrations();
	notice_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct nation *n = w.n = nation_new(*state);
	open_app(n);
	w.who = core_id_new();
	w.code = code_of(w.app.codes, n->a, STR("jlis"), w.who);
	w.mine = code_of(w.app.codes, n->a, PORTAL, w.who);
	w.her = issue(n, PROFILE_CITIZEN_SIGN, nation_key(KEY_P256, 1), w.code, NULL, NATION_NOW);
	w.bank = issue(n, PROFILE_TLS_NODE, nation_key(KEY_P256, 2), STR("verifier-bank1"),
	               "bank.example", NATION_NOW);
	accredit("bank1", "bank.example", 50);
	put_basic(false, "石川県加賀市大聖寺南町ニ41番地");
	return 0;
}

static int teardown(void **state)
{
	struct test_store *t = w.n->t;
	router_free(w.app.router);
	texts_free(w.app.texts);
	codes_close(w.app.codes);
	arena_free(w.app.arena);
	nation_free(w.n);
	clock_set_for_test(CLOCK_REAL);
	*state = t;
	return test_store_teardown(state);
}

/* ---- asking ---- */

static struct said send(struct str cert, enum http_method m, const char *path, struct str query,
                        struct str body)
{
	struct err err;
	struct said s = { 0 };
	struct http_request q = { .method = m, .path = str_c(path), .query = query, .body = body,
		.tls = true, .client_cert = cert, .trace = STR("t"), .arena = w.n->a };
	struct http_response r = { .status = 200 };
	buf_init(&r.body, 1 << 20);
	api_verifier_serve(&w.app, &q, &r);
	s.status = r.status;
	must_ok(json_parse(w.n->a, arena_str(w.n->a, buf_str(&r.body)), &s.body, &err), &err, "answer");
	buf_done(&r.body);
	return s;
}

static struct said ask(const char *path, const char *fmt, ...) PRINTF(2, 3);
static struct said ask(const char *path, const char *fmt, ...)
{
	char text[16384];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert_true(n > 0 && (size_t)n < sizeof text);
	return send(w.bank.issued.der, HTTP_POST, path, STR(""), arena_str(w.n->a, str_of(text, (size_t)n)));
}

static bool is(struct said s, const char *member, const char *value)
{
	return str_eq(json_text(json_get(s.body, str_c(member))), str_c(value));
}

#define REFUSED(s, code, error) do { struct said s_ = (s); \
	if (s_.status != (code) || !is(s_, "error", error)) \
		fail_msg("%d %.*s", s_.status, STR_ARG(json_to_str(w.n->a, s_.body))); } while (0)

static size_t journaled(const char *event)
{
	const struct journal_row *rows;
	struct err err;
	size_t n, found = 0;
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(w.n->s, &db, &err), &err, "reader");
	must_ok(journal_of_subject(db, w.n->a, PORTAL, w.mine, 0, 100, &rows, &n, &err), &err, "journal");
	for (size_t i = 0; i < n; i++)
		found += str_eq(rows[i].event, str_c(event)) &&
		         str_eq(rows[i].actor, STR("verifier:bank1"));
	return found;
}

static void revoke(uint32_t serial, enum ca_kind kind, enum revoke_reason why)
{
	bool changed;
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke(tx, STR("jlis"), kind, serial, why, NATION_NOW, &changed, &err), &err,
	        "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static struct str allow(const char *scope)
{
	struct err err;
	struct said s = ask("/api/verifier/consents", "{\"serial\":\"%08X\",\"scope\":[\"%s\"],"
		"\"purpose\":\"口座の確認\",\"until\":\"2027-03-31\"}", w.her.issued.serial, scope);
	assert_int_equal(s.status, 202);
	struct str id = json_text(json_get(s.body, STR("consent")));
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(consent_answer(tx, PORTAL, w.mine, id, true, NATION_NOW, &err), &err, "answer");
	must_ok(store_commit(&tx, &err), &err, "commit");
	return id;
}

/* ---- who may ask ---- */

static void nobody_asks_without_a_good_certificate_of_a_verifier(void **state)
{
	(void)state;
	const char *path = "/api/verifier/certificate";
	struct str body = arena_printf(w.n->a, "{\"authority\":\"citizen-sign\",\"serial\":\"%08X\"}",
	                               w.her.issued.serial);
	struct person stranger = issue(w.n, PROFILE_TLS_NODE, nation_key(KEY_P256, 3), STR("x"),
	                               "other.example", NATION_NOW);
	REFUSED(send(STR(""), HTTP_POST, path, STR(""), body), 401, "verifier.certificate");
	REFUSED(send(STR("\x30\x00"), HTTP_POST, path, STR(""), body), 401, "verifier.certificate");
	REFUSED(send(w.her.issued.der, HTTP_POST, path, STR(""), body), 401, "verifier.certificate");
	REFUSED(send(stranger.issued.der, HTTP_POST, path, STR(""), body), 403, "verifier.unknown");
	assert_int_equal(send(w.bank.issued.der, HTTP_POST, path, STR(""), body).status, 200);
	revoke(w.bank.issued.serial, CA_GOVERNMENT, REVOKE_KEY_COMPROMISE);
	REFUSED(send(w.bank.issued.der, HTTP_POST, path, STR(""), body), 401, "verifier.certificate");
	assert_int_equal(journaled("verifier.certificate"), 1);
}

static void a_suspended_one_is_refused_at_once(void **state)
{
	struct err err;
	(void)state;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(verifier_suspend(tx, STR("jlis"), STR("bank1"), true, &err), &err, "suspend");
	must_ok(store_commit(&tx, &err), &err, "commit");
	REFUSED(ask("/api/verifier/certificate", "{}"), 403, "verifier.suspended");
}

static void the_listener_has_no_other_paths(void **state)
{
	(void)state;
	assert_int_equal(send(w.bank.issued.der, HTTP_GET, "/", STR(""), STR("")).status, 404);
	assert_int_equal(send(w.bank.issued.der, HTTP_GET, "/login", STR(""), STR("")).status, 404);
}

static void requests_are_strict(void **state)
{
	(void)state;
	const char *path = "/api/verifier/certificate", *bad[] = { "", "[]", "{\"serial\":1}",
		"{\"serial\":\"00000001\"}", "{\"authority\":\"citizen-sign\"}", "{\"x\":1}",
		"{\"certificate\":\"!\"}", "{\"authority\":\"x\",\"serial\":\"00000001\"}",
		"{\"authority\":\"citizen-sign\",\"serial\":\"0000000g\"}",
		"{\"authority\":\"citizen-sign\",\"serial\":\"1\"}",
		"{\"serial\":\"00000001\",\"serial\":\"00000001\",\"authority\":\"citizen-sign\"}",
		"{\"certificate\":\"AA==\",\"authority\":\"citizen-sign\",\"serial\":\"00000001\"}" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(send(w.bank.issued.der, HTTP_POST, path, STR(""), str_c(bad[i])), 400,
		        "verifier.request");
	REFUSED(send(w.bank.issued.der, HTTP_GET, "/api/verifier/events", STR("after=-1"), STR("")), 400,
	        "verifier.request");
}

static void the_days_limit_holds(void **state)
{
	(void)state;
	accredit("small", "small.example", 2);
	struct person small = issue(w.n, PROFILE_TLS_NODE, nation_key(KEY_P256, 4), STR("s"),
	                            "small.example", NATION_NOW);
	struct str body = STR("{\"authority\":\"citizen-sign\",\"serial\":\"00000000\"}");
	for (int i = 0; i < 2; i++)
		assert_int_equal(send(small.issued.der, HTTP_POST, "/api/verifier/certificate", STR(""),
		                      body).status, 200);
	REFUSED(send(small.issued.der, HTTP_POST, "/api/verifier/certificate", STR(""), body), 429,
	        "verifier.limit");
}

/* ---- certificate and signature ---- */

static void a_certificate_is_told_as_it_is_now(void **state)
{
	(void)state;
	struct said s = ask("/api/verifier/certificate", "{\"certificate\":\"%.*s\"}",
	                    STR_ARG(base64_encode(w.n->a, w.her.issued.der)));
	assert_int_equal(s.status, 200);
	assert_true(is(s, "verdict", "ok") && is(s, "status", "good") && is(s, "profile", "citizen-sign"));
	revoke(w.her.issued.serial, CA_CITIZEN_SIGN, REVOKE_AFFILIATION);
	s = ask("/api/verifier/certificate", "{\"authority\":\"citizen-sign\",\"serial\":\"%08X\"}",
	        w.her.issued.serial);
	assert_true(is(s, "status", "revoked") && is(s, "reason", "affiliationChanged"));
	s = ask("/api/verifier/certificate", "{\"authority\":\"citizen-sign\",\"serial\":\"7FFFFFFF\"}");
	assert_true(s.status == 200 && is(s, "status", "unknown"));
	s = ask("/api/verifier/certificate", "{\"certificate\":\"MAA=\"}");
	assert_true(s.status == 200 && is(s, "verdict", "malformed") && is(s, "status", "unknown"));
	assert_int_equal(journaled("verifier.certificate"), 2); /* she sees both, not the others */
}

static struct str signed_by(const struct person *p, struct str content)
{
	struct str cms;
	struct err err;
	struct cms_signer s = { .key = p->key, .cert = p->issued.der };
	must_ok(trust_cms_sign_detached(w.n->a, &s, &content, 1, NATION_NOW, &cms, &err), &err, "sign");
	return base64_encode(w.n->a, cms);
}

static void a_signature_holds_over_its_digest_only(void **state)
{
	(void)state;
	struct str cms = signed_by(&w.her, STR("契約書"));
	struct said s = ask("/api/verifier/signature", "{\"signature\":\"%.*s\",\"digest\":\"%.*s\"}",
	                    STR_ARG(cms), STR_ARG(sha256_hex(w.n->a, STR("契約書"))));
	assert_true(s.status == 200 && json_bool_or(json_get(s.body, STR("valid")), false));
	s = ask("/api/verifier/signature", "{\"signature\":\"%.*s\",\"digest\":\"%.*s\"}", STR_ARG(cms),
	        STR_ARG(sha256_hex(w.n->a, STR("別の契約書"))));
	assert_true(s.status == 200 && !json_bool_or(json_get(s.body, STR("valid")), true));
	assert_true(is(s, "verdict", "content_changed"));
	REFUSED(ask("/api/verifier/signature", "{\"signature\":\"%.*s\",\"digest\":\"\"}", STR_ARG(cms)),
	        400, "verifier.request");
	assert_int_equal(journaled("verifier.signature"), 2);
}

/* ---- consent ---- */

static void attributes_need_her_consent_and_end_with_it(void **state)
{
	(void)state;
	struct err err;
	REFUSED(ask("/api/verifier/attributes", "{\"serial\":\"%08X\"}", w.her.issued.serial), 403,
	        "consent.needed");
	assert_int_equal(journaled("verifier.attributes"), 0);
	struct str id = allow("attributes");
	revoke(w.her.issued.serial, CA_CITIZEN_SIGN, REVOKE_AFFILIATION); /* she moved */
	put_basic(false, "石川県加賀市山中温泉1番地");
	struct said s = ask("/api/verifier/attributes", "{\"serial\":\"%08X\"}", w.her.issued.serial);
	assert_int_equal(s.status, 200);
	assert_true(is(s, "name", "加賀　花子") && is(s, "birth", "1990-01-02"));
	assert_true(str_eq(json_text(json_path(s.body, STR("address.text"))),
	                   STR("石川県加賀市山中温泉1番地")));
	assert_int_equal(journaled("verifier.attributes"), 1);
	REFUSED(ask("/api/verifier/links", "{\"serial\":\"%08X\"}", w.her.issued.serial), 403,
	        "consent.needed"); /* another scope */
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(w.n->s, &tx, &err), &err, "begin");
	must_ok(consent_withdraw(tx, PORTAL, w.mine, id, NATION_NOW, &err), &err, "withdraw");
	must_ok(store_commit(&tx, &err), &err, "commit");
	REFUSED(ask("/api/verifier/attributes", "{\"serial\":\"%08X\"}", w.her.issued.serial), 403,
	        "consent.needed");
}

static void a_protected_persons_address_is_never_told(void **state)
{
	(void)state;
	allow("attributes");
	put_basic(true, "秘密の町1番地");
	struct said s = ask("/api/verifier/attributes", "{\"serial\":\"%08X\"}", w.her.issued.serial);
	assert_int_equal(s.status, 200);
	assert_true(json_is(json_get(s.body, STR("address")), JSON_NULL));
	assert_true(str_eq(json_text(json_at(json_get(s.body, STR("not_provided")), 0)), STR("address")));
	struct str all = json_to_str(w.n->a, s.body);
	assert_true(str_find(all, STR("秘密")) == STR_NONE);
	assert_true(str_find(all, STR("protected")) == STR_NONE); /* nor why */
}

static void another_verifier_has_nothing_of_it(void **state)
{
	(void)state;
	struct str id = allow("attributes");
	accredit("shop", "shop.example", 50);
	struct person shop = issue(w.n, PROFILE_TLS_NODE, nation_key(KEY_P256, 8), STR("s"),
	                           "shop.example", NATION_NOW);
	struct str serial = arena_printf(w.n->a, "{\"serial\":\"%08X\"}", w.her.issued.serial);
	REFUSED(send(shop.issued.der, HTTP_POST, "/api/verifier/attributes", STR(""), serial), 403,
	        "consent.needed");
	struct str body = arena_printf(w.n->a, "{\"serial\":\"%08X\",\"consent\":\"%.*s\"}",
	                               w.her.issued.serial, STR_ARG(id));
	REFUSED(send(shop.issued.der, HTTP_POST, "/api/verifier/consents/state", STR(""), body), 404,
	        "consent.none");
	struct said s = send(w.bank.issued.der, HTTP_POST, "/api/verifier/consents/state", STR(""), body);
	assert_true(s.status == 200 && is(s, "state", "given"));
}

static void the_next_certificate_is_told_with_consent(void **state)
{
	(void)state;
	allow("link");
	struct said s = ask("/api/verifier/links", "{\"serial\":\"%08X\"}", w.her.issued.serial);
	assert_true(s.status == 200 && !json_bool_or(json_get(s.body, STR("linked")), true));
	revoke(w.her.issued.serial, CA_CITIZEN_SIGN, REVOKE_SUPERSEDED);
	struct person next = issue(w.n, PROFILE_CITIZEN_SIGN, nation_key(KEY_P256, 6), w.code, NULL,
	                           NATION_NOW + CLOCK_SECOND);
	s = ask("/api/verifier/links", "{\"serial\":\"%08X\"}", w.her.issued.serial);
	assert_true(json_bool_or(json_get(s.body, STR("linked")), false));
	assert_true(str_eq(json_text(json_get(s.body, STR("serial"))),
	                   arena_printf(w.n->a, "%08X", next.issued.serial)));
}

/* ---- private ids ---- */

static struct str challenge(const char *id)
{
	struct said s = ask("/api/verifier/private-ids/challenge", "{\"id\":\"%s\"}", id);
	assert_int_equal(s.status, 200);
	return json_text(json_get(s.body, STR("challenge")));
}

static struct said tie(const struct person *p, const char *id, struct str c, struct str document)
{
	struct str cms = signed_by(p, document);
	return ask("/api/verifier/private-ids",
	           "{\"id\":\"%s\",\"challenge\":\"%.*s\",\"signature\":\"%.*s\"}", id, STR_ARG(c),
	           STR_ARG(cms));
}

static void an_id_is_tied_by_her_signature_and_told_of_the_end(void **state)
{
	(void)state;
	struct str c = challenge("u-1");
	struct str d = private_id_document(w.n->a, ORIGIN, STR("bank1"), STR("u-1"), c);
	struct str other = private_id_document(w.n->a, ORIGIN, STR("bank1"), STR("u-2"), c);
	REFUSED(tie(&w.her, "u-1", c, other), 403, "trust.verdict.content_changed");
	REFUSED(tie(&w.bank, "u-1", c, d), 403, "trust.verdict.wrong_profile");
	assert_int_equal(tie(&w.her, "u-1", c, d).status, 201);
	REFUSED(tie(&w.her, "u-1", c, d), 409, "private_id.challenge"); /* a replay */
	assert_int_equal(journaled("verifier.private_id"), 1);
	struct said s = send(w.bank.issued.der, HTTP_GET, "/api/verifier/events", STR(""), STR(""));
	assert_int_equal(json_len(json_get(s.body, STR("events"))), 0);
	revoke(w.her.issued.serial, CA_CITIZEN_SIGN, REVOKE_SUPERSEDED);
	s = send(w.bank.issued.der, HTTP_GET, "/api/verifier/events", STR("after=0"), STR(""));
	const struct json *e = json_at(json_get(s.body, STR("events")), 0);
	assert_true(str_eq(json_text(json_get(e, STR("event"))), STR("ended")));
	assert_true(str_eq(json_text(json_get(e, STR("id"))), STR("u-1")));
	s = send(w.bank.issued.der, HTTP_GET, "/api/verifier/events", STR("after=1"), STR(""));
	assert_int_equal(json_len(json_get(s.body, STR("events"))), 0);
}

static void it_is_tied_to_the_next_certificate_with_consent(void **state)
{
	(void)state;
	struct str c = challenge("u-1");
	struct str d = private_id_document(w.n->a, ORIGIN, STR("bank1"), STR("u-1"), c);
	assert_int_equal(tie(&w.her, "u-1", c, d).status, 201);
	revoke(w.her.issued.serial, CA_CITIZEN_SIGN, REVOKE_SUPERSEDED);
	REFUSED(ask("/api/verifier/private-ids/relink", "{\"id\":\"u-1\"}"), 403, "consent.needed");
	allow("link");
	REFUSED(ask("/api/verifier/private-ids/relink", "{\"id\":\"u-1\"}"), 404, "private_id.no_next");
	struct person next = issue(w.n, PROFILE_CITIZEN_SIGN, nation_key(KEY_P256, 7), w.code, NULL,
	                           NATION_NOW + CLOCK_SECOND);
	struct said s = ask("/api/verifier/private-ids/relink", "{\"id\":\"u-1\"}");
	assert_true(s.status == 200 && str_eq(json_text(json_get(s.body, STR("serial"))),
	                                      arena_printf(w.n->a, "%08X", next.issued.serial)));
	assert_int_equal(ask("/api/verifier/private-ids/forget", "{\"id\":\"u-1\"}").status, 200);
	REFUSED(ask("/api/verifier/private-ids/forget", "{\"id\":\"u-1\"}"), 404, "private_id.none");
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(nobody_asks_without_a_good_certificate_of_a_verifier),
		BOTH(a_suspended_one_is_refused_at_once),
		BOTH(the_listener_has_no_other_paths),
		BOTH(requests_are_strict),
		BOTH(the_days_limit_holds),
		BOTH(a_certificate_is_told_as_it_is_now),
		BOTH(a_signature_holds_over_its_digest_only),
		BOTH(attributes_need_her_consent_and_end_with_it),
		BOTH(a_protected_persons_address_is_never_told),
		BOTH(another_verifier_has_nothing_of_it),
		BOTH(the_next_certificate_is_told_with_consent),
		BOTH(an_id_is_tied_by_her_signature_and_told_of_the_end),
		BOTH(it_is_tied_to_the_next_certificate_with_consent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
