/* Text to tree, in one pass over a copy that becomes the strings of the tree.
 *
 * RFC 8259; limits under its §9: JSON_DEPTH_MAX, no U+0000 (PostgreSQL and libc
 * cannot hold it), 4 GiB, and the cap of the arena. The copy has a NUL behind
 * it, which is a control character and so ends every scan: no loop needs a
 * bound of its own. Columns count bytes. */
#include "base/json_stack.h"
#include "base/utf8.h"

struct parser {
	char *p;
	const char *end, *line_start;
	uint32_t line;
	int depth;
	struct json_stack stack;
	struct err *err;
};

enum char_class { PLAIN, SPECIAL, HIGH };

static const unsigned char classes[256] = {
	[0 ... 0x1F] = SPECIAL, ['"'] = SPECIAL, ['\\'] = SPECIAL, [0x80 ... 0xFF] = HIGH,
};

static struct result value(struct parser *p, struct json *ret);

static uint32_t column(const struct parser *p)
{
	return (uint32_t)(p->p - p->line_start) + 1;
}

static struct result syntax(struct parser *p, const char *code, const char *clause,
                            const char *expected)
{
	if (p->p >= p->end)
		return fail(p->err, ERR_INPUT, code, clause, "line %u column %u: %s, found the end",
		            p->line, column(p), expected);
	unsigned char c = (unsigned char)*p->p;
	if (c > 0x20 && c < 0x7F)
		return fail(p->err, ERR_INPUT, code, clause, "line %u column %u: %s, found '%c'",
		            p->line, column(p), expected, c);
	return fail(p->err, ERR_INPUT, code, clause, "line %u column %u: %s, found byte 0x%02x",
	            p->line, column(p), expected, c);
}

static void skip_space(struct parser *p)
{
	for (;; p->p++) {
		if (*p->p == '\n') {
			p->line++;
			p->line_start = p->p + 1;
		} else if (*p->p != ' ' && *p->p != '\t' && *p->p != '\r') {
			return;
		}
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s, const char *end)
{
	while (s < end && is_digit(*s))
		s++;
	return s;
}

/* One or more digits; NULL when there is none. */
static const char *digits(const char *s, const char *end)
{
	const char *behind = skip_digits(s, end);
	return behind > s ? behind : NULL;
}

/* Behind the longest number at s, or NULL when there is none. */
static const char *number_end(const char *s, const char *end)
{
	s += s < end && *s == '-';
	s = s < end && *s == '0' ? s + 1 : digits(s, end);
	if (s && s < end && *s == '.')
		s = digits(s + 1, end);
	if (s && s < end && (*s == 'e' || *s == 'E')) {
		s++;
		s = digits(s + (s < end && (*s == '+' || *s == '-')), end);
	}
	return s;
}

bool json_is_number(struct str s)
{
	return s.n > 0 && number_end(s.p, s.p + s.n) == s.p + s.n;
}

static struct result number(struct parser *p, struct json *ret)
{
	const char *end = number_end(p->p, p->end);
	if (!end)
		return syntax(p, "json.syntax", "RFC 8259 §6", "expected a number");
	*ret = (struct json){ .kind = JSON_NUMBER, .line = p->line, .col = column(p),
	                      .text = str_of(p->p, (size_t)(end - p->p)) };
	p->p += end - p->p;
	if (is_digit(*p->p))
		return syntax(p, "json.syntax", "RFC 8259 §6", "expected no digit after a leading zero");
	return ok();
}

static bool hex4(const char *s, uint32_t *ret)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		uint32_t d = is_digit(c) ? (uint32_t)(c - '0')
		             : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
		             : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16;
		if (d == 16)
			return false;
		v = v << 4 | d;
	}
	*ret = v;
	return true;
}

/* \uXXXX at p->p (behind the u), with its second half when it is a surrogate. */
static struct result unicode_escape(struct parser *p, char **out)
{
	uint32_t cp, low;
	if (!hex4(p->p, &cp))
		return syntax(p, "json.syntax", "RFC 8259 §7", "expected four hex digits after \\u");
	if (cp >= 0xDC00 && cp <= 0xDFFF)
		return syntax(p, "json.utf8", "RFC 8259 §8.2", "expected no lone low surrogate");
	if (cp >= 0xD800 && cp <= 0xDBFF) {
		if (p->p[4] != '\\' || p->p[5] != 'u' || !hex4(p->p + 6, &low) || low < 0xDC00 ||
		    low > 0xDFFF)
			return syntax(p, "json.utf8", "RFC 8259 §8.2", "expected no lone high surrogate");
		cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
		p->p += 6;
	}
	if (cp == 0)
		return syntax(p, "json.nul", "RFC 8259 §9", "expected no U+0000 in a string");
	p->p += 4;
	char utf8[4]; /* at most as long as the escape it replaces */
	size_t n = utf8_put(utf8, cp);
	memcpy(*out, utf8, n);
	*out += n;
	return ok();
}

static struct result escape(struct parser *p, char **out)
{
	static const char plain[256] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};
	p->p++;
	char c = plain[(unsigned char)*p->p];
	if (c) {
		*(*out)++ = c;
		p->p++;
		return ok();
	}
	if (*p->p != 'u')
		return syntax(p, "json.syntax", "RFC 8259 §7", "expected an escape that exists");
	p->p++;
	return unicode_escape(p, out);
}

/* Over plain characters, up to a quote, a backslash or a control. */
static struct result run(struct parser *p)
{
	for (;;) {
		unsigned char c = (unsigned char)*p->p;
		if (classes[c] == PLAIN) {
			p->p++;
		} else if (classes[c] == HIGH) {
			size_t n = utf8_seq(p->p, (size_t)(p->end - p->p));
			if (n == 0)
				return syntax(p, "json.utf8", "RFC 3629 §4", "expected well-formed UTF-8");
			p->p += n;
		} else {
			return ok();
		}
	}
}

/* The string whose opening quote is at p->p, decoded where it stands. */
static struct result string(struct parser *p, struct str *ret)
{
	char *start = ++p->p, *out = start;
	for (;;) {
		char *from = p->p;
		TRY(run(p));
		size_t n = (size_t)(p->p - from);
		if (out != from)
			memmove(out, from, n);
		out += n;
		if (*p->p == '"')
			break;
		if (*p->p != '\\')
			return syntax(p, "json.syntax", "RFC 8259 §7",
			              "expected a closing quote before any control character");
		TRY(escape(p, &out));
	}
	p->p++;
	*ret = str_of(start, (size_t)(out - start));
	return ok();
}

static struct result word(struct parser *p, struct json *ret)
{
	static const struct {
		struct str text;
		enum json_kind kind;
		bool boolean;
	} words[] = {
		{ STR_INIT("true"), JSON_BOOL, true },
		{ STR_INIT("false"), JSON_BOOL, false },
		{ STR_INIT("null"), JSON_NULL, false },
	};
	struct str rest = str_of(p->p, (size_t)(p->end - p->p));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!str_starts(rest, words[i].text))
			continue;
		*ret = (struct json){ .kind = words[i].kind, .boolean = words[i].boolean,
		                      .line = p->line, .col = column(p) };
		p->p += words[i].text.n;
		return ok();
	}
	return syntax(p, "json.syntax", "RFC 8259 §3", "expected a value");
}

/* After an item: true when another follows, false at the closing bracket. */
static struct result more(struct parser *p, char close, bool *ret)
{
	skip_space(p);
	if (*p->p != ',' && *p->p != close)
		return syntax(p, "json.syntax", "RFC 8259 §4, §5",
		              close == ']' ? "expected ',' or ']'" : "expected ',' or '}'");
	*ret = *p->p++ == ',';
	skip_space(p);
	return ok();
}

static struct result array(struct parser *p, struct json *ret)
{
	size_t base = p->stack.n;
	bool another = *p->p != ']';
	if (!another)
		p->p++;
	while (another) {
		struct json v;
		TRY(value(p, &v));
		TRY(json_stack_push(&p->stack, (struct json_key){ 0 }, &v, p->err));
		TRY(more(p, ']', &another));
	}
	return json_stack_close_array(&p->stack, base, ret, p->err);
}

static struct result member(struct parser *p)
{
	struct json_key key = { .line = p->line, .col = column(p) };
	struct json v;
	if (*p->p != '"')
		return syntax(p, "json.syntax", "RFC 8259 §4", "expected a key in quotes");
	TRY(string(p, &key.text));
	skip_space(p);
	if (*p->p != ':')
		return syntax(p, "json.syntax", "RFC 8259 §4", "expected ':' behind the key");
	p->p++;
	skip_space(p);
	TRY(value(p, &v));
	return json_stack_push(&p->stack, key, &v, p->err);
}

static struct result object(struct parser *p, struct json *ret)
{
	size_t base = p->stack.n;
	const struct json_key *twice;
	bool another = *p->p != '}';
	if (!another)
		p->p++;
	while (another) {
		TRY(member(p));
		TRY(more(p, '}', &another));
	}
	TRY(json_stack_close_object(&p->stack, base, ret, &twice, p->err));
	if (twice)
		return fail(p->err, ERR_INPUT, "json.duplicate", "RFC 8259 §4",
		            "line %u column %u: expected each key once, found it again", twice->line,
		            twice->col);
	return ok();
}

static struct result container(struct parser *p, struct json *ret)
{
	bool is_array = *p->p == '[';
	*ret = (struct json){ .kind = is_array ? JSON_ARRAY : JSON_OBJECT, .line = p->line,
	                      .col = column(p) };
	if (++p->depth > JSON_DEPTH_MAX)
		return fail(p->err, ERR_INPUT, "json.depth", "RFC 8259 §9",
		            "line %u column %u: expected at most %d levels", p->line, column(p),
		            JSON_DEPTH_MAX);
	p->p++;
	skip_space(p);
	TRY(is_array ? array(p, ret) : object(p, ret));
	p->depth--;
	return ok();
}

static struct result value(struct parser *p, struct json *ret)
{
	switch (*p->p) {
	case '[':
	case '{':
		return container(p, ret);
	case '"':
		*ret = (struct json){ .kind = JSON_STRING, .line = p->line, .col = column(p) };
		return string(p, &ret->text);
	case '-':
	case '0' ... '9':
		return number(p, ret);
	default:
		return word(p, ret);
	}
}

static struct result document(struct parser *p, struct json *ret)
{
	skip_space(p);
	TRY(value(p, ret));
	skip_space(p);
	if (p->p != p->end)
		return syntax(p, "json.trailing", "RFC 8259 §2", "expected nothing behind the value");
	return ok();
}

struct result json_parse(struct arena *a, struct str text, const struct json **ret,
                         struct err *err)
{
	if (text.n >= UINT32_MAX || text.n >= arena_left(a))
		return fail(err, ERR_TOO_LARGE, "json.too_large", "RFC 8259 §9",
		            "%zu bytes of JSON do not fit the memory of this request", text.n);
	char *copy = arena_alloc(a, text.n + 1);
	if (text.n)
		memcpy(copy, text.p, text.n);
	struct parser p = { .p = copy, .end = copy + text.n, .line_start = copy, .line = 1,
	                    .err = err };
	json_stack_init(&p.stack, a);
	struct json root;
	struct result r = document(&p, &root);
	json_stack_done(&p.stack);
	TRY(r);
	struct json *kept = ARENA_NEW(a, struct json);
	*kept = root;
	*ret = kept;
	return ok();
}
