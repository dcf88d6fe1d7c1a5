/* A signer, her authority and a time-stamping unit, for the tests of XAdES. */
#ifndef MUSUBI_TEST_XADES_WORLD_H
#define MUSUBI_TEST_XADES_WORLD_H

#include "foreign.h"

#include "sign/xades.h"

#include "../support/asserts.h"

struct xades_world {
	struct arena *a;
	int64_t now;
	struct party ca, unit, signer, other;
	struct key *key;
	struct ades_options o;          /* level B, ENVELOPED, by the signer */
	struct ades_values material;
	size_t stamps;                  /* time stamps that were asked for */
};

/* rsa_bits 0: a P-256 key. */
void xades_world_new(struct xades_world *w, int rsa_bits);
void xades_world_done(struct xades_world *w);
/* Signs in memory, and reads it back. */
struct str xades_make(struct xades_world *w, struct str xml, const struct ades_detached *d,
                      const struct xades_form *form);
struct ades_file xades_look(struct arena *a, struct str xml, const struct ades_detached *d);
/* Sound, the value holds, every object is there and intact. */
bool xades_holds(const struct ades_signature *s);
/* Each stamp's imprint is the one that was computed. */
bool xades_stamps_hold(struct arena *a, const struct ades_signature *s);
/* A copy with the first `from` replaced. */
struct str replaced(struct arena *a, struct str s, const char *from, const char *to);

#endif
