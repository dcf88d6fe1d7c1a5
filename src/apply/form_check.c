/* What is wrong with the answers: by type, by count, by the procedure's own
 * checks. The same function serves one page while it is filled in and the
 * whole form before it is signed, so nothing passes the one and fails the
 * other. */
#include "apply/form_priv.h"
#include "base/calendar.h"
#include "base/text.h"

struct faults {
	struct form *form;
	struct form_error *items;
	size_t n, cap;
};

static void add_fault(struct faults *x, struct form_error e)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 16;
		struct form_error *items = ARENA_ARRAY(x->form->arena, struct form_error, cap);
		if (x->n)
			memcpy(items, x->items, x->n * sizeof *items);
		x->items = items;
		x->cap = cap;
	}
	x->items[x->n++] = e;
}

/* ---- by type ---- */

static struct str text_fault(const struct pack_field *field, struct str v, int64_t *ret_limit)
{
	size_t max = field->max ? field->max : 200;
	bool lines = field->type == FIELD_TEXT && field_is_long(field);
	if (lines ? text_has_control_line(v) : text_has_control(v))
		return STR("form.error.control");
	if (text_chars(v) > max) {
		*ret_limit = (int64_t)max;
		return STR("form.error.too_long");
	}
	if (text_chars(v) < field->min) {
		*ret_limit = (int64_t)field->min;
		return STR("form.error.too_short");
	}
	if (field->type == FIELD_KANA && !text_is_kana(v))
		return STR("form.error.kana");
	return STR("");
}

static bool all_of(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!memchr(set, s.p[i], strlen(set)))
			return false;
	return true;
}

/* Domestic numbers: 10 or 11 digits beginning with 0, hyphens between. */
static struct str phone_fault(struct str v)
{
	size_t digits = 0;
	for (size_t i = 0; i < v.n; i++)
		digits += v.p[i] >= '0' && v.p[i] <= '9';
	bool fine = v.n > 0 && v.p[0] == '0' && all_of(v, "0123456789-") &&
	            (digits == 10 || digits == 11);
	return fine ? STR("") : STR("form.error.phone");
}

/* Deliverable is found out by sending; here only the shape (RFC 5321 §4.1.2,
 * without quoted local parts). */
static struct str email_fault(struct str v)
{
	struct str local, domain;
	bool fine = v.n <= 254 && str_cut(v, '@', &local, &domain) && local.n > 0 && local.n <= 64 &&
	            str_find_char(domain, '@') == STR_NONE && str_find_char(domain, '.') != STR_NONE &&
	            domain.p[0] != '.' && domain.p[domain.n - 1] != '.' &&
	            str_find(v, STR("..")) == STR_NONE;
	for (size_t i = 0; fine && i < v.n; i++)
		fine = v.p[i] > ' ' && v.p[i] < 127 && !strchr("()<>[]:;\\,\"", v.p[i]);
	return fine ? STR("") : STR("form.error.email");
}

static struct str number_fault(const struct pack_field *field, const struct json *v,
                               int64_t *ret_limit)
{
	int64_t n;
	if (!json_int(v, &n))
		return STR("form.error.number");
	if (n < (int64_t)field->min) {
		*ret_limit = (int64_t)field->min;
		return STR("form.error.too_small");
	}
	if (field->max && n > (int64_t)field->max) {
		*ret_limit = (int64_t)field->max;
		return STR("form.error.too_big");
	}
	return STR("");
}

static bool is_option(const struct pack_field *field, struct str code)
{
	for (size_t i = 0; i < field->noptions; i++)
		if (str_eq(field->options[i].code, code))
			return true;
	return false;
}

static bool is_member(const struct json *members, struct str id)
{
	for (size_t i = 0; i < json_len(members); i++)
		if (str_eq(json_text(json_get(json_at(members, i), STR("id"))), id))
			return true;
	return false;
}

/* Choices, members and files: how many, and each one of those offered. */
static struct str list_fault(const struct pack_field *field, const struct form_slot *slot,
                             const struct json *v, int64_t *ret_limit)
{
	if (v->kind != JSON_ARRAY)
		return STR("form.error.choose");
	size_t n = json_len(v);
	if (n < field->min && (n > 0 || field->required)) {
		*ret_limit = (int64_t)field->min;
		return field->type == FIELD_FILE ? STR("form.error.files_few")
		                                 : STR("form.error.choices_few");
	}
	if (field->max && n > field->max) {
		*ret_limit = (int64_t)field->max;
		return field->type == FIELD_FILE ? STR("form.error.files_many")
		                                 : STR("form.error.choices_many");
	}
	for (size_t i = 0; i < n; i++) {
		struct str code = json_text(json_at(v, i));
		if (field->type == FIELD_CHOICES && !is_option(field, code))
			return STR("form.error.choose");
		if (field->type == FIELD_MEMBERS && !is_member(slot->members, code))
			return STR("form.error.member");
	}
	return STR("");
}

static bool digits_of(const struct json *v, struct str name, size_t n)
{
	struct str s = json_text(json_get(v, name));
	return s.n == n && all_of(s, "0123456789");
}

/* A domestic account: bank 4, branch 3, number 7 digits, holder in kana. */
static struct str account_fault(const struct json *v)
{
	struct str kind = json_text(json_get(v, STR("kind")));
	struct str holder = json_text(json_get(v, STR("holder")));
	if (!digits_of(v, STR("bank"), 4))
		return STR("form.error.account_bank");
	if (!digits_of(v, STR("branch"), 3))
		return STR("form.error.account_branch");
	if (!str_eq(kind, STR("ordinary")) && !str_eq(kind, STR("current")))
		return STR("form.error.account_kind");
	if (!digits_of(v, STR("number"), 7))
		return STR("form.error.account_number");
	if (holder.n == 0 || !text_is_kana(holder) || text_chars(holder) > 60)
		return STR("form.error.account_holder");
	return STR("");
}

static struct str date_fault(struct str v)
{
	struct date d;
	return date_parse(v, &d) ? STR("") : STR("form.error.date");
}

struct str form_type_fault(struct form *f, const struct pack_field *field,
                           const struct form_slot *slot, const struct json *v,
                           int64_t *ret_limit)
{
	(void)f;
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_KANA:
	case FIELD_ADDRESS:
		return text_fault(field, json_text(v), ret_limit);
	case FIELD_PHONE:
		return phone_fault(json_text(v));
	case FIELD_EMAIL:
		return email_fault(json_text(v));
	case FIELD_NUMBER:
	case FIELD_MONEY:
		return number_fault(field, v, ret_limit);
	case FIELD_DATE:
		return date_fault(json_text(v));
	case FIELD_CHOICE:
		return is_option(field, json_text(v)) ? STR("") : STR("form.error.choose");
	case FIELD_YESNO:
		return v->kind == JSON_BOOL ? STR("") : STR("form.error.choose");
	case FIELD_CHOICES:
	case FIELD_MEMBERS:
	case FIELD_FILE:
		return list_fault(field, slot, v, ret_limit);
	case FIELD_ACCOUNT:
		return account_fault(v);
	case FIELD_SHOWN:
		return STR("");
	}
	return STR("");
}

/* ---- one field, one page, the form ---- */

/* What is said of a field that is empty, by type. */
static const struct str empty_key[] = {
	[FIELD_TEXT] = STR_INIT("form.error.required"),
	[FIELD_KANA] = STR_INIT("form.error.required"),
	[FIELD_NUMBER] = STR_INIT("form.error.required"),
	[FIELD_MONEY] = STR_INIT("form.error.required"),
	[FIELD_DATE] = STR_INIT("form.error.required"),
	[FIELD_CHOICE] = STR_INIT("form.error.choose"),
	[FIELD_CHOICES] = STR_INIT("form.error.choose"),
	[FIELD_YESNO] = STR_INIT("form.error.choose"),
	[FIELD_ADDRESS] = STR_INIT("form.error.required"),
	[FIELD_PHONE] = STR_INIT("form.error.required"),
	[FIELD_EMAIL] = STR_INIT("form.error.required"),
	[FIELD_ACCOUNT] = STR_INIT("form.error.account_bank"),
	[FIELD_FILE] = STR_INIT("form.error.files_missing"),
	[FIELD_MEMBERS] = STR_INIT("form.error.choose"),
	[FIELD_SHOWN] = STR_INIT("form.error.not_registered"),
};

static bool is_empty(const struct json *v)
{
	if (!v || v->kind == JSON_NULL)
		return true;
	if (v->kind == JSON_STRING)
		return v->text.n == 0;
	return (v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) && v->n == 0;
}

struct result form_field_fault(struct form *f, const struct feel_value *names,
                               const struct pack_field *field, const struct form_slot *slot,
                               struct form_error *e, bool *ret, struct err *err)
{
	*ret = true;
	if (is_empty(slot->value)) {
		*ret = field->required;
		e->key = empty_key[field->type];
		return ok();
	}
	e->key = form_type_fault(f, field, slot, slot->value, &e->limit);
	if (e->key.n)
		return ok();
	for (size_t i = 0; i < field->nchecks; i++) {
		bool fine;
		TRY(form_true_in(f, names, field->checks[i].rule, &fine, err));
		if (fine)
			continue;
		e->text = &field->checks[i].message;
		return ok();
	}
	*ret = false;
	return ok();
}

static struct result check_field(struct faults *x, const struct pack_page *page, int item,
                                 const struct feel_value *names,
                                 const struct pack_field *field, struct err *err)
{
	const struct form_slot *slot = form_slot_of(x->form, page, item, field);
	struct form_error e = { .page = page, .item = item, .field = field };
	bool wrong;
	if (!slot || !slot->asked)
		return ok();
	TRY(form_field_fault(x->form, names, field, slot, &e, &wrong, err));
	if (!wrong)
		return ok();
	TRY(form_wrong_before(x->form, page, item, field, &wrong, err));
	if (!wrong)
		add_fault(x, e);
	return ok();
}

static struct result check_item(struct faults *x, const struct pack_page *page, int item,
                                struct err *err)
{
	const struct feel_value *names = form_names_for(x->form, page, item);
	for (size_t i = 0; i < page->nfields; i++)
		TRY(check_field(x, page, item, names, &page->fields[i], err));
	return ok();
}

static struct result check_page(struct faults *x, const struct pack_page *page, struct err *err)
{
	struct form_page_state *ps = &x->form->pages[form_page_index(x->form, page)];
	if (!ps->asked)
		return ok();
	if (!form_is_group(page))
		return check_item(x, page, FORM_NO_ITEM, err);
	struct form_error e = { .page = page, .item = FORM_NO_ITEM };
	if (ps->nitems < page->group_min) {
		e.key = STR("form.error.items_few");
		e.limit = (int64_t)page->group_min;
		add_fault(x, e);
	} else if (page->group_max && ps->nitems > page->group_max) {
		e.key = STR("form.error.items_many");
		e.limit = (int64_t)page->group_max;
		add_fault(x, e);
	}
	for (size_t i = 0; i < ps->nitems; i++)
		TRY(check_item(x, page, (int)i, err));
	return ok();
}

struct result form_errors(struct form *f, const struct pack_page *page, int item,
                          const struct form_error **ret, size_t *ret_n, struct err *err)
{
	struct faults x = { .form = f };
	if (page && item != FORM_NO_ITEM)
		TRY(check_item(&x, page, item, err));
	else if (page)
		TRY(check_page(&x, page, err));
	else
		for (size_t i = 0; i < f->in.procedure->npages; i++)
			TRY(check_page(&x, &f->in.procedure->pages[i], err));
	*ret = x.items;
	*ret_n = x.n;
	return ok();
}
