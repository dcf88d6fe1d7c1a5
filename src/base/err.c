#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

/* One row per kind, in the order of the enum. */
static const struct {
	const char *name;
	int http;
	bool retry;
} kinds[] = {
	[ERR_NONE] = { "none", 200, false },
	[ERR_INPUT] = { "input", 400, false },
	[ERR_AUTH] = { "auth", 401, false },
	[ERR_FORBIDDEN] = { "forbidden", 403, false },
	[ERR_NOT_FOUND] = { "not_found", 404, false },
	[ERR_CONFLICT] = { "conflict", 409, false },
	[ERR_TOO_LARGE] = { "too_large", 413, false },
	[ERR_LIMIT] = { "limit", 429, true },
	[ERR_UNAVAILABLE] = { "unavailable", 503, true },
	[ERR_INTERNAL] = { "internal", 500, false },
};

/* Bytes of the text before a last character that was cut. */
static size_t whole_characters(const char *text)
{
	size_t n = strlen(text), from = n > 3 ? n - 3 : 0;
	for (size_t i = n; i > from; i--) {
		unsigned char c = (unsigned char)text[i - 1];
		if (c >= 0xC0)
			return utf8_seq(text + i - 1, n - i + 1) ? n : i - 1;
		if (c < 0x80)
			break;
	}
	return n;
}

struct result fail(struct err *err, enum err_kind kind, const char *code, const char *clause,
                   const char *fmt, ...)
{
	if (err) {
		va_list ap;
		err->kind = kind;
		err->code = code;
		err->clause = clause;
		va_start(ap, fmt);
		int n = vsnprintf(err->what, sizeof err->what, fmt, ap);
		va_end(ap);
		if (n >= (int)sizeof err->what) /* no half of a character at the end */
			err->what[whole_characters(err->what)] = 0;
	}
	return (struct result){ kind };
}

int err_kind_http(enum err_kind kind)
{
	return kinds[kind].http;
}

bool err_kind_retry(enum err_kind kind)
{
	return kinds[kind].retry;
}

const char *err_kind_name(enum err_kind kind)
{
	return kinds[kind].name;
}
