/* The objects of a PDF file (ISO 32000-1 §7.3, §7.5.7). What an object's offset says
 * must be there, under its own number. pdf_xref.c reads the offsets. */
#include "sign/pdf_priv.h"

#include "base/utf8.h"

struct pdf_pack {
	int64_t num;
	struct pdf_pack *next;
	struct str data;
	size_t n;
	struct { uint64_t num, at; } *index;
};

#define bad pdf_bad
#define lexer pdf_lexer_at

const struct pdf_value *pdf_get(const struct pdf_value *dict, const char *key)
{
	struct str k = str_c(key);
	if (!dict || dict->kind != PDF_DICT)
		return NULL;
	for (size_t i = 0; i < dict->n; i++)
		if (str_eq(dict->keys[i], k))
			return &dict->items[i];
	return NULL;
}

/* ---- streams ---- */

static struct result load_packed(struct pdf *p, const struct pdf_entry *e, int64_t num,
                                 struct pdf_object *ret, struct err *err);

/* A length elsewhere must be a plain integer. One that stands in an object stream
 * leads into that stream, whose own length may not: so this never recurses deeper. */
static struct result length_of(struct pdf *p, const struct pdf_value *v, uint64_t *ret,
                               struct err *err)
{
	uint64_t n, g;
	const struct pdf_entry *e = &p->entries[v->num];
	struct pdf_lexer l = lexer(p, p->bytes, (size_t)e->at);
	struct pdf_object o;
	if (e->type == 2 && e->at < p->size && !p->in_length) {
		p->in_length = true;
		struct result r = load_packed(p, e, v->num, &o, err);
		p->in_length = false;
		TRY(r);
		if (o.value.kind == PDF_INT && o.value.num >= 0) {
			*ret = (uint64_t)o.value.num;
			return ok();
		}
	} else if (e->type == 1 && e->at < p->bytes.n && pdf_lex_uint(&l, &n) && pdf_lex_uint(&l, &g) &&
	           pdf_lex_word(&l, "obj") && n == (uint64_t)v->num && g == v->gen &&
	           pdf_lex_uint(&l, ret) && pdf_lex_word(&l, "endobj"))
		return ok();
	return bad(err, "ISO 32000-1 §7.3.8.2", "the stream's length is no integer", e->at);
}

static struct result stream_length(struct pdf *p, const struct pdf_value *v, bool in_xref,
                                   uint64_t *ret, struct err *err)
{
	if (v && v->kind == PDF_INT && v->num >= 0) {
		*ret = (uint64_t)v->num;
		return ok();
	}
	if (!v || v->kind != PDF_REF || in_xref || (uint64_t)v->num >= p->size)
		return bad(err, "ISO 32000-1 §7.3.8.2", "stream without a length", 0);
	return length_of(p, v, ret, err);
}

static struct result stream_data(struct pdf *p, struct pdf_lexer *l, struct pdf_object *o,
                                 bool in_xref, struct err *err)
{
	uint64_t length = 0;
	if (l->at < l->src.n && l->src.p[l->at] == '\r')
		l->at++;
	if (l->at >= l->src.n || l->src.p[l->at++] != '\n')
		return bad(err, "ISO 32000-1 §7.3.8.1", "no line end after stream", l->at);
	TRY(stream_length(p, pdf_get(&o->value, "Length"), in_xref, &length, err));
	if (length > l->src.n - l->at)
		return bad(err, "ISO 32000-1 §7.3.8.2", "stream longer than the file", l->at);
	o->stream = true;
	o->data = str_sub(l->src, l->at, (size_t)length);
	l->at += (size_t)length;
	if (!pdf_lex_word(l, "endstream"))
		return bad(err, "ISO 32000-1 §7.3.8.1", "endstream expected", l->at);
	return ok();
}

/* "num gen obj value" at an offset; num or gen -1: any. */
struct result pdf_object_at(struct pdf *p, size_t at, int64_t num, int64_t gen, bool in_xref,
                            struct pdf_object *ret, struct err *err)
{
	struct pdf_lexer l = lexer(p, p->bytes, at);
	struct pdf_object o = { 0 };
	uint64_t n, g;
	if (at >= p->bytes.n || !pdf_lex_uint(&l, &n) || !pdf_lex_uint(&l, &g) || !pdf_lex_word(&l, "obj"))
		return bad(err, "ISO 32000-1 §7.3.10", "no object at this byte", at);
	if ((num >= 0 && n != (uint64_t)num) || (gen >= 0 && g != (uint64_t)gen))
		return bad(err, "ISO 32000-1 §7.5.4", "another object than expected at this byte", at);
	TRY(pdf_lex_value(&l, &o.value, err));
	if (o.value.kind == PDF_DICT && pdf_lex_word(&l, "stream"))
		TRY(stream_data(p, &l, &o, in_xref, err));
	if (!pdf_lex_word(&l, "endobj"))
		return bad(err, "ISO 32000-1 §7.3.10", "endobj expected at this byte", l.at);
	*ret = o;
	return ok();
}

/* ---- objects ---- */

static struct result open_pack(struct pdf *p, int64_t num, struct pdf_pack **ret, struct err *err)
{
	for (struct pdf_pack *k = p->packs; k; k = k->next)
		if (k->num == num) {
			*ret = k;
			return ok();
		}
	struct pdf_object o;
	uint64_t n, first;
	const struct pdf_entry *e = (uint64_t)num < p->size ? &p->entries[num] : NULL;
	if (!e || e->type != 1)
		return bad(err, "ISO 32000-1 §7.5.7", "object stream expected", (uint64_t)num);
	TRY(pdf_object_at(p, (size_t)e->at, num, (int64_t)e->gen, false, &o, err));
	if (!o.stream || !pdf_is_name(pdf_get(&o.value, "Type"), "ObjStm") ||
	    !pdf_get_uint(&o.value, "N", PDF_OBJECTS_MAX, &n) ||
	    !pdf_get_uint(&o.value, "First", PDF_INFLATED_MAX, &first))
		return bad(err, "ISO 32000-1 §7.5.7", "object stream expected", (uint64_t)num);
	struct pdf_pack *k = ARENA_NEW(p->a, struct pdf_pack);
	TRY(pdf_filter(p, &o.value, o.data, &k->data, err));
	if (first > k->data.n || n > first / 2)
		return bad(err, "ISO 32000-1 §7.5.7", "object stream too short", (uint64_t)num);
	struct pdf_lexer l = lexer(p, str_sub(k->data, 0, (size_t)first), 0);
	k->index = arena_array(p->a, (size_t)n + 1, sizeof *k->index);
	for (k->n = 0; k->n < n; k->n++) {
		if (!pdf_lex_uint(&l, &k->index[k->n].num) || !pdf_lex_uint(&l, &k->index[k->n].at))
			return bad(err, "ISO 32000-1 §7.5.7", "malformed object stream", (uint64_t)num);
		k->index[k->n].at += first;
	}
	k->num = num;
	k->next = p->packs;
	p->packs = k;
	*ret = k;
	return ok();
}

static struct result load_packed(struct pdf *p, const struct pdf_entry *e, int64_t num,
                                 struct pdf_object *ret, struct err *err)
{
	struct pdf_pack *k = NULL;
	TRY(open_pack(p, (int64_t)e->at, &k, err));
	if (e->gen >= k->n || k->index[e->gen].num != (uint64_t)num || k->index[e->gen].at > k->data.n)
		return bad(err, "ISO 32000-1 §7.5.7", "object not in its object stream", (uint64_t)num);
	struct pdf_lexer l = lexer(p, k->data, (size_t)k->index[e->gen].at);
	struct pdf_object o = { .packed = true };
	TRY(pdf_lex_value(&l, &o.value, err));
	*ret = o;
	return ok();
}

struct result pdf_load(struct pdf *p, int64_t num, struct pdf_object *ret, struct err *err)
{
	if (num < 0 || (uint64_t)num >= p->size || p->entries[num].type == 0) {
		*ret = (struct pdf_object){ .value = { .kind = PDF_NULL } };
		return ok();
	}
	const struct pdf_entry *e = &p->entries[num];
	if (e->type == 2 && e->at < p->size)
		return load_packed(p, e, num, ret, err);
	if (e->type == 2 || e->at >= p->bytes.n)
		return bad(err, "ISO 32000-1 §7.5.4", "object beyond the end of the file", (uint64_t)num);
	return pdf_object_at(p, (size_t)e->at, num, (int64_t)e->gen, false, ret, err);
}

struct result pdf_resolve(struct pdf *p, const struct pdf_value *v, struct pdf_value *ret,
                          struct err *err)
{
	struct pdf_value now = v ? *v : (struct pdf_value){ .kind = PDF_NULL };
	for (int i = 0; now.kind == PDF_REF; i++) {
		struct pdf_object o;
		if (i == 8)
			return bad(err, "ISO 32000-1 §7.3.10", "references lead in a circle", (uint64_t)now.num);
		if (p->tokens++ > p->tokens_max)
			return fail(err, ERR_TOO_LARGE, "pdf.tokens", NULL, "too many references");
		TRY(pdf_load(p, now.num, &o, err));
		/* §7.3.10: a reference to another generation is one to nothing. */
		bool there = now.num >= 0 && (uint64_t)now.num < p->size && p->entries[now.num].type;
		uint32_t gen = there && p->entries[now.num].type == 1 ? p->entries[now.num].gen : 0;
		now = there && gen == now.gen ? o.value : (struct pdf_value){ .kind = PDF_NULL };
	}
	*ret = now;
	return ok();
}

struct result pdf_member(struct pdf *p, const struct pdf_value *dict, const char *key,
                         struct pdf_value *ret, struct err *err)
{
	return pdf_resolve(p, pdf_get(dict, key), ret, err);
}

struct result pdf_catalog(struct pdf *p, struct pdf_value *ret_ref, struct pdf_value *ret,
                          struct err *err)
{
	const struct pdf_value *root = pdf_get(&p->trailer, "Root");
	struct pdf_value v;
	if (!root || root->kind != PDF_REF)
		return bad(err, "ISO 32000-1 §7.5.5", "no Root", p->startxref);
	TRY(pdf_resolve(p, root, &v, err));
	if (v.kind != PDF_DICT || !pdf_is_name(pdf_get(&v, "Type"), "Catalog"))
		return bad(err, "ISO 32000-1 §7.7.2", "Root is no catalog", (uint64_t)root->num);
	*ret_ref = *root;
	*ret = v;
	return ok();
}

/* Depth first; *left pages to skip. *ret_ref stays a null until found. */
static struct result walk_pages(struct pdf *p, const struct pdf_value *ref, int depth,
                                uint32_t *left, size_t *steps, struct pdf_value *ret_ref,
                                struct err *err)
{
	struct pdf_value node, kids;
	if (depth > PDF_DEPTH_MAX || ++*steps > 2 * PDF_PAGES_MAX)
		return bad(err, "ISO 32000-1 §7.7.3", "page tree too deep or too large", *steps);
	TRY(pdf_resolve(p, ref, &node, err));
	if (pdf_is_name(pdf_get(&node, "Type"), "Page")) {
		if ((*left)-- == 0)
			*ret_ref = *ref;
		return ok();
	}
	TRY(pdf_member(p, &node, "Kids", &kids, err));
	if (kids.kind != PDF_ARRAY)
		return bad(err, "ISO 32000-1 §7.7.3", "page tree without Kids", *steps);
	for (size_t i = 0; i < kids.n && ret_ref->kind == PDF_NULL; i++)
		if (kids.items[i].kind == PDF_REF)
			TRY(walk_pages(p, &kids.items[i], depth + 1, left, steps, ret_ref, err));
	return ok();
}

struct result pdf_page(struct pdf *p, uint32_t index, struct pdf_value *ret_ref, struct err *err)
{
	struct pdf_value ref, catalog, found = { .kind = PDF_NULL };
	const struct pdf_value *pages;
	uint32_t left = index;
	size_t steps = 0;
	TRY(pdf_catalog(p, &ref, &catalog, err));
	pages = pdf_get(&catalog, "Pages");
	if (!pages || pages->kind != PDF_REF || index > PDF_PAGES_MAX)
		return bad(err, "ISO 32000-1 §7.7.2", "catalog without Pages", 0);
	TRY(walk_pages(p, pages, 0, &left, &steps, &found, err));
	if (found.kind != PDF_REF)
		return bad(err, "ISO 32000-1 §7.7.3", "no such page", index);
	*ret_ref = found;
	return ok();
}

static struct str text_utf16(struct arena *a, struct str s)
{
	BUF_AUTO b;
	buf_init(&b, s.n * 2);
	for (size_t i = 2; i + 1 < s.n; i += 2) {
		uint32_t u = (uint32_t)pdf_field(s, i, 2);
		if (u >= 0xD800 && u < 0xDC00 && i + 3 < s.n) {
			uint32_t lo = (uint32_t)pdf_field(s, i + 2, 2);
			if (lo < 0xDC00 || lo > 0xDFFF)
				return STR("");
			u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
			i += 2;
		} else if (u >= 0xD800 && u < 0xE000)
			return STR("");
		utf8_add(&b, u);
	}
	return arena_str(a, buf_str(&b));
}

struct str pdf_text(struct arena *a, const struct pdf_value *v)
{
	if (!v || v->kind != PDF_STRING || v->text.n > 4096)
		return STR("");
	if (str_starts(v->text, STR("\xFE\xFF")))
		return text_utf16(a, v->text);
	for (size_t i = 0; i < v->text.n; i++)
		if (v->text.p[i] < ' ' || v->text.p[i] > '~')
			return STR("");
	return v->text;
}
