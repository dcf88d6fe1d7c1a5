/* A response as bytes: status line, the security headers every page has unless
 * its handler said otherwise, the handler's own, and the framing, which no
 * handler may touch (RFC 9112 §6). */
#include "net/server_int.h"

#include <assert.h>
#include <time.h>

#include "base/clock.h"

enum { INLINE_BYTES = 32 * 1024 };

/* RFC 9110 §15, the statuses this house uses. */
static struct str reason(int status)
{
	static const struct {
		int status;
		struct str text;
	} rows[] = {
		{ 200, STR_INIT("OK") }, { 201, STR_INIT("Created") }, { 202, STR_INIT("Accepted") },
		{ 204, STR_INIT("No Content") }, { 303, STR_INIT("See Other") },
		{ 304, STR_INIT("Not Modified") }, { 400, STR_INIT("Bad Request") },
		{ 401, STR_INIT("Unauthorized") }, { 403, STR_INIT("Forbidden") },
		{ 404, STR_INIT("Not Found") }, { 405, STR_INIT("Method Not Allowed") },
		{ 406, STR_INIT("Not Acceptable") }, { 408, STR_INIT("Request Timeout") },
		{ 409, STR_INIT("Conflict") }, { 410, STR_INIT("Gone") },
		{ 413, STR_INIT("Content Too Large") }, { 414, STR_INIT("URI Too Long") },
		{ 415, STR_INIT("Unsupported Media Type") }, { 417, STR_INIT("Expectation Failed") },
		{ 421, STR_INIT("Misdirected Request") }, { 422, STR_INIT("Unprocessable Content") },
		{ 429, STR_INIT("Too Many Requests") },
		{ 431, STR_INIT("Request Header Fields Too Large") },
		{ 500, STR_INIT("Internal Server Error") }, { 501, STR_INIT("Not Implemented") },
		{ 503, STR_INIT("Service Unavailable") }, { 505, STR_INIT("HTTP Version Not Supported") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return rows[i].text;
	return STR("Other"); /* the phrase means nothing (RFC 9112 §4) */
}

static const struct http_header defaults[] = {
	{ STR_INIT("Content-Security-Policy"),
	  STR_INIT("default-src 'none'; style-src 'self'; img-src 'self' data: blob:; "
	           "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
	           "frame-ancestors 'none'; font-src 'self'") },
	{ STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff") },
	{ STR_INIT("Referrer-Policy"), STR_INIT("same-origin") },
	{ STR_INIT("Cross-Origin-Opener-Policy"), STR_INIT("same-origin") },
	{ STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin") },
	{ STR_INIT("Permissions-Policy"),
	  STR_INIT("camera=(), geolocation=(), microphone=(), payment=(), usb=()") },
	{ STR_INIT("Cache-Control"), STR_INIT("no-store") },
};

static void put(struct buf *b, struct str name, struct str value)
{
	buf_add(b, name);
	buf_add(b, STR(": "));
	buf_add(b, value);
	buf_add(b, STR("\r\n"));
}

/* IMF-fixdate (RFC 9110 §5.6.7), made once per second and thread. */
static void put_date(struct buf *b)
{
	static _Thread_local time_t made;
	static _Thread_local char text[40];
	time_t now = (time_t)(clock_now_us() / CLOCK_SECOND);
	if (now != made) {
		struct tm tm;
		gmtime_r(&now, &tm);
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		made = now;
	}
	put(b, STR("Date"), str_c(text));
}

static void put_status(struct buf *b, int status)
{
	assert(status >= 200 && status <= 599);
	buf_add(b, STR("HTTP/1.1 "));
	buf_add_u64(b, (uint64_t)status);
	buf_add_char(b, ' ');
	buf_add(b, reason(status));
	buf_add(b, STR("\r\n"));
}

static void put_headers(struct buf *b, const struct conn *c, const struct http_response *r)
{
	for (size_t i = 0; i < r->nheaders; i++)
		put(b, r->headers[i].name, r->headers[i].value);
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if (!http_is_set(r, defaults[i].name))
			put(b, defaults[i].name, defaults[i].value);
	/* Not on loopback: it would bind every other port of "localhost" too. */
	if (c->ssl && !c->server->local && !http_is_set(r, STR("Strict-Transport-Security")))
		put(b, STR("Strict-Transport-Security"), STR("max-age=31536000; includeSubDomains"));
	put_date(b);
}

void reply_build(struct conn *c)
{
	struct http_response *r = c->response;
	struct buf *b = &c->out;
	struct str body = r->shared.n ? r->shared : buf_str(&r->body);
	bool bodiless = r->status == 204 || r->status == 304;
	bool head_only = bodiless || (c->request && c->request->method == HTTP_HEAD);
	c->keep = c->keep && !r->close && !atomic_load(&c->server->stopping);
	put_status(b, r->status ? r->status : 200);
	put_headers(b, c, r);
	if (body.n && !bodiless && !http_is_set(r, STR("Content-Type")))
		put(b, STR("Content-Type"), STR("application/octet-stream"));
	if (!bodiless) {
		buf_add(b, STR("Content-Length: "));
		buf_add_u64(b, body.n);
		buf_add(b, STR("\r\n"));
	}
	if (!c->keep)
		put(b, STR("Connection"), STR("close"));
	buf_add(b, STR("\r\n"));
	if (head_only)
		return;
	/* One write, one TLS record, when it is small; no copy when it is not. */
	if (body.n <= INLINE_BYTES)
		buf_add(b, body);
	else
		c->tail = body;
}
