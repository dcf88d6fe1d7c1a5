/* Whose certificate is this, and which? From a verified certificate to the portal's code
 * of its holder: the CA's row, then the core's conversion. */
#ifndef MUSUBI_WEB_HOLDER_H
#define MUSUBI_WEB_HOLDER_H

#include "web/app.h"

MUST struct result web_holder(struct app *app, struct db *db, struct arena *a,
                              enum phone_purpose purpose, const struct cert *cert,
                              struct str *ret_subject, int64_t *ret_serial, struct err *err);

#endif
