#include "apply/runner.h"

#include "apply/form.h"

static struct result open_form(const struct pack_scenario *s, struct arena *a, struct form **ret,
                               struct err *err)
{
	const struct form_input in = { .procedure = s->procedure, .facts = s->facts,
		.answers = s->answers, .decision = s->decision, .about = s->about,
		.now_us = s->now_us };
	return form_open(a, &in, ret, err);
}

static struct result run_eligible(void *ctx, const struct pack_scenario *s, struct arena *a,
                                  bool *ret, struct err *err)
{
	struct form *f;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	return form_eligible(f, ret, err);
}

static struct result run_pages(void *ctx, const struct pack_scenario *s, struct arena *a,
                               const struct str **ret, size_t *ret_n, struct err *err)
{
	struct form *f;
	const struct pack_page *const *pages;
	size_t n;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	TRY(form_pages(f, &pages, &n, err));
	struct str *ids = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = pages[i]->id;
	*ret = ids;
	*ret_n = n;
	return ok();
}

static struct str full_id(struct arena *a, const struct form_error *e)
{
	if (!e->field)
		return e->page->id;
	if (e->page->group.n == 0)
		return e->field->id;
	return arena_printf(a, "%.*s.%.*s", STR_ARG(e->page->group), STR_ARG(e->field->id));
}

static struct result run_errors(void *ctx, const struct pack_scenario *s, struct arena *a,
                                const struct str **ret, size_t *ret_n, struct err *err)
{
	struct form *f;
	const struct form_error *errors;
	size_t n;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	TRY(form_errors(f, NULL, FORM_NO_ITEM, &errors, &n, err));
	struct str *ids = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = full_id(a, &errors[i]);
	*ret = ids;
	*ret_n = n;
	return ok();
}

static struct result run_values(void *ctx, const struct pack_scenario *s, struct arena *a,
                                const struct pack_outcome_value **ret, size_t *ret_n,
                                struct err *err)
{
	struct form *f;
	const struct form_value *values;
	size_t n;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	TRY(form_values(f, &values, &n, err));
	struct pack_outcome_value *out = ARENA_ARRAY(a, struct pack_outcome_value, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct pack_outcome_value){ values[i].decl->name, values[i].value };
	*ret = out;
	*ret_n = n;
	return ok();
}

static struct result run_once(void *ctx, const struct pack_scenario *s, struct arena *a,
                              struct str *ret, struct err *err)
{
	struct form *f;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	return form_once(f, ret, err);
}

static struct result run_eval(void *ctx, const struct pack_scenario *s, struct arena *a,
                              const struct feel_expr *e, const struct json **ret, struct err *err)
{
	struct form *f;
	(void)ctx;
	TRY(open_form(s, a, &f, err));
	return form_eval(f, e, ret, err);
}

const struct pack_runner *apply_pack_runner(void)
{
	static const struct pack_runner runner = {
		.eligible = run_eligible, .pages = run_pages, .errors = run_errors,
		.values = run_values, .once = run_once, .eval = run_eval,
	};
	return &runner;
}
