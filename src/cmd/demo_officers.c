#include "base/encode.h"
#include "cmd/demo_trust.h"
#include "store/journal.h"

static const struct json *describe(struct arena *a, const struct officer_new *o, size_t city)
{
	struct json_object *j = json_object_new(a);
	json_put_str(j, STR("org"), o->org);
	json_put_str(j, STR("city_name"), str_c(demo_city(city)->ja));
	json_put_str(j, STR("id"), o->id);
	json_put_str(j, STR("name"), o->name);
	json_put_str(j, STR("title"), o->title);
	json_put_str(j, STR("roles"), o->roles);
	json_put_str(j, STR("password"), o->password);
	json_put_str(j, STR("totp"), base32_encode(a, o->totp));
	return json_object_done(j);
}

static struct result add(struct demo_trust *t, size_t city, size_t i, struct json_array *to,
                         struct err *err)
{
	const struct demo_officer *rows;
	struct arena *a = t->arena;
	(void)demo_officers(&rows);
	const struct officer_new o = { .org = str_c(demo_city(city)->id), .id = str_c(rows[i].id),
		.name = demo_officer_name(t->nation, a, city, i), .title = str_c(rows[i].title_ja),
		.roles = str_c(rows[i].roles), .password = demo_officer_password(a, city, i),
		.totp = demo_officer_totp(a, city, i) };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->node->app.store, &tx, err));
	TRY(officer_add(tx, &o, secret_str(&t->node->app.officer_key), err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = o.org, .event = STR("officer.add"),
		.actor = STR("system"), .object = o.id }, err));
	TRY(store_commit(&tx, err));
	json_push(to, describe(a, &o, city));
	return ok();
}

struct result demo_officers_make(struct demo_trust *t, const struct json **ret, struct err *err)
{
	const struct demo_officer *rows;
	size_t n = demo_officers(&rows);
	struct json_array *list = json_array_new(t->arena);
	for (size_t city = 0; city < DEMO_CITIES; city++)
		for (size_t i = 0; i < n; i++)
			TRY(add(t, city, i, list, err));
	*ret = json_array_done(list);
	return ok();
}
