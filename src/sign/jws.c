/* RFC 7515 §5.2, §7; RFC 7797 §3, §5, §6. */
#include "sign/jws.h"

#include "base/encode.h"
#include "base/utf8.h"

#define CLAUSE "RFC 7515 §7"

static struct result broken(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.jws", CLAUSE, "%s", what);
}

static void fault(struct jws_signature *s, const char *what)
{
	if (!s->fault.n)
		s->fault = str_c(what);
}

/* ---- the headers of a signature ---- */

/* RFC 7515 §4.1.11: these may not be named critical; RFC 7518's for encryption neither. */
static bool registered(struct str name)
{
	static const char *const names[] = { "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t",
		"x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s",
		"p2c" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_c(names[i])))
			return true;
	return false;
}

static bool listed(const char *const *known, struct str name)
{
	if (str_eq(name, STR("b64")))
		return true;
	for (; known && *known; known++)
		if (str_eq(name, str_c(*known)))
			return true;
	return false;
}

static bool named_before(const struct json *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(json_at(list, k)->text, json_at(list, i)->text))
			return true;
	return false;
}

static void check_crit(struct jws_signature *s, const char *const *known)
{
	const struct json *crit = json_get(s->protected, STR("crit"));
	if (json_get(s->unprotected, STR("crit")))
		fault(s, "crit outside of the protected header (RFC 7515 §4.1.11)");
	if (!crit)
		return;
	if (!json_is(crit, JSON_ARRAY) || crit->n == 0 || crit->n > JWS_CRIT_MAX) {
		fault(s, "crit is no list of names (RFC 7515 §4.1.11)");
		return;
	}
	for (size_t i = 0; i < crit->n; i++) {
		const struct json *name = json_at(crit, i);
		if (!json_is(name, JSON_STRING) || registered(name->text) || named_before(crit, i) ||
		    !json_get(s->protected, name->text))
			fault(s, "crit names what it may not (RFC 7515 §4.1.11)");
		else if (!listed(known, name->text) && !s->critical.n)
			s->critical = name->text;
	}
}

static bool crit_has(const struct jws_signature *s, struct str name)
{
	const struct json *crit = json_get(s->protected, STR("crit"));
	for (size_t i = 0; i < json_len(crit); i++)
		if (str_eq(json_text(json_at(crit, i)), name))
			return true;
	return false;
}

static void check_b64(struct jws_signature *s)
{
	const struct json *b64 = json_get(s->protected, STR("b64"));
	s->b64 = json_bool_or(b64, true);
	if (json_get(s->unprotected, STR("b64")) ||
	    (b64 && (!json_is(b64, JSON_BOOL) || !crit_has(s, STR("b64")))))
		fault(s, "b64 must be true or false, protected and critical (RFC 7797 §6)");
}

static void check_alg(struct jws_signature *s)
{
	const struct json *alg = json_get(s->protected, STR("alg"));
	s->alg_name = json_text(alg);
	if (!alg || json_get(s->unprotected, STR("alg")))
		fault(s, "alg must be in the protected header (ETSI TS 119 182-1 §5.1.2)");
	else if (str_eq_nocase(s->alg_name, STR("none")))
		fault(s, "alg is none: nothing was signed");
	else if (str_starts(s->alg_name, STR("HS")))
		fault(s, "a MAC is no signature");
	else
		s->alg_known = sign_alg_jose(s->alg_name, &s->alg);
}

static void check_apart(struct jws_signature *s)
{
	for (size_t i = 0; s->unprotected && i < s->unprotected->n; i++)
		if (json_get(s->protected, s->unprotected->keys[i]))
			fault(s, "a header parameter stands in both headers (RFC 7515 §7.2.1)");
}

static void read_protected(struct arena *a, struct jws_signature *s)
{
	struct str text = STR("");
	const struct json *j = NULL;
	if (!s->protected_text.n)
		fault(s, "no protected header");
	else if (is_err(base64url_decode(a, s->protected_text, &text, NULL)))
		fault(s, "the protected header is not base64url");
	else if (is_err(json_parse(a, text, &j, NULL)) || !json_is(j, JSON_OBJECT))
		fault(s, "the protected header is no JSON object, or names a member twice");
	else
		s->protected = j;
}

static void read_signature(struct arena *a, struct jws_signature *s, const char *const *known)
{
	s->b64 = true;
	read_protected(a, s);
	if (!s->value_text.n || is_err(base64url_decode(a, s->value_text, &s->value, NULL)))
		fault(s, "the signature value is not base64url");
	if (!s->protected)
		return;
	check_crit(s, known);
	check_b64(s);
	check_alg(s);
	check_apart(s);
}

/* ---- the serializations ---- */

static struct result parse_compact(struct arena *a, struct str text, const char *const *known,
                                   struct jws *j, struct err *err)
{
	struct str head, rest, payload, value;
	if (!str_cut(text, '.', &head, &rest) || !str_cut(rest, '.', &payload, &value) ||
	    str_find_char(value, '.') != STR_NONE)
		return broken(err, "a compact serialization has three parts");
	*j = (struct jws){ .compact = true, .attached = payload.n > 0, .payload_text = payload, .n = 1,
		.signatures = ARENA_NEW(a, struct jws_signature) };
	j->signatures[0].protected_text = head;
	j->signatures[0].value_text = value;
	read_signature(a, &j->signatures[0], known);
	return ok();
}

static struct result parse_one(struct arena *a, const struct json *o, const char *const *known,
                               struct jws_signature *s, struct err *err)
{
	const struct json *protected = json_get(o, STR("protected")),
			  *header = json_get(o, STR("header")), *value = json_get(o, STR("signature"));
	if (!json_is(o, JSON_OBJECT) || !json_is(value, JSON_STRING) ||
	    (protected && !json_is(protected, JSON_STRING)) || (header && !json_is(header, JSON_OBJECT)))
		return broken(err, "a signature has protected, header and signature");
	s->protected_text = json_text(protected);
	s->unprotected = header;
	s->value_text = value->text;
	read_signature(a, s, known);
	return ok();
}

static struct result parse_json(struct arena *a, struct str text, const char *const *known,
                                struct jws *j, struct err *err)
{
	const struct json *top;
	TRY(json_parse(a, text, &top, err));
	const struct json *list = json_get(top, STR("signatures")), *payload = json_get(top, STR("payload"));
	bool flat = json_get(top, STR("signature")) != NULL;
	if (!json_is(top, JSON_OBJECT) || flat == (list != NULL))
		return broken(err, "no JWS: either signature or signatures");
	if (list && (json_get(top, STR("protected")) || json_get(top, STR("header"))))
		return broken(err, "general and flattened syntax mixed");
	if ((payload && !json_is(payload, JSON_STRING)) || (list && !json_is(list, JSON_ARRAY)))
		return broken(err, "payload is text and signatures is a list");
	if (list && (list->n == 0 || list->n > JWS_SIGNATURES_MAX))
		return broken(err, "no signature, or too many");
	*j = (struct jws){ .flattened = flat, .attached = payload != NULL, .payload_text = json_text(payload),
		.top = top, .n = flat ? 1 : list->n };
	j->signatures = ARENA_ARRAY(a, struct jws_signature, j->n);
	for (size_t i = 0; i < j->n; i++)
		TRY(parse_one(a, flat ? top : json_at(list, i), known, &j->signatures[i], err));
	return ok();
}

/* RFC 7797 §5.2: what may stand unencoded between two dots. */
static bool printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

static void check_payload(struct arena *a, struct jws *j)
{
	struct str ignored;
	for (size_t i = 0; i < j->n; i++) {
		struct jws_signature *s = &j->signatures[i];
		if (s->b64 != j->signatures[0].b64)
			fault(s, "b64 differs between signatures (RFC 7797 §6)");
		if (s->b64 && i == 0 && is_err(base64url_decode(a, j->payload_text, &ignored, NULL)))
			fault(s, "the payload is not base64url");
		if (!s->b64 && j->compact && !printable(j->payload_text))
			fault(s, "the payload must not stand there unencoded (RFC 7797 §5.2)");
		if (i > 0 && s->b64 == j->signatures[0].b64 && j->signatures[0].fault.n &&
		    str_starts(j->signatures[0].fault, STR("the payload")))
			s->fault = j->signatures[0].fault;
	}
}

struct result jws_parse(struct arena *a, struct str text, const char *const *known,
                        struct jws *ret, struct err *err)
{
	struct jws j;
	if (text.n > JWS_BYTES_MAX || text.n > arena_left(a) / 4)
		return fail(err, ERR_TOO_LARGE, "sign.jws", NULL, "%zu bytes of JWS", text.n);
	text = str_trim(text);
	TRY(str_starts(text, STR("{")) ? parse_json(a, text, known, &j, err)
	                               : parse_compact(a, text, known, &j, err));
	check_payload(a, &j);
	*ret = j;
	return ok();
}

struct result jws_payload(struct arena *a, const struct jws *j, const struct jws_signature *s,
                          struct str *ret, struct err *err)
{
	if (!j->attached)
		return broken(err, "the payload stands elsewhere");
	if (s->b64)
		return base64url_decode(a, j->payload_text, ret, err);
	*ret = j->payload_text;
	return ok();
}
