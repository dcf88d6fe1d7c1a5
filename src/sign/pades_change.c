/* What one revision of a PDF changed in the one before it.
 *
 * Every object whose place in the file changed is read in both and compared as a
 * value. By who leads to it (pades_graph.c) and by its own shape a rule is chosen;
 * what no rule explains is a change of what was signed. New objects that nothing
 * led to before are judged by the change that leads to them. This finds shadow
 * attacks (Mainka, Mladenov, Rohlmann 2021: hide, replace, hide-and-replace):
 * whatever the trick, an object that was reachable, or was referred to and missing,
 * or a way to one, must change. */
#include "sign/pades_priv.h"

enum { CHANGED = 1, TOLD = 2 };

struct compare {
	struct pades_changes *c;
	struct pades_graph *g;
	struct pdf *old, *now;
	struct arena *a;
	size_t n;
	uint8_t *state;           /* of each object number */
	bool form_new;            /* the form had no fields: its members are new with it */
	bool needs_looks;         /* NeedAppearances: a reader draws the fields anew */
	int64_t root;
};

void pades_change_add(struct pades_changes *c, enum ades_change_kind kind, int need,
                      struct str where, struct str ja, struct str en)
{
	if (c->n == PADES_CHANGES_MAX)
		return;
	if (c->n == PADES_CHANGES_MAX - 1) {
		kind = CHANGE_HIDDEN;
		need = NEVER;
		where = STR("file");
		ja = STR("このほかにも変更があります（多すぎるため数えるのを止めました）");
		en = STR("there are more changes; counting stopped");
	}
	c->list[c->n++] = (struct pades_change){ .step = c->step, .kind = kind, .need = need,
		.where = arena_str(c->a, where), .ja = arena_str(c->a, ja), .en = arena_str(c->a, en) };
}

static void add(struct compare *x, enum ades_change_kind kind, int need, struct str where,
                const char *ja, const char *en)
{
	pades_change_add(x->c, kind, need, where, str_c(ja), str_c(en));
}

/* The same for a field, which locks may hold. */
static void add_field(struct compare *x, enum ades_change_kind kind, int need, struct str field,
                      const char *ja, const char *en)
{
	size_t before = x->c->n;
	add(x, kind, need, field.n ? arena_printf(x->c->a, "field %.*s", STR_ARG(field)) : STR("field"), ja, en);
	if (x->c->n > before)
		x->c->list[before].field = field;
}

static void add_key(struct compare *x, enum ades_change_kind kind, struct str where, struct str key,
                    const char *ja, const char *en)
{
	struct str k = key.n > 40 ? str_sub(key, 0, 40) : key;
	pades_change_add(x->c, kind, NEVER, where, arena_printf(x->c->a, "%s（/%.*s）", ja, STR_ARG(k)),
	                 arena_printf(x->c->a, "%s (/%.*s)", en, STR_ARG(k)));
}

/* ---- where ---- */

/* Numbers of the revision where somebody first asked. */
static uint32_t page_of(struct compare *x, int64_t num)
{
	if (!x->c->pages) {
		x->c->pages = ARENA_ARRAY(x->c->a, uint32_t, PDF_OBJECTS_MAX);
		(void)!is_ok(pades_pages(x->c->a, x->old, x->c->pages, PDF_OBJECTS_MAX, NULL));
	}
	return num >= 0 && num < PDF_OBJECTS_MAX ? x->c->pages[num] : 0;
}

static struct str where_of(struct compare *x, int64_t num)
{
	uint32_t page = page_of(x, num);
	return page ? arena_printf(x->c->a, "page %u", page)
	            : arena_printf(x->c->a, "object %lld", (long long)num);
}

/* ---- members ---- */

struct member {
	struct str key;
	const struct pdf_value *old, *now; /* NULL: not there */
};

/* Calls fn for every key whose value differs. */
typedef struct result member_fn(struct compare *x, const struct member *m, void *ctx,
                                struct err *err);
static struct result members(struct compare *x, const struct pdf_value *old,
                             const struct pdf_value *now, member_fn *fn, void *ctx,
                             struct err *err)
{
	for (size_t i = 0; i < old->n; i++) {
		struct member m = { old->keys[i], &old->items[i], NULL };
		for (size_t k = 0; k < now->n && !m.now; k++)
			if (str_eq(now->keys[k], m.key))
				m.now = &now->items[k];
		if (!m.now || !pades_same(m.old, m.now))
			TRY(fn(x, &m, ctx, err));
	}
	for (size_t k = 0; k < now->n; k++) {
		struct member m = { now->keys[k], NULL, &now->items[k] };
		for (size_t i = 0; i < old->n && !m.old; i++)
			if (str_eq(old->keys[i], m.key))
				m.old = &old->items[i];
		if (!m.old)
			TRY(fn(x, &m, ctx, err));
	}
	return ok();
}

static bool is(const struct member *m, const char *key)
{
	return str_eq(m->key, str_c(key));
}

static bool one_of(const struct member *m, const char *const *keys)
{
	for (; *keys; keys++)
		if (is(m, *keys))
			return true;
	return false;
}

static struct result both(struct compare *x, const struct member *m, struct pdf_value *ret_old,
                          struct pdf_value *ret_now, struct err *err)
{
	TRY(pdf_resolve(x->old, m->old, ret_old, err));
	return pdf_resolve(x->now, m->now, ret_now, err);
}

/* A value that moved into the dictionary says the same. One elsewhere may be a stream,
 * whose dictionary is not all of it. */
static bool same_inline(const struct member *m, const struct pdf_value *old,
                        const struct pdf_value *now)
{
	return m->now && m->now->kind != PDF_REF && pades_same(old, now);
}

/* ---- fields and annotations ---- */

static struct result list_changed(struct compare *x, const struct pdf_value *old,
                                  const struct pdf_value *now, struct err *err);

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
		add_field(x, CHANGE_VISIBLE, NEVER, name, "署名後に入力欄が追加されました", "a form field was added after signing");
	else if (area > 0 && pdf_get(field, "AP") && (x->c->certified || stamp || area > SEAL_AREA))
		add_field(x, CHANGE_VISIBLE, NEVER, name, "追加された署名の見た目が、署名された内容に重なりえます",
		          "the added signature's picture can cover what was signed");
	else if (stamp)
		add_field(x, CHANGE_VALIDATION_DATA, 0, name, "文書タイムスタンプが付きました", "a document time stamp was added");
	else if (v.kind == PDF_NULL)
		add_field(x, CHANGE_SIGNATURE, 2, name, "空の署名欄が追加されました", "an empty signature field was added");
	else
		add_field(x, CHANGE_SIGNATURE, 2, name, "別の署名が追加されました", "a further signature was added");
	return ok();
}

/* The page that an annotation says it is on. */
static struct str annot_where(struct compare *x, const struct pdf_value *annot)
{
	const struct pdf_value *page = pdf_get(annot, "P");
	return page && page->kind == PDF_REF ? where_of(x, page->num) : STR("annotation");
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
		add(x, CHANGE_ANNOTATION, 3, where, added ? "注釈が追加されました" : "注釈が変更されました",
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
			add(x, CHANGE_HIDDEN, NEVER, where_of(x, item->num), "既にあったものが入力欄や注釈に変えられました",
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

static struct result gone_item(struct compare *x, const struct pdf_value *item, struct err *err)
{
	struct pdf_value v, ft;
	TRY(pdf_resolve(x->old, item, &v, err));
	if (v.kind == PDF_NULL)
		return ok();
	TRY(pades_inherited(x->old, &v, "FT", &ft, err));
	if (ft.kind != PDF_NULL || pdf_is_name(pdf_get(&v, "Subtype"), "Widget"))
		add_field(x, CHANGE_VISIBLE, NEVER, pades_field_name(x->c->a, x->old, &v),
		          "署名後に入力欄または署名欄が取り除かれました", "a field or signature was removed after signing");
	else
		add(x, CHANGE_ANNOTATION, 3, annot_where(x, &v), "注釈が取り除かれました", "an annotation was removed");
	return ok();
}

/* Fields, Kids, Annots. Long lists mostly grow at their end. */
static struct result list_changed(struct compare *x, const struct pdf_value *old,
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
			TRY(gone_item(x, &rest_old.items[i], err));
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
	TRY(both(x, m, &old, &now, err));
	if (!r->sig) {
		r->value = true;
		return ok();
	}
	if (old.kind == PDF_NULL && now.kind == PDF_DICT) {
		r->signed_now = true;
		return is_stamp(x->now, &now, &r->stamp, err);
	}
	add_field(x, CHANGE_HIDDEN, NEVER, r->name, now.kind == PDF_NULL ? "署名が取り除かれました" : "署名が別のものに置き換えられました",
	          now.kind == PDF_NULL ? "a signature was removed" : "a signature was replaced by another");
	return ok();
}

static struct result field_member(struct compare *x, const struct member *m, void *ctx,
                                  struct err *err)
{
	struct field_rule *r = ctx;
	struct pdf_value old, now;
	if (is(m, "V"))
		return field_value(x, m, r, err);
	if (is(m, "AP")) {
		r->look = true;
		r->look_was = m->old != NULL;
		return ok();
	}
	if (!r->sig && (is(m, "AS") || is(m, "I") || is(m, "RV"))) {
		r->value = true;
		return ok();
	}
	if (is(m, "M") || (is(m, "P") && !m->old))
		return ok();
	/* Annotation flags: Print, Locked, LockedContents; of a field: ReadOnly (a lock does it). */
	if (is(m, "F") && !((int_of(m->old) ^ int_of(m->now)) & ~(4 | 128 | 512)))
		return ok();
	if (is(m, "Ff") && !((int_of(m->old) ^ int_of(m->now)) & ~1))
		return ok();
	if (is(m, "Kids") && m->old && m->now) {
		TRY(both(x, m, &old, &now, err));
		if (old.kind == PDF_ARRAY && now.kind == PDF_ARRAY)
			return list_changed(x, &old, &now, err);
	}
	add_key(x, is(m, "Rect") || is(m, "MK") || is(m, "DA") ? CHANGE_VISIBLE : CHANGE_HIDDEN,
	        r->name.n ? arena_printf(x->c->a, "field %.*s", STR_ARG(r->name)) : STR("field"), m->key,
	        "入力欄の値以外が変えられました", "more than a field's value was changed");
	return ok();
}

static bool changed(const struct compare *x, const struct pdf_value *ref)
{
	return ref && ref->kind == PDF_REF && (uint64_t)ref->num < x->n && (x->state[ref->num] & CHANGED);
}

/* Is there a value that changed, here or in the field above this widget? */
static bool value_changed(struct compare *x, const struct pdf_value *field)
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
		add_field(x, CHANGE_VALIDATION_DATA, 0, r->name, "文書タイムスタンプが付きました", "a document time stamp was added");
	else if (r->signed_now)
		add_field(x, CHANGE_SIGNATURE, 2, r->name, "用意されていた署名欄に署名されました", "an existing signature field was signed");
	else if (r->value || (r->look && value_changed(x, now)))
		add_field(x, CHANGE_FORM, 2, r->name, "入力欄に記入されました", "a field was filled in");
	else if (r->look && r->look_was && !x->needs_looks)
		add_field(x, CHANGE_VISIBLE, NEVER, r->name, "値はそのままで、入力欄の見た目だけが変えられました",
		          "a field looks different although its value is the same");
	else if (r->look && r->sig)
		add_field(x, CHANGE_VISIBLE, NEVER, r->name, "署名欄の見た目だけが変えられました",
		          "the picture of a signature field was changed");
	else if (r->look)
		add_field(x, CHANGE_FORM, 2, r->name, "入力欄の見た目が作られました", "a field's appearance was made");
}

static struct result field_changed(struct compare *x, const struct pdf_value *old,
                                   const struct pdf_value *now, struct err *err)
{
	struct field_rule r = { .name = pades_field_name(x->c->a, x->old, old) };
	bool widget = pdf_is_name(pdf_get(old, "Subtype"), "Widget");
	struct pdf_value ft;
	TRY(pades_inherited(x->old, old, "FT", &ft, err));
	if (!widget && ft.kind == PDF_NULL && pdf_get(old, "Subtype"))
		return annotation(x, now, false, err);
	r.sig = pdf_is_name(&ft, "Sig");
	TRY(members(x, old, now, field_member, &r, err));
	field_told(x, now, &r);
	return ok();
}

/* ---- form, page, catalog ---- */

/* Resources may be added to, never changed: a font that is swapped changes every text. */
static struct result resources(struct compare *x, const struct pdf_value *old,
                               const struct pdf_value *now, int depth, struct err *err)
{
	for (size_t i = 0; i < old->n; i++) {
		struct pdf_value a, b;
		const struct pdf_value *o = &old->items[i], *v = NULL;
		for (size_t k = 0; k < now->n && !v; k++)
			if (str_eq(now->keys[k], old->keys[i]))
				v = &now->items[k];
		if (v && pades_same(o, v))
			continue;
		TRY(pdf_resolve(x->old, o, &a, err));
		TRY(pdf_resolve(x->now, v, &b, err));
		if (depth == 0 && a.kind == PDF_DICT && b.kind == PDF_DICT)
			TRY(resources(x, &a, &b, 1, err));
		else if (a.kind != PDF_ARRAY || !pades_same(&a, &b))
			add_key(x, CHANGE_VISIBLE, STR("form resources"), old->keys[i],
			        "入力欄の字体などが差し替えられました", "fonts or other resources of the form were replaced");
	}
	return ok();
}

static struct result form_member(struct compare *x, const struct member *m, void *ctx,
                                 struct err *err)
{
	static const char *const fine[] = { "SigFlags", "NeedAppearances", NULL };
	static const char *const seen[] = { "XFA", "DA", "Q", "DR", "Fields", NULL };
	struct pdf_value old, now;
	(void)ctx;
	if (one_of(m, fine))
		return ok();
	TRY(both(x, m, &old, &now, err));
	if (is(m, "Fields") && (old.kind == PDF_NULL || old.kind == PDF_ARRAY) &&
	    (now.kind == PDF_NULL || now.kind == PDF_ARRAY))
		return list_changed(x, &old, &now, err);
	if (is(m, "DR") && (old.kind == PDF_NULL || old.kind == PDF_DICT) && now.kind == PDF_DICT)
		return resources(x, &old, &now, 0, err);
	if ((x->form_new && (is(m, "DA") || is(m, "Q"))) || same_inline(m, &old, &now))
		return ok();
	add_key(x, one_of(m, seen) ? CHANGE_VISIBLE : CHANGE_HIDDEN, STR("form"), m->key, "フォームの定義が変えられました", "the form's definition was changed");
	return ok();
}

static struct result form_changed(struct compare *x, const struct pdf_value *old,
                                  const struct pdf_value *now, struct err *err)
{
	struct pdf_value fields;
	TRY(pdf_member(x->old, old, "Fields", &fields, err));
	x->form_new = fields.n == 0;
	return members(x, old, now, form_member, NULL, err);
}

static struct result page_member(struct compare *x, const struct member *m, void *ctx,
                                 struct err *err)
{
	static const char *const fine[] = { "Tabs", "LastModified", "PieceInfo", NULL };
	struct pdf_value old, now;
	if (one_of(m, fine))
		return ok();
	TRY(both(x, m, &old, &now, err));
	if (is(m, "Annots") && (old.kind == PDF_NULL || old.kind == PDF_ARRAY) &&
	    (now.kind == PDF_NULL || now.kind == PDF_ARRAY))
		return list_changed(x, &old, &now, err);
	if (same_inline(m, &old, &now))
		return ok();
	add_key(x, is(m, "AA") ? CHANGE_HIDDEN : CHANGE_VISIBLE, where_of(x, *(const int64_t *)ctx), m->key,
	        "ページの内容が変えられました", "the page was changed");
	return ok();
}

static bool version_grows(const struct pdf_value *old, const struct pdf_value *now)
{
	return now && now->kind == PDF_NAME && now->text.n == 3 &&
	       (!old || (old->kind == PDF_NAME && str_cmp(old->text, now->text) < 0));
}

static struct result catalog_member(struct compare *x, const struct member *m, void *ctx,
                                    struct err *err)
{
	static const char *const visible[] = { "Pages", "OCProperties", "Names", NULL };
	struct pdf_value old, now;
	(void)ctx;
	if (is(m, "Metadata") || is(m, "Extensions") || (is(m, "Version") && version_grows(m->old, m->now)))
		return ok();
	if (is(m, "DSS") && m->now) {
		add(x, CHANGE_VALIDATION_DATA, 0, STR("DSS"), "検証用の情報が追加されました", "validation data was added");
		return ok();
	}
	TRY(both(x, m, &old, &now, err));
	if (is(m, "AcroForm") && (old.kind == PDF_NULL || old.kind == PDF_DICT) && now.kind == PDF_DICT)
		return form_changed(x, &old, &now, err);
	add_key(x, one_of(m, visible) ? CHANGE_VISIBLE : CHANGE_HIDDEN, STR("catalog"), m->key,
	        "文書全体の定義が変えられました", "the document's catalog was changed");
	return ok();
}

/* ---- objects ---- */

static bool was_signature(const struct pdf_value *v)
{
	return pdf_get(v, "ByteRange") || pdf_is_name(pdf_get(v, "Type"), "Sig") ||
	       pdf_is_name(pdf_get(v, "Type"), "DocTimeStamp");
}

/* A look or value that was changed where it stands. */
static struct result owned(struct compare *x, uint32_t num, uint8_t label,
                           const struct pdf_object *old, struct err *err)
{
	uint32_t by = x->g->owner[num];
	struct pdf_value ref = { .kind = PDF_REF, .num = by }, field;
	TRY(pdf_resolve(x->old, &ref, &field, err));
	struct str name = field.kind == PDF_DICT ? pades_field_name(x->c->a, x->old, &field) : STR("");
	if (was_signature(&old->value))
		add_field(x, CHANGE_HIDDEN, NEVER, name, "署名そのものが書き換えられました", "a signature's dictionary was rewritten");
	else if (label & LABEL_TWO)
		add(x, CHANGE_VISIBLE, NEVER, where_of(x, num), "複数の入力欄が共有する見た目が変えられました",
		    "an appearance that several fields share was changed");
	else if (label & LABEL_VALUE)
		add_field(x, CHANGE_FORM, 2, name, "入力欄に記入されました", "a field was filled in");
	else if (by < x->n && ((x->state[by] & CHANGED) || value_changed(x, &field)))
		return ok(); /* told with its field */
	else
		add_field(x, CHANGE_VISIBLE, NEVER, name, "値はそのままで、入力欄の見た目だけが変えられました",
		          "a field looks different although its value is the same");
	return ok();
}

static struct result info_changed(struct compare *x, const struct pdf_value *old,
                                  const struct pdf_value *now)
{
	static const char *const shown[] = { "Title", "Author", "Subject", "Keywords" };
	for (size_t i = 0; i < 4; i++) {
		const struct pdf_value *a = pdf_get(old, shown[i]), *b = pdf_get(now, shown[i]);
		if (a != b && (!a || !b || !pades_same(a, b)))
			add_key(x, CHANGE_HIDDEN, STR("document properties"), str_c(shown[i]),
			        "文書の題名などが変えられました", "the document's title or author was changed");
	}
	return ok();
}

static bool is_info(struct pdf *p, uint32_t num)
{
	const struct pdf_value *info = pdf_get(&p->trailer, "Info");
	return info && info->kind == PDF_REF && info->num == num;
}

static struct result meta_changed(struct compare *x, uint32_t num, const struct pdf_value *old,
                                  const struct pdf_value *now)
{
	if (is_info(x->old, num))
		return info_changed(x, old, now);
	if (pdf_get(now, "VRI") || pdf_get(now, "Certs"))
		add(x, CHANGE_VALIDATION_DATA, 0, STR("DSS"), "検証用の情報が追加されました", "validation data was added");
	return ok();
}

static struct result unexplained(struct compare *x, uint32_t num, const struct pdf_object *old,
                                 const struct pdf_object *now)
{
	bool page = page_of(x, num) || old->stream || now->stream ||
	            pdf_is_name(pdf_get(&old->value, "Type"), "Pages") ||
	            pdf_is_name(pdf_get(&old->value, "Type"), "Font");
	if (old->value.kind == PDF_NULL)
		add(x, CHANGE_HIDDEN, NEVER, where_of(x, num), "署名時には無かったものが、署名された部分から参照されています",
		    "what the signed part refers to was missing when it was signed, and is there now");
	else if (now->value.kind == PDF_NULL)
		add(x, page ? CHANGE_VISIBLE : CHANGE_HIDDEN, NEVER, where_of(x, num), "署名された内容の一部が取り除かれました",
		    "a part of what was signed was removed");
	else
		add(x, page ? CHANGE_VISIBLE : CHANGE_HIDDEN, NEVER, where_of(x, num), "署名された内容が書き換えられました",
		    "a part of what was signed was rewritten");
	return ok();
}

static struct result object_changed(struct compare *x, uint32_t num, const struct pdf_object *old,
                                    const struct pdf_object *now, struct err *err)
{
	uint8_t label = pades_label(x->g, num);
	const struct pdf_value *o = &old->value, *n = &now->value;
	bool dicts = o->kind == PDF_DICT && n->kind == PDF_DICT && !old->stream && !now->stream;
	int64_t page = num;
	if (dicts && num == x->root)
		return members(x, o, n, catalog_member, NULL, err);
	if (dicts && (label & LABEL_GENERAL) && pdf_is_name(pdf_get(o, "Type"), "Page"))
		return members(x, o, n, page_member, &page, err);
	if (label & LABEL_GENERAL)
		return unexplained(x, num, old, now);
	if (label == LABEL_META)
		return meta_changed(x, num, o, n);
	if (label == LABEL_FORM && dicts)
		return form_changed(x, o, n, err);
	if (label == LABEL_FIELD && dicts)
		return field_changed(x, o, n, err);
	if (label == LABEL_FIELD && o->kind == PDF_ARRAY && n->kind == PDF_ARRAY)
		return list_changed(x, o, n, err);
	if (label == LABEL_FIELD && n->kind == PDF_NULL)
		return gone_item(x, &(struct pdf_value){ .kind = PDF_REF, .num = num, .gen = x->old->entries[num].gen }, err);
	if (label == LABEL_RES && dicts)
		return resources(x, o, n, pdf_get(o, "Font") ? 0 : 1, err);
	if (!(label & ~(LABEL_LOOK | LABEL_VALUE | LABEL_TWO)))
		return owned(x, num, label, old, err);
	return unexplained(x, num, old, now);
}

static const struct pdf_entry *entry(const struct pdf *p, uint64_t num)
{
	static const struct pdf_entry none;
	return num < p->size ? &p->entries[num] : &none;
}

/* An object in an object stream stays when the stream stays. */
static bool entry_same(const struct compare *x, uint64_t num)
{
	const struct pdf_entry *o = entry(x->old, num), *n = entry(x->now, num);
	if (o->type != n->type || (o->type && (o->at != n->at || o->gen != n->gen)))
		return false;
	if (o->type != 2)
		return true;
	const struct pdf_entry *po = entry(x->old, o->at), *pn = entry(x->now, o->at);
	return po->type == pn->type && po->at == pn->at && po->gen == pn->gen;
}

static void scratch_reset(struct compare *x)
{
	if (x->old->scratch)
		arena_reset(x->old->scratch);
	if (x->now->scratch)
		arena_reset(x->now->scratch);
}

static struct result load_both(struct compare *x, uint32_t num, struct pdf_object *old,
                               struct pdf_object *now, struct err *err)
{
	TRY(pdf_load(x->old, num, old, err));
	return pdf_load(x->now, num, now, err);
}

static bool object_same(const struct pdf_object *o, const struct pdf_object *n)
{
	return o->stream == n->stream && pades_same(&o->value, &n->value) &&
	       (!o->stream || str_eq(o->data, n->data));
}

/* First every change is marked, so that a rule can ask about other objects. */
static struct result mark(struct compare *x, uint32_t *list, size_t *n, struct err *err)
{
	for (uint32_t i = 0; i < x->n; i++) {
		struct pdf_object o, v;
		if (entry_same(x, i))
			continue;
		if (!pades_label(x->g, i) && entry(x->old, i)->type == 0) {
			x->state[i] |= CHANGED; /* new: what leads to it is judged */
			continue;
		}
		TRY(load_both(x, i, &o, &v, err));
		bool same = object_same(&o, &v);
		scratch_reset(x);
		if (same)
			continue;
		x->state[i] |= CHANGED;
		list[(*n)++] = i;
	}
	return ok();
}

/* The trailer's Root is a reference and nobody's member. */
static struct result trailer_changed(struct compare *x, struct err *err)
{
	const struct pdf_value *o = pdf_get(&x->old->trailer, "Root"), *n = pdf_get(&x->now->trailer, "Root");
	const struct pdf_value *i = pdf_get(&x->old->trailer, "Info"), *k = pdf_get(&x->now->trailer, "Info");
	struct pdf_value a, b;
	x->root = o && o->kind == PDF_REF ? o->num : -1;
	if (!o || !n || !pades_same(o, n))
		add(x, CHANGE_VISIBLE, NEVER, STR("catalog"), "文書全体が別のものに差し替えられました", "the whole document was replaced by another (Root)");
	if (i && (!k || !pades_same(i, k))) {
		TRY(pdf_resolve(x->old, i, &a, err));
		TRY(pdf_resolve(x->now, k, &b, err));
		TRY(info_changed(x, &a, &b));
	}
	return ok();
}

static struct result needs_looks(struct compare *x, struct err *err)
{
	struct pdf_value ref, cat, form, v;
	TRY(pdf_catalog(x->old, &ref, &cat, err));
	TRY(pdf_member(x->old, &cat, "AcroForm", &form, err));
	TRY(pdf_member(x->old, &form, "NeedAppearances", &v, err));
	x->needs_looks = v.kind == PDF_BOOL && v.boolean;
	return ok();
}

static struct result compare(struct compare *x, struct err *err)
{
	uint32_t *list = ARENA_ARRAY(x->a, uint32_t, x->n + 1);
	size_t n = 0;
	TRY(trailer_changed(x, err));
	TRY(needs_looks(x, err));
	TRY(mark(x, list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct pdf_object o, v;
		uint8_t label = pades_label(x->g, list[i]);
		if (!label)
			continue; /* new, and what leads to it is judged; or never used */
		TRY(load_both(x, list[i], &o, &v, err));
		TRY(object_changed(x, list[i], &o, &v, err));
		scratch_reset(x);
		if (x->c->n == PADES_CHANGES_MAX)
			break;
	}
	for (size_t i = 0; i < n; i++)
		if (pades_label(x->g, list[i]))
			TRY(pades_graph_again(x->g, x->now, list[i], err));
	return ok();
}

struct result pades_compare(struct pades_changes *c, struct pades_graph *g, struct pdf *old,
                            struct pdf *now, struct err *err)
{
	ARENA_AUTO a = arena_new(64 << 20);
	struct compare x = { .c = c, .g = g, .old = old, .now = now, .a = a };
	x.n = old->size > now->size ? old->size : now->size;
	x.state = arena_alloc(a, x.n + 1);
	return compare(&x, err);
}
