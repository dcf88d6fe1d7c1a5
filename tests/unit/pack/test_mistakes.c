/* Every kind of mistake in a pack, with the words and the place of its report.
 *
 * tests/golden/pack/mistakes.txt edits the good pack beside it, one mistake at
 * a time. After a change of words, MUSUBI_GOLDEN_OUT=FILE writes what is said
 * now; read it before it replaces the golden file. */
#include "base/file.h"
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h> /* behind our headers: it takes the name fail */

static const char *const good_files[] = {
	"pack.yaml", "datasets/person.yaml", "datasets/household.yaml", "datasets/permit.yaml",
	"letters/permit.yaml", "letters/refusal.yaml", "procedures/permit.yaml", "tables/fee.yaml",
	"parameters/age.yaml",
};
enum { GOOD = sizeof good_files / sizeof *good_files, MAX = 1 << 20 };

static struct arena *arena;
static struct str golden, work; /* directories */

static struct str read_file(struct str path)
{
	struct str s;
	struct err err = { 0 };
	if (is_err(file_read(arena, path, MAX, &s, &err)))
		fail_msg("%s", err.what);
	return s;
}

static struct str good_path(const char *file)
{
	return arena_printf(arena, "%.*s/good/demo/%s", STR_ARG(golden), file);
}

static void put_file(const char *file, struct str content)
{
	struct err err = { 0 };
	struct str path = arena_printf(arena, "%.*s/demo/%s", STR_ARG(work), file);
	if (is_err(file_write(path, content, 0600, &err)))
		fail_msg("%s", err.what);
}

static int setup(void **state)
{
	(void)state;
	const char *source = getenv("MUSUBI_SOURCE");
	static char dir[] = "/tmp/musubi-pack-XXXXXX";
	arena = arena_new(0);
	golden = arena_printf(arena, "%s/tests/golden/pack", source ? source : ".");
	work = str_c(mkdtemp(dir));
	static const char *const folders[] = { "datasets", "letters", "procedures", "tables", "parameters" };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct err err = { 0 };
		struct str path = arena_printf(arena, "%.*s/demo/%s", STR_ARG(work), folders[i]);
		if (is_err(file_make_dirs(path, 0700, &err)))
			return -1;
	}
	for (size_t i = 0; i < GOOD; i++)
		put_file(good_files[i], read_file(good_path(good_files[i])));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOOD; i++)
		unlink(arena_cstr(arena, arena_printf(arena, "%.*s/demo/%s", STR_ARG(work), good_files[i])));
	static const char *const folders[] = { "demo/datasets", "demo/letters", "demo/procedures", "demo/tables", "demo/parameters", "demo", "" };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		rmdir(arena_cstr(arena, arena_printf(arena, "%.*s/%s", STR_ARG(work), folders[i])));
	arena_free(arena);
	return 0;
}

static struct str said(const struct pack_issue *list, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, MAX);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "> %.*s:%u:%u %s%.*s", STR_ARG(list[i].file), list[i].line, list[i].col,
		           list[i].warning ? "remark: " : "", STR_ARG(list[i].message));
		if (list[i].hint.n > 0)
			buf_printf(&b, " -- %.*s", STR_ARG(list[i].hint));
		buf_add_char(&b, '\n');
	}
	return arena_str(arena, buf_str(&b));
}

/* Loads the folder; what it says, as in the golden file. */
static struct str load(bool *ret_loaded)
{
	struct pack_set *set = NULL;
	const struct pack_issue *issues = NULL;
	size_t n = 0;
	struct err err = { 0 };
	struct result r = pack_load(work, arena, &set, &issues, &n, &err);
	*ret_loaded = is_ok(r);
	if (is_err(r))
		assert_string_equal(err.code, "pack.mistakes");
	pack_unref(set);
	return said(issues, n);
}

static void the_good_pack_has_no_mistake(void **state)
{
	(void)state;
	bool loaded;
	struct str text = load(&loaded);
	if (text.n > 0 || !loaded)
		fail_msg("%.*s", STR_ARG(text));
}

struct golden_case {
	struct str title, file, old, new, expected, whole; /* whole: without what is expected */
};

static void add_line(struct str *to, struct str line, bool first)
{
	struct str content = str_sub(line, 2, line.n);
	*to = first ? arena_str(arena, content)
	            : arena_printf(arena, "%.*s\n%.*s", STR_ARG(*to), STR_ARG(content));
}

/* The next case of the file; comments and empty lines between cases are passed. */
static bool next_case(struct str *rest, struct golden_case *ret)
{
	*ret = (struct golden_case){ .title = STR("") };
	struct str line;
	bool in = false, old = false, new = false;
	while (!str_empty(*rest)) {
		struct str before = *rest;
		(void)str_cut(*rest, '\n', &line, rest);
		char kind = line.n > 0 ? line.p[0] : '\0';
		if (!in && kind != '=')
			continue;
		if (in && kind == '\0')
			return true;
		if (in && kind == '=') {
			*rest = before;
			return true;
		}
		in = true;
		if (kind == '=')
			ret->title = str_from(line, 2);
		else if (kind == '@')
			ret->file = str_from(line, 2);
		else if (kind == '-')
			add_line(&ret->old, line, !old), old = true;
		else if (kind == '+')
			add_line(&ret->new, line, !new), new = true;
		else if (kind == '>')
			ret->expected = arena_printf(arena, "%.*s%.*s\n", STR_ARG(ret->expected), STR_ARG(line));
		if (kind != '>')
			ret->whole = arena_printf(arena, "%.*s%.*s\n", STR_ARG(ret->whole), STR_ARG(line));
	}
	return in;
}

static struct str edited(const struct golden_case *c)
{
	struct str text = read_file(good_path(arena_cstr(arena, c->file)));
	size_t at = str_find(text, c->old);
	if (at == STR_NONE || str_find(str_from(text, at + 1), c->old) != STR_NONE)
		fail_msg("%.*s: the old text must occur once", STR_ARG(c->title));
	return arena_printf(arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(c->new),
	                    STR_ARG(str_from(text, at + c->old.n)));
}

static void every_mistake_is_found(void **state)
{
	(void)state;
	struct str path = arena_printf(arena, "%.*s/mistakes.txt", STR_ARG(golden));
	struct str rest = read_file(path);
	const char *out = getenv("MUSUBI_GOLDEN_OUT");
	BUF_AUTO written;
	buf_init(&written, MAX);
	buf_add(&written, str_sub(rest, 0, str_find(rest, STR("\n\n")) + 1));
	struct golden_case c;
	int cases = 0, wrong = 0;
	while (next_case(&rest, &c)) {
		bool loaded;
		put_file(arena_cstr(arena, c.file), edited(&c));
		struct str found = load(&loaded);
		put_file(arena_cstr(arena, c.file), read_file(good_path(arena_cstr(arena, c.file))));
		buf_printf(&written, "\n%.*s%.*s", STR_ARG(c.whole), STR_ARG(found));
		cases++;
		if (!str_eq(found, c.expected) || loaded) {
			wrong++;
			print_message("%.*s\n%.*s", STR_ARG(c.title), STR_ARG(found));
		}
	}
	struct err err = { 0 };
	if (out && is_err(file_write(str_c(out), buf_str(&written), 0600, &err)))
		fail_msg("%s", err.what);
	assert_true(cases > 100);
	assert_int_equal(wrong, 0);
}

/* docs/AUTHORING.md is the reference: it names every key that the tables have. */
static void every_key_is_documented(void **state)
{
	(void)state;
	static const char *const tables[] = {
		"load_dataset.c", "load_flow.c", "load_letter.c", "load_page.c", "load_procedure.c",
		"load_rule.c", "load_test.c",
	};
	struct str root = str_sub(golden, 0, golden.n - STR("/tests/golden/pack").n);
	struct str reference = read_file(arena_printf(arena, "%.*s/docs/AUTHORING.md", STR_ARG(root)));
	int keys = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct str text = read_file(arena_printf(arena, "%.*s/src/pack/%s", STR_ARG(root), tables[i]));
		for (size_t at; (at = str_find(text, STR("{ \""))) != STR_NONE;) {
			struct str key;
			(void)str_cut(str_from(text, at + 3), '"', &key, &text);
			if (!str_starts(text, STR(", ROW_")))
				continue;
			keys++;
			struct str with_colon = arena_printf(arena, "%.*s:", STR_ARG(key));
			struct str quoted = arena_printf(arena, "`%.*s`", STR_ARG(key));
			if (str_find(reference, with_colon) == STR_NONE && str_find(reference, quoted) == STR_NONE
			    && !(key.n <= 4 && str_find(reference, key) != STR_NONE))
				fail_msg("docs/AUTHORING.md does not name '%.*s' of %s", STR_ARG(key), tables[i]);
		}
	}
	assert_true(keys > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_good_pack_has_no_mistake),
		cmocka_unit_test(every_mistake_is_found),
		cmocka_unit_test(every_key_is_documented),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
