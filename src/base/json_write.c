/* Tree to text: compact in source order, and canonical.
 *
 * Both escape as RFC 8785 §3.2.2.2 says: \b \t \n \f \r, \" and \\, \u00xx for
 * the other controls, everything else as it is. Canonical text sorts members by
 * UTF-16 code units (§3.2.3); its numbers are those a double holds as they are
 * written (json_number.c), so that no two readers can see different values. */
#include "base/json_stack.h"

#include "base/mem.h"

static void write_escape(struct buf *b, unsigned char c)
{
	static const char names[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};
	static const char hex[] = "0123456789abcdef";
	char out[6] = { '\\', 'u', '0', '0', hex[c >> 4 & 15], hex[c & 15] };
	size_t n = 6;
	if (c >= 0x20 || names[c]) {
		out[1] = c < 0x20 ? names[c] : (char)c;
		n = 2;
	}
	buf_add(b, str_of(out, n));
}

static const bool escaped[256] = { [0 ... 0x1F] = true, ['"'] = true, ['\\'] = true };

static void write_string(struct buf *b, struct str s)
{
	size_t from = 0, i = 0;
	buf_add_char(b, '"');
	for (; i < s.n; i++) {
		if (!escaped[(unsigned char)s.p[i]])
			continue;
		buf_add(b, str_of(s.p + from, i - from));
		write_escape(b, (unsigned char)s.p[i]);
		from = i + 1;
	}
	buf_add(b, str_of(s.p + from, i - from));
	buf_add_char(b, '"');
}

static struct result write_value(struct buf *b, const struct json *j, bool canonical,
                                 struct err *err);

static struct result write_number(struct buf *b, struct str text, bool canonical,
                                  struct err *err)
{
	if (!canonical) {
		buf_add(b, text);
		return ok();
	}
	if (!json_number_canonical(b, text))
		return fail(err, ERR_INPUT, "json.canonical_number", "RFC 8785 §3.2.2.3",
		            "expected at most 15 digits or an integer within 2^53 in signed data,"
		            " found a number of %zu bytes", text.n);
	return ok();
}

static struct result write_array(struct buf *b, const struct json *j, bool canonical,
                                 struct err *err)
{
	buf_add_char(b, '[');
	for (size_t i = 0; i < j->n; i++) {
		if (i)
			buf_add_char(b, ',');
		TRY(write_value(b, &j->items[i], canonical, err));
	}
	buf_add_char(b, ']');
	return ok();
}

static struct result write_object(struct buf *b, const struct json *j, const uint32_t *order,
                                  struct err *err)
{
	buf_add_char(b, '{');
	for (size_t i = 0; i < j->n; i++) {
		size_t at = order ? order[i] : i;
		if (i)
			buf_add_char(b, ',');
		write_string(b, j->keys[at]);
		buf_add_char(b, ':');
		TRY(write_value(b, &j->items[at], order != NULL, err));
	}
	buf_add_char(b, '}');
	return ok();
}

/* UTF-16 puts the surrogates of U+10000 and above before U+E000 to U+FFFF;
 * UTF-8 puts their lead bytes (F0 to F4) behind those of the latter (EE, EF). */
static int utf16_rank(unsigned char c)
{
	return c == 0xEE || c == 0xEF ? c + 0x10 : c;
}

static int utf16_cmp(struct str x, struct str y)
{
	for (size_t i = 0; i < x.n && i < y.n; i++)
		if (x.p[i] != y.p[i])
			return utf16_rank((unsigned char)x.p[i]) - utf16_rank((unsigned char)y.p[i]);
	return x.n < y.n ? -1 : x.n > y.n;
}

static struct result write_sorted(struct buf *b, const struct json *j, struct err *err)
{
	uint32_t *order = mem_array(j->n, sizeof *order);
	json_keys_sort(j->keys, j->n, order, utf16_cmp);
	struct result r = write_object(b, j, order, err);
	mem_free(order);
	return r;
}

static struct result write_value(struct buf *b, const struct json *j, bool canonical,
                                 struct err *err)
{
	switch (j->kind) {
	case JSON_NULL: buf_add(b, STR("null")); break;
	case JSON_BOOL: buf_add(b, j->boolean ? STR("true") : STR("false")); break;
	case JSON_NUMBER: return write_number(b, j->text, canonical, err);
	case JSON_STRING: write_string(b, j->text); break;
	case JSON_ARRAY: return write_array(b, j, canonical, err);
	case JSON_OBJECT:
		return canonical ? write_sorted(b, j, err) : write_object(b, j, NULL, err);
	}
	return ok();
}

void json_write(struct buf *b, const struct json *j)
{
	/* Only a number in canonical text can fail. */
	struct result r = write_value(b, j ? j : json_null(), false, NULL);
	(void)r;
}

struct str json_to_str(struct arena *a, const struct json *j)
{
	BUF_AUTO b;
	buf_init(&b, SIZE_MAX / 4);
	json_write(&b, j);
	return arena_str(a, buf_str(&b));
}

struct result json_canonical(struct arena *a, const struct json *j, struct str *ret,
                             struct err *err)
{
	BUF_AUTO b;
	buf_init(&b, SIZE_MAX / 4);
	TRY(write_value(&b, j ? j : json_null(), true, err));
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
