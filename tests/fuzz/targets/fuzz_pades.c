/* PDF files of anybody: signature fields, byte ranges, CMS, DSS, revisions compared.
 * Whatever comes in, what comes out is bounded and said in words, and a signature that
 * is malformed or not over this file's bytes is never intact by accident. */
#include <assert.h>

#include "sign/pades.h"
#include "sign/pdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ades_signature *s)
{
	assert(s->nobjects == 1 && s->values);
	for (size_t i = 0; i < s->nchanges; i++)
		assert(s->changes[i].where.n && s->changes[i].what_ja.n && s->changes[i].what_en.n);
	for (size_t i = 0; i < s->nstamps; i++)
		assert(s->stamps[i].nstamps <= i && s->stamps[i].ncerts <= s->values->ncerts);
	if (s->whole_file)
		assert(s->nchanges == 0 || !s->changes[0].allowed);
}

/* What can be signed can be opened again. */
static void extend(struct arena *a, struct str bytes)
{
	static struct ades_values material;
	struct ades_options o = { .level = ADES_LT, .material = &material };
	struct pdf again;
	BUF_AUTO out;
	material.ncerts = 1;
	material.certs[0] = STR("0\0");
	buf_init(&out, 8 << 20);
	if (is_err(pades_extend(bytes, &o, &out, NULL)))
		return;
	struct result r = pdf_open(a, buf_str(&out), &again, NULL);
	assert(is_ok(r) || r.kind == ERR_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(0);
	struct str bytes = str_of((const char *)data, size);
	struct source s = source_bytes(STR("f"), bytes);
	struct ades_file f;
	if (is_err(pades_read(a, &s, NULL, &f, NULL)))
		return 0;
	assert(f.n <= ADES_SIGNATURES_MAX);
	for (size_t i = 0; i < f.n; i++)
		check(&f.signatures[i]);
	extend(a, bytes);
	return 0;
}
