/* See company.h. A certificate is prepared before the lane is entered (it is
 * signed there) and recorded in the transaction of the decision; what was proposed
 * is read again inside it, so two deciders cannot both be the one. */
#include "base/check_digit.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "ident/company.h"
#include "store/journal.h"

/* ---- the register ---- */

static struct result find(struct db *db, struct arena *a, struct str org, struct str number,
                          bool *ret_found, struct company *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT number, name, office, representative, closed, changed_at FROM company"
		" WHERE org = ? AND number = ?", BINDS(B_TEXT(org), B_TEXT(number)), &r, err));
	*ret_found = r.n > 0;
	if (r.n)
		*ret = (struct company){ rows_text(&r, 0, 0), rows_text(&r, 0, 1), rows_text(&r, 0, 2),
			rows_text(&r, 0, 3), rows_int(&r, 0, 4) != 0, rows_int(&r, 0, 5) };
	return ok();
}

struct result company_find(struct db *db, struct arena *a, struct str org, struct str number,
                           struct company *ret, struct err *err)
{
	bool found;
	TRY(find(db, a, org, number, &found, ret, err));
	return found ? ok() : fail(err, ERR_NOT_FOUND, "company.none", NULL, "no such company");
}

static struct result put(struct db *tx, struct str org, const struct company *c, bool closed,
                         int64_t now, struct err *err)
{
	return db_exec(tx,
		"INSERT INTO company (org, number, name, office, representative, closed, changed_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, number) DO UPDATE SET"
		" name = excluded.name, office = excluded.office,"
		" representative = excluded.representative, closed = excluded.closed,"
		" changed_at = excluded.changed_at",
		BINDS(B_TEXT(org), B_TEXT(c->number), B_TEXT(c->name), B_TEXT(c->office),
		      B_TEXT(c->representative), B_INT(closed), B_INT(now)), NULL, err);
}

/* ---- proposing ---- */

static bool line_fits(struct str s)
{
	return s.n && text_fits(s, COMPANY_TEXT_MAX) && !text_has_control_line(s) &&
	       str_find_char(s, '\n') == STR_NONE;
}

static struct result form(const struct company_ask *x, struct err *err)
{
	bool words = x->step == COMPANY_REGISTER || x->step == COMPANY_CHANGE;
	if (x->step < COMPANY_REGISTER || x->step > COMPANY_CLOSE || x->proposed_by.n == 0)
		return fail(err, ERR_INPUT, "company.text", NULL, "no step, or nobody's");
	if (!corporate_number_check(x->company.number))
		return fail(err, ERR_INPUT, "company.number", NULL, "the check digit does not hold");
	if (words && (!line_fits(x->company.name) || !line_fits(x->company.office) ||
	              !line_fits(x->company.representative)))
		return fail(err, ERR_INPUT, "company.text", NULL, "name, office, representative: a line each");
	if (x->step == COMPANY_CERTIFY) {
		struct key *key;
		if (x->csr.n == 0 || x->csr.n > COMPANY_CSR_MAX || is_err(trust_csr_open(x->csr, &key, NULL)))
			return fail(err, ERR_INPUT, "company.csr", "RFC 2986", "no request that holds");
		key_unref(key);
	}
	return ok();
}

/* Asked when it is proposed and again when it is decided. */
static struct result possible(struct db *db, struct arena *a, struct str org,
                              const struct company_ask *x, struct company *ret, struct err *err)
{
	bool found;
	TRY(find(db, a, org, x->company.number, &found, ret, err));
	if (x->step == COMPANY_REGISTER)
		return found ? fail(err, ERR_CONFLICT, "company.exists", NULL, "registered already") : ok();
	if (!found)
		return fail(err, ERR_NOT_FOUND, "company.none", NULL, "no such company");
	if (ret->closed)
		return fail(err, ERR_CONFLICT, "company.closed", NULL, "the company is closed");
	return ok();
}

struct result company_csr_read(struct arena *a, struct str text, struct str *ret,
                               struct err *err)
{
	static const struct str begin = STR_INIT("-----BEGIN CERTIFICATE REQUEST-----"),
		end = STR_INIT("-----END CERTIFICATE REQUEST-----");
	size_t from = str_find(text, begin), to = str_find(text, end);
	BUF_AUTO b;
	buf_init(&b, 2 * COMPANY_CSR_MAX);
	if (from == STR_NONE || to == STR_NONE || to < from + begin.n) {
		*ret = text;
		return ok();
	}
	for (size_t i = from + begin.n; i < to; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_add_char(&b, text.p[i]);
	if (buf_over(&b) || is_err(base64_decode(a, buf_str(&b), ret, NULL)))
		return fail(err, ERR_INPUT, "company.csr", "RFC 7468 §7", "no PEM of a request");
	return ok();
}

static struct result note(struct db *tx, struct arena *a, struct str org,
                          const struct company_ask *x, const char *event, struct str officer,
                          struct err *err)
{
	struct json_object *detail = json_object_new(a);
	json_put_int(detail, STR("step"), x->step);
	return journal_add(tx, &(struct journal_entry){ .org = org, .subject = x->company.number,
		.event = str_c(event), .object = x->id, .detail = json_object_done(detail),
		.actor = arena_printf(a, "officer:%.*s:%.*s", STR_ARG(org), STR_ARG(officer)) }, err);
}

struct result company_propose(struct db *tx, struct arena *a, struct str org,
                              const struct company_ask *ask, int64_t now, struct str *ret_id,
                              struct err *err)
{
	uint8_t raw[16];
	struct company now_is;
	struct company_ask x = *ask;
	TRY(form(&x, err));
	TRY(possible(tx, a, org, &x, &now_is, err));
	random_bytes(raw, sizeof raw);
	x.id = hex_encode(a, str_of((const char *)raw, sizeof raw));
	TRY(db_exec(tx,
		"INSERT INTO company_ask (org, id, step, state, number, name, office, representative, csr,"
		" proposed_by, proposed_at, decided_by, decided_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)",
		BINDS(B_TEXT(org), B_TEXT(x.id), B_INT(x.step), B_INT(COMPANY_PROPOSED),
		      B_TEXT(x.company.number), B_TEXT(x.company.name), B_TEXT(x.company.office),
		      B_TEXT(x.company.representative), B_BLOB(x.csr), B_TEXT(x.proposed_by), B_INT(now)),
		NULL, err));
	TRY(note(tx, a, org, &x, "company.propose", x.proposed_by, err));
	*ret_id = x.id;
	return ok();
}

/* ---- reading ---- */

static struct company_ask ask_of(const struct rows *r, size_t i)
{
	return (struct company_ask){ .id = rows_text(r, i, 0),
		.step = (enum company_step)rows_int(r, i, 1),
		.state = (enum company_ask_state)rows_int(r, i, 2),
		.company = { .number = rows_text(r, i, 3), .name = rows_text(r, i, 4),
		             .office = rows_text(r, i, 5), .representative = rows_text(r, i, 6) },
		.csr = rows_text(r, i, 7), .proposed_by = rows_text(r, i, 8),
		.proposed_at = rows_int(r, i, 9), .decided_by = rows_text(r, i, 10),
		.decided_at = rows_int(r, i, 11) };
}

struct result company_asks(struct db *db, struct arena *a, struct str org,
                           const struct company_ask **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, step, state, number, name, office, representative, csr, proposed_by,"
		" proposed_at, decided_by, decided_at FROM company_ask WHERE org = ?"
		" ORDER BY state, proposed_at DESC, id LIMIT 200", BINDS(B_TEXT(org)), &r, err));
	struct company_ask *list = ARENA_ARRAY(a, struct company_ask, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = ask_of(&r, i);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

static struct result find_ask(struct db *db, struct arena *a, struct str org, struct str id,
                              struct company_ask *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, step, state, number, name, office, representative, csr, proposed_by,"
		" proposed_at, decided_by, decided_at FROM company_ask WHERE org = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "company.none", NULL, "nothing such was proposed");
	*ret = ask_of(&r, 0);
	return ok();
}

/* ---- deciding ---- */

struct decision {
	struct str org, officer;
	struct ca *ca;
	struct company_ask ask;
	struct company company;    /* as it is before */
	struct cert_issued issued; /* prepared, COMPANY_CERTIFY */
	bool approve;
	int64_t now;
};

static struct result read_decision(struct store *s, struct arena *a, struct str id,
                                   struct decision *d, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(s, &db, err));
	TRY(find_ask(db, a, d->org, id, &d->ask, err));
	if (str_eq(d->ask.proposed_by, d->officer))
		return fail(err, ERR_FORBIDDEN, "company.second_person", NULL,
		            "somebody else than who proposed must decide");
	if (d->ask.state != COMPANY_PROPOSED)
		return fail(err, ERR_CONFLICT, "company.decided", NULL, "decided before");
	return d->approve ? possible(db, a, d->org, &d->ask, &d->company, err) : ok();
}

static struct result prepare(struct arena *a, struct decision *d, struct err *err)
{
	const struct cert_request r = { .profile = PROFILE_CORPORATE, .subject = d->company.number,
		.csr = d->ask.csr, .name = d->company.representative, .organization = d->company.name,
		.organization_id = d->company.number, .office = d->company.office };
	if (!d->approve || d->ask.step != COMPANY_CERTIFY)
		return ok();
	return trust_cert_prepare(d->ca, a, &r, d->now, &d->issued, err);
}

/* Still proposed, by somebody else, now and in this transaction. */
static struct result close_ask(struct db *tx, const struct decision *d, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE company_ask SET state = ?, decided_by = ?, decided_at = ?"
		" WHERE org = ? AND id = ? AND state = ? AND proposed_by <> ?",
		BINDS(B_INT(d->approve ? COMPANY_DONE : COMPANY_DECLINED), B_TEXT(d->officer),
		      B_INT(d->now), B_TEXT(d->org), B_TEXT(d->ask.id), B_INT(COMPANY_PROPOSED),
		      B_TEXT(d->officer)), &changed, err));
	return changed ? ok() : fail(err, ERR_CONFLICT, "company.decided", NULL, "decided before");
}

static struct result end_certificates(struct db *tx, const struct decision *d,
                                      enum revoke_reason why, struct err *err)
{
	int64_t n;
	return trust_cert_revoke_all(tx, trust_ca_org(d->ca), CA_CORPORATE, d->ask.company.number, why,
	                             d->now, &n, err);
}

static struct result carry_out(struct db *tx, struct arena *a, struct decision *d,
                               struct err *err)
{
	const struct company_ask *x = &d->ask;
	struct company before = d->company, is;
	TRY(possible(tx, a, d->org, x, &is, err));
	switch (x->step) {
	case COMPANY_REGISTER:
		return put(tx, d->org, &x->company, false, d->now, err);
	case COMPANY_CHANGE:
		TRY(put(tx, d->org, &x->company, false, d->now, err));
		return end_certificates(tx, d, REVOKE_AFFILIATION, err);
	case COMPANY_CLOSE:
		TRY(put(tx, d->org, &is, true, d->now, err));
		return end_certificates(tx, d, REVOKE_CESSATION, err);
	case COMPANY_CERTIFY:
		/* What was signed is what the register says at this moment. */
		if (is.changed_at != before.changed_at)
			return fail(err, ERR_CONFLICT, "company.decided", NULL, "the company changed meanwhile");
		return trust_cert_record(tx, d->ca, &d->issued, d->now, err);
	}
	return fail(err, ERR_INTERNAL, "company.step", NULL, "no such step");
}

struct result company_decide(struct store *s, struct ca *ca, struct arena *a, struct str org,
                             struct str id, struct str officer, bool approve, int64_t now,
                             struct str *ret_der, struct err *err)
{
	struct decision d = { .org = org, .officer = officer, .ca = ca, .approve = approve, .now = now };
	TRY(read_decision(s, a, id, &d, err));
	TRY(prepare(a, &d, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(close_ask(tx, &d, err));
	if (approve)
		TRY(carry_out(tx, a, &d, err));
	TRY(note(tx, a, org, &d.ask, approve ? "company.approve" : "company.decline", officer, err));
	TRY(store_commit(&tx, err));
	*ret_der = d.issued.der;
	return ok();
}
