#include "net/limit.h"
#include "net/static.h"
#include "web/routes.h"

enum { LIMIT_KEYS = 65536 };

struct result app_open_statics(struct app *app, struct str dir, struct err *err)
{
	TRY(static_load(dir, STR("/static/"), &app->statics, err));
	app->asset_version = static_version(app->statics);
	if (!app->limits)
		app->limits = limiter_new(LIMIT_KEYS);
	return ok();
}

void app_close_pages(struct app *app)
{
	if (app->router)
		router_free(app->router);
	if (app->templates)
		templates_free(app->templates);
	if (app->texts)
		texts_free(app->texts);
	if (app->statics)
		static_free(app->statics);
	if (app->limits)
		limiter_free(app->limits);
	app->limits = NULL; /* the node closes what is left */
}
