/* What a letter says, in the order in which it is read. */
#include "base/calendar.h"
#include "letter/sheet.h"
#include "letter/wording.h"

enum style_id { STYLE_META, STYLE_ADDRESS, STYLE_NAME, STYLE_OFFICE, STYLE_TITLE, STYLE_HEADING,
	        STYLE_BODY, STYLE_LABEL, STYLE_VALUE, STYLE_NOTE, STYLE_SMALL, STYLE_SEAL, STYLE_RUNNING };

static const struct letter_style styles[] = {
	[STYLE_META] = { .size = 10.5, .height = 16 },
	[STYLE_ADDRESS] = { .size = 10.5, .height = 16, .role = LETTER_ROLE_NAME },
	[STYLE_NAME] = { .size = 13, .height = 22, .role = LETTER_ROLE_NAME },
	[STYLE_OFFICE] = { .size = 12, .height = 19, .role = LETTER_ROLE_NAME },
	[STYLE_TITLE] = { .size = 18, .height = 28, .bold = true },
	[STYLE_HEADING] = { .size = 10.5, .height = 18, .bold = true },
	[STYLE_BODY] = { .size = 10.5, .height = 18.5 },
	[STYLE_LABEL] = { .size = 10, .height = 16 },
	[STYLE_VALUE] = { .size = 10.5, .height = 17 },
	[STYLE_NOTE] = { .size = 9, .height = 14.5 },
	[STYLE_SMALL] = { .size = 8.5, .height = 13.5 },
	[STYLE_SEAL] = { .size = 20, .height = 24 },
	[STYLE_RUNNING] = { .size = 8.5 },
};

#define LABEL_WIDTH 132.0
#define CELL_X 7.0
#define SEAL_ROOM 74.0

static struct result too_long(struct err *err)
{
	return fail(err, ERR_TOO_LARGE, "letter.items", NULL, "more than %d items",
	            (int)SHEET_ITEMS_MAX);
}

static struct result layout(struct sheet *s, struct str text, enum style_id style, double width,
                            PangoLayout **ret, struct err *err)
{
	if (text.n > LETTER_TEXT_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.text", NULL, "a text of %zu bytes, at most %d",
		            text.n, LETTER_TEXT_MAX);
	return letter_fonts_layout(s->fonts, text, &styles[style], width, ret, err);
}

static struct result text(struct sheet *s, const char *tag, struct str t, enum style_id style,
                          double before, double after, struct item **ret, struct err *err)
{
	struct item *it = sheet_add(s, ITEM_TEXT, tag);
	if (!it)
		return too_long(err);
	TRY(layout(s, t, style, SHEET_INNER, &it->layout, err));
	it->before = before;
	it->after = after;
	if (ret)
		*ret = it;
	return ok();
}

static struct result aligned(struct sheet *s, const char *tag, struct str t, enum style_id style,
                             PangoAlignment align, double after, struct err *err)
{
	struct item *it;
	TRY(text(s, tag, t, style, 0, after, &it, err));
	pango_layout_set_alignment(it->layout, align);
	return ok();
}

static struct result heading(struct sheet *s, struct str t, struct err *err)
{
	struct item *it;
	TRY(text(s, "H2", t, STYLE_HEADING, 10, 2, &it, err));
	it->keep = true;
	return ok();
}

/* 公用文: a paragraph begins one character in, unless it says so itself. */
static struct result para(struct sheet *s, struct str t, struct err *err)
{
	struct item *it;
	TRY(text(s, "P", t, STYLE_BODY, 0, 6, &it, err));
	if (!str_starts(t, STR("　")))
		pango_layout_set_indent(it->layout, (int)(styles[STYLE_BODY].size * PANGO_SCALE));
	return ok();
}

/* A hanging first character: 「１　…」, 「※　…」. */
static struct result note(struct sheet *s, struct str t, double hang, struct err *err)
{
	struct item *it;
	TRY(text(s, "P", t, STYLE_NOTE, 0, 4, &it, err));
	pango_layout_set_indent(it->layout, -(int)(hang * styles[STYLE_NOTE].size * PANGO_SCALE));
	return ok();
}

static struct result row(struct sheet *s, const struct letter_row *r, struct err *err)
{
	struct item *it = sheet_add(s, ITEM_ROW, "TR");
	if (!it)
		return too_long(err);
	it->x = SHEET_LEFT + LABEL_WIDTH + CELL_X;
	TRY(layout(s, r->label, STYLE_LABEL, LABEL_WIDTH - 2 * CELL_X, &it->label, err));
	return layout(s, r->value, STYLE_VALUE, SHEET_INNER - LABEL_WIDTH - 2 * CELL_X, &it->layout, err);
}

static struct result table(struct sheet *s, const struct letter_block *b, struct err *err)
{
	for (size_t i = 0; i < b->nrows; i++)
		TRY(row(s, &b->rows[i], err));
	if (b->nrows) {
		s->items[s->n - b->nrows].before = 4;
		s->items[s->n - 1].after = 10;
	}
	return ok();
}

static struct result block(struct sheet *s, const struct letter_block *b, struct err *err)
{
	switch (b->kind) {
	case LETTER_HEADING: return heading(s, b->text, err);
	case LETTER_PARA: return para(s, b->text, err);
	case LETTER_TABLE: return table(s, b, err);
	case LETTER_NOTE: return note(s, b->text, str_starts(b->text, STR("※")) ? 1 : 0, err);
	}
	return fail(err, ERR_INPUT, "letter.field", NULL, "block of kind %d", (int)b->kind);
}

static struct result date_text(struct arena *a, struct str iso, struct str *ret, struct err *err)
{
	struct date day;
	if (!date_parse(iso, &day))
		return fail(err, ERR_INPUT, "letter.field", NULL, "date: YYYY-MM-DD expected, \"%.*s\" found",
		            (int)(iso.n > 40 ? 40 : iso.n), iso.p);
	*ret = date_era_text(a, day);
	return ok();
}

static struct result addressee(struct sheet *s, const struct letter_addressee *to, struct err *err)
{
	if (to->naddress > 6)
		return fail(err, ERR_TOO_LARGE, "letter.field", NULL, "%zu address lines, at most 6",
		            to->naddress);
	if (!str_empty(to->postal))
		TRY(text(s, "P", arena_printf(s->a, "〒%.*s", STR_ARG(to->postal)), STYLE_ADDRESS, 10, 0,
		         NULL, err));
	for (size_t i = 0; i < to->naddress; i++)
		TRY(text(s, "P", to->address[i], STYLE_ADDRESS, 0, 0, NULL, err));
	struct str honorific = str_empty(to->honorific) ? STR("様") : to->honorific;
	struct item *it;
	TRY(text(s, "P", arena_printf(s->a, "%.*s　%.*s", STR_ARG(to->name), STR_ARG(honorific)),
	         STYLE_NAME, 4, 16, &it, err));
	return ok();
}

static struct result seal(struct sheet *s, const struct letter *l, struct item *it,
                          struct err *err)
{
	struct str chars;
	TRY(wording_seal(s->a, l, &chars, &it->columns, err));
	TRY(layout(s, chars, STYLE_SEAL, 0, &it->seal, err));
	struct str alt = arena_printf(s->a, "%.*sの電子公印の印影", STR_ARG(l->issuer.head_title));
	it->alt = arena_cstr(s->a, alt);
	return ok();
}

static struct result issuer(struct sheet *s, const struct letter *l, struct err *err)
{
	struct item *it = sheet_add(s, ITEM_ISSUER, "P");
	if (!it)
		return too_long(err);
	struct str line = l->issuer.head_title;
	if (!str_empty(l->issuer.head_name))
		line = arena_printf(s->a, "%.*s　%.*s", STR_ARG(line), STR_ARG(l->issuer.head_name));
	double room = SHEET_INNER - SEAL_ROOM - 120;
	TRY(layout(s, line, STYLE_OFFICE, room, &it->layout, err));
	pango_layout_set_alignment(it->layout, PANGO_ALIGN_RIGHT);
	it->x = SHEET_RIGHT - SEAL_ROOM - room;
	it->after = 20;
	if (l->sealed)
		TRY(seal(s, l, it, err));
	else
		it->x += SEAL_ROOM;
	return ok();
}

static struct result title(struct sheet *s, struct str t, struct err *err)
{
	glong n = g_utf8_validate(t.p, (gssize)t.n, NULL) ? g_utf8_strlen(t.p, (gssize)t.n) : 0;
	struct letter_style style = styles[STYLE_TITLE];
	/* Under a tenth of an em, or search engines see a space between letters. */
	style.spacing = n <= 10 ? 1.6 : 0;
	if (n > 22)
		style.size = 14;
	struct item *it = sheet_add(s, ITEM_TEXT, "H1");
	if (!it)
		return too_long(err);
	TRY(letter_fonts_layout(s->fonts, t, &style, SHEET_INNER, &it->layout, err));
	pango_layout_set_alignment(it->layout, PANGO_ALIGN_CENTER);
	it->after = 16;
	it->keep = true;
	return ok();
}

static struct result appeal(struct sheet *s, const struct letter *l, struct err *err)
{
	struct str paras[3];
	if (!l->appeal.present)
		return ok();
	size_t n = wording_appeal(s->a, l, paras);
	TRY(heading(s, STR("教示（不服があるとき）"), err));
	for (size_t i = 0; i < n; i++)
		TRY(note(s, paras[i], 2, err));
	return ok();
}

static struct result contact(struct sheet *s, const struct letter_issuer *i, struct err *err)
{
	if (str_empty(i->office) && str_empty(i->contact) && str_empty(i->address))
		return ok();
	TRY(heading(s, STR("お問い合わせ"), err));
	struct str who = arena_printf(s->a, "%.*s%s%.*s", STR_ARG(i->name),
	                              str_empty(i->office) ? "" : "　", STR_ARG(i->office));
	if (!str_empty(i->address))
		who = arena_printf(s->a, "%.*s\n%.*s", STR_ARG(who), STR_ARG(i->address));
	if (!str_empty(i->contact))
		who = arena_printf(s->a, "%.*s\n%.*s", STR_ARG(who), STR_ARG(i->contact));
	return text(s, "P", who, STYLE_NOTE, 0, 6, NULL, err);
}

/* The first n bytes. */
static void embolden(PangoLayout *l, size_t n)
{
	PangoAttrList *list = pango_attr_list_copy(pango_layout_get_attributes(l));
	PangoAttribute *bold = pango_attr_weight_new(PANGO_WEIGHT_BOLD);
	bold->start_index = 0;
	bold->end_index = (guint)n;
	pango_attr_list_insert(list, bold);
	pango_layout_set_attributes(l, list);
	pango_attr_list_unref(list);
}

static struct result proof(struct sheet *s, const struct letter *l, struct err *err)
{
	struct str words = wording_proof(s->a, l);
	struct item *it;
	if (str_empty(words))
		return ok();
	if (str_empty(l->qr)) {
		TRY(text(s, "P", words, STYLE_SMALL, 14, 0, &it, err));
		it->ruled = true;
		return ok();
	}
	if (!(it = sheet_add(s, ITEM_QR, "P")))
		return too_long(err);
	TRY(figure_qr_make(l->qr, &it->qr, err));
	it->x = SHEET_LEFT + it->qr.side + 12;
	it->before = 20;
	it->ruled = true;
	it->alt = "この文書の真正性を確認するための二次元コード";
	TRY(layout(s, words, STYLE_SMALL, SHEET_RIGHT - it->x, &it->layout, err));
	embolden(it->layout, str_find_char(words, '\n'));
	return ok();
}

/* One field that a letter cannot do without. */
static struct result need(struct str s, const char *what, struct err *err)
{
	if (str_empty(str_trim(s)))
		return fail(err, ERR_INPUT, "letter.field", NULL, "%s is empty", what);
	return ok();
}

static struct result needs(const struct letter *l, struct err *err)
{
	TRY(need(l->issuer.name, "issuer.name", err));
	TRY(need(l->issuer.head_title, "issuer.head_title", err));
	TRY(need(l->number, "number", err));
	TRY(need(l->title, "title", err));
	TRY(need(l->to.name, "to.name", err));
	size_t rows = 0;
	if (l->nblocks > LETTER_BLOCKS_MAX)
		return too_long(err);
	for (size_t i = 0; i < l->nblocks; i++) {
		rows += l->blocks[i].kind == LETTER_TABLE ? l->blocks[i].nrows : 0;
		if (l->blocks[i].kind != LETTER_TABLE)
			TRY(need(l->blocks[i].text, "text of a block", err));
		if (rows > LETTER_ROWS_MAX)
			return too_long(err);
	}
	return ok();
}

struct result sheet_compose(struct sheet *s, const struct letter *l, struct err *err)
{
	struct str date;
	TRY(needs(l, err));
	TRY(date_text(s->a, l->date, &date, err));
	TRY(layout(s, l->number, STYLE_RUNNING, 0, &s->running, err));
	TRY(aligned(s, "P", l->number, STYLE_META, PANGO_ALIGN_RIGHT, 0, err));
	TRY(aligned(s, "P", date, STYLE_META, PANGO_ALIGN_RIGHT, 10, err));
	TRY(addressee(s, &l->to, err));
	TRY(issuer(s, l, err));
	TRY(title(s, l->title, err));
	for (size_t i = 0; i < l->nblocks; i++)
		TRY(block(s, &l->blocks[i], err));
	if (!str_empty(l->basis))
		TRY(note(s, arena_printf(s->a, "根拠法令　%.*s", STR_ARG(l->basis)), 5, err));
	TRY(appeal(s, l, err));
	TRY(contact(s, &l->issuer, err));
	return proof(s, l, err);
}
