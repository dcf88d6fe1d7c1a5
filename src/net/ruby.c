/* Ruby markup; see ruby.h. Also the two text_… functions that need no rows. */
#include "net/ruby.h"

#include "net/html.h"
#include "net/text.h"

/* A dotted path, perhaps behind "~". */
static bool hole_name(struct str s)
{
	char before = '.';
	for (size_t i = s.n && s.p[0] == '~'; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-' || (c == '.' && before != '.')))
			return false;
		before = c;
	}
	return before != '.';
}

static const struct str quoted_brace = STR_INIT("{{|}");

/* "{…}" at the front of s, when it makes sense. */
static bool braced(struct str s, struct ruby_piece *ret, size_t *ret_taken)
{
	if (str_starts(s, quoted_brace)) {
		*ret = (struct ruby_piece){ RUBY_PLAIN, STR("{"), STR("") };
		*ret_taken = quoted_brace.n;
		return true;
	}
	size_t end = str_find_char(s, '}');
	if (s.n == 0 || s.p[0] != '{' || end == STR_NONE)
		return false;
	struct str in = str_sub(s, 1, end - 1), word, reading;
	if (str_find_char(in, '{') != STR_NONE)
		return false;
	if (str_cut(in, '|', &word, &reading)) {
		if (str_empty(word) || str_empty(reading) || str_find_char(reading, '|') != STR_NONE)
			return false;
		*ret = (struct ruby_piece){ RUBY_WORD, word, reading };
	} else {
		if (!hole_name(in))
			return false;
		*ret = (struct ruby_piece){ RUBY_HOLE, in, STR("") };
	}
	*ret_taken = end + 1;
	return true;
}

bool ruby_next(struct str *marked, struct ruby_piece *ret)
{
	if (str_empty(*marked))
		return false;
	size_t taken;
	if (braced(*marked, ret, &taken)) {
		*marked = str_from(*marked, taken);
		return true;
	}
	size_t next = str_find_char(str_from(*marked, 1), '{');
	taken = next == STR_NONE ? marked->n : next + 1;
	*ret = (struct ruby_piece){ RUBY_PLAIN, str_sub(*marked, 0, taken), STR("") };
	*marked = str_from(*marked, taken);
	return true;
}

bool ruby_check(struct str marked)
{
	for (struct ruby_piece p; ruby_next(&marked, &p);)
		if (p.kind == RUBY_PLAIN && (str_find_char(p.text, '{') != STR_NONE ||
		                             str_find_char(p.text, '}') != STR_NONE))
			return false;
	return true;
}

static void as_written(struct buf *b, struct str hole)
{
	buf_add_char(b, '{');
	buf_add(b, hole);
	buf_add_char(b, '}');
}

void ruby_html(struct buf *b, const struct ruby_piece *p)
{
	if (p->kind != RUBY_WORD) {
		ruby_plain_html(b, p);
		return;
	}
	buf_add(b, STR("<ruby>"));
	html_escape(b, p->text);
	buf_add(b, STR("<rp>（</rp><rt>"));
	html_escape(b, p->reading);
	buf_add(b, STR("</rt><rp>）</rp></ruby>"));
}

void ruby_plain_html(struct buf *b, const struct ruby_piece *p)
{
	if (p->kind == RUBY_HOLE)
		as_written(b, p->text);
	else
		html_escape(b, p->text);
}

/* A reading-heavy text grows by the tags; escapes grow a byte to six. */
static size_t html_max(struct str s)
{
	return s.n * 16 + 64;
}

struct str text_html(struct arena *a, struct str marked)
{
	BUF_AUTO b;
	buf_init(&b, html_max(marked));
	for (struct ruby_piece p; ruby_next(&marked, &p);)
		ruby_html(&b, &p);
	return arena_str(a, buf_str(&b));
}

struct str text_plain(struct arena *a, struct str marked)
{
	BUF_AUTO b;
	buf_init(&b, marked.n + 1);
	for (struct ruby_piece p; ruby_next(&marked, &p);) {
		if (p.kind == RUBY_HOLE)
			as_written(&b, p.text);
		else
			buf_add(&b, p.text);
	}
	return arena_str(a, buf_str(&b));
}

struct str text_quote(struct arena *a, struct str s)
{
	if (str_find_char(s, '{') == STR_NONE)
		return s;
	BUF_AUTO b;
	buf_init(&b, s.n * quoted_brace.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '{')
			buf_add(&b, quoted_brace);
		else
			buf_add_char(&b, s.p[i]);
	}
	return arena_str(a, buf_str(&b));
}
