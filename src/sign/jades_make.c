/* JAdES made: the protected header of ETSI TS 119 182-1 §5.1 and §5.2, and the
 * serialization. sigD hashes what is beside (ObjectIdByURIHash), so content streams. */
#include "base/clock.h"
#include "base/encode.h"
#include "sign/certificate.h"
#include "sign/jades_make.h"

struct result jades_refused(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.jades", JADES_CLAUSE, "%s", what);
}

static enum sig_alg algorithm_of(const struct ades_options *o)
{
	enum sig_alg alg = key_sig_of(o->signer.key);
	return o->pss && alg == SIG_RS256 ? SIG_PS256 : alg;
}

static const struct json *digest_text(struct arena *a, struct str der)
{
	uint8_t hash[SHA256_SIZE];
	sha256(der, hash);
	return json_str(a, base64url_encode(a, str_of((char *)hash, sizeof hash)));
}

static const struct json *chain(struct arena *a, const struct cms_signer *s)
{
	struct json_array *list = json_array_new(a);
	json_push(list, json_str(a, base64_encode(a, s->cert)));
	for (size_t i = 0; i < s->nchain; i++)
		json_push(list, json_str(a, base64_encode(a, s->chain[i])));
	return json_array_done(list);
}

/* ---- signed properties ---- */

static const struct json *single(struct arena *a, const char *key, const struct json *v)
{
	struct json_object *o = json_object_new(a);
	json_put(o, str_c(key), v);
	return json_object_done(o);
}

static const struct json *list_of(struct arena *a, const struct json *v)
{
	struct json_array *x = json_array_new(a);
	json_push(x, v);
	return json_array_done(x);
}

/* §5.2.3: an object identifier is written as a URN. */
static const struct json *commitment(struct arena *a, struct str id)
{
	bool oid = id.n && id.p[0] >= '0' && id.p[0] <= '9';
	struct str uri = oid ? arena_printf(a, "urn:oid:%.*s", STR_ARG(id)) : id;
	return list_of(a, single(a, "commId", single(a, "id", json_str(a, uri))));
}

static const struct json *role(struct arena *a, struct str text)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("mediaType"), STR("text/plain"));
	json_put_str(o, STR("encoding"), STR("utf-8"));
	json_put(o, STR("qVals"), list_of(a, json_str(a, text)));
	return single(a, "claimed", list_of(a, json_object_done(o)));
}

static void put_critical(struct arena *a, struct json_object *h, bool sig_d)
{
	if (sig_d)
		json_put(h, STR("crit"), list_of(a, json_str(a, STR("sigD"))));
}

static struct result put_sig_d(struct arena *a, struct json_object *h, const struct source *contents,
                               size_t n, struct err *err)
{
	struct json_object *o = json_object_new(a);
	struct json_array *pars = json_array_new(a), *hashes = json_array_new(a);
	const struct sign_digest *alg = sign_digest_of(DIGEST_SHA256);
	struct jws_signature plain = { .b64 = true };
	struct jades_data d = { .sig = &plain };
	for (size_t i = 0; i < n; i++) {
		struct str hash = jades_object_hash(a, &d, &contents[i], alg);
		for (size_t k = 0; k < i; k++)
			if (str_eq(contents[k].name, contents[i].name))
				return jades_refused(err, "two contents of the same name");
		if (!contents[i].name.n || !hash.n)
			return jades_refused(err, "a content beside the signature needs a name and must be readable");
		json_push(pars, json_str(a, percent_encode(a, contents[i].name)));
		json_push(hashes, json_str(a, base64url_encode(a, hash)));
	}
	json_put_str(o, STR("mId"), STR(JADES_BY_URI_HASH));
	json_put(o, STR("pars"), json_array_done(pars));
	json_put_str(o, STR("hashM"), STR("S256"));
	json_put(o, STR("hashV"), json_array_done(hashes));
	json_put(h, STR("sigD"), json_object_done(o));
	return ok();
}

static struct result header(struct arena *a, const struct source *contents, size_t n,
                            const struct ades_options *o, bool counter, const struct json **ret,
                            struct err *err)
{
	bool sig_d = !counter && o->packaging == ADES_DETACHED;
	struct json_object *h = json_object_new(a);
	json_put_str(h, STR("alg"), str_c(sig_alg_row(algorithm_of(o))->jose));
	if (o->mime.n && !sig_d)
		json_put_str(h, STR("cty"), o->mime);
	json_put(h, STR("x5t#S256"), digest_text(a, o->signer.cert));
	json_put(h, STR("x5c"), chain(a, &o->signer));
	put_critical(a, h, sig_d);
	if (o->time)
		json_put_int(h, STR("iat"), o->time / CLOCK_SECOND);
	if (o->commitment.n)
		json_put(h, STR("srCms"), commitment(a, o->commitment));
	if (o->place.n)
		json_put(h, STR("sigPl"), single(a, "addressLocality", json_str(a, o->place)));
	if (o->role.n)
		json_put(h, STR("srAts"), role(a, o->role));
	if (sig_d)
		TRY(put_sig_d(a, h, contents, n, err));
	*ret = json_object_done(h);
	return ok();
}

/* ---- the value ---- */

static struct result sign_input(struct arena *a, const struct ades_options *o, struct str input,
                                struct str *ret, struct err *err)
{
	uint8_t value[KEY_SIG_MAX];
	size_t n;
	enum sig_alg alg = algorithm_of(o);
	struct str octets;
	TRY(key_sign(o->signer.key, alg, input, value, &n, err));
	octets = arena_str(a, str_of((char *)value, n));
	if (sig_alg_row(alg)->half)
		TRY(sig_es_raw(alg, octets, a, &octets, err));
	*ret = base64url_encode(a, octets);
	return ok();
}

static struct result made(struct arena *a, const struct source *contents, size_t n,
                          const struct ades_options *o, bool counter, struct str payload,
                          struct made_jws *ret, struct err *err)
{
	const struct json *h;
	struct sign_cert cert;
	if (!o->signer.key || !key_private(o->signer.key) || !sign_cert_read(o->signer.cert, &cert) ||
	    !str_eq(cert.spki, key_spki(o->signer.key)))
		return jades_refused(err, "the certificate is not of the key that shall sign");
	TRY(header(a, contents, n, o, counter, &h, err));
	ret->protected_text = base64url_encode(a, json_to_str(a, h));
	return sign_input(a, o,
	                  arena_printf(a, "%.*s.%.*s", STR_ARG(ret->protected_text), STR_ARG(payload)),
	                  &ret->value_text, err);
}

struct result jades_make_one(struct arena *a, const struct source *contents, size_t n,
                             const struct ades_options *o, bool counter, struct made_jws *ret,
                             struct err *err)
{
	struct str octets;
	*ret = (struct made_jws){ .payload_text = STR("") };
	if (o->packaging != ADES_DETACHED || counter) {
		if (n != 1 || (o->packaging == ADES_ENVELOPED && !counter))
			return jades_refused(err, "one content stands in a signature, and no signature in it");
		TRY(source_read(a, &contents[0], (struct range){ 0, contents[0].size },
		                arena_left(a) / 8, &octets, err));
		ret->payload_text = base64url_encode(a, octets);
	} else if (n == 0 || n > JADES_PARS_MAX) {
		return jades_refused(err, "nothing to sign, or too much");
	}
	return made(a, contents, n, o, counter, ret->payload_text, ret, err);
}

static struct str flattened(struct arena *a, const struct made_jws *m, bool attached)
{
	struct json_object *o = json_object_new(a);
	if (attached)
		json_put_str(o, STR("payload"), m->payload_text);
	json_put_str(o, STR("protected"), m->protected_text);
	json_put_str(o, STR("signature"), m->value_text);
	return json_to_str(a, json_object_done(o));
}

struct result jades_sign(struct arena *a, const struct source *contents, size_t n,
                         const struct ades_options *o, struct str *ret, struct err *err)
{
	struct made_jws m;
	struct ades_detached all = { contents, n };
	bool attached = o->packaging != ADES_DETACHED;
	TRY(jades_make_one(a, contents, n, o, false, &m, err));
	if (o->level > ADES_B)
		return jades_extend(a, flattened(a, &m, attached), attached ? NULL : &all, o, ret, err);
	*ret = arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(m.protected_text), STR_ARG(m.payload_text),
	                    STR_ARG(m.value_text));
	return ok();
}
