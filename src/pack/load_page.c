/* Pages and fields: what a citizen is asked, and what an officer fills in.
 *
 * What a field type may carry is a table; a key that would have no effect is a
 * mistake, because its author believed it had one. */
#include "base/text.h"
#include "pack/shape.h"

/* Keys that only some types know. */
enum carries {
	CARRIES_LENGTH = 1,  /* min, max */
	CARRIES_OPTIONS = 2,
	CARRIES_FILES = 4,   /* accept, bytes_max */
	CARRIES_MEMBERS = 8,
	CARRIES_CHECKS = 16, /* check, required, example, hint */
	NEEDS_FROM = 32,
	DECIDES = 64,        /* officers may fill it in */
};

static const struct type_row {
	const char *name;
	unsigned carries;
	size_t max; /* when `max` is not given */
} types[] = {
	[FIELD_TEXT] = { "text", CARRIES_LENGTH | CARRIES_CHECKS | DECIDES, 200 },
	[FIELD_KANA] = { "kana", CARRIES_LENGTH | CARRIES_CHECKS, 100 },
	[FIELD_NUMBER] = { "number", CARRIES_LENGTH | CARRIES_CHECKS | DECIDES, 999999999999 },
	[FIELD_MONEY] = { "money", CARRIES_LENGTH | CARRIES_CHECKS | DECIDES, 999999999999 },
	[FIELD_DATE] = { "date", CARRIES_CHECKS | DECIDES, 0 },
	[FIELD_CHOICE] = { "choice", CARRIES_OPTIONS | CARRIES_CHECKS | DECIDES, 0 },
	[FIELD_CHOICES] = { "choices", CARRIES_LENGTH | CARRIES_OPTIONS | CARRIES_CHECKS | DECIDES, 0 },
	[FIELD_YESNO] = { "yesno", CARRIES_CHECKS | DECIDES, 0 },
	[FIELD_ADDRESS] = { "address", CARRIES_CHECKS, 0 },
	[FIELD_PHONE] = { "phone", CARRIES_CHECKS, 0 },
	[FIELD_EMAIL] = { "email", CARRIES_CHECKS, 0 },
	[FIELD_ACCOUNT] = { "account", CARRIES_CHECKS, 0 },
	[FIELD_FILE] = { "file", CARRIES_LENGTH | CARRIES_FILES | CARRIES_CHECKS, 0 },
	[FIELD_MEMBERS] = { "members", CARRIES_LENGTH | CARRIES_MEMBERS | CARRIES_CHECKS, 50 },
	[FIELD_SHOWN] = { "shown", NEEDS_FROM, 0 },
};
enum { TYPES = sizeof types / sizeof *types };

const struct word field_words[] = {
	{ "text", FIELD_TEXT }, { "kana", FIELD_KANA }, { "number", FIELD_NUMBER },
	{ "money", FIELD_MONEY }, { "date", FIELD_DATE }, { "choice", FIELD_CHOICE },
	{ "choices", FIELD_CHOICES }, { "yesno", FIELD_YESNO }, { "address", FIELD_ADDRESS },
	{ "phone", FIELD_PHONE }, { "email", FIELD_EMAIL }, { "account", FIELD_ACCOUNT },
	{ "file", FIELD_FILE }, { "members", FIELD_MEMBERS }, { "shown", FIELD_SHOWN },
	{ NULL, 0 },
};

/* --- options and checks --- */

static void option_leave(struct load *l, const struct json *node, void *obj)
{
	/* The label's languages lie beside the code, so that an option is one line. */
	struct pack_option *o = obj;
	struct json label = *node;
	struct str *keys = ARENA_ARRAY(l->arena, struct str, node->n + 1);
	struct json *items = ARENA_ARRAY(l->arena, struct json, node->n + 1);
	label.n = 0;
	for (size_t i = 0; i < node->n; i++) {
		enum lang lang = lang_parse(node->keys[i], LANG_COUNT);
		if (lang == LANG_COUNT)
			continue;
		keys[label.n] = node->keys[i];
		items[label.n++] = node->items[i];
	}
	label.keys = keys;
	label.items = items;
	(void)shape_text(l, &label, "option", false, &o->label);
}

static void option_lang(struct load *l, const struct json *node, void *obj)
{
	(void)l, (void)node, (void)obj; /* option_leave reads all three together */
}

const struct shape shape_option = {
	.what = "an option", .size = sizeof(struct pack_option), .leave = option_leave,
	.rows = (const struct row[]){
		{ "code", ROW_STR, true, offsetof(struct pack_option, code) },
		{ "ja", ROW_CALL, .call = option_lang },
		{ "en", ROW_CALL, .call = option_lang },
		{ "easy", ROW_CALL, .call = option_lang },
		{ NULL },
	},
};

static const struct shape shape_check = {
	.what = "a check", .size = sizeof(struct pack_check),
	.rows = (const struct row[]){
		{ "rule", ROW_EXPR, true, offsetof(struct pack_check, rule) },
		{ "message", ROW_TEXT, true, offsetof(struct pack_check, message) },
		{ NULL },
	},
};

/* --- fields --- */

static void refuse_key(struct load *l, const struct json *node, const char *key, const char *type)
{
	for (size_t i = 0; i < node->n; i++) {
		if (str_eq(node->keys[i], str_c(key)))
			mistake_key(l, node, i, STR("leave it out"), "`%s` has no effect on a field of type %s",
			            key, type);
	}
}

static void check_carries(struct load *l, const struct json *node, const struct pack_field *f)
{
	static const struct { unsigned flag; const char *key; bool needed; } rows[] = {
		{ CARRIES_LENGTH, "min", false }, { CARRIES_LENGTH, "max", false },
		{ CARRIES_OPTIONS, "options", true }, { CARRIES_FILES, "accept", true },
		{ CARRIES_FILES, "bytes_max", true }, { CARRIES_MEMBERS, "members", true },
		{ CARRIES_CHECKS, "check", false }, { CARRIES_CHECKS, "required", false },
		{ CARRIES_CHECKS, "example", false },
		{ CARRIES_FILES, "max", true }, /* others may have it: only asked for here */
	};
	enum { LAST_OWN = sizeof rows / sizeof *rows - 1 };
	const struct type_row *type = &types[f->type];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool given = json_get(node, str_c(rows[i].key)) != NULL;
		bool carried = (type->carries & rows[i].flag) != 0;
		if (rows[i].needed && carried && !given)
			mistake(l, node, STR(""), "a field of type %s needs `%s`", type->name, rows[i].key);
		else if (given && !carried && i < LAST_OWN)
			refuse_key(l, node, rows[i].key, type->name);
	}
	if ((type->carries & NEEDS_FROM) && !json_get(node, STR("from")))
		mistake(l, node, STR(""), "a field of type %s needs `from`", type->name);
}

static void check_options(struct load *l, const struct json *node, const struct pack_field *f)
{
	const struct json *list = json_get(node, STR("options"));
	if (f->noptions < 2 && f->type == FIELD_CHOICE && json_is(list, JSON_ARRAY))
		mistake(l, list, STR(""), "a choice needs two options or more");
	if (f->noptions == 0 && f->type == FIELD_CHOICES && json_is(list, JSON_ARRAY))
		mistake(l, list, STR(""), "`options` is empty");
	for (size_t i = 0; i < f->noptions; i++) {
		for (size_t j = 0; j < i; j++) {
			if (f->options[i].code.n > 0 && str_eq(f->options[i].code, f->options[j].code))
				mistake(l, where(json_at(list, i), "code"), STR(""),
				        "the code '%.*s' is given twice", STR_ARG(f->options[i].code));
		}
	}
}

static void check_accept(struct load *l, const struct json *node, const struct pack_field *f)
{
	static const struct str kinds[] = {
		STR_INIT("jpeg"), STR_INIT("png"), STR_INIT("heic"), STR_INIT("pdf"),
	};
	enum { KINDS = sizeof kinds / sizeof *kinds };
	for (size_t i = 0; i < f->naccept; i++) {
		size_t k = 0;
		while (k < KINDS && !str_eq(f->accept[i], kinds[k]))
			k++;
		if (k == KINDS && f->accept[i].n > 0)
			mistake(l, json_at(json_get(node, STR("accept")), i), STR("one of: jpeg, png, heic, pdf"),
			        "`accept`: unknown kind of file '%.*s'", (int)utf8_cut(f->accept[i], 40).n,
			        f->accept[i].p);
	}
}

static bool all_of(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0' || !strchr(set, s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* An example that the field itself would refuse misleads everybody. */
static void check_example(struct load *l, const struct json *node, const struct pack_field *f)
{
	const struct json *example = json_get(node, STR("example"));
	for (int i = 0; i < LANG_COUNT; i++) {
		struct str s = text_plain(l->arena, f->example.t[i]);
		if (str_empty(s))
			continue;
		bool good = true;
		if (f->type == FIELD_PHONE)
			good = all_of(s, "0123456789-") && s.n >= 10;
		else if (f->type == FIELD_EMAIL)
			good = str_find_char(s, '@') != STR_NONE && str_find_char(s, ' ') == STR_NONE;
		else if (f->type == FIELD_NUMBER || f->type == FIELD_MONEY)
			good = all_of(s, "0123456789,.-");
		else if (f->type == FIELD_TEXT || f->type == FIELD_KANA)
			good = f->max == 0 || text_fits(s, f->max);
		if (!good)
			mistake(l, where(example, lang_name((enum lang)i).p), STR(""),
			        "the example '%.*s' is no %s that the field would take",
			        (int)utf8_cut(s, 60).n, s.p, types[f->type].name);
	}
}

static void field_enter(struct load *l, const struct json *node, void *obj)
{
	(void)l, (void)node;
	((struct pack_field *)obj)->required = true;
}

/* Dotted names make a tree: a leaf may not have branches. */
static void check_field_name(struct load *l, const struct json *node, struct str id)
{
	struct str head = id, tail;
	size_t dot;
	while ((dot = str_rfind_char(head, '.')) != STR_NONE) {
		head = str_sub(head, 0, dot);
		if (map_get(&l->fields, head))
			mistake(l, where(node, "id"), STR("give the shorter one a part of its own"),
			        "'%.*s' lies inside the answer '%.*s'", STR_ARG(id), STR_ARG(head));
	}
	for (size_t i = 0; i < l->fields.n; i++) {
		tail = str_from(l->fields.entries[i].key, id.n);
		if (str_starts(l->fields.entries[i].key, id) && tail.n > 0 && tail.p[0] == '.')
			mistake(l, where(node, "id"), STR("give the shorter one a part of its own"),
			        "'%.*s' lies inside the answer '%.*s'", STR_ARG(l->fields.entries[i].key),
			        STR_ARG(id));
	}
}

static void remember_field(struct load *l, const struct json *node, const struct pack_field *f)
{
	l->order++;
	if (str_empty(f->id))
		return;
	struct str id = f->id;
	if (l->page && l->page->group.n > 0)
		id = arena_printf(l->arena, "%.*s.%.*s", STR_ARG(l->page->group), STR_ARG(id));
	else if (!l->page)
		id = arena_printf(l->arena, "decision.%.*s", STR_ARG(id));
	const struct field_seen *twin = map_get(&l->fields, id);
	if (twin) {
		mistake(l, where(node, "id"), STR(""), "the field '%.*s' exists already in line %u",
		        STR_ARG(id), twin->place.line);
		return;
	}
	check_field_name(l, node, id);
	struct field_seen *seen = ARENA_NEW(l->arena, struct field_seen);
	*seen = (struct field_seen){ f, l->page, l->order, place_of(node) };
	map_put(&l->fields, id, seen);
}

static void field_leave(struct load *l, const struct json *node, void *obj)
{
	struct pack_field *f = obj;
	if (json_get(node, STR("type")) && (unsigned)f->type < TYPES)
		check_carries(l, node, f);
	if (!json_get(node, STR("max")))
		f->max = f->type == FIELD_CHOICES ? f->noptions : types[f->type].max;
	if (!json_get(node, STR("min")) && f->required
	    && (f->type == FIELD_CHOICES || f->type == FIELD_FILE || f->type == FIELD_MEMBERS))
		f->min = 1;
	if (f->min > f->max && f->max > 0 && (types[f->type].carries & CARRIES_LENGTH))
		mistake(l, where(node, "min"), STR(""), "`min` %zu is above `max` %zu", f->min, f->max);
	if (json_get(node, STR("matters")) && (!l->page || l->page->group.n > 0))
		mistake(l, where(node, "matters"), STR("use `when`"),
		        "`matters` belongs to a question of a page that is no group");
	if (f->locked && !json_get(node, STR("from")))
		mistake(l, where(node, "locked"), STR("add `from`, or leave `locked` out"),
		        "`locked` without `from` leaves nothing to show");
	check_options(l, node, f);
	check_accept(l, node, f);
	check_example(l, node, f);
	remember_field(l, node, f);
}

#define FIELD(member) offsetof(struct pack_field, member)
static const struct row field_rows[] = {
	{ "id", ROW_NAME, true, FIELD(id) },
	{ "type", ROW_WORD, true, FIELD(type), .words = field_words },
	{ "label", ROW_TEXT, true, FIELD(label) },
	{ "hint", ROW_TEXT, false, FIELD(hint) },
	{ "example", ROW_TEXT, false, FIELD(example) },
	{ "required", ROW_BOOL, false, FIELD(required) },
	{ "when", ROW_EXPR, false, FIELD(when), .early = true },
	{ "matters", ROW_EXPR, false, FIELD(matters) },
	{ "from", ROW_EXPR, false, FIELD(from), .early = true },
	{ "locked", ROW_BOOL, false, FIELD(locked) },
	{ "min", ROW_COUNT, false, FIELD(min) },
	{ "max", ROW_COUNT, false, FIELD(max) },
	{ "bytes_max", ROW_SIZE, false, FIELD(bytes_max) },
	{ "accept", ROW_STRS, false, FIELD(accept), FIELD(naccept) },
	{ "options", ROW_LIST, false, FIELD(options), FIELD(noptions), &shape_option },
	{ "members", ROW_EXPR, false, FIELD(members), .early = true },
	{ "check", ROW_LIST, false, FIELD(checks), FIELD(nchecks), &shape_check },
	{ NULL },
};

static const struct shape shape_field = {
	.what = "a field", .size = sizeof(struct pack_field), .rows = field_rows,
	.has_line = true, .line_at = FIELD(line), .enter = field_enter, .leave = field_leave,
};

/* A field of the decision: an officer's, so only types that need no register. */
static void decide_leave(struct load *l, const struct json *node, void *obj)
{
	const struct pack_field *f = obj;
	field_leave(l, node, obj);
	if (json_get(node, STR("type")) && !(types[f->type].carries & DECIDES))
		mistake(l, where(node, "type"),
		        STR("one of: text, number, money, date, choice, choices, yesno"),
		        "an officer cannot fill in a field of type %s", types[f->type].name);
	if (str_eq(f->id, STR("reasons")))
		mistake(l, where(node, "id"), STR("it is filled from the reasons of a refusal"),
		        "the name 'reasons' is taken in a decision");
}

const struct shape shape_decide = {
	.what = "a field of the decision", .size = sizeof(struct pack_field), .rows = field_rows,
	.has_line = true, .line_at = FIELD(line), .enter = field_enter, .leave = decide_leave,
};

/* --- pages --- */

static void page_enter(struct load *l, const struct json *node, void *obj)
{
	(void)node;
	l->page = obj;
	l->scope = SCOPE_ANSWERS;
}

static void page_fields(struct load *l, const struct json *node, void *obj)
{
	struct pack_page *page = obj;
	l->scope = page->group.n > 0 ? SCOPE_ITEM : SCOPE_ANSWERS;
	page->fields = shape_list(l, &shape_field, node, "fields", &page->nfields);
	l->scope = SCOPE_ANSWERS;
	if (json_is(node, JSON_ARRAY) && node->n == 0)
		mistake(l, node, STR(""), "a page asks at least one thing");
}

static void check_group(struct load *l, const struct json *node, struct pack_page *page)
{
	static const char *const keys[] = { "group_min", "group_max", "group_item", "group_from" };
	if (page->group.n > 0) {
		if (!json_get(node, STR("group_max")))
			mistake(l, node, STR(""), "a repeating page needs `group_max`");
		else if (page->group_max == 0 || page->group_max > 50 || page->group_min > page->group_max)
			mistake(l, where(node, "group_max"), STR(""),
			        "`group_max` must be from 1 to 50 and not below `group_min`");
		if (!json_get(node, STR("group_item")))
			mistake(l, node, STR(""), "a repeating page needs `group_item`, the heading of one item");
		return;
	}
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		if (json_get(node, str_c(keys[k])))
			mistake(l, where(node, keys[k]), STR("add `group`, the name of the list"),
			        "`%s` without `group` has no effect", keys[k]);
	}
}

static void page_leave(struct load *l, const struct json *node, void *obj)
{
	check_group(l, node, obj);
	l->page = NULL;
}

#define PAGE(member) offsetof(struct pack_page, member)
const struct shape shape_page = {
	.what = "a page", .size = sizeof(struct pack_page), .has_line = true, .line_at = PAGE(line),
	.enter = page_enter, .leave = page_leave,
	.rows = (const struct row[]){
		{ "id", ROW_NAME, true, PAGE(id) },
		{ "title", ROW_TEXT, true, PAGE(title) },
		{ "intro", ROW_TEXT, false, PAGE(intro) },
		{ "when", ROW_EXPR, false, PAGE(when), .early = true },
		{ "group", ROW_NAME, false, PAGE(group) },
		{ "group_min", ROW_COUNT, false, PAGE(group_min) },
		{ "group_max", ROW_COUNT, false, PAGE(group_max) },
		{ "group_item", ROW_TEXT, false, PAGE(group_item) },
		{ "group_from", ROW_EXPR, false, PAGE(group_from), .early = true },
		{ "fields", ROW_CALL, true, .call = page_fields },
		{ NULL },
	},
};
