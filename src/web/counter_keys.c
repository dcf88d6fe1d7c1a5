/* Single-key shortcuts of the counter: which there are, and whether this
 * officer wants them (WCAG 2.2, 2.1.4: they can be switched off). They work
 * unless she switched them off. */
#include "web/choice.h"
#include "web/counter.h"

#define NAME STR("keys")
#define OFF STR("off")

struct result counter_put_keys(struct visit *v, struct json_object *o, struct err *err)
{
	struct str chosen;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(choice_get(db, v->a, v->session.org, v->session.subject, NAME, &chosen, err));
	json_put_bool(o, STR("keys_on"), !str_eq(chosen, OFF));
	return ok();
}

struct result counter_keys(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct json_object *o = json_object_new(v->a);
	TRY(http_query_fields(v->q, &f, err));
	json_put_str(o, STR("title_key"), STR("counter.keys.title"));
	json_put_bool(o, STR("saved"), http_field_get(&f, STR("saved")).n > 0);
	TRY(counter_put_frame(v, o, "keys", err));
	return visit_page(v, 200, STR("counter/keys"), o, err);
}

struct result counter_keys_post(struct visit *v, struct err *err)
{
	struct http_fields f;
	STORE_TX_AUTO tx = NULL;
	TRY(visit_form(v, &f, err));
	struct str keys = http_field_get(&f, NAME);
	if (!str_eq(keys, OFF) && !str_eq(keys, STR("on")))
		return fail(err, ERR_INPUT, "counter.keys", NULL, "neither on nor off");
	TRY(store_begin(v->app->store, &tx, err));
	TRY(choice_put(tx, v->session.org, v->session.subject, NAME, keys, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, arena_printf(v->a, "%.*s/keys?saved=1", STR_ARG(counter_base(v))));
	return ok();
}
