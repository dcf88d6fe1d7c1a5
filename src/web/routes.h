/* The areas of the application, each a table of rows. */
#ifndef MUSUBI_WEB_ROUTES_H
#define MUSUBI_WEB_ROUTES_H

#include "web/app.h"

void portal_routes(struct app *app);    /* citizen: web/portal_*.c */
void counter_routes(struct app *app);   /* officer: web/counter_*.c */
/* The virtual phone's own pages, on a server of its own: web/phone_*.c. */
void phone_routes(struct app *app);

/* Style, script and pictures of DIR, with the version that changes with them. */
MUST struct result app_open_statics(struct app *app, struct str dir, struct err *err);
/* Everything that app_open_statics, templates, texts and routes hold. */
void app_close_pages(struct app *app);

#endif
