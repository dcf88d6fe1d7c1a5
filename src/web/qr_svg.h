/* A QR code as SVG: one path, black on white, quiet zone of four modules. */
#ifndef MUSUBI_WEB_QR_SVG_H
#define MUSUBI_WEB_QR_SVG_H

#include "base/arena.h"

/* ERR_TOO_LARGE when the text does not fit. */
MUST struct result qr_svg(struct arena *a, struct str text, struct str *ret, struct err *err);

#endif
