/* Between the files of the virtual phone. Private to web/phone_*.c. */
#ifndef MUSUBI_WEB_PHONE_H
#define MUSUBI_WEB_PHONE_H

#include "trust/cms.h"
#include "web/phone_app.h"

enum { PHONE_FORM_MAX = 16 * 1024, PHONE_TX_CHARS = 32 };

/* ---- phone_wallets.c: which phone is this ---- */

/* Of this browser: *ret stays NULL when none is chosen, or it is gone. */
MUST struct result phone_mine(struct visit *v, struct wallet **ret, struct str *ret_id,
                              struct err *err);
MUST struct result phone_wallet_find(struct visit *v, struct str id, struct wallet **ret,
                                     struct err *err);
void phone_choose(struct visit *v, struct str id);
/* Whose it is, with markup. */
struct str phone_name(struct visit *v, struct str id, const struct wallet *w);
/* [{id, name, city, about, current}], in the order of the personas; all but id
 * with markup. */
MUST struct result phone_wallets(struct visit *v, const struct json **ret, struct err *err);
/* Who this phone is in a call to the portal. Its claim on the transaction: the
 * same again, another for every other browser, wallet and transaction. Its
 * device secret: the same at each login and signature, another for every other
 * browser, wallet and portal. Once per request: a new browser gets its cookie. */
struct phone_call { struct str tx, claim, device; };
struct phone_call phone_call_for(struct visit *v, struct str wallet, struct str tx);
/* A PIN or password of the form: full-width digits and small letters are taken
 * for what they mean; what arrived is wiped. Not for anything that is shown. */
struct secret phone_secret(struct visit *v, const struct http_fields *f, struct str name);

/* ---- phone_document.c: what is asked to be signed ---- */

struct phone_request {
	enum document_kind kind;
	struct str text;          /* the document, to the byte */
	struct str digest;        /* SHA-256 of it, hex */
	struct str origin, match, name;
	/* Where it was begun, as the portal says; not part of the document. */
	struct str browser, system, network; /* network: "same", "other" or "unknown" */
	bool same_device;
	int64_t began;
	int64_t issued, expires;  /* microseconds UTC */
	const struct json *application; /* DOCUMENT_APPLICATION */
};
/* Reads a document that the portal at `portal` handed out for transaction `tx`.
 * ERR_INPUT "phone.document" when a part is missing or one is there that no
 * sheet would show; "phone.other_tx"; ERR_FORBIDDEN "phone.origin"; ERR_CONFLICT
 * "ident.phone.expired", "phone.clock" when it is from the future. */
MUST struct result phone_document_read(struct arena *a, struct str document, struct str portal,
                                       struct str tx, int64_t now, struct phone_request *ret,
                                       struct err *err);
bool phone_tx_fits(struct str id);
/* The transaction in what was typed: its code, or an address that ends in it. */
bool phone_tx_in(struct str typed, struct str *ret);

/* phone_rows.c: every part of an application as rows for the sheet, as
 * [{group_title, rows: [{row_label, row_key, row_value, row_marked}]}]: what was
 * answered and computed; what stands around it. */
const struct json *phone_rows(struct visit *v, const struct json *application);
const struct json *phone_rest(struct visit *v, const struct json *application);
/* [{file_name, file_kind, file_size, file_sha}] */
const struct json *phone_files(struct visit *v, const struct json *application);
struct str phone_title(struct visit *v, const struct json *application);

/* ---- phone_portal.c: asking the portal ---- */

MUST struct result phone_portal_open(struct visit *v, const struct phone_call *c,
                                     struct phone_request *ret, struct err *err);
/* *ret_refusal: a text key, "" when it was accepted. ERR_UNAVAILABLE
 * "phone.unsure" when no answer came: it may have arrived. */
MUST struct result phone_portal_approve(struct visit *v, const struct phone_call *c,
                                        struct str cms, struct str *ret_refusal,
                                        struct err *err);
/* unexpected: she did not begin it herself. */
MUST struct result phone_portal_refuse(struct visit *v, const struct phone_call *c,
                                       bool unexpected, struct err *err);

/* That the PIN was set anew; the portal may not know this phone. */
MUST struct result phone_portal_reset(struct visit *v, const struct phone_call *c,
                                      struct err *err);

/* ---- pages ---- */

/* phone_pages.c */
MUST struct result phone_start(struct visit *v, struct err *err);
MUST struct result phone_chooser(struct visit *v, struct err *err);
MUST struct result phone_choose_post(struct visit *v, struct err *err);
MUST struct result phone_home(struct visit *v, struct err *err);
MUST struct result phone_code_post(struct visit *v, struct err *err);
MUST struct result phone_help(struct visit *v, struct err *err);
/* phone_change.c */
MUST struct result phone_change_show(struct visit *v, struct err *err);
MUST struct result phone_change_post(struct visit *v, struct err *err);
/* phone_sheet.c */
MUST struct result phone_sheet_show(struct visit *v, struct err *err);
MUST struct result phone_sheet_approve(struct visit *v, struct err *err);
MUST struct result phone_sheet_refuse(struct visit *v, struct err *err);
MUST struct result phone_done(struct visit *v, struct err *err);

/* What every page of the phone begins with: body class, whose phone it is. */
struct json_object *phone_page(struct visit *v, const struct wallet *w, struct str id,
                               const char *title_key);
/* phone.WHAT.login or phone.WHAT.sign */
const char *phone_word(enum wallet_use use, const char *login, const char *sign);
/* The summary at the top and the message at the field; key: a row of web/text. */
void phone_put_error(struct visit *v, struct json_object *o, const char *anchor, struct str key,
                     const struct json *values);

#endif
