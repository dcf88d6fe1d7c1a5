/* QR texts: made, read, compared. One content has one text: what is read is
 * written again and must come out the same. */
#include "letter/qr.h"

#include "base/calendar.h"
#include "base/encode.h"
#include "base/json.h"

static const struct str prefix = STR_INIT("MUSUBI1.");

static struct result bad(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "letter.qr", NULL, "%s", what);
}

/* Nothing that could move a terminal's cursor or hide a line. */
static bool plain(struct str s, size_t max)
{
	if (s.n == 0 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7F || ((uint8_t)s.p[i] == 0xC2 && i + 1 < s.n && (uint8_t)s.p[i + 1] < 0xA0))
			return false;
	return true;
}

static struct result check(const struct letter_qr *q, struct err *err)
{
	struct date day;
	if (!plain(q->org, 32) || !plain(q->kind, 64) || !plain(q->number, 120) || !date_parse(q->date, &day))
		return bad(err, "issuer, kind, number or date missing or malformed");
	if (q->nfacts > QR_FACTS_MAX)
		return bad(err, "too many facts");
	for (size_t i = 0; i < q->nfacts; i++)
		if (!plain(q->facts[i].label, 120) || !plain(q->facts[i].value, 300))
			return bad(err, "a fact is empty, too long or no plain text");
	return ok();
}

static const struct json *facts(struct arena *a, const struct letter_qr *q)
{
	struct json_array *all = json_array_new(a);
	for (size_t i = 0; i < q->nfacts; i++) {
		struct json_array *one = json_array_new(a);
		json_push(one, json_str(a, q->facts[i].label));
		json_push(one, json_str(a, q->facts[i].value));
		json_push(all, json_array_done(one));
	}
	return json_array_done(all);
}

static struct result payload(struct arena *a, const struct letter_qr *q,
                             const uint8_t cert[QR_CERT], struct str *ret, struct err *err)
{
	struct json_object *o = json_object_new(a);
	TRY(check(q, err));
	json_put_str(o, STR("d"), q->date);
	json_put(o, STR("f"), facts(a, q));
	json_put_str(o, STR("h"), base64url_encode(a, str_of((const char *)q->digest, QR_DIGEST)));
	json_put_str(o, STR("i"), q->org);
	json_put_str(o, STR("k"), q->kind);
	json_put_str(o, STR("n"), q->number);
	json_put_str(o, STR("s"), base64url_encode(a, str_of((const char *)cert, QR_CERT)));
	json_put_int(o, STR("v"), 1);
	return json_canonical(a, json_object_done(o), ret, err);
}

static bool ecdsa(enum sig_alg alg)
{
	return alg == SIG_ES256 || alg == SIG_ES384;
}

struct result letter_qr_sign(struct arena *a, const struct letter_qr *q, const struct key *key,
                             struct str cert, struct str *ret, struct err *err)
{
	uint8_t fingerprint[SHA256_SIZE], sig[KEY_SIG_MAX];
	size_t n;
	struct str json, raw;
	enum sig_alg alg = key_sig_of(key);
	sha256(cert, fingerprint);
	TRY(payload(a, q, fingerprint, &json, err));
	struct str text = arena_join(a, prefix, base64url_encode(a, json));
	TRY(key_sign(key, alg, text, sig, &n, err));
	raw = str_of((const char *)sig, n);
	if (ecdsa(alg))
		TRY(sig_es_raw(alg, raw, a, &raw, err));
	text = arena_join(a, arena_join(a, text, STR(".")), base64url_encode(a, raw));
	if (text.n > LETTER_QR_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.qr", NULL, "QR text of %zu bytes, at most %d",
		            text.n, LETTER_QR_MAX);
	*ret = text;
	return ok();
}

static bool take_bytes(struct arena *a, const struct json *j, const char *key, uint8_t *to, size_t n)
{
	struct str bytes;
	if (is_err(base64url_decode(a, json_text(json_get(j, str_c(key))), &bytes, NULL)) || bytes.n != n)
		return false;
	memcpy(to, bytes.p, n);
	return true;
}

static struct result read_payload(struct arena *a, const struct json *j, struct letter_qr_read *r,
                                  struct err *err)
{
	const struct json *f = json_get(j, STR("f"));
	struct letter_qr *q = &r->qr;
	if (!take_bytes(a, j, "h", q->digest, QR_DIGEST) || !take_bytes(a, j, "s", r->cert, QR_CERT))
		return bad(err, "digest or certificate missing");
	q->org = json_text(json_get(j, STR("i")));
	q->kind = json_text(json_get(j, STR("k")));
	q->number = json_text(json_get(j, STR("n")));
	q->date = json_text(json_get(j, STR("d")));
	q->nfacts = json_len(f);
	if (q->nfacts > QR_FACTS_MAX)
		return bad(err, "too many facts");
	for (size_t i = 0; i < q->nfacts; i++) {
		q->facts[i].label = json_text(json_at(json_at(f, i), 0));
		q->facts[i].value = json_text(json_at(json_at(f, i), 1));
	}
	return ok();
}

struct result letter_qr_parse(struct arena *a, struct str text, struct letter_qr_read *ret,
                              struct err *err)
{
	struct letter_qr_read r = { 0 };
	struct str body, json, again;
	const struct json *j;
	text = str_trim(text); /* readers of codes end with a line break */
	if (text.n > LETTER_QR_MAX || !str_starts(text, prefix))
		return bad(err, "not the text of a Musubi letter's code");
	size_t dot = str_rfind_char(text, '.');
	if (dot < prefix.n)
		return bad(err, "the signature is missing");
	r.signed_text = str_sub(text, 0, dot);
	body = str_from(r.signed_text, prefix.n);
	TRY(base64url_decode(a, body, &json, err));
	TRY(base64url_decode(a, str_from(text, dot + 1), &r.signature, err));
	if (r.signature.n == 0 || r.signature.n > KEY_SIG_MAX)
		return bad(err, "the signature has a wrong length");
	TRY(json_parse(a, json, &j, err));
	TRY(read_payload(a, j, &r, err));
	TRY(payload(a, &r.qr, r.cert, &again, err));
	if (!str_eq(json, again))
		return bad(err, "not in canonical form");
	*ret = r;
	return ok();
}

bool letter_qr_matches(const struct letter_qr_read *r, struct str cert)
{
	uint8_t fingerprint[SHA256_SIZE];
	sha256(cert, fingerprint);
	return memcmp(fingerprint, r->cert, QR_CERT) == 0;
}

bool letter_qr_holds(struct arena *a, const struct letter_qr_read *r, struct str spki)
{
	struct key *imported;
	if (is_err(key_import_public(spki, &imported, NULL)))
		return false;
	KEY_AUTO key = imported;
	struct str sig = r->signature;
	enum sig_alg alg = key_sig_of(key);
	if (ecdsa(alg) && is_err(sig_es_der(alg, sig, a, &sig, NULL)))
		return false;
	return key_verify(key, alg, r->signed_text, sig);
}
