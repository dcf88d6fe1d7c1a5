/* Unary tests: the cells of decision tables and the right side of "in"
 * (DMN 1.5 §10.3.1.2 rules 7 to 17, §7.3.3). */
#include "rule/syntax.h"

/* <, <=, >, >=, =, != and an operand; NULL when none stands here. */
const struct node *parse_test_operator(struct parser *p)
{
	static const struct { enum token_kind token; char op; } rows[] = {
		{ T_LT, '<' }, { T_LE, 'l' }, { T_GT, '>' }, { T_GE, 'g' }, { T_EQ, '=' }, { T_NE, '!' },
	};
	struct token t = *peek(p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (t.kind == rows[i].token) {
			next(p);
			const struct node *operand = parse_additive(p);
			struct node *n = node_kids(p, N_TEST, t.start, &operand, 1);
			n->op = rows[i].op;
			return n;
		}
	return NULL;
}

/* After "(" and its first test: a group of tests, a range or an expression: ","
 * tells. What was read is handed on to `whole`, not read again, or nesting would
 * cost 2^depth. */
static const struct node *parse_group(struct parser *p, const struct node *n, size_t start,
                                      const struct node *(*whole)(struct parser *))
{
	struct node_vec v = { 0 };
	if (peek(p)->kind != T_COMMA) {
		p->given = parse_paren_rest(p, n, start);
		return whole(p);
	}
	vec_push(p, &v, n, STR(""));
	while (accept(p, T_COMMA)) {
		n = parse_test_operator(p);
		vec_push(p, &v, n ? n : parse_expression(p), STR(""));
	}
	expect(p, T_RPAREN, "')'");
	return node_kids(p, N_TESTS, start, v.p, v.n);
}

/* One positive test, or several in parentheses. */
const struct node *parse_test(struct parser *p)
{
	const struct node *n = parse_test_operator(p);
	if (n)
		return n;
	if (peek(p)->kind != T_LPAREN)
		return parse_additive(p);
	size_t start = peek(p)->start;
	next(p);
	n = parse_test_operator(p);
	return parse_group(p, n ? n : parse_expression(p), start, parse_additive);
}

static bool at_test_operator(struct parser *p)
{
	enum token_kind k = peek(p)->kind;
	return k == T_LT || k == T_LE || k == T_GT || k == T_GE || k == T_EQ || k == T_NE;
}

static const struct node *test_item(struct parser *p)
{
	const struct node *n = parse_test_operator(p);
	if (n || peek(p)->kind != T_LPAREN)
		return n ? n : parse_expression(p);
	size_t start = peek(p)->start;
	next(p);
	if (!at_test_operator(p))
		return parse_group(p, parse_expression(p), start, parse_expression);
	unread(p); /* "(>5)" is a range, an ordinary value */
	p->pos = start;
	return parse_expression(p);
}

static void tests_until(struct parser *p, struct node_vec *v, enum token_kind end)
{
	do
		vec_push(p, v, test_item(p), STR(""));
	while (accept(p, T_COMMA));
	expect(p, end, end == T_END ? "',' or the end" : "',' or ')'");
}

/* "-"; not(test, …); test, test, … */
const struct node *parse_tests(struct parser *p)
{
	struct node_vec v = { 0 };
	struct token t = *peek(p);
	if (t.kind == T_MINUS || t.kind == T_END) {
		next(p);
		if (peek(p)->kind == T_END)
			return node_new(p, N_ANY, t.start);
		unread(p);
		p->pos = t.start;
	}
	bool negate = t.kind == T_NAME && str_eq(t.text, STR("not"));
	if (negate) {
		next(p);
		negate = accept(p, T_LPAREN);
		if (negate) {
			tests_until(p, &v, T_RPAREN);
			negate = peek(p)->kind == T_END;
		}
		if (!negate) { /* an ordinary expression that begins with not(…) */
			unread(p);
			p->pos = t.start;
			v = (struct node_vec){ 0 };
		}
	}
	if (!negate)
		tests_until(p, &v, T_END);
	struct node *n = node_kids(p, N_TESTS, t.start, v.p, v.n);
	n->negate = negate;
	return n;
}
