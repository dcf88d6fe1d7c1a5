/* Regular expressions: from the pattern to the program.
 * XPath and XQuery Functions 3.1 §5.6.1, XML Schema 1.1 part 2 appendix G. */
#include "rule/regex_program.h"

#include "base/utf8.h"
#include "rule/letters.h"

struct compiler {
	struct machine *m;
	struct regex *r;
	struct str p;
	size_t i;
	bool spaces; /* flag x: white space outside classes does not count */
	bool bad;
	int depth;
};

static void alternatives(struct compiler *c);

static size_t emit(struct compiler *c, enum regex_op op, size_t x, size_t y)
{
	struct regex *r = c->r;
	machine_step(c->m, 1);
	if (r->n == REGEX_PROGRAM_MAX) {
		c->bad = true;
		r->n--;
	}
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 32;
		struct regex_inst *prog = machine_alloc(c->m, cap, sizeof *prog);
		if (r->n)
			memcpy(prog, r->prog, r->n * sizeof *prog);
		r->prog = prog;
		r->cap = cap;
	}
	r->prog[r->n] = (struct regex_inst){ op, (uint32_t)x, (uint32_t)y, NULL };
	return r->n++;
}

static void skip(struct compiler *c)
{
	while (c->spaces && c->i < c->p.n && strchr(" \t\r\n", c->p.p[c->i]))
		c->i++;
}

static char look(struct compiler *c)
{
	skip(c);
	return c->i < c->p.n ? c->p.p[c->i] : 0;
}

static bool eat(struct compiler *c, char ch)
{
	if (look(c) != ch || c->i >= c->p.n)
		return false;
	c->i++;
	return true;
}

static uint32_t take_cp(struct compiler *c)
{
	struct str rest = str_from(c->p, c->i);
	uint32_t cp = 0;
	if (!utf8_next(&rest, &cp))
		c->bad = true;
	c->i = c->p.n - rest.n;
	return cp;
}

struct class_items {
	struct class_item *p;
	size_t n, cap;
};

static void class_add(struct compiler *c, struct class_items *v, struct class_item item)
{
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 4;
		struct class_item *p = machine_alloc(c->m, cap, sizeof *p);
		if (v->n)
			memcpy(p, v->p, v->n * sizeof *p);
		v->p = p;
		v->cap = cap;
	}
	v->p[v->n++] = item;
}

static void class_range(struct compiler *c, struct class_items *v, uint32_t first, uint32_t last)
{
	class_add(c, v, (struct class_item){ .kind = ITEM_RANGE, .first = first, .last = last });
}

static const struct char_class *class_of(struct compiler *c, const struct class_items *v,
                                         bool negated)
{
	struct char_class *k = machine_alloc(c->m, 1, sizeof *k);
	k->items = v->p;
	k->n = v->n;
	k->negated = negated;
	return k;
}

static void add_sub(struct compiler *c, struct class_items *v, const struct class_items *inner,
                    bool negated)
{
	class_add(c, v, (struct class_item){ .kind = ITEM_CLASS, .sub = class_of(c, inner, negated) });
}

static void add_category(struct compiler *c, struct class_items *v, char major, char minor)
{
	class_add(c, v, (struct class_item){ .kind = ITEM_CATEGORY,
		.first = (uint32_t)((unsigned char)major << 8 | (unsigned char)minor) });
}

/* \p{Lu}, \p{L}, \p{IsHiragana} */
static void property_class(struct compiler *c, struct class_items *v, bool negated)
{
	struct class_items inner = { 0 };
	char name[64];
	size_t n = 0;
	if (!eat(c, '{'))
		c->bad = true;
	while (!c->bad && look(c) && look(c) != '}' && n < sizeof name)
		name[n++] = c->p.p[c->i++];
	if (!eat(c, '}') || !n) {
		c->bad = true;
		return;
	}
	struct str s = str_of(name, n);
	uint32_t first, last;
	if (str_starts(s, STR("Is")) && letter_block_find(str_from(s, 2), &first, &last))
		class_range(c, &inner, first, last);
	else if (n <= 2 && strchr("LMNPZSC", name[0]) && (n == 1 || (name[1] >= 'a' && name[1] <= 'z')))
		add_category(c, &inner, name[0], n == 2 ? name[1] : 0);
	else
		c->bad = true;
	add_sub(c, v, &inner, negated);
}

/* The multi-character escapes; false when ch is none. */
static bool named_class(struct compiler *c, struct class_items *v, char ch)
{
	struct class_items in = { 0 };
	char lower = (char)(ch | 32);
	bool negated = lower != ch;
	if (lower == 'p') {
		property_class(c, v, negated);
		return true;
	}
	if (!strchr("dwsic", lower))
		return false;
	if (lower == 'd') {
		add_category(c, &in, 'N', 'd');
	} else if (lower == 's') {
		class_range(c, &in, ' ', ' ');
		class_range(c, &in, '\t', '\n');
		class_range(c, &in, '\r', '\r');
	} else if (lower == 'w') { /* all but punctuation, separators and others */
		add_category(c, &in, 'P', 0);
		add_category(c, &in, 'Z', 0);
		add_category(c, &in, 'C', 0);
		negated = !negated;
	} else { /* names of XML: initial letters; and what may follow */
		class_range(c, &in, ':', ':');
		class_range(c, &in, '_', '_');
		add_category(c, &in, 'L', 0);
		if (lower == 'c') {
			class_range(c, &in, '-', '.');
			class_range(c, &in, 0xb7, 0xb7);
			add_category(c, &in, 'N', 'd');
			add_category(c, &in, 'M', 0);
		}
	}
	add_sub(c, v, &in, negated);
	return true;
}

static bool single_escape(char ch, uint32_t *ret)
{
	static const char same[] = "\\|.?*+(){}-[]^$";
	if (ch == 'n')
		*ret = '\n';
	else if (ch == 'r')
		*ret = '\r';
	else if (ch == 't')
		*ret = '\t';
	else if (ch && strchr(same, ch))
		*ret = (unsigned char)ch;
	else
		return false;
	return true;
}

static const struct char_class *bracket(struct compiler *c);

/* One character of a class, escaped or not. */
static bool class_char(struct compiler *c, uint32_t *ret)
{
	if (c->i >= c->p.n)
		return false;
	char ch = c->p.p[c->i];
	if (ch == '\\') {
		if (!single_escape(c->i + 1 < c->p.n ? c->p.p[c->i + 1] : 0, ret))
			return false;
		c->i += 2;
		return true;
	}
	if (ch == '[' || ch == ']')
		return false;
	*ret = take_cp(c);
	return !c->bad;
}

static bool class_piece(struct compiler *c, struct class_items *v)
{
	uint32_t first, last;
	if (c->p.p[c->i] == '\\' && c->i + 1 < c->p.n) {
		char ch = c->p.p[c->i + 1];
		c->i += 2;
		if (named_class(c, v, ch))
			return !c->bad;
		c->i -= 2;
	}
	if (!class_char(c, &first))
		return false;
	bool range = c->i + 1 < c->p.n && c->p.p[c->i] == '-' && c->p.p[c->i + 1] != ']' &&
	             c->p.p[c->i + 1] != '[';
	last = first;
	if (range) {
		c->i++;
		if (!class_char(c, &last) || last < first)
			return false;
	}
	class_range(c, v, first, last);
	return true;
}

/* Behind "[": items, perhaps minus another class, and "]". */
static const struct char_class *bracket(struct compiler *c)
{
	struct class_items v = { 0 };
	const struct char_class *minus = NULL;
	bool negated = c->i < c->p.n && c->p.p[c->i] == '^';
	c->i += negated;
	if (++c->depth > REGEX_DEPTH_MAX)
		c->bad = true;
	while (!c->bad && c->i < c->p.n && (c->p.p[c->i] != ']' || !v.n)) {
		machine_step(c->m, 1);
		if (v.n && str_starts(str_from(c->p, c->i), STR("-["))) {
			c->i += 2;
			minus = bracket(c);
			break;
		}
		if (!class_piece(c, &v))
			c->bad = true;
	}
	c->depth--;
	if (c->bad || c->i >= c->p.n || c->p.p[c->i] != ']') {
		c->bad = true;
		return NULL;
	}
	c->i++;
	struct char_class *k = machine_alloc(c->m, 1, sizeof *k);
	*k = (struct char_class){ negated, v.n, v.p, minus };
	return k;
}

static void emit_class(struct compiler *c, const struct char_class *set)
{
	size_t at = emit(c, RX_CLASS, 0, 0); /* may move the program */
	c->r->prog[at].set = set;
}

static void group(struct compiler *c)
{
	size_t number = 0;
	bool captures = !str_starts(str_from(c->p, c->i), STR("?:"));
	if (captures)
		number = ++c->r->groups;
	else
		c->i += 2;
	if (number >= REGEX_GROUPS || ++c->depth > REGEX_DEPTH_MAX) {
		c->bad = true;
		return;
	}
	if (captures)
		emit(c, RX_SAVE, 2 * number, 0);
	alternatives(c);
	if (captures)
		emit(c, RX_SAVE, 2 * number + 1, 0);
	c->depth--;
	if (!eat(c, ')'))
		c->bad = true;
}

static void back_reference(struct compiler *c, char first)
{
	size_t number = (size_t)(first - '0');
	while (c->i < c->p.n && c->p.p[c->i] >= '0' && c->p.p[c->i] <= '9' &&
	       number * 10 + (size_t)(c->p.p[c->i] - '0') <= c->r->groups)
		number = number * 10 + (size_t)(c->p.p[c->i++] - '0');
	if (number > c->r->groups)
		c->bad = true;
	c->r->backs = true;
	emit(c, RX_BACK, number, 0);
}

static void escape(struct compiler *c)
{
	struct class_items v = { 0 };
	uint32_t cp;
	char ch = look(c);
	c->i++;
	if (ch >= '1' && ch <= '9')
		back_reference(c, ch);
	else if (single_escape(ch, &cp))
		emit(c, RX_CHAR, cp, 0);
	else if (ch && named_class(c, &v, ch))
		emit_class(c, class_of(c, &v, false));
	else
		c->bad = true;
}

static void atom(struct compiler *c)
{
	if (eat(c, '('))
		group(c);
	else if (eat(c, '['))
		emit_class(c, bracket(c));
	else if (eat(c, '.'))
		emit(c, RX_ANY, 0, 0);
	else if (eat(c, '^'))
		emit(c, RX_BEGIN, 0, 0);
	else if (eat(c, '$'))
		emit(c, RX_END, 0, 0);
	else if (eat(c, '\\'))
		escape(c);
	else if (strchr("?*+{}]", look(c)))
		c->bad = true;
	else
		emit(c, RX_CHAR, take_cp(c), 0);
}

static bool number(struct compiler *c, size_t *ret)
{
	size_t from = c->i, v = 0;
	while (look(c) >= '0' && look(c) <= '9' && v <= REGEX_REPEAT_MAX)
		v = v * 10 + (size_t)(c->p.p[c->i++] - '0');
	*ret = v;
	return c->i > from && v <= REGEX_REPEAT_MAX;
}

/* ?, *, +, {n}, {n,}, {n,m}. */
static bool quantifier(struct compiler *c, size_t *min, size_t *max)
{
	*min = 0;
	*max = SIZE_MAX;
	if (eat(c, '?')) {
		*max = 1;
	} else if (eat(c, '+')) {
		*min = 1;
	} else if (eat(c, '{')) {
		if (!number(c, min))
			c->bad = true;
		*max = *min;
		if (eat(c, ',')) {
			*max = SIZE_MAX;
			if (look(c) != '}' && !number(c, max))
				c->bad = true;
		}
		if (!eat(c, '}') || *max < *min)
			c->bad = true;
	} else {
		return eat(c, '*');
	}
	return true;
}

/* Repeats the instructions from `start` to the end: copies for the counted
 * part, a loop for the rest. Inner jumps move with their copy. */
static void copy_body(struct compiler *c, const struct regex_inst *body, size_t n, size_t from)
{
	size_t to = c->r->n;
	for (size_t i = 0; i < n && !c->bad; i++) {
		struct regex_inst in = body[i];
		if (in.op == RX_SPLIT || in.op == RX_JUMP) {
			in.x = (uint32_t)(in.x - from + to);
			in.y = (uint32_t)(in.y - from + to);
		}
		size_t at = emit(c, in.op, in.x, in.y);
		c->r->prog[at].set = in.set;
	}
}

static void split_to(struct compiler *c, size_t at, size_t skip_to, bool greedy)
{
	struct regex_inst *in = &c->r->prog[at];
	in->x = (uint32_t)(greedy ? at + 1 : skip_to);
	in->y = (uint32_t)(greedy ? skip_to : at + 1);
}

static void repeat(struct compiler *c, size_t start, size_t min, size_t max, bool greedy)
{
	struct regex *r = c->r;
	size_t n = r->n - start;
	struct regex_inst *body = machine_alloc(c->m, n, sizeof *body);
	if (n)
		memcpy(body, r->prog + start, n * sizeof *body);
	r->n = start;
	for (size_t i = 0; i < min && !c->bad; i++)
		copy_body(c, body, n, start);
	if (max == SIZE_MAX) {
		size_t slot = r->slots < REGEX_SLOTS - 1 ? r->slots++ : 0;
		if (!slot)
			c->bad = true;
		size_t head = emit(c, RX_SPLIT, 0, 0);
		emit(c, RX_SAVE, slot, 0);
		copy_body(c, body, n, start);
		emit(c, RX_PROGRESS, slot, 0);
		emit(c, RX_JUMP, head, head);
		split_to(c, head, r->n, greedy);
		return;
	}
	size_t *heads = machine_alloc(c->m, max - min, sizeof *heads);
	for (size_t i = 0; i < max - min && !c->bad; i++) {
		heads[i] = emit(c, RX_SPLIT, 0, 0);
		copy_body(c, body, n, start);
	}
	for (size_t i = 0; i < max - min && !c->bad; i++)
		split_to(c, heads[i], r->n, greedy);
}

static void sequence(struct compiler *c)
{
	while (!c->bad && look(c) && look(c) != '|' && look(c) != ')') {
		size_t start = c->r->n, min, max;
		atom(c);
		if (!c->bad && quantifier(c, &min, &max)) {
			bool greedy = !eat(c, '?');
			if (!c->bad)
				repeat(c, start, min, max, greedy);
		}
	}
}

/* Puts a split in front of what begins at `start`, which moves on by one. */
static size_t insert_split(struct compiler *c, size_t start)
{
	size_t n = c->r->n - start;
	struct regex_inst *body = machine_alloc(c->m, n, sizeof *body);
	if (n)
		memcpy(body, c->r->prog + start, n * sizeof *body);
	c->r->n = start;
	size_t head = emit(c, RX_SPLIT, 0, 0);
	copy_body(c, body, n, start);
	return head;
}

/* a|b|c: split, a, jump to the end, split, b, jump to the end, c. Jumps that do
 * not know the end yet are chained through x. */
static void alternatives(struct compiler *c)
{
	size_t jumps = SIZE_MAX;
	for (;;) {
		size_t start = c->r->n;
		sequence(c);
		if (c->bad || !eat(c, '|'))
			break;
		size_t head = insert_split(c, start), jump = emit(c, RX_JUMP, 0, 0);
		c->r->prog[jump].x = (uint32_t)jumps;
		jumps = jump;
		split_to(c, head, c->r->n, true);
	}
	while (!c->bad && jumps != SIZE_MAX) {
		struct regex_inst *in = &c->r->prog[jumps];
		jumps = in->x == UINT32_MAX ? SIZE_MAX : in->x;
		in->x = in->y = (uint32_t)c->r->n;
	}
}

static bool read_flags(struct compiler *c, struct str flags)
{
	for (size_t i = 0; i < flags.n; i++)
		switch (flags.p[i]) {
		case 's': c->r->dot_all = true; break;
		case 'm': c->r->lines = true; break;
		case 'i': c->r->fold = true; break;
		case 'x': c->spaces = true; break;
		case 'q': c->r->literal = true; break;
		default: return false;
		}
	return true;
}

struct regex *regex_compile(struct machine *m, struct str pattern, struct str flags)
{
	struct regex *r = machine_alloc(m, 1, sizeof *r);
	struct compiler c = { .m = m, .r = r, .p = pattern };
	r->slots = 2 * REGEX_GROUPS;
	machine_step(m, 10);
	if (!read_flags(&c, flags))
		return NULL;
	emit(&c, RX_SAVE, 0, 0);
	if (r->literal)
		while (c.i < pattern.n && !c.bad)
			emit(&c, RX_CHAR, take_cp(&c), 0);
	else
		alternatives(&c);
	if (c.bad || c.i < pattern.n)
		return NULL;
	emit(&c, RX_SAVE, 1, 0);
	emit(&c, RX_MATCH, 0, 0);
	return c.bad ? NULL : r;
}

size_t regex_groups(const struct regex *r)
{
	return r->groups;
}

bool regex_literal(const struct regex *r)
{
	return r->literal;
}
