/* Time stamps (EN 319 102-1 §5.4) and what they prove (§5.6.2.3), from the newest
 * to the oldest: each is judged with the proofs that the later ones gave. */
#include <stdio.h>

#include "base/calendar.h"
#include "sign/validate_priv.h"

/* Past and present of a signature or a stamp: as of now (§5.3), as of its proven
 * time (§5.5), and by sliding back (§5.6.2). What now says is what is told when
 * nothing helps. */
struct finding entity_judge(struct work *w, const struct entity *e, struct ades_chain *ret_chain)
{
	const struct path_kept *p = path_of(w, e->cert, e->stamp);
	struct finding now, then;
	struct sign_cert c;
	char what[160] = "an algorithm that is not known";
	int64_t control;
	*ret_chain = p->chain;
	now = xcv(w, p, w->at);
	struct str spki = sign_cert_read(e->cert, &c) ? c.spki : STR("");
	bool weak = !e->alg || !sign_alg_good(e->alg, spki, e->exists, what);
	if (!weak && e->digest && e->exists >= e->digest->until) {
		weak = true;
		snprintf(what, sizeof what, "%s is not to be relied on any more", e->digest->name);
	}
	if (now.sub != SUB_NONE && e->exists < w->at && p->sub == SUB_NONE) {
		then = xcv(w, p, e->exists);
		if (then.sub == SUB_NONE)
			now = then;
		else if (slide(w, p, e->exists, &control) && e->exists <= control &&
		         e->exists >= p->certs[0].not_before)
			now = (struct finding){ .sub = SUB_NONE };
		else if (e->exists < p->certs[0].not_before)
			now = (struct finding){ .sub = SUB_NOT_YET_VALID,
				.what = "it existed before its certificate was valid" };
	}
	if (weak && (now.sub == SUB_NONE || now.sub == SUB_TRY_LATER)) {
		now = (struct finding){ .sub = SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE };
		snprintf(now.what, sizeof now.what, "%s", what);
	}
	return now;
}

static enum ades_indication indication_of(enum ades_sub s)
{
	return s == SUB_NONE ? TOTAL_PASSED : s <= SUB_NOT_YET_VALID ? TOTAL_FAILED : INDETERMINATE;
}

/* What the token itself says, before anybody is believed. */
static enum ades_sub form_of(const struct ades_stamp *st, const struct stamp *s, bool readable)
{
	if (!readable || s->what.n || st->what.n)
		return SUB_FORMAT_FAILURE;
	if (!st->hash.n || !st->alg || !stamp_covers(s, st->alg, st->hash) || !s->intact)
		return SUB_HASH_FAILURE;
	if (!s->cert.n || s->cert_ref != CERT_REF_OK)
		return SUB_NO_SIGNING_CERTIFICATE_FOUND;
	return s->value_ok ? SUB_NONE : SUB_SIG_CRYPTO_FAILURE;
}

static void read_one(struct work *w, const struct ades_stamp *st, size_t i, struct stamps *ret)
{
	const struct cms_signed *c = &ret->read[i].cms;
	ret->readable[i] = is_ok(stamp_read(w->a, st->token, w->pool.der[POOL_CERT],
	                                    w->pool.n[POOL_CERT], &ret->read[i], NULL));
	for (size_t k = 0; ret->readable[i] && k < c->ncerts; k++)
		pool_add(w, POOL_CERT, c->certs[k]);
	for (size_t k = 0; ret->readable[i] && k < c->ncrls; k++)
		pool_add(w, POOL_CRL, c->crls[k]);
	for (size_t k = 0; ret->readable[i] && k < c->nocsps; k++)
		pool_add(w, POOL_OCSP, c->ocsps[k]);
}

/* The first n of the values that this signature counts: in some formats each has its
 * own, and the file's are all of them together. */
static void lower(struct work *w, enum pool_kind kind, const struct str *list, size_t n, size_t of,
                  int64_t at)
{
	for (size_t i = 0; i < n && i < of; i++)
		poe_lower(w, kind, list[i], at);
}

/* The stamp holds: all that it covers was there at its time. */
static void prove(struct work *w, const struct ades_signature *s, size_t i, struct stamps *st,
                  int64_t *exists)
{
	const struct ades_stamp *stamp = &s->stamps[i];
	const struct ades_values *v = s->values ? s->values : &w->file->values;
	int64_t at = st->read[i].at;
	if (stamp->kind == STAMP_CONTENT)
		return;
	if (at < *exists)
		*exists = at;
	lower(w, POOL_CERT, v->certs, stamp->ncerts, v->ncerts, at);
	lower(w, POOL_CRL, v->crls, stamp->ncrls, v->ncrls, at);
	lower(w, POOL_OCSP, v->ocsps, stamp->nocsps, v->nocsps, at);
	for (size_t k = 0; k < stamp->nstamps && k < i; k++) {
		const struct cms_signed *c = &st->read[k].cms;
		if (at < st->poe[k])
			st->poe[k] = at;
		lower(w, POOL_CERT, c->certs, c->ncerts, c->ncerts, at);
		lower(w, POOL_CRL, c->crls, c->ncrls, c->ncrls, at);
		lower(w, POOL_OCSP, c->ocsps, c->nocsps, c->nocsps, at);
	}
}

static void tell(struct work *w, const struct ades_stamp *st, const struct stamp *s,
                 const struct ades_stamp_result *r, const char *what, struct checks *c)
{
	static const char *const names[] = { "content-stamp", "signature-stamp", "refs-stamp",
		                                 "archive-stamp" };
	enum ades_check_state state = r->indication == TOTAL_PASSED ? CHECK_OK
	                              : r->indication == TOTAL_FAILED ? CHECK_FAIL : CHECK_WARN;
	struct str at = s && s->at ? time_format(w->a, s->at) : STR("");
	check_add(c, state, names[st->kind], "EN 319 102-1 5.4",
	          arena_printf(w->a, "%.*s%s%.*s%s%s", STR_ARG(at), at.n ? ", " : "",
	                       STR_ARG(r->authority), *what ? ": " : "", what));
}

static void judge_one(struct work *w, const struct ades_signature *s, size_t i, struct stamps *st,
                      struct checks *c, int64_t *exists, int64_t *not_before)
{
	struct stamp *read = &st->read[i];
	struct ades_stamp_result *r = &st->results[i];
	struct sign_cert cert;
	struct finding f = { .sub = form_of(&s->stamps[i], read, st->readable[i]) };
	*r = (struct ades_stamp_result){ .stamp = &s->stamps[i] };
	if (st->readable[i]) {
		r->at = read->at;
		r->accuracy_us = read->accuracy_us;
		if (sign_cert_read(read->cert, &cert))
			r->authority = sign_name_short(w->a, cert.subject_der);
	}
	if (f.sub != SUB_NONE)
		snprintf(f.what, sizeof f.what, "%s", ades_sub_row(f.sub)->en);
	struct entity e = { .cert = read->cert, .stamp = true, .exists = st->poe[i],
		.alg = read->alg_known ? &read->alg : NULL, .digest = read->digest };
	if (f.sub == SUB_NONE)
		f = entity_judge(w, &e, &r->chain);
	if (f.sub == SUB_NONE && read->at - read->accuracy_us > w->at)
		f = (struct finding){ .sub = SUB_NOT_YET_VALID, .what = "it comes from the future" };
	r->sub = f.sub;
	r->indication = indication_of(f.sub);
	tell(w, &s->stamps[i], st->readable[i] ? read : NULL, r, f.what, c);
	if (r->indication != TOTAL_PASSED)
		return;
	if (s->stamps[i].kind == STAMP_CONTENT && read->at > *not_before)
		*not_before = read->at;
	prove(w, s, i, st, exists);
}

void stamps_judge(struct work *w, const struct ades_signature *s, struct stamps *ret,
                  struct checks *c, int64_t *ret_exists, int64_t *ret_not_before)
{
	size_t n = s->nstamps < ADES_STAMPS_MAX ? s->nstamps : ADES_STAMPS_MAX;
	*ret = (struct stamps){ .n = n, .read = ARENA_ARRAY(w->a, struct stamp, n + 1),
		.readable = ARENA_ARRAY(w->a, bool, n + 1), .poe = ARENA_ARRAY(w->a, int64_t, n + 1),
		.results = ARENA_ARRAY(w->a, struct ades_stamp_result, n + 1) };
	*ret_exists = w->at;
	*ret_not_before = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		read_one(w, &s->stamps[i], i, ret);
		ret->poe[i] = w->at;
	}
	for (size_t i = n; i-- > 0;)
		judge_one(w, s, i, ret, c, ret_exists, ret_not_before);
}

/* §5.5.4: content before signature, and what covers another is not older, with both
 * accuracies forgiven. Only stamps that hold are compared. */
bool stamps_in_order(const struct ades_signature *s, const struct stamps *st)
{
	for (size_t i = 0; i < st->n; i++)
		for (size_t k = 0; k < st->n; k++) {
			const struct ades_stamp_result *late = &st->results[i], *early = &st->results[k];
			bool before = s->stamps[k].kind < s->stamps[i].kind &&
			              s->stamps[k].kind == STAMP_CONTENT;
			bool covered = k < i && k < s->stamps[i].nstamps && s->stamps[i].kind != STAMP_CONTENT;
			if ((before || covered) && late->indication == TOTAL_PASSED &&
			    early->indication == TOTAL_PASSED &&
			    late->at + late->accuracy_us < early->at - early->accuracy_us)
				return false;
		}
	return true;
}
