/* Regular expressions: running the program over a text. */
#include "rule/regex_program.h"

#include "base/utf8.h"
#include "rule/letters.h"

enum { SEEN_BYTES_MAX = 8 << 20 };

static bool item_has(const struct regex *r, const struct class_item *i, uint32_t cp)
{
	if (i->kind == ITEM_RANGE)
		return cp >= i->first && cp <= i->last;
	if (i->kind == ITEM_CLASS)
		return class_has(r, i->sub, cp);
	uint16_t category = letter_category(cp);
	return i->first & 0xff ? category == i->first : category >> 8 == i->first >> 8;
}

/* Without regard to case: what any spelling of the character is in; "^" turns
 * that around. */
bool class_has(const struct regex *r, const struct char_class *c, uint32_t cp)
{
	bool any = false;
	uint32_t lower = r->fold ? letter_lower(cp) : cp, upper = r->fold ? letter_upper(cp) : cp;
	for (size_t i = 0; i < c->n && !any; i++)
		any = item_has(r, &c->items[i], cp) ||
		      (lower != cp && item_has(r, &c->items[i], lower)) ||
		      (upper != cp && item_has(r, &c->items[i], upper));
	return any != c->negated && !(c->minus && class_has(r, c->minus, cp));
}

static bool same_char(const struct regex *r, uint32_t x, uint32_t y)
{
	return x == y || (r->fold && (letter_lower(x) == letter_lower(y) ||
	                              letter_upper(x) == letter_upper(y)));
}

/* A thread to try, or (restore) a slot to put back when it has failed. */
struct choice {
	uint32_t pc;
	bool restore;
	size_t at;
};

struct run {
	struct machine *m;
	struct regex *r;
	struct str s;
	struct choice *stack;
	size_t n, cap;
	size_t slots[REGEX_SLOTS];
};

static void push(struct run *x, struct choice c)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 64;
		struct choice *p = machine_alloc(x->m, cap, sizeof *p);
		if (x->n)
			memcpy(p, x->stack, x->n * sizeof *p);
		x->stack = p;
		x->cap = cap;
	}
	x->stack[x->n++] = c;
}

static bool line_begin(const struct run *x, size_t at)
{
	return at == 0 || (x->r->lines && x->s.p[at - 1] == '\n' && at < x->s.n);
}

static bool line_end(const struct run *x, size_t at)
{
	return at == x->s.n || (x->r->lines && x->s.p[at] == '\n');
}

/* The text of a group again; a group that took no part matches nothing. */
static bool back(struct run *x, size_t group, size_t *at)
{
	size_t from = x->slots[2 * group], to = x->slots[2 * group + 1];
	if (from == STR_NONE || to == STR_NONE)
		return true;
	struct str want = str_sub(x->s, from, to - from), have = str_from(x->s, *at);
	uint32_t p, q;
	machine_step(x->m, want.n / 16);
	while (utf8_next(&want, &p))
		if (!utf8_next(&have, &q) || !same_char(x->r, p, q))
			return false;
	*at = x->s.n - have.n;
	return true;
}

static bool tried(struct run *x, size_t pc, size_t at)
{
	struct regex *r = x->r;
	if (r->backs)
		return false;
	size_t bit = at * r->n + pc;
	uint64_t mask = 1ULL << (bit % 64);
	if (bit / 64 >= r->seen_to)
		r->seen_to = bit / 64 + 1;
	if (r->seen[bit / 64] & mask)
		return true;
	r->seen[bit / 64] |= mask;
	return false;
}

static bool one_char(const struct run *x, const struct regex_inst *in, size_t *at)
{
	struct str rest = str_from(x->s, *at);
	uint32_t cp;
	if (!utf8_next(&rest, &cp))
		return false;
	if (in->op == RX_CHAR && !same_char(x->r, in->x, cp))
		return false;
	if (in->op == RX_ANY && !x->r->dot_all && (cp == '\n' || cp == '\r'))
		return false;
	if (in->op == RX_CLASS && !class_has(x->r, in->set, cp))
		return false;
	*at = x->s.n - rest.n;
	return true;
}

/* Runs one thread until it fails or matches. */
static bool thread(struct run *x, size_t pc, size_t at)
{
	for (;;) {
		const struct regex_inst *in = &x->r->prog[pc];
		machine_step(x->m, pc % 4 == 0); /* a step of the machine is some of these */
		switch (in->op) {
		case RX_MATCH:
			return true;
		case RX_JUMP:
			pc = in->x;
			continue;
		case RX_SPLIT:
			if (tried(x, pc, at))
				return false;
			push(x, (struct choice){ in->y, false, at });
			pc = in->x;
			continue;
		case RX_SAVE:
			push(x, (struct choice){ in->x, true, x->slots[in->x] });
			x->slots[in->x] = at;
			break;
		case RX_BEGIN:
			if (!line_begin(x, at))
				return false;
			break;
		case RX_END:
			if (!line_end(x, at))
				return false;
			break;
		case RX_BACK:
			if (!back(x, in->x, &at))
				return false;
			break;
		case RX_PROGRESS:
			if (x->slots[in->x] == at)
				return false;
			break;
		case RX_CHAR: case RX_ANY: case RX_CLASS:
			if (!one_char(x, in, &at))
				return false;
			break;
		}
		pc++;
	}
}

static bool match_at(struct run *x, size_t at)
{
	x->n = 0;
	for (size_t i = 0; i < REGEX_SLOTS; i++)
		x->slots[i] = STR_NONE;
	push(x, (struct choice){ 0, false, at });
	while (x->n) {
		struct choice c = x->stack[--x->n];
		if (c.restore)
			x->slots[c.pc] = c.at;
		else if (thread(x, c.pc, c.at))
			return true;
	}
	return false;
}

/* The memory of what was tried holds for all starting places of one search:
 * what failed from there before fails again. The next search forgets only what
 * the last one touched, so that replacing every letter stays linear. */
static void fresh_memory(struct machine *m, struct regex *r, struct str s, size_t from)
{
	size_t bits, words;
	if (r->backs)
		return;
	if (__builtin_mul_overflow(r->n, s.n + 1, &bits) || bits / 8 > SEEN_BYTES_MAX)
		machine_limit(m, "feel.regex", "a pattern is too long for a text of this size");
	words = bits / 64 + 1;
	if (words > r->seen_words) {
		machine_step(m, words / 64);
		r->seen = machine_alloc(m, words, sizeof *r->seen);
		r->seen_words = words;
	} else if (r->seen_to > r->seen_from) {
		machine_step(m, (r->seen_to - r->seen_from) / 64);
		memset(r->seen + r->seen_from, 0, (r->seen_to - r->seen_from) * sizeof *r->seen);
	}
	r->seen_from = r->seen_to = from * r->n / 64;
}

bool regex_find(struct machine *m, struct regex *r, struct str s, size_t from,
                size_t groups[2 * REGEX_GROUPS])
{
	struct run x = { .m = m, .r = r, .s = s };
	fresh_memory(m, r, s, from);
	for (size_t at = from; at <= s.n; at++) {
		if (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			continue;
		if (match_at(&x, at)) {
			memcpy(groups, x.slots, 2 * REGEX_GROUPS * sizeof *groups);
			return true;
		}
	}
	return false;
}
