/* What may stand in a letter, cluster by cluster.
 *
 * Unicode 15: §23.4 (variation selectors), §23.2 (invisible controls), §23.5
 * (private use), UTS #37 (ideographic variation database). Refused: bytes that
 * are no UTF-8, control and format characters (they would make the paper say
 * something else than the data), private use (外字: the shape is only known to
 * the system it came from), U+FFFD and the marks that systems print for a
 * character they lack. */
#include "letter/glyphs.h"

#include <glib.h>

#include "base/utf8.h"

struct span {
	uint32_t from, to;
	const char *why;
};

static const struct span refused[] = {
	{ 0x0000, 0x0009, "a control character" },
	{ 0x000B, 0x001F, "a control character" },
	{ 0x007F, 0x009F, "a control character" },
	{ 0x00AD, 0x00AD, "an invisible character" },
	{ 0x034F, 0x034F, "an invisible character" },
	{ 0x061C, 0x061C, "an invisible character" },
	{ 0x115F, 0x1160, "an invisible character" },
	{ 0x17B4, 0x17B5, "an invisible character" },
	{ 0x180B, 0x180F, "an invisible character" },
	{ 0x200B, 0x200F, "an invisible character" },
	{ 0x2028, 0x202E, "an invisible character" },
	{ 0x2060, 0x206F, "an invisible character" },
	{ 0x3164, 0x3164, "an invisible character" },
	{ 0xE000, 0xF8FF, "for private use (外字); map it to its Unicode character or IVS first" },
	{ 0xFDD0, 0xFDEF, "no character" },
	{ 0xFEFF, 0xFEFF, "an invisible character" },
	{ 0xFFA0, 0xFFA0, "an invisible character" },
	{ 0xFFF0, 0xFFFF, "a sign that a character was lost" },
	{ 0x1BCA0, 0x1BCA3, "an invisible character" },
	{ 0x1D173, 0x1D17A, "an invisible character" },
	{ 0xE0000, 0xE00FF, "an invisible character" },
	{ 0xE01F0, 0xE0FFF, "an invisible character" },
	{ 0xF0000, 0x10FFFF, "for private use (外字); map it to its Unicode character or IVS first" },
};

/* In a name or an address these only ever mean "the character is missing". */
static const struct span stand_ins[] = {
	{ 0x25A0, 0x25A1, "a stand-in for a missing character" },
	{ 0x25AF, 0x25AF, "a stand-in for a missing character" },
	{ 0x25CF, 0x25CF, "a stand-in for a missing character" },
	{ 0x3013, 0x3013, "a stand-in for a missing character" },
	{ 0x2B1A, 0x2B1C, "a stand-in for a missing character" },
};

static const struct span *find(const struct span *spans, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= spans[i].from && cp <= spans[i].to)
			return &spans[i];
	return NULL;
}

bool glyphs_is_selector(uint32_t cp)
{
	return (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF);
}

static struct result allowed(uint32_t cp, bool name, struct err *err)
{
	const struct span *s = find(refused, sizeof refused / sizeof *refused, cp);
	if (!s && name)
		s = find(stand_ins, sizeof stand_ins / sizeof *stand_ins, cp);
	if (!s && name && cp == '\n')
		return fail(err, ERR_INPUT, "letter.text", NULL, "a line break inside a name or address line");
	if (!s && (cp & 0xFFFE) == 0xFFFE)
		return fail(err, ERR_INPUT, "letter.text", NULL, "U+%04X is no character", cp);
	if (s)
		return fail(err, ERR_INPUT, "letter.text", NULL, "U+%04X is %s", cp, s->why);
	return ok();
}

struct result glyphs_next(struct str *rest, bool name, struct glyphs_cluster *ret,
                          struct err *err)
{
	struct glyphs_cluster c = { .text = { rest->p, 0 } };
	struct str s = *rest;
	if (!utf8_next(&s, &c.base))
		return fail(err, ERR_INPUT, "letter.text", "RFC 3629 §4", "a byte that is no UTF-8");
	TRY(allowed(c.base, name, err));
	if (glyphs_is_selector(c.base))
		return fail(err, ERR_INPUT, "letter.text", "UTS #37 §2",
		            "variation selector U+%04X with no character before it", c.base);
	c.line_break = c.base == '\n';
	struct str peek = s;
	for (uint32_t cp; !c.line_break && utf8_next(&peek, &cp); s = peek) {
		if (glyphs_is_selector(cp) && !c.selector && !c.nmarks) {
			c.selector = cp;
			continue;
		}
		if (glyphs_is_selector(cp))
			return fail(err, ERR_INPUT, "letter.text", "UTS #37 §2",
			            "variation selector U+%04X after U+%04X has nothing to select", cp, c.base);
		if (!g_unichar_ismark(cp))
			break;
		TRY(allowed(cp, name, err));
		if (c.nmarks == GLYPHS_CLUSTER_MAX)
			return fail(err, ERR_INPUT, "letter.text", NULL,
			            "more than %d marks on U+%04X", GLYPHS_CLUSTER_MAX, c.base);
		c.marks[c.nmarks++] = cp;
	}
	c.text.n = (size_t)(s.p - c.text.p);
	*rest = s;
	*ret = c;
	return ok();
}
