/* Where a transaction was begun: families, networks, and nobody's own words. */
#include "web/asker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct phone_asker from(struct arena *a, const char *agent, const char *peer,
                               const char *origin)
{
	struct http_header h = { STR_INIT("User-Agent"), str_c(agent) };
	struct http_request q = { .nheaders = 1, .headers = &h, .peer = str_c(peer), .arena = a };
	struct app app = { .origin = str_c(origin) };
	struct visit v = { .app = &app, .q = &q, .a = a };
	return asker_of(&v);
}

static void browsers_and_systems_by_family(void **state)
{
	static const struct { const char *agent, *browser, *system; } rows[] = {
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
		  " Chrome/130.0.0.0 Safari/537.36", "Chrome", "Windows" },
		{ "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130.0",
		  "Edge", "Windows" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
		  " Version/18.0 Mobile/15E148 Safari/604.1", "Safari", "iPhone" },
		{ "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/27.0 Chrome/125"
		  " Mobile Safari/537.36", "Samsung Internet", "Android" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0",
		  "Firefox", "Mac" },
		{ "あなたの安全な端末", "", "" }, { "", "", "" }, { "curl/8.0", "", "" },
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct phone_asker x = from(a, rows[i].agent, "203.0.113.9", "https://portal.example");
		assert_true(str_eq(x.browser, str_c(rows[i].browser)));
		assert_true(str_eq(x.system, str_c(rows[i].system)));
	}
}

static void a_name_that_is_none_of_ours_is_no_name(void **state)
{
	(void)state;
	assert_true(str_eq(asker_browser(STR("Firefox")), STR("Firefox")));
	assert_true(str_eq(asker_system(STR("iPhone")), STR("iPhone")));
	assert_int_equal(asker_browser(STR("Firefox (safe)")).n, 0);
	assert_int_equal(asker_system(STR("この電話")).n, 0);
	assert_int_equal(asker_browser(STR("")).n, 0);
}

static void a_proxy_is_no_network(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_int_equal(from(a, "", "127.0.0.1", "https://portal.example").network.n, 0);
	assert_int_equal(from(a, "", "::1", "https://portal.example").network.n, 0);
	assert_true(from(a, "", "127.0.0.1", "http://localhost:8080").network.n > 0);
	assert_true(str_eq(from(a, "", "::1", "http://localhost:8080").network,
	                   from(a, "", "127.0.0.1", "http://localhost:8081").network));
}

static void networks_are_compared_when_they_can_be(void **state)
{
	(void)state;
	assert_int_equal(asker_network(STR("203.0.113.9"), STR("203.0.113.9")), ASKER_SAME);
	assert_int_equal(asker_network(STR("203.0.113.9"), STR("198.51.100.1")), ASKER_OTHER);
	assert_int_equal(asker_network(STR("2001:db8::/64"), STR("203.0.113.9")), ASKER_UNKNOWN);
	assert_int_equal(asker_network(STR("2001:db8::/64"), STR("2001:db8:1::/64")), ASKER_OTHER);
	assert_int_equal(asker_network(STR(""), STR("")), ASKER_UNKNOWN);
}

static void only_all_of_it_is_the_same_device(void **state)
{
	struct phone_asker x = { STR("Chrome"), STR("Android"), STR("203.0.113.9") }, y = x;
	(void)state;
	assert_true(asker_same_device(&x, &y));
	y.browser = STR("Firefox");
	assert_false(asker_same_device(&x, &y));
	y = x;
	y.network = STR("198.51.100.1");
	assert_false(asker_same_device(&x, &y));
	x = y = (struct phone_asker){ STR(""), STR(""), STR("203.0.113.9") };
	assert_false(asker_same_device(&x, &y));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(browsers_and_systems_by_family),
		cmocka_unit_test(a_name_that_is_none_of_ours_is_no_name),
		cmocka_unit_test(a_proxy_is_no_network),
		cmocka_unit_test(networks_are_compared_when_they_can_be),
		cmocka_unit_test(only_all_of_it_is_the_same_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
