#include "web/portal_field.h"

#include "base/calendar.h"
#include "net/text.h"
#include "web/show.h"

/* What the template switches on, one row per type. */
static const char *const type_names[] = {
	[FIELD_TEXT] = "is_text", [FIELD_KANA] = "is_text", [FIELD_NUMBER] = "is_number",
	[FIELD_MONEY] = "is_number", [FIELD_DATE] = "is_date", [FIELD_CHOICE] = "is_choice",
	[FIELD_CHOICES] = "is_choices", [FIELD_YESNO] = "is_choice", [FIELD_ADDRESS] = "is_text",
	[FIELD_PHONE] = "is_phone", [FIELD_EMAIL] = "is_email", [FIELD_ACCOUNT] = "is_account",
	[FIELD_FILE] = "is_file", [FIELD_MEMBERS] = "is_choices", [FIELD_SHOWN] = "is_shown",
};

/* ids in HTML: dots are fine there, but not in CSS or anchors. */
static struct str anchor_of(struct arena *a, struct str id)
{
	struct str s = arena_printf(a, "f-%.*s", STR_ARG(id));
	char *p = (char *)(uintptr_t)s.p;
	for (size_t i = 0; i < s.n; i++)
		if (p[i] == '.')
			p[i] = '-';
	return s;
}

/* ---- errors ---- */

struct str field_error_html(struct visit *v, const struct form_error *e)
{
	if (e->text)
		return visit_html(v, e->text);
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("label"), e->field ? e->field->label.t[v->lang]
	                              : e->page ? e->page->title.t[v->lang] : STR(""));
	json_put_int(o, STR("limit"), e->limit);
	/* Such a question reads 「…いますか」, which nobody chooses. */
	bool yesno = e->field && e->field->type == FIELD_YESNO &&
	             str_eq(e->key, STR("form.error.choose"));
	return text_html(v->a, show_text_in(v, v->lang, yesno ? STR("form.error.yesno") : e->key,
	                                    json_object_done(o)));
}

/* The summary's sentence names the field, where the message itself does not. */
static struct str summary_html(struct visit *v, const struct form_error *e)
{
	struct str message = field_error_html(v, e);
	if (!e->field || !e->text)
		return message;
	return arena_printf(v->a, "%.*s: %.*s", STR_ARG(visit_html(v, &e->field->label)),
	                    STR_ARG(message));
}

const struct json *field_error_summary(struct visit *v, const struct form_error *errors,
                                       size_t n)
{
	if (n == 0)
		return NULL;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("anchor"), errors[i].field
		             ? anchor_of(v->a, errors[i].field->id) : STR("main"));
		json_put_str(o, STR("message_html"), summary_html(v, &errors[i]));
		json_push(list, json_object_done(o));
	}
	struct json_object *o = json_object_new(v->a);
	json_put(o, STR("list"), json_array_done(list));
	return json_object_done(o);
}

static const struct form_error *error_of(const struct field_look *look,
                                         const struct pack_field *field)
{
	for (size_t i = 0; i < look->nerrors; i++)
		if (look->errors[i].field == field)
			return &look->errors[i];
	return NULL;
}

/* ---- source ---- */

/* The dataset behind a name that the procedure prefills; "" for others. */
static struct str dataset_of(const struct procedure *p, struct str alias)
{
	for (size_t i = 0; p && i < p->nprefills; i++)
		if (str_eq(p->prefills[i].as, alias))
			return p->prefills[i].dataset;
	return STR("");
}

struct str field_source(const struct field_look *look, const struct pack_field *field)
{
	const struct str *reads;
	struct visit *v = look->v;
	size_t n = field->from ? feel_reads(field->from, &reads) : 0;
	for (size_t i = 0; i < n; i++) {
		struct str alias, rest;
		str_cut(reads[i], '.', &alias, &rest);
		const struct json *s = json_get(look->d->sources, alias);
		if (!s)
			continue;
		struct json_object *o = json_object_new(v->a);
		const struct dataset *set =
			pack_dataset(look->d->packs, dataset_of(look->d->procedure, alias));
		json_put_str(o, STR("city"), look->d->authority->name.t[v->lang]);
		json_put_str(o, STR("source"), show_source(v, set, json_text(json_get(s, STR("source")))));
		json_put_str(o, STR("date"), show_day(v, json_int_or(json_get(s, STR("at")), 0)));
		return show_text(v, "form.source", json_object_done(o));
	}
	return STR("");
}

/* 内容が違うとき: of the first fact the field reads. */
static struct str report_href(const struct field_look *look, const struct pack_field *field)
{
	const struct str *reads;
	size_t n = field->from ? feel_reads(field->from, &reads) : 0;
	for (size_t i = 0; i < n; i++) {
		struct str alias, item, rest;
		str_cut(reads[i], '.', &alias, &rest);
		str_cut(rest, '.', &item, &rest);
		struct str set = dataset_of(look->d->procedure, alias);
		if (set.n)
			return arena_printf(look->v->a, "/report?org=%.*s&dataset=%.*s&item=%.*s",
			                    STR_ARG(look->d->authority->id), STR_ARG(set), STR_ARG(item));
	}
	return STR("/report");
}

/* ---- values by type ---- */

static struct str typed_part(const struct field_look *look, const struct pack_field *field,
                             const char *part)
{
	struct str name = arena_printf(look->v->a, "%.*s.%s", STR_ARG(field->id), part);
	return look->typed ? http_field_get(look->typed, name) : STR("");
}

static bool typed_has(const struct field_look *look, struct str name, struct str value)
{
	for (size_t i = 0; i < look->typed->n; i++)
		if (str_eq(look->typed->items[i].name, name) &&
		    str_eq(look->typed->items[i].value, value))
			return true;
	return false;
}

static bool is_chosen(const struct field_look *look, const struct pack_field *field,
                      const struct json *value, struct str code)
{
	if (look->typed)
		return typed_has(look, field->id, code);
	if (json_is(value, JSON_BOOL))
		return str_eq(code, value->boolean ? STR("yes") : STR("no"));
	if (json_is(value, JSON_STRING))
		return str_eq(value->text, code);
	for (size_t i = 0; i < json_len(value); i++)
		if (str_eq(json_text(json_at(value, i)), code))
			return true;
	return false;
}

static void push_option(const struct field_look *look, const struct pack_field *field,
                        const struct json *value, struct json_array *list, struct str code,
                        struct str label_html)
{
	struct json_object *o = json_object_new(look->v->a);
	json_put_str(o, STR("code"), code);
	json_put_str(o, STR("label_html"), label_html);
	json_put_bool(o, STR("checked"), is_chosen(look, field, value, code));
	json_push(list, json_object_done(o));
}

static const struct json *options(const struct field_look *look, const struct form_field *ff)
{
	struct visit *v = look->v;
	const struct pack_field *field = ff->field;
	struct json_array *list = json_array_new(v->a);
	if (field->type == FIELD_YESNO) {
		push_option(look, field, ff->value, list, STR("yes"),
		            text_html(v->a, text_get(v->app->texts, v->lang, STR("form.yes"))));
		push_option(look, field, ff->value, list, STR("no"),
		            text_html(v->a, text_get(v->app->texts, v->lang, STR("form.no"))));
	}
	for (size_t i = 0; i < field->noptions; i++)
		push_option(look, field, ff->value, list, field->options[i].code,
		            visit_html(v, &field->options[i].label));
	for (size_t i = 0; i < ff->nmembers; i++) {
		struct str name = json_text(json_get(&ff->members[i], STR("name")));
		struct str birth = json_text(json_get(&ff->members[i], STR("birth")));
		struct str label = arena_printf(v->a, "%.*s（%.*s）", STR_ARG(name),
		                                STR_ARG(visit_iso_date(v, birth)));
		push_option(look, field, ff->value, list,
		            json_text(json_get(&ff->members[i], STR("id"))), text_html(v->a, label));
	}
	return json_array_done(list);
}

static void put_era_options(const struct field_look *look, struct json_object *o,
                            struct str chosen)
{
	struct visit *v = look->v;
	struct json_array *list = json_array_new(v->a);
	const struct era *e;
	for (size_t i = 0; (e = era_at(i)); i++) {
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("code"), str_c(e->name));
		json_put_str(x, STR("label"), v->lang == LANG_EN ? str_c(e->english) : str_c(e->name));
		json_put_bool(x, STR("selected"), str_eq(chosen, str_c(e->name)));
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("eras"), json_array_done(list));
}

/* As typed, else from the answer in western years. */
static void put_date(const struct field_look *look, const struct form_field *ff,
                     struct json_object *o)
{
	struct arena *a = look->v->a;
	struct date d;
	struct str era = STR("");
	if (look->typed) {
		era = typed_part(look, ff->field, "era");
		json_put_str(o, STR("year"), typed_part(look, ff->field, "year"));
		json_put_str(o, STR("month"), typed_part(look, ff->field, "month"));
		json_put_str(o, STR("day"), typed_part(look, ff->field, "day"));
	} else if (date_parse(json_text(ff->value), &d)) {
		json_put_str(o, STR("year"), arena_printf(a, "%d", d.year));
		json_put_str(o, STR("month"), arena_printf(a, "%d", d.month));
		json_put_str(o, STR("day"), arena_printf(a, "%d", d.day));
	}
	put_era_options(look, o, era);
}

static void put_account(const struct field_look *look, const struct form_field *ff,
                        struct json_object *o)
{
	static const char *const parts[] = { "bank", "branch", "kind", "number", "holder" };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct str v = look->typed ? typed_part(look, ff->field, parts[i])
		                           : json_text(json_get(ff->value, str_c(parts[i])));
		json_put_str(o, str_c(parts[i]), v);
		if (str_eq(str_c(parts[i]), STR("kind")))
			json_put_bool(o, STR("is_current"), str_eq(v, STR("current")));
	}
}

static void put_files(const struct field_look *look, const struct form_field *ff,
                      struct json_object *o)
{
	struct visit *v = look->v;
	struct json_array *list = json_array_new(v->a);
	struct str base = arena_printf(v->a, "/drafts/%.*s", STR_ARG(look->d->draft.id));
	size_t count = 0;
	for (size_t i = 0; i < look->natt; i++) {
		const struct form_attachment *t = &look->att[i];
		if (!str_eq(t->field, ff->field->id))
			continue;
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("id"), t->id);
		json_put_str(x, STR("name"), t->name);
		json_put_str(x, STR("kb"), arena_printf(v->a, "%zu", (t->size + 1023) / 1024));
		json_put_str(x, STR("src"), arena_printf(v->a, "%.*s/files/%.*s", STR_ARG(base),
		                                         STR_ARG(t->id)));
		json_put_bool(x, STR("picture"), str_eq(t->kind, STR("jpeg")) ||
		              str_eq(t->kind, STR("png")));
		json_push(list, json_object_done(x));
		count++;
	}
	json_put(o, STR("files"), json_array_done(list));
	json_put_bool(o, STR("room"), !ff->field->max || count < ff->field->max);
	json_put_int(o, STR("max"), (int64_t)ff->field->max);
	json_put_int(o, STR("max_mb"), (int64_t)(ff->field->bytes_max >> 20));
	struct str kinds = STR("");
	for (size_t i = 0; i < ff->field->naccept; i++)
		kinds = arena_printf(v->a, "%.*s%s.%.*s", STR_ARG(kinds), i ? "," : "",
		                     STR_ARG(ff->field->accept[i]));
	json_put_str(o, STR("accept"), kinds);
}

/* The field as wide as its answer. */
static struct str width_of(const struct pack_field *field)
{
	size_t max = field->max;
	if (field->type == FIELD_NUMBER)
		return max && max < 100 ? STR("w2") : max && max < 10000 ? STR("w4") : STR("w8");
	if (field->type == FIELD_MONEY)
		return STR("w8");
	return max && max <= 20 ? STR("w12") : STR("");
}

static void put_value(const struct field_look *look, const struct form_field *ff,
                      struct json_object *o)
{
	struct visit *v = look->v;
	switch (ff->field->type) {
	case FIELD_DATE:
		put_date(look, ff, o);
		return;
	case FIELD_ACCOUNT:
		put_account(look, ff, o);
		return;
	case FIELD_FILE:
		put_files(look, ff, o);
		return;
	case FIELD_CHOICE:
	case FIELD_CHOICES:
	case FIELD_YESNO:
	case FIELD_MEMBERS:
		json_put(o, STR("options"), options(look, ff));
		json_put_bool(o, STR("many"), ff->field->type == FIELD_CHOICES ||
		              ff->field->type == FIELD_MEMBERS);
		return;
	default:
		json_put_str(o, STR("value"), look->typed ? http_field_get(look->typed, ff->field->id)
		             : json_is(ff->value, JSON_STRING) || json_is(ff->value, JSON_NUMBER)
		               ? ff->value->text : STR(""));
		json_put_bool(o, STR("long"), field_is_long(ff->field));
		json_put_str(o, STR("width"), width_of(ff->field));
	}
	(void)v;
}

static void put_words(const struct field_look *look, const struct pack_field *field,
                      struct json_object *o)
{
	struct visit *v = look->v;
	struct str anchor = anchor_of(v->a, field->id);
	json_put_str(o, STR("id"), field->id);
	json_put_str(o, STR("anchor"), anchor);
	json_put_str(o, STR("label_html"), visit_html(v, &field->label));
	json_put_bool(o, STR("optional"), !field->required);
	json_put_str(o, STR("hint_html"), visit_html(v, &field->hint));
	json_put_str(o, STR("example_html"), visit_html(v, &field->example));
	json_put_bool(o, STR("money"), field->type == FIELD_MONEY);
}

struct str field_anchor(struct arena *a, struct str id)
{
	return anchor_of(a, id);
}

const struct json *field_context_of(const struct field_look *look, const struct form_field *ff)
{
	struct visit *v = look->v;
	const struct pack_field *field = ff->field;
	struct json_object *o = json_object_new(v->a);
	bool shown = field->locked || field->type == FIELD_SHOWN;
	const struct form_error *e = error_of(look, field);
	put_words(look, field, o);
	json_put_bool(o, shown ? STR("is_shown") : str_c(type_names[field->type]), true);
	if (shown) {
		struct str text = form_show(look->d->form, field, ff->value, v->lang);
		json_put_str(o, STR("value"), text.n ? text : visit_text(v, STR("form.masked")));
	} else {
		put_value(look, ff, o);
	}
	if (ff->prefilled || shown) {
		json_put_str(o, STR("source"), field_source(look, field));
		json_put_str(o, STR("report_href"), report_href(look, field));
	}
	if (e) {
		json_put_bool(o, STR("bad"), true);
		json_put_str(o, STR("error_html"), field_error_html(v, e));
	}
	return json_object_done(o);
}

struct result field_context(const struct field_look *look, const struct pack_field *field,
                            const struct json **ret, struct err *err)
{
	struct form_field ff;
	TRY(form_field(look->d->form, look->page, look->item, field, &ff, err));
	*ret = ff.asked ? field_context_of(look, &ff) : NULL;
	return ok();
}
