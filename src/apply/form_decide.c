/* The officer's fields (`decide`): settled and checked like the applicant's, but
 * they belong to no page. What is asked of her may depend on what she answers,
 * so they are read first, settled against each other, then checked. */
#include "apply/form_priv.h"

static bool is_locked(const struct pack_field *field)
{
	return field->locked || field->type == FIELD_SHOWN;
}

static struct result with_decision(struct form *f, const struct json *decision,
                                   struct form **ret, struct err *err)
{
	struct form_input in = f->in;
	in.decision = decision;
	return form_open(f->arena, &in, ret, err);
}

struct result form_decide_field(struct form *f, const struct pack_field *field,
                                struct form_field *ret, struct err *err)
{
	struct form_slot slot = { 0 };
	TRY(form_settle_field(f, f->names, field, json_path(f->in.decision, field->id), &slot, err));
	*ret = (struct form_field){
		.field = field,
		.asked = slot.asked,
		.prefilled = slot.prefilled,
		.value = slot.value,
		.members = slot.members ? slot.members->items : NULL,
		.nmembers = json_is(slot.members, JSON_ARRAY) ? slot.members->n : 0,
	};
	return ok();
}

struct taking {
	struct form *form;          /* opened with what was read so far */
	const struct json *decision;
	struct str *bad;            /* per field: its text key when not understood */
};

static void read_raw(struct taking *t, const struct form_raw *raw, size_t nraw)
{
	const struct procedure *p = t->form->in.procedure;
	for (size_t i = 0; i < p->ndecide; i++) {
		const struct pack_field *field = &p->decide[i];
		const struct json *v = NULL;
		if (is_locked(field) || field->type == FIELD_FILE)
			continue;
		if (form_raw_read(t->form->arena, field, raw, nraw, &v, &t->bad[i]) == RAW_VALUE)
			t->decision = json_with(t->form->arena, t->decision, field->id, v);
	}
}

/* Computed fields join, fields that are not asked go. */
static struct result settle(struct taking *t, struct err *err)
{
	struct arena *a = t->form->arena;
	const struct procedure *p = t->form->in.procedure;
	const struct json *out = json_object_done(json_object_new(a));
	for (size_t i = 0; i < p->ndecide; i++) {
		const struct pack_field *field = &p->decide[i];
		struct form_field ff;
		TRY(form_decide_field(t->form, field, &ff, err));
		const struct json *v = is_locked(field) ? ff.value : json_path(t->decision, field->id);
		if (ff.asked && v)
			out = json_with(a, out, field->id, v);
	}
	t->decision = out;
	return with_decision(t->form, out, &t->form, err);
}

static struct result check(struct taking *t, struct form_error *list, size_t *n, struct err *err)
{
	const struct procedure *p = t->form->in.procedure;
	for (size_t i = 0; i < p->ndecide; i++) {
		const struct pack_field *field = &p->decide[i];
		struct form_error e = { .item = FORM_NO_ITEM, .field = field, .key = t->bad[i] };
		struct form_slot slot = { 0 };
		bool wrong = e.key.n > 0;
		const struct json *v = json_path(t->decision, field->id);
		TRY(form_settle_field(t->form, t->form->names, field, v, &slot, err));
		if (!slot.asked)
			continue;
		slot.value = v; /* what she left empty is not filled behind her back */
		if (!wrong)
			TRY(form_field_fault(t->form, t->form->names, field, &slot, &e, &wrong, err));
		if (wrong)
			list[(*n)++] = e;
	}
	return ok();
}

struct result form_decision_fine(struct form *f, bool *ret, struct err *err)
{
	size_t rows = f->in.procedure->ndecide + 1, n = 0;
	struct taking t = { .form = f, .decision = f->in.decision,
		.bad = ARENA_ARRAY(f->arena, struct str, rows) };
	TRY(check(&t, ARENA_ARRAY(f->arena, struct form_error, rows), &n, err));
	*ret = n == 0;
	return ok();
}

struct result form_decision(struct form *f, const struct form_raw *raw, size_t nraw,
                            const struct json **ret, const struct form_error **ret_errors,
                            size_t *ret_nerrors, struct err *err)
{
	size_t rows = f->in.procedure->ndecide + 1, n = 0;
	struct taking t = { .form = f, .decision = json_object_done(json_object_new(f->arena)),
		.bad = ARENA_ARRAY(f->arena, struct str, rows) };
	struct form_error *list = ARENA_ARRAY(f->arena, struct form_error, rows);
	read_raw(&t, raw, nraw);
	TRY(with_decision(f, t.decision, &t.form, err));
	TRY(settle(&t, err));
	TRY(check(&t, list, &n, err));
	*ret = t.decision;
	*ret_errors = list;
	*ret_nerrors = n;
	return ok();
}
