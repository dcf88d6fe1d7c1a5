/* The application: what every handler of the node's pages can reach. Made once
 * at start, immutable after that (packs are swapped whole), shared by all
 * workers.
 *
 * Handlers are thin: read the request, call one verb of a domain room, render.
 * They live in web/portal_*.c (citizen), web/counter_*.c (officer) and
 * web/phone_*.c (the virtual phone, a server of its own). */
#ifndef MUSUBI_WEB_APP_H
#define MUSUBI_WEB_APP_H

#include "crypto/key.h"
#include "crypto/secret.h"
#include "ident/ident.h"
#include "mesh/code.h"
#include "net/http.h"
#include "net/route.h"
#include "net/template.h"
#include "pack/pack.h"
#include "store/store.h"
#include "trust/verify.h"

/* An organization hosted by this node, from the configuration. */
struct org {
	struct str id;            /* "172065", "portal", "jpki" */
	struct ptext name;        /* 加賀市 */
	struct str prefecture;    /* 石川県 */
	struct str roles;         /* words: "municipality", "portal", "ca", "core" */
	struct str head_title;    /* 加賀市長 */
	struct str head_name;     /* signs letters */
	struct str office;        /* 市民課: where questions go */
	struct str address, phone;
	struct key *seal_key;     /* NULL when it issues no letters */
	struct str seal_cert;     /* DER */
	size_t nchain;
	struct str seal_chain[2];
};

struct web_route;
struct phone;
struct app_routes { /* filled by app_add_routes; rows[i] is served behind wires[i] */
	size_t n;
	const struct web_route **rows;
	const struct route **wires;
};

struct app {
	struct arena *arena;      /* lives as long as the app */
	struct str origin;        /* "http://localhost:8080": signed in every phone document */
	struct str phone_url;     /* where the QR code leads */
	struct str share_dir, data_dir;
	struct store *store;
	struct texts *texts;
	struct templates *templates;
	struct static_files *statics;
	struct router *router;
	struct codes *codes;
	struct secret data_key;   /* attachments, letters */
	struct secret officer_key; /* seals TOTP secrets */
	struct anchors *anchors;
	size_t norgs;
	struct org *orgs;
	struct str portal;        /* org id of the portal on this node */
	struct str ca;            /* org id of the certification authority */
	struct pack_set *packs;   /* app_packs() */
	struct limiter *limits;
	struct app_routes routes;
	struct ca *corporate;       /* signs companies' certificates; NULL: not on this node */
	struct status_desk *status; /* api/status.h; NULL: no authority lives on this node */
	struct phone *phone;      /* web/phone_app.h; NULL but on the virtual phone's server */
	struct str service;       /* text key of the name in the header */
	struct str asset_version; /* behind ?v= of style and script */
};

const struct org *app_org(const struct app *app, struct str id); /* or NULL */
/* Municipalities, in the order of the configuration. */
size_t app_cities(const struct app *app, struct arena *a, const struct org *const **ret);
struct pack_set *app_packs(struct app *app); /* a reference: pack_unref it */
#define PACKS_AUTO __attribute__((cleanup(pack_unref_p))) struct pack_set *
static inline void pack_unref_p(struct pack_set **p) { pack_unref(*p); }

/* ---- what a handler starts from ---- */

/* Who asks, in which language; filled by the guard before a handler runs and
 * found again by request. */
struct web_route;
struct visit {
	struct app *app;
	const struct http_request *q;
	struct http_response *r;
	const struct web_route *route;
	enum lang lang;
	struct session session;   /* kind 0: nobody */
	struct str token;         /* of the session cookie */
	struct str csrf;          /* visit_csrf() makes it */
	struct str fresh_seed;    /* of a visitor who had none */
	bool set_seed;
	struct http_fields form;  /* visit_form() reads it once */
	bool form_read;
	int64_t now;
	struct arena *a;
};

typedef struct result (*visit_handler)(struct visit *v, struct err *err);

/* One page or action. The guard finds the session of the row's kind (or sends
 * to the log-in page), checks the CSRF token of every POST and the Origin
 * header, then calls. A failure becomes the error page of its kind. */
struct web_route {
	enum http_method method;
	const char *path;
	enum route_who who;
	visit_handler handler;
	const char *event;        /* journal event when a person's data is shown, or NULL */
	size_t body_max;          /* 0: 64 KiB */
	const char *about;
	bool no_csrf;             /* machine interfaces only: proof is in the body */
};

/* Every area registers its rows (web/portal.h, web/counter.h, …). */
void app_add_routes(struct app *app, const struct web_route *rows, size_t n);
size_t app_routes(const struct app *app, const struct web_route *const **ret);
/* The server's callback. */
void app_serve(void *app, const struct http_request *q, struct http_response *r);
void app_refuse(void *app, int status, const char *code, struct http_response *r);
size_t app_body_max(void *app, enum http_method m, struct str path);

/* ---- what a handler ends with ---- */

/* Renders a template with the context of every page around `page`: texts and
 * language, who is logged in, csrf token, path, title (a text key, or `title`
 * as text within the page's own context). */
MUST struct result visit_page(struct visit *v, int status, struct str template_name,
                              struct json_object *context, struct err *err);
void visit_redirect(struct visit *v, struct str path);
/* `to` when it is a path of our own, else "/": never another site. */
struct str web_safe_path(struct str to);
/* A file for looking at in place, with its own name when saved; never cached. */
void visit_file(struct visit *v, struct str mime, struct str name, struct str bytes);
/* The text of a pack in the visitor's language, as safe HTML (ruby for やさしい
 * 日本語) or plain. Use names ending in _html for the first. */
struct str visit_html(struct visit *v, const struct ptext *t);
struct str visit_plain(struct visit *v, const struct ptext *t);
/* A row of web/text with {name} filled from pairs, plain. */
struct str visit_text(struct visit *v, struct str key);
struct str visit_text_with(struct visit *v, struct str key, const struct json *values);
/* 2026年11月20日（令和8年） / 20 November 2026; with time: … 14時05分. */
struct str visit_date(struct visit *v, int64_t us);
struct str visit_time(struct visit *v, int64_t us);
struct str visit_iso_date(struct visit *v, struct str iso);

/* The token for this visitor's forms; every POST carries it as `csrf`. */
struct str visit_csrf(struct visit *v);
/* Fields of the form that was posted. */
MUST struct result visit_form(struct visit *v, struct http_fields *ret, struct err *err);
/* The citizen's code at another organization. */
MUST struct result visit_code(struct visit *v, struct str org, struct str *ret, struct err *err);
/* Journals that a person's data was shown (the row's event). */
MUST struct result visit_journal(struct visit *v, struct str org, struct str subject,
                                 struct str object, struct str purpose, struct err *err);

#endif
