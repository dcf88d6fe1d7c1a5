/* Between app.c, guard.c and page.c. Private to this room. */
#ifndef MUSUBI_WEB_APP_PRIV_H
#define MUSUBI_WEB_APP_PRIV_H

#include "web/app.h"

const struct web_route *app_route_of(const struct app *app, const struct route *wire);
MUST struct result app_no_handler(void *app, const struct http_request *q,
                                  struct http_response *r, struct err *err);

/* The page of a failure; never fails itself: a plain line when rendering does. */
void visit_error_page(struct visit *v, const struct err *err);

#endif
