/* What a failure looks like outside: its status and its words. */
#include "web/app_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct told { int status; struct str body; };

static struct told tell(struct arena *a, struct texts *texts, const struct err *e)
{
	struct http_header h = { STR_INIT("Accept"), STR_INIT("application/json") };
	struct http_request q = { .nheaders = 1, .headers = &h, .arena = a };
	struct http_response r = { 0 };
	struct app app = { .texts = texts };
	struct visit v = { .app = &app, .q = &q, .r = &r, .a = a, .lang = LANG_JA };
	buf_init(&r.body, 1 << 16);
	visit_error_page(&v, e);
	struct told x = { r.status, arena_str(a, buf_str(&r.body)) };
	buf_done(&r.body);
	return x;
}

static struct texts *words(struct arena *a)
{
	struct texts *t = NULL;
	struct err err = { 0 };
	struct str dir = arena_printf(a, "%s/web/text", getenv("MUSUBI_SOURCE"));
	if (is_err(texts_load(dir, &t, &err)))
		fail_msg("%s", err.what);
	return t;
}

static void a_rule_that_ran_too_long_is_no_haste(void **state)
{
	static const char *const codes[] = { "feel.steps", "feel.memory", "feel.depth", "feel.size" };
	ARENA_AUTO a = arena_new(0);
	struct texts *t = words(a);
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		struct told x = tell(a, t, &(struct err){ .kind = ERR_LIMIT, .code = codes[i] });
		assert_int_equal(x.status, 422);
		assert_true(str_find(x.body, STR("規則の計算が終わりませんでした")) != STR_NONE);
		assert_true(str_find(x.body, STR("1分ほど待って")) == STR_NONE);
	}
	struct told x = tell(a, t, &(struct err){ .kind = ERR_LIMIT, .code = "other.limit" });
	assert_int_equal(x.status, 429);
	assert_true(str_find(x.body, STR("1分ほど待って")) != STR_NONE);
	texts_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_rule_that_ran_too_long_is_no_haste) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
