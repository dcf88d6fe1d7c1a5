#include "web/show.h"

#include "base/check_digit.h"
#include "net/day_text.h"

/* ---- times ---- */

struct str show_day(struct visit *v, int64_t us)
{
	return us ? day_text(v->a, jst_date(us), v->lang) : STR("");
}

struct str show_time(struct visit *v, int64_t us)
{
	if (us == 0)
		return STR("");
	return arena_printf(v->a, "%.*s%s%.*s", STR_ARG(show_day(v, us)),
	                    v->lang == LANG_EN ? ", " : " ",
	                    STR_ARG(clock_text(v->a, jst_from_us(us), v->lang)));
}

struct str show_iso_day(struct visit *v, struct str iso)
{
	struct date d;
	return date_parse(iso, &d) ? day_text(v->a, d, v->lang) : text_quote(v->a, iso);
}

/* ---- names ---- */

struct str show_org(struct visit *v, struct str id)
{
	const struct org *org = app_org(v->app, id);
	return org ? org->name.t[v->lang] : id;
}

struct str show_procedure(struct visit *v, const struct pack_set *packs, struct str id,
                          struct str version)
{
	const struct procedure *p = pack_procedure_version(packs, id, version);
	if (!p)
		p = pack_procedure(packs, id, STR(""));
	return p ? p->title.t[v->lang] : id;
}

struct str show_row(struct visit *v, const char *key)
{
	return text_get(v->app->texts, v->lang, str_c(key));
}

struct str show_text(struct visit *v, const char *key, const struct json *values)
{
	return show_text_in(v, v->lang, str_c(key), values);
}

struct str show_text_in(struct visit *v, enum lang lang, struct str key,
                        const struct json *values)
{
	struct str s = text_get(v->app->texts, lang, key), out = STR("");
	for (;;) {
		size_t open = str_find_char(s, '{');
		struct str rest = str_from(s, open);
		size_t close = open == STR_NONE ? STR_NONE : str_find_char(rest, '}');
		if (close == STR_NONE)
			return arena_join(v->a, out, s);
		struct str inside = str_sub(rest, 1, close - 1);
		if (str_starts(inside, STR("~")))
			inside = str_from(inside, 1);
		const struct json *x = json_get(values, inside);
		struct str put = json_is(x, JSON_STRING) || json_is(x, JSON_NUMBER)
			? x->text : str_sub(rest, 0, close + 1);
		out = arena_printf(v->a, "%.*s%.*s%.*s", STR_ARG(out), (int)open, s.p, STR_ARG(put));
		s = str_from(rest, close + 1);
	}
}

struct str show_source(struct visit *v, const struct dataset *set, struct str source)
{
	struct json_object *o = json_object_new(v->a);
	if (!receipt_check(source))
		return v->lang != LANG_JA && set ? set->title.t[v->lang] : source;
	json_put_str(o, STR("receipt"), receipt_show(v->a, source));
	return show_text(v, "data.source_receipt", json_object_done(o));
}

void show_list(struct visit *v, struct json_object *o, const char *name,
               struct json_array *list)
{
	const struct json *done = json_array_done(list);
	json_put(o, str_c(name), done);
	json_put_bool(o, arena_printf(v->a, "has_%s", name), json_len(done) > 0);
}

struct str show_tel(struct visit *v, struct str phone)
{
	struct str digits = STR("");
	for (size_t i = 0; i < phone.n; i++)
		if (phone.p[i] >= '0' && phone.p[i] <= '9')
			digits = arena_join(v->a, digits, str_sub(phone, i, 1));
	return digits.n ? arena_join(v->a, STR("tel:"), digits) : STR("");
}

/* ---- values ---- */

static struct str yes_no(struct visit *v, bool yes)
{
	return text_get(v->app->texts, v->lang, yes ? STR("form.yes") : STR("form.no"));
}

static struct str money(struct visit *v, struct str digits)
{
	struct json_object *o = json_object_new(v->a);
	struct str out = STR("");
	bool minus = digits.n && digits.p[0] == '-';
	for (size_t i = 0; i < digits.n; i++) {
		bool comma = i > (minus ? 1u : 0u) && (digits.n - i) % 3 == 0;
		out = arena_printf(v->a, "%.*s%s%c", STR_ARG(out), comma ? "," : "", digits.p[i]);
	}
	json_put_str(o, STR("amount"), out);
	return show_text(v, "data.money", json_object_done(o));
}

struct str show_value(struct visit *v, enum field_type type, const struct json *value)
{
	if (!value || value->kind == JSON_NULL)
		return STR("");
	if (value->kind == JSON_BOOL)
		return yes_no(v, value->boolean);
	if (value->kind == JSON_NUMBER) {
		int64_t whole;
		return type == FIELD_MONEY && json_int(value, &whole) ? money(v, value->text)
		                                                      : value->text;
	}
	if (value->kind != JSON_STRING)
		return STR("");
	return type == FIELD_DATE ? show_iso_day(v, value->text) : text_quote(v->a, value->text);
}

struct str show_item(struct visit *v, const struct dataset_item *item, const struct json *value)
{
	struct str out = STR("");
	if (json_is(value, JSON_STRING)) {
		const struct ptext *label = dataset_option(item, value->text);
		return label ? label->t[v->lang] : show_value(v, item->type, value);
	}
	if (item->type != FIELD_CHOICES)
		return show_value(v, item->type, value);
	for (size_t i = 0; i < json_len(value); i++)
		out = arena_printf(v->a, "%.*s%s%.*s", STR_ARG(out),
		                   i == 0 ? "" : v->lang == LANG_EN ? ", " : "、",
		                   STR_ARG(show_item(v, item, json_at(value, i))));
	return out;
}
