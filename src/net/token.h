/* The small grammar that HTTP headers share (RFC 9110 §5.6): tokens, values,
 * parameters. */
#ifndef MUSUBI_NET_TOKEN_H
#define MUSUBI_NET_TOKEN_H

#include "base/arena.h"

bool http_is_tchar(char c);
bool http_is_token(struct str s);        /* at least one tchar */
bool http_is_field_value(struct str s);  /* no control character but HTAB */

enum { HTTP_HEADER_PARAMS_MAX = 8 };

/* "form-data; name=x; filename=\"y\"": the value and its parameters. */
struct http_params {
	struct str value;
	size_t n;
	struct str names[HTTP_HEADER_PARAMS_MAX], values[HTTP_HEADER_PARAMS_MAX];
};

/* A parameter twice, a missing quote or a stray byte is ERR_INPUT. */
MUST struct result http_params_parse(struct arena *a, struct str s, struct http_params *ret,
                                     struct err *err);
/* Names compare without case. False leaves *ret alone. */
bool http_params_get(const struct http_params *p, struct str name, struct str *ret);

#endif
