/* The functions that expressions of packs may call beside FEEL's own. */
#include "pack/functions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* behind our headers: it takes the name fail */

static void gives(const char *source, const char *expected)
{
	ARENA_AUTO a = arena_new(0);
	struct feel_context_builder b = feel_context_new(a);
	pack_functions_put(&b);
	const struct feel_value *names = feel_keep(a, feel_context_done(&b)), *v = NULL;
	const struct feel_expr *e = NULL;
	struct feel_diag diag = { 0 };
	struct err err = { 0 };
	if (is_err(feel_compile(a, str_c(source), names, &e, &diag, &err)))
		fail_msg("%s: %s", source, diag.message);
	struct feel_scope scope = { .names = names };
	if (is_err(feel_eval(e, &scope, a, &v, &err)))
		fail_msg("%s: %s", source, err.what);
	struct str text = v->kind == FEEL_NULL ? STR("null") : feel_to_text(a, v);
	if (!str_eq(text, str_c(expected)))
		fail_msg("%s: %.*s, expected %s", source, STR_ARG(text), expected);
}

static void money_is_written_with_commas(void **state)
{
	(void)state;
	gives("money(0)", "0円");
	gives("money(999)", "999円");
	gives("money(1000)", "1,000円");
	gives("money(30000)", "30,000円");
	gives("money(1234567)", "1,234,567円");
	gives("money(-15000)", "-15,000円");
	gives("money(100.5)", "null");
	gives("money(\"100\")", "null");
	gives("money(null)", "null");
	gives("money(10 ** 30)", "1,000,000,000,000,000,000,000,000,000,000円");
}

static void a_bank_and_a_register_write_one_person(void **state)
{
	(void)state;
	gives("same kana(\"カガ ハナコ\", \"ｶｶﾞﾊﾅｺ\")", "true");
	gives("same kana(\"キョウコ\", \"キヨウコ\")", "true");
	gives("same kana(\"ハットリ ジュン\", \"ハツトリ　ジユン\")", "true");
	gives("same kana(\"オオノ ユーコ\", \"ｵｵﾉ ﾕ-ｺ\")", "true");
	gives("same kana(\"かが はなこ\", \"カガ ハナコ\")", "true");
	gives("same kana(\"カガ ハナコ\", \"カガ ハナオ\")", "false");
	gives("same kana(\"カガ ハナコ\", \"カカ ハナコ\")", "false");
}

static void nothing_is_never_the_same(void **state)
{
	(void)state;
	gives("same kana(\"\", \"\")", "false");
	gives("same kana(\"  \", \"　\")", "false");
	gives("same kana(null, \"カガ\")", "null");
	gives("same kana(1, 1)", "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_is_written_with_commas),
		cmocka_unit_test(a_bank_and_a_register_write_one_person),
		cmocka_unit_test(nothing_is_never_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
