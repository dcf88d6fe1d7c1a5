/* The signature fields of any PDF (ISO 32000-1 §12.7.4.5) and whether each stands in
 * the file as it must (§12.8.1; ETSI EN 319 142-1 §5.1).
 *
 * Against signature wrapping and universal forgery: ByteRange begins at 0, its only
 * gap is exactly the hexadecimal string that is this dictionary's Contents, and the
 * ranges lie in the file, in order, without overlap. What is not covered can then
 * only be the CMS, and nothing may hide between its digits. */
#include <stdlib.h>

#include "sign/pades_priv.h"

struct walk {
	struct arena *a;
	struct pdf *p;
	struct pades_fields *out;
	size_t steps;
};

struct result pades_inherited(struct pdf *p, const struct pdf_value *field, const char *key,
                              struct pdf_value *ret, struct err *err)
{
	struct pdf_value now = *field, v = { .kind = PDF_NULL };
	for (int i = 0; i < 16 && now.kind == PDF_DICT; i++) {
		TRY(pdf_member(p, &now, key, &v, err));
		if (v.kind != PDF_NULL)
			break;
		TRY(pdf_member(p, &now, "Parent", &now, err));
	}
	*ret = v;
	return ok();
}

struct str pades_field_name(struct arena *a, struct pdf *p, const struct pdf_value *field)
{
	struct pdf_value now = *field;
	struct str name = STR("");
	for (int i = 0; i < 16 && now.kind == PDF_DICT; i++) {
		struct str part = pdf_text(a, pdf_get(&now, "T"));
		if (part.n && name.n)
			name = arena_printf(a, "%.*s.%.*s", STR_ARG(part), STR_ARG(name));
		else if (part.n)
			name = arena_str(a, part);
		if (is_err(pdf_member(p, &now, "Parent", &now, NULL)))
			break;
	}
	return name;
}

bool pades_locked(const struct pades_lock *l, struct str field)
{
	bool listed = false;
	for (size_t i = 0; i < l->n && !listed; i++)
		listed = str_eq(l->fields[i], field) ||
		         (field.n > l->fields[i].n && str_starts(field, l->fields[i]) &&
		          field.p[l->fields[i].n] == '.');
	switch (l->action) {
	case LOCK_ALL: return true;
	case LOCK_INCLUDE: return listed;
	case LOCK_EXCLUDE: return !listed;
	case LOCK_NONE: break;
	}
	return false;
}

/* §12.8.2.4, table 253; the Lock of a field (table 233) is written the same way. */
static struct result read_lock(struct walk *w, const struct pdf_value *d, struct pades_lock *ret,
                               struct err *err)
{
	struct pdf_value action, fields;
	TRY(pdf_member(w->p, d, "Action", &action, err));
	TRY(pdf_member(w->p, d, "Fields", &fields, err));
	struct pades_lock l = { .action = pdf_is_name(&action, "All") ? LOCK_ALL :
		                pdf_is_name(&action, "Include") ? LOCK_INCLUDE :
		                pdf_is_name(&action, "Exclude") ? LOCK_EXCLUDE : LOCK_NONE };
	if (fields.kind == PDF_ARRAY && fields.n <= PADES_LOCKS_MAX) {
		struct str *list = ARENA_ARRAY(w->a, struct str, fields.n + 1);
		for (size_t i = 0; i < fields.n; i++) {
			struct pdf_value v;
			TRY(pdf_resolve(w->p, &fields.items[i], &v, err));
			list[l.n++] = arena_str(w->a, pdf_text(w->a, &v));
		}
		l.fields = list;
	} else if (fields.kind != PDF_NULL)
		l.action = LOCK_ALL; /* a lock that cannot be read locks everything */
	*ret = l;
	return ok();
}

static int permission(const struct pdf_value *v, int absent)
{
	if (v->kind == PDF_NULL)
		return absent;
	return v->kind == PDF_INT && v->num >= 1 && v->num <= 3 ? (int)v->num : 1;
}

/* §12.8.2.2 DocMDP, §12.8.2.4 FieldMDP. */
static struct result read_references(struct walk *w, struct pades_field *f, struct err *err)
{
	struct pdf_value refs, ref, params, p;
	TRY(pdf_member(w->p, &f->dict, "Reference", &refs, err));
	for (size_t i = 0; refs.kind == PDF_ARRAY && i < refs.n && i < 16; i++) {
		TRY(pdf_resolve(w->p, &refs.items[i], &ref, err));
		TRY(pdf_member(w->p, &ref, "TransformParams", &params, err));
		if (pdf_is_name(pdf_get(&ref, "TransformMethod"), "DocMDP")) {
			TRY(pdf_member(w->p, &params, "P", &p, err));
			f->certifies = true;
			f->p = permission(&p, 2);
		} else if (pdf_is_name(pdf_get(&ref, "TransformMethod"), "FieldMDP"))
			TRY(read_lock(w, &params, &f->locks[0], err));
	}
	return ok();
}

static struct result read_field_lock(struct walk *w, const struct pdf_value *field,
                                     struct pades_field *f, struct err *err)
{
	struct pdf_value lock, p;
	TRY(pdf_member(w->p, field, "Lock", &lock, err));
	if (lock.kind != PDF_DICT)
		return ok();
	TRY(read_lock(w, &lock, &f->locks[1], err));
	TRY(pdf_member(w->p, &lock, "P", &p, err)); /* ISO 32000-2 table 236 */
	int limit = permission(&p, 3);
	if (limit < f->p)
		f->p = limit;
	return ok();
}

static bool read_range(const struct pdf_value *v, uint64_t r[4])
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

bool pades_trim(struct str *cms)
{
	const uint8_t *p = (const uint8_t *)cms->p;
	size_t n, head = 2;
	if (cms->n < 4 || p[0] != 0x30 || p[1] == 0x80)
		return cms->n >= 4 && p[0] == 0x30; /* BER finds its own end */
	n = p[1];
	if (n & 0x80) {
		size_t k = n & 0x7F;
		if (k > 4 || cms->n < 2 + k)
			return false;
		for (n = 0; head < 2 + k; head++)
			n = n << 8 | p[head];
	}
	if (n > cms->n - head)
		return false;
	for (size_t i = head + n; i < cms->n; i++)
		if (p[i])
			return false;
	cms->n = head + n;
	return true;
}

/* White space would be a place to hide in: one blank for one digit keeps the length. */
bool pades_only_digits(struct str file, const struct pdf_value *contents)
{
	for (size_t i = contents->from + 1; i + 1 < contents->to; i++) {
		char c = file.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return (contents->to - contents->from) % 2 == 0;
}

static struct str fault(const struct pdf_object *o, struct str file, struct pades_field *f)
{
	const struct pdf_value *d = &o->value, *contents = pdf_get(d, "Contents");
	uint64_t r[4];
	if (d->kind != PDF_DICT || o->packed || o->stream)
		return STR("the signature dictionary does not stand in the file itself (ISO 32000-1 §12.8.1)");
	if (!contents || contents->kind != PDF_STRING || !contents->hex)
		return STR("Contents is no hexadecimal string (ISO 32000-1 §12.8.1)");
	if (contents->text.n == 0 || contents->to > file.n || !pades_only_digits(file, contents))
		return STR("something stands between the digits of Contents (EN 319 142-1 §5.1)");
	if (!read_range(pdf_get(d, "ByteRange"), r))
		return STR("ByteRange is not four whole numbers (ISO 32000-1 §12.8.1)");
	if (r[0] != 0)
		return STR("ByteRange does not begin with the file (ISO 32000-1 §12.8.1)");
	if (r[1] != contents->from || r[2] != contents->to)
		return STR("ByteRange does not leave out exactly Contents (ISO 32000-1 §12.8.1)");
	if (r[2] > file.n || r[3] > file.n - r[2])
		return STR("ByteRange goes beyond the file (ISO 32000-1 §12.8.1)");
	f->covered[0] = (struct range){ 0, r[1] };
	f->covered[1] = (struct range){ r[2], r[3] };
	f->end = r[2] + r[3];
	f->contents = contents->text;
	return STR("");
}

static struct result take(struct walk *w, const struct pdf_value *field, const struct pdf_value *v,
                          struct err *err)
{
	struct pdf_object o = { .value = *v, .packed = true };
	struct pades_field f = { .sig = -1, .p = 3 };
	if (w->out->n == ADES_SIGNATURES_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.signatures", NULL, "more than %d signatures",
		            ADES_SIGNATURES_MAX);
	if (v->kind == PDF_REF) {
		TRY(pdf_load(w->p, v->num, &o, err));
		f.sig = v->num;
		for (size_t i = 0; i < w->out->n; i++)
			if (w->out->list[i].sig == v->num)
				return ok(); /* two fields, one signature: it counts once */
	}
	if (o.value.kind == PDF_NULL) {
		w->out->nempty++;
		return ok();
	}
	f.dict = o.value;
	f.name = pades_field_name(w->a, w->p, field);
	f.malformed = fault(&o, w->p->bytes, &f);
	const struct pdf_value *sub = pdf_get(&f.dict, "SubFilter");
	f.sub_filter = sub && sub->kind == PDF_NAME ? sub->text : STR("");
	f.stamp = str_eq(f.sub_filter, STR("ETSI.RFC3161")) ||
	          pdf_is_name(pdf_get(&f.dict, "Type"), "DocTimeStamp");
	if (f.dict.kind == PDF_DICT)
		TRY(read_references(w, &f, err));
	TRY(read_field_lock(w, field, &f, err));
	w->out->list[w->out->n++] = f;
	return ok();
}

static struct result walk(struct walk *w, const struct pdf_value *at, bool is_sig, int depth,
                          struct err *err)
{
	struct pdf_value field, kids;
	if (depth > PDF_DEPTH_MAX || ++w->steps > PADES_FIELDS_MAX)
		return fail(err, ERR_INPUT, "pdf.structure", "ISO 32000-1 §12.7.3", "form too large or too deep");
	TRY(pdf_resolve(w->p, at, &field, err));
	if (field.kind != PDF_DICT)
		return ok();
	if (pdf_get(&field, "FT"))
		is_sig = pdf_is_name(pdf_get(&field, "FT"), "Sig");
	const struct pdf_value *v = pdf_get(&field, "V");
	if (is_sig && v && v->kind != PDF_NULL)
		TRY(take(w, &field, v, err));
	else if (is_sig)
		w->out->nempty++;
	TRY(pdf_member(w->p, &field, "Kids", &kids, err));
	for (size_t i = 0; kids.kind == PDF_ARRAY && i < kids.n; i++)
		TRY(walk(w, &kids.items[i], is_sig, depth + 1, err));
	return ok();
}

static int by_end(const void *x, const void *y)
{
	uint64_t a = ((const struct pades_field *)x)->end, b = ((const struct pades_field *)y)->end;
	return (a > b) - (a < b);
}

struct result pades_fields_read(struct arena *a, struct pdf *p, struct pades_fields *ret,
                                struct err *err)
{
	struct pades_fields out = { .list = ARENA_ARRAY(a, struct pades_field, ADES_SIGNATURES_MAX) };
	struct walk w = { .a = a, .p = p, .out = &out };
	struct pdf_value ref, cat, form, fields;
	TRY(pdf_catalog(p, &ref, &cat, err));
	TRY(pdf_member(p, &cat, "AcroForm", &form, err));
	TRY(pdf_member(p, &form, "Fields", &fields, err));
	for (size_t i = 0; fields.kind == PDF_ARRAY && i < fields.n; i++)
		TRY(walk(&w, &fields.items[i], false, 0, err));
	if (out.n)
		qsort(out.list, out.n, sizeof *out.list, by_end);
	*ret = out;
	return ok();
}
