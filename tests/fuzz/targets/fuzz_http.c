/* Request heads and chunked bodies: whatever comes, in whatever pieces, is read
 * the same way, and what is accepted keeps the promises of http_parse.h. */
#include <assert.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "net/chunked.h"
#include "net/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum http_fault scan_in_steps(struct str in, size_t step, size_t *ret_len)
{
	struct http_scan s = { 0 };
	enum http_fault f = HTTP_FINE;
	*ret_len = 0;
	for (size_t n = step; f == HTTP_FINE && *ret_len == 0; n += step) {
		f = http_scan(&s, str_sub(in, 0, n), ret_len);
		if (n >= in.n)
			break;
	}
	return f;
}

static enum http_fault decode_in_steps(struct str in, size_t step, struct buf *out,
                                       bool *ret_done)
{
	struct chunked c = { 0 };
	for (size_t at = 0; at < in.n && !c.done; at += step) {
		struct str piece = str_sub(in, at, step), data;
		while (!str_empty(piece) && !c.done) {
			size_t used;
			enum http_fault f = chunked_feed(&c, piece, &used, &data);
			if (f != HTTP_FINE)
				return f;
			assert(used > 0 && used <= piece.n && data.n <= used);
			buf_add(out, data);
			piece = str_from(piece, used);
		}
	}
	*ret_done = c.done;
	return HTTP_FINE;
}

static void check_chunks(struct str in)
{
	BUF_AUTO whole;
	BUF_AUTO bytes;
	buf_init(&whole, in.n + 1);
	buf_init(&bytes, in.n + 1);
	bool done_whole = false, done_bytes = false;
	enum http_fault a = decode_in_steps(in, in.n + 1, &whole, &done_whole);
	enum http_fault b = decode_in_steps(in, 1, &bytes, &done_bytes);
	assert(a == b && done_whole == done_bytes);
	assert(a != HTTP_FINE || str_eq(buf_str(&whole), buf_str(&bytes)));
}

static void check_head(const struct http_head *h)
{
	assert(h->path.n > 0 && utf8_valid(h->path));
	assert(h->path.p[0] == '/' || str_eq(h->path, STR("*")));
	assert(str_find(h->path, STR("//")) == STR_NONE);
	assert(str_find(h->path, STR("/../")) == STR_NONE && !str_ends(h->path, STR("/..")));
	assert(str_find_char(h->path, '\0') == STR_NONE && str_find_char(h->path, '\\') == STR_NONE);
	assert(h->host.n > 0 && h->minor <= 1);
	for (size_t i = 0; i < h->nheaders; i++)
		assert(http_is_token(h->headers[i].name) && http_is_field_value(h->headers[i].value));
	assert(h->framing != HTTP_BODY_LENGTH || h->length > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_of((const char *)data, size);
	size_t len, again;
	enum http_fault f = scan_in_steps(in, size ? size : 1, &len);
	assert(scan_in_steps(in, 1, &again) == f && again == len);
	assert(len <= HTTP_HEAD_BYTES_MAX);
	check_chunks(in);
	if (f != HTTP_FINE || len == 0)
		return 0;
	ARENA_AUTO a = arena_new(0);
	struct http_head *h = ARENA_NEW(a, struct http_head);
	f = http_head_parse(a, str_sub(in, 0, len), h);
	assert(f < HTTP_FAULTS && http_fault_row(f)->status > 0);
	if (f == HTTP_FINE) {
		check_head(h);
		check_chunks(str_from(in, len));
	}
	return 0;
}
