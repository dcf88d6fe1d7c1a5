/* CSRF tokens, limits, static files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "net/csrf.h"
#include "net/limit.h"
#include "net/static.h"

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

static void a_token_fits_its_secret_and_purpose(void **state)
{
	(void)state;
	struct str seed = csrf_seed(arena);
	assert_int_equal(seed.n, 43);
	assert_false(str_eq(seed, csrf_seed(arena)));
	struct str t = csrf_token(arena, seed, STR("form"));
	assert_int_equal(t.n, 43);
	assert_true(csrf_check(seed, STR("form"), t));
	assert_false(csrf_check(seed, STR("logout"), t));
	assert_false(csrf_check(csrf_seed(arena), STR("form"), t));
	assert_false(csrf_check(seed, STR("form"), str_sub(t, 0, 42)));
	assert_false(csrf_check(seed, STR("form"), STR("")));
	assert_false(csrf_check(STR(""), STR("form"), csrf_token(arena, STR(""), STR("form"))));
	for (size_t i = 0; i < t.n; i++) {
		char *wrong = (char *)(uintptr_t)arena_cstr(arena, t);
		wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
		if (!str_eq(str_of(wrong, t.n), t))
			assert_false(csrf_check(seed, STR("form"), str_of(wrong, t.n)));
	}
}

static const struct limit login = { "login", 3, (int64_t)3600 * 1000000 };
static const struct limit quick = { "quick", 2, 30000 };

static void limits_hold_and_refill(void **state)
{
	(void)state;
	struct limiter *l = limiter_new(1000);
	int64_t wait = 0;
	for (int i = 0; i < 3; i++) {
		assert_true(limiter_peek(l, &login, STR("203.0.113.5")));
		assert_true(limiter_take(l, &login, STR("203.0.113.5"), &wait));
	}
	assert_false(limiter_peek(l, &login, STR("203.0.113.5")));
	assert_false(limiter_take(l, &login, STR("203.0.113.5"), &wait));
	assert_true(wait > 0 && wait <= login.every_us);
	assert_true(limiter_take(l, &login, STR("203.0.113.6"), NULL)); /* others are free */
	assert_true(limiter_take(l, &quick, STR("203.0.113.5"), NULL)); /* and other rules */
	assert_true(limiter_take(l, &quick, STR("203.0.113.5"), NULL));
	assert_false(limiter_take(l, &quick, STR("203.0.113.5"), NULL));
	nanosleep(&(struct timespec){ .tv_nsec = 45000000 }, NULL);
	assert_true(limiter_take(l, &quick, STR("203.0.113.5"), NULL));
	limiter_forgive(l, &login, STR("203.0.113.5"));
	assert_true(limiter_take(l, &login, STR("203.0.113.5"), NULL));
	limiter_free(l);
}

/* A flood of other keys does not free somebody who is being held back. */
static void the_held_back_are_forgotten_last(void **state)
{
	(void)state;
	struct limiter *l = limiter_new(64);
	for (int i = 0; i < 3; i++)
		assert_true(limiter_take(l, &login, STR("attacker"), NULL));
	for (int i = 0; i < 5000; i++)
		assert_true(limiter_take(l, &quick, arena_printf(arena, "other %d", i), NULL));
	assert_false(limiter_take(l, &login, STR("attacker"), NULL));
	limiter_free(l);
}

static void addresses_of_one_household_are_one_key(void **state)
{
	(void)state;
	assert_true(str_eq(limit_peer(arena, STR("203.0.113.5")), STR("203.0.113.5")));
	assert_true(str_eq(limit_peer(arena, STR("2001:db8:1:2:3:4:5:6")), STR("2001:db8:1:2::/64")));
	assert_true(str_eq(limit_peer(arena, STR("2001:db8:1:2::1")), STR("2001:db8:1:2::/64")));
}

/* ---- static files ---- */

static void write_file(const char *path, const char *content)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs(content, f);
	assert_int_equal(fclose(f), 0);
}

static struct str header(const struct http_response *r, const char *name)
{
	for (size_t i = 0; i < r->nheaders; i++)
		if (str_eq_nocase(r->headers[i].name, str_c(name)))
			return r->headers[i].value;
	return STR("");
}

static bool get(const struct static_files *f, struct str path, struct str query, struct str tag,
                struct http_response *r)
{
	struct http_header h = { STR("If-None-Match"), tag };
	struct http_request q = { .method = HTTP_GET, .path = path, .query = query, .headers = &h,
	                          .nheaders = 1, .arena = arena };
	*r = (struct http_response){ .status = 200 };
	return static_serve(f, &q, r);
}

static void files_are_served_with_tags(void **state)
{
	(void)state;
	char dir[] = "/tmp/musubi-static-XXXXXX", a[64], sub[64], b[64], bad[64];
	assert_non_null(mkdtemp(dir));
	snprintf(a, sizeof a, "%s/a.css", dir);
	snprintf(sub, sizeof sub, "%s/sub", dir);
	snprintf(b, sizeof b, "%s/sub/b.js", dir);
	snprintf(bad, sizeof bad, "%s/c.exe", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	write_file(a, "p{}");
	write_file(b, "1");
	struct static_files *f;
	if (is_err(static_load(str_c(dir), STR("/static/"), &f, &err)))
		fail_msg("%s", err.what);
	struct http_response r;
	assert_true(get(f, STR("/static/a.css"), STR(""), STR(""), &r));
	assert_true(str_eq(r.shared, STR("p{}")));
	assert_true(str_eq(header(&r, "content-type"), STR("text/css; charset=utf-8")));
	assert_true(str_eq(header(&r, "cache-control"), STR("no-cache")));
	struct str tag = header(&r, "etag");
	assert_true(get(f, STR("/static/a.css"), STR("v=0"), STR(""), &r));
	assert_true(str_eq(header(&r, "cache-control"), STR("no-cache")));
	struct str url = static_url(f, STR("sub/b.js")), path, query;
	assert_true(str_cut(url, '?', &path, &query));
	assert_true(str_eq(path, STR("/static/sub/b.js")));
	assert_true(get(f, path, query, STR(""), &r));
	assert_true(str_ends(header(&r, "cache-control"), STR("immutable")));
	query = arena_join(arena, STR("v="), static_version(f));
	assert_true(get(f, STR("/static/a.css"), query, STR(""), &r));
	assert_true(str_ends(header(&r, "cache-control"), STR("immutable")));
	assert_true(get(f, STR("/static/a.css"), STR(""),
	                arena_printf(arena, "\"x\", W/%.*s", STR_ARG(tag)), &r));
	assert_int_equal(r.status, 304);
	assert_int_equal(r.shared.n, 0);
	assert_false(get(f, STR("/static/none.css"), STR(""), STR(""), &r));
	assert_false(get(f, STR("/a.css"), STR(""), STR(""), &r));
	assert_int_equal(static_url(f, STR("none")).n, 0);
	static_free(f);
	write_file(bad, "MZ");
	assert_int_equal(static_load(str_c(dir), STR("/static/"), &f, &err).kind, ERR_INPUT);
	assert_non_null(strstr(err.what, "c.exe"));
	remove(bad);
	assert_int_equal(symlink("/etc/passwd", bad), 0); /* leads out */
	assert_true(is_err(static_load(str_c(dir), STR("/static/"), &f, &err)));
	assert_int_equal(static_load(STR("/nonexistent"), STR("/"), &f, &err).kind, ERR_UNAVAILABLE);
	remove(bad);
	remove(b);
	remove(a);
	rmdir(sub);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_fits_its_secret_and_purpose),
		cmocka_unit_test(limits_hold_and_refill),
		cmocka_unit_test(the_held_back_are_forgotten_last),
		cmocka_unit_test(addresses_of_one_household_are_one_key),
		cmocka_unit_test(files_are_served_with_tags),
	};
	return cmocka_run_group_tests_name("guards", tests, setup, teardown);
}
