#include "base/text_map.h"

#include <stddef.h>
#include <uchar.h>

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

struct range {
	uint32_t from, to;
};

/* Ranges are sorted; the tables are short, so a walk is as good as a search. */
static bool in(const struct range *ranges, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n && ranges[i].from <= cp; i++)
		if (cp <= ranges[i].to)
			return true;
	return false;
}

bool text_map_is_space(uint32_t cp)
{
	static const struct range spaces[] = {
		{ '\t', '\r' }, { ' ', ' ' }, { 0x85, 0x85 }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 },
		{ 0x2000, 0x200B }, { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x2060 },
		{ 0x3000, 0x3000 }, { 0xFEFF, 0xFEFF },
	};
	return in(spaces, LEN(spaces), cp);
}

bool text_map_is_hyphen(uint32_t cp)
{
	static const struct range hyphens[] = {
		{ '-', '-' }, { 0xAD, 0xAD }, { 0x2D7, 0x2D7 }, { 0x2010, 0x2015 }, { 0x2043, 0x2043 },
		{ 0x207B, 0x207B }, { 0x208B, 0x208B }, { 0x2212, 0x2212 }, { 0x2500, 0x2501 },
		{ 0x2796, 0x2796 }, { 0xFE58, 0xFE58 }, { 0xFE63, 0xFE63 }, { 0xFF0D, 0xFF0D },
	};
	return in(hyphens, LEN(hyphens), cp);
}

bool text_map_is_long_mark(uint32_t cp)
{
	return cp == 0x30FC || cp == 0xFF70;
}

bool text_map_is_variation(uint32_t cp)
{
	return (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF) ||
	       (cp >= 0x180B && cp <= 0x180D) || cp == 0x180F;
}

bool text_map_is_extender(uint32_t cp)
{
	static const struct range extenders[] = {
		{ 0x0300, 0x036F }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200D, 0x200D },
		{ 0x20D0, 0x20F0 }, { 0x3099, 0x309A }, { 0xFE20, 0xFE2F }, { 0x1F3FB, 0x1F3FF },
		{ 0xE0020, 0xE007F },
	};
	return text_map_is_variation(cp) || in(extenders, LEN(extenders), cp);
}

bool text_map_is_control(uint32_t cp)
{
	static const struct range controls[] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0x061C, 0x061C }, { 0x200B, 0x200B },
		{ 0x200E, 0x200F },
		{ 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xE000, 0xF8FF }, { 0xFDD0, 0xFDEF },
		{ 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F }, { 0xF0000, 0x10FFFF },
	};
	return (cp & 0xFFFE) == 0xFFFE || in(controls, LEN(controls), cp);
}

static bool is_hiragana(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x3096) || cp == 0x309D || cp == 0x309E;
}

static bool is_katakana(uint32_t cp)
{
	return (cp >= 0x30A1 && cp <= 0x30FA) || cp == 0x30FD || cp == 0x30FE;
}

bool text_map_is_kana(uint32_t cp)
{
	return is_hiragana(cp) || is_katakana(cp);
}

uint32_t text_map_half_ascii(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		return cp - 0xFEE0;
	switch (cp) {
	case 0x3000: return ' ';
	case 0xFFE0: return 0xA2; /* ￠ */
	case 0xFFE1: return 0xA3; /* ￡ */
	case 0xFFE5: return 0xA5; /* ￥ */
	case 0x2018: case 0x2019: return '\'';
	case 0x201C: case 0x201D: return '"';
	default: return cp;
	}
}

uint32_t text_map_full_ascii(uint32_t cp)
{
	if (cp >= 0x21 && cp <= 0x7E)
		return cp + 0xFEE0;
	return cp == ' ' ? 0x3000 : cp == 0xA5 ? 0xFFE5 : cp;
}

uint32_t text_map_full_kana(uint32_t cp)
{
	static const uint16_t full[] = { /* U+FF61 to U+FF9F */
		0x3002, 0x300C, 0x300D, 0x3001, 0x30FB, 0x30F2, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9,
		0x30E3, 0x30E5, 0x30E7, 0x30C3, 0x30FC, 0x30A2, 0x30A4, 0x30A6, 0x30A8, 0x30AA, 0x30AB,
		0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7, 0x30B9, 0x30BB, 0x30BD, 0x30BF, 0x30C1,
		0x30C4, 0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC, 0x30CD, 0x30CE, 0x30CF, 0x30D2, 0x30D5,
		0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4, 0x30E6, 0x30E8, 0x30E9,
		0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3, 0x309B, 0x309C,
	};
	_Static_assert(LEN(full) == 0xFF9F - 0xFF61 + 1, "one row for each half-width kana");
	return cp >= 0xFF61 && cp <= 0xFF9F ? full[cp - 0xFF61] : cp;
}

uint32_t text_map_katakana(uint32_t cp)
{
	return is_hiragana(cp) ? cp + 0x60 : cp;
}

uint32_t text_map_hiragana(uint32_t cp)
{
	/* ヷ to ヺ have no hiragana */
	bool has = (cp >= 0x30A1 && cp <= 0x30F6) || cp == 0x30FD || cp == 0x30FE;
	return has ? cp - 0x60 : cp;
}

static uint32_t compose_voiced(uint32_t k)
{
	bool odd_row = (k >= 0x30AB && k <= 0x30C1 && (k & 1)); /* カ to チ */
	bool even_row = k == 0x30C4 || k == 0x30C6 || k == 0x30C8;
	bool ha_row = k >= 0x30CF && k <= 0x30DB && (k - 0x30CF) % 3 == 0;
	if (odd_row || even_row || ha_row || k == 0x30FD)
		return k + 1;
	if (k == 0x30A6)
		return 0x30F4; /* ヴ */
	return k >= 0x30EF && k <= 0x30F2 ? k + 8 : 0; /* ヷ ヸ ヹ ヺ */
}

uint32_t text_map_compose(uint32_t base, uint32_t mark)
{
	bool hira = is_hiragana(base);
	uint32_t k = hira ? base + 0x60 : base, out = 0;
	if (mark == 0x3099)
		out = compose_voiced(k);
	else if (mark == 0x309A && k >= 0x30CF && k <= 0x30DB && (k - 0x30CF) % 3 == 0)
		out = k + 2;
	if (hira && out >= 0x30F7 && out <= 0x30FA)
		return 0;
	return out && hira ? out - 0x60 : out;
}

/* From, to; pairs a person takes for the same name. Nothing on the right stands
 * on the left, so folding twice changes nothing. */
uint32_t text_map_kanji_fold(uint32_t cp)
{
	static const char32_t pairs[] =
		/* compatibility ideographs beside their unified form (Unicode 15) */
		U"\uF91D\u6B04\uF928\u5ECA\uF929\u6717\uF9DC\u9686\uFA10\u585A\uFA12\u6674"
		U"\uFA15\u51DE\uFA16\u732A\uFA17\u76CA\uFA18\u793C\uFA19\u795E\uFA1A\u7965"
		U"\uFA1B\u798F\uFA1C\u9756\uFA1D\u7CBE\uFA1E\u7FBD\uFA22\u8AF8\uFA25\u9038"
		U"\uFA26\u90FD\uFA2A\u98EF\uFA2B\u98FC\uFA2C\u9928\uFA2D\u9DB4"
		/* old, popular and regional forms */
		U"髙高﨑崎嵜崎濵浜濱浜德徳𠮷吉邊辺邉辺齋斎齊斉澤沢廣広國国櫻桜瀨瀬嶋島嶌島冨富峯峰桒桑"
		U"圓円眞真惠恵龍竜瀧滝曾曽藪薮檜桧會会萬万壽寿榮栄寬寛巖巌彌弥權権亞亜實実靜静淸清晉晋"
		U"增増橫横黑黒條条豐豊應応學学關関鷗鴎驒騨槇槙祿禄顯顕郞郎舘館兒児鐵鉄莊荘藏蔵將将堯尭"
		U"遙遥瑤瑶藝芸緣縁繩縄縣県靈霊鹽塩戶戸鄕郷俱倶槗橋";
	if (cp < 0x4E00)
		return cp;
	for (size_t i = 0; i + 1 < LEN(pairs); i += 2)
		if (pairs[i] == cp)
			return pairs[i + 1];
	return cp;
}
