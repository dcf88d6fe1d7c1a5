/* What one revision of a PDF changed in the one before it.
 *
 * Every object whose place in the file changed is read in both and compared as a
 * value. By who leads to it (pades_graph.c) and by its own shape a rule is chosen;
 * what no rule explains is a change of what was signed. New objects that nothing
 * led to before are judged by the change that leads to them. This finds shadow
 * attacks (Mainka, Mladenov, Rohlmann 2021: hide, replace, hide-and-replace):
 * whatever the trick, an object that was reachable, or was referred to and missing,
 * or a way to one, must change. */
#include "sign/pades_compare.h"

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

void compare_add(struct compare *x, enum ades_change_kind kind, int need, struct str where,
                 const char *ja, const char *en)
{
	pades_change_add(x->c, kind, need, where, str_c(ja), str_c(en));
}

/* The same for a field, which locks may hold. */
void compare_add_field(struct compare *x, enum ades_change_kind kind, int need, struct str field,
                       const char *ja, const char *en)
{
	size_t before = x->c->n;
	compare_add(x, kind, need, field.n ? arena_printf(x->c->a, "field %.*s", STR_ARG(field)) : STR("field"), ja, en);
	if (x->c->n > before)
		x->c->list[before].field = field;
}

void compare_add_key(struct compare *x, enum ades_change_kind kind, struct str where, struct str key,
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

struct str compare_where_of(struct compare *x, int64_t num)
{
	uint32_t page = page_of(x, num);
	return page ? arena_printf(x->c->a, "page %u", page)
	            : arena_printf(x->c->a, "object %lld", (long long)num);
}

/* ---- members ---- */

/* Calls fn for every key whose value differs. */
struct result compare_members(struct compare *x, const struct pdf_value *old,
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

bool compare_is(const struct member *m, const char *key)
{
	return str_eq(m->key, str_c(key));
}

bool compare_one_of(const struct member *m, const char *const *keys)
{
	for (; *keys; keys++)
		if (compare_is(m, *keys))
			return true;
	return false;
}

struct result compare_both(struct compare *x, const struct member *m, struct pdf_value *ret_old,
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
			compare_add_key(x, CHANGE_VISIBLE, STR("form resources"), old->keys[i],
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
	if (compare_one_of(m, fine))
		return ok();
	TRY(compare_both(x, m, &old, &now, err));
	if (compare_is(m, "Fields") && (old.kind == PDF_NULL || old.kind == PDF_ARRAY) &&
	    (now.kind == PDF_NULL || now.kind == PDF_ARRAY))
		return compare_list_changed(x, &old, &now, err);
	if (compare_is(m, "DR") && (old.kind == PDF_NULL || old.kind == PDF_DICT) && now.kind == PDF_DICT)
		return resources(x, &old, &now, 0, err);
	if ((x->form_new && (compare_is(m, "DA") || compare_is(m, "Q"))) || same_inline(m, &old, &now))
		return ok();
	compare_add_key(x, compare_one_of(m, seen) ? CHANGE_VISIBLE : CHANGE_HIDDEN, STR("form"), m->key, "フォームの定義が変えられました", "the form's definition was changed");
	return ok();
}

static struct result form_changed(struct compare *x, const struct pdf_value *old,
                                  const struct pdf_value *now, struct err *err)
{
	struct pdf_value fields;
	TRY(pdf_member(x->old, old, "Fields", &fields, err));
	x->form_new = fields.n == 0;
	return compare_members(x, old, now, form_member, NULL, err);
}

static struct result page_member(struct compare *x, const struct member *m, void *ctx,
                                 struct err *err)
{
	static const char *const fine[] = { "Tabs", "LastModified", "PieceInfo", NULL };
	struct pdf_value old, now;
	if (compare_one_of(m, fine))
		return ok();
	TRY(compare_both(x, m, &old, &now, err));
	if (compare_is(m, "Annots") && (old.kind == PDF_NULL || old.kind == PDF_ARRAY) &&
	    (now.kind == PDF_NULL || now.kind == PDF_ARRAY))
		return compare_list_changed(x, &old, &now, err);
	if (same_inline(m, &old, &now))
		return ok();
	compare_add_key(x, compare_is(m, "AA") ? CHANGE_HIDDEN : CHANGE_VISIBLE, compare_where_of(x, *(const int64_t *)ctx), m->key,
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
	if (compare_is(m, "Metadata") || compare_is(m, "Extensions") || (compare_is(m, "Version") && version_grows(m->old, m->now)))
		return ok();
	if (compare_is(m, "DSS") && m->now) {
		compare_add(x, CHANGE_VALIDATION_DATA, 0, STR("DSS"), "検証用の情報が追加されました", "validation data was added");
		return ok();
	}
	TRY(compare_both(x, m, &old, &now, err));
	if (compare_is(m, "AcroForm") && (old.kind == PDF_NULL || old.kind == PDF_DICT) && now.kind == PDF_DICT)
		return form_changed(x, &old, &now, err);
	compare_add_key(x, compare_one_of(m, visible) ? CHANGE_VISIBLE : CHANGE_HIDDEN, STR("catalog"), m->key,
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
		compare_add_field(x, CHANGE_HIDDEN, NEVER, name, "署名そのものが書き換えられました", "a signature's dictionary was rewritten");
	else if (label & LABEL_TWO)
		compare_add(x, CHANGE_VISIBLE, NEVER, compare_where_of(x, num), "複数の入力欄が共有する見た目が変えられました",
		    "an appearance that several fields share was changed");
	else if (label & LABEL_VALUE)
		compare_add_field(x, CHANGE_FORM, 2, name, "入力欄に記入されました", "a field was filled in");
	else if (by < x->n && ((x->state[by] & CHANGED) || compare_value_changed(x, &field)))
		return ok(); /* told with its field */
	else
		compare_add_field(x, CHANGE_VISIBLE, NEVER, name, "値はそのままで、入力欄の見た目だけが変えられました",
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
			compare_add_key(x, CHANGE_HIDDEN, STR("document properties"), str_c(shown[i]),
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
		compare_add(x, CHANGE_VALIDATION_DATA, 0, STR("DSS"), "検証用の情報が追加されました", "validation data was added");
	return ok();
}

static struct result unexplained(struct compare *x, uint32_t num, const struct pdf_object *old,
                                 const struct pdf_object *now)
{
	bool page = page_of(x, num) || old->stream || now->stream ||
	            pdf_is_name(pdf_get(&old->value, "Type"), "Pages") ||
	            pdf_is_name(pdf_get(&old->value, "Type"), "Font");
	if (old->value.kind == PDF_NULL)
		compare_add(x, CHANGE_HIDDEN, NEVER, compare_where_of(x, num), "署名時には無かったものが、署名された部分から参照されています",
		    "what the signed part refers to was missing when it was signed, and is there now");
	else if (now->value.kind == PDF_NULL)
		compare_add(x, page ? CHANGE_VISIBLE : CHANGE_HIDDEN, NEVER, compare_where_of(x, num), "署名された内容の一部が取り除かれました",
		    "a part of what was signed was removed");
	else
		compare_add(x, page ? CHANGE_VISIBLE : CHANGE_HIDDEN, NEVER, compare_where_of(x, num), "署名された内容が書き換えられました",
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
		return compare_members(x, o, n, catalog_member, NULL, err);
	if (dicts && (label & LABEL_GENERAL) && pdf_is_name(pdf_get(o, "Type"), "Page"))
		return compare_members(x, o, n, page_member, &page, err);
	if (label & LABEL_GENERAL)
		return unexplained(x, num, old, now);
	if (label == LABEL_META)
		return meta_changed(x, num, o, n);
	if (label == LABEL_FORM && dicts)
		return form_changed(x, o, n, err);
	if (label == LABEL_FIELD && dicts)
		return compare_field_changed(x, o, n, err);
	if (label == LABEL_FIELD && o->kind == PDF_ARRAY && n->kind == PDF_ARRAY)
		return compare_list_changed(x, o, n, err);
	if (label == LABEL_FIELD && n->kind == PDF_NULL)
		return compare_gone_item(x, &(struct pdf_value){ .kind = PDF_REF, .num = num, .gen = x->old->entries[num].gen }, err);
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
		compare_add(x, CHANGE_VISIBLE, NEVER, STR("catalog"), "文書全体が別のものに差し替えられました", "the whole document was replaced by another (Root)");
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
