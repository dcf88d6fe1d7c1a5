/* The two figures of a letter, drawn as shapes: the seal and the QR code
 * (JIS X 0510 / ISO/IEC 18004, by libqrencode). Shapes, not text: a search
 * must not find the characters of the seal between two words of the letter. */
#include <qrencode.h>

#include "letter/sheet.h"

enum { QR_QUIET = 4 }; /* modules, ISO/IEC 18004 §5.3.8 */

/* Vermilion of seal paste, dark enough to survive a grey-scale copier. */
static void ink(cairo_t *cr)
{
	cairo_set_source_rgb(cr, 0.78, 0.16, 0.13);
}

static void frame(cairo_t *cr, double x, double y, double side, double inset, double width)
{
	cairo_set_line_width(cr, width);
	cairo_rectangle(cr, x + inset, y + inset, side - 2 * inset, side - 2 * inset);
	cairo_stroke(cr);
}

/* The characters stand in columns from the right, as on a seal. The layout has
 * one character per line; it is scaled to the field it gets. */
void figure_seal(cairo_t *cr, const struct item *it, double x, double y, double side)
{
	size_t n = (size_t)pango_layout_get_line_count(it->seal);
	size_t rows = (n + it->columns - 1) / it->columns;
	double margin = side * 0.1;
	double w = (side - 2 * margin) / (double)it->columns, h = (side - 2 * margin) / (double)rows;
	cairo_save(cr);
	ink(cr);
	frame(cr, x, y, side, 0.9, 1.8);
	frame(cr, x, y, side, 3.2, 0.5);
	PangoLayoutIter *iter = pango_layout_get_iter(it->seal);
	for (size_t i = 0; i < n; i++, pango_layout_iter_next_line(iter)) {
		PangoRectangle box;
		pango_layout_iter_get_line_extents(iter, &box, NULL);
		double bw = (double)box.width / PANGO_SCALE, bh = (double)box.height / PANGO_SCALE;
		if (bw <= 0 || bh <= 0)
			continue;
		double base = (double)(pango_layout_iter_get_baseline(iter) - box.y) / PANGO_SCALE;
		double left = x + side - margin - w * (double)(i / rows + 1);
		double top = y + margin + h * (double)(i % rows);
		cairo_save(cr);
		cairo_translate(cr, left + w * 0.06, top + h * 0.06);
		cairo_scale(cr, w * 0.88 / bw, h * 0.88 / bh);
		cairo_move_to(cr, -(double)box.x / PANGO_SCALE, base);
		pango_cairo_layout_line_path(cr, pango_layout_iter_get_line_readonly(iter));
		cairo_fill(cr);
		cairo_restore(cr);
	}
	pango_layout_iter_free(iter);
	cairo_restore(cr);
}

struct result figure_qr_make(struct str text, struct figure_qr *ret, struct err *err)
{
	if (text.n > LETTER_QR_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.qr", NULL, "QR text of %zu bytes, at most %d",
		            text.n, LETTER_QR_MAX);
	/* M: 15 % of the code may be soiled or folded. */
	QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!code)
		return fail(err, ERR_INTERNAL, "letter.qr", NULL, "no QR code holds %zu bytes", text.n);
	double side = code->width * 1.22; /* 0.43 mm a module: an old phone's camera reads it */
	*ret = (struct figure_qr){ .code = code, .side = side < 96 ? 96 : side };
	return ok();
}

void figure_qr_done(struct figure_qr *q)
{
	QRcode_free(q->code); /* NULL is fine */
	q->code = NULL;
}

/* One path of runs: no seams between modules, and a small file. */
void figure_qr_draw(cairo_t *cr, const struct figure_qr *q, double x, double y)
{
	const QRcode *code = q->code;
	double m = q->side / (code->width + 2 * QR_QUIET);
	cairo_save(cr);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_rectangle(cr, x, y, q->side, q->side);
	cairo_fill(cr);
	cairo_translate(cr, x + QR_QUIET * m, y + QR_QUIET * m);
	cairo_scale(cr, m, m);
	cairo_set_source_rgb(cr, 0, 0, 0);
	for (int row = 0; row < code->width; row++) {
		const unsigned char *p = code->data + (size_t)row * (size_t)code->width;
		for (int from = 0, to; from < code->width; from = to) {
			for (to = from; to < code->width && (p[to] & 1) == (p[from] & 1); to++)
				;
			if (p[from] & 1)
				cairo_rectangle(cr, from, row, to - from, 1);
		}
	}
	cairo_fill(cr);
	cairo_restore(cr);
}
