/* The grammar of FEEL, from the loosest binding to the tightest: if/for/some/
 * every/function, or, and, comparison, + -, * /, **, unary minus, instance of,
 * path/filter/call (DMN 1.5 §10.3.1.2 rules 1 to 25). */
#include "rule/syntax.h"

void parse_enter(struct parser *p)
{
	if (++p->depth > SYNTAX_DEPTH_MAX)
		syntax_fail(p, p->pos, "feel.depth", "nested too deeply, at most %d levels", SYNTAX_DEPTH_MAX);
}

struct node *node_new(struct parser *p, enum node_kind k, size_t pos)
{
	if (arena_left(p->a) < SYNTAX_ARENA_MIN)
		syntax_fail(p, pos, "feel.size", "the expression is too large");
	struct node *n = ARENA_NEW(p->a, struct node);
	n->kind = k;
	n->pos = (uint32_t)pos;
	if (p->last_end > pos)
		n->text = str_sub(p->src, pos, p->last_end - pos);
	return n;
}

struct node *node_kids(struct parser *p, enum node_kind k, size_t pos,
                       const struct node *const *kids, size_t n)
{
	struct node *node = node_new(p, k, pos);
	const struct node **copy = ARENA_ARRAY(p->a, const struct node *, n);
	for (size_t i = 0; i < n; i++) {
		copy[i] = kids[i];
		if (!kids[i])
			continue;
		node->asks_input |= kids[i]->asks_input;
		if (kids[i]->height >= node->height)
			node->height = (uint16_t)(kids[i]->height + 1);
	}
	if (node->height > SYNTAX_TREE_MAX)
		syntax_fail(p, pos, "feel.depth", "more than %d operators in a row", SYNTAX_TREE_MAX);
	node->kids = copy;
	node->n = (uint32_t)n;
	return node;
}

static struct node *pair(struct parser *p, enum node_kind k, const struct node *x,
                         const struct node *y)
{
	const struct node *kids[] = { x, y };
	return node_kids(p, k, x->pos, kids, 2);
}

void vec_push(struct parser *p, struct node_vec *v, const struct node *n, struct str name)
{
	if (arena_left(p->a) < SYNTAX_ARENA_MIN)
		syntax_fail(p, p->pos, "feel.size", "the expression is too large");
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 4;
		const struct node **nodes = ARENA_ARRAY(p->a, const struct node *, cap);
		struct str *names = ARENA_ARRAY(p->a, struct str, cap);
		for (size_t i = 0; i < v->n; i++) {
			nodes[i] = v->p[i];
			names[i] = v->names[i];
		}
		v->p = nodes;
		v->names = names;
		v->cap = cap;
	}
	v->p[v->n] = n;
	v->names[v->n++] = name;
}

static const struct node *parse_signed(struct parser *p)
{
	const struct node *n;
	struct token t = *peek(p);
	if (t.kind == T_MINUS && !p->given) {
		next(p);
		parse_enter(p);
		n = parse_signed(p);
		parse_leave(p);
		if (n->kind == N_LITERAL && n->value.kind == FEEL_NUMBER) {
			struct node *negated = node_new(p, N_LITERAL, t.start);
			negated->value = feel_number(dec_neg(n->value.number));
			n = dec_zero(n->value.number) ? n : negated;
		} else {
			n = node_kids(p, N_NEG, t.start, &n, 1);
		}
	} else {
		n = parse_postfix(p);
	}
	return n;
}

static const struct node *parse_unary(struct parser *p)
{
	const struct node *n = parse_signed(p);
	while (accept(p, T_INSTANCE)) {
		expect(p, T_OF, "'of' after 'instance'");
		struct node *is = node_kids(p, N_INSTANCE, n->pos, &n, 1);
		is->type = parse_type(p);
		n = is;
	}
	return n;
}

static const struct node *parse_power(struct parser *p)
{
	const struct node *n = parse_unary(p);
	while (accept(p, T_POWER))
		n = pair(p, N_POW, n, parse_unary(p));
	return n;
}

static const struct node *parse_product(struct parser *p)
{
	const struct node *n = parse_power(p);
	for (;;) {
		if (accept(p, T_STAR))
			n = pair(p, N_MUL, n, parse_power(p));
		else if (accept(p, T_SLASH))
			n = pair(p, N_DIV, n, parse_power(p));
		else
			return n;
	}
}

const struct node *parse_additive(struct parser *p)
{
	parse_enter(p);
	const struct node *n = parse_product(p);
	for (;;) {
		if (accept(p, T_PLUS))
			n = pair(p, N_ADD, n, parse_product(p));
		else if (accept(p, T_MINUS))
			n = pair(p, N_SUB, n, parse_product(p));
		else
			break;
	}
	parse_leave(p);
	return n;
}

/* x in test, x in (test, test) */
static const struct node *parse_in(struct parser *p, const struct node *subject)
{
	struct node_vec v = { 0 };
	vec_push(p, &v, subject, STR(""));
	vec_push(p, &v, parse_test(p), STR(""));
	return node_kids(p, N_IN, subject->pos, v.p, v.n);
}

static const struct node *parse_between(struct parser *p, const struct node *subject)
{
	const struct node *kids[3] = { subject };
	kids[1] = parse_additive(p);
	expect(p, T_AND, "'and' of 'between … and …'");
	kids[2] = parse_additive(p);
	return node_kids(p, N_BETWEEN, subject->pos, kids, 3);
}

static const struct node *parse_comparison(struct parser *p)
{
	static const struct { enum token_kind token; enum node_kind node; } rows[] = {
		{ T_EQ, N_EQ }, { T_NE, N_NE }, { T_LT, N_LT }, { T_LE, N_LE }, { T_GT, N_GT },
		{ T_GE, N_GE },
	};
	const struct node *n = parse_additive(p);
	for (bool more = true; more;) {
		more = false;
		if (accept(p, T_IN)) {
			n = parse_in(p, n);
			more = true;
		} else if (accept(p, T_BETWEEN)) {
			n = parse_between(p, n);
			more = true;
		}
		for (size_t i = 0; !more && i < sizeof rows / sizeof *rows; i++)
			if (accept(p, rows[i].token)) {
				n = pair(p, rows[i].node, n, parse_additive(p));
				more = true;
			}
	}
	return n;
}

static const struct node *parse_and(struct parser *p)
{
	const struct node *n = parse_comparison(p);
	while (accept(p, T_AND))
		n = pair(p, N_AND, n, parse_comparison(p));
	return n;
}

const struct node *parse_expression(struct parser *p)
{
	parse_enter(p);
	const struct node *n = parse_and(p);
	while (accept(p, T_OR))
		n = pair(p, N_OR, n, parse_and(p));
	parse_leave(p);
	return n;
}
