/* Annotations that can lie: what an annotation added after signing may draw.
 *
 * A certification with P 3 permits annotations, and a viewer shows it as valid. An
 * annotation that draws text, images or opaque areas can then hide or replace what
 * was certified (evil annotation attack). So only marks and notes pass: kinds that
 * ISO 32000-1 §12.5.6 draws without text of their own, whose appearance stream, when
 * they bring one, shows no text, no image, and calls nothing else. */
#include <stdlib.h>

#include "sign/pades_priv.h"

static const char *const marks[] = { "Text", "Popup", "Highlight", "Underline", "Squiggly",
	"StrikeOut", "Link", "Ink", "Caret" };

static bool is_mark(const struct pdf_value *subtype)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (pdf_is_name(subtype, marks[i]))
			return true;
	return false;
}

static double number(const struct pdf_value *v)
{
	if (v->kind == PDF_INT)
		return (double)v->num;
	if (v->kind != PDF_REAL || v->text.n > 31)
		return 0;
	char text[32];
	memcpy(text, v->text.p, v->text.n);
	text[v->text.n] = '\0';
	return strtod(text, NULL);
}

struct result pades_annot_area(struct pdf *p, const struct pdf_value *annot, double *ret,
                               struct err *err)
{
	struct pdf_value rect;
	double at[4] = { 0 };
	TRY(pdf_member(p, annot, "Rect", &rect, err));
	for (size_t i = 0; rect.kind == PDF_ARRAY && i < 4 && i < rect.n; i++) {
		struct pdf_value v;
		TRY(pdf_resolve(p, &rect.items[i], &v, err));
		at[i] = number(&v);
	}
	double area = (at[2] - at[0]) * (at[3] - at[1]);
	*ret = area < 0 ? -area : area;
	return ok();
}

/* Operators of §8.5.3, §8.7.4.2, §8.8, §8.9.7, §9.4.3 that put something over a page. */
static bool draws(struct str op)
{
	static const char *const bad[] = { "Tj", "TJ", "'", "\"", "Do", "BI", "sh", "SCN", "scn", "gs" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (str_eq(op, str_c(bad[i])))
			return true;
	return false;
}

/* Words outside of strings: enough to see operators; names begin with a slash. */
static bool content_draws(struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		char c = s.p[i];
		if (c == '(' || c == '<' || c == '%')
			return true; /* a string is for text; marks have no use for it */
		if (strchr(" \t\r\n\f[]>", c) || !c) {
			i++;
			continue;
		}
		size_t from = i++;
		while (i < s.n && !strchr(" \t\r\n\f[]<>(/%", s.p[i]) && s.p[i])
			i++;
		if (c != '/' && draws(str_sub(s, from, i - from)))
			return true;
	}
	return false;
}

static struct result stream_draws(struct pdf *p, const struct pdf_value *ref, bool *ret,
                                  struct err *err)
{
	struct pdf_object o = { 0 };
	struct str data;
	*ret = true;
	if (ref->kind != PDF_REF)
		return ok();
	TRY(pdf_load(p, ref->num, &o, err));
	if (!o.stream) {
		*ret = false;
		/* a dictionary of states (§12.5.5): each is looked at */
		for (size_t i = 0; o.value.kind == PDF_DICT && i < o.value.n && !*ret; i++) {
			struct pdf_object state;
			*ret = true;
			if (o.value.items[i].kind != PDF_REF)
				return ok();
			TRY(pdf_load(p, o.value.items[i].num, &state, err));
			*ret = !state.stream || is_err(pdf_filter(p, &state.value, state.data, &data, NULL)) ||
			       content_draws(data);
		}
		return ok();
	}
	*ret = is_err(pdf_filter(p, &o.value, o.data, &data, NULL)) || content_draws(data);
	return ok();
}

/* A note's icon may draw what it likes, as long as it is an icon. */
enum { ICON_AREA = 40 * 40 };

struct result pades_annot_covers(struct pdf *p, const struct pdf_value *annot,
                                 const char **ret_en, const char **ret_ja, struct err *err)
{
	struct pdf_value subtype, ap;
	double area;
	*ret_en = *ret_ja = NULL;
	TRY(pdf_member(p, annot, "Subtype", &subtype, err));
	if (!is_mark(&subtype)) {
		*ret_en = "it can draw text, images or areas over what was signed";
		*ret_ja = "署名された内容の上に文字・画像・図形を描けます";
		return ok();
	}
	if (pdf_get(annot, "A") || pdf_get(annot, "AA")) {
		struct pdf_value a, s;
		TRY(pdf_member(p, annot, "A", &a, err));
		TRY(pdf_member(p, &a, "S", &s, err));
		if (pdf_get(annot, "AA") || !(pdf_is_name(&s, "URI") || pdf_is_name(&s, "GoTo"))) {
			*ret_en = "it runs an action";
			*ret_ja = "動作（アクション）を実行します";
			return ok();
		}
	}
	TRY(pdf_member(p, annot, "AP", &ap, err));
	TRY(pades_annot_area(p, annot, &area, err));
	if (ap.kind == PDF_NULL || (pdf_is_name(&subtype, "Text") && area <= ICON_AREA))
		return ok();
	for (size_t i = 0; i < ap.n; i++) {
		bool bad = true;
		TRY(stream_draws(p, &ap.items[i], &bad, err));
		if (bad) {
			*ret_en = "its appearance draws text or images over what was signed";
			*ret_ja = "見た目が、署名された内容の上に文字や画像を描いています";
			return ok();
		}
	}
	return ok();
}
