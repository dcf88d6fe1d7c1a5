/* See certs.h. */
#include "web/certs.h"

#include "notice/notice.h"
#include "web/choice.h"
#include "web/show.h"

struct register_desk certs_desk(const struct app *app)
{
	return (struct register_desk){ .codes = app->codes, .ca = app->ca, .portal = app->portal };
}

static const char *profile_key(struct str profile)
{
	static const struct { const char *profile, *key; } keys[] = {
		{ "citizen-auth", "certs.profile.auth" }, { "citizen-sign", "certs.profile.sign" },
		{ "citizen-auth-phone", "certs.profile.auth_phone" },
		{ "citizen-sign-phone", "certs.profile.sign_phone" },
	};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq(profile, str_c(keys[i].profile)))
			return keys[i].key;
	return NULL;
}

static const struct json *row_of(struct visit *v, const struct cert_row *c, const char *profile)
{
	struct json_object *o = json_object_new(v->a);
	bool good = c->state.status == STATUS_GOOD;
	bool held = !good && c->state.reason == REVOKE_HOLD;
	json_put_str(o, STR("profile_key"), str_c(profile));
	json_put_str(o, STR("serial"), arena_printf(v->a, "%08X", c->serial));
	json_put_str(o, STR("state_key"), good ? STR("certs.state.good") : held
	             ? STR("certs.state.held") : STR("certs.state.revoked"));
	json_put_str(o, STR("state_class"), good ? STR("good") : held ? STR("warn") : STR("bad"));
	json_put_str(o, STR("from"), show_day(v, c->not_before));
	json_put_str(o, STR("until"), show_day(v, c->not_after));
	json_put_str(o, STR("ended"), good ? STR("") : show_time(v, c->state.at));
	json_put_bool(o, STR("renew"), trust_may_renew(c, v->now));
	return json_object_done(o);
}

struct result certs_put(struct visit *v, struct db *db, struct str org, struct str subject,
                        struct json_object *o, struct err *err)
{
	const struct cert_row *rows;
	size_t n;
	struct str at_ca;
	struct json_array *list = json_array_new(v->a);
	if (v->app->ca.n) {
		TRY(code_convert(v->app->codes, v->a, org, subject, v->app->ca, &at_ca, err));
		TRY(trust_certs_of_subject(db, v->a, v->app->ca, at_ca, &rows, &n, err));
		for (size_t i = 0; i < n; i++) {
			const char *profile = profile_key(rows[i].profile);
			if (profile && v->now <= rows[i].not_after)
				json_push(list, row_of(v, &rows[i], profile));
		}
	}
	show_list(v, o, "certs", list);
	return ok();
}

struct result certs_use(struct visit *v, struct db *tx, struct str subject, const char *key,
                        struct err *err)
{
	struct str chosen;
	struct notice n = { .from_org = v->app->portal, .at = v->now, .link = STR("/certificates") };
	TRY(choice_get(tx, v->a, v->app->portal, subject, CERTS_CHOICE, &chosen, err));
	if (!str_eq(chosen, CERTS_ON))
		return ok();
	for (int i = 0; i < LANG_COUNT; i++)
		n.text[i] = show_text_in(v, (enum lang)i, str_c(key), NULL);
	return notice_put(tx, v->a, v->app->portal, subject, &n, err);
}
