/* Percent coding at the edge of HTTP (RFC 3986 §2.1, WHATWG URL §5).
 *
 * Decoded exactly once; what comes out is valid UTF-8 without NUL. */
#ifndef MUSUBI_NET_URI_H
#define MUSUBI_NET_URI_H

#include "base/arena.h"

/* One field name or value of application/x-www-form-urlencoded: "+" is a space.
 * Borrowed when there was nothing to decode. */
MUST struct result uri_decode_field(struct arena *a, struct str s, struct str *ret,
                                    struct err *err);
/* The path of a request target, decoded once. Refused: not starting with "/",
 * empty or dot segments, an encoded "/", a "\", NUL, control characters, broken
 * coding, invalid UTF-8. One exception: what stands behind "/ocsp/" is base64 with
 * its slashes (RFC 6960 §A.1.1), and becomes one segment of base64url. */
MUST struct result uri_decode_path(struct arena *a, struct str s, struct str *ret,
                                   struct err *err);

#endif
