/* Text into HTML: & < > " ' become references, which is enough for text and for
 * quoted attributes (the template compiler refuses unquoted ones). */
#ifndef MUSUBI_NET_HTML_H
#define MUSUBI_NET_HTML_H

#include "base/buf.h"

void html_escape(struct buf *b, struct str s);
/* True for what may stand in href, src, action: a path, query or fragment of our
 * own, or https:, http:, mailto:, tel:, data:image/, blob:. */
bool html_url_ok(struct str s);

#endif
