/* Interfaces for programs: JSON in, JSON out. Rows like every page's. */
#ifndef MUSUBI_API_API_H
#define MUSUBI_API_API_H

#include "web/app.h"

/* What a phone asks of the portal: open, approve or refuse a transaction. */
void api_phone_routes(struct app *app);
/* Status of certificates and time stamps (api/status.h): /ocsp, /crl, /tsa, /ca. */
void api_status_routes(struct app *app);

#endif
