/* One more revision with a signature: the field, its widget, its dictionary, and what
 * must know of them (page, form, catalog), by incremental update; then the offsets
 * and the CMS are written into the places kept for them.
 *
 * ISO 32000-1 §12.8.1 (ByteRange, Contents), §12.8.2.2 (DocMDP), §12.7.4.5
 * (signature fields), ETSI EN 319 142-1 §5.3, §6.3 (SubFilter, no signing-time
 * in the CMS, M instead), §5.4.3 (document time stamps). What stands in the file
 * keeps its numbers and its form; lists only grow. */
#include <stdio.h>

#include "sign/pades_make.h"

/* Ten digits each: rewritten in place once the offsets are known. */
#define RANGE_BLANK "[0 0000000000 0000000000 0000000000]"

struct append {
	struct arena *a;
	struct pdf doc;
	struct pdf_update *u;
	const struct pades_make *m;
	struct pdf_value cat_ref, cat, form_ref, form, page_ref, page, annots_ref, annots;
	struct pdf_value field;  /* an empty one that is there; or null */
	struct pades_spot spot;
	uint32_t sig, num, look;
	struct str name;
	bool signed_before;
	size_t range_at, contents_at; /* in out */
};

/* ---- the file as it is ---- */

static struct result member_ref(struct append *s, const struct pdf_value *dict, const char *key,
                                struct pdf_value *ret_ref, struct pdf_value *ret, struct err *err)
{
	const struct pdf_value *v = pdf_get(dict, key);
	*ret_ref = v && v->kind == PDF_REF ? *v : (struct pdf_value){ .kind = PDF_NULL };
	return pdf_resolve(&s->doc, v, ret, err);
}

/* Fields by full name; depth first, as the reader does. */
struct search {
	struct append *s;
	struct str name;
	struct pdf_value ref, field;
	size_t steps;
};

static struct result search(struct search *f, const struct pdf_value *at, int depth,
                            struct err *err)
{
	struct pdf_value v, kids;
	if (depth > PDF_DEPTH_MAX || ++f->steps > PADES_FIELDS_MAX)
		return fail(err, ERR_INPUT, "pdf.structure", "ISO 32000-1 §12.7.3", "form too large or too deep");
	TRY(pdf_resolve(&f->s->doc, at, &v, err));
	if (v.kind != PDF_DICT)
		return ok();
	if (pdf_get(&v, "T") && str_eq(pades_field_name(f->s->a, &f->s->doc, &v), f->name)) {
		f->ref = *at;
		f->field = v;
		return ok();
	}
	TRY(pdf_member(&f->s->doc, &v, "Kids", &kids, err));
	for (size_t i = 0; kids.kind == PDF_ARRAY && i < kids.n && f->field.kind == PDF_NULL; i++)
		TRY(search(f, &kids.items[i], depth + 1, err));
	return ok();
}

static struct result find_field(struct append *s, struct str name, struct search *ret,
                                struct err *err)
{
	struct pdf_value fields;
	*ret = (struct search){ .s = s, .name = name };
	TRY(pdf_member(&s->doc, &s->form, "Fields", &fields, err));
	for (size_t i = 0; fields.kind == PDF_ARRAY && i < fields.n && ret->field.kind == PDF_NULL; i++)
		TRY(search(ret, &fields.items[i], 0, err));
	return ok();
}

static struct result bad_field(struct err *err, const char *what)
{
	return fail(err, ERR_CONFLICT, "pades.field", "ISO 32000-1 §12.7.4.5", "%s", what);
}

/* The field that was named, or a name for a new one. */
static struct result choose_field(struct append *s, struct err *err)
{
	struct search f;
	s->name = s->m->stamp ? STR("") : s->m->o->field;
	if (s->name.n && str_find_char(s->name, '.') == STR_NONE && s->name.n <= 120) {
		TRY(find_field(s, s->name, &f, err));
		if (f.field.kind == PDF_NULL)
			return ok();
		if (!pdf_is_name(pdf_get(&f.field, "FT"), "Sig") || f.ref.kind != PDF_REF)
			return bad_field(err, "the field is not for signatures");
		if (pdf_get(&f.field, "V"))
			return bad_field(err, "the field is signed already");
		s->field = f.field;
		s->num = (uint32_t)f.ref.num;
		return ok();
	}
	if (s->name.n)
		return bad_field(err, "a new field's name has a dot, or is too long");
	for (unsigned i = 1; i <= 2 * ADES_SIGNATURES_MAX; i++) {
		s->name = arena_printf(s->a, "%s%u", s->m->stamp ? "Timestamp" : "Signature", i);
		TRY(find_field(s, s->name, &f, err));
		if (f.field.kind == PDF_NULL)
			return ok();
	}
	return bad_field(err, "too many fields");
}

static struct result may_sign(struct append *s, struct err *err)
{
	struct pades_fields fields;
	TRY(pades_fields_read(s->a, &s->doc, &fields, err));
	s->signed_before = fields.n > 0;
	for (size_t i = 0; i < fields.n && !s->m->stamp; i++)
		if (s->m->certify || (fields.list[i].certifies && fields.list[i].p == 1))
			return fail(err, ERR_CONFLICT, "pades.certified", "ISO 32000-1 §12.8.2.2",
			            "the file is signed already, or certified against further signatures");
	return ok();
}

static struct result open_file(struct append *s, struct str pdf, struct err *err)
{
	s->spot = s->m->stamp ? (struct pades_spot){ 0 } : s->m->o->spot;
	TRY(pdf_open(s->a, pdf, &s->doc, err));
	TRY(pdf_catalog(&s->doc, &s->cat_ref, &s->cat, err));
	TRY(member_ref(s, &s->cat, "AcroForm", &s->form_ref, &s->form, err));
	TRY(may_sign(s, err));
	TRY(choose_field(s, err));
	TRY(pdf_page(&s->doc, s->spot.width > 0 ? s->spot.page : 0, &s->page_ref, err));
	TRY(pdf_resolve(&s->doc, &s->page_ref, &s->page, err));
	return member_ref(s, &s->page, "Annots", &s->annots_ref, &s->annots, err);
}

/* ---- what is new ---- */

static void put_reference(struct append *s)
{
	struct buf *b = s->u->out;
	struct pdf_value lock;
	if (s->m->certify)
		buf_printf(b, "<< /Type /SigRef /TransformMethod /DocMDP\n"
		              "/TransformParams << /Type /TransformParams /P %d /V /1.2 >> >> ", s->m->certify);
	/* §12.8.2.4: a field's Lock is repeated where it is signed */
	if (is_ok(pdf_member(&s->doc, &s->field, "Lock", &lock, NULL)) && lock.kind == PDF_DICT) {
		static const char *const but[] = { "Type", "P", NULL };
		buf_add_c(b, "<< /Type /SigRef /TransformMethod /FieldMDP\n/TransformParams << /Type /TransformParams /V /1.2 ");
		pdf_put_members(b, &lock, but);
		buf_add_c(b, ">> >> ");
	}
}

static void put_text_member(struct buf *b, const char *key, struct str text)
{
	if (!text.n)
		return;
	buf_printf(b, "\n/%s ", key);
	pdf_put_text(b, text);
}

static struct result put_signature(struct append *s, struct err *err)
{
	struct buf *b = s->u->out;
	const struct pades_options *o = s->m->o;
	TRY(pdf_update_open(s->u, s->sig, err));
	buf_printf(b, "<< /Type /%s /Filter /Adobe.PPKLite /SubFilter /%s\n/ByteRange ",
	           s->m->stamp ? "DocTimeStamp" : "Sig", s->m->stamp ? "ETSI.RFC3161" : "ETSI.CAdES.detached");
	s->range_at = b->n;
	buf_add_c(b, RANGE_BLANK "\n/Contents ");
	s->contents_at = b->n;
	buf_add_char(b, '<');
	for (size_t i = 0; i < s->m->reserve; i++)
		buf_add_c(b, "00");
	buf_add_char(b, '>');
	if (!s->m->stamp) {
		buf_printf(b, "\n/M (%.*s)", STR_ARG(pdf_date(s->a, o->time)));
		put_text_member(b, "Name", o->name);
		put_text_member(b, "Reason", o->reason);
		put_text_member(b, "Location", o->place);
		if (s->m->certify || pdf_get(&s->field, "Lock")) {
			buf_add_c(b, "\n/Reference [ ");
			put_reference(s);
			buf_add_char(b, ']');
		}
	}
	buf_add_c(b, " >>");
	pdf_update_close(s->u);
	return ok();
}

static void put_spot(struct append *s)
{
	const struct pades_spot *r = &s->spot;
	bool seen = r->width > 0;
	buf_printf(s->u->out, "/P %lld %u R /Rect [%.2f %.2f %.2f %.2f] /AP << /N %u 0 R >>",
	           (long long)s->page_ref.num, s->page_ref.gen, seen ? r->x : 0.0, seen ? r->y : 0.0,
	           seen ? r->x + r->width : 0.0, seen ? r->y + r->height : 0.0, s->look);
}

/* The widget lies over what was printed, so that a click on it shows the signature;
 * what it draws is nothing. */
static struct result put_widget(struct append *s, struct err *err)
{
	static const char *const but[] = { "V", NULL };
	struct buf *b = s->u->out;
	bool seen = s->spot.width > 0;
	if (s->field.kind == PDF_DICT) {
		TRY(pdf_update_open(s->u, s->num, err));
		buf_add_c(b, "<< ");
		pdf_put_members(b, &s->field, but);
		buf_printf(b, "/V %u 0 R >>", s->sig);
		pdf_update_close(s->u);
		return ok();
	}
	s->look = pdf_update_new(s->u);
	TRY(pdf_update_open(s->u, s->look, err));
	buf_printf(b, "<< /Type /XObject /Subtype /Form /BBox [0 0 %.2f %.2f] /Resources << >> /Length 0 >>\n"
	              "stream\n\nendstream", seen ? s->spot.width : 0.0, seen ? s->spot.height : 0.0);
	pdf_update_close(s->u);
	TRY(pdf_update_open(s->u, s->num, err));
	buf_printf(b, "<< /Type /Annot /Subtype /Widget /FT /Sig /F 132 /V %u 0 R\n/T ", s->sig);
	pdf_put_text(b, s->name);
	buf_add_char(b, '\n');
	put_spot(s);
	if (!s->m->stamp)
		put_text_member(b, "TU", arena_printf(s->a, "%.*sの電子署名", STR_ARG(s->m->o->name)));
	buf_add_c(b, " >>");
	pdf_update_close(s->u);
	return ok();
}

/* Only values that the reader made. */
static void put_longer(struct buf *b, const struct pdf_value *list, uint32_t more)
{
	buf_add_c(b, "[ ");
	for (size_t i = 0; list->kind == PDF_ARRAY && i < list->n; i++) {
		pdf_put_value(b, &list->items[i]);
		buf_add_char(b, ' ');
	}
	buf_printf(b, "%u 0 R ]", more);
}

static struct result put_page(struct append *s, struct err *err)
{
	static const char *const but[] = { "Annots", "Tabs", NULL }, *const keep_tabs[] = { "Annots", NULL };
	struct buf *b = s->u->out;
	/* to others a page is changed by more than its annotations */
	bool tabs = pdf_get(&s->page, "Tabs") || s->signed_before;
	if (s->annots_ref.kind == PDF_REF && s->annots.kind == PDF_ARRAY) {
		TRY(pdf_update_open(s->u, (uint32_t)s->annots_ref.num, err));
		put_longer(b, &s->annots, s->num);
		pdf_update_close(s->u);
		return ok();
	}
	TRY(pdf_update_open(s->u, (uint32_t)s->page_ref.num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, &s->page, tabs ? keep_tabs : but);
	buf_add_c(b, "/Annots ");
	put_longer(b, &s->annots, s->num);
	buf_add_c(b, tabs ? " >>" : " /Tabs /S >>");
	pdf_update_close(s->u);
	return ok();
}

static struct result put_form(struct append *s, struct err *err)
{
	static const char *const but[] = { "Fields", "SigFlags", NULL };
	struct buf *b = s->u->out;
	struct pdf_value fields;
	TRY(pdf_member(&s->doc, &s->form, "Fields", &fields, err));
	buf_add_c(b, "<< ");
	if (s->form.kind == PDF_DICT)
		pdf_put_members(b, &s->form, but);
	buf_add_c(b, "/Fields ");
	put_longer(b, &fields, s->num);
	buf_add_c(b, " /SigFlags 3 >>");
	return ok();
}

static struct result put_catalog(struct append *s, bool form, struct err *err)
{
	const char *but[3] = { form ? "AcroForm" : "Perms", form && s->m->certify ? "Perms" : NULL, NULL };
	struct buf *b = s->u->out;
	struct pdf_value perms;
	TRY(pdf_member(&s->doc, &s->cat, "Perms", &perms, err));
	TRY(pdf_update_open(s->u, (uint32_t)s->cat_ref.num, err));
	buf_add_c(b, "<< ");
	pdf_put_members(b, &s->cat, but); /* without a form only a certification leads here */
	if (form) {
		buf_add_c(b, "/AcroForm ");
		TRY(put_form(s, err));
	}
	if (s->m->certify) {
		static const char *const old[] = { "DocMDP", NULL };
		buf_add_c(b, "\n/Perms << ");
		if (perms.kind == PDF_DICT)
			pdf_put_members(b, &perms, old);
		buf_printf(b, "/DocMDP %u 0 R >>", s->sig);
	}
	buf_add_c(b, " >>");
	pdf_update_close(s->u);
	return ok();
}

static struct result put_list(struct append *s, struct err *err)
{
	bool own_form = s->form_ref.kind == PDF_REF && s->form.kind == PDF_DICT;
	bool new_field = s->field.kind != PDF_DICT;
	if (new_field)
		TRY(put_page(s, err));
	if (new_field && own_form) {
		TRY(pdf_update_open(s->u, (uint32_t)s->form_ref.num, err));
		TRY(put_form(s, err));
		pdf_update_close(s->u);
	}
	if ((new_field && !own_form) || s->m->certify)
		TRY(put_catalog(s, new_field && !own_form, err));
	return ok();
}

/* Writes the offsets, has both parts signed, puts the CMS between them. */
static struct result fill(struct append *s, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	struct buf *b = s->u->out;
	size_t base = s->u->base, hole = s->contents_at - base, after = hole + 2 * s->m->reserve + 2;
	size_t n = b->n - base;
	char range[sizeof RANGE_BLANK];
	BUF_AUTO cms;
	snprintf(range, sizeof range, "[0 %010zu %010zu %010zu]", hole, after, n - after);
	memcpy(b->p + s->range_at, range, sizeof range - 1);
	struct str parts[2] = { str_of(b->p + base, hole), str_of(b->p + base + after, n - after) };
	buf_init(&cms, PADES_CMS_MAX);
	TRY(s->m->sign(s->m->ctx, parts, 2, &cms, err));
	if (cms.n == 0 || cms.n > s->m->reserve || buf_over(&cms))
		return fail(err, ERR_TOO_LARGE, "letter.cms", NULL,
		            "a signature of %zu bytes does not fit into the %zu kept for it", cms.n, s->m->reserve);
	char *to = b->p + s->contents_at + 1;
	for (size_t i = 0; i < cms.n; i++) {
		to[2 * i] = digits[(uint8_t)cms.p[i] >> 4];
		to[2 * i + 1] = digits[(uint8_t)cms.p[i] & 15];
	}
	return ok();
}

struct result pades_append(struct arena *a, struct str pdf, const struct pades_make *m,
                           struct buf *out, struct err *err)
{
	struct append s = { .a = a, .m = m };
	TRY(open_file(&s, pdf, err));
	s.u = ARENA_NEW(a, struct pdf_update);
	pdf_update_begin(s.u, &s.doc, out);
	s.sig = pdf_update_new(s.u);
	if (s.field.kind != PDF_DICT)
		s.num = pdf_update_new(s.u);
	TRY(put_signature(&s, err));
	TRY(put_widget(&s, err));
	TRY(put_list(&s, err));
	TRY(pdf_update_finish(s.u, err));
	return fill(&s, err);
}
