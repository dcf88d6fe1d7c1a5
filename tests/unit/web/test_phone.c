/* The phone's pages and what they promise: nothing is signed but what was shown,
 * by whom it was asked, for this very transaction; each refusal in words. */
#include "phone_stage.h"

#include "base/encode.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define SHEET "/t/" STAGE_TX
#define APPROVE SHEET "/approve"

static unsigned tries(struct stage *s, const char *id, enum wallet_use use)
{
	return purse_tries(arena_printf(s->a, "%.*s/%s", STR_ARG(s->wallets), id), use);
}

static struct shown answer(struct stage *s, struct shown sheet, const char *secret)
{
	const char *form = arena_printf(s->a, "wallet=%.*s&shown=%.*s&secret=%s",
		STR_ARG(stage_field(sheet, s->a, "wallet")), STR_ARG(stage_field(sheet, s->a, "shown")),
		secret).p;
	return stage_post(s, APPROVE, sheet, form);
}

static struct shown login_sheet(struct stage *s)
{
	stage_choose(s, "hanako");
	stage_offer(s, stage_login(s));
	struct shown x = stage_get(s, SHEET);
	assert_int_equal(x.status, 200);
	return x;
}

static struct str asked(struct stage *s, const struct stage_call *c, const char *member)
{
	const struct json *j;
	struct err err;
	must_ok(json_parse(s->a, c->asked, &j, &err), &err, "asked");
	return json_text(json_get(j, str_c(member)));
}

/* ---- which phone ---- */

static void a_new_browser_is_asked_whose_phone_it_is(void **state)
{
	struct stage *s = *state;
	struct shown x = stage_get(s, "/");
	assert_int_equal(x.status, 200);
	assert_true(stage_says(x, "value=\"hanako\""));
	assert_true(stage_says(x, "加賀 花子"));
	stage_choose(s, "hanako");
	x = stage_get(s, "/");
	assert_int_equal(x.status, 303);
	assert_true(str_eq(x.location, STR("/w/hanako")));
}

static void the_chooser_keeps_the_transaction(void **state)
{
	struct stage *s = *state;
	stage_offer(s, stage_login(s));
	struct shown x = stage_get(s, SHEET);
	assert_true(str_eq(x.location, STR("/phones?tx=" STAGE_TX)));
	assert_int_equal(s->open.times, 0); /* nothing was claimed yet */
	x = stage_get(s, "/phones?tx=" STAGE_TX);
	x = stage_post(s, "/phones", x, "wallet=hanako&tx=" STAGE_TX);
	assert_true(str_eq(x.location, STR(SHEET)));
}

static void a_wallet_has_a_plain_name(void **state)
{
	static const char *const bad[] = { "", ".", "..", "..%2Fhanako", "hanako%2F..", "HANAKO",
		"%2Fetc", "hanako%00", "nobody" };
	struct stage *s = *state;
	struct shown page = stage_get(s, "/phones");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct shown x = stage_post(s, "/phones", page,
		                            arena_printf(s->a, "wallet=%s", bad[i]).p);
		assert_in_range(x.status, 400, 404);
	}
	assert_int_equal(stage_get(s, "/w/hanako").status, 303); /* none was chosen */
}

static void the_home_shows_certificates_and_tries(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct shown x = stage_get(s, "/w/hanako");
	assert_int_equal(x.status, 200);
	assert_true(stage_says(x, "あと3回"));
	assert_true(stage_says(x, "あと5回"));
	stage_choose(s, "aoi");
	x = stage_get(s, "/w/aoi");
	assert_true(stage_says(x, "15歳以上"));
	assert_false(stage_says(x, "あと5回"));
	assert_int_equal(stage_get(s, "/w/hanako").status, 303); /* it is aoi's phone now */
}

static void a_code_is_taken_from_what_was_pasted(void **state)
{
	static const struct { const char *typed; bool fine; } rows[] = {
		{ STAGE_TX, true }, { "%20" STAGE_TX "%0A", true },
		{ "http%3A%2F%2Fphone.test%2Ft%2F" STAGE_TX, true }, { "%2Ft%2F" STAGE_TX, true },
		{ "", false }, { "0123", false }, { "http%3A%2F%2Fphone.test%2Fx%2F" STAGE_TX, false },
		{ "0123456789ABCDEF0123456789abcdef", false }, { STAGE_TX "%2F", false },
	};
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct shown home = stage_get(s, "/w/hanako");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct shown x = stage_post(s, "/w/hanako/code", home,
		                            arena_printf(s->a, "code=%s", rows[i].typed).p);
		assert_int_equal(x.status, rows[i].fine ? 303 : 422);
		if (rows[i].fine)
			assert_true(str_eq(x.location, STR(SHEET)));
	}
}

/* ---- a login ---- */

static void the_sheet_says_who_asks_for_what(void **state)
{
	struct stage *s = *state;
	struct shown x = login_sheet(s);
	assert_true(stage_says(x, "<h1>ログイン</h1>"));
	assert_true(stage_says(x, s->origin.p));
	assert_true(stage_says(x, "登録済みのポータル"));
	assert_true(stage_says(x, ">42<"));
	assert_true(stage_says(x, "あと3回"));
	assert_false(stage_says(x, "sheet signing"));
}

static void the_pin_signs_the_very_document(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct str document = stage_offer(s, stage_login(s)), cms;
	struct shown x = answer(s, stage_get(s, SHEET), "1234");
	struct verify_for f = nation_verify(s->p->n, 0);
	struct trust_verdict v;
	struct cms_signature sig;
	struct err err;
	assert_int_equal(x.status, 303);
	assert_true(str_eq(x.location, STR("/done?what=login")));
	assert_int_equal(s->approve.times, 1);
	assert_true(str_eq(asked(s, &s->approve, "id"), STR(STAGE_TX)));
	must_ok(base64_decode(s->a, asked(s, &s->approve, "cms"), &cms, &err), &err, "cms");
	must_ok(trust_verify_document(s->a, DOCUMENT_LOGIN, cms, document, &f, &v, &sig, &err), &err,
	        "verify");
	assert_int_equal(v.verdict, VERDICT_OK);
}

static void full_width_digits_are_taken_for_what_they_mean(void **state)
{
	struct stage *s = *state;
	struct shown x = answer(s, login_sheet(s), "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94");
	assert_int_equal(x.status, 303);
}

static void a_wrong_pin_costs_a_try_sends_nothing_and_is_not_echoed(void **state)
{
	struct stage *s = *state;
	struct shown x = answer(s, login_sheet(s), "7319");
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "あと2回"));
	assert_false(stage_says(x, "7319"));
	assert_int_equal(s->approve.times, 0);
	assert_int_equal(tries(s, "hanako", WALLET_LOGIN), 2);
}

static void what_cannot_be_a_pin_costs_nothing(void **state)
{
	static const char *const bad[] = { "", "123", "12345", "abcd", "12%2034" };
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct shown x = answer(s, sheet, bad[i]);
		assert_int_equal(x.status, 422);
		assert_true(stage_says(x, "回数は減っていません"));
	}
	assert_int_equal(tries(s, "hanako", WALLET_LOGIN), 3);
	assert_int_equal(s->approve.times, 0);
}

static void the_third_wrong_pin_locks_and_says_where_to_go(void **state)
{
	struct stage *s = *state;
	struct shown x = login_sheet(s);
	for (int i = 0; i < 3; i++)
		x = answer(s, x, "0000");
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "市区町村の窓口"));
	assert_false(stage_says(x, "name=\"secret\""));
	x = stage_get(s, SHEET);
	assert_true(stage_says(x, "市区町村の窓口"));
	assert_true(stage_says(stage_get(s, "/w/hanako"), "ロック中"));
}

static void declining_needs_no_pin(void **state)
{
	struct stage *s = *state;
	struct shown x = stage_post(s, SHEET "/refuse", login_sheet(s), "");
	assert_true(str_eq(x.location, STR("/done?what=declined")));
	assert_int_equal(s->refuse.times, 1);
	assert_int_equal(s->approve.times, 0);
}

/* ---- where it was begun ---- */

static struct shown sheet_from(struct stage *s, const char *asker)
{
	struct stage_doc d = stage_login(s);
	d.asker = asker;
	stage_choose(s, "hanako");
	stage_offer(s, d);
	return stage_get(s, SHEET);
}

static void the_sheet_says_where_it_was_begun(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet_from(s, "{\"browser\":\"Chrome\",\"system\":\"Windows\","
	                               "\"network\":\"other\",\"same_device\":false}");
	assert_true(stage_says(x, "Chrome（Windows）"));
	assert_true(stage_says(x, "この電話とは別のネットワークから"));
	assert_true(stage_says(x, "だまそうとする人"));
	x = sheet_from(s, "{\"browser\":\"Firefox\",\"system\":\"Linux\",\"network\":\"same\"}");
	assert_true(stage_says(x, "この電話と同じネットワークから"));
	assert_false(stage_says(x, "だまそうとする人"));
	x = sheet_from(s, "{\"network\":\"same\",\"same_device\":true}");
	assert_true(stage_says(x, "この端末のブラウザーから"));
}

static void a_strangers_words_are_no_browser(void **state)
{
	struct stage *s = *state;
	struct shown x = sheet_from(s, "{\"browser\":\"安全な公式ブラウザー\",\"system\":\"<b>\","
	                               "\"network\":\"near\",\"began\":99999999999999999}");
	assert_int_equal(x.status, 200);
	assert_false(stage_says(x, "安全な公式ブラウザー"));
	assert_false(stage_says(x, "<b>"));
	assert_true(stage_says(x, "ネットワークは分かりません"));
	assert_int_equal(sheet_from(s, "[1]").status, 200);
	assert_true(stage_says(sheet_from(s, NULL), "ネットワークは分かりません"));
}

static void what_was_not_expected_is_said_to_the_portal(void **state)
{
	struct stage *s = *state;
	struct shown x = stage_post(s, SHEET "/refuse", login_sheet(s), "why=unexpected");
	assert_true(str_eq(x.location, STR("/done?what=unexpected")));
	assert_true(str_eq(asked(s, &s->refuse, "why"), STR("unexpected")));
	assert_true(stage_says(stage_get(s, "/done?what=unexpected"), "何も承認していません"));
	stage_post(s, SHEET "/refuse", login_sheet(s), "");
	assert_true(str_eq(asked(s, &s->refuse, "why"), STR("")));
}

/* The portal knows a phone again, and never takes it for another one. */
static void a_phone_is_known_by_its_browser_and_its_wallet(void **state)
{
	struct stage *s = *state;
	login_sheet(s);
	struct str first = asked(s, &s->open, "device"), claim = asked(s, &s->open, "claim");
	stage_get(s, "/t/ffffffffffffffffffffffffffffffff");
	assert_true(first.n >= PHONE_DEVICE_MIN && str_eq(asked(s, &s->open, "device"), first));
	assert_false(str_eq(first, claim));
	stage_choose(s, "aoi");
	stage_get(s, SHEET);
	assert_false(str_eq(asked(s, &s->open, "device"), first));
	stage_forget(s);
	login_sheet(s);
	assert_false(str_eq(asked(s, &s->open, "device"), first));
}

/* ---- claims ---- */

static void a_claim_is_of_one_browser_one_wallet_and_one_transaction(void **state)
{
	struct stage *s = *state;
	login_sheet(s);
	struct str first = asked(s, &s->open, "claim");
	stage_get(s, SHEET);
	assert_true(first.n >= 43);
	assert_true(str_eq(asked(s, &s->open, "claim"), first)); /* opened again */
	stage_choose(s, "aoi");
	stage_get(s, SHEET);
	struct str other_wallet = asked(s, &s->open, "claim");
	stage_get(s, "/t/ffffffffffffffffffffffffffffffff");
	struct str other_tx = asked(s, &s->open, "claim");
	stage_forget(s);
	stage_choose(s, "hanako");
	stage_get(s, SHEET);
	struct str other_browser = asked(s, &s->open, "claim");
	assert_false(str_eq(first, other_wallet));
	assert_false(str_eq(other_wallet, other_tx));
	assert_false(str_eq(first, other_browser));
}

/* ---- what the phone refuses to show ---- */

static void stops(struct stage *s, struct stage_doc d, int status, const char *words)
{
	stage_offer(s, d);
	struct shown x = stage_get(s, SHEET);
	if (x.status != status || !stage_says(x, words))
		fail_msg("%s: %d\n%.*s", words, x.status, STR_ARG(x.body));
	assert_false(stage_says(x, "name=\"secret\""));
}

static void another_sites_document_is_refused_loudly(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct stage_doc d = stage_login(s);
	d.origin = STR("https://bank.example");
	stops(s, d, 403, "承認しないでください");
	d.origin = arena_join(s->a, s->origin, STR("/"));
	stops(s, d, 403, "別のサイト");
}

static void a_document_of_another_time_or_transaction_is_refused(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct stage_doc d = stage_login(s);
	d.expires = d.issued + 5; /* just now */
	stops(s, d, 409, "時間切れ");
	d = stage_login(s);
	d.issued += 600;
	d.expires += 600;
	stops(s, d, 409, "時計");
	d = stage_login(s);
	d.tx = STR("ffffffffffffffffffffffffffffffff");
	stops(s, d, 400, "別の手続");
}

static void a_document_with_parts_that_no_sheet_shows_is_refused(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct stage_doc d = stage_login(s);
	d.more = STR(",\"also\":\"sells the house\"");
	stops(s, d, 400, "形式が正しくない");
	d = stage_login(s);
	d.application = STR("{\"title\":\"x\"}"); /* an application behind a login's line */
	stops(s, d, 400, "形式が正しくない");
	d = stage_sign(s, "");                    /* a signature without an application */
	stops(s, d, 400, "形式が正しくない");
	stops(s, stage_sign(s, "[1]"), 400, "形式が正しくない");
	stops(s, stage_sign(s, "{\"answers\":{}}"), 400, "形式が正しくない");
	stops(s, stage_sign(s, "{\"title\":\"x\",\"title\":\"y\"}"), 400, "形式が正しくない");
	d = stage_login(s);
	d.nonce = STR("short");
	stops(s, d, 400, "形式が正しくない");
}

static void a_portal_that_talks_nonsense_is_stopped(void **state)
{
	static const struct { int status; const char *body; int shown; const char *words; } rows[] = {
		{ 200, "", 503, "正しい返事" }, { 200, "[]", 503, "正しい返事" },
		{ 200, "{}", 400, "形式が正しくない" },
		{ 200, "{\"document\":\"musubi-login-v1\"}", 400, "形式が正しくない" },
		{ 200, "{\"document\":\"musubi-login-v2\\n{}\"}", 400, "形式が正しくない" },
		{ 200, "{\"document\":\"musubi-login-v1\\n{\"}", 400, "形式が正しくない" },
		{ 404, "{\"error\":\"ident.phone.none\"}", 404, "見つかりません" },
		{ 409, "{\"error\":\"ident.phone.used\"}", 409, "既に使われています" },
		{ 409, "{\"error\":\"ident.phone.claimed\"}", 409, "別のスマートフォン" },
		{ 409, "{\"error\":\"ident.phone.expired\"}", 409, "時間切れ" },
		{ 403, "{\"error\":\"<b>pwned</b>\"}", 403, "正しい返事" },
		{ 403, "{\"error\":\"made.up\",\"message\":\"<b>pwned</b>\"}", 403, "正しい返事" },
		{ 500, "<h1>oops</h1>", 503, "正しい返事" }, { 302, "", 403, "正しい返事" },
	};
	struct stage *s = *state;
	stage_choose(s, "hanako");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s->open.status = rows[i].status;
		s->open.body = str_c(rows[i].body);
		struct shown x = stage_get(s, SHEET);
		if (x.status != rows[i].shown || !stage_says(x, rows[i].words))
			fail_msg("%s: %d\n%.*s", rows[i].body, x.status, STR_ARG(x.body));
		assert_false(stage_says(x, "pwned"));
	}
}

static void a_code_that_is_none_asks_nobody(void **state)
{
	static const char *const bad[] = { "/t/0123", "/t/ABCDEF6789abcdef0123456789abcdef",
		"/t/0123456789abcdef0123456789abcdeg", "/t/" STAGE_TX "0" };
	struct stage *s = *state;
	stage_choose(s, "hanako");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(stage_get(s, bad[i]).status, 404);
	assert_int_equal(s->open.times, 0);
}

/* ---- what changes under way ---- */

static void another_document_than_the_shown_one_is_not_signed(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	struct stage_doc d = stage_login(s);
	d.nonce = STR("ffffffffffffffffffffffffffffffff");
	stage_offer(s, d);
	struct shown x = answer(s, sheet, "1234");
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "内容が変わりました"));
	assert_int_equal(s->approve.times, 0);
	assert_int_equal(tries(s, "hanako", WALLET_LOGIN), 3);
	assert_int_equal(answer(s, x, "1234").status, 303); /* looked at again */
}

static void a_login_that_became_a_signature_is_not_signed(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	stage_offer(s, stage_sign(s, "{\"title\":\"土地の売渡し\"}"));
	struct shown x = answer(s, sheet, "1234");
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "土地の売渡し"));
	assert_true(stage_says(x, "<h1>署名</h1>"));
	assert_int_equal(s->approve.times, 0);
}

static void a_browser_that_became_another_phone_does_not_spend_its_tries(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	stage_choose(s, "aoi");
	struct shown x = answer(s, sheet, "1234");
	assert_int_equal(x.status, 422);
	assert_true(stage_says(x, "別の人のスマートフォン"));
	assert_int_equal(tries(s, "aoi", WALLET_LOGIN), 3);
	assert_int_equal(tries(s, "hanako", WALLET_LOGIN), 3);
}

static void a_form_of_another_site_is_refused(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s), none = { .body = STR("") };
	struct str shown = stage_field(sheet, s->a, "shown");
	const char *form = arena_printf(s->a, "wallet=hanako&shown=%.*s&secret=1234",
	                                STR_ARG(shown)).p;
	assert_int_equal(stage_post(s, APPROVE, none, form).status, 403);
	assert_int_equal(stage_post(s, SHEET "/refuse", none, "").status, 403);
	assert_int_equal(s->approve.times + s->refuse.times, 0);
}

/* ---- what the portal answers to the approval ---- */

static void each_verdict_has_its_words(void **state)
{
	static const struct { const char *verdict, *words; } rows[] = {
		{ "trust.verdict.revoked", "証明書は失効しています" },
		{ "trust.verdict.expired", "有効期間が過ぎています" },
		{ "trust.verdict.unknown_issuer", "発行者は登録されていません" },
		{ "ident.phone.other_person", "別の人の電子証明書" },
		{ "made.up", "受け付けませんでした" }, { "page.help", "受け付けませんでした" },
		{ "", "受け付けませんでした" },
	};
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s->approve.body = arena_printf(s->a, "{\"accepted\":false,\"verdict\":\"%s\"}",
		                               rows[i].verdict);
		struct shown x = answer(s, sheet, "1234");
		if (x.status != 403 || !stage_says(x, rows[i].words))
			fail_msg("%s: %d\n%.*s", rows[i].verdict, x.status, STR_ARG(x.body));
	}
}

static void a_replay_is_told_as_one(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	s->approve.status = 409;
	s->approve.body = STR("{\"error\":\"ident.phone.used\"}");
	struct shown x = answer(s, sheet, "1234");
	assert_int_equal(x.status, 409);
	assert_true(stage_says(x, "既に使われています"));
}

static void an_answer_without_yes_is_no(void **state)
{
	static const char *const odd[] = { "{}", "{\"accepted\":\"true\"}", "{\"accepted\":1}",
		"{\"accepted\":null}" };
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		s->approve.body = str_c(odd[i]);
		assert_int_equal(answer(s, sheet, "1234").status, 403);
	}
}

static void without_a_portal_nothing_is_sent_and_no_try_is_spent(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	stage_portal_off(s);
	struct shown x = stage_get(s, SHEET);
	assert_int_equal(x.status, 503);
	assert_true(stage_says(x, "何も送っていません"));
	assert_true(stage_says(x, "href=\"" SHEET "\"")); /* try again */
	x = answer(s, sheet, "0000");
	assert_int_equal(x.status, 503);
	assert_int_equal(tries(s, "hanako", WALLET_LOGIN), 3);
}

static void an_approval_without_a_whole_answer_is_called_unsure(void **state)
{
	struct stage *s = *state;
	struct shown sheet = login_sheet(s);
	/* More than the phone reads: it hangs up in the middle. */
	s->approve.body = arena_printf(s->a, "%*s", 2 << 20, "{");
	struct shown x = answer(s, sheet, "1234");
	assert_int_equal(x.status, 503);
	assert_true(stage_says(x, "届いたか分かりません"));
}

/* ---- changing a PIN ---- */

static void a_pin_is_changed_with_the_old_one(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct shown page = stage_get(s, "/w/hanako/change/login");
	assert_int_equal(page.status, 200);
	struct shown x = stage_post(s, "/w/hanako/change/login", page,
	                            "old=1234&fresh=8642&repeat=8642");
	assert_true(str_eq(x.location, STR("/w/hanako?changed=login")));
	assert_int_equal(answer(s, login_sheet(s), "1234").status, 422);
	assert_int_equal(answer(s, login_sheet(s), "8642").status, 303);
}

static void a_change_says_what_is_wrong(void **state)
{
	static const struct { const char *form, *words; unsigned left; } rows[] = {
		{ "old=123&fresh=8642&repeat=8642", "数字4けた", 3 },
		{ "old=1234&fresh=86420&repeat=86420", "数字4けた", 3 },
		{ "old=1234&fresh=8642&repeat=8643", "2回とも同じ", 3 },
		{ "old=0000&fresh=8642&repeat=8642", "あと2回", 2 },
		{ "old=0000&fresh=8642&repeat=8642", "あと1回", 1 },
		{ "old=0000&fresh=8642&repeat=8642", "窓口", 0 },
	};
	struct stage *s = *state;
	stage_choose(s, "hanako");
	struct shown page = stage_get(s, "/w/hanako/change/login");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct shown x = stage_post(s, "/w/hanako/change/login", page, rows[i].form);
		assert_int_equal(x.status, 422);
		assert_true(stage_says(x, rows[i].words));
		assert_false(stage_says(x, "8642"));
		assert_int_equal(tries(s, "hanako", WALLET_LOGIN), rows[i].left);
	}
}

static void only_keys_that_are_there_can_be_changed(void **state)
{
	struct stage *s = *state;
	stage_choose(s, "aoi");
	assert_int_equal(stage_get(s, "/w/aoi/change/sign").status, 303);
	assert_int_equal(stage_get(s, "/w/hanako/change/login").status, 303);
	assert_int_equal(stage_get(s, "/w/aoi/change/other").status, 404);
}

/* ---- frame ---- */

static void every_row_is_a_page_of_the_phone(void **state)
{
	struct stage *s = *state;
	const struct web_route *const *rows;
	size_t n = app_routes(s->app, &rows);
	assert_true(n > 10);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i]->who, WHO_PHONE);
		assert_false(rows[i]->no_csrf);
		assert_non_null(rows[i]->about);
		if (rows[i]->method == HTTP_POST) /* PINs are wiped in memory, never in a spooled file */
			assert_in_range(rows[i]->body_max, 1, 64 * 1024 - 1);
	}
}

static void errors_wear_the_phones_frame(void **state)
{
	struct stage *s = *state;
	struct shown x = stage_get(s, "/nowhere");
	assert_int_equal(x.status, 404);
	assert_true(stage_says(x, "<body class=\"phone\">"));
	assert_int_equal(stage_get(s, "/done?what=nonsense").status, 303);
	assert_int_equal(stage_get(s, "/done?what=login").status, 200);
	assert_int_equal(stage_get(s, "/help").status, 200);
}

static void a_damaged_wallet_hides_no_other(void **state)
{
	struct stage *s = *state;
	struct err err;
	stage_choose(s, "hanako");
	must_ok(file_write(arena_join(s->a, s->wallets, STR("/hanako/wallet.bin")), STR("junk"), 0600,
	                   &err), &err, "write");
	struct shown x = stage_get(s, "/phones");
	assert_int_equal(x.status, 200);
	assert_true(stage_says(x, "value=\"aoi\""));
	assert_false(stage_says(x, "value=\"hanako\""));
	stage_offer(s, stage_login(s));
	x = stage_get(s, SHEET);
	assert_int_equal(x.status, 400);
	assert_true(stage_says(x, "壊れている"));
}

static void all_languages_have_every_page(void **state)
{
	static const char *const langs[] = { "ja", "en", "easy" };
	struct stage *s = *state;
	for (size_t i = 0; i < 3; i++) {
		s->lang = str_c(langs[i]);
		assert_int_equal(login_sheet(s).status, 200);
		assert_int_equal(stage_get(s, "/phones").status, 200);
		assert_int_equal(stage_get(s, "/w/hanako").status, 200);
		assert_int_equal(stage_get(s, "/w/hanako/change/sign").status, 200);
		assert_int_equal(stage_get(s, "/done?what=sign").status, 200);
		stage_offer(s, stage_sign(s, "{\"title\":\"x\",\"answers\":{\"a\":true}}"));
		assert_int_equal(stage_get(s, SHEET).status, 200);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_new_browser_is_asked_whose_phone_it_is), T(the_chooser_keeps_the_transaction),
		T(a_wallet_has_a_plain_name), T(the_home_shows_certificates_and_tries),
		T(a_code_is_taken_from_what_was_pasted), T(the_sheet_says_who_asks_for_what),
		T(the_pin_signs_the_very_document), T(full_width_digits_are_taken_for_what_they_mean),
		T(a_wrong_pin_costs_a_try_sends_nothing_and_is_not_echoed),
		T(what_cannot_be_a_pin_costs_nothing),
		T(the_third_wrong_pin_locks_and_says_where_to_go), T(declining_needs_no_pin),
		T(a_claim_is_of_one_browser_one_wallet_and_one_transaction),
		T(another_sites_document_is_refused_loudly),
		T(a_document_of_another_time_or_transaction_is_refused),
		T(a_document_with_parts_that_no_sheet_shows_is_refused),
		T(a_portal_that_talks_nonsense_is_stopped), T(a_code_that_is_none_asks_nobody),
		T(another_document_than_the_shown_one_is_not_signed),
		T(a_login_that_became_a_signature_is_not_signed),
		T(a_browser_that_became_another_phone_does_not_spend_its_tries),
		T(a_form_of_another_site_is_refused), T(each_verdict_has_its_words),
		T(a_replay_is_told_as_one), T(an_answer_without_yes_is_no),
		T(without_a_portal_nothing_is_sent_and_no_try_is_spent),
		T(an_approval_without_a_whole_answer_is_called_unsure),
		T(a_pin_is_changed_with_the_old_one), T(a_change_says_what_is_wrong),
		T(only_keys_that_are_there_can_be_changed), T(every_row_is_a_page_of_the_phone),
		T(the_sheet_says_where_it_was_begun), T(a_strangers_words_are_no_browser),
		T(what_was_not_expected_is_said_to_the_portal),
		T(a_phone_is_known_by_its_browser_and_its_wallet),
		T(errors_wear_the_phones_frame), T(a_damaged_wallet_hides_no_other),
		T(all_languages_have_every_page),
	};
	return cmocka_run_group_tests(tests, purse_setup, purse_teardown);
}
