/* Collects mistakes with their place and a hint.
 *
 * The tree of base/yaml.h gives each value its line and column; the place of a
 * key is found by looking back in the text from its value, which is exact for
 * the YAML that people write (a key stands on its value's line or above it). */
#include "pack/issue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

void issues_init(struct issues *x, struct arena *a)
{
	*x = (struct issues){ .arena = a, .list = ARENA_ARRAY(a, struct pack_issue, PACK_ISSUES_MAX) };
}

static bool issue_known(const struct issues *x, const struct pack_issue *new)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct pack_issue *old = &x->list[i];
		if (old->line == new->line && old->col == new->col && str_eq(old->file, new->file)
		    && str_eq(old->message, new->message))
			return true;
	}
	return false;
}

void issue_add(struct issues *x, const struct source *src, struct place at, bool warning,
               struct str hint, const char *fmt, ...)
{
	x->nmistakes += !warning;
	if (x->n == PACK_ISSUES_MAX)
		return;
	char text[600];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	while (len > 0 && (size_t)n >= sizeof text && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
		len--; /* a long message is cut between characters */
	struct pack_issue issue = {
		.file = src->file, .line = at.line, .col = at.col, .warning = warning,
		.message = str_of(text, len), .hint = hint,
	};
	if (issue_known(x, &issue)) {
		x->nmistakes -= !warning;
		return;
	}
	issue.message = arena_str(x->arena, issue.message);
	x->list[x->n++] = issue;
}

static int issue_order(const void *a, const void *b)
{
	const struct pack_issue *x = a, *y = b;
	int c = str_cmp(x->file, y->file);
	if (c != 0)
		return c;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return str_cmp(x->message, y->message);
}

void issues_sort(struct issues *x)
{
	if (x->n > 1)
		qsort(x->list, x->n, sizeof *x->list, issue_order);
}

struct place place_of(const struct json *node)
{
	if (!node || node->line == 0)
		return (struct place){ 1, 1 };
	return (struct place){ node->line, node->col };
}

/* Where the line with this number begins. */
static size_t line_start(struct str text, uint32_t line)
{
	size_t at = 0;
	for (uint32_t i = 1; i < line; i++) {
		size_t end = str_find_char(str_from(text, at), '\n');
		if (end == STR_NONE)
			return text.n;
		at += end + 1;
	}
	return at;
}

/* The line that begins there, without its end. */
static struct str line_from(struct str text, size_t start)
{
	struct str rest = str_from(text, start);
	size_t end = str_find_char(rest, '\n');
	return end == STR_NONE ? rest : str_sub(rest, 0, end);
}

static struct str line_at(struct str text, uint32_t line)
{
	return line_from(text, line_start(text, line));
}

/* Characters, not bytes: what an editor shows as the column. */
static uint32_t column_of(struct str line, size_t offset)
{
	uint32_t col = 1;
	for (size_t i = 0; i < offset && i < line.n; i++)
		col += ((unsigned char)line.p[i] & 0xC0) != 0x80;
	return col;
}

/* The byte at which the character in this column begins. */
static size_t offset_of(struct str line, uint32_t col)
{
	size_t i = 0;
	for (uint32_t c = 1; i < line.n; i++) {
		if (((unsigned char)line.p[i] & 0xC0) != 0x80 && c++ == col)
			break;
	}
	return i;
}

static bool key_ends(struct str rest)
{
	if (rest.n > 0 && (rest.p[0] == '"' || rest.p[0] == '\''))
		rest = str_from(rest, 1);
	rest = str_trim(rest);
	return rest.n > 0 && rest.p[0] == ':';
}

/* The last place before `limit` where `key:` stands in the line. */
static size_t key_in_line(struct str line, struct str key, size_t limit)
{
	size_t found = STR_NONE;
	for (size_t at = 0; at + key.n <= line.n && at < limit; at++) {
		if (!str_starts(str_from(line, at), key) || !key_ends(str_from(line, at + key.n)))
			continue;
		char before = at > 0 ? line.p[at - 1] : ' ';
		if (strchr(" \t{,-\"'?", before) != NULL)
			found = at;
	}
	return found;
}

struct place place_of_key(const struct source *src, const struct json *map, size_t i)
{
	enum { LINES_BACK = 100 }; /* a key with its value further down than that is not ours */
	struct place value = place_of(&map->items[i]);
	struct str key = map->keys[i];
	size_t start = line_start(src->text, value.line);
	size_t limit = offset_of(line_from(src->text, start), value.col) + 1;
	for (uint32_t line = value.line; line > 0 && line + LINES_BACK > value.line; line--) {
		struct str text = line_from(src->text, start);
		size_t at = key_in_line(text, key, line == value.line ? limit : STR_NONE);
		if (at != STR_NONE)
			return (struct place){ line, column_of(text, at) };
		size_t before = start > 0 ? str_rfind_char(str_sub(src->text, 0, start - 1), '\n') : STR_NONE;
		start = before == STR_NONE ? 0 : before + 1;
	}
	return value;
}

struct place place_of_text(const struct source *src, const struct json *node)
{
	struct place at = place_of(node);
	struct str line = line_at(src->text, at.line);
	size_t offset = offset_of(line, at.col);
	char first = offset < line.n ? line.p[offset] : ' ';
	if (first == '"' || first == '\'') {
		at.col++;
	} else if (first == '|' || first == '>') {
		at.line++;
		struct str below = line_at(src->text, at.line);
		size_t indent = 0;
		while (indent < below.n && below.p[indent] == ' ')
			indent++;
		at.col = column_of(below, indent);
	}
	return at;
}

enum { WORD_MAX = 48 }; /* characters; longer words get no hint */

static size_t points_of(struct str s, uint32_t out[WORD_MAX])
{
	size_t n = 0;
	uint32_t c;
	while (n < WORD_MAX && utf8_next(&s, &c))
		out[n++] = c;
	return str_empty(s) ? n : STR_NONE;
}

/* Edits between two words: insert, drop, change, swap neighbours. */
static size_t distance(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	size_t d[3][WORD_MAX + 1];
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = j;
	size_t *before = d[2], *last = d[0], *now = d[1];
	for (size_t i = 1; i <= na; i++) {
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
			    && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		size_t *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

struct str near_word(struct str word, const struct str *candidates, size_t n)
{
	uint32_t a[WORD_MAX], b[WORD_MAX];
	size_t best = STR_NONE, na = points_of(word, a);
	struct str found = STR("");
	for (size_t i = 0; i < n && na != STR_NONE; i++) {
		size_t nb = points_of(candidates[i], b);
		if (nb == STR_NONE || nb == 0)
			continue;
		size_t d = distance(a, na, b, nb), longest = na > nb ? na : nb;
		if (d < best && d * 3 <= longest + 1) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

struct str near_hint(struct arena *a, struct str word, const struct str *candidates, size_t n)
{
	struct str near = near_word(word, candidates, n);
	if (str_empty(near))
		return STR("");
	return arena_printf(a, "did you mean '%.*s'?", STR_ARG(near));
}
