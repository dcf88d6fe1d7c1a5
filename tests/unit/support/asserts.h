/* Assertions that say what went wrong. */
#ifndef MUSUBI_TESTS_ASSERTS_H
#define MUSUBI_TESTS_ASSERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* After the house: cmocka has a macro named like a function of ours. */
#include <cmocka.h>

#define assert_ok(expr) do { \
	struct err err_ = { 0 }; \
	struct result r_ = (expr); \
	(void)err_; \
	if (is_err(r_)) \
		fail_msg("%s: %s: %s", #expr, err_.code ? err_.code : "?", err_.what); \
} while (0)

static inline bool has(struct str text, const char *part)
{
	return str_find(text, str_c(part)) != STR_NONE;
}
#define assert_has(text, part) do { \
	if (!has((text), (part))) \
		fail_msg("\"%s\" not in:\n%.*s", (part), STR_ARG(text)); \
} while (0)

#endif
