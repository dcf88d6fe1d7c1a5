/* Certificate profiles and certification authorities as rows.
 *
 * The citizens' rows follow the JPKI certificate profile (公的個人認証サービス
 * プロファイル仕様書 as far as public sources tell it), so that software
 * written for the cards understands them, but under O=JPKI-TEST, with
 * addresses of example hosts: nobody can take a demo certificate for a real
 * one. A certificate is checked against its row before it is signed. */
#ifndef MUSUBI_TRUST_PROFILE_H
#define MUSUBI_TRUST_PROFILE_H

#include "trust/cert.h"

enum profile_id {
	PROFILE_CA,           /* self-signed root of any row of ca_row */
	PROFILE_CITIZEN_AUTH, /* 利用者証明用電子証明書 */
	PROFILE_CITIZEN_SIGN, /* 署名用電子証明書 */
	PROFILE_SEAL,         /* 職責証明書: the electronic seal of an office */
	PROFILE_JOURNAL,      /* signs journal heads and receipts of a node */
	PROFILE_TLS_SERVER,
	PROFILE_CITIZEN_AUTH_PHONE, /* スマホ用利用者証明用電子証明書 */
	PROFILE_CITIZEN_SIGN_PHONE, /* スマホ用署名用電子証明書 */
	PROFILE_CORPORATE,    /* 商業登記電子証明書 */
	PROFILE_OFFICER,      /* 職員認証用証明書 */
	PROFILE_OCSP,         /* delegated responder, of any authority */
	PROFILE_TIME_STAMP,   /* タイムスタンプ */
	PROFILE_TLS_NODE,     /* mutual TLS between nodes and of verifiers */
	PROFILE_COUNT,
};
#define PROFILE_BIT(id) (1u << (id))

enum ca_kind { CA_CITIZEN_AUTH, CA_CITIZEN_SIGN, CA_GOVERNMENT, CA_CORPORATE, CA_COUNT };

struct ca_row {
	const char *name;   /* "citizen-auth": the key of its tables and files */
	struct dn dn;
	struct dn alt;      /* subjectAltName of the CA, issuerAltName of what it issues */
	const char *cps, *ocsp_url;
};

enum subject_shape {
	SUBJECT_CA,        /* the CA's own DN */
	SUBJECT_OPAQUE,    /* C=JP, CN=<id> */
	SUBJECT_RESIDENT,  /* C=JP, L=<prefecture>, L=<municipality>, CN=<id> */
	SUBJECT_OFFICE,    /* C=JP, O=<organization>, OU=<office>, CN=<title>, organizationIdentifier */
	SUBJECT_HOST,      /* C=JP, O=<organization>, CN=<host> */
	SUBJECT_COMPANY,   /* C=JP, O=<name>, organizationIdentifier=NTRJP-<法人番号>, L=<office>,
	                      CN=<representative> */
	SUBJECT_OFFICER,   /* C=JP, O=<organization>, OU=<office>, serialNumber=<id>, CN=<name> */
	SUBJECT_SERVICE,   /* C=JP, O=<organization>, CN=<service> */
};
enum validity_rule {
	VALID_YEARS,          /* to 14:59:59Z (23:59:59 in Japan) of the day before the anniversary */
	VALID_MONTHS,         /* the same in months (商業登記: 3 to 27) */
	VALID_FIFTH_BIRTHDAY, /* to 14:59:59Z of the fifth birthday after the issue */
};

struct profile_row {
	const char *name;      /* "citizen-sign" */
	const char *ja;        /* 署名用電子証明書 */
	enum ca_kind ca;       /* who issues it (not for PROFILE_CA) */
	bool any_ca;           /* every authority issues it for itself */
	enum subject_shape subject;
	unsigned usage, eku;   /* exactly these */
	const char *policy;    /* dotted, or NULL */
	bool eku_critical;     /* RFC 3161 §2.3 */
	bool nocheck;          /* id-pkix-ocsp-nocheck instead of where to ask (RFC 6960 §4.2.2.2.1) */
	bool holder;           /* the six otherNames are there: all or none */
	bool dns;              /* at least one dNSName */
	enum validity_rule validity;
	int years;             /* of VALID_YEARS; months of VALID_MONTHS: the longest */
	int age_min;           /* of the holder on the day of issue, unless asked otherwise */
};
const struct profile_row *profile_row(enum profile_id id);
const struct ca_row *ca_row(enum ca_kind kind);
bool profile_parse(struct str name, enum profile_id *ret);
bool ca_kind_parse(struct str name, enum ca_kind *ret);

/* Is this certificate one of the row? ERR_INPUT "trust.profile.…" names the
 * first difference. */
MUST struct result profile_check(const struct cert *c, enum profile_id id, struct err *err);

/* notAfter (microseconds UTC) for an issue at `now`. year is Gregorian; month 0
 * (unknown birthday) counts from the day of issue. A birthday on 29 February is
 * the 28th in common years (民法 §143 第2項). */
int64_t profile_not_after(const struct profile_row *row, int64_t now, int year, int month,
                          int day);
/* Completed years in Japan at `now`, as base/calendar.h counts them; -1 when the
 * date is none. */
int profile_age(int64_t now, int year, int month, int day);

#endif
