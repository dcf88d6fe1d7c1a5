/* Inside of the room: the extensions of a certificate, read into struct cert. */
#ifndef MUSUBI_TRUST_CERT_EXT_H
#define MUSUBI_TRUST_CERT_EXT_H

#include "crypto/der.h"
#include "trust/cert.h"

/* Reads Extensions (the content of [3]) into *c; faults are in `in`, and *ret_why
 * says which rule was broken. */
void cert_get_extensions(struct der_in *in, struct cert *c, const char **ret_why);

/* subjectAltName, in cert_san.c: host names and the six otherNames. */
void cert_get_alt_names(struct der_in *in, struct cert *c, bool critical);

#define OID_JPKI_NAMES "1.2.392.200149.8.5.5."

#endif
