/* The head of an HTTP/1.1 request (RFC 9110, RFC 9112), read strictly.
 *
 * Two steps: http_scan finds the end of the head as bytes arrive and refuses
 * what can never become one; http_head_parse reads the whole head. What is
 * malformed is refused and not repaired: a proxy before us must never see
 * another request than we do. */
#ifndef MUSUBI_NET_HTTP_PARSE_H
#define MUSUBI_NET_HTTP_PARSE_H

#include "net/http.h"

enum {
	HTTP_HEAD_BYTES_MAX = 16 * 1024,
	HTTP_TARGET_BYTES_MAX = 8 * 1024, /* method, target and version together */
	HTTP_HEADERS_MAX = 100,
};

/* Why a request is refused; rows of a table with status, code and clause. */
enum http_fault {
	HTTP_FINE,
	HTTP_BARE_CR_LF,
	HTTP_CONTROL,
	HTTP_LINE,
	HTTP_METHOD,
	HTTP_VERSION,
	HTTP_VERSION_FORM,
	HTTP_TARGET,
	HTTP_TARGET_LONG,
	HTTP_HEAD_LARGE,
	HTTP_HEADER,
	HTTP_FOLD,
	HTTP_HOST,
	HTTP_HOST_OTHER,
	HTTP_TWICE,
	HTTP_LENGTH,
	HTTP_CODING,
	HTTP_FRAMING,
	HTTP_EXPECT,
	HTTP_CHUNK,
	HTTP_TRAILER,
	HTTP_BODY_LARGE,
	HTTP_BODY_CUT,
	HTTP_SLOW,
	HTTP_BUSY,
	HTTP_SPOOL,
	HTTP_FAULTS,
};

struct http_fault_row {
	int status;
	const char *code;   /* stable, dotted; a row of web/text */
	const char *clause;
	const char *what;   /* for the log and the plain page */
};
const struct http_fault_row *http_fault_row(enum http_fault f);

struct http_scan {
	size_t at;       /* bytes looked at */
	bool cr;         /* the last one was CR */
	size_t line;     /* bytes of the line so far */
	size_t lines;    /* lines ended */
};

/* Looks at bytes (always the same start, growing). *ret_len is 0 until the head
 * is whole, then its length with the empty line. One empty line before the
 * request is passed over (RFC 9112 §2.2) and counted in the length. */
enum http_fault http_scan(struct http_scan *s, struct str bytes, size_t *ret_len);

enum http_framing { HTTP_NO_BODY, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED };

struct http_head {
	enum http_method method;
	unsigned minor;           /* HTTP/1.minor: 0 or 1 */
	struct str target;        /* as sent */
	struct str path, query;   /* decoded; raw */
	struct str host;
	size_t nheaders;
	struct http_header headers[HTTP_HEADERS_MAX];
	enum http_framing framing;
	uint64_t length;          /* with HTTP_BODY_LENGTH */
	bool expect_continue, close;
};

/* bytes: a head that http_scan found whole. Names and values point into it;
 * the path may live in the arena. */
enum http_fault http_head_parse(struct arena *a, struct str bytes, struct http_head *ret);

/* True when host (perhaps with a port) is one of a comma list, or the list is
 * empty. A name in the list without a port fits any port. */
bool http_host_is_ours(struct str host, struct str list);

#endif
