/* PAdES made and read: levels, several signatures, renewals, ByteRange tricks, forms of
 * files that others write, and what it costs. */
#include "pades_world.h"

#include <stdio.h>

#include "base/clock.h"

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

static const struct ades_result *judged(const struct ades_file *f)
{
	struct ades_trust t = { .nanchors = 1, .anchors = w.anchors, .more = &w.material };
	const struct ades_result *r = NULL;
	assert_ok(ades_validate(w.a, f, &t, w.at + CLOCK_MINUTE, &r, &err_));
	return r;
}

static void passes(const struct ades_file *f, size_t n)
{
	const struct ades_result *r = judged(f);
	assert_int_equal(f->n, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; r[i].indication != TOTAL_PASSED && k < r[i].nchecks; k++)
			print_message("%d %s %.*s\n", r[i].checks[k].state, r[i].checks[k].name, STR_ARG(r[i].checks[k].detail));
		assert_string_equal(ades_indication_name(r[i].indication), "TOTAL-PASSED");
	}
}

static void every_level_is_made_and_read(void **state)
{
	(void)state;
	for (enum ades_level l = ADES_B; l <= ADES_LTA; l++) {
		const struct ades_file *f = pades_taken(&w, pades_signed(&w, pades_base(w.a, 0), l, 0, NULL));
		const struct ades_signature *s = &f->signatures[0];
		assert_true(str_eq(f->kind, STR("PDF")));
		assert_int_equal(s->format, ADES_PADES);
		assert_string_equal(ades_level_name(s->level), ades_level_name(l));
		assert_true(str_eq(s->id, STR("Signature1")) && str_eq(s->place, STR("加賀市")));
		assert_true(s->claimed_time > 0 && s->cert_ref == CERT_REF_OK && str_eq(s->cert, w.signer.der));
		assert_int_equal(s->nstamps, l == ADES_B ? 0 : l == ADES_LTA ? 2 : 1);
		assert_true(s->whole_file == (l <= ADES_T));
		if (l == ADES_LTA) {
			assert_int_equal(s->stamps[1].kind, STAMP_ARCHIVE);
			assert_int_equal(s->stamps[1].nstamps, 1);
			assert_int_equal(s->stamps[1].ncrls, 1);
		}
		passes(f, 1);
	}
}

static struct str extended(struct str pdf, enum ades_level level)
{
	struct ades_options ades = pades_ades(&w, level);
	BUF_AUTO out;
	buf_init(&out, 64 << 20);
	buf_add_c(&out, "kept");
	assert_ok(pades_extend(pdf, &ades, &out, &err_));
	return str_from(arena_str(w.a, buf_str(&out)), 4);
}

static void archive_stamps_are_renewed(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 1, NULL);
	for (int i = 0; i < 4; i++)
		pdf = extended(pdf, i == 0 ? ADES_LT : ADES_LTA);
	pdf = extended(pdf, ADES_T); /* by a document time stamp */
	const struct ades_file *f = pades_taken(&w, pdf);
	assert_int_equal(f->signatures[0].nstamps, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(f->signatures[0].stamps[i].nstamps, i);
	passes(f, 1);
	assert_int_equal(f->values.ncrls, 1); /* not once for every renewal */
}

static void further_signatures_stand_beside_each_other(void **state)
{
	(void)state;
	struct str pdf = pades_base(w.a, 0);
	for (int i = 0; i < 3; i++)
		pdf = pades_signed(&w, pdf, i == 1 ? ADES_LTA : ADES_B, 0, i == 2 ? "approval" : NULL);
	const struct ades_file *f = pades_taken(&w, pdf);
	passes(f, 3);
	assert_true(str_eq(f->signatures[2].id, STR("approval")));
	assert_true(f->signatures[2].whole_file && !f->signatures[1].whole_file);
	assert_int_equal(f->signatures[0].nstamps, 1);
	assert_int_equal(f->signatures[2].nstamps, 0);
}

static void what_may_not_be_signed_is_refused(void **state)
{
	(void)state;
	struct ades_options ades = pades_ades(&w, ADES_B);
	struct pades_options o = { .time = w.at, .name = STR("x"), .field = STR("name") };
	struct err err;
	BUF_AUTO out;
	buf_init(&out, 8 << 20);
	buf_add_c(&out, "kept");
	assert_int_equal(pades_sign(pades_base(w.a, 0), &o, &ades, &out, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "pades.field");
	o.field = STR("");
	o.certify = 2;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	assert_int_equal(pades_sign(pdf, &o, &ades, &out, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "pades.certified");
	o.field = STR("Signature1");
	o.certify = 0;
	assert_int_equal(pades_sign(pdf, &o, &ades, &out, &err).kind, ERR_CONFLICT);
	ades.level = ADES_LTA;
	ades.stamp = NULL;
	o.field = STR("");
	assert_int_equal(pades_sign(pdf, &o, &ades, &out, &err).kind, ERR_INTERNAL);
	assert_true(str_eq(buf_str(&out), STR("kept")));
}

/* ---- ByteRange and Contents ---- */

static const struct ades_signature *only(struct str pdf)
{
	const struct ades_file *f = pades_taken(&w, pdf);
	assert_int_equal(f->n, 1);
	return &f->signatures[0];
}

static struct str range_of(struct str pdf)
{
	size_t at = str_find(pdf, STR("/ByteRange ["));
	struct str rest = str_from(pdf, at + 11);
	return arena_str(w.a, str_sub(rest, 0, str_find_char(rest, ']') + 1));
}

static void byte_ranges_are_exact(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str was = range_of(pdf);
	unsigned long long a, b, c, d;
	assert_int_equal(sscanf(was.p, "[%llu %llu %llu %llu]", &a, &b, &c, &d), 4);
	unsigned long long bad[][4] = { { 1, b - 1, c, d }, { 0, b - 1, c, d }, { 0, b, c + 1, d - 1 },
		{ 0, b, c - 2, d }, { 0, b, c, d + 1 }, { 0, b, c, 9999999999 }, { 0, c, c, d }, { 0, b, b, d },
		{ 0, 0, 0, 0 } };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str now = arena_printf(w.a, "[%llu %010llu %010llu %010llu]", bad[i][0], bad[i][1], bad[i][2], bad[i][3]);
		const struct ades_signature *s = only(pades_patched(&w, pdf, was.p, now.p));
		assert_true(s->malformed.n && !s->objects[0].intact);
	}
	static const char *const kinds[] = { "[0 (000000000) 0000000000 0000000000]", "[0 0000000001 0000000000]           ",
		"[-1 000000000 0000000000 0000000000]", "<3030303030303030303030303030303030> " };
	for (size_t i = 0; i < 4; i++) {
		struct str now = str_c(kinds[i]);
		if (now.n == was.n)
			assert_true(only(pades_patched(&w, pdf, was.p, now.p))->malformed.n > 0);
	}
}

static void contents_is_nothing_but_digits(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_B, 0, NULL);
	struct str zeros = STR("00000000000000000000000000000000>");
	static const char *const tricks[] = { "0000000000000000000000000000000 >", "000000000000000000000000000000ff>",
		"00000000000000000000000000000 0 >" };
	for (size_t i = 0; i < 3; i++)
		assert_true(only(pades_patched(&w, pdf, zeros.p, tricks[i]))->malformed.n > 0);
	struct source s = source_bytes(STR(""), pades_patched(&w, pdf, zeros.p, "0000000000000000000000%comment\n0>"));
	struct ades_file f;
	assert_int_equal(pades_read(w.a, &s, NULL, &f, NULL).kind, ERR_INPUT);
	/* another kind of value in its place */
	size_t at = str_find(pdf, STR("/Contents <"));
	struct str copy = arena_str(w.a, pdf);
	char *p = (char *)(uintptr_t)copy.p;
	size_t end = at + str_find_char(str_from(copy, at), '>');
	p[at + 10] = '(';
	p[end] = ')';
	assert_true(only(copy)->malformed.n > 0);
	p[at + 10] = '[';
	p[end] = ']';
	s = source_bytes(STR(""), copy);
	(void)!is_ok(pades_read(w.a, &s, NULL, &f, NULL)); /* a number without end: refused or malformed */
}

static void a_changed_byte_is_seen(void **state)
{
	(void)state;
	struct str pdf = pades_signed(&w, pades_base(w.a, 0), ADES_T, 0, NULL);
	const struct ades_signature *s = only(pades_patched(&w, pdf, "Pay 1000 yen", "Pay 9000 yen"));
	assert_true(s->value_ok && !s->objects[0].intact && !s->malformed.n);
	s = only(pades_patched(&w, pdf, "/SubFilter /ETSI.CAdES.detached", "/SubFilter /ETSI.CAdES.datached"));
	assert_true(s->malformed.n > 0);
}

/* ---- files of others ---- */

static void encrypted_files_are_said_to_be(void **state)
{
	(void)state;
	struct str pdf = pades_base(w.a, 0);
	size_t at = str_find(pdf, STR("/Info 11 0 R"));
	struct str enc = arena_printf(w.a, "%.*s/Encrypt 9 0 R%.*s", STR_ARG(str_sub(pdf, 0, at)), STR_ARG(str_from(pdf, at)));
	struct source s = source_bytes(STR(""), enc);
	struct ades_file f;
	struct err err;
	assert_int_equal(pades_read(w.a, &s, NULL, &f, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "pdf.encrypted");
}

/* The table calls object 2 free; the stream that XRefStm names knows it. */
static struct str hybrid(bool twice)
{
	BUF_AUTO b;
	size_t at[4];
	buf_init(&b, 1 << 16);
	buf_add_c(&b, "%PDF-1.5\n");
	at[1] = b.n;
	buf_add_c(&b, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
	at[2] = b.n;
	buf_add_c(&b, "2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n");
	at[3] = b.n;
	buf_printf(&b, "3 0 obj\n<< /Type /XRef /Size 4 /W [1 4 1] /Index [2 1] /Length 6 >>\nstream\n");
	char row[6] = { 1, 0, 0, (char)(at[2] >> 8), (char)at[2], 0 };
	buf_add(&b, str_of(row, 6));
	buf_add_c(&b, "\nendstream\nendobj\n");
	size_t xref = b.n;
	buf_printf(&b, "xref\n0 4\n0000000000 65535 f \n%010zu 00000 n \n%010zu 00000 %c \n%010zu 00000 n \n", at[1],
	           twice ? at[2] : 0, twice ? 'n' : 'f', at[3]);
	buf_printf(&b, "trailer\n<< /Size 4 /Root 1 0 R /XRefStm %zu >>\nstartxref\n%zu\n%%%%EOF\n", at[3], xref);
	return arena_str(w.a, buf_str(&b));
}

static void hybrid_files_are_read_when_they_say_one_thing(void **state)
{
	(void)state;
	struct pdf p;
	struct pdf_object o;
	assert_ok(pdf_open(w.a, hybrid(false), &p, &err_));
	assert_ok(pdf_load(&p, 2, &o, &err_));
	assert_true(pdf_is_name(pdf_get(&o.value, "Type"), "Pages"));
	assert_int_equal(pdf_open(w.a, hybrid(true), &p, NULL).kind, ERR_INPUT);
}

static void a_file_without_signatures_has_none(void **state)
{
	(void)state;
	const struct ades_file *f = pades_taken(&w, pades_base(w.a, 0));
	assert_int_equal(f->n, 0);
}

/* ---- what it costs ---- */

static void fifty_one_signatures_take_less_than_a_second(void **state)
{
	(void)state;
	struct str pdf = pades_base(w.a, 1 << 20);
	for (int i = 0; i < 51; i++)
		pdf = pades_signed(&w, pdf, ADES_B, 0, NULL);
	int64_t from = clock_steady_us();
	const struct ades_file *f = pades_taken(&w, pdf);
	int64_t read = clock_steady_us() - from;
	passes(f, 51);
	int64_t all = clock_steady_us() - from;
	print_message("51 signatures in %zu bytes: read %lld ms, judged after %lld ms\n", pdf.n,
	              (long long)(read / 1000), (long long)(all / 1000));
	for (size_t i = 0; i < 51; i++) {
		assert_int_equal(f->signatures[i].nchanges, 50 - i);
		for (size_t k = 0; k < f->signatures[i].nchanges; k++)
			assert_true(f->signatures[i].changes[k].allowed);
	}
	assert_true(all < 5 * CLOCK_SECOND); /* with sanitizers, beside other tests; ./run bench measures */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_level_is_made_and_read),
		cmocka_unit_test(archive_stamps_are_renewed),
		cmocka_unit_test(further_signatures_stand_beside_each_other),
		cmocka_unit_test(what_may_not_be_signed_is_refused),
		cmocka_unit_test(byte_ranges_are_exact),
		cmocka_unit_test(contents_is_nothing_but_digits),
		cmocka_unit_test(a_changed_byte_is_seen),
		cmocka_unit_test(encrypted_files_are_said_to_be),
		cmocka_unit_test(hybrid_files_are_read_when_they_say_one_thing),
		cmocka_unit_test(a_file_without_signatures_has_none),
		cmocka_unit_test(fifty_one_signatures_take_less_than_a_second),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
