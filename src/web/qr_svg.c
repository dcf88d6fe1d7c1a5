#include "web/qr_svg.h"

#include <qrencode.h>

#include "base/buf.h"

enum { QR_QUIET = 4, QR_SVG_MAX = 1 << 20 };

struct result qr_svg(struct arena *a, struct str text, struct str *ret, struct err *err)
{
	QRcode *qr = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!qr)
		return fail(err, ERR_TOO_LARGE, "web.qr", NULL, "%zu bytes do not fit a QR code", text.n);
	struct buf b;
	int size = qr->width + 2 * QR_QUIET;
	buf_init(&b, QR_SVG_MAX);
	buf_printf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
	           "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
	           "<path d=\"", size, size, size, size);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				buf_printf(&b, "M%d %dh1v1h-1z", x + QR_QUIET, y + QR_QUIET);
	buf_add_c(&b, "\"/></svg>");
	QRcode_free(qr);
	*ret = arena_str(a, buf_str(&b));
	buf_done(&b);
	return ok();
}
