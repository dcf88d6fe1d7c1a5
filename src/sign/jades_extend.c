/* Components of etsiU added to signatures that exist (ETSI TS 119 182-1 §5.3, annex D).
 * Nothing that stands there is rewritten: base64url strings and headers pass
 * through as they are, so what was stamped stays what it was. */
#include "base/encode.h"
#include "sign/jades_make.h"

/* A JWS whose signatures are being changed. */
struct draft {
	struct arena *a;
	struct jws jws;
	const struct ades_detached *detached;
	const struct ades_options *o;
};

static struct result open_draft(struct arena *a, struct str file, struct draft *ret,
                                struct err *err)
{
	*ret = (struct draft){ .a = a };
	TRY(jws_parse(a, file, jades_critical, &ret->jws, err));
	for (size_t i = 0; i < ret->jws.n; i++)
		if (ret->jws.signatures[i].fault.n || ret->jws.signatures[i].critical.n)
			return jades_refused(err, "a signature is malformed");
	return ok();
}

/* ---- writing ---- */

static void put_signature(struct json_object *o, const struct jws_signature *s)
{
	json_put_str(o, STR("protected"), s->protected_text);
	if (s->unprotected)
		json_put(o, STR("header"), s->unprotected);
	json_put_str(o, STR("signature"), s->value_text);
}

static struct str write_draft(const struct draft *d, bool general)
{
	const struct jws *j = &d->jws;
	struct json_object *top = j->top ? json_object_from(d->a, j->top) : json_object_new(d->a);
	static const char *const flat[] = { "protected", "header", "signature" };
	for (size_t i = 0; i < 3; i++)
		json_remove(top, str_c(flat[i]));
	if (!j->top && j->attached)
		json_put_str(top, STR("payload"), j->payload_text);
	if (j->n == 1 && !general) {
		json_remove(top, STR("signatures"));
		put_signature(top, &j->signatures[0]);
		return json_to_str(d->a, json_object_done(top));
	}
	struct json_array *list = json_array_new(d->a);
	for (size_t i = 0; i < j->n; i++) {
		struct json_object *one = json_object_new(d->a);
		put_signature(one, &j->signatures[i]);
		json_push(list, json_object_done(one));
	}
	json_put(top, STR("signatures"), json_array_done(list));
	return json_to_str(d->a, json_object_done(top));
}

static bool general(const struct draft *d)
{
	return d->jws.top && !d->jws.flattened;
}

/* ---- components ---- */

static struct result push(struct draft *d, struct jws_signature *s, const char *name,
                          const struct json *value, struct err *err)
{
	struct jades_elements e;
	struct json_object *o = json_object_new(d->a), *h = json_object_from(d->a, s->unprotected);
	struct json_array *list = json_array_new(d->a);
	const struct json *before = json_get(s->unprotected, STR("etsiU")), *element;
	jades_elements_read(d->a, s->unprotected, &e);
	if (e.fault.n || e.n == JADES_ELEMENTS_MAX)
		return jades_refused(err, "etsiU is malformed or full");
	json_put(o, str_c(name), value);
	element = json_object_done(o);
	if (!e.clear || !e.n)
		element = json_str(d->a, base64url_encode(d->a, json_to_str(d->a, element)));
	for (size_t i = 0; i < json_len(before); i++)
		json_push(list, json_at(before, i));
	json_push(list, element);
	json_put(h, STR("etsiU"), json_array_done(list));
	s->unprotected = json_object_done(h);
	return ok();
}

static const struct json *val(struct arena *a, struct str der)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("val"), base64_encode(a, der));
	return json_object_done(o);
}

static const struct json *container(struct arena *a, struct str token)
{
	struct json_object *o = json_object_new(a);
	struct json_array *list = json_array_new(a);
	json_push(list, val(a, token));
	json_put(o, STR("tstTokens"), json_array_done(list));
	return json_object_done(o);
}

static struct result stamp(struct draft *d, struct str hash, const struct json **ret,
                           struct err *err)
{
	struct str token;
	if (!d->o->stamp)
		return jades_refused(err, "no time-stamping authority was given");
	TRY(d->o->stamp(d->o->stamp_ctx, d->a, DIGEST_SHA256, hash, &token, err));
	*ret = container(d->a, token);
	return ok();
}

static bool has(const struct jades_elements *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->list[i].name, str_c(name)))
			return true;
	return false;
}

static struct result add_signature_stamp(struct draft *d, struct jws_signature *s,
                                         struct err *err)
{
	struct jades_elements e;
	const struct json *v;
	uint8_t hash[SHA256_SIZE];
	jades_elements_read(d->a, s->unprotected, &e);
	if (has(&e, "sigTst"))
		return ok();
	sha256(s->value_text, hash);
	TRY(stamp(d, str_of((char *)hash, sizeof hash), &v, err));
	return push(d, s, "sigTst", v, err);
}

/* ---- validation data ---- */

static bool known(const struct str *list, size_t n, struct str v)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], v))
			return true;
	return false;
}

/* Those of the material that the signature does not carry yet. */
static const struct json *fresh(struct arena *a, const struct str *material, size_t n,
                                const struct str *have, size_t nhave, bool certs)
{
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(a);
		if (known(have, nhave, material[i]) || known(material, i, material[i]))
			continue;
		json_put(o, STR("x509Cert"), val(a, material[i]));
		json_push(list, certs ? json_object_done(o) : val(a, material[i]));
	}
	return json_array_done(list);
}

static const struct json *revocation(struct arena *a, const struct json *crls,
                                     const struct json *ocsps)
{
	struct json_object *o = json_object_new(a);
	if (crls->n)
		json_put(o, STR("crlVals"), crls);
	if (ocsps->n)
		json_put(o, STR("ocspVals"), ocsps);
	return json_object_done(o);
}

/* The first time as xVals and rVals (§5.3.5.1, §5.3.5.2), which come once; later as
 * tstVD (§5.3.6.1). */
static struct result add_material(struct draft *d, struct jws_signature *s, struct err *err)
{
	const struct ades_values *m = d->o->material;
	struct jades_elements e;
	struct ades_signature now = { .values = ARENA_NEW(d->a, struct ades_values) };
	struct jades_data data = { &d->jws, s, d->detached, json_get(s->protected, STR("sigD")), NULL };
	if (!m)
		return jades_refused(err, "no validation data was given");
	jades_elements_read(d->a, s->unprotected, &e);
	jades_signed(d->a, &data, &e, &now);
	jades_unsigned(d->a, &data, &e, &now);
	const struct ades_values *h = now.values;
	const struct json *certs = fresh(d->a, m->certs, m->ncerts, h->certs, h->ncerts, true);
	const struct json *rev = revocation(d->a, fresh(d->a, m->crls, m->ncrls, h->crls, h->ncrls, false),
	                                    fresh(d->a, m->ocsps, m->nocsps, h->ocsps, h->nocsps, false));
	if (has(&e, "xVals") || has(&e, "rVals")) {
		struct json_object *o = json_object_new(d->a);
		if (certs->n)
			json_put(o, STR("xVals"), certs);
		if (rev->n)
			json_put(o, STR("rVals"), rev);
		return certs->n || rev->n ? push(d, s, "tstVD", json_object_done(o), err) : ok();
	}
	if (certs->n)
		TRY(push(d, s, "xVals", certs, err));
	return rev->n ? push(d, s, "rVals", rev, err) : ok();
}

static struct result add_archive_stamp(struct draft *d, struct jws_signature *s, struct err *err)
{
	struct jades_elements e;
	struct str what = STR("");
	const struct json *v;
	struct jades_data data = { &d->jws, s, d->detached, json_get(s->protected, STR("sigD")), NULL };
	jades_elements_read(d->a, s->unprotected, &e);
	if (e.clear && e.n)
		return jades_refused(err, "etsiU in clear is not archived: no one canonicalization is sure");
	struct str hash = jades_archive_hash(d->a, &data, &e, e.n, NULL, sign_digest_of(DIGEST_SHA256),
	                                     &what);
	if (!hash.n)
		return fail(err, ERR_INPUT, "sign.jades", JADES_CLAUSE, "%.*s", STR_ARG(what));
	TRY(stamp(d, hash, &v, err));
	return push(d, s, "arcTst", v, err);
}

struct result jades_extend(struct arena *a, struct str file, const struct ades_detached *detached,
                           const struct ades_options *o, struct str *ret, struct err *err)
{
	static const struct ades_detached none;
	struct draft d;
	TRY(open_draft(a, file, &d, err));
	d.detached = detached ? detached : &none;
	d.o = o;
	for (size_t i = 0; i < d.jws.n; i++) {
		struct jws_signature *s = &d.jws.signatures[i];
		if (o->level >= ADES_T)
			TRY(add_signature_stamp(&d, s, err));
		if (o->level >= ADES_LT)
			TRY(add_material(&d, s, err));
		if (o->level >= ADES_LTA)
			TRY(add_archive_stamp(&d, s, err));
	}
	*ret = write_draft(&d, general(&d));
	return ok();
}

/* ---- further signatures ---- */

struct result jades_sign_more(struct arena *a, struct str file, const struct source *contents,
                              size_t n, const struct ades_options *o, struct str *ret,
                              struct err *err)
{
	struct draft d;
	struct made_jws m;
	struct source payload;
	struct ades_options mine = *o;
	TRY(open_draft(a, file, &d, err));
	if (d.jws.n == JWS_SIGNATURES_MAX || !d.jws.signatures[0].b64)
		return jades_refused(err, "no further signature fits beside these");
	mine.packaging = d.jws.attached ? ADES_ENVELOPING : ADES_DETACHED;
	if (d.jws.attached) {
		struct str octets;
		TRY(jws_payload(a, &d.jws, &d.jws.signatures[0], &octets, err));
		payload = source_bytes(STR(""), octets);
	}
	TRY(jades_make_one(a, d.jws.attached ? &payload : contents, d.jws.attached ? 1 : n, &mine, false,
	                   &m, err));
	struct jws_signature *list = ARENA_ARRAY(a, struct jws_signature, d.jws.n + 1);
	memcpy(list, d.jws.signatures, d.jws.n * sizeof *list);
	list[d.jws.n] = (struct jws_signature){ .protected_text = m.protected_text,
		.value_text = m.value_text };
	d.jws.signatures = list;
	d.jws.n++;
	*ret = write_draft(&d, true);
	return ok();
}

struct result jades_countersign(struct arena *a, struct str file, size_t which,
                                const struct ades_options *o, struct str *ret, struct err *err)
{
	struct draft d;
	struct made_jws m;
	struct jades_elements e;
	TRY(open_draft(a, file, &d, err));
	if (which >= d.jws.n)
		return jades_refused(err, "there is no such signature");
	struct jws_signature *s = &d.jws.signatures[which];
	struct source value = source_bytes(STR(""), s->value);
	jades_elements_read(a, s->unprotected, &e);
	if (has(&e, "arcTst"))
		return jades_refused(err, "a counter signature after an archive time stamp is not covered");
	TRY(jades_make_one(a, &value, 1, o, true, &m, err));
	struct str compact = arena_printf(a, "%.*s..%.*s", STR_ARG(m.protected_text), STR_ARG(m.value_text));
	TRY(push(&d, s, "cSig", json_str(a, compact), err));
	*ret = write_draft(&d, general(&d));
	return ok();
}
