/* 電子委任状: signed, machine-readable mandates (電子委任状法 §2). A company lets
 * somebody act for it: who, for what, until when, and whether she may pass it on.
 *
 * A mandate is text: "musubi-mandate-v1", LF, canonical JSON (RFC 8785) of a fixed
 * set of members, signed as CMS by the company's 商業登記電子証明書, or, when it is
 * passed on, by the 署名用 certificate of the person who passes it on. It is checked
 * whole each time somebody acts: every signature, every certificate as it is now,
 * every revocation, from the deed up to the company. So whatever ends a link ends
 * all below it at once. A chain has at most MANDATE_DEPTH links; each names its
 * parent by the digest of the parent's text, so no chain can run in a circle.
 *
 * People are named by the code of `org` (the portal), companies by 法人番号. */
#ifndef MUSUBI_IDENT_MANDATE_H
#define MUSUBI_IDENT_MANDATE_H

#include "base/json.h"
#include "store/store.h"
#include "trust/verify.h"

enum { MANDATE_DEPTH = 4, MANDATE_TEXT_MAX = 8192, MANDATE_ACTIONS = 32, MANDATE_ACTION_MAX = 64,
       MANDATE_YEARS = 5, MANDATE_ID = 64 };

struct mandate {
	struct str id;          /* hex SHA-256 of its text */
	struct str parent;      /* id of the mandate it passes on, or "" */
	struct str company;     /* 法人番号 */
	struct str to, to_name; /* who may act: code, and name for people */
	size_t nactions;
	struct str actions[MANDATE_ACTIONS]; /* "vehicle.register", "vehicle.*", never "*" */
	int64_t from, until;    /* both inclusive */
	bool may_delegate;
	struct str text, cms;   /* as signed */
	int64_t revoked_at;     /* 0: runs */
};

/* The text to sign; id and text are filled in *m. ERR_INPUT "mandate.form" when a
 * member does not fit. */
MUST struct result mandate_write(struct arena *a, struct mandate *m, struct err *err);
/* Strict: only what mandate_write gives, byte for byte. ERR_INPUT "mandate.form". */
MUST struct result mandate_read(struct arena *a, struct str text, struct mandate *ret,
                                struct err *err);
/* Does `pattern` cover the action, or a narrower pattern? */
bool mandate_covers(struct str pattern, struct str action);

/* Whose code a 署名用 certificate is: from the authority's row and the core's
 * conversion, which this room may not use itself. ERR_NOT_FOUND: nobody's. */
typedef struct result mandate_holder_fn(void *ctx, struct db *db, struct arena *a,
                                        const struct cert *cert, struct str *ret,
                                        struct err *err);
struct mandate_check {
	struct str org;
	const struct verify_for *verify; /* anchors, time, status; profiles are set here */
	mandate_holder_fn *holder;
	void *ctx;
};

/* Checks the text, its signature and its place below its parent, and keeps it.
 * ERR_FORBIDDEN "mandate.signer" (not the company's certificate, or not hers who
 * passes it on), a verdict's key, "mandate.wider" (more than the parent: action,
 * time, passing on, another company), "mandate.depth", "mandate.parent". */
MUST struct result mandate_register(struct db *tx, struct arena *a, const struct mandate_check *c,
                                    struct str text, struct str cms, struct mandate *ret,
                                    struct err *err);
/* May this person do this for this company now? ERR_FORBIDDEN "mandate.none" when no
 * unbroken chain of hers says so; *ret is the lowest link that did. */
MUST struct result mandate_may(struct db *db, struct arena *a, const struct mandate_check *c,
                               struct str company, struct str person, struct str action,
                               struct mandate *ret, struct err *err);

/* ---- the store ---- */
MUST struct result mandate_put(struct db *tx, struct str org, const struct mandate *m,
                               int64_t now, struct err *err);
/* ERR_NOT_FOUND "mandate.unknown". */
MUST struct result mandate_find(struct db *db, struct arena *a, struct str org,
                                struct str company, struct str id, struct mandate *ret,
                                struct err *err);
/* Of a company, or of a person in it (to ""): newest first, at most 500. */
MUST struct result mandate_list(struct db *db, struct arena *a, struct str org,
                                struct str company, struct str to, const struct mandate **ret,
                                size_t *ret_n, struct err *err);
/* At once, for all below it; ERR_CONFLICT "mandate.ended" the second time. */
MUST struct result mandate_revoke(struct db *tx, struct str org, struct str company,
                                  struct str id, int64_t now, struct err *err);

#endif
