/* Sentences from the table of words, and back: an English sentence of FEEL gives
 * its parts to the Japanese one. */
#include "rule/words.h"

#include "base/utf8.h"
#include "rule/ast.h"

enum { PARTS_MAX = 6, NEAR_BYTES_MAX = 60 };

static const struct str asks = STR_INIT(": did you mean '");

/* Parts that are words themselves: what FEEL expected or found. */
static const struct { struct str en, ja; } phrases[] = {
	{ STR_INIT("the end"), STR_INIT("式の終わり") },
	{ STR_INIT("a type"), STR_INIT("型") },
	{ STR_INIT("',' or the end"), STR_INIT("',' か式の終わり") },
	{ STR_INIT("'and' of 'between … and …'"), STR_INIT("between の後の 'and'") },
	{ STR_INIT("'->' and the type of the result"), STR_INIT("'->' と結果の型") },
	{ STR_INIT("':' after the key"), STR_INIT("項目の名前の後の ':'") },
	{ STR_INIT("':' after the name of an entry"), STR_INIT("項目の名前の後の ':'") },
	{ STR_INIT("',' or '>'"), STR_INIT("',' か '>'") },
	{ STR_INIT("',' or ']'"), STR_INIT("',' か ']'") },
	{ STR_INIT("',' or '}'"), STR_INIT("',' か '}'") },
	{ STR_INIT("',' or ')'"), STR_INIT("',' か ')'") },
	{ STR_INIT("'..' of a range"), STR_INIT("範囲の '..'") },
	{ STR_INIT("'(' after 'function'"), STR_INIT("function の後の '('") },
	{ STR_INIT("'<' after 'range'"), STR_INIT("range の後の '<'") },
	{ STR_INIT("'of' after 'instance'"), STR_INIT("instance の後の 'of'") },
};

static const struct { struct str en, ja; } kinds[] = {
	[FEEL_NULL] = { STR_INIT("null"), STR_INIT("null") },
	[FEEL_BOOL] = { STR_INIT("boolean"), STR_INIT("真偽値") },
	[FEEL_NUMBER] = { STR_INIT("number"), STR_INIT("数") },
	[FEEL_STRING] = { STR_INIT("text"), STR_INIT("文字列") },
	[FEEL_DATE] = { STR_INIT("date"), STR_INIT("日付") },
	[FEEL_TIME] = { STR_INIT("time"), STR_INIT("時刻") },
	[FEEL_DATE_TIME] = { STR_INIT("date and time"), STR_INIT("日時") },
	[FEEL_DAYS_DURATION] = { STR_INIT("duration of days"), STR_INIT("日と時間の期間") },
	[FEEL_MONTHS_DURATION] = { STR_INIT("duration of months"), STR_INIT("年と月の期間") },
	[FEEL_LIST] = { STR_INIT("list"), STR_INIT("リスト") },
	[FEEL_CONTEXT] = { STR_INIT("context"), STR_INIT("項目の集まり") },
	[FEEL_RANGE] = { STR_INIT("range"), STR_INIT("範囲") },
	[FEEL_FUNCTION] = { STR_INIT("function"), STR_INIT("関数") },
};

struct word_arg word_kind(int feel_kind)
{
	return (struct word_arg){ kinds[feel_kind].en, kinds[feel_kind].ja };
}

struct word_arg word_type(const struct type *t)
{
	static const enum feel_kind of[] = {
		[TYPE_NULL] = FEEL_NULL, [TYPE_BOOL] = FEEL_BOOL, [TYPE_NUMBER] = FEEL_NUMBER,
		[TYPE_STRING] = FEEL_STRING, [TYPE_DATE] = FEEL_DATE, [TYPE_TIME] = FEEL_TIME,
		[TYPE_DATE_TIME] = FEEL_DATE_TIME, [TYPE_DAYS_DURATION] = FEEL_DAYS_DURATION,
		[TYPE_MONTHS_DURATION] = FEEL_MONTHS_DURATION, [TYPE_LIST] = FEEL_LIST,
		[TYPE_CONTEXT] = FEEL_CONTEXT, [TYPE_RANGE] = FEEL_RANGE, [TYPE_FUNCTION] = FEEL_FUNCTION,
	};
	if (!t || t->kind == TYPE_ANY || t->kind == TYPE_NAMED)
		return (struct word_arg){ STR("value of an unknown type"), STR("不明な型の値") };
	return word_kind((int)of[t->kind]);
}

struct word_arg word_number(struct arena *a, size_t n)
{
	return word_same(arena_printf(a, "%zu", n));
}

/* "{3}" at the head of s. */
static bool is_part(struct str s, size_t *ret)
{
	if (s.n < 3 || s.p[0] != '{' || s.p[1] < '0' || s.p[1] >= '0' + PARTS_MAX || s.p[2] != '}')
		return false;
	*ret = (size_t)(s.p[1] - '0');
	return true;
}

static struct str filled(struct arena *a, struct str sentence, const struct str parts[PARTS_MAX])
{
	struct str out = STR("");
	size_t from = 0, part;
	for (size_t i = 0; i < sentence.n; i++) {
		if (!is_part(str_from(sentence, i), &part))
			continue;
		out = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(out), (int)(i - from), sentence.p + from,
		                   STR_ARG(parts[part]));
		from = i + 3;
		i += 2;
	}
	return arena_join(a, out, str_from(sentence, from));
}

/* Finds the parts of a sentence again; false when it is another one. */
static bool parts_of(struct str sentence, struct str text, struct str parts[PARTS_MAX])
{
	size_t part;
	while (sentence.n) {
		if (!is_part(sentence, &part)) {
			if (!text.n || *text.p != *sentence.p)
				return false;
			text = str_from(text, 1);
			sentence = str_from(sentence, 1);
			continue;
		}
		sentence = str_from(sentence, 3);
		size_t next = str_find_char(sentence, '{'), end = text.n;
		struct str literal = next == STR_NONE ? sentence : str_sub(sentence, 0, next);
		if (literal.n) /* the last part takes all, another one as little as it can */
			end = next == STR_NONE ? text.n - literal.n : str_find(text, literal);
		if (end > text.n)
			return false;
		parts[part] = str_sub(text, 0, end);
		text = str_from(text, end);
	}
	return !text.n;
}

static struct str phrase_ja(struct str part)
{
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (str_eq(phrases[i].en, part))
			return phrases[i].ja;
	return part;
}

static struct str with_meant(struct arena *a, struct str sentence, struct str meant, bool ja)
{
	if (!meant.n)
		return sentence;
	return ja ? arena_printf(a, "%.*s（「%.*s」のことですか）", STR_ARG(sentence), STR_ARG(meant))
	          : arena_printf(a, "%.*s%.*s%.*s'?", STR_ARG(sentence), STR_ARG(asks), STR_ARG(meant));
}

void rule_say(struct arena *a, const char *code, const struct word_arg *args, size_t n,
              struct str meant, struct str *ret_en, struct str *ret_ja)
{
	const struct rule_words *rows;
	struct str en[PARTS_MAX] = { { "", 0 } }, ja[PARTS_MAX] = { { "", 0 } };
	size_t count = rule_words_all(&rows), i = 0;
	for (size_t k = 0; k < n && k < PARTS_MAX; k++) {
		en[k] = args[k].en;
		ja[k] = args[k].ja;
	}
	while (i < count && strcmp(rows[i].code, code) != 0)
		i++;
	if (i == count) {
		*ret_en = *ret_ja = str_c(code);
		return;
	}
	*ret_en = with_meant(a, filled(a, rows[i].en, en), meant, false);
	*ret_ja = with_meant(a, filled(a, rows[i].ja, ja), meant, true);
}

/* Cuts ": did you mean 'x'?" off. */
static struct str cut_meant(struct str en, struct str *ret_meant)
{
	size_t at = str_find(en, asks);
	*ret_meant = STR("");
	if (at == STR_NONE || !str_ends(en, STR("'?")))
		return en;
	struct str rest = str_from(en, at + asks.n);
	*ret_meant = str_sub(rest, 0, rest.n < 2 ? 0 : rest.n - 2);
	return str_sub(en, 0, at);
}

struct str rule_ja(struct arena *a, const char *code, struct str en)
{
	const struct rule_words *rows;
	struct str meant, bare = cut_meant(en, &meant);
	for (size_t i = 0, n = rule_words_all(&rows); code && i < n; i++) {
		struct str parts[PARTS_MAX] = { { "", 0 } };
		if (strcmp(rows[i].code, code) != 0 || !parts_of(rows[i].en, bare, parts))
			continue;
		for (size_t k = 0; k < PARTS_MAX; k++)
			parts[k] = phrase_ja(parts[k]);
		return with_meant(a, filled(a, rows[i].ja, parts), meant, true);
	}
	return en;
}

struct str rule_trouble_en(const char *code)
{
	const struct rule_words *rows;
	for (size_t i = 0, n = rule_words_all(&rows); code && i < n; i++)
		if (strcmp(rows[i].code, code) == 0 && str_find_char(rows[i].en, '{') == STR_NONE)
			return rows[i].en;
	return str_c(code ? code : "");
}

/* Characters that differ: Levenshtein, of short words only. */
static size_t points(struct str s, uint32_t out[NEAR_BYTES_MAX])
{
	size_t n = 0;
	while (n < NEAR_BYTES_MAX && utf8_next(&s, &out[n]))
		n++;
	return n;
}

static size_t differences(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny)
{
	size_t row[NEAR_BYTES_MAX + 1];
	for (size_t j = 0; j <= ny; j++)
		row[j] = j;
	for (size_t i = 1; i <= nx; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= ny; j++) {
			size_t change = diagonal + (x[i - 1] != y[j - 1]);
			size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
			diagonal = row[j];
			row[j] = least + 1 < change ? least + 1 : change;
		}
	}
	return row[ny];
}

void word_near_try(struct word_near *n, struct str candidate)
{
	uint32_t x[NEAR_BYTES_MAX], y[NEAR_BYTES_MAX];
	if (!n->word.n || n->word.n > NEAR_BYTES_MAX || candidate.n > NEAR_BYTES_MAX)
		return;
	size_t nx = points(n->word, x), ny = points(candidate, y);
	size_t d = differences(x, nx, y, ny), limit = nx / 3 + 1 < 4 ? nx / 3 + 1 : 4;
	if (d <= limit && d < ny && (!n->least || d + 1 < n->least)) {
		n->least = d + 1;
		n->best = candidate;
	}
}
