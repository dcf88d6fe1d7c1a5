/* A letter as a list of items in reading order, laid out but not yet on pages.
 *
 * letter/compose.c makes the items, letter/flow.c puts them on pages: first
 * without drawing, to learn how many pages there are, then with. */
#ifndef MUSUBI_LETTER_SHEET_H
#define MUSUBI_LETTER_SHEET_H

#include "base/arena.h"
#include "letter/fonts.h"
#include "letter/letter.h"

/* Points; A4 (ISO 216), margins of 24 mm at the sides. */
#define SHEET_WIDTH 595.276
#define SHEET_HEIGHT 841.890
#define SHEET_LEFT 68.0
#define SHEET_RIGHT (SHEET_WIDTH - 68.0)
#define SHEET_TOP 62.0
#define SHEET_BOTTOM (SHEET_HEIGHT - 68.0)
#define SHEET_INNER (SHEET_RIGHT - SHEET_LEFT)

struct figure_qr {
	void *code; /* libqrencode's */
	double side;
};

enum item_kind { ITEM_TEXT, ITEM_ROW, ITEM_ISSUER, ITEM_QR };

struct item {
	enum item_kind kind;
	const char *tag;     /* structure type, ISO 32000-1 §14.8.4 */
	PangoLayout *layout; /* the text, a row's value, the issuer's lines, words beside the QR */
	PangoLayout *label;  /* a row's label */
	double x;            /* of layout */
	double before, after;
	bool keep;           /* stays on a page with the item after it */
	bool ruled;          /* a thin rule above: the foot of the letter begins */
	struct figure_qr qr; /* ITEM_QR */
	const char *alt;     /* figures: what they say to those who do not see them */
	PangoLayout *seal;   /* ITEM_ISSUER: characters of the seal, NULL when unsealed */
	size_t columns;
};

enum { SHEET_ITEMS_MAX = LETTER_BLOCKS_MAX + LETTER_ROWS_MAX + 40, SHEET_FIGURES_MAX = 4 };

struct sheet {
	struct arena *a;
	struct letter_fonts *fonts;
	struct item *items;
	size_t n;
	PangoLayout *running; /* the letter's number, for the foot of each page */
};

/* A sheet with nothing on it. */
void sheet_init(struct sheet *s, struct arena *a, struct letter_fonts *f);
void sheet_done(struct sheet *s);
/* A new item at the end; NULL when the letter is too long. */
struct item *sheet_add(struct sheet *s, enum item_kind kind, const char *tag);

/* letter/compose.c: everything the letter says, checked. */
MUST struct result sheet_compose(struct sheet *s, const struct letter *l, struct err *err);

/* What came out of a run over the pages. */
struct flow_result {
	uint32_t pages;
	struct pades_spot seal;
	size_t nfigures;
	const char *alts[SHEET_FIGURES_MAX]; /* in the order of the page */
};

/* letter/flow.c. cr NULL: only counts. total: for "1／3". */
MUST struct result sheet_flow(const struct sheet *s, cairo_t *cr, uint32_t total,
                              struct flow_result *ret, struct err *err);

/* letter/figures.c. Both draw with the upper left corner at x, y. */
void figure_seal(cairo_t *cr, const struct item *it, double x, double y, double side);
MUST struct result figure_qr_make(struct str text, struct figure_qr *ret, struct err *err);
void figure_qr_done(struct figure_qr *q);
void figure_qr_draw(cairo_t *cr, const struct figure_qr *q, double x, double y);

#endif
