#include "cmd/options.h"

#include "base/arena.h"
#include "base/buf.h"
#include "pack/issue.h"

enum { ROWS = 32, HINT_ARENA = 1 << 16 };

struct parse {
	const struct usage *u;
	bool seen[ROWS];
	struct err *err;
};

static struct result slip(struct parse *p, const char *what, struct str arg)
{
	return fail(p->err, ERR_INPUT, "cmd.usage", NULL,
	            "%s: %.*s (see: musubi %s --help)", what, STR_ARG(arg), p->u->command);
}

static struct result unknown(struct parse *p, struct str name)
{
	struct str names[ROWS];
	ARENA_AUTO a = arena_new(HINT_ARENA);
	for (size_t i = 0; i < p->u->nrows; i++)
		names[i] = str_c(p->u->rows[i].name);
	struct str near = near_word(name, names, p->u->nrows);
	if (near.n == 0)
		return slip(p, "unknown option", name);
	return slip(p, "unknown option", arena_printf(a, "--%.*s: did you mean --%.*s?",
	                                              STR_ARG(name), STR_ARG(near)));
}

static struct result take(struct parse *p, size_t i, struct str value)
{
	const struct option_row *row = &p->u->rows[i];
	int64_t number;
	switch (row->kind) {
	case OPTION_FLAG:
		*row->flag = true;
		return ok();
	case OPTION_TEXT:
		if (value.n == 0)
			return slip(p, "a value is missing", str_c(row->name));
		*row->text = value;
		return ok();
	case OPTION_NUMBER:
		if (!str_to_i64(value, &number))
			return slip(p, "a number is expected", value);
		if (number < row->min || number > row->max)
			return fail(p->err, ERR_INPUT, "cmd.usage", NULL,
			            "--%s is between %lld and %lld, not %.*s", row->name,
			            (long long)row->min, (long long)row->max, STR_ARG(value));
		*row->number = number;
		return ok();
	}
	return ok();
}

/* One option at args[*at]; moves *at past it. */
static struct result option(struct parse *p, int argc, char *const *args, int *at)
{
	struct str name, value, whole = str_from(str_c(args[*at]), 2);
	bool inlined = str_cut(whole, '=', &name, &value);
	size_t i = 0;
	while (i < p->u->nrows && !str_eq(name, str_c(p->u->rows[i].name)))
		i++;
	if (i == p->u->nrows)
		return unknown(p, name);
	if (p->seen[i])
		return slip(p, "given twice", whole);
	p->seen[i] = true;
	bool flag = p->u->rows[i].kind == OPTION_FLAG;
	if (flag && inlined)
		return slip(p, "takes no value", whole);
	if (!flag && !inlined) {
		if (++*at >= argc)
			return slip(p, "a value is missing", name);
		value = str_c(args[*at]);
	}
	++*at;
	return take(p, i, value);
}

static struct result operand(struct parse *p, struct str arg)
{
	struct operands *o = p->u->operands;
	if (!o || o->n == o->max)
		return slip(p, "not expected", arg);
	o->v[o->n++] = arg;
	return ok();
}

static struct result complete(struct parse *p)
{
	const struct operands *o = p->u->operands;
	for (size_t i = 0; i < p->u->nrows; i++)
		if (p->u->rows[i].required && !p->seen[i])
			return slip(p, "this option is needed", str_c(p->u->rows[i].name));
	if (o && o->n < o->min)
		return slip(p, "this argument is needed", str_c(o->names));
	return ok();
}

static bool asks_help(int argc, char *const *args)
{
	for (int i = 0; i < argc && !str_eq(str_c(args[i]), STR("--")); i++)
		if (str_eq(str_c(args[i]), STR("--help")) || str_eq(str_c(args[i]), STR("-h")))
			return true;
	return false;
}

struct result options_parse(const struct usage *u, int argc, char *const *args, bool *ret_help,
                            struct err *err)
{
	struct parse p = { .u = u, .err = err };
	bool open = true; /* before "--" */
	*ret_help = asks_help(argc, args);
	if (*ret_help)
		return ok();
	for (int i = 0; i < argc;) {
		struct str arg = str_c(args[i]);
		if (open && str_eq(arg, STR("--"))) {
			open = false;
			i++;
		} else if (open && str_starts(arg, STR("--"))) {
			TRY(option(&p, argc, args, &i));
		} else if (open && arg.n > 1 && arg.p[0] == '-') {
			return slip(&p, "unknown option", arg);
		} else {
			TRY(operand(&p, arg));
			i++;
		}
	}
	return complete(&p);
}

void options_help(const struct usage *u, struct buf *out)
{
	buf_printf(out, "musubi %s", u->command);
	if (u->nrows)
		buf_add_c(out, " [OPTIONS]");
	if (u->operands)
		buf_printf(out, " %s", u->operands->names);
	buf_printf(out, "\n  %s\n  %s\n", u->en, u->ja);
	for (size_t i = 0; i < u->nrows; i++) {
		const struct option_row *r = &u->rows[i];
		buf_printf(out, "%s  --%s%s%s\n        %s%s\n", i ? "" : "\n", r->name,
		           r->kind == OPTION_FLAG ? "" : " ", r->kind == OPTION_FLAG ? "" : r->value,
		           r->help, r->required ? " (needed)" : "");
	}
	if (u->more)
		buf_printf(out, "\n%s\n", u->more);
}
