/* TimeStampReq out, TimeStampResp in (RFC 3161 §2.4, §3.4). */
#include "sign/tsa_client.h"

#include "base/random.h"
#include "net/client.h"
#include "sign/stamp.h"
#include "trust/tsa.h"

enum { ANSWER_MAX = 1 << 20, TIMEOUT_MS = 20000 };

static struct result refused(struct err *err, const char *what)
{
	return fail(err, ERR_UNAVAILABLE, "sign.stamp", "RFC 3161 §2.4.2", "%s", what);
}

struct result tsa_client_answer(struct arena *a, struct str answer, enum digest_alg alg,
                                struct str hash, struct str nonce, struct str *ret_token,
                                struct err *err)
{
	struct stamp s;
	struct der_in in = der_read(answer), seq = der_enter(&in, DER_SEQ);
	struct der_in status = der_enter(&seq, DER_SEQ);
	uint64_t code = der_get_uint(&status);
	struct str token = der_peek(&seq) >= 0 ? der_get_raw(&seq, DER_SEQ) : STR("");
	der_leave(&in, &seq);
	if (!der_done(&in) || status.bad)
		return refused(err, "the answer is no TimeStampResp");
	if (code > 1 || !token.n) /* granted, grantedWithMods */
		return refused(err, "the time-stamping authority refused");
	TRY(stamp_read(a, token, NULL, 0, &s, err));
	if (!stamp_covers(&s, sign_digest_of(alg), hash) || !str_eq(s.nonce, nonce))
		return refused(err, "the token is about something else than was asked");
	if (!s.intact || !s.value_ok)
		return refused(err, "the token's signature does not hold");
	*ret_token = arena_str(a, token);
	return ok();
}

struct result tsa_client_stamp(void *ctx, struct arena *a, enum digest_alg alg, struct str hash,
                               struct str *ret_token, struct err *err)
{
	static const struct http_header type = { STR_INIT("Content-Type"),
	                                         STR_INIT("application/timestamp-query") };
	const struct tsa_client *c = ctx;
	uint8_t random[16];
	struct http_answer answer;
	struct http_call call = { .method = HTTP_POST, .url = c->url, .nheaders = 1, .headers = &type,
		.timeout_ms = TIMEOUT_MS, .max_bytes = ANSWER_MAX, .ca_file = c->ca_file };
	random_bytes(random, sizeof random);
	random[0] = (uint8_t)((random[0] & 0x3f) | 0x40); /* positive, minimal */
	struct str nonce = arena_str(a, str_of((char *)random, sizeof random));
	TRY(tsa_request_make(a, alg, hash, nonce, true, &call.body, err));
	TRY(http_call(a, &call, &answer, err));
	if (answer.status != 200)
		return fail(err, ERR_UNAVAILABLE, "sign.stamp", "RFC 3161 §3.4",
		            "the time-stamping authority answered with status %d", answer.status);
	return tsa_client_answer(a, answer.body, alg, hash, nonce, ret_token, err);
}
