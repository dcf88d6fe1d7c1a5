/* Our CRLs read by our reader, whole and by parts; hostile ones refused; a
 * million entries in a moment. */
#include "nation.h"

#include "base/buf.h"
#include "base/clock.h"
#include "trust/crl.h"
#include "trust/x509.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static int setup(void **state)
{
	trust_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	*state = nation_new(*state);
	return 0;
}

static int teardown(void **state)
{
	struct nation *n = *state;
	struct test_store *t = n->t;
	nation_free(n);
	*state = t;
	return test_store_teardown(state);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static struct str octets(struct nation *n, uint32_t s)
{
	char b[4] = { (char)(s >> 24), (char)(s >> 16), (char)(s >> 8), (char)s };
	return arena_str(n->a, str_of(b, 4));
}

static void what_is_revoked_is_found_in_its_part_only(void **state)
{
	struct nation *n = *state;
	struct person p = nation_person(n, PROFILE_CITIZEN_SIGN, KEY_P256);
	struct ca *ca = n->ca[CA_CITIZEN_SIGN];
	struct str full, part, other;
	struct crl c;
	struct err err;
	bool changed;
	STORE_TX_AUTO tx = NULL;
	must_ok(trust_crl_make(ca, n->a, NATION_NOW, &full, &err), &err, "empty");
	must_ok(crl_parse(n->a, full, &c, &err), &err, "parse");
	assert_int_equal(c.n, 0);
	must_ok(store_begin(n->s, &tx, &err), &err, "begin");
	must_ok(trust_cert_revoke(tx, STR("jlis"), CA_CITIZEN_SIGN, p.issued.serial, REVOKE_AFFILIATION,
	                          NATION_NOW, &changed, &err), &err, "revoke");
	must_ok(store_commit(&tx, &err), &err, "commit");
	must_ok(trust_crl_make(ca, n->a, NATION_NOW, &full, &err), &err, "full");
	must_ok(trust_crl_make_shard(ca, n->a, STR("石川県/加賀市"), NATION_NOW, &part, &err), &err, "part");
	must_ok(trust_crl_make_shard(ca, n->a, STR("石川県/小松市"), NATION_NOW, &other, &err), &err, "part");
	must_ok(crl_parse(n->a, full, &c, &err), &err, "parse");
	const struct crl_entry *e = crl_find(&c, octets(n, p.issued.serial));
	assert_non_null(e);
	assert_int_equal(e->reason, REVOKE_AFFILIATION);
	assert_int_equal(e->at, NATION_NOW);
	assert_true(crl_verify(&c, trust_ca_key(ca)));
	assert_false(crl_verify(&c, p.key));
	must_ok(crl_parse(n->a, part, &c, &err), &err, "parse");
	assert_non_null(crl_find(&c, octets(n, p.issued.serial)));
	must_ok(crl_parse(n->a, other, &c, &err), &err, "parse");
	assert_null(crl_find(&c, octets(n, p.issued.serial)));
	for (size_t cut = 0; cut < full.n; cut += 3)
		assert_int_equal(crl_parse(n->a, str_of(full.p, cut), &c, &err).kind, ERR_INPUT);
}

static void a_million_entries_in_a_moment(void **state)
{
	struct nation *n = *state;
	enum { MANY = 1000000 };
	struct key *key = nation_key(KEY_P256, 0);
	ARENA_AUTO a = arena_new(256 << 20);
	BUF_AUTO b;
	struct der d;
	struct str der;
	struct crl c;
	struct err err;
	buf_init(&b, X509_BYTES_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 1);
	x509_put_sig_alg(&d, key_sig_of(key));
	x509_put_dn(&d, &ca_row(CA_GOVERNMENT)->dn);
	der_put_time(&d, NATION_NOW);
	der_put_time(&d, NATION_NOW + CLOCK_DAY);
	der_open(&d, DER_SEQ);
	for (uint32_t i = 0; i < MANY; i++) {
		der_open(&d, DER_SEQ);
		der_put_uint(&d, 0x01000000 + 3 * i);
		der_put_time(&d, NATION_NOW - i * CLOCK_SECOND);
		der_raw(&d, STR("\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x03"));
		der_close(&d);
	}
	der_close(&d);
	der_close(&d);
	must_ok(x509_sign(a, buf_str(&b), key, &der, &err), &err, "sign");
	int64_t before = clock_steady_us();
	must_ok(crl_parse(a, der, &c, &err), &err, "parse");
	int64_t took = clock_steady_us() - before;
	printf("%d entries, %zu bytes: %lld us\n", MANY, der.n, (long long)took);
	assert_int_equal(c.n, MANY);
	assert_true(c.sorted);
	assert_non_null(crl_find(&c, octets(n, 0x01000000 + 3 * 777777)));
	assert_null(crl_find(&c, octets(n, 0x01000000 + 3 * 777777 + 1)));
	assert_int_equal(c.entries[MANY - 1].reason, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(what_is_revoked_is_found_in_its_part_only),
		{ "a_million_entries_in_a_moment", a_million_entries_in_a_moment, setup, teardown,
		  (void *)"sqlite" },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
