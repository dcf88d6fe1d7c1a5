/* What a file is, by its bytes: whole files, cut files, renamed files, absurd ones. */
#include "support.h"
#include "apply/attach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define assert_kind(s, kind) assert_str(sniff_kind(s), STR(kind))

static void whole_files_are_known(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_kind(make_jpeg(a, 4032, 3024), "jpeg");
	assert_kind(make_png(a, 1080, 1920), "png");
	assert_kind(make_heic(a, 4032, 3024), "heic");
	assert_kind(make_pdf(a), "pdf");
	/* What a motion photo carries behind its picture. */
	assert_kind(arena_join(a, make_jpeg(a, 4032, 3024), STR("ftypmp42 …")), "jpeg");
	/* Some programs write an empty line behind the end. */
	assert_kind(arena_join(a, make_pdf(a), STR("\r\n\r\n")), "pdf");
	assert_str(sniff_mime(STR("heic")), STR("image/heic"));
	assert_str(sniff_mime(STR("exe")), STR("application/octet-stream"));
}

static void a_file_cut_off_anywhere_is_nothing(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct str whole[] = { make_jpeg(a, 40, 30), make_png(a, 40, 30), make_heic(a, 40, 30),
		make_pdf(a) };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		/* Without its last line end a PDF is still whole. */
		size_t end = i == 3 ? whole[i].n - 1 : whole[i].n;
		for (size_t n = 0; n < end; n++) {
			/* A copy of exactly that size, so that reading past it is found. */
			char *p = n ? arena_alloc(a, n) : NULL;
			if (n)
				memcpy(p, whole[i].p, n);
			if (sniff_kind(str_of(p ? p : "", n)).n)
				fail_msg("file %zu cut at %zu is still something", i, n);
		}
	}
}

static void any_damage_of_a_png_is_found(void **state)
{
	ARENA_AUTO a = arena_new(0);
	struct str whole = make_png(a, 40, 30);
	(void)state;
	for (size_t i = 0; i < whole.n; i++) {
		struct str s = arena_str(a, whole);
		((char *)(uintptr_t)s.p)[i] ^= 0x10;
		assert_kind(s, "");
	}
}

static void renamed_files_are_nothing(void **state)
{
	static const struct str files[] = {
		STR_INIT(""), STR_INIT("photo.jpg"), STR_INIT("GIF89a\1\0\1\0\0\0\0;"),
		STR_INIT("MZ\x90\0\3\0\0\0"), STR_INIT("\x7f" "ELF\2\1\1"), STR_INIT("PK\3\4\x14\0"),
		STR_INIT("<svg xmlns='http://www.w3.org/2000/svg'/>"), STR_INIT("<html><script>"),
		STR_INIT("\xFF\xD8\xFF\xE0 not a picture at all, only its first bytes \xFF\xD9"),
		STR_INIT("\x89PNG\r\n\x1a\n and then nothing that a picture has in it ………………"),
		STR_INIT("%PDF-1.4 %%EOF"), STR_INIT("RIFF\x24\0\0\0WEBPVP8 "),
		STR_INIT("\0\0\0\x18" "ftypmp42\0\0\0\0mp42isom\0\0\0\x8moov\0\0\0\x8mdat"),
		STR_INIT("\0\0\0\x18" "ftypavif\0\0\0\0mif1avif\0\0\0\x8meta\0\0\0\x8mdat"),
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (sniff_kind(files[i]).n)
			fail_msg("file %zu is taken for a %.*s", i, STR_ARG(sniff_kind(files[i])));
	/* A page with a picture's end, a picture behind a page. */
	assert_kind(arena_join(a, STR("<html>"), make_jpeg(a, 4, 4)), "");
	assert_kind(arena_join(a, STR(" "), make_pdf(a)), "");
}

static void absurd_sizes_are_refused(void **state)
{
	static const struct { uint32_t width, height; bool fine; } rows[] = {
		{ 0, 10, false }, { 10, 0, false }, { 1, 1, true }, { 16320, 12240, true },
		{ 30000, 30000, false }, { 65535, 65535, false }, { 250000, 1001, false },
		{ 0x7FFFFFFF, 0x7FFFFFFF, false }, { 0xFFFFFFFF, 0xFFFFFFFF, false },
	};
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_str(sniff_kind(make_png(a, rows[i].width, rows[i].height)),
		           rows[i].fine ? STR("png") : STR(""));
		assert_str(sniff_kind(make_heic(a, rows[i].width, rows[i].height)),
		           rows[i].fine ? STR("heic") : STR(""));
		if (rows[i].width > 65535 || rows[i].height > 65535)
			continue;
		assert_str(sniff_kind(make_jpeg(a, rows[i].width, rows[i].height)),
		           rows[i].fine ? STR("jpeg") : STR(""));
	}
}

static void lengths_that_lead_outside_are_refused(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	/* A JPEG segment, a PNG chunk and a box that say they are longer than the file. */
	assert_kind(STR("\xFF\xD8\xFF\xE0\xFF\xFFxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "");
	assert_kind(STR("\xFF\xD8\xFF\xE0\0\1xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "");
	struct str png = arena_str(a, make_png(a, 4, 4));
	memcpy((char *)(uintptr_t)png.p + 33, "\xFF\xFF\xFF\xFF", 4);
	assert_kind(png, "");
	assert_kind(STR("\0\0\0\x18" "ftypheic\0\0\0\0mif1heic"
	                "\0\0\0\1meta\0\0\0\0\0\0\0\x8\0\0\0\x8mdat"), "");
	assert_kind(STR("\0\0\0\x18" "ftypheic\0\0\0\0mif1heic"
	                "\0\0\0\1meta\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\x8mdat"), "");
	assert_kind(STR("\0\0\0\x18" "ftypheic\0\0\0\0mif1heic"
	                "\0\0\0\x10metaispe\0\0\0\0\0\0\0\x8mdat"), "");
	/* The table of a PDF beyond its end. */
	struct str pdf = make_pdf(a);
	size_t at = str_find(pdf, STR("startxref\n95"));
	assert_kind(arena_printf(a, "%.*sstartxref\n99999%%%%EOF", (int)at, pdf.p), "");
	assert_kind(arena_printf(a, "%.*sstartxref\n%%%%EOF", (int)at, pdf.p), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_files_are_known),
		cmocka_unit_test(a_file_cut_off_anywhere_is_nothing),
		cmocka_unit_test(any_damage_of_a_png_is_found),
		cmocka_unit_test(renamed_files_are_nothing), cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(lengths_that_lead_outside_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
