/* Codes: a permutation per organization, the same in every thread, unlinkable
 * without the core's key. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "mesh/code.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char path[256];
static struct codes *codes;
static struct arena *arena;

static struct codes *open_codes(void)
{
	struct err err = { 0 };
	struct codes *c = NULL;
	assert_true(is_ok(codes_open(str_c(path), &c, &err)));
	return c;
}

static int setup(void **state)
{
	const char *dir = getenv("TMPDIR");
	(void)state;
	snprintf(path, sizeof path, "%s/musubi-codes-%d.key", dir ? dir : P_tmpdir, (int)getpid());
	unlink(path);
	codes = open_codes();
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	codes_close(codes);
	arena_free(arena);
	unlink(path);
	return 0;
}

static void goes_there_and_back(void **state)
{
	struct err err = { 0 };
	(void)state;
	for (int i = 0; i < 100; i++) {
		struct core_id id = core_id_new(), back;
		struct str code = code_of(codes, arena, STR("172065"), id);
		assert_int_equal(code.n, CODE_TEXT);
		assert_true(is_ok(code_to_core(codes, STR("172065"), code, &back, &err)));
		assert_memory_equal(id.b, back.b, sizeof id.b);
	}
}

static void converts_as_by_the_core(void **state)
{
	struct err err = { 0 };
	struct core_id id = core_id_new();
	struct str from = code_of(codes, arena, STR("172065"), id), to;
	(void)state;
	assert_true(is_ok(code_convert(codes, arena, STR("172065"), from, STR("jpki"), &to, &err)));
	assert_true(str_eq(to, code_of(codes, arena, STR("jpki"), id)));
	assert_false(str_eq(str_from(to, 2), str_from(from, 2)));
}

/* More organizations than a thread keeps ciphers for. */
static void many_organizations(void **state)
{
	struct core_id id = core_id_new(), back;
	struct str first[100];
	struct err err = { 0 };
	(void)state;
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 100; i++) {
			struct str org = arena_printf(arena, "org-%d", i);
			struct str code = code_of(codes, arena, org, id);
			if (round == 0)
				first[i] = code;
			assert_true(str_eq(code, first[i]));
			assert_true(is_ok(code_to_core(codes, org, code, &back, &err)));
			assert_memory_equal(id.b, back.b, sizeof id.b);
		}
	for (int i = 1; i < 100; i++)
		assert_false(str_eq(first[0], first[i]));
}

static void refuses_what_is_no_code(void **state)
{
	struct core_id id = core_id_new();
	struct str code = code_of(codes, arena, STR("172065"), id), to;
	struct err err = { 0 };
	const struct str bad[] = { STR(""), str_sub(code, 0, CODE_TEXT - 1), STR("x"),
		arena_printf(arena, "%.*s0", STR_ARG(code)),
		arena_printf(arena, "02%.*s", STR_ARG(str_from(code, 2))),
		arena_printf(arena, "00%.*s", STR_ARG(str_from(code, 2))),
		arena_printf(arena, "ff%.*s", STR_ARG(str_from(code, 2))),
		/* One code has one text: codes are keys of tables. */
		STR("01ABCDEF0123456789abcdef0123456789"),
		arena_printf(arena, "01zz%.*s", STR_ARG(str_from(code, 4))) };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct result r = code_convert(codes, arena, STR("172065"), bad[i], STR("jpki"), &to, &err);
		assert_int_equal(r.kind, ERR_INPUT);
	}
}

/* Every code that looks like one is somebody's, of exactly one person. */
static void any_block_is_a_code(void **state)
{
	struct err err = { 0 };
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct core_id raw = core_id_new(), back;
		struct str block = hex_encode(arena, str_of((const char *)raw.b, sizeof raw.b));
		struct str code = arena_join(arena, STR("01"), block);
		assert_true(is_ok(code_to_core(codes, STR("172065"), code, &back, &err)));
		assert_true(str_eq(code_of(codes, arena, STR("172065"), back), code));
	}
}

/* Long names are whole names: what they share at their beginning is not enough. */
static void long_names_are_told_apart(void **state)
{
	char a[200], b[200];
	struct core_id id = core_id_new(), back;
	struct err err = { 0 };
	(void)state;
	memset(a, 'x', sizeof a);
	memcpy(b, a, sizeof b);
	b[sizeof b - 1] = 'y';
	struct str x = str_of(a, sizeof a), y = str_of(b, sizeof b);
	assert_false(str_eq(code_of(codes, arena, x, id), code_of(codes, arena, y, id)));
	assert_false(str_eq(code_of(codes, arena, str_sub(x, 0, 64), id),
	                    code_of(codes, arena, str_sub(x, 0, 65), id)));
	assert_true(is_ok(code_to_core(codes, x, code_of(codes, arena, x, id), &back, &err)));
	assert_memory_equal(id.b, back.b, sizeof id.b);
}

/* Two cores with different keys never share a cipher, though one follows the
 * other at the same place in memory. */
static void another_core_gives_other_codes(void **state)
{
	struct core_id id = core_id_new();
	struct str before = code_of(codes, arena, STR("172065"), id);
	(void)state;
	codes_close(codes);
	unlink(path);
	codes = open_codes();
	assert_false(str_eq(before, code_of(codes, arena, STR("172065"), id)));
}

static void lasts_over_a_restart(void **state)
{
	struct core_id id = core_id_new();
	struct str before = code_of(codes, arena, STR("452025"), id);
	(void)state;
	codes_close(codes);
	codes = open_codes();
	assert_true(str_eq(before, code_of(codes, arena, STR("452025"), id)));
}

struct job { struct core_id id; struct str expected; };

static void *in_thread(void *arg)
{
	struct job *j = arg;
	ARENA_AUTO a = arena_new(0);
	for (int i = 0; i < 200; i++)
		if (!str_eq(code_of(codes, a, STR("282197"), j->id), j->expected))
			return arg;
	return NULL;
}

static void same_in_every_thread(void **state)
{
	enum { N = 8 };
	pthread_t t[N];
	struct job jobs[N];
	(void)state;
	for (int i = 0; i < N; i++) {
		jobs[i].id = core_id_new();
		jobs[i].expected = code_of(codes, arena, STR("282197"), jobs[i].id);
		assert_int_equal(pthread_create(&t[i], NULL, in_thread, &jobs[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		void *bad;
		pthread_join(t[i], &bad);
		assert_null(bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_there_and_back), cmocka_unit_test(converts_as_by_the_core),
		cmocka_unit_test(many_organizations), cmocka_unit_test(refuses_what_is_no_code),
		cmocka_unit_test(any_block_is_a_code), cmocka_unit_test(long_names_are_told_apart),
		cmocka_unit_test(another_core_gives_other_codes), cmocka_unit_test(lasts_over_a_restart), cmocka_unit_test(same_in_every_thread),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
