/* The HTTP client; see client.h for what it never does. */
#include "net/client.h"

#include <curl/curl.h>
#include <pthread.h>

#include "net/token.h"

enum { ANSWER_HEADERS_MAX = 100, ANSWER_HEAD_BYTES_MAX = 64 * 1024 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t handles;
static bool ready;

static void free_handle(void *h)
{
	curl_easy_cleanup(h);
}

static void start(void)
{
	ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
	        pthread_key_create(&handles, free_handle) == 0;
}

static CURL *handle(void)
{
	pthread_once(&once, start);
	if (!ready)
		return NULL;
	CURL *h = pthread_getspecific(handles);
	if (!h) {
		h = curl_easy_init();
		if (!h || pthread_setspecific(handles, h) != 0)
			return NULL;
	}
	curl_easy_reset(h); /* options, not connections */
	return h;
}

struct receiver {
	struct arena *arena;
	struct buf body;
	struct http_header *headers;
	size_t nheaders, head_bytes;
	bool bad_head;
};

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct receiver *r = ctx;
	buf_add(&r->body, str_of(p, size * n));
	return buf_over(&r->body) ? 0 : size * n;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct receiver *r = ctx;
	struct str line = str_of(p, size * n), name, value;
	r->head_bytes += line.n;
	if (r->head_bytes > ANSWER_HEAD_BYTES_MAX || r->nheaders == ANSWER_HEADERS_MAX) {
		r->bad_head = true;
		return 0;
	}
	if (str_starts(line, STR("HTTP/"))) {
		r->nheaders = 0; /* what came before was interim (RFC 9110 §15.2) */
	} else if (str_cut(line, ':', &name, &value)) {
		r->headers[r->nheaders++] = (struct http_header){
			arena_str(r->arena, str_trim(name)), arena_str(r->arena, str_trim(value)) };
	}
	return line.n;
}

static struct result bad_input(struct err *err, const char *what, struct str found)
{
	return fail(err, ERR_INPUT, "http.call", NULL, "%s: %.*s", what,
	            (int)(found.n < 100 ? found.n : 100), found.p);
}

static struct result check(const struct http_call *c, struct err *err)
{
	struct str rest, authority, path;
	if (str_starts(c->url, STR("https://")))
		rest = str_from(c->url, 8);
	else if (str_starts(c->url, STR("http://")))
		rest = str_from(c->url, 7);
	else
		return bad_input(err, "expected http:// or https://", c->url);
	for (size_t i = 0; i < c->url.n; i++)
		if ((unsigned char)c->url.p[i] <= 0x20 || (unsigned char)c->url.p[i] >= 0x7f)
			return bad_input(err, "a URL has visible ASCII only", c->url);
	str_cut(rest, '/', &authority, &path);
	if (str_empty(authority) || str_find_char(authority, '@') != STR_NONE)
		return bad_input(err, "expected a host without user", c->url);
	for (size_t i = 0; i < c->nheaders; i++)
		if (!http_is_token(c->headers[i].name) || !http_is_field_value(c->headers[i].value))
			return bad_input(err, "malformed header", c->headers[i].name);
	return ok();
}

static struct curl_slist *make_headers(struct arena *a, const struct http_call *c)
{
	/* libcurl would wait for "100 Continue"; an empty one takes the header away. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < c->nheaders; i++) {
		const struct http_header *h = &c->headers[i];
		/* "Name;" is how libcurl writes an empty value. */
		struct str line = str_empty(h->value)
			? arena_printf(a, "%.*s;", STR_ARG(h->name))
			: arena_printf(a, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(h->value));
		list = curl_slist_append(list, line.p);
	}
	return list;
}

static void set_tls(CURL *h, struct arena *a, const struct http_call *c)
{
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	if (!str_empty(c->ca_file))
		curl_easy_setopt(h, CURLOPT_CAINFO, arena_cstr(a, c->ca_file));
	if (!str_empty(c->cert_file)) {
		curl_easy_setopt(h, CURLOPT_SSLCERT, arena_cstr(a, c->cert_file));
		curl_easy_setopt(h, CURLOPT_SSLKEY, arena_cstr(a, c->key_file));
	}
}

static void set_method(CURL *h, const struct http_call *c)
{
	if (c->method == HTTP_HEAD) {
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
		return;
	}
	if (c->method == HTTP_POST || c->method == HTTP_PUT) {
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.n);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, c->body.n ? c->body.p : "");
	}
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, http_method_name(c->method).p);
}

static void set_limits(CURL *h, const struct http_call *c)
{
	long ms = c->timeout_ms ? (long)c->timeout_ms : 10000;
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, ms);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "musubi");
}

static struct result judge(CURLcode code, const struct receiver *r, const struct http_call *c,
                           struct err *err)
{
	if (code == CURLE_OK)
		return ok();
	if (buf_over(&r->body))
		return fail(err, ERR_TOO_LARGE, "http.call.large", NULL, "%.*s: answer above %zu bytes",
		            (int)(c->url.n < 100 ? c->url.n : 100), c->url.p, r->body.max);
	return fail(err, ERR_UNAVAILABLE, "http.call", NULL, "%.*s: %s",
	            (int)(c->url.n < 100 ? c->url.n : 100), c->url.p,
	            r->bad_head ? "head of the answer too large" : curl_easy_strerror(code));
}

struct result http_call(struct arena *a, const struct http_call *c, struct http_answer *ret,
                        struct err *err)
{
	TRY(check(c, err));
	CURL *h = handle();
	if (!h)
		return fail(err, ERR_UNAVAILABLE, "http.call", NULL, "libcurl cannot start");
	struct receiver r = { .arena = a,
	                      .headers = ARENA_ARRAY(a, struct http_header, ANSWER_HEADERS_MAX) };
	buf_init(&r.body, c->max_bytes ? c->max_bytes : (size_t)1 << 20);
	struct curl_slist *headers = make_headers(a, c);
	set_limits(h, c);
	set_tls(h, a, c);
	set_method(h, c);
	curl_easy_setopt(h, CURLOPT_URL, arena_cstr(a, c->url));
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &r);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, &r);
	struct result x = judge(curl_easy_perform(h), &r, c, err);
	if (is_ok(x)) {
		long status = 0;
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
		*ret = (struct http_answer){ (int)status, r.nheaders, r.headers,
		                             arena_str(a, buf_str(&r.body)) };
	}
	curl_slist_free_all(headers);
	curl_easy_reset(h); /* it must not keep pointers into this call */
	buf_done(&r.body);
	return x;
}

struct str http_answer_header(const struct http_answer *x, struct str name)
{
	for (size_t i = 0; i < x->nheaders; i++)
		if (str_eq_nocase(x->headers[i].name, name))
			return x->headers[i].value;
	return STR("");
}
