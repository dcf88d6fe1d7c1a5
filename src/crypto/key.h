/* Asymmetric keys: generate, sign, verify, keep.
 *
 * A `struct key` is immutable, reference-counted and safe to use from many
 * threads. Its public half is always in this process; its private half lives
 * behind `struct key_home` (this process, crypto/key_remote.h, crypto/key_token.h),
 * or nowhere (an imported public key). Algorithms are rows of one table. */
#ifndef MUSUBI_CRYPTO_KEY_H
#define MUSUBI_CRYPTO_KEY_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

enum key_alg { KEY_RSA_2048, KEY_RSA_3072, KEY_RSA_4096, KEY_P256, KEY_P384, KEY_ED25519,
               KEY_ALG_COUNT };

/* RS/PS/ES/EdDSA as in RFC 7518 and RFC 8037. ECDSA signatures are DER
 * (RFC 3279 §2.2.3); sig_es_raw and sig_es_der convert to and from r||s. */
enum sig_alg { SIG_RS256, SIG_PS256, SIG_ES256, SIG_ES384, SIG_EDDSA, SIG_RS384, SIG_RS512,
               SIG_PS384, SIG_PS512, SIG_ALG_COUNT };

enum { KEY_SIG_MAX = 512, KEY_SPKI_MAX = 1024, KEY_DERIVED_MAX = 64 };

struct key_alg_row {
	const char *name;      /* "rsa-2048" */
	const char *family;    /* OpenSSL's: "RSA", "EC", "ED25519" */
	const char *group;     /* curve, or NULL */
	unsigned bits;
	enum sig_alg sig;      /* the one used when nothing else is asked for */
	const char *oid;       /* of SubjectPublicKeyInfo, dotted */
	const char *curve;     /* the OID behind it; NULL: NULL for RSA, nothing for the rest */
	size_t point;          /* bytes of the public value; 0: an RSAPublicKey */
};
struct sig_alg_row {
	const char *jose;        /* "ES256" */
	int cose;                /* RFC 9053, RFC 8812: -7 */
	const char *family;      /* which keys may make it */
	const char *group;       /* which curve, or NULL */
	enum digest_alg digest;  /* for CMS also the message digest */
	bool prehash;            /* false: the algorithm hashes by itself (Ed25519) */
	bool pss;
	const char *oid;         /* of the signature algorithm, dotted */
	bool null_params;        /* AlgorithmIdentifier carries NULL (RFC 4055 §5) */
	size_t half;             /* bytes of r and of s in r||s, or 0 */
};
const struct key_alg_row *key_alg_row(enum key_alg alg);
const struct sig_alg_row *sig_alg_row(enum sig_alg alg);
bool key_alg_parse(struct str name, enum key_alg *ret);

struct key;

MUST struct result key_generate(enum key_alg alg, struct key **ret, struct err *err);
/* SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), strict: exactly one of the rows. */
MUST struct result key_import_public(struct str spki, struct key **ret, struct err *err);
struct key *key_ref(struct key *k);
void key_unref(struct key *k); /* NULL is fine */
static inline void key_unref_p(struct key **k) { key_unref(*k); }
#define KEY_AUTO __attribute__((cleanup(key_unref_p))) struct key *

enum key_alg key_alg_of(const struct key *k);
enum sig_alg key_sig_of(const struct key *k);  /* the row's default */
bool key_private(const struct key *k);         /* can it sign? */
bool key_makes(const struct key *k, enum sig_alg alg); /* does the algorithm fit it? */
struct str key_spki(const struct key *k);      /* DER; lives as long as the key */
/* SHA-256 of the SPKI: the key's name in tables (unique per CA). */
void key_digest(const struct key *k, uint8_t ret[SHA256_SIZE]);

/* *ret_n bytes of ret are written. ERR_INPUT "crypto.key.mismatch" for an
 * algorithm of another family, "crypto.key.public" without a private half. */
MUST struct result key_sign(const struct key *k, enum sig_alg alg, struct str data,
                            uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err);
/* A verdict, not an error: false for every signature that does not hold. */
bool key_verify(const struct key *k, enum sig_alg alg, struct str data, struct str sig);

/* Key transport: RSAES-OAEP with SHA-256, MGF1 with SHA-256 and no label (RFC
 * 8017 §7.1; JOSE's RSA-OAEP-256). RSA keys only. At most KEY_UNWRAP_MAX bytes. */
enum { KEY_UNWRAP_MAX = 190 };
MUST struct result key_wrap(const struct key *k, struct str plain, uint8_t ret[KEY_SIG_MAX],
                            size_t *ret_n, struct err *err);
/* ERR_INPUT "crypto.key.unwrap" for everything that does not open; never says why. */
MUST struct result key_unwrap(const struct key *k, struct str wrapped, struct secret *ret,
                              struct err *err);
/* ECDH (NIST SP 800-56A §5.7.1.2): the x coordinate; put it through HKDF. `peer`
 * is a SubjectPublicKeyInfo of the same curve. EC keys only. */
MUST struct result key_derive(const struct key *k, struct str peer, struct secret *ret,
                              struct err *err);

MUST struct result sig_es_raw(enum sig_alg alg, struct str der, struct arena *a, struct str *ret,
                              struct err *err);
MUST struct result sig_es_der(enum sig_alg alg, struct str raw, struct arena *a, struct str *ret,
                              struct err *err);

/* ---- keeping ---- */
/* PKCS#8 of a key of this process; ERR_INPUT when it lives elsewhere. */
MUST struct result key_export(const struct key *k, struct secret *ret_pkcs8, struct err *err);
MUST struct result key_import(struct str pkcs8, struct key **ret, struct err *err);
/* The same under AES-256-GCM with a 32-byte key-encryption key; `ad` names it. */
MUST struct result key_seal(const struct key *k, struct str kek, struct str ad, struct buf *ret,
                            struct err *err);
MUST struct result key_unseal(struct str sealed, struct str kek, struct str ad, struct key **ret,
                              struct err *err);
/* A sealed file, mode 0600, written whole or not at all, fsynced. */
MUST struct result key_save(const struct key *k, struct str path, struct str kek, struct str ad,
                            struct err *err);
/* What key_save writes, for who writes it himself. */
MUST struct result key_file_bytes(const struct key *k, struct str kek, struct str ad,
                                  struct buf *ret, struct err *err);
MUST struct result key_load(struct str path, struct str kek, struct str ad, struct key **ret,
                            struct err *err);

/* ---- further homes ---- */
struct key_home {
	struct result (*sign)(void *ctx, enum sig_alg alg, struct str data,
	                      uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err);
	void (*free)(void *ctx);
	/* NULL where a home cannot. Algorithms and lengths were checked before. */
	struct result (*unwrap)(void *ctx, struct str wrapped, struct secret *ret, struct err *err);
	struct result (*derive)(void *ctx, struct str peer, struct secret *ret, struct err *err);
};
/* A key whose private half `home` holds; `home` must live as long as the key. */
MUST struct result key_new_at(struct str spki, const struct key_home *home, void *ctx,
                              struct key **ret, struct err *err);

#endif
