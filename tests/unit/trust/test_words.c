/* The rows of web/text/trust.yaml say what src/trust/verdict.c says. */
#include "trust/verify.h"

#include "net/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state)
{
	ARENA_AUTO a = arena_new(1 << 16);
	struct texts *t;
	struct err err;
	struct str dir = arena_printf(a, "%s/web/text", getenv("MUSUBI_SOURCE"));
	if (is_err(texts_load(dir, &t, &err))) {
		print_error("%s: %s\n", err.code, err.what);
		return -1;
	}
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	texts_free(*state);
	return 0;
}

static void assert_row(const struct texts *t, struct str key, const struct verdict_row *row)
{
	assert_true(text_has(t, key));
	assert_true(str_eq(text_get(t, LANG_JA, key), str_c(row->ja)));
	assert_true(str_eq(text_get(t, LANG_EN, key), str_c(row->en)));
	assert_true(str_eq(text_get(t, LANG_EASY, key), str_c(row->easy)));
}

static void every_verdict_has_its_words_on_the_pages(void **state)
{
	ARENA_AUTO a = arena_new(1 << 16);
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const struct verdict_row *row = verdict_row((enum verdict)v);
		assert_row(*state, str_c(row->key), row);
		if (v != VERDICT_OK) /* as the message of an error page */
			assert_row(*state, arena_printf(a, "error.%s", row->key), row);
	}
}

static void every_verdict_is_named_once(void **state)
{
	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++)
		for (int w = 0; w < v; w++)
			assert_string_not_equal(verdict_row((enum verdict)v)->name,
			                        verdict_row((enum verdict)w)->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_has_its_words_on_the_pages),
		cmocka_unit_test(every_verdict_is_named_once),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
