/* `matters`: a question is asked only while its answer can still change that
 * expression (rule/feel.h, feel_missing).
 *
 * What stands before the question is settled: an answer that was not asked for,
 * or a fact the register lacks, is null and not open. The question itself and
 * all behind it are open, whatever was stored for them, so that going back does
 * not make questions come and go. */
#include "apply/form_priv.h"

static bool is_below(struct str path, struct str id)
{
	return str_eq(path, id) || (str_starts(path, id) && path.p[id.n] == '.');
}

/* Is it an answer to this question or to one behind it? */
static bool is_open(const struct procedure *p, const struct pack_page *page,
                    const struct pack_field *field, struct str path)
{
	for (const struct pack_page *x = page; x < p->pages + p->npages; x++) {
		if (form_is_group(x)) {
			if (is_below(path, x->group))
				return true;
			continue;
		}
		for (size_t i = x == page ? (size_t)(field - page->fields) : 0; i < x->nfields; i++)
			if (is_below(path, x->fields[i].id))
				return true;
	}
	return false;
}

static const struct json *without_open(struct form *f, const struct pack_page *page,
                                       const struct pack_field *field)
{
	const struct procedure *p = f->in.procedure;
	const struct json *answers = f->effective;
	for (const struct pack_page *x = page; x < p->pages + p->npages; x++) {
		if (form_is_group(x) && json_path(answers, x->group))
			answers = json_with(f->arena, answers, x->group, json_null());
		for (size_t i = x == page ? (size_t)(field - page->fields) : 0;
		     !form_is_group(x) && i < x->nfields; i++)
			if (json_path(answers, x->fields[i].id))
				answers = json_with(f->arena, answers, x->fields[i].id, json_null());
	}
	return answers;
}

/* The context with null under a dotted path that it lacks. */
static struct feel_value with_null(struct arena *a, const struct feel_value *context,
                                   struct str path)
{
	struct feel_context_builder b = feel_context_new(a);
	struct str head, rest;
	bool deeper = str_cut(path, '.', &head, &rest);
	for (size_t i = 0; feel_is(context, FEEL_CONTEXT) && i < context->context.n; i++)
		feel_put(&b, context->context.keys[i], context->context.values[i]);
	const struct feel_value *below = feel_get(context, head);
	if (!deeper)
		feel_put(&b, head, feel_null());
	else if (!below || below->kind == FEEL_CONTEXT)
		feel_put(&b, head, with_null(a, below, rest));
	return feel_context_done(&b);
}

struct result form_matters(struct form *f, const struct pack_page *page,
                           const struct pack_field *field, bool *ret, struct err *err)
{
	const struct procedure *p = f->in.procedure;
	const struct str *reads, *needed;
	struct feel_value names = *form_scope(f, without_open(f, page, field));
	size_t n = feel_reads(field->matters, &reads);
	for (size_t i = 0; i < n; i++)
		if (!feel_path(&names, reads[i]) && !is_open(p, page, field, reads[i]))
			names = with_null(f->arena, &names, reads[i]);
	struct feel_scope s = { .names = &names, .now_us = f->in.now_us };
	TRY(feel_missing(field->matters, &s, f->arena, NULL, &needed, &n, err));
	*ret = false;
	for (size_t i = 0; i < n; i++)
		*ret |= is_below(needed[i], field->id);
	return ok();
}
