/* The mistakes found while a pack is read: collected, never thrown, so that an
 * author sees all of them at once. At most PACK_ISSUES_MAX are kept. */
#ifndef MUSUBI_PACK_ISSUE_H
#define MUSUBI_PACK_ISSUE_H

#include "base/json.h"
#include "pack/pack.h"

enum { PACK_ISSUES_MAX = 200 };

/* A file as it was read: needed for the place of a key, which the tree lacks. */
struct source {
	struct str file, text;
};

struct issues {
	struct arena *arena;
	struct pack_issue *list; /* PACK_ISSUES_MAX */
	size_t n;
	size_t nmistakes; /* all that were found, kept or not; remarks do not count */
};

void issues_init(struct issues *x, struct arena *a);
/* Sorted by file, line and column; the same mistake at the same place once. */
void issues_sort(struct issues *x);

struct place {
	uint32_t line, col;
};
/* Of a value (line 1 when it has none); of the i-th key of a mapping; of the
 * first byte of a scalar's text, inside its quotes or below its `|`. */
struct place place_of(const struct json *node);
struct place place_of_key(const struct source *src, const struct json *map, size_t i);
struct place place_of_text(const struct source *src, const struct json *node);

void issue_add(struct issues *x, const struct source *src, struct place at, bool warning,
               struct str hint, const char *fmt, ...) PRINTF(6, 7);

/* The candidate that looks most like `word`, or "" when none is near. */
struct str near_word(struct str word, const struct str *candidates, size_t n);
/* "did you mean 'x'?" or "" */
struct str near_hint(struct arena *a, struct str word, const struct str *candidates, size_t n);

#endif
