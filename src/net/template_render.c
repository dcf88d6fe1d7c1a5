/* Running a compiled template over a context. */
#include "net/template_ops.h"

#include "net/html.h"
#include "net/ruby.h"

/* A partial that calls itself over a list of its own would run for ever. */
enum { SCOPES_MAX = 64, PARTIALS_MAX = 16, STEPS_MAX = 2000000 };

struct render {
	const struct templates *t;
	enum lang lang;
	struct buf *out;
	const struct json *scopes[SCOPES_MAX];
	size_t nscopes;
	unsigned partials, steps;
	bool plain, too_deep;
};

static const struct json *look_up(const struct render *r, const struct path *path)
{
	if (path->n == 0)
		return r->scopes[r->nscopes - 1];
	const struct json *j = NULL;
	for (size_t i = r->nscopes; i > 0 && !j; i--)
		j = json_get(r->scopes[i - 1], path->parts[0]);
	for (size_t i = 1; i < path->n && j; i++)
		j = json_get(j, path->parts[i]);
	return j;
}

/* Text, number or truth value as text; "" for everything else. */
static struct str scalar(const struct json *j)
{
	if (!j)
		return STR("");
	if (j->kind == JSON_STRING || j->kind == JSON_NUMBER)
		return j->text;
	if (j->kind == JSON_BOOL)
		return j->boolean ? STR("true") : STR("false");
	return STR("");
}

static bool shows(const struct json *j)
{
	if (!j)
		return false;
	switch (j->kind) {
	case JSON_NULL:
		return false;
	case JSON_BOOL:
		return j->boolean;
	case JSON_STRING:
		return j->text.n > 0;
	case JSON_ARRAY:
		return j->n > 0;
	case JSON_NUMBER:
	case JSON_OBJECT:
		break;
	}
	return true;
}

static bool stopped(struct render *r)
{
	if (++r->steps > STEPS_MAX)
		r->too_deep = true;
	return r->too_deep || buf_over(r->out);
}

static void put_value(struct render *r, const struct op *op, struct str text)
{
	if (op->url && !html_url_ok(text))
		text = STR("#");
	html_escape(r->out, text);
}

/* A text that is only known now: ruby becomes tags, holes are filled if asked. */
static void put_marked(struct render *r, struct str marked, bool plain, bool fill)
{
	for (struct ruby_piece p; ruby_next(&marked, &p);) {
		if (p.kind == RUBY_HOLE && fill) {
			struct path path;
			struct str part, rest = str_from(p.text, p.text.p[0] == '~');
			const struct json *j = NULL;
			for (bool first = true, more = true; more; first = false) {
				more = str_cut(rest, '.', &part, &rest);
				path = (struct path){ 1, &part };
				j = first ? look_up(r, &path) : json_get(j, part);
			}
			html_escape(r->out, scalar(j));
		} else if (plain) {
			ruby_plain_html(r->out, &p);
		} else {
			ruby_html(r->out, &p);
		}
	}
}

static void put_label(struct render *r, const struct label *label, bool plain)
{
	const struct label_text *t = plain ? &label->plain[r->lang] : &label->with_ruby[r->lang];
	for (size_t i = 0; i < t->n; i++) {
		const struct label_piece *p = &t->pieces[i];
		buf_add(r->out, p->html);
		if (!p->hole)
			continue;
		struct str text = scalar(look_up(r, &p->path));
		if (p->marked)
			put_marked(r, text, plain, false);
		else
			html_escape(r->out, text);
	}
}

static void run(struct render *r, const struct template *x, size_t from, size_t to);

static void put_partial(struct render *r, const struct op *op)
{
	if (r->partials == PARTIALS_MAX) {
		r->too_deep = true;
		return;
	}
	bool plain = r->plain;
	r->partials++;
	r->plain |= op->plain;
	run(r, op->partial, 0, op->partial->n);
	r->plain = plain;
	r->partials--;
}

static void run_in(struct render *r, const struct template *x, const struct json *scope,
                   size_t from, size_t to)
{
	if (r->nscopes == SCOPES_MAX) {
		r->too_deep = true;
		return;
	}
	r->scopes[r->nscopes++] = scope;
	run(r, x, from, to);
	r->nscopes--;
}

static void put_section(struct render *r, const struct template *x, size_t i)
{
	const struct op *op = &x->ops[i];
	const struct json *j = look_up(r, &op->path);
	if (shows(j) != (op->kind == OP_SECTION))
		return;
	if (op->kind == OP_INVERTED || j->kind == JSON_BOOL)
		run(r, x, i + 1, op->end);
	else if (j->kind != JSON_ARRAY)
		run_in(r, x, j, i + 1, op->end);
	else
		for (size_t k = 0; k < j->n && !stopped(r); k++)
			run_in(r, x, &j->items[k], i + 1, op->end);
}

static void run(struct render *r, const struct template *x, size_t from, size_t to)
{
	for (size_t i = from; i < to && !stopped(r); i++) {
		const struct op *op = &x->ops[i];
		bool plain = op->plain || r->plain;
		switch (op->kind) {
		case OP_LITERAL:
			buf_add(r->out, op->text);
			break;
		case OP_VALUE:
			put_value(r, op, scalar(look_up(r, &op->path)));
			break;
		case OP_RAW:
			if (plain)
				html_escape(r->out, scalar(look_up(r, &op->path)));
			else
				buf_add(r->out, scalar(look_up(r, &op->path)));
			break;
		case OP_MARKED:
			put_marked(r, scalar(look_up(r, &op->path)), plain, false);
			break;
		case OP_LABEL:
			put_label(r, op->label, plain);
			break;
		case OP_LABEL_AT:
			put_marked(r, text_get(r->t->texts, r->lang, scalar(look_up(r, &op->path))), plain,
			           true);
			break;
		case OP_SECTION:
		case OP_INVERTED:
			put_section(r, x, i);
			i = op->end - 1;
			break;
		case OP_PARTIAL:
			put_partial(r, op);
			break;
		}
	}
}

struct result template_render(const struct templates *t, struct str name, enum lang lang,
                              const struct json *context, struct buf *out, struct err *err)
{
	const struct template *x = map_get(&t->by_name, name);
	if (!x)
		return fail(err, ERR_INTERNAL, "template.missing", NULL, "no template is called %.*s",
		            STR_ARG(name));
	struct render r = { .t = t, .lang = lang, .out = out, .scopes = { context }, .nscopes = 1 };
	run(&r, x, 0, x->n);
	if (r.too_deep)
		return fail(err, ERR_INTERNAL, "template.deep", NULL,
		            "%.*s: sections or partials without end", STR_ARG(name));
	if (buf_over(out))
		return fail(err, ERR_TOO_LARGE, "template.large", NULL, "the page %.*s is too large",
		            STR_ARG(name));
	return ok();
}
