/* Any bytes as what somebody typed: dates, names, addresses, numbers, encodings.
 * Results are well-formed, stable when repeated, and mean what they came from. */
#include <stdlib.h>

#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/text.h"

static void must(bool held)
{
	if (!held)
		abort();
}

typedef struct str rewrite_fn(struct arena *a, struct str s);

static void rewrites(struct arena *a, struct str s)
{
	static rewrite_fn *const all[] = { text_half_width, text_full_width, text_kana_width,
		text_katakana, text_hiragana, text_kana_name, text_one_line, text_hyphens, text_address,
		text_fold };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct str once = all[i](a, s);
		must(utf8_valid(once));
		must(str_eq(all[i](a, once), once));
	}
}

static void counts(struct str s)
{
	size_t points = text_points(s), chars = text_chars(s);
	must(chars <= points && points <= s.n);
	must((chars == 0) == (s.n == 0));
	must(text_fits(s, chars) && (chars == 0 || !text_fits(s, chars - 1)));
	must(text_chars(text_first(s, chars / 2)) == chars / 2);
	must(text_trim(s).n <= s.n);
	must(text_has_control(s) || utf8_valid(s));
	must(!text_is_kana(s) || !text_has_control(s));
}

static void dates(struct arena *a, struct str s)
{
	struct date d, back;
	int64_t us, again;
	if (date_read(s, &d)) {
		must(date_is_valid(d));
		if (d.year < 2100) /* no era has seen its hundredth year: that is a slip */
			must(date_read(date_era_text(a, d), &back) && date_cmp(d, back) == 0);
		must(date_parse(date_format(a, d), &back) && date_cmp(d, back) == 0);
	}
	/* an offset may carry the first and last hours of the calendar out of it */
	if (time_parse(s, &us) && date_is_valid(jst_date(us - 9 * CLOCK_HOUR)))
		must(time_parse(time_format(a, us), &again) && again == us);
}

static void codes(struct arena *a, struct str s)
{
	struct str out, receipt;
	if (is_ok(base64_decode(a, s, &out, NULL)))
		must(str_eq(base64_encode(a, out), s));
	if (is_ok(base64url_decode(a, s, &out, NULL)))
		must(str_eq(base64url_encode(a, out), s));
	if (is_ok(base32_decode(a, s, &out, NULL)))
		must(str_eq(base32_encode(a, out), s));
	if (is_ok(hex_decode(a, s, &out, NULL)))
		must(str_eq_nocase(hex_encode(a, out), s));
	if (is_ok(form_decode(a, s, &out, NULL)))
		must(is_ok(form_decode(a, form_encode(a, out), &receipt, NULL)) && str_eq(receipt, out));
	if (receipt_read(a, s, &receipt))
		must(receipt_read(a, receipt_show(a, receipt), &out) && str_eq(out, receipt));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 64 * 1024)
		return 0;
	ARENA_AUTO a = arena_new(0);
	struct str s = str_of((const char *)data, size);
	rewrites(a, s);
	counts(s);
	dates(a, s);
	codes(a, s);
	return 0;
}
