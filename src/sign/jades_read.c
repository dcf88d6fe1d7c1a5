/* A JWS as a file of signatures (ETSI TS 119 182-1, ETSI EN 319 102-1 §5.2.2). */
#include "base/encode.h"
#include "sign/certificate.h"
#include "sign/jades_priv.h"

struct reading {
	struct arena *a;
	uint64_t work;
	size_t left;   /* signatures that may still come */
	unsigned depth;
};

/* ---- what is covered ---- */

static bool by_hash(const struct jades_data *d)
{
	return str_eq(json_text(json_get(d->sig_d, STR("mId"))), STR(JADES_BY_URI_HASH));
}

static bool by_headers(const struct jades_data *d)
{
	return str_eq(json_text(json_get(d->sig_d, STR("mId"))), STR(JADES_HTTP_HEADERS));
}

/* §5.2.8.1 */
static const char *sig_d_fault(const struct jades_data *d)
{
	const struct json *pars = json_get(d->sig_d, STR("pars")), *hashes = json_get(d->sig_d, STR("hashV"));
	struct str mechanism = json_text(json_get(d->sig_d, STR("mId")));
	if (d->jws->attached)
		return "sigD beside a payload (TS 119 182-1 §5.2.8)";
	if (!json_is(pars, JSON_ARRAY) || pars->n == 0 || pars->n > JADES_PARS_MAX)
		return "sigD names nothing, or too much (TS 119 182-1 §5.2.8)";
	for (size_t i = 0; i < pars->n; i++)
		for (size_t k = 0; k <= i; k++)
			if (!json_is(json_at(pars, i), JSON_STRING) ||
			    (k < i && str_eq(json_at(pars, i)->text, json_at(pars, k)->text)))
				return "sigD names something twice, or not by text (TS 119 182-1 §5.2.8)";
	if (str_eq(mechanism, STR(JADES_BY_URI)) || str_eq(mechanism, STR(JADES_HTTP_HEADERS)))
		return hashes ? "hashV where nothing is hashed (TS 119 182-1 §5.2.8)" : NULL;
	if (!str_eq(mechanism, STR(JADES_BY_URI_HASH)))
		return "sigD of a mechanism that is not known (TS 119 182-1 §5.2.8)";
	return json_is(hashes, JSON_ARRAY) && hashes->n == pars->n
	               ? NULL : "hashV does not match pars (TS 119 182-1 §5.2.8)";
}

static const struct sign_digest *own_digest(const struct jws_signature *s)
{
	return s->alg_known && s->alg.digest ? s->alg.digest : sign_digest_of(DIGEST_SHA512);
}

static const struct sign_digest *named_digest(struct str name)
{
	const struct sign_digest *alg = sign_digest_name(name);
	return alg ? alg : sign_digest_xml(name);
}

static void check_hash(struct arena *a, const struct jades_data *d, size_t i,
                       const struct source *s, struct ades_object *o)
{
	struct str want;
	const struct json *hash = json_at(json_get(d->sig_d, STR("hashV")), i);
	o->alg = named_digest(json_text(json_get(d->sig_d, STR("hashM"))));
	o->intact = o->alg && json_is(hash, JSON_STRING) &&
	            is_ok(base64url_decode(a, hash->text, &want, NULL)) && want.n == o->alg->size &&
	            str_eq(jades_object_hash(a, d, s, o->alg), want);
}

/* RFC 3230: "SHA-256=…", of the body; the body itself is no part of the signature. */
static void check_body(struct arena *a, const struct jades_data *d, struct ades_object *o)
{
	const struct ades_detached *all = d->detached;
	const struct source *field = NULL, *body = NULL;
	struct str text, name, value, want;
	uint8_t hash[DIGEST_SIZE_MAX];
	for (size_t i = 0; i < all->n; i++)
		if (!all->sources[i].name.n)
			body = &all->sources[i];
		else if (str_eq_nocase(all->sources[i].name, STR("digest")))
			field = &all->sources[i];
	*o = (struct ades_object){ .name = STR("body"), .found = body != NULL };
	if (!body || !field || is_err(source_read(a, field, (struct range){ 0, field->size }, 1024, &text, NULL)) ||
	    !str_cut(str_trim(text), '=', &name, &value) || !(o->alg = sign_digest_name(name)) ||
	    is_err(base64_decode(a, value, &want, NULL)) || want.n != o->alg->size)
		return;
	o->intact = is_ok(source_digest(body, &(struct range){ 0, body->size }, 1, o->alg, hash, NULL)) &&
	            memcmp(hash, want.p, want.n) == 0;
}

static bool field_there(const struct ades_detached *d, struct str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->sources[i].name.n && str_eq_nocase(d->sources[i].name, name))
			return true;
	return false;
}

static void read_objects(struct arena *a, const struct jades_data *d, struct ades_signature *s)
{
	const struct json *pars = json_get(d->sig_d, STR("pars"));
	size_t n = d->sig_d ? json_len(pars) : 1;
	struct ades_object *list = ARENA_ARRAY(a, struct ades_object, n + 1);
	bool digest_field = false;
	s->objects = list;
	s->nobjects = n;
	if (!d->sig_d) {
		bool found = d->jws->attached || d->detached->n == 1;
		struct str name = d->jws->attached || !found ? STR("") : d->detached->sources[0].name;
		list[0] = (struct ades_object){ name, found, found, own_digest(d->sig) };
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str name = json_text(json_at(pars, i));
		const struct source *src = by_headers(d) ? NULL : jades_source(a, d->detached, name);
		bool found = by_headers(d) ? field_there(d->detached, name) : src != NULL;
		list[i] = (struct ades_object){ name, found, found, own_digest(d->sig) };
		if (found && by_hash(d))
			check_hash(a, d, i, src, &list[i]);
		digest_field = digest_field || (by_headers(d) && str_eq_nocase(name, STR("digest")));
	}
	if (digest_field)
		check_body(a, d, &list[s->nobjects++]);
}

/* ---- the value ---- */

static bool holds(struct arena *a, const struct jades_data *d, struct str cert)
{
	struct sign_cert c;
	JWS_FEED_AUTO f = { 0 };
	if (d->sig->fault.n || !d->sig->alg_known || !sign_cert_read(cert, &c) ||
	    is_err(jws_feed_init(&f, d->sig->alg.digest, NULL)))
		return false;
	jws_feed_add(&f, d->sig->protected_text);
	jws_feed_add(&f, STR("."));
	return jades_feed_payload(a, d, &f) && jws_value_holds(d->sig, c.spki, jws_feed_done(a, &f));
}

static void read_one(struct reading *r, const struct jades_data *d, struct ades_signature *s);

/* §5.3.2: a JWS whose payload is the value of the signature in which it stands. */
static void read_counter(struct reading *r, const struct json *value, struct ades_signature *parent)
{
	struct jws j;
	struct str text = json_is(value, JSON_STRING) ? value->text : json_to_str(r->a, value);
	struct source payload = source_bytes(STR(""), parent->value);
	struct ades_detached detached = { &payload, 1 };
	struct str inside;
	if (r->depth == JADES_NEST_MAX || r->left == 0 ||
	    is_err(jws_parse(r->a, text, jades_critical, &j, NULL)) || j.n != 1) {
		jades_fault(parent, "a counter signature that is none, or too deep (TS 119 182-1 §5.3.2)");
		return;
	}
	struct ades_signature *s = &parent->counters[parent->ncounters++];
	struct jades_data d = { &j, &j.signatures[0], &detached, NULL, NULL };
	s->id = arena_printf(r->a, "%.*sC%zu", STR_ARG(parent->id), parent->ncounters);
	r->left--;
	r->depth++;
	read_one(r, &d, s);
	r->depth--;
	if (j.attached && (is_err(jws_payload(r->a, &j, d.sig, &inside, NULL)) ||
	                   !str_eq(inside, parent->value)))
		s->value_ok = false;
	if (d.sig_d)
		jades_fault(s, "a counter signature of something else (TS 119 182-1 §5.3.2)");
}

static void read_counters(struct reading *r, const struct jades_elements *e,
                          struct ades_signature *s)
{
	size_t n = 0;
	for (size_t i = 0; i < e->n; i++)
		n += str_eq(e->list[i].name, STR("cSig"));
	if (n == 0)
		return;
	s->counters = ARENA_ARRAY(r->a, struct ades_signature, n);
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->list[i].name, STR("cSig")))
			read_counter(r, e->list[i].value, s);
}

static void read_one(struct reading *r, const struct jades_data *given, struct ades_signature *s)
{
	struct jades_data d = *given;
	struct jades_elements e;
	s->format = ADES_JADES;
	s->values = ARENA_NEW(r->a, struct ades_values);
	s->malformed = d.sig->fault;
	s->value = d.sig->value;
	s->alg_known = d.sig->alg_known;
	s->alg = d.sig->alg;
	d.sig_d = json_get(d.sig->protected, STR("sigD"));
	d.work = &r->work;
	jades_elements_read(r->a, d.sig->unprotected, &e);
	jades_signed(r->a, &d, &e, s);
	const char *wrong = d.sig_d ? sig_d_fault(&d) : NULL;
	if (wrong)
		jades_fault(s, wrong);
	else
		read_objects(r->a, &d, s);
	s->value_ok = !wrong && holds(r->a, &d, s->cert);
	jades_unsigned(r->a, &d, &e, s);
	read_counters(r, &e, s);
}

/* ---- the file ---- */

static void merge(struct ades_values *into, const struct ades_values *v)
{
	for (size_t i = 0; i < v->ncerts; i++)
		(void)jades_add_value(into->certs, &into->ncerts, v->certs[i]);
	for (size_t i = 0; i < v->ncrls; i++)
		(void)jades_add_value(into->crls, &into->ncrls, v->crls[i]);
	for (size_t i = 0; i < v->nocsps; i++)
		(void)jades_add_value(into->ocsps, &into->nocsps, v->ocsps[i]);
}

struct result jades_read(struct arena *a, const struct source *file,
                         const struct ades_detached *detached, struct ades_file *ret,
                         struct err *err)
{
	static const struct ades_detached none;
	struct str text;
	struct jws *j = ARENA_NEW(a, struct jws);
	TRY(source_read(a, file, (struct range){ 0, file->size },
	                arena_left(a) / 8 < JWS_BYTES_MAX ? arena_left(a) / 8 : JWS_BYTES_MAX, &text, err));
	TRY(jws_parse(a, text, jades_critical, j, err));
	struct reading r = { .a = a, .left = ADES_SIGNATURES_MAX - j->n };
	r.work = JADES_WORK + JADES_PASSES * file->size;
	for (size_t i = 0; detached && i < detached->n; i++)
		r.work += JADES_PASSES * detached->sources[i].size;
	struct ades_file f = { .kind = STR("JWS"), .n = j->n };
	f.signatures = ARENA_ARRAY(a, struct ades_signature, f.n);
	for (size_t i = 0; i < f.n; i++) {
		struct jades_data d = { j, &j->signatures[i], detached ? detached : &none, NULL, NULL };
		f.signatures[i].id = arena_printf(a, "S%zu", i + 1);
		read_one(&r, &d, &f.signatures[i]);
		merge(&f.values, f.signatures[i].values);
		if (arena_over(a))
			return fail(err, ERR_TOO_LARGE, "sign.jws", NULL, "the file needs too much memory");
	}
	*ret = f;
	return ok();
}
