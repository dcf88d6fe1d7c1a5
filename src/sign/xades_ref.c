/* ds:Reference: what it points at, how it is transformed, whether it is intact
 * (XML Signature 1.1 §4.4.3, §6.6).
 *
 * Only what can be understood at a glance is followed: the whole document, an
 * element by an Id that is the only one of its kind, a file that the caller
 * brought under this name. Transforms never choose: they canonicalise, decode,
 * or take signatures away. */
#include "base/encode.h"
#include "sign/xades_priv.h"

#define XPATH "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define FILTER2 "http://www.w3.org/2002/06/xmldsig-filter2"
#define XSLT "http://www.w3.org/TR/1999/REC-xslt-19991116"

/* ---- where to ---- */

static const struct source *source_named(const struct ades_detached *d, struct str name)
{
	if (str_starts(name, STR("./")))
		name = str_from(name, 2);
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->sources[i].name, name))
			return &d->sources[i];
	return d->n == 1 && !d->sources[0].name.n ? &d->sources[0] : NULL;
}

/* The Id in "#id", "#xpointer(id('id'))"; the latter keeps comments (§4.4.3.3). */
static struct str id_of(struct xades_ctx *c, struct str fragment, bool *ret_comments)
{
	struct str id = fragment;
	*ret_comments = str_starts(fragment, STR("xpointer(id(")) && str_ends(fragment, STR("))"));
	if (*ret_comments) {
		id = str_sub(fragment, 12, fragment.n - 14);
		bool quoted = id.n >= 2 && (*id.p == '\'' || *id.p == '"') && id.p[id.n - 1] == *id.p;
		return quoted ? str_sub(id, 1, id.n - 2) : STR("");
	}
	if (xml_safe_id(c->x, id) || xml_safe_id_twice(c->x, id))
		return id;
	return is_ok(percent_decode(c->a, fragment, &id, NULL)) ? id : fragment;
}

static void point_inside(struct xades_ctx *c, struct xref *r, struct str fragment, struct str *why)
{
	if (str_eq(fragment, STR("xpointer(/)"))) {
		r->target = XREF_SET;
		r->comments = true;
		return;
	}
	struct str id = id_of(c, fragment, &r->comments);
	if (xml_safe_id_twice(c->x, id))
		xades_wrong(why, arena_printf(c->a, "several elements have the Id \"%.*s\" that is signed "
		                              "(XML Signature 1.1 8.1)", (int)(id.n < 80 ? id.n : 80), id.p));
	r->apex = xml_safe_id(c->x, id);
	r->target = r->apex ? XREF_SET : XREF_MISSING;
}

static void point(struct xades_ctx *c, struct xref *r, struct str *why)
{
	struct str name;
	if (!dom_has_attr(r->node, "URI")) {
		r->source = c->detached->n == 1 ? &c->detached->sources[0] : NULL;
		r->target = r->source ? XREF_SOURCE : XREF_MISSING;
	} else if (!r->uri.n) {
		r->target = XREF_SET;
	} else if (r->uri.p[0] == '#') {
		point_inside(c, r, str_from(r->uri, 1), why);
	} else {
		r->source = source_named(c->detached, r->uri);
		if (!r->source && is_ok(percent_decode(c->a, r->uri, &name, NULL)))
			r->source = source_named(c->detached, name);
		r->target = r->source ? XREF_SOURCE : XREF_MISSING;
	}
}

/* ---- transforms ---- */

static bool read_prefixes(struct xades_ctx *c, const struct _xmlNode *method, struct xml_c14n *ret)
{
	const struct _xmlNode *list = dom_child(method, EXC14N, "InclusiveNamespaces");
	struct str rest = str_trim(dom_attr(c->a, list, "PrefixList")), word;
	while (rest.n) {
		size_t end = 0;
		while (end < rest.n && !strchr(" \t\r\n", rest.p[end]))
			end++;
		word = str_sub(rest, 0, end);
		rest = str_trim(str_from(rest, end));
		if (ret->nprefixes == XML_SAFE_PREFIXES_MAX)
			return false;
		ret->prefixes[ret->nprefixes++] = word;
	}
	return true;
}

bool xades_c14n_of(struct xades_ctx *c, const struct _xmlNode *method, struct xml_c14n *ret,
                   struct str *why)
{
	struct str uri = dom_attr(c->a, method, "Algorithm");
	if (!xml_c14n_method(uri, ret)) {
		xades_wrong(why, arena_printf(c->a, "\"%.*s\" is no canonicalisation that is understood "
		                              "(XML Signature 1.1 6.5)", (int)(uri.n < 100 ? uri.n : 100),
		                              uri.p));
		return false;
	}
	if (read_prefixes(c, method, ret))
		return true;
	xades_wrong(why, STR("too many prefixes in InclusiveNamespaces"));
	return false;
}

/* The few expressions that mean "without signatures", and nothing else. */
static bool is_no_signatures(struct xades_ctx *c, const struct _xmlNode *transform, bool filter)
{
	static const char *const forms[2][3] = {
		{ "not(ancestor-or-self::%s:Signature)", "not( ancestor-or-self::%s:Signature )",
		  "not(ancestor-or-self::%s:Signature)" },
		{ "/descendant::%s:Signature", "//%s:Signature", "/descendant-or-self::%s:Signature" },
	};
	const struct _xmlNode *e = dom_first(transform);
	struct str text;
	if (!e || dom_next(e) || !dom_is(e, filter ? FILTER2 : DS, "XPath") || !dom_text(c->a, e, &text))
		return false;
	if (filter && !str_eq(dom_attr(c->a, e, "Filter"), STR("subtract")))
		return false;
	struct str prefix = xml_safe_prefix(c->a, e, DS);
	for (size_t i = 0; prefix.n && i < 3; i++) {
		size_t at = str_find(str_c(forms[filter][i]), STR("%s"));
		struct str head = str_sub(str_c(forms[filter][i]), 0, at);
		struct str tail = str_from(str_c(forms[filter][i]), at + 2);
		if (str_eq(text, arena_join(c->a, arena_join(c->a, head, prefix), tail)))
			return true;
	}
	return false;
}

static bool read_step(struct xades_ctx *c, const struct _xmlNode *t, struct xref_step *ret,
                      struct str *why)
{
	struct str uri = dom_attr(c->a, t, "Algorithm");
	struct xml_c14n how;
	*ret = (struct xref_step){ .kind = STEP_ENVELOPED };
	if (str_eq(uri, str_c(ENVELOPED)))
		return true;
	if (str_eq(uri, STR(DS "base64"))) {
		ret->kind = STEP_BASE64;
		return true;
	}
	if (xml_c14n_method(uri, &how)) {
		ret->kind = STEP_C14N;
		return xades_c14n_of(c, t, &ret->how, why);
	}
	bool filter = str_eq(uri, STR(FILTER2));
	if ((filter || str_eq(uri, STR(XPATH))) && is_no_signatures(c, t, filter)) {
		ret->kind = STEP_NO_SIGNATURES;
		return true;
	}
	xades_wrong(why, str_eq(uri, STR(XSLT))
	                 ? STR("XSLT is refused: it is a program that chooses what was signed")
	                 : arena_printf(c->a, "the transform \"%.*s\" is refused: only canonicalisation, "
	                                "base64 and taking away signatures are followed",
	                                (int)(uri.n < 80 ? uri.n : 80), uri.p));
	return false;
}

static bool read_steps(struct xades_ctx *c, const struct _xmlNode *transforms, struct xref *r,
                       struct str *why)
{
	for (const struct _xmlNode *t = dom_first(transforms); t; t = dom_next(t)) {
		if (!dom_is(t, DS, "Transform")) {
			xades_wrong(why, STR("something else in Transforms (XML Signature 1.1 4.4.3.4)"));
			return false;
		}
		if (r->nsteps == XADES_TRANSFORMS_MAX) {
			xades_wrong(why, STR("too many transforms of a reference"));
			return false;
		}
		if (!read_step(c, t, &r->steps[r->nsteps++], why))
			return false;
	}
	return true;
}

static bool sound(const struct xref *r, struct str *why)
{
	for (size_t i = 0; i < r->nsteps; i++) {
		bool takes = r->steps[i].kind == STEP_ENVELOPED || r->steps[i].kind == STEP_NO_SIGNATURES;
		if (takes && (r->target == XREF_SOURCE || (i && r->steps[i - 1].kind != STEP_ENVELOPED &&
		                                           r->steps[i - 1].kind != STEP_NO_SIGNATURES)))
			xades_wrong(why, STR("signatures are taken away from octets (XML Signature 1.1 6.6.4)"));
		if (takes && r->apex && dom_within(r->apex, r->signature))
			xades_wrong(why, STR("what is signed stands in the signature that is taken away"));
	}
	return !why->n;
}

bool xref_read(struct xades_ctx *c, struct _xmlNode *node, struct _xmlNode *signature,
               struct xref *ret, struct str *why)
{
	struct _xmlNode *t = dom_first(node), *method, *value;
	struct xref r = { .node = node, .signature = signature, .uri = dom_attr(c->a, node, "URI"),
		.type = dom_attr(c->a, node, "Type") };
	method = dom_is(t, DS, "Transforms") ? dom_next(t) : t;
	value = dom_next(method);
	if (!dom_is(method, DS, "DigestMethod") || !dom_is(value, DS, "DigestValue") ||
	    dom_next(value) || dom_first(method) || !dom_base64(c->a, value, &r.digest)) {
		xades_wrong(why, STR("a reference without a plain digest (XML Signature 1.1 4.4.3)"));
		return false;
	}
	r.alg = sign_digest_xml(dom_attr(c->a, method, "Algorithm"));
	point(c, &r, why);
	if (why->n || (t != method && !read_steps(c, t, &r, why)) || !sound(&r, why))
		return false;
	*ret = r;
	return true;
}

/* ---- following it ---- */

static void to_set(const struct xref *r, size_t n, struct xml_set *ret)
{
	*ret = (struct xml_set){ .apex = r->apex, .comments = r->comments };
	for (size_t i = 0; i < n; i++)
		if (r->steps[i].kind == STEP_ENVELOPED) {
			ret->without = r->signature;
		} else {
			ret->but_ns = DS;
			ret->but_name = "Signature";
		}
}

static size_t takers(const struct xref *r)
{
	size_t n = 0;
	while (n < r->nsteps && (r->steps[n].kind == STEP_ENVELOPED ||
	                         r->steps[n].kind == STEP_NO_SIGNATURES))
		n++;
	return n;
}

static struct result decoded(struct arena *a, struct buf *b, struct err *err)
{
	struct str bytes;
	if (!text_base64(a, buf_str(b), &bytes))
		return fail(err, ERR_INPUT, "sign.xml.base64", "XML Signature 1.1 §6.6.2",
		            "what is signed is no base64");
	buf_clear(b);
	buf_add(b, bytes);
	return ok();
}

static struct result canonical(struct arena *a, struct buf *b, const struct xml_c14n *how,
                               struct err *err)
{
	XML_SAFE_AUTO x = { 0 };
	BUF_AUTO out;
	buf_init(&out, XADES_OCTETS_MAX);
	struct xml_set all = { .comments = true };
	TRY(xml_safe_open(a, buf_str(b), &x, err));
	TRY(xml_c14n(&x, &all, how, xades_buf_sink(&out), err));
	if (buf_over(&out))
		return fail(err, ERR_TOO_LARGE, "sign.xml.octets", NULL, "a canonical form is too large");
	buf_clear(b);
	buf_add(b, buf_str(&out));
	return ok();
}

/* Octets through the steps that are left. */
static struct result through(const struct xref *r, size_t from, struct buf *b, struct err *err)
{
	ARENA_AUTO a = arena_new(8 * (size_t)XADES_OCTETS_MAX);
	for (size_t i = from; i < r->nsteps; i++) {
		if (buf_over(b))
			return fail(err, ERR_TOO_LARGE, "sign.xml.octets", NULL, "what is signed is too large");
		TRY(r->steps[i].kind == STEP_BASE64 ? decoded(a, b, err)
		                                    : canonical(a, b, &r->steps[i].how, err));
	}
	return ok();
}

static struct result pour_set(struct xades_ctx *c, const struct xref *r,
                              const struct xml_c14n *last, struct xml_sink sink, struct err *err)
{
	BUF_AUTO b;
	struct xml_set set;
	size_t n = takers(r);
	buf_init(&b, XADES_OCTETS_MAX);
	to_set(r, n, &set);
	if (n == r->nsteps)
		return xml_c14n(c->x, &set, last, sink, err);
	bool text = r->steps[n].kind == STEP_BASE64;
	if (!text && n + 1 == r->nsteps)
		return xml_c14n(c->x, &set, &r->steps[n].how, sink, err);
	if (text)
		xml_set_text(&set, c->x, xades_buf_sink(&b));
	else
		TRY(xml_c14n(c->x, &set, &r->steps[n].how, xades_buf_sink(&b), err));
	TRY(through(r, text ? n : n + 1, &b, err));
	sink.write(sink.ctx, b.p ? b.p : "", b.n);
	return ok();
}

static struct result pour_source(const struct xref *r, struct xml_sink sink, struct err *err)
{
	BUF_AUTO b;
	buf_init(&b, XADES_OCTETS_MAX);
	if (!r->nsteps)
		return xades_pour_source(r->source, sink, err);
	if (r->source->size > XADES_OCTETS_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.xml.octets", NULL, "a file to be transformed has %llu "
		            "bytes", (unsigned long long)r->source->size);
	TRY(xades_pour_source(r->source, xades_buf_sink(&b), err));
	TRY(through(r, 0, &b, err));
	sink.write(sink.ctx, b.p ? b.p : "", b.n);
	return ok();
}

struct result xref_pour(struct xades_ctx *c, const struct xref *r, const struct xml_c14n *last,
                        struct xml_sink sink, struct err *err)
{
	if (r->target == XREF_MISSING)
		return fail(err, ERR_NOT_FOUND, "sign.xml.missing", NULL, "what is signed is not there");
	return r->target == XREF_SET ? pour_set(c, r, last, sink, err) : pour_source(r, sink, err);
}

bool xref_intact(struct xades_ctx *c, const struct xref *r)
{
	XADES_HASH_AUTO h = { 0 };
	struct xml_c14n last = { 0 };
	if (!r->alg || r->digest.n != r->alg->size || !xades_hash_begin(&h, r->alg))
		return false;
	if (is_err(xref_pour(c, r, &last, xades_hash_sink(&h), NULL)))
		return false;
	return str_eq(xades_hash_end(&h, c->a), r->digest);
}

struct str xref_name(struct xades_ctx *c, const struct xref *r)
{
	struct str name = r->uri;
	if (r->target == XREF_SOURCE)
		return r->source->name.n ? r->source->name : r->uri;
	if (r->target == XREF_MISSING)
		return is_ok(percent_decode(c->a, r->uri, &name, NULL)) ? name : r->uri;
	if (r->apex)
		return dom_path(c->a, r->apex);
	return takers(r) && r->steps[0].kind == STEP_ENVELOPED ? STR("")
	       : takers(r) ? STR("/ (without signatures)") : STR("/");
}
