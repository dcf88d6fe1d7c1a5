/* sigD: what a detached signature is over (ETSI TS 119 182-1 §5.2.8). */
#include "sign/jades_priv.h"

#include "base/encode.h"

const struct source *jades_source(struct arena *a, const struct ades_detached *d, struct str name)
{
	struct str plain = name;
	if (str_find_char(name, '%') != STR_NONE && is_err(percent_decode(a, name, &plain, NULL)))
		plain = name;
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->sources[i].name, name) || str_eq(d->sources[i].name, plain))
			return &d->sources[i];
	return d->n == 1 && !d->sources[0].name.n ? &d->sources[0] : NULL;
}

static bool is_mechanism(const struct jades_data *d, const char *uri)
{
	return str_eq(json_text(json_get(d->sig_d, STR("mId"))), str_c(uri));
}

static bool feed_objects(struct arena *a, const struct jades_data *d, struct jws_feed *f)
{
	const struct json *pars = json_get(d->sig_d, STR("pars"));
	for (size_t i = 0; i < json_len(pars); i++) {
		const struct source *s = jades_source(a, d->detached, json_text(json_at(pars, i)));
		if (!s || is_err(jws_feed_source(f, s, d->sig->b64, NULL)))
			return false;
	}
	return true;
}

/* ---- HTTP fields, as draft-cavage-http-signatures-10 §2.3 puts them together ---- */

static bool field_text(struct arena *a, const struct source *s, struct str *ret)
{
	enum { FIELD_MAX = 65536 };
	return s && is_ok(source_read(a, s, (struct range){ 0, s->size }, FIELD_MAX, ret, NULL));
}

/* One line of each field that sigD names; fields of one name are joined. */
static bool field_line(struct arena *a, const struct ades_detached *d, struct str name,
                       struct buf *b)
{
	bool found = false;
	for (size_t i = 0; i < name.n; i++)
		buf_add_char(b, name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i]);
	for (size_t i = 0; i < d->n; i++) {
		struct str value;
		if (!d->sources[i].name.n || !str_eq_nocase(d->sources[i].name, name))
			continue;
		if (!field_text(a, &d->sources[i], &value))
			return false;
		buf_add(b, found ? STR(", ") : STR(": "));
		buf_add(b, str_trim(value));
		found = true;
	}
	return found;
}

static bool feed_fields(struct arena *a, const struct jades_data *d, bool archive,
                        struct jws_feed *f)
{
	const struct json *pars = json_get(d->sig_d, STR("pars"));
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < json_len(pars); i++) {
		struct str name = json_text(json_at(pars, i));
		if (i > 0)
			buf_add_char(&b, '\n');
		if (archive && str_eq_nocase(name, STR("digest"))) {
			const struct source *body = NULL;
			for (size_t k = 0; k < d->detached->n; k++)
				if (!d->detached->sources[k].name.n)
					body = &d->detached->sources[k];
			jws_feed_add(f, buf_str(&b));
			buf_clear(&b);
			if (!body || is_err(jws_feed_source(f, body, false, NULL)))
				return false;
		} else if (!field_line(a, d->detached, name, &b)) {
			return false;
		}
	}
	if (buf_over(&b))
		return false;
	jws_feed_add(f, d->sig->b64 && !archive ? base64url_encode(a, buf_str(&b)) : buf_str(&b));
	return true;
}

static bool feed_plain(const struct jades_data *d, struct jws_feed *f)
{
	if (d->jws->attached) {
		jws_feed_add(f, d->jws->payload_text);
		return true;
	}
	return d->detached->n == 1 &&
	       is_ok(jws_feed_source(f, &d->detached->sources[0], d->sig->b64, NULL));
}

bool jades_feed_payload(struct arena *a, const struct jades_data *d, struct jws_feed *f)
{
	if (!d->sig_d)
		return feed_plain(d, f);
	if (is_mechanism(d, JADES_BY_URI_HASH))
		return true; /* §5.2.8.3.3: an empty stream */
	return is_mechanism(d, JADES_BY_URI) ? feed_objects(a, d, f) : feed_fields(a, d, false, f);
}

static bool afford(const struct jades_data *d)
{
	uint64_t cost = d->jws->payload_text.n;
	for (size_t i = 0; i < d->detached->n && !d->jws->attached; i++)
		cost += d->detached->sources[i].size;
	if (d->work && cost > *d->work)
		return false;
	if (d->work)
		*d->work -= cost;
	return true;
}

bool jades_feed_archive(struct arena *a, const struct jades_data *d, struct jws_feed *f)
{
	if (!afford(d))
		return false;
	if (!d->sig_d)
		return feed_plain(d, f);
	return is_mechanism(d, JADES_HTTP_HEADERS) ? feed_fields(a, d, true, f) : feed_objects(a, d, f);
}

struct str jades_object_hash(struct arena *a, const struct jades_data *d, const struct source *s,
                             const struct sign_digest *alg)
{
	JWS_FEED_AUTO f = { 0 };
	if (is_err(jws_feed_init(&f, alg, NULL)) || is_err(jws_feed_source(&f, s, d->sig->b64, NULL)))
		return STR("");
	return jws_feed_done(a, &f);
}
