/* Multipart bodies: the first line is the Content-Type, the rest the body. */
#include <assert.h>

#include "base/utf8.h"
#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str type, body;
	str_cut(str_of((const char *)data, size), '\n', &type, &body);
	ARENA_AUTO a = arena_new(0);
	struct http_header h = { STR("Content-Type"), type };
	struct http_request q = { .arena = a, .headers = &h, .nheaders = 1, .body = body };
	struct http_fields f;
	if (is_err(http_form_fields(&q, &f, NULL)))
		return 0;
	assert(f.n <= HTTP_FIELDS_MAX);
	for (size_t i = 0; i < f.n; i++) {
		const struct http_field *x = &f.items[i];
		assert(utf8_valid(x->name) && utf8_valid(x->filename));
		assert(x->file || utf8_valid(x->value));
		assert(x->value.n <= body.n);
	}
	http_field_get(&f, STR("a"));
	return 0;
}
