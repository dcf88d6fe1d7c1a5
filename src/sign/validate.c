/* The process of EN 319 102-1 for one signature after the other (§5.3 to §5.6).
 *
 * What mathematics says comes first: a changed content or a value that does not
 * hold is TOTAL-FAILED whoever is trusted. Then who signed, when it provably
 * existed, and what is known about the path. */
#include "sign/validate_priv.h"

#include <stdio.h>

#include "base/calendar.h"

void check_add(struct checks *c, enum ades_check_state state, const char *name,
               const char *clause, struct str detail)
{
	if (c->n < CHECKS_MAX)
		c->list[c->n++] = (struct ades_check){ state, name, clause, detail };
}

static struct finding stop(enum ades_sub sub, const char *what)
{
	struct finding f = { .sub = sub };
	snprintf(f.what, sizeof f.what, "%s", what);
	return f;
}

/* ---- §5.2.2 format, §5.2.7 cryptographic verification ---- */

static struct finding form_block(const struct ades_signature *s, struct checks *c)
{
	bool sound = s->malformed.n == 0;
	check_add(c, sound ? CHECK_OK : CHECK_FAIL, "format", "EN 319 102-1 5.2.2", s->malformed);
	return sound ? stop(SUB_NONE, "") : stop(SUB_FORMAT_FAILURE, "");
}

static struct finding objects_block(const struct ades_signature *s, struct checks *c)
{
	struct finding f = stop(SUB_NONE, "");
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct ades_object *o = &s->objects[i];
		bool good = o->found && o->intact;
		check_add(c, good ? CHECK_OK : o->found ? CHECK_FAIL : CHECK_UNKNOWN,
		          o->found ? "content-intact" : "content-found", "EN 319 102-1 5.2.7", o->name);
		if (o->found && !o->intact)
			f = stop(SUB_HASH_FAILURE, "");
		else if (!o->found && f.sub == SUB_NONE)
			f = stop(SUB_SIGNED_DATA_NOT_FOUND, "");
	}
	return f;
}

static struct finding identify(const struct ades_signature *s, struct checks *c)
{
	struct sign_cert cert;
	if (!s->cert.n || !sign_cert_read(s->cert, &cert)) {
		check_add(c, CHECK_FAIL, "signer-known", "EN 319 102-1 5.2.3", STR(""));
		return stop(SUB_NO_SIGNING_CERTIFICATE_FOUND, "");
	}
	enum ades_check_state state = s->cert_ref == CERT_REF_OK ? CHECK_OK
	                              : s->cert_ref == CERT_REF_ABSENT ? CHECK_WARN : CHECK_FAIL;
	check_add(c, state, "signer-reference", "EN 319 102-1 5.2.3", STR(""));
	return stop(state == CHECK_FAIL ? SUB_NO_SIGNING_CERTIFICATE_FOUND : SUB_NONE, "");
}

static struct finding value_block(const struct ades_signature *s, struct checks *c)
{
	if (!s->alg_known) { /* nothing can be said about the value */
		check_add(c, CHECK_UNKNOWN, "signature-value", "EN 319 102-1 5.2.7", STR(""));
		return stop(SUB_CRYPTO_CONSTRAINTS_FAILURE, "");
	}
	check_add(c, s->value_ok ? CHECK_OK : CHECK_FAIL, "signature-value", "EN 319 102-1 5.2.7",
	          str_c(s->alg.name));
	return stop(s->value_ok ? SUB_NONE : SUB_SIG_CRYPTO_FAILURE, "");
}

/* What happened to a PDF afterwards: the standard leaves it to the format. */
static struct finding changes_block(const struct ades_signature *s, struct checks *c)
{
	struct finding f = stop(SUB_NONE, "");
	for (size_t i = 0; i < s->nchanges; i++) {
		const struct ades_change *k = &s->changes[i];
		check_add(c, k->allowed ? CHECK_OK : CHECK_FAIL, "changed-after", "ISO 32000-2 12.8.2.2",
		          k->what_en);
		if (!k->allowed)
			f = stop(SUB_FORMAT_FAILURE, "");
	}
	return f;
}

/* §5.2.4, §5.2.8: a policy that is named binds, and nobody here has it unless its
 * digest could be checked; a critical property that nobody understands stops. */
static struct finding constraints_block(const struct ades_signature *s, struct checks *c)
{
	if (s->policy.n) {
		check_add(c, s->policy_ok ? CHECK_OK : CHECK_UNKNOWN, "policy", "EN 319 102-1 5.2.4",
		          s->policy);
		if (!s->policy_ok)
			return stop(SUB_SIGNATURE_POLICY_NOT_AVAILABLE, "");
	}
	if (s->critical.n) {
		check_add(c, CHECK_FAIL, "critical-property", "EN 319 102-1 5.2.8", s->critical);
		return stop(SUB_SIG_CONSTRAINTS_FAILURE, "");
	}
	return stop(SUB_NONE, "");
}

/* ---- one signature ---- */

/* A digest that broke long ago makes what it protects worthless, unless all of it is
 * proven to be older. */
static struct finding digests_block(const struct ades_signature *s, int64_t exists,
                                    struct checks *c)
{
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct sign_digest *d = s->objects[i].alg;
		if (d && exists >= d->until) {
			check_add(c, CHECK_WARN, "algorithms", "EN 319 102-1 5.2.8", str_c(d->name));
			return stop(SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, d->name);
		}
	}
	return stop(SUB_NONE, "");
}

/* Content time stamps say that the signature is younger (§5.5.4): what is doubt
 * without a proof becomes certain. */
static struct finding too_young(struct finding f, const struct path_kept *p,
                                const struct ades_signature *s, int64_t not_before)
{
	if (not_before == INT64_MIN)
		return f;
	if (f.sub == SUB_REVOKED_NO_POE && not_before > f.revoked_at)
		f.sub = SUB_REVOKED;
	else if ((f.sub == SUB_OUT_OF_BOUNDS_NO_POE || f.sub == SUB_OUT_OF_BOUNDS_NOT_REVOKED) &&
	         not_before > p->certs[0].not_after)
		f.sub = SUB_EXPIRED;
	else if (f.sub == SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE && s->alg.digest &&
	         not_before >= s->alg.digest->until)
		f.sub = SUB_CRYPTO_CONSTRAINTS_FAILURE;
	return f;
}

static void tell_path(const struct finding *f, struct checks *c, struct arena *a)
{
	bool path = f->sub == SUB_NO_CERTIFICATE_CHAIN_FOUND ||
	            f->sub == SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE ||
	            f->sub == SUB_CHAIN_CONSTRAINTS_FAILURE;
	struct str what = arena_str(a, str_c(f->what));
	check_add(c, path ? CHECK_FAIL : CHECK_OK, "path", "EN 319 102-1 5.2.6",
	          path ? what : STR(""));
	if (!path)
		check_add(c, f->sub == SUB_NONE ? CHECK_OK : CHECK_WARN, "certificate-then",
		          "EN 319 102-1 5.2.6.4", what);
}

static struct finding trust_blocks(struct work *w, const struct ades_signature *s,
                                   struct stamps *st, struct checks *c, struct ades_result *r)
{
	int64_t exists, not_before;
	struct finding f;
	if (s->values && s->values != &w->file->values)
		pool_add_values(w, s->values);
	stamps_judge(w, s, st, c, &exists, &not_before);
	r->best_time = exists;
	r->nstamps = st->n;
	r->stamps = st->results;
	struct entity e = { .cert = s->cert, .alg = s->alg_known ? &s->alg : NULL, .exists = exists };
	f = entity_judge(w, &e, &r->chain);
	tell_path(&f, c, w->a);
	r->revoked_at = f.revoked_at;
	r->revoke_reason = f.reason;
	f = too_young(f, path_of(w, s->cert, false), s, not_before);
	if (f.sub == SUB_NONE)
		f = digests_block(s, exists, c);
	if (f.sub == SUB_NONE && !stamps_in_order(s, st)) {
		check_add(c, CHECK_FAIL, "stamp-order", "EN 319 102-1 5.5.4", STR(""));
		f = stop(SUB_TIMESTAMP_ORDER_FAILURE, "");
	}
	return f;
}

/* Up to which level it holds, not what the file claims. */
static enum ades_level level_of(const struct ades_signature *s, const struct stamps *st)
{
	bool time = false, archive = false;
	for (size_t i = 0; i < st->n; i++) {
		bool good = st->results[i].indication == TOTAL_PASSED;
		time |= good && s->stamps[i].kind != STAMP_CONTENT;
		archive |= good && s->stamps[i].kind == STAMP_ARCHIVE;
	}
	if (s->level >= ADES_T && !time)
		return ADES_B;
	return s->level == ADES_LTA && !archive ? ADES_LT : s->level;
}

static enum ades_indication indication_of(enum ades_sub s)
{
	return s == SUB_NONE ? TOTAL_PASSED : s <= SUB_NOT_YET_VALID ? TOTAL_FAILED : INDETERMINATE;
}

static void judge(struct work *w, const struct ades_signature *s, unsigned depth,
                  struct ades_result *ret);

static void judge_counters(struct work *w, const struct ades_signature *s, unsigned depth,
                           struct ades_result *r)
{
	struct ades_result *list;
	if (depth == 0 || s->ncounters == 0)
		return;
	list = ARENA_ARRAY(w->a, struct ades_result, s->ncounters);
	for (size_t i = 0; i < s->ncounters; i++)
		judge(w, &s->counters[i], depth - 1, &list[i]);
	r->counters = list;
	r->ncounters = s->ncounters;
}

/* The first block that stops decides; all of them are run, so that the report is
 * whole. A missing content outranks doubts about the signer. */
static struct finding decide(const struct finding *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (indication_of(list[i].sub) == TOTAL_FAILED)
			return list[i];
	for (size_t i = 0; i < n; i++)
		if (list[i].sub != SUB_NONE)
			return list[i];
	return stop(SUB_NONE, "");
}

static void judge(struct work *w, const struct ades_signature *s, unsigned depth,
                  struct ades_result *ret)
{
	struct checks c = { .list = ARENA_ARRAY(w->a, struct ades_check, CHECKS_MAX) };
	struct ades_result r = { .signature = s, .best_time = w->at, .level = ADES_NONE };
	struct finding blocks[8];
	struct stamps st = { 0 };
	struct sign_cert cert;
	size_t n = 0;
	pool_reset(w);
	blocks[n++] = form_block(s, &c);
	blocks[n++] = objects_block(s, &c);
	blocks[n++] = identify(s, &c);
	bool known = blocks[2].sub == SUB_NONE;
	if (known)
		blocks[n++] = value_block(s, &c);
	blocks[n++] = changes_block(s, &c);
	if (s->cert.n && sign_cert_read(s->cert, &cert)) {
		r.signer = sign_name_text(w->a, cert.subject_der);
		pool_add(w, POOL_CERT, s->cert);
	}
	/* nobody's trust mends a form that cannot be read */
	if (known && blocks[0].sub == SUB_NONE) {
		blocks[n++] = trust_blocks(w, s, &st, &c, &r);
		r.level = level_of(s, &st);
	}
	blocks[n++] = constraints_block(s, &c);
	struct finding f = decide(blocks, n);
	r.sub = f.sub;
	r.indication = indication_of(f.sub);
	judge_counters(w, s, depth, &r);
	r.checks = c.list;
	r.nchecks = c.n;
	*ret = r;
}

struct result ades_validate(struct arena *a, const struct ades_file *f,
                            const struct ades_trust *t, int64_t at,
                            const struct ades_result **ret, struct err *err)
{
	struct work *w = ARENA_NEW(a, struct work);
	if (f->n > ADES_SIGNATURES_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.many", NULL, "%zu signatures, at most %d", f->n,
		            ADES_SIGNATURES_MAX);
	*w = (struct work){ .a = a, .file = f, .trust = t, .at = at,
		.paths = ARENA_ARRAY(a, struct path_kept, PATHS_KEPT) };
	map_init(&w->crl_ok, a);
	pool_fill(w);
	struct ades_result *list = ARENA_ARRAY(a, struct ades_result, f->n + 1);
	for (size_t i = 0; i < f->n; i++)
		judge(w, &f->signatures[i], COUNTER_DEPTH, &list[i]);
	if (arena_over(a))
		return fail(err, ERR_TOO_LARGE, "sign.many", NULL, "more than can be judged at once");
	*ret = list;
	return ok();
}
