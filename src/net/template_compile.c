/* From the source of a template to its operations; see template.h for the
 * language. Every hole is judged by where it stands in the page: what cannot be
 * escaped safely there is refused when the template is loaded. */
#include "net/template_ops.h"

#include <stdio.h>
#include <stdarg.h>

#include "base/mem.h"
#include "net/html_scan.h"
#include "net/ruby.h"

enum { OPS_MAX = 20000, PATH_PARTS_MAX = 8 };

struct open_section {
	struct str path;
	uint32_t op, line;
	bool value_start;
};

struct compiler {
	struct templates *t;
	struct template *x;
	struct str source;
	size_t at;
	uint32_t line;
	struct html_scan scan;
	struct open_section open[TEMPLATE_NEST_MAX];
	size_t nopen;
	struct op *ops;
	size_t n, cap;
};

static struct result bad(const struct compiler *c, struct err *err, const char *fmt, ...)
	PRINTF(3, 4);

static struct result bad(const struct compiler *c, struct err *err, const char *fmt, ...)
{
	char why[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return fail(err, ERR_INPUT, "template.load", NULL, "%.*s:%u: %s", STR_ARG(c->x->file),
	            c->line, why);
}

static struct op *add_op(struct compiler *c, enum op_kind kind)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->ops = mem_resize(c->ops, c->cap * sizeof *c->ops);
	}
	struct op *op = &c->ops[c->n++];
	*op = (struct op){ .kind = kind, .line = c->line };
	return op;
}

static void add_literal(struct compiler *c, struct str text)
{
	if (str_empty(text))
		return;
	html_scan_feed(&c->scan, text);
	add_op(c, OP_LITERAL)->text = text;
}

static bool path_ok(struct str s)
{
	if (str_eq(s, STR(".")))
		return true;
	size_t parts = 1;
	for (size_t i = 0; i < s.n; i++) {
		char x = s.p[i];
		bool dot = x == '.';
		if (dot && (i == 0 || i + 1 == s.n || s.p[i + 1] == '.'))
			return false;
		parts += dot;
		if (!dot && !((x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
		              (x >= '0' && x <= '9') || x == '_' || x == '-'))
			return false;
	}
	return s.n > 0 && parts <= PATH_PARTS_MAX;
}

struct path template_path(struct arena *a, struct str dotted)
{
	if (str_eq(dotted, STR(".")))
		return (struct path){ 0, NULL };
	struct str *parts = ARENA_ARRAY(a, struct str, PATH_PARTS_MAX);
	size_t n = 0;
	bool more = true;
	while (more && n < PATH_PARTS_MAX) {
		struct str part;
		more = str_cut(dotted, '.', &part, &dotted);
		parts[n++] = part;
	}
	return (struct path){ n, parts };
}

/* May a value stand here, and how? */
static struct result place_value(const struct compiler *c, struct op *op, struct err *err)
{
	switch (html_scan_place(&c->scan)) {
	case HTML_TEXT:
		return ok();
	case HTML_LABEL:
	case HTML_VALUE:
		op->plain = true;
		return ok();
	case HTML_URL:
		op->plain = op->url = true;
		return ok();
	case HTML_TAG:
		return bad(c, err, "a value inside a tag must stand in a quoted attribute");
	case HTML_ACTIVE:
		return bad(c, err, "no value may stand in script, style or event attributes");
	case HTML_COMMENT:
		return bad(c, err, "no value may stand in a comment");
	}
	return ok();
}

static struct result add_value(struct compiler *c, enum op_kind kind, struct str path,
                               struct err *err)
{
	if (!path_ok(path))
		return bad(c, err, "\"%.*s\" is no path", STR_ARG(path));
	struct op *op = add_op(c, kind);
	op->path = template_path(c->t->arena, path);
	TRY(place_value(c, op, err));
	if (kind != OP_RAW)
		return ok();
	if (!str_ends(path, STR("_html")))
		return bad(c, err, "{{{%.*s}}}: only names that end in _html go unescaped", STR_ARG(path));
	if (op->plain)
		return bad(c, err, "{{{%.*s}}}: HTML cannot stand here", STR_ARG(path));
	return ok();
}

static struct label_text cut_label(struct arena *a, struct str marked, bool ruby)
{
	BUF_AUTO b;
	buf_init(&b, marked.n * 16 + 64);
	size_t holes = 0, n = 0;
	struct str rest = marked;
	for (struct ruby_piece p; ruby_next(&rest, &p);)
		holes += p.kind == RUBY_HOLE;
	struct label_piece *pieces = ARENA_ARRAY(a, struct label_piece, holes + 1);
	for (struct ruby_piece p; ruby_next(&marked, &p);) {
		if (p.kind != RUBY_HOLE) {
			(ruby ? ruby_html : ruby_plain_html)(&b, &p);
			continue;
		}
		bool tilde = p.text.p[0] == '~';
		pieces[n++] = (struct label_piece){
			.html = arena_str(a, buf_str(&b)), .hole = true, .marked = tilde,
			.path = template_path(a, str_from(p.text, tilde)),
		};
		buf_clear(&b);
	}
	pieces[n++] = (struct label_piece){ .html = arena_str(a, buf_str(&b)) };
	return (struct label_text){ n, pieces };
}

static const struct label *make_label(struct templates *t, struct str key)
{
	struct label *label = ARENA_NEW(t->arena, struct label);
	for (enum lang l = 0; l < LANG_COUNT; l++) {
		struct str marked = text_get(t->texts, l, key);
		label->with_ruby[l] = cut_label(t->arena, marked, true);
		label->plain[l] = cut_label(t->arena, marked, false);
	}
	return label;
}

static struct result add_label(struct compiler *c, struct str key, struct err *err)
{
	if (str_starts(key, STR("*")))
		return add_value(c, OP_LABEL_AT, str_trim(str_from(key, 1)), err);
	if (!c->t->texts || !text_has(c->t->texts, key))
		return bad(c, err, "no text has the key \"%.*s\"", STR_ARG(key));
	struct op *op = add_op(c, OP_LABEL);
	op->label = make_label(c->t, key);
	return place_value(c, op, err);
}

static struct result open_section(struct compiler *c, enum op_kind kind, struct str path,
                                  struct err *err)
{
	if (!path_ok(path))
		return bad(c, err, "\"%.*s\" is no path", STR_ARG(path));
	if (c->nopen == TEMPLATE_NEST_MAX)
		return bad(c, err, "more than %d sections inside each other", TEMPLATE_NEST_MAX);
	c->open[c->nopen++] = (struct open_section){ path, (uint32_t)c->n, c->line,
	                                             c->scan.value_start };
	add_op(c, kind)->path = template_path(c->t->arena, path);
	return ok();
}

static struct result close_section(struct compiler *c, struct str path, struct err *err)
{
	if (c->nopen == 0)
		return bad(c, err, "{{/%.*s}} closes nothing", STR_ARG(path));
	const struct open_section *o = &c->open[--c->nopen];
	if (!str_eq(o->path, path))
		return bad(c, err, "{{/%.*s}} where {{/%.*s}} of line %u was expected", STR_ARG(path),
		           STR_ARG(o->path), o->line);
	c->ops[o->op].end = (uint32_t)c->n;
	/* What the section put at the start of a URL may be absent. */
	c->scan.value_start |= o->value_start;
	return ok();
}

static struct result add_partial(struct compiler *c, struct str name, struct err *err)
{
	enum html_place place = html_scan_place(&c->scan);
	if (place != HTML_TEXT && place != HTML_LABEL)
		return bad(c, err, "a partial can only stand between tags");
	struct op *op = add_op(c, OP_PARTIAL);
	op->text = name;
	op->plain = place == HTML_LABEL;
	return ok();
}

static struct result one_tag(struct compiler *c, struct str tag, struct err *err)
{
	struct str arg = str_trim(str_from(tag, 1));
	if (c->n > OPS_MAX)
		return bad(c, err, "more than %d operations", OPS_MAX);
	if (str_empty(tag))
		return bad(c, err, "an empty tag");
	switch (tag.p[0]) {
	case '!':
		return ok();
	case '#':
		return open_section(c, OP_SECTION, arg, err);
	case '^':
		return open_section(c, OP_INVERTED, arg, err);
	case '/':
		return close_section(c, arg, err);
	case '>':
		return add_partial(c, arg, err);
	case '_':
		/* "_ key"; a path may start with "_" too */
		if (tag.n > 1 && tag.p[1] == ' ')
			return add_label(c, arg, err);
		break;
	case '~':
		return add_value(c, OP_MARKED, arg, err);
	default:
		break;
	}
	return add_value(c, OP_VALUE, tag, err);
}

/* A section, partial or comment tag alone on its line leaves no line behind. */
static bool alone(const struct compiler *c, size_t start, size_t end, size_t *ret_line_start,
                  size_t *ret_next)
{
	size_t a = start, b = end;
	while (a > 0 && (c->source.p[a - 1] == ' ' || c->source.p[a - 1] == '\t'))
		a--;
	while (b < c->source.n && (c->source.p[b] == ' ' || c->source.p[b] == '\t'))
		b++;
	if ((a > 0 && c->source.p[a - 1] != '\n') || (b < c->source.n && c->source.p[b] != '\n'))
		return false;
	*ret_line_start = a;
	*ret_next = b < c->source.n ? b + 1 : b;
	return true;
}

static void count_lines(struct compiler *c, size_t to)
{
	for (; c->at < to; c->at++)
		c->line += c->source.p[c->at] == '\n';
}

/* The tag that opens at `open`; c->at is where the last one ended. */
static struct result take_tag(struct compiler *c, size_t open, struct err *err)
{
	bool raw = open + 2 < c->source.n && c->source.p[open + 2] == '{';
	struct str closer = raw ? STR("}}}") : STR("}}");
	size_t inside = open + (raw ? 3 : 2), from = c->at, next, line_start;
	size_t len = str_find(str_from(c->source, inside), closer);
	if (len == STR_NONE) {
		count_lines(c, open);
		return bad(c, err, "a tag is not closed");
	}
	struct str tag = str_trim(str_sub(c->source, inside, len));
	size_t end = inside + len + closer.n;
	size_t literal_end = open;
	next = end;
	bool silent = !raw && tag.n && strchr("#^/>!", tag.p[0]);
	if (silent && alone(c, open, end, &line_start, &next)) {
		/* the tag before may have taken this line's start */
		literal_end = line_start > from ? line_start : from;
	}
	add_literal(c, str_sub(c->source, from, literal_end - from));
	count_lines(c, open);
	if (raw)
		TRY(add_value(c, OP_RAW, tag, err));
	else
		TRY(one_tag(c, tag, err));
	count_lines(c, next);
	return ok();
}

static struct result compile(struct compiler *c, struct err *err)
{
	for (;;) {
		size_t open = str_find(str_from(c->source, c->at), STR("{{"));
		if (open == STR_NONE)
			break;
		TRY(take_tag(c, c->at + open, err));
	}
	add_literal(c, str_from(c->source, c->at));
	if (c->nopen > 0) {
		c->line = c->open[c->nopen - 1].line;
		return bad(c, err, "{{#%.*s}} is not closed", STR_ARG(c->open[c->nopen - 1].path));
	}
	enum html_place place = html_scan_place(&c->scan);
	if (place != HTML_TEXT)
		return bad(c, err, "the file ends inside a tag, a comment or a label");
	return ok();
}

struct result template_compile(struct templates *t, struct template *x, struct str source,
                               struct err *err)
{
	struct compiler c = { .t = t, .x = x, .source = source, .line = 1 };
	struct result r = compile(&c, err);
	if (is_ok(r)) {
		x->n = c.n;
		x->ops = ARENA_ARRAY(t->arena, struct op, c.n + 1);
		if (c.n)
			memcpy(x->ops, c.ops, c.n * sizeof *c.ops);
	}
	mem_free(c.ops);
	return r;
}
