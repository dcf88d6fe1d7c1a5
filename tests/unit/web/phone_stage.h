/* A virtual phone on a stage: its application as it runs, real wallets, and a
 * portal that says what the test tells it to say. */
#ifndef MUSUBI_TESTS_WEB_PHONE_STAGE_H
#define MUSUBI_TESTS_WEB_PHONE_STAGE_H

#include <pthread.h>

#include "../card/purse.h"

#include "net/server.h"
#include "web/phone_app.h"
#include "web/routes.h"

#define STAGE_TX "0123456789abcdef0123456789abcdef"
enum { STAGE_COOKIES = 16 };

/* What the portal answers to one of its three calls; and what it was asked. */
struct stage_call {
	int status;
	struct str body;
	unsigned times;
	struct str asked;       /* the last body, in the stage's arena */
};

struct stage {
	struct purse *p;
	struct arena *a;
	struct app *app;
	struct server *portal;
	pthread_t thread;
	pthread_mutex_t lock;
	struct str origin;      /* of the portal */
	struct str wallets;
	struct stage_call open, approve, refuse;
	size_t ncookies;        /* of the browser */
	struct str names[STAGE_COOKIES], values[STAGE_COOKIES];
	struct str lang;
	bool portal_gone;
};

struct shown {
	int status;
	struct str body, location;
};

/* For cmocka: setup makes one stage per test from the group's purse. */
int stage_setup(void **state);
int stage_teardown(void **state);

struct shown stage_get(struct stage *s, const char *path);
/* form: "name=value&…" already coded; the token of `page` is added. */
struct shown stage_post(struct stage *s, const char *path, struct shown page, const char *form);
/* A browser that was never here. */
void stage_forget(struct stage *s);
void stage_choose(struct stage *s, const char *wallet);
void stage_portal_off(struct stage *s);

/* "name" of the first input that has it, or "". */
struct str stage_field(struct shown page, struct arena *a, const char *name);
bool stage_says(struct shown page, const char *text);

/* Documents as the portal makes them (ident/phone_tx_store.c); parts to be spoilt. */
struct stage_doc {
	enum document_kind kind;
	struct str origin, tx, nonce, application, more; /* more: further members, ",\"x\":1" */
	int64_t issued, expires;                         /* seconds */
	const char *asker;                               /* where it was begun, JSON; or NULL */
};
struct stage_doc stage_login(struct stage *s);
struct stage_doc stage_sign(struct stage *s, const char *application);
/* Makes the portal hand it out. */
struct str stage_offer(struct stage *s, struct stage_doc d);

#endif
