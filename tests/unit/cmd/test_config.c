/* The configuration of a node: read, and every mistake named with its line. */
#include "base/file.h"
#include "base/mem.h"
#include "cmd/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static const char good[] =
	"listen: 127.0.0.1:8080\n"
	"origin: http://localhost:8080\n"
	"store: sqlite:data/musubi.db\n"
	"share: /usr/share/musubi\n"
	"data: data\n"
	"workers: 3\n"
	"max_per_peer: 40\n"
	"organizations:\n"
	"  - id: portal\n"
	"    roles: portal core\n"
	"    name: { ja: ポータル, en: Portal, easy: ポータル }\n"
	"  - id: \"172065\"\n"
	"    roles: municipality\n"
	"    head_title: 加賀市長\n"
	"    name: { ja: 加賀市, en: Kaga City, easy: かがし }\n";

struct fixture {
	struct arena *a;
	char dir[64];
	struct str path;
	struct config config;
	struct err err;
};

static int setup(void **state)
{
	struct fixture *f = mem_new(sizeof *f);
	snprintf(f->dir, sizeof f->dir, "/tmp/musubi-config-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->a = arena_new(16 << 20);
	f->path = file_join(f->a, str_c(f->dir), STR("musubi.yaml"));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	assert_true(is_ok(file_remove(f->path, NULL)));
	rmdir(f->dir);
	arena_free(f->a);
	mem_free(f);
	return 0;
}

static struct result load(struct fixture *f, struct str text)
{
	assert_true(is_ok(file_write(f->path, text, 0600, &f->err)));
	f->err = (struct err){ 0 };
	return config_load(f->a, f->path, &f->config, &f->err);
}

static void refused(struct fixture *f, struct str text, const char *what)
{
	assert_int_equal(load(f, text).kind, ERR_INPUT);
	if (!strstr(f->err.what, what))
		fail_msg("\"%s\" does not say \"%s\"", f->err.what, what);
}

static struct str without(struct fixture *f, const char *line)
{
	struct str text = str_c(good), l = str_c(line);
	size_t at = str_find(text, l);
	assert_true(at != STR_NONE);
	return arena_join(f->a, str_sub(text, 0, at), str_from(text, at + l.n));
}

static struct str swapped(struct fixture *f, const char *line, const char *other)
{
	struct str text = str_c(good), l = str_c(line);
	size_t at = str_find(text, l);
	assert_true(at != STR_NONE);
	return arena_printf(f->a, "%.*s%s%s", (int)at, good, other, good + at + l.n);
}

static void reads_what_is_there(void **state)
{
	struct fixture *f = *state;
	assert_true(is_ok(load(f, str_c(good))));
	assert_int_equal(f->config.norgs, 2);
	assert_int_equal(f->config.workers, 3);
	assert_int_equal(f->config.max_per_peer, 40);
	assert_true(str_eq(f->config.portal, STR("portal")));
	assert_int_equal(f->config.ca.n, 0);
	assert_true(str_eq(f->config.orgs[1].head_title, STR("加賀市長")));
	assert_true(str_eq(f->config.orgs[1].name[0], STR("加賀市")) ||
	            str_eq(f->config.orgs[1].name[1], STR("加賀市")));
}

static void paths_are_relative_to_the_file(void **state)
{
	struct fixture *f = *state;
	assert_true(is_ok(load(f, str_c(good))));
	assert_true(str_eq(f->config.data, file_join(f->a, str_c(f->dir), STR("data"))));
	assert_true(str_eq(f->config.share, STR("/usr/share/musubi")));
	assert_true(str_starts(f->config.store, STR("sqlite:/")));
	assert_true(str_ends(f->config.store, STR("data/musubi.db")));
}

static void a_missing_key_is_named(void **state)
{
	struct fixture *f = *state;
	refused(f, without(f, "origin: http://localhost:8080\n"), "missing: origin");
	refused(f, without(f, "store: sqlite:data/musubi.db\n"), "missing: store");
	refused(f, STR("listen: a\norigin: b\nstore: sqlite:x\nshare: s\ndata: d\n"),
	        "missing: organizations");
}

static void an_unknown_key_is_named_with_its_line(void **state)
{
	struct fixture *f = *state;
	refused(f, swapped(f, "workers: 3\n", "worker: 3\n"), "musubi.yaml:6: unknown key: worker");
}

static void a_wrong_kind_is_named(void **state)
{
	struct fixture *f = *state;
	refused(f, swapped(f, "data: data\n", "data: [data]\n"), "musubi.yaml:5: text is expected: data");
	refused(f, swapped(f, "id: \"172065\"", "id: 172065"), "text is expected: id");
	refused(f, STR("- a\n- b\n"), "a mapping is expected");
	refused(f, STR("just text\n"), "a mapping is expected");
}

static void an_organization_needs_its_names(void **state)
{
	struct fixture *f = *state;
	refused(f, swapped(f, "en: Kaga City, ", ""), "a name is missing in: en");
	refused(f, without(f, "    name: { ja: 加賀市, en: Kaga City, easy: かがし }\n"), "a name is missing");
	refused(f, without(f, "    roles: municipality\n"), "text is expected: roles");
}

static void broken_yaml_and_no_file(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(load(f, STR("listen: [\n")).kind, ERR_INPUT);
	assert_int_equal(load(f, STR("listen: a\nlisten: b\n")).kind, ERR_INPUT);
	assert_int_equal(load(f, STR("listen: \xff\n")).kind, ERR_INPUT);
	assert_int_equal(config_load(f->a, STR("/nowhere/musubi.yaml"), &f->config, &f->err).kind,
	                 ERR_NOT_FOUND);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(reads_what_is_there), CASE(paths_are_relative_to_the_file),
		CASE(a_missing_key_is_named), CASE(an_unknown_key_is_named_with_its_line),
		CASE(a_wrong_kind_is_named), CASE(an_organization_needs_its_names),
		CASE(broken_yaml_and_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
