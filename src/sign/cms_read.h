/* CMS SignedData as others write it (RFC 5652), taken apart.
 *
 * trust/cms.h reads what we sign ourselves and nothing else; this reads what is
 * met in the wild: several signers, any algorithm, attributes in any order, BER.
 * Nothing is believed here: cms_signer_hash and sign_check say whether a value
 * holds. Everything points into the arena or into `der`. */
#ifndef MUSUBI_SIGN_CMS_READ_H
#define MUSUBI_SIGN_CMS_READ_H

#include "sign/ades.h"

enum {
	CMS_SIGNERS_MAX = 64, CMS_ATTRS_MAX = 64, CMS_LISTED_MAX = 256,
	BER_DEPTH_MAX = 24, BER_BYTES_MAX = 256 << 20,
};

/* One attribute; the content of its SET OF values. */
struct cms_attr {
	char oid[DER_OID_TEXT];
	struct str raw;     /* Attribute, as encoded */
	struct str values;  /* content of the SET: usually one encoded value */
};
struct cms_attrs {
	size_t n;
	struct cms_attr *list;
};
/* The value (with tag) of the attribute when it is there once, with one value;
 * else "". *ret_wrong (may be NULL): it is there, but not like that. */
struct str cms_attr_value(const struct cms_attrs *list, const char *oid, bool *ret_wrong);

struct cms_signer_info {
	struct str raw;                    /* SignerInfo, as encoded */
	uint64_t version;
	struct str issuer, serial;         /* Name with tag, content octets; or */
	struct str skid;                   /* the key identifier; exactly one of the two */
	struct str digest_id;              /* digestAlgorithm, AlgorithmIdentifier */
	const struct sign_digest *digest;  /* NULL: unknown */
	bool has_attrs;
	struct str attrs_raw;              /* [0], as encoded, or "" */
	struct cms_attrs attrs;            /* signed */
	struct str alg_id;                 /* signatureAlgorithm, AlgorithmIdentifier */
	bool alg_known;
	struct sign_alg alg;
	struct str value;
	struct str unsigned_raw;           /* [1], as encoded, or "" */
	struct cms_attrs unsigned_attrs;
};

struct cms_signed {
	struct str der;                    /* ContentInfo, DER in what matters */
	uint64_t version;
	struct str digests;                /* content of digestAlgorithms */
	char content_type[DER_OID_TEXT];
	bool attached;
	struct str content;                /* octets of eContent when attached */
	struct str certs_raw, crls_raw;    /* [0] and [1], as encoded, or "" */
	size_t ncerts, ncrls, nocsps;
	struct str *certs, *crls;          /* Certificate, CertificateList */
	struct str *ocsps;                 /* RevocationInfoChoice other (RFC 5940 §2) */
	size_t nsigners;
	struct cms_signer_info *signers;
};

/* BER to DER as far as the readers of this house need it: indefinite lengths become
 * definite, constructed octet strings primitive. An element that holds nothing
 * of that kind is copied byte for byte, so what was signed stays what it was.
 * DER comes back as it is, without a copy. */
MUST struct result ber_to_der(struct arena *a, struct str ber, struct str *ret, struct err *err);

/* A ContentInfo with SignedData; zeros behind it (PAdES) are passed over. ERR_INPUT
 * "sign.cms" with what is wrong. Unknown algorithms are no failure. */
MUST struct result cms_signed_read(struct arena *a, struct str der, struct cms_signed *ret,
                                   struct err *err);
/* One SignerInfo by itself: the value of a counter signature attribute. */
MUST struct result cms_signer_read(struct arena *a, struct str der, struct cms_signer_info *ret,
                                   struct err *err);

/* The certificate that the signer names, out of a list (DER), or "". */
struct str cms_signer_cert(const struct cms_signer_info *s, const struct str *certs, size_t n);
/* signing-certificate (RFC 2634 §5.4) and -v2 (RFC 5035 §3) against a certificate;
 * when both are there, both must fit. The issuerSerial, where present, too. */
enum ades_cert_ref cms_cert_ref(const struct cms_signer_info *s, struct str cert);
/* Does the signature value hold? content_hash: the content's digest by s->digest
 * (only used when there are no signed attributes, whose message-digest the caller
 * compares: cms_message_digest). */
bool cms_value_holds(struct arena *a, const struct cms_signer_info *s, struct str cert,
                     struct str content_hash);
/* The octets of message-digest, or "". */
struct str cms_message_digest(const struct cms_signer_info *s);
/* signing-time in microseconds UTC, 0: absent or unreadable. */
int64_t cms_signing_time(const struct cms_signer_info *s);
/* UTCTime or GeneralizedTime as others write it (with or without seconds' fraction;
 * always Z); false when it is none. */
bool der_get_any_time(struct der_in *in, int64_t *ret_us);

#define OID_ESS_CERT "1.2.840.113549.1.9.16.2.12"
#define OID_ESS_CERT_V2 "1.2.840.113549.1.9.16.2.47"
#define OID_ATTR_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_ATTR_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_ATTR_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_ATTR_COUNTER_SIGNATURE "1.2.840.113549.1.9.6"
#define OID_ATTR_SIGNATURE_STAMP "1.2.840.113549.1.9.16.2.14"

#endif
