/* What a handler sees of HTTP: a request that has been parsed, limited and
 * routed, and a response to fill. The wire itself is net/server.h.
 *
 * Handlers run on worker threads, one request each, with an arena that lives
 * until the response is written. */
#ifndef MUSUBI_NET_HTTP_H
#define MUSUBI_NET_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OPTIONS };

struct http_header {
	struct str name, value;
};

/* One field of a form or query, or one file of a multipart body. */
struct http_field {
	struct str name;
	struct str value;        /* text, or the file's bytes */
	struct str filename;     /* as sent (never trusted), "" when no file */
	struct str content_type; /* as sent (never trusted) */
	bool file;               /* sent as a file: value is any bytes, not checked text */
};

struct http_fields {
	size_t n;
	const struct http_field *items;
};

enum { HTTP_PARAMS_MAX = 8, HTTP_FIELDS_MAX = 1000 };

struct http_request {
	enum http_method method;
	struct str path;   /* decoded, normalised; never has "//", "/./", "/../", NUL */
	struct str query;  /* raw, without "?" */
	struct str host;   /* as sent, checked against the configured names */
	size_t nheaders;
	const struct http_header *headers;
	struct str body;   /* whole; large ones are a read-only map of a spooled file */
	struct str peer;   /* address of the other side, for limits and the log */
	bool tls;
	/* DER of the certificate that the other side proved to have the key of, or "".
	 * Nobody has looked whose it is, or whether it is good: the handler does. */
	struct str client_cert;
	bool local;        /* the listening address is a loopback one */
	struct str trace;  /* id of this request in all logs */
	struct str param[HTTP_PARAMS_MAX]; /* what {name} in the route's pattern matched, in order */
	struct arena *arena;
};

struct str http_method_name(enum http_method m);
/* "" when absent. Names compare without case. Cookies are asked for by the name
 * given to http_set_cookie; the prefix is added here as there. */
struct str http_header_get(const struct http_request *r, struct str name);
struct str http_cookie_get(const struct http_request *r, struct str name);
/* Fields of the query; and of an application/x-www-form-urlencoded or
 * multipart/form-data body. Invalid UTF-8 in a name or text, broken percent
 * coding, more than 1,000 fields: ERR_INPUT. */
MUST struct result http_query_fields(const struct http_request *r, struct http_fields *ret,
                                     struct err *err);
MUST struct result http_form_fields(const struct http_request *r, struct http_fields *ret,
                                    struct err *err);
MUST struct result http_urlencoded(struct arena *a, struct str text, struct http_fields *ret,
                                   struct err *err);
/* The first text of that name, or ""; files are passed over. */
struct str http_field_get(const struct http_fields *f, struct str name);
/* From the i-th on, the next field of that name, text or file; NULL at the end. *i moves. */
const struct http_field *http_field_next(const struct http_fields *f, struct str name, size_t *i);

struct http_response {
	int status;              /* 200 unless set */
	struct buf body;
	struct str shared;       /* instead of body: bytes that outlive the server (static files) */
	size_t nheaders;
	struct http_header headers[24]; /* values live in the request's arena */
	bool close;
};

/* Replaces a header of the same name. A value with a control character is our
 * own mistake (assert), and so is a framing header (Content-Length, …). */
void http_set(struct http_response *r, struct str name, struct str value);
void http_body(struct http_response *r, struct str content_type, struct str body);
bool http_is_set(const struct http_response *r, struct str name);
/* 303 See Other, to a path of our own; anything else ("//host", "https:…",
 * control characters) leads to "/", so that a "next" from outside is safe. */
void http_redirect(struct http_response *r, struct str location);
bool http_path_is_ours(struct str location);

/* Set-Cookie with Path=/, HttpOnly, SameSite=Lax, and Secure with the __Host-
 * prefix where the server speaks TLS or listens on localhost. max_age_s < 0:
 * session cookie; 0: delete. */
void http_set_cookie(struct http_response *r, const struct http_request *q, struct str name,
                     struct str value, int64_t max_age_s);

#endif
