/* Loading a directory of templates: every file compiled, then every partial
 * found. See template.h for the language. */
#include "net/template_ops.h"

#include "base/mem.h"
#include "net/dir.h"

enum { TEMPLATES_BYTES_MAX = 256 << 20, SOURCE_MAX = 1 << 20 };

static struct result add_file(void *ctx, const struct dir_file *f, struct err *err)
{
	struct templates *t = ctx;
	if (f->bytes.n > SOURCE_MAX)
		return fail(err, ERR_INPUT, "template.load", NULL, "%.*s:1: above %d bytes",
		            STR_ARG(f->path), SOURCE_MAX);
	struct template *x = ARENA_NEW(t->arena, struct template);
	x->name = arena_str(t->arena, f->name);
	x->file = arena_str(t->arena, f->path);
	TRY(template_compile(t, x, arena_str(t->arena, f->bytes), err));
	map_put(&t->by_name, x->name, x);
	return ok();
}

static struct result find_partials(struct templates *t, struct template *x, struct err *err)
{
	for (size_t i = 0; i < x->n; i++) {
		struct op *op = &x->ops[i];
		if (op->kind != OP_PARTIAL)
			continue;
		op->partial = map_get(&t->by_name, op->text);
		if (!op->partial)
			return fail(err, ERR_INPUT, "template.load", NULL,
			            "%.*s:%u: no template is called \"%.*s\"", STR_ARG(x->file), op->line,
			            STR_ARG(op->text));
	}
	return ok();
}

static struct result load(struct templates *t, struct str dir, struct err *err)
{
	TRY(dir_each(dir, STR(".html"), add_file, t, err));
	for (size_t i = 0; i < t->by_name.n; i++)
		TRY(find_partials(t, t->by_name.entries[i].value, err));
	return ok();
}

struct result templates_load(struct str dir, const struct texts *texts, struct templates **ret,
                             struct err *err)
{
	struct templates *t = MEM_NEW(struct templates);
	t->arena = arena_new(TEMPLATES_BYTES_MAX);
	t->texts = texts;
	map_init(&t->by_name, t->arena);
	struct result r = load(t, dir, err);
	if (is_err(r)) {
		templates_free(t);
		return r;
	}
	*ret = t;
	return ok();
}

void templates_free(struct templates *t)
{
	if (!t)
		return;
	arena_free(t->arena);
	mem_free(t);
}
