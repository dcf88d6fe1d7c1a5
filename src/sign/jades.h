/* JAdES: JSON Web Signatures with the properties of ETSI TS 119 182-1, read and
 * made at the levels B, T, LT and LTA.
 *
 * Read: compact, general and flattened; payload inside, beside, or referenced by
 * sigD (ObjectIdByURI, ObjectIdByURIHash, HttpHeaders); etsiU in base64url or in
 * clear; several signatures, counter signatures. Made: compact at B, flattened
 * from T on, etsiU in base64url, so that an archive time stamp needs no
 * canonicalisation. */
#ifndef MUSUBI_SIGN_JADES_H
#define MUSUBI_SIGN_JADES_H

#include "sign/ades.h"

enum { JADES_ELEMENTS_MAX = 256, JADES_NEST_MAX = 4, JADES_PARS_MAX = 256 };

/* For HttpHeaders, `detached` has a source per header field, named by its name in
 * lower case ("(request-target)", "digest"), its value the bytes; and the body as
 * the source named "". ERR_INPUT "sign.jws" when the file is no JWS. */
MUST struct result jades_read(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, struct ades_file *ret,
                              struct err *err);

/* ADES_ENVELOPING: one content, in the signature. ADES_DETACHED: sigD by URI and
 * hash over any number, which are named and stream. In the arena. */
MUST struct result jades_sign(struct arena *a, const struct source *contents, size_t n,
                              const struct ades_options *o, struct str *ret, struct err *err);
/* One more signature over the same payload; the answer is in general syntax. */
MUST struct result jades_sign_more(struct arena *a, struct str file, const struct source *contents,
                                   size_t n, const struct ades_options *o, struct str *ret,
                                   struct err *err);
/* A counter signature over the value of the signature `which` (from 0). */
MUST struct result jades_countersign(struct arena *a, struct str file, size_t which,
                                     const struct ades_options *o, struct str *ret,
                                     struct err *err);
/* Brings every signature to o->level: T adds a signature time stamp where none is, LT puts
 * o->material in, LTA adds an archive time stamp over all that is there, each time
 * anew (renewal). ERR_INPUT "sign.jades" when a signature is malformed, or its
 * etsiU in clear and to be archived. */
MUST struct result jades_extend(struct arena *a, struct str file,
                                const struct ades_detached *detached,
                                const struct ades_options *o, struct str *ret, struct err *err);

#endif
