/* Every reason to refuse a request before a handler sees it. */
#include "net/http_parse.h"

#include <assert.h>

static const struct http_fault_row rows[HTTP_FAULTS] = {
	[HTTP_FINE] = { 200, "http.fine", "RFC 9110 §15.3.1", "fine" },
	[HTTP_BARE_CR_LF] = { 400, "http.bare", "RFC 9112 §2.2", "a line must end with CR LF" },
	[HTTP_CONTROL] = { 400, "http.control", "RFC 9110 §5.5", "control character in the head" },
	[HTTP_LINE] = { 400, "http.line", "RFC 9112 §3", "malformed request line" },
	[HTTP_METHOD] = { 501, "http.method", "RFC 9110 §9.1", "method not implemented" },
	[HTTP_VERSION] = { 505, "http.version", "RFC 9110 §2.5", "HTTP version not supported" },
	[HTTP_VERSION_FORM] = { 400, "http.version.form", "RFC 9112 §2.3", "malformed version" },
	[HTTP_TARGET] = { 400, "http.target", "RFC 9112 §3.2", "malformed request target" },
	[HTTP_TARGET_LONG] = { 414, "http.target.long", "RFC 9112 §3", "request target too long" },
	[HTTP_HEAD_LARGE] = { 431, "http.head.large", "RFC 6585 §5", "request head too large" },
	[HTTP_HEADER] = { 400, "http.header", "RFC 9112 §5", "malformed header" },
	[HTTP_FOLD] = { 400, "http.fold", "RFC 9112 §5.2", "folded header" },
	[HTTP_HOST] = { 400, "http.host", "RFC 9112 §3.2", "exactly one valid Host is required" },
	[HTTP_HOST_OTHER] = { 421, "http.host.other", "RFC 9110 §15.5.20", "this host is not ours" },
	[HTTP_TWICE] = { 400, "http.twice", "RFC 9110 §5.3", "a header that may come once came twice" },
	[HTTP_LENGTH] = { 400, "http.length", "RFC 9110 §8.6", "malformed Content-Length" },
	[HTTP_CODING] = { 501, "http.coding", "RFC 9112 §6.1", "transfer coding not implemented" },
	[HTTP_FRAMING] = { 400, "http.framing", "RFC 9112 §6.3", "ambiguous length of the body" },
	[HTTP_EXPECT] = { 417, "http.expect", "RFC 9110 §10.1.1", "expectation not supported" },
	[HTTP_CHUNK] = { 400, "http.chunk", "RFC 9112 §7.1", "malformed chunk" },
	[HTTP_TRAILER] = { 400, "http.trailer", "RFC 9112 §7.1.2", "malformed or large trailers" },
	[HTTP_BODY_LARGE] = { 413, "http.body.large", "RFC 9110 §15.5.14", "request body too large" },
	[HTTP_BODY_CUT] = { 400, "http.body.cut", "RFC 9112 §8", "the body ended early" },
	[HTTP_SLOW] = { 408, "http.slow", "RFC 9110 §15.5.9", "the request took too long" },
	[HTTP_BUSY] = { 503, "http.busy", "RFC 9110 §15.6.4", "too many connections" },
	[HTTP_SPOOL] = { 503, "http.spool", "RFC 9110 §15.6.4", "no room to store the body" },
};

const struct http_fault_row *http_fault_row(enum http_fault f)
{
	assert(f < HTTP_FAULTS);
	return &rows[f];
}
