/* 元号: dates in Japan's eras, written as people read them and read as people
 * write them. The rows say all there is to know about an era. */
#include "base/calendar.h"
#include "base/text.h"
#include "base/text_map.h"

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

static const struct era eras[] = { /* newest first */
	{ "令和", "れいわ", "Reiwa", 'R', { 2019, 5, 1 } },
	{ "平成", "へいせい", "Heisei", 'H', { 1989, 1, 8 } },
	{ "昭和", "しょうわ", "Showa", 'S', { 1926, 12, 25 } },
	{ "大正", "たいしょう", "Taisho", 'T', { 1912, 7, 30 } },
	{ "明治", "めいじ", "Meiji", 'M', { 1868, 1, 25 } },
};

/* One character each: U+32FF and U+337B to U+337E, in the order of the rows. */
static const char *const squares[] = { "㋿", "㍻", "㍼", "㍽", "㍾" };

static const struct date gregorian_since = { 1873, 1, 1 };

const struct era *era_at(size_t i)
{
	return i < LEN(eras) ? &eras[i] : NULL;
}

const struct era *date_era(struct date d, int *ret_year)
{
	for (size_t i = 0; i < LEN(eras); i++)
		if (date_cmp(d, eras[i].first) >= 0) {
			if (ret_year)
				*ret_year = d.year - eras[i].first.year + 1;
			return &eras[i];
		}
	return NULL;
}

static bool is_letter(struct str s, char letter)
{
	uint32_t cp;
	if (!utf8_next(&s, &cp) || s.n)
		return false;
	cp = text_map_half_ascii(cp);
	return cp == (uint32_t)letter || cp == (uint32_t)letter + 32;
}

const struct era *era_find(struct str name)
{
	for (size_t i = 0; i < LEN(eras); i++)
		if (str_eq(name, str_c(eras[i].name)) || str_eq(name, str_c(eras[i].reading)) ||
		    str_eq_nocase(name, str_c(eras[i].english)) || str_eq(name, str_c(squares[i])) ||
		    is_letter(name, eras[i].letter))
			return &eras[i];
	return NULL;
}

bool date_from_era(struct str era, int year, int month, int day, struct date *ret)
{
	const struct era *e = era_find(era);
	struct date d;
	if (!e || year < 1 || year > 999 || !date_make(e->first.year + year - 1, month, day, &d))
		return false;
	if (date_era(d, NULL) != e || date_cmp(d, gregorian_since) < 0)
		return false;
	*ret = d;
	return true;
}

struct str date_western_text(struct arena *a, struct date d)
{
	return arena_printf(a, "%d年%d月%d日", d.year, d.month, d.day);
}

struct str date_era_text(struct arena *a, struct date d)
{
	int year;
	if (date_cmp(d, gregorian_since) < 0)
		return date_western_text(a, d);
	const struct era *e = date_era(d, &year);
	if (year == 1)
		return arena_printf(a, "%s元年%d月%d日", e->name, d.month, d.day);
	return arena_printf(a, "%s%d年%d月%d日", e->name, year, d.month, d.day);
}

struct str date_era_short(struct arena *a, struct date d)
{
	int year;
	if (date_cmp(d, gregorian_since) < 0)
		return date_format(a, d);
	const struct era *e = date_era(d, &year);
	return arena_printf(a, "%c%d.%d.%d", e->letter, year, d.month, d.day);
}

/* ---- reading ---- */

struct reader {
	struct str rest;
};

static void skip_space(struct reader *r)
{
	struct str rest = r->rest;
	uint32_t cp;
	while (utf8_next(&rest, &cp) && text_map_is_space(cp))
		r->rest = rest;
}

/* 1 to max digits of either width. */
static bool number(struct reader *r, int max, int *ret)
{
	struct str rest = r->rest;
	uint32_t cp;
	int n = 0, v = 0;
	skip_space(r);
	for (rest = r->rest; utf8_next(&rest, &cp); r->rest = rest, n++) {
		cp = text_map_half_ascii(cp);
		if (cp < '0' || cp > '9')
			break;
		if (n == max)
			return false;
		v = v * 10 + (int)(cp - '0');
	}
	*ret = v;
	return n > 0;
}

/* Separators: 年 月 日 spell a date out; the others must be all the same. */
static uint32_t separator(struct reader *r)
{
	struct str rest;
	uint32_t cp;
	skip_space(r);
	rest = r->rest;
	if (!utf8_next(&rest, &cp))
		return 0;
	cp = text_map_half_ascii(cp);
	if (text_map_is_hyphen(cp) || text_map_is_long_mark(cp))
		cp = '-';
	else if (cp == 0x30FB || cp == 0xB7 || cp == 0xFF65)
		cp = '.'; /* ・ */
	r->rest = rest;
	return cp;
}

static bool month_and_day(struct reader *r, uint32_t first, int *ret_month, int *ret_day)
{
	uint32_t second;
	bool spelled = first == 0x5E74; /* 年 */
	if (!spelled && first != '-' && first != '/' && first != '.')
		return false;
	if (!number(r, 2, ret_month))
		return false;
	second = separator(r);
	if (second != (spelled ? 0x6708u : first) || !number(r, 2, ret_day)) /* 月 */
		return false;
	if (spelled && separator(r) != 0x65E5) /* 日 */
		return false;
	skip_space(r);
	return r->rest.n == 0;
}

/* The longest era name at the front. */
static const struct era *era_front(struct reader *r)
{
	for (size_t n = r->rest.n < 24 ? r->rest.n : 24; n > 0; n--) {
		const struct era *e = era_find(str_sub(r->rest, 0, n));
		if (e) {
			r->rest = str_from(r->rest, n);
			return e;
		}
	}
	return NULL;
}

static bool read_era(struct reader *r, const struct era *e, struct date *ret)
{
	int year, month, day;
	skip_space(r);
	if (str_starts(r->rest, STR("元"))) {
		r->rest = str_from(r->rest, STR("元").n);
		year = 1;
	} else if (!number(r, 2, &year)) {
		return false;
	}
	return month_and_day(r, separator(r), &month, &day) &&
	       date_from_era(str_c(e->name), year, month, day, ret);
}

static bool read_compact(struct reader r, struct date *ret)
{
	int v;
	if (!number(&r, 8, &v) || r.rest.n || v < 10000000)
		return false;
	return date_make(v / 10000, v / 100 % 100, v % 100, ret);
}

bool date_read(struct str s, struct date *ret)
{
	struct reader r = { text_trim(s) };
	int year, month, day;
	const struct era *e = era_front(&r);
	if (e)
		return read_era(&r, e, ret);
	if (read_compact(r, ret))
		return true;
	return number(&r, 4, &year) && year >= 1000 &&
	       month_and_day(&r, separator(&r), &month, &day) && date_make(year, month, day, ret);
}
