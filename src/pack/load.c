/* Loading: the folder is read whole, then its files in the order in which they
 * need each other: packs, datasets, letters, procedures.
 *
 * Bounded: PACK_FILE_MAX bytes a file, PACK_BYTES_MAX in all, so that a hostile
 * folder costs a message and not the process. */
#include "pack/load.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "base/yaml.h"
#include "net/dir.h"
#include "pack/set.h"

struct file {
	struct source src;
	struct str pack;
	enum pack_file kind;
};

struct folder {
	struct load *load;
	struct file *files;
	size_t n, bytes;
	bool full;
	struct source published; /* file "" when there is none */
};

/* --- mistakes --- */

static void PRINTF(5, 0) say(struct load *l, struct place at, bool warning, struct str hint,
                             const char *fmt, va_list ap)
{
	char text[600];
	int n = vsnprintf(text, sizeof text, fmt, ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	struct str s = utf8_cut(str_of(text, len), len);
	issue_add(&l->issues, l->src, at, warning, hint, "%.*s", STR_ARG(s));
}

void mistake(struct load *l, const struct json *at, struct str hint, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(l, place_of(at), false, hint, fmt, ap);
	va_end(ap);
}

void mistake_key(struct load *l, const struct json *map, size_t i, struct str hint,
                 const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	/* Looking for the place costs; a hostile file has mistakes without end. */
	bool kept = l->issues.n < PACK_ISSUES_MAX;
	say(l, kept ? place_of_key(l->src, map, i) : place_of(map), false, hint, fmt, ap);
	va_end(ap);
}

void remark(struct load *l, const struct json *at, struct str hint, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(l, place_of(at), true, hint, fmt, ap);
	va_end(ap);
}

const struct json *where(const struct json *map, const char *key)
{
	const struct json *value = json_get(map, str_c(key));
	return value ? value : map;
}

/* --- reading --- */

void load_init(struct load *l, struct arena *a, struct pack_set *set)
{
	*l = (struct load){ .arena = a, .set = set, .pending_end = &l->pending };
	issues_init(&l->issues, a);
	map_init(&l->datasets, a);
	map_init(&l->letters, a);
	map_init(&l->rules, a);
	map_init(&l->fields, a);
}

const struct json *load_text(struct load *l, struct str file, struct str text)
{
	struct source *src = ARENA_NEW(l->arena, struct source);
	*src = (struct source){ file, text };
	l->src = src;
	struct err err = { 0 };
	uint32_t line = 1;
	const struct json *root;
	if (is_ok(yaml_parse(l->arena, text, &root, &line, &err)))
		return root;
	/* The parser names its place itself; ours stands beside the message. */
	struct str what = str_c(err.what);
	size_t colon = str_find(what, STR(": "));
	uint64_t col = 1;
	if (str_starts(what, STR("line ")) && colon != STR_NONE) {
		struct str before = str_sub(what, 0, colon);
		(void)str_to_u64(str_from(before, str_rfind_char(before, ' ') + 1), &col);
		what = str_from(what, colon + 2);
	}
	issue_add(&l->issues, src, (struct place){ line ? line : 1, (uint32_t)col }, false, STR(""),
	          "YAML: %.*s", STR_ARG(what));
	return NULL;
}

static void load_file(struct load *l, const struct file *f)
{
	l->pack = f->pack;
	const struct json *root = load_text(l, f->src.file, f->src.text);
	struct procedure *p;
	if (!root)
		return;
	switch (f->kind) {
	case FILE_PACK: load_pack_head(l, root); break;
	case FILE_DATASET: load_dataset(l, root); break;
	case FILE_LETTER: load_letter(l, root); break;
	case FILE_TABLE: load_rule(l, root, false); break;
	case FILE_PARAMETER: load_rule(l, root, true); break;
	case FILE_PROCEDURE:
		p = load_procedure(l, root);
		if (p && set_has(l->set, p->id, p->version))
			mistake(l, where(root, "version"), STR("a new version takes a new date"),
			        "version %.*s of '%.*s' exists already", STR_ARG(p->version),
			        STR_ARG(p->id));
		else if (p)
			set_add(l->set, p);
		break;
	}
}

/* What a file is, by its place: PACK/pack.yaml, PACK/FOLDER/name.yaml. */
static bool kind_of(struct str name, struct str *ret_pack, enum pack_file *ret)
{
	static const struct { struct str folder; enum pack_file kind; } rows[] = {
		{ STR_INIT("datasets"), FILE_DATASET }, { STR_INIT("letters"), FILE_LETTER },
		{ STR_INIT("procedures"), FILE_PROCEDURE }, { STR_INIT("tables"), FILE_TABLE },
		{ STR_INIT("parameters"), FILE_PARAMETER },
	};
	struct str pack, rest, folder, leaf;
	if (!str_cut(name, '/', &pack, &rest))
		return false;
	*ret_pack = pack;
	*ret = FILE_PACK;
	if (str_eq(rest, STR("pack.yaml")))
		return true;
	if (!str_cut(rest, '/', &folder, &leaf) || str_find_char(leaf, '/') != STR_NONE)
		return false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (str_eq(folder, rows[i].folder)) {
			*ret = rows[i].kind;
			return str_ends(leaf, STR(".yaml"));
		}
	}
	return false;
}

static struct result take_file(void *ctx, const struct dir_file *f, struct err *err)
{
	(void)err;
	struct folder *x = ctx;
	struct load *l = x->load;
	struct file file = { .src = { .file = arena_str(l->arena, f->name) } };
	struct place top = { 1, 1 };
	if (str_ends(f->name, STR(".md")) || x->full)
		return ok();
	if (str_eq(f->name, STR("PUBLISHED")) && f->bytes.n <= PACK_FILE_MAX) {
		x->published = (struct source){ file.src.file, arena_str(l->arena, f->bytes) };
		return ok();
	}
	if (!kind_of(file.src.file, &file.pack, &file.kind)) {
		issue_add(&l->issues, &file.src, top, false,
		          STR("PACK/pack.yaml, and *.yaml in PACK/datasets, letters, parameters, procedures, tables"),
		          "no place for a file of packs");
		return ok();
	}
	if (f->bytes.n > PACK_FILE_MAX) {
		issue_add(&l->issues, &file.src, top, false, STR("split it"),
		          "the file has %zu bytes, at most %d", f->bytes.n, PACK_FILE_MAX);
		return ok();
	}
	x->bytes += f->bytes.n;
	if (x->n == PACK_FILES_MAX || x->bytes > PACK_BYTES_MAX) {
		x->full = true;
		issue_add(&l->issues, &file.src, top, false, STR(""),
		          "too much: more than %d files or %d bytes", PACK_FILES_MAX, PACK_BYTES_MAX);
		return ok();
	}
	file.src.text = arena_str(l->arena, f->bytes);
	x->files[x->n++] = file;
	return ok();
}

/* A folder without pack.yaml has no name for people. */
static void check_heads(struct load *l, const struct folder *x)
{
	for (size_t i = 0; i < x->n; i++) {
		bool found = false, first = true;
		for (size_t k = 0; k < x->n; k++) {
			if (!str_eq(x->files[k].pack, x->files[i].pack))
				continue;
			found |= x->files[k].kind == FILE_PACK;
			first &= k >= i;
		}
		if (!found && first)
			issue_add(&l->issues, &x->files[i].src, (struct place){ 1, 1 }, false,
			          STR("pack: NAME and title: { ja: …, en: …, easy: … }"),
			          "the pack '%.*s' has no pack.yaml", STR_ARG(x->files[i].pack));
	}
}

static void load_files(struct load *l, const struct folder *x)
{
	for (int kind = FILE_PACK; kind <= FILE_PROCEDURE; kind++) {
		if (kind == FILE_PROCEDURE)
			compile_rules(l);
		for (size_t i = 0; i < x->n; i++) {
			if (x->files[i].kind != (enum pack_file)kind)
				continue;
			if (arena_over(l->arena)) {
				issue_add(&l->issues, &x->files[i].src, (struct place){ 1, 1 }, false, STR(""),
				          "the packs before this one fill the memory: it was not read");
				return;
			}
			load_file(l, &x->files[i]);
		}
	}
}

static void remark_letters(struct load *l)
{
	for (size_t i = 0; i < l->letters.n; i++) {
		const struct letter_source *s = l->letters.entries[i].value;
		if (!s->used)
			issue_add(&l->issues, s->src, place_of(s->node), true, STR(""),
			          "no procedure sends the letter '%.*s'", STR_ARG(s->id));
	}
}

/* The caller's arena outlives the set's. */
static void give_issues(const struct issues *x, struct arena *a, const struct pack_issue **ret,
                        size_t *ret_n)
{
	struct pack_issue *list = ARENA_ARRAY(a, struct pack_issue, x->n + 1);
	for (size_t i = 0; i < x->n; i++) {
		list[i] = x->list[i];
		list[i].file = arena_str(a, list[i].file);
		list[i].message = arena_str(a, list[i].message);
		list[i].hint = arena_str(a, list[i].hint);
	}
	*ret = list;
	*ret_n = x->n;
}

struct result pack_load(struct str dir, struct arena *a, struct pack_set **ret,
                        const struct pack_issue **ret_issues, size_t *ret_nissues,
                        struct err *err)
{
	struct pack_set *set = set_new();
	struct load l;
	load_init(&l, set->arena, set);
	struct folder x = { .load = &l, .files = ARENA_ARRAY(set->arena, struct file, PACK_FILES_MAX) };
	struct result r = dir_each(dir, STR(""), take_file, &x, err);
	if (is_err(r)) {
		pack_unref(set);
		return r;
	}
	check_heads(&l, &x);
	load_files(&l, &x);
	if (x.published.file.n > 0)
		published_check(&l, &x.published);
	if (l.issues.nmistakes == 0)
		remark_letters(&l);
	issues_sort(&l.issues);
	give_issues(&l.issues, a, ret_issues, ret_nissues);
	if (l.issues.nmistakes > 0) {
		pack_unref(set);
		return fail(err, ERR_INPUT, "pack.mistakes", NULL, "%zu mistakes below %.*s",
		            l.issues.nmistakes, STR_ARG(dir));
	}
	set->datasets = l.datasets;
	set_finish(set);
	*ret = set;
	return ok();
}
