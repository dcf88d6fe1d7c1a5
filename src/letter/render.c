/* From the letter to the bytes of its PDF (cairo, PDF 1.5).
 *
 * 1.5 and not 1.4: only from there on does cairo write ActualText, without
 * which a variation selector whose glyph is also the default one would be lost
 * to search and screen readers. */
#include <cairo-pdf.h>

#include "crypto/digest.h"
#include "letter/access.h"
#include "letter/sheet.h"

enum { RENDER_ARENA = 64 << 20 };

static void sheet_done_p(struct sheet *s)
{
	sheet_done(s);
}

static cairo_status_t to_buf(void *ctx, const unsigned char *p, unsigned int n)
{
	buf_add(ctx, str_of((const char *)p, n));
	return buf_over(ctx) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Everything that could differ between two runs is set: the same letter gives
 * the same bytes. */
static void metadata(struct arena *a, cairo_surface_t *s, const struct letter *l)
{
	const char *title = arena_cstr(a, arena_printf(a, "%.*s（%.*s）", STR_ARG(l->title), STR_ARG(l->number)));
	const char *author = arena_cstr(a, arena_printf(a, "%.*s　%.*s", STR_ARG(l->issuer.name),
	                                                STR_ARG(l->issuer.head_title)));
	const char *date = arena_cstr(a, arena_printf(a, "%.*sT00:00:00+09:00", STR_ARG(l->date)));
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, author);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Musubi");
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, date);
}

static struct result draw(struct arena *a, const struct sheet *s, const struct letter *l,
                          struct buf *out, struct flow_result *ret, struct err *err)
{
	struct flow_result count;
	TRY(sheet_flow(s, NULL, 0, &count, err));
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(to_buf, out, SHEET_WIDTH,
	                                                               SHEET_HEIGHT);
	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
	metadata(a, surface, l);
	cairo_t *cr = cairo_create(surface);
	struct result r = sheet_flow(s, cr, count.pages, ret, err);
	cairo_surface_finish(surface);
	cairo_status_t status = cairo_status(cr);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	TRY(r);
	if (buf_over(out))
		return fail(err, ERR_TOO_LARGE, "letter.bytes", NULL, "the PDF exceeds %d bytes", LETTER_PDF_MAX);
	if (status != CAIRO_STATUS_SUCCESS)
		return fail(err, ERR_INTERNAL, "letter.cairo", NULL, "cairo: %s",
		            cairo_status_to_string(status));
	return ok();
}

struct result letter_render(const struct letter *l, struct buf *pdf, struct pades_spot *ret_seal,
                            uint32_t *ret_pages, struct err *err)
{
	ARENA_AUTO a = arena_new(RENDER_ARENA);
	__attribute__((cleanup(sheet_done_p))) struct sheet sheet;
	struct letter_fonts *fonts;
	struct flow_result flow;
	BUF_AUTO plain;
	buf_init(&plain, LETTER_PDF_MAX);
	sheet_init(&sheet, a, NULL);
	TRY(letter_fonts_get(&fonts, err));
	sheet.fonts = fonts;
	TRY(sheet_compose(&sheet, l, err));
	TRY(draw(a, &sheet, l, &plain, &flow, err));
	struct access x = { .lang = "ja", .nalts = flow.nfigures, .alts = flow.alts };
	size_t before = pdf->n;
	struct result r = access_add(a, buf_str(&plain), &x, pdf, err);
	if (is_ok(r) && arena_over(a))
		r = fail(err, ERR_TOO_LARGE, "letter.bytes", NULL, "the letter needs too much memory");
	if (is_err(r)) {
		pdf->n = before; /* nothing half-made is left */
		return r;
	}
	*ret_seal = flow.seal;
	*ret_pages = flow.pages;
	return ok();
}

struct result letter_text_check(struct str text, struct err *err)
{
	static const struct letter_style style = { .size = 10, .role = LETTER_ROLE_NAME };
	struct letter_fonts *fonts;
	PangoAttrList *list;
	if (text.n > LETTER_TEXT_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.text", NULL, "%zu bytes, at most %d", text.n,
		            LETTER_TEXT_MAX);
	TRY(letter_fonts_get(&fonts, err));
	TRY(letter_fonts_attrs(fonts, text, &style, &list, err));
	pango_attr_list_unref(list);
	return ok();
}

/* ---- digest ---- */

/* Length before bytes: no two letters run into the same stream. */
static void add(struct digest_stream *d, struct str s)
{
	uint8_t n[8];
	for (int i = 0; i < 8; i++)
		n[i] = (uint8_t)((uint64_t)s.n >> (56 - 8 * i));
	digest_add(d, str_of((const char *)n, sizeof n));
	digest_add(d, s);
}

static void add_n(struct digest_stream *d, uint64_t v)
{
	char text[8];
	for (int i = 0; i < 8; i++)
		text[i] = (char)(v >> (56 - 8 * i));
	add(d, str_of(text, sizeof text));
}

static void add_block(struct digest_stream *d, const struct letter_block *b)
{
	add_n(d, (uint64_t)b->kind);
	add(d, b->kind == LETTER_TABLE ? STR("") : b->text);
	add_n(d, b->kind == LETTER_TABLE ? b->nrows : 0);
	for (size_t i = 0; b->kind == LETTER_TABLE && i < b->nrows; i++) {
		add(d, b->rows[i].label);
		add(d, b->rows[i].value);
	}
}

struct result letter_digest(const struct letter *l, uint8_t ret[static 32], struct err *err)
{
	const struct letter_issuer *i = &l->issuer;
	DIGEST_AUTO d;
	uint8_t out[DIGEST_SIZE_MAX];
	if (l->nblocks > LETTER_BLOCKS_MAX)
		return fail(err, ERR_TOO_LARGE, "letter.items", NULL, "%zu blocks, at most %d", l->nblocks,
		            LETTER_BLOCKS_MAX);
	digest_init(&d, DIGEST_SHA256);
	add(&d, STR("musubi-letter-v1"));
	const struct str fixed[] = { i->org_code, i->name, i->head_title, i->head_name, i->office,
		                     i->address, i->contact, l->number, l->date, l->title, l->basis,
		                     l->to.postal, l->to.name, l->to.honorific };
	for (size_t k = 0; k < sizeof fixed / sizeof *fixed; k++)
		add(&d, fixed[k]);
	add_n(&d, l->to.naddress);
	for (size_t k = 0; k < l->to.naddress; k++)
		add(&d, l->to.address[k]);
	add_n(&d, l->nblocks);
	for (size_t k = 0; k < l->nblocks; k++)
		add_block(&d, &l->blocks[k]);
	add_n(&d, (uint64_t)(l->appeal.present << 1 | l->appeal.review_first));
	add(&d, l->appeal.review_to);
	add(&d, l->appeal.defendant);
	add(&d, l->appeal.represented);
	add_n(&d, l->sealed);
	digest_done(&d, out);
	memcpy(ret, out, 32);
	return ok();
}
