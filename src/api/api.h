/* Interfaces for programs: JSON in, JSON out. Rows like every page's. */
#ifndef MUSUBI_API_API_H
#define MUSUBI_API_API_H

#include "web/app.h"

/* What a phone asks of the portal: open, approve or refuse a transaction. */
void api_phone_routes(struct app *app);
/* Status of certificates and time stamps (api/status.h): /ocsp, /crl, /tsa, /ca. */
void api_status_routes(struct app *app);
/* What accredited verifiers ask (api/verifier.h): /api/verifier/…, and what their
 * own listener serves: these paths and nothing else. */
void api_verifier_routes(struct app *app);
bool api_verifier_path(struct str path);
void api_verifier_serve(void *app, const struct http_request *q, struct http_response *r);

#endif
