/* The signature sheet: every value that is signed is seen, in the words of the
 * procedure where it is known, and as it was typed. */
#include "phone_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define SHEET "/t/" STAGE_TX
#define KNOWN "\"procedure\":\"disaster_certificate\",\"version\":\"2026-04-01\""

static struct shown sheet(struct stage *s, const char *application)
{
	stage_choose(s, "hanako");
	stage_offer(s, stage_sign(s, application));
	struct shown x = stage_get(s, SHEET);
	if (x.status != 200)
		fail_msg("%d\n%.*s", x.status, STR_ARG(x.body));
	/* The raw document shows everything by itself: the rows must, too. */
	size_t raw = str_find(x.body, STR("<details>"));
	assert_true(raw != STR_NONE);
	x.body = str_sub(x.body, 0, raw);
	return x;
}

static size_t at(struct shown x, const char *text)
{
	size_t i = str_find(x.body, str_c(text));
	if (i == STR_NONE)
		fail_msg("«%s» is not on the sheet:\n%.*s", text, STR_ARG(x.body));
	return i;
}

static void the_sheet_is_a_signature_and_nothing_else(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{\"title\":\"罹災証明書の発行申請\",\"authority\":\"172065\"}");
	at(x, "<h1>署名</h1>");
	at(x, "class=\"sheet signing\"");
	at(x, "罹災証明書の発行申請");
	at(x, "加賀市");
	assert_false(stage_says(x, "ログインを承認する"));
}

static void the_password_signs_it_and_the_pin_does_not(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	stage_offer(s, stage_sign(s, "{\"title\":\"x\"}"));
	struct shown page = stage_get(s, SHEET);
	struct str shown = stage_field(page, s->a, "shown");
	const char *form = arena_printf(s->a, "wallet=hanako&shown=%.*s&secret=", STR_ARG(shown)).p;
	struct shown x = stage_post(s, SHEET "/approve", page, arena_printf(s->a, "%s1234", form).p);
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "6〜16文字"));
	x = stage_post(s, SHEET "/approve", page, arena_printf(s->a, "%swrong123", form).p);
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "あと4回"));
	assert_false(stage_says(x, "wrong123"));
	assert_false(stage_says(x, "WRONG123"));
	x = stage_post(s, SHEET "/approve", page, arena_printf(s->a, "%shanako1234", form).p);
	assert_true(str_eq(x.location, STR("/done?what=sign"))); /* small letters are capitals */
}

static void without_a_signing_key_it_says_why(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "aoi");
	stage_offer(s, stage_sign(s, "{\"title\":\"x\"}"));
	struct shown x = stage_get(s, SHEET);
	assert_int_equal(x.status, 403);
	assert_true(stage_says(x, "署名用の電子証明書がありません"));
}

static void known_answers_have_labels_and_the_order_of_the_procedure(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"t\",\"answers\":{"
		"\"copies\":{\"count\":2,\"survey\":\"visit\"},"
		"\"damage\":{\"cause\":\"flood\",\"date\":\"2026-03-20\",\"parts\":[\"wall\",\"floor\"]},"
		"\"contact\":{\"phone\":\"0761-72-7890\"}}}");
	assert_true(at(x, "電話番号") < at(x, "被害を受けた日"));
	assert_true(at(x, "被害を受けた日") < at(x, "必要な枚数"));
	at(x, "洪水・浸水");
	at(x, "2026年3月20日（令和8年）");
	at(x, "壁、床");
	at(x, "市の職員による現地調査");
	assert_false(stage_says(x, "contact.phone"));
}

static void the_same_of_another_version_shows_keys(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{\"procedure\":\"disaster_certificate\",\"version\":\"1999-01-01\","
		"\"title\":\"t\",\"answers\":{\"damage\":{\"cause\":\"flood\"}}}");
	at(x, "damage.cause");
	at(x, "flood");
	assert_false(stage_says(x, "洪水・浸水"));
}

static void nothing_hides_behind_what_is_known(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"t\",\"extra\":\"I sell my house\","
		"\"answers\":{\"contact\":{\"phone\":\"0761-72-7890\",\"also\":\"hidden-one\"},"
		"\"contact.phone\":\"hidden-two\",\"damage\":\"hidden-three\","
		"\"new\":{\"deep\":{\"er\":[1,{\"x\":\"hidden-four\"}]}},\"none\":{},\"nil\":null},"
		"\"values\":{\"amount\":15000}}");
	at(x, "0761-72-7890");
	at(x, "I sell my house");
	at(x, "hidden-one");
	at(x, "hidden-two");
	at(x, "hidden-three");
	at(x, "hidden-four");
	at(x, ">none<");
	at(x, ">nil<");
	at(x, "15000");
}

static void odd_parts_are_shown_as_they_are(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{\"title\":\"t\",\"answers\":\"odd-answers\",\"values\":[\"odd-values\"],"
		"\"attachments\":{\"odd\":\"files\"},\"members\":[\"odd-members\"]}");
	at(x, "odd-answers");
	at(x, "odd-values");
	at(x, "odd&quot;:&quot;files");
	at(x, "odd-members");
}

static void a_value_of_the_wrong_kind_is_not_dressed_up(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"t\",\"answers\":{"
		"\"damage\":{\"cause\":\"tsunami-from-hell\",\"date\":\"20 March\",\"parts\":[\"wall\",\"x9\"]},"
		"\"copies\":{\"count\":{\"n\":77}}}}");
	at(x, "tsunami-from-hell");
	at(x, "20 March");
	at(x, "wall、x9");
	at(x, "77");
}

static void what_was_typed_is_neither_html_nor_ruby(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"<i>t</i>\",\"answers\":{"
		"\"damage\":{\"text\":\"<script>alert(1)</script>\",\"cause\":\"{flood|はれ}\"},"
		"\"{a|b}\":\"{c|d}\"}}");
	assert_false(stage_says(x, "<script>alert"));
	assert_false(stage_says(x, "<i>"));
	assert_false(stage_says(x, "<rt>はれ"));
	assert_false(stage_says(x, "<rt>"));
	at(x, "&lt;script&gt;alert(1)");
	at(x, "{flood|はれ}");
	at(x, "{c|d}");
	at(x, "{a|b}");
}

static void attachments_show_name_size_and_digest(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"t\",\"answers\":{\"damage\":{\"photos\":[\"f1\"]}},"
		"\"attachments\":[{\"field\":\"damage.photos\",\"id\":\"f1\",\"name\":\"家.jpg\",\"kind\":\"jpeg\","
		"\"size\":2500000,\"sha256\":\"aabbccddeeff00112233\"},\"odd-file\"]}");
	at(x, "家.jpg");
	at(x, "2.3 MB");
	at(x, "aabbccdd");
	assert_false(stage_says(x, "aabbccddee"));
	assert_false(stage_says(x, ">f1<")); /* its name stands there */
	at(x, "odd-file");
}

static void people_are_shown_by_name(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" KNOWN ",\"title\":\"t\","
		"\"answers\":{\"household\":{\"members\":[\"m1\",\"m9\"]}},\"members\":{\"m1\":\"加賀 蓮\"}}");
	at(x, "加賀 蓮、m9");
	at(x, "加賀 蓮（m1）");
}

#define ALLOWANCE "\"procedure\":\"child_allowance_claim\",\"version\":\"2026-04-01\""

static void items_of_a_group_stand_one_by_one(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" ALLOWANCE ",\"title\":\"t\",\"answers\":{\"children\":["
		"{\"raise\":true,\"name\":\"一子\",\"secret\":\"hidden-a\"},"
		"{\"name\":\"二郎\",\"birth\":\"2019-03-31\"},\"hidden-b\"]}}");
	assert_true(at(x, "お子さん 1") < at(x, "一子"));
	assert_true(at(x, "一子") < at(x, "監護し")); /* the order of the page */
	assert_true(at(x, "監護し") < at(x, "hidden-a"));
	assert_true(at(x, "hidden-a") < at(x, "お子さん 2"));
	assert_true(at(x, "お子さん 2") < at(x, "二郎"));
	at(x, "2019年3月31日（平成31年）");
	assert_true(at(x, "お子さん 3") < at(x, "hidden-b"));
	assert_false(stage_says(x, "children"));
}

static void an_account_is_shown_part_by_part(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" ALLOWANCE ",\"title\":\"t\",\"answers\":{\"account\":{\"own\":{"
		"\"bank\":\"0145\",\"branch\":\"021\",\"kind\":\"ordinary\",\"number\":\"1234567\","
		"\"holder\":\"カガ ハナコ\",\"to\":\"hidden-c\"}}}}");
	assert_true(at(x, "金融機関コード") < at(x, "0145"));
	assert_true(at(x, "— 口座番号") < at(x, "1234567"));
	assert_true(at(x, "— 種目") < at(x, "普通"));
	at(x, "hidden-c");
}

static void computed_values_without_a_label_stand_last(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet(s, "{" ALLOWANCE ",\"title\":\"t\",\"answers\":{},"
		"\"values\":{\"kids\":[{\"name\":\"hidden-d\"}],\"monthly\":15000,\"made\":\"hidden-e\"}}");
	assert_true(at(x, "管理のための情報") < at(x, "hidden-d"));
	assert_true(at(x, "管理のための情報") < at(x, "hidden-e"));
	at(x, "15000");
}

#define T(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_sheet_is_a_signature_and_nothing_else),
		T(the_password_signs_it_and_the_pin_does_not), T(without_a_signing_key_it_says_why),
		T(known_answers_have_labels_and_the_order_of_the_procedure),
		T(the_same_of_another_version_shows_keys), T(nothing_hides_behind_what_is_known),
		T(odd_parts_are_shown_as_they_are), T(a_value_of_the_wrong_kind_is_not_dressed_up),
		T(what_was_typed_is_neither_html_nor_ruby), T(attachments_show_name_size_and_digest),
		T(people_are_shown_by_name), T(items_of_a_group_stand_one_by_one),
		T(an_account_is_shown_part_by_part), T(computed_values_without_a_label_stand_last),
	};
	return cmocka_run_group_tests(tests, purse_setup, purse_teardown);
}
