/* What stands on the paper, read back by poppler; and what is refused. */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"

static struct arena *a;
static char dir[64];

static int setup(void **state)
{
	(void)state;
	a = arena_new(512 << 20);
	memcpy(dir, "/tmp/letterXXXXXX", 18);
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	int status;
	run(a, &status, "rm -rf '%s'", dir);
	arena_free(a);
	return 0;
}

/* Everything in reading order, as a screen reader gets it. */
static struct str read_aloud(struct str pdf)
{
	int status;
	return run(a, &status, "pdfinfo -struct-text '%s'", put_file(a, dir, "x.pdf", pdf));
}

static struct str text_of(struct str pdf)
{
	int status;
	return run(a, &status, "pdftotext -raw '%s' -", put_file(a, dir, "x.pdf", pdf));
}

static struct err refused(const struct letter *l)
{
	struct pades_spot spot;
	uint32_t pages = 77;
	struct err err = { 0 };
	BUF_AUTO pdf;
	buf_init(&pdf, LETTER_PDF_MAX);
	struct result r = letter_render(l, &pdf, &spot, &pages, &err);
	assert_true(is_err(r));
	assert_int_equal(pdf.n, 0);
	assert_int_equal(pages, 77);
	return err;
}

static void reads_aloud_in_order(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	struct str t = read_aloud(rendered(a, &l, NULL, NULL));
	static const char *const order[] = { "加防第123号", "令和8年11月20日", "〒922-8622", "渡邉󠄂　髙﨑　様",
		"加賀市長　結　一郎", "Figure", "H1", "罹災証明書", "Table", "氏名", "半壊", "H2", "使いみち",
		"根拠法令　災害対策基本法第90条の2第1項", "教示", "お問い合わせ", "電話 0761-00-0000" };
	size_t at = 0;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		size_t hit = str_find(str_from(t, at), str_c(order[i]));
		if (hit == STR_NONE)
			fail_msg("%s not after byte %zu of:\n%.*s", order[i], at, STR_ARG(t));
		at += hit;
	}
	assert_false(has(t, "Warning"));
}

static void names_come_back_as_they_went_in(void **state)
{
	(void)state;
	/* JIS X 0213 and beyond, compatibility ideographs, Adobe-Japan1 and Moji Joho sequences,
	 * sequences whose glyph is the default one, a combining mark, a foreign name. */
	static const char *const names[] = { "𠮷野", "﨑山 髙", "神", "辻󠄀", "辻󠄁", "辻󠄂", "渡邉󠄂", "渡邊󠄏", "葛󠄀城", "葛󠄃城",
		"𫝀", "槗本", "か゚", "Nguyễn Thị Hồng", "Иванов", "김", "〇", "々", "榊󠄀" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct letter l = sample_letter(a);
		struct err err;
		l.to.name = str_c(names[i]);
		if (is_err(letter_text_check(l.to.name, &err)))
			fail_msg("%s: %s", names[i], err.what);
		/* pdftotext, because pdfinfo -struct-text does not look at ActualText. */
		struct str want = arena_printf(a, "\n%s 様\n", names[i]);
		if (!has(text_of(rendered(a, &l, NULL, NULL)), want.p))
			fail_msg("%s does not come back", names[i]);
	}
}

static void plain_extraction_finds_words_and_sequences(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	struct str t = text_of(rendered(a, &l, NULL, NULL));
	assert_has(t, "罹災証明書");
	assert_has(t, "渡邉󠄂");
	assert_has(t, "髙﨑");
	assert_has(t, "葛󠄀城ハイツ𠮷101号");
	int status;
	t = run(a, &status, "pdftotext -raw '%s/x.pdf' - | tr -d '\\n'", dir);
	assert_has(t, "行政不服審査法第82条第1項");
	assert_has(t, "行政事件訴訟法第46条第1項");
}

/* Variants of one character must differ on paper, not only in the data. */
static void variants_look_different(void **state)
{
	(void)state;
	static const char *const names[] = { "辻󠄀", "辻󠄁", "辻󠄂" };
	struct str ink[3];
	int status;
	for (int i = 0; i < 3; i++) {
		struct letter l = sample_letter(a);
		l.to.name = str_c(names[i]);
		const char *path = put_file(a, dir, "v.pdf", rendered(a, &l, NULL, NULL));
		ink[i] = run(a, &status, "pdftoppm -r 200 -f 1 -l 1 -x 180 -y 400 -W 200 -H 120 '%s' | sha256sum", path);
		assert_int_equal(status, 0);
	}
	assert_false(str_eq(ink[0], ink[1])); /* one dot and two */
}

struct bad_name {
	const char *name, *code, *what;
};

static void refuses_what_it_cannot_show(void **state)
{
	(void)state;
	static const struct bad_name bad[] = {
		{ "山\xEE\x80\x80田", "letter.text", "U+E000" },        /* 外字 */
		{ "山●田", "letter.text", "U+25CF" },
		{ "山□田", "letter.text", "U+25A1" },
		{ "山〓田", "letter.text", "U+3013" },
		{ "山\xEF\xBF\xBD田", "letter.text", "U+FFFD" },
		{ "山\xE2\x80\xAE田", "letter.text", "U+202E" },        /* right-to-left override */
		{ "山\xE2\x80\x8B田", "letter.text", "U+200B" },
		{ "山\n田", "letter.text", "line break" },
		{ "山\x1B[2J田", "letter.text", "U+001B" },
		{ "山\xFF田", "letter.text", "UTF-8" },
		{ "\xED\xA0\x80", "letter.text", "UTF-8" },               /* a surrogate */
		{ "\xF3\xA0\x84\x80田", "letter.text", "U+E0100" },     /* selector without a base */
		{ "辻\xF3\xA0\x84\x80\xF3\xA0\x84\x80", "letter.text", "nothing to select" },
		{ "山\xF3\xA0\x87\xAF田", "letter.glyph", "U+5C71 U+E01EF" },
		{ "山😀田", "letter.glyph", "U+1F600" },
		{ "ก", "letter.glyph", "U+0E01" },
		{ "\xF0\xB1\x8D\x90", "letter.glyph", "U+31350" },       /* ext. H: no font has it */
		{ "一́̂̃̄̅̆̇̈̉", "letter.text", "marks" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct letter l = sample_letter(a);
		l.to.name = str_c(bad[i].name);
		struct err err = refused(&l);
		assert_int_equal(err.kind, ERR_INPUT);
		if (strcmp(err.code, bad[i].code) != 0 || !strstr(err.what, bad[i].what))
			fail_msg("row %zu: %s: %s", i, err.code, err.what);
	}
}

static void a_table_cell_is_checked_too(void **state)
{
	(void)state;
	struct letter_row row = { STR("氏名"), STR("山😀田") };
	struct letter_block block = { .kind = LETTER_TABLE, .nrows = 1, .rows = &row };
	struct letter l = sample_letter(a);
	l.nblocks = 1;
	l.blocks = &block;
	assert_string_equal(refused(&l).code, "letter.glyph");
}

static void refuses_letters_that_lack_something(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	l.to.name = STR("　");
	l.number = STR("  ");
	assert_string_equal(refused(&l).code, "letter.field");
	l = sample_letter(a);
	l.date = STR("2026-02-30");
	assert_string_equal(refused(&l).code, "letter.field");
	l = sample_letter(a);
	l.title = STR("");
	assert_string_equal(refused(&l).code, "letter.field");
	l = sample_letter(a);
	l.blocks = &(struct letter_block){ .kind = LETTER_PARA };
	l.nblocks = 1;
	assert_string_equal(refused(&l).code, "letter.field");
}

static void caps_what_is_too_long(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	struct letter_block *b = ARENA_ARRAY(a, struct letter_block, LETTER_BLOCKS_MAX + 1);
	for (size_t i = 0; i <= LETTER_BLOCKS_MAX; i++)
		b[i] = (struct letter_block){ .kind = LETTER_PARA, .text = STR("あ") };
	l.blocks = b;
	l.nblocks = LETTER_BLOCKS_MAX + 1;
	assert_int_equal(refused(&l).kind, ERR_TOO_LARGE);
	char *text = arena_alloc(a, LETTER_TEXT_MAX + 1);
	memset(text, 'x', LETTER_TEXT_MAX + 1);
	b[0].text = str_of(text, LETTER_TEXT_MAX + 1);
	l.nblocks = 1;
	assert_int_equal(refused(&l).kind, ERR_TOO_LARGE);
	l = sample_letter(a);
	l.qr = str_of(text, LETTER_QR_MAX + 1);
	assert_int_equal(refused(&l).kind, ERR_TOO_LARGE);
}

static struct str repeat(const char *s, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_add_c(&b, s);
	return arena_str(a, buf_str(&b));
}

/* A cell longer than a page, many rows, a long paragraph: nothing is lost. */
static void long_letters_run_over_pages(void **state)
{
	(void)state;
	int status;
	uint32_t pages;
	struct letter_row *rows = ARENA_ARRAY(a, struct letter_row, 60);
	for (int i = 0; i < 60; i++)
		rows[i] = (struct letter_row){ arena_printf(a, "項目%d", i), arena_printf(a, "値その%d。", i) };
	rows[30].value = repeat("長い説明が続きます。", 180);
	struct letter_block blocks[2] = { { .kind = LETTER_TABLE, .nrows = 60, .rows = rows },
		                          { .kind = LETTER_PARA, .text = repeat("段落が続きます。", 300) } };
	struct letter l = sample_letter(a);
	l.blocks = blocks;
	l.nblocks = 2;
	struct str pdf = rendered(a, &l, NULL, &pages);
	struct str t = text_of(pdf);
	assert_true(pages >= 5);
	for (int i = 0; i < 60; i += 7)
		assert_has(t, arena_printf(a, "項目%d", i).p);
	struct str out = run(a, &status, "pdftotext -raw '%s/x.pdf' - | tr -d '\\n' | grep -o '長い説明が続きます。' | wc -l", dir);
	assert_has(out, "180");
	assert_has(t, arena_printf(a, "%u／%u", pages, pages).p);
	assert_has(run(a, &status, "qpdf --check '%s/x.pdf'", dir), "No syntax or stream encoding errors");
	assert_false(has(read_aloud(pdf), "Warning"));
}

static void too_many_pages_are_refused(void **state)
{
	(void)state;
	struct letter_block *b = ARENA_ARRAY(a, struct letter_block, 120);
	struct str text = repeat("あ\n", 4000);
	for (int i = 0; i < 120; i++)
		b[i] = (struct letter_block){ .kind = LETTER_PARA, .text = text };
	struct letter l = sample_letter(a);
	l.blocks = b;
	l.nblocks = 4;
	assert_string_equal(refused(&l).code, "letter.pages");
}

static void same_letter_same_bytes(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	struct str x = rendered(a, &l, NULL, NULL), y = rendered(a, &l, NULL, NULL);
	assert_true(str_eq(x, y));
}

static void the_digest_covers_every_field(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	uint8_t x[32], y[32];
	assert_ok(letter_digest(&l, x, &err_));
	l.qr = STR("MUSUBI1.x.y");
	assert_ok(letter_digest(&l, y, &err_));
	assert_memory_equal(x, y, 32); /* the code carries the digest: it cannot be in it */
	struct str *const fields[] = { &l.issuer.org_code, &l.issuer.name, &l.issuer.head_title,
		&l.issuer.head_name, &l.issuer.office, &l.issuer.address, &l.issuer.contact, &l.number, &l.date,
		&l.title, &l.basis, &l.to.postal, &l.to.name, &l.to.honorific, &l.appeal.review_to,
		&l.appeal.defendant, &l.appeal.represented };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct str kept = *fields[i];
		*fields[i] = STR("他");
		assert_ok(letter_digest(&l, y, &err_));
		assert_memory_not_equal(x, y, 32);
		*fields[i] = kept;
	}
	l.appeal.review_first = true;
	assert_ok(letter_digest(&l, y, &err_));
	assert_memory_not_equal(x, y, 32);
}

static void review_before_action_is_said(void **state)
{
	(void)state;
	struct letter l = sample_letter(a);
	l.appeal.review_first = true;
	l.appeal.review_to = STR("石川県介護保険審査会");
	struct str t = read_aloud(rendered(a, &l, NULL, NULL));
	assert_has(t, "石川県介護保険審査会に対して審査請求");
	assert_has(t, "裁決を経た後でなければ");
}

static void *in_a_thread(void *arg)
{
	struct letter l = sample_letter(arg);
	struct pades_spot spot;
	uint32_t pages;
	struct buf *pdf = ARENA_NEW(arg, struct buf);
	for (int i = 0; i < 3; i++) {
		buf_done(pdf);
		buf_init(pdf, LETTER_PDF_MAX);
		if (is_err(letter_render(&l, pdf, &spot, &pages, NULL)))
			return NULL;
	}
	return pdf;
}

static void threads_do_not_disturb_each_other(void **state)
{
	(void)state;
	enum { THREADS = 4 };
	pthread_t t[THREADS];
	struct arena *arenas[THREADS];
	struct letter l = sample_letter(a);
	struct str want = rendered(a, &l, NULL, NULL);
	for (int i = 0; i < THREADS; i++) {
		arenas[i] = arena_new(1 << 20);
		assert_int_equal(pthread_create(&t[i], NULL, in_a_thread, arenas[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *got;
		pthread_join(t[i], &got);
		assert_non_null(got);
		assert_true(str_eq(buf_str(got), want));
		buf_done(got);
		arena_free(arenas[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_aloud_in_order),
		cmocka_unit_test(names_come_back_as_they_went_in),
		cmocka_unit_test(plain_extraction_finds_words_and_sequences),
		cmocka_unit_test(variants_look_different),
		cmocka_unit_test(refuses_what_it_cannot_show),
		cmocka_unit_test(a_table_cell_is_checked_too),
		cmocka_unit_test(refuses_letters_that_lack_something),
		cmocka_unit_test(caps_what_is_too_long),
		cmocka_unit_test(long_letters_run_over_pages),
		cmocka_unit_test(too_many_pages_are_refused),
		cmocka_unit_test(same_letter_same_bytes),
		cmocka_unit_test(the_digest_covers_every_field),
		cmocka_unit_test(review_before_action_is_said),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
