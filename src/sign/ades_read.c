/* Which reader takes a file apart? Decided by its first bytes, never by its name:
 * who chose the name may have chosen it to deceive. A reader per row. */
#include "sign/asic.h"
#include "sign/jades.h"
#include "sign/pades.h"
#include "sign/xades.h"

#include "base/text.h"
#include "sign/cades.h"

enum { HEAD = 1024 }; /* PDF readers look for %PDF- so far (ISO 32000-2 §7.5.2) */

typedef struct result read_fn(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, struct ades_file *ret,
                              struct err *err);

static struct str after_space(struct str s)
{
	if (str_starts(s, STR("\xef\xbb\xbf")))
		s = str_from(s, 3);
	while (s.n && strchr(" \t\r\n", s.p[0]))
		s = str_from(s, 1);
	return s;
}

static bool is_zip(struct str s)
{
	return str_starts(s, STR("PK\x03\x04")) || str_starts(s, STR("PK\x05\x06"));
}

static bool is_pdf(struct str s)
{
	return str_find(s, STR("%PDF-")) != STR_NONE;
}

/* ContentInfo begins with an OID; a certificate or a CRL does not. */
static bool is_cms(struct str s)
{
	static const char *const labels[] = { "CMS-----", "PKCS7-----", "PKCS #7 SIGNED DATA-----" };
	size_t n = s.n > 2 && s.p[0] == DER_SEQ ? (uint8_t)s.p[1] : 0;
	size_t head = n > 0x80 && n <= 0x84 ? 2 + (n & 0x7f) : 2;
	if (n)
		return s.n > head && s.p[head] == DER_OID;
	s = after_space(s);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (str_starts(s, STR("-----BEGIN ")) && str_starts(str_from(s, 11), str_c(labels[i])))
			return true;
	return false;
}

/* UTF-16 with its mark or without: libxml2 reads both. */
static bool is_xml(struct str s)
{
	return str_starts(after_space(s), STR("<")) || str_starts(s, STR("\xff\xfe")) ||
	       str_starts(s, STR("\xfe\xff")) || str_starts(s, str_of("<\0", 2)) ||
	       str_starts(s, str_of("\0<", 2));
}

/* {"payload":…} or the compact form, whose header begins with {" in base64url and may,
 * with certificates in it, be longer than the head. */
static bool is_jws(struct str s)
{
	s = after_space(s);
	if (str_starts(s, STR("{")) || !str_starts(s, STR("ey")))
		return str_starts(s, STR("{"));
	for (size_t i = 0; i < s.n && s.p[i] != '.'; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", s.p[i]))
			return false;
	return true;
}

/* Order matters: a PDF may hide in anything, and a zip may begin as a PDF would not. */
static const struct {
	const char *name;
	bool (*is)(struct str head);
	read_fn *read; /* NULL: this build cannot take it apart */
} rows[] = {
	{ "ASiC", is_zip, asic_read },
	{ "CMS", is_cms, cades_read },
	{ "JWS", is_jws, jades_read },
	{ "XML", is_xml, xades_read },
	{ "PDF", is_pdf, pades_read },
};

struct result ades_read(struct arena *a, const struct source *file,
                        const struct ades_detached *detached, struct ades_file *ret,
                        struct err *err)
{
	static const struct ades_detached none;
	struct str head;
	struct range start = { 0, file->size < HEAD ? file->size : HEAD };
	TRY(source_read(a, file, start, HEAD, &head, err));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].is(head) && rows[i].read)
			return rows[i].read(a, file, detached ? detached : &none, ret, err);
	return fail(err, ERR_INPUT, "sign.unknown", NULL,
	            "no PDF, CMS, XML, JWS or ASiC container that can hold a signature");
}

const char *ades_format_name(enum ades_format f)
{
	static const char *const names[ADES_FORMAT_COUNT] = { "CAdES", "PAdES", "XAdES", "JAdES" };
	return names[f];
}

const char *ades_level_name(enum ades_level l)
{
	static const char *const names[ADES_LEVEL_COUNT] = { "none", "B", "T", "LT", "LTA" };
	return names[l];
}
