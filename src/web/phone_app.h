/* The virtual phone's application: a server of its own (`musubi phone`), whose
 * pages are a smartphone for the demo and for tests. It has no store: what it
 * keeps are the wallets (card/wallet.h), and what it knows of a transaction it
 * asks the portal for, each time.
 *
 * Which phone this browser is stands in the cookie "phone"; that it is the same
 * one as a moment ago in the random cookie "device", from which each
 * transaction's claim is derived. Neither opens anything: the PIN does. */
#ifndef MUSUBI_WEB_PHONE_APP_H
#define MUSUBI_WEB_PHONE_APP_H

#include "card/wallet.h"
#include "web/app.h"

struct phone_config {
	struct str wallets;  /* directory: WALLETS/ID/wallet.bin */
	struct str portal;   /* origin: the only one that is ever called */
	struct str url;      /* of this server, as browsers see it */
	struct str share;    /* web/ and packs/ lie here */
	struct str ca_file;  /* PEM, for a portal whose certificate the system does not know; or "" */
	struct str org;      /* the portal's id among orgs, or "" */
	size_t norgs;        /* names of portal and authorities, for the sheets */
	const struct org *orgs;
};

struct phone {
	struct str wallets, portal, ca_file;
	const struct json *personas; /* of WALLETS/../personas.json, or NULL */
};

MUST struct result phone_app_open(const struct phone_config *c, struct app **ret,
                                  struct err *err);
void phone_app_close(struct app *app);

#endif
