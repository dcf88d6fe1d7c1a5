/* FlateDecode (RFC 1950) and the PNG predictors (ISO 32000-1 §7.4.4.4): what
 * cross-reference and object streams come in. Output is capped over the whole
 * file, so that a small file cannot make a large one in memory. */
#include <zlib.h>

#include "sign/pdf.h"

static struct result bad(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "pdf.filter", "ISO 32000-1 §7.4.4", "%s", what);
}

static struct result inflate_all(struct pdf *p, struct str data, struct str *ret, struct err *err)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)data.p, .avail_in = (uInt)data.n };
	BUF_AUTO b;
	int r = Z_OK;
	buf_init(&b, PDF_INFLATED_MAX - p->inflated);
	if (inflateInit(&z) != Z_OK)
		return fail(err, ERR_UNAVAILABLE, "pdf.filter", NULL, "inflateInit failed");
	while (r == Z_OK) {
		size_t room = b.max - b.n < 16384 ? b.max - b.n : 16384;
		char *out = room ? buf_reserve(&b, room) : NULL;
		if (!out)
			break;
		z.next_out = (Bytef *)out;
		z.avail_out = (uInt)room;
		r = inflate(&z, Z_NO_FLUSH);
		buf_grow(&b, room - z.avail_out);
		if (r == Z_OK && z.avail_in == 0 && z.avail_out)
			break;
	}
	inflateEnd(&z);
	p->inflated += b.n;
	if (r != Z_STREAM_END)
		return bad(err, b.n == b.max ? "streams inflate to too much" : "malformed deflate data");
	*ret = arena_str(p->a, buf_str(&b));
	return ok();
}

static uint8_t paeth(int a, int b, int c)
{
	int pa = b - c, pb = a - c, pc = pa + pb;
	pa = pa < 0 ? -pa : pa;
	pb = pb < 0 ? -pb : pb;
	pc = pc < 0 ? -pc : pc;
	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* One byte per pixel: Colors 1, BitsPerComponent 8. */
static bool unpredict_row(uint8_t type, uint8_t *row, const uint8_t *up, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t a = i ? row[i - 1] : 0, b = up ? up[i] : 0, c = i && up ? up[i - 1] : 0;
		switch (type) {
		case 0: break;
		case 1: row[i] = (uint8_t)(row[i] + a); break;
		case 2: row[i] = (uint8_t)(row[i] + b); break;
		case 3: row[i] = (uint8_t)(row[i] + (a + b) / 2); break;
		case 4: row[i] = (uint8_t)(row[i] + paeth(a, b, c)); break;
		default: return false;
		}
	}
	return true;
}

static struct result unpredict(struct pdf *p, struct str in, size_t columns, struct str *ret,
                               struct err *err)
{
	size_t rows = in.n / (columns + 1);
	uint8_t *out = arena_alloc(p->a, rows * columns);
	if (in.n % (columns + 1))
		return bad(err, "rows do not fill the stream");
	for (size_t r = 0; r < rows; r++) {
		const char *src = in.p + r * (columns + 1);
		memcpy(out + r * columns, src + 1, columns);
		if (!unpredict_row((uint8_t)src[0], out + r * columns, r ? out + (r - 1) * columns : NULL,
		                   columns))
			return bad(err, "unknown PNG filter");
	}
	*ret = str_of((const char *)out, rows * columns);
	return ok();
}

static int64_t parm(const struct pdf_value *parms, const char *key, int64_t dflt)
{
	const struct pdf_value *v = pdf_get(parms, key);
	return v ? v->kind == PDF_INT ? v->num : -1 : dflt;
}

struct result pdf_filter(struct pdf *p, const struct pdf_value *dict, struct str data,
                         struct str *ret, struct err *err)
{
	const struct pdf_value *filter = pdf_get(dict, "Filter"), *parms = pdf_get(dict, "DecodeParms");
	struct str out = data;
	if (filter && filter->kind == PDF_ARRAY && filter->n == 1)
		filter = &filter->items[0];
	if (parms && parms->kind == PDF_ARRAY && parms->n == 1)
		parms = &parms->items[0];
	if (!filter) {
		*ret = data;
		return ok();
	}
	if (!pdf_is_name(filter, "FlateDecode"))
		return bad(err, "only FlateDecode is understood here");
	TRY(inflate_all(p, data, &out, err));
	int64_t predictor = parm(parms, "Predictor", 1), columns = parm(parms, "Columns", 1);
	if (predictor == 1) {
		*ret = out;
		return ok();
	}
	if (predictor < 10 || predictor > 15 || parm(parms, "Colors", 1) != 1 ||
	    parm(parms, "BitsPerComponent", 8) != 8 || columns < 1 || columns > 64)
		return bad(err, "predictor not understood");
	return unpredict(p, out, (size_t)columns, ret, err);
}
