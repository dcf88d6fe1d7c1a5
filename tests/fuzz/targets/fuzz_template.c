/* Templates, their ruby markup and the escaping they promise. NUL bytes cut the
 * input: a template, a marked text, a context in JSON. Templates are our own
 * files; still no file of a pack may bring the node down at start. */
#include <assert.h>

#include "net/html.h"
#include "net/ruby.h"
#include "net/template_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char EVIL[] = "<evil-tag a='\" b=\">&";

static bool has_evil_tag(struct str s)
{
	return str_find(s, STR("<evil-tag")) != STR_NONE;
}

static const struct json *evil_context(struct arena *a)
{
	static const char *const names[] = { "a", "b", "x", "title", "a_html" };
	struct json_object *o = json_object_new(a);
	for (size_t i = 0; i < 4; i++)
		json_put_str(o, str_c(names[i]), str_c(EVIL));
	struct json_array *list = json_array_new(a);
	for (int i = 0; i < 3; i++)
		json_push(list, json_str(a, str_c(EVIL)));
	json_put(o, STR("list"), json_array_done(list));
	json_put_bool(o, STR("yes"), true);
	return json_object_done(o);
}

static void check_template(struct arena *a, struct str source, const struct json *foreign)
{
	struct templates t = { .arena = a };
	struct template x = { .name = STR("x"), .file = STR("x.html") };
	struct err err;
	map_init(&t.by_name, a);
	if (is_err(template_compile(&t, &x, arena_str(a, source), &err))) {
		assert(str_starts(str_c(err.what), STR("x.html:")));
		return;
	}
	map_put(&t.by_name, x.name, &x);
	for (size_t i = 0; i < x.n; i++) {
		if (x.ops[i].kind == OP_PARTIAL)
			x.ops[i].partial = &x; /* calls itself: the depth must hold */
		if (x.ops[i].kind == OP_LABEL_AT)
			return;                /* needs texts */
	}
	BUF_AUTO out;
	buf_init(&out, 1 << 20);
	struct result r = template_render(&t, STR("x"), LANG_JA, evil_context(a), &out, NULL);
	(void)r; /* too deep and too large are fine */
	if (!has_evil_tag(source))
		assert(!has_evil_tag(buf_str(&out)));
	buf_clear(&out);
	r = template_render(&t, STR("x"), LANG_EASY, foreign, &out, NULL);
}

static void check_marked(struct arena *a, struct str marked)
{
	struct str rest = marked;
	size_t n = 0;
	for (struct ruby_piece p; ruby_next(&rest, &p); n++)
		assert(p.text.n > 0);
	assert(n <= marked.n);
	struct str html = text_html(a, marked), plain = text_plain(a, marked);
	assert(plain.n <= marked.n);
	assert(!has_evil_tag(html) && str_find(html, STR("<script")) == STR_NONE);
	html_url_ok(marked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_of((const char *)data, size), source, marked;
	if (size > 1 << 16)
		return 0;
	ARENA_AUTO a = arena_new(0);
	const struct json *foreign = NULL;
	str_cut(in, '\0', &source, &in);
	str_cut(in, '\0', &marked, &in);
	if (is_err(json_parse(a, in, &foreign, NULL)))
		foreign = NULL;
	check_template(a, source, foreign);
	check_marked(a, marked);
	return 0;
}
