/* What people type, by type of field: one row per way of typing it. */
#include "support.h"
#include "apply/form_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* `raw`: name=value, parts by |; `want`: the answer as JSON (' for "), "empty",
 * or the word of the mistake. */
struct row {
	const char *raw, *want;
};

static size_t split(struct arena *a, const char *raw, struct form_raw out[16])
{
	size_t n = 0;
	struct str part, rest = arena_str(a, str_c(raw));
	while (rest.n && n < 16) {
		(void)str_cut(rest, '|', &part, &rest);
		assert_true(str_cut(part, '=', &out[n].name, &out[n].value));
		n++;
	}
	return n;
}

static void read_all(const char *page, const char *field, const struct row *rows, size_t n)
{
	ARENA_AUTO a = arena_new(0);
	struct form *f = open_all(a, "{}");
	const struct pack_field *x = field_of(f, page, field);
	for (size_t i = 0; i < n; i++) {
		struct form_raw raw[16];
		struct str key = STR("");
		const struct json *v = NULL;
		size_t nraw = split(a, rows[i].raw, raw);
		enum raw_state state = form_raw_read(a, x, raw, nraw, &v, &key);
		struct str is = state == RAW_VALUE ? json_to_str(a, v)
		                : state == RAW_BAD ? str_from(key, STR("form.error.").n)
		                : state == RAW_EMPTY ? STR("empty") : STR("absent");
		struct str want = str_c(rows[i].want);
		if (state == RAW_VALUE)
			want = json_to_str(a, json_of(a, rows[i].want));
		if (!str_eq(is, want))
			fail_msg("%s: %.*s, not %s", rows[i].raw, STR_ARG(is), rows[i].want);
	}
}
#define READ(page, field, rows) read_all((page), (field), (rows), sizeof(rows) / sizeof *(rows))

static void texts(void **state)
{
	static const struct row rows[] = {
		{ "words.short=", "empty" },
		{ "words.short=　 ", "empty" },
		{ "other=x", "empty" },
		{ "words.short=　りん　　ご ", "'りん ご'" },
		{ "words.short=a\r\nb", "'a b'" },
		{ "words.short=辻\U000E0100", "'辻\U000E0100'" },
		{ "words.short=one|words.short=two", "'one'" },
		{ "words.short=\xff", "control" }, { "words.short=\xed\xa0\x80", "control" },
	}, lines[] = {
		{ "words.long=a\r\nb\rc", "'a\\nb\\nc'" },
		{ "words.long=\xc0\x80", "control" },
	};
	(void)state;
	READ("words", "words.short", rows);
	READ("words", "words.long", lines);
}

static void kana_and_addresses(void **state)
{
	static const struct row kana[] = {
		{ "words.kana=ｶｶﾞ ﾊﾅｺ", "'カガ ハナコ'" },
		{ "words.kana=かが　はなこ", "'カガ ハナコ'" },
		{ "words.kana=スズキ－", "'スズキー'" },
	}, address[] = {
		{ "words.address=大聖寺南町１ー２－３", "'大聖寺南町1-2-3'" },
		{ "words.address=コーポ　サン１０１", "'コーポ サン101'" },
	};
	(void)state;
	READ("words", "words.kana", kana);
	READ("words", "words.address", address);
}

static void phones_and_mail(void **state)
{
	static const struct row phone[] = {
		{ "who.phone=０９０－１２３４－５６７８", "'090-1234-5678'" },
		{ "who.phone=０９０ー１２３４ー５６７８", "'090-1234-5678'" },
		{ "who.phone=090 1234 5678", "'090-1234-5678'" },
		{ "who.phone=03(1234)5678", "'03-1234-5678'" },
		{ "who.phone=（03）1234-5678", "'03-1234-5678'" },
		{ "who.phone=09012345678", "'09012345678'" },
		{ "who.phone=---", "empty" },
		{ "who.phone=", "empty" },
	}, mail[] = {
		{ "words.email=ａ＠ｂ．ｊｐ", "'a@b.jp'" },
		{ "words.email= a@b.jp ", "'a@b.jp'" },
	};
	(void)state;
	READ("who", "who.phone", phone);
	READ("words", "words.email", mail);
}

static void numbers_and_money(void **state)
{
	static const struct row rows[] = {
		{ "numbers.money=１２３４５", "12345" },
		{ "numbers.money=1,234,567円", "1234567" },
		{ "numbers.money=１，２３４円", "1234" },
		{ "numbers.money=¥1,000", "1000" },
		{ "numbers.money=￥1,000", "1000" },
		{ "numbers.money=1 000", "1000" },
		{ "numbers.money=-5", "-5" },
		{ "numbers.money=０", "0" },
		{ "numbers.money=", "empty" },
		{ "numbers.money=円", "number" },
		{ "numbers.money=,", "number" },
		{ "numbers.money=1.5", "number" },
		{ "numbers.money=1e3", "number" },
		{ "numbers.money=+5", "number" },
		{ "numbers.money=十", "number" },
		{ "numbers.money=0x10", "number" },
		{ "numbers.money=9007199254740991", "9007199254740991" },
		{ "numbers.money=9007199254740992", "number" },
		{ "numbers.money=99999999999999999999999", "number" },
		{ "numbers.money=1234567890123456789012345678901234567890123456789012345678901234567890",
		  "number" },
	};
	(void)state;
	READ("numbers", "numbers.money", rows);
}

#define DAY(era, y, m, d) "numbers.day.era=" era "|numbers.day.year=" y "|numbers.day.month=" m \
	"|numbers.day.day=" d

static void dates(void **state)
{
	static const struct row rows[] = {
		{ "numbers.day.year=2026|numbers.day.month=2|numbers.day.day=28", "'2026-02-28'" },
		{ DAY("", "２０２６", "１１", "２０"), "'2026-11-20'" },
		{ DAY("", "2024", "2", "29"), "'2024-02-29'" },
		{ DAY("", "2026", "2", "29"), "date" },
		{ DAY("", "2026", "4", "31"), "date" },
		{ DAY("", "2026", "13", "1"), "date" },
		{ DAY("", "2026", "0", "1"), "date" },
		{ DAY("", "-1", "1", "1"), "date" },
		{ DAY("", "99999", "1", "1"), "date" },
		{ DAY("", "2026", "1", ""), "date" },
		{ DAY("", "二〇二六", "1", "1"), "date" },
		{ DAY("", "2026年", "11月", "20日"), "'2026-11-20'" },
		{ DAY("令和", "元", "5", "1"), "'2019-05-01'" },
		{ DAY("令和", "元年", "5", "1"), "'2019-05-01'" },
		{ DAY("令和", "１", "5", "1"), "'2019-05-01'" },
		{ DAY("令和", "1", "4", "30"), "date" }, /* still 平成 */
		{ DAY("平成", "31", "4", "30"), "'2019-04-30'" },
		{ DAY("平成", "31", "5", "1"), "date" },
		{ DAY("昭和", "64", "1", "7"), "'1989-01-07'" },
		{ DAY("昭和", "65", "1", "1"), "date" },
		{ DAY("昭和", "元", "12", "25"), "'1926-12-25'" },
		{ DAY("S", "39", "10", "10"), "'1964-10-10'" },
		{ DAY("大正", "15", "12", "24"), "'1926-12-24'" },
		{ DAY("明治", "45", "7", "29"), "'1912-07-29'" },
		{ DAY("慶応", "1", "1", "1"), "date" },
		{ DAY("", "元", "5", "1"), "'0001-05-01'" },
		{ DAY("令和", "", "", ""), "empty" },
		{ "numbers.day=2026-11-20", "empty" }, /* it comes in parts */
	};
	(void)state;
	READ("numbers", "numbers.day", rows);
}

static void choices(void **state)
{
	static const struct row one[] = {
		{ "picks.one=a", "'a'" }, { "picks.one=", "empty" }, { "picks.one=A", "choose" },
		{ "picks.one=d", "choose" }, { "picks.one=\xff\xfe", "choose" },
		{ "picks.one=甲", "choose" },
	}, some[] = {
		{ "picks.some=z|picks.some=x", "['x','z']" },
		{ "picks.some=x|picks.some=x", "['x']" },
		{ "picks.some=q", "empty" },
		{ "picks.some=", "empty" },
		{ "picks.some=x|picks.some=q", "['x']" },
	}, yes[] = {
		{ "numbers.yes=yes", "true" }, { "numbers.yes=no", "false" }, { "numbers.yes=", "empty" },
		{ "numbers.yes=true", "choose" }, { "numbers.yes=はい", "choose" },
	}, people[] = {
		{ "people.with=m3|people.with=m2", "['m3','m2']" },
		{ "people.with=m2|people.with=m2", "['m2']" },
		{ "people.with=", "empty" },
		{ "people.with=\x01", "member" },
		{ "people.with=stranger", "['stranger']" }, /* form_errors says whose she is not */
	};
	(void)state;
	READ("picks", "picks.one", one);
	READ("picks", "picks.some", some);
	READ("numbers", "numbers.yes", yes);
	READ("people", "people.with", people);
}

static void accounts(void **state)
{
	static const struct row rows[] = {
		{ "bank.account.bank=０９９０|bank.account.branch=001|bank.account.kind=ordinary|"
		  "bank.account.number=1234567|bank.account.holder=ｶｶﾞ ﾊﾅｺ",
		  "{'bank':'0990','branch':'001','kind':'ordinary','number':'1234567',"
		  "'holder':'カガ ハナコ'}" },
		{ "bank.account=x", "empty" },
		{ "bank.account.bank= ", "empty" },
		{ "bank.account.bank=1",
		  "{'bank':'1','branch':'','kind':'','number':'','holder':''}" },
	};
	(void)state;
	READ("bank", "bank.account", rows);
}

static void what_is_not_the_browsers_is_absent(void **state)
{
	static const struct row shown[] = { { "who.name=forged", "absent" } };
	static const struct row file[] = { { "files.photo=forged", "absent" } };
	(void)state;
	READ("who", "who.name", shown);
	READ("files", "files.photo", file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts), cmocka_unit_test(kana_and_addresses),
		cmocka_unit_test(phones_and_mail), cmocka_unit_test(numbers_and_money),
		cmocka_unit_test(dates), cmocka_unit_test(choices), cmocka_unit_test(accounts),
		cmocka_unit_test(what_is_not_the_browsers_is_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
