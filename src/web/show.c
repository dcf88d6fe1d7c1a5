#include "web/show.h"

#include "base/calendar.h"

/* ---- times ---- */

/* Days that are not read number + にち. */
static const char *const day_names[32] = {
	[1] = "ついたち", [2] = "ふつか", [3] = "みっか", [4] = "よっか", [5] = "いつか",
	[6] = "むいか", [7] = "なのか", [8] = "ようか", [9] = "ここのか", [10] = "とおか",
	[14] = "じゅうよっか", [20] = "はつか", [24] = "にじゅうよっか",
};

static struct str easy_day(struct arena *a, struct date d)
{
	const char *name = day_names[d.day];
	struct str day = name ? arena_printf(a, "{%d日|%s}", d.day, name)
	                      : arena_printf(a, "%d{日|にち}", d.day);
	return arena_printf(a, "%d{年|ねん}%d{月|がつ}%.*s", d.year, d.month, STR_ARG(day));
}

struct str show_day(struct visit *v, int64_t us)
{
	if (us == 0 || v->lang != LANG_EASY)
		return visit_date(v, us);
	return easy_day(v->a, jst_date(us));
}

/* 2, 5, 7 and 9 minutes end in ふん, the others in ぷん. */
static const char *minute_name(int minute)
{
	int last = minute % 10;
	return last == 2 || last == 5 || last == 7 || last == 9 ? "ふん" : "ぷん";
}

struct str show_time(struct visit *v, int64_t us)
{
	if (us == 0 || v->lang != LANG_EASY)
		return us ? visit_time(v, us) : STR("");
	struct datetime t = jst_from_us(us);
	struct str day = easy_day(v->a, t.date);
	if (t.minute == 0)
		return arena_printf(v->a, "%.*s %d{時|じ}", STR_ARG(day), t.hour);
	return arena_printf(v->a, "%.*s %d{時|じ}%d{分|%s}", STR_ARG(day), t.hour, t.minute,
	                    minute_name(t.minute));
}

struct str show_iso_day(struct visit *v, struct str iso)
{
	struct date d;
	if (v->lang != LANG_EASY || !date_parse(iso, &d))
		return visit_iso_date(v, iso);
	return easy_day(v->a, d);
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
	return show_text_in(v, v->lang, key, values);
}

struct str show_text_in(struct visit *v, enum lang lang, const char *key,
                        const struct json *values)
{
	struct str s = text_get(v->app->texts, lang, str_c(key)), out = STR("");
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
	return type == FIELD_DATE ? show_iso_day(v, value->text) : value->text;
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
