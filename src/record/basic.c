/* What a new version of a resident's basic entry changes; see basic.h. */
#include "record/basic.h"

#include "base/text.h"
#include "record/record.h"

static bool same(const struct json *x, const struct json *y, const char *name)
{
	return str_eq(text_trim(json_text(json_get(x, str_c(name)))),
	              text_trim(json_text(json_get(y, str_c(name)))));
}

static bool becomes(const struct json *old, const struct json *new, const char *status)
{
	struct str s = str_c(status);
	return str_eq(json_text(json_get(new, STR("status"))), s) &&
	       !(old && str_eq(json_text(json_get(old, STR("status"))), s));
}

enum basic_change basic_change_of(const struct json *old, const struct json *new)
{
	static const char *const four[] = { "name", "address", "birth", "sex" };
	if (becomes(old, new, "deceased"))
		return old ? BASIC_DIED : BASIC_SAME;
	if (!old)
		return BASIC_SAME; /* a first entry changes nothing that was certified */
	if (becomes(old, new, "left_japan"))
		return BASIC_LEFT;
	for (size_t i = 0; i < sizeof four / sizeof *four; i++)
		if (!same(old, new, four[i]))
			return BASIC_ATTRIBUTES;
	return becomes(old, new, "moved_out") ? BASIC_ATTRIBUTES : BASIC_SAME;
}
