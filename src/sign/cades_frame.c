/* The frame of a SignedData: what stands around its content, found by headers
 * alone (RFC 5652 §5.1; X.690 §8.1 for BER: indefinite lengths, octet strings in
 * pieces). Reading goes forward only, depth and number of pieces are bounded. */
#include <string.h>

#include "base/encode.h"
#include "sign/cades_priv.h"

struct head {
	uint8_t tag;
	size_t size;        /* of the header */
	bool open;          /* indefinite length: ends with 00 00 */
	uint64_t n;
};

struct walk {
	const struct source *s;
	uint64_t at;
	bool bad;
	struct arena *arena;
	struct range *ranges;
	size_t nranges, cap;
	uint64_t size;
	uint8_t window[4096];
	uint64_t window_at;
	size_t window_n;
};

/* Up to n ≤ 16 bytes at `at`, through a window: a content of BER has a header
 * every few kilobytes. */
static size_t look(struct walk *w, uint64_t at, uint8_t *to, size_t n)
{
	if (at >= w->s->size)
		return 0;
	if (n > w->s->size - at)
		n = (size_t)(w->s->size - at);
	if (at < w->window_at || at + n > w->window_at + w->window_n) {
		struct str got;
		uint64_t left = w->s->size - at;
		struct range r = { at, left < sizeof w->window ? left : sizeof w->window };
		ARENA_AUTO a = arena_new(65536);
		if (is_err(source_read(a, w->s, r, sizeof w->window, &got, NULL)))
			return 0;
		memcpy(w->window, got.p, got.n);
		w->window_at = at;
		w->window_n = got.n;
	}
	memcpy(to, w->window + (at - w->window_at), n);
	return n;
}

static struct head fault(struct walk *w)
{
	w->bad = true;
	return (struct head){ 0 };
}

static struct head next(struct walk *w, uint64_t end)
{
	uint8_t b[16];
	struct head h = { .size = 2 };
	size_t got = w->bad || w->at > end ? 0 : look(w, w->at, b, 10);
	if (got < 2 || (b[0] & 0x1f) == 0x1f)
		return fault(w);
	h.tag = b[0];
	h.n = b[1];
	if (b[1] == 0x80) {
		h.open = true;
		h.n = 0;
		if (!(h.tag & 0x20))
			return fault(w);
	} else if (b[1] & 0x80) {
		size_t k = b[1] & 0x7f;
		if (k > 8 || got < 2 + k)
			return fault(w);
		h.n = 0;
		for (size_t i = 0; i < k; i++)
			h.n = h.n << 8 | b[2 + i];
		h.size += k;
	}
	if (h.size > end - w->at || h.n > end - w->at - h.size)
		return fault(w);
	return h;
}

/* Enters an element of that tag; gives where its content ends at most. */
static uint64_t enter(struct walk *w, int tag, uint64_t end, bool *ret_open)
{
	struct head h = next(w, end);
	if (!w->bad && h.tag != tag)
		w->bad = true;
	*ret_open = h.open;
	w->at += h.size;
	return h.open ? end : w->at + h.n;
}

static bool at_end(struct walk *w, uint64_t end, bool open)
{
	uint8_t b[2];
	if (w->bad)
		return true;
	if (!open)
		return w->at >= end;
	return look(w, w->at, b, 2) == 2 && b[0] == 0 && b[1] == 0;
}

static void leave(struct walk *w, uint64_t end, bool open)
{
	if (!at_end(w, end, open) || (!open && w->at != end))
		w->bad = true;
	if (open)
		w->at += 2;
}

/* Passes over one element. */
static void skip(struct walk *w, uint64_t end, unsigned depth)
{
	struct head h = next(w, end);
	if (depth > CADES_DEPTH_MAX)
		w->bad = true;
	if (w->bad)
		return;
	w->at += h.size;
	if (!h.open) {
		w->at += h.n;
		return;
	}
	while (!at_end(w, end, true))
		skip(w, end, depth + 1);
	w->at += 2;
}

static void piece(struct walk *w, uint64_t n)
{
	if (w->nranges && w->ranges[w->nranges - 1].at + w->ranges[w->nranges - 1].n == w->at) {
		w->ranges[w->nranges - 1].n += n;
	} else {
		if (w->nranges == w->cap) {
			size_t cap = w->cap ? w->cap * 2 : 4;
			if (cap > CADES_RANGES_MAX) {
				w->bad = true;
				return;
			}
			struct range *more = ARENA_ARRAY(w->arena, struct range, cap);
			if (w->nranges)
				memcpy(more, w->ranges, w->nranges * sizeof *more);
			w->ranges = more;
			w->cap = cap;
		}
		w->ranges[w->nranges++] = (struct range){ w->at, n };
	}
	w->size += n;
	w->at += n;
}

/* An OCTET STRING, whole or in pieces of pieces (X.690 §8.7.3). */
static void octets(struct walk *w, uint64_t end, unsigned depth)
{
	struct head h = next(w, end);
	if (depth > CADES_DEPTH_MAX || (h.tag != DER_OCTETS && h.tag != (DER_OCTETS | 0x20)))
		w->bad = true;
	if (w->bad)
		return;
	w->at += h.size;
	if (h.tag == DER_OCTETS) {
		piece(w, h.n);
		return;
	}
	uint64_t inner = h.open ? end : w->at + h.n;
	while (!at_end(w, inner, h.open))
		octets(w, inner, depth + 1);
	leave(w, inner, h.open);
}

/* EncapsulatedContentInfo; content that is no OCTET STRING is that of PKCS #7
 * (RFC 5652 §5.2.1): its octets without tag and length. */
static void content(struct walk *w, uint64_t end, struct cades_frame *f)
{
	bool open, open_in;
	uint64_t e = enter(w, DER_SEQ, end, &open), from = w->at;
	skip(w, e, 0);
	if (!w->bad && is_ok(source_read(w->arena, w->s, (struct range){ from, w->at - from }, 128,
	                                 &f->type_raw, NULL))) {
		struct der_in in = der_read(f->type_raw);
		char oid[DER_OID_TEXT];
		der_get_oid(&in, oid);
		w->bad = !der_done(&in) || !*oid;
	} else {
		w->bad = true;
	}
	f->attached = !at_end(w, e, open);
	if (f->attached) {
		uint64_t e_in = enter(w, DER_CTXC(0), e, &open_in);
		uint64_t began = w->at;
		struct head h = next(w, e_in);
		f->octets = (h.tag & ~0x20) == DER_OCTETS;
		if (f->octets) {
			octets(w, e_in, 0);
		} else if (!h.open) {
			w->at = began + h.size;
			piece(w, h.n);
		} else {
			w->bad = true;
		}
		leave(w, e_in, open_in);
	}
	leave(w, e, open);
}

static struct result malformed(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.cades", "RFC 5652 §5.1", "%s", what);
}

/* ContentInfo up to its content; false when it is of another type. */
static bool is_signed_data(struct walk *w, uint64_t ends[2], bool open[2])
{
	static const char oid[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
	uint8_t b[11];
	ends[0] = enter(w, DER_SEQ, w->s->size, &open[0]);
	if (w->bad || look(w, w->at, b, sizeof b) != sizeof b || memcmp(b, oid, sizeof b) != 0)
		return false;
	w->at += sizeof b;
	ends[1] = enter(w, DER_CTXC(0), ends[0], &open[1]);
	return !w->bad;
}

bool cades_is(const struct source *file)
{
	struct walk w = { .s = file };
	uint64_t ends[2];
	bool open[2];
	return is_signed_data(&w, ends, open);
}

struct result cades_frame_read(struct arena *a, const struct source *file, struct cades_frame *ret,
                               struct err *err)
{
	struct walk *w = ARENA_NEW(a, struct walk);
	struct cades_frame f = { 0 };
	uint64_t ends[3];
	bool open[3];
	*w = (struct walk){ .s = file, .arena = a };
	if (!is_signed_data(w, ends, open))
		return malformed(err, "not a ContentInfo of signed data");
	ends[2] = enter(w, DER_SEQ, ends[1], &open[2]);
	uint64_t from = w->at;
	skip(w, ends[2], 0);
	skip(w, ends[2], 0);
	uint64_t head = w->at - from;
	content(w, ends[2], &f);
	uint64_t tail = w->at;
	while (!at_end(w, ends[2], open[2]))
		skip(w, ends[2], 0);
	uint64_t tail_n = w->bad ? 0 : w->at - tail;
	for (int i = 2; i >= 0; i--)
		leave(w, ends[i], open[i]);
	if (w->bad || w->at != file->size)
		return malformed(err, "lengths that do not fit, or bytes behind the end");
	if (head + tail_n > arena_left(a) / 6)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "%llu bytes beside the content",
		            (unsigned long long)(head + tail_n));
	TRY(source_read(a, file, (struct range){ from, head }, CADES_FRAME_MAX, &f.head, err));
	TRY(source_read(a, file, (struct range){ tail, tail_n }, CADES_FRAME_MAX, &f.tail, err));
	TRY(ber_to_der(a, f.head, &f.head, err));
	TRY(ber_to_der(a, f.tail, &f.tail, err));
	f.ranges = w->ranges;
	f.nranges = w->nranges;
	f.size = w->size;
	*ret = f;
	return ok();
}

struct cades_items cades_items(struct arena *a, struct str content)
{
	struct cades_items x = { 0 };
	struct der_in in = der_read(content), look = in;
	while (der_peek(&look) >= 0 && x.n < CMS_LISTED_MAX) {
		(void)der_get_raw(&look, 0);
		x.n++;
	}
	x.v = ARENA_ARRAY(a, struct str, x.n + 1);
	for (size_t i = 0; i < x.n; i++)
		x.v[i] = der_get_raw(&in, 0);
	return x;
}

static struct cades_items inside(struct arena *a, struct str raw, int tag)
{
	struct der_in in = der_read(raw);
	return cades_items(a, raw.n ? der_get(&in, tag) : STR(""));
}

/* The frame as a file of its own, as if its content stood elsewhere. */
struct result cades_cms_read(struct arena *a, const struct source *file, struct cades_cms *ret,
                             struct err *err)
{
	struct cades_cms x = { .certs = { 0, NULL } };
	TRY(cades_frame_read(a, file, &x.frame, err));
	const struct cades_frame *f = &x.frame;
	struct str type = cades_tlv(a, DER_SEQ, f->type_raw), oid = cades_oid(a, CADES_SIGNED_DATA);
	struct str body = cades_header(a, DER_SEQ, f->head.n + type.n + f->tail.n);
	uint64_t n = body.n + f->head.n + type.n + f->tail.n;
	struct str box = cades_header(a, DER_CTXC(0), n);
	struct str parts[] = { cades_header(a, DER_SEQ, oid.n + box.n + n), oid, box, body, f->head,
		type, f->tail };
	TRY(cms_signed_read(a, cades_concat(a, parts, sizeof parts / sizeof *parts), &x.c, err));
	x.certs = inside(a, x.c.certs_raw, DER_CTXC(0));
	x.crls = inside(a, x.c.crls_raw, DER_CTXC(1));
	*ret = x;
	return ok();
}

/* RFC 7468 §8, §9: openssl writes CMS, older programs PKCS7. */
struct result cades_unarmor(struct arena *a, const struct source *file, struct source *ret,
                            struct err *err)
{
	static const char *const labels[] = { "CMS", "PKCS7" };
	struct str text, der, head = STR("");
	struct range first = { 0, file->size < 64 ? file->size : 64 };
	*ret = *file;
	TRY(source_read(a, file, first, 64, &head, err));
	for (size_t i = 0; i < 2; i++) {
		struct str begin = arena_printf(a, "-----BEGIN %s-----", labels[i]);
		if (!str_starts(head, begin))
			continue;
		TRY(source_read(a, file, (struct range){ 0, file->size }, CADES_FRAME_MAX, &text, err));
		text = str_from(text, begin.n);
		size_t end = str_find(text, arena_printf(a, "-----END %s-----", labels[i]));
		if (end == STR_NONE)
			return malformed(err, "PEM without an end");
		char *to = arena_alloc(a, end + 1);
		size_t n = 0;
		for (size_t k = 0; k < end; k++)
			if (text.p[k] != '\n' && text.p[k] != '\r')
				to[n++] = text.p[k];
		TRY(base64_decode(a, str_of(to, n), &der, err));
		*ret = source_bytes(file->name, der);
	}
	return ok();
}
