/* pattern NUL text: matching, replacing and splitting end, and agree. */
#include <stdlib.h>

#include "base/utf8.h"
#include "rule/value.h"

static void must(bool held)
{
	if (!held)
		abort();
}

static const struct feel_value *eval(struct arena *a, struct str source,
                                     const struct feel_scope *s)
{
	const struct feel_expr *e;
	const struct feel_value *v;
	struct err err = { 0 };
	must(is_ok(feel_compile(a, source, s->names, &e, NULL, NULL)));
	struct result r = feel_eval(e, s, a, &v, &err);
	must(is_ok(r) || r.kind == ERR_LIMIT);
	return is_ok(r) ? v : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(64 << 20);
	struct str pattern, text;
	str_cut(str_of((const char *)data, size), 0, &pattern, &text);
	if (!utf8_valid(pattern) || !utf8_valid(text) || size > 4000)
		return 0;
	struct feel_context_builder b = feel_context_new(a);
	feel_put(&b, STR("p"), feel_string(pattern));
	feel_put(&b, STR("t"), feel_string(text));
	struct feel_scope s = { .names = feel_keep(a, feel_context_done(&b)) };
	const struct feel_value *hit = eval(a, STR("matches(t, p)"), &s);
	const struct feel_value *same = eval(a, STR("replace(t, p, \"$0\")"), &s);
	const struct feel_value *parts = eval(a, STR("split(t, p)"), &s);
	eval(a, STR("matches(t, p, \"smix\")"), &s);
	eval(a, STR("replace(t, p, \"[$1]\", \"i\")"), &s);
	if (feel_is(same, FEEL_STRING))
		must(str_eq(same->string, text)); /* each match put back where it was */
	if (hit && !feel_true(hit) && feel_is(parts, FEEL_LIST))
		must(parts->list.n == 1);
	must(!arena_over(a));
	return 0;
}
