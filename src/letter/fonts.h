/* The fonts of a thread, and which of them shows which character.
 *
 * Three faces, asked in this order: Noto Serif CJK JP (Adobe-Japan1 variation
 * sequences), IPAmj Mincho (the Moji Joho collection of the Ideographic
 * Variation Database, 60,000 kanji of family and resident registers), Noto Sans
 * CJK JP. Pango's own fallback is switched off: a character is either in a face
 * we chose or it is an error. */
#ifndef MUSUBI_LETTER_FONTS_H
#define MUSUBI_LETTER_FONTS_H

#include <pango/pangocairo.h>

#include "base/err.h"

enum letter_role {
	LETTER_ROLE_BODY, /* line breaks allowed; each character in the first face that has it */
	LETTER_ROLE_NAME, /* the whole text in one face where possible; stand-in marks refused */
};

struct letter_style {
	double size;   /* points */
	bool bold;
	double height; /* of a line, points */
	double spacing; /* between letters, points */
	enum letter_role role;
};

struct letter_fonts;

/* The calling thread's; loaded at the first call, freed when the thread ends.
 * ERR_UNAVAILABLE names the family and package that is missing. */
MUST struct result letter_fonts_get(struct letter_fonts **ret, struct err *err);

/* The attributes that draw this text without a fallback, or ERR_INPUT
 * letter.glyph / letter.text. The caller unrefs them. */
MUST struct result letter_fonts_attrs(struct letter_fonts *f, struct str text,
                                      const struct letter_style *style, PangoAttrList **ret,
                                      struct err *err);

/* A layout with those attributes; width 0: one line. The caller unrefs it. */
MUST struct result letter_fonts_layout(struct letter_fonts *f, struct str text,
                                       const struct letter_style *style, double width,
                                       PangoLayout **ret, struct err *err);

#endif
