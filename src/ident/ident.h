/* Who is asking: sessions of citizens and officers, the login with a phone's
 * certificate, officers' passwords and TOTP. */
#ifndef MUSUBI_IDENT_IDENT_H
#define MUSUBI_IDENT_IDENT_H

#include "base/json.h"
#include "store/store.h"

/* ---- sessions ---- */
enum session_kind { SESSION_CITIZEN = 1, SESSION_OFFICER };

struct session {
	struct str org;      /* the portal, or the officer's organization */
	enum session_kind kind;
	struct str subject;  /* citizen: her code in the portal; officer: officer id */
	struct str name;     /* shown in the header */
	struct str roles;    /* officer: "clerk approver", as they are at this moment */
	struct str csrf;     /* secret for net/csrf.h */
	struct str home_org; /* citizen: the municipality that registers her */
	int64_t serial;      /* citizen: of the certificate that logged her in; 0: none */
	int64_t started_at, seen_at, expires_at;
};

struct session_limits { int64_t idle_us, absolute_us; };
/* Citizens: 15 minutes idle, 4 hours; officers: 30 minutes, 10 hours. */
struct session_limits session_limits_of(enum session_kind k);

/* *ret_token: what goes into the cookie (only its SHA-256 is stored). A new
 * login always makes a new token. */
MUST struct result session_start(struct db *tx, struct arena *a, const struct session *s,
                                 int64_t now, struct str *ret_token, struct err *err);
/* ERR_AUTH "ident.session.none|idle|expired". Marks it seen at most once a
 * minute (session_touch), so that a page view is not a write. */
MUST struct result session_find(struct db *db, struct arena *a, enum session_kind k,
                                struct str token, int64_t now, struct session *ret,
                                struct err *err);
bool session_touch_due(const struct session *s, int64_t now);
MUST struct result session_touch(struct db *tx, enum session_kind k, struct str token,
                                 int64_t now, struct err *err);
/* Gone at once, on every device that holds the same token. */
MUST struct result session_end(struct db *tx, enum session_kind k, struct str token,
                               struct err *err);

/* ---- transactions with the phone: login and signature, never alike ---- */
enum phone_purpose { PHONE_LOGIN = 1, PHONE_SIGN };
enum phone_state { PHONE_PENDING = 1, PHONE_CLAIMED, PHONE_APPROVED, PHONE_REFUSED, PHONE_USED };

/* Where a transaction was begun, in the little that the phone shows: families,
 * not versions; network: net/limit.h's peer. */
struct phone_asker { struct str browser, system, network; };

/* What is signed is a document (JCS JSON behind a domain-separating first
 * line, trust/cms.h): transaction id, origin, purpose, nonce, issued, expires,
 * and for signatures the digest of the application document. */
struct phone_tx {
	struct str org, id;       /* id: 128-bit random, in the QR code */
	enum phone_purpose purpose;
	enum phone_state state;
	struct str origin, nonce;
	struct str match;         /* two digits shown on both sides */
	struct str browser;       /* SHA-256 of the starting browser's cookie */
	struct str subject;       /* PHONE_SIGN: who must sign; PHONE_LOGIN: who did */
	struct str title;         /* PHONE_SIGN: what is signed, for the phone's sheet */
	struct str payload;       /* PHONE_SIGN: the application to show and sign;
	                             PHONE_LOGIN: the path to go on to */
	struct str claim_hash;    /* once claimed: hex SHA-256 of the phone's claim */
	struct str cms;           /* once approved */
	struct str verdict;       /* once refused: a text key */
	struct phone_asker asker;
	int64_t serial;           /* once approved: of the certificate that signed */
	int64_t created_at, expires_at;
};

enum { PHONE_LOGIN_SECONDS = 180, PHONE_SIGN_SECONDS = 600 };

MUST struct result phone_tx_start(struct db *tx, struct arena *a, const struct phone_tx *t,
                                  int64_t now, struct str *ret_id, struct err *err);
/* ERR_NOT_FOUND for unknown ids; an expired one is found with its times. */
MUST struct result phone_tx_find(struct db *db, struct arena *a, struct str org, struct str id,
                                 struct phone_tx *ret, struct err *err);
/* The first phone that opens it claims it with a random claim of its own;
 * another phone is refused: ERR_CONFLICT "ident.phone.claimed". */
MUST struct result phone_tx_claim(struct db *tx, struct str org, struct str id,
                                  struct str claim, int64_t now, struct err *err);
/* Is it claimed, and by this claim? Asked before the slow check of a signature;
 * what decides is the guard of approve and refuse below. */
bool phone_tx_claimed_by(const struct phone_tx *t, struct str claim);
/* The document that the phone must sign for this transaction. */
struct str phone_tx_document(struct arena *a, const struct phone_tx *t);

/* The state changes of the answer; the check of the signature itself (chain,
 * profile, revocation, holder) happens before, in phone_tx_check. Each moves
 * only from CLAIMED, once: a replay is ERR_CONFLICT "ident.phone.used". */
MUST struct result phone_tx_approve(struct db *tx, struct str org, struct str id,
                                    struct str claim, struct str subject, int64_t serial,
                                    struct str cms, int64_t now, struct err *err);
MUST struct result phone_tx_refuse(struct db *tx, struct str org, struct str id,
                                   struct str claim, struct str verdict, int64_t now,
                                   struct err *err);
/* APPROVED to USED by the browser that began it; ERR_CONFLICT otherwise
 * ("ident.phone.browser" when another one wants it). */
MUST struct result phone_tx_use(struct db *tx, struct str org, struct str id,
                                struct str browser, int64_t now, struct err *err);

/* ---- phones that are known ----
 *
 * A phone has a secret for each portal and wallet. With a login that holds it is
 * remembered (by its digest) whose certificate that phone has: from then on the
 * secret says who holds the phone, without a PIN. It opens what was meant for
 * her; it approves nothing. */
enum { PHONE_DEVICE_MIN = 32, PHONE_DEVICE_DAYS = 400 };
MUST struct result phone_device_remember(struct db *tx, struct str org, struct str device,
                                         struct str subject, int64_t serial, int64_t now,
                                         struct err *err);
/* *ret_subject is "" for a phone that is not known. */
MUST struct result phone_device_find(struct db *db, struct arena *a, struct str org,
                                     struct str device, struct str *ret_subject,
                                     int64_t *ret_serial, struct err *err);

/* ---- officers ---- */
enum officer_verdict {
	OFFICER_OK, OFFICER_WRONG, /* name, password or code: never said which */
	OFFICER_LOCKED,            /* too many tries; of an unknown name as well */
};
struct officer {
	struct str org, id, name, title, roles; /* roles: "clerk approver admin" */
};
struct officer_new {
	struct str org, id, name, title, roles, password;
	struct str totp; /* 20 raw bytes */
};
MUST struct result officer_add(struct db *tx, const struct officer_new *o, struct str seal_key,
                               struct err *err);
/* Both hold at once, for sessions that are open as well. ERR_NOT_FOUND. */
MUST struct result officer_set_roles(struct db *tx, struct str org, struct str id,
                                     struct str roles, struct err *err);
MUST struct result officer_remove(struct db *tx, struct str org, struct str id, struct err *err);
/* Five tries that were not right lock for 15 minutes, counted from the last of
 * them. A TOTP step is accepted once. Argon2id runs outside of the transaction;
 * unknown names cost the same time and are locked alike. */
MUST struct result officer_login(struct store *s, struct arena *a, struct str org,
                                 struct str id, struct str password, struct str code,
                                 struct str seal_key, int64_t now, enum officer_verdict *ret,
                                 struct officer *ret_officer, struct err *err);
MUST struct result officer_find(struct db *db, struct arena *a, struct str org, struct str id,
                                struct officer *ret, struct err *err);
/* Everybody at that counter, by id. At most 500. */
MUST struct result officer_list(struct db *db, struct arena *a, struct str org,
                                const struct officer **ret, size_t *ret_n, struct err *err);

void ident_migrations(void);

#endif
