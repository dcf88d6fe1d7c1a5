/* Any bytes as JSON; what is accepted must survive being written and read. */
#include <stdlib.h>

#include "base/json.h"

static void must(bool held)
{
	if (!held)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(8 << 20);
	const struct json *j = NULL, *back = NULL;
	struct err err = { 0 };
	if (is_err(json_parse(a, str_of((const char *)data, size), &j, &err))) {
		must(j == NULL && err.code && err.what[0]);
		must(!arena_over(a));
		return 0;
	}
	struct str text = json_to_str(a, j), canonical, again;
	must(is_ok(json_parse(a, text, &back, &err)) && json_equal(j, back));
	if (is_err(json_canonical(a, j, &canonical, &err)))
		return 0;
	must(is_ok(json_parse(a, canonical, &back, &err)) && json_equal(j, back));
	must(is_ok(json_canonical(a, back, &again, &err)) && str_eq(canonical, again));
	return 0;
}
