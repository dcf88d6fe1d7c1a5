/* Functions of the house; see functions.h. Pure. */
#include "pack/functions.h"

#include "base/text.h"
#include "rule/native.h"

/* How 全銀協 lets banks write a reading: half width, small kana large, no ヲ, a
 * hyphen for ー; spaces anywhere. text_fold has done the widths, the hyphens and
 * the spaces, and made hiragana. */
static uint32_t bank_kana(uint32_t c)
{
	static const struct { uint32_t small, large; } rows[] = {
		{ 0x3041, 0x3042 }, { 0x3043, 0x3044 }, { 0x3045, 0x3046 }, { 0x3047, 0x3048 },
		{ 0x3049, 0x304A }, { 0x3063, 0x3064 }, { 0x3083, 0x3084 }, { 0x3085, 0x3086 },
		{ 0x3087, 0x3088 }, { 0x308E, 0x308F }, { 0x3092, 0x304A }, { 0x3095, 0x304B },
		{ 0x3096, 0x3051 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].small == c)
			return rows[i].large;
	}
	return c;
}

static struct str bank_reading(struct arena *a, struct str kana)
{
	struct str rest = text_fold(a, kana);
	BUF_AUTO b;
	buf_init(&b, rest.n * 2 + 16);
	uint32_t c;
	while (utf8_next(&rest, &c))
		utf8_add(&b, bank_kana(c));
	return arena_str(a, buf_str(&b));
}

/* null when one of them is no text: nothing was compared. */
static struct feel_value same_kana(const struct feel_call *call, const struct feel_value *args,
                                   size_t n)
{
	if (n != 2 || args[0].kind != FEEL_STRING || args[1].kind != FEEL_STRING)
		return feel_null();
	struct str x = bank_reading(call->arena, args[0].string);
	struct str y = bank_reading(call->arena, args[1].string);
	return feel_bool(x.n > 0 && str_eq(x, y));
}

static struct feel_value money(const struct feel_call *call, const struct feel_value *args, size_t n)
{
	if (n != 1 || args[0].kind != FEEL_NUMBER)
		return feel_null();
	struct str digits = feel_to_text(call->arena, &args[0]);
	bool minus = str_starts(digits, STR("-"));
	digits = str_from(digits, minus);
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return feel_null(); /* there are no parts of a yen */
	}
	BUF_AUTO b;
	buf_init(&b, digits.n * 2 + 16);
	buf_add(&b, minus ? STR("-") : STR(""));
	for (size_t i = 0; i < digits.n; i++) {
		if (i > 0 && (digits.n - i) % 3 == 0)
			buf_add_char(&b, ',');
		buf_add_char(&b, digits.p[i]);
	}
	buf_add(&b, STR("円"));
	return feel_string(arena_str(call->arena, buf_str(&b)));
}

void pack_functions_put(struct feel_context_builder *b)
{
	static const struct str two[] = { STR_INIT("x"), STR_INIT("y") };
	static const struct str one[] = { STR_INIT("n") };
	feel_put(b, STR("same kana"), feel_native_value(b->arena, same_kana, NULL, two, 2));
	feel_put(b, STR("money"), feel_native_value(b->arena, money, NULL, one, 1));
}
