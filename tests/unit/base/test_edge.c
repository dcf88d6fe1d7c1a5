/* Where the room meets the system: files, log, clock, random numbers. */
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h> /* behind ours: it has a macro called fail */

static char place[64];

static int setup(void **state)
{
	*state = arena_new(0);
	memcpy(place, "musubi-base-XXXXXX", 19);
	return mkdtemp(place) ? 0 : -1;
}

static int teardown(void **state)
{
	struct str *names;
	size_t n;
	if (is_ok(file_list(*state, str_c(place), 1000, &names, &n, NULL)))
		for (size_t i = 0; i < n; i++) {
			struct str path = file_join(*state, str_c(place), names[i]);
			if (is_err(file_remove(path, NULL)))
				rmdir(arena_cstr(*state, path));
		}
	rmdir(place);
	clock_set_for_test(CLOCK_REAL);
	arena_free(*state);
	return 0;
}

static struct str at(void **state, const char *name)
{
	return file_join(*state, str_c(place), str_c(name));
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static void a_file_is_written_whole_and_read_back(void **state)
{
	struct str s, path = at(state, "f");
	struct stat st;
	struct err err;
	mode_t old = umask(077);
	assert_true(is_ok(file_write(path, STR("first"), 0644, &err)));
	assert_true(is_ok(file_write(path, str_of("a\0b", 3), 0640, &err)));
	umask(old);
	assert_true(is_ok(file_read(*state, path, 3, &s, &err)));
	assert_true(str_eq(s, str_of("a\0b", 3)));
	assert_int_equal(stat(arena_cstr(*state, path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	struct str *names;
	size_t n;
	assert_true(is_ok(file_list(*state, str_c(place), 10, &names, &n, &err)));
	assert_int_equal(n, 1); /* nothing left beside it */
}

static void reading_says_why_it_cannot(void **state)
{
	struct str s = STR("untouched");
	struct err err;
	char small[4];
	size_t n;
	assert_int_equal(file_read(*state, at(state, "none"), 10, &s, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(file_read(*state, str_c(place), 10, &s, &err).kind, ERR_INPUT);
	assert_int_equal(file_read(*state, STR(""), 10, &s, &err).kind, ERR_INPUT);
	assert_int_equal(file_read(*state, str_of("a\0b", 3), 10, &s, &err).kind, ERR_INPUT);
	assert_true(is_ok(file_write(at(state, "f"), STR("12345"), 0600, &err)));
	assert_int_equal(file_read(*state, at(state, "f"), 4, &s, &err).kind, ERR_TOO_LARGE);
	assert_int_equal(file_read_into(at(state, "f"), small, sizeof small, &n, &err).kind,
	                 ERR_TOO_LARGE);
	assert_int_equal(file_read(*state, at(state, "f/g"), 4, &s, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(mkfifo(arena_cstr(*state, at(state, "pipe")), 0600), 0);
	assert_int_equal(file_read(*state, at(state, "pipe"), 4, &s, &err).kind, ERR_INPUT);
	assert_str(s, "untouched");
}

static void a_write_that_fails_leaves_the_old_content(void **state)
{
	struct err err;
	struct str s, path = at(state, "f");
	struct rlimit none = { 2, 2 }, all;
	assert_true(is_ok(file_write(path, STR("old"), 0600, &err)));
	getrlimit(RLIMIT_FSIZE, &all);
	none.rlim_max = all.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none); /* as a full disk would */
	struct result r = file_write(path, STR("newer content"), 0600, &err);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(r.kind, ERR_UNAVAILABLE);
	assert_true(is_ok(file_read(*state, path, 100, &s, &err)));
	assert_str(s, "old");
	struct str *names;
	size_t n;
	assert_true(is_ok(file_list(*state, str_c(place), 10, &names, &n, &err)));
	assert_int_equal(n, 1);
	assert_int_equal(file_write(at(state, "no/where"), STR("x"), 0600, &err).kind, ERR_NOT_FOUND);
}

static void directories_are_made_and_listed(void **state)
{
	struct err err;
	struct str *names;
	size_t n;
	assert_true(is_ok(file_make_dirs(at(state, "d"), 0700, &err)));
	assert_true(is_ok(file_make_dirs(at(state, "d//"), 0700, &err)));
	assert_true(file_is_dir(at(state, "d")));
	assert_true(is_ok(file_write(at(state, "b"), STR(""), 0600, &err)));
	assert_true(is_ok(file_write(at(state, "あ"), STR(""), 0600, &err)));
	assert_true(is_ok(file_write(at(state, ".hidden"), STR(""), 0600, &err)));
	assert_true(is_ok(file_write(at(state, "B"), STR(""), 0600, &err)));
	assert_int_not_equal(file_make_dirs(at(state, "b/x"), 0700, &err).kind, ERR_NONE);
	assert_true(is_ok(file_list(*state, str_c(place), 4, &names, &n, &err)));
	assert_int_equal(n, 4);
	assert_str(names[0], "B");
	assert_str(names[1], "b");
	assert_str(names[2], "d");
	assert_str(names[3], "あ");
	assert_int_equal(file_list(*state, str_c(place), 3, &names, &n, &err).kind, ERR_TOO_LARGE);
	assert_int_equal(file_list(*state, at(state, "none"), 3, &names, &n, &err).kind, ERR_NOT_FOUND);
	assert_true(is_ok(file_remove(at(state, ".hidden"), &err)));
	assert_true(is_ok(file_remove(at(state, ".hidden"), &err)));
	assert_false(file_exists(at(state, ".hidden")));
}

/* What one call of the log writes. */
static struct str logged(void **state, void (*write_it)(void))
{
	char text[20000];
	FILE *f = tmpfile();
	assert_non_null(f);
	log_fd_set(fileno(f));
	write_it();
	log_fd_set(2);
	rewind(f);
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	return arena_str(*state, str_of(text, n));
}

static void write_rows(void)
{
	struct err err = { ERR_UNAVAILABLE, "store.gone", NULL, "the disk is full" };
	clock_set_for_test(1795143845123456);
	log_info("test.event", LOG_STR("name", STR("加賀\n\"x\"\x7F\xFF")), LOG_INT("n", INT64_MIN),
	         LOG_BOOL("fine", true), LOG_ERR(&err), LOG_C("none", NULL));
	log_warn("test.alone");
	log_debug("test.silent");
}

static void a_log_line_is_one_json_object(void **state)
{
	struct str first, rest, text = logged(state, write_rows);
	const struct json *j;
	struct err err;
	assert_true(str_cut(text, '\n', &first, &rest));
	if (is_err(json_parse(*state, first, &j, &err)))
		fail_msg("%s: %.*s", err.what, STR_ARG(first));
	assert_str(json_text(json_get(j, STR("time"))), "2026-11-20T03:04:05.123456Z");
	assert_str(json_text(json_get(j, STR("level"))), "info");
	assert_str(json_text(json_get(j, STR("event"))), "test.event");
	assert_str(json_text(json_get(j, STR("name"))), "加賀\n\"x\"\x7F\uFFFD");
	assert_int_equal(json_int_or(json_get(j, STR("n")), 0), INT64_MIN);
	assert_true(json_bool_or(json_get(j, STR("fine")), false));
	assert_str(json_text(json_get(j, STR("error"))), "unavailable");
	assert_str(json_text(json_get(j, STR("code"))), "store.gone");
	assert_str(json_text(json_get(j, STR("what"))), "the disk is full");
	assert_true(str_cut(rest, '\n', &first, &rest));
	assert_true(is_ok(json_parse(*state, first, &j, NULL)));
	assert_str(json_text(json_get(j, STR("event"))), "test.alone");
	assert_true(str_empty(rest)); /* debug is below the level */
}

static void write_much(void)
{
	char text[4096];
	memset(text, '\1', sizeof text); /* six bytes each in JSON */
	struct str s = str_of(text, sizeof text);
	log_error("test.much", LOG_STR("a", s), LOG_STR("b", s), LOG_INT("c", 1));
}

static void a_log_line_is_cut_between_members(void **state)
{
	struct str text = logged(state, write_much);
	const struct json *j;
	assert_true(text.n <= 16 * 1024);
	assert_true(is_ok(json_parse(*state, text, &j, NULL)));
	assert_true(json_text(json_get(j, STR("a"))).n >= 2048);
	assert_null(json_get(j, STR("b")));
	assert_true(json_bool_or(json_get(j, STR("cut")), false));
}

static void a_log_that_cannot_be_written_is_counted(void **state)
{
	(void)state;
	uint64_t before = log_dropped();
	log_fd_set(-1);
	log_error("test.lost");
	log_fd_set(2);
	assert_int_equal(log_dropped(), before + 1);
	enum log_level level;
	assert_true(log_level_parse(STR("warn"), &level) && level == LOG_LEVEL_WARN);
	assert_false(log_level_parse(STR("loud"), &level));
}

static void the_clock_can_stand_still(void **state)
{
	(void)state;
	clock_set_for_test(5);
	assert_int_equal(clock_now_us(), 5);
	clock_set_for_test(CLOCK_REAL);
	assert_true(clock_now_us() > 1600000000 * CLOCK_SECOND);
	int64_t from = clock_steady_us();
	assert_true(clock_steady_us() >= from);
}

static void the_generator_repeats_itself(void **state)
{
	(void)state;
	struct rng x, y, z;
	rng_seed(&x, 1);
	rng_seed(&y, 1);
	rng_derive(&z, 1, STR("household"), 1);
	/* the reference implementation's first numbers for splitmix64(1) */
	assert_true(rng_u64(&x) == 0xb3f2af6d0fc710c5u);
	assert_true(rng_u64(&x) == 0x853b559647364ceau);
	assert_true(rng_u64(&y) == 0xb3f2af6d0fc710c5u);
	assert_false(rng_u64(&z) == 0xb3f2af6d0fc710c5u);
}

static void draws_are_even_and_in_range(void **state)
{
	(void)state;
	struct rng r;
	uint32_t seen[6] = { 0 }, weights[3] = { 1, 0, 3 }, drawn[3] = { 0 };
	rng_seed(&r, 6);
	for (int i = 0; i < 60000; i++) {
		seen[rng_below(&r, 6)]++;
		drawn[rng_weighted(&r, weights, 3)]++;
		int64_t v = rng_between(&r, -3, 3);
		assert_true(v >= -3 && v <= 3);
	}
	for (int i = 0; i < 6; i++)
		assert_true(seen[i] > 9600 && seen[i] < 10400);
	assert_int_equal(drawn[1], 0);
	assert_true(drawn[2] > 44000 && drawn[2] < 46000);
	assert_int_equal(rng_below(&r, 1), 0);
	rng_between(&r, INT64_MIN, INT64_MAX);
	assert_true(rng_chance(&r, 5, 5));
	assert_false(rng_chance(&r, 0, 5));
	struct str one = rng_pick(&r, (const struct str[]){ STR_INIT("a"), STR_INIT("b") }, 2);
	assert_int_equal(one.n, 1);
}

static void random_bytes_differ(void **state)
{
	(void)state;
	char x[64] = { 0 }, y[64] = { 0 };
	random_bytes(x, sizeof x);
	random_bytes(y, sizeof y);
	assert_memory_not_equal(x, y, sizeof x);
	assert_true(random_u64() != random_u64());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_file_is_written_whole_and_read_back), T(reading_says_why_it_cannot),
		T(a_write_that_fails_leaves_the_old_content), T(directories_are_made_and_listed),
		T(a_log_line_is_one_json_object), T(a_log_line_is_cut_between_members),
		T(a_log_that_cannot_be_written_is_counted), T(the_clock_can_stand_still),
		T(the_generator_repeats_itself), T(draws_are_even_and_in_range), T(random_bytes_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
