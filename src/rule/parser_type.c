/* Types behind "instance of" and parameters (DMN 1.5 §10.3.1.2 rules 53 to 57). */
#include "rule/syntax.h"

static const struct { struct str name; enum type_kind kind; } simple_types[] = {
	{ STR_INIT("Any"), TYPE_ANY }, { STR_INIT("any"), TYPE_ANY }, { STR_INIT("Null"), TYPE_NULL },
	{ STR_INIT("boolean"), TYPE_BOOL }, { STR_INIT("number"), TYPE_NUMBER },
	{ STR_INIT("string"), TYPE_STRING }, { STR_INIT("date and time"), TYPE_DATE_TIME },
	{ STR_INIT("dateTime"), TYPE_DATE_TIME }, { STR_INIT("date"), TYPE_DATE },
	{ STR_INIT("time"), TYPE_TIME },
	{ STR_INIT("days and time duration"), TYPE_DAYS_DURATION },
	{ STR_INIT("dayTimeDuration"), TYPE_DAYS_DURATION },
	{ STR_INIT("years and months duration"), TYPE_MONTHS_DURATION },
	{ STR_INIT("yearMonthDuration"), TYPE_MONTHS_DURATION },
	{ STR_INIT("list"), TYPE_LIST }, { STR_INIT("context"), TYPE_CONTEXT },
	{ STR_INIT("range"), TYPE_RANGE }, { STR_INIT("function"), TYPE_FUNCTION },
};

bool type_simple(struct str name, enum type_kind *ret)
{
	for (size_t i = 0; i < sizeof simple_types / sizeof *simple_types; i++)
		if (str_eq(simple_types[i].name, name)) {
			*ret = simple_types[i].kind;
			return true;
		}
	return false;
}

enum { TYPE_PARTS_MAX = 64 };

/* The longest type name at the place, word by word. */
static bool simple_type(struct parser *p, struct type *t)
{
	size_t best = 0;
	unread(p);
	skip_space(p);
	size_t start = p->pos;
	for (size_t i = 0; i < sizeof simple_types / sizeof *simple_types; i++) {
		struct str rest = simple_types[i].name, word, tail;
		size_t at = start;
		bool more = true, match = true;
		while (more && match) {
			more = str_cut(rest, ' ', &word, &tail);
			rest = tail;
			p->pos = at;
			skip_space(p);
			at = word_end(p->src, p->pos);
			match = str_eq(str_sub(p->src, p->pos, at - p->pos), word);
		}
		if (match && at - start > best) {
			best = at - start;
			t->kind = simple_types[i].kind;
			t->name = simple_types[i].name;
		}
	}
	p->pos = start + best;
	p->last_end = best ? p->pos : p->last_end;
	return best > 0;
}

static void add_part(struct parser *p, struct type *t, const struct type **parts, struct str *names,
                     struct str name)
{
	if (t->n == TYPE_PARTS_MAX)
		syntax_fail(p, p->pos, "feel.depth", "a type has at most %d parts", TYPE_PARTS_MAX);
	names[t->n] = name;
	parts[t->n] = parse_type(p);
	t->n++;
}

/* <T>, <name: T, …> or <T, …>; function's "-> T" is its last part. */
static void type_parts(struct parser *p, struct type *t)
{
	const struct type *parts[TYPE_PARTS_MAX];
	struct str names[TYPE_PARTS_MAX];
	if (accept(p, T_LT)) {
		while (!accept(p, T_GT)) {
			struct str name = { "", 0 };
			if (t->kind == TYPE_CONTEXT) {
				name = names_raw(p, T_COLON);
				expect(p, T_COLON, "':' after the name of an entry");
			}
			add_part(p, t, parts, names, name);
			if (peek(p)->kind != T_GT)
				expect(p, T_COMMA, "',' or '>'");
		}
		if (t->kind == TYPE_FUNCTION) {
			expect(p, T_ARROW, "'->' and the type of the result");
			add_part(p, t, parts, names, STR(""));
		}
	}
	const struct type **kept = ARENA_ARRAY(p->a, const struct type *, t->n);
	struct str *kept_names = ARENA_ARRAY(p->a, struct str, t->n);
	for (size_t i = 0; i < t->n; i++) {
		kept[i] = parts[i];
		kept_names[i] = names[i];
	}
	t->parts = kept;
	t->names = kept_names;
}

const struct type *parse_type(struct parser *p)
{
	const struct type *named = names_type(p);
	if (named)
		return named;
	struct type *t = ARENA_NEW(p->a, struct type);
	parse_enter(p);
	if (simple_type(p, t)) {
		if (t->kind == TYPE_LIST || t->kind == TYPE_CONTEXT || t->kind == TYPE_RANGE ||
		    t->kind == TYPE_FUNCTION)
			type_parts(p, t);
	} else if (accept(p, T_NULL)) {
		t->kind = TYPE_NULL;
	} else {
		t->kind = TYPE_NAMED;
		t->name = expect(p, T_NAME, "a type").text;
		while (accept(p, T_DOT))
			t->name = names_path(p);
	}
	parse_leave(p);
	return t;
}
