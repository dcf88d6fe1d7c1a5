#include "apply/runner.h"

#include "apply/form.h"

/* ---- whom an item of a group is about ----
 *
 * The form binds the answers about somebody of the register to her by id. The
 * author of a test writes her name and birth as the page shows them, so that
 * the test reads like the page: here they become the id. */

static bool about(const struct pack_page *page, const struct json *known,
                  const struct json *item)
{
	size_t same = 0;
	for (size_t i = 0; i < page->nfields; i++) {
		const struct json *said = json_path(item, page->fields[i].id);
		if (page->fields[i].type != FIELD_SHOWN || !said)
			continue;
		if (!json_equal(said, json_path(known, page->fields[i].id)))
			return false;
		same++;
	}
	return same > 0;
}

static const struct json *with_id(struct arena *a, const struct pack_page *page,
                                  const struct json *known, const struct json *item)
{
	for (size_t i = 0; i < json_len(known); i++)
		if (about(page, json_at(known, i), item))
			return json_with(a, item, STR("id"), json_get(json_at(known, i), STR("id")));
	return item;
}

static const struct json *bind_items(struct arena *a, const struct pack_page *page,
                                     const struct json *known, const struct json *answers)
{
	const struct json *items = json_path(answers, page->group);
	struct json_array *bound = json_array_new(a);
	if (!json_is(items, JSON_ARRAY))
		return answers;
	for (size_t i = 0; i < items->n; i++)
		json_push(bound, with_id(a, page, known, &items->items[i]));
	return json_with(a, answers, page->group, json_array_done(bound));
}

static struct result open_form(const struct pack_scenario *s, struct arena *a, struct form **ret,
                               struct err *err)
{
	const struct procedure *p = s->procedure;
	struct form_input in = { .procedure = p, .facts = s->facts, .answers = s->answers,
		.decision = s->decision, .about = s->about, .now_us = s->now_us };
	for (size_t i = 0; i < p->npages; i++) {
		struct form *f;
		const struct json *known;
		if (!p->pages[i].group_from)
			continue;
		TRY(form_open(a, &in, &f, err));
		TRY(form_eval(f, p->pages[i].group_from, &known, err));
		in.answers = bind_items(a, &p->pages[i], known, in.answers);
	}
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
