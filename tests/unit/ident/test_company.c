/* Companies: two persons decide, and certificates follow the register. */
#include "../trust/nation.h"

#include "base/clock.h"
#include "ident/company.h"
#include "ident/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define REGISTRAR STR("houmu")
#define NUMBER STR("7000012050002")
static struct nation *n;

static int setup(void **state)
{
	trust_migrations();
	ident_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	n = nation_new(*state);
	return 0;
}

static int teardown(void **state)
{
	struct test_store *t = n->t;
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

static struct company_ask step(enum company_step s)
{
	return (struct company_ask){ .step = s, .proposed_by = STR("clerk"),
		.company = { .number = NUMBER, .name = STR("試験株式会社"),
			.office = STR("石川県加賀市大聖寺南町ニ41番地"), .representative = STR("代表取締役　加賀太郎") } };
}

static struct result propose(const struct company_ask *x, struct str *ret, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(n->s, &tx, err));
	TRY(company_propose(tx, n->a, REGISTRAR, x, NATION_NOW, ret, err));
	return store_commit(&tx, err);
}

static struct result decide(struct str id, const char *officer, bool approve, struct str *der,
                            struct err *err)
{
	return company_decide(n->s, n->ca[CA_CORPORATE], n->a, REGISTRAR, id, str_c(officer), approve,
	                      NATION_NOW, der, err);
}

static struct str done(struct company_ask x)
{
	struct err err;
	struct str id, der;
	must_ok(propose(&x, &id, &err), &err, "propose");
	must_ok(decide(id, "chief", true, &der, &err), &err, "decide");
	return der;
}

static struct str certified(size_t key)
{
	struct err err;
	struct company_ask x = step(COMPANY_CERTIFY);
	must_ok(trust_csr_make(n->a, nation_key(KEY_P256, key), &x.csr, &err), &err, "csr");
	return done(x);
}

static size_t good(void)
{
	const struct cert_row *rows;
	size_t count, found = 0;
	struct err err;
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(n->s, &db, &err), &err, "reader");
	must_ok(trust_certs_of_subject(db, n->a, STR("jlis"), NUMBER, &rows, &count, &err), &err, "list");
	for (size_t i = 0; i < count; i++)
		found += rows[i].state.status == STATUS_GOOD;
	return found;
}

#define REFUSED(r, want) do { struct result r_ = (r); \
	if (is_ok(r_) || strcmp(err.code, want) != 0) \
		fail_msg("%s, not %s", is_ok(r_) ? "taken" : err.code, want); } while (0)

static void two_persons_and_no_third_time(void **state)
{
	struct err err;
	struct str id, der;
	struct company_ask x = step(COMPANY_REGISTER);
	(void)state;
	must_ok(propose(&x, &id, &err), &err, "propose");
	REFUSED(decide(id, "clerk", true, &der, &err), "company.second_person");
	must_ok(decide(id, "chief", true, &der, &err), &err, "decide");
	REFUSED(decide(id, "chief", true, &der, &err), "company.decided");
	REFUSED(decide(STR("00"), "chief", true, &der, &err), "company.none");
	REFUSED(propose(&x, &id, &err), "company.exists");
}

static void what_is_no_company_is_refused(void **state)
{
	struct err err;
	struct str id;
	struct company_ask x = step(COMPANY_REGISTER);
	(void)state;
	x.company.number = STR("7000012050003");
	REFUSED(propose(&x, &id, &err), "company.number");
	x = step(COMPANY_REGISTER);
	x.company.name = STR("二行の\n会社");
	REFUSED(propose(&x, &id, &err), "company.text");
	x = step(COMPANY_CERTIFY);
	x.csr = STR("no request");
	REFUSED(propose(&x, &id, &err), "company.csr");
	must_ok(trust_csr_make(n->a, nation_key(KEY_P256, 1), &x.csr, &err), &err, "csr");
	REFUSED(propose(&x, &id, &err), "company.none");
}

static void the_certificate_says_what_the_register_says(void **state)
{
	struct err err;
	struct cert c;
	(void)state;
	done(step(COMPANY_REGISTER));
	struct str der = certified(1);
	must_ok(cert_parse(n->a, der, &c, &err), &err, "certificate");
	assert_true(str_eq(dn_get(&c.subject, DN_ORG_ID), STR("NTRJP-7000012050002")));
	assert_true(str_eq(dn_get(&c.subject, DN_O), STR("試験株式会社")));
	assert_true(str_eq(dn_get(&c.subject, DN_CN), STR("代表取締役　加賀太郎")));
	assert_int_equal(good(), 1);
}

static void a_new_representative_ends_them(void **state)
{
	struct company_ask x = step(COMPANY_CHANGE);
	(void)state;
	done(step(COMPANY_REGISTER));
	certified(1);
	certified(2);
	assert_int_equal(good(), 2);
	x.company.representative = STR("代表取締役　加賀次郎");
	done(x);
	assert_int_equal(good(), 0);
	certified(3);
	assert_int_equal(good(), 1);
}

static void a_closed_company_gets_none_again(void **state)
{
	struct err err;
	struct str id;
	struct company_ask x = step(COMPANY_CERTIFY);
	(void)state;
	done(step(COMPANY_REGISTER));
	certified(1);
	done(step(COMPANY_CLOSE));
	assert_int_equal(good(), 0);
	must_ok(trust_csr_make(n->a, nation_key(KEY_P256, 2), &x.csr, &err), &err, "csr");
	REFUSED(propose(&x, &id, &err), "company.closed");
}

static void closed_while_a_certificate_waits(void **state)
{
	struct err err;
	struct str id, der = STR("untouched");
	struct company_ask x = step(COMPANY_CERTIFY);
	(void)state;
	done(step(COMPANY_REGISTER));
	must_ok(trust_csr_make(n->a, nation_key(KEY_P256, 1), &x.csr, &err), &err, "csr");
	must_ok(propose(&x, &id, &err), &err, "propose");
	done(step(COMPANY_CLOSE));
	REFUSED(decide(id, "chief", true, &der, &err), "company.closed");
	assert_true(str_eq(der, STR("untouched")));
	must_ok(decide(id, "chief", false, &der, &err), &err, "decline");
	assert_int_equal(good(), 0);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(two_persons_and_no_third_time),
		BOTH(what_is_no_company_is_refused),
		BOTH(the_certificate_says_what_the_register_says),
		BOTH(a_new_representative_ends_them),
		BOTH(a_closed_company_gets_none_again),
		BOTH(closed_while_a_certificate_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
