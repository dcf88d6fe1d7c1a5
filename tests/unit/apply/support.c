#include "support.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdlib.h>

const char given_answers[] =
	"{'words':{'short':'りんご'},'numbers':{'count':3,'day':'2026-11-01','yes':false},"
	"'picks':{'one':'a','some':['x']},"
	"'kids':[{'id':'m3','raise':true,'as':'child'},{'id':'m4','raise':false}]}";

/* ---- packs ---- */

static struct loaded {
	const char *dir;
	struct pack_set *set;
} sets[4];

static void forget(void)
{
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		pack_unref(sets[i].set);
}

static struct pack_set *set_of(const char *dir)
{
	struct err err = { 0 };
	const struct pack_issue *issues;
	size_t n = 0, i = 0;
	const char *source = getenv("MUSUBI_SOURCE");
	while (sets[i].set && strcmp(sets[i].dir, dir) != 0)
		i++;
	if (sets[i].set)
		return sets[i].set;
	ARENA_AUTO a = arena_new(0);
	struct str path = arena_printf(a, "%s/%s", source ? source : ".", dir);
	if (is_err(pack_load(path, a, &sets[i].set, &issues, &n, &err)))
		fail_msg("%s: %.*s", err.what, n ? (int)issues[0].message.n : 0,
		         n ? issues[0].message.p : "");
	sets[i].dir = dir;
	if (i == 0)
		atexit(forget);
	return sets[i].set;
}

const struct procedure *given_procedure(const char *dir, const char *id)
{
	const struct procedure *p = pack_procedure(set_of(dir), str_c(id), STR(""));
	if (!p)
		fail_msg("no procedure %s in %s", id, dir);
	return p;
}

/* ---- small things ---- */

void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code ? err->code : "(no code)", err->what);
}

const struct json *json_of(struct arena *a, const char *text)
{
	const struct json *j;
	struct err err = { 0 };
	char *p = arena_alloc(a, strlen(text) + 1);
	for (size_t i = 0; text[i]; i++)
		p[i] = text[i] == '\'' ? '"' : text[i];
	good(json_parse(a, str_of(p, strlen(text)), &j, &err), &err);
	return j;
}

void assert_str_at(struct str is, struct str want, const char *file, int line)
{
	if (str_eq(is, want))
		return;
	print_error("is   %.*s\nwant %.*s\n", STR_ARG(is), STR_ARG(want));
	_fail(file, line);
}

/* ---- forms ---- */

const struct json *given_facts(struct arena *a)
{
	return json_of(a,
		"{'申請者':{'name':'加賀 花子','kana':'カガ ハナコ','birth':'1996-05-01',"
		"'phone':'0761-72-1111','status':'resident'},"
		"'世帯':{'head':'加賀 太郎','members':["
		"{'id':'m1','name':'加賀 花子','kana':'カガ ハナコ','birth':'1996-05-01','sex':'女','relation':'本人'},"
		"{'id':'m2','name':'加賀 太郎','kana':'カガ タロウ','birth':'1995-01-31','sex':'男','relation':'夫'},"
		"{'id':'m3','name':'加賀 一','kana':'カガ ハジメ','birth':'2019-03-31','sex':'男','relation':'子'},"
		"{'id':'m4','name':'加賀 二葉','kana':'カガ フタバ','birth':'2024-02-29','sex':'女','relation':'子'}]}}");
}

struct form *open_at(struct arena *a, const struct procedure *p, const struct json *facts,
                     const struct json *answers, int64_t now)
{
	struct form *f;
	struct err err = { 0 };
	struct form_input in = { .procedure = p, .facts = facts, .answers = answers, .now_us = now };
	good(form_open(a, &in, &f, &err), &err);
	return f;
}

struct form *open_form(struct arena *a, const struct procedure *p, const struct json *facts,
                       const struct json *answers)
{
	return open_at(a, p, facts, answers, NOON);
}

struct form *open_all(struct arena *a, const char *answers)
{
	return open_form(a, ALL_FIELDS, given_facts(a), json_of(a, answers));
}

const struct pack_page *page_of(const struct form *f, const char *id)
{
	const struct procedure *p = form_procedure(f);
	for (size_t i = 0; i < p->npages; i++)
		if (str_eq(p->pages[i].id, str_c(id)))
			return &p->pages[i];
	fail_msg("no page %s", id);
	return NULL;
}

const struct pack_field *field_of(const struct form *f, const char *page, const char *field)
{
	const struct pack_page *p = page_of(f, page);
	for (size_t i = 0; i < p->nfields; i++)
		if (str_eq(p->fields[i].id, str_c(field)))
			return &p->fields[i];
	fail_msg("no field %s on page %s", field, page);
	return NULL;
}

static void add_word(struct buf *b, struct str word)
{
	if (b->n)
		buf_add_char(b, ' ');
	buf_add(b, word);
}

struct str pages_text(struct arena *a, struct form *f)
{
	const struct pack_page *const *pages;
	size_t n;
	struct err err = { 0 };
	BUF_AUTO b;
	buf_init(&b, 1 << 16);
	good(form_pages(f, &pages, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		add_word(&b, pages[i]->id);
	return arena_str(a, buf_str(&b));
}

struct str errors_text(struct arena *a, const struct form_error *e, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < n; i++) {
		bool own = e[i].key.n == 0;
		assert_true(own == (e[i].text != NULL));
		add_word(&b, STR(""));
		if (e[i].page && e[i].page->group.n)
			buf_printf(&b, "%.*s.", STR_ARG(e[i].page->group));
		if (e[i].item >= 0 && e[i].page->group.n)
			buf_printf(&b, "%d.", e[i].item);
		buf_add(&b, e[i].field ? e[i].field->id : STR("(page)"));
		buf_add_char(&b, '=');
		struct str key = own ? e[i].text->t[LANG_JA] : e[i].key;
		buf_add(&b, str_starts(key, STR("form.error.")) ? str_from(key, 11) : key);
	}
	return arena_str(a, str_trim(buf_str(&b)));
}

struct str all_errors(struct arena *a, struct form *f)
{
	const struct form_error *e;
	size_t n;
	struct err err = { 0 };
	good(form_errors(f, NULL, FORM_NO_ITEM, &e, &n, &err), &err);
	return errors_text(a, e, n);
}

struct form_taken take_page(struct arena *a, struct form *f, const char *page, int item,
                            const struct form_raw *raw, size_t n)
{
	struct form_taken t;
	struct err err = { 0 };
	(void)a;
	good(form_take(f, page_of(f, page), item, raw, n, &t, &err), &err);
	return t;
}

/* ---- files ---- */

struct str make_jpeg(struct arena *a, unsigned width, unsigned height)
{
	static const char head[] = "\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
	                           "\xFF\xC0\x00\x0B\x08";
	static const char tail[] = "\x01\x01\x11\0\xFF\xDA\x00\x08\x01\x01\0\0\x3F\0"
	                           "\xD2\xCF\x20\xFF\xD9";
	char size[4] = { (char)(height >> 8), (char)height, (char)(width >> 8), (char)width };
	struct str s = arena_join(a, str_of(head, sizeof head - 1), str_of(size, 4));
	return arena_join(a, s, str_of(tail, sizeof tail - 1));
}

static void put32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(b, (char)(v >> shift));
}

/* CRC-32 bit by bit: another way than the code under test. */
static uint32_t crc(struct str s)
{
	uint32_t c = 0xFFFFFFFF;
	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ 0xEDB88320 : c >> 1;
	}
	return ~c;
}

static void chunk(struct buf *b, const char *type, struct str data)
{
	put32(b, (uint32_t)data.n);
	size_t from = b->n;
	buf_add_c(b, type);
	buf_add(b, data);
	put32(b, crc(str_from(buf_str(b), from)));
}

struct str make_png(struct arena *a, uint32_t width, uint32_t height)
{
	BUF_AUTO b, head;
	buf_init(&b, 1 << 16);
	buf_init(&head, 64);
	put32(&head, width);
	put32(&head, height);
	buf_add(&head, str_of("\x08\x02\0\0\0", 5));
	buf_add_c(&b, "\x89PNG\r\n\x1a\n");
	chunk(&b, "IHDR", buf_str(&head));
	chunk(&b, "IDAT", STR("\x78\x9c\x63\x60\x60\x60"));
	chunk(&b, "IEND", STR(""));
	return arena_str(a, buf_str(&b));
}

static void box(struct buf *b, const char *type, struct str data)
{
	put32(b, (uint32_t)data.n + 8);
	buf_add_c(b, type);
	buf_add(b, data);
}

struct str make_heic(struct arena *a, uint32_t width, uint32_t height)
{
	BUF_AUTO b, ispe, meta;
	buf_init(&b, 1 << 16);
	buf_init(&ispe, 64);
	buf_init(&meta, 256);
	put32(&ispe, 0);
	put32(&ispe, width);
	put32(&ispe, height);
	put32(&meta, 0);
	box(&meta, "ispe", buf_str(&ispe));
	box(&b, "ftyp", str_of("heic\0\0\0\0mif1heic", 16));
	box(&b, "meta", buf_str(&meta));
	box(&b, "mdat", STR("picture"));
	return arena_str(a, buf_str(&b));
}

struct str make_pdf(struct arena *a)
{
	return arena_printf(a, "%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
		"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\n"
		"0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
		"trailer<</Size 3/Root 1 0 R>>\nstartxref\n95\n%%%%EOF\n");
}
