/* One row of text per verdict, in Japanese, English and やさしい日本語. */
#include "trust/verify.h"

#define KEY "trust.verdict."

static const struct verdict_row rows[VERDICT_COUNT] = {
	[VERDICT_OK] = {
		"ok", KEY "ok", "電子署名と証明書は有効です。",
		"The signature and the certificate are valid.",
		"{電子署名|でんししょめい}と{証明書|しょうめいしょ}は {正|ただ}しいです。",
	},
	[VERDICT_MALFORMED] = {
		"malformed", KEY "malformed", "証明書または電子署名の形式が正しくありません。もう一度お試しください。",
		"The certificate or signature is not in the right form. Please try again.",
		"データの{形|かたち}が まちがっています。もう{一度|いちど} やってください。",
	},
	[VERDICT_UNKNOWN_ISSUER] = {
		"unknown_issuer", KEY "unknown_issuer",
		"この証明書の発行者は登録されていません。公的個人認証の証明書をお使いください。",
		"The issuer of this certificate is not known here. Please use a certificate of the public personal authentication service.",
		"この{証明書|しょうめいしょ}は {使|つか}えません。{別|べつ}の{証明書|しょうめいしょ}を {使|つか}ってください。",
	},
	[VERDICT_BAD_SIGNATURE] = {
		"bad_signature", KEY "bad_signature",
		"証明書が改ざんされているか、壊れています。窓口で再発行を受けてください。",
		"The certificate was altered or is damaged. Please have it issued again at the office.",
		"{証明書|しょうめいしょ}が こわれています。{役所|やくしょ}の{窓口|まどぐち}で {新|あたら}しく {作|つく}ってください。",
	},
	[VERDICT_NOT_YET] = {
		"not_yet", KEY "not_yet", "証明書の有効期間はまだ始まっていません。スマートフォンの日時も確認してください。",
		"The certificate is not valid yet. Please also check the date and time of your phone.",
		"{証明書|しょうめいしょ}は まだ {使|つか}えません。スマートフォンの{時間|じかん}を {見|み}てください。",
	},
	[VERDICT_EXPIRED] = {
		"expired", KEY "expired", "証明書の有効期間が過ぎています。窓口で更新してください。",
		"The certificate has expired. Please renew it at the office.",
		"{証明書|しょうめいしょ}の {使|つか}える{期間|きかん}が {終|お}わりました。{役所|やくしょ}の{窓口|まどぐち}で {新|あたら}しくしてください。",
	},
	[VERDICT_WRONG_PROFILE] = {
		"wrong_profile", KEY "wrong_profile", "この用途には使えない種類の証明書です。",
		"This kind of certificate cannot be used for this purpose.",
		"この{証明書|しょうめいしょ}は ここでは {使|つか}えません。",
	},
	[VERDICT_REVOKED] = {
		"revoked", KEY "revoked", "証明書は失効しています。窓口で再発行を受けてください。",
		"The certificate has been revoked. Please have a new one issued at the office.",
		"{証明書|しょうめいしょ}は もう {使|つか}えません。{役所|やくしょ}の{窓口|まどぐち}で {新|あたら}しく {作|つく}ってください。",
	},
	[VERDICT_UNKNOWN_STATUS] = {
		"unknown_status", KEY "unknown_status", "証明書の有効性を発行者に確認できませんでした。",
		"The issuer does not know this certificate, so it cannot be accepted.",
		"{証明書|しょうめいしょ}が {正|ただ}しいか わかりませんでした。",
	},
	[VERDICT_CONTENT_CHANGED] = {
		"content_changed", KEY "content_changed", "署名の後に内容が変わっています。内容を確認して、もう一度署名してください。",
		"The content changed after it was signed. Please check it and sign again.",
		"{署名|しょめい}したあとで {内容|ないよう}が {変|か}わりました。もう{一度|いちど} {署名|しょめい}してください。",
	},
	[VERDICT_BAD_CMS] = {
		"bad_cms", KEY "bad_cms", "電子署名が正しくありません。もう一度署名してください。",
		"The signature does not hold. Please sign again.",
		"{電子署名|でんししょめい}が {正|ただ}しくありません。もう{一度|いちど} {署名|しょめい}してください。",
	},
	[VERDICT_WRONG_KIND] = {
		"wrong_kind", KEY "wrong_kind", "別の目的のための電子署名です。ログインと申請の署名は互いに使えません。",
		"This signature was made for another purpose. A login and an application never stand for each other.",
		"{別|べつ}のことのための {電子署名|でんししょめい}です。ここでは {使|つか}えません。",
	},
};

const struct verdict_row *verdict_row(enum verdict v)
{
	return &rows[v];
}

const char *revoke_reason_name(enum revoke_reason r)
{
	switch (r) {
	case REVOKE_UNSPECIFIED: return "unspecified";
	case REVOKE_KEY_COMPROMISE: return "keyCompromise";
	case REVOKE_CA_COMPROMISE: return "cACompromise";
	case REVOKE_AFFILIATION: return "affiliationChanged";
	case REVOKE_SUPERSEDED: return "superseded";
	case REVOKE_CESSATION: return "cessationOfOperation";
	case REVOKE_HOLD: return "certificateHold";
	case REVOKE_PRIVILEGE: return "privilegeWithdrawn";
	}
	return "unknown";
}
