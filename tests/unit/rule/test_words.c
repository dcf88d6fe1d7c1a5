/* The words of the room: every code in both languages, with the same parts; and
 * every mistake that FEEL and tables can make arrives in Japanese with its parts. */
#include "rule/words.h"

#include "base/utf8.h"
#include "base/yaml.h"
#include "rule/table.h"

#include "rule_support.h"

static bool has_japanese(struct str s)
{
	uint32_t cp;
	while (utf8_next(&s, &cp))
		if (cp >= 0x3041 && cp <= 0x9FFF)
			return true;
	return false;
}

static void every_code_has_both_languages(void **state)
{
	const struct rule_words *rows;
	size_t n = rule_words_all(&rows);
	(void)state;
	assert_true(n > 100);
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].code[0] || !rows[i].en.n || !rows[i].ja.n || !has_japanese(rows[i].ja) ||
		    has_japanese(rows[i].en))
			fail_msg("%s lacks a language", rows[i].code);
		for (char k = '0'; k < '6'; k++) {
			char part[] = { '{', k, '}', 0 };
			bool en = str_find(rows[i].en, str_c(part)) != STR_NONE;
			bool ja = str_find(rows[i].ja, str_c(part)) != STR_NONE;
			if (ja && !en)
				fail_msg("%s: %s is in the Japanese only", rows[i].code, part);
		}
		for (size_t j = 0; j < i; j++) /* no sentence twice */
			if (strcmp(rows[i].code, rows[j].code) == 0 && str_eq(rows[i].en, rows[j].en))
				fail_msg("%s stands there twice", rows[i].code);
	}
}

static void mistakes_of_feel_arrive_in_japanese(void **state)
{
	static const struct { const char *source, *ja; } rows[] = {
		{ "agee + 1", "「agee」という名前はありません（「age」のことですか）" },
		{ "abz(1)", "「abz」という関数はありません（「abs」のことですか）" },
		{ "p.nmae", "「nmae」という項目はありません（「name」のことですか）" },
		{ "(1 + 2", "')' が必要ですが、式の終わり があります" }, { "1 +", "値が必要ですが、式の終わり があります" },
		{ "if true then 1", "'else' が必要ですが、式の終わり があります" },
		{ "[1, 2", "',' か ']' が必要ですが、式の終わり があります" }, { "1 2", "演算子か式の終わりが必要ですが、'2' があります" },
		{ "\"abc", "文字列が閉じていません" }, { "/* x", "注釈が閉じていません" },
		{ "@\"foo\"", "@\"foo\" は、日付・時刻・日時・期間のどれでもありません" }, { "@5", "@ の後には文字列を書きます" },
		{ "1 # 2", "「#」という文字は、ここでは使えません" }, { "{a: 1, a: 2}", "「a」という項目が二度あります" },
		{ "\"\\u12\"", "十六進数を四桁" }, { "substring(string: \"a\", 2)", "引数は、すべて名前を付けるか" },
		{ "for 1 in [1] return 2", "名前が必要です" }, { "1e99999", "この数は大きすぎます" },
		{ "age.", "「.」の後には名前が必要ですが" }, { "1 instance 2", "instance の後の 'of' が必要ですが、'2' があります" },
		{ "some x in [1] return x", "'satisfies' が必要ですが" }, { "age between 1 or 2", "between の後の 'and'" },
	};
	ARENA_AUTO a = arena_new(0);
	const struct feel_value *known = facts_of(a, "{\"age\": 1, \"p\": {\"name\": \"x\"}}");
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct feel_expr *e;
		struct feel_diag d = { 0 };
		if (is_ok(feel_compile(a, str_c(rows[i].source), known, &e, &d, NULL)))
			fail_msg("%s is no mistake", rows[i].source);
		struct str ja = rule_ja(a, d.code, str_c(d.message));
		if (str_find(ja, str_c(rows[i].ja)) == STR_NONE || !d.line || !d.col)
			fail_msg("%s: %s: %s: %.*s", rows[i].source, d.code, d.message, STR_ARG(ja));
	}
}

static void mistakes_of_tables_arrive_in_japanese(void **state)
{
	static const char *const tables[] = {
		"[1]", "inputs: {x: 1}\noutputs: [y]\nrules: []\n", "inputs: [{}]\noutputs: [y]\nrules: []\n",
		"inputs: [x]\noutputs: []\nrules: []\n", "inputs: [x]\noutputs: [{}, {}]\nrules: []\n",
		"inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0']\n", "inputs: [x]\noutputs: [y]\nrules:\n  - ['> 0', ~]\n",
		"inputs: [x]\noutputs: [y]\nrules: 5\n", "hit: maybe\ninputs: [x]\noutputs: [y]\nrules: []\n",
		"hit: first\naggregate: sum\ninputs: [x]\noutputs: [y]\nrules: []\n",
		"hit: priority\ninputs: [x]\noutputs: [y]\nrules: []\n", "hit: C+\ninputs: [x]\noutputs: [y, z]\nrules: []\n",
		"inputs: [[x]]\noutputs: [y]\nrules: []\n", "inputs: [x]\noutputs: [{name: y, values: {}}]\nrules: []\n",
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const struct json *j;
		const struct rule_table *t;
		struct rule_diag d = { 0 };
		assert_true(is_ok(yaml_parse(a, str_c(tables[i]), &j, NULL, NULL)));
		assert_true(is_err(rule_table_compile(a, j, NULL, &t, &d, NULL)));
		struct str ja = rule_ja(a, d.feel.code, str_c(d.feel.message));
		if (!has_japanese(ja))
			fail_msg("%s: %s", tables[i], d.feel.message);
	}
}

static void parts_are_filled_and_found_again(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct str en, ja;
	struct word_arg args[] = { word_same(STR("12")), word_same(STR("{0} 'x' {9}")) };
	(void)state;
	rule_say(a, "xml.malformed", args, 2, STR(""), &en, &ja);
	assert_text(en, "line 12: {0} 'x' {9}");
	assert_text(ja, "12行目：XMLの形が正しくありません（{0} 'x' {9}）");
	assert_text(rule_ja(a, "xml.malformed", en), "12行目：XMLの形が正しくありません（{0} 'x' {9}）");
	assert_text(rule_ja(a, "no.code", STR("as it is")), "as it is");
	assert_text(rule_ja(a, NULL, STR("as it is")), "as it is");
	assert_text(rule_trouble_en("dmn.cycle"), "a decision requires itself");
}

static void the_nearest_word(void **state)
{
	struct word_near n = { .word = STR("罹災証明") };
	(void)state;
	word_near_try(&n, STR("住民票"));
	assert_text(n.best, "");
	word_near_try(&n, STR("罹災証明書"));
	word_near_try(&n, STR("被災証明書"));
	assert_text(n.best, "罹災証明書");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_both_languages),
		cmocka_unit_test(mistakes_of_feel_arrive_in_japanese),
		cmocka_unit_test(mistakes_of_tables_arrive_in_japanese),
		cmocka_unit_test(parts_are_filled_and_found_again), cmocka_unit_test(the_nearest_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
