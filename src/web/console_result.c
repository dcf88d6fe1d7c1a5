/* What a rule gives for what was typed: the value with its reasons, or what still
 * has to be typed, and the table with the rows that apply. */
#include "web/console.h"

#include "base/buf.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "rule/why.h"
#include "web/show.h"

enum { WHY_BYTES = 1 << 20, ROWS_SHOWN = 200 };

static enum why_language language(const struct visit *v)
{
	return v->lang == LANG_EN ? WHY_EN : WHY_JA;
}

/* The version is told by the rule's own date, or by the day of the try. */
static void find_version(struct console_try *t)
{
	struct str day = t->rule->on.n ? json_text(json_get(t->given, t->rule->on)) : t->day;
	t->version = day.n ? dated_at(t->rule->dated, day) : NULL;
}

/* One line for each reason below the result; how deep it lies tells the page. */
static void put_reasons(struct visit *v, const struct why *why, struct json_object *o)
{
	struct json_array *list = json_array_new(v->a);
	BUF_AUTO b;
	buf_init(&b, WHY_BYTES);
	why_write(&b, why, language(v));
	struct str line, rest = arena_str(v->a, buf_str(&b));
	(void)str_cut(rest, '\n', &line, &rest); /* the result itself stands above */
	while (rest.n) {
		struct json_object *x = json_object_new(v->a);
		size_t deep = 0;
		(void)str_cut(rest, '\n', &line, &rest);
		while (deep + 1 < line.n && line.p[deep] == ' ' && deep < 18)
			deep += 2;
		json_put_str(x, STR("words"), str_trim(line));
		json_put_int(x, STR("depth"), (int64_t)deep / 2 - 1);
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "reasons", list);
}

static void put_needs(struct visit *v, const struct console_try *t, const struct str *names,
                      size_t n, struct json_object *o)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < t->rule->nparams; k++)
			if (str_eq(names[i], t->rule->params[k].name)) {
				struct json_object *x = json_object_new(v->a);
				json_put_str(x, STR("need"), t->rule->params[k].label.t[v->lang]);
				json_push(list, json_object_done(x));
			}
	show_list(v, o, "needs", list);
}

/* A text as it is, without the quotes it has inside other values. */
static struct str value_text(struct visit *v, const struct feel_value *value)
{
	if (value->kind == FEEL_NULL)
		return show_row(v, "console.rule.nothing");
	return value->kind == FEEL_STRING ? value->string : why_value(v->a, value, language(v));
}

static struct str output_text(struct str source)
{
	bool text = source.n >= 2 && source.p[0] == '"' && source.p[source.n - 1] == '"';
	struct str inside = text ? str_sub(source, 1, source.n - 2) : source;
	return str_find_char(inside, '"') == STR_NONE ? inside : source;
}

static bool row_applies(const struct why *why, const struct rule_table *t, size_t row)
{
	for (const struct why *x = why; x; x = x->next)
		if ((x->kind == WHY_ROW && x->table == t && x->row == row) || row_applies(x->first, t, row))
			return true;
	return false;
}

static void push_text(struct visit *v, struct json_array *list, struct str s)
{
	json_push(list, json_str(v->a, s));
}

static const struct json *table_row(struct visit *v, const struct rule_table *t, size_t i, bool applies)
{
	const struct rule_row *row = &t->rows[i];
	struct json_object *x = json_object_new(v->a);
	struct json_array *when = json_array_new(v->a), *then = json_array_new(v->a);
	for (size_t k = 0; k < t->ninputs; k++)
		push_text(v, when, row->when[k] ? why_test(v->a, row->when[k], language(v)) : STR("–"));
	for (size_t k = 0; k < t->noutputs; k++)
		push_text(v, then, output_text(feel_source(row->then[k])));
	json_put_int(x, STR("number"), (int64_t)i + 1);
	json_put(x, STR("when"), json_array_done(when));
	json_put(x, STR("then"), json_array_done(then));
	json_put_str(x, STR("row_law"), row->law);
	json_put_bool(x, STR("applies"), applies);
	return json_object_done(x);
}

/* Of the version that counts, or of the newest while none is known. */
static void put_table(struct visit *v, const struct console_try *t, const struct why *why,
                      struct json_object *o)
{
	const struct dated_version *list, *shown = t->version;
	size_t n = dated_versions(t->rule->dated, &list);
	struct json_array *rows = json_array_new(v->a), *columns = json_array_new(v->a);
	if (!shown && n)
		shown = &list[n - 1];
	const struct rule_table *table = shown ? shown->table : NULL;
	json_put_str(o, STR("shown_from"), shown ? show_iso_day(v, shown->from) : STR(""));
	json_put_str(o, STR("shown_law"), shown ? shown->law : STR(""));
	for (size_t i = 0; table && i < table->ninputs; i++)
		push_text(v, columns, table->inputs[i].label);
	for (size_t i = 0; table && i < table->nrows && i < ROWS_SHOWN; i++)
		json_push(rows, table_row(v, table, i, why && row_applies(why, table, i)));
	json_put_bool(o, STR("cut"), table && table->nrows > ROWS_SHOWN);
	show_list(v, o, "columns", columns);
	show_list(v, o, "rows", rows);
}

static int64_t noon_of(struct str day)
{
	struct date d = { 1970, 1, 1 };
	(void)date_parse(day, &d);
	return jst_start(d) + 12 * CLOCK_HOUR;
}

struct result console_put_result(struct visit *v, struct console_try *t, struct json_object *o,
                                 struct err *err)
{
	const struct feel_value *value;
	const struct why *why = NULL;
	const struct str *needs;
	size_t n = 0;
	find_version(t);
	if (!t->wrong) {
		TRY(pack_rule_needs(t->packs, t->rule, t->given, noon_of(t->day), v->a, &needs, &n, err));
		put_needs(v, t, needs, n, o);
	}
	bool settled = !t->wrong && n == 0;
	if (settled) {
		TRY(pack_rule_eval(t->packs, t->rule, t->given, noon_of(t->day), v->a, &value, &why, err));
		put_reasons(v, why, o);
		json_put_str(o, STR("value"), value_text(v, value));
	}
	json_put_bool(o, STR("settled"), settled);
	put_table(v, t, why, o);
	return ok();
}
