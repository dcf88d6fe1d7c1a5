/* Templates: a mustache subset, compiled once, escaping HTML by default.
 *
 *   {{a.b}}           text at a dotted path, escaped; missing is empty
 *   {{{a.b}}}         unescaped; only for names ending in "_html" (checked)
 *   {{#list}}…{{/list}}  once per item, or once when true / an object
 *   {{^x}}…{{/x}}     when x is missing, false, empty list or ""
 *   {{.}}             the item itself
 *   {{>name}}         another template, same context
 *   {{_ key}}         the text of that key in the language of the page
 *                     (net/text.h); ruby markup becomes <ruby>; its {x}
 *                     placeholders are filled from the context, escaped
 *   {{_ *x}}          the text whose key is at x
 *   {{~x}}            text at x with ruby markup in it (a pack's own words)
 *   {{!note}}         nothing
 *
 * Where a value stands is checked at load: between tags, or in a quoted
 * attribute; never in a bare attribute, script, style, event attribute or
 * comment. In attributes, <title>, <option> and <textarea> ruby loses its
 * readings. At the start of href, src or action the value must be a URL
 * html_url_ok() accepts, else "#" comes out. Placeholders of texts: {x}, or {~x}
 * for words with ruby. A tag alone on its line leaves no line behind.
 *
 * The context is a JSON tree; inner sections see outer names. Unknown partials
 * and text keys are mistakes at load, with file and line. */
#ifndef MUSUBI_NET_TEMPLATE_H
#define MUSUBI_NET_TEMPLATE_H

#include "base/buf.h"
#include "base/json.h"
#include "net/text.h"

struct templates; /* every file of a directory; immutable after load */

/* Reads DIR/NAME.html (sub-folders: "counter/case"). */
MUST struct result templates_load(struct str dir, const struct texts *texts,
                                  struct templates **ret, struct err *err);
void templates_free(struct templates *t);
MUST struct result template_render(const struct templates *t, struct str name, enum lang lang,
                                   const struct json *context, struct buf *out,
                                   struct err *err);

#endif
