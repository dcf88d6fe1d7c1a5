/* The rows of web/text: read from YAML, checked whole, kept per language.
 *
 * A row is refused unless it has all three languages, sound ruby markup, and
 * the same placeholders in each, so that no language can lag behind in silence. */
#include "net/text.h"

#include <assert.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "net/dir.h"
#include "net/ruby.h"

enum { TEXTS_BYTES_MAX = 64 << 20, FILE_ARENA = 32 << 20 };

struct row {
	struct str text[LANG_COUNT];
};

struct texts {
	struct arena *arena;
	struct map rows; /* key -> struct row */
};

static const struct str names[] = {
	[LANG_JA] = STR_INIT("ja"), [LANG_EN] = STR_INIT("en"), [LANG_EASY] = STR_INIT("easy"),
};
_Static_assert(sizeof names / sizeof names[0] == LANG_COUNT, "a language has no name");

enum lang lang_parse(struct str s, enum lang dflt)
{
	for (enum lang l = 0; l < LANG_COUNT; l++)
		if (str_eq(s, names[l]))
			return l;
	return dflt;
}

struct str lang_name(enum lang l)
{
	return names[l];
}

struct str lang_html(enum lang l)
{
	return l == LANG_EN ? STR("en") : STR("ja");
}

struct where {
	struct str file;
	uint32_t line;
	struct str key;
};

static struct result bad(struct err *err, const struct where *w, const char *why)
{
	return fail(err, ERR_INPUT, "text.row", NULL, "%.*s:%u: %.*s: %s", STR_ARG(w->file), w->line,
	            STR_ARG(w->key), why);
}

static bool key_ok(struct str key)
{
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == '_'))
			return false;
	}
	return key.n > 0;
}

/* {~x} and {x} are the same value, shown with or without readings. */
static struct str hole_name(struct str hole)
{
	return str_starts(hole, STR("~")) ? str_from(hole, 1) : hole;
}

static bool has_hole(struct str marked, struct str hole)
{
	for (struct ruby_piece p; ruby_next(&marked, &p);)
		if (p.kind == RUBY_HOLE && str_eq(hole_name(p.text), hole_name(hole)))
			return true;
	return false;
}

/* Every hole of x is one of y. */
static bool holes_within(struct str x, struct str y)
{
	for (struct ruby_piece p; ruby_next(&x, &p);)
		if (p.kind == RUBY_HOLE && !has_hole(y, p.text))
			return false;
	return true;
}

static struct result read_row(struct texts *t, struct where *w, const struct json *j,
                              struct err *err)
{
	if (!key_ok(w->key))
		return bad(err, w, "a key has a-z, 0-9, '.', '-' and '_' only");
	if (!json_is(j, JSON_OBJECT) || j->n != LANG_COUNT)
		return bad(err, w, "expected { ja: …, en: …, easy: … }");
	struct row *row = ARENA_NEW(t->arena, struct row);
	for (enum lang l = 0; l < LANG_COUNT; l++) {
		const struct json *v = json_get(j, names[l]);
		if (!json_is(v, JSON_STRING) || str_empty(str_trim(v->text)))
			return bad(err, w, "a language is missing or is no text");
		if (!ruby_check(v->text))
			return bad(err, w, "unsound {…|…} or {…}");
		row->text[l] = arena_str(t->arena, v->text);
	}
	for (enum lang l = 1; l < LANG_COUNT; l++)
		if (!holes_within(row->text[0], row->text[l]) ||
		    !holes_within(row->text[l], row->text[0]))
			return bad(err, w, "the languages have different {placeholders}");
	if (!map_put(&t->rows, arena_str(t->arena, w->key), row))
		return bad(err, w, "this key exists already");
	return ok();
}

static struct result read_file(void *ctx, const struct dir_file *f, struct err *err)
{
	struct texts *t = ctx;
	ARENA_AUTO a = arena_new(FILE_ARENA);
	const struct json *j;
	struct err inner = { 0 };
	if (is_err(yaml_parse(a, f->bytes, &j, NULL, &inner)))
		return fail(err, inner.kind, "text.yaml", inner.clause, "%.*s: %s", STR_ARG(f->path),
		            inner.what);
	struct where w = { f->path, 1, STR("") };
	if (json_is(j, JSON_NULL))
		return ok(); /* nothing but comments */
	if (!json_is(j, JSON_OBJECT))
		return bad(err, &w, "expected rows");
	for (size_t i = 0; i < j->n; i++) {
		w.key = j->keys[i];
		w.line = j->items[i].line;
		TRY(read_row(t, &w, &j->items[i], err));
	}
	return ok();
}

struct result texts_load(struct str dir, struct texts **ret, struct err *err)
{
	struct texts *t = MEM_NEW(struct texts);
	t->arena = arena_new(TEXTS_BYTES_MAX);
	map_init(&t->rows, t->arena);
	struct result r = dir_each(dir, STR(".yaml"), read_file, t, err);
	if (is_err(r)) {
		texts_free(t);
		return r;
	}
	*ret = t;
	return ok();
}

void texts_free(struct texts *t)
{
	if (!t)
		return;
	arena_free(t->arena);
	mem_free(t);
}

struct str text_get(const struct texts *t, enum lang l, struct str key)
{
	assert(l < LANG_COUNT);
	const struct row *row = map_get(&t->rows, key);
	return row ? row->text[l] : key;
}

bool text_has(const struct texts *t, struct str key)
{
	return map_get(&t->rows, key) != NULL;
}

size_t texts_count(const struct texts *t)
{
	return t->rows.n;
}

struct str texts_key(const struct texts *t, size_t i)
{
	assert(i < t->rows.n);
	return t->rows.entries[i].key;
}
