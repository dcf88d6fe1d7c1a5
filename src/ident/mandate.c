/* See mandate.h: the text of a mandate, and the check of a chain. */
#include "ident/mandate.h"

#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "trust/cms.h"

static const struct str line = STR_INIT("musubi-mandate-v1\n");
enum { NAME_MAX_CHARS = 100, CODE_MAX = 64 };

static struct result bad(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "mandate.form", NULL, "no mandate: %s", what);
}

/* ---- what fits ---- */

/* Words of a-z, 0-9 and '_' with dots between; the last may be '*', not alone. */
static bool action_fits(struct str s)
{
	bool word = false;
	size_t dots = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.') {
			if (!word)
				return false;
			dots++;
			word = false;
		} else if (c == '*') {
			return dots > 0 && !word && i == s.n - 1 && s.n <= MANDATE_ACTION_MAX;
		} else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') {
			word = true;
		} else {
			return false;
		}
	}
	return word && s.n <= MANDATE_ACTION_MAX;
}

bool mandate_covers(struct str pattern, struct str action)
{
	if (!str_ends(pattern, STR(".*")))
		return str_eq(pattern, action);
	return str_starts(action, str_sub(pattern, 0, pattern.n - 1)) && action.n >= pattern.n;
}

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == MANDATE_ID;
}

static bool one_line(struct str s)
{
	return s.n && text_fits(s, NAME_MAX_CHARS) && !text_has_control_line(s) &&
	       str_find_char(s, '\n') == STR_NONE;
}

static struct result fits(const struct mandate *m, struct err *err)
{
	if (!corporate_number_check(m->company))
		return bad(err, "the corporate number");
	if (m->parent.n && !is_id(m->parent))
		return bad(err, "the parent");
	if (m->to.n == 0 || m->to.n > CODE_MAX || !one_line(m->to_name))
		return bad(err, "who may act");
	if (m->nactions == 0 || m->nactions > MANDATE_ACTIONS)
		return bad(err, "how many actions");
	for (size_t i = 0; i < m->nactions; i++)
		if (!action_fits(m->actions[i]))
			return bad(err, "an action");
	struct date last = date_add_months(jst_date(m->from), 12 * MANDATE_YEARS);
	if (m->until < m->from || date_cmp(jst_date(m->until), last) > 0)
		return bad(err, "its time");
	return ok();
}

/* ---- text ---- */

struct result mandate_write(struct arena *a, struct mandate *m, struct err *err)
{
	struct json_object *o = json_object_new(a);
	struct json_array *actions = json_array_new(a);
	struct str body;
	TRY(fits(m, err));
	for (size_t i = 0; i < m->nactions; i++)
		json_push(actions, json_str(a, m->actions[i]));
	json_put(o, STR("actions"), json_array_done(actions));
	json_put_str(o, STR("company"), m->company);
	json_put_str(o, STR("from"), time_format(a, m->from));
	json_put_bool(o, STR("may_delegate"), m->may_delegate);
	json_put_str(o, STR("parent"), m->parent);
	json_put_str(o, STR("to"), m->to);
	json_put_str(o, STR("to_name"), m->to_name);
	json_put_str(o, STR("until"), time_format(a, m->until));
	TRY(json_canonical(a, json_object_done(o), &body, err));
	m->text = arena_join(a, line, body);
	m->id = sha256_hex(a, m->text);
	return ok();
}

static struct result read_members(const struct json *j, struct mandate *m, struct err *err)
{
	const struct json *actions = json_get(j, STR("actions"));
	m->company = json_text(json_get(j, STR("company")));
	m->parent = json_text(json_get(j, STR("parent")));
	m->to = json_text(json_get(j, STR("to")));
	m->to_name = json_text(json_get(j, STR("to_name")));
	m->may_delegate = json_bool_or(json_get(j, STR("may_delegate")), false);
	m->nactions = json_len(actions);
	if (!json_is(actions, JSON_ARRAY) || m->nactions > MANDATE_ACTIONS)
		return bad(err, "its actions");
	for (size_t i = 0; i < m->nactions; i++)
		m->actions[i] = json_text(json_at(actions, i));
	if (!time_parse(json_text(json_get(j, STR("from"))), &m->from) ||
	    !time_parse(json_text(json_get(j, STR("until"))), &m->until))
		return bad(err, "its times");
	return ok();
}

struct result mandate_read(struct arena *a, struct str text, struct mandate *ret, struct err *err)
{
	const struct json *j;
	struct mandate m = { 0 };
	if (text.n > MANDATE_TEXT_MAX || !str_starts(text, line))
		return bad(err, "its first line, or its length");
	if (is_err(json_parse(a, str_from(text, line.n), &j, NULL)) || !json_is(j, JSON_OBJECT))
		return bad(err, "its JSON");
	TRY(read_members(j, &m, err));
	TRY(mandate_write(a, &m, err));
	if (!str_eq(m.text, text)) /* another order, another spelling, one member more */
		return bad(err, "not in its canonical form");
	*ret = m;
	return ok();
}

/* ---- one link ---- */

/* The company's own certificate names it in organizationIdentifier. */
static bool is_company(const struct cert *c, struct str company)
{
	struct str id = dn_get(&c->subject, DN_ORG_ID), prefix = STR("NTRJP-");
	return str_starts(id, prefix) && str_eq(str_from(id, prefix.n), company);
}

static struct result signed_well(struct db *db, struct arena *a, const struct mandate_check *c,
                                 const struct mandate *m, const struct mandate *parent,
                                 struct err *err)
{
	struct trust_verdict verdict;
	struct cms_signature sig = { 0 };
	struct verify_for f = *c->verify;
	struct str who;
	f.profiles = parent ? PROFILE_BIT(PROFILE_CITIZEN_SIGN) | PROFILE_BIT(PROFILE_CITIZEN_SIGN_PHONE)
	                    : PROFILE_BIT(PROFILE_CORPORATE);
	TRY(trust_cms_verify(a, m->cms, &m->text, 1, &f, &verdict, &sig, err));
	if (verdict.verdict != VERDICT_OK)
		return fail(err, ERR_FORBIDDEN, verdict_row(verdict.verdict)->key, verdict.clause, "%s",
		            verdict.what);
	if (!parent)
		return is_company(&sig.cert, m->company)
			? ok() : fail(err, ERR_FORBIDDEN, "mandate.signer", NULL, "another company's certificate");
	struct result r = c->holder(c->ctx, db, a, &sig.cert, &who, err);
	if (r.kind == ERR_NOT_FOUND || (is_ok(r) && !str_eq(who, parent->to)))
		return fail(err, ERR_FORBIDDEN, "mandate.signer", NULL, "not signed by who passes it on");
	return r;
}

static bool within(const struct mandate *m, const struct mandate *parent)
{
	for (size_t i = 0; i < m->nactions; i++) {
		bool covered = false;
		for (size_t k = 0; k < parent->nactions; k++)
			covered |= mandate_covers(parent->actions[k], m->actions[i]);
		if (!covered)
			return false;
	}
	return parent->may_delegate && str_eq(m->company, parent->company) &&
	       m->from >= parent->from && m->until <= parent->until;
}

/* ---- the chain, from the deed up to the company ---- */

static struct result runs(const struct mandate *m, int64_t at, struct err *err)
{
	if (m->revoked_at || at > m->until)
		return fail(err, ERR_FORBIDDEN, "mandate.ended", NULL, "a link of the chain has ended");
	return ok();
}

static struct result holds(struct db *db, struct arena *a, const struct mandate_check *c,
                           const struct mandate *lowest, struct err *err)
{
	struct mandate m = *lowest;
	for (int depth = 1; ; depth++) {
		struct mandate up = { 0 };
		TRY(runs(&m, c->verify->at, err));
		if (m.parent.n == 0)
			return signed_well(db, a, c, &m, NULL, err);
		if (depth == MANDATE_DEPTH)
			return fail(err, ERR_FORBIDDEN, "mandate.depth", NULL, "more than %d links",
			            MANDATE_DEPTH);
		struct result r = mandate_find(db, a, c->org, m.company, m.parent, &up, err);
		if (r.kind == ERR_NOT_FOUND)
			return fail(err, ERR_FORBIDDEN, "mandate.parent", NULL, "what it passes on is not here");
		TRY(r);
		if (!within(&m, &up))
			return fail(err, ERR_FORBIDDEN, "mandate.wider", NULL, "more than was given");
		TRY(signed_well(db, a, c, &m, &up, err));
		m = up;
	}
}

struct result mandate_register(struct db *tx, struct arena *a, const struct mandate_check *c,
                               struct str text, struct str cms, struct mandate *ret,
                               struct err *err)
{
	struct mandate m;
	TRY(mandate_read(a, text, &m, err));
	m.cms = cms;
	TRY(holds(tx, a, c, &m, err));
	TRY(mandate_put(tx, c->org, &m, c->verify->at, err));
	*ret = m;
	return ok();
}

/* A refusal of one chain is no refusal of the others; a broken store is. */
static bool is_refusal(struct result r)
{
	return r.kind == ERR_FORBIDDEN || r.kind == ERR_INPUT;
}

struct result mandate_may(struct db *db, struct arena *a, const struct mandate_check *c,
                          struct str company, struct str person, struct str action,
                          struct mandate *ret, struct err *err)
{
	const struct mandate *list;
	size_t n;
	if (!action_fits(action) || str_ends(action, STR("*")) || person.n == 0)
		return bad(err, "what is to be done, or by whom");
	TRY(mandate_list(db, a, c->org, company, person, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		bool covered = false;
		for (size_t k = 0; k < list[i].nactions; k++)
			covered |= mandate_covers(list[i].actions[k], action);
		/* The text says for whom, not the row it was found by. */
		if (!covered || !str_eq(list[i].to, person) || !str_eq(list[i].company, company) || c->verify->at < list[i].from || is_err(runs(&list[i], c->verify->at, NULL)))
			continue;
		struct result r = holds(db, a, c, &list[i], err);
		if (is_ok(r)) {
			*ret = list[i];
			return ok();
		}
		if (!is_refusal(r))
			return r;
	}
	return fail(err, ERR_FORBIDDEN, "mandate.none", NULL, "no mandate of hers says so now");
}
