/* The client against our own server, plain and TLS, and against nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/client.h"
#include "server_site.h"

#include <cmocka.h> /* last: it defines fail() */

static struct arena *arena;
static struct site site;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	site_start(&site, (struct server_config){ .workers = 2 });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	site_stop(&site);
	arena_free(arena);
	return 0;
}

static struct str url(const char *path)
{
	return arena_printf(arena, "http://127.0.0.1:%u%s", site.port, path);
}

static void answers_come_with_status_headers_and_body(void **state)
{
	(void)state;
	struct http_answer x;
	assert_true(is_ok(http_call(arena, &(struct http_call){ .url = url("/hello?x") }, &x, &err)));
	assert_int_equal(x.status, 200);
	assert_true(str_eq(x.body, STR("hello GET x")));
	assert_true(str_eq(http_answer_header(&x, STR("x-content-type-options")), STR("nosniff")));
	assert_true(str_eq(http_answer_header(&x, STR("nope")), STR("")));
	struct http_header h[] = { { STR("Content-Type"), STR("text/plain") },
	                           { STR("X-Empty"), STR("") } };
	assert_true(is_ok(http_call(arena, &(struct http_call){
		.method = HTTP_POST, .url = url("/echo"), .body = STR("a\0b"), .headers = h,
		.nheaders = 2 }, &x, &err)));
	assert_true(str_eq(x.body, STR("a\0b")));
	assert_true(is_ok(http_call(arena, &(struct http_call){ .method = HTTP_HEAD,
	                            .url = url("/hello") }, &x, &err)));
	assert_int_equal(x.status, 200);
	assert_int_equal(x.body.n, 0);
	assert_true(is_ok(http_call(arena, &(struct http_call){ .method = HTTP_DELETE,
	                            .url = url("/none") }, &x, &err)));
	assert_int_equal(x.status, 204);
	assert_true(is_ok(http_call(arena, &(struct http_call){ .url = url("/gone") }, &x, &err)));
	assert_int_equal(x.status, 404);
}

static void answers_are_bounded(void **state)
{
	(void)state;
	struct http_answer x = { .status = -1 };
	assert_int_equal(http_call(arena, &(struct http_call){ .url = url("/big"),
	                           .max_bytes = 100000 }, &x, &err).kind, ERR_TOO_LARGE);
	assert_int_equal(http_call(arena, &(struct http_call){ .url = url("/slow"),
	                           .timeout_ms = 50 }, &x, &err).kind, ERR_UNAVAILABLE);
	assert_int_equal(x.status, -1);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://u:p@127.0.0.1/",
		"http://a/\r\nX: y", "http://a b/", "HTTP://a/", "//a", "http://127.0.0.1/\xe5",
	};
	struct http_answer x;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_call(arena, &(struct http_call){ .url = str_c(bad[i]) }, &x, &err).kind !=
		    ERR_INPUT)
			fail_msg("%s was sent", bad[i]);
	struct http_header h = { STR("X"), STR("a\r\nEvil: b") };
	assert_int_equal(http_call(arena, &(struct http_call){ .url = url("/hello"), .headers = &h,
	                           .nheaders = 1 }, &x, &err).kind, ERR_INPUT);
}

static void nobody_there(void **state)
{
	(void)state;
	struct http_answer x;
	struct site other = { 0 };
	site_start(&other, (struct server_config){ .workers = 1 });
	struct str gone = arena_printf(arena, "http://127.0.0.1:%u/hello", other.port);
	site_stop(&other);
	assert_int_equal(http_call(arena, &(struct http_call){ .url = gone }, &x, &err).kind,
	                 ERR_UNAVAILABLE);
	/* and again with the same handle */
	assert_true(is_ok(http_call(arena, &(struct http_call){ .url = url("/hello") }, &x, &err)));
}

static void certificates_are_checked(void **state)
{
	(void)state;
	struct site tls = { 0 };
	site_start_tls(&tls, (struct server_config){ .workers = 1 });
	struct http_answer x;
	struct str to = arena_printf(arena, "https://localhost:%u/hello", tls.port);
	assert_int_equal(http_call(arena, &(struct http_call){ .url = to }, &x, &err).kind,
	                 ERR_UNAVAILABLE);
	assert_non_null(strstr(err.what, "SSL"));
	struct str ca = str_c(tls.cert);
	assert_true(is_ok(http_call(arena, &(struct http_call){ .url = to, .ca_file = ca }, &x, &err)));
	assert_true(str_eq(x.body, STR("hello GET ")));
	/* a certificate we trust, for another name */
	to = arena_printf(arena, "https://127.0.0.2:%u/hello", tls.port);
	assert_true(is_err(http_call(arena, &(struct http_call){ .url = to, .ca_file = ca }, &x,
	                             &err)));
	site_stop(&tls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_with_status_headers_and_body),
		cmocka_unit_test(answers_are_bounded),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(certificates_are_checked),
	};
	return cmocka_run_group_tests_name("client", tests, setup, teardown);
}
