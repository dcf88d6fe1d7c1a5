/* A pack set: versions and days, references, searching, scenario tests. */
#include "base/file.h"
#include "pack/easy.h"
#include "pack/pack.h"
#include "pack/test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h> /* behind our headers: it takes the name fail */

enum { RULE_TESTS = 3 }; /* of the tables and parameters of the golden pack */

static struct arena *arena;
static struct str source, work;

static struct pack_set *load(struct str dir)
{
	struct pack_set *set = NULL;
	const struct pack_issue *issues;
	size_t n = 0;
	struct err err = { 0 };
	if (is_err(pack_load(dir, arena, &set, &issues, &n, &err))) {
		for (size_t i = 0; i < n; i++)
			print_message("%.*s:%u: %.*s\n", STR_ARG(issues[i].file), issues[i].line,
			              STR_ARG(issues[i].message));
		fail_msg("%s", err.what);
	}
	return set;
}

static void put(const char *file, struct str content)
{
	struct err err = { 0 };
	if (is_err(file_write(arena_printf(arena, "%.*s/%s", STR_ARG(work), file), content, 0600, &err)))
		fail_msg("%s", err.what);
}

/* A guide page of few words, for versions and for searching. */
static void put_guide(const char *file, const char *id, const char *version, const char *title,
                      const char *keywords, const char *level)
{
	put(file, arena_printf(arena,
		"procedure: %s\nversion: %s\n"
		"title: { ja: %s, en: Title of %s, easy: ためし }\n"
		"summary: { ja: まとめ, en: Summary, easy: \"{罹災|りさい}の{証明書|しょうめいしょ}\" }\n"
		"keywords: [%s]\nlife_events: [%s]\nlevel: %s\nonline: false\n"
		"who: { ja: 人, en: All, easy: みんな }\nneeds: [{ ja: 紙, en: Paper, easy: かみ }]\n"
		"deadline: { ja: なし, en: None, easy: なし }\nlaw: [{ name: 法 }]\n"
		"office: { ja: 課, en: Office, easy: \"{市|し}\" }\n",
		id, version, title, id, keywords, id, level));
}

static const char *const files[] = {
	"p/pack.yaml", "p/procedures/a1.yaml", "p/procedures/a2.yaml", "p/procedures/b.yaml",
	"p/procedures/c.yaml",
};

static int setup(void **state)
{
	(void)state;
	static char dir[] = "/tmp/musubi-set-XXXXXX";
	const char *env = getenv("MUSUBI_SOURCE");
	struct err err = { 0 };
	arena = arena_new(0);
	source = str_c(env ? env : ".");
	work = str_c(mkdtemp(dir));
	if (is_err(file_make_dirs(arena_printf(arena, "%.*s/p/procedures", STR_ARG(work)), 0700, &err)))
		return -1;
	put("p/pack.yaml", STR("pack: p\ntitle: { ja: 試験, en: Test, easy: ためし }\n"));
	put_guide("p/procedures/a1.yaml", "alpha", "2025-04-01", "罹災証明書", "被災", "municipality");
	put_guide("p/procedures/a2.yaml", "alpha", "2026-04-01", "罹災証明書", "被災, 水害", "municipality");
	put_guide("p/procedures/b.yaml", "beta", "2026-04-01", "児童手当", "証明書, 罹災証明書, 引っ越し", "municipality");
	put_guide("p/procedures/c.yaml", "gamma", "2026-04-01", "自動車税", "くるま, ＣＡＲ", "prefecture");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(arena_cstr(arena, arena_printf(arena, "%.*s/%s", STR_ARG(work), files[i])));
	static const char *const folders[] = { "p/procedures", "p", "" };
	for (size_t i = 0; i < 3; i++)
		rmdir(arena_cstr(arena, arena_printf(arena, "%.*s/%s", STR_ARG(work), folders[i])));
	arena_free(arena);
	return 0;
}

static void assert_id(const struct procedure *p, const char *id, const char *version)
{
	assert_non_null(p);
	assert_true(str_eq(p->id, str_c(id)));
	assert_true(str_eq(p->version, str_c(version)));
}

static void the_version_in_force_depends_on_the_day(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	assert_null(pack_procedure(set, STR("alpha"), STR("2025-03-31")));
	assert_id(pack_procedure(set, STR("alpha"), STR("2025-04-01")), "alpha", "2025-04-01");
	assert_id(pack_procedure(set, STR("alpha"), STR("2026-03-31")), "alpha", "2025-04-01");
	assert_id(pack_procedure(set, STR("alpha"), STR("2026-04-01")), "alpha", "2026-04-01");
	assert_id(pack_procedure(set, STR("alpha"), STR("")), "alpha", "2026-04-01");
	assert_id(pack_procedure_version(set, STR("alpha"), STR("2025-04-01")), "alpha", "2025-04-01");
	assert_null(pack_procedure_version(set, STR("alpha"), STR("2025-04-02")));
	assert_null(pack_procedure(set, STR("alph"), STR("")));
	assert_null(pack_procedure(set, STR("zeta"), STR("")));
	assert_null(pack_procedure(set, STR(""), STR("")));
	pack_unref(set);
}

static void lists_hold_the_newest_or_every_version(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	const struct procedure *const *list;
	assert_int_equal(pack_procedures(set, &list), 3);
	assert_id(list[0], "alpha", "2026-04-01");
	assert_id(list[2], "gamma", "2026-04-01");
	assert_int_equal(pack_versions(set, &list), 4);
	assert_id(list[0], "alpha", "2025-04-01");
	const struct str *events;
	assert_int_equal(pack_events(set, &events), 3);
	assert_true(str_eq(events[1], STR("beta")));
	pack_unref(set);
}

static void a_set_lives_until_the_last_one_lets_go(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	struct pack_set *mine = pack_ref(set);
	assert_ptr_equal(mine, set);
	pack_unref(set);
	assert_id(pack_procedure(mine, STR("beta"), STR("")), "beta", "2026-04-01");
	pack_unref(mine);
	pack_unref(NULL);
}

static void the_same_version_twice_is_a_mistake(void **state)
{
	(void)state;
	put_guide("p/procedures/a1.yaml", "alpha", "2026-04-01", "罹災証明書", "被災", "municipality");
	struct pack_set *set = NULL;
	const struct pack_issue *issues;
	size_t n = 0;
	struct err err = { 0 };
	assert_int_equal(pack_load(work, arena, &set, &issues, &n, &err).kind, ERR_INPUT);
	assert_null(set);
	assert_int_equal(n, 1);
	assert_true(str_eq(issues[0].file, STR("p/procedures/a2.yaml")));
	assert_int_equal(issues[0].line, 2);
	put_guide("p/procedures/a1.yaml", "alpha", "2025-04-01", "罹災証明書", "被災", "municipality");
}

static size_t issues_of(const struct pack_issue **ret)
{
	struct pack_set *set = NULL;
	size_t n = 0;
	struct err err = { 0 };
	if (is_ok(pack_load(work, arena, &set, ret, &n, &err)))
		pack_unref(set);
	return n;
}

static void put_days(const char *old, const char *more)
{
	put("p/parameters/days.yaml", arena_printf(arena,
		"parameter: dog days\ntitle: { ja: 日数, en: Days, easy: \"{日|ひ}\" }\n"
		"versions:\n  - { from: 2020-04-01, law: 法, value: %s }\n%s"
		"tests: [{ at: 2026-04-01, given: { on: 2020-04-01 }, expect: %s }]\n", old, more, old));
}

/* A new law is a new version; the old one keeps deciding the old days. */
static void a_published_version_of_a_rule_never_changes(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 16);
	struct err err = { 0 };
	const struct pack_issue *issues;
	struct str dir = arena_printf(arena, "%.*s/p/parameters", STR_ARG(work));
	assert_true(is_ok(file_make_dirs(dir, 0700, &err)));
	put_days("2", "");
	struct pack_set *set = load(work);
	pack_published(set, &b);
	pack_unref(set);
	assert_int_not_equal(str_find(buf_str(&b), STR(" rule:dog-days 2020-04-01\n")), STR_NONE);
	put("PUBLISHED", buf_str(&b));
	assert_int_equal(issues_of(&issues), 0);
	put_days("2", "  - { from: 2024-04-01, law: 法, value: 3 }\n");
	assert_int_equal(issues_of(&issues), 0);
	put_days("3", "");
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_eq(issues[0].message,
	                   STR("the version from 2020-04-01 of 'dog days' is published and was changed")));
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/days.yaml", STR_ARG(dir))));
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_eq(issues[0].file, STR("PUBLISHED")));
	rmdir(arena_cstr(arena, dir));
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/PUBLISHED", STR_ARG(work))));
}

static void a_published_version_never_changes(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 16);
	struct pack_set *set = load(work);
	pack_published(set, &b);
	pack_unref(set);
	put("PUBLISHED", buf_str(&b));
	const struct pack_issue *issues;
	assert_int_equal(issues_of(&issues), 0);

	put_guide("p/procedures/b.yaml", "beta", "2026-04-01", "児童手当金", "証明書", "municipality");
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_eq(issues[0].file, STR("p/procedures/b.yaml")));
	assert_true(str_eq(issues[0].message, STR("version 2026-04-01 of 'beta' is published and was changed")));

	put_guide("p/procedures/b.yaml", "beta", "2027-04-01", "児童手当", "証明書", "municipality");
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_eq(issues[0].file, STR("PUBLISHED")));
	assert_int_equal(issues[0].line, 4);
	assert_true(str_eq(issues[0].message, STR("the published version 2026-04-01 of 'beta' is not there")));

	put("PUBLISHED", STR("# fine\n\nnonsense\n"));
	assert_int_equal(issues_of(&issues), 1);
	assert_int_equal(issues[0].line, 3);
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/PUBLISHED", STR_ARG(work))));
	put_guide("p/procedures/b.yaml", "beta", "2026-04-01", "児童手当",
	          "証明書, 罹災証明書, 引っ越し", "municipality");
}

static void a_stray_file_is_a_mistake(void **state)
{
	(void)state;
	const struct pack_issue *issues;
	put("p/procedures/d.yml", STR("procedure: d\n"));
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_eq(issues[0].message, STR("no place for a file of packs")));
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/p/procedures/d.yml", STR_ARG(work))));
}

static void a_huge_file_is_a_mistake(void **state)
{
	(void)state;
	const struct pack_issue *issues;
	static char big[300 << 10];
	memset(big, '#', sizeof big);
	put("p/procedures/d.yaml", str_of(big, sizeof big));
	assert_int_equal(issues_of(&issues), 1);
	assert_true(str_starts(issues[0].message, STR("the file has 307200 bytes")));
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/p/procedures/d.yaml", STR_ARG(work))));
}

/* Remarks beyond number never make room for a mistake to slip through. */
static void more_mistakes_than_are_kept_still_refuse(void **state)
{
	(void)state;
	BUF_AUTO b;
	buf_init(&b, 1 << 18);
	buf_add(&b, STR("procedure: d\n"));
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "key%d: 1\n", i);
	put("p/procedures/d.yaml", buf_str(&b));
	const struct pack_issue *issues;
	assert_int_equal(issues_of(&issues), 200);
	unlink(arena_cstr(arena, arena_printf(arena, "%.*s/p/procedures/d.yaml", STR_ARG(work))));
}

static void a_missing_folder_is_unavailable(void **state)
{
	(void)state;
	struct pack_set *set = NULL;
	const struct pack_issue *issues;
	size_t n = 0;
	struct err err = { 0 };
	struct str gone = arena_printf(arena, "%.*s/gone", STR_ARG(work));
	assert_int_equal(pack_load(gone, arena, &set, &issues, &n, &err).kind, ERR_UNAVAILABLE);
	assert_null(set);
}

/* --- searching --- */

static void finds(struct pack_set *set, const char *words, const char *first, size_t count)
{
	const struct procedure *const *list;
	size_t n = pack_search(set, arena, str_c(words), STR(""), STR(""), &list);
	if (n != count || (n > 0 && !str_eq(list[0]->id, str_c(first))))
		fail_msg("'%s': %zu found, first %.*s", words, n, n ? (int)list[0]->id.n : 0,
		         n ? list[0]->id.p : "");
}

static void words_of_every_kind_find_it(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	finds(set, "", "alpha", 3);
	finds(set, "  　 ", "alpha", 3);
	finds(set, "児童手当", "beta", 1);
	finds(set, "水害", "alpha", 1);
	finds(set, "ひっこし", "", 0);     /* nobody wrote its reading */
	finds(set, "引っ越し", "beta", 1);
	finds(set, "car", "gamma", 1);     /* full-width in the file */
	finds(set, "ｸﾙﾏ", "gamma", 1);     /* half-width katakana for hiragana */
	finds(set, "クルマ", "gamma", 1);
	finds(set, "水害で家がこまっています", "alpha", 1);
	finds(set, "児童　手当", "beta", 1);
	finds(set, "罹災証明がほしいです", "alpha", 2); /* a sentence that shares a piece */
	finds(set, "宇宙旅行", "", 0);
	finds(set, "title GAMMA", "gamma", 1);
	pack_unref(set);
}

static void a_title_beats_a_keyword_and_a_keyword_a_summary(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	finds(set, "罹災証明書", "alpha", 2);
	const struct procedure *const *list;
	size_t n = pack_search(set, arena, STR("しょうめいしょ"), STR(""), STR(""), &list);
	assert_int_equal(n, 3);
	assert_true(str_eq(list[0]->id, STR("alpha"))); /* read out by the summaries' ruby */
	assert_true(str_eq(list[1]->id, STR("beta")));
	assert_true(str_eq(list[2]->id, STR("gamma")));
	pack_unref(set);
}

static void event_and_level_narrow_it(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	const struct procedure *const *list;
	assert_int_equal(pack_search(set, arena, STR(""), STR("beta"), STR(""), &list), 1);
	assert_int_equal(pack_search(set, arena, STR(""), STR(""), STR("prefecture"), &list), 1);
	assert_true(str_eq(list[0]->id, STR("gamma")));
	assert_int_equal(pack_search(set, arena, STR(""), STR("beta"), STR("prefecture"), &list), 0);
	assert_int_equal(pack_search(set, arena, STR(""), STR("nothing"), STR(""), &list), 0);
	pack_unref(set);
}

static void hostile_questions_are_harmless(void **state)
{
	(void)state;
	struct pack_set *set = load(work);
	const struct procedure *const *list;
	static char big[5000];
	memset(big, 'x', sizeof big);
	assert_int_equal(pack_search(set, arena, str_of(big, sizeof big), STR(""), STR(""), &list), 0);
	(void)pack_search(set, arena, STR("\xff\xfe\x80 \xe3\x81"), STR(""), STR(""), &list);
	(void)pack_search(set, arena, STR("a b c d e f g h i j k l m n o p q r s t"), STR(""), STR(""),
	                  &list);
	pack_unref(set);
}

/* --- scenario tests --- */

/* An engine that knows what the good pack's first test expects, and can be bent. */
struct engine {
	bool eligible;
	const char *pages[3], *errors[3];
	int64_t fee;
	struct str today;
};

static struct result engine_eligible(void *ctx, const struct pack_scenario *s, struct arena *a,
                                     bool *ret, struct err *err)
{
	struct engine *x = ctx;
	(void)a, (void)err;
	assert_true(json_is(s->facts, JSON_OBJECT));
	assert_int_equal(s->now_us % (24 * INT64_C(3600000000)), 3 * INT64_C(3600000000));
	*ret = x->eligible;
	return ok();
}

static size_t listed(const char *const *words, struct arena *a, const struct str **ret)
{
	struct str *list = ARENA_ARRAY(a, struct str, 4);
	size_t n = 0;
	for (; n < 3 && words[n]; n++)
		list[n] = str_c(words[n]);
	*ret = list;
	return n;
}

static struct result engine_pages(void *ctx, const struct pack_scenario *s, struct arena *a,
                                  const struct str **ret, size_t *ret_n, struct err *err)
{
	(void)s, (void)err;
	*ret_n = listed(((struct engine *)ctx)->pages, a, ret);
	return ok();
}

static struct result engine_errors(void *ctx, const struct pack_scenario *s, struct arena *a,
                                   const struct str **ret, size_t *ret_n, struct err *err)
{
	(void)err;
	if (str_eq(json_text(json_path(s->answers, STR("permit.since"))), STR("2026-12-01"))) {
		struct str *late = ARENA_NEW(a, struct str);
		*late = STR("permit.since");
		*ret = late;
		*ret_n = 1;
	} else {
		*ret_n = listed(((struct engine *)ctx)->errors, a, ret);
	}
	return ok();
}

static struct result engine_values(void *ctx, const struct pack_scenario *s, struct arena *a,
                                   const struct pack_outcome_value **ret, size_t *ret_n,
                                   struct err *err)
{
	(void)s, (void)err;
	struct pack_outcome_value *v = ARENA_NEW(a, struct pack_outcome_value);
	v->name = STR("fee");
	v->value = json_num(a, ((struct engine *)ctx)->fee);
	*ret = v;
	*ret_n = 1;
	return ok();
}

static struct result engine_eval(void *ctx, const struct pack_scenario *s, struct arena *a,
                                 const struct feel_expr *e, const struct json **ret,
                                 struct err *err)
{
	(void)ctx, (void)err;
	const struct procedure *p = s->procedure;
	*ret = e == p->record[0].expr ? json_str(a, STR("small")) : json_num(a, 2000);
	return ok();
}

static struct pack_runner runner_of(struct engine *x)
{
	return (struct pack_runner){
		.ctx = x, .eligible = engine_eligible, .pages = engine_pages, .errors = engine_errors,
		.values = engine_values, .eval = engine_eval,
	};
}

static struct engine right_engine(void)
{
	return (struct engine){ .eligible = true, .pages = { "applicant", "permit" }, .fee = 2000 };
}

static struct pack_test_count run(const struct pack_runner *r, struct buf *out)
{
	struct pack_set *set = load(arena_printf(arena, "%.*s/tests/golden/pack/good", STR_ARG(source)));
	struct pack_test_count count = pack_test(set, r, out);
	pack_unref(set);
	return count;
}

static void tests_pass_on_an_engine_that_is_right(void **state)
{
	(void)state;
	BUF_AUTO out;
	buf_init(&out, 1 << 16);
	struct engine x = right_engine();
	struct pack_runner r = runner_of(&x);
	struct pack_test_count count = run(&r, &out);
	assert_int_equal(count.passed, 2 + RULE_TESTS);
	assert_int_equal(count.failed, 0);
	assert_true(str_ends(buf_str(&out), STR("ok demo_permit: small dog\nok demo_permit: a date to come\n")));
	assert_true(str_starts(buf_str(&out), STR("ok dog fee: at 2026-04-01 line")));
}

static void fails_with(struct engine x, const char *why)
{
	BUF_AUTO out;
	buf_init(&out, 1 << 16);
	struct pack_runner r = runner_of(&x);
	struct pack_test_count count = run(&r, &out);
	assert_int_equal(count.failed, 1);
	struct str expected = arena_printf(arena,
		"FAIL demo_permit: small dog demo/procedures/permit.yaml:124: %s\n", why);
	if (str_find(buf_str(&out), expected) == STR_NONE)
		fail_msg("%.*s", STR_ARG(buf_str(&out)));
}

static void each_difference_fails_and_is_told(void **state)
{
	(void)state;
	struct engine x = right_engine();
	x.eligible = false;
	fails_with(x, "eligible: expected true, found false");
	x = right_engine();
	x.pages[1] = NULL;
	fails_with(x, "pages: expected [applicant, permit], found [applicant]");
	x = right_engine();
	x.pages[0] = "permit", x.pages[1] = "applicant";
	fails_with(x, "pages: expected [applicant, permit], found [permit, applicant]");
	x = right_engine();
	x.errors[0] = "permit.photo";
	fails_with(x, "errors: expected [], found [permit.photo]");
	x = right_engine();
	x.fee = 1999;
	fails_with(x, "values.fee: expected 2000, found 1999");
}

static void an_engine_that_cannot_tell_fails_the_test(void **state)
{
	(void)state;
	BUF_AUTO out;
	buf_init(&out, 1 << 16);
	struct pack_runner r = { 0 };
	struct pack_test_count count = run(&r, &out);
	assert_int_equal(count.passed, RULE_TESTS); /* rules need no engine of forms */
	assert_int_equal(count.failed, 2);
}

static void easy_faults(void **state)
{
	(void)state;
	struct str word = STR("");
	assert_int_equal(easy_check(STR("{犬|いぬ}とねこ"), true, &word), EASY_FINE);
	assert_int_equal(easy_check(STR("犬"), false, &word), EASY_FINE);
	assert_int_equal(easy_check(STR("ねこと犬小屋だ"), true, &word), EASY_BARE);
	assert_true(str_eq(word, STR("犬小屋")));
	assert_int_equal(easy_check(STR("{犬|dog}"), true, &word), EASY_READING);
	assert_int_equal(easy_check(STR("{name}"), true, &word), EASY_HOLE);
	assert_int_equal(easy_check(STR("犬}"), false, &word), EASY_BRACES);
	assert_int_equal(easy_check(STR("人々"), true, &word), EASY_BARE);
	assert_true(str_eq(word, STR("人々")));
	assert_true(str_eq(easy_readings(arena, STR("{罹災|りさい}した{家|いえ}")), STR("りさいしたいえ")));
}

/* The packs that the house ships: no mistake, everything found. */
static void the_packs_of_the_house_load(void **state)
{
	(void)state;
	struct pack_set *set = load(arena_printf(arena, "%.*s/packs", STR_ARG(source)));
	const struct procedure *const *list;
	assert_int_equal(pack_procedures(set, &list), 31);
	finds(set, "", arena_cstr(arena, list[0]->id), 31);
	size_t n = pack_search(set, arena, STR("りさい"), STR(""), STR(""), &list);
	assert_true(n > 0 && str_eq(list[0]->id, STR("disaster_certificate")));
	n = pack_search(set, arena, STR("ジドウテアテ"), STR(""), STR(""), &list);
	assert_true(n > 0);
	pack_unref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_in_force_depends_on_the_day),
		cmocka_unit_test(lists_hold_the_newest_or_every_version),
		cmocka_unit_test(a_set_lives_until_the_last_one_lets_go),
		cmocka_unit_test(the_same_version_twice_is_a_mistake),
		cmocka_unit_test(a_published_version_of_a_rule_never_changes),
		cmocka_unit_test(a_published_version_never_changes),
		cmocka_unit_test(a_stray_file_is_a_mistake),
		cmocka_unit_test(a_huge_file_is_a_mistake),
		cmocka_unit_test(more_mistakes_than_are_kept_still_refuse),
		cmocka_unit_test(a_missing_folder_is_unavailable),
		cmocka_unit_test(words_of_every_kind_find_it),
		cmocka_unit_test(a_title_beats_a_keyword_and_a_keyword_a_summary),
		cmocka_unit_test(event_and_level_narrow_it),
		cmocka_unit_test(hostile_questions_are_harmless),
		cmocka_unit_test(tests_pass_on_an_engine_that_is_right),
		cmocka_unit_test(each_difference_fails_and_is_told),
		cmocka_unit_test(an_engine_that_cannot_tell_fails_the_test),
		cmocka_unit_test(easy_faults),
		cmocka_unit_test(the_packs_of_the_house_load),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
