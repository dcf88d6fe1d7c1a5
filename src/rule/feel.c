/* FEEL's public face: compile, evaluate, test, what is read, what is missing. */
#include "rule/feel.h"

#include "base/utf8.h"
#include "rule/machine.h"
#include "rule/syntax.h"

typedef const struct node *parse_fn(struct parser *p);

/* What can leave through a mistake: nothing here is used after the jump but p. */
static const struct node *parse_all(struct parser *p, parse_fn *parse)
{
	if (setjmp(p->bail))
		return NULL;
	names_collect(p);
	const struct node *root = parse(p);
	if (peek(p)->kind != T_END)
		syntax_fail(p, p->tok.start, "feel.rest", "expected an operator or the end, found %s",
		            token_name(p, &p->tok));
	return root;
}

static struct result check_source(struct arena *a, struct str source, struct err *err)
{
	if (source.n > SYNTAX_BYTES_MAX || arena_left(a) < SYNTAX_ARENA_MIN + source.n)
		return fail(err, ERR_TOO_LARGE, "feel.size", NULL, "expression of %zu bytes, at most %d",
		            source.n, SYNTAX_BYTES_MAX);
	if (!utf8_valid(source))
		return fail(err, ERR_INPUT, "feel.utf8", "RFC 3629 §3", "the expression is no UTF-8");
	return ok();
}

struct result syntax_compile(struct arena *a, struct str source, bool tests,
                             const struct syntax_scope *scope, const struct feel_expr **ret,
                             struct feel_diag *ret_diag, struct err *err)
{
	struct feel_diag scratch = { 0 };
	TRY(check_source(a, source, err));
	struct parser parser = { .a = a }, *p = &parser; /* 8 kB that no arena should keep */
	p->src = arena_str(a, source);
	p->scope = scope;
	p->known = scope->known;
	p->filters = scope->filters;
	p->loose = scope->loose;
	p->diag = ret_diag ? ret_diag : &scratch;
	const struct node *root = parse_all(p, tests ? parse_tests : parse_expression);
	if (!root)
		return fail(err, ERR_INPUT, p->diag->code, "DMN 1.5 §10.3.1.2",
		            "line %u column %u: %s", p->diag->line, p->diag->col, p->diag->message);
	struct feel_expr *e = ARENA_NEW(a, struct feel_expr);
	e->root = root;
	e->source = p->src;
	reads_collect(a, e);
	*ret = e;
	return ok();
}

struct result feel_compile(struct arena *a, struct str source, const struct feel_value *known,
                           const struct feel_expr **ret, struct feel_diag *ret_diag,
                           struct err *err)
{
	struct syntax_scope scope = { .known = known };
	return syntax_compile(a, source, false, &scope, ret, ret_diag, err);
}

struct result feel_compile_tests(struct arena *a, struct str source,
                                 const struct feel_value *known, const struct feel_expr **ret,
                                 struct feel_diag *ret_diag, struct err *err)
{
	struct syntax_scope scope = { .known = known };
	return syntax_compile(a, source, true, &scope, ret, ret_diag, err);
}

static struct result run(struct machine *m, const struct feel_expr *e,
                         const struct feel_value **ret)
{
	if (setjmp(m->bail))
		return m->failed;
	struct feel_value v = machine_eval(m, e->root, NULL);
	machine_measure(m, &v);
	struct feel_value *kept = machine_alloc(m, 1, sizeof *kept);
	*kept = v;
	*ret = kept;
	return ok();
}

struct result feel_eval(const struct feel_expr *e, const struct feel_scope *s, struct arena *a,
                        const struct feel_value **ret, struct err *err)
{
	struct machine m;
	machine_init(&m, s, a, err);
	return run(&m, e, ret);
}

struct result feel_test(const struct feel_expr *tests, const struct feel_value *input,
                        const struct feel_scope *s, struct arena *a, bool *ret, struct err *err)
{
	struct machine m;
	machine_init(&m, s, a, err);
	if (setjmp(m.bail))
		return m.failed;
	*ret = machine_test(&m, tests->root, NULL, input) == FEEL_TRUE;
	return ok();
}

size_t feel_reads(const struct feel_expr *e, const struct str **ret)
{
	*ret = e->reads;
	return e->nreads;
}

struct str feel_source(const struct feel_expr *e)
{
	return e->source;
}
