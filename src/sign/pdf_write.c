/* Incremental updates: the file stays byte for byte, changed objects and a new
 * cross-reference section follow (ISO 32000-1 §7.5.6). The section has the form
 * of the one before it, because §7.5.8.4 does not let them mix. */
#include "sign/pdf.h"

#include "base/utf8.h"
#include "crypto/digest.h"

void pdf_put_hex(struct buf *b, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		buf_add_char(b, digits[p[i] >> 4]);
		buf_add_char(b, digits[p[i] & 15]);
	}
}

static void put_name(struct buf *b, struct str s)
{
	buf_add_char(b, '/');
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if (c <= ' ' || c > '~' || strchr("()<>[]{}/%#", c))
			buf_printf(b, "#%02X", c);
		else
			buf_add_char(b, (char)c);
	}
}

static void put_string(struct buf *b, struct str s)
{
	buf_add_char(b, '<');
	pdf_put_hex(b, (const uint8_t *)s.p, s.n);
	buf_add_char(b, '>');
}

void pdf_put_members(struct buf *b, const struct pdf_value *dict, const char *const *but)
{
	for (size_t i = 0; i < dict->n; i++) {
		bool skip = false;
		for (const char *const *k = but; k && *k && !skip; k++)
			skip = str_eq(dict->keys[i], str_c(*k));
		if (skip)
			continue;
		put_name(b, dict->keys[i]);
		buf_add_char(b, ' ');
		pdf_put_value(b, &dict->items[i]);
		buf_add_char(b, '\n');
	}
}

/* Recursion is bounded: only trees that the reader made come here. */
void pdf_put_value(struct buf *b, const struct pdf_value *v)
{
	switch (v->kind) {
	case PDF_NULL: buf_add_c(b, "null"); break;
	case PDF_BOOL: buf_add_c(b, v->boolean ? "true" : "false"); break;
	case PDF_INT: buf_add_i64(b, v->num); break;
	case PDF_REAL: buf_add(b, v->text); break;
	case PDF_STRING: put_string(b, v->text); break;
	case PDF_NAME: put_name(b, v->text); break;
	case PDF_REF: buf_printf(b, "%lld %u R", (long long)v->num, v->gen); break;
	case PDF_ARRAY:
		buf_add_char(b, '[');
		for (size_t i = 0; i < v->n; i++) {
			buf_add_char(b, ' ');
			pdf_put_value(b, &v->items[i]);
		}
		buf_add_c(b, " ]");
		break;
	case PDF_DICT:
		buf_add_c(b, "<< ");
		pdf_put_members(b, v, NULL);
		buf_add_c(b, ">>");
		break;
	}
}

void pdf_put_text(struct buf *b, struct str s)
{
	uint32_t cp;
	buf_add_c(b, "<FEFF");
	while (utf8_next(&s, &cp)) {
		if (cp < 0x10000)
			buf_printf(b, "%04X", cp);
		else
			buf_printf(b, "%04X%04X", 0xD800 + ((cp - 0x10000) >> 10), 0xDC00 + ((cp - 0x10000) & 0x3FF));
	}
	buf_add_char(b, '>');
}

void pdf_update_begin(struct pdf_update *u, struct pdf *doc, struct buf *out)
{
	*u = (struct pdf_update){ .doc = doc, .out = out, .base = out->n, .next = (uint32_t)doc->size };
	buf_add(out, doc->bytes);
	if (!str_ends(doc->bytes, STR("\n")))
		buf_add_char(out, '\n');
}

uint32_t pdf_update_new(struct pdf_update *u)
{
	return u->next++;
}

/* What stood in an object stream has none. */
uint32_t pdf_generation(const struct pdf *p, int64_t num)
{
	bool there = num >= 0 && (uint64_t)num < p->size && p->entries[num].type == 1;
	return there ? p->entries[num].gen : 0;
}

struct result pdf_update_open(struct pdf_update *u, uint32_t num, struct err *err)
{
	if (u->n == PDF_UPDATE_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.update", NULL, "more than %d changed objects",
		            PDF_UPDATE_MAX);
	uint32_t gen = pdf_generation(u->doc, num);
	u->objects[u->n].num = num;
	u->objects[u->n].gen = gen;
	u->objects[u->n++].at = u->out->n - u->base;
	buf_printf(u->out, "%u %u obj\n", num, gen);
	return ok();
}

void pdf_update_close(struct pdf_update *u)
{
	buf_add_c(u->out, "\nendobj\n");
}

static void sort(struct pdf_update *u)
{
	for (size_t i = 1; i < u->n; i++)
		for (size_t k = i; k && u->objects[k].num < u->objects[k - 1].num; k--) {
			__typeof__(u->objects[0]) t = u->objects[k];
			u->objects[k] = u->objects[k - 1];
			u->objects[k - 1] = t;
		}
}

/* §14.4: the first half names the document, the second this state of it. */
static void put_id(struct pdf_update *u)
{
	uint8_t now[SHA256_SIZE];
	const struct pdf_value *id = pdf_get(&u->doc->trailer, "ID");
	sha256(str_from(buf_str(u->out), u->base), now);
	buf_add_c(u->out, "/ID [ ");
	if (id && id->kind == PDF_ARRAY && id->n == 2 && id->items[0].kind == PDF_STRING)
		put_string(u->out, id->items[0].text);
	else
		put_string(u->out, str_of((const char *)now, 16));
	buf_add_char(u->out, ' ');
	put_string(u->out, str_of((const char *)now, 16));
	buf_add_c(u->out, " ]\n");
}

static void put_trailer(struct pdf_update *u)
{
	static const char *const keys[] = { "Root", "Info" };
	buf_printf(u->out, "/Size %u\n", u->next);
	for (size_t i = 0; i < 2; i++) {
		const struct pdf_value *v = pdf_get(&u->doc->trailer, keys[i]);
		if (!v)
			continue;
		buf_printf(u->out, "/%s ", keys[i]);
		pdf_put_value(u->out, v);
		buf_add_char(u->out, '\n');
	}
	buf_printf(u->out, "/Prev %zu\n", u->doc->startxref);
	put_id(u);
}

static void put_table(struct pdf_update *u)
{
	buf_add_c(u->out, "xref\n");
	for (size_t i = 0, to; i < u->n; i = to) {
		for (to = i + 1; to < u->n && u->objects[to].num == u->objects[to - 1].num + 1; to++)
			;
		buf_printf(u->out, "%u %zu\n", u->objects[i].num, to - i);
		for (size_t k = i; k < to; k++)
			buf_printf(u->out, "%010zu %05u n \n", u->objects[k].at, u->objects[k].gen);
	}
	buf_add_c(u->out, "trailer\n<< ");
	put_trailer(u);
	buf_add_c(u->out, ">>\n");
}

static struct result put_stream(struct pdf_update *u, struct err *err)
{
	TRY(pdf_update_open(u, pdf_update_new(u), err));
	sort(u); /* its number is the highest: it stays last */
	buf_add_c(u->out, "<< /Type /XRef /W [ 1 4 2 ] /Index [");
	for (size_t i = 0; i < u->n; i++)
		buf_printf(u->out, " %u 1", u->objects[i].num);
	buf_printf(u->out, " ]\n/Length %zu\n", u->n * 7);
	put_trailer(u);
	buf_add_c(u->out, ">>\nstream\n");
	for (size_t i = 0; i < u->n; i++) {
		size_t at = u->objects[i].at;
		uint32_t gen = u->objects[i].gen;
		char row[7] = { 1, (char)(at >> 24), (char)(at >> 16), (char)(at >> 8), (char)at,
			        (char)(gen >> 8), (char)gen };
		buf_add(u->out, str_of(row, sizeof row));
	}
	buf_add_c(u->out, "\nendstream");
	pdf_update_close(u);
	return ok();
}

struct result pdf_update_finish(struct pdf_update *u, struct err *err)
{
	size_t at = u->out->n - u->base;
	sort(u);
	if (u->doc->xref_stream)
		TRY(put_stream(u, err));
	else
		put_table(u);
	buf_printf(u->out, "startxref\n%zu\n%%%%EOF\n", at);
	if (buf_over(u->out))
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "the file exceeds its %zu bytes",
		            u->out->max);
	return ok();
}
