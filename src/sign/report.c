/* The report for people: short and plain (the tone of the house), Japanese or
 * English. Names and reasons that stand in the file are foreign text: cleaned. */
#include "sign/report.h"

#include "base/calendar.h"
#include "base/text.h"
#include "sign/certificate.h"

enum { TEXT_MAX = 1 << 20, LINE_MAX_BYTES = 300 };

/* ---- words ---- */

static const struct {
	const char *name, *ja, *en, *bad_ja, *bad_en;
} words[] = {
	{ "format", "署名の形は正しい", "The signature is in sound form",
	  "署名の形に誤りがある", "The form of the signature is wrong" },
	{ "content-intact", "署名のあと、内容は変わっていない", "The content is as it was signed",
	  "署名のあとで内容が変わっている", "The content was changed after it was signed" },
	{ "content-found", "署名された元のファイルがある", "The signed file is here",
	  "署名された元のファイルがない", "The signed file is not here" },
	{ "signer-known", "署名した人の証明書がある", "The signer's certificate is here",
	  "署名した人の証明書がない", "The signer's certificate is missing" },
	{ "signer-reference", "署名は、この証明書を指している", "The signature names this certificate",
	  "署名は、別の証明書を指しているか、何も指していない",
	  "The signature names another certificate, or none" },
	{ "signature-value", "署名の値は正しい", "The signature value holds",
	  "署名の値が正しくない", "The signature value does not hold" },
	{ "changed-after", "署名のあとの変更は、許されている", "A later change that is allowed",
	  "署名のあとに、許されない変更がある", "A later change that is not allowed" },
	{ "path", "信頼できる認証局につながる", "The certificate leads to a trusted authority",
	  "信頼できる認証局につながらない", "The certificate leads to no trusted authority" },
	{ "certificate-then", "署名のとき、証明書は有効だった", "The certificate was good when it was used",
	  "署名のとき証明書が有効だったか、確かではない", "Whether the certificate was good then is not certain" },
	{ "content-stamp", "内容のタイムスタンプは正しい", "The time stamp of the content holds",
	  "内容のタイムスタンプを確かめられない", "The time stamp of the content cannot be relied on" },
	{ "signature-stamp", "署名のタイムスタンプは正しい", "The time stamp of the signature holds",
	  "署名のタイムスタンプを確かめられない", "The time stamp of the signature cannot be relied on" },
	{ "refs-stamp", "検証情報のタイムスタンプは正しい", "The time stamp of the references holds",
	  "検証情報のタイムスタンプを確かめられない", "The time stamp of the references cannot be relied on" },
	{ "archive-stamp", "長期保存のタイムスタンプは正しい", "The archive time stamp holds",
	  "長期保存のタイムスタンプを確かめられない", "The archive time stamp cannot be relied on" },
	{ "stamp-order", "タイムスタンプの順序は正しい", "The time stamps are in order",
	  "タイムスタンプの順序が合わない", "The time stamps are out of order" },
	{ "policy", "署名の方針を確かめた", "The signature policy was checked",
	  "署名の方針がここにはない", "The signature policy is not available here" },
	{ "critical-property", "必須の条件を理解できる", "What must be understood is understood",
	  "理解できない必須の条件がある", "Something must be understood and is not" },
	{ "algorithms", "暗号の方式は安全", "The algorithms are safe",
	  "安全ではない暗号の方式がある", "An algorithm is no longer safe" },
};

const char *report_check_words(const char *name, enum ades_check_state state,
                               enum report_lang lang)
{
	bool good = state == CHECK_OK;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].name, name) == 0)
			return lang == REPORT_JA ? (good ? words[i].ja : words[i].bad_ja)
			                         : (good ? words[i].en : words[i].bad_en);
	return name;
}

struct str report_time(struct arena *a, int64_t us, enum report_lang lang)
{
	static const char *const months[] = { "January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December" };
	struct datetime t = jst_from_us(us);
	if (lang == REPORT_JA)
		return arena_printf(a, "%d年%d月%d日 %d時%02d分（日本時間）", t.date.year, t.date.month,
		                    t.date.day, t.hour, t.minute);
	return arena_printf(a, "%d %s %d, %d:%02d (Japan)", t.date.day, months[t.date.month - 1],
	                    t.date.year, t.hour, t.minute);
}

struct str report_clean(struct arena *a, struct str s)
{
	s = utf8_cut(s, LINE_MAX_BYTES);
	if (!utf8_valid(s) || text_has_control_line(s))
		return STR("?");
	return text_one_line(a, s);
}

enum ades_indication report_overall(const struct ades_report *r)
{
	enum ades_indication worst = r->file->n ? TOTAL_PASSED : INDETERMINATE;
	for (size_t i = 0; i < r->file->n; i++)
		if (r->results[i].indication > worst)
			worst = r->results[i].indication;
	return worst;
}

/* ---- lines ---- */

static const char *const heads[INDICATION_COUNT][2] = {
	[TOTAL_PASSED] = { "本物です", "Genuine" },
	[INDETERMINATE] = { "確かめきれません", "Not certain" },
	[TOTAL_FAILED] = { "信頼できません", "Not to be relied on" },
};

static void line(struct buf *b, const char *label, struct str value)
{
	if (value.n)
		buf_printf(b, "  %s: %.*s\n", label, STR_ARG(value));
}

static void put_signature(struct arena *a, struct buf *b, const struct ades_report *r,
                          const struct ades_result *s, struct str number, enum report_lang lang)
{
	bool ja = lang == REPORT_JA;
	const struct ades_signature *sig = s->signature;
	const struct ades_sub_row *row = ades_sub_row(s->sub);
	buf_printf(b, ja ? "署名 %.*s: %s\n" : "Signature %.*s: %s\n", STR_ARG(number),
	           heads[s->indication][ja ? 0 : 1]);
	buf_printf(b, "  %s\n", ja ? row->ja : row->en);
	line(b, ja ? "署名した人" : "Signed by", s->signer);
	line(b, ja ? "役割" : "Role", report_clean(a, sig->role));
	if (s->best_time < r->at)
		line(b, ja ? "遅くともこの時にはあった" : "Existed at the latest by",
		     report_time(a, s->best_time, lang));
	if (sig->claimed_time)
		line(b, ja ? "署名した人が言う時刻" : "Time the signer claims",
		     report_time(a, sig->claimed_time, lang));
	if (s->revoked_at)
		line(b, ja ? "失効した時" : "Revoked", report_time(a, s->revoked_at, lang));
	for (size_t i = 0; i < sig->nchanges; i++)
		line(b, sig->changes[i].allowed ? (ja ? "署名のあとの変更" : "Changed afterwards")
		                                : (ja ? "許されない変更" : "Changed, and not allowed"),
		     report_clean(a, ja ? sig->changes[i].what_ja : sig->changes[i].what_en));
	line(b, ja ? "できること" : "What you can do", str_c(ja ? row->do_ja : row->do_en));
	line(b, ja ? "規格での結果" : "By the standard",
	     arena_printf(a, "%s%s%s, %s-%s", ades_indication_name(s->indication),
	                  s->sub ? "/" : "", row->name, ades_format_name(sig->format),
	                  ades_level_name(s->level)));
	for (size_t i = 0; i < s->ncounters; i++)
		put_signature(a, b, r, &s->counters[i], arena_printf(a, "%.*s.%zu", STR_ARG(number), i + 1),
		              lang);
}

struct str report_text(struct arena *a, const struct ades_report *r, enum report_lang lang)
{
	BUF_AUTO b;
	bool ja = lang == REPORT_JA;
	buf_init(&b, TEXT_MAX);
	if (r->file->n == 0)
		buf_add_c(&b, ja ? "電子署名はありません。\n" : "There is no electronic signature in it.\n");
	for (size_t i = 0; i < r->file->n; i++)
		put_signature(a, &b, r, &r->results[i], arena_printf(a, "%zu", i + 1), lang);
	for (size_t i = 0; i < r->file->nuncovered && i < 100; i++)
		line(&b, ja ? "どの署名にも守られていないファイル" : "File that no signature covers",
		     report_clean(a, r->file->uncovered[i]));
	return arena_str(a, buf_str(&b));
}
