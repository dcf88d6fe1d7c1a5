/* Japanese text: what counts as a character, widths, kana, folding. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* behind ours: it has a macro called fail */

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

struct pair {
	const char *from, *to;
};

static void assert_rows(struct arena *a, const struct pair *rows, size_t n,
                        struct str (*f)(struct arena *, struct str))
{
	for (size_t i = 0; i < n; i++)
		assert_str(f(a, str_c(rows[i].from)), rows[i].to);
}

static void utf8_is_what_unicode_says(void **state)
{
	(void)state;
	static const struct { const char *s; size_t n; bool valid; } rows[] = {
		{ "", 0, true }, { "a\0b", 3, true }, { "é", 2, true }, { "あ", 3, true }, { "𠮷", 4, true },
		{ "\xF4\x8F\xBF\xBF", 4, true }, { "\xEF\xBF\xBF", 3, true }, { "\xEE\x80\x80", 3, true },
		{ "\x80", 1, false }, { "\xC0\x80", 2, false }, { "\xC1\xBF", 2, false },
		{ "\xC2", 1, false }, { "\xC2\x41", 2, false }, { "\xE0\x9F\xBF", 3, false },
		{ "\xE3\x81", 2, false }, { "\xE3\x41\x81", 3, false }, { "\xE3\x81\x41", 3, false },
		{ "\xED\xA0\x80", 3, false }, { "\xED\x9F\xBF", 3, true }, { "\xF0\x8F\xBF\xBF", 4, false },
		{ "\xF4\x90\x80\x80", 4, false }, { "\xF5\x80\x80\x80", 4, false }, { "\xFE", 1, false },
		{ "abcdefgh\x80", 9, false }, { "abcdefghあijklmnop", 19, true },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (utf8_valid(str_of(rows[i].s, rows[i].n)) != rows[i].valid)
			fail_msg("row %zu", i);
}

static void every_code_point_goes_there_and_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		char out[4];
		uint32_t back;
		if (cp == 0xD800)
			cp = 0xE000;
		struct str s = str_of(out, utf8_put(out, cp));
		if (!utf8_next(&s, &back) || back != cp || s.n != 0)
			fail_msg("U+%04X", cp);
	}
}

static void cutting_keeps_sequences_whole(void **state)
{
	(void)state;
	assert_str(utf8_cut(STR("あい"), 4), "あ");
	assert_str(utf8_cut(STR("あい"), 2), "");
	assert_str(utf8_cut(STR("あい"), 6), "あい");
}

static void characters_are_what_people_see(void **state)
{
	(void)state;
	static const struct { const char *s; size_t chars, points; } rows[] = {
		{ "", 0, 0 }, { "abc", 3, 3 }, { "加賀", 2, 2 }, { "𠮷野", 2, 2 },
		{ "辻\U000E0100", 1, 2 },                 /* ideographic variation sequence */
		{ "葛\U000E0101飾区", 3, 4 }, { "邉\U000E0120\U000E0101", 1, 3 },
		{ "が", 1, 1 }, { "か\u3099", 1, 2 },     /* decomposed */
		{ "\U000E0100", 1, 1 }, { "❤\uFE0F", 1, 2 },
		{ "👨\u200D👩\u200D👧", 1, 5 }, { "🇯🇵🇯🇵", 2, 4 }, { "👍🏽", 1, 2 },
		{ "\xFF\xFE", 2, 2 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		if (text_chars(str_c(rows[i].s)) != rows[i].chars)
			fail_msg("row %zu: %zu characters", i, text_chars(str_c(rows[i].s)));
		assert_int_equal(text_points(str_c(rows[i].s)), rows[i].points);
	}
	assert_true(text_fits(STR("辻\U000E0100子"), 2));
	assert_false(text_fits(STR("辻\U000E0100子"), 1));
	assert_str(text_first(STR("辻\U000E0100子"), 1), "辻\U000E0100");
	assert_str(text_first(STR("あ"), 0), "");
}

static void control_characters_are_found(void **state)
{
	(void)state;
	static const char *const bad[] = { "a\nb", "a\tb", "\x7F", "\xC2\x85", "\u202Eabc", "\u200B",
		"\uFEFF", "\uE000", "\U000F0000", "\uFFFE", "\u2028", "\x1B[0m", "\xFF", "a\xE3\x81",
		"\u2066", "\U000E0041" };
	for (size_t i = 0; i < LEN(bad); i++)
		if (!text_has_control(str_c(bad[i])))
			fail_msg("row %zu", i);
	assert_true(text_has_control(str_of("a\0b", 3)));
	assert_false(text_has_control(STR("加賀 花子　Ａ-1 𠮷 辻\U000E0100 👨\u200D👩")));
	assert_false(text_has_control_line(STR("一行目\n\t二行目")));
	assert_true(text_has_control_line(STR("a\r\n")));
	assert_true(text_has_control_line(STR("a\u202E")));
}

static void half_width(void **state)
{
	static const struct pair rows[] = {
		{ "１２３ＡＢＣａｂｃ！　～", "123ABCabc! ~" }, { "ｶﾞｷﾞﾊﾟﾋﾟｳﾞﾜﾞｦﾞ", "ガギパピヴヷヺ" },
		{ "ｱｲｳ｡｢｣､･ｰ", "アイウ。「」、・ー" }, { "ﾞｱﾞﾟ", "゛ア゛゜" }, { "か\u3099は\u309A", "がぱ" },
		{ "加賀市", "加賀市" }, { "", "" }, { "￥", "¥" }, { "\xFFz", "\uFFFDz" },
	};
	assert_rows(*state, rows, LEN(rows), text_half_width);
}

static void full_width(void **state)
{
	static const struct pair rows[] = {
		{ "123 ABC~", "１２３　ＡＢＣ～" }, { "ｶﾞ", "ガ" }, { "加賀", "加賀" },
	};
	assert_rows(*state, rows, LEN(rows), text_full_width);
	assert_str(text_kana_width(*state, STR("ｶﾞA１")), "ガA１");
}

static void kana_change_into_each_other(void **state)
{
	assert_str(text_katakana(*state, STR("ぁあがゔゖゝー加A")), "ァアガヴヶヽー加A");
	assert_str(text_hiragana(*state, STR("ァアガヴヶヽーヷ加A")), "ぁあがゔゖゝーヷ加A");
}

static void kana_names_as_registers_keep_them(void **state)
{
	static const struct pair rows[] = {
		{ "かが　はなこ", "カガ ハナコ" }, { " ｶｶﾞ  ﾊﾅｺ ", "カガ ハナコ" },
		{ "コ-ポ", "コーポ" }, { "ローズ−マリ－", "ローズーマリー" }, { "ジョン・スミス", "ジョン・スミス" },
		{ "", "" }, { "　", "" },
	};
	assert_rows(*state, rows, LEN(rows), text_kana_name);
	assert_true(text_is_kana(STR("カガ ハナコ")));
	assert_true(text_is_kana(STR("ジョン・スミスー　ヴ")));
	static const char *const bad[] = { "", " ", "ー", "かが", "ｶｶﾞ", "加賀", "カガA", "カガ1",
		"カガ\n", "カガ\xFF", "カ\u3099", "カガ-" };
	for (size_t i = 0; i < LEN(bad); i++)
		if (text_is_kana(str_c(bad[i])))
			fail_msg("accepted %s", bad[i]);
}

static void one_line_and_trim(void **state)
{
	assert_str(text_one_line(*state, STR(" 加賀　 花子\n")), "加賀 花子");
	assert_str(text_one_line(*state, STR("辻\U000E0100　一")), "辻\U000E0100 一");
	assert_str(text_trim(STR("　\t加 賀\u00A0　")), "加 賀");
	assert_str(text_trim(STR("　 ")), "");
	assert_str(text_lines(*state, STR("a\r\nb\rc\n\r\n")), "a\nb\nc\n\n");
}

static void hyphens_of_all_kinds(void **state)
{
	assert_str(text_hyphens(*state, STR("090‐1234−5678")), "090-1234-5678");
	assert_str(text_hyphens(*state, STR("０７６１ー００－1―2ｰ3–4—5─6")), "０７６１-００-1-2-3-4-5-6");
	static const struct pair rows[] = {
		{ "大聖寺南町１ー２‐３", "大聖寺南町1-2-3" }, { "一丁目ー２", "一丁目-2" },
		{ "コーポ加賀２０３", "コーポ加賀203" }, { "ﾒｿﾞﾝｰ１−２", "メゾンー1-2" },
		{ "字ロ　１２番地　Ａ－５", "字ロ 12番地 A-5" }, { "メゾン－A", "メゾン-A" },
		{ "辻\U000E0100町１", "辻\U000E0100町1" },
	};
	assert_rows(*state, rows, LEN(rows), text_address);
}

static void folding_makes_the_same_the_same(void **state)
{
	static const char *const groups[][5] = {
		{ "カガ ハナコ", "かがはなこ", "ｶｶﾞ ﾊﾅｺ", "カガ・ハナコ", NULL },
		{ "ＡＢＣ－１", "abc-1", "Abc‐１", "ABC ー 1", NULL },
		{ "髙﨑 一郎", "高崎一郎", "髙\U000E0100崎　一郎", NULL },
		{ "渡邊", "渡邉", "渡辺", "渡邉\U000E0101", NULL },
		{ "𠮷田", "吉田", NULL }, { "\uFA10田", "塚田", NULL },
		{ "コンピュータ－", "こんぴゅーたー", "ｺﾝﾋﾟｭｰﾀｰ", NULL },
		{ "ÉCOLE", "école", NULL },
	};
	for (size_t g = 0; g < LEN(groups); g++) {
		struct str first = text_fold(*state, str_c(groups[g][0]));
		for (size_t i = 1; i < 5 && groups[g][i]; i++)
			assert_true(str_eq(text_fold(*state, str_c(groups[g][i])), first));
		assert_true(str_eq(text_fold(*state, first), first));
	}
	assert_str(text_fold(*state, STR("か\u3099か")), "がか");
	assert_false(str_eq(text_fold(*state, STR("はなこ")), text_fold(*state, STR("ばなこ"))));
}

static void folding_twice_changes_nothing(void **state)
{
	struct arena *a = *state;
	for (uint32_t cp = 1; cp <= 0x3FFFF; cp++) {
		char out[8];
		if (cp == 0xD800)
			cp = 0xE000;
		size_t n = utf8_put(out, cp);
		if (cp % 4096 == 0)
			arena_reset(a);
		struct str once = text_fold(a, str_of(out, n));
		if (!str_eq(once, text_fold(a, once)))
			fail_msg("U+%04X", cp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(utf8_is_what_unicode_says), T(every_code_point_goes_there_and_back),
		T(cutting_keeps_sequences_whole), T(characters_are_what_people_see),
		T(control_characters_are_found), T(half_width), T(full_width),
		T(kana_change_into_each_other), T(kana_names_as_registers_keep_them),
		T(one_line_and_trim), T(hyphens_of_all_kinds), T(folding_makes_the_same_the_same),
		T(folding_twice_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
