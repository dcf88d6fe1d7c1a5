/* The words of this room, one row for each code. */
#include "rule/words.h"

static const struct { const char *code; struct str ja, en; } rows[] = {
	{ "feel.arguments", STR_INIT("引数は、すべて名前を付けるか、まったく付けないかのどちらかです"), { "", 0 } },
	{ "feel.at", STR_INIT("@\"…\" の中は、日付・時刻・日時・期間のどれかです"), { "", 0 } },
	{ "feel.character", STR_INIT("使えない文字があります"), { "", 0 } },
	{ "feel.comment", STR_INIT("注釈（/* … */）が閉じていません"), { "", 0 } },
	{ "feel.depth", STR_INIT("式の入れ子が深すぎるか、部分が多すぎます"), { "", 0 } },
	{ "feel.escape", STR_INIT("文字列の中の \\ の書き方が正しくありません"), { "", 0 } },
	{ "feel.expected", STR_INIT("あるはずの語や記号がありません"), { "", 0 } },
	{ "feel.function", STR_INIT("この関数はありません"), { "", 0 } },
	{ "feel.key", STR_INIT("この項目はありません"), { "", 0 } },
	{ "feel.long_name", STR_INIT("名前が長すぎます"), { "", 0 } },
	{ "feel.memory", STR_INIT("式が使う記憶が多すぎます"), { "", 0 } },
	{ "feel.name", STR_INIT("この名前はありません"), { "", 0 } },
	{ "feel.new_name", STR_INIT("ここには名前が必要です"), { "", 0 } },
	{ "feel.number", STR_INIT("数の書き方が正しくありません"), { "", 0 } },
	{ "feel.operand", STR_INIT("ここには値が必要です"), { "", 0 } },
	{ "feel.path", STR_INIT("「.」の後には名前が必要です"), { "", 0 } },
	{ "feel.range", STR_INIT("範囲は ] か ) で閉じます"), { "", 0 } },
	{ "feel.regex", STR_INIT("正規表現が正しくありません"), { "", 0 } },
	{ "feel.rest", STR_INIT("式の終わりの後に余分なものがあります"), { "", 0 } },
	{ "feel.result", STR_INIT("結果が大きすぎます"), { "", 0 } },
	{ "feel.size", STR_INIT("式が大きすぎます"), { "", 0 } },
	{ "feel.steps", STR_INIT("式の計算が長すぎます"), { "", 0 } },
	{ "feel.string", STR_INIT("文字列が閉じていません"), { "", 0 } },
	{ "feel.twice", STR_INIT("同じ名前が二度あります"), { "", 0 } },
	{ "feel.utf8", STR_INIT("文字コードがUTF-8ではありません"), { "", 0 } },
	{ "table.form", STR_INIT("決定表の形が正しくありません"), { "", 0 } },
	{ "table.input", STR_INIT("入力が、決められた値のどれでもありません"),
	  STR_INIT("an input is none of the values the table names") },
	{ "table.several", STR_INIT("一つだけ当てはまるはずの表で、いくつもの行が当てはまりました"),
	  STR_INIT("several rows match in a table where one may") },
	{ "table.different", STR_INIT("当てはまった行の結果がそろいません"),
	  STR_INIT("the rows that match give different results") },
	{ "table.rank", STR_INIT("結果が、順位の決められた値のどれでもありません"),
	  STR_INIT("a result is none of the values that are ranked") },
	{ "table.output", STR_INIT("結果が、出力の型に合いません"),
	  STR_INIT("a result does not conform to the type of the output") },
	{ "dmn.type", STR_INIT("値が型に合いません"), STR_INIT("a value does not conform to its type") },
	{ "dmn.input", STR_INIT("入力が型に合いません"),
	  STR_INIT("an input does not conform to its type") },
	{ "dmn.argument", STR_INIT("関数の引数が型に合いません"),
	  STR_INIT("an argument does not conform to the type of its parameter") },
	{ "dmn.condition", STR_INIT("条件が true でも false でもありません"),
	  STR_INIT("a condition is neither true nor false") },
	{ "dmn.cycle", STR_INIT("必要とするものが堂々巡りしています"),
	  STR_INIT("a decision requires itself") },
	{ "dmn.absent", STR_INIT("入力がありません"), STR_INIT("an input is absent") },
	{ "dmn.external", STR_INIT("外部（Java・PMML）の関数は実行しません"),
	  STR_INIT("functions in Java or PMML are not called") },
	{ "dmn.broken", STR_INIT("決定の中身に誤りがあります"),
	  STR_INIT("the logic could not be compiled: see the problems of the model") },
};

/* The first '…' of an English message. */
static struct str quoted(struct str en)
{
	struct str before, rest, name, after;
	if (!str_cut(en, '\'', &before, &rest) || !str_cut(rest, '\'', &name, &after))
		return STR("");
	return name;
}

struct str rule_ja(struct arena *a, const char *code, struct str en)
{
	for (size_t i = 0; code && i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].code, code) != 0)
			continue;
		struct str name = quoted(en), tail = str_from(en, str_find(en, STR("did you mean")) == STR_NONE
		                                                  ? en.n : str_find(en, STR("did you mean")));
		struct str meant = quoted(tail);
		if (meant.n)
			return arena_printf(a, "%.*s: 「%.*s」（「%.*s」のことですか）", STR_ARG(rows[i].ja),
			                    STR_ARG(name), STR_ARG(meant));
		return name.n ? arena_printf(a, "%.*s: 「%.*s」", STR_ARG(rows[i].ja), STR_ARG(name))
		              : rows[i].ja;
	}
	return en;
}

struct str rule_trouble_en(const char *code)
{
	for (size_t i = 0; code && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].code, code) == 0)
			return rows[i].en;
	return str_c(code);
}
