/* Any bytes as an expression, and as unary tests, on facts that have most kinds
 * of values. What compiles must end, twice alike, with a value or a limit. */
#include <stdlib.h>

#include "base/utf8.h"
#include "rule/value.h"

static void must(bool held)
{
	if (!held)
		abort();
}

static const char facts[] =
	"{\"a\":1,\"b\":\"text\",\"c\":[1,2,3],\"d e\":{\"f\":true,\"g-h\":null},\"申請者\":{\"氏名\":\"x\"},"
	"\"m\":[{\"n\":1,\"o\":\"p\"},{\"n\":2,\"o\":\"q\"}]}";

static void run(struct arena *a, const struct feel_expr *e, const struct feel_scope *s)
{
	const struct feel_value *v = NULL, *again = NULL;
	const struct str *names;
	struct err err = { 0 };
	size_t n = feel_reads(e, &names);
	struct result r = feel_eval(e, s, a, &v, &err);
	must(is_ok(r) ? v != NULL : r.kind == ERR_LIMIT && err.code && v == NULL);
	if (is_err(r) || arena_left(a) < (40 << 20))
		return;
	struct str text = feel_to_text(a, v);
	must(utf8_valid(text));
	(void)feel_to_json(a, v);
	if (is_ok(feel_eval(e, s, a, &again, NULL)))
		must(str_eq(text, feel_to_text(a, again)));
	(void)is_ok(feel_missing(e, s, a, NULL, &names, &n, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(128 << 20);
	const struct json *j;
	must(is_ok(json_parse(a, str_of(facts, sizeof facts - 1), &j, NULL)));
	const struct feel_value *names = feel_from_json(a, j);
	struct feel_scope s = { .names = names, .now_us = 1795134600000000, .max_steps = 20000 };
	struct str source = str_of((const char *)data, size);
	const struct feel_expr *e = NULL;
	struct feel_diag d = { 0 };
	struct err err = { 0 };
	if (is_ok(feel_compile(a, source, names, &e, NULL, NULL)))
		run(a, e, &s);
	if (is_ok(feel_compile(a, source, NULL, &e, &d, &err)))
		run(a, e, &s);
	else
		must(err.code && (d.line || err.kind == ERR_TOO_LARGE || str_eq(str_c(err.code), STR("feel.utf8"))));
	if (is_ok(feel_compile_tests(a, source, names, &e, NULL, NULL))) {
		bool passed;
		(void)is_ok(feel_test(e, &names->context.values[0], &s, a, &passed, NULL));
	}
	must(!arena_over(a));
	return 0;
}
