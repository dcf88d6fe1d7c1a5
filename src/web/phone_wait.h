/* The page that waits for the phone, the same for a login and a signature: QR
 * code, link for this very device, two digits to compare, a page that goes on
 * by itself (script) or by reloading (without). */
#ifndef MUSUBI_WEB_PHONE_WAIT_H
#define MUSUBI_WEB_PHONE_WAIT_H

#include "web/app.h"

/* The random cookie that binds a transaction to this browser; set when the
 * browser has none. Its SHA-256 goes into the transaction. */
struct str phone_browser(struct visit *v);
/* The same, but never one that was there before: a login must not hang on a
 * cookie that somebody else left in a shared browser. */
struct str phone_browser_new(struct visit *v);
/* ERR_NOT_FOUND when the transaction was begun by another browser. */
MUST struct result phone_wait_find(struct visit *v, struct str id, struct phone_tx *ret,
                                   struct err *err);
/* self: the path of the waiting page. */
MUST struct result phone_wait_page(struct visit *v, const struct phone_tx *t, struct str self,
                                   struct str again, struct err *err);
/* {"go": self} as soon as there is something to see. */
MUST struct result phone_wait_status(struct visit *v, const struct phone_tx *t, struct str self,
                                     struct err *err);

#endif
