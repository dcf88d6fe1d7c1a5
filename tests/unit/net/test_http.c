/* Fields, multipart bodies, cookies, redirects, paths, routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/http.h"
#include "net/multipart.h"
#include "net/route.h"
#include "net/uri.h"

#include <cmocka.h> /* last: it defines fail() */

static struct arena *arena;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define assert_str(s, lit) do { \
	struct str s_ = (s); \
	if (!str_eq(s_, STR(lit))) \
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(s_), lit); \
} while (0)

static void query_is_decoded_once(void **state)
{
	(void)state;
	struct http_request r = { .arena = arena,
	                          .query = STR("q=%E7%BD%B9+%E7%81%BD&x=%2541&empty=&bare&q=2&&") };
	struct http_fields f;
	assert_true(is_ok(http_query_fields(&r, &f, &err)));
	assert_int_equal(f.n, 5);
	assert_str(http_field_get(&f, STR("q")), "罹 災");
	assert_str(http_field_get(&f, STR("x")), "%41");
	assert_str(http_field_get(&f, STR("bare")), "");
	size_t i = 0;
	assert_non_null(http_field_next(&f, STR("q"), &i));
	assert_str(http_field_next(&f, STR("q"), &i)->value, "2");
	assert_null(http_field_next(&f, STR("q"), &i));
}

static void bad_queries_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "%ff=1", "a=%c0%af", "a=%00",
	                                   "a=%ed%a0%80", "a=%f4%90%80%80", "a=\xff" };
	struct http_fields f;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(http_urlencoded(arena, str_c(bad[i]), &f, &err).kind, ERR_INPUT);
}

static void too_many_fields_are_refused(void **state)
{
	(void)state;
	char many[2 * HTTP_FIELDS_MAX + 1];
	for (size_t i = 0; i < sizeof many; i++)
		many[i] = i % 2 ? '&' : 'a';
	struct http_fields f;
	assert_true(is_ok(http_urlencoded(arena, str_of(many, sizeof many - 2), &f, &err)));
	assert_int_equal(f.n, HTTP_FIELDS_MAX);
	assert_int_equal(http_urlencoded(arena, str_of(many, sizeof many), &f, &err).kind, ERR_INPUT);
}

static struct result form(const char *type, struct str body, struct http_fields *ret)
{
	struct http_header h = { STR("Content-Type"), str_c(type) };
	struct http_request r = { .arena = arena, .headers = &h, .nheaders = 1, .body = body };
	return http_form_fields(&r, ret, &err);
}

static const char FORM[] = "multipart/form-data; boundary=XX";

static void multipart_carries_text_and_files(void **state)
{
	(void)state;
	struct str body = STR("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n値\r\n"
	                      "--XX\r\ncontent-disposition: form-data; name=f; "
	                      "filename=\"写真 \\\"1\\\".jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
	                      "\0\xff\r\n--X\r\n\r\n--XX\r\n"
	                      "Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n"
	                      "--XX\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n"
	                      "Content-Type: application/octet-stream\r\n\r\n\r\n--XX--\r\n");
	struct http_fields f;
	assert_true(is_ok(form(FORM, body, &f)));
	assert_int_equal(f.n, 4);
	assert_str(http_field_get(&f, STR("a")), "値");
	assert_str(http_field_get(&f, STR("empty")), "");
	assert_str(http_field_get(&f, STR("f")), ""); /* a file is no text */
	assert_true(f.items[1].file);
	assert_str(f.items[1].filename, "写真 \"1\".jpg");
	assert_str(f.items[1].content_type, "image/jpeg");
	assert_str(f.items[1].value, "\0\xff\r\n--X\r\n");
	assert_true(f.items[1].value.p > body.p && f.items[1].value.p < body.p + body.n);
	assert_true(f.items[3].file);
	assert_true(is_ok(form(FORM, STR("--XX--\r\n"), &f)));
	assert_int_equal(f.n, 0);
}

#define PART "--XX\r\nContent-Disposition: form-data; name=a\r\n"

static void broken_multipart_is_refused(void **state)
{
	(void)state;
	static const struct str bad[] = {
		STR_INIT(""),
		STR_INIT("preamble\r\n" PART "\r\nv\r\n--XX--\r\n"),
		STR_INIT("\r\n" PART "\r\nv\r\n--XX--\r\n"),
		STR_INIT(PART "\r\nv\r\n--XX--\r\nepilogue"),
		STR_INIT(PART "\r\nv\r\n--XX"),
		STR_INIT(PART "\r\nv\r\n--XX-"),
		STR_INIT(PART "\r\nv\r\n"),
		STR_INIT(PART "\r\nv"),
		STR_INIT(PART),
		STR_INIT(PART "\r\n\xff\r\n--XX--\r\n"),
		STR_INIT(PART "\r\na\0b\r\n--XX--\r\n"),
		STR_INIT("--XX \r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\nContent-Disposition: form-data; name=a\n\nv\n--XX--\n"),
		STR_INIT("--XX\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''x\r\n\r\nv"
		         "\r\n--XX--\r\n"),
		STR_INIT(PART "Content-Disposition: form-data; name=b\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT(PART "Content-Transfer-Encoding: base64\r\n\r\ndg==\r\n--XX--\r\n"),
		STR_INIT(PART "Bad Header: x\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT(PART "X: a\0b\r\n\r\nv\r\n--XX--\r\n"),
		STR_INIT("--XX\r\nContent-Disposition: form-data; name=a; filename=\"\"\r\n\r\nv"
		         "\r\n--XX--\r\n"),
	};
	struct http_fields f;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (form(FORM, bad[i], &f).kind != ERR_INPUT)
			fail_msg("body %zu was accepted", i);
}

static void multipart_is_bounded(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i <= HTTP_FIELDS_MAX; i++)
		buf_add_c(&b, i ? "\r\n" PART "\r\nv" : PART "\r\nv");
	buf_add_c(&b, "\r\n--XX--");
	struct http_fields f;
	assert_int_equal(form(FORM, buf_str(&b), &f).kind, ERR_INPUT);
	buf_clear(&b);
	buf_add_c(&b, PART "X-Long: ");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&b, 'x');
	buf_add_c(&b, "\r\n\r\nv\r\n--XX--");
	assert_int_equal(form(FORM, buf_str(&b), &f).kind, ERR_INPUT);
}

static void content_types_of_forms(void **state)
{
	(void)state;
	struct http_fields f;
	assert_true(is_ok(form("application/x-www-form-urlencoded; charset=UTF-8", STR("a=1"), &f)));
	assert_str(http_field_get(&f, STR("a")), "1");
	assert_true(is_ok(form("", STR(""), &f)));
	assert_int_equal(f.n, 0);
	static const char *const bad[] = {
		"text/plain", "", "application/json", "multipart/form-data",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=\"a b\"",
		"multipart/form-data; boundary=a; boundary=b", "multipart/mixed; boundary=XX",
		"multipart/form-data; boundary="
		"01234567890123456789012345678901234567890123456789012345678901234567890",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(form(bad[i], STR("--XX--"), &f).kind, ERR_INPUT);
	assert_true(is_ok(form("multipart/form-data; boundary=\"XX\"", STR("--XX--"), &f)));
}

static void cookies_wear_the_host_prefix(void **state)
{
	(void)state;
	struct http_header h = { STR("cookie"), STR("sid=plain; __Host-sid=good; sid2=x") };
	struct http_request q = { .arena = arena, .headers = &h, .nheaders = 1, .tls = true };
	assert_str(http_cookie_get(&q, STR("sid")), "good");
	assert_str(http_cookie_get(&q, STR("si")), "");
	struct http_response r = { 0 };
	http_set_cookie(&r, &q, STR("sid"), STR("v1"), -1);
	assert_str(r.headers[0].value, "__Host-sid=v1; Path=/; HttpOnly; SameSite=Lax; Secure");
	http_set_cookie(&r, &q, STR("sid"), STR(""), 0);
	assert_int_equal(r.nheaders, 1); /* the last one counts */
	assert_str(r.headers[0].value,
	           "__Host-sid=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
	http_set_cookie(&r, &q, STR("lang"), STR("ja"), 60);
	assert_int_equal(r.nheaders, 2);
	q.tls = false;
	assert_str(http_cookie_get(&q, STR("sid")), "plain");
	q.local = true;
	assert_str(http_cookie_get(&q, STR("sid")), "good");
}

static void redirects_stay_at_home(void **state)
{
	(void)state;
	static const char *const away[] = { "//evil.example/", "https://evil.example/", "/\\evil",
	                                    "/a\r\nSet-Cookie: x", "", "a/b", "\\\\x", "/x\\y" };
	for (size_t i = 0; i < sizeof away / sizeof away[0]; i++) {
		struct http_response r = { 0 };
		http_redirect(&r, str_c(away[i]));
		assert_int_equal(r.status, 303);
		assert_str(r.headers[0].value, "/");
	}
	struct http_response r = { 0 };
	http_redirect(&r, STR("/apply/1?x=2"));
	assert_str(r.headers[0].value, "/apply/1?x=2");
	http_set(&r, STR("location"), STR("/b"));
	assert_int_equal(r.nheaders, 1);
	assert_true(http_is_set(&r, STR("LOCATION")));
}

static void paths_mean_what_they_say(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "a", "/a/../b", "/..", "/a/.", "/%2e%2e/x", "/.%2E", "//", "//a", "/a//b", "/%2f",
		"/a%2Fb", "/%5c", "/\\", "/%00", "/%0a", "/%7f", "/%", "/%4", "/%gg", "/%ff",
		"/%c0%ae%c0%ae/x", "/\xff", "/%ed%a0%80",
	};
	struct str p;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (uri_decode_path(arena, str_c(bad[i]), &p, &err).kind != ERR_INPUT)
			fail_msg("%s was accepted", bad[i]);
	assert_true(is_ok(uri_decode_path(arena, STR("/%E5%8A%A0%E8%B3%80/a%252fb/...x/"), &p, &err)));
	assert_str(p, "/加賀/a%2fb/...x/");
	assert_true(is_ok(uri_decode_path(arena, STR("/"), &p, &err)));
}

static struct result nothing(void *app, const struct http_request *q, struct http_response *r,
                             struct err *e)
{
	(void)app, (void)q, (void)r, (void)e;
	return ok();
}

#define ROW(m, p) { .method = (m), .path = (p), .who = WHO_ANYBODY, .handler = nothing }
static const struct route rows[] = {
	ROW(HTTP_GET, "/"),
	ROW(HTTP_GET, "/apply/{id}"),
	ROW(HTTP_POST, "/apply/{id}"),
	ROW(HTTP_GET, "/apply/new"),
	ROW(HTTP_GET, "/apply/{id}/page/{page}"),
	ROW(HTTP_POST, "/apply/{id}/page/{page}"),
	ROW(HTTP_GET, "/apply/new/edit"),
	ROW(HTTP_GET, "/static/{file*}"),
	ROW(HTTP_DELETE, "/z"),
};

static void routes_are_found(void **state)
{
	(void)state;
	struct router *r = router_new();
	router_add(r, rows, 5);
	router_add(r, rows + 5, sizeof rows / sizeof rows[0] - 5);
	const struct route *row = NULL;
	struct str p[HTTP_PARAMS_MAX];
	assert_int_equal(router_find(r, HTTP_GET, STR("/"), &row, p), ROUTE_FOUND);
	assert_ptr_equal(row, &rows[0]);
	assert_int_equal(router_find(r, HTTP_GET, STR("/apply/new"), &row, p), ROUTE_FOUND);
	assert_ptr_equal(row, &rows[3]);
	assert_int_equal(router_find(r, HTTP_GET, STR("/apply/n"), &row, p), ROUTE_FOUND);
	assert_ptr_equal(row, &rows[1]);
	assert_str(p[0], "n");
	/* back from the literal "new" to {id} */
	assert_int_equal(router_find(r, HTTP_POST, STR("/apply/new/page/7"), &row, p), ROUTE_FOUND);
	assert_ptr_equal(row, &rows[5]);
	assert_str(p[0], "new");
	assert_str(p[1], "7");
	assert_int_equal(router_find(r, HTTP_HEAD, STR("/static/css/a.css"), &row, p), ROUTE_FOUND);
	assert_ptr_equal(row, &rows[7]);
	assert_str(p[0], "css/a.css");
	static const char *const none[] = { "/apply", "/apply/", "/apply/1/", "/static/", "/static",
	                                    "/apply/1/page", "/zz", "", "z", "/apply/1/page/2/3" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(router_find(r, HTTP_GET, str_c(none[i]), &row, p), ROUTE_NO_PATH);
	assert_int_equal(router_find(r, HTTP_PUT, STR("/apply/1"), &row, p), ROUTE_NO_METHOD);
	assert_int_equal(router_find(r, HTTP_HEAD, STR("/z"), &row, p), ROUTE_NO_METHOD);
	assert_str(router_allow(r, arena, STR("/apply/1")), "GET, HEAD, POST");
	assert_str(router_allow(r, arena, STR("/z")), "DELETE");
	assert_str(router_allow(r, arena, STR("/nope")), "");
	const struct route *const *all;
	assert_int_equal(router_rows(r, &all), sizeof rows / sizeof rows[0]);
	assert_ptr_equal(all[6], &rows[6]);
	router_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_decoded_once),
		cmocka_unit_test(bad_queries_are_refused),
		cmocka_unit_test(too_many_fields_are_refused),
		cmocka_unit_test(multipart_carries_text_and_files),
		cmocka_unit_test(broken_multipart_is_refused),
		cmocka_unit_test(multipart_is_bounded),
		cmocka_unit_test(content_types_of_forms),
		cmocka_unit_test(cookies_wear_the_host_prefix),
		cmocka_unit_test(redirects_stay_at_home),
		cmocka_unit_test(paths_mean_what_they_say),
		cmocka_unit_test(routes_are_found),
	};
	return cmocka_run_group_tests_name("http", tests, setup, teardown);
}
