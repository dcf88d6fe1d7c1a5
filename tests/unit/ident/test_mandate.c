/* Mandates: who may act for a company, and everything that must not pass. */
#include "../trust/nation.h"

#include "base/clock.h"
#include "ident/ident.h"
#include "ident/mandate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PORTAL STR("portal")
#define COMPANY STR("7000012050002") /* check digit holds */
#define OTHER STR("2000012010019")
enum { ANNA, BEN, CARA, DAN, EVE, PEOPLE };
static const struct str codes[PEOPLE] = { STR_INIT("anna"), STR_INIT("ben"), STR_INIT("cara"),
	STR_INIT("dan"), STR_INIT("eve") };
static struct person firm, rival, people[PEOPLE];
static struct nation *n;

static struct person certify(enum profile_id p, size_t key, struct str subject, struct str number)
{
	struct err err;
	struct person x = { .key = nation_key(KEY_P256, key) };
	struct cert_request r = nation_request(n, p, x.key);
	r.subject = subject;
	if (number.n)
		r.organization_id = number;
	must_ok(trust_cert_issue(n->ca[profile_row(p)->ca], n->a, &r, NATION_NOW - CLOCK_DAY,
	                         &x.issued, &err), &err, "issue");
	return x;
}

static int setup(void **state)
{
	trust_migrations();
	ident_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	n = nation_new(*state);
	firm = certify(PROFILE_CORPORATE, 0, COMPANY, COMPANY);
	rival = certify(PROFILE_CORPORATE, 1, OTHER, OTHER);
	for (size_t i = 0; i < PEOPLE; i++)
		people[i] = certify(PROFILE_CITIZEN_SIGN, 8 + i, codes[i], STR(""));
	return 0;
}

static int teardown(void **state)
{
	struct test_store *t = n->t;
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

/* The house converts codes; here a person's code is the authority's. */
static struct result holder(void *ctx, struct db *db, struct arena *a, const struct cert *cert,
                            struct str *ret, struct err *err)
{
	struct cert_row row;
	uint32_t serial = 0;
	(void)ctx;
	for (size_t i = 0; i < cert->serial.n; i++)
		serial = serial << 8 | (unsigned char)cert->serial.p[i];
	TRY(trust_cert_find(db, a, STR("jlis"), CA_CITIZEN_SIGN, serial, &row, err));
	*ret = row.subject;
	return ok();
}

static struct mandate plain(struct str parent, int to, const char *action, bool may)
{
	struct mandate m = { .parent = parent, .company = COMPANY, .to = codes[to],
		.to_name = STR("委任を受ける人"), .nactions = 1, .actions = { str_c(action) },
		.from = NATION_NOW, .until = NATION_NOW + 30 * CLOCK_DAY, .may_delegate = may };
	return m;
}

static struct str signed_by(const struct person *p, struct str text)
{
	struct str cms;
	struct err err;
	struct cms_signer s = { .key = p->key, .cert = p->issued.der };
	must_ok(trust_cms_sign_detached(n->a, &s, &text, 1, NATION_NOW, &cms, &err), &err, "sign");
	return cms;
}

static struct result keep_text(struct str text, struct str cms, struct mandate *ret, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(n->s, &tx, err));
	struct trust_status_ctx status = { tx, STR("jlis") };
	struct verify_for f = { .anchors = n->anchors, .at = NATION_NOW,
		.status = trust_status_from_store, .status_ctx = &status };
	struct mandate_check c = { PORTAL, &f, holder, NULL };
	TRY(mandate_register(tx, n->a, &c, text, cms, ret, err));
	return store_commit(&tx, err);
}

static struct result keep(struct mandate *m, const struct person *signer, struct err *err)
{
	TRY(mandate_write(n->a, m, err));
	return keep_text(m->text, signed_by(signer, m->text), m, err);
}

static struct mandate kept(struct str parent, int to, const char *action, bool may,
                           const struct person *signer)
{
	struct err err;
	struct mandate m = plain(parent, to, action, may);
	must_ok(keep(&m, signer, &err), &err, "keep");
	return m;
}

static bool may_at(int who, const char *action, int64_t at)
{
	struct err err = { 0 };
	struct mandate m;
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	struct trust_status_ctx status = { db, STR("jlis") };
	struct verify_for f = { .anchors = n->anchors, .at = at, .status = trust_status_from_store,
	                        .status_ctx = &status };
	struct mandate_check c = { PORTAL, &f, holder, NULL };
	struct result r = mandate_may(db, n->a, &c, COMPANY, codes[who], str_c(action), &m, &err);
	if (is_err(r))
		assert_string_equal(err.code, "mandate.none");
	return is_ok(r);
}

static bool may(int who, const char *action)
{
	return may_at(who, action, NATION_NOW + CLOCK_DAY);
}

static void revoke(struct str id)
{
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(mandate_revoke(tx, PORTAL, COMPANY, id, NATION_NOW, &err), &err, "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

#define REFUSED(r, want) do { struct result r_ = (r); \
	if (is_ok(r_) || strcmp(err.code, want) != 0) \
		fail_msg("%s, not %s", is_ok(r_) ? "taken" : err.code, want); } while (0)

static void it_holds_for_who_what_and_when(void **state)
{
	(void)state;
	kept(STR(""), ANNA, "vehicle.register", false, &firm);
	assert_true(may(ANNA, "vehicle.register"));
	assert_false(may(ANNA, "vehicle.scrap"));
	assert_false(may(BEN, "vehicle.register"));
	assert_true(may_at(ANNA, "vehicle.register", NATION_NOW + 30 * CLOCK_DAY));
	assert_false(may_at(ANNA, "vehicle.register", NATION_NOW + 30 * CLOCK_DAY + 1));
	assert_false(may_at(ANNA, "vehicle.register", NATION_NOW - 1));
}

static void a_pattern_covers_its_words_only(void **state)
{
	(void)state;
	assert_true(mandate_covers(STR("vehicle.*"), STR("vehicle.register")));
	assert_true(mandate_covers(STR("vehicle.*"), STR("vehicle.sell.*")));
	assert_false(mandate_covers(STR("vehicle.*"), STR("vehicles.register")));
	assert_false(mandate_covers(STR("vehicle.*"), STR("vehicle.")));
	assert_false(mandate_covers(STR("vehicle.register"), STR("vehicle.*")));
	struct err err;
	const char *bad[] = { "*", "", "a..b", ".a", "a.", "a.*.b", "A.b", "a.b*", "a b" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct mandate m = plain(STR(""), ANNA, bad[i], false);
		REFUSED(mandate_write(n->a, &m, &err), "mandate.form");
	}
}

static void forged_ones_are_refused(void **state)
{
	(void)state;
	struct err err;
	struct mandate m = plain(STR(""), EVE, "vehicle.register", false), got;
	REFUSED(keep(&m, &rival, &err), "mandate.signer"); /* another company's certificate */
	REFUSED(keep(&m, &people[EVE], &err), "trust.verdict.wrong_profile");
	must_ok(mandate_write(n->a, &m, &err), &err, "write");
	struct str cms = signed_by(&firm, m.text);
	struct mandate wide = plain(STR(""), EVE, "vehicle.*", false);
	must_ok(mandate_write(n->a, &wide, &err), &err, "write");
	REFUSED(keep_text(wide.text, cms, &got, &err), "trust.verdict.content_changed");
	/* the same members, spelt otherwise */
	struct str loose = arena_join(n->a, m.text, STR(" "));
	REFUSED(keep_text(loose, signed_by(&firm, loose), &got, &err), "mandate.form");
	struct str other = arena_join(n->a, STR("musubi-application-v1\n"), str_from(m.text, 18));
	REFUSED(keep_text(other, signed_by(&firm, other), &got, &err), "mandate.form");
	assert_false(may(EVE, "vehicle.register"));
}

static void it_is_passed_on_within_its_bounds(void **state)
{
	(void)state;
	struct err err;
	struct mandate top = kept(STR(""), ANNA, "vehicle.*", true, &firm);
	kept(top.id, BEN, "vehicle.register", false, &people[ANNA]);
	assert_true(may(BEN, "vehicle.register"));
	assert_false(may(BEN, "vehicle.scrap"));
	struct mandate m = plain(top.id, CARA, "tax.file", false);
	REFUSED(keep(&m, &people[ANNA], &err), "mandate.wider");
	m = plain(top.id, CARA, "vehicle.scrap", false);
	m.until = top.until + 1;
	REFUSED(keep(&m, &people[ANNA], &err), "mandate.wider");
	m = plain(top.id, CARA, "vehicle.scrap", false);
	REFUSED(keep(&m, &people[EVE], &err), "mandate.signer"); /* not hers to pass on */
	m = plain(top.id, CARA, "vehicle.scrap", false);
	REFUSED(keep(&m, &firm, &err), "trust.verdict.wrong_profile");
}

static void what_may_not_be_passed_on_is_not(void **state)
{
	(void)state;
	struct err err;
	struct mandate top = kept(STR(""), ANNA, "vehicle.*", false, &firm);
	struct mandate m = plain(top.id, BEN, "vehicle.register", false);
	REFUSED(keep(&m, &people[ANNA], &err), "mandate.wider");
	m = plain(STR("0000000000000000000000000000000000000000000000000000000000000000"), BEN,
	          "vehicle.register", false);
	REFUSED(keep(&m, &people[ANNA], &err), "mandate.parent");
}

static void a_chain_is_bounded(void **state)
{
	(void)state;
	struct err err;
	struct mandate m = kept(STR(""), ANNA, "vehicle.*", true, &firm);
	m = kept(m.id, BEN, "vehicle.*", true, &people[ANNA]);
	m = kept(m.id, CARA, "vehicle.*", true, &people[BEN]);
	m = kept(m.id, DAN, "vehicle.*", true, &people[CARA]);
	assert_true(may(DAN, "vehicle.register"));
	struct mandate fifth = plain(m.id, EVE, "vehicle.*", false);
	REFUSED(keep(&fifth, &people[DAN], &err), "mandate.depth");
}

static void revoked_in_the_middle_ends_all_below(void **state)
{
	(void)state;
	struct err err;
	struct mandate top = kept(STR(""), ANNA, "vehicle.*", true, &firm);
	struct mandate mid = kept(top.id, BEN, "vehicle.*", true, &people[ANNA]);
	kept(mid.id, CARA, "vehicle.*", false, &people[BEN]);
	assert_true(may(CARA, "vehicle.register"));
	revoke(mid.id);
	assert_false(may(CARA, "vehicle.register"));
	assert_false(may(BEN, "vehicle.register"));
	assert_true(may(ANNA, "vehicle.register"));
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	REFUSED(mandate_revoke(tx, PORTAL, COMPANY, mid.id, NATION_NOW, &err), "mandate.ended");
	store_abort(&tx);
	struct mandate m = plain(mid.id, DAN, "vehicle.register", false);
	REFUSED(keep(&m, &people[BEN], &err), "mandate.ended");
}

static void the_companys_certificate_ends_them_all(void **state)
{
	(void)state;
	struct err err;
	bool changed;
	struct mandate top = kept(STR(""), ANNA, "vehicle.*", true, &firm);
	kept(top.id, BEN, "vehicle.register", false, &people[ANNA]);
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke(tx, STR("jlis"), CA_CORPORATE, firm.issued.serial,
	                          REVOKE_AFFILIATION, NATION_NOW, &changed, &err), &err, "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
	assert_false(may(ANNA, "vehicle.register"));
	assert_false(may(BEN, "vehicle.register"));
}

static void a_row_that_was_altered_gives_nothing(void **state)
{
	(void)state;
	struct mandate m = kept(STR(""), ANNA, "vehicle.register", false, &firm);
	assert_true(may(ANNA, "vehicle.register"));
	test_store_raw(n->t, "UPDATE mandate SET person = 'eve'");
	assert_false(may(ANNA, "vehicle.register"));
	assert_false(may(EVE, "vehicle.register")); /* the text says whom */
	assert_true(m.id.n == MANDATE_ID);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(it_holds_for_who_what_and_when),
		BOTH(a_pattern_covers_its_words_only),
		BOTH(forged_ones_are_refused),
		BOTH(it_is_passed_on_within_its_bounds),
		BOTH(what_may_not_be_passed_on_is_not),
		BOTH(a_chain_is_bounded),
		BOTH(revoked_in_the_middle_ends_all_below),
		BOTH(the_companys_certificate_ends_them_all),
		BOTH(a_row_that_was_altered_gives_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
