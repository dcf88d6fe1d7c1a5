/* See pades_world.h. */
#include "pades_world.h"

#include <openssl/x509.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "crypto/key.h"

#include "../support/asserts.h"

static struct key *key_of(const struct party *p)
{
	unsigned char *der = NULL;
	struct key *k = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(p->key);
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	assert_true(n > 0);
	assert_ok(key_import(str_of((char *)der, (size_t)n), &k, &err_));
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	return k;
}

void pades_world_init(struct pades_world *w, int64_t at)
{
	*w = (struct pades_world){ .a = arena_new((size_t)1 << 30) };
	w->at = at ? at : jst_to_us((struct datetime){ .date = { 2026, 11, 20 }, .hour = 10 });
	int64_t from = w->at - 365 * CLOCK_DAY, to = w->at + 3650 * CLOCK_DAY;
	party_make(w->a, &(struct party_options){ .name = "Root", .from = from, .to = to, .ca = true }, &w->root);
	party_make(w->a, &(struct party_options){ .name = "結び 花子", .issuer = &w->root, .from = from, .to = to }, &w->signer);
	party_make(w->a, &(struct party_options){ .name = "Unit", .issuer = &w->root, .from = from, .to = to,
	           .eku = "critical,timeStamping" }, &w->unit);
	w->key = key_of(&w->signer);
	w->by = (struct cms_signer){ .key = w->key, .cert = w->signer.der, .chain = &w->root.der, .nchain = 1 };
	w->anchors[0] = w->root.der;
	w->material.ncerts = 1;
	w->material.certs[0] = w->root.der;
	w->material.ncrls = 1;
	w->material.crls[0] = crl_make(w->a, &(struct crl_options){ &w->root, w->at - CLOCK_DAY,
	                               w->at + 30 * CLOCK_DAY, NULL, 0, -1 });
}

void pades_world_done(struct pades_world *w)
{
	key_unref(w->key);
	party_free(&w->root);
	party_free(&w->signer);
	party_free(&w->unit);
	arena_free(w->a);
}

static const char *const base_objects[] = {
	"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>",
	"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
	"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R 8 0 R]\n"
	"/Resources << /Font << /F1 5 0 R >> /XObject << /X1 900 0 R >> >> >>",
	"<< /Length 43 >>\nstream\nBT /F1 24 Tf 72 700 Td (Pay 1000 yen) Tj ET\nendstream",
	"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	"<< /Fields [7 0 R 8 0 R] /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 12 0 R >> >> >>",
	"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V () /Rect [72 600 300 620] /P 3 0 R /F 4\n"
	"/AP << /N 9 0 R >> >>",
	"<< /Type /Annot /Subtype /Widget /FT /Sig /T (approval) /Rect [72 500 200 540] /P 3 0 R /F 4 >>",
	"<< /Type /XObject /Subtype /Form /BBox [0 0 228 20] /Length 0 >>\nstream\n\nendstream",
	"<< /Length 46 >>\nstream\nBT /F1 24 Tf 72 700 Td (Pay 9999999 yen) Tj ET\nendstream",
	"<< /Title (Contract) /Producer (test) >>",
	"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
};
enum { BASE = sizeof base_objects / sizeof *base_objects };
#define SHADOW "4 0 obj\n<< /Length 46 >>\nstream\nBT /F1 24 Tf 72 700 Td (Pay 8888888 yen) Tj ET\nendstream\nendobj\n"

struct str pades_base(struct arena *a, size_t big)
{
	BUF_AUTO b;
	size_t at[BASE + 1];
	buf_init(&b, 64 << 20);
	buf_add_c(&b, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
	buf_add_c(&b, SHADOW);
	for (size_t i = 0; i < big; i += 64)
		buf_add_c(&b, "% 0123456789 0123456789 0123456789 0123456789 0123456789 01234\n");
	for (size_t i = 0; i < BASE; i++) {
		at[i] = b.n;
		buf_printf(&b, "%zu 0 obj\n%s\nendobj\n", i + 1, base_objects[i]);
	}
	size_t xref = b.n;
	buf_printf(&b, "xref\n0 %d\n0000000000 65535 f \n", BASE + 1);
	for (size_t i = 0; i < BASE; i++)
		buf_printf(&b, "%010zu 00000 n \n", at[i]);
	buf_printf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 11 0 R >>\nstartxref\n%zu\n%%%%EOF\n", BASE + 1, xref);
	return arena_str(a, buf_str(&b));
}

size_t pades_base_shadow(struct str pdf)
{
	return str_find(pdf, STR(SHADOW));
}

struct str pades_edited(struct pades_world *w, struct str pdf, const struct pades_edit *edits)
{
	struct pdf doc;
	struct pdf_update *u = ARENA_NEW(w->a, struct pdf_update);
	BUF_AUTO out;
	buf_init(&out, 128 << 20);
	assert_ok(pdf_open(w->a, pdf, &doc, &err_));
	pdf_update_begin(u, &doc, &out);
	for (; edits->body; edits++) {
		if (edits->num >= u->next)
			u->next = edits->num + 1;
		assert_ok(pdf_update_open(u, edits->num, &err_));
		buf_add_c(&out, edits->body);
		pdf_update_close(u);
	}
	assert_ok(pdf_update_finish(u, &err_));
	return arena_str(w->a, buf_str(&out));
}

struct str pades_raw_update(struct pades_world *w, struct str pdf, const char *rows, uint32_t root)
{
	struct pdf doc;
	assert_ok(pdf_open(w->a, pdf, &doc, &err_));
	return arena_printf(w->a, "%.*sxref\n%strailer\n<< /Size %zu /Root %u 0 R /Info 11 0 R /Prev %zu >>\n"
	                    "startxref\n%zu\n%%%%EOF\n", STR_ARG(pdf), rows, doc.size, root, doc.startxref, pdf.n);
}

struct str pades_members(struct pades_world *w, struct str pdf, uint32_t num,
                         const char *const *but)
{
	struct pdf doc;
	struct pdf_object o;
	BUF_AUTO out;
	buf_init(&out, 1 << 20);
	assert_ok(pdf_open(w->a, pdf, &doc, &err_));
	assert_ok(pdf_load(&doc, num, &o, &err_));
	pdf_put_members(&out, &o.value, but);
	return arena_str(w->a, buf_str(&out));
}

static struct result stamp(void *ctx, struct arena *a, enum digest_alg alg, struct str hash,
                           struct str *ret_token, struct err *err)
{
	struct pades_world *w = ctx;
	(void)alg, (void)err;
	w->at += CLOCK_SECOND;
	*ret_token = stamp_make(a, &w->unit, &w->root, hash, w->at);
	return ok();
}

struct ades_options pades_ades(struct pades_world *w, enum ades_level level)
{
	return (struct ades_options){ .level = level, .signer = w->by, .time = w->at, .stamp = stamp,
		.stamp_ctx = w, .material = &w->material };
}

struct str pades_signed(struct pades_world *w, struct str pdf, enum ades_level level, int certify,
                        const char *field)
{
	struct pades_options o = { .time = w->at, .name = STR("結び 花子"), .reason = STR("承認"),
		.place = STR("加賀市"), .certify = certify, .field = str_c(field ? field : "") };
	struct ades_options ades = pades_ades(w, level);
	BUF_AUTO out;
	buf_init(&out, 128 << 20);
	assert_ok(pades_sign(pdf, &o, &ades, &out, &err_));
	return arena_str(w->a, buf_str(&out));
}

const struct ades_file *pades_taken(struct pades_world *w, struct str pdf)
{
	struct ades_file *f = ARENA_NEW(w->a, struct ades_file);
	struct source s = source_bytes(STR("file.pdf"), pdf);
	assert_ok(ades_read(w->a, &s, NULL, f, &err_));
	return f;
}

struct str pades_patched(struct pades_world *w, struct str pdf, const char *from, const char *to)
{
	struct str copy = arena_str(w->a, pdf);
	size_t at = str_find(copy, str_c(from));
	assert_true(at != STR_NONE && strlen(from) == strlen(to));
	memcpy((char *)(uintptr_t)copy.p + at, to, strlen(to));
	return copy;
}
