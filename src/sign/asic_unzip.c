/* See asic_zip.h. Field names are those of APPNOTE §4.3. */
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "sign/asic_zip.h"
#include "base/map.h"

enum { LOCAL = 30, CENTRAL = 46, END = 22, PIECE = 64 * 1024, COMMENT_MAX = 65535,
       FLAG_ENCRYPTED = 1, FLAG_DESCRIPTOR = 8, FLAG_UTF8 = 0x800,
       FLAGS_KNOWN = 0x80e, DIRECTORY_MAX = 8 << 20 };

struct zip {
	const struct source *file;
	size_t n;
	struct zip_member *members;
	struct map names;
	struct str comment;
	uint64_t work;               /* bytes that may still be unpacked */
	/* the one member that is being unpacked */
	const struct zip_member *open;
	uint64_t in, out;
	uint32_t crc;
	z_stream flate;
	bool flate_ready;
	uint8_t piece[PIECE];
};

struct reading {
	struct zip *zip;
	const struct zip_member *member;
};

static struct result broken(struct err *err, const char *what, struct str name)
{
	return fail(err, ERR_INPUT, "sign.zip", "APPNOTE 4.3", "%s%s%.*s", what, name.n ? ": " : "",
	            (int)(name.n < 80 ? name.n : 80), name.p ? name.p : "");
}

static uint32_t le(struct str s, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint32_t)(uint8_t)s.p[at + i] << 8 * i;
	return v;
}

/* ---- names ---- */

static bool part_good(struct str part)
{
	return part.n && !str_eq(part, STR(".")) && !str_eq(part, STR(".."));
}

static bool name_good(struct str name)
{
	struct str rest = name, part;
	if (name.n == 0 || name.n > ZIP_NAME_MAX || !utf8_valid(name) || text_has_control(name) ||
	    str_find_char(name, '\\') != STR_NONE || name.p[0] == '/' || (name.n > 1 && name.p[1] == ':'))
		return false;
	if (str_ends(rest, STR("/")))
		rest.n--;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (!part_good(part))
			return false;
	}
	return true;
}

static struct str folded(struct arena *a, struct str name)
{
	struct str s = arena_str(a, name);
	char *p = (char *)(uintptr_t)s.p;
	if (str_ends(s, STR("/")))
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return s;
}

/* ---- content on its way ---- */

static void *take(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return mem_array(n, size);
}

static void give(void *ctx, void *p)
{
	(void)ctx;
	mem_free(p);
}

static bool rewind_to(struct zip *z, const struct zip_member *m)
{
	if (!z->flate_ready) {
		z->flate.zalloc = take;
		z->flate.zfree = give;
		z->flate_ready = inflateInit2(&z->flate, -MAX_WBITS) == Z_OK;
	}
	z->open = m;
	z->in = z->out = 0;
	z->crc = 0;
	z->flate.avail_in = 0;
	return z->flate_ready && inflateReset(&z->flate) == Z_OK;
}

static bool fetch_file(struct zip *z, uint64_t at, uint8_t *to, size_t n)
{
	ARENA_AUTO a = arena_new(2 * PIECE);
	struct str s;
	if (is_err(source_read(a, z->file, (struct range){ at, n }, n, &s, NULL)))
		return false;
	memcpy(to, s.p, n);
	return true;
}

static bool fill(struct zip *z)
{
	uint64_t left = z->open->packed - z->in;
	size_t n = left < PIECE ? (size_t)left : PIECE;
	if (n == 0 || !fetch_file(z, z->open->data + z->in, z->piece, n))
		return false;
	z->in += n;
	z->flate.next_in = z->piece;
	z->flate.avail_in = (unsigned)n;
	return true;
}

/* The stream must end with the last byte of its input and of its output. */
static bool at_end(struct zip *z)
{
	uint8_t none;
	if (z->out < z->open->size)
		return true;
	z->flate.next_out = &none;
	z->flate.avail_out = 1;
	int r = z->flate.avail_in || fill(z) ? inflate(&z->flate, Z_FINISH) : Z_STREAM_END;
	return r == Z_STREAM_END && z->flate.avail_out == 1 && z->flate.avail_in == 0 &&
	       z->in == z->open->packed && z->flate.total_in == z->open->packed && z->crc == z->open->crc;
}

static bool inflate_some(struct zip *z, uint8_t *to, size_t n)
{
	bool ended = false;
	z->flate.next_out = to;
	z->flate.avail_out = (unsigned)n;
	while (z->flate.avail_out > 0 && !ended) {
		if (z->flate.avail_in == 0 && !fill(z))
			return false;
		int r = inflate(&z->flate, Z_NO_FLUSH);
		ended = r == Z_STREAM_END;
		if (r != Z_OK && !ended)
			return false;
	}
	z->crc = (uint32_t)crc32(z->crc, to, (unsigned)n);
	z->out += n;
	return z->flate.avail_out == 0 &&
	       (ended ? z->out == z->open->size && z->flate.avail_in == 0 &&
	                        z->in == z->open->packed && z->crc == z->open->crc
	              : at_end(z));
}

static bool skip_to(struct zip *z, uint64_t at)
{
	uint8_t waste[4096];
	while (z->out < at) {
		uint64_t left = at - z->out;
		if (!inflate_some(z, waste, left < sizeof waste ? (size_t)left : sizeof waste))
			return false;
	}
	return true;
}

static bool read_stored(struct zip *z, const struct zip_member *m, uint64_t at, uint8_t *to, size_t n)
{
	for (size_t done = 0; done < n;) {
		size_t some = n - done < PIECE ? n - done : PIECE;
		if (!fetch_file(z, m->data + at + done, to + done, some))
			return false;
		done += some;
	}
	if (z->open != m || at == 0) {
		z->open = m;
		z->out = 0;
		z->crc = 0;
	}
	if (z->out == at) {
		z->crc = (uint32_t)crc32(z->crc, to, (unsigned)n);
		z->out += n;
	}
	return z->out < m->size || z->crc == m->crc;
}

static bool member_read(void *ctx, uint64_t at, uint8_t *to, size_t n)
{
	struct reading *r = ctx;
	struct zip *z = r->zip;
	if (n > (1u << 30) || at > r->member->size || n > r->member->size - at)
		return false;
	uint64_t before = z->open == r->member && z->out <= at ? at - z->out : at;
	uint64_t cost = n + (r->member->method ? before : 0);
	if (cost > z->work)
		return false;
	z->work -= cost;
	if (r->member->method == 0)
		return read_stored(z, r->member, at, to, n);
	if ((z->open != r->member || z->out > at) && !rewind_to(z, r->member))
		return false;
	if (!skip_to(z, at) || (n > 0 && !inflate_some(z, to, n))) {
		z->open = NULL;
		return false;
	}
	return true;
}

/* ---- the directory ---- */

/* Exactly one end record, whose comment ends with the file. */
static struct result find_end(struct arena *a, const struct source *file, uint64_t *ret_at,
                              struct str *ret, struct err *err)
{
	struct str tail;
	size_t found = 0, at = 0;
	uint64_t n = file->size < END + COMMENT_MAX ? file->size : END + COMMENT_MAX;
	TRY(source_read(a, file, (struct range){ file->size - n, n }, END + COMMENT_MAX, &tail, err));
	for (size_t i = 0; i + END <= tail.n; i++)
		if (str_starts(str_from(tail, i), STR("PK\x05\x06")) && le(tail, i + 20, 2) == tail.n - i - END) {
			found++;
			at = i;
		}
	if (found != 1)
		return broken(err, "no end of the directory, or more than one", STR(""));
	*ret_at = file->size - n + at;
	*ret = str_from(tail, at);
	return ok();
}

static const char *central_fault(struct str h, const struct zip_member *m)
{
	uint32_t unix_mode = le(h, 38, 4) >> 16 & 0170000;
	bool by_unix = (le(h, 4, 2) >> 8) == 3;
	if (m->flags & FLAG_ENCRYPTED)
		return "encrypted";
	if (m->flags & ~(unsigned)FLAGS_KNOWN)
		return "flags that are not read";
	if (m->method != 0 && m->method != 8)
		return "neither stored nor deflated";
	if (le(h, 34, 2) != 0)
		return "several disks";
	if (m->size == UINT32_MAX || m->packed == UINT32_MAX || m->at == UINT32_MAX)
		return "zip64";
	if (!name_good(m->name))
		return "a name that could mislead";
	if (by_unix && unix_mode && unix_mode != 0100000 && unix_mode != 0040000)
		return "a link or device";
	if ((m->folder && m->size) || (m->method == 0 && m->size != m->packed))
		return "sizes that cannot be";
	return NULL;
}

static struct result read_central(struct arena *a, struct zip *z, struct str *rest,
                                  struct zip_member *m, struct err *err)
{
	struct str h = *rest;
	if (h.n < CENTRAL || !str_starts(h, STR("PK\x01\x02")))
		return broken(err, "a directory entry is damaged", STR(""));
	size_t name = le(h, 28, 2), extra = le(h, 30, 2), comment = le(h, 32, 2);
	if (h.n < CENTRAL + name + extra + comment)
		return broken(err, "the directory is cut", STR(""));
	*m = (struct zip_member){ .name = arena_str(a, str_sub(h, CENTRAL, name)), .flags = le(h, 8, 2),
		.method = le(h, 10, 2), .crc = le(h, 16, 4), .packed = le(h, 20, 4), .size = le(h, 24, 4),
		.at = le(h, 42, 4) };
	m->folder = str_ends(m->name, STR("/"));
	const char *wrong = central_fault(h, m);
	if (wrong)
		return broken(err, wrong, name_good(m->name) ? m->name : STR(""));
	if (!map_put(&z->names, folded(a, m->name), m))
		return broken(err, "two members of one name", m->name);
	*rest = str_from(h, CENTRAL + name + extra + comment);
	return ok();
}

/* A data descriptor, with or without its signature (§4.3.9); its length, or 0. */
static size_t descriptor(struct arena *a, const struct zip *z, const struct zip_member *m)
{
	struct str s;
	uint64_t at = m->data + m->packed;
	size_t n = z->file->size - at < 16 ? (size_t)(z->file->size - at) : 16;
	if (is_err(source_read(a, z->file, (struct range){ at, n }, 16, &s, NULL)) || n < 12)
		return 0;
	size_t skip = n == 16 && str_starts(s, STR("PK\x07\x08")) ? 4 : 0;
	if (le(s, skip, 4) != m->crc || le(s, skip + 4, 4) != m->packed || le(s, skip + 8, 4) != m->size)
		return 0;
	return skip + 12;
}

/* The local header must say what the directory says (§4.3.7). */
static struct result read_local(struct zip *z, struct zip_member *m, struct err *err)
{
	struct str h, name;
	ARENA_AUTO a = arena_new(65536);
	if (is_err(source_read(a, z->file, (struct range){ m->at, LOCAL }, LOCAL, &h, NULL)) ||
	    !str_starts(h, STR("PK\x03\x04")))
		return broken(err, "no member where the directory says", m->name);
	bool later = m->flags & FLAG_DESCRIPTOR;
	size_t n = le(h, 26, 2);
	bool zeros = later && !le(h, 14, 4) && !le(h, 18, 4) && !le(h, 22, 4);
	if (le(h, 6, 2) != m->flags || le(h, 8, 2) != m->method || n != m->name.n ||
	    (!zeros && (le(h, 14, 4) != m->crc || le(h, 18, 4) != m->packed || le(h, 22, 4) != m->size)) ||
	    is_err(source_read(a, z->file, (struct range){ m->at + LOCAL, n }, ZIP_NAME_MAX, &name, NULL)) ||
	    !str_eq(name, m->name))
		return broken(err, "a member differs from its directory entry", m->name);
	m->extra = le(h, 28, 2) != 0;
	m->data = m->at + LOCAL + n + le(h, 28, 2);
	m->end = m->data + m->packed;
	if (m->end > z->file->size)
		return broken(err, "a member reaches beyond the file", m->name);
	size_t behind = later ? descriptor(a, z, m) : 0;
	if (later && !behind)
		return broken(err, "a data descriptor differs from its directory entry", m->name);
	m->end += behind;
	return ok();
}

static int by_place(const void *x, const void *y)
{
	const struct zip_member *const *a = x, *const *b = y;
	return (*a)->at < (*b)->at ? -1 : (*a)->at > (*b)->at;
}

static struct result check_row(struct arena *a, struct zip *z, uint64_t directory,
                               struct err *err)
{
	const struct zip_member **row = arena_array(a, z->n + 1, sizeof *row);
	uint64_t at = 0, total = 0;
	for (size_t i = 0; i < z->n; i++)
		row[i] = &z->members[i];
	qsort(row, z->n, sizeof *row, by_place);
	for (size_t i = 0; i < z->n; i++) {
		if (row[i]->at != at)
			return broken(err, "members overlap, or bytes stand between them", row[i]->name);
		at = row[i]->end;
		total += row[i]->size;
	}
	if (at != directory)
		return broken(err, "bytes before the directory belong to no member", STR(""));
	if (total > ZIP_SLACK + z->file->size * ZIP_RATIO_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.zip", NULL, "%llu bytes would become %llu",
		            (unsigned long long)z->file->size, (unsigned long long)total);
	z->work = ZIP_WORK + total * ZIP_PASSES;
	return ok();
}

static void make_source(struct arena *a, struct zip *z, struct zip_member *m)
{
	struct reading *r = ARENA_NEW(a, struct reading);
	struct source_reader *reader = ARENA_NEW(a, struct source_reader);
	*r = (struct reading){ z, m };
	*reader = (struct source_reader){ member_read, r };
	m->source = (struct source){ .name = m->name, .fd = -1, .size = m->size, .reader = reader };
}

static struct result read_all(struct arena *a, struct zip *z, struct err *err)
{
	struct str end, rest;
	uint64_t end_at;
	TRY(find_end(a, z->file, &end_at, &end, err));
	uint64_t size = le(end, 12, 4), at = le(end, 16, 4);
	z->n = le(end, 10, 2);
	z->comment = str_from(end, END);
	if (le(end, 4, 4) != 0 || le(end, 8, 2) != z->n || at + size != end_at)
		return broken(err, "several disks, zip64, or a directory elsewhere", STR(""));
	if (z->n > ZIP_MEMBERS_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.zip", NULL, "%zu members", z->n);
	TRY(source_read(a, z->file, (struct range){ at, size }, DIRECTORY_MAX, &rest, err));
	z->members = ARENA_ARRAY(a, struct zip_member, z->n + 1);
	for (size_t i = 0; i < z->n; i++)
		TRY(read_central(a, z, &rest, &z->members[i], err));
	if (rest.n)
		return broken(err, "the directory is longer than its entries", STR(""));
	for (size_t i = 0; i < z->n; i++)
		TRY(read_local(z, &z->members[i], err));
	for (size_t i = 0; i < z->n; i++)
		make_source(a, z, &z->members[i]);
	return check_row(a, z, at, err);
}

struct result zip_open(struct arena *a, const struct source *file, struct zip **ret,
                       struct err *err)
{
	if (file->size < END)
		return broken(err, "too short", STR(""));
	struct zip *z = mem_new(sizeof *z);
	z->file = file;
	map_init(&z->names, a);
	struct result r = read_all(a, z, err);
	if (is_err(r))
		zip_close(z);
	else
		*ret = z;
	return r;
}

void zip_close(struct zip *z)
{
	if (!z)
		return;
	if (z->flate_ready)
		inflateEnd(&z->flate);
	mem_free(z);
}

size_t zip_count(const struct zip *z)
{
	return z->n;
}

const struct zip_member *zip_at(const struct zip *z, size_t i)
{
	return &z->members[i];
}

const struct zip_member *zip_find(const struct zip *z, struct str name)
{
	for (size_t i = 0; i < z->n; i++)
		if (str_eq(z->members[i].name, name))
			return &z->members[i];
	return NULL;
}

struct str zip_comment(const struct zip *z)
{
	return z->comment;
}

struct result zip_content(struct arena *a, const struct zip_member *m, size_t most,
                          struct str *ret, struct err *err)
{
	if (m->size > arena_left(a) / 4)
		return fail(err, ERR_TOO_LARGE, "sign.zip", NULL, "%.*s is too large", STR_ARG(m->name));
	return source_read(a, &m->source, (struct range){ 0, m->size }, most, ret, err);
}
