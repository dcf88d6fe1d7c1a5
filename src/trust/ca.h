/* The certification authority 認証局: issues, revokes, answers for status.
 *
 * One `struct ca` per organization and row of ca_row; its key stays in `struct
 * key`. Serials are reserved from the store in blocks and never used twice,
 * whatever crashes; a key pair is certified once per CA; a certificate is
 * checked against its profile before it is signed and journaled in the
 * transaction that records it. `org` is the organization that runs the CA and
 * `subject` the code of the person there. Times are microseconds UTC. */
#ifndef MUSUBI_TRUST_CA_H
#define MUSUBI_TRUST_CA_H

#include "store/store.h"
#include "trust/verify.h"

/* Tells the store about this room's tables; before store_open. */
void trust_migrations(void);

struct ca;

/* Makes the self-signed certificate of a new CA and its rows. ERR_CONFLICT when
 * the organization has this CA already. Takes a reference to the key. */
MUST struct result trust_ca_create(struct store *s, struct str org, enum ca_kind kind,
                                   struct key *key, int64_t now, struct ca **ret,
                                   struct err *err);
/* ERR_NOT_FOUND without its rows, ERR_INPUT when the key is another's. */
MUST struct result trust_ca_open(struct store *s, struct str org, enum ca_kind kind,
                                 struct key *key, struct ca **ret, struct err *err);
void trust_ca_close(struct ca *ca); /* NULL is fine */
struct str trust_ca_cert(const struct ca *ca); /* DER; lives as long as the CA */
struct str trust_ca_org(const struct ca *ca);
enum ca_kind trust_ca_kind(const struct ca *ca);
const struct key *trust_ca_key(const struct ca *ca);

struct cert_request {
	enum profile_id profile;
	struct str subject;       /* code of the person or office in the CA's organization */
	struct str csr;           /* PKCS#10: the public key and the proof of possession */
	struct str name;          /* CN: an opaque id for citizens (one is made when empty),
	                             加賀市長 for a seal, the host name for TLS */
	struct str prefecture, municipality; /* 石川県, 加賀市 */
	/* seal: 加賀市, "172065", 総務課; company: name, 法人番号, where its office is; officer:
	   organization, the officer's id, 市民課; services and hosts: organization */
	struct str organization, organization_id, office;
	struct cert_holder holder; /* both citizen profiles: birth; signature: all of it.
	                              Empty maps mean that nothing was substituted; the era
	                              is filled from the date. */
	const struct str *dns;
	size_t ndns;
	int64_t expires_before;   /* the card's or phone's own last second, the end of a day
	                             in Japan; 0: none */
	bool any_age;             /* below the profile's age_min with a guardian's consent */
};

struct cert_issued {
	enum profile_id profile;
	struct str subject, der;
	uint32_t serial;
	int64_t not_before, not_after;
	uint8_t key_digest[SHA256_SIZE];
	struct str shard;  /* of the CRL: "石川県/加賀市", or "" */
};

/* Reserves a serial, builds, checks and signs; nothing is valid until it is
 * recorded. Takes the writing lane for a moment now and then, so call it outside
 * of a transaction. ERR_INPUT "trust.csr.…", "trust.age", "trust.profile.…". */
MUST struct result trust_cert_prepare(struct ca *ca, struct arena *a,
                                      const struct cert_request *r, int64_t now,
                                      struct cert_issued *ret, struct err *err);
/* Inserts and journals. ERR_CONFLICT "trust.cert.key_reuse" for a key pair that
 * has a certificate of this CA. */
MUST struct result trust_cert_record(struct db *tx, const struct ca *ca,
                                     const struct cert_issued *c, int64_t now,
                                     struct err *err);
/* Both, in a transaction of their own. */
MUST struct result trust_cert_issue(struct ca *ca, struct arena *a, const struct cert_request *r,
                                    int64_t now, struct cert_issued *ret, struct err *err);

struct cert_row {
	uint32_t serial;
	struct str subject, profile, der;
	struct cert_state state;
	int64_t not_before, not_after, issued_at;
};
/* Revokes a good certificate; *ret_changed is false when it was revoked before
 * (the first reason and time stay). ERR_NOT_FOUND. */
MUST struct result trust_cert_revoke(struct db *tx, struct str org, enum ca_kind kind,
                                     uint32_t serial, enum revoke_reason reason, int64_t now,
                                     bool *ret_changed, struct err *err);
/* With REVOKE_HOLD a good certificate is held; a held one can be revoked for good
 * or released. */
MUST struct result trust_cert_release(struct db *tx, struct str org, enum ca_kind kind,
                                      uint32_t serial, bool *ret_changed, struct err *err);
/* All good and held certificates of a subject: a death, a card given back. */
MUST struct result trust_cert_revoke_all(struct db *tx, struct str org, enum ca_kind kind,
                                         struct str subject, enum revoke_reason reason,
                                         int64_t now, int64_t *ret_count, struct err *err);
MUST struct result trust_cert_find(struct db *db, struct arena *a, struct str org,
                                   enum ca_kind kind, uint32_t serial, struct cert_row *ret,
                                   struct err *err);
/* Newest first. */
MUST struct result trust_certs_of_subject(struct db *db, struct arena *a, struct str org,
                                          struct str subject, const struct cert_row **ret,
                                          size_t *ret_n, struct err *err);

/* Certificates whose state changed after change number `after` of their authority,
 * in that order: for who has to be told what became of them. A new certificate
 * is no change; one that changed again stands where it changed last. */
struct cert_change {
	uint32_t serial;
	int64_t number;
};
MUST struct result trust_cert_changes(struct db *db, struct arena *a, struct str org,
                                      enum ca_kind kind, int64_t after, size_t limit,
                                      const struct cert_change **ret, size_t *ret_n,
                                      struct err *err);

/* For verify_for.status: looks into the same table. A certificate that the
 * table does not hold, or holds with other bytes, is STATUS_UNKNOWN. */
struct trust_status_ctx {
	struct db *db;
	struct str org; /* who runs the CAs */
};
MUST struct result trust_status_from_store(void *ctx, const struct cert *c,
                                           struct cert_state *ret, struct err *err);

/* A full CRL (RFC 5280 §5), signed now, good for 24 hours, with the next number. */
MUST struct result trust_crl_make(struct ca *ca, struct arena *a, int64_t now,
                                  struct str *ret_der, struct err *err);
/* The CRL of one shard: certificates of one municipality ("石川県/加賀市"), or of
 * none (""). Says so in a critical issuingDistributionPoint with the name that
 * the certificates' cRLDistributionPoints have. Full and sharded CRLs share one
 * sequence of numbers, so each stream grows. */
MUST struct result trust_crl_make_shard(struct ca *ca, struct arena *a, struct str shard,
                                        int64_t now, struct str *ret_der, struct err *err);
/* The shards in which an authority has issued. */
MUST struct result trust_shards(struct db *db, struct arena *a, struct str org, enum ca_kind kind,
                                const struct str **ret, size_t *ret_n, struct err *err);

/* Requests: made by the phone, read by the CA. */
MUST struct result trust_csr_make(struct arena *a, const struct key *key, struct str *ret_der,
                                  struct err *err);
/* Checks the signature; gives the public key. The name in it is not used. */
MUST struct result trust_csr_open(struct str der, struct key **ret, struct err *err);

#endif
