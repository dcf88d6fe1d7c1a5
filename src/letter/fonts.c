/* Faces, coverage and attributes. The coverage question is put to the very font
 * that will draw: HarfBuzz reads its cmap, format 14 subtables (OpenType 1.9,
 * cmap) for variation sequences included. */
#include "letter/fonts.h"

#include <hb.h>
#include <pthread.h>

#include "base/mem.h"
#include "letter/glyphs.h"

/* Fontconfig keeps its patterns through offsets, cairo its faces through tagged
 * pointers: the leak checker cannot follow either and reports what is still in
 * use. Nothing of ours is covered: our frames are not in those libraries. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LEAK_CHECKER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(WITH_LEAK_CHECKER)
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig.so\nleak:libcairo.so\nleak:libpango";
}
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

enum face { FACE_SERIF, FACE_SERIF_BOLD, FACE_MOJI, FACE_SANS, FACE_COUNT };

static const struct face_row {
	const char *family, *package;
	PangoWeight weight;
} rows[FACE_COUNT] = {
	[FACE_SERIF] = { "Noto Serif CJK JP", "fonts-noto-cjk", PANGO_WEIGHT_NORMAL },
	[FACE_SERIF_BOLD] = { "Noto Serif CJK JP", "fonts-noto-cjk", PANGO_WEIGHT_BOLD },
	[FACE_MOJI] = { "IPAmjMincho", "fonts-ipamj-mincho", PANGO_WEIGHT_NORMAL },
	[FACE_SANS] = { "Noto Sans CJK JP", "fonts-noto-cjk", PANGO_WEIGHT_NORMAL },
};

/* The order in which faces are asked. */
static const enum face plain_order[] = { FACE_SERIF, FACE_MOJI, FACE_SANS, FACE_COUNT };
static const enum face bold_order[] = { FACE_SERIF_BOLD, FACE_SERIF, FACE_MOJI, FACE_SANS,
	                                FACE_COUNT };

struct letter_fonts {
	PangoFontMap *map;
	PangoContext *context;
	PangoFont *font[FACE_COUNT];
	hb_font_t *hb[FACE_COUNT]; /* borrowed from font */
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fonts_free(void *p)
{
	struct letter_fonts *f = p;
	if (!f)
		return;
	for (int i = 0; i < FACE_COUNT; i++)
		if (f->font[i])
			g_object_unref(f->font[i]);
	if (f->context)
		g_object_unref(f->context);
	if (f->map)
		g_object_unref(f->map);
	mem_free(f);
}

static void fonts_free_p(struct letter_fonts **f)
{
	fonts_free(*f);
}

static void make_key(void)
{
	if (pthread_key_create(&key, fonts_free) != 0)
		g_error("no thread-specific data left");
}

static PangoFontDescription *describe(enum face face, double size)
{
	PangoFontDescription *d = pango_font_description_new();
	pango_font_description_set_family_static(d, rows[face].family);
	pango_font_description_set_weight(d, rows[face].weight);
	pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
	return d;
}

/* Fontconfig answers with some font, whatever was asked: look at what came. */
static struct result load(struct letter_fonts *f, enum face face, struct err *err)
{
	PangoFontDescription *want = describe(face, 10);
	f->font[face] = pango_font_map_load_font(f->map, f->context, want);
	pango_font_description_free(want);
	bool same = false;
	if (f->font[face]) {
		PangoFontDescription *got = pango_font_describe(f->font[face]);
		same = g_strcmp0(pango_font_description_get_family(got), rows[face].family) == 0;
		pango_font_description_free(got);
		f->hb[face] = pango_font_get_hb_font(f->font[face]);
	}
	if (!same || !f->hb[face])
		return fail(err, ERR_UNAVAILABLE, "letter.font", NULL,
		            "the font %s is not installed (package %s)", rows[face].family,
		            rows[face].package);
	return ok();
}

static struct result fonts_new(struct letter_fonts **ret, struct err *err)
{
	__attribute__((cleanup(fonts_free_p))) struct letter_fonts *f = MEM_NEW(struct letter_fonts);
	f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	if (!f->map)
		return fail(err, ERR_UNAVAILABLE, "letter.font", NULL, "cairo has no FreeType fonts");
	f->context = pango_font_map_create_context(f->map);
	cairo_font_options_t *o = cairo_font_options_create();
	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(f->context, o);
	cairo_font_options_destroy(o);
	pango_context_set_round_glyph_positions(f->context, FALSE);
	pango_context_set_language(f->context, pango_language_from_string("ja"));
	pango_context_set_base_dir(f->context, PANGO_DIRECTION_LTR);
	for (int i = 0; i < FACE_COUNT; i++)
		TRY(load(f, (enum face)i, err));
	*ret = f;
	f = NULL;
	return ok();
}

struct result letter_fonts_get(struct letter_fonts **ret, struct err *err)
{
	pthread_once(&once, make_key);
	struct letter_fonts *f = pthread_getspecific(key);
	if (!f) {
		TRY(fonts_new(&f, err));
		if (pthread_setspecific(key, f) != 0) {
			fonts_free(f);
			return fail(err, ERR_UNAVAILABLE, "letter.font", NULL, "no memory for thread data");
		}
	}
	*ret = f;
	return ok();
}

static bool covers(const struct letter_fonts *f, enum face face, const struct glyphs_cluster *c)
{
	hb_codepoint_t g;
	if (c->line_break)
		return true;
	if (c->selector ? !hb_font_get_variation_glyph(f->hb[face], c->base, c->selector, &g)
	                : !hb_font_get_nominal_glyph(f->hb[face], c->base, &g))
		return false;
	for (size_t i = 0; i < c->nmarks; i++)
		if (!hb_font_get_nominal_glyph(f->hb[face], c->marks[i], &g))
			return false;
	return true;
}

static struct result missing(const struct glyphs_cluster *c, struct err *err)
{
	if (c->selector)
		return fail(err, ERR_INPUT, "letter.glyph", "UTS #37",
		            "no font has the variation sequence U+%04X U+%04X (%.*s)", c->base,
		            c->selector, STR_ARG(c->text));
	for (size_t i = 0; i < c->nmarks; i++)
		if (c->marks[i])
			return fail(err, ERR_INPUT, "letter.glyph", NULL,
			            "no one font has U+%04X with its mark U+%04X", c->base, c->marks[i]);
	return fail(err, ERR_INPUT, "letter.glyph", NULL, "no font has U+%04X (%.*s)", c->base,
	            STR_ARG(c->text));
}

static enum face face_of(const struct letter_fonts *f, const enum face *order,
                         const struct glyphs_cluster *c)
{
	while (*order != FACE_COUNT && !covers(f, *order, c))
		order++;
	return *order;
}

static void put(PangoAttrList *list, PangoAttribute *a, size_t from, size_t to)
{
	a->start_index = (guint)from;
	a->end_index = (guint)to;
	pango_attr_list_insert(list, a);
}

static void put_face(PangoAttrList *list, enum face face, double size, size_t from, size_t to)
{
	PangoFontDescription *d = describe(face, size);
	put(list, pango_attr_font_desc_new(d), from, to);
	pango_font_description_free(d);
}

/* The face that has all of the text, FACE_COUNT when none has. Checks every
 * cluster on the way. */
static struct result one_face(const struct letter_fonts *f, struct str text, bool name,
                              const enum face *order, enum face *ret, struct err *err)
{
	unsigned all = (1u << FACE_COUNT) - 1;
	struct glyphs_cluster c;
	for (struct str rest = text; rest.n;) {
		TRY(glyphs_next(&rest, name, &c, err));
		if (face_of(f, order, &c) == FACE_COUNT)
			return missing(&c, err);
		for (int i = 0; i < FACE_COUNT; i++)
			if ((all & 1u << i) && !covers(f, (enum face)i, &c))
				all &= ~(1u << i);
	}
	while (*order != FACE_COUNT && !(all & 1u << *order))
		order++;
	*ret = *order;
	return ok();
}

/* Each run of characters in the first face that has them. */
static void put_runs(const struct letter_fonts *f, struct str text, const struct letter_style *s,
                     const enum face *order, PangoAttrList *list)
{
	size_t from = 0;
	enum face now = FACE_COUNT;
	for (struct str rest = text; rest.n;) {
		struct glyphs_cluster c;
		size_t at = text.n - rest.n;
		if (is_err(glyphs_next(&rest, false, &c, NULL)))
			break; /* cannot be: one_face has seen it all */
		enum face face = c.line_break ? now : face_of(f, order, &c);
		if (face != now && now != FACE_COUNT)
			put_face(list, now, s->size, from, at);
		if (face != now)
			from = at;
		now = face;
	}
	if (now != FACE_COUNT)
		put_face(list, now, s->size, from, text.n);
}

struct result letter_fonts_attrs(struct letter_fonts *f, struct str text,
                                 const struct letter_style *s, PangoAttrList **ret,
                                 struct err *err)
{
	const enum face *order = s->bold ? bold_order : plain_order;
	enum face whole = FACE_COUNT;
	TRY(one_face(f, text, s->role == LETTER_ROLE_NAME, order, &whole, err));
	PangoAttrList *list = pango_attr_list_new();
	put(list, pango_attr_fallback_new(FALSE), 0, text.n);
	if (s->height > 0)
		put(list, pango_attr_line_height_new_absolute((int)(s->height * PANGO_SCALE)), 0, text.n);
	if (s->spacing > 0)
		put(list, pango_attr_letter_spacing_new((int)(s->spacing * PANGO_SCALE)), 0, text.n);
	if (whole != FACE_COUNT)
		put_face(list, whole, s->size, 0, text.n);
	else
		put_runs(f, text, s, order, list);
	*ret = list;
	return ok();
}

struct result letter_fonts_layout(struct letter_fonts *f, struct str text,
                                  const struct letter_style *style, double width,
                                  PangoLayout **ret, struct err *err)
{
	PangoAttrList *list;
	TRY(letter_fonts_attrs(f, text, style, &list, err));
	PangoLayout *l = pango_layout_new(f->context);
	PangoFontDescription *d = describe(style->bold ? FACE_SERIF_BOLD : FACE_SERIF, style->size);
	pango_layout_set_font_description(l, d);
	pango_font_description_free(d);
	pango_layout_set_text(l, text.p, (int)text.n);
	pango_layout_set_attributes(l, list);
	pango_attr_list_unref(list);
	pango_layout_set_auto_dir(l, FALSE);
	if (width > 0) {
		pango_layout_set_width(l, (int)(width * PANGO_SCALE));
		pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	}
	if (pango_layout_get_unknown_glyphs_count(l) > 0) {
		g_object_unref(l);
		return fail(err, ERR_INPUT, "letter.glyph", NULL,
		            "the fonts have every character but not this combination of them");
	}
	*ret = l;
	return ok();
}
