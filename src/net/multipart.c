/* multipart/form-data, RFC 7578 over RFC 2046 §5.1. What no browser sends is
 * refused rather than guessed at, so that no filter before us can read a body
 * in another way than we do. */
#include "net/multipart.h"

#include <assert.h>

#include "base/utf8.h"
#include "net/token.h"

enum { PART_HEAD_MAX = 4096, PART_HEADERS_MAX = 8, BOUNDARY_MAX = 70 };

static struct result bad(struct err *err, const char *clause, const char *why)
{
	return fail(err, ERR_INPUT, "http.multipart", clause, "multipart body: %s", why);
}

static bool boundary_char(char c)
{
	return http_is_tchar(c) || (c && strchr("()/:=?,", c));
}

struct result multipart_boundary(struct arena *a, struct str content_type, struct str *ret,
                                 struct err *err)
{
	struct http_params params;
	TRY(http_params_parse(a, content_type, &params, err));
	struct str b;
	if (!http_params_get(&params, STR("boundary"), &b))
		return bad(err, "RFC 2046 §5.1.1", "no boundary");
	if (b.n == 0 || b.n > BOUNDARY_MAX)
		return bad(err, "RFC 2046 §5.1.1", "the boundary must have 1 to 70 characters");
	for (size_t i = 0; i < b.n; i++)
		if (!boundary_char(b.p[i]))
			return bad(err, "RFC 2046 §5.1.1", "bad character in the boundary");
	*ret = b;
	return ok();
}

static struct result read_disposition(struct arena *a, struct str value, struct http_field *ret,
                                      struct err *err)
{
	struct http_params params;
	TRY(http_params_parse(a, value, &params, err));
	if (!str_eq_nocase(params.value, STR("form-data")))
		return bad(err, "RFC 7578 §4.2", "the disposition is not form-data");
	struct str star;
	if (http_params_get(&params, STR("filename*"), &star) ||
	    http_params_get(&params, STR("name*"), &star))
		return bad(err, "RFC 7578 §4.2", "filename* is not allowed");
	if (!http_params_get(&params, STR("name"), &ret->name) || str_empty(ret->name))
		return bad(err, "RFC 7578 §4.2", "a part has no name");
	if (!utf8_valid(ret->name) || str_find_char(ret->name, '\0') != STR_NONE)
		return bad(err, "RFC 7578 §5.1", "a name is not valid UTF-8");
	ret->file = http_params_get(&params, STR("filename"), &ret->filename);
	if (!utf8_valid(ret->filename))
		return bad(err, "RFC 7578 §5.1", "a file name is not valid UTF-8");
	return ok();
}

struct part {
	struct http_field field;
	bool disposition, type;
};

static struct result read_header(struct arena *a, struct str line, struct part *part,
                                 struct err *err)
{
	struct str name, value;
	if (!str_cut(line, ':', &name, &value) || !http_is_token(name))
		return bad(err, "RFC 7578 §4.8", "a header of a part is malformed");
	value = str_trim(value);
	if (!http_is_field_value(value))
		return bad(err, "RFC 7578 §4.8", "control character in a header of a part");
	if (str_eq_nocase(name, STR("content-disposition"))) {
		if (part->disposition)
			return bad(err, "RFC 7578 §4.2", "a part has two dispositions");
		part->disposition = true;
		return read_disposition(a, value, &part->field, err);
	}
	if (str_eq_nocase(name, STR("content-type"))) {
		if (part->type)
			return bad(err, "RFC 7578 §4.4", "a part has two content types");
		part->type = true;
		part->field.content_type = value;
		return ok();
	}
	if (str_eq_nocase(name, STR("content-transfer-encoding")) &&
	    !str_eq_nocase(value, STR("binary")) && !str_eq_nocase(value, STR("8bit")) &&
	    !str_eq_nocase(value, STR("7bit")))
		return bad(err, "RFC 7578 §4.7", "a transfer encoding is not allowed");
	return ok(); /* other headers have no meaning (§4.8) */
}

/* Takes the head of a part off *rest. */
static struct result read_head(struct arena *a, struct str *rest, struct part *part,
                               struct err *err)
{
	size_t left = PART_HEAD_MAX;
	for (int lines = 0; ; lines++) {
		size_t end = str_find(str_sub(*rest, 0, left), STR("\r\n"));
		if (end == STR_NONE || lines > PART_HEADERS_MAX)
			return bad(err, "RFC 2046 §5.1", "the head of a part is cut off or too large");
		struct str line = str_sub(*rest, 0, end);
		*rest = str_from(*rest, end + 2);
		left -= end + 2;
		if (str_empty(line))
			break;
		TRY(read_header(a, line, part, err));
	}
	if (!part->disposition)
		return bad(err, "RFC 7578 §4.2", "a part has no disposition");
	return ok();
}

static struct result check_value(const struct http_field *f, struct err *err)
{
	if (f->file && str_empty(f->filename) && !str_empty(f->value))
		return bad(err, "RFC 7578 §4.2", "a file without a name");
	if (f->file)
		return ok(); /* any bytes */
	if (!utf8_valid(f->value) || str_find_char(f->value, '\0') != STR_NONE)
		return bad(err, "RFC 7578 §5.1", "a text field is not valid UTF-8");
	return ok();
}

/* What follows a delimiter: CRLF and another part, or "--" and the end. */
static struct result after_delimiter(struct str *rest, bool *ret_last, struct err *err)
{
	if (str_starts(*rest, STR("\r\n"))) {
		*rest = str_from(*rest, 2);
		*ret_last = false;
		return ok();
	}
	if (str_eq(*rest, STR("--")) || str_eq(*rest, STR("--\r\n"))) {
		*ret_last = true;
		return ok();
	}
	return bad(err, "RFC 2046 §5.1.1", "bytes after a boundary");
}

static size_t count_parts(struct str body, struct str delimiter)
{
	size_t n = 0;
	for (size_t at; n <= HTTP_FIELDS_MAX && (at = str_find(body, delimiter)) != STR_NONE; n++)
		body = str_from(body, at + delimiter.n);
	return n;
}

struct result multipart_parse(struct arena *a, struct str boundary, struct str body,
                              struct http_fields *ret, struct err *err)
{
	struct str delimiter = arena_join(a, STR("\r\n--"), boundary);
	struct str first = str_from(delimiter, 2), rest = body;
	if (!str_starts(rest, first))
		return bad(err, "RFC 2046 §5.1.1", "does not start with its boundary");
	rest = str_from(rest, first.n);
	size_t max = count_parts(rest, delimiter), n = 0;
	if (max > HTTP_FIELDS_MAX)
		return fail(err, ERR_INPUT, "http.fields", NULL, "more than %d parts", HTTP_FIELDS_MAX);
	struct http_field *items = ARENA_ARRAY(a, struct http_field, max + 1);
	bool last;
	TRY(after_delimiter(&rest, &last, err));
	while (!last) {
		struct part part = { .field = { .filename = STR(""), .content_type = STR("") } };
		TRY(read_head(a, &rest, &part, err));
		/* An empty value: its delimiter's CRLF is the one that ended the head. */
		struct str from = str_of(rest.p - 2, rest.n + 2);
		size_t end = str_find(from, delimiter);
		if (end == STR_NONE)
			return bad(err, "RFC 2046 §5.1.1", "cut off before the last boundary");
		part.field.value = end < 2 ? str_of(rest.p, 0) : str_sub(rest, 0, end - 2);
		rest = str_from(from, end + delimiter.n);
		TRY(check_value(&part.field, err));
		assert(n < max); /* every part took one of the delimiters counted */
		items[n++] = part.field;
		TRY(after_delimiter(&rest, &last, err));
	}
	*ret = (struct http_fields){ n, items };
	return ok();
}
