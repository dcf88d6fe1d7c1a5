/* Bytes as text and back.
 *
 * Decoders are strict: one way to write a value, so only the alphabet, no white
 * space, no missing or extra padding, no stray bits in the last character.
 * hex writes lower case and reads both cases. What they decode is bytes, not
 * text: check utf8_valid where text is meant.
 *
 * hex and base32: RFC 4648 §8, §6 (base32 upper case and unpadded, as
 * authenticator apps take it); base64: §4; base64url: §5, unpadded (RFC 7515
 * §2). percent: RFC 3986 §2.1, everything but unreserved characters escaped;
 * form: application/x-www-form-urlencoded, the same with '+' for a space. */
#ifndef MUSUBI_BASE_ENCODE_H
#define MUSUBI_BASE_ENCODE_H

#include "base/arena.h"
#include "base/buf.h"

struct str hex_encode(struct arena *a, struct str bytes);
MUST struct result hex_decode(struct arena *a, struct str text, struct str *ret, struct err *err);
struct str base64_encode(struct arena *a, struct str bytes);
MUST struct result base64_decode(struct arena *a, struct str text, struct str *ret,
                                 struct err *err);
struct str base64url_encode(struct arena *a, struct str bytes);
MUST struct result base64url_decode(struct arena *a, struct str text, struct str *ret,
                                    struct err *err);
struct str base32_encode(struct arena *a, struct str bytes);
MUST struct result base32_decode(struct arena *a, struct str text, struct str *ret,
                                 struct err *err);

/* Without an arena, for secrets (which never enter one). `out` must hold
 * encode_len / decode_max bytes; both give the number of bytes written. */
enum encoding { ENCODING_HEX, ENCODING_BASE64, ENCODING_BASE64URL, ENCODING_BASE32 };
size_t encode_len(enum encoding e, size_t n);
size_t encode_to(enum encoding e, const void *bytes, size_t n, char *out);
size_t decode_max(enum encoding e, size_t n);
MUST struct result decode_to(enum encoding e, struct str text, void *out, size_t *ret_n,
                             struct err *err);

struct str percent_encode(struct arena *a, struct str s);
MUST struct result percent_decode(struct arena *a, struct str s, struct str *ret,
                                  struct err *err);
struct str form_encode(struct arena *a, struct str s);
MUST struct result form_decode(struct arena *a, struct str s, struct str *ret, struct err *err);

#endif
