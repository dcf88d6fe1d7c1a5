/* Inside of the room: what the parts of OCSP share. */
#ifndef MUSUBI_TRUST_OCSP_PRIV_H
#define MUSUBI_TRUST_OCSP_PRIV_H

#include "trust/ocsp.h"
#include "trust/trust_store.h"
#include "trust/x509.h"

#define OID_OCSP_BASIC "1.3.6.1.5.5.7.48.1.1"
#define OID_OCSP_NONCE "1.3.6.1.5.5.7.48.1.2"

/* How CertIDs name an authority (RFC 6960 §4.1.1), for each digest. */
struct ocsp_names {
	uint8_t name[DIGEST_COUNT][DIGEST_SIZE_MAX], key[DIGEST_COUNT][DIGEST_SIZE_MAX];
};
void ocsp_names_of(const struct cert *ca, struct ocsp_names *ret);
struct str ocsp_name_hash(const struct ocsp_names *n, enum digest_alg alg);
struct str ocsp_key_hash(const struct ocsp_names *n, enum digest_alg alg);
/* Extensions with the nonce under [n]; nothing without one. */
void ocsp_put_nonce(struct der *d, int tag, struct str nonce);

/* Answers signed before, and states looked up before: by authority, serial and
 * the digest of the CertID. */
struct ocsp_kept {
	enum ca_kind kind;
	enum digest_alg alg;
	uint32_t serial;
	struct cert_state state;
	int64_t this_update, next_update;
	size_t n;          /* 0: only the state is known */
	const char *der;
};
struct ocsp_cache;
struct ocsp_cache *ocsp_cache_new(void);
void ocsp_cache_free(struct ocsp_cache *c);
/* Says whether it is there and copies the bytes into the arena. */
bool ocsp_cache_get(struct ocsp_cache *c, struct arena *a, enum ca_kind kind, uint32_t serial,
                    enum digest_alg alg, struct ocsp_kept *ret);
/* Kept only when nothing was forgotten since `epoch` was read. */
uint64_t ocsp_cache_epoch(struct ocsp_cache *c);
void ocsp_cache_put(struct ocsp_cache *c, const struct ocsp_kept *k, uint64_t epoch);
/* For all digests. Call ocsp_cache_turn first, once for all serials. */
void ocsp_cache_turn(struct ocsp_cache *c);
void ocsp_cache_forget(struct ocsp_cache *c, enum ca_kind kind, uint32_t serial);

#endif
