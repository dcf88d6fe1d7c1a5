/* The two plain questions: a certificate, a signature. The answer is a verdict,
 * not an error: a revoked certificate is a 200 that says so. */
#include "api/verifier.h"

#include "base/calendar.h"
#include "base/encode.h"
#include "trust/cms.h"

#define ASKED_PROFILES (PROFILE_BIT(PROFILE_CITIZEN_AUTH) | PROFILE_BIT(PROFILE_CITIZEN_SIGN) | \
	PROFILE_BIT(PROFILE_CITIZEN_AUTH_PHONE) | PROFILE_BIT(PROFILE_CITIZEN_SIGN_PHONE) | \
	PROFILE_BIT(PROFILE_CORPORATE) | PROFILE_BIT(PROFILE_SEAL))
#define SIGNING_PROFILES (PROFILE_BIT(PROFILE_CITIZEN_SIGN) | \
	PROFILE_BIT(PROFILE_CITIZEN_SIGN_PHONE) | PROFILE_BIT(PROFILE_CORPORATE) | \
	PROFILE_BIT(PROFILE_SEAL))

static void put_time(struct verifier_call *c, const char *name, int64_t us)
{
	json_put_str(c->answer, str_c(name), time_format(c->v->a, us));
}

static void put_state(struct verifier_call *c, const struct cert_state *s, bool over)
{
	static const char *const names[] = { [STATUS_GOOD] = "good", [STATUS_REVOKED] = "revoked",
	                                     [STATUS_UNKNOWN] = "unknown" };
	bool hold = s->status == STATUS_REVOKED && s->reason == REVOKE_HOLD;
	json_put_str(c->answer, STR("status"), hold ? STR("held")
	             : s->status == STATUS_GOOD && over ? STR("expired") : str_c(names[s->status]));
	if (s->status == STATUS_REVOKED) {
		json_put_str(c->answer, STR("reason"), str_c(revoke_reason_name(s->reason)));
		put_time(c, "since", s->at);
	}
	put_time(c, "checked", c->v->now);
}

void verifier_put_row(struct verifier_call *c, const struct cert_row *row)
{
	json_put_str(c->answer, STR("serial"), arena_printf(c->v->a, "%08X", row->serial));
	json_put_str(c->answer, STR("profile"), row->profile);
	put_time(c, "not_before", row->not_before);
	put_time(c, "not_after", row->not_after);
	put_state(c, &row->state, c->v->now > row->not_after);
}

static bool is_citizens(enum ca_kind kind)
{
	return kind == CA_CITIZEN_AUTH || kind == CA_CITIZEN_SIGN;
}

/* Whose: where it is a person's, she will see that it was asked about. */
static struct result concerns(struct verifier_call *c, enum ca_kind kind,
                              const struct cert_row *row, struct err *err)
{
	struct app *app = c->v->app;
	c->object = arena_printf(c->v->a, "%08X", row->serial);
	if (!is_citizens(kind))
		return ok();
	return code_convert(app->codes, c->v->a, app->ca, row->subject, app->portal, &c->subject, err);
}

static uint32_t serial_of(const struct cert *cert)
{
	uint32_t n = 0;
	for (size_t i = 0; i < cert->serial.n; i++)
		n = n << 8 | (unsigned char)cert->serial.p[i];
	return n;
}

/* The row behind a certificate that was sent whole: the very same bytes. */
static struct result row_of(struct verifier_call *c, struct db *db, const struct cert *cert,
                            enum ca_kind *ret_kind, struct cert_row *ret, bool *ret_found,
                            struct err *err)
{
	*ret_found = false;
	for (int k = 0; k < CA_COUNT && cert->serial.n <= sizeof(uint32_t); k++) {
		struct cert_row row;
		struct result r = trust_cert_find(db, c->v->a, c->v->app->ca, (enum ca_kind)k,
		                                  serial_of(cert), &row, err);
		if (r.kind == ERR_NOT_FOUND)
			continue;
		TRY(r);
		if (!str_eq(row.der, cert->der))
			continue;
		*ret = row;
		*ret_kind = (enum ca_kind)k;
		*ret_found = true;
		return ok();
	}
	return ok();
}

static void put_verdict(struct verifier_call *c, const struct trust_verdict *verdict)
{
	json_put_str(c->answer, STR("verdict"), str_c(verdict_row(verdict->verdict)->name));
	if (verdict->clause)
		json_put_str(c->answer, STR("clause"), str_c(verdict->clause));
}

/* ---- a certificate ---- */

static struct result by_serial(struct verifier_call *c, struct db *db, struct err *err)
{
	enum ca_kind kind;
	uint32_t serial;
	struct cert_row row;
	if (!ca_kind_parse(verifier_member(c, "authority"), &kind))
		return fail(err, ERR_INPUT, "verifier.request", NULL, "no such authority");
	TRY(verifier_serial(verifier_member(c, "serial"), &serial, err));
	struct result r = trust_cert_find(db, c->v->a, c->v->app->ca, kind, serial, &row, err);
	if (r.kind == ERR_NOT_FOUND) {
		put_state(c, &(struct cert_state){ .status = STATUS_UNKNOWN }, false);
		return ok();
	}
	TRY(r);
	verifier_put_row(c, &row);
	return concerns(c, kind, &row, err);
}

static struct result by_bytes(struct verifier_call *c, struct db *db, struct err *err)
{
	struct str der;
	struct cert cert = { 0 };
	struct cert_row row;
	enum ca_kind kind;
	bool found = false;
	struct trust_verdict verdict;
	struct trust_status_ctx status = { db, c->v->app->ca };
	const struct verify_for f = { .anchors = c->v->app->anchors, .at = c->v->now,
		.profiles = ASKED_PROFILES, .status = trust_status_from_store, .status_ctx = &status };
	TRY(verifier_bytes(c, "certificate", &der, err));
	TRY(trust_cert_verify(c->v->a, der, NULL, 0, &f, &verdict, &cert, err));
	if (cert.der.n)
		TRY(row_of(c, db, &cert, &kind, &row, &found, err));
	put_verdict(c, &verdict);
	if (!found) {
		put_state(c, &(struct cert_state){ .status = STATUS_UNKNOWN }, false);
		return ok();
	}
	verifier_put_row(c, &row);
	return concerns(c, kind, &row, err);
}

struct result verifier_certificate(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = {
		{ "certificate", JSON_STRING, false, CERT_BYTES_MAX * 4 / 3 + 4 },
		{ "authority", JSON_STRING, false, 32 }, { "serial", JSON_STRING, false, 8 },
	};
	struct verifier_call c;
	TRY(verifier_read(v, ASK_CERTIFICATE, fields, 3, &c, err));
	bool whole = verifier_has(&c, "certificate");
	if (whole == (verifier_has(&c, "serial") && verifier_has(&c, "authority")) ||
	    verifier_has(&c, "serial") != verifier_has(&c, "authority"))
		return fail(err, ERR_INPUT, "verifier.request", NULL,
		            "either certificate, or authority and serial");
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(whole ? by_bytes(&c, db, err) : by_serial(&c, db, err));
	store_reader_done(&db);
	TRY(verifier_noted(&c, err));
	return verifier_send(&c, 200);
}

/* ---- a signature ---- */

struct result verifier_signature(struct visit *v, struct err *err)
{
	static const struct verifier_field fields[] = {
		{ "signature", JSON_STRING, true, CMS_BYTES_MAX * 4 / 3 + 4 },
		{ "digest", JSON_STRING, true, 2 * DIGEST_SIZE_MAX },
	};
	struct verifier_call c;
	struct str cms, digest;
	struct trust_verdict verdict;
	struct cms_signature sig = { 0 };
	struct cert_row row;
	enum ca_kind kind;
	bool found = false;
	TRY(verifier_read(v, ASK_SIGNATURE, fields, 2, &c, err));
	TRY(verifier_bytes(&c, "signature", &cms, err));
	if (is_err(hex_decode(v->a, verifier_member(&c, "digest"), &digest, NULL)) || digest.n < 32)
		return fail(err, ERR_INPUT, "verifier.request", NULL, "a digest is 64 hex digits or more");
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	struct trust_status_ctx status = { db, v->app->ca };
	const struct verify_for f = { .anchors = v->app->anchors, .at = v->now,
		.profiles = SIGNING_PROFILES, .status = trust_status_from_store, .status_ctx = &status };
	TRY(trust_cms_verify_digest(v->a, cms, digest, &f, &verdict, &sig, err));
	put_verdict(&c, &verdict);
	json_put_bool(c.answer, STR("valid"), verdict.verdict == VERDICT_OK);
	if (sig.cert.der.n)
		TRY(row_of(&c, db, &sig.cert, &kind, &row, &found, err));
	if (found) {
		verifier_put_row(&c, &row);
		TRY(concerns(&c, kind, &row, err));
	}
	store_reader_done(&db);
	TRY(verifier_noted(&c, err));
	return verifier_send(&c, 200);
}
