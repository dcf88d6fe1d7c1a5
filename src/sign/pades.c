/* Sealing: adds a signature field, its widget and its dictionary, and fills in
 * what the caller's function signs.
 *
 * ISO 32000-1 §12.8.1 (ByteRange, Contents), §12.8.2.2 (DocMDP), §12.7.4.5
 * (signature fields), ETSI EN 319 142-1 §5.3, §6.3 (SubFilter, no signing-time
 * in the CMS, M instead). */
#include "sign/pades.h"

#include <stdio.h>

#include "base/utf8.h"
#include "sign/pdf.h"

enum { RESERVE_DEFAULT = 8192, SEAL_ARENA = 64 << 20 };

/* Ten digits each: rewritten in place once the offsets are known. */
#define RANGE_BLANK "[0 0000000000 0000000000 0000000000]"

struct seal {
	struct arena *a;
	struct pdf doc;
	struct pdf_update *u;
	const struct pades_options *o;
	struct pdf_value cat_ref, cat, page_ref, page;
	uint32_t sig, field, look;
	size_t range_at, contents_at, reserve; /* in out */
};

static struct result open_file(struct seal *s, struct str pdf, struct err *err)
{
	TRY(pdf_open(s->a, pdf, &s->doc, err));
	TRY(pdf_catalog(&s->doc, &s->cat_ref, &s->cat, err));
	if (pdf_get(&s->cat, "AcroForm") || pdf_get(&s->cat, "Perms"))
		return fail(err, ERR_INPUT, "letter.sealed", NULL, "the file has a form or a signature already");
	TRY(pdf_page(&s->doc, s->o->spot.width > 0 ? s->o->spot.page : 0, &s->page_ref, err));
	TRY(pdf_resolve(&s->doc, &s->page_ref, &s->page, err));
	if (pdf_get(&s->page, "Annots"))
		return fail(err, ERR_INPUT, "letter.sealed", NULL, "the page has annotations already");
	if (s->cat_ref.gen || s->page_ref.gen)
		return fail(err, ERR_INPUT, "pdf.structure", NULL, "objects of a later generation");
	return ok();
}

static struct result put_signature(struct seal *s, struct err *err)
{
	struct buf *b = s->u->out;
	TRY(pdf_update_open(s->u, s->sig, err));
	buf_add_c(b, "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n/ByteRange ");
	s->range_at = b->n;
	buf_add_c(b, RANGE_BLANK "\n/Contents ");
	s->contents_at = b->n;
	buf_add_char(b, '<');
	for (size_t i = 0; i < s->reserve; i++)
		buf_add_c(b, "00");
	buf_add_c(b, ">\n/M ");
	buf_printf(b, "(%.*s)\n/Name ", STR_ARG(pdf_date(s->a, s->o->time)));
	pdf_put_text(b, s->o->name);
	if (!str_empty(s->o->reason)) {
		buf_add_c(b, "\n/Reason ");
		pdf_put_text(b, s->o->reason);
	}
	buf_add_c(b, "\n/Reference [ << /Type /SigRef /TransformMethod /DocMDP\n"
	             "/TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ] >>");
	pdf_update_close(s->u);
	return ok();
}

/* The widget lies over the printed seal, so that a click on it shows the
 * signature; what it draws is nothing: the seal is in the page. */
static struct result put_widget(struct seal *s, struct err *err)
{
	struct buf *b = s->u->out;
	const struct pades_spot *r = &s->o->spot;
	bool seen = r->width > 0;
	TRY(pdf_update_open(s->u, s->look, err));
	buf_printf(b, "<< /Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources << >> /Length 0 >>\n"
	              "stream\n\nendstream", seen ? r->width : 0.0, seen ? r->height : 0.0);
	pdf_update_close(s->u);
	TRY(pdf_update_open(s->u, s->field, err));
	buf_printf(b, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /F 132 /V %u 0 R\n"
	              "/P %lld 0 R /Rect [%.2f %.2f %.2f %.2f] /AP << /N %u 0 R >> /TU ",
	           s->sig, (long long)s->page_ref.num, seen ? r->x : 0.0, seen ? r->y : 0.0,
	           seen ? r->x + r->width : 0.0, seen ? r->y + r->height : 0.0, s->look);
	pdf_put_text(b, arena_printf(s->a, "%.*sの電子署名", STR_ARG(s->o->name)));
	buf_add_c(b, " >>");
	pdf_update_close(s->u);
	return ok();
}

static struct result put_page_and_catalog(struct seal *s, struct err *err)
{
	static const char *const page_keys[] = { "Annots", "Tabs", NULL };
	struct buf *b = s->u->out;
	TRY(pdf_update_open(s->u, (uint32_t)s->page_ref.num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, &s->page, page_keys);
	buf_printf(b, "/Annots [ %u 0 R ] /Tabs /S >>", s->field);
	pdf_update_close(s->u);
	TRY(pdf_update_open(s->u, (uint32_t)s->cat_ref.num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, &s->cat, NULL);
	buf_printf(b, "/AcroForm << /Fields [ %u 0 R ] /SigFlags 3 >>\n/Perms << /DocMDP %u 0 R >> >>",
	           s->field, s->sig);
	pdf_update_close(s->u);
	return ok();
}

/* Writes the offsets, has both parts signed, puts the CMS between them. */
static struct result fill(struct seal *s, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct buf *b = s->u->out;
	size_t base = s->u->base, hole = s->contents_at - base, after = hole + 2 * s->reserve + 2;
	size_t n = b->n - base;
	char range[sizeof RANGE_BLANK];
	BUF_AUTO cms;
	snprintf(range, sizeof range, "[0 %010zu %010zu %010zu]", hole, after, n - after);
	memcpy(b->p + s->range_at, range, sizeof range - 1);
	struct str parts[2] = { str_of(b->p + base, hole), str_of(b->p + base + after, n - after) };
	buf_init(&cms, PADES_CMS_MAX);
	TRY(s->o->sign(s->o->ctx, parts, 2, &cms, err));
	if (cms.n == 0 || cms.n > s->reserve || buf_over(&cms))
		return fail(err, ERR_TOO_LARGE, "letter.cms", NULL,
		            "a signature of %zu bytes does not fit into the %zu kept for it", cms.n, s->reserve);
	char *to = b->p + s->contents_at + 1;
	for (size_t i = 0; i < cms.n; i++) {
		to[2 * i] = digits[(uint8_t)cms.p[i] >> 4];
		to[2 * i + 1] = digits[(uint8_t)cms.p[i] & 15];
	}
	return ok();
}

static struct result seal_into(struct seal *s, struct str pdf, struct buf *out, struct err *err)
{
	TRY(open_file(s, pdf, err));
	s->u = ARENA_NEW(s->a, struct pdf_update);
	pdf_update_begin(s->u, &s->doc, out);
	s->sig = pdf_update_new(s->u);
	s->field = pdf_update_new(s->u);
	s->look = pdf_update_new(s->u);
	TRY(put_signature(s, err));
	TRY(put_widget(s, err));
	TRY(put_page_and_catalog(s, err));
	TRY(pdf_update_finish(s->u, err));
	return fill(s, err);
}

struct result pades_seal(struct str pdf, const struct pades_options *o, struct buf *out,
                         struct err *err)
{
	ARENA_AUTO a = arena_new(SEAL_ARENA);
	struct seal s = { .a = a, .o = o, .reserve = o->reserve ? o->reserve : RESERVE_DEFAULT };
	size_t before = out->n;
	if (s.reserve > PADES_CMS_MAX || !o->sign || str_empty(o->name) || !utf8_valid(o->name) ||
	    !utf8_valid(o->reason))
		return fail(err, ERR_INTERNAL, "letter.field", NULL, "sealing without a signer or a name");
	struct result r = seal_into(&s, pdf, out, err);
	if (is_err(r))
		out->n = before;
	return r;
}
