#include "base/text.h"

#include "base/text_map.h"

/* ---- counting ---- */

/* The next code point; U+FFFD for one ill-formed byte. False at the end. */
static bool next_point(struct str *rest, uint32_t *ret)
{
	if (rest->n == 0)
		return false;
	if (!utf8_next(rest, ret)) {
		*ret = 0xFFFD;
		*rest = str_from(*rest, 1);
	}
	return true;
}

size_t text_points(struct str s)
{
	size_t n = 0;
	uint32_t cp;
	while (next_point(&s, &cp))
		n++;
	return n;
}

static bool is_regional(uint32_t cp)
{
	return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

/* What decides whether the next code point begins a character. */
struct seam {
	bool any, joined, half_flag;
};

static bool begins_char(struct seam *s, uint32_t cp)
{
	bool flag = is_regional(cp);
	bool begins = !s->any || !(text_map_is_extender(cp) || s->joined || (flag && s->half_flag));
	s->half_flag = flag && begins;
	s->joined = cp == 0x200D;
	s->any = true;
	return begins;
}

size_t text_chars(struct str s)
{
	size_t n = 0;
	struct seam seam = { 0 };
	uint32_t cp;
	while (next_point(&s, &cp))
		n += begins_char(&seam, cp);
	return n;
}

bool text_fits(struct str s, size_t max_chars)
{
	return text_first(s, max_chars).n == s.n;
}

struct str text_first(struct str s, size_t n)
{
	struct str rest = s;
	struct seam seam = { 0 };
	uint32_t cp;
	size_t seen = 0;
	for (;;) {
		const char *at = rest.p;
		if (!next_point(&rest, &cp))
			return s;
		seen += begins_char(&seam, cp);
		if (seen > n)
			return str_of(s.p, (size_t)(at - s.p));
	}
}

struct str text_trim(struct str s)
{
	struct str rest = s, kept = str_of(s.p, 0);
	uint32_t cp;
	bool any = false;
	for (;;) {
		const char *at = rest.p;
		if (!next_point(&rest, &cp))
			return kept;
		if (text_map_is_space(cp))
			continue;
		if (!any)
			kept.p = at;
		any = true;
		kept.n = (size_t)(rest.p - kept.p);
	}
}

/* ---- checking ---- */

static bool has_control(struct str s, bool lines)
{
	uint32_t cp;
	while (s.n) {
		if (!utf8_next(&s, &cp))
			return true;
		if (text_map_is_control(cp) && !(lines && (cp == '\n' || cp == '\t')))
			return true;
	}
	return false;
}

bool text_has_control(struct str s)
{
	return has_control(s, false);
}

bool text_has_control_line(struct str s)
{
	return has_control(s, true);
}

bool text_is_kana(struct str s)
{
	uint32_t cp;
	bool letter = false;
	while (s.n) {
		if (!utf8_next(&s, &cp))
			return false;
		if (cp >= 0x30A1 && cp <= 0x30FA)
			letter = true;
		else if (cp != 0x30FC && cp != 0x30FB && cp != ' ' && cp != 0x3000)
			return false;
	}
	return letter;
}

/* ---- rewriting ---- */

enum how {
	HALF_ASCII = 1 << 0,
	FULL_ASCII = 1 << 1,
	FULL_KANA = 1 << 2,
	KATAKANA = 1 << 3,
	HIRAGANA = 1 << 4,
	LOWER = 1 << 5,
	ONE_SPACE = 1 << 6,      /* runs to one ASCII space, none at the ends */
	NO_SPACE = 1 << 7,       /* nor ・ */
	HYPHENS = 1 << 8,        /* all to "-", ー too */
	HYPHENS_ADDRESS = 1 << 9, /* the same, but ー behind kana stays */
	HYPHENS_KANA = 1 << 10,  /* behind kana to ー */
	NO_VARIATION = 1 << 11,
	KANJI = 1 << 12,
};

/* One code point is held back, since a voiced mark may join it. */
struct rewriter {
	struct buf out;
	unsigned how;
	uint32_t held, last; /* 0: none; last is what was written last */
	bool space;          /* one is due before the next character */
};

static uint32_t lower(uint32_t cp)
{
	bool latin = (cp >= 'A' && cp <= 'Z') || (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7);
	bool greek = cp >= 0x391 && cp <= 0x3A9 && cp != 0x3A2;
	bool cyrillic = cp >= 0x410 && cp <= 0x42F;
	return latin || greek || cyrillic ? cp + 0x20 : cp;
}

static uint32_t hyphen(const struct rewriter *w, uint32_t cp)
{
	bool mark = text_map_is_long_mark(cp), stroke = text_map_is_hyphen(cp);
	bool behind_kana = text_map_is_kana(w->last) || w->last == 0x30FC;
	if (!mark && !stroke)
		return cp;
	if ((w->how & HYPHENS) || ((w->how & HYPHENS_ADDRESS) && (stroke || !behind_kana)))
		return '-';
	return (w->how & HYPHENS_KANA) && behind_kana ? 0x30FC : cp;
}

static uint32_t letter(const struct rewriter *w, uint32_t cp)
{
	cp = hyphen(w, cp);
	if (w->how & HIRAGANA)
		cp = text_map_hiragana(cp);
	if (w->how & LOWER)
		cp = lower(cp);
	return w->how & KANJI ? text_map_kanji_fold(cp) : cp;
}

static void flush(struct rewriter *w)
{
	uint32_t cp = w->held;
	w->held = 0;
	if (cp == 0)
		return;
	if ((w->how & ONE_SPACE) && text_map_is_space(cp)) {
		w->space = w->last != 0;
		return;
	}
	if (w->space)
		utf8_add(&w->out, ' ');
	w->space = false;
	w->last = letter(w, cp);
	utf8_add(&w->out, w->last);
}

static uint32_t width(const struct rewriter *w, uint32_t cp)
{
	if (w->how & HALF_ASCII)
		cp = text_map_half_ascii(cp);
	if (w->how & FULL_ASCII)
		cp = text_map_full_ascii(cp);
	if (w->how & FULL_KANA)
		cp = text_map_full_kana(cp);
	/* before marks join: ヷ has no hiragana to come from */
	return w->how & KATAKANA ? text_map_katakana(cp) : cp;
}

static bool dropped(const struct rewriter *w, uint32_t cp)
{
	bool gap = text_map_is_space(cp) || cp == 0x30FB || cp == 0xB7;
	return ((w->how & NO_VARIATION) && text_map_is_variation(cp)) || ((w->how & NO_SPACE) && gap);
}

static void take(struct rewriter *w, uint32_t cp)
{
	cp = width(w, cp);
	if (dropped(w, cp))
		return;
	if (w->how & FULL_KANA) {
		uint32_t mark = cp == 0x309B ? 0x3099 : cp == 0x309C ? 0x309A : cp;
		uint32_t whole = text_map_compose(w->held, mark);
		if (whole) {
			w->held = whole;
			return;
		}
	}
	flush(w);
	w->held = cp ? cp : 0xFFFD;
}

static struct str rewrite(struct arena *a, struct str s, unsigned how)
{
	struct rewriter w = { .how = how };
	uint32_t cp;
	buf_init(&w.out, s.n * 3 + 8);
	while (next_point(&s, &cp))
		take(&w, cp);
	flush(&w);
	struct str out = arena_str(a, buf_str(&w.out));
	buf_done(&w.out);
	return out;
}

struct str text_half_width(struct arena *a, struct str s)
{
	return rewrite(a, s, HALF_ASCII | FULL_KANA);
}

struct str text_full_width(struct arena *a, struct str s)
{
	return rewrite(a, s, FULL_ASCII | FULL_KANA);
}

struct str text_kana_width(struct arena *a, struct str s)
{
	return rewrite(a, s, FULL_KANA);
}

struct str text_katakana(struct arena *a, struct str s)
{
	return rewrite(a, s, KATAKANA);
}

struct str text_hiragana(struct arena *a, struct str s)
{
	return rewrite(a, s, HIRAGANA);
}

struct str text_kana_name(struct arena *a, struct str s)
{
	return rewrite(a, s, HALF_ASCII | FULL_KANA | KATAKANA | HYPHENS_KANA | ONE_SPACE);
}

struct str text_one_line(struct arena *a, struct str s)
{
	return rewrite(a, s, ONE_SPACE);
}

struct str text_hyphens(struct arena *a, struct str s)
{
	return rewrite(a, s, HYPHENS);
}

struct str text_address(struct arena *a, struct str s)
{
	return rewrite(a, s, HALF_ASCII | FULL_KANA | HYPHENS_ADDRESS | ONE_SPACE);
}

struct str text_fold(struct arena *a, struct str s)
{
	return rewrite(a, s, HALF_ASCII | FULL_KANA | HIRAGANA | LOWER | NO_SPACE | HYPHENS |
	                     NO_VARIATION | KANJI);
}

struct str text_lines(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool cr = s.p[i] == '\r';
		if (cr && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		out[n++] = cr ? '\n' : s.p[i];
	}
	return str_of(out, n);
}
