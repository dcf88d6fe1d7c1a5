/* Escaping for HTML (WHATWG HTML §13.3) and the check of URLs in attributes. */
#include "net/html.h"

void html_escape(struct buf *b, struct str s)
{
	static const struct str refs[256] = {
		['&'] = STR_INIT("&amp;"), ['<'] = STR_INIT("&lt;"), ['>'] = STR_INIT("&gt;"),
		['"'] = STR_INIT("&quot;"), ['\''] = STR_INIT("&#39;"),
	};
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const struct str *ref = &refs[(unsigned char)s.p[i]];
		if (__builtin_expect(!ref->n, 1))
			continue;
		buf_add(b, str_of(s.p + from, i - from));
		buf_add(b, *ref);
		from = i + 1;
	}
	if (from < s.n)
		buf_add(b, str_of(s.p + from, s.n - from));
}

bool html_url_ok(struct str s)
{
	static const struct str schemes[] = {
		STR_INIT("https:"), STR_INIT("http:"), STR_INIT("mailto:"), STR_INIT("tel:"),
		STR_INIT("data:image/"), STR_INIT("blob:"),
	};
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == '\\')
			return false; /* browsers drop white space before they read the scheme */
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (s.n >= schemes[i].n && str_eq_nocase(str_sub(s, 0, schemes[i].n), schemes[i]))
			return true;
	size_t colon = str_find_char(s, ':'), slash = str_find_char(s, '/');
	if (s.n && (s.p[0] == '?' || s.p[0] == '#'))
		return true;
	return colon == STR_NONE || (slash != STR_NONE && slash < colon);
}
