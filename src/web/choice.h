/* What an officer chose for her own screen, such as single-key shortcuts off:
 * kept by her organization, so that it follows her to every desk. Also what a
 * citizen chose at the portal, under her code there. */
#ifndef MUSUBI_WEB_CHOICE_H
#define MUSUBI_WEB_CHOICE_H

#include "store/store.h"

/* "" for what she never chose. */
MUST struct result choice_get(struct db *db, struct arena *a, struct str org,
                              struct str officer, struct str name, struct str *ret,
                              struct err *err);
MUST struct result choice_put(struct db *tx, struct str org, struct str officer,
                              struct str name, struct str value, struct err *err);
/* This room's tables; once, before store_open. */
void web_migrations(void);

#endif
