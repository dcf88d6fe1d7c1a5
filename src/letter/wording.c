/* Fixed sentences.
 *
 * Appeal instructions: 行政不服審査法 第82条第1項 (that a review may be asked
 * for, of whom, by when), 第18条 (three months from the day after one knew, one
 * year from the day after the disposition), 行政事件訴訟法 第46条第1項
 * (defendant, period, and where the law says so that the review comes first),
 * 第14条 (six months, one year), 第11条第1項第1号 (the body is the defendant). */
#include "letter/wording.h"

#include <math.h>

#include "base/utf8.h"

static struct str or_else(struct str s, struct str dflt)
{
	return str_empty(s) ? dflt : s;
}

size_t wording_appeal(struct arena *a, const struct letter *l, struct str ret[3])
{
	const struct letter_appeal *p = &l->appeal;
	struct str review = or_else(p->review_to, l->issuer.head_title);
	struct str defendant = or_else(p->defendant, l->issuer.name);
	struct str represented = or_else(p->represented, l->issuer.head_title);
	ret[0] = arena_printf(a,
		"１　この決定に不服があるときは、この決定があったことを知った日の翌日から起算して3か月以内に、"
		"%.*sに対して審査請求をすることができます（行政不服審査法第82条第1項による教示）。ただし、"
		"この決定があった日の翌日から起算して1年を経過したときは、審査請求をすることができません。",
		STR_ARG(review));
	if (p->review_first) {
		ret[1] = arena_printf(a,
			"２　この決定の取消しを求める訴えは、1の審査請求に対する裁決を経た後でなければ提起することができません。"
			"裁決があったことを知った日の翌日から起算して6か月以内に、%.*sを被告として（訴訟において%.*sを代表する者は"
			"%.*sとなります。）提起してください（行政事件訴訟法第46条第1項による教示）。",
			STR_ARG(defendant), STR_ARG(defendant), STR_ARG(represented));
		ret[2] = STR("３　審査請求があった日から3か月を経過しても裁決がないとき、著しい損害を避けるため緊急の必要があるとき、"
		             "その他正当な理由があるときは、裁決を経ないで訴えを提起することができます。");
		return 3;
	}
	ret[1] = arena_printf(a,
		"２　この決定の取消しを求める訴えは、この決定があったことを知った日の翌日から起算して6か月以内に、"
		"%.*sを被告として（訴訟において%.*sを代表する者は%.*sとなります。）提起することができます"
		"（行政事件訴訟法第46条第1項による教示）。ただし、この決定の日の翌日から起算して1年を経過したときは、"
		"提起することができません。",
		STR_ARG(defendant), STR_ARG(defendant), STR_ARG(represented));
	ret[2] = STR("３　1の審査請求をしたときは、2の期間は、その審査請求に対する裁決があったことを知った日"
	             "（1年については、裁決の日）の翌日から起算します。");
	return 3;
}

struct str wording_proof(struct arena *a, const struct letter *l)
{
	struct str seal = STR("");
	if (l->sealed)
		seal = arena_printf(a,
			"この文書には%.*sの電子公印（電子署名）が付いています。印影は印刷したものです。"
			"電子署名の確認には、印刷したものでなく、このPDFファイルをそのまま使ってください。",
			STR_ARG(l->issuer.head_title));
	if (str_empty(l->qr))
		return seal;
	return arena_printf(a, "このコードで真正性を確認できます（オフライン可）\n%.*s"
	                       "印刷した紙は、コードを読み取り、発行者の電子署名と記載内容を照らし合わせて確認します。",
	                    STR_ARG(seal));
}

struct result wording_seal(struct arena *a, const struct letter *l, struct str *ret,
                           size_t *ret_columns, struct err *err)
{
	enum { SEAL_MAX = 25 };
	struct str chars[SEAL_MAX];
	size_t n = 0;
	uint32_t cp;
	struct str rest = l->issuer.head_title;
	for (const char *from = rest.p; utf8_next(&rest, &cp); from = rest.p)
		if (cp != ' ' && cp != 0x3000 && n < SEAL_MAX)
			chars[n++] = str_of(from, (size_t)(rest.p - from));
	if (n == 0 || n > SEAL_MAX - 2)
		return fail(err, ERR_INPUT, "letter.field", NULL,
		            "a seal holds 1 to %d characters before 之印", SEAL_MAX - 2);
	size_t side = (size_t)ceil(sqrt((double)n + 1));
	if ((n + 1) % side != 0) /* 印 alone fills the square, or 之印 does it better */
		chars[n++] = STR("之");
	chars[n++] = STR("印");
	BUF_AUTO b;
	buf_init(&b, SEAL_MAX * 8);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(&b, '\n');
		buf_add(&b, chars[i]);
	}
	*ret = arena_str(a, buf_str(&b));
	*ret_columns = (size_t)ceil(sqrt((double)n));
	return ok();
}
