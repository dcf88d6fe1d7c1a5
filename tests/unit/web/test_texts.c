/* The words of the pages against the source they speak for: whatever src can
 * say to a person has its row, in three languages, and no row is left over.
 * Reads the source below MUSUBI_SOURCE. */
#include "base/file.h"
#include "base/utf8.h"
#include "net/dir.h"
#include "net/ruby.h"
#include "net/template.h"
#include "net/text.h"
#include "pack/pack.h"
#include "trust/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SOURCE_MAX = 1 << 20 };

/* One text of all files of a kind, for searching. */
struct pile {
	struct arena *a;
	struct buf all;
	bool person; /* only the rooms that people meet */
};

static struct arena *arena;
static struct texts *texts;

static struct str source_path(const char *below)
{
	const char *root = getenv("MUSUBI_SOURCE");
	return arena_printf(arena, "%s/%s", root ? root : ".", below);
}

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

/* ---- reading the source ---- */

/* Rooms whose failures reach a page. The others' do so only through a broken
 * browser or a broken node, where the words of the kind say all there is. */
static bool is_persons(struct str path)
{
	static const char *const rooms[] = { "ident/", "record/", "notice/", "apply/", "web/", "api/" };
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
		if (str_starts(path, str_c(rooms[i])))
			return true;
	return false;
}

static struct result pile_file(void *ctx, const struct dir_file *f, struct err *err)
{
	struct pile *p = ctx;
	(void)err;
	if (!p->person || is_persons(f->name))
		buf_add(&p->all, f->bytes);
	buf_add_char(&p->all, '\n');
	return ok();
}

static struct str read_all(const char *dir, const char *suffix, bool person)
{
	struct err err = { 0 };
	struct pile p = { .a = arena, .person = person };
	buf_init(&p.all, 64 << 20);
	good(dir_each(source_path(dir), str_c(suffix), pile_file, &p, &err), &err);
	struct str all = arena_str(arena, buf_str(&p.all));
	buf_done(&p.all);
	assert_true(all.n > 1000);
	return all;
}

/* The next "…" from *at on, before `stop`; false when there is none. */
static bool next_literal(struct str s, size_t *at, size_t stop, struct str *ret)
{
	size_t open = str_find_char(str_sub(s, *at, stop - *at), '"');
	if (open == STR_NONE)
		return false;
	size_t from = *at + open + 1;
	size_t len = str_find_char(str_from(s, from), '"');
	if (len == STR_NONE)
		return false;
	*ret = str_sub(s, from, len);
	*at = from + len + 1;
	return true;
}

static bool is_code(struct str s)
{
	if (s.n == 0 || str_find_char(s, '.') == STR_NONE)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_.-", s.p[i]))
			return false;
	return true;
}

/* Where the expression that begins at `from` ends: a comma or closing brace
 * outside of parentheses and literals. */
static size_t expression_end(struct str s, size_t from)
{
	int depth = 0;
	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == '"')
			i += 1 + str_find_char(str_from(s, i + 1), '"');
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')')
			depth--;
		else if (depth == 0 && (s.p[i] == ',' || s.p[i] == '}' || s.p[i] == ';'))
			return i;
	}
	return s.n;
}

/* ---- what is missing ---- */

static struct buf missing;
static unsigned checked;

static void need(struct str key, bool there)
{
	checked++;
	if (!there && str_find(buf_str(&missing), key) == STR_NONE) {
		buf_add(&missing, STR("\n  "));
		buf_add(&missing, key);
	}
}

static void begin(void)
{
	buf_done(&missing);
	buf_init(&missing, 1 << 20);
	checked = 0;
}

static void conclude(const char *what, unsigned at_least)
{
	struct str list = buf_str(&missing);
	if (list.n)
		fail_msg("%s:%.*s", what, STR_ARG(list));
	if (checked < at_least)
		fail_msg("%s: only %u found: is the test still looking in the right place?", what,
		         checked);
}

/* ---- the tests ---- */

static void need_event(struct str event)
{
	if (is_code(event))
		need(arena_printf(arena, "journal.%.*s", STR_ARG(event)),
		     text_has(texts, arena_printf(arena, "journal.%.*s", STR_ARG(event))));
}

/* .event = STR("…"), also both sides of a condition. */
static void need_events_after(struct str s, struct str mark)
{
	size_t at = 0, found;
	struct str word;
	while ((found = str_find(str_from(s, at), mark)) != STR_NONE) {
		at += found + mark.n;
		size_t stop = expression_end(s, at);
		while (next_literal(s, &at, stop, &word))
			need_event(word);
	}
}

/* The event of a row of pages: { GET, "/path", WHO, handler, "event", .about … } */
static void need_events_of_rows(struct str s, struct str mark)
{
	size_t at = 0, found, about;
	struct str path, event;
	while ((found = str_find(str_from(s, at), mark)) != STR_NONE) {
		at += found + 1;
		about = str_find(str_from(s, at), STR(".about"));
		size_t next = at;
		if (about != STR_NONE && next_literal(s, &next, at + about, &path) &&
		    next_literal(s, &next, at + about, &event))
			need_event(event);
	}
}

static void every_event_of_the_journal_has_words(void **state)
{
	struct str s = read_all("src", ".c", false);
	(void)state;
	begin();
	need_events_after(s, STR(".event = "));
	need_events_of_rows(s, STR("{ GET, \"/"));
	need_events_of_rows(s, STR("{ POST, \"/"));
	conclude("events without a row in journal.yaml", 15);
}

/* "error.CODE", the code itself (verdicts), or beside the form of the counter. */
static bool is_said(struct str code)
{
	struct str name = str_from(code, str_rfind_char(code, '.') + 1);
	if (str_starts(code, STR("counter.")) &&
	    text_has(texts, arena_printf(arena, "counter.problem.%.*s", STR_ARG(name))))
		return true;
	return text_has(texts, arena_printf(arena, "error.%.*s", STR_ARG(code))) ||
	       text_has(texts, code);
}

/* fail(err, KIND, "code", …): our own mistakes (ERR_INTERNAL) have the words of
 * their kind. */
static void every_failure_a_person_can_meet_has_words(void **state)
{
	struct str s = read_all("src", ".c", true), code;
	size_t at = 0, found;
	(void)state;
	begin();
	while ((found = str_find(str_from(s, at), STR("fail("))) != STR_NONE) {
		at += found + 5;
		struct str head = str_sub(s, at, 120);
		size_t next = at;
		if (!str_starts(head, STR("err, ")) || str_starts(head, STR("err, ERR_INTERNAL")))
			continue;
		if (next_literal(s, &next, at + 120, &code) && is_code(code))
			need(code, is_said(code));
	}
	conclude("codes without a row \"error.CODE\" in web/text", 40);
}

static void every_verdict_has_its_own_words(void **state)
{
	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const struct verdict_row *r = verdict_row((enum verdict)v);
		assert_true(text_has(texts, str_c(r->key)));
		assert_true(str_eq(text_get(texts, LANG_JA, str_c(r->key)), str_c(r->ja)));
		assert_true(str_eq(text_get(texts, LANG_EN, str_c(r->key)), str_c(r->en)));
		assert_true(str_eq(text_get(texts, LANG_EASY, str_c(r->key)), str_c(r->easy)));
	}
}

static void every_life_event_of_the_packs_has_a_label(void **state)
{
	struct pack_set *packs;
	const struct pack_issue *issues = NULL;
	const struct str *events;
	size_t nissues = 0;
	struct err err = { 0 };
	(void)state;
	good(pack_load(source_path("packs"), arena, &packs, &issues, &nissues, &err), &err);
	size_t n = pack_events(packs, &events);
	begin();
	for (size_t i = 0; i < n; i++) {
		struct str key = arena_printf(arena, "event.%.*s", STR_ARG(events[i]));
		need(key, text_has(texts, key));
	}
	pack_unref(packs);
	conclude("life events without a label", 10);
}

/* CJK ideographs of the basic plane and 々; names of people are data. */
static bool has_kanji(struct str s)
{
	uint32_t cp;
	while (utf8_next(&s, &cp))
		if ((cp >= 0x3400 && cp <= 0x9FFF) || cp == 0x3005 || cp >= 0x20000)
			return true;
	return false;
}

static void every_kanji_of_easy_japanese_has_its_reading(void **state)
{
	(void)state;
	begin();
	for (size_t i = 0; i < texts_count(texts); i++) {
		struct str key = texts_key(texts, i), s = text_get(texts, LANG_EASY, key);
		bool bare = false;
		for (struct ruby_piece p; ruby_next(&s, &p);)
			bare |= (p.kind == RUBY_PLAIN && has_kanji(p.text)) ||
			        (p.kind == RUBY_WORD && has_kanji(p.reading));
		need(key, !bare);
	}
	conclude("rows with kanji that have no reading", 200);
}

/* Keys that are put together in code: events, failures, types of mistakes. */
static bool is_made(struct str key)
{
	static const char *const heads[] = { "journal.", "event.", "error.", "words.",
		"trust.verdict.", "phone.account.", "counter.event.", "counter.role.", "counter.done.",
		"counter.code." };
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (str_starts(key, str_c(heads[i])))
			return true;
	return false;
}

static void no_row_is_left_over(void **state)
{
	struct str pages = read_all("web/templates", ".html", false);
	struct str code = read_all("src", ".c", false);
	(void)state;
	begin();
	for (size_t i = 0; i < texts_count(texts); i++) {
		struct str key = texts_key(texts, i);
		struct str quoted = arena_printf(arena, "\"%.*s\"", STR_ARG(key));
		struct str label = arena_printf(arena, "{{_ %.*s}}", STR_ARG(key));
		need(key, is_made(key) || str_find(pages, label) != STR_NONE ||
		          str_find(code, quoted) != STR_NONE);
	}
	conclude("rows that no template and no code uses", 200);
}

/* The other way round: what code asks for by its whole name is there. The
 * templates' labels are checked when they are loaded. */
static void what_code_asks_for_is_there(void **state)
{
	static const char *const marks[] = { "title_key\"), ", "show_row(v, ", "show_text(v, ",
		"visit_text(v, ", "mistake(v, " };
	struct str s = read_all("src", ".c", false), word;
	(void)state;
	begin();
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t at = 0, found;
		while ((found = str_find(str_from(s, at), str_c(marks[i]))) != STR_NONE) {
			at += found + strlen(marks[i]);
			size_t stop = at + str_find_char(str_from(s, at), ';');
			while (next_literal(s, &at, stop, &word))
				if (is_code(word))
					need(word, text_has(texts, word));
		}
	}
	conclude("keys that code asks for and web/text has not", 20);
}

static void all_templates_load(void **state)
{
	struct templates *t;
	struct err err = { 0 };
	(void)state;
	good(templates_load(source_path("web/templates"), texts, &t, &err), &err);
	templates_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_templates_load),
		cmocka_unit_test(every_event_of_the_journal_has_words),
		cmocka_unit_test(every_failure_a_person_can_meet_has_words),
		cmocka_unit_test(every_verdict_has_its_own_words),
		cmocka_unit_test(every_life_event_of_the_packs_has_a_label),
		cmocka_unit_test(every_kanji_of_easy_japanese_has_its_reading),
		cmocka_unit_test(no_row_is_left_over),
		cmocka_unit_test(what_code_asks_for_is_there),
	};
	struct err err = { 0 };
	arena = arena_new(512 << 20);
	buf_init(&missing, 1 << 20);
	if (is_err(texts_load(source_path("web/text"), &texts, &err))) {
		fprintf(stderr, "%s: %s\n", err.code, err.what);
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	texts_free(texts);
	buf_done(&missing);
	arena_free(arena);
	return failed;
}
