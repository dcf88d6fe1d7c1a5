/* What became of fields, widgets and annotations between two revisions (ISO 32000-1
 * §12.5, §12.7): what a permission allows (filled in, signed, a mark), and what looks
 * like it and is not (moved, restyled without a new value, a sticker over the text). */
#include "sign/pades_compare.h"

/* A field is nothing but for signatures? Its kind may stand in a parent. */
static struct result is_signature(struct pdf *p, const struct pdf_value *field, bool *ret,
                                  struct err *err)
{
	struct pdf_value ft;
	TRY(pades_inherited(p, field, "FT", &ft, err));
	*ret = pdf_is_name(&ft, "Sig");
	return ok();
}

static struct result is_stamp(struct pdf *p, const struct pdf_value *v, bool *ret, struct err *err)
{
	struct pdf_value sig;
	TRY(pdf_resolve(p, v, &sig, err));
	*ret = pdf_is_name(pdf_get(&sig, "Type"), "DocTimeStamp") ||
	       pdf_is_name(pdf_get(&sig, "SubFilter"), "ETSI.RFC3161");
	return ok();
}

/* A new signature field's picture may not become a sticker over the text (sneaky
 * signature attack): not at all behind a certification, else not over a quarter of
 * an A4 page. */
enum { SEAL_AREA = 595 * 842 / 4 };

static struct result new_field(struct compare *x, const struct pdf_value *field, struct err *err)
{
	struct str name = pades_field_name(x->c->a, x->now, field);
	struct pdf_value v;
	bool sig, stamp = false;
	double area;
	TRY(is_signature(x->now, field, &sig, err));
	TRY(pades_annot_area(x->now, field, &area, err));
	TRY(pades_inherited(x->now, field, "V", &v, err));
	TRY(is_stamp(x->now, &v, &stamp, err));
	if (!sig)
		compare_add_field(x, CHANGE_VISIBLE, NEVER, name, "署名後に入力欄が追加されました", "a form field was added after signing");
	else if (area > 0 && pdf_get(field, "AP") && (x->c->certified || stamp || area > SEAL_AREA))
		compare_add_field(x, CHANGE_VISIBLE, NEVER, name, "追加された署名の見た目が、署名された内容に重なりえます",
		          "the added signature's picture can cover what was signed");
	else if (stamp)
		compare_add_field(x, CHANGE_VALIDATION_DATA, 0, name, "文書タイムスタンプが付きました", "a document time stamp was added");
	else if (v.kind == PDF_NULL)
		compare_add_field(x, CHANGE_SIGNATURE, 2, name, "空の署名欄が追加されました", "an empty signature field was added");
	else
		compare_add_field(x, CHANGE_SIGNATURE, 2, name, "別の署名が追加されました", "a further signature was added");
	return ok();
}

/* The page that an annotation says it is on. */
static struct str annot_where(struct compare *x, const struct pdf_value *annot)
{
	const struct pdf_value *page = pdf_get(annot, "P");
	return page && page->kind == PDF_REF ? compare_where_of(x, page->num) : STR("annotation");
}

static struct result annotation(struct compare *x, const struct pdf_value *annot, bool added,
                                struct err *err)
{
	const char *en = NULL, *ja = NULL;
	TRY(pades_annot_covers(x->now, annot, &en, &ja, err));
	struct str where = annot_where(x, annot);
	if (en)
		pades_change_add(x->c, CHANGE_VISIBLE, NEVER, where,
		                 arena_printf(x->c->a, "注釈が%s、%s", added ? "追加され" : "変更され", ja),
		                 arena_printf(x->c->a, "an annotation was %s, and %s", added ? "added" : "changed", en));
	else
		compare_add(x, CHANGE_ANNOTATION, 3, where, added ? "注釈が追加されました" : "注釈が変更されました",
		    added ? "an annotation was added" : "an annotation was changed");
	return ok();
}

static struct result new_item(struct compare *x, const struct pdf_value *item, int depth,
                              struct err *err)
{
	struct pdf_value v, kids;
	if (item->kind == PDF_REF) {
		if ((uint64_t)item->num >= x->n || (x->state[item->num] & TOLD))
			return ok();
		x->state[item->num] |= TOLD;
		/* A widget of an old field may be put on a page; anything else that was used
		 * for something may not become a field. */
		uint8_t label = pades_label(x->g, item->num);
		if (label & ~LABEL_FIELD) {
			compare_add(x, CHANGE_HIDDEN, NEVER, compare_where_of(x, item->num), "既にあったものが入力欄や注釈に変えられました",
			    "an object of the signed file was turned into a field or an annotation");
			return ok();
		}
	}
	TRY(pdf_resolve(x->now, item, &v, err));
	if (v.kind != PDF_DICT)
		return ok();
	if (!pdf_get(&v, "FT") && !pdf_get(&v, "T") && !pdf_is_name(pdf_get(&v, "Subtype"), "Widget") &&
	    pdf_get(&v, "Subtype"))
		return annotation(x, &v, true, err);
	TRY(pdf_member(x->now, &v, "Kids", &kids, err));
	if (kids.kind != PDF_ARRAY || kids.n == 0)
		return new_field(x, &v, err);
	if (depth > 8)
		return fail(err, ERR_INPUT, "pdf.structure", "ISO 32000-1 §12.7.3", "fields nested too deep");
	for (size_t i = 0; i < kids.n; i++)
		TRY(new_item(x, &kids.items[i], depth + 1, err));
	return ok();
}

static bool in_list(const struct pdf_value *list, const struct pdf_value *item)
{
	for (size_t i = 0; i < list->n; i++)
		if (pades_same(&list->items[i], item))
			return true;
	return false;
}

struct result compare_gone_item(struct compare *x, const struct pdf_value *item, struct err *err)
{
	struct pdf_value v, ft;
	TRY(pdf_resolve(x->old, item, &v, err));
	if (v.kind == PDF_NULL)
		return ok();
	TRY(pades_inherited(x->old, &v, "FT", &ft, err));
	if (ft.kind != PDF_NULL || pdf_is_name(pdf_get(&v, "Subtype"), "Widget"))
		compare_add_field(x, CHANGE_VISIBLE, NEVER, pades_field_name(x->c->a, x->old, &v),
		          "署名後に入力欄または署名欄が取り除かれました", "a field or signature was removed after signing");
	else
		compare_add(x, CHANGE_ANNOTATION, 3, annot_where(x, &v), "注釈が取り除かれました", "an annotation was removed");
	return ok();
}

/* Fields, Kids, Annots. Long lists mostly grow at their end. */
struct result compare_list_changed(struct compare *x, const struct pdf_value *old,
                                   const struct pdf_value *now, struct err *err)
{
	size_t same = 0;
	while (same < old->n && same < now->n && pades_same(&old->items[same], &now->items[same]))
		same++;
	struct pdf_value rest_old = *old, rest_now = *now;
	rest_old.n -= same;
	rest_now.n -= same;
	rest_old.items = same ? old->items + same : old->items;
	rest_now.items = same ? now->items + same : now->items;
	if (rest_old.n && rest_old.n * rest_now.n > (1 << 22))
		return fail(err, ERR_TOO_LARGE, "pdf.objects", NULL, "a list of fields changed beyond comparing");
	for (size_t i = 0; i < rest_old.n; i++)
		if (!in_list(&rest_now, &rest_old.items[i]))
			TRY(compare_gone_item(x, &rest_old.items[i], err));
	for (size_t i = 0; i < rest_now.n; i++)
		if (!in_list(&rest_old, &rest_now.items[i]))
			TRY(new_item(x, &rest_now.items[i], 0, err));
	return ok();
}

struct field_rule {
	bool sig;                /* a signature field */
	bool value, look, signed_now, stamp;
	bool look_was;           /* there was an appearance before */
	struct str name;
};

static int64_t int_of(const struct pdf_value *v)
{
	return v && v->kind == PDF_INT ? v->num : 0;
}

static struct result field_value(struct compare *x, const struct member *m, struct field_rule *r,
                                 struct err *err)
{
	struct pdf_value old, now;
	TRY(compare_both(x, m, &old, &now, err));
	if (!r->sig) {
		r->value = true;
		return ok();
	}
	if (old.kind == PDF_NULL && now.kind == PDF_DICT) {
		r->signed_now = true;
		return is_stamp(x->now, &now, &r->stamp, err);
	}
	compare_add_field(x, CHANGE_HIDDEN, NEVER, r->name, now.kind == PDF_NULL ? "署名が取り除かれました" : "署名が別のものに置き換えられました",
	          now.kind == PDF_NULL ? "a signature was removed" : "a signature was replaced by another");
	return ok();
}

static struct result field_member(struct compare *x, const struct member *m, void *ctx,
                                  struct err *err)
{
	struct field_rule *r = ctx;
	struct pdf_value old, now;
	if (compare_is(m, "V"))
		return field_value(x, m, r, err);
	if (compare_is(m, "AP")) {
		r->look = true;
		r->look_was = m->old != NULL;
		return ok();
	}
	if (!r->sig && (compare_is(m, "AS") || compare_is(m, "I") || compare_is(m, "RV"))) {
		r->value = true;
		return ok();
	}
	if (compare_is(m, "M") || (compare_is(m, "P") && !m->old))
		return ok();
	/* Annotation flags: Print, Locked, LockedContents; of a field: ReadOnly (a lock does it). */
	if (compare_is(m, "F") && !((int_of(m->old) ^ int_of(m->now)) & ~(4 | 128 | 512)))
		return ok();
	if (compare_is(m, "Ff") && !((int_of(m->old) ^ int_of(m->now)) & ~1))
		return ok();
	if (compare_is(m, "Kids") && m->old && m->now) {
		TRY(compare_both(x, m, &old, &now, err));
		if (old.kind == PDF_ARRAY && now.kind == PDF_ARRAY)
			return compare_list_changed(x, &old, &now, err);
	}
	compare_add_key(x, compare_is(m, "Rect") || compare_is(m, "MK") || compare_is(m, "DA") ? CHANGE_VISIBLE : CHANGE_HIDDEN,
	        r->name.n ? arena_printf(x->c->a, "field %.*s", STR_ARG(r->name)) : STR("field"), m->key,
	        "入力欄の値以外が変えられました", "more than a field's value was changed");
	return ok();
}

static bool changed(const struct compare *x, const struct pdf_value *ref)
{
	return ref && ref->kind == PDF_REF && (uint64_t)ref->num < x->n && (x->state[ref->num] & CHANGED);
}

/* Is there a value that changed, here or in the field above this widget? */
bool compare_value_changed(struct compare *x, const struct pdf_value *field)
{
	struct pdf_value now = *field;
	for (int i = 0; i < 16 && now.kind == PDF_DICT; i++) {
		if (changed(x, pdf_get(&now, "V")) || (i && changed(x, pdf_get(field, "Parent"))))
			return true;
		if (is_err(pdf_member(x->now, &now, "Parent", &now, NULL)))
			break;
	}
	return false;
}

static void field_told(struct compare *x, const struct pdf_value *now, const struct field_rule *r)
{
	if (r->signed_now && r->stamp)
		compare_add_field(x, CHANGE_VALIDATION_DATA, 0, r->name, "文書タイムスタンプが付きました", "a document time stamp was added");
	else if (r->signed_now)
		compare_add_field(x, CHANGE_SIGNATURE, 2, r->name, "用意されていた署名欄に署名されました", "an existing signature field was signed");
	else if (r->value || (r->look && compare_value_changed(x, now)))
		compare_add_field(x, CHANGE_FORM, 2, r->name, "入力欄に記入されました", "a field was filled in");
	else if (r->look && r->look_was && !x->needs_looks)
		compare_add_field(x, CHANGE_VISIBLE, NEVER, r->name, "値はそのままで、入力欄の見た目だけが変えられました",
		          "a field looks different although its value is the same");
	else if (r->look && r->sig)
		compare_add_field(x, CHANGE_VISIBLE, NEVER, r->name, "署名欄の見た目だけが変えられました",
		          "the picture of a signature field was changed");
	else if (r->look)
		compare_add_field(x, CHANGE_FORM, 2, r->name, "入力欄の見た目が作られました", "a field's appearance was made");
}

struct result compare_field_changed(struct compare *x, const struct pdf_value *old,
                                    const struct pdf_value *now, struct err *err)
{
	struct field_rule r = { .name = pades_field_name(x->c->a, x->old, old) };
	bool widget = pdf_is_name(pdf_get(old, "Subtype"), "Widget");
	struct pdf_value ft;
	TRY(pades_inherited(x->old, old, "FT", &ft, err));
	if (!widget && ft.kind == PDF_NULL && pdf_get(old, "Subtype"))
		return annotation(x, now, false, err);
	r.sig = pdf_is_name(&ft, "Sig");
	TRY(compare_members(x, old, now, field_member, &r, err));
	field_told(x, now, &r);
	return ok();
}
