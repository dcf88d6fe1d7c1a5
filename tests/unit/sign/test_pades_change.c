/* What was changed after signing: shadow attacks and their kin, each beside what it
 * must be judged as, and honest updates that must not be suspected. */
#include "pades_world.h"

#include "../support/asserts.h"

static struct pades_world w;

static int setup(void **state)
{
	(void)state;
	pades_world_init(&w, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pades_world_done(&w);
	return 0;
}

static void show(const struct ades_signature *s)
{
	for (size_t i = 0; i < s->nchanges; i++)
		print_message("  kind %d allowed %d at %.*s: %.*s\n", s->changes[i].kind, s->changes[i].allowed,
		              STR_ARG(s->changes[i].where), STR_ARG(s->changes[i].what_en));
}

/* The one of that name, or the oldest. */
static const struct ades_signature *named(struct str pdf, const char *name)
{
	const struct ades_file *f = pades_taken(&w, pdf);
	assert_true(f->n >= 1);
	const struct ades_signature *s = NULL;
	for (size_t i = 0; i < f->n && !s; i++)
		if (!name || str_eq(f->signatures[i].id, str_c(name)))
			s = &f->signatures[i];
	assert_non_null(s);
	if (s->malformed.n)
		fail_msg("malformed: %.*s", STR_ARG(s->malformed));
	assert_true(s->value_ok && s->objects[0].intact);
	for (size_t i = 0; i < s->nchanges; i++)
		assert_true(s->changes[i].where.n && s->changes[i].what_ja.n && s->changes[i].what_en.n);
	return s;
}

static const struct ades_signature *first(struct str pdf)
{
	return named(pdf, NULL);
}

/* The first change that is not allowed, or NULL. */
static const struct ades_change *refused(const struct ades_signature *s)
{
	for (size_t i = 0; i < s->nchanges; i++)
		if (!s->changes[i].allowed)
			return &s->changes[i];
	return NULL;
}

#define PAGE "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> " \
	     "/XObject << /X1 900 0 R >> >> "
#define EVIL "<< /Length 43 >>\nstream\nBT /F1 24 Tf 72 700 Td (Pay 9999 yen) Tj ET\nendstream"
#define FORM "<< /Type /XObject /Subtype /Form /BBox [0 0 228 20] /Resources << /Font << /F 12 0 R >> >> " \
	     "/Length 32 >>\nstream\nBT /F 12 Tf 2 5 Td (Taro) Tj ET\n\nendstream"

struct attack {
	const char *name;
	struct pades_edit edits[5];
	enum ades_change_kind kind;
};

/* Against a signature that certifies nothing. Numbers from 40 are new. */
static const struct attack attacks[] = {
	{ "replace: contents rewritten", { { 4, EVIL } }, CHANGE_VISIBLE },
	{ "replace: page leads to a shadow", { { 3, "<< " PAGE "/Contents 10 0 R /Annots [7 0 R 8 0 R] >>" } }, CHANGE_VISIBLE },
	{ "replace: contents as a list with an overlay", { { 40, EVIL }, { 3, "<< " PAGE "/Contents [4 0 R 40 0 R] /Annots [7 0 R 8 0 R] >>" } }, CHANGE_VISIBLE },
	{ "hide: contents gone", { { 4, "null" } }, CHANGE_VISIBLE },
	{ "pages swapped in their tree", { { 2, "<< /Type /Pages /Kids [40 0 R] /Count 1 >>" },
	  { 40, "<< " PAGE "/Contents 10 0 R >>" } }, CHANGE_VISIBLE },
	{ "a page more", { { 2, "<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>" },
	  { 40, "<< " PAGE "/Contents 10 0 R >>" } }, CHANGE_VISIBLE },
	{ "a font swapped", { { 5, "<< /Type /Font /Subtype /Type3 >>" } }, CHANGE_VISIBLE },
	{ "the form's font swapped", { { 12, "<< /Type /Font /Subtype /Type3 >>" } }, CHANGE_VISIBLE },
	{ "a missing object appears", { { 900, FORM } }, CHANGE_HIDDEN },
	{ "a field's look changed where it stands", { { 9, FORM } }, CHANGE_VISIBLE },
	{ "a field's look replaced", { { 40, FORM }, { 7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V () "
	  "/Rect [72 600 300 620] /P 3 0 R /F 4 /AP << /N 40 0 R >> >>" } }, CHANGE_VISIBLE },
	{ "a field moved over the text", { { 7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (x) "
	  "/Rect [0 0 595 842] /P 3 0 R /F 4 /AP << /N 9 0 R >> >>" } }, CHANGE_VISIBLE },
	{ "a field hidden by its flags", { { 7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V () "
	  "/Rect [72 600 300 620] /P 3 0 R /F 6 /AP << /N 9 0 R >> >>" } }, CHANGE_HIDDEN },
	{ "a field with an action", { { 7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V () /Rect [72 600 300 620] "
	  "/P 3 0 R /F 4 /AP << /N 9 0 R >> /AA << /F << /S /JavaScript /JS (x) >> >> >>" } }, CHANGE_HIDDEN },
	{ "the page turned", { { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R] /Rotate 180 >>" } }, CHANGE_VISIBLE },
	{ "a field taken off the page", { { 3, "<< " PAGE "/Contents 4 0 R /Annots [8 0 R] >>" } }, CHANGE_VISIBLE },
	{ "free text over the page", { { 40, "<< /Type /Annot /Subtype /FreeText /Rect [72 690 400 730] /P 3 0 R /Contents (Pay 1 yen) /DA (/F1 24 Tf) >>" },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "a stamp over the page", { { 40, "<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /AP << /N 41 0 R >> >>" }, { 41, FORM },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "a highlight that writes", { { 40, "<< /Type /Annot /Subtype /Highlight /Rect [72 690 400 730] /AP << /N 41 0 R >> >>" }, { 41, FORM },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "a note that writes, by state", { { 40, "<< /Type /Annot /Subtype /Text /Rect [72 690 400 730] /AP << /N << /On 41 0 R >> >> /AS /On >>" }, { 41, FORM },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "a link that runs", { { 40, "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (x) >> >>" },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "a text field more", { { 40, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (evil) /V (x) /Rect [72 690 400 730] /AP << /N 41 0 R >> >>" }, { 41, FORM },
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 40 0 R] >>" } }, CHANGE_VISIBLE },
	{ "an object of the page becomes an annotation", {
	  { 3, "<< " PAGE "/Contents 4 0 R /Annots [7 0 R 8 0 R 5 0 R] >>" } }, CHANGE_HIDDEN },
	{ "the title changed", { { 11, "<< /Title (Another contract) /Producer (test) >>" } }, CHANGE_HIDDEN },
};

static void attacks_are_found(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	assert_null(refused(first(pdf)));
	/* our signature is object 13, its field 14: the page and the form name it too */
	for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
		const struct attack *t = &attacks[i];
		struct pades_edit edits[6] = { { 0, NULL } };
		for (size_t k = 0; k < 5 && t->edits[k].body; k++) {
			struct str body = str_c(t->edits[k].body);
			size_t at = str_find(body, STR("8 0 R"));
			edits[k] = t->edits[k];
			if (t->edits[k].num == 3 && at != STR_NONE)
				edits[k].body = arena_printf(w.a, "%.*s 14 0 R %.*s", STR_ARG(str_sub(body, 0, at + 5)),
				                             STR_ARG(str_from(body, at + 5))).p;
		}
		const struct ades_signature *s = first(pades_edited(&w, pdf, edits));
		const struct ades_change *c = refused(s);
		if (!c || c->kind != t->kind)
			show(s);
		if (!c)
			fail_msg("%s: nothing found", t->name);
		if (c->kind != t->kind)
			fail_msg("%s: kind %d, expected %d", t->name, c->kind, t->kind);
		assert_false(s->whole_file);
	}
}


/* ---- by hand ---- */

static void found_by(struct str pdf, const char *name, enum ades_change_kind kind)
{
	const struct ades_signature *s = named(pdf, name);
	const struct ades_change *c = refused(s);
	if (!c || c->kind != kind)
		show(s);
	assert_non_null(c);
	assert_int_equal(c->kind, kind);
}

static void found(struct str pdf, enum ades_change_kind kind)
{
	found_by(pdf, NULL, kind);
}

/* Hide and replace: both versions are signed, only the cross-reference chooses. */
static void a_reference_turned_to_a_shadow_is_found(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str rows = arena_printf(w.a, "4 1\n%010zu 00000 n \n", pades_base_shadow(pdf));
	found(pades_raw_update(&w, pdf, rows.p, 1), CHANGE_VISIBLE);
	found(pades_raw_update(&w, pdf, "4 1\n0000000000 00001 f \n", 1), CHANGE_VISIBLE);
}

static void another_catalog_is_found(void **state)
{
	(void)state;
	static const struct pades_edit before[] = { { 20, "<< /Type /Catalog /Pages 21 0 R >>" },
		{ 21, "<< /Type /Pages /Kids [22 0 R] /Count 1 >>" }, { 22, "<< " PAGE "/Contents 10 0 R >>" }, { 0, NULL } };
	struct str pdf = pades_signed(&w, pades_edited(&w, pades_base(w.a, 0), before), ADES_B, 0, NULL);
	const struct ades_file *f = pades_taken(&w, pades_raw_update(&w, pdf, "0 1\n0000000000 65535 f \n", 20));
	assert_int_equal(f->n, 0); /* the other catalog knows no signature: the file is not signed */
	static const struct pades_edit form[] = { { 20, "<< /Type /Catalog /Pages 21 0 R /AcroForm << /Fields [14 0 R] >> >>" },
		{ 21, "<< /Type /Pages /Kids [22 0 R] /Count 1 >>" }, { 22, "<< " PAGE "/Contents 10 0 R >>" }, { 0, NULL } };
	pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	pdf = pades_edited(&w, pdf, form);
	assert_true(str_ends(pdf, STR("%%EOF\n")));
	found(pades_raw_update(&w, pdf, "0 1\n0000000000 65535 f \n", 20), CHANGE_VISIBLE);
}

/* What the DSS may hold is free; what the page holds is not, whoever names it too. */
static void the_dss_is_no_hiding_place(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str cat = arena_printf(w.a, "<< %.*s /DSS 40 0 R >>", STR_ARG(pades_members(&w, pdf, 1, NULL)));
	const struct pades_edit edits[] = { { 1, cat.p }, { 40, "<< /Certs [4 0 R 900 0 R] >>" }, { 4, EVIL },
		{ 900, FORM }, { 0, NULL } };
	found(pades_edited(&w, pdf, edits), CHANGE_VISIBLE);
	/* in two steps: first it is named, then it is rewritten */
	const struct pades_edit one[] = { { 1, cat.p }, { 40, "<< /Certs [4 0 R] >>" }, { 0, NULL } };
	const struct pades_edit two[] = { { 4, EVIL }, { 0, NULL } };
	struct str again = pades_signed(&w, pades_edited(&w, pdf, one), ADES_B, 0, NULL);
	found(pades_edited(&w, again, two), CHANGE_VISIBLE);
}

static struct str with_catalog(struct str pdf, const char *more)
{
	struct str cat = arena_printf(w.a, "<< %.*s %s >>", STR_ARG(pades_members(&w, pdf, 1, NULL)), more);
	const struct pades_edit edits[] = { { 1, cat.p }, { 0, NULL } };
	return pades_edited(&w, pdf, edits);
}

static void the_catalog_keeps_its_members(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	found(with_catalog(pdf, "/OpenAction << /S /JavaScript /JS (x) >>"), CHANGE_HIDDEN);
	found(with_catalog(pdf, "/OCProperties << /OCGs [] >>"), CHANGE_VISIBLE);
	found(with_catalog(pdf, "/Names << >>"), CHANGE_VISIBLE);
	found(with_catalog(pdf, "/Perms << /DocMDP 13 0 R >>"), CHANGE_HIDDEN);
	assert_null(refused(first(with_catalog(pdf, "/Version /2.0"))));
	assert_null(refused(first(with_catalog(pdf, "/Metadata 44 0 R /Extensions << /ESIC << >> >>"))));
}

static void a_form_keeps_its_definition(void **state)
{
	(void)state;
	static const char *const but[] = { "DA", "DR", NULL };
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str rest = pades_members(&w, pdf, 6, but);
	const char *bodies[] = { "/XFA (x) /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 12 0 R >> >>",
		"/DA (/Helv 0 Tf 1 g) /DR << /Font << /Helv 12 0 R >> >>",
		"/DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 5 0 R >> >>", "/DA (/Helv 0 Tf 0 g)" };
	for (size_t i = 0; i < 4; i++) {
		struct str body = arena_printf(w.a, "<< %.*s %s >>", STR_ARG(rest), bodies[i]);
		const struct pades_edit edits[] = { { 6, body.p }, { 0, NULL } };
		found(pades_edited(&w, pdf, edits), CHANGE_VISIBLE);
	}
	struct str body = arena_printf(w.a, "<< %.*s /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 12 0 R /New 5 0 R >> >> >>", STR_ARG(rest));
	const struct pades_edit more[] = { { 6, body.p }, { 0, NULL } };
	assert_null(refused(first(pades_edited(&w, pdf, more))));
}

static void a_signature_taken_away_or_replaced_is_found(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, "one"), ADES_B, 0, "two");
	const struct pades_edit gone[] = { { 6, "<< /Fields [7 0 R 8 0 R 17 0 R] /DA (/Helv 0 Tf 0 g) /SigFlags 3 "
		"/DR << /Font << /Helv 12 0 R >> >> >>" }, { 0, NULL } };
	found_by(pades_edited(&w, pdf, gone), "two", CHANGE_VISIBLE);
	static const char *const but[] = { "V", NULL };
	struct str field = arena_printf(w.a, "<< %.*s >>", STR_ARG(pades_members(&w, pdf, 14, but)));
	const struct pades_edit empty[] = { { 14, field.p }, { 0, NULL } };
	found_by(pades_edited(&w, pdf, empty), "two", CHANGE_HIDDEN);
	const struct pades_edit rewritten[] = { { 13, "<< /Type /Sig /Contents <00> /ByteRange [0 1 2 3] >>" }, { 0, NULL } };
	found_by(pades_edited(&w, pdf, rewritten), "two", CHANGE_HIDDEN);
	const struct pades_edit other[] = { { 14, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (one) /V 16 0 R >>" }, { 0, NULL } };
	found(pades_edited(&w, pdf, other), CHANGE_HIDDEN);
}

/* A dictionary signed as dead text and brought to life later is no signature. */
static void a_signature_must_belong_to_what_it_signs(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str unlinked = pades_patched(&w, pdf, "/V 13 0 R", "/V 99 0 R");
	const struct pades_edit linked[] = { { 14, "<< /Type /Annot /Subtype /Widget /FT /Sig /F 132 /V 13 0 R /T (x) /Rect [0 0 0 0] >>" }, { 0, NULL } };
	const struct ades_file *f = pades_taken(&w, pades_edited(&w, unlinked, linked));
	assert_int_equal(f->n, 1);
	assert_has(f->signatures[0].malformed, "not part of the file");
}

/* ---- honest updates ---- */

static struct str filled(struct str pdf)
{
	static const struct pades_edit edits[] = { { 40, FORM }, { 7, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Taro) "
		"/Rect [72 600 300 620] /P 3 0 R /F 4 /AP << /N 40 0 R >> >>" }, { 0, NULL } };
	return pades_edited(&w, pdf, edits);
}

static struct str noted(struct str pdf, uint32_t ours)
{
	struct str annots = arena_printf(w.a, "<< " PAGE "/Contents 4 0 R /Tabs /S /Annots [7 0 R 8 0 R %u 0 R 50 0 R 51 0 R] >>", ours);
	const struct pades_edit edits[] = { { 50, "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /P 3 0 R /Contents (?) >>" },
		{ 51, "<< /Type /Annot /Subtype /Highlight /Rect [72 690 400 730] /QuadPoints [72 730 400 730 72 690 400 690] >>" },
		{ 3, annots.p }, { 0, NULL } };
	return pades_edited(&w, pdf, edits);
}

static size_t count(const struct ades_signature *s, enum ades_change_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < s->nchanges; i++)
		n += s->changes[i].kind == kind;
	return n;
}

static void honest_updates_are_not_suspected(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	const struct ades_signature *s = first(pdf);
	assert_true(s->whole_file && s->nchanges == 0);
	s = first(filled(pdf));
	show(s);
	assert_null(refused(s));
	assert_int_equal(count(s, CHANGE_FORM), 1);
	assert_true(str_eq(s->changes[0].where, STR("field name")));
	s = first(noted(pdf, 14));
	assert_null(refused(s));
	assert_int_equal(count(s, CHANGE_ANNOTATION), 2);
	assert_true(str_eq(s->changes[0].where, STR("page 1")) || str_eq(s->changes[1].where, STR("page 1")));
	s = first(pades_signed(&w, filled(pdf), ADES_B, 0, "approval"));
	show(s);
	assert_null(refused(s));
	assert_int_equal(count(s, CHANGE_SIGNATURE), 1);
	s = first(pades_signed(&w, pdf, ADES_LTA, 0, NULL));
	assert_null(refused(s));
	static const struct pades_edit same[] = { { 4, "<< /Length 43 >>\nstream\nBT /F1 24 Tf 72 700 Td (Pay 1000 yen) Tj ET\nendstream" },
		{ 11, "<< /Producer (other) /Title (Contract) >>" }, { 0, NULL } };
	s = first(pades_edited(&w, pdf, same));
	assert_int_equal(s->nchanges, 0);
	assert_false(s->whole_file);
}

/* ---- by permission ---- */

static void certifications_bind(void **state)
{
	(void)state;
	for (int p = 1; p <= 3; p++) {
		struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, p, NULL);
		assert_true((refused(first(filled(pdf))) == NULL) == (p >= 2));
		assert_true((refused(first(noted(pdf, 14))) == NULL) == (p >= 3));
		struct ades_options ades = pades_ades(&w, ADES_LTA);
		BUF_AUTO out;
		buf_init(&out, 8 << 20);
		assert_ok(pades_extend(pdf, &ades, &out, &err_));
		const struct ades_signature *s = first(arena_str(w.a, buf_str(&out)));
		assert_null(refused(s)); /* always permitted */
		assert_true(count(s, CHANGE_VALIDATION_DATA) >= 2);
		struct pades_options o = { .time = w.at, .name = STR("x") };
		struct err err;
		buf_clear(&out);
		struct result r = pades_sign(pdf, &o, &ades, &out, &err);
		assert_int_equal(r.kind, p == 1 ? ERR_CONFLICT : ERR_NONE);
		if (p > 1)
			assert_null(refused(first(arena_str(w.a, buf_str(&out)))));
	}
}

/* Sneaky signature: a further signature whose picture covers the text. */
static void a_signature_may_not_be_a_sticker(void **state)
{
	(void)state;
	for (int certify = 0; certify < 3; certify += 2)
		for (int big = 0; big < 2; big++) {
			struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, certify, NULL);
			struct pades_options o = { .time = w.at, .name = STR("x"), .spot = { 0, 10, 10, big ? 575 : 90, big ? 800 : 40 } };
			struct ades_options ades = pades_ades(&w, ADES_B);
			BUF_AUTO out;
			buf_init(&out, 8 << 20);
			assert_ok(pades_sign(pdf, &o, &ades, &out, &err_));
			const struct ades_change *c = refused(first(arena_str(w.a, buf_str(&out))));
			assert_true((c == NULL) == (!certify && !big));
			if (c)
				assert_int_equal(c->kind, CHANGE_VISIBLE);
		}
}

static void locks_hold_fields(void **state)
{
	(void)state;
	static const char *const locks[] = { "/Action /All", "/Action /Include /Fields [(name)]",
		"/Action /Exclude /Fields [(name)]", "/Action /Include /Fields [(other)]", "/Action /All /P 1" };
	static const bool held[] = { true, true, false, false, true };
	for (size_t i = 0; i < 5; i++) {
		struct str field = arena_printf(w.a, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /Rect [72 500 200 540] /P 3 0 R "
		                                "/F 4 /Lock << /Type /SigFieldLock %s >> >>", locks[i]);
		const struct pades_edit edits[] = { { 8, field.p }, { 0, NULL } };
		struct str pdf = pades_signed(&w, pades_edited(&w, pades_base(w.a, 0), edits), ADES_B, 0, "approval");
		assert_has(pdf, "/FieldMDP");
		const struct ades_signature *s = first(filled(pdf));
		if ((refused(s) != NULL) != held[i])
			fail_msg("%s", locks[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_are_found),
		cmocka_unit_test(a_reference_turned_to_a_shadow_is_found),
		cmocka_unit_test(another_catalog_is_found),
		cmocka_unit_test(the_dss_is_no_hiding_place),
		cmocka_unit_test(the_catalog_keeps_its_members),
		cmocka_unit_test(a_form_keeps_its_definition),
		cmocka_unit_test(a_signature_taken_away_or_replaced_is_found),
		cmocka_unit_test(a_signature_must_belong_to_what_it_signs),
		cmocka_unit_test(honest_updates_are_not_suspected),
		cmocka_unit_test(certifications_bind),
		cmocka_unit_test(a_signature_may_not_be_a_sticker),
		cmocka_unit_test(locks_hold_fields),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
