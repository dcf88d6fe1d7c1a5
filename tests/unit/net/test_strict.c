/* Every strictness probe of the server survey and more, as raw bytes against a
 * running server: what is malformed or ambiguous is refused with one answer, and
 * the connection ends, so that nothing can hide behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server_site.h"

#include <cmocka.h> /* last: it defines fail() */

struct probe {
	const char *name;
	struct str bytes;
	int status;
};

#define H "Host: a\r\n"
#define P(n, s, bytes) { n, STR_INIT(bytes), s }
#define GET(n, s, target) P(n, s, "GET " target " HTTP/1.1\r\n" H "\r\n")
#define HEAD(n, s, lines) P(n, s, "GET /hello HTTP/1.1\r\n" H lines "\r\n")
#define POST(n, s, rest) P(n, s, "POST /echo HTTP/1.1\r\n" H rest)
#define CHUNKS(n, s, rest) POST(n, s, "Transfer-Encoding: chunked\r\n\r\n" rest)
/* behind a body that a lenient reader would end elsewhere */
#define SMUGGLED "GET /hello?smuggled HTTP/1.1\r\n" H "\r\n"

static const struct probe refused[] = {
	/* Host */
	P("no Host", 400, "GET /hello HTTP/1.1\r\n\r\n"),
	P("no Host in 1.0", 400, "GET /hello HTTP/1.0\r\n\r\n"),
	HEAD("two Hosts", 400, "Host: b\r\n"),
	HEAD("the same Host twice", 400, "Host: a\r\n"),
	P("empty Host", 400, "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
	P("Host with user", 400, "GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n"),
	P("Host with path", 400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
	P("Host with space", 400, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n"),
	P("Host list", 400, "GET /hello HTTP/1.1\r\nHost: a,b\r\n\r\n"),
	P("Host with bad port", 400, "GET /hello HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
	P("Host with empty port", 400, "GET /hello HTTP/1.1\r\nHost: a:\r\n\r\n"),
	P("Host with open bracket", 400, "GET /hello HTTP/1.1\r\nHost: [::1\r\n\r\n"),
	/* the request line */
	P("no version", 400, "GET /hello\r\n" H "\r\n"),
	P("0.9", 400, "GET /hello\r\n\r\n"),
	P("two spaces", 400, "GET  /hello HTTP/1.1\r\n" H "\r\n"),
	P("space at the end", 400, "GET /hello HTTP/1.1 \r\n" H "\r\n"),
	P("space in front", 400, " GET /hello HTTP/1.1\r\n" H "\r\n"),
	P("tabs", 400, "GET\t/hello\tHTTP/1.1\r\n" H "\r\n"),
	P("two empty lines in front", 400, "\r\n\r\nGET /hello HTTP/1.1\r\n" H "\r\n"),
	P("lower-case method", 501, "get /hello HTTP/1.1\r\n" H "\r\n"),
	P("TRACE", 501, "TRACE /hello HTTP/1.1\r\n" H "\r\n"),
	P("CONNECT", 501, "CONNECT a:80 HTTP/1.1\r\n" H "\r\n"),
	P("method with bad character", 400, "GE(T /hello HTTP/1.1\r\n" H "\r\n"),
	P("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	P("HTTP/1.2", 505, "GET /hello HTTP/1.2\r\n" H "\r\n"),
	P("HTTP/3.0", 505, "GET /hello HTTP/3.0\r\n" H "\r\n"),
	P("HTTP/11", 400, "GET /hello HTTP/11\r\n" H "\r\n"),
	P("HTTP/1.10", 400, "GET /hello HTTP/1.10\r\n" H "\r\n"),
	P("http/1.1", 400, "GET /hello http/1.1\r\n" H "\r\n"),
	P("TLS on the plain port", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
	/* the target */
	GET("no slash", 400, "hello"),
	GET("asterisk for GET", 400, "*"),
	GET("fragment", 400, "/hello#x"),
	GET("raw UTF-8", 400, "/\xe5\x8a\xa0"),
	GET("quote", 400, "/a\"b"),
	GET("dot segments", 400, "/../etc/passwd"),
	GET("encoded dot segments", 400, "/%2e%2e/etc/passwd"),
	GET("half encoded", 400, "/a/.%2E/b"),
	GET("single dot", 400, "/./hello"),
	GET("double slash", 400, "//hello"),
	GET("inner double slash", 400, "/a//b"),
	GET("encoded slash", 400, "/a%2fb"),
	GET("encoded NUL", 400, "/%00"),
	GET("encoded CR LF", 400, "/%0d%0aX:y"),
	GET("back slash", 400, "/a\\..\\b"),
	GET("encoded back slash", 400, "/a%5c..%5cb"),
	GET("bad percent", 400, "/%zz"),
	GET("cut percent", 400, "/%4"),
	GET("overlong UTF-8", 400, "/%c0%ae%c0%ae/"),
	GET("surrogate", 400, "/%ed%a0%80"),
	GET("absolute form, other host", 400, "http://b/hello"),
	GET("absolute form, no host", 400, "http:///hello"),
	GET("absolute form, other scheme", 400, "ftp://a/hello"),
	/* headers */
	P("bare LF", 400, "GET /hello HTTP/1.1\nHost: a\n\n"),
	P("one bare LF", 400, "GET /hello HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
	P("bare CR", 400, "GET /hello HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"),
	HEAD("space before colon", 400, "X-A : b\r\n"),
	HEAD("tab before colon", 400, "X-A\t: b\r\n"),
	HEAD("folded", 400, "X-A: b\r\n c\r\n"),
	HEAD("folded with tab", 400, "X-A: b\r\n\tc\r\n"),
	P("first line folded", 400, "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n"),
	HEAD("no colon", 400, "X-A\r\n"),
	HEAD("no name", 400, ": b\r\n"),
	HEAD("bad character in the name", 400, "X(A): b\r\n"),
	HEAD("raw UTF-8 in the name", 400, "X\xc3\xa9: b\r\n"),
	HEAD("NUL in the value", 400, "X-A: b\0c\r\n"),
	HEAD("NUL in the name", 400, "X\0A: b\r\n"),
	HEAD("escape in the value", 400, "X-A: \x1b[2J\r\n"),
	HEAD("DEL in the value", 400, "X-A: \x7f\r\n"),
	HEAD("vertical tab", 400, "X-A: \x0b\r\n"),
	HEAD("two Content-Types", 400, "Content-Type: a/b\r\nContent-Type: c/d\r\n"),
	HEAD("unknown expectation", 417, "Expect: the-moon\r\n"),
	/* framing */
	POST("CL + TE", 400, "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED),
	POST("TE + CL", 400, "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" SMUGGLED),
	POST("CL 5 and 6", 400, "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" SMUGGLED),
	POST("CL 5 twice", 400, "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
	POST("CL list", 400, "Content-Length: 5, 5\r\n\r\nhello"),
	POST("CL +5", 400, "Content-Length: +5\r\n\r\nhello"),
	POST("CL -1", 400, "Content-Length: -1\r\n\r\n"),
	POST("CL 0x5", 400, "Content-Length: 0x5\r\n\r\nhello"),
	POST("CL 5.0", 400, "Content-Length: 5.0\r\n\r\nhello"),
	POST("CL empty", 400, "Content-Length:\r\n\r\nhello"),
	POST("CL with inner space", 400, "Content-Length: 1 0\r\n\r\nhello"),
	POST("CL above 64 bits", 400, "Content-Length: 99999999999999999999\r\n\r\nhello"),
	POST("CL + space before colon", 400, "Content-Length : 5\r\n\r\nhello"),
	POST("TE xchunked", 501, "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SMUGGLED),
	POST("TE gzip, chunked", 501, "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
	POST("TE chunked, chunked", 501, "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
	POST("TE identity", 501, "Transfer-Encoding: identity\r\n\r\n"),
	POST("TE empty", 501, "Transfer-Encoding:\r\n\r\n"),
	POST("TE quoted", 501, "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
	POST("TE twice", 400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
	POST("TE behind vertical tab", 400, "Transfer-Encoding: \x0b""chunked\r\n\r\n0\r\n\r\n"),
	POST("TE with space before colon", 400, "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
	POST("TE folded", 400, "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
	P("TE in 1.0", 400, "POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	P("body of a GET", 413, "GET /hello HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"),
	POST("body above the limit", 413, "Content-Length: 8388609\r\n\r\n"),
	POST("Expect with a body above the limit", 413,
	     "Expect: 100-continue\r\nContent-Length: 8388609\r\n\r\n"),
	/* chunks */
	CHUNKS("size 0x5", 400, "0x5\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size +5", 400, "+5\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size -5", 400, "-5\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("space before size", 400, " 5\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("space behind size", 400, "5 \r\nhello\r\n0\r\n\r\n"),
	CHUNKS("tab behind size", 400, "5\t\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("no size", 400, "\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size g", 400, "g\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size of 16 digits", 400, "0000000000000005\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size above 64 bits", 400, "ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("size above the limit", 413, "900000\r\nhello"),
	CHUNKS("bare LF behind size", 400, "5\nhello\r\n0\r\n\r\n"),
	CHUNKS("bare LF behind data", 400, "5\r\nhello\n0\r\n\r\n"),
	CHUNKS("data longer than size", 400, "4\r\nhello\r\n0\r\n\r\n" SMUGGLED),
	CHUNKS("data shorter than size", 400, "6\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("NUL in extension", 400, "5;a\0b\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("LF in extension", 400, "5;a\n\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("space in extension", 400, "5; a\r\nhello\r\n0\r\n\r\n"),
	CHUNKS("trailer without colon", 400, "0\r\nX\r\n\r\n"),
	CHUNKS("trailer folded", 400, "0\r\nX: y\r\n z\r\n\r\n"),
	CHUNKS("trailer with control", 400, "0\r\nX: \x01\r\n\r\n"),
	CHUNKS("trailer with bare LF", 400, "0\r\nX: y\n\r\n"),
	CHUNKS("bare LF at the end", 400, "0\r\n\n"),
};

static const struct probe accepted[] = {
	GET("plain", 200, "/hello"),
	GET("absolute form", 200, "http://a/hello"),
	GET("encoded", 200, "/%68ello"),
	GET("query with braces", 200, "/hello?{a|b}"),
	P("one empty line in front", 200, "\r\nGET /hello HTTP/1.1\r\n" H "\r\n"),
	P("1.0", 200, "GET /hello HTTP/1.0\r\n" H "\r\n"),
	P("OPTIONS *", 200, "OPTIONS * HTTP/1.1\r\n" H "\r\n"),
	P("IPv6 host", 200, "GET /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
	P("white space around values", 200, "GET /hello HTTP/1.1\r\nHost: \t a \t\r\n\r\n"),
	HEAD("empty value", 200, "X-A:\r\n"),
	HEAD("tab in the value", 200, "X-A: b\tc\r\n"),
	HEAD("obs-text in the value", 200, "X-A: \xe5\x8a\xa0\r\n"),
	POST("length 0", 200, "Content-Length: 0\r\n\r\n"),
	POST("length", 200, "Content-Length: 5\r\n\r\nhello"),
	CHUNKS("chunks", 200, "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
	CHUNKS("chunks with zeros", 200, "00005\r\nhello\r\n000\r\n\r\n"),
	CHUNKS("chunks with extension", 200, "5;a=\"b\";c\r\nhello\r\n0;d\r\n\r\n"),
	CHUNKS("chunks with trailers", 200, "0\r\nX-A: b\r\nContent-Length: 9\r\n\r\n"),
	POST("Chunked", 200, "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
};

static struct site site;
static char answer[1 << 17];

static size_t answers_in(const char *p)
{
	size_t n = 0;
	for (; (p = strstr(p, "HTTP/1.1 ")); p++)
		n++;
	return n;
}

static void bad_requests_get_one_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const struct probe *p = &refused[i];
		int fd = dial(&site);
		assert_true(fd >= 0);
		send_all(fd, p->bytes);
		int64_t start = now_ms();
		read_all(fd, answer, sizeof answer);
		if (status_of(answer) != p->status)
			fail_msg("%s: expected %d, got %.60s", p->name, p->status, answer);
		if (answers_in(answer) != 1)
			fail_msg("%s: more than one answer:\n%s", p->name, answer);
		if (!strstr(answer, "\r\nConnection: close\r\n"))
			fail_msg("%s: the connection stays open", p->name);
		if (now_ms() - start > 1000)
			fail_msg("%s: refused late", p->name);
		assert_non_null(strstr(answer, "\r\nContent-Security-Policy: default-src 'none'"));
		close(fd);
	}
}

static void good_requests_are_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		const struct probe *p = &accepted[i];
		int fd = dial(&site);
		size_t n;
		send_all(fd, p->bytes);
		int status = read_answer(fd, answer, sizeof answer, &n);
		if (status != p->status)
			fail_msg("%s: expected %d, got %.60s", p->name, p->status, answer);
		close(fd);
	}
}

/* The same bytes, one per segment: nothing may depend on how they arrive. */
static void requests_may_come_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		const struct probe *p = &accepted[i];
		int fd = dial(&site);
		size_t n;
		for (size_t k = 0; k < p->bytes.n; k++)
			send_all(fd, str_sub(p->bytes, k, 1));
		int status = read_answer(fd, answer, sizeof answer, &n);
		if (status != p->status)
			fail_msg("%s: expected %d, got %.60s", p->name, p->status, answer);
		close(fd);
	}
}

static void expect_status(const struct buf *b, int status)
{
	int fd = dial(&site);
	send_all(fd, buf_str(b));
	read_all(fd, answer, sizeof answer);
	if (status_of(answer) != status)
		fail_msg("expected %d, got %.60s", status, answer);
	close(fd);
}

static void fill(struct buf *b, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_char(b, c);
}

static void large_heads_are_refused(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	buf_add_c(&b, "GET /");
	fill(&b, 'a', 9000);
	expect_status(&b, 414);
	buf_clear(&b);
	buf_add_c(&b, "GET /hello HTTP/1.1\r\n" H "X: ");
	fill(&b, 'a', 80 * 1024);
	buf_add_c(&b, "\r\n\r\n");
	expect_status(&b, 431);
	buf_clear(&b);
	buf_add_c(&b, "GET /hello HTTP/1.1\r\n" H);
	for (int i = 0; i < 100; i++)
		buf_add_c(&b, "X: y\r\n");
	buf_add_c(&b, "\r\n");
	expect_status(&b, 431);
}

static void chunk_overhead_is_bounded(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	buf_add_c(&b, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1;");
	fill(&b, 'x', 5000);
	expect_status(&b, 400);
	buf_clear(&b);
	buf_add_c(&b, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n");
	for (int i = 0; i < 1000; i++)
		buf_add_c(&b, "X-Trailer: y\r\n");
	buf_add_c(&b, "\r\n");
	expect_status(&b, 400);
}

static void a_body_too_large_is_told_so(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 4 << 20);
	buf_add_c(&b, "POST /fields HTTP/1.1\r\n" H "Content-Length: 2097152\r\n\r\n");
	char *p = buf_reserve(&b, 2 << 20);
	memset(p, 'x', 2 << 20);
	buf_grow(&b, 2 << 20);
	expect_status(&b, 413); /* readable, although 2 MiB were on their way */
}

static void other_hosts_are_misdirected(void **state)
{
	(void)state;
	struct site own = { 0 };
	site_start(&own, (struct server_config){ .hosts = STR("portal.example, localhost"),
	                                         .workers = 1 });
	static const struct {
		const char *host;
		int status;
	} rows[] = { { "portal.example", 200 }, { "PORTAL.example:8080", 200 }, { "localhost", 200 },
	             { "evil.example", 421 }, { "portal.example.evil.example", 421 },
	             { "[::1]", 421 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		BUF_AUTO b;
		buf_init(&b, 1024);
		buf_printf(&b, "GET /hello HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
		           rows[i].host);
		int fd = dial(&own);
		send_all(fd, buf_str(&b));
		read_all(fd, answer, sizeof answer);
		if (status_of(answer) != rows[i].status)
			fail_msg("%s: %.60s", rows[i].host, answer);
		close(fd);
	}
	site_stop(&own);
}

static int setup(void **state)
{
	(void)state;
	site_start(&site, (struct server_config){ .workers = 2 });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	site_stop(&site);
	return is_ok(site.ran) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_requests_get_one_refusal),
		cmocka_unit_test(good_requests_are_answered),
		cmocka_unit_test(requests_may_come_byte_by_byte),
		cmocka_unit_test(large_heads_are_refused),
		cmocka_unit_test(chunk_overhead_is_bounded),
		cmocka_unit_test(a_body_too_large_is_told_so),
		cmocka_unit_test(other_hosts_are_misdirected),
	};
	return cmocka_run_group_tests_name("strict", tests, setup, teardown);
}
