/* A zip of stored members (APPNOTE §4.3), as pieces of what it is made from. */
#include <zlib.h>

#include "base/calendar.h"
#include "sign/asic_zip.h"

enum { PIECE = 256 * 1024, UTF8 = 0x800, VERSION = 20, LIMIT_BITS = 32 };

struct entry {
	struct str name;
	unsigned method, flags;
	uint32_t crc;
	uint64_t at, packed, size;
};

struct zip_out {
	struct arena *a;
	uint32_t dos;              /* date and time */
	uint64_t size;
	size_t n, npieces;
	struct entry entries[ZIP_MEMBERS_MAX];
	struct cades_piece pieces[3 * ZIP_MEMBERS_MAX];
};

struct zip_out *zip_out_new(struct arena *a, int64_t at)
{
	struct zip_out *z = ARENA_NEW(a, struct zip_out);
	struct datetime t = jst_from_us(at);
	unsigned year = t.date.year > 1980 ? (unsigned)t.date.year - 1980 : 0;
	z->a = a;
	z->dos = (uint32_t)year << 25 | (uint32_t)t.date.month << 21 | (uint32_t)t.date.day << 16 |
	         (uint32_t)t.hour << 11 | (uint32_t)t.minute << 5 | (uint32_t)t.second / 2;
	return z;
}

static void put(struct buf *b, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_char(b, (char)(v >> 8 * i & 0xff));
}

static void piece(struct zip_out *z, struct cades_piece p, uint64_t n)
{
	if (n == 0)
		return;
	z->pieces[z->npieces++] = p;
	z->size += n;
}

/* What both headers have in common, from "version needed" to "file name length". */
static void common(const struct zip_out *z, const struct entry *e, struct buf *b)
{
	put(b, VERSION, 2);
	put(b, e->flags, 2);
	put(b, e->method, 2);
	put(b, z->dos, 4);
	put(b, e->crc, 4);
	put(b, e->packed, 4);
	put(b, e->size, 4);
	put(b, e->name.n, 2);
	put(b, 0, 2); /* extra */
}

static struct result add(struct zip_out *z, struct entry e, const struct source *from,
                         struct range range, struct err *err)
{
	BUF_AUTO b;
	if (z->n == ZIP_MEMBERS_MAX || (z->size + range.n) >> (LIMIT_BITS - 1) || e.size >> LIMIT_BITS ||
	    e.name.n > ZIP_NAME_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.zip", NULL, "more than a zip without zip64 holds");
	for (size_t i = 0; i < z->n; i++)
		if (str_eq_nocase(z->entries[i].name, e.name))
			return fail(err, ERR_INPUT, "sign.zip", NULL, "two members of one name");
	e.at = z->size;
	z->entries[z->n++] = e;
	buf_init(&b, 2048);
	buf_add(&b, STR("PK\x03\x04"));
	common(z, &e, &b);
	buf_add(&b, e.name);
	piece(z, (struct cades_piece){ .bytes = arena_str(z->a, buf_str(&b)) }, b.n);
	piece(z, (struct cades_piece){ .from = from, .range = range }, range.n);
	return ok();
}

struct result zip_out_add(struct zip_out *z, struct str name, const struct source *content,
                          struct err *err)
{
	ARENA_AUTO a = arena_new(2 * PIECE);
	uint32_t crc = 0;
	for (uint64_t at = 0; at < content->size; at += PIECE) {
		struct str s;
		uint64_t n = content->size - at < PIECE ? content->size - at : PIECE;
		TRY(source_read(a, content, (struct range){ at, n }, PIECE, &s, err));
		crc = (uint32_t)crc32(crc, (const uint8_t *)s.p, (unsigned)s.n);
		arena_reset(a);
	}
	return add(z, (struct entry){ .name = name, .flags = UTF8, .crc = crc, .packed = content->size,
	           .size = content->size }, content, (struct range){ 0, content->size }, err);
}

struct result zip_out_copy(struct zip_out *z, struct str name, const struct source *file,
                           const struct zip_member *m, struct err *err)
{
	return add(z, (struct entry){ .name = name, .method = m->method, .flags = UTF8, .crc = m->crc,
	           .packed = m->packed, .size = m->size }, file, (struct range){ m->data, m->packed }, err);
}

struct result zip_out_done(struct zip_out *z, struct cades_out *ret, struct err *err)
{
	BUF_AUTO b;
	buf_init(&b, (size_t)ZIP_MEMBERS_MAX * (64 + ZIP_NAME_MAX));
	for (size_t i = 0; i < z->n; i++) {
		const struct entry *e = &z->entries[i];
		buf_add(&b, STR("PK\x01\x02"));
		put(&b, VERSION, 2);
		common(z, e, &b);
		put(&b, 0, 8);
		put(&b, 0, 2); /* comment, disk, internal and external attributes */
		put(&b, e->at, 4);
		buf_add(&b, e->name);
	}
	uint64_t size = b.n, at = z->size;
	buf_add(&b, STR("PK\x05\x06"));
	put(&b, 0, 4);
	put(&b, z->n, 2);
	put(&b, z->n, 2);
	put(&b, size, 4);
	put(&b, at, 4);
	put(&b, 0, 2);
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "sign.zip", NULL, "a directory that is too large");
	piece(z, (struct cades_piece){ .bytes = arena_str(z->a, buf_str(&b)) }, b.n);
	*ret = (struct cades_out){ .n = z->npieces, .pieces = z->pieces, .size = z->size };
	return ok();
}
