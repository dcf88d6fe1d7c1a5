/* Sealed letters, looked at by other people's programs. */
#include "support.h"

static struct office *office;

static int setup(void **state)
{
	(void)state;
	office = office_new(KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_free(office);
	return 0;
}

static struct str whole(void)
{
	struct letter l = sample_letter(office->a);
	struct pades_spot spot;
	struct str pdf = rendered(office->a, &l, &spot, NULL);
	return sealed(office, pdf, &spot);
}

static struct str pdfsig(struct str pdf, const char *name)
{
	int status;
	return run(office->a, &status, "pdfsig -nocert '%s'", put_file(office->a, office->dir, name, pdf));
}

static void poppler_finds_the_seal_valid(void **state)
{
	(void)state;
	struct str out = pdfsig(whole(), "whole.pdf");
	assert_has(out, "Signature is Valid");
	assert_has(out, "ETSI.CAdES.detached");
	assert_has(out, "Total document signed");
	assert_has(out, "Signature #1");
	assert_false(has(out, "Signature #2"));
}

static void qpdf_finds_no_fault(void **state)
{
	(void)state;
	int status;
	const char *path = put_file(office->a, office->dir, "check.pdf", whole());
	struct str out = run(office->a, &status, "qpdf --check '%s'", path);
	assert_has(out, "No syntax or stream encoding errors");
	assert_int_equal(status, 0);
}

static void stays_tagged_and_named(void **state)
{
	(void)state;
	int status;
	const char *path = put_file(office->a, office->dir, "info.pdf", whole());
	struct str out = run(office->a, &status, "pdfinfo '%s'", path);
	assert_has(out, "罹災証明書（加防第123号）");
	assert_true(has(out, "Tagged:          yes") || has(out, "Tagged:         yes"));
	out = run(office->a, &status, "qpdf --qdf --object-streams=disable '%s' - | strings", path);
	assert_has(out, "/Lang (ja)");
	assert_has(out, "/DisplayDocTitle true");
	assert_has(out, "/Scope /Row");
	assert_has(out, "/S /Document");
}

static void one_changed_byte_breaks_the_digest(void **state)
{
	(void)state;
	struct str pdf = arena_str(office->a, whole());
	char *p = (char *)(uintptr_t)pdf.p;
	p[pdf.n / 3] = (char)(p[pdf.n / 3] ^ 1);
	struct str out = pdfsig(pdf, "changed.pdf");
	assert_has(out, "Digest Mismatch");
}

static void finds_what_it_sealed(void **state)
{
	(void)state;
	struct pades_signature sig;
	enum pades_shape shape;
	struct str pdf = whole();
	assert_ok(pades_find(office->a, pdf, &shape, &sig, &err_));
	assert_int_equal(shape, PADES_OK);
	assert_true(str_eq(sig.name, STR("加賀市長")));
	assert_true(str_eq(sig.reason, STR("電子公印")));
	assert_true(sig.at == office->now);
	assert_int_equal(sig.covered[0].n + sig.covered[1].n + 2 * 8192 + 2, pdf.n);
}

static void seals_without_a_place_for_it(void **state)
{
	(void)state;
	struct letter l = sample_letter(office->a);
	l.sealed = false;
	struct str pdf = rendered(office->a, &l, NULL, NULL);
	assert_has(pdfsig(sealed(office, pdf, NULL), "hidden.pdf"), "Signature is Valid");
}

static void refuses_a_second_seal(void **state)
{
	(void)state;
	struct pades_options o = { .time = office->now, .name = STR("x"), .sign = pades_sign_cms,
		                   .ctx = &office->signer };
	struct err err;
	BUF_AUTO out;
	buf_init(&out, LETTER_PDF_MAX);
	buf_add_c(&out, "kept");
	struct result r = pades_seal(whole(), &o, &out, &err);
	assert_int_equal(r.kind, ERR_INPUT);
	assert_string_equal(err.code, "letter.sealed");
	assert_true(str_eq(buf_str(&out), STR("kept")));
}

static struct result too_much(void *ctx, const struct str *slices, size_t n, struct buf *ret,
                              struct err *err)
{
	(void)ctx, (void)slices, (void)n, (void)err;
	for (int i = 0; i < 600; i++)
		buf_add_char(ret, 'x');
	return ok();
}

static struct result no_key(void *ctx, const struct str *slices, size_t n, struct buf *ret,
                            struct err *err)
{
	(void)ctx, (void)slices, (void)n, (void)ret;
	return (fail)(err, ERR_UNAVAILABLE, "key.away", NULL, "the key process is down");
}

static void a_failing_signer_leaves_nothing_behind(void **state)
{
	(void)state;
	struct letter l = sample_letter(office->a);
	struct str pdf = rendered(office->a, &l, NULL, NULL);
	struct pades_options o = { .name = STR("x"), .sign = too_much, .reserve = 512 };
	struct err err;
	BUF_AUTO out;
	buf_init(&out, LETTER_PDF_MAX);
	assert_int_equal(pades_seal(pdf, &o, &out, &err).kind, ERR_TOO_LARGE);
	o.sign = no_key;
	assert_int_equal(pades_seal(pdf, &o, &out, &err).kind, ERR_UNAVAILABLE);
	assert_int_equal(out.n, 0);
}

/* The form that cairo 1.18 writes: cross-reference and object streams. */
static void seals_files_with_object_streams(void **state)
{
	(void)state;
	int status;
	struct letter l = sample_letter(office->a);
	struct str pdf = rendered(office->a, &l, NULL, NULL);
	const char *from = put_file(office->a, office->dir, "plain.pdf", pdf);
	struct str packed;
	run(office->a, &status, "qpdf --object-streams=generate '%s' '%s/packed.pdf'", from, office->dir);
	assert_int_equal(status, 0);
	packed = run(office->a, &status, "cat '%s/packed.pdf'", office->dir);
	assert_has(packed, "/ObjStm");
	struct str out = sealed(office, packed, NULL);
	assert_has(pdfsig(out, "packed-sealed.pdf"), "Signature is Valid");
	struct str check = run(office->a, &status, "qpdf --check '%s/packed-sealed.pdf'", office->dir);
	assert_has(check, "No syntax or stream encoding errors");
	struct pades_signature sig;
	enum pades_shape shape;
	assert_ok(pades_find(office->a, out, &shape, &sig, &err_));
	assert_int_equal(shape, PADES_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poppler_finds_the_seal_valid),
		cmocka_unit_test(qpdf_finds_no_fault),
		cmocka_unit_test(stays_tagged_and_named),
		cmocka_unit_test(one_changed_byte_breaks_the_digest),
		cmocka_unit_test(finds_what_it_sealed),
		cmocka_unit_test(seals_without_a_place_for_it),
		cmocka_unit_test(refuses_a_second_seal),
		cmocka_unit_test(a_failing_signer_leaves_nothing_behind),
		cmocka_unit_test(seals_files_with_object_streams),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
