/* Attachments: judged by content, counted, sealed, nobody else's. */
#include "case_support.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct str accept[] = { STR_INIT("jpeg"), STR_INIT("png") };
static const struct pack_field field = { .id = STR_INIT("files.photo"), .type = FIELD_FILE,
	.max = 2, .bytes_max = 1 << 20, .naccept = 2, .accept = accept };

static enum attach_verdict add_to(struct test_store *t, const struct pack_field *f,
                                  const char *owner, const char *path, const char *name,
                                  struct str bytes, struct attachment *ret)
{
	enum attach_verdict v = ATTACH_EMPTY;
	struct err err = { 0 };
	good(attach_add(t->s, t->a, case_key(), PORTAL, str_c(owner), f, str_c(path), str_c(name),
	                bytes, NOON, &v, ret, &err), &err);
	return v;
}

static enum attach_verdict add(struct test_store *t, const char *owner, struct str bytes)
{
	struct attachment att;
	return add_to(t, &field, owner, "files.photo", "a.jpg", bytes, &att);
}

static size_t count(struct test_store *t, const char *owner)
{
	const struct attachment *list;
	size_t n;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(attach_list(db, t->a, PORTAL, str_c(owner), &list, &n, &err), &err);
	return n;
}

static void judged_by_content(void **state)
{
	struct test_store *t = *state;
	struct attachment att = { .size = -1 };
	char *big = arena_alloc(t->a, (1 << 20) + 1);
	memset(big, 'x', (1 << 20) + 1);
	assert_int_equal(add(t, "d1", STR("")), ATTACH_EMPTY);
	assert_int_equal(add(t, "d1", STR("MZ an exe called a.jpg")), ATTACH_KIND);
	assert_int_equal(add(t, "d1", make_pdf(t->a)), ATTACH_KIND); /* whole, but not asked for */
	assert_int_equal(add(t, "d1", str_of(big, (1 << 20) + 1)), ATTACH_SIZE);
	struct str cut = make_png(t->a, 3, 3);
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a.png", str_sub(cut, 0, cut.n - 1),
	                        &att), ATTACH_KIND);
	assert_int_equal(att.size, -1); /* untouched */
	assert_int_equal(count(t, "d1"), 0);
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a.exe", cut, &att), ATTACH_OK);
	assert_str(att.kind, STR("png")); /* whatever it is called */
	assert_int_equal(count(t, "d1"), 1);
}

static void counted_by_field(void **state)
{
	struct test_store *t = *state;
	struct attachment att;
	struct pack_field other = field;
	other.id = STR("files.other");
	assert_int_equal(add(t, "d1", make_jpeg(t->a, 1, 1)), ATTACH_OK);
	assert_int_equal(add(t, "d1", make_jpeg(t->a, 1, 1)), ATTACH_TWICE);
	assert_int_equal(add(t, "d1", make_jpeg(t->a, 2, 1)), ATTACH_OK);
	assert_int_equal(add(t, "d1", make_jpeg(t->a, 3, 1)), ATTACH_COUNT);
	/* Another field and another draft count for themselves. */
	assert_int_equal(add_to(t, &other, "d1", "files.other", "a", make_jpeg(t->a, 1, 1), &att),
	                 ATTACH_OK);
	assert_int_equal(add(t, "d2", make_jpeg(t->a, 3, 1)), ATTACH_OK);
	assert_int_equal(count(t, "d1"), 3);
}

static void the_sum_is_limited(void **state)
{
	struct test_store *t = *state;
	struct attachment att;
	struct pack_field many = field;
	enum { PART = 9 << 20 };
	many.max = 100;
	many.bytes_max = 10 << 20;
	char *p = arena_alloc(t->a, PART);
	struct str picture = make_jpeg(t->a, 9, 9);
	int n = 0;
	enum attach_verdict v;
	memcpy(p, picture.p, picture.n); /* more behind its end is allowed */
	do {
		p[PART - 1] = (char)++n;
		v = add_to(t, &many, "d1", "files.photo", "a.jpg", str_of(p, PART), &att);
	} while (v == ATTACH_OK && n < 20);
	assert_int_equal(v, ATTACH_SIZE);
	assert_int_equal(n, 7); /* 60 MiB hold six of nine */
}

static void names_are_only_shown(void **state)
{
	static const struct { const char *sent, *kept; } rows[] = {
		{ "C:\\Users\\hanako\\家.jpg", "家.jpg" }, { "../../etc/passwd", "passwd" },
		{ "家の写真　１.jpg", "家の写真　１.jpg" }, { "", "file" }, { "a/", "file" },
		{ "a\nb.jpg", "file" }, { "a\xE2\x80\xAEgpj.exe", "file" }, { "\xff.jpg", "file" },
	};
	struct test_store *t = *state;
	struct attachment att;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str owner = arena_printf(t->a, "d%zu", i);
		assert_int_equal(add_to(t, &field, arena_cstr(t->a, owner), "files.photo", rows[i].sent,
		                        make_jpeg(t->a, 1, 1), &att), ATTACH_OK);
		assert_str(att.name, str_c(rows[i].kept));
	}
}

static void sealed_at_rest(void **state)
{
	struct test_store *t = *state;
	struct attachment att, back;
	struct str bytes, database, picture = arena_join(t->a, make_jpeg(t->a, 5, 5),
		STR("these very words lie behind the picture"));
	struct err err = { 0 };
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a.jpg", picture, &att), ATTACH_OK);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(attach_read(db, t->a, case_key(), PORTAL, STR("d1"), att.id, &back, &bytes, &err), &err);
	store_reader_done(&db);
	assert_str(bytes, picture);
	assert_str(back.sha256_hex, att.sha256_hex);
	if (strcmp(t->engine, "sqlite") == 0) { /* the file and what is not in it yet */
		const char *const tails[] = { "", "-wal" };
		for (size_t i = 0; i < 2; i++) {
			struct str path = arena_printf(t->a, "%.*s%s", STR_ARG(str_from(t->url, 7)), tails[i]);
			if (is_err(file_read(t->a, path, 64 << 20, &database, &err)))
				continue;
			assert_int_equal(str_find(database, STR("these very words")), STR_NONE);
			assert_int_equal(str_find(database, str_sub(picture, 0, 30)), STR_NONE);
		}
	}
	assert_int_equal(number_of(t, "SELECT CAST(SUM(LENGTH(sealed)) AS BIGINT) FROM attachment"),
	                 picture.n + 28);
}

static void nobody_elses(void **state)
{
	struct test_store *t = *state;
	struct attachment att;
	struct str bytes;
	struct err err = { 0 };
	struct db *tx = NULL;
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a.jpg", make_jpeg(t->a, 5, 5), &att),
	                 ATTACH_OK);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	assert_int_equal(attach_read(db, t->a, case_key(), PORTAL, STR("d2"), att.id, &att, &bytes,
	                             NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(attach_read(db, t->a, case_key(), CITY, STR("d1"), att.id, &att, &bytes,
	                             NULL).kind, ERR_NOT_FOUND);
	struct secret other = secret_random(32);
	assert_int_equal(attach_read(db, t->a, &other, PORTAL, STR("d1"), att.id, &att, &bytes,
	                             NULL).kind, ERR_INPUT);
	secret_done(&other);
	store_reader_done(&db);
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(attach_remove(tx, PORTAL, STR("d2"), att.id, NULL).kind, ERR_NOT_FOUND);
	good(attach_remove(tx, PORTAL, STR("d1"), att.id, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(count(t, "d1"), 0);
}

/* Two sealed files exchanged in the database do not open. */
static void a_swap_is_noticed(void **state)
{
	struct test_store *t = *state;
	struct attachment one, two;
	struct str bytes;
	struct err err = { 0 };
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a", make_jpeg(t->a, 5, 5), &one),
	                 ATTACH_OK);
	assert_int_equal(add_to(t, &field, "d1", "files.photo", "a", make_jpeg(t->a, 6, 6), &two),
	                 ATTACH_OK);
	test_store_raw(t, arena_cstr(t->a, arena_printf(t->a,
		"UPDATE attachment SET sealed = (SELECT sealed FROM attachment WHERE id = '%.*s')"
		" WHERE id = '%.*s'", STR_ARG(two.id), STR_ARG(one.id))));
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	struct result r = attach_read(db, t->a, case_key(), PORTAL, STR("d1"), one.id, &one, &bytes,
	                              &err);
	assert_int_equal(r.kind, ERR_INPUT);
	assert_string_equal(err.code, "crypto.aead.forged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(judged_by_content), ON_BOTH(counted_by_field), ON_BOTH(the_sum_is_limited),
		ON_BOTH(names_are_only_shown), ON_BOTH(sealed_at_rest), ON_BOTH(nobody_elses),
		ON_BOTH(a_swap_is_noticed),
	};
	case_rooms();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	case_rooms_done();
	return failed;
}
