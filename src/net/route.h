/* Routes are rows: method, path, who may call, how large the body may be,
 * handler, audit event. Router, permission tests and audit trail come from the
 * row. Nothing is reachable that has no row. */
#ifndef MUSUBI_NET_ROUTE_H
#define MUSUBI_NET_ROUTE_H

#include "net/http.h"

/* Who may call. What it means is decided by the app's guard. */
enum route_who {
	WHO_ANYBODY = 1, /* public pages */
	WHO_CITIZEN,     /* a logged-in citizen */
	WHO_OFFICER,     /* a logged-in officer, of the organization of the counter */
	WHO_PHONE,       /* the virtual phone's own pages */
	WHO_MACHINE,     /* another program, by token or signature checked in the handler */
};

/* app: the application (web/app.h). A handler that returns a failure gets the
 * error page of its kind; what it wrote is thrown away. */
typedef struct result (*route_handler)(void *app, const struct http_request *q,
                                       struct http_response *r, struct err *err);

struct route {
	enum http_method method;
	const char *path;       /* "/apply/{id}/page/{page}": {x} is one segment, never empty;
	                         * a last "{x*}" is the rest of the path, never empty */
	enum route_who who;
	route_handler handler;
	const char *event;      /* audit event, a row of web/text, or NULL for pages of no person */
	size_t body_max;        /* bytes; 0: 64 KiB */
	const char *about;      /* one line, for docs and the API description */
};

struct router;

/* A pattern twice, an unknown method or a row without handler is our own
 * mistake (assert). Rows are borrowed. */
struct router *router_new(void);
void router_free(struct router *r);
void router_add(struct router *r, const struct route *rows, size_t n);
size_t router_rows(const struct router *r, const struct route *const **ret);

/* A literal segment wins over {x}, {x} over {x*}. HEAD finds the row of GET. */
enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };
enum route_match router_find(const struct router *r, enum http_method m, struct str path,
                             const struct route **ret, struct str params[HTTP_PARAMS_MAX]);
/* For the Allow header of a 405: "GET, HEAD, POST"; "" when no row has the path. */
struct str router_allow(const struct router *r, struct arena *a, struct str path);

#endif
