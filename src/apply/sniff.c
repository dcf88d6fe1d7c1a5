/* What a file is, by its bytes: the structure is walked, not only the first
 * four bytes looked at, so that a cut-off upload or a renamed program is found
 * at entry. Sources: ITU-T T.81 annex B (JPEG), ISO/IEC 15948 §5 (PNG),
 * ISO/IEC 14496-12 §4.2 and 23008-12 §10.2 (HEIC), ISO 32000-2 §7.5 (PDF).
 *
 * Pictures may carry more behind their end (motion photos do); they are served
 * with the type found here and never sniffed again. */
#include "apply/attach.h"

static unsigned byte_at(struct str s, size_t i)
{
	return (unsigned char)s.p[i];
}

static uint32_t be32(struct str s, size_t i)
{
	return (uint32_t)byte_at(s, i) << 24 | (uint32_t)byte_at(s, i + 1) << 16 |
	       (uint32_t)byte_at(s, i + 2) << 8 | (uint32_t)byte_at(s, i + 3);
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
	return height > 0 && width > 0;
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
		if (is_frame(marker))
			frame = frame_has_size(s, at + 2);
		at += 2 + length;
		if (marker == 0xDA)
			return frame && str_find(str_from(s, at), STR("\xFF\xD9")) != STR_NONE;
	}
	return false;
}

/* ---- PNG ---- */

static bool is_png(struct str s)
{
	size_t at = 8;
	bool data = false;
	if (!str_starts(s, STR("\x89PNG\r\n\x1a\n")))
		return false;
	if (s.n < 33 || !str_eq(str_sub(s, 12, 4), STR("IHDR")) || be32(s, 8) != 13 ||
	    be32(s, 16) == 0 || be32(s, 20) == 0)
		return false;
	while (s.n - at >= 12) {
		uint32_t length = be32(s, at);
		struct str type = str_sub(s, at + 4, 4);
		if (length > s.n - at - 12)
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
		if (size == 1 && s.n - at >= 16)
			size = (uint64_t)be32(s, at + 8) << 32 | be32(s, at + 12);
		if (size < 8 || size > s.n - at)
			return false;
		meta |= str_eq(type, STR("meta"));
		media |= str_eq(type, STR("mdat"));
		at += (size_t)size;
	}
	return meta && media && at == s.n;
}

/* ---- PDF ---- */

static bool is_pdf(struct str s)
{
	if (s.n < 64 || !(str_starts(s, STR("%PDF-1.")) || str_starts(s, STR("%PDF-2."))))
		return false;
	struct str tail = str_from(s, s.n > 1024 ? s.n - 1024 : 0);
	return str_find(tail, STR("%%EOF")) != STR_NONE &&
	       str_find(tail, STR("startxref")) != STR_NONE;
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
