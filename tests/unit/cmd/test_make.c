/* A demo nation made in a folder, on both engines: what is in it holds. */
#include "../support/test_store.h"
#include "apply/case.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "card/wallet.h"
#include "cmd/demo_make.h"
#include "cmd/demo_personas.h"
#include "letter/verify.h"
#include "record/record.h"
#include "store/journal.h"
#include "trust/ca.h"
#include "trust/cms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { PEOPLE = 150, CASES = 24 };

struct made {
	struct arena *a;
	struct demo_plan plan;
	struct demo_loaded loaded;
	const struct json *all;
	struct node *node;
	struct str config;
	struct err err;
};

static void must(struct result r, const struct err *err, const char *what)
{
	if (is_err(r))
		fail_msg("%s: %s", what, err->what);
}

static void quiet(uint64_t people, uint64_t of)
{
	(void)people;
	(void)of;
}

static struct result make(struct made *m)
{
	return demo_make(m->a, &m->plan, quiet, &m->loaded, &m->all, &m->err);
}

/* One nation for each engine: the tests only look at it, but the last one. */
static struct made *nations[2];

static struct made *make_on(const char *engine)
{
	static unsigned number;
	struct made *m = mem_new(sizeof *m);
	m->a = arena_new(0);
	struct str dir = arena_printf(m->a, "%s/nation-%u", test_dir(), number++);
	m->plan = (struct demo_plan){ .dir = dir, .store = test_store_url(m->a, engine),
		.share = str_c(getenv("MUSUBI_SOURCE")), .people = PEOPLE, .seed = 5, .port = 8080, .cases = CASES,
		.today = jst_today() };
	must(make(m), &m->err, "make");
	m->config = file_join(m->a, dir, STR("musubi.yaml"));
	must(node_open_store(m->config, &m->node, &m->err), &m->err, "open");
	return m;
}

static int setup(void **state)
{
	const char *engine = *state;
	size_t which = str_eq(str_c(engine), STR("postgres"));
	if (!nations[which])
		nations[which] = make_on(engine);
	*state = nations[which];
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (!nations[i])
			continue;
		node_close(nations[i]->node);
		arena_free(nations[i]->a);
		mem_free(nations[i]);
	}
	return 0;
}

static const struct json *persona(struct made *m, const char *id)
{
	const struct json *list = json_get(m->all, STR("people"));
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), STR("id"))), str_c(id)))
			return json_at(list, i);
	fail_msg("no persona %s", id);
	return NULL;
}

static struct str text(const struct json *j, const char *key)
{
	return json_text(json_get(j, str_c(key)));
}

/* ---- records ---- */

static const struct record *basic(struct made *m, const char *id)
{
	const struct record *r;
	const struct json *p = persona(m, id);
	struct str code;
	STORE_READER_AUTO db = NULL;
	must(code_convert(m->node->app.codes, m->a, STR("jpki"), text(p, "code"), text(p, "city"),
	                  &code, &m->err), &m->err, "convert");
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	must(record_current(db, m->a, text(p, "city"), code, STR("resident.basic"), STR(""), &r,
	                    &m->err), &m->err, "record");
	assert_non_null(r);
	return r;
}

static void the_register_knows_the_holder_of_a_certificate(void **state)
{
	struct made *m = *state;
	const struct record *r = basic(m, "hanako");
	assert_true(str_eq(text(r->body, "name"), STR("加賀 花子")));
	assert_true(str_eq(text(r->body, "status"), STR("resident")));
	assert_true(str_eq(r->source, STR("住民基本台帳")));
	assert_true(str_eq(text(basic(m, "kenichi")->body, "status"), STR("moved_out")));
}

static void a_protected_address_does_not_come_out(void **state)
{
	struct made *m = *state;
	const struct record *r = basic(m, "megumi");
	assert_true(r->masked);
	assert_int_equal(text(r->body, "address").n, 0);
	assert_int_equal(text(r->body, "postal").n, 0);
	assert_true(text(basic(m, "hanako")->body, "address").n > 0);
}

static void as_many_people_as_asked_for(void **state)
{
	struct made *m = *state;
	assert_int_equal(m->loaded.people, PEOPLE);
	assert_int_equal(m->loaded.in_city[0] + m->loaded.in_city[1] + m->loaded.in_city[2], PEOPLE);
}

static void the_counter_finds_residents(void **state)
{
	struct made *m = *state;
	const struct record_hit *hits;
	size_t n;
	STORE_READER_AUTO db = NULL;
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	must(record_find_resident(db, m->a, STR("172065"), STR("ｶｶﾞ ﾊﾅ"), &hits, &n, &m->err),
	     &m->err, "find");
	assert_int_equal(n, 1);
	must(record_find_resident(db, m->a, STR("172065"), text(persona(m, "hanako"), "number"), &hits,
	                          &n, &m->err), &m->err, "find");
	assert_int_equal(n, 1);
	assert_true(str_eq(hits[0].name, STR("加賀 花子")));
	must(record_find_resident(db, m->a, STR("452025"), text(persona(m, "hanako"), "number"), &hits,
	                          &n, &m->err), &m->err, "find");
	assert_int_equal(n, 0);
}

static void the_journal_is_sound(void **state)
{
	struct made *m = *state;
	struct journal_verdict v;
	must(journal_verify(m->node->app.store, &v, &m->err), &m->err, "verify");
	assert_true(v.sound && v.signatures_checked && v.entries > 10);
}

/* ---- phones and certificates ---- */

static struct anchors *anchors(struct made *m)
{
	static const char *const names[] = { "ca-citizen-auth", "ca-citizen-sign", "ca-government" };
	struct anchors *t = anchors_new();
	for (size_t i = 0; i < 3; i++) {
		struct str der;
		must(node_cert(m->node, m->a, names[i], &der, &m->err), &m->err, names[i]);
		must(anchors_add(t, der, &m->err), &m->err, names[i]);
	}
	return t;
}

/* Signs with the phone's PIN or password and has it checked. */
static enum verdict signs(struct made *m, const char *id, enum wallet_use use)
{
	bool login = use == WALLET_LOGIN;
	enum document_kind kind = login ? DOCUMENT_LOGIN : DOCUMENT_APPLICATION;
	const struct json *p = persona(m, id);
	struct wallet *w;
	struct str document = trust_document(m->a, kind, STR("{}")), cms;
	enum wallet_verdict verdict;
	unsigned tries;
	int64_t now = clock_now_us();
	must(wallet_open(text(p, "wallet"), &w, &m->err), &m->err, "wallet");
	must(wallet_sign(w, m->a, use, text(p, login ? "pin" : "password"), document, now, &verdict,
	                 &tries, &cms, &m->err), &m->err, "sign");
	wallet_close(w);
	assert_int_equal(verdict, WALLET_OK);
	STORE_READER_AUTO db = NULL;
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	struct trust_status_ctx status = { db, STR("jpki") };
	struct anchors *t = anchors(m);
	struct verify_for f = { .anchors = t, .at = now, .status = trust_status_from_store,
	                        .status_ctx = &status };
	struct trust_verdict v;
	struct cms_signature sig;
	must(trust_verify_document(m->a, kind, cms, document, &f, &v, &sig, &m->err), &m->err, "verify");
	anchors_unref(t);
	return v.verdict;
}

static void phones_sign_and_hold(void **state)
{
	struct made *m = *state;
	assert_int_equal(signs(m, "hanako", WALLET_LOGIN), VERDICT_OK);
	assert_int_equal(signs(m, "hanako", WALLET_SIGN), VERDICT_OK);
	assert_int_equal(signs(m, "yoshiyuki", WALLET_SIGN), VERDICT_OK);
	assert_int_equal(signs(m, "hiroto", WALLET_SIGN), VERDICT_OK);
	assert_int_equal(signs(m, "aoi", WALLET_LOGIN), VERDICT_OK);
	assert_int_equal(signs(m, "lan", WALLET_LOGIN), VERDICT_OK);
}

static void revoked_and_expired_are_what_they_say(void **state)
{
	struct made *m = *state;
	assert_int_equal(signs(m, "osamu", WALLET_LOGIN), VERDICT_REVOKED);
	assert_int_equal(signs(m, "osamu", WALLET_SIGN), VERDICT_REVOKED);
	assert_int_equal(signs(m, "sachiko", WALLET_LOGIN), VERDICT_EXPIRED);
	assert_int_equal(signs(m, "sachiko", WALLET_SIGN), VERDICT_EXPIRED);
}

static void below_fifteen_there_is_nothing_to_sign_with(void **state)
{
	struct made *m = *state;
	struct wallet *w;
	must(wallet_open(text(persona(m, "aoi"), "wallet"), &w, &m->err), &m->err, "wallet");
	assert_int_equal(wallet_cert(w, m->a, WALLET_SIGN).n, 0);
	assert_true(wallet_cert(w, m->a, WALLET_LOGIN).n > 0);
	wallet_close(w);
}

static void the_bundle_loads_with_every_seal(void **state)
{
	struct made *m = *state;
	struct letter_trust t;
	struct anchors *set;
	struct str pem;
	must(file_read(m->a, node_path(m->node, "trust", STR("bundle"), ".pem"), 1 << 20, &pem,
	               &m->err), &m->err, "bundle");
	must(letter_trust_load(m->a, pem, &t, &set, &m->err), &m->err, "load");
	assert_int_equal(anchors_count(set), CA_COUNT);
	assert_int_equal(t.ncerts, DEMO_CITIES);
	anchors_unref(set);
}

static void officers_log_in(void **state)
{
	struct made *m = *state;
	const struct json *o = json_at(json_get(m->all, STR("officers")), 2);
	enum officer_verdict verdict;
	struct officer who;
	char code[TOTP_DIGITS + 1];
	int64_t now = clock_now_us();
	totp_code(demo_officer_totp(m->a, 0, 2), now / CLOCK_SECOND / TOTP_STEP_SECONDS, code);
	must(officer_login(m->node->app.store, m->a, text(o, "org"), text(o, "id"),
	                   text(o, "password"), str_c(code), secret_str(&m->node->app.officer_key), now,
	                   &verdict, &who, &m->err), &m->err, "login");
	assert_int_equal(verdict, OFFICER_OK);
	assert_true(str_eq(who.roles, STR("approver")));
}

/* ---- applications ---- */

static void holds(struct made *m, struct db *db, struct anchors *t, const struct apply_case *c)
{
	struct trust_status_ctx status = { db, STR("jpki") };
	struct verify_for f = { .anchors = t, .at = clock_now_us(), .status = trust_status_from_store,
	                        .status_ctx = &status };
	struct trust_verdict v;
	struct cms_signature sig;
	must(trust_verify_document(m->a, DOCUMENT_APPLICATION, c->cms, c->document, &f, &v, &sig,
	                           &m->err), &m->err, "verify");
	assert_int_equal(v.verdict, VERDICT_OK);
	assert_true(str_eq(sig.cert.holder.name, c->applicant_name));
}

/* Of every city, open or closed. */
static size_t cases(struct made *m, struct str state, struct apply_case *ret)
{
	size_t total = 0;
	STORE_READER_AUTO db = NULL;
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	for (size_t city = 0; city < DEMO_CITIES; city++) {
		const struct case_filter every = { .state = state, .limit = 200 };
		const struct apply_case *list;
		size_t n;
		must(case_queue(db, m->a, str_c(demo_city(city)->id), &every, clock_now_us(), &list, &n,
		                &m->err), &m->err, "queue");
		for (size_t i = 0; i < n; i++)
			must(case_load(db, m->a, list[i].org, list[i].id, &ret[total++], &m->err), &m->err,
			     "load");
	}
	return total;
}

static void applications_have_signatures_that_hold(void **state)
{
	struct made *m = *state;
	struct anchors *t = anchors(m);
	struct apply_case list[CASES];
	assert_int_equal(m->loaded.cases, CASES);
	size_t open = cases(m, STR(""), list), n = open + cases(m, STR("closed"), list + open);
	assert_int_equal(n, CASES);
	STORE_READER_AUTO db = NULL;
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	for (size_t i = 0; i < n; i++)
		holds(m, db, t, &list[i]);
	anchors_unref(t);
}

static void applications_stand_in_every_state(void **state)
{
	static const char *const states[] = { "received", "returned", "survey", "assessed", "withdrawn" };
	struct made *m = *state;
	struct apply_case list[CASES];
	size_t assigned = 0, decided = 0, proposed = 0;
	size_t open = cases(m, STR(""), list), n = open + cases(m, STR("closed"), list + open);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		size_t there = 0;
		for (size_t k = 0; k < n; k++)
			there += str_eq(list[k].state, str_c(states[i]));
		assert_true(there > 0);
	}
	for (size_t i = 0; i < n; i++) {
		assigned += list[i].assigned_to.n > 0;
		decided += list[i].decided_at > 0;
		proposed += list[i].proposed_by.n > 0;
		assert_true(list[i].entered_at >= list[i].submitted_at);
		assert_true(list[i].entered_at <= clock_now_us());
	}
	assert_true(open > 0 && assigned > 0 && decided > 0 && proposed > 0);
}

static void decided_applications_have_letters(void **state)
{
	struct made *m = *state;
	struct apply_case list[CASES];
	size_t n = cases(m, STR("closed"), list), letters = 0;
	STORE_READER_AUTO db = NULL;
	must(store_reader(m->node->app.store, &db, &m->err), &m->err, "reader");
	for (size_t i = 0; i < n; i++) {
		const struct letter_kept *kept;
		size_t count;
		must(letter_list_of(db, m->a, list[i].portal, list[i].portal_subject, &kept, &count,
		                    &m->err), &m->err, "letters");
		letters += count;
		for (size_t k = 0; k < count; k++)
			assert_true(str_eq(kept[k].case_id, list[i].id));
	}
	assert_true(letters > 0);
}

/* ---- the folder ---- */

static void secrets_are_for_the_owner_only(void **state)
{
	static const char *const files[] = { "musubi.yaml", "personas.json", "data/node.key",
		"data/codes.key", "data/keys/ca-citizen-sign.key", "phones/hanako/wallet.bin" };
	struct made *m = *state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct stat st;
		assert_int_equal(stat(arena_cstr(m->a, file_join(m->a, m->plan.dir, str_c(files[i]))), &st), 0);
		assert_int_equal(st.st_mode & 077, 0);
	}
}

static void a_second_nation_in_its_place_is_refused(void **state)
{
	struct made *m = *state;
	assert_int_equal(make(m).kind, ERR_CONFLICT);
	assert_string_equal(m->err.code, "cmd.demo.there");
	/* Another folder, the same database. */
	m->plan.dir = arena_printf(m->a, "%.*s-again", STR_ARG(m->plan.dir));
	assert_int_equal(make(m).kind, ERR_CONFLICT);
	assert_string_equal(m->err.code, "cmd.demo.store");
}

int main(void)
{
#define BOTH(f) \
	{ #f " on sqlite", f, setup, NULL, (void *)(uintptr_t)"sqlite" }, \
	{ #f " on postgres", f, setup, NULL, (void *)(uintptr_t)"postgres" }
#define LITE(f) { #f, f, setup, NULL, (void *)(uintptr_t)"sqlite" }
	const struct CMUnitTest tests[] = {
		BOTH(the_register_knows_the_holder_of_a_certificate),
		LITE(a_protected_address_does_not_come_out),
		LITE(as_many_people_as_asked_for),
		LITE(the_counter_finds_residents),
		BOTH(the_journal_is_sound),
		BOTH(phones_sign_and_hold),
		BOTH(revoked_and_expired_are_what_they_say),
		LITE(below_fifteen_there_is_nothing_to_sign_with),
		LITE(the_bundle_loads_with_every_seal),
		LITE(officers_log_in),
		BOTH(applications_have_signatures_that_hold),
		BOTH(applications_stand_in_every_state),
		BOTH(decided_applications_have_letters),
		LITE(secrets_are_for_the_owner_only),
		BOTH(a_second_nation_in_its_place_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, close_all);
}
