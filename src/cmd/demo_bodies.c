/* What a city holds about a resident, as JSON in the shape that packs/resident
 * declares. resident.household lists everybody who lives there, herself too:
 * procedures leave her out by name and birth. A member's id is opaque and says
 * nothing outside of the household. `number` (住民票コード) stands in
 * resident.basic for the counter's search and is in no dataset's list, so that
 * it is never shown; 個人番号 is in no body at all. */
#include "cmd/demo_people.h"

static struct str iso(struct arena *a, struct date d)
{
	return date_format(a, d);
}

static struct str sex(const struct demo_person *p)
{
	return p->female ? STR("女") : STR("男");
}

static const struct json *basic(struct arena *a, const struct demo_household *h,
                                const struct demo_person *p)
{
	static const char *const states[] = { [DEMO_RESIDENT] = "resident",
		[DEMO_MOVED_OUT] = "moved_out", [DEMO_DECEASED] = "deceased" };
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("name"), p->name);
	json_put_str(o, STR("kana"), p->kana);
	json_put_str(o, STR("romaji"), p->romaji);
	json_put_str(o, STR("birth"), iso(a, p->birth));
	json_put_str(o, STR("sex"), sex(p));
	json_put_str(o, STR("address"), h->address.text);
	json_put_str(o, STR("postal"), h->address.postal);
	json_put_str(o, STR("address_code"), h->address.code);
	json_put_str(o, STR("status"), str_c(states[p->status]));
	json_put_str(o, STR("since"), iso(a, p->since));
	json_put_bool(o, STR("head"), p->head);
	json_put_str(o, STR("relation"), p->relation);
	json_put_str(o, STR("number"), p->number);
	json_put_bool(o, STR("protected"), p->protect);
	return json_object_done(o);
}

static const struct json *member(struct arena *a, const struct demo_person *p)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("id"), p->id);
	json_put_str(o, STR("name"), p->name);
	json_put_str(o, STR("kana"), p->kana);
	json_put_str(o, STR("birth"), iso(a, p->birth));
	json_put_str(o, STR("sex"), sex(p));
	json_put_str(o, STR("relation"), p->relation);
	return json_object_done(o);
}

static const struct json *household(struct arena *a, const struct demo_household *h)
{
	struct json_object *o = json_object_new(a);
	struct json_array *members = json_array_new(a);
	for (size_t i = 0; i < h->n; i++)
		if (h->members[i].status == DEMO_RESIDENT)
			json_push(members, member(a, &h->members[i]));
	json_put_str(o, STR("id"), h->id);
	json_put_str(o, STR("head"), h->members[0].name);
	json_put(o, STR("members"), json_array_done(members));
	return json_object_done(o);
}

static const struct json *income(const struct demo_nation *n, struct arena *a,
                                 const struct demo_person *p)
{
	struct json_object *o = json_object_new(a);
	json_put_int(o, STR("year"), n->today.year - (n->today.month < 6 ? 2 : 1));
	json_put_int(o, STR("income"), p->income);
	json_put_int(o, STR("deductions"), p->deductions);
	return json_object_done(o);
}

static struct date insured_since(const struct demo_person *p)
{
	struct date twenty = date_add_months(p->birth, 20 * 12);
	return p->pension == DEMO_EMPLOYEE ? date_add_months(twenty, 30) : twenty;
}

static const struct json *pension(struct arena *a, const struct demo_person *p)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("kind"), p->pension == DEMO_EMPLOYEE ? STR("厚生年金") : STR("国民年金"));
	json_put_str(o, STR("since"), iso(a, insured_since(p)));
	return json_object_done(o);
}

/* Bank codes that no bank has. */
static const struct json *account(const struct demo_nation *n, struct arena *a,
                                  const struct demo_person *p)
{
	struct rng r;
	struct json_object *o = json_object_new(a);
	rng_derive(&r, n->seed, STR("account"), p->index);
	json_put_str(o, STR("bank"), arena_printf(a, "099%d", (int)rng_below(&r, 5)));
	json_put_str(o, STR("branch"), arena_printf(a, "%03d", (int)rng_between(&r, 1, 899)));
	json_put_str(o, STR("kind"), STR("ordinary"));
	json_put_str(o, STR("number"), arena_printf(a, "%07d", (int)rng_between(&r, 1000, 9999999)));
	json_put_str(o, STR("holder"), p->kana);
	return json_object_done(o);
}

static struct date earlier(struct date x, struct date y)
{
	return date_cmp(x, y) < 0 ? x : y;
}

size_t demo_bodies(const struct demo_nation *n, struct arena *a, const struct demo_household *h,
                   size_t i, struct demo_body ret[DEMO_BODIES_MAX])
{
	const struct demo_person *p = &h->members[i];
	struct str register_name = STR("住民基本台帳");
	size_t k = 0;
	ret[k++] = (struct demo_body){ STR("resident.basic"), register_name, p->changed,
	                               basic(a, h, p) };
	if (p->status != DEMO_RESIDENT)
		return k;
	ret[k++] = (struct demo_body){ STR("resident.household"), register_name, p->changed,
	                               household(a, h) };
	if (p->income >= 0)
		ret[k++] = (struct demo_body){ STR("tax.income"), STR("市町村民税課税台帳"),
			earlier(n->today, (struct date){ n->today.year - (n->today.month < 6), 6, 1 }),
			income(n, a, p) };
	if (p->pension != DEMO_NO_PENSION && date_cmp(insured_since(p), n->today) <= 0)
		ret[k++] = (struct demo_body){ STR("pension.insurance"), STR("年金記録"),
			insured_since(p), pension(a, p) };
	if (p->account)
		ret[k++] = (struct demo_body){ STR("account.public"), STR("公金受取口座登録"),
			n->today, account(n, a, p) };
	return k;
}
