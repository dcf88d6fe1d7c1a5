/* Where in an HTML page a template's hole stands: the compiler feeds it the
 * literal text and asks. It reads sections one after another as if all were
 * shown, which is right for templates whose sections hold whole pieces. */
#ifndef MUSUBI_NET_HTML_SCAN_H
#define MUSUBI_NET_HTML_SCAN_H

#include "base/str.h"

enum html_place {
	HTML_TEXT,    /* between tags */
	HTML_LABEL,   /* in <title>, <option>, <textarea>: text without tags */
	HTML_VALUE,   /* in a quoted attribute value */
	HTML_URL,     /* at the start of a quoted URL attribute */
	HTML_TAG,     /* in a tag, outside of quotes */
	HTML_ACTIVE,  /* in <script>, <style>, on…="", style="", srcdoc="" */
	HTML_COMMENT,
};

struct html_scan {
	int state;
	char tag[16], attr[32];
	size_t tag_n, attr_n;
	bool closing, value_start, label;
	char raw[8];      /* "script" or "style" while in one */
	size_t raw_match;
	unsigned dashes;
};

void html_scan_feed(struct html_scan *s, struct str literal);
enum html_place html_scan_place(const struct html_scan *s);

#endif
