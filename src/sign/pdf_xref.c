/* The cross-reference of a PDF file (ISO 32000-1 §7.5.4, §7.5.5, §7.5.8).
 *
 * The newest section wins; each is read once; /Prev must go to a place not seen
 * before. A linearised file (Annex F) is one of two sections; its hints are not
 * looked at. */
#include "sign/pdf_priv.h"

#define bad pdf_bad
#define lexer pdf_lexer_at
enum { TAIL_MAX = 32 }; /* bytes of white space behind %%EOF */

struct result pdf_bad(struct err *err, const char *clause, const char *what, uint64_t at)
{
	return fail(err, ERR_INPUT, "pdf.structure", clause, "%s (%llu)", what,
	            (unsigned long long)at);
}

struct pdf_lexer pdf_lexer_at(struct pdf *p, struct str src, size_t at)
{
	return (struct pdf_lexer){ .a = p->scratch ? p->scratch : p->a, .src = src, .at = at,
		                   .tokens = &p->tokens, .tokens_max = p->tokens_max };
}

bool pdf_get_uint(const struct pdf_value *dict, const char *key, uint64_t max, uint64_t *ret)
{
	const struct pdf_value *v = pdf_get(dict, key);
	if (!v || v->kind != PDF_INT || v->num < 0 || (uint64_t)v->num > max)
		return false;
	*ret = (uint64_t)v->num;
	return true;
}

uint64_t pdf_field(struct str s, size_t from, size_t width)
{
	uint64_t v = 0;
	for (size_t i = 0; i < width; i++)
		v = v << 8 | (uint8_t)s.p[from + i];
	return v;
}

static struct result grow(struct pdf *p, uint64_t size, struct err *err)
{
	if (size > PDF_OBJECTS_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.objects", NULL, "%llu objects, at most %d",
		            (unsigned long long)size, PDF_OBJECTS_MAX);
	if (size <= p->size)
		return ok();
	if (size > p->room) {
		/* doubled, so that a thousand sections that each add one number cost no more */
		uint64_t room = size < p->room * 2 ? p->room * 2 : size;
		struct pdf_entry *e = ARENA_ARRAY(p->a, struct pdf_entry, room);
		if (p->size)
			memcpy(e, p->entries, p->size * sizeof *e);
		p->entries = e;
		p->room = room;
	}
	p->size = (size_t)size;
	return ok();
}

enum { SEEN = 0x80 };

/* Sections are read newest first: what is there stays. Only the stream of a hybrid
 * section names what its own table calls free (§7.5.8.4); both in use is two files
 * in one, and which one is seen would hang on the reader: refused. */
static struct result set(struct pdf *p, uint64_t num, struct pdf_entry now, struct err *err)
{
	struct pdf_entry *e = &p->entries[num];
	if (num >= p->size)
		return ok();
	bool same_section = (e->type & SEEN) && p->in_hybrid && e->section == p->nsections;
	if (same_section && (e->type & 3) && now.type)
		return pdf_bad(err, "ISO 32000-1 §7.5.8.4", "an object twice in a hybrid section", num);
	if (!(e->type & SEEN) || (same_section && now.type)) {
		*e = now;
		e->type |= SEEN;
		e->section = (uint16_t)p->nsections;
	}
	return ok();
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
		struct pdf_entry now = { .type = e.p[17] == 'n', .gen = (uint32_t)gen, .at = at };
		TRY(set(p, first + i, now, err));
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
	return pdf_lex_value(l, ret_trailer, err);
}

static struct result widths(const struct pdf_value *dict, size_t w[3], struct err *err)
{
	const struct pdf_value *v = pdf_get(dict, "W");
	if (!v || v->kind != PDF_ARRAY || v->n != 3)
		return bad(err, "ISO 32000-1 §7.5.8.2", "malformed W", 0);
	for (size_t i = 0; i < 3; i++) {
		if (v->items[i].kind != PDF_INT || v->items[i].num < 0 || v->items[i].num > 8)
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
		uint64_t type = w[0] ? pdf_field(data, *at, w[0]) : 1;
		uint64_t b = pdf_field(data, *at + w[0], w[1]), c = pdf_field(data, *at + w[0] + w[1], w[2]);
		if (type > 2 || c > UINT32_MAX)
			return bad(err, "ISO 32000-1 §7.5.8.3", "malformed cross-reference entry", i);
		struct pdf_entry now = { .type = (uint8_t)type, .gen = (uint32_t)c, .at = b };
		TRY(set(p, first + i, now, err));
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
	TRY(pdf_object_at(p, at, -1, -1, true, &o, err));
	if (!o.stream || !pdf_is_name(pdf_get(&o.value, "Type"), "XRef") ||
	    !pdf_get_uint(&o.value, "Size", PDF_OBJECTS_MAX, &size))
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
	struct pdf_value hidden;
	uint64_t more;
	*ret_stream = !pdf_lex_word(&l, "xref");
	if (*ret_stream)
		return read_stream(p, at, ret_trailer, err);
	TRY(read_table(p, &l, ret_trailer, err));
	if (!pdf_get(ret_trailer, "XRefStm"))
		return ok();
	if (!pdf_get_uint(ret_trailer, "XRefStm", p->bytes.n, &more))
		return bad(err, "ISO 32000-1 §7.5.8.4", "malformed XRefStm", l.at);
	p->in_hybrid = true;
	struct result r = read_stream(p, (size_t)more, &hidden, err);
	p->in_hybrid = false;
	return r;
}

static struct result check_trailer(const struct pdf_value *trailer, uint64_t at, struct err *err)
{
	if (trailer->kind != PDF_DICT)
		return bad(err, "ISO 32000-1 §7.5.5", "no trailer", at);
	if (pdf_get(trailer, "Encrypt"))
		return fail(err, ERR_INPUT, "pdf.encrypted", "ISO 32000-1 §7.6",
		            "the file is encrypted: what was signed cannot be read without its password");
	return ok();
}

static struct result read_sections(struct pdf *p, struct err *err)
{
	uint64_t at = p->startxref;
	uint64_t *seen = ARENA_ARRAY(p->a, uint64_t, PDF_SECTIONS_MAX);
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
		TRY(check_trailer(&trailer, at, err));
		if (n == 0) {
			p->trailer = trailer;
			p->xref_stream = stream;
		}
		p->nsections = n + 1;
		if (!pdf_get(&trailer, "Prev"))
			return ok();
		if (!pdf_get_uint(&trailer, "Prev", p->bytes.n, &at))
			return bad(err, "ISO 32000-1 §7.5.5", "malformed Prev", n);
	}
}

/* The file must end with startxref, a number, %%EOF and nothing but white space. */
static struct result find_startxref(struct pdf *p, struct err *err)
{
	struct str tail = p->bytes;
	uint64_t at;
	while (tail.n && strchr("\n\r \t", tail.p[tail.n - 1]) && tail.p[tail.n - 1])
		tail.n--;
	if (p->bytes.n - tail.n > TAIL_MAX || !str_ends(tail, STR("%%EOF")))
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
	struct pdf p = { .a = a, .bytes = bytes, .tokens_max = PDF_TOKENS_MAX };
	uint64_t size;
	if (bytes.n > PDF_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "%zu bytes, at most %d", bytes.n,
		            PDF_BYTES_MAX);
	if (!str_starts(bytes, STR("%PDF-")))
		return fail(err, ERR_INPUT, "pdf.magic", "ISO 32000-1 §7.5.2", "no PDF file");
	TRY(find_startxref(&p, err));
	TRY(read_sections(&p, err));
	if (!pdf_get_uint(&p.trailer, "Size", PDF_OBJECTS_MAX, &size) || size < p.size)
		return bad(err, "ISO 32000-1 §7.5.5", "Size does not hold the objects", p.size);
	TRY(grow(&p, size, err));
	for (size_t i = 0; i < p.size; i++)
		p.entries[i].type &= (uint8_t)~SEEN;
	*ret = p;
	return ok();
}

