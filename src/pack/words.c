/* Small questions about words: is this a date, a name FEEL can read (OMG DMN
 * 1.5 §10.3.1.2, without spaces and operators, so that it never needs care). */
#include "base/calendar.h"
#include "base/utf8.h"
#include "pack/load.h"

bool word_is_date(struct str s)
{
	struct date day;
	return date_parse(s, &day) && day.year >= 1868;
}

static bool is_reserved(struct str s)
{
	static const struct str reserved[] = {
		STR_INIT("if"), STR_INIT("then"), STR_INIT("else"), STR_INIT("for"), STR_INIT("in"),
		STR_INIT("return"), STR_INIT("some"), STR_INIT("every"), STR_INIT("satisfies"),
		STR_INIT("and"), STR_INIT("or"), STR_INIT("not"), STR_INIT("between"),
		STR_INIT("true"), STR_INIT("false"), STR_INIT("null"), STR_INIT("function"),
		STR_INIT("external"), STR_INIT("instance"), STR_INIT("of"),
	};
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
		if (str_eq(s, reserved[i]))
			return true;
	}
	return false;
}

static bool segment_is_name(struct str s)
{
	bool first = true;
	uint32_t c;
	while (utf8_next(&s, &c)) {
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
			|| (c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x30FA) || c == 0x30FC
			|| (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF)
			|| (c >= 0x20000 && c <= 0x3FFFF);
		bool digit = c >= '0' && c <= '9';
		if (!letter && (first || !digit))
			return false;
		first = false;
	}
	return !first && str_empty(s);
}

bool word_is_call(struct str s)
{
	struct str word, rest = s;
	for (bool more = true; more;) {
		more = str_cut(rest, ' ', &word, &rest);
		if (!segment_is_name(word) || is_reserved(word))
			return false;
	}
	return s.n <= 60;
}

bool word_is_name(struct str s)
{
	enum { NAME_MAX_BYTES = 120, SEGMENTS_MAX = 4 };
	if (s.n > NAME_MAX_BYTES)
		return false;
	struct str segment, rest = s; /* behind a dot FEEL takes its own words as names */
	bool more = true;
	for (int i = 0; more; i++) {
		if (i == SEGMENTS_MAX)
			return false;
		more = str_cut(rest, '.', &segment, &rest);
		if (!segment_is_name(segment) || (i == 0 && is_reserved(segment)))
			return false;
	}
	return true;
}
