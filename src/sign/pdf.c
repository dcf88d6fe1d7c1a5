/* The cross-reference of a PDF file and the objects it leads to.
 *
 * ISO 32000-1 §7.5. The newest section wins; each is read once; /Prev must go
 * to a place not seen before. What an object's offset says must be there,
 * under its own number. */
#include "sign/pdf.h"

#include "base/utf8.h"

struct pdf_pack {
	int64_t num;
	struct pdf_pack *next;
	struct str data;
	size_t n;
	struct { uint64_t num, at; } *index;
};

static struct result bad(struct err *err, const char *clause, const char *what, uint64_t at)
{
	return fail(err, ERR_INPUT, "pdf.structure", clause, "%s (%llu)", what,
	            (unsigned long long)at);
}

static struct pdf_lexer lexer(struct pdf *p, struct str src, size_t at)
{
	return (struct pdf_lexer){ .a = p->a, .src = src, .at = at, .tokens = &p->tokens };
}

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

static bool get_uint(const struct pdf_value *dict, const char *key, uint64_t max, uint64_t *ret)
{
	const struct pdf_value *v = pdf_get(dict, key);
	if (!v || v->kind != PDF_INT || v->num < 0 || (uint64_t)v->num > max)
		return false;
	*ret = (uint64_t)v->num;
	return true;
}

/* ---- streams ---- */

/* A length elsewhere must be a plain integer standing in the file itself: so
 * this never leads into another stream, and never recurses. */
static struct result stream_length(struct pdf *p, const struct pdf_value *v, bool in_xref,
                                   uint64_t *ret, struct err *err)
{
	uint64_t n, g, length;
	if (v && v->kind == PDF_INT && v->num >= 0) {
		*ret = (uint64_t)v->num;
		return ok();
	}
	if (!v || v->kind != PDF_REF || in_xref || (uint64_t)v->num >= p->size)
		return bad(err, "ISO 32000-1 §7.3.8.2", "stream without a length", 0);
	const struct pdf_entry *e = &p->entries[v->num];
	struct pdf_lexer l = lexer(p, p->bytes, (size_t)e->at);
	if (e->type != 1 || e->at >= p->bytes.n || !pdf_lex_uint(&l, &n) || !pdf_lex_uint(&l, &g) ||
	    !pdf_lex_word(&l, "obj") || n != (uint64_t)v->num || g != v->gen ||
	    !pdf_lex_uint(&l, &length) || !pdf_lex_word(&l, "endobj"))
		return bad(err, "ISO 32000-1 §7.3.8.2", "the stream's length is no integer", e->at);
	*ret = length;
	return ok();
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
static struct result object_at(struct pdf *p, size_t at, int64_t num, int64_t gen, bool in_xref,
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

/* ---- cross-reference ---- */

static struct result grow(struct pdf *p, uint64_t size, struct err *err)
{
	if (size > PDF_OBJECTS_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.objects", NULL, "%llu objects, at most %d",
		            (unsigned long long)size, PDF_OBJECTS_MAX);
	if (size <= p->size)
		return ok();
	struct pdf_entry *e = ARENA_ARRAY(p->a, struct pdf_entry, size);
	if (p->size)
		memcpy(e, p->entries, p->size * sizeof *e);
	p->entries = e;
	p->size = (size_t)size;
	return ok();
}

/* Sections are read newest first: what is there stays. seen: type + 0x80. */
static void set(struct pdf *p, uint64_t num, uint8_t type, uint64_t at, uint32_t gen)
{
	if (num < p->size && !(p->entries[num].type & 0x80))
		p->entries[num] = (struct pdf_entry){ .type = type | 0x80, .gen = gen, .at = at };
}

static bool fixed_digits(struct str s, uint64_t *ret)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return str_to_u64(s, ret);
}

/* §7.5.4: entries of exactly 20 bytes. */
static struct result table_rows(struct pdf *p, struct pdf_lexer *l, uint64_t first, uint64_t n,
                                struct err *err)
{
	for (uint64_t i = 0; i < n; i++, l->at += 20) {
		struct str e = str_sub(l->src, l->at, 20);
		uint64_t at, gen;
		if (e.n != 20 || !fixed_digits(str_sub(e, 0, 10), &at) || e.p[10] != ' ' ||
		    !fixed_digits(str_sub(e, 11, 5), &gen) || gen > 65535 || e.p[16] != ' ' ||
		    (e.p[17] != 'n' && e.p[17] != 'f'))
			return bad(err, "ISO 32000-1 §7.5.4", "malformed cross-reference entry", l->at);
		set(p, first + i, e.p[17] == 'n', at, (uint32_t)gen);
	}
	return ok();
}

static struct result read_table(struct pdf *p, struct pdf_lexer *l, struct pdf_value *ret_trailer,
                                struct err *err)
{
	while (!pdf_lex_word(l, "trailer")) {
		uint64_t first, n;
		if (!pdf_lex_uint(l, &first) || !pdf_lex_uint(l, &n))
			return bad(err, "ISO 32000-1 §7.5.4", "cross-reference section expected", l->at);
		if (first > PDF_OBJECTS_MAX || n > PDF_OBJECTS_MAX)
			return bad(err, "ISO 32000-1 §7.5.4", "too many objects", n);
		pdf_lex_space(l);
		TRY(grow(p, first + n, err));
		TRY(table_rows(p, l, first, n, err));
	}
	TRY(pdf_lex_value(l, ret_trailer, err));
	if (pdf_get(ret_trailer, "XRefStm"))
		return bad(err, "ISO 32000-1 §7.5.8.4", "hybrid files are not accepted", l->at);
	return ok();
}

static uint64_t field(struct str s, size_t from, size_t width)
{
	uint64_t v = 0;
	for (size_t i = 0; i < width; i++)
		v = v << 8 | (uint8_t)s.p[from + i];
	return v;
}

static struct result widths(const struct pdf_value *dict, size_t w[3], struct err *err)
{
	const struct pdf_value *v = pdf_get(dict, "W");
	if (!v || v->kind != PDF_ARRAY || v->n != 3)
		return bad(err, "ISO 32000-1 §7.5.8.2", "malformed W", 0);
	for (size_t i = 0; i < 3; i++) {
		if (v->items[i].kind != PDF_INT || v->items[i].num < 0 || v->items[i].num > 7)
			return bad(err, "ISO 32000-1 §7.5.8.2", "malformed W", i);
		w[i] = (size_t)v->items[i].num;
	}
	return w[1] ? ok() : bad(err, "ISO 32000-1 §7.5.8.2", "malformed W", 1);
}

static struct result stream_rows(struct pdf *p, struct str data, const size_t w[3], uint64_t first,
                                 uint64_t n, size_t *at, struct err *err)
{
	size_t row = w[0] + w[1] + w[2];
	if (first > PDF_OBJECTS_MAX || n > PDF_OBJECTS_MAX || n > (data.n - *at) / row)
		return bad(err, "ISO 32000-1 §7.5.8.3", "cross-reference stream too short", n);
	TRY(grow(p, first + n, err));
	for (uint64_t i = 0; i < n; i++, *at += row) {
		uint64_t type = w[0] ? field(data, *at, w[0]) : 1;
		uint64_t b = field(data, *at + w[0], w[1]), c = field(data, *at + w[0] + w[1], w[2]);
		if (type > 2 || c > UINT32_MAX)
			return bad(err, "ISO 32000-1 §7.5.8.3", "malformed cross-reference entry", i);
		set(p, first + i, (uint8_t)type, b, (uint32_t)c);
	}
	return ok();
}

static struct result read_stream(struct pdf *p, size_t at, struct pdf_value *ret_trailer,
                                 struct err *err)
{
	struct pdf_object o;
	struct str data;
	size_t w[3], done = 0;
	uint64_t size;
	TRY(object_at(p, at, -1, -1, true, &o, err));
	if (!o.stream || !pdf_is_name(pdf_get(&o.value, "Type"), "XRef") ||
	    !get_uint(&o.value, "Size", PDF_OBJECTS_MAX, &size))
		return bad(err, "ISO 32000-1 §7.5.8", "no cross-reference at this byte", at);
	TRY(widths(&o.value, w, err));
	TRY(pdf_filter(p, &o.value, o.data, &data, err));
	const struct pdf_value *index = pdf_get(&o.value, "Index");
	if (!index)
		TRY(stream_rows(p, data, w, 0, size, &done, err));
	else if (index->kind != PDF_ARRAY || index->n % 2)
		return bad(err, "ISO 32000-1 §7.5.8.2", "malformed Index", at);
	for (size_t i = 0; index && i < index->n; i += 2) {
		const struct pdf_value *v = &index->items[i];
		if (v[0].kind != PDF_INT || v[1].kind != PDF_INT || v[0].num < 0 || v[1].num < 0)
			return bad(err, "ISO 32000-1 §7.5.8.2", "malformed Index", at);
		TRY(stream_rows(p, data, w, (uint64_t)v[0].num, (uint64_t)v[1].num, &done, err));
	}
	*ret_trailer = o.value;
	return ok();
}

static struct result read_section(struct pdf *p, size_t at, bool *ret_stream,
                                  struct pdf_value *ret_trailer, struct err *err)
{
	struct pdf_lexer l = lexer(p, p->bytes, at);
	*ret_stream = !pdf_lex_word(&l, "xref");
	if (*ret_stream)
		return read_stream(p, at, ret_trailer, err);
	return read_table(p, &l, ret_trailer, err);
}

static struct result read_sections(struct pdf *p, struct err *err)
{
	uint64_t seen[PDF_SECTIONS_MAX], at = p->startxref;
	for (size_t n = 0;; n++) {
		struct pdf_value trailer;
		bool stream;
		if (n == PDF_SECTIONS_MAX)
			return fail(err, ERR_TOO_LARGE, "pdf.sections", NULL, "more than %d updates",
			            PDF_SECTIONS_MAX);
		for (size_t i = 0; i < n; i++)
			if (seen[i] == at)
				return bad(err, "ISO 32000-1 §7.5.6", "Prev leads in a circle", at);
		seen[n] = at;
		if (at >= p->bytes.n)
			return bad(err, "ISO 32000-1 §7.5.5", "cross-reference beyond the end", at);
		TRY(read_section(p, (size_t)at, &stream, &trailer, err));
		if (trailer.kind != PDF_DICT || pdf_get(&trailer, "Encrypt"))
			return bad(err, "ISO 32000-1 §7.6", "no trailer, or an encrypted file", at);
		if (n == 0) {
			p->trailer = trailer;
			p->xref_stream = stream;
		}
		p->nsections = n + 1;
		if (!pdf_get(&trailer, "Prev"))
			return ok();
		if (!get_uint(&trailer, "Prev", p->bytes.n, &at))
			return bad(err, "ISO 32000-1 §7.5.5", "malformed Prev", n);
	}
}

/* The file must end with startxref, a number, %%EOF and at most a line end. */
static struct result find_startxref(struct pdf *p, struct err *err)
{
	struct str tail = p->bytes;
	uint64_t at;
	while (tail.n && (tail.p[tail.n - 1] == '\n' || tail.p[tail.n - 1] == '\r'))
		tail.n--;
	if (p->bytes.n - tail.n > 2 || !str_ends(tail, STR("%%EOF")))
		return bad(err, "ISO 32000-1 §7.5.5", "the file does not end with %%EOF", p->bytes.n);
	tail.n -= 5;
	size_t from = tail.n > 64 ? tail.n - 64 : 0;
	size_t hit = str_find(str_from(tail, from), STR("startxref"));
	if (hit == STR_NONE)
		return bad(err, "ISO 32000-1 §7.5.5", "no startxref", p->bytes.n);
	struct pdf_lexer l = lexer(p, tail, from + hit + 9);
	if (!pdf_lex_uint(&l, &at))
		return bad(err, "ISO 32000-1 §7.5.5", "malformed startxref", l.at);
	pdf_lex_space(&l);
	if (l.at != tail.n || at >= p->bytes.n)
		return bad(err, "ISO 32000-1 §7.5.5", "malformed startxref", at);
	p->startxref = (size_t)at;
	return ok();
}

struct result pdf_open(struct arena *a, struct str bytes, struct pdf *ret, struct err *err)
{
	struct pdf p = { .a = a, .bytes = bytes };
	uint64_t size;
	if (bytes.n > PDF_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "%zu bytes, at most %d", bytes.n,
		            PDF_BYTES_MAX);
	if (!str_starts(bytes, STR("%PDF-")))
		return fail(err, ERR_INPUT, "pdf.magic", "ISO 32000-1 §7.5.2", "no PDF file");
	TRY(find_startxref(&p, err));
	TRY(read_sections(&p, err));
	if (!get_uint(&p.trailer, "Size", PDF_OBJECTS_MAX, &size) || size < p.size)
		return bad(err, "ISO 32000-1 §7.5.5", "Size does not hold the objects", p.size);
	TRY(grow(&p, size, err));
	for (size_t i = 0; i < p.size; i++)
		p.entries[i].type &= 0x7F;
	*ret = p;
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
	TRY(object_at(p, (size_t)e->at, num, (int64_t)e->gen, false, &o, err));
	if (!o.stream || !pdf_is_name(pdf_get(&o.value, "Type"), "ObjStm") ||
	    !get_uint(&o.value, "N", PDF_OBJECTS_MAX, &n) ||
	    !get_uint(&o.value, "First", PDF_INFLATED_MAX, &first))
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
	return object_at(p, (size_t)e->at, num, (int64_t)e->gen, false, ret, err);
}

struct result pdf_resolve(struct pdf *p, const struct pdf_value *v, struct pdf_value *ret,
                          struct err *err)
{
	struct pdf_value now = v ? *v : (struct pdf_value){ .kind = PDF_NULL };
	for (int i = 0; now.kind == PDF_REF; i++) {
		struct pdf_object o;
		if (i == 8)
			return bad(err, "ISO 32000-1 §7.3.10", "references lead in a circle", (uint64_t)now.num);
		if (p->tokens++ > PDF_TOKENS_MAX)
			return fail(err, ERR_TOO_LARGE, "pdf.tokens", NULL, "too many references");
		TRY(pdf_load(p, now.num, &o, err));
		now = o.value;
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
		uint32_t u = (uint32_t)field(s, i, 2);
		if (u >= 0xD800 && u < 0xDC00 && i + 3 < s.n) {
			uint32_t lo = (uint32_t)field(s, i + 2, 2);
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
