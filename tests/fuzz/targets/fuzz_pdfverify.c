/* PDF files to a verdict: reader, object streams, signature fields, ByteRange,
 * CMS, report. With nobody to trust, nothing may ever come out as genuine; a
 * file that opens can be updated and opens again. */
#include <assert.h>

#include "sign/pdf.h"
#include "letter/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void update(struct arena *a, struct str bytes)
{
	struct pdf doc, again;
	struct pdf_value ref, cat, page;
	if (is_err(pdf_open(a, bytes, &doc, NULL)) || is_err(pdf_catalog(&doc, &ref, &cat, NULL)))
		return;
	(void)!is_ok(pdf_page(&doc, 0, &page, NULL));
	/* What the writer promises: generation 0, and numbers that the reader takes. */
	if (ref.gen || doc.size + 2 >= PDF_OBJECTS_MAX || doc.nsections >= PDF_SECTIONS_MAX)
		return;
	struct pdf_update *u = ARENA_NEW(a, struct pdf_update);
	BUF_AUTO out;
	buf_init(&out, PDF_BYTES_MAX);
	pdf_update_begin(u, &doc, &out);
	if (is_err(pdf_update_open(u, (uint32_t)ref.num, NULL)))
		return;
	pdf_put_value(&out, &cat);
	pdf_update_close(u);
	if (is_err(pdf_update_finish(u, NULL)))
		return;
	struct err err = { 0 };
	struct result r = pdf_open(a, buf_str(&out), &again, &err);
	assert(is_ok(r) || r.kind == ERR_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct anchors *nobody;
	if (!nobody)
		nobody = anchors_new();
	ARENA_AUTO a = arena_new(0);
	struct str bytes = str_of((const char *)data, size);
	struct letter_trust t = { .anchors = nobody };
	struct letter_report r;
	if (is_ok(letter_verify_pdf(a, bytes, &t, 1795000000000000, &r, NULL))) {
		assert(r.verdict != LETTER_GENUINE);
		assert(r.ja.n && r.en.n && r.why.n);
	}
	update(a, bytes);
	return 0;
}
