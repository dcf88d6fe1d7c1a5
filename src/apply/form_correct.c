/* Corrections (補正): an application came back with comments, and only what the
 * office commented on may change. What the new answers make necessary and was
 * never answered is open too, or the applicant could not go on; an answer that
 * time alone has made wrong (a date that must lie within six months) does not
 * stop her, or nobody could help her. */
#include "apply/form_priv.h"

struct str form_full_id(struct arena *a, const struct pack_page *page,
                        const struct pack_field *field)
{
	if (!form_is_group(page))
		return field->id;
	return arena_printf(a, "%.*s.%.*s", STR_ARG(page->group), STR_ARG(field->id));
}

static bool names(const struct json *open, const struct pack_page *page,
                  const struct pack_field *field)
{
	for (size_t i = 0; i < json_len(open); i++) {
		struct str id = json_text(json_at(open, i));
		if (!form_is_group(page)) {
			if (str_eq(id, field->id))
				return true;
		} else if (id.n == page->group.n + 1 + field->id.n && str_starts(id, page->group) &&
		           id.p[page->group.n] == '.' && str_ends(id, field->id)) {
			return true;
		}
	}
	return false;
}

/* What was submitted for that field: NULL when it was not answered then. */
static const struct json *submitted_of(const struct form *f, const struct json *submitted,
                                       const struct pack_page *page, int item,
                                       const struct pack_field *field)
{
	if (!form_is_group(page))
		return json_path(submitted, field->id);
	const struct json *now = json_at(json_path(f->effective, page->group), (size_t)item);
	const struct json *was = json_path(submitted, page->group);
	return item < 0 ? NULL : json_path(form_same_item(was, now, (size_t)item), field->id);
}

bool form_group_open(const struct form *f, const struct pack_page *page)
{
	if (!f->in.open_fields)
		return true;
	for (size_t i = 0; i < page->nfields; i++)
		if (names(f->in.open_fields, page, &page->fields[i]))
			return true;
	return !json_path(f->in.submitted, page->group);
}

bool form_may_change(const struct form *f, const struct pack_page *page, int item,
                     const struct pack_field *field)
{
	if (!f->in.open_fields || names(f->in.open_fields, page, field))
		return true;
	return !submitted_of(f, f->in.submitted, page, item, field);
}

/* ---- answers that nobody asked to change ---- */

static bool strayed(struct form *f, const struct json *submitted, const struct json *open,
                    const struct pack_page *page, int item, const struct pack_field *field)
{
	const struct form_slot *slot = form_slot_of(f, page, item, field);
	if (!slot || !slot->asked || !form_editable(field) || names(open, page, field))
		return false;
	const struct json *was = submitted_of(f, submitted, page, item, field);
	return was && (!slot->value || !json_equal(was, slot->value));
}

bool form_strays(struct form *f, const struct json *submitted, const struct json *open,
                 struct str *ret_id)
{
	const struct procedure *p = f->in.procedure;
	for (size_t n = 0; n < p->npages; n++) {
		const struct pack_page *page = &p->pages[n];
		const struct form_page_state *ps = &f->pages[n];
		for (size_t i = 0; ps->asked && i < ps->nitems * page->nfields; i++) {
			const struct pack_field *field = &page->fields[i % page->nfields];
			int item = form_is_group(page) ? (int)(i / page->nfields) : FORM_NO_ITEM;
			if (!strayed(f, submitted, open, page, item, field))
				continue;
			*ret_id = form_full_id(f->arena, page, field);
			return true;
		}
	}
	return false;
}

/* ---- what was wrong already ---- */

static struct result open_before(struct form *f, struct err *err)
{
	struct form_input in = f->in;
	if (f->before)
		return ok();
	in.answers = f->in.submitted;
	in.submitted = in.open_fields = NULL;
	return form_open(f->arena, &in, &f->before, err);
}

struct result form_wrong_before(struct form *f, const struct pack_page *page, int item,
                                const struct pack_field *field, bool *ret, struct err *err)
{
	struct form_error e = { 0 };
	*ret = false;
	if (!f->in.submitted || form_may_change(f, page, item, field))
		return ok();
	TRY(open_before(f, err));
	const struct form_slot *slot = form_slot_of(f->before, page, item, field);
	if (!slot || !slot->asked)
		return ok();
	return form_field_fault(f->before, form_names_for(f->before, page, item), field, slot, &e, ret,
	                        err);
}
