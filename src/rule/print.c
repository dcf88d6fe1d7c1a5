/* A compiled expression as text again, that compiles to the same tree: operands
 * that are not simple stand in parentheses, constants are written out, names are
 * as they were understood. What only boxed expressions have has no such text. */
#include "base/buf.h"
#include "rule/ast.h"
#include "rule/builtin.h"

enum { PRINT_BYTES_MAX = 1 << 20 };

struct printer {
	struct arena *a;
	struct buf *b;
	bool boxed; /* something has no text */
};

static void expression(struct printer *p, const struct node *n);
static void type(struct printer *p, const struct type *t);

static void add(struct printer *p, const char *s)
{
	buf_add_c(p->b, s);
}

/* Texts as FEEL writes them; a code point that would not be seen by its number. */
static void quoted(struct printer *p, struct str s)
{
	add(p, "\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_printf(p->b, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(p->b, "\\u%04x", c);
		else
			buf_add_char(p->b, (char)c);
	}
	add(p, "\"");
}

static void literal(struct printer *p, const struct node *n)
{
	const struct feel_value *v = &n->value;
	if (v->kind == FEEL_STRING) {
		quoted(p, v->string);
		return;
	}
	bool temporal = v->kind >= FEEL_DATE && v->kind <= FEEL_MONTHS_DURATION;
	p->boxed |= v->kind > FEEL_MONTHS_DURATION;
	add(p, temporal ? "@\"" : "");
	buf_add(p->b, feel_to_text(p->a, v));
	add(p, temporal ? "\"" : "");
}

static bool simple(const struct node *n)
{
	if (n->kind == N_LITERAL)
		return n->value.kind != FEEL_NUMBER || !dec_negative(n->value.number);
	return n->kind == N_NAME || n->kind == N_PATH || n->kind == N_CALL || n->kind == N_LIST ||
	       n->kind == N_CONTEXT || n->kind == N_RANGE || n->kind == N_FILTER;
}

static void operand(struct printer *p, const struct node *n)
{
	bool bare = simple(n);
	add(p, bare ? "" : "(");
	expression(p, n);
	add(p, bare ? "" : ")");
}

/* Before "." and "(": a number would take the dot. */
static void subject(struct printer *p, const struct node *n)
{
	bool number = n->kind == N_LITERAL && simple(n);
	add(p, number ? "(" : "");
	operand(p, n);
	add(p, number ? ")" : "");
}

static void operands(struct printer *p, const struct node *n, size_t from, const char *between)
{
	for (size_t i = from; i < n->n; i++) {
		add(p, i > from ? between : "");
		operand(p, n->kids[i]);
	}
}

static void test(struct printer *p, const struct node *n)
{
	static const struct { char op; const char *text; } ops[] = {
		{ '<', "< " }, { 'l', "<= " }, { '>', "> " }, { 'g', ">= " }, { '=', "= " }, { '!', "!= " },
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (n->op == ops[i].op)
			add(p, ops[i].text);
	operand(p, n->kids[0]);
}

static void test_or_operand(struct printer *p, const struct node *n)
{
	if (n->kind == N_TEST)
		test(p, n);
	else
		operand(p, n);
}

static void tests(struct printer *p, const struct node *n)
{
	for (size_t i = 0; i < n->n; i++) {
		add(p, i ? ", " : "");
		test_or_operand(p, n->kids[i]);
	}
}

static void in(struct printer *p, const struct node *n)
{
	const struct node *wanted = n->kids[1];
	operand(p, n->kids[0]);
	add(p, " in ");
	if (wanted->kind != N_TESTS) {
		test_or_operand(p, wanted);
		return;
	}
	add(p, "(");
	tests(p, wanted);
	add(p, ")");
}

static bool plain_key(struct str s)
{
	if (!s.n || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return true;
}

static void context(struct printer *p, const struct node *n)
{
	add(p, "{");
	for (size_t i = 0; i < n->n; i++) {
		add(p, i ? ", " : "");
		if (plain_key(n->names[i]))
			buf_add(p->b, n->names[i]);
		else
			quoted(p, n->names[i]);
		add(p, ": ");
		operand(p, n->kids[i]);
	}
	add(p, "}");
}

static void parts(struct printer *p, const struct type *t)
{
	size_t n = t->kind == TYPE_FUNCTION ? t->n - 1 : t->n;
	add(p, "<");
	for (size_t i = 0; i < n; i++) {
		add(p, i ? ", " : "");
		if (t->kind == TYPE_CONTEXT) {
			buf_add(p->b, t->names[i]);
			add(p, ": ");
		}
		type(p, t->parts[i]);
	}
	add(p, ">");
	if (t->kind == TYPE_FUNCTION) {
		add(p, " -> ");
		type(p, t->parts[n]);
	}
}

static void type(struct printer *p, const struct type *t)
{
	if (t->kind == TYPE_NULL)
		add(p, "Null");
	else
		buf_add(p->b, t->name);
	if (t->kind != TYPE_NAMED && t->n)
		parts(p, t);
}

static void function(struct printer *p, const struct node *n)
{
	p->boxed |= !n->n; /* an external one keeps no body */
	add(p, "function(");
	for (size_t i = 0; i < n->nnames; i++) {
		add(p, i ? ", " : "");
		buf_add(p->b, n->names[i]);
		if (n->types && n->types[i]) {
			add(p, ": ");
			type(p, n->types[i]);
		}
	}
	add(p, ") ");
	if (n->n)
		operand(p, n->kids[0]);
}

static void call(struct printer *p, const struct node *n)
{
	p->boxed |= n->open;
	subject(p, n->kids[0]);
	add(p, "(");
	for (size_t i = 1; i < n->n; i++) {
		add(p, i > 1 ? ", " : "");
		if (n->names) {
			buf_add(p->b, n->names[i - 1]);
			add(p, ": ");
		}
		operand(p, n->kids[i]);
	}
	add(p, ")");
}

/* for a in …, b in … return …; some and every alike. */
static void loop(struct printer *p, const struct node *n)
{
	add(p, n->kind == N_FOR ? "for " : n->kind == N_SOME ? "some " : "every ");
	for (size_t i = 0; i + 1 < n->n; i++) {
		const struct node *over = n->kids[i];
		add(p, i ? ", " : "");
		buf_add(p->b, n->names[i]);
		add(p, " in ");
		if (over->kind == N_SPAN)
			operands(p, over, 0, "..");
		else
			operand(p, over);
	}
	add(p, n->kind == N_FOR ? " return " : " satisfies ");
	operand(p, n->kids[n->n - 1]);
}

static void range(struct printer *p, const struct node *n)
{
	add(p, n->low_closed ? "[" : "(");
	operands(p, n, 0, "..");
	add(p, n->high_closed ? "]" : ")");
}

static void condition(struct printer *p, const struct node *n)
{
	static const char *const words[] = { "if ", " then ", " else " };
	p->boxed |= n->strict;
	for (size_t i = 0; i < 3; i++) {
		add(p, words[i]);
		operand(p, n->kids[i]);
	}
}

static void between(struct printer *p, const struct node *n)
{
	operand(p, n->kids[0]);
	add(p, " between ");
	operand(p, n->kids[1]);
	add(p, " and ");
	operand(p, n->kids[2]);
}

static const char *operator_of(enum node_kind k)
{
	switch (k) {
	case N_ADD: return " + ";
	case N_SUB: return " - ";
	case N_MUL: return " * ";
	case N_DIV: return " / ";
	case N_POW: return " ** ";
	case N_EQ: return " = ";
	case N_NE: return " != ";
	case N_LT: return " < ";
	case N_LE: return " <= ";
	case N_GT: return " > ";
	case N_GE: return " >= ";
	case N_AND: return " and ";
	case N_OR: return " or ";
	default: return NULL;
	}
}

static void surrounded(struct printer *p, const struct node *n, const char *before, const char *after)
{
	add(p, before);
	operands(p, n, 0, ", ");
	add(p, after);
}

static void expression(struct printer *p, const struct node *n)
{
	const char *op = operator_of(n->kind);
	if (op) {
		operands(p, n, 0, op);
		return;
	}
	switch (n->kind) {
	case N_LITERAL: literal(p, n); break;
	case N_NAME: buf_add(p->b, n->name); break;
	case N_PATH:
		subject(p, n->kids[0]);
		add(p, ".");
		buf_add(p->b, n->name);
		break;
	case N_FILTER:
		operand(p, n->kids[0]);
		add(p, "[");
		operand(p, n->kids[1]);
		add(p, "]");
		break;
	case N_NEG: surrounded(p, n, "-", ""); break;
	case N_BETWEEN: between(p, n); break;
	case N_IN: in(p, n); break;
	case N_INSTANCE:
		operand(p, n->kids[0]);
		add(p, " instance of ");
		type(p, n->type);
		break;
	case N_IF: condition(p, n); break;
	case N_FOR: case N_SOME: case N_EVERY: loop(p, n); break;
	case N_FUNCTION: function(p, n); break;
	case N_CALL: call(p, n); break;
	case N_LIST: surrounded(p, n, "[", "]"); break;
	case N_CONTEXT: context(p, n); break;
	case N_RANGE: range(p, n); break;
	case N_TEST: test(p, n); break;
	case N_TESTS:
		add(p, n->negate ? "not(" : "");
		tests(p, n);
		add(p, n->negate ? ")" : "");
		break;
	case N_ANY: add(p, "-"); break;
	default: p->boxed = true;
	}
}

struct str feel_print(struct arena *a, const struct feel_expr *e)
{
	BUF_AUTO b;
	struct printer p = { .a = a, .b = &b };
	buf_init(&b, PRINT_BYTES_MAX);
	if (e->root->kind == N_TEST) /* "(< 5)" as a value: tests have a root of their own */
		operand(&p, e->root);
	else
		expression(&p, e->root);
	return p.boxed || buf_over(&b) ? STR("") : arena_str(a, buf_str(&b));
}
