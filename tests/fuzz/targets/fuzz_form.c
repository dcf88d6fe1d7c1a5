/* Queries, url-encoded bodies, paths and cookies. */
#include <assert.h>

#include "base/encode.h"
#include "base/utf8.h"
#include "net/http.h"
#include "net/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fields(struct arena *a, struct str in)
{
	struct http_fields f;
	if (is_err(http_urlencoded(a, in, &f, NULL)))
		return;
	assert(f.n <= HTTP_FIELDS_MAX);
	BUF_AUTO b;
	buf_init(&b, in.n * 4 + 16);
	for (size_t i = 0; i < f.n; i++) {
		assert(utf8_valid(f.items[i].name) && utf8_valid(f.items[i].value));
		buf_add(&b, form_encode(a, f.items[i].name));
		buf_add_char(&b, '=');
		buf_add(&b, form_encode(a, f.items[i].value));
		buf_add_char(&b, '&');
	}
	/* What was read says the same when it is written and read again. */
	struct http_fields g;
	assert(is_ok(http_urlencoded(a, str_sub(buf_str(&b), 0, b.n ? b.n - 1 : 0), &g, NULL)));
	assert(g.n == f.n);
	for (size_t i = 0; i < f.n; i++)
		assert(str_eq(f.items[i].name, g.items[i].name) &&
		       str_eq(f.items[i].value, g.items[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_of((const char *)data, size), path;
	ARENA_AUTO a = arena_new(0);
	check_fields(a, in);
	if (is_ok(uri_decode_path(a, in, &path, NULL)))
		assert(path.p[0] == '/' && utf8_valid(path));
	struct http_header h = { STR("Cookie"), in };
	struct http_request q = { .arena = a, .headers = &h, .nheaders = 1 };
	struct str v = http_cookie_get(&q, STR("sid"));
	assert(v.n <= in.n);
	http_path_is_ours(in);
	return 0;
}
