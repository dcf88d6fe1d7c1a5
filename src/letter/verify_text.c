/* What a verdict means and what to do, in two languages: one row each. */
#include "base/calendar.h"
#include "base/encode.h"
#include "letter/verify.h"

static const struct letter_verdict_row rows[LETTER_VERDICT_COUNT] = {
	[LETTER_GENUINE] = {
		"genuine", true, "この文書は真正です。", "This letter is genuine.",
		"このまま使えます。", "You can rely on it." },
	[LETTER_UNREADABLE] = {
		"unreadable", false, "文書として読み取れません。", "This cannot be read as a letter.",
		"元のPDFファイルか、コードを読み取った文字をそのまま指定してください。",
		"Give the original PDF file, or the code's text just as it was read." },
	[LETTER_UNSEALED] = {
		"unsealed", false, "電子公印がありません。", "There is no electronic seal.",
		"印刷して読み込み直したファイルや下書きかもしれません。発行者から受け取った元のファイルで確認してください。",
		"It may be a scan or a draft. Check the original file that the office sent." },
	[LETTER_CHANGED] = {
		"changed", false, "電子公印が付いた後に、内容が変えられています。",
		"The content was changed after it was sealed.",
		"使わないでください。発行者に連絡し、文書を受け取り直してください。",
		"Do not use it. Contact the issuer and ask for the letter again." },
	[LETTER_PARTLY_SEALED] = {
		"partly-sealed", false, "電子公印が付いた後に、何かが書き加えられています。",
		"Something was added after it was sealed.",
		"使わないでください。発行者から受け取った元のファイルで確認してください。",
		"Do not use it. Check the original file that the office sent." },
	[LETTER_BAD_SEAL] = {
		"bad-seal", false, "電子公印が正しくありません。", "The electronic seal does not hold.",
		"使わないでください。発行者に連絡してください。", "Do not use it. Contact the issuer." },
	[LETTER_UNKNOWN_ISSUER] = {
		"unknown-issuer", false, "電子公印を付けた者を確認できません。", "The sealing body is not known here.",
		"手元の証明書の一覧が新しいか確かめて、もう一度確認してください。それでも同じなら、使わずに発行者に連絡してください。",
		"Make sure your certificate bundle is up to date and check again. If the answer stays the same, "
		"do not use the letter and contact the issuer." },
	[LETTER_NO_SEAL_CERT] = {
		"no-seal-certificate", false, "署名に使われた証明書は、電子公印用のものではありません。",
		"The certificate behind the signature is not one for sealing letters.",
		"公文書として使わないでください。", "Do not use it as an official letter." },
	[LETTER_CERT_NOT_VALID] = {
		"certificate-not-valid", false, "電子公印の証明書は、その日には有効ではありませんでした。",
		"The sealing certificate was not valid on that day.",
		"使わないでください。発行者に連絡してください。", "Do not use it. Contact the issuer." },
	[LETTER_CERT_REVOKED] = {
		"certificate-revoked", false, "電子公印の証明書は失効しています。",
		"The sealing certificate has been revoked.",
		"使わないでください。発行者に連絡し、文書を受け取り直してください。",
		"Do not use it. Contact the issuer and ask for the letter again." },
	[LETTER_FROM_THE_FUTURE] = {
		"from-the-future", false, "電子公印の日時が、今より後になっています。",
		"The time of the seal lies in the future.",
		"このコンピューターの時計が正しいか確かめて、もう一度確認してください。",
		"Make sure this computer's clock is right and check again." },
};

const struct letter_verdict_row *letter_verdict_row(enum letter_verdict v)
{
	return &rows[v];
}

struct words {
	struct buf ja, en;
};

static void line(struct words *w, const char *ja, const char *en, struct str value)
{
	if (str_empty(value))
		return;
	buf_printf(&w->ja, "%s: %.*s\n", ja, STR_ARG(value));
	buf_printf(&w->en, "%s: %.*s\n", en, STR_ARG(value));
}

static void both(struct words *w, const char *ja, const char *en)
{
	buf_printf(&w->ja, "%s\n", ja);
	buf_printf(&w->en, "%s\n", en);
}

static void when(struct arena *a, struct words *w, const struct letter_report *r)
{
	struct datetime t = jst_from_us(r->at);
	struct str day = date_western_text(a, t.date), era = date_era_text(a, t.date);
	if (r->from_qr) {
		buf_printf(&w->ja, "発行日: %.*s（%.*s）\n", STR_ARG(day), STR_ARG(era));
		buf_printf(&w->en, "Issued: %.*s\n", STR_ARG(date_format(a, t.date)));
		return;
	}
	buf_printf(&w->ja, "電子公印の日時（申告）: %.*s（%.*s）%d時%02d分%02d秒\n", STR_ARG(day), STR_ARG(era),
	           t.hour, t.minute, t.second);
	buf_printf(&w->en, "Sealed (as claimed): %.*s %02d:%02d:%02d Japan time\n",
	           STR_ARG(date_format(a, t.date)), t.hour, t.minute, t.second);
}

static void facts(struct arena *a, struct words *w, const struct letter_report *r)
{
	line(w, "文書番号", "Number", r->qr.number);
	line(w, "種類", "Kind", r->qr.kind);
	for (size_t i = 0; i < r->qr.nfacts; i++) {
		struct str label = arena_str(a, r->qr.facts[i].label); /* with its NUL */
		line(w, label.p, label.p, r->qr.facts[i].value);
	}
	line(w, "照合番号", "Reference",
	     hex_encode(a, str_of((const char *)r->qr.digest, QR_DIGEST)));
	both(w, "紙に書かれた内容が、上の内容と同じか見比べてください。違うときは使わないでください。",
	     "Compare what the paper says with the lines above. If they differ, do not use it.");
}

static void genuine(struct arena *a, struct words *w, const struct letter_report *r)
{
	line(w, "発行者", "Issuer", r->organization);
	line(w, "部署", "Office", r->office);
	line(w, "電子公印", "Seal of", r->title);
	when(a, w, r);
	if (r->from_qr)
		facts(a, w, r);
	else
		both(w, "電子公印が付いた後の変更: ありません", "Changed since it was sealed: no");
	if (r->cert_expired)
		both(w, "電子公印の証明書は、その後に有効期間が終わりました。文書の真正性には影響しません。",
		     "The sealing certificate has expired since. That does not affect the letter.");
	if (r->cert_retired)
		both(w, "電子公印の証明書は、その後に交代などのため使われなくなりました。文書の真正性には影響しません。",
		     "The sealing certificate has been retired since. That does not affect the letter.");
	if (!r->revocation_checked)
		both(w, "証明書が失効していないかは、確認していません（オフライン）。",
		     "Revocation of the certificate was not checked (offline).");
}

void letter_report_words(struct arena *a, struct letter_report *r)
{
	const struct letter_verdict_row *row = letter_verdict_row(r->verdict);
	struct words w;
	buf_init(&w.ja, 16384);
	buf_init(&w.en, 16384);
	/* A code proves itself, not the paper around it: it says so, and what to compare. */
	bool code = r->verdict == LETTER_GENUINE && r->from_qr;
	both(&w, code ? "このコードは真正です。発行者の電子署名を確認しました。" : row->ja,
	     code ? "This code is genuine: the issuer's signature holds." : row->en);
	if (r->verdict == LETTER_GENUINE)
		genuine(a, &w, r);
	if (!code)
		both(&w, row->do_ja, row->do_en);
	r->ja = arena_str(a, buf_str(&w.ja));
	r->en = arena_str(a, buf_str(&w.en));
	buf_done(&w.ja);
	buf_done(&w.en);
}
