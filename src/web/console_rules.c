/* Tables and parameters of the packs, for officers and the authors of packs: which
 * there are, in which versions, and a place to try them. Nothing here concerns a
 * person: what is typed is worked out and forgotten, so no event is written. */
#include "web/console.h"

#include "base/calendar.h"
#include "base/encode.h"
#include "web/counter.h"
#include "web/show.h"

/* "damage grade" as it stands in an address. */
static struct str slug(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.n + 1);
	for (size_t i = 0; i < name.n; i++)
		p[i] = name.p[i] == ' ' ? '-' : name.p[i];
	return str_of(p, name.n);
}

static struct str rule_href(struct visit *v, const struct pack_rule *r)
{
	return arena_printf(v->a, "%.*s/rules/%.*s", STR_ARG(counter_base(v)),
	                    STR_ARG(percent_encode(v->a, slug(v->a, r->name))));
}

/* "damage grade(percent, day)" */
static struct str call_text(struct visit *v, const struct pack_rule *r)
{
	BUF_AUTO b;
	buf_init(&b, 10000);
	buf_add(&b, r->name);
	for (size_t i = 0; i < r->nparams; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "(", STR_ARG(r->params[i].name));
	buf_add(&b, r->nparams ? STR(")") : STR("()"));
	return arena_str(v->a, buf_str(&b));
}

static void put_head(struct visit *v, struct json_object *o, const struct pack_rule *r)
{
	json_put_str(o, STR("rule_title"), r->title.t[v->lang]);
	json_put_str(o, STR("call"), call_text(v, r));
	json_put_str(o, STR("href"), rule_href(v, r));
	json_put_str(o, STR("file"), r->file);
	json_put_bool(o, STR("is_table"), !r->parameter);
}

/* Officers without a role have nothing to decide, and so nothing to try. */
static struct result permitted(struct visit *v, struct err *err)
{
	if (v->session.roles.n == 0)
		return fail(err, ERR_FORBIDDEN, "console.role", NULL, "an officer without a role");
	return ok();
}

static void put_versions(struct visit *v, struct json_object *o, const struct pack_rule *r,
                         const struct dated_version *now)
{
	const struct dated_version *list;
	size_t n = dated_versions(r->dated, &list);
	struct json_array *rows = json_array_new(v->a);
	for (size_t i = n; i > 0; i--) { /* the newest first: it is the one that is looked for */
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("from"), show_iso_day(v, list[i - 1].from));
		json_put_str(x, STR("law"), list[i - 1].law);
		json_put_bool(x, STR("now"), &list[i - 1] == now);
		json_put_bool(x, STR("ended"), !list[i - 1].table);
		json_push(rows, json_object_done(x));
	}
	show_list(v, o, "versions", rows);
}

struct result console_rules(struct visit *v, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	const struct pack_rule *const *rules;
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	TRY(permitted(v, err));
	size_t n = pack_rules(packs, &rules);
	struct str today = date_format(v->a, jst_date(v->now));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		put_head(v, x, rules[i]);
		put_versions(v, x, rules[i], dated_at(rules[i]->dated, today));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "rules", list);
	json_put_str(o, STR("now_key"), STR("console.rule.now"));
	json_put_str(o, STR("title_key"), STR("console.rules.title"));
	TRY(counter_put_frame(v, o, "rules", err));
	return visit_page(v, 200, STR("console/rules"), o, err);
}

/* ---- one rule ---- */

static const struct pack_rule *rule_of(struct visit *v, const struct pack_set *packs)
{
	const struct pack_rule *const *rules;
	size_t n = pack_rules(packs, &rules);
	for (size_t i = 0; i < n; i++)
		if (str_eq(slug(v->a, rules[i]->name), v->q->param[1]))
			return rules[i];
	return NULL;
}

/* What was typed, as the value of the parameter; false: it is none of its type. */
static bool typed_value(struct visit *v, const struct pack_param *p, struct str typed,
                        const struct json **ret)
{
	struct date day;
	struct decimal d;
	*ret = NULL;
	if (typed.n == 0)
		return true;
	switch (p->type) {
	case FIELD_NUMBER: case FIELD_MONEY:
		if (!dec_from_text(typed, &d) || !dec_finite(d))
			return false;
		struct feel_value number = feel_number(d);
		*ret = feel_to_json(v->a, &number);
		return true;
	case FIELD_DATE:
		*ret = json_str(v->a, typed);
		return date_parse(typed, &day);
	case FIELD_YESNO:
		*ret = json_bool(str_eq(typed, STR("true")));
		return str_eq(typed, STR("true")) || str_eq(typed, STR("false"));
	default:
		*ret = json_str(v->a, typed);
		for (size_t i = 0; i < p->noptions; i++)
			if (str_eq(p->options[i].code, typed))
				return true;
		return p->type == FIELD_TEXT && typed.n <= 1000;
	}
}

static void push_option(struct visit *v, struct json_array *list, struct str code, struct str label,
                        struct str typed)
{
	struct json_object *x = json_object_new(v->a);
	json_put_str(x, STR("code"), code);
	json_put_str(x, STR("option_label"), label);
	json_put_bool(x, STR("chosen"), str_eq(code, typed));
	json_push(list, json_object_done(x));
}

static const struct json *param_field(struct visit *v, const struct pack_param *p, struct str typed,
                                      bool bad)
{
	struct json_object *x = json_object_new(v->a);
	struct json_array *options = json_array_new(v->a);
	bool yesno = p->type == FIELD_YESNO, date = p->type == FIELD_DATE;
	bool number = p->type == FIELD_NUMBER || p->type == FIELD_MONEY;
	for (size_t i = 0; i < p->noptions; i++)
		push_option(v, options, p->options[i].code, p->options[i].label.t[v->lang], typed);
	if (yesno) {
		push_option(v, options, STR("true"), show_row(v, "console.yes"), typed);
		push_option(v, options, STR("false"), show_row(v, "console.no"), typed);
	}
	json_put_str(x, STR("name"), p->name);
	json_put_str(x, STR("label"), p->label.t[v->lang]);
	json_put_str(x, STR("typed"), typed);
	json_put_bool(x, STR("is_choice"), p->noptions > 0 || yesno);
	json_put_bool(x, STR("is_date"), date);
	json_put_bool(x, STR("is_number"), number);
	json_put_bool(x, STR("is_text"), p->type == FIELD_TEXT);
	json_put_bool(x, STR("bad"), bad);
	show_list(v, x, "options", options);
	return json_object_done(x);
}

/* Reads the fields; `given` holds those that are there and right. */
static void take(struct visit *v, struct console_try *t, const struct http_fields *f,
                 struct json_object *o)
{
	static const struct pack_param at = {
		.name = STR_INIT("at"), .type = FIELD_DATE,
	};
	const struct pack_rule *r = t->rule;
	struct json_object *given = json_object_new(v->a);
	struct json_array *fields = json_array_new(v->a);
	const struct json *value;
	for (size_t i = 0; i < r->nparams; i++) {
		struct str typed = str_trim(http_field_get(f, r->params[i].name));
		bool fine = typed_value(v, &r->params[i], typed, &value);
		t->wrong |= !fine;
		if (fine && value)
			json_put(given, r->params[i].name, value);
		json_push(fields, param_field(v, &r->params[i], typed, !fine));
	}
	struct str day = str_trim(http_field_get(f, STR("today")));
	t->day = date_format(v->a, jst_date(v->now));
	if (day.n && typed_value(v, &at, day, &value))
		t->day = day;
	else
		t->wrong |= day.n > 0;
	json_put_bool(o, STR("day_bad"), day.n > 0 && !str_eq(t->day, day));
	json_put_str(o, STR("day"), day.n ? day : t->day);
	json_put_bool(o, STR("asks_day"), r->on.n == 0);
	show_list(v, o, "params", fields);
	t->given = json_object_done(given);
}

static struct result show_rule(struct visit *v, const struct http_fields *f, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	struct console_try t = { .packs = packs };
	struct json_object *o = json_object_new(v->a);
	TRY(permitted(v, err));
	t.rule = rule_of(v, packs);
	if (!t.rule)
		return fail(err, ERR_NOT_FOUND, "console.rule", NULL, "no such rule");
	put_head(v, o, t.rule);
	take(v, &t, f, o);
	TRY(console_put_result(v, &t, o, err));
	put_versions(v, o, t.rule, t.version);
	json_put_str(o, STR("now_key"), STR("console.rule.counts"));
	json_put_bool(o, STR("wrong"), t.wrong);
	json_put_str(o, STR("title"), visit_plain(v, &t.rule->title));
	TRY(counter_put_frame(v, o, "rules", err));
	return visit_page(v, t.wrong ? 400 : 200, STR("console/rule"), o, err);
}

struct result console_rule(struct visit *v, struct err *err)
{
	struct http_fields none = { 0 };
	return show_rule(v, &none, err);
}

struct result console_rule_try(struct visit *v, struct err *err)
{
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	return show_rule(v, &f, err);
}
