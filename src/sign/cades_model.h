/* Inside of CAdES: a SignedData that is being made or changed. What others signed
 * stays byte for byte; only sets that nobody signed grow. */
#ifndef MUSUBI_SIGN_CADES_MODEL_H
#define MUSUBI_SIGN_CADES_MODEL_H

#include "sign/cades_priv.h"

enum { CADES_ITEMS_MAX = 2 * CMS_LISTED_MAX };

struct cades_model_signer {
	struct str fixed;            /* version … signature, encoded */
	size_t nattrs;
	struct str attrs[CMS_ATTRS_MAX]; /* unsigned Attributes */
};
struct cades_model {
	struct arena *arena;
	struct str type_raw;
	bool attached, octets;
	const struct source *source; /* of the content in the file */
	const struct range *ranges;
	size_t nranges;
	uint64_t size;
	bool keep_order;             /* what is there is not sorted anew: an archive time stamp of
	                                version 2 is over it as it stands */
	size_t ndigests, ncerts, ncrls, nsigners;
	struct str digests[16];      /* AlgorithmIdentifier */
	struct str certs[CADES_ITEMS_MAX], crls[CADES_ITEMS_MAX];
	struct cades_model_signer *signers; /* CMS_SIGNERS_MAX */
};
void cades_model_new(struct arena *a, struct cades_model *ret);
MUST struct result cades_model_open(struct arena *a, const struct source *file,
                                    struct cades_model *ret, struct err *err);
/* A digest's AlgorithmIdentifier, a certificate, a CRL or OCSP answer: each once. */
MUST struct result cades_model_put(struct cades_model *m, struct str *list, size_t *n, size_t most,
                                   struct str item, struct err *err);
MUST struct result cades_model_attr(struct cades_model_signer *s, struct str attribute,
                                    struct err *err);
struct str cades_model_info(struct cades_model *m, const struct cades_model_signer *s);
MUST struct result cades_model_out(struct cades_model *m, struct cades_out *ret, struct err *err);
/* Certificates and revocation data into the root of the file. */
MUST struct result cades_model_material(struct cades_model *m, const struct ades_values *v,
                                        struct err *err);
/* The unsigned attributes of a signer so far. */
bool cades_model_has(struct cades_model *m, const struct cades_model_signer *s, const char *oid);

/* ---- a SignerInfo, without unsigned attributes (cades_signer.c) ---- */
MUST struct result cades_signer_make(struct arena *a, const struct ades_options *o,
                                     struct str type_raw, struct str digest, bool counter,
                                     struct str *ret_fixed, struct err *err);
const struct sign_digest *cades_signer_digest(const struct ades_options *o);
struct str cades_digest_id(struct arena *a, const struct sign_digest *d);

/* ---- levels (cades_extend.c) ---- */
MUST struct result cades_raise(struct cades_model *m, struct cades_content *c,
                               const struct ades_options *o, struct err *err);
/* A signature-time-stamp as Attribute. */
MUST struct result cades_stamp_attr(struct arena *a, const struct ades_options *o,
                                    const struct sign_digest *d, struct str value,
                                    struct str *ret, struct err *err);

#endif
