/* What a file is, by its bytes: the structure is walked, not only the first
 * four bytes looked at, so that a cut-off upload or a renamed program is found
 * at entry. Sources: ITU-T T.81 annex B (JPEG), ISO/IEC 15948 §5 (PNG),
 * ISO/IEC 14496-12 §4.2 and 23008-12 §6.5.3, §10.2 (HEIC), ISO 32000-2 §7.5 (PDF).
 *
 * Nothing is decoded here, but an officer's browser will: a picture that claims
 * more than PIXELS_MAX is refused, whatever few bytes it has. JPEG and PNG may
 * carry more behind their end (motion photos do); files are served with the type
 * found here and never sniffed again. */
#include "apply/attach.h"

#define PIXELS_MAX ((uint64_t)250 * 1000 * 1000) /* the largest phone cameras have 200 million */

static unsigned byte_at(struct str s, size_t i)
{
	return (unsigned char)s.p[i];
}

static uint32_t be32(struct str s, size_t i)
{
	return (uint32_t)byte_at(s, i) << 24 | (uint32_t)byte_at(s, i + 1) << 16 |
	       (uint32_t)byte_at(s, i + 2) << 8 | (uint32_t)byte_at(s, i + 3);
}

static bool is_size(uint64_t width, uint64_t height)
{
	return width > 0 && height > 0 && height <= PIXELS_MAX / width;
}

/* ---- JPEG ---- */

static bool is_frame(unsigned marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
	       marker != 0xCC;
}

static bool frame_has_size(struct str s, size_t segment)
{
	if (s.n - segment < 9)
		return false;
	unsigned height = byte_at(s, segment + 3) << 8 | byte_at(s, segment + 4);
	unsigned width = byte_at(s, segment + 5) << 8 | byte_at(s, segment + 6);
	return is_size(width, height);
}

/* SOI, segments with a frame of some size, a scan, and an end of image. */
static bool is_jpeg(struct str s)
{
	size_t at = 2;
	bool frame = false;
	if (s.n < 4 || byte_at(s, 0) != 0xFF || byte_at(s, 1) != 0xD8)
		return false;
	while (s.n - at >= 4) {
		unsigned marker = byte_at(s, at + 1);
		size_t length = byte_at(s, at + 2) << 8 | byte_at(s, at + 3);
		if (byte_at(s, at) != 0xFF || marker == 0x00)
			return false;
		if (marker == 0xFF) { /* fill byte */
			at++;
			continue;
		}
		if (length < 2 || length > s.n - at - 2)
			return false;
		if (is_frame(marker) && !frame_has_size(s, at + 2))
			return false;
		frame |= is_frame(marker);
		at += 2 + length;
		if (marker == 0xDA)
			return frame && str_find(str_from(s, at), STR("\xFF\xD9")) != STR_NONE;
	}
	return false;
}

/* ---- PNG ---- */

/* CRC-32 of ISO/IEC 15948 annex D, four bits at a time. */
static uint32_t crc32_of(struct str s)
{
	static const uint32_t rows[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158,
		0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4,
		0xA00AE278, 0xBDBDF21C };
	uint32_t c = 0xFFFFFFFF;
	for (size_t i = 0; i < s.n; i++) {
		c ^= byte_at(s, i);
		c = c >> 4 ^ rows[c & 15];
		c = c >> 4 ^ rows[c & 15];
	}
	return ~c;
}

/* Table 11.1: depths that each colour type may have. */
static bool is_png_colour(unsigned depth, unsigned colour)
{
	static const unsigned depths[7] = { [0] = 1 | 2 | 4 | 8 | 16, [2] = 8 | 16,
		[3] = 1 | 2 | 4 | 8, [4] = 8 | 16, [6] = 8 | 16 };
	bool one = depth != 0 && (depth & (depth - 1)) == 0;
	return colour < 7 && one && (depths[colour] & depth) != 0;
}

static bool is_png(struct str s)
{
	size_t at = 8;
	bool data = false;
	if (!str_starts(s, STR("\x89PNG\r\n\x1a\n")))
		return false;
	if (s.n < 33 || !str_eq(str_sub(s, 12, 4), STR("IHDR")) || be32(s, 8) != 13 ||
	    !is_size(be32(s, 16), be32(s, 20)) || !is_png_colour(byte_at(s, 24), byte_at(s, 25)))
		return false;
	while (s.n - at >= 12) {
		uint32_t length = be32(s, at);
		struct str type = str_sub(s, at + 4, 4);
		if (length > s.n - at - 12 ||
		    crc32_of(str_sub(s, at + 4, 4 + (size_t)length)) != be32(s, at + 8 + length))
			return false;
		if (str_eq(type, STR("IEND")))
			return data && length == 0;
		data |= str_eq(type, STR("IDAT"));
		at += 12 + (size_t)length;
	}
	return false;
}

/* ---- HEIC ---- */

static bool is_heic_brand(struct str b)
{
	static const struct str brands[] = { STR_INIT("heic"), STR_INIT("heix"), STR_INIT("heim"),
		STR_INIT("heis"), STR_INIT("mif1"), STR_INIT("msf1"), STR_INIT("hevc") };
	for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
		if (str_eq(b, brands[i]))
			return true;
	return false;
}

/* The sizes of the pictures (ispe: version, flags, width, height) in a meta box. */
static bool has_sizes(struct str meta)
{
	size_t at, found = 0;
	while ((at = str_find(meta, STR("ispe"))) != STR_NONE) {
		meta = str_from(meta, at + 4);
		if (meta.n < 12 || !is_size(be32(meta, 4), be32(meta, 8)))
			return false;
		found++;
	}
	return found > 0;
}

/* ftyp with a brand of HEIF, then whole boxes with a meta box among them. */
static bool is_heic(struct str s)
{
	size_t at = 0;
	bool meta = false, media = false;
	if (s.n < 16 || !str_eq(str_sub(s, 4, 4), STR("ftyp")) || !is_heic_brand(str_sub(s, 8, 4)))
		return false;
	while (s.n - at >= 8) {
		uint64_t size = be32(s, at);
		struct str type = str_sub(s, at + 4, 4);
		if (size == 0) /* to the end of the file */
			size = s.n - at;
		size_t head = size == 1 ? 16 : 8;
		if (size == 1 && s.n - at >= 16)
			size = (uint64_t)be32(s, at + 8) << 32 | be32(s, at + 12);
		if (size < head || size > s.n - at)
			return false;
		if (str_eq(type, STR("meta"))) {
			if (!has_sizes(str_sub(s, at, (size_t)size)))
				return false;
			meta = true;
		}
		media |= str_eq(type, STR("mdat"));
		at += (size_t)size;
	}
	return meta && media && at == s.n;
}

/* ---- PDF ---- */

/* The last "startxref" and the number behind it: where the table lies. */
static bool finds_table(struct str s, struct str tail)
{
	size_t at, last = STR_NONE, from = 0;
	uint64_t offset;
	while ((at = str_find(str_from(tail, from), STR("startxref"))) != STR_NONE)
		last = from + at, from += at + 9;
	if (last == STR_NONE)
		return false;
	struct str rest = str_trim(str_from(tail, last + 9));
	size_t digits = 0;
	while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
		digits++;
	return str_to_u64(str_sub(rest, 0, digits), &offset) && offset < s.n &&
	       str_find(rest, STR("%%EOF")) != STR_NONE;
}

static bool is_pdf(struct str s)
{
	if (s.n < 64 || !(str_starts(s, STR("%PDF-1.")) || str_starts(s, STR("%PDF-2."))))
		return false;
	struct str tail = str_from(s, s.n > 1024 ? s.n - 1024 : 0);
	return finds_table(s, tail);
}

static const struct kind_row {
	struct str kind, mime;
	bool (*is)(struct str bytes);
} kinds[] = {
	{ STR_INIT("jpeg"), STR_INIT("image/jpeg"), is_jpeg },
	{ STR_INIT("png"), STR_INIT("image/png"), is_png },
	{ STR_INIT("heic"), STR_INIT("image/heic"), is_heic },
	{ STR_INIT("pdf"), STR_INIT("application/pdf"), is_pdf },
};

struct str sniff_kind(struct str bytes)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].is(bytes))
			return kinds[i].kind;
	return STR("");
}

struct str sniff_mime(struct str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kinds[i].kind, kind))
			return kinds[i].mime;
	return STR("application/octet-stream");
}
