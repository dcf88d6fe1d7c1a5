/* Anchors from a PEM file: certificates of authorities and self-signed ones are
 * believed; other certificates and X509 CRL blocks are what the caller knows besides
 * the file. */
#ifndef MUSUBI_SIGN_TRUST_PEM_H
#define MUSUBI_SIGN_TRUST_PEM_H

#include "sign/ades.h"

enum { TRUST_PEM_MAX = 64 << 20 };

/* Adds to lists that hold up to ADES_VALUES_MAX; text around blocks is ignored. A
 * PKCS#7 or a key in it is passed over; a block that is no base64 is ERR_INPUT. */
MUST struct result trust_pem_read(struct arena *a, struct str pem, struct str *anchors,
                                  size_t *nanchors, struct ades_values *more, struct err *err);

#endif
