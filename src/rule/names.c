/* What a name is, which names exist, and what was probably meant.
 *
 * FEEL names may hold spaces and operators ("Pre-bureau risk"), so a name is
 * the longest known one that stands in the text (DMN 1.5 §10.3.1.4). */
#include "rule/syntax.h"

#include "base/utf8.h"
#include "rule/builtin.h"
#include "rule/words.h"

enum { COLLECT_DEPTH = 12, COLLECT_ITEMS = 4, HINT_BYTES_MAX = 60 };

static bool is_special(struct str name)
{
	return word_end(name, 0) != name.n;
}

static void push(struct parser *p, struct str **list, size_t *n, size_t *cap, struct str name)
{
	if (*n == *cap) {
		struct str *grown = ARENA_ARRAY(p->a, struct str, *cap ? *cap * 2 : 16);
		if (*n)
			memcpy(grown, *list, *n * sizeof *grown);
		*cap = *cap ? *cap * 2 : 16;
		*list = grown;
	}
	(*list)[(*n)++] = name;
}

void names_special(struct parser *p, struct str name)
{
	if (name.n && is_special(name))
		push(p, &p->specials, &p->nspecials, &p->cap_specials, name);
}

void names_key(struct parser *p, struct str name)
{
	if (p->nkeys == KEYS_MAX)
		syntax_fail(p, p->pos, "feel.depth", "more than %d keys", KEYS_MAX);
	names_special(p, name);
	push(p, &p->keys, &p->nkeys, &p->cap_keys, name);
}

void names_length(struct parser *p, struct str name, size_t pos)
{
	if (name.n > NAME_BYTES_MAX)
		syntax_fail(p, pos, "feel.long_name", "a name of more than %d bytes", NAME_BYTES_MAX);
}

static void collect(struct parser *p, const struct feel_value *v, int depth)
{
	if (!v || depth > COLLECT_DEPTH)
		return;
	if (v->kind == FEEL_LIST)
		for (size_t i = 0; i < v->list.n && i < COLLECT_ITEMS; i++)
			collect(p, &v->list.items[i], depth + 1);
	if (v->kind != FEEL_CONTEXT)
		return;
	for (size_t i = 0; i < v->context.n; i++) {
		names_special(p, v->context.keys[i]);
		collect(p, &v->context.values[i], depth + 1);
	}
}

void names_collect(struct parser *p)
{
	collect(p, p->known, 0);
}

/* Length in the source of `name` standing at pos; a space in the name is any
 * run of white space. 0 when it does not stand there. */
static size_t stands_at(struct str src, size_t pos, struct str name)
{
	struct str rest = str_from(src, pos);
	uint32_t cp = 0, last = 0;
	size_t i = 0;
	while (i < name.n) {
		if (name.p[i] == ' ') {
			struct str at = rest;
			bool any = false;
			while (utf8_next(&at, &cp) && space_cp(cp)) {
				rest = at;
				any = true;
			}
			if (!any)
				return 0;
			last = ' ';
			i++;
			continue;
		}
		if (!rest.n || *rest.p != name.p[i])
			return 0;
		struct str tail = str_from(name, i);
		size_t len = utf8_seq(tail.p, tail.n);
		if (!len || rest.n < len || memcmp(rest.p, tail.p, len) != 0 || !utf8_next(&tail, &last))
			return 0;
		rest = str_from(rest, len);
		i += len;
	}
	size_t used = src.n - pos - rest.n;
	if (name_part(last) && utf8_next(&rest, &cp) && name_part(cp))
		return 0;
	return used;
}

/* A built-in's name of several words counts only before its "(": "date and
 * time" may also be a conjunction. */
static bool call_follows(struct str src, size_t pos)
{
	struct str rest = str_from(src, pos);
	uint32_t cp;
	while (utf8_next(&rest, &cp))
		if (!space_cp(cp))
			return cp == '(';
	return false;
}

size_t names_match(struct parser *p, size_t pos, struct str *ret)
{
	size_t best = 0;
	for (size_t i = 0; i < p->nspecials; i++) {
		size_t len = p->specials[i].p[0] == p->src.p[pos] ? stands_at(p->src, pos, p->specials[i]) : 0;
		if (len > best) {
			best = len;
			*ret = p->specials[i];
		}
	}
	for (size_t i = 0; i < builtin_count; i++) {
		struct str name = builtin_table[i].name;
		size_t len = name.p[0] == p->src.p[pos] && str_find_char(name, ' ') != STR_NONE
		           ? stands_at(p->src, pos, name) : 0;
		if (len > best && call_follows(p->src, pos + len)) {
			best = len;
			*ret = name;
		}
	}
	return best;
}

const struct local *names_local(const struct parser *p, struct str name)
{
	for (size_t i = p->nlocals; i > 0; i--)
		if (str_eq(p->locals[i - 1].name, name))
			return &p->locals[i - 1];
	return NULL;
}

void names_declare(struct parser *p, struct str name, const struct feel_value *shape)
{
	if (p->nlocals == LOCALS_MAX)
		syntax_fail(p, p->pos, "feel.depth", "too many names within each other, at most %d",
		            LOCALS_MAX);
	p->locals[p->nlocals++] = (struct local){ name, shape };
	names_special(p, name);
}

static bool raw_ends(struct parser *p, enum token_kind end)
{
	if (p->pos == p->src.n)
		return true;
	if (strchr(",:){}(\"", p->src.p[p->pos]))
		return true;
	size_t word = word_end(p->src, p->pos);
	return end == T_IN && str_eq(str_sub(p->src, p->pos, word - p->pos), STR("in"));
}

/* Words and operators up to `end` (T_IN: the word "in"), one space between. */
struct str names_raw(struct parser *p, enum token_kind end)
{
	unread(p);
	skip_space(p);
	size_t start = p->pos;
	struct str name = { "", 0 };
	bool gap = false;
	while (!raw_ends(p, end)) {
		size_t from = p->pos, word = word_end(p->src, from);
		p->pos = word > from ? word : from + 1;
		struct str piece = str_sub(p->src, from, p->pos - from);
		name = name.n ? arena_printf(p->a, "%.*s%s%.*s", STR_ARG(name), gap ? " " : "",
		                             STR_ARG(piece)) : piece;
		names_length(p, name, start);
		size_t before = p->pos;
		skip_space(p);
		gap = p->pos > before;
	}
	if (!name.n || (name.p[0] >= '0' && name.p[0] <= '9') || strchr("+-*/.'", name.p[0]))
		syntax_fail(p, start, "feel.new_name", "a name is expected here");
	return name;
}

const struct type *names_type(struct parser *p)
{
	const struct type_name *best = NULL;
	size_t longest = 0;
	unread(p);
	skip_space(p);
	for (size_t i = 0; i < p->scope->ntypes; i++) {
		size_t len = stands_at(p->src, p->pos, p->scope->types[i].name);
		if (len > longest) {
			longest = len;
			best = &p->scope->types[i];
		}
	}
	p->pos += longest;
	p->last_end = longest ? p->pos : p->last_end;
	return best ? best->type : NULL;
}

static const struct str property_names[] = {
	STR_INIT("time offset"), STR_INIT("start included"), STR_INIT("end included"),
};

struct str names_path(struct parser *p)
{
	struct str name = { "", 0 };
	size_t best = 0;
	unread(p);
	skip_space(p);
	size_t start = p->pos;
	for (size_t i = 0; i < p->nspecials; i++) {
		size_t len = stands_at(p->src, p->pos, p->specials[i]);
		if (len > best) {
			best = len;
			name = p->specials[i];
		}
	}
	for (size_t i = 0; i < sizeof property_names / sizeof *property_names; i++) {
		size_t len = stands_at(p->src, p->pos, property_names[i]);
		if (len > best) {
			best = len;
			name = property_names[i];
		}
	}
	if (best && p->pos + best > word_end(p->src, p->pos)) {
		p->pos += best;
		p->last_end = p->pos;
		return name;
	}
	size_t end = word_end(p->src, p->pos);
	struct token t = *peek(p);
	if (t.kind == T_NAME) {
		next(p);
		return t.text;
	}
	if (end == start) /* keywords are fine as keys: a.in */
		syntax_fail(p, start, "feel.path", "expected a name after '.', found %s", token_name(p, &t));
	p->have = false;
	p->pos = p->last_end = end;
	return str_sub(p->src, start, end - start);
}

static void hint_context(struct word_near *h, const struct feel_value *v)
{
	if (feel_is(v, FEEL_CONTEXT))
		for (size_t i = 0; i < v->context.n; i++)
			word_near_try(h, v->context.keys[i]);
}

static struct str hint_name(struct parser *p, struct str wanted, bool called)
{
	struct word_near h = { .word = wanted };
	for (size_t i = 0; i < p->nlocals; i++)
		word_near_try(&h, p->locals[i].name);
	hint_context(&h, p->known);
	if (called)
		for (size_t i = 0; i < builtin_count; i++)
			word_near_try(&h, builtin_table[i].name);
	return h.best;
}

static bool anywhere(const struct feel_value *v, struct str name, int depth)
{
	if (!v || depth > COLLECT_DEPTH)
		return false;
	if (feel_get(v, name))
		return true;
	const struct feel_value *kids = v->kind == FEEL_CONTEXT ? v->context.values
	                              : v->kind == FEEL_LIST ? v->list.items : NULL;
	size_t n = v->kind == FEEL_CONTEXT ? v->context.n
	         : v->kind == FEEL_LIST && v->list.n > COLLECT_ITEMS ? COLLECT_ITEMS : v->list.n;
	for (size_t i = 0; kids && i < n; i++)
		if (anywhere(&kids[i], name, depth + 1))
			return true;
	return false;
}

static bool key_seen(const struct parser *p, struct str name)
{
	for (size_t i = 0; i < p->nkeys; i++)
		if (str_eq(p->keys[i], name))
			return true;
	return false;
}

/* Known nowhere, and allowed: a fact that comes from outside. */
static void take_free(struct parser *p, struct node *name)
{
	static const struct type open = { .kind = TYPE_ANY };
	name->local = false;
	name->fact = true;
	if (!map_get(p->scope->free, name->name))
		map_put(p->scope->free, name->name, (void *)(uintptr_t)&open);
}

void names_check(struct parser *p, struct node *name, bool called)
{
	if (names_local(p, name->name)) {
		name->local = true;
		return;
	}
	if (!p->known) {
		name->local = p->filters && str_eq(name->name, STR("item"));
		return;
	}
	name->fact = feel_get(p->known, name->name) != NULL;
	bool free = p->scope->free && !called;
	if (name->fact || (builtin_find(name->name) && (!free || p->filters)))
		return; /* a free name may be called like a built-in: age, sum */
	name->local = true; /* if anything, a key of the item that is filtered */
	if (p->filters && (p->loose || str_eq(name->name, STR("item")) || key_seen(p, name->name) ||
	                   anywhere(p->known, name->name, 0)))
		return;
	if (free) {
		take_free(p, name);
		return;
	}
	struct str best = hint_name(p, name->name, called);
	struct str shown = utf8_cut(name->name, HINT_BYTES_MAX);
	syntax_fail(p, name->pos, called ? "feel.function" : "feel.name",
	            "unknown %s '%.*s'%s%.*s%s", called ? "function" : "name", STR_ARG(shown),
	            best.n ? ": did you mean '" : "", STR_ARG(best), best.n ? "'?" : "");
}

/* Keys below a known, non-empty context are known, too. */
void names_check_key(struct parser *p, const struct feel_value *parent, struct str key, size_t pos)
{
	const struct feel_value *v = item_shape(parent);
	if (p->scope->any_key || !feel_is(v, FEEL_CONTEXT) || !v->context.n || feel_get(v, key))
		return;
	struct word_near h = { .word = key };
	hint_context(&h, v);
	struct str shown = utf8_cut(key, HINT_BYTES_MAX);
	syntax_fail(p, pos, "feel.key", "unknown name '%.*s'%s%.*s%s", STR_ARG(shown),
	            h.best.n ? ": did you mean '" : "", STR_ARG(h.best), h.best.n ? "'?" : "");
}

const struct feel_value *item_shape(const struct feel_value *shape)
{
	while (shape && shape->kind == FEEL_LIST)
		shape = shape->list.n ? &shape->list.items[0] : NULL;
	return shape && shape->kind != FEEL_NULL ? shape : NULL;
}

const struct feel_value *node_shape(struct parser *p, const struct node *n)
{
	const struct local *l;
	if (n->kind == N_NAME) {
		l = names_local(p, n->name);
		return l ? l->shape : feel_get(p->known, n->name);
	}
	if (n->kind == N_PATH)
		return feel_get(item_shape(node_shape(p, n->kids[0])), n->name);
	if (n->kind == N_FILTER)
		return node_shape(p, n->kids[0]);
	return NULL;
}
