/* Calls to other servers over HTTP and HTTPS, by libcurl. One handle per thread
 * keeps connections open between calls.
 *
 * Never: redirects followed, other schemes, names or passwords in URLs, proxies
 * or .netrc from the environment, cookies kept, certificates unchecked. */
#ifndef MUSUBI_NET_CLIENT_H
#define MUSUBI_NET_CLIENT_H

#include "net/http.h"

struct http_call {
	enum http_method method;
	struct str url;             /* "https://host/path" */
	size_t nheaders;
	const struct http_header *headers;
	struct str body;            /* of POST and PUT */
	unsigned timeout_ms;        /* for all of it; 0: 10,000 */
	size_t max_bytes;           /* of the answer's body; 0: 1 MiB */
	struct str ca_file;         /* PEM; "": the system's */
	struct str cert_file, key_file; /* PEM, for mutual TLS; "": none */
};

struct http_answer {
	int status;
	size_t nheaders;
	const struct http_header *headers;
	struct str body;
};

/* Any status is an answer. Nobody there, too slow, a bad certificate:
 * ERR_UNAVAILABLE. More than max_bytes: ERR_TOO_LARGE. A URL or header that
 * cannot be sent: ERR_INPUT. */
MUST struct result http_call(struct arena *a, const struct http_call *c, struct http_answer *ret,
                             struct err *err);
/* "" when absent. */
struct str http_answer_header(const struct http_answer *x, struct str name);

#endif
