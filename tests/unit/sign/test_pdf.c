/* The PDF reader against files that mean harm. */
#include "base/clock.h"
#include "sign/pades.h"
#include "sign/pdf.h"

#include "../support/asserts.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(512 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* Objects 1…n and a table over them; trailer is the inside of the dictionary. */
static struct str file_of(const char *const *objects, size_t n, const char *trailer)
{
	BUF_AUTO b;
	size_t at[64];
	buf_init(&b, 8 << 20);
	buf_add_c(&b, "%PDF-1.5\n");
	for (size_t i = 0; i < n; i++) {
		at[i] = b.n;
		buf_printf(&b, "%zu 0 obj\n", i + 1);
		buf_add_c(&b, objects[i]);
		buf_add_c(&b, "\nendobj\n");
	}
	size_t xref = b.n;
	buf_printf(&b, "xref\n0 %zu\n0000000000 65535 f \n", n + 1);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%010zu 00000 n \n", at[i]);
	buf_printf(&b, "trailer\n<< /Size %zu %s >>\nstartxref\n%zu\n%%%%EOF\n", n + 1, trailer, xref);
	return arena_str(a, buf_str(&b));
}

static struct pdf_value value_of(const char *text)
{
	size_t tokens = 0;
	struct pdf_lexer l = { .a = a, .src = str_c(text), .tokens = &tokens };
	struct pdf_value v;
	assert_ok(pdf_lex_value(&l, &v, &err_));
	return v;
}

static struct result lex(struct str text)
{
	size_t tokens = 0;
	struct pdf_lexer l = { .a = a, .src = text, .tokens = &tokens };
	struct pdf_value v;
	return pdf_lex_value(&l, &v, NULL);
}

static void values_are_read(void **state)
{
	(void)state;
	assert_int_equal(value_of("-17").num, -17);
	assert_int_equal(value_of("+4 ").num, 4);
	assert_true(str_eq(value_of("-.5").text, STR("-.5")));
	assert_int_equal(value_of("12 0 R").kind, PDF_REF);
	assert_int_equal(value_of("12 0 Rx").kind, PDF_INT);
	assert_true(value_of("true").boolean);
	assert_false(value_of("false").boolean);
	assert_true(str_eq(value_of("/A#20b").text, STR("A b")));
	assert_true(str_eq(value_of("(a\\(b\\)\\n(c)\\101\\\nd)").text, STR("a(b)\n(c)Ad")));
	assert_true(str_eq(value_of("<48 6 9 2>").text, STR("Hi ")));
	struct pdf_value d = value_of("% comment\n<< /K [ 1 2 0 R null ] /L << >> >>");
	assert_int_equal(pdf_get(&d, "K")->n, 3);
	assert_int_equal(pdf_get(&d, "K")->items[1].num, 2);
	assert_null(pdf_get(&d, "M"));
}

static void broken_values_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "(", "(a", "(a\\", "<4", "<4g>", "[", "[1", "<<", "<< /A", "<< /A 1",
		"<< 1 2 >>", "<< /A 1 /A 2 >>", ">>", "]", "--1", "1.2.3", "nul", "truex", "99999999999999999999", "." };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (is_ok(lex(str_c(bad[i]))))
			fail_msg("read: %s", bad[i]);
}

static struct str repeat(const char *s, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, 64 << 20);
	for (size_t i = 0; i < n; i++)
		buf_add_c(&b, s);
	return arena_str(a, buf_str(&b));
}

static void depth_and_number_of_values_are_capped(void **state)
{
	(void)state;
	assert_int_equal(lex(repeat("[", 100000)).kind, ERR_INPUT);
	assert_int_equal(lex(repeat("<</A", 100000)).kind, ERR_INPUT);
	assert_int_equal(lex(arena_join(a, STR("["), repeat("1 ", PDF_TOKENS_MAX + 9))).kind, ERR_TOO_LARGE);
}

#define CATALOG "<< /Type /Catalog /Pages 2 0 R >>"

static struct result open_file(struct str f)
{
	struct pdf p;
	struct pdf_value ref, cat;
	TRY(pdf_open(a, f, &p, NULL));
	return pdf_catalog(&p, &ref, &cat, NULL);
}

static void a_small_file_is_read(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG, "<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>", "<< /Type /Page /Parent 2 0 R >>" };
	struct str f = file_of(objects, 3, "/Root 1 0 R");
	struct pdf p;
	struct pdf_value ref;
	assert_ok(pdf_open(a, f, &p, &err_));
	assert_ok(pdf_page(&p, 0, &ref, &err_));
	assert_int_equal(ref.num, 3);
	assert_int_equal(pdf_page(&p, 1, &ref, NULL).kind, ERR_INPUT);
}

static void broken_trailers_are_refused(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG };
	static const char *const bad[] = { "", "/Root 5 0 R", "/Root 1", "/Root 1 0 R /Encrypt << >>",
		"/Root 1 0 R /XRefStm 10", "/Root 1 0 R /Prev -1", "/Root 1 0 R /Prev 99999999",
		"/Root 1 0 R /Prev (x)", "/Root 1 0 R /Prev 3" };
	assert_ok(open_file(file_of(objects, 1, "/Root 1 0 R")));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (is_ok(open_file(file_of(objects, 1, bad[i]))))
			fail_msg("opened: %s", bad[i]);
}

static void a_circle_of_sections_ends(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG };
	struct str f = file_of(objects, 1, "/Root 1 0 R");
	struct str at = arena_printf(a, "/Root 1 0 R /Prev %zu", str_find(f, STR("xref\n")));
	assert_int_equal(open_file(file_of(objects, 1, at.p)).kind, ERR_INPUT);
}

static void references_in_a_circle_end(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG, "3 0 R", "2 0 R" };
	struct pdf p;
	struct pdf_value ref;
	assert_ok(pdf_open(a, file_of(objects, 3, "/Root 1 0 R"), &p, &err_));
	assert_int_equal(pdf_page(&p, 0, &ref, NULL).kind, ERR_INPUT);
}

static void a_page_tree_that_eats_its_tail_ends(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG, "<< /Type /Pages /Kids [ 2 0 R 2 0 R 2 0 R ] >>" };
	struct pdf p;
	struct pdf_value ref;
	assert_ok(pdf_open(a, file_of(objects, 2, "/Root 1 0 R"), &p, &err_));
	assert_int_equal(pdf_page(&p, 0, &ref, NULL).kind, ERR_INPUT);
}

static void streams_whose_length_is_a_stream_do_not_recurse(void **state)
{
	(void)state;
	const char *objects[60];
	struct pdf p;
	struct pdf_object o;
	for (int i = 0; i < 60; i++)
		objects[i] = arena_printf(a, "<< /Length %d 0 R >>\nstream\nx\nendstream", i + 2).p;
	assert_ok(pdf_open(a, file_of(objects, 60, "/Root 1 0 R"), &p, &err_));
	assert_int_equal(pdf_load(&p, 1, &o, NULL).kind, ERR_INPUT);
}

static void offsets_must_lead_to_their_object(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG, "<< >>" };
	struct str f = arena_str(a, file_of(objects, 2, "/Root 1 0 R"));
	char *p = (char *)(uintptr_t)f.p;
	size_t row = str_find(f, STR(" 00000 n")) - 10;
	memcpy(p + row, p + row + 20, 10); /* object 1 points to where object 2 is */
	assert_int_equal(open_file(f).kind, ERR_INPUT);
	memcpy(p + row, "9999999999", 10);
	assert_int_equal(open_file(f).kind, ERR_INPUT);
}

static void the_end_must_be_the_end(void **state)
{
	(void)state;
	const char *objects[] = { CATALOG };
	struct str f = file_of(objects, 1, "/Root 1 0 R");
	assert_int_equal(open_file(arena_join(a, f, STR("junk"))).kind, ERR_INPUT);
	assert_ok(open_file(arena_join(a, f, STR("\r\n \n"))));
	assert_int_equal(open_file(arena_join(a, f, repeat("\n", 33))).kind, ERR_INPUT);
	assert_int_equal(open_file(arena_join(a, STR("x"), f)).kind, ERR_INPUT);
	for (size_t n = 0; n + 1 < f.n; n++)
		assert_true(is_err(open_file(str_sub(f, 0, n))));
}

static void dates_are_read_strictly(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "D:", "20261120101112Z", "D:20261120101112", "D:20261320101112Z",
		"D:20261120101160Z", "D:20261120101112+0900", "D:20261120101112+09'00'x", "D:20261120101112+19'00'",
		"D:2026112010111-Z", "D:20261120251112Z" };
	int64_t us = 5;
	assert_true(pdf_date_parse(STR("D:20261120190000+09'00'"), &us));
	assert_true(str_eq(pdf_date(a, us), STR("D:20261120190000+09'00'")));
	int64_t utc;
	assert_true(pdf_date_parse(STR("D:20261120100000Z"), &utc));
	assert_true(us == utc);
	assert_true(pdf_date_parse(STR("D:20261120053000-04'30"), &utc));
	assert_true(us == utc);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (pdf_date_parse(str_c(bad[i]), &us))
			fail_msg("read: %s", bad[i]);
}

/* ---- what only looks like a seal ---- */

static enum pades_shape shape_of(struct str f)
{
	struct pades_signature sig;
	enum pades_shape shape;
	assert_ok(pades_find(a, f, &shape, &sig, &err_));
	return shape;
}

/* The inside of ByteRange, made from where Contents stands, and spoilt. */
struct byte_range {
	const char *first, *sign, *rest;
};
static struct str signed_file(const char *contents, const char *fields, struct byte_range range_of,
                              int64_t hole_by, int64_t tail_by)
{
	struct str f = STR("");
	char range[80] = "";
	for (int pass = 0; pass < 4; pass++) { /* until the offsets stand still */
		struct str sig = arena_printf(a, "<< /Type /Sig /ByteRange [%s] /Contents %s >>", range, contents);
		const char *objects[] = { arena_printf(a, "<< /Type /Catalog /AcroForm << /Fields %s >> >>", fields).p,
			"<< /FT /Sig /V 3 0 R >>", sig.p };
		f = file_of(objects, 3, "/Root 1 0 R");
		int64_t from = (int64_t)(str_find(f, STR("/Contents ")) + 10), to = from + (int64_t)strlen(contents);
		struct str r = arena_printf(a, "%s %s%09lld %010lld %010lld%s", range_of.first, range_of.sign,
		                            (long long)(from + hole_by), (long long)(to - hole_by),
		                            (long long)((int64_t)f.n - to + hole_by + tail_by), range_of.rest);
		assert_true(r.n < sizeof range);
		memcpy(range, r.p, r.n + 1);
	}
	return f;
}

#define RANGE ((struct byte_range){ "0", "", "" })
#define ONE "[ 2 0 R ]"
#define CMS "<300430020101000000>"

static void a_plain_seal_is_found(void **state)
{
	(void)state;
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, 0, 0)), PADES_OK);
}

static void ranges_that_leave_something_out_are_partial(void **state)
{
	(void)state;
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, -1, 0)), PADES_PARTIAL); /* a wider hole */
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, 1, 0)), PADES_PARTIAL);  /* overlapping */
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, 0, -1)), PADES_PARTIAL);
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, 0, 1)), PADES_PARTIAL);
	assert_int_equal(shape_of(signed_file(CMS, ONE, ((struct byte_range){ "1", "", "" }), 0, 0)), PADES_PARTIAL);
	assert_int_equal(shape_of(signed_file(CMS, ONE, RANGE, 0, 999999999)), PADES_PARTIAL);
	assert_int_equal(shape_of(signed_file(CMS, ONE, ((struct byte_range){ "0", "-", "" }), 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file(CMS, ONE, ((struct byte_range){ "0", "", " 5" }), 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file(CMS, ONE, ((struct byte_range){ "0", "", ".5" }), 0, 0)), PADES_MALFORMED);
}

static void nothing_hides_in_the_hole(void **state)
{
	(void)state;
	assert_int_equal(shape_of(signed_file("<30043002010100 00>", ONE, RANGE, 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file("<30043002010100FF>", ONE, RANGE, 0, 0)), PADES_MALFORMED); /* padding */
	assert_int_equal(shape_of(signed_file("<308400000004>", ONE, RANGE, 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file("<30823000>", ONE, RANGE, 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file("<3080>", ONE, RANGE, 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file("<>", ONE, RANGE, 0, 0)), PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file("(0\\004aaaa)", ONE, RANGE, 0, 0)), PADES_MALFORMED);
}

static void one_seal_only(void **state)
{
	(void)state;
	assert_int_equal(shape_of(signed_file(CMS, "[ 2 0 R 2 0 R ]", RANGE, 0, 0)), PADES_SEVERAL);
	assert_int_equal(shape_of(signed_file(CMS, "[ << /Kids [ 2 0 R ] >> << /FT /Sig /V << >> >> ]", RANGE, 0, 0)),
	                 PADES_SEVERAL);
	assert_int_equal(shape_of(signed_file(CMS, "[ << /FT /Sig /V << /ByteRange [0 1 2 3] >> >> ]", RANGE, 0, 0)),
	                 PADES_MALFORMED);
	assert_int_equal(shape_of(signed_file(CMS, "[ << /FT /Sig >> << /FT /Tx /V (x) >> ]", RANGE, 0, 0)),
	                 PADES_UNSIGNED);
}

static void forms_that_eat_their_tail_end(void **state)
{
	(void)state;
	const char *objects[] = { "<< /Type /Catalog /AcroForm << /Fields [ 2 0 R ] >> >>",
		"<< /FT /Sig /Kids [ 2 0 R 2 0 R 2 0 R ] >>" };
	struct pades_signature sig;
	enum pades_shape shape;
	assert_int_equal(pades_find(a, file_of(objects, 2, "/Root 1 0 R"), &shape, &sig, NULL).kind, ERR_INPUT);
}

static void text_strings_are_utf8_afterwards(void **state)
{
	(void)state;
	static const char *const texts[] = { "加賀市長", "𠮷 辻󠄀", "abc", "" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		BUF_AUTO b;
		buf_init(&b, 1000);
		pdf_put_text(&b, str_c(texts[i]));
		struct pdf_value v = value_of(arena_str(a, buf_str(&b)).p);
		assert_true(str_eq(pdf_text(a, &v), str_c(texts[i])));
	}
	struct pdf_value lone = value_of("<FEFFD842>"), low = value_of("<FEFFDFB7>"), raw = value_of("<8101>");
	assert_true(str_empty(pdf_text(a, &lone)));
	assert_true(str_empty(pdf_text(a, &low)));
	assert_true(str_empty(pdf_text(a, &raw)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(broken_values_are_refused),
		cmocka_unit_test(depth_and_number_of_values_are_capped),
		cmocka_unit_test(a_small_file_is_read),
		cmocka_unit_test(broken_trailers_are_refused),
		cmocka_unit_test(a_circle_of_sections_ends),
		cmocka_unit_test(references_in_a_circle_end),
		cmocka_unit_test(a_page_tree_that_eats_its_tail_ends),
		cmocka_unit_test(streams_whose_length_is_a_stream_do_not_recurse),
		cmocka_unit_test(offsets_must_lead_to_their_object),
		cmocka_unit_test(the_end_must_be_the_end),
		cmocka_unit_test(dates_are_read_strictly),
		cmocka_unit_test(a_plain_seal_is_found),
		cmocka_unit_test(ranges_that_leave_something_out_are_partial),
		cmocka_unit_test(nothing_hides_in_the_hole),
		cmocka_unit_test(one_seal_only),
		cmocka_unit_test(forms_that_eat_their_tail_end),
		cmocka_unit_test(text_strings_are_utf8_afterwards),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
