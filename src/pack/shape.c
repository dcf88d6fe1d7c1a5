/* Reads mappings by their tables (pack/shape.h).
 *
 * A mistake never stops the reading: what cannot be read stays empty, so that
 * later checks see zeroed memory and the author sees every mistake at once.
 * Whoever uses what was read therefore checks for emptiness first. */
#include "pack/shape.h"

#include <stdio.h>

#include "base/text.h"
#include "pack/easy.h"

static void read_row(struct load *l, const struct row *row, const struct json *node, void *obj);

static const char *kind_name(const struct json *node)
{
	static const char *const names[] = {
		[JSON_NULL] = "nothing", [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
		[JSON_STRING] = "a text", [JSON_ARRAY] = "a list", [JSON_OBJECT] = "a mapping",
	};
	return node ? names[node->kind] : "nothing";
}

static void expected(struct load *l, const struct json *node, const char *key, const char *what,
                     struct str hint)
{
	if (node && (node->kind == JSON_STRING || node->kind == JSON_NUMBER))
		mistake(l, node, hint, "`%s` must be %s, found '%.*s'", key, what,
		        (int)utf8_cut(node->text, 60).n, node->text.p);
	else
		mistake(l, node, hint, "`%s` must be %s, found %s", key, what, kind_name(node));
}

bool shape_str(struct load *l, const struct json *node, const char *key, struct str *ret)
{
	if (!json_is(node, JSON_STRING)) {
		bool quotable = json_is(node, JSON_NUMBER) || json_is(node, JSON_BOOL);
		expected(l, node, key, "a text", quotable ? STR("put it in quotes") : STR(""));
		return false;
	}
	if (str_empty(str_trim(node->text))) {
		mistake(l, node, STR(""), "`%s` is empty", key);
		return false;
	}
	if (text_has_control_line(node->text)) {
		mistake(l, node, STR("remove it; characters outside the standards need variation sequences"),
		        "`%s` holds a control, invisible or private character", key);
		return false;
	}
	*ret = node->text;
	return true;
}

bool shape_name(struct load *l, const struct json *node, const char *key, struct str *ret)
{
	struct str s;
	if (!shape_str(l, node, key, &s))
		return false;
	if (!word_is_name(s)) {
		mistake(l, node, STR("letters, digits and _, parts joined by dots, no word of FEEL: contact.phone"),
		        "`%s`: '%.*s' is no name that expressions can read", key,
		        (int)utf8_cut(s, 60).n, s.p);
		return false;
	}
	*ret = s;
	return true;
}

static void report_ruby(struct load *l, const struct json *node, const char *key,
                        const char *lang, enum easy_fault fault, struct str word)
{
	static const struct { const char *what; struct str hint; } rows[] = {
		[EASY_BRACES] = { "has braces that make no ruby", STR_INIT("ruby is written {漢字|かんじ}") },
		[EASY_HOLE] = { "has braces without a reading", STR_INIT("ruby is written {漢字|かんじ}") },
		[EASY_READING] = { "has a reading that is not kana", STR_INIT("ruby is written {漢字|かんじ}") },
		[EASY_BARE] = { "has kanji without a reading", STR_INIT("") },
	};
	struct str shown = utf8_cut(word, 60), hint = rows[fault].hint;
	if (fault == EASY_BARE)
		hint = arena_printf(l->arena, "write {%.*s|…}", STR_ARG(shown));
	mistake(l, node, hint, "`%s.%s` %s: %.*s", key, lang, rows[fault].what, STR_ARG(shown));
}

static const char *const lang_keys[LANG_COUNT] = { "ja", "en", "easy" };

static void check_lang(struct load *l, const struct json *node, const char *key, enum lang lang,
                       struct str *ret)
{
	char path[80];
	snprintf(path, sizeof path, "%.60s.%s", key, lang_keys[lang]);
	struct str s, word;
	if (!shape_str(l, node, path, &s))
		return;
	enum easy_fault fault = easy_check(s, lang == LANG_EASY, &word);
	if (fault != EASY_FINE)
		report_ruby(l, node, key, lang_keys[lang], fault, word);
	*ret = s;
}

bool shape_text(struct load *l, const struct json *node, const char *key, bool plain,
                struct ptext *ret)
{
	if (plain && json_is(node, JSON_STRING)) {
		struct str s;
		if (!shape_str(l, node, key, &s))
			return false;
		for (int i = 0; i < LANG_COUNT; i++)
			ret->t[i] = s;
		return true;
	}
	if (!json_is(node, JSON_OBJECT)) {
		expected(l, node, key, "a text in three languages", STR("write { ja: …, en: …, easy: … }"));
		return false;
	}
	for (size_t i = 0; i < node->n; i++) {
		int lang = 0;
		while (lang < LANG_COUNT && !str_eq(node->keys[i], str_c(lang_keys[lang])))
			lang++;
		if (lang == LANG_COUNT)
			mistake_key(l, node, i, STR("the languages are ja, en and easy; a text with a comma needs quotes"),
			            "`%s` has an unknown language '%.*s'", key,
			            (int)utf8_cut(node->keys[i], 60).n, node->keys[i].p);
		else
			check_lang(l, &node->items[i], key, (enum lang)lang, &ret->t[lang]);
	}
	for (int i = 0; i < LANG_COUNT; i++) {
		if (!json_get(node, str_c(lang_keys[i])))
			mistake(l, node, STR(""), "`%s` has no `%s`", key, lang_keys[i]);
	}
	return true;
}

static bool read_count(struct load *l, const struct json *node, const char *key, int64_t max,
                       int64_t *ret)
{
	int64_t v;
	if (!json_int(node, &v) || v < 0 || v > max) {
		char what[80];
		snprintf(what, sizeof what, "a whole number from 0 to %lld", (long long)max);
		expected(l, node, key, what, STR(""));
		return false;
	}
	*ret = v;
	return true;
}

static bool read_size(struct load *l, const struct json *node, const char *key, size_t *ret)
{
	enum { SIZE_MAX_MB = 100 };
	static const struct { struct str unit; size_t bytes; } units[] = {
		{ STR_INIT("KB"), 1u << 10 }, { STR_INIT("MB"), 1u << 20 },
	};
	struct str s = json_text(node);
	size_t digits = 0;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	uint64_t v = 0;
	struct str unit = str_trim(str_from(s, digits));
	for (size_t i = 0; i < 2; i++) {
		if (!str_eq_nocase(unit, units[i].unit) || !str_to_u64(str_sub(s, 0, digits), &v))
			continue;
		if (v == 0 || v > ((uint64_t)SIZE_MAX_MB << 20) / units[i].bytes)
			break;
		*ret = (size_t)v * units[i].bytes;
		return true;
	}
	expected(l, node, key, "a size up to 100 MB", STR("write it like: 10 MB"));
	return false;
}

static bool read_word(struct load *l, const struct json *node, const char *key,
                      const struct word *words, int *ret)
{
	enum { WORDS_MAX = 32 };
	struct str all[WORDS_MAX];
	size_t n = 0;
	struct str s;
	if (!shape_str(l, node, key, &s))
		return false;
	for (; words[n].word && n < WORDS_MAX; n++) {
		all[n] = str_c(words[n].word);
		if (str_eq(s, all[n])) {
			*ret = words[n].value;
			return true;
		}
	}
	struct str hint = near_hint(l->arena, s, all, n);
	if (str_empty(hint)) {
		hint = arena_printf(l->arena, "one of: %s", words[0].word);
		for (size_t i = 1; i < n; i++)
			hint = arena_printf(l->arena, "%.*s, %s", STR_ARG(hint), words[i].word);
	}
	mistake(l, node, hint, "`%s`: unknown word '%.*s'", key, (int)utf8_cut(s, 60).n, s.p);
	return false;
}

/* A list with at least one item and at most PACK_LIST_MAX. */
static size_t list_length(struct load *l, const struct json *node, const char *key,
                          const char *what)
{
	if (!json_is(node, JSON_ARRAY)) {
		expected(l, node, key, what, STR(""));
		return 0;
	}
	if (node->n > PACK_LIST_MAX) {
		mistake(l, node, STR(""), "`%s` has %zu items, at most %d", key, node->n, PACK_LIST_MAX);
		return 0;
	}
	return node->n;
}

static void read_strs(struct load *l, const struct json *node, const struct row *row, void *obj)
{
	size_t n = list_length(l, node, row->key, "a list of texts");
	struct str *list = ARENA_ARRAY(l->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		(void)shape_str(l, &node->items[i], row->key, &list[i]);
	*(const struct str **)(void *)((char *)obj + row->at) = list;
	*(size_t *)(void *)((char *)obj + row->count_at) = n;
}

static void read_texts(struct load *l, const struct json *node, const struct row *row, void *obj)
{
	size_t n = list_length(l, node, row->key, "a list of texts in three languages");
	struct ptext *list = ARENA_ARRAY(l->arena, struct ptext, n + 1);
	for (size_t i = 0; i < n; i++)
		(void)shape_text(l, &node->items[i], row->key, false, &list[i]);
	*(const struct ptext **)(void *)((char *)obj + row->at) = list;
	*(size_t *)(void *)((char *)obj + row->count_at) = n;
}

void *shape_list(struct load *l, const struct shape *shape, const struct json *node,
                 const char *key, size_t *ret_n)
{
	size_t n = list_length(l, node, key, "a list");
	char *list = arena_array(l->arena, n + 1, shape->size);
	*ret_n = n; /* an item that is no mapping stays zeroed, so that places keep their number */
	for (size_t i = 0; i < n; i++)
		(void)shape_read(l, shape, &node->items[i], list + i * shape->size);
	return list;
}

static void read_expr(struct load *l, const struct json *node, const struct row *row,
                      const struct feel_expr **dest)
{
	if (!node || node->kind == JSON_NULL || node->kind >= JSON_ARRAY
	    || (node->kind == JSON_STRING && str_empty(str_trim(node->text)))) {
		expected(l, node, row->key, "an expression", STR("a fixed text is written '\"…\"'"));
		return;
	}
	pend(l, node, dest, row->scope != SCOPE_SAME ? row->scope : l->scope, row->early);
}

static void read_named(struct load *l, const struct json *node, const struct row *row, void *obj)
{
	if (!json_is(node, JSON_OBJECT) || node->n > PACK_LIST_MAX) {
		expected(l, node, row->key, "a mapping of names to expressions", STR(""));
		return;
	}
	struct pack_value *list = ARENA_ARRAY(l->arena, struct pack_value, node->n + 1);
	for (size_t i = 0; i < node->n; i++) {
		list[i].name = node->keys[i];
		if (!word_is_name(list[i].name))
			mistake_key(l, node, i, STR(""), "'%.*s' is no name that expressions can read",
			            (int)utf8_cut(list[i].name, 60).n, list[i].name.p);
		read_expr(l, &node->items[i], row, &list[i].expr);
	}
	*(const struct pack_value **)(void *)((char *)obj + row->at) = list;
	*(size_t *)(void *)((char *)obj + row->count_at) = node->n;
}

static void read_date(struct load *l, const struct json *node, const char *key, struct str *ret)
{
	struct str s;
	if (!shape_str(l, node, key, &s))
		return;
	if (word_is_date(s))
		*ret = s;
	else
		expected(l, node, key, "a date that exists", STR("write it like: 2026-04-01"));
}

static void read_bool(struct load *l, const struct json *node, const char *key, bool *ret)
{
	if (json_is(node, JSON_BOOL))
		*ret = node->boolean;
	else
		expected(l, node, key, "true or false", STR(""));
}

static void read_row(struct load *l, const struct row *row, const struct json *node, void *obj)
{
	void *at = (char *)obj + row->at;
	int64_t number = 0;
	switch (row->kind) {
	case ROW_STR: (void)shape_str(l, node, row->key, at); break;
	case ROW_NAME: (void)shape_name(l, node, row->key, at); break;
	case ROW_DATE: read_date(l, node, row->key, at); break;
	case ROW_TEXT: (void)shape_text(l, node, row->key, false, at); break;
	case ROW_LABEL: (void)shape_text(l, node, row->key, true, at); break;
	case ROW_BOOL: read_bool(l, node, row->key, at); break;
	case ROW_COUNT:
		if (read_count(l, node, row->key, INT64_C(999999999999), &number))
			*(size_t *)at = (size_t)number;
		break;
	case ROW_DAYS:
		if (read_count(l, node, row->key, 36500, &number))
			*(uint32_t *)at = (uint32_t)number;
		break;
	case ROW_SIZE: (void)read_size(l, node, row->key, at); break;
	case ROW_WORD: (void)read_word(l, node, row->key, row->words, at); break;
	case ROW_STRS: read_strs(l, node, row, obj); break;
	case ROW_TEXTS: read_texts(l, node, row, obj); break;
	case ROW_EXPR: read_expr(l, node, row, at); break;
	case ROW_NODE: *(const struct json **)at = node; break;
	case ROW_MAP: (void)shape_read(l, row->shape, node, at); break;
	case ROW_LIST:
		*(void **)at = shape_list(l, row->shape, node, row->key,
		                          (size_t *)(void *)((char *)obj + row->count_at));
		break;
	case ROW_NAMED: read_named(l, node, row, obj); break;
	case ROW_CALL: row->call(l, node, obj); break;
	case ROW_KINDS: break;
	}
}

static void report_unknown(struct load *l, const struct shape *shape, const struct json *node,
                           size_t i)
{
	enum { KEYS_MAX = 64 };
	struct str keys[KEYS_MAX];
	size_t n = 0;
	for (; shape->rows[n].key && n < KEYS_MAX; n++)
		keys[n] = str_c(shape->rows[n].key);
	struct str key = utf8_cut(node->keys[i], 60);
	mistake_key(l, node, i, near_hint(l->arena, key, keys, n), "%s has no key '%.*s'",
	            shape->what, STR_ARG(key));
}

/* Rows are read in the order of the table, not of the file: a later row may
 * rely on what an earlier one set. */
bool shape_read(struct load *l, const struct shape *shape, const struct json *node, void *obj)
{
	if (!json_is(node, JSON_OBJECT)) {
		mistake(l, node, STR(""), "%s must be a mapping, found %s", shape->what, kind_name(node));
		return false;
	}
	if (shape->has_line)
		*(uint32_t *)(void *)((char *)obj + shape->line_at) = node->line;
	if (shape->enter)
		shape->enter(l, node, obj);
	for (const struct row *row = shape->rows; row->key; row++) {
		const struct json *value = json_get(node, str_c(row->key));
		if (value)
			read_row(l, row, value, obj);
		else if (row->required)
			mistake(l, node, STR(""), "%s needs `%s`", shape->what, row->key);
	}
	for (size_t i = 0; i < node->n; i++) {
		const struct row *row = shape->rows;
		while (row->key && !str_eq(node->keys[i], str_c(row->key)))
			row++;
		if (!row->key)
			report_unknown(l, shape, node, i);
	}
	if (shape->leave)
		shape->leave(l, node, obj);
	return true;
}
