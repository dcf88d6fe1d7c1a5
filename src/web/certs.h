/* A person's certificates on pages: hers at the portal, and at the counter for a
 * caller whose identity an officer has checked. */
#ifndef MUSUBI_WEB_CERTS_H
#define MUSUBI_WEB_CERTS_H

#include "apply/register.h"
#include "web/app.h"

struct register_desk certs_desk(const struct app *app);

/* Puts `certs`: {profile_key, serial, state_key, state_class, from, until, ended,
 * renew}, newest first, without those that ran out. `subject` is her code at `org`. */
MUST struct result certs_put(struct visit *v, struct db *db, struct str org, struct str subject,
                             struct json_object *o, struct err *err);

/* A notice at every use, when she chose so; in the transaction of the use. `key`
 * is a row of web/text. */
MUST struct result certs_use(struct visit *v, struct db *tx, struct str subject, const char *key,
                             struct err *err);

/* portal_certs.c */
MUST struct result portal_certs(struct visit *v, struct err *err);
MUST struct result portal_certs_hold(struct visit *v, struct err *err);
MUST struct result portal_certs_held(struct visit *v, struct err *err);
MUST struct result portal_certs_notify(struct visit *v, struct err *err);
/* counter_certs.c */
MUST struct result counter_certs(struct visit *v, struct err *err);
MUST struct result counter_certs_post(struct visit *v, struct err *err);
/* counter_correct.c */
MUST struct result counter_correct(struct visit *v, struct err *err);
MUST struct result counter_correct_post(struct visit *v, struct err *err);

#define CERTS_CHOICE STR("certs.use")
#define CERTS_ON STR("on")

#endif
