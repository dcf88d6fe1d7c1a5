/* Texts of QR codes and bundles of certificates: whatever is read has one
 * canonical form, and no key of ours ever vouches for it. */
#include <assert.h>
#include <stdlib.h>

#include "letter/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key *key;
	static struct anchors *nobody;
	if (!nobody) {
		nobody = anchors_new();
		if (is_err(key_generate(KEY_P256, &key, NULL)))
			abort();
	}
	ARENA_AUTO a = arena_new(0);
	struct str text = str_of((const char *)data, size);
	struct letter_trust t = { .anchors = nobody }, loaded;
	struct letter_qr_read q;
	struct letter_report r;
	struct anchors *anchors;
	if (is_ok(letter_qr_parse(a, text, &q, NULL))) {
		assert(q.qr.nfacts <= QR_FACTS_MAX);
		assert(!letter_qr_holds(a, &q, key_spki(key)));
	}
	if (is_ok(letter_verify_qr(a, text, &t, 1795000000000000, &r, NULL)))
		assert(r.verdict != LETTER_GENUINE);
	if (is_ok(letter_trust_load(a, text, &loaded, &anchors, NULL)))
		anchors_unref(anchors);
	return 0;
}
