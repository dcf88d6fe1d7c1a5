/* Templates and texts: what comes out, and what is refused at load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/template.h"

#include <cmocka.h> /* last: it defines fail() */

struct site {
	char root[64];
	struct arena *arena;
	struct texts *texts;
	struct templates *templates;
	struct err err;
};

static void write_file(const char *root, const char *name, const char *content)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", root, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, strlen(content), f), strlen(content));
	assert_int_equal(fclose(f), 0);
}

static const char rows[] =
	"greet: { ja: \"{今日|きょう}は、{who.name}さん\", en: \"Hello, {who.name}\", "
	"easy: \"{今日|きょう}は {who.name}さん\" }\n"
	"title: { ja: \"{申請|しんせい}\", en: Application, easy: \"{申請|しんせい}\" }\n"
	"about: { ja: \"{~name}の申請\", en: \"Apply for {~name}\", easy: \"{~name}\" }\n";

static int setup(void **state)
{
	struct site *s = calloc(1, sizeof *s);
	snprintf(s->root, sizeof s->root, "/tmp/musubi-template-XXXXXX");
	assert_non_null(mkdtemp(s->root));
	char dir[128];
	snprintf(dir, sizeof dir, "%s/text", s->root);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(dir, sizeof dir, "%s/page", s->root);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(dir, sizeof dir, "%s/page/sub", s->root);
	assert_int_equal(mkdir(dir, 0700), 0);
	write_file(s->root, "text/a.yaml", rows);
	s->arena = arena_new(0);
	*state = s;
	return 0;
}

static void remove_tree(const char *root)
{
	static const char *const names[] = { "text/a.yaml", "text/b.yaml", "page/a.html",
	                                     "page/b.html", "page/sub/c.html", "page/sub", "page",
	                                     "text", "" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", root, names[i]);
		remove(path);
	}
}

static int teardown(void **state)
{
	struct site *s = *state;
	templates_free(s->templates);
	texts_free(s->texts);
	arena_free(s->arena);
	remove_tree(s->root);
	free(s);
	return 0;
}

static struct result load(struct site *s)
{
	char dir[128];
	if (!s->texts) {
		snprintf(dir, sizeof dir, "%s/text", s->root);
		TRY(texts_load(str_c(dir), &s->texts, &s->err));
	}
	snprintf(dir, sizeof dir, "%s/page", s->root);
	return templates_load(str_c(dir), s->texts, &s->templates, &s->err);
}

static void renders(void **state, const char *source, enum lang lang, const char *context,
                    const char *expected)
{
	struct site *s = *state;
	write_file(s->root, "page/a.html", source);
	if (is_err(load(s)))
		fail_msg("%s", s->err.what);
	const struct json *j;
	assert_true(is_ok(json_parse(s->arena, str_c(context), &j, &s->err)));
	BUF_AUTO out;
	buf_init(&out, 1 << 20);
	assert_true(is_ok(template_render(s->templates, STR("a"), lang, j, &out, &s->err)));
	buf_add_char(&out, '\0');
	assert_string_equal(out.p, expected);
	templates_free(s->templates);
	s->templates = NULL;
}

static void refused(void **state, const char *source, const char *what)
{
	struct site *s = *state;
	write_file(s->root, "page/a.html", source);
	struct result r = load(s);
	assert_int_equal(r.kind, ERR_INPUT);
	if (!strstr(s->err.what, what))
		fail_msg("expected \"%s\" in \"%s\"", what, s->err.what);
}

static void values_are_escaped(void **state)
{
	renders(state, "<p>{{x}}</p><a title=\"{{x}}\">", LANG_EN,
	        "{\"x\":\"<&>\\\"'\"}",
	        "<p>&lt;&amp;&gt;&quot;&#39;</p><a title=\"&lt;&amp;&gt;&quot;&#39;\">");
	renders(state, "{{a.b.c}}|{{a.n}}|{{a.t}}|{{a}}|{{no.way}}", LANG_EN,
	        "{\"a\":{\"b\":{\"c\":\"ok\"},\"n\":-1.50,\"t\":true}}", "ok|-1.50|true||");
	renders(state, "{{{x_html}}}", LANG_EN, "{\"x_html\":\"<b>\"}", "<b>");
}

static void sections_repeat_and_invert(void **state)
{
	renders(state, "{{#l}}[{{n}}{{o}}]{{/l}}{{^l}}none{{/l}}", LANG_EN,
	        "{\"o\":\"!\",\"l\":[{\"n\":1},{\"n\":2,\"o\":\"?\"}]}", "[1!][2?]");
	renders(state, "{{#l}}x{{/l}}{{^l}}none{{/l}}", LANG_EN, "{\"l\":[]}", "none");
	renders(state, "{{#l}}{{.}},{{/l}}", LANG_EN, "{\"l\":[\"a\",2,\"<\"]}", "a,2,&lt;,");
	renders(state, "{{#t}}yes{{/t}}{{#f}}no{{/f}}{{#e}}no{{/e}}{{#z}}zero{{/z}}{{#n}}no{{/n}}",
	        LANG_EN, "{\"t\":true,\"f\":false,\"e\":\"\",\"z\":0,\"n\":null}", "yeszero");
	renders(state, "{{#o}}{{k}}{{/o}}", LANG_EN, "{\"o\":{\"k\":\"v\"}}", "v");
	renders(state, "{{#a}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}", LANG_EN,
	        "{\"x\":\"1\",\"a\":{\"y\":\"2\",\"b\":[{},{\"x\":\"3\"}]}}", "1232");
}

static void standalone_lines_vanish(void **state)
{
	renders(state, "<ul>\n  {{#l}}\n  <li>{{.}}\n  {{/l}}\n</ul>\n{{! note }}\nend\n", LANG_EN,
	        "{\"l\":[1,2]}", "<ul>\n  <li>1\n  <li>2\n</ul>\nend\n");
}

static void partials_share_the_context(void **state)
{
	struct site *s = *state;
	write_file(s->root, "page/sub/c.html", "({{n}}{{_ title}})");
	renders(state, "{{#l}}{{>sub/c}}{{/l}}<title>{{>sub/c}}</title>", LANG_JA,
	        "{\"n\":9,\"l\":[{\"n\":1}]}",
	        "(1<ruby>申請<rp>（</rp><rt>しんせい</rt><rp>）</rp></ruby>)<title>(9申請)</title>");
}

static void endless_partials_fail(void **state)
{
	struct site *s = *state;
	write_file(s->root, "page/a.html", "{{>a}}");
	/* within the depth, but 3 to the power of it */
	write_file(s->root, "page/b.html", "{{#l}}{{>b}}{{/l}}");
	assert_true(is_ok(load(s)));
	BUF_AUTO out;
	buf_init(&out, 1 << 20);
	const struct json *j;
	assert_true(is_ok(json_parse(s->arena, STR("{\"l\":[1,2,3]}"), &j, &s->err)));
	assert_int_equal(template_render(s->templates, STR("b"), LANG_EN, j, &out, &s->err).kind,
	                 ERR_INTERNAL);
	assert_int_equal(
		template_render(s->templates, STR("a"), LANG_EN, NULL, &out, &s->err).kind, ERR_INTERNAL);
	assert_int_equal(
		template_render(s->templates, STR("zzz"), LANG_EN, NULL, &out, &s->err).kind,
		ERR_INTERNAL);
}

static void a_page_over_its_buffer_fails(void **state)
{
	struct site *s = *state;
	write_file(s->root, "page/a.html", "0123456789");
	assert_true(is_ok(load(s)));
	BUF_AUTO out;
	buf_init(&out, 9);
	assert_int_equal(
		template_render(s->templates, STR("a"), LANG_EN, NULL, &out, &s->err).kind,
		ERR_TOO_LARGE);
}

static void texts_speak_the_language(void **state)
{
	renders(state, "{{_ greet}}", LANG_EN, "{\"who\":{\"name\":\"<Aki>\"}}",
	        "Hello, &lt;Aki&gt;");
	renders(state, "{{_ greet}}", LANG_JA, "{\"who\":{\"name\":\"亜希\"}}",
	        "<ruby>今日<rp>（</rp><rt>きょう</rt><rp>）</rp></ruby>は、亜希さん");
	renders(state, "{{_ *k}}|{{_ *none}}", LANG_EN,
	        "{\"k\":\"greet\",\"none\":\"a<b\",\"who\":{\"name\":\"B\"}}", "Hello, B|a&lt;b");
}

static void ruby_stays_out_of_attributes(void **state)
{
	renders(state, "<input aria-label=\"{{_ title}}\"><option>{{_ title}}</option>{{_ title}}",
	        LANG_JA, "{}",
	        "<input aria-label=\"申請\"><option>申請</option>"
	        "<ruby>申請<rp>（</rp><rt>しんせい</rt><rp>）</rp></ruby>");
	renders(state, "<i title=\"{{~n}}\">{{~n}}", LANG_EASY, "{\"n\":\"{証|あかし}<\"}",
	        "<i title=\"証&lt;\"><ruby>証<rp>（</rp><rt>あかし</rt><rp>）</rp></ruby>&lt;");
	renders(state, "{{_ about}}", LANG_EN, "{\"name\":\"{証|あかし}\"}",
	        "Apply for <ruby>証<rp>（</rp><rt>あかし</rt><rp>）</rp></ruby>");
}

static void urls_cannot_be_scripts(void **state)
{
	renders(state, "<a href=\"{{u}}\">", LANG_EN, "{\"u\":\"javascript:alert(1)\"}",
	        "<a href=\"#\">");
	renders(state, "<a href=\"{{u}}\">", LANG_EN, "{\"u\":\" JavaScript:x\"}", "<a href=\"#\">");
	renders(state, "<a href=\"{{u}}\">", LANG_EN, "{\"u\":\"/a?b=c:d&e\"}",
	        "<a href=\"/a?b=c:d&amp;e\">");
	renders(state, "<a href=\"{{#s}}/x{{/s}}{{u}}\">", LANG_EN, "{\"u\":\"data:text/html,x\"}",
	        "<a href=\"#\">");
	renders(state, "<a href=\"/x/{{u}}\">", LANG_EN, "{\"u\":\"a:b\"}", "<a href=\"/x/a:b\">");
}

static void unsafe_places_are_refused(void **state)
{
	refused(state, "<a href={{x}}>", "a.html:1: a value inside a tag");
	refused(state, "<p {{x}}>", "quoted attribute");
	refused(state, "\n\n<script>\nlet x = '{{x}}';</script>", "a.html:4: no value may stand");
	refused(state, "<p style=\"{{x}}\">", "no value may stand");
	refused(state, "<p onclick='{{x}}'>", "no value may stand");
	refused(state, "<!-- {{x}} -->", "comment");
	refused(state, "{{{x}}}", "_html");
	refused(state, "<p title=\"{{{x_html}}}\">", "HTML cannot stand here");
	refused(state, "<p {{>a}}>", "a partial can only stand between tags");
}

static void mistakes_name_their_line(void **state)
{
	refused(state, "a\nb {{#x}}\n{{/y}}", "a.html:3: {{/y}} where {{/x}} of line 2");
	refused(state, "\n{{#x}}\n\n", "a.html:2: {{#x}} is not closed");
	refused(state, "{{/x}}", "closes nothing");
	refused(state, "a\n\n{{x", "a.html:3: a tag is not closed");
	refused(state, "{{a..b}}", "is no path");
	refused(state, "{{}}", "an empty tag");
	refused(state, "\n{{_ nope}}", "a.html:2: no text has the key \"nope\"");
	refused(state, "\n\n{{>nope}}", "a.html:3: no template is called \"nope\"");
	refused(state, "<p", "ends inside a tag");
}

static void after_a_script_values_may_stand_again(void **state)
{
	renders(state, "<script src=\"/a.js\">if (a</b) x</script><p>{{x}}", LANG_EN,
	        "{\"x\":\"1\"}", "<script src=\"/a.js\">if (a</b) x</script><p>1");
}

static void bad_rows(void **state, const char *yaml, const char *what)
{
	struct site *s = *state;
	write_file(s->root, "text/b.yaml", yaml);
	char dir[128];
	snprintf(dir, sizeof dir, "%s/text", s->root);
	struct texts *t;
	assert_int_equal(texts_load(str_c(dir), &t, &s->err).kind, ERR_INPUT);
	if (!strstr(s->err.what, what))
		fail_msg("expected \"%s\" in \"%s\"", what, s->err.what);
}

static void rows_must_be_whole(void **state)
{
	bad_rows(state, "\nx: { ja: あ, en: a }\n", "b.yaml:2: x: expected { ja");
	bad_rows(state, "x: { ja: あ, en: a, easy: \"\" }", "a language is missing");
	bad_rows(state, "x: { ja: あ, en: 1, easy: あ }", "a language is missing or is no text");
	bad_rows(state, "x: { ja: \"{漢|}\", en: a, easy: あ }", "unsound");
	bad_rows(state, "x: { ja: \"{漢|か|ん}\", en: a, easy: あ }", "unsound");
	bad_rows(state, "x: { ja: \"{n}\", en: a, easy: あ }", "different {placeholders}");
	bad_rows(state, "title: { ja: あ, en: a, easy: あ }", "this key exists already");
	bad_rows(state, "Bad: { ja: あ, en: a, easy: あ }", "a key has");
	bad_rows(state, "- a", "expected rows");
	bad_rows(state, "x: [", "b.yaml: ");
}

static void text_functions(void **state)
{
	struct site *s = *state;
	assert_true(is_ok(load(s)));
	assert_true(text_has(s->texts, STR("title")));
	assert_false(text_has(s->texts, STR("titl")));
	assert_int_equal(texts_count(s->texts), 3);
	assert_true(str_eq(texts_key(s->texts, 1), STR("title")));
	assert_true(str_eq(text_get(s->texts, LANG_EN, STR("title")), STR("Application")));
	assert_true(str_eq(text_get(s->texts, LANG_EN, STR("gone")), STR("gone")));
	assert_true(str_eq(text_plain(s->arena, STR("{漢|かん}<{n}")), STR("漢<{n}")));
	assert_true(str_eq(text_html(s->arena, STR("{a'|b}&{}{x")),
	                   STR("<ruby>a&#39;<rp>（</rp><rt>b</rt><rp>）</rp></ruby>&amp;{}{x")));
	assert_true(lang_parse(STR("easy"), LANG_JA) == LANG_EASY);
	assert_true(lang_parse(STR("fr"), LANG_EN) == LANG_EN);
	assert_true(str_eq(lang_html(LANG_EASY), STR("ja")));
}

static void quoted_text_is_never_markup(void **state)
{
	static const char *const hostile[] = { "{a|b}", "{x}", "{~x}", "{{|}", "{", "}{", "{{a|b}|c}",
		"{漢字|かんじ}", "{{|}a|b}", "a{b", "{|}", "" };
	ARENA_AUTO a = arena_new(0);
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		struct str quoted = text_quote(a, str_c(hostile[i]));
		assert_true(str_eq(text_plain(a, quoted), str_c(hostile[i])));
		assert_true(str_eq(text_html(a, quoted), str_c(hostile[i])));
		/* Between texts of ours as well. */
		struct str among = arena_printf(a, "{名|な}%.*s{終|おわ}", STR_ARG(quoted));
		struct str want = arena_printf(a, "名%s終", hostile[i]);
		assert_true(str_eq(text_plain(a, among), want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoted_text_is_never_markup),
		cmocka_unit_test_setup_teardown(values_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(sections_repeat_and_invert, setup, teardown),
		cmocka_unit_test_setup_teardown(standalone_lines_vanish, setup, teardown),
		cmocka_unit_test_setup_teardown(partials_share_the_context, setup, teardown),
		cmocka_unit_test_setup_teardown(endless_partials_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(a_page_over_its_buffer_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_speak_the_language, setup, teardown),
		cmocka_unit_test_setup_teardown(ruby_stays_out_of_attributes, setup, teardown),
		cmocka_unit_test_setup_teardown(urls_cannot_be_scripts, setup, teardown),
		cmocka_unit_test_setup_teardown(unsafe_places_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes_name_their_line, setup, teardown),
		cmocka_unit_test_setup_teardown(after_a_script_values_may_stand_again, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_must_be_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(text_functions, setup, teardown),
	};
	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
