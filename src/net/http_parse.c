/* Strict parser of request heads, RFC 9112 §2 to §6 over RFC 9110 §5. */
#include "net/http_parse.h"

#include "net/token.h"
#include "net/uri.h"

/* ---- finding the end of the head ---- */

static enum http_fault scan_byte(struct http_scan *s, unsigned char c, bool *ret_end)
{
	if (s->cr) {
		if (c != '\n')
			return HTTP_BARE_CR_LF;
		s->cr = false;
		*ret_end = s->line == 0 && s->lines > 0;
		if (s->line == 0 && s->lines == 0 && s->at > 1)
			return HTTP_LINE; /* one empty line before the request, not two */
		s->lines += s->line > 0;
		s->line = 0;
		return HTTP_FINE;
	}
	if (c == '\n')
		return HTTP_BARE_CR_LF;
	if (c == '\r') {
		s->cr = true;
		return HTTP_FINE;
	}
	if ((c < 0x20 && c != '\t') || c == 0x7f)
		return HTTP_CONTROL;
	s->line++;
	if (s->lines == 0 && s->line > HTTP_TARGET_BYTES_MAX)
		return HTTP_TARGET_LONG;
	return HTTP_FINE;
}

enum http_fault http_scan(struct http_scan *s, struct str bytes, size_t *ret_len)
{
	*ret_len = 0;
	for (; s->at < bytes.n; s->at++) {
		if (s->at >= HTTP_HEAD_BYTES_MAX)
			return HTTP_HEAD_LARGE;
		bool end = false;
		enum http_fault f = scan_byte(s, (unsigned char)bytes.p[s->at], &end);
		if (f != HTTP_FINE)
			return f;
		if (end) {
			*ret_len = ++s->at;
			return HTTP_FINE;
		}
	}
	return HTTP_FINE;
}

/* ---- the request line ---- */

static enum http_fault parse_method(struct str s, enum http_method *ret)
{
	if (!http_is_token(s))
		return HTTP_LINE;
	for (int i = HTTP_GET; i <= HTTP_OPTIONS; i++) {
		if (str_eq(s, http_method_name((enum http_method)i))) {
			*ret = (enum http_method)i;
			return HTTP_FINE;
		}
	}
	return HTTP_METHOD;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum http_fault parse_version(struct str s, unsigned *ret)
{
	if (s.n != 8 || !str_starts(s, STR("HTTP/")) || !digit(s.p[5]) || s.p[6] != '.' ||
	    !digit(s.p[7]))
		return HTTP_VERSION_FORM;
	if (s.p[5] != '1' || s.p[7] > '1')
		return HTTP_VERSION;
	*ret = (unsigned)(s.p[7] - '0');
	return HTTP_FINE;
}

/* Visible ASCII without what no URL may carry raw; {|}^` come from browsers. */
static bool target_char(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && c != '#' && c != '"' &&
	       c != '<' && c != '>';
}

/* "http://authority/path": the authority goes to *ret_authority, the rest is
 * origin-form (RFC 9112 §3.2.2). */
static bool absolute_form(struct str s, struct str *ret_authority, struct str *ret_rest)
{
	static const struct str schemes[] = { STR_INIT("http://"), STR_INIT("https://") };
	for (size_t i = 0; i < 2; i++) {
		if (!str_eq_nocase(str_sub(s, 0, schemes[i].n), schemes[i]))
			continue;
		struct str rest = str_from(s, schemes[i].n);
		size_t n = 0;
		while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
			n++;
		*ret_authority = str_sub(rest, 0, n);
		*ret_rest = str_from(rest, n);
		return true;
	}
	return false;
}

static enum http_fault parse_target(struct arena *a, struct http_head *h,
                                    struct str *ret_authority)
{
	for (size_t i = 0; i < h->target.n; i++)
		if (!target_char(h->target.p[i]))
			return HTTP_TARGET;
	if (str_eq(h->target, STR("*")) && h->method == HTTP_OPTIONS) {
		h->path = h->target;
		h->query = STR("");
		return HTTP_FINE;
	}
	struct str origin = h->target, path;
	if (absolute_form(h->target, ret_authority, &origin) && str_empty(*ret_authority))
		return HTTP_TARGET;
	str_cut(origin, '?', &path, &h->query);
	if (str_empty(path) && !str_empty(*ret_authority))
		path = STR("/");
	return is_ok(uri_decode_path(a, path, &h->path, NULL)) ? HTTP_FINE : HTTP_TARGET;
}

static enum http_fault parse_line(struct arena *a, struct str line, struct http_head *h,
                                  struct str *ret_authority)
{
	struct str method, rest, version;
	if (!str_cut(line, ' ', &method, &rest) || !str_cut(rest, ' ', &h->target, &version))
		return HTTP_LINE;
	if (str_empty(h->target) || !http_is_token(method))
		return HTTP_LINE;
	enum http_fault f = parse_version(version, &h->minor);
	if (f == HTTP_FINE)
		f = parse_method(method, &h->method);
	if (f == HTTP_FINE)
		f = parse_target(a, h, ret_authority);
	return f;
}

/* ---- headers ---- */

static struct str trim_ows(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static enum http_fault parse_header(struct str line, struct http_head *h)
{
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return HTTP_FOLD;
	if (h->nheaders == HTTP_HEADERS_MAX)
		return HTTP_HEAD_LARGE;
	struct str name, value;
	if (!str_cut(line, ':', &name, &value) || !http_is_token(name))
		return HTTP_HEADER;
	h->headers[h->nheaders++] = (struct http_header){ name, trim_ows(value) };
	return HTTP_FINE;
}

static size_t count_header(const struct http_head *h, struct str name, struct str *ret_last)
{
	size_t n = 0;
	for (size_t i = 0; i < h->nheaders; i++) {
		if (str_eq_nocase(h->headers[i].name, name)) {
			*ret_last = h->headers[i].value;
			n++;
		}
	}
	return n;
}

/* ---- meaning of the headers ---- */

static bool port_ok(struct str s)
{
	uint64_t v;
	return s.n >= 1 && s.n <= 5 && str_to_u64(s, &v) && v >= 1 && v <= 65535;
}

/* uri-host [":" port] of RFC 9110 §7.2, without percent coding. */
static bool host_ok(struct str s)
{
	size_t i = 0;
	if (s.n && s.p[0] == '[') {
		for (i = 1; i < s.n && s.p[i] != ']'; i++)
			if (!strchr("0123456789abcdefABCDEF:.", s.p[i]))
				return false;
		if (i == s.n || i < 3)
			return false;
		i++;
	} else {
		for (; i < s.n && s.p[i] != ':'; i++) {
			char c = s.p[i], l = (char)(c | 32);
			if (!digit(c) && !(l >= 'a' && l <= 'z') && c != '-' && c != '.' && c != '_')
				return false;
		}
		if (i == 0)
			return false;
	}
	return i == s.n || (s.p[i] == ':' && port_ok(str_from(s, i + 1)));
}

static enum http_fault find_host(struct http_head *h, struct str authority)
{
	struct str host;
	if (count_header(h, STR("host"), &host) != 1 || !host_ok(host))
		return HTTP_HOST;
	if (!str_empty(authority) && !str_eq_nocase(authority, host))
		return HTTP_HOST;
	h->host = host;
	return HTTP_FINE;
}

/* Headers whose second copy could be read in two ways. */
static enum http_fault check_singles(const struct http_head *h)
{
	static const struct str singles[] = {
		STR_INIT("content-length"), STR_INIT("transfer-encoding"), STR_INIT("content-type"),
		STR_INIT("authorization"), STR_INIT("expect"), STR_INIT("origin"), STR_INIT("referer"),
	};
	struct str value;
	for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
		if (count_header(h, singles[i], &value) > 1)
			return HTTP_TWICE;
	return HTTP_FINE;
}

static enum http_fault find_framing(struct http_head *h)
{
	struct str length, coding;
	bool has_length = count_header(h, STR("content-length"), &length) > 0;
	bool has_coding = count_header(h, STR("transfer-encoding"), &coding) > 0;
	if (has_coding) {
		if (has_length || h->minor == 0)
			return HTTP_FRAMING;
		if (!str_eq_nocase(coding, STR("chunked")))
			return HTTP_CODING;
		h->framing = HTTP_BODY_CHUNKED;
	} else if (has_length) {
		if (!str_to_u64(length, &h->length))
			return HTTP_LENGTH;
		h->framing = h->length > 0 ? HTTP_BODY_LENGTH : HTTP_NO_BODY;
	}
	return HTTP_FINE;
}

static bool list_has(struct str list, struct str token)
{
	bool more = true;
	while (more) {
		struct str item;
		more = str_cut(list, ',', &item, &list);
		if (str_eq_nocase(trim_ows(item), token))
			return true;
	}
	return false;
}

static enum http_fault find_rest(struct http_head *h)
{
	struct str value;
	if (count_header(h, STR("expect"), &value) > 0) {
		if (!str_eq_nocase(value, STR("100-continue")))
			return HTTP_EXPECT;
		h->expect_continue = h->minor == 1 && h->framing != HTTP_NO_BODY;
	}
	h->close = h->minor == 0;
	for (size_t i = 0; i < h->nheaders; i++)
		if (str_eq_nocase(h->headers[i].name, STR("connection")))
			h->close |= list_has(h->headers[i].value, STR("close"));
	return HTTP_FINE;
}

static enum http_fault parse_lines(struct arena *a, struct str bytes, struct http_head *h,
                                   struct str *ret_authority)
{
	bool first = true;
	while (!str_empty(bytes)) {
		size_t end = str_find(bytes, STR("\r\n"));
		if (end == STR_NONE)
			return HTTP_LINE;
		struct str line = str_sub(bytes, 0, end);
		bytes = str_from(bytes, end + 2);
		if (str_empty(line))
			return first ? HTTP_LINE : HTTP_FINE;
		enum http_fault f = first ? parse_line(a, line, h, ret_authority) : parse_header(line, h);
		if (f != HTTP_FINE)
			return f;
		first = false;
	}
	return HTTP_LINE;
}

enum http_fault http_head_parse(struct arena *a, struct str bytes, struct http_head *ret)
{
	struct str authority = STR("");
	ret->nheaders = 0;
	ret->framing = HTTP_NO_BODY;
	ret->length = 0;
	ret->expect_continue = ret->close = false;
	if (str_starts(bytes, STR("\r\n")))
		bytes = str_from(bytes, 2);
	enum http_fault f = parse_lines(a, bytes, ret, &authority);
	if (f == HTTP_FINE)
		f = find_host(ret, authority);
	if (f == HTTP_FINE)
		f = check_singles(ret);
	if (f == HTTP_FINE)
		f = find_framing(ret);
	if (f == HTTP_FINE)
		f = find_rest(ret);
	return f;
}

static struct str without_port(struct str host)
{
	size_t colon = str_rfind_char(host, ':'), bracket = str_rfind_char(host, ']');
	if (colon == STR_NONE || (bracket != STR_NONE && bracket > colon))
		return host;
	return str_sub(host, 0, colon);
}

bool http_host_is_ours(struct str host, struct str list)
{
	if (str_empty(str_trim(list)))
		return true;
	return list_has(list, host) || list_has(list, without_port(host));
}
