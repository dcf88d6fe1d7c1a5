/* Reading a request and filling a response: headers, cookies, redirects.
 * Cookies follow RFC 6265 and the __Host- prefix of draft-ietf-httpbis-rfc6265bis. */
#include "net/http.h"

#include <assert.h>

enum { COOKIE_MAX = 4000 };

struct str http_method_name(enum http_method m)
{
	static const struct str names[] = {
		[HTTP_GET] = STR_INIT("GET"),       [HTTP_HEAD] = STR_INIT("HEAD"),
		[HTTP_POST] = STR_INIT("POST"),     [HTTP_PUT] = STR_INIT("PUT"),
		[HTTP_DELETE] = STR_INIT("DELETE"), [HTTP_OPTIONS] = STR_INIT("OPTIONS"),
	};
	return names[m];
}

struct str http_header_get(const struct http_request *r, struct str name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return STR("");
}

/* Browsers keep Secure cookies of http://localhost too, so the prefix is right
 * wherever nobody on the way can read or write. */
static bool is_private(const struct http_request *q)
{
	return q->tls || q->local;
}

static struct str cookie_name(const struct http_request *q, struct str name)
{
	return is_private(q) ? arena_join(q->arena, STR("__Host-"), name) : name;
}

static bool cookie_find(struct str line, struct str name, struct str *ret)
{
	bool more = true;
	while (more) {
		struct str pair, key, value;
		more = str_cut(line, ';', &pair, &line);
		pair = str_trim(pair);
		if (str_cut(pair, '=', &key, &value) && str_eq(key, name)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

struct str http_cookie_get(const struct http_request *r, struct str name)
{
	struct str value = STR(""), wanted = cookie_name(r, name);
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_eq_nocase(r->headers[i].name, STR("cookie")) &&
		    cookie_find(r->headers[i].value, wanted, &value))
			break;
	return value;
}

/* Bytes that must never enter a header value, whoever put them there. */
static bool value_ok(struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static void put(struct http_response *r, struct str name, struct str value)
{
	assert(value_ok(value) && value_ok(name) && name.n > 0);
	assert(r->nheaders < sizeof r->headers / sizeof r->headers[0]);
	r->headers[r->nheaders++] = (struct http_header){ name, value };
}

void http_set(struct http_response *r, struct str name, struct str value)
{
	/* The server frames messages itself. */
	assert(!str_eq_nocase(name, STR("content-length")) &&
	       !str_eq_nocase(name, STR("transfer-encoding")) &&
	       !str_eq_nocase(name, STR("connection")));
	for (size_t i = 0; i < r->nheaders; i++) {
		if (str_eq_nocase(r->headers[i].name, name)) {
			assert(value_ok(value));
			r->headers[i].value = value;
			return;
		}
	}
	put(r, name, value);
}

bool http_is_set(const struct http_response *r, struct str name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return true;
	return false;
}

void http_body(struct http_response *r, struct str content_type, struct str body)
{
	http_set(r, STR("Content-Type"), content_type);
	buf_clear(&r->body);
	buf_add(&r->body, body);
}

bool http_path_is_ours(struct str location)
{
	if (location.n == 0 || location.p[0] != '/' || !value_ok(location))
		return false;
	/* "//host" and what browsers read as such. */
	if (location.n > 1 && (location.p[1] == '/' || location.p[1] == '\\'))
		return false;
	return str_find_char(location, '\\') == STR_NONE;
}

void http_redirect(struct http_response *r, struct str location)
{
	r->status = 303;
	buf_clear(&r->body);
	http_set(r, STR("Location"), http_path_is_ours(location) ? location : STR("/"));
}

/* cookie-octet of RFC 6265 §4.1.1 */
static bool cookie_value_ok(struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return v.n <= COOKIE_MAX;
}

void http_set_cookie(struct http_response *r, const struct http_request *q, struct str name,
                     struct str value, int64_t max_age_s)
{
	assert(cookie_value_ok(value) && cookie_value_ok(name) && name.n > 0);
	struct str age = STR("");
	if (max_age_s >= 0)
		age = arena_printf(q->arena, "; Max-Age=%lld", (long long)max_age_s);
	struct str start = arena_join(q->arena, cookie_name(q, name), STR("="));
	struct str line = arena_printf(q->arena, "%.*s%.*s; Path=/; HttpOnly; SameSite=Lax%s%.*s",
	                               STR_ARG(start), STR_ARG(value),
	                               is_private(q) ? "; Secure" : "", STR_ARG(age));
	for (size_t i = 0; i < r->nheaders; i++) {
		if (str_eq(r->headers[i].name, STR("Set-Cookie")) &&
		    str_starts(r->headers[i].value, start)) {
			r->headers[i].value = line;
			return;
		}
	}
	put(r, STR("Set-Cookie"), line);
}
