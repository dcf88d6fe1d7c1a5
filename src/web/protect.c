#include "web/protect.h"

#include "apply/flow.h"
#include "record/record.h"

struct result protect_asked(struct db *db, struct arena *a, const struct apply_case *c,
                            bool *ret, struct err *err)
{
	const struct record *basic;
	TRY(record_current(db, a, c->org, c->subject, STR("resident.basic"), STR(""), &basic, err));
	*ret = basic && basic->masked;
	return ok();
}

struct result protect_letters(struct db *db, struct arena *a, const struct apply_case *c,
                              const struct procedure *p, int64_t *ret_since, struct err *err)
{
	const struct record *r;
	int64_t since = 0;
	TRY(record_current(db, a, c->org, c->subject, STR("resident.basic"), STR(""), &r, err));
	if (r && r->masked)
		since = r->recorded_at;
	for (size_t i = 0; p && since == 0 && i < p->nprefills; i++) {
		TRY(record_current(db, a, c->org, c->subject, p->prefills[i].dataset, STR(""), &r, err));
		if (r && r->masked)
			since = INT64_MAX;
	}
	*ret_since = since;
	return ok();
}

bool protect_may_see(const struct case_actor *who)
{
	return flow_has_role(who->roles, STR("protection"));
}

void protect_facts(struct arena *a, const struct procedure *p, struct apply_case *c)
{
	struct json_object *facts = json_object_new(a);
	for (size_t i = 0; i < p->nprefills; i++) {
		const struct pack_prefill *pre = &p->prefills[i];
		const struct json *body = record_without_address(a, json_get(c->facts, pre->as));
		if (!body)
			continue;
		if (str_eq(pre->dataset, STR("resident.basic")))
			body = json_with(a, body, STR("protected"), json_bool(true));
		json_put(facts, pre->as, body);
	}
	c->facts = json_object_done(facts);
}

bool protect_hides(const struct pack_field *field)
{
	const struct str *reads;
	size_t n = field->from ? feel_reads(field->from, &reads) : 0;
	for (size_t i = 0; i < n; i++)
		if (str_find(reads[i], STR("address")) != STR_NONE || str_ends(reads[i], STR(".postal")))
			return true;
	return false;
}
