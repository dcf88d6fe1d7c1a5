/* Tables and parameters of a loaded set: looking up, evaluating on a day. */
#include "pack/functions.h"
#include "pack/set.h"
#include "rule/why.h"

size_t pack_rules(const struct pack_set *p, const struct pack_rule *const **ret)
{
	*ret = p->rules;
	return p->nrules;
}

const struct pack_rule *pack_rule(const struct pack_set *p, struct str name)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (str_eq(p->rules[i]->name, name))
			return p->rules[i];
	return NULL;
}

const struct feel_value *pack_rule_names(const struct pack_set *p)
{
	return p->rule_names;
}

static struct feel_value given_value(struct arena *a, const struct pack_param *p,
                                     const struct json *v)
{
	if (p->type == FIELD_DATE && json_is(v, JSON_STRING))
		return feel_parse_date(v->text);
	return *feel_from_json(a, v);
}

/* A parameter that is not given is null, or absent. */
static struct feel_value names_of(const struct pack_set *p, const struct pack_rule *r,
                                  const struct json *given, bool absent, struct arena *a)
{
	struct feel_context_builder b = feel_context_new(a);
	pack_functions_put(&b);
	for (size_t i = 0; i < p->rule_names->context.n; i++)
		feel_put(&b, p->rule_names->context.keys[i], p->rule_names->context.values[i]);
	for (size_t i = 0; i < r->nparams; i++) {
		const struct json *v = json_get(given, r->params[i].name);
		if (v || !absent)
			feel_put(&b, r->params[i].name, v ? given_value(a, &r->params[i], v) : feel_null());
	}
	return feel_context_done(&b);
}

struct result pack_rule_needs(const struct pack_set *p, const struct pack_rule *r,
                              const struct json *given, int64_t now_us, struct arena *a,
                              const struct str **ret, size_t *ret_n, struct err *err)
{
	struct feel_value names = names_of(p, r, given, true, a);
	struct feel_scope s = { .names = &names, .now_us = now_us };
	return feel_missing(dated_expr(r->dated), &s, a, NULL, ret, ret_n, err);
}

struct result pack_rule_eval(const struct pack_set *p, const struct pack_rule *r,
                             const struct json *given, int64_t now_us, struct arena *a,
                             const struct feel_value **ret, const struct why **ret_why,
                             struct err *err)
{
	struct feel_value names = names_of(p, r, given, false, a);
	struct feel_scope s = { .names = &names, .now_us = now_us };
	if (ret_why)
		return feel_explain(dated_expr(r->dated), &s, a, ret, ret_why, err);
	return feel_eval(dated_expr(r->dated), &s, a, ret, err);
}
