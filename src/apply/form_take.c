/* Taking one page's input: raw fields to answers, then everything checked in
 * the form as it is with them. */
#include "apply/form_priv.h"

/* From outside: files come as attachments, never as text. */
static bool takes(const struct form *f, const struct pack_page *page, int item,
                  const struct pack_field *field)
{
	return form_editable(field) && field->type != FIELD_FILE &&
	       form_may_change(f, page, item, field);
}

static const struct json *with_value(struct form *f, const struct json *answers,
                                     const struct pack_page *page, int item, struct str id,
                                     const struct json *value)
{
	struct arena *a = f->arena;
	if (!form_is_group(page) || item < 0)
		return json_with(a, answers, id, value);
	const struct json *items = json_path(answers, page->group);
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < json_len(items); i++)
		json_push(list, i == (size_t)item ? json_with(a, json_at(items, i), id, value)
		                                  : json_at(items, i));
	return json_with(a, answers, page->group, json_array_done(list));
}

static const struct json *stored_answers(struct form *f)
{
	return json_is(f->in.answers, JSON_OBJECT)
		? f->in.answers : json_object_done(json_object_new(f->arena));
}

/* Answers to change: in a group the items as settled, so that their numbers
 * are those the page showed. */
static const struct json *base_answers(struct form *f, const struct pack_page *page, int item)
{
	const struct json *answers = stored_answers(f);
	if (!form_is_group(page) || item < 0)
		return answers;
	return json_with(f->arena, answers, page->group, json_path(f->effective, page->group));
}

const struct json *form_put(struct form *f, const struct pack_page *page, int item,
                            const struct pack_field *field, const struct json *value)
{
	return with_value(f, base_answers(f, page, item), page, item, field->id, value);
}

static bool was_posted(const struct pack_field *field, const struct form_raw *raw, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(raw[i].name, field->id) &&
		    (raw[i].name.n == field->id.n || raw[i].name.p[field->id.n] == '.'))
			return true;
	return false;
}

struct take {
	const struct pack_page *page;
	int item;
	const struct form_raw *raw;
	size_t nraw;
	bool *done;            /* per field: read already */
	struct str *bad;       /* per field: its text key when not understood */
	bool *unseen;          /* per field: asked now, unknown to the browser */
	const struct json *answers;
};

/* Reads every field that is asked in `f` and was not read yet. True when any. */
static bool read_asked(struct take *t, struct form *f, bool first)
{
	bool any = false;
	for (size_t i = 0; i < t->page->nfields; i++) {
		const struct pack_field *field = &t->page->fields[i];
		const struct form_slot *slot = form_slot_of(f, t->page, t->item, field);
		if (!slot || !slot->asked || t->done[i] || !takes(f, t->page, t->item, field))
			continue;
		t->done[i] = any = true;
		if (!first && !was_posted(field, t->raw, t->nraw)) {
			t->unseen[i] = true;
			continue;
		}
		const struct json *v = NULL;
		if (form_raw_read(f->arena, field, t->raw, t->nraw, &v, &t->bad[i]) != RAW_VALUE)
			v = field->from ? json_str(f->arena, STR("")) : json_null();
		t->answers = with_value(f, t->answers, t->page, t->item, field->id, v);
	}
	return any;
}

/* The page's errors: what was not understood first, then the checks; fields
 * the browser could not know are not scolded for being empty. */
static struct result collect(struct take *t, struct form *f, struct form_taken *ret,
                             struct err *err)
{
	const struct form_error *found;
	size_t n, m = 0;
	TRY(form_errors(f, t->page, t->item, &found, &n, err));
	struct form_error *list =
		ARENA_ARRAY(f->arena, struct form_error, n + t->page->nfields + 1);
	for (size_t i = 0; i < t->page->nfields; i++)
		if (t->bad[i].n)
			list[m++] = (struct form_error){ .page = t->page, .item = t->item,
				.field = &t->page->fields[i], .key = t->bad[i] };
	for (size_t i = 0; i < n; i++) {
		size_t col = found[i].field ? (size_t)(found[i].field - t->page->fields) : 0;
		if (found[i].field && (t->bad[col].n || t->unseen[col]))
			continue;
		list[m++] = found[i];
	}
	for (size_t i = 0; i < t->page->nfields; i++)
		ret->more |= t->unseen[i];
	ret->errors = list;
	ret->nerrors = m;
	return ok();
}

struct result form_take(struct form *f, const struct pack_page *page, int item,
                        const struct form_raw *raw, size_t nraw, struct form_taken *ret,
                        struct err *err)
{
	struct take t = { .page = page, .item = item, .raw = raw, .nraw = nraw,
		.answers = base_answers(f, page, item) };
	struct form_taken taken = { .form = f };
	size_t nitems = f->pages[form_page_index(f, page)].nitems;
	if (item != FORM_NO_ITEM && (!form_is_group(page) || item < 0 || (size_t)item >= nitems))
		return fail(err, ERR_NOT_FOUND, "form.item.gone", NULL, "no item %d on page %.*s",
		            item, STR_ARG(page->id));
	t.done = ARENA_ARRAY(f->arena, bool, page->nfields + 1);
	t.unseen = ARENA_ARRAY(f->arena, bool, page->nfields + 1);
	t.bad = ARENA_ARRAY(f->arena, struct str, page->nfields + 1);
	/* Each round may make further fields appear; a field is read once, so this
	 * ends after at most nfields rounds. */
	for (bool first = true; read_asked(&t, taken.form, first); first = false) {
		struct form_input in = f->in;
		in.answers = t.answers;
		TRY(form_open(f->arena, &in, &taken.form, err));
	}
	taken.answers = t.answers;
	TRY(collect(&t, taken.form, &taken, err));
	*ret = taken;
	return ok();
}

struct result form_item_add(struct form *f, const struct pack_page *page,
                            const struct json **ret_answers, struct err *err)
{
	struct form_page_state *ps = &f->pages[form_page_index(f, page)];
	if (!form_is_group(page) || page->group_from || !form_group_open(f, page))
		return fail(err, ERR_NOT_FOUND, "form.item.gone", NULL, "page %.*s takes no further items",
		            STR_ARG(page->id));
	size_t max = page->group_max ? page->group_max : 50;
	if (ps->nitems >= max)
		return fail(err, ERR_INPUT, "form.error.items_many", NULL, "at most %zu items", max);
	const struct json *items = json_path(f->effective, page->group);
	struct json_array *list = json_array_new(f->arena);
	for (size_t i = 0; i < json_len(items); i++)
		json_push(list, json_at(items, i));
	json_push(list, json_object_done(json_object_new(f->arena)));
	*ret_answers = json_with(f->arena, stored_answers(f), page->group, json_array_done(list));
	return ok();
}

struct result form_item_remove(struct form *f, const struct pack_page *page, size_t item,
                               const struct json **ret_answers, struct err *err)
{
	const struct json *items = json_path(f->effective, page->group);
	if (!form_is_group(page) || page->group_from || item >= json_len(items) ||
	    !form_group_open(f, page))
		return fail(err, ERR_NOT_FOUND, "form.item.gone", NULL, "no item %zu on page %.*s",
		            item, STR_ARG(page->id));
	struct json_array *list = json_array_new(f->arena);
	for (size_t i = 0; i < json_len(items); i++)
		if (i != item)
			json_push(list, json_at(items, i));
	*ret_answers = json_with(f->arena, stored_answers(f), page->group, json_array_done(list));
	return ok();
}
