#include "web/app.h"

#include "apply/flow.h"
#include "web/app_priv.h"

const struct org *app_org(const struct app *app, struct str id)
{
	for (size_t i = 0; i < app->norgs; i++)
		if (str_eq(app->orgs[i].id, id))
			return &app->orgs[i];
	return NULL;
}

size_t app_cities(const struct app *app, struct arena *a, const struct org *const **ret)
{
	const struct org **list = ARENA_ARRAY(a, const struct org *, app->norgs + 1);
	size_t n = 0;
	for (size_t i = 0; i < app->norgs; i++)
		if (flow_has_role(app->orgs[i].roles, STR("municipality")))
			list[n++] = &app->orgs[i];
	*ret = list;
	return n;
}

struct pack_set *app_packs(struct app *app)
{
	return pack_ref(app->packs);
}

/* ---- routes ---- */

/* net's router hands back its own row; ours stands at the same index. */
void app_add_routes(struct app *app, const struct web_route *rows, size_t n)
{
	struct app_routes *t = &app->routes;
	struct route *wire = ARENA_ARRAY(app->arena, struct route, n + 1);
	for (size_t i = 0; i < n; i++)
		wire[i] = (struct route){ .method = rows[i].method, .path = rows[i].path,
			.who = rows[i].who, .handler = app_no_handler, .event = rows[i].event,
			.body_max = rows[i].body_max, .about = rows[i].about };
	router_add(app->router, wire, n);
	const struct web_route **all = ARENA_ARRAY(app->arena, const struct web_route *, t->n + n + 1);
	const struct route **wires = ARENA_ARRAY(app->arena, const struct route *, t->n + n + 1);
	if (t->n) {
		memcpy(all, t->rows, t->n * sizeof *all);
		memcpy(wires, t->wires, t->n * sizeof *wires);
	}
	for (size_t i = 0; i < n; i++) {
		all[t->n + i] = &rows[i];
		wires[t->n + i] = &wire[i];
	}
	t->rows = all;
	t->wires = wires;
	t->n += n;
}

size_t app_routes(const struct app *app, const struct web_route *const **ret)
{
	*ret = app->routes.rows;
	return app->routes.n;
}

const struct web_route *app_route_of(const struct app *app, const struct route *wire)
{
	for (size_t i = 0; i < app->routes.n; i++)
		if (app->routes.wires[i] == wire)
			return app->routes.rows[i];
	return NULL;
}

/* The router's rows need a handler; ours run through the guard instead. */
struct result app_no_handler(void *app, const struct http_request *q, struct http_response *r,
                             struct err *err)
{
	(void)app;
	(void)q;
	(void)r;
	return fail(err, ERR_INTERNAL, "web.route", NULL, "a route was called past the guard");
}
