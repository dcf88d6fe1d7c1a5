/* Slices, buffers, arenas, maps, errors: what every room stands on. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

/* fail() itself is under test; cmocka's macro of that name comes below. */
static struct result failing(struct err *err, const char *text)
{
	return fail(err, ERR_CONFLICT, "test.code", "RFC 0 §0", "found %s", text);
}

static struct result passing_on(struct err *err, int *steps)
{
	++*steps;
	TRY(failing(err, "it"));
	++*steps;
	return ok();
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static void slices_compare(void **state)
{
	(void)state;
	assert_true(str_eq(STR("a"), str_of("ab", 1)));
	assert_true(str_eq(STR(""), str_of(NULL, 0)));
	assert_false(str_eq(STR("a"), STR("b")));
	assert_true(str_eq_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("\xFF"), STR("a")) > 0);
	assert_int_equal(str_cmp(STR("a"), STR("a")), 0);
	assert_true(str_eq_secret(STR("abc"), STR("abc")));
	assert_false(str_eq_secret(STR("abc"), STR("abd")));
	assert_false(str_eq_secret(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("ab")) && str_ends(STR("abc"), STR("bc")));
	assert_false(str_starts(STR("a"), STR("ab")) || str_ends(STR("b"), STR("ab")));
}

static void slices_are_searched_and_cut(void **state)
{
	(void)state;
	struct str head, tail;
	assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_find(STR("abc"), STR("x")), STR_NONE);
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_int_equal(str_find(STR("a"), STR("ab")), STR_NONE);
	assert_int_equal(str_find_char(STR("abab"), 'b'), 1);
	assert_int_equal(str_rfind_char(STR("abab"), 'b'), 3);
	assert_int_equal(str_rfind_char(STR(""), 'b'), STR_NONE);
	assert_str(str_sub(STR("abc"), 1, 9), "bc");
	assert_str(str_sub(STR("abc"), 9, 1), "");
	assert_str(str_sub(STR("abc"), 1, SIZE_MAX), "bc");
	assert_str(str_from(STR("abc"), 3), "");
	assert_str(str_trim(STR(" \t\r\na b\v\f ")), "a b");
	assert_true(str_cut(STR("a=b=c"), '=', &head, &tail));
	assert_str(head, "a");
	assert_str(tail, "b=c");
	assert_false(str_cut(STR("abc"), '=', &head, &tail));
	assert_str(head, "abc");
	assert_str(tail, "");
}

static void integers_are_read_without_games(void **state)
{
	(void)state;
	static const struct { const char *s; bool fine; int64_t v; } rows[] = {
		{ "0", true, 0 }, { "-1", true, -1 }, { "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
		{ "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 },
		{ "1 ", false, 0 }, { "--1", false, 0 }, { "0x1", false, 0 }, { "1.0", false, 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		int64_t v = 42;
		assert_int_equal(str_to_i64(str_c(rows[i].s), &v), rows[i].fine);
		assert_int_equal(v, rows[i].fine ? rows[i].v : 42);
	}
	uint64_t u;
	assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
	assert_false(str_to_u64(STR("18446744073709551616"), &u));
	assert_false(str_to_u64(STR("-1"), &u));
}

static void a_buffer_stops_at_its_maximum(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10);
	buf_add(&b, STR("12345"));
	buf_add_char(&b, '6');
	buf_printf(&b, "%d", 78);
	assert_str(buf_str(&b), "12345678");
	assert_false(buf_over(&b));
	buf_add(&b, STR("9ab"));
	assert_true(buf_over(&b));
	buf_add(&b, STR("9"));
	assert_str(buf_str(&b), "12345678");
	assert_null(buf_reserve(&b, 1));
	buf_clear(&b);
	assert_false(buf_over(&b));
	buf_add_i64(&b, -42);
	buf_drop_front(&b, 1);
	assert_str(buf_str(&b), "42");
	assert_null(buf_reserve(&b, SIZE_MAX));
	buf_done(&b);
	assert_str(buf_str(&b), "");
}

static void arena_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < 3000; n += 7) {
			char *p = arena_alloc(a, n);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0x5A, n);
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	char *big = arena_alloc(a, 3 << 20);
	assert_int_equal(big[(3 << 20) - 1], 0);
	assert_str(arena_join(a, STR("ab"), STR("cd")), "abcd");
	assert_str(arena_printf(a, "%d-%s", 1, "x"), "1-x");
	assert_string_equal(arena_cstr(a, str_of("abc", 2)), "ab");
	arena_free(a);
	arena_free(NULL);
}

static void an_arena_says_when_it_is_full(void **state)
{
	(void)state;
	struct arena *a = arena_new(1000);
	assert_int_equal(arena_left(a), 1000);
	arena_alloc(a, 992);
	assert_false(arena_over(a));
	arena_alloc(a, 16);
	assert_true(arena_over(a));
	assert_int_equal(arena_left(a), 0);
	arena_reset(a);
	assert_false(arena_over(a));
	arena_free(a);
}

static void a_map_finds_what_was_put(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	struct map m;
	map_init(&m, a);
	assert_null(map_get(&m, STR("x")));
	for (int i = 0; i < 5000; i++)
		assert_true(map_put(&m, arena_printf(a, "key-%d", i), arena_printf(a, "%d", i).n + "abcdef"));
	assert_false(map_put(&m, STR("key-7"), a));
	assert_ptr_equal(map_get(&m, STR("key-7")), a);
	assert_non_null(map_get(&m, STR("key-4999")));
	assert_null(map_get(&m, STR("key-5000")));
	assert_null(map_get(&m, STR("")));
	assert_true(map_put(&m, STR(""), a));
	assert_ptr_equal(map_get(&m, STR("")), a);
	assert_int_equal(m.n, 5001);
	assert_str(m.entries[7].key, "key-7"); /* the order of insertion */
	arena_free(a);
}

static void failures_are_passed_on(void **state)
{
	(void)state;
	struct err err = { 0 };
	int steps = 0;
	struct result r = passing_on(&err, &steps);
	assert_int_equal(steps, 1);
	assert_int_equal(r.kind, ERR_CONFLICT);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "test.code");
	assert_string_equal(err.what, "found it");
	assert_true(is_err(failing(NULL, "nobody asks")));
	assert_int_equal(err_kind_http(ERR_TOO_LARGE), 413);
	assert_true(err_kind_retry(ERR_UNAVAILABLE) && !err_kind_retry(ERR_INPUT));
	assert_string_equal(err_kind_name(ERR_NOT_FOUND), "not_found");
}

static void long_details_end_in_a_whole_character(void **state)
{
	(void)state;
	char text[400];
	for (size_t shift = 0; shift < 4; shift++) {
		struct err err;
		memset(text, 'a', shift);
		size_t n = shift;
		while (n < 300) {
			memcpy(text + n, "加", 3);
			n += 3;
		}
		text[n] = 0;
		assert_true(is_err(failing(&err, text)));
		assert_true(utf8_valid(str_c(err.what)));
		assert_true(strlen(err.what) >= sizeof err.what - 4);
	}
}

static void memory_from_the_heap_is_zeroed(void **state)
{
	(void)state;
	char *p = mem_array(3, 5);
	for (int i = 0; i < 15; i++)
		assert_int_equal(p[i], 0);
	p = mem_resize(p, 100);
	memset(p, 7, 100);
	mem_wipe(p, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	mem_free(p);
	mem_free(NULL);
	char *c = mem_cstr("abc", 2);
	assert_string_equal(c, "ab");
	mem_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_compare), cmocka_unit_test(slices_are_searched_and_cut),
		cmocka_unit_test(integers_are_read_without_games),
		cmocka_unit_test(a_buffer_stops_at_its_maximum),
		cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
		cmocka_unit_test(an_arena_says_when_it_is_full),
		cmocka_unit_test(a_map_finds_what_was_put), cmocka_unit_test(failures_are_passed_on),
		cmocka_unit_test(long_details_end_in_a_whole_character),
		cmocka_unit_test(memory_from_the_heap_is_zeroed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
