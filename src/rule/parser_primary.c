/* Literals, names, brackets, and what follows them: paths, filters, calls; and
 * the expressions that begin with a word: if, for, some, every, function. */
#include "rule/syntax.h"

#include "rule/builtin.h"

static const struct node *literal(struct parser *p, size_t pos, struct feel_value v)
{
	struct node *n = node_new(p, N_LITERAL, pos);
	n->value = v;
	return n;
}

static const struct node *parse_at(struct parser *p, const struct token *t)
{
	struct feel_value v = feel_parse_temporal(t->text);
	if (v.kind == FEEL_NULL)
		syntax_fail(p, t->start, "feel.at",
		            "@\"%.*s\" is no date, time, date and time, or duration",
		            (int)(t->text.n < 60 ? t->text.n : 0), t->text.p);
	return literal(p, t->start, v);
}

static const struct node *parse_if(struct parser *p, size_t pos)
{
	const struct node *kids[3];
	kids[0] = parse_expression(p);
	expect(p, T_THEN, "'then'");
	kids[1] = parse_expression(p);
	expect(p, T_ELSE, "'else'");
	kids[2] = parse_expression(p);
	return node_kids(p, N_IF, pos, kids, 3);
}

static const struct node *iteration_domain(struct parser *p)
{
	const struct node *low = parse_expression(p);
	if (!accept(p, T_DOTDOT))
		return low;
	const struct node *kids[] = { low, parse_expression(p) };
	return node_kids(p, N_SPAN, low->pos, kids, 2);
}

/* for x in a, y in b return …; some/every … satisfies … */
static const struct node *parse_loop(struct parser *p, enum node_kind k, size_t pos)
{
	struct node_vec v = { 0 };
	size_t locals = p->nlocals;
	do {
		struct str name = names_raw(p, T_IN);
		expect(p, T_IN, "'in'");
		const struct node *domain = iteration_domain(p);
		unread(p);
		names_declare(p, name, item_shape(node_shape(p, domain)));
		vec_push(p, &v, domain, name);
	} while (accept(p, T_COMMA));
	if (k == N_FOR) {
		expect(p, T_RETURN, "'return'");
		names_declare(p, STR("partial"), NULL);
	} else {
		expect(p, T_SATISFIES, "'satisfies'");
	}
	vec_push(p, &v, parse_expression(p), STR(""));
	unread(p);
	p->nlocals = locals;
	struct node *n = node_kids(p, k, pos, v.p, v.n);
	n->names = v.names;
	n->nnames = (uint32_t)v.n - 1;
	return n;
}

/* function(a, b: number) body */
static const struct node *parse_function(struct parser *p, size_t pos)
{
	struct node_vec v = { 0 };
	const struct type *types[LOCALS_MAX] = { 0 };
	size_t locals = p->nlocals;
	expect(p, T_LPAREN, "'(' after 'function'");
	while (!accept(p, T_RPAREN)) {
		struct str name = names_raw(p, T_COMMA);
		if (v.n == LOCALS_MAX - 1)
			syntax_fail(p, p->pos, "feel.depth", "too many parameters");
		if (accept(p, T_COLON))
			types[v.n] = parse_type(p);
		vec_push(p, &v, NULL, name);
		if (peek(p)->kind != T_RPAREN)
			expect(p, T_COMMA, "',' or ')'");
	}
	for (size_t i = 0; i < v.n; i++)
		names_declare(p, v.names[i], NULL);
	bool external = accept(p, T_EXTERNAL);
	unsigned filters = p->filters;
	const struct node *body = parse_expression(p);
	p->filters = filters;
	unread(p);
	p->nlocals = locals;
	struct node *n = node_kids(p, N_FUNCTION, pos, &body, external ? 0 : 1);
	const struct type **kept = ARENA_ARRAY(p->a, const struct type *, v.n);
	for (size_t i = 0; i < v.n; i++)
		kept[i] = types[i];
	n->names = v.names;
	n->types = kept;
	n->nnames = (uint32_t)v.n;
	return n;
}

/* { name: value, "text": value }; an entry sees the ones before it. */
static const struct node *parse_context(struct parser *p, size_t pos)
{
	struct node_vec v = { 0 };
	size_t locals = p->nlocals;
	while (!accept(p, T_RBRACE)) {
		struct str key;
		if (peek(p)->kind == T_STRING)
			key = next(p).text;
		else
			key = names_raw(p, T_COLON);
		for (size_t i = 0; i < v.n; i++)
			if (str_eq(v.names[i], key))
				syntax_fail(p, p->pos, "feel.twice", "the key '%.*s' stands here twice",
				            (int)(key.n < 60 ? key.n : 0), key.p);
		expect(p, T_COLON, "':' after the key");
		const struct node *value = parse_expression(p);
		unread(p);
		names_key(p, key);
		names_declare(p, key, node_shape(p, value));
		vec_push(p, &v, value, key);
		if (peek(p)->kind != T_RBRACE)
			expect(p, T_COMMA, "',' or '}'");
	}
	p->nlocals = locals;
	struct node *n = node_kids(p, N_CONTEXT, pos, v.p, v.n);
	n->names = v.names;
	n->nnames = (uint32_t)v.n;
	return n;
}

/* The rest of a range after its low end and "..". */
static const struct node *range_rest(struct parser *p, const struct node *low, bool low_closed,
                                     size_t pos)
{
	bool outer = p->range_end;
	p->range_end = true;
	const struct node *kids[] = { low, parse_expression(p) };
	p->range_end = outer;
	struct node *n = node_kids(p, N_RANGE, pos, kids, 2);
	n->low_closed = low_closed;
	struct token end = next(p);
	n->high_closed = end.kind == T_RBRACKET;
	if (end.kind != T_RBRACKET && end.kind != T_RPAREN && end.kind != T_LBRACKET)
		syntax_fail(p, end.start, "feel.range", "a range ends with ']' or ')', found %s",
		            token_name(p, &end));
	return n;
}

static const struct node *parse_list(struct parser *p, size_t pos)
{
	struct node_vec v = { 0 };
	bool outer = p->range_end;
	p->range_end = false;
	while (!accept(p, T_RBRACKET)) {
		const struct node *item = parse_test_operator(p);
		if (!item)
			item = parse_expression(p);
		if (v.n == 0 && accept(p, T_DOTDOT)) {
			p->range_end = outer;
			return range_rest(p, item, true, pos);
		}
		vec_push(p, &v, item, STR(""));
		if (peek(p)->kind != T_RBRACKET)
			expect(p, T_COMMA, "',' or ']'");
	}
	p->range_end = outer;
	return node_kids(p, N_LIST, pos, v.p, v.n);
}

/* Behind "( n": a closing bracket, or the rest of a range. */
const struct node *parse_paren_rest(struct parser *p, const struct node *n, size_t pos)
{
	if (n->kind != N_TEST && accept(p, T_DOTDOT))
		return range_rest(p, n, false, pos);
	expect(p, T_RPAREN, "')'");
	return n;
}

/* ( expression ), ( low .. high ), or the range of a unary test: (< 5) */
static const struct node *parse_paren(struct parser *p, size_t pos)
{
	bool outer = p->range_end;
	p->range_end = false;
	const struct node *n = parse_test_operator(p);
	if (!n)
		n = parse_expression(p);
	n = parse_paren_rest(p, n, pos);
	p->range_end = outer;
	return n;
}

/* ] low .. high ] */
static const struct node *parse_open_range(struct parser *p, size_t pos)
{
	const struct node *low = parse_expression(p);
	expect(p, T_DOTDOT, "'..' of a range");
	return range_rest(p, low, false, pos);
}

static const struct node *parse_name(struct parser *p, const struct token *t)
{
	struct node *n = node_new(p, N_NAME, t->start);
	n->name = t->text;
	n->in_filter = p->filters > 0;
	names_check(p, n, peek(p)->kind == T_LPAREN);
	return n;
}

static const struct node *parse_input(struct parser *p, size_t pos)
{
	struct node *n = node_new(p, N_NAME, pos);
	n->name = STR("?");
	n->local = n->asks_input = true;
	return n;
}

const struct node *parse_primary(struct parser *p)
{
	if (p->given) {
		const struct node *n = p->given;
		p->given = NULL;
		return n;
	}
	struct token t = next(p);
	switch (t.kind) {
	case T_NUMBER: return literal(p, t.start, feel_number(t.number));
	case T_STRING: return literal(p, t.start, feel_string(t.text));
	case T_TRUE: return literal(p, t.start, feel_bool(true));
	case T_FALSE: return literal(p, t.start, feel_bool(false));
	case T_NULL: return literal(p, t.start, feel_null());
	case T_AT: return parse_at(p, &t);
	case T_NAME: return parse_name(p, &t);
	case T_QUESTION: return parse_input(p, t.start);
	case T_IF: return parse_if(p, t.start);
	case T_FOR: return parse_loop(p, N_FOR, t.start);
	case T_SOME: return parse_loop(p, N_SOME, t.start);
	case T_EVERY: return parse_loop(p, N_EVERY, t.start);
	case T_FUNCTION: return parse_function(p, t.start);
	case T_LBRACE: return parse_context(p, t.start);
	case T_LBRACKET: return parse_list(p, t.start);
	case T_LPAREN: return parse_paren(p, t.start);
	case T_RBRACKET: return parse_open_range(p, t.start);
	default:
		syntax_fail(p, t.start, "feel.operand", "expected a value, found %s", token_name(p, &t));
	}
}

/* Is the next argument "name: value"? Then its name; the colon is taken. */
static bool argument_name(struct parser *p, struct str *ret)
{
	unread(p);
	skip_space(p);
	size_t start = p->pos, i = start;
	while (i < p->src.n && (!strchr("(){}[],:\"?<>=@", p->src.p[i]) || !p->src.p[i]))
		i++;
	if (i == p->src.n || p->src.p[i] != ':' || i == start)
		return false;
	*ret = names_raw(p, T_COLON);
	expect(p, T_COLON, "':'");
	return true;
}

/* f(a, b) or f(x: a, y: b); never a mixture. */
static const struct node *parse_call(struct parser *p, const struct node *callee)
{
	struct node_vec v = { 0 };
	bool named = false, outer = p->range_end;
	struct str name = { "", 0 };
	p->range_end = false;
	vec_push(p, &v, callee, name);
	while (!accept(p, T_RPAREN)) {
		size_t pos = p->pos;
		bool has = argument_name(p, &name);
		if (v.n > 1 && has != named)
			syntax_fail(p, pos, "feel.arguments", "name all arguments of a call or none");
		named = has;
		const struct node *arg = parse_test_operator(p);
		vec_push(p, &v, arg ? arg : parse_expression(p), has ? name : STR(""));
		if (peek(p)->kind != T_RPAREN)
			expect(p, T_COMMA, "',' or ')'");
	}
	p->range_end = outer;
	struct node *n = node_kids(p, N_CALL, callee->pos, v.p, v.n);
	n->names = named ? v.names + 1 : NULL;
	n->nnames = named ? (uint32_t)v.n - 1 : 0;
	const struct feel_value *known = callee->kind == N_NAME ? feel_get(p->known, callee->name) : NULL;
	if (callee->kind == N_NAME && !callee->local && !feel_is(known, FEEL_FUNCTION))
		n->builtin = builtin_find(callee->name);
	return n;
}

static const struct node *parse_filter(struct parser *p, const struct node *subject)
{
	bool loose = !item_shape(node_shape(p, subject)), outer = p->range_end;
	p->range_end = false;
	p->filters++;
	p->loose += loose;
	const struct node *kids[] = { subject, parse_expression(p) };
	expect(p, T_RBRACKET, "']'");
	unread(p);
	p->filters--;
	p->loose -= loose;
	p->range_end = outer;
	return node_kids(p, N_FILTER, subject->pos, kids, 2);
}

/* In [1..5[ the last bracket closes the range: nothing that could be a filter follows. */
static bool closes_range(struct parser *p)
{
	if (!p->range_end)
		return false;
	struct str rest = str_trim(str_from(p->src, p->tok.end));
	return !rest.n || strchr(")],}.=<>!+*/", rest.p[0]) || str_starts(rest, STR("and ")) ||
	       str_starts(rest, STR("or ")) || str_starts(rest, STR("then ")) ||
	       str_starts(rest, STR("instance "));
}

const struct node *parse_postfix(struct parser *p)
{
	const struct node *n = parse_primary(p);
	for (;;) {
		enum token_kind k = peek(p)->kind;
		size_t pos = p->pos;
		if (k == T_DOT) {
			next(p);
			struct str key = names_path(p);
			names_check_key(p, node_shape(p, n), key, pos + 1);
			struct node *path = node_kids(p, N_PATH, n->pos, &n, 1);
			path->name = key;
			n = path;
		} else if (k == T_LBRACKET && !closes_range(p)) {
			next(p);
			n = parse_filter(p, n);
		} else if (k == T_LPAREN) {
			next(p);
			n = parse_call(p, n);
		} else {
			return n;
		}
	}
}
