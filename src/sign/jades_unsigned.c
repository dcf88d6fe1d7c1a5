/* etsiU: the unsigned components (ETSI TS 119 182-1 §5.3). Their order is that of
 * their addition, so an archive time stamp covers those before it. */
#include "sign/jades_priv.h"

#include "base/encode.h"
#include "sign/stamp.h"

static void element_fault(struct jades_elements *e, const char *what)
{
	if (!e->fault.n)
		e->fault = str_c(what);
}

static bool element_read(struct arena *a, const struct json *j, struct jades_element *ret)
{
	struct str text;
	ret->whole = j;
	if (json_is(j, JSON_STRING)) {
		ret->text = j->text;
		if (is_err(base64url_decode(a, j->text, &text, NULL)) ||
		    is_err(json_parse(a, text, &ret->whole, NULL)))
			return false;
	}
	if (!json_is(ret->whole, JSON_OBJECT) || ret->whole->n != 1)
		return false;
	ret->name = ret->whole->keys[0];
	ret->value = &ret->whole->items[0];
	return true;
}

void jades_elements_read(struct arena *a, const struct json *unprotected,
                         struct jades_elements *ret)
{
	const struct json *list = json_get(unprotected, STR("etsiU"));
	*ret = (struct jades_elements){ 0 };
	if (!list)
		return;
	if (!json_is(list, JSON_ARRAY) || list->n == 0 || list->n > JADES_ELEMENTS_MAX) {
		element_fault(ret, "etsiU is no list of components (TS 119 182-1 §5.3.1)");
		return;
	}
	ret->list = ARENA_ARRAY(a, struct jades_element, list->n);
	ret->clear = !json_is(json_at(list, 0), JSON_STRING);
	for (size_t i = 0; i < list->n; i++) {
		const struct json *j = json_at(list, i);
		if (ret->clear == json_is(j, JSON_STRING) || !element_read(a, j, &ret->list[i])) {
			element_fault(ret, "a component of etsiU is neither like the others nor one object "
			                   "(TS 119 182-1 §5.3.1)");
			return;
		}
		ret->n++;
	}
}

bool jades_der(struct arena *a, const struct json *text, struct str *ret)
{
	struct str der;
	if (!json_is(text, JSON_STRING) || is_err(base64_decode(a, text->text, &der, NULL)))
		return false;
	struct der_in in = der_read(der);
	(void)der_get_raw(&in, DER_SEQ);
	if (!der_done(&in))
		return false;
	*ret = der;
	return true;
}

/* ---- message imprints ---- */

/* §5.4.3.3: what a component is in clear. RFC 8785 where its URI is named; without one the
 * member order of the file and no white space. */
static bool clear_form(struct arena *a, const struct json *whole, const struct json *container,
                       struct str *ret)
{
	struct str uri = json_text(json_get(container, STR("canonAlg")));
	if (!uri.n)
		*ret = json_to_str(a, whole);
	return !uri.n || ((str_find(uri, STR("json-canonicalization")) != STR_NONE ||
	                   str_find(uri, STR("rfc8785")) != STR_NONE) &&
	                  is_ok(json_canonical(a, whole, ret, NULL)));
}

static bool feed_element(struct arena *a, const struct jades_elements *e, size_t i,
                         const struct json *container, struct jws_feed *f)
{
	struct str text = e->list[i].text;
	if (e->clear && !clear_form(a, e->list[i].whole, container, &text))
		return false;
	jws_feed_add(f, text);
	return true;
}

struct str jades_archive_hash(struct arena *a, const struct jades_data *d,
                              const struct jades_elements *e, size_t before,
                              const struct json *container, const struct sign_digest *alg,
                              struct str *ret_what)
{
	JWS_FEED_AUTO f = { 0 };
	if (!alg || is_err(jws_feed_init(&f, alg, NULL))) {
		*ret_what = STR("the digest of the imprint is unknown");
		return STR("");
	}
	if (!jades_feed_archive(a, d, &f)) {
		*ret_what = STR("what was signed is not at hand");
		return STR("");
	}
	jws_feed_add(&f, STR("."));
	jws_feed_add(&f, d->sig->protected_text);
	jws_feed_add(&f, STR("."));
	jws_feed_add(&f, d->sig->value_text);
	jws_feed_add(&f, STR("."));
	for (size_t i = 0; i < before; i++)
		if (!feed_element(a, e, i, container, &f)) {
			*ret_what = STR("a canonicalization that is not known");
			return STR("");
		}
	return jws_feed_done(a, &f);
}

/* Annex A.1.5: signature and references, or the references alone. */
static struct str refs_hash(struct arena *a, const struct jades_data *d,
                            const struct jades_elements *e, size_t before, bool with_signature,
                            const struct json *container, const struct sign_digest *alg)
{
	static const char *const names[] = { "xRefs", "rRefs", "axRefs", "arRefs", "sigTst" };
	JWS_FEED_AUTO f = { 0 };
	if (!alg || is_err(jws_feed_init(&f, alg, NULL)))
		return STR("");
	if (with_signature) {
		jws_feed_add(&f, d->sig->value_text);
		jws_feed_add(&f, STR("."));
	}
	for (size_t i = 0; i < before; i++)
		for (size_t k = 0; k < (with_signature ? 5 : 4); k++)
			if (str_eq(e->list[i].name, str_c(names[k])) && !feed_element(a, e, i, container, &f))
				return STR("");
	return jws_feed_done(a, &f);
}

static struct str plain_hash(struct arena *a, struct str octets, const struct sign_digest *alg)
{
	uint8_t *to = arena_alloc(a, DIGEST_SIZE_MAX);
	struct source s = source_bytes(STR(""), octets);
	if (!alg || is_err(source_digest(&s, &(struct range){ 0, octets.n }, 1, alg, to, NULL)))
		return STR("");
	return str_of((char *)to, alg->size);
}

/* ---- values ---- */

bool jades_add_value(struct str *list, size_t *n, struct str v)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i], v))
			return true;
	if (*n == ADES_VALUES_MAX)
		return false;
	list[(*n)++] = v;
	return true;
}

static bool add_certs(struct arena *a, const struct json *list, struct ades_values *v)
{
	bool good = json_is(list, JSON_ARRAY);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *one = json_get(json_at(list, i), STR("x509Cert"));
		struct str der;
		if (!one) /* otherCert: nothing that we know */
			continue;
		good = good && jades_der(a, json_get(one, STR("val")), &der) &&
		       jades_add_value(v->certs, &v->ncerts, der);
	}
	return good;
}

static bool add_ders(struct arena *a, const struct json *list, struct str *to, size_t *n)
{
	bool good = !list || json_is(list, JSON_ARRAY);
	for (size_t i = 0; i < json_len(list); i++) {
		struct str der;
		good = good && jades_der(a, json_get(json_at(list, i), STR("val")), &der) &&
		       jades_add_value(to, n, der);
	}
	return good;
}

static bool add_revocation(struct arena *a, const struct json *o, struct ades_values *v)
{
	return json_is(o, JSON_OBJECT) &&
	       add_ders(a, json_get(o, STR("crlVals")), v->crls, &v->ncrls) &&
	       add_ders(a, json_get(o, STR("ocspVals")), v->ocsps, &v->nocsps);
}

static bool add_both(struct arena *a, const struct json *o, struct ades_values *v)
{
	const struct json *certs = json_get(o, STR("xVals")), *rev = json_get(o, STR("rVals"));
	return json_is(o, JSON_OBJECT) && (!certs || add_certs(a, certs, v)) &&
	       (!rev || add_revocation(a, rev, v));
}

/* ---- time stamps ---- */

struct stamps {
	struct arena *a;
	const struct jades_data *data;
	const struct jades_elements *elements;
	struct ades_signature *sig;
	struct ades_stamp *list;
	size_t n;
};

static struct str covered(struct stamps *t, enum ades_stamp_kind kind, size_t at,
                          const struct json *container, const struct sign_digest *alg,
                          struct str *ret_what)
{
	const struct jades_element *e = at < t->elements->n ? &t->elements->list[at] : NULL;
	JWS_FEED_AUTO f = { 0 };
	switch (kind) {
	case STAMP_SIGNATURE:
		return plain_hash(t->a, t->data->sig->value_text, alg);
	case STAMP_REFS:
		return refs_hash(t->a, t->data, t->elements, at, e && str_eq(e->name, STR("sigRTst")),
		                 container, alg);
	case STAMP_ARCHIVE:
		return jades_archive_hash(t->a, t->data, t->elements, at, container, alg, ret_what);
	case STAMP_CONTENT:
		break;
	}
	if (!alg || is_err(jws_feed_init(&f, alg, NULL)) || !jades_feed_archive(t->a, t->data, &f))
		return STR("");
	return jws_feed_done(t->a, &f);
}

static void add_stamp(struct stamps *t, enum ades_stamp_kind kind, size_t at,
                      const struct json *container, struct str token)
{
	struct stamp s;
	const struct ades_values *v = t->sig->values;
	struct ades_stamp *one = &t->list[t->n];
	*one = (struct ades_stamp){ .kind = kind, .token = token, .ncerts = v->ncerts,
		.ncrls = v->ncrls, .nocsps = v->nocsps, .nstamps = kind == STAMP_ARCHIVE ? t->n : 0 };
	if (is_err(stamp_read(t->a, token, v->certs, v->ncerts, &s, NULL))) {
		one->what = STR("no time-stamp token");
	} else {
		one->alg = s.digest;
		one->hash = covered(t, kind, at, container, s.digest, &one->what);
		if (!one->hash.n && !one->what.n)
			one->what = STR("what it is over cannot be told");
	}
	if (kind != STAMP_ARCHIVE)
		one->ncerts = one->ncrls = one->nocsps = 0;
	t->n++;
}

/* §5.4.3.3: tokens of one container are over the same. */
static void add_container(struct stamps *t, enum ades_stamp_kind kind, size_t at,
                          const struct json *container)
{
	const struct json *tokens = json_get(container, STR("tstTokens"));
	struct str only = json_text(json_get(container, STR("timeStamped")));
	if (!json_is(tokens, JSON_ARRAY) || tokens->n == 0)
		jades_fault(t->sig, "a time stamp without tokens (TS 119 182-1 §5.4.3.3)");
	if (only.n && !str_eq(only, STR("all")))
		jades_fault(t->sig, "an archive time stamp of a kind that is not read (§5.3.6.2)");
	for (size_t i = 0; i < json_len(tokens); i++) {
		struct str token;
		if (!jades_der(t->a, json_get(json_at(tokens, i), STR("val")), &token))
			jades_fault(t->sig, "a time-stamp token that is no DER in base64 (§5.4.3.3)");
		else if (t->n == ADES_STAMPS_MAX)
			jades_fault(t->sig, "too many time stamps");
		else
			add_stamp(t, kind, at, container, token);
	}
}

enum part { PART_SIG_STAMP, PART_REFS_STAMP, PART_ARCHIVE, PART_CERTS, PART_REVOCATION, PART_BOTH };
static const struct { const char *name; enum part part; } parts[] = {
	{ "sigTst", PART_SIG_STAMP }, { "sigRTst", PART_REFS_STAMP }, { "rfsTst", PART_REFS_STAMP },
	{ "arcTst", PART_ARCHIVE }, { "xVals", PART_CERTS }, { "axVals", PART_CERTS },
	{ "rVals", PART_REVOCATION }, { "arVals", PART_REVOCATION }, { "tstVD", PART_BOTH },
	{ "tstVd", PART_BOTH }, { "anyValData", PART_BOTH },
};

static void take(struct stamps *t, size_t at, enum part part)
{
	const struct json *v = t->elements->list[at].value;
	bool good = true;
	if (part == PART_SIG_STAMP || part == PART_REFS_STAMP || part == PART_ARCHIVE)
		add_container(t, part == PART_ARCHIVE ? STAMP_ARCHIVE
		                 : part == PART_SIG_STAMP ? STAMP_SIGNATURE : STAMP_REFS, at, v);
	else if (part == PART_CERTS)
		good = add_certs(t->a, v, t->sig->values);
	else if (part == PART_REVOCATION)
		good = add_revocation(t->a, v, t->sig->values);
	else
		good = add_both(t->a, v, t->sig->values);
	if (!good)
		jades_fault(t->sig, "validation data that cannot be read, or too much of it (§5.3.5)");
}

static enum ades_level level_of(const struct stamps *t)
{
	bool time = false, archive = false;
	for (size_t i = 0; i < t->n; i++) {
		time = time || t->list[i].kind == STAMP_SIGNATURE;
		archive = archive || t->list[i].kind == STAMP_ARCHIVE;
	}
	if (t->sig->cert_ref == CERT_REF_ABSENT)
		return ADES_NONE;
	if (!time)
		return ADES_B;
	if (t->sig->values->ncrls + t->sig->values->nocsps == 0)
		return ADES_T;
	return archive ? ADES_LTA : ADES_LT;
}

void jades_unsigned(struct arena *a, const struct jades_data *d, struct jades_elements *e,
                    struct ades_signature *s)
{
	struct stamps t = { a, d, e, s, ARENA_ARRAY(a, struct ades_stamp, ADES_STAMPS_MAX), 0 };
	const struct json *before = json_get(d->sig->protected, STR("adoTst"));
	if (e->fault.n && !s->malformed.n)
		s->malformed = e->fault;
	if (before)
		add_container(&t, STAMP_CONTENT, e->n, before);
	for (size_t i = 0; i < e->n; i++)
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			if (str_eq(e->list[i].name, str_c(parts[k].name)))
				take(&t, i, parts[k].part);
	s->stamps = t.list;
	s->nstamps = t.n;
	s->level = level_of(&t);
}
