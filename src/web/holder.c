#include "web/holder.h"

#include "mesh/code.h"
#include "trust/ca.h"

/* Serials of our CAs are four bytes (trust/profile.h). */
static uint32_t serial_of(const struct cert *cert)
{
	uint32_t n = 0;
	for (size_t i = 0; i < cert->serial.n; i++)
		n = n << 8 | (unsigned char)cert->serial.p[i];
	return n;
}

struct result web_holder(struct app *app, struct db *db, struct arena *a,
                         enum phone_purpose purpose, const struct cert *cert,
                         struct str *ret_subject, int64_t *ret_serial, struct err *err)
{
	struct cert_row row;
	enum ca_kind kind = purpose == PHONE_LOGIN ? CA_CITIZEN_AUTH : CA_CITIZEN_SIGN;
	TRY(trust_cert_find(db, a, app->ca, kind, serial_of(cert), &row, err));
	TRY(code_convert(app->codes, a, app->ca, row.subject, app->portal, ret_subject, err));
	*ret_serial = row.serial;
	return ok();
}
