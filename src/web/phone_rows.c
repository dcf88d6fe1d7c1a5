/* An application as rows that a person reads before she signs it.
 *
 * First what the procedure asks, in its order; then a walk over the document
 * itself, which gives a row to every value that has none yet: nothing that is
 * signed stays unseen, whoever made the document. Labels come from this phone's
 * own packs, for that very version only; without them the key stands there. A
 * value is ruby markup only when every word of it is ours: what somebody typed
 * is shown as typed. */
#include "base/calendar.h"
#include "web/phone.h"
#include "web/show.h"

struct walk {
	struct visit *v;
	const struct procedure *p;    /* or NULL */
	const struct json *files;     /* the document's attachments */
	const struct json *names;     /* of members that answers name by id */
	struct json_array *groups;
	struct json_array *rows;      /* of the group under way, or NULL */
	struct str title;             /* of it */
	size_t nseen, cap;
	const struct json **seen;     /* values that have their row */
};

static bool seen(const struct walk *w, const struct json *j)
{
	for (size_t i = 0; i < w->nseen; i++)
		if (w->seen[i] == j)
			return true;
	return false;
}

static void mark(struct walk *w, const struct json *j)
{
	if (w->nseen == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 64;
		const struct json **more = ARENA_ARRAY(w->v->a, const struct json *, cap);
		if (w->nseen)
			memcpy(more, w->seen, w->nseen * sizeof *more);
		w->seen = more;
		w->cap = cap;
	}
	w->seen[w->nseen++] = j;
}

/* ---- groups and rows ---- */

static void end_group(struct walk *w)
{
	if (!w->rows)
		return;
	const struct json *rows = json_array_done(w->rows);
	struct json_object *o = json_object_new(w->v->a);
	json_put_str(o, STR("group_title"), w->title);
	json_put(o, STR("rows"), rows);
	if (json_len(rows))
		json_push(w->groups, json_object_done(o));
	w->rows = NULL;
	w->title = STR("");
}

static void begin_group(struct walk *w, struct str marked_title)
{
	end_group(w);
	w->rows = json_array_new(w->v->a);
	w->title = marked_title;
}

/* Every member is always there: a template looks further out for missing ones. */
static void put_row(struct walk *w, struct str label, struct str key, struct str value,
                    struct str marked)
{
	struct json_object *o = json_object_new(w->v->a);
	if (!w->rows)
		w->rows = json_array_new(w->v->a);
	json_put_str(o, STR("row_label"), label);
	json_put_str(o, STR("row_key"), label.n ? STR("") : key);
	json_put_str(o, STR("row_value"), marked.n ? STR("") : value);
	json_put_str(o, STR("row_marked"), marked);
	json_push(w->rows, json_object_done(o));
}

/* ---- values ---- */

static struct str plain(struct walk *w, const struct json *j)
{
	return json_is(j, JSON_STRING) ? j->text : json_to_str(w->v->a, j);
}

static const struct pack_option *option(const struct pack_field *f, struct str code)
{
	for (size_t i = 0; i < f->noptions; i++)
		if (str_eq(f->options[i].code, code))
			return &f->options[i];
	return NULL;
}

static struct str joined(struct walk *w, struct str list, struct str word)
{
	struct str comma = w->v->lang == LANG_EN ? STR(", ") : STR("、");
	return list.n ? arena_printf(w->v->a, "%.*s%.*s%.*s", STR_ARG(list), STR_ARG(comma),
	                             STR_ARG(word)) : word;
}

/* Labels of all codes, or "" when one is not of the field. */
static struct str option_labels(struct walk *w, const struct pack_field *f, const struct json *j)
{
	struct str out = STR("");
	size_t n = json_is(j, JSON_ARRAY) ? j->n : 1;
	for (size_t i = 0; i < n; i++) {
		const struct json *code = json_is(j, JSON_ARRAY) ? json_at(j, i) : j;
		const struct pack_option *o = option(f, json_text(code));
		if (!json_is(code, JSON_STRING) || !o)
			return STR("");
		out = joined(w, out, o->label.t[w->v->lang]);
	}
	return out;
}

/* What is ours in a value, as markup; "" when it must be shown as it is. */
static struct str marked(struct walk *w, const struct pack_field *f, const struct json *j)
{
	struct date d;
	if (json_is(j, JSON_BOOL))
		return show_value(w->v, FIELD_YESNO, j);
	if (!f)
		return STR("");
	switch (f->type) {
	case FIELD_DATE:
	case FIELD_SHOWN: /* a fact of the register: a day when it looks like one */
		return json_is(j, JSON_STRING) && date_parse(j->text, &d) ? show_iso_day(w->v, j->text)
		                                                         : STR("");
	case FIELD_MONEY:
		return json_is(j, JSON_NUMBER) ? show_value(w->v, FIELD_MONEY, j) : STR("");
	case FIELD_CHOICE:
	case FIELD_CHOICES:
		return option_labels(w, f, j);
	default:
		return STR("");
	}
}

static struct str file_name(struct walk *w, struct str id)
{
	for (size_t i = 0; i < json_len(w->files); i++)
		if (str_eq(json_text(json_get(json_at(w->files, i), STR("id"))), id))
			return json_text_or(json_get(json_at(w->files, i), STR("name")), id);
	return id;
}

/* Lists of names, otherwise the bare JSON. */
static struct str typed(struct walk *w, const struct pack_field *f, const struct json *j)
{
	struct str out = STR("");
	if (!json_is(j, JSON_ARRAY))
		return plain(w, j);
	for (size_t i = 0; i < j->n; i++) {
		struct str word = plain(w, json_at(j, i));
		if (f && f->type == FIELD_FILE)
			word = file_name(w, word);
		if (f && f->type == FIELD_MEMBERS)
			word = json_text_or(json_get(w->names, word), word);
		out = joined(w, out, word);
	}
	return out;
}

/* ---- the walk ---- */

static struct str below(struct walk *w, struct str path, struct str key)
{
	return path.n ? arena_printf(w->v->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key;
}

/* A part of an account: 「口座 — 口座番号」. Nobody else's words can be its key. */
static void put_account(struct walk *w, const struct pack_field *f, const struct json *j)
{
	static const char *const parts[] = { "bank", "branch", "kind", "number", "holder" };
	for (size_t i = 0; i < j->n; i++) {
		struct str name = STR(""), value = plain(w, &j->items[i]), words = STR("");
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			if (str_eq(j->keys[i], str_c(parts[k])))
				name = show_row(w->v, arena_printf(w->v->a, "phone.account.%s", parts[k]).p);
		if (str_eq(j->keys[i], STR("kind")) && str_eq(value, STR("ordinary")))
			words = show_row(w->v, "phone.account.ordinary");
		if (str_eq(j->keys[i], STR("kind")) && str_eq(value, STR("current")))
			words = show_row(w->v, "phone.account.current");
		struct str label = name.n ? arena_printf(w->v->a, "%.*s — %.*s",
		                                         STR_ARG(f->label.t[w->v->lang]), STR_ARG(name))
		                          : STR("");
		put_row(w, label, below(w, f->id, j->keys[i]), value, words);
	}
}

/* A known field: one row, an account several. */
static void put_field(struct walk *w, const struct pack_field *f, const struct json *j)
{
	if (f->type == FIELD_ACCOUNT && json_is(j, JSON_OBJECT))
		put_account(w, f, j);
	else
		put_row(w, f->label.t[w->v->lang], f->id, typed(w, f, j), marked(w, f, j));
	mark(w, j);
}

/* What has no row yet, under its key. */
static void walk(struct walk *w, struct str path, const struct json *j)
{
	if (seen(w, j))
		return;
	if (!json_is(j, JSON_OBJECT) || j->n == 0) {
		put_row(w, STR(""), path, typed(w, NULL, j), marked(w, NULL, j));
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		walk(w, below(w, path, j->keys[i]), &j->items[i]);
}

static void put_items(struct walk *w, const struct pack_page *page, const struct json *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct json *item = json_at(list, i);
		size_t before = w->nseen; /* of this item alone */
		begin_group(w, arena_printf(w->v->a, "%.*s %zu",
		                            STR_ARG(page->group_item.t[w->v->lang]), i + 1));
		for (size_t k = 0; k < page->nfields; k++) {
			const struct json *j = json_path(item, page->fields[k].id);
			if (j)
				put_field(w, &page->fields[k], j);
		}
		walk(w, STR(""), item);
		end_group(w);
		w->nseen = before;
	}
	mark(w, list);
}

static void put_page(struct walk *w, const struct pack_page *page, const struct json *answers)
{
	const struct json *list = page->group.n ? json_path(answers, page->group) : NULL;
	if (json_is(list, JSON_ARRAY) && list->n && !seen(w, list))
		put_items(w, page, list);
	for (size_t i = 0; page->group.n == 0 && i < page->nfields; i++) {
		const struct json *j = json_path(answers, page->fields[i].id);
		if (j && !seen(w, j))
			put_field(w, &page->fields[i], j);
	}
}

/* ---- the parts of an application ---- */

static struct str value_label(const struct walk *w, struct str name)
{
	for (size_t i = 0; w->p && i < w->p->nvalues; i++)
		if (str_eq(w->p->values[i].name, name))
			return w->p->values[i].label.t[w->v->lang];
	return STR("");
}

/* Those meant for people have labels; steps on the way to them have none. */
static void put_values(struct walk *w, const struct json *values, bool labelled)
{
	for (size_t i = 0; json_is(values, JSON_OBJECT) && i < values->n; i++) {
		struct str label = value_label(w, values->keys[i]);
		if ((label.n > 0) == labelled)
			put_row(w, label, values->keys[i], typed(w, NULL, &values->items[i]),
			        marked(w, NULL, &values->items[i]));
	}
}

/* What the sheet shows elsewhere, or below with words of its own. */
static bool has_its_place(struct str key)
{
	static const char *const names[] = { "title", "answers", "values", "members", "attachments" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(key, str_c(names[i])))
			return true;
	return false;
}

/* Whom an id means: 「加賀 花子（m1）」. */
static void put_names(struct walk *w)
{
	for (size_t i = 0; json_is(w->names, JSON_OBJECT) && i < w->names->n; i++)
		put_row(w, show_row(w->v, "phone.part.member"), STR(""),
		        arena_printf(w->v->a, "%.*s（%.*s）", STR_ARG(plain(w, &w->names->items[i])),
		                     STR_ARG(w->names->keys[i])), STR(""));
}

static void put_rest(struct walk *w, const struct json *app)
{
	static const struct { struct str key; const char *row; } known[] = {
		{ STR_INIT("procedure"), "phone.part.procedure" },
		{ STR_INIT("version"), "phone.part.version" },
		{ STR_INIT("authority"), "phone.part.authority" },
		{ STR_INIT("applicant"), "phone.part.applicant" },
	};
	for (size_t i = 0; i < app->n; i++) {
		struct str label = STR("");
		if (has_its_place(app->keys[i]))
			continue;
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			if (str_eq(known[k].key, app->keys[i]))
				label = show_row(w->v, known[k].row);
		put_row(w, label, app->keys[i], plain(w, &app->items[i]), STR(""));
	}
}

static const struct procedure *procedure_of(struct visit *v, const struct json *app)
{
	if (!v->app->packs)
		return NULL;
	return pack_procedure_version(v->app->packs, json_text(json_get(app, STR("procedure"))),
	                              json_text(json_get(app, STR("version"))));
}

/* A part that is not of the kind it should be is shown as it is. */
static void put_odd(struct walk *w, const struct json *app, struct str key, enum json_kind kind)
{
	const struct json *j = json_get(app, key);
	if (j && j->kind != kind)
		put_row(w, STR(""), key, plain(w, j), STR(""));
}

static struct walk walk_of(struct visit *v, const struct json *app)
{
	return (struct walk){ .v = v, .p = procedure_of(v, app), .title = STR(""),
		.files = json_get(app, STR("attachments")), .names = json_get(app, STR("members")),
		.groups = json_array_new(v->a) };
}

const struct json *phone_rows(struct visit *v, const struct json *app)
{
	struct walk w = walk_of(v, app);
	const struct json *answers = json_get(app, STR("answers"));
	for (size_t i = 0; w.p && i < w.p->npages; i++)
		put_page(&w, &w.p->pages[i], answers);
	if (json_is(answers, JSON_OBJECT) && answers->n)
		walk(&w, STR(""), answers);
	put_odd(&w, app, STR("answers"), JSON_OBJECT);
	end_group(&w);
	begin_group(&w, show_row(v, "phone.part.values"));
	put_values(&w, json_get(app, STR("values")), true);
	end_group(&w);
	return json_array_done(w.groups);
}

const struct json *phone_rest(struct visit *v, const struct json *app)
{
	struct walk w = walk_of(v, app);
	begin_group(&w, show_row(v, "phone.part.title"));
	put_odd(&w, app, STR("attachments"), JSON_ARRAY);
	put_odd(&w, app, STR("values"), JSON_OBJECT);
	put_values(&w, json_get(app, STR("values")), false);
	put_odd(&w, app, STR("members"), JSON_OBJECT);
	put_names(&w);
	put_rest(&w, app);
	end_group(&w);
	return json_array_done(w.groups);
}

struct str phone_title(struct visit *v, const struct json *app)
{
	const struct procedure *p = procedure_of(v, app);
	return p ? p->title.t[v->lang] : STR("");
}

static struct str size_text(struct arena *a, int64_t n)
{
	return n < 1024 ? arena_printf(a, "%lld B", (long long)n)
	       : n < 1048576 ? arena_printf(a, "%lld KB", (long long)(n + 512) / 1024)
	                     : arena_printf(a, "%lld.%lld MB", (long long)(n / 1048576),
	                                    (long long)(n % 1048576 * 10 / 1048576));
}

enum { SHA_SHOWN = 8 };

const struct json *phone_files(struct visit *v, const struct json *app)
{
	const struct json *list = json_get(app, STR("attachments"));
	struct json_array *out = json_array_new(v->a);
	for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->n; i++) {
		const struct json *f = json_at(list, i);
		struct json_object *o = json_object_new(v->a);
		int64_t size;
		bool whole = json_int(json_get(f, STR("size")), &size) && size >= 0;
		json_put_str(o, STR("file_name"), json_text_or(json_get(f, STR("name")),
		                                               json_to_str(v->a, f)));
		json_put_str(o, STR("file_kind"), json_text(json_get(f, STR("kind"))));
		json_put_str(o, STR("file_size"), whole ? size_text(v->a, size) : STR("?"));
		json_put_str(o, STR("file_sha"), str_sub(json_text(json_get(f, STR("sha256"))), 0,
		                                         SHA_SHOWN));
		json_push(out, json_object_done(o));
	}
	return json_array_done(out);
}
