/* Containers made, read, extended, damaged; and what Python and unzip say of them. */
#include "sign/asic.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "foreign.h"
#include "sign/asic_zip.h"
#include "sign/stamp.h"
#include "sign/validate.h"

#include "../support/asserts.h"

static struct arena *a;
static struct party ca, unit;
static struct key *key;
static struct str cert, big;
static int64_t when;
static struct ades_values material;
static struct source files[3];

static int setup(void **state)
{
	(void)state;
	struct party p;
	a = arena_new((size_t)512 << 20);
	when = jst_to_us((struct datetime){ .date = { 2026, 5, 1 } });
	party_make(a, &(struct party_options){ .name = "Root", .from = when - 900 * CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .ca = true }, &ca);
	party_make(a, &(struct party_options){ .name = "TSU", .issuer = &ca, .from = when - CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .eku = "critical,timeStamping" }, &unit);
	assert_true(is_ok(key_generate(KEY_P256, &key, NULL)));
	const unsigned char *der = (const unsigned char *)key_spki(key).p;
	EVP_PKEY *pub = d2i_PUBKEY(NULL, &der, (long)key_spki(key).n);
	party_make(a, &(struct party_options){ .name = "Signer", .issuer = &ca, .from = when - CLOCK_DAY,
	           .to = when + 900 * CLOCK_DAY, .key = pub }, &p);
	cert = arena_str(a, p.der);
	party_free(&p);
	EVP_PKEY_free(pub);
	material = (struct ades_values){ .ncerts = 1, .ncrls = 1 };
	material.certs[0] = ca.der;
	material.crls[0] = crl_make(a, &(struct crl_options){ .issuer = &ca, .from = when,
	                            .to = when + CLOCK_DAY, .reason = -1 });
	big = str_of(arena_alloc(a, 1 << 20), 1 << 20);
	files[0] = source_bytes(STR("申請書.txt"), STR("hello"));
	files[1] = source_bytes(STR("data/b c&d.bin"), big);
	files[2] = source_bytes(STR("empty"), STR(""));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	party_free(&ca);
	party_free(&unit);
	key_unref(key);
	arena_free(a);
	return 0;
}

static struct result authority(void *ctx, struct arena *into, enum digest_alg alg, struct str hash,
                               struct str *ret, struct err *err)
{
	(void)ctx;
	(void)err;
	assert_int_equal(alg, DIGEST_SHA256);
	when += CLOCK_MINUTE;
	*ret = stamp_make(into, &unit, &ca, hash, when);
	return ok();
}

static struct ades_options options(enum ades_level level)
{
	return (struct ades_options){ .level = level, .packaging = ADES_DETACHED,
		.signer = { .key = key, .cert = cert }, .time = when, .stamp = authority,
		.material = &material };
}

static struct str bytes_of(const struct cades_out *out)
{
	struct str s;
	assert_ok(cades_out_bytes(a, out, 64 << 20, &s, &err_));
	return s;
}

static struct str make(size_t n, enum ades_container kind, enum ades_format format,
                       enum ades_level level)
{
	struct cades_out out;
	struct ades_options o = options(level);
	assert_ok(asic_make(a, files, n, kind, format, &o, &out, &err_));
	return bytes_of(&out);
}

static struct ades_file *read_ok(struct str bytes)
{
	struct ades_file *f = ARENA_NEW(a, struct ades_file);
	struct source *s = ARENA_NEW(a, struct source);
	*s = source_bytes(STR("x.asice"), bytes);
	assert_ok(ades_read(a, s, NULL, f, &err_));
	return f;
}

static bool readable(struct str bytes)
{
	struct ades_file f;
	struct source s = source_bytes(STR("x.asice"), bytes);
	return is_ok(asic_read(a, &s, NULL, &f, NULL));
}

static bool covers(const struct ades_stamp *s)
{
	struct stamp t;
	return is_ok(stamp_read(a, s->token, NULL, 0, &t, NULL)) && t.value_ok && !s->what.n &&
	       stamp_covers(&t, s->alg, s->hash);
}

static void check_sound(const struct ades_signature *s, enum ades_level level)
{
	if (s->malformed.n)
		fail_msg("%.*s", STR_ARG(s->malformed));
	assert_true(s->value_ok);
	for (size_t i = 0; i < s->nobjects; i++)
		assert_true(s->objects[i].found && s->objects[i].intact);
	for (size_t i = 0; i < s->nstamps; i++)
		assert_true(covers(&s->stamps[i]));
	assert_int_equal(s->level, level);
}

/* By the whole process of EN 319 102-1. */
static void check_passes(const struct ades_file *f)
{
	struct ades_trust t = { .nanchors = 1, .anchors = &ca.der };
	const struct ades_result *r;
	assert_ok(ades_validate(a, f, &t, when + CLOCK_HOUR * 2, &r, &err_));
	for (size_t i = 0; i < f->n; i++)
		if (r[i].indication != TOTAL_PASSED)
			fail_msg("%s", ades_sub_row(r[i].sub)->name);
}

static void every_kind_and_level_is_made_and_read(void **state)
{
	(void)state;
	for (enum ades_container kind = ADES_ASIC_S; kind <= ADES_ASIC_E; kind++)
		for (int x = 0; x < 2; x++)
			for (enum ades_level l = ADES_B; l <= ADES_LTA; l++) {
				struct ades_file *f = read_ok(make(kind == ADES_ASIC_S ? 1 : 3, kind,
				                                   x ? ADES_XADES : ADES_CADES, l));
				assert_int_equal(f->container, kind);
				assert_int_equal(f->n, 1);
				assert_int_equal(f->nuncovered, 0);
				assert_int_equal(f->signatures[0].format, x ? ADES_XADES : ADES_CADES);
				check_sound(&f->signatures[0], l);
				if (l >= ADES_LT)
					check_passes(f);
			}
}

static void containers_are_extended_and_renewed(void **state)
{
	(void)state;
	for (enum ades_container kind = ADES_ASIC_S; kind <= ADES_ASIC_E; kind++)
		for (int x = 0; x < 2; x++) {
			struct ades_options o = options(ADES_LTA);
			struct cades_out out;
			struct source s = source_bytes(STR(""), make(kind == ADES_ASIC_S ? 1 : 3, kind,
			                               x ? ADES_XADES : ADES_CADES, ADES_B));
			assert_ok(asic_extend(a, &s, &o, &out, &err_));
			struct source again = source_bytes(STR(""), bytes_of(&out));
			check_sound(&read_ok(again.bytes)->signatures[0], ADES_LTA);
			assert_ok(asic_extend(a, &again, &o, &out, &err_));
			struct ades_file *f = read_ok(bytes_of(&out));
			check_sound(&f->signatures[0], ADES_LTA);
			check_passes(f);
			size_t archives = 0;
			for (size_t i = 0; i < f->signatures[0].nstamps; i++)
				archives += f->signatures[0].stamps[i].kind == STAMP_ARCHIVE;
			assert_int_equal(archives, 2);
		}
}

/* The same members, but one with another content, or one more. */
static struct str rewritten(struct str zip, struct str change, struct str content, struct str more)
{
	struct source *s = ARENA_NEW(a, struct source);
	struct zip *z;
	struct cades_out out;
	*s = source_bytes(STR(""), zip);
	assert_ok(zip_open(a, s, &z, &err_));
	struct zip_out *w = zip_out_new(a, when);
	struct source *other = ARENA_NEW(a, struct source), *extra = ARENA_NEW(a, struct source);
	*other = source_bytes(change, content);
	*extra = source_bytes(more, STR("extra"));
	for (size_t i = 0; i < zip_count(z); i++) {
		const struct zip_member *m = zip_at(z, i);
		if (str_eq(m->name, change))
			assert_ok(zip_out_add(w, m->name, other, &err_));
		else
			assert_ok(zip_out_copy(w, m->name, s, m, &err_));
	}
	if (more.n)
		assert_ok(zip_out_add(w, more, extra, &err_));
	assert_ok(zip_out_done(w, &out, &err_));
	struct str bytes = bytes_of(&out);
	zip_close(z);
	return bytes;
}

static void changed_and_added_files_show(void **state)
{
	(void)state;
	for (int x = 0; x < 2; x++) {
		struct str zip = make(3, ADES_ASIC_E, x ? ADES_XADES : ADES_CADES, ADES_LTA);
		struct ades_file *f = read_ok(rewritten(zip, STR("empty"), STR("not"), STR("")));
		size_t broken = 0;
		for (size_t i = 0; i < f->signatures[0].nobjects; i++)
			broken += !f->signatures[0].objects[i].intact;
		assert_int_equal(broken, 1);
		assert_int_equal(f->nuncovered, 1);
		f = read_ok(rewritten(zip, STR(""), STR(""), STR("evil.html")));
		assert_int_equal(f->nuncovered, 1);
		assert_true(str_eq(f->uncovered[0], STR("evil.html")));
		assert_true(f->signatures[0].value_ok);
	}
	struct ades_file *f = read_ok(rewritten(make(1, ADES_ASIC_S, ADES_CADES, ADES_B), STR(""), STR(""),
	                                        STR("second.txt")));
	assert_true(f->signatures[0].malformed.n > 0);
}

static void a_member_that_is_no_signature_is_said(void **state)
{
	(void)state;
	struct str zip = make(1, ADES_ASIC_E, ADES_CADES, ADES_B);
	struct ades_file *f = read_ok(rewritten(zip, STR("META-INF/signature001.p7s"), STR("junk"), STR("")));
	assert_int_equal(f->n, 1);
	assert_true(f->signatures[0].malformed.n > 0);
	f = read_ok(rewritten(zip, STR("META-INF/ASiCManifest001.xml"), STR("<junk/>"), STR("")));
	assert_true(f->signatures[0].malformed.n > 0 && !f->signatures[0].objects[0].intact);
}

static void a_token_over_a_file_is_read(void **state)
{
	(void)state;
	struct zip_out *w = zip_out_new(a, when);
	struct cades_out out;
	struct source mime = source_bytes(STR(""), STR("application/vnd.etsi.asic-s+zip"));
	struct source token = source_bytes(STR(""), stamp_make(a, &unit, &ca, hash_of(a, STR("hello")), when));
	assert_ok(zip_out_add(w, STR("mimetype"), &mime, &err_));
	assert_ok(zip_out_add(w, STR("a.txt"), &files[0], &err_));
	assert_ok(zip_out_add(w, STR("META-INF/timestamp.tst"), &token, &err_));
	assert_ok(zip_out_done(w, &out, &err_));
	struct str zip = bytes_of(&out);
	struct ades_file *f = read_ok(zip);
	assert_int_equal(f->n, 1);
	assert_true(f->signatures[0].value_ok && f->signatures[0].objects[1].intact);
	assert_int_equal(f->signatures[0].claimed_time, when);
	assert_int_equal(f->nuncovered, 0);
	f = read_ok(rewritten(zip, STR("a.txt"), STR("other"), STR("")));
	assert_false(f->signatures[0].objects[1].intact);
	assert_int_equal(f->nuncovered, 1);
}

/* ---- hostile zips ---- */

/* Turned bytes end calmly, whatever they say; a cut file is never read. */
static void damage_is_survived(void **state)
{
	(void)state;
	struct str zip = make(1, ADES_ASIC_S, ADES_CADES, ADES_B);
	for (size_t i = 0; i < zip.n; i += 11) {
		struct str bad = arena_str(a, zip);
		((char *)(uintptr_t)bad.p)[i] ^= 0x20;
		(void)readable(bad);
	}
	for (size_t i = 0; i < zip.n; i += 97)
		assert_false(readable(str_sub(zip, 0, i)));
}

static void set16(struct str zip, const char *sign, size_t nth, size_t at, unsigned v)
{
	size_t p = 0;
	for (size_t k = 0;; p++, k++) {
		size_t step = str_find(str_from(zip, p), str_of(sign, 4));
		assert_true(step != STR_NONE);
		p += step;
		if (k == nth)
			break;
	}
	((char *)(uintptr_t)zip.p)[p + at] = (char)(v & 0xff);
	((char *)(uintptr_t)zip.p)[p + at + 1] = (char)(v >> 8);
}

static void two_readers_never_see_two_archives(void **state)
{
	(void)state;
	static const struct { const char *sign; size_t at; unsigned v; } rows[] = {
		{ "PK\x03\x04", 6, 0x801 },  /* encrypted, local only */
		{ "PK\x01\x02", 8, 0x801 },  /* encrypted */
		{ "PK\x01\x02", 8, 0x840 },  /* strong encryption */
		{ "PK\x03\x04", 8, 8 },      /* another method */
		{ "PK\x01\x02", 10, 12 },    /* bzip2 */
		{ "PK\x03\x04", 14, 7 },     /* another CRC */
		{ "PK\x03\x04", 22, 9 },     /* another size */
		{ "PK\x01\x02", 24, 9 },
		{ "PK\x03\x04", 26, 4 },     /* another length of name */
		{ "PK\x03\x04", 28, 4 },     /* an extra field that eats the content */
		{ "PK\x01\x02", 34, 1 },     /* another disk */
		{ "PK\x01\x02", 42, 3 },     /* elsewhere */
		{ "PK\x05\x06", 8, 1 }, { "PK\x05\x06", 10, 1 }, { "PK\x05\x06", 4, 1 },
		{ "PK\x05\x06", 16, 1 }, { "PK\x05\x06", 20, 1 }, { "PK\x05\x06", 12, 1 },
	};
	struct str zip = make(1, ADES_ASIC_S, ADES_CADES, ADES_B);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str bad = arena_str(a, zip);
		set16(bad, rows[i].sign, rows[i].sign[2] == 5 ? 0 : 1, rows[i].at, rows[i].v);
		if (readable(bad))
			fail_msg("row %zu is read", i);
	}
	assert_false(readable(arena_join(a, STR("MZ"), zip)));
	assert_false(readable(arena_join(a, zip, STR("tail"))));
}

static bool name_taken(struct str name)
{
	struct zip_out *w = zip_out_new(a, when);
	struct cades_out out;
	struct zip *z = NULL;
	assert_ok(zip_out_add(w, STR("a.txt"), &files[0], &err_));
	if (is_err(zip_out_add(w, name, &files[0], NULL)))
		return false;
	assert_ok(zip_out_done(w, &out, &err_));
	struct source s = source_bytes(STR(""), bytes_of(&out));
	bool taken = is_ok(zip_open(a, &s, &z, NULL));
	zip_close(z);
	return taken;
}

static void names_that_mislead_are_refused(void **state)
{
	(void)state;
	assert_true(name_taken(STR("b/c.txt")));
	assert_true(name_taken(STR("書類 1.txt")));
	static const struct str bad[] = { STR_INIT("../x"), STR_INIT("a/../x"), STR_INIT("/x"),
		STR_INIT("a//x"), STR_INIT("./x"), STR_INIT("C:x"), STR_INIT("a\\x"), STR_INIT("a\0x"),
		STR_INIT("a\nx"), STR_INIT("A.TXT"), STR_INIT("a.txt"), STR_INIT(".."), STR_INIT("/"),
		STR_INIT("\xff"), STR_INIT("a\xe2\x80\xaetxt.exe"), STR_INIT("x/.."), STR_INIT("") };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (name_taken(bad[i]))
			fail_msg("name %zu is taken", i);
}

/* ---- programs of others ---- */

/* $D is the folder. */
static bool runs(const char *command, const char *dir)
{
	return setenv("D", dir, 1) == 0 && system(command) == 0;
}

static void unzip_and_python_agree(void **state)
{
	(void)state;
	char dir[] = "/tmp/musubi-asic-XXXXXX";
	assert_non_null(mkdtemp(dir));
	struct str in = file_join(a, str_c(dir), STR("in.zip")), out = file_join(a, str_c(dir), STR("out.zip")), made;
	assert_ok(file_write(in, make(3, ADES_ASIC_E, ADES_XADES, ADES_LTA), 0600, &err_));
	assert_true(runs("unzip -qt $D/in.zip >/dev/null", dir));
	assert_true(runs("zipinfo -1 $D/in.zip | head -1 | grep -qx mimetype", dir));
	/* another program packs the same members: deflated, with data descriptors */
	assert_true(runs("python3 -c \"\nimport zipfile, sys\nclass Pipe:\n"
	                 " def __init__(s, f): s.f = f\n def write(s, b): return s.f.write(b)\n"
	                 " def flush(s): s.f.flush()\n"
	                 "src = zipfile.ZipFile('$D/in.zip')\n"
	                 "assert src.testzip() is None\n"
	                 "with open('$D/out.zip', 'wb') as f, zipfile.ZipFile(Pipe(f), 'w', zipfile.ZIP_DEFLATED) as z:\n"
	                 " for i in src.infolist():\n"
	                 "  z.writestr(i.filename, src.read(i), 0 if i.filename == 'mimetype' else 8)\n\"", dir));
	assert_ok(file_read(a, out, 1 << 24, &made, &err_));
	struct ades_file *f = read_ok(made);
	check_sound(&f->signatures[0], ADES_LTA);
	assert_int_equal(f->nuncovered, 0);
	/* a megabyte of zeros is fine, a bomb is not, nor a link */
	assert_true(runs("python3 -c \"\nimport zipfile\n"
	                 "with zipfile.ZipFile('$D/out.zip', 'w', zipfile.ZIP_DEFLATED) as z:\n"
	                 " for i in range(20): z.writestr('META-INF/signatures%d.xml' % i, bytes(8 << 20))\n\"", dir));
	assert_ok(file_read(a, out, 1 << 24, &made, &err_));
	assert_false(readable(made));
	assert_true(runs("python3 -c \"\nimport zipfile\n"
	                 "i = zipfile.ZipInfo('link')\ni.create_system = 3\ni.external_attr = 0o120777 << 16\n"
	                 "with zipfile.ZipFile('$D/out.zip', 'w') as z:\n z.writestr(i, '/etc/passwd')\n"
	                 " z.writestr('META-INF/signatures.xml', '<a/>')\n\"", dir));
	assert_ok(file_read(a, out, 1 << 24, &made, &err_));
	assert_false(readable(made));
	assert_ok(file_remove(in, &err_));
	assert_ok(file_remove(out, &err_));
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_and_level_is_made_and_read),
		cmocka_unit_test(containers_are_extended_and_renewed),
		cmocka_unit_test(changed_and_added_files_show),
		cmocka_unit_test(a_member_that_is_no_signature_is_said),
		cmocka_unit_test(a_token_over_a_file_is_read),
		cmocka_unit_test(damage_is_survived),
		cmocka_unit_test(two_readers_never_see_two_archives),
		cmocka_unit_test(names_that_mislead_are_refused),
		cmocka_unit_test(unzip_and_python_agree),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
