/* multipart/form-data (RFC 7578), read strictly and without copying: values and
 * files point into the body. */
#ifndef MUSUBI_NET_MULTIPART_H
#define MUSUBI_NET_MULTIPART_H

#include "net/http.h"

/* The boundary of a Content-Type value (RFC 2046 §5.1.1): 1 to 70 characters. */
MUST struct result multipart_boundary(struct arena *a, struct str content_type, struct str *ret,
                                      struct err *err);
/* Refused: a preamble or an epilogue, a body cut off before its last boundary,
 * parts without a name, more than HTTP_FIELDS_MAX parts, part heads above 4 KiB,
 * transfer encodings, filename* (RFC 7578 §4.2), text that is not UTF-8. */
MUST struct result multipart_parse(struct arena *a, struct str boundary, struct str body,
                                   struct http_fields *ret, struct err *err);

#endif
