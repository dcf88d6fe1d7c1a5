#include "base/encode.h"
#include "cmd/demo_trust.h"
#include "crypto/digest.h"
#include "store/journal.h"

enum { TOTP_BYTES = 20 };

static const struct json *describe(struct arena *a, const struct officer_new *o, struct str city)
{
	struct json_object *j = json_object_new(a);
	json_put_str(j, STR("org"), o->org);
	json_put_str(j, STR("city_name"), city);
	json_put_str(j, STR("id"), o->id);
	json_put_str(j, STR("name"), o->name);
	json_put_str(j, STR("title"), o->title);
	json_put_str(j, STR("roles"), o->roles);
	json_put_str(j, STR("password"), o->password);
	json_put_str(j, STR("totp"), base32_encode(a, o->totp));
	return json_object_done(j);
}

static struct result add(struct demo_trust *t, const struct officer_new *o, struct str city,
                         struct json_array *to, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->node->app.store, &tx, err));
	TRY(officer_add(tx, o, secret_str(&t->node->app.officer_key), err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = o->org, .event = STR("officer.add"),
		.actor = STR("system"), .object = o->id }, err));
	TRY(store_commit(&tx, err));
	json_push(to, describe(t->arena, o, city));
	return ok();
}

static struct result add_of_city(struct demo_trust *t, size_t city, size_t i,
                                 struct json_array *to, struct err *err)
{
	const struct demo_officer *rows;
	struct arena *a = t->arena;
	(void)demo_officers(&rows);
	const struct officer_new o = { .org = str_c(demo_city(city)->id), .id = str_c(rows[i].id),
		.name = demo_officer_name(t->nation, a, city, i), .title = str_c(rows[i].title_ja),
		.roles = str_c(rows[i].roles), .password = demo_officer_password(a, city, i),
		.totp = demo_officer_totp(a, city, i) };
	return add(t, &o, str_c(demo_city(city)->ja), to, err);
}

/* The registrar's two: who proposes and who decides. */
static struct result add_of_registrar(struct demo_trust *t, struct json_array *to, struct err *err)
{
	static const struct { const char *id, *name, *title, *roles, *password; } rows[] = {
		{ "clerk", "登記 花", "登記官補", "clerk", "houmu-clerk-2026" },
		{ "registrar", "登記 太郎", "登記官", "clerk approver", "houmu-registrar-2026" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t digest[SHA256_SIZE];
		sha256(arena_printf(t->arena, "musubi demo totp houmu %s", rows[i].id), digest);
		const struct officer_new o = { .org = STR("houmu"), .id = str_c(rows[i].id),
			.name = str_c(rows[i].name), .title = str_c(rows[i].title),
			.roles = str_c(rows[i].roles), .password = str_c(rows[i].password),
			.totp = arena_str(t->arena, str_of((const char *)digest, TOTP_BYTES)) };
		TRY(add(t, &o, STR("法務局"), to, err));
	}
	return ok();
}

struct result demo_officers_make(struct demo_trust *t, const struct json **ret, struct err *err)
{
	const struct demo_officer *rows;
	size_t n = demo_officers(&rows);
	struct json_array *list = json_array_new(t->arena);
	for (size_t city = 0; city < DEMO_CITIES; city++)
		for (size_t i = 0; i < n; i++)
			TRY(add_of_city(t, city, i, list, err));
	TRY(add_of_registrar(t, list, err));
	*ret = json_array_done(list);
	return ok();
}
