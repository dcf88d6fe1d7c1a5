/* Tokens of FEEL (DMN 1.5 §10.3.1.2, grammar rules 26 to 36 and 60 to 68). */
#include "rule/syntax.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

void syntax_fail(struct parser *p, size_t pos, const char *code, const char *fmt, ...)
{
	struct feel_diag *d = p->diag;
	struct str rest = str_sub(p->src, 0, pos);
	uint32_t cp;
	d->line = d->col = 1;
	d->code = code;
	while (utf8_next(&rest, &cp)) {
		d->col++;
		if (cp == '\n') {
			d->line++;
			d->col = 1;
		}
	}
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(d->message, sizeof d->message, fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof d->message) { /* never end within a character */
		struct str cut = utf8_cut(str_of(d->message, sizeof d->message - 1), sizeof d->message - 1);
		d->message[cut.n] = 0;
	}
	longjmp(p->bail, 1);
}

bool space_cp(uint32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	       cp == 0x180e || (cp >= 0x2000 && cp <= 0x200b) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202f || cp == 0x205f || cp == 0x3000 || cp == 0xfeff;
}

/* Japanese and every other script count as letters. */
bool name_start(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || cp == '_' ||
	       (cp >= 0x80 && !space_cp(cp));
}

bool name_part(uint32_t cp)
{
	return name_start(cp) || (cp >= '0' && cp <= '9');
}

static bool cp_at(struct str src, size_t pos, uint32_t *ret, size_t *ret_len)
{
	struct str rest = str_from(src, pos);
	size_t before = rest.n;
	if (!utf8_next(&rest, ret))
		return false;
	*ret_len = before - rest.n;
	return true;
}

size_t word_end(struct str src, size_t pos)
{
	uint32_t cp;
	size_t len;
	while (cp_at(src, pos, &cp, &len) && name_part(cp))
		pos += len;
	return pos;
}

static bool starts(const struct parser *p, const char *c)
{
	return str_starts(str_from(p->src, p->pos), str_c(c));
}

void skip_space(struct parser *p)
{
	uint32_t cp;
	size_t len;
	for (;;) {
		if (cp_at(p->src, p->pos, &cp, &len) && space_cp(cp)) {
			p->pos += len;
		} else if (starts(p, "//")) {
			while (p->pos < p->src.n && p->src.p[p->pos] != '\n')
				p->pos++;
		} else if (starts(p, "/*")) {
			size_t end = str_find(str_from(p->src, p->pos + 2), STR("*/"));
			if (end == STR_NONE)
				syntax_fail(p, p->pos, "feel.comment", "this comment never ends: add */");
			p->pos += end + 4;
		} else {
			return;
		}
	}
}

static bool hex(struct str s, size_t from, size_t n, uint32_t *ret)
{
	uint32_t v = 0;
	if (from + n > s.n)
		return false;
	for (size_t i = from; i < from + n; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		               : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
		               : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
		if (digit == 16)
			return false;
		v = v * 16 + digit;
	}
	*ret = v;
	return true;
}

/* \uXXXX (also as a surrogate pair) and \UXXXXXX. Gives the bytes read. */
static size_t unicode_escape(struct str s, size_t i, uint32_t *ret)
{
	uint32_t cp, low;
	if (s.p[i + 1] == 'U')
		return hex(s, i + 2, 6, ret) ? 8 : 0;
	if (!hex(s, i + 2, 4, &cp))
		return 0;
	if (cp >= 0xd800 && cp < 0xdc00 && str_starts(str_from(s, i + 6), STR("\\u")) &&
	    hex(s, i + 8, 4, &low) && low >= 0xdc00 && low < 0xe000) {
		*ret = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		return 12;
	}
	*ret = cp;
	return 6;
}

/* Writes the character of the escape at i; gives the bytes read. An escape FEEL
 * does not know stays as written, so that patterns like "\d" need no doubling. */
static size_t escape(struct parser *p, size_t i, char *out, size_t *n)
{
	static const char from[] = "nrt\"'\\", to[] = "\n\r\t\"'\\";
	struct str s = p->src;
	char c = i + 1 < s.n ? s.p[i + 1] : 0;
	const char *known = c ? strchr(from, c) : NULL;
	uint32_t cp;
	if (known) {
		out[(*n)++] = to[known - from];
		return 2;
	}
	if (c == 'u' || c == 'U') {
		size_t used = unicode_escape(s, i, &cp);
		if (!used || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
			syntax_fail(p, i, "feel.escape", "\\%c needs %s hexadecimal digits of a character", c,
			            c == 'u' ? "four" : "six");
		*n += utf8_put(out + *n, cp);
		return used;
	}
	out[(*n)++] = '\\';
	return 1;
}

static struct str string_literal(struct parser *p, size_t *ret_end)
{
	size_t i = p->pos + 1, n = 0, close = i;
	while (close < p->src.n && p->src.p[close] != '"')
		close += p->src.p[close] == '\\' ? 2 : 1;
	if (close >= p->src.n)
		syntax_fail(p, p->pos, "feel.string", "this text never ends: add a closing \"");
	char *out = arena_alloc(p->a, close - i + 1);
	while (i < close) {
		if (p->src.p[i] == '\\')
			i += escape(p, i, out, &n);
		else
			out[n++] = p->src.p[i++];
	}
	*ret_end = close + 1;
	return str_of(out, n);
}

static bool digit_at(const struct parser *p, size_t i)
{
	return i < p->src.n && p->src.p[i] >= '0' && p->src.p[i] <= '9';
}

static void number_token(struct parser *p, struct token *t)
{
	size_t i = p->pos;
	while (digit_at(p, i))
		i++;
	if (i < p->src.n && p->src.p[i] == '.' && digit_at(p, i + 1))
		for (i++; digit_at(p, i); i++)
			;
	if (i < p->src.n && (p->src.p[i] == 'e' || p->src.p[i] == 'E')) {
		size_t k = i + 1;
		if (k < p->src.n && (p->src.p[k] == '+' || p->src.p[k] == '-'))
			k++;
		if (digit_at(p, k))
			for (i = k; digit_at(p, i); i++)
				;
	}
	t->kind = T_NUMBER;
	t->end = i;
	if (!dec_from_text(str_sub(p->src, p->pos, i - p->pos), &t->number))
		syntax_fail(p, p->pos, "feel.number", "this number is too large");
}

static const struct { const char *text; enum token_kind kind; } operators[] = {
	{ "..", T_DOTDOT }, { "**", T_POWER }, { "<=", T_LE }, { ">=", T_GE }, { "!=", T_NE },
	{ "->", T_ARROW }, { "+", T_PLUS }, { "-", T_MINUS }, { "*", T_STAR }, { "/", T_SLASH },
	{ "<", T_LT }, { ">", T_GT }, { "=", T_EQ }, { "(", T_LPAREN }, { ")", T_RPAREN },
	{ "[", T_LBRACKET }, { "]", T_RBRACKET }, { "{", T_LBRACE }, { "}", T_RBRACE },
	{ ",", T_COMMA }, { ":", T_COLON }, { ".", T_DOT }, { "?", T_QUESTION },
};

static const struct { const char *text; enum token_kind kind; } keywords[] = {
	{ "and", T_AND }, { "between", T_BETWEEN }, { "else", T_ELSE }, { "every", T_EVERY },
	{ "external", T_EXTERNAL }, { "false", T_FALSE }, { "for", T_FOR }, { "function", T_FUNCTION },
	{ "if", T_IF }, { "in", T_IN }, { "instance", T_INSTANCE }, { "null", T_NULL }, { "of", T_OF },
	{ "or", T_OR }, { "return", T_RETURN }, { "satisfies", T_SATISFIES }, { "some", T_SOME },
	{ "then", T_THEN }, { "true", T_TRUE },
};

static enum token_kind keyword(struct str word)
{
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
		if (str_eq(word, str_c(keywords[i].text)))
			return keywords[i].kind;
	return T_NAME;
}

/* A known name, else a keyword, else a word. When nothing else can follow, words
 * side by side are one name: two operands never stand next to each other. */
static void name_token(struct parser *p, struct token *t)
{
	struct str special;
	size_t end = word_end(p->src, p->pos), len = names_match(p, p->pos, &special);
	struct str word = str_sub(p->src, p->pos, end - p->pos);
	t->kind = T_NAME;
	if (len && p->pos + len > end) {
		t->text = special;
		t->end = p->pos + len;
		return;
	}
	t->kind = keyword(word);
	t->text = word;
	t->end = end;
	names_length(p, word, t->start);
	if (t->kind != T_NAME || names_local(p, word) || feel_get(p->known, word))
		return;
	for (;;) {
		size_t from, n;
		uint32_t cp;
		for (from = t->end; cp_at(p->src, from, &cp, &n) && space_cp(cp); from += n)
			;
		if (from == t->end || !cp_at(p->src, from, &cp, &n) || !name_part(cp))
			return;
		end = word_end(p->src, from);
		word = str_sub(p->src, from, end - from);
		if (keyword(word) != T_NAME)
			return;
		t->text = arena_printf(p->a, "%.*s %.*s", STR_ARG(t->text), STR_ARG(word));
		names_length(p, t->text, t->start);
		t->end = end;
	}
}

static bool operator_token(struct parser *p, struct token *t)
{
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (starts(p, operators[i].text)) {
			t->kind = operators[i].kind;
			t->end = p->pos + strlen(operators[i].text);
			t->text = str_sub(p->src, t->start, t->end - t->start);
			return true;
		}
	return false;
}

static void lex(struct parser *p, struct token *t)
{
	uint32_t cp = 0;
	size_t len = 0;
	skip_space(p);
	*t = (struct token){ .kind = T_END, .start = p->pos, .end = p->pos };
	if (p->pos == p->src.n)
		return;
	char c = p->src.p[p->pos];
	if (c == '"') {
		t->kind = T_STRING;
		t->text = string_literal(p, &t->end);
	} else if (c == '@') {
		p->pos++;
		skip_space(p);
		if (p->pos == p->src.n || p->src.p[p->pos] != '"')
			syntax_fail(p, p->pos, "feel.at", "after @ comes a text: @\"2026-11-20\"");
		t->kind = T_AT;
		t->text = string_literal(p, &t->end);
	} else if (digit_at(p, p->pos) || (c == '.' && digit_at(p, p->pos + 1))) {
		number_token(p, t);
	} else if (cp_at(p->src, p->pos, &cp, &len) && name_start(cp)) {
		name_token(p, t);
	} else if (!operator_token(p, t)) {
		syntax_fail(p, p->pos, "feel.character", "the character '%.*s' has no meaning here",
		            (int)(len ? len : 1), p->src.p + p->pos);
	}
}

const struct token *peek(struct parser *p)
{
	if (!p->have) {
		lex(p, &p->tok);
		p->have = true;
	}
	return &p->tok;
}

struct token next(struct parser *p)
{
	struct token t = *peek(p);
	p->pos = p->last_end = t.end;
	p->have = false;
	return t;
}

void unread(struct parser *p)
{
	if (p->have)
		p->pos = p->tok.start;
	p->have = false;
}

bool accept(struct parser *p, enum token_kind k)
{
	if (peek(p)->kind != k)
		return false;
	next(p);
	return true;
}

const char *token_name(struct parser *p, const struct token *t)
{
	if (t->kind == T_END)
		return "the end";
	struct str s = utf8_cut(str_sub(p->src, t->start, t->end - t->start), 40);
	return arena_cstr(p->a, arena_printf(p->a, "'%.*s'", STR_ARG(s)));
}

struct token expect(struct parser *p, enum token_kind k, const char *what)
{
	const struct token *t = peek(p);
	if (t->kind != k)
		syntax_fail(p, t->start, "feel.expected", "expected %s, found %s", what, token_name(p, t));
	return next(p);
}
