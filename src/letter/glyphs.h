/* Text cut into what must be drawn together: a base character with its
 * variation selector and combining marks. Refuses what has no agreed shape. */
#ifndef MUSUBI_LETTER_GLYPHS_H
#define MUSUBI_LETTER_GLYPHS_H

#include "base/err.h"

enum { GLYPHS_CLUSTER_MAX = 8 };

struct glyphs_cluster {
	struct str text;
	bool line_break;
	uint32_t base, selector; /* selector 0: none */
	size_t nmarks;
	uint32_t marks[GLYPHS_CLUSTER_MAX];
};

/* Takes one cluster off *rest (not empty). `name`: stand-in marks and line
 * breaks are refused too. */
MUST struct result glyphs_next(struct str *rest, bool name, struct glyphs_cluster *ret,
                               struct err *err);

bool glyphs_is_selector(uint32_t cp);

#endif
