/* Inside of validate*.c: the pool of everything known, proofs of existence, and
 * the building blocks. */
#ifndef MUSUBI_SIGN_VALIDATE_PRIV_H
#define MUSUBI_SIGN_VALIDATE_PRIV_H

#include "base/map.h"
#include "sign/revocation.h"
#include "sign/stamp.h"
#include "sign/validate.h"

enum { POOL_MAX = 2048, CHECKS_MAX = 96, PATHS_KEPT = 128, COUNTER_DEPTH = 6 };

enum pool_kind { POOL_CERT, POOL_CRL, POOL_OCSP, POOL_KINDS };

/* Objects that may prove something, each once. */
struct pool {
	size_t n[POOL_KINDS];
	struct str *der[POOL_KINDS];
	int64_t *poe[POOL_KINDS];      /* earliest proof, microseconds */
	struct sign_cert *certs;       /* read; der "" when it is none */
	struct map seen[POOL_KINDS];   /* bytes to place + 1 */
};

/* A path built and checked once per certificate: §5.2.6 without revocation. */
struct path_kept {
	struct str cert;
	bool stamps;                   /* anchors for time stamps */
	enum ades_sub sub;             /* no chain, or a broken one */
	char what[160];
	struct ades_chain chain;
	struct sign_cert certs[PATH_LEN_MAX];
};

struct work {
	struct arena *a;
	const struct ades_file *file;
	const struct ades_trust *trust;
	int64_t at;                    /* time of validation */
	struct pool pool;
	size_t npaths;
	struct path_kept *paths;
	struct map crl_ok;             /* CRLs whose signature was checked, by place */
};

/* What a building block found; SUB_NONE: passed. */
struct finding {
	enum ades_sub sub;
	int64_t revoked_at;
	int reason;
	char what[200];
};

struct checks {
	size_t n;
	struct ades_check *list;       /* CHECKS_MAX */
};
void check_add(struct checks *c, enum ades_check_state state, const char *name,
               const char *clause, struct str detail);

/* ---- poe.c ---- */
void pool_fill(struct work *w);
/* Nothing when it is there, or the pool is full. */
void pool_add(struct work *w, enum pool_kind kind, struct str der);
void pool_add_values(struct work *w, const struct ades_values *v);
void pool_reset(struct work *w);    /* everything exists since the time of validation */
void poe_lower(struct work *w, enum pool_kind kind, struct str der, int64_t at);
int64_t poe_of(const struct work *w, enum pool_kind kind, struct str der);

/* ---- validate_path.c ---- */
const struct path_kept *path_of(struct work *w, struct str cert, bool stamps);
/* Everything that the pool says about certificate i of a path, newest first. */
size_t revocations_of(struct work *w, const struct path_kept *p, size_t i,
                      struct revocation *ret, size_t most);
bool revocation_fresh(const struct work *w, const struct revocation *r, int64_t at);

/* X.509 validation (§5.2.6) of a thing that exists since `exists` (the time of
 * validation when nothing is proven). */
struct finding xcv(struct work *w, const struct path_kept *p, int64_t exists);
/* Past certificate validation (§5.6.2.1): the latest time at which the path can be
 * relied on; false: no proof. `exists`: of what names the end certificate. */
bool slide(struct work *w, const struct path_kept *p, int64_t exists, int64_t *ret_control);

/* ---- validate_stamp.c ---- */
struct stamps {
	size_t n;
	struct stamp *read;            /* per stamp; readable[i] false: garbage */
	bool *readable;
	int64_t *poe;                  /* of the tokens */
	struct ades_stamp_result *results;
};
/* All stamps of a signature, newest first; lowers the proofs. *ret_exists: earliest
 * proof of the signature value; *ret_not_before: latest content stamp, or INT64_MIN. */
void stamps_judge(struct work *w, const struct ades_signature *s, struct stamps *ret,
                  struct checks *c, int64_t *ret_exists, int64_t *ret_not_before);
bool stamps_in_order(const struct ades_signature *s, const struct stamps *st);

/* A signature or a stamp: path, revocation, algorithms, and the past (§5.3, §5.5,
 * §5.6). */
struct entity {
	struct str cert;
	bool stamp;
	const struct sign_alg *alg;    /* NULL: unknown */
	const struct sign_digest *digest;
	int64_t exists;
};
struct finding entity_judge(struct work *w, const struct entity *e, struct ades_chain *ret_chain);

#endif
