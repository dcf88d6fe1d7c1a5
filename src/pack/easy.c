/* Checks ruby; see easy.h. */
#include "pack/easy.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "net/ruby.h"

static bool is_kanji(uint32_t c)
{
	return c == 0x3005 || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF)
	       || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static bool all_kana(struct str s)
{
	uint32_t c;
	while (utf8_next(&s, &c)) {
		if (!(c >= 0x3041 && c <= 0x3096) && !(c >= 0x30A1 && c <= 0x30FC))
			return false;
	}
	return str_empty(s);
}

/* The first run of kanji in s; empty when there is none. */
static struct str first_kanji(struct str s)
{
	size_t begin = s.n;
	struct str rest = s;
	for (;;) {
		size_t at = s.n - rest.n;
		uint32_t c;
		bool more = utf8_next(&rest, &c), kanji = more && is_kanji(c);
		if (kanji && begin == s.n)
			begin = at;
		if (!kanji && (begin != s.n || !more))
			return str_sub(s, begin, at - begin);
	}
}

enum easy_fault easy_check(struct str marked, bool bare, struct str *ret_word)
{
	for (struct ruby_piece p; ruby_next(&marked, &p);) {
		enum easy_fault fault = EASY_FINE;
		struct str word = p.text;
		if (p.kind == RUBY_HOLE) {
			fault = EASY_HOLE;
		} else if (p.kind == RUBY_WORD) {
			fault = all_kana(p.reading) ? EASY_FINE : EASY_READING;
			word = p.reading;
		} else if (str_find_char(p.text, '{') != STR_NONE
		           || str_find_char(p.text, '}') != STR_NONE) {
			fault = EASY_BRACES;
		} else if (bare && first_kanji(p.text).n > 0) {
			fault = EASY_BARE;
			word = first_kanji(p.text);
		}
		if (fault != EASY_FINE) {
			*ret_word = word;
			return fault;
		}
	}
	return EASY_FINE;
}

struct str easy_readings(struct arena *a, struct str marked)
{
	BUF_AUTO b;
	buf_init(&b, marked.n + 1);
	for (struct ruby_piece p; ruby_next(&marked, &p);)
		buf_add(&b, p.kind == RUBY_WORD ? p.reading : p.text);
	return arena_str(a, buf_str(&b));
}
