/* Any bytes as YAML; what is accepted must be a tree that JSON can carry. */
#include <stdlib.h>

#include "base/yaml.h"

static void must(bool held)
{
	if (!held)
		abort();
}

static void places(const struct json *j, int depth)
{
	must(depth <= JSON_DEPTH_MAX + 1 && j->line > 0 && j->col > 0);
	for (size_t i = 0; i < j->n; i++)
		places(&j->items[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(64 << 20);
	const struct json *j = NULL, *back = NULL;
	struct err err = { 0 };
	uint32_t line = 0;
	if (is_err(yaml_parse(a, str_of((const char *)data, size), &j, &line, &err))) {
		must(j == NULL && err.code && err.what[0]);
		must(line > 0 || err.kind == ERR_TOO_LARGE || str_eq(str_c(err.code), STR("yaml.utf8")));
		return 0;
	}
	places(j, 1);
	must(is_ok(json_parse(a, json_to_str(a, j), &back, &err)) && json_equal(j, back));
	return 0;
}
