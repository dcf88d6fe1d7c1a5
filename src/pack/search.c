/* Finding a procedure by the words people have: kanji, kana in any width, plain
 * words, whole questions.
 *
 * The index is built at load: every title, keyword and summary folded
 * (base/text.h), and once more in kana, by the readings that the packs' own
 * やさしい日本語 gives (a {罹災|りさい} anywhere teaches りさい everywhere).
 * Title beats keywords beat summary; equal scores keep the files' order. */
#include <stdlib.h>

#include "base/text.h"
#include "net/ruby.h"
#include "pack/easy.h"
#include "pack/set.h"

enum text_class { IN_TITLE, IN_KEYWORD, IN_SUMMARY };

/* What a word of the question scores: it is the text, begins it, is in it; or
 * the text is in the word (家がこわれたのですが). Classes do not overlap. */
static const struct { int is, begins, within, around; } scores[] = {
	[IN_TITLE] = { 1000, 800, 700, 650 },
	[IN_KEYWORD] = { 600, 500, 400, 300 },
	[IN_SUMMARY] = { 100, 100, 100, 0 },
};

struct search_text {
	struct str folded;
	enum text_class class;
	bool wide; /* long enough to be looked for inside a question */
};

struct search_entry {
	struct search_text *texts;
	size_t n;
};

struct readings {
	struct arena *arena;
	struct map words; /* 罹災 -> struct str りさい */
};

/* --- readings --- */

static void learn(struct readings *x, struct str easy)
{
	for (struct ruby_piece p; ruby_next(&easy, &p);) {
		if (p.kind != RUBY_WORD || map_get(&x->words, p.text))
			continue;
		struct str *reading = ARENA_NEW(x->arena, struct str);
		*reading = p.reading;
		map_put(&x->words, p.text, reading);
	}
}

static void learn_from(struct readings *x, const struct procedure *p)
{
	const struct ptext *texts[] = { &p->title, &p->summary, &p->who, &p->deadline, &p->office };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		learn(x, texts[i]->t[LANG_EASY]);
	for (size_t i = 0; i < p->nneeds; i++)
		learn(x, p->needs[i].t[LANG_EASY]);
	for (size_t i = 0; i < p->npages; i++)
		learn(x, p->pages[i].title.t[LANG_EASY]);
}

/* The longest word known at the front of s; *ret_n its bytes, 0 when none. */
static const struct str *longest(const struct readings *x, struct str s, size_t *ret_n)
{
	enum { WORD_CHARS_MAX = 10 };
	const struct str *found = NULL;
	struct str rest = s;
	uint32_t c;
	*ret_n = 0;
	for (int i = 0; i < WORD_CHARS_MAX && utf8_next(&rest, &c); i++) {
		struct str word = str_sub(s, 0, s.n - rest.n);
		const struct str *reading = map_get(&x->words, word);
		if (reading) {
			found = reading;
			*ret_n = word.n;
		}
	}
	return found;
}

/* The text with every known word read out. */
static struct str read_out(const struct readings *x, struct str s)
{
	BUF_AUTO b;
	buf_init(&b, s.n * 8 + 64);
	while (!str_empty(s)) {
		size_t n;
		const struct str *reading = longest(x, s, &n);
		struct str rest = s;
		uint32_t c;
		if (reading) {
			buf_add(&b, *reading);
			s = str_from(s, n);
		} else if (utf8_next(&rest, &c)) {
			buf_add(&b, str_sub(s, 0, s.n - rest.n));
			s = rest;
		} else {
			break;
		}
	}
	return arena_str(x->arena, buf_str(&b));
}

/* --- building --- */

static void put(struct arena *a, struct search_entry *e, struct str text, enum text_class class)
{
	struct str folded = text_fold(a, text);
	for (size_t i = 0; i < e->n; i++) {
		if (e->texts[i].class == class && str_eq(e->texts[i].folded, folded))
			return;
	}
	if (folded.n > 0)
		e->texts[e->n++] = (struct search_text){ folded, class, text_points(folded) >= 2 };
}

static void put_text(const struct readings *x, struct search_entry *e, const struct ptext *t,
                     enum text_class class)
{
	put(x->arena, e, text_plain(x->arena, t->t[LANG_JA]), class);
	put(x->arena, e, read_out(x, text_plain(x->arena, t->t[LANG_JA])), class);
	put(x->arena, e, t->t[LANG_EN], class);
	put(x->arena, e, text_plain(x->arena, t->t[LANG_EASY]), class);
	put(x->arena, e, easy_readings(x->arena, t->t[LANG_EASY]), class);
}

static void build(const struct readings *x, const struct procedure *p, struct search_entry *e)
{
	enum { PER_TEXT = 5, TEXTS = 3 };
	e->texts = ARENA_ARRAY(x->arena, struct search_text, PER_TEXT * TEXTS + 2 * p->nkeywords);
	put_text(x, e, &p->title, IN_TITLE);
	for (size_t i = 0; i < p->nkeywords; i++) {
		put(x->arena, e, p->keywords[i], IN_KEYWORD);
		put(x->arena, e, read_out(x, p->keywords[i]), IN_KEYWORD);
	}
	put_text(x, e, &p->summary, IN_SUMMARY);
	put_text(x, e, &p->who, IN_SUMMARY);
}

void search_build(struct pack_set *p)
{
	struct readings x = { .arena = p->arena };
	map_init(&x.words, p->arena);
	for (size_t i = 0; i < p->nnewest; i++)
		learn_from(&x, p->newest[i]);
	p->entries = ARENA_ARRAY(p->arena, struct search_entry, p->nnewest + 1);
	for (size_t i = 0; i < p->nnewest; i++)
		build(&x, p->newest[i], &p->entries[i]);
}

/* --- asking --- */

enum { WORDS_MAX = 12, QUESTION_MAX = 400 /* bytes */ };

static int score_text(const struct search_text *t, struct str word)
{
	if (str_eq(t->folded, word))
		return scores[t->class].is;
	size_t at = str_find(t->folded, word);
	if (at != STR_NONE)
		return at == 0 ? scores[t->class].begins : scores[t->class].within;
	if (t->wide && word.n > t->folded.n && str_find(word, t->folded) != STR_NONE)
		return scores[t->class].around;
	return 0;
}

static int score_word(const struct search_entry *e, struct str word)
{
	int best = 0;
	for (size_t i = 0; i < e->n; i++) {
		int score = score_text(&e->texts[i], word);
		best = score > best ? score : best;
	}
	return best;
}

/* --- when no word is found: sentences (子どもが生まれました) --- */

enum { LOOSE_POINTS = 4, LOOSE_MAX = 64 /* code points of a text that are looked at */ };

static size_t points_of(struct str s, uint32_t out[LOOSE_MAX])
{
	size_t n = 0;
	while (n < LOOSE_MAX && utf8_next(&s, &out[n]))
		n++;
	return n;
}

/* Code points of the longest piece that both have. */
static size_t common(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny)
{
	uint8_t lengths[LOOSE_MAX + 1] = { 0 }; /* ending at y[j-1], for the x before */
	size_t best = 0;
	for (size_t i = 0; i < nx; i++) {
		for (size_t j = ny; j > 0; j--) {
			lengths[j] = x[i] == y[j - 1] ? (uint8_t)(lengths[j - 1] + 1) : 0;
			best = lengths[j] > best ? lengths[j] : best;
		}
	}
	return best;
}

static int score_loose(const struct search_entry *e, struct str question)
{
	uint32_t x[LOOSE_MAX], y[LOOSE_MAX];
	size_t nx = points_of(question, x);
	int best = 0;
	for (size_t i = 0; i < e->n; i++) {
		if (e->texts[i].class == IN_SUMMARY)
			continue; /* its words are everybody's */
		size_t n = common(x, nx, y, points_of(e->texts[i].folded, y));
		int score = n >= LOOSE_POINTS ? (int)n * (e->texts[i].class == IN_TITLE ? 3 : 2) : 0;
		best = score > best ? score : best;
	}
	return best;
}

/* --- ranking --- */

/* The sum over the words; *ret_all: every word was found. */
static int score_entry(const struct search_entry *e, const struct str *words, size_t n,
                       bool *ret_all)
{
	int sum = 0;
	bool all = true;
	for (size_t i = 0; i < n; i++) {
		int score = score_word(e, words[i]);
		sum += score;
		all &= score > 0;
	}
	*ret_all = all;
	return sum;
}

static size_t split(struct arena *a, struct str question, struct str words[WORDS_MAX])
{
	struct str rest = text_one_line(a, utf8_cut(question, QUESTION_MAX)), word;
	size_t n = 0;
	for (bool more = true; more && n < WORDS_MAX;) {
		more = str_cut(rest, ' ', &word, &rest);
		word = text_fold(a, word);
		if (word.n > 0)
			words[n++] = word;
	}
	return n;
}

static bool fits(const struct procedure *p, struct str event, struct str level)
{
	if (level.n > 0 && !str_eq(p->level, level))
		return false;
	for (size_t i = 0; i < p->nevents; i++) {
		if (str_eq(p->events[i], event))
			return true;
	}
	return event.n == 0;
}

struct hit {
	const struct procedure *procedure;
	int score;
	bool all;
	size_t order;
};

static int by_score(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Those that fit and score; *ret_all: one of them has every word. */
static size_t collect(const struct pack_set *p, const struct str *words, size_t nwords, bool loose,
                      struct str event, struct str level, struct hit *hits, bool *ret_all)
{
	size_t n = 0;
	bool any_all = false;
	for (size_t i = 0; i < p->nnewest; i++) {
		struct hit h = { .procedure = p->newest[i], .order = i };
		if (!fits(p->newest[i], event, level))
			continue;
		h.score = loose ? score_loose(&p->entries[i], words[0])
		                : score_entry(&p->entries[i], words, nwords, &h.all);
		if (nwords > 0 && h.score == 0)
			continue;
		any_all |= h.all;
		hits[n++] = h;
	}
	*ret_all = any_all;
	return n;
}

size_t pack_search(const struct pack_set *p, struct arena *a, struct str question,
                   struct str event, struct str level, const struct procedure *const **ret)
{
	struct str words[WORDS_MAX];
	size_t nwords = split(a, question, words), n = 0, kept = 0;
	struct hit *hits = ARENA_ARRAY(a, struct hit, p->nnewest + 1);
	bool any_all = false;
	if (nwords > 0 || str_empty(text_trim(question)))
		n = collect(p, words, nwords, false, event, level, hits, &any_all);
	if (n == 0 && nwords == 1)
		n = collect(p, words, 1, true, event, level, hits, &any_all);
	if (n > 1)
		qsort(hits, n, sizeof *hits, by_score);
	const struct procedure **list = ARENA_ARRAY(a, const struct procedure *, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (hits[i].all || !any_all) /* some words are better than none, all better than some */
			list[kept++] = hits[i].procedure;
	}
	*ret = list;
	return kept;
}
