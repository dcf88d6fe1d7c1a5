/* A letter, an office with a seal, and other people's programs, for the tests
 * of the letter room. */
#ifndef MUSUBI_TESTS_LETTER_SUPPORT_H
#define MUSUBI_TESTS_LETTER_SUPPORT_H

#include "letter/letter.h"
#include "sign/pades.h"
#include "letter/verify.h"
#include "store/store.h"

#include "../support/asserts.h"

/* A government CA with a seal of 加賀市長, in a database of its own. */
struct office {
	struct arena *a;
	char dir[64];
	struct store *store;
	struct ca *ca;
	struct key *ca_key, *key;
	struct str ca_cert, cert; /* DER */
	struct cms_signer signer;
	struct anchors *anchors;
	struct letter_trust trust;
	int64_t now;
};

/* alg of the seal's key. Ends the test program when it cannot be made. */
struct office *office_new(enum key_alg alg);
void office_free(struct office *o);
/* A further certificate of the CA, with a new key. */
struct str office_issue(struct office *o, enum profile_id profile, const char *organization_id,
                        struct key **ret_key);

/* A 罹災証明書 with every feature; names beyond JIS X 0208. */
struct letter sample_letter(struct arena *a);

/* Rendered; asserts that it worked. */
struct str rendered(struct arena *a, const struct letter *l, struct pades_spot *ret_spot,
                    uint32_t *ret_pages);
struct str sealed(struct office *o, struct str pdf, const struct pades_spot *spot);

/* Writes bytes to dir/name; gives the path. */
const char *put_file(struct arena *a, const char *dir, const char *name, struct str bytes);
/* Runs a shell command; everything it prints. *ret_status its exit status. */
struct str run(struct arena *a, int *ret_status, const char *fmt, ...) PRINTF(3, 4);

#endif
