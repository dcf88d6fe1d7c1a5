/* Values of a PDF file (ISO 32000-1 §7.2, §7.3). Recursion is bounded by
 * PDF_DEPTH_MAX, the number of values by PDF_TOKENS_MAX. */
#include "base/map.h"
#include "sign/pdf.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

static bool is_delimiter(char c)
{
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' ||
	       c == '}' || c == '/' || c == '%';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct result bad(const struct pdf_lexer *l, struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "pdf.syntax", "ISO 32000-1 §7.3", "%s at byte %zu", what, l->at);
}

static bool more(const struct pdf_lexer *l)
{
	return l->at < l->src.n;
}

static char peek(const struct pdf_lexer *l)
{
	return more(l) ? l->src.p[l->at] : '\0';
}

/* Bytes that are only walked over cost, too: a bomb of blanks is read once, not for
 * every object. */
enum { BYTES_PER_TOKEN = 64 };

void pdf_lex_space(struct pdf_lexer *l)
{
	size_t from = l->at;
	for (; more(l); l->at++) {
		if (peek(l) == '%')
			while (more(l) && peek(l) != '\n' && peek(l) != '\r')
				l->at++;
		else if (!is_space(peek(l)))
			break;
	}
	*l->tokens += (l->at - from) / BYTES_PER_TOKEN;
}

bool pdf_lex_word(struct pdf_lexer *l, const char *word)
{
	pdf_lex_space(l);
	struct str w = str_c(word), rest = str_from(l->src, l->at);
	if (!str_starts(rest, w))
		return false;
	if (rest.n > w.n && !is_space(rest.p[w.n]) && !is_delimiter(rest.p[w.n]))
		return false;
	l->at += w.n;
	return true;
}

bool pdf_lex_uint(struct pdf_lexer *l, uint64_t *ret)
{
	pdf_lex_space(l);
	size_t from = l->at;
	while (more(l) && is_digit(peek(l)))
		l->at++;
	if (l->at - from > 15 || !str_to_u64(str_sub(l->src, from, l->at - from), ret)) {
		l->at = from;
		return false;
	}
	return true;
}

static struct result lex_number(struct pdf_lexer *l, struct pdf_value *ret, struct err *err)
{
	size_t from = l->at, digits = 0, dots = 0;
	if (peek(l) == '+' || peek(l) == '-')
		l->at++;
	for (; more(l) && (is_digit(peek(l)) || peek(l) == '.'); l->at++) {
		digits += is_digit(peek(l));
		dots += peek(l) == '.';
	}
	struct str s = str_sub(l->src, from, l->at - from);
	if (!digits || dots > 1 || digits > 32)
		return bad(l, err, "malformed number");
	if (dots) {
		ret->kind = PDF_REAL;
		ret->text = s;
		return ok();
	}
	ret->kind = PDF_INT;
	if (s.p[0] == '+')
		s = str_from(s, 1);
	if (!str_to_i64(s, &ret->num))
		return bad(l, err, "number too large");
	return ok();
}

/* "12 0 R" is a reference, "12 0" two numbers: look ahead. */
static void lex_reference(struct pdf_lexer *l, struct pdf_value *v)
{
	size_t back = l->at;
	uint64_t gen;
	if (v->kind != PDF_INT || v->num < 0 || v->num >= PDF_OBJECTS_MAX)
		return;
	if (pdf_lex_uint(l, &gen) && gen <= 65535 && pdf_lex_word(l, "R")) {
		v->kind = PDF_REF;
		v->gen = (uint32_t)gen;
		return;
	}
	l->at = back;
}

static struct result lex_name(struct pdf_lexer *l, struct str *ret, struct err *err)
{
	size_t from = ++l->at, n = 0;
	while (more(l) && !is_space(peek(l)) && !is_delimiter(peek(l)))
		l->at++;
	struct str raw = str_sub(l->src, from, l->at - from);
	if (raw.n > 127)
		return bad(l, err, "name longer than 127 bytes");
	if (str_find_char(raw, '#') == STR_NONE) {
		*ret = raw;
		return ok();
	}
	char *out = arena_alloc(l->a, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		int hi = raw.p[i] == '#' && i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex_digit(raw.p[i + 2]) : -1;
		out[n++] = (char)(lo >= 0 ? hi << 4 | lo : raw.p[i]);
		i += lo >= 0 ? 2 : 0;
	}
	*ret = str_of(out, n);
	return ok();
}

/* After a backslash; gives the number of bytes written (0 or 1). */
static size_t lex_escape(struct pdf_lexer *l, char *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	char c = peek(l);
	l->at++;
	if (c == '\r' || c == '\n') {
		if (c == '\r' && peek(l) == '\n')
			l->at++;
		return 0;
	}
	if (c >= '0' && c <= '7') {
		int v = c - '0';
		for (int i = 0; i < 2 && peek(l) >= '0' && peek(l) <= '7'; i++, l->at++)
			v = v * 8 + (peek(l) - '0');
		*out = (char)(v & 0xFF);
		return 1;
	}
	const char *hit = c ? strchr(from, c) : NULL;
	*out = hit ? to[hit - from] : c;
	return 1;
}

static struct result lex_string(struct pdf_lexer *l, struct pdf_value *ret, struct err *err)
{
	size_t end = ++l->at, n = 0;
	int depth = 1;
	for (; end < l->src.n && depth; end++) { /* first its length, so that memory fits */
		char c = l->src.p[end];
		if (c == '\\')
			end++;
		depth += (c == '(') - (c == ')');
	}
	if (depth || end > l->src.n)
		return bad(l, err, "string without an end");
	char *out = arena_alloc(l->a, end - l->at);
	while (l->at < end - 1) {
		char c = l->src.p[l->at++];
		if (c == '\\')
			n += lex_escape(l, out + n);
		else
			out[n++] = c;
	}
	l->at = end;
	ret->kind = PDF_STRING;
	ret->text = str_of(out, n);
	return ok();
}

static struct result lex_hex(struct pdf_lexer *l, struct pdf_value *ret, struct err *err)
{
	size_t end = str_find_char(str_from(l->src, ++l->at), '>'), n = 0;
	if (end == STR_NONE)
		return bad(l, err, "hexadecimal string without an end");
	end += l->at;
	uint8_t *out = arena_alloc(l->a, (end - l->at) / 2 + 1);
	for (; l->at < end; l->at++) {
		int d = hex_digit(peek(l));
		if (d < 0 && !is_space(peek(l)))
			return bad(l, err, "not a hexadecimal digit");
		if (d < 0)
			continue;
		out[n / 2] = (uint8_t)(n & 1 ? out[n / 2] | d : d << 4);
		n++;
	}
	l->at = end + 1;
	*ret = (struct pdf_value){ .kind = PDF_STRING, .hex = true, .from = ret->from };
	ret->text = str_of((const char *)out, (n + 1) / 2);
	return ok();
}

/* A list that doubles; the arena keeps the old halves, at most as much again. */
struct items {
	size_t n, cap;
	struct pdf_value *v;
	struct str *keys;
};

static void items_add(struct arena *a, struct items *x, const struct pdf_value *v, struct str key)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 8;
		struct pdf_value *nv = ARENA_ARRAY(a, struct pdf_value, cap);
		struct str *nk = ARENA_ARRAY(a, struct str, cap);
		if (x->n) {
			memcpy(nv, x->v, x->n * sizeof *nv);
			memcpy(nk, x->keys, x->n * sizeof *nk);
		}
		*x = (struct items){ x->n, cap, nv, nk };
	}
	x->v[x->n] = *v;
	x->keys[x->n++] = key;
}

static struct result lex(struct pdf_lexer *l, int depth, struct pdf_value *ret, struct err *err);

static struct result lex_array(struct pdf_lexer *l, int depth, struct pdf_value *ret,
                               struct err *err)
{
	struct items x = { 0 };
	for (l->at++;;) {
		struct pdf_value v;
		pdf_lex_space(l);
		if (!more(l))
			return bad(l, err, "array without an end");
		if (peek(l) == ']')
			break;
		TRY(lex(l, depth + 1, &v, err));
		items_add(l->a, &x, &v, STR(""));
	}
	l->at++;
	ret->kind = PDF_ARRAY;
	ret->n = x.n;
	ret->items = x.v;
	return ok();
}

/* Large dictionaries get a map, so that a hostile one costs no square. */
static bool has_key(struct pdf_lexer *l, const struct items *x, struct map *m, struct str key)
{
	static char there;
	if (x->n < 16) {
		for (size_t i = 0; i < x->n; i++)
			if (str_eq(x->keys[i], key))
				return true;
		return false;
	}
	if (x->n == 16) {
		map_init(m, l->a);
		for (size_t i = 0; i < x->n; i++)
			map_put(m, x->keys[i], &there);
	}
	return !map_put(m, key, &there);
}

/* A key twice means two readers may see two documents: refused. */
static struct result lex_dict(struct pdf_lexer *l, int depth, struct pdf_value *ret,
                              struct err *err)
{
	struct items x = { 0 };
	struct map keys;
	for (l->at += 2;;) {
		struct str key;
		struct pdf_value v;
		pdf_lex_space(l);
		if (str_starts(str_from(l->src, l->at), STR(">>")))
			break;
		if (peek(l) != '/')
			return bad(l, err, "dictionary key expected");
		TRY(lex_name(l, &key, err));
		if (has_key(l, &x, &keys, key))
			return bad(l, err, "key twice");
		TRY(lex(l, depth + 1, &v, err));
		items_add(l->a, &x, &v, key);
	}
	l->at += 2;
	ret->kind = PDF_DICT;
	ret->n = x.n;
	ret->items = x.v;
	ret->keys = x.keys;
	return ok();
}

static struct result lex_word_value(struct pdf_lexer *l, struct pdf_value *ret, struct err *err)
{
	if (pdf_lex_word(l, "null"))
		ret->kind = PDF_NULL;
	else if (pdf_lex_word(l, "true") || pdf_lex_word(l, "false")) {
		ret->kind = PDF_BOOL;
		ret->boolean = l->src.p[l->at - 2] == 'u';
	} else
		return bad(l, err, "a value expected");
	return ok();
}

static struct result lex(struct pdf_lexer *l, int depth, struct pdf_value *ret, struct err *err)
{
	struct pdf_value v = { 0 };
	struct result r;
	pdf_lex_space(l);
	if (depth > PDF_DEPTH_MAX)
		return fail(err, ERR_INPUT, "pdf.depth", NULL, "values nested deeper than %d", PDF_DEPTH_MAX);
	if (++*l->tokens > (l->tokens_max ? l->tokens_max : PDF_TOKENS_MAX) || arena_over(l->a))
		return fail(err, ERR_TOO_LARGE, "pdf.tokens", NULL, "too many values");
	v.from = l->at;
	char c = peek(l);
	if (c == '[')
		r = lex_array(l, depth, &v, err);
	else if (c == '<' && str_starts(str_from(l->src, l->at), STR("<<")))
		r = lex_dict(l, depth, &v, err);
	else if (c == '<')
		r = lex_hex(l, &v, err);
	else if (c == '(')
		r = lex_string(l, &v, err);
	else if (c == '/') {
		v.kind = PDF_NAME;
		r = lex_name(l, &v.text, err);
	} else if (is_digit(c) || c == '+' || c == '-' || c == '.') {
		r = lex_number(l, &v, err);
		if (is_ok(r))
			lex_reference(l, &v);
	} else
		r = lex_word_value(l, &v, err);
	TRY(r);
	if (v.kind == PDF_STRING)
		*l->tokens += (l->at - v.from) / BYTES_PER_TOKEN;
	v.to = l->at;
	*ret = v;
	return ok();
}

struct result pdf_lex_value(struct pdf_lexer *l, struct pdf_value *ret, struct err *err)
{
	return lex(l, 0, ret, err);
}
