/* Items onto pages.
 *
 * Rules: a heading stays with what follows; a table row and a paragraph that
 * fit on one page are not torn when they fit on the next, a paragraph may be
 * torn with two lines on either side; what is longer than a page is torn
 * where the page ends. Tags never cross a page: cairo would leave a marked
 * content sequence open (ISO 32000-1 §14.6). */
#include <math.h>

#include "letter/sheet.h"

#define CELL_X 7.0
#define CELL_Y 5.0
#define LABEL_WIDTH 132.0
#define SEAL_SIDE 64.0
#define RULE 0.5

struct pen {
	cairo_t *cr; /* NULL: only counting */
	const struct sheet *sheet;
	uint32_t page, total;
	double y;
	bool in_table;
	struct flow_result *out;
};

struct line {
	PangoLayoutLine *line;
	double x, top, bottom, base;
};
struct lines {
	size_t n;
	struct line *at;
};

static double points(int units)
{
	return (double)units / PANGO_SCALE;
}

static struct lines lines_of(struct arena *a, PangoLayout *l)
{
	struct lines ls = { .n = (size_t)pango_layout_get_line_count(l) };
	ls.at = ARENA_ARRAY(a, struct line, ls.n);
	PangoLayoutIter *it = pango_layout_get_iter(l);
	for (size_t i = 0; i < ls.n; i++, pango_layout_iter_next_line(it)) {
		PangoRectangle box;
		pango_layout_iter_get_line_extents(it, NULL, &box);
		ls.at[i] = (struct line){ pango_layout_iter_get_line_readonly(it), points(box.x),
			                  points(box.y), points(box.y + box.height),
			                  points(pango_layout_iter_get_baseline(it)) };
	}
	pango_layout_iter_free(it);
	return ls;
}

static double span(const struct lines *ls, size_t from, size_t to)
{
	return to > from ? ls->at[to - 1].bottom - ls->at[from].top : 0;
}

/* Lines from `from` that fit into `room`. */
static size_t fit(const struct lines *ls, size_t from, double room)
{
	size_t to = from;
	while (to < ls->n && span(ls, from, to + 1) <= room + 0.01)
		to++;
	return to;
}

static void draw(const struct pen *p, const struct lines *ls, size_t from, size_t to, double x,
                 double y)
{
	if (!p->cr || from >= to)
		return;
	cairo_set_source_rgb(p->cr, 0, 0, 0);
	for (size_t i = from; i < to; i++) {
		cairo_move_to(p->cr, x + ls->at[i].x, y + ls->at[i].base - ls->at[from].top);
		pango_cairo_show_layout_line(p->cr, ls->at[i].line);
	}
}

static void tag(const struct pen *p, const char *name)
{
	if (p->cr)
		cairo_tag_begin(p->cr, name, NULL);
}

static void untag(const struct pen *p, const char *name)
{
	if (p->cr)
		cairo_tag_end(p->cr, name);
}

/* The foot of the page: number of the letter, page n of m. */
static void foot(struct pen *p)
{
	if (!p->cr)
		return;
	static const struct letter_style style = { .size = 8.5 };
	struct str text = arena_printf(p->sheet->a, "%u／%u", p->page + 1, p->total);
	PangoLayout *l;
	int w = 0;
	if (is_ok(letter_fonts_layout(p->sheet->fonts, text, &style, 0, &l, NULL))) {
		pango_layout_get_size(l, &w, NULL);
		cairo_move_to(p->cr, SHEET_WIDTH / 2 - points(w) / 2, SHEET_BOTTOM + 22);
		pango_cairo_show_layout(p->cr, l);
		g_object_unref(l);
	}
	if (p->sheet->running) {
		pango_layout_get_size(p->sheet->running, &w, NULL);
		cairo_move_to(p->cr, SHEET_RIGHT - points(w), SHEET_BOTTOM + 22);
		pango_cairo_show_layout(p->cr, p->sheet->running);
	}
}

static void table_close(struct pen *p)
{
	if (p->in_table)
		untag(p, "Table");
	p->in_table = false;
}

static struct result page_break(struct pen *p, struct err *err)
{
	table_close(p);
	foot(p);
	if (p->cr)
		cairo_show_page(p->cr);
	if (++p->page >= LETTER_PAGES_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.pages", NULL, "more than %d pages",
		            LETTER_PAGES_MAX);
	p->y = SHEET_TOP;
	return ok();
}

static bool at_top(const struct pen *p)
{
	return p->y <= SHEET_TOP + 0.01;
}

static void figure(struct pen *p, const char *alt)
{
	if (p->out->nfigures < SHEET_FIGURES_MAX)
		p->out->alts[p->out->nfigures++] = alt;
}

static void rule(const struct pen *p, double x0, double x1, double y, double grey)
{
	if (!p->cr)
		return;
	cairo_set_source_rgb(p->cr, grey, grey, grey);
	cairo_set_line_width(p->cr, RULE);
	cairo_move_to(p->cr, x0, y);
	cairo_line_to(p->cr, x1, y);
	cairo_stroke(p->cr);
}

/* Height that an item needs at the least to begin on a page. */
static double least(const struct sheet *s, const struct item *it)
{
	struct lines ls = lines_of(s->a, it->layout);
	switch (it->kind) {
	case ITEM_TEXT:
		return span(&ls, 0, ls.n <= 3 ? ls.n : 2);
	case ITEM_ROW:
		return fmin(span(&ls, 0, ls.n), (SHEET_BOTTOM - SHEET_TOP) / 3) + 2 * CELL_Y;
	case ITEM_ISSUER:
		return fmax(span(&ls, 0, ls.n), it->seal ? SEAL_SIDE : 0);
	case ITEM_QR:
		return fmax(span(&ls, 0, ls.n), it->qr.side);
	}
	return 0;
}

/* Does the item, with those it must stay with, begin on this page? */
static bool begins_here(const struct pen *p, size_t i)
{
	double need = 0;
	const struct sheet *s = p->sheet;
	for (size_t k = i; k < s->n; k++) {
		need += (k > i || !at_top(p) ? s->items[k].before : 0) + least(s, &s->items[k]);
		if (!s->items[k].keep)
			break;
		need += s->items[k].after;
	}
	return p->y + need <= SHEET_BOTTOM || at_top(p);
}

static struct result flow_text(struct pen *p, const struct item *it, struct err *err)
{
	struct lines ls = lines_of(p->sheet->a, it->layout);
	for (size_t from = 0; from < ls.n;) {
		size_t to = fit(&ls, from, SHEET_BOTTOM - p->y);
		if (to < ls.n && ls.n - to == 1 && to - from > 2)
			to--; /* no lone last line overleaf */
		if (to == from && !at_top(p)) {
			TRY(page_break(p, err));
			continue;
		}
		if (to == from)
			to++; /* higher than a page: cannot be with our sizes, but never loop */
		tag(p, it->tag);
		draw(p, &ls, from, to, it->x, p->y);
		untag(p, it->tag);
		p->y += span(&ls, from, to);
		from = to;
		if (from < ls.n)
			TRY(page_break(p, err));
	}
	return ok();
}

static void cells(struct pen *p, const struct lines *label, size_t l0, size_t l1,
                  const struct item *it, const struct lines *value, size_t v0, size_t v1)
{
	double h = fmax(span(label, l0, l1), span(value, v0, v1)) + 2 * CELL_Y, split = SHEET_LEFT + LABEL_WIDTH;
	if (p->cr) {
		cairo_set_source_rgb(p->cr, 0.955, 0.955, 0.945);
		cairo_rectangle(p->cr, SHEET_LEFT, p->y, LABEL_WIDTH, h);
		cairo_fill(p->cr);
	}
	rule(p, SHEET_LEFT, SHEET_RIGHT, p->y, 0.35);
	rule(p, SHEET_LEFT, SHEET_RIGHT, p->y + h, 0.35);
	if (!p->in_table)
		tag(p, "Table");
	p->in_table = true;
	tag(p, "TR");
	tag(p, "TH");
	draw(p, label, l0, l1, SHEET_LEFT + CELL_X, p->y + CELL_Y);
	untag(p, "TH");
	tag(p, "TD");
	draw(p, value, v0, v1, it->x, p->y + CELL_Y);
	untag(p, "TD");
	untag(p, "TR");
	if (p->cr) {
		cairo_set_source_rgb(p->cr, 0.35, 0.35, 0.35);
		cairo_set_line_width(p->cr, RULE);
		cairo_move_to(p->cr, split, p->y);
		cairo_line_to(p->cr, split, p->y + h);
		cairo_stroke(p->cr);
	}
	p->y += h;
}

static struct result flow_row(struct pen *p, const struct item *it, struct err *err)
{
	struct lines label = lines_of(p->sheet->a, it->label);
	struct lines value = lines_of(p->sheet->a, it->layout);
	for (size_t l0 = 0, v0 = 0;;) {
		double room = SHEET_BOTTOM - p->y - 2 * CELL_Y;
		size_t l1 = fit(&label, l0, room), v1 = fit(&value, v0, room);
		bool whole = l1 == label.n && v1 == value.n;
		if (!whole && l1 == l0 && v1 == v0 && !at_top(p)) {
			TRY(page_break(p, err));
			continue;
		}
		if (!whole && l1 == l0 && v1 == v0)
			return fail(err, ERR_INTERNAL, "letter.layout", NULL, "a line higher than a page");
		cells(p, &label, l0, l1, it, &value, v0, v1);
		if (whole)
			return ok();
		l0 = l1;
		v0 = v1;
		TRY(page_break(p, err));
	}
}

/* The office's lines stand right, the seal at their end. */
static struct result flow_issuer(struct pen *p, const struct item *it, struct err *err)
{
	(void)err;
	struct lines ls = lines_of(p->sheet->a, it->layout);
	double text = span(&ls, 0, ls.n), side = it->seal ? SEAL_SIDE : 0;
	double h = fmax(text, side), x = SHEET_RIGHT - side, y = p->y + (h - side) / 2;
	tag(p, it->tag);
	draw(p, &ls, 0, ls.n, it->x, p->y + (h - text) / 2);
	untag(p, it->tag);
	if (it->seal) {
		tag(p, "Figure");
		if (p->cr)
			figure_seal(p->cr, it, x, y, side);
		untag(p, "Figure");
		figure(p, it->alt);
		p->out->seal = (struct pades_spot){ p->page, x, SHEET_HEIGHT - y - side, side, side };
	}
	p->y += h;
	return ok();
}

static struct result flow_qr(struct pen *p, const struct item *it, struct err *err)
{
	(void)err;
	struct lines ls = lines_of(p->sheet->a, it->layout);
	double text = span(&ls, 0, ls.n), h = fmax(text, it->qr.side);
	tag(p, "Figure");
	if (p->cr)
		figure_qr_draw(p->cr, &it->qr, SHEET_LEFT, p->y);
	untag(p, "Figure");
	figure(p, it->alt);
	tag(p, it->tag);
	draw(p, &ls, 0, ls.n, it->x, p->y + (h - text) / 2);
	untag(p, it->tag);
	p->y += h;
	return ok();
}

static struct result flow_item(struct pen *p, const struct item *it, struct err *err)
{
	switch (it->kind) {
	case ITEM_TEXT: return flow_text(p, it, err);
	case ITEM_ROW: return flow_row(p, it, err);
	case ITEM_ISSUER: return flow_issuer(p, it, err);
	case ITEM_QR: return flow_qr(p, it, err);
	}
	return fail(err, ERR_INTERNAL, "letter.layout", NULL, "item of kind %d", (int)it->kind);
}

struct result sheet_flow(const struct sheet *s, cairo_t *cr, uint32_t total,
                         struct flow_result *ret, struct err *err)
{
	struct flow_result out = { 0 };
	struct pen p = { .cr = cr, .sheet = s, .total = total, .y = SHEET_TOP, .out = &out };
	for (size_t i = 0; i < s->n; i++) {
		const struct item *it = &s->items[i];
		if (it->kind != ITEM_ROW)
			table_close(&p);
		if (!begins_here(&p, i))
			TRY(page_break(&p, err));
		if (!at_top(&p))
			p.y += it->before;
		if (it->ruled)
			rule(&p, SHEET_LEFT, SHEET_RIGHT, p.y - it->before / 2, 0.6);
		TRY(flow_item(&p, it, err));
		p.y += it->after;
	}
	table_close(&p);
	foot(&p);
	if (cr)
		cairo_show_page(cr);
	out.pages = p.page + 1;
	*ret = out;
	return ok();
}
