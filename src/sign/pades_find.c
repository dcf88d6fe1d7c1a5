/* Finding the seal of a file, and refusing what only looks like one.
 *
 * Against signature wrapping, incremental saving and ByteRange tricks: exactly
 * one signature field; its dictionary stands in the file itself; the two
 * covered ranges begin at the first byte, end at the last, and leave out
 * exactly the hexadecimal string that is this dictionary's Contents. What is
 * not covered can then only be the CMS (ISO 32000-1 §12.8.1). */
#include "sign/pades_priv.h"

struct finder {
	struct pdf doc;
	struct pdf_object sig;
	size_t nsigs, steps;
};

static struct result take(struct finder *f, const struct pdf_value *field, struct err *err)
{
	const struct pdf_value *v = pdf_get(field, "V");
	if (!v || v->kind == PDF_NULL)
		return ok(); /* an empty field: nothing is signed with it */
	f->nsigs++;
	if (v->kind != PDF_REF) {
		f->sig = (struct pdf_object){ .value = *v, .packed = true };
		return ok();
	}
	return pdf_load(&f->doc, v->num, &f->sig, err);
}

static struct result walk(struct finder *f, const struct pdf_value *v, bool is_sig, int depth,
                          struct err *err)
{
	enum { FIELDS_MAX = 1000 };
	struct pdf_value field, kids;
	if (depth > PDF_DEPTH_MAX || ++f->steps > FIELDS_MAX)
		return fail(err, ERR_INPUT, "pdf.structure", "ISO 32000-1 §12.7.3", "form too large or too deep");
	TRY(pdf_resolve(&f->doc, v, &field, err));
	if (field.kind != PDF_DICT)
		return ok();
	if (pdf_get(&field, "FT"))
		is_sig = pdf_is_name(pdf_get(&field, "FT"), "Sig");
	if (is_sig)
		TRY(take(f, &field, err));
	TRY(pdf_member(&f->doc, &field, "Kids", &kids, err));
	for (size_t i = 0; kids.kind == PDF_ARRAY && i < kids.n; i++)
		TRY(walk(f, &kids.items[i], is_sig, depth + 1, err));
	return ok();
}

static struct result collect(struct finder *f, struct err *err)
{
	struct pdf_value ref, cat, form, fields;
	TRY(pdf_catalog(&f->doc, &ref, &cat, err));
	TRY(pdf_member(&f->doc, &cat, "AcroForm", &form, err));
	TRY(pdf_member(&f->doc, &form, "Fields", &fields, err));
	for (size_t i = 0; fields.kind == PDF_ARRAY && i < fields.n; i++)
		TRY(walk(f, &fields.items[i], false, 0, err));
	return ok();
}

static bool range(const struct pdf_value *v, uint64_t r[4])
{
	if (!v || v->kind != PDF_ARRAY || v->n != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (v->items[i].kind != PDF_INT || v->items[i].num < 0)
			return false;
		r[i] = (uint64_t)v->items[i].num;
	}
	return true;
}

static enum pades_shape shape(struct arena *a, const struct finder *f, struct pades_signature *ret)
{
	const struct pdf_value *d = &f->sig.value, *contents = pdf_get(d, "Contents");
	const struct pdf_value *m = pdf_get(d, "M"), *sub = pdf_get(d, "SubFilter");
	struct str file = f->doc.bytes;
	uint64_t r[4];
	if (f->sig.packed || f->sig.stream || !contents || contents->kind != PDF_STRING || !contents->hex ||
	    !range(pdf_get(d, "ByteRange"), r))
		return PADES_MALFORMED;
	if (r[0] != 0 || r[1] != contents->from || r[2] != contents->to || r[2] > file.n)
		return PADES_PARTIAL;
	if (r[3] != file.n - r[2])
		return PADES_PARTIAL;
	/* Nothing but digits may hide in the part that is not covered. */
	if (!pades_only_digits(file, contents))
		return PADES_MALFORMED;
	ret->cms = contents->text;
	if (!pades_trim(&ret->cms) || (uint8_t)ret->cms.p[1] == 0x80)
		return PADES_MALFORMED;
	ret->covered[0] = str_sub(file, 0, (size_t)r[1]);
	ret->covered[1] = str_from(file, (size_t)r[2]);
	ret->name = pdf_text(a, pdf_get(d, "Name"));
	ret->reason = pdf_text(a, pdf_get(d, "Reason"));
	ret->sub_filter = sub && sub->kind == PDF_NAME ? sub->text : STR("");
	ret->time = m && m->kind == PDF_STRING ? m->text : STR("");
	if (!pdf_date_parse(ret->time, &ret->at))
		ret->at = INT64_MIN;
	return PADES_OK;
}

struct result pades_find(struct arena *a, struct str pdf, enum pades_shape *ret_shape,
                         struct pades_signature *ret, struct err *err)
{
	struct finder f = { 0 };
	struct pades_signature sig = { .at = INT64_MIN };
	enum pades_shape s = PADES_UNSIGNED;
	TRY(pdf_open(a, pdf, &f.doc, err));
	TRY(collect(&f, err));
	if (f.nsigs > 1)
		s = PADES_SEVERAL;
	else if (f.nsigs == 1)
		s = shape(a, &f, &sig);
	if (arena_over(a))
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "the file needs too much memory");
	*ret_shape = s;
	*ret = sig;
	return ok();
}
