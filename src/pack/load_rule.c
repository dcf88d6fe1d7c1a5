/* Tables and parameters: PACK/tables/NAME.yaml, PACK/parameters/NAME.yaml.
 *
 * Versions follow each other day by day: an overlap, a gap and a wrong order are
 * mistakes, found here and not by the citizen to whom two laws apply, or none.
 * What is said of them is said in English and Japanese. */
#include "base/calendar.h"
#include "base/utf8.h"
#include "pack/circle.h"
#include "pack/functions.h"
#include "pack/set.h"
#include "pack/shape.h"
#include "rule/table_check.h"
#include "rule/words.h"

struct version {
	struct str from, to, law;
	const struct json *inputs, *outputs, *rules, *hit, *aggregate, *value;
	const struct json *node;
};

struct rule_source {
	struct pack_rule rule;
	const struct source *src;
	const struct json *root;
	struct version *versions;
	size_t nversions;
	struct map calls; /* names its tables read and call */
};

static void param_leave(struct load *l, const struct json *node, void *obj)
{
	const struct pack_param *p = obj;
	bool choice = p->type == FIELD_CHOICE;
	bool simple = choice || p->type == FIELD_TEXT || p->type == FIELD_NUMBER ||
	              p->type == FIELD_MONEY || p->type == FIELD_DATE || p->type == FIELD_YESNO;
	if (!simple)
		mistake(l, where(node, "type"), STR("one of: text, number, money, date, choice, yesno"),
		        "a parameter is none of this type");
	if (choice != (p->noptions > 0))
		mistake(l, where(node, "options"), STR(""), "`options` belong to a choice, and to it only");
	if (str_find_char(p->name, '.') != STR_NONE)
		mistake(l, where(node, "name"), STR(""), "the name of a parameter has no dots");
}

#define PARAM(member) offsetof(struct pack_param, member)
static const struct shape shape_param = {
	.what = "a parameter", .size = sizeof(struct pack_param), .leave = param_leave,
	.rows = (const struct row[]){
		{ "name", ROW_NAME, true, PARAM(name) },
		{ "type", ROW_WORD, true, PARAM(type), .words = field_words },
		{ "label", ROW_TEXT, true, PARAM(label) },
		{ "options", ROW_LIST, false, PARAM(options), PARAM(noptions), &shape_option },
		{ NULL },
	},
};

#define CASE(member) offsetof(struct pack_rule_test, member)
static const struct shape shape_case = {
	.what = "a test", .size = sizeof(struct pack_rule_test), .has_line = true,
	.line_at = CASE(line),
	.rows = (const struct row[]){
		{ "at", ROW_DATE, true, CASE(at) },
		{ "given", ROW_NODE, false, CASE(given) },
		{ "expect", ROW_NODE, true, CASE(expect) },
		{ NULL },
	},
};

static void version_enter(struct load *l, const struct json *node, void *obj)
{
	(void)l;
	((struct version *)obj)->node = node;
}

#define VERSION(member) offsetof(struct version, member)
#define VERSION_DATES \
	{ "from", ROW_DATE, true, VERSION(from) }, \
	{ "to", ROW_DATE, false, VERSION(to) }, \
	{ "law", ROW_STR, true, VERSION(law) }
static const struct shape shape_table_version = {
	.what = "a version", .size = sizeof(struct version), .enter = version_enter,
	.rows = (const struct row[]){
		VERSION_DATES,
		{ "hit", ROW_NODE, false, VERSION(hit) },
		{ "aggregate", ROW_NODE, false, VERSION(aggregate) },
		{ "inputs", ROW_NODE, true, VERSION(inputs) },
		{ "outputs", ROW_NODE, true, VERSION(outputs) },
		{ "rules", ROW_NODE, true, VERSION(rules) },
		{ NULL },
	},
};
static const struct shape shape_value_version = {
	.what = "a version", .size = sizeof(struct version), .enter = version_enter,
	.rows = (const struct row[]){
		VERSION_DATES, { "value", ROW_NODE, true, VERSION(value) }, { NULL },
	},
};

#define SOURCE(member) offsetof(struct rule_source, member)
#define SOURCE_ENDS \
	{ "title", ROW_TEXT, true, SOURCE(rule.title) }, \
	{ "tests", ROW_LIST, true, SOURCE(rule.tests), SOURCE(rule.ntests), &shape_case }
static const struct shape shape_table = {
	.what = "a table", .size = sizeof(struct rule_source),
	.rows = (const struct row[]){
		{ "table", ROW_STR, true, SOURCE(rule.name) },
		{ "parameters", ROW_LIST, true, SOURCE(rule.params), SOURCE(rule.nparams), &shape_param },
		{ "on", ROW_NAME, false, SOURCE(rule.on) },
		{ "versions", ROW_LIST, true, SOURCE(versions), SOURCE(nversions), &shape_table_version },
		SOURCE_ENDS, { NULL },
	},
};
static const struct shape shape_parameter = {
	.what = "a parameter", .size = sizeof(struct rule_source),
	.rows = (const struct row[]){
		{ "parameter", ROW_STR, true, SOURCE(rule.name) },
		{ "versions", ROW_LIST, true, SOURCE(versions), SOURCE(nversions), &shape_value_version },
		SOURCE_ENDS, { NULL },
	},
};

/* ---- what must hold ---- */

static bool is_builtin(struct load *l, struct str name)
{
	struct feel_context_builder none = feel_context_new(l->arena);
	struct feel_value known = feel_context_done(&none);
	const struct feel_expr *e;
	return is_ok(feel_compile(l->arena, name, &known, &e, NULL, NULL));
}

static void check_name(struct load *l, const struct json *root, const struct pack_rule *r)
{
	const struct json *at = where(root, r->parameter ? "parameter" : "table");
	if (!word_is_call(r->name))
		mistake(l, at, STR("words of letters, digits and _, with one space between: child allowance"),
		        "'%.*s' is no name that expressions can call", (int)utf8_cut(r->name, 60).n,
		        r->name.p);
	else if (is_builtin(l, r->name))
		mistake(l, at, STR("choose another name"), "FEEL has a function '%.*s' already",
		        STR_ARG(r->name));
	else if (map_get(&l->rules, r->name))
		mistake(l, at, STR(""), "the table or parameter '%.*s' exists already", STR_ARG(r->name));
}

static void check_on(struct load *l, const struct json *root, const struct pack_rule *r)
{
	for (size_t i = 0; i < r->nparams; i++)
		for (size_t k = 0; k < i; k++)
			if (r->params[i].name.n && str_eq(r->params[i].name, r->params[k].name))
				mistake(l, where(root, "parameters"), STR(""), "the parameter '%.*s' is given twice",
				        STR_ARG(r->params[i].name));
	for (size_t i = 0; i < r->nparams; i++)
		if (str_eq(r->params[i].name, r->on) && r->params[i].type == FIELD_DATE)
			return;
	if (r->on.n)
		mistake(l, where(root, "on"), STR("`on` names the parameter that tells which version counts"),
		        "'%.*s' is no parameter of type date", STR_ARG(r->on));
}

static bool day_of(struct str text, struct date *ret)
{
	return text.n > 0 && date_parse(text, ret);
}

/* Each version ends the day before the next begins; `to` may say so. */
static void check_days(struct load *l, const struct rule_source *s)
{
	for (size_t i = 0; i < s->nversions; i++) {
		const struct version *v = &s->versions[i], *next = v + 1;
		struct date from, to, then;
		if (!day_of(v->from, &from))
			continue;
		if (day_of(v->to, &to) && date_cmp(to, from) < 0)
			mistake(l, where(v->node, "to"), STR(""),
			        "the version ends before it begins (始まる日より前に終わっています)");
		if (i + 1 == s->nversions || !day_of(next->from, &then))
			continue;
		if (date_cmp(then, from) == 0)
			mistake(l, where(next->node, "from"), STR("one version for each day"),
			        "two versions from %.*s overlap (%.*s からの版が二つ重なっています)",
			        STR_ARG(v->from), STR_ARG(v->from));
		else if (date_cmp(then, from) < 0)
			mistake(l, where(next->node, "from"), STR("the oldest first"),
			        "the version from %.*s stands behind a newer one (版は古い順に並べます)",
			        STR_ARG(next->from));
		else if (day_of(v->to, &to) && date_cmp(to, then) >= 0)
			mistake(l, where(v->node, "to"), STR("leave `to` out: a version ends when the next begins"),
			        "until %.*s overlaps with the version from %.*s (期間が重なっています)",
			        STR_ARG(v->to), STR_ARG(next->from));
		else if (day_of(v->to, &to) && date_cmp(date_add_days(to, 1), then) < 0)
			mistake(l, where(v->node, "to"), STR("leave `to` out: a version ends when the next begins"),
			        "no version from the day after %.*s until %.*s (どの版も当てはまらない日があります)",
			        STR_ARG(v->to), STR_ARG(next->from));
	}
}

static void check_cases(struct load *l, const struct rule_source *s, const struct json *root)
{
	const struct json *list = json_get(root, STR("tests"));
	for (size_t i = 0; i < s->rule.ntests; i++) {
		const struct json *given = s->rule.tests[i].given;
		if (given && given->kind != JSON_OBJECT)
			mistake(l, given, STR(""), "`given` is a mapping of parameters to values");
		for (size_t k = 0; k < json_len(given) && given->kind == JSON_OBJECT; k++) {
			bool found = false;
			for (size_t p = 0; p < s->rule.nparams; p++)
				found |= str_eq(s->rule.params[p].name, given->keys[k]);
			if (!found)
				mistake_key(l, given, k, STR(""), "there is no parameter '%.*s'",
				            (int)utf8_cut(given->keys[k], 60).n, given->keys[k].p);
		}
	}
	if (json_is(list, JSON_ARRAY) && !list->n)
		mistake(l, list, STR("one at each boundary, and one on each side of a new version"),
		        "`tests` is empty");
}

static const struct pack_param *date_param(struct load *l)
{
	struct pack_param *p = ARENA_NEW(l->arena, struct pack_param);
	p->name = STR("on");
	p->type = FIELD_DATE;
	p->label = (struct ptext){ { STR("日付"), STR("Date"), STR("{日|ひ}") } };
	return p;
}

void load_rule(struct load *l, const struct json *root, bool parameter)
{
	struct rule_source *s = ARENA_NEW(l->arena, struct rule_source);
	s->src = l->src;
	s->root = root;
	s->rule.parameter = parameter;
	s->rule.pack = l->pack;
	s->rule.file = l->src->file;
	s->rule.line = root->line;
	l->scope = SCOPE_NONE;
	if (!shape_read(l, parameter ? &shape_parameter : &shape_table, root, s) || !s->rule.name.n)
		return;
	if (parameter) {
		s->rule.on = STR("on");
		s->rule.params = date_param(l);
		s->rule.nparams = 1;
	}
	check_name(l, root, &s->rule);
	check_on(l, root, &s->rule);
	check_cases(l, s, root);
	check_days(l, s);
	if (json_is(json_get(root, STR("versions")), JSON_ARRAY) && !s->nversions)
		mistake(l, where(root, "versions"), STR(""), "`versions` is empty");
	if (!map_get(&l->rules, s->rule.name))
		map_put(&l->rules, s->rule.name, s);
}

/* ---- compiling ---- */

static void put(struct json_object *o, const char *key, const struct json *v)
{
	if (v)
		json_put(o, str_c(key), v);
}

static const struct json *one_cell(struct arena *a, const struct json *cell)
{
	struct json_array *rows = json_array_new(a), *row = json_array_new(a);
	json_push(row, cell);
	const struct json *only = json_array_done(row);
	json_push(rows, only);
	return json_array_done(rows);
}

/* The tree that rule/table.h reads. A parameter is a table with one row. */
static const struct json *tree_of(struct arena *a, const struct rule_source *s,
                                  const struct version *v)
{
	struct json_object *o = json_object_new(a);
	struct json_array *none = json_array_new(a), *value = json_array_new(a);
	json_put_str(o, STR("table"), arena_printf(a, "%.*s (%.*s)",
	                                           STR_ARG(s->rule.title.t[LANG_JA]),
	                                           STR_ARG(s->rule.name)));
	if (s->rule.parameter) {
		json_push(value, json_str(a, STR("value")));
		json_put_str(o, STR("hit"), STR("first"));
		json_put(o, STR("inputs"), json_array_done(none));
		json_put(o, STR("outputs"), json_array_done(value));
		json_put(o, STR("rules"), one_cell(a, v->value));
		return json_object_done(o);
	}
	put(o, "hit", v->hit);
	put(o, "aggregate", v->aggregate);
	put(o, "inputs", v->inputs);
	put(o, "outputs", v->outputs);
	put(o, "rules", v->rules);
	return json_object_done(o);
}

/* Parameters, functions of the house, and every table by name. */
static const struct feel_value *names_of(struct load *l, const struct rule_source *s)
{
	struct feel_context_builder b = feel_context_new(l->arena);
	pack_functions_put(&b);
	for (size_t i = 0; i < l->rules.n; i++)
		feel_put(&b, l->rules.entries[i].key, feel_null());
	for (size_t i = 0; i < s->rule.nparams; i++)
		feel_put(&b, s->rule.params[i].name, known_sample(l->arena, s->rule.params[i].type));
	return feel_keep(l->arena, feel_context_done(&b));
}

static void report(struct load *l, const struct rule_source *s, const struct version *v,
                   const struct rule_diag *d, const struct err *err)
{
	struct place at = place_of(v->node);
	struct str en = str_c(d->feel.message[0] ? d->feel.message : err->what), ja;
	if (d->line)
		at = (struct place){ d->line, d->col };
	ja = rule_ja(l->arena, d->feel.code ? d->feel.code : err->code, en);
	issue_add(&l->issues, s->src, at, false, STR(""), "%.*s%s%.*s%s", STR_ARG(en),
	          str_eq(ja, en) ? "" : " (", str_eq(ja, en) ? 0 : (int)ja.n, ja.p,
	          str_eq(ja, en) ? "" : ")");
}

/* What a parameter can be, for the table checker. */
static struct table_domain domain_of(struct load *l, const struct pack_param *p)
{
	struct table_domain d = { .kind = known_sample(l->arena, p->type).kind };
	struct feel_value *codes = ARENA_ARRAY(l->arena, struct feel_value, p->noptions);
	for (size_t i = 0; i < p->noptions; i++)
		codes[i] = feel_string(p->options[i].code);
	d.values = p->noptions ? codes : NULL;
	d.n = p->noptions;
	return d;
}

/* An input that is a parameter has its domain; of others nothing is known. */
static const struct table_domain *domains_of(struct load *l, const struct rule_source *s,
                                             const struct version *v, size_t n)
{
	struct table_domain *list = ARENA_ARRAY(l->arena, struct table_domain, n);
	for (size_t i = 0; i < n; i++) {
		const struct json *in = json_at(v->inputs, i);
		struct str expr = str_trim(json_text(json_is(in, JSON_OBJECT) ? json_get(in, STR("expr")) : in));
		for (size_t k = 0; k < s->rule.nparams; k++)
			if (str_eq(s->rule.params[k].name, expr))
				list[i] = domain_of(l, &s->rule.params[k]);
	}
	return list;
}

static void check_table(struct load *l, const struct rule_source *s, const struct version *v,
                        const struct rule_table *t)
{
	const struct table_finding *list;
	size_t n = rule_table_check(t, domains_of(l, s, v, t->ninputs), l->arena, &list);
	for (size_t i = 0; i < n; i++) {
		struct place at = list[i].line ? (struct place){ list[i].line, list[i].col }
		                               : place_of(v->node);
		if (list[i].level == TABLE_NOTE)
			continue;
		issue_add(&l->issues, s->src, at, list[i].level != TABLE_ERROR, list[i].hint_en,
		          "%.*s (%.*s)", STR_ARG(list[i].en), STR_ARG(list[i].ja));
	}
}

static bool compile_version(struct load *l, struct rule_source *s, const struct version *v,
                            const struct feel_value *known, const struct rule_table **ret)
{
	struct rule_diags diags;
	struct err err = { 0 };
	if (is_err(rule_table_compile_all(l->arena, tree_of(l->arena, s, v), known, ret, &diags, &err))) {
		for (size_t i = 0; i < diags.n; i++)
			report(l, s, v, &diags.list[i], &err);
		return false;
	}
	const struct str *reads;
	for (size_t i = 0, n = rule_table_reads(*ret, l->arena, &reads); i < n; i++)
		map_put(&s->calls, reads[i], s);
	if (!s->rule.parameter)
		check_table(l, s, v, *ret);
	return true;
}

/* The versions for rule/dated.h; behind one that ends, one that gives nothing. */
static size_t versions_of(struct load *l, struct rule_source *s,
                          const struct feel_value *known, struct dated_version *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s->nversions; i++) {
		const struct version *v = &s->versions[i];
		struct date to;
		out[n] = (struct dated_version){ .from = v->from, .law = v->law };
		if (!v->from.n || !compile_version(l, s, v, known, &out[n].table))
			return 0;
		n++;
		if (i + 1 == s->nversions && day_of(v->to, &to))
			out[n++] = (struct dated_version){ .law = v->law,
				.from = date_format(l->arena, date_add_days(to, 1)) };
	}
	return n;
}

/* What a published version must keep: itself, and what it is called with. */
static void digest_versions(struct load *l, struct rule_source *s)
{
	struct pack_rule_version *out = ARENA_ARRAY(l->arena, struct pack_rule_version, s->nversions + 1);
	for (size_t i = 0; i < s->nversions; i++) {
		struct json_object *o = json_object_from(l->arena, s->versions[i].node);
		put(o, "parameters", json_get(s->root, STR("parameters")));
		put(o, "on", json_get(s->root, STR("on")));
		json_remove(o, STR("to")); /* a repeal adds it, and changes no day before */
		out[i] = (struct pack_rule_version){ s->versions[i].from,
			published_digest(l->arena, json_object_done(o)) };
	}
	s->rule.versions = out;
	s->rule.nversions = s->nversions;
}

static void compile_rule(struct load *l, struct rule_source *s)
{
	struct dated_version *versions = ARENA_ARRAY(l->arena, struct dated_version, s->nversions + 1);
	struct str *params = ARENA_ARRAY(l->arena, struct str, s->rule.nparams + 1);
	struct err err = { 0 };
	map_init(&s->calls, l->arena);
	for (size_t i = 0; i < s->rule.nparams; i++)
		params[i] = s->rule.params[i].name;
	size_t n = versions_of(l, s, names_of(l, s), versions);
	if (!n || l->issues.nmistakes)
		return;
	digest_versions(l, s);
	if (is_err(dated_new(l->arena, s->rule.on, params, s->rule.nparams, versions, n, &s->rule.dated,
	                     &err)))
		issue_add(&l->issues, s->src, place_of(s->root), false, STR(""), "%s", err.what);
}

static void circle(void *user, size_t first, struct str way)
{
	struct load *l = user;
	const struct rule_source *s = l->rules.entries[first].value;
	issue_add(&l->issues, s->src, place_of(s->root), false, STR(""),
	          "rules call each other in a circle: %.*s (規則が互いに呼び合っています)", STR_ARG(way));
}

static void check_circles(struct load *l)
{
	struct circle_node *nodes = ARENA_ARRAY(l->arena, struct circle_node, l->rules.n);
	for (size_t i = 0; i < l->rules.n; i++) {
		const struct rule_source *s = l->rules.entries[i].value;
		struct str *calls = ARENA_ARRAY(l->arena, struct str, s->calls.n);
		for (size_t k = 0; k < s->calls.n; k++)
			calls[k] = s->calls.entries[k].key;
		nodes[i] = (struct circle_node){ s->rule.name, calls, s->calls.n };
	}
	circles_find(l->arena, nodes, l->rules.n, circle, l);
}

void compile_rules(struct load *l)
{
	struct pack_set *set = l->set;
	struct feel_context_builder b = feel_context_new(l->arena);
	set->rules = ARENA_ARRAY(l->arena, const struct pack_rule *, l->rules.n + 1);
	for (size_t i = 0; i < l->rules.n; i++) {
		struct rule_source *s = l->rules.entries[i].value;
		compile_rule(l, s);
		feel_put(&b, s->rule.name, s->rule.dated ? dated_value(s->rule.dated) : feel_null());
		set->rules[set->nrules++] = &s->rule;
	}
	set->rule_names = feel_keep(l->arena, feel_context_done(&b));
	check_circles(l);
}
