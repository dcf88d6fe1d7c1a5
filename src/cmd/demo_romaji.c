/* From katakana to the Latin spelling of a passport: Hepburn without long marks,
 * ン as M before B, M and P, ッ doubles the consonant (T before CH). */
#include "cmd/demo_names.h"

#include "base/buf.h"
#include "base/utf8.h"

enum { ROMAJI_MAX = 256 };

static const struct {
	const char *kana, *latin;
} two[] = {
	{ "キャ", "KYA" }, { "キュ", "KYU" }, { "キョ", "KYO" }, { "シャ", "SHA" }, { "シュ", "SHU" },
	{ "ショ", "SHO" }, { "シェ", "SHE" }, { "チャ", "CHA" }, { "チュ", "CHU" }, { "チョ", "CHO" },
	{ "ニャ", "NYA" }, { "ニュ", "NYU" }, { "ニョ", "NYO" }, { "ヒャ", "HYA" }, { "ヒュ", "HYU" },
	{ "ヒョ", "HYO" }, { "ミャ", "MYA" }, { "ミュ", "MYU" }, { "ミョ", "MYO" }, { "リャ", "RYA" },
	{ "リュ", "RYU" }, { "リョ", "RYO" }, { "ギャ", "GYA" }, { "ギュ", "GYU" }, { "ギョ", "GYO" },
	{ "ジャ", "JA" }, { "ジュ", "JU" }, { "ジョ", "JO" }, { "ビャ", "BYA" }, { "ビュ", "BYU" },
	{ "ビョ", "BYO" }, { "ピャ", "PYA" }, { "ピュ", "PYU" }, { "ピョ", "PYO" },
}, one[] = {
	{ "ア", "A" }, { "イ", "I" }, { "ウ", "U" }, { "エ", "E" }, { "オ", "O" }, { "カ", "KA" },
	{ "キ", "KI" }, { "ク", "KU" }, { "ケ", "KE" }, { "コ", "KO" }, { "サ", "SA" }, { "シ", "SHI" },
	{ "ス", "SU" }, { "セ", "SE" }, { "ソ", "SO" }, { "タ", "TA" }, { "チ", "CHI" }, { "ツ", "TSU" },
	{ "テ", "TE" }, { "ト", "TO" }, { "ナ", "NA" }, { "ニ", "NI" }, { "ヌ", "NU" }, { "ネ", "NE" },
	{ "ノ", "NO" }, { "ハ", "HA" }, { "ヒ", "HI" }, { "フ", "FU" }, { "ヘ", "HE" }, { "ホ", "HO" },
	{ "マ", "MA" }, { "ミ", "MI" }, { "ム", "MU" }, { "メ", "ME" }, { "モ", "MO" }, { "ヤ", "YA" },
	{ "ユ", "YU" }, { "ヨ", "YO" }, { "ラ", "RA" }, { "リ", "RI" }, { "ル", "RU" }, { "レ", "RE" },
	{ "ロ", "RO" }, { "ワ", "WA" }, { "ヲ", "O" }, { "ガ", "GA" }, { "ギ", "GI" }, { "グ", "GU" },
	{ "ゲ", "GE" }, { "ゴ", "GO" }, { "ザ", "ZA" }, { "ジ", "JI" }, { "ズ", "ZU" }, { "ゼ", "ZE" },
	{ "ゾ", "ZO" }, { "ダ", "DA" }, { "ヂ", "JI" }, { "ヅ", "ZU" }, { "デ", "DE" }, { "ド", "DO" },
	{ "バ", "BA" }, { "ビ", "BI" }, { "ブ", "BU" }, { "ベ", "BE" }, { "ボ", "BO" }, { "パ", "PA" },
	{ "ピ", "PI" }, { "プ", "PU" }, { "ペ", "PE" }, { "ポ", "PO" },
};

static const char *syllable(struct str *rest)
{
	for (size_t i = 0; i < sizeof two / sizeof *two; i++)
		if (str_starts(*rest, str_c(two[i].kana))) {
			*rest = str_from(*rest, str_c(two[i].kana).n);
			return two[i].latin;
		}
	for (size_t i = 0; i < sizeof one / sizeof *one; i++)
		if (str_starts(*rest, str_c(one[i].kana))) {
			*rest = str_from(*rest, str_c(one[i].kana).n);
			return one[i].latin;
		}
	return NULL;
}

/* A vowel that only lengthens the one before it: オオ, オウ, ウウ. */
static bool lengthens(const struct buf *out, const char *latin)
{
	char last = out->n ? out->p[out->n - 1] : ' ';
	if (latin[1] != '\0')
		return false;
	return (last == 'O' && (latin[0] == 'O' || latin[0] == 'U')) ||
	       (last == 'U' && latin[0] == 'U');
}

struct str demo_romaji(struct arena *a, const char *kana)
{
	BUF_AUTO out;
	struct str rest = str_c(kana);
	bool small_tsu = false, n = false, parted = false;
	buf_init(&out, ROMAJI_MAX);
	while (rest.n) {
		const char *latin;
		if (rest.p[0] == '|' || rest.p[0] == ' ') {
			if (rest.p[0] == ' ')
				buf_add_char(&out, ' ');
			parted = true;
			rest = str_from(rest, 1);
			continue;
		}
		if (str_starts(rest, STR("ン"))) {
			n = true;
			rest = str_from(rest, 3);
			if (rest.n == 0 || rest.p[0] == '|')
				buf_add_char(&out, 'N'), n = false;
			continue;
		}
		if (str_starts(rest, STR("ッ")) || str_starts(rest, STR("ー"))) {
			small_tsu = str_starts(rest, STR("ッ"));
			rest = str_from(rest, 3);
			continue;
		}
		latin = syllable(&rest);
		if (!latin)
			break;
		if (n)
			buf_add_char(&out, strchr("BMP", latin[0]) ? 'M' : 'N');
		if (small_tsu)
			buf_add_char(&out, latin[0] == 'C' ? 'T' : latin[0]);
		if (n || small_tsu || parted || !lengthens(&out, latin))
			buf_add_c(&out, latin);
		n = small_tsu = parted = false;
	}
	return arena_str(a, buf_str(&out));
}

struct str demo_kana(struct arena *a, const char *kana)
{
	size_t n = 0;
	char *out = arena_alloc(a, strlen(kana) + 1);
	for (const char *p = kana; *p; p++)
		if (*p != '|')
			out[n++] = *p;
	return str_of(out, n);
}
