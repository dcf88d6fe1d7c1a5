/* Every indication of EN 319 102-1, each from certificates, CRLs, OCSP answers and time
 * stamps made for it. The signature itself is filled in as a reader would. */
#include "sign/validate.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "foreign.h"

#include "../support/asserts.h"

#define YEAR (365 * CLOCK_DAY)

static struct arena *a;
static struct party root, ca, tsa_ca, signer, unit, old_unit, responder, weak, other, tls;
static int64_t t0; /* 2024-01-01: certificates begin; the signer's ends after two years */
static struct str hash, anchors[1], stamp_anchors[1];

static int setup(void **state)
{
	(void)state;
	a = arena_new(512 << 20);
	t0 = jst_to_us((struct datetime){ .date = { 2024, 1, 1 } });
	party_make(a, &(struct party_options){ .name = "Root", .from = t0 - YEAR, .to = t0 + 20 * YEAR,
	           .ca = true }, &root);
	party_make(a, &(struct party_options){ .name = "Issuing", .issuer = &root, .from = t0 - YEAR,
	           .to = t0 + 15 * YEAR, .ca = true }, &ca);
	party_make(a, &(struct party_options){ .name = "Stamps", .from = t0 - YEAR,
	           .to = t0 + 20 * YEAR, .ca = true }, &tsa_ca);
	party_make(a, &(struct party_options){ .name = "結び 花子", .issuer = &ca, .from = t0,
	           .to = t0 + 2 * YEAR }, &signer);
	party_make(a, &(struct party_options){ .name = "Unit", .issuer = &tsa_ca, .from = t0 - YEAR,
	           .to = t0 + 12 * YEAR, .eku = "critical,timeStamping" }, &unit);
	party_make(a, &(struct party_options){ .name = "Old unit", .issuer = &tsa_ca,
	           .from = t0 - YEAR, .to = t0 + YEAR, .eku = "critical,timeStamping" }, &old_unit);
	party_make(a, &(struct party_options){ .name = "Responder", .issuer = &ca, .from = t0,
	           .to = t0 + 15 * YEAR, .eku = "OCSPSigning", .nocheck = true }, &responder);
	party_make(a, &(struct party_options){ .name = "Weak", .issuer = &ca, .from = t0,
	           .to = t0 + 2 * YEAR, .rsa_bits = 1024 }, &weak);
	party_make(a, &(struct party_options){ .name = "Nobody", .from = t0, .to = t0 + 2 * YEAR },
	           &other);
	party_make(a, &(struct party_options){ .name = "host", .issuer = &ca, .from = t0,
	           .to = t0 + 2 * YEAR, .ca = true }, &tls);
	hash = hash_of(a, STR("the signature value"));
	anchors[0] = root.der;
	stamp_anchors[0] = tsa_ca.der;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	struct party *all[] = { &root, &ca, &tsa_ca, &signer, &unit, &old_unit, &responder, &weak,
		                    &other, &tls };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		party_free(all[i]);
	arena_free(a);
	return 0;
}

/* ---- a world to change ---- */

struct world {
	struct ades_signature s;
	struct ades_object object;
	struct ades_stamp stamps[4];
	struct ades_file f;
	struct ades_trust trust;
};

static void add_crl(struct world *w, const struct party *issuer, int64_t from, int64_t days,
                    const struct party *revoked, int64_t revoked_at, int reason)
{
	w->f.values.crls[w->f.values.ncrls++] =
		crl_make(a, &(struct crl_options){ issuer, from, days ? from + days * CLOCK_DAY : 0, revoked,
		                                   revoked_at, reason });
}

/* Good at B level, all that is needed fresh at `at`. */
static struct world *world(int64_t at)
{
	struct world *w = ARENA_NEW(a, struct world);
	w->object = (struct ades_object){ .name = STR("letter.txt"), .found = true, .intact = true,
		.alg = sign_digest_of(DIGEST_SHA256) };
	w->s = (struct ades_signature){ .format = ADES_CADES, .level = ADES_B, .id = STR("S1"),
		.nobjects = 1, .objects = &w->object, .cert = signer.der, .cert_ref = CERT_REF_OK,
		.alg_known = true, .value_ok = true, .value = STR("the signature value"),
		.values = &w->f.values, .stamps = w->stamps };
	sign_alg_ours(SIG_ES256, &w->s.alg);
	w->f.n = 1;
	w->f.signatures = &w->s;
	w->f.values.certs[w->f.values.ncerts++] = ca.der;
	w->trust = (struct ades_trust){ .nanchors = 1, .anchors = anchors, .nstamp_anchors = 1,
		.stamp_anchors = stamp_anchors };
	if (at) {
		add_crl(w, &root, at - CLOCK_DAY, 30, NULL, 0, 0);
		add_crl(w, &ca, at - CLOCK_DAY, 30, NULL, 0, 0);
		add_crl(w, &tsa_ca, at - CLOCK_DAY, 30, NULL, 0, 0);
	}
	return w;
}

static void stamp(struct world *w, enum ades_stamp_kind kind, const struct party *by, int64_t at)
{
	w->stamps[w->s.nstamps] = (struct ades_stamp){ .kind = kind, .hash = hash,
		.token = stamp_make(a, by, &tsa_ca, hash, at), .alg = sign_digest_of(DIGEST_SHA256),
		.nstamps = w->s.nstamps };
	if (kind == STAMP_ARCHIVE) {
		w->stamps[w->s.nstamps].ncerts = w->f.values.ncerts;
		w->stamps[w->s.nstamps].ncrls = w->f.values.ncrls;
		w->stamps[w->s.nstamps].nocsps = w->f.values.nocsps;
	}
	w->s.nstamps++;
	w->s.level = kind == STAMP_ARCHIVE ? ADES_LTA : kind == STAMP_SIGNATURE ? ADES_T : w->s.level;
}

static const struct ades_result *run(struct world *w, int64_t at)
{
	const struct ades_result *r = NULL;
	assert_true(is_ok(ades_validate(a, &w->f, &w->trust, at, &r, NULL)));
	return r;
}

static void expect(struct world *w, int64_t at, enum ades_indication indication, enum ades_sub sub)
{
	const struct ades_result *r = run(w, at);
	if (r->sub != sub || r->indication != indication)
		for (size_t i = 0; i < r->nchecks; i++)
			print_message("%d %s %.*s\n", r->checks[i].state, r->checks[i].name,
			              STR_ARG(r->checks[i].detail));
	assert_string_equal(ades_sub_row(r->sub)->name, ades_sub_row(sub)->name);
	assert_int_equal(r->indication, indication);
}

static int64_t day(int64_t n)
{
	return t0 + n * CLOCK_DAY;
}

/* ---- what mathematics says ---- */

static void passes(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	const struct ades_result *r = run(w, day(100));
	assert_int_equal(r->chain.n, 3);
	assert_true(r->chain.trusted && str_eq(r->chain.certs[2], root.der));
	assert_true(str_eq(r->signer, STR("CN=結び 花子, O=試験")));
	assert_int_equal(r->level, ADES_B);
}

static void changed_content_fails_whoever_is_trusted(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->object.intact = false;
	expect(w, day(100), TOTAL_FAILED, SUB_HASH_FAILURE);
	w->trust.nanchors = 0;
	expect(w, day(100), TOTAL_FAILED, SUB_HASH_FAILURE);
}

static void changed_value_fails(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.value_ok = false;
	expect(w, day(100), TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE);
}

static void broken_form_fails(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.malformed = STR("RFC 5652 §5.3: no message-digest");
	expect(w, day(100), TOTAL_FAILED, SUB_FORMAT_FAILURE);
	struct ades_change change = { .kind = CHANGE_HIDDEN, .what_en = STR("an object is hidden") };
	w = world(day(100));
	w->s.nchanges = 1;
	w->s.changes = &change;
	expect(w, day(100), TOTAL_FAILED, SUB_FORMAT_FAILURE);
	change.allowed = true;
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
}

static void missing_content_is_told(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->object.found = w->object.intact = false;
	expect(w, day(100), INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND);
	w->s.value_ok = false;
	expect(w, day(100), TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE);
}

/* ---- who ---- */

static void substituted_or_missing_certificate(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.cert_ref = CERT_REF_MISMATCH;
	expect(w, day(100), INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
	w = world(day(100));
	w->s.cert = STR("");
	expect(w, day(100), INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
	w->s.cert = STR("not a certificate");
	expect(w, day(100), INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
}

static void without_a_chain(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.cert = other.der;
	expect(w, day(100), INDETERMINATE, SUB_NO_CERTIFICATE_CHAIN_FOUND);
	w = world(day(100));
	w->trust.nanchors = 0;
	expect(w, day(100), INDETERMINATE, SUB_NO_CERTIFICATE_CHAIN_FOUND);
	w = world(day(100));
	w->f.values.ncerts = 0;
	expect(w, day(100), INDETERMINATE, SUB_NO_CERTIFICATE_CHAIN_FOUND);
}

static void wrong_kind_of_certificate(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.cert = tls.der; /* may certify, not sign */
	expect(w, day(100), INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
	w = world(day(100));
	stamp(w, STAMP_SIGNATURE, &unit, day(50));
	w->trust.stamp_anchors = anchors; /* nobody believes this authority */
	assert_int_equal(run(w, day(100))->stamps[0].sub, SUB_NO_CERTIFICATE_CHAIN_FOUND);
	assert_int_equal(run(w, day(100))->level, ADES_B);
}

static void forged_path(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	BUF_AUTO b;
	buf_init(&b, signer.der.n);
	buf_add(&b, signer.der);
	b.p[b.n - 1] ^= 1; /* the authority's signature of the certificate */
	w->s.cert = buf_str(&b);
	expect(w, day(100), INDETERMINATE, SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE);
}

static void policy_and_critical_property(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.policy = STR("1.2.3.4.5");
	expect(w, day(100), INDETERMINATE, SUB_SIGNATURE_POLICY_NOT_AVAILABLE);
	w->s.policy_ok = true;
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	w->s.critical = STR("exp");
	expect(w, day(100), INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
}

/* ---- revocation ---- */

static void revoked_without_and_with_a_proof(void **state)
{
	(void)state;
	struct world *w = world(0);
	add_crl(w, &root, day(299), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(299), 30, NULL, 0, 0);
	add_crl(w, &ca, day(299), 30, &signer, day(200), 1);
	expect(w, day(300), INDETERMINATE, SUB_REVOKED_NO_POE);
	assert_int_equal(run(w, day(300))->revoked_at, day(200));
	assert_int_equal(run(w, day(300))->revoke_reason, 1);
	stamp(w, STAMP_SIGNATURE, &unit, day(250)); /* too late */
	expect(w, day(300), INDETERMINATE, SUB_REVOKED_NO_POE);
	w->s.nstamps = 0;
	stamp(w, STAMP_SIGNATURE, &unit, day(150)); /* before */
	expect(w, day(300), TOTAL_PASSED, SUB_NONE);
	assert_int_equal(run(w, day(300))->best_time, day(150));
	assert_int_equal(run(w, day(300))->level, ADES_T);
}

static void signed_after_revocation_for_certain(void **state)
{
	(void)state;
	struct world *w = world(0);
	add_crl(w, &root, day(299), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(299), 30, NULL, 0, 0);
	add_crl(w, &ca, day(299), 30, &signer, day(200), 4);
	stamp(w, STAMP_CONTENT, &unit, day(210));
	expect(w, day(300), TOTAL_FAILED, SUB_REVOKED);
}

static void revoked_authority(void **state)
{
	(void)state;
	struct world *w = world(0);
	add_crl(w, &root, day(299), 30, &ca, day(200), 2);
	add_crl(w, &ca, day(299), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(299), 30, NULL, 0, 0);
	expect(w, day(300), INDETERMINATE, SUB_REVOKED_CA_NO_POE);
	stamp(w, STAMP_SIGNATURE, &unit, day(150));
	expect(w, day(300), TOTAL_PASSED, SUB_NONE);
}

static void stale_or_no_revocation_data(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	expect(w, day(200), INDETERMINATE, SUB_TRY_LATER);
	w = world(0);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	w->trust.no_revocation = true;
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	/* the caller's own limit is stricter than the CRL's word */
	w = world(day(100));
	w->trust.fresh_us = CLOCK_HOUR;
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
}

static void a_crl_of_somebody_else_says_nothing(void **state)
{
	(void)state;
	struct world *w = world(0);
	struct party impostor;
	add_crl(w, &root, day(99), 30, NULL, 0, 0);
	party_make(a, &(struct party_options){ .name = "Issuing", .issuer = &root, .from = t0 - YEAR,
	           .to = t0 + 15 * YEAR, .ca = true }, &impostor); /* its name, another key */
	add_crl(w, &impostor, day(99), 30, NULL, 0, 0);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	party_free(&impostor);
}

static void held_is_try_later(void **state)
{
	(void)state;
	struct world *w = world(0);
	add_crl(w, &root, day(99), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(99), 30, NULL, 0, 0);
	add_crl(w, &ca, day(99), 30, &signer, day(90), 6);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	add_crl(w, &ca, day(100), 30, NULL, 0, 0); /* released */
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
}

static void ocsp_answers(void **state)
{
	(void)state;
	struct world *w = world(0);
	struct ocsp_options o = { .issuer = &ca, .responder = &responder, .subject = &signer,
		.from = day(99), .to = day(101) };
	add_crl(w, &root, day(99), 30, NULL, 0, 0);
	w->f.values.ocsps[w->f.values.nocsps++] = ocsp_make(a, &o);
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	o.responder = &ca; /* the authority itself */
	w->f.values.ocsps[0] = ocsp_make(a, &o);
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	o.responder = &signer; /* nobody made her a responder */
	w->f.values.ocsps[0] = ocsp_make(a, &o);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	o.responder = &responder;
	o.subject = &weak; /* about another */
	w->f.values.ocsps[0] = ocsp_make(a, &o);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	o.subject = &signer;
	o.unknown = true;
	w->f.values.ocsps[0] = ocsp_make(a, &o);
	expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	o.unknown = false;
	o.revoked_at = day(50);
	w->f.values.ocsps[0] = ocsp_make(a, &o);
	expect(w, day(100), INDETERMINATE, SUB_REVOKED_NO_POE);
	/* cut and changed answers: nothing believed, nothing broken */
	struct str good = w->f.values.ocsps[0];
	for (size_t n = 0; n < good.n; n += 11) {
		w->f.values.ocsps[0] = str_sub(good, 0, n);
		expect(w, day(100), INDETERMINATE, SUB_TRY_LATER);
	}
}

/* ---- validity ---- */

static void expired_with_and_without_a_time_stamp(void **state)
{
	(void)state;
	struct world *w = world(day(700)); /* CRLs from before the end */
	add_crl(w, &tsa_ca, day(799), 30, NULL, 0, 0);
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
	stamp(w, STAMP_SIGNATURE, &unit, day(699));
	expect(w, day(800), TOTAL_PASSED, SUB_NONE);
	w = world(0);
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NO_POE);
	/* a list from after the end may have forgotten her */
	w = world(day(800));
	stamp(w, STAMP_SIGNATURE, &unit, day(699));
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NO_POE);
}

static void signed_after_the_end_for_certain(void **state)
{
	(void)state;
	struct world *w = world(day(700));
	add_crl(w, &tsa_ca, day(799), 30, NULL, 0, 0);
	stamp(w, STAMP_CONTENT, &unit, day(760));
	expect(w, day(800), TOTAL_FAILED, SUB_EXPIRED);
}

static void before_the_certificate(void **state)
{
	(void)state;
	struct world *w = world(day(-10));
	expect(w, day(-10), INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
	stamp(w, STAMP_SIGNATURE, &unit, day(-11));
	w->f.values.ncrls = 0;
	add_crl(w, &root, day(709), 60, NULL, 0, 0);
	add_crl(w, &ca, day(709), 60, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(739), 30, NULL, 0, 0);
	expect(w, day(740), TOTAL_FAILED, SUB_NOT_YET_VALID);
}

/* ---- algorithms ---- */

static void weak_key_with_and_without_a_proof(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	w->s.cert = weak.der;
	sign_alg_ours(SIG_RS256, &w->s.alg);
	expect(w, day(100), INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
	w->s.alg_known = false;
	expect(w, day(100), INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE);
}

/* SHA-1 in 2005: proven then by a time stamp, not proven today. */
static void old_digest_with_and_without_a_proof(void **state)
{
	(void)state;
	struct party c, s, u;
	struct str own[1];
	int64_t then = jst_to_us((struct datetime){ .date = { 2005, 1, 1 } });
	party_make(a, &(struct party_options){ .name = "Old root", .from = then - YEAR,
	           .to = then + 30 * YEAR, .ca = true }, &c);
	party_make(a, &(struct party_options){ .name = "Old signer", .issuer = &c, .from = then,
	           .to = then + 30 * YEAR }, &s);
	party_make(a, &(struct party_options){ .name = "Old stamps", .issuer = &c, .from = then,
	           .to = then + 30 * YEAR, .eku = "critical,timeStamping" }, &u);
	struct world *w = world(0);
	int64_t now = jst_to_us((struct datetime){ .date = { 2026, 1, 1 } });
	own[0] = c.der;
	w->trust = (struct ades_trust){ .nanchors = 1, .anchors = own };
	add_crl(w, &c, now - CLOCK_DAY, 30, NULL, 0, 0);
	w->s.cert = s.der;
	w->object.alg = sign_digest_of(DIGEST_SHA1);
	w->s.alg.digest = sign_digest_of(DIGEST_SHA1);
	expect(w, now, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
	w->stamps[0] = (struct ades_stamp){ .kind = STAMP_SIGNATURE, .hash = hash,
		.token = stamp_make(a, &u, &c, hash, then + 30 * CLOCK_DAY),
		.alg = sign_digest_of(DIGEST_SHA256) };
	w->s.nstamps = 1;
	w->s.level = ADES_T;
	expect(w, now, TOTAL_PASSED, SUB_NONE);
	/* content time stamp of today: made with it today */
	w->stamps[0].kind = STAMP_CONTENT;
	w->stamps[0].token = stamp_make(a, &u, &c, hash, now - CLOCK_DAY);
	expect(w, now, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE);
	party_free(&c);
	party_free(&s);
	party_free(&u);
}

/* ---- time stamps ---- */

static void damaged_time_stamps_prove_nothing(void **state)
{
	(void)state;
	struct world *w = world(day(700));
	add_crl(w, &tsa_ca, day(799), 30, NULL, 0, 0);
	stamp(w, STAMP_SIGNATURE, &unit, day(699));
	w->stamps[0].hash = hash_of(a, STR("another value"));
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
	assert_int_equal(run(w, day(800))->stamps[0].sub, SUB_HASH_FAILURE);
	w->stamps[0].hash = hash;
	w->stamps[0].token = str_sub(w->stamps[0].token, 0, 100);
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
	assert_int_equal(run(w, day(800))->stamps[0].sub, SUB_FORMAT_FAILURE);
}

static void time_stamps_out_of_order(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	stamp(w, STAMP_CONTENT, &unit, day(90));
	stamp(w, STAMP_SIGNATURE, &unit, day(80));
	expect(w, day(100), INDETERMINATE, SUB_TIMESTAMP_ORDER_FAILURE);
	w = world(day(100));
	stamp(w, STAMP_SIGNATURE, &unit, day(90));
	stamp(w, STAMP_ARCHIVE, &unit, day(80));
	expect(w, day(100), INDETERMINATE, SUB_TIMESTAMP_ORDER_FAILURE);
	w = world(day(100));
	stamp(w, STAMP_CONTENT, &unit, day(70));
	stamp(w, STAMP_SIGNATURE, &unit, day(80));
	stamp(w, STAMP_ARCHIVE, &unit, day(90));
	expect(w, day(100), TOTAL_PASSED, SUB_NONE);
	assert_int_equal(run(w, day(100))->level, ADES_LTA);
}

/* The unit is revoked on day 60: what it stamped before stands only with a proof. */
static void revoked_unit(void **state)
{
	(void)state;
	struct world *w = world(0);
	add_crl(w, &root, day(700), 30, NULL, 0, 0);
	add_crl(w, &ca, day(700), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(299), 30, &old_unit, day(60), 1);
	stamp(w, STAMP_SIGNATURE, &old_unit, day(50));
	add_crl(w, &tsa_ca, day(799), 30, &old_unit, day(60), 1);
	expect(w, day(800), INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
	assert_int_equal(run(w, day(800))->stamps[0].sub, SUB_REVOKED_NO_POE);
	stamp(w, STAMP_ARCHIVE, &unit, day(55)); /* a stamp over it from before */
	expect(w, day(800), TOTAL_PASSED, SUB_NONE);
	assert_int_equal(run(w, day(800))->stamps[0].sub, SUB_NONE);
}

/* Twelve years on: signer, her authority's CRLs and the first unit are long gone; the
 * archive time stamps carry the proof. */
static void archive_chain(void **state)
{
	(void)state;
	struct world *w = world(0);
	stamp(w, STAMP_SIGNATURE, &old_unit, day(30));
	add_crl(w, &root, day(40), 30, NULL, 0, 0);
	add_crl(w, &ca, day(40), 30, NULL, 0, 0);
	add_crl(w, &tsa_ca, day(40), 30, NULL, 0, 0);
	stamp(w, STAMP_ARCHIVE, &unit, day(45));
	int64_t late = day(10 * 365);
	add_crl(w, &tsa_ca, late - CLOCK_DAY, 30, NULL, 0, 0);
	expect(w, late, TOTAL_PASSED, SUB_NONE);
	const struct ades_result *r = run(w, late);
	assert_int_equal(r->best_time, day(30));
	assert_int_equal(r->level, ADES_LTA);
	/* the newest unit must still be known to be good */
	w->f.values.ncrls--;
	expect(w, late, INDETERMINATE, SUB_OUT_OF_BOUNDS_NOT_REVOKED);
}

static void counter_signatures_have_a_verdict_of_their_own(void **state)
{
	(void)state;
	struct world *w = world(day(100));
	struct ades_signature counter = w->s;
	counter.value_ok = false;
	w->s.counters = &counter;
	w->s.ncounters = 1;
	const struct ades_result *r = run(w, day(100));
	assert_int_equal(r->indication, TOTAL_PASSED);
	assert_int_equal(r->ncounters, 1);
	assert_int_equal(r->counters[0].sub, SUB_SIG_CRYPTO_FAILURE);
}

static void every_indication_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < SUB_COUNT; i++) {
		const struct ades_sub_row *r = ades_sub_row((enum ades_sub)i);
		assert_true(r->name && r->ja && r->en && r->do_ja && r->do_en);
		assert_true(i == 0 || str_ends(str_c(r->uri), str_c(r->name)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes),
		cmocka_unit_test(changed_content_fails_whoever_is_trusted),
		cmocka_unit_test(changed_value_fails),
		cmocka_unit_test(broken_form_fails),
		cmocka_unit_test(missing_content_is_told),
		cmocka_unit_test(substituted_or_missing_certificate),
		cmocka_unit_test(without_a_chain),
		cmocka_unit_test(wrong_kind_of_certificate),
		cmocka_unit_test(forged_path),
		cmocka_unit_test(policy_and_critical_property),
		cmocka_unit_test(revoked_without_and_with_a_proof),
		cmocka_unit_test(signed_after_revocation_for_certain),
		cmocka_unit_test(revoked_authority),
		cmocka_unit_test(stale_or_no_revocation_data),
		cmocka_unit_test(a_crl_of_somebody_else_says_nothing),
		cmocka_unit_test(held_is_try_later),
		cmocka_unit_test(ocsp_answers),
		cmocka_unit_test(expired_with_and_without_a_time_stamp),
		cmocka_unit_test(signed_after_the_end_for_certain),
		cmocka_unit_test(before_the_certificate),
		cmocka_unit_test(weak_key_with_and_without_a_proof),
		cmocka_unit_test(old_digest_with_and_without_a_proof),
		cmocka_unit_test(damaged_time_stamps_prove_nothing),
		cmocka_unit_test(time_stamps_out_of_order),
		cmocka_unit_test(revoked_unit),
		cmocka_unit_test(archive_chain),
		cmocka_unit_test(counter_signatures_have_a_verdict_of_their_own),
		cmocka_unit_test(every_indication_has_words),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
