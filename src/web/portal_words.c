/* Pages of words, and the two settings that are cookies. */
#include "web/portal.h"
#include "web/show.h"

/* Where to ask: on every page of words. */
static struct json_array *contacts(struct visit *v)
{
	const struct org *const *cities;
	size_t n = app_cities(v->app, v->a, &cities);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("city"), cities[i]->name.t[v->lang]);
		json_put_str(o, STR("office"), cities[i]->office);
		json_put_str(o, STR("address"), cities[i]->address);
		json_put_str(o, STR("phone"), cities[i]->phone);
		json_put_str(o, STR("phone_href"), show_tel(v, cities[i]->phone));
		json_push(list, json_object_done(o));
	}
	return list;
}

/* One row per page: its template is the same, its text another. */
struct result portal_words(struct visit *v, struct err *err)
{
	struct str name = str_from(v->q->path, 1);
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), arena_printf(v->a, "words.%.*s.title", STR_ARG(name)));
	json_put_bool(o, arena_printf(v->a, "is_%.*s", STR_ARG(name)), true);
	show_list(v, o, "cities", contacts(v));
	return visit_page(v, 200, STR("portal/words"), o, err);
}

static struct result back(struct visit *v, struct err *err)
{
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	visit_redirect(v, web_safe_path(http_field_get(&f, STR("back"))));
	return ok();
}

enum { YEAR_SECONDS = 365 * 86400 };

struct result portal_set_lang(struct visit *v, struct err *err)
{
	struct str code = lang_name(lang_parse(v->q->param[0], LANG_JA));
	http_set_cookie(v->r, v->q, STR("lang"), code, YEAR_SECONDS);
	return back(v, err);
}

struct result portal_set_size(struct visit *v, struct err *err)
{
	struct str size = v->q->param[0];
	bool known = str_eq(size, STR("l")) || str_eq(size, STR("xl"));
	http_set_cookie(v->r, v->q, STR("size"), known ? size : STR("m"), YEAR_SECONDS);
	return back(v, err);
}
