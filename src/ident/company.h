/* 商業登記: companies as a registrar keeps them, and their certificates
 * (商業登記法 §12の2). One officer of the registrar proposes, another decides; what
 * the decision changes, it changes in one transaction with the certificates: a new
 * representative, name or office, or a closure, ends every certificate at once.
 *
 * `org` is the registrar. A company is named by its 法人番号, whose check digit is
 * checked; the authority knows it by the same number. */
#ifndef MUSUBI_IDENT_COMPANY_H
#define MUSUBI_IDENT_COMPANY_H

#include "store/store.h"
#include "trust/ca.h"

enum company_step {
	COMPANY_REGISTER = 1, /* enters the register */
	COMPANY_CHANGE,       /* name, office or representative: certificates end */
	COMPANY_CERTIFY,      /* a 商業登記電子証明書 for the key of its request */
	COMPANY_CLOSE,        /* dissolved: certificates end, and none is issued again */
};
enum company_ask_state { COMPANY_PROPOSED = 1, COMPANY_DONE, COMPANY_DECLINED };
enum { COMPANY_TEXT_MAX = 100, COMPANY_CSR_MAX = 8192 };

struct company {
	struct str number, name, office, representative;
	bool closed;
	int64_t changed_at;
};
struct company_ask {
	struct str id;
	enum company_step step;
	enum company_ask_state state;
	struct company company;  /* as it would be; of CERTIFY and CLOSE only the number */
	struct str csr;          /* COMPANY_CERTIFY: PKCS#10, DER */
	struct str proposed_by, decided_by; /* officers' ids */
	int64_t proposed_at, decided_at;
};

/* ERR_INPUT "company.number|text|csr"; ERR_CONFLICT "company.exists|closed";
 * ERR_NOT_FOUND "company.none". */
MUST struct result company_propose(struct db *tx, struct arena *a, struct str org,
                                   const struct company_ask *ask, int64_t now,
                                   struct str *ret_id, struct err *err);
/* ERR_FORBIDDEN "company.second_person" for who proposed it; ERR_CONFLICT
 * "company.decided". `ca` is the corporate authority. *ret_der: the certificate
 * that COMPANY_CERTIFY issued, else "". */
MUST struct result company_decide(struct store *s, struct ca *ca, struct arena *a, struct str org,
                                  struct str id, struct str officer, bool approve, int64_t now,
                                  struct str *ret_der, struct err *err);

/* The request as a company brings it, PEM (RFC 7468 §7) or DER, as DER; what is wrong
 * with it is found when it is proposed. */
MUST struct result company_csr_read(struct arena *a, struct str text, struct str *ret,
                                    struct err *err);

MUST struct result company_find(struct db *db, struct arena *a, struct str org,
                                struct str number, struct company *ret, struct err *err);
/* Open ones first, then newest; at most 200. */
MUST struct result company_asks(struct db *db, struct arena *a, struct str org,
                                const struct company_ask **ret, size_t *ret_n, struct err *err);

#endif
