/* Finding a procedure: by words, life event and municipality; and the page of
 * one procedure: who may, what is needed, by when, under which law, where. */
#include "base/encode.h"
#include "web/portal.h"
#include "web/show.h"

static const struct json *procedure_card(struct visit *v, const struct procedure *p,
                                         struct str city)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("href"), arena_printf(v->a, "/procedures/%.*s%s%.*s", STR_ARG(p->id),
	             city.n ? "?city=" : "", STR_ARG(city)));
	json_put_str(o, STR("title_html"), visit_html(v, &p->title));
	json_put_str(o, STR("summary_html"), visit_html(v, &p->summary));
	json_put_bool(o, STR("online"), p->online);
	json_put_bool(o, STR("prefecture"), str_eq(p->level, STR("prefecture")));
	return json_object_done(o);
}

/* A link that keeps the other choices of the search. */
static struct str search_href(struct visit *v, struct str words, struct str event, struct str city)
{
	return arena_printf(v->a, "/procedures?q=%.*s&event=%.*s&city=%.*s",
	                    STR_ARG(percent_encode(v->a, words)), STR_ARG(event), STR_ARG(city));
}

static const struct json *event_chips(struct visit *v, const struct pack_set *packs,
                                      struct str words, struct str chosen, struct str city)
{
	const struct str *events;
	size_t n = pack_events(packs, &events);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		bool current = str_eq(events[i], chosen);
		struct str key = arena_printf(v->a, "event.%.*s", STR_ARG(events[i]));
		json_put_str(o, STR("href"), search_href(v, words, current ? STR("") : events[i], city));
		json_put_str(o, STR("label_html"),
		             text_html(v->a, text_get(v->app->texts, v->lang, key)));
		json_put_bool(o, STR("current"), current);
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static const struct json *city_options(struct visit *v, struct str chosen)
{
	const struct org *const *cities;
	size_t n = app_cities(v->app, v->a, &cities);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("code"), cities[i]->id);
		json_put_str(o, STR("name"), visit_plain(v, &cities[i]->name));
		json_put_str(o, STR("prefecture"), cities[i]->prefecture);
		json_put_bool(o, STR("selected"), str_eq(chosen, cities[i]->id));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

struct result portal_find(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	const struct procedure *const *found;
	TRY(http_query_fields(v->q, &f, err));
	struct str words = http_field_get(&f, STR("q")), event = http_field_get(&f, STR("event"));
	struct str city = http_field_get(&f, STR("city"));
	if (city.n == 0)
		city = v->session.home_org;
	size_t n = pack_search(packs, v->a, words, event, STR(""), &found);
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++)
		json_push(list, procedure_card(v, found[i], city));
	json_put_str(o, STR("title_key"), STR("find.title"));
	json_put_str(o, STR("q"), words);
	json_put_str(o, STR("event"), event);
	json_put_int(o, STR("count"), (int64_t)n);
	show_list(v, o, "results", list);
	json_put(o, STR("events"), event_chips(v, packs, words, event, city));
	json_put(o, STR("cities"), city_options(v, city));
	return visit_page(v, 200, STR("portal/find"), o, err);
}

/* ---- one procedure ---- */

static struct json_array *html_list(struct visit *v, const struct ptext *texts, size_t n)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("text_html"), visit_html(v, &texts[i]));
		json_push(list, json_object_done(o));
	}
	return list;
}

static struct json_array *laws(struct visit *v, const struct procedure *p)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < p->nlaws; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("name"), p->laws[i].name);
		json_put_str(o, STR("article"), p->laws[i].article);
		json_push(list, json_object_done(o));
	}
	return list;
}

struct result portal_procedure(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	const struct procedure *p = pack_procedure(packs, v->q->param[0], STR(""));
	if (!p)
		return fail(err, ERR_NOT_FOUND, "apply.procedure.gone", NULL, "no such procedure");
	TRY(http_query_fields(v->q, &f, err));
	struct str city = http_field_get(&f, STR("city"));
	if (!app_org(v->app, city))
		city = v->session.home_org;
	struct json_object *o = json_object_new(v->a);
	const struct org *org = app_org(v->app, city);
	json_put_str(o, STR("title"), visit_plain(v, &p->title));
	json_put_str(o, STR("title_html"), visit_html(v, &p->title));
	json_put_str(o, STR("summary_html"), visit_html(v, &p->summary));
	json_put_str(o, STR("who_html"), visit_html(v, &p->who));
	json_put_str(o, STR("deadline_html"), visit_html(v, &p->deadline));
	json_put_str(o, STR("office_html"), visit_html(v, &p->office));
	show_list(v, o, "needs", html_list(v, p->needs, p->nneeds));
	show_list(v, o, "laws", laws(v, p));
	json_put_bool(o, STR("online"), p->online);
	json_put_bool(o, STR("prefecture"), str_eq(p->level, STR("prefecture")));
	json_put_bool(o, STR("logged_in"), v->session.kind != 0);
	json_put_str(o, STR("id"), p->id);
	json_put_str(o, STR("back_href"), arena_printf(v->a, "/procedures?city=%.*s", STR_ARG(city)));
	json_put_str(o, STR("login_href"), arena_printf(v->a, "/login?to=%%2Fprocedures%%2F%.*s",
	             STR_ARG(p->id)));
	if (org && str_eq(p->level, STR("municipality"))) {
		json_put_str(o, STR("city"), org->id);
		json_put_str(o, STR("city_name"), org->name.t[v->lang]);
		json_put_str(o, STR("city_address"), org->address);
		json_put_str(o, STR("phone_href"), show_tel(v, org->phone));
		json_put_str(o, STR("city_phone"), org->phone);
	}
	if (org)
		json_put_str(o, STR("prefecture_name"), org->prefecture);
	json_put(o, STR("cities"), city_options(v, city));
	return visit_page(v, 200, STR("portal/procedure"), o, err);
}

/* ---- home ---- */

struct result portal_home(struct visit *v, struct err *err)
{
	if (v->session.kind)
		return portal_my_home(v, err);
	PACKS_AUTO packs = app_packs(v->app);
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("home.title"));
	json_put(o, STR("events"), event_chips(v, packs, STR(""), STR(""), STR("")));
	return visit_page(v, 200, STR("portal/welcome"), o, err);
}
