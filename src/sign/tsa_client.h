/* Time stamps from any authority over HTTP (RFC 3161 §3.4), for ades_options.stamp.
 *
 * Every answer is held against the question: the imprint, the nonce, the token's
 * own signature. Whether the authority is to be believed is for validate.h. */
#ifndef MUSUBI_SIGN_TSA_CLIENT_H
#define MUSUBI_SIGN_TSA_CLIENT_H

#include "sign/ades.h"

struct tsa_client {
	struct str url;
	struct str ca_file;   /* PEM, for HTTPS; "": the system's */
};
/* An ades_stamp_fn; ctx: struct tsa_client. ERR_UNAVAILABLE "sign.stamp" when there is
 * no answer, a refusal, or one that is not about what was asked. */
MUST struct result tsa_client_stamp(void *ctx, struct arena *a, enum digest_alg alg,
                                    struct str hash, struct str *ret_token, struct err *err);
/* The answer to a request with that hash and nonce (content octets). */
MUST struct result tsa_client_answer(struct arena *a, struct str answer, enum digest_alg alg,
                                     struct str hash, struct str nonce, struct str *ret_token,
                                     struct err *err);

#endif
