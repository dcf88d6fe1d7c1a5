/* Whatever a browser sends: no crash, no silent mistake, and the same again when
 * it is done again. Numbers are the same on every machine (base/random.h). */
#include "support.h"
#include "base/random.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROUNDS = 1500, RAWS = 14 };

static const struct str words[] = {
	STR_INIT(""), STR_INIT(" "), STR_INIT("a"), STR_INIT("c"), STR_INIT("x"), STR_INIT("y"),
	STR_INIT("yes"), STR_INIT("no"), STR_INIT("m2"), STR_INIT("m9"), STR_INIT("0"),
	STR_INIT("5"), STR_INIT("２０２６"), STR_INIT("11"), STR_INIT("31"), STR_INIT("令和"),
	STR_INIT("元"), STR_INIT("りんご"), STR_INIT("カガ"), STR_INIT("ordinary"), STR_INIT("0990"),
	STR_INIT("090-1234-5678"), STR_INIT("a@b.jp"), STR_INIT("2026-02-30"), STR_INIT("{\"a\":1}"),
	STR_INIT("\xff\xfe"), STR_INIT("\xed\xa0\x80"), STR_INIT("\x01"), STR_INIT("それ"),
	STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
};

static const char *const parts[] = { "", "", "", ".year", ".month", ".day", ".era", ".bank",
	".branch", ".kind", ".number", ".holder", ".x", "[]" };

#define PICK(r, list) list[rng_below((r), sizeof(list) / sizeof *(list))]

static size_t random_raw(struct rng *r, struct arena *a, const struct pack_page *page,
                         struct form_raw out[RAWS])
{
	size_t n = rng_below(r, RAWS + 1);
	for (size_t i = 0; i < n; i++) {
		struct str id = page->fields[rng_below(r, page->nfields)].id;
		out[i].name = arena_printf(a, "%.*s%s", STR_ARG(id), PICK(r, parts));
		out[i].value = PICK(r, words);
	}
	return n;
}

static int random_item(struct rng *r, struct form *f, const struct pack_page *page)
{
	size_t n;
	struct err err = { 0 };
	if (page->group.n == 0)
		return FORM_NO_ITEM;
	good(form_items(f, page, &n, &err), &err);
	return n ? (int)rng_below(r, n) : FORM_NO_ITEM;
}

static bool reported(const struct form_taken *t, const struct form_error *e)
{
	for (size_t i = 0; i < t->nerrors; i++)
		if (t->errors[i].field == e->field)
			return true;
	return false;
}

/* Faults of what was taken now; those of fields nobody saw yet do not count. */
static void nothing_is_silent(struct form *f, const struct pack_page *page, int item,
                              const struct form_taken *t)
{
	const struct form_error *e;
	size_t n;
	struct err err = { 0 };
	(void)f;
	good(form_errors(t->form, page, item, &e, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		if (!t->more && !reported(t, &e[i]))
			fail_msg("silent: %.*s %.*s", e[i].field ? (int)e[i].field->id.n : 0,
			         e[i].field ? e[i].field->id.p : "", STR_ARG(e[i].key));
}

static void clean_is_stable(struct arena *a, struct form *f)
{
	const struct json *once, *twice;
	struct err err = { 0 };
	good(form_clean(f, &once, &err), &err);
	/* What is kept is a text the store takes and JSON reads back. */
	const struct json *back;
	struct str text = json_to_str(a, once);
	good(json_parse(a, text, &back, &err), &err);
	assert_true(json_equal(back, once));
	struct form *again = open_form(a, form_procedure(f), given_facts(a), once);
	good(form_clean(again, &twice, &err), &err);
	assert_str(json_to_str(a, twice), text);
}

static void random_input_is_taken_calmly(void **state)
{
	struct rng r;
	struct arena *a = arena_new(0);
	const struct json *answers = json_of(a, "{}");
	BUF_AUTO kept;
	(void)state;
	buf_init(&kept, 1 << 20);
	rng_seed(&r, 20261120);
	for (int i = 0; i < ROUNDS; i++) {
		struct form_raw raw[RAWS];
		struct err err = { 0 };
		struct form_taken t, u;
		struct form *f = open_form(a, ALL_FIELDS, given_facts(a), answers);
		const struct pack_page *page = &ALL_FIELDS->pages[rng_below(&r, ALL_FIELDS->npages)];
		if (page->group.n && !page->group_from && rng_chance(&r, 1, 2) &&
		    is_ok(form_item_add(f, page, &answers, &err)))
			f = open_form(a, ALL_FIELDS, given_facts(a), answers);
		int item = random_item(&r, f, page);
		size_t n = random_raw(&r, a, page, raw);
		good(form_take(f, page, item, raw, n, &t, &err), &err);
		nothing_is_silent(f, page, item, &t);
		good(form_take(t.form, page, item, raw, n, &u, &err), &err);
		if (!t.more)
			assert_str(json_to_str(a, u.answers), json_to_str(a, t.answers));
		clean_is_stable(a, t.form);
		/* Only what is kept lives on. */
		buf_clear(&kept);
		buf_add(&kept, i % 50 == 49 ? STR("{}") : json_to_str(a, t.answers));
		arena_reset(a);
		good(json_parse(a, arena_str(a, buf_str(&kept)), &answers, &err), &err);
	}
	arena_free(a);
}

/* Stored answers of any shape (an older program, a bug) open without harm. */
static const struct json *random_json(struct rng *r, struct arena *a, int depth)
{
	switch (rng_below(r, depth > 0 ? 6 : 4)) {
	case 0: return json_null();
	case 1: return json_bool(rng_chance(r, 1, 2));
	case 2: return json_num(a, rng_between(r, -3, 20));
	case 3: {
		struct str s = PICK(r, words);
		return json_str(a, utf8_valid(s) ? s : STR("x"));
	}
	case 4: {
		struct json_array *list = json_array_new(a);
		for (size_t n = rng_below(r, 4); n > 0; n--)
			json_push(list, random_json(r, a, depth - 1));
		return json_array_done(list);
	}
	default: {
		static const struct str keys[] = { STR_INIT("who"), STR_INIT("words"), STR_INIT("numbers"),
			STR_INIT("picks"), STR_INIT("people"), STR_INIT("bank"), STR_INIT("files"),
			STR_INIT("kids"), STR_INIT("others"), STR_INIT("id"), STR_INIT("one"),
			STR_INIT("some"), STR_INIT("day"), STR_INIT("account"), STR_INIT("with"),
			STR_INIT("photo"), STR_INIT("raise"), STR_INIT("count"), STR_INIT("yes"),
			STR_INIT("short"), STR_INIT("申請者"), STR_INIT("世帯") };
		struct json_object *o = json_object_new(a);
		for (size_t n = rng_below(r, 6); n > 0; n--)
			json_put(o, PICK(r, keys), random_json(r, a, depth - 1));
		return json_object_done(o);
	}
	}
}

static void answers_of_any_shape_open(void **state)
{
	struct rng r;
	struct arena *a = arena_new(0);
	(void)state;
	rng_seed(&r, 7);
	for (int i = 0; i < ROUNDS; i++) {
		struct err err = { 0 };
		const struct form_error *e;
		size_t n;
		const struct json *out;
		arena_reset(a);
		struct form *f = open_form(a, ALL_FIELDS, given_facts(a), random_json(&r, a, 4));
		good(form_errors(f, NULL, FORM_NO_ITEM, &e, &n, &err), &err);
		good(form_clean(f, &out, &err), &err);
		for (size_t p = 0; p < ALL_FIELDS->npages; p++)
			for (size_t k = 0; k < ALL_FIELDS->pages[p].nfields; k++) {
				struct form_field ff;
				if (is_ok(form_field(f, &ALL_FIELDS->pages[p],
				                     ALL_FIELDS->pages[p].group.n ? 0 : FORM_NO_ITEM,
				                     &ALL_FIELDS->pages[p].fields[k], &ff, NULL)))
					(void)form_show(f, ff.field, ff.value, LANG_JA);
			}
		clean_is_stable(a, f);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_input_is_taken_calmly),
		cmocka_unit_test(answers_of_any_shape_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
